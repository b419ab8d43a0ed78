"""Whether a forecast holds for what came since: told beyond chance and a tenth, else silent."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import smartcart
from core.test_future_models import simulated
from smartcart.core.drift import compare
from smartcart.core.future.fit import Fitted, fit_nbd
from smartcart.core.future.forecast import Way
from smartcart.core.future.kept import kept
from smartcart.core.future.nbd import Nbd
from smartcart.core.future.predict import forecast_of
from smartcart.core.future.since import LEAST_DAYS, LEAST_ORDERS, forecast_drift
from smartcart.core.future.track import Held
from smartcart.records import DriftReference, ForecastDrift, KeptForecast
from test_future import START, log

MODEL = Nbd(0.8, 40.0, 0.7, 2.5)
SHOPS = int(os.environ.get("SMARTCART_INTERVAL_LOGS", "12"))
CUT = START + dt.timedelta(days=450)


def kept_of(fitted: Fitted[Nbd], spread: float = 0.0) -> KeptForecast:
    way = Way("MBG/NBD", fitted.model)
    return kept(forecast_of(fitted.model, way, None, 90.0, 400.0, spread), fitted)


def told(held: Held, found: KeptForecast, y: np.ndarray, days: int = 90) -> ForecastDrift | None:
    return forecast_drift(found, held.x, held.t, held.T, y, held.weight, days)


@pytest.fixture(scope="module")
def known() -> tuple[Held, KeptForecast]:
    held = simulated(MODEL, 400.0, 90.0, seed=1)
    return held, kept_of(fit_nbd(held.cells))


def at(known: tuple[Held, KeptForecast], orders: float, **more: float) -> ForecastDrift:
    """What is told where so many orders came."""
    held, found = known
    found = replace(found, **more) if more else found  # type: ignore[arg-type]
    result = told(held, found, np.full(len(held.x), orders / len(held.x)))
    assert result is not None
    assert result.actual == pytest.approx(orders)
    return result


def test_the_limit_is_chance_and_a_tenth(known: tuple[Held, KeptForecast]) -> None:
    plain = at(known, 100.0)
    wide = at(known, 100.0, spread=0.2)
    assert wide.high - wide.expected > 0.6 * wide.expected > plain.high - plain.expected
    for side in (-1, 1):  # what matters is the larger one of both
        for one, much in (
            (plain, max(plain.high - plain.expected, 0.1 * plain.expected)),
            (wide, wide.high - wide.expected),
        ):
            more = {"spread": 0.2} if one is wide else {}
            below = at(known, one.expected + side * much * 0.999, **more)
            above = at(known, one.expected + side * much * 1.001, **more)
            assert below.strength < 1 < above.strength
    sure = replace(known[1], covariance=((0.0,) * 4,) * 4)
    many = replace(known[0], weight=known[0].weight * 1e4)
    exact = told(many, sure, np.zeros(len(many.x)))
    assert exact is not None
    assert exact.high < 1.02 * exact.expected  # chance is less than a tenth: the tenth decides
    assert exact.strength == pytest.approx(10.0)


def test_few_days_and_few_orders_say_nothing(known: tuple[Held, KeptForecast]) -> None:
    held, found = known
    y = np.zeros(len(held.x))
    assert told(held, found, y, LEAST_DAYS - 1) is None
    assert told(held, found, y, LEAST_DAYS) is not None
    whole = at(known, 0.0)
    for share, there in ((0.99, False), (1.01, True)):
        few = replace(held, weight=held.weight * share * LEAST_ORDERS / whole.expected)
        assert (told(few, found, y) is not None) is there


def test_an_unchanged_shop_is_silent_and_a_changed_one_is_not() -> None:
    """Shops as they were, and with three in ten orders fewer."""
    strengths, fewer = [], []
    for seed in range(SHOPS):
        held = simulated(MODEL, 400.0, 90.0, seed=100 + seed)
        found = kept_of(fit_nbd(held.cells))
        rng = np.random.default_rng(seed)
        for y, into in ((held.y, strengths), (rng.binomial(held.y.astype(int), 0.7), fewer)):
            result = told(held, found, np.asarray(y, dtype=np.float64))
            assert result is not None
            into.append(result.strength)
    assert max(strengths) < 1
    assert np.mean(np.array(fewer) >= 1) > 0.9


def test_it_calls_for_a_refit_from_its_limit_on(known: tuple[Held, KeptForecast]) -> None:
    reference = DriftReference((), (50, 50), (1.0, 1.0))
    for strength, verdict in ((0.999, "keep"), (1.0, "refit")):
        one = replace(at(known, 100.0), strength=strength)
        found = compare(reference, {}, sizes=(50, 50), forecast=one)
        assert found.verdict == verdict
        assert found.forecast == one
        assert [r.sentence for r in found.reasons] == [one.sentence] * (verdict == "refit")


# A log, its run, and the same log later.


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    return log(600, 540)


@pytest.fixture(scope="module")
def run(lines: pd.DataFrame) -> smartcart.Segmentation:
    return smartcart.segment(lines[lines.order_date <= CUT], k=2, as_of=CUT)


def test_a_log_that_went_on_is_counted_as_a_loop_would(
    run: smartcart.Segmentation, lines: pd.DataFrame
) -> None:
    drift = run.monitor(lines)
    found = drift.forecast
    assert found is not None
    days = lines.drop_duplicates(["customer_id", "order_date"])
    after = days[(days.order_date > CUT)]
    assert found.days == (lines.order_date.max() - CUT).days
    assert found.actual == after.customer_id.isin(run.customers.customer_id).sum()
    assert found.customers == len(run.customers)
    assert found.strength < 1
    assert not [one for one in drift.reasons if one.kind == "forecast"]


def test_a_log_that_stopped_is_told(run: smartcart.Segmentation, lines: pd.DataFrame) -> None:
    later = lines.order_date > CUT
    last = lines.order_date == lines.order_date.max()
    drift = run.monitor(lines[~later | (lines.order_id % 4 == 0) | last])
    reason = next(one for one in drift.reasons if one.kind == "forecast")
    assert reason.refit
    assert drift.verdict == "refit"
    assert reason.sentence.startswith("In the 90 days since the forecast was made")
    assert reason.sentence.endswith(f"and {drift.forecast.actual:,.0f} came")  # type: ignore[union-attr]


def test_other_lines_than_those_of_the_run_are_not_held_against_it(
    run: smartcart.Segmentation, lines: pd.DataFrame
) -> None:
    early = lines[lines.order_date <= CUT]
    assert run.monitor(early).forecast is None  # nothing came since
    for share, there in ((0.93, False), (0.97, True)):
        some = lines.customer_id < share * 600
        assert (run.monitor(lines[some]).forecast is not None) is there
