"""Conversion of a finished PNG to another size, background or file format."""

from io import BytesIO

import numpy as np
from PIL import Image

from . import png
from .backdrop import dressed


def convert(data: bytes, kind: str, size: int | None, background: str | None, quality: int) -> bytes:
    """A PNG of ours as `kind` (png, webp or jpeg); PNGs keep their history, the others the mark in XMP."""
    pixels, record = png.decode(data)
    if pixels.shape[2] == 3:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    if kind == "jpeg":
        background = background or "white"
    pixels = dressed(pixels, background or "transparent", size)
    if kind == "png":
        return png.encode(pixels, record)
    out, xmp = BytesIO(), png.xmp(record).encode()
    if kind == "webp":
        Image.fromarray(pixels).save(out, "WEBP", quality=quality, method=4, xmp=xmp)
    else:
        Image.fromarray(pixels).convert("RGB").save(out, "JPEG", quality=quality, xmp=xmp)
    return out.getvalue()
