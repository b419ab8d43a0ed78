"""One customer by feature values: why in this segment, and what if the values were others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from smartcart.core import prepare
from smartcart.core.explain import explain as explain_rows
from smartcart.errors import UsageError, did_you_mean
from smartcart.records import Explanation, Model

__all__ = ["SegmentDistance", "WhatIf", "explain_values", "start_values", "what_if"]


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


def what_if(
    model: Model, values: Mapping[str, float | None], *,
    start: Sequence[float | None] | None = None, other: str | None = None,
) -> WhatIf:  # fmt: skip
    """Return the segment of a customer whose features have these values.

    Parameters
    ----------
    values : by feature name, in original units; None is not known.
    start : values of all features in order, which ``values`` change; else none is known.
    other : the segment to compare with, by name; else the runner-up.

    Raises
    ------
    UsageError
        Where a feature is unknown or a value no finite number.
    """
    names = [f.name for f in model.recipe.features]
    row: list[float | None] = [None] * len(names) if start is None else list(start)
    for name, value in values.items():
        if name not in names:
            raise UsageError.of(
                f"{name[:80]!r} is no feature that forms segments", f"one of {', '.join(names)}",
                "correct the name." + did_you_mean(name, names),
            )  # fmt: skip
        if value is not None and not math.isfinite(value):
            raise UsageError.of(
                f"{name} is {value}", "a finite number, or nothing", "correct the value"
            )
        row[names.index(name)] = value
    return explain_values(model, "what if", row, other=other)


def explain_values(
    model: Model, customer_id: str, values: Sequence[float | None], *, other: str | None = None
) -> WhatIf:
    """Explain the segment of a customer with these values of the forming features.

    Raises ``UsageError`` where there is no segment ``other``.
    """
    if other is not None and other not in model.names:
        raise UsageError.of(
            f"there is no segment {other[:80]!r}", f"one of {', '.join(model.names)}",
            "choose one of them",
        )  # fmt: skip
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
