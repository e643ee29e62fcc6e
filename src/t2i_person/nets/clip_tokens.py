"""CLIP's byte-pair encoding: text -> token numbers.

Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021),
section 2.4; byte-level BPE: Radford et al., "Language Models are Unsupervised Multitask Learners" (2019),
section 2.2. The order of the vocabulary is that of OpenAI's CLIP: 256 bytes, 256 bytes that end a word, the
merges, start of text, end of text.
"""

from __future__ import annotations

import gzip
import html
import json
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

MERGES = 48_894  # in CLIP's vocabulary of 49,408
FILES = ("merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt")
PACKAGES = ("open_clip", "clip")  # ship OpenAI's vocabulary
END = "</w>"
SHORT = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")


class Tokenizer:
    """Texts -> token numbers, as CLIP was trained; nothing is downloaded.

    ``merges``: pairs of symbols, the most frequent first.
    """

    def __init__(self, merges: Sequence[tuple[str, str]]) -> None:
        plain = [b for b in range(256) if _printable(b)]
        others = [b for b in range(256) if not _printable(b)]
        self._symbols = {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}
        single = [self._symbols[b] for b in plain + others]
        words = [*single, *(s + END for s in single), *("".join(pair) for pair in merges)]
        self.merges = tuple(merges)
        self._numbers = {word: i for i, word in enumerate(words)}
        self._ranks = {pair: i for i, pair in enumerate(merges)}
        self._known: dict[str, list[int]] = {}
        self.start, self.end = len(words), len(words) + 1
        self.size = len(words) + 2

    def __call__(self, texts: Sequence[str], length: int = 77) -> Tensor:
        """Token numbers [n, length], int64: start, text, end, zeros. A longer text loses its tail."""
        out = torch.zeros(len(texts), length, dtype=torch.int64)
        for row, text in zip(out, texts, strict=True):
            tokens = [self.start, *self.encode(text)[: length - 2], self.end]
            row[: len(tokens)] = torch.tensor(tokens)
        return out

    def encode(self, text: str) -> list[int]:
        """Token numbers of the text alone."""
        text = html.unescape(html.unescape(unicodedata.normalize("NFC", text)))
        return [token for piece in _pieces(" ".join(text.split()).lower()) for token in self._word(piece)]

    def _word(self, piece: str) -> list[int]:
        if piece not in self._known:
            parts = [self._symbols[b] for b in piece.encode()]
            parts[-1] += END
            while len(parts) > 1:
                best = min(pairwise(parts), key=self._rank)
                if best not in self._ranks:
                    break
                merged: list[str] = []
                for part in parts:  # left to right, each symbol used once
                    if merged and (merged[-1], part) == best:
                        merged[-1] += part
                    else:
                        merged.append(part)
                parts = merged
            self._known[piece] = [self._numbers[part] for part in parts]
        return self._known[piece]

    def _rank(self, pair: tuple[str, str]) -> int:
        return self._ranks.get(pair, MERGES)

    @classmethod
    def find(cls, folder: Path | str | None = None) -> Tokenizer:
        """From a ``transformers`` folder of CLIP or OpenAI's vocabulary file; else from an installed package.

        Raises
        ------
        FileNotFoundError
            None is at hand; the message says what to place where.
        """
        places = [Path(folder)] if folder is not None else []
        for package in PACKAGES:
            spec = find_spec(package)
            places += [Path(p) for p in (spec.submodule_search_locations or ())] if spec else []
        for place in places:
            for file in [place / name for name in FILES] if place.is_dir() else [place]:
                if file.is_file():
                    return cls(_read(file))
        raise FileNotFoundError(
            f"no vocabulary for CLIP's text encoder in {folder or 'the installed packages'}: put "
            "merges.txt of openai/clip-vit-base-patch32 or OpenAI's bpe_simple_vocab_16e6.txt.gz into the "
            "CLIP folder and name that folder, or pip install open-clip-torch"
        )


def _read(file: Path) -> list[tuple[str, str]]:
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    text = raw.decode("utf-8")
    if file.suffix == ".json":
        lines = json.loads(text)["model"]["merges"]
    else:
        lines = [line for line in text.split("\n") if "#version" not in line and line.strip()]
    pairs = [tuple(line.split() if isinstance(line, str) else line) for line in lines[:MERGES]]
    if bad := next((pair for pair in pairs if len(pair) != 2), None):
        raise ValueError(f"{file} is not a list of merges: {bad!r} is not a pair")
    return pairs  # type: ignore[return-value]


def _printable(byte: int) -> bool:
    return 33 <= byte <= 126 or 161 <= byte <= 172 or 174 <= byte <= 255


def _pieces(text: str) -> Iterator[str]:
    """Words: English contractions, runs of letters, single numerals, runs of anything else but space."""
    i = 0
    while i < len(text):
        if short := next((s for s in SHORT if text.startswith(s, i)), None):
            yield short
            i += len(short)
            continue
        kind, j = _kind(text[i]), i + 1
        while kind not in " N" and j < len(text) and _kind(text[j]) == kind:
            j += 1
        if kind != " ":
            yield text[i:j]
        i = j


def _kind(char: str) -> str:
    category = unicodedata.category(char)[0]
    return " " if char.isspace() else category if category in "LN" else "?"
