"""What became of a line, by every column that tells it: cancelled, returned, unpaid, no sale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from smartcart.inspection.address_states import is_of_an_address
from smartcart.inspection.desk import Desk
from smartcart.layouts import Layout, column_key, present
from smartcart.records import LineState, Notice, OrderLog
from smartcart.sources import Opened
from smartcart.tables import order_states, state_flags
from smartcart.tables.order_candidates import FEW_STATES, SELDOM, Candidates
from smartcart.tables.order_lines import filled, numbered, text, told_lost
from smartcart.tables.order_names import parts_named
from smartcart.tables.order_structure import Structure
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.state_names import is_check, is_of_the_person, speaks_of_a_loss
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = [
    "codes_notices",
    "counts_as_sold",
    "values_of",
    "with_days_of_payment",
    "with_states",
    "without_address",
]

MOST_PAID = 0.5  # of the lines have a day of payment: it tells which were paid
FEW_BLANK = 3  # lines without a state: fewer are footers
MOST_BLANK = 0.5  # of the lines: where more lack it, a blank is the usual state
STATUS = lazy_pattern(r"status|statut|stato|estado|estatus|situacao|zustand|etat|stan\b|tilstand")
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
    opened: Opened,
    log: OrderLog,
    found: Candidates,
    layout: Layout | None,
    structure: Structure | None = None,
) -> OrderLog:
    """Return the log with the columns and values that say that a line was not sold.

    A column whose values all say so is one of lines that were not sold where it is blank on most
    lines; else it says something else, and is left alone.
    """
    listed = {column_key(name): of for name, of in layout.states.items()} if layout else {}
    states: list[LineState] = [*_flags(opened, log, found)]
    flagged = {state.column for state in states}
    # a mark on some lines is no status
    marks = {c.name for c in found.flags if c.distinct == 1 and c not in found.states}
    marks |= {c.name for c in found.flags if c.distinct == 1 and c.name in flagged}
    for column in found.states:
        if column.name in flagged:
            continue
        given = listed.get(column_key(column.name))
        if column.type in {"boolean", "number"} and given is None:
            continue
        values = values_of(opened.engine, opened.table, column.name, FEW_STATES + 1)
        state = order_states.line_state(column.name, values)
        if given is not None:
            state = _as_listed(column.name, values, given, state)
        elif order_states.is_means_of_payment(column.name):  # a transfer is how it was paid
            state = replace(state, browsed=(), unpaid=(), other=())
        told = set(_all(state))
        some = len(told) < len(values) or _seldom(column, log, structure)
        if told and (given is not None or some):
            states.append(state)
        elif column.distinct == 1 and column.present < column.rows:
            marks.add(column.name)
    if log.status in marks | state_flags.in_part([c.name for c in found.flags]):
        log = replace(log, status=None)
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


def _seldom(column: ColumnSummary, log: OrderLog, structure: Structure | None) -> bool:
    """Return whether most lines lack a state: of one told once for an order, most orders."""
    if structure is not None and column.name in log.filled:
        return structure.cell(column.name).known <= SELDOM * structure.orders
    return column.present <= SELDOM * column.rows


def without_address(opened: Opened, log: OrderLog) -> OrderLog:
    """Return the log without a status that says nothing of orders: where the buyer lives."""
    if log.status is None or log.cancelled or log.returned or log.browsed:
        return log
    if any(state.column == log.status for state in log.states):
        return log
    values = values_of(opened.engine, opened.table, log.status, FEW_STATES + 1)
    return replace(log, status=None) if is_of_an_address(opened, log, log.status, values) else log


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
    lines = filled(numbered(sample, log), log)
    lines = lines.filter(counts_as_sold(lines, log))
    told = []
    whole_or_part = state_flags.in_part([c.name for c in (*found.flags, *found.states)])
    for column in found.states:
        status = "status" in tokens(column.name) or any(
            p.name == "status" for p in parts_named(column.name)
        )
        loss = speaks_of_a_loss(column.name)
        if column.type == "boolean" or column.distinct > FEW_CODES or not (status or loss):
            continue
        if column.name == log.row_type or order_states.is_delivery(column.name):
            continue
        if order_states.is_means_of_payment(column.name):
            continue
        if column.name not in read and (is_check(column.name) or is_of_the_person(column.name)):
            continue
        if column.name == log.status and column.type == "number" and not told_by_status:
            continue  # 1 says that the line came back
        if column.name in whole_or_part:
            continue  # "Refunded?" beside "Fully Refunded?": what came back in part was sold
        values = values_of(opened.engine, lines, column.name, FEW_CODES)
        if column.name not in read and is_of_an_address(opened, log, column.name, values):
            continue
        known = {v.strip().lower() for v in listed.get(column_key(column.name), ())}
        values = [v for v in values if v.strip().lower() not in known]
        if column.name not in read and order_states.coded(values):
            if not _said_beside(opened, sample, column.name, read):
                told.append(_codes(column.name, values))
            continue
        given = set(read.get(column.name, ()))
        strange = [v for v in order_states.unexplained(values) if v not in given]
        if column.distinct <= 2:  # yes and no
            strange = [v for v in strange if not state_flags.says_no(v)]
        named = loss or STATUS.search(tokens(column.name)) is not None
        if len(strange) == len(values) and not named:
            continue  # kinds of tickets, states of a country: no word speaks of a sale
        if strange and not _said_beside(opened, sample, column.name, read):
            shown = ", ".join(repr(v) for v in strange[:6])
            told.append(
                Notice(
                    "status_words",
                    f"{column.name} holds {shown}, which no word explains: these lines count as "
                    "sold. If some were cancelled or not paid, leave them out of the file.",
                )
            )
        elif column.name not in read and (lost := _lost(column.name, values)):
            told.append(_most_lost(column, lost))
    blank = [*_blank_states(log, found), *_unpaid_days(log, found)]
    if not blank:
        return told
    row = opened.engine.record(
        lines.aggregate(
            lines=lines.count(),
            **{f"b{i}": lines[n].isnull().sum() for i, (n, _, _) in enumerate(blank)},
        )
    )
    for i, (name, code, way) in enumerate(blank):
        empty, every = int(row[f"b{i}"] or 0), int(row["lines"] or 0)
        least, most = (FEW_BLANK, 1.0) if code == "blank_states" else (1, 1 - MOST_PAID)
        if least <= empty <= most * every:
            message = f"{name} is blank on {empty:,} of {every:,} lines: these count as sold. {way}"
            told.append(Notice(code, message, empty))
    return told


def _codes(name: str, values: Sequence[str]) -> Notice:
    return Notice(
        "status_codes",
        f"{name} holds codes ({', '.join(values[:8])}) that no word explains: lines of all of them "
        "count as sold. If some were cancelled or not paid, write the words for them, or leave "
        "these lines out of the file.",
    )


def _lost(name: str, values: Sequence[str]) -> tuple[str, ...]:
    """Return the values that say that a line was not sold, where all of them do."""
    told = _all(order_states.line_state(name, values))
    return tuple(told) if set(values) <= set(told) else ()


def _most_lost(column: ColumnSummary, values: Sequence[str]) -> Notice:
    shown = ", ".join(repr(v) for v in values[:6])
    return Notice(
        "status_words",
        f"{column.name} holds {shown} only, on {column.present:,} of {column.rows:,} lines: these "
        "count as sold, since most of a shop's orders are. If they were not, leave them out of "
        "the file.",
        column.present,
    )


def _said_beside(
    opened: Opened,
    sample: ir.Table,
    column: str,
    read: Mapping[str | None, tuple[str, ...]],
) -> bool:
    """Return whether a column goes one to one with a state that is read.

    It says the same in other words, or in codes, and needs no word of its own.
    """
    others = [name for name, values in read.items() if name and name != column and values]
    if not others:
        return False
    code = text(sample[column])
    told: dict[str, ir.Value] = {"n": code.nunique()}
    for i, name in enumerate(others):
        both = code + " / " + text(sample[name])
        told |= {f"b{i}": both.nunique(), f"k{i}": code.nunique(where=sample[name].notnull())}
        told[f"d{i}"] = text(sample[name]).nunique()
    row = opened.engine.record(sample.aggregate(**told))
    return any(
        int(row["n"] or 0) > 1
        and {int(row["n"] or 0)} == {int(row[f"{of}{i}"] or 0) for of in "bkd"}
        for i in range(len(others))
    )


def counts_as_sold(sample: ir.Table, log: OrderLog) -> ir.Value:
    """Return the condition that a line has a buyer and that no state says it was not sold."""
    sold = ibis.literal(True)
    if log.fill == "none":
        sold = sample[log.customer].notnull()
    for lost in told_lost(sample, log).values():
        sold = sold & ~lost.fill_null(False)
    for state in log.states:
        if state.other:
            sold = sold & ~text(sample[state.column]).isin(state.other).fill_null(False)
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


def with_days_of_payment(desk: Desk, log: OrderLog, layout: Layout | None) -> OrderLog:
    """Return the log whose orders without a day of payment were not paid, where a layout says so.

    Most lines have that day: else the platform did not write it.
    """
    wanted = present(layout.paid_on, desk.opened.table.columns) if layout else ()
    named = [n for n in wanted if desk.figures[n].type == "date" and n != log.date]
    if not named or log.fill not in {"none", "order"}:
        return log
    name, told = named[0], log
    if log.order is not None and name not in log.filled:  # one line of an order may tell it
        told = replace(log, fill="order", filled=(*log.filled, name))
    lines = filled(desk.sample, told)
    row = desk.opened.engine.record(
        lines.aggregate(
            lines=lines[log.customer].count(),
            paid=lines[name].count(where=lines[log.customer].notnull()),
        )
    )
    paid, every = int(row["paid"] or 0), int(row["lines"] or 0)
    return replace(told, paid_on=(name,)) if paid >= MOST_PAID * every > 0 else log


def _unpaid_days(log: OrderLog, found: Candidates) -> list[tuple[str, str, str]]:
    """Return the days of payment that some of the lines lack, where nothing else says unpaid."""
    if any(state.unpaid for state in log.states):
        return []
    return [
        (day.name, "no_day_of_payment", "If they were not paid, leave them out of the file.")
        for day in found.days
        if day.name != log.date and order_states.says_paid(day.name) and day.present < day.rows
    ]


def _flags(opened: Opened, log: OrderLog, found: Candidates) -> list[LineState]:
    """Return what columns of yes and no say: cancelled, paid, given back."""
    told = []
    whole_or_part = state_flags.in_part([c.name for c in found.flags])
    for column in found.flags:
        status = column.name == log.status and column.distinct > 1
        if status or not state_flags.says_state(column.name) or column.name in whole_or_part:
            continue
        values = values_of(opened.engine, opened.table, column.name, 3)
        state = state_flags.flag_state(column.name, values)
        if state is not None:
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
