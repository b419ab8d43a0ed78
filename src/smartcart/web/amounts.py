"""Numbers as people type them, read for certain or not at all.

Both decimal signs, thousands set apart in any usual way, currency signs and codes, ``k`` and
``m``. What can be read in two ways is refused with both of them.
"""

from __future__ import annotations

import re
import unicodedata

from smartcart.web.errors import WebError

__all__ = ["read_amount", "shown_amount"]

_SPACES = "\u0020\u00a0\u2007\u2009\u202f"
_APART = f"{_SPACES}'\u2019\u02bc"  # sets thousands apart, and means nothing else
_SCALES = {
    "": 1.0,
    "k": 1e3,
    "tsd": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mio": 1e6,
    "million": 1e6,
}
_CURRENCIES = {  # as they are typed before or behind an amount
    "aed",
    "ars",
    "aud",
    "bgn",
    "brl",
    "cad",
    "chf",
    "clp",
    "cny",
    "cop",
    "czk",
    "dkk",
    "egp",
    "eur",
    "euro",
    "euros",
    "gbp",
    "hkd",
    "huf",
    "idr",
    "ils",
    "inr",
    "jpy",
    "krw",
    "mxn",
    "myr",
    "nok",
    "nzd",
    "php",
    "pln",
    "ron",
    "rub",
    "sar",
    "sek",
    "sgd",
    "thb",
    "try",
    "twd",
    "uah",
    "usd",
    "vnd",
    "zar",
    "dollar",
    "dollars",
    "fr",
    "kc",
    "kr",
    "lei",
    "pound",
    "pounds",
    "rs",
    "zl",
}
_NUMBER = re.compile(r"([+-]?)([0-9][0-9.,]*|[.,][0-9]+)(?:e([+-]?[0-9]{1,2}))?([^\W\d_]*)")


def read_amount(
    typed: str, label: str, *, least: float | None = None, whole: bool = False
) -> float:
    """Return an amount as people type it.

    >>> [read_amount(t, "x") for t in ("1.000,50", "€ 1,000.50", "10k", "1e3", "1'000", "0,5")]
    [1000.5, 1000.5, 10000.0, 1000.0, 1000.0, 0.5]

    A count is ``whole``: ``1,083`` and ``1.083`` can only be 1083.

    Raises ``WebError`` 400 where it is none, can be read in two ways, or is below ``least``.
    """
    text = unicodedata.normalize("NFKC", typed).strip().casefold().replace("\u2212", "-")
    bare = _without_currency(text)
    found = _NUMBER.fullmatch(_joined(bare))
    if found is None:
        raise _refused(f"{label} is {typed[:40]!r}, which is no amount.", least)
    sign, digits, power, unit = found.groups()
    if unit not in _SCALES:
        raise _refused(f"{label} is {typed[:40]!r}: {unit[:20]!r} is no unit of amounts.", least)
    readings = _readings(digits)
    scale = _SCALES[unit] * 10.0 ** int(power or 0)
    if whole:
        readings = {reading for reading in readings if (reading * scale).is_integer()}
        if not readings:
            raise _refused(f"{label} is {typed[:40]!r}, no whole number.", least)
    if not readings:
        raise _refused(f"{label} is {typed[:40]!r}, which is no amount.", least)
    if len(readings) > 1 and power is None:
        one, other = (reading * scale for reading in sorted(readings))
        raise WebError.because(
            400,
            "ambiguous",
            f"{label} is {typed[:40]!r}, which can be {shown_amount(one)} or "
            f"{shown_amount(other)}.",
            f"Type {_plain(one)} or {_plain(other)}, whichever is meant.",
        )
    value = min(readings) * scale * (-1 if sign == "-" else 1)
    if least is not None and value < least:
        raise _refused(f"{label} is {typed[:40]!r}.", least)
    return value + 0.0


