"""Is a table an order log, and which of its columns says what?

The words are in :mod:`smartcart.tables.order_words`. What no word names is looked for by what is
left: a customer by a column that identifies something and repeats, a day by the one date, money by
a name that speaks of money anywhere in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from smartcart.errors import DataError
from smartcart.records import Column, OrderLog
from smartcart.tables.languages import names_of
from smartcart.tables.order_ranks import (
    cancels,
    customer_rank,
    day_rank,
    is_buyer,
    is_mail,
    is_refund,
    money_rank,
    order_rank,
    taxes_aside,
)
from smartcart.tables.order_words import (
    DELIVERED,
    IDENTIFIES,
    LOOSELY,
    MEANINGS,
    NOT_MONEY,
    NOT_WHO,
    OF_CUSTOMERS,
    PARTS,
    PREFERRED,
    RULES,
    TRAIT,
    WHOLE_ORDER,
    Part,
)
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import names_a_person, readings
from smartcart.tables.words import ARTICLES

__all__ = [
    "MEANINGS",
    "PARTS",
    "Candidates",
    "bare",
    "described",
    "empty_customer",
    "find_candidates",
    "find_log",
    "lines_of_nobody",
    "prices_a_piece",
    "proposed",
    "told_in_text",
    "unnamed_log",
]

REPEATED = 0.9  # customers per line below which a log is believed without an order number
FEW_OF_MOST = 0.2  # an id with so few values beside another is no id: a kind of account
SEVERAL_VALUES = 5  # a column that tells customers apart has at least so many
FEW_STATES = 60  # different values of a column that tells what became of a line
BARE = re.compile(r"name|number|num|no|nr|id|reference|ref|code|n")
NAME = re.compile(
    r"((customer|client|buyer|billing|bill to|sold to|guest|member|kunden?|kaufer|acheteur|cliente|"
    r"comprador|klant|full|user|contact) ?)*(name|nom|nombre|nome|naam)|kunde|customer|client|"
    r"cliente|klant"
)
SUBTOTAL = re.compile(
    r"\w(betrag|summe|umsatz)\b|\b(sub ?total|zwischensumme|teilsumme|sous total)\b"
)
PIECE = re.compile(r".*\b(unit|each|per|piece|stuck|einzel|unitario|unitaire)\b.*")
SAME_NUMBER = 0.98  # of the orders' different numbers: a second number of the orders
LARGEST_COUNT = 150  # whole numbers up to it may be counts or ages, not ids
MOST_ORDERS = 60  # lines of a customer on average: a column that repeats more is a category
FEW_TRAITS = 200  # distinct values of a column that may describe customers


@dataclass(frozen=True, slots=True)
class Candidates:
    """The columns that could play a part of an order, by their names, the likeliest first."""

    customers: tuple[ColumnSummary, ...]
    mails: tuple[ColumnSummary, ...]  # e-mail addresses of buyers, the fullest first
    orders: tuple[ColumnSummary, ...]
    days: tuple[ColumnSummary, ...]
    moneys: tuple[ColumnSummary, ...]  # what may have been paid
    states: tuple[ColumnSummary, ...]  # few values, under a name that speaks of a state or a kind
    refunds: tuple[ColumnSummary, ...]
    cancelled_on: tuple[ColumnSummary, ...]
    flags: tuple[ColumnSummary, ...] = ()  # yes or no
    names: tuple[ColumnSummary, ...] = ()  # what buyers are called


def find_candidates(
    columns: Sequence[ColumnSummary], parts: Mapping[str, str] | None = None
) -> Candidates:
    """Return which columns could be what, by name and type; columns of ``parts`` are settled.

    ``parts`` are the user's own words, as for :func:`find_log`.
    """
    parts = parts or {}
    free = [c for c in columns if c.present and c.name not in parts]

    def said(part: str) -> list[ColumnSummary]:
        return [c for c in columns if c.present and parts.get(c.name) == part]

    def named(part: str) -> list[ColumnSummary]:
        return said(part) or [
            c for c in free if part in {p.name for p in _parts_named(c.name) if c.type in p.types}
        ]

    customers = [c for c in named("customer") if c.distinct > 1]
    mails = said("email") or sorted(
        (c for c in free if c.type == "text" and is_mail(c.name)), key=lambda c: -c.present
    )
    texts = [c for c in free if c.type in {"text", "number"} and c.distinct > 1]
    orders = [
        c
        for c in texts
        if (c.type == "text" or c.whole)
        and (order_rank(c.name) in {0, 1} or "order" in {p.name for p in _parts_named(c.name)}
             or _numbered(c))
    ]  # fmt: skip
    days = [c for c in free if c.type == "date" and not _born(c) and day_rank(c.name) is not None]
    counted = bool(named("quantity"))
    moneys = [c for c in free if not (counted and prices_a_piece(c.name))]
    moneys = [
        c
        for c in moneys
        if c.type == "number" and (c.high or 0) > 0 and money_rank(c.name) is not None
        and _speaks_of_money(c)
    ]  # fmt: skip
    return Candidates(
        customers=tuple(sorted(customers, key=lambda c: customer_rank(c.name))),
        mails=tuple(mails),
        orders=tuple(
            said("order")
            or sorted(orders, key=lambda c: (_rank(order_rank(c.name)), _numbered(c)))
        ),
        days=tuple(said("date") or sorted(days, key=lambda c: _rank(day_rank(c.name)))),
        moneys=tuple(
            said("amount")
            or sorted(moneys, key=lambda c: (prices_a_piece(c.name), _rank(money_rank(c.name))))
        ),
        states=tuple(c for c in named("status") if 1 <= c.distinct <= FEW_STATES),
        refunds=tuple(
            said("refund") or (c for c in free if c.type == "number" and is_refund(c.name))
        ),
        cancelled_on=tuple(
            said("cancelled_on")
            or (
                c
                for c in free
                if cancels(c.name) and (c.type == "date" or c.distinct > SEVERAL_VALUES)
            )
        ),
        names=tuple(
            c
            for c in free
            if c.type == "text" and c.spaced > 0 and NAME.fullmatch(tokens(c.name))
        ),
        flags=tuple(
            c for c in free if c.type == "boolean" or (c.type != "date" and c.distinct == 2)
        ),
    )  # fmt: skip


def _rank(value: int | None) -> int:
    return 9 if value is None else value


def _numbered(column: ColumnSummary) -> bool:
    """Return whether a column under a bare name holds codes with digits: ``Name`` of "#1001"."""
    if not bare(column.name):
        return False
    if column.type == "number":
        return column.whole
    return column.head > 0 and column.digits >= 0.9 * column.head and column.spaced == 0


def bare(name: str) -> bool:
    """Return whether a name says that something is numbered or named, but not what.

    >>> bare("id"), bare("Name"), bare("Order ID")
    (True, True, False)
    """
    return BARE.fullmatch(tokens(name)) is not None


def prices_a_piece(name: str) -> bool:
    """Return whether a name is of the price of one piece.

    >>> prices_a_piece("Unit Price"), prices_a_piece("Precio"), prices_a_piece("Total Price")
    (True, True, False)
    """
    named = _parts_named(name)
    return bool(named) and named[0].name == "unit_price" and money_rank(name) != 0


def _speaks_of_money(column: ColumnSummary) -> bool:
    """Return whether a name is one of an amount: of an order, or of a line."""
    if any(p.name == "amount" for p in _parts_named(column.name)):
        return True
    words = taxes_aside(tokens(column.name)) or tokens(column.name)
    if SUBTOTAL.search(words):
        return True
    return LOOSELY["amount"].fullmatch(words) is not None and PIECE.fullmatch(words) is None


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
        part = _part_of(column, parts)
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
    _settle_day(chosen, taken)
    _settle_money(chosen)
    chosen |= wished
    free = [c for c in columns if c.present and c.name not in parts and c.name not in reasons]
    customer = chosen.get("customer")
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
    for name, part, reason in (
        (log.mail, "email", "tells buyers apart whose customer is nobody"),
        (log.refunded, "refund", "the money that was given back of an order"),
        (log.row_type, "row_type", "tells rows of orders, of their lines and others apart"),
    ):
        if name is not None:
            extra[name] = (part, reason)
    traits = tuple(name for name in log.traits if name not in {*names.values(), *extra})

    def one(column: ColumnSummary) -> Column:
        found = _column(column, _part_of(column, parts), names, traits)
        if column.name in extra and column.name not in names.values():
            part, reason = extra[column.name]
            return replace(found, role="describes", meaning=part, reason=reason)
        return found

    return replace(log, traits=traits, columns=tuple(map(one, columns)))


LOG_PARTS = (
    "customer", "date", "order", "quantity", "unit_price", "amount", "discount", "status",
    "channel", "product", "category", "currency",
)  # fmt: skip
"""Parts that one column of a log plays, under the name of the record's field."""


