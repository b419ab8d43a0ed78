"""What the amounts of a log say of each other: equal, apart by a tax or a fee, pieces times price.

Names propose what was paid. Where two amounts could be it, the lines of a sample tell whether they
are the same money, told with and without something that a column of its own holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smartcart.engines.arrow_numbers import numbers_of
from smartcart.records import OrderLog
from smartcart.sources import Opened
from smartcart.tables.money_ranks import is_price
from smartcart.tables.summary import ColumnSummary

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Amounts", "Floats", "amounts_of", "pieces_among"]

Floats = NDArray[np.float64]

SAMPLE = 20_000  # lines on which amounts are compared
AGREE = 0.95  # of the lines: a relation holds
EVIDENCE = 10  # lines at least
PARTS = 3  # columns at the most that part two amounts: a discount, a tax, shipping
CENTS = 0.021  # each of two amounts is rounded
BETWEEN = 0.6, 1.67  # a total beside the sum of its lines: taxes, shipping and discounts
COVERED = 0.9  # of the orders: their total is about the sum of their lines
SEVERAL_PIECES = 0.1  # of the lines have more than one piece, or a product shows nothing
SOME_EQUAL = 0.2  # of the lines are without a discount
SOME_REDUCED = 0.05  # of the lines have one
MOST_FEE = 0.6  # of what was paid goes for a fee, a tax or the cost of the goods
HALF = 0.5
MOST_PIECES = 1_000  # of a product in a line
LEAST_LEFT = 0.3  # of the price remains after a discount


@dataclass(frozen=True, slots=True)
class Amounts:
    """Columns of numbers on the lines of a sample, NaN where empty, and the order of each line."""

    columns: Mapping[str, Floats]  # name -> (lines,)
    orders: NDArray[np.int64]  # (lines,), -1 where unknown

    def parted_by(
        self, one: str, other: str, aside: Sequence[str]
    ) -> tuple[tuple[str, int], ...] | None:
        """Return the columns that part two amounts on nearly all lines, each with its sign.

        The first amount is the other one plus (1) or minus (-1) each of them. ``()`` where the
        amounts are equal, ``None`` where nothing explains the difference.
        """
        a, b = self.columns[one], self.columns[other]
        there = np.isfinite(a) & np.isfinite(b) & (a != 0) & (b != 0)
        if there.sum() < EVIDENCE:
            return None
        gap = (a - b)[there]
        near = CENTS + 1e-9 * np.abs(a[there])
        if _nearly_all(np.abs(gap) <= near):
            return ()
        parts = {n: np.nan_to_num(np.abs(self.columns[n][there])) for n in aside}
        parts = {n: part for n, part in parts.items() if part.any()}
        for size in range(1, PARTS + 1):
            for names in combinations(parts, size):
                for signs in product((1, -1), repeat=size):
                    total = np.zeros_like(gap)
                    for name, sign in zip(names, signs, strict=True):
                        total += sign * parts[name]
                    if _nearly_all(np.abs(gap - total) <= size * near):
                        return tuple(zip(names, signs, strict=True))
        return None

    def without_discount(self, money: str, free: Sequence[str]) -> tuple[str, str] | None:
        """Return what an amount is without a discount, and that discount, where both are columns.

        A column is one by its values where it parts two amounts, on some of the lines but not on
        all, as taxes and fees are.
        """
        m = self.columns[money]
        for net in free:
            n = self.columns[net]
            there = np.isfinite(m) & np.isfinite(n) & (m != 0)
            if net == money or there.sum() < EVIDENCE:
                continue
            gap, near = (m - n)[there], CENTS + 1e-9 * np.abs(m[there])
            some = float(np.mean(gap > near))
            if not (SOME_REDUCED <= some <= 1 - SOME_EQUAL) or not _nearly_all(
                (gap >= -near) & (gap <= (1 - LEAST_LEFT) * np.abs(m[there]) + near)
            ):
                continue
            for off in free:
                taken = np.nan_to_num(np.abs(self.columns[off][there]))
                if off not in {money, net} and _nearly_all(np.abs(gap - taken) <= near):
                    return net, off
        return None

    def with_fee(
        self, money: str, whole: Sequence[str], parts: Sequence[str]
    ) -> tuple[str, str] | None:
        """Return the amount that is ``money`` and a part, and that part, where all lines have it.

        The part is on most lines above nothing: what is taken off on fewer is a discount.
        """
        m = self.columns[money]
        for name in whole:
            w = self.columns[name]
            there = np.isfinite(m) & np.isfinite(w) & (m > 0) & (w > 0)
            if name == money or there.sum() < EVIDENCE or there.sum() < HALF * (m > 0).sum():
                continue
            gap, near = (w - m)[there], CENTS + 1e-9 * np.abs(w[there])
            if float(np.mean(gap > near)) <= 1 - SOME_EQUAL or not _nearly_all(
                (gap >= -near) & (gap <= MOST_FEE * w[there])
            ):
                continue
            for part in parts:
                taken = np.nan_to_num(np.abs(self.columns[part][there]))
                if part not in {money, name} and _nearly_all(np.abs(gap - taken) <= near):
                    return name, part
        return None

    def larger(self, one: str, other: str) -> bool:
        """Return whether the first of two amounts is larger in sum, on lines that have both."""
        a, b = self.columns[one], self.columns[other]
        there = np.isfinite(a) & np.isfinite(b)
        return bool(np.abs(a[there]).sum() > np.abs(b[there]).sum())

    def covers(self, total: str, line: str, pieces: str | None = None) -> bool:
        """Return whether an order's total is about the sum of its lines' money.

        ``pieces`` is the number of pieces, where ``line`` may be the price of one.
        """
        known = self.orders >= 0
        if not known.any():
            return False
        orders = self.orders[known]
        count = int(orders.max()) + 1
        of_order = np.zeros(count)
        np.maximum.at(of_order, orders, np.nan_to_num(self.columns[total][known]))
        values = [self.columns[line][known]]
        if pieces is not None:
            values.append(values[0] * self.columns[pieces][known])
        for value in values:
            sums = np.bincount(orders, np.nan_to_num(value), count)
            there = (sums > 0) & (of_order > 0)
            ratio = of_order[there] / sums[there]
            if (
                there.sum() >= EVIDENCE
                and np.mean((ratio >= BETWEEN[0]) & (ratio <= BETWEEN[1])) >= COVERED
            ):
                return True
        return False

    def sums_itself(self, name: str, pieces: str | None = None) -> bool:
        """Return whether orders of three rows and more hold a row with the sum of the others.

        ``pieces`` is the number of pieces, where the others may be prices of one.
        """
        there = (self.orders >= 0) & np.isfinite(self.columns[name])
        if not there.any():
            return False
        orders, values = self.orders[there], self.columns[name][there]
        count = int(orders.max()) + 1
        largest = np.zeros(count)
        np.maximum.at(largest, orders, values)
        several = (np.bincount(orders, minlength=count) > 2) & (largest > 0)
        below = values < largest[orders]
        made = [values]
        if pieces is not None:
            made.append(values * np.nan_to_num(self.columns[pieces][there], nan=1.0))
        near = np.zeros(count, bool)
        for each in made:
            rest = np.bincount(orders[below], each[below], count)
            near |= np.abs(largest - rest) <= CENTS * np.maximum(1.0, rest / 100)
        return int(several.sum()) >= EVIDENCE and _nearly_all(near[several])

    def product(self, pieces: str, price: str) -> Floats:
        """Return pieces times price."""
        return self.columns[pieces] * self.columns[price]

    def is_product(self, pieces: str, price: str, money: str) -> bool:
        """Return whether an amount is pieces times price on nearly all lines."""
        count, made, paid = self.columns[pieces], self.product(pieces, price), self.columns[money]
        there = np.isfinite(made) & np.isfinite(paid) & (made != 0)
        if there.sum() < EVIDENCE or np.mean(np.abs(count[there]) > 1) < SEVERAL_PIECES:
            return False
        near = CENTS * np.maximum(1, np.abs(count[there]))
        return _nearly_all(np.abs(np.abs(made[there]) - np.abs(paid[there])) <= near)

    def is_reduced(self, pieces: str, price: str, money: str) -> bool:
        """Return whether an amount is pieces times price, less something on some of the lines."""
        count, made, paid = self.columns[pieces], self.product(pieces, price), self.columns[money]
        known = np.isfinite(made) & np.isfinite(paid) & (made > 0)
        there = known & (np.abs(count) > 1)
        if there.sum() < max(EVIDENCE, SEVERAL_PIECES * known.sum()):
            return False
        near = CENTS * np.abs(count[there])
        made, paid = made[there], paid[there]
        equal = np.abs(made - paid) <= near
        below = (paid <= made + near) & (paid >= LEAST_LEFT * made)
        return bool(np.mean(equal) >= SOME_EQUAL) and _nearly_all(below | equal)


def pieces_among(
    names: Iterable[str | None],
    figures: Mapping[str, ColumnSummary],
    amounts: Callable[[], Amounts],
) -> set[str]:
    """Return which whole numbers under names of money are pieces: times a price they are money.

    The price is larger, and one by its name; ``amounts`` are looked at only where there is one.
    """
    return {n for n in names if n is not None and _counts_pieces(n, figures, amounts)}


def _counts_pieces(
    name: str, figures: Mapping[str, ColumnSummary], amounts: Callable[[], Amounts]
) -> bool:
    most = figures[name].high or 0
    if not figures[name].whole or most > MOST_PIECES or is_price(name):
        return False
    prices = [n for n, c in figures.items() if n != name and is_price(n) and (c.high or 0) > most]
    if not prices:
        return False
    known = amounts().columns
    return name in known and any(
        amounts().is_product(name, price, money)
        for price in prices
        for money in known
        if price in known and money not in {name, price}
    )


def _nearly_all(holds: NDArray[np.bool_]) -> bool:
    return bool(holds.size) and float(np.mean(holds)) >= AGREE


def amounts_of(opened: Opened, sample: ir.Table, log: OrderLog, names: Sequence[str]) -> Amounts:
    """Return columns of numbers on the first lines of a sample.

    Where a number stands on the first line of each order only, the lines below get it, too.
    """
    lines = sample.limit(SAMPLE)
    chosen = {f"v{i}": lines[name].cast("float64") for i, name in enumerate(names)}
    if log.order is not None:
        chosen["number"] = lines[log.order].cast("string")
    if not chosen:
        return Amounts({}, np.zeros(0, np.int64))
    found = opened.engine.arrow(lines.select(**chosen))
    columns = {name: numbers_of(found[f"v{i}"]).astype(np.float64) for i, name in enumerate(names)}
    orders = np.full(found.num_rows, -1, np.int64)
    if log.order is not None:
        coded = found["number"].combine_chunks().dictionary_encode().indices
        orders = np.nan_to_num(numbers_of(coded), nan=-1).astype(np.int64)
        if log.fill == "down":
            last = np.maximum.accumulate(np.where(orders >= 0, np.arange(orders.size), 0))
            orders = orders[last]
    return Amounts(columns, orders)
