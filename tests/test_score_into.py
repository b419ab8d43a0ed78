"""Segments written back into a database: whole or not at all, and only what changed."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from typer.testing import CliRunner

import clickhouse_server
import mariadb_server
import postgres_server
from smartcart import store, workflows
from smartcart.cli.main import app
from smartcart.datasets import write_customers
from smartcart.engines import segment_clickhouse, segment_table
from smartcart.engines.segment_columns import AHEAD, COLUMNS
from smartcart.engines.segment_table import Written, write_file, write_server
from smartcart.errors import DataError, UsageError
from smartcart.sources.paths import find_address
from smartcart.workflows.score_into import score_into

MOMENTS = int(os.environ.get("SMARTCART_KILLS", "2"))
ROWS = 900


@dataclass(frozen=True)
class Place:
    """A database to write to: its kind, an address without a table, and how to ask it."""

    kind: str
    url: str
    ask: Any

    def into(self, table: str = "segments") -> str:
        return f"{self.url}::{table}"

    def frame(self, table: str = "segments") -> pd.DataFrame:
        rows = self.ask(f"SELECT {', '.join(COLUMNS)} FROM {table} ORDER BY customer_id")
        return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.fixture(scope="session")
def pg() -> Iterator[postgres_server.Server]:
    with postgres_server.running() as server:
        yield server


@pytest.fixture(params=["duckdb", "sqlite", "postgresql", "mysql", "clickhouse"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_of(request.param, tmp_path, request)


def place_of(kind: str, folder: Path, request: pytest.FixtureRequest) -> Place:
    if kind == "duckdb":

        def ask(sql: str) -> list[Any]:
            with duckdb.connect(str(folder / "out.duckdb")) as con:
                return con.execute(sql).fetchall()

        return Place(kind, str(folder / "out.duckdb"), ask)
    if kind == "sqlite":

        def ask_lite(sql: str) -> list[Any]:
            with contextlib.closing(sqlite3.connect(folder / "out.db")) as con, con:
                return con.execute(sql).fetchall()

        return Place(kind, str(folder / "out.db"), ask_lite)
    if kind == "postgresql":
        server = request.getfixturevalue("pg")
        server.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        return Place(kind, server.url, lambda sql: server.run(sql))
    if kind == "clickhouse":
        click: clickhouse_server.Server = request.getfixturevalue("clickhouse")
        click.empty()
        return Place(kind, click.url, lambda sql: click.run(sql))
    maria: mariadb_server.Server = request.getfixturevalue("mariadb")
    maria.run("DROP DATABASE shop", "CREATE DATABASE shop CHARACTER SET utf8mb4")
    return Place(kind, maria.url, lambda sql: maria.run(sql))


def rows(*changes: tuple[str, int], count: int = 6) -> pa.Table:
    """Customers c0 to c5 in segment 1, but for the changes."""
    known = {f"c{i}": 1 for i in range(count)} | dict(changes)
    ids = [name for name, segment in known.items() if segment]
    told = [known[name] for name in ids]
    return pa.table(
        {
            "customer_id": ids,
            "segment_id": pa.array(told, pa.int32()),
            "segment": [f"S{n} 'é\\" for n in told],
            "distance": [0.1 + len(changes)] * len(ids),
            "confidence": [0.5] * len(ids),
            "outside": [False] * len(ids),
        }
    )


def put(place: Place, table: pa.Table, name: str = "segments", **how: Any) -> Written:
    def batches() -> Any:
        return table.to_batches(max_chunksize=4)

    address = find_address(place.into(name))
    if address is not None:
        return write_server(address, batches, **how)
    return write_file(Path(place.url), name, place.kind, batches, **how)


def test_only_customers_who_moved_are_written(place: Place) -> None:
    assert put(place, rows()) == Written(6, 6, 0, 0, True)
    assert put(place, rows()) == Written(6, 0, 0, 0, False)
    found = put(place, rows(("c1", 2), ("c4", 0), ("new", 3)))
    assert found == Written(6, 1, 1, 1, False)
    frame = place.frame().set_index("customer_id")
    assert frame["segment_id"].to_dict() == {"c0": 1, "c1": 2, "c2": 1, "c3": 1, "c5": 1, "new": 3}
    assert frame["segment"]["new"] == "S3 'é\\"
    assert frame["distance"].to_dict() == {
        "c0": 0.1,
        "c1": 3.1,
        "c2": 0.1,
        "c3": 0.1,
        "c5": 0.1,
        "new": 3.1,
    }
    found = put(place, rows(("c1", 2), ("c4", 0), ("new", 3)), whole=True)
    assert found == Written(6, 0, 0, 0, True)
    assert set(place.frame()["distance"]) == {3.1}


def foretold(table: pa.Table, *nothing: str, late: str = "") -> pa.Table:
    """The customers with a forecast; of ``nothing`` no day and no money is known."""
    who = table["customer_id"].to_pylist()
    day = dt.date(2024, 2, 29)
    known = [name not in nothing for name in who]
    behind = {
        "p_alive": pa.array([0.3 if name == late else 0.1 for name in who]),
        "expected_orders": pa.array([1 / 3] * len(who)),
        "expected_spend": pa.array([12.3 if one else None for one in known]),
        "next_order_by": pa.array([day if one else None for one in known], pa.date32()),
        "late": pa.array([name == late for name in who]),
    }
    for name, values in behind.items():
        table = table.append_column(name, values)
    return table


def ahead_of(place: Place) -> dict[str, tuple[Any, ...]]:
    """What is forecast of customers: alive, orders, money, day as text, late."""
    found = place.ask(f"SELECT customer_id, {', '.join(AHEAD)} FROM segments")
    return {
        who: (
            p,
            None if n is None else round(n, 9),
            money,
            None if day is None else str(day),
            None if late is None else bool(late),
        )
        for who, p, n, money, day, late in found
    }


def test_a_forecast_stands_behind_the_segment(place: Place) -> None:
    """Rows whose forecast changed are written, too, or the table would tell of an earlier day."""
    told = foretold(rows(), "c2", late="c3")
    assert put(place, told, ahead=True) == Written(6, 6, 0, 0, True, 0)
    usual = (0.1, 0.333333333, 12.3, "2024-02-29", False)
    found = ahead_of(place)
    assert found["c0"] == usual
    assert found["c2"] == (0.1, 0.333333333, None, None, False)
    assert found["c3"] == (0.3, 0.333333333, 12.3, "2024-02-29", True)
    assert put(place, told, ahead=True) == Written(6, 0, 0, 0, False, 0)
    later = foretold(rows(("c1", 2), ("c4", 0)), "c0", late="c5")
    # c0 loses its day, c2 gets one, c3 is no longer late, c5 is
    assert put(place, later, ahead=True) == Written(5, 0, 1, 1, False, 4)
    found = ahead_of(place)
    assert found["c2"] == found["c3"] == found["c1"] == usual
    assert found["c0"][2:4] == (None, None)
    assert found["c5"][4] is True
    assert put(place, later, whole=True) == Written(5, 0, 0, 0, True, 0)
    assert ahead_of(place) == found
    assert put(place, rows()) == Written(6, 1, 1, 0, False, 4)  # of a model without a forecast
    assert {one[0] for one in ahead_of(place).values()} == {None}


def test_a_table_without_a_forecast_keeps_its_columns(place: Place) -> None:
    put(place, rows())
    found = put(place, foretold(rows(("c1", 2)), late="c3"), ahead=True)
    assert found == Written(6, 0, 1, 0, False, None)
    assert place.frame().set_index("customer_id")["segment_id"]["c1"] == 2
    with pytest.raises(Exception, match="p_alive"):
        place.ask("SELECT p_alive FROM segments")


def test_ids_that_differ_in_case_or_blanks_only_are_two(place: Place) -> None:
    table = rows(("C1", 2), ("c1 ", 3))
    assert put(place, table).rows == 8
    assert put(place, table) == Written(8, 0, 0, 0, False)


def test_a_table_of_something_else_is_never_touched(place: Place) -> None:
    make(
        place,
        "CREATE TABLE orders (customer_id VARCHAR(9), money INTEGER)",
        "INSERT INTO orders VALUES ('c1', 7)",
    )
    with pytest.raises(UsageError, match="has other columns than a table of segments"):
        put(place, rows(), "orders")
    assert place.ask("SELECT * FROM orders") == [("c1", 7)]


def make(place: Place, *statements: str) -> None:
    for statement in statements:
        place.ask(statement)


def test_a_source_that_breaks_off_changes_nothing(place: Place) -> None:
    put(place, rows())
    before = place.frame()

    def broken() -> Any:
        yield rows(("c1", 2)).to_batches()[0]
        raise DataError.of("the source broke off", "rows", "try again")

    address = find_address(place.into())
    with pytest.raises(DataError, match="broke off"):
        if address is not None:
            write_server(address, broken)
        else:
            write_file(Path(place.url), "segments", place.kind, broken)
    pd.testing.assert_frame_equal(place.frame(), before)
    assert put(place, rows(("c1", 2))).moved == 1


def test_two_at_once_wait_or_are_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_table, "WAIT_SECONDS", 20)
    put(place, rows())
    inside, go_on = threading.Event(), threading.Event()
    found: list[Any] = []

    def slow() -> Any:
        yield from rows(("c1", 2)).to_batches()
        inside.set()
        assert go_on.wait(20)

    def first() -> None:
        address = find_address(place.into())
        if address is not None:
            found.append(write_server(address, slow))
        else:
            found.append(write_file(Path(place.url), "segments", place.kind, slow))

    def second() -> None:
        try:
            found.append(put(place, rows(("c2", 3))))
        except DataError as error:
            found.append(error)

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(20)
    if (
        place.kind == "duckdb"
    ):  # threads of one process share a database: another process is refused
        code = f"import duckdb; duckdb.connect({place.url!r})"
        refused = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert b"lock" in refused.stderr.lower()
        go_on.set()
        threads[0].join()
        assert found == [Written(6, 0, 1, 0, False)]
        return
    threads[1].start()
    time.sleep(0.3)
    assert not found  # the second one waits
    go_on.set()
    for thread in threads:
        thread.join()
    assert found == [Written(6, 0, 1, 0, False), Written(6, 0, 2, 0, False)]


def test_one_who_waits_too_long_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    if place.kind == "duckdb":
        pytest.skip("a DuckDB file is refused at once")
    monkeypatch.setattr(segment_table, "WAIT_SECONDS", 1)
    put(place, rows())

    def slow() -> Any:
        yield from rows(("c1", 2)).to_batches()
        with pytest.raises(DataError, match="another process is writing"):
            put(place, rows(("c2", 3)))

    address = find_address(place.into())
    if address is not None:
        write_server(address, slow)
    else:
        write_file(Path(place.url), "segments", place.kind, slow)
    assert place.frame().set_index("customer_id")["segment_id"]["c1"] == 2


CHILD = """
import sys
from pathlib import Path
import pyarrow as pa
from smartcart.engines import segment_clickhouse
from smartcart.engines.segment_table import write_file, write_server
from smartcart.sources.paths import find_address
kind, url, segment, n = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
segment_clickhouse.LEASE_SECONDS = 0.5  # of one who was killed
table = pa.table({"customer_id": [f"c{i}" for i in range(n)],
    "segment_id": pa.array([segment] * n, pa.int32()), "segment": [f"S{segment}"] * n,
    "distance": [0.5] * n, "confidence": [0.5] * n, "outside": [False] * n})
