"""Columns on their way to a type: guess, convert every cell, count what was lost, think again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis
import sqlglot

from smartcart.engines.duckdb import DuckDB, literal, quote
from smartcart.engines.names import ROW
from smartcart.engines.raw import Raw
from smartcart.records import Notice
from smartcart.tables.guess import INFINITE, Plan, code_like, guess
from smartcart.tables.typing import (
    first_native,
    first_text,
    lost_native,
    lost_text,
    typed_native,
    typed_text,
)

__all__ = ["ColumnInTyping", "column_notices", "final_cell", "type_columns"]

SAMPLE_ROWS = 20_000
ROUNDS = 4
BAD_SHARE = 0.01  # a number or date column with at least so many misfits is text
EXACT = 2**53  # whole numbers above it are not told apart by a float64


@dataclass(slots=True)
class ColumnInTyping:
    """One column on its way to a type. ``plan`` is None where the source already has a type."""

    index: int
    name: str
    plan: Plan | None
    dtype: Any
    counts: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    present: int = 0
    infinite: int = 0
    whole: bool = False  # all numbers are whole, or all stamps are at midnight
    last_day: int = 0  # the largest day of the month
    refused: str = ""  # why a column that looked like numbers or dates is text

    @property
    def cell(self) -> str:
        """Its name while in typing; its own name could be anything."""
        return f"c{self.index}"

    @property
    def aside(self) -> str:
        """The name of the column with the cells that were lost."""
        return f"r{self.index}"

    @property
    def stays(self) -> bool:
        """Whether it is so cheap to convert that it can be done again in every pass."""
        if self.plan is not None:
            return self.plan.kind == "text"
        return not (self.dtype.is_timestamp() and self.dtype.timezone is not None)

    @property
    def may_lose(self) -> bool:
        """Whether a cell can be lost in its conversion."""
        if self.plan is None:
            return bool(self.dtype.is_floating() or self.dtype.is_timestamp())
        return self.plan.kind != "text"


def type_columns(
    engine: DuckDB, raw: Raw, names: Sequence[str]
) -> tuple[str, list[ColumnInTyping], int]:
    """Type all columns; return the view of typed cells, the columns and the number of rows.

    The view has ``__row__``, the cells as ``c0, c1, ...`` and those set aside as ``r0, r1, ...``.
    """
    columns = _first_plans(engine, raw, names)
    for last in (*[False] * (ROUNDS - 1), True):
        view = _convert(engine, raw, columns)
        rows = _inspect(engine, view, columns)
        changed = [_overturn(engine, view, column, last) for column in columns if column.lost]
        if not any(changed):
            break
    else:
        view = _convert(engine, raw, columns)
        rows = _inspect(engine, view, columns)
    return view, columns, rows


def _first_plans(engine: DuckDB, raw: Raw, names: Sequence[str]) -> list[ColumnInTyping]:
    """Guess a plan for every text column from the first rows."""
    schema = engine.view(raw.sql).schema()
    columns = [ColumnInTyping(i, name, None, schema[f"c{i}"]) for i, name in enumerate(names)]
    texts = [column for column in columns if column.dtype.is_string()]
    if texts:
        picked = ", ".join(column.cell for column in texts)
        sample = engine.backend.con.execute(
            f"SELECT {picked} FROM ({raw.sql}) LIMIT {SAMPLE_ROWS}"
        ).to_arrow_table()
        for column, array in zip(texts, sample.columns, strict=True):
            counted = array.value_counts().to_pylist()
            column.counts.update(
                {item["values"]: item["counts"] for item in counted if item["values"] is not None}
            )
            column.plan = guess(column.name, column.counts)
    return columns


# Converting ------------------------------------------------------------------------------------


def _convert(engine: DuckDB, raw: Raw, columns: Sequence[ColumnInTyping]) -> str:
    """Convert every cell; return the name of a view with cells, cells set aside and ``__row__``.

    Three nested selects (read, accept, what was lost), so that nothing is computed twice.
    """
    templates: dict[Any, _Steps] = {}
    row = [quote(ROW)] if raw.numbered else []
    read, accept, keep = list(row), list(row), list(row)
    for column in columns:
        key = (column.plan, column.dtype)
        if key not in templates:
            templates[key] = _steps(engine, column)
        steps, i = templates[key], column.index
        read += [f"c{i} AS x{i}", f"{_of(steps.first, i, 'c')} AS f{i}"]
        accept.append(f"{_of(steps.typed, i)} AS c{i}")
        keep.append(column.cell)
        if column.may_lose:
            accept += [f"x{i}", f"f{i}"]
            keep.append(
                f"CASE WHEN c{i} IS NULL AND x{i} IS NOT NULL THEN {_of(steps.lost, i)} END "
                f"AS {column.aside}"
            )
    sql = (
        f"SELECT {', '.join(keep)} FROM (SELECT {', '.join(accept)} FROM "
        f"(SELECT {', '.join(read)} FROM ({raw.sql})))"
    )
    name = f"typed_{engine.temporary().name}"
    if raw.numbered and all(column.stays for column in columns):
        engine.view(sql, name)
    else:
        path = literal(str(engine.spool(sql)))
        row_number = quote(ROW) if raw.numbered else "CAST(file_row_number + 1 AS BIGINT)"
        rest = f"* EXCLUDE ({quote(ROW)})" if raw.numbered else "*"
        engine.view(f"SELECT {row_number} AS {quote(ROW)}, {rest} FROM read_parquet({path})", name)
    return name


@dataclass(frozen=True, slots=True)
class _Steps:
    """SQL of the steps of one plan, for a stand-in cell."""

    first: str
    typed: str
    lost: str


_CELL, _FIRST = "__cell__", "__first__"


def _steps(engine: DuckDB, column: ColumnInTyping) -> _Steps:
    """Compile the expressions of a plan once, for a stand-in column.

    A table of 10,000 columns has a dozen plans: to compile each column would take a minute.
    """
    plan = column.plan
    cell = ibis.table({_CELL: column.dtype}, name="loose")[_CELL]
    first = first_native(cell) if plan is None else first_text(cell, plan)
    loose = ibis.table({_CELL: column.dtype, _FIRST: first.type()}, name="loose")
    cell, read = loose[_CELL], loose[_FIRST]
    if plan is None:
        typed, lost = typed_native(read), lost_native(read)
    else:
        typed, lost = typed_text(cell, read, plan), lost_text(cell)
    return _Steps(*(_expression(engine, step) for step in (first, typed, lost)))


def _expression(engine: DuckDB, expr: Any) -> str:
    tree: Any = sqlglot.parse_one(engine.compile(expr.name("x")), dialect="duckdb")
    return str(tree.selects[0].unalias().sql(dialect="duckdb"))


def _of(template: str, index: int, cell: str = "x") -> str:
    return template.replace(f'"t0"."{_CELL}"', f"{cell}{index}").replace(
        f'"t0"."{_FIRST}"', f"f{index}"
    )


def final_cell(column: ColumnInTyping) -> str:
    """The cell in its final type, under its final name."""
    cell = column.cell
    kind = column.plan.type if column.plan is not None else None
    if kind == "number" or column.dtype.is_floating() or column.dtype.is_decimal():
        cell = f"CAST({cell} AS {'BIGINT' if column.whole else 'DOUBLE'})"
    elif kind == "date" or column.dtype.is_timestamp() or column.dtype.is_date():
        cell = f"CAST({cell} AS {'DATE' if column.whole else 'TIMESTAMP'})"
    return f"{cell} AS {quote(column.name)}"


# Checking --------------------------------------------------------------------------------------


def _inspect(engine: DuckDB, view: str, columns: Sequence[ColumnInTyping]) -> int:
    """Count what was kept and lost in every column, in one aggregate; return the rows."""
    schema = engine.backend.table(view).schema()
    wanted = ["count(*)"]
    for column in columns:
        cell, kind = column.cell, schema[column.cell]
        wanted.append(f"count({cell})" if column.may_lose else "0")
        wanted.append(f"count({column.aside})" if column.may_lose else "0")
        if kind.is_floating():
            wanted.append(f"bool_and({cell} = floor({cell}) AND abs({cell}) < {EXACT})")
            wanted.append("0")
        elif kind.is_timestamp():
            wanted.append(f"bool_and({cell} = date_trunc('day', {cell}))")
            wanted.append(f"max(day({cell}))")
        else:
            wanted += ["true", "0"]
    figures = engine.rows(f"SELECT {', '.join(wanted)} FROM {quote(view)}")[0]
    for column in columns:
        at = 1 + 4 * column.index
        column.present, column.lost, whole, day = figures[at : at + 4]
        column.whole = bool(whole) and (column.present > 0 or not column.may_lose)
        column.last_day = day or 0
        column.infinite = 0
    return int(figures[0])


def _overturn(engine: DuckDB, view: str, column: ColumnInTyping, last: bool) -> bool:
    """Weigh the cells that did not fit; True if the column now has another plan."""
    aside = column.aside
    misfits = {
        str(value): int(count)
        for value, count in engine.rows(
            f"SELECT {aside}, count(*) FROM {quote(view)} WHERE {aside} IS NOT NULL "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000"
        )
    }
    column.infinite = engine.rows(
        f"SELECT count(*) FROM {quote(view)} WHERE {_is_infinite(aside)}"
    )[0][0]
    plan = column.plan
    bad = column.lost - column.infinite
    if plan is None or (bad == 0 and plan.kind != "empty"):
        return False
    for value, count in misfits.items():
        column.counts[value] = max(column.counts[value], count)
    new = guess(column.name, column.counts)
    if new != plan and not last:
        column.plan = new
        return True
    known = {value: count for value, count in misfits.items() if value.lower() not in INFINITE}
    codes = plan.kind == "integer" and code_like(column.name, known)
    if bad / (bad + column.present) < BAD_SHARE and not codes and plan.kind not in _ALL_OR_NONE:
        return False
    if not codes and plan.kind not in _ALL_OR_NONE:
        value, row = _first_misfit(engine, view, column)
        what = "dates" if plan.kind == "date" else "numbers"
        orders = ", with day and month in both orders" if plan.mixed else ""
        column.refused = (
            f"column {column.name!r} is text: {bad:,} of its {bad + column.present:,} cells are "
            f"not {what}{orders} (first: {value!r} in row {row:,})"
        )
    column.plan = Plan("text")
    return True


_ALL_OR_NONE = ("boolean", "empty")


def _is_infinite(aside: str) -> str:
    listed = ", ".join(literal(word) for word in (*INFINITE, "infinite date"))
    return f"lower({aside}) IN ({listed})"


def _first_misfit(engine: DuckDB, view: str, column: ColumnInTyping) -> tuple[str, int]:
    value, row = engine.rows(
        f"SELECT {column.aside}, {quote(ROW)} FROM {quote(view)} WHERE {column.aside} IS NOT NULL "
        f"AND NOT {_is_infinite(column.aside)} ORDER BY {quote(ROW)} LIMIT 1"
    )[0]
    return str(value)[:80], int(row)


def column_notices(engine: DuckDB, view: str, column: ColumnInTyping) -> list[Notice]:
    """What a careful reader should know about one column."""
    plan, name = column.plan, column.name
    notices = []
    if column.refused:
        notices.append(Notice("mixed_column", column.refused))
    if column.infinite:
        notices.append(
            Notice(
                "infinite",
                f"column {name!r} has {_cells(column.infinite)} that are infinite: read as missing",
                column.infinite,
            )
        )
    if plan is None or plan.kind in ("text", "empty"):
        return notices
    if bad := column.lost - column.infinite:
        value, row = _first_misfit(engine, view, column)
        what = "a date" if plan.kind == "date" else "a number"
        notices.append(
            Notice(
                "bad_cells",
                f"column {name!r} has {_cells(bad)} that do not hold {what} (first: {value!r} in "
                f"row {row:,}): read as missing",
                bad,
            )
        )
    if plan.kind == "date" and plan.ambiguous and column.last_day <= 12:
        order = "day first" if plan.formats[0].startswith("%d") else "month first"
        notices.append(
            Notice(
                "ambiguous_dates",
                f"column {name!r}: no date has a day above 12, so nothing tells day from month; "
                f"read as {order} ({plan.formats[0]})",
                column.present,
            )
        )
    if plan.ambiguous and plan.kind != "date":
        notices.append(
            Notice(
                "ambiguous_numbers",
                f"column {name!r}: a comma always stands before three digits, so it was taken for "
                "a thousands separator",
                column.present,
            )
        )
    if plan.percent:
        notices.append(Notice("percent", f"column {name!r} holds percentages: 12% was read as 12"))
    return notices


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"
