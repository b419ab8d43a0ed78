"""Spark on a cluster of its own, by Spark Connect, when a worker dies, and what goes wrong."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from command_line import ENV, smartcart
from smartcart.datasets import write_customers
from smartcart.engines.spark_session import start
from smartcart.errors import DataError, UsageError
from smartcart.sources import open_on_spark
from spark_cluster import Cluster, ConnectServer, connect_missing, free_port
from spark_runs import SECONDS, Run, assert_same, command, needs_spark, run_cli, run_here


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Path:
    path = folder / "shop.parquet"
    write_customers(path, 4_000, seed=1)
    return path


@pytest.fixture(scope="module")
def big_shop(folder: Path) -> Path:
    """More customers than the sample holds, in a folder of two files."""
    path = folder / "big"
    path.mkdir()
    write_customers(folder / "big.parquet", 60_000, seed=2)
    table = pq.read_table(folder / "big.parquet")
    pq.write_table(table.slice(0, 35_000), path / "a.parquet", row_group_size=8_000)
    pq.write_table(table.slice(35_000), path / "b.parquet", row_group_size=8_000)
    return path


@pytest.fixture(scope="module")
def big_here(big_shop: Path, folder: Path) -> Run:
    return run_here(big_shop, folder / "big_here")


@pytest.fixture(scope="module")
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
        big_shop,
        folder / "big_there",
        "--engine",
        "spark",
        "--spark-master",
        cluster.url,
        env=cluster.env,
    )
    assert_same(big_here, there)


@needs_spark
def test_a_killed_worker_changes_nothing(
    cluster: Cluster, big_shop: Path, big_here: Run, folder: Path
) -> None:
    out, killed = folder / "big_killed", False
    with subprocess.Popen(
        command(big_shop, out, "--engine", "spark", "--spark-master", cluster.url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=cluster.env | {"SMARTCART_PROGRESS": "json"},  # every step is told, however short
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if '"step": "assign and profile"' in line and not killed:
                cluster.kill_worker()
                killed = True
        assert process.wait(SECONDS) == 0, "".join(said)
    assert killed
    assert len(cluster.workers) == 1
    assert_same(big_here, Run(out))


@needs_spark
@pytest.mark.skipif(bool(connect_missing()), reason=connect_missing() or "it is there")
def test_spark_connect_gives_the_same_run(shop: Path, folder: Path) -> None:
    server = ConnectServer(folder / "connect")
    try:
        there = run_cli(
            shop,
            folder / "connected",
            "--engine",
            "spark",
            "--spark-master",
            server.url,
            env=server.env,
        )
    finally:
        server.stop()
    assert_same(run_here(shop, folder / "here"), there)


# What goes wrong -------------------------------------------------------------------------------


@needs_spark
def test_no_such_master_is_said_soon(shop: Path, tmp_path: Path) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        command(
            shop,
            tmp_path / "out",
            "--engine",
            "spark",
            "--spark-master",
            f"spark://127.0.0.1:{free_port()}",
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
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
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
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
        done = smartcart("run", "a.csv", "-o", "never", *options, env=ENV | {"COLUMNS": "200"})
        assert done.returncode == 2
        assert words in done.stderr
