"""One customer by feature values: why in this segment, and what if the values were others."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from smartcart.core import prepare
from smartcart.core.explain import explain as explain_rows
from smartcart.errors import UsageError, did_you_mean
from smartcart.records import Explanation, Feature, Model

__all__ = [
    "SegmentDistance",
    "WhatIf",
    "explain_values",
    "share_groups",
    "start_values",
    "what_if",
]

ROUNDED = 0.005  # what shares that were typed rounded may exceed the whole by
_PART = re.compile(r"(channel|category)_share_\d+")  # of the money of an order log
_DAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day_share")


@dataclass(frozen=True, slots=True)
class SegmentDistance:
    """How far a customer is from a segment, in standardized units."""

    segment_id: int
    segment: str
    distance: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The segment that feature values give; ``distances`` to all, the nearest first."""

    values: tuple[float | None, ...]  # of the model's forming features, in order
    explanation: Explanation
    distances: tuple[SegmentDistance, ...]


def start_values(model: Model, segment_id: int | None = None) -> tuple[float | None, ...]:
    """Return values to start from: the means of a segment, else what stands for missing ones."""
    if segment_id is None:
        return tuple(model.recipe.fill)
    means = model.centroids_original[model.ids.index(segment_id)]
    return tuple(None if math.isnan(v) else float(v) for v in means)


def share_groups(features: Sequence[Feature]) -> tuple[tuple[int, ...], ...]:
    """Return the places of features that are parts of one whole: together they are at most 1.

    Shares of the same purchases or of the same money under one theme, of the categories of one
    column, of the channels, categories or weekdays of an order log.

    >>> web, shop = (
    ...     Feature(n, n, "share", "share", (n,), n, ("web", "shop"), theme="channels")
    ...     for n in ("web", "shop")
    ... )
    >>> share_groups([web, shop])
    ((0, 1),)
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, one in enumerate(features):
        found = _PART.fullmatch(one.name)
        key: tuple[object, ...] | None = None
        if one.op == "share":
            key = ("share", one.denominator, one.theme)
        elif one.op == "is" and one.unit == "share":
            key = ("is", one.columns)
        elif one.op == "column" and found:
            key = ("part", found[1])
        elif one.op == "column" and _DAY.fullmatch(one.name):
            key = ("day",)
        if key is not None:
            groups.setdefault(key, []).append(place)
    return tuple(tuple(places) for places in groups.values())


def _refuse_more_than_all(
    features: Sequence[Feature], row: Sequence[float | None], start: Sequence[float | None]
) -> None:
    """Raise ``UsageError`` where parts of one whole are more than it, or than they were before."""
    for places in share_groups(features):
        together = sum(row[i] or 0.0 for i in places)
        before = sum(start[i] or 0.0 for i in places)
        less = next((i for i in places if (row[i] or 0.0) < -ROUNDED), None)
        if less is not None:
            raise UsageError.of(
                f"{features[less].label or features[less].name} is {100 * (row[less] or 0):.4g}%",
                "a share from 0% to 100%",
                "correct it",
            )
        if together > max(1.0, before) + ROUNDED:
            names = [features[i].label or features[i].name for i in places if row[i]]
            told = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
            adds = "is" if len(names) == 1 else "add up to"
            raise UsageError.of(
                f"{told} {adds} {100 * together:.4g}%",
                "parts of one whole, at most 100% together",
                "lower one of them",
            )


def what_if(
    model: Model,
    values: Mapping[str, float | None],
    *,
    start: Sequence[float | None] | None = None,
    other: str | None = None,
) -> WhatIf:
    """Return the segment of a customer whose features have these values.

    Parameters
    ----------
    values : by feature name, in original units; None is not known.
    start : values of all features in order, which ``values`` change; else none is known.
    other : the segment to compare with, by name; else the runner-up.

    Raises
    ------
    UsageError
        Where a feature is unknown, a value no finite number, or parts are more than their whole.
    """
    names = [f.name for f in model.recipe.features]
    row: list[float | None] = [None] * len(names) if start is None else list(start)
    for name, value in values.items():
        if name not in names:
            raise UsageError.of(
                f"{name[:80]!r} is no feature that forms segments",
                f"one of {', '.join(names)}",
                "correct the name." + did_you_mean(name, names),
            )
        if value is not None and not math.isfinite(value):
            raise UsageError.of(
                f"{name} is {value}", "a finite number, or nothing", "correct the value"
            )
        row[names.index(name)] = value
    before = [None] * len(names) if start is None else start
    _refuse_more_than_all(model.recipe.features, row, before)
    return explain_values(model, "what if", row, other=other)


def explain_values(
    model: Model, customer_id: str, values: Sequence[float | None], *, other: str | None = None
) -> WhatIf:
    """Explain the segment of a customer with these values of the forming features.

    Raises ``UsageError`` where there is no segment ``other``.
    """
    if other is not None and other not in model.names:
        raise UsageError.of(
            f"there is no segment {other[:80]!r}",
            f"one of {', '.join(model.names)}",
            "choose one of them",
        )
    X = np.array([[np.nan if v is None else float(v) for v in values]])
    against = None if other is None else model.names.index(other) + 1
    told = explain_rows(X, [customer_id], model, against)[0]
    apart = np.sqrt(
        ((prepare.apply_recipe(X, model.recipe) - np.array(model.centroids)) ** 2).sum(axis=1)
    )
    order = np.argsort(apart, kind="stable")
    return WhatIf(
        tuple(values),
        replace(
            told,
            segment_id=model.ids[told.segment_id - 1],
            other_id=None if told.other_id is None else model.ids[told.other_id - 1],
        ),
        tuple(SegmentDistance(model.ids[i], model.names[i], float(apart[i])) for i in order),
    )
