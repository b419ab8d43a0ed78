"""A table or view of an SQLite file, streamed by the standard library's sqlite3.

SQLite gives a type to each cell, not to each column. So the cells' types are counted first: a
column of whole numbers is int64, one of whole and broken numbers float64, and any other is text,
whose type is guessed later like that of a CSV column.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from smartcart.engines.duckdb import DuckDB, first_line, quote
from smartcart.engines.table_name import choose_table
from smartcart.errors import DataError
from smartcart.records import Notice
from smartcart.sources.raw import Raw, RawFile, stream_raw

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["query_raw", "read_sqlite"]

CELLS = 2_000_000  # read at a time
MOST_ROWS = 65_536
GROUP = 200  # columns counted at a time: SQLite takes 2,000 results per query
PATIENCE = 1.0  # seconds to wait for a lock
_BOOLEANS = ("BOOL", "BOOLEAN")


@dataclass(frozen=True, slots=True)
class _Cells:
    """How many cells of one column are of each type; ``truth`` of those that are 0 or 1."""

    name: str
    for_truth: bool  # declared BOOLEAN
    whole: int
    real: int
    text: int
    blob: int
    truth: int

    @property
    def kind(self) -> str:
        """What the column becomes: "int64", "float64", "boolean" or "string"."""
        if self.text or not (self.whole or self.real):
            return "string"
        if self.for_truth and self.truth == self.whole and not self.real:
            return "boolean"
        return "float64" if self.real else "int64"

    @property
    def sql(self) -> str:
        cell = quote(self.name)
        if self.blob:
            cell = f"CASE WHEN typeof({cell}) <> 'blob' THEN {cell} END"
        return f"CAST({cell} AS TEXT)" if self.kind == "string" else cell


def read_sqlite(engine: DuckDB, file: RawFile, part: str | None) -> Raw:
    """Copy one table or view into the engine's temporary file, a few thousand rows at a time.

    Raises
    ------
    UsageError
        No such table, or several and none is named.
    DataError
        The file is locked or damaged, or a view in it cannot be run.
    """
    try:
        uri = f"{file.path.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=PATIENCE)) as con:
            con.isolation_level = None
            con.text_factory = lambda cell: cell.decode("utf-8", "replace")
            con.execute("BEGIN")  # both passes see the same rows
            tables = [
                ("main", str(name))
                for (name,) in con.execute(
                    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                    r"AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name"
                )
            ]
            _, name = choose_table(tables, part, f"the SQLite database {file.label!r}", ["main"])
            found = con.execute(f"PRAGMA table_info({quote(name)})").fetchall()
            declared = {str(row[1]): str(row[2]).upper() in _BOOLEANS for row in found}
            return query_raw(engine, con, quote(name), declared, "sqlite")
    except sqlite3.Error as error:
        raise _sentence(file.label, error) from error


def query_raw(
    engine: DuckDB,
    con: sqlite3.Connection,
    relation: str,
    declared: Mapping[str, bool],
    form: str,
) -> Raw:
    """Copy the rows of a table or query (SQL); ``declared``: its columns, whether for truth."""
    import pyarrow as pa

    columns = _count(con, relation, list(declared.items()))
    schema = pa.schema([(c.name, pa.type_for_alias(c.kind)) for c in columns])
    raw = stream_raw(engine, _batches(con, relation, columns, schema), schema, form)
    return replace(raw, notices=tuple(_blob_notice(c) for c in columns if c.blob))


def _count(
    con: sqlite3.Connection, relation: str, declared: Sequence[tuple[str, bool]]
) -> list[_Cells]:
    """Count the types of all cells, by column."""
    columns = []
    for start in range(0, len(declared), GROUP):
        group = declared[start : start + GROUP]
        sums = []
        for cell, truth in ((quote(name), truth) for name, truth in group):
            kinds = (f"typeof({cell}) = '{kind}'" for kind in ("integer", "real", "text", "blob"))
            ones = f"typeof({cell}) = 'integer' AND {cell} IN (0, 1)" if truth else "0"
            sums += [f"sum({test})" for test in (*kinds, ones)]
        counts = con.execute(f"SELECT {', '.join(sums)} FROM {relation}").fetchone()
        figures = [int(count or 0) for count in counts]
        columns += [
            _Cells(name, truth, *figures[5 * i : 5 * i + 5])
            for i, (name, truth) in enumerate(group)
        ]
    return columns


def _batches(
    con: sqlite3.Connection, relation: str, columns: Sequence[_Cells], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    cursor = con.execute(f"SELECT {', '.join(c.sql for c in columns)} FROM {relation}")
    size = max(1, min(MOST_ROWS, CELLS // len(columns)))
    while rows := cursor.fetchmany(size):
        arrays = [
            pa.array(map(_truth, cells) if kind == pa.bool_() else cells, kind)
            for cells, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
        ]
        yield pa.record_batch(arrays, schema=schema)


def _truth(cell: int | None) -> bool | None:
    return None if cell is None else bool(cell)


def _blob_notice(column: _Cells) -> Notice:
    return Notice(
        "binary_cells",
        f"column {column.name!r} holds binary data in {column.blob:,} cells: read as missing",
        column.blob,
    )


def _sentence(label: str, error: sqlite3.Error) -> DataError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return DataError.of(
            f"{label!r} is an SQLite database that another program has locked",
            "a database that no one writes to",
            "close that program, or copy the file",
        )
    if "unable to open" in text or "readonly" in text:
        return DataError.of(
            f"{label!r} is an SQLite database that could not be opened ({first_line(error)})",
            "a folder that may be written to, if the database keeps a write-ahead log",
            "copy the file, and its '-wal' file, to such a folder",
        )
    return DataError.of(
        f"{label!r} is an SQLite database that could not be read ({first_line(error)})",
        "a whole SQLite file",
        "copy it again, or export the table as CSV",
    )
