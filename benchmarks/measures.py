"""Figures that judge any segmentation, whoever made it: pure functions on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import adjusted_rand_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

Labels = NDArray[np.int64]


class Stability(NamedTuple):
    """How well a segmentation comes back on bootstrap resamples."""

    ari: float  # mean over the resamples
    ari_low: float  # 5% quantile
    jaccard: dict[int, float]  # per segment label, mean over the resamples


def bootstrap_ari(
    labels: ArrayLike,
    refit: Callable[[Labels], ArrayLike],
    *,
    resamples: int = 100,
    seed: int = 0,
) -> Stability:
    """Refit on bootstrap resamples, assign everybody, compare with the original segments.

    ``refit`` takes row numbers (n of them, drawn with replacement) and returns a label for each of
    the n original rows. Per segment, the Jaccard similarity is that of the most similar segment of
    the refit (Hennig 2007, "Cluster-wise assessment of cluster stability").
    """
    original = np.asarray(labels)
    rng = np.random.default_rng(seed)
    aris = []
    similar: list[NDArray[np.float64]] = []
    for _ in range(resamples):
        rows = rng.integers(0, original.size, original.size)
        again = np.asarray(refit(rows))
        aris.append(adjusted_rand_score(original, again))
        similar.append(jaccard_best(original, again))
    means = np.mean(similar, axis=0)
    names = np.unique(original)
    return Stability(
        float(np.mean(aris)),
        float(np.quantile(aris, 0.05)),
        {int(name): float(mean) for name, mean in zip(names, means, strict=True)},
    )


def jaccard_best(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Return, for each label of ``first`` in order, the best Jaccard match among ``second``."""
    one, i = np.unique(np.asarray(first), return_inverse=True)
    two, j = np.unique(np.asarray(second), return_inverse=True)
    both = np.zeros((one.size, two.size))
    np.add.at(both, (i, j), 1)
    union = both.sum(1, keepdims=True) + both.sum(0, keepdims=True) - both
    return (both / union).max(axis=1)


def membership_auc(
    labels: ArrayLike, outcome: ArrayLike, *, folds: int = 10, repeats: int = 5, seed: int = 0
) -> float:
    """Return the AUC of predicting ``outcome`` (0 or 1) from segment membership alone.

    Each customer is scored with the rate of the segment among the other folds, so nobody helps to
    predict themselves. A segment that is missing from the other folds scores the overall rate.
    The scores of all folds are ranked together, which leans a little to the low side; the mean over
    ``repeats`` divisions into folds is returned.
    """
    segment = np.unique(np.asarray(labels), return_inverse=True)[1]
    y = np.asarray(outcome).astype(int)
    aucs = []
    for repeat in range(repeats):
        scores = np.empty(y.size)
        splits = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
        for train, test in splits.split(segment[:, None], y):
            hits = np.bincount(segment[train], weights=y[train], minlength=segment.max() + 1)
            sizes = np.bincount(segment[train], minlength=segment.max() + 1)
            rates = np.where(sizes > 0, hits / np.maximum(sizes, 1), y[train].mean())
            scores[test] = rates[segment[test]]
        aucs.append(roc_auc_score(y, scores))
    return float(np.mean(aucs))


def eta_squared(labels: ArrayLike, values: ArrayLike) -> float:
    """Return the share of the variance of ``values`` that lies between segments, 0 to 1."""
    segment = np.unique(np.asarray(labels), return_inverse=True)[1]
    x = np.asarray(values, dtype=float)
    total = ((x - x.mean()) ** 2).sum()
    if total == 0:
        return 0.0
    sizes = np.bincount(segment)
    means = np.bincount(segment, weights=x) / sizes
    return float((sizes * (means - x.mean()) ** 2).sum() / total)


def cramers_v(first: ArrayLike, second: ArrayLike) -> float:
    """Return Cramér's V of two labellings: 0 unrelated, 1 one decides the other."""
    one, i = np.unique(np.asarray(first), return_inverse=True)
    two, j = np.unique(np.asarray(second), return_inverse=True)
    smaller = min(one.size, two.size) - 1
    if smaller == 0:
        return 0.0
    seen = np.zeros((one.size, two.size))
    np.add.at(seen, (i, j), 1)
    expected = seen.sum(1, keepdims=True) * seen.sum(0, keepdims=True) / seen.sum()
    chi2 = ((seen - expected) ** 2 / expected).sum()
    return float(np.sqrt(chi2 / seen.sum() / smaller))
