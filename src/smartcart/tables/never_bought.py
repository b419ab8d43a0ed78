"""Blank money of somebody who never bought is zero, not unknown.

Many exports leave the cells of a contact who never ordered empty. Who has no order (a count of 0,
or blank where no count is 0: such an export writes nothing for none), or, where nothing counts
orders, no other money either, spent nothing; so did who has no total where nothing else tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import and_, or_

import ibis.expr.types as ir

from smartcart.records import Column, Contract
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import readings

__all__ = ["spent_nothing", "with_zeros", "zeros_expression"]

_MONEY = re.compile(r"\b(aov|amount|spend|spent|revenue|(order|basket|purchase|cart) value)\b")


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
