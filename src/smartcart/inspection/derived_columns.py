"""Columns of a table of customers that others explain, whatever they are called.

A total and its parts, an average, points for each unit of money: what two columns say forms once.
Where words are unknown, a table tells by itself what was spent and how often, as far as its figures
do: money from which something went back, and a count that is 0 where nothing was spent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smartcart.engines.arrow_numbers import numbers_of
from smartcart.inspection import relations
from smartcart.records import Column
from smartcart.tables.customer_names import counts_pieces, is_limit
from smartcart.tables.labels import label_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = [
    "Cells",
    "cells_of",
    "with_average_orders",
    "with_money_and_returns",
    "with_sums",
    "without_derived",
]

Cells = Mapping[str, NDArray[np.float64]]

FIRST_ROWS = 20_000  # of a table, on which columns are compared
TOTALS = {"spend_total", "frequency"}
TIMES = {"tenure", "recency", "age", "income"}
PARTS = {"spend:": "spend_total", "channel:": "frequency"}
NONE = 6  # customers who never bought, at least: of fewer a count is 0 by chance
ALIKE = 0.98  # of the rows: the count is 0 where the money is
MONEY = 0.01  # the unit of an average order
SUMMED = "\0"  # before what is no column of the table
SELDOM = 0.5  # of the rows, at the most, something went back


def cells_of(
    engine: Engine, table: ir.Table, columns: Sequence[Column], said: Mapping[str, object]
) -> Cells:
    """Return the figures of the first rows of the columns that others may explain, NaN for blanks.

    Nothing is read where all columns are known by their names, or given by the user in ``said``.
    """
    names = [
        c.name
        for c in columns
        if c.type == "number"
        and (c.role == "forms" or (c.role == "describes" and c.meaning in TOTALS))
    ]
    if len(names) < 2 or not _unknown(columns, said):
        return {}
    some = engine.arrow(
        table.select(**{n: table[n].cast("float64") for n in names}).limit(FIRST_ROWS)
    )
    return {n: numbers_of(some[n]).astype(np.float64, copy=False) for n in names}


def _unknown(columns: Iterable[Column], said: Mapping[str, object]) -> list[str]:
    return [
        c.name
        for c in columns
        if c.type == "number" and c.role == "forms" and c.meaning == "measure"
        if c.name not in said
    ]


def with_sums(
    columns: Sequence[Column], cells: Cells, said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; a sum and its parts form once.

    Parts of unknown meaning describe where their sum is known, or as unknown as they are. A sum of
    unknown meaning describes where a total is one of its parts (gross, of net and returned); where
    all parts of the spend, or all channels, are among its parts, it is the total.
    """
    known = {c.name: c.meaning for c in columns}
    free = set(_unknown(columns, said))
    forming = [c.name for c in columns if c.role == "forms"]
    changed: dict[str, Column] = {}
    by_name = {c.name: c for c in columns}

    def describe(name: str, reason: str) -> None:
        if name in free:
            changed[name] = replace(by_name[name], role="describes", reason=reason)

    for one in relations.sums(cells):
        if is_limit(one.whole):  # what is used of a limit and what is left are no parts of a total
            continue
        inside = f"from its values: with others it makes up {one.whole}"
        whole = f"from its values: the sum of {', '.join(one.parts)}"
        meanings = {known[part] for part in one.parts}
        total = _total_of(one.parts, known, forming)
        if one.whole not in free or meanings == {"measure"}:
            for part in one.parts:
                describe(part, inside)
        elif total is not None and not said.keys() & {*one.parts}:
            changed |= {p: replace(by_name[p], role="describes", reason=inside) for p in one.parts}
            told = replace(by_name[one.whole], meaning=total, reason=whole)
            changed[one.whole] = replace(told, label=label_of(one.whole, total))
        else:
            describe(one.whole, f"{whole}, which are told already")
    return tuple(changed.get(c.name, c) for c in columns)


def _total_of(parts: Sequence[str], known: Mapping[str, str], forming: Sequence[str]) -> str | None:
    """Return the meaning of a sum of which all columns of one kind are parts, ``None`` for none."""
    for start, total in PARTS.items():
        kind = {name for name in forming if known[name].startswith(start)}
        if kind and kind <= {*parts} and total not in known.values():
            return total
    return None


