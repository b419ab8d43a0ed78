"""The column, under any name, whose few values say what became of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smartcart.inspection.desk import choose_line
from smartcart.inspection.states import values_of
from smartcart.records import LineState, Notice, OrderLog
from smartcart.sources import Opened
from smartcart.tables import order_states
from smartcart.tables.order_candidates import FEW_LOSSES, SELDOM
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.state_names import is_check, is_of_the_person
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["document_kinds", "payment_states", "reasoned", "status_by_values"]

NOT_BUYERS = lazy_pattern(  # what the shop pays or is paid by others
    r".*\b(payouts?|auszahlung\w*|commissions?|provision\w*|comision|fees?|gebuhr\w*|supplier|vendor|"
    r"seller|lieferant|affiliate|tax|vat|insurance|salary)\b.*"
)
STATUS_REASON = "from its values: tells cancelled and returned orders"


def status_by_values(
    opened: Opened, log: OrderLog, columns: Sequence[ColumnSummary], notices: list[Notice]
) -> OrderLog:
    """Return the log with the column whose few values say cancelled or returned, if none is known.

    A column that plays another part, or speaks of who bought, is not looked at. One that is filled
    on few lines, all of them cancelled by its words, is a note: believed where it holds nothing but
    such a word (and what it refers to) and lines of money that came in, else told in ``notices``.
    """
    marks = {c.name for c in columns if c.distinct == 1}
    whole = [s for s in log.states if s.column not in marks]
    told = any(s.cancelled or s.returned or s.unpaid for s in whole)
    if told or log.cancelled or log.returned or log.browsed:
        return log
    for column in _of_few_words(log, columns):
        values = values_of(opened.engine, opened.table, column.name, FEW_LOSSES + 1)
        state = order_states.line_state(column.name, values)
        lost = {*state.cancelled, *state.returned, *state.browsed, *state.unpaid}
        if 0 < len(lost) < column.distinct:  # where every value says so, it says something else
            return _with(log, state)
        if set(state.cancelled) >= set(values) and column.present <= SELDOM * column.rows:
            believed = all(map(_bare, values)) and _came_in(opened, log, column.name)
            notices.append(_seldom_lost(column, values, believed=believed))
            if believed:
                return _with(log, state)
    return log


def _bare(value: str) -> bool:
    """Return whether a note is one word, beside numbers and names of papers.

    >>> _bare("STORNO"), _bare("Cancelled: A-1042"), _bare("He cancelled the other one")
    (True, True, False)
    """
    words = [w for w in re.split(r"[\s:;,()]+", value) if w and not re.search(r"\d", w)]
    return len(words) == 1


def _came_in(opened: Opened, log: OrderLog, name: str) -> bool:
    """Return whether a line with a note holds money that came in: no mere counter-entries."""
    money = log.amount or log.unit_price
    if money is None:
        return True
    lines = opened.table.filter(opened.table[name].notnull())
    row = opened.engine.record(lines.aggregate(most=lines[money].cast("float64").max()))
    return float(row["most"] or 0.0) > 0


def payment_states(
    opened: Opened, sample: ir.Table, log: OrderLog, columns: Sequence[ColumnSummary]
) -> OrderLog:
    """Return the log with further columns, under any name, that say which orders were paid.

    One of their few values says that all was paid, others that it was not, or went back; at most
    half of the lines bear these. Where unpaid orders are told already, there is nothing to find.
    """
    if any(order_states.pays((*state.unpaid, "paid")) for state in log.states):
        return log
    for column in _of_few_words(log, columns):
        name = column.name
        if column.distinct < 2 or order_states.is_delivery(name):
            continue
        if NOT_BUYERS.fullmatch(tokens(name)) or order_states.is_means_of_payment(name):
            continue
        some = values_of(opened.engine, sample, name, FEW_LOSSES)
        if not order_states.pays(some) and (log.layout or not order_states.says_paid_up(some)):
            continue  # a known export says what its columns are
        values = values_of(opened.engine, opened.table, name, FEW_LOSSES + 1)
        state = order_states.line_state(name, values)
        lost = (*state.cancelled, *state.returned, *state.unpaid)
        seldom = sample[name].isin(lost).sum() if lost else None
        if seldom is None or len(lost) >= len(values):
            continue
        row = opened.engine.record(sample.aggregate(lost=seldom, known=sample[name].count()))
        if int(row["lost"] or 0) <= SELDOM * int(row["known"] or 0):
            log = replace(
                log,
                states=(*log.states, replace(state, browsed=(), other=())),
                traits=tuple(n for n in log.traits if n != name),
            )
    return log


def document_kinds(opened: Opened, log: OrderLog, columns: Sequence[ColumnSummary]) -> OrderLog:
    """Return the log with a further column, under any name, that tells bills from other papers.

    That is, from quotations, or from returns where nothing else tells any and all others are sales.
    """
    if log.layout or any(map(order_states.is_quotation, (v for s in log.states for v in s.unpaid))):
        return log
    known = {state.column for state in log.states}
    back = log.returned or any(state.returned for state in log.states)
    for column in _of_few_words(log, columns):
        if column.name in known or column.distinct < 2:
            continue
        values = values_of(opened.engine, opened.table, column.name, FEW_LOSSES + 1)
        found = order_states.quotations(values)
        returned = () if back else order_states.status_words(values)[1]
        if not all(order_states.says_sale(v) for v in values if v not in {*returned, *found}):
            returned = ()  # ways to pay, say
        if found or returned:
            state = LineState(column.name, unpaid=found, returned=returned)
            return replace(
                log,
                states=(*log.states, state),
                traits=tuple(n for n in log.traits if n != column.name),
            )
    return log


def _of_few_words(log: OrderLog, columns: Sequence[ColumnSummary]) -> Iterator[ColumnSummary]:
    """Yield columns of few texts that play no part of the log, and speak of orders, not people."""
    named = set(log.parts) - set(log.traits)
    for column in columns:
        few = column.type == "text" and 0 < column.distinct <= FEW_LOSSES
        other = is_check(column.name) or is_of_the_person(column.name)
        if few and column.name not in named and not other:
            yield column


def _with(log: OrderLog, state: LineState) -> OrderLog:
    found = replace(
        log,
        status=state.column,
        cancelled=state.cancelled,
        returned=state.returned,
        browsed=state.browsed,
        traits=tuple(name for name in log.traits if name != state.column),
    )
    if state.unpaid:
        unpaid = LineState(state.column, unpaid=state.unpaid)
        found = replace(found, states=(*log.states, unpaid))
    return found


def _seldom_lost(column: ColumnSummary, values: Sequence[str], *, believed: bool) -> Notice:
    shown = ", ".join(repr(v) for v in values[:6])
    so = (
        "all of them count as sold. If these lines were cancelled, call the column 'Status', or "
        "leave them out of the file."
    )
    if believed:
        so = (
            "these are no sale. If they are, write in the configuration "
            f"{choose_line(column.name, '', 'dropped')}."
        )
    return Notice(
        "cancelled_by_note" if believed else "status_words",
        f"{column.name} holds {shown} on {column.present:,} of {column.rows:,} lines and nothing "
        f"on the others: {so}",
        column.present,
    )


def reasoned(log: OrderLog) -> OrderLog:
    """Return the log that says of its status that it is known by its values."""
    columns = tuple(
        replace(c, role="describes", meaning="status", reason=STATUS_REASON)
        if c.name == log.status
        else c
        for c in log.columns
    )
    return replace(log, columns=columns)
