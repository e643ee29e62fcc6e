"""slovnet's two small networks for Russian: part of speech and case of each word, and the word above it.

slovnet pads each batch to its longest sentence, copies every window of its convolutions and keeps the words
of navec once more for each network. Here the sentences stand in one array with an empty row before each,
which does for padding and for the root of its tree, and both networks share the vectors. What comes out is
the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from slovnet.conll import parse_conll_tag
from slovnet.const import REL, SHAPE, TAG
from slovnet.exec.model import Morph, Syntax
from slovnet.exec.pack import Pack
from slovnet.shape import word_shape

from .blas import one_thread
from .morph import embeddings, model_file


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the networks say of the words of one sentence; a head is a place there, -1 above the root."""

    tags: list[tuple[str, dict[str, str]]]  # part of speech and features; the dicts are shared
    heads: list[int]
    rels: list[str]


class _Encoder:
    """The convolutions of one network: a row for each word, from the words and their neighbours."""

    def __init__(self, model: Any) -> None:
        self.shapes = model.emb.shape.weight.array
        self.layers = []
        for layer in model.encoder.layers:
            kernel = layer.conv.weight.array  # [out, in, 3]
            norm = layer.norm
            scale = norm.weight.array / norm.std.array
            self.layers.append(
                (
                    np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0])),
                    layer.conv.bias.array,
                    scale,
                    norm.bias.array - norm.mean.array * scale,
                )
            )

    def __call__(self, words: np.ndarray, shapes: np.ndarray, empty: np.ndarray) -> np.ndarray:
        x = np.concatenate([words, self.shapes[shapes]], 1)
        for weight, bias, scale, shift in self.layers:
            x[empty] = 0
            wide = np.zeros((len(x), 3 * x.shape[1]), x.dtype)
            width = x.shape[1]
            wide[1:, :width] = x[:-1]
            wide[:, width : 2 * width] = x
            wide[:-1, 2 * width :] = x[1:]
            x = wide @ weight
            x += bias
            np.maximum(x, 0, out=x)
            x *= scale
            x += shift
        return x


def _dense(x: np.ndarray, layer: Any) -> np.ndarray:
    out: np.ndarray = x @ layer.proj.weight.array
    out += layer.proj.bias.array
    return np.maximum(out, 0, out=out)


class Grammar:
    """Both networks with their weights. Nothing is kept between calls but the words' numbers."""

    def __init__(self) -> None:
        morph, shapes, tags = _load(Morph, "model/slovnet_morph_news_v1.tar", TAG)
        syntax, _, rels = _load(Syntax, "model/slovnet_syntax_news_v1.tar", REL)
        self.tags: list[tuple[str, dict[str, str]]] = [parse_conll_tag(tag) for tag in tags]
        self.rels: list[str] = rels
        self.morph, self.syntax = _Encoder(morph), _Encoder(syntax)
        self.proj = morph.head.proj
        self.head, self.rel = syntax.head, syntax.rel
        vocab, pq = embeddings().vocab, embeddings().pq
        self.codes, self.indexes, self.places = pq.codes, pq.indexes, np.arange(pq.qdim)
        self.pad = vocab.pad_id
        shape_ids = {shape: i for i, shape in enumerate(shapes)}

        @lru_cache(20_000)
        def number(word: str) -> tuple[int, int]:
            return vocab.word_ids.get(word.lower(), vocab.unk_id), shape_ids[word_shape(word)]

        self.number = number

    def __call__(self, sentences: Sequence[Sequence[str]]) -> list[Parsed]:
        """Parse sentences of words; none may be empty."""
        ids, shapes, starts = [], [], []
        for words in sentences:
            ids.append(self.pad)
            shapes.append(0)
            starts.append(len(ids))
            for word in words:
                a, b = self.number(word)
                ids.append(a)
                shapes.append(b)
        if not ids:
            return []
        numbers, back = np.unique(ids, return_inverse=True)
        vectors = self.codes[self.places, self.indexes[numbers]].reshape(len(numbers), -1)[back]
        ends = [start + len(words) for start, words in zip(starts, sentences, strict=True)]
        empty = np.array(starts) - 1
        with one_thread():
            tags = self._tags(self.morph(vectors, np.array(shapes), empty))
            heads, rels = self._tree(self.syntax(vectors, np.array(shapes), empty), starts, ends, empty)
        return [
            Parsed(
                [self.tags[k] for k in tags[start:end].tolist()],
                (heads[start:end] - 1).tolist(),
                [self.rels[k] for k in rels[start:end].tolist()],
            )
            for start, end in zip(starts, ends, strict=True)
        ]

    def _tags(self, x: np.ndarray) -> np.ndarray:
        scores: np.ndarray = x @ self.proj.weight.array
        scores += self.proj.bias.array
        return scores.argmax(1)

    def _tree(
        self, x: np.ndarray, starts: Iterable[int], ends: Iterable[int], empty: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Place in its sentence of the word above each, counted from 1 with 0 the root, and the relation."""
        x[empty] = self.head.root.array
        below, above = _dense(x, self.head.head) @ self.head.kernel.array, _dense(x, self.head.tail)
        heads, rows = np.zeros(len(x), np.int64), np.zeros(len(x), np.int64)
        for start, end in zip(starts, ends, strict=True):
            heads[start:end] = (below[start:end] @ above[start - 1 : end].T).argmax(1)
            rows[start:end] = heads[start:end] + (start - 1)
        x[empty] = self.rel.root.array
        above, below = _dense(x, self.rel.head)[rows], _dense(x, self.rel.tail)
        wide = (above @ self.rel.kernel.array).reshape(len(x), -1, below.shape[1])
        return heads, np.matmul(wide, below[:, :, None])[:, :, 0].argmax(1)


def _load(model: Any, name: str, labels: str) -> tuple[Any, list[str], list[str]]:
    """A network, its shapes of words and its labels, without the words: they are navec's."""
    with Pack(model_file(name)) as pack:
        pack.load_meta().check_protocol()
        net = pack.load_model(model)
        net = net.inject_arrays(dict(pack.load_arrays(net.weights)))
        if net.emb.word.id != embeddings().meta.id:
            raise RuntimeError(f"{name} was trained on other word vectors than {embeddings().meta.id}")
        return net, pack.load_vocab(SHAPE).items, pack.load_vocab(labels).items


@lru_cache(1)
def grammar() -> Grammar:
    return Grammar()
