"""Rows that a server writes as CSV, a line each, read by Arrow: no Python object per cell."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis
    import ibis.expr.datatypes as dt
    import pyarrow as pa

__all__ = ["BATCH_BYTES", "csv_batch", "is_plain", "stream_schema"]

BATCH_BYTES = 64_000_000  # a batch of long rows ends here


def csv_batch(lines: Sequence[bytes | bytearray | memoryview], schema: pa.Schema) -> pa.RecordBatch:
    r"""Return rows, each with its line break, as a batch: an empty cell is missing, ``""`` a text.

    >>> import pyarrow as pa
    >>> wanted = pa.schema([("x", pa.int64()), ("s", pa.string())])
    >>> csv_batch([b'1,""\n', b',"a,b"\n'], wanted).to_pylist()
    [{'x': 1, 's': ''}, {'x': None, 's': 'a,b'}]
    """
    import pyarrow as pa
    from pyarrow import csv

    data = b"".join(lines)
    table = csv.read_csv(
        io.BytesIO(data),
        csv.ReadOptions(use_threads=False, column_names=schema.names, block_size=len(data) + 1),
        csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            true_values=["t", "1"],
            false_values=["f", "0"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    columns = [pa.concat_arrays(column.chunks) for column in table.columns]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def stream_schema(schema: ibis.Schema) -> pa.Schema:
    """Return the Arrow schema of a stream: that of the Ibis schema, other types as text.

    Numbers, text, booleans, dates and timestamps keep their type. Times of day, intervals, JSON,
    arrays, bytes and the like are text, as the server writes them.
    """
    import pyarrow as pa

    return pa.schema(
        [
            (name, kind.to_pyarrow() if is_plain(kind) else pa.string())
            for name, kind in schema.items()
        ]
    )


def is_plain(kind: dt.DataType) -> bool:
    """Return whether values of an Ibis type keep it in a stream: see :func:`stream_schema`."""
    if kind.is_decimal():
        return (kind.precision or 38) <= 38
    return bool(
        kind.is_integer()
        or kind.is_floating()
        or kind.is_string()
        or kind.is_boolean()
        or kind.is_date()
        or kind.is_timestamp()
    )
