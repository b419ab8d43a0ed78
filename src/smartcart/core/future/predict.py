"""From fitted models to what each customer brings, and sums with intervals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future import nbd
from smartcart.core.future.forecast import RATE, Way, rate_rule, silence_rule
from smartcart.core.future.moments import Moments
from smartcart.core.future.nbd import Nbd
from smartcart.core.future.pareto import Pareto, alive_pareto, orders_pareto
from smartcart.core.future.spend import Spend, money_of_an_order, variance_of_an_order

__all__ = [
    "Forecast",
    "Predictions",
    "Sums",
    "forecast_of",
    "intervals",
    "predict",
    "relative_gradient",
]

Floats = NDArray[np.float64]
LATE = 0.9  # of those who stay have ordered again by then
NORMAL_90 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything that is needed to forecast customers; made once, used for all of them.

    ``alive`` tells who is still a customer and how uncertain orders are, ``way`` how many come.
    ``spread`` is by how much totals were missed beyond chance when it was tried, as a share.
    """

    alive: Nbd
    way: Way
    spend: Spend | None
    horizon: float
    moments: Moments
    spread: float = 0.0
    way_moments: Moments | None = None  # of the model of ``way``, where it is another one


def forecast_of(
    alive: Nbd, way: Way, spend: Spend | None, horizon: float, longest: float, spread: float
) -> Forecast:
    """Return the forecast within ``horizon`` of customers observed for at most ``longest`` days."""
    other = None
    if isinstance(way.model, Nbd) and way.model != alive:
        other = Moments(way.model, horizon, longest)
    return Forecast(alive, way, spend, horizon, Moments(alive, horizon, longest), spread, other)


@dataclass(frozen=True, slots=True)
class Predictions:
    """What is told of n customers; all (n,). Money is NaN without a model of money.

    ``due`` is within how many whole days after the last order the next one was to come; NaN where
    the customer has no rhythm.
    """

    p_alive: Floats
    orders: Floats
    orders_variance: Floats
    spend: Floats
    spend_variance: Floats
    at_stake: Floats  # money (or orders) within the horizon if still there
    at_risk: Floats  # at_stake less what is expected of it
    due: Floats
    late: NDArray[np.bool_]


def predict(forecast: Forecast, x: Floats, t: Floats, T: Floats, money: Floats) -> Predictions:
    """Forecast customers (n,): repeats, last, observed, and the money of all their orders."""
    model = forecast.alive
    here = nbd.alive(model, x, t, T)
    weights = nbd.phase_weights(model, x, t, T)
    mean, square = np.zeros_like(x), np.zeros_like(x)
    for j in range(model.k):
        one, two, _ = forecast.moments(x, T, j)
        mean, square = mean + weights[j] * one, square + weights[j] * two
    told = here * mean
    variance = np.maximum(here * square - told**2, 0.0)
    orders = _orders(forecast, told, x, t, T)
    silent, due = _due(model, x, t, T)
    due = np.ceil(due)
    late = (x > 0) & (silent > due)
    due = np.where(x > 0, due, np.nan)
    if forecast.spend is None:
        nothing = np.full_like(x, np.nan)
        return Predictions(
            here, orders, variance, nothing, nothing, mean, (1 - here) * mean, due, late
        )
    n = x + 1.0
    each = money_of_an_order(forecast.spend, n, money / n)
    around, of_mean = variance_of_an_order(forecast.spend, n, money / n)
    spend = orders * each
    spread = orders * around + variance * each**2 + (variance + orders**2) * of_mean
    at_stake = mean * each
    return Predictions(
        here, orders, variance, spend, spread, at_stake, (1 - here) * at_stake, due, late
    )


