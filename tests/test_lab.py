"""Of `lab/`: the factors of rendered people, their captions and their colours; nothing is rendered here."""

import json
from dataclasses import asdict

import numpy as np
import torch

from lab import recipe
from lab.captions import FACTS, truths
from lab.judge import HEADS, goals
from lab.people.compose import compose, decode, encode
from lab.people.dataset import persons_of
from lab.people.factors import (
    COLOURS,
    CONDITION,
    GARMENTS,
    HAIR,
    HATS,
    MOODS,
    Person,
    condition,
    person_from_z,
)
from lab.said import UNSEEN, sentences
from t2i_person import describe

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
    assert {p.garment for p in people} == set(GARMENTS) and len(GARMENTS) >= 14
    assert {p.hair for p in people} == set(HAIR) and len(HAIR) >= 12
    assert {p.hat for p in people} == {"none", *HATS} and {p.mood for p in people} == {"none", *MOODS}
    assert not any(p.hat != "none" and p.hair in ("afro", "mohawk") for p in people)


def test_persons_are_kept_beside_their_pictures(tmp_path):
    persons = [person_from_z(z)[0] for z in np.random.default_rng(2).standard_normal((3, 64))]
    (tmp_path / "00000.json").write_text(json.dumps([asdict(p) for p in persons]))
    assert persons_of(tmp_path / "00000.npy") == persons


def test_unseen_synonyms_are_in_no_caption_and_mean_a_fact():
    phrases = {p for fact in FACTS for p in fact.russian}
    words = {w for p in phrases for w in p.split()} - {"одежда"}
    assert not [w for w in UNSEEN if w in phrases or words & set(w.split())]
    assert set(UNSEEN.values()) <= set(KEYS)


def test_held_out_sentences_say_what_the_judge_is_asked():
    for text, asked in sentences(24):
        (person,) = describe(text)
        assert person.gender == asked["gender"][0]
        categories = {f.category for f in person.described}
        assert {"hair_color", "clothes"} <= categories, (text, categories)
        assert ("hat" in asked) == ("headwear" in categories)
        assert ("glasses" in asked) == ("accessory" in categories)
    assert all(set(right) <= set(HEADS[head]) for _, asked in sentences(64) for head, right in asked.items())


def test_the_judge_and_the_captions_agree_about_a_person():
    person, paint = person_from_z(np.random.default_rng(4).standard_normal(64))
    for head, goal in goals(person, paint).items():
        assert len(goal) == len(HEADS[head]) and (np.isnan(goal).all() or abs(sum(goal) - 1) < 1e-6)


def test_a_recipe_goes_on_where_it_was(tmp_path, capfd):
    (tmp_path / "recipe.json").write_text('{"one": {"seconds": 60.0, "done": 1}}')
    recipe.run(tmp_path, 1.0, (("one", "--help", 0), ("two", "--help", 0)))
    out = capfd.readouterr().out
    assert "== two" in out and "== one" not in out
    assert json.loads((tmp_path / "recipe.json").read_text())["two"]["done"] == 1


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
