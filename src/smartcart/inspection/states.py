"""What became of a line, by every column that tells it: cancelled, returned, unpaid, no sale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from smartcart.layouts import Layout, column_key
from smartcart.records import LineState, Notice, OrderLog
from smartcart.sources import Opened
from smartcart.tables import order_states
from smartcart.tables.order_candidates import FEW_STATES, Candidates
from smartcart.tables.order_lines import text
from smartcart.tables.order_names import parts_named
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = ["codes_notices", "values_of", "with_states"]

MOST_PAID = 0.5  # of the lines have a day of payment: it tells which were paid
FEW_BLANK = 3  # lines without a state: fewer are footers
MOST_BLANK = 0.5  # of the lines: where more lack it, a blank is the usual state
STATUS = re.compile(r"status|statut|stato|estado|estatus|situacao|zustand|etat|stan\b|tilstand")
FEW_CODES = 20  # different codes of a state


def values_of(engine: Engine, table: ir.Table, column: str, at_most: int) -> list[str]:
    """Return the most frequent values of a column, as text."""
    alone = table.select(value=table[column])  # what else the table holds is not compiled
    known = alone.filter(alone["value"].notnull())
    counted = known.group_by("value").aggregate(count=lambda t: t.count())
    top = counted.order_by([counted["count"].desc(), counted["value"]]).limit(at_most)
    return [_text(row["value"]) for row in engine.records(top)]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def with_states(
    opened: Opened, log: OrderLog, found: Candidates, layout: Layout | None
) -> OrderLog:
    """Return the log with the columns and values that say that a line was not sold.

    A column whose values all say so says something else, and is left alone.
    """
    listed = {column_key(name): of for name, of in layout.states.items()} if layout else {}
    marks = {c.name for c in found.flags if c.distinct == 1}  # a mark on some lines: no status
    if log.status in marks:
        log = replace(log, status=None)
    states: list[LineState] = [*_flags(opened, log, found)]
    for column in found.states:
        given = listed.get(column_key(column.name))
        if column.type in {"boolean", "number"} and given is None:
            continue
        values = values_of(opened.engine, opened.table, column.name, FEW_STATES + 1)
        state = order_states.line_state(column.name, values)
        if given is not None:
            state = _as_listed(column.name, values, given, state)
        told = set(_all(state))
        if told and (given is not None or len(told) < len(values)):
            states.append(state)
    if not states:
        return log
    main = next((s for s in states if s.column == log.status), None)
    whole = [s for s in states if s.column not in marks]
    if main is None and not any(s.cancelled or s.returned or s.browsed for s in whole):
        return replace(log, states=tuple(states))
    if main is None:
        if log.status is not None and opened.table[log.status].type().is_boolean():
            return replace(log, states=tuple(states))
        main = next((s for s in whole if s.cancelled or s.returned or s.browsed), states[0])
    rest = tuple(s for s in states if s is not main)
    if main.unpaid or main.other:
        rest = (LineState(main.column, unpaid=main.unpaid, other=main.other), *rest)
    return replace(
        log,
        status=main.column,
        cancelled=main.cancelled,
        returned=main.returned,
        browsed=main.browsed,
        states=rest,
    )


def codes_notices(
    opened: Opened,
    sample: ir.Table,
    log: OrderLog,
    found: Candidates,
    layout: Layout | None,
) -> list[Notice]:
    """Tell of columns of states whose values are codes that neither word nor layout explains."""
    listed = {column_key(name): of for name, of in layout.states.items()} if layout else {}
    read: dict[str | None, tuple[str, ...]] = {log.row_type: ()}
    read |= {s.column: _all(s) for s in log.states}
    told_by_status = (*log.cancelled, *log.returned, *log.browsed)
    if log.status is not None and told_by_status:
        read[log.status] = (*read.get(log.status, ()), *told_by_status)
    told = []
    for column in found.states:
        status = "status" in tokens(column.name) or any(
            p.name == "status" for p in parts_named(column.name)
        )
        if column.type == "boolean" or column.distinct > FEW_CODES or not status:
            continue
        values = values_of(opened.engine, sample, column.name, FEW_CODES)
        known = {v.strip().lower() for v in listed.get(column_key(column.name), ())}
        values = [v for v in values if v.strip().lower() not in known]
        if column.name == log.row_type or order_states.is_delivery(column.name):
            continue
        if order_states.is_means_of_payment(column.name):
            continue
        if column.name not in read and order_states.coded(values):
            shown = ", ".join(values[:8])
            told.append(
                Notice(
                    "status_codes",
                    f"{column.name} holds codes ({shown}) that no word explains: lines of all of "
                    "them count as sold. If some were cancelled or not paid, write the words for "
                    "them, or leave these lines out of the file.",
                )
            )
            continue
        given = set(read.get(column.name, ()))
        strange = [v for v in order_states.unexplained(values) if v not in given]
        if len(strange) == len(values) and STATUS.search(tokens(column.name)) is None:
            continue  # kinds of tickets, states of a country: no word speaks of a sale
        if strange:
            shown = ", ".join(repr(v) for v in strange[:6])
            told.append(
                Notice(
                    "status_words",
                    f"{column.name} holds {shown}, which no word explains: these lines count as "
                    "sold. If some were cancelled or not paid, leave them out of the file.",
                )
            )
    blank = [*_blank_states(log, found), *_unpaid_days(log, found)]
    if not blank:
        return told
    sold = _counts_as_sold(sample, log)
    rows = sample.filter(sold)
    row = opened.engine.record(
        rows.aggregate(
            lines=rows.count(),
            **{f"b{i}": rows[n].isnull().sum() for i, (n, _, _) in enumerate(blank)},
        )
    )
    for i, (name, code, way) in enumerate(blank):
        empty, lines = int(row[f"b{i}"] or 0), int(row["lines"] or 0)
        least = FEW_BLANK if code == "blank_states" else 1
        if empty >= least:
            message = f"{name} is blank on {empty:,} of {lines:,} lines: these count as sold. {way}"
            told.append(Notice(code, message, empty))
    return told


def _counts_as_sold(sample: ir.Table, log: OrderLog) -> ir.Value:
    """Return the condition that a line has a buyer and that no state says it was not sold."""
    sold = ibis.literal(True)
    if log.fill == "none":
        sold = sample[log.customer].notnull()
    states = [(s.column, _all(s)) for s in log.states]
    if log.status is not None:
        states.append((log.status, (*log.cancelled, *log.returned, *log.browsed)))
    for column, values in states:
        if values and not sample[column].type().is_boolean():
            sold = sold & ~text(sample[column]).isin(values).fill_null(False)
    for name in log.cancelled_on:
        sold = sold & sample[name].isnull()
    return sold


def _blank_states(log: OrderLog, found: Candidates) -> list[tuple[str, str, str]]:
    """Return the states that few lines lack, where their values say which lines were not sold.

    Each as its column, the code of the notice and the way out.
    """
    if log.row_type is not None or log.fill != "none":
        return []
    telling = {s.column for s in log.states if _all(s)}
    if log.status is not None and (log.cancelled or log.returned):
        telling.add(log.status)
    return [
        (c.name, "blank_states", "If they were not, leave them out of the file.")
        for c in found.states
        if c.name in telling and FEW_BLANK <= c.rows - c.present <= MOST_BLANK * c.rows
    ]


def _unpaid_days(log: OrderLog, found: Candidates) -> list[tuple[str, str, str]]:
    """Return the days of payment that some of the lines lack, where nothing else says unpaid."""
    if any(state.unpaid for state in log.states):
        return []
    return [
        (day.name, "no_day_of_payment", "If they were not paid, leave them out of the file.")
        for day in found.days
        if day.name != log.date
        and order_states.says_paid(day.name)
        and MOST_PAID * day.rows <= day.present < day.rows
    ]


def _flags(opened: Opened, log: OrderLog, found: Candidates) -> list[LineState]:
    """Return what columns of yes and no say: cancelled, paid, given back."""
    told = []
    for column in found.flags:
        values = values_of(opened.engine, opened.table, column.name, 3)
        state = order_states.flag_state(column.name, values)
        if state is not None and column.name != log.status:
            told.append(state)
    return told


def _all(state: LineState) -> tuple[str, ...]:
    return (*state.cancelled, *state.returned, *state.browsed, *state.unpaid, *state.other)


def _as_listed(
    column: str, values: list[str], given: Mapping[str, str], found: LineState
) -> LineState:
    """Return the state with the values that a layout lists, the others by their words."""
    known = {key.strip().lower(): state for key, state in given.items()}

    def of(what: str) -> tuple[str, ...]:
        by_words = getattr(found, what)
        return tuple(
            v
            for v in values
            if known.get(v.strip().lower()) == what
            or (v.strip().lower() not in known and v in by_words)
        )

    return LineState(
        column, of("cancelled"), of("returned"), of("browsed"), of("unpaid"), of("other")
    )
