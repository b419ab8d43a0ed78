"""Blank money of somebody who never bought is zero, not unknown.

Many exports leave the cells of a contact who never ordered empty. Who has no order (a count of 0,
or blank where no count is 0: such an export writes nothing for none), or, where nothing counts
orders, no other money either, spent nothing; so did who has no total where nothing else tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import and_, or_

import ibis.expr.types as ir

from smartcart.records import Column, Contract, Feature, ResultRow
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import readings

__all__ = [
    "never_expression",
    "spent_nothing",
    "with_longest",
    "with_zeros",
    "zeros_expression",
]

NEARLY_ALL = 0.95  # of those without a day of their last purchase never bought

_MONEY = lazy_pattern(r"\b(aov|amount|spend|spent|revenue|(order|basket|purchase|cart) value)\b")


def with_zeros(contract: Contract, figures: Sequence[ColumnSummary]) -> Contract:
    """Return the contract; forming money with blanks names the columns that tell who never bought.

    They are the counts of orders (of deals where nothing else counts), else all other money. A
    count with blanks is 0 where no money was spent.
    """
    forming = [c for c in contract.columns if c.role == "forms" and c.type == "number"]
    counts = [c.name for c in forming if c.meaning == "frequency" or c.meaning[:8] == "channel:"]
    counts = counts or [c.name for c in forming if c.meaning == "deals"]
    blank = {f.name for f in figures if f.present < f.rows}
    nothing = any(f.low == 0 for f in figures if f.name in counts)  # a 0 is written as such
    money = [c.name for c in forming if _is_money(c)]

    spend = tuple(c.name for c in forming if _is_spend(c))
    several = sum(c.role == "forms" for c in contract.columns) > 1
    dated = any("last purchase" in c.reason or c.meaning == "recency" for c in contract.columns)

    def zeroed(column: Column) -> Column:
        if column not in forming or column.name not in blank:
            return column
        if column.name in counts and column.meaning != "deals":
            return column if nothing else replace(column, zero_if=spend, zero_if_blank=True)
        if not _is_spend(column):
            return column
        tell = counts or [name for name in money if name != column.name and name in blank]
        alone = not tell and column.meaning == "spend_total" and not dated and several
        if alone:  # nothing else can tell, but something else is known of them
            return replace(column, zero_if=(column.name,), zero_if_blank=True)
        return replace(column, zero_if=tuple(tell), zero_if_blank=bool(tell) and not nothing)

    return replace(contract, columns=tuple(map(zeroed, contract.columns)))


def _is_spend(column: Column) -> bool:
    """Return whether a column adds up what was spent, under its own or a second such meaning."""
    if column.meaning == "measure":
        return any(word.meaning == "spend_total" for word, _ in readings(column.name)[:1])
    return column.meaning == "spend_total" or column.meaning.startswith("spend:")


def _is_money(column: Column) -> bool:
    return _is_spend(column) or (
        column.meaning == "measure" and _MONEY.search(tokens(column.name)) is not None
    )


def spent_nothing(table: ir.Table, column: Column) -> ir.Value:
    """Return the condition that money is blank and its owner never bought; None where unknown."""
    tell = [table[name] for name in column.zero_if if name in table.columns]
    if not tell:
        return None
    nothing = reduce(and_, [value.isnull() | (value == 0) for value in tell])
    if not column.zero_if_blank:
        nothing = nothing & reduce(or_, [(value == 0).fill_null(False) for value in tell])
    return table[column.name].isnull() & nothing


def zeros_expression(table: ir.Table, contract: Contract) -> ir.Table | None:
    """Return one row that counts per column (``zero_i``) who never bought; None for none."""
    found = {}
    for i, column in enumerate(contract.columns):
        if column.zero_if and (nothing := spent_nothing(table, column)) is not None:
            found[f"zero_{i}"] = nothing.sum()
    return table.aggregate([value.name(name) for name, value in found.items()]) if found else None


def _last_purchase(contract: Contract, counts: ResultRow) -> tuple[int, Column] | None:
    """Return the column that tells the last purchase, with its place, where it has blanks."""
    for i, column in enumerate(contract.columns):
        told = column.role == "forms" and column.meaning in {"last_date", "recency"}
        if told and counts.get(f"missing_{i}"):
            return i, column
    return None


def never_expression(table: ir.Table, contract: Contract, counts: ResultRow) -> ir.Table | None:
    """Return one row that counts who has no last purchase since none was made (``never``).

    These have no order, or, where nothing counts orders, spent nothing; None where nothing tells.
    ``counts`` is the row of :func:`~smartcart.tables.quality.count_expression`.
    """
    found = _last_purchase(contract, counts)
    forms = [c for c in contract.columns if c.role == "forms" and c.type == "number"]
    tell = [c.name for c in forms if c.meaning == "frequency"]
    tell = tell or [c.name for c in forms if c.meaning == "spend_total"]
    if found is None or not tell:
        return None
    nothing = spent_nothing(table, replace(found[1], zero_if=tuple(tell), zero_if_blank=True))
    return table.aggregate(never=nothing.sum())


def with_longest(
    features: Sequence[Feature], contract: Contract, counts: ResultRow
) -> tuple[tuple[Feature, ...], ResultRow]:
    """Return the features and the counts; who never bought gets the longest time since.

    That is so where nearly all of those without a last purchase never bought (``never`` in
    ``counts``): the median would put them in the middle of those who did.
    """
    found = _last_purchase(contract, counts)
    if found is None or counts.get("never") is None:
        return tuple(features), counts
    i, column = found
    if int(counts["never"]) < NEARLY_ALL * int(counts[f"missing_{i}"]):
        return tuple(features), counts
    longest = tuple(
        replace(f, blank="longest") if f.name == "recency_days" and column.name in f.columns else f
        for f in features
    )
    return longest, {**counts, f"longest_{i}": 1}
