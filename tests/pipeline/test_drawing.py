"""The flow on a tiny random pack; the pictures themselves are in tests/test_portraits.py."""

import base64
import threading
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch
from packs.tiny import tiny_pack

import t2i_person
from t2i_person import Cancelled, T2IError
from t2i_person.errors import NobodyFits
from t2i_person.picture import png
from t2i_person.picture.faces import Face
from t2i_person.pipeline import CROWD, draw
from t2i_person.portrait import Stage
from t2i_person.request import Request
from t2i_person.text import Character, Feature

DRAWN_IN = [stage for stage in get_args(Stage) if stage != "likeness"]  # which is of photos
FACE = Face("female", 30, (0, 0, 9, 9))


def feature(text, category="hair_color", negated=False):
    return Feature(text, 0, 1, category, text, negated, text)


WOMAN = Character(
    "Женщина", "женщина", "female", 1, 0, 7, (feature("рыжие волосы"), feature("шляпа", "clothes"))
)
MAN = Character("Мужчина", "мужчина", "male", 1, 0, 7, (feature("борода", "age", negated=True),))


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


def one_face(image):
    return [FACE]


def run(pack, people=(WOMAN,), detect=one_face, on_event=None, cancelled=None, device="auto", **options):
    """Text and detector have their own tests: here everybody has one face."""
    request = Request("Текст.", **{"candidates": 6, "steps": 3, **options})

    def read(text, **_):
        return people

    return draw(
        request, pack, device=device, read=read, detect=detect, on_event=on_event, cancelled=cancelled
    )


def test_each_character_gets_its_portraits(pack):
    result = run(pack, [WOMAN, replace(MAN, gender="unknown")], per_character=2)
    assert [person.character.head for person in result.characters] == ["Женщина", "Мужчина"]
    assert [len(person.portraits) for person in result.characters] == [2, 2]
    seeds = [portrait.seed for person in result.characters for portrait in person.portraits]
    assert len(set(seeds)) == 4, "two portraits of one person"
    portrait = result.characters[0].portraits[0]
    assert portrait.rgba.shape == (32, 32, 4) and portrait.rgba.dtype == np.uint8
    assert set(portrait.scores) == {"рыжие волосы", "шляпа"}
    assert set(result.characters[1].portraits[0].scores) == {"не борода"}
    assert set(result.seconds) <= set(DRAWN_IN)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(pack):
    torch.manual_seed(1)
    one = run(pack, seed=5).characters[0].portraits[0]
    torch.manual_seed(2)
    np.random.seed(3)
    state = torch.random.get_rng_state()
    two = run(pack, seed=5).characters[0].portraits[0]
    assert torch.equal(state, torch.random.get_rng_state()), "global random state was touched"
    assert one.png() == two.png()
    assert run(pack, seed=6).characters[0].portraits[0].png() != one.png()


def test_requests_at_once_do_not_disturb_each_other(pack):
    alone = [run(pack, seed=seed).characters[0].portraits[0].png() for seed in range(3)]
    found = {}

    def work(seed):
        found[seed] = run(pack, seed=seed).characters[0].portraits[0].png()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[seed] for seed in range(3)] == alone


def test_edits_raise_the_scores(pack):
    plain, edited = (run(pack, seed=4, steps=steps, strength=s) for steps, s in ((0, 0.0), (20, 1.0)))
    before, after = (sum(r.characters[0].portraits[0].scores.values()) for r in (plain, edited))
    assert after > before
    assert edited.characters[0].portraits[0].edits


