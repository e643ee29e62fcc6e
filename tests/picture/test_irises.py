"""Irises of drawn people: found, coloured as said, and nothing beside them."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from t2i_person.picture.colours import IRIS, said_colour
from t2i_person.picture.faces import landmarks, single
from t2i_person.picture.irises import iris_mask
from t2i_person.picture.naming import probability
from t2i_person.picture.recolour import recolour

DATA = Path(__file__).parent.parent / "data" / "faces"
PEOPLE = 1014, 1094, 1254, 1294  # the last one's eyes are blue, the third one's dark


@cache
def seen(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Picture, points of its face, mask of its irises."""
    picture = np.array(Image.open(DATA / f"{seed}.jpg").convert("RGB"))
    face = single(picture)
    assert face is not None
    points = landmarks(picture, face)
    return picture, points, iris_mask(picture, points)


@pytest.mark.parametrize("seed", PEOPLE)
def test_both_irises_are_found_between_the_corners_of_the_eyes(seed: int) -> None:
    _, points, mask = seen(seed)
    for outer, inner in points[:4].reshape(2, 2, 2):
        middle, width = (outer + inner) / 2, np.hypot(*(outer - inner))
        rows, columns = np.nonzero(mask > 0.5)
        own = np.hypot(columns - middle[0], rows - middle[1]) < width / 2
        assert 0.02 < own.sum() / width**2 < 0.2
    rows, columns = np.nonzero(mask > 0.01)
    middles = points[:4].reshape(2, 2, 2).mean(1)
    far = np.hypot(columns[:, None] - middles[:, 0], rows[:, None] - middles[:, 1]).min(1)
    assert far.max() < width * 0.6, "nothing but eyes"


def test_the_ring_leaves_the_pupil_and_the_glint() -> None:
    picture, _, mask = seen(1294)
    light = picture.mean(2)
    inside = mask > 0.9
    assert light[inside].min() > 40 and light[inside].max() < 215


def test_eyes_that_are_not_open_have_no_iris() -> None:
    picture, points, _ = seen(1294)
    behind = picture.copy()
    top, bottom = int(points[:4, 1].min()) - 30, int(points[:4, 1].max()) + 30
    behind[top:bottom] = 30  # dark glasses
    assert iris_mask(behind, points).max() == 0
    skin = picture.copy()
    skin[top:bottom] = picture[bottom + 5, int(points[1, 0])]  # closed
    assert iris_mask(skin, points).max() == 0


@pytest.mark.parametrize("name", IRIS)
@pytest.mark.parametrize("seed", PEOPLE)
def test_every_colour_is_reached_in_the_irises_only(name: str, seed: int) -> None:
    picture, _, mask = seen(seed)
    coloured = recolour(picture, mask, name, 1.0, "eyes")
    assert (coloured[mask < 1 / 255] == picture[mask < 1 / 255]).all()
    assert probability(name, coloured, mask, "eyes") > 0.5
    assert probability(name, coloured, mask, "eyes") >= probability(name, picture, mask, "eyes") - 0.1
    assert (recolour(picture, mask, name, 0.0, "eyes") == picture).all()


def test_eyes_are_called_what_they_are() -> None:
    picture, _, mask = seen(1294)
    light = probability("голубой", picture, mask, "eyes") + probability("серый", picture, mask, "eyes")
    assert light > 0.9
    picture, _, mask = seen(1254)
    dark = probability("карий", picture, mask, "eyes") + probability("чёрный", picture, mask, "eyes")
    assert dark > 0.7


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("карие глаза", "карий"),
        ("глаза цвета стали", "серый"),
        ("серые и холодные глаза", "серый"),
        ("тёмные глаза", "карий"),
        ("глаза цвета морской волны", "бирюзовый"),
        ("голубые глазки", "голубой"),
        ("чёрные очи", "чёрный"),
        ("светло-карие глаза", "светло-карий"),
        ("зелёно-карие глаза", "зелёно-карий"),
        ("красные глаза", None),  # of weeping
        ("белые глаза", None),
        ("разноцветные глаза", None),
        ("тёмные круги под глазами", None),
        ("глаза с зелёными крапинками", None),
        ("усталые глаза", None),
    ],
)
def test_which_colour_of_eyes_a_phrase_says(phrase: str, name: str | None) -> None:
    assert said_colour(phrase, "eyes") == (name and ("eyes", name))
