"""Is an amount beside pieces the money of the line, or the price of one piece? Products tell.

On the lines of one product the price of a piece is about the same, however many pieces were
bought; the money of the line grows with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from smartcart.engines.arrow_numbers import numbers_of
from smartcart.inspection import amounts
from smartcart.inspection.amounts import Floats
from smartcart.inspection.desk import Desk, Rival, choose_line
from smartcart.records import OrderLog
from smartcart.tables.money_ranks import money_rank
from smartcart.tables.order_candidates import PIECE
from smartcart.tables.order_names import parts_named
from smartcart.tables.tokens import tokens

__all__ = ["as_line", "as_piece", "of_unknown_name", "told_by_products"]

ENOUGH = 30  # lines of products that come again, with an amount and pieces
SEVERAL_PIECES = 0.1  # of them have other pieces than one
STEADY = 0.25  # at most so far do logarithms within a product spread, one with another
TIMES = 3.0  # so much farther those of the other hypothesis

Told = Literal["piece", "line"]


def told_by_products(desk: Desk, log: OrderLog, name: str) -> Told | None:
    """Return whether an amount is of one piece or of the line; None where products do not tell.

    Within products the logarithms of the amount, and of the amount over the pieces, are compared:
    one of them hardly spreads, the other one at least three times as far.
    """
    product = log.product or log.category
    if product is None or log.quantity is None or desk.figures[name].type != "number":
        return None
    lines = desk.sample.limit(amounts.SAMPLE).select(
        p=desk.sample[product].cast("string"),
        q=desk.sample[log.quantity].cast("float64"),
        m=desk.sample[name].cast("float64"),
    )
    lines = lines.filter(lines["p"].notnull() & (lines["q"] > 0) & (lines["m"] > 0))
    found = desk.opened.engine.arrow(lines)
    if found.num_rows < ENOUGH:
        return None
    codes = numbers_of(found["p"].combine_chunks().dictionary_encode().indices)
    pieces = np.log(numbers_of(found["q"]).astype(np.float64))
    money = np.log(numbers_of(found["m"]).astype(np.float64))
    again = np.bincount(codes)[codes] > 1
    if again.sum() < ENOUGH or np.mean(pieces[again] != 0) < SEVERAL_PIECES:
        return None
    piece = _spread(money[again], codes[again])
    line = _spread((money - pieces)[again], codes[again])
    if piece <= STEADY and line > TIMES * piece:
        return "piece"
    return "line" if line <= STEADY and piece > TIMES * line else None


def _spread(values: Floats, codes: np.ndarray) -> float:
    """Return the standard deviation of values around the mean of their group."""
    count = np.maximum(np.bincount(codes), 1)
    mean = np.bincount(codes, values) / count
    return float(np.sqrt(np.mean((values - mean[codes]) ** 2)))


def as_piece(desk: Desk, log: OrderLog, moneys: Sequence[str]) -> OrderLog:
    """Return the log with its amount as the price of one piece, where its products tell so.

    An amount whose name says that it is one of a line is asked about. Only where no other amount
    (``moneys``) is there, and the user says nothing.
    """
    name = log.amount
    settled = "amount" in desk.said or log.layout is not None or log.unit_price is not None
    if name is None or settled or name in log.whole_orders or {*moneys} - {name}:
        return log
    if told_by_products(desk, log, name) != "piece":
        return log
    other = replace(log, unit_price=name, amount=None)
    said = any(part.name == "amount" for part in parts_named(name))
    check = f"{name} is that of one piece: for a product the same for 1 and for several"
    return _settled(desk, log, other, said, check)


def as_line(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log with its price as the money of the line, where its products tell so.

    A price whose name says that it is one of a piece is asked about.
    """
    name = log.unit_price
    if name is None or "unit_price" in desk.said or log.layout is not None:
        return log
    if told_by_products(desk, log, name) != "line" or money_rank(name) is None:
        return log
    other = replace(log, unit_price=None, amount=name)
    said = PIECE.fullmatch(tokens(name)) is not None
    check = f"{name} is that of the line: for a product it grows with {log.quantity}"
    return _settled(desk, log, other, said, check)


def _settled(desk: Desk, log: OrderLog, told: OrderLog, said: bool, check: str) -> OrderLog:
    """Return the reading that products tell, the other one beside it.

    Where a name has ``said`` the other, the two compete, and that stays the first.
    """
    first, second = (log, told) if said else (told, log)
    differs = f"money: {_money(second)} for {_money(first)}"
    name, part = _priced(second)
    chosen = choose_line(name, part)
    desk.rivals.append(Rival(differs, second, first, chosen, competes=said))
    if not said:
        desk.checks.append(check)
    return first


def _priced(log: OrderLog) -> tuple[str, str]:
    """Return the column of money, and the part that it plays."""
    if log.unit_price is not None:
        return log.unit_price, "unit_price"
    return str(log.amount), "amount"


def _money(log: OrderLog) -> str:
    name, part = _priced(log)
    return name if part == "amount" else f"{log.quantity} x {name}"


def of_unknown_name(desk: Desk, log: OrderLog, numbers: Sequence[str]) -> OrderLog:
    """Return the log with its only other number as price or money, where products tell which."""
    told = told_by_products(desk, log, numbers[0]) if len(numbers) == 1 else None
    if told is None:
        return log
    desk.checks.append(f"{numbers[0]} is that of {'one piece' if told == 'piece' else 'the line'}")
    if told == "piece":
        return replace(log, unit_price=numbers[0])
    return replace(log, amount=numbers[0])
