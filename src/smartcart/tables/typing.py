"""Typed columns from text or loosely typed columns, as Ibis expressions.

A cell is typed in two steps and a check, so that a query can name each and computes none twice:
``first_*`` reads the cell, ``typed_*`` accepts or refuses what was read, and ``lost_*`` is the text
of a cell that is not missing but whose typed value is: every loss can be counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import ibis

from smartcart.tables.date_words import (
    BUDDHIST,
    BUDDHIST_AHEAD,
    BUDDHIST_YEAR,
    DIGITS,
    NEVER,
    OTHER_DIGITS,
    REWRITES,
)
from smartcart.tables.dates import BIRTHS, EPOCHS, SECONDS, SERIAL, ZERO
from smartcart.tables.guess import (
    COMMA_NUMBER,
    EXTRA_MISSING,
    MISSING,
    NO_CENTS,
    POINT_NUMBER,
    Conversion,
)
from smartcart.tables.number_signs import SIGNS, numbers_in_our_digits

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "first_native",
    "first_text",
    "is_wide",
    "lost_native",
    "lost_text",
    "typed_native",
    "typed_text",
]

DAY = 86_400  # seconds
EXCEL_EPOCH = 25_569  # Excel's number of the first day of 1970
LAST_DAY = "9999-12-31"
LONGEST_MISSING = max(map(len, MISSING))
APART = (" UTC", " GMT", " %z")  # a zone behind a blank
ISO_DAY = "%Y-%m-%d"
LAST_SERIAL = 100_000  # of Excel's days: the year 2173
_COUNTED = (SERIAL, *EPOCHS)
_LIES = {"true": "false", "yes": "no", "y": "n"}


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="try_strptime", signature=(("string", "string"), "timestamp(6)")
)
def _try_strptime(text: str, form: str) -> ir.Value:
    """DuckDB's ``try_strptime``: a timestamp, or null where the text does not follow the format."""


@ibis.udf.scalar.builtin(name="make_timestamp", signature=(("int64",), "timestamp(6)"))  # type: ignore[untyped-decorator]
def _make_timestamp(microseconds: int) -> ir.Value:
    """DuckDB's ``make_timestamp``: of microseconds since 1970."""


@ibis.udf.scalar.builtin(name="epoch", signature=(("interval('us')",), "float64"))  # type: ignore[untyped-decorator]
def _seconds(duration: ir.Value) -> ir.Value:
    """DuckDB's ``epoch`` of an interval: its seconds."""


# Text ------------------------------------------------------------------------------------------


def first_text(cell: ir.Value, plan: Conversion) -> ir.Value:
    """Read a cell by its plan: float64, int64, timestamp, lower-case word or stripped text.

    The cell is text, or a number that the plan takes for a day.
    """
    cell = _in_our_digits(_as_text(cell), plan)
    match plan.kind:
        case "integer":
            return cell.try_cast("int64")
        case "number":
            return cell.try_cast("float64")
        case "point number" | "comma number":
            return _decorated(cell.strip(), plan)
        case "date":
            return _timestamp(cell, plan)
        case "boolean":
            return cell.strip().lower()
        case _:
            return cell.strip()


def typed_text(cell: ir.Value, first: ir.Value, plan: Conversion) -> ir.Value:
    """Accept what was read: finite numbers, ordinary dates, words that are not "missing"."""
    cell = _in_our_digits(_as_text(cell), plan)
    match plan.kind:
        case "integer":
            return (first.cast("string") == cell).ifelse(first, _whole(cell, first))
        case "number" | "point number" | "comma number":
            return _finite(first)
        case "date":
            return _ordinary(first)
        case "boolean":
            return ibis.cases((first == plan.truth, True), (first == _LIES[plan.truth], False))
        case "empty":
            return ibis.null("string")
        case _:
            return ibis.cases(
                (first.length() > LONGEST_MISSING, first),
                (_one_of(first, MISSING), ibis.null("string")),
                else_=first,
            )


def lost_text(cell: ir.Value, plan: Conversion) -> ir.Value:
    """Return the text of a cell without a typed value, or null where it says "missing"."""
    text = _as_text(cell).strip()
    lower = text.lower()
    missing = _one_of(text, MISSING) | _one_of(lower, EXTRA_MISSING)
    if plan.kind == "date":
        never = (*NEVER, *ZERO) if plan.formats[0] in _COUNTED else NEVER
        missing = missing | _one_of(lower, never)
    return missing.ifelse(ibis.null("string"), text)


def _as_text(cell: ir.Value) -> ir.Value:
    """The text of a cell, of whole numbers without a point."""
    kind = cell.type()
    if kind.is_string():
        return cell
    text = cell.cast("string")
    return text.re_replace(r"\.0+$", "") if kind.is_floating() or kind.is_decimal() else text


def _in_our_digits(cell: ir.Value, plan: Conversion) -> ir.Value:
    return numbers_in_our_digits(cell) if SIGNS in plan.rewrites else cell


def _one_of(text: ir.Value, words: tuple[str, ...]) -> ir.Value:
    """As ``isin``, which DuckDB turns into a join: one for each column, over all rows."""
    return ibis.array(list(words)).contains(text)


def _whole(cell: ir.Value, first: ir.Value) -> ir.Value:
    """The rarer ways to write a whole number: ``+5``, ``17850.0``, `` 12 ``.

    The engine's cast would round 1.5 to 2 and take 2012_01 for 201201; and 007 is a code.
    """
    text = cell.strip()
    second = text.substr(1, 1)
    code = text.startswith("0") & (second >= "0") & (second <= "9")
    same = first.cast("float64") == cell.try_cast("float64")
    return (same & ~code & ~text.contains("_") & ~text.lower().contains("e")).ifelse(
        first, ibis.null("int64")
    )


