"""Many small K-Means fits at once, in NumPy: for bootstraps and reference clouds.

scikit-learn fits one K-Means at a time with a fixed cost per fit; choosing K needs hundreds of
small fits. Here B fits share each matrix product. Final centers never come from here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["lloyd", "plus_plus"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Labels = NDArray[np.int32]

BLOCK = 250_000  # distances held at once: they stay in the processor's cache


def plus_plus(Z: Floats, weights: Floats, k: int, rng: np.random.Generator) -> Floats:
    """Draw greedy k-means++ centers for B weightings of the same rows.

    The first ``j`` centers of each draw are a k-means++ start for ``j`` clusters
    (Arthur & Vassilvitskii 2007; greedy: the best of ``2 + log k`` candidates each time).

    Parameters
    ----------
    Z : (n, p); weights : (B, n), not negative, each row with a positive sum.

    Returns
    -------
    (B, k, p) centers.
    """
    fits, p = weights.shape[0], Z.shape[1]
    trials = 2 + int(np.log(k)) if k > 1 else 1
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


def lloyd(
    Z: Floats, weights: Floats, centers: Floats, *, max_iter: int = 30, tol: float = 3e-4
) -> tuple[Floats, Labels, Floats]:
    """Run Lloyd passes for B weightings of the same rows, in single precision.

    Parameters
    ----------
    Z : (n, p); weights : (B, n); centers : (B, k, p) to start from.
    tol : a fit ends when its WCSS falls by less than this share in a pass.

    Returns
    -------
    centers (B, k, p), labels (B, n) of all rows, weighted WCSS (B,).
    """
    fits, k, p = centers.shape
    centers = centers.copy()
    n = Z.shape[0]
    squares = np.einsum("np,np->n", Z, Z)
    labels = np.zeros((fits, n), dtype=np.int32)
    wcss = np.full(fits, np.inf)
    active = np.arange(fits)
    extended = np.concatenate([Z, np.ones((n, 1))], axis=1).astype(np.float32)
    light = weights.astype(np.float32)
    for _ in range(max_iter):
        if active.size == 0:
            break
        now = centers[active]
        cost, label = _nearest(extended, now)
        new = np.maximum(np.einsum("bn,bn->b", weights[active], cost + squares), 0.0)
        labels[active] = label
        going = new < wcss[active] * (1 - tol)
        wcss[active] = np.minimum(new, wcss[active])
        sums = _sums(extended, light[active], label, k)
        mass = sums[..., p:]
        centers[active] = np.where(mass > 0, sums[..., :p] / np.where(mass > 0, mass, 1.0), now)
        active = active[going]
    cost, labels = _nearest(extended, centers)
    wcss = np.maximum(np.einsum("bn,bn->b", weights, cost + squares), 0.0)
    return centers, labels, wcss


def _sums(extended: Singles, weight: Singles, label: Labels, k: int) -> Singles:
    """Return (B, k, columns) weighted sums of the rows per fit and label."""
    fits, n = label.shape
    sums = np.empty((fits, k, extended.shape[1]), dtype=np.float32)
    step = max(1, BLOCK // (k * n))
    every = np.arange(k, dtype=np.int32)[:, None]
    for start in range(0, fits, step):
        part = slice(start, min(start + step, fits))
        member = (label[part, None, :] == every) * weight[part, None, :]
        sums[part] = (member.reshape(-1, n) @ extended).reshape(-1, k, extended.shape[1])
    return sums


def _nearest(extended: Singles, centers: Floats) -> tuple[Singles, Labels]:
    """Return ``min_k |c|^2 - 2 z.c`` (B, n) and its label (B, n); rows are ``(z, 1)``."""
    fits, k, p = centers.shape
    n = extended.shape[0]
    norms = np.einsum("bkp,bkp->bk", centers, centers)[..., None]
    scores = np.concatenate([-2.0 * centers, norms], axis=2).astype(np.float32)
    best = np.empty((fits, n), dtype=np.float32)
    label = np.zeros((fits, n), dtype=np.int32)
    step = max(1, BLOCK // (k * n))
    for start in range(0, fits, step):
        part = slice(start, min(start + step, fits))
        product = (scores[part].reshape(-1, p + 1) @ extended.T).reshape(-1, k, n)
        low, at = best[part], label[part]
        low[...] = product[:, 0]
        for j in range(1, k):
            np.putmask(at, product[:, j] < low, np.int32(j))
            np.minimum(low, product[:, j], out=low)
    return best, label


def _draw(weights: Floats, uniform: Floats) -> NDArray[np.intp]:
    """Draw row numbers (B, t) with probability in proportion to ``weights`` (B, n)."""
    cumulative = np.cumsum(weights, axis=1)
    drawn = np.empty(uniform.shape, dtype=np.intp)
    for b in range(weights.shape[0]):
        drawn[b] = np.searchsorted(cumulative[b], uniform[b] * cumulative[b, -1], side="right")
    last: int = weights.shape[1] - 1
    return np.clip(drawn, 0, last)
