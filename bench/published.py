"""The formulation StyleCLIP's published code computes, to measure against; written from the papers'
formulas.

What it does, and what makes it slow on a CPU (source: `orpatashnik/StyleCLIP`,
`optimization/run_optimization.py`, `criteria/clip_loss.py`, `models/stylegan2/`):

- each sample has its own weights, so a batch is one grouped convolution (Karras et al. 2020, equations 1
  and 3);
- the upsampling convolution writes a (2h + 1)-pixel map that an upfirdn pass blurs; the skip image is
  upsampled by inserted zeros and a 4x4 filter;
- the loss repeats each pixel 7 times, 7168 x 7168 at 1024, and averages windows of 32, without CLIP's
  mean and deviation; the text goes through its tower in every step;
- nothing is frozen: gradients of all weights of both networks are computed and never used.

The parameters are those of our `Generator`, shared and not copied, so that both sides compute the same.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from t2i_person.nets.stylegan2 import Generator, StyledConv, ToRGB

SQRT2 = math.sqrt(2)


def upfirdn(x: Tensor, kernel: Tensor, up: int, pad: tuple[int, int]) -> Tensor:
    """Insert zeros, pad, filter each channel with one 4x4 FIR: [n, c, h, w] -> [n, c, h', w']."""
    n, c, h, w = x.shape
    x = x.reshape(n * c, h, 1, w, 1)
    x = F.pad(x, (0, up - 1, 0, 0, 0, up - 1)).reshape(n * c, 1, h * up, w * up)
    x = F.pad(x, (pad[0], pad[1], pad[0], pad[1]))
    x = F.conv2d(x, kernel.flip(0, 1)[None, None])
    return x.reshape(n, c, *x.shape[2:])


class Published(nn.Module):
    """W+ [n, num_ws, w_dim] -> image [n, 3, h, w], float32."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator
        taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
        self.fir = torch.outer(taps, taps) / taps.sum() ** 2

    def forward(self, w_plus: Tensor) -> Tensor:
        x = self.generator.synthesis.const.expand(len(w_plus), -1, -1, -1)
        image, row = None, 0
        for block in self.generator.synthesis.stack:
            for conv in block.convs:
                x = self.styled(conv, x, w_plus[:, row])
                row += 1
            rgb = self.rgb(block.rgb, x, w_plus[:, row])
            image = rgb if image is None else upfirdn(image, self.fir * 4, 2, (2, 1)) + rgb
        assert image is not None
        return image

    def styled(self, conv: StyledConv, x: Tensor, w: Tensor) -> Tensor:
        style = conv.affine(w)
        weight = conv.gain * conv.weight[None] * style[:, None, :, None, None]  # [n, c_out, c_in, 3, 3]
        weight = weight * torch.rsqrt(weight.square().sum((2, 3, 4)) + 1e-8)[:, :, None, None, None]
        n, c, h, side = x.shape
        n_out = weight.shape[1]
        x = x.reshape(1, n * c, h, side)
        if conv.up:
            weight = weight.transpose(1, 2).reshape(n * c, n_out, 3, 3)
            x = F.conv_transpose2d(x, weight, stride=2, groups=n)
            x = x.reshape(n, n_out, *x.shape[2:])
            x = upfirdn(x, self.fir * 4, 1, (1, 1))
        else:
            x = F.conv2d(x, weight.reshape(n * n_out, c, 3, 3), padding=1, groups=n)
            x = x.reshape(n, n_out, h, side)
        x = x + conv.noise_strength * conv.noise
        return F.leaky_relu(x + conv.bias[:, None, None], 0.2) * SQRT2

    def rgb(self, layer: ToRGB, x: Tensor, w: Tensor) -> Tensor:
        weight = layer.gain * layer.weight[None] * layer.affine(w)[:, None]  # [n, 3, c]
        n, c, h, side = x.shape
        weight = weight.reshape(n * 3, c, 1, 1)
        out = F.conv2d(x.reshape(1, n * c, h, side), weight, groups=n).reshape(n, 3, h, side)
        return out + layer.bias[:, None, None]


def clip_loss(model: nn.Module, images: Tensor, tokens: Tensor) -> Tensor:
    """StyleCLIP's: 1 - cosine, from the 7-fold picture; [n, 3, s, s] -> [n]."""
    pixels = F.avg_pool2d(F.interpolate(images, scale_factor=7, mode="nearest"), images.shape[-1] // 32)
    seen = model.visual_projection(model.vision_model(pixels).pooler_output)
    hidden = model.text_model(tokens).last_hidden_state
    said = model.text_projection(hidden[torch.arange(len(tokens)), tokens.argmax(1)])
    return 1 - F.cosine_similarity(seen, said)
