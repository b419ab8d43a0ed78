"""Models of orders to come: against sums by hand, simulation, and themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from smartcart.core.future import nbd, pareto
from smartcart.core.future.cells import Cells, counted
from smartcart.core.future.fit import fit_nbd, fit_pareto, in_unit
from smartcart.core.future.forecast import RATE, SILENCE, Way, expected, rate_rule, silence_rule
from smartcart.core.future.spend import Spend, fit_spend, money_of_an_order, spend_likelihood
from smartcart.core.future.track import Held, choose, fit_models, tenths_of, try_all, weighted_auc

Floats = NDArray[np.float64]
CUSTOMERS = 4_000


def simulated(model: nbd.Nbd, days: float, ahead: float = 0.0, seed: int = 0) -> Held:
    """Simulate customers who joined over the first half of ``days``, and what follows."""
    rng = np.random.default_rng(seed)
    T = days - rng.uniform(0, days / 2, CUSTOMERS)
    rate = rng.gamma(model.r, 1 / model.alpha, CUSTOMERS)
    leave = rng.beta(model.a, model.b, CUSTOMERS)
    x, t, y, logs = np.zeros(CUSTOMERS), np.zeros(CUSTOMERS), np.zeros(CUSTOMERS), 0.0
    at = np.zeros(CUSTOMERS)
    there = rng.random(CUSTOMERS) >= leave if model.leaves_at_once else np.ones(CUSTOMERS, bool)
    while there.any():
        gap = rng.gamma(model.k, 1 / rate)
        at = np.where(there, at + gap, at)
        early, late = there & (at <= T), there & (at > T) & (at <= T + ahead)
        x, t, y = x + early, np.where(early, at, t), y + late
        logs += float(np.log(gap[early]).sum())
        there &= (at <= T + ahead) & (rng.random(CUSTOMERS) >= leave)
    return Held(x, t, T, y, np.ones(CUSTOMERS), logs, ahead)


MODELS = [
    nbd.Nbd(0.8, 40.0, 0.7, 2.5, 1, leaves_at_once=True),
    nbd.Nbd(0.8, 40.0, 0.7, 2.5, 1, leaves_at_once=False),
    nbd.Nbd(1.2, 30.0, 0.8, 3.0, 3, leaves_at_once=True),
]


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_parameters_come_back(model: nbd.Nbd) -> None:
    cells = simulated(model, 500.0).cells
    fitted = fit_nbd(cells, model.k, leaves_at_once=model.leaves_at_once)
    off = np.log(fitted.model.values / model.values) / fitted.errors
    assert np.all(np.abs(off) < 3.0), off
    assert np.all(fitted.errors < 0.4)


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_expected_orders_are_those_that_came(model: nbd.Nbd) -> None:
    held = simulated(model, 400.0, 90.0, seed=3)
    weights = nbd.phase_weights(model, held.x, held.t, held.T)
    here = nbd.alive(model, held.x, held.t, held.T)
    moments = [nbd.orders_if_alive(model, held.x, held.T, 90.0, j) for j in range(model.k)]
    mean, square, chance = (
        here * sum(weights[j] * one[i] for j, one in enumerate(moments)) for i in range(3)
    )
    spread = np.sqrt((square - mean**2).sum())
    assert abs(mean.sum() - held.y.sum()) < 3 * spread
    assert (held.y**2).sum() == pytest.approx(square.sum(), rel=0.1)
    came = (held.y > 0).sum()
    assert abs(chance.sum() - came) < 3 * np.sqrt((chance * (1 - chance)).sum())
    same = nbd.order_chance(model, held.x, held.t, held.T, 90.0)
    np.testing.assert_allclose(same, chance, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize("at_once", [True, False])
def test_the_gradient_is_that_of_the_likelihood(k: int, at_once: bool) -> None:
    cells = counted(
        np.array([0.0, 1, 7, 0]),
        np.array([0.0, 30, 300, 0]),
        np.array([90.0, 90, 310, 0.5]),
        np.array([3.0, 2, 1, 4]),
        12.0,
    )
    model = nbd.Nbd(0.7, 20.0, 0.9, 2.0, k, at_once)
    _, slope = nbd.log_likelihood(model, cells)
    for i, name in enumerate(("r", "alpha", "a", "b")):
        step = 1e-5 * getattr(model, name)
        up, _ = nbd.log_likelihood(replace(model, **{name: getattr(model, name) + step}), cells)
        down, _ = nbd.log_likelihood(replace(model, **{name: getattr(model, name) - step}), cells)
        assert slope[i] == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-7)


def test_the_gradient_of_the_pareto() -> None:
    cells = counted(
        np.array([0.0, 1, 7, 40]), np.array([0.0, 30, 300, 299]), np.array([90.0, 90, 310, 900])
    )
    values = np.array([0.7, 20.0, 0.5, 60.0])
    _, slope = pareto.log_likelihood_pareto(pareto.Pareto(*values), cells)
    for i in range(4):
        step = np.zeros(4)
        step[i] = 1e-5 * values[i]
        up, _ = pareto.log_likelihood_pareto(pareto.Pareto(*(values + step)), cells)
        down, _ = pareto.log_likelihood_pareto(pareto.Pareto(*(values - step)), cells)
        assert slope[i] == pytest.approx((up - down) / (2 * step[i]), rel=1e-5)


def test_orders_of_the_pareto_where_its_formula_is_singular() -> None:
    x, T = np.array([3.0]), np.array([200.0])
    near, _ = pareto.orders_pareto(pareto.Pareto(0.5, 30.0, 1.0 + 1e-7, 90.0), x, T, 60.0)
    at, chance = pareto.orders_pareto(pareto.Pareto(0.5, 30.0, 1.0, 90.0), x, T, 60.0)
    assert at == pytest.approx(near, rel=1e-6)
    assert 0 < chance[0] < min(1.0, float(at[0]))


def test_the_unit_of_time_means_nothing() -> None:
    cells = simulated(MODELS[2], 300.0).cells
    in_weeks = in_unit(cells, 7.0)
    by_day, by_week = fit_nbd(cells, 3).model, fit_nbd(in_weeks, 3).model
    assert by_week.alpha * 7 == pytest.approx(by_day.alpha, rel=1e-4)
    assert by_week.r == pytest.approx(by_day.r, rel=1e-4)


def test_cells_merge_to_the_same_fit() -> None:
    held = simulated(MODELS[0], 300.0)
    held = replace(held, t=np.floor(held.t), T=np.ceil(held.T))
    half = CUSTOMERS // 2
    parts = [
        counted(held.x[part], held.t[part], held.T[part])
        for part in (slice(None, half), slice(half, None))
    ]
    merged, whole = parts[0].merge(parts[1]), counted(held.x, held.t, held.T)
    for name in ("x", "t", "T", "weight"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(whole, name))
    assert len(whole.x) < CUSTOMERS
    assert whole.customers == CUSTOMERS
    assert fit_pareto(merged).model == fit_pareto(whole).model


def test_who_is_longer_silent_is_less_alive() -> None:
    x, T = np.full(50, 4.0), np.full(50, 400.0)
    t = np.linspace(40.0, 400.0, 50)
    for model in MODELS:
        found = nbd.alive(model, x, t, T)
        assert np.all(np.diff(found) > 0)
        assert found[0] < 0.2 < found[-1]
    silent = nbd.silence_chance(MODELS[0], x, t, T)
    assert np.all(np.diff(silent) > 0)
    assert silent[-1] == 1.0
    # the day by which 90% are due is the one at which silence has the chance of 10%
    due = nbd.due(MODELS[2], x, t, 0.9)
    np.testing.assert_allclose(nbd.silence_chance(MODELS[2], x, t, t + due), 0.1, rtol=1e-9)


def test_numbers_stay_finite_at_the_edges() -> None:
    x, t = np.array([0.0, 500.0, 3_000.0]), np.array([0.0, 10.0, 3_000.0])
    T = np.array([0.0, 3_000.0, 3_001.0])
    for model in MODELS:
        here = nbd.alive(model, x, t, T)
        mean, square, chance = nbd.orders_if_alive(model, x, T, 365.0)
        for values in (here, mean, square, chance, nbd.silence_chance(model, x, t, T)):
            assert np.all(np.isfinite(values))
            assert np.all(values >= 0)
        assert here[1] < 1e-12
    value, slope = nbd.log_likelihood(MODELS[2], Cells(x, t, T, np.ones(3), 9.0))
    assert np.isfinite(value)
    assert np.all(np.isfinite(slope))


def test_simple_rules() -> None:
    x, t, T = np.array([0.0, 2.0, 2.0]), np.array([0.0, 20.0, 20.0]), np.array([50.0, 40.0, 41.0])
    assert rate_rule(x, T, 10.0) == pytest.approx([0.0, 0.5, 20 / 41])
    assert silence_rule(x, t, T, 10.0) == pytest.approx([0.0, 0.5, 0.0])  # 20 days are twice 10
    both = expected(Way("half", MODELS[0], RATE), x, t, T, 10.0).orders
    alone = expected(Way("one", MODELS[0]), x, t, T, 10.0).orders
    assert both == pytest.approx((alone + rate_rule(x, T, 10.0)) / 2)


def test_a_model_is_used_where_it_is_better() -> None:
    held = simulated(MODELS[0], 360.0, 180.0)
    models = fit_models(held.cells)
    used, beaten = choose(try_all(held, [one.model for one in models]))
    assert beaten
    assert not used.way.simple


def test_a_rule_is_used_where_it_is_better() -> None:
    """Nobody ever leaves and orders are clockwork: a rate that goes on is right."""
    rng = np.random.default_rng(5)
    gap, T = rng.integers(5, 60, 800).astype(float), rng.integers(200, 400, 800).astype(float)
    x = np.floor(T / gap)
    held = Held(x, x * gap, T, np.round(x / T * 90), np.ones(800), float(x @ np.log(gap)), 90.0)
    models = fit_models(held.cells)
    used, beaten = choose(try_all(held, [one.model for one in models]))
    assert not beaten
    assert used.way.rule in {RATE, SILENCE}
    assert used.way.simple


def test_auc_and_tenths() -> None:
    score, weight = np.array([0.1, 0.2, 0.2, 0.9]), np.array([1.0, 1.0, 2.0, 1.0])
    found = weighted_auc(score, np.array([False, True, False, True]), weight)
    pairs = [1, 1, 0.5, 0.5, 1, 1]  # two that happened against 0.1, 0.2 and 0.2
    assert found == pytest.approx(sum(pairs) / 6)
    assert weighted_auc(score, np.zeros(4, bool), weight) is None
    many = np.arange(100.0)
    groups = tenths_of(many, many + 1, np.ones(100))
    assert [g.customers for g in groups] == [10.0] * 10
    assert groups[0].expected == 4.5
    assert groups[-1].actual == 95.5
    assert len(tenths_of(np.zeros(50), many[:50], np.ones(50))) == 1


def spends(some: int = 12_000) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(1)
    n = rng.integers(1, 9, some).astype(float)
    scale = rng.gamma(4.0, 1 / 60.0, some)
    return n, rng.gamma(5.0 * n, 1 / scale) / n


def test_money_comes_back() -> None:
    n, mean = spends()
    model = fit_spend(n, mean)
    assert model is not None
    assert (model.p, model.q, model.gamma) == pytest.approx((5.0, 4.0, 60.0), rel=0.2)
    few, many = money_of_an_order(model, np.array([1.0, 400.0]), np.array([500.0, 500.0]))
    assert model.mean < few < many < 500.0


def test_money_robust_to_nothing_and_less() -> None:
    n, mean = spends()
    model = fit_spend(n, mean)
    bad = fit_spend(np.r_[n, 3.0, 2.0, 0.0, 1.0], np.r_[mean, -50.0, 0.0, 10.0, np.nan])
    assert model is not None
    assert bad == model
    told = money_of_an_order(model, np.array([3.0, 2.0, 0.0]), np.array([-50.0, 0.0, np.nan]))
    np.testing.assert_allclose(told, model.mean)
    assert fit_spend(n[:10], mean[:10]) is None
    assert fit_spend(n, np.full_like(mean, 7.0)) is None
    heavy = Spend(1.0, 0.5, 10.0, 33.0)  # its mean is not finite: what was seen stands in
    assert money_of_an_order(heavy, np.array([0.0]), np.array([0.0]))[0] == 33.0


def test_cents_and_pounds_are_the_same() -> None:
    n, mean = spends()
    pounds, cents = fit_spend(n, mean), fit_spend(n, mean * 100)
    assert pounds is not None
    assert cents is not None
    assert cents.gamma == pytest.approx(pounds.gamma * 100, rel=1e-6)


def test_the_gradient_of_the_money() -> None:
    n, mean = np.array([1.0, 4.0]), np.array([20.0, 33.0])
    at, weight = np.array([5.0, 4.0, 60.0]), np.array([1.0, 2.0])
    _, slope = spend_likelihood(at, n, mean, weight)
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1e-6 * at[i]
        up, down = (spend_likelihood(at + s, n, mean, weight)[0] for s in (step, -step))
        assert slope[i] == pytest.approx((up - down) / (2 * step[i]), rel=1e-5)
