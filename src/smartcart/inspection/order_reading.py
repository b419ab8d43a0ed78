"""From candidates to one reading of an order log: names propose, the values decide.

The user's own words come first, then a known layout, then names; each choice is checked on the
lines of a sample (what is constant within an order, what is filled where money is, which rows tell
the same money twice). What else explains the file about as well is kept as another reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from smartcart.inspection import buyers, row_kinds, states
from smartcart.inspection.bills import issued_bills
from smartcart.inspection.currencies import with_currency
from smartcart.inspection.desk import (
    FEW_BUYERS,
    HALF,
    NAMES_TRIED,
    OF_LINE,
    Desk,
    Rival,
    Settled,
    choose_line,
    money_columns,
)
from smartcart.inspection.money_notices import minor_units
from smartcart.inspection.namesakes import apart_from_namesakes, by_whole_names
from smartcart.inspection.order_day import day_of, without_days_to_come
from smartcart.inspection.order_money import money_of, refunds_of
from smartcart.inspection.order_number import (
    ORDERS_TRIED,
    order_number,
    other_numbers,
    refuse_repeated_totals,
)
from smartcart.inspection.questions import refuse_several_documents
from smartcart.inspection.several_ids import of_one_address
from smartcart.inspection.spellings import with_bare_letters
from smartcart.inspection.state_by_values import (
    document_kinds,
    payment_states,
    reasoned,
    status_by_values,
)
from smartcart.inspection.told_once import (
    below_buyers,
    days_below,
    pieces_of_order,
    reaching,
    tell_undated,
    told_once,
)
from smartcart.inspection.voided import counter_papers, voided_orders
from smartcart.layouts import Layout, present
from smartcart.records import Column, OrderLog
from smartcart.sources import Opened
from smartcart.tables import order_roles, order_structure
from smartcart.tables.buyer_ranks import customer_rank, is_mail, of_the_buyer
from smartcart.tables.money_ranks import actually_paid, payable
from smartcart.tables.order_candidates import Candidates, find_candidates
from smartcart.tables.order_structure import SAMPLE_LINES, Structure
from smartcart.tables.state_names import why_it_was_lost
from smartcart.tables.summary import ColumnSummary

__all__ = ["settle"]

FILLED = 0.6  # of the lines with money: a column of customers of which most are known
BY_NAME = 3  # the rank of names of buyers, at least
MOSTLY = 0.9  # of the lines with money: fewer addresses than that leave many buyers unknown
IN_FULL = 0.98  # of the lines with money
FEW_OF_MOST = 0.2  # customers so few beside another column of them are a kind of account


def settle(
    opened: Opened,
    columns: Sequence[ColumnSummary],
    log: OrderLog,
    parts: Mapping[str, str],
    layout: Layout | None = None,
    *,
    of_lines: frozenset[str] = frozenset(),
) -> Settled:
    """Return the reading of a log whose columns were proposed by name.

    Parameters
    ----------
    columns : figures of all columns.
    log : the proposal.
    parts : the user's own words: column -> part; they are not overruled.
    layout : the known export that it is, if it is one.
    of_lines : amounts that stand for each line, as the user says, though orders repeat them.
    """
    table = opened.table
    sample = table.limit(SAMPLE_LINES) if opened.reading.rows > SAMPLE_LINES else table
    rows = row_kinds.rows_said(opened, parts)
    sample = row_kinds.sales_only(sample, rows)
    found = find_candidates(columns, parts)
    said = {part for part in parts.values() if part}
    if layout is not None:
        found, log, named = _of_layout(layout, columns, found, log, said)
        said |= named
    dropped = frozenset(name for name, part in parts.items() if not part)
    desk = Desk(opened, sample, {c.name: c for c in columns}, frozenset(said), dropped, of_lines)
    _count(desk, log, found)
    log, structure = order_number(desk, log, found)
    log = pieces_of_order(desk, log, structure)
    log = told_once(desk, log, structure, found)
    below = below_buyers(desk, log)
    below = days_below(desk, below, money_columns(log, found), [c.name for c in found.days])
    if below is not log:
        log = below
        _count(desk, log, found)
    log = _customer(desk, log, structure, found)
    if layout is not None and "customer" not in parts.values():
        log = _in_full(desk, log, structure, layout)
    log = apart_from_namesakes(desk, log, structure, found)
    for name, part in parts.items():
        if part == "given_name":
            log = by_whole_names(desk, replace(log, given=name))
    log = of_one_address(desk, log, structure, found)
    buyers.refuse_articles(desk, log)
    log = day_of(desk, log, structure, found)
    log = states.with_states(opened, log, found, layout, structure)
    log = log if "status" in desk.said else states.without_address(opened, log)
    log = without_days_to_come(desk, log)
    log = states.with_days_of_payment(desk, log, layout)
    tell_undated(desk, log, money_columns(log, found))
    if rows is None:
        log = row_kinds.with_row_kinds(opened, sample, log, structure, found, layout, columns)
    by_name = log.status
    called_off = {c.name for c in found.cancelled_on}
    free = [c for c in columns if c.name not in dropped | called_off]
    log = status_by_values(opened, log, free, desk.notices)
    by_values = log.status is not None and log.status != by_name
    log = reaching(desk, log, log.status) if log.status and by_values else log
    known = len(log.states)
    log = payment_states(opened, sample, log, free)
    log = issued_bills(desk, document_kinds(opened, log, free))
    for state in log.states[known:]:
        log = reaching(desk, log, state.column)
    log = with_currency(desk, log)
    log = money_of(desk, log, structure, found, layout)
    desk.notices += minor_units(log)
    log = refunds_of(log, structure, found)
    reasons = [n for n in log.cancelled_on if why_it_was_lost(n)]
    desk.checks += [f"{n} says why an order was cancelled: its lines are no sale" for n in reasons]
    desk.notices += states.codes_notices(opened, sample, log, found, layout)
    log = counter_papers(desk, voided_orders(desk, log))
    if log.fill != "group":
        log = buyers.with_nobody(opened, sample, log, found, layout, desk.notices)
        log = with_bare_letters(desk, log)
    _other_customers(desk, log, structure, found)
    other_numbers(desk, log, columns)
    refuse_repeated_totals(desk, log)
    numbered = any(r.competes and r.log.order != log.order for r in desk.rivals)
    if layout is None and not numbered:  # that question is asked, with totals
        other = [c for c in columns if rows is None or c.name != rows[0]]
        refuse_several_documents(opened, sample, log, other, desk.dropped, desk.notices)
    if rows is not None:
        log = replace(log, row_type=rows[0], order_rows=rows[1])
    log = order_roles.described(columns, log, parts)
    log = reasoned(log) if by_values else log
    log = replace(log, columns=tuple(map(partial(_as_said, of_lines), log.columns)))
    return Settled(log, tuple(desk.checks), tuple(desk.rivals), tuple(desk.notices), tuple(columns))


def _as_said(of_lines: frozenset[str], column: Column) -> Column:
    """Return the column with the meaning that keeps an amount one of each line."""
    if column.name not in of_lines or column.meaning != "amount":
        return column
    return replace(column, meaning=OF_LINE, reason="the money of each line, as it was said")


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
        ("quantity", layout.quantity),
        ("unit_price", layout.unit_price),
        ("product", layout.product),
        ("category", layout.category),
        ("channel", layout.channel),
        ("currency", layout.currency),
        ("discount", layout.discount),
    ):
        if part in said or not wanted:
            continue
        first = of(wanted)[:1]
        if part in {"quantity", "unit_price"} and first and first[0].type != "number":
            first = ()
        changes[part] = first[0].name if first else None
    swapped: dict[str, Any] = {}
    for part, where, wanted in (
        ("customer", "customers", layout.customer),
        ("order", "orders", layout.order),
        ("date", "days", layout.day),
        ("amount", "moneys", layout.paid),
    ):
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


def _count(desk: Desk, log: OrderLog, found: Candidates) -> None:
    """Count, on the sample, which columns are filled, in all and beside money."""
    moneys = money_columns(log, found)
    chosen = [log.customer, log.order, log.date]
    names = list(
        dict.fromkeys(
            [
                *(n for n in chosen if n),
                *(c.name for c in found.customers[:8]),
                *(c.name for c in found.orders[:ORDERS_TRIED]),
                *(c.name for c in found.days[:8]),
                *(c.name for c in found.mails[:4]),
                *(c.name for c in found.names[:NAMES_TRIED]),
                *moneys,
            ]
        )
    )
    expr = order_structure.cell_expression(desk.sample, names, moneys)
    row = desk.opened.engine.record(expr)
    desk.lines, desk.money = int(row["lines"] or 0), int(row["money"] or 0)
    for i, name in enumerate(names):
        desk.known[name] = int(row[f"all_{i}"] or 0)
        desk.beside[name] = int(row[f"with_{i}"] or 0)


def _customer(
    desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> OrderLog:
    """Choose who bought: an id before a login, an e-mail address and a name, if mostly filled."""
    if ("customer" in desk.said and log.layout is None) or log.fill == "group":
        return log
    tried = _ranked_customers(desk, log, structure, found)
    full = [n for n in tried if desk.filled(n, structure) >= FILLED]
    if not full:
        full = sorted(tried, key=lambda n: -desk.filled(n, structure))
    for name in full:
        if buyers.masked(desk.opened, desk.sample, name) and name != full[-1]:
            continue
        if not buyers.one_for_all(desk.opened, desk.sample, name):
            whole = _named_in_full(desk, name, tried, structure)
            return replace(log, customer=_called(desk, whole, structure, found))
    return log


def _named_in_full(desk: Desk, name: str, tried: Sequence[str], structure: Structure | None) -> str:
    """Return the column of names that nearly all lines have, where addresses lack on many.

    Who bears a name is then told by the address where there is one: two people of one name are two.
    """
    if not is_mail(name) or desk.filled(name, structure) >= MOSTLY:
        return name
    full = [n for n in tried if customer_rank(n) >= BY_NAME and n != name]
    full = [n for n in full if desk.filled(n, structure) >= IN_FULL]
    return full[0] if full else name


def _in_full(desk: Desk, log: OrderLog, structure: Structure | None, layout: Layout) -> OrderLog:
    """Return the log by the column that a layout prefers where nearly all that was paid has it."""
    for name in present((layout.customer_if_full,), list(desk.figures)):
        steady = structure is None or structure.cell(name).steady
        if steady and desk.filled(name, structure) >= IN_FULL:
            return replace(log, customer=name)
    return log


def _called(desk: Desk, name: str, structure: Structure | None, found: Candidates) -> str:
    """Return the column of buyers: beside the few accounts of a shop, the one of names, if any.

    It does not change within an order, and has many values of several words that come again.
    """
    if desk.figures[name].distinct >= FEW_BUYERS:
        return name
    for column in found.names:
        many = FEW_BUYERS * desk.figures[name].distinct <= column.distinct
        again = column.distinct < column.present and column.spaced >= HALF * column.head
        steady = structure is None or structure.cell(column.name).steady
        if many and again and steady and desk.filled(column.name, structure) >= FILLED:
            return column.name
    return name


def _ranked_customers(
    desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates
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
            customer_rank(n),
            is_mail(n) and not of_the_buyer(n),
            n != log.customer,
        ),
    )


def _is_money(column: ColumnSummary) -> bool:
    """Return whether a column that speaks of buyers holds what they paid, or are to pay."""
    named = payable(column.name) or actually_paid(column.name)
    return column.type == "number" and (named or not column.whole)


def _other_customers(
    desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> None:
    """Keep the readings by another column that tells buyers apart."""
    if log.fill == "group":
        return
    others = [
        name
        for name in _ranked_customers(desk, log, structure, found)[:4]
        if name != log.customer
        and desk.filled(name, structure) >= HALF
        and desk.figures[name].distinct >= FEW_BUYERS  # else the shop's own
        and not _is_money(desk.figures[name])
        and not buyers.masked(desk.opened, desk.sample, name)
    ]
    again = buyers.who_come_again(desk, log, others)
    for name in others:
        other = replace(
            log,
            customer=name,
            nobody=(),
            mail=None,
            unnamed_by_mail=False,
            joined=False,
            phone_digits=0,
            bare_letters=(),
            folded=is_mail(name),
        )
        desk.rivals.append(
            Rival(
                f"customer: {name} for {log.customer}",
                other,
                log,
                choose_line(name, "customer"),
                competes="customer" not in desk.said and name in again,
            )
        )
