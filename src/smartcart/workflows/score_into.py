"""Assign the customers of a source, and bring a table in a database up to date with them."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from smartcart.engines.customer_key import id_key
from smartcart.engines.duckdb import DuckDB, literal
from smartcart.engines.segment_columns import AHEAD, COLUMNS
from smartcart.engines.segment_table import Written, write_file, write_server
from smartcart.errors import DataError, UsageError
from smartcart.inspection.result import Progress
from smartcart.records import Model, RunFile
from smartcart.sources.paths import find_address
from smartcart.workflows.score import ScoredSource, score

__all__ = ["score_into", "table_label"]

SUFFIXES = {
    ".duckdb": "duckdb",
    ".ddb": "duckdb",
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
}


def score_into(
    source: object,
    model: Model,
    into: str,
    *,
    as_of: dt.date | None = None,
    whole: bool = False,
    progress: Progress | None = None,
    temp_dir: Path | None = None,
    engine: str = "duckdb",
    spark_master: str | None = None,
) -> tuple[ScoredSource, Written]:
    """Assign every customer of ``source`` and make the table ``into`` say so, or change nothing.

    A new table has the columns of :func:`smartcart.workflows.score.score`, those of a forecast,
    too, where the model carries one, with ids as text without blanks around them and without
    ``.0``. One that is there keeps its columns. Rows of customers who kept their segment, and what
    is forecast of them, stay untouched, unless ``whole``.

    Parameters
    ----------
    into : ``postgresql://host/shop::segments``, ``mysql://...``, ``clickhouse://...``, or
        ``shop.duckdb::segments`` and ``shop.db::segments`` (SQLite; the file may be new).

    Raises
    ------
    UsageError
        Where ``into`` names no table that can be written.
    DataError
        Where the source lacks what the model needs, or the database breaks off.
    """
    address = find_address(into)
    place = None if address is not None else _file(into)
    with tempfile.TemporaryDirectory(prefix="smartcart-", dir=temp_dir) as folder:
        file = Path(folder) / RunFile.SEGMENTS
        found = score(
            source,
            model,
            file,
            as_of=as_of,
            progress=progress,
            temp_dir=temp_dir,
            engine=engine,
            spark_master=spark_master,
        )
        with DuckDB(temp_dir=temp_dir) as here:
            ahead = set(AHEAD) <= set(here.types(f"FROM read_parquet({literal(str(file))})"))
            chosen = ", ".join([*COLUMNS[1:], *(AHEAD if ahead else ())])
            table = here.query(
                f"SELECT {id_key('customer_id')} AS customer_id, {chosen} "
                f"FROM read_parquet({literal(str(file))})"
            )
            _refuse_twice(here, file)

            def rows() -> Iterable[pa.RecordBatch]:
                return here.batches(table)

            if progress is not None:
                progress("write the table", 0, None)
            if address is not None:
                return found, write_server(address, rows, whole=whole, ahead=ahead)
            assert place is not None
            return found, write_file(*place, rows, whole=whole, ahead=ahead)


def _refuse_twice(here: DuckDB, file: Path) -> None:
    """Raise ``DataError`` where two ids of the source are one, such as 17 and 17.0 in texts."""
    twice = here.rows(
        f"SELECT key, count(*) OVER () FROM (SELECT {id_key('customer_id')} AS key "
        f"FROM read_parquet({literal(str(file))})) GROUP BY key HAVING count(*) > 1 "
        "ORDER BY key LIMIT 1"
    )
    if twice:
        raise DataError.of(
            f"{twice[0][1]:,} ids of the source stand twice (first {twice[0][0]!r}), for they are "
            "compared without blanks and without '.0'",
            "an id per customer",
            "correct the ids; nothing was changed",
        )


def table_label(into: str) -> str:
    """Return the target as it may be shown: without a password.

    >>> table_label("postgresql://ann:secret@db/shop::segments")
    'postgresql://ann@db/shop::segments'
    """
    address = find_address(into)
    return into if address is None else address.label


def _file(into: str) -> tuple[Path, str, str]:
    """Return path, table and kind of a database file.

    Raises
    ------
    UsageError
        No table is named, the file is none, or its folder is not there.
    """
    expected = (
        "postgresql://…::table, mysql://…, clickhouse://…, shop.duckdb::table or shop.db::table"
    )
    named, colon, name = into.rpartition("::")
    if "://" in into:
        raise UsageError.of(
            f"{into.partition('://')[0][:20]!r} addresses are not written",
            expected,
            "write a file with -o and load it there",
        )
    if not colon or not name:
        raise UsageError.of(
            f"--into is {into!r}, which names no table", expected, "write the table after '::'"
        )
    path = Path(named)
    kind = SUFFIXES.get(path.suffix.lower())
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file:
            head = file.read(16)
        kind = "duckdb" if head[8:12] == b"DUCK" else None
        kind = "sqlite" if head.startswith(b"SQLite format 3") else kind
    if kind is None or path.is_dir():
        raise UsageError.of(
            f"{named!r} is no DuckDB or SQLite database", expected, "name another file"
        )
    if not path.parent.is_dir():
        raise UsageError.of(
            f"the folder of {named!r} is not there", "a folder that exists", "make it first"
        )
    return path, name, kind
