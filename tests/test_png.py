"""A portrait remembers how it was made."""

import struct
import zlib

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
        latent=np.linspace(-1, 1, 18 * 16, dtype=np.float32).reshape(18, 16),
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
    assert (back.latent == record.latent).all()
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
    prompt, line = info["parameters"].split("\n")
    assert prompt == "Блондинка в голубой кофте шла по улице."
    assert line.startswith(f"Steps: 20, Seed: {2**40}, Size: 32x48, Model: embedded, Version: t2i-person ")
    assert (
        'DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'
        in (info["XML:com.adobe.xmp"])
    )
    assert png.is_marked(path.read_bytes())


def test_refuses_what_is_not_ours(image, tmp_path):
    path = tmp_path / "other.png"
    Image.fromarray(image).save(path)
    data = path.read_bytes()
    assert not png.is_marked(data)
    with pytest.raises(T2IError, match="not drawn by t2i-person"):
        png.decode(data)
    for broken in (b"", b"text", data[:60], data[:-30]):
        with pytest.raises(T2IError, match="not a readable PNG"):
            png.decode(broken)


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"text": "a", "seed": "x", "pack": "p"}'])
def test_refuses_a_damaged_record(line):
    with pytest.raises(T2IError, match="damaged"):
        png.Record.from_json(line)


def test_refuses_wrong_pixels(record):
    with pytest.raises(ValueError, match="HWC uint8"):
        png.encode(np.zeros((4, 4, 4), np.float32), record)
