"""The table of segments in a database of the shop's: brought up to date whole, or not at all.

All rows are staged first; then one transaction adds, changes and removes what differs, so that a
reader (and whoever comes after a kill) sees the old table or the new one. Two who write at once:
the second waits, and is refused where it would wait too long.
"""

from __future__ import annotations

import contextlib
import io
import sqlite3
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smartcart.engines.address import Address
from smartcart.engines.duckdb import first_line, literal, quote
from smartcart.engines.segment_columns import (
    AHEAD,
    COLUMNS,
    chosen,
    different,
    rows_of,
    types_of,
)
from smartcart.errors import DataError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Written",
    "broken",
    "busy",
    "no_right",
    "write_file",
    "write_server",
]

WAIT_SECONDS = 30
NEW = "smartcart_new"  # the staged rows
Rows = Callable[[], Iterable["pa.RecordBatch"]]


@dataclass(frozen=True, slots=True)
class Written:
    """What was done to the table: ``rows`` it has now, and how many of them differ from before."""

    rows: int
    added: int
    moved: int  # customers who are in another segment now, or in one of another name
    removed: int
    rewritten: bool  # every row, not only those of customers who moved
    forecasts: int | None = None  # changed, of who did not move; None: the table holds none


def write_server(
    address: Address, rows: Rows, *, whole: bool = False, ahead: bool = False
) -> Written:
    """Bring the table that an address names up to date; see :func:`write_file`."""
    from smartcart.engines.segment_clickhouse import ClickHouseTable

    kinds: dict[str, type[_Table]] = {
        "postgresql": _Postgres,
        "mysql": _MySQL,
        "clickhouse": ClickHouseTable,
    }
    schema, _, name = (address.part or "").rpartition(".")
    if not name:
        raise UsageError.of(
            f"{address.label!r} names no table",
            "the table to write after '::'",
            f"write {address.label.partition('::')[0]}::segments, for example",
        )
    if address.scheme not in kinds:
        raise UsageError.of(
            f"segments are not written to {address.scheme} servers",
            f"one of {', '.join(kinds)}",
            "write a file with -o and load it there",
        )
    table = kinds[address.scheme](address.label, name, schema, address)
    return _write(table, rows, whole, ahead)


def write_file(
    path: Path, name: str, kind: str, rows: Rows, *, whole: bool = False, ahead: bool = False
) -> Written:
    """Bring a table of segments in a DuckDB or SQLite file up to date, or make it.

    Rows of customers who kept their segment and their forecast stay untouched, unless ``whole``;
    customers who are not among the rows are removed. A table that is there keeps its columns.

    Parameters
    ----------
    kind : ``"duckdb"`` or ``"sqlite"``.
    rows : gives Arrow batches with the columns of :data:`COLUMNS`, a row per customer, and those
        of :data:`AHEAD` where there is a forecast.
    ahead : whether a new table has the columns of a forecast.

    Raises
    ------
    UsageError
        The table is not one of segments, or this user may not write it.
    DataError
        The database does not answer, breaks off, or is written by another.
    """
    kinds: dict[str, type[_Table]] = {"duckdb": _DuckDB, "sqlite": _SQLite}
    return _write(kinds[kind](f"{path}::{name}", name, "", path), rows, whole, ahead)


def _write(table: _Table, rows: Rows, whole: bool, ahead: bool) -> Written:
    with table.sentences(), contextlib.closing(table):
        table.open()
        there = table.columns()
        known = (COLUMNS, (*COLUMNS, *AHEAD))
        if there and tuple(there) not in known:
            raise UsageError.of(
                f"{table.label!r} has other columns than a table of segments "
                f"({', '.join(there[:6])})",
                f"a table with {', '.join(COLUMNS)}, or none of that name",
                "name another table",
            )
        table.listed = tuple(there) or known[ahead]
        table.stage(chosen(batch, table.listed) for batch in rows())
        found = table.replace(new=not there, whole=whole)
        table.commit()
        return found


