"""slovnet's two small networks for Russian: part of speech and case of each word, and the word above it.

slovnet pads each batch to its longest sentence, copies every window of its convolutions and keeps the words
of navec once more for each network. Here the sentences stand in one array with an empty row before each,
which does for padding and for the root of its tree, and both networks share the vectors. What comes out is
the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from slovnet.conll import parse_conll_tag
from slovnet.const import REL, SHAPE, TAG
from slovnet.exec.model import Morph, Syntax
from slovnet.exec.pack import Pack
from slovnet.shape import word_shape

from ..lexicon.morph import embeddings, model_file, unpacked
from .blas import one_thread

SEEN = 128  # numbers of a word in the last layers of both networks


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the networks say of the words of one sentence; a head is a place there, -1 above the root."""

    tags: list[tuple[str, dict[str, str]]]  # part of speech and features; the dicts are shared
    heads: list[int]
    rels: list[str]
    seen: np.ndarray = field(compare=False)  # [n, SEEN] float32: the last layers of both networks


class _Encoder:
    """The convolutions of one network: a row for each word, from the words and their neighbours."""

    def __init__(self, model: Any) -> None:
        self.layers = []
        for layer in model.encoder.layers:
            kernel, norm = layer.conv.weight.array.transpose(2, 1, 0), layer.norm  # kernel is [3, in, out]
            scale = norm.weight.array / norm.std.array
            shift = norm.bias.array - norm.mean.array * scale
            self.layers.append((np.ascontiguousarray(kernel), layer.conv.bias.array, scale, shift))
        kernel, table = self.layers[0][0], model.emb.shape.weight.array
        words = kernel.shape[1] - table.shape[1]
        self.words = np.concatenate(list(kernel[:, :words]), 1)  # [in, 3 * out]
        self.shapes = table @ np.concatenate(list(kernel[:, words:]), 1)  # [shapes, 3 * out]

    def __call__(
        self, vectors: np.ndarray, back: np.ndarray, shapes: np.ndarray, empty: np.ndarray
    ) -> np.ndarray:
        """`vectors` holds each word once, however often it stands there; `back` says where it stands."""
        sides = (vectors @ self.words)[back]
        sides += self.shapes[shapes]  # rows of no word have zeros in both
        before, x, after = np.split(sides, 3, axis=1)
        x[1:] += before[:-1]
        x[:-1] += after[1:]
        x = self._ended(x, 0)
        for k, (kernel, _, _, _) in enumerate(self.layers[1:], 1):
            x[empty] = 0
            width = x.shape[1]
            wide = np.zeros((len(x), 3 * width), x.dtype)
            wide[1:, :width] = x[:-1]
            wide[:, width : 2 * width] = x
            wide[:-1, 2 * width :] = x[1:]
            x = self._ended(wide @ kernel.reshape(-1, kernel.shape[2]), k)
        return x

    def _ended(self, x: np.ndarray, k: int) -> np.ndarray:
        """Bias, cut at zero and norm of a layer."""
        _, bias, scale, shift = self.layers[k]
        x = x + bias
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
        vocab = embeddings().vocab
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
        read = unpacked(numbers), back, np.array(shapes), np.array(starts) - 1
        ends = [start + len(words) for start, words in zip(starts, sentences, strict=True)]
        with one_thread():
            morph, syntax = self.morph(*read), self.syntax(*read)
            seen = np.concatenate([morph, syntax], 1)
            tags = self._tags(morph)
            heads, rels = self._tree(syntax, starts, ends, read[-1])
        return [
            Parsed(
                [self.tags[k] for k in tags[start:end].tolist()],
                (heads[start:end] - 1).tolist(),
                [self.rels[k] for k in rels[start:end].tolist()],
                seen[start:end],
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
