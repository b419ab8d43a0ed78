"""Fast sampling by table: random bits pick a place in a table of quantiles.

A Poisson or normal draw costs tens of nanoseconds; a table look-up costs two. Each table is made
once per process. Resolution: normals have 65,536 levels (up to 4.3 standard deviations), counts
and categories 4,096 levels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LEVELS",
    "category_table",
    "count_table",
    "draw_bits",
    "draw_category",
    "draw_count",
    "draw_normal",
    "normal_table",
]

LEVELS = 4_096
RATE_STEPS = 160  # geometric steps of the Poisson mean from RATE_LOW
RATE_LOW = math.log(0.15)
RATE_STEP = 0.03
MOST = 40  # the largest count a table can give

Bits = NDArray[np.uint16]
Float = NDArray[np.float32]


def draw_bits(rng: np.random.Generator, size: int) -> Bits:
    """Return ``size`` uniform 16-bit integers: each 64-bit draw gives four."""
    raw = rng.bit_generator.random_raw(-(-size // 4))
    return raw.astype("<u8", copy=False).view("<u2")[:size].astype(np.uint16, copy=False)


@cache
def normal_table() -> Float:
    """Return the mid-point quantiles of the standard normal, 65,536 of them, ascending.

    >>> table = normal_table()
    >>> round(float(table.mean()), 6) + 0, round(float(table.std()), 3)
    (0.0, 1.0)
    """
    quantile = NormalDist().inv_cdf
    lower = np.array([quantile((i + 0.5) / 65_536) for i in range(32_768)], dtype=np.float32)
    return np.concatenate([lower, -lower[::-1]])


def draw_normal(rng: np.random.Generator, size: int) -> Float:
    """Return ``size`` standard normal values as float32."""
    return normal_table().take(draw_bits(rng, size))


def category_table(shares: Sequence[Sequence[float]]) -> NDArray[np.uint8]:
    """Return a flat table of category codes: row ``g`` holds each code in its share of levels.

    >>> table = category_table([[0.25, 0.75]])
    >>> [int(n) for n in np.bincount(table)]
    [1024, 3072]
    """
    rows = []
    for row in shares:
        edges = np.cumsum(row) / math.fsum(row)
        middles = (np.arange(LEVELS) + 0.5) / LEVELS
        rows.append(np.searchsorted(edges, middles).clip(max=len(row) - 1))
    return np.concatenate(rows).astype(np.uint8)


def draw_category(
    rng: np.random.Generator, table: NDArray[np.uint8], group: NDArray[np.uint16]
) -> NDArray[np.uint8]:
    """Return a code per customer, drawn from the row of ``table`` that ``group`` names."""
    return table.take(group * np.uint16(LEVELS) + (draw_bits(rng, group.size) >> 4))


@cache
def count_table(trials: int = 0) -> NDArray[np.uint8]:
    """Return a flat table of Poisson quantiles, one row of 4,096 for each step of the mean.

    With ``trials`` the counts are binomial with that many trials instead: less spread than
    Poisson, and never above ``trials``.
    """
    k = np.arange((trials or MOST) + 1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, k.size)))])
    middles = (np.arange(LEVELS) + 0.5) / LEVELS
    rows = []
    for step in range(RATE_STEPS):
        rate = math.exp(RATE_LOW + RATE_STEP * (step + 0.5))
        if trials:
            p = min(rate / trials, 0.999)
            choose = log_factorial[-1] - log_factorial - log_factorial[::-1]
            log_mass = choose + k * math.log(p) + (trials - k) * math.log1p(-p)
        else:
            log_mass = k * math.log(rate) - rate - log_factorial
        cumulative = np.cumsum(np.exp(log_mass))
        rows.append(np.searchsorted(cumulative, middles).clip(max=k[-1]))
    return np.concatenate(rows).astype(np.uint8)


def draw_count(rng: np.random.Generator, log_rate: Float, *, trials: int = 0) -> NDArray[np.uint8]:
    """Return a count per customer with mean ``exp(log_rate)``, from 0.15 to 18."""
    step = (log_rate - np.float32(RATE_LOW)) * np.float32(1 / RATE_STEP)
    np.clip(step, 0, RATE_STEPS - 1, out=step)
    place = step.astype(np.int32)
    place *= LEVELS
    place += draw_bits(rng, log_rate.size) >> 4
    return count_table(trials).take(place)
