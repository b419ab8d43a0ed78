"""Spark in this process's machine: what it reads, and that it gives the same segments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smartcart import workflows
from smartcart.datasets import write_customers, write_orders
from smartcart.engines.spark import _cause, spark_sql
from smartcart.errors import DataError
from smartcart.inspection.order_log import OrderOptions
from smartcart.sources import open_on_spark, open_source
from smartcart.tables.summary import content_hash
from spark_runs import Run, assert_same, on_spark, run_here


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Path:
    """3,000 customers of planted segments, some of them without an id or any behaviour."""
    path = folder / "shop.parquet"
    write_customers(path, 3_000, seed=1)
    table = pq.read_table(path)
    frame = table.to_pandas()
    behaviour = [c for c in frame if c.startswith(("Mnt", "Num"))] + ["Recency", "Dt_Customer"]
    frame[behaviour] = frame[behaviour].astype(object)
    frame["ID"] = frame["ID"].astype("Int64")
    frame.loc[10:12, "ID"] = None
    frame.loc[20:21, [*behaviour, "Income"]] = None
    table = pa.Table.from_pandas(frame, table.schema, preserve_index=False)
    pq.write_table(table, path, row_group_size=1_000)
    return path


@pytest.fixture(scope="module")
def here(shop: Path, folder: Path) -> Run:
    return run_here(shop, folder / "here")


@on_spark
def test_local_master_gives_the_same_run(shop: Path, here: Run, folder: Path) -> None:
    there = run_here(shop, folder / "there", engine="spark", spark_master="local[2]")
    assert_same(here, there)
    assert here.summary["ledger"]["rejected"] == 5


# What is read ---------------------------------------------------------------------------------


def assert_read_alike(source: Path) -> None:
    with open_source(source) as here, open_on_spark(source) as there:
        kinds = [
            {name: str(kind).replace("(6)", "") for name, kind in o.table.schema().items()}
            for o in (here, there)
        ]
        assert kinds[1] == kinds[0]
        a, b = (o.engine.arrow(o.table.order_by("__row__")).to_pylist() for o in (here, there))
        assert b == a
        for what in ("rows", "format", "encoding", "delimiter", "date_formats", "currency"):
            assert getattr(there.reading, what) == getattr(here.reading, what)
        assert there.reading.notices == here.reading.notices


@on_spark
def test_text_is_read_as_here(tmp_path: Path) -> None:
    lines = ["Kunde;Umsatz;seit;Note;Club;leer"]
    for i in range(1, 400):
        note = 'sagt ""gut""' if i % 50 else "zwei\nZeilen; hier"
        lines.append(f'{i};{i % 7},{i % 10}5 €;{i % 28 + 1:02}.03.2014;"{note}";yes;')
    lines[5] = lines[5].replace("5,55 €", "?").replace(";yes;", ";no;")
    lines[9] = lines[9].replace(" €", " oder so")
    path = tmp_path / "käufer [1].csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert_read_alike(path)


@on_spark
def test_parquet_is_read_as_here(tmp_path: Path) -> None:
    stamp = pa.timestamp("us", "Europe/Berlin")
    table = pa.table(
        {
            "Id": pa.array([5, 6, None, 8], pa.uint64()),
            'a `b`; "c"': pa.array([1.5, float("nan"), float("inf"), None]),
            "whole": pa.array([1.0, 2.0, None, 4.0]),
            "money": pa.array([1, 2, None, 4], pa.int64()).cast(pa.decimal128(21, 2)),
            "day": pa.array(["2014-01-02", "N/A", "2014-02-03", None]),
            "text": pa.array([" x ", "NULL", "", "y"]),
            "zoned": pa.array([0, 1, None, 3], pa.int64()).cast(stamp),
            "midnight": pa.array([0, 86_400_000_000, None, 0], pa.int64()).cast(pa.timestamp("us")),
            "yes": pa.array([True, None, False, True]),
            "small": pa.array([1, 2, None, -4], pa.int8()),
        }
    )
    path = tmp_path / "odd.parquet"
    pq.write_table(table, path)
    assert_read_alike(path)
    plain = tmp_path / "plain.parquet"  # nothing to read out of text: expressions of Spark alone
    pq.write_table(table.drop_columns(["day"]), plain)
    assert_read_alike(plain)


@on_spark
def test_uneven_lines_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "uneven.csv"
    rows = [f"{i},{i * 2}" for i in range(200_000)]
    rows[150_000] = "1,2,3"  # far beyond the head
    path.write_text("id,spend\n" + "\n".join(rows) + "\n")
    with pytest.raises(DataError, match=r"1 lines? that cannot be cut into the cells"):
        open_on_spark(path)


@on_spark
def test_equal_rows_and_only_they_hash_equal(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(
        pa.table({"id": [1, 2, 3, 4], "a": [1, None, 1, 7], "b": [None, 1, None, 7]}), path
    )
    with open_on_spark(path) as opened:
        hashed = content_hash(opened.table, ["a", "b"])
        counted = opened.engine.record(opened.table.aggregate(n=hashed.nunique()))
    assert counted["n"] == 3


def test_queries_are_put_into_the_dialect_of_spark() -> None:
    sql = 'SELECT bool_and("a`b" = floor(c0)), CAST(c1 AS TIMESTAMP) FROM "v"'
    assert spark_sql(sql) == (
        "SELECT BOOL_AND(`a``b` = FLOOR(c0)), CAST(c1 AS TIMESTAMP_NTZ) FROM `v`"
    )


@on_spark
def test_spark_sql_gives_every_customer_the_segment_of_the_run(shop: Path, here: Run) -> None:
    from pyspark.sql import SparkSession

    import smartcart

    run = here
    session = SparkSession.active().newSession()
    session.read.parquet(str(shop)).createOrReplaceTempView("shop")
    query = smartcart.load(run.folder).sql("spark", table="shop")
    found = session.sql(query).toArrow().to_pandas().set_index("customer_id")
    assert set(found.index) == set(run.segments.index)
    truth = run.segments.loc[found.index]
    assert (found["segment_id"] == truth["segment_id"]).all()
    assert (found["segment"] == truth["segment"]).all()
    np.testing.assert_allclose(found["distance"], truth["distance"], rtol=0, atol=1e-6)


@on_spark
def test_a_source_that_changes_while_it_is_read_is_refused(shop: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "shop.parquet", tmp_path / "out"
    path.write_bytes(shop.read_bytes())
    out.mkdir()

    def meddle(step: str, done: int, total: int | None) -> None:
        if step == "refine":
            os.utime(path, ns=(1, 1))

    with pytest.raises(DataError, match=r"shop\.parquet' changed while it was read"):
        workflows.segment(path, out, k_max=3, engine="spark", progress=meddle)


def test_the_words_of_a_cause_are_found_under_the_stack() -> None:
    text = (
        "Exception thrown in awaitResult:\n\tat a.b(C.java:1)\nCaused by: java.io.IOException: No"
    )
    assert _cause(RuntimeError(text)) == "IOException: No"


# Order logs ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def log(folder: Path) -> Path:
    path = folder / "orders.parquet"
    write_orders(path, 12_000, seed=4)
    return path


@pytest.fixture(scope="module")
def log_there(log: Path, folder: Path, spark: None) -> Run:
    return run_here(log, folder / "log_there", engine="spark", spark_master="local[2]")


@on_spark
def test_an_order_log_gives_the_same_run(log: Path, log_there: Run, folder: Path) -> None:
    here = run_here(log, folder / "log_here")
    assert here.summary["kind"] == "orders"
    assert_same(here, log_there)
    mine, other = (
        pd.read_parquet(run.folder / "future.parquet").set_index("customer_id").sort_index()
        for run in (here, log_there)
    )
    assert (mine.index == other.index).all()
    numbers = ["p_alive", "expected_orders", "expected_spend"]
    np.testing.assert_allclose(other[numbers], mine[numbers], rtol=1e-9)
    assert (other.late == mine.late).all()
    assert other.next_order_by.equals(mine.next_order_by)


@on_spark
def test_lines_of_text_and_their_rules_count_as_here(log: Path, folder: Path) -> None:
    """Days, money and ids in text, whole lines twice, orders without a number, letters."""
    lines = pd.read_parquet(log).head(6_000)
    number = lines["order_id"].astype("Int64").astype("string")
    number[lines.index % 61 == 0] = "C" + number
    number[lines.index % 67 == 0] = pd.NA
    lines["order_id"] = number
    lines["customer_id"] = lines["customer_id"].astype("Int64").astype("string") + " "
    lines["order_date"] = pd.to_datetime(lines["order_date"]).dt.strftime("%d.%m.%Y")
    lines.loc[lines.index % 71 == 0, "quantity"] *= -1
    lines.loc[lines.index % 73 == 0, "unit_price"] = 0.0
    lines.loc[5, "unit_price"] = 1e13
    path = folder / "lines.csv"
    pd.concat([lines, lines.head(40)]).to_csv(path, index=False)
    options = {"options": OrderOptions(drop_duplicates=True, net_returns=True)}
    here = run_here(path, folder / "lines_here", **options)
    there = run_here(
        path, folder / "lines_there", engine="spark", spark_master="local[2]", **options
    )
    assert_same(here, there)
    told = {entry["rule"] for entry in here.summary["ledger"]["entries"]}
    assert {"duplicate lines", "cancelled", "returned", "no price", "impossible amount"} <= told


@on_spark
def test_scores_are_those_of_this_engine(
    shop: Path, here: Run, log: Path, log_there: Run, folder: Path
) -> None:
    runs = {shop: here.folder, log: log_there.folder}
    for source, run in runs.items():
        model = workflows.load(run)
        found, told = [], []
        for engine in ("duckdb", "spark"):
            out = folder / f"{source.stem}_{engine}.parquet"
            told.append(workflows.score(source, model, out, engine=engine))
            found.append(pd.read_parquet(out).set_index("customer_id").sort_index())
        pd.testing.assert_frame_equal(*found, rtol=0, atol=1e-9)
        assert told[1].sizes == told[0].sizes
        assert told[1].filled == told[0].filled
        if told[0].rejected:
            lists = [
                pd.read_csv(folder / f"{source.stem}_{engine}.rejected.csv", dtype=str)
                for engine in ("duckdb", "spark")
            ]
            assert set(lists[1].itertuples(index=False)) == set(lists[0].itertuples(index=False))


# What comes to the driver ----------------------------------------------------------------------


@on_spark
def test_the_driver_collects_the_sample_and_no_more(
    shop: Path, log: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql.classic.dataframe import DataFrame

    monkeypatch.setattr("smartcart.workflows.customer_arrays.SAMPLE_ROWS", 200)
    monkeypatch.setattr("smartcart.workflows.customer_arrays.WIDE_ROWS", 300)
    monkeypatch.setattr("smartcart.inspection.amounts.SAMPLE", 300)
    monkeypatch.setattr("smartcart.workflows.foresee.EXACT_CUSTOMERS", 200)
    monkeypatch.setattr("smartcart.workflows.foresee.STEPS", 4)  # cells are as few as at any size
    monkeypatch.setattr("smartcart.sources.spark.HEAD_ROWS", 300)
    monkeypatch.setattr("smartcart.sources.spark.SAMPLE_ROWS", 300)
    came: list[int] = []

    def counted(name: str) -> Any:
        kept = getattr(DataFrame, name)

        def collect(self: Any) -> Any:
            found = kept(self)
            came.append(len(found))
            return found

        return collect

    for name in ("collect", "toArrow"):
        monkeypatch.setattr(DataFrame, name, counted(name))
    for name in ("toPandas", "take", "head", "toLocalIterator"):
        kept = getattr(DataFrame, name)
        monkeypatch.setattr(
            DataFrame, name, lambda *a, _kept=kept, _name=name, **k: _streamed(_kept, _name, a, k)
        )
    for source in (shop, log):
        came.clear()
        run = run_here(source, folder / f"small_{source.stem}", engine="spark")
        assert run.summary["customers"] > 800
        assert 200 < max(came) < 400, came  # the sample is the most that came at once


def _streamed(kept: Any, name: str, args: Any, options: Any) -> Any:
    assert name == "toLocalIterator", f"the driver asked for rows by {name}"
    return kept(*args, **options)
