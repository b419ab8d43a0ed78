"""How a run on an order log is told: from lines to orders to customers."""

from __future__ import annotations

from smartcart.records import Column, Ledger, LedgerEntry
from smartcart.report import words

__all__ = ["FIRST_RULE", "done", "flow", "is_log", "part", "sold", "summary", "totals"]

FIRST_RULE = (
    "A line is taken by the first rule that holds for it: a later rule takes only lines that the "
    "earlier ones have left."
)


def is_log(ledger: Ledger) -> bool:
    """Is it the ledger of an order log, which counts lines?"""
    return ledger.lines_used is not None


def flow(ledger: Ledger) -> list[tuple[str, str, str]]:
    """Return the way from rows read to what was used, as (sign, name, figure).

    >>> entry = LedgerEntry("no price", "lines without a price", 3, "lines", "rejected", 2)
    >>> flow(Ledger(10, 4, 0, (entry,), lines_used=8, orders=5))[1:]
    [('minus', 'no price', '2'), ('equals', 'lines sold', '8')]
    """
    if not is_log(ledger):
        return [
            ("", "rows read", words.count(ledger.rows_read)),
            ("minus", "rejected", words.count(ledger.rejected)),
            ("equals", "segmented", words.count(ledger.segmented)),
        ]
    return [
        ("", "lines read", words.count(ledger.rows_read)),
        *(("minus", e.rule, words.count(e.taken)) for e in ledger.entries if e.taken),
        ("equals", "lines sold", words.count(ledger.lines_used)),
    ]


def totals(ledger: Ledger, currency: str) -> list[tuple[str, str]]:
    """Return what the lines sold add up to, as (name, figure)."""
    found = []
    if ledger.orders is not None:
        found.append(("orders", words.count(ledger.orders)))
    if ledger.revenue is not None:
        found.append(("revenue", words.money(ledger.revenue, currency)))
    return [*found, ("customers", words.count(ledger.segmented))]


def sold(ledger: Ledger, currency: str) -> str:
    """Return the same in words.

    >>> sold(Ledger(10, 4, 1, (), lines_used=8, orders=5, revenue=250.0), "$")
    '5 orders, revenue $250, 4 customers'
    """
    return ", ".join(
        f"{name} {text}" if name == "revenue" else f"{text} {name}"
        for name, text in totals(ledger, currency)
    )


def summary(ledger: Ledger, currency: str) -> str:
    """Return the ledger in a sentence, without a full stop.

    >>> summary(Ledger(10, 9, 1, ()), "")
    '10 rows read, 1 rejected, 9 segmented'
    """
    if not is_log(ledger):
        return ", ".join(f"{text} {name}" for _, name, text in flow(ledger))
    lost = f", {words.people(ledger.rejected)} without a completed order" if ledger.rejected else ""
    return (
        f"{words.count(ledger.rows_read)} lines read, {words.count(ledger.lines_used)} of them "
        f"sold: {sold(ledger, currency)}{lost}"
    )


def done(entry: LedgerEntry) -> str:
    """Return what a rule did to what it found."""
    if entry.unit != "lines" or entry.effect != "rejected":
        return "told" if entry.effect == "info" else entry.effect
    return "left out" if entry.taken else "taken by an earlier rule"


def part(column: Column) -> str:
    """Return which part of an order line a column is.

    >>> part(Column("Price", "number", "forms", "unit_price", "the price of one piece"))
    'unit price'
    """
    return "not used" if column.role == "dropped" else column.meaning.replace("_", " ")
