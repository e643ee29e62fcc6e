"""MODNet against the published network, and at other sizes."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from reference import error, load, made

from t2i_person.nets.modnet import MODNet, MODNetConfig

TOLERANCE = 1e-3  # of the output's mean absolute value


def small() -> MODNet:
    torch.manual_seed(0)
    return MODNet(MODNetConfig.of(0.25)).eval()


@torch.no_grad()
def test_published_outputs() -> None:
    state, wanted = load("modnet_512")
    model = MODNet.from_state_dict({f"module.{name}": value for name, value in state.items()})
    image = (made("input.image", [1, 3, 512, 512]) * 0.5).clamp(-1, 1)
    semantic, detail, alpha = model.parts(image)
    assert model.config == MODNetConfig()
    assert error(semantic, wanted["semantic"]) < TOLERANCE
    assert error(F.adaptive_avg_pool2d(detail, 64), wanted["detail_pooled64"]) < TOLERANCE
    assert error(F.adaptive_avg_pool2d(alpha, 64), wanted["alpha_pooled64"]) < TOLERANCE
    assert error(alpha[:, :, 240:272, 240:272], wanted["alpha_crop"]) < TOLERANCE


@torch.no_grad()
def test_smaller_model_is_read_from_its_tensors() -> None:
    model = small()
    again = MODNet.from_state_dict({name: value.half() for name, value in model.state_dict().items()})
    image = torch.rand(2, 3, 64, 96) * 2 - 1
    alpha = again(image)
    assert again.config == model.config
    assert alpha.shape == (2, 1, 64, 96)
    assert alpha.min() >= 0 and alpha.max() <= 1
    assert (alpha - model(image)).abs().max() < 1e-2
    assert torch.equal(alpha, again.parts(image).alpha)
    assert torch.equal(alpha, again(image))


def test_gradients_reach_everything() -> None:
    model = small().train()
    sum(part.square().mean() for part in model.parts(torch.randn(2, 3, 64, 64))).backward()
    assert not [name for name, p in model.named_parameters() if p.grad is None]


def test_sides_must_be_multiples_of_32() -> None:
    with pytest.raises(ValueError, match="multiples of 32"):
        small()(torch.zeros(1, 3, 100, 96))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("f_branch.conv_f2x.layers.0.weight", None, "f_branch.conv_f2x.layers.0.weight"),
        ("f_branch.conv_f2x.layers.0.weight", torch.zeros(2, 2, 3, 3), r"\[2, 2, 3, 3\], expected"),
        ("backbone.0.0.weight", None, "not a MODNet"),
        ("decoder.weight", torch.zeros(1), "decoder.weight"),
    ],
)
def test_wrong_state_dict(name: str, value: torch.Tensor | None, message: str) -> None:
    state = dict(small().state_dict())
    state.pop(name, None)
    if value is not None:
        state[name] = value
    with pytest.raises(ValueError, match=message):
        MODNet.from_state_dict(state)
