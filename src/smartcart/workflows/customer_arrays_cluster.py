"""The customers of a source on a cluster: the sample comes here, every pass runs over there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from smartcart.engines.duckdb import DuckDB
from smartcart.inspection.result import Look
from smartcart.sources import Opened
from smartcart.tables.summary import ROW_COLUMN
from smartcart.workflows import customer_arrays
from smartcart.workflows.customer_arrays import CustomerArrays

__all__ = ["ClusterCustomers", "customers_of"]


def customers_of(seen: Look, opened: Opened) -> CustomerArrays:
    """Return the customers that were seen in an open source, as arrays of where they live."""
    if seen.engine.can.place == "cluster":
        return ClusterCustomers(seen, here=opened.here)
    return CustomerArrays(seen)


@dataclass(slots=True)
class ClusterCustomers(CustomerArrays):
    """As :class:`CustomerArrays`, of rows on the cluster; ``here`` is the embedded engine."""

    here: DuckDB = field(kw_only=True)

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
        CustomerArrays.draw_sample(self)
        self.seen = replace(
            self.seen, engine=there.engine, clean=there.clean, all_usable=there.all_usable
        )
