"""A portrait made again from its own file, on the real weights."""

from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from t2i_person import draw, load_pack, recreate
from t2i_person.cli import main as cli
from t2i_person.errors import PackError, T2IError
from t2i_person.latent.sample import Sample
from t2i_person.picture import png
from t2i_person.request import Request

TEXT = "Пришла девушка. Рыжий мужчина без очков и старик в шляпе сидели рядом."
HOW = {"seed": 5, "steps": 2, "candidates": 4, "truncation_psi": 0.9, "per_character": 2}
HOW |= {"background": "kept", "size": 256}  # whole cut-outs: `test_a_cut_out`, tests/test_portraits.py


@pytest.fixture(scope="module")
def drawn() -> bytes:
    """The second portrait of the second person: its place in the answer has to be found again."""
    result = draw(TEXT, **HOW, characters=[1])
    assert [len(person.portraits) for person in result.characters] == [0, 2, 0]
    return result.characters[1].portraits[1].png()


def changed(data: bytes, **fields) -> bytes:
    image, record = png.decode(data)
    return png.encode(image, replace(record, **fields))


def test_record_says_all(drawn):
    record = png.read(drawn)
    assert record.text == TEXT and record.settings["request_seed"] == 5
    assert record.digest == load_pack().digest
    assert record.character["head"] == "мужчина" and record.character["gender"] == "male"
    assert (record.character["index"], record.character["portrait"]) == (1, 1)
    glasses = record.character["features"][-1]
    assert TEXT[glasses["start"] : glasses["end"]] == glasses["text"] and glasses["negated"]
    generator = load_pack().generator
    assert record.w_plus.shape == (generator.num_ws, generator.config.w_dim)
    assert len(drawn) - len(png.encode(png.decode(drawn)[0], png.Record("", 0, ""))) < 24_000, "not compact"


def test_the_rest_of_a_text_does_not_change_a_person(drawn):
    together = draw(TEXT, **HOW, characters=[0, 1])  # not all three: a hat is sought long
    assert [len(person.portraits) for person in together.characters] == [2, 2, 0]
    assert together.characters[1].portraits[1].png() == drawn


def test_the_same_bytes(drawn):
    made = recreate(drawn)
    assert made.same and made.data == drawn and made.notes == ()


def test_a_colour_put_on_at_half_strength_stays_so_when_something_else_changes(drawn):
    colour = {
        "kind": "recolour",
        "text": "синяя кофта",
        "region": "clothes",
        "colour": "blue",
        "strength": 1.0,
    }
    record = png.read(drawn)
    half = replace(record, edits=(colour,), settings={**record.settings, "strength": 0.5})
    assert Sample.of_record(load_pack(), half, 0).edits[0].strength == 0.5
    request = Request.change(half, "в очках")
    assert request.settings()["strength"] == request.strength == 1.0
    assert replace(half, settings={**record.settings, "strength": 2}).strength == 2  # a whole number, too


def test_a_cut_out():
    portrait = draw("Старик.", steps=0, candidates=2).characters[0].portraits[0]
    assert recreate(portrait.png()).same


def test_says_what_differs(drawn):
    made = recreate(changed(drawn, version="0.0.1"))
    assert made.same, "the version alone changes nothing when the latent is there"


def test_changed_pixels_are_counted(drawn):
    image, record = png.decode(drawn)
    image[:128] = 255 - image[:128]
    made = recreate(png.encode(image, record))
    assert not made.same and any("of the pixels differ" in note for note in made.notes)


def test_refusals(drawn):
    with pytest.raises(PackError, match="Packs here: embedded"):
        recreate(changed(drawn, pack="nowhere"))
    with pytest.raises(PackError, match="not here"):
        recreate(changed(drawn, pack=str(load_pack().path)))
    with pytest.raises(T2IError, match="does not say how"):
        recreate(changed(drawn, latent=None, character={}))
    with pytest.raises(T2IError, match="latent has shape"):
        recreate(changed(drawn, latent=np.zeros(3, np.float32)))
    with pytest.raises(T2IError, match="chosen by index"):
        recreate(changed(drawn, character={"index": 7, "portrait": 0}), from_text=True)
    with pytest.raises(T2IError, match=r"settings\.steps"):
        recreate(changed(drawn, settings=png.read(drawn).settings | {"steps": "many"}), from_text=True)


def test_command(drawn, tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(drawn)
    done = CliRunner().invoke(cli.app, ["recreate", str(file)])
    assert done.exit_code == 0, done.output
    assert "the same bytes" in done.stdout and "Рыжий мужчина" in done.stdout
    assert (tmp_path / "a-again.png").read_bytes() == drawn
    done = CliRunner().invoke(cli.app, ["recreate", str(file), "--from-text"])
    assert done.exit_code == 0 and "the same bytes" in done.stdout, done.output
    file.write_bytes(changed(drawn, version="0.0.1", digest="f" * 64))  # other weights: from the text, then
    done = CliRunner().invoke(cli.app, ["recreate", str(file), "-o", str(tmp_path / "b.png")])
    assert done.exit_code == 1 and (tmp_path / "b.png").exists()
    for note in ("t2i-person 0.0.1", "weights differ", "ffffffffff", "Every pixel is the same"):
        assert note in done.stderr
    file.write_bytes(b"GIF89a")
    done = CliRunner().invoke(cli.app, ["recreate", str(file)])
    assert done.exit_code == 2 and "not a PNG" in done.stderr
