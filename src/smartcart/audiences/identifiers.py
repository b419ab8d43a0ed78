"""What identifies a customer outside the shop: e-mail, phone, their hashes; and harmless cells.

Normal forms are those in which the customer lists of the ad platforms are compared: e-mail trimmed
and in lower case; phone in E.164 (by the rules of each country); both as SHA-256 in lower-case hex.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Literal

from smartcart.errors import UsageError

__all__ = [
    "DIGITS",
    "FIRST_PLAIN",
    "calling_code",
    "digits_of",
    "harmless",
    "hashed",
    "normal_email",
    "normal_phone",
    "original",
    "read_phone",
]

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
_DIALLED = re.compile(r"[(+]*[0-9][0-9 ().\-/+\u2010-\u2015\xa0]*(?:(?:ext|x)[. ]*[0-9]{1,6})?")
_INVISIBLE = r"\s\x00-\x20\x7f\xa0\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff"
_RISKY = re.compile(
    rf"[{_INVISIBLE}\"'`\u2018-\u201f\uff02\uff07]*"
    r"[\t\r\n=+\-@|\uff1d\uff0b\uff0d\uff20\u2212\ufe62-\ufe66\ufe6b]"
)
_USUAL_EMAIL = re.compile(r"[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
DIGITS = 7
"""At least so many digits tell a line where a phone number cannot be read for certain."""
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

    ``country`` is the calling code (or the two letters) of the country in which numbers without a
    code are dialled. The rules of each country (trunk prefixes, Italy's zero that stays) are those
    of the library ``phonenumbers``.

    >>> normal_phone("0151 / 1234-5678", "49"), normal_phone("06 5550 1000", "39")
    ('+4915112345678', '+390655501000')
    >>> normal_phone("650 555 1212") is None  # of which country?
    True
    """
    return read_phone(text, country)[0]


def read_phone(text: str | None, country: str | None = None) -> tuple[str | None, bool]:
    """Return a phone number in E.164 as :func:`normal_phone`, and whether that is certain.

    It is not where the number is of a length that the country knows, but begins like none there (an
    area code may be lacking), or where a country's code may stand before it without ``+``.
    """
    plain = _dialled(text)
    if plain is None:
        return None, False
    import phonenumbers

    region = _region(country)
    ways = [(plain, True)]
    if plain.startswith("00"):
        ways = [*(ways if region else ()), (f"+{plain[2:]}", True)]
    elif country is not None and _says_its_code(plain, country, region):
        ways.insert(0, (f"+{plain}", False))
    for one, sure in ways:
        try:
            number = phonenumbers.parse(one, region)
        except phonenumbers.NumberParseException:
            continue
        found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_possible_number(number) and len(found) > DIGITS:
            valid = phonenumbers.is_valid_number(number)
            if sure or valid:
                return found, sure and valid
    return None, False


def _says_its_code(plain: str, country: str, region: str | None) -> bool:
    """Does a number begin with its country's code, and not as it is dialled within the country?"""
    import phonenumbers

    digits = re.sub(r"[^0-9]", "", plain)
    if not plain[0].isdigit() or not digits.startswith(country) or len(digits) < 11 or not region:
        return False
    about = phonenumbers.PhoneMetadata.metadata_for_region(region)
    trunk = about.national_prefix if about is not None else None
    return trunk is not None and not digits.startswith(trunk)


def _dialled(text: str | None) -> str | None:
    """Return what may be a phone number, without what stands around it; ``None`` of words."""
    plain = unicodedata.normalize("NFKC", text or "").casefold()
    plain = re.sub(f'^[{_INVISIBLE}\'"]+|[{_INVISIBLE}"]+$', "", plain)
    plain = re.sub(r"^(?:tel|phone|telefon|mobile|mobil|handy|cell)(?:\W*)(?=[0-9+(])", "", plain)
    return plain if _DIALLED.fullmatch(plain) else None


def digits_of(text: str | None) -> str | None:
    """Return the digits of what may be a phone number, without zeros before them.

    They are what is compared where a number cannot be read for certain: two numbers of one line
    end alike, whatever stands before. ``None`` where there are fewer than :data:`DIGITS`, or words.

    >>> digits_of("(030) 5550-1000"), digits_of("12-34"), digits_of("ann@example.com")
    ('3055501000', None, None)
    """
    plain = _dialled(text)
    if plain is None:
        return None
    digits = re.sub(r"[^0-9]", "", plain.partition("x")[0].partition("e")[0]).lstrip("0")
    return digits if len(digits) >= DIGITS else None


def calling_code(country: str | int | None) -> str | None:
    """Return the digits of a country's calling code ("+49", 49, "DE").

    Raises ``UsageError`` where it is none.
    """
    if country is None:
        return None
    import phonenumbers

    told = str(country).strip()
    code = told.removeprefix("+").removeprefix("00")
    if len(told) == 2 and told.isalpha():
        code = str(phonenumbers.country_code_for_region(told.upper()))
    known = code.isdigit() and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    if not known:
        raise UsageError.of(
            f"the country is {country!r}",
            "a calling code such as 49 or 1, or letters such as DE",
            "write the digits that come after + in a phone number",
        )
    return str(int(code))


def _region(country: str | None) -> str | None:
    """Return the region whose rules hold for a calling code: the main one of several."""
    if country is None:
        return None
    import phonenumbers

    region = phonenumbers.region_code_for_country_code(int(country))
    return None if region in {"ZZ", "001"} else region


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
