"""Real engines for the SQL tests: load an Arrow table as ``shop``, run a query, get a frame."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import itertools
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mariadb_server
import postgres_server
from spark_cluster import missing, settings

Ask = Callable[[pa.Table, str], pd.DataFrame]


def quoted(name: str, mark: str = '"') -> str:
    return mark + name.replace(mark, mark * 2) + mark


@contextlib.contextmanager
def on_duckdb() -> Iterator[Ask]:
    def ask(table: pa.Table, query: str) -> pd.DataFrame:
        with duckdb.connect() as con:
            con.register("shop", table)
            return con.execute(query).df()

    yield ask


@contextlib.contextmanager
def on_sqlite() -> Iterator[Ask]:
    def plain(cell: Any) -> Any:
        if isinstance(cell, dt.datetime):
            cell = cell.date()
        return cell.isoformat() if isinstance(cell, dt.date) else cell

    def ask(table: pa.Table, query: str) -> pd.DataFrame:
        with contextlib.closing(sqlite3.connect(":memory:")) as con:
            try:
                con.execute("SELECT ln(2.0), sqrt(2.0), json_extract('{}', '$.a')")
            except sqlite3.OperationalError:
                pytest.skip("this SQLite has no mathematical functions, or no JSON")
            names = ", ".join(quoted(name) for name in table.column_names)
            con.execute(f"CREATE TABLE shop ({names})")
            marks = ", ".join("?" * table.num_columns)
            rows = zip(*(map(plain, column.to_pylist()) for column in table.columns), strict=True)
            con.executemany(f"INSERT INTO shop VALUES ({marks})", rows)
            return pd.read_sql_query(query, con)

    yield ask


@contextlib.contextmanager
def on_postgres() -> Iterator[Ask]:
    with postgres_server.running() as server:
        import psycopg

        def ask(table: pa.Table, query: str) -> pd.DataFrame:
            with psycopg.connect(server.url) as con, con.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS shop; CREATE TABLE shop ({_columns(table)})")
                with cursor.copy("COPY shop FROM STDIN") as copy:
                    for row in zip(*(c.to_pylist() for c in table.columns), strict=True):
                        copy.write_row(row)
                cursor.execute("SET statement_timeout = '100s'")
                cursor.execute(query.encode())
                return pd.DataFrame(cursor.fetchall(), columns=[c.name for c in cursor.description])

        yield ask


def _columns(table: pa.Table, mark: str = '"', text: str = "text") -> str:
    def kind(wanted: pa.DataType) -> str:
        if pa.types.is_boolean(wanted):
            return "boolean"
        if pa.types.is_integer(wanted):
            return "bigint"
        if pa.types.is_floating(wanted):
            return "double precision"
        return "date" if pa.types.is_date(wanted) else text

    return ", ".join(f"{quoted(f.name, mark)} {kind(f.type)}" for f in table.schema)


@contextlib.contextmanager
def on_mysql() -> Iterator[Ask]:
    with mariadb_server.running() as server, contextlib.closing(server.connect()) as con:

        def plain(cell: Any) -> Any:
            return None if isinstance(cell, float) and not math.isfinite(cell) else cell

        def ask(table: pa.Table, query: str) -> pd.DataFrame:
            with con.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS shop")
                cursor.execute(f"CREATE TABLE shop ({_columns(table, '`', 'varchar(60)')})")
                columns = [map(plain, column.to_pylist()) for column in table.columns]
                rows = list(zip(*columns, strict=True))
                marks = ", ".join(["%s"] * table.num_columns)
                for at in range(0, len(rows), 500):
                    cursor.executemany(f"INSERT INTO shop VALUES ({marks})", rows[at : at + 500])
                cursor.execute("SET max_statement_time = 100")
                cursor.execute(query)
                return pd.DataFrame(cursor.fetchall(), columns=[c[0] for c in cursor.description])

        yield ask


_CLICKHOUSE = """
import sys
from chdb import session
with session.Session() as s:
    s.query("CREATE DATABASE shop; USE shop; SET max_query_size = 100000000")
    for line in sys.stdin:
        table, query, found = line.split()
        try:
            s.query("DROP TABLE IF EXISTS shop")
            rows = f"SELECT * FROM file('{table}', 'Parquet')"
            s.query(f"CREATE TABLE shop ENGINE = Memory AS {rows}")
            out = s.query(open(query).read().rstrip().rstrip(";"), "Parquet")
            open(found, "wb").write(out.bytes())
            print("done", flush=True)
        except Exception as error:
            open(found, "w").write(str(error))
            print("refused", flush=True)
