"""Said colours on drawn people: reached, inside the region only, with the light kept."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from t2i_person.picture.colours import COLOURS, Colour, colour
from t2i_person.picture.naming import probability
from t2i_person.picture.oklab import from_rgb, mean, to_rgb
from t2i_person.picture.palette import palette_of
from t2i_person.picture.recolour import recolour
from t2i_person.picture.regions import full_masks, to_its_edge

DATA = Path(__file__).parent.parent / "data" / "faces"
CLOTHES = [name for name in COLOURS if name not in ("золотой", "серебряный")]


def load(seed: int, region: str) -> tuple[np.ndarray, np.ndarray]:
    picture = np.array(Image.open(DATA / f"{seed}.jpg").convert("RGB"))
    mask = np.array(Image.open(DATA / f"{seed}-{region}.png")).astype(np.float32) / 255
    return picture, mask


def test_oklab_is_ottossons_and_comes_back() -> None:
    assert from_rgb(np.array([255, 255, 255], np.uint8)) == pytest.approx([1, 0, 0], abs=1e-3)
    assert from_rgb(np.array([255, 0, 0], np.uint8)) == pytest.approx([0.628, 0.225, 0.126], abs=1e-3)
    pixels = np.random.default_rng(0).integers(0, 256, (5000, 3)).astype(np.uint8)
    assert (to_rgb(from_rgb(pixels)) == pixels).all()


def test_a_mean_colour_counts_what_is_weighed() -> None:
    pixels = np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8)
    red, blue = from_rgb(pixels)[0]
    assert np.allclose(mean(pixels, np.array([[1.0, 0.0]])), red)
    assert np.allclose(mean(pixels, np.array([[0.5, 1.5]])), 0.25 * red + 0.75 * blue, atol=1e-6)
    assert np.isfinite(mean(pixels, np.zeros((1, 2)))).all(), "nothing has a colour, not a NaN"


def test_what_srgb_cannot_show_keeps_its_lightness() -> None:
    wild = np.array([[0.5, 0.4, 0.2], [0.9, -0.3, 0.1]], np.float32)
    assert from_rgb(to_rgb(wild))[:, 0] == pytest.approx(wild[:, 0], abs=0.01)


@pytest.mark.parametrize("seed, region, name", [(607, "clothes", "красный"), (699, "hair", "рыжий")])
def test_strength(seed: int, region: str, name: str) -> None:
    picture, mask = load(seed, region)
    assert (recolour(picture, mask, name, 0.0, region) == picture).all()
    whole = recolour(picture, mask, name, 1.0, region)
    half = recolour(picture, mask, name, 0.5, region)
    assert (recolour(picture, mask, name, 1.0, region) == whole).all()
    assert (whole[mask < 1 / 255] == picture[mask < 1 / 255]).all()
    begin, middle, end = (palette_of(x, mask).mean for x in (picture, half, whole))
    assert 0.3 < np.linalg.norm(middle - begin) / np.linalg.norm(end - begin) < 0.7


@pytest.mark.parametrize("name", CLOTHES)
@pytest.mark.parametrize("seed, region", [(607, "clothes"), (30239, "clothes"), (1528, "hat")])
def test_the_colour_is_reached(seed: int, region: str, name: str) -> None:
    picture, mask = load(seed, region)
    mean = palette_of(recolour(picture, mask, name, 1.0, region), mask).mean
    target = colour(name, region)
    assert target is not None
    assert target.low - 0.06 < mean[0] < target.high + 0.06
    assert np.hypot(mean[1] - target.a, mean[2] - target.b) < 0.05


def test_light_and_folds_stay() -> None:
    picture, mask = load(1528, "hat")  # a plain one: of patches the colour stays, so their order does not
    inside = mask > 0.99
    before = from_rgb(picture)[inside][:, 0]
    for name in ("голубой", "красный", "белый", "чёрный"):
        after = from_rgb(recolour(picture, mask, name, kind="hat"))[inside][:, 0]
        assert np.corrcoef(before, after)[0, 1] > 0.85


MORE = [
    pytest.param(name, marks=pytest.mark.slow) for name in ("синий", "зелёный", "жёлтый", "чёрный", "розовый")
]


@pytest.mark.parametrize("name", ["красный", "белый", *MORE])
def test_what_was_put_there_is_called_so(name: str) -> None:
    picture, mask = load(607, "clothes")
    new = recolour(picture, mask, name)
    chance = {other: probability(other, new, mask) for other in CLOTHES}
    assert chance[name] > 0.5
    own = COLOURS[name].group
    assert chance[name] >= max(p for other, p in chance.items() if COLOURS[other].group != own)
    assert probability(name, picture, mask) < 0.5 or name == "чёрный"


def test_grey_with_a_tinge_of_blue_is_no_sure_blue() -> None:
    picture, mask = load(607, "clothes")
    tinged = recolour(picture, mask, Colour("", 0.5, 0.02, -0.06, 0.47, 0.53, "blue"))
    assert probability("синий", tinged, mask) < 0.6
    assert probability("синий", recolour(picture, mask, "синий"), mask) > 0.8


def test_unknown_colour_and_empty_mask() -> None:
    picture, mask = load(607, "clothes")
    with pytest.raises(ValueError, match="деревянный"):
        recolour(picture, mask, "деревянный")
    assert (recolour(picture, 0 * mask, "красный") == picture).all()
    assert probability("красный", picture, 0 * mask) == 0


def test_masks_follow_the_pictures_edges() -> None:
    picture, hair = load(607, "hair")
    coarse = np.array(Image.open(DATA / "607-coarse.png")).reshape(128, 7, 128).transpose(1, 0, 2)
    masks = torch.from_numpy(coarse.copy()).float() / 255
    found = full_masks(masks, picture, ("hair", "ground"))
    assert set(found) == {"hair", "ground"}
    assert found["hair"].shape == (256, 256) and found["hair"].dtype == np.float32
    assert np.abs(found["hair"] - hair).mean() < 0.02
    with pytest.raises(ValueError, match="tail"):
        full_masks(masks, picture, ("tail",))


def test_a_mask_ends_where_the_person_ends():
    """A hat that is called ground at its rim, and that reaches over it on one side."""
    hat, ground, alpha = (np.zeros((512, 512), np.float32) for _ in range(3))
    alpha[50:400, 100:400] = 1  # the person
    hat[70:150, 80:380], ground[:, :] = 1, 1
    ground[70:150, 80:380] = 0
    ground[150:400, 100:400] = 0  # hair and face
    found = to_its_edge(hat, ground, alpha)
    assert found[100, 200] == 1 and found[100, 90] == 0, "not beyond the person"
    assert found[60, 200] > 0.9 and found[100, 390] > 0.9, "as far as the person"
    assert not found[200:].any() and not found[:50].any()
