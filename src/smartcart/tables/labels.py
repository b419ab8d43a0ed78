"""What a column is called in front of people."""

from __future__ import annotations

from smartcart.tables.tokens import parts, tokens
from smartcart.tables.vocabulary import readings

__all__ = ["label_of"]

_DROPPED_WORDS = {
    "mnt",
    "amt",
    "num",
    "dt",
    "nb",
    "no",
    "z",
    "amount",
    "number",
    "of",
    "products",
    "prods",
}
_NUMBERING = {"num", "nb", "of"}
_AMOUNTS = {"total", "value", "amount", "sum", "sales"}  # would read as money without "number"
_SHORT = {
    "prods": "products",
    "pur": "purchases",
    "walkin": "store",
    "kidhome": "young children",
    "teenhome": "teenagers",
    "cmp": "campaign",
}


def label_of(name: str, meaning: str) -> str:
    """Words for people in place of a column name; other languages keep the words they have.

    >>> label_of("MntMeatProducts", "spend:meat"), label_of("NumWebPurchases", "channel:web")
    ('Meat spend', 'Web purchases')
    >>> label_of("Income", "income"), label_of("NumWebVisitsMonth", "visits")
    ('Income', 'Web visits per month')
    >>> label_of("Anzahl_Käufe", "frequency"), label_of("Umsatz Wein", "spend:wein")
    ('Anzahl Käufe', 'Umsatz Wein')
    """
    kind, _, what = meaning.partition(":")
    languages = [word.language for word, _ in readings(name) if word.meaning.startswith(kind)]
    pieces = parts(name)
    foreign = bool(languages) and "en" not in languages
    written = " " in name.strip() and "_" not in name
    if foreign or not name.isascii() or (written and kind not in {"spend", "channel", "deals"}):
        text = name.strip() if written else " ".join(pieces) or name
        return text[:1].upper() + text[1:]
    if kind == "spend" and what:
        return f"{what} spend".capitalize()
    if kind == "channel":
        return f"{what} purchases".capitalize()
    if kind == "deals":
        return "Deal purchases"
    words = [_SHORT.get(word, word) for word in tokens(name).split()]
    dropped = _NUMBERING if kind in {"measure", "spend_total"} else _DROPPED_WORDS
    if kind == "measure" and set(words) & _NUMBERING and set(words) & _AMOUNTS:
        if "number" in words:
            return " ".join(words).capitalize()
        words = [word for word in words if word not in _NUMBERING]
        return " ".join(["number of", *words]).capitalize()
    kept = [word for word in words if word not in dropped] or words
    if kind == "visits" and kept[-1] in {"month", "week", "year"}:
        kept.insert(-1, "per")
    return " ".join(kept).capitalize() or name
