"""A column name as words: split where case, digits and signs change, accents folded."""

from __future__ import annotations

import re
import unicodedata

from smartcart.tables.patterns import lazy_pattern

__all__ = ["is_surrogate", "parts", "tokens"]

_LOW, _UP = "a-zß-öø-ÿ", "A-ZÀ-ÖØ-Þ"
_SPLIT = lazy_pattern(
    rf"(?<=[{_LOW}0-9])(?=[{_UP}])|(?<=[{_UP}])(?=[{_UP}][{_LOW}])|[\W_]+|(?<=[{_LOW}])(?=\d)"
)
_GLUED = (  # words of shops' exports: "ORDERLINENUMBER" is read as three
    "accepted|amt|app|catalog|cmp|deals|dt|income|last|lifetime|mnt|num|online|orders|prods|"
    "products|purchases|revenue|since|spend|spent|store|visits|web|days|joined|signup|active|"
    "account|amount|basket|birth|charge|city|client|code|contact|country|customer|date|day|"
    "description|discount|each|email|first|id|invoice|item|key|last|line|member|month|name|"
    "number|order|ordered|payment|phone|price|product|purchase|qty|quantity|receipt|sales|size|"
    "spend|state|status|stock|total|transaction|type|unit|user|value|year"
)
_ALL_GLUED = lazy_pattern(rf"(?:{_GLUED}){{2,}}", re.IGNORECASE)
_ONE_GLUED = lazy_pattern(rf"(?:{_GLUED})(?=(?:{_GLUED})*$)", re.IGNORECASE)
_MONEY_ON = lazy_pattern(r"(mnt)([a-z]{3,}?)(products|prods)?")  # "mntmeatproducts"
_TABLES = {"dim", "fk", "pk", "fact"}
_KEYS = {"sk", "nk", "bk", "hk", "skey", "wid", "dwid"}  # surrogate, natural, business, hash
_PEOPLE = {"customer", "client", "user", "member", "account", "person", "buyer", "shopper", "guest"}
_KEYED = {"order", "invoice", "transaction", "receipt", "line", "item", "product", "date", "day"}
_KEYED |= {"header", "basket", "ticket", "booking", *_PEOPLE}
_LIGATURES = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})


def tokens(name: str) -> str:
    """Split a column name into lower-case words joined by single blanks, accents folded.

    >>> tokens("NumWebVisitsMonth"), tokens("Year_Birth"), tokens("AcceptedCmp3")
    ('num web visits month', 'year birth', 'accepted cmp 3')
    >>> tokens("AnzahlKäufe"), tokens("Nº de pedidos"), tokens("chiffre d'affaires")
    ('anzahl kaufe', 'no de pedidos', 'chiffre d affaires')
    >>> tokens("ORDERLINENUMBER"), tokens("customerid"), tokens("Bestellnummer")
    ('order line number', 'customer id', 'bestellnummer')
    >>> tokens("# de venta"), tokens("Order #"), tokens("# Sales")
    ('no de venta', 'order', 'num sales')
    >>> tokens("order_nk"), tokens("CUSTOMER_SK"), tokens("customer_bk"), tokens("order_date_sk")
    ('order id', 'customer id', 'customer unique id', 'order date')
    >>> tokens("fk_dim_customer_key"), tokens("Orders SK")
    ('customer key', 'orders sk')
    >>> tokens("mntmeatproducts"), tokens("NUMWEBVISITSMONTH"), tokens("ACCEPTEDCMP3")
    ('mnt meat products', 'num web visits month', 'accepted cmp 3')
    """
    return " ".join(_of_a_warehouse([_fold(part) for part in parts(name)]))


def _of_a_warehouse(words: list[str]) -> list[str]:
    """Return the words with a warehouse's keys of something as ids of it.

    A natural or business key tells people apart for good, a surrogate key those of a version.
    """
    if len(words) > 2 and words[0] in _TABLES and _KEYED & set(words):
        return _of_a_warehouse(words[1:])
    if len(words) < 2 or words[-1] not in _KEYS or words[-2] not in _KEYED:
        return words
    if words[-2] in {"date", "day"}:
        return words[:-1]
    for_good = words[-2] in _PEOPLE and words[-1] in {"nk", "bk"}
    return [*words[:-1], *(["unique"] if for_good else []), "id"]


def is_surrogate(name: str) -> bool:
    """Return whether a name is that of a warehouse's own key of a row, one for each version.

    >>> is_surrogate("customer_sk"), is_surrogate("CUSTOMER_WID"), is_surrogate("customer_nk")
    (True, True, False)
    """
    return re.search(r"(^|_|\b)(sk|skey|wid|dwid)$", name.strip().lower()) is not None


def parts(name: str) -> list[str]:
    """Return the words of a name as they are written."""
    text = unicodedata.normalize("NFC", name).replace("°", "º")
    text = re.sub(r"^#(?= ?(de|del|do|da|di|of) )", "no", text.strip())
    text = re.sub(r"^# ?(?=[A-Za-z]+s$)", "num ", text)  # "# Sales" counts them
    if text.isupper():  # as warehouses fold names, which they may do to lower case as well
        text = text.lower()
    found = [part for part in _SPLIT.split(text) if part]
    return [word for part in found for word in _unglued(part)]


def _unglued(word: str) -> list[str]:
    if _ALL_GLUED.fullmatch(word):
        return _ONE_GLUED.findall(word)
    if match := _MONEY_ON.fullmatch(word):
        return [part for part in match.groups() if part]
    return [word]


def _fold(text: str) -> str:
    """Return lower-case letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare)  # Korean syllables whole again
