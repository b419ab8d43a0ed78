"""What a saved run foretells of single customers: one by id, and who is late, page by page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from smartcart.engines.customer_key import id_key, key_text
from smartcart.engines.duckdb import DuckDB, literal
from smartcart.records import RunFile

__all__ = ["Foretold", "Late", "foretold", "late_page"]


@dataclass(frozen=True, slots=True)
class Foretold:
    """The forecast of a customer, as in ``future.parquet``; ``None``: not known."""

    customer_id: str
    p_alive: float
    expected_orders: float
    expected_spend: float | None
    next_order_by: dt.date | None
    late: bool


@dataclass(frozen=True, slots=True)
class Late:
    """A customer who is late; ``at_stake`` is money within the horizon (without money: orders)."""

    customer_id: str
    segment_id: int
    p_alive: float
    next_order_by: dt.date | None
    at_stake: float


def foretold(run: Path, customer_id: str, temp_dir: Path | None = None) -> Foretold | None:
    """Return what a run foretells of a customer; None without a forecast, or of nobody."""
    file = run / RunFile.FUTURE
    if not file.is_file():
        return None
    sql = (
        "SELECT CAST(customer_id AS VARCHAR), p_alive, expected_orders, expected_spend, "
        f"next_order_by, late FROM read_parquet({literal(str(file))}) "
        f"WHERE {id_key('customer_id')} = {literal(key_text(customer_id) or '')} LIMIT 1"
    )
    with DuckDB(temp_dir=temp_dir) as engine:
        rows = engine.rows(sql)
    return Foretold(*rows[0]) if rows else None


def late_page(
    run: Path,
    *,
    segment_id: int | None = None,
    skip: int = 0,
    limit: int = 50,
    temp_dir: Path | None = None,
) -> tuple[list[Late], int]:
    """Return late customers, those with most at stake first, and how many there are.

    Both are of one segment, where it is named; nobody without a forecast.
    """
    file = run / RunFile.LATE
    if not file.is_file():
        return [], 0
    table = f"read_parquet({literal(str(file))})"
    if segment_id is not None:
        table += f" WHERE segment_id = {int(segment_id)}"
    sql = (
        "SELECT CAST(customer_id AS VARCHAR) AS id, segment_id, p_alive, next_order_by, at_stake "
        f"FROM {table} ORDER BY at_stake DESC, id LIMIT {int(limit)} OFFSET {int(skip)}"
    )
    with DuckDB(temp_dir=temp_dir) as engine:
        rows = [Late(*row) for row in engine.rows(sql)]
        count = int(engine.rows(f"SELECT count(*) FROM {table}")[0][0])
    return rows, count
