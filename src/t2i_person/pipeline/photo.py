"""Edit a photo of the user: the pack draws the same person, who is then changed like any other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..errors import T2IError
from ..latent.edits.coordinates import nearest
from ..latent.invert import invert
from ..latent.sample import Sample
from ..latent.targets import targets_of_phrase
from ..packs import Pack, load_pack
from ..picture.cutout import matte
from ..picture.faces import Face
from ..picture.likeness import SAME, descriptor, distance
from ..picture.photos import read_photo
from ..portrait import Portrait
from ..request import Request
from ..text import Character, Feature
from ..text.model import Gender
from .alignment import align, find_face
from .edit import alter, preset_of
from .finish import finish, shared_record
from .pictures import Picture, Pictures
from .read import read_phrase, read_strengths
from .run import IsCancelled, OnEvent, Run
from .subject import Unfinished, subject_of, with_strengths

BACKGROUND = 0.1  # how much a pixel without the person counts in the likeness
HEADS: dict[Gender, str] = {
    "male": "Мужчина",
    "female": "Женщина",
}  # the noun that the record has for a photo's person


@torch.no_grad()
def edit_photo(
    request: Request,
    pack: str | Pack = "auto",
    *,
    device: str = "auto",
    on_event: OnEvent | None = None,
    cancelled: IsCancelled | None = None,
) -> Portrait:
    """Find the photo's person in the pack's latent space, then change what is asked for, as `api` tells.

    Raises
    ------
    T2IError : no readable photo, not exactly one face, what cannot be drawn.
    PackError : the pack is missing or damaged.
    Cancelled : `cancelled` said yes.
    """
    if request.photo is None:
        raise T2IError("There is no photo: give a file, its bytes, or its pixels.")
    run, pixels, text = Run(on_event, cancelled), read_photo(request.photo), request.text.strip()
    request = replace(request, truncation_psi=preset_of(request).truncation_psi)  # it stands in the record
    # read before anything is loaded, for either gender: only the face will show which
    said = {gender: read_phrase(text, gender, cancelled) if text else () for gender in HEADS}
    phrases = {gender: read_strengths(request.strengths, gender, said[gender], cancelled) for gender in HEADS}
    pack = pack if isinstance(pack, Pack) else load_pack(pack, device)
    with _named(request.photo):
        face, landmarks = find_face(pixels)
    targets_of_phrase(pack, text, said[face.gender])  # of the change all has to be drawable
    character = _person(face, said[face.gender])
    subject = with_strengths(pack, subject_of(pack, character), request.strengths, phrases[face.gender])
    pictures = Pictures(pack)
    with run.stage("likeness", 0, 0):
        image, inside = align(pack, pixels, landmarks)
        inverted = invert(
            pack,
            torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 127.5 - 1,
            _weight(pack, image, inside),
            steps=request.likeness_steps,
            on_step=lambda step, total, _: run.tell("likeness", 0, 0, step=step, steps=total),
            cancelled=cancelled,
        )
    styles = pack.generator.styles(inverted.w_plus)
    found = Sample(0, inverted.w_plus, styles, styles, nearest(pack, inverted.w_plus))
    pictures.show(run, "likeness", 0, 0, styles)
    far = _distance(image, pictures.whole(styles))
    run.tell("likeness", 0, 0, note=warning(far))
    about = {"loss": round(float(inverted.losses[0]), 4), "distance": far}
    record = shared_record(request, pack)
    record = replace(
        record,
        text=f"{character.head}, {text}" if text else character.head,
        settings={**record.settings, "photo": about},
    )
    subject, sample = alter(run, pictures, request, subject, found)
    return replace(finish(run, pictures, request, record, Unfinished(subject, 0, 0, sample)), likeness=far)


def _person(face: Face, features: tuple[Feature, ...]) -> Character:
    """The person of a photo: named by the gender that the face shows, described by the text of the change."""
    head = HEADS[face.gender]
    return Character(head, head.lower(), face.gender, 1, 0, len(head), features)


def warning(far: float | None) -> str:
    """A warning if the person drawn for a photo is far from it; empty if they are close."""
    if far is None:
        return "How like the photo the person is could not be measured: one of the two shows no clear face."
    if far > SAME:
        return (
            f"The drawn person is not very like the photo: distance {far:.2f}, where below {SAME} two "
            "pictures may be taken for one person. A photo from the front, in even light, may do better."
        )
    return ""


def _distance(image: np.ndarray, whole: Picture) -> float | None:
    """From the aligned photo to the picture drawn for it."""
    one = descriptor(image)
    other = descriptor(whole.pixels, whole.face) if whole.face else None
    return None if one is None or other is None else round(distance(one, other), 4)


@contextmanager
def _named(photo: bytes | str | Path | np.ndarray | None) -> Iterator[None]:
    """Put the file's name into an error about its photo."""
    try:
        yield
    except T2IError as error:
        raise T2IError(f"{photo}: {error}" if isinstance(photo, (str, Path)) else str(error)) from error


def _weight(pack: Pack, image: np.ndarray, inside: np.ndarray) -> Tensor:
    """Weight of each pixel, [1, 1, h, w]: the person, little of the background, nothing outside the photo."""
    with pack.autocast():
        alpha = matte(image, pack.matting, pack.device, alone=pack.recipe.one_person)
    if alpha.shape != inside.shape:
        alpha = interpolate(torch.from_numpy(alpha)[None, None], size=inside.shape)[0, 0].numpy()
    counts = np.maximum(alpha, BACKGROUND) * inside
    return torch.from_numpy(counts.astype(np.float32))[None, None]
