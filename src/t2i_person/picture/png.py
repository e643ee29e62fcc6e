"""What is written into a PNG, and read back: how it was made, and that a machine made it.

Three notes travel with the pixels, none with a time in it, so that the same portrait gives the same bytes:

- ``t2i-person``: JSON with everything needed to draw it again (`Record`);
- ``parameters``: the summary that Stable Diffusion tools show, in AUTOMATIC1111's form;
- XMP with IPTC's digital source type ``trainedAlgorithmicMedia`` ("made by a trained model") and its AI
  properties (IPTC Photo Metadata Standard 2025.1): the machine-readable mark of EU AI Act, article 50.

Files are read as strangers' files: every size is bounded before anything is unpacked.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..errors import T2IError, damaged
from ..record import LARGEST as LARGEST_NOTE
from ..record import Record

KEY = "t2i-person"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
LARGEST_FILE = 64 << 20  # bytes
LARGEST_SIDE = 4096  # pixels
PROMPT = 1000  # characters of the text that `parameters` repeats
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_XMP_KEY = "XML:com.adobe.xmp"
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about=""'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    " Iptc4xmpExt:DigitalSourceType={source} Iptc4xmpExt:AISystemUsed={system}"
    " Iptc4xmpExt:AISystemVersionUsed={version} xmp:CreatorTool={tool}/>"
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def encode(image: np.ndarray, record: Record) -> bytes:
    """A PNG file's bytes; the same input gives the same bytes.

    Parameters
    ----------
    image : HWC uint8, RGBA with straight (not premultiplied) alpha, or RGB.
    record : how it was made.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
        raise ValueError(f"expected HWC uint8 with 3 or 4 channels, got {image.dtype} {image.shape}")
    record = record.within_bounds()
    notes = PngInfo()
    notes.add_itxt(KEY, record.to_json(), zip=True)
    notes.add_itxt("parameters", parameters(image.shape[1], image.shape[0], record))
    notes.add_itxt(_XMP_KEY, xmp(record))
    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(out, "PNG", pnginfo=notes, compress_level=4)
    return out.getvalue()


def decode(data: bytes) -> tuple[np.ndarray, Record]:
    """Pixels (HWC uint8, RGBA or RGB) and record of a PNG that `encode` wrote.

    Raises
    ------
    T2IError : not a PNG, damaged, larger than any of ours, or without our record.
    """
    record = read(data)
    plain = b"".join(raw for kind, _, raw in _chunks(data) if kind in (b"IHDR", b"PLTE", b"IDAT", b"IEND"))
    try:
        with Image.open(BytesIO(_SIGNATURE + plain), formats=["PNG"]) as image:
            ours = image.mode in ("RGB", "RGBA")
            return np.array(image if ours else image.convert("RGBA")), record
    except (OSError, SyntaxError, ValueError) as error:
        raise T2IError("The picture in this PNG is damaged: use an intact copy.") from error


def read(data: bytes) -> Record:
    """The record alone; the pixels are not unpacked.

    Raises
    ------
    T2IError : as `decode`.
    """
    line = _note(data, KEY)
    if line is None:
        raise T2IError(
            "This PNG was not drawn by t2i-person, or a program stripped its record: "
            "use the file as it was saved first."
        )
    return Record.from_json(line)


def is_ours(data: bytes) -> bool:
    """True for a PNG that holds a record, readable or not; a damaged PNG is not asked."""
    return data.startswith(_SIGNATURE) and b"iTXt" + KEY.encode() + b"\0" in data


def xmp(record: Record) -> str:
    """The XMP packet that marks a picture as made by a trained model; it fits other formats, too."""
    return _XMP.format(
        source=quoteattr(SOURCE_TYPE),
        system=quoteattr(f"t2i-person, {record.pack}"),
        version=quoteattr(record.version),
        tool=quoteattr(f"t2i-person {record.version}"),
    )


