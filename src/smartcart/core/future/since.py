"""What came since a forecast was made, against what it expected: has it drifted?

The interval adds up what that of a segment does (``intervals`` of ``core.future.predict``): orders
by chance, estimated parameters, and by how much totals were missed beyond chance when the forecast
was tried. As elsewhere in drift, a difference must be beyond chance and large enough to matter.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future.kept import restored
from smartcart.core.future.predict import predict, relative_gradient
from smartcart.records import ForecastDrift, KeptForecast

__all__ = ["LEAST_DAYS", "LEAST_ORDERS", "forecast_drift"]

Floats = NDArray[np.float64]
LEAST_DAYS = 7  # since the forecast was made ...
LEAST_ORDERS = 30.0  # ... and orders that it expected: fewer say nothing
BEYOND = 3.0902323061678132  # standard deviations that chance exceeds once in 500 times
MATTERS = 0.1  # of the orders expected


def forecast_drift(
    found: KeptForecast, x: Floats, t: Floats, T: Floats, y: Floats, weight: Floats, days: int
) -> ForecastDrift | None:
    """Compare the orders ``y`` that came in the ``days`` since with what was expected of them.

    Customers known on the day of the forecast, in cells (n,): repeats ``x``, last ``t``, observed
    ``T`` on that day, ``weight`` customers. None where days or orders are too few to tell.
    """
    if days < LEAST_DAYS or not len(x):
        return None
    forecast = restored(found, float(days))
    told = predict(forecast, x, t, T, np.zeros_like(x))
    expected = float(weight @ told.orders)
    if expected < LEAST_ORDERS:
        return None
    alone = np.zeros(len(x), dtype=np.intp)
    slope = relative_gradient(forecast.alive, float(days), x, t, T, alone, 1, weight)[0]
    covariance = np.array(found.covariance)
    share = max(float(slope @ covariance @ slope), 0.0) + found.spread**2
    off = float(np.sqrt(weight @ told.orders_variance + expected**2 * share))
    limit = max(BEYOND * off, MATTERS * expected)
    actual = float(weight @ y)
    low, high = max(expected - BEYOND * off, 0.0), expected + BEYOND * off
    return ForecastDrift(
        days=days,
        customers=round(float(weight.sum())),
        expected=expected,
        low=low,
        high=high,
        actual=actual,
        strength=abs(actual - expected) / limit,
        sentence=(
            f"In the {days:,} days since the forecast was made {expected:,.0f} orders of the "
            f"customers known then were expected ({low:,.0f} to {high:,.0f} by chance), and "
            f"{actual:,.0f} came"
        ),
    )
