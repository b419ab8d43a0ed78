"""What the engines on database servers have in common: prints, sentences, tables read by cells."""

from __future__ import annotations

import contextlib
import hashlib
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

import sqlglot.expressions as sge

from smartcart.engines.closeable import Closeable
from smartcart.engines.csv_rows import stream_schema
from smartcart.engines.duckdb import first_line
from smartcart.engines.protocol import Capabilities, ServerEngine
from smartcart.errors import DataError, UsageError
from smartcart.records import SqlRow

if TYPE_CHECKING:
    import ibis
    import ibis.expr.operations as ops
    import ibis.expr.types as ir
    import pyarrow as pa
    from sqlglot import exp

__all__ = ["CellsMixin", "DatabaseServer", "no_answer", "no_driver", "plain_words", "refused"]


class DatabaseServer(Closeable, ServerEngine):
    """An engine on a server that is read by SQL; ``label`` names it without its password."""

    label: str
    can: ClassVar[Capabilities] = Capabilities(
        place="server",
        keep=False,  # nothing is ever written there
        hash=False,
        sample=False,
        first_rows=False,
        distinct_beside=True,
        remainder=True,
        in_parts=False,
    )

    @abstractmethod
    def totals(self, expr: ir.Table) -> SqlRow:
        """Return the number of rows of an expression, and the sum of the hashes of its rows."""

    @abstractmethod
    def said(self, error: Exception) -> str | None:
        """Return the server's own words; None for what is not its error, but a fault of ours."""

    def fingerprint(self, expr: ir.Table, columns: Sequence[str]) -> tuple[int, str]:
        """Return the number of rows and a hash of names and values, in one aggregate on the server.

        Each row is hashed as text by the server; the hashes are added, so the order of the rows
        does not count. The same rows on the same server: the same print.
        """
        count, total = self.totals(expr)
        text = "\x1f".join([*columns, str(count), str(total)])
        return int(count), hashlib.sha256(text.encode()).hexdigest()[:16]

    def stream_schema(self, schema: ibis.Schema) -> pa.Schema:
        """Return the Arrow schema of a stream; see `csv_rows.stream_schema`."""
        return stream_schema(schema)

    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        """Turn an error of the server into one sentence; a fault in our own SQL stays as it is."""
        import pyarrow as pa

        try:
            yield
        except Exception as error:
            words = first_line(error) if isinstance(error, pa.ArrowException) else self.said(error)
            if words is None:
                raise
            raise DataError.of(
                f"{self.label!r} could not be read ({words})",
                "a table that this user may read",
                "ask for the right to read it, or try again",
            ) from error


class CellsMixin:
    """Of one of Ibis' compilers: tables of the user's are read by an expression per column.

    ``cells`` holds these expressions, by database and table and then by column.
    """

    cells: dict[tuple[str, str], dict[str, str]]

    def visit_UnboundTable(  # noqa: N802  # the name that Ibis looks for
        self, op: ops.Node, *, name: str, schema: ibis.Schema, namespace: ops.Namespace
    ) -> exp.Expression:
        """Return a table of the user's as its cells are read; a step's by its name."""
        table: exp.Expression = super().visit_UnboundTable(  # type: ignore[misc]
            op, name=name, schema=schema, namespace=namespace
        )
        cells = self.cells.get((namespace.database, name))
        if cells is None:
            return table
        told = [
            sge.alias_(sge.Var(this=cell), one, quoted=True)  # as it is
            for one, cell in cells.items()
        ]
        return sge.Subquery(this=sge.Select(expressions=told).from_(table))


def plain_words(words: object) -> str:
    """Return what a server said on one line, short enough for a sentence."""
    return " ".join(str(words).split())[:200].rstrip(".")


def refused(label: str, words: str) -> UsageError:
    """Return the sentence on a server that lets this user not in."""
    return UsageError.of(
        f"the server of {label!r} refused ({words})",
        "a user, password and database that it knows",
        "correct the address",
    )


def no_answer(label: str, words: str, title: str) -> DataError:
    """Return the sentence on an address where no server of this kind answers."""
    return DataError.of(
        f"the server of {label!r} does not answer ({words})",
        f"a {title} server at that address",
        "check host and port, and that the server runs",
    )


def no_driver(title: str, package: str, install: str) -> UsageError:
    """Return the sentence on a driver that is not installed."""
    return UsageError.of(
        f"the source is a {title} address, but its driver is not installed",
        f"the package {package!r}",
        f"pip install {install}",
    )
