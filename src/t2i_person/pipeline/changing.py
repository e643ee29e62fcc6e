"""A drawn person again, changed: by a new phrase, by other strengths, or both."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from ..errors import T2IError
from ..latent.edits.optimize import PRESETS
from ..latent.sample import Sample
from ..latent.sliders import chosen, features_of, slide
from ..latent.targets import Target, targets_of
from ..packs import Pack, load_pack
from ..picture import png
from ..picture.backdrop import check as check_dress
from ..portrait import Event, Portrait
from ..text import Character, Feature
from .colouring import recoloured
from .edit import edit
from .finish import finish
from .run import Job
from .whole import drawn

ONE_AT_A_TIME = {  # a new feature of such a category takes the place of the old one
    "hair_color", "hair_style", "headwear", "clothes", "age", "build", "skin", "eyes", "expression",
}  # fmt: skip


@torch.no_grad()
def change(
    record: png.Record,  # of a portrait: `portrait.record`, or `read_record(data)` of its PNG
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
    job = _job(record, background, size, pack, device)
    job.steps, job.on_event, job.cancelled = steps, on_event, cancelled
    person, item, wanted, unable = _changed(job, record, text, strengths)
    index = record.character.get("index", 0)
    return finish(job, index, 0, 0, item, person, wanted, unable)


SKETCH = 256  # pixels


@torch.no_grad()
def sketch(
    record: png.Record,
    *,
    text: str | None = None,
    strengths: Mapping[str, float] | None = None,
    pack: Pack | None = None,
    device: str = "auto",
) -> np.ndarray:
    """What `change` would give, quick and small: HWC uint8 RGB, 256 pixels, with background."""
    job = _job(record, None, None, pack, device)
    job.steps = 0
    _, item, _, _ = _changed(job, record, text, strengths)
    return recoloured(drawn(job.pack, item.styles, job.pack.side(SKETCH)), item.edits)


def _job(record: png.Record, background: str | None, size: int | None, pack: Pack | None, device: str) -> Job:
    settings = dict(record.settings)
    settings["background"] = background or settings.get("background", "transparent")
    settings["size"] = size or settings.get("size")
    settings["again"] = True  # the text and the seed alone do not lead here
    check_dress(settings["background"], settings["size"])
    psi, seed = settings.get("truncation_psi"), settings.get("request_seed")
    if not isinstance(psi, (int, float)) or not isinstance(seed, int):
        raise T2IError("The record inside this PNG is damaged: draw the portrait again.")
    preset = replace(PRESETS["default"], truncation_psi=psi)
    job = Job(
        record.text, seed, preset, None, 1.0, settings["background"], settings["size"], settings, None, None
    )
    job.pack = pack or load_pack(record.pack, device)
    return job


def _changed(
    job: Job, record: png.Record, text: str | None, strengths: Mapping[str, float] | None
) -> tuple[Character, Sample, list[Target], list[Target]]:
    if not text and not strengths:
        raise T2IError("Nothing to change: give a text («в синей шляпе»), strengths, or both.")
    person = _person(record)
    item = replace(Sample.of_record(job.pack, record, record.seed), strengths=_strengths(record))
    if text:
        new = features_of(job.pack, text, person.gender)
        person = replace(person, features=_merged(person.features, new))
        job.text = job.settings["changes"] = f"{record.text} {text}".strip()
    return person, *altered(job, person_index(record), item, person, bool(text), strengths)


def altered(
    job: Job,
    i: int,
    item: Sample,
    person: Character,  # as they are to be
    described: bool,  # in a text: what is missing of it comes by directions and optimization
    strengths: Mapping[str, float] | None,
) -> tuple[Sample, list[Target], list[Target]]:
    """Somebody who is there already, changed; and what is wanted of them, drawable and not.

    Raises
    ------
    T2IError : what cannot be drawn, a strength out of range.
    """
    pack, now = job.pack, item.strengths
    wanted, unable = targets_of(pack, person)
    if described:
        (item,) = edit(job, i, [item], person, wanted)
        known = {target.name for target in (*wanted, *unable)}
        now = {name: value for name, value in now.items() if name in known}
    if strengths:
        pairs = chosen(pack, wanted, strengths, person.gender)
        own = {target.name for target in wanted}
        before = {target.name: now.get(target.name, float(target.name in own)) for target, _ in pairs}
        changes = [(target, value - before[target.name]) for target, value in pairs]
        item = slide(pack, item, changes, person.gender, job.preset.truncation_psi)
        now = now | {target.name: value for target, value in pairs}
        wanted = [*wanted, *(target for target, value in pairs if value > 0 and target.name not in own)]
    return replace(item, strengths=now), wanted, unable


def _merged(old: tuple[Feature, ...], new: tuple[Feature, ...]) -> tuple[Feature, ...]:
    """The features after a change: what contradicts the new ones is gone."""
    replaced = {feature.category for feature in new if not feature.negated} & ONE_AT_A_TIME
    bare = {feature.normalized for feature in new}
    stay = (f for f in old if f.normalized not in bare and (f.negated or f.category not in replaced))
    return (*(f for f in stay if not any(_denies(f, g) or _denies(g, f) for g in new)), *new)


def _denies(no: Feature, yes: Feature) -> bool:
    """«без шляпы» denies «синяя шляпа»."""
    words = set(no.normalized.split()) <= set(yes.normalized.split())
    return no.negated and not yes.negated and no.category == yes.category and words


def person_index(record: png.Record) -> int:
    index = record.character.get("index", 0)
    return index if isinstance(index, int) else 0


def _person(record: png.Record) -> Character:
    """Who the record says it is."""
    about: Any = record.character
    try:
        features = tuple(Feature(**feature) for feature in about["features"])
        head, lemma = str(about["head"]), str(about["lemma"])
        return Character(head, lemma, about["gender"], 1, int(about["start"]), int(about["end"]), features)
    except (KeyError, TypeError, ValueError) as error:
        raise T2IError("The record inside this PNG is damaged: draw the portrait again.") from error


def _strengths(record: png.Record) -> dict[str, float]:
    """The sliders, where they stand."""
    try:
        return {str(name): float(value) for name, value in record.settings.get("sliders", {}).items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise T2IError("The record inside this PNG is damaged: draw the portrait again.") from error
