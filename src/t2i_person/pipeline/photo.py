"""Edit a photo of the user: the pack draws the same person, who is then changed like any other."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from PIL import ExifTags, Image
from torch import Tensor
from torch.nn.functional import interpolate

from ..errors import T2IError
from ..latent.edits.coordinates import nearest
from ..latent.invert import align, invert
from ..latent.sample import Sample
from ..latent.targets import targets_of_phrase
from ..packs import Pack, load_pack
from ..picture.cutout import matte
from ..picture.likeness import SAME, descriptor, distance
from ..portrait import Portrait
from ..request import Request
from ..text import Character
from ..text.model import Gender
from .edit import alter, preset_of
from .finish import draft, finish
from .read import read_phrase, read_strengths
from .run import IsCancelled, OnEvent, Run
from .subject import Sitting, subject_of
from .whole import Pictures, Whole

LARGEST = 40_000_000  # pixels of a photo
UNPACKED = 800_000_000  # pixels in all scans of a JPEG together; usual are 1 to 12 scans
SCAN = b"\xff\xda"  # with which each begins; among the pixels it does not occur
WORKED = 1600  # longer side that a larger photo is reduced to
BACKGROUND = 0.1  # how much a pixel without the person counts in the likeness
HEADS: dict[Gender, str] = {"male": "Мужчина", "female": "Женщина"}


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
    people, phrases = {}, {}  # for both genders, as the face is detected later
    for gender, head in HEADS.items():
        features = read_phrase(text, gender, cancelled) if text else ()
        person = people[gender] = Character(head, head.lower(), gender, 1, 0, len(head), features)
        phrases[gender] = read_strengths(request.strengths, gender, [person], cancelled)
    pictures = Pictures(pack if isinstance(pack, Pack) else load_pack(pack, device))
    pack = pictures.pack
    subjects = {}
    for gender, person in people.items():
        targets_of_phrase(pack, text, person.features)  # of the change all has to be drawable
        subjects[gender] = subject_of(pack, person, request.strengths, phrases[gender])
    with run.stage("likeness", 0, 0):
        with _named(request.photo):
            image, inside, face = align(pack, pixels)
        inverted = invert(
            pack,
            torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 127.5 - 1,
            _weight(pack, image, inside),
            steps=request.likeness_steps,
            on_step=lambda step, total, _: run.tell("likeness", 0, 0, step=step, steps=total),
            cancelled=cancelled,
        )
    subject = subjects[face.gender]
    styles = pack.generator.styles(inverted.w_plus)
    found = Sample(0, inverted.w_plus, styles, styles, nearest(pack, inverted.w_plus))
    pictures.show(run, "likeness", 0, 0, styles)
    far = _distance(image, pictures.whole(styles))
    run.tell("likeness", 0, 0, note=warning(far))
    head, about = HEADS[face.gender], {"loss": round(float(inverted.losses[0]), 4), "distance": far}
    record = draft(request, pack)
    record = replace(
        record,
        text=f"{head}, {text}" if text else head,
        settings={**record.settings, "photo": about},
    )
    subject, sample = alter(run, pictures, request, subject, found)
    return replace(finish(run, pictures, request, record, Sitting(subject, 0, 0, sample)), likeness=far)


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


def _distance(image: np.ndarray, whole: Whole) -> float | None:
    """From the aligned photo to the picture drawn for it."""
    one = descriptor(image)
    other = descriptor(whole.pixels, whole.face) if whole.face else None
    return None if one is None or other is None else round(distance(one, other), 4)


def read_photo(photo: bytes | str | Path | np.ndarray) -> np.ndarray:
    """HWC uint8 RGB, turned as the camera was held, at most 1600 pixels long.

    Raises
    ------
    T2IError : the file cannot be read, is no picture, or is too large.
    """
    if isinstance(photo, np.ndarray):
        if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3:
            raise T2IError(f"A photo is HWC uint8 RGB, not {photo.dtype} {photo.shape}.")
        image = Image.fromarray(photo)
    else:
        what = "The photo" if isinstance(photo, bytes) else str(photo)
        try:
            data = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
            opened = Image.open(BytesIO(data), formats=["JPEG", "PNG", "WEBP"])
            pixels = opened.width * opened.height
            if pixels > LARGEST:
                raise T2IError(f"{what} is {opened.width}x{opened.height}: reduce it to 40 megapixels.")
            if opened.format == "JPEG" and pixels * (scans := data.count(SCAN)) > UNPACKED:
                raise T2IError(f"{what} is stored in {scans} scans: save it anew as an ordinary JPEG.")
            image = _rgb(_upright(opened))
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise T2IError(f"{photo!s} cannot be read: {error.strerror}.") from error
        except T2IError:
            raise
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise T2IError(f"{what} is not a readable photo: give a JPEG, PNG or WebP file.") from error
    image.thumbnail((WORKED, WORKED), Image.Resampling.LANCZOS)
    return np.array(image)


@contextmanager
def _named(photo: bytes | str | Path | np.ndarray | None) -> Iterator[None]:
    """Put the file's name into an error about its photo."""
    try:
        yield
    except T2IError as error:
        raise T2IError(f"{photo}: {error}" if isinstance(photo, (str, Path)) else str(error)) from error


_TURNS = {  # EXIF's orientation -> what undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says. Pillow's own function writes it again, and fails at one bad value."""
    try:
        turn = image.getexif().get(ExifTags.Base.Orientation)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return image
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


def _rgb(image: Image.Image) -> Image.Image:
    """As 8-bit RGB; transparent pixels become grey."""
    if image.mode.startswith(("I", "F")):  # 16 bits of grey, which Pillow would cut off at 255
        grey = np.asarray(image, np.float32)
        return Image.fromarray((grey / 257).clip(0, 255).round().astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (128, 128, 128, 255))
        return Image.alpha_composite(ground, image).convert("RGB")
    return image.convert("RGB")


def _weight(pack: Pack, image: np.ndarray, inside: np.ndarray) -> Tensor:
    """Weight of each pixel, [1, 1, h, w]: the person, little of the background, nothing outside the photo."""
    with pack.autocast():
        alpha = matte(image, pack.matting, pack.device, alone=pack.recipe.one_person)
    if alpha.shape != inside.shape:
        alpha = interpolate(torch.from_numpy(alpha)[None, None], size=inside.shape)[0, 0].numpy()
    counts = np.maximum(alpha, BACKGROUND) * inside
    return torch.from_numpy(counts.astype(np.float32))[None, None]
