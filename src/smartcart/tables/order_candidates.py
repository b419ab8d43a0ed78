"""Which columns of a table could play which part of an order, the likeliest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smartcart.tables.buyer_ranks import customer_rank, is_mail
from smartcart.tables.money_ranks import actually_paid, is_refund, money_rank
from smartcart.tables.order_names import bare, of_a_birth, parts_named, prices_a_piece
from smartcart.tables.order_ranks import cancels, day_rank, order_rank
from smartcart.tables.order_words import LOOSELY
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.state_names import is_check, speaks_of_a_loss, why_it_was_lost
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tax_words import taxes_aside
from smartcart.tables.tokens import tokens

__all__ = ["FEW_STATES", "SELDOM", "SEVERAL_VALUES", "Candidates", "find_candidates", "rank"]

SEVERAL_VALUES = 5  # a column that tells customers apart has at least so many
FEW_STATES = 60  # different values of a column that tells what became of a line
FEW_LOSSES = 12  # different values of one that is filled only where something was lost
SELDOM = 0.5  # of the lines, at most, have it
STATE = lazy_pattern(
    r"(?!.*\b(marital|tax|customer|member(ship)?|account|employment|relationship|vip|consent|mail|"
    r"marketing|subscri\w+|loyalty|inventory|stock|civil|family|house|billing state|shipping state|"
    r"province)\b).+ (status|statut|zustand)"
)
NAME = lazy_pattern(
    r"((customer|client|buyer|billing|bill to|sold to|guest|member|kunden?|kaufer|acheteur|cliente|"
    r"comprador|klant|full|user|contact) ?)*(name|nom|nombre|nome|naam)|kunde|customer|client|"
    r"cliente|klant"
)
SUBTOTAL = lazy_pattern(
    r"\w(betrag|summe|umsatz)\b|\b(sub ?total|zwischensumme|teilsumme|sous total)\b"
)
SHOPS = 200  # different shops, at most
SHOP = lazy_pattern(
    r".*\b(stores?|shops?|branch|site|website|outlet|filialen?|filial|betrieb|standort|location|"
    r"marketplace|marktplatz|marktplaats|tienda|sucursal|loja|filiale|boutique|magasin|negozio|"
    r"punto vendita|winkel|vestiging|sklep|butik|mandant|mandt|company|tenant|channel|kanal|canal|"
    r"terminal|register|till|kasse|caisse|caja|cassa|kassa|pos|workspace|brand|source|land|"
    r"country|region|prefix|series|serie)\b.*"
)
PIECE = lazy_pattern(r".*\b(unit|each|per|piece|stuck|einzel|unitario|unitaire)\b.*")


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
    shops: tuple[ColumnSummary, ...] = ()  # each may number its orders by itself


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
            c for c in free if part in {p.name for p in parts_named(c.name) if c.type in p.types}
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
        and (
            order_rank(c.name) in {0, 1}
            or "order" in {p.name for p in parts_named(c.name)}
            or _numbered(c)
        )
    ]
    days = [
        c for c in free if c.type == "date" and not of_a_birth(c) and day_rank(c.name) is not None
    ]
    counted = bool(named("quantity"))
    moneys = [c for c in free if not (counted and prices_a_piece(c.name))]
    moneys = [
        c
        for c in moneys
        if c.type == "number"
        and (c.high or 0) > 0
        and not (c.distinct <= 2 and c.high == 1)  # yes or no
        and money_rank(c.name) is not None
        and _speaks_of_money(c)
    ]
    by_name = named("status")
    return Candidates(
        customers=tuple(sorted(customers, key=lambda c: customer_rank(c.name))),
        mails=tuple(mails),
        orders=tuple(
            said("order")
            or sorted(
                orders,
                key=lambda c: (rank(order_rank(c.name)), _of_a_part(c, orders), _numbered(c)),
            )
        ),
        days=tuple(said("date") or sorted(days, key=lambda c: rank(day_rank(c.name)))),
        moneys=tuple(
            said("amount")
            or sorted(moneys, key=lambda c: (prices_a_piece(c.name), rank(money_rank(c.name))))
        ),
        states=tuple(
            c
            for c in columns
            if (c in by_name or (c in free and (_is_state(c.name) or _is_loss(c))))
            and 1 <= c.distinct <= FEW_STATES
        ),
        refunds=tuple(
            said("refund") or (c for c in free if c.type == "number" and is_refund(c.name))
        ),
        cancelled_on=tuple(
            said("cancelled_on")
            or (
                c
                for c in free
                if (cancels(c.name) and (c.type == "date" or c.distinct > SEVERAL_VALUES))
                or _is_reason(c)
            )
        ),
        names=tuple(
            c for c in free if c.type == "text" and c.spaced > 0 and NAME.fullmatch(tokens(c.name))
        ),
        shops=tuple(
            said("shop")
            or (
                c
                for c in free
                if c.type in {"text", "number"}
                and 1 < c.distinct <= SHOPS
                and 2 * c.present > c.rows
                and SHOP.fullmatch(tokens(c.name))
            )
        ),
        flags=tuple(
            c
            for c in free
            if c.type == "boolean"
            or (c.type != "date" and c.distinct == 2)
            or (c.type in {"text", "number"} and c.distinct == 1 and c.present < c.rows)
        ),
    )


def _is_state(name: str) -> bool:
    return STATE.fullmatch(tokens(name)) is not None and not is_check(name)


def _is_loss(column: ColumnSummary) -> bool:
    """Return whether a column is filled seldom, under a name that speaks of what was lost."""
    return (
        column.type == "text"
        and column.distinct <= FEW_LOSSES
        and column.present <= SELDOM * column.rows
        and speaks_of_a_loss(column.name)
    )


def _is_reason(column: ColumnSummary) -> bool:
    """Return whether a column says why some orders were cancelled, and is blank for the others."""
    return (
        column.type in {"text", "number"}
        and column.present <= SELDOM * column.rows
        and why_it_was_lost(column.name)
    )


def rank(value: int | None) -> int:
    """Return the rank of a name for sorting; last where the name speaks against it."""
    return 9 if value is None else value


def _of_a_part(column: ColumnSummary, others: Sequence[ColumnSummary]) -> bool:
    """Return whether a name is another's and more, in a script without blanks: of its lines."""
    name = column.name.strip()
    return not name.isascii() and any(
        other.name.strip() in name for other in others if other.name.strip() != name
    )


def _numbered(column: ColumnSummary) -> bool:
    """Return whether a column under a bare name holds codes with digits: ``Name`` of "#1001"."""
    if not bare(column.name):
        return False
    if column.type == "number":
        return column.whole
    return column.head > 0 and column.digits >= 0.9 * column.head and column.spaced == 0


def _speaks_of_money(column: ColumnSummary) -> bool:
    """Return whether a name is one of an amount: of an order, or of a line."""
    if any(p.name == "amount" for p in parts_named(column.name)):
        return True
    every = tokens(column.name)
    words = taxes_aside(every) or every
    if (every and not taxes_aside(every)) or SUBTOTAL.search(words) or actually_paid(column.name):
        return True  # "TTC" says no more than that taxes are in it
    return LOOSELY["amount"].fullmatch(words) is not None and PIECE.fullmatch(words) is None
