"""The column, under any name, whose few values say what became of a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from smartcart.inspection.states import values_of
from smartcart.records import LineState, Notice, OrderLog
from smartcart.sources import Opened
from smartcart.tables import order_states
from smartcart.tables.order_candidates import FEW_LOSSES, SELDOM
from smartcart.tables.state_names import is_check, is_of_the_person
from smartcart.tables.summary import ColumnSummary

__all__ = ["payment_by_values", "reasoned", "status_by_values"]

STATUS_REASON = "from its values: tells cancelled and returned orders"


def status_by_values(
    opened: Opened, log: OrderLog, columns: Sequence[ColumnSummary], notices: list[Notice]
) -> OrderLog:
    """Return the log with the column whose few values say cancelled or returned, if none is known.

    A column that plays another part, or speaks of who bought, is not looked at. One that is filled
    on few lines, all of them cancelled by its words, may be a note: it is told in ``notices``.
    """
    marks = {c.name for c in columns if c.distinct == 1}
    whole = [s for s in log.states if s.column not in marks]
    told = any(s.cancelled or s.returned or s.unpaid for s in whole)
    if told or log.cancelled or log.returned or log.browsed:
        return log
    named = set(log.parts) - set(log.traits)
    for column in columns:
        few = 0 < column.distinct <= FEW_LOSSES
        if column.type != "text" or column.name in named or not few:
            continue
        if is_check(column.name) or is_of_the_person(column.name):
            continue
        values = values_of(opened.engine, opened.table, column.name, FEW_LOSSES + 1)
        state = order_states.line_state(column.name, values)
        lost = {*state.cancelled, *state.returned, *state.browsed, *state.unpaid}
        if 0 < len(lost) < column.distinct:  # where every value says so, it says something else
            return _with(log, state)
        if set(state.cancelled) >= set(values) and column.present <= SELDOM * column.rows:
            notices.append(_seldom_lost(column, values))
    return log


def payment_by_values(
    opened: Opened, log: OrderLog, columns: Sequence[ColumnSummary]
) -> tuple[OrderLog, str | None]:
    """Return the log with the column whose values say whether orders were paid, and its name.

    Whatever it is called, beside any other state. None where no column is one, or one is known.
    """
    if any(order_states.pays((*state.unpaid, "paid")) for state in log.states):
        return log, None
    read = {*log.parts, *(state.column for state in log.states)} - set(log.traits)
    for column in columns:
        few = 1 < column.distinct <= FEW_LOSSES
        if column.type != "text" or column.name in read or not few:
            continue
        if is_check(column.name) or order_states.is_delivery(column.name):
            continue
        values = values_of(opened.engine, opened.table, column.name, FEW_LOSSES + 1)
        if order_states.pays(values):
            found = order_states.line_state(column.name, values)
            traits = tuple(n for n in log.traits if n != column.name)
            return replace(log, states=(*log.states, found), traits=traits), column.name
    return log, None


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


def _seldom_lost(column: ColumnSummary, values: Sequence[str]) -> Notice:
    shown = ", ".join(repr(v) for v in values[:6])
    return Notice(
        "status_words",
        f"{column.name} holds {shown} on {column.present:,} of {column.rows:,} lines and nothing "
        "on the others: all of them count as sold. If these lines were cancelled, call the column "
        "'Status', or leave them out of the file.",
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