def parameters(width: int, height: int, record: Record) -> str:
    """The summary in AUTOMATIC1111's form: prompt, negative prompt, and a line of settings.

    A text longer than `PROMPT` characters is a story: then the prompt is the person's features.
    """
    features = record.character.get("features", ())
    wanted = [str(item["normalized"]) for item in features if not item.get("negated")]
    unwanted = [str(item["normalized"]) for item in features if item.get("negated")]
    prompt = " ".join(record.text.split())  # a line break would end the prompt for readers of this format
    if len(prompt) > PROMPT:
        prompt = ", ".join([str(record.character.get("head", "")), *wanted]).strip(", ")[:PROMPT]
    lines = [prompt]
    if unwanted:
        lines.append("Negative prompt: " + ", ".join(unwanted))
    pairs: dict[str, Any] = {"Steps": sum(int(edit.get("steps", 0)) for edit in record.edits)}
    pairs |= {"Seed": record.seed, "Size": f"{width}x{height}"}
    if record.digest:
        pairs["Model hash"] = record.digest[:10]
    pairs |= {"Model": record.pack, "Version": f"t2i-person {record.version}"}
    lines.append(", ".join(f"{key}: {_quoted(str(value))}" for key, value in pairs.items()))
    return "\n".join(lines)


def _quoted(value: str) -> str:
    """A value of the settings' line; what would read as its punctuation stands in quotes."""
    return json.dumps(value, ensure_ascii=False) if set(value) & set(',:\n"') else value


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, body and all bytes of each chunk, checked in this order: size, signature, length, CRC.

    Format: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", section 5.
    """
    if len(data) > LARGEST_FILE:
        raise T2IError(f"This file is larger than {LARGEST_FILE >> 20} MiB: t2i-person draws no such PNG.")
    if not data.startswith(_SIGNATURE):
        raise T2IError("This is not a PNG file: give one that t2i-person saved.")
    at, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        length = int.from_bytes(data[at : at + 4], "big")
        raw = data[at : at + 12 + length]
        if len(raw) < 12 + length:
            raise T2IError("This PNG is cut short: copy or download it again.")
        kind, body = raw[4:8], raw[8:-4]
        if zlib.crc32(raw[4:-4]) != int.from_bytes(raw[-4:], "big"):
            raise T2IError(f"This PNG is damaged (checksum of {kind!r}): copy or download it again.")
        if (at == len(_SIGNATURE)) != (kind == b"IHDR") or (kind == b"IHDR" and length != 13):
            raise T2IError("This PNG is damaged (its header): copy or download it again.")
        if kind == b"IHDR":
            sides = struct.unpack(">II", body[:8])
            if not 0 < max(sides) <= LARGEST_SIDE or not min(sides):
                raise T2IError(
                    f"This PNG has {sides[0]}x{sides[1]} pixels; {LARGEST_SIDE} a side is the most."
                )
        yield kind, body, raw
        at += 12 + length


def _note(data: bytes, key: str) -> str | None:
    """Text of the first iTXt chunk with this keyword, unpacked within `LARGEST_NOTE`."""
    found = None
    for kind, body, _ in _chunks(data):  # to the end: a damaged file is never half read
        if found is None and kind == b"iTXt" and body.startswith(key.encode() + b"\0"):
            found = body[len(key) + 1 :]
    if found is None:
        return None
    try:
        packed, text = found[0], found[2:].split(b"\0", 2)[2]
        if packed:
            unzip = zlib.decompressobj()
            text = unzip.decompress(text, LARGEST_NOTE + 1)
            if len(text) <= LARGEST_NOTE and not unzip.eof:
                raise ValueError("cut short")
        if len(text) > LARGEST_NOTE:
            raise T2IError(
                f"The record inside this PNG unpacks to more than {LARGEST_NOTE >> 20} MiB and is not read."
            )
        return text.decode("utf-8")
    except (IndexError, UnicodeDecodeError, zlib.error, ValueError) as error:
        if isinstance(error, T2IError):
            raise
        raise damaged("it cannot be unpacked") from error
