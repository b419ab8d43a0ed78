"""The column of currencies, whatever it is called: few codes of currencies beside money."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from smartcart.inspection.desk import Desk
from smartcart.inspection.states import values_of
from smartcart.records import OrderLog
from smartcart.tables.currency_codes import CURRENCY_CODES
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["are_currencies", "with_currency"]

MOST_CURRENCIES = 30  # different ones of a log
LONGEST = 4  # letters of a code or sign
TRIED = 4  # columns whose values are looked at
_SIGNS = lazy_pattern(rf"{CURRENCY_CODES}|[A-Z]{{0,2}}[$€£¥₹₽₺₩₪฿₫₴]|zł|kč", re.IGNORECASE)
_OTHERS = lazy_pattern(  # of money that is not what is added up: of a payout, after an exchange
    r"\b(payout|settle\w*|convert\w*|base|destination|bank|fees?|presentment|balance|shop|store|"
    r"tax|refund|auszahl\w*|default|home|main|reporting)\b"
)


def are_currencies(values: Iterable[str]) -> bool:
    """Return whether all values are codes or signs of currencies.

    >>> are_currencies(["PLN", "EUR", "CZK"]), are_currencies(["zł", "€"])
    (True, True)
    >>> are_currencies(["POL", "DEU"]), are_currencies(["PLN", "x"]), are_currencies([])
    (False, False, False)
    """
    told = [v.strip() for v in values if v.strip()]
    return bool(told) and all(map(_SIGNS.fullmatch, told))


def with_currency(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log with the column of currencies that its values show, where no name tells one.

    Only one with several of them matters: sums add them up as if they were one.
    """
    if log.currency is not None or "currency" in desk.said:
        return log
    played = {*log.parts, *desk.dropped}
    few = [
        c
        for c in desk.figures.values()
        if c.type == "text"
        and c.name not in played
        and 1 < c.distinct <= MOST_CURRENCIES
        and c.longest <= LONGEST
        and 2 * c.present >= c.rows
        and _OTHERS.search(tokens(c.name)) is None
    ]
    for column in few[:TRIED]:
        values = values_of(desk.opened.engine, desk.sample, column.name, MOST_CURRENCIES + 1)
        if are_currencies(values):
            desk.checks.append(f"{column.name} holds codes of currencies")
            return replace(log, currency=column.name)
    return log
