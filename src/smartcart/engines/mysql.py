"""A MySQL or MariaDB server through Ibis: expressions run there, results are streamed here.

Ibis writes the SQL, PyMySQL carries it. The server writes each row as a line of CSV, which Arrow
parses. Texts are compared letter by letter, not by the collation of their column. Nothing is ever
written to the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import ibis
import ibis.expr.datatypes as dt
import sqlglot.expressions as sge
from ibis.backends.sql.compilers import MySQLCompiler

from smartcart.engines.address import Address
from smartcart.engines.cells import PLAIN, quoted, text_literal
from smartcart.engines.csv_rows import BATCH_BYTES, csv_batch, is_plain, stream_schema
from smartcart.engines.duckdb import first_line
from smartcart.engines.protocol import CHUNK_ROWS
from smartcart.engines.server_base import (
    CellsMixin,
    DatabaseServer,
    no_answer,
    no_driver,
    plain_words,
    refused,
)
from smartcart.engines.table_name import choose_table
from smartcart.errors import DataError, SmartCartError, UsageError
from smartcart.records import JsonObject, SqlRow

if TYPE_CHECKING:
    import ibis.expr.operations as ops
    import ibis.expr.types as ir
    import pyarrow as pa
    from pymysql.connections import Connection
    from sqlglot import exp

__all__ = ["Compiler", "MySQL", "connection_arguments", "text_collation"]

CONNECT_SECONDS = 10
STREAM_SECONDS = 3_600  # that the server waits for one who reads slowly
PORT = 3306
REFUSED = {1044, 1045, 1049, 1698}  # no right to the database, wrong password, no such database
OWN_FAULTS = {1052, 1060, 1064, 1111, 1247, 1248, 1305, 1582}
SYSTEM = ("information_schema", "mysql", "performance_schema", "sys")
OPTIONS = {"connect_timeout", "ssl_ca", "ssl_cert", "ssl_key", "unix_socket"}
RELATIONS = f"""
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_schema NOT IN ({", ".join(repr(name) for name in SYSTEM)}) ORDER BY 1, 2
"""
_INTEGERS = {"tinyint": 8, "smallint": 16, "mediumint": 32, "int": 32, "bigint": 64}
_TEXTS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"}
_TIMES = {"date", "datetime", "timestamp"}


class MySQL(DatabaseServer):
    """A connection to a MySQL or MariaDB server, read-only; results never have to fit in memory.

    Raises
    ------
    UsageError
        The driver is not installed, or the server refuses user, password or database.
    DataError
        The server does not answer.
    """

    def __init__(self, address: Address) -> None:
        try:
            import pymysql  # noqa: F401
        except ImportError as error:
            raise no_driver("MySQL", "pymysql", "pymysql") from error
        self.label = address.label
        self._known = connection_arguments(address)
        self._con = self._connect()
        self._compiler = Compiler()

    def _connect(self) -> Connection:
        import pymysql

        con = None
        try:
            con = pymysql.connect(**self._known)
            with con.cursor() as cursor:
                for statement in _session(con.get_server_info()):
                    cursor.execute(statement)
        except (pymysql.Error, OSError, RuntimeError) as error:
            if con is not None:
                con.close()
            raise _refused(self.label, error) from error
        return con

    # Reading -----------------------------------------------------------------------------------

    def batches(self, expr: ir.Expr, chunk_rows: int = CHUNK_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an Ibis expression, ``chunk_rows`` at a time; see `stream_schema`.

        A stream has a connection of its own: other queries may run while it is read.
        """
        con = self._connect()
        try:
            with self.sentences():
                yield from self._streamed(con, expr, chunk_rows)
        finally:
            if con._result is not None:  # the driver would read what is left, even of a server gone
                con._result.unbuffered_active = False
            con._force_close()

    def _streamed(
        self, con: Connection, expr: ir.Expr, chunk_rows: int
    ) -> Iterator[pa.RecordBatch]:
        import pymysql.cursors

        schema = expr.as_table().schema()
        wanted = stream_schema(schema)
        cells = ",".join(_csv_cell(name, kind) for name, kind in schema.items())
        query = f"SELECT CONCAT_WS(',', {cells}) FROM ({self.compile(expr)}) AS __source__"
        cursor = con.cursor(pymysql.cursors.SSCursor)
        cursor.execute(query)
        lines: list[bytes | bytearray | memoryview] = []
        size = 0
        for (line,) in cursor.fetchall_unbuffered():
            if line is None:
                raise DataError.of(
                    f"{self.label!r} holds a row that is longer than its server sends",
                    "rows below the server's max_allowed_packet",
                    "raise that setting, or read a view without the longest column",
                )
            lines.append(line.encode() + b"\n")
            size += len(line)
            if len(lines) == chunk_rows or size > BATCH_BYTES:
                yield csv_batch(lines, wanted)
                lines, size = [], 0
        if lines:
            yield csv_batch(lines, wanted)

    def arrow(self, expr: ir.Expr) -> pa.Table:
        """Return a small result as an Arrow table."""
        import pyarrow as pa

        schema = stream_schema(expr.as_table().schema())
        with self.sentences():
            return pa.Table.from_batches(self._streamed(self._con, expr, CHUNK_ROWS), schema)

    def compile(self, expr: ir.Expr) -> str:
        """Return the SQL that this engine runs for an Ibis expression."""
        return str(self._compiler.to_sqlglot(expr.as_table()).sql(self._compiler.dialect))

    def rows(self, sql: str) -> list[SqlRow]:
        """Run SQL and return its few rows."""
        with self.sentences(), self._con.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def table(self, part: str | None) -> ir.Table:
        """Return an Ibis table for ``table`` or ``database.table``, or for the only one there is.

        Raises:
            UsageError: no such table, or several and none is named.
        """
        tables = [(str(schema), str(name)) for schema, name in self.rows(RELATIONS)]
        home = [str(row[0]) for row in self.rows("SELECT DATABASE()") if row[0] is not None]
        source = repr(self.label.partition("::")[0])
        if home and not part:  # several databases of one server are not one shop
            tables = [one for one in tables if one[0] in home]
        schema, name = choose_table(tables, part, source, home)
        columns = self.rows(
            "SELECT column_name, data_type, column_type, numeric_precision, numeric_scale "
            "FROM information_schema.columns WHERE "
            f"table_schema = {text_literal(schema, 'mysql')} AND "
            f"table_name = {text_literal(name, 'mysql')} ORDER BY ordinal_position"
        )
        types = {str(n): _type(str(kind), str(whole), p, s) for n, kind, whole, p, s in columns}
        cells = {str(n): _source_cell(str(n), str(kind)) for n, kind, *_ in columns}
        self._compiler.cells[schema, name] = cells
        return ibis.table(types, name=name, database=schema)

    def totals(self, expr: ir.Table) -> SqlRow:
        """Return the number of rows of an expression, and the sum of the hashes of its rows."""
        cells = ", ".join(f"QUOTE({quoted(name, 'mysql')})" for name in expr.columns)
        hashed = f"CONV(LEFT(MD5(CONCAT_WS(',', {cells})), 15), 16, 10)"
        return self.rows(
            f"SELECT COUNT(*), SUM(CAST({hashed} AS DECIMAL(20))) "
            f"FROM ({self.compile(expr)}) AS __whole__"
        )[0]

    def said(self, error: Exception) -> str | None:
        """Return the server's own words; None for what is not its error, but a fault of ours."""
        import pymysql

        if not isinstance(error, (pymysql.Error, OSError)) or _number(error) in OWN_FAULTS:
            return None
        return _words(error)

    # Closing -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection; may be called twice."""
        if self._con.open:
            self._con.close()


