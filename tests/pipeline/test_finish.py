"""The end of it: picture, scores, and the record that draws it again."""

from dataclasses import replace

import numpy as np
import pytest
from packs.tiny import tiny_pack

from t2i_person.errors import T2IError
from t2i_person.pipeline.finish import finish, render, shared_record
from t2i_person.pipeline.pictures import Pictures, drawn
from t2i_person.pipeline.run import Run
from t2i_person.pipeline.subject import Unfinished, subject_of
from t2i_person.record import Record
from t2i_person.request import Request

from .people import SOMEBODY, sample


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.fixture(scope="module")
def finished(pack):
    request = Request("Некто.", seed=9, background="kept")
    events = []
    unfinished = Unfinished(subject_of(pack, SOMEBODY, index=1), 2, 3, sample(pack, seed=4))
    portrait = finish(Run(events.append), Pictures(pack), request, shared_record(request, pack), unfinished)
    return portrait, events


def test_what_portraits_of_a_request_share(pack):
    record = shared_record(Request("Некто.", seed=9, size=64), pack)
    assert (record.text, record.pack, record.digest) == ("Некто.", "tiny", pack.digest)
    assert record.settings["request_seed"] == 9 and record.settings["size"] == 64


def test_a_portrait_is_whole_and_told(pack, finished):
    portrait, events = finished
    assert [event.stage for event in events] == ["render", "cutout", "cutout"]
    assert events[-1].finished is portrait and (events[-1].character, events[-1].portrait) == (1, 2)
    plain = drawn(pack, sample(pack, seed=4).styles).pixels
    assert np.array_equal(portrait.rgba, np.dstack([plain, np.full(plain.shape[:2], 255, np.uint8)]))
    assert set(portrait.scores) == {"рыжие волосы", "шляпа"} == {*portrait.drawn, *portrait.not_drawn}
    assert all((portrait.scores[name] >= 0.5) == (name in portrait.drawn) for name in portrait.scores)
    assert (portrait.seed, portrait.person, portrait.gender_found, portrait.age_found) == (
        4,
        3,
        "unknown",
        None,
    )


def test_no_strength_is_offered_where_nothing_could_move_it(pack):
    first = sample(pack, seed=4)
    for own, offered in ((pack, True), (replace(pack, directions=None, statistics=None), False)):
        again = replace(subject_of(own, SOMEBODY), first=first)
        request = Request("Некто.", background="kept")
        portrait = finish(
            Run(), Pictures(own), request, shared_record(request, own), Unfinished(again, 0, 0, first)
        )
        weak = [why for why in portrait.not_drawn.values() if "reached a probability" in why]
        assert weak and all(("try the strength" in why) == offered for why in weak)


def test_its_record_draws_it_again(pack, finished):
    portrait, _ = finished
    record = portrait.record
    about = record.character
    assert (about["index"], about["portrait"], about["person"], about["head"]) == (1, 2, 3, "Некто")
    assert [told["normalized"] for told in about["features"]] == ["рыжие волосы", "шляпа"]
    assert record.settings["scores"] == portrait.scores and record.seed == 4
    assert np.array_equal(render(pack, record), portrait.rgba)
    assert np.array_equal(record.z, sample(pack, seed=4).z[0].numpy())


def test_records_that_draw_nothing(pack, finished):
    record = finished[0].record
    with pytest.raises(T2IError, match="no latent"):
        render(pack, replace(record, latent=None))
    with pytest.raises(T2IError, match="latent has shape"):
        render(pack, replace(record, latent=np.zeros(3, np.float32)))
    with pytest.raises(T2IError, match="no latent"):
        render(pack, Record("Некто.", 1, "tiny"))
