"""K-Means: fit on an array, and assign rows to centers.

K-Means divides rows into K groups so that the within-cluster sum of squares
``WCSS = sum_i w_i |z_i - c(i)|^2`` is small; Lloyd's pass assigns every row to its nearest center
and moves every center to the mean of its rows (Lloyd 1982, IEEE Trans. Inf. Theory 28).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.k_lloyd import candidates_for, for_each, lloyd, plus_plus
from smartcart.core.lloyd import lloyd_sums, packed
from smartcart.core.membership import least
from smartcart.errors import DataError

if TYPE_CHECKING:
    from sklearn.cluster import KMeans
    from threadpoolctl import ThreadpoolController

__all__ = [
    "KMeansFit",
    "SortedRows",
    "assign",
    "canonical_order",
    "confidence",
    "draw_starts",
    "fit",
    "nearest",
    "single_thread",
    "sorted_rows",
]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

START_ROWS = 10_000  # rows on which the starts compete
START_TOLERANCE = 5e-4  # a start that improves WCSS by a smaller share in one pass has done enough
FINALISTS = 2  # the best starts run to the end, on all rows; of many starts a tenth
BEATEN = 1e-4  # by a share of the WCSS as large as this a settled start cannot come back
MOST_PASSES = 500
TOLERANCE = 1e-8  # of the variance: centers that move less are at rest
CLOSE = 1e-9  # of the squares: a row as near as this to two centers is told by exact differences
CHUNK_ROWS = 8192  # rows whose distances are held at once: they stay in the processor's cache


@dataclass(frozen=True, slots=True)
class KMeansFit:
    """A K-Means solution: ``centers`` (k, p), ``labels`` (n,), ``inertia`` = WCSS."""

    centers: Floats
    labels: Labels
    inertia: float
    n_iter: int = 0


@dataclass(frozen=True, slots=True)
class SortedRows:
    """Rows (n, p) and those that weigh in canonical order: sorted once for the fits of every K.

    ``order`` (m,) are the places of ``heavy`` (m, p), ``weight`` (m,) theirs; ``different`` is how
    many distinct ones there are.
    """

    rows: Floats
    order: NDArray[np.intp]
    heavy: Floats
    weight: Floats
    different: int


def sorted_rows(Z: ArrayLike, sample_weight: ArrayLike | None = None) -> SortedRows:
    """Return rows (n, p) as :func:`fit` reads them; worth while before several fits.

    Raises
    ------
    DataError : where no row weighs.

    >>> sorted_rows([[2.0], [1.0], [2.0]]).heavy.ravel().tolist()
    [1.0, 2.0, 2.0]
    """
    rows = np.ascontiguousarray(Z, dtype=np.float64)
    weight = _weights(sample_weight, rows.shape[0])
    order = np.flatnonzero(weight > 0)
    if not order.size:
        raise DataError.of("no row has a weight", "at least one row", "keep some rows")
    order = order[canonical_order(rows[order])]
    heavy = rows[order]
    different = 1 + int((heavy[1:] != heavy[:-1]).any(axis=1).sum())
    return SortedRows(rows, order, heavy, weight[order], different)


def fit(
    Z: ArrayLike | SortedRows,
    k: int,
    *,
    seed: int,
    n_init: int = 10,
    sample_weight: ArrayLike | None = None,
    init: ArrayLike | None = None,
    starts: Floats | None = None,
) -> KMeansFit:
    """Fit scikit-learn's K-Means and number the clusters by size, largest first.

    Rows are put in a canonical order before the fit and computed on one thread, so the result
    depends neither on the order of the rows nor on the number of threads. Beyond ``START_ROWS``
    rows the starts compete on a random sample of that size, and the best run on all rows.

    Parameters
    ----------
    Z : (n, p) finite numbers, standardized; or what :func:`sorted_rows` made of them.
    k : number of clusters, at most the number of distinct rows that weigh.
    seed : of the k-means++ starts.
    n_init : starts, of which the best is kept.
    sample_weight : (n,), not negative. Rows of weight 0 do not move a center but get a label; not
        read where the rows are sorted already.
    init : (k, p) centers; where given, one start from there competes with the ``n_init`` others
        (``n_init=0``: it is the only one).
    starts : of :func:`draw_starts` for this k, where they are drawn already.

    Raises
    ------
    DataError : where fewer than ``k`` distinct rows weigh.

    >>> found = fit([[0.0], [0.1], [0.2], [9.0]], 2, seed=0)
    >>> found.labels.tolist(), found.centers.ravel().round(1).tolist(), round(found.inertia, 3)
    ([0, 0, 0, 1], [0.1, 9.0], 0.02)
    """
    held = Z if isinstance(Z, SortedRows) else sorted_rows(Z, sample_weight)
    rows, heavy, w = held.rows, held.heavy, held.weight
    _check_distinct(held.different, k)
    if k == 1:
        centers = np.average(heavy, axis=0, weights=w)[None, :]
        labels = np.zeros(rows.shape[0], dtype=np.int32)
        return KMeansFit(centers, labels, float(w @ ((heavy - centers[0]) ** 2).sum(axis=1)), 1)
    with single_thread():
        tried = [] if n_init == 0 else _best_starts(held, k, seed, n_init, starts)
        if init is not None:
            tried.append(np.array(init, dtype=np.float64))
        if heavy.shape[0] > START_ROWS and bool((w == w[0]).all()):
            tried = _nearly_settled(heavy, tried)
        tries = [_lloyd(heavy, w, start, seed) for start in tried]
    if not tries:
        raise ValueError("Got n_init=0 and no init, but expected at least one start.")
    best = min(tries, key=lambda one: float(one.inertia_))
    sizes = np.bincount(best.labels_, weights=w, minlength=k)
    ranked = np.lexsort((*best.cluster_centers_.T[::-1], -sizes))
    centers = np.ascontiguousarray(best.cluster_centers_[ranked])
    labels = nearest(rows, centers)
    exact = ((heavy - centers[labels[held.order]]) ** 2).sum(axis=1)
    return KMeansFit(centers, labels, float(w @ exact), int(best.n_iter_))


def draw_starts(held: SortedRows, ks: Iterable[int], seed: int, n_init: int) -> dict[int, Floats]:
    """Return k-means++ starts (n_init, K, p) of each K, those with as many candidates drawn once.

    They are those that :func:`fit` draws for one K: the first centers of more are those of fewer.

    >>> held = sorted_rows(np.arange(20.0)[:, None])
    >>> both, alone = draw_starts(held, [4, 5], 0, 2), draw_starts(held, [4], 0, 2)
    >>> bool((both[4] == alone[4]).all())
    True
    """
    wanted = sorted(ks)
    largest = {candidates_for(k): k for k in wanted}

    def draw(k: int) -> Floats:
        rng = np.random.default_rng(seed)
        rows, v = _competing(held, rng)
        return plus_plus(rows, np.broadcast_to(v, (n_init, v.shape[0])), k, rng)

    drawn = dict(zip(largest, for_each(draw, largest.values()), strict=True))
    return {k: drawn[candidates_for(k)][:, :k] for k in wanted}


def _competing(held: SortedRows, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the rows on which starts compete, and their weights."""
    heavy, w = held.heavy, held.weight
    if heavy.shape[0] <= START_ROWS:
        return heavy, w
    some = np.sort(rng.choice(heavy.shape[0], START_ROWS, replace=False))
    return heavy[some], w[some]


