"""A Lloyd pass as sums that add up over parts of a table, so that passes stream.

The pass is two matrix products: one scores the rows against the centers, one adds up the rows of
each. In single precision it takes half the time, and what a center is off by (1e-7 standard
deviations) is far below what its rows decide; labels and distances never come from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.k_lloyd import MOST_THREADS, for_each
from smartcart.core.membership import members

__all__ = ["LloydSums", "Packed", "lloyd_sums", "packed", "packed_parts", "stretches"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

PASS_ROWS = 32_768  # of a pass at a time: so long steps that threads do not wait for each other


@dataclass(frozen=True, slots=True)
class LloydSums:
    """What one Lloyd pass needs from the rows, as sums that add up over parts of the table.

    ``counts`` (k,) summed weights, ``sums`` (k, p) weighted sums of rows, ``wcss``.

    >>> import numpy as np
    >>> half = LloydSums.zeros(2, 1)
    >>> a = half.add(np.array([[1.0], [3.0]]), np.array([0, 0]), np.array([1.0, 1.0]))
    >>> b = half.add(np.array([[8.0]]), np.array([1]), np.array([0.0]))
    >>> both = a.merge(b)
    >>> both.centers(np.zeros((2, 1))).tolist(), both.counts.tolist(), both.wcss
    ([[2.0], [8.0]], [2.0, 1.0], 2.0)
    """

    counts: Floats
    sums: Floats
    wcss: float

    @classmethod
    def zeros(cls, k: int, p: int) -> Self:
        """Return the sums of no rows."""
        return cls(np.zeros(k), np.zeros((k, p)), 0.0)

    def add(
        self,
        Z: Floats,
        labels: NDArray[np.generic],
        d1: Floats,
        sample_weight: Floats | None = None,
    ) -> Self:
        """Return the sums with the rows ``Z`` (m, p), labelled by :func:`assign`, added."""
        k = self.counts.shape[0]
        counts = np.bincount(labels, weights=sample_weight, minlength=k)
        sums = np.zeros_like(self.sums)
        for part, member in members(labels, k):
            heavy = member if sample_weight is None else member * sample_weight[part]
            sums += heavy @ Z[part]
        wcss = float(d1.sum() if sample_weight is None else d1 @ sample_weight)
        return type(self)(self.counts + counts, self.sums + sums, self.wcss + wcss)

    def merge(self, other: Self) -> Self:
        """Return the sums over the rows of both."""
        return type(self)(
            self.counts + other.counts, self.sums + other.sums, self.wcss + other.wcss
        )

    def gain(self, previous: Floats) -> float:
        """Return the share of WCSS that goes when centers (k, p) move to the means of their rows.

        ``sum_j n_j |mean_j - center_j|^2 / WCSS``: what one Lloyd pass is sure to gain.

        >>> sums = LloydSums.zeros(1, 1).add(np.array([[0.0], [2.0]]), np.zeros(2, int), np.ones(2))
        >>> sums.gain(np.array([[1.0]])), sums.gain(np.array([[0.0]]))
        (0.0, 1.0)
        """
        moved = ((self.centers(previous) - previous) ** 2).sum(axis=1)
        return float(self.counts @ moved) / self.wcss if self.wcss > 0 else 0.0

    def centers(self, previous: Floats) -> Floats:
        """Return the means (k, p); a center without rows stays where it was."""
        some = self.counts > 0
        means = self.sums / np.where(some, self.counts, 1.0)[:, None]
        return np.where(some[:, None], means, previous)


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows as a pass reads them: ``rows`` (n, p + 1), of which the last column is 1; by column.

    ``square`` is the sum of all squares but those of the last column.
    """

    rows: Singles
    square: float


def packed(Z: ArrayLike) -> Packed:
    """Return rows (n, p) as :func:`lloyd_sums` reads them; worth while before several passes."""
    values = np.asarray(Z, dtype=np.float64)
    return packed_parts([values], *values.shape)


def packed_parts(parts: Iterable[Floats], n: int, p: int) -> Packed:
    """Return :func:`packed` of parts of a table of n rows, (m, p) each, of which one is held.

    >>> packed_parts([np.array([[1.0]]), np.array([[2.0]])], 2, 1).rows.tolist()
    [[1.0, 1.0], [2.0, 1.0]]
    """
    rows = np.ones((n, p + 1), dtype=np.float32, order="F")
    done, square = 0, 0.0
    for part in parts:
        rows[done : done + len(part), :-1] = part
        square += float(np.einsum("ij,ij->", part, part))
        done += len(part)
    return Packed(rows, square)


def lloyd_sums(Z: ArrayLike | Packed, centers: ArrayLike) -> LloydSums:
    """Return the sums of one Lloyd pass over rows (n, p) with centers (k, p).

    Only these: neither labels nor distances are kept. Ties go to the lower label. Threads take
    blocks of rows, each its own stretch of them; blocks are added up in their order, so that the
    number of threads decides nothing.

    >>> found = lloyd_sums([[1.0], [3.0], [8.0]], [[2.0], [8.0]])
    >>> found.counts.tolist(), found.sums.ravel().tolist(), found.wcss
    ([2.0, 1.0], [4.0, 8.0], 2.0)
    """
    held = Z if isinstance(Z, Packed) else packed(Z)
    points = np.asarray(centers, dtype=np.float64)
    k, p = points.shape
    norms = np.einsum("kp,kp->k", points, points)
    # |z - c|^2 less |z|^2, as one product with the column of ones
    scoring = np.column_stack([-2.0 * points, norms]).astype(np.float32)
    starts = range(0, held.rows.shape[0], PASS_ROWS)
    own = np.zeros((len(starts), k, p + 1))
    best = np.zeros(len(starts))

    def stretch(which: range) -> None:
        for i in which:
            block = held.rows[starts[i] : starts[i] + PASS_ROWS]
            own[i], best[i] = _block_sums(block, scoring)

    for_each(stretch, stretches(len(starts), MOST_THREADS))
    sums, best_sum = np.zeros((k, p + 1)), 0.0
    for one, least in zip(own, best, strict=True):
        sums += one
        best_sum += float(least)
    return LloydSums(sums[:, -1].copy(), sums[:, :-1].copy(), max(held.square + best_sum, 0.0))


def _block_sums(block: Singles, scoring: Singles) -> tuple[Singles, float]:
    """Return the sums (k, p + 1) of a block of packed rows, and that of their least scores."""
    scores = scoring @ block.T
    best = scores.min(axis=0)
    member = (scores == best).astype(np.float32)
    own = member @ block
    if own[:, -1].sum() != block.shape[0]:  # as near to one center as to another
        tied = np.flatnonzero(member.sum(axis=0) > 1)
        first = member[:, tied].argmax(axis=0)
        member[:, tied] = 0.0
        member[first, tied] = 1.0
        own = member @ block
    return own, float(best.sum(dtype=np.float64))


def stretches(blocks: int, threads: int) -> list[range]:
    """Return the numbers of blocks, cut into as many stretches as there are threads at most.

    >>> stretches(5, 2)
    [range(0, 3), range(3, 5)]
    >>> stretches(1, 8)
    [range(0, 1)]
    """
    step = max(1, -(-blocks // threads))
    return [range(i, min(i + step, blocks)) for i in range(0, blocks, step)]
