"""Figures of the encoder on faces that nothing was trained on: areas, calibration, by W, by picture and by both."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from lab.faces.drawn import Drawn
from lab.faces.facts import FACTS, KINDS, truths
from lab.faces.labels import table as labels
from lab.faces.report import report
from t2i_person.packs.russian import Encoder


def auc(score: np.ndarray, y: np.ndarray) -> float:
    """Area under the curve; NaN when one side is missing. Ties count half."""
    order = np.argsort(score, kind="stable")
    rank = np.empty(len(score))
    ordered = score[order]
    first, last = np.searchsorted(ordered, ordered, "left"), np.searchsorted(ordered, ordered, "right")
    rank[order] = (first + last + 1) / 2
    p, n = y.sum(), (~y).sum()
    return float((rank[y].sum() - p * (p + 1) / 2) / (p * n)) if p and n else float("nan")


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


def measured(encoder: Encoder, faces: Drawn, seeds: list[int]) -> dict[str, float]:
    """Mean area over the facts, by the picture, by W and by both, and how far probabilities are from how often it
    is so, on faces that two people labelled; their two labels are averaged. Written into the report, too.
    """
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # what neither could tell
        truth = np.nanmean([truths(labels(seeds)), truths(labels(seeds, "second.csv"))], 0)
    texts = [FACTS[i].phrases[0] for i in SINGLE]
    with torch.no_grad():
        seen = torch.cat([encoder.encode_image(x.float() / 127.5 - 1) for x in faces.pictures.split(32)])
        read = encoder.encode_w(faces.w)
    by = {"picture": told(encoder, seen, texts), "w": told(encoder, read, texts)}
    by["both"] = np.exp(np.log(by["picture"] + 1e-6) + np.log(by["w"] + 1e-6) / 2)
    areas = figures(by, truth, SINGLE)
    found = {
        f"encoder_auc_{name}": round(float(np.mean([row[name] for row in areas.values()])), 4) for name in by
    }
    sure = np.where(np.isnan(truth[:, SINGLE]), np.nan, truth[:, SINGLE] > 0.5)
    found["encoder_calibration"] = round(calibration(by["picture"].ravel(), sure.ravel())[0], 4)
    found |= {"encoder_facts": len(areas), "encoder_faces": len(seeds)}
    report(found)
    return found
