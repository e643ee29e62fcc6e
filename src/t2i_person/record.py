"""The record of how a portrait was made, with bounds that are checked when it is written and when it is read.

A record may come from a stranger, so every field is checked before anything is drawn. Fields that are unknown
here (a later version may write more) are kept if they are small and plain, and are not used.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Literal, Self, get_args

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from .errors import damaged
from .request import HIGH, LOW
from .request import check as check_settings

try:
    VERSION = version("t2i-person")
except PackageNotFoundError:  # a source tree that was never installed
    VERSION = "unknown"

LARGEST = 1 << 20  # bytes of JSON; Pillow and what is built on it open no PNG with a longer note
PASSAGE = 100_000  # characters of the text; a longer one is kept in part
FEW = 1000  # characters of it that the record of a person kept by name has
FEATURES = 256  # of one person
ITEMS = 1024  # of any other list or object
WORDS = 2000  # characters of any other text
FLOATS = 1 << 16  # of a latent
EXTREME = 1e4  # of a number in a latent; real ones stay under a hundred
DEPTH = 6
NEEDS = {
    "coordinates": ("text", "changed"),
    "direction": ("text", "alpha"),
    "local_direction": ("text", "said", "category", "place", "alpha", "strength"),
    "strength": ("text",),
    "transplant": ("text", "region", "donor", "strength"),
}


def _plain(value: Any, depth: int = DEPTH) -> Any:
    """Check that a JSON value has few items and is not deeply nested."""
    if isinstance(value, str) and len(value) > WORDS:
        raise ValueError(f"has more than {WORDS} characters")
    if isinstance(value, (list, dict)):
        if not depth or len(value) > ITEMS:
            raise ValueError(f"has more than {ITEMS} items" if depth else f"is nested more than {DEPTH} deep")
        for item in value.values() if isinstance(value, dict) else value:
            _plain(item, depth - 1)
    return value


def _coordinate(row: Any) -> Any:
    if not (isinstance(row, list) and len(row) == 3 and type(row[0]) is int and row[0] >= 0):
        raise ValueError("is not a coordinate's number from 0, its value before and its value after")
    return row


Plain = Annotated[Any, AfterValidator(_plain)]
Word = Annotated[str, Field(max_length=WORDS)]
Name = Annotated[str, Field(max_length=100)]
Count = Annotated[int, Field(ge=0, le=2**31)]
Number = Annotated[float, Field(ge=-EXTREME, le=EXTREME, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Slider = Annotated[float, Field(ge=LOW, le=HIGH, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")
    __pydantic_extra__: dict[Name, Plain] = Field(init=False)  # type: ignore[misc]


class _Feature(_Part):
    text: Word = ""
    start: Count = 0
    end: Count = 0
    category: Name = ""
    normalized: Word
    negated: bool = False
    prompt_en: Word = ""
    chapter: Word = ""


class _Character(_Part):
    head: Word = ""
    lemma: Word = ""
    gender: Literal["male", "female", "unknown"] = "unknown"
    count: Count = 1
    start: Count = 0
    end: Count = 0
    features: Annotated[list[_Feature], Field(max_length=FEATURES)] = []
    index: Count = 0
    portrait: Count = 0
    person: Count = 0


class _Edit(_Part):
    kind: Name
    text: Word | None = None
    texts: Annotated[list[Word], Field(max_length=ITEMS)] = []
    neutral: Word | None = None
    said: Word | None = None
    category: Name | None = None
    place: Name | None = None
    alpha: Number | None = None
    by: Number | None = None
    region: Name | None = None
    colour: Name | None = None
    donor: Count | None = None
    strength: Number | None = None
    steps: Annotated[int, Field(ge=0, le=10**6)] = 0
    changed: Annotated[
        list[Annotated[list[Number], BeforeValidator(_coordinate)]], Field(max_length=ITEMS)
    ] = []

    @model_validator(mode="after")
    def whole(self) -> Self:
        for name in NEEDS.get(self.kind, ()):
            if getattr(self, name) is None:
                raise ValueError(f"of kind {self.kind} has no {name}")
        if self.kind == "recolour":
            from .picture.colours import Kind, colour  # which brings in torch

            if self.region not in get_args(Kind) or colour(self.colour or "", self.region) is None:
                raise ValueError("recolours no region that there is, or with no known colour")
        if self.kind == "local_direction":
            from .picture.regions import EVERYWHERE, PLACES  # the same

            if self.place not in (places := (*PLACES, EVERYWHERE)):
                raise ValueError(f"changes {self.place!r}: there are {', '.join(places)}")
        if self.kind == "transplant":
            from .picture.regions import REGIONS  # the same

            if self.region not in REGIONS:
                raise ValueError(f"takes {self.region!r} of somebody: there are {', '.join(REGIONS)}")
        return self


class _Settings(_Part):
    strengths: Annotated[dict[Word, Slider], Field(max_length=ITEMS)] = {}
    sliders: Annotated[dict[Word, Slider], Field(max_length=ITEMS)] = {}
    scores: Annotated[dict[Word, Share], Field(max_length=ITEMS)] = {}
    again: bool = False

    @model_validator(mode="after")
    def drawable(self) -> Self:
        asked = self.__pydantic_extra__
        check_settings({**asked, "seed": asked.get("request_seed", 0)})
        return self


class _Record(_Part):
    text: str
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    pack: Name
    digest: Name = ""
    version: Name = "unknown"
    edits: Annotated[list[_Edit], Field(max_length=ITEMS)] = []
    settings: _Settings = _Settings()
    character: _Character = _Character()
    latent: dict[str, Any] | None = None  # the arrays are looked at when they are unpacked
    w_plus: dict[str, Any] | None = None
    z: dict[str, Any] | None = None


@dataclass(frozen=True)
class Record:
    """How a portrait was made.

    Parameters
    ----------
    text : what was asked for, as it was written; a PNG keeps of a long one the passage about this person.
    seed : the portrait's own seed.
    pack : name of the weights.
    digest : of the weights, see `PackInfo.digest`; "" when not known.
    character : who this is: ``head``, ``lemma``, ``gender``, ``count``, ``features`` (each as in
        `t2i_person.Feature`), and where in the answer: ``index`` of the character, ``portrait`` of it.
    edits : what was changed in the drawing, in order; JSON values only.
    settings : steps, truncation and whatever else the drawing depended on; JSON values only.
    latent : [channels], StyleSpace of the picture, all layers joined: draws it again. None: not kept.
    w_plus : [num_ws, w_dim], the person before the edits of StyleSpace. None: not kept.
    z : [z_dim], what `w_plus` is of. None: not kept, or there is none (of a photo).
    version : of this package.
    """

    text: str
    seed: int
    pack: str
    edits: tuple[Mapping[str, Any], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    latent: np.ndarray | None = None
    version: str = VERSION
    digest: str = ""
    character: Mapping[str, Any] = field(default_factory=dict)
    w_plus: np.ndarray | None = None
    z: np.ndarray | None = None

    @property
    def strength(self) -> float:
        """Of all edits together, when it was drawn."""
        found = self.settings.get("strength", 1.0)
        return float(found) if isinstance(found, (int, float)) else 1.0

    def to_json(self) -> str:
        """One line of JSON: sorted keys, Cyrillic left readable."""
        values: dict[str, Any] = {
            "text": self.text,
            "seed": self.seed,
            "pack": self.pack,
            "digest": self.digest,
            "character": dict(self.character),
            "edits": [dict(edit) for edit in self.edits],
            "settings": dict(self.settings),
            "version": self.version,
        }
        for name in ("latent", "w_plus", "z"):
            if (array := getattr(self, name)) is not None:
                values[name] = _packed(array)
        return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> "Record":
        """The reverse of `to_json`.

        Raises
        ------
        T2IError : the line is not a record, or goes beyond the bounds of one.
        """
        values = parsed(line)
        latent, w_plus, z = (_unpacked(name, values.get(name)) for name in ("latent", "w_plus", "z"))
        if z is not None:
            for edit in values.get("edits", ()):
                if any(row[0] >= z.size for row in edit.get("changed", ())):
                    raise damaged(f"edits change a coordinate beyond the {z.size} of z")
        return cls(
            text=values["text"],
            seed=values["seed"],
            pack=values["pack"],
            edits=tuple(values.get("edits", ())),
            settings=values.get("settings", {}),
            latent=latent,
            version=values.get("version", "unknown"),
            digest=values.get("digest", ""),
            character=values.get("character", {}),
            w_plus=w_plus,
            z=z,
        )

    def for_cast(self) -> "Record":
        """The record with all that is needed to draw the same person elsewhere, and little of the text."""
        about = {name: self.character[name] for name in ("head", "lemma", "gender") if name in self.character}
        return replace(self, text=self.text[:FEW], character=about)

    def within_bounds(self) -> "Record":
        """The record cut to what a PNG keeps; this and other programs refuse a PNG with a longer note."""
        for share in (1, 1 / 4, 1 / 32):
            text, about, settings = within_bounds(self.text, self.character, self.settings, share)
            edits = tuple(clipped(edit, share) for edit in self.edits[-int(ITEMS * share) :])
            found = replace(self, text=text, character=about, settings=settings, edits=edits)
            if len(found.to_json().encode()) <= LARGEST:
                break
        return found


def parsed(line: str) -> dict[str, Any]:
    """The fields of a record, as they stand in it.

    Raises
    ------
    T2IError : it is none, or it goes beyond a bound; the message names the field.
    """
    try:
        if len(line) > LARGEST:
            raise ValueError(f"it has more than {LARGEST >> 20} MiB")
        values = json.loads(line)
        # NaN, infinities and halves of surrogate pairs, anywhere in the record
        json.dumps(values, ensure_ascii=False, allow_nan=False).encode()
        _Record.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        # what is wrong with a setting begins with its name
        link = "." if first["loc"] == ("settings",) and first["type"] == "value_error" else " "
        raise damaged(f"{_place(first['loc'])}{link}{_said(first)}".strip()) from None
    except UnicodeEncodeError:
        raise damaged("it holds half a surrogate pair") from None
    except (ValueError, RecursionError) as error:
        raise damaged(str(error)) from error
    return values


def within_bounds(
    text: str, character: Mapping[str, Any], settings: Mapping[str, Any], share: float = 1
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Text, character and settings cut to `share` of the bounds; of the text the part about the person stays.

    Offsets then count in what is left of the text, and ``settings["passage"]`` says which part that is. A
    feature that stands elsewhere is left without a place: its offsets are 0.
    """
    room = int(PASSAGE * share)
    about, asked = clipped(character, share), clipped(settings, share)
    features = about["features"] = about.get("features", [])[: max(1, int(FEATURES * share))]
    if len(text) <= room:
        return text, about, asked
    first = min(int(item.get("start", 0)) for item in (about, *features))
    begin = min(max(0, first - room // 10), len(text) - room)
    if begin:  # not in the middle of a word
        begin += max(0, text[begin : begin + 100].find(" ")) + 1
    end = min(len(text), begin + room)
    for item in (about, *features):
        inside = begin <= int(item.get("start", 0)) <= int(item.get("end", 0)) <= end
        for name in ("start", "end"):
            item[name] = int(item.get(name, 0)) - begin if inside else 0
    before = asked.get("passage", [0])[0]
    asked["passage"] = [before + begin, before + end]
    return text[begin:end], about, asked


def clipped(value: Any, share: float = 1) -> Any:
    """JSON values cut to `share` of what a reader takes."""
    items = int(ITEMS * share)
    match value:
        case str():
            return value[: int(WORDS * share)]
        case Mapping():
            return {clipped(name, share): clipped(item, share) for name, item in list(value.items())[:items]}
        case list() | tuple():
            return [clipped(item, share) for item in value[:items]]
    return value


def _place(path: tuple[int | str, ...]) -> str:
    """The path of a field, in printable letters, because names may come from a stranger."""
    return "".join(letter for letter in ".".join(map(str, path))[:80] if letter.isprintable())


def _said(error: Any) -> str:
    """What is wrong, shortened, because the message may quote a long record."""
    reason = error.get("ctx", {}).get("error")
    return str(reason)[:200].rstrip(".") if reason is not None else error["msg"][0].lower() + error["msg"][1:]


def _packed(array: np.ndarray) -> dict[str, Any]:
    array = np.ascontiguousarray(array, dtype="<f4")
    return {"shape": list(array.shape), "float32": base64.b64encode(array.tobytes()).decode("ascii")}


def _unpacked(name: str, value: Any) -> np.ndarray | None:
    if value is None:
        return None
    try:
        shape, packed = value["shape"], value["float32"]
        if not (isinstance(packed, str) and isinstance(shape, list) and 1 <= len(shape) <= 2):
            raise ValueError
        if not all(type(side) is int and 0 < side <= FLOATS for side in shape):
            raise ValueError
        flat = np.frombuffer(base64.b64decode(packed, validate=True), dtype="<f4")
        array = flat.reshape(shape).astype(np.float32)
    except (KeyError, ValueError):
        raise damaged(f"{name} is no array of numbers") from None
    if array.size > FLOATS or not (np.abs(array) <= EXTREME).all():  # NaN fails this, too
        raise damaged(f"{name} holds more, or other, numbers than a portrait has")
    return array
