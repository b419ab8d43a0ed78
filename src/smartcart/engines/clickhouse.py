"""A ClickHouse server through Ibis: expressions run there, results are streamed here.

Ibis writes the SQL; the server's HTTP interface answers in Arrow, so no driver is needed. Every
column is read as one that may be missing, so that sums of nothing are missing, as elsewhere.
Nothing is ever written to the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt
from ibis.backends.sql.compilers import ClickHouseCompiler

from smartcart.engines.address import Address
from smartcart.engines.cells import quoted, text_literal
from smartcart.engines.clickhouse_http import ServerError, connection
from smartcart.engines.csv_rows import is_plain, stream_schema
from smartcart.engines.protocol import CHUNK_ROWS
from smartcart.engines.server_base import (
    CellsMixin,
    DatabaseServer,
    no_answer,
    plain_words,
    refused,
)
from smartcart.engines.table_name import choose_table
from smartcart.errors import DataError
from smartcart.records import SqlRow

if TYPE_CHECKING:
    import ibis.expr.operations as ops
    import ibis.expr.types as ir
    import pyarrow as pa
    from sqlglot import exp

__all__ = ["ClickHouse"]

REFUSED = {81, 192, 193, 194, 516}  # no such database, no such user, wrong password
OWN_FAULTS = {36, 42, 43, 46, 53, 62, 179, 184, 215}  # what only a query of ours can do wrong
SETTINGS = {
    "readonly": "2",  # nothing is written; settings may be set
    "join_use_nulls": "1",
    "session_timezone": "UTC",
    "output_format_arrow_string_as_string": "1",
    "output_format_arrow_low_cardinality_as_dictionary": "0",
    "max_query_size": "100000000",
}
SYSTEM = ("system", "information_schema", "INFORMATION_SCHEMA", "_temporary_and_external_tables")
RELATIONS = f"""
    SELECT database, name FROM system.tables
    WHERE database NOT IN ({", ".join(repr(name) for name in SYSTEM)}) AND NOT is_temporary
    ORDER BY 1, 2
"""
_INSIDE = re.compile(r"(?:LowCardinality|Nullable|SimpleAggregateFunction)\((?:\w+, )?(.*)\)")
_DECIMAL = re.compile(r"Decimal\((\d+), (\d+)\)")


class ClickHouse(DatabaseServer):
    """A ClickHouse server, read-only; results never have to fit in memory.

    Raises
    ------
    UsageError
        The address is none, or the server refuses user, password or database.
    DataError
        The server does not answer.
    """

    def __init__(self, address: Address) -> None:
        self.label = address.label
        self._http = connection(address, SETTINGS)
        self._compiler = _Compiler()
        try:
            found = self._http.rows("SELECT currentDatabase()")
        except ServerError as error:
            if error.code in REFUSED:
                raise refused(self.label, plain_words(error)) from error
            raise no_answer(self.label, plain_words(error), "ClickHouse") from error
        except OSError as error:
            words = plain_words(error.strerror or error)
            raise no_answer(self.label, words, "ClickHouse") from error
        self._home = str(found[0][0])

    # Reading -----------------------------------------------------------------------------------

    def batches(self, expr: ir.Expr, chunk_rows: int = CHUNK_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an Ibis expression, ``chunk_rows`` at a time; see `stream_schema`."""
        schema = expr.as_table().schema()
        wanted = stream_schema(schema)
        cells = ", ".join(f"{_cell(n, kind)} AS {_quoted(n)}" for n, kind in schema.items())
        query = f"SELECT {cells} FROM ({self.compile(expr)}) AS __source__"
        with self.sentences():
            for batch in self._http.batches(query):
                typed = batch.cast(wanted)
                for at in range(0, typed.num_rows, chunk_rows):
                    yield typed.slice(at, chunk_rows)

    def arrow(self, expr: ir.Expr) -> pa.Table:
        """Return a small result as an Arrow table."""
        import pyarrow as pa

        schema = stream_schema(expr.as_table().schema())
        return pa.Table.from_batches(self.batches(expr), schema)

    def compile(self, expr: ir.Expr) -> str:
        """Return the SQL that this engine runs for an Ibis expression."""
        return str(self._compiler.to_sqlglot(expr.as_table()).sql(self._compiler.dialect))

    def rows(self, sql: str) -> list[SqlRow]:
        """Run SQL and return its few rows."""
        with self.sentences():
            return self._http.rows(sql)

    def table(self, part: str | None) -> ir.Table:
        """Return an Ibis table for ``table`` or ``database.table``, or for the only one there is.

        States of aggregates are left out: they are no values.

        Raises:
            UsageError: no such table, or several and none is named.
        """
        tables = [(str(schema), str(name)) for schema, name in self.rows(RELATIONS)]
        if not part:  # several databases of one server are not one shop
            tables = [one for one in tables if one[0] == self._home]
        source = repr(self.label.partition("::")[0])
        schema, name = choose_table(tables, part, source, [self._home])
        columns = self.rows(
            "SELECT name, type FROM system.columns WHERE "
            f"database = {text_literal(schema, 'clickhouse')} AND "
            f"table = {text_literal(name, 'clickhouse')} ORDER BY position"
        )
        types: dict[str, dt.DataType] = {}
        cells: dict[str, str] = {}
        for column, kind in columns:
            if not kind.startswith("AggregateFunction("):
                types[column], inner = _source_cell(_quoted(column), kind)
                cells[column] = f"CAST({inner} AS Nullable({_named(types[column])}))"
        if not cells:
            raise DataError.of(
                f"{self.label!r} could not be read (no column of it may be read)",
                "a table that this user may read",
                "ask for the right to read it",
            )
        self._compiler.cells[schema, name] = cells
        return ibis.table(types, name=name, database=schema)

    def totals(self, expr: ir.Table) -> SqlRow:
        """Return the number of rows of an expression, and the sum of the hashes of its rows."""
        cells = ", ".join(f"toString({_quoted(name)})" for name in expr.columns)
        hashed = f"sipHash64(toString(tuple({cells})))"  # in which NULL is no text
        return self.rows(f"SELECT count(), sum({hashed}) FROM ({self.compile(expr)})")[0]

    def said(self, error: Exception) -> str | None:
        """Return the server's own words; None for what is not its error, but a fault of ours."""
        if isinstance(error, ServerError):
            return None if error.code in OWN_FAULTS else plain_words(error)
        return plain_words(error.strerror or error) if isinstance(error, OSError) else None

    # Closing -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Nothing is open between two queries; a stream closes itself."""


