"""The customers of a source on Spark: the sample comes here, every pass runs on the executors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from smartcart.tables import features
from smartcart.tables.summary import ROW_COLUMN
from smartcart.workflows import customer_arrays
from smartcart.workflows.customer_arrays import Customers, matrix

__all__ = ["SparkCustomers"]

Floats = NDArray[np.float64]
R = TypeVar("R")


@dataclass(slots=True)
class SparkCustomers(Customers):
    """As :class:`Customers`, of rows that stay on the cluster; ``here`` is the embedded engine."""

    here: Any = field(kw_only=True)

    def draw_sample(self) -> None:
        """Hold the same rows as the embedded engine would: its own hash chooses, over there."""
        there = self.seen
        contract = there.inspection.contract
        self.rows = there.inspection.ledger.segmented
        key = ROW_COLUMN if ROW_COLUMN in there.clean.columns else "customer_id"  # of an order log
        names = dict.fromkeys([key, *(c.name for c in contract.columns)])
        clean = there.usable_of(there.clean.select(*names))
        if self.whole:
            drawn = there.engine.arrow(clean)
        else:
            drawn = there.engine.arrow_where(
                clean, lambda t: self.chosen(t, customer_arrays.WIDE_ROWS)
            )
        drawn = drawn.sort_by(key)
        local = self.here.take(drawn.to_batches(), drawn.schema)
        self.seen = replace(there, engine=self.here, clean=local, all_usable=True)
        Customers.draw_sample(self)
        self.seen = replace(
            self.seen, engine=there.engine, clean=there.clean, all_usable=there.all_usable
        )

    def each(self, task: Callable[[Any, Floats], R], forming_only: bool = False) -> Iterator[R]:
        """Yield ``task(ids, X)`` of the features of all usable rows, computed on the executors."""
        wanted = self.inspection.forming if forming_only else self.all_features
        contract = self.inspection.contract
        expr = features.feature_table(self.seen.usable, contract, wanted)
        width = len(wanted)
        yield from self.seen.engine.each(
            expr, lambda batch: task(batch["customer_id"], matrix(batch, width)), small=forming_only
        )
