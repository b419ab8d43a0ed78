"""Numbers as people read them: money, shares, counts, days. Never ``nan`` on a page.

Every function takes what a record holds and returns text; a missing figure is an en dash.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable

from smartcart.records import RULES

__all__ = [
    "MISSING",
    "count",
    "date",
    "days",
    "different",
    "effect",
    "file_name",
    "label",
    "listing",
    "money",
    "number",
    "people",
    "plain_source",
    "rule_name",
    "seconds",
    "share",
    "shorten",
    "span",
    "value",
]

MISSING = "–"
_MINUS = "−"
_SCALES = ((1e12, "T"), (1e9, "B"), (1e7, "M"))
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_FIGURES = {
    "wcss": "WCSS",
    "jaccard_min": "Least stable segment (Jaccard)",
    "smallest_share": "Smallest segment",
    "stability_ari": "Bootstrap stability",
} | {rule: heading for rule, (_, heading) in RULES.items()}


def _finite(x: float | None) -> bool:
    return x is not None and math.isfinite(x)


def _signed(text: str, x: float) -> str:
    has_figure = any(c in "123456789" for c in text)
    return f"{_MINUS}{text}" if x < 0 and has_figure else text


def count(n: float | None) -> str:
    """Return a whole number with thousands separated.

    >>> count(12345), count(None)
    ('12,345', '–')
    """
    return _signed(f"{abs(round(n)):,}", n) if n is not None and _finite(n) else MISSING


def different(n: int, *, estimated: bool) -> str:
    """Return a number of different values; an estimate is marked, and rounded to what it is worth.

    >>> different(4338, estimated=False), different(3612, estimated=True)
    ('4,338', 'about 3,600')
    >>> different(2, estimated=True)
    '2'
    """
    if not estimated or n <= 2:
        return count(n)
    rounded = round(n, 2 - len(str(n))) if n >= 100 else n
    return f"about {count(rounded)}"


def number(x: float | None) -> str:
    """Return a number of unknown unit with about three telling digits.

    >>> number(1355.4), number(48.26), number(2.325), number(4.0), number(-0.004)
    ('1,355', '48.3', '2.33', '4', '−0.004')
    >>> number(float("nan"))
    '–'
    """
    if x is None or not _finite(x):
        return MISSING
    size = abs(x)
    for limit, letter in _SCALES:
        if size >= limit:
            return _signed(f"{size / limit * (10 if letter == 'M' else 1):.1f}{letter}", x)
    if size >= 99.95:
        return _signed(f"{size:,.0f}", x)
    if size >= 9.995:
        text = f"{size:.1f}"
    elif size >= 0.01 or size == 0:
        text = f"{size:.2f}"
    else:
        text = f"{size:.1g}" if size >= 1e-4 else f"{size:.0e}"
        return _signed(text, x)
    return _signed(text.rstrip("0").rstrip("."), x)


def money(x: float | None, currency: str = "") -> str:
    """Return an amount with its symbol or code in front; cents only below 100.

    >>> money(1355, "$"), money(3.456, "$"), money(-12.5, "€"), money(1355, "EUR")
    ('$1,355', '$3.46', '−€12.50', 'EUR 1,355')
    >>> money(12_345_678, "$"), money(None, "$")
    ('$12.3M', '–')
    """
    if x is None or not _finite(x):
        return MISSING
    size = abs(x)
    text = f"{size:.2f}" if size < 99.995 else number(size)
    text = text.removesuffix(".00")
    front = f"{currency} " if currency.isalpha() else currency
    return _signed(f"{front}{text}", x)


def share(x: float | None) -> str:
    """Return a share of 0 to 1 in per cent.

    >>> share(0.234), share(0), share(1), share(0.0002), share(0.9999)
    ('23.4%', '0%', '100%', '<0.1%', '>99.9%')
    """
    if x is None or not _finite(x):
        return MISSING
    if x in (0, 1):
        return f"{x:.0%}"
    if 0 < x < 0.0005:
        return "<0.1%"
    if 0.9995 < x < 1:
        return ">99.9%"
    return _signed(f"{abs(x):.1%}", x)


def span(low: float | None, high: float | None) -> str:
    """Return an interval of shares in per cent.

    >>> span(0.2482, 0.3217), span(0.031, 0.074), span(0.0, 1.0), span(None, 0.5)
    ('24.8–32.2%', '3.1–7.4%', '0–100%', '–')
    """
    if low is None or high is None or not _finite(low) or not _finite(high):
        return MISSING
    first, last = share(low), share(high)
    return f"{first.removesuffix('%')}–{last}"


def days(x: float | None) -> str:
    """Return a number of days.

    >>> days(48.3), days(1), days(None)
    ('48 days', '1 day', '–')
    """
    text = count(x)
    return text if text == MISSING else f"{text} day{'' if text == '1' else 's'}"


def people(n: int) -> str:
    """Return a number of customers.

    >>> people(1), people(2240)
    ('1 customer', '2,240 customers')
    """
    return f"{count(n)} customer{'' if n == 1 else 's'}"


def effect(x: float | None) -> str:
    """Return a difference from the average in standard deviations, with its sign.

    >>> effect(1.234), effect(-0.5), effect(0.001)
    ('+1.2', '−0.5', '0.0')
    """
    if x is None or not _finite(x):
        return MISSING
    text = f"{abs(x):.1f}"
    return text if text == "0.0" else f"{'+' if x > 0 else _MINUS}{text}"


def value(x: float | None, unit: str, currency: str = "") -> str:
    """Return a figure of a record in its unit.

    >>> value(0.5, "share"), value(12.0, "days"), value(90, "money", "$"), value(2.5, "count")
    ('50.0%', '12 days', '$90', '2.5')
    """
    if unit == "money":
        return money(x, currency)
    if unit == "share":
        return share(x)
    if unit == "days":
        return days(x)
    return number(x)


def seconds(x: float | None) -> str:
    """Return a duration.

    >>> seconds(0.034), seconds(2.5), seconds(135)
    ('34 ms', '2.5 s', '2 min 15 s')
    """
    if x is None or not _finite(x):
        return MISSING
    if x < 0.9995:
        return f"{x * 1000:.0f} ms"
    if x < 59.95:
        return f"{x:.1f} s"
    return f"{round(x) // 60} min {round(x) % 60} s"


def date(day: dt.date | None) -> str:
    """Return a day with its month in words, so that no order can be misread.

    >>> date(dt.date(2014, 6, 29))
    '29 June 2014'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else MISSING


