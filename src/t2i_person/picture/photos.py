"""Photos of users: files of any camera become upright pixels of a moderate size."""

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from ..errors import T2IError

LARGEST = 40_000_000  # pixels of a photo
UNPACKED = 800_000_000  # pixels in all scans of a JPEG together; usual are 1 to 12 scans
SCAN = b"\xff\xda"  # with which each begins; among the pixels it does not occur
WORKED = 1600  # longer side that a larger photo is reduced to


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
