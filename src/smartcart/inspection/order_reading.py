"""From candidates to one reading of an order log: names propose, the values decide.

The user's own words come first, then a known layout, then names; each choice is checked on the
lines of a sample (what is constant within an order, what is filled where money is, which rows tell
the same money twice). What else explains the file about as well is kept as another reading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from smartcart.inspection import buyers, row_kinds, states
from smartcart.layouts import Layout, present
from smartcart.records import Fill, Notice, OrderLog
from smartcart.sources import Opened
from smartcart.tables import order_roles, order_structure, orders
from smartcart.tables.order_lines import filled, numbered
from smartcart.tables.order_ranks import (
    converted,
    customer_rank,
    is_mail,
    money_rank,
    taxes_aside,
)
from smartcart.tables.order_roles import Candidates, find_candidates, prices_a_piece
from smartcart.tables.order_structure import SAMPLE_LINES, SEVERAL, Structure
from smartcart.tables.order_words import NOT_WHO
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

__all__ = ["Rival", "Settled", "settle"]

ORDERS_TRIED = 4
FILLED = 0.6  # of the lines with money: a column of customers of which most are known
HALF = 0.5  # of the lines with money must have a day, and a number where one is used
FEW = 0.05  # of the lines without a number from which these are looked at
MONEYS = 12
MANY_ORDERS = 20  # of several lines: a column may number the orders
LEAST_ORDERS = 0.1  # of the lines, at least, are orders
NOT_AN_ORDER = re.compile(r"\b(name|customer|product|item|description|mail|time)\b")
FEW_OF_MOST = 0.2  # customers so few beside another column of them are a kind of account


@dataclass(frozen=True, slots=True)
class Rival:
    """Another reading: what differs, how it is chosen, and whether it is as good."""

    differs_in: str
    log: OrderLog
    choose: str
    competes: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """The reading of a log, why it is believed, and what else could be read."""

    log: OrderLog
    checks: tuple[str, ...] = ()
    rivals: tuple[Rival, ...] = ()
    notices: tuple[Notice, ...] = ()
    figures: tuple[ColumnSummary, ...] = ()


@dataclass(slots=True)
class _Desk:
    """What is known so far: the sample, its figures, and what was found out."""

    opened: Opened
    sample: Any
    figures: Mapping[str, ColumnSummary]
    said: frozenset[str]  # parts that the user or a layout settles
    checks: list[str] = field(default_factory=list)
    rivals: list[Rival] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    beside: dict[str, int] = field(default_factory=dict)  # sample lines of a column with money
    known: dict[str, int] = field(default_factory=dict)  # sample lines of a column
    lines: int = 0
    money: int = 0  # sample lines with money

    def filled(self, name: str, structure: Structure | None) -> float:
        """Return the share of lines with money (told once: of orders) that have a column."""
        if structure is not None and structure.orders and structure.cell(name).told_once:
            return min(1.0, structure.cell(name).known / structure.orders)
        if not self.money:
            return self.known.get(name, 0) / max(self.lines, 1)
        return self.beside.get(name, 0) / self.money


def settle(
    opened: Opened,
    columns: Sequence[ColumnSummary],
    log: OrderLog,
    parts: Mapping[str, str],
    layout: Layout | None = None,
) -> Settled:
    """Return the reading of a log whose columns were proposed by name.

    Parameters
    ----------
    columns : figures of all columns.
    log : the proposal.
    parts : the user's own words: column -> part; they are not overruled.
    layout : the known export that it is, if it is one.
    """
    table = opened.table
    sample = table.limit(SAMPLE_LINES) if opened.reading.rows > SAMPLE_LINES else table
    found = find_candidates(columns, parts)
    said = {part for part in parts.values() if part}
    if layout is not None:
        found, log, named = _of_layout(layout, columns, found, log, said)
        said |= named
    desk = _Desk(opened, sample, {c.name: c for c in columns}, frozenset(said))
    _count(desk, log, found)
    log, structure = _number(desk, log, found)
    log = _fill(desk, log, structure, found)
    log = _customer(desk, log, structure, found)
    log = _day(desk, log, structure, found)
    log = states.with_states(opened, log, found, layout)
    log = row_kinds.with_row_kinds(opened, sample, log, structure, found, layout)
    log = _money(desk, log, structure, found)
    log = _refunds(log, structure, found)
    if log.fill != "group":
        log = buyers.with_nobody(opened, sample, log, found, layout, desk.notices)
    _other_customers(desk, log, structure, found)
    _other_numbers(desk, log, columns)
    log = order_roles.described(columns, log, parts)
    return Settled(log, tuple(desk.checks), tuple(desk.rivals), tuple(desk.notices), tuple(columns))


def _of_layout(
    layout: Layout,
    columns: Sequence[ColumnSummary],
    found: Candidates,
    log: OrderLog,
    said: set[str],
) -> tuple[Candidates, OrderLog, set[str]]:
    """Return the candidates and the log with the columns that the layout names."""
    there = {c.name: c for c in columns if c.present}
    names = list(there)

    def of(wanted: Sequence[str]) -> tuple[ColumnSummary, ...]:
        return tuple(there[name] for name in present(wanted, names))

    named: set[str] = set()
    changes: dict[str, Any] = {"layout": layout.name}
    for part, wanted in (
        ("quantity", layout.quantity), ("unit_price", layout.unit_price),
        ("product", layout.product), ("category", layout.category), ("channel", layout.channel),
        ("currency", layout.currency), ("discount", layout.discount),
    ):  # fmt: skip
        if part in said or not wanted:
            continue
        first = of(wanted)[:1]
        if part in {"quantity", "unit_price"} and first and first[0].type != "number":
            first = ()
        changes[part] = first[0].name if first else None
    swapped: dict[str, Any] = {}
    for part, where, wanted in (
        ("customer", "customers", layout.customer), ("order", "orders", layout.order),
        ("date", "days", layout.day), ("amount", "moneys", layout.paid),
    ):  # fmt: skip
        if part in said or not wanted:
            continue
        first = of(wanted)
        if part == "date":
            first = tuple(c for c in first if c.type == "date")
        if part == "amount":
            first = tuple(c for c in first if c.type == "number")
        if first:
            swapped[where] = first
            changes[part] = first[0].name
            named.add(part)
    pieces = changes.get("quantity") and changes.get("unit_price")
    if pieces and "amount" not in said and not of(layout.paid):  # it has no other money
        swapped["moneys"] = ()
        changes["amount"] = None
    if layout.mail:
        swapped["mails"] = of(layout.mail)
    if layout.refunded:
        swapped["refunds"] = tuple(c for c in of(layout.refunded) if c.type == "number")
    if layout.cancelled_on:
        swapped["cancelled_on"] = of(layout.cancelled_on)
    if layout.states:
        listed = of(tuple(layout.states))
        swapped["states"] = listed + tuple(c for c in found.states if c not in listed)
    return replace(found, **swapped), replace(log, **changes), named


def _count(desk: _Desk, log: OrderLog, found: Candidates) -> None:
    """Count, on the sample, which columns are filled, in all and beside money."""
    moneys = _moneys(log, found)
    chosen = [log.customer, log.order, log.date]
    names = list(dict.fromkeys([
        *(n for n in chosen if n), *(c.name for c in found.customers[:8]),
        *(c.name for c in found.orders[:ORDERS_TRIED]), *(c.name for c in found.days[:8]),
        *(c.name for c in found.mails[:4]), *moneys,
    ]))  # fmt: skip
    expr = order_structure.cell_expression(desk.sample, names, moneys)
    row = desk.opened.engine.record(expr)
    desk.lines, desk.money = int(row["lines"] or 0), int(row["money"] or 0)
    for i, name in enumerate(names):
        desk.known[name] = int(row[f"all_{i}"] or 0)
        desk.beside[name] = int(row[f"with_{i}"] or 0)


def _moneys(log: OrderLog, found: Candidates) -> list[str]:
    """Return the columns of money: what may have been paid, else the price of a piece."""
    names = [c.name for c in found.moneys[:MONEYS]]
    for name in (log.amount, log.unit_price):
        if name is not None and name not in names:
            names.append(name)
    return names


def _number(desk: _Desk, log: OrderLog, found: Candidates) -> tuple[OrderLog, Structure | None]:
    """Choose the number of an order: buyer and day do not change within it."""
    tried = [log.order] if "order" in desk.said and log.order else []
    if not tried:
        tried = [c.name for c in found.orders]
        if log.order is not None and log.order not in tried:
            tried.insert(0, log.order)
    best: tuple[tuple[Any, ...], str, Structure] | None = None
    whole = desk.sample
    for place, name in enumerate(tried[:ORDERS_TRIED]):
        down = _stands_once(desk, log, name)
        desk.sample = filled(whole, _down(log, name)) if down else whole
        structure = _structure(desk, log, found, name)
        daily = False
        again = log.date is not None and not down and name not in _moneys(log, found)
        if again and not structure.cell(log.customer).steady:
            daily = True  # numbers may begin anew every day
            desk.sample = numbered(whole, replace(log, order=name, daily=True))
            structure = _structure(desk, log, found, name)
        days = [c.name for c in found.days] or [log.date or ""]
        who = structure.cell(log.customer)
        steady = who.steady and any(structure.cell(d).steady for d in days)
        if not steady and "order" not in desk.said:
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


def _structure(desk: _Desk, log: OrderLog, found: Candidates, order: str) -> Structure:
    moneys = [*_moneys(log, found), *(c.name for c in found.refunds)]
    others = [log.quantity, log.discount, log.channel, log.currency, log.customer, log.date]
    names = list(dict.fromkeys([
        *(c.name for c in (*found.customers[:8], *found.days[:8], *found.mails[:4])),
        *(c.name for c in (*found.states[:10], *found.cancelled_on)),
        *(n for n in others if n), *log.traits, *moneys,
    ]))  # fmt: skip
    names = [n for n in names if n != order]
    expr = order_structure.structure_expression(desk.sample, order, names, moneys)
    return order_structure.structure_of(order, names, desk.opened.engine.record(expr))


def _stands_once(desk: _Desk, log: OrderLog, order: str) -> bool:
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


def _fill(desk: _Desk, log: OrderLog, structure: Structure | None, found: Candidates) -> OrderLog:
    """Find cells that are told once for several lines, and how they reach the others."""
    if log.fill == "group" or structure is None or log.order is None:
        return log
    names = dict.fromkeys([
        log.customer, *(c.name for c in found.customers[:8]), *(c.name for c in found.mails[:4]),
        *(c.name for c in found.days[:8]), *(c.name for c in found.states[:10]),
        *(c.name for c in found.cancelled_on), log.channel or "", log.currency or "",
        log.discount or "", *log.traits,
    ])  # fmt: skip
    told = [n for n in names if n and n != log.order]
    if log.fill == "down":
        return replace(log, filled=(log.order, *told))
    once = tuple(n for n in told if structure.cell(n).told_once)
    if not once:
        return log
    desk.checks.append(f"cells of the order ({_listed(once)}) stand on one line of each")
    fill: Fill = "order"
    return replace(log, fill=fill, filled=once)


def _customer(
    desk: _Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> OrderLog:
    """Choose who bought: an id before a login, an e-mail address and a name, if mostly filled."""
    if ("customer" in desk.said and log.layout is None) or log.fill == "group":
        return log
    tried = _ranked_customers(desk, log, structure, found)
    full = [n for n in tried if desk.filled(n, structure) >= FILLED]
    if not full:
        full = sorted(tried, key=lambda n: -desk.filled(n, structure))
    for name in full:
        if not buyers.one_for_all(desk.opened, desk.sample, name):
            return replace(log, customer=name)
    return log


def _ranked_customers(
    desk: _Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> list[str]:
    """Return the columns that may say who bought and do not change within an order."""
    names = [c.name for c in found.customers if c.name != log.order]
    if log.layout is not None and names and "customer" in desk.said:
        return names
    if log.customer not in names:
        names.insert(0, log.customer)
    most = max((desk.figures[n].distinct for n in names), default=1)
    return sorted(
        (n for n in names if structure is None or structure.cell(n).steady),
        key=lambda n: (
            customer_rank(n) > 0
            and desk.figures[n].distinct < FEW_OF_MOST * most
            and n != log.customer,
            customer_rank(n), n != log.customer,
        ),
    )  # fmt: skip


def _day(desk: _Desk, log: OrderLog, structure: Structure | None, found: Candidates) -> OrderLog:
    """Choose the day of an order: mostly filled, and one within an order."""
    if "date" in desk.said and log.layout is None:
        return log
    names = [c.name for c in found.days]
    if log.date is not None and log.date not in names:
        names.append(log.date)
    half = HALF if desk.money else 0.0
    for name in names:
        steady = structure is None or structure.cell(name).steady
        filled = max(desk.filled(name, structure), 0.0)
        if steady and filled >= half:
            return replace(log, date=name)
    return replace(log, date=None)


def _money(desk: _Desk, log: OrderLog, structure: Structure | None, found: Candidates) -> OrderLog:
    """Choose what was paid: a total before the money of lines, both before what is undiscounted."""
    pieces = log.unit_price is not None and log.quantity is not None
    if "amount" in desk.said and log.layout is None and log.amount is not None:
        return _whole(desk, log, structure)
    if "unit_price" in desk.said and log.layout is None and pieces:
        return replace(log, amount=None)
    several = _currencies(desk, log)
    names = [c.name for c in found.moneys[:MONEYS]]
    if log.layout is not None and "amount" in desk.said:
        order = names
    else:
        if log.amount is not None and log.amount not in names:
            names.append(log.amount)
        order = sorted(names, key=lambda n: (
            _least_filled(desk, structure, n), prices_a_piece(n), _money_order(n, several),
            -desk.beside.get(n, 0) if several else 0,
        ))  # fmt: skip
        if pieces:
            order = [n for n in order if (money_rank(n) or 0) < 2] or order
            before = [n for n in order if money_rank(n) == 2]
            if before and len(before) == len(order):
                order = []  # pieces times price is nearer to what was paid than a subtotal
    if not order:
        if not pieces and log.unit_price is not None and log.amount is None:
            return replace(log, amount=log.unit_price, unit_price=None)
        return _whole(desk, replace(log, amount=None), structure) if pieces else log
    chosen = order[0]
    log = _whole(desk, replace(log, amount=chosen), structure)
    if log.amount in log.whole_orders and _line_by_line(log, structure):
        # a total does not say what is left of an order of which some lines were cancelled
        lines = [n for n in order if not _of_order(structure, n)]
        if lines:
            chosen = lines[0]
            log = _whole(desk, replace(log, amount=chosen), structure)
    rest = [c.name for c in found.moneys[:MONEYS] if c.name not in order]
    for name in [n for n in order if n != chosen] + rest:
        other = _whole(desk, replace(log, amount=name), structure, quiet=True)
        competes = (
            "amount" not in desk.said
            and _money_order(name, several) == _money_order(chosen, several)
            and not _same_but_tax(name, chosen)
            and not prices_a_piece(name)
            and not _least_filled(desk, structure, name)
        )
        desk.rivals.append(
            Rival(f"money: {name} for {chosen}", other, _choose(name, "amount"), competes)
        )
    if pieces and "amount" not in desk.said:
        other = replace(log, amount=None, whole_orders=tuple(
            n for n in log.whole_orders if n != chosen
        ))  # fmt: skip
        desk.rivals.append(
            Rival(
                f"money: {log.quantity} x {log.unit_price} for {chosen}", other,
                _choose(chosen, "", "dropped"),
            )
        )  # fmt: skip
    return log


def _line_by_line(log: OrderLog, structure: Structure | None) -> bool:
    """Return whether lines of one order differ in whether they were sold."""
    if structure is None or log.row_type is not None:
        return False
    names = [*([log.status] if log.status else []), *(s.column for s in log.states)]
    return any(
        cell.many >= SEVERAL and not cell.constant for cell in (structure.cell(n) for n in names)
    )


def _of_order(structure: Structure | None, name: str) -> bool:
    return structure is not None and structure.cell(name).of_order


def _money_order(name: str, several: bool) -> tuple[bool, int]:
    rank = money_rank(name)
    return several and not converted(name), 9 if rank is None else rank


def _least_filled(desk: _Desk, structure: Structure | None, name: str) -> bool:
    """Return whether an amount is missing on most lines, and on most orders."""
    if structure is not None and structure.orders:
        cell = structure.cell(name)
        having = cell.some + max(0, cell.known - cell.some)
        return having < HALF * structure.orders
    return desk.beside.get(name, 0) < HALF * desk.money


def _same_but_tax(one: str, other: str) -> bool:
    """Return whether two names differ in what they say of taxes, or in a currency, only."""
    aside = {"base", "purchased", "converted", "local", "presentment", "eur", "usd", "gbp", "chf"}
    words = [
        [w for w in taxes_aside(tokens(name)).split() if w not in aside] for name in (one, other)
    ]
    if words[0] == words[1]:
        return True
    taxed = any(taxes_aside(tokens(n)) != tokens(n) for n in (one, other))
    return taxed and bool(set(words[0]) & set(words[1]))


def _whole(
    desk: _Desk, log: OrderLog, structure: Structure | None, *, quiet: bool = False
) -> OrderLog:
    """Say of the amount whether it stands for the whole order, and so counts once."""
    rest = tuple(n for n in log.whole_orders if n != log.amount)
    log = replace(log, whole_orders=rest)
    if log.amount is None or structure is None:
        return log
    cell = structure.cell(log.amount)
    if not cell.of_order and not log.order_rows:
        return log
    if not quiet and cell.of_order:
        where = "one line" if cell.told_once else "every line"
        desk.checks.append(f"{log.amount} stands for the order, on {where} of it: it counts once")
    return replace(log, whole_orders=(*rest, log.amount))


def _currencies(desk: _Desk, log: OrderLog) -> bool:
    """Return whether the log has amounts in several currencies."""
    return log.currency is not None and desk.figures[log.currency].distinct > 1


def _refunds(log: OrderLog, structure: Structure | None, found: Candidates) -> OrderLog:
    """Name the column of money given back, and the days that say that an order was cancelled."""
    refunds = [c for c in found.refunds if c.name != log.amount and (c.high or 0) != (c.low or 0)]
    if log.amount is not None:
        refunds.sort(key=lambda c: converted(c.name) != converted(log.amount or ""))
    dates = tuple(c.name for c in found.cancelled_on if c.name != log.date)
    log = replace(log, cancelled_on=dates)
    if not refunds:
        return log
    name = refunds[0].name
    log = replace(log, refunded=name)
    whole = structure is not None and (
        structure.cell(name).of_order or log.amount in log.whole_orders
    )
    return replace(log, whole_orders=(*log.whole_orders, name)) if whole else log


def _other_customers(
    desk: _Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> None:
    """Keep the readings by another column that tells buyers apart."""
    if log.fill == "group":
        return
    for name in _ranked_customers(desk, log, structure, found)[:4]:
        if name == log.customer or desk.filled(name, structure) < HALF:
            continue
        other = replace(log, customer=name, nobody=(), mail=None, folded=is_mail(name))
        desk.rivals.append(
            Rival(f"customer: {name} for {log.customer}", other, _choose(name, "customer"))
        )


def _other_numbers(desk: _Desk, log: OrderLog, columns: Sequence[ColumnSummary]) -> None:
    """Where no name is an order's number, keep the readings by columns that behave like one."""
    if log.order is not None or log.date is None or "order" in desk.said:
        return
    played = set(orders.part_names(log))
    like = [
        c
        for c in columns
        if ((c.type == "text" and not c.spaced) or (c.type == "number" and c.whole))
        and c.name not in played
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
        if found.several >= MANY_ORDERS and all(found.cell(n).constant for n in steady):
            other = _whole(desk, replace(log, order=column.name), found, quiet=True)
            desk.rivals.append(
                Rival(
                    f"order: {column.name} for all of a day", other,
                    _choose(column.name, "order"), competes=True,
                )
            )  # fmt: skip


def _choose(name: str, meaning: str, role: str = "") -> str:
    """Return the line of a configuration that gives a column a part."""
    said = f"role: {role}" if role else f"meaning: {meaning}"
    return f"columns: {{{name!r}: {{{said}}}}}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown
