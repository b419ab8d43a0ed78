"""How many dense regions are there, with thin valleys between them?

K-Means always returns K groups. To see which of its borders are real, the density of customers is
followed along the line that separates two neighbouring groups best (Fisher's discriminant). Where
it shows no valley, the border only cuts one cloud, however long or skewed, and the groups are
joined. What stays apart are natural groups. Merging by valleys along discriminants follows Tantrum,
Murua & Stuetzle (2003, KDD) and Hennig (2010, Adv. Data Anal. Classif. 4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.k_lloyd import best_of, plus_plus

__all__ = [
    "Groups",
    "find_groups",
    "natural_groups",
    "smooth_ties",
    "tied_columns",
    "valley",
    "valley_threshold",
    "whiten",
]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

VALLEY_DEPTH = 0.1  # a valley is at least this share lower than the lower of its two hills
SMALLEST_GROUP = 0.02  # a smaller group is a fringe of its neighbour, not a group of its own ...
ISLAND_DEPTH = 0.9  # ... but beside two larger ones and in valleys as deep as this, all but empty,
ISLAND_ROWS = 20  # where it is of so many rows
TIED = 0.05  # a column is smoothed where one value holds this share of the rows
WIDE = 2.0  # the second bandwidth, in units of the first
ONE_COLUMN = 0.8  # a split that one lumpy column makes to this share is an artefact of counting
BINS = 128
CELLS = (7, 10, 14, 20)  # cuts of the whitened cloud
CELL_ROWS = 15  # a cell has at least about this many rows
ROUNDS = 2
RIDGE = 0.05  # added to the within-group covariance, in units of its mean variance


@dataclass(frozen=True, slots=True)
class Groups:
    """``labels`` (n,) of ``count`` natural groups, largest first.

    ``depth`` (0 to 1) and ``z`` (standard errors) are of the least clear valley between two
    groups; both are 0 where there is one group only. ``apart`` is the share of the rows in a group
    far from one single other, which counts as its fringe.
    """

    labels: Labels
    count: int
    depth: float
    z: float
    apart: float = 0.0


@dataclass(frozen=True, slots=True)
class _Group:
    rows: NDArray[np.intp]
    mean: Floats
    scatter: Floats  # sum of squares and products about the mean


def valley_threshold(p: int) -> float:
    """Return how many standard errors deep a valley in ``p`` columns must be to count.

    The line along which to look is itself found in the data, with ``p`` degrees of freedom, and
    the deepest of many chance valleys grows with their root.
    """
    return float(np.sqrt(16.0 + p))


def find_groups(Z: Floats, partitions: Iterable[Labels], rng: np.random.Generator) -> Groups:
    """Find natural groups, first among the cells of ``partitions``, then in a whitened cloud.

    Long, correlated clusters mislead K-Means: it cuts along them. So the cloud is stretched until
    the spread within the groups found so far is round (:func:`whiten`), cut again into ``CELLS``
    cells, and these are joined in turn; for as long as this shows more groups, at most ``ROUNDS``
    times.

    Parameters
    ----------
    Z : (n, p) standardized; partitions : labels (n,), for example of K-Means with K = 2, 3, ...
    """
    smooth, lumpy = smooth_ties(Z, rng), tied_columns(Z)
    best = natural_groups(smooth, partitions, lumpy)
    cells = [c for c in CELLS if c * CELL_ROWS <= Z.shape[0]]
    if not cells:
        return best
    weights = np.ones((2, Z.shape[0]))
    for _ in range(ROUNDS):
        round_cloud = whiten(smooth, best.labels)
        starts = plus_plus(round_cloud, weights, max(cells), rng)[:, None]
        cuts = [best_of(round_cloud, weights[:1], starts[:, :, :c])[1][0] for c in cells]
        found = natural_groups(smooth, cuts, lumpy)
        if found.count <= best.count:
            break
        best = found
    return best


def natural_groups(Z: Floats, partitions: Iterable[Labels], lumpy: Iterable[int] = ()) -> Groups:
    """Join the cells of each partition until all have valleys between them; keep the most groups.

    Parameters
    ----------
    Z : (n, p), from :func:`smooth_ties`.
    partitions : labels (n,) from 0: the K-Means fits, and finer cuts into compact cells. A coarse
        partition sees clear valleys between whole groups, a fine one also finds groups that K-Means
        would cut across.
    lumpy : columns with much repeated values, which make no group by themselves.

    >>> rng = np.random.default_rng(0)
    >>> Z = np.concatenate([rng.normal(0, 1, (300, 2)), rng.normal(6, 1, (200, 2))])
    >>> cells = (Z[:, 0] > 3).astype(np.int32) + 2 * (Z[:, 1] > 1).astype(np.int32)
    >>> natural_groups(Z, [cells]).count
    2
    """
    best = Groups(np.zeros(Z.shape[0], dtype=np.int32), 1, 0.0, 0.0)
    for labels in partitions:
        found = _join(Z, labels, tuple(lumpy))
        if (found.count, found.z, found.apart) > (best.count, best.z, best.apart):
            best = found
    return best


def whiten(Z: Floats, labels: Labels) -> Floats:
    """Turn and stretch ``Z`` (n, p) so that its pooled covariance within ``labels`` is round."""
    within = np.zeros((Z.shape[1], Z.shape[1]))
    for label in np.unique(labels):
        apart = Z[labels == label] - Z[labels == label].mean(axis=0)
        within += apart.T @ apart
    variances, axes = np.linalg.eigh(within / Z.shape[0])
    floor = max(0.02 * float(variances.max()), 1e-12)
    return np.asarray(Z @ axes / np.sqrt(np.maximum(variances, floor)))


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


def valley(t: Floats, left: float, right: float, bandwidth: float) -> tuple[float, float]:
    """Return depth (0 to 1) and standard errors of the clearest valley between two positions.

    The density of ``t`` (m,) is estimated with a Gaussian kernel; a position is a valley as far as
    it is lower than the highest hills on both its sides.

    >>> rng = np.random.default_rng(0)
    >>> t = np.concatenate([rng.normal(0, 1, 500), rng.normal(6, 1, 500)])
    >>> valley(t, 0, 6, 0.3)[0] > 0.9, valley(t[:500], -1, 1, 0.3)[0] < 0.2
    (True, True)
    """
    low, high = float(t.min()), float(t.max())
    if not high > low:
        return 0.0, 0.0
    step = (high - low) / (BINS - 1)
    counts = np.bincount(((t - low) / step + 0.5).astype(np.intp), minlength=BINS)
    reach = min(BINS - 1, max(1, int(np.ceil(3 * bandwidth / step))))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * (step / bandwidth)) ** 2)
    smooth = np.convolve(counts, kernel)[reach : reach + BINS]
    hill = np.minimum(np.maximum.accumulate(smooth), np.maximum.accumulate(smooth[::-1])[::-1])
    a, b = sorted((int((left - low) / step), int((right - low) / step)))
    inner = slice(max(a, 0), min(b, BINS - 1) + 1)
    hill, drop = hill[inner], (hill - smooth)[inner]
    # a kernel sum over counts has variance sum(kernel^2 counts), about 1 / sqrt(2) of the sum
    z = drop / np.sqrt(np.maximum((2 * hill - drop) / np.sqrt(2), 1e-12))
    at = int(z.argmax())
    return float(drop[at] / max(hill[at], 1e-12)), float(z[at])


def _join(Z: Floats, labels: Labels, lumpy: tuple[int, ...]) -> Groups:
    n, p = Z.shape
    enough = valley_threshold(p)
    live = {c: _group(Z, np.flatnonzero(labels == c)) for c in np.unique(labels).tolist()}
    between: dict[tuple[int, int], tuple[float, float]] = {}
    fresh = max(live) + 1
    new = list(live)
    apart = 0.0
    while len(live) > 1:
        for a in new:
            for b, group in live.items():
                if a != b and (min(a, b), max(a, b)) not in between:
                    between[min(a, b), max(a, b)] = _between(Z, live[a], group, lumpy)
        weakest = min(between, key=lambda pair: _clarity(between[pair], enough))
        if _clarity(between[weakest], enough) >= 1:
            sizes = {g: group.rows.size for g, group in live.items()}
            fringes = _fringes(sizes, n, between)
            if not fringes:
                break
            small = min(fringes, key=lambda g: sizes[g])
            if len(live) == 2 and _is_island(small, sizes[small], between):
                apart = sizes[small] / n
            touching = [pair for pair in between if small in pair]
            weakest = min(touching, key=lambda pair: _clarity(between[pair], enough))
        a, b = weakest
        live[fresh] = _merge(live.pop(a), live.pop(b))
        between = {pair: v for pair, v in between.items() if not {a, b} & set(pair)}
        new, fresh = [fresh], fresh + 1
    depth, z = min(between.values(), key=lambda v: v[1]) if len(live) > 1 else (0.0, 0.0)
    return Groups(_label(live.values(), n), len(live), depth, z, apart)


def _fringes(
    sizes: dict[int, int], n: int, between: dict[tuple[int, int], tuple[float, float]]
) -> list[int]:
    """Return the groups, with clear valleys around them, that are too small to count all the same.

    Beside one cloud alone, a handful of unusual customers makes no second group.
    """
    small = [g for g in sizes if sizes[g] < SMALLEST_GROUP * n]
    if len(sizes) - len(small) < 2:
        return small
    return [g for g in small if not _is_island(g, sizes[g], between)]


def _is_island(group: int, rows: int, between: dict[tuple[int, int], tuple[float, float]]) -> bool:
    """Return whether a small group has enough rows, and all but empty valleys all around it."""
    shallowest = min(found[0] for pair, found in between.items() if group in pair)
    return rows >= ISLAND_ROWS and shallowest >= ISLAND_DEPTH


def _clarity(found: tuple[float, float], enough: float) -> float:
    """Return 1 or more for a valley that counts."""
    return min(found[0] / VALLEY_DEPTH, found[1] / enough)


def _group(Z: Floats, rows: NDArray[np.intp]) -> _Group:
    mean = Z[rows].mean(axis=0)
    apart = Z[rows] - mean
    return _Group(rows, mean, apart.T @ apart)


def _merge(a: _Group, b: _Group) -> _Group:
    m, n = a.rows.size, b.rows.size
    step = b.mean - a.mean
    scatter = a.scatter + b.scatter + np.outer(step, step) * (m * n / (m + n))
    return _Group(np.concatenate([a.rows, b.rows]), (m * a.mean + n * b.mean) / (m + n), scatter)


def _between(Z: Floats, a: _Group, b: _Group, lumpy: tuple[int, ...]) -> tuple[float, float]:
    """Return the clearest valley between two groups along Fisher's discriminant.

    Two groups that differ in hardly more than one lumpy column have none: a dummy, or "none or
    some" of a count, is a property of the column, not a group of customers.
    """
    p = Z.shape[1]
    m, n = a.rows.size, b.rows.size
    within = (a.scatter / m + b.scatter / n) / 2  # equal say for both groups, whatever their size
    apart = (b.mean - a.mean) ** 2 / np.maximum(np.diag(within), 1e-9)
    if any(apart[j] >= ONE_COLUMN * apart.sum() for j in lumpy):
        return 0.0, 0.0
    within += np.eye(p) * (RIDGE * np.trace(within) / p + 1e-9)
    axis = np.linalg.solve(within, b.mean - a.mean)
    narrow = min(float(axis @ a.scatter @ axis) / m, float(axis @ b.scatter @ axis) / n)
    spread = max(narrow, 0.0) ** 0.5
    if min(m, n) < 2 or spread <= 0:
        return 0.0, 0.0
    bandwidth = 1.06 * spread * min(m, n) ** -0.2  # Silverman's rule for the smaller group
    t = np.concatenate([Z[a.rows] @ axis, Z[b.rows] @ axis])
    # a wide valley between few customers shows best when smoothed more
    left, right = float(a.mean @ axis), float(b.mean @ axis)
    sights = [valley(t, left, right, wide * bandwidth) for wide in (1.0, WIDE)]
    return max(sights, key=lambda sight: sight[1])


def _label(groups: Iterable[_Group], n: int) -> Labels:
    labels = np.zeros(n, dtype=np.int32)
    ranked = sorted((group.rows for group in groups), key=_size_then_first)
    for label, rows in enumerate(ranked):
        labels[rows] = label
    return labels


def _size_then_first(rows: NDArray[np.intp]) -> tuple[int, int]:
    return -rows.size, int(rows.min())
