"""What identifies a customer outside the shop: e-mail, phone, their hashes; and harmless cells.

Normal forms are those in which the customer lists of the ad platforms are compared: e-mail trimmed
and in lower case; phone in E.164; both as SHA-256 in lower-case hex.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Literal

from smartcart.errors import UsageError

__all__ = [
    "FIRST_PLAIN", "calling_code", "harmless", "hashed", "normal_email", "normal_phone",
    "original",
]  # fmt: skip

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
_PHONE = re.compile(r"\(?\+?\(?[0-9][0-9 ().\-/\u2010-\u2015\xa0]*")
_INVISIBLE = r"\s\x00-\x20\x7f\xa0\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff"
_RISKY = re.compile(
    rf"[{_INVISIBLE}\"'`\u2018-\u201f\uff02\uff07]*"
    r"[\t\r\n=+\-@|\uff1d\uff0b\uff0d\uff20\u2212\ufe62-\ufe66\ufe6b]"
)
_USUAL_EMAIL = re.compile(r"[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+")
_USUAL_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
FIRST_PLAIN = "^[0-9A-Za-z]"
"""A cell that begins so is never changed by :func:`harmless`."""


def normal_email(text: str | None) -> str | None:
    """Return an e-mail address in lower case without spaces; ``None`` where it is none.

    >>> normal_email("  Ann.Lee@Example.COM ")
    'ann.lee@example.com'
    """
    if not text:
        return None
    if _USUAL_EMAIL.fullmatch(usual := text.strip(" ").lower()):
        return usual
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(f"[{_INVISIBLE}]", "", plain).lower().removeprefix("mailto:")
    return plain if _EMAIL.fullmatch(plain) else None


def normal_phone(text: str | None, country: str | None = None) -> str | None:
    """Return a phone number in E.164 (``+`` and digits); ``None`` where it is none.

    ``country`` is the calling code of numbers written without one; their leading 0 is dropped. A
    number that begins with the code and has 11 digits or more is taken to have it already.

    >>> normal_phone("0151 / 1234-5678", "49"), normal_phone("+1 (650) 555-1212")
    ('+4915112345678', '+16505551212')
    >>> normal_phone("650 555 1212") is None  # of which country?
    True
    """
    if not text:
        return None
    if _USUAL_PHONE.fullmatch(text):
        return text
    plain = re.sub(f"^[{_INVISIBLE}']+|[{_INVISIBLE}]+$", "", unicodedata.normalize("NFKC", text))
    plain = plain.removeprefix("tel:").replace("(0)", "")
    if not _PHONE.fullmatch(plain):
        return None
    digits = re.sub(r"[^0-9]", "", plain)
    if "+" not in plain:
        if digits.startswith("00"):
            digits = digits[2:]
        elif country is None:
            return None
        elif not (digits.startswith(country) and len(digits) >= 11):
            digits = country + digits.removeprefix("0")
    return f"+{digits}" if 7 <= len(digits) <= 15 and digits[0] != "0" else None


def calling_code(country: str | int | None) -> str | None:
    """Return the digits of a country's calling code ("+49", 49).

    Raises ``UsageError`` where it is none.
    """
    if country is None:
        return None
    code = str(country).strip().removeprefix("+").removeprefix("00")
    if not re.fullmatch("[1-9][0-9]{0,2}", code):
        raise UsageError.of(
            f"the country is {country!r}", "a calling code such as 49 or 1",
            "write the digits that come after + in a phone number",
        )  # fmt: skip
    return code


def hashed(text: str | None, platform: Literal["google", "meta"] = "google") -> str | None:
    """Return the SHA-256 of a normal e-mail or phone; of a phone, Meta wants the digits alone.

    >>> hashed("test@example.com")[:16]
    '973dfe463ec85785'
    """
    if text is None:
        return None
    plain = text.removeprefix("+") if platform == "meta" and "@" not in text else text
    return hashlib.sha256(plain.encode()).hexdigest()


def harmless(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula.

    Such a cell begins with ``= + - @`` or ``|`` (also of full width), or with a tab or line break,
    with quotes and blanks before it or not. Numbers are left alone. :func:`original` undoes it
    exactly.

    >>> harmless("=1+1"), harmless("-5"), harmless("-5+cmd"), harmless("Ann")
    ("'=1+1", '-5', "'-5+cmd", 'Ann')
    """
    return f"'{cell}" if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def original(cell: str) -> str:
    """Return what :func:`harmless` was given.

    >>> original("'=1+1"), original("'tis")
    ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell
