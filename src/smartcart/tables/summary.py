"""Figures of every column of a table in few aggregations: what roles are inferred from."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from smartcart.records import ColumnType, ResultRow

if TYPE_CHECKING:
    import ibis.expr.datatypes as dt


__all__ = [
    "ColumnSummary",
    "case_blind",
    "column_type",
    "content_hash",
    "distinct_expression",
    "head_expression",
    "summaries",
    "summary_expressions",
]

COLUMNS_AT_ONCE = 100
HEAD_ROWS = 20_000  # rows whose values are told apart exactly
HEAD_COLUMNS = 64  # columns that are looked at so closely
HEAD_FIGURES = (
    "head",
    "head_distinct",
    "longest",
    "spaced",
    "digits",
    "mails",
    "phones",
)
PHONE = r"^'?([+(]|00)[0-9 ()./-]{7,20}$|^'?[0-9]{2,5}[ ./-][0-9]{2,5}([ ./-]?[0-9]{2,5})+$"
ROW_COLUMN = "__row__"  # row number from 1 in source order, made by the intake


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="list_unique", signature=(("array<float64>",), "int64")
)
def _different_numbers(values: ir.Value) -> ir.Value:
    """DuckDB's ``list_unique``: how many different values; cheaper than a distinct count each."""


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="list_unique", signature=(("array<string>",), "int64")
)
def _different_texts(values: ir.Value) -> ir.Value:
    """As :func:`_different_numbers`, of texts."""


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="list_unique", signature=(("array<int64>",), "int64")
)
def _different_whole(values: ir.Value) -> ir.Value:
    """As :func:`_different_numbers`, of whole numbers, which a float64 may not tell apart."""


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """Figures of one column. ``low``, ``high`` and ``whole`` are ``None`` unless it is a number."""

    name: str
    type: ColumnType
    rows: int
    present: int
    distinct: int  # exact where the head is all of it, else estimated
    low: float | None = None
    high: float | None = None
    whole: bool = False  # every number is a whole number
    head: int = 0  # values at the start of the table that were looked at one by one
    head_distinct: int = 0  # distinct values among them, exactly
    longest: int = 0  # length of the longest text among them
    spaced: int = 0  # of them, texts with a blank inside
    digits: int = 0  # texts with a digit
    mails: int = 0  # texts that are e-mail addresses
    phones: int = 0  # texts that look like phone numbers
    exact: bool = False  # distinct is counted, not estimated

    @property
    def unique(self) -> bool:
        """Whether no value is missing and no value of the head occurs twice."""
        return self.present == self.rows and 0 < self.head == self.head_distinct


def column_type(dtype: dt.DataType) -> ColumnType | None:
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


def summary_expressions(
    table: ir.Table, *, head: bool = True, remainder: bool = True, numbers: bool = True
) -> list[ir.Table]:
    """Return tables of one row each that together hold the figures of all columns of ``table``.

    One query for each ``COLUMNS_AT_ONCE`` columns: the time to plan a query grows with the square
    of its columns. ``head`` asks for the exact figures of the first rows, which need DuckDB (see
    :func:`head_expression`); PostgreSQL has no ``remainder`` of double precision. Without
    ``numbers`` different values are counted of texts only (see :func:`distinct_expression`).
    """
    columns = list(enumerate(table.schema().items()))
    parts = [columns[i : i + COLUMNS_AT_ONCE] for i in range(0, len(columns), COLUMNS_AT_ONCE)]
    found = [_summary(table, part, remainder=remainder, numbers=numbers) for part in parts]
    return [*found, head_expression(table)] if head else found


def _summary(
    table: ir.Table,
    columns: Sequence[tuple[int, tuple[str, dt.DataType]]],
    *,
    remainder: bool,
    numbers: bool,
) -> ir.Table:
    figures: dict[str, ir.Value] = {"rows": table.count()}
    for i, (name, dtype) in columns:
        kind = column_type(dtype)
        if kind is None or name == ROW_COLUMN:
            continue
        column = table[name]
        figures[f"present_{i}"] = column.count()
        if numbers or kind == "text":
            figures[f"distinct_{i}"] = column.approx_nunique()
        if kind == "number":
            number = column.cast("float64")
            figures[f"low_{i}"] = column.min().cast("float64")
            figures[f"high_{i}"] = column.max().cast("float64")
            if not dtype.is_integer():
                broken = number % 1 != 0 if remainder else number != number.floor()
                figures[f"broken_{i}"] = broken.sum()
    return table.aggregate([value.name(name) for name, value in figures.items()])


