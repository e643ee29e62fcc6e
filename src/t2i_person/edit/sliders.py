"""Strengths after the fact: how much of each wish a drawn person shows, by global directions alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from ..errors import T2IError
from ..packs import Pack
from ..text import Character, Feature, describe
from .coordinates import delta
from .directions import apply, global_direction
from .wishes import Wish, gender_text, wishes

UNIT = 3.0  # alpha of strength 1 for a wish that no direction was taken for
LOW, HIGH = -2.0, 2.0  # 1 is as described, 0 without, 2 twice
SUBJECTS = {"male": "Мужчина", "female": "Женщина", "unknown": "Человек"}


def slide(
    pack: Pack,
    styles: Sequence[Tensor],  # of one person: [1, c] a layer
    changes: Sequence[tuple[Wish, float]],  # how much stronger each wish should be
    edits: Sequence[Mapping[str, Any]],  # made before: what was taken for a wish says what its strength 1 is
    gender: str,
    z: Tensor | None = None,  # [1, z_dim], the person's now
    truncation_psi: float = 1.0,
) -> tuple[list[Tensor], tuple[dict[str, Any], ...]]:
    """StyleSpace with other strengths, and the edits that took it there. No optimization."""
    neutral = gender_text(pack, gender) or pack.neutral
    turned = {edit["text"]: edit["changed"] for edit in edits if edit["kind"] == "coordinates"}
    taken = {edit["text"]: abs(edit["alpha"]) for edit in edits if edit["kind"] == "direction"}
    moved, made = list(styles), []
    for wish, change in changes:
        if not change:
            continue
        if z is not None and wish.name in turned:
            without = z.clone()
            for j, before, after in turned[wish.name]:
                if abs(float(z[0, j]) - after) < 1e-4:  # else something later took its place
                    without[0, j] = before
            step = delta(pack, without, z, truncation_psi)
            moved = [style + change * more for style, more in zip(moved, step, strict=True)]
            made.append({"kind": "strength", "text": wish.name, "coordinates": round(change, 6)})
            continue
        alpha = change * taken.get(wish.name, UNIT) * (-1 if wish.negated else 1)
        moved = apply(moved, global_direction(pack, wish.text, neutral), alpha)
        made.append({"kind": "strength", "text": wish.name, "neutral": neutral, "alpha": round(alpha, 6)})
    return moved, tuple(made)


def chosen(
    pack: Pack, own: Sequence[Wish], strengths: Mapping[str, float], gender: str
) -> list[tuple[Wish, float]]:
    """Each strength with its wish: one of the person's own, or what the phrase says.

    Raises
    ------
    T2IError : a strength is out of range, or the pack cannot draw the phrase.
    """
    known = {wish.name: wish for wish in own}
    found: dict[str, tuple[Wish, float]] = {}
    for name, value in strengths.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not LOW <= value <= HIGH:
            raise T2IError(f"A strength is a number from {LOW:g} to {HIGH:g}, not {value!r} for «{name}».")
        for wish in [known[name]] if name in known else _wishes(pack, features_of(pack, name, gender))[0]:
            found[wish.name] = (known.get(wish.name, wish), float(value))
    return list(found.values())


def features_of(pack: Pack, text: str, gender: str) -> tuple[Feature, ...]:
    """What «в синей шляпе, без бороды» asks for.

    Raises
    ------
    T2IError : it asks for nothing, or for what the pack cannot draw.
    """
    people = describe(text)
    for subject in dict.fromkeys((gender, *SUBJECTS)):  # «лысый» is said of a woman, too
        if any(person.described for person in people):
            break
        people = describe(f"{SUBJECTS[subject]}, {text}")
    if len(people) > 1 or not people or not people[0].described:
        raise T2IError(f"«{text}» names no looks of one person: say «рыжие волосы» or «в синей шляпе».")
    features = people[0].described
    _, unable = _wishes(pack, features)
    if unable:
        reasons = "; ".join(f"«{wish.name}»: {wish.obstacle}" for wish in unable)
        raise T2IError(f"This cannot be drawn: {reasons}. The pack draws {', '.join(sorted(pack.draws))}.")
    return features


def _wishes(pack: Pack, features: tuple[Feature, ...]) -> tuple[list[Wish], list[Wish]]:
    return wishes(pack, Character("", "", "unknown", 1, 0, 0, features))
