"""What is measured of a customer of an order log: columns, features, and the ledger's sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from smartcart.records import (
    Column,
    ColumnRole,
    ColumnType,
    Contract,
    Feature,
    LedgerEntry,
    Notice,
    OrderLog,
    ResultRow,
    Transform,
)
from smartcart.tables.orders import RULES, WEEKDAYS

__all__ = ["customer_columns", "ledger_entries", "order_features", "warnings"]

FEW_CUSTOMERS = 500
SHORT_HISTORY = 180  # days
SILENT = 30  # days without an order before the as-of day


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a customer: how it is called, what it is, and whether it forms."""

    name: str
    label: str
    unit: str
    sentence: str
    theme: str = ""  # "": describes
    text: bool = False
    transform: Transform | None = None


MEASURES: tuple[Measure, ...] = (
    Measure(
        "p_alive",
        "Still a customer",
        "share",
        "probability to be a customer still, by the rhythm of the orders",
        "alive",
        transform="identity",
    ),
    Measure(
        "repeats",
        "Days with a repeat order",
        "count",
        "different days with an order after the first",
        "frequency",
        transform="log1p",
    ),
    Measure(
        "newness",
        "Newness",
        "share",
        "1 on the day of the first order, half of it every 62 days later",
        "recency",
        transform="identity",
    ),
    Measure(
        "discount_lean",
        "Leaning to deals",
        "share",
        "share bought on a deal, drawn to the usual one where orders are few",
        "deals",
    ),
    Measure(
        "recency_days",
        "Days since the last order",
        "days",
        "days from the last order to the as-of day",
        "recency",
        transform="log1p",
    ),
    Measure("frequency", "Orders", "count", "different orders", "frequency"),
    Measure("monetary_total", "Spend", "money", "the money of all lines sold"),
    Measure("monetary_mean", "Spend per order", "money", "spend over orders", "basket"),
    Measure(
        "tenure_days",
        "Days since the first order",
        "days",
        "days from the first order to the as-of day",
    ),
    Measure(
        "gap_days_mean",
        "Days between orders",
        "days",
        "mean of the days between one day with an order and the next",
    ),
    Measure(
        "overdue",
        "Waiting time over usual",
        "",
        "days since the last order over the usual days between orders",
    ),
    Measure(
        "gap_variation",
        "Unevenness of orders",
        "",
        "standard deviation of the days between orders, over their mean",
    ),
    Measure("items_per_order", "Items per order", "count", "pieces over orders", "basket"),
    Measure(
        "products_per_order",
        "Products per order",
        "count",
        "different products per order, on average",
        "basket",
    ),
    Measure("lines_per_order", "Lines per order", "count", "lines over orders", "basket"),
    Measure("return_rate", "Share returned", "share", "money returned over money spent"),
    Measure(
        "discount_share",
        "Share bought on a deal",
        "share",
        "the money of lines with a discount over all money",
        "deals",
    ),
    Measure(
        "trend",
        "Trend of spend",
        "",
        "recent spend less earlier spend, over both: -1 stopped, 1 began",
    ),
    Measure("purchase_days", "Days with an order", "count", "different days with an order"),
)


BASKET = ("monetary_mean", "items_per_order", "products_per_order", "lines_per_order")
INSTEAD = {"p_alive": ("frequency", *BASKET), "discount_lean": ("discount_share",)}
"""Where the first forms, the others describe."""


def measures_of(log: OrderLog, names: Sequence[str]) -> tuple[Measure, ...]:
    """Return the measures that the table of customers has, in the order in which they are told."""
    have = set(names)
    found = [m for m in MEASURES if m.name in have]
    for i, value in enumerate(log.channels):
        name = f"channel_share_{i}"
        found.append(
            Measure(
                name,
                f"{value} share of spend",
                "share",
                f"the money of lines with {log.channel} {value!r} over all money",
            )
        )
    for i, value in enumerate(log.categories):
        name = f"category_share_{i}"
        found.append(
            Measure(
                name,
                f"{value} share of spend",
                "share",
                f"the money of lines with {log.category} {value!r} over all money",
            )
        )
    for day in WEEKDAYS:
        name = f"{day.lower()}_share"
        if name in have:
            found.append(Measure(name, f"{day} share of orders", "share", f"orders on a {day}"))
    for i, trait in enumerate(log.traits):
        found.append(
            Measure(f"trait_{i}", trait, "share", f"{trait} as in the customer's lines", text=True)
        )
    instead = {name for first, names in INSTEAD.items() if first in have for name in names}
    return tuple(replace(m, theme="") if m.name in instead else m for m in found if m.name in have)


