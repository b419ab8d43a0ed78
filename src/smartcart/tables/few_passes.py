"""What is wrong with a large table, told by the figures of its columns and by parts of its rows.

The counts are named as those of :func:`smartcart.tables.quality.count_expression`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import ibis.expr.types as ir

from smartcart.records import Column, Contract, Feature, ResultRow
from smartcart.tables.quality import beyond, content_columns
from smartcart.tables.summary import ColumnSummary, case_blind, content_hash

__all__ = [
    "beyond_expression",
    "copies_expression",
    "key_columns",
    "known_counts",
    "nobody_rejected",
    "sound_columns",
]


def known_counts(
    contract: Contract,
    features: Sequence[Feature],
    columns: Sequence[ColumnSummary],
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the counts that the figures of the columns tell, and what is left to count.

    Missing cells are the rows less those present; where the smallest and the largest number keep
    within the bounds, none is beyond. Left are the names of columns that must be counted.
    """
    known = {column.name: column for column in columns}
    used = {name for f in features for name in f.columns}
    rows = max((column.rows for column in columns), default=0)
    counts = {"rows": rows}
    left = []
    for i, column in enumerate(contract.columns):
        seen = known.get(column.name)
        if seen is not None and column.name == contract.id_column:
            counts["missing_id"] = rows - seen.present
        if seen is None or column.name not in used:
            continue
        counts[f"missing_{i}"] = rows - seen.present
        if seen.present and not _within(seen, column):
            left.append(column.name)
    return counts, tuple(left)


def sound_columns(contract: Contract, columns: Sequence[ColumnSummary]) -> frozenset[str]:
    """Return the names of the columns whose smallest and largest number keep within the bounds."""
    known = {column.name: column for column in columns}
    return frozenset(
        column.name
        for column in contract.columns
        if column.name in known and _within(known[column.name], column)
    )


def _within(seen: ColumnSummary, column: Column) -> bool:
    """Return whether no value is known to be beyond the bounds of the column."""
    if column.low is None and column.high is None:
        return True
    if seen.low is None or seen.high is None:
        return False
    low = -math.inf if column.low is None else column.low
    return low <= seen.low and seen.high <= (math.inf if column.high is None else column.high)


def beyond_expression(table: ir.Table, contract: Contract, names: Collection[str]) -> ir.Table:
    """Return one row with the cells beyond the bounds of the columns in ``names``."""
    counts: dict[str, ir.Value] = {}
    for i, column in enumerate(contract.columns):
        if column.name in names:
            low, high = beyond(table[column.name], column)
            if low is not None:
                counts[f"low_{i}"] = low.sum()
            if high is not None:
                counts[f"high_{i}"] = high.sum()
    return table.aggregate([value.name(name) for name, value in counts.items()])


def key_columns(contract: Contract, columns: Sequence[ColumnSummary]) -> tuple[str, ...]:
    """Return a few content columns that tell rows apart: those with the most different values.

    As many as give ten times as many combinations as there are rows; each column counts as the
    square root of its distinct values, as in :func:`smartcart.tables.quality.copies_are_copies`.
    """
    distinct = {column.name: column.distinct for column in columns}
    rows = max((column.rows for column in columns), default=0)
    named = sorted(
        content_columns(contract), key=lambda name: (-distinct.get(name, 0), case_blind(name))
    )
    taken: list[str] = []
    room = 0.0
    for name in named:
        taken.append(name)
        room += 0.5 * math.log(max(distinct.get(name, 1), 1))
        if room > math.log(10 * max(rows, 1)):
            break
    return tuple(taken)


def copies_expression(
    table: ir.Table, contract: Contract, key: Sequence[str], parts: int
) -> ir.Table:
    """Return one row with ``rows`` and different ``contents`` of one in ``parts`` of the rows.

    Rows are chosen by a hash of the ``key`` columns: copies of a row are chosen together, so the
    copies among the chosen rows, times ``parts``, estimate those of the table.
    """
    chosen = table.filter((content_hash(table, list(key)) & (parts - 1)) == 0)
    return chosen.aggregate(
        rows=chosen.count(), contents=content_hash(chosen, content_columns(contract)).nunique()
    )


def nobody_rejected(contract: Contract, counts: ResultRow) -> bool:
    """Return whether the counts show that all rows are usable.

    So it is where no id is missing and one forming column is never missing or impossible.
    """
    if contract.id_column is not None and counts.get("missing_id"):
        return False
    return any(
        column.role == "forms"
        and f"missing_{i}" in counts
        and not any(counts.get(f"{what}_{i}") for what in ("missing", "low", "high"))
        for i, column in enumerate(contract.columns)
    )