"""


@contextlib.contextmanager
def on_clickhouse() -> Iterator[Ask]:
    """ClickHouse inside a process of its own (chdb): nothing of it stays in this one."""
    if importlib.util.find_spec("chdb") is None:
        pytest.skip("chdb, ClickHouse in a Python package, is not installed")
    with (
        tempfile.TemporaryDirectory(prefix="chdb-") as home,
        subprocess.Popen(
            [sys.executable, "-c", _CLICKHOUSE],
            cwd=home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        asked = itertools.count()

        def ask(table: pa.Table, query: str) -> pd.DataFrame:
            turn = next(asked)  # what it knows of a file it keeps: each table is a new one
            names = [f"{turn}.parquet", f"{turn}.sql", f"{turn}.out"]
            paths = [Path(home) / name for name in names]
            pq.write_table(table, paths[0])
            paths[1].write_text(query)
            process.stdin.write(" ".join(map(str, paths)) + "\n")
            process.stdin.flush()
            said = process.stdout.readline()
            if said != "done\n":
                raise RuntimeError(paths[2].read_text()[-2000:] if said else "ClickHouse has ended")
            found: pd.DataFrame = pq.read_table(paths[2]).to_pandas()
            for name in ("customer_id", "segment"):  # its texts may be bytes
                found[name] = [c.decode() if isinstance(c, bytes) else c for c in found[name]]
            return found

        yield ask
        process.stdin.close()


@contextlib.contextmanager
def on_spark() -> Iterator[Ask]:
    if why := missing():
        pytest.skip(why)
    from smartcart.engines.spark_session import start

    with tempfile.TemporaryDirectory(prefix="spark-") as temporary:
        folder = Path(temporary)
        before = dict(os.environ)
        os.environ.update(settings(folder / "conf"))
        session, stop = start("local[1]", folder)

        def ask(table: pa.Table, query: str) -> pd.DataFrame:
            pq.write_table(table, folder / "shop.parquet")
            session.read.parquet(str(folder / "shop.parquet")).createOrReplaceTempView("shop")
            found: pd.DataFrame = session.sql(query).toArrow().to_pandas()
            return found

        try:
            yield ask
        finally:
            stop()
            os.environ.clear()
            os.environ.update(before)


ENGINES = {
    "duckdb": on_duckdb,
    "sqlite": on_sqlite,
    "postgres": on_postgres,
    "mysql": on_mysql,
    "clickhouse": on_clickhouse,
    "spark": on_spark,
}
"""By the dialect that they speak."""

ORDER_ENGINES = [name for name in ENGINES if name != "sqlite"]
"""Those for which models of order logs are written."""
MATRIX = (
    (
        "customers: odd names, hard cells, numbers as texts",
        ENGINES,
        "test_odd_names_and_hard_cells_give_the_segments_of_score",
        "test_rules_give_the_segments_of_the_rules_in_python",
    ),
    ("one segment", ENGINES, "test_one_segment", None),
    ("150 columns, to 600 squares and beyond", ENGINES, "test_many_columns_and_segments", None),
    (
        "order logs",
        ORDER_ENGINES,
        "test_customers_digits_and_segments_are_those_of_the_run",
        "test_rules_give_a_segment_to_every_customer",
    ),
    ("Online Retail, its head", ORDER_ENGINES, "test_online_retail_head", None),
)
"""What runs on every engine of a list: a model, its engines, the tests of segments and of rules."""
BEGIN, END = "<!-- matrix -->\n", "<!-- end of matrix -->\n"
DOCS = Path(__file__).parents[1] / "docs" / "sql.md"


def matrix() -> str:
    """Return the table of the docs: every engine that runs, every model, segments and rules."""
    heads = [
        f"{model}: {what}"
        for model, _, *tests in MATRIX
        for what, test in zip(("score", "rules"), tests, strict=True)
        if test
    ]
    lines = [f"| engine | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name in ENGINES:
        cells = [
            "tested" if name in engines else "refused"
            for _, engines, *tests in MATRIX
            for test in tests
            if test
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    before, _, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCS.write_text(f"{before}{BEGIN}{matrix()}{END}{after}", encoding="utf-8")
