"""One model in Python and as SQL in five engines: does every customer get the same segment?

A model is fitted, then its customers are assigned in Python (NumPy over Arrow batches), and by the
query of `smartcart sql` in DuckDB, SQLite, a PostgreSQL server that is started for it, and Spark.
Customers on the border of two segments (confidence below 1e-9) are counted as ties.

With `--ratio` instead: `smartcart score` of a Parquet file beside the exported query in a DuckDB
process of its own, each three times in turn, the medians of time and of the most memory.

    python benchmarks/sql_engines.py [--rows 100000]
    python benchmarks/sql_engines.py --ratio --rows 10000000
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

import smartcart
from smartcart import store, workflows
from smartcart.datasets import write_customers

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
import postgres_server
from spark_cluster import missing, settings
from test_sql import in_duckdb, in_postgres, in_sqlite

TIED = 1e-9
_QUERY = """
import sys, duckdb
con = duckdb.connect(config={"memory_limit": "1GB"})
con.execute(f"CREATE VIEW shop AS SELECT * FROM read_parquet({sys.argv[1]!r})")
con.execute(f"COPY ({open(sys.argv[2]).read()}) TO '{sys.argv[3]}' (FORMAT parquet)")
"""


def in_spark(frame: pd.DataFrame, query: str, folder: Path) -> pd.DataFrame:
    import os

    from smartcart.engines.spark_session import start

    os.environ.update(settings(folder / "conf"))
    session, stop = start("local[*]", folder)
    try:
        frame.to_parquet(folder / "spark.parquet", index=False)
        session.read.parquet(str(folder / "spark.parquet")).createOrReplaceTempView("shop")
        found: pd.DataFrame = session.sql(query).toArrow().to_pandas()
        return found
    finally:
        stop()


def compared(truth: pd.DataFrame, found: pd.DataFrame) -> tuple[int, int, int, float]:
    """Return customers, those with another segment, the ties among these, and the largest error."""
    mine = found.assign(customer_id=found["customer_id"].astype(str)).set_index("customer_id")
    there = truth.assign(customer_id=truth["customer_id"].astype(str)).set_index("customer_id")
    assert set(mine.index) == set(there.index)
    mine = mine.loc[there.index]
    other = mine["segment_id"].astype(int) != there["segment_id"]
    ties = int((other & (there["confidence"] < TIED)).sum())
    error = float((mine["distance"].astype(float) - there["distance"]).abs().max())
    return len(mine), int(other.sum()), ties, error


def measured(words: list[str]) -> tuple[float, float]:
    """Run a command; return its seconds and the most memory that it held, in MB."""
    begun, most = time.perf_counter(), 0
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    status = Path(f"/proc/{child.pid}/status")  # what wait4 tells counts this process, too
    while child.poll() is None:
        held = [line.split()[1] for line in status.read_text().splitlines() if "VmHWM" in line]
        most = max([most, *map(int, held)])
        time.sleep(0.05)
    assert child.returncode == 0, words
    return time.perf_counter() - begun, most / 1024


def ratio(rows: int) -> int:
    """Print time and memory of `score` and of the query, side by side."""
    with tempfile.TemporaryDirectory(prefix="smartcart-bench-") as temporary:
        folder = Path(temporary)
        source, run, query = folder / "shop.parquet", folder / "run", folder / "query.sql"
        write_customers(folder / "some.parquet", min(rows, 200_000))
        write_customers(source, rows)
        run.mkdir()
        store.write_run(run, workflows.segment(folder / "some.parquet", run, k=4, k_max=4))
        query.write_text(smartcart.load(run).sql("duckdb", table="shop"))
        out = str(folder / "out.parquet")
        score = [
            sys.executable,
            "-m",
            "smartcart",
            "score",
            str(source),
            "--model",
            str(run),
            "-o",
            out,
            "--overwrite",
            "--quiet",
        ]
        inside = [sys.executable, "-c", _QUERY, str(source), str(query), out]
        found: dict[str, list[tuple[float, float]]] = {"score": [], "query": []}
        for _ in range(3):
            found["score"].append(measured(score))
            found["query"].append(measured(inside))
        print("| way | seconds | MB |")
        print("|---|---|---|")
        for name, runs in found.items():
            seconds, memory = (statistics.median(one) for one in zip(*runs, strict=True))
            print(f"| {name} | {seconds:.1f} | {memory:.0f} |")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--ratio", action="store_true", help="time and memory beside score")
    options = parser.parse_args(arguments)
    if options.ratio:
        return ratio(options.rows)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="smartcart-bench-") as temporary:
        folder = Path(temporary)
        source, out = folder / "shop.parquet", folder / "run"
        write_customers(source, options.rows)
        out.mkdir()
        store.write_run(out, workflows.segment(source, out, k_max=5))
        model = smartcart.load(out)
        frame = pq.read_table(source).to_pandas()
        frame["Dt_Customer"] = pd.to_datetime(frame["Dt_Customer"])
        truth = model.assign(source)
        engines: dict[str, Callable[[str], pd.DataFrame]] = {
            "duckdb": lambda query: in_duckdb(frame, query),
            "sqlite": lambda query: in_sqlite(frame, query),
        }
        if postgres_server.binaries() is not None:
            engines["postgres"] = lambda query: _on_server(frame, query)
        if not missing():
            engines["spark"] = lambda query: in_spark(frame, query, folder)
        print("| engine | customers | other segment | of these ties | largest error | seconds |")
        print("|---|---|---|---|---|---|")
        for name, call in engines.items():
            begun = time.perf_counter()
            count, other, ties, error = compared(truth, call(model.sql(name, table="shop")))
            wrong += other - ties + int(error > 1e-6)
            seconds = time.perf_counter() - begun
            told = f"{count:,} | {other} | {ties} | {error:.1e} | {seconds:.0f}"
            print(f"| {name} | {told} |", flush=True)
    return 1 if wrong else 0


def _on_server(frame: pd.DataFrame, query: str) -> pd.DataFrame:
    with postgres_server.running() as server:
        found: pd.DataFrame = in_postgres(server, frame, query)
        return found


if __name__ == "__main__":
    sys.exit(main())
