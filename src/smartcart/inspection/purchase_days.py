"""The day of the last purchase under an unknown name: blank for those who never bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from smartcart.engines.arrow_numbers import numbers_of
from smartcart.records import Column
from smartcart.tables.labels import label_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = ["with_last_purchase"]

FIRST_ROWS = 20_000  # on which days are compared
NONE = 12  # customers who never bought, at least
ALIKE = 0.98  # of the rows: a day is there where something was bought, and only there
LATER = 0.15  # correlation of the ranks of the day and of the purchases: a first one has none
CHANCE = 3.0  # standard errors of that correlation, where nothing but chance makes it
MOST = 0.95  # of the rows: the last day is not before another one


def with_last_purchase(
    engine: Engine, table: ir.Table, columns: Sequence[Column], said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; a day blank for those who never bought is that of their last purchase.

    Only where no name tells that day. Of two such days the last is the later one; a single one
    must be later for those who bought more often, as that of a first purchase is not.
    """
    columns = tuple(columns)
    known = {c.meaning: c.name for c in columns if c.role in {"forms", "describes"}}
    bought = known.get("frequency") or known.get("spend_total")
    days = [
        c.name for c in columns if c.type == "date" and c.meaning == "date" and c.name not in said
    ]
    if bought is None or not days or {"last_date", "recency"} & known.keys():
        return columns
    some = table.select(
        __bought__=table[bought].cast("float64"),
        **{f"d{i}": table[name].cast("date") for i, name in enumerate(days)},
    )
    found = engine.arrow(some.limit(FIRST_ROWS))
    count = np.nan_to_num(numbers_of(found["__bought__"]).astype(np.float64))
    some_bought = count > 0
    if (~some_bought).sum() < NONE or some_bought.sum() < NONE:
        return columns
    cells = {
        name: found[f"d{i}"].cast("timestamp[s]").to_numpy().astype("datetime64[D]")
        for i, name in enumerate(days)
    }
    cells = {
        name: day for name, day in cells.items() if np.mean(~np.isnat(day) == some_bought) >= ALIKE
    }
    last = _latest(cells)
    if last is None:
        return columns
    told = ~np.isnat(cells[last]) & some_bought
    places = [np.unique(a[told], return_inverse=True)[1] for a in (cells[last], count)]
    later = float(np.corrcoef(places[0], places[1])[0, 1])
    if len(cells) == 1 and not later >= max(LATER, CHANCE / np.sqrt(told.sum())):
        return columns
    why = f"from its values: blank where {bought} is 0, and nowhere else: the last purchase"
    return tuple(
        replace(c, role="forms", meaning="last_date", reason=why, label=label_of(last, "last_date"))
        if c.name == last
        else c
        for c in columns
    )


def _latest(cells: Mapping[str, np.ndarray]) -> str | None:
    """Return the name of the day that is before no other one on nearly all rows."""
    for name, day in cells.items():
        told = ~np.isnat(day)
        if all(np.mean(day[told] >= other[told]) >= MOST for other in cells.values()):
            return name
    return None
