"""A table or view of a DuckDB file, attached to the engine read-only."""

from __future__ import annotations

import duckdb

from smartcart.engines.duckdb import DuckDB, first_line, literal, quote
from smartcart.engines.table_name import choose_table
from smartcart.errors import DataError
from smartcart.sources.raw import Raw, RawFile

__all__ = ["read_duckdb_file"]


def read_duckdb_file(engine: DuckDB, file: RawFile, part: str | None) -> Raw:
    """Return the rows of one table or view, in the types of the file; it is never written to.

    Raises
    ------
    UsageError
        No such table, or several and none is named.
    DataError
        The file is locked, damaged or of a newer DuckDB, or a view in it cannot be run.
    """
    try:
        alias = _alias(engine, file)
        engine.backend.con.execute(
            f"ATTACH {literal(str(file.path))} AS {quote(alias)} (READ_ONLY)"
        )
        tables = [
            (str(schema), str(name))
            for schema, name in engine.rows(
                f"""SELECT schema_name, table_name FROM duckdb_tables()
                WHERE database_name = {literal(alias)} AND NOT internal
                UNION ALL SELECT schema_name, view_name FROM duckdb_views()
                WHERE database_name = {literal(alias)} AND NOT internal ORDER BY 1, 2"""
            )
        ]
        table = choose_table(tables, part, f"the DuckDB database {file.label!r}", ["main"])
        relation = ".".join(quote(name) for name in (alias, *table))
        names = [str(row[0]) for row in engine.rows(f"DESCRIBE SELECT * FROM {relation}")]
    except duckdb.Error as error:
        raise _sentence(file.label, error) from error
    cells = ", ".join(f"{quote(name)} AS c{i}" for i, name in enumerate(names))
    return Raw("duckdb", f"SELECT {cells} FROM {relation}", tuple(names))


def _alias(engine: DuckDB, file: RawFile) -> str:
    """The name DuckDB itself would give the database: its views may call its tables by it."""
    taken = {str(row[0]).lower() for row in engine.rows("SHOW DATABASES")}
    name = file.path.name.partition(".")[0]
    free = name and name.lower() not in {*taken, "system", "temp"}
    return name if free else f"file_{engine.temporary().name}"


def _sentence(label: str, error: duckdb.Error) -> DataError:
    text = str(error)
    if "lock" in text.lower():
        return DataError.of(
            f"the DuckDB database {label!r} is locked by another program ({first_line(error)})",
            "a database that no one writes to",
            "close that program, or copy the file",
        )
    if "version" in text and "read" in text:
        return DataError.of(
            f"the DuckDB database {label!r} was written by another version of DuckDB "
            f"({first_line(error)})",
            f"one that DuckDB {duckdb.__version__} reads",
            "export the table as Parquet with the DuckDB that wrote it",
        )
    return DataError.of(
        f"the DuckDB database {label!r} could not be read ({first_line(error)})",
        "a whole DuckDB file",
        "copy it again, or export the table as Parquet",
    )
