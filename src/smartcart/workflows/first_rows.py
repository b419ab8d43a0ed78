"""The first rows of a source, as they are read: to be looked at before anything is made of them."""

from __future__ import annotations

import math

from smartcart.sources import open_source
from smartcart.tables.summary import ROW_COLUMN

__all__ = ["LONGEST", "first_rows"]

LONGEST = 60  # characters of a cell


def first_rows(source: object, count: int = 10) -> tuple[list[str], list[list[str | None]]]:
    """Return the names of the columns and the first rows as text; None where a cell is empty.

    Cells are those of the typed table: a day that was read as a day is written as 2024-05-31. Those
    of more than ``LONGEST`` characters end in an ellipsis.

    Raises
    ------
    DataError
        Where the source cannot be read.
    """
    with open_source(source) as opened:
        table = opened.table
        names = [name for name in table.columns if name != ROW_COLUMN]
        if ROW_COLUMN in table.columns:
            table = table.order_by(ROW_COLUMN)
        found = opened.engine.arrow(table.select(names).limit(count))
        return names, [[_cell(row[name]) for name in names] for row in found.to_pylist()]


def _cell(value: object) -> str | None:
    """Return a cell as text.

    >>> _cell(None), _cell(3.0), _cell(3.25), _cell(True)
    (None, '3', '3.25', 'true')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = str(value).removesuffix(" 00:00:00")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
