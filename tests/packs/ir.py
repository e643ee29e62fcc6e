"""Small OpenVINO files, written as the published ones are laid out."""

from xml.sax.saxutils import quoteattr

import numpy as np
import torch
from torch import Tensor

NAMES = {np.dtype("f4"): "f32", np.dtype("i8"): "i64"}


class Writer:
    """A graph that grows layer by layer; each layer gives its number."""

    def __init__(self, name: str):
        self.name = name
        self.binary = b""
        self.layers: list[str] = []
        self.edges: list[str] = []

    def layer(self, name: str, kind: str, *inputs: int, **data: object) -> int:
        own = len(self.layers)
        facts = " ".join(f"{key}={quoteattr(str(value))}" for key, value in data.items())
        self.layers.append(f'<layer id="{own}" name={quoteattr(name)} type="{kind}"><data {facts}/></layer>')
        self.edges += [
            f'<edge from-layer="{source}" from-port="9" to-layer="{own}" to-port="{port}"/>'
            for port, source in enumerate(inputs)
        ]
        return own

    def constant(self, name: str, value: np.ndarray) -> int:
        raw, offset = value.tobytes(), len(self.binary)
        self.binary += raw
        shape = ", ".join(map(str, value.shape))
        return self.layer(
            name, "Const", offset=offset, size=len(raw), shape=shape, element_type=NAMES[value.dtype]
        )

    def xml(self) -> bytes:
        return "\n".join(
            [
                f'<?xml version="1.0" ?>\n<net name={quoteattr(self.name)} version="10">\n<layers>',
                *self.layers,
                "</layers>\n<edges>",
                *self.edges,
                "</edges>\n</net>",
            ]
        ).encode()


def tiny_ir(lost: str = "") -> tuple[Writer, Writer, dict[str, Tensor]]:
    """Mapping and synthesis of a network of 8 pixels, and the state dict that is to come out.

    `lost` is the name of a constant that the file does not have under that name.
    """
    random = np.random.default_rng(0)
    mapping, synthesis, wanted = Writer("m"), Writer("s"), {}

    def normal(*shape: int) -> np.ndarray:
        return random.standard_normal(shape).astype(np.float32)

    x = mapping.layer("var", "Parameter")
    for i in range(2):
        weight, bias = normal(6, 6), normal(6)
        wanted |= {f"mapping.{i}.weight": weight, f"mapping.{i}.bias": bias}
        product = mapping.layer(f"p{i}", "MatMul", x, mapping.constant(f"{i}w", weight))
        row = mapping.layer(f"r{i}", "Reshape", mapping.constant(f"{i}b", bias))
        x = mapping.layer(f"a{i}", "Add", product, row)

    def constant(name: str, value: np.ndarray) -> int:
        return synthesis.constant(f"lost {name}" if name == lost else name, value)

    w = synthesis.layer("style", "Parameter")

    def modulation(own: str, theirs: str, width: int, scale: float | None) -> int:
        weight, bias = normal(width, 6), normal(1, width)
        wanted.update({f"{own}.affine.weight": weight, f"{own}.affine.bias": bias[0]})
        product = synthesis.layer("g", "MatMul", w, constant(f"{theirs}.modulation.weight", weight))
        added = synthesis.layer("g", "Add", product, constant(f"{theirs}.modulation.bias", bias))
        row = synthesis.layer("r", "Reshape", added)
        if scale is None:
            return row
        return synthesis.layer("s", "Multiply", row, constant(f"c{own}", np.full((1, 1, 1, 1), scale, "f4")))

    def tail(own: str, theirs: str, x: int, width: int, side: int) -> int:
        noise, bias = normal(1, 1, side, side), normal(1, width, 1, 1)
        wanted.update({f"{own}.noise": noise[0, 0], f"{own}.bias": bias.reshape(-1)})
        x = synthesis.layer("n", "Add", x, constant(f"n{own}", noise))
        x = synthesis.layer("b", "Add", x, constant(f"{theirs}.bias", bias))
        slope = constant(f"slope{own}", np.array([0.2], "f4"))
        return synthesis.layer("l", "PReLU", x, slope)

    style = modulation("start", "m.conv1.conv", 8, 0.5)
    const, weight = normal(1, 8, 4, 4), normal(8, 8, 3, 3)
    wanted |= {"start.const": const[0], "start.weight": weight * np.float32(0.5)}
    many = synthesis.layer("b", "Broadcast", constant("m.input.input", const))
    x = synthesis.layer("m", "Multiply", style, synthesis.layer("t", "Tile", many))
    x = tail("start", "m.conv1", synthesis.layer("c", "Convolution", x, constant("w", weight)), 8, 4)
    up = modulation("blocks.0.up", "m.layers.0.up", 8, None)
    x = synthesis.layer("m", "Multiply", up, x)
    for own, theirs, n_in in (("conv0", "conv1", 2), ("conv1", "conv2", 8)):
        own, theirs = f"blocks.0.{own}", f"m.layers.0.{theirs}"
        style = modulation(own, f"{theirs}.conv", n_in, 0.25)
        depthwise, pointwise = normal(n_in, 1, 1, 3, 3), normal(8, n_in, 1, 1)
        wanted |= {f"{own}.depthwise": depthwise[:, 0] * 0.25, f"{own}.pointwise": pointwise[:, :, 0, 0]}
        x = synthesis.layer("m", "Multiply", style, x)
        x = synthesis.layer("d", "GroupConvolution", x, constant(f"{theirs}.conv.weight_dw", depthwise))
        x = synthesis.layer("c", "Convolution", x, constant(f"p{own}", pointwise))
        x = tail(own, theirs, x, 8, 8)
    style = modulation("rgb", "m.layers.0.to_img.conv", 8, 2.0)
    weight, bias = normal(12, 8, 1, 1), normal(1, 12, 1, 1)
    wanted |= {"rgb.weight": weight[:, :, 0, 0] * 2, "rgb.bias": bias.reshape(-1)}
    x = synthesis.layer("m", "Multiply", style, x)
    x = synthesis.layer("c", "Convolution", x, constant("m.layers.0.to_img.conv.weight", weight))
    synthesis.layer("a", "Add", x, constant("m.layers.0.to_img.bias", bias))
    # the published file keeps the bands of a channel together: low, then three high a channel
    for keys, n in (
        (("start.weight", "start.bias"), 8),
        (("blocks.0.up.affine.weight", "blocks.0.up.affine.bias"), 8),
        (("rgb.weight", "rgb.bias"), 12),
    ):
        c = n // 4
        order = [*range(c), *(c + 3 * i + k for k in range(3) for i in range(c))]
        for key in keys:
            wanted[key] = wanted[key][order]
    return mapping, synthesis, {key: torch.from_numpy(value) for key, value in wanted.items()}
