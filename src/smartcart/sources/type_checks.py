"""Was the guess right? What conversion kept and lost, column by column, and what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol

from smartcart.engines.duckdb import literal, quote
from smartcart.records import Notice
from smartcart.sources.column_names import ROW
from smartcart.sources.typed_column import TypedColumn
from smartcart.tables.dates import EPOCHS, MONTH, SERIAL
from smartcart.tables.guess import INFINITE, Conversion, code_like, guess, id_like
from smartcart.tables.sum_words import starts_with_sum
from smartcart.tables.tokens import tokens

__all__ = ["column_notices", "gathered_notices", "inspect", "overturn", "shown_cell"]

LOGIN = re.compile(r"\b(user ?names?|login|logins|nick ?name|handle|screen name|user)$")
BAD_SHARE = 0.01  # a number or date column with at least so many misfits is text
EXACT = 2**53  # whole numbers above it are not told apart by a float64


NO_COMMA = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]|\b(jpy|krw|yen|won)\b|[¥₩]", re.I)
"""Names and signs of countries that write no decimal comma: Japan, Korea, China."""


class SqlRunner(Protocol):
    """An engine that runs SQL of DuckDB's dialect and returns its few rows."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""


def inspect(engine: SqlRunner, typed: str, columns: Sequence[TypedColumn]) -> int:
    """Count what was kept and lost in every column, in one aggregate; return the rows."""
    wanted = [aggregate for column in columns for aggregate in _figures(column)]
    figures = engine.rows(f"SELECT {', '.join(wanted)}, count(*) FROM {typed}")[0]
    for column, at in zip(columns, range(0, len(wanted), 4), strict=True):
        column.present, column.lost, whole, day = figures[at : at + 4]
        column.whole = bool(whole) and (column.present > 0 or not column.may_lose)
        column.last_day = day or 0
        column.infinite = 0
    if suspects := [column for column in columns if column.lost]:
        counts = ", ".join(f"count({column.misfit})" for column in suspects)
        found = engine.rows(f"SELECT {counts} FROM {typed}")[0]
        for column, lost in zip(suspects, found, strict=True):
            column.lost = lost
    return int(figures[-1])


def _figures(column: TypedColumn) -> list[str]:
    """Aggregates: cells present, cells lost, whether all are whole, the largest day."""
    cell = column.cell
    counts = ["0", "0"]
    if column.may_lose:
        counts = [f"count({cell})", "0" if column.fits else f"count({column.aside})"]
    if column.kind.is_floating():
        return [*counts, f"bool_and({cell} = floor({cell}) AND abs({cell}) < {EXACT})", "0"]
    if column.kind.is_timestamp():
        return [*counts, f"bool_and({cell} = date_trunc('day', {cell}))", f"max(day({cell}))"]
    return [*counts, "true", "0"]


