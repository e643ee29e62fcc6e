"""Where the face of a photo is, and the photo aligned as the pack's own pictures."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from ..errors import T2IError
from ..packs import Pack, to_pixels
from ..picture.faces import Detector, Face, faces, landmarks, only, outstanding

SIDE = 512  # pixels: longest side of the pictures in which the pack's faces are detected
TURNS = 0, 30, -30, 60, -60, 90, -90, 180  # degrees: the photo is rotated so until a face is detected
# landmarks of an FFHQ picture, roughly, as shares of its side: for packs in whose images no face is detected
FFHQ = np.array([0.68 + 0.47j, 0.57 + 0.47j, 0.32 + 0.47j, 0.43 + 0.47j, 0.5 + 0.64j])

_places: WeakKeyDictionary[Pack, np.ndarray] = WeakKeyDictionary()  # of the packs that aligned a photo


def find_face(
    photo: np.ndarray,
    detect: Detector = faces,
    mark: Callable[[np.ndarray, Face], np.ndarray] = landmarks,
) -> tuple[Face, np.ndarray]:
    """The one face of a photo in any orientation, and its landmarks in the photo, complex [5].

    The face's box is in the coordinates of the rotated photo, see `TURNS`.

    Raises
    ------
    T2IError : no face, or several.
    """
    for degrees in TURNS:
        turned = np.asarray(Image.fromarray(photo).rotate(degrees, Image.Resampling.BILINEAR, expand=True))
        found = detect(turned)
        if (face := outstanding(found)) is not None:
            middle, before = (complex(w, h) / 2 for h, w in (turned.shape[:2], photo.shape[:2]))
            back = np.exp(1j * np.radians(degrees))  # counterclockwise as seen, and y points down
            return face, before + (_complex(mark(turned, face)) - middle) * back
        if found:
            break
    many = f"{len(found)} faces" if found else "no face"
    raise T2IError(f"The photo shows {many}: give a photo of one person, seen from the front.")


def face_place(pack: Pack) -> np.ndarray:
    """Where the pack draws faces: their landmarks, complex [5], ``x + iy`` as shares of the longer side.

    The mean over 8 samples with truncation psi 0.5; where no face is detected, `FFHQ`. Looked for once.
    """
    if pack not in _places:
        _places[pack] = _measured_place(pack)
    return _places[pack]


def _measured_place(pack: Pack) -> np.ndarray:
    random = torch.Generator().manual_seed(0)
    z = torch.randn(8, pack.generator.z_dim, generator=random).to(pack.device)
    styles = pack.generator.styles(pack.generator.w_plus(z, 0.5))
    images = [to_pixels(image) for image in pack.render(styles, pack.side(SIDE))]
    found = [_complex(landmarks(image, face)) for image in images if (face := only(faces(image)))]
    return np.mean(found, 0) / max(images[0].shape) if found else FFHQ


def align(
    pack: Pack,
    photo: np.ndarray,
    points: np.ndarray,
    place: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Rotate, scale and shift a photo so that its face is where the pack draws faces.

    The least-squares similarity transform of five landmarks (Umeyama 1991). The detector's boxes would not
    do: their sizes come in steps of 20 %, and they do not tell how a head leans.

    Parameters
    ----------
    photo : HWC uint8 RGB.
    points : landmarks of its face, complex [5], as `find_face` gives them.
    place : where they should go, complex [5] as shares of the longer side; None: where the pack draws them.

    Returns
    -------
    image : HWC uint8 RGB, as large as the pack's pictures (at most 512 pixels).
    inside : HW bool, False outside of the photo, where its edge pixels are repeated.
    """
    height, width = pack.generator.resolution
    shrink = max(1, max(height, width) // 512)
    height, width = height // shrink, width // shrink
    wanted = (face_place(pack) if place is None else place) * max(height, width)
    centre, middle = wanted.mean(), points.mean()
    turn = np.vdot(wanted - centre, points - middle) / np.vdot(wanted - centre, wanted - centre).real
    y, x = np.mgrid[:height, :width] + 0.5
    source = middle + turn * (x + 1j * y - centre)  # where each pixel comes from in the photo
    h, w = photo.shape[:2]
    less = max(1.0, abs(turn))  # photo pixels per picture pixel; the photo is reduced first against aliasing
    size = max(1, round(w / less)), max(1, round(h / less))
    small = torch.tensor(np.asarray(Image.fromarray(photo).resize(size, Image.Resampling.LANCZOS)))
    grid = torch.tensor(np.stack([source.real / w, source.imag / h], 2) * 2 - 1).float()
    image = functional.grid_sample(
        small.permute(2, 0, 1)[None].float(), grid[None], "bicubic", "border", align_corners=False
    )
    inside = (source.real >= 0) & (source.real < w) & (source.imag >= 0) & (source.imag < h)
    return image[0].round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy(), inside


def _complex(points: np.ndarray) -> np.ndarray:
    """[n, 2] -> [n], ``x + iy``."""
    return points[:, 0] + 1j * points[:, 1]