def listing(items: Iterable[str]) -> str:
    """Join words as in a sentence.

    >>> listing(["a", "b", "c"]), listing(["a"])
    ('a, b and c', 'a')
    """
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def label(name: str) -> str:
    """Return a column's name in words, for columns that carry no label of their own.

    >>> label("monetary_total"), label("NumWebVisits"), label("Education: PhD")
    ('Monetary total', 'Num web visits', 'Education: PhD')
    """
    if ": " in name or " " in name:
        return name
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").strip()
    if not spaced:
        return name
    words = [w if w.isupper() and len(w) > 1 else w.lower() for w in spaced.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def rule_name(rule: str) -> str:
    """Return the usual name of a rule for choosing K.

    >>> rule_name("gap"), rule_name("my_rule")
    ('Gap statistic', 'My rule')
    """
    return _FIGURES.get(rule) or label(rule)


def shorten(text: str, width: int) -> str:
    """Cut a long text at ``width`` characters, ending in an ellipsis.

    >>> shorten("Discount-sensitive", 9), shorten("Premium", 9)
    ('Discount…', 'Premium')
    """
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def plain_source(source: str) -> str:
    """Return the source without the password a database URL may hold.

    >>> plain_source("postgresql://ann:secret@db/shop::customers")
    'postgresql://…@db/shop::customers'
    """
    return re.sub(r"(?<=://)[^/\s]*@", "…@", source)


def file_name(source: str) -> str:
    """Return the last part of a source, for a heading.

    >>> file_name("/data/shop/customers.csv"), file_name("sqlite:///a/shop.db::customers")
    ('customers.csv', 'shop.db::customers')
    """
    return re.split(r"[\\/]", plain_source(source).rstrip("/\\"))[-1] or source
