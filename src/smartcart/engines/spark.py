"""The distributed engine: Spark through Ibis.

Expressions run on the executors; only aggregates and samples come back. What is no expression (a
Lloyd pass, the assignment) is a Python function that Spark runs there over Arrow batches.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from smartcart.engines.batch_query import BatchQuery, filter_sql
from smartcart.engines.closeable import Closeable
from smartcart.engines.protocol import CHUNK_ROWS, Capabilities, Engine
from smartcart.engines.spark_session import first_words, start
from smartcart.errors import DataError, SmartCartError
from smartcart.records import SqlRow

if TYPE_CHECKING:
    import ibis
    import ibis.expr.types as ir
    import pyarrow as pa
    from pyspark.sql import DataFrame
    from sqlglot import exp

__all__ = ["Spark", "backticked"]

R = TypeVar("R")


class Spark(Closeable, Engine):
    """A session on a master, for one run.

    Raises
    ------
    UsageError, DataError
        As :func:`smartcart.engines.spark_session.start`.
    """

    can = Capabilities(
        place="cluster",
        keep=True,
        hash=True,
        sample=False,
        first_rows=False,
        distinct_beside=False,  # Spark would carry the others along for each value
        remainder=True,
        in_parts=False,
    )

    def __init__(self, master: str | None = None, *, temp_dir: Path | None = None) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="smartcart-spark-", dir=temp_dir))
        self._cleanup = weakref.finalize(self, shutil.rmtree, self.directory, ignore_errors=True)
        self._numbers = iter(range(1_000_000_000))
        self._persisted: list[DataFrame] = []
        try:
            self.session, self._stop = start(master, self.directory)
        except BaseException:
            self._cleanup()
            raise
        import ibis

        self.backend = ibis.pyspark.connect(self.session)

    # Expressions -------------------------------------------------------------------------------

    def arrow(self, expr: ir.Expr) -> pa.Table:
        """Return a small result as an Arrow table."""
        with self.sentences():
            return self.frame(expr).toArrow()

    def listed(self, expr: ir.Table) -> pa.Table:
        """Return a result that may be long: it is streamed to a file and read from there."""
        import pyarrow as pa

        path = self.directory / f"{next(self._numbers):04d}.arrow"
        schema = self.stream_schema(expr.as_table().schema())
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
            for batch in self.batches(expr):
                writer.write_batch(batch.cast(schema))
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()

    def arrow_where(self, table: ir.Table, condition: Callable[[ir.Table], ir.Value]) -> pa.Table:
        """Return the few rows of a table that meet a condition only the embedded engine can tell.

        It is told there, batch by batch, on the executors.
        """
        with self.sentences():
            frame = self.frame(table)
            return self.convert(frame, filter_sql(table, condition), frame.schema).toArrow()

    def stream_schema(self, schema: ibis.Schema) -> pa.Schema:
        """Return the Arrow schema of the batches of an expression with this Ibis schema."""
        return schema.to_pyarrow()

    def compile(self, expr: ir.Expr) -> str:
        """Return the SQL that Spark runs for an Ibis expression."""
        sql = str(self.backend.compile(expr.as_table()))
        return _wide_hashes(sql) if "HASH(" in sql else sql

    def frame(self, expr: ir.Expr) -> DataFrame:
        """Return an Ibis expression as a Spark DataFrame; nothing is computed yet."""
        return self.session.sql(self.compile(expr))

    def rows(self, sql: str) -> list[SqlRow]:
        """Run SQL of DuckDB's dialect, put into Spark's, and return its few rows."""
        with self.sentences():
            return [tuple(row) for row in self.session.sql(spark_sql(sql)).collect()]

    def view(self, sql: str) -> ir.Table:
        """Return an Ibis table over SQL of DuckDB's dialect."""
        return self.table(self.session.sql(spark_sql(sql)))

    def table(self, frame: DataFrame) -> ir.Table:
        """Return an Ibis table over a Spark DataFrame."""
        name = f"smartcart_{next(self._numbers):04d}"
        frame.createOrReplaceTempView(name)
        return self.backend.table(name)

    def fingerprint(self, expr: ir.Table, columns: Sequence[str]) -> tuple[int, str]:
        """Return the number of rows and a hash of names and values, in one aggregate.

        Rows are hashed by Spark and the hashes added, so the order of the rows does not count. The
        same rows on Spark: the same print.
        """
        cells = ", ".join(f"{backticked(n)}, {backticked(n)} IS NULL" for n in columns)
        sql = (
            f"SELECT count(*), sum(CAST(xxhash64({cells}) AS DECIMAL(20, 0))) "
            f"FROM ({self.compile(expr)})"
        )
        with self.sentences():
            count, total = self.session.sql(sql).collect()[0]
        text = "\x1f".join([*columns, str(count), str(total)])
        return int(count), hashlib.sha256(text.encode()).hexdigest()[:16]

    # Functions on the executors ----------------------------------------------------------------

    def batches(self, expr: ir.Expr, chunk_rows: int = CHUNK_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an Ibis expression to the driver, which holds one part at a time.

        Spark cuts the batches by a setting of the session, whatever ``chunk_rows`` says.
        """
        return self.each(expr, _itself)

    def each(
        self,
        expr: ir.Expr,
        task: Callable[[pa.RecordBatch], R],
        *,
        chunk_rows: int = CHUNK_ROWS,
        small: bool = False,
    ) -> Iterator[R]:
        """Yield ``task`` of every batch of an expression, computed on the executors.

        They keep the results on their disks until they are asked for, part by part, in the same
        order every time; those of an executor that was lost are computed again. ``small`` results,
        such as sums, come all at once.
        """
        from pyspark import StorageLevel

        with self.sentences():
            done = self.frame(expr).mapInArrow(_Packed(task), "content binary")
            if small:
                yield from (pickle.loads(row["content"]) for row in done.collect())
                return
            done = done.persist(StorageLevel.DISK_ONLY)
            try:
                done.count()  # all parts at once; the stream would compute one after the other
                for row in done.toLocalIterator(prefetchPartitions=True):
                    yield pickle.loads(row["content"])
            finally:
                with contextlib.suppress(Exception):
                    done.unpersist()

    def convert(self, frame: DataFrame, sql: str, schema: object) -> DataFrame:
        """Run SQL of the embedded engine over the batches of a frame, on the executors.

        ``sql`` reads the table ``batch``; ``schema`` is that of its result, as Spark writes it.
        """
        return frame.mapInArrow(BatchQuery(sql), schema)

    def keep(self, expr: ir.Table) -> ir.Table:
        """Run an expression once; its rows are kept on the disks of the executors."""
        return self.table(self.persist(self.frame(expr)))

    def persist(self, frame: DataFrame) -> DataFrame:
        """Keep what a frame computes on the disks of the executors until the engine closes."""
        from pyspark import StorageLevel

        kept = frame.persist(StorageLevel.DISK_ONLY)
        self._persisted.append(kept)
        return kept

    # Errors and the end ------------------------------------------------------------------------

    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        """Turn an error of Spark into one sentence; a fault in our own query stays as it is."""
        from py4j.protocol import Py4JError
        from pyspark.errors import AnalysisException, ParseException, PySparkException

        try:
            yield
        except SmartCartError:
            raise
        except (AnalysisException, ParseException):
            raise
        except (PySparkException, Py4JError, OSError, EOFError) as error:
            raise DataError.of(
                f"Spark could not compute ({_cause(error)})",
                "whole files, and workers that live and have SmartCart",
                "look at the workers' logs, and at the files of the source",
            ) from error

    def close(self) -> None:
        """Let go of what is kept, and end the session if it is our own; may be called twice."""
        for kept in self._persisted:
            with contextlib.suppress(Exception):
                kept.unpersist()
        self._persisted = []
        self._stop()
        self._stop = _nothing
        self._cleanup()


def _nothing() -> None:
    pass


def _itself(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch


class _Packed:
    """Runs ``task`` over Arrow batches and packs each result into a row."""

    def __init__(self, task: Callable[[pa.RecordBatch], object]) -> None:
        self.task = task

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            if batch.num_rows:
                content = pa.array([pickle.dumps(self.task(batch))], pa.binary())
                yield pa.RecordBatch.from_arrays([content], ["content"])


def spark_sql(sql: str) -> str:
    """Return a query of DuckDB's dialect in Spark's.

    >>> spark_sql('SELECT CAST("a b" AS VARCHAR) FROM v')
    'SELECT CAST(`a b` AS STRING) FROM v'
    """
    import sqlglot

    return str(sqlglot.transpile(sql, read="duckdb", write="spark")[0])


def backticked(name: str) -> str:
    """Return ``name`` as an identifier of Spark's SQL, whatever it holds."""
    return "`" + name.replace("`", "``") + "`"


def _wide_hashes(sql: str) -> str:
    """Hash rows to 64 bits, with their nulls.

    Spark's ``hash`` has 32 bits, of which a million rows share some; and it passes over nulls, so
    that (1, null) is (null, 1).
    """
    import sqlglot
    from sqlglot import exp

    def wide(node: exp.Expression) -> exp.Expression:
        if not (isinstance(node, exp.Anonymous) and str(node.this).upper() == "HASH"):
            return node
        arg: exp.Expression = node.expressions[0]
        parts = arg.expressions if isinstance(arg, exp.Struct) else [arg]
        told: list[object] = []
        for part in parts:
            cell = part.expression if isinstance(part, exp.PropertyEQ) else part.unalias()
            told += [cell, exp.Is(this=cell.copy(), expression=exp.null())]
        return exp.Anonymous(this="XXHASH64", expressions=told)

    tree: exp.Expression = sqlglot.parse_one(sql, read="spark")
    return str(tree.transform(wide).sql(dialect="spark"))


def _cause(error: BaseException) -> str:
    """Return the words of what went wrong in a task, without the stack around them."""
    text = str(error)
    for line in reversed(text.splitlines()):
        kind, colon, words = line.strip().removeprefix("Caused by: ").partition(": ")
        if colon and kind.endswith(("Error", "Exception")) and " " not in kind and words:
            return f"{kind.rpartition('.')[2]}: {words}"[:200].rstrip(".")
    return first_words(error)
