import numpy as np
import pytest
import torch
from packs.tiny import tiny_pack

from t2i_person.edit import invert as module
from t2i_person.edit.invert import align, invert
from t2i_person.errors import Cancelled, T2IError
from t2i_person.people import Face


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


@pytest.mark.parametrize("box", [(40, 50, 59, 69), (0, 0, 39, 39)], ids=["inside", "at the corner"])
def test_the_face_goes_where_the_pack_draws_faces(pack, monkeypatch, box):
    left, top, right, bottom = box
    photo = np.zeros((100, 120, 3), np.uint8)
    photo[top : bottom + 1, left : right + 1] = 255
    monkeypatch.setattr(module, "face_place", lambda pack: (0.5, 0.625, 0.25))
    monkeypatch.setattr(
        module, "faces", lambda image: [Face("male", 0.9, 30, (left, top, right + 1, bottom + 1))]
    )
    image, inside, face = align(pack, photo)
    rows, columns = np.nonzero((image[..., 0] > 127) & inside)
    assert image.shape == (32, 32, 3) and face.gender == "male"
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == pytest.approx((12, 19, 16, 23), abs=1)
    assert inside.all() == (box[0] > 0)


@pytest.mark.parametrize("found", [[], [1, 2]], ids=["none", "two"])
def test_one_face_is_needed(pack, monkeypatch, found):
    monkeypatch.setattr(module, "faces", lambda image: found)
    with pytest.raises(T2IError, match="one person"):
        align(pack, np.zeros((9, 9, 3), np.uint8))
