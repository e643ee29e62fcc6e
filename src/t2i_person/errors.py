"""The errors a caller is meant to catch; each message says what to do about it."""

__all__ = ["Cancelled", "NoPeople", "NobodyFits", "PackError", "T2IError", "TooManyPeople", "WrongPack"]


class T2IError(ValueError):
    """The request cannot be met as it stands; the message names the cure and the valid choices."""


class NoPeople(T2IError):
    """The text has nobody in it."""


class NobodyFits(T2IError):
    """No candidate came near the description: another seed may find somebody."""


class TooManyPeople(T2IError):
    """More portraits than the caller allowed for one request."""


class PackError(T2IError):
    """A pack is missing, damaged or not a pack; the message names the file."""


class WrongPack(PackError):
    """The name or file that was given for a pack or checkpoint cannot be taken: give another."""


class Cancelled(Exception):
    """The caller's ``cancelled()`` said yes: nothing was drawn."""
