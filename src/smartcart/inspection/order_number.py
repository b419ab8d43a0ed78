"""Which lines are one order: by a number within which buyer and day do not change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from smartcart.errors import ReadingQuestion
from smartcart.inspection.desk import (
    FEW_BUYERS,
    HALF,
    NAMES_TRIED,
    Desk,
    Rival,
    choose_line,
    money_columns,
)
from smartcart.inspection.order_money import counted_once
from smartcart.inspection.told_once import filled_down, stands_once, states_told
from smartcart.records import Notice, OrderLog
from smartcart.tables import order_structure
from smartcart.tables.buyer_ranks import of_the_buyer
from smartcart.tables.money_ranks import PAID, money_rank
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_lines import filled, numbered, one_form, text
from smartcart.tables.order_names import bare, prices_a_piece
from smartcart.tables.order_ranks import order_rank
from smartcart.tables.order_roles import REPEATED
from smartcart.tables.order_structure import SEVERAL, OrderColumn, Structure
from smartcart.tables.order_words import NOT_WHO
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.phones import is_phone
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

__all__ = ["order_number", "other_numbers", "refuse_repeated_totals"]

ORDERS_TRIED = 4
CODED = 0.9  # of the texts hold a digit
DIFFERENT = 0.98  # of the lines have a code of their own, as the sample counts them
SHOPS_TRIED = 3
CUT_APART = 1.02  # orders of a number and a shop for each of a number, a buyer and a day
MANY_ORDERS = 20  # of several lines: a column may number the orders
LEAST_ORDERS = 0.1  # of the lines, at least, are orders
ORDERS_A_DAY = 1.2  # at least, where numbers begin anew every day
ONE_DAY = 0.8  # of the orders that are named so, at least, are of one day
LINES_EACH = 2  # of an order, at most, where too few have several to tell whether it has one buyer
NAMED = {0, 1}  # ranks of names that are an order's number
OF_A_ROW = lazy_pattern(r"\b(uuid|guid|hash|row|record|line|key|index|idx|entry)\b")
NOT_AN_ORDER = lazy_pattern(r"\b(name|customer|product|item|description|mail|time)\b")


def order_number(desk: Desk, log: OrderLog, found: Candidates) -> tuple[OrderLog, Structure | None]:
    """Choose the number of an order: buyer and day do not change within it."""
    tried = [log.order] if "order" in desk.said and log.order else []
    if not tried:
        tried = [c.name for c in found.orders]
        if log.order is not None and log.order not in tried:
            tried.insert(0, log.order)
        tried = [n for n in tried if desk.figures[n].distinct > 1]
    best: tuple[tuple[object, ...], str, Structure] | None = None
    refused: list[tuple[str, Structure]] = []
    whole = desk.sample
    for place, name in enumerate(tried[:ORDERS_TRIED]):
        down = stands_once(desk, log, name)
        desk.sample = filled(whole, filled_down(log, name)) if down else whole
        structure = structure_by(desk, log, found, name)
        daily, shop = False, None
        again = log.date is not None and not down and name not in money_columns(log, found)
        if again and not _one_buyer(structure, _buyer(structure, log, found)):
            shop = _shop(desk, log, found, name)  # each of several shops may count from 1
            daily = shop is None  # or numbers may begin anew every day
            desk.sample = numbered(whole, replace(log, order=name, daily=daily, shop=shop))
            structure = structure_by(desk, log, found, name)
            if daily and structure.orders < ORDERS_A_DAY * _days(desk, log):
                refused.append((name, structure))
                continue  # it is the days that part these lines, not the number
        days = [c.name for c in found.days] or [log.date or ""]
        who = _buyer(structure, log, found)
        steady = _one_buyer(structure, who) and any(structure.cell(d).steady for d in days)
        steady = steady or _sent_back_later(name, who, [structure.cell(d) for d in days])
        if "order" not in desk.said and (not steady or _of_a_line(desk, log, name, structure)):
            if not steady:
                refused.append((name, structure))
            continue
        beside = desk.filled(name, structure)
        score = (beside < HALF and not down, place, -structure.several)
        if best is None or score < best[0]:
            best = (score, name, structure)
            chosen = (
                filled_down(log, name) if down else replace(log, order=name, daily=daily, shop=shop)
            )
    desk.sample = whole
    if best is None and (alone := _numbered_lines(desk, log)) is not None:
        structure = structure_by(desk, log, found, alone)
        desk.checks.append(f"{alone} differs on every line: each line is an order")
        log = replace(log, discount=None) if log.discount == alone else log
        return replace(log, order=alone), structure
    if best is None:
        desk.notices += _refused_numbers(desk, refused)
        if "order" not in desk.said:
            desk.checks.append(
                "no column numbers the orders: all that a customer bought on a day is one order"
            )
        return replace(log, order=None), None
    _, name, structure = best
    if chosen.fill == "down":
        desk.checks.append(
            f"{name} stands on the first line of each order; the lines below belong to it"
        )
    if chosen.shop is not None:
        desk.checks.append(f"each {chosen.shop} numbers its own orders: both make an order")
    if chosen.daily:
        desk.checks.append(f"{name} begins anew every day: number and day make an order")
    if structure.several:
        days = [c.name for c in found.days] or [log.date or ""]
        steady = any(structure.cell(d).steady for d in days)
        buyer = _buyer_name(structure, log, found)
        same = f"{buyer} and the day do" if steady else f"{buyer} does"
        desk.checks.append(
            f"{same} not change within the {structure.several:,} orders "
            f"of several lines that {name} makes"
        )
        if not steady:
            desk.checks.append(
                f"some lines of an order of {name} bear a later day: the first counts"
            )
    return chosen, structure


def _buyer_name(structure: Structure, log: OrderLog, found: Candidates) -> str:
    """Return the column of the buyer within an order: the chosen one, or one that does not change.

    A ticket may bear its holder's address beside that of who paid for all of an order.
    """
    names = [log.customer, *(c.name for c in found.customers[:8] if of_the_buyer(c.name))]
    return next((n for n in names if structure.cell(n).steady), log.customer)


def _buyer(structure: Structure, log: OrderLog, found: Candidates) -> OrderColumn:
    return structure.cell(_buyer_name(structure, log, found))


def _one_buyer(structure: Structure, who: OrderColumn) -> bool:
    """Return whether a number has one buyer; the few kinds of all lines are none by being few."""
    few_lines = structure.lines <= LINES_EACH * structure.orders
    return who.constant or (who.steady and few_lines)


def _shop(desk: Desk, log: OrderLog, found: Candidates, order: str) -> str | None:
    """Return the column of shops within which a number has one buyer and one day, if there is one.

    A number must hang together so: nobody's lines of a day are cut apart by it.
    """
    whole = desk.sample
    for column in found.shops[:SHOPS_TRIED]:
        if column.name in {order, log.customer, log.date, log.status}:
            continue
        desk.sample = numbered(whole, replace(log, order=order, shop=column.name))
        parted = structure_by(desk, log, found, order)
        desk.sample = whole
        days = [c.name for c in found.days] or [log.date or ""]
        several = parted.several >= SEVERAL or "shop" in desk.said
        steady = any(parted.cell(d).steady for d in days)
        if not several or not steady or not parted.cell(log.customer).steady:
            continue
        by_day = numbered(whole, replace(log, order=order, daily=True))
        bought = _different(desk, by_day[order] + "/" + text(by_day[log.customer]))
        if parted.orders <= CUT_APART * bought:
            return column.name
    return None


def _days(desk: Desk, log: OrderLog) -> int:
    """Return how many different days the lines of the sample have."""
    return _different(desk, desk.sample[log.date].cast("date"))


def _different(desk: Desk, value: ir.Value) -> int:
    return int(desk.opened.engine.arrow(value.nunique().as_table()).column(0)[0].as_py() or 0)


def _numbered_lines(desk: Desk, log: OrderLog) -> str | None:
    """Return a column of codes that differ on every line, where a line can be an order.

    That is: nothing tells products or pieces, whose lines may be several of an order.
    """
    if "order" in desk.said or log.quantity or log.fill == "group" or _sold(desk, log):
        return None
    played = {*log.parts, *desk.dropped}
    if "discount" not in desk.said:
        played -= {log.discount or ""}  # "Cupom" is a receipt, too; a code off comes again
    for column in desk.figures.values():
        coded = column.type == "number" and column.whole
        coded |= column.type == "text" and column.digits >= CODED * column.head
        if (
            coded
            and not column.spaced
            and column.name not in played
            and column.distinct >= DIFFERENT * column.present
            and column.present >= DIFFERENT * column.rows
            and money_rank(column.name) != PAID
            and NOT_AN_ORDER.search(tokens(column.name)) is None
            and OF_A_ROW.search(tokens(column.name)) is None
            and not column.mails
            and not is_phone(column.name)
            and column.rows >= MANY_ORDERS
        ):
            return column.name
    return None


def _refused_numbers(desk: Desk, refused: Sequence[tuple[str, Structure]]) -> list[Notice]:
    """Tell of a column that is named as the orders' number, and is none."""
    for name, structure in refused:
        if order_rank(name) == 0 and structure.several >= MANY_ORDERS:
            return [
                Notice(
                    "order_number",
                    f"{name} is named as the number of an order, but several buyers or days bear "
                    "the same: all that a customer bought on a day counts as one order. If shops "
                    "number their orders each from 1, name their column: "
                    f"{choose_line('NAME', 'shop')}.",
                    structure.several,
                )
            ]
    return []


