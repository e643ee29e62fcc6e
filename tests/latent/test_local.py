"""Directions in W taken in one place of the picture."""

from itertools import pairwise

import numpy as np
import torch

from t2i_person import change, recreate
from t2i_person.nets.regions import PLACES, REGIONS
from t2i_person.picture.likeness import descriptor, distance


def with_beard(rows: slice, columns: slice, share: float = 1.0) -> torch.Tensor:
    """Regions [1, 7, 128, 128]: a beard in a box, skin everywhere else."""
    out = torch.zeros(1, len(REGIONS), 128, 128)
    out[:, REGIONS.index("skin")] = 1
    out[:, REGIONS.index("beard"), rows, columns] = share
    out[:, REGIONS.index("skin"), rows, columns] = 1 - share
    return out


def test_a_moustache_is_changed_on_the_upper_lip_only():
    bare, bearded = with_beard(slice(0), slice(0)), with_beard(slice(70, 120), slice(30, 98))
    mask = PLACES["moustache"].mask(bare, bearded)
    assert mask.shape == (1, 1, 128, 128) and mask[0, 0, 82, 64] == 1
    assert mask[0, 0, 100, 64] == 0 and mask[0, 0, 82, 35] == 0, "the chin and the cheeks stay"
    assert torch.equal(mask, PLACES["moustache"].mask(bearded, bare)), "what goes is changed as what comes"
    assert not PLACES["moustache"].mask(bare, with_beard(slice(70, 120), slice(30, 98), 0.15)).any()


def test_a_moustache_is_told_by_how_much_of_the_lip_it_covers():
    thin, thick = with_beard(slice(80, 81), slice(46, 82)), with_beard(slice(76, 82), slice(46, 82))
    assert 0 < PLACES["moustache"].told(thin) < 0.5 < PLACES["moustache"].told(thick)
    assert PLACES["moustache"].told(with_beard(slice(95, 120), slice(30, 98))) == 0, "a goatee is none"


def test_a_man_gets_a_moustache_and_glasses_and_nothing_else(pack, man):
    before = man.rgba[..., :3]
    hairy = change(man.record, text="с усами", pack=pack, background="kept")
    assert hairy.drawn == ("усы",) and [edit["kind"] for edit in hairy.edits] == ["local_direction"]
    gap = np.abs(before.astype(int) - hairy.rgba[..., :3]).max(2)
    assert gap[610:700, 400:620].mean() > 20
    assert gap[:560].mean() < 3 and gap[780:].mean() < 3, "the upper lip only"
    assert recreate(hairy.png()).same
    both = change(hairy.record, text="в очках", pack=pack, background="kept")
    assert both.drawn == ("усы", "очки"), "one edit after the other"
    steps = [descriptor(picture.rgba[..., :3]) for picture in (man, hairy, both)]
    assert all(distance(one, next_one) < 0.45 for one, next_one in pairwise(steps))
    without = change(both.record, text="без очков", pack=pack, background="kept")
    assert np.array_equal(without.rgba, hairy.rgba), "there and back"
    half = change(hairy.record, strengths={"усы": 0.5}, pack=pack, background="kept")
    far = [np.abs(one.rgba.astype(int) - man.rgba).mean() for one in (half, hairy)]
    assert 0 < far[0] < far[1]
    bare = change(hairy.record, strengths={"усы": 0}, pack=pack, background="kept")
    assert np.array_equal(bare.rgba, man.rgba)


def test_a_woman_gets_a_fringe_by_a_global_direction(pack, woman):
    fringed = change(woman.record, text="с чёлкой", pack=pack, background="kept")
    (edit,) = fringed.edits
    assert (edit["kind"], edit["place"], edit["neutral"]) == ("local_direction", "hair", "человек")
    assert fringed.drawn == ("чёлка",)
    gap = np.abs(woman.rgba.astype(int) - fringed.rgba).max(2)
    assert gap[200:420, 380:640].mean() > 20, "the forehead"
    assert gap[600:760, 420:600].mean() < 3, "not the mouth"
    assert recreate(fringed.png()).same
    bare = change(fringed.record, strengths={"чёлка": 0}, pack=pack, background="kept")
    assert np.array_equal(bare.rgba, woman.rgba)


def test_many_pictures_are_drawn_a_few_at_once(pack):
    """The same as one after the other, but for the last bits; peak memory is that of `AT_ONCE`."""
    z = torch.randn(6, 512, generator=torch.Generator().manual_seed(1))
    styles = pack.generator.styles(pack.generator.w(z, 0.75))
    images, regions = pack.render_regions(styles, 128)
    assert images.shape == (6, 3, 128, 128) and regions.shape == (6, 7, 128, 128)
    one, own = pack.render_regions([style[5:] for style in styles], 128)
    assert (images[5:] - one).abs().mean() < 0.01 and (regions[5:] - own).abs().mean() < 0.01
