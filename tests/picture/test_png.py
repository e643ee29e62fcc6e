"""A portrait remembers how it was made."""

import json
import struct
import zlib
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from t2i_person.errors import T2IError
from t2i_person.picture import png

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
        edits=({"kind": "direction", "text": "голубая кофта", "alpha": 2.5},),
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


def test_summary_of_a_story_names_the_person(record):
    story = replace(record, text="Шёл дождь. " * 200, pack='my, "own"')
    prompt, _, line = png.parameters(8, 8, story).split("\n")
    assert prompt == "Блондинка, голубая кофта"
    assert 'Model: "my, \\"own\\"", Version' in line


@pytest.mark.parametrize("letter", ["а", "\x01", "𝒜"])  # the second takes six bytes of JSON
def test_of_a_book_the_passage_about_the_person_is_kept(image, record, letter):
    """Whole it would be longer than other programs read."""
    before, after = f"Начало. {letter * 1_100_000} ", f" {letter * 300_000}. Конец."
    there = len(before)
    features = [
        {"normalized": "голубая кофта", "text": "голубой кофте", "start": there + 12, "end": there + 25},
        {"normalized": "очки", "text": "в очках", "start": len(before + TEXT + after), "end": 10**7},
    ]
    about = {"head": "Блондинка", "start": there, "end": there + 9, "features": features}
    data = png.encode(image, replace(record, text=before + TEXT + after, character=about))
    back = png.read(data)
    assert len(data) < 1 << 20 and len(Image.open(BytesIO(data)).info["t2i-person"]) > 1000
    begin, end = back.settings["passage"]
    assert back.text == (before + TEXT + after)[begin:end] and TEXT in back.text
    kofta, glasses = back.character["features"]
    assert back.text[kofta["start"] : kofta["end"]] == "голубой кофте"
    assert (glasses["start"], glasses["end"]) == (0, 0), "it stands in a part that is not kept"
    assert back.text[back.character["start"] : back.character["end"]] == "Блондинка"
    assert png.encode(image, back) == data, "what was cut once is not cut again"
    assert back.settings["truncation_psi"] == 0.7 and (back.latent == record.latent).all()


def test_what_is_written_can_be_read(image, record):
    """However much there is of it."""
    much = {f"очки {i}" * 400: 1.0 for i in range(3000)}
    feature = {"normalized": "очки" * 1000, "text": "в очках" * 1000, "prompt_en": "glasses" * 1000}
    one = {"kind": "optimize", "texts": list(much), "steps": 3}
    large = replace(
        record,
        text=TEXT * 30_000,
        edits=(one,) * 3,
        settings={"sliders": much, "scores": much, "changes": TEXT * 30_000},
        character={"head": "Анна", "features": [feature] * 3000},
    )
    data = png.encode(image, large)
    assert len(png.read(data).character["features"]) >= 8
    assert Image.open(BytesIO(data)).info["t2i-person"]


