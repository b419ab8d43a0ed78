"""Tables of DuckDB and SQLite files and of a PostgreSQL server, and what cannot be read there."""

from __future__ import annotations

import datetime as dt
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from frames import as_frame
from postgres_server import PASSWORD, QUOTED, Server, free_port, running
from smartcart.engines.duckdb import DuckDB
from smartcart.errors import DataError, UsageError
from smartcart.sources import Opened, open_source

CUSTOMERS: dict[str, list[Any]] = {
    "ID": [7, 3, 9, 4],
    "Income": [58138.5, None, 46344.25, 0.1],
    "joined": [dt.date(2012, 9, 4), dt.date(2014, 3, 8), None, dt.date(2013, 1, 1)],
    "seen": [
        dt.datetime(2011, 1, 5, 8, 26),
        None,
        dt.datetime(2011, 1, 5, 8, 26, 1),
        dt.datetime(1999, 12, 31, 23, 59),
    ],
    "city": ["Köln", None, "Ost; 'West'", 'say "hi"\nthere'],
    "news": [True, False, None, True],
    "wines": [635, 11, 0, None],
}
TYPES = {
    "__row__": "int64",
    "ID": "int64",
    "Income": "float64",
    "joined": "date",
    "seen": "timestamp(6)",
    "city": "string",
    "news": "boolean",
    "wines": "int64",
}
CREATE = """CREATE TABLE customers ("ID" integer, "Income" double precision, joined date,
    seen timestamp, city text, news boolean, wines bigint)"""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as found:
        insert = ", ".join(map(_row, zip(*CUSTOMERS.values(), strict=True)))
        found.run(
            CREATE,
            f"INSERT INTO customers VALUES {insert}",
            "CREATE SCHEMA old",
            "CREATE TABLE old.orders AS SELECT i AS id, i % 3 AS customer, i / 4.0 AS price, "
            "'2011-01-' || lpad((i % 28 + 1)::text, 2, '0') AS day FROM generate_series(1, 1000) i",
            "CREATE VIEW big AS SELECT * FROM old.orders WHERE id > 990",
            "CREATE TABLE empty (id int)",
        )
        yield found


@pytest.fixture
def postgres(server: Server) -> Iterator[Server]:
    """The server; a test that leaves a connection to it open fails."""
    yield server
    for _ in range(200):  # a server takes a moment to see that a client went
        if not server.connections():
            return
    pytest.fail("a connection to the server was left open")


def _row(cells: tuple[Any, ...]) -> str:
    """One row as SQL that all three databases read."""

    def cell(value: Any) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bool | int | float):
            return str(value)
        return "'" + str(value).replace("'", "''") + "'"

    return f"({', '.join(map(cell, cells))})"


def read(source: Any, **options: Any) -> tuple[dict[str, list[Any]], dict[str, str], Opened]:
    """Return the columns, their types, and the source as opened here (closed)."""
    with open_source(source, **options) as found:
        opened = found.local()
        assert opened.engine.can.typed
        columns = opened.engine.arrow(opened.table).to_pydict()
        types = {name: str(kind) for name, kind in opened.table.schema().items()}
    return columns, types, opened


def sentence(source: Any, kind: type[Exception] = DataError, **options: Any) -> str:
    """Return the sentence that opening ``source`` ends in."""
    with pytest.raises(kind) as caught:
        open_source(source, **options)
    text = str(caught.value)
    assert text.endswith((".", "?"))
    assert "\n" not in text
    assert PASSWORD not in text
    assert QUOTED not in text
    return text


def duckdb_file(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)
    return path