def _best_starts(
    held: SortedRows, k: int, seed: int, n_init: int, drawn: Floats | None
) -> list[Floats]:
    """Let k-means++ starts compete in short runs; return the centers of the best ones."""
    rows, v = _competing(held, np.random.default_rng(seed))
    weights = np.broadcast_to(v, (n_init, v.shape[0]))
    starts = draw_starts(held, [k], seed, n_init)[k] if drawn is None else drawn
    centers, _, wcss = lloyd(rows, weights, starts, tol=START_TOLERANCE)
    best = np.argsort(wcss, kind="stable")[: max(FINALISTS, n_init // 10)]
    return list(centers[best])


def _nearly_settled(rows: Floats, starts: list[Floats]) -> list[Floats]:
    """Let centers settle in single precision; scikit-learn's passes, of twice the time, finish.

    Only those are returned that may still be the best.
    """
    held, settled = packed(rows), []
    for start in starts:
        centers = start
        for _ in range(MOST_PASSES):
            sums = lloyd_sums(held, centers)
            before, centers = centers, sums.centers(centers)
            if float(((centers - before) ** 2).sum()) < 10 * TOLERANCE:
                break
        settled.append((sums.wcss, centers))
    best = min(wcss for wcss, _ in settled)
    return [centers for wcss, centers in settled if wcss <= best * (1 + BEATEN)]


def _lloyd(rows: Floats, w: Floats, start: Floats, seed: int) -> KMeans:
    """Run scikit-learn's K-Means from ``start`` until the centers rest."""
    from sklearn.cluster import KMeans

    model = KMeans(
        start.shape[0], init=start, n_init=1, random_state=seed, max_iter=MOST_PASSES, tol=TOLERANCE
    )
    return model.fit(rows, sample_weight=None if bool((w == w[0]).all()) else w)


def assign(Z: ArrayLike, centers: ArrayLike) -> tuple[Labels, Floats, Floats]:
    """Give every row its nearest center, and squared distances to the nearest two.

    The two nearest are found from ``|c|^2 - 2 z.c`` (a matrix product) and their distances are
    then computed from exact differences. Ties go to the lower label.

    Parameters
    ----------
    Z : (n, p); ``centers`` : (k, p).

    Returns
    -------
    ``labels`` (n,) int32, ``d1`` (n,) and ``d2`` (n,): squared distances to the nearest and the
    second nearest center; ``d2`` is infinite where there is one center only.

    >>> labels, d1, d2 = assign([[0.0, 0.0], [3.0, 0.0]], [[0.0, 1.0], [4.0, 0.0]])
    >>> labels.tolist(), d1.tolist(), d2.tolist()
    ([0, 1], [1.0, 1.0], [16.0, 10.0])
    """
    rows = np.asarray(Z, dtype=np.float64)
    points = np.ascontiguousarray(centers, dtype=np.float64)
    n, k = rows.shape[0], points.shape[0]
    labels = np.zeros(n, dtype=np.int32)
    d1 = np.empty(n)
    d2 = np.full(n, np.inf)
    norms = np.einsum("kp,kp->k", points, points)
    for start in range(0, n, CHUNK_ROWS):
        part = slice(start, min(start + CHUNK_ROWS, n))
        block = rows[part]
        if k == 1:
            d1[part] = _squared(block - points[0])
            continue
        first, second, _ = _two_nearest(block, points, norms)
        near, next_near = _squared(block - points[first]), _squared(block - points[second])
        swap = (next_near < near) | ((next_near == near) & (second < first))
        labels[part] = np.where(swap, second, first)
        d1[part] = np.where(swap, next_near, near)
        d2[part] = np.where(swap, near, next_near)
    return labels, d1, d2


def nearest(Z: ArrayLike, centers: ArrayLike) -> Labels:
    """Return the labels (n,) of :func:`assign` alone, for half of the time.

    >>> nearest([[0.0, 0.0], [3.0, 0.0]], [[0.0, 1.0], [4.0, 0.0]]).tolist()
    [0, 1]
    """
    rows = np.asarray(Z, dtype=np.float64)
    points = np.ascontiguousarray(centers, dtype=np.float64)
    labels = np.zeros(rows.shape[0], dtype=np.int32)
    if len(points) == 1:
        return labels
    norms = np.einsum("kp,kp->k", points, points)
    for start in range(0, rows.shape[0], CHUNK_ROWS):
        block = rows[start : start + CHUNK_ROWS]
        found, _, close = _two_nearest(block, points, norms)
        if close.any():
            found[close] = assign(block[close], points)[0]
        labels[start : start + CHUNK_ROWS] = found
    return labels


def confidence(d1: ArrayLike, d2: ArrayLike) -> Floats:
    """Return the margin ``(d2 - d1) / (d2 + d1)`` between the two nearest centers, 0 to 1.

    0 is on the border, 1 is at a center or with no second center at all.

    >>> confidence([1.0, 0.0, 2.0, 0.0], [3.0, 5.0, float("inf"), 0.0]).tolist()
    [0.5, 1.0, 1.0, 0.0]
    """
    near, far = np.asarray(d1, dtype=np.float64), np.asarray(d2, dtype=np.float64)
    total = near + far
    alone = ~np.isfinite(far)
    safe = np.where(alone | (total == 0), 1.0, total)
    margin = np.where(alone, 1.0, (np.where(alone, 0.0, far) - near) / safe)
    return np.where(total == 0, 0.0, margin)


def canonical_order(Z: Floats) -> NDArray[np.intp]:
    """Return the order that sorts rows by their values: the same for any shuffling of the rows."""
    return np.lexsort(Z.T[::-1])


@contextmanager
def single_thread() -> Iterator[None]:
    """Compute on one thread: sums over several threads differ in their last digits."""
    with _threads().limit(limits=1):
        yield


@cache
def _threads() -> ThreadpoolController:
    """Return the control of the thread pools; scikit-learn's must be loaded to be found."""
    import sklearn.cluster  # noqa: F401
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _two_nearest(
    block: Floats, points: Floats, norms: Floats
) -> tuple[Labels, Labels, NDArray[np.bool_]]:
    """Return the labels of the nearest two centers of each row, k >= 2, and where they are close.

    Where they are not, rounding cannot tell them the wrong way round.
    """
    scores = points @ block.T
    scores *= -2.0
    scores += norms[:, None]
    first = least(scores)
    best = scores.min(axis=0)
    scores[first, np.arange(first.size)] = np.inf
    with np.errstate(over="ignore"):  # of what no square holds all rows are close
        size = float(norms.max()) + block.shape[1] * float(np.square(block).max(initial=0.0))
    return first, least(scores), scores.min(axis=0) - best <= CLOSE * size


def _squared(difference: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", difference, difference), dtype=np.float64)


def _weights(sample_weight: ArrayLike | None, n: int) -> Floats:
    if sample_weight is None:
        return np.ones(n)
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (n,) or not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError(f"Got weights of shape {weight.shape}, but expected {n} numbers >= 0.")
    return weight


def _check_distinct(distinct: int, k: int) -> None:
    """Refuse more clusters than distinct rows."""
    if k < 1:
        raise ValueError(f"Got k={k!r}, but expected a whole number of at least 1.")
    if distinct < k:
        raise DataError.of(
            f"{distinct} distinct customers cannot make {k} segments",
            f"at least {k} distinct customers",
            f"ask for {distinct} segments or fewer",
        )
