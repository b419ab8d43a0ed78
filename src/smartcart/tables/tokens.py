"""A column name as words: split where case, digits and signs change, accents folded."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["parts", "tokens"]

_LOW, _UP = "a-zß-öø-ÿ", "A-ZÀ-ÖØ-Þ"
_SPLIT = re.compile(
    rf"(?<=[{_LOW}0-9])(?=[{_UP}])|(?<=[{_UP}])(?=[{_UP}][{_LOW}])|[\W_]+|(?<=[{_LOW}])(?=\d)"
)
_LIGATURES = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})


def tokens(name: str) -> str:
    """Split a column name into lower-case words joined by single blanks, accents folded.

    >>> tokens("NumWebVisitsMonth"), tokens("Year_Birth"), tokens("AcceptedCmp3")
    ('num web visits month', 'year birth', 'accepted cmp 3')
    >>> tokens("AnzahlKäufe"), tokens("Nº de pedidos"), tokens("chiffre d'affaires")
    ('anzahl kaufe', 'no de pedidos', 'chiffre d affaires')
    """
    return " ".join(_fold(part) for part in parts(name))


def parts(name: str) -> list[str]:
    """Return the words of a name as they are written."""
    text = unicodedata.normalize("NFC", name).replace("°", "º")
    return [part for part in _SPLIT.split(text) if part]


def _fold(text: str) -> str:
    """Return lower-case letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
