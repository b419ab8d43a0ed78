"""A table whose cells are read as the text they are: identifiers, which no type may change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from smartcart.engines.customer_key import BLANK
from smartcart.engines.duckdb import DuckDB, as_data_error
from smartcart.sources.column_names import clean_names
from smartcart.sources.files import read_files
from smartcart.sources.paths import find_files
from smartcart.sources.raw import Raw

__all__ = ["lines_of", "text_rows"]

ROWS = 65_536


def text_rows(
    engine: DuckDB, source: str | Path
) -> tuple[tuple[str, ...], Iterator[list[list[str | None]]]]:
    """Return the names of a file's columns, and its rows as batches of columns of text.

    Lines of another length than the header's come last, with the cells that fit. Whole numbers that
    a file keeps as decimals lose their ``.0``. Raises ``UsageError`` where there
    is no such file, and ``DataError`` where it is no table.
    """
    found = find_files(source)
    try:
        raw = read_files(engine, found.paths, found.part)
        names = clean_names(raw.names)[0]
        path = _kept(engine, raw, len(names))
    except duckdb.Error as error:
        raise as_data_error(error, found.label) from error
    for release in raw.release:
        release()

    def batches() -> Iterator[list[list[str | None]]]:
        for batch in engine.batches(engine.kept([path]), ROWS):
            yield [column.to_pylist() for column in batch.columns]

    return names, batches()


def _kept(engine: DuckDB, raw: Raw, width: int) -> Path:
    """Keep all cells as text; where the form of the file fails, read it by the slow way."""

    def query(form: Raw) -> str:
        kinds = engine.types(form.sql)
        cells = []
        for i in range(width):
            text = f"CAST(c{i} AS VARCHAR)"
            if kinds[f"c{i}"].is_floating() or kinds[f"c{i}"].is_decimal():
                text = f"regexp_replace({text}, '\\.0+$', '')"
            cells.append(f"{text} AS c{i}")
        sql = f"SELECT {', '.join(cells)} FROM ({form.sql})"
        if form.rejected:  # lines of another length: their first cells are still somebody's
            sql += f" UNION ALL SELECT {', '.join(f'c{i}' for i in range(width))} "
            sql += f"FROM ({form.rejected})"
        return sql

    try:
        return engine.spool(query(raw))
    except duckdb.Error:
        if raw.repair is None:
            raise
        return engine.spool(query(raw.repair()))


def lines_of(path: Path) -> Iterator[list[str]] | None:
    """Return the lines of a plain text file of one column, in batches; ``None`` for anything else.

    A file of one column has no separator that :func:`text_rows` could find.
    """
    with path.open("rb") as file:
        head = file.read(1 << 16)
    text = head.decode("utf-8-sig", "ignore")
    cells = "\n".join(line.strip(BLANK) for line in text.splitlines())
    if b"\x00" in head or head[:2] == b"\x1f\x8b" or head[:4] in {b"PAR1", b"PK\x03\x04"}:
        return None
    if head[:4] == b"\x28\xb5\x2f\xfd" or any(sign in cells for sign in ",;\t|"):
        return None

    def batches() -> Iterator[list[str]]:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            part: list[str] = []
            for line in file:
                part.append(line)
                if len(part) == ROWS:
                    yield part
                    part = []
            yield part

    return batches()
