"""Is a table an order log, and which of its columns says what?

A row of words per part of an order line, matched against the tokens of a column's name as in
:mod:`smartcart.tables.vocabulary`; the first part that matches and whose values fit takes the
column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from smartcart.errors import DataError
from smartcart.records import Column, ColumnRole, ColumnType, OrderLog
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import readings

__all__ = ["MEANINGS", "PARTS", "find_log", "told_in_text"]

REPEATED = 0.9  # customers per line below which a log is believed without an order number
FEW_OF_MOST = 0.2  # an id with so few values beside another is no id: a kind of account
FEW_TRAITS = 200  # distinct values of a column that may describe customers

_ID = r"( ?(unique )?(id|no|nr|number|num|key|code|nummer|numero|num|codigo))?"
_WHEN = r"(date|datetime|time ?stamp|date time|day|dt|at|on)"
_ORDER = (
    r"order|invoice|transaction|trans|trx|receipt|basket|bill|ticket|sale|purchase|cart|"
    r"bestellung|bestell|rechnungs?|beleg|pedido|factura|compra|venta|commande|facture|achat|"
    r"fatura|venda|nota fiscal|txn|sales order|increment"
)
_ORDER_ALONE = (
    r"order|invoice|transaction|receipt|basket|ticket|bestellung|beleg|pedido|factura|commande|"
    r"facture|fatura|trans|txn"
)
_PERSON = (
    r"customer|client|user|member|shopper|buyer|account|household|person|card ?holder|cust|"
    r"kunden?|cliente|acheteur|comprador|consumidor|usuario|utilisateur|klant|uid"
)
_MAIL = r"e ?mail( address| adresse)?|mail|correo|courriel"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an order line: names, types that fit, the role that follows, and why."""

    name: str
    pattern: str
    types: tuple[ColumnType, ...]
    role: ColumnRole
    reason: str


_PLAIN: tuple[ColumnType, ...] = ("number", "text")
_NUMBER: tuple[ColumnType, ...] = ("number",)
_SORT: tuple[ColumnType, ...] = ("text", "number", "boolean")

PARTS: tuple[Part, ...] = (
    Part(
        "customer",
        rf"({_PERSON}){_ID}|(id|numero|no|num|code|codigo)( de| du| do| da)? ({_PERSON})|"
        rf"(({_PERSON}) )?({_MAIL})|(loyalty |lylty |credit )?card ?(id|no|nr|nbr|number|num)|"
        rf"(kunden|klant|client)(nummer|nr)|({_PERSON}) name",
        _PLAIN, "id", "says whose order it is",
    ),
    Part(
        "date",
        rf"({_ORDER})? ?{_WHEN}( ({_ORDER}|utc|local))?|(date|fecha|data) (de |du |da |do |d )?"
        rf"({_ORDER})|(bestell|rechnungs|kauf|beleg)datum|datum|fecha|data|{_WHEN} of ({_ORDER})|"
        rf"({_ORDER}) (purchase|created|placed) {_WHEN}|created( at| on| date)?|"
        rf"({_ORDER}) (time ?stamp|datum|fecha|data)|(order|purchase|transaction) "
        rf"(approved|purchase) time ?stamp",
        ("date",), "forms", "the day of the order: gives recency, tenure and rhythm",
    ),
    Part(
        "order",
        rf"({_ORDER}) ?(id|no|nr|number|num|key|code|nummer|numero|codigo|reference|ref)|"
        rf"{_ORDER_ALONE}|(bestell|rechnungs|beleg|auftrags)(nummer|nr|id)|"
        rf"(id|numero|no|num)( de| du| do| da| of)? ({_ORDER})",
        _PLAIN, "forms", "says which lines are one order: gives the frequency",
    ),
    Part(
        "quantity",
        r"(order |item |product |line )?(quantity|qty|quant|units|pieces|pcs)( ordered| sold)?|"
        r"(num|number|no|count)( of)? (items|units|pieces|products)|menge|anzahl|stueck|stuck|"
        r"cantidad|unidades|quantite|qte|quantidade|qtd|qtde|items",
        _NUMBER, "forms", "pieces bought",
    ),
    Part(
        "unit_price",
        r"(unit|item|product|list|sale|selling|retail)? ?price( each| per unit| unit)?|"
        r"price of (unit|item)|unit cost|(einzel|stueck|stuck)?preis|precio( unitario)?|"
        r"prix( unitaire)?|preco( unitario)?|valor unitario",
        _NUMBER, "forms", "the price of one piece",
    ),
    Part(
        "amount",
        rf"((line|item|net|gross|total|sub|grand|paid|payment|usd|eur|gbp|{_ORDER}) ?)*"
        r"(amount|amt|total|value|revenue|sales|sale|spend|spent|turnover|subtotal|monetary)"
        r"( (usd|eur|gbp|inr|paid|spent|amount|value|net|gross|price))*|total price|price total|"
        r"umsatz|betrag|gesamt(preis|betrag|summe)?|summe|importe( total)?|monto( total)?|"
        r"total a pagar|montant( total)?|chiffre d affaires|prix total|valor( total)?|"
        r"preco total|receita|sales value|ventas|vendas|purchase|compra|venta|venda|achat|prezzo|"
        r"importo|totale|bedrag",
        _NUMBER, "forms", "the money of the line",
    ),
    Part(
        "discount",
        r"(discount|coupon|promo|promotion|voucher|rebate|markdown|deal)s?"
        r"( (rate|pct|percent|percentage|amount|value|applied|used|code|id|name|type))?|"
        r"(is |on )(discount|discounted|promo|promotion|sale)|rabatt( ?code)?|descuento|cupon|"
        r"remise|reduction|desconto|cupom",
        ("number", "text", "boolean"), "forms", "bought at a discount",
    ),
    Part(
        "status",
        rf"({_ORDER}|payment|delivery|line|item)? ?(status|state of order)|estado( del pedido)?|"
        r"statut|situacao|bestellstatus|returned|is returned|cancell?ed|is cancell?ed|return",
        ("text", "boolean", "number"), "describes", "tells cancelled and returned orders",
    ),
    Part(
        "channel",
        r"((sales|order|purchase|marketing|acquisition) )?(channel|platform|medium|device|source)"
        r"( name| type)?|canal( de venta| de venda)?|kanal|vertriebskanal|canal de vente|"
        r"order (method|mode)|ship mode",
        _SORT, "forms", "where it was bought: shares per channel",
    ),
    Part(
        "product",
        r"(stock|product|item|sku|article|artikel|material|upc|ean|asin) ?"
        r"(id|code|no|nr|number|num|key|sku|nummer)?|product|item|sku|produkt|producto|produit|"
        r"produto|articulo|artigo|(product|item) (name|description|title)|description|"
        r"item description|bezeichnung|descripcion|descricao|designation",
        _PLAIN, "forms", "tells different products",
    ),
    Part(
        "category",
        r"(product |item |sub |main )*(category|categories|department|product line|product type|"
        r"family|group|commodity( desc)?|kategorie|warengruppe|categoria|categorie|rayon|"
        r"departamento|section|aisle)( name| english| code)*",
        _SORT, "describes", "what was bought: shares per category",
    ),
    Part(
        "currency",
        r"currency( code)?|waehrung|wahrung|moneda|devise|moeda",
        ("text",), "describes", "more than one currency makes sums wrong",
    ),
)  # fmt: skip

