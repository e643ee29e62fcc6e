"""OpenVINO's intermediate representation, version 10: the graph as XML, the numbers in one binary beside it.

Read with the standard library only, and as data: what is not understood is refused.
"""

import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np
import torch
from torch import Tensor

from ...errors import PackError

MOST_XML = 4 << 20  # bytes
MOST_LAYERS = 10_000
_DTYPES = {"f32": "<f4", "f16": "<f2", "i64": "<i8", "i32": "<i4"}


@dataclass(frozen=True)
class Layer:
    """One operation of the graph."""

    id: str
    name: str
    kind: str  # "Const", "MatMul", "Convolution", ...
    data: Mapping[str, str]  # its attributes


@dataclass(frozen=True)
class Graph:
    """Operations and who feeds whom."""

    name: str
    layers: Mapping[str, Layer]  # by id, in the order of the file
    inputs: Mapping[str, list[str]]  # of a layer: the layers that feed it, by port
    outputs: Mapping[str, list[str]]  # of a layer: the layers that read it
    binary: bytes = field(repr=False)

    def constant(self, layer: Layer) -> np.ndarray:
        """What a ``Const`` holds, in its own dtype and shape.

        Raises
        ------
        PackError : it points outside the binary, or shape, size and dtype do not agree.
        """
        try:
            start, size = int(layer.data["offset"]), int(layer.data["size"])
            shape = [int(n) for n in layer.data["shape"].split(",")] if layer.data["shape"].strip() else []
            dtype = np.dtype(_DTYPES[layer.data["element_type"]])
        except (KeyError, ValueError) as error:
            self.refuse(f"{layer.name} is not a constant of a known type ({error!r})")
        count = 1
        for length in shape:
            if length < 0:
                self.refuse(f"{layer.name} has a negative length")
            count *= length
        if start < 0 or size != count * dtype.itemsize or start + size > len(self.binary):
            self.refuse(f"{layer.name} points outside the file")
        return np.frombuffer(self.binary, dtype, count, start).reshape(shape)

    def floats(self, layer: Layer) -> Tensor:
        """A constant as a float32 tensor of its own.

        Raises
        ------
        PackError : as `constant`; or it is not of floats, or not finite.
        """
        value = self.constant(layer)
        if value.dtype.kind != "f" or not np.isfinite(value).all():
            self.refuse(f"{layer.name} holds no finite numbers")
        return torch.from_numpy(value.astype(np.float32))

    def refuse(self, why: str) -> NoReturn:
        """Raise the error of a file that cannot be used."""
        raise PackError(f"The OpenVINO file of {self.name} is not the one known here: {why}.")


def read_graph(xml: bytes, binary: bytes, name: str) -> Graph:
    """Parse a graph.

    Parameters
    ----------
    xml, binary : the two files, whole.
    name : of the network, for messages.

    Raises
    ------
    PackError : too large, no XML, XML with declarations of its own (entities), or another version.
    """
    empty = Graph(name, {}, {}, {}, b"")
    root = _parse(xml, empty)
    layers = _layers(root, empty)
    inputs, outputs = _edges(root, layers, empty)
    return Graph(name, layers, inputs, outputs, binary)


def _parse(xml: bytes, empty: Graph) -> ET.Element:
    """The root of the XML. `empty` is a graph without layers, for its method `refuse`."""
    if len(xml) > MOST_XML:
        empty.refuse(f"its XML has {len(xml)} bytes")
    try:
        text = xml.decode("utf-8")
    except UnicodeDecodeError:
        empty.refuse("its XML is not UTF-8")
    if "<!" in text:  # DOCTYPE and ENTITY, which can make a small file huge; comments are not needed either
        empty.refuse("its XML has declarations")
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        empty.refuse(f"its XML is damaged ({error})")
    if root.tag != "net" or root.get("version") != "10":
        empty.refuse(
            f"it is <{root.tag[:40]}> of version {(root.get('version') or 'none')[:40]}, not <net> of 10"
        )
    return root


