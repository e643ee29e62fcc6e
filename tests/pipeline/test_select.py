"""Who is chosen to begin with: with the real detector, which sees nobody in what the tiny pack draws."""

from dataclasses import replace

import pytest
from packs.tiny import tiny_pack

from t2i_person.pipeline.pictures import Pictures
from t2i_person.pipeline.run import Run
from t2i_person.pipeline.select import ATTEMPTS, choose, seed_of
from t2i_person.pipeline.subject import subject_of
from t2i_person.request import Request

from .people import SOMEBODY


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


def test_each_place_has_a_seed_and_keeps_it():
    places = [(seed, i, k, a) for seed in (0, 7) for i in range(5) for k in range(5) for a in range(ATTEMPTS)]
    seeds = {place: seed_of(*place) for place in places}
    assert len(set(seeds.values())) == len(places) and all(0 <= seed < 2**32 for seed in seeds.values())
    assert seed_of(5, 1, 0, 0) == 1831626165, "what was drawn before can no more be drawn from its text"


@pytest.mark.parametrize(("gender", "whose"), [("male", "a man's"), ("unknown", "anybody's")])
def test_nobody_is_chosen_without_a_face_and_that_is_told(pack, gender, whose):
    events = []
    character = replace(SOMEBODY, gender=gender, features=())
    found, note = choose(
        Run(events.append),
        Pictures(pack),
        Request("Некто.", candidates=3),
        subject_of(pack, character, index=2),
        1,
    )
    assert found == []
    assert note.startswith(f"Некто: 0 of 1 portraits. For the rest none of {3 * ATTEMPTS} candidates")
    assert whose in note and "another seed" in note
    assert {event.stage for event in events} == {"candidates", "people"}
    assert {(event.character, event.portrait) for event in events} == {(2, 0)}
