"""A PostgreSQL server through Ibis: expressions run there, results are streamed here.

Rows come by ``COPY ... TO STDOUT`` as CSV and are parsed by Arrow: no Python object per cell, and
never more than one batch in memory. Nothing is ever written to the server.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from smartcart.engines.address import Address
from smartcart.engines.csv_rows import BATCH_BYTES, csv_batch, is_plain, stream_schema
from smartcart.engines.duckdb import first_line, literal, quote
from smartcart.engines.protocol import CHUNK_ROWS
from smartcart.engines.server_base import DatabaseServer, no_answer, no_driver, refused
from smartcart.engines.table_name import choose_table
from smartcart.errors import SmartCartError, UsageError
from smartcart.records import JsonObject, SqlRow

if TYPE_CHECKING:
    import ibis
    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir
    import psycopg
    import pyarrow as pa

__all__ = ["Postgres", "copy_batches", "stream_schema"]

CONNECT_SECONDS = 10
THEIRS = {"42501", "42703", "42P01"}  # not permitted; a column or table that has gone meanwhile
SESSION = """
    SET default_transaction_read_only = on; SET timezone = 'UTC'; SET datestyle = 'ISO';
    SET extra_float_digits = 1; SET synchronize_seqscans = off
"""
RELATIONS = """
    SELECT n.nspname, c.relname
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY 1, 2
"""


class Postgres(DatabaseServer):
    """A connection to a PostgreSQL server, read-only; results never have to fit in memory.

    Raises
    ------
    UsageError
        The driver is not installed, or the server refuses user, password or database.
    DataError
        The server does not answer.
    """

    can = replace(DatabaseServer.can, remainder=False)

    def __init__(self, address: Address) -> None:
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError as error:
            raise no_driver("PostgreSQL", "psycopg", "'psycopg[binary]'") from error
        import ibis

        self.label = address.label
        known: JsonObject = {}
        with contextlib.suppress(psycopg.ProgrammingError):  # whose words may hold the password
            known = dict(conninfo_to_dict(address.url))
        if not known:
            raise UsageError.of(
                f"{self.label!r} is no address that the PostgreSQL driver takes",
                "postgresql://user:password@host:port/database::table",
                "correct its port and its options",
            )
        self._known = {"connect_timeout": CONNECT_SECONDS, **known}
        self._con = self._connect()
        try:
            self.backend = ibis.postgres.from_connection(self._con)
        except BaseException:
            self._con.close()
            raise

    def _connect(self) -> psycopg.Connection[SqlRow]:
        import psycopg

        con = None
        try:
            con = psycopg.connect(**self._known, autocommit=True)
            con.execute(SESSION)
        except psycopg.Error as error:
            if con is not None:
                con.close()
            raise _refused(self.label, error) from error
        return con

    # Reading -----------------------------------------------------------------------------------

    def batches(self, expr: ir.Expr, chunk_rows: int = CHUNK_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an Ibis expression, ``chunk_rows`` at a time; see `stream_schema`.

        A stream has a connection of its own: other queries may run while it is read.
        """
        with contextlib.closing(self._connect()) as con, self.sentences():
            yield from copy_batches(con, self.compile(expr), expr.as_table().schema(), chunk_rows)

    def arrow(self, expr: ir.Expr) -> pa.Table:
        """Return a small result as an Arrow table."""
        import pyarrow as pa

        schema = expr.as_table().schema()
        with self.sentences():
            batches = copy_batches(self._con, self.compile(expr), schema)
            return pa.Table.from_batches(batches, stream_schema(schema))

    def compile(self, expr: ir.Expr) -> str:
        """Return the SQL that this engine runs for an Ibis expression."""
        return str(self.backend.compile(expr.as_table()))

    def rows(self, sql: str) -> list[SqlRow]:
        """Run SQL and return its few rows."""
        with self.sentences():
            return self._con.execute(sql.encode()).fetchall()

    def table(self, part: str | None) -> ir.Table:
        """Return an Ibis table for ``table`` or ``schema.table``, or for the only one there is.

        Raises:
            UsageError: no such table, or several and none is named.
        """
        tables = [(str(schema), str(name)) for schema, name in self.rows(RELATIONS)]
        home = self.rows("SELECT unnest(current_schemas(false))")
        schema, name = choose_table(
            tables, part, repr(self.label.partition("::")[0]), [str(row[0]) for row in home]
        )
        with self.sentences():
            return self.backend.table(name, database=schema)

    def totals(self, expr: ir.Table) -> SqlRow:
        """Return the number of rows of an expression, and the sum of the hashes of its rows."""
        row = quote("__whole_row__")
        return self.rows(
            f"SELECT count(*), sum(hashtextextended({row}::text, 0)) "
            f"FROM ({self.compile(expr)}) AS {row}"
        )[0]

    def said(self, error: Exception) -> str | None:
        """Return the server's own words; None for what is not its error, but a fault of ours."""
        import psycopg

        state = getattr(error, "sqlstate", None) or ""
        ours = state.startswith("42") and state not in THEIRS
        return first_line(error) if isinstance(error, psycopg.Error) and not ours else None

    # Closing -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection; may be called twice."""
        self._con.close()


def copy_batches(
    con: psycopg.Connection[SqlRow], sql: str, schema: ibis.Schema, chunk_rows: int = CHUNK_ROWS
) -> Iterator[pa.RecordBatch]:
    """Stream the rows of a query whose columns are those of an Ibis schema."""
    wanted = stream_schema(schema)
    cells = ", ".join(_cell(name, kind) for name, kind in schema.items())
    query = f'COPY (SELECT {cells} FROM ({sql}) AS "__source__") TO STDOUT (FORMAT csv)'
    lines: list[bytes | bytearray | memoryview] = []
    size = 0
    with con.cursor() as cursor, cursor.copy(query.encode()) as copy:
        for line in copy:  # the protocol sends each row as a message of its own
            lines.append(line)
            size += len(line)
            if len(lines) == chunk_rows or size > BATCH_BYTES:
                yield csv_batch(lines, wanted)
                lines, size = [], 0
    if lines:
        yield csv_batch(lines, wanted)


def _cell(name: str, kind: dt.DataType) -> str:
    """SQL of one column, in the type that Ibis promises, as text that Arrow can parse.

    A sum of whole numbers is numeric on the server; numbers that are none, and days outside the
    years 1 to 9999, are missing.
    """
    cell = quote(name)
    if not is_plain(kind):
        cell = f"{cell}::text"
    elif kind.is_integer():
        cell = f"{cell}::bigint"
    elif kind.is_float64():
        cell = f"{cell}::double precision"
    elif kind.is_decimal():
        scale = 9 if kind.scale is None else kind.scale
        cell = f"round(nullif({cell}, 'NaN'), {scale})"
    elif kind.is_date() or kind.is_timestamp():
        first, last = literal("0001-01-01"), literal("9999-12-31")
        cell = f"CASE WHEN {cell} >= {first} AND {cell} < {last}::date + 1 THEN {cell} END"
    return f"{cell} AS {quote(name)}"


def _refused(label: str, error: psycopg.Error) -> SmartCartError:
    text = " ".join(str(error).split())
    if "FATAL" in text or "password" in text:
        return refused(label, _last_words(text))
    return no_answer(label, _last_words(text), "PostgreSQL")


def _last_words(text: str) -> str:
    for mark in ("FATAL: ", "failed: "):
        if mark in text:
            text = text.rpartition(mark)[2].strip()
    return text[:200].rstrip(".")
