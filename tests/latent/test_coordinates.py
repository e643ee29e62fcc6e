"""Coordinates of Z, on the weights that ship: a hat for somebody without one, and nothing else."""

from dataclasses import replace

import pytest
import torch

from t2i_person import load_pack
from t2i_person.errors import Cancelled
from t2i_person.latent.edits.coordinates import edit_coordinates, resample_rest, shared, style_offset
from t2i_person.latent.judge import SURE, ByEncoder, probabilities
from t2i_person.latent.targets import DRAWN, Target
from t2i_person.packs.pack import Gallery

HAT = Target("шляпа", "шляпа", "headwear")
GLASSES = Target("очки", "очки", "accessory")
BARE = Target("не очки", "очки", "accessory", True)


@pytest.fixture(scope="module")
def pack():
    return load_pack("embedded", "cpu")


def people(pack, wish):
    """z of somebody who has the thing, and of somebody who has not."""
    probability = probabilities(pack, pack.gallery.embeddings, [wish])[:, 0]
    return (pack.gallery.z[i : i + 1] for i in (int(probability.argmax()), int(probability.argmin())))


def styles_of(pack, z):
    return pack.generator.styles(pack.generator.w_plus(z))


def probability_of(pack, z, wish):
    return float(ByEncoder(pack, 128).probabilities(styles_of(pack, z), [wish])[0, 0])


def test_a_hat_for_somebody_without_one_and_nothing_else(pack):
    _, z = people(pack, HAT)
    assert probability_of(pack, z, HAT) < 0.1
    found, (made,) = edit_coordinates(pack, z, styles_of(pack, z), [HAT], 1.0, 128)
    assert probability_of(pack, found, HAT) >= SURE and made.text == HAT.name
    different = (found != z).nonzero()[:, 1].tolist()
    assert sorted(made.changed) == different and len(different) <= 4
    for j, (before, after) in made.changed.items():
        assert (before, after) == (
            round(float(z[0, j]), 6),
            round(float(found[0, j]), 6),
        )  # as PNGs hold them
    shirts = [pack.render(styles_of(pack, each), 256)[..., 192:, :] for each in (z, found, z.flip(1))]
    assert (shirts[1] - shirts[0]).abs().mean() < 0.2 * (shirts[2] - shirts[0]).abs().mean()


def test_what_somebody_has_is_taken_away(pack):
    z, _ = people(pack, GLASSES)
    found, (made,) = edit_coordinates(pack, z, styles_of(pack, z), [BARE], 1.0, 128)
    assert (
        probability_of(pack, z, BARE) < DRAWN < SURE <= probability_of(pack, found, BARE)
        and made.text == BARE.name
    )


def test_nothing_is_done_for_somebody_who_has_it_all(pack):
    z, _ = people(pack, GLASSES)
    assert edit_coordinates(pack, z, styles_of(pack, z), [GLASSES], 1.0, 128) == (z, [])
    assert edit_coordinates(pack, z, styles_of(pack, z), [], 1.0, 128) == (z, [])


def test_what_nobody_asked_for_is_not_taken_from_who_has_it(pack):
    """Glasses of a person of the cast, of whom the text says only that there is a hat."""
    z, bare = people(pack, GLASSES)
    assert edit_coordinates(pack, z, styles_of(pack, z), [GLASSES], 1.0, 128, [BARE]) == (z, [])
    for each, has in ((z, True), (bare, False)):
        found, _ = edit_coordinates(pack, each, styles_of(pack, each), [HAT], 1.0, 128, [BARE])
        assert (
            probability_of(pack, found, HAT) > DRAWN and (probability_of(pack, found, GLASSES) > DRAWN) == has
        )


def test_edits_that_were_made_before_count_and_stay(pack):
    """Somebody whose glasses came by an edit of StyleSpace needs none."""
    z, bare = people(pack, GLASSES)
    styles = [a + b for a, b in zip(styles_of(pack, bare), style_offset(pack, bare, z, 1.0), strict=True)]
    assert edit_coordinates(pack, bare, styles, [GLASSES], 1.0, 128) == (bare, [])


def test_of_an_entangled_z_nothing_is_claimed(pack):
    agreed, values = shared(pack, HAT)
    assert agreed and values.shape[1] == pack.gallery.z.shape[1]
    random = torch.Generator().manual_seed(0)
    turned, _ = torch.linalg.qr(torch.randn(64, 64, generator=random))
    entangled = replace(pack, gallery=Gallery(pack.gallery.z @ turned, pack.gallery.embeddings))
    assert len(shared(entangled, HAT)[0]) < 2
    nobody = torch.randperm(len(pack.gallery.z), generator=random)
    strangers = replace(pack, gallery=Gallery(pack.gallery.z[nobody], pack.gallery.embeddings))
    assert shared(strangers, HAT)[0] == []
    z = values[1:2]
    assert edit_coordinates(replace(pack, gallery=None), z, [], [HAT], 1.0, 128) == (z, [])


def test_others_share_what_was_said_and_nothing_else(pack):
    wanted = [Target("рыжие волосы", "рыжие волосы", "hair_color"), BARE]
    probability = probabilities(pack, pack.gallery.embeddings, wanted)
    z = pack.gallery.z[probability.min(1).values.argmax()][None]
    found = resample_rest(pack, z, wanted, 1.0, 128, torch.Generator().manual_seed(5))
    assert (
        len(found) >= 2 and (ByEncoder(pack, 128).probabilities(styles_of(pack, found), wanted) >= SURE).all()
    )
    told = {j for wish in wanted for j in shared(pack, wish)[0]}
    assert set((found == z).all(0).nonzero()[:, 0].tolist()) == told and 0 < len(told) < 10
    again = resample_rest(pack, z, wanted, 1.0, 128, torch.Generator().manual_seed(5))
    assert torch.equal(found, again)
    bare = replace(pack, gallery=None)
    for source, told in ((pack, []), (bare, wanted)):
        assert resample_rest(source, z, told, 1.0, 128, torch.Generator()).shape == (0, 64)


def test_it_can_be_stopped(pack):
    _, z = people(pack, HAT)
    looked = []

    def stop():
        looked.append(1)
        if len(looked) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        edit_coordinates(pack, z, styles_of(pack, z), [HAT], 1.0, 128, on_look=stop)
