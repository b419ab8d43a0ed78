"""Orders of which a cancelled line takes back, with a negative amount, what the others count."""

from __future__ import annotations

from smartcart.inspection.desk import Desk
from smartcart.records import Notice, OrderLog
from smartcart.tables.order_lines import filled, numbered, told_lost
from smartcart.tables.order_structure import ROUNDED

__all__ = ["voided_orders"]


def voided_orders(desk: Desk, log: OrderLog) -> list[Notice]:
    """Tell of receipts that were voided by a copy with a negative amount under the same number.

    The copy is left out by its state; what it takes back would count as sold without a word.
    """
    if log.order is None or log.amount is None or log.amount in log.whole_orders:
        return []
    if (desk.figures[log.amount].low or 0) >= 0:
        return []
    table = filled(numbered(desk.sample, log), log)
    lost = told_lost(table, log)["cancelled"].fill_null(False)
    lines = table.select(o=table[log.order], m=table[log.amount].cast("float64"), lost=lost)
    lines = lines.filter(lines["o"].notnull())
    found = lines.group_by("o").aggregate(
        back=lines["m"].sum(where=lines["lost"] & (lines["m"] < 0)),
        kept=lines["m"].sum(where=~lines["lost"] & (lines["m"] > 0)),
    )
    found = found.filter((found["back"] < 0) & (found["kept"] > 0))
    whole = (found["back"] + found["kept"]).abs() <= ROUNDED
    row = desk.opened.engine.record(
        found.aggregate(orders=found.count(), whole=whole.sum(), back=(-found["back"]).sum())
    )
    orders, void = int(row["orders"] or 0), int(row["whole"] or 0)
    if not orders:
        return []
    return [
        Notice(
            "voided_orders",
            f"{orders:,} of the {log.order} in the lines looked at have cancelled lines that take "
            f"back {float(row['back']):,.2f} of what their other lines count ({void:,} all of it): "
            "the cancelled lines are left out, and the others count as sold. Leave orders that "
            "were voided out of the file.",
            orders,
        )
    ]
