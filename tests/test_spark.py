"""The same segments on Spark: in this process's machine, on a cluster, and when a worker dies."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smartcart import store, workflows
from smartcart.datasets import write_customers
from smartcart.engines import open_on_spark, open_source
from smartcart.engines.spark import spark_sql
from smartcart.engines.spark_session import start
from smartcart.errors import DataError, UsageError
from smartcart.tables.summary import content_hash
from smartcart.workflows.look import look
from spark_cluster import Cluster, free_port, missing, settings

needs_spark = pytest.mark.skipif(bool(missing()), reason=missing() or "Spark is there")
SECONDS = 240


class Run:
    """What a run folder holds, as the tests compare it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.summary = json.loads((folder / "run.json").read_text())
        self.model = json.loads((folder / "model.json").read_text())
        self.segments = pd.read_parquet(folder / "segments.parquet").set_index("customer_id")
        self.rejected = (folder / "rejected.csv").read_text()


def run_cli(source: Path, out: Path, *options: str, env: dict[str, str]) -> Run:
    done = subprocess.run(
        command(source, out, *options), capture_output=True, text=True, env=env, timeout=SECONDS,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "WARN" not in done.stderr, done.stderr  # Spark is quiet
    return Run(out)


def run_here(source: Path, out: Path, **options: Any) -> Run:
    out.mkdir()
    store.write_run(out, workflows.segment(source, out, k_max=6, **options))
    return Run(out)


def command(source: Path, out: Path, *options: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "smartcart",
        "run",
        str(source),
        "-o",
        str(out),
        "--k-max",
        "6",
        *options,
    ]


def assert_same(here: Run, there: Run) -> None:
    """Both runs say the same of the same customers, rounding aside."""
    for what in ("k", "verdict", "ledger", "notices", "customers", "as_of"):
        assert there.summary[what] == here.summary[what], what
    for a, b in zip(here.summary["columns"], there.summary["columns"], strict=True):
        different = {key for key in a if a[key] != b[key]}
        assert different <= ({"distinct"} if a["estimated"] else set()), a["name"]
    assert [s["segment"] for s in there.summary["segments"]] == [
        s["segment"] for s in here.summary["segments"]
    ]
    a, b = (np.array(run.model["centroids"]) for run in (here, there))
    assert np.linalg.norm(a - b, axis=1).max() <= 0.01 * np.linalg.norm(a, axis=1).min()
    np.testing.assert_allclose(
        there.model["centroids_original"], here.model["centroids_original"], rtol=0.01
    )
    assert there.model["recipe"] == here.model["recipe"]  # fitted on the very same sample
    assert there.segments.index.is_unique
    assert set(there.segments.index) == set(here.segments.index)
    assert there.rejected == here.rejected
    same = there.segments["segment_id"] == here.segments.loc[there.segments.index, "segment_id"]
    assert same.mean() >= 0.99
    csv = pd.read_csv(there.folder / "segments.csv")
    assert len(csv) == len(there.segments)
    rfm = pd.read_csv(there.folder / "rfm.csv").set_index("customer_id").sort_index()
    pd.testing.assert_frame_equal(
        rfm, pd.read_csv(here.folder / "rfm.csv").set_index("customer_id").sort_index()
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session")
def shop(folder: Path) -> Path:
    """5,000 customers of planted segments, some of them without an id or any behaviour."""
    path = folder / "shop.parquet"
    write_customers(path, 5_000, seed=1)
    table = pq.read_table(path)
    frame = table.to_pandas()
    behaviour = [c for c in frame if c.startswith(("Mnt", "Num"))] + ["Recency", "Dt_Customer"]
    frame[behaviour] = frame[behaviour].astype(object)
    frame["ID"] = frame["ID"].astype("Int64")
    frame.loc[10:12, "ID"] = None
    frame.loc[20:21, [*behaviour, "Income"]] = None
    table = pa.Table.from_pandas(frame, table.schema, preserve_index=False)
    pq.write_table(table, path, row_group_size=2_000)
    return path


@pytest.fixture(scope="session")
def big_shop(folder: Path) -> Path:
    """More customers than the sample holds, in a folder of two files."""
    path = folder / "big"
    path.mkdir()
    write_customers(folder / "big.parquet", 60_000, seed=2)
    table = pq.read_table(folder / "big.parquet")
    pq.write_table(table.slice(0, 35_000), path / "a.parquet", row_group_size=8_000)
    pq.write_table(table.slice(35_000), path / "b.parquet", row_group_size=8_000)
    return path


@pytest.fixture(scope="session")
def big_here(big_shop: Path, folder: Path) -> Run:
    return run_here(big_shop, folder / "big_here")


@pytest.fixture(scope="session")
def cluster(folder: Path) -> Iterator[Cluster]:
    found = Cluster(folder / "cluster")
    try:
        yield found
    finally:
        found.stop()


@needs_spark
def test_standalone_cluster_gives_the_same_run(
    cluster: Cluster, big_shop: Path, big_here: Run, folder: Path
) -> None:
    there = run_cli(
        big_shop, folder / "big_there", "--engine", "spark", "--spark-master", cluster.url,
        env=cluster.env,
    )  # fmt: skip
    assert_same(big_here, there)


@needs_spark
def test_a_killed_worker_changes_nothing(
    cluster: Cluster, big_shop: Path, big_here: Run, folder: Path
) -> None:
    out, killed = folder / "big_killed", False
    with subprocess.Popen(
        command(big_shop, out, "--engine", "spark", "--spark-master", cluster.url),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=cluster.env,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("refine") and not killed:
                cluster.kill_worker()
                killed = True
        assert process.wait(SECONDS) == 0, "".join(said)
    assert killed
    assert len(cluster.workers) == 1
    assert_same(big_here, Run(out))


# What is read ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def session(folder: Path) -> Iterator[None]:
    """A session of this process, which the sources below join."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings(folder / "conf").items():
            patch.setenv(name, value)
        _, stop = start("local[2]", folder)
    yield
    stop()


reads = [
    needs_spark,
    pytest.mark.usefixtures("session"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # PySpark leaves sockets open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def marked(test: Any) -> Any:
    for mark in reads:
        test = mark(test)
    return test


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


@marked
def test_local_master_gives_the_same_run(shop: Path, folder: Path) -> None:
    here = run_here(shop, folder / "here")
    there = run_here(shop, folder / "there", engine="spark", spark_master="local[2]")
    assert_same(here, there)
    assert here.summary["ledger"]["rejected"] == 5


@marked
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


@marked
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


@marked
def test_uneven_lines_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "uneven.csv"
    rows = [f"{i},{i * 2}" for i in range(200_000)]
    rows[150_000] = "1,2,3"  # far beyond the head
    path.write_text("id,spend\n" + "\n".join(rows) + "\n")
    with pytest.raises(DataError, match=r"1 lines? that cannot be cut into the cells"):
        open_on_spark(path)


@marked
def test_an_order_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    lines = [f"{i % 40},{i},2014-01-{i % 28 + 1:02},{i % 9 + 1}.50" for i in range(300)]
    path.write_text("customer_id,order_id,order_date,amount\n" + "\n".join(lines) + "\n")
    with open_on_spark(path) as opened, pytest.raises(DataError, match="is an order log"):
        look(opened)


@marked
def test_equal_rows_and_only_they_hash_equal(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(
        pa.table({"id": [1, 2, 3, 4], "a": [1, None, 1, 7], "b": [None, 1, None, 7]}), path
    )
    with open_on_spark(path) as opened:
        hashed = content_hash(opened.table, ["a", "b"])
        counted = opened.engine.record(opened.table.aggregate(n=hashed.nunique()))
    assert counted["n"] == 3


# What goes wrong -------------------------------------------------------------------------------


@needs_spark
def test_no_such_master_is_said_soon(shop: Path, tmp_path: Path) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        command(shop, tmp_path / "out", "--engine", "spark", "--spark-master",
                f"spark://127.0.0.1:{free_port()}"),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 3
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    assert time.monotonic() - begun < 60


@needs_spark
@pytest.mark.parametrize("master", ["spark://", "spark://here:port", "sc://:x"])
def test_an_address_that_is_none(master: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the Spark master is"):
        start(master, tmp_path)


def test_without_pyspark_the_way_out_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(UsageError, match=r"pip install smartcart\[spark\]"):
        start("local[1]", tmp_path)


@needs_spark
def test_without_java_the_way_out_is_said(shop: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        command(shop, tmp_path / "out", "--engine", "spark", "--spark-master", "local[1]"),
        env=os.environ | {"JAVA_HOME": str(tmp_path / "nowhere")},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 3
    assert "Spark could not start Java; expected a Java runtime" in done.stderr


def test_sources_that_spark_does_not_read(tmp_path: Path) -> None:
    base = tmp_path / "shop.db"
    with closing(sqlite3.connect(base)) as con:
        con.execute("CREATE TABLE customers (id)")
    for source in (base, "postgresql://host/shop::customers", pd.DataFrame({"a": [1]})):
        with pytest.raises(UsageError, match=r"for --engine spark; expected Parquet or"):
            open_on_spark(source, "local[1]")


def test_a_damaged_file_is_refused_before_spark_starts(shop: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(shop.read_bytes()[:-200])
    with pytest.raises(DataError, match="ends too early"):
        open_on_spark(broken, "local[1]")


def test_options_that_do_not_go_together() -> None:
    for options, words in (
        (["--engine", "sparc"], "'duckdb' or 'spark'"),
        (["--spark-master", "local[2]"], "--engine spark"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "smartcart", "run", "a.csv", "-o", "never", *options],
            capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"},
        )  # fmt: skip
        assert done.returncode == 2
        assert words in done.stderr


def test_queries_are_put_into_the_dialect_of_spark() -> None:
    sql = 'SELECT bool_and("a`b" = floor(c0)), CAST(c1 AS TIMESTAMP) FROM "v"'
    assert spark_sql(sql) == (
        "SELECT BOOL_AND(`a``b` = FLOOR(c0)), CAST(c1 AS TIMESTAMP_NTZ) FROM `v`"
    )


@marked
def test_spark_sql_gives_every_customer_the_segment_of_the_run(shop: Path, folder: Path) -> None:
    from pyspark.sql import SparkSession

    import smartcart

    run = run_here(shop, folder / "for_sql")
    session = SparkSession.active().newSession()
    session.read.parquet(str(shop)).createOrReplaceTempView("shop")
    query = smartcart.load(run.folder).sql("spark", table="shop")
    found = session.sql(query).toArrow().to_pandas().set_index("customer_id")
    assert set(found.index) == set(run.segments.index)
    truth = run.segments.loc[found.index]
    assert (found["segment_id"] == truth["segment_id"]).all()
    assert (found["segment"] == truth["segment"]).all()
    np.testing.assert_allclose(found["distance"], truth["distance"], rtol=0, atol=1e-6)
