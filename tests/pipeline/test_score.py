"""What a picture shows of what was asked for, and why the rest is missing."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from packs.tiny import tiny_pack

from t2i_person.latent.judge import embed_images, probabilities
from t2i_person.latent.targets import Target
from t2i_person.nets.regions import REGIONS
from t2i_person.packs import to_image
from t2i_person.pipeline import score
from t2i_person.pipeline.pictures import Pictures, drawn
from t2i_person.pipeline.score import picture_probabilities, reasons, scores_before, scores_of, spoils
from t2i_person.pipeline.subject import subject_of

from .people import HAIR, HAT, SOMEBODY, feature, sample


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.fixture(scope="module")
def woman(pack):
    scar, half = feature("шрам", "other"), feature("брутальный плащ", "clothes")
    return subject_of(pack, replace(SOMEBODY, gender="female", features=(HAIR, HAT, scar, half)))


def test_the_pixels_that_are_there_are_looked_at(pack, woman):
    whole = drawn(pack, sample(pack).styles)
    seen = picture_probabilities(pack, whole, whole.pixels, (), woman.wanted)
    assert seen == probabilities(pack, embed_images(pack, whole.image), woman.wanted)[0].tolist()
    other = 255 - whole.pixels
    again = picture_probabilities(pack, whole, other, (), woman.wanted)
    wanted = probabilities(pack, embed_images(pack, to_image(other, pack.device)), woman.wanted)
    assert again == wanted[0].tolist() != seen


def test_a_colour_on_scraps_of_clothes_is_not_drawn(pack):
    """They have to be a third of the picture's lower edge."""
    whole = drawn(pack, sample(pack).styles)
    target = Target("синее пальто", "синее пальто", "clothes")
    pixels = np.full_like(whole.pixels, 200)
    found = []
    for width in (0.8, 0.3):
        mask = np.zeros(pixels.shape[:2], np.float32)
        mask[-mask.shape[0] // 3 :, : int(width * mask.shape[1])] = 1
        pixels[mask > 0] = 30, 50, 160
        regions = torch.zeros(1, len(REGIONS), 8, 8)
        known = replace(whole, regions=regions, _masks={"clothes": mask})
        found.append(picture_probabilities(pack, known, pixels, (), [target])[0])
    assert found[0] > 0.8 and found[1] == 0


def test_scores_are_of_all_but_the_gender(woman):
    found = dict(zip([target.name for target in woman.wanted], (0.1, 0.123456, 0.9, 0.8), strict=True))
    scores = scores_of(woman.wanted, list(found.values()))
    assert scores == {"рыжие волосы": 0.1235, "шляпа": 0.9, "брутальный плащ": 0.8}


def test_each_reason_is_told(woman):
    scores = {"рыжие волосы": 0.25, "шляпа": 0.9, "брутальный плащ": 0.8}
    unable = {
        "шрам": "the pack tiny does not draw such things (other)",
        "брутальный плащ": "the pack tiny does not know брутальный",
    }
    told = reasons(woman, scores, {}, 1.0, {})
    weak = told.pop("рыжие волосы")
    assert told == unable and "probability of 0.25," in weak and "try another seed" in weak
    for share, part in ((0.5, "half taken back"), (0.0, "so they were taken back")):
        told = reasons(woman, scores, {}, share, {})["рыжие волосы"]
        assert "did not see a woman's face" in told and part in told and "another seed" in told
    assert reasons(woman, scores, {"рыжие волосы": 0.0}, 1.0, {}) == unable, "nobody wants it"


def test_a_target_that_counts_later_is_not_called_drawn_before(woman):
    wanted = [replace(t, called=0.85) if t.name == "шляпа" else t for t in woman.wanted]
    scores = {"рыжие волосы": 0.9, "шляпа": 0.8}
    told = reasons(replace(woman, unable=(), wanted=wanted), scores, {}, 1.0, {})
    assert "probability of 0.80" in told["шляпа"] and "counts from 0.85" in told["шляпа"]


def test_an_edit_answers_for_what_it_was_asked_for_and_what_it_cost(woman):
    scores = {"рыжие волосы": 0.25, "шляпа": 0.4, "брутальный плащ": 0.8}
    before = {"рыжие волосы": 0.2, "шляпа": 0.1}
    edit = replace(woman, asked=frozenset(["шляпа"]))
    told = reasons(edit, scores, {}, 1.0, before)
    assert list(told) == ["шляпа"], "the hair was no other before, and nobody spoke of it"
    assert "probability of 0.40 (0.10 before this edit)" in told["шляпа"] and "strength 1.5" in told["шляпа"]
    assert "cannot be drawn" in reasons(edit, scores, {"шляпа": 2.0}, 1.0, before)["шляпа"]
    assert "strength 0.3 was asked for" in reasons(edit, scores, {"шляпа": 0.3}, 1.0, before)["шляпа"]
    there = reasons(edit, scores | {"шляпа": 0.8}, {"шляпа": 0.0}, 1.0, before)["шляпа"]
    assert "still there" in there, "a slider at 0 that took nothing away is not passed over"
    lost = reasons(edit, scores, {}, 1.0, before | {"рыжие волосы": 0.7})["рыжие волосы"]
    assert "(0.70 before this edit)" in lost and "the edit cost it" in lost
    near = reasons(edit, scores | {"рыжие волосы": 0.44}, {}, 1.0, before | {"рыжие волосы": 0.5})
    assert "рыжие волосы" not in near, "so little may be chance"


def test_a_hat_hides_what_is_under_it(woman):
    kinds = [("лысый", "hair_style"), ("шапка", "headwear"), ("длинная коса", "hair_style")]
    somebody = replace(woman, unable=(), wanted=[Target(name, name, kind) for name, kind in kinds])
    told = reasons(somebody, {"лысый": 0.1, "шапка": 0.9, "длинная коса": 0.1}, {}, 1.0, {})
    assert "«шапка» hides it" in told["лысый"] and "hides" not in told["длинная коса"]
    bare = reasons(somebody, {"лысый": 0.1, "шапка": 0.2, "длинная коса": 0.1}, {}, 1.0, {})
    assert not any("hides" in reason for reason in bare.values()), "a hat that is not there hides nothing"


def test_what_was_there_before_is_looked_at_in_a_small_picture(pack, woman):
    pictures, one = Pictures(pack), sample(pack)
    assert scores_before(pictures, woman) == {}, "somebody new"
    found = scores_before(pictures, replace(woman, first=one))
    assert found.keys() == {"рыжие волосы", "шляпа", "брутальный плащ"}
    again = scores_before(pictures, replace(woman, first=one, scored={"шляпа": 0.77, "очки": 0.9}))
    assert again == found | {"шляпа": 0.77}, "what was said then is not judged anew"


def test_strengths_that_spoil_the_picture_are_taken_back(pack, woman):
    """By the texts that the recipe avoids, which good pictures do not show."""
    one, other = sample(pack, 1), sample(pack, 2)
    recipe = replace(pack.recipe, usual={"шляпа": -1.0})
    pictures = Pictures(replace(pack, recipe=recipe))
    seen = [
        float(
            probabilities(
                pack,
                drawn(pack, s.styles, side=pictures.judged).embedding,
                [Target("шляпа", "шляпа", "other")],
            )[0, 0]
        )
        for s in (one, other)
    ]
    good, bad = (one, other) if seen[0] < seen[1] else (other, one)
    edited = replace(woman, first=good, strengths=[(woman.wanted[1], -1.0)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score, "SPOILT", sum(seen) / 2)
        assert spoils(pictures, edited, drawn(pack, bad.styles))
        assert not spoils(pictures, edited, drawn(pack, good.styles))
        assert not spoils(pictures, replace(edited, first=bad), drawn(pack, bad.styles)), "bad before"
        assert not spoils(pictures, replace(edited, strengths=()), drawn(pack, bad.styles)), (
            "words were judged"
        )
    told = reasons(edited, {}, {"рыжие волосы": -1.0}, 0.5, {}, spoilt=True)["рыжие волосы"]
    assert "strength -1 spoilt the picture" in told and "half taken back" in told


def test_half_sure_is_drawn(woman):
    assert "шляпа" in reasons(woman, {"шляпа": 0.4999}, {}, 1.0, {})
    assert "шляпа" not in reasons(woman, {"шляпа": 0.5}, {}, 1.0, {})
