"""The generator against three published networks, and its own promises."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from reference import error, load, made
from torch import Tensor

from t2i_person.nets.stylegan2 import Generator
from t2i_person.nets.stylegan2_config import GeneratorConfig

TOLERANCE = 1e-3  # of the output's mean absolute value


def small(**changes: object) -> Generator:
    options = {"z_dim": 8, "w_dim": 16, "mapping_layers": 2, "resolution": 32, "channels": (16, 12, 8, 8)}
    torch.manual_seed(0)
    model = Generator(GeneratorConfig(**{**options, **changes})).requires_grad_(False)
    for conv in (conv for block in model.synthesis.stack for conv in block.convs):
        conv.noise_strength.fill_(0.1)
        conv.bias.normal_(0, 0.1)
    return model


def latents(model: Generator, n: int = 2) -> Tensor:
    return model.w_plus(torch.randn(n, model.config.z_dim, generator=torch.Generator().manual_seed(1)))


LARGE = [pytest.param(f"{kind}_1024", marks=pytest.mark.slow) for kind in ("rosinality", "nvidia")]


@pytest.fixture(scope="module", params=["nvidia_256", *LARGE])
def published(request: pytest.FixtureRequest) -> tuple[str, Generator, dict[str, Tensor]]:
    state, wanted = load(f"stylegan2_{request.param}")
    mean = made("input.mean_latent", [1, 512])[0] if "rosinality" in request.param else None
    return request.param, Generator.from_state_dict(state, latent_avg=mean).requires_grad_(False), wanted


def test_published_outputs(published: tuple[str, Generator, dict[str, Tensor]]) -> None:
    name, model, wanted = published
    z = made("input.z", [2, 512])
    assert torch.equal(z, wanted["z"])
    w_plus = model.w_plus(z)
    image = model(w_plus)
    inside = slice(500, 532) if "rosinality" in name else slice(100, 132)
    truncated = model(model.w_plus(z[:1], truncation_psi=0.5))
    assert error(w_plus, wanted["w_plus"]) < TOLERANCE
    assert error(F.adaptive_avg_pool2d(image, 64), wanted["image_pooled64"]) < TOLERANCE
    assert error(image[:, :, inside, inside], wanted["image_crop"]) < TOLERANCE
    assert error(F.adaptive_avg_pool2d(truncated, 64), wanted["truncated_pooled64"][:1]) < TOLERANCE


def test_published_stylespace(published: tuple[str, Generator, dict[str, Tensor]]) -> None:
    name, model, wanted = published
    styles = model.styles(model.w_plus(made("input.z", [2, 512])))
    assert len(styles) == (26 if "1024" in name else 20)
    if "style_dims" in wanted:
        assert [style.shape[1] for style in styles] == wanted["style_dims"].tolist()
        assert error(torch.stack([s.mean() for s in styles]), wanted["style_mean"]) < TOLERANCE
        assert error(torch.stack([s.abs().mean() for s in styles]), wanted["style_abs"]) < TOLERANCE


def test_config_f_is_the_default() -> None:
    config = GeneratorConfig()
    assert config.channels == (512, 512, 512, 512, 512, 256, 128, 64, 32)
    assert config.num_ws == 18
    assert config.resolutions[-1] == (1024, 1024)


@pytest.mark.parametrize(
    "wrong",
    [
        {"resolution": 48},
        {"resolution": 16, "channels": (8, 8)},
        {"resolution": (32, 16), "channels": (8, 8, 8, 8)},
    ],
)
def test_config_that_does_not_fit(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="base"):
        GeneratorConfig(**wrong)


def test_truncation_pulls_to_the_mean() -> None:
    model = small()
    model.w_mean.normal_()
    z = torch.randn(3, 8)
    assert torch.equal(model.w(z, 0.0), model.w_mean.expand(3, -1))
    assert torch.allclose(model.w(z, 0.5), (model.w(z) + model.w_mean) / 2, atol=1e-6)


def test_resolution_equals_the_skip_output() -> None:
    model = small()
    styles = model.styles(latents(model))
    images = model.render(styles, layers=True)
    assert [image.shape[-1] for image in images] == [4, 8, 16, 32]
    for image in images:
        assert torch.equal(model.render(styles, resolution=image.shape[-1]), image)
    with pytest.raises(ValueError, match=r"\[4, 8, 16, 32\]"):
        model.render(styles, resolution=64)


def test_one_w_for_all_layers() -> None:
    model = small()
    w = latents(model)[:, 0]
    for one, many in zip(model.styles(w), model.styles(latents(model)), strict=True):
        assert torch.equal(one, many)


def test_same_bytes_on_a_repeated_run() -> None:
    model = small()
    assert torch.equal(model(latents(model)), model(latents(model)))


def test_batch_does_not_change_a_picture() -> None:
    model = small()
    w_plus = latents(model, 4)
    assert error(model(w_plus[2:3]), model(w_plus)[2:3]) < 1e-5


@pytest.mark.parametrize("base", [(8, 4), (4, 2), (16, 16)])
def test_any_base(base: tuple[int, int]) -> None:
    model = small(base=base, resolution=(2 * base[0], 2 * base[1]), channels=(8, 6))
    image = model(latents(model))
    assert image.shape == (2, 3, 2 * base[0], 2 * base[1])
    again = Generator.from_state_dict(model.state_dict())
    assert again.config == GeneratorConfig(**{**vars(model.config), "resolution": max(model.resolution)})
    assert torch.equal(again(latents(model)), image)


def test_noise() -> None:
    model = small()
    w_plus = latents(model)
    fixed = [conv.noise for block in model.synthesis.stack for conv in block.convs]
    plain = model(w_plus, noise="none")
    assert torch.equal(model(w_plus, noise=fixed), model(w_plus))
    assert torch.equal(model(w_plus, noise=[torch.zeros_like(n) for n in fixed]), plain)
    each = model(w_plus, noise=[torch.stack([n, 0 * n])[:, None] for n in fixed])
    assert error(each[:1], model(w_plus)[:1]) < 1e-5
    assert error(each[1:], plain[1:]) < 1e-5
    with pytest.raises(ValueError, match="const"):
        model(w_plus, noise="random")


def test_blocks_alone_and_on_crops() -> None:
    model = small(resolution=64, channels=(16, 12, 8, 8, 6))
    styles = model.styles(latents(model))
    x, images = model.synthesis(styles, last=2)
    whole = model.render(styles, layers=True)
    top, left, size = 3, 5, 10  # of the 16-pixel features
    image = images[-1][:, :, top : top + size, left : left + size]
    x = x[:, :, top : top + size, left : left + size]
    wrong = 0  # pixels at the crop's inner edges that saw zeros
    for i in (3, 4):
        x, image = model.synthesis.block(i, x, image, styles, noise=(top, left))
        top, left, size, wrong = 2 * top, 2 * left, 2 * size, 2 * wrong + 3
        there = whole[i][:, :, top : top + size, left : left + size]
        assert error(image[:, :, wrong:-wrong, wrong:-wrong], there[:, :, wrong:-wrong, wrong:-wrong]) < 1e-5


def test_gradients_reach_everything_and_agree_with_finite_differences() -> None:
    model = small().requires_grad_(True)
    z = torch.randn(2, 8)
    model(model.w_plus(z)).square().mean().backward()
    unused = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert not unused

    start = latents(model).detach()
    way = torch.randn_like(start)

    def loss(step: float) -> Tensor:
        return model(start + step * way).double().square().sum()

    w_plus = start.clone().requires_grad_()
    model(w_plus).double().square().sum().backward()
    slope = (loss(1e-2) - loss(-1e-2)) / 2e-2
    assert slope.item() == pytest.approx((w_plus.grad * way).sum().item(), rel=1e-2)


def test_a_frozen_weight_that_is_changed_is_prepared_again() -> None:
    model = small()
    w_plus = latents(model)
    before = model(w_plus)
    conv = model.synthesis.stack[1].convs[0]
    conv.weight[0] *= 3
    fresh = small()
    fresh.load_state_dict(model.state_dict())
    assert not torch.equal(model(w_plus), before)
    assert torch.equal(model(w_plus), fresh(w_plus))


def test_bfloat16() -> None:
    model = small()
    w_plus = latents(model).requires_grad_()
    exact = model(w_plus)
    with torch.autocast("cpu", torch.bfloat16):
        image = model(w_plus)
    assert image.dtype == torch.float32
    assert (image - exact).abs().mean() < 0.02 * exact.abs().mean()
    image.sum().backward()
    assert w_plus.grad is not None


def rosinality(model: Generator) -> dict[str, Tensor]:
    """The same weights under rosinality's names."""
    from t2i_person.nets.stylegan2_layouts import _rosinality

    own = model.state_dict()
    names = {"input.input": 0, "convs.0.conv.weight": 0, "convs.2.conv.weight": 0, "convs.4.conv.weight": 0}
    names |= {"convs.1.conv.weight": 0, "convs.3.conv.weight": 0, "convs.5.conv.weight": 0}
    names |= {f"to_rgbs.{i}.conv.weight": 0 for i in range(3)} | {f"style.{i}.weight": 0 for i in (1, 2)}
    return {theirs: own[ours] for ours, theirs in _rosinality(names)}  # type: ignore[arg-type]


