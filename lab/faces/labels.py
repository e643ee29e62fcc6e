"""The labels as tables of probabilities, and which faces are kept out of all training."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from lab.faces.facts import ALIKE, VALUES

HERE = Path(__file__).parent
FILE = "labels.csv"
MORE = "more.csv"  # faces sought for what is rare: some columns only, the others are empty


def _slices() -> dict[str, slice]:
    out, at = {}, 0
    for column, values in VALUES.items():
        out[column] = slice(at, at + len(values))
        at += len(values)
    return out


SLICES = _slices()  # of each column in a row of all values
WIDTH = sum(map(len, VALUES.values()))


def joined(table: dict[str, np.ndarray]) -> np.ndarray:
    """Column -> [n, values] as one [n, all values]."""
    return np.concatenate([table[c] for c in VALUES], 1)


def split(flat: np.ndarray) -> dict[str, np.ndarray]:
    """[n, all values] -> column -> [n, values]."""
    return {c: flat[:, s] for c, s in SLICES.items()}


def read(name: str) -> dict[int, dict[str, str]]:
    path = HERE / name
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        return {int(row["id"]): row for row in csv.DictReader(file)}


def labelled() -> list[int]:
    """Seeds of the labelled faces, in the file's order."""
    return list(read(FILE))


def held() -> set[int]:
    """Seeds that two people labelled: for figures only, nothing is trained on them."""
    return set(read("second.csv"))


def table(seeds, name: str = FILE) -> dict[str, np.ndarray]:
    """Column -> [n, values]: one where the label is, NaN where nothing could be told or nobody looked."""
    rows = read(name)
    out = {}
    for column, values in VALUES.items():
        y = np.full((len(seeds), len(values)), np.nan, np.float32)
        for i, seed in enumerate(seeds):
            row = rows.get(int(seed), {})
            if column == "seen":
                word = {"": "", "?": "no"}.get(row.get("clothcolor", ""), "yes")
            else:
                word = row.get(column, "")
                word = ALIKE.get(word, word) if column in ("facial", "lids") else word
            if word in values:
                y[i] = 0
                y[i, values.index(word)] = 1
        out[column] = y
    return out
