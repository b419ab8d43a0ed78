"""One column of a source on its way to a type."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from smartcart.engines.duckdb import quote
from smartcart.records import Notice
from smartcart.tables.guess import Conversion, id_like

__all__ = ["TypedColumn", "final_cell"]


@dataclass(slots=True)
class TypedColumn:
    """One column on its way to a type. ``plan`` is None where the source already has a type."""

    index: int
    name: str
    plan: Conversion | None
    dtype: Any  # of the source
    decimal_comma: bool = False  # other columns of the source have decimal commas
    kind: Any = None  # while in typing
    misfit: str = ""  # SQL: the text of a cell that was lost, null for others
    notices: list[Notice] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    present: int = 0
    infinite: int = 0
    headings: int = 0  # of the cells lost stand alone on their line
    whole: bool = False  # all numbers are whole, or all stamps are at midnight
    last_day: int = 0  # the largest day of the month
    tidy: bool = False  # a text whose cells all are as they would become
    plain: bool = False  # its first cells are numbers in their plainest form, or empty
    fits: bool = False  # so are all others: no cell was set aside
    known: tuple[str, ...] = ()  # texts that conversion leaves as they are, where they are few
    refused: str = ""  # why a column that looked like numbers or dates is text

    @property
    def cell(self) -> str:
        """Its name while in typing; its own name could be anything."""
        return f"c{self.index}"

    @property
    def aside(self) -> str:
        """The name of the column with cells that have no typed value: missing or lost."""
        return f"r{self.index}"

    @property
    def stays(self) -> bool:
        """Whether it is so cheap to convert that it can be done again in every pass."""
        if self.plan is not None:
            return self.plan.kind == "text"
        return not (self.dtype.is_timestamp() and self.dtype.timezone is not None)

    @property
    def may_lose(self) -> bool:
        """Whether a cell can be lost in its conversion."""
        if self.plan is None:
            return bool(self.dtype.is_floating() or self.dtype.is_timestamp())
        return self.plan.kind != "text"


def final_cell(column: TypedColumn) -> str:
    """The cell in its final type, under its final name: int64 and date where that loses nothing."""
    cell = column.cell
    if column.kind.is_floating():
        broken = "VARCHAR" if id_like(column.name) else "DOUBLE"  # 1.5 and 2.0 stay two customers
        cell = f"CAST({cell} AS {'BIGINT' if column.whole else broken})"
    elif column.kind.is_timestamp():
        cell = f"CAST({cell} AS {'DATE' if column.whole else 'TIMESTAMP'})"
    return f"{cell} AS {quote(column.name)}"