def shown_amount(value: float) -> str:
    """Return an amount as it was understood: every digit, thousands set apart by commas.

    >>> shown_amount(1000.5), shown_amount(10_000), shown_amount(0.125), shown_amount(12.3)
    ('1,000.50', '10,000', '0.125', '12.30')
    """
    if value == int(value):
        return f"{value:,.0f}".replace("-", "\u2212")
    text = f"{value:,.6f}".rstrip("0")
    decimals = len(text.partition(".")[2])
    return f"{text}{'0' * max(0, 2 - decimals)}".replace("-", "\u2212")


def _plain(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.4f}"


def _without_currency(text: str) -> str:
    """Take currency signs and codes from both ends."""
    text = re.sub(r"(?<![^\W_])(?:us|ca|a|c|nz|hk|s|r|mx)\$", "$", text)
    while True:
        was = text
        text = text.strip(_SPACES)
        if text and unicodedata.category(text[-1]) == "Sc":
            text = text[:-1]
        sign = text[:1] if text[:1] in {"-", "+"} else ""
        rest = text[len(sign) :].lstrip(_SPACES)
        if rest and unicodedata.category(rest[0]) == "Sc":
            text = sign + rest[1:].lstrip(_SPACES)
        for pattern in (r"^([+-]?)([^\W\d_]+)\.?(?=[\W\d])()", r"()(?<=[\W\d])([^\W\d_]+)\.?$"):
            word = re.search(pattern, text)
            if word and _latin(word[2]) in _CURRENCIES:
                kept = word[1] if pattern.startswith("^") else ""
                text = kept + (
                    text[word.end() :] if pattern.startswith("^") else text[: word.start()]
                )
        if text == was:
            return text


def _latin(word: str) -> str:
    plain = word.replace("\u0142", "l")
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def _joined(text: str) -> str:
    """Join thousands that blanks or apostrophes set apart, and a unit that a blank does."""
    parts = re.fullmatch(rf"([+-]?)([{_SPACES}]*)(.*?)([{_SPACES}]*)([^\W\d_]*)", text)
    if parts is None:
        return text
    sign, _, body, _, unit = parts.groups()
    grouped = rf"[0-9]{{1,3}}([{_APART}])[0-9]{{3}}(?:\1[0-9]{{3}})*(?:[.,][0-9]*)?"
    if re.fullmatch(grouped, body):
        body = re.sub(f"[{_APART}]", "", body)
        if re.search(r"[.,][0-9]{3}$", body):  # the sign is a decimal one: thousands are told
            body += "0"
    return f"{sign}{body}{unit}"


def _readings(digits: str) -> set[float]:
    """Return what a number with points and commas can be."""
    points, commas = digits.count("."), digits.count(",")
    if not points + commas:
        return {float(digits)}
    if points and commas:
        last = max(digits.rfind("."), digits.rfind(","))
        decimal, apart = digits[last], ",."[digits[last] == ","]
        whole, _, rest = digits.partition(decimal)
        if digits.count(decimal) > 1 or not _grouped(whole, apart) or not rest:
            return set()
        return {float(f"{whole.replace(apart, '')}.{rest}")}
    sign = "." if points else ","
    if points + commas > 1:
        return {float(digits.replace(sign, ""))} if _grouped(digits, sign) else set()
    whole, _, rest = digits.partition(sign)
    found = {float(f"{whole or '0'}.{rest or '0'}")}
    if len(rest) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0":
        found.add(float(whole + rest))
    return found


def _grouped(text: str, sign: str) -> bool:
    """Are digits set apart as thousands are (in India, as lakhs are)?"""
    one = re.escape(sign)
    return bool(
        re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{one}[0-9]{{3}})+", text)
        or (sign == "," and re.fullmatch(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}", text))
    )


def _refused(told: str, least: float | None) -> WebError:
    expected = "an amount" if least is None else f"an amount from {least:g} up"
    return WebError.because(400, "invalid", told, f"Type {expected}, such as 2.50.")
