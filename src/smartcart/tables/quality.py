"""What is wrong with a table, as expressions that count it, and the ledger they fill.

Nothing is repaired in silence: each rule has a name, a count and an effect.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import and_
from typing import Literal

import ibis
import ibis.expr.types as ir

from smartcart.records import Column, Contract, Feature, LedgerEntry, ResultRow
from smartcart.tables import features
from smartcart.tables.summary import ROW_COLUMN, ColumnSummary, content_hash

LINE_COLUMN = "__line__"  # line number in the file, of lines that could not be read

__all__ = [
    "as_of_day",
    "as_of_expression",
    "beyond",
    "bounded",
    "content_columns",
    "content_hash",
    "contents_expression",
    "copies_are_copies",
    "count_expression",
    "duplicate_ids",
    "ledger_entries",
    "log_histogram",
    "rejected_rows",
    "unreadable_lines",
    "upper_fence",
    "usable_rows",
]

OLDEST = 110  # years: an age beyond it is an error in the data
YEARS = (1900, 2200)  # a day outside these is an error in the data, not a day in a shop's life
FENCE = 3.0  # interquartile ranges of the logarithm beyond the third quartile (Tukey's "far out")
BINS_PER_UNIT = 50  # of the logarithm: the quartiles behind the fence are exact to 2%
_NOT_NEGATIVE = ("spend", "channel", "deals", "visits", "frequency", "recency", "tenure", "income")


def bounded(contract: Contract, fences: Mapping[str, float]) -> Contract:
    """Return the contract with the bounds beyond which a value is impossible.

    ``fences`` holds the upper fence per income column.
    """

    def with_bounds(column: Column) -> Column:
        if column.meaning == "birth" and contract.as_of is not None and column.type != "text":
            year = contract.as_of.year
            return replace(column, low=float(year - OLDEST), high=float(year))
        if column.type == "date" and column.role == "forms":
            return replace(column, low=float(YEARS[0]), high=float(YEARS[1]))
        if column.meaning == "age" and column.type == "number":
            return replace(column, low=0.0, high=float(OLDEST))
        if column.type == "number" and column.meaning.split(":")[0].startswith(_NOT_NEGATIVE):
            return replace(column, low=0.0, high=fences.get(column.name))
        return column

    return replace(contract, columns=tuple(map(with_bounds, contract.columns)))


def log_histogram(table: ir.Table, column: str) -> ir.Table:
    """Count positive values per bin of their natural logarithm: ``bin``, ``count``."""
    value = table[column].cast("float64")
    bins = (value.ln() * BINS_PER_UNIT).floor().cast("int64")
    return table.filter(value > 0).group_by(bin=bins).aggregate(count=lambda t: t.count())


def upper_fence(bins: Sequence[int], counts: Sequence[int]) -> float | None:
    """Return Tukey's far-out fence on the log scale, or ``None`` below 20 values.

    The fence is ``exp(q3 + 3 (q3 - q1))`` (J. W. Tukey, Exploratory Data Analysis, 1977) with the
    quartiles of the logarithm; of a log-normal income, one in a million lies beyond.

    >>> upper_fence([500, 510, 520, 530], [10, 10, 10, 10]) > math.exp(10.6)
    True
    """
    total = sum(counts)
    if total < 20:
        return None
    ordered = sorted(zip(bins, counts, strict=True))
    quartiles = []
    for share in (0.25, 0.75):
        seen = 0
        for position, count in ordered:
            seen += count
            if seen >= share * total:
                quartiles.append((position + 0.5) / BINS_PER_UNIT)
                break
    q1, q3 = quartiles
    spread = max(q3 - q1, 0.1)
    return math.exp(min(q3 + FENCE * spread, 700.0))


def count_expression(
    table: ir.Table,
    contract: Contract,
    features: Sequence[Feature],
    exact: bool,
    contents: bool = True,
) -> ir.Table:
    """Return one row of counts: rows, missing ids, impossible and missing cells, copies, ids.

    ``table`` is the table as read, before cleaning. ``exact`` asks for exact distinct counts, which
    cost memory in proportion to the rows; ``contents`` for the number of different contents.
    """
    counts: dict[str, ir.Value] = {"rows": table.count()}
    used = {name for f in features for name in f.columns}
    for i, column in enumerate(contract.columns):
        if column.name not in used:
            continue
        value = table[column.name]
        counts[f"missing_{i}"] = value.isnull().sum()
        low, high = beyond(value, column)
        if low is not None:
            counts[f"low_{i}"] = low.sum()
        if high is not None:
            counts[f"high_{i}"] = high.sum()
    if contract.id_column is not None:
        counts["missing_id"] = table[contract.id_column].isnull().sum()
    if contents and content_columns(contract):
        counts["contents"] = _different(table, contract, exact)
    return table.aggregate([value.name(name) for name, value in counts.items()])


def contents_expression(table: ir.Table, contract: Contract, exact: bool) -> ir.Table:
    """Return one row with the number of different ``contents``, by itself.

    Beside other aggregates Spark would carry them along for each content.
    """
    if not content_columns(contract):
        return table.aggregate(contents=ibis.null("int64").max())
    return table.aggregate(contents=_different(table, contract, exact))


def _different(table: ir.Table, contract: Contract, exact: bool) -> ir.Value:
    hashed = content_hash(table, content_columns(contract))
    return hashed.nunique() if exact else hashed.approx_nunique()


def beyond(value: ir.Value, column: Column) -> tuple[ir.Value, ir.Value]:
    """Return the conditions "below" and "above" the bounds, ``None`` where there is no bound."""
    told, low, high = features.with_bounds(value, column)
    return (None if low is None else told < low, None if high is None else told > high)


def content_columns(contract: Contract) -> list[str]:
    """Return the columns in which a copied row equals another: all but the id and row numbers."""
    return [
        c.name
        for c in contract.columns
        if c.name != contract.id_column and c.meaning not in {"index", "id"}
    ]


def without_behaviour(table: ir.Table, contract: Contract) -> ir.Value:
    """Return the condition that every forming column of a row is missing."""
    forming = [table[c.name].isnull() for c in contract.columns if c.role == "forms"]
    if not forming:
        return ibis.literal(False)
    while len(forming) > 1:  # in pairs: a chain of thousands would be too deep to compile
        pairs = [forming[i : i + 2] for i in range(0, len(forming), 2)]
        forming = [reduce(and_, pair) for pair in pairs]
    return forming[0]


def usable_rows(table: ir.Table, contract: Contract) -> ir.Table:
    """Return the rows of a cleaned table that can be segmented: an id and some behaviour."""
    kept = ~without_behaviour(table, contract)
    if contract.id_column is not None:
        kept = kept & table[contract.id_column].notnull()
    return table.filter(kept)


def rejected_rows(table: ir.Table, contract: Contract) -> ir.Table:
    """Return the other rows of a cleaned table: ``customer_id`` (or "row 17"), ``reason``."""
    nothing = without_behaviour(table, contract)
    reason = ibis.literal("every column about behaviour is missing")
    rejected = nothing
    name = ibis.literal("row ") + table[ROW_COLUMN].cast("string")
    if contract.id_column is not None:
        missing = table[contract.id_column].isnull()
        reason = missing.ifelse("the customer id is missing", reason)
        rejected = missing | nothing
        name = ibis.coalesce(features.id_value(table, contract).cast("string"), name)
    kept = table.filter(rejected).order_by(ROW_COLUMN)
    return kept.select(customer_id=name, reason=reason)


def unreadable_lines(lines: ir.Table, table: ir.Table, contract: Contract) -> ir.Table:
    """Return the lines that could not be cut into cells as ``customer_id``, ``reason``.

    ``lines`` has ``__line__`` and the columns as text. A line whose id also stands in ``table`` is
    named by its number only, so that no id is in both.
    """
    number = ibis.literal("line ") + lines[LINE_COLUMN].cast("string")
    name = number
    if contract.id_column is not None and contract.id_column in lines.columns:
        text = lines[contract.id_column].cast("string").strip().nullif("")
        ids = table.select(known=features.id_value(table, contract).cast("string"))
        known = text.isin(ids.known)
        name = ibis.coalesce(known.ifelse(ibis.null("string"), text), number)
    reason = ibis.literal("the line could not be cut into the cells of the header")
    return lines.order_by(LINE_COLUMN).select(customer_id=name, reason=reason)


def duplicate_ids(table: ir.Table, id_column: str, at_most: int = 5) -> ir.Table:
    """Return ids that occur more than once with their counts, the most frequent first."""
    counted = table.filter(table[id_column].notnull()).group_by(id=table[id_column])
    twice = counted.aggregate(count=lambda t: t.count()).filter(lambda t: t["count"] > 1)
    return twice.order_by([ibis.desc("count"), "id"]).limit(at_most)


def copies_are_copies(columns: Sequence[ColumnSummary], id_column: str | None) -> bool:
    """Return whether equal rows can hardly be chance: the table has many distinct combinations.

    Each column counts as the square root of its distinct values (values are never equally
    frequent). With ``n`` rows, ``n^2 / 2`` pairs could coincide; a hundred times as many
    combinations are asked for.
    """
    rows = max((column.rows for column in columns), default=0)
    logs = [
        0.5 * math.log(max(column.distinct, 1))
        for column in columns
        if column.name not in {id_column, ROW_COLUMN}
    ]
    return sum(logs) > math.log(max(rows, 1) ** 2 / 2 * 100 + 1)


def ledger_entries(
    contract: Contract, counts: ResultRow, *, copies: bool, exact: bool
) -> tuple[LedgerEntry, ...]:
    """Turn the row of :func:`count_expression` into ledger entries, in the order of the work."""
    entries: list[LedgerEntry] = []
    if missing := int(counts.get("missing_id") or 0):
        entries.append(
            LedgerEntry(
                "missing id",
                f"rows without {contract.id_column}: listed in rejected.csv",
                missing,
                "rows",
                "rejected",
            )
        )
    if lines := int(counts.get("unreadable") or 0):
        entries.append(
            LedgerEntry(
                "unreadable lines",
                "lines that could not be cut into the cells of the header: listed in rejected.csv",
                lines,
                "rows",
                "rejected",
            )
        )
    if nothing := int(counts.get("no_behaviour") or 0):
        entries.append(
            LedgerEntry(
                "no behaviour",
                "rows with an id in which every column about behaviour is missing: listed in "
                "rejected.csv",
                nothing,
                "rows",
                "rejected",
            )
        )
    if sums := int(counts.get("sum_rows") or 0):
        entries.append(
            LedgerEntry(
                "sum rows",
                "rows that hold the sums of all others, no customers: listed in rejected.csv",
                sums,
                "rows",
                "rejected",
            )
        )
    if nobody := int(counts.get("nobody_rows") or 0):
        entries.append(
            LedgerEntry(
                "nobody",
                "rows that stand for nobody (guests, walk-ins), no customers: listed in "
                "rejected.csv",
                nobody,
                "rows",
                "rejected",
            )
        )
    if tests := int(counts.get("test_rows") or 0):
        entries.append(
            LedgerEntry(
                "test accounts",
                "rows that a flag of their own calls tests, no customers: listed in rejected.csv",
                tests,
                "rows",
                "rejected",
            )
        )
    rows, contents = int(counts["rows"]), counts.get("contents")
    if copies and contents is not None:
        count = max(rows - int(contents), 0)
        about = "" if exact else " (estimated)"
        entries.append(
            LedgerEntry(
                "copied rows",
                f"rows equal to another in everything but the id{about}: they get a segment but do "
                "not weigh in the fit",
                count,
                "rows",
                "no weight",
            )
        )
    for i, column in enumerate(contract.columns):
        forms = column.role == "forms"
        treated = "filled with the median" if forms else "left out of averages"
        if forms and column.meaning.startswith(("spend:", "channel:")):
            treated = "counts as 0 beside the other parts of its sum"
        if counts.get(f"longest_{i}"):
            treated = "counts as the longest time, since they never bought"
        effect: Literal["filled", "info"] = "filled" if forms else "info"
        if low := int(counts.get(f"low_{i}") or 0):
            entries.append(
                LedgerEntry(
                    "impossible value",
                    f"{column.name} below {_bound(column.low)}: treated as missing",
                    low,
                    "cells",
                    effect,
                )
            )
        if high := int(counts.get(f"high_{i}") or 0):
            entries.append(
                LedgerEntry(
                    "impossible value",
                    f"{column.name} above {_bound(column.high)}: treated as missing",
                    high,
                    "cells",
                    effect,
                )
            )
        if zeros := int(counts.get(f"zero_{i}") or 0):
            entries.append(
                LedgerEntry(
                    "never bought",
                    f"{column.name} missing: nothing bought in it, counts as 0"
                    if column.role == "describes" and column.zero_if == (column.name,)
                    else f"{column.name} missing of customers who never bought "
                    f"({', '.join(column.zero_if)} is 0 or blank): counts as 0",
                    zeros,
                    "cells",
                    "info",
                )
            )
        if missing := int(counts.get(f"missing_{i}") or 0) - zeros:
            entries.append(
                LedgerEntry(
                    "missing value", f"{column.name} missing: {treated}", missing, "cells", effect
                )
            )
    entries += _columns_set_aside(contract)
    return tuple(entries)


def _bound(value: float | None) -> str:
    value = value or 0.0
    return f"{value:,.0f}" if value >= 10_000 else f"{value:.0f}"


_SET_ASIDE = (
    ("dropped", "columns not used", "dropped"),
    ("outcome", "outcomes kept out of the forming, to validate", "info"),
    ("sensitive", "columns about who people are: describe, never form", "info"),
)


def _columns_set_aside(contract: Contract) -> list[LedgerEntry]:
    entries = []
    for role, sentence, effect in _SET_ASIDE:
        names = [
            f"{c.name} ({c.reason})" if role == "dropped" else c.name
            for c in contract.columns
            if c.role == role
        ]
        if names:
            entries.append(
                LedgerEntry(
                    f"{role} columns",
                    f"{sentence}: {', '.join(names)}",
                    len(names),
                    "columns",
                    effect,  # type: ignore[arg-type]
                )
            )
    return entries


def as_of_expression(table: ir.Table, columns: Sequence[Column]) -> tuple[str, ir.Table] | None:
    """Return the name of the date columns and the query of their latest day, or ``None``."""
    dates = [c.name for c in columns if c.type == "date" and c.role == "forms"]
    if not dates:
        return None
    years = {name: table[name].year() for name in dates}
    latest = [
        table[name].max(where=(year >= YEARS[0]) & (year <= YEARS[1])).cast("date").name(name)
        for name, year in years.items()
    ]
    return ", ".join(dates), table.aggregate(latest)


def as_of_day(row: ResultRow) -> dt.date | None:
    """Return the latest of the days that :func:`as_of_expression` found."""
    days = [day for day in row.values() if day is not None]
    return max(days) if days else None
