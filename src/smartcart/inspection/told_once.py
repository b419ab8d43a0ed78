"""Cells of an order that stand once: on its first line, or on one line of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis
import numpy as np

from smartcart.inspection.desk import FEW, HALF, Desk, listed
from smartcart.inspection.states import counts_as_sold
from smartcart.records import Fill, Notice, OrderLog
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_lines import filled
from smartcart.tables.order_structure import Structure
from smartcart.tables.state_flags import says_state
from smartcart.tables.summary import ROW_COLUMN

__all__ = [
    "below_buyers",
    "days_below",
    "filled_down",
    "pieces_of_order",
    "reaching",
    "stands_once",
    "states_told",
    "tell_undated",
    "told_once",
]

SEVERAL_ORDERS = 20  # of several lines, from which pieces can be seen to be of the order
OF_ORDERS = 0.98  # of these have as many pieces as lines, the same on each
STATES_TRIED = 10  # columns that may tell what became of an order
ENOUGH_DAYS = 5  # lines with a day from which their order is seen
UNDATED = 3  # lines below a day from which it is seen to be written once
IN_PART = 0.01  # of the lines have a buyer and money, but no day: they are told
SUMMED_ROWS = 20_000  # at the start, on which sums between rows are looked for
SUMS = 3  # of several rows, from which they are believed
MOST_SUMS = 0.8  # of them: some leave out what was given back
CENTS = 0.011  # each amount is rounded
LABELLED = 0.95  # of the rows without a number bear a label that no other row has


def stands_once(desk: Desk, log: OrderLog, order: str) -> bool:
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
    blank = int(row["who"] or 0) <= few and int(row.get("day") or 0) <= few
    if not blank or holds < lines / 2 or _of_groups(desk, order, lines, held):
        return False
    return log.amount is None or not _sums_above(desk, order, log.amount)


def _of_groups(desk: Desk, order: str, lines: int, held: Sequence[str]) -> bool:
    """Return whether the ``lines`` without a number are headings and sums of a report's groups.

    A column of text then labels them, and no line of an order.
    """
    labels = [
        c.name
        for c in desk.figures.values()
        if c.type == "text" and c.name not in held and FEW * c.rows < c.present <= HALF * c.rows
    ]
    if not labels:
        return False
    rest = desk.sample[order].isnull()
    told = {f"r{i}": desk.sample[n].count(where=rest) for i, n in enumerate(labels)}
    told |= {f"o{i}": desk.sample[n].count(where=~rest) for i, n in enumerate(labels)}
    row = desk.opened.engine.record(desk.sample.aggregate(**told))
    return any(
        int(row[f"r{i}"] or 0) >= LABELLED * lines and int(row[f"o{i}"] or 0) <= FEW * lines
        for i in range(len(labels))
    )


def _sums_above(desk: Desk, order: str, money: str) -> bool:
    """Return whether rows without a number hold the sums of the numbered rows above them.

    As a till prints the takings of each day between its receipts.
    """
    if ROW_COLUMN not in desk.sample.columns or desk.figures[money].type != "number":
        return False
    first = desk.sample.order_by(ROW_COLUMN).limit(SUMMED_ROWS)
    amount = first[money].cast("float64").fill_null(0.0)
    rows = desk.opened.engine.arrow(first.select(told=first[order].notnull(), amount=amount))
    told, amounts = rows["told"].to_numpy(), rows["amount"].to_numpy()
    ends = np.flatnonzero(~told)
    starts = np.concatenate([[0], ends[:-1] + 1])
    several = ends - starts >= 2  # of one row the next may hold the amount again
    sums = np.add.reduceat(np.append(amounts, 0.0), np.stack([starts, ends], 1).ravel())[::2]
    near = np.abs(sums - amounts[ends]) <= CENTS + 1e-6 * np.abs(sums)
    return bool(several.sum() >= SUMS and near[several].mean() >= MOST_SUMS)


def filled_down(log: OrderLog, order: str) -> OrderLog:
    """Return the log whose order number reaches the lines below it."""
    return replace(log, order=order, fill="down", filled=(order,))


def below_buyers(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log whose buyer and day stand on the first line of what was bought together.

    Where nothing numbers the orders, that is: the lines below lack both, but hold what was bought.
    """
    bought = [n for n in (log.product, log.quantity, log.unit_price) if n is not None]
    told = {"customer", "date"} & desk.said
    if log.order is not None or log.fill != "none" or log.date is None or not bought or told:
        return log
    if not desk.opened.engine.can.typed:
        return log
    table = desk.sample
    nobody, undated = table[log.customer].isnull(), table[log.date].isnull()
    holds = ibis.literal(False)
    for name in bought:
        holds = holds | table[name].notnull()
    row = desk.opened.engine.record(
        table.aggregate(
            lines=table.count(),
            one=((nobody ^ undated) & holds).sum(),
            both=(nobody & undated & holds).sum(),
        )
    )
    lines, both = int(row["lines"] or 0), int(row["both"] or 0)
    if both < FEW * lines or int(row["one"] or 0) > FEW * both:
        return log
    desk.checks.append(
        f"{log.customer} and {log.date} stand on the first line of what was bought together; the "
        "lines below belong to it"
    )
    log = replace(log, fill="down", filled=(log.customer, log.date))
    desk.sample = filled(table, log)
    return log