def with_money_and_returns(
    columns: Sequence[Column], cells: Cells, said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; money of which something went back now and then is what was spent.

    That is a sum of two parts in money, one of which is mostly 0, beside the one whole number that
    is 0 where the sum is, which counts the purchases. Only where no name tells what was spent.
    """
    columns = tuple(columns)
    forms = {c.name: c.meaning for c in columns if c.role == "forms" and c.type == "number"}
    free = set(_unknown(columns, said))
    if any(m == "spend_total" or m.startswith("spend:") for m in forms.values()):
        return columns
    for one in relations.sums(cells):
        money = cells[one.whole]
        if len(one.parts) != 2 or one.whole not in free or relations.unit(money) in {0.0, 1.0}:
            continue
        some = min(float(np.mean(np.nan_to_num(cells[part]) != 0)) for part in one.parts)
        counts = [
            name
            for name in forms
            if (name in free or forms[name] == "frequency") and not counts_pieces(name)
            if _counts(cells[name], money)
        ]
        if some > SELDOM or len(counts) != 1:
            continue
        parts = " and ".join(one.parts)
        why = f"from its values: {parts} make it up, and {counts[0]} is 0 where it is"
        often = f"from its values: 0 where {one.whole} is, and nowhere else"
        means = {one.whole: ("spend_total", why), counts[0]: ("frequency", often)}
        return tuple(
            replace(c, meaning=means[c.name][0], reason=means[c.name][1])
            if c.name in means and c.name in free
            else c
            for c in columns
        )
    return columns


def with_average_orders(
    columns: Sequence[Column], cells: Cells, said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; money by a whole number that makes an average in money was spent.

    The whole number then counts purchases. Only where no name tells how often customers bought,
    and where nothing else in the table could be the three.
    """
    columns = tuple(columns)
    forms = {c.name: c.meaning for c in columns if c.role == "forms" and c.type == "number"}
    free = set(_unknown(columns, said))
    spent = [name for name, meaning in forms.items() if meaning == "spend_total"]
    kinds = {meaning.partition(":")[0] for meaning in forms.values()}
    if kinds & {"frequency", "channel"} or ("spend" in kinds and not spent):
        return columns
    units = {name: relations.unit(cells[name]) for name in {*free, *spent} & cells.keys()}
    found = [
        q
        for q in relations.quotients({n: cells[n] for n in cells if n in units}, sorted(free))
        if q.whole in (spent or free) and q.count in free and not counts_pieces(q.count)
        if units[q.count] == 1 and units[q.each] == MONEY
        if q.whole in spent or units[q.whole] == MONEY
    ]
    if len(found) != 1:
        return columns
    (one,) = found
    often = f"from its values: {one.whole} by {one.count} is {one.each}: how often customers bought"
    why = f"from its values: {one.count} times {one.each}: what the customer spent in all"
    means = {one.count: ("frequency", often)}
    if one.whole in free:
        means[one.whole] = "spend_total", why
    return tuple(
        replace(c, meaning=means[c.name][0], reason=means[c.name][1]) if c.name in means else c
        for c in columns
    )


def _counts(values: NDArray[np.float64], money: NDArray[np.float64]) -> bool:
    told = np.isfinite(values) & np.isfinite(money)
    none = money[told] == 0
    alike = float(np.mean((values[told] == 0) == none)) if told.any() else 0.0
    whole = relations.unit(values) == 1 and bool(np.nanmin(values) >= 0)
    return whole and alike >= ALIKE and NONE <= int(none.sum()) <= told.sum() - relations.ENOUGH


def without_derived(
    columns: Sequence[Column], cells: Cells, said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; what is a quotient or a multiple of others in nearly all rows describes.

    Both form already: an open rate beside what was opened and sent, points beside the money. What
    is paid for each piece, or each month, is no such quotient, and multiples are whole numbers.
    """
    columns = tuple(columns)
    unknown = _unknown(columns, said)
    usable = {
        c.name
        for c in columns
        if (c.role == "forms" and c.meaning not in TIMES) or c.meaning in TOTALS
        if not counts_pieces(c.name) and not is_limit(c.name)
    }
    told = {n: values for n, values in cells.items() if n in usable}
    for start, name in PARTS.items():  # parts without a total beside them
        parts = [c.name for c in columns if c.role == "forms" and c.meaning.startswith(start)]
        if len(parts) > 1 and all(part in told for part in parts):
            told[f"{SUMMED}{name}"] = np.sum([np.nan_to_num(told[part]) for part in parts], axis=0)
    reasons: dict[str, str] = {}
    fine = {n: relations.unit(told[n]) < 1 for n in unknown if n in told}
    each = sorted(fine, key=lambda n: not fine[n])  # of three unknown ones the fraction describes
    points = [n for n in unknown if n in cells and relations.unit(cells[n]) == 1]
    for q in relations.quotients(told, each):
        if not {q.whole, q.count, q.each} & reasons.keys():
            of = f"{_shown(q.whole)} by {_shown(q.count)}"
            reasons[q.each] = f"from its values: {of}, which form already"
    for m in relations.multiples(told | {n: cells[n] for n in points}, points):
        if m.times != 1 and not {m.of, m.again} & reasons.keys():
            of = f"{m.times:.4g} times {_shown(m.of)}"
            reasons[m.again] = f"from its values: {of}, which forms already"
    return tuple(
        replace(c, role="describes", reason=reasons[c.name]) if c.name in reasons else c
        for c in columns
    )


def _shown(name: str) -> str:
    shown = {"spend_total": "all that was spent", "frequency": "all purchases"}
    return shown[name.removeprefix(SUMMED)] if name.startswith(SUMMED) else name
