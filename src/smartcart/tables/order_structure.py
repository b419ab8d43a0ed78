"""How the cells of an order log hang together: what is constant within an order, and what adds up.

Words propose which column is what; here the values decide. Everything is counted on the lines of a
sample of the source, per number of an order, in one aggregation a candidate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from smartcart.records import ResultRow

__all__ = [
    "SAMPLE_LINES",
    "OrderColumn",
    "Structure",
    "cell_expression",
    "kind_expression",
    "structure_expression",
    "structure_of",
]

SAMPLE_LINES = 200_000  # lines at the start of the source on which structure is looked at
SEVERAL = 5  # orders of several lines from which a pattern is believed
CONSTANT = 0.95  # of the orders of several lines: a cell is of the order
ROUNDED, NEARLY = 0.06, 0.005  # two sums of one order are equal: each line is rounded
ONCE = 0.9  # of them: a cell is told on one line only


@dataclass(frozen=True, slots=True)
class OrderColumn:
    """A column within the orders of several lines.

    ``some`` orders have it on a line at least, ``once`` on exactly one, ``many`` on two or more,
    ``same`` with one value on all of these; ``known`` lines have it in all.
    """

    known: int
    some: int
    once: int
    many: int
    same: int

    @property
    def constant(self) -> bool:
        """Whether no order has two values of it, but for a few."""
        return self.same >= CONSTANT * self.many

    @property
    def steady(self) -> bool:
        """Whether it is constant, or there are too few orders to say otherwise."""
        return self.many < SEVERAL or self.constant

    @property
    def told_once(self) -> bool:
        """Whether only one line of an order tells it."""
        return self.some >= SEVERAL and self.once >= ONCE * self.some

    @property
    def of_order(self) -> bool:
        """Whether it stands for the order: told once, or the same on every line."""
        if self.told_once:
            return True
        return self.many >= SEVERAL and self.constant and self.many + self.once >= ONCE * self.some


@dataclass(frozen=True, slots=True)
class Structure:
    """The lines of a sample under one number of an order."""

    order: str
    lines: int  # with a number
    orders: int
    several: int  # orders of more than one line
    cells: Mapping[str, OrderColumn]

    def cell(self, name: str | None) -> OrderColumn:
        """Return the figures of a column; of none, those of an empty one."""
        return self.cells.get(name or "", OrderColumn(0, 0, 0, 0, 0))


def structure_expression(
    table: ir.Table, order: str, names: Sequence[str], money: Sequence[str]
) -> ir.Table:
    """Return one row: figures of the columns ``names`` within the orders numbered by ``order``.

    An amount of 0 counts as none.
    """
    chosen: dict[str, ir.Value] = {"__order__": table[order]}
    for i, name in enumerate(names):
        value = table[name]
        if name in money:
            value = value.cast("float64").nullif(0.0)
        elif value.type().is_timestamp():
            value = value.cast("date")
        elif value.type().is_boolean():
            value = value.cast("int64")
        chosen[f"v{i}"] = value
    lines = table.select(**chosen)
    lines = lines.filter(lines["__order__"].notnull())
    sums: dict[str, ir.Value] = {"n": lines.count()}
    for i in range(len(names)):
        column = lines[f"v{i}"]
        sums |= {f"k{i}": column.count(), f"a{i}": column.min(), f"z{i}": column.max()}
    found = lines.group_by("__order__").aggregate(**sums)
    several = found["n"] > 1
    told: dict[str, ir.Value] = {
        "lines": found["n"].sum(),
        "orders": found.count(),
        "several": several.sum(),
    }
    for i in range(len(names)):
        known = found[f"k{i}"]
        same = found[f"a{i}"] == found[f"z{i}"]
        told |= {
            f"known_{i}": known.sum(),
            f"some_{i}": (several & (known > 0)).sum(),
            f"once_{i}": (several & (known == 1)).sum(),
            f"many_{i}": (several & (known > 1)).sum(),
            f"same_{i}": (several & (known > 1) & same).sum(),
        }
    return found.aggregate(**told)


def structure_of(order: str, names: Sequence[str], row: ResultRow) -> Structure:
    """Read the row of :func:`structure_expression`."""

    def figure(name: str) -> int:
        value = row.get(name)
        return 0 if value is None or math.isnan(value) else int(value)

    cells = {
        name: OrderColumn(
            *(figure(f"{what}_{i}") for what in ("known", "some", "once", "many", "same"))
        )
        for i, name in enumerate(names)
    }
    return Structure(order, figure("lines"), figure("orders"), figure("several"), cells)


def cell_expression(table: ir.Table, names: Sequence[str], beside: Sequence[str]) -> ir.Table:
    """Return one row: lines that have each of ``names``, in all (``all_i``) and beside money.

    ``beside`` are columns of money: a line counts (``with_i``, of ``money`` lines) where one of
    them holds an amount other than 0.
    """
    holds = table[names[0]].notnull() & ibis.literal(False)
    for name in beside:
        holds = holds | (table[name].cast("float64").fill_null(0.0) != 0)
    told: dict[str, ir.Value] = {"lines": table.count(), "money": holds.sum()}
    for i, name in enumerate(names):
        known = table[name].notnull()
        told |= {f"all_{i}": known.sum(), f"with_{i}": (known & holds).sum()}
    return table.aggregate(**told)


def kind_expression(
    table: ir.Table,
    order: str,
    kind: str,
    values: Sequence[str],
    money: str,
    *,
    pairs: bool = True,
) -> ir.Table:
    """Return one row: whether rows of different kinds tell the same money of an order twice.

    Of each value i of ``kind``: orders that have it (``has_i``), that have it on one row
    (``one_i``) and with money (``paid_i``); of each two, orders that have both and in which the
    money of both is equal (``both_i_j``, ``equal_i_j``), unless ``pairs`` are not asked. Orders
    that have other rows beside it (``beside_i``), and in which it is the sum of all of these
    (``sums_i``).
    """
    lines = table.select(o=table[order], t=table[kind], m=table[money].cast("float64"))
    lines = lines.filter(lines["o"].notnull())
    sums: dict[str, ir.Value] = {"s": lines["m"].sum(), "p": lines["m"].count()}
    for i, value in enumerate(values):
        here = lines["t"] == value
        sums |= {
            f"n{i}": here.sum(),
            f"s{i}": lines["m"].sum(where=here),
            f"p{i}": lines["m"].count(where=here),
        }
    found = lines.group_by("o").aggregate(**sums)
    told: dict[str, ir.Value] = {"orders": found.count()}
    for i in range(len(values)):
        told |= {
            f"has_{i}": (found[f"n{i}"] > 0).sum(),
            f"one_{i}": (found[f"n{i}"] == 1).sum(),
            f"paid_{i}": (found[f"p{i}"] > 0).sum(),
        }
        others = found["s"] - found[f"s{i}"]
        there = (found[f"p{i}"] > 0) & (found["p"] > found[f"p{i}"])
        near = (found[f"s{i}"] - others).abs() <= _apart(found[f"s{i}"])
        told |= {f"beside_{i}": there.sum(), f"sums_{i}": (there & near).sum()}
        for j in range(i if pairs else 0):
            both = (found[f"p{i}"] > 0) & (found[f"p{j}"] > 0)
            gap = (found[f"s{i}"] - found[f"s{j}"]).abs()
            near = gap <= _apart(found[f"s{i}"])
            told |= {f"both_{i}_{j}": both.sum(), f"equal_{i}_{j}": (both & near).sum()}
    return found.aggregate(**told)


def _apart(amount: ir.Value) -> ir.Value:
    return ibis.greatest(ROUNDED, NEARLY * amount.abs())
