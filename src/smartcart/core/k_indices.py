"""Internal indices of a partition: silhouette, Calinski-Harabasz, Davies-Bouldin.

Equal to scikit-learn's to 1e-8; the distances between rows are computed once for all K.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from smartcart.core.k_lloyd import for_each

__all__ = ["BEST", "calinski_harabasz", "davies_bouldin", "separations", "silhouettes"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

SILHOUETTE_ROWS = 128  # rows whose distances to all others are held at once, per thread


def silhouettes(Z: Floats, partitions: Sequence[Labels]) -> list[float | None]:
    """Return the mean silhouette width (Rousseeuw 1987) of each partition of the same rows.

    ``s = (b - a) / max(a, b)``: ``a`` the mean distance to the own cluster, ``b`` to the nearest
    other one; 0 for a row alone in its cluster; None with fewer than two clusters. All partitions
    share the distances, which are computed a block of rows at a time.

    Parameters
    ----------
    Z : (n, p); partitions : labels (n,) each.

    >>> import numpy as np
    >>> labels = np.array([0, 0, 1, 1], dtype=np.int32)
    >>> silhouettes(np.array([[0.0], [1.0], [9.0], [10.0]]), [labels])[0].__round__(4)
    0.8885
    """
    if not partitions:
        return []
    codes = [np.unique(labels, return_inverse=True)[1] for labels in partitions]
    sizes = [np.bincount(code) for code in codes]
    ends = np.cumsum([size.shape[0] for size in sizes])[:-1]
    member = np.concatenate([np.eye(len(s))[c] for c, s in zip(codes, sizes, strict=True)], axis=1)
    norms = np.einsum("ij,ij->i", Z, Z)
    n = Z.shape[0]

    def widths(start: int) -> list[float]:
        block = slice(start, min(start + SILHOUETTE_ROWS, n))
        away = _distances(Z, norms, block)
        parts = np.split(away @ member, ends, axis=1)
        return [
            _width(sums, code[block], size)
            for sums, code, size in zip(parts, codes, sizes, strict=True)
        ]

    blocks = for_each(widths, range(0, n, SILHOUETTE_ROWS))
    return [
        sum(column) / n if 2 <= size.shape[0] < n else None
        for size, column in zip(sizes, zip(*blocks, strict=True), strict=True)
    ]


def _distances(Z: Floats, norms: Floats, block: slice) -> Floats:
    """Return the (rows of the block, n) Euclidean distances, zero from a row to itself."""
    result: Floats = Z[block] @ Z.T
    result *= -2.0
    result += norms[block, None]
    result += norms
    np.maximum(result, 0.0, out=result)
    rows = np.arange(result.shape[0])
    result[rows, rows + block.start] = 0.0
    return np.sqrt(result, out=result)


def _width(sums: Floats, codes: NDArray[np.intp], sizes: NDArray[np.intp]) -> float:
    """Return the sum of the widths of rows with the sums of distances to each cluster (m, k)."""
    rows = np.arange(codes.shape[0])
    own = sums[rows, codes] / np.maximum(sizes[codes] - 1, 1)
    means = sums / sizes
    means[rows, codes] = np.inf
    other = means.min(axis=1)
    largest = np.maximum(own, other)
    told = (largest > 0) & (sizes[codes] > 1) & np.isfinite(other)
    return float(np.where(told, (other - own) / np.where(told, largest, 1.0), 0.0).sum())


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
    apart = _distances(means, np.einsum("ij,ij->i", means, means), slice(0, k))
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


SEPARATIONS: dict[str, Callable[[Floats, Labels], float | None]] = {
    "calinski_harabasz": calinski_harabasz,
    "davies_bouldin": davies_bouldin,
}
"""Indices of one partition by the names that they have in ``KRow``."""
BEST = {"silhouette": 1, "calinski_harabasz": 1, "davies_bouldin": -1}
"""Which value each rule picks: 1 the largest, -1 the smallest."""


def separations(Z: Floats, labels: Labels) -> dict[str, float | None]:
    """Return the indices of a partition of rows (n, p) by name; None where one is not defined.

    >>> labels = np.array([0, 0, 1, 1], dtype=np.int32)
    >>> separations(np.array([[0.0], [1], [9], [10]]), labels)["calinski_harabasz"]
    162.0
    """
    return {name: index(Z, labels) for name, index in SEPARATIONS.items()}
