"""Lines below the header that are no rows: the header again, or a line that describes columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from smartcart.engines.duckdb import DuckDB, literal
from smartcart.records import Notice
from smartcart.sources.raw import Raw
from smartcart.sources.typed_column import TypedColumn

__all__ = ["without_header_lines"]

FEWEST = 2  # columns of text by which a header is known again
DESCRIBED = 3  # columns of numbers and days of which a line tells, in different words
LETTERS = re.compile(r"[^\W\d_]{2}")
DIGIT = re.compile(r"\d")


def without_header_lines(
    engine: DuckDB, raw: Raw, columns: Sequence[TypedColumn], label: str
) -> Raw | None:
    """Return the source without lines that repeat or describe the header; None if it has none.

    ``columns`` were typed, so that their first cells and all that did not fit are known. Exports
    that were put together repeat their header; some shops describe each column below it.
    """
    if raw.numbered:
        return None
    texts = [c for c in columns if c.dtype.is_string()]
    names = {c.index: raw.names[c.index].strip() for c in texts if raw.names[c.index].strip()}
    notices = []
    sql = raw.sql
    if len(names) >= FEWEST and any(_held(c, names.get(c.index)) for c in texts):
        again = " AND ".join(f"trim(coalesce(c{i}, '')) = {literal(n)}" for i, n in names.items())
        count = int(engine.rows(f"SELECT count(*) FROM ({sql}) WHERE {again}")[0][0])
        if count:
            sql = f"SELECT * FROM ({sql}) WHERE NOT ({again})"
            where = "1 line that repeats" if count == 1 else f"{count:,} lines that repeat"
            message = f"{label!r} has {where} its header: left out; were exports put together?"
            notices.append(Notice("repeated_header", message, count))
    first = _description(engine, sql, texts)
    if first is not None:
        same = " AND ".join(f"c{i} IS NOT DISTINCT FROM {literal(v)}" for i, v in first.items())
        sql = f"SELECT * FROM ({sql}) WHERE NOT ({same})"
        message = f"{label!r} has a line below its header that describes the columns: left out"
        notices.append(Notice("description_line", message, 1))
    if not notices:
        return None
    return replace(raw, sql=sql, notices=(*raw.notices, *notices), repair=None)


def _held(column: TypedColumn, name: str | None) -> bool:
    """Return whether the name of a column stands in its cells, as far as these were looked at."""
    return name is not None and column.counts.get(name, 0) > 0


def _description(engine: DuckDB, sql: str, texts: Sequence[TypedColumn]) -> dict[int, str] | None:
    """Return the cells of the first row where they are words over numbers and days."""
    if len(texts) < DESCRIBED:
        return None
    picked = ", ".join(c.cell for c in texts)
    rows = engine.rows(f"SELECT {picked} FROM ({sql}) LIMIT 3")
    if len(rows) < 3:
        return None
    first, *others = ([str(v or "").strip() for v in row] for row in rows)
    if any(DIGIT.search(value) for value in first):
        return None
    words = {
        value
        for i, value in enumerate(first)
        if LETTERS.search(value) and all(DIGIT.search(o[i]) or not o[i] for o in others)
        if any(o[i] for o in others)
        if texts[i].lost or texts[i].refused
    }
    if len(words) < DESCRIBED:
        return None
    return {c.index: str(v) for c, v in zip(texts, rows[0], strict=True) if v is not None}
