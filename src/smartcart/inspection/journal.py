"""A journal of double entries: every sale on several accounts, payments and purchases beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from smartcart.errors import ReadingQuestion
from smartcart.inspection.row_kinds import KIND_SAID
from smartcart.sources import Opened
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["refuse_journal"]

DEBIT = lazy_pattern(r"\b(debits?|debet|soll|debe|debit[oi]|dare|wn|winien|borc|дебет)\b|借方|차변")
CREDIT = lazy_pattern(
    r"\b(credits?|kredit|haben|haber|credit[oi]|avere|ma|alacak|кредит)\b|[貸贷]方|대변"
)
OTHERWISE = lazy_pattern(r"\b(cards?|karte|limit|score|line|note|memo|terms?|rating|days|store)\b")
ONE_SIDE = 0.99  # of the lines have money on one side only
EACH_SIDE = 0.1  # of the lines have money on it, at least
ENTRIES = 5  # of several lines
BALANCED = 0.98  # of the entries: debits and credits are equal
NOTHING = 0.01  # of the currency: a sum of rounded cells that differs by less is equal
TRIED = 8  # columns that may number the entries


def refuse_journal(
    opened: Opened, columns: Sequence[ColumnSummary], parts: Mapping[str, str]
) -> None:
    """Raise ``ReadingQuestion`` where a table is a journal: debits are credits, in all or by entry.

    Names propose two columns of money; each line has one of them, and both add up to the same.
    Where the user's ``parts`` say which rows are sales, or no day is told, it is let pass.
    """
    days = [c for c in columns if c.type == "date" and c.present]
    if not days or any(part.startswith(KIND_SAID) for part in parts.values()):
        return
    money = [c for c in columns if c.type == "number" and OTHERWISE.search(tokens(c.name)) is None]
    for debit in [c.name for c in money if DEBIT.search(tokens(c.name))][:2]:
        for credit in [c.name for c in money if CREDIT.search(tokens(c.name))][:2]:
            if debit != credit and _one_side_each(opened, debit, credit):
                entry = _balanced(opened, columns, {debit, credit}, debit, credit)
                if entry is not None:
                    raise _journal(opened, debit, credit, entry)


def _sides(table: ir.Table, debit: str, credit: str) -> tuple[ir.Value, ir.Value]:
    return tuple(table[n].cast("float64").fill_null(0.0) for n in (debit, credit))


def _one_side_each(opened: Opened, debit: str, credit: str) -> bool:
    """Return whether nearly every line has money on one of the two sides, and not on both."""
    d, c = _sides(opened.table, debit, credit)
    row = opened.engine.record(
        opened.table.aggregate(
            lines=opened.table.count(),
            debits=((d != 0) & (c == 0)).sum(),
            credits=((c != 0) & (d == 0)).sum(),
            both=((d != 0) & (c != 0)).sum(),
        )
    )
    lines, both = int(row["lines"] or 0), int(row["both"] or 0)
    sides = [int(row["debits"] or 0), int(row["credits"] or 0)]
    return min(sides) >= EACH_SIDE * lines > 0 and sum(sides) >= ONE_SIDE * (sum(sides) + both)


def _balanced(
    opened: Opened,
    columns: Sequence[ColumnSummary],
    money: set[str],
    debit: str,
    credit: str,
) -> str | None:
    """Return the column within which both sides are equal, ``""`` for in all; None for neither."""
    some = [
        c
        for c in columns
        if c.name not in money
        and (c.type == "text" or (c.type == "number" and c.whole))
        and c.present
        and ENTRIES <= c.distinct <= c.present / 2
    ]
    for column in sorted(some, key=lambda c: -c.distinct)[:TRIED]:
        table = opened.table.filter(opened.table[column.name].notnull())
        d, c = _sides(table, debit, credit)
        lines = table.select(entry=table[column.name], money=d - c)
        found = lines.group_by("entry").aggregate(n=lines.count(), left=lines["money"].sum())
        even = (found["left"].abs() < NOTHING).sum(where=found["n"] > 1)
        row = opened.engine.record(
            found.aggregate(even=even, several=(found["n"] > 1).sum(), every=found.count())
        )
        several = int(row["several"] or 0)
        whole = several >= max(ENTRIES, BALANCED * int(row["every"] or 0))
        if whole and int(row["even"] or 0) >= BALANCED * several:
            return column.name
    d, c = _sides(opened.table, debit, credit)
    row = opened.engine.record(opened.table.aggregate(debit=d.sum(), credit=c.sum()))
    one, other = float(row["debit"] or 0), float(row["credit"] or 0)
    return "" if one > 0 and abs(one - other) < NOTHING else None


def _journal(opened: Opened, debit: str, credit: str, entry: str) -> ReadingQuestion:
    where = f"within each {entry}" if entry else "in all"
    return ReadingQuestion.of(
        f"{opened.reading.source!r} looks like a journal of double entries: {debit} and {credit} "
        f"are equal {where}, so that every sale stands there on several accounts, beside payments "
        "and purchases",
        "a line for each sale, with its buyer",
        "export the invoices, or the customers' open and paid items, from the bookkeeping; or say "
        "in the configuration which account is the customers', who they are and what they were "
        f"charged: columns: {{ACCOUNT: {{meaning: 'row_type:NUMBER'}}, CUSTOMER: {{meaning: "
        f"customer}}, {debit!r}: {{meaning: amount}}}}",
    )
