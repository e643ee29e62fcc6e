"""The factors of rendered people, their captions and their colours; nothing is rendered here."""

import numpy as np
import torch

from lab.captions import FACTS, truths
from lab.people.compose import compose, decode, encode
from lab.people.factors import COLOURS, CONDITION, Person, condition, person_from_z

KEYS = [fact.key for fact in FACTS]


def colours(**named):
    table = np.full((len(COLOURS), 3), 128.0)
    for name, rgb in named.items():
        table[COLOURS.index(name)] = rgb
    return table


def test_only_the_direction_of_z_counts():
    z = np.random.default_rng(0).standard_normal(64)
    one, other = condition(*person_from_z(z)), condition(*person_from_z(3 * z))
    assert one.shape == (CONDITION,)
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_people_vary_and_men_alone_have_beards():
    people = [person_from_z(z)[0] for z in np.random.default_rng(1).standard_normal((400, 64))]
    women = [p for p in people if p.gender == "female"]
    assert 140 < len(women) < 260
    assert all(p.facial_hair == "none" for p in women)
    assert {p.garment for p in people} >= {"t-shirt", "sweater", "shirt", "suit", "coat", "dress", "tank top"}
    assert not any(p.hat and p.hair == "afro" for p in people)


def test_a_blonde_in_a_light_blue_sweater():
    person = Person("female", 0.1, hair="long", garment="sweater")
    truth = dict(zip(KEYS, truths(person, colours(hair=(214, 172, 110), cloth=(130, 190, 236))), strict=True))
    for key in ("female", "blond hair", "long hair", "голубой sweater", "young"):
        assert truth[key] > 0.8, key
    for key in ("male", "black hair", "bald", "красный sweater", "голубой dress", "beard", "hat"):
        assert truth[key] < 0.2, key
    values = np.array(list(truth.values()))
    assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()


def test_colours_reach_only_their_layer():
    layers, alpha = torch.zeros(1, 9, 4, 4), torch.ones(1, 1, 4, 4)
    layers[:, 4, :2] = 1  # hair above, cloth below
    layers[:, 5, 2:] = 1
    red = compose(layers, alpha, colours(hair=(200, 30, 30), cloth=(30, 30, 200))[None])
    assert red[0, 0, 0, 0] > red[0, 2, 0, 0] and red[0, 2, 3, 0] > red[0, 0, 3, 0]
    stored = decode(torch.from_numpy(encode(np.array([0.0, 0.1, 1.0, 3.9]))))
    np.testing.assert_allclose(stored, [0.0, 0.1, 1.0, 3.9], atol=0.02)
