"""Rows of a table of customers that are nobody: guests, walk-ins, the unknown, added up in one.

A shop's table of customers often has a row in which it puts all orders without a buyer. Its id is a
word for nobody, a 0 or -1 apart from the other ids, or a word for a guest stands where the others
have their name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from smartcart.inspection.buyers import ENOUGH, OUTSIZED, TIMES_OUTSIZED, begins_at_zero
from smartcart.records import Column, Notice, ResultRow
from smartcart.tables.nobody import FURTHER, GUESTS, NOBODY_NUMBERS, NOBODY_WORDS
from smartcart.tables.order_candidates import NAME
from smartcart.tables.summary import ROW_COLUMN, ColumnSummary
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = ["NOBODY_REASON", "RowAside", "nobody_notices", "outsized_row", "without_nobody"]

NOBODY_REASON = "stands for nobody (guests, walk-ins): no customer"
SEVERAL = 3  # rows of one word, of several shops or currencies; more are guests, one by one
MOST = 100  # rows that are looked at
NAMES = 3  # columns of names that are looked at
ALL_NAMED = 0.5  # different names for each row: a column of names of people
NO_NAME = "no name"  # stands for the blank cells of a row
PADDED = "000"  # beside 001 and 002 a customer like the next


@dataclass(frozen=True, slots=True)
class RowAside:
    """A row that is no customer: how it is listed, why, and the cell that tells so."""

    customer_id: str
    reason: str
    cell: str = ""


def without_nobody(
    engine: Engine,
    table: ir.Table,
    columns: Sequence[Column],
    figures: Sequence[ColumnSummary],
    also: Sequence[str] = (),
    large: bool = False,
) -> tuple[ir.Table, list[RowAside]]:
    """Return the table without rows that are nobody, and these.

    ``also`` are further cells, in lower case, that a known export writes for nobody. Rows are kept
    where one word stands on more than three of them: such guests have a row each. In a ``large``
    table words are looked for as they are usually written, which costs a tenth.
    """
    ids = next((c for c in columns if c.role == "id"), None)
    known = {f.name: f for f in figures}
    words: dict[str, set[str]] = {}  # column -> its cells, in lower case, that are nobody
    if ids is not None and ids.type == "number":
        words[ids.name] = {str(n) for n in _numbers(engine, table, known[ids.name])}
    elif ids is not None and ids.type == "text":
        words[ids.name] = {*NOBODY_WORDS, *NOBODY_NUMBERS, *also} - {PADDED}
    words |= {name: {*GUESTS, *also} for name in _names(columns, known, ids)}
    words = {name: cells for name, cells in words.items() if cells}
    if ids is None and (unnamed := _unnamed(columns, known)):
        blank = reduce(and_, [table[name].isnull() for name in unnamed])
        found = table.filter(blank).select(at=table[ROW_COLUMN])
        rows = engine.records(found.order_by("at").limit(MOST))
        if rows:
            aside = [RowAside(f"row {row['at']}", NOBODY_REASON, NO_NAME) for row in rows]
            return table.filter(~blank), aside
    if not words:
        return table, []
    nobody = reduce(or_, [_one_of(table[name], cells, large) for name, cells in words.items()])
    cells = {f"cell_{i}": table[name] for i, name in enumerate(words)}
    shown = {} if ids is None else {"shown": table[ids.name]}
    found = table.filter(nobody).select(at=table[ROW_COLUMN], **cells, **shown)
    rows = engine.records(found.order_by("at").limit(MOST))
    told = {int(row["at"]): _cell(row, list(words.values())) for row in rows}
    times = Counter(cell.lower() for cell in told.values())
    rows = [row for row in rows if times[told[row["at"]].lower()] <= SEVERAL]
    if not rows:
        return table, []
    aside = [
        RowAside(
            f"row {row['at']}" if row.get("shown") is None else str(row["shown"]),
            NOBODY_REASON,
            told[row["at"]],
        )
        for row in rows
    ]
    return table.filter(~table[ROW_COLUMN].isin([int(row["at"]) for row in rows])), aside


def _unnamed(columns: Sequence[Column], known: dict[str, ColumnSummary]) -> list[str]:
    """Return the columns of names and addresses, if all are filled on all rows but a few."""
    found = []
    for column in columns:
        told = known[column.name]
        person = NAME.fullmatch(tokens(column.name)) is not None
        if column.type != "text" or not (person or 2 * max(told.mails, told.phones) > told.head):
            continue
        if not 0 < told.rows - told.present <= SEVERAL or told.rows < ENOUGH:
            return []
        found.append(column.name)
    return found


def _cell(row: ResultRow, words: Sequence[set[str]]) -> str:
    """Return the first cell of a row that is one of the words of its column."""
    cells = [str(row[f"cell_{i}"]).strip() for i in range(len(words))]
    return next(
        cell
        for cell, ours in zip(cells, words, strict=True)
        if cell.lower() in ours or re.sub(FURTHER, "", cell.lower()) in ours
    )


def _one_of(value: ir.Value, words: set[str], large: bool) -> ir.Value:
    if not value.type().is_string():
        return value.isin([int(word) for word in words])
    if large:
        forms = {f for w in words for f in (w, w.upper(), w.title(), w.capitalize())}
        return value.isin(sorted(forms))
    plain = value.strip().lower()
    known = sorted(words)
    return plain.isin(known) | plain.re_replace(FURTHER, "").isin(known)


def _numbers(engine: Engine, table: ir.Table, column: ColumnSummary) -> list[int]:
    """Return which of -1 and 0 are nobody: a 0 that is far from the next id."""
    if column.low is None or column.low > 0 or not column.whole:
        return []
    value = table[column.name]
    row = engine.record(
        table.aggregate(
            below=(value < 0).sum(),
            low=value.min(where=value >= 0).cast("float64"),
            next=value.min(where=value > 0).cast("float64"),
            high=value.max().cast("float64"),
        )
    )
    below = int(row["below"] or 0)
    found = [-1] if column.low == -1 and below <= SEVERAL else []
    if below > len(found) * SEVERAL:  # ids of both signs
        return []
    return found if begins_at_zero(row, column.rows) or row["low"] != 0 else [*found, 0]


def _names(
    columns: Sequence[Column], known: dict[str, ColumnSummary], ids: Column | None
) -> list[str]:
    """Return the columns that hold the names of people, a different one on most rows."""
    return [
        c.name
        for c in columns
        if c.type == "text"
        and c is not ids
        and NAME.fullmatch(tokens(c.name))
        and known[c.name].head
        and known[c.name].head_distinct >= ALL_NAMED * known[c.name].head
    ][:NAMES]


def outsized_row(engine: Engine, table: ir.Table, columns: Sequence[Column]) -> list[Notice]:
    """Tell of one row with far more purchases than any other: a large buyer, or nobody."""
    counts = [c.name for c in columns if c.meaning == "frequency" and c.type == "number"]
    if not counts:
        return []
    count = table[counts[0]].cast("float64")
    row = engine.record(table.aggregate(rows=count.count(), all=count.sum(), first=count.max()))
    first, every = float(row["first"] or 0), float(row["all"] or 0)
    if int(row["rows"] or 0) < ENOUGH or first < OUTSIZED * every:
        return []
    others = engine.record(table.aggregate(n=count.max(where=count < first)))
    second = float(others["n"] or 0)
    if first < TIMES_OUTSIZED * second:
        return []
    return [
        Notice(
            "outsized buyer",
            f"One row has {first:,.0f} of {every:,.0f} in {counts[0]} ({first / every:.0%}), the "
            f"next one {second:,.0f}: if that is not one buyer but stands for guests or walk-ins, "
            "leave it out of the file.",
            int(first),
        )
    ]


def nobody_notices(rows: Sequence[RowAside]) -> tuple[Notice, ...]:
    """Tell of the rows that are nobody."""
    found = [row for row in rows if row.reason == NOBODY_REASON]
    if not found:
        return ()
    cells = ", ".join(repr(cell) for cell in dict.fromkeys(row.cell for row in found))
    some = "1 row is" if len(found) == 1 else f"{len(found)} rows are"
    return (
        Notice(
            "nobody",
            f"{cells} is nobody (guests, walk-ins): {some} no customer, and what such buyers "
            "spent is left out. Guests who have a row and an id of their own are customers.",
            len(found),
        ),
    )
