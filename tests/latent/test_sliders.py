"""What a strength does to a person, by the kinds of edits that brought the thing."""

from dataclasses import replace

import pytest
import torch
from packs.tiny import tiny_pack

from t2i_person.latent.edits import (
    CoordinateEdit,
    DirectionEdit,
    RecolourEdit,
    StrengthEdit,
    TransplantEdit,
)
from t2i_person.latent.edits.coordinates import style_offset
from t2i_person.latent.edits.directions import apply, global_direction
from t2i_person.latent.sample import Sample
from t2i_person.latent.sliders import UNIT, Reach, slide
from t2i_person.latent.targets import Target

RED = Target("рыжие волосы", "рыжие волосы", "hair_color")
SHIRT = Target("красная кофта", "красная кофта", "clothes")


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.fixture
def person(pack):
    z = torch.randn(1, 8, generator=torch.Generator().manual_seed(3))
    w_plus = pack.generator.w_plus(z)
    styles = pack.generator.styles(w_plus)
    return Sample(3, w_plus, styles, styles, z)


def same(styles, others):
    return all(torch.allclose(a, b, atol=1e-5) for a, b in zip(styles, others, strict=True))


@pytest.mark.parametrize(
    ("reach", "strength", "change", "after"),
    [
        (Reach(-8, 14), 0, 1, 1),  # an end is the strength 1
        (Reach(-8, 14), 0, 2, 1),  # and there is no more
        (Reach(-8, 14), 0, -2, -1),
        (Reach(-8, 14), 1, -0.25, 0.75),
        (Reach(-8, 14, taken=7), 1, 1, 2),  # an edit took half of it
        (Reach(-8, 14, taken=7), 1, 3, 2),
        (Reach(-8, 14, taken=28), 1, 0.5, 1),  # an edit went beyond the end: no farther
        (Reach(-8, 14, taken=28), 1, -0.5, 0.5),
        (Reach(-8, 14), 1.5, 0.5, 1.5),  # beyond the end before: a step outwards leaves it there
        (Reach(-8, 14), 1.5, -0.1, 1),
    ],
)
def test_a_direction_has_ends(reach, strength, change, after):
    assert reach.moved(strength, change) == pytest.approx(after)


def test_along_a_new_direction_and_back(pack, person):
    moved, changed = slide(pack, person, [(RED, 0.5)], "female")
    step = global_direction(pack, RED.text, "женщина")
    assert same(moved.styles, apply(person.styles, step, 0.5 * UNIT)) and changed == {RED.name: 0.5}
    assert moved.edits == (StrengthEdit(RED.name, None, "женщина", 0.5 * UNIT),)
    back, _ = slide(pack, moved, [(RED, -0.5)], "female")
    assert same(back.styles, person.styles) and len(back.edits) == 2
    assert slide(pack, person, [(RED, 0)], "female") == (person, {})


def test_one_is_as_much_as_the_edit_took(pack, person):
    edited = replace(person, edits=(DirectionEdit(RED.name, "человек", -6.0),))
    moved, _ = slide(pack, edited, [(RED, -1)], "female")
    step = global_direction(pack, RED.text, "человек")
    assert same(moved.styles, apply(person.styles, step, -6.0))
    denied, _ = slide(pack, person, [(replace(RED, negated=True), 1)], "female")
    assert same(denied.styles, apply(person.styles, global_direction(pack, RED.text, "женщина"), -UNIT))


def test_coordinates_are_taken_back(pack, person):
    """But not one that a later edit set anew."""
    z = person.z
    before = {1: (-1.5, float(z[0, 1])), 2: (0.5, float(z[0, 2]) + 1)}
    edited = replace(person, edits=(CoordinateEdit(RED.name, before),))
    moved, changed = slide(pack, edited, [(RED, -1)], "female")
    without = z.clone()
    without[0, 1] = -1.5
    assert same(moved.styles, apply(person.styles, style_offset(pack, z, without, 1.0), 1.0))
    assert changed == {RED.name: -1} and moved.edits[-1] == StrengthEdit(RED.name, -1)


def test_a_donors_part_and_a_colour_have_shares_from_0_to_1(pack, person):
    painting = replace(pack, recipe=replace(pack.recipe, edits=("recolour",)))
    edited = replace(person, edits=(TransplantEdit(SHIRT.name, "clothes", 4),))
    moved, changed = slide(painting, edited, [(SHIRT, -0.75)], "female")
    part, colour = moved.edits
    assert part == TransplantEdit(SHIRT.name, "clothes", 4, 0.25) and changed == {SHIRT.name: -0.75}
    assert isinstance(colour, RecolourEdit) and (colour.region, colour.strength) == ("clothes", 0)
    more, changed = slide(painting, moved, [(SHIRT, 2)], "female")
    assert [edit.strength for edit in more.edits] == [1, 1] and changed == {SHIRT.name: 0.75}
    assert same(more.styles, person.styles)


def test_of_two_colours_for_a_region_the_later_is_put_on(pack, person):
    painting = replace(pack, recipe=replace(pack.recipe, edits=("recolour",)))
    blue = Target("синяя кофта", "синяя кофта", "clothes")
    moved, changed = slide(painting, person, [(SHIRT, 1), (blue, 1)], "female")
    assert [edit.text for edit in moved.edits] == [blue.name] and changed == {blue.name: 1}
