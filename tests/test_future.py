"""What comes next, from an order log to the run folder: figures, refusals, the same everywhere."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart import workflows
from smartcart.core.future import nbd
from smartcart.errors import DataError
from smartcart.inspection.customer_table import look
from smartcart.inspection.order_log import OrderOptions, split_day
from smartcart.sources import open_on
from smartcart.store.model import write_model
from smartcart.tables import held_back
from smartcart.workflows.foresee import Foreseen, foresee
from smartcart.workflows.future import discounted
from smartcart.workflows.future_of_run import future_of_run

COLUMNS = ["customer_id", "p_alive", "expected_orders", "expected_spend", "next_order_by", "late"]
START = dt.date(2023, 1, 1)


def log(customers: int = 900, days: int = 540, seed: int = 7) -> pd.DataFrame:
    """Customers who join over the first half, order at a rate of their own, and leave."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        day, rate, leave = rng.integers(0, days // 2), rng.gamma(0.9, 1 / 30), rng.beta(1.0, 3.0)
        money = rng.lognormal(3.5, 0.6)
        while day <= days:
            rows.append((customer, int(day), round(float(money * rng.lognormal(0, 0.3)), 2)))
            if rng.random() < leave:
                break
            day = day + max(1, int(rng.exponential(1 / rate)))
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    frame["order_date"] = [START + dt.timedelta(days=int(d)) for d in frame.day]
    frame["order_id"] = np.arange(len(frame)) + 1000
    return frame[["order_id", "customer_id", "order_date", "amount"]]


def foreseen(frame: pd.DataFrame, horizon: int = 90, as_of: dt.date | None = None) -> Foreseen:
    options = OrderOptions(horizon=horizon)
    with open_on("duckdb", frame, None, None) as opened:
        seen = look(opened, kind="orders", as_of=as_of, wanted=None, options=options)
        found = foresee(seen, horizon)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return log()