def test_a_portrait_can_be_drawn_again_from_what_it_carries(pack):
    portrait = run(pack, background="kept").characters[0].portraits[0]
    pixels, record = png.decode(portrait.png())
    assert (pixels[..., 3] == 255).all()
    assert base64.b64decode(portrait.base64()) == portrait.png()
    widths = [len(std) for std in pack.statistics.std]
    image = pack.render(torch.from_numpy(record.latent)[None].split(widths, 1))[0].clamp(-1, 1)
    again = ((image + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(again, pixels[..., :3])
    assert record.seed == portrait.seed and record.settings["request_seed"] == 0


def test_a_count_gives_that_many_different_people(pack):
    portraits = run(pack, [replace(WOMAN, count=2)], per_character=2).characters[0].portraits
    assert [portrait.person for portrait in portraits] == [0, 1, 0, 1]
    assert len({portrait.seed for portrait in portraits}) == 4
    crowd = [replace(WOMAN, count=30, features=())]  # nothing to search for: it is the number here
    person = run(pack, crowd, steps=0).characters[0]
    assert len(person.portraits) == CROWD and "of 30" in person.notes[0]


def test_the_wrong_gender_is_replaced(pack):
    def either(image):
        return [replace(FACE, gender="male") if image.sum() % 2 else FACE]

    portraits = run(pack, [MAN], either, per_character=4, steps=0, strength=0.0).characters[0].portraits
    assert [portrait.gender_found for portrait in portraits] == ["male"] * 4


def test_nobody_who_fits_is_an_error_and_too_few_a_note(pack):
    with pytest.raises(NobodyFits, match=r"Женщина: 0 of 1 .* 24 candidates .* a woman's.* another seed"):
        run(pack, [replace(WOMAN, features=())], lambda image: [])
    calls = []

    def once(image):
        calls.append(1)
        return [FACE] if len(calls) in (3, 4) else []  # the third candidate, small and whole

    events = []
    person = run(pack, detect=once, per_character=2, on_event=events.append).characters[0]
    assert len(person.portraits) == 1 and "1 of 2" in person.notes[0]
    assert person.portraits[0].gender_found == "female"  # the same picture is looked at once
    assert [event.note for event in events if event.note] == list(person.notes)


def test_an_edit_that_loses_the_face_is_taken_back(pack):
    seen = []

    def once(image):
        seen.append(image)
        return [FACE] if len(seen) in (1, 2, 4) else []  # the candidate, small and whole; the half edit

    portrait = run(pack, detect=once).characters[0].portraits[0]
    assert portrait.edits[-1] == {"kind": "scaled", "by": 0.5}
    assert portrait.gender_found == "female"


def test_what_cannot_be_drawn_is_told_with_its_reason(pack):
    strange = (feature("брэговина"), feature("брутальная шляпа"), feature("шрам", "other"))
    somebody = replace(WOMAN, features=(*strange, feature("рыжие волосы")))
    portrait = run(pack, [somebody]).characters[0].portraits[0]
    assert portrait.not_drawn["брэговина"] == "the pack tiny does not know брэговина"
    assert portrait.not_drawn["брутальная шляпа"] == "the pack tiny does not know брутальная"
    assert portrait.not_drawn["шрам"] == "the pack tiny does not draw such things (other)"
    assert set(portrait.scores) == {"рыжие волосы", "брутальная шляпа"}
    assert set(portrait.drawn) | set(portrait.not_drawn) == {f.text for f in strange} | {"рыжие волосы"}
    assert not set(portrait.drawn) & set(portrait.not_drawn)


def test_a_person_without_features_is_drawn(pack):
    portrait = run(pack, [Character("Кто-то", "кто-то", "unknown", 1, 0, 6)]).characters[0].portraits[0]
    assert not portrait.scores and not portrait.not_drawn and not portrait.edits


def test_variants_are_the_whole_and_a_chain(pack):
    portraits = run(pack, variants=True).characters[0].portraits
    assert portraits[0].variant == "combined"
    assert [p.variant.count("+") for p in portraits[1:]] == [0, 1]
    assert len(portraits[2].edits) == 2
    assert len({p.seed for p in portraits}) == 1
    assert portraits[1].variant in ("chain: рыжие волосы", "chain: шляпа")


def test_events_tell_the_stages_in_order(pack):
    events = []
    run(pack, on_event=events.append)
    stages = [event.stage for event in events]
    assert set(stages) == set(DRAWN_IN)
    first = [stages.index(stage) for stage in DRAWN_IN]
    assert first == sorted(first)
    steps = [(e.step, e.steps) for e in events if e.stage == "optimize" and e.step]
    assert steps == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("stage", DRAWN_IN)
def test_it_stops_when_cancelled(pack, stage):
    events = []
    with pytest.raises(Cancelled):
        run(
            pack,
            on_event=events.append,
            cancelled=lambda: bool(events) and events[-1].stage == stage,
        )
    assert events[-1].stage == stage


def test_so_it_does_by_the_door_for_python(pack):
    events = []
    with pytest.raises(Cancelled):
        t2i_person.draw("Мужчина.", pack=pack, on_event=events.append, cancelled=lambda: len(events) > 2)
    assert len(events) == 3


def test_a_step_is_the_most_that_is_done_after_a_cancel(pack):
    events = []
    with pytest.raises(Cancelled):
        run(
            pack,
            steps=50,
            on_event=events.append,
            cancelled=lambda: bool(events) and events[-1].stage == "optimize" and events[-1].step == 2,
        )
    assert (events[-1].stage, events[-1].step, events[-1].steps) == ("optimize", 2, 50)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "seed is a whole number from 0"),
        ({"seed": 1.5}, "seed"),
        ({"steps": -1}, "steps is a whole number from 0 to 1000, not -1"),
        ({"truncation_psi": 1.1}, "truncation_psi is a number from 0 to 1"),
        ({"truncation_psi": float("nan")}, "truncation_psi"),
        ({"strength": -1}, "strength"),
        ({"per_character": 0}, "per_character"),
        ({"candidates": True}, "candidates"),
        ({"variants": "yes"}, "variants is true or false"),
    ],
)
def test_wrong_settings_name_the_valid_ones(pack, options, message):
    with pytest.raises(T2IError, match=message):
        t2i_person.draw("Текст.", pack=pack, **options)


def test_a_wrong_device_is_named():
    with pytest.raises(T2IError, match="tpu"):
        run("embedded", device="tpu")


def test_no_text_and_no_people_say_what_to_write(pack):
    with pytest.raises(T2IError, match="text is empty"):
        t2i_person.draw("  ", pack=pack)
    with pytest.raises(T2IError, match="No people"):
        run(pack, [])
