"""Russian text in, the people it describes out: `describe(text) -> list[Character]`."""

from .model import Character, Feature, Mention, TextError
from .reader import describe

__all__ = ["Character", "Feature", "Mention", "TextError", "describe"]
