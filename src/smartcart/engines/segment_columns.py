"""The columns of a table of segments, with those of a forecast behind them where there is one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from smartcart.records import SqlRow

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["AHEAD", "COLUMNS", "chosen", "different", "rows_of", "types_of"]

COLUMNS = ("customer_id", "segment_id", "segment", "distance", "confidence", "outside")
AHEAD = ("p_alive", "expected_orders", "expected_spend", "next_order_by", "late")
_TYPES = {
    "duckdb": ("VARCHAR", "INTEGER", "VARCHAR", "DOUBLE", "DOUBLE", "BOOLEAN"),
    "sqlite": ("TEXT", "INTEGER", "TEXT", "REAL", "REAL", "INTEGER"),
    "postgresql": ("TEXT", "INTEGER", "TEXT", "DOUBLE PRECISION", "DOUBLE PRECISION", "BOOLEAN"),
    "mysql": ("VARCHAR(255)", "INTEGER", "VARCHAR(255)", "DOUBLE", "DOUBLE", "BOOLEAN"),
    "clickhouse": ("String", "Int32", "String", "Float64", "Float64", "Bool"),
}
_DAYS = {"sqlite": "TEXT", "clickhouse": "Date32"}


def types_of(kind: str, columns: Sequence[str]) -> list[str]:
    """Return the types of columns in a database; those of a forecast may hold nothing.

    >>> types_of("sqlite", ("customer_id", "late"))
    ['TEXT NOT NULL', 'INTEGER']
    >>> types_of("clickhouse", ("customer_id", "next_order_by"))
    ['String', 'Nullable(Date32)']
    """
    first = dict(zip(COLUMNS, _TYPES[kind], strict=True))
    behind = dict.fromkeys(AHEAD, first["distance"]) | {
        "next_order_by": _DAYS.get(kind, "DATE"),
        "late": first["outside"],
    }
    if kind == "clickhouse":
        return [first[n] if n in first else f"Nullable({behind[n]})" for n in columns]
    return [f"{first[n]} NOT NULL" if n in first else behind[n] for n in columns]


def different(
    columns: Sequence[str], unlike: str = "{a} IS DISTINCT FROM {b}", t: str = "t"
) -> tuple[str, str]:
    """Return SQL for rows ``n`` and ``t`` whose segment differs, and for those whose forecast does.

    ``unlike`` compares two values of which each may be nothing.

    >>> different(("customer_id", "late"))[1]
    '(n.late IS DISTINCT FROM t.late)'
    """
    ahead = [unlike.format(a=f"n.{name}", b=f"{t}.{name}") for name in columns if name in AHEAD]
    segment = f"(n.segment_id <> {t}.segment_id OR n.segment <> {t}.segment)"
    return segment, f"({' OR '.join(ahead)})" if ahead else "(1 = 0)"


def chosen(batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
    """Return these columns of a batch; of a forecast that it does not have, nothing."""
    import pyarrow as pa

    kinds = {"next_order_by": pa.date32(), "late": pa.bool_()}
    there = set(batch.schema.names)
    arrays = [
        batch[name]
        if name in there or name not in AHEAD
        else pa.nulls(batch.num_rows, kinds.get(name, pa.float64()))
        for name in columns
    ]
    return pa.record_batch(arrays, names=list(columns))


def rows_of(batch: pa.RecordBatch, *, words: bool = False) -> list[SqlRow]:
    """Return the rows of a batch as values of Python; days as ``words`` where there are no days."""
    columns = [one.to_pylist() for one in batch.columns]
    if words:
        columns = [[_word(value) for value in one] for one in columns]
    return list(zip(*columns, strict=True))


def _word(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value
