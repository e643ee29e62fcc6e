"""Figures of the encoder on faces that nothing was trained on: areas, calibration, by W, by picture and by both."""

from __future__ import annotations

import numpy as np
import torch

from lab.faces.facts import FACTS, KINDS, truths
from lab.faces.teacher import auc
from t2i_person.packs.encoder import Encoder


@torch.no_grad()
def told(encoder: Encoder, seen: torch.Tensor, texts: list[str]) -> np.ndarray:
    return encoder.score(seen, encoder.encode_text(texts)).numpy()


def figures(
    given: dict[str, np.ndarray], truth: np.ndarray, columns: list[int], least: int = 4
) -> dict[str, dict[str, float]]:
    """Per fact: how many are true, and for each source its area; and over all, the error of the probabilities."""
    out: dict[str, dict[str, float]] = {}
    for k, i in enumerate(columns):
        sure = ~np.isnan(truth[:, i]) & ((truth[:, i] > 0.8) | (truth[:, i] < 0.12))
        y = truth[sure, i] > 0.5
        if y.sum() >= least and (~y).sum() >= least:
            out[FACTS[i].key] = {"n": int(y.sum()), **{name: auc(p[sure, k], y) for name, p in given.items()}}
    return out


def calibration(p: np.ndarray, y: np.ndarray, bins: int = 10) -> tuple[float, list[tuple[float, float, int]]]:
    """Mean distance between the probability told and how often it was so, over bins of equal width; and the bins."""
    ok = ~np.isnan(y)
    p, y = p[ok], y[ok]
    where = np.minimum((p * bins).astype(int), bins - 1)
    rows = [
        (float(p[where == b].mean()), float(y[where == b].mean()), int((where == b).sum()))
        for b in range(bins)
        if (where == b).any()
    ]
    return float(sum(abs(a - b) * n for a, b, n in rows) / len(p)), rows


SINGLE = [i for i, kind in enumerate(KINDS) if not kind.endswith("_both") and kind != "years"]


def truth_of(table: dict[str, np.ndarray]) -> np.ndarray:
    """[n, facts] of labels that may hold NaN."""
    return truths(table)
