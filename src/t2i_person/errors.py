"""The errors a caller is meant to catch; each message says what to do about it."""

import re

__all__ = [
    "Cancelled",
    "NoPeople",
    "NobodyFits",
    "PackError",
    "T2IError",
    "TooManyPeople",
    "WrongPack",
    "damaged",
    "visible",
]


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


# Characters that a terminal obeys instead of showing them: a stranger's file may hold escape sequences, or
# turn the direction of writing around
_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def damaged(why: str) -> T2IError:
    """What to raise for a portrait's record that cannot be trusted."""
    return T2IError(f"The record inside this PNG is damaged ({why}): draw the portrait again.")


def visible(text: str) -> str:
    """The text with the characters that a terminal obeys written out, as ``\\x1b``."""
    return _COMMANDS.sub(lambda found: ascii(found[0])[1:-1], text)
