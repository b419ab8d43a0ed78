"""Readers of files, one function per kind: a path goes in, a :class:`Raw` comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from smartcart.engines import text
from smartcart.engines.content import Content, content_of, name_says
from smartcart.engines.duckdb import DuckDB, literal, quote
from smartcart.engines.encoding import Survey, plain_text
from smartcart.engines.names import ROW
from smartcart.engines.raw import Raw, check_columns, stack
from smartcart.errors import DataError
from smartcart.records import Notice

__all__ = ["read_files"]

LONGEST_LINE = 16_000_000  # bytes; DuckDB's own limit is 2 MB
BUFFER = 32_000_000
VIRTUAL = ("file_row_number", "file_index", "filename")  # columns DuckDB adds to Parquet files
KIND_WORDS: dict[str, str] = {
    "text": "text", "gzip": "a gzip archive", "zstd": "a zstd archive", "parquet": "Parquet",
    "excel": "Excel", "duckdb": "a DuckDB database", "sqlite": "an SQLite database",
}  # fmt: skip


def read_files(engine: DuckDB, paths: Sequence[Path], part: str | None) -> Raw:
    """Read one or more files of the same format and the same columns, stacked in their order.

    ``part`` names a sheet. The format is found from the content; a name that says otherwise is
    a notice.
    """
    labels = [path.name for path in paths]
    kinds = [content_of(path, label) for path, label in zip(paths, labels, strict=True)]
    formats = ["text" if kind in ("gzip", "zstd") else kind for kind in kinds]
    for label, kind in zip(labels, formats, strict=True):
        if kind != formats[0]:
            raise DataError.of(
                f"{labels[0]!r} is {KIND_WORDS[formats[0]]} but {label!r} is {KIND_WORDS[kind]}",
                "files of one format",
                "pass them separately, or convert them",
            )
    if part is not None and formats[0] != "excel":
        raise DataError.of(
            f"{labels[0]!r} is {KIND_WORDS[formats[0]]} and has no part {part!r}",
            "'::' only after a workbook",
            f"leave out '::{part}'",
        )
    reader = READERS.get(formats[0])
    if reader is None:
        raise DataError.of(
            f"{labels[0]!r} is {KIND_WORDS[formats[0]]}",
            "CSV, TSV, Parquet or Excel",
            "export its table as one of these",
        )
    raw = reader(engine, [_plain_path(engine, path) for path in paths], labels, kinds, part)
    notices = [
        Notice(
            "name_and_content_differ",
            f"{label!r} is named like {KIND_WORDS[named]} but is {KIND_WORDS[kind]}: "
            "it was read as what it is",
        )
        for path, label, kind in zip(paths, labels, kinds, strict=True)
        if (named := name_says(path)) is not None and named != kind
    ]
    return replace(raw, notices=(*notices, *raw.notices))


def _plain_path(engine: DuckDB, path: Path) -> Path:
    """The path, or a link to it where the name would be taken for a pattern."""
    path = path.absolute()
    if not any(sign in str(path) for sign in "*?[]{}\\"):
        return path
    link = engine.temporary(".link")
    link.symlink_to(path)
    return link


# Text ------------------------------------------------------------------------------------------


def _read_texts(
    engine: DuckDB,
    paths: Sequence[Path],
    labels: Sequence[str],
    kinds: Sequence[Content],
    part: str | None,
) -> Raw:
    parts = [
        _read_text(engine, path, label, kind)
        for path, label, kind in zip(paths, labels, kinds, strict=True)
    ]
    return stack(parts, labels)


def _read_text(engine: DuckDB, path: Path, label: str, kind: Content) -> Raw:
    compression = kind if kind in {"gzip", "zstd"} else None
    plain, survey = plain_text(path, compression, engine.temporary(".txt"), label)
    dialect = text.sniff(plain, label)
    raw = Raw(
        format="csv",
        sql=_csv_query(plain, len(dialect.names), dialect.separator, dialect.escape, dialect.skip),
        names=dialect.names,
        encoding=survey.encoding,
        delimiter=dialect.separator,
        decimal_comma=dialect.decimal_comma,
        notices=tuple(_text_notices(label, survey, dialect)),
    )

    def repair() -> Raw:
        good, bad = engine.temporary(".csv"), engine.temporary(".csv")
        done = text.rewrite(plain, dialect, good, bad, label)
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


def _text_notices(label: str, survey: Survey, dialect: text.Dialect) -> list[Notice]:
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
        notices.append(
            Notice(
                "title_lines",
                f"{label!r} has {_lines(dialect.titles)} above the header: left out",
                dialect.titles,
            )
        )
    return notices


def _ragged_notices(label: str, done: text.Rewritten) -> list[Notice]:
    notices = []
    if done.short:
        notices.append(
            Notice(
                "ragged_lines",
                f"{label!r} has {_lines(done.short)} with too few cells (first: line "
                f"{done.first_short}): the last cells were taken as missing",
                done.short,
            )
        )
    if done.skipped:
        notices.append(
            Notice(
                "skipped_lines",
                f"{label!r} has {_lines(done.skipped)} with too many cells (first: line "
                f"{done.first_skipped}): left out, for no one can say which cells are right",
                done.skipped,
            )
        )
    if done.quotes:
        notices.append(
            Notice(
                "stray_quotes",
                f"{label!r} has {_lines(done.quotes)} with a stray quote (first: line "
                f"{done.first_quotes}): read line by line",
                done.quotes,
            )
        )
    if done.broken:
        notices.append(
            Notice(
                "broken_quotes",
                f"{label!r} has {_lines(done.broken)} with stray quotes (first: line "
                f"{done.first_broken}): left out, for no one can say where their cells end",
                done.broken,
            )
        )
    return notices


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


# Parquet ---------------------------------------------------------------------------------------


def _read_parquets(
    engine: DuckDB,
    paths: Sequence[Path],
    labels: Sequence[str],
    kinds: Sequence[Content],
    part: str | None,
) -> Raw:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names: tuple[str, ...] = ()
    starts, total = [], 0
    for path, label in zip(paths, labels, strict=True):
        try:
            with pq.ParquetFile(str(path)) as file:
                own = tuple(str(name) for name in file.schema_arrow.names)
                rows = file.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            raise DataError.of(
                f"{label!r} could not be read as Parquet", "a whole file", "copy or export it again"
            ) from error
        names = names or own
        check_columns(names, own, labels[0], label)
        starts.append(total)
        total += rows
    return replace(parquet_raw(engine, paths, starts), names=names)


def parquet_raw(engine: DuckDB, paths: Sequence[Path], starts: Sequence[int]) -> Raw:
    """Return rows of Parquet files, numbered on; ``starts`` are the rows before each file."""
    listed = ", ".join(literal(str(path)) for path in paths)
    several = ", union_by_name=true" if len(paths) > 1 else ""
    relation = f"read_parquet([{listed}]{several})"
    found = [str(row[0]) for row in engine.rows(f"DESCRIBE SELECT * FROM {relation}")]
    cells = ", ".join(f"{quote(name)} AS c{i}" for i, name in enumerate(found))
    if any(name.lower() in VIRTUAL for name in found):  # not the reader's own: number by hand
        return Raw("parquet", f"SELECT {cells} FROM {relation}", tuple(found))
    before = f"{list(starts)}[CAST(file_index AS BIGINT) + 1] + " if len(paths) > 1 else ""
    return Raw(
        format="parquet",
        sql=f"SELECT CAST({before}file_row_number + 1 AS BIGINT) AS {quote(ROW)}, {cells} "
        f"FROM {relation}",
        names=tuple(found),
        numbered=True,
    )


# Excel -----------------------------------------------------------------------------------------


def _read_workbooks(
    engine: DuckDB,
    paths: Sequence[Path],
    labels: Sequence[str],
    kinds: Sequence[Content],
    part: str | None,
) -> Raw:
    import pyarrow as pa

    from smartcart.engines.excel import read_sheet

    parts = []
    for path, label in zip(paths, labels, strict=True):
        sheet = read_sheet(path, part, label)
        arrays = [pa.array(column, pa.string()) for column in sheet.columns]
        raw = arrow_raw(engine, arrays, sheet.header, "excel")
        notices = list(sheet.notices)
        if sheet.titles:
            notices.append(
                Notice(
                    "title_lines",
                    f"{label!r} has {_lines(sheet.titles)} above the header: left out",
                    sheet.titles,
                )
            )
        parts.append(replace(raw, sheet=sheet.name, notices=tuple(notices)))
    return stack(parts, labels)


def arrow_raw(engine: DuckDB, arrays: Sequence[Any], names: Sequence[str], form: str) -> Raw:
    """Return Arrow arrays as rows; they are let go once the rows are typed."""
    import pyarrow as pa

    if not arrays:
        raise DataError.of(
            "the table has no columns", "a column per measure", "check how it was made"
        )

    table = pa.table(list(arrays), names=[f"c{i}" for i in range(len(arrays))])
    name = engine.temporary().name
    con = engine.backend.con
    con.register(name, table)
    return Raw(
        format=form,
        sql=f"SELECT * FROM {quote(name)}",
        names=tuple(names),
        release=(lambda: con.unregister(name),),
    )


Reader = Callable[
    [DuckDB, Sequence[Path], Sequence[str], Sequence[Content], str | None],
    Raw,
]
READERS: dict[str, Reader] = {
    "text": _read_texts,
    "parquet": _read_parquets,
    "excel": _read_workbooks,
}
"""One function per kind of file, by what :func:`content_of` returns."""
