from dataclasses import replace

import pytest
import torch
from packs.tiny import tiny_pack

from t2i_person.latent.judge import ByEncoder, mean_log_probability
from t2i_person.latent.search.crossover import Crossover, begin, search
from t2i_person.latent.targets import Target
from t2i_person.packs.build import gallery

NEVER = 2  # a probability that nobody has
WANTED = [Target("рыжие волосы", "рыжие волосы", "hair_color"), Target("не очки", "очки", "accessory", True)]


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


def run(pack, wanted=WANTED, **options):
    random = torch.Generator().manual_seed(3)
    z = torch.randn(12, 8, generator=random)
    return z, search(pack, z, wanted, 1.0, 32, random, sure=NEVER, **options)


def fit(pack, z):
    return mean_log_probability(
        ByEncoder(pack, 32).probabilities(pack.generator.styles(pack.generator.w_plus(z)), WANTED)
    )


def test_later_people_fit_better_and_come_in_order(pack):
    z, found = run(pack)
    score = fit(pack, found)
    assert score[0] > fit(pack, z).max()
    assert (score.diff() <= 1e-6).all() and len(found) == len(z)


def test_it_is_the_same_again(pack):
    assert torch.equal(run(pack)[1], run(pack)[1])


def test_without_wishes_the_first_people_stay(pack):
    z, found = run(pack, [])
    assert torch.equal(z, found)


def test_children_are_ordinary_people(pack):
    """Each coordinate is still one that was drawn from the normal distribution."""
    told = []
    z, found = run(pack, rounds=1, on_round=lambda number, best: told.append((number, tuple(best.shape))))
    kept = (found[:, None] == z[None]).any(1).float().mean()
    assert kept > 0.8, "coordinates were blended instead of exchanged"
    assert told == [(1, (8,))]


def test_a_search_begins_with_the_best_of_the_gallery(pack):
    known = replace(pack, gallery=gallery(pack.generator, pack.encoder, 200, resolution=32))
    assert known.gallery is not None
    fits = fit(pack, known.gallery.z).sort().values
    seeds = (1, 1, 2)
    begun = [begin(known, 12, WANTED, torch.Generator().manual_seed(seed), NEVER) for seed in seeds]
    assert torch.equal(begun[0], begun[1])
    assert torch.allclose(fit(pack, begun[0][:6]).sort().values, fits[-6:]), "nobody fits: all are asked"
    begun = [begin(known, 12, WANTED, torch.Generator().manual_seed(seed), 0) for seed in seeds]
    assert fit(pack, begun[0][:6]).min() >= fits[-140], "the best of an eighth"
    assert not torch.equal(begun[0][:6], begun[2][:6]), "everybody's search begins with the same people"
    strangers = (begun[0][:, None] == known.gallery.z).all(2).any(1)
    assert strangers.tolist() == [True] * 6 + [False] * 6
    nobody = begin(known, 12, [], torch.Generator().manual_seed(1))
    assert not (nobody[:, None] == known.gallery.z).all(2).any()


def test_the_best_of_the_gallery_is_shown_before_a_generation_is_drawn(pack):
    known = replace(pack, gallery=gallery(pack.generator, pack.encoder, 200, resolution=32))
    for there, targets, first in ((known, WANTED, [0]), (known, [], []), (pack, WANTED, [])):
        shown = []
        random = torch.Generator().manual_seed(1)
        Crossover(there, 1.0, 32, 12).find(targets, random, (), lambda *step, to=shown: to.append(step))
        assert [done for done, *_ in shown if done == 0] == first and sorted(
            shown, key=lambda s: s[0]
        ) == shown
        if first:
            assert (shown[0][2] == known.gallery.z).all(1).any()
