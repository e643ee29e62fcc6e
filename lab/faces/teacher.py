"""What a face's labels would be: ridge on features of w, of the picture, or both, calibrated out of fold.

With 1,500 labels the ridge is as good as anything (see `aucs`); its softmax over each column is fitted to scores that the
ridge gave without having seen the face, so the probabilities are honest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from lab.faces.facts import VALUES

FOLDS = 5


@dataclass
class Teacher:
    """Ridge weights [features, all values] on standardised features, and the softmax's gains and offsets."""

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    centre: np.ndarray
    gain: np.ndarray
    offset: np.ndarray
    outside: dict[str, np.ndarray]  # of the faces it was fitted on, out of fold

    def __call__(self, features: np.ndarray) -> dict[str, np.ndarray]:
        """[n, features] -> column -> probabilities [n, values]."""
        score = ((features - self.mean) / self.scale) @ self.weights + self.centre
        return _split(score, self.gain, self.offset)


def _slices() -> dict[str, slice]:
    out, at = {}, 0
    for column, values in VALUES.items():
        out[column] = slice(at, at + len(values))
        at += len(values)
    return out


SLICES = _slices()
WIDTH = sum(map(len, VALUES.values()))


def joined(table: dict[str, np.ndarray]) -> np.ndarray:
    """Column -> [n, values] as one [n, all values]."""
    return np.concatenate([table[c] for c in VALUES], 1)


def split(flat: np.ndarray) -> dict[str, np.ndarray]:
    return {c: flat[:, s] for c, s in SLICES.items()}


def _split(score, gain, offset):
    z = score * gain + offset
    out = {}
    for column, part in SLICES.items():
        e = np.exp(z[:, part] - z[:, part].max(1, keepdims=True))
        out[column] = (e / e.sum(1, keepdims=True)).astype(np.float32)
    return out


def fit(
    features: np.ndarray,
    table: dict[str, np.ndarray],
    strength: float,
    groups: list[np.ndarray] | None = None,
    weight: np.ndarray | None = None,
) -> Teacher:
    """`groups`: indices of the features that are weighed alike (each group has the same total variance).

    Faces whose column is NaN are left out of that column. `weight` [n] of the faces.
    """
    mean, scale = features.mean(0), features.std(0) + 1e-3
    for group in groups or [np.arange(features.shape[1])]:
        scale[group] *= np.sqrt(len(group))
    x = ((features - mean) / scale).astype(np.float32)
    y = joined(table)
    weight = np.ones(len(x), np.float32) if weight is None else weight.astype(np.float32)
    n = len(x)
    folds = np.random.default_rng(0).permutation(n) % FOLDS
    gram = x @ x.T
    outside = np.zeros((n, WIDTH), np.float32)
    # what could not be told counts as the mean, so that all columns share one solution; the softmax makes up for it
    centre = np.nansum(y * weight[:, None], 0) / (weight[:, None] * ~np.isnan(y)).sum(0)
    off = np.nan_to_num(y - centre)
    for fold in [*range(FOLDS), None]:
        rows = np.flatnonzero(np.ones(n, bool) if fold is None else folds != fold)
        k = torch.from_numpy(gram[np.ix_(rows, rows)] + np.diag(strength / weight[rows]))
        a = torch.cholesky_solve(torch.from_numpy(off[rows]), torch.linalg.cholesky(k)).numpy()
        if fold is None:
            alpha = a
        else:
            inside = np.flatnonzero(folds == fold)
            outside[inside] = gram[np.ix_(inside, rows)] @ a + centre
    gain, offset = _calibrate(outside.astype(np.float64), y.astype(np.float64), weight.astype(np.float64))
    return Teacher(mean, scale, (x.T @ alpha), centre, gain, offset, _split(outside, gain, offset))


def _calibrate(score: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    s, t = torch.from_numpy(score), torch.from_numpy(y)
    w = torch.from_numpy(weight)
    gain = torch.full((WIDTH,), 6.0, dtype=torch.double, requires_grad=True)
    offset = torch.zeros(WIDTH, dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([gain, offset], max_iter=60, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        total = 0.002 * ((gain - 6) ** 2).mean() + 0.0005 * (offset**2).mean()
        for part in SLICES.values():
            ok = ~t[:, part.start].isnan()
            z = F.log_softmax(s[ok][:, part] * gain[part] + offset[part], 1)
            total = total - (w[ok, None] * t[ok][:, part] * z).sum() / w[ok].sum()
        total.backward()
        return total

    optimizer.step(loss)
    return gain.detach().numpy(), offset.detach().numpy()


def auc(score: np.ndarray, y: np.ndarray) -> float:
    """Area under the curve; NaN when one side is missing. Ties count half."""
    order = np.argsort(score, kind="stable")
    rank = np.empty(len(score))
    ordered = score[order]
    first = np.searchsorted(ordered, ordered, "left")
    last = np.searchsorted(ordered, ordered, "right")
    rank[order] = (first + last + 1) / 2
    p, n = y.sum(), (~y).sum()
    return float((rank[y].sum() - p * (p + 1) / 2) / (p * n)) if p and n else float("nan")


def aucs(told: dict[str, np.ndarray], truth: dict[str, np.ndarray], least: int = 5) -> dict[str, float]:
    """`column value` -> area, for values that at least so many faces have."""
    out = {}
    for column, values in VALUES.items():
        ok = ~np.isnan(truth[column][:, 0])
        for i, value in enumerate(values):
            y = truth[column][ok, i] > 0.5
            if least <= y.sum() <= len(y) - least:
                out[f"{column} {value}"] = auc(told[column][ok, i], y)
    return out