def distinct_expression(table: ir.Table, names: Collection[str] | None = None) -> ir.Table:
    """Return one row with the estimated number of different values of the columns of ``names``.

    Without names: of all columns that are no text.
    """
    figures = {
        f"distinct_{i}": table[name].approx_nunique()
        for i, (name, dtype) in enumerate(table.schema().items())
        if name != ROW_COLUMN
        and (column_type(dtype) not in {None, "text"} if names is None else name in names)
    }
    return table.aggregate([value.name(name) for name, value in figures.items()])


def head_expression(table: ir.Table) -> ir.Table:
    """Return one row of exact figures of the first rows, for the first columns: ids stand there."""
    schema = table.schema()
    head = table.limit(HEAD_ROWS)
    figures: dict[str, ir.Value] = {"head_rows": head.count()}
    for i, (name, dtype) in enumerate(schema.items()):
        kind = column_type(dtype)
        if kind is None or name == ROW_COLUMN or i >= HEAD_COLUMNS:
            continue
        value = head[name]
        figures[f"head_{i}"] = value.count()
        if kind == "number":
            figures[f"head_distinct_{i}"] = (
                _different_whole(value.cast("int64").collect())
                if dtype.is_signed_integer()
                else _different_numbers(value.cast("float64").collect())
            )
        if kind == "text":
            figures[f"head_distinct_{i}"] = _different_texts(value.collect())
            figures[f"longest_{i}"] = value.length().max()
            figures[f"spaced_{i}"] = value.contains(" ").sum()
            figures[f"digits_{i}"] = value.re_search("[0-9]").sum()
            figures[f"phones_{i}"] = value.re_search(PHONE).sum()
            figures[f"mails_{i}"] = value.re_search(r"^[^@ ]+@[^@ ]+\.[^@ ]+$").sum()
    return head.aggregate([value.name(name) for name, value in figures.items()])


def _whole(value: float | None) -> int:
    """Return a count that is missing (``None`` or NaN) where there is nothing to count."""
    return 0 if value is None or math.isnan(value) else int(value)


def summaries(table: ir.Table, row: ResultRow) -> tuple[ColumnSummary, ...]:
    """Read the rows of :func:`summary_expressions`, put into one, column by column."""
    found = []
    for i, (name, dtype) in enumerate(table.schema().items()):
        kind = column_type(dtype)
        if kind is None or name == ROW_COLUMN:
            continue
        number = kind == "number" and row[f"present_{i}"] > 0
        head = {what: _whole(row.get(f"{what}_{i}")) for what in HEAD_FIGURES}
        exact = (
            kind in {"number", "text"}
            and _whole(row.get("head_rows")) == int(row["rows"])
            and head["head"] > 0
        )
        found.append(
            ColumnSummary(
                name=name,
                type=kind,
                rows=int(row["rows"]),
                present=int(row[f"present_{i}"]),
                distinct=head["head_distinct"] if exact else int(row[f"distinct_{i}"]),
                low=float(row[f"low_{i}"]) if number else None,
                high=float(row[f"high_{i}"]) if number else None,
                whole=number and not int(row.get(f"broken_{i}") or 0),
                exact=exact,
                **head,
            )
        )
    return tuple(found)


def case_blind(name: str) -> tuple[str, str]:
    """Return by what names are put in an order that does not depend on their case."""
    return name.casefold(), name


def content_hash(table: ir.Table, columns: list[str]) -> ir.IntegerValue:
    """Hash of the named columns of a row; equal rows hash equal, whatever their order."""
    return ibis.struct({name: table[name] for name in sorted(columns, key=case_blind)}).hash()
