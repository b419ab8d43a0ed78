"""What a source must hold before a model can read it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis

from smartcart.errors import DataError
from smartcart.records import Column
from smartcart.sources import Opened
from smartcart.tables import summary

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["checked"]

_TYPES = {"number": "float64", "date": "date", "boolean": "boolean", "text": "string"}
SHOWN = 5  # missing columns that are named


def checked(opened: Opened, columns: Sequence[Column], who: str) -> ir.Table:
    """Return the source's table once every column is there and holds what it should."""
    table, label = opened.table, opened.reading.source
    missing = [c.name for c in columns if c.name not in table.columns]
    if missing:
        named = ", ".join(repr(name) for name in missing[:SHOWN])
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        close = _closest(missing[0], [n for n in table.columns if n != summary.ROW_COLUMN])
        raise DataError.of(
            f"{label!r} has no column {named}{more}, which {who} needs",
            "the columns that the model was made from",
            f"add what is missing or rename the column that holds it.{close}",
        )
    changed: dict[str, ir.Value] = {}
    for column in columns:
        value = table[column.name]
        found = summary.column_type(value.type())
        if column.role == "id" or found == column.type:
            continue
        if column.type == "text" and found is not None:
            changed[column.name] = value.cast("string")
        elif {column.type, found} == {"number", "boolean"}:
            changed[column.name] = value.cast("int64" if found == "boolean" else "float64")
        else:
            changed[column.name] = _nothing(opened, column, value, found)
    return table.mutate(**changed) if changed else table


def _nothing(opened: Opened, column: Column, value: ir.Value, found: str | None) -> ir.Value:
    """Return a column of missing values of the right type; refuse one that holds something."""
    some = opened.engine.records(opened.table.filter(value.notnull()).select(value=value).limit(1))
    if not some:
        return ibis.null(_TYPES[column.type])
    words = {"number": "numbers", "date": "dates", "boolean": "truth values", "text": "text"}
    raise DataError.of(
        f"column {column.name!r} of {opened.reading.source!r} holds "
        f"{words.get(found or '', 'something else')} (such as {str(some[0]['value'])[:40]!r})",
        f"{words[column.type]}, as in the model",
        "correct the cells, or name the column that holds them so",
    )


def _closest(name: str, known: Sequence[str]) -> str:
    """Return the sentence that offers the closest name, whatever its capitals."""
    folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""
