"""Counts of orders in stretches and seasons: many in one number, against counting each."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from smartcart.engines.duckdb import DuckDB
from smartcart.records import OrderLog
from smartcart.tables import held_back, orders

FIRST, AS_OF = dt.date(2020, 1, 1), dt.date(2023, 12, 31)


def day_of(date: dt.date) -> int:
    return (date - dt.date(1970, 1, 1)).days


def orders_of(customers: int, each: int) -> pd.DataFrame:
    """Orders of customers; one orders every day, one only once, some twice on one day."""
    rng = np.random.default_rng(3)
    start, end = day_of(FIRST), day_of(AS_OF)
    some = pd.DataFrame(
        {
            "customer": np.repeat(np.arange(customers), each),
            "day": rng.integers(start, end + 1, customers * each),
        }
    )
    daily = pd.DataFrame({"customer": customers, "day": np.arange(start, end + 1)})
    once = pd.DataFrame({"customer": [customers + 1], "day": [end]})
    found = pd.concat([some, some.head(20), daily, once], ignore_index=True)
    return found.assign(order=np.arange(len(found)))


@pytest.mark.parametrize("horizon", [1, 30, 90, 364, 700])
def test_counts_in_one_number_are_those_of_each_stretch(horizon: int) -> None:
    frame = orders_of(60, 25)
    split = AS_OF - dt.timedelta(days=horizon)
    windows = held_back.season_windows(FIRST, split, AS_OF, horizon)
    log = OrderLog(customer="customer", order="order", date="day", columns=())
    with DuckDB() as engine:
        found = engine.take(iter([to_batch(frame)]), to_batch(frame).schema)
        when = engine.keep(orders.rhythm(found, log, split, horizon, windows))
        told = engine.record(held_back.weeks_expression(when, horizon))
        season = engine.record(held_back.season_expression(when)) if windows else {}
    days = frame.drop_duplicates(["customer", "day"]).sort_values(["customer", "day"])
    repeats = days[days.customer.duplicated()].day
    known = set(days[days.day <= day_of(split)].customer)
    of_known = days[days.customer.duplicated() & days.customer.isin(known)].day
    ends = held_back.stretches(horizon)
    cut = day_of(split)
    for i, (low, high) in enumerate(zip([0, *ends], ends, strict=False)):
        came = ((of_known > cut + low) & (of_known <= cut + high)).sum()
        assert int(told[f"w{i}"]) == came, (i, low, high)
    assert len(told) == len(ends)
    assert sum(map(int, told.values())) == (of_known > cut).sum()
    assert set(windows) == set(held_back.SEASON)
    for name, (low, high) in windows.items():
        assert int(season[name]) == ((repeats > low) & (repeats <= high)).sum(), name


def to_batch(frame: pd.DataFrame) -> pa.RecordBatch:
    return pa.RecordBatch.from_pandas(frame, preserve_index=False)
