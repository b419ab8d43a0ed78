"""What would move a customer to another segment: the least change of one feature at a time.

A squared distance is a sum over features, so the lead of the own centroid over another one is
linear in each of them. Moving feature j by ``delta`` changes that lead by ``2 delta (own_j -
other_j)``; it is gone at ``delta = -lead / (2 (own_j - other_j))``. The smallest such change over
all other centroids is where the customer crosses, for on the way every other lead is still held.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smartcart.core import kmeans
from smartcart.records import Recipe

__all__ = ["crossings", "original"]

Floats = NDArray[np.float64]


def crossings(z: Floats, centers: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return per feature the least change that crosses to another centroid, and which one.

    Parameters
    ----------
    z : (p,) a customer in standardized units.
    centers : (K, p) centroids, K at least 2.

    Returns
    -------
    (p,) changes, infinite where no change of that feature alone crosses, and (p,) labels.

    >>> crossings(np.array([0.0, 0.0]), np.array([[0.0, 0.0], [2.0, 0.0]]))
    (array([ 1., inf]), array([1, 0]))
    """
    own = int(kmeans.assign(z[None], centers)[0][0])
    lead = ((z - centers) ** 2).sum(axis=1) - ((z - centers[own]) ** 2).sum()
    slope = 2 * (centers[own] - centers)  # (K, p)
    change = np.full(slope.shape, np.inf)
    np.divide(-lead[:, None], slope, out=change, where=slope != 0)
    change[own] = np.inf
    nearest = np.abs(change).argmin(axis=0)
    least = np.take_along_axis(change, nearest[None], axis=0)[0]
    return least, np.where(np.isfinite(least), nearest, own)


def original(z: float, j: int, recipe: Recipe) -> float | None:
    """Return a standardized value of feature ``j`` in original units; None beyond its caps."""
    y = z * recipe.scale[j] / recipe.weight[j] + recipe.mean[j]
    transform = recipe.transform[j]
    if transform == "sqrt" and y < 0:
        return None
    match transform:
        case "identity":
            x = y
        case "log1p":
            x = float(np.expm1(y))
        case "sqrt":
            x = y * y
        case "asinh":
            x = float(np.sinh(y))
    x *= recipe.unit[j] if recipe.unit else 1.0
    return x if recipe.low[j] <= x <= recipe.high[j] else None
