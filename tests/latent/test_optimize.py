import math
from dataclasses import replace

import pytest
import torch
from packs.tiny import TinyEncoder, tiny_pack

from t2i_person.errors import Cancelled, T2IError
from t2i_person.latent import PRESETS, clip_loss, global_direction, optimize, score_loss
from t2i_person.latent.edits.optimize import ramp


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.fixture(scope="module")
def w_plus(pack):
    z = torch.randn(2, 8, generator=torch.Generator().manual_seed(9))
    return pack.generator.w_plus(z).contiguous()


FAST = {"steps": 30, "learning_rate": 0.05, "l2": 1e-4, "resolution": None}


@pytest.mark.parametrize("space", ["w_plus", "stylespace"])
def test_the_loss_falls(pack, w_plus, space):
    start = w_plus if space == "w_plus" else pack.generator.styles(w_plus)
    loss = clip_loss(pack, "рыжие волосы")
    before = loss(pack.encoder.encode_image(pack.generator.render(pack.generator.styles(w_plus))))
    found = optimize(pack, start, loss, **FAST)
    assert (found.losses < before - 0.05).all()
    assert found.latent.shape == (
        w_plus.shape if space == "w_plus" else (2, sum(map(len, pack.statistics.std)))
    )


def test_torgb_stays_in_stylespace(pack, w_plus):
    start = pack.generator.styles(w_plus)
    found = optimize(pack, start, clip_loss(pack, "рыжие волосы"), **FAST).latent
    for i, (old, new) in enumerate(zip(start, found.split([s.shape[1] for s in start], 1), strict=True)):
        assert torch.equal(old, new) == (i % 3 == 1)


def test_clip_sees_raw_pixels_when_asked(pack, w_plus):
    asked = []

    class Recording(TinyEncoder):
        def encode_image(self, images):
            asked.append("encode_image")
            return super().encode_image(images)

        def encode_raw(self, images):
            asked.append("encode_raw")
            return super().encode_raw(images)

    recording = replace(pack, encoder=Recording())
    for raw in (True, False):
        asked.clear()
        optimize(recording, w_plus, clip_loss(pack, "шапка"), **{**FAST, "steps": 1}, raw=raw)
        assert asked[0] == ("encode_raw" if raw else "encode_image")
    assert "encode_raw" not in asked and PRESETS["original"].raw


def test_negated_texts_are_pushed_away(pack, w_plus):
    def probability(latent, text):
        images = pack.encoder.encode_image(pack.generator.render(pack.generator.styles(latent)))
        return pack.score(images, pack.text([text]))[:, 0]

    found = optimize(pack, w_plus, score_loss(pack, ["рыжие волосы"], ["борода"]), **FAST).latent
    assert (probability(found, "рыжие волосы") > probability(w_plus, "рыжие волосы")).all()
    assert (probability(found, "борода") < probability(w_plus, "борода")).all()


def test_people_in_a_batch_do_not_influence_each_other(pack, w_plus):
    loss = clip_loss(pack, "шапка")
    both = optimize(pack, w_plus, loss, **FAST).latent
    alone = optimize(pack, w_plus[1:], loss, **FAST).latent
    assert torch.allclose(both[1], alone[0], atol=1e-3)


def test_the_loss_is_exact_where_the_networks_are_not(pack, w_plus):
    loss = clip_loss(pack, "шапка")
    found = optimize(replace(pack, dtype=torch.bfloat16), w_plus, loss, **{**FAST, "steps": 2})
    assert not torch.equal(found.losses, found.losses.bfloat16().float()), "rounded to 8 bits"


def test_any_size_is_taken(pack, w_plus):
    loss, few = clip_loss(pack, "шапка"), {**FAST, "steps": 1}
    for size, same in ((100, 32), (20, 16), (1, 4)):
        found, wanted = (
            optimize(pack, w_plus, loss, **{**few, "resolution": s}).losses for s in (size, same)
        )
        assert torch.equal(found, wanted)


def test_l2_holds_it_near_the_start(pack, w_plus):
    loss = clip_loss(pack, "шапка")
    near, far = (optimize(pack, w_plus, loss, **{**FAST, "l2": l2}).latent for l2 in (1.0, 0.0))
    assert (near - w_plus).norm() < 0.5 * (far - w_plus).norm()


def test_an_edit_made_before_is_kept(pack, w_plus):
    step = global_direction(pack, "борода")
    seen = []
    optimize(
        pack,
        w_plus,
        clip_loss(pack, "шапка"),
        **{**FAST, "steps": 1},
        offset=step,
        on_step=lambda *a: seen.append(a),
    )
    styles = [a + b for a, b in zip(pack.generator.styles(w_plus), step, strict=True)]
    assert torch.allclose(seen[0][3], pack.generator.render(styles), atol=1e-5)


def test_it_reports_and_stops_when_asked(pack, w_plus):
    steps = []
    loss = clip_loss(pack, "шапка")
    with pytest.raises(Cancelled):
        optimize(
            pack,
            w_plus,
            loss,
            **FAST,
            on_step=lambda step, *_: steps.append(step),
            cancelled=lambda: len(steps) == 3,
        )
    assert steps == [1, 2, 3]


def test_it_stops_when_little_is_gained(pack, w_plus):
    found = optimize(pack, w_plus, lambda images: images.sum(1) * 0 + 1, **FAST, tolerance=1e-3)
    assert found.steps == 11


def test_the_original_s_schedule():
    assert ramp(0) == 0
    assert ramp(0.025) == pytest.approx(0.5)
    assert ramp(0.05) == ramp(0.5) == ramp(0.75) == 1
    assert ramp(0.875) == pytest.approx(0.5 - 0.5 * math.cos(math.pi / 2))
    original = PRESETS["original"]
    assert (original.truncation_psi, original.learning_rate, original.steps) == (0.36, 0.003, 80)
    assert (original.l2, original.resolution, original.tolerance) == (5e-5, None, 0)
    original = original.combined()
    assert (original.steps, original.learning_rate, original.l2) == (120, pytest.approx(0.0042), 2.5e-5)


def test_what_cannot_be_says_why(pack, w_plus):
    with pytest.raises(T2IError, match="steps"):
        optimize(pack, w_plus, clip_loss(pack, "шапка"), steps=0)
    for wrong in (pack.generator.w_mean, pack.generator.w_mean[None], w_plus[:, :2]):
        with pytest.raises(T2IError, match=r"start is W \[n, 1, 8\]"):
            optimize(pack, wrong, clip_loss(pack, "шапка"))
    with pytest.raises(T2IError, match="at least one text"):
        score_loss(pack, [])
