"""People found by likelihood, and directions in W: on a tiny generator with an encoder that reads W."""

from dataclasses import replace

import pytest
import torch
from packs.tiny import TinyEncoder, tiny_pack
from torch.nn.functional import normalize

from t2i_person.errors import PackError, T2IError
from t2i_person.latent.edits.wdirections import w_direction
from t2i_person.latent.judge import ByEncoder, ByProbe
from t2i_person.latent.search import sampler
from t2i_person.latent.search.likelihood import Likelihood
from t2i_person.latent.targets import Target

RED = Target("рыжие волосы", "рыжие волосы", "hair_color")
BARE = Target("не шляпа", "шляпа", "headwear", True)


class Reading(TinyEncoder):
    """Reads W by a fixed random matrix."""

    reads_w = True

    def encode_w(self, w):
        random = torch.Generator().manual_seed(5)
        return normalize(w @ torch.randn(w.shape[1], len(self.weight), generator=random))


@pytest.fixture(scope="module")
def pack():
    tiny = tiny_pack()
    recipe = replace(tiny.recipe, sampler="likelihood", holds={"мужчина": "gender"})
    return replace(tiny, encoder=Reading(), recipe=recipe, directions=None, statistics=None)


def found(pack, targets, seed=0, taken=()):
    random = torch.Generator().manual_seed(seed)
    return sampler(pack, 0.8, 32, 24).find(targets, random, taken)


def test_the_found_are_likelier_than_anybody(pack):
    z = found(pack, [RED, BARE])
    assert len(z) % 8 == 0 and z.shape[1] == 8
    w = pack.generator.w(z, 0.8)
    anybody = pack.generator.w(torch.randn(1000, 8, generator=torch.Generator().manual_seed(9)), 0.8)
    read = [ByProbe(pack).probabilities([some], [RED, BARE]).log().sum(1) for some in (w, anybody)]
    assert read[0].min() > read[1].quantile(0.99)
    styles = pack.generator.styles(pack.generator.w_plus(z, 0.8))
    by_image = ByEncoder(pack, 32).probabilities(styles, [RED, BARE]).log().sum(1)
    assert by_image[0] > by_image.mean()  # who is best in both comes first


def test_somebody_is_shown_before_pictures_are_drawn(pack, monkeypatch):
    """Else the first preview would wait for eight pictures; who is found is the same."""
    order, random = [], torch.Generator().manual_seed(0)
    draw = type(pack).render_regions
    monkeypatch.setattr(type(pack), "render_regions", lambda *asked: order.append("drawn") or draw(*asked))

    def on_round(done, rounds, best):
        order.append(done)
        assert best.shape == (8,)

    z = sampler(pack, 0.8, 32, 24).find([RED], random, (), on_round)
    assert order[0] == 0 and "drawn" in order and order.count(0) == 1
    assert torch.equal(z, found(pack, [RED]))


def test_it_begins_again_only_where_nobody_fits(pack):
    def rounds(pack, target):
        told = []
        random = torch.Generator().manual_seed(0)
        z = sampler(pack, 0.8, 32, 24).find([target], random, (), lambda *step: told.append(step[:2]))
        assert told == [(k, 4) for k in range(len(told))] and len(z) == 8 * (len(told) - 1)
        return len(told) - 1

    unfit = replace(pack, encoder=Reading())
    unfit.encoder.score = lambda images, texts: torch.full((len(images), len(texts)), 0.3)
    assert rounds(pack, RED) == 1
    assert rounds(unfit, RED) == 4
    assert rounds(unfit, replace(RED, weight=0.5)) == 1  # it can be put there


def test_same_seed_same_people_another_seed_others(pack):
    assert torch.equal(found(pack, [RED]), found(pack, [RED]))
    assert not torch.equal(found(pack, [RED]), found(pack, [RED], seed=1))


def test_somebody_taken_is_not_met_again(pack):
    first = found(pack, [RED])[:1]
    w = pack.generator.w(first, 0.8)

    def gap(z):
        return float((pack.generator.w(z, 0.8) - w).norm(dim=1).min())

    assert gap(found(pack, [RED], taken=[first])) > 0.01 > gap(found(pack, [RED]))


def test_usual_things_are_kept_to(pack):
    usual = replace(pack, recipe=replace(pack.recipe, usual={"шляпа": -4.0}))
    hats = [
        ByProbe(p).probabilities([pack.generator.w(found(p, [RED]), 0.8)], [BARE]).mean()
        for p in (pack, usual)
    ]
    assert hats[1] > hats[0]


def test_a_direction_raises_its_text_and_leaves_what_is_held(pack):
    direction = w_direction(pack, RED)
    assert [len(step) for step in direction] == [layer.width for layer in pack.generator.layers]
    # StyleSpace is linear in W: the same step in W is found again from what it does to the first layer
    start = pack.generator.w(torch.randn(200, 8, generator=torch.Generator().manual_seed(3)), 0.8)
    affine = pack.generator.styles(torch.eye(8))[0] - pack.generator.styles(torch.zeros(8, 8))[0]
    step = torch.linalg.lstsq(affine.T, direction[0][:, None]).solution[:, 0]

    def mean(target, w):
        true = ByProbe(pack).probabilities([w], [target])
        return float(torch.logit(true).mean())

    man = Target("мужчина", "мужчина", "gender")
    gain, slip = (mean(target, start + step) - mean(target, start) for target in (RED, man))
    assert gain > 0.1 and abs(slip) < gain / 5


def test_an_encoder_that_reads_no_w_is_named(pack):
    blind = replace(pack, encoder=TinyEncoder())
    with pytest.raises(PackError, match="reads no W"):
        Likelihood(blind, 1.0, 32, 24).find([RED], torch.Generator())
    with pytest.raises(T2IError, match="reads no W"):
        w_direction(blind, RED)
    with pytest.raises(PackError, match="crossover, likelihood"):
        sampler(replace(pack, recipe=replace(pack.recipe, sampler="dowsing")), 1.0, 32, 24)
