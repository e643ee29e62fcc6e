"""Change a drawn person: by a new phrase, by other strengths, or both."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from ..errors import T2IError, damaged
from ..latent.edits import PICTURE
from ..latent.sample import Sample
from ..latent.targets import feature_name, targets_of_phrase
from ..packs import Pack, load_pack
from ..picture.faces import Detector, faces
from ..portrait import Portrait
from ..record import Record
from ..request import Request
from ..text import Character, Feature
from ..text.changes import changed
from .colouring import recoloured
from .edit import alter
from .finish import finish, shared_record
from .pictures import Pictures, drawn
from .read import read_phrase, read_strengths
from .run import IsCancelled, OnEvent, Run
from .subject import Subject, Unfinished, subject_of, with_strengths

SKETCH = 256  # pixels


@torch.no_grad()
def change(
    request: Request,  # `Request.change`
    pack: Pack | None = None,  # by default the one that drew the portrait
    *,
    device: str = "auto",
    on_event: OnEvent | None = None,
    cancelled: IsCancelled | None = None,
    detect: Detector = faces,
) -> Portrait:
    """The same person, changed. Strengths alone need no optimization.

    Raises
    ------
    T2IError : what cannot be drawn, or a portrait of other weights.
    PackError : the pack that drew the portrait is not installed.
    Cancelled : `cancelled` said yes.
    """
    run = Run(on_event, cancelled)
    pictures, subject, sample = _changed(run, request, pack, device, detect)
    record = shared_record(request, pictures.pack)
    return finish(run, pictures, request, record, Unfinished(subject, 0, 0, sample))


@torch.no_grad()
def sketch(request: Request, pack: Pack | None = None, *, device: str = "auto") -> np.ndarray:
    """What `change` would give without optimization, quick and small: HWC uint8 RGB, 256 pixels, with
    background.
    """
    pictures, _, sample = _changed(Run(), replace(request, steps=0), pack, device)
    small = drawn(pictures.pack, sample.styles, sample.edits, side=pictures.pack.side(SKETCH))
    return recoloured(small, sample.edits)


def _changed(
    run: Run, request: Request, pack: Pack | None, device: str, detect: Detector = faces
) -> tuple[Pictures, Subject, Sample]:
    record, text = request.portrait, request.text
    if record is None:
        raise T2IError("There is nobody to change: give a portrait's record.")
    person, before = _person(record), _strengths(record)
    said = {feature_name(feature) for feature in person.features}
    new = read_phrase(text, person.gender, run.cancelled) if text else ()
    person = replace(person, features=changed(person.features, new))
    phrases = read_strengths(
        request.strengths, person.gender, person.described, run.cancelled, nouns=[person.lemma]
    )
    pictures = Pictures(pack or load_pack(record.pack, device), detect)
    sample = Sample.of_record(pictures.pack, record, record.seed)
    if new:
        # what only a slider brought stays
        unsaid = {name for name, value in before.items() if value > 0 and name not in said}
        sample = _without_replaced(sample, person, unsaid)
        targets_of_phrase(pictures.pack, text, new)  # of the change all has to be drawable
    index = record.character.get("index", 0)
    asked = {feature_name(feature) for feature in new}
    subject = subject_of(pictures.pack, person, index, asked)
    subject = with_strengths(pictures.pack, subject, request.strengths, phrases)
    subject = replace(subject, scored=record.settings.get("scores", {}))
    return pictures, *alter(run, pictures, request, subject, replace(sample, strengths=before))


def _without_replaced(sample: Sample, person: Character, unsaid: set[str]) -> Sample:
    """Without the picture's edits for features that are no longer said, such as an old hat."""
    told = unsaid.union(feature_name(feature) for feature in person.features)
    stay = (e for e in sample.edits if not isinstance(e, PICTURE) or e.text in told)
    return replace(sample, edits=tuple(stay))


def _person(record: Record) -> Character:
    """Who the record says it is."""
    about: Any = record.character
    try:
        features = tuple(Feature(**feature) for feature in about["features"])
        head, lemma = str(about["head"]), str(about["lemma"])
        return Character(head, lemma, about["gender"], 1, int(about["start"]), int(about["end"]), features)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged("it does not say who this is") from error


def _strengths(record: Record) -> dict[str, float]:
    """The strengths as they are now."""
    try:
        return {str(name): float(value) for name, value in record.settings.get("sliders", {}).items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise damaged("its strengths are no numbers") from error
