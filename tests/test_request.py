"""What any door asks for: checked once, before a model is loaded; and back from a portrait's record."""

import json
import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from t2i_person import T2IError, change, draw, edit_photo
from t2i_person.api import sketch
from t2i_person.cli import main as cli
from t2i_person.picture import png
from t2i_person.pipeline.read import read_phrase, read_strengths
from t2i_person.portrait import Stage
from t2i_person.record import Record
from t2i_person.request import Request
from t2i_person.text import describe

DRAWN = Record(
    "Женщина в шляпе.",
    5,
    "embedded",
    settings={
        "request_seed": 3,
        "truncation_psi": 0.7,
        "steps": 9,
        "background": "kept",
        "size": 256,
        "new": 1,
    },
    character={
        "head": "Женщина",
        "lemma": "женщина",
        "gender": "female",
        "start": 0,
        "end": 7,
        "features": [
            {"text": "шляпе", "start": 10, "end": 15, "category": "headwear", "normalized": "шляпа"}
        ],
        "index": 0,
        "portrait": 1,
    },
)
PHOTO = np.zeros((8, 8, 3), np.uint8)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"seed": -1}, r"seed is a whole number from 0 to \d+, not -1"),
        ({"per_character": 65}, "per_character is a whole number from 1 to 64, not 65"),
        ({"steps": "many"}, "steps is a whole number from 0 to 1000, not 'many'"),
        ({"candidates": True}, "candidates is a whole number from 2 to 1024"),
        ({"likeness_steps": 0}, "likeness_steps is a whole number from 1 to 1000"),
        ({"truncation_psi": float("nan")}, "truncation_psi is a number from 0 to 1"),
        ({"strength": 2.5}, "strength is a number from 0 to 2"),
        ({"variants": "yes"}, "variants is true or false"),
        ({"background": "нет"}, "background is transparent, kept, or a colour"),
        ({"size": 63}, "size is a whole number of pixels from 64"),
        ({"strengths": ["очки"]}, "strengths are numbers by feature"),
        ({"strengths": {"очки": 2.1}}, "A strength is a number from -2 to 2, not 2.1 for «очки»"),
        ({"strengths": {"очки": "1"}}, "A strength is a number"),
        ({"strengths": {5: 1}}, "named by a feature or a phrase"),
        ({"strengths": {"очки": float("nan")}}, "A strength is a number"),
        ({"text": " "}, "The text is empty"),
        ({"text": None}, "The text is empty"),
    ],
)
def test_what_is_wrong_names_what_is_right(asked, says):
    with pytest.raises(T2IError, match=says):
        Request(**{"text": "Женщина.", **asked})


def test_it_does_not_change():
    strengths = {"очки": 1}
    request = Request("Женщина.", strengths=strengths)
    strengths["очки"] = 9
    assert request.strengths == {"очки": 1}
    with pytest.raises(FrozenInstanceError):
        request.seed = 1  # type: ignore[misc]


def test_a_record_keeps_it_and_gives_it_back():
    request = Request(
        "Женщина.", seed=4, per_character=2, truncation_psi=0.5, steps=3, strength=0.5, variants=True,
        background="#20304f", size=300, strengths={"очки": 0.5}, candidates=8, characters=(0,),
    )  # fmt: skip
    record = Record(request.text, 1, "mine", settings=request.settings(), character=DRAWN.character)
    assert Request.of_record(record) == request
    assert Request.of_record(replace(record, settings={"request_seed": 4})) == Request(
        "Женщина.", seed=4, characters=(0,)
    ), "an old record says less"
    for lost in ({"again": True}, {"passage": [1, 2]}, {"request_seed": None}):
        with pytest.raises(T2IError, match="does not say how"):
            Request.of_record(replace(record, settings=record.settings | lost))