def sqlite_file(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as con:
        for statement in statements:
            con.execute(statement)
        con.commit()
    return path


def sources(folder: Path) -> dict[str, Any]:
    insert = ", ".join(map(_row, zip(*CUSTOMERS.values(), strict=True)))
    fill = (CREATE, f"INSERT INTO customers VALUES {insert}")
    pd.DataFrame(CUSTOMERS | {"wines": pd.array(CUSTOMERS["wines"], "Int64")}).to_csv(
        folder / "t.csv", index=False
    )
    pq.write_table(pa.table(CUSTOMERS), folder / "t.parquet")
    return {
        "csv": folder / "t.csv",
        "parquet": folder / "t.parquet",
        "duckdb": f"{duckdb_file(folder / 'a.duckdb', *fill)}::customers",
        "sqlite": f"{sqlite_file(folder / 'a.db', *fill)}::customers",
    }


# One table, every kind of source ---------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet", "duckdb", "sqlite", "postgresql"])
def test_the_same_table_from_every_kind_of_source(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    source = (
        f"{request.getfixturevalue('postgres').url}::customers"
        if kind == "postgresql"
        else sources(tmp_path)[kind]
    )
    columns, types, opened = read(source, temp_dir=temp)
    in_memory = read(pa.table(CUSTOMERS))[2].reading
    assert columns == {"__row__": [1, 2, 3, 4], **CUSTOMERS}
    assert types == TYPES
    assert opened.reading.notices == ()
    assert (opened.reading.format, opened.reading.rows) == (kind, 4)
    assert opened.reading.fingerprint == in_memory.fingerprint
    assert list(temp.iterdir()) == []


# DuckDB files ----------------------------------------------------------------------------------


def shop(folder: Path, name: str = "shop.bin") -> Path:
    return duckdb_file(
        folder / name,
        "CREATE TABLE orders AS SELECT range AS id, range / 2 AS price FROM range(5)",
        "CREATE SCHEMA old",
        "CREATE TABLE old.orders AS SELECT 1 AS id, 'x' AS label",
        'CREATE VIEW "it\'s" AS SELECT id + 100 AS id FROM orders',
    )


def test_a_table_of_a_duckdb_file_by_name(tmp_path: Path) -> None:
    path = shop(tmp_path)
    before = path.read_bytes()
    assert read(f"{path}::orders")[0]["price"] == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert read(f"{path}::main.orders")[0]["id"] == [0, 1, 2, 3, 4]
    assert read(f"{path}::OLD.orders")[0]["label"] == ["x"]
    assert read(f"{path}::it's")[0]["id"] == [100, 101, 102, 103, 104]
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["shop.bin"]


@pytest.mark.parametrize("name", ["shop.old.duckdb", "memory.db", "temp.db"])
def test_views_that_name_their_database(tmp_path: Path, name: str) -> None:
    own = name.partition(".")[0]
    path = shop(tmp_path, name)
    view = f'"{own}".main.orders' if own == "shop" else "main.orders"
    duckdb_file(path, f"CREATE VIEW v AS SELECT count(*) AS n FROM {view}")
    assert read(f"{path}::v")[0]["n"] == [5]


def test_which_table_of_a_duckdb_file(tmp_path: Path) -> None:
    path = shop(tmp_path)
    text = sentence(path, UsageError)
    assert "holds 3 tables ('it's', 'orders', 'old.orders')".replace("'it's'", '"it\'s"') in text
    assert "has no table 'order'" in sentence(f"{path}::order", UsageError)
    assert "Did you mean 'orders'?" in sentence(f"{path}::order", UsageError)
    one = duckdb_file(tmp_path / "one.duckdb", "CREATE TABLE t AS SELECT 1 AS id, 2 AS x")
    assert read(one)[0]["x"] == [2]
    assert "holds no tables" in sentence(duckdb_file(tmp_path / "none.duckdb", "SELECT 1"))
    empty = duckdb_file(tmp_path / "empty.duckdb", "CREATE TABLE t (id int)")
    assert "has columns but no rows" in sentence(empty)


def test_text_and_wide_types_of_a_duckdb_file(tmp_path: Path) -> None:
    path = duckdb_file(
        tmp_path / "t.duckdb",
        """CREATE TABLE t AS SELECT * FROM (VALUES
        ('21-08-2013', '1.234,5', 170141183460469231731687303715884105727::HUGEINT, [1, 2],
         TIMESTAMPTZ '2012-09-04 08:26:00+02', 1.25::DECIMAL(9, 2)),
        ('01-09-2013', '7,0', 1::HUGEINT, NULL, NULL, NULL)) r(day, amount, big, list, zoned, cost)
        """,
    )
    columns, types, _ = read(path)
    assert types["day"] == "date"
    assert columns["amount"] == [1234.5, 7.0]
    assert columns["big"] == ["170141183460469231731687303715884105727", "1"]
    assert columns["zoned"] == [dt.datetime(2012, 9, 4, 6, 26), None]
    assert columns["cost"] == [1.25, None]


def test_the_rows_of_several_duckdb_files_are_stacked(tmp_path: Path) -> None:
    for i in range(2):
        duckdb_file(tmp_path / f"{i}.duckdb", f"CREATE TABLE t AS SELECT {i} AS id")
    assert read(tmp_path)[0] == {"__row__": [1, 2], "id": [0, 1]}


def test_a_log_beside_a_duckdb_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t[1].duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE t AS SELECT 1 AS id")
        con.execute("CHECKPOINT")
        con.execute("SET checkpoint_threshold = '1TB'")
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        con.execute("INSERT INTO t VALUES (2)")
    assert Path(f"{path}.wal").exists()
    assert read(path)[0]["id"] == [1, 2]


def test_duckdb_files_that_cannot_be_read(tmp_path: Path) -> None:
    whole = shop(tmp_path).read_bytes()
    for cut in (len(whole) // 3, 5000, 20):
        (tmp_path / "cut.duckdb").write_bytes(whole[:cut])
        text = sentence(f"{tmp_path / 'cut.duckdb'}::orders")
        assert text.startswith("the DuckDB database 'cut.duckdb'")


def test_a_duckdb_file_that_another_program_writes_to(tmp_path: Path) -> None:
    import subprocess

    path = shop(tmp_path)
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        assert "is locked by another program" in sentence(f"{path}::orders")
        other.communicate(b"\n")


# SQLite files ----------------------------------------------------------------------------------


def test_cells_of_sqlite_have_types_of_their_own(tmp_path: Path) -> None:
    path = sqlite_file(
        tmp_path / "t.db",
        "CREATE TABLE t (whole, mixed INTEGER, digits, day, code, empty, flag BOOLEAN, "
        "odd BOOLEAN, photo, infinite)",
        "INSERT INTO t VALUES (1, 2, '1.5', '2011-01-05 08:26:00', 'C1', NULL, 1, 1, x'00ff', 1)",
        "INSERT INTO t VALUES (2, 2.5, '2', '2011-01-06 08:26:00', 7, NULL, 0, 2, 'a', 9e999)",
        "INSERT INTO t VALUES (NULL, NULL, NULL, NULL, 1.5, NULL, NULL, NULL, NULL, 2.5)",
    )
    columns, types, opened = read(path)
    assert columns["whole"] == [1, 2, None]
    assert types["whole"] == types["odd"] == "int64"
    assert columns["mixed"] == [2.0, 2.5, None]
    assert columns["digits"] == [1.5, 2.0, None]
    assert columns["day"][:2] == [dt.datetime(2011, 1, 5, 8, 26), dt.datetime(2011, 1, 6, 8, 26)]
    assert columns["code"] == ["C1", "7", "1.5"]
    assert columns["empty"] == [None] * 3
    assert columns["flag"] == [True, False, None]
    assert columns["photo"] == [None, "a", None]
    assert columns["infinite"] == [1.0, None, 2.5]
    assert [(n.code, n.count) for n in opened.reading.notices] == [
        ("binary_cells", 1),
        ("infinite", 1),
    ]


def test_odd_cells_and_names_of_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "it's [1] *?%.db"
    sqlite_file(
        path,
        'CREATE TABLE "a"";b" (id, "x ""y"" ", text)',
        """INSERT INTO "a"";b" VALUES (9223372036854775807, 1, 'a' || char(0) || 'b')""",
        """INSERT INTO "a"";b" VALUES (-9223372036854775808, 2, CAST(x'ff41' AS TEXT))""",
    )
    columns, _, _ = read(f'{path}::a";b')
    assert columns["id"] == [2**63 - 1, -(2**63)]
    assert columns['x "y"'] == [1, 2]
    assert columns["text"][1] == "\ufffdA"


def test_which_table_of_an_sqlite_file(tmp_path: Path) -> None:
    path = sqlite_file(
        tmp_path / "shop.db",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT, price)",
        "INSERT INTO orders (price) VALUES (1.5), (2)",
        "CREATE VIEW cheap AS SELECT * FROM orders WHERE price < 2",
        "CREATE VIEW broken AS SELECT * FROM gone",
    )
    assert "holds 3 tables ('broken', 'cheap', 'orders')" in sentence(path, UsageError)
    assert "Did you mean 'orders'?" in sentence(f"{path}::order", UsageError)
    assert read(f"{path}::ORDERS")[0]["price"] == [1.5, 2.0]
    assert read(f"{path}::cheap")[0]["id"] == [1]
    assert "no such table: main.gone" in sentence(f"{path}::broken")
    assert "has columns but no rows" in sentence(
        sqlite_file(tmp_path / "e.db", "CREATE TABLE t (id)")
    )
    assert "holds no tables" in sentence(sqlite_file(tmp_path / "n.db", "PRAGMA user_version = 1"))


def test_wide_and_long_sqlite_tables_are_streamed(tmp_path: Path) -> None:
    wide = [f"c{i}" for i in range(1500)]
    cells = ", ".join(str(i) for i in range(1500))
    path = sqlite_file(
        tmp_path / "t.db",
        f"CREATE TABLE wide ({', '.join(wide)})",
        f"INSERT INTO wide VALUES ({cells}), ({cells})",
        "CREATE TABLE long AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 150000) SELECT i, 150000 - i AS j FROM n",
    )
    columns, _, _ = read(f"{path}::wide")
    assert [columns[name] for name in wide] == [[i, i] for i in range(1500)]
    columns, _, _ = read(f"{path}::long")
    assert columns["__row__"] == columns["i"] == list(range(1, 150_001))


def test_sqlite_files_that_cannot_be_read(tmp_path: Path) -> None:
    path = sqlite_file(
        tmp_path / "t.db",
        "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 20000) SELECT i, 'text ' || i AS x FROM n",
    )
    with closing(sqlite3.connect(path)) as con:
        con.execute("BEGIN EXCLUSIVE")
        assert "another program has locked" in sentence(path)
    data = path.read_bytes()
    (tmp_path / "cut.db").write_bytes(data[: len(data) // 2])
    assert "malformed" in sentence(tmp_path / "cut.db")
    (tmp_path / "bad.db").write_bytes(data[:100] + bytes(5000) + data[5100:])
    assert "is an SQLite database that could not be read" in sentence(tmp_path / "bad.db")


def test_sqlite_with_a_write_ahead_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as con:
        con.execute("PRAGMA journal_mode = wal")
        con.execute("CREATE TABLE t AS SELECT 1 AS id")
        con.execute("INSERT INTO t VALUES (2)")
        con.commit()
        assert read(path)[0]["id"] == [1, 2]

    def refuse(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(sqlite3, "connect", refuse)  # as on a read-only medium
    assert "copy the file, and its '-wal' file" in sentence(path)


# PostgreSQL ------------------------------------------------------------------------------------


def test_a_remote_table_stays_on_its_server(postgres: Server) -> None:
    with open_source(f"{postgres.url}::old.orders") as opened:
        assert not opened.engine.can.typed
        assert opened.table.columns == ("id", "customer", "price", "day")
        assert str(opened.table.schema()["day"]) == "string"
        assert opened.reading.source == (
            f"postgresql://ann@127.0.0.1:{postgres.port}/shop::old.orders"
        )
        assert (opened.reading.format, opened.reading.rows) == ("postgresql", 1000)
        assert PASSWORD not in repr(opened)
        assert QUOTED not in repr(opened)
        orders = opened.table
        sums = orders.group_by("customer").aggregate(
            lines=orders.count(),
            items=orders.id.sum(),
            revenue=orders.price.sum(),
            mean=orders.price.mean(),
            first=orders.day.cast("date").min(),
        )
        found = opened.engine.arrow(sums.order_by("customer")).to_pydict()
        streamed = pa.Table.from_batches(opened.engine.batches(sums.order_by("customer")))
        frame = as_frame(opened.engine, sums)
    expected = pd.DataFrame({"id": np.arange(1, 1001)}).assign(
        customer=lambda t: t.id % 3, price=lambda t: t.id / 4
    )
    groups = expected.groupby("customer")
    assert found["lines"] == groups.size().tolist()
    assert found["items"] == groups.id.sum().tolist()
    assert [float(x) for x in found["revenue"]] == groups.price.sum().tolist()
    assert [float(x) for x in found["mean"]] == pytest.approx(groups.price.mean().tolist())
    assert found["first"] == [dt.date(2011, 1, 1)] * 3
    assert streamed.to_pydict() == found
    assert len(frame) == 3


def test_a_stream_keeps_order_and_other_queries_may_run(postgres: Server) -> None:
    with open_source(f"{postgres.url}::old.orders") as opened:
        rows = []
        for batch in opened.engine.batches(opened.table.order_by("id"), chunk_rows=300):
            assert batch.num_rows <= 300
            assert opened.engine.arrow(opened.table.count().as_table())[0][0].as_py() == 1000
            rows += batch["id"].to_pylist()
        assert rows == list(range(1, 1001))
        left = opened.engine.batches(opened.table, chunk_rows=10)
        next(left)
        left.close()


def test_batches_have_the_types_of_the_expression(postgres: Server) -> None:
    postgres.run(
        "DROP TABLE IF EXISTS kinds",
        """CREATE TABLE kinds AS SELECT 1::smallint AS small, 2.5::real AS single,
        123456789012.345678::numeric AS loose, 1.5::numeric(9, 2) AS strict, 'x'::char(3) AS padded,
        '2012-09-04 08:26:00.25+02'::timestamptz AS zoned, '08:26'::time AS time,
        '{"a": [1, 2]}'::jsonb AS json, ARRAY[1, 2] AS list, '\\x00ff'::bytea AS bytes,
        ''::text AS blank, 'NULL'::text AS word, NULL::text AS missing,
        'infinity'::timestamp AS never, '-infinity'::date AS ever, 'NaN'::numeric AS nan,
        'Infinity'::float8 AS endless, '9999-12-31 23:59:59'::timestamp AS last""",
        "INSERT INTO kinds DEFAULT VALUES",
    )
    with open_source(f"{postgres.url}::kinds") as opened:
        [batch] = opened.engine.batches(opened.table)
    first = batch.to_pylist()[0]
    assert batch.to_pylist()[1] == dict.fromkeys(first)
    types = {field.name: str(field.type) for field in batch.schema}
    assert types["small"] == "int16"
    assert types["single"] == "float"
    assert types["strict"] == "decimal128(9, 2)"
    assert types["zoned"] == "timestamp[us, tz=UTC]"
    assert float(first["loose"]) == 123456789012.345678
    assert first["zoned"].isoformat() == "2012-09-04T06:26:00.250000+00:00"
    assert (first["time"], first["json"], first["list"]) == ("08:26:00", '{"a": [1, 2]}', "{1,2}")
    assert (first["bytes"], first["blank"], first["word"]) == ("\\x00ff", "", "NULL")
    assert [first[name] for name in ("missing", "never", "ever", "nan")] == [None] * 4
    assert first["endless"] == float("inf")
    assert first["last"] == dt.datetime(9999, 12, 31, 23, 59, 59)
    columns, _, _ = read(f"{postgres.url}::kinds")
    assert columns["zoned"][0] == dt.datetime(2012, 9, 4, 6, 26, 0, 250000)
    assert columns["loose"][0] == 123456789012.345678


def test_dates_stored_as_text_are_found_once_here(postgres: Server) -> None:
    columns, types, opened = read(f"{postgres.url.replace('postgresql', 'postgres')}::big")
    assert types["day"] == "date"
    assert types["price"] == "float64"
    assert columns["id"] == list(range(991, 1001))
    assert opened.reading.source.startswith("postgresql://ann@")


def test_names_that_differ_in_case_only(postgres: Server) -> None:
    postgres.run(
        "DROP TABLE IF EXISTS names",
        'CREATE TABLE names AS SELECT 1 AS id, 2 AS "ID", 3 AS "a ""b"" %s"',
    )
    assert read(f"{postgres.url}::names")[0] == {
        "__row__": [1],
        "id": [1],
        "ID_2": [2],
        'a "b" %s': [3],
    }


def test_the_fingerprint_of_a_server_knows_rows_not_their_order(postgres: Server) -> None:
    def mark(*statements: str) -> str:
        postgres.run("DROP TABLE IF EXISTS marked", *statements)
        with open_source(f"{postgres.url}::marked") as opened:
            return opened.reading.fingerprint

    make = "CREATE TABLE marked AS SELECT i AS id, -i AS x FROM generate_series(1, 9) i"
    base = mark(make)
    assert base == mark(f"{make} ORDER BY i DESC")
    assert base != mark(make, "UPDATE marked SET x = 0 WHERE id = 4")
    assert base != mark(make, "INSERT INTO marked SELECT * FROM marked")
    assert base != mark(make, "ALTER TABLE marked RENAME x TO y")


def test_which_table_of_a_server(postgres: Server) -> None:
    text = sentence(postgres.url, UsageError)
    assert "'customers'" in text
    assert "'old.orders'" in text
    assert "Did you mean 'customers'?" in sentence(f"{postgres.url}::costumers", UsageError)
    assert read(f"{postgres.url}::orders")[2].reading.rows == 1000
    assert "has columns but no rows" in sentence(f"{postgres.url}::empty")


def test_servers_that_refuse(postgres: Server) -> None:
    place = f"127.0.0.1:{postgres.port}/shop::customers"
    text = sentence(f"postgresql://ann:wr0ng@{place}", UsageError)
    assert "password authentication failed" in text
    assert "wr0ng" not in text
    assert "no password" in sentence(f"postgresql://ann@{place}", UsageError)
    text = sentence(f"{postgres.url}x::customers", UsageError)
    assert 'database "shopx" does not exist' in text
    text = sentence(f"postgresql://ann:{QUOTED}@127.0.0.1:{free_port()}/shop::customers")
    assert "does not answer" in text
    assert "refused" in text


def test_a_table_that_may_not_be_read(postgres: Server) -> None:
    postgres.run(
        "DROP ROLE IF EXISTS bob",
        "CREATE ROLE bob LOGIN PASSWORD 'bobs'",
        "REVOKE ALL ON customers FROM bob",
    )
    url = f"postgresql://bob:bobs@127.0.0.1:{postgres.port}/shop::customers"
    text = sentence(url)
    assert "permission denied for table customers" in text
    assert "bobs" not in text


def test_a_column_renamed_while_it_is_read(postgres: Server) -> None:
    postgres.run("CREATE TABLE passing AS SELECT 1 AS id, 2 AS spend")
    with open_source(f"{postgres.url}::passing") as opened:
        postgres.run("ALTER TABLE passing RENAME COLUMN spend TO money")
        with pytest.raises(DataError, match=r"could not be read \(.*spend"):
            opened.engine.arrow(opened.table)
        postgres.run("DROP TABLE passing")
        with pytest.raises(DataError, match=r"could not be read \(.*passing"):
            opened.engine.arrow(opened.table)


def test_nothing_is_written_to_a_server(postgres: Server) -> None:
    with (
        open_source(f"{postgres.url}::customers") as opened,
        pytest.raises(DataError, match="read-only"),
    ):
        opened.engine.rows("DELETE FROM customers RETURNING 1")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s3cret/w@rd@127.0.0.1/shop::customers",
        "postgresql://ann:s3cret/w@rd",
        "postgresql://ann:s3cret",
        "postgresql://ann:s3c::ret/x@h/shop",
        "postgresql://h/shop?password=s3cret@x",
    ],
)
def test_an_address_that_cannot_be_taken_apart_is_not_repeated(url: str) -> None:
    assert "s3c" not in sentence(url, UsageError)


def test_addresses_that_the_driver_refuses_are_shown_without_secrets() -> None:
    text = sentence("postgresql://ann:s3cret@h:99999999/shop?passwort=s3cret::t", UsageError)
    assert "'postgresql://ann@h:99999999/shop::t'" in text
    assert "s3cret" not in text
    assert "stands among several" in sentence(["postgresql://h/shop", "a.csv"], UsageError)


def test_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    text = sentence("postgresql://ann:s3cret@127.0.0.1/shop::t", UsageError)
    assert "pip install 'psycopg[binary]'" in text
    assert "s3cret" not in text


# From engine to engine -------------------------------------------------------------------------


def test_batches_of_one_engine_are_taken_by_another(postgres: Server) -> None:
    with open_source(f"{postgres.url}::old.orders") as opened, DuckDB() as engine:
        sums = opened.table.group_by("customer").aggregate(lines=opened.table.count())
        table = engine.take(opened.engine.batches(sums), sums.schema().to_pyarrow())
        assert engine.arrow(table.order_by("customer")).to_pydict() == {
            "customer": [0, 1, 2],
            "lines": [333, 334, 333],
        }
        none = engine.take(iter([]), pa.schema([("id", pa.int64())]))
        assert engine.arrow(none).num_rows == 0


def test_ibis_tables_of_other_backends(tmp_path: Path, postgres: Server) -> None:
    path = sqlite_file(
        tmp_path / "t.db",
        "CREATE TABLE t (id INTEGER, name TEXT, price REAL)",
        "INSERT INTO t VALUES (1, 'a', 1.5), (2, NULL, 2)",
        "CREATE TABLE mixed (id INTEGER)",
        "INSERT INTO mixed VALUES ('one'), (2)",
    )
    lite = ibis.sqlite.connect(path)
    columns = read(lite.table("t"))[0]
    assert columns == {"__row__": [1, 2], "id": [1, 2], "name": ["a", None], "price": [1.5, 2.0]}
    assert read(lite.table("mixed"))[0]["id"] == ["one", "2"]  # cells that belie the column
    lite.disconnect()

    server = ibis.postgres.connect(
        host="127.0.0.1", port=postgres.port, user="ann", password=PASSWORD, database="shop"
    )
    columns, types, _ = read(server.table("customers"))
    assert (columns, types) == ({"__row__": [1, 2, 3, 4], **CUSTOMERS}, TYPES)
    orders = server.table("orders", database="old")
    assert read(orders.aggregate(items=orders.id.sum()))[0]["items"] == [500500]
    server.disconnect()
    assert "the Ibis table could not be read" in sentence(orders)
