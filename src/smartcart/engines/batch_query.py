"""A query of the embedded engine over batches of another: here, or on the executors of a cluster.

The module is light: it is loaded wherever a batch is worked on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

__all__ = ["BatchQuery", "filter_sql"]


class BatchQuery:
    """Runs one query of the embedded engine over every batch; the batch is the table ``batch``.

    >>> import pyarrow as pa
    >>> batches = [pa.record_batch({"x": [1, 2]}), pa.record_batch({"x": [3]})]
    >>> doubled = BatchQuery("SELECT 2 * x AS y FROM batch WHERE x > 1")(iter(batches))
    >>> [batch["y"].to_pylist() for batch in doubled]
    [[4], [6]]
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield what the query makes of each batch that has rows."""
        import duckdb

        with duckdb.connect(config={"threads": 1, "memory_limit": "500MB"}) as con:
            for batch in batches:
                if not batch.num_rows:
                    continue
                con.register("batch", batch)
                yield from con.execute(self.sql).to_arrow_table().to_batches()
                con.unregister("batch")


def filter_sql(table: ir.Table, condition: Callable[[ir.Table], ir.Value]) -> str:
    """Return the query that leaves the rows of a batch of ``table`` that meet a condition."""
    import ibis

    batch = ibis.table(table.schema(), name="batch")
    return str(ibis.to_sql(batch.filter(condition(batch)), "duckdb"))
