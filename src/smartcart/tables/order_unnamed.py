"""Tables that may be logs of orders, but do not say whose the orders are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smartcart.tables.date_words import names_a_month
from smartcart.tables.money_ranks import is_price
from smartcart.tables.order_candidates import SEVERAL_VALUES
from smartcart.tables.order_names import (
    loosely,
    of_a_birth,
    part_of,
    parts_named,
    speaks_loosely_of_money,
    speaks_of_customers,
)
from smartcart.tables.order_ranks import day_rank
from smartcart.tables.order_roles import REPEATED, SAME_NUMBER
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens
from smartcart.tables.vocabulary import names_a_person, readings

__all__ = ["empty_customer", "lines_of_nobody", "told_in_text", "unnamed_log"]

_TIME = lazy_pattern(
    r".*\b(time|uhrzeit|zeit|hour|hora|heure|ora|orario|tijd|godzina|cas|tid|klokke?n?slett?|idopont|"
    r"время|час|saat|ωρα|kello(naika)?)\b.*|.*(時間|時刻|时间|時間|시간|시각).*"
)
LARGEST_COUNT = 150  # whole numbers up to it may be counts or ages, not ids
NOT_BUYERS = {"product", "category", "status", "amount", "unit_price", "quantity", "discount"}
MONTHS = 3  # columns of money headed by months: a row has several, and is no order
EACH = 0.98  # different e-mail addresses for each row with one: rows are customers
ALIKE = 0.01  # of the rows: columns that are filled on the same ones
CONTINUED = 1.2  # rows of lines for each row with a day: lines below it belong to it
MOST_ORDERS = 60  # lines of a customer on average: a column that repeats more is a category


def lines_of_nobody(
    columns: Sequence[ColumnSummary], parts: Mapping[str, str] | None = None
) -> tuple[tuple[str, ...], bool] | None:
    """Return the columns that speak of orders in a table that says nothing of customers.

    ``parts`` are the user's own words, as for :func:`find_log`.

    With them, whether they are orders for sure: a number comes more than once, or only the
    money of an order is told. Else a row may be a receipt that is to be segmented.
    ``None`` where the table is no log, or has a column of customers.

    >>> lines_of_nobody([ColumnSummary("Receipt No", "text", 9, 9, 3),
    ...                  ColumnSummary("Date", "date", 9, 9, 9),
    ...                  ColumnSummary("Quantity", "number", 9, 9, 4)])
    (('Receipt No', 'Date', 'Quantity'), True)
    """
    found: dict[str, ColumnSummary] = {}
    for column in columns:
        part = part_of(column, parts or {})
        if part is not None and not (part.name == "customer" and column.distinct < 2):
            found.setdefault(part.name, column)
    days = [
        c
        for c in columns
        if c.type == "date" and c.present and not of_a_birth(c) and day_rank(c.name) is not None
    ]
    if not {"product", "quantity", "unit_price", "amount"} & set(found):
        money = [c for c in columns if c.type == "number" and c.present and not c.whole]
        told = [c for c in money if speaks_loosely_of_money(c)]
        found |= {"amount": told[0]} if told else {}
    sold = [name for name in ("product", "quantity", "unit_price", "amount") if name in found]
    if "customer" in found or "order" not in found or not days or not sold:
        return None
    order = found["order"]
    repeats = order.distinct < REPEATED * order.present
    lines = repeats and {"product", "quantity"} & set(found)
    if order.distinct < 2 or (speaks_of_customers(columns) and not lines):
        return None
    names = (order.name, days[0].name, *(found[name].name for name in sold))
    whole = "amount" in sold and not {"quantity", "unit_price"} & set(sold)
    return names, repeats or whole


def unnamed_log(columns: Sequence[ColumnSummary]) -> tuple[str, ...]:
    """Return columns that could say who bought, where a table may be a log whose names say nothing.

    It has days, amounts, and a column whose values come again and again; no column tells rows
    apart as customers, and no two columns are named as what customers did in all. Empty where it
    is a table of customers for sure.
    """
    told = {
        word.meaning.partition(":")[0]
        for column in columns
        if column.type == "number"
        for word, _ in readings(column.name)[:1]
        if word.role == "forms" and word.meaning != "measure"
    }
    days = [c for c in columns if c.type == "date" and c.distinct > 5]
    lines = _told_once(columns, days)
    days = [c for c in days if 2 * c.present >= (lines or c.rows)]
    numbers = [
        c
        for c in columns
        if c.type == "number"
        and (c.high or 0) > 0
        and (not c.whole or c.distinct < REPEATED * c.present)
    ]
    if len(told) >= 2 or not days or not numbers or speaks_of_customers(columns):
        return ()
    if any(c.unique and _names_a_customer(c.name) for c in columns):
        return ()
    if any(_a_row_each(c) for c in columns):
        return ()
    months = [c for c in numbers if names_a_month(c.name)]  # beside a row for each account
    if len(months) >= MONTHS and any(map(_numbers_rows, columns)):
        return ()
    numbers_of_orders = [c for c in columns if (p := part_of(c, {})) and p.name == "order"]
    most = max((c.distinct for c in numbers_of_orders), default=0)
    found = [
        c
        for c in columns
        if (most == 0 or c.distinct < SAME_NUMBER * most)
        and (c.type == "text" or (c.type == "number" and c.whole and (c.high or 0) > LARGEST_COUNT))
        and 2 * c.present >= (lines or c.rows)
        and SEVERAL_VALUES <= c.distinct < REPEATED * c.present
        and _TIME.fullmatch(tokens(c.name)) is None
        and not NOT_BUYERS & {p.name for p in parts_named(c.name)}
        and not (c.type == "number" and (is_price(c.name) or loosely("amount", c)))
        and c.present < MOST_ORDERS * c.distinct
    ]
    return tuple(c.name for c in sorted(found, key=lambda c: 2 * c.mails <= max(1, c.head)))


def _told_once(columns: Sequence[ColumnSummary], days: Sequence[ColumnSummary]) -> int | None:
    """Return on how many rows the cells of an order stand, where the rows below leave them blank.

    A day, a number of the order and a third column are then filled equally often, the number with
    another value nearly every time, and pieces, products or money on more rows.
    """
    for day in days:
        alike = [c for c in columns if abs(c.present - day.present) <= ALIKE * day.present]
        numbered = any(
            (part := part_of(c, {})) is not None
            and part.name == "order"
            and c.distinct >= EACH * c.present
            for c in alike
        )
        fuller = [c for c in columns if c.present >= CONTINUED * day.present]
        parts = {p.name for c in fuller for p in parts_named(c.name)}
        if numbered and len(alike) > 2 and parts & {"product", "quantity", "amount", "unit_price"}:
            return day.present
    return None


def _numbers_rows(column: ColumnSummary) -> bool:
    """Return whether a column tells nearly all rows apart: but for a row of sums, say."""
    whole = column.type == "text" or (column.type == "number" and column.whole)
    return whole and column.present >= EACH * column.rows and column.distinct >= column.present


def _names_a_customer(name: str) -> bool:
    return names_a_person(name) or any(part.name == "customer" for part in parts_named(name))


def _a_row_each(column: ColumnSummary) -> bool:
    """Return whether a column holds e-mail addresses, each on one row: a row is a customer."""
    if not column.mails or 2 * column.mails <= column.head:
        return False
    return 2 * column.present >= column.rows and column.distinct >= EACH * column.present


def told_in_text(columns: Sequence[ColumnSummary]) -> bool:
    """Return whether a column named like a date or an amount holds text."""
    needed = {"date", "amount", "unit_price", "quantity"}
    return any(
        part.name in needed
        for column in columns
        if column.type == "text" and column.present and part_of(column, {}) is None
        for part in parts_named(column.name)
    )


def empty_customer(columns: Sequence[ColumnSummary]) -> str | None:
    """Return the column that is named as the customer's, but has no value at all."""
    for column in columns:
        if not column.present and any(p.name == "customer" for p in parts_named(column.name)):
            return column.name
    return None
