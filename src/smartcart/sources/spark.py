"""Open files on Spark: Parquet as it is typed, text by the head that the embedded engine reads.

The same plans, expressions and checks as for a file that is read here (see ``intake``); only the
rows stay on the cluster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from smartcart.engines.duckdb import DuckDB, quote
from smartcart.engines.spark import Spark, backticked
from smartcart.engines.spark_session import first_words
from smartcart.errors import DataError, UsageError
from smartcart.records import Reading
from smartcart.sources.column_names import ROW, clean_names, source_names
from smartcart.sources.file_fingerprint import FileMark
from smartcart.sources.file_format import content_of
from smartcart.sources.open import MOST_COLUMNS, Opened, no_rows
from smartcart.sources.parquet import check_parquets
from smartcart.sources.paths import find_address, find_files
from smartcart.sources.raw import RawFile
from smartcart.sources.spark_csv import SparkRaw, address, read_text
from smartcart.sources.type_checks import column_notices, gathered_notices, inspect, overturn
from smartcart.sources.type_columns import ROUNDS, SAMPLE_ROWS, conversion, guess_plans
from smartcart.sources.typed_column import TypedColumn, final_cell
from smartcart.tables import typing

__all__ = ["open_on_spark"]

HEAD_ROWS = 20_000  # rows that are looked at here, one by one
TEXT = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
EXPECTED = "Parquet or plain CSV files: a file, several, a folder or a glob"
WAY_OUT = "write the table as Parquet, or leave out --engine spark"


def open_on_spark(
    source: Any, master: str | None = None, *, temp_dir: Path | None = None
) -> Opened:
    """Open files so that Spark reads them; ``master`` as for :class:`Spark`.

    A path with a scheme (``hdfs://``, ``s3a://``, ``file://``) is left to Spark; it must end in
    the name of a Parquet file or of a folder of such. Other paths must be seen by the executors
    under the same name.

    Raises
    ------
    UsageError, DataError
        The source cannot be read on Spark, or the session could not be started.
    """
    paths, label, text = _files(source)
    marks = tuple(FileMark.of(Path(path)) for path in paths if "://" not in path)
    engine = Spark(master, temp_dir=temp_dir)
    try:
        raw = (
            read_text(engine, [Path(path) for path in paths], label)
            if text
            else _parquet(engine, paths, label)
        )
        opened = _typed(engine, raw, temp_dir)
        opened.marks = marks
        return opened
    except BaseException:
        engine.close()
        raise


def _files(source: Any) -> tuple[list[str], str, bool]:
    """Return the paths of the source, its label, and whether they are text."""
    named = source if isinstance(source, (list, tuple)) else [source]
    if any(isinstance(one, str) and "://" in one for one in named):
        if find_address(source) or not all(isinstance(o, str) and "://" in o for o in named):
            raise _refused("is not a file that Spark reads", str(named[0]).partition("://")[0])
        if any(one.lower().endswith(TEXT) for one in named):
            raise _refused("is text behind an address", str(named[0]))
        more = f" and {len(named) - 1} more" if len(named) > 1 else ""
        return [str(one) for one in named], f"{named[0]}{more}", False
    if not all(isinstance(one, (str, Path)) for one in named):
        raise _refused("is a table in the memory of this process", type(source).__name__)
    found = find_files(source)
    if found.part is not None:
        raise _refused("is a part of a workbook or database", found.label)
    kinds = {content_of(path, path.name) for path in found.paths}
    paths = [str(path.absolute()) for path in found.paths]
    if kinds == {"parquet"}:
        check_parquets([RawFile(path, path.name, "parquet") for path in found.paths])
        return paths, found.label, False
    if kinds <= {"text", "gzip"}:
        return paths, found.label, True
    kind = next(iter(kinds - {"parquet", "text"}), "a mixture of formats")
    raise _refused(f"is {kind}", found.label)


def _refused(what: str, label: str) -> UsageError:
    return UsageError.of(
        f"the source {label[:200]!r} {what}, for --engine spark", EXPECTED, WAY_OUT
    )


def _parquet(engine: Spark, paths: Sequence[str], label: str) -> SparkRaw:
    """Read Parquet files of the same columns; rows are numbered by their place in the files."""
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions as sf

    listed = [path if "://" in path else address(path) for path in paths]
    try:
        with engine.sentences():
            read = engine.session.read
            frame = (read.option("mergeSchema", "true") if len(listed) > 1 else read).parquet(
                *listed
            )
            place, before = sf.col("_metadata.file_path"), sf.lit(0)
            starts = _starts(frame.groupBy(place.alias("path")).agg(sf.count("*")).collect())
    except (AnalysisException, DataError) as error:
        raise DataError.of(
            f"{label!r} could not be read as Parquet ({first_words(error)})",
            "whole files that the executors can read",
            "check the path as the cluster sees it, or copy the files again",
        ) from error
    if len(starts) > 1:
        known = [one for path, start in starts.items() for one in (sf.lit(path), sf.lit(start))]
        before = sf.element_at(sf.create_map(*known), place)
    number = (before + sf.col("_metadata.row_index") + 1).cast("long").alias(ROW)
    names = tuple(field.name for field in frame.schema)
    cells = [sf.col(backticked(name)).alias(f"c{i}") for i, name in enumerate(names)]
    return SparkRaw(_plain(frame.select(number, *cells)), names, "parquet", label)


def _starts(counted: Sequence[Any]) -> dict[str, int]:
    """Return how many rows stand before each file, in the order of their names."""
    starts, total = {}, 0
    for path, count in sorted(tuple(row) for row in counted):
        starts[path] = total
        total += count
    return starts


def _plain(frame: Any) -> Any:
    """Return the frame with timestamps as the clock in UTC shows them, without a zone."""
    zoned = [f.name for f in frame.schema if f.dataType.typeName() == "timestamp"]
    return frame.withColumns({n: frame[n].cast("timestamp_ntz") for n in zoned}) if zoned else frame


# Types -----------------------------------------------------------------------------------------


def _typed(engine: Spark, raw: SparkRaw, temp_dir: Path | None) -> Opened:
    """Type the columns as the embedded engine does: guess from the head, check on all rows."""
    if len(raw.names) > MOST_COLUMNS:
        raise DataError.of(
            f"{raw.label!r} has {len(raw.names):,} columns",
            f"at most {MOST_COLUMNS:,}",
            "keep those that say what customers do",
        )
    names, name_notices = clean_names(raw.names)
    table = _fitting(engine, engine.table(raw.frame))
    columns = [TypedColumn(i, name, None, table[f"c{i}"].type()) for i, name in enumerate(names)]
    _guess_plans(engine, table, columns, raw.decimal_comma)
    for left in range(ROUNDS, -1, -1):
        converted = _converted(engine, table, columns)
        relation = quote(converted.get_name())
        rows = inspect(engine, relation, columns)
        changed = [overturn(engine, relation, c, left <= 1, columns) for c in columns if c.lost]
        if not any(changed):
            break
    if not rows:
        raise no_rows(raw.label, raw.format)
    for column in columns:
        column.notices = column_notices(engine, relation, column)
    table = engine.view(
        f"SELECT {quote(ROW)}, {', '.join(final_cell(c) for c in columns)} FROM {relation}"
    )
    count, fingerprint = engine.fingerprint(table, names)
    currencies = Counter(c.plan.currency for c in columns if c.plan and c.plan.currency)
    reading = Reading(
        source=raw.label,
        format=raw.format,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        rows=count,
        date_formats={
            c.name: c.plan.formats[0] for c in columns if c.plan and c.plan.kind == "date"
        },
        currency=currencies.most_common(1)[0][0] if currencies else None,
        fingerprint=fingerprint,
        notices=(*raw.notices, *name_notices, *gathered_notices(columns)),
        source_names=source_names(raw.names, names),
    )
    opened = Opened(table, reading, engine, lambda: DuckDB(temp_dir=temp_dir))
    head = engine.arrow(table.limit(HEAD_ROWS))
    opened.head = opened.here.take(head.to_batches(), head.schema)
    return opened


def _fitting(engine: Spark, table: Any) -> Any:
    """Return the table with those columns as int64 that only by their type could hold more."""
    wide = [n for n, kind in table.schema().items() if typing.is_wide(kind)]
    if not wide:
        return table
    fits = [(table[n].count() == table[n].try_cast("int64").count()).name(n) for n in wide]
    found = engine.record(table.aggregate(fits))
    return table.mutate(**{n: table[n].cast("int64") for n in wide if found[n]})


def _guess_plans(
    engine: Spark, table: Any, columns: Sequence[TypedColumn], decimal_comma: bool
) -> None:
    """Guess a plan for columns of text, or of numbers that may be days, from the first rows."""
    looked = [column for column in columns if column.dtype.is_string() or column.dtype.is_numeric()]
    if not looked:
        return
    head = engine.arrow(table.select(*(c.cell for c in looked)).limit(SAMPLE_ROWS))
    guess_plans(looked, head.columns, decimal_comma)


def _converted(engine: Spark, table: Any, columns: Sequence[TypedColumn]) -> Any:
    """Convert every cell; return a table of cells, of lost texts set aside, and ``__row__``.

    Typed columns and plain text are expressions that Spark runs again for every pass. Numbers and
    dates in text are read by the embedded engine on the executors, once, and kept there.
    """
    if all(c.plan is None or c.plan.kind in {"text", "empty"} for c in columns):
        cells = [cell for column in columns for cell in _portable(table, column)]
        return engine.table(engine.frame(table.select(ROW, *cells)))
    sql = conversion(columns, "SELECT * FROM batch", numbered=True)
    told = [f"{quote(ROW)}", *(c.cell for c in columns)]
    told += [f"{c.misfit} AS {c.aside}" for c in columns if c.may_lose]
    schema = [f"`{ROW}` bigint", *(f"{c.cell} {_spark_type(c.kind)}" for c in columns)]
    schema += [f"{c.aside} string" for c in columns if c.may_lose]
    for column in columns:
        column.misfit = column.aside
    wanted = ", ".join(told)
    frame = engine.convert(engine.frame(table), f"SELECT {wanted} FROM ({sql})", ", ".join(schema))
    return engine.table(engine.persist(frame))


def _portable(table: Any, column: TypedColumn) -> list[Any]:
    """Return the expressions of a column that has a type, or is plain text."""
    import ibis

    cell, plan = table[column.cell], column.plan
    nothing = ibis.null("string")
    column.misfit = column.aside
    lost: Any = None
    if plan is not None:
        first = typing.first_text(cell, plan)
        typed = typing.typed_text(cell, first, plan)
        if column.may_lose:
            lost = typed.isnull().ifelse(typing.lost_text(cell, plan), nothing)
    elif cell.type().is_date():
        typed = cell
    else:
        typed = first = typing.first_native(cell)
        if first.type().is_floating():  # Ibis 12.0 finds no infinity on Spark
            odd = (first - first).isnan()
            typed = odd.ifelse(ibis.null("float64"), first)
            lost = (odd & ~first.isnan()).ifelse("inf", nothing)
        elif column.may_lose:
            lost = nothing
    column.kind = typed.type()
    return [typed.name(column.cell)] + ([] if lost is None else [lost.name(column.aside)])


def _spark_type(kind: Any) -> str:
    """Return Spark's name of the type of a typed cell."""
    if kind.is_floating():
        return "double"
    if kind.is_integer():
        return "bigint"
    if kind.is_boolean():
        return "boolean"
    return "timestamp_ntz" if kind.is_timestamp() else "string"
