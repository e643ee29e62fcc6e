"""Which features of one person contradict each other: in a book they may stand chapters apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from typing import TYPE_CHECKING

from .grammar.numbers import years

if TYPE_CHECKING:
    from .model import Feature

# What lasts. Clothes and expressions change from scene to scene and contradict nothing.
LASTING = ("hair_color", "hair_style", "facial_hair", "age", "build", "skin", "eyes", "face")
# Words of English prompts; two of one row but of different groups cannot both be so.
ROWS: dict[str, tuple[tuple[tuple[str, ...], ...], ...]] = {
    "hair_color": (
        (
            ("red", "copper", "ginger"), ("black", "dark", "brown", "chestnut"),
            ("blond", "light", "golden"), ("grey", "white", "silver", "greying"),
        ),
    ),
    "hair_style": ((("long",), ("short", "crew-cut"), ("bald", "shaved")),),
    "eyes": ((("blue",), ("green",), ("brown", "black", "dark", "hazel"), ("grey",)),),
    "build": (
        (("tall", "giant"), ("short",)),
        (("thin", "slim", "slender", "bony"), ("plump", "fat", "stout", "overweight")),
    ),
    "age": ((("young", "child"), ("old", "elderly", "middle-aged")),),
    "skin": ((("pale", "light"), ("dark", "tanned")),),
    "face": ((("beautiful", "pretty"), ("ugly",)),),
}  # fmt: skip
YEARS_APART = 10
OLDEST = 150  # whoever is older is as old
PAIRS = 6  # that one feature is told to make
ALIKE = 4  # features of one kind that are remembered, each in other words


def clashes(features: tuple[Feature, ...]) -> tuple[tuple[Feature, Feature], ...]:
    """(earlier, later) pairs of features that cannot both be so.

    What is said again in the same words counts as it was said first, and of very many pairs with one feature
    a few are told: the work grows with the number of features, not with its square.
    """
    found: list[tuple[int, int]] = []
    told = _Seen()
    named: dict[str, _Seen] = {}  # the same by the words in which it would be denied
    denied: dict[str, int] = {}
    for place, feature in enumerate(features):
        if feature.category not in LASTING:
            continue
        kind, words = _kind(feature), feature.normalized
        if feature.negated:
            found += [(earlier, place) for earlier in islice(named.get(words, _Seen()), PAIRS)]
            denied.setdefault(words, place)
            continue
        names = dict.fromkeys((words, *words.split()[-1:]))
        against = chain((denied[name] for name in names if name in denied), told.against(kind))
        found += [(earlier, place) for earlier in islice(against, PAIRS)]
        for seen in (told, *(named.setdefault(name, _Seen()) for name in names)):
            seen.add(kind, words, place)
    return tuple((features[a], features[b]) for a, b in sorted(found))


@dataclass(frozen=True)
class _Kind:
    """All that decides which others a feature contradicts, but for denials."""

    category: str
    groups: tuple[int | None, ...]  # in each of the category's rows
    bald: bool
    years: int | None

    def against(self, other: _Kind) -> bool:
        if {self.category, other.category} == {"hair_style", "hair_color"}:
            return self.bald or other.bald
        if self.category != other.category:
            return False
        if self.years is not None and other.years is not None:
            return abs(self.years - other.years) > YEARS_APART
        pairs = zip(self.groups, other.groups, strict=True)
        return any(a is not None and b is not None and a != b for a, b in pairs)


class _Seen:
    """Where features stand that were told, by kind: the first in each of a few wordings."""

    def __init__(self) -> None:
        self._places: dict[_Kind, dict[str, int]] = {}

    def add(self, kind: _Kind, words: str, place: int) -> None:
        places = self._places.setdefault(kind, {})
        if len(places) < ALIKE:
            places.setdefault(words, place)

    def against(self, kind: _Kind) -> Iterator[int]:
        return chain.from_iterable(
            places.values() for other, places in self._places.items() if kind.against(other)
        )

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(places.values() for places in self._places.values())


def _kind(feature: Feature) -> _Kind:
    told = years(feature.normalized) if feature.category == "age" else None
    bald = feature.category == "hair_style" and "bald" in feature.prompt_en
    groups = _groups(feature.category, feature.prompt_en)
    return _Kind(feature.category, groups, bald, None if told is None else min(told, OLDEST))


@lru_cache(4096)
def _groups(category: str, prompt: str) -> tuple[int | None, ...]:
    """In each row of the category the one group whose word the prompt has; None for none and for several."""
    words = prompt.replace("-", " ").split()  # "grey-green" has two
    found: list[int | None] = []
    for row in ROWS.get(category, ()):
        groups = [n for n, group in enumerate(row) if any(word in words for word in group)]
        found.append(groups[0] if len(groups) == 1 else None)
    return tuple(found)
