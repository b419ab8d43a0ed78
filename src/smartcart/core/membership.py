"""Who belongs where, as matrices: sums per segment are then products."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["members"]

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