def refuse_repeated_totals(desk: Desk, log: OrderLog) -> None:
    """Ask where totals seem to be of whole orders, on every line, but no number parts the orders.

    Raises ``ReadingQuestion``: their sum would be the money several times.
    """
    lines = log.product or log.quantity
    if log.order is not None or log.date is None or log.amount is None or not lines:
        return
    if "amount" in desk.said or money_rank(log.amount) != PAID or prices_a_piece(log.amount):
        return
    if any(rival.competes and rival.log.order is not None for rival in desk.rivals):
        return  # it is asked already which column numbers the orders
    both = text(desk.sample[log.customer]) + "/" + desk.sample[log.date].cast("string")
    table = desk.sample.mutate(__both__=both)
    expr = order_structure.structure_expression(table, "__both__", [log.amount], [log.amount])
    found = order_structure.structure_of("", [log.amount], desk.opened.engine.record(expr))
    cell = found.cell(log.amount)
    if cell.many < MANY_ORDERS or not cell.constant or desk.figures[log.amount].distinct < SEVERAL:
        return
    raise ReadingQuestion.of(
        f"{desk.opened.reading.source!r} has one {log.amount} on all lines of a customer and day "
        f"({cell.many:,} times in the lines looked at), and no column numbers the orders: it may "
        "be the total of the order, repeated",
        "a number of the order on every line",
        f"add that column, or say that {log.amount!r} is of the line: "
        f"{choose_line(log.amount, 'amount')}",
    )