def test_refuses_what_is_not_ours(image, tmp_path):
    path = tmp_path / "other.png"
    Image.fromarray(image).save(path)
    data = path.read_bytes()
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
    "text bomb": (header(1, 1) + note(b"[" * (200 << 20)) + PIXELS + END, "unpacks to more than 1 MiB"),
    "long plain text": (
        header(1, 1) + note(b" " * (2 << 20), packed=False) + PIXELS + END,
        "more than 1 MiB",
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
    strange = note(b" " * (2 << 20), b"Comment")
    pixels, back = png.decode(data[:33] + strange + data[33:])
    assert (pixels == image).all() and back.seed == record.seed


def with_(path: str, value: object) -> str:
    """A record with one field tampered with: `path` leads to it, with dots between."""
    feature = {"text": "в очках", "start": 0, "end": 7, "category": "accessory", "normalized": "очки"}
    array = {"shape": [2], "float32": "AAAAAAAAAAA="}
    made: dict = {
        "text": "Старик в очках",
        "seed": 1,
        "pack": "embedded",
        "digest": "",
        "version": "0.1.0",
        "edits": [{"kind": "coordinates", "text": "очки", "changed": [[1, 0.5, 1.5]]}],
        "settings": {"request_seed": 1, "truncation_psi": 1, "background": "transparent", "size": 256},
        "character": {"head": "Старик", "gender": "male", "start": 0, "end": 6, "features": [feature]},
        "z": array,
        "latent": dict(array),
    }
    *way, last = path.split(".")
    place = made
    for name in way:
        place = place[int(name) if isinstance(place, list) else name]
    place[int(last) if isinstance(place, list) else last] = value
    return json.dumps(made)


TAMPERED = [
    ("text", 5),
    ("text", "\ud800"),
    ("seed", "x"),
    ("seed", -1),
    ("seed", 2**63),
    ("seed", True),
    ("pack", "p" * 101),
    ("digest", ["a"]),
    ("version", "1" * 1000),
    ("unknown", "a" * 2001),
    ("unknown", [[[[[[[[1]]]]]]]]),
    ("unknown", list(range(2000))),
    ("unknown", float("nan")),
    ("unknown", "\udfff"),
    ("edits", {}),
    ("edits", [{}]),
    ("edits", [5]),
    ("edits", [{"kind": "optimize"}] * 2000),
    ("edits.0.kind", None),
    ("edits.0.text", None),
    ("edits.0.text", 5),
    ("edits.0.changed", [[9999, 0, 0]]),
    ("edits.0.changed", [[-1, 0, 0]]),
    ("edits.0.changed", [[1.0, 0, 0]]),
    ("edits.0.changed", [[1, 0]]),
    ("edits.0.changed", [[1, "x", 0]]),
    ("edits.0.changed", [[1, 0, float("inf")]]),
    ("edits.0", {"kind": "direction", "text": "очки"}),
    ("edits.0", {"kind": "direction", "text": "очки", "alpha": "x"}),
    ("edits.0", {"kind": "direction", "text": "очки", "alpha": float("nan")}),
    ("edits.0", {"kind": "direction", "text": "очки", "alpha": 1e38}),
    ("edits.0", {"kind": "strength"}),
    ("edits.0", {"kind": "optimize", "steps": "many"}),
    ("edits.0", {"kind": "optimize", "texts": [5]}),
    ("edits.0", {"kind": "recolour", "text": "a", "region": "sky", "colour": "синий", "strength": 1}),
    ("edits.0", {"kind": "recolour", "text": "a", "region": "hair", "colour": "-" * 99, "strength": 1}),
    ("edits.0", {"kind": "recolour", "text": "a", "region": "hat", "colour": "никакой", "strength": 1}),
    ("settings", []),
    ("settings.request_seed", None),
    ("settings.request_seed", 1.5),
    ("settings.truncation_psi", float("nan")),
    ("settings.truncation_psi", 7),
    ("settings.background", "rgb(300,0,0)"),
    ("settings.background", 5),
    ("settings.size", 3),
    ("settings.size", "big"),
    ("settings.sliders", {"очки": float("nan")}),
    ("settings.sliders", {"очки": 9}),
    ("settings.sliders", {"очки": "1"}),
    ("settings.sliders", {"\ud800": 1}),
    ("settings.sliders", {str(i): 1 for i in range(5000)}),
    ("settings.strengths", [1]),
    ("settings.scores", {"очки": 2}),
    ("settings.again", "yes"),
    ("character", "Старик"),
    ("character.gender", [1]),
    ("character.gender", "old"),
    ("character.start", float("inf")),
    ("character.index", -1),
    ("character.features", {}),
    ("character.features.0", 5),
    ("character.features.0.normalized", None),
    ("character.features.0.start", "0"),
    ("character.features.0.negated", 1),
    ("character.features", [{"normalized": "очки"}] * 5000),
    ("latent", 7),
    ("latent", {"shape": [9], "float32": "AAAA"}),
    ("latent", {"shape": [1], "float32": "AADAfw=="}),  # no number
    ("latent", {"shape": [1], "float32": "/yd2fg=="}),  # 8e37
    ("latent", {"shape": [-1, -1], "float32": "AAAAAA=="}),
    ("latent", {"shape": [], "float32": "AAAAAA=="}),
    ("latent", {"shape": [1.0], "float32": "AAAAAA=="}),
    ("latent", {"shape": [1], "float32": "!"}),
]


def test_reads_what_nobody_tampered_with():
    back = png.Record.from_json(with_("new", {"a": [1, 2.5, None, "б"]}))
    assert json.loads(back.to_json())["settings"]["size"] == 256 and back.z.shape == (2,)


@pytest.mark.parametrize(
    ("path", "value"), TAMPERED, ids=[f"{path} {i}" for i, (path, _) in enumerate(TAMPERED)]
)
def test_refuses_a_tampered_record(path, value):
    with pytest.raises(T2IError, match=r"record inside this PNG is damaged \(.{5,200}\): draw"):
        png.Record.from_json(with_(path, value))


@pytest.mark.parametrize("line", ["", "[]", "{}", "5", "{" * 100_000, '{"text": 1e999}', " " * (2 << 20)])
def test_refuses_what_is_no_record(line):
    with pytest.raises(T2IError, match="damaged"):
        png.Record.from_json(line)


def test_refuses_wrong_pixels(record):
    with pytest.raises(ValueError, match="HWC uint8"):
        png.encode(np.zeros((4, 4, 4), np.float32), record)
