"""Pictures as clients want them: another size, background or file format."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image

from ..picture import png
from ..picture.backdrop import dressed


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


def thumbnail(rgb: np.ndarray, size: int = 256) -> bytes:
    """A small WebP of HWC uint8."""
    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.thumbnail((size, size), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()


def data_url(webp: bytes) -> str:
    return "data:image/webp;base64," + base64.b64encode(webp).decode("ascii")


def recode(webp: bytes, kind: str) -> bytes:
    """A small WebP in another format; one on the way to the picture, so it says nothing of itself."""
    if kind == "webp":
        return webp
    out = BytesIO()
    with Image.open(BytesIO(webp), formats=["WEBP"]) as image:
        image.convert("RGB").save(out, kind.upper())
    return out.getvalue()
