"""Typed columns from text or loosely typed columns, as Ibis expressions.

Each function returns two expressions: the typed cell, and the cell that was lost in typing as
text (null where nothing was lost), so that every loss can be counted.
"""

from __future__ import annotations

from typing import Any

import ibis

from smartcart.tables.guess import COMMA_NUMBER, EXTRA_MISSING, MISSING, POINT_NUMBER, Plan

__all__ = ["native", "typed_text"]

LAST_DAY = "9999-12-31"


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp(6)"))
def _try_strptime(text: str, form: str) -> Any:
    """DuckDB's ``try_strptime``: a timestamp, or null where the text does not follow the format."""


def typed_text(column: Any, plan: Plan) -> tuple[Any, Any]:
    """Return (typed, lost) for a text column and its plan.

    Numbers become float64 (int64 for the plan "integer"), dates timestamps, words for true and
    false booleans; text is stripped, and the words for "missing" become null.
    """
    text = column.strip()
    if plan.kind in ("text", "empty"):
        typed = text.isin(MISSING).ifelse(ibis.null("string"), text)
        lost = typed if plan.kind == "empty" else ibis.null("string")
        return typed, lost
    if plan.kind == "boolean":
        lies = {"true": "false", "yes": "no", "y": "n"}
        word = text.lower()
        typed = ibis.cases((word == plan.truth, True), (word == lies[plan.truth], False))
    elif plan.kind == "date":
        typed = _timestamp(text, plan.formats)
    elif plan.kind == "integer":
        typed = _integer(column)
    elif plan.kind == "number":
        typed = _finite(column.try_cast("float64"))
    else:
        typed = _decorated(text, plan)
    return typed, _lost(text, typed)


def native(column: Any) -> tuple[Any, Any]:
    """Return (typed, lost) for a column that is not text: numbers, dates, booleans, the rest.

    Infinite floats are lost, NaN is missing. Integers beyond int64 and nested values become text.
    """
    kind = column.type()
    none = ibis.null("string")
    if kind.is_boolean():
        return column, none
    if kind.is_floating() or kind.is_decimal():
        number = column.cast("float64")
        return _finite(number), number.isinf().ifelse("inf", none)
    if kind.is_unsigned_integer() and kind.nbytes == 8:
        return column.cast("string"), none
    if kind.is_integer():
        return column.cast("int64"), none
    if kind.is_timestamp():
        stamp = column.cast("timestamp(6)")
        return _ordinary(stamp), (stamp > ibis.literal(LAST_DAY).cast("timestamp")).ifelse(
            "infinite date", none
        )
    if kind.is_date():
        return column.cast("timestamp(6)"), none
    return column.cast("string"), none


def _finite(number: Any) -> Any:
    return (number.isnan() | number.isinf()).ifelse(ibis.null("float64"), number)


def _ordinary(stamp: Any) -> Any:
    """Drop the "infinity" that databases write for open ends."""
    return (stamp <= ibis.literal(LAST_DAY).cast("timestamp")).ifelse(
        stamp, ibis.null(stamp.type())
    )


def _integer(column: Any) -> Any:
    """Whole numbers only: DuckDB would round 1.5 to 2, and 007 is a code, not a number."""
    whole = column.try_cast("int64")
    same = whole.cast("float64") == column.try_cast("float64")
    second = column.substr(1, 1)
    code = column.startswith("0") & (second >= "0") & (second <= "9")
    return (same & ~code).ifelse(whole, ibis.null("int64"))


def _decorated(text: Any, plan: Plan) -> Any:
    """Numbers with currency, thousands separators, percent sign, or parentheses for minus."""
    if plan.kind == "point number":
        digits = text.re_extract(POINT_NUMBER, 1).re_replace("[^0-9.]", "")
    else:
        digits = text.re_extract(COMMA_NUMBER, 1).re_replace("[^0-9,]", "").replace(",", ".")
    number = digits.try_cast("float64")
    minus = text.contains("-") | text.contains("(")
    return minus.ifelse(-number, number)


def _timestamp(text: Any, formats: tuple[str, ...]) -> Any:
    """Dates by their formats; ISO with a time of day or zone by the engine's own reading."""
    tries = [
        _ordinary(text.try_cast("timestamp(6)"))
        if form.startswith("%Y-%m-%d") and len(form) > len("%Y-%m-%d")
        else _try_strptime(text, form.removesuffix("%z"))
        for form in formats
    ]
    return tries[0] if len(tries) == 1 else ibis.coalesce(*tries)


def _lost(text: Any, typed: Any) -> Any:
    """The text of cells that hold something but were not understood."""
    missing = text.isnull() | text.isin(MISSING) | text.lower().isin(EXTRA_MISSING)
    return (typed.isnull() & ~missing).ifelse(text, ibis.null("string"))
