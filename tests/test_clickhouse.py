"""Tables of ClickHouse as sources, and what cannot be read there."""

from __future__ import annotations

import datetime as dt
import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

import clickhouse_server
from clickhouse_server import Server
from postgres_server import free_port
from smartcart.errors import DataError, UsageError
from smartcart.sources import open_source
from test_databases import CUSTOMERS, TYPES, read, sentence

ORDERED = "ENGINE = MergeTree ORDER BY tuple()"


@pytest.fixture
def click(clickhouse: Server) -> Server:
    clickhouse.empty()
    return clickhouse


def _cell(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'" if isinstance(value, (str, dt.date)) else text


def test_the_same_table_as_from_every_kind_of_source(click: Server) -> None:
    rows = ", ".join(f"({', '.join(map(_cell, r))})" for r in zip(*CUSTOMERS.values(), strict=True))
    click.run(
        "CREATE TABLE customers (`ID` Int64, `Income` Nullable(Float64), joined Nullable(Date), "
        "seen Nullable(DateTime), city LowCardinality(Nullable(String)), news Nullable(Bool), "
        f"wines Nullable(Int32)) {ORDERED}",
        f"INSERT INTO customers VALUES {rows}",
    )
    columns, types, opened = read(f"{click.url}::customers")
    assert columns == {"__row__": [1, 2, 3, 4], **CUSTOMERS}
    assert types == TYPES
    assert opened.reading.notices == ()
    assert (opened.reading.format, opened.reading.rows) == ("clickhouse", 4)
    assert opened.reading.source == f"clickhouse://ann@127.0.0.1:{click.port}/shop::customers"


def test_batches_have_the_types_of_the_column(click: Server) -> None:
    click.run(
        """CREATE TABLE kinds (small Int16, large UInt64, single Float32, loose Decimal(20, 6),
        wide Decimal(60, 2), born Date32, zoned DateTime64(6, 'Europe/Paris'), size Enum8('s' = 1,
        'm' = 2), raw String, fixed FixedString(4), id UUID, many Array(Int8), huge Int128, blank
        String, missing Nullable(String), told SimpleAggregateFunction(sum, Int64),
        state AggregateFunction(sum, Int64)) """
        + ORDERED,
        """INSERT INTO kinds SELECT -5, 18446744073709551615, 0.1, '123456789012.345678', '12.34',
        '1931-02-03', '2012-09-04 08:26:00.25', 'm', unhex('61FF62'), 'ab',
        '61f0c404-5cb3-11e7-907b-a6006ad3dba0', [1, 2],
        toInt128('170141183460469231731687303715884105727'),
        '', NULL, 7, sumState(toInt64(1))""",
    )
    with open_source(f"{click.url}::kinds") as opened:
        [batch] = opened.engine.batches(opened.table)
    first = batch.to_pylist()[0]
    assert "state" not in first
    assert (first["small"], first["large"], first["told"]) == (-5, 18446744073709551615, 7)
    assert first["single"] == pytest.approx(0.1, abs=1e-8)
    assert (str(first["loose"]), first["wide"]) == ("123456789012.345678", 12.34)
    assert (first["born"], first["missing"]) == (dt.date(1931, 2, 3), None)
    assert first["zoned"] == dt.datetime(2012, 9, 4, 6, 26, 0, 250000)  # in UTC
    assert (first["size"], first["fixed"], first["blank"]) == ("m", "ab", "")
    assert (first["raw"], first["many"]) == ("a\N{REPLACEMENT CHARACTER}b", "[1,2]")
    assert first["id"] == "61f0c404-5cb3-11e7-907b-a6006ad3dba0"
    assert first["huge"] == str(2**127 - 1)


def test_sums_of_nothing_are_missing(click: Server) -> None:
    click.run(f"CREATE TABLE t (a Int64, b String) {ORDERED}", "INSERT INTO t VALUES (1, 'x')")
    with open_source(f"{click.url}::t") as opened:
        none = opened.table.filter(opened.table["a"] > 9)
        told = opened.engine.record(
            none.aggregate(n=none.count(), s=none["a"].sum(), m=none["a"].max(), t=none["b"].min())
        )
        assert told == {"n": 0, "s": None, "m": None, "t": None}
        found = opened.engine.arrow(none)
        assert (found.num_rows, found.column_names) == (0, ["a", "b"])


def test_blanks_and_casts_are_those_of_the_other_engines(click: Server) -> None:
    click.run(
        f"CREATE TABLE t (a Float64, b String) {ORDERED}",
        "INSERT INTO t VALUES (17, '17'), (1e300, '1,5'), (2.5, ' 2.5 '), (-3, ' \\t x\\n\\r')",
    )
    with open_source(f"{click.url}::t") as opened:
        t = opened.table
        found = opened.engine.arrow(
            t.select(a=t["a"].try_cast("int64"), b=t["b"].try_cast("float64"), c=t["b"].strip())
        ).to_pydict()
    assert found["a"][0::3] == [17, -3]
    assert found["a"][1] is None
    assert found["b"] == [17.0, None, 2.5, None]
    assert found["c"] == ["17", "1,5", "2.5", "x"]


def test_a_stream_keeps_order_and_other_queries_may_run(click: Server) -> None:
    click.run(f"CREATE TABLE many {ORDERED} AS SELECT number + 1 AS id FROM numbers(1000)")
    with open_source(f"{click.url}::many") as opened:
        rows = []
        for batch in opened.engine.batches(opened.table.order_by("id"), chunk_rows=300):
            assert batch.num_rows <= 300
            assert opened.engine.record(opened.table.aggregate(n=opened.table.count()))["n"] == 1000
            rows += batch["id"].to_pylist()
        assert rows == list(range(1, 1001))
        left = opened.engine.batches(opened.table, chunk_rows=10)
        next(left)
        left.close()


def test_odd_names_and_cells(click: Server) -> None:
    click.run(
        'CREATE TABLE `o d``d` (id Int8, `a ``b`` "c" %s` String, `Größe\\n` String, '
        f"`b\\\\s` String) {ORDERED}",
        "INSERT INTO `o d``d` VALUES (1, 'say \"hi\"\\nthere, 100%s', 'back\\\\slash 🛒', '\\0z')",
    )
    columns = read(f"{click.url}::o d`d")[0]
    assert columns['a `b` "c" %s'] == ['say "hi"\nthere, 100%s']
    assert next(v for name, v in columns.items() if name.startswith("Größe")) == ["back\\slash 🛒"]
    assert columns["b\\s"] == ["\0z"]


def test_which_table_of_a_server(click: Server) -> None:
    assert "holds no tables" in sentence(click.url)
    click.run(
        f"CREATE TABLE customers {ORDERED} AS SELECT 1 AS id",
        f"CREATE TABLE empty (id Int8) {ORDERED}",
        "CREATE OR REPLACE VIEW seen AS SELECT * FROM customers",
        "CREATE DATABASE IF NOT EXISTS old_shop",
        f"CREATE OR REPLACE TABLE old_shop.orders {ORDERED} AS SELECT 7 AS id",
    )
    text = sentence(click.url, UsageError)
    assert "'customers'" in text
    assert "old_shop" not in text
    assert "Did you mean 'customers'?" in sentence(f"{click.url}::costumers", UsageError)
    assert read(f"{click.url}::old_shop.orders")[0]["id"] == [7]
    assert read(f"{click.url}::seen")[0]["id"] == [1]
    assert "has columns but no rows" in sentence(f"{click.url}::empty")
    click.run("DROP DATABASE old_shop")


def test_servers_that_refuse(click: Server) -> None:
    click.run(f"CREATE TABLE customers {ORDERED} AS SELECT 1 AS id")
    place = f"127.0.0.1:{click.port}/shop::customers"
    text = sentence(f"clickhouse://ann:wr0ng@{place}", UsageError)
    assert "refused (Authentication failed: password is incorrect" in text
    assert "wr0ng" not in text
    text = sentence(f"clickhouse://ann:s3cret@127.0.0.1:{click.port}/shopx::t", UsageError)
    assert "refused (Database shopx does not exist" in text
    text = sentence(f"clickhouse://ann:s3cret@127.0.0.1:{free_port()}/shop::customers")
    assert "does not answer (Connection refused)" in text
    assert "s3cret" not in text
    text = sentence(f"clickhouse://bob:bobs@{place}")
    assert "could not be read (bob: Not enough privileges" in text


@pytest.mark.parametrize(
    "rest",
    ["h:99999999/shop", "h/shop?passwort=s3cret", "h/shop?x", "h/shop?secure=maybe"],
)
def test_addresses_that_are_none_are_shown_without_secrets(rest: str) -> None:
    text = sentence(f"clickhouse://ann:s3cret@{rest}::t", UsageError)
    assert "no address that ClickHouse's HTTP interface takes" in text
    assert "s3cret" not in text


def test_parts_of_an_address() -> None:
    from smartcart.engines.clickhouse_http import connection
    from smartcart.sources.paths import find_address

    def parts(url: str) -> tuple[Any, ...]:
        address = find_address(url)
        assert address is not None
        found = connection(address, {})
        return found.host, found.port, found.database, found.user, found.password, found.secure

    assert parts("clickhouse://h::t") == ("h", 8123, "", "", "", False)
    assert parts("clickhouse://h?secure=1::t") == ("h", 8443, "", "", "", True)
    assert parts("ClickHouse://a%40b:p%2Fw@[::1]:99/d%20b?secure=0::s.t") == (
        *("::1", 99, "d b", "a@b", "p/w", False),
    )


def test_nothing_is_written_to_a_server(click: Server) -> None:
    click.run(f"CREATE TABLE customers {ORDERED} AS SELECT 1 AS id")
    with (
        open_source(f"{click.url}::customers") as opened,
        pytest.raises(DataError, match="readonly mode"),
    ):
        opened.engine.rows("INSERT INTO customers VALUES (2)")
    assert click.run("SELECT id FROM customers") == [(1,)]


def test_a_column_renamed_while_it_is_read(click: Server) -> None:
    click.run(f"CREATE TABLE customers {ORDERED} AS SELECT 1 AS id, 2 AS spend")
    with open_source(f"{click.url}::customers") as opened:
        click.run("ALTER TABLE customers RENAME COLUMN spend TO money")
        with pytest.raises(DataError, match=r"could not be read \(.*spend"):
            opened.engine.arrow(opened.table)
        click.run("DROP TABLE customers")
        with pytest.raises(DataError, match=r"could not be read \(.*customers"):
            opened.engine.arrow(opened.table)


def test_a_query_that_fails_in_mid_stream(click: Server) -> None:
    """The head of the answer says 200 by then; only its end tells."""
    click.run(
        f"CREATE TABLE many {ORDERED} AS SELECT number AS id, repeat('x', 100) AS t "
        "FROM numbers(300000)",
        "CREATE VIEW late AS SELECT id, t, throwIf(id = 250000, 'a late fault') AS c FROM many",
    )
    with open_source(f"{click.url}::many") as opened:
        engine = opened.engine
        late = engine.table("late")  # type: ignore[attr-defined]
        stream = engine.batches(late.order_by("id").select("id", "c"))
        with pytest.raises(DataError, match=r"could not be read \(.*a late fault"):
            for _ in stream:
                pass
        with pytest.raises(DataError, match="a late fault"):
            for _ in engine.batches(late):
                pass


def test_a_server_that_goes_while_it_is_read() -> None:
    with clickhouse_server.running() as server:
        server.run(
            f"CREATE TABLE many {ORDERED} AS SELECT number AS id, "
            "randomPrintableASCII(500) AS t FROM numbers(100000)"
        )
        with open_source(f"{server.url}::many") as opened:
            stream = opened.engine.batches(opened.table, chunk_rows=10)
            next(stream)
            server.process.kill()
            with pytest.raises(DataError, match="could not be read"):
                for _ in stream:
                    pass
            with pytest.raises(
                DataError, match=r"could not be read \(Connection (refused|reset by peer)\)"
            ):
                opened.engine.rows("SELECT 1")


@pytest.fixture
def proxy() -> Iterator[Any]:
    """What answers a request by what a test says: a proxy, or a server that is cut off."""
    told: dict[str, Any] = {}

    class Front(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(told["status"])
            self.send_header("Content-Length", str(len(told["body"]) + told.get("short", 0)))
            self.end_headers()
            self.wfile.write(told["body"])

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Front)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    told["port"] = server.server_port
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def _stream(rows: int, end: bool) -> bytes:
    table = pa.table({"currentDatabase()": ["shop"] * rows})
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    whole: bytes = out.getvalue().to_pybytes()
    return whole if end else whole[:-8]


@pytest.mark.parametrize(
    ("status", "body", "short", "words"),
    [
        (502, b"<html>Bad gateway</html>", 0, "it says 502 Bad Gateway"),
        (200, b"<html>hello</html>", 0, "the answer broke off"),
        (200, _stream(1, end=False), 0, "the answer broke off (no end)"),
        (200, _stream(1, end=True)[:-99], 99, "the answer broke off"),
        (
            200,
            _stream(1, end=False) + b"Code: 241. DB::Exception: Memory limit exceeded: x",
            0,
            "Memory limit exceeded: x",
        ),
    ],
)
def test_answers_that_are_none(
    proxy: Any, status: int, body: bytes, short: int, words: str
) -> None:
    proxy.update(status=status, body=body, short=short)
    text = sentence(f"clickhouse://ann:s3cret@127.0.0.1:{proxy['port']}/shop::t")
    assert f"does not answer ({words}" in text


def test_the_fingerprint_of_a_server_knows_rows_not_their_order(click: Server) -> None:
    def mark(*statements: str) -> str:
        click.run("DROP TABLE IF EXISTS marked", *statements)
        with open_source(f"{click.url}::marked") as opened:
            return opened.reading.fingerprint

    columns = "number AS id, -number AS x, CAST(NULL AS Nullable(String)) AS y FROM numbers(9)"
    make = f"CREATE TABLE marked {ORDERED} AS SELECT {columns}"
    base = mark(make)
    assert base == mark(f"{make} ORDER BY number DESC")
    slow = "SETTINGS mutations_sync = 2"
    assert base != mark(make, f"ALTER TABLE marked UPDATE x = 0 WHERE id = 4 {slow}")
    assert base != mark(make, f"ALTER TABLE marked UPDATE y = 'NULL' WHERE 1 {slow}")
    assert base != mark(make, "INSERT INTO marked SELECT * FROM marked")
    assert base != mark(make, "ALTER TABLE marked RENAME COLUMN x TO y2")