def overturn(
    engine: SqlRunner,
    typed: str,
    column: TypedColumn,
    last: bool,
    others: Sequence[TypedColumn] = (),
) -> bool:
    """Weigh the cells that did not fit; True if the column now has another plan.

    Cells that stand alone on their line, all ``others`` being empty, are headings of the lines
    below, and weigh nothing while they are few.
    """
    misfit = column.misfit
    misfits = {
        str(value): int(count)
        for value, count in engine.rows(
            f"SELECT {misfit}, count(*) FROM {typed} WHERE {misfit} IS NOT NULL "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000"
        )
    }
    column.infinite = engine.rows(f"SELECT count(*) FROM {typed} WHERE {_is_infinite(misfit)}")[0][
        0
    ]
    plan = column.plan
    bad = column.lost - column.infinite
    if plan is None or (bad == 0 and plan.kind != "empty"):
        return False
    for value, count in misfits.items():
        column.counts[value] = max(column.counts[value], count)
    new = guess(column.name, column.counts, column.decimal_comma)
    native = not column.dtype.is_string()
    if new != plan and not last and not native:
        column.plan, column.plain = new, False
        return True
    if native:  # numbers, of which nearly all are days
        if bad / (bad + column.present) < BAD_SHARE:
            return False
        column.plan = None
        return True
    known = {value: count for value, count in misfits.items() if value.lower() not in INFINITE}
    codes = plan.kind == "integer" and (id_like(column.name) or code_like(column.name, known))
    sums = sum(n for value, n in known.items() if plan.kind == "date" and starts_with_sum(value))
    alone = _headings(engine, typed, column, others) if plan.kind == "date" else 0
    if max(sums, alone) < FEW_SUMS * (bad + column.present):  # between the rows of days
        bad -= max(sums, alone)
        column.headings = alone
    if bad / (bad + column.present) < BAD_SHARE and not codes and plan.kind not in _ALL_OR_NONE:
        return False
    if not codes and plan.kind not in _ALL_OR_NONE:
        value, row = _first_misfit(engine, typed, column)
        what = "dates" if plan.kind == "date" else "numbers"
        orders = ", with day and month in both orders" if plan.mixed else ""
        column.refused = (
            f"column {column.name!r} is text: {bad:,} of its {bad + column.present:,} cells are "
            f"not {what}{orders} (first: {shown_cell(value, column.name)} in row {row:,})"
        )
    column.plan, column.plain = Conversion("text"), False
    return True


FEW_SUMS = 0.3  # of the cells of a column of days at most are words for a sum, or headings
FEW_OTHERS = 2  # columns that are empty beside a heading
_ALL_OR_NONE = ("boolean", "empty")


def _headings(
    engine: SqlRunner, typed: str, column: TypedColumn, others: Sequence[TypedColumn]
) -> int:
    """Return how many cells that did not fit stand alone on their line."""
    beside = [other for other in others if other is not column]
    if len(beside) < FEW_OTHERS:
        return 0
    empty = [f"{other.cell} IS NULL" for other in beside]
    empty += [f"{other.misfit} IS NULL" for other in beside if other.lost]
    row = engine.rows(
        f"SELECT count(*) FROM {typed} WHERE {column.misfit} IS NOT NULL AND {' AND '.join(empty)}"
    )[0]
    return int(row[0])


def _is_infinite(misfit: str) -> str:
    listed = ", ".join(literal(word) for word in (*INFINITE, "infinite date"))
    return f"lower({misfit}) IN ({listed})"


def _first_misfit(engine: SqlRunner, typed: str, column: TypedColumn) -> tuple[str, int]:
    value, row = engine.rows(
        f"SELECT {column.misfit}, {quote(ROW)} FROM {typed} WHERE {column.misfit} IS NOT NULL "
        f"AND NOT {_is_infinite(column.misfit)} ORDER BY {quote(ROW)} LIMIT 1"
    )[0]
    return str(value)[:80], int(row)


def shown_cell(value: str, column: str = "") -> str:
    """Return a cell to quote; of one that may name a person only how long it is.

    That is told by the cell, or by the ``column`` where that is one of logins.

    >>> shown_cell("n.v."), shown_cell("Totale gennaio"), shown_cell("Ada Birch")
    ("'n.v.'", "'Totale gennaio'", '9 letters')
    >>> shown_cell("a@example.com"), shown_cell("ada2", "Username")
    ('13 letters', '4 letters')
    """
    named = re.search(r"@|[^\W\d]+[ ,;]+[^\W\d]+|\+?\d[\d /-]{6,}", value) is not None
    if (named or LOGIN.search(tokens(column))) and not starts_with_sum(value):
        return f"{len(value)} letters"
    return repr(value)


