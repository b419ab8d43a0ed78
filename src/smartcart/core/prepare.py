"""From features in original units to standardized numbers, by a recipe that can be stored.

Pure functions on arrays. The recipe is fitted once, on the sample; applying it is a handful of
element-wise operations that SQL can do as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smartcart.errors import DataError
from smartcart.records import Feature, Recipe, Transform

__all__ = ["apply_recipe", "choose_transform", "fit_recipe", "transform_values"]

Floats = NDArray[np.float64]

TAIL = 0.005  # share of values capped at each end
SKEWED = 1.0  # |skewness| from which a column is "highly skewed" (Bulmer 1979)


def transform_values(x: Floats, transform: Transform) -> Floats:
    """Apply a named transform element-wise.

    >>> transform_values(np.array([0.0, 3.0]), "log1p").round(3).tolist()
    [0.0, 1.386]
    """
    match transform:
        case "identity":
            return x
        case "sqrt":
            return np.sqrt(np.maximum(x, 0.0))
        case "log1p":
            return np.log1p(np.maximum(x, 0.0))
        case "asinh":
            return np.arcsinh(x)


def skewness(x: Floats) -> float:
    """Return the moment coefficient of skewness (0 for a constant)."""
    centred = x - x.mean()
    spread = float(np.sqrt(np.mean(centred**2)))
    return float(np.mean(centred**3)) / spread**3 if spread > 0 else 0.0


def choose_transform(x: Floats) -> Transform:
    """Return the simplest transform that leaves a column close to symmetric.

    A column with ``|skewness|`` up to 1 is left alone; else the candidate that leaves the least
    skewness wins: square root and logarithm for amounts, inverse hyperbolic sine where there are
    negatives. The limit is that of M. G. Bulmer, Principles of Statistics, 1979.

    >>> rng = np.random.default_rng(0)
    >>> choose_transform(rng.normal(size=1000)), choose_transform(rng.lognormal(size=1000) * 100)
    ('identity', 'log1p')
    """
    plain = abs(skewness(x))
    if plain <= SKEWED:
        return "identity"
    candidates: tuple[Transform, ...] = ("sqrt", "log1p") if x.min() >= 0 else ("asinh",)
    best = min(candidates, key=lambda t: abs(skewness(transform_values(x, t))))
    return best if abs(skewness(transform_values(x, best))) < plain else "identity"


def fit_recipe(
    X: Floats, features: Sequence[Feature], sample_weight: Floats | None = None
) -> Recipe:
    """Fit fills, caps, transforms and scales on the rows that weigh.

    Parameters
    ----------
    X : (n, p) features in original units, NaN where missing.
    features : p features; those of one theme share the weight of one.
    sample_weight : (n,); rows of weight 0 are ignored.

    Raises
    ------
    DataError
        Where a feature has no value or is the same in every row.
    """
    from sklearn.preprocessing import StandardScaler

    rows = X if sample_weight is None else X[sample_weight > 0]
    sizes = {f.theme: sum(g.theme == f.theme for g in features) for f in features}
    fills, lows, highs, transforms = [], [], [], []
    Z = np.empty_like(rows)
    for j, feature in enumerate(features):
        present = rows[~np.isnan(rows[:, j]), j]
        if present.size == 0:
            raise DataError.of(
                f"feature {feature.name!r} has no value at all", "some values",
                f"leave {', '.join(feature.columns)} out or fill it",
            )  # fmt: skip
        fill = float(np.median(present))
        low, high = (float(q) for q in np.quantile(present, [TAIL, 1 - TAIL]))
        if low == high:  # a column of one value but for a few: its tails are its content
            low, high = float(present.min()), float(present.max())
        capped = np.clip(np.where(np.isnan(rows[:, j]), fill, rows[:, j]), low, high)
        transform = feature.transform or choose_transform(capped)
        fills.append(fill)
        lows.append(low)
        highs.append(high)
        transforms.append(transform)
        Z[:, j] = transform_values(capped, transform)
    scaler = StandardScaler().fit(Z)
    return Recipe(
        features=tuple(features),
        transform=tuple(transforms),
        fill=tuple(fills),
        low=tuple(lows),
        high=tuple(highs),
        mean=tuple(float(m) for m in scaler.mean_),
        scale=tuple(float(s) for s in scaler.scale_),
        weight=tuple(sizes[f.theme] ** -0.5 for f in features),
    )


def apply_recipe(X: Floats, recipe: Recipe) -> Floats:
    """Return the (n, p) standardized array of (n, p) features in original units.

    Missing values (NaN) get the fill of the recipe.
    """
    Z = np.empty(X.shape, dtype=np.float64, order="F")  # it is made, and mostly read, by column
    for j, transform in enumerate(recipe.transform):
        x = X[:, j]
        filled = np.where(np.isnan(x), recipe.fill[j], x)
        z = transform_values(np.clip(filled, recipe.low[j], recipe.high[j]), transform)
        np.subtract(z, recipe.mean[j], out=Z[:, j])
        Z[:, j] *= recipe.weight[j] / recipe.scale[j]
    return Z
