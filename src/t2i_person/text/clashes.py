"""Which features of one person contradict each other: in a book they may stand chapters apart."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from .numbers import years

if TYPE_CHECKING:
    from .model import Feature

# What lasts. Clothes and expressions change from scene to scene and contradict nothing.
LASTING = ("hair_color", "hair_style", "facial_hair", "age", "build", "skin", "eyes", "face")
# Words of English prompts; two of one row but of different groups cannot both be so.
ROWS: dict[str, tuple[tuple[str, ...], ...]] = {
    "hair_color": (
        ("red", "copper", "ginger"), ("black", "dark", "brown", "chestnut"), ("blond", "light", "golden"),
        ("grey", "white", "silver", "greying"),
    ),
    "hair_style": (("long",), ("short", "crew-cut"), ("bald", "shaved")),
    "eyes": (("blue",), ("green",), ("brown", "black", "dark", "hazel"), ("grey",)),
    "build": (("tall", "giant"), ("short",)),
    "build ": (("thin", "slim", "slender", "bony"), ("plump", "fat", "stout", "overweight")),
    "age": (("young", "child"), ("old", "elderly", "middle-aged")),
    "skin": (("pale", "light"), ("dark", "tanned")),
    "face": (("beautiful", "pretty"), ("ugly",)),
}  # fmt: skip
YEARS_APART = 10


def clashes(features: tuple[Feature, ...]) -> tuple[tuple[Feature, Feature], ...]:
    """(earlier, later) pairs of features that cannot both be so."""
    lasting = [f for f in features if f.category in LASTING]
    return tuple((a, b) for a, b in combinations(lasting, 2) if _clash(a, b))


def _clash(a: Feature, b: Feature) -> bool:
    if a.negated != b.negated:
        denied, told = (a, b) if a.negated else (b, a)
        return denied.normalized in (told.normalized, told.normalized.split()[-1])
    if a.negated:
        return False
    if "hair_style" in (a.category, b.category) and "hair_color" in (a.category, b.category):
        style = a if a.category == "hair_style" else b
        return "bald" in style.prompt_en
    if a.category != b.category:
        return False
    if a.category == "age":
        one, two = years(a.normalized), years(b.normalized)
        if one is not None and two is not None:
            return abs(one - two) > YEARS_APART
    return any(
        _group(a, row) is not None and _group(b, row) is not None and _group(a, row) != _group(b, row)
        for name, row in ROWS.items()
        if name.strip() == a.category
    )


def _group(feature: Feature, row: tuple[tuple[str, ...], ...]) -> int | None:
    """The one group whose word the prompt has; None for none and for several ("grey-green")."""
    words = feature.prompt_en.replace("-", " ").split()
    found = [n for n, group in enumerate(row) if any(word in words for word in group)]
    return found[0] if len(found) == 1 else None
