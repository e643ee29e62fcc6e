"""What a rule is: a function over one sentence, with an example that is also its test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..looks import SentenceLooks

Apply = Callable[["SentenceLooks"], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of saying how someone looks, or of saying something that only sounds like it.

    Attributes
    ----------
    name
        The function's name.
    example
        A Russian text the rule is needed for.
    gives
        Normal forms of all features found in the example, "; " between them, "!" before a denied one.
    apply
        Adds features to the sentence's people, or bars places that are no looks.
    """

    name: str
    example: str
    gives: str
    apply: Apply


def rule(example: str, gives: str) -> Callable[[Apply], Rule]:
    """Make a `Rule` of a function."""
    return lambda function: Rule(function.__name__, example, gives, function)
