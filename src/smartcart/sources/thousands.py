"""Does a point before three digits part thousands? What a column cannot say, its table may."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from smartcart.sources.typed_column import TypedColumn
from smartcart.tables.guess import code_like, id_like, points_before_three
from smartcart.tables.languages import named_only_in
from smartcart.tables.money_ranks import money_rank
from smartcart.tables.order_names import parts_named
from smartcart.tables.tokens import tokens

__all__ = ["in_doubt", "many_amounts", "thousands_told"]

WITHOUT_CENTS = {"idr", "rp", "vnd", "vnđ", "đ", "₫", "clp", "cop", "pyg"}
"""Currencies of which nobody writes cents, in countries whose thousands a point parts."""
WITH_THOUSANDTHS = {"kwd", "bhd", "omr", "tnd", "jod", "د.ك"}
LANGUAGES = ("id", "vi")  # of the first of these currencies
LEAST_NAMES = 3  # of columns that only one language has say which it is
LEAST_AMOUNTS = 3  # columns of money whose every point stands before three digits
LEAST_CELLS = 30  # different ones of them, from which that is no chance
FEW_CODES = 20  # different values of a column of currencies
MONEY = {"amount", "unit_price", "discount"}
MEASURES = re.compile(
    r"\b(weight|volume|length|width|height|rating|rate|lat|latitude|lng|lon|longitude|kgs?|grams?|"
    r"gr?|lbs?|cm|km|berat|panjang|lebar|tinggi|peso|poids|longueur|\w*gewicht|vekt|vikt|vægt|"
    r"hmotnost|waga|вес|вага|suly|tömeg|greutate|paino|agirlik|kurs|khối lượng|cân nặng)\b|"
    r"重量|무게|น้ำหนัก",
    re.IGNORECASE,
)
"""Words of what is weighed or measured, not paid: three decimals are usual."""


def thousands_told(columns: Sequence[TypedColumn]) -> bool | None:
    """Return whether points before three digits part thousands by currency or language.

    True where the currency has no cents in use and no amount of the table shows some, False where
    it has thousandths, ``None`` where nothing tells.
    """
    currencies = set(_currencies(columns))
    if currencies & WITH_THOUSANDTHS:
        return False
    names = [column.name for column in columns]
    spoken = any(named_only_in(code, names) >= LEAST_NAMES for code in LANGUAGES)
    shown = any(_shows_decimals(c) and _of_money(c.name) for c in columns)
    return True if not shown and (spoken or currencies & WITHOUT_CENTS) else None


def many_amounts(columns: Sequence[TypedColumn]) -> bool:
    """Return whether several columns of money have all points before three digits, and no other.

    A quantity of that form, or any decimals but of a measure, says that decimals are written so.
    """
    doubtful = [column for column in columns if in_doubt(column)]
    counted = any(_counts(c.name) and points_before_three(c.counts) for c in columns)
    shown = any(_shows_decimals(c) and not MEASURES.search(c.name) for c in columns)
    paid = [c for c in doubtful if _of_money(c.name)]
    cells = sum("." in cell for c in paid for cell in c.counts)
    return len(paid) >= LEAST_AMOUNTS and cells >= LEAST_CELLS and not (counted or shown)


def in_doubt(column: TypedColumn) -> bool:
    """Whether all points of a column of numbers, no measure and no count, may part thousands."""
    plan = column.plan
    return (
        plan is not None
        and plan.type == "number"
        and not id_like(column.name)
        and not code_like(column.name, {})
        and not MEASURES.search(column.name)
        and not _counts(column.name)
        and points_before_three(column.counts)
    )


def _currencies(columns: Sequence[TypedColumn]) -> Iterator[str]:
    """Codes and signs of currencies beside amounts, in names, and as all values of a column."""
    for column in columns:
        yield from tokens(column.name).split()
        plan = column.plan
        if plan is None:
            continue
        if plan.currency and not plan.currencies:
            yield plan.currency.lower().rstrip(".")
        if plan.kind == "text" and len(column.counts) <= FEW_CODES:
            values = {value.strip().lower() for value in column.counts} - {""}
            yield from values if values <= WITHOUT_CENTS else values & WITH_THOUSANDTHS


def _shows_decimals(column: TypedColumn) -> bool:
    """Whether a column of numbers has a point that cannot part thousands."""
    plan = column.plan
    if plan is None or plan.kind not in {"number", "point number", "integer"} or plan.percent:
        return False
    return any("." in cell for cell in column.counts) and not points_before_three(column.counts)


def _of_money(name: str) -> bool:
    named = money_rank(name) is None or any(part.name in MONEY for part in parts_named(name))
    return named and MEASURES.search(name) is None


def _counts(name: str) -> bool:
    return any(part.name == "quantity" for part in parts_named(name))
