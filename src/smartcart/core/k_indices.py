"""Internal indices of a partition: silhouette, Calinski-Harabasz, Davies-Bouldin.

Equal to scikit-learn's to 1e-8; the distances between rows are computed once for all K.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["calinski_harabasz", "davies_bouldin", "distances", "silhouette"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]


def distances(Z: Floats) -> Floats:
    """Return the (n, n) Euclidean distances between the rows of ``Z``, zero on the diagonal."""
    squares = np.einsum("ij,ij->i", Z, Z)
    result: Floats = Z @ Z.T
    result *= -2.0
    result += squares[:, None]
    result += squares[None, :]
    np.maximum(result, 0.0, out=result)
    np.fill_diagonal(result, 0.0)
    return np.sqrt(result, out=result)


def silhouette(away: Floats, labels: Labels) -> float | None:
    """Return the mean silhouette width (Rousseeuw 1987), None with fewer than two clusters.

    ``s = (b - a) / max(a, b)``: ``a`` the mean distance to the own cluster, ``b`` to the nearest
    other one; 0 for a row alone in its cluster.

    Parameters
    ----------
    away : (n, n) from :func:`distances`; labels : (n,).

    >>> import numpy as np
    >>> away = distances(np.array([[0.0], [1.0], [9.0], [10.0]]))
    >>> round(silhouette(away, np.array([0, 0, 1, 1], dtype=np.int32)), 4)
    0.8885
    """
    used, codes = np.unique(labels, return_inverse=True)
    n, k = codes.shape[0], used.shape[0]
    if k < 2 or k >= n:
        return None
    member = np.zeros((n, k))
    member[np.arange(n), codes] = 1.0
    sizes = member.sum(axis=0)
    sums = away @ member
    own = sums[np.arange(n), codes] / np.maximum(sizes[codes] - 1, 1)
    means = sums / sizes
    means[np.arange(n), codes] = np.inf
    other = means.min(axis=1)
    largest = np.maximum(own, other)
    width = np.where(largest > 0, (other - own) / np.where(largest > 0, largest, 1.0), 0.0)
    return float(np.where(sizes[codes] > 1, width, 0.0).mean())


def calinski_harabasz(Z: Floats, labels: Labels) -> float | None:
    """Return ``(between / (k - 1)) / (within / (n - k))`` (Calinski & Harabasz 1974).

    >>> import numpy as np
    >>> calinski_harabasz(np.array([[0.0], [1], [9], [10]]), np.array([0, 0, 1, 1], dtype=np.int32))
    162.0
    """
    means, sizes, codes = _means(Z, labels)
    n, k = Z.shape[0], sizes.shape[0]
    if k < 2 or k >= n:
        return None
    between = float(sizes @ ((means - Z.mean(axis=0)) ** 2).sum(axis=1))
    within = float(((Z - means[codes]) ** 2).sum())
    return 1.0 if within == 0 else between * (n - k) / (within * (k - 1))


def davies_bouldin(Z: Floats, labels: Labels) -> float | None:
    """Return the mean over clusters of the worst ``(s_i + s_j) / d_ij`` (Davies & Bouldin 1979).

    ``s`` is the mean distance to the own center, ``d`` the distance between centers; lower is
    better.

    >>> import numpy as np
    >>> z = np.array([[0.0], [1], [9], [10]])
    >>> round(davies_bouldin(z, np.array([0, 0, 1, 1], dtype=np.int32)), 4)
    0.1111
    """
    means, sizes, codes = _means(Z, labels)
    n, k = Z.shape[0], sizes.shape[0]
    if k < 2 or k >= n:
        return None
    spread = np.bincount(codes, weights=np.sqrt(((Z - means[codes]) ** 2).sum(axis=1))) / sizes
    apart = distances(means)
    if np.allclose(spread, 0) or np.allclose(apart, 0):
        return 0.0
    apart[apart == 0] = np.inf
    ratio = (spread[:, None] + spread[None, :]) / apart
    np.fill_diagonal(ratio, 0.0)
    return float(ratio.max(axis=1).mean())


def _means(Z: Floats, labels: Labels) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Return means and sizes of the clusters in use, and labels renumbered to them."""
    _, codes = np.unique(labels, return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    sums = np.stack([np.bincount(codes, weights=column) for column in Z.T], axis=1)
    return sums / sizes[:, None], sizes, codes
