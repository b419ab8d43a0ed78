"""The seam between those who ask of a table and the engine that holds it.

An engine is a class with these methods and a statement of what it can do. Callers ask for the
ability, never for the engine, so a further engine changes none of them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeVar

from smartcart.engines.batch_query import BatchQuery, filter_sql
from smartcart.engines.passes import in_order
from smartcart.records import ResultRow, SqlRow

if TYPE_CHECKING:
    import ibis
    import ibis.expr.types as ir
    import pyarrow as pa

__all__ = ["CHUNK_ROWS", "Capabilities", "Engine", "ServerEngine"]

R = TypeVar("R")
CHUNK_ROWS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an engine can do. Each is a fact about it, measured or documented, not a wish.

    Parameters
    ----------
    place : where the rows live: ``"here"`` (memory and disk of this process), ``"server"`` (a
        database, as it stores them: neither typed nor numbered) or ``"cluster"`` (executors, to
        which a Python function can be sent).
    keep : the rows of a result can be kept where they live, for later passes.
    hash : a whole row can be hashed, so that equal rows are counted there.
    sample : its hash is that which chooses samples; another would draw other customers.
    first_rows : ``limit`` gives the first rows of the source, and costs no more than these.
    distinct_beside : different values can be counted beside other aggregates in one pass.
    remainder : ``%`` is defined for double precision.
    in_parts : the groups of a sum must fit in its memory limit, so many are added up in parts.
    """

    place: Literal["here", "server", "cluster"]
    keep: bool
    hash: bool
    sample: bool
    first_rows: bool
    distinct_beside: bool
    remainder: bool
    in_parts: bool

    @property
    def typed(self) -> bool:
        """Whether tables have our types and numbered rows; those of a server are as it is."""
        return self.place != "server"


class Engine(Protocol):
    """A connection that runs Ibis expressions and streams what comes of them.

    Results never have to fit in memory but where a method says that they are small. Whatever goes
    wrong at the engine's side is raised as ``DataError`` or ``UsageError``. The methods with a body
    are what every engine can do by the others; one that can do better has its own.
    """

    can: ClassVar[Capabilities]

    @abstractmethod
    def compile(self, expr: ir.Expr) -> str:
        """Return the SQL that this engine runs for an Ibis expression."""

    @abstractmethod
    def arrow(self, expr: ir.Expr) -> pa.Table:
        """Return a small result as an Arrow table."""

    @abstractmethod
    def batches(self, expr: ir.Expr, chunk_rows: int = CHUNK_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an expression, at most ``chunk_rows`` at a time.

        Other queries may run while a stream is read.
        """

    @abstractmethod
    def stream_schema(self, schema: ibis.Schema) -> pa.Schema:
        """Return the Arrow schema of the batches of an expression with this Ibis schema."""

    @abstractmethod
    def rows(self, sql: str) -> list[SqlRow]:
        """Run SQL and return its few rows."""

    @abstractmethod
    def fingerprint(self, expr: ir.Table, columns: Sequence[str]) -> tuple[int, str]:
        """Return the number of rows and 16 hex digits that tell their content, in one aggregate.

        The order of the rows does not count. Same rows in the same engine: same print.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of everything; may be called twice."""

    def keep(self, expr: ir.Table) -> ir.Table:
        """Run an expression once and return a table over its kept rows, where it ``can.keep``."""
        raise NotImplementedError(f"{type(self).__name__} keeps nothing")

    def records(self, expr: ir.Expr) -> list[ResultRow]:
        """Return the rows of a small result, each as Python values by column name."""
        rows: list[ResultRow] = self.arrow(expr).to_pylist()
        return rows

    def record(self, expr: ir.Expr) -> ResultRow:
        """Return the one row of a result, such as an aggregation, by column name."""
        return self.records(expr)[0]

    def listed(self, expr: ir.Table) -> pa.Table:
        """Return a result that may be long as an Arrow table."""
        return self.arrow(expr)

    def arrow_where(self, table: ir.Table, condition: Callable[[ir.Table], ir.Value]) -> pa.Table:
        """Return the few rows of a table that meet a condition, as the embedded engine tells it.

        Hashes differ from engine to engine; samples are chosen by that of the embedded one.
        """
        import pyarrow as pa

        query = BatchQuery(filter_sql(table, condition))
        schema = self.stream_schema(table.schema())
        found = (batch.cast(schema) for batch in query(self.batches(table)))
        return pa.Table.from_batches(found, schema)

    def each(
        self,
        expr: ir.Table,
        task: Callable[[pa.RecordBatch], R],
        *,
        chunk_rows: int = CHUNK_ROWS,
        small: bool = False,
    ) -> Iterator[R]:
        """Yield ``task`` of every batch, in the order of the batches: here on several threads.

        ``small`` says that the results, such as sums, may all be held at once.
        """
        return in_order(task, self.batches(expr, chunk_rows))

    def distinct_whole(self, expr: ir.Table, column: str, low: int, high: int) -> int | None:
        """Count the different whole numbers of a column exactly; None where that is not cheap."""
        return None


class ServerEngine(Engine, Protocol):
    """An engine on a database server that holds tables of its own."""

    @abstractmethod
    def table(self, part: str | None) -> ir.Table:
        """Return the table ``name`` or ``schema.name``, or the only one there is.

        Raises ``UsageError`` where there is none of that name, or several and none is named.
        """
