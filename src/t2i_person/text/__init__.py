"""Russian text in, the people it describes out: `describe`, `stream` for long texts, `cast` for a book."""

from .model import Character, Feature, Mention, TextError
from .reader import cast, check_text, describe, stream

__all__ = ["Character", "Feature", "Mention", "TextError", "cast", "check_text", "describe", "stream"]
