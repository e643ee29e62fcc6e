"""What a rule is: a function over a place of the text, with an example that is also its test."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from ..finder import SentenceLooks

Apply = TypeVar("Apply", bound=Callable[..., object], covariant=True)
OfSentence = Callable[["SentenceLooks"], None]
Function = TypeVar("Function", bound=Callable[..., object])
Place = TypeVar("Place")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Apply]):
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
        A rule of a whole sentence adds features to its people, or bars places that are no looks. A rule
        of one place answers what `decide` asks, or None if it says nothing of that place.
    """

    name: str
    example: str
    gives: str
    apply: Apply


def rule(example: str, gives: str) -> Callable[[Function], Rule[Function]]:
    """Make a `Rule` of a function."""
    return lambda function: Rule(function.__name__, example, gives, function)


def decide(rules: Iterable[Rule[Callable[[Place], Answer | None]]], place: Place) -> Answer | None:
    """The answer of the first rule that has one."""
    for one in rules:
        answer = one.apply(place)
        if answer is not None:
            return answer
    return None