def _layers(root: ET.Element, empty: Graph) -> dict[str, Layer]:
    layers: dict[str, Layer] = {}
    for node in root.iterfind("layers/layer"):
        data = node.find("data")
        layer = Layer(
            node.get("id", ""),
            node.get("name", ""),
            node.get("type", ""),
            dict(data.attrib) if data is not None else {},
        )
        if layer.id in layers:
            empty.refuse(f"two layers have the number {layer.id[:40]}")
        layers[layer.id] = layer
    if not 0 < len(layers) <= MOST_LAYERS:
        empty.refuse(f"it has {len(layers)} layers")
    return layers


def _edges(
    root: ET.Element, layers: Mapping[str, Layer], empty: Graph
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Inputs of each layer by port, and outputs of each layer."""
    feeding: dict[str, list[tuple[int, str]]] = defaultdict(list)
    outputs: dict[str, list[str]] = defaultdict(list)
    for edge in root.iterfind("edges/edge"):
        source, goal, port = edge.get("from-layer", ""), edge.get("to-layer", ""), edge.get("to-port", "")
        if source not in layers or goal not in layers or not port.isdecimal() or len(port) > 4:
            empty.refuse("an edge leads nowhere")
        feeding[goal].append((int(port), source))
        outputs[source].append(goal)
    inputs = {goal: [source for _, source in sorted(found)] for goal, found in feeding.items()}
    return inputs, dict(outputs)


def mobilestylegan(mapping: Graph, synthesis: Graph) -> dict[str, Tensor]:
    """The state dict of `t2i_person.nets.mobilestylegan.MobileStyleGAN`, without ``w_mean`` and heads.

    float32; the fixed scale of each modulation is multiplied into the filter behind it, and channels that
    the wavelet transform reads are put band by band.

    Raises
    ------
    PackError : a constant is missing, there twice, or of another shape than expected.
    """
    try:
        return _mobilestylegan(mapping, synthesis)
    except PackError:
        raise
    except (IndexError, KeyError, ValueError, RuntimeError) as error:  # a shape that leads nowhere
        synthesis.refuse(f"its tensors do not fit ({error!r})")


def _mobilestylegan(mapping: Graph, synthesis: Graph) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    for i, product in enumerate(_of_kind(mapping, "MatMul")):
        state[f"mapping.{i}.weight"] = _constant_into(mapping, product)
        # the bias comes through a Reshape that makes it a row
        add = _reader(mapping, product, "Add")
        state[f"mapping.{i}.bias"] = _constant_into(mapping, add, through=("Reshape",)).flatten()
    found = _Names(synthesis)
    state["start.const"] = found("m.input.input")[0]
    state |= _affine(found, "start", "m.conv1.conv")
    first = found.layer("m.input.input")
    conv = synthesis.layers[_walk(synthesis, first, "Convolution")]
    scale = found.scale("m.conv1.conv")
    state["start.weight"] = _constant_into(synthesis, conv) * scale
    state |= _tail(found, "start", "m.conv1", conv)
    count = sum(layer.name.endswith("conv2.conv.weight_dw") for layer in synthesis.layers.values())
    for i in range(count):
        state |= _affine(found, f"blocks.{i}.up", f"m.layers.{i}.up")
        for own, theirs in (("conv0", "conv1"), ("conv1", "conv2")):
            own, theirs = f"blocks.{i}.{own}", f"m.layers.{i}.{theirs}"
            state |= _affine(found, own, f"{theirs}.conv")
            state[f"{own}.depthwise"] = found(f"{theirs}.conv.weight_dw")[:, 0] * found.scale(
                f"{theirs}.conv"
            )
            depthwise = _reader(synthesis, found.layer(f"{theirs}.conv.weight_dw"), "GroupConvolution")
            conv = _reader(synthesis, depthwise, "Convolution")
            state[f"{own}.pointwise"] = _constant_into(synthesis, conv)[:, :, 0, 0]
            state |= _tail(found, own, theirs, conv)
    last = f"m.layers.{count - 1}.to_img"
    state |= _affine(found, "rgb", f"{last}.conv")
    state["rgb.weight"] = found(f"{last}.conv.weight")[:, :, 0, 0] * found.scale(f"{last}.conv")
    state["rgb.bias"] = found(f"{last}.bias").flatten()
    return {key: value.contiguous() for key, value in _by_bands(state, count).items()}


def _by_bands(state: dict[str, Tensor], count: int) -> dict[str, Tensor]:
    """Reorder channels from c low ones, then 3 high ones for each of c, to c of each band.

    This is done in all tensors that make or scale these channels.
    """
    makers = ["start", *(f"blocks.{i}.conv1" for i in range(count - 1)), "rgb"]
    for i, maker in enumerate(makers):
        weight = {"start": "weight", "rgb": "weight"}.get(maker, "pointwise")
        keys = [f"{maker}.{weight}", f"{maker}.bias"]
        if maker != "rgb":
            keys += [f"blocks.{i}.up.affine.weight", f"blocks.{i}.up.affine.bias"]
        for key in keys:
            c = len(state[key]) // 4
            low, high = state[key][:c], state[key][c:]
            state[key] = torch.cat([low, *(high[k::3] for k in range(3))])
    return state


class _Names:
    """Constants of a graph by their names."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.known: dict[str, Layer] = {}
        for layer in graph.layers.values():
            if layer.kind == "Const":
                if layer.name in self.known:
                    graph.refuse(f"{layer.name} is there twice")
                self.known[layer.name] = layer

    def layer(self, name: str) -> Layer:
        if name not in self.known:
            self.graph.refuse(f"{name} is missing")
        return self.known[name]

    def __call__(self, name: str) -> Tensor:
        return self.graph.floats(self.layer(name))

    def scale(self, theirs: str) -> Tensor:
        """The number that a style is multiplied by: a scalar."""
        add = _reader(self.graph, self.layer(f"{theirs}.modulation.bias"), "Add")
        times = _reader(self.graph, _reader(self.graph, add, "Reshape"), "Multiply")
        scale = _constant_into(self.graph, times)
        if scale.numel() != 1:
            self.graph.refuse(f"{theirs} has no one scale")
        return scale.flatten()[0]


def _affine(found: _Names, own: str, theirs: str) -> dict[str, Tensor]:
    return {
        f"{own}.affine.weight": found(f"{theirs}.modulation.weight"),
        f"{own}.affine.bias": found(f"{theirs}.modulation.bias").flatten(),
    }


def _tail(found: _Names, own: str, theirs: str, conv: Layer) -> dict[str, Tensor]:
    """Noise and bias, added one after the other to what a convolution gives."""
    noise = _constant_into(found.graph, _reader(found.graph, conv, "Add"))
    return {f"{own}.noise": noise[0, 0], f"{own}.bias": found(f"{theirs}.bias").flatten()}


def _of_kind(graph: Graph, kind: str) -> list[Layer]:
    return [layer for layer in graph.layers.values() if layer.kind == kind]


def _reader(graph: Graph, layer: Layer, kind: str) -> Layer:
    """The one layer of a kind that reads this one."""
    found = [graph.layers[i] for i in graph.outputs.get(layer.id, []) if graph.layers[i].kind == kind]
    if len(found) != 1:
        graph.refuse(f"{layer.name} is read by {len(found)} layers of kind {kind}, not one")
    return found[0]


def _walk(graph: Graph, layer: Layer, kind: str) -> str:
    """Id of the first layer of a kind downstream, along the first reader of each."""
    for _ in range(len(graph.layers)):
        if layer.kind == kind:
            return layer.id
        if not graph.outputs.get(layer.id):
            break
        layer = graph.layers[graph.outputs[layer.id][0]]
    graph.refuse(f"no {kind} where one should be")


def _constant_into(graph: Graph, layer: Layer, through: tuple[str, ...] = ()) -> Tensor:
    """The one constant of floats that a layer reads."""
    found = []
    for i in graph.inputs.get(layer.id, []):
        source = graph.layers[i]
        if source.kind in through:
            source = graph.layers[graph.inputs[source.id][0]]
        if source.kind == "Const":
            found.append(source)
    if len(found) != 1:
        graph.refuse(f"{layer.name} reads {len(found)} constants, not one")
    return graph.floats(found[0])
