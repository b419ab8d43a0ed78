"""Delimited text on Spark: its form is found from the head of each file, here."""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartcart.engines.spark import Spark
from smartcart.errors import DataError
from smartcart.records import Notice
from smartcart.sources.column_names import ROW
from smartcart.sources.csv import text_notices
from smartcart.sources.csv_dialect import Dialect, sniff
from smartcart.sources.encoding import Survey, plain_text

__all__ = ["SparkRaw", "address", "read_text"]

HEAD_BYTES = 4_000_000
IN_PART = 33  # bits of Spark's running number that count within a part
WAY_OUT = "write the table as Parquet, or leave out --engine spark: it is then put right"
_BAD = "__bad__"


@dataclass(frozen=True, slots=True)
class SparkRaw:
    """Rows before their types are decided: a frame of ``__row__, c0, c1, ...``."""

    frame: Any
    names: tuple[str, ...]
    format: str
    label: str
    notices: tuple[Notice, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    decimal_comma: bool = False


def address(path: Path | str) -> str:
    """Return the path of a file for Spark, of which no sign is taken for a pattern.

    >>> address("/data/shop.csv")
    'file:///data/shop.csv'
    """
    return "file://" + re.sub(r"([*?\[\]{}\\])", r"\\\1", str(path))


def read_text(engine: Spark, paths: Sequence[Path], label: str) -> SparkRaw:
    """Read text files of one form, every cell as text.

    Raises
    ------
    DataError
        The files differ in form, or hold lines that only a rewrite could put right.
    """
    forms = [_form(path, engine.directory / f"head{i}.txt") for i, path in enumerate(paths)]
    survey, dialect = forms[0]
    for path, (own, other) in zip(paths, forms, strict=True):
        if (own.encoding, other.names, other.separator, other.skip, other.escape) != (
            survey.encoding,
            dialect.names,
            dialect.separator,
            dialect.skip,
            dialect.escape,
        ):
            raise DataError.of(
                f"{path.name!r} has not the columns, separator and encoding of {paths[0].name!r}",
                "files of one form for --engine spark",
                WAY_OUT,
            )
    for multi in (False, True):  # files with line breaks in cells cannot be split among workers
        frame = _frame(engine, paths, survey, dialect, multi)
        bad, starts = _counted(engine, frame)
        if not bad:
            break
    else:
        raise DataError.of(
            f"{label!r} has {bad:,} lines that cannot be cut into the cells of the header",
            "the same number of cells in every line for --engine spark",
            WAY_OUT,
        )
    return SparkRaw(
        frame=_numbered(frame, starts, len(dialect.names)),
        names=dialect.names,
        format="csv",
        label=label,
        notices=tuple(text_notices(paths[0].name, survey, dialect)),
        encoding=survey.encoding,
        delimiter=dialect.separator,
        decimal_comma=any(other.decimal_comma for _, other in forms),
    )


def _form(path: Path, copy: Path) -> tuple[Survey, Dialect]:
    """Return encoding and dialect of a file, judged from its head."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise DataError.of(
            f"{path.name!r} could not be read", "a whole file", "copy or export it again"
        ) from error
    if len(head) == HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1] or head
    copy.write_bytes(head)
    plain, survey = plain_text(copy, None, copy.with_suffix(".utf8"), path.name)
    dialect = sniff(plain, path.name)
    fits = dialect.simple and dialect.skip == int(dialect.header) and survey.encoding in _ENCODINGS
    if not fits:
        raise DataError.of(
            f"{path.name!r} is no plain CSV file (title lines, uneven lines, blanks for a "
            f"separator, or {survey.encoding})",
            "a header line, and lines of as many cells, in UTF-8 or Windows-1252",
            WAY_OUT,
        )
    return survey, dialect


_ENCODINGS = {"utf-8": "UTF-8", "windows-1252": "windows-1252"}


def _frame(
    engine: Spark, paths: Sequence[Path], survey: Survey, dialect: Dialect, multi: bool
) -> Any:
    """Return a frame of text cells, of the lines that do not fit, and of running numbers."""
    from pyspark.sql import functions as sf

    cells = [f"c{i} string" for i in range(len(dialect.names))]
    with engine.sentences():
        frame = engine.session.read.option("columnPruning", False).csv(
            [address(path) for path in paths],
            schema=", ".join([*cells, f"{_BAD} string"]),
            sep=dialect.separator,
            quote='"',
            escape=dialect.escape,
            header=dialect.header,
            encoding=_ENCODINGS[survey.encoding],
            mode="PERMISSIVE",
            columnNameOfCorruptRecord=_BAD,
            multiLine=multi,
            maxCharsPerColumn=-1,
            maxColumns=max(len(dialect.names) + 1, 20_480),
        )
    return frame.withColumns(
        {"__part__": sf.spark_partition_id(), "__number__": sf.monotonically_increasing_id()}
    )


def _counted(engine: Spark, frame: Any) -> tuple[int, dict[int, int]]:
    """Return how many lines do not fit, and how many rows stand before each part."""
    from pyspark.sql import functions as sf

    with engine.sentences():
        counts = [sf.count("*"), sf.count(_BAD), sf.count("c0")]  # a cell must be asked for
        rows = frame.groupBy("__part__").agg(*counts).collect()
    starts, total, bad = {}, 0, 0
    for part, count, wrong, _ in sorted(tuple(row) for row in rows):
        starts[part] = total
        total += count
        bad += wrong
    return bad, starts


def _numbered(frame: Any, starts: dict[int, int], width: int) -> Any:
    from pyspark.sql import functions as sf

    before = sf.lit(0)
    if len(starts) > 1:
        known = [sf.lit(number) for pair in starts.items() for number in pair]
        before = sf.element_at(sf.create_map(*known), sf.col("__part__"))
    within = sf.col("__number__").bitwiseAND(2**IN_PART - 1)
    row = (before + within + 1).cast("long").alias(ROW)
    return frame.select(row, *(f"c{i}" for i in range(width)))
