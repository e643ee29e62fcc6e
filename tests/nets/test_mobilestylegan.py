"""MobileStyleGAN against the published network's outputs, and its own promises."""

import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from reference import FOLDER

from t2i_person.nets.generator import Graft
from t2i_person.nets.mobilestylegan import STRIPPED, MobileStyleGAN
from t2i_person.nets.mobilestylegan_layers import STRIP, Haar
from tests.faces import faces_generator

CHANNELS = (16, 16, 8, 12)  # 4, 8, 16, 32 pixels: pictures of 64


def small(channels: tuple[int, ...] = CHANNELS, **changes: object) -> MobileStyleGAN:
    torch.manual_seed(0)
    options = {"z_dim": 8, "w_dim": 12, "mapping_layers": 2, "small": (16,), **changes}
    net = MobileStyleGAN(channels, **options).requires_grad_(False)
    for name, value in net.named_buffers():
        if "noise" in name:
            value.normal_(0, 0.1)
    return net


def drawn(net: MobileStyleGAN, n: int = 3) -> list[torch.Tensor]:
    return net.styles(net.w_plus(torch.randn(n, net.z_dim, generator=torch.Generator().manual_seed(1))))


@pytest.mark.parametrize("seed", [0, 1, 6])
def test_published_outputs(seed: int) -> None:
    net, wanted = faces_generator(), np.load(FOLDER / "mobilestylegan_ffhq.npz")
    z = torch.from_numpy(np.random.default_rng(seed).standard_normal((1, 512)).astype(np.float32))
    with torch.inference_mode():
        w = net.w(z)
        picture = net.render(net.styles(w))
    assert picture.shape == (1, 3, 1024, 1024) and picture.dtype == torch.float32
    assert np.abs(w[0].numpy() - wanted[f"w{seed}"]).max() < 1e-4
    assert np.abs(F.avg_pool2d(picture, 16)[0].numpy() - wanted[f"mean64_{seed}"]).max() < 1e-3
    crop = picture[0, :, 480:544, 480:544].numpy()
    assert np.abs(crop - wanted[f"crop_{seed}"]).max() < 1e-3
    assert np.abs(net.w_mean.numpy() - wanted["w_mean"]).max() < 1e-5


def test_haar_is_the_inverse_transform() -> None:
    bands = torch.randn(2, 4 * 3, 5, 6)
    low, high = torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0])
    filters = torch.stack([torch.outer(a, b) for b in (low, high) for a in (low, high)])[:, None]
    wanted = torch.cat(
        [F.conv_transpose2d(bands[:, c::3], filters, stride=2) for c in range(3)], 1
    )  # [low, high down, high across, both] of each channel
    assert torch.allclose(Haar.apply(bands), wanted, atol=1e-6)
    double = bands.double().requires_grad_()
    assert torch.autograd.gradcheck(Haar.apply, (double,))


def test_contract() -> None:
    net = small()
    widths = [layer.width for layer in net.layers]
    assert widths == [16, 16, 4, 16, 16, 4, 8, 8, 2, 12, 12] and net.num_ws == 11
    assert [layer.row for layer in net.layers] == [*range(11)]
    assert [layer.block for layer in net.layers] == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3]
    assert [layer.role for layer in net.layers] == ["conv", *["up", "conv", "conv"] * 3, "rgb"]
    assert net.resolutions == ((16, 16), (64, 64)) and net.resolution == (64, 64)
    styles = drawn(net)
    assert [style.shape[1] for style in styles] == widths
    assert net.render(styles, resolution=16).shape == (3, 3, 16, 16)
    assert net.render(styles).shape == (3, 3, 64, 64)
    with pytest.raises(ValueError, match=r"no picture of 32.*\[16, 64\]"):
        net.render(styles, resolution=32)
    with pytest.raises(ValueError, match="no block of"):
        net.render_with_features(styles, sides=(128,))


def test_state_dict_says_all_sizes() -> None:
    net = small()
    again = MobileStyleGAN.from_state_dict(net.state_dict())
    styles = drawn(net)
    assert torch.equal(net.render(styles), again.render(styles))
    assert torch.equal(net.render(styles, resolution=16), again.render(styles, resolution=16))
    state = net.state_dict()
    del state["blocks.1.conv0.noise"]
    with pytest.raises(RuntimeError, match="noise"):
        MobileStyleGAN.from_state_dict(state)


@pytest.mark.parametrize("size", [1, 200, 1 << 20])
def test_the_strips_of_a_block_are_the_whole(size: int) -> None:
    net = small()
    styles = [style[:1] for style in drawn(net)]
    x = net.start(styles[0])
    for i, block in enumerate(net._stack, 1):
        own = styles[3 * i - 2 : 3 * i + 1]
        strips = list(block.strips(x, own, size))
        x = block(x, own)
        assert torch.allclose(torch.cat(strips, 2), x, atol=1e-5)
        assert size != 1 or len(strips) == x.shape[2] // 2, "two rows are the least"


