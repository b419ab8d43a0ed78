"""From a source to a typed table: what was recognised is said, what was lost is counted.

Types are guessed from the first rows, then every cell is converted; cells that do not fit are kept
aside, counted, and may overturn the guess. The typed rows go to a temporary Parquet file once, so
that later passes neither parse nor convert.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from smartcart.engines.column import final_cell
from smartcart.engines.columns import type_columns
from smartcart.engines.duckdb import DuckDB, as_data_error, quote
from smartcart.engines.files import read_files
from smartcart.engines.frames import frame_reader
from smartcart.engines.names import ROW, clean_names
from smartcart.engines.paths import find_files
from smartcart.engines.raw import Raw
from smartcart.errors import DataError
from smartcart.records import Reading

__all__ = ["Opened", "open_source"]


@dataclass(slots=True)
class Opened:
    """A source, typed and ready to be streamed; close it (or use ``with``) when done.

    ``table`` has a column ``__row__`` (from 1, in source order) before the source's own columns:
    int64, float64, string, date, timestamp or boolean. ``rejected`` is None or a table of lines
    that could not be cut into cells: ``__line__`` and the source's columns as text.
    """

    table: Any
    reading: Reading
    engine: DuckDB
    rejected: Any = None

    def close(self) -> None:
        """Close the engine and delete its temporary files."""
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_source(
    source: Any,
    *,
    memory_limit: str | None = None,
    threads: int | None = None,
    temp_dir: str | Path | None = None,
) -> Opened:
    """Open a path, several paths, a folder, a glob or a table object, and type its columns.

    Parameters
    ----------
    source : path (``book.xlsx::Sheet`` names a sheet), list of paths, folder, glob, or a pandas,
        Polars, Arrow or Ibis table.
    memory_limit, threads, temp_dir : of the embedded engine; by default 1GB, all cores, and the
        system's folder for temporary files.

    Raises
    ------
    UsageError
        No such file, or nothing that can be opened.
    DataError
        The source is not a table, is damaged, or has no rows.
    """
    read = frame_reader(source)
    found = find_files(source) if read is None else None
    label = found.label if found else f"{type(source).__module__.split('.')[0]} table"
    engine = DuckDB(memory_limit=memory_limit, threads=threads, temp_dir=temp_dir)
    try:
        if read is not None:
            raw = read(engine, source)
        else:
            assert found is not None
            raw = read_files(engine, found.paths, found.part)
        try:
            return _typed(engine, raw, label)
        except duckdb.Error:
            if raw.repair is None:
                raise
            return _typed(engine, raw.repair(), label)
    except duckdb.Error as error:
        engine.close()
        raise as_data_error(error, label) from error
    except BaseException:
        engine.close()
        raise


def _typed(engine: DuckDB, raw: Raw, label: str) -> Opened:
    names, name_notices = clean_names(raw.names)
    typed, columns, rows = type_columns(engine, raw, names)
    if not rows:
        raise DataError.of(
            f"the {label} has no rows"
            if raw.format == "table"
            else f"{label!r} has a header but no rows",
            "a row per customer or per order line",
            "export the table again",
        )
    for release in raw.release:
        release()
    table = engine.view(
        f"SELECT {quote(ROW)}, {', '.join(final_cell(c) for c in columns)} FROM {typed}",
        "source",
    )
    count, fingerprint = engine.fingerprint(table, names)
    notices = (
        *raw.notices,
        *name_notices,
        *(notice for column in columns for notice in column.notices),
    )
    currencies = Counter(c.plan.currency for c in columns if c.plan and c.plan.currency)
    reading = Reading(
        source=label,
        format=raw.format,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
        rows=count,
        date_formats={
            c.name: c.plan.formats[0] for c in columns if c.plan and c.plan.kind == "date"
        },
        currency=currencies.most_common(1)[0][0] if currencies else None,
        fingerprint=fingerprint,
        notices=notices,
    )
    rejected = None
    if raw.rejected:
        picked = ", ".join(f"c{i} AS {quote(name)}" for i, name in enumerate(names))
        rejected = engine.view(
            f"SELECT line AS __line__, {picked} FROM ({raw.rejected})", "rejected"
        )
    return Opened(table, reading, engine, rejected)
