"""What a new feature takes the place of: «синее платье» of «красное платье», «без шляпы» of a hat."""

from __future__ import annotations

from collections.abc import Sequence

from .model import Feature

ONE_AT_A_TIME = {  # a new feature of such a category takes the place of all old ones
    "hair_color", "hair_style", "headwear", "clothes", "age", "build", "skin", "eyes", "expression",
}  # fmt: skip


def changed(old: Sequence[Feature], new: Sequence[Feature]) -> tuple[Feature, ...]:
    """The features of a person of whom something new is said: the old ones that go with it, then the new."""
    replaced = {feature.category for feature in new if not feature.negated} & ONE_AT_A_TIME
    bare = {feature.normalized for feature in new}
    denials = replaced & {"headwear"}  # who gets a hat is no longer «без шапки»
    stay = (
        f for f in old if f.normalized not in bare and f.category not in (denials if f.negated else replaced)
    )
    return (*(f for f in stay if not any(_denies(f, g) or _denies(g, f) for g in new)), *new)


def _denies(no: Feature, yes: Feature) -> bool:
    """«без шляпы» denies «синяя шляпа», «без тёмных очков» denies «солнечные очки»."""
    if not no.negated or yes.negated or no.category != yes.category:
        return False
    denied, said = no.normalized.split(), yes.normalized.split()
    return set(denied) <= set(said) or (no.category == "accessory" and denied[-1:] == said[-1:])
