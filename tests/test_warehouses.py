"""BigQuery and Snowflake: their addresses, what is said without their extras, and the engine.

Neither service is at hand: the engine's own part runs on a backend of DuckDB in their place, which
Ibis gives the same methods.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import ibis
import pytest
from typer.testing import CliRunner

from smartcart.cli.main import app
from smartcart.engines.warehouses import BigQuery, Snowflake, Warehouse
from smartcart.errors import DataError, SmartCartError, UsageError
from smartcart.sources import open_source
from smartcart.sources.paths import find_address

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Ibis on DuckDB
KINDS = [
    pytest.param(BigQuery, "bigquery://shop-1/main::customers", id="bigquery"),
    pytest.param(Snowflake, "snowflake://ann:s3cret@org-acc/SHOP/main::customers", id="snowflake"),
]


def arguments(kind: type[Warehouse], url: str) -> dict[str, Any]:
    address = find_address(url)
    assert address is not None
    assert "s3cret" not in f"{address!r} {address.label}"
    return kind.arguments(address)


def test_addresses_are_taken_apart() -> None:
    assert arguments(BigQuery, "bigquery://shop-1/sales?location=EU::orders") == {
        "project_id": "shop-1",
        "dataset_id": "sales",
        "location": "EU",
    }
    assert arguments(BigQuery, "BigQuery://Shop/s%20a?credentials=%2Fk.json::t") == {
        "project_id": "Shop",
        "dataset_id": "s a",
        "credentials": "/k.json",
    }
    url = "snowflake://a%40b:s3cret%2F@org-acc/SHOP/PUBLIC?warehouse=W&role=R::orders"
    assert arguments(Snowflake, url) == {
        "user": "a@b",
        "password": "s3cret/",
        "account": "org-acc",
        "database": "SHOP",
        "schema": "PUBLIC",
        "warehouse": "W",
        "role": "R",
    }
    plain = arguments(Snowflake, "snowflake://ann@acc/D/S?authenticator=externalbrowser::t")
    assert (plain["authenticator"], "password" in plain) == ("externalbrowser", False)


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        (BigQuery, "bigquery://shop::t"),
        (BigQuery, "bigquery:///sales::t"),
        (BigQuery, "bigquery://shop/sales/more::t"),
        (BigQuery, "bigquery://ann:s3cret@shop/sales::t"),
        (BigQuery, "bigquery://shop/sales?password=s3cret::t"),
        (Snowflake, "snowflake://ann:s3cret@acc/SHOP::t"),
        (Snowflake, "snowflake://acc/SHOP/PUBLIC::t"),
        (Snowflake, "snowflake://ann:s3cret@acc:99999999/SHOP/PUBLIC::t"),
        (Snowflake, "snowflake://ann:s3cret@acc/SHOP/PUBLIC?token=s3cret::t"),
    ],
)
def test_addresses_that_are_none_are_shown_without_secrets(kind: type[Warehouse], url: str) -> None:
    with pytest.raises(UsageError, match=f"is no address of {kind.title}; expected") as caught:
        open_source(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(("kind", "url"), KINDS)
def test_without_its_extra_one_sentence_says_how_to_install(
    kind: type[Warehouse], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("google.cloud.bigquery", "google.auth", "snowflake.connector"):
        monkeypatch.setitem(sys.modules, package, None)
    result = CliRunner().invoke(app, ["check", url])
    error = result.exception
    assert isinstance(error, DataError)
    assert error.exit_code == 3
    assert f"{kind.title} address, but what reads it is not installed" in str(error)
    assert f"pip install 'smartcart[{kind.extra}]'" in str(error)
    assert "s3cret" not in str(error)


def test_the_extras_are_those_of_the_project() -> None:
    import tomllib

    text = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    assert {BigQuery.extra, Snowflake.extra} <= extras.keys()


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A backend of DuckDB where the warehouse's would be; ``asked`` is what it was called with."""
    backend = ibis.duckdb.connect()
    backend.raw_sql(
        "CREATE TABLE customers (id BIGINT, spend DOUBLE, city VARCHAR, joined DATE, "
        "seen TIMESTAMP, price DECIMAL(10, 2), ok BOOLEAN, tags VARCHAR[])"
    )
    backend.raw_sql(
        "INSERT INTO customers VALUES (1, 2.5, 'Köln', '2020-01-02', '2020-01-02 03:04:05', 1.25, "
        "true, ['a', 'b']), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL), "
        "(3, 0.5, '', '2021-01-02', '2021-01-02 00:00:00', 0, false, [])"
    )
    monkeypatch.setattr(backend, "disconnect", lambda: None)  # it serves several
    for kind in (BigQuery, Snowflake):
        monkeypatch.setattr(kind, "connected", staticmethod(lambda known: backend))
    return backend


