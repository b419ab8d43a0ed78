"""Is a table an order log, and which of its columns says what?

The words are in :mod:`smartcart.tables.order_words`. What no word names is looked for by what is
left: a customer by a column that identifies something and repeats, a day by the one date, money by
a name that speaks of money anywhere in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from smartcart.errors import DataError
from smartcart.records import Column, OrderLog
from smartcart.tables.money_ranks import money_rank
from smartcart.tables.order_candidates import SEVERAL_VALUES, rank
from smartcart.tables.order_names import (
    loosely,
    of_the_customer,
    part_of,
    parts_named,
    speaks_loosely_of_money,
    speaks_of_customers,
)
from smartcart.tables.order_ranks import day_rank
from smartcart.tables.order_words import (
    DELIVERED,
    IDENTIFIES,
    MEANINGS,
    NOT_WHO,
    PARTS,
    PREFERRED,
    TRAIT,
    WHOLE_ORDER,
    Part,
)
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

__all__ = ["MEANINGS", "PARTS", "REPEATED", "SAME_NUMBER", "described", "find_log", "proposed"]

REPEATED = 0.9  # customers per line below which a log is believed without an order number
FEW_OF_MOST = 0.2  # an id with so few values beside another is no id: a kind of account
SAME_NUMBER = 0.98  # of the orders' different numbers: a second number of the orders
FEW_TRAITS = 200  # distinct values of a column that may describe customers


def find_log(
    columns: Sequence[ColumnSummary],
    parts: Mapping[str, str] | None = None,
    *,
    asked: bool = False,
    said: bool = False,
) -> OrderLog | None:
    """Return how the columns make an order log, or ``None`` where they do not.

    A log has a column of customers that come more than once, and with it an order number or a day.
    Where hardly anybody comes twice, it must have both.

    Parameters
    ----------
    columns : figures of all columns.
    parts : the user's own words: column -> part, ``""`` for a column that is none.
    asked, said : the user says that it is a log, or names a part that only a log has: a customer
        column is then all that is needed.
    """
    parts = parts or {}
    taken: dict[str, list[ColumnSummary]] = {}
    reasons: dict[str, Part] = {}
    wished: dict[str, ColumnSummary] = {}
    for column in columns:
        part = part_of(column, parts)
        if part is None:
            continue
        taken.setdefault(part.name, []).append(column)
        reasons[column.name] = part
        if column.name in parts:
            _refuse_type(column, part)
            wished.setdefault(part.name, column)
    chosen = {name: _best(name, found) for name, found in taken.items()}
    status = chosen.get("status")
    told = status is not None and (status.name in parts or _returned(status))
    if status is not None and status.type == "number" and not told:
        del chosen["status"]  # numbers say nothing of what became of a line
    _settle_day(chosen, taken, [c for c in columns if c.name not in parts])
    _settle_money(chosen)
    chosen |= wished
    free = [c for c in columns if c.present and c.name not in parts and c.name not in reasons]
    customer = chosen.get("customer")
    if customer is not None and customer.distinct < 2 and customer.name not in parts:
        customer = _somebody(free, columns, chosen)  # not the shop's own account
        if customer is None and not (asked or said):
            return None
        chosen["customer"] = customer = customer or chosen["customer"]
    if customer is None:
        customer = _somebody(free, columns, chosen)
        if customer is None:
            return None
        chosen["customer"] = customer
    if customer.distinct < REPEATED * customer.present or asked:
        _by_what_is_left(chosen, [c for c in free if c is not customer])
    if not asked and not said and not _is_log(customer, chosen, columns):
        return None
    names = {name: column.name for name, column in chosen.items() if name in LOG_PARTS}
    traits = tuple(
        c.name
        for c in columns
        if (parts[c.name] == "trait" if c.name in parts else _is_trait(c))
        and c.name not in set(names.values())
    )
    log = replace(OrderLog((), customer.name, traits=traits), **names)  # type: ignore[arg-type]
    return described(columns, log, parts)


def _returned(status: ColumnSummary) -> bool:
    """Return whether numbers say whether a line came back: 0 and 1, of returns or cancellations."""
    words = tokens(status.name)
    return status.distinct <= 2 and re.search(r"return|refund|cancel|void", words) is not None


def described(
    columns: Sequence[ColumnSummary], log: OrderLog, parts: Mapping[str, str] | None = None
) -> OrderLog:
    """Return the log with a record of every column: the part that it plays, and why."""
    parts = parts or {}
    names = {part: getattr(log, part) for part in LOG_PARTS if getattr(log, part) is not None}
    became = ("status", "tells what became of a line")
    extra = dict.fromkeys((state.column for state in log.states), became)
    filled = ("cancelled_on", "filled where the order was cancelled")
    extra |= dict.fromkeys(log.cancelled_on, filled)
    extra |= dict.fromkeys(log.paid_on, ("status", "blank where the order was not paid"))
    for name, part, reason in (
        (log.given, "given_name", f"with {log.customer} says who bought"),
        (log.mail, "email", "tells buyers apart whose customer is nobody"),
        (log.refunded, "refund", "the money that was given back of an order"),
        (log.shop, "shop", "each of its values numbers its orders by itself"),
        (log.row_type, "row_type", "tells rows of orders, of their lines and others apart"),
    ):
        if name is not None:
            extra[name] = (part, reason)
    traits = tuple(name for name in log.traits if name not in {*names.values(), *extra})

    def one(column: ColumnSummary) -> Column:
        found = _column(column, part_of(column, parts), names, traits)
        if column.name in extra and column.name not in names.values():
            part, reason = extra[column.name]
            if part == "row_type":  # the user may say which rows are sales
                part = parts.get(column.name) or part
            return replace(found, role="describes", meaning=part, reason=reason)
        return found

    return replace(log, traits=traits, columns=tuple(map(one, columns)))


LOG_PARTS = (
    "customer",
    "date",
    "order",
    "quantity",
    "unit_price",
    "amount",
    "discount",
    "status",
    "channel",
    "product",
    "category",
    "currency",
)
"""Parts that one column of a log plays, under the name of the record's field."""


