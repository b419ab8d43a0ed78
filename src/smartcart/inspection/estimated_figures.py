"""A large table looked at in few passes: what is exact on a small one is estimated from a part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smartcart.records import Contract, Feature, ResultRow
from smartcart.sources import Opened
from smartcart.tables import few_passes, summary

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["categories", "counts", "figures", "is_large", "no_id_twice"]

EXACT_ROWS = 1_000_000  # up to here distinct rows are counted exactly, beyond estimated
SLICE_ROWS = 1 << 20  # the first rows, in which the values of numbers are counted
MANY_VALUES = 2_000  # so many in the slice: then they are counted over all rows
SOME_ROWS = 200_000  # in which the values of categories are counted
TOLD = {"forms", "describes", "sensitive", "outcome"}
PARTS = 64  # copies are counted in one part of so many
FEW_BITS = 8  # per row, of the range of whole ids that are told apart by a bit each
MOST_BITS = 400_000_000


def is_large(opened: Opened) -> bool:
    """Return whether exact counts would cost too much, and the first rows tell enough."""
    return opened.engine.can.first_rows and opened.reading.rows > EXACT_ROWS


def figures(opened: Opened) -> ResultRow:
    """Return the figures of all columns, as ``summary.summary_expressions`` gives them.

    Different values of a number are counted over all rows only where the first rows hold many of
    them, or one only. What the first rows hold many times is no id and no measure of its own.
    """
    engine, table = opened.engine, opened.table
    row: ResultRow = {}
    for part in summary.summary_expressions(table, numbers=False):
        row |= engine.record(part)
    row |= engine.record(summary.distinct_expression(table.limit(SLICE_ROWS)))
    more = [
        name
        for i, name in enumerate(table.columns)
        if f"low_{i}" in row or (f"distinct_{i}" in row and f"head_distinct_{i}" not in row)
        if row[f"distinct_{i}"] > MANY_VALUES
        or (row[f"distinct_{i}"] <= 1 and row.get(f"low_{i}") != row.get(f"high_{i}"))
        or (row[f"distinct_{i}"] <= 1 and f"low_{i}" not in row)
    ]
    if more:
        row |= engine.record(summary.distinct_expression(table, more))
    return row


def no_id_twice(opened: Opened, contract: Contract, row: ResultRow) -> bool:
    """Return whether every id is known to occur once: by a bit for each whole number in between.

    False where that cannot be told so cheaply.
    """
    name = contract.id_column
    if name is None:
        return False
    table = opened.table
    i = table.columns.index(name)
    if not table.schema()[name].is_integer() or row.get(f"low_{i}") is None:
        return False
    low, high = int(row[f"low_{i}"]), int(row[f"high_{i}"])
    room = high - low + 1
    if room > min(FEW_BITS * row["rows"], MOST_BITS) or max(abs(low), abs(high)) > 2**53:
        return False
    return opened.engine.distinct_whole(table, name, low, high) == int(row[f"present_{i}"])


def counts(
    opened: Opened,
    contract: Contract,
    features: Sequence[Feature],
    columns: Sequence[summary.ColumnSummary],
    key: Sequence[str],
) -> ResultRow:
    """Return the counts of the ledger, as ``quality.count_expression`` names them.

    Most are known from the figures of the columns. Without a ``key`` there are no copies; with one
    their number is estimated.
    """
    engine, table = opened.engine, opened.table
    found: ResultRow
    found, left = few_passes.known_counts(contract, features, columns)
    if left:
        found |= engine.record(few_passes.beyond_expression(table, contract, left))
    if key:
        part = engine.record(few_passes.copies_expression(table, contract, key, PARTS))
        copies = PARTS * (int(part["rows"]) - int(part["contents"]))
        found["contents"] = found["rows"] - copies
    return found


def categories(
    opened: Opened, clean: ir.Table, contract: Contract, most: int
) -> dict[str, list[str]]:
    """Return the most frequent values of each text column that describes, in some of the rows.

    The rows are evenly spread over the table.
    """
    import pyarrow.compute as pc

    names = [c.name for c in contract.columns if c.type == "text" and c.role in TOLD]
    if not names:
        return {}
    step = max(1, opened.reading.rows // SOME_ROWS)
    some = opened.engine.arrow(clean.filter(clean[summary.ROW_COLUMN] % step == 0).select(*names))
    found = {}
    for name, column in zip(names, some.columns, strict=True):
        counted = pc.value_counts(pc.drop_null(column)).to_pylist()
        ranked = sorted(counted, key=lambda one: (-one["counts"], one["values"]))
        found[name] = [str(one["values"]) for one in ranked[:most]]
    return found