def _sent_back_later(name: str, who: OrderColumn, days: Sequence[OrderColumn]) -> bool:
    """Return whether a number named so has one buyer an order, and one day but for some of them.

    Lines that were sent back, or shipped apart, may bear a later day than their order.
    """
    named = order_rank(name) in NAMED
    return named and who.constant and any(d.same >= ONE_DAY * d.many for d in days)


def _of_a_line(desk: Desk, log: OrderLog, name: str, structure: Structure) -> bool:
    """Return whether a bare ``id`` that never comes twice numbers lines, not orders."""
    line = _sold(desk, log) or log.quantity or log.unit_price
    return bare(name) and structure.several < SEVERAL and bool(line)


def _sold(desk: Desk, log: OrderLog) -> bool:
    """Return whether a column of products is there, and is not a text of each line's own."""
    product = desk.figures[log.product] if log.product is not None else None
    return product is not None and product.distinct < REPEATED * product.present


def structure_by(desk: Desk, log: OrderLog, found: Candidates, order: str) -> Structure:
    moneys = [*money_columns(log, found), *(c.name for c in found.refunds)]
    few = desk.figures[log.customer].distinct < FEW_BUYERS
    called = [c.name for c in found.names[:NAMES_TRIED]] if few else []
    others = [log.quantity, log.discount, log.channel, log.currency, log.customer, log.date]
    names = list(
        dict.fromkeys(
            [
                *(c.name for c in (*found.customers[:8], *found.days[:8], *found.mails[:4])),
                *states_told(found),
                *(n for n in (*called, *others) if n),
                *log.traits,
                *moneys,
            ]
        )
    )
    names = [n for n in names if n != order]
    table = _days_of_sales(desk.sample, log, found, (order, *names))
    expr = order_structure.structure_expression(table, order, names, moneys)
    return order_structure.structure_of(order, names, desk.opened.engine.record(expr))