def days_below(desk: Desk, log: OrderLog, moneys: Sequence[str], days: Sequence[str]) -> OrderLog:
    """Return the log whose day is written once for the lines below it, as in a book of orders.

    These hold a buyer and one of ``moneys``; days are in order, none is written twice in turn, and
    no blank follows a heading or a sum. ``days`` are the columns that may be the day.
    """
    known = desk.known.get(log.date or "", 0)
    fuller = any(desk.known.get(n, 0) >= HALF * desk.lines for n in days if n != log.date)
    if "date" in desk.said or not moneys or (fuller and known < HALF * desk.lines):
        return log
    found = _undated(desk, log, moneys)
    if found is None or found.why or found.dated < max(ENOUGH_DAYS, FEW * found.lines):
        return log
    desk.notices.append(
        Notice(
            "days_below",
            f"{log.date} is blank on {found.blank:,} lines below one that has it: they count on "
            "its day, since days are in order and none is written twice.",
            found.blank,
        )
    )
    assert log.date is not None
    log = replace(log, fill="down", filled=(log.date,))
    desk.sample = filled(desk.sample, log)
    return log


def tell_undated(desk: Desk, log: OrderLog, moneys: Sequence[str]) -> None:
    """Tell of lines that name a buyer and money, but no day, and why it is not the one above."""
    found = _undated(desk, log, moneys) if moneys else None
    if found is None or found.sold < max(UNDATED, IN_PART * found.lines):
        return
    because = f" (not taken from the line above: {found.why})" if found.why else ""
    desk.notices.append(
        Notice(
            "undated_lines",
            f"{log.date} is blank on {found.sold:,} of {found.lines:,} lines that name a buyer and "
            f"money: they are left out{because}. If a day is written once for the lines below it, "
            "write it on each.",
            found.sold,
        )
    )


@dataclass(frozen=True, slots=True)
class _Undated:
    """Lines that name a buyer and money: those with a day, without one, and so sold."""

    lines: int
    dated: int
    blank: int
    sold: int
    why: str  # the day of the line above is not theirs


def _undated(desk: Desk, log: OrderLog, moneys: Sequence[str]) -> _Undated | None:
    """Return the lines without a day, and why the day above is not theirs; None where all have it.

    It is not known, either, where rows have no order, or other cells are told once.
    """
    name = log.date
    if name is None or log.fill != "none" or log.daily or desk.known.get(name) == desk.lines:
        return None
    if not desk.opened.engine.can.typed or ROW_COLUMN not in desk.sample.columns:
        return None
    value, paid = desk.sample[name], ibis.literal(False)
    for money in moneys:
        paid = paid | (desk.sample[money].cast("float64").fill_null(0.0) != 0)
    real = desk.sample[log.customer].notnull() & paid
    day = value.cast("date")
    lines = desk.sample.select(
        row=desk.sample[ROW_COLUMN],
        real=real,
        sold=real & counts_as_sold(desk.sample, log),
        day=day,
        hours=value.cast("timestamp") != day.cast("timestamp"),
    )
    turn = ibis.window(order_by="row")
    above = lines.mutate(above=lines["real"].lag().over(turn))
    blank = above["real"] & above["day"].isnull()
    told = {
        "lines": above["real"].sum(),
        "blank": blank.sum(),
        "sold": (above["sold"] & above["day"].isnull()).sum(),
        "stray": (blank & ~above["above"].fill_null(False)).sum(),
        "hours": above["hours"].sum(),
    }
    dated = lines.filter(lines["real"] & lines["day"].notnull())
    dated = dated.mutate(before=dated["day"].lag().over(turn))
    order = {
        "dated": dated.count(),
        "falls": (dated["day"] < dated["before"]).sum(),
        "rises": (dated["day"] > dated["before"]).sum(),
        "twice": (dated["day"] == dated["before"]).sum(),
    }
    engine = desk.opened.engine
    row = {k: int(v or 0) for k, v in engine.record(above.aggregate(**told)).items()}
    if row["blank"] < UNDATED:
        return None
    row |= {k: int(v or 0) for k, v in engine.record(dated.aggregate(**order)).items()}
    why = ""
    if row["hours"]:
        why = "days have hours"
    elif min(row["falls"], row["rises"]) > 0:
        why = "days are not in order"
    elif row["twice"] > FEW * row["blank"]:
        why = "days are written on several lines, too"
    elif row["stray"] > FEW * row["blank"]:
        why = "some have no line above them"
    return _Undated(row["lines"], row["dated"], row["blank"], row["sold"], why)


