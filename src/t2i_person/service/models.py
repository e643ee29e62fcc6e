"""The JSON of `/v1`: what is sent, what comes back."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ..errors import T2IError
from ..pipeline import Character as Described
from ..pipeline import check_strength, check_text
from ..portrait import Portrait as Drawn
from ..portrait import Stage
from ..record import Record
from ..request import HIGH, LOW, RANGES, Request
from ..request import check as check_settings

# JSON can spell half a surrogate pair, but Unicode has no such text
HALF = "holds half a surrogate pair: send whole characters."


def _whole(text: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError(HALF)
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: describe somebody, as in «Блондинка в голубой кофте».")
    return _whole(text)


def _named(name: str) -> str:
    if not name.strip():
        raise ValueError("is empty: give it a name.")
    return _whole(name)


def _russian(text: str) -> str:
    check_text(text)
    return text


def _strength(name: str) -> str:
    check_strength(name)
    return name


def _background(value: str) -> str:
    try:
        check_settings({"background": value})
    except T2IError:
        raise ValueError("is transparent, kept, or a colour such as #20304f or white.") from None
    return value


# What is refused here is refused at every door, before the text is read.
Text = Annotated[
    str,
    AfterValidator(_said),
    AfterValidator(_russian),
    Field(examples=["Блондинка в голубой кофте шла по улице."]),
]
Name = Annotated[str, AfterValidator(_named), Field(max_length=100)]
Word = Annotated[str, AfterValidator(_whole), Field(max_length=200)]  # may be empty
Strength = Annotated[Name, AfterValidator(_strength)]
Background = Annotated[str, AfterValidator(_background), Field(max_length=40, examples=["transparent"])]
Size = Annotated[int, Field(ge=256, le=1024)]
Strengths = Annotated[
    dict[Strength, Annotated[float, Field(ge=LOW, le=HIGH, allow_inf_nan=False)]],
    Field(max_length=64, examples=[{"голубая кофта": 1.5}]),
]
Steps = Annotated[int, Field(ge=RANGES["steps"][0], le=RANGES["steps"][1])]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class JobOrder(Asked):
    """What to draw."""

    text: Text
    seed: int | None = Field(default=None, ge=0, le=2**53 - 1)
    per_character: int = Field(default=1, ge=1, le=16)
    characters: list[Annotated[int, Field(ge=0)]] | None = Field(default=None, min_length=1, max_length=1000)
    steps: Steps | None = None
    strengths: Strengths = Field(default_factory=dict)
    truncation_psi: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False)
    pack: Name | None = None
    background: Background = "transparent"
    size: Size = 1024
    cast: bool = True

    def request(self) -> Request:
        """What the pipeline is asked for."""
        return Request(
            self.text,
            seed=self.seed or 0,
            per_character=self.per_character,
            characters=None if self.characters is None else tuple(self.characters),
            steps=self.steps,
            strengths=self.strengths,
            truncation_psi=self.truncation_psi,
            background=self.background,
            size=self.size,
        )


class DescribeOrder(Asked):
    """What to read."""

    text: Text


class PortraitOrder(Asked):
    """A portrait: its id, or the PNG itself in base64."""

    model_config = ConfigDict(json_schema_extra={"example": {"portrait": "img_9b2e"}})
    portrait: Word | None = None
    png: str | None = None

    @property
    def holds(self) -> str:
        """The name of the field that was sent."""
        return "portrait" if self.png is None else "png"

    @model_validator(mode="after")
    def one(self) -> Self:
        if (self.portrait is None) == (self.png is None):
            raise ValueError("Name one portrait: its id as `portrait`, or its PNG in base64 as `png`.")
        return self


class EditOrder(PortraitOrder):
    """What to change about a portrait."""

    model_config = ConfigDict(json_schema_extra={"example": {"portrait": "img_9b2e", "text": "в очках"}})
    text: Annotated[Text, Field(max_length=2000)] | None = None
    strengths: Strengths = Field(default_factory=dict)
    steps: Steps | None = None
    draft: bool = False
    background: Background | None = None
    size: Size | None = None

    @model_validator(mode="after")
    def something(self) -> Self:
        if self.text is None and not self.strengths:
            raise ValueError("Say what to change: a `text` («в синей шляпе»), `strengths`, or both.")
        return self

    def request(self, record: Record) -> Request:
        """What the pipeline is asked for."""
        return Request.change(
            record, self.text, self.strengths, steps=self.steps, background=self.background, size=self.size
        )


class Feature(BaseModel):
    """One thing that a portrait could show."""

    text: str
    start: int
    end: int
    category: str
    normalized: str
    negated: bool
    prompt_en: str


class Mention(BaseModel):
    """A span that names the person."""

    text: str
    start: int
    end: int


class Reading(BaseModel):
    """A character of the text. Offsets count Unicode code points."""

    index: int
    head: str
    lemma: str
    gender: Literal["male", "female", "unknown"]
    count: int
    start: int
    end: int
    features: list[Feature]
    mentions: list[Mention]
    prompt_en: str


class Portrait(BaseModel):
    """One picture. `strengths` are its sliders."""

    id: str
    url: str
    character: int
    person: int
    seed: int
    width: int
    height: int
    drawn: list[str]
    not_drawn: dict[str, str]
    scores: dict[str, float]
    strengths: dict[str, float]
    edits: list[dict[str, Any]]
    gender_found: str
    age_found: int | None


class Draft(BaseModel):
    """A quick look: a data URL, nothing is kept."""

    id: None = None
    url: None = None
    image: str


class Character(Reading):
    """A character and its portraits so far."""

    cast: str | None = None
    notes: list[str] = Field(default_factory=list)
    portraits: list[Portrait] = Field(default_factory=list)


class Description(BaseModel):
    """Who the text describes."""

    characters: list[Reading]


class Progress(BaseModel):
    """Where the work is; people and portraits from 0, steps from 1."""

    stage: Stage
    character: int | None
    portrait: int | None
    step: int | None
    steps: int | None


class Job(BaseModel):
    """A drawing, at any time of its life."""

    id: str
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    place: int | None
    created: float
    finished: float | None
    expires: float | None
    request: JobOrder
    progress: Progress | None
    characters: list[Character]
    notes: list[str]
    seconds: dict[str, float]
    error: dict[str, Any] | None
    url: str
    events: str


class CastEntry(BaseModel):
    """A person kept by name."""

    name: str
    pack: str
    gender: str
    created: float
    image: str


class Cast(BaseModel):
    cast: list[CastEntry]


class PackCard(BaseModel):
    """A set of weights that requests may name."""

    name: str
    version: str
    license: str
    draws: list[str]
    offers: list[str]  # strengths that a page may offer beside those of what was said
    default: bool


class Packs(BaseModel):
    packs: list[PackCard]


def character(index: int, person: Described) -> Character:
    """What was read about somebody."""
    plain = {
        name: getattr(person, name)
        for name in ("head", "lemma", "gender", "count", "start", "end", "prompt_en")
    }
    return Character(
        index=index,
        **plain,
        features=[Feature(**{n: getattr(f, n) for n in Feature.model_fields}) for f in person.described],
        mentions=[Mention(text=m.text, start=m.start, end=m.end) for m in person.mentions],
    )


def portrait(index: int, drawn: Drawn, name: str) -> Portrait:
    """What there is to say about a picture that is kept as `name`."""
    return Portrait(
        id=name,
        url=f"/v1/images/{name}",
        character=index,
        person=drawn.person,
        seed=drawn.seed,
        width=drawn.rgba.shape[1],
        height=drawn.rgba.shape[0],
        drawn=list(drawn.drawn),
        not_drawn=drawn.not_drawn,
        scores=drawn.scores,
        strengths=drawn.strengths,
        edits=[dict(edit) for edit in drawn.edits],
        gender_found=drawn.gender_found,
        age_found=drawn.age_found,
    )
