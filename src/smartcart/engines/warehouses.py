"""BigQuery and Snowflake through their Ibis backends, each an extra: read-only sources.

Ibis writes the SQL and brings Arrow batches; nothing is ever written there, not even the functions
that Ibis would define. Neither could be tried on the real service: see ``docs/sql.md``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from smartcart.engines.address import Address
from smartcart.engines.csv_rows import is_plain, stream_schema
from smartcart.engines.protocol import CHUNK_ROWS
from smartcart.engines.server_base import DatabaseServer, plain_words, refused
from smartcart.engines.table_name import choose_table
from smartcart.errors import DataError, UsageError
from smartcart.records import SqlRow

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
    from ibis.backends import BaseBackend

__all__ = ["BigQuery", "Snowflake", "Warehouse"]

THEIRS = ("google.", "snowflake.", "requests.", "urllib3.")  # modules of their errors
PRIME = 2_147_483_647  # hashes are added below it, so that no sum overflows


class Warehouse(DatabaseServer):
    """A data warehouse, read-only; results never have to fit in memory.

    Raises
    ------
    UsageError
        The address is none, or the warehouse refuses the user.
    DataError
        Its extra is not installed, or it does not answer.
    """

    can = replace(DatabaseServer.can, remainder=False)
    title: ClassVar[str]
    extra: ClassVar[str]
    form: ClassVar[str]
    options: ClassVar[frozenset[str]]

    def __init__(self, address: Address) -> None:
        self.label = address.label
        known = self.arguments(address)
        try:
            self.backend = self.connected(known)
        except ImportError as error:
            raise DataError.of(
                f"the source is a {self.title} address, but what reads it is not installed",
                f"the extra {self.extra!r}",
                f"pip install 'smartcart[{self.extra}]'",
            ) from error
        except Exception as error:
            if (words := self.said(error)) is None:
                raise
            raise refused(self.label, words) from error

    @classmethod
    @abstractmethod
    def arguments(cls, address: Address) -> dict[str, str]:
        """Return what :meth:`connected` is called with; an error's message holds no password."""

    @staticmethod
    @abstractmethod
    def connected(known: dict[str, str]) -> BaseBackend:
        """Return the Ibis backend."""

    @classmethod
    def parts(cls, address: Address) -> tuple[SplitResult, list[str], dict[str, str]]:
        """Return the parts of an address: all, its path, its options."""
        try:
            url = urlsplit(address.url)
            options = dict(parse_qsl(url.query, strict_parsing=True)) if url.query else {}
            _ = url.port
        except ValueError:
            url, options = urlsplit(""), {}
        path = [unquote(one) for one in url.path.split("/") if one]
        if not url.hostname or not options.keys() <= cls.options:
            raise cls.no_address(address)
        return url, path, options

    @classmethod
    def no_address(cls, address: Address) -> UsageError:
        """Return the sentence on an address that is none."""
        return UsageError.of(
            f"{address.label!r} is no address of {cls.title}",
            cls.form,
            f"correct its parts and its options ({', '.join(sorted(cls.options))})",
        )

    # Reading -----------------------------------------------------------------------------------

    def batches(self, expr: ir.Expr, chunk_rows: int = CHUNK_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an Ibis expression, ``chunk_rows`` at a time; see `stream_schema`."""
        table = expr.as_table()
        schema = table.schema()
        wanted = stream_schema(schema)
        other = {n: table[n].cast("string") for n, kind in schema.items() if not is_plain(kind)}
        asked = table.mutate(**other) if other else table
        with self.sentences():
            for batch in self.backend.to_pyarrow_batches(asked, chunk_size=chunk_rows):
                typed = batch.cast(wanted)
                for at in range(0, typed.num_rows, chunk_rows):
                    yield typed.slice(at, chunk_rows)

    def arrow(self, expr: ir.Expr) -> pa.Table:
        """Return a small result as an Arrow table."""
        import pyarrow as pa

        return pa.Table.from_batches(self.batches(expr), stream_schema(expr.as_table().schema()))

    def compile(self, expr: ir.Expr) -> str:
        """Return the SQL that this engine runs for an Ibis expression."""
        return str(self.backend.compile(expr.as_table()))

    def rows(self, sql: str) -> list[SqlRow]:
        """Run SQL and return its few rows."""
        with self.sentences():
            found = self.backend.sql(sql).to_pyarrow()
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def table(self, part: str | None) -> ir.Table:
        """Return the table ``table`` or ``schema.table``, or the only one of the address.

        Raises:
            UsageError: no such table, or several and none is named.
        """
        home = str(self.backend.current_database)
        asked, _, bare = (part or "").rpartition(".")
        with self.sentences():
            tables = [(home, str(name)) for name in self.backend.list_tables()]
            if asked and asked != home and (home, part) not in tables:
                named = self.backend.list_tables(database=asked)
                tables += [(asked, str(name)) for name in named if name.lower() == bare.lower()]
        source = repr(self.label.partition("::")[0])
        schema, name = choose_table(tables, part, source, [home])
        with self.sentences():
            return self.backend.table(name, database=schema)

    def totals(self, expr: ir.Table) -> SqlRow:
        """Return the number of rows of an expression, and the sum of the hashes of its rows."""
        cells: list[ir.StringValue] = []
        for name in expr.columns:
            text = expr[name].cast("string")
            told = text.length().cast("string") + ":" + text
            cells.append(told.fill_null("-"))
        row = reduce(lambda one, other: one + other, cells)
        hashed = (row.hash() % PRIME).abs()
        return tuple(self.record(expr.aggregate(n=expr.count(), s=hashed.sum())).values())

    def said(self, error: Exception) -> str | None:
        """Return the warehouse's own words; None for what is not its error."""
        theirs = isinstance(error, OSError) or type(error).__module__.startswith(THEIRS)
        return plain_words(error) if theirs else None

    # Closing -----------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection; may be called twice."""
        self.backend.disconnect()


class BigQuery(Warehouse):
    """A dataset of BigQuery: ``bigquery://project/dataset::table``.

    Who asks is told by ``?credentials=/path/key.json``, else by Google's own defaults
    (``GOOGLE_APPLICATION_CREDENTIALS``, ``gcloud auth application-default login``).
    """

    title, extra = "BigQuery", "bigquery"
    form = "bigquery://project/dataset::table"
    options = frozenset({"credentials", "location"})

    @classmethod
    def arguments(cls, address: Address) -> dict[str, str]:
        """Return project, dataset and options of an address."""
        url, path, options = cls.parts(address)
        if len(path) != 1 or url.username or url.password or url.port:
            raise cls.no_address(address)
        project = url.netloc  # as it is written
        return {"project_id": project, "dataset_id": path[0], **options}

    @staticmethod
    def connected(known: dict[str, str]) -> BaseBackend:
        """Return the Ibis backend; nobody is asked in a browser."""
        import ibis

        auth = import_module("google.auth")  # without types
        import_module("google.cloud.bigquery")
        file = known.pop("credentials", None)
        scope = ["https://www.googleapis.com/auth/cloud-platform"]
        if file is None:
            credentials, _ = auth.default(scopes=scope)
        else:
            credentials, _ = auth.load_credentials_from_file(file, scopes=scope)
        return ibis.bigquery.connect(**known, credentials=credentials)


class Snowflake(Warehouse):
    """A schema of Snowflake: ``snowflake://user:password@account/database/schema::table``."""

    title, extra = "Snowflake", "snowflake"
    form = "snowflake://user:password@account/database/schema?warehouse=NAME::table"
    options = frozenset({"authenticator", "private_key_file", "role", "warehouse"})

    @classmethod
    def arguments(cls, address: Address) -> dict[str, str]:
        """Return account, user, database, schema and options of an address."""
        url, path, options = cls.parts(address)
        if len(path) != 2 or not url.username or url.port:
            raise cls.no_address(address)
        known = {"user": unquote(url.username), "account": url.hostname}
        if url.password:
            known["password"] = unquote(url.password)
        return {**known, "database": path[0], "schema": path[1], **options}

    @staticmethod
    def connected(known: dict[str, str]) -> BaseBackend:
        """Return the Ibis backend, which defines no functions of its own there."""
        import ibis

        import_module("snowflake.connector")  # which Ibis would name in other words
        return ibis.snowflake.connect(**known, create_object_udfs=False)
