"""How many dense regions are there, with thin valleys between them?

K-Means always returns K groups. Whether a border is real shows along the line through two
neighbouring centers: where customers are rarer at the border than at the centers, there is a
valley, and where they are not, the border only cuts one cloud, however long or skewed.

Among few customers such a line is easily fooled: it was chosen because it parts them well. So every
customer is looked at along lines that were found without him (ten folds); a border that only chance
drew is then no valley, and even groups of a dozen customers can show theirs. Groups without a
valley are joined, the least clear ones first; what stays apart are natural groups. Joining by
valleys along discriminants follows Tantrum, Murua & Stuetzle (2003, KDD) and Hennig (2010, Adv.
Data Anal. Classif. 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.k_lloyd import plus_plus
from smartcart.core.membership import least
from smartcart.core.valleys import (
    Border,
    FoldedRows,
    borders,
    made_by_one_column,
    metric,
    rows_of,
    valleys,
)

__all__ = [
    "Groups",
    "find_groups",
    "joined_groups",
    "tied_columns",
]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

SEEN_Z = 1.5  # standard errors of the counts that every border's valley is deep ...
SEEN_DEPTH = 0.25  # ... and its least depth, as a share of the lower hill
SURE_Z = (
    2.75  # ... and as clear as this is the least clear valley of some cut: not one single cloud
)
SURE_DEPTH = 0.4
SMALLEST_GROUP = 0.02  # a smaller group is a fringe of its neighbour, not a group of its own ...
ISLAND_DEPTH = 0.9  # ... but beside two larger ones and in valleys as deep as this, all but empty,
ISLAND_ROWS = 20  # where it is of so many rows
TIED = 0.05  # a column is smoothed where one value holds this share of the rows
HELPED = 0.3  # ... and one that it makes to this share must show without it
FINEST = 12  # cells that are joined
CELL_ROWS = 12  # a cell has at least about this many rows
LEAST_ROWS = 3  # a cell with fewer is given up
PASSES = 12
RESTING = 0.003  # passes end when a smaller share of the rows changes its cell


@dataclass(frozen=True, slots=True)
class Groups:
    """``labels`` (n,) of ``count`` natural groups, largest first.

    ``depth`` (0 to 1) and ``z`` (standard errors) are of the least clear valley between two
    groups; both are 0 where there is one group only. ``apart`` is the share of the rows in a group
    far from one single other, which counts as its fringe. ``nearly``: how near the clearest cut
    came to being sure, 1 where it was.
    """

    labels: Labels
    count: int
    depth: float
    z: float
    apart: float = 0.0
    nearly: float = 1.0


@dataclass(frozen=True, slots=True)
class _Cut:
    """A partition and its borders; ``z`` and ``depth`` of the least clear one."""

    labels: Labels
    worst: Border
    z: float
    depth: float
    apart: float


def find_groups(
    Z: Floats,
    partitions: Iterable[Labels],
    rng: np.random.Generator,
    *,
    finest: int = FINEST,
    join: bool = True,
) -> list[Groups]:
    """Find natural groups by joining the cells of fine partitions.

    Long, correlated groups mislead K-Means: it cuts along them. So cells are settled by distances
    in which the spread within cells is round (the within-cell covariance is estimated along the
    way), and the two with the least clear valley between them are joined in turn. Of each number of
    cells the cut with the clearest weakest border is kept.

    Parameters
    ----------
    Z : (n, p) standardized; partitions : labels (n,), for example of K-Means with K = 2, 3, ...
    finest : cells of the finest cut.
    join : False: look at the partitions only, settled, and at no others.

    Returns
    -------
    Every cut whose borders are all valleys, the finest first; one group where there is none, or
    where no cut is clear enough to tell it from cuts of one single cloud.

    >>> rng = np.random.default_rng(0)
    >>> Z = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(6, 1, (50, 2))])
    >>> find_groups(Z, [], rng)[0].count, find_groups(Z[:100], [], rng)[0].count
    (2, 1)
    """
    rows = _rows(Z, rng)
    best = _best_cuts(rows, partitions, rng, finest, join)
    seen = []
    if any(cut.z >= SURE_Z and cut.depth >= SURE_DEPTH for cut in best.values()):
        seen = [
            Groups(_by_size(cut.labels), k, cut.depth, cut.z)
            for k, cut in sorted(best.items(), reverse=True)
            if _seen(cut.z, cut.depth) and _without_lumps(rows, cut.labels, rng)
        ]
    apart = max((cut.apart for cut in best.values()), default=0.0)
    if seen:
        return seen
    nearly = max((min(c.z / SURE_Z, c.depth / SURE_DEPTH) for c in best.values()), default=0.0)
    return [Groups(np.zeros(Z.shape[0], dtype=np.int32), 1, 0.0, 0.0, apart, nearly)]


def joined_groups(Z: Floats, labels: Labels, rng: np.random.Generator) -> int:
    """Return how many groups stay when those of a partition without a valley are joined."""
    rows = _rows(Z, rng)
    labels = _renumbered(labels)
    while labels.max() >= 1:
        cut = _cut(rows, labels)
        if _seen(cut.z, cut.depth):
            break
        labels = _renumbered(np.where(labels == cut.worst.b, cut.worst.a, labels))
    return int(labels.max()) + 1


def _rows(Z: Floats, rng: np.random.Generator) -> FoldedRows:
    tied = tied_columns(Z)
    return rows_of(_smoothed(Z, tied, rng), tied, rng)


def _seen(z: float, depth: float) -> bool:
    return z >= SEEN_Z and depth >= SEEN_DEPTH


def _without_lumps(rows: FoldedRows, labels: Labels, rng: np.random.Generator) -> bool:
    """Return whether the borders that a lumpy column helps to make show without it, too."""
    for j in rows.lumpy:
        if rows.Z.shape[1] == 1:
            return False
        k = int(labels.max()) + 1
        means = np.stack([rows.Z[labels == group].mean(axis=0) for group in range(k)])
        spread = rows.Z - means[labels]
        within = spread.T @ spread / len(labels)
        helped = made_by_one_column(means, within, (j,), HELPED)
        if helped.any():
            others = [i for i in range(rows.Z.shape[1]) if i != j]
            left = borders(rows.Z[:, others], labels, rng)
            if any(helped[one.a, one.b] and not _seen(one.z, one.depth) for one in left):
                return False
    return True


def tied_columns(Z: Floats) -> tuple[int, ...]:
    """Return the columns of ``Z`` (n, p) in which one value holds ``TIED`` of the rows.

    >>> tied_columns(np.column_stack([np.arange(100.0), np.arange(100) % 2]))
    (1,)
    """
    n = Z.shape[0]
    most = [int(np.unique(column, return_counts=True)[1].max()) for column in Z.T]
    return tuple(j for j, count in enumerate(most) if count >= max(TIED * n, 2))


def _smoothed(Z: Floats, tied: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Replace columns with a much repeated value by normal scores, ties broken at random.

    Gaps between the values of a count, a flag or "zero or more" are no valleys between customers.
    Groups that show in several such columns at once still do.
    """
    from scipy.special import ndtri

    n = Z.shape[0]
    smooth = Z.copy()
    scores = ndtri((np.arange(n) + 0.5) / n) if tied else None
    for j in tied:
        luck = rng.random((n,))
        order = np.lexsort([luck, Z[:, j]])
        smooth[order, j] = scores
    return smooth