class Compiler(CellsMixin, MySQLCompiler):  # type: ignore[misc]
    """Ibis' own, with tables read as :func:`_source_cell` says and casts that can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[tuple[str, str], dict[str, str]] = {}

    def visit_Strip(self, op: ops.Node, *, arg: exp.Expression) -> Any:  # noqa: N802
        """Trim blanks of every kind, in any order."""
        return self.f.regexp_replace(arg, "^[[:space:]]+|[[:space:]]+$", "")

    def visit_TryCast(  # noqa: N802
        self, op: ops.Node, *, arg: exp.Expression, to: dt.DataType
    ) -> Any:
        """Return nothing for what is no number, or too large."""
        if not to.is_numeric():
            raise NotImplementedError(f"MySQL tries no cast to {to}")
        number = self.cast(arg, dt.float64)
        can = self.f.abs(number) < 9.2e18 if to.is_integer() else arg.is_(sge.null()).not_()
        if op.arg.dtype.is_string():
            can = sge.and_(arg.rlike(sge.Literal.string(PLAIN)), can)
        return self.if_(can, self.cast(arg if to.is_integer() else number, to), sge.null())


def _source_cell(name: str, kind: str) -> str:
    """Return how a column of a table is read: impossible days are missing, texts plain letters."""
    cell = quoted(name, "mysql")
    if kind in _TIMES:  # 0000-00-00
        return f"CASE WHEN {cell} >= '0001-01-01' THEN {cell} END"
    if kind in {"float", "double"}:
        return f"CAST({cell} AS DOUBLE)"
    if kind == "bit":
        return f"{cell} + 0"
    if kind in _TEXTS or kind not in {*_INTEGERS, "decimal", "year"}:
        return f"CAST({cell} AS CHAR)"  # in the letters of the session
    return cell


def _type(
    kind: str, whole: str, precision: str | int | None, scale: str | int | None
) -> dt.DataType:
    if kind in _INTEGERS:
        bits = _INTEGERS[kind]
        if "unsigned" in whole:
            bits = min(2 * bits, 64)
        return dt.dtype(f"int{bits}")
    if kind in {"year", "bit"}:
        return dt.int64
    if kind in {"float", "double"}:
        return dt.float64
    if kind == "decimal":
        if precision is None or int(precision) > 38:
            return dt.float64
        return dt.Decimal(int(precision), int(scale or 0))
    if kind in {"datetime", "timestamp"}:
        return dt.Timestamp(scale=6)
    return dt.date if kind == "date" else dt.string


def _csv_cell(name: str, kind: dt.DataType) -> str:
    """SQL of one column as a cell of CSV, in the type that Ibis promises."""
    cell = quoted(name, "mysql")
    if kind.is_string() or not is_plain(kind):
        return f"""IFNULL(CONCAT('"', REPLACE({cell}, '"', '""'), '"'), '')"""
    if kind.is_boolean():
        cell = f"({cell} <> 0)"
    elif kind.is_integer():
        cell = f"CAST({cell} AS SIGNED)"
    elif kind.is_floating():
        cell = f"CAST({cell} AS DOUBLE)"
    elif kind.is_decimal():
        cell = f"ROUND({cell}, {9 if kind.scale is None else kind.scale})"
    return f"IFNULL({cell}, '')"


def text_collation(version: str) -> str:
    """Return the collation by which texts are one only where all letters and blanks are."""
    return "utf8mb4_nopad_bin" if "MariaDB" in version else "utf8mb4_0900_bin"


def _session(version: str) -> Sequence[str]:
    return (
        f"SET NAMES utf8mb4 COLLATE {text_collation(version)}",
        "SET SESSION TRANSACTION READ ONLY",
        f"SET SESSION time_zone = '+00:00', sql_mode = '', net_write_timeout = {STREAM_SECONDS}",
    )


def connection_arguments(address: Address) -> dict[str, object]:
    """Return what the driver is called with; the message of an error holds no password."""
    try:
        parts = urlsplit(address.url)
        port = parts.port or PORT
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        port, options = 0, {}
    if not 0 < port < 65_536 or not options.keys() <= OPTIONS:
        raise UsageError.of(
            f"{address.label!r} is no address that the MySQL driver takes",
            "mysql://user:password@host:port/database::table",
            f"correct its port and its options ({', '.join(sorted(OPTIONS))})",
        )
    known: JsonObject = {
        "host": parts.hostname or "127.0.0.1",
        "port": port,
        "autocommit": True,
        "charset": "utf8mb4",
        "connect_timeout": CONNECT_SECONDS,
    }
    for name, value in (("user", parts.username), ("password", parts.password)):
        if value is not None:
            known[name] = unquote(value)
    if parts.path.strip("/"):
        known["database"] = unquote(parts.path.strip("/"))
    as_number: dict[str, Callable[[str], object]] = {"connect_timeout": int}
    return known | {name: as_number.get(name, str)(text) for name, text in options.items()}


def _number(error: BaseException) -> int:
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) else 0


def _words(error: BaseException) -> str:
    """Return the server's own words, without its number."""
    return plain_words(error.args[1] if len(error.args) > 1 else first_line(error))


def _refused(label: str, error: Exception) -> SmartCartError:
    if _number(error) in REFUSED:
        return refused(label, _words(error))
    return no_answer(label, _words(error), "MySQL or MariaDB")
