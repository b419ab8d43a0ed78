"""What is told of the money of a log: discounts that are not taken off, and amounts in cents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from smartcart.inspection.amounts import Amounts, Floats
from smartcart.inspection.desk import Desk, choose_line, listed
from smartcart.records import Notice, OrderLog, Reading
from smartcart.tables.money_ranks import is_discount, money_rank
from smartcart.tables.order_names import no_money
from smartcart.tables.order_structure import SEVERAL
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = ["beside_discounts", "minor_units", "of_used_money", "undiscounted"]

CENTS = lazy_pattern(r"\b(cents?|centimes?|centavos?|centesimi|pence|pennies|ore|kopeks?|minor)\b")
NEAR = 0.5, 5.0  # times pieces and prices: what was paid, of the line or of its order on each line
MOST = 3  # columns that are offered
FEW_REDUCED = 0.03  # of the lines have a discount: it is told


def of_used_money(reading: Reading, used: Iterable[str | None]) -> Reading:
    """Return the reading without what is told of mixed currencies in columns that are not used."""
    of = tuple(f"column {name!r} " for name in used if name)
    kept = tuple(
        n for n in reading.notices if n.code != "mixed_currencies" or n.message.startswith(of)
    )
    return replace(reading, notices=kept)


def minor_units(log: OrderLog) -> list[Notice]:
    """Tell of money whose name says that it counts cents: sums are a hundred times the currency."""
    name = log.amount or (log.unit_price if log.quantity is not None else None)
    if name is None or CENTS.search(tokens(name)) is None:
        return []
    return [
        Notice(
            "minor_units",
            f"{name} counts hundredths of the currency by its name: all sums of money here are in "
            "them. Divide the column by 100 to have the currency itself.",
        )
    ]


def _taken(values: Floats) -> tuple[Floats, float]:
    """Return what was taken off each line, and the share of lines of which something was."""
    taken: Floats = np.nan_to_num(np.abs(values))
    return taken, float(np.mean(taken > 0)) if taken.size else 0.0


def beside_discounts(log: OrderLog, amounts: Amounts) -> list[Notice]:
    """Tell of discounts in money beside an amount that is pieces times price to the cent."""
    pieces, price, paid, off = log.quantity, log.unit_price, log.amount, log.discount
    if pieces is None or price is None or paid is None or off is None:
        return []
    if not {pieces, price, paid, off} <= set(amounts.columns):
        return []
    taken, some = _taken(amounts.columns[off])
    within = bool(np.all(taken <= np.nan_to_num(np.abs(amounts.columns[paid])) + 1))
    if some < FEW_REDUCED or not within or not amounts.is_product(pieces, price, paid):
        return []
    return [
        Notice(
            "beside_discounts",
            f"{paid} is {pieces} times {price} to the cent, and {off} holds an amount on "
            f"{some:.0%} of the lines looked at: if the price is one before it, what was paid is "
            "less than what is added up here.",
        )
    ]


def undiscounted(desk: Desk, log: OrderLog, amounts: Amounts) -> list[Notice]:
    """Tell where only pieces times price tells the money, and a discount beside it is not in it.

    Not where the user or a layout says what the discount is.
    """
    price = amounts.columns.get(log.unit_price or "")
    if price is None or log.layout is not None or {"discount", "unit_price"} & desk.said:
        return []
    for name, values in amounts.columns.items():
        taken, some = _taken(values)
        if is_discount(name) and some >= FEW_REDUCED and np.sum(taken > 0) >= SEVERAL:
            could = _could_be_paid(desk, log, amounts)
            way = "add a column of what was paid"
            if could:
                lines = "; ".join(choose_line(n, "amount") for n in could)
                way = f"and {listed(could)} tells what was paid, say so: {lines}"
            known = "is known to tell" if could else "tells"
            return [
                Notice(
                    "before_discounts",
                    f"No column {known} the amount of a line: {log.quantity} times "
                    f"{log.unit_price} is added up, and {name}, which {some:.0%} of the lines "
                    f"looked at have, is not taken off. If the price is one before it, {way}.",
                )
            ]
    return []


def _could_be_paid(desk: Desk, log: OrderLog, amounts: Amounts) -> list[str]:
    """Return columns without a part that may be what was paid: about as large as what is added up.

    Filled on most lines, with hundredths where the price has some, under no name of a tax or a fee.
    """
    price, pieces = amounts.columns[log.unit_price or ""], amounts.columns[log.quantity or ""]
    mine = float(np.nansum(np.abs(price * pieces)))
    played = {*log.parts, *desk.dropped}
    found = []
    for name, values in amounts.columns.items():
        figure = desk.figures[name]
        if name in played or money_rank(name) is None or no_money(name) or is_discount(name):
            continue
        share = float(np.nansum(np.abs(values))) / max(mine, 1e-9)
        whole = figure.whole and not desk.figures[log.unit_price or ""].whole
        if NEAR[0] <= share <= NEAR[1] and not whole and 2 * figure.present > figure.rows:
            found.append(name)
    return found[:MOST]