MEANINGS: dict[str, ColumnRole] = {part.name: part.role for part in PARTS} | {"trait": "describes"}
"""What a column of an order log can mean, with the role that it brings."""
_RULES = tuple((re.compile(part.pattern), part) for part in PARTS)
_OF_CUSTOMERS = {"frequency", "recency", "tenure", "visits", "spend_total", "income"}
_TRAIT = re.compile(
    r".*\b(country|region|state|city|gender|sex|segment|market|land|pais|pays|stadt|ciudad|ville|"
    r"cidade|estado|customer type|member(ship)?( type| status)?|age group)\b.*"
)
_PREFERRED = {  # of several columns for a part: the first that matches
    "date": (rf"(order|invoice|purchase|transaction|sale).*|.*({_ORDER}).*",),
    "customer": (
        rf"({_PERSON}) unique.*", rf"({_PERSON}) ?(id|no|nr|number|nummer|key|code).*",
        rf"{_PERSON}", r".*card.*", rf".*({_MAIL}).*",
    ),
    "order": (r"(order|invoice|bestell|rechnung|pedido|commande|facture|transaction).*",),
    "amount": (r"(line|item|sub).*", r".*(amount|sales|revenue|umsatz|betrag).*", r".*total.*"),
    "category": (r"(product )?category.*", r"department.*"),
    "product": (r".*(id|code|sku|no|nr|number)", r"product.*"),
    "status": (r"order.*",),
    "discount": (r".*(discount|rabatt|descuento|remise|desconto).*",),
}  # fmt: skip


