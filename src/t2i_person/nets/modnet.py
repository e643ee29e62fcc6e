"""MODNet: a person's matte from one picture, without a trimap.

Source: Ke et al., "MODNet: Real-Time Trimap-Free Portrait Matting via Objective Decomposition" (2022),
section 3: a low-resolution branch says where the person is (semantic), a high-resolution branch draws the rim
(detail), and a fusion branch joins them (alpha). The published backbone is that of Sandler et al.,
"MobileNetV2" (2018), table 2; EfficientNet-Lite0 (Tan and Le, "EfficientNet", 2019, table 1, without squeeze
and excitation) has the same blocks in other numbers, and is the other one known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of the first inverted residual in each of the backbone's seven stages


@dataclass(frozen=True)
class Backbone:
    """How the seven stages of inverted residuals are built, whatever their channels."""

    depths: tuple[int, ...] = (1, 2, 3, 4, 3, 3, 1)  # blocks in each stage
    kernels: tuple[int, ...] = (3, 3, 3, 3, 3, 3, 3)  # of their filters
    stages: tuple[int, ...] = (16, 24, 32, 64, 96, 160, 320)  # published channels

    @property
    def taps(self) -> tuple[int, ...]:
        """Last layer at 1/2, 1/4, 1/8, 1/16, 1/32; layer 0 is the stem, the last one the 1x1 convolution."""
        ends = list(accumulate(self.depths))
        return ends[0], ends[1], ends[2], ends[4], ends[6] + 1


MOBILENET_V2 = Backbone()
EFFICIENTNET_LITE0 = Backbone((1, 2, 2, 3, 3, 4, 1), (3, 3, 5, 3, 5, 5, 3), (16, 24, 40, 80, 112, 192, 320))


@dataclass(frozen=True)
class MODNetConfig:
    """Sizes of a MODNet; the defaults are the published one's."""

    stages: tuple[int, ...] = MOBILENET_V2.stages  # channels of the backbone's stages
    stem: int = 32
    last: int = 1280  # of the 1x1 convolution that ends the backbone
    expansion: int = 6
    detail: int = 32  # of the high-resolution and fusion branches
    squeeze: int = 320  # hidden units of the channel attention
    backbone: Backbone = MOBILENET_V2

    @classmethod
    def of(cls, width: float) -> MODNetConfig:
        """All channel counts times ``width``, rounded to multiples of 8 as MobileNetV2 rounds them."""

        def scaled(channels: int) -> int:
            rounded = max(8, int(channels * width + 4) // 8 * 8)
            return rounded + 8 if rounded < 0.9 * channels * width else rounded

        default = cls()
        last = scaled(default.last)
        return cls(
            stages=tuple(scaled(channels) for channels in default.stages),
            stem=scaled(default.stem),
            last=last,
            detail=scaled(default.detail),
            squeeze=last // 4,
        )


class Matte(NamedTuple):
    """The outputs of the three branches, each [n, 1, *, *] in [0, 1]."""

    semantic: Tensor  # 1/16 of the image's sides
    detail: Tensor  # as large as the image; meant to be right on the rim only
    alpha: Tensor  # as large as the image


class _Norm(nn.Module):
    """Batch normalisation for the first half of the channels, instance normalisation for the rest."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bnorm = nn.BatchNorm2d(channels // 2)
        self.inorm = nn.InstanceNorm2d(channels - channels // 2)

    def forward(self, x: Tensor) -> Tensor:
        half = self.bnorm.num_features
        return torch.cat([self.bnorm(x[:, :half]), self.inorm(x[:, half:])], 1)


class _Conv(nn.Module):
    """Convolution that keeps the size but for its stride, normalisation, ReLU; or the convolution alone."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int = 1, plain: bool = False) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2)]
        if not plain:
            layers += [_Norm(n_out), nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def _conv_bn(n_in: int, n_out: int, kernel: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    conv = nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(n_out), nn.ReLU6(inplace=True)]


class _Residual(nn.Module):
    """MobileNetV2's inverted residual: widen, filter each channel, narrow (section 3.3)."""

    def __init__(self, n_in: int, n_out: int, stride: int, expansion: int, kernel: int = 3) -> None:
        super().__init__()
        wide = n_in * expansion
        layers = _conv_bn(n_in, wide, 1) if expansion > 1 else []
        layers += _conv_bn(wide, wide, kernel, stride, groups=wide) + _conv_bn(wide, n_out, 1)[:2]
        self.conv = nn.Sequential(*layers)
        self.whole = stride == 1 and n_in == n_out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.whole else self.conv(x)


def _backbone(config: MODNetConfig) -> nn.ModuleList:
    layers: list[nn.Module] = [nn.Sequential(*_conv_bn(3, config.stem, 3, 2))]
    for i, (n_in, n_out) in enumerate(pairwise((config.stem, *config.stages))):
        for j in range(config.backbone.depths[i]):
            stride, expansion = (STRIDES[i] if j == 0 else 1), (config.expansion if i else 1)
            kernel = config.backbone.kernels[i]
            layers.append(_Residual(n_out if j else n_in, n_out, stride, expansion, kernel))
    layers.append(nn.Sequential(*_conv_bn(config.stages[-1], config.last, 1)))
    return nn.ModuleList(layers)


class _Attention(nn.Module):
    """Squeeze and excitation: each channel is weighted by what the whole picture holds."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(channels, hidden, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, channels, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class _Low(nn.Module):
    def __init__(self, config: MODNetConfig) -> None:
        super().__init__()
        c8, c16 = config.stages[2], config.stages[4]
        self.se_block = _Attention(config.last, config.squeeze)
        self.conv_lr16x = _Conv(config.last, c16, 5)
        self.conv_lr8x = _Conv(c16, c8, 5)
        self.conv_lr = _Conv(c8, 1, 3, stride=2, plain=True)

    def forward(self, x32: Tensor) -> tuple[Tensor, Tensor]:
        """[n, last, h/32, w/32] -> features at 1/8, semantic at 1/16."""
        x16 = self.conv_lr16x(_scale(self.se_block(x32), 2))
        x8 = self.conv_lr8x(_scale(x16, 2))
        return x8, torch.sigmoid(self.conv_lr(x8))


class _High(nn.Module):
    def __init__(self, config: MODNetConfig) -> None:
        super().__init__()
        c, c8 = config.detail, config.stages[2]
        self.tohr_enc2x = _Conv(config.stages[0], c, 1)
        self.conv_enc2x = _Conv(c + 3, c, 3, stride=2)
        self.tohr_enc4x = _Conv(config.stages[1], c, 1)
        self.conv_enc4x = _Conv(2 * c, 2 * c, 3)
        self.conv_hr4x = nn.Sequential(
            _Conv(2 * c + c8 + 3, 2 * c, 3), _Conv(2 * c, 2 * c, 3), _Conv(2 * c, c, 3)
        )
        self.conv_hr2x = nn.Sequential(
            _Conv(2 * c, 2 * c, 3), _Conv(2 * c, c, 3), _Conv(c, c, 3), _Conv(c, c, 3)
        )
        self.conv_hr = nn.Sequential(_Conv(c + 3, c, 3), _Conv(c, 1, 1, plain=True))

    def forward(self, image: Tensor, x2: Tensor, x4: Tensor, low8: Tensor) -> Tensor:
        """The image, backbone features at 1/2 and 1/4, the low branch's at 1/8 -> features at 1/2."""
        x2 = self.tohr_enc2x(x2)
        high = self.conv_enc2x(torch.cat([_scale(image, 0.5), x2], 1))
        high = self.conv_enc4x(torch.cat([high, self.tohr_enc4x(x4)], 1))
        high = self.conv_hr4x(torch.cat([high, _scale(low8, 2), _scale(image, 0.25)], 1))
        return self.conv_hr2x(torch.cat([_scale(high, 2), x2], 1))

    def detail(self, image: Tensor, high2: Tensor) -> Tensor:
        return torch.sigmoid(self.conv_hr(torch.cat([_scale(high2, 2), image], 1)))


class _Fusion(nn.Module):
    def __init__(self, config: MODNetConfig) -> None:
        super().__init__()
        c = config.detail
        self.conv_lr4x = _Conv(config.stages[2], c, 5)
        self.conv_f2x = _Conv(2 * c, c, 3)
        self.conv_f = nn.Sequential(_Conv(c + 3, c // 2, 3), _Conv(c // 2, 1, 1, plain=True))

    def forward(self, image: Tensor, low8: Tensor, high2: Tensor) -> Tensor:
        low4 = self.conv_lr4x(_scale(low8, 2))
        x2 = self.conv_f2x(torch.cat([_scale(low4, 2), high2], 1))
        return torch.sigmoid(self.conv_f(torch.cat([_scale(x2, 2), image], 1)))


def _scale(x: Tensor, factor: float) -> Tensor:
    return F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)


class MODNet(nn.Module):
    """Image [n, 3, h, w], RGB in [-1, 1], sides multiples of 32 -> alpha [n, 1, h, w] in [0, 1]."""

    def __init__(self, config: MODNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or MODNetConfig()
        self.backbone = _backbone(config)
        self.lr_branch = _Low(config)
        self.hr_branch = _High(config)
        self.f_branch = _Fusion(config)

    def forward(self, image: Tensor) -> Tensor:
        """Alpha alone, without computing the detail head."""
        low8, _, high2 = self._branches(image)
        return self.f_branch(image, low8, high2)

    def parts(self, image: Tensor) -> Matte:
        """All three predictions, for training (paper, equations 1-5) and for looking inside."""
        low8, semantic, high2 = self._branches(image)
        return Matte(semantic, self.hr_branch.detail(image, high2), self.f_branch(image, low8, high2))

    def _branches(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if image.ndim != 4 or image.shape[1] != 3 or image.shape[2] % 32 or image.shape[3] % 32:
            raise ValueError(
                f"MODNet takes [n, 3, h, w] with sides that are multiples of 32, got {list(image.shape)}"
            )
        x, taps = image, []
        for i, layer in enumerate(self.backbone):
            x = layer(x)
            if i in self.config.backbone.taps:
                taps.append(x)
        low8, semantic = self.lr_branch(taps[4])
        return low8, semantic, self.hr_branch(image, taps[0], taps[1], low8)

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> MODNet:
        """Build from our own or the published names, with or without ``module.``; sizes are the tensors' own.

        Raises
        ------
        ValueError
            A tensor is missing or of the wrong shape, or it is not a MODNet on a known backbone.
        """
        own = _renamed(state)
        model = cls(_config(own))
        expected = model.state_dict()
        for name, like in expected.items():
            if name.endswith("num_batches_tracked"):
                own.setdefault(name, like)
            elif name not in own:
                raise ValueError(f"MODNet state dict has no tensor {name!r}")
            if own[name].shape != like.shape:
                raise ValueError(
                    f"MODNet tensor {name!r} has shape {list(own[name].shape)}, expected {list(like.shape)}"
                )
        if extra := sorted(set(own) - set(expected)):
            raise ValueError(f"MODNet state dict has tensors that belong elsewhere: {', '.join(extra[:4])}")
        model.load_state_dict(own)
        return model.eval()


def _renamed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Published files hold the backbone twice: alone, and inside the low branch, which is the one used."""
    own: dict[str, Tensor] = {}
    for name, value in state.items():
        name = name.removeprefix("module.")
        inside = name.startswith("lr_branch.backbone.")
        name = name.removeprefix("lr_branch.") if inside else name
        if name.startswith("backbone.model.classifier."):
            continue
        name = name.replace("backbone.model.features.", "backbone.")
        if inside or name not in own:
            own[name] = value
    return own


def _config(own: Mapping[str, Tensor]) -> MODNetConfig:
    def size(name: str, dim: int = 0) -> int:
        if name not in own or own[name].ndim <= dim:
            raise ValueError(
                f"not a MODNet on MobileNetV2 or EfficientNet-Lite0: no tensor {name!r}; known are the "
                "published names (lr_branch.backbone.model.features.*, with or without module.) and ours "
                "(backbone.*)"
            )
        return own[name].shape[dim]

    lite = "backbone.18.0.weight" not in own  # one block less than MobileNetV2 has
    backbone = EFFICIENTNET_LITE0 if lite and "backbone.17.0.weight" in own else MOBILENET_V2
    ends = list(accumulate(backbone.depths))  # index of the last residual in each stage
    stages = [size(f"backbone.{end}.conv.{6 if end > 1 else 3}.weight") for end in ends]
    return MODNetConfig(
        backbone=backbone,
        stages=tuple(stages),
        stem=size("backbone.0.0.weight"),
        last=size(f"backbone.{ends[-1] + 1}.0.weight"),
        expansion=size("backbone.2.conv.0.weight") // stages[0],
        detail=size("hr_branch.tohr_enc2x.layers.0.weight"),
        squeeze=size("lr_branch.se_block.fc.0.weight"),
    )
