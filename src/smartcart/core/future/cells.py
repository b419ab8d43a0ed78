"""Customers as counted cells of (repeat orders, time of the last, time observed).

All that the models read of a customer is how many days with an order came after the first (``x``),
when the last of them was (``t``, from the first), and for how long the customer was watched
(``T``). Customers that share all three are one cell with a weight, so that a fit costs as much for
10^8 customers as for 10^4, and cells of parts of a log are merged by adding them up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells", "coarser", "counted", "counted_in_steps", "fewer", "spread_in_steps"]

Floats = NDArray[np.float64]
MOST_KEYS = 4_000_000  # beyond, cells are found by sorting their keys
MANY = 50_000  # cells; more are made fewer before a fit
FINE_STEPS = 24  # of time, in cells that have the spread of their times
MOST_DAYS = 4_096  # observed: up to so many, logarithms of whole days are read off a table
BLOCK = 8_192  # customers whose keys are made at once


@dataclass(frozen=True, slots=True)
class Cells:
    """Arrays of length n: repeats ``x``, last ``t``, observed ``T`` in days, ``weight`` customers.

    ``gap_logs`` is the sum over all customers of the logarithms of the days between one order and
    the next; it decides between models of regular timing only.
    """

    x: Floats
    t: Floats
    T: Floats
    weight: Floats
    gap_logs: float = 0.0

    @property
    def customers(self) -> float:
        """Customers in all cells."""
        return float(self.weight.sum())

    @property
    def repeats(self) -> float:
        """Repeat orders in all cells."""
        return float((self.weight * self.x).sum())  # not @, which threads add up

    def merge(self, other: Cells) -> Cells:
        """Return the cells of both, equal ones added up."""
        pairs = zip(
            (self.x, self.t, self.T, self.weight),
            (other.x, other.t, other.T, other.weight),
            strict=True,
        )
        x, t, T, weight = (np.concatenate(pair) for pair in pairs)
        return counted(x, t, T, weight, self.gap_logs + other.gap_logs)


def counted(
    x: Floats, t: Floats, T: Floats, weight: Floats | None = None, gap_logs: float = 0.0
) -> Cells:
    """Return customers (n,) as cells, in order of ``x``, ``T``, ``t``.

    >>> cells = counted(np.array([0.0, 2, 0]), np.array([0.0, 9, 0]), np.array([20.0, 20, 20]))
    >>> cells.x.tolist(), cells.weight.tolist()
    ([0.0, 2.0], [2.0, 1.0])
    """
    weight = np.ones(len(x)) if weight is None else weight
    order = np.lexsort((t, T, x))
    x, t, T, weight = x[order], t[order], T[order], weight[order]
    if not len(x):
        return Cells(x, t, T, weight, gap_logs)
    new = np.r_[True, (np.diff(x) != 0) | (np.diff(t) != 0) | (np.diff(T) != 0)]
    starts = np.flatnonzero(new)
    added = np.add.reduceat(weight, starts)
    return Cells(x[starts], t[starts], T[starts], added, gap_logs)


def coarser(cells: Cells, steps: int) -> Cells:
    """Return the cells with times in at most ``steps`` steps; a cell has the means of its times.

    >>> cells = counted(np.array([0.0, 0]), np.zeros(2), np.array([20.0, 21]))
    >>> coarser(cells, 4).T.tolist(), coarser(cells, 4).weight.tolist()
    ([20.5], [2.0])
    """
    return counted_in_steps(cells.x, cells.t, cells.T, cells.weight, cells.gap_logs, steps)


def counted_in_steps(
    x: Floats, t: Floats, T: Floats, weight: Floats | None, gap_logs: float, steps: int
) -> Cells:
    """Return customers (n,) as cells of equal repeats whose times share a step.

    The logarithms of one and the times, in mean gaps, are cut into ``steps`` steps, because of
    these likelihoods are made. What is lost is the spread within a step, of second order; nothing
    is sorted but the keys of cells.
    """
    repeats, held, added = _in_steps(x, t, T, weight, steps)
    return Cells(repeats, added(t) / held, added(T) / held, held, gap_logs)


def spread_in_steps(
    x: Floats, t: Floats, T: Floats, weight: Floats | None, gap_logs: float, steps: int
) -> Cells:
    """Return customers (n,) as cells of equal repeats, four for those whose times share a step.

    The four have the means, variances and covariance of the times that they stand for (but where
    one would have its last order before 0 or after the end), so what is lost is of third order:
    likelihoods are told to more digits than by as many cells of :func:`counted_in_steps`.

    >>> cells = spread_in_steps(np.zeros(2), np.zeros(2), np.array([20.0, 22]), None, 0.0, 1)
    >>> cells.T.round(3).tolist(), cells.weight.tolist()
    ([22.414, 19.586, 21.0, 21.0], [0.5, 0.5, 0.5, 0.5])
    """
    repeats, held, added = _in_steps(x, t, T, weight, steps)
    mean_t, mean_T = added(t) / held, added(T) / held
    product = T * T
    spread_T = np.sqrt(2.0 * np.maximum(added(product) / held - mean_T**2, 0.0))
    both = 2.0 * (added(np.multiply(t, T, out=product)) / held - mean_t * mean_T)
    both = np.divide(both, spread_T, out=np.zeros_like(both), where=spread_T > 0)
    alone = 2.0 * (added(np.multiply(t, t, out=product)) / held - mean_t**2) - both**2
    alone = np.sqrt(np.maximum(alone, 0.0))
    until = np.concatenate([mean_T + spread_T, mean_T - spread_T, mean_T, mean_T])
    last = np.concatenate([mean_t + both, mean_t - both, mean_t + alone, mean_t - alone])
    np.clip(last, 0.0, until, out=last)  # what lies outside is a corner of the step
    return Cells(np.tile(repeats, 4), last, until, np.tile(held / 4.0, 4), gap_logs)


def fewer(cells: Cells) -> Cells:
    """Return the cells as they are, or many of them as those of :func:`spread_in_steps`, if fewer.

    >>> cells = Cells(*np.ones((4, 7)))
    >>> fewer(cells) is cells
    True
    """
    if len(cells.x) <= MANY:
        return cells
    found = spread_in_steps(cells.x, cells.t, cells.T, cells.weight, cells.gap_logs, FINE_STEPS)
    return found if len(found.x) < len(cells.x) else cells


def _in_steps(
    x: Floats, t: Floats, T: Floats, weight: Floats | None, steps: int
) -> tuple[Floats, Floats, Callable[[Floats], Floats]]:
    """Return repeats and weight of cells (m,), and how what customers have is added up in them."""
    watched, repeats = (float((v if weight is None else v * weight).sum()) for v in (T, x))
    unit = max(watched / max(repeats, 1.0), 1e-9)
    longest = float(T.max(initial=0.0))
    width = max(float(np.log1p(longest / unit)), 1e-9) / steps * (1 + 1e-12)
    side = steps + 1
    known = None
    if longest <= MOST_DAYS:  # of whole days each logarithm is taken once
        known = (np.log1p(np.arange(int(longest) + 1.0) / unit) / width).astype(np.intp)

    def step(v: Floats) -> NDArray[np.intp]:
        if known is not None:
            days = v.astype(np.intp)
            if (days == v).all():
                return known[days]
        return (np.log1p(v / unit) / width).astype(np.intp)

    place = np.empty(len(x), np.intp)
    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        here = x[part].astype(np.intp)
        here *= side
        here += step(T[part])
        here *= side
        here += step(t[part])
        place[part] = here
    size = int(place.max(initial=0)) + 1
    keys = None
    if size > MOST_KEYS:
        keys, place = np.unique(place, return_inverse=True)
        size = len(keys)
    held = np.bincount(place, weight, size)
    full = np.flatnonzero(held)
    repeats_of = (full if keys is None else keys[full]) // side**2

    def added(values: Floats) -> Floats:
        each = values if weight is None else values * weight
        return np.asarray(np.bincount(place, each, size)[full])

    return repeats_of.astype(np.float64), held[full].astype(np.float64), added
