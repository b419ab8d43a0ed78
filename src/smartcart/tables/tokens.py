"""A column name as words: split where case, digits and signs change, accents folded."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["parts", "tokens"]

_LOW, _UP = "a-zß-öø-ÿ", "A-ZÀ-ÖØ-Þ"
_SPLIT = re.compile(
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
_ALL_GLUED = re.compile(rf"(?:{_GLUED}){{2,}}", re.IGNORECASE)
_ONE_GLUED = re.compile(rf"(?:{_GLUED})(?=(?:{_GLUED})*$)", re.IGNORECASE)
_MONEY_ON = re.compile(r"(mnt)([a-z]{3,}?)(products|prods)?")  # "mntmeatproducts"
_LIGATURES = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})


def tokens(name: str) -> str:
    """Split a column name into lower-case words joined by single blanks, accents folded.

    >>> tokens("NumWebVisitsMonth"), tokens("Year_Birth"), tokens("AcceptedCmp3")
    ('num web visits month', 'year birth', 'accepted cmp 3')
    >>> tokens("AnzahlKäufe"), tokens("Nº de pedidos"), tokens("chiffre d'affaires")
    ('anzahl kaufe', 'no de pedidos', 'chiffre d affaires')
    >>> tokens("ORDERLINENUMBER"), tokens("customerid"), tokens("Bestellnummer")
    ('order line number', 'customer id', 'bestellnummer')
    >>> tokens("# de venta"), tokens("Order #")
    ('no de venta', 'order')
    >>> tokens("mntmeatproducts"), tokens("NUMWEBVISITSMONTH"), tokens("ACCEPTEDCMP3")
    ('mnt meat products', 'num web visits month', 'accepted cmp 3')
    """
    return " ".join(_fold(part) for part in parts(name))


def parts(name: str) -> list[str]:
    """Return the words of a name as they are written."""
    text = unicodedata.normalize("NFC", name).replace("°", "º")
    text = re.sub(r"^#(?= ?(de|del|do|da|di) )", "no", text.strip())
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
