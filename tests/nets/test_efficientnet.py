"""EfficientNet-Lite and the towers that are read off a state dict."""

import pytest
import torch
import torch.nn.functional as F

from t2i_person.nets.dual import DualEncoder, ImageTower, PhotoTower
from t2i_person.nets.efficientnet import EPS, EfficientNet, folded

SMALL = ((8, 0, 3, 8), (8, 16, 3, 12), (12, 24, 3, 12), (12, 24, 5, 16), (16, 32, 3, 20), (20, 40, 5, 112),
         (112, 120, 5, 24), (24, 48, 3, 32))  # fmt: skip


def small_tower(d: int = 16) -> PhotoTower:
    return PhotoTower(EfficientNet(SMALL, 40), d, 64, 4, 6)


def test_sizes_of_the_maps() -> None:
    net = EfficientNet()
    x = torch.rand(1, 3, 64, 64) * 2 - 1
    with torch.no_grad():
        assert net(x).shape == (1, 1280, 2, 2)
        assert net.lower(x, 11).shape == (1, 112, 4, 4)
        torch.testing.assert_close(net.upper(net.lower(x, 11), 11), net(x))


def test_read_off_its_state() -> None:
    net = EfficientNet(SMALL, 40)
    again = EfficientNet.from_state_dict(net.state_dict())
    x = torch.rand(2, 3, 64, 64)
    assert torch.equal(net(x), again(x))
    with pytest.raises(ValueError, match="is missing"):
        EfficientNet.from_state_dict({"stem.weight": torch.zeros(8, 3, 3, 3)})


def test_batch_norms_are_folded_in() -> None:
    torch.manual_seed(0)
    weight = torch.randn(8, 3, 3, 3)
    norm = {"weight": torch.rand(8) + 0.5, "bias": torch.randn(8)}
    norm |= {"running_mean": torch.randn(8), "running_var": torch.rand(8) + 0.5}
    ours = folded({"_conv_stem.weight": weight, **{f"_bn0.{k}": v for k, v in norm.items()}})
    x = torch.randn(1, 3, 9, 9)
    wanted = F.batch_norm(
        F.conv2d(x, weight), norm["running_mean"], norm["running_var"], norm["weight"], norm["bias"], eps=EPS
    )
    found = F.conv2d(x, ours["stem.weight"], ours["stem.bias"])
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


def test_the_dual_encoder_finds_its_towers() -> None:
    net = DualEncoder(d=16, width=32, layers=1, image=small_tower(), w_dim=24, w_width=20)
    again = DualEncoder.from_state_dict(net.state_dict())
    assert isinstance(again.image, PhotoTower) and again.image.side == 64
    pictures, w = torch.rand(2, 3, 80, 80) * 2 - 1, torch.randn(5, 24)
    assert torch.equal(net.encode_image(pictures), again.encode_image(pictures))
    assert torch.equal(net.encode_w(w), again.encode_w(w))
    torch.testing.assert_close(net.encode_w(w).norm(dim=1), torch.ones(5))
    plain = DualEncoder.from_state_dict(DualEncoder((8, 16), 16, width=32, layers=1, side=32).state_dict())
    assert isinstance(plain.image, ImageTower) and plain.latent is None
    with pytest.raises(ValueError, match="does not read W"):
        plain.encode_w(w)


def test_w_is_differentiable() -> None:
    net = DualEncoder(d=16, width=32, layers=1, image=small_tower(), w_dim=24, w_width=20)
    w = torch.randn(1, 24, requires_grad=True)
    net.encode_w(w).sum().backward()
    assert w.grad is not None and w.grad.abs().sum() > 0
