"""Readers of tables in memory (pandas, Polars, Arrow) and of Ibis tables on any backend."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import duckdb

from smartcart.engines.duckdb import DuckDB, cursor_for, first_line
from smartcart.engines.postgres import copy_batches, stream_schema
from smartcart.errors import DataError, SmartCartError
from smartcart.records import Notice
from smartcart.sources.raw import Raw, arrow_raw, stream_raw
from smartcart.sources.sqlite import query_raw

__all__ = ["frame_reader"]


def frame_reader(source: Any) -> Callable[[DuckDB, Any], Raw] | None:
    """Return the reader of a table object, told by its package; None if it is not one."""
    for kind in type(source).__mro__:
        package = kind.__module__.partition(".")[0]
        if read := _READERS.get((package, kind.__name__)):
            return read
    package = type(source).__module__.partition(".")[0]
    return _read_ibis if package == "ibis" and hasattr(source, "as_table") else None


def _read_pandas(engine: DuckDB, frame: Any) -> Raw:
    import pandas as pd

    arrays = [_series(frame.iloc[:, i]) for i in range(frame.shape[1])]
    names = [str(name) for name in frame.columns]
    index, notices = frame.index, []
    if any(name is not None for name in index.names):
        own = []
        for i, name in enumerate(index.names):
            values = pd.Series(index.get_level_values(i)).reset_index(drop=True)
            label = f"level_{i}" if name is None else str(name)
            if label in names:
                where = names.index(label)
                if values.equals(frame.iloc[:, where].reset_index(drop=True)):
                    continue
                label = f"index {label}"
            own.append((_series(values), label))
        arrays = [array for array, _ in own] + arrays
        names = [name for _, name in own] + names
    elif not isinstance(index, pd.RangeIndex):
        notices.append(
            Notice(
                "index_left_out",
                f"the index of the table has no name (first: {str(index[0])[:60]!r}) and was left "
                "out; give it a name to keep it as a column"
                if len(index)
                else "the index of the table has no name and was left out",
            )
        )
    raw = arrow_raw(engine, arrays, names, "table")
    return replace(raw, notices=(*raw.notices, *notices))


def _series(series: Any) -> Any:
    """One pandas column as Arrow; cells of mixed types as text, periods as their first day."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(series.dtype, pd.PeriodDtype):
        series = series.dt.to_timestamp()
    elif isinstance(series.dtype, pd.SparseDtype):
        series = series.sparse.to_dense()
    try:
        return _simple(pa.Array.from_pandas(series))
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        missing = series.isna()
        cells = [None if gone else str(x) for x, gone in zip(series, missing, strict=True)]
        return pa.array(cells, pa.string())


def _read_polars(engine: DuckDB, frame: Any) -> Raw:
    return _read_arrow(engine, frame.to_arrow())


def _read_lazy(engine: DuckDB, frame: Any) -> Raw:
    with _sentences("Polars query", "frame.collect()"):
        rows = frame.collect()
    return _read_polars(engine, rows)


def _read_arrow(engine: DuckDB, table: Any) -> Raw:
    arrays = [_simple(column) for column in table.columns]
    return arrow_raw(engine, arrays, list(table.schema.names), "table")


def _simple(array: Any) -> Any:
    """Decode categories and what DuckDB does not know; other Arrow types are left to it."""
    kind = _simple_type(array.type)
    return array if kind == array.type else array.cast(kind)


def _simple_type(kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_float16(kind):
        return pa.float32()
    if pa.types.is_decimal256(kind):
        return pa.float64() if kind.scale else pa.string()
    return pa.string() if pa.types.is_null(kind) else kind


def _read_stream(engine: DuckDB, reader: Any) -> Raw:
    """Stream the batches of an Arrow reader, which can be read but once."""
    import pyarrow as pa

    schema = pa.schema([field.with_type(_simple_type(field.type)) for field in reader.schema])
    with _sentences("Arrow stream", "reader.read_all()"):
        return stream_raw(engine, reader, schema, "table")


def _read_ibis(engine: DuckDB, table: Any) -> Raw:
    """Stream the rows of an Ibis expression from its own backend into a temporary file."""
    table = table.as_table()
    with _sentences("Ibis table", "table.execute()"):
        if (backend := _backend(table)) is not None and backend.name == "sqlite":
            declared = {name: kind.is_boolean() for name, kind in table.schema().items()}
            return query_raw(engine, backend.con, f"({backend.compile(table)})", declared, "table")
        with _batches(engine, backend, table) as (batches, schema):
            return stream_raw(engine, batches, schema, "table")


def _backend(table: Any) -> Any:
    """The backend of an Ibis table; None for a table in memory."""
    import ibis

    try:
        return table.get_backend()
    except ibis.common.exceptions.IbisError:
        return None


@contextlib.contextmanager
def _sentences(what: str, look: str) -> Iterator[None]:
    """Turn whatever a stranger's engine raises into one sentence."""
    try:
        yield
    except SmartCartError:
        raise
    except Exception as error:
        raise DataError.of(
            f"the {what} could not be read ({first_line(error)})",
            "one that answers",
            f"try {look} to see what it says",
        ) from error


@contextlib.contextmanager
def _batches(engine: DuckDB, backend: Any, table: Any) -> Iterator[tuple[Any, Any]]:
    """Stream a table from its backend (an in-memory table: from the engine), with its schema."""
    if backend is None:
        yield engine.batches(table), table.schema().to_pyarrow()
        return
    if backend.name == "postgres":
        schema = table.schema()
        yield copy_batches(backend.con, str(backend.compile(table)), schema), stream_schema(schema)
        return
    if backend.name != "duckdb":
        yield table.to_pyarrow_batches(), table.schema().to_pyarrow()
        return
    sql = str(backend.compile(table))
    with cursor_for(backend.con, table) as cursor:
        try:
            reader = cursor.execute(sql).to_arrow_reader(65_536)
        except duckdb.CatalogException:  # a table that only the user's own connection knows
            reader = backend.con.execute(sql).to_arrow_reader(65_536)
        yield reader, table.schema().to_pyarrow()


_READERS: dict[tuple[str, str], Callable[[DuckDB, Any], Raw]] = {
    ("pandas", "DataFrame"): _read_pandas,
    ("polars", "DataFrame"): _read_polars,
    ("polars", "LazyFrame"): _read_lazy,
    ("pyarrow", "Table"): _read_arrow,
    ("pyarrow", "RecordBatch"): _read_arrow,
    ("pyarrow", "RecordBatchReader"): _read_stream,
}
"""One reader per kind of table, by package and class; a subclass is read as its parent."""
