"""The embedded engine: DuckDB through Ibis, in its own memory limit and temporary folder.

The one place that opens a connection, quotes identifiers and turns a DuckDB error into a sentence.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import ibis
import ibis.expr.operations as ops

from smartcart.engines.closeable import Closeable
from smartcart.engines.protocol import CHUNK_ROWS, Capabilities, Engine
from smartcart.errors import DataError, UsageError
from smartcart.records import SqlRow

if TYPE_CHECKING:
    import ibis.expr.datatypes as dt
    import ibis.expr.types as ir
    import pyarrow as pa

__all__ = ["DuckDB", "as_data_error", "cursor_for", "first_line", "literal", "quote"]

DEFAULT_MEMORY = "1GB"
WIDE = 500  # columns
_COMPILING = threading.RLock()


def quote(name: str) -> str:
    r"""Return ``name`` as an SQL identifier, whatever it holds.

    >>> quote('a"; drop table x')
    '"a""; drop table x"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return ``text`` as an SQL string.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


@contextlib.contextmanager
def _unmerged() -> Iterator[None]:
    """Let Ibis leave queries within queries, in one thread at a time, and as it was afterwards."""
    with _COMPILING:
        before = ibis.options.sql.fuse_selects
        ibis.options.sql.fuse_selects = False
        try:
            yield
        finally:
            ibis.options.sql.fuse_selects = before


