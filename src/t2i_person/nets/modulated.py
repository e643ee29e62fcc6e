"""StyleGAN2's modulated convolution as one differentiable step, frugal with memory and passes over it.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (2020), section 2.2. The
published code modulates the weight, which makes one convolution a sample. Here the weight is shared: the
input is scaled by the style and the output by the demodulation coefficient, which is the same arithmetic
(equations 1-3).
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

SLOPE = 0.2  # of the leaky ReLU


class ModulatedConvolution(torch.autograd.Function):
    """``leaky_relu(conv(x * style) * demod + bias + strength * noise)``; see `forward` for shapes.

    Autograd would keep five maps of each layer for the backward pass. This keeps two: the input, which is the
    output of the layer before, and the output. The rest follows from them:

    - the gradient of ``demod`` needs ``sum(g * conv)``, where ``g`` is the gradient before the
      activation. Since ``activation = slope * before``, ``g * before`` is ``grad * output``, and bias and
      noise are taken out of the sum again;
    - a convolution with a frozen weight needs no input for its gradient; ``x * style`` is made again when
      the weight is trained;
    - the filter after an upsampling convolution is fixed and symmetric: its gradient is the same filter.
    """

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any,
        x: Tensor,  # [n, c_in, h, w]; decides the dtype of the maps
        style: Tensor,  # [n, c_in]
        weight: Tensor,  # [c_out, c_in, 3, 3], in x's dtype
        demod: Tensor,  # [n, c_out]
        bias: Tensor,  # [c_out]
        strength: Tensor,  # scalar
        noise: Tensor | None,  # broadcastable to [n, 1, h', w']
        fir: Tensor | None,  # [4, 4] in x's dtype: doubles the size, then filters; None keeps the size
    ) -> Tensor:
        """-> [n, c_out, h', w'] in x's dtype."""
        out = x * style.to(x.dtype)[:, :, None, None]
        if fir is None:
            out = F.conv2d(out, weight, padding=1)
        else:
            out = F.conv_transpose2d(out, weight.transpose(0, 1), stride=2)
            out = _filter(out, fir, 1)
        field = bias.to(x.dtype)[:, None, None]
        if noise is not None:  # one map for the batch, then one pass instead of three
            noises = (noise * strength).to(x.dtype)
            # not by broadcast_shapes, which imports sympy: half a second
            noises = noises.expand(len(noises) if noises.dim() == 4 else 1, 1, *out.shape[2:])
            field = torch.add(noises, field, out=torch.empty_like(out[: len(noises)]))
        torch.addcmul(field, out, demod.to(x.dtype)[:, :, None, None], out=out)
        F.leaky_relu(out, SLOPE, inplace=True)
        ctx.save_for_backward(x, style, weight, demod, bias, strength, noise, fir, out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        x, style, weight, demod, bias, strength, noise, fir, out = ctx.saved_tensors
        of_x, of_style, of_weight, of_demod, of_bias, of_strength = ctx.needs_input_grad[:6]
        if not grad.is_contiguous(memory_format=_layout(out)):  # mixed layouts cost ten times the arithmetic
            grad = grad.contiguous(memory_format=_layout(out))
        before = torch.ops.aten.leaky_relu_backward(grad, out, SLOPE, True)
        grad_x = grad_style = grad_weight = grad_demod = grad_bias = grad_strength = None

        if of_demod or of_bias or of_strength:
            sums = _row_sums(before, noise).to(bias.dtype)  # [n, 1 or 2, c_out]: of before, of before * noise
            if of_demod:
                whole = (grad * out).sum((2, 3)).to(demod.dtype) - bias * sums[:, 0]
                grad_demod = (whole - strength * sums[:, 1] if noise is not None else whole) / demod
            grad_bias = sums[:, 0].sum(0)
            grad_strength = None if noise is None else sums[:, 1].sum()

        del grad
        if of_x or of_style or of_weight:
            before.mul_(demod.to(before.dtype)[:, :, None, None])
            if fir is not None:
                before = _filter(before, fir, 2)
            if of_weight:
                grad_weight = _weight_gradient(x * style.to(x.dtype)[:, :, None, None], before, weight, fir)
            if of_x or of_style:
                if fir is None:
                    before = F.conv_transpose2d(before, weight, padding=1)
                else:
                    before = F.conv2d(before, weight.transpose(0, 1), stride=2)
                if of_style:
                    grad_style = (before * x).sum((2, 3)).to(style.dtype)
                if of_x:
                    grad_x = before.mul_(style.to(before.dtype)[:, :, None, None])
        return grad_x, grad_style, grad_weight, grad_demod, grad_bias, grad_strength, None, None


def _layout(x: Tensor) -> torch.memory_format:
    return torch.contiguous_format if x.is_contiguous() else torch.channels_last


def _filter(x: Tensor, fir: Tensor, padding: int) -> Tensor:
    """Each channel by one symmetric 4x4 filter."""
    c = x.shape[1]
    return F.conv2d(x, fir.expand(c, 1, 4, 4), padding=padding, groups=c)


def _row_sums(x: Tensor, noise: Tensor | None) -> Tensor:
    """Sums over the pixels of ``x`` and of ``x * noise``: [n, 1 or 2, c].

    As a product with the rows ``[1, noise]``: autograd's own way, over the batch dimension first, is many
    times slower than the convolution on a CPU.
    """
    n, c, h, w = x.shape
    left = x.new_ones(n, 1, h * w)
    if noise is not None:
        left = torch.cat([left, noise.to(x.dtype).expand(n, 1, h, w).reshape(n, 1, h * w)], 1)
    return torch.bmm(left, x.permute(0, 2, 3, 1).reshape(n, h * w, c))


def _weight_gradient(x: Tensor, grad: Tensor, weight: Tensor, fir: Tensor | None) -> Tensor:
    """Of the convolution alone: input and gradient of its output -> [c_out, c_in, 3, 3]."""
    turned = weight if fir is None else weight.transpose(0, 1)
    stride, padding = (1, 1) if fir is None else (2, 0)
    found = torch.ops.aten.convolution_backward(
        grad, x, turned, None, [stride] * 2, [padding] * 2, [1, 1], fir is not None, [0, 0], 1,
        [False, True, False],
    )[1]  # fmt: skip
    return found if fir is None else found.transpose(0, 1)