def find_log(
    columns: Sequence[ColumnSummary],
    parts: Mapping[str, str] | None = None,
    *,
    asked: bool = False,
) -> OrderLog | None:
    """Return how the columns make an order log, or ``None`` where they do not.

    A log has a column of customers that come more than once, and with it an order number or a day.
    Where hardly anybody comes twice, it must have both.

    Parameters
    ----------
    columns : figures of all columns.
    parts : the user's own words: column -> part, ``""`` for a column that is none.
    asked : the user says that it is a log: only a customer column is then needed.
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
    _settle_money(chosen)
    chosen |= wished
    customer = chosen.get("customer")
    if customer is None:
        return None
    if "date" not in chosen:
        days = [c for c in columns if c.type == "date" and c.name not in parts and not _other(c)]
        if len(days) == 1 and customer.distinct < REPEATED * customer.present:
            chosen["date"] = days[0]
    if not asked and not wished and not _is_log(customer, chosen, columns):
        return None
    names = {name: column.name for name, column in chosen.items()}
    traits = tuple(
        c.name
        for c in columns
        if (parts[c.name] == "trait" if c.name in parts else _is_trait(c))
        and c.name not in set(names.values())
    )
    described = tuple(_column(c, reasons.get(c.name), names, traits) for c in columns)
    return replace(OrderLog(described, customer.name, traits=traits), **names)  # type: ignore[arg-type]


def told_in_text(columns: Sequence[ColumnSummary]) -> bool:
    """Return whether a column named like a date or an amount holds text."""
    needed = {"date", "amount", "unit_price", "quantity"}
    return any(
        part.name in needed and pattern.fullmatch(tokens(column.name)) is not None
        for column in columns
        if column.type == "text" and column.present and _part_of(column, {}) is None
        for pattern, part in _RULES
    )


def _refuse_type(column: ColumnSummary, part: Part) -> None:
    if column.type not in part.types:
        raise DataError.of(
            f"column {column.name!r} is given the meaning {part.name!r}, but holds "
            f"{_TYPES[column.type]}",
            " or ".join(_TYPES[kind] for kind in part.types),
            "give it another meaning in the configuration, or convert the column",
        )


_TYPES = {"number": "numbers", "text": "text", "date": "dates", "boolean": "yes or no"}


def _other(column: ColumnSummary) -> bool:
    """Return whether a date is of the customer, not of an order: a birth, a sign-up."""
    return any(word.meaning in {"birth", "first_date"} for word, _ in readings(column.name))


def _part_of(column: ColumnSummary, parts: Mapping[str, str]) -> Part | None:
    if column.name in parts:
        wanted = parts[column.name]
        return next((part for part in PARTS if part.name == wanted), None)
    if not column.present:
        return None
    words = tokens(column.name)
    for pattern, part in _RULES:
        if column.type in part.types and pattern.fullmatch(words):
            return part
    return None


def _best(name: str, found: Sequence[ColumnSummary]) -> ColumnSummary:
    """Return the column whose name says it best, then the one with the fewest gaps."""
    patterns = _PREFERRED.get(name, ())
    most = max(column.distinct for column in found)

    def rank(item: tuple[int, ColumnSummary]) -> tuple[bool, int, int, int]:
        place, column = item
        words = tokens(column.name)
        hit = next((i for i, p in enumerate(patterns) if re.fullmatch(p, words)), len(patterns))
        poor = name in {"customer", "order"} and column.distinct < FEW_OF_MOST * most
        return poor, hit, -column.present, place

    return min(enumerate(found), key=rank)[1]


def _settle_money(chosen: dict[str, ColumnSummary]) -> None:
    """Drop a unit price that comes without a quantity where an amount is known, and the reverse."""
    if "amount" not in chosen and "unit_price" in chosen and "quantity" not in chosen:
        chosen["amount"] = chosen.pop("unit_price")  # one piece per line
    if "amount" in chosen and "unit_price" in chosen and "quantity" in chosen:
        words = tokens(chosen["amount"].name)
        if re.match(rf"({_ORDER}|basket|grand) ?(total|amount|value)", words):
            del chosen["amount"]  # of the whole order, repeated on each of its lines


def _is_log(
    customer: ColumnSummary,
    chosen: Mapping[str, ColumnSummary],
    columns: Sequence[ColumnSummary],
) -> bool:
    """Return whether the columns are those of orders rather than of customers."""
    told = {
        word.meaning
        for column in columns
        if column.type == "number"
        for word, _ in readings(column.name)[:1]
    }
    if len(told & _OF_CUSTOMERS) >= 2:
        return False
    per_line = customer.distinct / max(customer.present, 1)
    order, date = chosen.get("order"), chosen.get("date")
    if per_line < REPEATED:
        return order is not None or date is not None
    return order is not None and date is not None


def _is_trait(column: ColumnSummary) -> bool:
    return (
        column.type == "text"
        and 1 < column.distinct <= FEW_TRAITS
        and _TRAIT.fullmatch(tokens(column.name)) is not None
    )


def _column(
    column: ColumnSummary, part: Part | None, names: Mapping[str, str], traits: Iterable[str]
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
    if column.name in names.values():
        return replace(found, role="forms", meaning="amount", reason="the money of the line")
    if column.name in traits:
        return replace(
            found, role="describes", meaning="trait", reason="who the customer is: describes"
        )
    if part is not None:
        better = names.get(part.name)
        why = f"{better} says it already" if better else "not needed beside the others"
        return replace(found, meaning=part.name, reason=why)
    return found
