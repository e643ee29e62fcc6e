"""The kinds of edits in turn, and what is left of them in the end."""

from dataclasses import replace

import pytest
import torch
from packs.tiny import tiny_pack

from t2i_person.errors import PackError
from t2i_person.latent.edits import DirectionEdit, ScaledEdit
from t2i_person.pipeline.backoff import back_off, mixed
from t2i_person.pipeline.edit import alter, edit, preset_of, strengthened
from t2i_person.pipeline.pictures import Pictures
from t2i_person.pipeline.run import Run
from t2i_person.pipeline.subject import subject_of, with_strengths
from t2i_person.request import Request

from .people import SOMEBODY, feature, sample


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.fixture
def pictures(pack):
    return Pictures(pack)


def gap(one, other) -> float:
    return sum(float((a - b).abs().sum()) for a, b in zip(one, other, strict=True))


def test_the_preset_of_a_request():
    assert preset_of(Request("Некто.")).truncation_psi == 1.0
    assert preset_of(Request("Некто.", variants=True)).truncation_psi == 0.36
    assert preset_of(Request("Некто.", variants=True, truncation_psi=0.5)).truncation_psi == 0.5


def test_between_two_people():
    start, end = [torch.zeros(1, 3), torch.ones(1, 2)], [torch.full((1, 3), 2.0), torch.zeros(1, 2)]
    assert mixed(start, list(start), 0.5) is start, "or the same person would be drawn twice"
    assert gap(mixed(start, end, 0.0), start) == 0 and gap(mixed(start, end, 1.0), end) == 0
    half = mixed(start, end, 0.5)
    assert half[0].tolist() == [[1, 1, 1]] and half[1].tolist() == [[0.5, 0.5]]


def test_edits_of_an_unknown_kind_say_what_there_is(pack, pictures):
    strange = replace(pack, recipe=replace(pack.recipe, edits=("optimize", "magic")))
    subject = subject_of(strange, SOMEBODY)
    with pytest.raises(PackError, match=r"tiny asks for the edits magic: there are coordinates, dir"):
        edit(Run(), Pictures(strange), Request("Некто."), subject, [sample(strange)])


def test_an_edit_raises_what_is_asked_for_and_begins_where_the_person_was(pack, pictures):
    one = sample(pack)
    subject = subject_of(pack, SOMEBODY)
    (moved,) = edit(Run(), pictures, Request("Некто.", steps=3), subject, [one])
    assert moved.edits and moved.start is one.styles and gap(moved.styles, one.styles) > 0
    (same,) = edit(Run(), pictures, Request("Некто.", steps=0), replace(subject, wanted=[]), [one])
    assert not same.edits and gap(same.styles, one.styles) == 0


def test_what_nobody_can_be_seen_in_is_taken_back(pack, pictures):
    """The real detector finds no face in what the tiny pack draws."""
    one, subject = sample(pack), subject_of(pack, SOMEBODY)
    plain = back_off(pictures, subject, one, 1.0)
    assert (plain.share, plain.edits, plain.face) == (1.0, (), None)
    assert len(plain.found) == len(subject.wanted)
    pushed = [style + 0.5 for style in one.styles]
    made = DirectionEdit("шляпа", "человек", 0.1)
    back = back_off(pictures, subject, replace(one, styles=pushed, edits=(made,)), 1.0)
    assert back.share == 0.0 and back.edits == (made, ScaledEdit(0.0))
    assert (back.pixels == plain.pixels).all()


def test_strengths_move_by_what_they_differ(pack, pictures):
    one = sample(pack)
    for value, moves in ((1.0, False), (0.0, True)):  # 1 is as it is described
        subject = with_strengths(pack, subject_of(pack, SOMEBODY), {"шляпа": value}, {})
        found = strengthened(pictures, Request("Некто."), subject, one)
        assert (gap(found.styles, one.styles) > 0) == moves and found.strengths == {"шляпа": value}


def test_a_strength_of_something_new_is_scored(pack, pictures):
    phrases = {"платье": (feature("платье", "clothes"),)}
    for value in (1.0, 0.0):
        subject = with_strengths(pack, subject_of(pack, SOMEBODY), {"платье": value}, phrases)
        request = Request(photo=b"of somebody", strengths={"платье": value})
        changed, found = alter(Run(), pictures, request, subject, sample(pack))
        assert (
            changed.again and ("платье" in changed.own) == (value > 0) and found.strengths["платье"] == value
        )