@pytest.mark.parametrize(("kind", "url"), KINDS)
def test_a_table_is_read_where_it_lies(kind: type[Warehouse], url: str, stand_in: Any) -> None:
    with open_source(url) as opened:
        assert opened.reading.rows == 3
        assert opened.reading.source == url.replace(":s3cret", "")
        rows = [row for b in opened.engine.batches(opened.table, 2) for row in b.to_pylist()]
        assert rows[0]["seen"] == dt.datetime(2020, 1, 2, 3, 4, 5)
        assert rows[0]["tags"] is not None
        assert [r["spend"] for r in rows] == [2.5, None, 0.5]
        assert str(rows[0]["price"]) == "1.25"
        assert opened.engine.rows("SELECT count(*) FROM customers") == [(3,)]
        here = opened.local()
        assert here.engine.arrow(here.table)["city"].to_pylist() == ["Köln", None, None]


@pytest.mark.parametrize(("kind", "url"), KINDS)
def test_the_fingerprint_knows_rows_not_their_order(
    kind: type[Warehouse], url: str, stand_in: Any
) -> None:
    def mark(*statements: str) -> str:
        stand_in.raw_sql(
            "CREATE OR REPLACE TABLE marked AS SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL"
        )
        for statement in statements:
            stand_in.raw_sql(statement)
        with open_source(url.replace("::customers", "::marked")) as opened:
            return opened.reading.fingerprint

    base = mark()
    assert base == mark("CREATE OR REPLACE TABLE marked AS SELECT * FROM marked ORDER BY a DESC")
    assert base != mark("UPDATE marked SET b = '-' WHERE a = 2")
    assert base != mark("UPDATE marked SET b = '' WHERE a = 2")
    assert base != mark("INSERT INTO marked SELECT * FROM marked")


@pytest.mark.parametrize(("kind", "url"), KINDS)
def test_which_table(kind: type[Warehouse], url: str, stand_in: Any) -> None:
    with pytest.raises(UsageError, match="Did you mean 'customers'"):
        open_source(url.replace("customers", "costumers"))
    stand_in.raw_sql("CREATE SCHEMA old; CREATE TABLE old.orders AS SELECT 7 AS id")
    with open_source(url.replace("customers", "old.orders")) as opened:
        assert opened.engine.arrow(opened.table)["id"].to_pylist() == [7]


@pytest.mark.parametrize(("kind", "url"), KINDS)
def test_what_the_warehouse_says_is_one_sentence(
    kind: type[Warehouse], url: str, stand_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = type("Forbidden", (Exception,), {"__module__": f"{kind.extra}.errors"})
    if kind is BigQuery:
        theirs.__module__ = "google.api_core.exceptions"

    def refuse(*_: Any, **__: Any) -> Any:
        raise theirs("403 no right\nto read")

    with open_source(url) as opened, monkeypatch.context() as patch:
        patch.setattr(stand_in, "to_pyarrow_batches", refuse)
        with pytest.raises(DataError, match="could not be read \\(403 no right to read\\)"):
            opened.engine.arrow(opened.table)
    monkeypatch.setattr(kind, "connected", staticmethod(refuse))
    with pytest.raises(UsageError, match="refused \\(403 no right to read\\)"):
        open_source(url)
    with pytest.raises(SmartCartError, match="segments are not written to"):
        from smartcart.engines.segment_table import write_server

        address = find_address(url)
        assert address is not None
        write_server(address, list)
