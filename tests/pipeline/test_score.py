"""What a picture shows of what was asked for, and why the rest is missing."""

from dataclasses import replace

import numpy as np
import pytest
from packs.tiny import tiny_pack

from t2i_person.latent.judge import embed_images, probabilities
from t2i_person.packs import to_image
from t2i_person.pipeline.score import picture_probabilities, reasons, scores_of
from t2i_person.pipeline.subject import subject_of
from t2i_person.pipeline.whole import drawn

from .people import HAIR, HAT, SOMEBODY, feature, sample


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.fixture(scope="module")
def woman(pack):
    scar, half = feature("шрам", "other"), feature("брутальный плащ", "clothes")
    return subject_of(pack, replace(SOMEBODY, gender="female", features=(HAIR, HAT, scar, half)), {}, {})


def test_the_pixels_that_are_there_are_looked_at(pack, woman):
    whole = drawn(pack, sample(pack).styles)
    seen = picture_probabilities(pack, whole, whole.pixels, (), woman.wanted)
    assert seen == probabilities(pack, embed_images(pack, whole.image), woman.wanted)[0].tolist()
    other = 255 - whole.pixels
    again = picture_probabilities(pack, whole, other, (), woman.wanted)
    wanted = probabilities(pack, embed_images(pack, to_image(other, pack.device)), woman.wanted)
    assert again == wanted[0].tolist() != seen


def test_scores_are_of_all_but_the_gender(woman):
    found = dict(zip([target.name for target in woman.wanted], (0.1, 0.123456, 0.9, 0.8), strict=True))
    scores = scores_of(woman.wanted, list(found.values()))
    assert scores == {"рыжие волосы": 0.1235, "шляпа": 0.9, "брутальный плащ": 0.8}


def test_each_reason_is_told(woman):
    scores = {"рыжие волосы": 0.25, "шляпа": 0.9, "брутальный плащ": 0.8}
    unable = {
        "шрам": "the pack tiny does not draw other",
        "брутальный плащ": "the pack tiny does not know брутальный",
    }
    told = reasons(woman, scores, {}, 1.0)
    assert told == unable | {"рыжие волосы": "the edits reached a probability of 0.25"}
    for share, part in ((0.5, "half taken back"), (0.0, "so they were taken back")):
        told = reasons(woman, scores, {}, share)["рыжие волосы"]
        assert "did not see a woman's face" in told and part in told
    assert reasons(woman, scores, {"рыжие волосы": 0.0}, 1.0) == unable, "nobody wants it"


def test_half_sure_is_drawn(woman):
    assert "шляпа" in reasons(woman, {"шляпа": 0.4999}, {}, 1.0)
    assert "шляпа" not in reasons(woman, {"шляпа": 0.5}, {}, 1.0)
    assert np.isclose(float(reasons(woman, {"шляпа": 0.4}, {}, 1.0)["шляпа"].split()[-1]), 0.4)
