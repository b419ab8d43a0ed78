"""Lines that equal an earlier one: counted and told, or counted once where exports overlap."""

from __future__ import annotations

from smartcart.records import Notice, OrderLog
from smartcart.sources import Opened
from smartcart.tables.order_lines import distinct_lines, told_apart
from smartcart.tables.summary import content_hash

__all__ = ["COPIED", "copied_lines", "copies_notice", "overlap_notice", "put_together"]

COPIED = 0.05  # of the lines: so many copies are hardly things bought twice
EXACT_ROWS = 5_000_000  # up to so many copies are counted, beyond that estimated


def put_together(opened: Opened, log: OrderLog) -> bool:
    """Return whether a log of numbered orders was put together: its header stands there again."""
    again = any(notice.code == "repeated_header" for notice in opened.reading.notices)
    return again and log.order is not None


def overlap_notice(copies: int) -> Notice:
    """Tell of lines that stand in two of the exports, and count once."""
    lines = "1 line that equals" if copies == 1 else f"{copies:,} lines that equal"
    return Notice(
        "overlapping exports",
        f"The file was put together of exports that overlap: {lines} an earlier one in every "
        "column count once.",
        copies,
    )


def copied_lines(opened: Opened, log: OrderLog) -> tuple[int, bool]:
    """Return how many lines equal an earlier one in every column, and whether that is exact."""
    table = opened.table
    rows = opened.reading.rows
    if log.drop_duplicates:
        kept = distinct_lines(table, log).count()
        return rows - int(opened.engine.arrow(kept.as_table()).column(0)[0].as_py()), True
    if not opened.engine.can.hash:
        return 0, True
    table, written = told_apart(table, log)
    hashed = content_hash(table, [*(c.name for c in log.columns), *written])
    exact = rows <= EXACT_ROWS
    distinct = hashed.nunique() if exact else hashed.approx_nunique()
    found = opened.engine.arrow(table.aggregate(n=distinct)).column(0)[0].as_py()
    return max(rows - int(found), 0), exact


def copies_notice(log: OrderLog, copies: int, lines: int) -> Notice:
    """Tell of lines that stand there twice, and of what counts twice for that."""
    again = "count again"
    if log.amount is not None and log.amount in log.whole_orders:
        again = f"count again but for orders and money: {log.order} and {log.amount} count once"
    return Notice(
        "copied lines",
        f"{copies:,} of {lines:,} lines equal an earlier one in every column, and {again}. Were "
        "exports put together that overlap? --drop-duplicates counts all of them once.",
        copies,
    )
