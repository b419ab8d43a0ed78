"""Rows of several kinds in one file: a sale, its lines and its payments tell the same money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smartcart.errors import DataError, ReadingQuestion
from smartcart.inspection.desk import choose_line
from smartcart.inspection.states import values_of
from smartcart.layouts import Layout, present
from smartcart.records import OrderLog, ResultRow
from smartcart.sources import Opened
from smartcart.tables.money_ranks import money_rank
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_lines import text
from smartcart.tables.order_structure import Structure, kind_expression
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["KIND_SAID", "rows_said", "sales_only", "with_row_kinds"]

TOTAL = lazy_pattern(r"\b(total|totale|totaal|gesamt(betrag|summe)?|summe|suma|razem)\b")
SUBTOTAL = lazy_pattern(r"\b(sub ?total|zwischensumme|teilsumme|sous total)\b")
TRIED = 3  # columns of money
MOST_SHOWN = 200  # different values of a column of kinds
SHOWN = 40  # different kinds of rows that are looked at
SUM_KINDS = 8  # different kinds of rows of which one is the sum of the others
KINDS = 6  # different kinds of rows at the most
SEVERAL = 5  # orders in which money is told twice
ONE = 0.98  # of the orders have one row of the kind that holds the total
MOST = 0.9  # of all orders have such a row
EQUAL = 0.5  # of the orders tell the same money twice; in others a discount parts the sums
KIND_SAID = "row_type:"  # the user's word for the column, with the kinds of rows that are sales


def rows_said(opened: Opened, parts: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """Return the column of kinds of rows and those that the user says are sales, if they do.

    The word is ``row_type:KIND``, or ``row_type:KIND|KIND``. Raises ``DataError`` for a kind that
    the column does not hold.
    """
    for name, part in parts.items():
        if not part.startswith(KIND_SAID):
            continue
        kinds = tuple(k.strip() for k in part.removeprefix(KIND_SAID).split("|") if k.strip())
        held = values_of(opened.engine, opened.table, name, MOST_SHOWN)
        strange = [k for k in kinds if k not in held]
        if (strange or not kinds) and len(held) < MOST_SHOWN:
            raise DataError.of(
                f"column {name!r} is given the meaning {part!r}, but holds no "
                f"{', '.join(map(repr, strange)) or 'kind without a name'}",
                f"one of {', '.join(map(repr, held[:8]))}",
                "write the kind of the rows that are sales",
            )
        return name, kinds
    return None


def sales_only(table: ir.Table, rows: tuple[str, tuple[str, ...]] | None) -> ir.Table:
    """Return the rows of the kinds that are sales; all where nothing is said of kinds."""
    if rows is None:
        return table
    return table.filter(text(table[rows[0]]).isin(rows[1]))


def with_row_kinds(
    opened: Opened,
    sample: ir.Table,
    log: OrderLog,
    structure: Structure | None,
    found: Candidates,
    layout: Layout | None,
    columns: Sequence[ColumnSummary],
) -> OrderLog:
    """Return the log with the rows that hold an order's money, and those of its products.

    Two kinds of rows tell the same money where one stands once in nearly every order and its
    amount is the sum of the other's. Rows of neither kind are no sale.
    """
    if layout is not None and layout.row_type:
        name = present((layout.row_type,), opened.table.columns)
        if name:
            _refuse_other_kinds(opened, sample, name[0], layout)
            return replace(
                log, row_type=name[0], order_rows=layout.order_rows, line_rows=layout.line_rows
            )
    moneys = [c.name for c in found.moneys[:TRIED]] or ([log.amount] if log.amount else [])
    if structure is None or log.order is None:
        return log
    for column in found.states:
        if column.type != "text" or not 2 <= column.distinct <= KINDS:
            continue
        cell = structure.cell(column.name)
        if cell.constant or cell.many < SEVERAL:
            continue
        values = values_of(opened.engine, opened.table, column.name, KINDS)
        for money in moneys:
            expr = kind_expression(sample, log.order, column.name, values, money)
            pair = _pair(opened.engine.record(expr), len(values))
            if pair is not None:
                total, lines = (values[i] for i in pair)
                return replace(log, row_type=column.name, order_rows=(total,), line_rows=(lines,))
    if structure.several < SEVERAL:  # too few orders in which a row could be the sum of others
        return log
    return _with_sum_rows(opened, sample, log, moneys, columns)


def _refuse_other_kinds(opened: Opened, sample: ir.Table, name: str, layout: Layout) -> None:
    """Raise where a column of kinds holds none that the layout knows: stages of a shop's own."""
    values = values_of(opened.engine, sample, name, SHOWN)
    if values and len(values) < SHOWN and not {*values} & {*layout.order_rows, *layout.line_rows}:
        raise ReadingQuestion.of(
            f"{opened.reading.source!r} is the {layout.platform} {layout.export} export, but its "
            f"{name} holds words of your own ({', '.join(map(repr, values[:8]))})",
            f"{layout.order_rows[0]!r} where something was sold",
            f"keep the rows that were sold, and write {layout.order_rows[0]!r} as their {name}",
        )


