"""Small pictures of what is not finished: previews and drafts."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image


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
    """A preview in another format; without record and mark, for it is not the picture yet."""
    if kind == "webp":
        return webp
    out = BytesIO()
    with Image.open(BytesIO(webp), formats=["WEBP"]) as image:
        image.convert("RGB").save(out, kind.upper())
    return out.getvalue()
