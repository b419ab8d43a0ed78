"""The receipt of a reading: what was read, in figures that a shop knows from its dashboard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from smartcart.inspection.desk import Rival, Settled
from smartcart.layouts import Layout
from smartcart.records import (
    Certainty,
    Column,
    Contract,
    Inspection,
    Ledger,
    LeftOut,
    OrderLog,
    OtherReading,
    ReadingReceipt,
)
from smartcart.sources import Opened
from smartcart.tables import orders, quality
from smartcart.tables.features import total
from smartcart.tables.money_ranks import money_rank
from smartcart.tables.order_lines import distinct_lines
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import readings

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = [
    "NEAR",
    "differ",
    "other_readings",
    "receipt_of_customers",
    "receipt_of_orders",
    "totals",
]

NEAR = 0.005  # totals that differ by less are the same
FEW_LINES = 2_000_000  # beyond, other readings are added up only where they are asked for
READINGS = 6


def totals(opened: Opened, log: OrderLog, as_of: dt.date | None) -> tuple[int, int, float | None]:
    """Return orders, customers and money of the lines that a reading counts as sold."""
    table = distinct_lines(opened.table, log) if log.drop_duplicates else opened.table
    bare = replace(log, traits=(), category=None, channel=None)  # of which no total is made
    marked = orders.lines(table, bare, as_of)
    text = {"o": marked["order"].cast("string"), "c": marked["customer"].cast("string")}
    sold = marked.select("rule", "amount", **text)
    sold = sold.filter((sold["rule"] == orders.SALE) & sold["c"].notnull())
    told: dict[str, ir.Value] = {
        "customers": sold["c"].nunique(),
        "orders": (sold["c"] + " / " + sold["o"]).nunique(),
        "revenue": sold["amount"].sum(),
    }
    row = opened.engine.record(sold.aggregate(**told))
    money = float(row["revenue"] or 0) / orders.UNIT if orders.has_money(log) else None
    return int(row["orders"] or 0), int(row["customers"] or 0), money


def other_readings(
    opened: Opened, settled: Settled, as_of: dt.date | None, *, always: bool = False
) -> tuple[tuple[Rival, OtherReading], ...]:
    """Add up the other readings of a file; of a long one only those as good, unless ``always``."""
    rivals = settled.rivals
    if opened.reading.rows > FEW_LINES and not always:
        rivals = tuple(r for r in rivals if r.competes)
    found = []
    for rival in sorted(rivals, key=lambda r: not r.competes)[:READINGS]:
        count, customers, money = totals(opened, rival.beside(settled.log), as_of)
        told = OtherReading(rival.differs_in, count, customers, money, rival.choose)
        found.append((rival, told))
    return tuple(found)


def receipt_of_orders(
    log: OrderLog,
    ledger: Ledger,
    first: dt.date | None,
    last: dt.date | None,
    settled: Settled,
    others: Sequence[OtherReading],
    certainty: Certainty,
) -> ReadingReceipt:
    """Return the receipt of a log: its totals, the columns read, and what was left out.

    Of ``others`` those are told that give other totals.
    """
    columns = {
        "customer": log.customer if log.given is None else f"{log.given} and {log.customer}",
        "order": log.order,
        "day": log.date,
        "money": log.amount or _product_of(log),
        "product": log.product,
        "quantity": log.quantity,
        "status": _status(log),
        "currency": log.currency,
        "buyer of nobody": log.mail,
        "refund": log.refunded,
        "row type": log.row_type,
    }
    left = [
        LeftOut(e.sentence, int(e.taken)) for e in ledger.entries if e.taken and e.unit == "lines"
    ]
    return ReadingReceipt(
        kind="orders",
        layout=log.layout,
        certainty=certainty,
        lines=ledger.rows_read,
        orders=ledger.orders,
        customers=ledger.segmented,
        revenue=ledger.revenue,
        first_day=first,
        last_day=last,
        columns={part: name for part, name in columns.items() if name is not None},
        left_out=tuple(left),
        alternatives=tuple(
            o for o in others if differ(o, ledger.orders, ledger.segmented, ledger.revenue)
        ),
        checks=settled.checks,
        money_means=_meaning(log),
    )


def receipt_of_customers(
    engine: Engine, clean: ir.Table, seen: Inspection, layout: Layout | None
) -> ReadingReceipt:
    """Return the receipt of a table of customers: their orders and money, where columns tell them.

    Copied rows count once for each customer id, as they stand in the table. Buyers are those with
    an order, or, where nothing counts orders, those who spent something.
    """
    contract, ledger = seen.contract, seen.ledger
    numbers = {
        c.meaning: c.name
        for c in contract.columns
        if c.type == "number" and c.role in {"forms", "describes"}
    }
    count, money = numbers.get("frequency"), numbers.get("spend_total")
    forms = [c for c in contract.columns if c.role == "forms"]
    channels = [c.name for c in forms if c.meaning.startswith("channel:")]
    counts = [count] if count is not None else channels if len(channels) > 1 else []
    parts = [c.name for c in forms if c.meaning.startswith("spend:")]
    spent = [money] if money is not None else parts
    sums: dict[str, ir.Value] = {}
    if counts:
        sums["orders"] = total(clean, counts).sum()
    for i, name in enumerate(spent):
        sums[f"money_{i}"] = clean[name].cast("float64").sum()
    if counts or spent:
        sums["buyers"] = (total(clean, counts or spent) > 0).sum()
    row = engine.record(clean.aggregate(**sums)) if sums else {}
    told = [float(v or 0.0) for k, v in row.items() if k.startswith("money_")]
    left = [
        LeftOut(e.sentence, e.count) for e in ledger.entries if e.effect == "rejected" and e.count
    ]
    columns = {
        "customer": contract.id_column,
        "orders": " + ".join(counts) or None,
        "money": money or (" + ".join(parts) or None),
    }
    said = any(c.reason == "as the configuration says" for c in contract.columns)
    certainty: Certainty = (
        "known layout"
        if layout is not None and layout.kind == "customers"
        else "as configured"
        if said
        else "guessed"
        if any(c.meaning == "spend_total" and _by_figures(c) for c in forms)
        else "by names and values"
    )
    return ReadingReceipt(
        kind="customers",
        layout=layout.name if layout is not None else None,
        certainty=certainty,
        lines=ledger.rows_read,
        orders=round(float(row["orders"] or 0)) if counts else None,
        customers=ledger.segmented,
        revenue=round(sum(told), 2) if told else None,
        first_day=None,
        last_day=_last_day(engine, clean, contract),
        columns={part: name for part, name in columns.items() if name is not None},
        left_out=tuple(left),
        buyers=int(row["buyers"] or 0) if "buyers" in row else None,
    )


def _by_figures(column: Column) -> bool:
    """Return whether only the figures, and no word of the name, say what a column means."""
    by_values = column.reason.startswith("from its values")
    return by_values and not any(w.meaning == column.meaning for w, _ in readings(column.name))


def _last_day(engine: Engine, clean: ir.Table, contract: Contract) -> dt.date | None:
    """Return the latest day of a purchase up to the as-of day; of a visit where none is known.

    A day on which customers joined is none.
    """
    days = [c for c in contract.columns if c.role == "forms" and c.type == "date"]
    last = [c.name for c in days if c.meaning == "last_date"]
    last = last or [c.name for c in days if c.meaning == "last_seen"]
    if not last or contract.as_of is None:
        return None
    day = clean[last[0]].cast("date")
    row = engine.record(clean.aggregate(day=day.max(where=day <= contract.as_of)))
    return quality.as_of_day(row)


def _status(log: OrderLog) -> str | None:
    """Return the column of states in use: the one named so may say nothing of what was sold."""
    truth = any(c.name == log.status and c.type != "text" for c in log.columns)
    used = truth or log.cancelled or log.returned or log.browsed or not log.states
    return log.status if used else log.states[0].column


def _product_of(log: OrderLog) -> str | None:
    if log.quantity is not None and log.unit_price is not None:
        return f"{log.quantity} x {log.unit_price}"
    return None


def _meaning(log: OrderLog) -> str:
    """Return in words what the money is, as far as its column's name says it."""
    if log.amount is None:
        return "pieces times price" if _product_of(log) else ""
    words = tokens(log.amount)
    found = ["before discounts" if money_rank(log.amount) == 2 else "what was paid"]
    if " inc " in f" {words} " or "incl" in words or "ttc" in words or "brutto" in words:
        found.append("with tax")
    elif " ex " in f" {words} " or "excl" in words or "netto" in words or " ht" in f" {words}":
        found.append("without tax")
    if log.amount in log.whole_orders:
        found.append("one amount an order")
    return ", ".join(found)


def differ(one: OtherReading, orders_: int | None, customers: int, revenue: float | None) -> bool:
    """Return whether another reading gives other totals than these, by more than half a percent."""
    pairs = ((one.orders, orders_), (one.customers, customers), (one.revenue, revenue))
    for a, b in pairs:
        if a is None or b is None:
            if a is not b:
                return True
        elif abs(a - b) > NEAR * max(abs(a), abs(b)):
            return True
    return False
