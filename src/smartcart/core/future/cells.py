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

__all__ = ["Cells", "counted"]

Floats = NDArray[np.float64]


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
        return float(self.weight @ self.x)

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
