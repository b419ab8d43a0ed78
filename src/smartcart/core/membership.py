"""Who belongs where: the least of a few scores, and matrices with which sums are products."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["least", "members"]

ROWS = 2_048  # at a time: what is worked on stays in the processor's cache


def members(labels: NDArray[np.generic], k: int) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield parts of the rows, each with its (k, m) matrix of 1 where a row has the label, else 0.

    >>> [(part.start, matrix.tolist()) for part, matrix in members(np.array([0, 1, 1]), 2)]
    [(0, [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])]
    """
    every = np.arange(k)[:, None]
    for start in range(0, len(labels), ROWS):
        part = slice(start, start + ROWS)
        yield part, (labels[part] == every).astype(np.float64)


def least(scores: NDArray[np.generic]) -> NDArray[np.int32]:
    """Return the row of the least score (k, n) in each column; of equal ones the first.

    >>> least(np.array([[2.0, 1.0, 5.0], [1.0, 1.0, 4.0]])).tolist()
    [1, 0, 1]
    """
    best = scores[0].copy()
    label = np.zeros(best.size, dtype=np.int16)
    for j in range(1, len(scores)):
        less = scores[j] < best
        np.minimum(best, scores[j], out=best)
        np.maximum(label, less * np.int16(j), out=label)  # a quarter of the time of copying where
    return label.astype(np.int32)