def _days_of_sales(
    table: ir.Table, log: OrderLog, found: Candidates, names: Sequence[str]
) -> ir.Table:
    """Return the columns ``names`` of the lines, the first of them the number of an order.

    The days of lines that come back are left out: they are later ones. Who bought is compared
    without case, as people write their addresses.
    """
    days = [n for n in dict.fromkeys([*(c.name for c in found.days[:8]), log.date]) if n]
    days = [n for n in days if n != names[0]]
    signed = [n for n in dict.fromkeys([log.quantity, *money_columns(log, found)]) if n]
    back = ibis.literal(False)
    for name in signed:
        back = back | (table[name].cast("float64") < 0).fill_null(False)
    told = {n: back.ifelse(ibis.null(table[n].type()), table[n]) for n in days}
    people = {log.customer, *(c.name for c in (*found.customers, *found.mails, *found.names))}
    for name in people.intersection(names):
        if table[name].type().is_string():
            told[name] = one_form(table[name].strip().lower(), name)
    return table.select(**({n: table[n] for n in names} | told))


def _of_each_line(desk: Desk, log: OrderLog, columns: Sequence[ColumnSummary]) -> list[Rival]:
    """Return the reading by an id of each line, which may be an order's or a line's."""
    for column in columns:
        alone = column.present == column.rows and column.distinct >= DIFFERENT * column.rows
        whole = column.type == "text" and not column.spaced
        whole |= column.type == "number" and column.whole
        named = bare(column.name) or order_rank(column.name) in NAMED
        free = column.name not in {*log.parts, *desk.dropped}
        if alone and whole and named and free and OF_A_ROW.search(tokens(column.name)) is None:
            other = replace(log, order=column.name)
            differs = f"order: each {column.name} for all of a day"
            return [Rival(differs, other, log, choose_line(column.name, "order"))]
    return []


def other_numbers(desk: Desk, log: OrderLog, columns: Sequence[ColumnSummary]) -> None:
    """Where no name is an order's number, keep the readings by columns that behave like one."""
    if log.order is not None or log.date is None or "order" in desk.said:
        return
    desk.rivals += _of_each_line(desk, log, columns)
    played = set(log.parts)
    like = [
        c
        for c in columns
        if ((c.type == "text" and not c.spaced) or (c.type == "number" and c.whole))
        and c.name not in played
        and c.name not in desk.dropped
        and c.present >= HALF * c.rows
        and LEAST_ORDERS * c.present <= c.distinct < c.present
        and (order_rank(c.name) in NAMED or NOT_WHO.fullmatch(tokens(c.name)) is None)
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
        # the events of one order, or its parcels, on several days
        events = order_rank(column.name) in NAMED and found.cell(log.customer).constant
        if found.several >= MANY_ORDERS and (fixed or events):
            other = counted_once(desk, replace(log, order=column.name), found, quiet=True)
            desk.rivals.append(
                Rival(
                    f"order: {column.name} for all of a day",
                    other,
                    log,
                    choose_line(column.name, "order"),
                    competes=True,
                )
            )
