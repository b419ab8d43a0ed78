"""What the name of a column speaks of: which part of an order, or something of the customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from smartcart.tables.buyer_ranks import is_buyer
from smartcart.tables.languages import customers_meaning, names_of, part_within
from smartcart.tables.money_ranks import money_rank
from smartcart.tables.order_ranks import order_rank
from smartcart.tables.order_words import (
    IDENTIFIES,
    LOOSELY,
    NOT_MONEY,
    OF_CUSTOMERS,
    ONE_ORDER,
    PARTS,
    RULES,
    Part,
)
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.sum_names import summed
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tax_numbers import is_tax_number
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import readings
from smartcart.tables.words import ARTICLES

__all__ = [
    "bare",
    "loosely",
    "no_money",
    "of_a_birth",
    "of_the_customer",
    "part_of",
    "parts_named",
    "prices_a_piece",
    "speaks_loosely_of_money",
    "speaks_of_customers",
]

SIGN = lazy_pattern(r"[^\w]*[€$£¥₽₺₹₩₪฿₫₴][^\w]*")  # a column headed by its currency
IN_CURRENCY = lazy_pattern(  # behind what is told in it: "Сумма, руб."
    r",? *\b(?:in )?(руб|rub|грн|uah|лв|тенге|kzt|zł|zl|pln|kč|czk|ft|huf|lei|ron|kr|sek|nok|dkk|"
    r"eur|euros?|usd|gbp|chf|tl|try|€|\$|£)\.? *$",
    re.IGNORECASE,
)
LEAST_ID = 1_000  # whole numbers from here on, each once, number something and count nothing
FEW_COUNTS = 0.3  # of the rows: counts of orders come again, their numbers but for lines of one
CODES = 0.2  # different values for each line at most: codes of discounts come again
BARE = lazy_pattern(r"name|number|num|no|nr|id|reference|ref|code|n")


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
    named = parts_named(name)
    return bool(named) and named[0].name == "unit_price" and money_rank(name) != 0


def of_a_birth(column: ColumnSummary) -> bool:
    """Return whether a name is of the day or year of a birth."""
    return any(word.meaning == "birth" for word, _ in readings(column.name))


def of_the_customer(column: ColumnSummary) -> bool:
    """Return whether a date is of the customer, not of an order: a birth, a sign-up."""
    return any(word.meaning in {"birth", "first_date"} for word, _ in readings(column.name))


def part_of(column: ColumnSummary, parts: Mapping[str, str]) -> Part | None:
    """Return the part of an order that a column plays by its name and type, or by the user."""
    if column.name in parts:
        wanted = parts[column.name]
        return next((part for part in PARTS if part.name == wanted), None)
    if not column.present:
        return None
    named = [part for part in parts_named(column.name) if column.type in part.types]
    off = any(part.name == "discount" for part in named) and _comes_again(column)
    none = off or _counts_orders(column)  # "Cupom" is a receipt, or a code that takes something off
    return next((p for p in named if p.name != "order" or not none), None)


def _comes_again(column: ColumnSummary) -> bool:
    return column.distinct < CODES * column.present


def _counts_orders(column: ColumnSummary) -> bool:
    """Return whether a column that may number orders counts them: small numbers, few of them."""
    few = column.type == "number" and (column.low or 0) <= 1
    few = few and column.distinct < FEW_COUNTS * column.present
    return few and customers_meaning(column.name) == "frequency"


@lru_cache(maxsize=20_000)
def parts_named(name: str) -> tuple[Part, ...]:
    """Return the parts that a name speaks of, whatever its column holds.

    >>> [p.name for p in parts_named("Сумма продажи, руб.")]
    ['amount']
    >>> [p.name for p in parts_named("Контрагент / Заказ")], parts_named("Kunde / Bemerkung")
    (['customer', 'order'], ())
    >>> parts_named("Lignes de la commande/Quantité")  # a path of fields, as Odoo writes it
    ()
    """
    found = _parts_of(name)
    aside = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", name).strip()
    aside = IN_CURRENCY.sub("", aside)
    if found or not aside:
        return found
    found = _parts_of(aside) if aside != name else ()
    one, slash, other = (half.strip() for half in aside.partition(" / "))
    if found or not slash or "/" in other:
        return found
    halves = [_parts_of(half) for half in (one, other)]  # two names of one column
    return (*halves[0], *halves[1]) if all(halves) else ()


def _parts_of(name: str) -> tuple[Part, ...]:
    if SIGN.fullmatch(name):
        return tuple(part for _, part in RULES if part.name == "amount")
    words = tokens(name)
    plain = " ".join(word for word in words.split() if word not in ARTICLES)
    within = part_within(name)
    if within is not None:
        return tuple(part for _, part in RULES if part.name == within)
    return tuple(
        part
        for pattern, part in RULES
        if pattern.fullmatch(words)
        or pattern.fullmatch(plain)
        or words in names_of(part.name)
        or (part.name in _ALSO and _ALSO[part.name](name))
    )


_ALSO: dict[str, Callable[[str], bool]] = {
    "customer": lambda name: is_buyer(name) or is_tax_number(name),
    "order": lambda name: order_rank(name) in {0, 1},
    "amount": lambda name: money_rank(name) == 0 or summed(name) is not None,
}


def loosely(part: str, column: ColumnSummary) -> bool:
    """Return whether a name speaks of ``amount`` or ``quantity`` anywhere in it."""
    return LOOSELY[part].fullmatch(tokens(column.name)) is not None


def no_money(name: str) -> bool:
    """Return whether a name speaks of a number that nobody pays: an id, a count, a phone.

    >>> no_money("PO#"), no_money("Customer Phone Number"), no_money("ORDTOT")
    (True, True, False)
    """
    words = tokens(name)
    told = (
        re.search(
            r"\b(phone|tel|telefon|telefono|telephone|telefone|telefoon|mobil\w*|handy|zip|postcode|year|upc|ean|gtin|sku|asin|isbn|barcode|imei)\b",
            words,
        )
        is not None
    )
    return "#" in name or told or any(p.fullmatch(words) for p in (IDENTIFIES, NOT_MONEY))


def speaks_loosely_of_money(column: ColumnSummary) -> bool:
    """Return whether a name speaks of money somewhere, and of no tax, cost or count."""
    return loosely("amount", column) and NOT_MONEY.fullmatch(tokens(column.name)) is None


def speaks_of_customers(columns: Sequence[ColumnSummary]) -> bool:
    """Return whether at least two columns say what customers did in all."""
    told = {
        word.meaning
        for column in columns
        if column.type == "number"
        and not (column.whole and column.unique and (column.low or 0) >= LEAST_ID)
        for word, _ in readings(column.name)[:1]
        if not (word.meaning == "frequency" and ONE_ORDER.fullmatch(tokens(column.name)))
    }
    return len(told & OF_CUSTOMERS) >= 2
