"""Forecasts against published parameters, published forecasts, and what really came."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from future_data import Log, cdnow, grocery, online_retail

from smartcart.core.future import nbd, pareto
from smartcart.core.future.fit import fit_nbd, fit_pareto
from smartcart.core.future.spend import fit_spend
from smartcart.core.future.track import Tried, choose, fit_models, try_all

WEEK = 7.0


def in_weeks(log_likelihood: float, repeats: float) -> float:
    """A density per day as one per week: the published figures count weeks."""
    return log_likelihood + repeats * float(np.log(WEEK))


def test_bg_nbd_of_cdnow() -> None:
    held = cdnow().held()
    fitted = fit_nbd(held.cells, leaves_at_once=False)
    model = fitted.model
    assert model.r == pytest.approx(0.243, abs=5e-4)
    assert model.alpha / WEEK == pytest.approx(4.414, abs=5e-3)
    assert model.a == pytest.approx(0.793, abs=2e-3)
    assert model.b == pytest.approx(2.426, abs=5e-3)
    assert in_weeks(fitted.log_likelihood, held.cells.repeats) == pytest.approx(-9582.4, abs=0.05)


def test_a_customer_of_the_paper() -> None:
    """Two repeats, the last at 30.43 of 38.86 weeks: 1.226 orders in the next 39 weeks."""
    model = nbd.Nbd(0.243, 4.414, 0.793, 2.426, leaves_at_once=False)
    x, t, T = np.array([2.0]), np.array([30.43]), np.array([38.86])
    mean, _, _ = nbd.orders_if_alive(model, x, T, 39.0)
    assert nbd.alive(model, x, t, T) * mean == pytest.approx(1.226, abs=5e-4)


def test_pareto_nbd_of_cdnow() -> None:
    held = cdnow().held()
    fitted = fit_pareto(held.cells)
    model = fitted.model
    found = (model.r, model.alpha / WEEK, model.s, model.beta / WEEK)
    assert found == pytest.approx((0.553, 10.578, 0.606, 11.669), abs=2e-3)
    assert in_weeks(fitted.log_likelihood, held.cells.repeats) == pytest.approx(-9595.0, abs=0.05)


def test_gamma_gamma_of_cdnow() -> None:
    log = cdnow()
    known = log.frame[log.frame.day <= log.split]
    first = known.groupby("customer").day.transform("min")
    repeats = known[known.day > first].groupby("customer").money.agg(["count", "mean"])
    model = fit_spend(repeats["count"].to_numpy(float), repeats["mean"].to_numpy(float))
    assert model is not None
    assert (model.p, model.q, model.gamma) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)


def tried_on(log: Log) -> tuple[dict[str, Tried], Tried, bool]:
    held = log.held()
    models = fit_models(held.cells)
    tried = try_all(held, [fitted.model for fitted in models])
    return {one.row.name: one for one in tried}, *choose(tried)


def test_cdnow_held_back() -> None:
    rows, used, beaten = tried_on(cdnow())
    told = {name: (round(one.row.error, 3), round(one.row.total)) for name, one in rows.items()}
    assert told["BG/NBD"] == (0.785, 1653)
    assert told["MBG/NBD"][0] == 0.765
    assert told["MBG/NBD"][1] == pytest.approx(1576, abs=1)
    assert told["a rate that goes on"] == (1.024, 2930)
    assert told["silence of twice the usual gap"] == (0.789, 1764)
    assert beaten
    assert used.row.error <= 0.765
    assert abs(used.row.miss) <= 0.13


def test_grocery_held_back() -> None:
    rows, used, beaten = tried_on(grocery())
    assert round(rows["BG/NBD"].row.error, 3) == 1.577
    assert rows["BG/NBD"].row.total == pytest.approx(3996, abs=1)
    assert round(rows["MBG/NBD"].row.error, 3) == 1.513
    assert rows["MBG/NBD"].row.total == pytest.approx(4025, abs=1)
    assert round(rows["silence of twice the usual gap"].row.error, 3) == 1.539
    assert beaten
    assert used.way.model is not None
    assert used.row.error <= 1.50
    assert abs(used.row.total - 3389) < 3970 - 3389


def test_online_retail_says_that_a_plain_rate_is_better() -> None:
    rows, used, beaten = tried_on(online_retail())
    assert round(rows["MBG/NBD"].row.error, 3) == 0.997
    assert rows["MBG/NBD"].row.total == pytest.approx(3633, abs=1)
    assert rows["a rate that goes on"].row.total == pytest.approx(3364, abs=1)
    assert not beaten
    assert used.row.name == "a rate that goes on"
    assert round(used.row.error, 3) == 0.967


@pytest.mark.parametrize("log", [cdnow, grocery, online_retail])
@pytest.mark.parametrize("days", [30, 60, 90])
def test_what_is_used_never_loses_to_a_simple_rule(log: Callable[[], Log], days: int) -> None:
    whole = log()
    cut = Log(whole.frame, int(whole.frame.day.max()) - days)
    rows, used, _ = tried_on(cut)
    assert used.row.error <= min(one.row.error for one in rows.values() if one.row.simple)


def test_pareto_of_the_paper() -> None:
    """The closed form with Gauss's function gives the same likelihood as the integral."""
    from scipy.special import gammaln, hyp2f1

    r, alpha, s, beta = 0.553, 10.578, 0.606, 11.669
    x, t, T = 2.0, 30.43, 38.86
    model = pareto.Pareto(r, alpha, s, beta)
    found = pareto.alive_pareto(model, np.array([x]), np.array([t]), np.array([T]))[0]

    def part(at: float) -> float:
        z = (beta - alpha) / (beta + at)
        return float(hyp2f1(r + s + x, r + x, r + s + x + 1, z) / (beta + at) ** (r + s + x))

    alive = 1 / ((alpha + T) ** (r + x) * (beta + T) ** s)
    dead = s / (r + s + x) * (part(t) - part(T))
    assert alpha < beta  # the branch that is written out here
    assert found == pytest.approx(alive / (alive + dead), rel=1e-9)
    assert gammaln(r + x) < 1  # nothing overflowed
