"""The kinds of edits of a drawn person, one class each; the PNG holds each edit as a table.

Edits of the latent space are already contained in the person's StyleSpace; these values only tell what was
done. Edits of the picture (`PICTURE`) are made anew whenever the person is drawn.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, get_args

from ...errors import damaged
from ...nets.regions import EVERYWHERE, PLACES, REGIONS
from ...picture.colours import Kind
from ...text.model import CATEGORIES

SEEN = 0.5  # strength from which a transplant is there
FARTHEST = 64.0  # alpha and strength of a step in one place: beyond it there are no faces


class Edit(Protocol):
    """One change, as a value."""

    kind: ClassVar[str]

    def json(self) -> dict[str, Any]:
        """JSON values, the kind among them; `read_edits` makes the edit of it again."""
        ...


@dataclass(frozen=True)
class CoordinateEdit:
    """Coordinates of Z set for one target."""

    kind: ClassVar[str] = "coordinates"
    text: str  # the target's name
    changed: dict[int, tuple[float, float]]  # coordinate -> value before, after

    def json(self) -> dict[str, Any]:
        changed = [[j, round(before, 6), round(after, 6)] for j, (before, after) in self.changed.items()]
        return {"kind": self.kind, "text": self.text, "changed": changed}


@dataclass(frozen=True)
class DirectionEdit:
    """One global direction taken (Patashnik et al., "StyleCLIP", 2021, section 6)."""

    kind: ClassVar[str] = "direction"
    text: str
    neutral: str
    alpha: float

    def json(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text, "neutral": self.neutral, "alpha": self.alpha}


@dataclass(frozen=True)
class LocalDirectionEdit:
    """A direction in W or StyleSpace taken in one place of the picture only, or in all, see `grafts`."""

    kind: ClassVar[str] = "local_direction"
    text: str  # the target's name
    said: str  # its text for the encoder, whose direction this is
    category: str
    place: str  # of `nets.regions.PLACES`, or `EVERYWHERE`
    alpha: float  # of the direction at strength 1
    strength: float = 1.0
    neutral: str = ""  # what a global direction (StyleCLIP, section 6) is seen against; "": a direction in W

    def json(self) -> dict[str, Any]:
        found = {
            "kind": self.kind,
            "text": self.text,
            "said": self.said,
            "category": self.category,
            "place": self.place,
            "alpha": self.alpha,
            "strength": self.strength,
        }
        return found | {"neutral": self.neutral} if self.neutral else found

    def at(self, strength: float) -> "LocalDirectionEdit":
        """The same edit at another strength."""
        return replace(self, strength=round(strength, 6))


@dataclass(frozen=True)
class OptimizedEdit:
    """A latent optimization for several targets (StyleCLIP, section 4)."""

    kind: ClassVar[str] = "optimize"
    texts: tuple[str, ...]
    steps: int

    def json(self) -> dict[str, Any]:
        return {"kind": self.kind, "texts": list(self.texts), "steps": self.steps}


@dataclass(frozen=True)
class StrengthEdit:
    """A slider moved: along the coordinates that were set for the target, or along its direction."""

    kind: ClassVar[str] = "strength"
    text: str
    coordinates: float | None = None  # how much more of them, 1 is once more
    neutral: str = ""
    alpha: float = 0.0  # of the direction, when no coordinates are moved

    def json(self) -> dict[str, Any]:
        if self.coordinates is not None:
            return {"kind": self.kind, "text": self.text, "coordinates": self.coordinates}
        return {"kind": self.kind, "text": self.text, "neutral": self.neutral, "alpha": self.alpha}


@dataclass(frozen=True)
class ScaledEdit:
    """All edits of a request together taken back in part, or whole at 0."""

    kind: ClassVar[str] = "scaled"
    by: float

    def json(self) -> dict[str, Any]:
        return {"kind": self.kind, "by": self.by}


@dataclass(frozen=True)
class RecolourEdit:
    """A colour put on a region of the picture."""

    kind: ClassVar[str] = "recolour"
    text: str  # the target's name
    region: Kind
    colour: str  # as the table of colours names it
    strength: float = 1.0  # 0 is as drawn, 1 the colour whole

    def json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "text": self.text,
            "region": self.region,
            "colour": self.colour,
            "strength": self.strength,
        }

    def at(self, strength: float) -> "RecolourEdit":
        """The same edit at another strength."""
        return replace(self, strength=round(strength, 6))


@dataclass(frozen=True)
class TransplantEdit:
    """A part of one of the pack's donors in the person's picture, see `grafts`."""

    kind: ClassVar[str] = "transplant"
    text: str  # the target's name
    region: str  # of `nets.regions.REGIONS`
    donor: int  # index in the pack's donors
    strength: float = 1.0  # the part is shown from 0.5 on; there is no half of a hat

    def json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "text": self.text,
            "region": self.region,
            "donor": self.donor,
            "strength": self.strength,
        }

    def at(self, strength: float) -> "TransplantEdit":
        """The same edit at another strength."""
        return replace(self, strength=round(strength, 6))


PartEdit = LocalDirectionEdit | TransplantEdit  # what changes a part of the picture by the generator
PICTURE = (LocalDirectionEdit, TransplantEdit, RecolourEdit)  # made anew whenever the person is drawn


def parts_of(edits: Iterable[Edit], share: float = 1) -> tuple[PartEdit, ...]:
    """The parts that are visible at `share` of their strengths, in order.

    Of two transplants of one region only the later one is visible.
    """
    last = {edit.region: edit for edit in edits if isinstance(edit, TransplantEdit)}
    found: list[PartEdit] = []
    for edit in edits:
        if isinstance(edit, LocalDirectionEdit) and edit.strength * share:
            found.append(edit.at(edit.strength * share))
        elif isinstance(edit, TransplantEdit) and edit is last[edit.region] and edit.strength * share >= SEEN:
            found.append(edit)
    return tuple(found)


def read_edits(tables: Iterable[Mapping[str, Any]]) -> tuple[Edit, ...]:
    """The edits that a record lists; the reverse of their `json`.

    Raises
    ------
    T2IError : a table is no edit that is known here.
    """
    try:
        return tuple(_READERS[table["kind"]](table) for table in tables)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise damaged("an edit is of no kind that is known here, or lacks a value") from error


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e6:
        raise ValueError("not a number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value


def _region(value: Any) -> Kind:
    if value not in get_args(Kind):
        raise ValueError("no region")
    return value


def _donor(table: Mapping[str, Any]) -> TransplantEdit:
    donor, region = table["donor"], table["region"]
    if isinstance(donor, bool) or not isinstance(donor, int) or not 0 <= donor < 1e6 or region not in REGIONS:
        raise ValueError("no donor")
    return TransplantEdit(_text(table["text"]), region, donor, _number(table["strength"]))


def _local(table: Mapping[str, Any]) -> LocalDirectionEdit:
    if table["place"] not in (*PLACES, EVERYWHERE) or table["category"] not in CATEGORIES:
        raise ValueError("no place")
    said, alpha, strength = _text(table["said"]), _number(table["alpha"]), _number(table["strength"])
    if abs(alpha) > FARTHEST or abs(strength) > FARTHEST:
        raise ValueError("goes too far")
    neutral = _text(table.get("neutral", ""))
    return LocalDirectionEdit(
        _text(table["text"]), said, table["category"], table["place"], alpha, strength, neutral
    )


def _strength(table: Mapping[str, Any]) -> StrengthEdit:
    if "coordinates" in table:
        return StrengthEdit(_text(table["text"]), _number(table["coordinates"]))
    return StrengthEdit(_text(table["text"]), None, _text(table["neutral"]), _number(table["alpha"]))


_READERS: dict[str, Any] = {
    "coordinates": lambda t: CoordinateEdit(
        _text(t["text"]), {int(j): (_number(a), _number(b)) for j, a, b in t["changed"]}
    ),
    "direction": lambda t: DirectionEdit(_text(t["text"]), _text(t["neutral"]), _number(t["alpha"])),
    "optimize": lambda t: OptimizedEdit(tuple(map(_text, t["texts"])), int(_number(t["steps"]))),
    "strength": _strength,
    "scaled": lambda t: ScaledEdit(_number(t["by"])),
    "local_direction": _local,
    "transplant": _donor,
    "recolour": lambda t: RecolourEdit(
        _text(t["text"]), _region(t["region"]), _text(t["colour"]), _number(t["strength"])
    ),
}
