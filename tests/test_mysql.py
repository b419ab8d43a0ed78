"""Tables of a MariaDB server as sources, and what cannot be read there."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator

import pyarrow as pa
import pytest

from mariadb_server import Server
from postgres_server import free_port
from smartcart.errors import DataError, UsageError
from smartcart.sources import open_source
from test_databases import CUSTOMERS, TYPES, _row, read, sentence


@pytest.fixture
def maria(mariadb: Server) -> Iterator[Server]:
    """The server with an empty database; a test that leaves a connection to it open fails."""
    mariadb.run("DROP DATABASE shop", "CREATE DATABASE shop CHARACTER SET utf8mb4")
    yield mariadb
    for _ in range(200):  # a server takes a moment to see that a client went
        if not mariadb.connections():
            return
    pytest.fail("a connection to the server was left open")


def test_the_same_table_as_from_every_kind_of_source(maria: Server) -> None:
    rows = ", ".join(map(_row, zip(*CUSTOMERS.values(), strict=True)))
    maria.run(
        "CREATE TABLE customers (`ID` integer, `Income` double precision, joined date, "
        "seen datetime, city text, news boolean, wines bigint)",
        f"INSERT INTO customers VALUES {rows}",
    )
    columns, types, opened = read(f"{maria.url}::customers")
    assert columns == {"__row__": [1, 2, 3, 4], **CUSTOMERS}
    assert types == {**TYPES, "news": "int64"}  # where a boolean is a number of one digit
    assert opened.reading.notices == ()
    assert (opened.reading.format, opened.reading.rows) == ("mysql", 4)
    assert opened.reading.source == f"mysql://ann@127.0.0.1:{maria.port}/shop::customers"
    assert read(f"{maria.url.replace('mysql', 'mariadb')}::customers")[0] == columns


def test_batches_have_the_types_of_the_column(maria: Server) -> None:
    maria.run(
        """CREATE TABLE kinds (small smallint, large bigint unsigned, single float,
        loose decimal(20, 6), born date, zoned timestamp(6) NULL, at time, made year, bits bit(8),
        size enum('s', 'm'), raw varbinary(10), doc json, blank text, missing text)""",
        "SET sql_mode = ''",
        """INSERT INTO kinds VALUES (-5, 9007199254740993, 0.1, 123456789012.345678, '0000-00-00',
        NULL, '08:26', 2012, b'101', 'm', 'ab', '{"a": [1, 2]}', '', NULL)""",
    )
    maria.run(
        "SET time_zone = '+02:00'", "UPDATE kinds SET zoned = '2012-09-04 08:26:00.25'"
    )  # the session ends: another one would read it in its own zone
    with open_source(f"{maria.url}::kinds") as opened:
        [batch] = opened.engine.batches(opened.table)
    first = batch.to_pylist()[0]
    assert (first["small"], first["large"], first["bits"]) == (-5, 9007199254740993, 5)
    assert first["single"] == pytest.approx(0.1, abs=1e-8)
    assert str(first["loose"]) == "123456789012.345678"
    assert (first["born"], first["missing"]) == (None, None)
    assert (first["made"], first["size"], first["blank"]) == (2012, "m", "")
    assert (first["raw"], first["doc"]) == ("ab", '{"a": [1, 2]}')
    assert str(first["at"]).startswith("08:26:00")
    assert str(first["zoned"]).startswith("2012-09-0")


def test_texts_are_compared_letter_by_letter(maria: Server) -> None:
    """The usual collation takes Ann, ann and 'ann ' for one; no other engine does."""
    maria.run(
        "CREATE TABLE people (id varchar(20), x int)",
        "INSERT INTO people VALUES ('Ann', 1), ('ann', 2), ('ann ', 4), (' \\t ann\\n', 8)",
    )
    with open_source(f"{maria.url}::people") as opened:
        table, engine = opened.table, opened.engine
        by_id = table.group_by("id").aggregate(x=table["x"].sum())
        assert sorted(engine.arrow(by_id)["x"].to_pylist()) == [1, 2, 4, 8]
        trimmed = table["id"].strip()
        assert engine.record(table.aggregate(n=trimmed.nunique()))["n"] == 2
        assert engine.record(table.aggregate(n=(table["id"] == "ann").sum()))["n"] == 1
        assert engine.record(table.aggregate(n=table["id"].isin(["ANN", "Ann"]).sum()))["n"] == 1


def test_a_cast_that_fails_is_missing(maria: Server) -> None:
    maria.run(
        "CREATE TABLE t (a double, b text)",
        "INSERT INTO t VALUES (17, '17'), (1e300, '1,5'), (NULL, ' 2.5 '), (-3, 'x')",
    )
    with open_source(f"{maria.url}::t") as opened:
        t = opened.table
        found = opened.engine.arrow(
            t.select(a=t["a"].try_cast("int64"), b=t["b"].try_cast("float64"))
        )
    assert found.to_pydict() == {"a": [17, None, None, -3], "b": [17.0, None, 2.5, None]}


def test_a_stream_keeps_order_and_other_queries_may_run(maria: Server) -> None:
    maria.run("CREATE TABLE many AS SELECT seq AS id FROM seq_1_to_1000")
    with open_source(f"{maria.url}::many") as opened:
        rows = []
        for batch in opened.engine.batches(opened.table.order_by("id"), chunk_rows=300):
            assert batch.num_rows <= 300
            assert opened.engine.record(opened.table.aggregate(n=opened.table.count()))["n"] == 1000
            rows += batch["id"].to_pylist()
        assert rows == list(range(1, 1001))
        left = opened.engine.batches(opened.table, chunk_rows=10)
        next(left)
        left.close()


def test_odd_names_and_cells(maria: Server) -> None:
    maria.run(
        'CREATE TABLE `o d``d` (id int, `a ``b`` "c" %s` text, `Größe\\n` text)',
        "INSERT INTO `o d``d` VALUES (1, 'say \"hi\"\\nthere, 100%s', 'back\\\\slash 🛒')",
    )
    columns = read(f"{maria.url}::o d`d")[0]
    assert columns['a `b` "c" %s'] == ['say "hi"\nthere, 100%s']
    assert next(v for name, v in columns.items() if name.startswith("Größe")) == ["back\\slash 🛒"]


def test_which_table_of_a_server(maria: Server) -> None:
    assert "holds no tables" in sentence(maria.url)
    maria.run(
        "CREATE TABLE customers AS SELECT 1 AS id",
        "CREATE TABLE empty (id int)",
        "CREATE OR REPLACE DATABASE old_shop",
        "CREATE TABLE old_shop.orders AS SELECT 7 AS id",
    )
    text = sentence(maria.url, UsageError)
    assert "'customers'" in text
    assert "old_shop" not in text
    assert "Did you mean 'customers'?" in sentence(f"{maria.url}::costumers", UsageError)
    assert read(f"{maria.url}::old_shop.orders")[0]["id"] == [7]
    assert "has columns but no rows" in sentence(f"{maria.url}::empty")
    maria.run("DROP DATABASE old_shop")


def test_servers_that_refuse(maria: Server) -> None:
    place = f"127.0.0.1:{maria.port}/shop::customers"
    text = sentence(f"mysql://ann:wr0ng@{place}", UsageError)
    assert "Access denied for user 'ann'" in text
    assert "wr0ng" not in text
    assert "Unknown database 'shopx'" in sentence(f"{maria.url}x::customers", UsageError)
    text = sentence(f"mysql://ann:s3cret@127.0.0.1:{free_port()}/shop::customers")
    assert "does not answer" in text
    assert "s3cret" not in text


@pytest.mark.parametrize("rest", ["h:99999999/shop", "h/shop?passwort=s3cret", "h/shop?x"])
def test_addresses_that_the_driver_refuses_are_shown_without_secrets(rest: str) -> None:
    text = sentence(f"mysql://ann:s3cret@{rest}::t", UsageError)
    assert "no address that the MySQL driver takes" in text
    assert "s3cret" not in text


def test_a_table_that_may_not_be_read(maria: Server) -> None:
    maria.run(
        "CREATE TABLE customers (id int, secret text)",
        "CREATE OR REPLACE USER bob@'127.0.0.1' IDENTIFIED BY 'bobs'",
        "GRANT INSERT ON shop.customers TO bob@'127.0.0.1'",
    )
    url = f"mysql://bob:bobs@127.0.0.1:{maria.port}/shop::customers"
    text = sentence(url)
    assert "command denied" in text
    assert "bobs" not in text


def test_nothing_is_written_to_a_server(maria: Server) -> None:
    maria.run("CREATE TABLE customers AS SELECT 1 AS id")
    with (
        open_source(f"{maria.url}::customers") as opened,
        pytest.raises(DataError, match="READ ONLY"),
    ):
        opened.engine.rows("DELETE FROM customers")


def test_a_column_renamed_while_it_is_read(maria: Server) -> None:
    maria.run("CREATE TABLE customers AS SELECT 1 AS id, 2 AS spend")
    with open_source(f"{maria.url}::customers") as opened:
        maria.run("ALTER TABLE customers RENAME COLUMN spend TO money")
        with pytest.raises(DataError, match=r"could not be read \(Unknown column.*spend"):
            opened.engine.arrow(opened.table)
        maria.run("DROP TABLE customers")
        with pytest.raises(DataError, match=r"could not be read \(.*customers"):
            opened.engine.arrow(opened.table)


def test_a_server_that_goes_while_it_is_read(maria: Server) -> None:
    maria.run("CREATE TABLE many AS SELECT seq AS id, REPEAT('x', 500) AS t FROM seq_1_to_100000")
    with open_source(f"{maria.url}::many") as opened:
        stream = opened.engine.batches(opened.table, chunk_rows=10)
        next(stream)
        for (number,) in maria.run(
            "SELECT id FROM information_schema.processlist "
            "WHERE user = 'ann' AND info LIKE 'SELECT CONCAT_WS%'"
        ):
            maria.run(f"KILL {number}")
        with pytest.raises(DataError, match="could not be read"):
            for _ in stream:
                pass


def test_the_fingerprint_of_a_server_knows_rows_not_their_order(maria: Server) -> None:
    def mark(*statements: str) -> str:
        maria.run("DROP TABLE IF EXISTS marked", *statements)
        with open_source(f"{maria.url}::marked") as opened:
            return opened.reading.fingerprint

    columns = "seq AS id, -seq AS x, CAST(NULL AS CHAR(9)) AS y"
    make = f"CREATE TABLE marked AS SELECT {columns} FROM seq_1_to_9"
    base = mark(make)
    assert base == mark(f"{make} ORDER BY seq DESC")
    assert base != mark(make, "UPDATE marked SET x = 0 WHERE id = 4")
    assert base != mark(make, "UPDATE marked SET y = 'NULL'")
    assert base != mark(make, "INSERT INTO marked SELECT * FROM marked")
    assert base != mark(make, "ALTER TABLE marked RENAME COLUMN x TO y2")


def test_without_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    text = sentence("mysql://ann:s3cret@127.0.0.1/shop::t", UsageError)
    assert "pip install pymysql" in text
    assert "s3cret" not in text


def test_days_are_days_and_none_is_made_up(maria: Server) -> None:
    maria.run(
        "CREATE TABLE d (day date, at datetime(6), text varchar(20))",
        "INSERT INTO d VALUES ('9999-12-31', '9998-12-31 23:59:59.5', '2011-01-02')",
        "INSERT INTO d VALUES (NULL, NULL, NULL)",
    )
    columns, types, _ = read(f"{maria.url}::d")
    assert columns["day"] == [dt.date(9999, 12, 31), None]
    assert columns["at"] == [dt.datetime(9998, 12, 31, 23, 59, 59, 500000), None]
    assert types["text"] == "date"


def test_a_table_of_many_columns_and_none_of_rows_in_a_batch(maria: Server) -> None:
    names = [f"c{i}" for i in range(300)]
    maria.run(
        f"CREATE TABLE wide ({', '.join(f'{n} double' for n in names)})",
        f"INSERT INTO wide VALUES ({', '.join('0.1' for _ in names)})",
    )
    with open_source(f"{maria.url}::wide") as opened:
        found = opened.engine.arrow(opened.table.filter(opened.table["c0"] > 1))
        assert (found.num_rows, found.num_columns) == (0, 300)
        assert opened.engine.arrow(opened.table)["c299"].to_pylist() == [0.1]
        assert opened.engine.stream_schema(opened.table.schema()).field("c0").type == pa.float64()
