"""Readers of tables in memory (pandas, Polars, Arrow) and of Ibis tables on any backend."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import duckdb

from smartcart.engines.duckdb import DuckDB, cursor_for, first_line
from smartcart.engines.files import arrow_raw, parquet_raw
from smartcart.engines.raw import Raw
from smartcart.errors import DataError
from smartcart.records import Notice

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
    """One pandas column as Arrow; cells of mixed types as text."""
    import pyarrow as pa

    try:
        return _simple(pa.Array.from_pandas(series))
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        missing = series.isna()
        cells = [None if gone else str(x) for x, gone in zip(series, missing, strict=True)]
        return pa.array(cells, pa.string())


def _read_polars(engine: DuckDB, frame: Any) -> Raw:
    if type(frame).__name__ == "LazyFrame":
        frame = frame.collect()
    return _read_arrow(engine, frame.to_arrow())


def _read_arrow(engine: DuckDB, table: Any) -> Raw:
    arrays = [_simple(column) for column in table.columns]
    return arrow_raw(engine, arrays, list(table.schema.names), "table")


def _simple(array: Any) -> Any:
    """Decode categories; other Arrow types are left to DuckDB."""
    import pyarrow as pa

    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


def _read_ibis(engine: DuckDB, table: Any) -> Raw:
    """Stream the rows of an Ibis expression from its own backend into a temporary file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = table.as_table()
    path = engine.temporary(".parquet")
    schema = table.schema().to_pyarrow()
    try:
        with (
            _batches(engine, table) as batches,
            pq.ParquetWriter(str(path), schema) as writer,
        ):
            for batch in batches:
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))
    except Exception as error:
        raise DataError.of(
            f"the Ibis table could not be read ({first_line(error)})",
            "a table whose backend answers",
            "try table.execute() to see what it says",
        ) from error
    return parquet_raw(engine, [path], [0])


@contextlib.contextmanager
def _batches(engine: DuckDB, table: Any) -> Iterator[Any]:
    """Stream a table from its backend (an in-memory table: from the engine)."""
    import ibis

    try:
        backend = table.get_backend()
    except ibis.common.exceptions.IbisError:
        yield engine.batches(table)
        return
    if backend.name != "duckdb":
        yield table.to_pyarrow_batches()
        return
    sql = str(backend.compile(table))
    with cursor_for(backend.con, table) as cursor:
        try:
            reader = cursor.execute(sql).to_arrow_reader(65_536)
        except duckdb.CatalogException:  # a table that only the user's own connection knows
            reader = backend.con.execute(sql).to_arrow_reader(65_536)
        yield reader


_READERS: dict[tuple[str, str], Callable[[DuckDB, Any], Raw]] = {
    ("pandas", "DataFrame"): _read_pandas,
    ("polars", "DataFrame"): _read_polars,
    ("polars", "LazyFrame"): _read_polars,
    ("pyarrow", "Table"): _read_arrow,
    ("pyarrow", "RecordBatch"): _read_arrow,
}
"""One reader per kind of table, by package and class; a subclass is read as its parent."""
