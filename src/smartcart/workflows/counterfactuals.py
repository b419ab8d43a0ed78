"""What would move a customer of a model: one feature at a time, in original units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartcart.core import prepare
from smartcart.core.counterfactuals import crossings, original
from smartcart.records import Model

__all__ = ["Move", "moves"]

BEYOND = 1e-6  # of a change: beyond the border, not on it


@dataclass(frozen=True, slots=True)
class Move:
    """One feature that would move a customer, were it ``value`` in original units."""

    feature: str
    value: float
    segment_id: int
    segment: str
    change: float  # in standardized units, with its sign


def moves(values: Sequence[float | None], model: Model, *, limit: int = 5) -> tuple[Move, ...]:
    """Return which features would move a customer, each alone, the least change first.

    A change that would lie beyond the caps of the recipe moves nobody and is left out, so the list
    may be empty.
    """
    if len(model.centroids) < 2:
        return ()
    X = np.array([[np.nan if v is None else float(v) for v in values]])
    centers = np.array(model.centroids)
    z = prepare.apply_recipe(X, model.recipe)[0]
    changes, labels = crossings(z, centers)
    found: list[Move] = []
    for j in np.argsort(np.abs(changes)):
        if not np.isfinite(changes[j]) or len(found) >= limit:
            break
        there = z[j] + changes[j] * (1 + BEYOND)
        value = original(float(there), int(j), model.recipe)
        if value is None:
            continue
        name = model.recipe.features[j].name
        label = int(labels[j])
        change = float(changes[j])
        found.append(Move(name, value, model.ids[label], model.names[label], change))
    return tuple(found)