def _with_sum_rows(
    opened: Opened,
    sample: ir.Table,
    log: OrderLog,
    moneys: Sequence[str],
    columns: Sequence[ColumnSummary],
) -> OrderLog:
    """Return the log with the rows that hold the sum of all other rows of their order, if any.

    Raises ``ReadingQuestion`` where such rows are known by a blank product only.
    """
    assert log.order is not None
    played = set(log.parts) - {*log.traits, log.category, log.channel}
    kinds = [
        c.name
        for c in columns
        if c.type == "text" and 2 <= c.distinct <= SUM_KINDS and c.name not in played
    ]
    for money in moneys[:1]:
        for name in kinds[:TRIED]:
            values = values_of(opened.engine, sample, name, SUM_KINDS)
            expr = kind_expression(sample, log.order, name, values, money, pairs=False)
            row = opened.engine.record(expr)
            sums = _sums(row, len(values), _named_total(values))
            if sums is not None:
                return replace(log, row_type=name, order_rows=(values[sums],), line_rows=())
        if log.product is not None:
            blank = sample[log.product].isnull().ifelse("blank", "told")
            told = {name: sample[name] for name in (log.order, money)}
            table = sample.select(**told, __kind__=blank)
            expr = kind_expression(table, log.order, "__kind__", ["blank"], money, pairs=False)
            if _sums(opened.engine.record(expr), 1, None) is not None:
                raise ReadingQuestion.of(
                    f"{opened.reading.source!r} has rows without {log.product} whose {money} is "
                    "the sum of the other rows of their order: with them the money counts twice",
                    "rows of one kind",
                    "leave the rows of sums out of the file; if they are sales of their own, say "
                    "that no "
                    f"column is the product: {choose_line(log.product, '', 'dropped')}",
                )
    return log


def _named_total(values: Sequence[str]) -> int | None:
    """Return the one kind that is named a total, where the others are named as parts of it.

    >>> _named_total(["ot_subtotal", "ot_tax", "ot_total", "ot_shipping"])
    2
    """
    words = [tokens(value) for value in values]
    totals = [i for i, w in enumerate(words) if TOTAL.search(w) and not SUBTOTAL.search(w)]
    parts = [w for w in words if SUBTOTAL.search(w) or money_rank(w) is None]
    return totals[0] if len(totals) == 1 and len(parts) >= 2 else None


def _sums(row: ResultRow, kinds: int, named: int | None) -> int | None:
    """Return the kind whose one row in nearly every order is the sum of the other rows.

    One that is ``named`` a total need not be that sum: taxes may be in it already.
    """
    orders = int(row["orders"] or 0)
    for i in range(kinds):
        has, one = int(row[f"has_{i}"] or 0), int(row[f"one_{i}"] or 0)
        beside, sums = int(row[f"beside_{i}"] or 0), int(row[f"sums_{i}"] or 0)
        whole = has >= MOST * orders and one >= ONE * has
        if whole and beside >= max(SEVERAL, MOST * has) and (sums >= EQUAL * beside or i == named):
            return i
    return None


def _pair(row: ResultRow, kinds: int) -> tuple[int, int] | None:
    """Return the kind that holds the total of an order, and the kind of its lines."""
    orders = int(row["orders"] or 0)
    for i in range(kinds):
        has, one = int(row[f"has_{i}"] or 0), int(row[f"one_{i}"] or 0)
        if has < MOST * orders or one < ONE * has:
            continue
        for j in range(kinds):
            if i == j:
                continue
            a, b = max(i, j), min(i, j)
            both, equal = int(row[f"both_{a}_{b}"] or 0), int(row[f"equal_{a}_{b}"] or 0)
            several = int(row[f"one_{j}"] or 0) < int(row[f"has_{j}"] or 0)
            if both >= SEVERAL and equal >= EQUAL * both and several:
                return i, j
    return None
