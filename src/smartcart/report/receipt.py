"""The receipt of a reading in words: what was read, from which columns, and what was left out."""

from __future__ import annotations

import re

from smartcart.records import OtherReading, ReadingReceipt
from smartcart.report import words

__all__ = ["columns", "exactly", "headline", "how", "left_out", "others", "totals"]

_SEVERAL_AND_ONE = (
    ("lines that are", "line that is"),
    ("rows that are", "row that is"),
    ("lines that adjust", "line that adjusts"),
    ("rows that stand", "row that stands"),
    ("rows that hold", "row that holds"),
    ("no customers", "no customer"),
    ("lines", "line"),
    ("rows", "row"),
    ("they cannot", "it cannot"),
    ("of them hold", "of them holds"),
)


def headline(told: ReadingReceipt, currency: str = "") -> str:
    """Return the figures in a sentence, with the column of the money.

    >>> headline(ReadingReceipt("orders", None, "known layout", 9, 3, 2, 30.5, None, None,
    ...                         {"money": "Total"}, money_means="what was paid"))
    '3 orders of 2 customers, worth 30.50 (Total: what was paid).'
    >>> headline(ReadingReceipt("customers", None, "guessed", 9, 7, 9, 30.5, None, None, {},
    ...                         buyers=4))
    '7 orders of 9 customers (4 of them bought), worth 30.50.'
    """
    people = words.people(told.customers)
    if told.buyers is not None and told.buyers != told.customers:
        people = f"{people} ({words.count(told.buyers)} of them bought)"
    who = people if told.orders is None else f"{words.count(told.orders)} orders of {people}"
    found = [who]
    if told.first_day is not None and told.last_day is not None:
        found.append(f"{words.date(told.first_day)} to {words.date(told.last_day)}")
    if told.revenue is not None:
        name = told.columns.get("money", "")
        meaning = f": {told.money_means}" if told.money_means else ""
        source = f" ({name}{meaning})" if name else ""
        found.append(f"worth {exactly(told.revenue, currency)}{source}")
    return f"{', '.join(found)}."


def exactly(amount: float, currency: str = "") -> str:
    """Return money to the cent, as a dashboard shows it.

    >>> exactly(147311.64), exactly(5, "$")
    ('147,311.64', '$5.00')
    """
    sign = "−" if amount < 0 else ""
    return f"{sign}{currency}{abs(amount):,.2f}"


def left_out(told: ReadingReceipt) -> str:
    """Return what was left out, in a sentence; empty where nothing was."""
    if not told.left_out:
        return ""
    listed = "; ".join(
        f"{words.count(one.lines)} {_of_one(one.reason) if one.lines == 1 else one.reason}"
        for one in told.left_out
    )
    return f"Left out: {listed}."


def _of_one(reason: str) -> str:
    """Return why one line was left out, in place of several.

    >>> _of_one("rows that stand for nobody, no customers"), _of_one("lines of cancelled orders")
    ('row that stands for nobody, no customer', 'line of cancelled orders')
    """
    for several, one in _SEVERAL_AND_ONE:
        reason = re.sub(rf"\b{several}\b", one, reason)
    return reason


def columns(told: ReadingReceipt) -> list[tuple[str, str]]:
    """Return which column was read as what."""
    return list(told.columns.items())


def how(told: ReadingReceipt) -> str:
    """Return by what the file was understood, and what was checked."""
    by = {
        "known layout": f"Known layout: {told.layout}",
        "as configured": "Read as the configuration says",
        "by names and values": "Read by the names of its columns, checked on their values",
        "guessed": "Guessed from the values: hold the figures against your own",
    }[told.certainty]
    checked = "; ".join(told.checks)
    return f"{by}. Checked: {checked}." if checked else f"{by}."


def others(told: ReadingReceipt, currency: str = "") -> list[tuple[str, str]]:
    """Return the other readings of the file: what differs, and the totals that they give."""
    return [(one.differs_in, totals(one, currency)) for one in told.alternatives]


def totals(one: OtherReading, currency: str = "") -> str:
    """Return the totals that another reading gives."""
    figures = [] if one.orders is None else [f"{words.count(one.orders)} orders"]
    figures.append(words.people(one.customers))
    if one.revenue is not None:
        figures.append(exactly(one.revenue, currency))
    return ", ".join(figures)
