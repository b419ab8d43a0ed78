"""Readers of files, one function per kind: files go in, a :class:`Raw` comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from smartcart.engines.duckdb import DuckDB
from smartcart.errors import DataError
from smartcart.records import Notice
from smartcart.sources.csv import read_text, title_notice
from smartcart.sources.duckdb_file import read_duckdb_file
from smartcart.sources.file_format import Content, content_of, name_says
from smartcart.sources.parquet import read_parquets
from smartcart.sources.raw import Raw, RawFile, arrow_raw, stack
from smartcart.sources.sqlite import read_sqlite

__all__ = ["read_files"]

KIND_WORDS: dict[Content, str] = {
    "text": "text",
    "gzip": "a gzip archive",
    "zstd": "a zstd archive",
    "parquet": "Parquet",
    "excel": "Excel",
    "duckdb": "a DuckDB database",
    "sqlite": "an SQLite database",
}
HAVE_PARTS = ("excel", "duckdb", "sqlite")


def read_files(engine: DuckDB, paths: Sequence[Path], part: str | None) -> Raw:
    """Read one or more files of the same format and the same columns, stacked in their order.

    ``part`` names a sheet of a workbook or a table of a database. The format is found from the
    content; a name that says otherwise is a notice.
    """
    files = [_file(engine, path) for path in paths]
    first, form = files[0], _format(files[0].kind)
    for file in files:
        if _format(file.kind) != form:
            raise DataError.of(
                f"{first.label!r} is {KIND_WORDS[form]} but {file.label!r} is "
                f"{KIND_WORDS[_format(file.kind)]}",
                "files of one format",
                "pass them separately, or convert them",
            )
    if part is not None and form not in HAVE_PARTS:
        raise DataError.of(
            f"{first.label!r} is {KIND_WORDS[form]} and has no part {part!r}",
            "'::' only after a workbook or a database",
            f"leave out '::{part}'",
        )
    if form == "parquet":
        raw = read_parquets(engine, files)
    else:
        read = READERS[form]
        raw = stack([read(engine, file, part) for file in files], [file.label for file in files])
    notices = [
        Notice(
            "name_and_content_differ",
            f"{file.label!r} is named like {KIND_WORDS[named]} but is {KIND_WORDS[file.kind]}: "
            "it was read as what it is",
        )
        for path, file in zip(paths, files, strict=True)
        if (named := name_says(path)) is not None and named != file.kind
    ]
    return replace(raw, notices=(*notices, *raw.notices))


def _format(kind: Content) -> Content:
    return "text" if kind in {"gzip", "zstd"} else kind


def _file(engine: DuckDB, path: Path) -> RawFile:
    kind = content_of(path, path.name)
    own = kind in {"duckdb", "sqlite"}  # with a log beside it, which a link would leave behind
    return RawFile(path.absolute() if own else _plain_path(engine, path), path.name, kind)


def _plain_path(engine: DuckDB, path: Path) -> Path:
    """The path, or a link to it where the name would be taken for a pattern."""
    path = path.absolute()
    if not any(sign in str(path) for sign in "*?[]{}\\"):
        return path
    link = engine.temporary(".link")
    link.symlink_to(path)
    return link


def _read_workbook(engine: DuckDB, file: RawFile, part: str | None) -> Raw:
    import pyarrow as pa

    from smartcart.sources.excel import read_sheet

    sheet = read_sheet(file.path, part, file.label)
    arrays = [pa.array(column, pa.string()) for column in sheet.columns]
    raw = arrow_raw(engine, arrays, sheet.header, "excel")
    titles = [title_notice(file.label, sheet.titles)] if sheet.titles else []
    return replace(raw, sheet=sheet.name, notices=(*sheet.notices, *titles))


READERS: dict[Content, Callable[[DuckDB, RawFile, str | None], Raw]] = {
    "text": read_text,
    "excel": _read_workbook,
    "duckdb": read_duckdb_file,
    "sqlite": read_sqlite,
}
"""One function per kind of file that is read on its own (Parquet files are read together)."""
