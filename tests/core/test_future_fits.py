"""Fits of many customers: steps of time, Newton's steps, tables of moments; each against the sum
or the search that it stands for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import betainc, gammaln, psi
from threadpoolctl import threadpool_info, threadpool_limits

from smartcart.core.future import cells as cells_module
from smartcart.core.future import fit, nbd
from smartcart.core.future.cells import (
    Cells,
    coarser,
    counted,
    counted_in_steps,
    fewer,
    spread_in_steps,
)
from smartcart.core.future.forecast import RATE, Way, expected, expected_orders
from smartcart.core.future.moments import FEW_REPEATS, Moments
from smartcart.core.future.nbd import Nbd, prepared
from smartcart.core.future.rising import SUMMED, rising


def simulated(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers by MBG/NBD, in whole days."""
    rng = np.random.default_rng(seed)
    T = rng.integers(30, 500, n).astype(float)
    rate, leave = rng.gamma(0.6, 1 / 30, n), rng.beta(0.8, 2.5, n)
    x, t, at = np.zeros(n), np.zeros(n), np.zeros(n)
    there = rng.random(n) >= leave
    while there.any():
        at = at + np.maximum(1.0, np.ceil(rng.exponential(1 / rate)))
        there &= at <= T
        x, t = x + there, np.where(there, at, t)
        there &= rng.random(n) >= leave
    return x, t, T


