"""A portrait remembers how it was made."""

import json
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from t2i_person import png
from t2i_person.errors import T2IError

TEXT = "Блондинка в голубой кофте\nшла по улице."


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (48, 32, 4), dtype=np.uint8)


@pytest.fixture
def record() -> png.Record:
    return png.Record(
        text=TEXT,
        seed=2**40,
        pack="embedded",
        edits=({"feature": "в голубой кофте", "strength": 2.5},),
        settings={"steps": 20, "truncation_psi": 0.7},
        latent=np.linspace(-1, 1, 300, dtype=np.float32),
        w_plus=np.linspace(-1, 1, 18 * 16, dtype=np.float32).reshape(18, 16),
        digest="0123456789abcdef",
        character={
            "head": "Блондинка",
            "features": [
                {"normalized": "голубая кофта", "negated": False},
                {"normalized": "очки", "negated": True},
            ],
        },
    )


def chunks(data: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(body)
        found.append(body)
        at += 12 + length
    return found


def test_round_trip(image, record):
    pixels, back = png.decode(png.encode(image, record))
    assert (pixels == image).all()
    assert (back.latent == record.latent).all() and (back.w_plus == record.w_plus).all()
    assert back.to_json() == record.to_json()
    assert back.text == TEXT and back.seed == 2**40


def test_rgb_and_no_latent(image):
    plain = png.Record(text="Старик", seed=0, pack="embedded")
    pixels, back = png.decode(png.encode(image[..., :3], plain))
    assert pixels.shape == (48, 32, 3)
    assert back.latent is None and back.edits == ()


def test_same_input_same_bytes(image, record):
    first = png.encode(image, record)
    assert first == png.encode(np.asfortranarray(image), record)
    assert not [kind for kind in chunks(first) if kind[:4] in (b"tIME", b"eXIf")]
    assert first != png.encode(image, png.Record(text=TEXT, seed=1, pack="embedded"))


def test_other_tools_read_it(image, record, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png.encode(image, record))
    info = Image.open(path).info
    prompt, negative, line = info["parameters"].split("\n")
    assert prompt == "Блондинка в голубой кофте шла по улице."
    assert negative == "Negative prompt: очки"
    assert line.startswith(
        f"Steps: 0, Seed: {2**40}, Size: 32x48, Model hash: 0123456789, Model: embedded, Version: t2i-person "
    )
    assert (
        'DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'
        in (info["XML:com.adobe.xmp"])
    )
    assert 'AISystemUsed="t2i-person, embedded"' in info["XML:com.adobe.xmp"]
    assert json.loads(info["t2i-person"])["character"]["head"] == "Блондинка"
    assert png.is_marked(path.read_bytes())


def test_summary_of_a_story_names_the_person(record):
    story = replace(record, text="Шёл дождь. " * 200, pack='my, "own"')
    prompt, _, line = png.parameters(8, 8, story).split("\n")
    assert prompt == "Блондинка, голубая кофта"
    assert 'Model: "my, \\"own\\"", Version' in line


def test_a_book_fits(image, record):
    book = replace(record, text="Война и мир. " * 100_000)
    assert png.read(png.encode(image, book)).text == book.text


def test_refuses_what_is_not_ours(image, tmp_path):
    path = tmp_path / "other.png"
    Image.fromarray(image).save(path)
    data = path.read_bytes()
    assert not png.is_marked(data)
    with pytest.raises(T2IError, match="not drawn by t2i-person"):
        png.decode(data)
    for broken in (b"", b"text", b"GIF89a"):
        with pytest.raises(T2IError, match="not a PNG"):
            png.decode(broken)
    for cut in (9, 40, len(data) - 30, len(data) - 1):
        with pytest.raises(T2IError, match="cut short"):
            png.decode(data[:cut])


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))


def note(text: bytes, key: bytes = b"t2i-person", packed: bool = True) -> bytes:
    body = zlib.compress(text) if packed else text
    return chunk(b"iTXt", key + bytes([0, packed, 0, 0, 0]) + body)