def lines_of_nobody(
    columns: Sequence[ColumnSummary], parts: Mapping[str, str] | None = None
) -> tuple[tuple[str, ...], bool] | None:
    """Return the columns that speak of orders in a table that says nothing of customers.

    ``parts`` are the user's own words, as for :func:`find_log`.

    With them, whether they are orders for sure: a number comes more than once, or only the
    money of an order is told. Else a row may be a receipt that is to be segmented.
    ``None`` where the table is no log, or has a column of customers.

    >>> lines_of_nobody([ColumnSummary("Receipt No", "text", 9, 9, 3),
    ...                  ColumnSummary("Date", "date", 9, 9, 9),
    ...                  ColumnSummary("Quantity", "number", 9, 9, 4)])
    (('Receipt No', 'Date', 'Quantity'), True)
    """
    found: dict[str, ColumnSummary] = {}
    for column in columns:
        part = _part_of(column, parts or {})
        if part is not None:
            found.setdefault(part.name, column)
    days = [c for c in columns if c.type == "date" and c.present and not _born(c)
            and day_rank(c.name) is not None]  # fmt: skip
    sold = [name for name in ("product", "quantity", "unit_price", "amount") if name in found]
    if "customer" in found or "order" not in found or not days or not sold:
        return None
    order = found["order"]
    if order.distinct < 2 or _column_of_customers(columns):
        return None
    names = (order.name, days[0].name, *(found[name].name for name in sold))
    whole = "amount" in sold and not {"quantity", "unit_price"} & set(sold)
    return names, order.distinct < REPEATED * order.present or whole


