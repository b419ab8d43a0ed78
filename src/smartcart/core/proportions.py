"""Intervals and sample sizes of proportions: how often something happened, out of how many."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["arm_size", "holdout_power", "newcombe", "weighted_newcombe", "wilson"]

Floats = NDArray[np.float64]


def wilson(positives: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the Wilson score interval of each proportion; NaN where there are no trials.

    ``positives`` and ``trials`` are counts of any shapes that broadcast.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22 (1927).

    >>> low, high = wilson([81, 0], [263, 20])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.2553, 0.0], [0.3662, 0.1611])
    """
    x, n = np.asarray(positives, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    z = _z(1 - (1 - level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (x + z * z / 2) / (n + z * z)
        half = z / (n + z * z) * np.sqrt(x * (n - x) / n + z * z / 4)
    low = np.where(x == 0, 0.0, np.maximum(middle - half, 0.0))
    high = np.where(x == n, 1.0, np.minimum(middle + half, 1.0))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def newcombe(x1: int, n1: int, x2: int, n2: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of ``x1/n1 - x2/n2``, both arms with at least one trial.

    Method 10 of R. G. Newcombe, "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17 (1998): from the two Wilson intervals, no continuity
    correction.

    >>> [round(x, 4) for x in newcombe(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    low, high = weighted_newcombe([x1], [n1], [x2], [n2], [1.0], level)
    return low, high


def weighted_newcombe(
    x1: ArrayLike,
    n1: ArrayLike,
    x2: ArrayLike,
    n2: ArrayLike,
    weights: ArrayLike,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the interval of the sum of ``weights * (x1/n1 - x2/n2)`` over independent strata.

    All arguments are of length k, weights not negative. The distances from each proportion to the
    ends of its Wilson interval add as variances do ("MOVER": G. Y. Zou and A. Donner, "Construction
    of confidence limits about effect measures", Statistics in Medicine 27, 2008). With one stratum
    of weight 1 this is :func:`newcombe`.
    """
    w = np.asarray(weights, dtype=np.float64)
    a, m = np.asarray(x1, dtype=np.float64), np.asarray(n1, dtype=np.float64)
    b, n = np.asarray(x2, dtype=np.float64), np.asarray(n2, dtype=np.float64)
    p, q = a / m, b / n
    p_low, p_high = wilson(a, m, level)
    q_low, q_high = wilson(b, n, level)
    middle = float((w * (p - q)).sum())
    down = math.sqrt(float((w**2 * ((p - p_low) ** 2 + (q_high - q) ** 2)).sum()))
    up = math.sqrt(float((w**2 * ((p_high - p) ** 2 + (q - q_low) ** 2)).sum()))
    return middle - down, middle + up


def arm_size(p1: float, p2: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return the size of each of two equal arms that tells ``p1`` from ``p2`` (two-sided).

    The usual normal formula without continuity correction (J. L. Fleiss, B. Levin and M. C. Paik,
    "Statistical Methods for Rates and Proportions", 3rd edition, equation 4.14). Infinite where
    the two are equal.

    >>> round(arm_size(0.50, 0.75, power=0.90), 1)
    76.7
    """
    if p1 == p2:
        return math.inf
    middle = (p1 + p2) / 2
    root = _z(1 - alpha / 2) * math.sqrt(2 * middle * (1 - middle))
    root += _z(power) * math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return root**2 / (p1 - p2) ** 2


def holdout_power(
    p1: float, p2: float, treated: float, holdout: float, *, alpha: float = 0.05
) -> float:
    """Return the power of telling ``p1`` of the treated from ``p2`` of the holdout (two-sided).

    The formula of :func:`arm_size` turned around, for arms of any size.

    >>> round(holdout_power(0.50, 0.75, 76.7, 76.7), 3)
    0.9
    """
    if treated <= 0 or holdout <= 0:
        return 0.0
    pooled = (p1 * treated + p2 * holdout) / (treated + holdout)
    spread = math.sqrt(p1 * (1 - p1) / treated + p2 * (1 - p2) / holdout)
    critical = _z(1 - alpha / 2) * math.sqrt(pooled * (1 - pooled) * (1 / treated + 1 / holdout))
    if spread == 0:
        return float(abs(p1 - p2) > critical)
    return _phi((abs(p1 - p2) - critical) / spread)


def _z(probability: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(probability)


def _phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))
