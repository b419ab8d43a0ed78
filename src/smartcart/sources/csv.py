"""Delimited text files as rows: CSV, TSV and their kin, plain or compressed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from smartcart.engines.duckdb import DuckDB, literal
from smartcart.records import Notice
from smartcart.sources import csv_dialect
from smartcart.sources.encoding import Survey, plain_text
from smartcart.sources.raw import Raw, RawFile

__all__ = ["read_text", "text_notices", "title_notice"]

LONGEST_LINE = 16_000_000  # bytes; DuckDB's own limit is 2 MB
BUFFER = 32_000_000


def read_text(engine: DuckDB, file: RawFile, part: str | None = None) -> Raw:
    """Read one text file, plain or compressed; its form is found and then taken at its word."""
    label = file.label
    compression = file.kind if file.kind in {"gzip", "zstd"} else None
    plain, survey = plain_text(file.path, compression, engine.temporary(".txt"), label)
    dialect = csv_dialect.sniff(plain, label)
    raw = Raw(
        format="csv",
        sql=_csv_query(plain, len(dialect.names), dialect.separator, dialect.escape, dialect.skip),
        names=dialect.names,
        encoding=survey.encoding,
        delimiter=dialect.separator,
        decimal_comma=dialect.decimal_comma,
        notices=tuple(text_notices(label, survey, dialect)),
    )

    def repair() -> Raw:
        good, bad = engine.temporary(".csv"), engine.temporary(".csv")
        done = csv_dialect.rewrite(plain, dialect, good, bad, label)
        return replace(
            raw,
            sql=_csv_query(good, len(dialect.names), ",", '"', 0),
            notices=(*raw.notices, *_ragged_notices(label, done)),
            rejected=_csv_query(bad, len(dialect.names), ",", '"', 0, line=True)
            if done.skipped or done.broken
            else None,
        )

    return replace(raw, repair=repair) if dialect.simple else repair()


def _csv_query(
    path: Path, width: int, separator: str, escape: str, skip: int, line: bool = False
) -> str:
    """Return a query whose every option is ours; DuckDB guesses nothing."""
    columns = ["'line': 'BIGINT'"] if line else []
    columns += [f"'c{i}': 'VARCHAR'" for i in range(width)]
    return (
        f"SELECT * FROM read_csv({literal(str(path))}, auto_detect=false, header=false, "
        f"skip={skip}, delim={literal(separator)}, quote='\"', escape={literal(escape)}, "
        f"max_line_size={LONGEST_LINE}, buffer_size={BUFFER}, columns={{{', '.join(columns)}}})"
    )


def text_notices(label: str, survey: Survey, dialect: csv_dialect.Dialect) -> list[Notice]:
    """Say what was found of encoding, header and title lines."""
    notices = []
    if survey.encoding == "windows-1252":
        notices.append(
            Notice(
                "encoding",
                f"{label!r} is not UTF-8: {survey.damaged} bytes were read as Windows-1252",
                survey.damaged,
            )
        )
    elif survey.damaged:
        notices.append(
            Notice(
                "encoding",
                f"{label!r} is UTF-8 but for {survey.damaged} bytes, read as Windows-1252",
                survey.damaged,
            )
        )
    if not dialect.header:
        notices.append(
            Notice(
                "no_header",
                f"{label!r} starts with values, not names: its columns were named column_1 to "
                f"column_{len(dialect.names)}",
            )
        )
    if dialect.titles:
        notices.append(title_notice(label, dialect.titles))
    return notices


def title_notice(label: str, titles: int) -> Notice:
    """Say that lines above the header were left out."""
    return Notice(
        "title_lines", f"{label!r} has {_lines(titles)} above the header: left out", titles
    )


def _ragged_notices(label: str, done: csv_dialect.Rewritten) -> list[Notice]:
    found = (
        (
            "ragged_lines",
            done.short,
            done.first_short,
            "too few cells",
            "the last cells were taken as missing",
        ),
        (
            "skipped_lines",
            done.skipped,
            done.first_skipped,
            "too many cells",
            "left out, for no one can say which cells are right",
        ),
        ("stray_quotes", done.quotes, done.first_quotes, "a stray quote", "read line by line"),
        (
            "broken_quotes",
            done.broken,
            done.first_broken,
            "stray quotes",
            "left out, for no one can say where their cells end",
        ),
    )
    return [
        Notice(
            code, f"{label!r} has {_lines(count)} with {what} (first: line {first}): {way}", count
        )
        for code, count, first, what, way in found
        if count
    ]


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"
