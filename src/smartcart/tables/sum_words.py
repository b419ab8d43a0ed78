"""Words that stand before the sums of a table."""

from __future__ import annotations

import re

from smartcart.tables.patterns import lazy_pattern

__all__ = ["SUM_START", "SUM_WORDS", "starts_with_sum"]

SUM_WORDS = (
    "total",
    "totals",
    "grand total",
    "subtotal",
    "sub-total",
    "zwischensumme",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "insgesamt",
    "totale",
    "total general",
    "total général",
    "somme",
    "suma",
    "total geral",
    "soma",
    "totaal",
    "всего",
    "итого",
    "toplam",
    "razem",
    "合計",
    "总计",
    "合计",
    "합계",
    "총계",
    "összesen",
    "mindösszesen",
    "celkem",
    "spolu",
    "součet",
    "summa",
    "totalt",
    "i alt",
    "sammanlagt",
    "yhteensä",
    "разом",
    "усього",
    "общо",
    "σύνολο",
    "ukupno",
    "iš viso",
    "viso",
    "tổng",
    "jumlah",
    "รวม",
    "المجموع",
    "الإجمالي",
    "סה״כ",
    'סה"כ',
    "łącznie",
    "ogółem",
)
"""Lower-case words that stand before the sums of a table, in place of an id or a day."""
SUM_START = f"^({'|'.join(SUM_WORDS)})"
"""How a cell begins that may be one of these; for an engine to look for."""
_STARTS = lazy_pattern(rf"({'|'.join(map(re.escape, sorted(SUM_WORDS, key=len, reverse=True)))})\b")


def starts_with_sum(text: str) -> bool:
    """Return whether a cell begins with a word for a sum.

    >>> starts_with_sum("Total 2024-03"), starts_with_sum("Totally"), starts_with_sum("2024-03-01")
    (True, False, False)
    """
    return _STARTS.match(text.strip().lower()) is not None
