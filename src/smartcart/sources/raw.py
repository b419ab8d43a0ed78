"""A source before its types are decided: rows of text or of loosely typed cells, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smartcart.engines.duckdb import DuckDB, literal, quote
from smartcart.errors import DataError
from smartcart.records import Notice
from smartcart.sources.column_names import ROW, clean_names
from smartcart.sources.file_format import Content

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Raw", "RawFile", "arrow_raw", "numbered", "stack", "stream_raw"]


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file of a source: where it is, its name for sentences, what its content says it is."""

    path: Path
    label: str
    kind: Content


@dataclass(frozen=True, slots=True)
class Raw:
    """What a reader hands over.

    ``sql`` selects columns ``c0, c1, ...`` in source order; with ``numbered`` also ``__row__``, and
    is then cheap enough to be read again for every pass (Parquet, from ``files``). ``repair`` reads
    the same source by the slow way that cannot fail on its form. ``rejected`` selects
    ``line, c0, ...`` as text of the lines that could not be cut into cells.
    """

    format: str
    sql: str
    names: tuple[str, ...]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    notices: tuple[Notice, ...] = ()
    numbered: bool = False
    decimal_comma: bool = False  # seen in some of its columns
    files: tuple[Path, ...] = ()  # that are read in place, in every pass
    repair: Callable[[], Raw] | None = None
    rejected: str | None = None
    release: tuple[Callable[[], None], ...] = field(default=())


def arrow_raw(engine: DuckDB, arrays: Sequence[Any], names: Sequence[str], form: str) -> Raw:
    """Return Arrow arrays as rows; they are let go once the rows are typed."""
    import pyarrow as pa

    _refuse_no_columns(names)
    table = pa.table(list(arrays), names=_cells(names))
    name = engine.temporary().name
    con = engine.backend.con
    con.register(name, table)
    return Raw(
        format=form,
        sql=f"SELECT * FROM {quote(name)}",
        names=tuple(names),
        release=(lambda: con.unregister(name),),
    )


def stream_raw(
    engine: DuckDB, batches: Iterable[pa.RecordBatch], schema: pa.Schema, form: str
) -> Raw:
    """Keep a stream of record batches in a temporary file and return its rows, numbered."""
    import pyarrow as pa

    _refuse_no_columns(schema.names)
    cells = _cells(schema.names)  # names of their own could differ in upper and lower case only
    renamed = pa.schema([field.with_name(cell) for field, cell in zip(schema, cells, strict=True)])
    path = engine.spool_batches((batch.rename_columns(cells) for batch in batches), renamed)
    return Raw(
        format=form,
        sql=f"SELECT * FROM {numbered(path)}",
        names=tuple(schema.names),
        numbered=True,
    )


def numbered(path: Path) -> str:
    """Return a relation (SQL) of the rows of one of our own Parquet files and their numbers."""
    number = f"CAST(file_row_number + 1 AS BIGINT) AS {quote(ROW)}"
    return f"(SELECT {number}, * FROM read_parquet({literal(str(path))}))"


def _cells(names: Sequence[str]) -> list[str]:
    return [f"c{i}" for i in range(len(names))]


def _refuse_no_columns(names: Sequence[str]) -> None:
    if not names:
        raise DataError.of(
            "the table has no columns", "a column per measure", "check how it was made"
        )


def stack(parts: Sequence[Raw], labels: Sequence[str]) -> Raw:
    """Put several files of the same columns on top of each other, in their order.

    Raises:
        DataError: the columns of a file differ from those of the first.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    names = clean_names(first.names)[0]
    queries, rejected = [], []
    for part, label in zip(parts, labels, strict=True):
        own = clean_names(part.names)[0]
        check_columns(names, own, labels[0], label)
        picked = ", ".join(f"c{own.index(name)} AS c{i}" for i, name in enumerate(names))
        queries.append(f"SELECT {picked} FROM ({part.sql})")
        if part.rejected:
            rejected.append(f"SELECT line, {picked} FROM ({part.rejected})")

    def repair() -> Raw:
        return stack([part.repair() if part.repair else part for part in parts], labels)

    return replace(
        first,
        sql=" UNION ALL ".join(queries),
        decimal_comma=any(part.decimal_comma for part in parts),
        notices=tuple(notice for part in parts for notice in part.notices),
        numbered=False,
        repair=repair if any(part.repair for part in parts) else None,
        rejected=" UNION ALL ".join(rejected) or None,
        release=tuple(release for part in parts for release in part.release),
    )


def check_columns(names: Sequence[str], own: Sequence[str], first_label: str, label: str) -> None:
    """Raise a DataError if two files do not have the same columns (in any order)."""
    extra = [name for name in own if name not in set(names)]
    lacking = [name for name in names if name not in set(own)]
    if extra or lacking:
        differs = [f"lacks {lacking[0]!r}"] if lacking else []
        differs += [f"has {extra[0]!r}"] if extra else []
        raise DataError.of(
            f"{label!r} {' and '.join(differs)}, unlike {first_label!r}",
            "the same columns in all files",
            "pass only files of one table",
        )
