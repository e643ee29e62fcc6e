"""The reader of OpenVINO's files: what it makes of a good one, and what it refuses."""

import struct

import numpy as np
import pytest
import torch

from t2i_person.errors import PackError
from t2i_person.packs.formats.openvino import MOST_XML, mobilestylegan, read_graph

from .ir import Writer, tiny_ir


def test_a_good_graph() -> None:
    ir = Writer("net")
    x = ir.layer("x", "Parameter")
    weight = ir.constant("weight", np.arange(6, dtype=np.float32).reshape(2, 3))
    ir.layer("product", "MatMul", x, weight)
    graph = read_graph(ir.xml(), ir.binary, "net")
    assert [layer.kind for layer in graph.layers.values()] == ["Parameter", "Const", "MatMul"]
    assert graph.inputs["2"] == ["0", "1"] and graph.outputs["1"] == ["2"]
    assert graph.floats(graph.layers["1"]).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_network_is_found_in_its_graphs() -> None:
    mapping, synthesis, wanted = tiny_ir()
    state = mobilestylegan(
        read_graph(mapping.xml(), mapping.binary, "m"), read_graph(synthesis.xml(), synthesis.binary, "s")
    )
    assert sorted(state) == sorted(wanted)
    for key, value in wanted.items():
        assert torch.allclose(state[key], value, atol=1e-6), key


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE net [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><net version="10">&b;</net>'
)


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (BOMB, "declarations"),
        (BOMB.decode().encode("utf-16"), "not UTF-8"),
        (b'<net version="10"><!-- x --></net>', "declarations"),
        (b"", "damaged"),
        (b'<net version="10">', "damaged"),
        (b'<net version="10"></net>', "0 layers"),
        (b'<net version="11"><layers/></net>', "version 11"),
        (b"<html></html>", "<html>"),
        (b'<net version="10"><layers><layer id="0"/><layer id="0"/></layers></net>', "number 0"),
        (b'<net version="10"><layers><layer id="0"/></layers><edges><edge from-layer="0" to-layer="1" '
         b'to-port="0"/></edges></net>', "edge"),
        (b'<net version="10"><layers><layer id="0"/></layers><edges><edge from-layer="0" to-layer="0" '
         b'to-port="9999999999"/></edges></net>', "edge"),
        (b" " * (MOST_XML + 1), "bytes"),
        (b'<net version="10"><layers>' + b"<layer/>" * 20 + b"</layers></net>", "two layers"),
        (b'<a>' * 100_000, "damaged"),
    ],
)  # fmt: skip
def test_bad_xml(xml: bytes, why: str) -> None:
    with pytest.raises(PackError, match=why):
        read_graph(xml, b"", "net")


@pytest.mark.parametrize(
    "data",
    [
        'offset="4" size="8" shape="2" element_type="f32"',
        'offset="-4" size="8" shape="2" element_type="f32"',
        'offset="0" size="8" shape="3" element_type="f32"',
        'offset="0" size="8" shape="-2" element_type="f32"',
        'offset="0" size="8" shape="99999999999,99999999999" element_type="f32"',
        'offset="0" size="8" shape="2" element_type="object"',
        'offset="x" size="8" shape="2" element_type="f32"',
        'size="8" shape="2" element_type="f32"',
        'offset="0" size="8" shape="1" element_type="i64"',
        'offset="0" size="8" shape="2,0" element_type="f32"',
    ],
)
def test_constants_outside_the_file(data: str) -> None:
    xml = (
        f'<net version="10"><layers><layer id="0" name="c" type="Const"><data {data}/></layer></layers></net>'
    )
    graph = read_graph(xml.encode(), struct.pack("<2f", 1, 2), "net")
    with pytest.raises(PackError, match="OpenVINO file of net"):
        graph.floats(graph.layers["0"])


def test_numbers_that_are_none() -> None:
    ir = Writer("net")
    ir.constant("c", np.array([1.0, np.nan], np.float32))
    graph = read_graph(ir.xml(), ir.binary, "net")
    with pytest.raises(PackError, match="finite"):
        graph.floats(graph.layers["0"])


@pytest.mark.parametrize(
    "lost", ["m.conv1.conv.modulation.weight", "m.layers.0.conv2.conv.weight_dw", "m.conv1.bias"]
)
def test_a_missing_constant(lost: str) -> None:
    mapping, synthesis, _ = tiny_ir(lost)
    with pytest.raises(PackError, match="OpenVINO file of s"):
        mobilestylegan(
            read_graph(mapping.xml(), mapping.binary, "m"), read_graph(synthesis.xml(), synthesis.binary, "s")
        )


def test_any_graph_is_refused_or_read() -> None:
    """Files with pieces of the XML cut out or doubled never raise anything but our error."""
    mapping, synthesis, _ = tiny_ir()
    text, random = synthesis.xml(), np.random.default_rng(0)
    for _ in range(200):
        start, stop = sorted(random.integers(0, len(text), 2))
        changed = text[:start] + text[stop:] if random.random() < 0.5 else text[:stop] + text[start:]
        lines = text.split(b"\n")
        del lines[random.integers(len(lines))]
        for xml in (changed, b"\n".join(lines)):
            try:
                mobilestylegan(
                    read_graph(mapping.xml(), mapping.binary, "m"), read_graph(xml, synthesis.binary, "s")
                )
            except PackError:
                continue
