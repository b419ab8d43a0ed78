"""Whether the forecast that a model carries holds for the orders that came since."""

from __future__ import annotations

import datetime as dt

import numpy as np

from smartcart.records import ForecastDrift, Model
from smartcart.tables import held_back, orders
from smartcart.workflows.score import Ready

__all__ = ["since", "split_of"]

SAME = 0.05  # of the customers of then may be gone from the log, or be new in its past
EXACT_CUSTOMERS = 100_000  # up to so many customers cells are exact ...
STEPS = 96  # ... beyond, times are cut into so many steps


def split_of(model: Model) -> dt.date | None:
    """Return the day until which a log is compared with the forecast; None without a forecast."""
    return None if model.forecast is None else model.contract.as_of


def since(ready: Ready, model: Model) -> ForecastDrift | None:
    """Return what came since the forecast was made, against what it expected.

    None where the log is none of later days with the customers of then: it must hold as many
    customers until that day as the model was fitted on, within a twentieth.
    """
    found, then, now = model.forecast, model.contract.as_of, ready.contract.as_of
    reference = model.reference
    if found is None or reference is None or then is None or now is None or now <= then:
        return None
    table = ready.usable
    if "early_last" not in table.columns:
        return None
    span = ready.engine.record(table.aggregate(span=table["tenure_days"].max()))["span"]
    width = 1 if ready.rows <= EXACT_CUSTOMERS else max(1, int(span or 0) // STEPS)
    split, day = ((one - orders.EPOCH).days for one in (then, now))
    cells = ready.engine.arrow(held_back.held_expression(table, width, split, day))
    x, t, T, y, weight = (
        cells[name].combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64)
        for name in ("x", "last", "watched", "y", "weight")
    )
    fitted = sum(reference.sizes)
    if abs(float(weight.sum()) - fitted) > SAME * fitted:
        return None
    from smartcart.core.future.since import forecast_drift

    return forecast_drift(found, x, t, T, y, weight, day - split)
