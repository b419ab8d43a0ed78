"""The same orders give the same segments from every source, customer for customer."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

import postgres_server
import smartcart
from smartcart.datasets import write_orders
from smartcart.sources.open import Opened

LINES = 12_000


@pytest.fixture(scope="module")
def parquet(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("orders") / "orders.parquet"
    write_orders(path, LINES, seed=3)
    return path


@pytest.fixture(scope="module")
def expected(parquet) -> pd.DataFrame:
    return customers(parquet)


def customers(source) -> pd.DataFrame:
    """Segment, distance, RFM and forecast of every customer, by its id as text."""
    s = smartcart.segment(source, k_max=6)
    assert s.record.contract.kind == "orders"
    assert s.future is not None
    found = s.customers.merge(s.rfm, on="customer_id").merge(s.future, on="customer_id")
    assert len(found) == len(s.customers)
    found["customer_id"] = found["customer_id"].astype(str)
    return found.set_index("customer_id").sort_index()


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert list(found.index) == list(expected.index)
    for column in ("segment", "rfm_score", "rfm_segment", "frequency", "recency_days"):
        assert (found[column] == expected[column]).all(), column
    for column in ("distance", "monetary_total"):
        assert found[column].to_numpy() == pytest.approx(expected[column].to_numpy(), abs=1e-9)
    for column in ("p_alive", "expected_orders", "expected_spend"):
        assert found[column].to_numpy() == pytest.approx(expected[column].to_numpy(), rel=1e-9)
    assert (found.late == expected.late).all()
    assert (found.next_order_by.isna() == expected.next_order_by.isna()).all()
    known = expected.next_order_by.notna()
    assert (found.next_order_by[known] == expected.next_order_by[known]).all()


def test_csv(parquet, expected, tmp_path):
    path = tmp_path / "orders.csv"
    pd.read_parquet(parquet).to_csv(path, index=False)
    same(customers(path), expected)


def test_shuffled_lines(parquet, expected):
    same(customers(pd.read_parquet(parquet).sample(frac=1, random_state=1)), expected)


def test_duckdb(parquet, expected, tmp_path):
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(f"CREATE TABLE orders AS SELECT * FROM '{parquet}'")
    same(customers(f"{path}::orders"), expected)


def test_sqlite(parquet, expected, tmp_path):
    path = tmp_path / "shop.db"
    con = sqlite3.connect(path)
    lines = pd.read_parquet(parquet)
    lines["order_date"] = lines["order_date"].astype(str).where(lines["order_date"].notna(), None)
    lines.to_sql("orders", con, index=False)
    con.commit()
    con.close()
    same(customers(f"{path}::orders"), expected)


def test_tables_in_memory(parquet, expected):
    same(customers(pl.read_parquet(parquet)), expected)
    same(customers(pq.read_table(parquet)), expected)


def test_postgresql_adds_up_the_orders_itself(parquet, expected, monkeypatch):
    def refuse(self):
        raise AssertionError("the lines were pulled over")

    monkeypatch.setattr(Opened, "local", refuse)
    lines = pq.read_table(parquet)
    with postgres_server.running() as server:
        server.run(
            "CREATE TABLE orders (order_id bigint, order_date timestamp, customer_id bigint, "
            "product_id text, category text, quantity bigint, unit_price numeric(12,2), "
            "discount double precision, channel text, status text, country text)"
        )
        import psycopg

        with psycopg.connect(server.url) as con, con.cursor() as cursor:
            columns = lines.column_names
            with cursor.copy(f"COPY orders ({', '.join(columns)}) FROM STDIN") as copy:
                for row in lines.to_pylist():
                    copy.write_row(list(row.values()))
        same(customers(f"{server.url}::orders"), expected)
        assert server.connections() == 0


def test_mariadb_adds_up_the_orders_itself(parquet, expected, monkeypatch, mariadb):
    def refuse(self):
        raise AssertionError("the lines were pulled over")

    monkeypatch.setattr(Opened, "local", refuse)
    lines = pq.read_table(parquet)
    mariadb.run(
        "CREATE OR REPLACE TABLE orders (order_id bigint, order_date datetime, "
        "customer_id bigint, product_id varchar(30), category varchar(30), quantity bigint, "
        "unit_price decimal(12,2), discount double, channel varchar(20), status varchar(20), "
        "country varchar(30))"
    )
    marks = ", ".join(["%s"] * lines.num_columns)
    with contextlib.closing(mariadb.connect()) as con, con.cursor() as cursor:
        rows = [list(row.values()) for row in lines.to_pylist()]
        cursor.executemany(f"INSERT INTO orders VALUES ({marks})", rows)
    same(customers(f"{mariadb.url}::orders"), expected)
    assert mariadb.connections() == 0


def test_clickhouse_adds_up_the_orders_itself(parquet, expected, monkeypatch, clickhouse):
    def refuse(self):
        raise AssertionError("the lines were pulled over")

    monkeypatch.setattr(Opened, "local", refuse)
    clickhouse.empty()
    clickhouse.run(
        "CREATE TABLE orders (order_id Int64, order_date Nullable(DateTime64(6)), customer_id "
        "Nullable(Int64), product_id Nullable(String), category LowCardinality(Nullable(String)), "
        "quantity Nullable(Int64), unit_price Nullable(Decimal(12, 2)), discount Nullable(Float64),"
        " channel Nullable(String), status Nullable(String), country Nullable(String)) "
        "ENGINE = MergeTree ORDER BY order_id",
        "INSERT INTO orders SELECT * REPLACE (toDecimal64(toString(unit_price), 2) AS unit_price) "
        f"FROM file('{parquet}', 'Parquet') "  # whose prices it would cut off, not round
        "SETTINGS use_structure_from_insertion_table_in_table_functions = 0",
    )
    same(customers(f"{clickhouse.url}::orders"), expected)
