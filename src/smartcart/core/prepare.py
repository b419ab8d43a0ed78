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

__all__ = [
    "apply_recipe",
    "choose_transform",
    "fit_recipe",
    "on_formed_scale",
    "transform_values",
    "unit_of",
]

Floats = NDArray[np.float64]

TAIL = 0.005  # share of values capped at each end
VARIES = 0.1  # a figure that varies by less than this share of its mean ...
MOSTLY = 0.8  # ... and is the same for so many customers carries nothing ...
SMALLEST = 0.01  # ... and has a weight of what it varies, or this
COUNTS = 100  # whole numbers of up to about this size count something
GRAINS = 16  # units in a middling amount of money
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


def unit_of(x: Floats, unit: str) -> float:
    """Return the unit in which the logarithm of a column is taken: 1 but for amounts.

    ``log(1 + x)`` of euros is not that of cents. So money is measured by itself: its unit is a
    fixed share of the median of what is not 0. A number of unknown unit is an amount, too, but for
    small whole numbers: they count something.

    >>> unit_of(np.array([0.0, 64.0]), "money"), unit_of(np.array([0.0, 0.64]), "money")
    (4.0, 0.04)
    >>> unit_of(np.array([0.0, 512.0]), "days")
    1.0
    """
    some = np.abs(x[x != 0])
    if not some.size:
        return 1.0
    middle = float(np.median(some))
    counts = middle <= COUNTS and bool((some == np.round(some)).all())
    amount = unit == "money" or (unit == "" and not counts)
    return middle / GRAINS if amount else 1.0


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
    carries = [_carries(column) for column in rows.T]
    sizes = dict.fromkeys((f.theme for f in features), 0.0)
    for feature, share in zip(features, carries, strict=True):
        sizes[feature.theme] += share**2
    fills, lows, highs, transforms, units = [], [], [], [], []
    Z = np.empty_like(rows)
    for j, feature in enumerate(features):
        present = rows[~np.isnan(rows[:, j]), j]
        if present.size == 0:
            raise DataError.of(
                f"feature {feature.name!r} has no value at all",
                "some values",
                f"leave {', '.join(feature.columns)} out or fill it",
            )
        low, high = (float(q) for q in np.quantile(present, [TAIL, 1 - TAIL]))
        if low == high:  # a column of one value but for a few: its tails are its content
            low, high = float(present.min()), float(present.max())
        fill = high if feature.blank == "longest" else float(np.median(present))
        capped = np.clip(np.where(np.isnan(rows[:, j]), fill, rows[:, j]), low, high)
        unit = unit_of(capped, feature.unit)
        transform = feature.transform or choose_transform(capped / unit)
        fills.append(fill)
        lows.append(low)
        highs.append(high)
        transforms.append(transform)
        units.append(unit)
        Z[:, j] = transform_values(capped / unit, transform)
    scaler = StandardScaler().fit(Z)
    return Recipe(
        features=tuple(features),
        transform=tuple(transforms),
        fill=tuple(fills),
        low=tuple(lows),
        high=tuple(highs),
        mean=tuple(float(m) for m in scaler.mean_),
        scale=tuple(float(s) for s in scaler.scale_),
        weight=tuple(
            c / max(sizes[f.theme], SMALLEST) ** 0.5 for c, f in zip(carries, features, strict=True)
        ),
        unit=tuple(units),
    )


def _carries(x: Floats) -> float:
    """Return the weight (0 to 1) of a column in its theme: 1, but for one that carries nothing.

    A figure may be the same for all but by chance: lines per order, where now and then two
    purchases fall on one day. Standardized, chance would form segments.
    """
    known = x[~np.isnan(x)]
    if known.size == 0 or known.min() < 0:
        return 1.0
    varies = float(known.std()) / (float(known.mean()) or 1.0)
    most = int(np.unique(known, return_counts=True)[1].max()) / known.size
    return max(varies, SMALLEST) if varies < VARIES and most >= MOSTLY else 1.0


def apply_recipe(X: Floats, recipe: Recipe) -> Floats:
    """Return the (n, p) standardized array of (n, p) features in original units.

    Missing values (NaN) get the fill of the recipe.
    """
    Z = np.empty(X.shape, dtype=np.float64, order="F")  # it is made, and mostly read, by column
    for j, transform in enumerate(recipe.transform):
        low, high, z = recipe.low[j], recipe.high[j], Z[:, j]
        np.clip(X[:, j], low, high, out=z)
        missing = np.isnan(z)
        if missing.any():
            z[missing] = np.clip(recipe.fill[j], low, high)
        if recipe.unit:
            z /= recipe.unit[j]
        if transform != "identity":
            z[:] = transform_values(z, transform)
        z -= recipe.mean[j]
        z *= recipe.weight[j] / recipe.scale[j]
    return Z


def on_formed_scale(X: Floats, features: Sequence[Feature], recipe: Recipe) -> Floats:
    """Return (n, q) values on the scale on which segments were formed, not standardized.

    The first columns are those of the recipe; the others, which only describe, are capped and
    transformed by the same rules. Missing values stay missing.
    """
    out = np.full_like(X, np.nan)
    for j, feature in enumerate(features):
        known = ~np.isnan(X[:, j])
        if not known.any():
            continue
        x = X[known, j]
        if j < len(recipe.features):
            low, high = recipe.low[j], recipe.high[j]
            unit = recipe.unit[j] if recipe.unit else 1.0
            transform: Transform = recipe.transform[j]
        else:
            low, high = (float(q) for q in np.quantile(x, [TAIL, 1 - TAIL]))
            if low == high:
                low, high = float(x.min()), float(x.max())
            unit = unit_of(np.clip(x, low, high), feature.unit)
            transform = feature.transform or choose_transform(np.clip(x, low, high) / unit)
        out[known, j] = transform_values(np.clip(x, low, high) / unit, transform)
    return out
