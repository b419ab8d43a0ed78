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

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartcart.core.k_lloyd import plus_plus

__all__ = [
    "Border",
    "Groups",
    "borders",
    "find_groups",
    "joined_groups",
    "smooth_ties",
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
ONE_COLUMN = 0.8  # a split that one lumpy column makes to this share is an artefact of counting
HELPED = 0.3  # ... and one that it makes to this share must show without it
FOLDS = 10
WINDOW = 0.4  # half width of what counts as border and as center; the centers are 2 apart
NARROWEST = 0.25  # share of the way between two centers that the narrower group has at least
NEAREST = 4  # neighbours of a group to which its borders are looked at
FINEST = 12  # cells that are joined
CELL_ROWS = 12  # a cell has at least about this many rows
LEAST_ROWS = 3  # a cell with fewer is given up
PASSES = 12
RESTING = 0.003  # passes end when a smaller share of the rows changes its cell
RIDGE = 0.01  # added to the within-group covariance, in units of its mean variance


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
class Border:
    """The valley between groups ``a`` and ``b``: ``z`` standard errors, ``depth`` up to 1."""

    a: int
    b: int
    z: float
    depth: float


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows (n, p), also in single precision, and the fold of each.

    ``square`` (p, p) and ``without`` (F, p, p): products of the columns, of all rows and without
    each fold.
    """

    Z: Floats
    light: NDArray[np.float32]
    fold: NDArray[np.intp]
    square: Floats
    without: Floats
    lumpy: tuple[int, ...]


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
    rows = _rows(smooth_ties(Z, rng), tied_columns(Z), rng)
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
    rows = _rows(smooth_ties(Z, rng), tied_columns(Z), rng)
    labels = _renumbered(labels)
    while labels.max() >= 1:
        cut = _cut(rows, labels)
        if _seen(cut.z, cut.depth):
            break
        labels = _renumbered(np.where(labels == cut.worst.b, cut.worst.a, labels))
    return int(labels.max()) + 1


def _seen(z: float, depth: float) -> bool:
    return z >= SEEN_Z and depth >= SEEN_DEPTH


def _without_lumps(rows: _Rows, labels: Labels, rng: np.random.Generator) -> bool:
    """Return whether the borders that a lumpy column helps to make show without it, too."""
    for j in rows.lumpy:
        if rows.Z.shape[1] == 1:
            return False
        k = int(labels.max()) + 1
        means = np.stack([rows.Z[labels == group].mean(axis=0) for group in range(k)])
        spread = rows.Z - means[labels]
        within = spread.T @ spread / len(labels)
        helped = _made_by_one_column(means, within, (j,), HELPED)
        if helped.any():
            others = [i for i in range(rows.Z.shape[1]) if i != j]
            left = borders(rows.Z[:, others], labels, rng)
            if any(helped[one.a, one.b] and not _seen(one.z, one.depth) for one in left):
                return False
    return True


def borders(Z: Floats, labels: Labels, rng: np.random.Generator) -> list[Border]:
    """Return the border between any two groups of a partition of rows ``Z`` (n, p).

    ``depth`` is the share by which the density at the border is lower than at the lower center;
    ``z`` is the difference of the counts there over its standard error.
    """
    return _borders(_rows(Z, (), rng), labels)


def tied_columns(Z: Floats) -> tuple[int, ...]:
    """Return the columns of ``Z`` (n, p) in which one value holds ``TIED`` of the rows.

    >>> tied_columns(np.column_stack([np.arange(100.0), np.arange(100) % 2]))
    (1,)
    """
    n = Z.shape[0]
    most = [int(np.unique(column, return_counts=True)[1].max()) for column in Z.T]
    return tuple(j for j, count in enumerate(most) if count >= max(TIED * n, 2))


def smooth_ties(Z: Floats, rng: np.random.Generator) -> Floats:
    """Replace columns with a much repeated value by normal scores, ties broken at random.

    Gaps between the values of a count, a flag or "zero or more" are no valleys between customers.
    Groups that show in several such columns at once still do.
    """
    from scipy.special import ndtri

    n = Z.shape[0]
    smooth = Z.copy()
    for j in tied_columns(Z):
        luck = rng.random((n,))
        order = np.lexsort([luck, Z[:, j]])
        smooth[order, j] = ndtri((np.arange(n) + 0.5) / n)
    return smooth


def _rows(Z: Floats, lumpy: tuple[int, ...], rng: np.random.Generator) -> _Rows:
    centred = Z - Z.mean(axis=0)
    fold = rng.permutation(len(Z)) % FOLDS
    square = centred.T @ centred
    parts = [centred[fold == f] for f in range(FOLDS)]
    without = np.stack([square - part.T @ part for part in parts])
    return _Rows(centred, centred.astype(np.float32), fold, square, without, lumpy)


def _best_cuts(
    rows: _Rows,
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


def _starts(rows: _Rows, rng: np.random.Generator, finest: int) -> Iterator[Labels]:
    """Yield fine cuts of the cloud, as it is and with its spread made round."""
    n = rows.Z.shape[0]
    cells = min(finest, n // CELL_ROWS)
    if cells < 2:
        return
    variances, axes = np.linalg.eigh(_metric(rows.square / n, n))
    for cloud in (rows.Z, rows.Z @ axes / np.sqrt(variances)):
        centers = plus_plus(cloud, np.ones((1, n)), cells, rng)[0]
        scores = np.einsum("kp,kp->k", centers, centers) - 2 * cloud @ centers.T
        yield scores.argmin(axis=1).astype(np.int32)


def _metric(within: Floats, n: int) -> Floats:
    """Return a within-group covariance (..., p, p) drawn to a round one where rows are few."""
    p = within.shape[-1]
    drawn = p / (n + p) + RIDGE
    level = np.trace(within, axis1=-2, axis2=-1) / p
    return np.asarray((1 - drawn) * within + (drawn * level + 1e-9)[..., None, None] * np.eye(p))


def _settled(rows: _Rows, labels: Labels) -> Labels:
    """Move rows to the nearest cell, by the covariance within cells, until they rest."""
    n = rows.Z.shape[0]
    labels = _renumbered(labels)
    for _ in range(PASSES):
        k = int(labels.max()) + 1
        member = (labels == np.arange(k, dtype=np.int32)[:, None]).astype(np.float32)
        counts = np.bincount(labels, minlength=k).astype(np.float64)
        means = (member @ rows.light).astype(np.float64) / counts[:, None]
        within = _metric((rows.square - (means.T * counts) @ means) / n, n)
        toward = np.linalg.solve(within, means.T)
        norms = np.einsum("kp,pk->k", means, toward).astype(np.float32)
        scores = norms[:, None] - (2 * toward.T).astype(np.float32) @ rows.light.T
        moved = _least(scores)
        small = np.bincount(moved, minlength=k) < LEAST_ROWS
        changed = int((moved != labels).sum())
        if small.any() and not small.all():
            scores[small] = np.inf
            labels = _renumbered(_least(scores))
            continue
        labels = moved
        if changed <= RESTING * n:
            break
    return _renumbered(labels)


def _cut(rows: _Rows, labels: Labels) -> _Cut:
    """Return a partition with its least clear border; a fringe has none at all."""
    found = _borders(rows, labels)
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


def _borders(rows: _Rows, labels: Labels) -> list[Border]:
    n, p = rows.Z.shape
    k = int(labels.max()) + 1
    cells = rows.fold * k + labels
    member = (cells == np.arange(FOLDS * k)[:, None]).astype(np.float64)
    sums = (member @ rows.Z).reshape(FOLDS, k, p)
    counts = member.sum(axis=1).reshape(FOLDS, k)
    kept = np.maximum(counts.sum(axis=0) - counts, 1.0)  # (F, k) rows outside the fold
    means = (sums.sum(axis=0) - sums) / kept[..., None]
    spread = rows.without - (means * kept[..., None]).swapaxes(1, 2) @ means
    within = _metric(spread / kept.sum(axis=1)[:, None, None], n)
    toward = np.linalg.solve(within, means.swapaxes(1, 2))  # (F, p, k)
    products = means @ toward  # (F, k, k)
    norms = np.einsum("fkk->fk", products)
    scores = np.empty((k, n))
    for f in range(FOLDS):
        own = rows.fold == f
        scores[:, own] = toward[f].T @ rows.Z[own].T
    label = _least(norms.T[:, rows.fold] - 2 * scores)
    inside = [np.flatnonzero(label == group) for group in range(k)]
    lumpy = _made_by_one_column(means.mean(axis=0), within.mean(axis=0), rows.lumpy)
    apart = np.maximum((norms[:, :, None] + norms[:, None]) / 2 - products, 1e-12)
    found = []
    for a, b in _neighbours(apart.mean(axis=0)):
        both = np.concatenate([inside[a], inside[b]])
        f = rows.fold[both]
        middle, half = (norms[:, b] - norms[:, a]) / 2, apart[:, a, b]
        t = (scores[b, both] - scores[a, both] - middle[f]) / half[f]
        z, depth = (0.0, 0.0) if lumpy[a, b] else _valley(t, inside[a].size)
        found.append(Border(a, b, z, depth))
    return found


def _neighbours(apart: Floats) -> list[tuple[int, int]]:
    """Return the pairs of groups of which one is among the nearest of the other."""
    near = np.argsort(apart + np.diag(np.full(len(apart), -np.inf)), axis=1)[:, 1 : NEAREST + 1]
    return sorted({(min(a, b), max(a, b)) for a, row in enumerate(near.tolist()) for b in row})


def _least(scores: NDArray[Any]) -> Labels:
    """Return the row of the least score (k, n) in each column; of equal ones the first."""
    best = scores[0].copy()
    label = np.zeros(best.size, dtype=np.int32)
    for j in range(1, len(scores)):
        less = scores[j] < best
        np.copyto(best, scores[j], where=less)
        np.copyto(label, np.int32(j), where=less)
    return label


def _made_by_one_column(
    means: Floats, within: Floats, lumpy: tuple[int, ...], share: float = ONE_COLUMN
) -> NDArray[np.bool_]:
    """Return which pairs (k, k) of groups differ in hardly more than one lumpy column.

    A dummy, or "none or some" of a count, is a property of the column, not a group of customers.
    """
    apart = (means[:, None] - means) ** 2 / np.maximum(np.diag(within), 1e-9)
    total = np.maximum(apart.sum(axis=2), 1e-12)
    return np.asarray((apart[..., list(lumpy)] >= share * total[..., None]).any(axis=2))


def _valley(t: Floats, first: int) -> tuple[float, float]:
    """Return standard errors and depth of the valley between two groups.

    ``t`` (m,): positions along the line of their centers, which are at -1 and 1; the ``first``
    rows belong to the group at -1. The border lies where both groups are equally many of their own
    standard deviations away, and each side is measured in its own units.
    """
    if first < 2 or t.size - first < 2:
        return -1.0, 0.0
    left, right = _spread(t[:first]), _spread(t[first:])
    share = left / (left + right) if left + right > 0 else 0.5
    share = min(max(share, NARROWEST), 1 - NARROWEST)
    below, above = 2 * share, 2 - 2 * share  # the units of the sides; the border is below - 1
    edges = np.array([
        -1 - WINDOW * below, -1 + WINDOW * below, below - 1 - WINDOW * below,
        below - 1 + WINDOW * above, 1 - WINDOW * above, 1 + WINDOW * above,
    ])  # fmt: skip
    under = (t[:, None] < edges).sum(axis=0).tolist()
    hill, border = min(under[1] - under[0], under[5] - under[4]), under[3] - under[2]
    z = (hill - border) / (hill + border + 1) ** 0.5
    return z, 1 - (border + 0.5) / (hill + 0.5)


def _spread(t: Floats) -> float:
    middle = float(t.sum()) / t.size
    return math.sqrt(max(float(t @ t) / t.size - middle * middle, 0.0))


def _renumbered(labels: Labels) -> Labels:
    return np.unique(labels, return_inverse=True)[1].astype(np.int32)


def _by_first(labels: Labels) -> Labels:
    """Number groups in the order in which they appear, so that equal partitions are equal."""
    _, first, code = np.unique(labels, return_index=True, return_inverse=True)
    place = np.empty(first.size, dtype=np.int32)
    place[np.argsort(first)] = np.arange(first.size, dtype=np.int32)
    return place[code]


def _by_size(labels: Labels) -> Labels:
    """Number groups by size, largest first, then by their first row."""
    _, first, code, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    place = np.empty(first.size, dtype=np.int32)
    place[np.lexsort([first, -sizes])] = np.arange(first.size, dtype=np.int32)
    return place[code]
