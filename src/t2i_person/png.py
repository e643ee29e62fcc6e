"""What is written into a PNG, and read back: how it was made, and that a machine made it.

Three notes travel with the pixels, none with a time in it, so that the same portrait gives the same bytes:

- ``t2i-person``: JSON with everything needed to draw it again (`Record`);
- ``parameters``: the one-line summary that Stable Diffusion tools show;
- XMP with IPTC's digital source type ``trainedAlgorithmicMedia``: "made by a trained model".
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from .errors import T2IError

KEY = "t2i-person"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_XMP_KEY = "XML:com.adobe.xmp"
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    " Iptc4xmpExt:DigitalSourceType={source} xmp:CreatorTool={tool}/>"
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def _version() -> str:
    try:
        return version("t2i-person")
    except PackageNotFoundError:  # a source tree that was never installed
        return "unknown"


@dataclass(frozen=True)
class Record:
    """How a portrait was made.

    Parameters
    ----------
    text : what was asked for, as it was written.
    seed : the portrait's own seed.
    pack : name of the weights.
    edits : what was changed in the drawing, in order; JSON values only.
    settings : steps, truncation and whatever else the drawing depended on; JSON values only.
    latent : the final latent, any shape, kept as float32; None when it is not kept.
    version : of this package.
    """

    text: str
    seed: int
    pack: str
    edits: tuple[Mapping[str, Any], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    latent: np.ndarray | None = None
    version: str = field(default_factory=_version)

    def to_json(self) -> str:
        """One line of JSON: sorted keys, Cyrillic left readable."""
        values: dict[str, Any] = {
            "text": self.text,
            "seed": self.seed,
            "pack": self.pack,
            "edits": [dict(edit) for edit in self.edits],
            "settings": dict(self.settings),
            "version": self.version,
        }
        if self.latent is not None:
            latent = np.ascontiguousarray(self.latent, dtype="<f4")
            values["latent"] = {
                "shape": list(latent.shape),
                "float32": base64.b64encode(latent.tobytes()).decode("ascii"),
            }
        return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> "Record":
        """The reverse of `to_json`.

        Raises
        ------
        T2IError : the line is not a record.
        """
        try:
            values = json.loads(line)
            latent = values.get("latent")
            if latent is not None:
                flat = np.frombuffer(base64.b64decode(latent["float32"], validate=True), dtype="<f4")
                latent = flat.reshape(latent["shape"]).astype(np.float32)
            return cls(
                text=str(values["text"]),
                seed=int(values["seed"]),
                pack=str(values["pack"]),
                edits=tuple(dict(edit) for edit in values.get("edits", ())),
                settings=dict(values.get("settings", {})),
                latent=latent,
                version=str(values.get("version", "unknown")),
            )
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise T2IError("The record inside this PNG is damaged: draw the portrait again.") from error


def encode(image: np.ndarray, record: Record) -> bytes:
    """A PNG file's bytes; the same input gives the same bytes.

    Parameters
    ----------
    image : HWC uint8, RGBA with straight (not premultiplied) alpha, or RGB.
    record : how it was made.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        raise ValueError(f"expected HWC uint8 with 3 or 4 channels, got {image.dtype} {image.shape}")
    notes = PngInfo()
    notes.add_itxt(KEY, record.to_json(), zip=True)
    notes.add_itxt("parameters", _parameters(image, record))
    tool = quoteattr(f"t2i-person {record.version}")
    notes.add_itxt(_XMP_KEY, _XMP.format(source=quoteattr(SOURCE_TYPE), tool=tool))
    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(out, "PNG", pnginfo=notes, compress_level=6)
    return out.getvalue()


def decode(data: bytes) -> tuple[np.ndarray, Record]:
    """Pixels (HWC uint8, RGBA or RGB) and record of a PNG that `encode` wrote.

    Raises
    ------
    T2IError : not a PNG, damaged, or without our record.
    """
    image, notes = _open(data)
    if KEY not in notes:
        raise T2IError("This PNG was not drawn by t2i-person, or a program stripped its record.")
    return np.asarray(image), Record.from_json(notes[KEY])


def is_marked(data: bytes) -> bool:
    """True when the PNG says, in XMP, that a trained model made it."""
    return SOURCE_TYPE in _open(data)[1].get(_XMP_KEY, "")


def _open(data: bytes) -> tuple[Image.Image, dict[str, str]]:
    try:
        image = Image.open(BytesIO(data), formats=["PNG"])
        image.load()  # chunks behind the pixels are read only here
        return image, {key: str(value) for key, value in image.text.items()}  # type: ignore[attr-defined]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise T2IError("This is not a readable PNG file.") from error


def _parameters(image: np.ndarray, record: Record) -> str:
    height, width = image.shape[:2]
    pairs: dict[str, Any] = {"Steps": record.settings.get("steps"), "Seed": record.seed}
    pairs |= {"Size": f"{width}x{height}", "Model": record.pack, "Version": f"t2i-person {record.version}"}
    prompt = " ".join(record.text.split())  # a line break would end the prompt for readers of this format
    return prompt + "\n" + ", ".join(f"{key}: {value}" for key, value in pairs.items() if value is not None)