def _orders(forecast: Forecast, told: Floats, x: Floats, t: Floats, T: Floats) -> Floats:
    """Return the orders that the way in use expects; ``told`` are those of the alive model."""
    way, horizon = forecast.way, forecast.horizon
    parts = []
    if isinstance(way.model, Pareto):
        parts.append(alive_pareto(way.model, x, t, T) * orders_pareto(way.model, x, T, horizon)[0])
    elif way.model == forecast.alive:
        parts.append(told)
    elif way.model is not None:
        moments = forecast.way_moments or Moments(way.model, horizon, float(T.max(initial=1.0)))
        weights = nbd.phase_weights(way.model, x, t, T)
        each = [weights[j] * moments(x, T, j)[0] for j in range(way.model.k)]
        parts.append(nbd.alive(way.model, x, t, T) * np.sum(each, axis=0))
    if way.rule:
        goes_on = way.rule == RATE
        parts.append(rate_rule(x, T, horizon) if goes_on else silence_rule(x, t, T, horizon))
    return np.asarray(np.mean(parts, axis=0) * way.factor)


def _due(model: Nbd, x: Floats, t: Floats, T: Floats) -> tuple[Floats, Floats]:
    """Return the silence (n,) of customers, and within how long 90% of those who stay order."""
    from scipy.special import betaincinv

    few, place = np.unique(x, return_inverse=True)
    q = betaincinv(model.k, model.r + model.k * few, LATE)[place]
    with np.errstate(divide="ignore", over="ignore"):
        return T - t, np.asarray((model.alpha + t) * q / (1.0 - q))


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums per segment (k,), which add up over batches of customers."""

    customers: Floats
    alive: Floats
    orders: Floats
    orders_variance: Floats
    spend: Floats
    spend_variance: Floats
    at_risk: Floats
    late: Floats

    @staticmethod
    def of(told: Predictions, labels: NDArray[np.integer], k: int) -> Sums:
        """Add up customers by their segments, which count from 0."""

        def added(values: Floats) -> Floats:
            return np.asarray(np.bincount(labels, values, k), dtype=np.float64)

        return Sums(
            np.bincount(labels, minlength=k).astype(np.float64),
            added(told.p_alive),
            added(told.orders),
            added(told.orders_variance),
            added(told.spend),
            added(told.spend_variance),
            added(told.at_risk),
            added(told.late.astype(np.float64)),
        )

    def merge(self, other: Sums) -> Sums:
        """Return the sums of both."""
        return Sums(*(getattr(self, n) + getattr(other, n) for n in self.__slots__))


def relative_gradient(
    model: Nbd,
    horizon: float,
    x: Floats,
    t: Floats,
    T: Floats,
    labels: NDArray[np.integer],
    k: int,
    weight: Floats | None = None,
) -> Floats:
    """Return by how much the orders of each segment move with the parameters' logarithms, (k, 4).

    As a share of the orders; on customers (n,), a sample will do, or cells with their ``weight``.
    """

    def orders(one: Nbd) -> Floats:
        moments = Moments(one, horizon, float(T.max(initial=1.0)))
        weights = nbd.phase_weights(one, x, t, T)
        each = [weights[j] * moments(x, T, j)[0] for j in range(one.k)]
        each_one = nbd.alive(one, x, t, T) * np.sum(each, axis=0)
        each_one = each_one if weight is None else each_one * weight
        return np.asarray(np.bincount(labels, each_one, k), dtype=np.float64)

    whole, step = np.maximum(orders(model), 1e-12), 1e-3
    found = np.empty((k, 4))
    for i, name in enumerate(("r", "alpha", "a", "b")):
        value = getattr(model, name)
        up = orders(replace(model, **{name: value * np.exp(step)}))
        down = orders(replace(model, **{name: value * np.exp(-step)}))
        found[:, i] = (up - down) / (2 * step) / whole
    return found


def intervals(
    sums: Floats, variance: Floats, gradient: Floats, covariance: Floats, spread: float
) -> tuple[Floats, Floats]:
    """Return the bounds (k,) that hold what the segments bring with a probability of 90%.

    Three things make it uncertain: customers order by chance (``variance``), parameters are
    estimated (``gradient`` (k, 4) with ``covariance`` (4, 4)), and a shop changes (``spread``).
    """
    estimated = np.einsum("ki,ij,kj->k", gradient, covariance, gradient)
    width = NORMAL_90 * np.sqrt(variance + sums**2 * (np.maximum(estimated, 0.0) + spread**2))
    return np.maximum(sums - width, 0.0), sums + width
