"""Numbers in digits of other scripts: Arabic, Persian, Devanagari, Bengali, Thai, full-width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smartcart.tables.date_words import OTHER_DIGITS
from smartcart.tables.patterns import lazy_pattern

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["DECIMAL", "SIGNS", "in_our_digits", "numbers_in_our_digits"]

SIGNS = "number signs"
"""The rule of a plan by which cells are put in our digits before they are numbers."""
DECIMAL = "\u066b"  # the Arabic decimal separator: beside it nothing is left to guess
_ASIDE = "[\u066c\u200e\u200f\u061c\u202a-\u202c\u2066-\u2069]"
"""The Arabic thousands separator, and marks of the way that is written: they say nothing."""
_THEIRS = OTHER_DIGITS + DECIMAL + "\u060c\u066a\uff0c\uff0e\uff05\uff0b\uff0d\uff08\uff09"
_OURS = "0123456789" * (len(OTHER_DIGITS) // 10) + ".,%,.%+-()"
_TABLE = str.maketrans(_THEIRS, _OURS)
_OTHER = lazy_pattern(f"[{OTHER_DIGITS}]")
_SKIPPED = lazy_pattern(_ASIDE)


def in_our_digits(text: str) -> str:
    """Return a cell in our digits, where it has others.

    >>> in_our_digits("\u0661\u066c\u0662\u0663\u0664\u066b\u0665"), in_our_digits("１２，５００")
    ('1234.5', '12,500')
    >>> in_our_digits("\u200e5"), in_our_digits("a")
    ('\u200e5', 'a')
    """
    if text.isascii() or _OTHER.search(text) is None:
        return text
    return _SKIPPED.sub("", text).translate(_TABLE).strip()


def numbers_in_our_digits(cell: ir.Value) -> ir.Value:
    """As :func:`in_our_digits`, of all cells of a column."""
    return cell.re_replace(_ASIDE, "").translate(_THEIRS, _OURS).strip()
