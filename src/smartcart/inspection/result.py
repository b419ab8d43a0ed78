"""What a look at a source gives, whatever its kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from smartcart.engines.protocol import Engine
from smartcart.records import Inspection
from smartcart.tables import quality

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Look", "Progress"]

Progress = Callable[[str, int, int | None], None]  # step, rows done, rows in all


@dataclass(frozen=True, slots=True)
class Look:
    """An inspection, and the cleaned table of customers that it speaks of."""

    inspection: Inspection
    engine: Engine  # that holds ``clean``
    clean: ir.Table  # a row per customer, impossible values made missing
    copies: bool  # whether equal rows are believed to be copies
    rejected: pa.Table  # customer_id, reason of what cannot be segmented
    key: tuple[str, ...] = ()  # columns whose hash chooses the sample: copies share it
    all_usable: bool = False  # whether no row of ``clean`` is left out
    split: dt.date | None = None  # of an order log: sums until this day are in ``clean``, too

    @property
    def usable(self) -> ir.Table:
        """The rows of ``clean`` that can be segmented."""
        return self.usable_of(self.clean)

    def usable_of(self, clean: ir.Table) -> ir.Table:
        """Return the rows that can be segmented of a table made from ``clean``."""
        contract = self.inspection.contract
        return clean if self.all_usable else quality.usable_rows(clean, contract)