def test_checkpoint_with_the_mean_beside_it() -> None:
    model = small()
    state = rosinality(model)
    read = Generator.from_state_dict({"g_ema": state, "latent_avg": torch.ones(16)})  # type: ignore[dict-item]
    assert torch.equal(read(latents(model)), model(latents(model)))
    assert torch.equal(read.w_mean, torch.ones(16))


def test_state_dict_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"not a StyleGAN2.*layer\.weight.*rosinality"):
        Generator.from_state_dict({"layer.weight": torch.zeros(1)})


def test_missing_tensor_is_named() -> None:
    state = rosinality(small())
    del state["convs.3.activate.bias"]
    with pytest.raises(ValueError, match=r"convs\.3\.activate\.bias"):
        Generator.from_state_dict(state)


def test_wrong_shape_is_named() -> None:
    state = rosinality(small())
    state["convs.2.conv.weight"] = torch.zeros(1, 5, 5, 3, 3)
    with pytest.raises(ValueError, match=r"convs\.2\.conv\.weight.*\[1, 5, 5, 3, 3\].*\[8, 12, 3, 3\]"):
        Generator.from_state_dict(state)


@pytest.mark.parametrize("name", ["mapping.embed.weight", "synthesis.b8.skip.weight"])
def test_networks_that_are_not_supported(name: str) -> None:
    state = {"synthesis.b4.const": torch.zeros(8, 4, 4), name: torch.zeros(1)}
    with pytest.raises(ValueError, match="support"):
        Generator.from_state_dict(state)
