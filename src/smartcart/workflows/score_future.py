"""What comes next of customers that a saved model scores, by the forecast that it carries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smartcart.records import Feature, Model

if TYPE_CHECKING:
    from smartcart.core.future.predict import Forecast, Predictions

__all__ = [
    "NEEDED",
    "Foreteller",
    "foreteller",
    "read_features",
    "told_columns",
    "widened",
]

Floats = NDArray[np.float64]
EPOCH = dt.date(1970, 1, 1)
NEEDED = ("recency_days", "tenure_days", "purchase_days")
MONEY = "monetary_total"
LATEST = 20 * 365  # days after the as-of day from which a due date says nothing


@dataclass(frozen=True, slots=True)
class Foreteller:
    """Tells customers by their features; ``places`` are where those stand."""

    forecast: Forecast
    places: dict[str, int]
    as_of: int  # days since 1970

    def columns(self, X: Floats) -> dict[str, Any]:
        """Return what is told of customers (n, q) as the columns of ``future.parquet``."""
        from smartcart.core.future.predict import predict

        told = predict(self.forecast, *read_features(X, self.places))
        return told_columns(told, X, self.places, self.as_of)


def widened(model: Model) -> tuple[Feature, ...]:
    """Return the features that form, and behind them those that a forecast reads besides."""
    forming = model.recipe.features
    if model.forecast is None:
        return forming
    names = {feature.name for feature in forming}
    wanted = {*NEEDED, MONEY} - names
    return (*forming, *(f for f in model.describing if f.name in wanted))


def foreteller(
    model: Model, features: tuple[Feature, ...], as_of: dt.date | None
) -> Foreteller | None:
    """Return what tells customers of these features; None where the model has no forecast."""
    places = {feature.name: i for i, feature in enumerate(features)}
    if model.forecast is None or as_of is None or not places.keys() >= set(NEEDED):
        return None
    from smartcart.core.future.kept import restored

    return Foreteller(restored(model.forecast), places, (as_of - EPOCH).days)


def read_features(X: Floats, places: Mapping[str, int]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return repeats, last, observed and money (n,) from features (n, q) at their places."""
    T = X[:, places["tenure_days"]]
    x = X[:, places["purchase_days"]] - 1.0
    place = places.get("monetary_total")
    money = np.zeros(len(X)) if place is None else np.nan_to_num(X[:, place])
    return x, T - X[:, places["recency_days"]], T, money


def told_columns(
    told: Predictions, X: Floats, places: Mapping[str, int], as_of: int
) -> dict[str, Any]:
    """Return what is told of customers as the columns of ``future.parquet``.

    ``as_of`` counts days since 1970, and so does ``next_order_by``, which goes with whether it is
    known.
    """
    due = as_of - X[:, places["recency_days"]] + told.due
    known = np.isfinite(due) & (due < as_of + LATEST)
    return {
        "p_alive": told.p_alive,
        "expected_orders": told.orders,
        "expected_spend": told.spend,
        "next_order_by": (np.where(known, due, 0).astype(np.int32), known),
        "late": told.late,
    }
