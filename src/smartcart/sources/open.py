"""From a source to a typed table: what was recognised is said, what was lost is counted.

Types are guessed from the first rows, then every cell is converted; cells that do not fit are kept
aside, counted, and may overturn the guess. The typed rows go to a temporary Parquet file once, so
that later passes neither parse nor convert.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from smartcart.engines.address import Address
from smartcart.engines.closeable import Closeable
from smartcart.engines.duckdb import DuckDB, as_data_error, quote
from smartcart.engines.protocol import Engine
from smartcart.engines.servers import SERVERS, server_of
from smartcart.errors import DataError
from smartcart.records import Reading
from smartcart.sources.column_names import ROW, clean_names, source_names
from smartcart.sources.excel import hinted
from smartcart.sources.file_fingerprint import FileMark, print_of_bytes
from smartcart.sources.files import read_files
from smartcart.sources.frames import frame_reader
from smartcart.sources.header_lines import without_header_lines
from smartcart.sources.paths import find_address, find_files
from smartcart.sources.raw import Raw, stream_raw
from smartcart.sources.type_checks import gathered_notices
from smartcart.sources.type_columns import type_columns
from smartcart.sources.typed_column import final_cell

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["MOST_COLUMNS", "Opened", "no_rows", "open_source"]

MANY_ROWS = 1_000_000  # from here files that are read in place are printed by their bytes
MOST_COLUMNS = 2_500  # the time to plan a query grows faster than its columns


@dataclass(slots=True)
class Opened(Closeable):
    """A source, ready to be streamed; close it (or use ``with``) when done.

    ``table`` has a column ``__row__`` (from 1, in source order) before the source's own columns:
    int64, float64, string, date, timestamp or boolean. ``rejected`` is None or a table of lines
    that could not be cut into cells: ``__line__`` and the source's columns as text.

    ``engine`` holds the rows and says where and what it can do with them (``engine.can``). A table
    on a server has the columns and types that it has there and no ``__row__``; :meth:`local` brings
    it here. Of a table on a cluster ``head`` has the first rows, in the embedded engine.
    """

    table: ir.Table
    reading: Reading
    engine: Engine
    _embedded: Callable[[], DuckDB] = field(repr=False)  # gives the embedded engine
    rejected: ir.Table | None = None
    head: ir.Table | None = None
    marks: tuple[FileMark, ...] = ()  # of the files that every pass reads again
    _pull: Callable[[], Opened] | None = field(default=None, repr=False)
    _here: DuckDB | None = field(default=None, repr=False)
    _own: list[Closeable] = field(default_factory=list, repr=False)  # what close() closes, too

    @property
    def here(self) -> DuckDB:
        """The embedded engine: that of the source, or one for what comes from another engine."""
        if self._here is None:
            self._here = self._embedded()
            self._own.append(self._here)
        return self._here

    @property
    def keeper(self) -> Engine:
        """The engine that holds what :meth:`keep` kept."""
        return self.engine if self.engine.can.keep else self.here

    def keep(self, expr: ir.Table) -> ir.Table:
        """Run an expression once; return a table over its rows, kept there or else here."""
        if self.engine.can.keep:
            return self.engine.keep(expr)
        schema = self.engine.stream_schema(expr.schema())
        return self.here.take(self.engine.batches(expr), schema)

    def refuse_changed(self) -> None:
        """Raise ``DataError`` where a file that is read in place is not what it was at first."""
        for mark in self.marks:
            if not mark.holds():
                raise DataError.of(
                    f"{str(mark.path)!r} changed while it was read",
                    "a source that stays as it is",
                    "run again when it is written whole, or copy it first",
                )

    def local(self) -> Opened:
        """Return the typed source in the embedded engine: itself, or the rows of a server.

        The rows of a server are streamed over and typed like those of a file (dates stored as
        text are found, and so on). Closing this one closes what is returned.
        """
        if self._pull is None:
            return self
        pulled = self._pull()
        self._own.append(pulled)
        return pulled

    def close(self) -> None:
        """Close the engine and delete its temporary files; may be called twice."""
        self.engine.close()
        for one in self._own:
            one.close()


def open_source(
    source: Any,
    *,
    memory_limit: str | None = None,
    threads: int | None = None,
    temp_dir: str | Path | None = None,
) -> Opened:
    """Open a path, several paths, a folder, a glob, an address or a table object.

    Parameters
    ----------
    source : path (``book.xlsx::Sheet`` names a sheet, ``shop.duckdb::orders`` a table of a DuckDB
        or SQLite file), list of paths, folder, glob, address of a PostgreSQL, MySQL or ClickHouse
        server (``postgresql://user:password@host/database::table``), or a pandas, Polars, Arrow
        or Ibis table.
    memory_limit, threads, temp_dir : of the embedded engine; by default 1GB, all cores, and the
        system's folder for temporary files.

    Raises
    ------
    UsageError
        No such file, table or database, or nothing that can be opened.
    DataError
        The source is not a table, is damaged, locked or out of reach, or has no rows.
    """

    def engine() -> DuckDB:
        return DuckDB(memory_limit=memory_limit, threads=threads, temp_dir=temp_dir)

    if address := find_address(source):
        return _on_server(address, engine)
    if read := frame_reader(source):
        label = f"{type(source).__module__.split('.')[0]} table"
        return _here(engine(), lambda own: read(own, source), label)
    found = find_files(source)
    return _here(engine(), lambda own: read_files(own, found.paths, found.part), found.label)


def _here(engine: DuckDB, read: Callable[[DuckDB], Raw], label: str) -> Opened:
    """Read a source into the embedded engine and type its columns."""
    try:
        raw = read(engine)
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


def _on_server(address: Address, engine: Callable[[], DuckDB]) -> Opened:
    """Open a table on its server; nothing but its count and fingerprint are computed."""
    kind = server_of(address.scheme)
    assert kind is not None, address
    server = kind.connect(address)
    try:
        table = server.table(address.part)
        count, fingerprint = server.fingerprint(table, table.columns)
        if not count:
            raise no_rows(address.label, address.scheme)
    except BaseException:
        server.close()
        raise

    def read(own: DuckDB) -> Raw:
        schema = server.stream_schema(table.schema())
        return stream_raw(own, server.batches(table), schema, address.scheme)

    reading = Reading(
        source=address.label, format=address.scheme, rows=count, fingerprint=fingerprint
    )
    return Opened(
        table, reading, server, engine, _pull=lambda: _here(engine(), read, address.label)
    )


def _typed(engine: DuckDB, raw: Raw, label: str) -> Opened:
    if len(raw.names) > MOST_COLUMNS:
        raise DataError.of(
            f"the {label} has {len(raw.names):,} columns"
            if raw.format == "table"
            else f"{label!r} has {len(raw.names):,} columns",
            f"at most {MOST_COLUMNS:,}",
            "keep those that say what customers do",
        )
    names, name_notices = clean_names(raw.names)
    typed, columns, rows = type_columns(engine, raw, names)
    if cleaned := without_header_lines(engine, raw, columns, label):
        raw = cleaned
        typed, columns, rows = type_columns(engine, raw, names)
    if not rows:
        with hinted(raw.notices):
            raise no_rows(label, raw.format)
    for release in raw.release:
        release()
    table = engine.view(
        f"SELECT {quote(ROW)}, {', '.join(final_cell(c) for c in columns)} FROM {typed}",
        "source",
    )
    marks = tuple(FileMark.of(path) for path in raw.files)
    if raw.files and rows > MANY_ROWS:
        count, fingerprint = rows, print_of_bytes(raw.files)
    else:
        count, fingerprint = engine.fingerprint(table, names)
    notices = (
        *raw.notices,
        *name_notices,
        *gathered_notices(columns),
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
        source_names=source_names(raw.names, names),
    )
    rejected = None
    if raw.rejected:
        picked = ", ".join(f"c{i} AS {quote(name)}" for i, name in enumerate(names))
        rejected = engine.view(
            f"SELECT line AS __line__, {picked} FROM ({raw.rejected})", "rejected"
        )
    return Opened(table, reading, engine, lambda: engine, rejected, marks=marks)


def no_rows(label: str, form: str) -> DataError:
    """Return the sentence on a source that holds no row."""
    if form == "table":
        found = f"the {label} has no rows"
    elif form in {"duckdb", "sqlite", *(server.schemes[0] for server in SERVERS)}:
        found = f"{label!r} has columns but no rows"
    else:
        found = f"{label!r} has a header but no rows"
    return DataError.of(found, "a row per customer or per order line", "export the table again")
