"""The faces pack's matte, on stored photographs that it was never trained on."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

import t2i_person
from t2i_person.nets.modnet import EFFICIENTNET_LITE0, MODNet
from t2i_person.picture import cutout

DATA = Path(__file__).parent.parent / "data" / "faces"
SEEDS = (1014, 1094, 1254, 1294)
WEIGHTS = Path(t2i_person.__file__).parent / "packs" / "faces" / "matting.safetensors"


@pytest.fixture(scope="module")
def matting() -> MODNet:
    return MODNet.from_state_dict(load_file(WEIGHTS)).float()


@pytest.mark.parametrize("seed", SEEDS)
def test_near_the_large_network(matting: MODNet, seed: int) -> None:
    image = np.array(Image.open(DATA / f"{seed}.jpg"))
    wanted = np.array(Image.open(DATA / f"{seed}.webp").convert("L"), np.float32) / 255
    found = cutout.matte(image, matting, alone=True)
    assert matting.config.backbone == EFFICIENTNET_LITE0
    assert np.abs(found - wanted).mean() < 0.03
    assert found[wanted > 0.99].mean() > 0.98  # no holes
    assert found[wanted < 0.01].mean() < 0.02  # nothing of the ground
    soft = (wanted > 0.2) & (wanted < 0.8)
    assert 0.3 < found[soft].mean() < 0.75  # hair is neither cut off nor made solid


def test_nothing_is_left_well_inside_the_ground() -> None:
    alpha = np.zeros((256, 256), np.float32)
    alpha[60:, 60:200] = 1
    alpha[:50, 100:140] = 0.8  # a curtain, joined to the person by nothing but the matte
    alpha[50:60, 100:140] = 0.8  # hair
    ground = np.ones((256, 256), np.float32)
    ground[60:, 60:200] = 0
    found = cutout.kept_off(alpha, ground)
    assert (found[68:, 68:192] == alpha[68:, 68:192]).all()
    assert (found[:40] == 0).all() and found[57:60, 110:130].min() > 0.5
    assert (found <= alpha).all()
    assert (cutout.kept_off(alpha, np.zeros_like(alpha)) == alpha).all()


def test_what_lies_well_inside_the_person_is_whole() -> None:
    alpha = np.zeros((256, 256), np.float32)
    alpha[60:, 60:200] = 1
    alpha[200:, 60:130] = 0.1  # a coat as dark as the wall
    ground = np.ones((256, 256), np.float32)
    ground[60:, 60:200] = 0
    found = cutout.filled(alpha, ground)
    assert found[200:, 80:130].min() > 0.99
    assert (found >= alpha).all() and (found[ground == 1] == alpha[ground == 1]).all()
    assert (cutout.filled(alpha, np.ones_like(alpha)) == alpha).all()


def test_only_what_joins_the_middle_stays() -> None:
    alpha = torch.zeros(1, 1, 128, 128)
    alpha[..., 30:, 40:90] = 1
    alpha[..., 30:, 90:94] = 0.4  # soft hair
    alone = alpha.clone()
    alpha[..., 50:, 110:] = 0.9  # somebody else
    assert torch.equal(cutout.central(alpha), alone)
    assert torch.equal(cutout.central(torch.zeros(1, 1, 128, 128)), torch.zeros(1, 1, 128, 128))


def test_a_rim_follows_the_large_picture() -> None:
    whole = -torch.ones(1, 3, 256, 256)
    whole[..., 101:] = 1  # an edge between two small pixels
    true = (whole[:, :1] + 1) / 2
    small, alpha = (torch.nn.functional.avg_pool2d(x, 2) for x in (whole, true))
    plain = torch.nn.functional.interpolate(alpha, scale_factor=2, mode="bilinear")
    fine = cutout.sharpened(alpha, small, whole)
    assert (fine - true).abs().sum() < (plain - true).abs().sum()
