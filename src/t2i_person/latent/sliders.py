"""Strengths after the fact: how much of each target a drawn person shows, by global directions alone."""

from collections.abc import Sequence
from dataclasses import replace

from ..packs import Pack
from ..picture.colours import Kind, said_colour
from .edits import (
    CoordinateEdit,
    DirectionEdit,
    Edit,
    LatentDirectionEdit,
    LocalDirectionEdit,
    RecolourEdit,
    StrengthEdit,
    TransplantEdit,
    wdirections,
)
from .edits.coordinates import style_offset
from .edits.directions import apply
from .edits.grafts import direction_of
from .sample import Sample
from .targets import Target, gender_text

UNIT = 3.0  # alpha of strength 1 for a target that no direction was taken for


def slide(
    pack: Pack,
    sample: Sample,
    changes: Sequence[tuple[Target, float]],  # how much stronger each target should be
    gender: str,
    truncation_psi: float = 1.0,
) -> Sample:
    """The person with other strengths, by the edits that the pack's recipe has for it. No optimization."""
    neutral = gender_text(pack, gender) or pack.neutral
    z, moved = sample.z, list(sample.styles)
    turned = {edit.text: edit.changed for edit in sample.edits if isinstance(edit, CoordinateEdit)}
    taken = {edit.text: abs(edit.alpha) for edit in sample.edits if isinstance(edit, DirectionEdit)}
    in_w = "w_directions" in pack.recipe.edits
    taken |= {edit.text: abs(edit.alpha) for edit in sample.edits if isinstance(edit, LatentDirectionEdit)}
    made: list[StrengthEdit] = []
    edits: list[Edit] = list(sample.edits)
    colours: dict[str, tuple[Target, Kind, str, float]] = {}  # region -> what is to be there
    for target, change in changes:
        if not change:
            continue
        # a hat of a donor and its colour have one name: both get the strength
        given = {e.region for e in edits if isinstance(e, TransplantEdit) and e.text == target.name}
        edits = [
            e.at(_share(e.strength + change)) if isinstance(e, TransplantEdit) and e.region in given else e
            for e in edits
        ]
        said = _region(pack, target)
        if said:
            colours[said[0]] = (target, *said, change)
        if said or given:
            continue
        if z is not None and target.name in turned:
            without = z.clone()
            for j, (before, after) in turned[target.name].items():
                if abs(float(z[0, j]) - after) < 1e-4:  # else something later took its place
                    without[0, j] = before
            step = style_offset(pack, without, z, truncation_psi)
            moved = [style + change * more for style, more in zip(moved, step, strict=True)]
            made.append(StrengthEdit(target.name, round(change, 6)))
            continue
        place = pack.recipe.place_of(target.text, target.category) if in_w else ""
        if place:
            edits = _moved_there(edits, target, place, change)
            continue
        against = {e.text: e.neutral for e in edits if isinstance(e, DirectionEdit)}.get(target.name)
        globally = not in_w or against is not None
        unit = UNIT if globally else wdirections.UNIT
        alpha = change * taken.get(target.name, unit) * (-1 if target.negated else 1)
        direction = direction_of(pack, target, against or neutral if globally else "")
        moved = apply(moved, direction, alpha)
        made.append(StrengthEdit(target.name, None, against or neutral, round(alpha, 6)))
    for target, region, colour, more in colours.values():
        old = [e for e in edits if isinstance(e, RecolourEdit) and e.text == target.name]
        strength = _share(sum(e.strength for e in old) + more)
        edits = [edit for edit in edits if edit not in old]
        edits.append(RecolourEdit(target.name, region, colour, strength))
    return replace(sample, styles=moved, edits=(*edits, *made))


def _moved_there(edits: list[Edit], target: Target, place: str, change: float) -> list[Edit]:
    """The edits with a target's direction in its place stronger by `change`; a new one if there is none."""
    out: list[Edit] = [
        e.at(e.strength + change) if isinstance(e, LocalDirectionEdit) and e.text == target.name else e
        for e in edits
    ]
    if out != edits:
        return out
    alpha = wdirections.UNIT * (-1 if target.negated else 1)
    new = LocalDirectionEdit(target.name, target.text, target.category, place, alpha)
    return [*edits, new.at(change)]


def _share(strength: float) -> float:
    return round(max(0.0, min(1.0, strength)), 6)


def _region(pack: Pack, target: Target) -> tuple[Kind, str] | None:
    """Region and colour of a target that this pack reaches by recolouring."""
    if "recolour" not in pack.recipe.edits or target.negated:
        return None
    return said_colour(target.text, target.category)