def _decorated(text: ir.Value, plan: Conversion) -> ir.Value:
    """Numbers with currency, thousands separators, percent sign, or parentheses for minus."""
    if plan.kind == "point number":
        digits = text.re_extract(POINT_NUMBER, 1).re_replace("[^0-9.]", "")
    else:
        digits = text.re_extract(COMMA_NUMBER, 1).re_replace("[^0-9,]", "").replace(",", ".")
    number = digits.try_cast("float64")
    signs = text.re_replace(NO_CENTS, "")
    minus = signs.contains("-") | signs.contains("(") | signs.contains("\u2212")
    return minus.ifelse(-number, number)


def _timestamp(text: ir.Value, plan: Conversion) -> ir.Value:
    """Dates by their formats; ISO with a time of day or zone by the engine's own reading."""
    for name in plan.rewrites:
        text = in_our_signs(text, name)
    formats = plan.formats
    if any(form.endswith(APART) for form in formats):  # the day is that of the shop's own clock
        text = text.re_replace(r" (UTC|GMT|[-+][0-9]{2}:?[0-9]{2})$", "")
    forms = [re.sub(r" UTC$| GMT$| ?%z$", "", f) if f.endswith(APART) else f for f in formats]
    tries = [_read(text, form) for form in forms]
    return tries[0] if len(tries) == 1 else ibis.coalesce(*tries)


def in_our_signs(text: ir.Value, rule: str) -> ir.Value:
    """Return a text as a rule of :data:`~smartcart.tables.date_words.REWRITES` puts it."""
    if rule == DIGITS:
        return text.translate(OTHER_DIGITS, "0123456789" * (len(OTHER_DIGITS) // 10))
    if rule == BUDDHIST:
        before, year, rest = (text.re_extract(BUDDHIST_YEAR, group) for group in (1, 2, 3))
        ours = before.concat((year.try_cast("int64") - BUDDHIST_AHEAD).cast("string"), rest)
        return text.re_search(BUDDHIST_YEAR).ifelse(ours, text)
    for pattern, to in REWRITES[rule]:
        text = text.re_replace(pattern, to)
    return text


def _read(text: ir.Value, form: str) -> ir.Value:
    if form in _COUNTED:
        return _counted(text.try_cast("float64"), form)
    if form.startswith(ISO_DAY) and form != ISO_DAY and "%p" not in form:
        return text.try_cast("timestamp(6)")
    return _try_strptime(text, form.removesuffix("%z"))


def _counted(number: ir.Value, form: str) -> ir.Value:
    """A timestamp from a number of days or of parts of a second; null where it is not plausible."""
    if form == SERIAL:
        seconds = ((number - EXCEL_EPOCH) * DAY).round()
        low, high = float(BIRTHS[0]), float(LAST_SERIAL)
    else:
        seconds = number / EPOCHS[form]
        low, high = (bound * EPOCHS[form] for bound in SECONDS)
    plausible = (number >= low) & (number <= high)
    micro = plausible.ifelse(seconds * 1e6, ibis.null("float64")).round().cast("int64")
    return _make_timestamp(micro)


# Columns that have a type ----------------------------------------------------------------------


def first_native(cell: ir.Value) -> ir.Value:
    """Cast a typed cell to float64, int64, timestamp, boolean or, failing these, string.

    Integers beyond int64 and nested values become text, durations a number of days.
    """
    kind = cell.type()
    if kind.is_boolean():
        return cell
    if is_wide(kind):
        return cell.cast("string")
    if kind.is_floating() or (kind.is_decimal() and kind.scale != 0):
        return cell.cast("float64")
    if kind.is_integer() or kind.is_decimal():
        return cell.cast("int64")
    if kind.is_timestamp() or kind.is_date():
        return cell.cast("timestamp(6)")
    if kind.is_interval():
        return _seconds(cell) / DAY
    return cell.cast("string")


def is_wide(kind: ir.Value) -> bool:
    """Whether an Ibis type holds whole numbers that int64 may not hold.

    >>> import ibis.expr.datatypes as dt
    >>> is_wide(dt.Decimal(20, 0)), is_wide(dt.Decimal(9, 2)), is_wide(dt.int64)
    (True, False, False)
    """
    if kind.is_decimal():
        return bool(kind.scale == 0 and (kind.precision or 38) > 18)
    return bool(kind.is_unsigned_integer() and kind.nbytes == 8)


def typed_native(first: ir.Value) -> ir.Value:
    """Accept finite numbers and ordinary dates; everything else as it is."""
    kind = first.type()
    if kind.is_floating():
        return _finite(first)
    return _ordinary(first) if kind.is_timestamp() else first


def lost_native(first: ir.Value) -> ir.Value:
    """Return "inf" for a number or date that is infinite; NaN is missing, not lost."""
    if first.type().is_floating():
        return first.isinf().ifelse("inf", ibis.null("string"))
    return ibis.literal("infinite date")


def _finite(number: ir.Value) -> ir.Value:
    return (number.isnan() | number.isinf()).ifelse(ibis.null("float64"), number)


def _ordinary(stamp: ir.Value) -> ir.Value:
    """Drop the "infinity" that databases write for open ends."""
    last = ibis.literal(LAST_DAY).cast("timestamp")
    return (stamp <= last).ifelse(stamp, ibis.null("timestamp(6)"))