RECORD = '{"text":"Старик","seed":1,"pack":"embedded"}'.encode()
PIXELS = chunk(b"IDAT", zlib.compress(b"\0\1\2\3\4"))
END = chunk(b"IEND", b"")
HOSTILE = {
    "text bomb": (header(1, 1) + note(b"[" * (200 << 20)) + PIXELS + END, "unpacks to more than 16 MiB"),
    "long plain text": (
        header(1, 1) + note(b" " * (17 << 20), packed=False) + PIXELS + END,
        "more than 16 MiB",
    ),
    "deep": (header(1, 1) + note(b"[" * 100_000) + PIXELS + END, "record .* is damaged"),
    "huge number": (
        header(1, 1) + note(RECORD.replace(b"1", b"1e999")) + PIXELS + END,
        "record .* is damaged",
    ),
    "not text": (header(1, 1) + note(b"\xff\xfe") + PIXELS + END, "record .* is damaged"),
    "half a note": (header(1, 1) + chunk(b"iTXt", b"t2i-person\0\1") + PIXELS + END, "record .* is damaged"),
    "bad zip": (header(1, 1) + chunk(b"iTXt", b"t2i-person\0\1\0\0\0junk") + PIXELS + END, "is damaged"),
    "pixel bomb": (header(60_000, 60_000) + note(RECORD) + PIXELS + END, "60000x60000 pixels; 4096"),
    "no pixels": (header(1, 1) + note(RECORD) + END, "picture in this PNG is damaged"),
    "too few pixels": (header(9, 9) + note(RECORD) + PIXELS + END, "picture in this PNG is damaged"),
    "no sides": (header(0, 0) + note(RECORD) + PIXELS + END, "pixels"),
    "no header": (note(RECORD) + PIXELS + END, "its header"),
    "two headers": (header(1, 1) + header(9, 9) + note(RECORD) + PIXELS + END, "its header"),
    "no end": (header(1, 1) + note(RECORD) + PIXELS, "cut short"),
    "long chunk": (header(1, 1) + b"\xff\xff\xff\xffiTXt" + bytes(99), "cut short"),
    "changed": (header(1, 1) + note(RECORD)[:-1] + b"!" + PIXELS + END, "checksum"),
    "no record": (header(1, 1) + note(RECORD, b"parameters") + PIXELS + END, "not drawn by t2i-person"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses_hostile_files(name):
    body, says = HOSTILE[name]
    with pytest.raises(T2IError, match=says):
        png.decode(png._SIGNATURE + body)


def test_refuses_too_large_a_file():
    with pytest.raises(T2IError, match="larger than 64 MiB"):
        png.decode(bytes(png.LARGEST_FILE + 1))


def test_a_note_of_another_program_is_no_harm(image, record):
    data = png.encode(image, record)
    strange = note(b" " * (17 << 20), b"Comment")
    pixels, back = png.decode(data[:33] + strange + data[33:])
    assert (pixels == image).all() and back.seed == record.seed


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        '{"text": "a", "seed": "x", "pack": "p"}',
        '{"text": "a", "seed": 1, "pack": "p", "latent": 7}',
        '{"text": "a", "seed": 1, "pack": "p", "latent": {"shape": [9], "float32": "AAAA"}}',
        '{"text": "a", "seed": 1, "pack": "p", "latent": {"shape": [1], "float32": "AADAfw=="}}',
        '{"text": "a", "seed": 1, "pack": "p", "w_plus": {"shape": [-1, -1], "float32": "AAAAAA=="}}',
    ],
)
def test_refuses_a_damaged_record(line):
    with pytest.raises(T2IError, match="damaged"):
        png.Record.from_json(line)


def test_refuses_wrong_pixels(record):
    with pytest.raises(ValueError, match="HWC uint8"):
        png.encode(np.zeros((4, 4, 4), np.float32), record)
