"""Phone numbers as who bought: one number is written in several ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smartcart.tables.buyer_ranks import is_mail
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["FEWEST_DIGITS", "bare_number", "is_phone"]

FEWEST_DIGITS = 8  # of a number, that two people hardly share
_PHONE = lazy_pattern(
    r"(?!.*\b(ship\w*|shipping|seller|store|shop|agent|recipient|delivery|fax)\b)"
    r".*\b(phones?|tel|telefon\w*|telephone|telefoon|mobil\w*|handy\w*|cell|cellphone|celular|"
    r"movil|whats ?app|gsm|komorka|komorkowy|puhelin|telf?|телефон\w*|тел|κινητο|τηλεφωνο|"
    r"sdt|(so )?dien thoai)\b.*|"
    r".*(電話|携帯|电话|手机|手機|전화|휴대).*"
)


def is_phone(name: str) -> bool:
    """Return whether a column is named as the buyer's phone.

    >>> [is_phone(n) for n in ("WhatsApp", "Κινητό", "Shipping Phone", "Email or phone")]
    [True, True, False, False]
    """
    return _PHONE.fullmatch(tokens(name)) is not None and not is_mail(name)


def bare_number(value: ir.Value, last: int | None = None) -> ir.Value:
    """Return the digits of a phone number, without the zeros before its country or town.

    Of these the ``last``, if so. Where there are none, what is written stays: it is no number.
    """
    digits = value.re_replace("[^0-9]+", "").re_replace("^0+", "")
    told = digits if last is None else digits.right(last)
    return (digits.length() > 0).ifelse(told, value)