class _Table:
    """A table of segments and an open connection to its database."""

    kind: str
    text = "{}"  # how an id is compared
    unlike = "{a} IS DISTINCT FROM {b}"  # where each may be nothing
    listed: tuple[str, ...] = COLUMNS

    def __init__(self, label: str, name: str, schema: str, place: Any) -> None:
        self.label, self.name, self.schema, self.place = label, name, schema, place
        self.con: Any = None  # of the driver, as PEP 249 has it

    @abstractmethod
    def open(self) -> None:
        """Connect, begin, and wait for others who write the table."""

    @abstractmethod
    def columns(self) -> list[str]:
        """Return the columns of the table, none where there is no such table."""

    @abstractmethod
    def stage(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Put all rows into a table beside it that nobody else sees."""

    @abstractmethod
    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        """Turn an error of the database into one sentence."""

    def quoted(self, name: str) -> str:
        return quote(name)

    def where(self) -> str:
        named = self.quoted(self.name)
        return f"{self.quoted(self.schema)}.{named}" if self.schema else named

    def run(self, sql: str) -> Any:
        return self.con.execute(sql)

    def count(self, sql: str) -> int:
        return int(self.run(sql).fetchone()[0])

    def commit(self) -> None:
        self.con.commit()

    def close(self) -> None:
        if self.con is not None:
            self.con.close()

    def definition(self, *, key: bool = True) -> str:
        pairs = zip(self.listed, types_of(self.kind, self.listed), strict=True)
        told = ", ".join(f"{name} {self.lettered(kind)}" for name, kind in pairs)
        return f"({told}{', PRIMARY KEY (customer_id)' if key else ''})"

    def lettered(self, kind: str) -> str:
        return kind

    @property
    def none_changed(self) -> int | None:
        """Of a new table no forecast changed, if it holds any."""
        return 0 if len(self.listed) > len(COLUMNS) else None

    def create(self) -> None:
        self.run(f"CREATE TABLE {self.where()} {self.definition()}")

    def replace(self, *, new: bool, whole: bool) -> Written:
        """Make the table that of the staged rows; within the transaction that is open."""
        t, n = self.where(), self.quoted(NEW)
        if new:
            self.create()
        same = "n.customer_id = t.customer_id"
        segment, forecast = different(self.listed, self.unlike)
        total = self.count(f"SELECT COUNT(*) FROM {n}")
        before = self.count(f"SELECT COUNT(*) FROM {t}")
        stayed = self.count(f"SELECT COUNT(*) FROM {t} t JOIN {n} n ON {same}")
        both = f"SELECT COUNT(*) FROM {t} t JOIN {n} n ON {same}"
        moved = self.count(f"{both} AND {segment}")
        told = self.none_changed
        if told is not None:
            told = self.count(f"{both} AND NOT {segment} AND {forecast}")
        listed = ", ".join(self.listed)
        if whole:
            self.run(f"DELETE FROM {t}")
            self.run(f"INSERT INTO {t} ({listed}) SELECT {listed} FROM {n}")
        else:
            gone = f"NOT EXISTS (SELECT 1 FROM {n} n WHERE n.customer_id = {t}.customer_id)"
            self.run(f"DELETE FROM {t} WHERE {gone}")
            if moved or told:
                self.update(t, n)
            there = f"EXISTS (SELECT 1 FROM {t} t WHERE {same})"
            new_ones = ", ".join(f"n.{name}" for name in self.listed)
            self.run(f"INSERT INTO {t} ({listed}) SELECT {new_ones} FROM {n} n WHERE NOT {there}")
        return Written(total, total - stayed, moved, before - stayed, whole or new, told)

    def update(self, t: str, n: str) -> None:
        told = ", ".join(f"{name} = n.{name}" for name in self.listed[1:])
        segment, forecast = different(self.listed, self.unlike, t)
        self.run(
            f"UPDATE {t} SET {told} FROM {n} n WHERE n.customer_id = {t}.customer_id "
            f"AND ({segment} OR {forecast})"
        )


class _DuckDB(_Table):
    kind = "duckdb"

    def open(self) -> None:
        import duckdb

        self.con = duckdb.connect(str(self.place), config={"threads": 1})
        self.run("BEGIN TRANSACTION")

    def columns(self) -> list[str]:
        found = self.run(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() "
            f"AND schema_name = current_schema() AND table_name = {literal(self.name)} "
            "ORDER BY column_index"
        )
        return [row[0] for row in found.fetchall()]

    def create(self) -> None:  # a key would be checked before the rows of the old one are gone
        self.run(f"CREATE TABLE {self.where()} {self.definition(key=False)}")

    def stage(self, batches: Iterable[pa.RecordBatch]) -> None:
        self.run(f"CREATE TEMP TABLE {NEW} {self.definition(key=False)}")
        for batch in batches:
            self.con.register("smartcart_batch", batch)
            self.run(f"INSERT INTO {NEW} SELECT {', '.join(self.listed)} FROM smartcart_batch")
            self.con.unregister("smartcart_batch")

    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        import duckdb

        try:
            yield
        except duckdb.Error as error:
            if "lock" in str(error).lower():
                raise busy(self.label) from error
            raise broken(self.label, first_line(error)) from error


class _SQLite(_Table):
    kind = "sqlite"
    unlike = "{a} IS NOT {b}"

    def open(self) -> None:
        self.con = sqlite3.connect(self.place, timeout=WAIT_SECONDS, isolation_level=None)
        self.run("PRAGMA temp_store = FILE")
        self.run("BEGIN IMMEDIATE")

    def columns(self) -> list[str]:
        return [row[1] for row in self.run(f"PRAGMA table_info({quote(self.name)})")]

    def stage(self, batches: Iterable[pa.RecordBatch]) -> None:
        self.run(f"CREATE TEMP TABLE {NEW} {self.definition()}")
        marks = ", ".join("?" * len(self.listed))
        for batch in batches:
            rows = rows_of(batch, words=True)
            self.con.executemany(f"INSERT INTO {NEW} VALUES ({marks})", rows)

    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise busy(self.label) from error
            raise broken(self.label, first_line(error)) from error


class _Postgres(_Table):
    kind = "postgresql"

    def open(self) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise _no_driver("PostgreSQL", "psycopg[binary]") from error
        self.con = psycopg.connect(self.place.url, connect_timeout=10)
        self.run(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        self.run(f"SELECT pg_advisory_xact_lock(hashtext({literal(f'smartcart {self.name}')}))")

    def columns(self) -> list[str]:
        found = self.run(
            "SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped "
            f"AND attrelid = to_regclass({literal(self.where())}) ORDER BY attnum"
        )
        there = [row[0] for row in found.fetchall()]
        if there:
            self.run(f"LOCK TABLE {self.where()} IN SHARE ROW EXCLUSIVE MODE")
        return there

    def stage(self, batches: Iterable[pa.RecordBatch]) -> None:
        from pyarrow import csv

        self.run(f"CREATE TEMP TABLE {NEW} {self.definition()} ON COMMIT DROP")
        listed = ", ".join(self.listed)
        with (
            self.con.cursor() as cursor,
            cursor.copy(f"COPY {NEW} ({listed}) FROM STDIN (FORMAT csv)") as copy,
        ):
            for batch in batches:
                text = io.BytesIO()
                csv.write_csv(batch, text, csv.WriteOptions(include_header=False))
                copy.write(text.getvalue())

    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        try:
            yield
        except ImportError:
            raise
        except Exception as error:
            state = getattr(error, "sqlstate", None)
            if not type(error).__module__.startswith("psycopg"):
                raise
            if state == "55P03":
                raise busy(self.label) from error
            words = " ".join(str(error).split())
            if state == "42501" or "FATAL" in words or state in {"3F000", "42P01"}:
                raise no_right(self.label, words.rpartition("FATAL: ")[2].strip()) from error
            raise broken(self.label, words) from error


class _MySQL(_Table):
    kind = "mysql"
    unlike = "NOT ({a} <=> {b})"

    def open(self) -> None:
        try:
            import pymysql
        except ImportError as error:
            raise _no_driver("MySQL", "pymysql") from error
        from smartcart.engines.mysql import connection_arguments, text_collation

        self.con = pymysql.connect(**{**connection_arguments(self.place), "autocommit": False})
        self.collation = text_collation(self.con.get_server_info())
        self.run(f"SET NAMES utf8mb4 COLLATE {self.collation}")
        self.run(f"SET SESSION sql_mode = 'STRICT_ALL_TABLES', lock_wait_timeout = {WAIT_SECONDS}")
        lock = f"smartcart {self.schema or self.con.db}.{self.name}"[:64]
        if not self.count(f"SELECT COALESCE(GET_LOCK({literal(lock)}, {WAIT_SECONDS}), 0)"):
            raise busy(self.label)

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def run(self, sql: str) -> Any:
        cursor = self.con.cursor()
        cursor.execute(sql)
        return cursor

    def lettered(self, kind: str) -> str:
        name, _, more = kind.partition(" ")
        return f"{name} COLLATE {self.collation} {more}" if name.startswith("VARCHAR") else kind

    def columns(self) -> list[str]:
        schema = literal(self.schema) if self.schema else "DATABASE()"
        found = self.run(
            "SELECT column_name FROM information_schema.columns WHERE "
            f"table_schema = {schema} AND table_name = {literal(self.name)} "
            "ORDER BY ordinal_position"
        )
        self.there = [str(row[0]) for row in found.fetchall()]
        return self.there

    @property
    def staging(self) -> str:
        """A table beside the one to come, which a rename puts in place; else one of the session."""
        return self.where()[:-1] + f"__{NEW}`"

    def stage(self, batches: Iterable[pa.RecordBatch]) -> None:
        if self.there:
            into = NEW
            self.run(f"CREATE TEMPORARY TABLE {NEW} {self.definition()} CHARACTER SET utf8mb4")
        else:  # of one who was killed
            into = self.staging
            self.run(f"DROP TABLE IF EXISTS {into}")
            self.run(f"CREATE TABLE {into} {self.definition()} CHARACTER SET utf8mb4")
        marks = ", ".join(["%s"] * len(self.listed))
        with self.con.cursor() as cursor:
            for batch in batches:
                cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", rows_of(batch))

    def replace(self, *, new: bool, whole: bool) -> Written:
        if not new:
            return super().replace(new=new, whole=whole)
        total = self.count(f"SELECT COUNT(*) FROM {self.staging}")
        self.commit()
        self.run(f"RENAME TABLE {self.staging} TO {self.where()}")
        return Written(total, total, 0, 0, True, self.none_changed)

    def update(self, t: str, n: str) -> None:
        told = ", ".join(f"t.{name} = n.{name}" for name in self.listed[1:])
        segment, forecast = different(self.listed, self.unlike)
        self.run(
            f"UPDATE {t} t JOIN {n} n ON n.customer_id = t.customer_id SET {told} "
            f"WHERE {segment} OR {forecast}"
        )

    @contextlib.contextmanager
    def sentences(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if not type(error).__module__.startswith("pymysql"):
                raise
            number = error.args[0] if error.args else 0
            words = str(error.args[1] if len(error.args) > 1 else error)
            if number in {1205, 1213}:
                raise busy(self.label) from error
            if number in {1044, 1045, 1049, 1142, 1698}:
                raise no_right(self.label, words) from error
            raise broken(self.label, words) from error


def busy(label: str) -> DataError:
    """Return the sentence on a table that another writes."""
    return DataError.of(
        f"another process is writing {label!r}",
        "one who writes at a time",
        "wait until it is done and run again; the table is as it was",
    )


def no_right(label: str, words: str) -> UsageError:
    """Return the sentence on a server that lets this user not write."""
    return UsageError.of(
        f"the server refused to write {label!r} ({words[:200].rstrip('.')})",
        "a user who may create and write that table",
        "correct the address, or ask for the right; nothing was changed",
    )


def broken(label: str, words: str) -> DataError:
    """Return the sentence on a database that broke off."""
    return DataError.of(
        f"{label!r} could not be written ({' '.join(words.split())[:200].rstrip('.')})",
        "a database that answers and has room",
        "try again; the table is as it was",
    )


def _no_driver(title: str, package: str) -> UsageError:
    return UsageError.of(
        f"the table lies on a {title} server, but its driver is not installed",
        f"the package {package!r}",
        f"pip install '{package}'",
    )
