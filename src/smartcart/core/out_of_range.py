"""Which customers lie far outside what a model was fitted on.

A recipe caps extreme values, so a wild customer is not far from every centroid: it is told by its
values, before they are capped. Whoever is ordinary in each value but not in their combination is
told by the distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.prepare import transform_values
from smartcart.records import Model, Transform

__all__ = ["Bounds", "bounds_of", "outside"]

Floats = NDArray[np.float64]

MARGIN = 0.1  # of the range that the fit has seen, on the scale of the recipe; alike of a distance


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is not far outside: ``low`` and ``high`` (p,) in original units, ``farthest`` (k,)."""

    low: Floats
    high: Floats
    farthest: Floats


def bounds_of(model: Model) -> Bounds | None:
    """Return the bounds of a model; ``None`` where it has no reference to tell them.

    A feature may exceed the range of the fit's customers by a tenth of it, on the scale that the
    recipe brings it to (the logarithm, say), and the distance to the centroid the largest by a
    tenth.
    """
    if model.reference is None:
        return None
    known = {one.column: one.edges for one in model.reference.columns}
    p, k = len(model.recipe.features), len(model.centroids)
    low, high = np.full(p, -np.inf), np.full(p, np.inf)
    for i, feature in enumerate(model.recipe.features):
        edges = known.get(feature.name)
        if not edges:
            continue
        transform = model.recipe.transform[i]
        unit = model.recipe.unit[i] if model.recipe.unit else 1.0
        ends = transform_values(np.array([edges[0], edges[-1]]) / unit, transform)
        room = MARGIN * (ends[1] - ends[0])
        low[i] = min(_back(ends[0] - room, transform) * unit, edges[0])
        high[i] = max(_back(ends[1] + room, transform) * unit, edges[-1])
    far = np.array(model.reference.farthest) * (1 + MARGIN)
    return Bounds(low, high, far if far.size else np.full(k, np.inf))


def outside(
    X: Floats, labels: NDArray[np.integer], distance: Floats, bounds: Bounds
) -> NDArray[np.bool_]:
    """Return which rows lie far outside, (n,) of booleans.

    Parameters
    ----------
    X : (n, p) in original units, NaN where missing: it is in no case outside.
    labels, distance : (n,) of the nearest centroid, from 0.
    """
    found = np.asarray(distance > bounds.farthest[labels])
    for i, x in enumerate(X.T):
        found |= (x < bounds.low[i]) | (x > bounds.high[i])
    return found


def _back(value: float, transform: Transform) -> float:
    """Return the number that a transform brings to ``value``."""
    with np.errstate(over="ignore"):
        match transform:
            case "identity":
                return float(value)
            case "sqrt":
                return float(np.square(max(value, 0.0)))
            case "log1p":
                return float(np.expm1(value))
            case "asinh":
                return float(np.sinh(value))
