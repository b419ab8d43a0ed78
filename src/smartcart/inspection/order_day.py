"""The day of an order: mostly filled, one within an order, and the day on which it was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from smartcart.inspection.desk import HALF, Desk, listed
from smartcart.inspection.states import values_of
from smartcart.records import LineState, OrderLog
from smartcart.tables.order_candidates import FEW_STATES, Candidates
from smartcart.tables.order_states import booked
from smartcart.tables.order_structure import OrderColumn, Structure
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["day_of", "without_days_to_come"]

MADE = lazy_pattern(r"created( (at|on|date|time|date time|utc))*|creation (date|time)")
VISIT = lazy_pattern(
    r"(scheduled|appointment|appt|visit|session|treatment|service|class|termin|rdv|rendez vous|"
    r"cita|consulta|appuntamento|afspraak)"
    r"( (start|starts|for|at|on|date|time|date time|datum|day))*"
)
SEES_PEOPLE = lazy_pattern(  # columns beside the days of a shop that people come to
    r".*\b(appointments?|appt|treatments?|therapists?|stylists?|practitioners?|team member|"
    r"staff( member)?|duration|class(es)?|trainer|coach|dauer|behandlung|duree|duracion|durata)\b.*"
)
BOOKED = lazy_pattern(  # the same, where something tells of bookings
    r".*\b(booking|bokning(s|ar)?|boknings id|buchung\w*|termin\w*|reservierung\w*|behandling|"
    r"behandlare|frisor|friseur\w*|coiffeu\w*|prestation|praticien\w*|rendez vous|rdv|turno|cita|"
    r"peluquer\w*|estilista|profesional|profissional|servico|agendamento|appuntamento|trattamento|"
    r"operator[ei]|prenotazione|afspraak|behandeling|kapper|wizyt[ay]|zabieg|specjalista|"
    r"rezerva\w*|procedura|varaus\w*|aika|foglalas|kezeles|запись|услуга|мастер|randevu)\b.*"
)
DONE = lazy_pattern(r"(processed|charged|captured|billed)( (at|on|date|time|date time|utc))*")
DAYS_AHEAD = 3  # between both on most lines: they were made ahead
FEW_PAIRS = 20  # lines with both
SEVERAL = 3  # lines of a state, at least, that all lie behind the others


def day_of(desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates) -> OrderLog:
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
            return replace(log, date=_done_later(desk, name, names, half, structure))
    full = [n for n in names if max(desk.filled(n, structure), 0.0) >= half]
    if structure is None or not full:
        return replace(log, date=None)
    # an order of several days began on the first: the day that changes least within them
    return replace(log, date=max(full, key=lambda n: _same(structure.cell(n))))


def _done_later(
    desk: Desk, made: str, names: Sequence[str], half: float, structure: Structure | None
) -> str:
    """Return the day on which it was done, where ``made`` is when a line was made days before.

    Charges of a subscription are made ahead, for a day that may never come; so are appointments.
    """
    if MADE.fullmatch(tokens(made)) is None:
        return made
    visits = any(SEES_PEOPLE.fullmatch(tokens(n)) for n in desk.figures)
    done = [
        n
        for n in names
        if n != made and (DONE.fullmatch(w := tokens(n)) or (visits and VISIT.fullmatch(w)))
    ]
    done = [n for n in done if max(desk.filled(n, structure), 0.0) >= half]
    if not done:
        return made
    first, later = (desk.sample[n].cast("date") for n in (made, done[0]))
    ahead = later.delta(first, unit="day")
    row = desk.opened.engine.record(
        desk.sample.aggregate(n=ahead.count(), late=(ahead >= DAYS_AHEAD).sum())
    )
    n = int(row["n"] or 0)
    if n < FEW_PAIRS or 2 * int(row["late"] or 0) <= n:
        return made
    desk.checks.append(f"{made} lies days before {done[0]} on most lines: it is the later one")
    return done[0]


def _same(cell: OrderColumn) -> float:
    return cell.same / max(1, cell.many)


def without_days_to_come(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log whose visits that are booked, and still to come, are not sold yet.

    That is where all lines of such a state have later days than any other line that was sold.
    """
    if log.status is None or log.date is None or "status" in desk.said or log.layout is not None:
        return log
    values = values_of(desk.opened.engine, desk.opened.table, log.status, FEW_STATES)
    lost = {*log.cancelled, *log.returned, *log.browsed}
    lost |= {v for s in log.states if s.column == log.status for v in (*s.unpaid, *s.other)}
    if not any(SEES_PEOPLE.fullmatch(n) or BOOKED.fullmatch(n) for n in map(tokens, desk.figures)):
        return log
    ahead = [value for value in booked(values) if value not in lost]
    done = [value for value in values if value not in {*ahead, *lost}]
    if not ahead or not done:
        return log
    table = desk.opened.table
    state, day = table[log.status], table[log.date]
    row = desk.opened.engine.record(
        table.aggregate(
            lines=state.isin(ahead).sum(),
            first=day.min(where=state.isin(ahead)),
            last=day.max(where=state.isin(done)),
        )
    )
    if int(row["lines"] or 0) < SEVERAL or not row["first"] or not row["last"]:
        return log
    if row["first"] <= row["last"]:
        return log
    shown = listed([repr(value) for value in ahead])
    desk.checks.append(f"all lines of {shown} are later than the others: they are still to come")
    return replace(log, states=(*log.states, LineState(log.status, unpaid=tuple(ahead))))
