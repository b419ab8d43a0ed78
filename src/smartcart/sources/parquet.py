"""Parquet files as rows, numbered on from file to file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from smartcart.engines.duckdb import DuckDB, literal, quote
from smartcart.errors import DataError
from smartcart.sources.column_names import ROW
from smartcart.sources.raw import Raw, RawFile, check_columns

__all__ = ["check_parquets", "read_parquets"]

VIRTUAL = ("file_row_number", "file_index", "filename")  # columns DuckDB adds to Parquet files


def read_parquets(engine: DuckDB, files: Sequence[RawFile], part: str | None = None) -> Raw:
    """Read Parquet files of the same columns, in their order; no row is touched yet."""
    names, starts = check_parquets(files)
    return replace(_numbered(engine, [file.path for file in files], starts), names=names)


def check_parquets(files: Sequence[RawFile]) -> tuple[tuple[str, ...], list[int]]:
    """Return the columns of Parquet files, and how many rows stand before each.

    Raises:
        DataError: a file is damaged, or has other columns than the first.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    names: tuple[str, ...] = ()
    starts, total = [], 0
    for file in files:
        try:
            with pq.ParquetFile(str(file.path)) as opened:
                own = tuple(str(name) for name in opened.schema_arrow.names)
                rows = opened.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            raise DataError.of(
                f"{file.label!r} could not be read as Parquet",
                "a whole file",
                "copy or export it again",
            ) from error
        names = names or own
        check_columns(names, own, files[0].label, file.label)
        starts.append(total)
        total += rows
    return names, starts


def _numbered(engine: DuckDB, paths: Sequence[Path], starts: Sequence[int]) -> Raw:
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
        files=tuple(paths),
    )