@pytest.mark.parametrize("most", [5.0, float(SUMMED), SUMMED + 1.0])
def test_rising_factorials_are_those_of_gamma(most: float) -> None:
    n = np.array([0.0, 1.0, 3.0, most])
    logs, slopes = rising(0.37, n)
    np.testing.assert_allclose(logs, gammaln(0.37 + n) - gammaln(0.37), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(slopes, psi(0.37 + n) - psi(0.37), rtol=1e-11, atol=1e-12)


def test_steps_of_time_keep_customers_orders_and_days() -> None:
    x, t, T = simulated(5_000)
    cells = counted_in_steps(x, t, T, None, 3.0, 40)
    again = coarser(cells, 10)
    assert len(again.x) < len(cells.x) < 5_000
    for one in (cells, again):
        assert one.customers == 5_000
        assert one.repeats == x.sum()
        assert one.weight @ one.T == pytest.approx(T.sum())
        assert one.weight @ one.t == pytest.approx(t.sum())
        assert one.gap_logs == 3.0
        assert (one.t <= one.T).all()


def test_cells_that_have_the_spread_of_their_times() -> None:
    """They tell the likelihood of all customers to more digits than as many cells of means do."""
    x, t, T = simulated(5_000)
    cells = spread_in_steps(x, t, T, None, 3.0, 12)
    assert cells.gap_logs == 3.0
    assert cells.customers == pytest.approx(5_000)
    assert cells.repeats == pytest.approx(x.sum())
    assert (cells.t >= 0).all()
    assert (cells.t <= cells.T).all()
    assert cells.weight @ cells.T == pytest.approx(T.sum())
    assert cells.weight @ cells.T**2 == pytest.approx((T**2).sum())
    # corners of steps, where the last order is after the end, are cut off
    assert cells.weight @ (cells.t * cells.T) == pytest.approx((t * T).sum(), rel=1e-3)
    assert cells.weight @ cells.t**2 == pytest.approx((t**2).sum(), rel=1e-3)
    model = Nbd(0.6, 30.0, 0.8, 2.5)
    exact, near, plain = (
        nbd.log_likelihood(model, replace(one, gap_logs=0.0))[0]
        for one in (counted(x, t, T), cells, counted_in_steps(x, t, T, None, 0.0, 12))
    )
    assert abs(near - exact) < 0.25 * abs(plain - exact)


@pytest.mark.parametrize("half", [0.0, 0.5])
def test_steps_of_days_are_those_of_their_logarithms(
    half: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read off a table of whole days, or taken one by one, as times within days are."""
    x, t, T = simulated(3_000)
    T = T + half
    one = counted_in_steps(x, t, T, None, 0.0, 20)
    monkeypatch.setattr(cells_module, "MOST_DAYS", 10)
    other = counted_in_steps(x, t, T, None, 0.0, 20)
    for name in ("x", "t", "T", "weight"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_many_cells_are_made_fewer_before_a_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = counted(*simulated(20_000))
    monkeypatch.setattr(cells_module, "MANY", len(cells.x))
    assert fewer(cells) is cells
    monkeypatch.setattr(cells_module, "MANY", len(cells.x) - 1)
    few = fewer(cells)
    assert few is not cells
    assert len(few.x) < len(cells.x)
    assert few.customers == pytest.approx(20_000)
    exact, near = fit.fit_nbd(cells), fit.fit_nbd(few)
    assert np.abs(np.log(near.model.values / exact.model.values) / exact.errors).max() < 0.05
    monkeypatch.setattr(cells_module, "MANY", 10)
    scattered = Cells(*np.random.default_rng(0).uniform(1, 9, (3, 11)), np.ones(11))
    assert fewer(scattered) is scattered  # no two share a step


def test_a_pareto_of_many_cells_begins_where_fewer_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = counted(*simulated(2_000))
    exact = fit.fit_pareto(cells)
    monkeypatch.setattr(fit, "MANY", len(cells.x) - 1)
    near = fit.fit_pareto(cells)
    assert near.log_likelihood == pytest.approx(exact.log_likelihood, abs=1e-3)
    off = np.log(near.model.values / exact.model.values) / exact.errors
    assert np.abs(off).max() < 0.05


def test_cells_by_sorted_keys_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x, t, T = simulated(3_000)
    one = counted_in_steps(x, t, T, None, 0.0, 20)
    monkeypatch.setattr("smartcart.core.future.cells.MOST_KEYS", 10)
    other = counted_in_steps(x, t, T, None, 0.0, 20)
    for name in ("x", "t", "T", "weight"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name))


def test_newton_finds_what_a_bounded_search_finds() -> None:
    x, t, T = simulated(20_000)
    cells = counted(x, t, T)
    found = fit.fit_nbd(cells, 2, quick=True)
    scaled = fit.in_unit(cells, fit.unit_of(cells))
    loss = fit._loss_of(prepared(scaled, 2, leaves_at_once=True), cells.customers)
    best = minimize(
        loss, np.log([0.5, 1.0, 1.0, 2.0]), jac=True, method="BFGS", options={"gtol": 1e-8}
    )
    at = np.exp(best.x) * np.array([1.0, fit.unit_of(cells), 1.0, 1.0])
    np.testing.assert_allclose(found.model.values, at, rtol=1e-4)


def test_a_search_that_newton_does_not_end_is_bounded() -> None:
    """Customers who never leave: the likelihood grows for ever as a falls."""
    x, T = np.arange(1.0, 201) % 7 + 3, np.full(200, 100.0)
    found = fit.fit_nbd(Cells(x, T, T, np.ones(200)), quick=True)
    assert found.model.a / found.model.b < 1e-4
    assert np.isfinite(found.model.values).all()


def test_a_bounded_search_keeps_to_one_thread_and_puts_the_others_back() -> None:
    seen = []

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        seen.extend(blas_threads())
        return float(((at - 1) ** 2).sum()), 2 * (at - 1)

    def blas_threads() -> list[int]:
        return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]

    with threadpool_limits(2, "blas"):
        at, _ = fit._bounded(loss, np.zeros(4))
        assert set(blas_threads()) == {2}
    assert at == pytest.approx(np.ones(4), abs=1e-6)
    assert set(seen) == {1}


def test_many_customers_get_the_parameters_of_exact_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    x, t, T = simulated(30_000)
    exact = fit.fit_nbd(counted(x, t, T), quick=True)
    assert np.array_equal(fit.fit_customers(x, t, T).model.values, exact.model.values)
    monkeypatch.setattr(fit, "EXACT", 29_999)
    many = fit.fit_customers(x, t, T)
    assert not np.array_equal(many.model.values, exact.model.values)
    off = np.log(many.model.values / exact.model.values) / exact.errors
    assert np.abs(off).max() < 0.05
    assert abs(many.log_likelihood - exact.log_likelihood) < 1e-4 * 30_000  # as is promised
    np.testing.assert_allclose(many.errors, exact.errors, rtol=0.05)


@pytest.mark.parametrize("k", [1, 3])
def test_orders_are_sums_over_incomplete_betas(k: int) -> None:
    model = Nbd(0.4, 12.0, 0.7, 2.2, k)
    x, T = np.array([0.0, 2.0, 9.0, 3_000.0]), np.array([5.0, 100.0, 400.0, 900.0])
    mean, square, any_order = nbd.orders_if_alive(model, x, T, 90.0, k - 1)
    R, q = model.r + k * x + k - 1, 90.0 / (model.alpha + T + 90.0)
    stays, one, two = np.ones(4), np.zeros(4), np.zeros(4)
    for m in range(1, 1_200):
        tail = stays * betainc(m * k - k + 1, R, q)
        one, two = one + tail, two + (2 * m - 1) * tail
        stays = stays * (model.b + x + m) / (model.a + model.b + x + m)
    np.testing.assert_allclose(mean, one, rtol=1e-7)
    np.testing.assert_allclose(square, two, rtol=1e-6)
    np.testing.assert_allclose(any_order, betainc(1, R, q), rtol=1e-9)


@pytest.mark.parametrize("whole_days", [True, False])
def test_tables_of_moments_are_the_sums(whole_days: bool) -> None:
    model = Nbd(0.6, 40.0, 0.8, 2.5, 2)
    rng = np.random.default_rng(0)
    x = rng.integers(0, FEW_REPEATS + 3, 400).astype(float)
    T = rng.uniform(0, 730, 400)
    T = np.floor(T) if whole_days else T
    moments = Moments(model, 90.0, 700.0)
    for phase in (0, 1):
        told = moments(x, T, phase)
        for mine, one in zip(told, nbd.orders_if_alive(model, x, T, 90.0, phase), strict=True):
            np.testing.assert_allclose(mine, one, rtol=2e-5, atol=1e-8)
        few = moments.orders(x, T, phase)
        np.testing.assert_array_equal(few[0], told[0])
        np.testing.assert_array_equal(few[1], told[2])


@pytest.mark.parametrize("k", [1, 2])
def test_many_customers_are_forecast_as_few_are(k: int) -> None:
    model = Nbd(0.6, 40.0, 0.8, 2.5, k)
    x, t, T = simulated(20_500)
    x[:3], t[:3], T[:3] = 50.0, 400.0, 480.0
    many, few = (
        expected(Way("", model), x, t, T, 90.0),
        expected(Way("", model), x[:900], t[:900], T[:900], 90.0),
    )
    np.testing.assert_allclose(many.orders[:900], few.orders, rtol=2e-5, atol=1e-8)
    np.testing.assert_allclose(many.any_order[:900], few.any_order, rtol=2e-5, atol=1e-8)


@pytest.mark.parametrize("leaves_at_once", [True, False])
@pytest.mark.parametrize(
    ("last", "longest"), [(0.0, 480.0), (0.5, 480.0), (0.0, 5_000.0)], ids=["days", "half", "long"]
)
def test_orders_of_whole_days_are_those_of_any_times(
    leaves_at_once: bool, last: float, longest: float
) -> None:
    way = Way("", Nbd(0.6, 40.0, 0.8, 2.5, 1, leaves_at_once), factor=1.25)
    x, t, T = simulated(20_500)
    T[-1] = T[-1] + last
    x[:3], t[:3], T[:3] = 50.0, 400.0, longest
    many = expected_orders(way, x, t, T, 90.0)
    np.testing.assert_allclose(many, expected(way, x, t, T, 90.0).orders, rtol=2e-5, atol=1e-8)


def test_orders_of_few_customers_rules_and_regular_timing_are_those_expected() -> None:
    x, t, T = simulated(20_001)
    models = (Way("", Nbd(0.6, 40.0, 0.8, 2.5, 2)), Way("", Nbd(0.6, 40.0, 0.8, 2.5), RATE))
    for way in models:
        told = expected_orders(way, x, t, T, 90.0)
        np.testing.assert_array_equal(told, expected(way, x, t, T, 90.0).orders)
    way, some = Way("", Nbd(0.6, 40.0, 0.8, 2.5)), 20_000
    few = expected_orders(way, x[:some], t[:some], T[:some], 90.0)
    one = expected(way, x[:some], t[:some], T[:some], 90.0).orders
    np.testing.assert_array_equal(few, one)


@pytest.mark.parametrize("alpha", [1e-3, 1e-7], ids=["powers in range", "powers too large"])
def test_orders_of_a_hardly_known_rate_stay_numbers(alpha: float) -> None:
    way = Way("", Nbd(0.6, alpha, 0.8, 2.5, 1, False))
    x, t, T = simulated(20_500)
    x[:2], t[:2], T[:2] = 32.0, [0.0, 480.0], 480.0
    told = expected_orders(way, x, t, T, 90.0)
    assert np.isfinite(told).all()
    np.testing.assert_allclose(told, expected(way, x, t, T, 90.0).orders, rtol=2e-5, atol=1e-8)


def test_repeats_that_are_no_whole_or_small_numbers_are_sorted() -> None:
    for x in (np.array([2.0, 0.5, 2.0]), np.array([0.0, 5e6, 3.0]), np.zeros(0)):
        found, place = nbd.different(x)
        np.testing.assert_array_equal(found[place], x)
        assert len(found) <= max(len(x), 1)
