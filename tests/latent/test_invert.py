import pytest
import torch
from packs.tiny import tiny_pack

from t2i_person.errors import Cancelled, T2IError
from t2i_person.latent.invert import invert


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.fixture(scope="module")
def images(pack):
    z = torch.randn(2, 8, generator=torch.Generator().manual_seed(77))
    return pack.generator(pack.generator.w_plus(z)).clamp(-1, 1)


def test_a_drawn_person_is_found_again(pack, images):
    found = invert(pack, images, steps=60)
    assert (found.losses < 0.5 * found.begun).all()
    again = pack.render(pack.generator.styles(found.w_plus))
    start = pack.render(pack.generator.styles(pack.generator.w_mean.expand(2, -1)))
    assert (again - images).abs().mean() < 0.3 * (start - images).abs().mean()
    alone = invert(pack, images[1:], steps=60)
    assert torch.allclose(alone.w_plus[0], found.w_plus[1], atol=1e-2)


def test_pixels_without_weight_do_not_count(pack, images):
    spoiled, weight = images[:1].clone(), torch.ones(1, 1, 32, 32)
    spoiled[:, :, :8], weight[:, :, :8] = 1, 0
    free = invert(pack, spoiled, weight, steps=30).w_plus
    bound = invert(pack, spoiled, steps=30).w_plus

    def gap(w_plus):
        drawn = pack.render(pack.generator.styles(w_plus))
        return (drawn - images[:1])[:, :, 8:].abs().mean()

    assert gap(free) < gap(bound)


def test_it_reports_stops_and_refuses(pack, images):
    steps = []
    invert(pack, images[:1], steps=3, on_step=lambda step, total, drawn: steps.append((step, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    with pytest.raises(Cancelled):
        invert(pack, images[:1], steps=3, cancelled=lambda: True)
    with pytest.raises(T2IError, match="steps"):
        invert(pack, images[:1], steps=0)
