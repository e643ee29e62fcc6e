"""Size and background of a finished cut-out."""

import re

import numpy as np
from PIL import Image, ImageColor

from ..errors import T2IError

SMALLEST = 64  # pixels
# Pillow alone would read digits of any script, numbers of any length, and a line break at the end
COLOUR = re.compile(r"[#a-z0-9(),.% -]{1,40}", re.IGNORECASE | re.ASCII)


def check(background: str, size: int | None) -> None:
    """Raise T2IError for what `dressed` does not take."""
    if background not in ("transparent", "kept"):
        _colour(background)
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < SMALLEST):
        raise T2IError(f"size is a whole number of pixels from {SMALLEST}, not {size!r}.")


def dressed(rgba: np.ndarray, background: str, size: int | None) -> np.ndarray:
    """HWC uint8 RGBA, straight alpha, longer side at most `size`, before a colour if one is named."""
    image = Image.fromarray(rgba)
    if size is not None and size < max(image.size):
        scale = size / max(image.size)
        smaller = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        # premultiplied, so that no colour of transparent pixels bleeds in
        image = image.convert("RGBa").resize(smaller, Image.Resampling.LANCZOS).convert("RGBA")
    if background not in ("transparent", "kept"):
        image = Image.alpha_composite(Image.new("RGBA", image.size, _colour(background)), image)
    return np.asarray(image)


def _colour(name: str) -> tuple[int, int, int, int]:
    try:
        if not COLOUR.fullmatch(name):
            raise ValueError
        red, green, blue = ImageColor.getrgb(name)[:3]
        if not all(0 <= channel <= 255 for channel in (red, green, blue)):
            raise ValueError
    except (ValueError, TypeError, OverflowError, AttributeError) as error:
        says = f"background is transparent, kept, or a colour as #20304f, not {str(name)[:40]!r}."
        raise T2IError(says) from error
    return red, green, blue, 255
