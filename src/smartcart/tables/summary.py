"""Figures of every column of a table in one aggregation: what roles are inferred from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from smartcart.records import ColumnType

__all__ = ["ColumnSummary", "column_type", "summaries", "summary_expression"]

ROW_COLUMN = "__row__"  # row number from 1 in source order, made by the intake


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """Figures of one column. ``low``, ``high`` and ``whole`` are ``None`` unless it is a number."""

    name: str
    type: ColumnType
    rows: int
    present: int
    distinct: int  # approximate above a few thousand
    low: float | None = None
    high: float | None = None
    whole: bool = False  # every number is a whole number


def column_type(dtype: Any) -> ColumnType | None:
    """Return the type of an Ibis data type, or ``None`` where SmartCart cannot use it."""
    if dtype.is_boolean():
        return "boolean"
    if dtype.is_numeric():
        return "number"
    if dtype.is_date() or dtype.is_timestamp():
        return "date"
    if dtype.is_string():
        return "text"
    return None


def summary_expression(table: ir.Table) -> ir.Table:
    """Return one row that holds the figures of all columns of ``table``."""
    figures: dict[str, Any] = {"rows": table.count()}
    for i, (name, dtype) in enumerate(table.schema().items()):
        kind = column_type(dtype)
        if kind is None or name == ROW_COLUMN:
            continue
        column = table[name]
        figures[f"present_{i}"] = column.count()
        figures[f"distinct_{i}"] = column.approx_nunique()
        if kind == "number":
            number = column.cast("float64")
            figures[f"low_{i}"] = number.min()
            figures[f"high_{i}"] = number.max()
            figures[f"broken_{i}"] = (number % 1 != 0).sum()
    return table.aggregate([value.name(name) for name, value in figures.items()])


def summaries(table: ir.Table, row: Mapping[str, Any]) -> tuple[ColumnSummary, ...]:
    """Read the row that :func:`summary_expression` gave, column by column."""
    found = []
    for i, (name, dtype) in enumerate(table.schema().items()):
        kind = column_type(dtype)
        if kind is None or name == ROW_COLUMN:
            continue
        number = kind == "number" and row[f"present_{i}"] > 0
        found.append(
            ColumnSummary(
                name=name,
                type=kind,
                rows=int(row["rows"]),
                present=int(row[f"present_{i}"]),
                distinct=int(row[f"distinct_{i}"]),
                low=float(row[f"low_{i}"]) if number else None,
                high=float(row[f"high_{i}"]) if number else None,
                whole=number and not int(row[f"broken_{i}"] or 0),
            )
        )
    return tuple(found)


def content_hash(table: ir.Table, columns: list[str]) -> ir.IntegerValue:
    """Hash of the named columns of a row; equal rows hash equal, whatever their order."""
    return ibis.struct({name: table[name] for name in sorted(columns)}).hash()
