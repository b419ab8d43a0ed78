"""Rows of several kinds in one file: a sale, its lines and its payments tell the same money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from smartcart.inspection.states import values_of
from smartcart.layouts import Layout, present
from smartcart.records import OrderLog, ResultRow
from smartcart.sources import Opened
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_structure import Structure, kind_expression

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["with_row_kinds"]

TRIED = 3  # columns of money
KINDS = 6  # different kinds of rows at the most
SEVERAL = 5  # orders in which money is told twice
ONE = 0.98  # of the orders have one row of the kind that holds the total
MOST = 0.9  # of all orders have such a row
EQUAL = 0.5  # of the orders tell the same money twice; in others a discount parts the sums


def with_row_kinds(
    opened: Opened,
    sample: ir.Table,
    log: OrderLog,
    structure: Structure | None,
    found: Candidates,
    layout: Layout | None,
) -> OrderLog:
    """Return the log with the rows that hold an order's money, and those of its products.

    Two kinds of rows tell the same money where one stands once in nearly every order and its
    amount is the sum of the other's. Rows of neither kind are no sale.
    """
    if layout is not None and layout.row_type:
        name = present((layout.row_type,), opened.table.columns)
        if name:
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
    return log


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
