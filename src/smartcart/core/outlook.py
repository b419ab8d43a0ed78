"""What contacting customers brings: expected, and how sure that is, from draws."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from smartcart.records import Outlook

__all__ = ["ends", "middle", "outlook_of"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

WORST = 0.05  # of the futures, whose mean loss is the stated risk


def outlook_of(
    contacts: Counts,
    rate: Floats,
    revenue: Floats,
    drawn: tuple[Counts, Floats] | None,
    *,
    cost: float,
    level: float,
) -> Outlook:
    """Return what contacting (k,) customers brings.

    ``drawn`` are numbers of answers (draws, k), and what one brings, (1, k) or (draws, k).
    """
    spent = cost * int(contacts.sum())
    expected = float(contacts @ rate)
    brought = float((contacts * rate) @ revenue)
    low = high = profit_low = profit_high = loss = shortfall = None
    if drawn is not None:
        answers = drawn[0].sum(axis=1)
        profit = (drawn[0] * drawn[1]).sum(axis=1) - spent
        low, high = middle(answers, level)
        profit_low, profit_high = middle(profit, level)
        loss = float((profit < 0).mean())
        worst = np.sort(profit)[: max(1, math.ceil(WORST * profit.size))]
        shortfall = max(0.0, -float(worst.mean()))
    return Outlook(
        contacts=int(contacts.sum()),
        cost=spent,
        responses=expected,
        responses_low=low,
        responses_high=high,
        revenue=brought,
        profit=brought - spent,
        profit_low=profit_low,
        profit_high=profit_high,
        loss_chance=loss,
        shortfall=shortfall,
    )


def ends(values: Floats, level: float) -> Floats:
    """Return the ends (2, ...) of the middle ``level`` of values (n, ...)."""
    return np.asarray(np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0))


def middle(values: NDArray[np.number], level: float) -> tuple[float, float]:
    """Return the ends of the middle ``level`` of values (n,)."""
    low, high = ends(np.asarray(values, dtype=np.float64), level)
    return float(low), float(high)
