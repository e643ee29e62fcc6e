"""Cutting out: the right alpha, and no halo of the old background."""

import numpy as np
import pytest
import torch

from t2i_person.packs import load_pack
from t2i_person.picture import cutout

BACKGROUNDS = {"green": (0.1, 0.9, 0.2), "white": (0.9, 0.9, 0.95), "night": (0.05, 0.05, 0.3)}


def scene(side: int, background: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A head with strands of hair on a patterned background: image, true alpha, true foreground."""
    y, x = np.mgrid[0:side, 0:side] / side
    radius, angle = np.hypot(x - 0.5, y - 0.5), np.arctan2(y - 0.5, x - 0.5)
    head = 1 / (1 + np.exp((radius - 0.30) / 0.006))
    strands = 0.45 + 0.45 * np.sin(90 * angle + 8 * np.sin(30 * radius))
    hair = np.clip(1 - np.abs(radius - 0.33) / 0.06, 0, 1) * strands * (radius > 0.28)
    alpha = np.clip(np.maximum(head, hair), 0, 1)
    alpha[alpha < 0.004], alpha[alpha > 0.996] = 0, 1
    person = np.stack([0.55 + 0.25 * np.sin(7 * x), 0.35 + 0.2 * y, 0.25 + 0.1 * np.cos(9 * y)], -1)
    behind = np.asarray(background) + np.stack([0.05 * x, -0.05 * y, 0.05 * (np.sin(20 * x) > 0)], -1)
    image = alpha[..., None] * person + (1 - alpha[..., None]) * behind
    return np.round(image * 255).astype(np.uint8), alpha.astype(np.float32), person * 255


def halo(colour: np.ndarray, alpha: np.ndarray, person: np.ndarray) -> float:
    """Mean error, 0 to 255, of the soft pixels put on any new background."""
    soft = (alpha > 0) & (alpha < 1)
    return float(np.abs(alpha[..., None] * (colour - person))[soft].mean())


class KnownMatte:
    """Stands in for the network: the true alpha at the size asked for, short of 0 and 1 as a sigmoid's is."""

    def __init__(self, alpha: np.ndarray) -> None:
        self.alpha = torch.from_numpy(alpha)[None, None]

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        assert image.ndim == 4 and image.shape[1] == 3
        assert image.shape[2] % 32 == image.shape[3] % 32 == 0 and min(image.shape[2:]) == cutout.MATTE_SIDE
        assert -1 <= image.min() < 0 < image.max() <= 1
        low, high = cutout.LEVELS
        return low + (high - low) * torch.nn.functional.interpolate(
            self.alpha, size=image.shape[2:], mode="area"
        )


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_no_halo(name):
    image, alpha, person = scene(512, BACKGROUNDS[name])
    before, after = halo(image, alpha, person), halo(cutout.foreground(image, alpha), alpha, person)
    assert after < 2
    assert after < 0.15 * before


def test_solid_pixels_keep_their_colour():
    image, alpha, _ = scene(256, BACKGROUNDS["green"])
    assert (cutout.foreground(image, alpha)[alpha == 1] == image[alpha == 1]).all()


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_flat_matte(value):
    image = np.full((40, 30, 3), 77, np.uint8)
    colour = cutout.foreground(image, np.full((40, 30), value, np.float32))
    assert colour.shape == (40, 30, 3)
    assert value == 0 or np.abs(colour.astype(int) - 77).max() <= (0 if value == 1 else 40)


def test_one_pixel():
    assert cutout.foreground(np.full((1, 1, 3), 9, np.uint8), np.ones((1, 1), np.float32)).tolist() == [
        [[9] * 3]
    ]


@pytest.mark.parametrize("size", [(1024, 1024), (512, 512), (300, 300), (1000, 700)])
def test_matte_has_the_image_size(size):
    image, alpha, _ = scene(max(size), BACKGROUNDS["green"])
    image, alpha = image[: size[0], : size[1]], np.ascontiguousarray(alpha[: size[0], : size[1]])
    found = cutout.matte(image, KnownMatte(alpha))
    assert found.shape == size and found.dtype == np.float32
    assert 0 <= found.min() and found.max() <= 1
    assert np.abs(found - alpha).mean() < 0.01


def test_cut_out():
    image, alpha, person = scene(1024, BACKGROUNDS["green"])
    seen = cutout.matte(image, KnownMatte(alpha))
    first = cutout.cut_out(image, seen)
    assert first.shape == (1024, 1024, 4) and first.dtype == np.uint8
    assert np.abs(first[..., 3] / 255 - alpha).mean() < 0.005
    assert halo(first[..., :3], alpha, person) < 4  # with the matte's own error at 512
    assert not first[:100, :100].any()  # nothing of the background is left far from the person
    assert (first == cutout.cut_out(image, seen)).all()


@pytest.mark.slow
def test_the_embedded_pack_cuts_its_own_people():
    pack = load_pack("embedded")
    z = torch.randn(4, pack.generator.config.z_dim, generator=torch.Generator().manual_seed(0))
    styles = pack.generator.styles(pack.generator.w_plus(z.to(pack.device), 0.7))
    for i in range(4):
        with torch.no_grad():
            image = pack.render([style[i : i + 1] for style in styles])[0]
        pixels = ((image.float().clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).cpu().numpy()
        with pack.autocast():
            alpha = cutout.matte(pixels, pack.matting, pack.device)
        side = len(alpha)
        assert alpha[side * 2 // 5 : side * 3 // 5, side * 2 // 5 : side * 3 // 5].mean() > 0.95  # the face
        assert alpha[: side // 16, : side // 16].mean() < 0.05 > alpha[: side // 16, -side // 16 :].mean()
