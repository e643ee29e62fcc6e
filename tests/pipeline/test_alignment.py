"""Photos are aligned by their one face."""

import numpy as np
import pytest
from packs.tiny import tiny_pack
from PIL import Image

from t2i_person.errors import T2IError
from t2i_person.picture.faces import Face
from t2i_person.pipeline.alignment import FFHQ, align, find_face


@pytest.fixture(scope="module")
def pack():
    return tiny_pack()


@pytest.mark.parametrize(
    ("scale", "degrees", "corner"),
    [(2.5, 0, 30 + 10j), (2.5, 25, 40 + 10j), (0.5, -70, 20 + 60j), (2, 0, -20 - 30j)],
    ids=["larger", "leaning", "small and askew", "beyond the edge"],
)
def test_the_face_goes_where_the_pack_draws_faces(pack, scale, degrees, corner):
    """A white rectangle on black, which belongs at rows 16 to 23 and columns 12 to 19 of 32."""
    turn = scale * np.exp(1j * np.radians(degrees))
    y, x = np.mgrid[:100, :120] + 0.5
    back = (x + 1j * y - corner) / turn
    white = (back.real >= 12) & (back.real < 20) & (back.imag >= 16) & (back.imag < 24)
    photo = np.repeat((white * 255).astype(np.uint8)[..., None], 3, 2)
    image, inside = align(pack, photo, corner + turn * FFHQ * 32, place=FFHQ)
    rows, columns = np.nonzero((image[..., 0] > 127) & inside)
    assert image.shape == (32, 32, 3)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == pytest.approx((12, 19, 16, 23), abs=1)
    if degrees == 0:
        wanted = corner + turn * np.array([0.5 + 0.5j, 31.5 + 31.5j])
        for pixel, its in ((inside[0, 0], wanted[0]), (inside[-1, -1], wanted[1])):
            assert pixel == (0 <= its.real < 120 and 0 <= its.imag < 100)


@pytest.mark.parametrize("degrees", [0, 30, -60])
def test_a_face_is_sought_in_the_photo_held_otherwise(degrees):
    """The detector sees only what is upright: here, a photo turned by just that angle."""
    photo = np.zeros((40, 60, 3), np.uint8)
    photo[8:12, 48:52] = 255  # its middle is 50, 10
    shape = np.array(Image.fromarray(photo).rotate(degrees, expand=True)).shape
    face = Face("female", 30, (0, 0, 1, 1))

    def landmarks(image, face):
        y, x = np.argwhere(image[..., 0] > 127).mean(0) + 0.5
        return np.array([(x, y)] * 5)

    found, points = find_face(photo, lambda image: [face] if image.shape == shape else [], landmarks)
    assert found is face and np.abs(points - (50 + 10j)).max() < 1


BOXES = (10, 10, 60, 60), (80, 10, 125, 55)


@pytest.mark.parametrize("found", [[], [Face("male", 30, box) for box in BOXES]], ids=["none", "two"])
def test_one_face_is_needed(found):
    with pytest.raises(T2IError, match="one person"):
        find_face(np.zeros((9, 9, 3), np.uint8), lambda image: found)
