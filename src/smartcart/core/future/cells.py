"""Customers as counted cells of (repeat orders, time of the last, time observed).

All that the models read of a customer is how many days with an order came after the first (``x``),
when the last of them was (``t``, from the first), and for how long the customer was watched
(``T``). Customers that share all three are one cell with a weight, so that a fit costs as much for
10^8 customers as for 10^4, and cells of parts of a log are merged by adding them up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cells", "coarser", "counted", "counted_in_steps"]

Floats = NDArray[np.float64]
MOST_KEYS = 4_000_000  # beyond, cells are found by sorting their keys
BLOCK = 32_768  # customers whose keys are made at once


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
    watched, repeats = (float((v if weight is None else v * weight).sum()) for v in (T, x))
    unit = max(watched / max(repeats, 1.0), 1e-9)
    width = max(float(np.log1p(T.max(initial=0.0) / unit)), 1e-9) / steps * (1 + 1e-12)
    side = steps + 1
    place = np.empty(len(x), np.intp)
    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        of_T, of_t = (np.log1p(v[part] / unit) / width for v in (T, t))
        place[part] = x[part] * side + of_T.astype(np.intp)
        place[part] *= side
        place[part] += of_t.astype(np.intp)
    size = int(place.max(initial=0)) + 1
    keys = None
    if size > MOST_KEYS:
        keys, place = np.unique(place, return_inverse=True)
        size = len(keys)
    held = np.bincount(place, weight, size)
    full = np.flatnonzero(held)
    held = held[full]
    repeats_of = (full if keys is None else keys[full]) // side**2
    mean_t, mean_T = (
        np.bincount(place, v if weight is None else v * weight, size)[full] / held for v in (t, T)
    )
    return Cells(repeats_of.astype(np.float64), mean_t, mean_T, held.astype(np.float64), gap_logs)
