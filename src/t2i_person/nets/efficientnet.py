"""EfficientNet-Lite: the backbone of picture encoders.

Source: Tan and Le, "EfficientNet" (2019, arXiv 1905.11946), in Google's "Lite" form (2020): no
squeeze-and-excitation, ReLU6, and stem and head of one width for all sizes. Batch norms are folded into the
convolutions before them, so the module computes the same in training and in use, whatever the batch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of the seven stages; each has a width of its own
EPS = 1e-3  # of the published batch norms
LITE0 = (  # width in, expanded width (0: not expanded), kernel, width out
    (32, 0, 3, 16),
    (16, 96, 3, 24),
    (24, 144, 3, 24),
    (24, 144, 5, 40),
    (40, 240, 5, 40),
    (40, 240, 3, 80),
    (80, 480, 3, 80),
    (80, 480, 3, 80),
    (80, 480, 5, 112),
    (112, 672, 5, 112),
    (112, 672, 5, 112),
    (112, 672, 5, 192),
    (192, 1152, 5, 192),
    (192, 1152, 5, 192),
    (192, 1152, 5, 192),
    (192, 1152, 3, 320),
)


class Conv(nn.Conv2d):
    """Convolution with TensorFlow's "same" padding: an odd pixel of it goes to the right and the bottom."""

    def forward(self, x: Tensor) -> Tensor:
        edges = []
        for size, kernel, stride in zip(
            x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True
        ):
            missing = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            edges += [missing // 2, missing - missing // 2]
        if edges[0] == edges[1] and edges[2] == edges[3]:
            return F.conv2d(x, self.weight, self.bias, self.stride, (edges[2], edges[0]), groups=self.groups)
        return F.conv2d(F.pad(x, edges), self.weight, self.bias, self.stride, groups=self.groups)


class Inverted(nn.Module):
    """1x1 to more channels, depthwise, 1x1 to fewer: [n, c, h, w] -> [n, c_out, h / stride, w / stride]."""

    def __init__(self, n_in: int, wide: int, kernel: int, n_out: int, stride: int) -> None:
        super().__init__()
        self.expand = Conv(n_in, wide, 1) if wide else None
        wide = wide or n_in
        self.depthwise = Conv(wide, wide, kernel, stride, groups=wide)
        self.project = Conv(wide, n_out, 1)
        self.skips = stride == 1 and n_in == n_out

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x))
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.skips else y


class EfficientNet(nn.Module):
    """Pictures [n, 3, h, w] in [-1, 1] -> maps [n, 1280, h / 32, w / 32], not negative.

    `blocks`: width in, expanded width (0: none), kernel and width out of each block, lowest first.
    """

    def __init__(self, blocks: Sequence[tuple[int, int, int, int]] = LITE0, head: int = 1280) -> None:
        super().__init__()
        self.stem = Conv(3, blocks[0][0], 3, 2)
        found: list[nn.Module] = []
        stage, last = -1, 0
        for n_in, wide, kernel, n_out in blocks:
            first = n_out != last
            stage, last = stage + first, n_out
            found.append(Inverted(n_in, wide, kernel, n_out, STRIDES[stage] if first else 1))
        self.blocks = nn.ModuleList(found)
        self.head = Conv(blocks[-1][3], head, 1)

    @property
    def inner(self) -> list[Inverted]:
        """The blocks, lowest first."""
        return cast("list[Inverted]", list(self.blocks))

    def lower(self, images: Tensor, count: int | None = None) -> Tensor:
        """The map after the stem and the first `count` blocks, all by default."""
        x = F.relu6(self.stem(images))
        for block in self.inner[:count]:
            x = block(x)
        return x

    def upper(self, x: Tensor, first: int) -> Tensor:
        """What `forward` gives, from the map after the first `first` blocks."""
        for block in self.inner[first:]:
            x = block(x)
        return F.relu6(self.head(x))

    def forward(self, images: Tensor) -> Tensor:
        return self.upper(self.lower(images), len(self.blocks))

    @classmethod
    def from_state_dict(cls, state: Mapping[str, Tensor]) -> EfficientNet:
        """Build from our own names; every size is read off the tensors.

        Raises
        ------
        ValueError : a tensor is missing.
        """
        try:
            net = cls(sizes(state), len(state["head.weight"]))
        except KeyError as error:
            raise ValueError(f"not an EfficientNet: {error} is missing") from error
        net.load_state_dict(dict(state))
        return net


def sizes(state: Mapping[str, Tensor]) -> list[tuple[int, int, int, int]]:
    """The argument `blocks` of `EfficientNet`, read off a state dict; KeyError where a tensor is missing."""
    found = []
    for i in range(len({key.split(".")[1] for key in state if key.startswith("blocks.")})):
        depthwise = state[f"blocks.{i}.depthwise.weight"]
        expand = state.get(f"blocks.{i}.expand.weight")
        n_in, wide = (len(depthwise), 0) if expand is None else (expand.shape[1], len(expand))
        found.append((n_in, wide, depthwise.shape[2], len(state[f"blocks.{i}.project.weight"])))
    return found


def folded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The published PyTorch weights (`efficientnet_lite_pytorch`'s names) -> ours, batch norms folded in.

    The classifier is left out.
    """
    out = {}
    for key, weight in state.items():
        found = re.fullmatch(r"(?:_blocks\.(\d+)\.)?_(\w*conv\w*)\.weight", key)
        if found is None:
            continue
        block, name = found.groups()
        norms = {"conv_stem": "_bn0", "conv_head": "_bn1", "expand_conv": "_bn0"}
        norms |= {"depthwise_conv": "_bn1", "project_conv": "_bn2"}
        place = "" if block is None else f"_blocks.{block}."
        norm = {
            part: state[f"{place}{norms[name]}.{part}"]
            for part in ("weight", "bias", "running_mean", "running_var")
        }
        gain = norm["weight"] / torch.sqrt(norm["running_var"] + EPS)
        ours = name.removeprefix("conv_").removesuffix("_conv")
        ours = ours if block is None else f"blocks.{block}.{ours}"
        out[f"{ours}.weight"] = weight * gain[:, None, None, None]
        out[f"{ours}.bias"] = norm["bias"] - norm["running_mean"] * gain
    return out