def pieces_of_order(desk: Desk, log: OrderLog, structure: Structure | None) -> OrderLog:
    """Return the log without pieces where these are of the whole order, on every line of it.

    They are then the same on all lines of an order, and as many as these at least.
    """
    name = log.quantity
    if name is None or log.order is None or structure is None or "quantity" in desk.said:
        return log
    cell = structure.cell(name)
    if log.amount is None or cell.many < SEVERAL_ORDERS or not cell.constant:
        return log
    lines = desk.sample.select(o=desk.sample[log.order], n=desk.sample[name].cast("float64").abs())
    lines = lines.filter(lines["o"].notnull() & lines["n"].notnull())
    found = lines.group_by("o").aggregate(lines=lines.count(), pieces=lines["n"].max())
    found = found.filter(found["lines"] > 1)
    enough = found["pieces"] >= found["lines"]
    row = desk.opened.engine.record(found.aggregate(enough=enough.sum(), every=found.count()))
    if int(row["enough"] or 0) < OF_ORDERS * int(row["every"] or 0):
        return log
    desk.checks.append(f"{name} counts the pieces of the whole order, on every line of it")
    return replace(log, quantity=None, unit_price=None)


def states_told(found: Candidates) -> list[str]:
    """Return the columns that may tell what became of an order, once for all of its lines."""
    flags = [c for c in found.flags if says_state(c.name)]
    every = (*found.states[:STATES_TRIED], *flags[:STATES_TRIED], *found.cancelled_on)
    return list(dict.fromkeys(c.name for c in every))


def _seldom(structure: Structure, name: str) -> bool:
    """Return whether few orders of several lines have a state at all: cancelled ones, say."""
    cell = structure.cell(name)
    return cell.some < HALF * structure.several and cell.some > 0


def _of_their_lines(desk: Desk, structure: Structure, found: Candidates, first: str) -> set[str]:
    """Return the states that few orders have, and not only on the line that tells the order.

    That line has the cell ``first``. They speak of the line that they stand on, not of the order.
    """
    names = [n for n in states_told(found) if _seldom(structure, n)]
    if not names:
        return set()
    table = desk.sample.filter(desk.sample[first].isnull())
    row = desk.opened.engine.record(
        table.aggregate(**{f"n{i}": table[name].count() for i, name in enumerate(names)})
    )
    return {name for i, name in enumerate(names) if row[f"n{i}"]}


def reaching(desk: Desk, log: OrderLog, name: str) -> OrderLog:
    """Return the log whose column ``name`` reaches the lines of an order that lack it.

    Where cells are told once for an order, that is, and the column stands beside these only.
    """
    if log.fill not in {"order", "down"} or name in log.filled or not log.filled:
        return log
    if log.filled[0] == log.date:  # of a day, not of an order
        return log
    below = desk.sample.filter(desk.sample[log.filled[0]].isnull())
    row = desk.opened.engine.record(below.aggregate(n=below[name].count()))
    return log if row["n"] else replace(log, filled=(*log.filled, name))


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
            *states_told(found),
            log.channel or "",
            log.currency or "",
            log.discount or "",
            *log.traits,
        ]
    )
    told = [n for n in names if n and n != log.order]
    if log.fill == "down":
        alone = _of_their_lines(desk, structure, found, log.order)
        return replace(log, filled=(log.order, *(n for n in told if n not in alone)))
    seldom = {n for n in states_told(found) if _seldom(structure, n)}
    full = {n for n in told if 0 < desk.lines == desk.known.get(n)}
    once = tuple(n for n in told if structure.cell(n).told_once and n not in seldom | full)
    if not once:
        return log
    alone = _of_their_lines(desk, structure, found, once[0])
    once += tuple(n for n in told if n in seldom and n not in alone)
    desk.checks.append(f"cells of the order ({listed(once)}) stand on one line of each")
    fill: Fill = "order"
    return replace(log, fill=fill, filled=once)
