"""The door for Python: each function makes a request of its arguments."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import numpy as np

from . import pipeline
from .pipeline import Pack, recreate
from .portrait import Event, Portrait, Result
from .record import Record
from .request import Request

__all__ = ["change", "draw", "edit_photo", "recreate", "sketch"]


def draw(
    text: str,
    *,
    pack: str | Pack = "auto",  # or a name, or a folder; auto: faces where they were pulled, else embedded
    seed: int = 0,  # the same text, seed and settings give the same bytes
    per_character: int = 1,  # portraits of each person; a character of count n gets n times as many people
    truncation_psi: float
    | None = None,  # 0 is the average person, 1 the full variety; by default the preset's
    steps: int | None = None,  # of optimization; 0 for none, by default the preset's
    strength: float = 1.0,  # of all edits together, 0 to 2
    variants: bool = False,  # the original's scheme: the whole description at once, and chains of features
    background: str = "transparent",  # or "kept", or a colour as CSS writes it
    size: int | None = None,  # longer side in pixels, 64 to what the pack draws; by default that
    strengths: Mapping[str, float] | None = None,  # feature -> -2 to 2, as in `change`
    most: int | None = None,  # portraits of all characters together; more is an error
    cast: Mapping[str, Record] | None = None,  # people kept by name, each as a portrait's record
    candidates: int = 24,  # people that the search for each portrait begins with
    characters: Collection[int] | None = None,  # draw only these of the text's people, from 0; None: all
    device: str = "auto",
    on_event: Callable[[Event], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    """Draw the people a Russian text describes.

    Raises
    ------
    T2IError : a setting out of range, a strength of what cannot be drawn.
    TextError, NoPeople, TooManyPeople : in the text.
    NobodyFits : no character's candidates had one face of the right gender.
    PackError : the pack is missing or damaged.
    Cancelled : `cancelled` said yes.
    """
    request = Request(
        text,
        seed=seed,
        per_character=per_character,
        characters=None if characters is None else tuple(characters),
        truncation_psi=truncation_psi,
        steps=steps,
        strength=strength,
        variants=variants,
        background=background,
        size=size,
        strengths=strengths or {},
        candidates=candidates,
    )
    return pipeline.draw(
        request, pack, device=device, cast=cast, most=most, on_event=on_event, cancelled=cancelled
    )


def change(
    record: Record,  # of a portrait: `portrait.record`, or `read_record(data)` of its PNG
    *,
    text: str | None = None,  # what to change: «в синей шляпе, без бороды»
    strengths: Mapping[str, float] | None = None,  # feature or phrase -> -2 to 2: 1 as described, 0 without
    steps: int | None = None,  # of optimization for the text; 0 for none, by default the preset's
    background: str | None = None,  # by default as it was
    size: int | None = None,
    pack: Pack | None = None,  # by default the one of that name
    device: str = "auto",
    on_event: Callable[[Event], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Portrait:
    """The same person, changed; strengths that are not named stay. Strengths alone need no optimization.

    Raises
    ------
    T2IError : nothing to change, what cannot be drawn, or a portrait of other weights.
    PackError : the pack that drew the portrait is not installed.
    Cancelled : `cancelled` said yes.
    """
    request = Request.change(record, text, strengths, steps=steps, background=background, size=size)
    return pipeline.change(request, pack, device=device, on_event=on_event, cancelled=cancelled)


def sketch(
    record: Record,
    *,
    text: str | None = None,
    strengths: Mapping[str, float] | None = None,
    pack: Pack | None = None,
    device: str = "auto",
) -> np.ndarray:
    """A quick, small preview of `change`: HWC uint8 RGB, 256 pixels, with background."""
    return pipeline.sketch(Request.change(record, text, strengths), pack, device=device)


def edit_photo(
    photo: bytes | str | Path | np.ndarray,  # a picture file, its bytes, or HWC uint8 RGB
    text: str = "",  # what to change, «в очках, с рыжими волосами»; empty: nothing
    *,
    strengths: Mapping[str, float] | None = None,  # feature or phrase -> -2 to 2: 1 as described, 0 without
    likeness_steps: int = 80,  # of the inversion
    steps: int | None = None,  # of optimization for the text; 0 for none, by default the preset's
    background: str = "transparent",  # or "kept": as drawn, or a colour as CSS writes it
    size: int | None = None,  # longer side in pixels, 64 to what the pack draws; by default that
    pack: str | Pack = "auto",
    device: str = "auto",
    on_event: Callable[[Event], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Portrait:
    """Find the photo's person in the pack's latent space, then change what is asked for.

    The picture shows the person as the pack can draw them: weights that know few faces give a likeness of
    hair, skin, clothes and pose rather than of the face. Nothing of the photo itself is in the result, which
    can be edited again from its PNG.

    Raises
    ------
    T2IError : no readable photo, not exactly one face, what cannot be drawn, a setting out of range.
    PackError : the pack is missing or damaged.
    Cancelled : `cancelled` said yes.
    """
    request = Request(
        text,
        photo=photo,
        steps=steps,
        likeness_steps=likeness_steps,
        background=background,
        size=size,
        strengths=strengths or {},
    )
    return pipeline.edit_photo(request, pack, device=device, on_event=on_event, cancelled=cancelled)
