"""The errors a caller is meant to catch; each message says what to do about it."""

__all__ = ["Cancelled", "NoPeople", "PackError", "T2IError", "TooManyPeople"]


class T2IError(ValueError):
    """The request cannot be met as it stands; the message names the cure and the valid choices."""


class NoPeople(T2IError):
    """The text has nobody in it."""


class TooManyPeople(T2IError):
    """More portraits than the caller allowed for one request."""


class PackError(T2IError):
    """A pack is missing, damaged or not a pack; the message names the file."""


class Cancelled(Exception):
    """The caller's ``cancelled()`` said yes: nothing was drawn."""
