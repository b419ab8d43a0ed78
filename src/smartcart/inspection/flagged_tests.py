"""Rows of a table of customers that a flag of their own calls tests: no customers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from smartcart.inspection.nobody_rows import RowAside
from smartcart.inspection.states import values_of
from smartcart.records import Column
from smartcart.tables.order_lines import text
from smartcart.tables.state_flags import flag_state, says_test
from smartcart.tables.summary import ROW_COLUMN, ColumnSummary

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = ["TEST_REASON", "without_test_accounts"]

TEST_REASON = "a test account, by a flag of its own: no customer"
FEW = 0.2  # of the rows at most: else the flag says something else
TWO = 3  # values that are read, of which a flag has two


def without_test_accounts(
    engine: Engine,
    table: ir.Table,
    columns: Sequence[Column],
    figures: Sequence[ColumnSummary],
    said: Collection[str],
) -> tuple[ir.Table, list[RowAside]]:
    """Return the table without rows whose flag (``is_test``, ``Testkonto``) says yes, and these.

    ``said`` are columns that the user spoke of: they are left alone.
    """
    flags = [f for f in figures if f.name not in said and f.distinct == 2 and says_test(f.name)]
    for flag in flags:
        value = table[flag.name]
        if flag.type == "boolean":
            marked = value
        else:
            state = flag_state(flag.name, values_of(engine, table, flag.name, TWO))
            if state is None or not state.other:
                continue
            marked = text(value).isin(state.other)
        marked = marked.fill_null(False)
        ids = next((c.name for c in columns if c.role == "id"), None)
        shown = {} if ids is None else {"shown": table[ids]}
        found = table.filter(marked).select(at=table[ROW_COLUMN], **shown)
        rows = engine.records(found.order_by("at").limit(int(FEW * flag.rows) + 1))
        if 0 < len(rows) <= FEW * flag.rows:
            aside = [
                RowAside(str(row.get("shown") or f"row {row['at']}"), TEST_REASON) for row in rows
            ]
            return table.filter(~marked), aside
    return table, []
