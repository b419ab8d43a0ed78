"""Many small K-Means fits at once, in NumPy: for bootstraps and reference clouds.

scikit-learn fits one K-Means at a time with a fixed cost per fit; choosing K needs hundreds of
small fits. Here B fits share each matrix product. Final centers never come from here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "best_of",
    "best_of_each",
    "candidates_for",
    "drawn_starts",
    "for_each",
    "lloyd",
    "plus_plus",
]

R = TypeVar("R")
T = TypeVar("T")
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Labels = NDArray[np.int32]
_Block = tuple[slice, list[tuple[slice, slice, int]]]

SHORT = 4  # passes after which starts that are behind are given up ...
LONG = 50  # ... and passes at most of the others
BLOCK = 250_000  # distances held at once: they stay in the processor's cache
MOST_THREADS = 8
_HERE = threading.local()


def plus_plus(Z: Floats, weights: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Draw greedy k-means++ centers for B weightings of the same rows.

    The first ``j`` centers of each draw are a k-means++ start for ``j`` clusters, and, from a
    generator of the same state, equal to those drawn for ``j`` where both try as many candidates
    (Arthur & Vassilvitskii 2007; greedy: the best of ``2 + log k`` candidates each time).

    Parameters
    ----------
    Z : (n, p); weights : (B, n), not negative, each row with a positive sum.

    Returns
    -------
    (B, k, p) centers.
    """
    return drawn_starts([Z], weights, k, rng)[0]


def drawn_starts(
    clouds: Sequence[Floats] | Floats, weights: Floats, k: int, rng: np.random.Generator
) -> list[Floats]:
    """Return :func:`plus_plus` of each of several clouds (n, p), one after the other.

    All random numbers are drawn beforehand, so that threads decide nothing.
    """
    shapes = [(len(weights), 1 if j == 0 else candidates_for(k)) for j in range(k)]
    luck = [[rng.random(shape) for shape in shapes] for _ in clouds]
    return for_each(lambda i: _grown(clouds[i], weights, luck[i]), range(len(clouds)))


def _grown(Z: Floats, weights: Floats, luck: Sequence[Floats]) -> Floats:
    """Return the centers (B, k, p) that uniform numbers, (B, candidates) of each, choose."""
    fits, trials = luck[-1].shape
    norms = np.einsum("np,np->n", Z, Z)
    nothing = np.zeros_like(norms)
    every = np.arange(fits)
    centers = np.empty((fits, len(luck), Z.shape[1]))

    def squares(chosen: NDArray[np.intp]) -> Floats:
        away: Floats = (2 * Z[chosen]) @ Z.T
        np.subtract(norms, away, out=away)
        away += norms[chosen][:, None]
        np.maximum(away, nothing, out=away)
        return away

    chosen = _draw(weights, luck[0])[:, 0]
    centers[:, 0] = Z[chosen]
    nearest = squares(chosen)
    for j, uniform in enumerate(luck[1:], start=1):
        candidates = _draw(weights * nearest, uniform)
        away = squares(candidates.ravel()).reshape(fits, trials, -1)
        np.minimum(away, nearest[:, None, :], out=away)
        cost = np.einsum("btn,bn->bt", away, weights)
        best = cost.argmin(axis=1)
        nearest = away[every, best]
        centers[:, j] = Z[candidates[every, best]]
    return centers


def candidates_for(k: int) -> int:
    """Return how many candidates each center of a start for ``k`` clusters is chosen among.

    >>> [candidates_for(k) for k in (1, 2, 3, 7, 8)]
    [1, 2, 3, 3, 4]
    """
    return 2 + int(np.log(k)) if k > 1 else 1


def lloyd(
    Z: Floats, weights: Floats, centers: Floats, *, max_iter: int = 30, tol: float = 3e-4
) -> tuple[Floats, Labels, Floats]:
    """Run Lloyd passes for B fits at once, in single precision.

    Parameters
    ----------
    Z : (n, p), the rows of all fits, or (B, n, p), the rows of each.
    weights : (B, n); centers : (B, k, p) to start from.
    tol : a fit ends when its WCSS falls by less than this share in a pass.

    Returns
    -------
    centers (B, k, p), labels (B, n) of all rows, weighted WCSS (B,).
    """
    rows = _packed(Z)
    whose = np.arange(len(rows)) if Z.ndim == 3 else np.zeros(len(centers), dtype=np.intp)
    return _lloyd(rows, whose, weights, centers, max_iter, tol)


