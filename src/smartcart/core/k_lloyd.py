"""Many small K-Means fits at once, in NumPy: for bootstraps and reference clouds.

scikit-learn fits one K-Means at a time with a fixed cost per fit; choosing K needs hundreds of
small fits. Here B fits share each matrix product. Final centers never come from here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_of", "candidates_for", "for_each", "lloyd", "plus_plus"]

R = TypeVar("R")
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Labels = NDArray[np.int32]

SHORT = 4  # passes after which starts that are behind are given up
BLOCK = 250_000  # distances held at once: they stay in the processor's cache


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
    fits, p = weights.shape[0], Z.shape[1]
    trials = candidates_for(k)
    norms = np.einsum("np,np->n", Z, Z)
    every = np.arange(fits)
    centers = np.empty((fits, k, p))
    chosen = _draw(weights, rng.random((fits, 1)))[:, 0]
    centers[:, 0] = Z[chosen]
    nearest = np.maximum(norms - 2 * Z[chosen] @ Z.T + norms[chosen][:, None], 0.0)
    for j in range(1, k):
        candidates = _draw(weights * nearest, rng.random((fits, trials)))
        flat = candidates.ravel()
        away = norms - 2 * Z[flat] @ Z.T + norms[flat][:, None]
        away = np.maximum(away.reshape(fits, trials, -1), 0.0)
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
    fits, k, p = centers.shape
    centers = centers.copy()
    squares = np.einsum("...p,...p->...", Z, Z)[..., None]
    rows = np.concatenate([Z, np.ones_like(squares), squares], axis=-1).astype(np.float32)
    light = weights.astype(np.float32)
    wcss = np.full(fits, np.inf)
    active = np.arange(fits)
    for _ in range(max_iter):
        if active.size == 0:
            break
        now, weight = centers[active], weights[active]
        if active.size == fits:
            own, some = rows, light
        else:
            own, some = rows if rows.ndim == 2 else rows[active], light[active]
        cost, label = _nearest(own, now)
        new = np.einsum("bn,bn->b", weight, cost)
        sums = _sums(own, some, label, k)
        mass = sums[..., p : p + 1]
        centers[active] = np.where(mass > 0, sums[..., :p] / np.where(mass > 0, mass, 1.0), now)
        going = new < wcss[active] * (1 - tol)
        wcss[active] = np.minimum(new, wcss[active])
        active = active[going]
    cost, labels = _nearest(rows, centers)
    wcss = np.einsum("bn,bn->b", weights, cost)
    return centers, labels, wcss


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
    tries, fits, k, p = starts.shape
    each = np.tile(weights, (tries, 1))
    rows = Z if Z.ndim == 2 else np.concatenate([Z] * tries)
    centers, labels, wcss = lloyd(rows, each, starts.reshape(-1, k, p), max_iter=SHORT, tol=tol)
    best = wcss.reshape(tries, fits).min(axis=0)
    going = np.flatnonzero(wcss <= np.tile(best, tries) * behind)
    centers[going], labels[going], wcss[going] = lloyd(
        rows if rows.ndim == 2 else rows[going], each[going], centers[going], max_iter=50, tol=tol
    )
    at = wcss.reshape(tries, fits).argmin(axis=0) * fits + np.arange(fits)
    return centers[at], labels[at], wcss[at]


def for_each(task: Callable[[int], R], items: Iterable[int]) -> list[R]:
    """Return ``task(item)`` of each item, in order, computed on several threads.

    Tasks must not draw random numbers: then the result does not depend on the number of threads.

    >>> for_each(lambda k: k * k, [3, 1])
    [9, 1]
    """
    items = list(items)
    if len(items) == 1:
        return [task(items[0])]
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as threads:
        return list(threads.map(task, items))


def _nearest(rows: Singles, centers: Floats) -> tuple[Singles, Labels]:
    """Return the squared distance (B, n) to the nearest center and its label (B, n).

    ``rows`` are ``(z, 1, |z|^2)``, so that distances are one matrix product. Positive floats are in
    the order of their bits; the last bits are given up for the label, and one minimum finds both.
    """
    fits, k, p = centers.shape
    n = rows.shape[-2]
    norms = np.einsum("bkp,bkp->bk", centers, centers)[..., None]
    scores = np.concatenate([-2.0 * centers, norms, np.ones_like(norms)], axis=2)
    scores = scores.astype(np.float32)
    low = (1 << (k - 1).bit_length()) - 1
    number = np.arange(k, dtype=np.int32)[:, None]
    best = np.empty((fits, n), dtype=np.int32)
    for part in _blocks(fits, k * n):
        if rows.ndim == 2:
            away = (scores[part].reshape(-1, p + 2) @ rows.T).reshape(-1, k, n)
        else:
            away = scores[part] @ rows[part].swapaxes(1, 2)
        np.maximum(away, 0.0, out=away)
        bits = away.view(np.int32)
        bits &= ~low
        bits |= number
        np.minimum.reduce(bits, axis=1, out=best[part])
    label = best & low
    best &= ~low
    return best.view(np.float32), label


def _sums(rows: Singles, weight: Singles, label: Labels, k: int) -> Singles:
    """Return (B, k, columns) weighted sums of the rows per fit and label."""
    fits, n = label.shape
    columns = rows.shape[-1]
    sums = np.empty((fits, k, columns), dtype=np.float32)
    for part in _blocks(fits, k * n):
        mine = label[part]
        member = np.zeros((len(mine), k, n), dtype=np.float32)  # filled in where a row belongs
        first = np.arange(len(mine))[:, None] * (k * n) + np.arange(n)
        member.ravel()[(mine * np.intp(n) + first).ravel()] = weight[part].ravel()
        if rows.ndim == 2:
            sums[part] = (member.reshape(-1, n) @ rows).reshape(-1, k, columns)
        else:
            sums[part] = member @ rows[part]
    return sums


def _blocks(fits: int, size: int) -> Iterator[slice]:
    """Yield slices of fits that together hold about ``BLOCK`` numbers."""
    step = max(1, BLOCK // size)
    for start in range(0, fits, step):
        yield slice(start, min(start + step, fits))


def _draw(weights: Floats, uniform: Floats) -> NDArray[np.intp]:
    """Draw row numbers (B, t) with probability in proportion to ``weights`` (B, n)."""
    cumulative = np.cumsum(weights, axis=1)
    drawn = np.empty(uniform.shape, dtype=np.intp)
    for b in range(weights.shape[0]):
        drawn[b] = np.searchsorted(cumulative[b], uniform[b] * cumulative[b, -1], side="right")
    last: int = weights.shape[1] - 1
    return np.clip(drawn, 0, last)
