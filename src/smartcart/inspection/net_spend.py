"""Two amounts that make up the spend: what stayed and what went back, or two parts of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from smartcart.records import Column

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = ["without_net_spend"]

TRIED = 8  # columns of unknown meaning, of which two are tried at a time
SOME_ROWS = 200_000  # of a large table
CLOSE = 0.01  # units, or so much of the spend
MOST_ROWS = 0.98
SEEN = 0.02  # of the rows hold something in both: else one of them is the spend itself


def without_net_spend(
    engine: Engine, table: ir.Table, columns: Sequence[Column], said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; two of unknown meaning that add up to the spend only describe.

    The spend tells of them already: net and returned, say.
    """
    columns = tuple(columns)
    forms = [c for c in columns if c.type == "number" and c.role == "forms"]
    spend = next((c.name for c in forms if c.meaning == "spend_total"), None)
    names = [c.name for c in forms if c.meaning == "measure" and c.name not in said][:TRIED]
    if spend is None or len(names) < 2:
        return columns
    some = table.filter(table[spend].notnull()).limit(SOME_ROWS)
    whole = some[spend].cast("float64")
    cells = {name: some[name].cast("float64").fill_null(0.0) for name in names}
    pairs = list(combinations(names, 2))
    told: dict[str, ir.Value] = {"rows": some.count()}
    for i, (one, other) in enumerate(pairs):
        gap = (cells[one] + cells[other] - whole).abs()
        told[f"sum{i}"] = (gap <= whole.abs() * CLOSE + CLOSE).sum()
        told[f"both{i}"] = ((cells[one] > CLOSE) & (cells[other] > CLOSE)).sum()
    row = engine.record(some.aggregate(**told))
    rows = int(row["rows"] or 0)
    found = {
        name
        for i, pair in enumerate(pairs)
        if int(row[f"sum{i}"] or 0) >= MOST_ROWS * rows > 0
        and int(row[f"both{i}"] or 0) >= SEEN * rows
        for name in pair
    }
    reason = f"from its values: with another column it makes up {spend}, which forms"
    return tuple(
        replace(c, role="describes", reason=reason) if c.name in found else c for c in columns
    )