def best_of(
    Z: Floats, weights: Floats, starts: Floats, *, behind: float = 1.005, tol: float = 3e-4
) -> tuple[Floats, Labels, Floats]:
    """Run Lloyd passes from S starts for each of B fits, and keep the best of each.

    After ``SHORT`` passes only starts go on whose WCSS is at most ``behind`` times the best.

    Parameters
    ----------
    Z : (n, p) or (B, n, p); weights : (B, n); starts : (S, B, k, p).

    Returns
    -------
    centers (B, k, p), labels (B, n), weighted WCSS (B,).
    """
    fits = starts.shape[0] * starts.shape[1]
    whose = np.arange(fits) if Z.ndim == 3 else np.zeros(fits, dtype=np.intp)
    found = _best(_packed(Z), whose, weights[None], starts[None], behind, tol)
    return found[0][0], found[1][0], found[2][0]


def best_of_each(
    Z: Floats, weights: Floats, starts: Floats, *, behind: float = 1.005, tol: float = 3e-4
) -> tuple[Floats, Labels, Floats]:
    """Return :func:`best_of` of each of G tables of equal size, digit for digit, side by side.

    Parameters
    ----------
    Z : (G, n, p); weights : (G, B, n); starts : (G, S, B, k, p).

    Returns
    -------
    centers (G, B, k, p), labels (G, B, n), weighted WCSS (G, B).
    """
    tables, tries, fits = starts.shape[:3]
    whose = np.repeat(np.arange(tables), tries * fits)
    return _best(_packed(Z), whose, weights, starts, behind, tol)


def _best(
    rows: Singles,
    whose: NDArray[np.intp],
    weights: Floats,
    starts: Floats,
    behind: float,
    tol: float,
) -> tuple[Floats, Labels, Floats]:
    """Run :func:`best_of_each` on packed rows; ``whose`` (G * S * B,) as for :func:`_lloyd`."""
    tables, tries, fits, k, p = starts.shape
    shape = tables, tries, fits
    each = np.repeat(weights[:, None], tries, axis=1).reshape(-1, rows.shape[1])
    centers, labels, wcss = _lloyd(rows, whose, each, starts.reshape(-1, k, p), SHORT, tol)
    tried = wcss.reshape(shape)
    going = np.flatnonzero(tried <= tried.min(axis=1, keepdims=True) * behind)
    centers[going], labels[going], wcss[going] = _lloyd(
        rows, whose[going], each[going], centers[going], LONG, tol
    )
    at = np.arange(wcss.size).reshape(shape)
    at = np.take_along_axis(at, wcss.reshape(shape).argmin(axis=1)[:, None], axis=1)[:, 0]
    return centers[at], labels[at], wcss[at]