def proposed(columns: Sequence[ColumnSummary]) -> tuple[Column, ...]:
    """Return a record of every column with the part that its name speaks of, the first of each."""
    seen: set[str] = set()
    found = []
    for column in columns:
        part = part_of(column, {})
        if part is not None and part.name in seen:
            part = None
        if part is not None:
            seen.add(part.name)
        names = {part.name: column.name} if part is not None else {}
        found.append(_column(column, part, names, ()))
    return tuple(found)


def _somebody(
    free: Sequence[ColumnSummary],
    columns: Sequence[ColumnSummary],
    chosen: Mapping[str, ColumnSummary],
) -> ColumnSummary | None:
    """Return the column that identifies what comes more than once, beside a day and money.

    For a customer whom no word names: ``id``, ``Donor Key``; in a table without a header, codes.
    """
    days = [c for c in columns if c.type == "date" and c.present and not of_the_customer(c)]
    if not days:
        return None
    nameless = all(re.fullmatch(r"column_\d+", c.name) for c in columns)
    money = [c for c in free if c.type == "number" and (nameless or speaks_loosely_of_money(c))]
    if not money and not {"amount", "unit_price", "order"} & set(chosen):
        return None

    def repeats(column: ColumnSummary) -> bool:
        return SEVERAL_VALUES <= column.distinct < REPEATED * column.present

    def identifies(column: ColumnSummary) -> bool:
        if nameless:  # codes, or whole numbers: the first column that can be
            coded = column.digits >= 0.9 * column.head and column.spaced == 0
            return coded if column.type == "text" else column.type == "number" and column.whole
        words = tokens(column.name)
        return (
            (column.type == "text" or (column.type == "number" and column.whole))
            and IDENTIFIES.fullmatch(words) is not None
            and NOT_WHO.fullmatch(words) is None
        )

    order = chosen.get("order")

    def of_order(column: ColumnSummary) -> bool:
        """Another number of the orders: as many values as these, on the same lines."""
        return (
            order is not None
            and order.distinct < order.present
            and column.distinct >= SAME_NUMBER * order.distinct
        )

    found = [c for c in free if repeats(c) and identifies(c) and not of_order(c)]
    return found[0] if found else None


def _by_what_is_left(chosen: dict[str, ColumnSummary], free: Sequence[ColumnSummary]) -> None:
    """Choose the day and the money among columns that no word names."""
    if "date" not in chosen:
        days = [c for c in free if c.type == "date" and not of_the_customer(c)]
        ordered = [c for c in days if DELIVERED.fullmatch(tokens(c.name)) is None]
        if len(days) == 1 or len(ordered) == 1:
            chosen["date"] = (ordered or days)[0]
    if "quantity" not in chosen:
        counts = [c for c in free if c.type == "number" and loosely("quantity", c)]
        if len(counts) == 1:
            chosen["quantity"] = counts[0]
    if "amount" in chosen or {"unit_price", "quantity"} <= set(chosen):
        return
    numbers = [c for c in free if c.type == "number"]
    money = [c for c in numbers if speaks_loosely_of_money(c)]
    if not money and all(re.fullmatch(r"column_\d+", c.name) for c in free):
        money = [c for c in numbers if not c.whole and (c.high or 0) > 0]
    if money:
        chosen["amount"] = max(money, key=lambda c: (not c.whole, c.present))


