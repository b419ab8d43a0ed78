"""Why a customer is in this segment: what each feature adds, exactly.

K-Means gives a customer to the nearest centroid, and a squared distance is a sum over features. So
the difference of the squared distances to another centroid and to the own one is a sum as well:

    d2 - d1 = sum over features of (z_j - other_j)^2 - (z_j - own_j)^2

Nothing is approximated, and no term depends on the order of the features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core import kmeans, prepare
from smartcart.core.naming import say
from smartcart.errors import DataError
from smartcart.records import (
    Contribution,
    Explanation,
    Feature,
    FeatureShare,
    Model,
    Reason,
)

__all__ = ["Why", "explain", "reasons", "why"]

Floats = NDArray[np.float64]
TOLD = 3  # features that the sentence names
TELLING = 0.05  # share of all that a feature must add to be named


class Why(NamedTuple):
    """Per row: the own and the other label, squared distances to both, and (n, p) contributions."""

    labels: NDArray[np.int64]
    others: NDArray[np.int64]
    d1: Floats
    d2: Floats
    parts: Floats


def why(Z: ArrayLike, centers: ArrayLike, other: int | None = None) -> Why:
    """Split the lead of the nearest centroid over another one into what each feature adds.

    Parameters
    ----------
    Z : (n, p) standardized; centers : (k, p) with k of at least 2.
    other : label of the segment to compare with; without it the second nearest of each row. Rows
        that are in ``other`` themselves are compared with their second nearest.

    Returns
    -------
    ``parts`` (n, p) add up to ``d2 - d1`` in each row.

    Raises
    ------
    DataError : where there is one center only, so nothing to compare with.

    >>> found = why([[0.0, 1.0]], [[0.0, 0.0], [3.0, 0.0], [9.0, 9.0]])
    >>> int(found.labels[0]), int(found.others[0]), found.parts.tolist()
    (0, 1, [[9.0, 0.0]])
    """
    rows, middles = np.asarray(Z, dtype=np.float64), np.asarray(centers, dtype=np.float64)
    if len(middles) < 2:
        raise DataError.of(
            "there is one segment only", "at least two to compare", "ask for a larger K"
        )
    labels = kmeans.assign(rows, middles)[0].astype(np.int64)
    apart = np.stack([((rows - c) ** 2).sum(axis=1) for c in middles], axis=1)
    every = np.arange(len(rows))
    d1 = apart[every, labels].copy()
    apart[every, labels] = np.inf
    others = apart.argmin(axis=1)
    if other is not None:
        others = np.where(labels == other, others, other)
    d2 = apart[every, others]
    parts = (rows - middles[others]) ** 2 - (rows - middles[labels]) ** 2
    return Why(labels, others, d1, d2, parts)


def explain(
    X: ArrayLike, ids: Sequence[object], model: Model, other: int | None = None
) -> tuple[Explanation, ...]:
    """Say of each customer why it is in its segment and not in the second nearest.

    Parameters
    ----------
    X : (n, p) features of the model's recipe in original units, NaN where missing; ids : n.
    other : id (from 1) of the segment to compare with, instead of the second nearest.

    Raises
    ------
    DataError : where X has not one column per feature, or the model has no segment ``other``.
    """
    rows = np.atleast_2d(np.asarray(X, dtype=np.float64))
    recipe, k = model.recipe, len(model.centroids)
    if rows.shape != (len(ids), len(recipe.features)):
        raise DataError.of(
            f"the array has the shape {rows.shape}",
            f"{len(ids)} rows of {len(recipe.features)} features",
            "give the features of the model's recipe, in order",
        )
    if other is not None and not 1 <= other <= k:
        raise DataError.of(
            f"there is no segment {other}", f"a number from 1 to {k}", "choose one of them"
        )
    Z, centers = prepare.apply_recipe(rows, recipe), np.array(model.centroids)
    if k == 1:
        distance = np.sqrt(((Z - centers[0]) ** 2).sum(axis=1))
        return tuple(
            Explanation(str(i), 1, model.names[0], None, "", float(d), None, 1.0, (), _ALONE)
            for i, d in zip(ids, distance, strict=True)
        )
    found = why(Z, centers, None if other is None else other - 1)
    filled = np.where(np.isnan(rows), np.array(recipe.fill), rows)
    counted = np.clip(filled, np.array(recipe.low), np.array(recipe.high))
    return tuple(_one(str(i), r, rows[r], counted[r], found, model) for r, i in enumerate(ids))


def reasons(
    Z: ArrayLike,
    centers: ArrayLike,
    features: Sequence[Feature],
    names: Sequence[str],
    sample_weight: ArrayLike | None = None,
) -> tuple[Reason, ...]:
    """Say of each segment which features keep its customers there, on average over them.

    Parameters
    ----------
    Z : (n, p) standardized; centers : (k, p); features : p; names : k.
    sample_weight : (n,); rows of weight 0 (copies) are left out.

    Returns
    -------
    One reason per segment that has customers; nothing where there is one segment only.
    """
    rows, middles = np.asarray(Z, dtype=np.float64), np.asarray(centers, dtype=np.float64)
    if len(middles) < 2:
        return ()
    if sample_weight is not None:
        rows = rows[np.asarray(sample_weight) > 0]
    found = why(rows, middles)
    told = []
    for i, name in enumerate(names):
        here = found.labels == i
        if not here.any():
            continue
        met = np.bincount(found.others[here], minlength=len(names))
        second = int(met.argmax())
        mean = found.parts[here].mean(axis=0)
        shares = (mean / (float(np.abs(mean).sum()) or 1.0)).tolist()
        parts = tuple(
            FeatureShare(f.name, f.label, share) for f, share in zip(features, shares, strict=True)
        )
        runner_up, share = names[second], float(met[second] / met.sum())
        told.append(
            Reason(
                i + 1,
                name,
                int(here.sum()),
                runner_up,
                share,
                parts,
                _mostly(parts, runner_up, share),
            )
        )
    return tuple(told)


def _mostly(parts: Sequence[FeatureShare], runner_up: str, share: float) -> str:
    top = [one for one in sorted(parts, key=lambda one: -one.share) if one.share >= TELLING][:TOLD]
    often = f"{runner_up} is the runner-up for {share:.0%} of them."
    if not top:
        return f"Many features keep them here, each by little. {often}"
    listed = [f"{one.label} ({one.share:.0%})" for one in top]
    joined = listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
    return f"Mostly {joined}. {often}"


_ALONE = "There is one segment only, so there is nothing to be nearer to."


def _one(
    name: str, r: int, given: Floats, counted: Floats, found: Why, model: Model
) -> Explanation:
    a, b = int(found.labels[r]), int(found.others[r])
    own, other = model.names[a], model.names[b]
    parts = found.parts[r]
    total = float(np.abs(parts).sum()) or 1.0
    contributions, briefly = [], []
    for j in np.argsort(-np.abs(parts), kind="stable"):
        feature = model.recipe.features[j]
        value = None if np.isnan(given[j]) else float(given[j])
        handled: Literal["", "filled", "capped"] = ""
        if value is None:
            handled = "filled"
        elif value != counted[j]:
            handled = "capped"
        here, there = model.centroids_original[a][j], model.centroids_original[b][j]
        what, mine, theirs = _words(feature, value, float(counted[j]), here, there)
        briefly.append(f"{what}, where they have {mine} and {theirs}")
        contributions.append(
            Contribution(
                feature.name,
                feature.label,
                feature.unit,
                value,
                float(counted[j]),
                handled,
                here,
                there,
                float(parts[j]),
                float(parts[j]) / total,
                f"{what}, where {own} has {mine} and {other} {theirs}",
            )
        )
    distance, apart = float(np.sqrt(found.d1[r])), float(np.sqrt(found.d2[r]))
    trust = (apart - distance) / (apart + distance) if apart + distance > 0 else 0.0
    return Explanation(
        name,
        a + 1,
        own,
        b + 1,
        other,
        distance,
        apart,
        max(trust, 0.0),
        tuple(contributions),
        _sentence(own, other, contributions, briefly),
    )


def _words(
    feature: Feature, value: float | None, counted: float, here: float, there: float
) -> tuple[str, str, str]:
    """Return a value in words, and the means of both segments.

    A missing value is told with what stood for it, an extreme one with what it counted as.

    >>> spend = Feature("spend", "Spend", "money", "sum", (), "")
    >>> _words(spend, 1355.0, 1355.0, 1400.0, 796.0)
    ('Spend 1,355', '1,400', '796')
    >>> _words(spend, None, 400.0, 500.0, 90.0)[0]
    'Spend not known, so 400 was assumed'
    >>> _words(spend, 9000.0, 2500.0, 500.0, 90.0)[0]
    'Spend 9,000, counted as 2,500'
    """
    # not "Days as a customer 41 days"
    unit = "" if feature.unit == "days" and feature.label.startswith("Days") else feature.unit
    mine, theirs = ("no figure" if np.isnan(x) else say(x, unit) for x in (here, there))
    if value is None:
        text = f"not known, so {say(counted, unit)} was assumed"
    elif value != counted:
        text = f"{say(value, unit)}, counted as {say(counted, unit)}"
    else:
        text = say(value, unit)
    return f"{feature.label} {text}", mine, theirs


def _sentence(
    own: str, other: str, contributions: Sequence[Contribution], briefly: Sequence[str]
) -> str:
    """Return why the customer is here, and what speaks for the other segment."""
    pairs = [
        (c, text) for c, text in zip(contributions, briefly, strict=True) if abs(c.share) >= TELLING
    ]
    pro = [(c.sentence, text) for c, text in pairs if c.contribution > 0][:TOLD]
    contra = [text for c, text in pairs if c.contribution < 0][:TOLD]
    text = f"Nearer to {own} than to {other}"
    if pro:
        text += f": {'; '.join([pro[0][0], *(brief for _, brief in pro[1:])])}."
    else:
        text += ", by little in each of many features."
    if contra:
        text += f" Speaking for {other}: {'; '.join(contra)}."
    return text
