"""scikit-learn's Lloyd passes in NumPy, digit for digit, for fits that need not load it.

Loading scikit-learn takes longer than all fits of a small table. The passes are those of
``KMeans(init=start, n_init=1)``: rows about their mean, sums in the order of the rows, the same
ends. Where a cluster loses all its rows, or a row is as near to two centers as rounding, the
inside of the library would decide, and the fit is left to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.membership import least

__all__ = ["AtRest", "settle"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

CHUNK_ROWS = 4096  # rows whose distances are held at once: they stay in the processor's cache
TIED = 1e-12  # of the squares: less than this, and rounding decides which center is nearer


@dataclass(frozen=True, slots=True)
class AtRest:
    """Centers (k, p) at rest, the labels (n,) of the rows, their WCSS, and the passes it took."""

    centers: Floats
    labels: Labels
    inertia: float
    n_iter: int


def settle(
    rows: Floats, weight: Floats, start: Floats, *, most_passes: int, tolerance: float
) -> AtRest | None:
    """Move centers (k, p) from ``start`` until no row (n, p) changes its center, or they rest.

    Parameters
    ----------
    weight : (n,), positive.
    tolerance : centers rest where they move less than this share of the columns' mean variance.

    Returns
    -------
    What scikit-learn finds; ``None`` where it has to be asked itself.

    >>> found = settle(
    ...     np.array([[0.0], [1.0], [8.0]]), np.ones(3), np.array([[0.0], [9.0]]),
    ...     most_passes=10, tolerance=1e-8,
    ... )
    >>> found.centers.ravel().tolist(), found.labels.tolist(), found.inertia
    ([0.5, 8.0], [0, 0, 1], 0.5)
    """
    resting = float(np.mean(np.var(rows, axis=0))) * tolerance
    middle = rows.mean(axis=0)
    X = rows - middle
    columns = np.ascontiguousarray(X.T)
    weighted = columns * weight
    size = float(np.square(X).sum(axis=1).max())
    centers, before = start - middle, np.full(0, -1, dtype=np.int32)
    passes = 0
    while True:
        passes += 1
        labels = _labels(columns, centers, size)
        if labels is None:
            return None
        mass = np.bincount(labels, weights=weight, minlength=len(centers))
        if not mass.all():
            return None
        sums = [np.bincount(labels, weights=x, minlength=len(centers)) for x in weighted]
        moved = np.stack(sums, axis=1) * (1.0 / mass)[:, None]
        centers, shift = moved, _squares(moved - centers)
        if np.array_equal(labels, before):
            break
        if passes == most_passes or float((np.sqrt(shift) ** 2).sum()) <= resting:
            labels = _labels(columns, centers, size)
            break
        before = labels
    if labels is None:
        return None
    inertia = float(weight @ np.square(X - centers[labels]).sum(axis=1))
    return AtRest(centers + middle, labels, inertia, passes)


def _labels(columns: Floats, centers: Floats, size: float) -> Labels | None:
    """Return the nearest center (n,) of each row; ``None`` where rounding would tell."""
    norms = np.einsum("kp,kp->k", centers, centers)
    found = np.zeros(columns.shape[1], dtype=np.int32)
    if len(centers) == 1:
        return found
    apart = TIED * (size + float(norms.max()))
    for start in range(0, found.size, CHUNK_ROWS):
        scores = centers @ columns[:, start : start + CHUNK_ROWS]
        scores *= -2.0
        scores += norms[:, None]
        first = least(scores)
        every = np.arange(first.size)
        best = scores[first, every]
        scores[first, every] = np.inf
        if (scores.min(axis=0) - best <= apart).any():
            return None
        found[start : start + CHUNK_ROWS] = first
    return found


def _squares(difference: Floats) -> Floats:
    """Return the squared length (k,) of each row, summed by fours as the library does."""
    squares = difference * difference
    total = np.zeros(len(squares))
    whole = squares.shape[1] // 4 * 4
    for j in range(0, whole, 4):
        a, b, c, d = squares[:, j : j + 4].T
        total += ((a + b) + c) + d
    for j in range(whole, squares.shape[1]):
        total += squares[:, j]
    return total
