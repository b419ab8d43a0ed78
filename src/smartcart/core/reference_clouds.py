"""Clouds without clusters, to compare the customers with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smartcart.core.k_lloyd import lloyd, plus_plus

__all__ = ["gap_statistic", "log_wcss", "shuffled_columns", "uniform_box"]

Floats = NDArray[np.float64]


def uniform_box(Z: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Draw ``n`` rows uniformly over the box along the principal axes of ``Z`` (n0, p).

    Reference (b) of Tibshirani, Walther & Hastie (2001), section 4.
    """
    mean = Z.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(Z, rowvar=False, ddof=0).reshape(Z.shape[1], -1))
    turned = (Z - mean) @ axes
    low, high = turned.min(axis=0), turned.max(axis=0)
    return np.asarray(rng.uniform(low, high, size=(n, Z.shape[1])) @ axes.T + mean)


def shuffled_columns(Z: Floats, rng: np.random.Generator) -> Floats:
    """Return ``Z`` with every column shuffled on its own: same columns, nothing in common."""
    return rng.permuted(Z, axis=0)


def log_wcss(Z: Floats, k_max: int, rng: np.random.Generator, *, starts: int = 2) -> Floats:
    """Return ``log(WCSS)`` (k_max,) of K-Means on ``Z`` for K = 1 to ``k_max``."""
    n = Z.shape[0]
    weights = np.ones((starts, n))
    fresh = plus_plus(Z, weights, k_max, rng)
    wcss = [float(((Z - Z.mean(axis=0)) ** 2).sum())]
    for k in range(2, k_max + 1):
        wcss.append(float(lloyd(Z, weights, fresh[:, :k])[2].min()))
    return np.log(np.maximum(wcss, np.finfo(float).tiny))


def gap_statistic(
    Z: Floats, wcss: Floats, *, references: int, n: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the gap statistic and its standard error for K = 1 to ``len(wcss)``.

    ``gap = mean_b log(W_b) - log(W)`` over B uniform references in the box along the principal
    axes, and ``s = sd_b(log W_b) sqrt(1 + 1/B)`` (Tibshirani, Walther & Hastie 2001, eq. 3 and
    step 3). References have ``n`` rows; their W is scaled to the rows of ``Z``.
    """
    k_max = wcss.shape[0]
    logs = np.empty((references, k_max))
    for b in range(references):
        logs[b] = log_wcss(uniform_box(Z, n, rng), k_max, rng)
    logs += np.log(Z.shape[0] / n)
    gap = logs.mean(axis=0) - np.log(np.maximum(wcss, np.finfo(float).tiny))
    return gap, logs.std(axis=0) * np.sqrt(1 + 1 / references)
