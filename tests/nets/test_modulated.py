"""The modulated convolution against the one written out, with its derivatives."""

import pytest
import torch
import torch.nn.functional as F

from t2i_person.nets.modulated import ModulatedConvolution

FIR = torch.outer(torch.tensor([0.25, 0.75, 0.75, 0.25]), torch.tensor([0.25, 0.75, 0.75, 0.25])).double()
FIELDS = {"none": None, "one": (8, 10), "row": (1, 1, 1, 10), "each": (2, 1, 8, 10)}


def inputs(up):
    random = torch.Generator().manual_seed(0)
    size = (4, 5) if up else (8, 10)
    shapes = [(2, 3, *size), (2, 3), (4, 3, 3, 3), (2, 4), (4,), ()]
    return [torch.randn(s, generator=random, dtype=torch.float64).requires_grad_() for s in shapes]


def field(noise):
    shape = FIELDS[noise]
    return None if shape is None else torch.randn(shape, generator=torch.Generator().manual_seed(1)).double()


def published(x, style, weight, demod, bias, strength, noise, fir):
    """Equations 1 and 3: one weight a sample."""
    out = []
    for row, s, d in zip(x.split(1), style, demod, strict=True):
        own = weight * s[:, None, None] * d[:, None, None, None]
        if fir is None:
            out.append(F.conv2d(row, own, padding=1))
        else:
            wide = F.conv_transpose2d(row, own.transpose(0, 1), stride=2)
            out.append(F.conv2d(wide, fir.expand(len(own), 1, 4, 4), padding=1, groups=len(own)))
    y = torch.cat(out) + bias[:, None, None]
    return F.leaky_relu(y if noise is None else y + strength * noise, 0.2)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("noise", list(FIELDS))
@pytest.mark.parametrize("fir", [None, FIR], ids=["same size", "doubled"])
def test_it_is_the_published_arithmetic_with_its_gradients(fir, noise, layout):
    given = inputs(fir is not None)
    rest = field(noise), fir
    wanted = published(*given, *rest)
    towards = torch.randn(wanted.shape, generator=torch.Generator().manual_seed(2)).double()
    sought = given if noise != "none" else given[:5]
    right = torch.autograd.grad(wanted, sought, towards)
    got = ModulatedConvolution.apply(given[0].contiguous(memory_format=layout), *given[1:], *rest)
    assert torch.allclose(got, wanted)
    for ours, theirs in zip(torch.autograd.grad(got, sought, towards), right, strict=True):
        assert torch.allclose(ours, theirs), "a gradient is wrong"


def test_only_what_is_asked_for_is_computed():
    given = [x.detach() for x in inputs(False)]
    given[1].requires_grad_()
    out = ModulatedConvolution.apply(*given, None, None)
    (found,) = torch.autograd.grad(out.square().sum(), given[1])
    assert found.shape == given[1].shape and found.any()
