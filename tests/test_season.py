"""The season of the days ahead: learnt a year before, used where the record is better by it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from smartcart.core.future.forecast import RATE, Way
from smartcart.core.future.season import LEAST_ORDERS, by_season, season_of
from smartcart.core.future.track import Held, try_way
from smartcart.tables.held_back import season_windows
from test_future import START, foreseen

DAYS = 900


def seasonal(strength: float, days: int = DAYS, seed: int = 3) -> pd.DataFrame:
    """Customers who stay, with orders that come and go by the time of the year."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(500):
        first, rate = int(rng.integers(0, 200)), rng.gamma(4.0, 1 / 160)
        day = np.arange(first, days + 1)
        wave = 1 + strength * np.sin(2 * np.pi * day / 364)
        came = day[(rng.random(len(day)) < rate * wave) | (day == first)]
        rows += [(customer, int(one)) for one in came]
    frame = pd.DataFrame(rows, columns=["customer_id", "day"])
    frame["order_date"] = [START + dt.timedelta(days=int(d)) for d in frame.day]
    frame["order_id"], frame["amount"] = np.arange(len(frame)) + 1000, 20.0
    return frame[["order_id", "customer_id", "order_date", "amount"]]


def test_a_season_is_learnt_used_and_told() -> None:
    """Days 811 to 900 are on the way down, the 90 to come at the bottom of the wave."""
    frame = seasonal(0.8)
    found = foreseen(frame)
    track, forecast = found.track, found.forecast
    assert track is not None
    assert forecast is not None
    assert track.season_used
    plain = next(row for row in track.rows if f"{row.name}, by season" == track.chosen)
    assert track.row.error < plain.error
    assert abs(track.row.miss) < abs(plain.miss)
    wave = [1 + 0.8 * np.sin(2 * np.pi * np.arange(d + 1, d + 91) / 364).mean() for d in (810, 900)]
    assert track.season == pytest.approx(wave[0], abs=0.1)
    assert forecast.way.factor == pytest.approx(wave[1], abs=0.1)
    assert f"it makes {forecast.way.factor - 1:+.0%}" in track.sentence


def test_orders_of_a_year_before_are_counted_by_day() -> None:
    """What the engine counted is what pandas counts: repeats in the window and in its year."""
    frame = seasonal(0.8)
    found = foreseen(frame)
    assert found.track is not None
    assert found.as_of is not None
    day = frame.drop_duplicates(["customer_id", "order_date"])
    repeats = day[day.order_date != day.groupby("customer_id").order_date.transform("min")]
    low = found.track.split - dt.timedelta(days=364)
    end, middle = low + dt.timedelta(days=90), low + dt.timedelta(days=45)
    window = ((repeats.order_date > low) & (repeats.order_date <= end)).sum()
    half = dt.timedelta(days=182)
    year = ((repeats.order_date > middle - half) & (repeats.order_date <= middle + half)).sum()
    assert found.track.season == pytest.approx((window / 90) / (year / 364))


def test_without_a_season_or_two_years_none_is_used() -> None:
    flat, short = foreseen(seasonal(0.0)), foreseen(seasonal(0.8, days=700))
    assert flat.track is not None
    assert flat.track.season == pytest.approx(1.0, abs=0.1)
    assert not flat.track.season_used
    assert short.track is not None
    assert short.track.season is None
    assert "by season" not in short.track.chosen


def test_a_season_must_better_both_error_and_total() -> None:
    x, T = np.full(100, 10.0), np.full(100, 100.0)
    way = Way(RATE, rule=RATE)  # expects 9 of each within 90 days

    def held(came: float) -> Held:
        return Held(x, T, T, np.full(100, came), np.ones(100), 0.0, 90.0)

    for came, factor, used in ((6.0, 0.7, True), (6.0, 1.2, False), (9.0, 0.7, False)):
        log = held(came)
        assert (by_season(try_way(way, log), factor, log) is not None) is used
    log = held(8.5)
    assert by_season(try_way(way, log), 0.96, log) is None  # less than a twentieth is no season
    assert by_season(try_way(way, log), 0.94, log) is not None


def test_few_orders_tell_no_season() -> None:
    row = {"season_then": LEAST_ORDERS, "year_then": 4.0 * LEAST_ORDERS}
    assert season_of(row, "then", 91) == pytest.approx(1.0)
    assert season_of({**row, "season_then": LEAST_ORDERS - 1}, "then", 91) is None
    assert season_of({}, "then", 91) is None


def test_a_year_of_days_ahead_has_no_season() -> None:
    first, split = dt.date(2020, 1, 1), dt.date(2022, 1, 1)
    last = dt.date(2023, 1, 1)
    found = season_windows(first, split, last, 700)
    assert found["season_next"] == found["year_next"]
    assert season_windows(None, split, last, 90) == {}
