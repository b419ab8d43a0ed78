"""The query of a model of an order log on real engines: customers, RFM digits and segments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import smartcart
from conftest import shared_file
from smartcart import store, workflows
from smartcart.api import SavedModel
from smartcart.errors import DataError
from smartcart.inspection.order_log import OrderOptions
from smartcart.store import read_run
from sql_engines import ENGINES, ORDER_ENGINES, Ask

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # PySpark leaves sockets open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PEOPLE, ORDERS = 260, 2600
ORDER_DAY = ' Order\n"date"'  # the model keeps it without the blank
WHOLE = ("segment_id", "segment", "recency_days", "frequency", "r", "f", "m", "rfm_score")


def log() -> pa.Table:
    """Order lines of a shop with guests, refunds, cancelled, unpaid and undated orders."""
    rng = np.random.default_rng(4)
    kind = rng.integers(0, 3, PEOPLE)
    who = rng.choice(PEOPLE, ORDERS, p=(w := np.array([8.0, 3.0, 1.0])[kind]) / w.sum())
    since = rng.integers(0, 500, PEOPLE)
    day = since[who] + rng.integers(0, 230, ORDERS) * (kind[who] + 1) // 2
    order = np.repeat(np.arange(ORDERS), rng.integers(1, 4, ORDERS))
    lines = len(order)
    sku = rng.integers(0, 40, lines)
    pieces = rng.integers(1, 6, lines)
    of = who[order]
    dice = rng.random(ORDERS)[order]
    status = np.select([dice < 0.05, dice < 0.09], ["Cancelled", "Refunded"], "completed")
    back = rng.random(lines) < 0.04
    ids: list[Any] = [f" c{w:03d}" if w % 7 == 0 else f"c{w:03d}" for w in of]
    mails: list[Any] = [f"C{w:03d}@example.com" for w in of]
    for i, n in enumerate(order):
        if n % 11 == 0:  # a guest, known by mail
            ids[i], mails[i] = ("Guest", f" G{n % 23}@Example.com ") if n % 2 else ("", "g@x.org")
        elif n % 29 == 0:
            ids[i], mails[i] = None, None  # nobody
    days: list[Any] = [
        None if n % 97 == 5 else dt.datetime(2022, 1, 1, 9) + dt.timedelta(int(day[n]), int(n))
        for n in order
    ]
    return pa.table(
        {
            "order id": pa.array([f"R-{n:05d}" for n in order]),
            "Customer Id": pa.array(ids),
            "E-Mail": pa.array(mails),
            ORDER_DAY: pa.array(days, pa.timestamp("us")),
            "SKU": pa.array([f"S{n:02d}" for n in sku]),
            "Quantity": pa.array(np.where(back, -pieces, pieces)),
            "Unit price": pa.array(np.round(2.5 + 3.3 * (sku % 9) + 4 * kind[of], 2)),
            "Status": pa.array(status),
            "Discount": pa.array(
                np.where(rng.random(lines) < 0.1 + 0.3 * (kind[of] == 1), 0.15, 0.0)
            ),
            "is paid": pa.array([n % 53 != 7 for n in order]),
        }
    )


def totals() -> pa.Table:
    """The same as an export with the order's money on its lines, and what was given back beside."""
    t = log().to_pandas()
    t = t[t["Customer Id"].fillna("").str.strip().str.startswith("c")]
    money = (t["Quantity"].abs() * t["Unit price"]).groupby(t["order id"]).transform("sum").round(2)
    number = t["order id"].str[2:].astype(int)
    given = np.where(number % 13 == 0, money, np.where(number % 17 == 0, money / 4, 0.0)).round(2)
    return pa.Table.from_pandas(
        pd.DataFrame(
            {
                "order id": number,
                "Customer Id": t["Customer Id"].str.strip().str[1:].astype(float) + 5000,
                "Created at": t[ORDER_DAY].dt.date,
                "Order total": money,
                "Refunded amount": given,
                "Lineitem sku": t["SKU"],
                "Lineitem quantity": t["Quantity"].abs(),
                "Status": t["Status"],
            }
        ),
        preserve_index=False,
    )


