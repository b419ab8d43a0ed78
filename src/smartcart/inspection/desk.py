"""What is known of a log while its reading is settled: sample, figures, and what was found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from smartcart.records import Notice, OrderLog
from smartcart.sources import Opened
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_structure import Structure
from smartcart.tables.summary import ColumnSummary

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "FEW",
    "FEW_BUYERS",
    "HALF",
    "MONEYS",
    "NAMES_TRIED",
    "OF_LINE",
    "Desk",
    "Rival",
    "Settled",
    "choose_line",
    "listed",
    "money_columns",
]

HALF = 0.5  # of the lines with money must have a day, and a number where one is used
FEW = 0.05  # of the lines without a number from which these are looked at
FEW_BUYERS = 10  # different customers: fewer are a handful
NAMES_TRIED = 3  # columns of names that may say who bought
MONEYS = 12
OF_LINE = "amount:line"  # the user's word for an amount of each line, though its order repeats it


@dataclass(frozen=True, slots=True)
class Rival:
    """Another reading: what differs, how it is chosen, and whether it is as good.

    ``base`` is the reading as far as it was known when the other one was made from it.
    """

    differs_in: str
    log: OrderLog
    base: OrderLog
    choose: str
    competes: bool = False

    def beside(self, log: OrderLog) -> OrderLog:
        """Return the other reading with all else as in ``log``, what was found out later too."""
        parts = [f.name for f in fields(self.log)]
        changed = {n: getattr(self.log, n) for n in parts}
        changed = {n: v for n, v in changed.items() if v != getattr(self.base, n)}
        return replace(log, **changed)


@dataclass(frozen=True, slots=True)
class Settled:
    """The reading of a log, why it is believed, and what else could be read."""

    log: OrderLog
    checks: tuple[str, ...] = ()
    rivals: tuple[Rival, ...] = ()
    notices: tuple[Notice, ...] = ()
    figures: tuple[ColumnSummary, ...] = ()


@dataclass(slots=True)
class Desk:
    """What is known so far: the sample, its figures, and what was found out."""

    opened: Opened
    sample: ir.Table
    figures: Mapping[str, ColumnSummary]
    said: frozenset[str]  # parts that the user or a layout settles
    dropped: frozenset[str] = frozenset()  # columns that the user gives no part
    of_lines: frozenset[str] = frozenset()  # amounts that are of each line, as the user says
    checks: list[str] = field(default_factory=list)
    rivals: list[Rival] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    beside: dict[str, int] = field(default_factory=dict)  # sample lines of a column with money
    known: dict[str, int] = field(default_factory=dict)  # sample lines of a column
    lines: int = 0
    money: int = 0  # sample lines with money

    def filled(self, name: str, structure: Structure | None) -> float:
        """Return the share of lines with money (told once: of orders) that have a column."""
        if structure is not None and structure.orders and structure.cell(name).told_once:
            return min(1.0, structure.cell(name).known / structure.orders)
        if not self.money:
            return self.known.get(name, 0) / max(self.lines, 1)
        return self.beside.get(name, 0) / self.money


def money_columns(log: OrderLog, found: Candidates) -> list[str]:
    """Return the columns of money: what may have been paid, else the price of a piece."""
    names = [c.name for c in found.moneys[:MONEYS]]
    for name in (log.amount, log.unit_price):
        if name is not None and name not in names:
            names.append(name)
    return names


def choose_line(name: str, meaning: str, role: str = "") -> str:
    """Return the line of a configuration that gives a column a part."""
    said = f"role: {role}" if role else f"meaning: {meaning}"
    return f"columns: {{{name!r}: {{{said}}}}}"


def listed(names: Sequence[str]) -> str:
    """Return the first four names, and how many more there are."""
    shown = ", ".join(names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown
