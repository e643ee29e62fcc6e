"""The last stages: the whole picture is checked, scored, cut out, and gets its record."""

from dataclasses import asdict, replace

import numpy as np
import torch

from ..errors import T2IError
from ..latent.judge import probabilities
from ..latent.sample import edits_of, join_styles, split_styles
from ..latent.targets import Target
from ..packs import Pack
from ..picture.backdrop import dressed
from ..picture.cutout import cut_out, kept_off
from ..portrait import Portrait
from ..record import Record
from ..request import HIGH, Request
from .backoff import Outcome, back_off
from .colouring import recoloured
from .pictures import Picture, Pictures, drawn
from .run import Run
from .score import called_from, kept_drawn, reasons, scores_before, scores_of
from .subject import Unfinished

HATTED = 0.3  # probability from which the person may have what the region network takes for background


def shared_record(request: Request, pack: Pack) -> Record:
    """The record as far as all portraits of a request share it; `finish` adds the rest."""
    return Record(request.told, 0, pack.name, settings=request.settings(), digest=pack.digest)


def finish(
    run: Run, pictures: Pictures, request: Request, record: Record, unfinished: Unfinished
) -> Portrait:
    """The whole picture, checked, scored and cut out."""
    place = unfinished.subject.index, unfinished.portrait
    with run.stage("render", *place):
        outcome = back_off(pictures, unfinished.subject, unfinished.sample, request.strength)
    with run.stage("cutout", *place):
        rgba = _cut(pictures.pack, outcome.whole, outcome.pixels, request.background, request.size)
    portrait = _portrait(pictures, record, unfinished, outcome, rgba)
    run.tell("cutout", *place, finished=portrait)
    return portrait


def _portrait(
    pictures: Pictures, record: Record, unfinished: Unfinished, outcome: Outcome, rgba: np.ndarray
) -> Portrait:
    """The portrait with its scores, and the record that draws it again."""
    pack, subject, sample, face = pictures.pack, unfinished.subject, unfinished.sample, outcome.face
    scores = scores_of(subject.wanted, outcome.found)
    called = called_from(subject.wanted)
    before = scores_before(pictures, subject) if any(p < called[name] for name, p in scores.items()) else {}
    most = 1.0 if pack.recipe.reach or pack.directions is None else HIGH
    not_drawn = reasons(subject, scores, sample.strengths, outcome.share, before, outcome.spoilt, most)
    strengths = {name: sample.strengths.get(name, 1.0) for name in scores}
    strengths |= {name: value for name, value in sample.strengths.items() if name not in strengths}
    settings = {
        **record.settings,
        "sliders": strengths,
        "variant": sample.variant,
        "device": pack.device.type,
        "dtype": str(pack.dtype).removeprefix("torch."),
        "scores": scores,
    }
    source = sample.before if sample.before and not outcome.share else sample
    joined, made = join_styles(outcome.whole.styles), tuple(edit.json() for edit in outcome.edits)
    return Portrait(
        rgba=rgba,
        seed=sample.seed,
        person=unfinished.person,
        variant=sample.variant,
        styles=joined,
        start=join_styles(sample.start),
        edits=made,
        scores=scores,
        drawn=tuple(
            name
            for name, p in scores.items()
            if name not in not_drawn
            and (p >= called[name] or kept_drawn(p, before.get(name, 0.0), called[name]))
        ),
        not_drawn=not_drawn,
        strengths=strengths,
        gender_found=face.gender if face else "unknown",
        age_found=face.age if face else None,
        record=replace(
            record,
            seed=sample.seed,
            character=_about(unfinished),
            edits=made,
            settings=settings,
            latent=joined,
            w_plus=source.w_plus[0].float().cpu().numpy(),
            z=None if source.z is None else source.z[0].numpy(),
        ),
    )


def _about(unfinished: Unfinished) -> dict[str, object]:
    """For the record: the character, and its place in the answer."""
    character = unfinished.subject.character
    about = asdict(character)
    about["features"] = [asdict(feature) for feature in character.described]
    del about["attributes"], about["mentions"]
    return about | {
        "index": unfinished.subject.index,
        "portrait": unfinished.portrait,
        "person": unfinished.person,
    }


@torch.no_grad()
def render(pack: Pack, record: Record) -> np.ndarray:
    """The whole picture of a record's latent with its recolourings, cut out: HWC uint8, RGBA.

    Raises
    ------
    T2IError : the record has no latent, that of another generator, or edits that are none.
    """
    if record.latent is None:
        raise T2IError("This PNG holds no latent: draw the portrait again.")
    edits = edits_of(pack, record)
    whole = drawn(pack, split_styles(pack, record.latent), edits, record.strength)
    pixels = recoloured(whole, edits, record.strength)
    background, size = record.settings.get("background", "transparent"), record.settings.get("size")
    return _cut(pack, whole, pixels, background, size)


def _alpha(pack: Pack, whole: Picture) -> np.ndarray:
    """The person's matte, without what the region network is sure is background: HW in [0, 1]."""
    if (ground := whole.mask("ground")) is None:
        return whole.alpha
    if text := pack.recipe.not_ground:
        if probabilities(pack, whole.embedding, [Target(text, text, "headwear")])[0, 0] >= HATTED:
            return whole.alpha
    return kept_off(whole.alpha, ground)


def _cut(pack: Pack, whole: Picture, pixels: np.ndarray, background: str, size: int | None) -> np.ndarray:
    if background == "kept":
        rgba = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    else:
        rgba = cut_out(pixels, _alpha(pack, whole), pack.device)
    return dressed(rgba, background, size)