def proposed(columns: Sequence[ColumnSummary]) -> tuple[Column, ...]:
    """Return a record of every column with the part that its name speaks of, the first of each."""
    seen: set[str] = set()
    found = []
    for column in columns:
        part = _part_of(column, {})
        if part is not None and part.name in seen:
            part = None
        if part is not None:
            seen.add(part.name)
        names = {part.name: column.name} if part is not None else {}
        found.append(_column(column, part, names, ()))
    return tuple(found)


def unnamed_log(columns: Sequence[ColumnSummary]) -> tuple[str, ...]:
    """Return columns that could say who bought, where a table may be a log whose names say nothing.

    It has days, amounts, and a column whose values come again and again; no column tells rows
    apart as customers, and no two columns are named as what customers did in all. Empty where it
    is a table of customers for sure.
    """
    told = {
        word.meaning.partition(":")[0]
        for column in columns
        if column.type == "number"
        for word, _ in readings(column.name)[:1]
        if word.role == "forms" and word.meaning != "measure"
    }
    days = [c for c in columns if c.type == "date" and 2 * c.present >= c.rows and c.distinct > 5]
    numbers = [
        c
        for c in columns
        if c.type == "number" and (c.high or 0) > 0
        and (not c.whole or c.distinct < REPEATED * c.present)
    ]  # fmt: skip
    if len(told) >= 2 or not days or not numbers or _column_of_customers(columns):
        return ()
    if any(c.unique and names_a_person(c.name) for c in columns):
        return ()
    numbers_of_orders = [c for c in columns if (p := _part_of(c, {})) and p.name == "order"]
    most = max((c.distinct for c in numbers_of_orders), default=0)
    return tuple(
        c.name
        for c in columns
        if (most == 0 or c.distinct < SAME_NUMBER * most)
        and (c.type == "text" or (c.type == "number" and c.whole and (c.high or 0) > LARGEST_COUNT))
        and 2 * c.present >= c.rows
        and SEVERAL_VALUES <= c.distinct < REPEATED * c.present
        and c.present < MOST_ORDERS * c.distinct
    )


def _column_of_customers(columns: Sequence[ColumnSummary]) -> bool:
    """Return whether at least two columns say what customers did in all."""
    told = {
        word.meaning
        for column in columns
        if column.type == "number"
        for word, _ in readings(column.name)[:1]
    }
    return len(told & OF_CUSTOMERS) >= 2


def _somebody(
    free: Sequence[ColumnSummary],
    columns: Sequence[ColumnSummary],
    chosen: Mapping[str, ColumnSummary],
) -> ColumnSummary | None:
    """Return the column that identifies what comes more than once, beside a day and money.

    For a customer whom no word names: ``id``, ``Donor Key``; in a table without a header, codes.
    """
    days = [c for c in columns if c.type == "date" and c.present and not _other(c)]
    if not days:
        return None
    nameless = all(re.fullmatch(r"column_\d+", c.name) for c in columns)
    money = [c for c in free if c.type == "number" and (nameless or _is_money(c))]
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
        days = [c for c in free if c.type == "date" and not _other(c)]
        ordered = [c for c in days if DELIVERED.fullmatch(tokens(c.name)) is None]
        if len(days) == 1 or len(ordered) == 1:
            chosen["date"] = (ordered or days)[0]
    if "quantity" not in chosen:
        counts = [c for c in free if c.type == "number" and _loosely("quantity", c)]
        if len(counts) == 1:
            chosen["quantity"] = counts[0]
    if "amount" in chosen or {"unit_price", "quantity"} <= set(chosen):
        return
    numbers = [c for c in free if c.type == "number"]
    money = [c for c in numbers if _is_money(c)]
    if not money and all(re.fullmatch(r"column_\d+", c.name) for c in free):
        money = [c for c in numbers if not c.whole and (c.high or 0) > 0]
    if money:
        chosen["amount"] = max(money, key=lambda c: (not c.whole, c.present))


