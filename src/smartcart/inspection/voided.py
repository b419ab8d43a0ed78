"""Orders of which a cancelled line takes back, with a negative amount, what the others count."""

from __future__ import annotations

from dataclasses import replace

from smartcart.inspection.desk import Desk
from smartcart.records import Notice, OrderLog
from smartcart.tables.order_lines import NOTHING, filled, numbered, text, told_lost

__all__ = ["counter_papers", "voided_orders"]


def voided_orders(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log in which a receipt is void that a negative copy under its number cancels.

    The copy is left out by its state; what it takes back would count as sold without a word. Where
    it takes back a part only, that is told.
    """
    if log.order is None or log.amount is None or log.amount in log.whole_orders:
        return log
    if (desk.figures[log.amount].low or 0) >= 0:
        return log
    table = filled(numbered(desk.sample, log), log)
    lost = told_lost(table, log)["cancelled"].fill_null(False)
    lines = table.select(o=table[log.order], m=table[log.amount].cast("float64"), lost=lost)
    lines = lines.filter(lines["o"].notnull())
    found = lines.group_by("o").aggregate(
        back=lines["m"].sum(where=lines["lost"] & (lines["m"] < 0)),
        kept=lines["m"].sum(where=~lines["lost"] & (lines["m"] > 0)),
    )
    found = found.filter((found["back"] < 0) & (found["kept"] > 0))
    whole = (found["back"] + found["kept"]).abs() <= NOTHING
    row = desk.opened.engine.record(
        found.aggregate(
            void=whole.sum(), part=(~whole).sum(), back=(-found["back"]).sum(where=~whole)
        )
    )
    void, part = int(row["void"] or 0), int(row["part"] or 0)
    if part:
        told = (
            f"{part:,} of the {log.order} in the lines looked at have cancelled lines that take "
            f"back {float(row['back']):,.2f} of what their other lines count: the cancelled lines "
            "are left out, and the others count as sold in full."
        )
        desk.notices.append(Notice("voided_orders", told, part))
    if not void:
        return log
    desk.checks.append(
        f"{void:,} of the {log.order} are cancelled by a line that takes all of their money back"
    )
    desk.rivals = [
        replace(r, log=replace(r.log, voided=True)) if r.log.order and r.log.amount else r
        for r in desk.rivals
    ]
    return replace(log, voided=True)


def counter_papers(desk: Desk, log: OrderLog) -> OrderLog:
    """Return the log in which papers that cancel others are returns: all their money is negative.

    What they take back was sold under another number, and counts. Where copies under the same
    number void their orders, nothing is left to take back.
    """
    lost = log.cancelled
    if not lost or log.status is None or log.voided or log.amount is None:
        return log
    if (desk.figures[log.amount].low or 0) >= 0:
        return log
    lines = desk.sample.select(v=text(desk.sample[log.status]), m=desk.sample[log.amount])
    lines = lines.filter(lines["v"].isin(lost))
    found = lines.group_by("v").aggregate(most=lines["m"].max(), n=lines["m"].count())
    rows = desk.opened.engine.records(found)
    papers = {str(r["v"]) for r in rows if r["n"] and float(r["most"]) < 0}
    if not papers:
        return log
    kept = tuple(v for v in lost if v not in papers)
    back = tuple(v for v in lost if v in papers)
    desk.checks.append(f"{log.status} {', '.join(back)} takes back what was sold before: returns")
    return replace(log, cancelled=kept, returned=(*log.returned, *back))