def customer_columns(log: OrderLog, names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of the table of customers, each with its role."""
    first = Column("customer_id", "text", "id", "id", "says whose orders they are", "Customer")
    return (first, *(_column(m) for m in measures_of(log, names)))


def _column(measure: Measure) -> Column:
    kind: ColumnType = "text" if measure.text else "number"
    role: ColumnRole = "forms" if measure.theme else "sensitive" if measure.text else "describes"
    meaning = "demographic" if measure.text else measure.name
    return Column(measure.name, kind, role, meaning, measure.sentence, measure.label)


def order_features(
    log: OrderLog, names: Sequence[str], told: Mapping[str, Sequence[str]] | None = None
) -> tuple[tuple[Feature, ...], tuple[Feature, ...]]:
    """Return what forms segments and what describes them.

    Parameters
    ----------
    names : columns of the table of customers that say something.
    told : values of each trait worth telling.
    """
    forming: list[Feature] = []
    describing: list[Feature] = []
    for m in measures_of(log, names):
        if m.text:
            describing += [
                Feature(
                    f"{m.label}: {value}",
                    f"{m.label}: {value}",
                    "share",
                    "is",
                    (m.name,),
                    f"{m.label} is {value}",
                    value=value,
                    role="sensitive",
                )
                for value in (told or {}).get(m.name, ())
            ]
            continue
        feature = Feature(
            m.name,
            m.label,
            m.unit,
            "column",
            (m.name,),
            m.sentence,
            theme=m.theme,
            role="forms" if m.theme else "describes",
            transform=m.transform,
        )
        (forming if m.theme else describing).append(feature)
    return tuple(forming), tuple(describing)


def ledger_entries(
    contract: Contract, counts: ResultRow, *, duplicates: int, exact: bool
) -> tuple[LedgerEntry, ...]:
    """Return what the rules hold for and take, in their order, then what is left."""
    log = contract.log
    assert log is not None
    about = "" if exact else " (estimated)"
    entries = []
    if duplicates:
        sentence = f"lines equal to an earlier one in every column{about}: " + (
            "dropped" if log.drop_duplicates else "kept (--drop-duplicates drops them)"
        )
        entries.append(
            LedgerEntry(
                "duplicate lines",
                sentence,
                duplicates,
                "lines",
                "dropped" if log.drop_duplicates else "kept",
                duplicates if log.drop_duplicates else 0,
            )
        )
    for i, rule in enumerate(RULES, start=1):
        holds, takes = int(counts[f"holds_{i}"] or 0), int(counts[f"takes_{i}"] or 0)
        if not holds:
            continue
        sentence = rule.sentence
        if rule.code == "missing customer":
            blank = int(counts["blank"] or 0) if "blank" in counts else holds
            sentence += _without(log.customer, holds, int(counts.get("parts") or 0), blank)
        elif rule.code == "returned":
            netted = "taken off the spend" if log.net_returns else "not taken off the spend"
            sentence += f": {netted}, counted in the share returned"
        elif rule.code == "after as-of":
            sentence += f" {contract.as_of}"
        entries.append(LedgerEntry(rule.code, sentence, holds, "lines", "rejected", takes))
    unused = [c for c in log.columns if c.role == "dropped"]
    if unused:
        text = ", ".join(f"{c.name} ({c.reason})" for c in unused)
        entries.append(
            LedgerEntry(
                "dropped columns", f"columns not used: {text}", len(unused), "columns", "dropped"
            )
        )
    return tuple(entries)


def _without(customer: str, lines: int, parts: int, blank: int) -> str:
    """Return what lines without a customer are, of which ``parts`` have no money either.

    The customer of ``blank`` of them is blank, that of the others stands for nobody.

    >>> _without("ID", 9, 9, 9)
    ' (ID is empty) and without money: headings, or parts of what another row tells with its money'
    >>> _without("ID", 9, 0, 0), _without("ID", 9, 0, 1)[:30]
    (' (ID names nobody): they cannot be segmented', ' (ID is empty or names nobody)')
    """
    said = "is empty" if blank == lines else "is empty or names nobody" if blank else "names nobody"
    empty = f" ({customer} {said})"
    if parts == lines:
        what = "headings, or parts of what another row tells with its money"
        return f"{empty} and without money: {what}"
    some = f"; {parts:,} of them hold no money either" if parts else ""
    return f"{empty}: they cannot be segmented{some}"


def warnings(
    log: OrderLog,
    *,
    customers: int,
    thrice: int,
    first: dt.date | None,
    last: dt.date | None,
    as_of: dt.date | None,
    currencies: Sequence[str] = (),
) -> tuple[Notice, ...]:
    """Return what makes an order log weak evidence.

    Parameters
    ----------
    customers, thrice : customers with an order, and with at least three.
    first, last : days of the first and the last order.
    """
    found = []
    if customers < FEW_CUSTOMERS:
        found.append(
            Notice(
                "few customers",
                f"Only {customers:,} customers with orders: with fewer than {FEW_CUSTOMERS} the "
                "segments are hardly stable.",
                customers,
            )
        )
    if first is not None and last is not None:
        days = (last - first).days + 1
        if days < SHORT_HISTORY:
            found.append(
                Notice(
                    "short history",
                    f"The orders span {days} days: with fewer than {SHORT_HISTORY} nobody can be "
                    "told to have stopped buying.",
                    days,
                )
            )
        if as_of is not None and (as_of - last).days > SILENT:
            found.append(
                Notice(
                    "stale orders",
                    f"No order in the {(as_of - last).days} days before the as-of day {as_of}: the "
                    "log may be incomplete.",
                    (as_of - last).days,
                )
            )
    if not thrice:
        found.append(
            Notice(
                "no repeat buyers",
                "Nobody has three orders: rhythm and loyalty cannot be seen in this log.",
                0,
            )
        )
    if len(currencies) > 1:
        found.append(
            Notice(
                "mixed currencies",
                f"The log mixes currencies ({', '.join(currencies[:6])}): sums add them up as if "
                "they were one. Convert them first.",
                len(currencies),
            )
        )
    for name, what, part, lost in (
        ("no dates", "date", log.date, "recency, tenure and rhythm are"),
        ("no money", "amount", log.amount or log.unit_price, "spend is"),
    ):
        if part is None:
            misread = [c for c in log.columns if c.reason.startswith(f"named like the {what}")]
            text = "".join(f" ({c.name} is {c.reason})" for c in misread[:1])
            found.append(
                Notice(
                    name, f"No column of {name.split()[1]} was recognised{text}: {lost} unknown."
                )
            )
    return tuple(found)
