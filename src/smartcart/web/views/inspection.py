"""What SmartCart sees in a table, as a page shows it: columns with roles to change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from smartcart.records import Column, Inspection
from smartcart.report import order_log, view, words

__all__ = ["Line", "choices", "headline", "lead", "lines", "lines_of", "wishes"]

PARTS = {
    "customer": "Customer",
    "order": "Order number",
    "date": "Date",
    "quantity": "Quantity",
    "unit_price": "Price of one piece",
    "amount": "Amount of the line",
    "discount": "Discount",
    "product": "Product",
    "category": "Category",
    "channel": "Channel",
    "status": "Status",
    "currency": "Currency",
    "trait": "Describes the customer",
    "dropped": "Not used",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One column with its role, or of an order log its part."""

    name: str
    label: str
    chosen: str
    reason: str
    type: str
    missing: str
    distinct: str


def _columns(seen: Inspection) -> tuple[Column, ...]:
    return seen.contract.columns if seen.contract.log is None else seen.contract.log.columns


def choices(orders: bool) -> dict[str, str]:
    """Return what a column can be, of an order log or of a table of customers: words by value."""
    return PARTS if orders else view.ROLES


def lines(seen: Inspection) -> list[Line]:
    """Return the columns: those that count first, in the order of the roles."""
    return lines_of(_columns(seen), seen.contract.log is not None, {})


def lines_of(
    columns: Iterable[Column], orders: bool, said: Mapping[str, Mapping[str, str]]
) -> list[Line]:
    """Return columns as :func:`lines` does, each as was ``said`` of it, else as it is."""
    known = list(choices(orders))
    found = []
    for column in columns:
        chosen = _part(column) if orders else column.role
        wish = said.get(column.name, {})
        wanted = wish.get("meaning") if orders and "meaning" in wish else wish.get("role")
        chosen = wanted if wanted in known else chosen
        found.append(
            Line(
                column.name,
                "" if column.label in ("", column.name) else column.label,
                chosen,
                column.reason[:1].upper() + column.reason[1:],
                column.type,
                words.count(column.missing) if column.missing else "none",
                words.different(column.distinct, estimated=column.estimated),
            )
        )
    return sorted(found, key=lambda line: known.index(line.chosen) if line.chosen in known else 99)


def _part(column: Column) -> str:
    if column.role == "dropped":
        return "dropped"
    part = "amount" if column.meaning == "amount:line" else column.meaning
    return part if part in PARTS else "trait"


def headline(seen: Inspection) -> str:
    """Return what the table is, in a line."""
    rows, columns = words.count(seen.ledger.rows_read), words.count(len(_columns(seen)))
    if seen.contract.log is None:
        return f"A table of {rows} customers, with {columns} columns"
    return f"A log of {rows} order lines, with {columns} columns"


def lead(seen: Inspection) -> str:
    """Return what will happen with it, in a sentence or two."""
    people = words.people(seen.ledger.segmented)
    forming = len(seen.forming)
    what = f"{people} will be grouped by {words.count(forming)} measures of what they do"
    if seen.contract.log is not None and seen.receipt is None:  # which says it, too
        what = f"{order_log.sold(seen.ledger, seen.reading.currency or '')}. {what[:1]}{what[1:]}"
    return f"{what}. Is each column understood rightly? If so, start."


def wishes(
    seen_columns: list[tuple[str, str, str]], orders: bool, before: Mapping[str, object]
) -> dict[str, object]:
    """Return what the user says of columns: (name, chosen, as it was seen) to wishes.

    What was said ``before`` of other columns stays.

    >>> wishes([("Income", "forms", "describes"), ("Age", "describes", "describes")], False, {})
    {'Income': {'role': 'forms'}}
    >>> wishes([("Wert", "amount", "dropped")], True, {})
    {'Wert': {'meaning': 'amount'}}
    """
    said = dict(before)
    for name, chosen, was in seen_columns:
        if chosen == was:
            continue
        as_part = orders and chosen != "dropped"
        said[name] = {"meaning": chosen} if as_part else {"role": chosen}
    return said
