"""A cut-out as it is wanted: its size, and what is behind the person."""

import numpy as np
from PIL import Image, ImageColor

from .errors import T2IError

SMALLEST = 64  # pixels


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
        red, green, blue = ImageColor.getrgb(name)[:3]
    except (ValueError, AttributeError) as error:
        raise T2IError(f"background is transparent, kept, or a colour as #20304f, not {name!r}.") from error
    return red, green, blue, 255
