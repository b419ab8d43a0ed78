"""Clouds without clusters, to compare the customers with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smartcart.core.k_lloyd import best_of, drawn_starts, for_each

__all__ = ["gap_statistic", "log_wcss", "shared_gain", "shuffled_columns", "uniform_box"]

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


def log_wcss(clouds: Floats, k_max: int, rng: np.random.Generator, *, starts: int = 2) -> Floats:
    """Return ``log(WCSS)`` (R, k_max) of K-Means on ``clouds`` (R, n, p) for K = 1 to ``k_max``."""
    count, n, _ = clouds.shape
    weights = np.ones((starts, n))
    fresh = np.stack(drawn_starts(clouds, weights, k_max, rng), axis=1)
    wcss = np.empty((count, k_max))
    wcss[:, 0] = ((clouds - clouds.mean(axis=1, keepdims=True)) ** 2).sum(axis=(1, 2))

    def fit(k: int) -> Floats:
        return best_of(clouds, np.ones((count, n)), fresh[:, :, :k])[2]

    ks = range(k_max, 1, -1)  # the longest first
    for k, found in zip(ks, for_each(fit, ks), strict=True):
        wcss[:, k - 1] = found
    return np.log(np.maximum(wcss, np.finfo(float).tiny))


def gap_statistic(
    Z: Floats, wcss: Floats, *, references: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the gap statistic and its standard error for K = 1 to ``len(wcss)``.

    ``gap = mean_b log(W_b) - log(W)`` over B uniform references in the box along the principal
    axes, and ``s = sd_b(log W_b) sqrt(1 + 1/B)`` (Tibshirani, Walther & Hastie 2001, eq. 3 and
    step 3).

    Parameters
    ----------
    Z : (n, p); wcss : (k_max,) of K-Means on the same rows.
    """
    boxes = np.stack([uniform_box(Z, Z.shape[0], rng) for _ in range(references)])
    logs = log_wcss(boxes, wcss.shape[0], rng)
    gap = logs.mean(axis=0) - np.log(np.maximum(wcss, np.finfo(float).tiny))
    return gap, logs.std(axis=0) * np.sqrt(1 + 1 / references)


def shared_gain(
    Z: Floats, k_max: int, *, shuffles: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return how much more variance K slices explain than K slices of shuffled columns.

    The largest gain over K = 2 to ``k_max``, as a share of the total variance, and its standard
    deviation over the shuffles. About 0 where the columns have nothing in common.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(500, 1))
    >>> shared_gain(np.concatenate([x, x], axis=1), 3, shuffles=5, rng=rng)[0] > 0.2
    True
    """
    if k_max < 2:
        return 0.0, 0.0
    clouds = np.stack([Z, *(shuffled_columns(Z, rng) for _ in range(shuffles))])
    wcss = np.exp(log_wcss(clouds, k_max, rng, starts=5))[:, 1:]
    real, null = wcss[0], wcss[1:]
    total = max(float(((Z - Z.mean(axis=0)) ** 2).sum()), np.finfo(float).tiny)
    gains = (null.mean(axis=0) - real) / total
    at = int(gains.argmax())
    return float(gains[at]), float(null[:, at].std() / total)