def _refuse_type(column: ColumnSummary, part: Part) -> None:
    if column.type not in part.types:
        raise DataError.of(
            f"column {column.name!r} is given the meaning {part.name!r}, but holds "
            f"{_TYPES[column.type]}",
            " or ".join(_TYPES[kind] for kind in part.types),
            "give it another meaning in the configuration, or convert the column",
        )


_TYPES = {"number": "numbers", "text": "text", "date": "dates", "boolean": "yes or no"}


def _best(name: str, found: Sequence[ColumnSummary]) -> ColumnSummary:
    """Return the column whose name says it best, then the one with the fewest gaps."""
    patterns = PREFERRED.get(name, ())
    most = max(column.distinct for column in found)

    def rank(item: tuple[int, ColumnSummary]) -> tuple[bool, bool, int, int, int]:
        place, column = item
        words = tokens(column.name)
        hit = next((i for i, p in enumerate(patterns) if re.fullmatch(p, words)), len(patterns))
        poor = name in {"customer", "order"} and column.distinct < FEW_OF_MOST * most
        if name == "customer" and hit == 0:  # customers over all their orders are fewer
            poor = False
        return column.distinct < 2, poor, hit, -column.present, place

    return min(enumerate(found), key=rank)[1]


def _settle_day(
    chosen: dict[str, ColumnSummary],
    taken: Mapping[str, Sequence[ColumnSummary]],
    columns: Sequence[ColumnSummary],
) -> None:
    """Choose the day by its name's rank; a day on which something else happened is none."""
    days = [c for c in taken.get("date", ()) if day_rank(c.name) is not None]
    days += [
        c
        for c in columns
        if c.type == "date"
        and c.present
        and c not in days
        and rank(day_rank(c.name)) <= 0
        and not of_the_customer(c)
    ]
    if not days:
        chosen.pop("date", None)
        return
    first = chosen.get("date")
    half = max(c.present for c in days) / 2
    chosen["date"] = min(
        days, key=lambda c: (c.present < half, rank(day_rank(c.name)), c is not first)
    )


def _settle_money(chosen: dict[str, ColumnSummary]) -> None:
    """Drop a unit price that comes without a quantity where an amount is known, and the reverse."""
    if "amount" in chosen and money_rank(chosen["amount"].name) is None:
        del chosen["amount"]
    if "amount" not in chosen and "unit_price" in chosen and "quantity" not in chosen:
        chosen["amount"] = chosen.pop("unit_price")  # one piece per line
    if "amount" in chosen and "unit_price" in chosen and "quantity" in chosen:
        words = tokens(chosen["amount"].name)
        if WHOLE_ORDER.match(words):
            del chosen["amount"]


def _is_log(
    customer: ColumnSummary,
    chosen: Mapping[str, ColumnSummary],
    columns: Sequence[ColumnSummary],
) -> bool:
    """Return whether the columns are those of orders rather than of customers."""
    per_line = customer.distinct / max(customer.present, 1)
    order, date = chosen.get("order"), chosen.get("date")
    numbered = order is not None and order.distinct > customer.distinct
    if speaks_of_customers(columns) and not (per_line < REPEATED and numbered and date is not None):
        return False
    if per_line < REPEATED:
        return order is not None or date is not None
    return order is not None and date is not None


def _is_trait(column: ColumnSummary) -> bool:
    return (
        column.type == "text"
        and 1 < column.distinct <= FEW_TRAITS
        and TRAIT.fullmatch(tokens(column.name)) is not None
    )


def _column(
    column: ColumnSummary,
    part: Part | None,
    names: Mapping[str, str],
    traits: Iterable[str],
) -> Column:
    """Return the record of one column of the log: the part it plays, and why."""
    found = Column(
        name=column.name,
        type=column.type,
        role="dropped",
        meaning="",
        reason="no part of an order that is used",
        label=column.name,
        missing=column.rows - column.present,
        distinct=column.distinct,
        estimated=not column.exact,
    )
    if part is not None and names.get(part.name) == column.name:
        return replace(found, role=part.role, meaning=part.name, reason=part.reason)
    taken = next((name for name, of in names.items() if of == column.name), None)
    if taken is not None:  # by what is left
        played = next(p for p in PARTS if p.name == taken)
        return replace(
            found, role=played.role, meaning=taken, reason=f"{played.reason} (as it seems)"
        )
    if column.name in traits:
        return replace(
            found, role="describes", meaning="trait", reason="who the customer is: describes"
        )
    if part is not None:
        better = names.get(part.name)
        why = f"{better} says it already" if better else "not needed beside the others"
        return replace(found, meaning=part.name, reason=why)
    meant = next(iter(parts_named(column.name)), None)
    if meant is not None and column.present and meant.name not in names:
        why = f"named like the {meant.name.replace('_', ' ')} of an order, but holds "
        return replace(found, reason=why + _TYPES[column.type])
    return found