LOGS = {
    "lines": (log(), {}),
    "net": (log(), {"net_returns": True}),
    "totals": (totals(), {"net_returns": True}),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("orders")


@pytest.fixture(scope="module")
def models(home: Path) -> dict[str, tuple[SavedModel, pd.DataFrame]]:
    return {name: fitted(table, home / name, **asked) for name, (table, asked) in LOGS.items()}


def fitted(source: Any, folder: Path, **asked: Any) -> tuple[SavedModel, pd.DataFrame]:
    """Return the model of a run, and segment, distance and RFM digits of every customer of it."""
    folder.mkdir()
    run = workflows.segment(source, folder, k=4, k_max=4, options=OrderOptions(**asked))
    store.write_run(folder, run)
    both = pq.read_table(folder / "segments.parquet").to_pandas()
    digits = pd.read_csv(folder / "rfm.csv", dtype={"customer_id": both["customer_id"].dtype})
    both = both.merge(digits, on="customer_id", validate="1:1")
    return smartcart.load(folder), both


@pytest.fixture(scope="module", params=ORDER_ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[tuple[str, Ask]]:
    with ENGINES[request.param]() as ask:
        yield request.param, ask


def assert_same(found: pd.DataFrame, truth: pd.DataFrame, columns: Any = WHOLE) -> None:
    mine, there = (
        t.assign(customer_id=t["customer_id"].astype(str)).set_index("customer_id")
        for t in (found, truth)
    )
    assert set(mine.index) == set(there.index)
    assert len(mine) == len(there) > 0
    mine = mine.loc[there.index]
    for name in columns:
        assert (mine[name].to_numpy() == there[name].to_numpy()).all(), name
    for name in ("distance", "confidence", "monetary_total"):
        if name in there and name in mine:
            np.testing.assert_allclose(mine[name].astype(float), there[name], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", LOGS)
def test_customers_digits_and_segments_are_those_of_the_run(engine, models, name: str) -> None:
    dialect, ask = engine
    model, truth = models[name]
    found = ask(LOGS[name][0], model.sql(dialect, table="shop"))
    assert len(found.columns) == 12
    assert_same(found, truth)


def test_the_planted_logs_hold_what_the_rules_are_for(models) -> None:
    """Else the test above would show little."""
    model, truth = models["lines"]
    read = model.record.contract.log
    assert (read.mail, read.status, read.states[0].column) == ("E-Mail", "Status", "is paid")
    assert model.record.contract.source_names == {ORDER_DAY.strip(): ORDER_DAY}
    assert len(read.alive) == 5
    assert truth["customer_id"].str.startswith("g").sum() > 5
    assert not truth["customer_id"].str.contains("[G ]").any()
    net = models["net"][1]
    assert truth["monetary_total"].sum() > net["monetary_total"].sum()
    read = models["totals"][0].record.contract.log
    assert read.refunded == "Refunded amount"
    assert read.whole_orders == ("Order total", "Refunded amount")


def test_rules_give_a_segment_to_every_customer(engine, models, home) -> None:
    dialect, ask = engine
    model, truth = models["lines"]
    book = read_run(home / "lines").rulebook
    found = ask(LOGS["lines"][0], workflows.sql(model.record, dialect, "shop", book))
    assert list(found) == ["customer_id", "segment_id", "segment"]
    assert set(found["customer_id"]) == set(truth["customer_id"])
    same = found.set_index("customer_id")["segment_id"].loc[truth["customer_id"]].to_numpy()
    assert (same == truth["segment_id"]).mean() > 0.9


def test_later_lines_are_left_out_as_by_the_day_of_the_model(engine, models) -> None:
    dialect, ask = engine
    model, _ = models["lines"]
    table = LOGS["lines"][0]
    day = model.record.contract.as_of
    names = table.column_names
    moved = pa.array(
        [None if d is None else d + dt.timedelta(60) for d in table[ORDER_DAY].to_pylist()],
        pa.timestamp("us"),
    )
    later = table.set_column(names.index(ORDER_DAY), ORDER_DAY, moved)
    truth = model.assign(later, as_of=day)
    found = ask(later, model.sql(dialect, table="shop"))
    assert_same(found, truth, ("segment_id", "segment"))
    assert len(truth) < len(models["lines"][1])


@pytest.mark.shared_data
def test_online_retail_head(engine, tmp_path) -> None:
    dialect, ask = engine
    table = pd.read_csv(shared_file("online_retail_head.csv"), dtype={"InvoiceNo": str})
    lines = pa.Table.from_pandas(table, preserve_index=False)
    model, truth = fitted(lines, tmp_path / "run")
    assert model.record.contract.log.lettered
    assert_same(ask(lines, model.sql(dialect, table="shop")), truth)


# What is not written ---------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["sqlite", "bigquery", "snowflake", "trino", "mssql"])
def test_other_dialects_are_refused_in_one_sentence(models, dialect: str) -> None:
    with pytest.raises(DataError, match=f"a model of an order log is not written in '{dialect}'"):
        models["lines"][0].sql(dialect)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"fill": "down"}, "fills cells from the line above"),
        ({"fill": "group"}, "fills cells from the line above"),
        ({"drop_duplicates": True}, "drops duplicate lines"),
        ({"whole_orders": ("Unit price",)}, "money of whole orders"),
    ],
)
def test_readings_that_sql_does_not_have_are_refused(models, changed: Any, words: str) -> None:
    record = models["lines"][0].record
    contract = replace(record.contract, log=replace(record.contract.log, **changed))
    with pytest.raises(DataError, match=words) as caught:
        SavedModel(replace(record, contract=contract)).sql("duckdb")
    assert "\n" not in str(caught.value)


def test_steps_are_named_and_the_rules_stand_beside_their_columns(models) -> None:
    query = models["lines"][0].sql("postgres", table="orders")
    for step in (
        "typed",
        "cells",
        "order_lines",
        "ruled_lines",
        "sold_orders",
        "rhythms",
        "spending",
        "added_up",
        "buyers",
        "features",
        "scores",
        "segmented",
    ):
        assert f"{step} AS MATERIALIZED (  -- " in query, step
    assert '"is_6", /* lines of cancelled orders */' in query
    assert '"is_8", /* lines of orders that were not paid' in query
    assert '"is_3"' not in query  # no letters before numbers: the rule never holds


def test_without_a_summary_beside_it_the_query_has_no_digits(models, tmp_path) -> None:
    record = models["lines"][0].record
    query = SavedModel(record).sql("duckdb", table="shop")
    assert "rfm_score" not in query
    with ENGINES["duckdb"]() as ask:
        found = ask(LOGS["lines"][0], query)
    assert list(found) == ["customer_id", "segment_id", "segment", "distance", "confidence"]
