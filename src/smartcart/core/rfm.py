"""RFM as the field knows it: recency, frequency and monetary value as digits, and named segments.

Each measure is cut at its quantiles (five groups unless asked otherwise; 5 is best), as in direct
marketing since Hughes (Strategic Database Marketing, 1994). The names follow the usual grid of
the recency digit against the mean of the other two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "GRID",
    "SEGMENTS",
    "SENTENCES",
    "ClvSummary",
    "clv_summary",
    "digits",
    "rule_of",
    "segment_codes",
    "shares_of",
]

Floats = NDArray[np.float64]
Digits = NDArray[np.int8]

LEVELS = 5  # rows and columns of the grid

# rows: R from 1 to 5; columns: the mean of F and M from 1 to 5
GRID: tuple[tuple[str, ...], ...] = (
    ("Lost", "Hibernating", "At Risk", "Can't Lose Them", "Can't Lose Them"),
    ("Hibernating", "Hibernating", "At Risk", "At Risk", "At Risk"),
    ("About To Sleep", "About To Sleep", "Need Attention", "Loyal Customers", "Loyal Customers"),
    ("Promising", "Potential Loyalist", "Potential Loyalist", "Loyal Customers", "Champions"),
    ("New Customers", "Potential Loyalist", "Potential Loyalist", "Champions", "Champions"),
)

SENTENCES = {
    "Champions": "Bought lately, buy often and spend most: reward them, and ask them to tell.",
    "Loyal Customers": "Buy often and well: offer the better product, and ask for reviews.",
    "Potential Loyalist": "Recent, with more than one small order: a membership, or what fits.",
    "New Customers": "Bought lately, for the first time or for little: help them to start well.",
    "Promising": "Recent buyers who spent little so far: make the shop known to them.",
    "Need Attention": "Average in all, and not lately seen: an offer for a limited time.",
    "About To Sleep": "Below average and fading: show them what is popular, before they forget.",
    "At Risk": "Bought well and often, but long ago: write personally, and offer help.",
    "Can't Lose Them": "Were among the best and have not come back: talk to them yourself.",
    "Hibernating": "Bought long ago, seldom and little: a seasonal reminder is enough.",
    "Lost": "Longest away, least bought: leave them alone, or try one last time.",
}


def shares_of(bins: int = LEVELS) -> tuple[float, ...]:
    """Return the shares of customers at which a measure is cut.

    >>> shares_of(4)
    (0.25, 0.5, 0.75)
    """
    return tuple(i / bins for i in range(1, bins))


def digits(values: ArrayLike, cuts: Sequence[float], *, low_is_best: bool = False) -> Digits:
    """Return the digit of each value (n,): 1 plus the number of cuts below it.

    Equal values get equal digits; where many are equal some digits stay empty. A missing value
    gets the worst digit, 1.

    >>> digits([1, 1, 1, 2, 9], (1, 1, 1, 2)).tolist()
    [1, 1, 1, 4, 5]
    >>> digits([3, 400], (10, 20, 30, 40), low_is_best=True).tolist()
    [5, 1]
    """
    given = np.asarray(values, dtype=np.float64)
    below = np.zeros(given.shape, dtype=np.int8)  # NaN is above no cut
    for cut in cuts:
        below += given > cut
    if not low_is_best:
        return below + np.int8(1)
    below[np.isnan(given)] = len(cuts)
    return np.int8(len(cuts) + 1) - below


SEGMENTS = tuple(SENTENCES)  # the best first
_CODES = np.array([[SEGMENTS.index(name) for name in row] for row in GRID])


def segment_codes(r: Digits, f: Digits, m: Digits, bins: int = LEVELS) -> Digits:
    """Return the place in ``SEGMENTS`` of each customer's segment; everybody has exactly one.

    >>> [SEGMENTS[i] for i in segment_codes(np.array([5, 1]), np.array([5, 1]), np.array([4, 1]))]
    ['Champions', 'Lost']
    """
    return _grid(bins)[r, f, m]


@cache
def _grid(bins: int) -> Digits:
    """Return the place in ``SEGMENTS`` for all digits r, f and m, of which 0 stands for none."""
    r, f, m = np.indices((bins + 1,) * 3)
    found = _CODES[_level(r, bins) - 1, _level((f + m + 1) // 2, bins) - 1]
    return np.asarray(found, dtype=np.int8)


def _level(digit: NDArray[np.int64], bins: int) -> NDArray[np.int64]:
    """Return the row or column of the grid: 1 for the digit 1, the last for the best."""
    return ((digit - 1) * 2 * (LEVELS - 1) + bins - 1) // (2 * (bins - 1)) + 1


def rule_of(name: str) -> str:
    """Return the cells of the grid that make a segment, in words.

    >>> rule_of("Champions")
    'R 5 and FM 4 to 5, or R 4 and FM 5'
    """
    parts: list[tuple[int, list[int]]] = []
    for i, row in reversed(list(enumerate(GRID, start=1))):
        columns = [j for j, cell in enumerate(row, start=1) if cell == name]
        if columns:
            parts.append((i, columns))
    merged: list[tuple[list[int], list[int]]] = []
    for i, columns in parts:
        if merged and merged[-1][1] == columns:
            merged[-1][0].append(i)
        else:
            merged.append(([i], columns))
    return ", or ".join(f"R {_span(rows)} and FM {_span(columns)}" for rows, columns in merged)


def _span(numbers: Sequence[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


@dataclass(frozen=True, slots=True)
class ClvSummary:
    """Frequency, recency and T in the convention of customer-lifetime-value models."""

    frequency: Floats
    recency: Floats
    T: Floats


def clv_summary(
    purchase_days: ArrayLike,
    recency_days: ArrayLike,
    tenure_days: ArrayLike,
    *,
    days_per_unit: float = 1.0,
) -> ClvSummary:
    """Convert SmartCart's figures to those of the BG/NBD and Pareto/NBD literature.

    There, frequency counts *repeat* purchases (days with a purchase, less the first one), recency
    is the age of the customer at the last purchase (not the time since), and T the age at the end
    of the observation (Fader, Hardie & Lee 2005, Marketing Science 24).

    Parameters
    ----------
    purchase_days : (n,) different days with a purchase.
    recency_days : (n,) days from the last purchase to the as-of day.
    tenure_days : (n,) days from the first purchase to the as-of day.
    days_per_unit : 7 gives weeks.

    >>> clv_summary([3], [59], [272], days_per_unit=7).recency.round(2).tolist()
    [30.43]
    """
    days, since, age = (
        np.asarray(x, dtype=np.float64) for x in (purchase_days, recency_days, tenure_days)
    )
    return ClvSummary(days - 1, (age - since) / days_per_unit, age / days_per_unit)