rows = lambda: table.to_batches(max_chunksize=2000)
address = find_address(url + "::segments")
print("go", flush=True)
if address is None:
    write_file(Path(url), "segments", kind, rows)
else:
    write_server(address, rows)
print("done", flush=True)
"""


def test_a_kill_leaves_the_old_table_or_the_new_one(place: Place) -> None:
    """Killed at moments spread over the writing: ``SMARTCART_KILLS`` of them, by default two."""
    many = 10_000
    took = child(place, 1, many)
    assert states(place) == {(many, 1)}
    old = 1
    for moment in range(MOMENTS):
        new = old + 1
        child(place, new, many, kill_after=took * (moment + 0.5) / (MOMENTS + 1))
        found = states(place)
        assert found in ({(many, old)}, {(many, new)}), moment
        ((_, old),) = found


def child(place: Place, segment: int, n: int, kill_after: float | None = None) -> float:
    """Write in another process; return the seconds from its start to its end."""
    words = [sys.executable, "-c", CHILD, place.kind, place.url, str(segment), str(n)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        began = time.perf_counter()
        if kill_after is None:
            assert process.wait(100) == 0
            return time.perf_counter() - began
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(kill_after)
        process.send_signal(signal.SIGKILL)
    return kill_after


def states(place: Place) -> set[tuple[int, int]]:
    """Rows and segment of the table: one pair, where it is whole."""
    for _ in range(100):  # a server takes a moment to see that a client went
        with contextlib.suppress(sqlite3.OperationalError):
            found = place.ask("SELECT COUNT(*), segment_id FROM segments GROUP BY segment_id")
            return {(int(n), int(segment)) for n, segment in found}
        time.sleep(0.1)
    raise AssertionError("the database stays locked")


# From the command line -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("shop")
    write_customers(folder / "shop.csv", ROWS, seed=3)
    run = folder / "run"
    run.mkdir()
    store.write_run(run, workflows.segment(folder / "shop.csv", run, k=4, k_max=4))
    return folder / "shop.csv", run


def command(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["score", *map(str, words)])
    said = str(result.exception) if result.exception and not result.output else result.output
    return result.exit_code, said


def test_the_command_writes_the_segments_of_score(shop, place: Place, tmp_path: Path) -> None:
    source, run = shop
    workflows.score(source, workflows.load(run), tmp_path / "truth.parquet")
    code, said = command(source, "--model", run, "--into", place.into(), "--json")
    assert code == 0, said
    told = json.loads(said)
    truth = pd.read_parquet(tmp_path / "truth.parquet")
    assert told["into"] == {
        "rows": len(truth),
        "added": len(truth),
        "moved": 0,
        "removed": 0,
        "rewritten": True,
        "forecasts": None,
    }
    assert postgres_server.QUOTED not in said
    assert "s3cret" not in said
    truth = truth.assign(customer_id=truth["customer_id"].astype(str)).sort_values("customer_id")
    found = place.frame().sort_values("customer_id")
    for name in COLUMNS:
        assert found[name].tolist() == truth[name].tolist(), name
    code, said = command(source, "--model", run, "--into", place.into())
    assert code == 0
    assert "0 added, 0 moved, 0 removed; the others stayed untouched." in said


def test_ids_are_text_without_blanks_and_without_point_zero(shop, tmp_path: Path) -> None:
    source, run = shop
    frame = pd.read_csv(source).astype({"ID": float})
    place = place_of("duckdb", tmp_path, None)  # type: ignore[arg-type]
    score_into(frame, workflows.load(run), place.into())
    assert not place.frame()["customer_id"].str.contains(r"[. ]").any()


def sentence(*words: object) -> str:
    from smartcart.errors import SmartCartError

    result = CliRunner().invoke(app, ["score", *map(str, words)])
    assert isinstance(result.exception, SmartCartError), result.output
    text = str(result.exception)
    assert "\n" not in text
    assert "s3cret" not in text
    return text


def test_targets_that_are_none(shop, tmp_path: Path) -> None:
    source, run = shop
    model = (source, "--model", run)
    assert "neither -o nor --into" in sentence(*model)
    both = sentence(*model, "-o", tmp_path / "x.csv", "--into", "x.db::t")
    assert "both given" in both
    assert "names no table" in sentence(*model, "--into", tmp_path / "x.db")
    assert "is no DuckDB or SQLite database" in sentence(*model, "--into", f"{source}::t")
    assert "folder" in sentence(*model, "--into", tmp_path / "no" / "x.db::t")
    assert "'oracle' addresses are not written" in sentence(*model, "--into", "oracle://h/x::t")
    free = postgres_server.free_port()
    gone = sentence(*model, "--into", f"postgresql://ann:s3cret@127.0.0.1:{free}/shop::t")
    assert "could not be written" in gone
    gone = sentence(*model, "--into", f"mysql://ann:s3cret@127.0.0.1:{free}/shop::t")
    assert "could not be written" in gone


def test_servers_that_refuse(shop, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    source, run = shop
    server = place_of("postgresql", tmp_path, request)
    server.ask("DROP ROLE IF EXISTS reader")
    server.ask("CREATE ROLE reader LOGIN PASSWORD 's3cret'")
    server.ask("GRANT USAGE ON SCHEMA public TO reader")
    port = request.getfixturevalue("pg").port
    address = f"postgresql://reader:s3cret@127.0.0.1:{port}/shop"
    text = sentence(source, "--model", run, "--into", f"{address}::segments")
    assert "refused to write" in text
    assert "permission denied for schema public" in text
    text = sentence(source, "--model", run, "--into", f"{address}::nowhere.segments")
    assert "refused to write" in text
    assert server.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_clickhouse_refuses(shop, clickhouse: clickhouse_server.Server) -> None:
    source, run = shop
    clickhouse.empty()
    model, host = (source, "--model", run), f"127.0.0.1:{clickhouse.port}"
    text = sentence(*model, "--into", f"clickhouse://bob:bobs@{host}/shop::segments")
    assert "refused to write" in text
    assert "Not enough privileges" in text
    text = sentence(*model, "--into", f"clickhouse://ann:wr0ng@{host}/shop::segments")
    assert "refused to write" in text
    assert "wr0ng" not in text
    text = sentence(*model, "--into", f"clickhouse://ann:s3cret@{host}/nowhere::segments")
    assert "refused to write" in text
    assert clickhouse.run("SELECT count() FROM system.tables WHERE database = 'shop'") == [(0,)]


def test_mariadb_refuses(shop, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    source, run = shop
    server = place_of("mysql", tmp_path, request)
    server.ask("CREATE OR REPLACE USER reader@'127.0.0.1' IDENTIFIED BY 's3cret'")
    server.ask("GRANT SELECT ON shop.* TO reader@'127.0.0.1'")
    port = request.getfixturevalue("mariadb").port
    address = f"mysql://reader:s3cret@127.0.0.1:{port}/shop::segments"
    text = sentence(source, "--model", run, "--into", address)
    assert "refused to write" in text
    assert server.ask("SHOW TABLES") == []


def test_clickhouse_that_goes_leaves_the_old_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_clickhouse, "LEASE_SECONDS", 0.5)
    with clickhouse_server.running(tmp_path) as server:
        put(Place("clickhouse", server.url, server.run), rows())
        address = find_address(f"{server.url}::segments")
        assert address is not None

        def slow() -> Any:
            yield from rows(("c1", 2)).to_batches()
            server.process.kill()
            server.process.wait()

        with pytest.raises(DataError, match="could not be written"):
            write_server(address, slow)
    with clickhouse_server.running(tmp_path) as server:
        place = Place("clickhouse", server.url, server.run)
        assert set(place.frame()["segment_id"]) == {1}
        assert put(place, rows(("c1", 2))) == Written(6, 0, 1, 0, False)
        assert server.run("SELECT name FROM system.tables WHERE database = 'shop'") == [
            ("segments",)
        ]


def test_a_lock_that_lapsed_lets_another_in_and_the_first_one_out(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one stood still too long: what it staged is dropped, and it is told."""
    place = place_of("clickhouse", tmp_path, request)
    put(place, rows())
    monkeypatch.setattr(segment_clickhouse, "LEASE_SECONDS", 0.2)
    monkeypatch.setattr(segment_clickhouse.ClickHouseTable, "_beat", lambda self: None)
    address = find_address(place.into())
    assert address is not None

    def slow() -> Any:
        yield from rows(("c1", 2)).to_batches()
        assert put(place, rows(("c2", 3))).moved == 1

    with pytest.raises(DataError, match=r"another process is writing|could not be written"):
        write_server(address, slow)
    assert place.frame().set_index("customer_id")["segment_id"]["c2"] == 3
    assert place.ask("SELECT count() FROM system.tables WHERE database = 'shop'") == [(1,)]


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_a_server_that_goes_while_it_is_written(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    server = place_of(kind, tmp_path, request)
    put(server, rows())

    def slow() -> Any:
        yield from rows(("c1", 2)).to_batches()
        if kind == "mysql":
            for (number,) in server.ask(
                "SELECT id FROM information_schema.processlist "
                "WHERE user = 'ann' AND id <> CONNECTION_ID()"
            ):
                server.ask(f"KILL {number}")
            return
        server.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE state LIKE '%active%' AND query LIKE 'COPY smartcart_new%'"
        )

    address = find_address(server.into())
    assert address is not None
    with pytest.raises((DataError, UsageError), match=r"could not be written|refused"):
        write_server(address, slow)
    assert set(server.frame()["segment_id"]) == {1}
