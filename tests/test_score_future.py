"""What comes next of scored customers: the run's own forecast, for its lines and for new ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import smartcart
from smartcart import workflows
from smartcart.cli.main import app
from smartcart.core.future.fit import Fitted
from smartcart.core.future.forecast import RATE, SILENCE, Way
from smartcart.core.future.kept import kept, restored
from smartcart.core.future.nbd import Nbd
from smartcart.core.future.pareto import Pareto
from smartcart.core.future.predict import forecast_of, predict
from smartcart.core.future.spend import Spend
from smartcart.errors import DataError
from smartcart.store.model import load_model, write_model
from test_future import START, log

FORECAST = ["p_alive", "expected_orders", "expected_spend", "next_order_by", "late"]
FIRST = ["customer_id", "segment_id", "segment", "distance", "confidence", "outside"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scored") / "orders.csv"
    log(400).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def folder(source: Path) -> Path:
    target = source.parent / "run"
    smartcart.segment(str(source), k=2).save(target)
    return target


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_same_lines_get_what_the_run_told(
    folder: Path, source: Path, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / f"scored.{kind}"
    workflows.score(str(source), workflows.load(folder), target)
    found = pd.read_parquet(target) if kind == "parquet" else pd.read_csv(target)
    assert list(found.columns) == FIRST + FORECAST
    mine = pd.read_parquet(folder / "future.parquet").set_index("customer_id")
    found = found.set_index("customer_id").loc[mine.index]
    for name in ("p_alive", "expected_orders", "expected_spend"):
        np.testing.assert_allclose(found[name], mine[name], rtol=1e-12)
    assert (found.late == mine.late).all()
    due = [pd.to_datetime(one.next_order_by).astype("datetime64[s]") for one in (found, mine)]
    assert due[0].equals(due[1])
    assert due[0].isna().any()
    assert due[0].notna().any()


def test_a_table_in_a_database_gets_the_same(folder: Path, source: Path, tmp_path: Path) -> None:
    import duckdb

    base, target = tmp_path / "shop.duckdb", tmp_path / "scored.parquet"
    model = workflows.load(folder)
    workflows.score(str(source), model, target)
    truth = pd.read_parquet(target)
    truth = truth.assign(customer_id=truth.customer_id.astype(str)).sort_values(
        "customer_id", ignore_index=True
    )

    def words(*more: str) -> str:
        into = ["--into", f"{base}::{more[0] if more else 'segments'}"]
        found = CliRunner().invoke(app, ["score", str(source), "--model", str(folder), *into])
        assert found.exit_code == 0, found.output
        return found.output

    assert f"{len(truth)} added" in words()
    assert "forecast" not in words()  # nothing changed
    with duckdb.connect(str(base)) as con:
        found = con.execute("FROM segments ORDER BY customer_id").df()
        con.execute(
            "CREATE TABLE old AS SELECT * EXCLUDE (" + ", ".join(FORECAST) + ") FROM segments"
        )
        con.execute("UPDATE segments SET p_alive = 0 WHERE late")
    assert list(found.columns) == FIRST + FORECAST
    assert found.late.tolist() == truth.late.tolist()
    for name in ("p_alive", "expected_orders", "expected_spend"):
        np.testing.assert_array_equal(found[name], truth[name])
    due = [pd.to_datetime(one.next_order_by).astype("datetime64[s]") for one in (found, truth)]
    assert due[0].equals(due[1])
    assert f"Of {truth.late.sum()} who did not move the forecast changed" in words()
    assert "made without forecasts, and keeps its columns" in words("old")


def test_in_python_the_same(folder: Path, source: Path) -> None:
    frame = smartcart.load(folder).assign(str(source))
    assert list(frame.columns) == FIRST + FORECAST
    mine = pd.read_parquet(folder / "future.parquet").set_index("customer_id")
    frame = frame.set_index("customer_id").loc[mine.index]
    np.testing.assert_allclose(frame.expected_spend, mine.expected_spend, rtol=1e-12)
    due = pd.to_datetime(mine.next_order_by).astype("datetime64[s]")
    assert due.equals(frame.next_order_by)


def test_new_customers_are_told_by_the_model_as_it_was_fitted(folder: Path) -> None:
    """Two customers by hand: the forecast is that of their repeats, last and observed days."""
    model = workflows.load(folder)
    assert model.forecast is not None
    assert model.contract.as_of is not None
    as_of = model.contract.as_of
    days = {"new": [60, 40, 20], "once": [300]}
    rows = [
        (i, who, as_of - pd.Timedelta(days=ago), 10.0)
        for i, (who, ago) in enumerate((w, a) for w, many in days.items() for a in many)
    ]
    frame = pd.DataFrame(rows, columns=["order_id", "customer_id", "order_date", "amount"])
    found = smartcart.load(folder).assign(frame, as_of=as_of).set_index("customer_id")
    told = predict(
        restored(model.forecast),
        np.array([2.0, 0.0]),
        np.array([40.0, 0.0]),
        np.array([60.0, 300.0]),
        np.array([30.0, 10.0]),
    )
    both = found.loc[["new", "once"]]
    np.testing.assert_allclose(both.p_alive, told.p_alive, rtol=1e-12)
    np.testing.assert_allclose(both.expected_orders, told.orders, rtol=1e-12)
    np.testing.assert_allclose(both.expected_spend, told.spend, rtol=1e-12)
    assert both.next_order_by.isna().tolist() == [False, True]


def test_later_days_tell_less_of_who_stayed_away(folder: Path, source: Path) -> None:
    last = pd.read_csv(source).order_date.max()
    model = smartcart.load(folder)
    now, later = (
        model.assign(str(source), as_of=day).set_index("customer_id").p_alive
        for day in (last, str((pd.Timestamp(last) + pd.Timedelta(days=120)).date()))
    )
    assert (later < now).all()


def test_a_model_without_a_forecast_scores_as_before(
    folder: Path, source: Path, tmp_path: Path
) -> None:
    model = replace(workflows.load(folder), forecast=None)
    target = tmp_path / "scored.parquet"
    workflows.score(str(source), model, target)
    assert list(pd.read_parquet(target).columns) == FIRST
    short = log(300)
    s = smartcart.segment(short[short.order_date < START + pd.Timedelta(days=21)], k=2)
    assert s.model.forecast is None


@pytest.mark.parametrize(
    "way",
    [
        Way("MBG/NBD", Nbd(0.8, 40.0, 0.7, 2.5, 2)),
        Way("BG/NBD", Nbd(0.6, 30.0, 0.7, 2.5, 1, leaves_at_once=False), factor=1.2),
        Way("Pareto/NBD and a rate", Pareto(0.5, 70.0, 0.6, 80.0), RATE),
        Way(SILENCE, rule=SILENCE),
    ],
)
@pytest.mark.parametrize("spend", [None, Spend(6.0, 4.0, 15.0, 30.0)])
def test_every_forecast_comes_back_from_its_numbers(way: Way, spend: Spend | None) -> None:
    alive = Nbd(0.8, 40.0, 0.7, 2.5, 2)
    forecast = forecast_of(alive, way, spend, 90.0, 400.0, 0.1)
    record = kept(forecast, Fitted(alive, -1.0, np.eye(4)))
    again = restored(record)
    assert kept(again, Fitted(alive, -1.0, np.eye(4))) == record
    rng = np.random.default_rng(0)
    T = rng.integers(1, 500, 300).astype(float)
    x = rng.integers(0, 40, 300).astype(float)
    t = np.where(x > 0, np.floor(T * rng.random(300)), 0.0)
    one, two = (predict(f, x, t, T, 20.0 * (x + 1)) for f in (forecast, again))
    np.testing.assert_array_equal(one.orders, two.orders)
    np.testing.assert_array_equal(one.spend, two.spend)
    half = predict(forecast, x[:7], t[:7], T[:7], 20.0 * (x[:7] + 1))
    np.testing.assert_allclose(half.orders, one.orders[:7], rtol=1e-11)  # whoever else is there


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"alive": (1.0, 2.0)}, "as many parameters"),
        ({"longest": 0.0}, "not above 0"),
        ({"model": (), "rule": "gut feeling"}, "'gut feeling', which there is not"),
        ({"covariance": ((1.0,),) * 4}, "covariance"),
    ],
)
def test_a_damaged_forecast_is_refused(
    folder: Path, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    model = load_model(folder)
    assert model.forecast is not None
    write_model(tmp_path / "model.json", replace(model, forecast=replace(model.forecast, **change)))  # type: ignore[arg-type]
    with pytest.raises(DataError, match=words):
        load_model(tmp_path)
    content = json.loads((folder / "model.json").read_text())
    assert content["forecast"]["horizon"] == 90