def test_large_pictures_are_drawn_by_strips() -> None:
    """On a CPU, where no gradients are asked for: two strips of a block of 128 pixels."""
    net = small(channels=(16, 16, 8, 8, 8, 96))
    assert 128 * 128 * 96 > STRIP and STRIPPED == 128
    styles = drawn(net)
    with torch.enable_grad():
        wanted, maps = net.render_with_features(styles, sides=(8, 64, 128))
    with torch.no_grad():
        assert torch.allclose(net.render(styles), wanted, atol=1e-5)
        got, found = net.render_with_features(styles, sides=(8, 64, 128))
        assert torch.allclose(got, wanted, atol=1e-5)
        assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(found, maps, strict=True))
        alone = torch.cat([net.render([style[i : i + 1] for style in styles]) for i in range(3)])
        assert torch.allclose(alone, wanted, atol=1e-5)


def test_features_come_with_any_picture() -> None:
    net = small()
    styles = drawn(net)
    picture, maps = net.render_with_features(styles, sides=(8, 32), resolution=16)
    assert torch.allclose(picture, net.render(styles, resolution=16), atol=1e-6)
    assert [tuple(x.shape) for x in maps] == [(3, 16, 8, 8), (3, 12, 32, 32)]


def test_grafts_take_features_where_their_mask_is() -> None:
    net = small()
    styles, others = drawn(net), [style.flip(0) for style in drawn(net)]
    own, wanted = (net.render_with_features(some, sides=(8, 16, 32))[1] for some in (styles, others))
    half = torch.zeros(3, 1, 16, 16)
    half[..., 8:] = 1
    for mask, left, right in ((half, own, wanted), (half * 0, own, own), (half * 0 + 1, wanted, wanted)):
        found = net.render_with_features(styles, sides=(8, 16, 32), grafts=[Graft(others, mask)])[1]
        assert torch.allclose(found[0], own[0], atol=1e-5), "the coarsest features carry the pose"
        assert torch.allclose(found[1][..., :7], left[1][..., :7], atol=1e-5)
        assert torch.allclose(found[1][..., 9:], right[1][..., 9:], atol=1e-5)
        assert torch.allclose(found[2][..., :11], left[2][..., :11], atol=1e-5)
        assert torch.allclose(found[2][..., 21:], right[2][..., 21:], atol=1e-5)
    first = net.render_with_features(styles, grafts=[Graft(others, half), Graft(styles, half)], sides=(32,))
    assert torch.allclose(first[1][0][..., 21:], own[2][..., 21:], atol=1e-5), "the later is seen"


def test_gradients_reach_every_row() -> None:
    net = small()
    w_plus = net.w_plus(torch.randn(1, 8)).double().clone().requires_grad_()
    net.double()

    def picture(w: torch.Tensor) -> torch.Tensor:
        rows = w.unbind(1)
        styles = [affine(row) for affine, row in zip(net._affines(), rows, strict=True)]
        return net.render(styles).double().square().mean()

    (grad,) = torch.autograd.grad(picture(w_plus), w_plus)
    assert (grad.abs().amax(2) > 0).all()
    step = torch.randn(w_plus.shape, dtype=torch.float64)
    with torch.no_grad():
        slope = (picture(w_plus + 1e-3 * step) - picture(w_plus - 1e-3 * step)) / 2e-3
    assert slope.item() == pytest.approx((grad * step).sum().item(), rel=1e-2)


def test_half_precision_draws_the_same_picture() -> None:
    net = small()
    styles = drawn(net)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        half = net.render(styles)
    assert half.dtype == torch.float32
    whole = net.render(styles)
    assert (half - whole).abs().mean() < 0.02 * whole.abs().mean()


def test_generators_are_read_and_draw_without_torch_s_compiler():
    """Some operations import it, or sympy, most of them on the meta device: a second and 100 MB."""
    code = (
        "import sys, torch\n"
        "from t2i_person.nets.mobilestylegan import MobileStyleGAN\n"
        "from t2i_person.nets.stylegan2 import Generator, GeneratorConfig\n"
        "with torch.device('meta'):\n"
        "    MobileStyleGAN()\n"
        "drawn = Generator(GeneratorConfig(8, 8, 2, resolution=8, channels=(8, 8)))\n"
        "read = Generator.from_state_dict(drawn.state_dict())\n"
        "read.render(read.styles(read.w_plus(torch.zeros(1, 8))))\n"
        "print({'torch._dynamo', 'sympy'} & {*sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.stdout.strip(), run.stderr) == ("set()", "")