def for_each(task: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Return ``task(item)`` of each item, in order, computed on several threads.

    Tasks must not draw random numbers: then the result does not depend on the number of threads.

    >>> for_each(lambda k: k * k, [3, 1])
    [9, 1]
    """
    items = list(items)
    if len(items) == 1 or getattr(_HERE, "busy", False):
        return [task(item) for item in items]
    number = min(MOST_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(number, initializer=_now_busy) as threads:
        return list(threads.map(task, items))


def _now_busy() -> None:
    _HERE.busy = True  # a task that has tasks of its own does them one after the other


def _packed(Z: Floats) -> Singles:
    """Return a table (n, p) or several as (T, n, p + 2), so that distances are one product.

    The columns are ``(z, 1, |z|^2)``.
    """
    tables = Z if Z.ndim == 3 else Z[None]
    rows = np.ones((*tables.shape[:2], Z.shape[-1] + 2), dtype=np.float32)
    rows[..., :-2] = tables
    rows[..., -1] = np.einsum("...p,...p->...", tables, tables)
    return rows


def _lloyd(
    rows: Singles,
    whose: NDArray[np.intp],
    weights: Floats,
    centers: Floats,
    max_iter: int,
    tol: float,
) -> tuple[Floats, Labels, Floats]:
    """Run :func:`lloyd` on packed rows (T, n, p + 2).

    ``whose`` (B,): neighbours of the same number share a product; modulo T it is their table.
    """
    fits, k, p = centers.shape
    centers = centers.copy()
    wcss = np.full(fits, np.inf)
    active = np.arange(fits)
    every = parts = _blocks(whose, len(rows), k * rows.shape[1])
    heavy, light = weights, weights.astype(np.float32)  # of the fits that go on
    for _ in range(max_iter):
        now = centers[active]
        cost, label = _nearest(rows, parts, now)
        new = np.einsum("bn,bn->b", heavy, cost)
        sums = _sums(rows, parts, light, label, k)
        mass = sums[..., p : p + 1]
        centers[active] = np.where(mass > 0, sums[..., :p] / np.where(mass > 0, mass, 1.0), now)
        going = new < wcss[active] * (1 - tol)
        wcss[active] = np.minimum(new, wcss[active])
        if not going.any():
            break
        if not going.all():
            active, heavy, light = active[going], heavy[going], light[going]
            parts = _blocks(whose[active], len(rows), k * rows.shape[1])
    cost, labels = _nearest(rows, every, centers)
    return centers, labels, np.einsum("bn,bn->b", weights, cost)


def _nearest(rows: Singles, parts: Sequence[_Block], centers: Floats) -> tuple[Singles, Labels]:
    """Return the squared distance (B, n) to the nearest center and its label (B, n).

    Positive floats are in the order of their bits; the last bits are given up for the label, and
    one minimum finds both.
    """
    fits, k, p = centers.shape
    n = rows.shape[1]
    scores = np.ones((fits, k, p + 2), dtype=np.float32)
    scores[..., :p] = -2.0 * centers
    scores[..., p] = np.einsum("bkp,bkp->bk", centers, centers)
    low = (1 << (k - 1).bit_length()) - 1
    # whole rows, not single numbers: with these NumPy takes several at a time
    nothing = np.zeros((k, n), dtype=np.int32)
    number = nothing + np.arange(k, dtype=np.int32)[:, None]
    best = np.empty((fits, n), dtype=np.int32)
    for part, runs in parts:
        away = np.empty((part.stop - part.start, k, n), dtype=np.float32)
        for run, here, table in runs:
            mine = scores[run].reshape(-1, p + 2)
            np.matmul(mine, rows[table].T, out=away[here].reshape(-1, n))
        bits = away.view(np.int32)
        np.maximum(bits, nothing, out=bits)  # of what rounding made negative
        bits &= ~low
        bits |= number
        np.minimum.reduce(bits, axis=1, out=best[part])
    label = best & low
    best &= ~low
    return best.view(np.float32), label


def _sums(
    rows: Singles, parts: Sequence[_Block], weight: Singles, label: Labels, k: int
) -> Singles:
    """Return (B, k, columns) weighted sums of the rows per fit and label."""
    fits, n = label.shape
    columns = rows.shape[-1]
    sums = np.empty((fits, k, columns), dtype=np.float32)
    step = max(part.stop - part.start for part, _ in parts)
    first = np.arange(0, step * k * n, k * n)[:, None] + np.arange(n)
    for part, runs in parts:
        mine = label[part]
        member = np.zeros((len(mine), k, n), dtype=np.float32)  # filled in where a row belongs
        place = mine * np.int32(n) + first[: len(mine)]
        member.ravel()[place.ravel()] = weight[part].ravel()
        for run, here, table in runs:
            np.matmul(member[here].reshape(-1, n), rows[table], out=sums[run].reshape(-1, columns))
    return sums


def _blocks(whose: NDArray[np.intp], tables: int, size: int) -> list[_Block]:
    """Return slices of fits that together hold about ``BLOCK`` numbers, and the runs in each.

    A run is of fits that are one product: a slice of all, of those of the block, and the table.
    Which fits share a product does not depend on fits on other tables.
    """
    step = max(1, BLOCK // size)
    ends = [0, *(np.flatnonzero(np.diff(whose)) + 1).tolist(), len(whose)]
    blocks: list[_Block] = []
    for start, end in pairwise(ends):
        for at in range(start, end, step):
            stop = min(at + step, end)
            if not blocks or stop - blocks[-1][0].start > step:
                blocks.append((slice(at, stop), []))
            first, runs = blocks[-1][0].start, blocks[-1][1]
            runs.append((slice(at, stop), slice(at - first, stop - first), int(whose[at]) % tables))
            blocks[-1] = (slice(first, stop), runs)
    return blocks


def _draw(weights: Floats, uniform: Floats) -> NDArray[np.intp]:
    """Draw row numbers (B, t) with probability in proportion to ``weights`` (B, n)."""
    cumulative = np.cumsum(weights, axis=1)
    drawn = np.empty(uniform.shape, dtype=np.intp)
    for b in range(weights.shape[0]):
        drawn[b] = np.searchsorted(cumulative[b], uniform[b] * cumulative[b, -1], side="right")
    last: int = weights.shape[1] - 1
    return np.clip(drawn, 0, last)
