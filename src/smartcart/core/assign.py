"""From features in original units to a segment, with distance and confidence: once for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core import kmeans, prepare
from smartcart.records import Recipe

__all__ = ["Assigned", "assign"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Assigned:
    """Where n rows belong.

    ``Z`` (n, p) standardized; ``labels`` (n,) from 0; ``d1`` and ``d2`` (n,) squared distances to
    the nearest and the second nearest centroid, the latter infinite where there is one only.
    """

    Z: Floats
    labels: NDArray[np.int32]
    d1: Floats
    d2: Floats

    @property
    def distance(self) -> Floats:
        """Distances (n,) to the own centroid, in standardized units."""
        return np.sqrt(self.d1)

    @property
    def confidence(self) -> Floats:
        """Margins (n,) between the two nearest, ``(d2 - d1) / (d2 + d1)`` of distances, 0 to 1."""
        return kmeans.confidence(np.sqrt(self.d1), np.sqrt(self.d2))


def assign(X: Floats, recipe: Recipe, centers: ArrayLike) -> Assigned:
    """Assign rows by the nearest centroid.

    Parameters
    ----------
    X : (n, q) features in original units, NaN where missing; those of the recipe come first.
    recipe : of p features, p <= q; centers : (k, p) standardized.
    """
    Z = prepare.apply_recipe(X[:, : len(recipe.features)], recipe)
    return Assigned(Z, *kmeans.assign(Z, centers))