def _best_cuts(
    rows: FoldedRows,
    partitions: Iterable[Labels],
    rng: np.random.Generator,
    finest: int,
    join: bool,
) -> dict[int, _Cut]:
    """Return the cut with the clearest weakest border of each number of cells, at least 2."""
    best: dict[int, _Cut] = {}
    known: set[bytes] = set()
    fresh = _starts(rows, rng, finest) if join else ()
    for start in (*fresh, *partitions):
        labels = _settled(rows, start)
        while labels.max() >= 1:
            labels = _by_first(labels)
            key = labels.tobytes()
            if key in known:
                break
            known.add(key)
            cut = _cut(rows, labels)
            k = int(labels.max()) + 1
            if k not in best or (cut.z, cut.depth) > (best[k].z, best[k].depth):
                best[k] = cut
            if not join:
                break
            labels = _settled(rows, np.where(labels == cut.worst.b, cut.worst.a, labels))
    return best


def _starts(rows: FoldedRows, rng: np.random.Generator, finest: int) -> Iterator[Labels]:
    """Yield fine cuts of the cloud, as it is and with its spread made round."""
    n = rows.Z.shape[0]
    cells = min(finest, n // CELL_ROWS)
    if cells < 2:
        return
    variances, axes = np.linalg.eigh(metric(rows.square / n, n))
    for cloud in (rows.Z, rows.Z @ axes / np.sqrt(variances)):
        centers = plus_plus(cloud, np.ones((1, n)), cells, rng)[0]
        scores = np.einsum("kp,kp->k", centers, centers) - 2 * cloud @ centers.T
        yield scores.argmin(axis=1).astype(np.int32)


def _settled(rows: FoldedRows, labels: Labels) -> Labels:
    """Move rows to the nearest cell, by the covariance within cells, until they rest."""
    n = rows.Z.shape[0]
    labels = _renumbered(labels)
    for _ in range(PASSES):
        k = int(labels.max()) + 1
        member = (labels == np.arange(k, dtype=np.int32)[:, None]).astype(np.float32)
        counts = np.bincount(labels, minlength=k).astype(np.float64)
        means = (member @ rows.light).astype(np.float64) / counts[:, None]
        within = metric((rows.square - (means.T * counts) @ means) / n, n)
        toward = np.linalg.solve(within, means.T)
        norms = np.einsum("kp,pk->k", means, toward).astype(np.float32)
        scores = norms[:, None] - (2 * toward.T).astype(np.float32) @ rows.light.T
        moved = least(scores)
        small = np.bincount(moved, minlength=k) < LEAST_ROWS
        changed = int((moved != labels).sum())
        if small.any() and not small.all():
            scores[small] = np.inf
            labels = _renumbered(least(scores))
            continue
        labels = moved
        if changed <= RESTING * n:
            break
    return _renumbered(labels)


def _cut(rows: FoldedRows, labels: Labels) -> _Cut:
    """Return a partition with its least clear border; a fringe has none at all."""
    found = valleys(rows, labels)
    worst = min(found, key=lambda one: (one.z, one.depth))
    depth = min(one.depth for one in found)
    n, sizes = labels.size, np.bincount(labels)
    small = np.flatnonzero(sizes < SMALLEST_GROUP * n)
    apart = 0.0
    for group in small.tolist():
        around = [one for one in found if group in (one.a, one.b)]
        island = sizes[group] >= ISLAND_ROWS and min(x.depth for x in around) >= ISLAND_DEPTH
        if island and sizes.size - small.size >= 2:
            continue
        if island and sizes.size == 2:
            apart = float(sizes[group] / n)
        fringe = min(around, key=lambda one: (one.z, one.depth))
        return _Cut(labels, fringe, -1.0, 0.0, apart)
    return _Cut(labels, worst, worst.z, depth, apart)


def _renumbered(labels: Labels) -> Labels:
    used = np.bincount(labels) > 0
    return (np.cumsum(used, dtype=np.int32) - 1)[labels]


def _by_first(labels: Labels) -> Labels:
    """Number groups in the order in which they appear, so that equal partitions are equal."""
    first = np.full(int(labels.max()) + 1, labels.size)
    first[labels[::-1]] = np.arange(labels.size)[::-1]  # the last to be put there stays
    place = np.empty(first.size, dtype=np.int32)
    place[np.argsort(first, kind="stable")] = np.arange(first.size, dtype=np.int32)
    return place[labels]


def _by_size(labels: Labels) -> Labels:
    """Number groups by size, largest first, then by their first row."""
    _, first, code, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    place = np.empty(first.size, dtype=np.int32)
    place[np.lexsort([first, -sizes])] = np.arange(first.size, dtype=np.int32)
    return place[code]
