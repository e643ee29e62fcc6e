"""A drawn person changed, on a tiny random pack; that it looks right is in tests/test_portraits.py."""

from dataclasses import replace

import numpy as np
import pytest
from packs.tiny import tiny_pack

import t2i_person
from t2i_person import T2IError, pipeline, read_record, recreate
from t2i_person.api import sketch
from t2i_person.picture import png
from t2i_person.picture.faces import Face
from t2i_person.request import Request
from t2i_person.text import Character, Feature

FACE = Face("female", 30, (0, 0, 9, 9))
WOMAN = Character(
    "Анна",
    "Анна",
    "female",
    1,
    0,
    4,
    (
        Feature("рыжие волосы", 0, 1, "hair_color", "рыжие волосы", False, "red hair"),
        Feature("шляпа", 0, 1, "clothes", "шляпа", False, "a hat"),
    ),
)


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.fixture(scope="module")
def portrait(pack):
    return run(pack)


def one_face(image):
    """The detector has its own tests: here everybody has one face."""
    return [FACE]


def draw(pack, person=WOMAN, cast=None, **options):
    request = Request("Текст.", **{"candidates": 6, "steps": 3, **options})
    return pipeline.draw(request, pack, cast=cast, read=lambda text, **_: [person], detect=one_face)


def run(pack, **options):
    return draw(pack, **options).characters[0].portraits[0]


def change(record, *, pack, steps=None, **options):
    return pipeline.change(Request.change(record, steps=steps, **options), pack, detect=one_face)


def test_strengths_change_and_change_back(pack, portrait):
    weaker = change(portrait.record, strengths={"шляпа": 0}, pack=pack)
    assert weaker.strengths == {"рыжие волосы": 1, "шляпа": 0} and weaker.seed == portrait.seed
    assert weaker.edits[-1] | {"alpha": 0} == {
        "kind": "strength",
        "text": "шляпа",
        "neutral": "женщина",
        "alpha": 0,
    }
    assert not np.array_equal(weaker.styles, portrait.styles)
    back = change(weaker.record, strengths={"шляпа": 1}, pack=pack)
    assert np.allclose(back.styles, portrait.styles, atol=1e-4)
    assert sketch(portrait.record, strengths={"шляпа": 0}, pack=pack).shape == (32, 32, 3)


def test_a_new_strength_is_reported(pack, portrait):
    changed = change(portrait.record, strengths={"красное платье": 1}, pack=pack)
    assert "красное платье" in {*changed.drawn, *changed.not_drawn} and "красное платье" in changed.scores
    gone = change(portrait.record, strengths={"красное платье": 0}, pack=pack)
    assert "красное платье" not in {*gone.drawn, *gone.not_drawn}


def test_the_file_is_enough(pack, portrait):
    from_file = change(read_record(portrait.png()), strengths={"шляпа": 0.5}, pack=pack)
    assert from_file.png() == change(portrait.record, strengths={"шляпа": 0.5}, pack=pack).png()


def test_every_public_name_is_there():
    assert all(callable(getattr(t2i_person, name)) for name in t2i_person.__all__)


def test_a_phrase_takes_the_place_of_what_it_contradicts(pack, portrait):
    changed = change(portrait.record, text="чёрные волосы", steps=2, pack=pack)
    names = [feature["normalized"] for feature in changed.record.character["features"]]
    assert "рыжие волосы" not in names and "шляпа" in names and "чёрные волосы" in names
    assert set(changed.strengths) >= {"шляпа"} and "рыжие волосы" not in changed.strengths
    assert "чёрные волосы" in changed.record.text
    again = change(portrait.record, text="чёрные волосы", steps=2, pack=pack)
    assert again.png() == changed.png()


def test_strengths_at_once_are_strengths_later(pack, portrait):
    """`draw` with strengths is `draw`, then `change`."""
    direct = run(pack, strengths={"шляпа": 1.5})
    later = change(portrait.record, strengths={"шляпа": 1.5}, pack=pack)
    assert np.allclose(direct.styles, later.styles, atol=1e-4)
    assert direct.edits[-1] == later.edits[-1]


def test_a_person_of_the_cast_comes_again(pack, portrait):
    anna = replace(WOMAN, features=())
    result = draw(pack, anna, {"анна": portrait.record}, seed=9, per_character=2)
    person = result.characters[0]
    assert person.cast == "анна" and len(person.portraits) == 1 and "анна" in person.notes[0]
    assert np.allclose(person.portraits[0].styles, portrait.styles)
    stranger = replace(portrait.record, digest="0")
    with pytest.raises(T2IError, match=r"анна of the cast.*other weights"):
        t2i_person.draw("Анна.", pack=pack, cast={"анна": stranger})


def test_size_and_background(pack):
    portrait = run(pack, background="#ff0000", size=64)
    assert portrait.rgba.shape == (32, 32, 4), "never larger than it is drawn"
    for wrong in ({"background": "blurple"}, {"size": 5}, {"strengths": {"шляпа": 3}}):
        with pytest.raises(T2IError):
            run(pack, **wrong)


def test_a_changed_portrait_is_recreated(pack, portrait):
    changed = change(portrait.record, strengths={"шляпа": 0.5}, pack=pack)
    made = recreate(changed.png(), pack=pack)
    assert made.same, made.notes
    with pytest.raises(T2IError, match="latent draws it"):
        recreate(changed.png(), pack=pack, from_text=True)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "Nothing to change"),
        ({"strengths": {"шляпа": 3}}, "from -2 to 2"),
        ({"text": "шёл дождь"}, "no looks"),
        ({"text": "рыжая", "background": "blurple"}, "colour"),
    ],
)
def test_wrong_changes_say_what_to_do(pack, portrait, asked, says):
    with pytest.raises(T2IError, match=says):
        change(portrait.record, pack=pack, **asked)


def test_records_that_do_not_fit(pack, portrait):
    for record in (
        replace(portrait.record, latent=None),
        replace(portrait.record, w_plus=portrait.record.w_plus[:1]),
        replace(portrait.record, character={}),
        replace(portrait.record, settings={}),
        png.Record("a", 1, "tiny"),
    ):
        with pytest.raises(T2IError):
            change(record, strengths={"шляпа": 0}, pack=pack)
