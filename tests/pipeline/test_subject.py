"""Who is to be drawn, and what is asked of them."""

from dataclasses import replace

import pytest
from packs.tiny import tiny_pack

from t2i_person.errors import T2IError
from t2i_person.pipeline.subject import subject_of, with_strengths

from .people import HAIR, HAT, SOMEBODY, feature

WOMAN = replace(SOMEBODY, gender="female", features=(HAIR, HAT, feature("шрам", "other")))


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


def test_what_is_wanted_and_what_cannot_be(pack):
    subject = subject_of(pack, WOMAN, index=3)
    assert [target.name for target in subject.wanted] == ["женщина", "рыжие волосы", "шляпа"]
    assert [(target.name, target.obstacle) for target in subject.unable] == [
        ("шрам", "the pack tiny does not draw such things (other)")
    ]
    assert subject.own == {"женщина", "рыжие волосы", "шляпа"} and subject.index == 3
    assert not subject.strengths and not subject.again


def test_strengths_are_of_the_person_of_somebody_else_or_of_a_phrase(pack):
    asked = {"шляпа": 0.5, "борода": 2, "синее платье": 1}
    phrases = {"синее платье": (feature("синее платье", "clothes"),)}
    subject = with_strengths(pack, subject_of(pack, WOMAN), asked, phrases, others={"борода"})
    assert [(target.name, value) for target, value in subject.strengths] == [
        ("шляпа", 0.5),
        ("синее платье", 1.0),
    ]
    assert subject.asked is None, "of a drawing all is asked for"
    edit = with_strengths(pack, subject_of(pack, WOMAN, asked=["очки"]), asked, phrases, others={"борода"})
    assert edit.asked == {"очки", "шляпа", "синее платье"}
    assert subject.strengths[0][0] is subject.wanted[2], "the target that is steered by"
    assert "синее платье" not in subject.own


def test_strengths_that_cannot_be(pack):
    with pytest.raises(T2IError, match="«дождь» names no looks"):
        with_strengths(pack, subject_of(pack, WOMAN), {"дождь": 1}, {})
    with pytest.raises(T2IError, match="cannot be drawn: «шрам»: the pack tiny does not draw such things"):
        with_strengths(pack, subject_of(pack, WOMAN), {"рубец": 1}, {"рубец": (feature("шрам", "other"),)})
