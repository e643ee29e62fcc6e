"""What a portrait's record may hold: bounds that are kept when it is written, and checked when it is read.

A record comes from a stranger as often as from here, so every field is looked at before anything is drawn.
Only what is known here is trusted further in; anything else (a later version may write more) has to be small
and plain.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from .errors import T2IError
from .picture.backdrop import SMALLEST
from .picture.backdrop import check as check_dress

LARGEST = 1 << 20  # bytes of JSON; Pillow and what is built on it open no PNG with a longer note
PASSAGE = 100_000  # characters of the text; a longer one is kept in part
FEATURES = 256  # of one person
ITEMS = 1024  # of any other list or object
WORDS = 2000  # characters of any other text
FLOATS = 1 << 16  # of a latent
EXTREME = 1e4  # of a number in a latent; real ones stay under a hundred
DEPTH = 6
NEEDS = {
    "coordinates": ("text", "changed"),
    "direction": ("text", "alpha"),
    "strength": ("text",),
    "w_direction": ("text", "alpha"),
}


def _plain(value: Any, depth: int = DEPTH) -> Any:
    """JSON of few items, not deep."""
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
Slider = Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)]


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
    alpha: Number | None = None
    by: Number | None = None
    region: Name | None = None
    colour: Name | None = None
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
        return self


class _Settings(_Part):
    request_seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    truncation_psi: Share = 1.0
    steps: Annotated[int, Field(ge=0, le=1000)] | None = None
    strength: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] = 1.0
    background: Name = "transparent"
    size: Annotated[int, Field(ge=SMALLEST)] | None = None
    per_character: Annotated[int, Field(ge=1, le=64)] = 1
    candidates: Annotated[int, Field(ge=2, le=1024)] = 24
    variants: bool = False
    strengths: Annotated[dict[Word, Slider], Field(max_length=ITEMS)] = {}
    sliders: Annotated[dict[Word, Slider], Field(max_length=ITEMS)] = {}
    scores: Annotated[dict[Word, Share], Field(max_length=ITEMS)] = {}
    again: bool = False

    @model_validator(mode="after")
    def drawable(self) -> Self:
        check_dress(self.background, self.size)
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
        # numbers that are none, and halves of surrogate pairs, wherever they stand
        json.dumps(values, ensure_ascii=False, allow_nan=False).encode()
        _Record.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise damaged(f"{_place(first['loc'])} {_said(first)}".strip()) from None
    except UnicodeEncodeError:
        raise damaged("it holds half a surrogate pair") from None
    except (ValueError, RecursionError) as error:
        raise damaged(str(error)) from error
    return values


def damaged(why: str) -> T2IError:
    """What to raise for a record that cannot be trusted."""
    return T2IError(f"The record inside this PNG is damaged ({why}): draw the portrait again.")


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
    """Where in the record, in printable letters: a name may be a stranger's."""
    return "".join(letter for letter in ".".join(map(str, path))[:80] if letter.isprintable())


def _said(error: Any) -> str:
    """What is wrong, without the words of the record itself."""
    reason = error.get("ctx", {}).get("error")
    return str(reason)[:200] if reason is not None else error["msg"][0].lower() + error["msg"][1:]