class DuckDB(Closeable, Engine):
    """An embedded database that streams: results never have to fit in memory.

    ``memory_limit`` is DuckDB's own ("1GB"); beyond it DuckDB spills to a folder of its own inside
    ``temp_dir``, which :meth:`close` deletes. Rows keep the order of the source.

    >>> with DuckDB() as engine:
    ...     t = engine.query("select * from range(5) r(x)")
    ...     [batch.num_rows for batch in engine.batches(t, chunk_rows=5)]
    [5]
    """

    can = Capabilities(
        place="here",
        keep=True,
        hash=True,
        sample=True,
        first_rows=True,
        distinct_beside=True,
        remainder=True,
        in_parts=True,
    )

    def __init__(
        self,
        *,
        memory_limit: str | None = None,
        threads: int | None = None,
        temp_dir: str | Path | None = None,
    ) -> None:
        self.directory = _new_folder(temp_dir)
        self._cleanup = weakref.finalize(self, shutil.rmtree, self.directory, ignore_errors=True)
        config: dict[str, object] = {
            "memory_limit": memory_limit or DEFAULT_MEMORY,
            "temp_directory": str(self.directory / "spill"),
            "preserve_insertion_order": True,
            "enable_external_file_cache": False,  # the operating system keeps the files already
            "autoinstall_known_extensions": False,
        }
        if threads is not None:
            config["threads"] = threads
        try:
            self.backend = ibis.duckdb.connect(**config)
        except duckdb.Error as error:
            self._cleanup()
            raise DataError.of(
                f"DuckDB did not start with memory_limit={memory_limit!r} and threads={threads!r} "
                f"({first_line(error)})",
                "a size such as '1GB' and at least one thread",
                "correct the two settings",
            ) from error
        self._own_limit = memory_limit is not None
        self._numbers = iter(range(1_000_000_000))

    # Reading -----------------------------------------------------------------------------------

    def batches(self, expr: ir.Expr, chunk_rows: int = CHUNK_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an Ibis expression, in their order, ``chunk_rows`` at a time.

        A stream has a cursor of its own: other queries may run while it is read.
        """
        import pyarrow as pa

        with cursor_for(self.backend.con, expr) as cursor:
            try:
                reader = cursor.execute(self.compile(expr)).to_arrow_reader(chunk_rows)
                yield from (batch for batch in reader if batch.num_rows)
            except (duckdb.Error, pa.ArrowException, OSError) as error:
                raise as_data_error(error) from error

    def arrow(self, expr: ir.Expr) -> pa.Table:
        """Return a small result as an Arrow table."""
        with cursor_for(self.backend.con, expr) as cursor:
            try:
                return cursor.execute(self.compile(expr)).to_arrow_table()
            except duckdb.Error as error:
                raise as_data_error(error) from error

    def arrow_where(self, table: ir.Table, condition: Callable[[ir.Table], ir.Value]) -> pa.Table:
        """Return the few rows of a table that meet a condition."""
        return self.arrow(table.filter(condition(table)))

    def stream_schema(self, schema: ibis.Schema) -> pa.Schema:
        """Return the Arrow schema of the batches of an expression with this Ibis schema."""
        return schema.to_pyarrow()

    def compile(self, expr: ir.Expr) -> str:
        """Return the SQL that this engine runs for an Ibis expression.

        Ibis takes a third of its time to merge queries within queries, which DuckDB does at once.
        """
        with _unmerged():
            return str(self.backend.compile(expr.as_table()))

    def query(self, sql: str) -> ir.Table:
        """Return an Ibis table over an SQL query."""
        return self.view(sql)

    def types(self, sql: str) -> dict[str, dt.DataType]:
        """Return the Ibis types of a query's columns by name."""
        read = self.backend.compiler.type_mapper.from_string
        known: dict[str, dt.DataType] = {}
        types = {}
        for name, kind, *_ in self.rows(f"DESCRIBE {sql}"):
            if kind not in known:
                known[kind] = read(kind)
            types[str(name)] = known[kind]
        return types

    def rows(self, sql: str) -> list[SqlRow]:
        """Run SQL and return its few rows."""
        result: list[SqlRow] = self.backend.con.execute(sql).fetchall()
        return result

    # Keeping -----------------------------------------------------------------------------------

    def make_room(self, columns: int) -> None:
        """Raise the memory limit for a very wide table, unless the user set one.

        DuckDB reserves vectors of 2,048 values for each column and step, however few the rows.
        """
        if columns > WIDE and not self._own_limit:
            limit = min(max(1_000, columns), 4_000)
            self.backend.con.execute(f"SET memory_limit = '{limit}MB'")
            self.backend.con.execute("SET threads = 1")

    def temporary(self, suffix: str = "") -> Path:
        """Return a new path in the engine's own temporary folder."""
        return self.directory / f"{next(self._numbers):04d}{suffix}"

    def view(self, sql: str, name: str | None = None) -> ir.Table:
        """Create a view over ``sql`` and return it as an Ibis table."""
        name = name or f"v{next(self._numbers):04d}"
        self.backend.con.execute(f"CREATE OR REPLACE VIEW {quote(name)} AS {sql}")
        return self.backend.table(name)

    def spool(self, sql: str) -> Path:
        """Run ``sql`` once and keep its rows, in order, in a temporary Parquet file."""
        path = self.temporary(".parquet")
        try:
            self.backend.con.execute(
                f"COPY ({sql}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION lz4)"
            )
        except duckdb.OutOfMemoryException as error:
            raise as_data_error(error) from error
        return path

    def spool_batches(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Path:
        """Keep a stream of record batches, in order, in a temporary Parquet file.

        Batches may differ from ``schema`` in their types, as far as Arrow casts without loss.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.temporary(".parquet")
        with pq.ParquetWriter(str(path), schema, compression="lz4") as writer:
            for batch in batches:
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))
        return path

    def take(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> ir.Table:
        """Take over the rows that another engine streams; return an Ibis table over them (on disk).

        >>> import pyarrow as pa
        >>> rows = pa.record_batch({"x": [1, 2]})
        >>> with DuckDB() as engine:
        ...     engine.arrow(engine.take(iter([rows, rows]), rows.schema))["x"].to_pylist()
        [1, 2, 1, 2]
        """
        path = self.spool_batches(batches, schema)
        return self.view(f"SELECT * FROM read_parquet({literal(str(path))})")

    def keep(self, expr: ir.Table, name: str | None = None) -> ir.Table:
        """Run an expression once and return an Ibis table over its kept rows (on disk)."""
        return self.kept([self.spool(self.compile(expr))], name)

    def kept(self, paths: Sequence[Path], name: str | None = None) -> ir.Table:
        """Return an Ibis table over the rows of files that :meth:`spool` wrote."""
        files = ", ".join(literal(str(path)) for path in paths)
        return self.view(f"SELECT * FROM read_parquet([{files}])", name)

    def distinct_whole(self, expr: ir.Table, column: str, low: int, high: int) -> int:
        """Count the different values of a column of whole numbers from ``low`` to ``high``.

        A bit for each of them: memory of ``(high - low) / 8`` bytes per thread, whatever the rows.

        >>> with DuckDB() as engine:
        ...     t = engine.query("select x % 3 as x from range(10) r(x)")
        ...     engine.distinct_whole(t, "x", 0, 2)
        3
        """
        cell = f"CAST({quote(column)} AS BIGINT)"
        bits = f"bit_count(bitstring_agg({cell}, {low}::BIGINT, {high}::BIGINT))"
        found = self.rows(f"SELECT {bits} FROM ({self.compile(expr)})")[0][0]
        return int(found or 0)

    def fingerprint(self, expr: ir.Table, columns: Sequence[str]) -> tuple[int, str]:
        """Return the number of rows and a hash of names and values, in one aggregate.

        Each row is hashed by DuckDB over ``columns`` of ``expr``; the hashes are added, so the
        order of the rows does not count. With the names and the number of rows the sum goes
        through SHA-256, of which 16 hex digits are kept. Same rows, same columns: same print.
        """
        hashed = ", ".join(quote(name) for name in columns)
        count, total = self.rows(
            f"SELECT count(*), sum(hash({hashed})) FROM ({self.compile(expr)})"
        )[0]
        text = "\x1f".join([*columns, str(count), str(total)])
        return int(count), hashlib.sha256(text.encode()).hexdigest()[:16]

    # Closing -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection and delete the temporary folder; may be called twice."""
        with contextlib.suppress(duckdb.Error):
            self.backend.con.close()
        self._cleanup()


@contextlib.contextmanager
def cursor_for(
    con: duckdb.DuckDBPyConnection, expr: ir.Expr
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on the same database that also sees the in-memory tables of ``expr``."""
    cursor = con.cursor()
    try:
        for node in expr.op().find(ops.InMemoryTable):
            cursor.register(node.name, node.data.to_pyarrow(node.schema))
        yield cursor
    finally:
        cursor.close()


_OWN_FAULTS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.InternalException,
)


def _new_folder(temp_dir: str | Path | None) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="smartcart-", dir=temp_dir))
    except OSError as error:
        raise UsageError.of(
            f"no temporary folder could be made in {str(temp_dir)!r} ({error.strerror})"
            if temp_dir
            else f"no temporary folder could be made ({error.strerror})",
            "a folder that exists and may be written",
            "name another with temp_dir, or set TMPDIR",
        ) from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, short enough for a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".")


def as_data_error(error: Exception, source: str | None = None) -> DataError:
    """Put a DuckDB error into the one sentence a user sees.

    An error in the query itself is a fault of SmartCart's own: it is raised as it is.
    """
    if isinstance(error, _OWN_FAULTS):
        raise error
    what = f"{source!r} could not be read" if source else "the data could not be read"
    if isinstance(error, duckdb.OutOfMemoryException):
        return DataError.of(
            f"{what} within the memory limit ({first_line(error)})",
            "room for the largest rows",
            "raise memory_limit, or free space for temporary files",
        )
    return DataError.of(
        f"{what} ({first_line(error)})", "a whole, readable table", "export it again and retry"
    )
