"""Pairs of rows and columns, each in one pair at most, that cost least together."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["cheapest_pairs"]

Floats = NDArray[np.float64]
NOBODY = -1


def cheapest_pairs(cost: Floats) -> list[tuple[int, int]]:
    """Return row and column of min(n, m) pairs of ``cost`` (n, m), by row; their sum is the least.

    Shortest augmenting paths, one row after the other (Crouse 2016, "On implementing 2D rectangular
    assignment algorithms", IEEE Transactions on Aerospace and Electronic Systems 52). Of solutions
    that cost the same it finds that of SciPy's ``linear_sum_assignment``; for the few segments that
    are matched here, loading that takes longer than all else that is done with them. ``cost`` is
    finite.

    >>> cheapest_pairs(np.array([[4.0, 1.0, 3.0], [2.0, 0.0, 5.0]]))
    [(0, 1), (1, 0)]
    """
    rows, columns = cost.shape
    if rows > columns:
        return sorted((row, column) for column, row in cheapest_pairs(cost.T))
    costs = cost.tolist()
    by_row, by_column = [0.0] * rows, [0.0] * columns  # dual prices
    holder = [NOBODY] * columns
    for row in range(rows):
        _give(row, costs, by_row, by_column, holder)
    return sorted((row, column) for column, row in enumerate(holder) if row != NOBODY)


def _give(
    first: int,
    costs: list[list[float]],
    by_row: list[float],
    by_column: list[float],
    holder: list[int],
) -> None:
    """Give row ``first`` a column, and those who must yield theirs another one, as cheaply as can.

    Changes prices and ``holder``, the row of each column, in place.
    """
    columns = len(holder)
    far = [math.inf] * columns  # the cheapest path to each column that is known
    through = [NOBODY] * columns  # the row before it on this path
    waiting = list(range(columns))[::-1]
    reached: list[int] = []  # columns whose path is final
    row, so_far = first, 0.0
    while True:
        nearest, least = 0, math.inf
        for place, column in enumerate(waiting):
            way = so_far + costs[row][column] - by_row[row] - by_column[column]
            if way < far[column]:
                far[column], through[column] = way, row
            free = holder[column] == NOBODY
            if far[column] < least or (far[column] == least and free):  # a free one ends the path
                nearest, least = place, far[column]
        column, so_far = waiting[nearest], least
        waiting[nearest] = waiting[-1]
        waiting.pop()
        if holder[column] == NOBODY:
            break
        reached.append(column)
        row = holder[column]
    by_row[first] += so_far
    for passed in reached:
        by_row[holder[passed]] += so_far - far[passed]
        by_column[passed] -= so_far - far[passed]
    while True:  # along the path, each column goes to the row before it
        row = through[column]
        before = next((c for c in reached if holder[c] == row), NOBODY)
        holder[column] = row
        if row == first:
            return
        column = before