def column_notices(engine: SqlRunner, typed: str, column: TypedColumn) -> list[Notice]:
    """What a careful reader should know about one column."""
    plan, name = column.plan, column.name
    notices = []
    if column.refused:
        notices.append(Notice("mixed_column", column.refused))
    if column.infinite:
        notices.append(
            Notice(
                "infinite",
                f"column {name!r} has an infinite value in {_cells(column.infinite)}: "
                "read as missing",
                column.infinite,
            )
        )
    if plan is None or plan.kind in ("text", "empty"):
        return notices
    bad = column.lost - column.infinite
    if bad and bad == column.headings:
        value, row = _first_misfit(engine, typed, column)
        notices.append(
            Notice(
                "headings",
                f"column {name!r} has {_cells(bad)} alone on the line (first: "
                f"{shown_cell(value, name)} in row {row:,}): headings of the lines below, no days",
                bad,
            )
        )
    elif bad:
        value, row = _first_misfit(engine, typed, column)
        what = "a date" if plan.kind == "date" else "a number"
        notices.append(
            Notice(
                "bad_cells",
                f"column {name!r} has {_cells(bad)} that do not hold {what} (first: "
                f"{shown_cell(value, name)} in row {row:,}): read as missing",
                bad,
            )
        )
    if plan.kind == "date" and plan.ambiguous and column.last_day <= 12:
        form = next((f for f in plan.formats if not f.startswith("%Y")), plan.formats[0])
        order = "day first" if form.startswith("%d") else "month first"
        so = ", as only so its cells are in the order of their days" if plan.in_order else ""
        notices.append(
            Notice(
                "ambiguous_dates",
                f"column {name!r}: no date has a day above 12 to tell day from month; "
                f"read as {order} ({form}){so}",
                column.present,
            )
        )
    if plan.guessed:
        notices.append(
            Notice("guessed_dates", f"column {name!r}: {_GUESSED.get(plan.formats[0], _YEARS)}")
        )
    if plan.ambiguous and plan.kind != "date":
        sign = "point" if plan.kind == "comma number" else "comma"
        sense = "thousands separator"
        if plan.kind == "number":
            sign, sense = ("point", "decimal point; if it separates thousands, remove it")
        notices.append(
            Notice(
                "ambiguous_numbers",
                f"column {name!r}: a {sign} always stands before three digits, so it was taken for "
                f"a {sense}",
                column.present,
            )
        )
    if plan.currencies:
        notices.append(
            Notice(
                "mixed_currencies",
                f"column {name!r} mixes currencies ({', '.join(plan.currencies)}): its amounts "
                "were read as they stand, not converted",
                len(plan.currencies),
            )
        )
    if plan.percent:
        notices.append(Notice("percent", f"column {name!r} holds percentages: 12% was read as 12"))
    return notices


def gathered_notices(columns: Sequence[TypedColumn]) -> list[Notice]:
    """Return the notices of all columns: what is the same doubt of several is told once.

    A comma before three digits is no doubt where nobody writes one before decimals.
    """
    told: list[Notice] = []
    doubts: dict[str, list[TypedColumn]] = {}
    for column in columns:
        for notice in column.notices:
            if notice.code != "ambiguous_numbers":
                told.append(notice)
                continue
            plan = column.plan
            sure = NO_COMMA.search(f"{column.name} {plan.currency if plan else ''}") is not None
            if not (sure and plan is not None and plan.kind == "point number"):
                sentence = notice.message.removeprefix(f"column {column.name!r}: ")
                doubts.setdefault(sentence, []).append(column)
    for sentence, found in doubts.items():
        names = ", ".join(repr(c.name) for c in found[:4])
        more = f" and {len(found) - 4} more" if len(found) > 4 else ""
        of = "column" if len(found) == 1 else "columns"
        most = max(c.present for c in found)
        told.append(Notice("ambiguous_numbers", f"{of} {names}{more}: {sentence}", most))
    return told


_GUESSED = {
    SERIAL: "its numbers were read as Excel's numbers of days (45,292 is 1 January 2024)",
    MONTH: "its numbers were read as months (202401 is January 2024), each as its first day",
    **{
        form: f"its numbers were read as {form.removeprefix('epoch ')} since 1970, in UTC"
        for form in EPOCHS
    },
}
_YEARS = "its dates were read as year, month, day: what stands first is always above 12"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"
