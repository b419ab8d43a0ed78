"""Queries are compiled with queries left within queries, and Ibis stays as its user set it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import ibis
import pandas as pd
import pytest
import sqlglot

import smartcart
from smartcart.engines.duckdb import DuckDB
from smartcart.sources import type_columns
from smartcart.tables.guess import guess
from smartcart.tables.typing import first_text, lost_text


def layered(engine: DuckDB) -> ibis.Table:
    rows = engine.query("select * from range(6) r(x)")
    return rows.mutate(y=rows.x * 2).filter(lambda t: t.y > 2).mutate(z=lambda t: t.y + t.x)


@pytest.mark.parametrize("fused", [True, False])
def test_the_user_keeps_his_setting_of_ibis(fused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibis.options.sql, "fuse_selects", fused)
    with DuckDB() as engine:
        assert engine.compile(layered(engine)).count("SELECT") == 3
        assert ibis.options.sql.fuse_selects is fused
        with pytest.raises(Exception, match="unknown"):
            engine.compile(engine.query("select 1 as x").select(lambda t: t.unknown))
    assert ibis.options.sql.fuse_selects is fused


def test_threads_that_compile_at_once_leave_the_setting_alone() -> None:
    with DuckDB() as engine, ThreadPoolExecutor(4) as threads:
        expr = layered(engine)
        assert len(set(threads.map(lambda _: engine.compile(expr), range(40)))) == 1
    assert ibis.options.sql.fuse_selects is True


@pytest.mark.parametrize(
    "texts",
    [["1,5", "2,25"], ["2024-03-01"], ["31/12/2024"], ["yes", "no"], ["a b"], ["$1,200.50"]],
)
def test_steps_of_a_cell_are_compiled_to_what_their_sql_reads_as(texts: list[str]) -> None:
    plan = guess("x", dict.fromkeys(texts, 30), False)
    cell = ibis.table({"cell": "string"}, name="loose")["cell"]
    for step in (first_text(cell, plan), lost_text(cell, plan)):
        read = sqlglot.parse_one(ibis.to_sql(step.name("x"), "duckdb"), dialect="duckdb")
        assert isinstance(read, sqlglot.exp.Select)
        assert type_columns._expression(step) == read.selects[0].unalias().sql(dialect="duckdb")


def test_rows_are_those_of_merged_queries() -> None:
    with DuckDB() as engine:
        expr = layered(engine)
        merged = str(engine.backend.compile(expr))
        assert engine.rows(f"FROM ({engine.compile(expr)})") == engine.rows(f"FROM ({merged})")


def test_steps_of_a_reading_hold_no_column_that_it_does_not_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of an export of scores of columns each step would be compiled for every one of them."""
    rows = 60
    log = pd.DataFrame(
        {
            "Order ID": [f"A{i // 2:04d}" for i in range(rows)],
            "Date": pd.date_range("2024-01-01", periods=rows).repeat(2)[:rows],
            "Customer Email": [f"c{i // 6}@example.com" for i in range(rows)],
            "Product": [f"p{i % 7}" for i in range(rows)],
            "Status": ["paid", "paid", "cancelled"] * (rows // 3),
            "Total": [5.0 + i % 9 for i in range(rows)],
            "Remark": [f"word {i % 13} of many" for i in range(rows)],
        }
    )
    told: list[str] = []
    compiled = DuckDB.compile

    def compile(self: DuckDB, expr: ibis.Expr) -> str:
        told.append(compiled(self, expr))
        return told[-1]

    monkeypatch.setattr(DuckDB, "compile", compile)
    assert smartcart.check(log, kind="orders").ledger.orders
    assert len(told) > 15
    # two for its figures, and one for lines that are copies
    assert sum('"Remark"' in sql for sql in told) == 3
