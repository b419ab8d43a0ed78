"""Which lines are one order: by a number within which buyer and day do not change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from smartcart.inspection.desk import (
    FEW,
    HALF,
    Desk,
    Rival,
    choose_line,
    listed,
    money_columns,
)
from smartcart.inspection.order_money import counted_once
from smartcart.records import Fill, OrderLog
from smartcart.tables import order_structure, orders
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_lines import filled, numbered
from smartcart.tables.order_names import bare
from smartcart.tables.order_ranks import order_rank
from smartcart.tables.order_structure import SEVERAL, Structure
from smartcart.tables.order_words import NOT_WHO
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

__all__ = ["order_number", "other_numbers", "told_once"]

ORDERS_TRIED = 4
MANY_ORDERS = 20  # of several lines: a column may number the orders
LEAST_ORDERS = 0.1  # of the lines, at least, are orders
NOT_AN_ORDER = re.compile(r"\b(name|customer|product|item|description|mail|time)\b")


def order_number(desk: Desk, log: OrderLog, found: Candidates) -> tuple[OrderLog, Structure | None]:
    """Choose the number of an order: buyer and day do not change within it."""
    tried = [log.order] if "order" in desk.said and log.order else []
    if not tried:
        tried = [c.name for c in found.orders]
        if log.order is not None and log.order not in tried:
            tried.insert(0, log.order)
    best: tuple[tuple[object, ...], str, Structure] | None = None
    whole = desk.sample
    for place, name in enumerate(tried[:ORDERS_TRIED]):
        down = _stands_once(desk, log, name)
        desk.sample = filled(whole, _down(log, name)) if down else whole
        structure = structure_by(desk, log, found, name)
        daily = False
        again = log.date is not None and not down and name not in money_columns(log, found)
        if again and not structure.cell(log.customer).steady:
            daily = True  # numbers may begin anew every day
            desk.sample = numbered(whole, replace(log, order=name, daily=True))
            structure = structure_by(desk, log, found, name)
        days = [c.name for c in found.days] or [log.date or ""]
        who = structure.cell(log.customer)
        steady = who.steady and any(structure.cell(d).steady for d in days)
        if "order" not in desk.said and (not steady or _of_a_line(log, name, structure)):
            continue
        beside = desk.filled(name, structure)
        score = (beside < HALF and not down, place, -structure.several)
        if best is None or score < best[0]:
            best = (score, name, structure)
            chosen = _down(log, name) if down else replace(log, order=name, daily=daily)
    desk.sample = whole
    if best is None:
        return replace(log, order=None), None
    _, name, structure = best
    if chosen.fill == "down":
        desk.checks.append(
            f"{name} stands on the first line of each order; the lines below belong to it"
        )
    if chosen.daily:
        desk.checks.append(f"{name} begins anew every day: number and day make an order")
    if structure.several:
        desk.checks.append(
            f"{log.customer} and the day do not change within the {structure.several:,} orders "
            f"of several lines that {name} makes"
        )
    return chosen, structure


def _of_a_line(log: OrderLog, name: str, structure: Structure) -> bool:
    """Return whether a bare ``id`` that never comes twice numbers lines, not orders."""
    line = log.product or log.quantity or log.unit_price
    return bare(name) and structure.several < SEVERAL and line is not None


def structure_by(desk: Desk, log: OrderLog, found: Candidates, order: str) -> Structure:
    moneys = [*money_columns(log, found), *(c.name for c in found.refunds)]
    others = [log.quantity, log.discount, log.channel, log.currency, log.customer, log.date]
    names = list(
        dict.fromkeys(
            [
                *(c.name for c in (*found.customers[:8], *found.days[:8], *found.mails[:4])),
                *(c.name for c in (*found.states[:10], *found.cancelled_on)),
                *(n for n in others if n),
                *log.traits,
                *moneys,
            ]
        )
    )
    names = [n for n in names if n != order]
    expr = order_structure.structure_expression(desk.sample, order, names, moneys)
    return order_structure.structure_of(order, names, desk.opened.engine.record(expr))


def _stands_once(desk: Desk, log: OrderLog, order: str) -> bool:
    """Return whether a number stands on the first line of each order, and the lines below lack it.

    These lack buyer and day, too, but hold something.
    """
    known = desk.known.get(order, 0)
    if not FEW * desk.lines < desk.lines - known < desk.lines or not desk.opened.engine.can.typed:
        return False
    rest = desk.sample.filter(desk.sample[order].isnull())
    told = {"n": rest.count(), "who": rest[log.customer].count()}
    if log.date is not None:
        told["day"] = rest[log.date].count()
    held = [n for n in (log.quantity, log.product, log.unit_price, log.amount) if n]
    for i, name in enumerate(held):
        told[f"h{i}"] = rest[name].count()
    row = desk.opened.engine.record(rest.aggregate(**told))
    lines = int(row["n"] or 0)
    few = FEW * lines
    holds = max((int(row[f"h{i}"] or 0) for i in range(len(held))), default=0)
    return int(row["who"] or 0) <= few and int(row.get("day") or 0) <= few and holds >= lines / 2


def _down(log: OrderLog, order: str) -> OrderLog:
    return replace(log, order=order, fill="down", filled=(order,))


def told_once(
    desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> OrderLog:
    """Find cells that are told once for several lines, and how they reach the others."""
    if log.fill == "group" or structure is None or log.order is None:
        return log
    names = dict.fromkeys(
        [
            log.customer,
            *(c.name for c in found.customers[:8]),
            *(c.name for c in found.mails[:4]),
            *(c.name for c in found.days[:8]),
            *(c.name for c in found.states[:10]),
            *(c.name for c in found.cancelled_on),
            log.channel or "",
            log.currency or "",
            log.discount or "",
            *log.traits,
        ]
    )
    told = [n for n in names if n and n != log.order]
    if log.fill == "down":
        return replace(log, filled=(log.order, *told))
    once = tuple(n for n in told if structure.cell(n).told_once)
    if not once:
        return log
    desk.checks.append(f"cells of the order ({listed(once)}) stand on one line of each")
    fill: Fill = "order"
    return replace(log, fill=fill, filled=once)


def other_numbers(desk: Desk, log: OrderLog, columns: Sequence[ColumnSummary]) -> None:
    """Where no name is an order's number, keep the readings by columns that behave like one."""
    if log.order is not None or log.date is None or "order" in desk.said:
        return
    played = set(orders.part_names(log))
    like = [
        c
        for c in columns
        if ((c.type == "text" and not c.spaced) or (c.type == "number" and c.whole))
        and c.name not in played
        and c.name not in desk.dropped
        and c.present >= HALF * c.rows
        and LEAST_ORDERS * c.present <= c.distinct < c.present
        and NOT_WHO.fullmatch(tokens(c.name)) is None
        and NOT_AN_ORDER.search(tokens(c.name)) is None
    ]
    for column in like[:ORDERS_TRIED]:
        steady = [log.customer, log.date]
        money = [log.amount] if log.amount is not None else []
        names = [*steady, *money]
        expr = order_structure.structure_expression(desk.sample, column.name, names, money)
        row = desk.opened.engine.record(expr)
        found = order_structure.structure_of(column.name, names, row)
        fixed = all(found.cell(n).constant for n in steady)
        # the events of one order: the same money on several days
        events = (
            order_rank(column.name) in {0, 1}
            and found.cell(log.customer).constant
            and found.cell(log.amount).many >= MANY_ORDERS
            and found.cell(log.amount).constant
        )
        if found.several >= MANY_ORDERS and (fixed or events):
            other = counted_once(desk, replace(log, order=column.name), found, quiet=True)
            desk.rivals.append(
                Rival(
                    f"order: {column.name} for all of a day",
                    other,
                    choose_line(column.name, "order"),
                    competes=True,
                )
            )
