"""The request: one value that every door makes, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import T2IError, damaged
from .picture.backdrop import check as check_backdrop

if TYPE_CHECKING:
    import numpy as np

    from .record import Record

LOW, HIGH = -2.0, 2.0  # of a strength: 1 is as described, 0 without, 2 twice
RANGES: dict[str, tuple[int, int]] = {  # setting -> least and most
    "seed": (0, 2**63 - 1),
    "per_character": (1, 64),
    "steps": (0, 1000),
    "candidates": (2, 1024),
    "likeness_steps": (1, 1000),
    "truncation_psi": (0, 1),
    "strength": (0, 2),
}
REAL = {"truncation_psi", "strength"}  # the others of these are whole numbers
OPTIONAL = {"truncation_psi", "steps"}  # None: the preset's
# what a record keeps beside the seed: of a drawing (these draw it again), of a photo, of a change
OF_TEXT = (
    "per_character", "truncation_psi", "steps", "strength", "variants", "background", "size", "strengths",
    "candidates",
)  # fmt: skip
OF_PHOTO = ("truncation_psi", "steps", "likeness_steps", "background", "size")
OF_CHANGE = ("strength", "background", "size")


@dataclass(frozen=True)
class Request:
    """Everything that is asked for, but for the weights and the device.

    A text asks for its people, a portrait's record for its person changed, a photo for its person drawn and
    changed.

    Raises
    ------
    T2IError : a setting is out of range, or nothing is asked for; the message names the valid choices.
    """

    text: str = ""  # who to draw; of a portrait or photo what to change: «в синей шляпе, без бороды»
    portrait: Record | None = None  # change this person, see `Request.change`
    photo: bytes | str | Path | np.ndarray | None = None  # a picture file, its bytes, or HWC uint8 RGB
    seed: int = 0  # the same text, seed and settings give the same bytes
    per_character: int = 1  # portraits of each person; a character of count n gets n times as many people
    characters: tuple[int, ...] | None = None  # draw only these of the text's people, from 0; None: all
    truncation_psi: float | None = None  # 0 is the average person, 1 the full variety; None: the preset's
    steps: int | None = None  # of optimization; 0 for none; None: the preset's
    likeness_steps: int = 80  # of the inversion of a photo
    strength: float = 1.0  # of all edits together, 0 to 2
    variants: bool = False  # the original's scheme: the whole description at once, and chains of features
    background: str = "transparent"  # or "kept": as drawn, or a colour as CSS writes it
    size: int | None = None  # longer side in pixels, 64 to what the pack draws; None: that
    strengths: Mapping[str, float] = field(default_factory=dict)  # feature or phrase -> LOW to HIGH
    candidates: int = 24  # people that the search for each portrait begins with

    def __post_init__(self) -> None:
        check(vars(self))
        object.__setattr__(self, "strengths", dict(self.strengths))  # a copy: the caller may change theirs
        if not isinstance(self.text, str) or not (self.text.strip() or self.portrait or self.has_photo):
            raise T2IError("The text is empty: describe somebody, as in «Блондинка в голубой кофте».")
        if self.portrait and not self.text and not self.strengths:
            raise T2IError("Nothing to change: give a text («в синей шляпе»), strengths, or both.")

    @classmethod
    def change(
        cls,
        portrait: Record,
        text: str | None = None,
        strengths: Mapping[str, float] | None = None,
        *,
        steps: int | None = None,
        background: str | None = None,  # None: as it was
        size: int | None = None,
    ) -> Request:
        """The person of a portrait, changed; what is not named stays.

        Raises
        ------
        T2IError : as ever, or the record does not say how the portrait was drawn.
        """
        was = portrait.settings
        psi, seed = was.get("truncation_psi"), was.get("request_seed")
        if not isinstance(psi, (int, float)) or not isinstance(seed, int):
            raise damaged("it does not say with which seed and truncation it was drawn")
        return cls(
            text or "",
            portrait,
            seed=seed,
            truncation_psi=psi,
            steps=steps,
            background=background or was.get("background", "transparent"),
            size=size or was.get("size"),
            strengths=strengths or {},
        )

    @classmethod
    def of_record(cls, record: Record) -> Request:
        """What a portrait was drawn by; the reverse of `settings`.

        Raises
        ------
        T2IError : its text and seed alone do not lead to it.
        """
        was, seed = record.settings, record.settings.get("request_seed")
        place = [record.character.get(name) for name in ("index", "portrait")]
        # if not, it began with another portrait, with a photo, or with a text too long to be kept whole
        direct = not (was.get("again") or was.get("passage"))
        if not (direct and isinstance(seed, int) and all(isinstance(number, int) for number in place)):
            raise T2IError(
                "This PNG does not say how to draw it from its text; "
                "its latent draws it with the same weights only."
            )
        found = {name: was[name] for name in OF_TEXT if name in was}
        return cls(record.text, seed=seed, characters=(record.character["index"],), **found)

    @property
    def has_photo(self) -> bool:
        return self.photo is not None  # an array is neither true nor false

    def settings(self) -> dict[str, Any]:
        """For the record: JSON values."""
        names = OF_CHANGE if self.portrait else OF_PHOTO if self.has_photo else OF_TEXT
        asked = {name: getattr(self, name) for name in names}
        if self.portrait:
            changes = {"changes": self.told} if self.text else {}
            return {**self.portrait.settings, **asked, **changes, "again": True}
        if self.has_photo:
            return {"request_seed": self.seed, **asked, "again": True}
        return {"request_seed": self.seed, **asked}

    @property
    def told(self) -> str:
        """Everything that was said about the person."""
        if self.portrait is None:
            return self.text
        return f"{self.portrait.text} {self.text}".strip() if self.text else self.portrait.text


def check(settings: Mapping[str, Any]) -> None:
    """Raise T2IError if a setting of that name cannot have this value."""
    for name, (low, high) in RANGES.items():
        value = settings.get(name, low)
        if value is None and name in OPTIONAL:
            continue
        kinds = (int, float) if name in REAL else (int,)
        if not isinstance(value, kinds) or isinstance(value, bool) or not low <= value <= high:
            kind = "a number" if name in REAL else "a whole number"
            raise T2IError(f"{name} is {kind} from {low} to {high}, not {value!r}.")
    if not isinstance(variants := settings.get("variants", False), bool):
        raise T2IError(f"variants is true or false, not {variants!r}.")
    check_backdrop(settings.get("background", "transparent"), settings.get("size"))
    strengths = settings.get("strengths", {})
    if not isinstance(strengths, Mapping):
        raise T2IError(f"strengths are numbers by feature, as in {{'очки': 0.5}}, not {strengths!r}.")
    for name, value in strengths.items():
        if not isinstance(name, str):
            raise T2IError(f"A strength is named by a feature or a phrase, as «очки», not {name!r}.")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not LOW <= value <= HIGH:
            raise T2IError(f"A strength is a number from {LOW:g} to {HIGH:g}, not {value!r} for «{name}».")
