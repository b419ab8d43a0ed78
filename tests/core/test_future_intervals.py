"""Intervals of segment totals hold what comes as often as they say."""

from __future__ import annotations

import os

import numpy as np
from test_future_models import simulated

from smartcart.core.future.fit import fit_nbd
from smartcart.core.future.forecast import Way
from smartcart.core.future.moments import Moments
from smartcart.core.future.nbd import Nbd, orders_if_alive
from smartcart.core.future.predict import Forecast, Sums, intervals, predict, relative_gradient
from smartcart.core.future.spend import fit_spend

LOGS = int(os.environ.get("SMARTCART_INTERVAL_LOGS", "25"))
HORIZON = 90.0


def test_the_grid_is_the_sum() -> None:
    for k in (1, 3):
        model = Nbd(0.8, 40.0, 0.7, 2.5, k)
        rng = np.random.default_rng(0)
        x, T = rng.integers(0, 90, 500).astype(float), rng.uniform(0, 700, 500)
        moments = Moments(model, HORIZON, 700.0)
        for j in range(k):
            exact = orders_if_alive(model, x, T, HORIZON, j)
            for one, two in zip(moments(x, T, j), exact, strict=True):
                np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-8)


def test_intervals_hold_nine_in_ten() -> None:
    """Three segments by how often and how long ago they ordered; orders and money."""
    model, held, held_money = Nbd(0.8, 40.0, 0.7, 2.5), [], []
    for seed in range(LOGS):
        log = simulated(model, 400.0, HORIZON, seed=1000 + seed)
        rng = np.random.default_rng(seed)
        nu = rng.gamma(4.0, 1 / 60.0, len(log.x))
        money = rng.gamma(5.0 * (log.x + 1), 1 / nu)
        came = np.where(log.y > 0, rng.gamma(np.maximum(5.0 * log.y, 1e-9), 1 / nu), 0.0)
        fitted = fit_nbd(log.cells)
        spend = fit_spend(log.x + 1, money / (log.x + 1))
        assert spend is not None
        moments = Moments(fitted.model, HORIZON, 400.0)
        ahead = Forecast(fitted.model, Way("MBG/NBD", fitted.model), spend, HORIZON, moments)
        labels = (log.x > 0).astype(int) + ((log.x > 0) & (log.T - log.t > 90))
        sums = Sums.of(predict(ahead, log.x, log.t, log.T, money), labels, 3)
        slope = relative_gradient(fitted.model, HORIZON, log.x, log.t, log.T, labels, 3)
        for values, variance, actual, into in (
            (sums.orders, sums.orders_variance, log.y, held),
            (sums.spend, sums.spend_variance, came, held_money),
        ):
            low, high = intervals(values, variance, slope, fitted.covariance, 0.0)
            total = np.bincount(labels, actual, 3)
            into.append((low <= total) & (total <= high))
    few = 0.0 if LOGS >= 100 else 0.06  # few logs tell the share less exactly
    for found in (held, held_money):
        assert 0.85 - few <= np.mean(found) <= 0.95 + few