@pytest.fixture(scope="module")
def source(orders: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "orders.csv"
    orders.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def folder(source: Path) -> Path:
    target = source.parent / "run"
    smartcart.segment(str(source), k=3).save(target)
    return target


def test_the_file_has_a_row_for_each_customer(folder: Path) -> None:
    table = pd.read_parquet(folder / "future.parquet")
    assert list(table.columns) == COLUMNS
    segments = pd.read_parquet(folder / "segments.parquet")
    assert sorted(table.customer_id) == sorted(segments.customer_id)
    assert table.p_alive.between(0, 1).all()
    assert (table.expected_orders >= 0).all()
    assert (table.expected_spend >= 0).all()
    late = table[table.late]
    assert 0 < len(late) < len(table)
    as_of = pd.Timestamp(json.loads((folder / "run.json").read_text())["as_of"])
    assert (pd.to_datetime(late.next_order_by) < as_of).all()
    assert table.p_alive[table.late].mean() < table.p_alive[~table.late].mean()


def test_late_customers_known_by_an_address_are_in_no_record(orders, folder, tmp_path) -> None:
    plain = json.loads((folder / "run.json").read_text())["future"]
    assert {one["customer_id"] for one in plain["late"]} <= set(orders["customer_id"].astype(str))
    assert plain["late"]
    mails = orders.rename(columns={"customer_id": "email"})
    mails["email"] = "c" + mails["email"].astype(str) + "@example.com"
    smartcart.segment(mails, k=3).save(tmp_path / "run")
    written = (tmp_path / "run" / "run.json").read_text()
    assert "@example.com" not in written
    future = json.loads(written)["future"]
    assert (future["late"], future["late_count"]) == ([], plain["late_count"])
    assert len(pd.read_parquet(tmp_path / "run" / "late.parquet")) == plain["late_count"]


def test_run_json_adds_up_the_file(folder: Path) -> None:
    future = json.loads((folder / "run.json").read_text())["future"]
    both = pd.read_parquet(folder / "future.parquet").merge(
        pd.read_parquet(folder / "segments.parquet"), on="customer_id"
    )
    for one in future["segments"]:
        mine = both[both.segment_id == one["segment_id"]]
        assert one["customers"] == len(mine)
        assert one["orders"] == pytest.approx(mine.expected_orders.sum(), rel=1e-9)
        assert one["spend"] == pytest.approx(mine.expected_spend.sum(), rel=1e-9)
        assert one["alive"] == pytest.approx(mine.p_alive.sum(), rel=1e-9)
        assert one["late"] == mine.late.sum()
        assert one["orders_low"] <= one["orders"] <= one["orders_high"]
    assert sum(one["spend_share"] for one in future["segments"]) == pytest.approx(1.0)
    assert future["late_count"] == both.late.sum()
    track = future["track"]
    assert {row["name"] for row in track["rows"]} >= {"BG/NBD", "MBG/NBD", "Pareto/NBD"}
    used = next(row for row in track["rows"] if row["name"] == track["chosen"])
    assert used["error"] <= min(row["error"] for row in track["rows"] if row["simple"])
    assert sum(week["actual"] for week in track["weeks"]) == track["actual"]
    assert sum(week["expected"] for week in track["weeks"]) == pytest.approx(
        used["total"], rel=1e-4
    )


def test_counts_are_those_of_pandas(orders: pd.DataFrame) -> None:
    """What the engine held back is what a loop over the log gives."""
    found = foreseen(orders)
    day = orders.groupby(["customer_id", "order_date"]).size().reset_index()
    split = found.track.split if found.track else None
    assert split == orders.order_date.max() - dt.timedelta(days=90)
    known = day[day.order_date <= split].customer_id.unique()
    after = day[(day.order_date > split) & day.customer_id.isin(known)]
    assert found.track is not None
    assert found.track.customers == len(known)
    assert found.track.actual == len(after)
    money = orders[(orders.order_date > split) & orders.customer_id.isin(known)].amount.sum()
    assert found.track.spend_actual == pytest.approx(money)


def test_alive_in_the_engine_is_the_model(orders: pd.DataFrame) -> None:
    found = foreseen(orders)
    assert found.alive is not None
    for k in (1, 3):
        model = nbd.Nbd(0.8, 40.0, 0.7, 2.5, k)
        values = (model.r, model.alpha, model.a, model.b, float(k))
        with open_on("duckdb", orders, None, None) as opened:
            seen = look(opened, kind="orders", as_of=None, wanted=None, options=OrderOptions())
            told = held_back.alive_expression(seen.clean, values).name("p")
            names = ["tenure_days", "recency_days", "purchase_days"]
            table = seen.engine.arrow(seen.clean.select(*names, told)).to_pandas()
        T = table.tenure_days.to_numpy(float)
        t = T - table.recency_days.to_numpy(float)
        expected = nbd.alive(model, table.purchase_days.to_numpy(float) - 1, t, T)
        np.testing.assert_allclose(table.p, expected, rtol=1e-10)


def test_being_alive_forms_segments_and_scores(folder: Path, source: Path) -> None:
    model = smartcart.load(folder)
    names = [feature.name for feature in model.record.recipe.features]
    assert "p_alive" in names
    assert "frequency" not in names
    mine = pd.read_parquet(folder / "segments.parquet").set_index("customer_id").segment_id
    again = model.assign(str(source)).set_index("customer_id").segment_id
    assert (again.loc[mine.index] == mine).all()


def test_another_horizon_is_read_and_tried_again(folder: Path) -> None:
    short = future_of_run(folder)
    long = future_of_run(folder, horizon=180, margin=0.4, discount_rate=0.1)
    assert (short.horizon, long.horizon) == (90, 180)
    assert long.track is not None
    assert long.track.days == 180
    orders = [sum(one.orders for one in found.segments) for found in (short, long)]
    assert orders[0] < orders[1] < 2.5 * orders[0]
    assert [one.customers for one in long.segments] == [one.customers for one in short.segments]
    spend = sum(one.spend or 0 for one in long.segments)
    assert long.value == pytest.approx(discounted(spend, 180, 0.4, 0.1))
    assert 0.9 * 0.4 * spend < (long.value or 0) < 0.4 * spend


def test_the_python_door(source: Path) -> None:
    s = smartcart.segment(str(source), k=2)
    assert s.future is not None
    assert list(s.future.columns) == COLUMNS
    assert s.future.attrs["horizon"] == 90
    assert "Tried on the last 90 days" in s.future.attrs["sentence"]
    assert "What comes next" in Path(s.report(source.parent / "r.html")).read_text("utf-8")


# Bad input: a sentence, and the rest of the run unharmed.


def bad_logs() -> dict[str, tuple[pd.DataFrame, str]]:
    good = log(300)
    once = good.drop_duplicates("customer_id")
    short = good[good.order_date < START + dt.timedelta(days=21)]
    back = good.copy()
    back.loc[back.index[::2], "amount"] *= -3
    ahead = good.copy()
    ahead.loc[ahead.index[-1], "order_date"] = dt.date(2031, 1, 1)
    few = good[good.customer_id < 30]
    twice = pd.concat([once, once.assign(order_id=once.order_id + 100_000)])
    return {
        "no repeat but on the same day": (twice, "No customer ordered on two days"),
        "one order each": (once, "No customer ordered on two days"),
        "three weeks": (short, "so no forecast is made"),
        "date in the future": (ahead, "a date in the future, or an old export"),
        "few": (few, "are needed to try a forecast, so none is made"),
    }


@pytest.mark.parametrize("name", list(bad_logs()))
def test_bad_logs_get_a_sentence(name: str) -> None:
    frame, sentence = bad_logs()[name]
    found = foreseen(frame)
    assert sentence in found.refused
    assert found.forecast is None


@pytest.mark.parametrize("name", ["one order each", "three weeks", "date in the future"])
def test_a_run_without_a_forecast_is_whole(name: str, tmp_path: Path) -> None:
    frame, sentence = bad_logs()[name]
    source = tmp_path / "orders.csv"
    frame.to_csv(source, index=False)
    s = smartcart.segment(str(source), k=2)
    s.save(tmp_path / "run")
    assert s.future is None
    assert not (tmp_path / "run" / "future.parquet").exists()
    assert sentence in json.loads((tmp_path / "run" / "run.json").read_text())["future"]["refused"]
    assert sentence in (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "recency_days" in [f.name for f in s.model.recipe.features] or len(s.segments) > 0
    assert len(pd.read_parquet(tmp_path / "run" / "segments.parquet")) == len(s.customers)
    with pytest.raises(DataError, match="a log that a forecast can be tried on"):
        future_of_run(tmp_path / "run")


def test_returns_larger_than_sales(orders: pd.DataFrame) -> None:
    back = orders.copy()
    back["amount"] = -5 * back.amount
    back["order_id"] += 100_000
    both = pd.concat([orders, back])
    options = OrderOptions(net_returns=True)
    with open_on("duckdb", both, None, None) as opened:
        seen = look(opened, kind="orders", as_of=None, wanted=None, options=options)
        found = foresee(seen, 90)
    assert found is not None
    assert found.forecast is not None
    assert found.forecast.spend is None
    assert found.spend_refused.startswith("What was returned is as much as was sold, or more")


def test_a_log_in_cents_and_in_capitals_is_the_same(orders: pd.DataFrame) -> None:
    cents = orders.assign(amount=orders.amount * 100).rename(columns=str.upper)
    one, two = foreseen(orders), foreseen(cents.sample(frac=1.0, random_state=3))
    assert one.track is not None
    assert two.track is not None
    assert [row.name for row in one.track.rows] == [row.name for row in two.track.rows]
    for mine, other in zip(one.track.rows, two.track.rows, strict=True):
        assert mine.total == pytest.approx(other.total, rel=1e-9)
    assert (two.track.spend_expected or 0) == pytest.approx(
        100 * (one.track.spend_expected or 0), rel=1e-3
    )


def test_half_of_a_log_is_held_back_at_most() -> None:
    assert split_day(dt.date(1997, 1, 1), dt.date(1998, 6, 30), 273) == dt.date(1997, 9, 30)
    assert split_day(dt.date(2024, 1, 1), dt.date(2024, 1, 10), 90) == dt.date(2024, 1, 5)
    assert split_day(None, dt.date(2024, 1, 1), 90) is None
    assert split_day(dt.date(2024, 1, 1), dt.date(2024, 1, 1), 90) is None


def test_a_table_of_customers_has_no_forecast(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": range(200), "spend": np.arange(200.0), "visits": range(200)})
    run = workflows.segment(frame, tmp_path, k=2)
    assert run.future is None
    assert not (tmp_path / "future.parquet").exists()


@pytest.mark.parametrize("seed", [0, 5])
def test_planted_behaviours_are_found(seed: int) -> None:
    """Who stopped is apart from who stays: agreement 0.41 without being alive."""
    from sklearn.metrics import adjusted_rand_score

    from smartcart.datasets import order_tables

    lines, truth = order_tables(60_000, seed=seed)
    s = smartcart.segment(lines)
    planted = truth.to_pandas().set_index("customer_id")["segment"].astype(str)
    found = s.customers.set_index("customer_id").segment_id
    planted = planted.reindex(found.index)
    assert adjusted_rand_score(planted, found) >= 0.70
    crossed = pd.crosstab(found, planted)
    mostly = crossed.div(crossed.sum(axis=0), axis=1)
    assert (np.minimum(mostly["loyal"], mostly["at risk"]) < 0.005).all()
    named = {one.segment_id: one.segment for one in s.record.segments}
    assert named[int(crossed["at risk"].idxmax())] == "Slipping away"


def test_a_refit_keeps_its_ids_in_the_forecast(source: Path, folder: Path, tmp_path: Path) -> None:
    """Ids of a refit need not be 1 to K: run.json, late.parquet and another horizon go by them."""
    renumbered = {1: 7, 2: 3, 3: 5}
    earlier = tmp_path / "earlier"
    model = smartcart.load(folder).record
    golden = tuple(replace(row, segment_id=renumbered[row.segment_id]) for row in model.golden)
    earlier.mkdir()
    write_model(
        earlier / "model.json",
        replace(model, ids=tuple(renumbered[i] for i in model.ids), golden=golden),
    )
    run = tmp_path / "run"
    smartcart.segment(str(source), previous=earlier).save(run)
    both = pd.read_parquet(run / "future.parquet").merge(
        pd.read_parquet(run / "segments.parquet"), on="customer_id"
    )
    assert set(both.segment_id) == {3, 5, 7}
    for found in (future_of_run(run), future_of_run(run, horizon=91)):
        assert [one.customers for one in found.segments] == [
            int((both.segment_id == one.segment_id).sum()) for one in found.segments
        ]
    late = both[both.late].set_index("customer_id").segment_id
    told = pd.read_parquet(run / "late.parquet").set_index("customer_id").segment_id
    assert (told == late.loc[told.index]).all()