def _is_money(column: ColumnSummary) -> bool:
    return _loosely("amount", column) and NOT_MONEY.fullmatch(tokens(column.name)) is None


def _loosely(part: str, column: ColumnSummary) -> bool:
    return LOOSELY[part].fullmatch(tokens(column.name)) is not None


def told_in_text(columns: Sequence[ColumnSummary]) -> bool:
    """Return whether a column named like a date or an amount holds text."""
    needed = {"date", "amount", "unit_price", "quantity"}
    return any(
        part.name in needed
        for column in columns
        if column.type == "text" and column.present and _part_of(column, {}) is None
        for part in _parts_named(column.name)
    )


def empty_customer(columns: Sequence[ColumnSummary]) -> str | None:
    """Return the column that is named as the customer's, but has no value at all."""
    for column in columns:
        if not column.present and any(p.name == "customer" for p in _parts_named(column.name)):
            return column.name
    return None


def _refuse_type(column: ColumnSummary, part: Part) -> None:
    if column.type not in part.types:
        raise DataError.of(
            f"column {column.name!r} is given the meaning {part.name!r}, but holds "
            f"{_TYPES[column.type]}",
            " or ".join(_TYPES[kind] for kind in part.types),
            "give it another meaning in the configuration, or convert the column",
        )


_TYPES = {"number": "numbers", "text": "text", "date": "dates", "boolean": "yes or no"}


def _born(column: ColumnSummary) -> bool:
    return any(word.meaning == "birth" for word, _ in readings(column.name))


def _other(column: ColumnSummary) -> bool:
    """Return whether a date is of the customer, not of an order: a birth, a sign-up."""
    return any(word.meaning in {"birth", "first_date"} for word, _ in readings(column.name))


def _part_of(column: ColumnSummary, parts: Mapping[str, str]) -> Part | None:
    if column.name in parts:
        wanted = parts[column.name]
        return next((part for part in PARTS if part.name == wanted), None)
    if not column.present:
        return None
    return next((part for part in _parts_named(column.name) if column.type in part.types), None)


@lru_cache(maxsize=20_000)
def _parts_named(name: str) -> tuple[Part, ...]:
    """Return the parts that a name speaks of, whatever its column holds."""
    words = tokens(name)
    plain = " ".join(word for word in words.split() if word not in ARTICLES)
    return tuple(
        part
        for pattern, part in RULES
        if pattern.fullmatch(words)
        or pattern.fullmatch(plain)
        or words in names_of(part.name)
        or (part.name in _ALSO and _ALSO[part.name](name))
    )


_ALSO: dict[str, Callable[[str], bool]] = {
    "customer": is_buyer,
    "order": lambda name: order_rank(name) in {0, 1},
    "amount": lambda name: money_rank(name) == 0,
}


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
    chosen: dict[str, ColumnSummary], taken: Mapping[str, Sequence[ColumnSummary]]
) -> None:
    """Choose the day by its name's rank; a day on which something else happened is none."""
    days = [c for c in taken.get("date", ()) if day_rank(c.name) is not None]
    if not days:
        chosen.pop("date", None)
        return
    first = chosen["date"]
    half = max(c.present for c in days) / 2
    chosen["date"] = min(
        days, key=lambda c: (c.present < half, _rank(day_rank(c.name)), c is not first)
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
    if _column_of_customers(columns) and not (
        per_line < REPEATED and numbered and date is not None
    ):
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
        name=column.name, type=column.type, role="dropped", meaning="",
        reason="no part of an order that is used", label=column.name,
        missing=column.rows - column.present, distinct=column.distinct,
        estimated=not column.exact,
    )  # fmt: skip
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
    meant = next(iter(_parts_named(column.name)), None)
    if meant is not None and column.present and meant.name not in names:
        why = f"named like the {meant.name.replace('_', ' ')} of an order, but holds "
        return replace(found, reason=why + _TYPES[column.type])
    return found