class _Compiler(CellsMixin, ClickHouseCompiler):  # type: ignore[misc]
    """Ibis' own, with tables read as :func:`_source_cell` says and casts that can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: dict[tuple[str, str], dict[str, str]] = {}

    def visit_Strip(self, op: ops.Node, *, arg: exp.Expression) -> exp.Expression:  # noqa: N802
        """Trim blanks of every kind, in any order."""
        trimmed: exp.Expression = self.f.anon.replaceRegexpAll(
            arg, "^[[:space:]]+|[[:space:]]+$", ""
        )
        return trimmed

    def visit_TryCast(  # noqa: N802
        self, op: ops.Node, *, arg: exp.Expression, to: dt.DataType
    ) -> exp.Expression:
        """Read a text without the blanks around it, as elsewhere."""
        text = self.visit_Strip(op, arg=arg) if op.arg.dtype.is_string() else arg
        tried: exp.Expression = super().visit_TryCast(op, arg=text, to=to)
        return tried


def _source_cell(cell: str, kind: str) -> tuple[dt.DataType, str]:
    """Return the type of a column as it is read here, and the expression that reads it."""
    while match := _INSIDE.fullmatch(kind):
        kind = match[1]
    if kind in {"Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64"}:
        return dt.dtype(kind.lower()), cell
    if kind in {"Float32", "Float64", "BFloat16"}:
        return dt.float64, cell
    if match := _DECIMAL.fullmatch(kind):
        precision, scale = int(match[1]), int(match[2])
        return (dt.Decimal(precision, scale) if precision <= 38 else dt.float64), cell
    if kind == "Bool":
        return dt.boolean, cell
    if kind in {"Date", "Date32"}:
        return dt.date, cell
    if kind.startswith("DateTime"):
        return dt.Timestamp(scale=6), cell
    if kind == "String":  # which may hold any bytes
        return dt.string, f"toValidUTF8({cell})"
    return dt.string, f"toString({cell})"


def _named(kind: dt.DataType) -> str:
    """Return ClickHouse's name of a type, without whether a value may be missing."""
    if kind.is_boolean():
        return "Bool"
    if kind.is_integer():
        return f"{'U' if kind.is_unsigned_integer() else ''}Int{8 * kind.nbytes}"
    if kind.is_floating():
        return "Float64"
    if kind.is_decimal():
        return f"Decimal({kind.precision or 38}, {9 if kind.scale is None else kind.scale})"
    if kind.is_date():
        return "Date32"
    return "DateTime64(6, 'UTC')" if kind.is_timestamp() else "String"


def _cell(name: str, kind: dt.DataType) -> str:
    """SQL of one column of a stream, in the type that Ibis promises."""
    if kind.is_string() or not is_plain(kind):
        return f"CAST(toString({_quoted(name)}) AS Nullable(String))"
    return f"CAST({_quoted(name)} AS Nullable({_named(kind)}))"


def _quoted(name: str) -> str:
    return quoted(name, "clickhouse")