def test_of_a_portrait_what_is_not_named_stays():
    request = Request.change(DRAWN, "в очках", steps=0)
    assert (request.truncation_psi, request.background, request.size) == (0.7, "kept", 256)
    assert request.settings() == DRAWN.settings | {
        "again": True,
        "strength": 1.0,
        "changes": "Женщина в шляпе. в очках",
    }
    request = Request.change(DRAWN, strengths={"шляпа": 0}, background="white", size=64)
    assert request.settings() == DRAWN.settings | {
        "again": True,
        "strength": 1.0,
        "background": "white",
        "size": 64,
    }
    assert request.told == DRAWN.text
    assert Request.change(replace(DRAWN, text="Старик.\n"), strengths={"очки": 1}).told == "Старик.\n"
    with pytest.raises(T2IError, match="Nothing to change"):
        Request.change(DRAWN)
    with pytest.raises(T2IError, match="damaged"):
        Request.change(replace(DRAWN, settings={}), "в очках")


def test_a_photo_needs_no_text():
    assert set(Request(photo=PHOTO).settings()) == {
        "request_seed", "truncation_psi", "steps", "likeness_steps", "background", "size", "again",
    }  # fmt: skip


def test_a_phrase_is_read_for_whom_it_is_said_of():
    assert [f.normalized for f in read_phrase("в синей шляпе", "female")] == ["синяя шляпа"]
    with pytest.raises(T2IError, match=r"«шёл дождь» names no looks of one person: say"):
        read_phrase("шёл дождь", "female")
    people = describe("Старик с бородой и женщина без очков.")
    said = [feature for person in people for feature in person.features]
    found = read_strengths(
        ["борода", "не очки", "старик", "мужчина", "улыбка"], "male", said, nouns=["старик"]
    )
    assert {"борода", "не очки", "улыбка"} <= set(found)
    assert found["не очки"][0].negated and found["борода"] == people[0].features[:1]


WRONG = [({"очки": 3}, "from -2 to 2"), ({"шёл дождь": 1}, "names no looks")]


NOWHERE = "nowhere"  # a pack that is not there: who loads it fails, and says so
ELSEWHERE = replace(DRAWN, pack=NOWHERE)


@pytest.mark.parametrize(("strengths", "says"), WRONG)
@pytest.mark.parametrize(
    "door",
    [
        lambda strengths: draw("Блондинка и старик в очках.", pack=NOWHERE, strengths=strengths),
        lambda strengths: change(ELSEWHERE, strengths=strengths),
        lambda strengths: change(ELSEWHERE, text="в очках", strengths=strengths),
        lambda strengths: sketch(ELSEWHERE, strengths=strengths),
        lambda strengths: edit_photo(PHOTO, pack=NOWHERE, strengths=strengths),
    ],
    ids=["draw", "change", "change by a text, too", "sketch", "photo"],
)
def test_a_wrong_strength_fails_before_a_model_is_loaded(door, strengths, says):
    with pytest.raises(T2IError, match=says):
        door(strengths)
    with pytest.raises(T2IError, match=NOWHERE):
        door({"очки": 1})


@pytest.mark.parametrize("strength", ["очки=3", "шёл дождь=1"])
@pytest.mark.parametrize("words", [["drawn.png"], ["photo.png", "--pack", NOWHERE]], ids=["drawn", "photo"])
def test_so_it_does_on_the_command_line(tmp_path: Path, monkeypatch, words, strength):
    monkeypatch.chdir(tmp_path)
    record = replace(ELSEWHERE, settings=DRAWN.settings | {"background": "transparent"})
    (tmp_path / "drawn.png").write_bytes(png.encode(PHOTO, record))
    Image.fromarray(PHOTO).save(tmp_path / "photo.png")
    done = CliRunner().invoke(cli.app, ["edit", *words, "--strength", strength])
    assert done.exit_code == cli.USAGE, done.output
    assert "from -2 to 2" in done.stderr or "names no looks" in done.stderr


def test_stages_have_one_name_each():
    """In events, in the documents and on the page, where no photos are."""
    home = Path(__file__).parents[1]
    for document in ("README.md", "docs/how-it-works.md", "docs/service.md"):
        told = (home / document).read_text("utf-8")
        missing = [stage for stage in get_args(Stage) if f"`{stage}`" not in told]
        assert missing in ([], ["likeness"]), document
    script = (home / "src/t2i_person/service/page/app.js").read_text("utf-8")
    (line,) = re.findall(r"^const STAGES = (\[.*\]);$", script, re.M)
    assert json.loads(line) == [stage for stage in get_args(Stage) if stage != "likeness"]
