"""Type all columns of a source: guess, convert every cell, check, think again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import ibis
from ibis.backends.sql.compilers.duckdb import compiler

from smartcart.engines.duckdb import DuckDB, literal, quote
from smartcart.layouts import find_layout
from smartcart.sources.column_names import ROW
from smartcart.sources.plain_cells import known_texts, plain_numbers
from smartcart.sources.raw import Raw, numbered
from smartcart.sources.thousands import in_doubt, many_amounts, thousands_told
from smartcart.sources.type_checks import column_notices, inspect, overturn
from smartcart.sources.typed_column import TypedColumn
from smartcart.tables.date_words import says_month, says_time
from smartcart.tables.guess import Conversion, guess, id_like
from smartcart.tables.typing import (
    first_native,
    first_text,
    is_wide,
    lost_native,
    lost_text,
    typed_native,
    typed_text,
)

__all__ = ["conversion", "guess_plans", "type_columns"]

SAMPLE_ROWS = 20_000
GROUP = 2_000  # columns converted at a time: each expression holds vectors of its own
ROUNDS = 4
MOST_TOGETHER = 200  # columns of which a row keeps the text together
ODD = "odd"  # the column of what rows hold that must be put right
TIDY_ROWS = 1_000_000  # from here on it pays to find out whether texts are tidy


def type_columns(
    engine: DuckDB, raw: Raw, names: Sequence[str]
) -> tuple[str, list[TypedColumn], int]:
    """Type all columns; return a relation of typed cells, the columns and the number of rows.

    The relation (SQL) has ``__row__`` and the cells as ``c0, c1, ...``.
    """
    engine.make_room(len(names))
    kinds = engine.types(raw.sql)
    if fitting := _whole_that_fit(engine, raw.sql, kinds):
        casts = ", ".join(f"CAST({cell} AS BIGINT) AS {cell}" for cell in fitting)
        raw = replace(raw, sql=f"SELECT * REPLACE ({casts}) FROM ({raw.sql})")
        kinds = engine.types(raw.sql)
    columns = [TypedColumn(i, name, None, kinds[f"c{i}"]) for i, name in enumerate(names)]
    direct = raw.numbered and len(columns) <= GROUP
    typed, rows = [], 0
    for part in _groups(columns):
        _guess_plans(engine, raw, part)
        relation, rows = _type_group(engine, raw, part, direct)
        typed.append(relation)
    if len(typed) == 1:
        return typed[0], columns, rows
    cells = ", ".join(column.cell for column in columns)
    path = engine.spool(f"SELECT {cells} FROM {' POSITIONAL JOIN '.join(typed)}")
    return numbered(path), columns, rows


def _whole_that_fit(engine: DuckDB, sql: str, kinds: Mapping[str, Any]) -> list[str]:
    """The columns of whole numbers beyond int64 by their type, but not by their values."""
    wide = [cell for cell, kind in kinds.items() if is_wide(kind)]
    if not wide:
        return []
    wanted = ", ".join(f"count({cell}) = count(TRY_CAST({cell} AS BIGINT))" for cell in wide)
    fits = engine.rows(f"SELECT {wanted} FROM ({sql})")[0]
    return [cell for cell, fit in zip(wide, fits, strict=True) if fit]


def _groups(columns: Sequence[TypedColumn]) -> Iterator[Sequence[TypedColumn]]:
    return (columns[i : i + GROUP] for i in range(0, len(columns), GROUP))


def _guess_plans(engine: DuckDB, raw: Raw, columns: Sequence[TypedColumn]) -> None:
    """Guess a plan for columns of text, or of numbers that may be days, from the first rows."""
    looked = [column for column in columns if column.dtype.is_string() or column.dtype.is_numeric()]
    if not looked:
        return
    picked = ", ".join(column.cell for column in looked)
    sample = engine.backend.con.execute(
        f"SELECT {picked} FROM ({raw.sql}) LIMIT {SAMPLE_ROWS}"
    ).to_arrow_table()
    guess_plans(looked, sample.columns, raw.decimal_comma)


def guess_plans(
    columns: Sequence[TypedColumn], samples: Sequence[Any], decimal_comma: bool
) -> None:
    """Give every column its plan; where points could part thousands, the whole table decides.

    ``samples`` are the first cells of each column, as Arrow arrays.
    """
    for column, array in zip(columns, samples, strict=True):
        guess_plan(column, array, decimal_comma)
    layout = find_layout([column.name for column in columns])
    told = layout is not None and layout.thousands == "."
    _give_plans(columns, decimal_comma, told)
    _tell_thousands(columns)
    for column in columns if len(columns) <= MOST_TOGETHER else ():
        column.plain = plain_numbers(column.plan, column.counts)
        column.known = known_texts(column.plan, column.counts)


def _tell_thousands(columns: Sequence[TypedColumn]) -> None:
    """Settle by currency, language or the number of amounts what a point before three digits is.

    The amounts alone leave a doubt, which is told.
    """
    doubtful = [column for column in columns if in_doubt(column)]
    if not doubtful:
        return
    told = thousands_told(columns)
    parted = told or (told is None and many_amounts(columns))
    for column in doubtful if parted or told is False else ():
        plan = column.plan
        if plan is None or (plan.kind == "comma number" and not plan.ambiguous):
            continue
        if parted:
            column.decimal_comma = True
            plan = guess(column.name, column.counts, True)
        column.plan = replace(plan, ambiguous=told is None) if plan.type == "number" else plan


def _give_plans(columns: Sequence[TypedColumn], decimal_comma: bool, told: bool) -> None:
    """Think again of columns that are ambiguous alone, and not beside the others."""
    plans = [column.plan for column in columns if column.plan is not None]
    commas = any(plan.kind == "comma number" and not plan.ambiguous for plan in plans)
    points = any(plan.kind in {"number", "point number"} and not plan.ambiguous for plan in plans)
    decimal = told or (commas and not points)
    for column in columns:
        plan = column.plan
        if plan is None or not plan.ambiguous or plan.type != "number":
            continue
        if decimal != decimal_comma and (decimal or plan.kind == "comma number"):
            column.decimal_comma = decimal
            plan = guess(column.name, column.counts, decimal)
        if decimal and plan.kind == "comma number":
            plan = replace(plan, ambiguous=False)
        column.plan = plan


def guess_plan(column: TypedColumn, sample: Any, decimal_comma: bool) -> None:
    """Give a column of text its plan, and one of numbers a plan where they are days.

    ``sample`` are its first cells, as an Arrow array.
    """
    if not column.dtype.is_string() and not _may_be_days(column, sample):
        return
    counted = sample.value_counts()
    values, times = (counted.field(part).to_pylist() for part in ("values", "counts"))
    counts = {value: n for value, n in zip(values, times, strict=True) if value is not None}
    if column.dtype.is_string():
        column.counts.update(counts)
        column.decimal_comma = decimal_comma
        column.plan = guess(column.name, column.counts, decimal_comma)
        return
    column.counts.update({_shown(value): count for value, count in counts.items()})
    found = guess(column.name, column.counts, decimal_comma)
    column.plan = found if found.kind == "date" else None


def _may_be_days(column: TypedColumn, sample: Any) -> bool:
    """Whether numbers may be months or days written as such, or are called days or times."""
    import pyarrow.compute as pc

    kind = column.dtype
    if not (kind.is_numeric() and not is_wide(kind)) or id_like(column.name):
        return False
    if says_time(column.name) or says_month(column.name):
        return True
    bounds = pc.min_max(sample).as_py()
    low, high = bounds["min"], bounds["max"]
    return low is not None and (199_001 <= low <= high <= 210_012 or 19e6 <= low <= high < 21.1e6)


def _shown(value: Any) -> str:
    return str(value).removesuffix(".0")


def _type_group(
    engine: DuckDB, raw: Raw, columns: Sequence[TypedColumn], direct: bool
) -> tuple[str, int]:
    """Convert and check until no plan changes; return the relation and the number of rows."""
    for left in range(ROUNDS, -1, -1):
        typed = _convert(engine, raw, columns, direct)
        rows = inspect(engine, typed, columns)
        changed = [
            overturn(engine, typed, column, left <= 1, columns) for column in columns if column.lost
        ]
        if not any(changed):
            break
    for column in columns:
        column.notices = column_notices(engine, typed, column)
    if direct and rows >= TIDY_ROWS and _find_tidy(engine, raw, columns):
        typed = _convert(engine, raw, columns, direct)
    return typed, rows


def _find_tidy(engine: DuckDB, raw: Raw, columns: Sequence[TypedColumn]) -> bool:
    """Find the texts that need no conversion, since every cell is as it would become."""
    texts = [c for c in columns if c.plan is not None and c.stays and not c.may_lose]
    if not texts or not all(column.stays for column in columns):
        return False
    steps = {c.index: _steps(c.plan, c.dtype) for c in texts}
    read = [f"c{i} AS x{i}, {_of(step.first, i, 'c')} AS f{i}" for i, step in steps.items()]
    same = [f"({_of(step.typed, i)}) IS NOT DISTINCT FROM x{i}" for i, step in steps.items()]
    every = ", ".join(f"bool_and({one})" for one in same)
    found = engine.rows(f"SELECT {every} FROM (SELECT {', '.join(read)} FROM ({raw.sql}))")[0]
    for column, tidy in zip(texts, found, strict=True):
        column.tidy = bool(tidy)
    return any(column.tidy for column in texts)


def _convert(engine: DuckDB, raw: Raw, columns: Sequence[TypedColumn], direct: bool) -> str:
    """Convert every cell; return a relation of cells, source cells set aside, and ``__row__``.

    Columns that were plain in the first rows have no column of cells set aside: rows in which one
    of them does not fit keep the text of all, together, and are put right afterwards. There are
    hardly ever any.
    """
    direct = direct and all(column.stays for column in columns)
    if direct:
        return f"({conversion(columns, raw.sql, numbered=True)})"
    path = engine.spool(conversion(columns, raw.sql, numbered=False, together=True))
    plain = [column for column in columns if column.plain]
    for column in plain:
        column.fits = True
    if plain and engine.rows(f"SELECT count({ODD}) FROM {numbered(path)}")[0][0]:
        for column in plain:
            column.fits = False
        path = engine.spool(_put_right(columns, numbered(path)))
    return numbered(path)


def _put_right(columns: Sequence[TypedColumn], source: str) -> str:
    """Return the SQL that converts the cells of odd rows again and sets those aside that are lost.

    The cells of other rows are as they must be.
    """
    plain = [column for column in columns if column.plain]
    rest = [column.cell for column in columns if not column.plain]
    rest += [column.aside for column in columns if not column.plain and column.may_lose]
    read, accept, keep = [*rest, ODD], list(rest), list(rest)
    for at, column in enumerate(plain, start=1):
        i, step = column.index, _steps(column.plan, column.dtype)
        read += [f"{ODD}[{at}] AS x{i}", f"{column.cell} AS f{i}"]
        accept += [
            f"CASE WHEN {ODD} IS NULL THEN f{i} ELSE {_of(step.typed, i)} END AS {column.cell}",
            f"x{i}",
        ]
        keep += [column.cell, f"CASE WHEN c{i} IS NULL THEN x{i} END AS {column.aside}"]
    return (
        f"SELECT {', '.join(keep)} FROM (SELECT {', '.join(accept)} FROM "
        f"(SELECT {', '.join(read)} FROM {source}))"
    )


def conversion(
    columns: Sequence[TypedColumn], source: str, *, numbered: bool, together: bool = False
) -> str:
    """Return the SQL that converts every cell of ``source`` and sets those aside that are lost.

    Three nested selects (read, accept, set aside), so that nothing is computed twice. Each column
    learns its ``kind`` and where its ``misfit`` stands. With ``together`` a row in which a plain
    column has a cell that does not fit keeps the text of all plain columns as ``odd``, a list;
    what was converted there does not count.
    """
    odd, texts = [], []
    row = [quote(ROW)] if numbered else []
    read, accept, keep = list(row), list(row), list(row)
    for column in columns:
        i, step = column.index, _steps(column.plan, column.dtype)
        column.kind = step.kind
        if together and column.plain:
            read += [f"c{i} AS x{i}", f"{_of(step.first, i, 'c')} AS f{i}"]
            integer = column.plan is not None and column.plan.kind == "integer"
            accept += [f"{f'f{i}' if integer else _of(step.typed, i)} AS c{i}", f"x{i}"]
            keep.append(column.cell)
            # an id must be found again as it was written: 007 is a code, 1e3 is no count
            shown = f"coalesce(CAST(c{i} AS VARCHAR), '') <> x{i}"
            odd.append(shown if integer else f"(c{i} IS NULL AND x{i} <> '')")
            texts.append(f"x{i}")
            column.misfit = _of(step.lost, i, "r")
            continue
        if together and column.known:
            read.append(f"c{i} AS x{i}")
            typed = _of(step.typed, i).replace(f"f{i}", _of(step.first, i))
            same = " ".join(f"WHEN x{i} = {literal(text)} THEN x{i}" for text in column.known)
            accept.append(f"CASE {same} ELSE {typed} END AS c{i}")
            keep.append(column.cell)
            continue
        if column.tidy:
            read.append(column.cell)
            accept.append(column.cell)
            keep.append(column.cell)
            continue
        read += [f"c{i} AS x{i}", f"{_of(step.first, i, 'c')} AS f{i}"]
        accept.append(f"{_of(step.typed, i)} AS c{i}")
        keep.append(column.cell)
        if column.may_lose:
            native = column.plan is None
            lost = _of(step.lost, i) if native else f"x{i}"
            column.misfit = column.aside if native else _of(step.lost, i, "r")
            accept.append(f"f{i}" if native else f"x{i}")
            gone = f"c{i} IS NULL AND f{i} IS NOT NULL" if native else f"c{i} IS NULL"
            keep.append(f"CASE WHEN {gone} THEN {lost} END AS {column.aside}")
    if odd:
        keep.append(f"CASE WHEN {' OR '.join(odd)} THEN [{', '.join(texts)}] END AS {ODD}")
    return (
        f"SELECT {', '.join(keep)} FROM (SELECT {', '.join(accept)} FROM "
        f"(SELECT {', '.join(read)} FROM ({source})))"
    )


@dataclass(frozen=True, slots=True)
class _Steps:
    """SQL of the steps of one plan, for a stand-in cell, and the type that comes out."""

    first: str
    typed: str
    lost: str
    kind: Any


_CELL, _FIRST = "__cell__", "__first__"


@lru_cache(256)
def _steps(plan: Conversion | None, dtype: Any) -> _Steps:
    """Compile the expressions of a plan once, for a stand-in column.

    A wide table has a dozen plans: to compile each of its columns would take a minute.
    """
    cell = ibis.table({_CELL: dtype}, name="loose")[_CELL]
    first = first_native(cell) if plan is None else first_text(cell, plan)
    loose = ibis.table({_CELL: dtype, _FIRST: first.type()}, name="loose")
    cell, read = loose[_CELL], loose[_FIRST]
    if plan is None:
        typed, lost = typed_native(read), lost_native(read)
    else:
        typed, lost = typed_text(cell, read, plan), lost_text(cell, plan)
    sql = [_expression(step) for step in (first, typed, lost)]
    return _Steps(sql[0], sql[1], sql[2], typed.type())


def _expression(expr: Any) -> str:
    tree = compiler.to_sqlglot(expr.name("x").as_table())
    return str(tree.selects[0].unalias().sql(dialect="duckdb"))


def _of(template: str, index: int, cell: str = "x") -> str:
    return template.replace(f'"t0"."{_CELL}"', f"{cell}{index}").replace(
        f'"t0"."{_FIRST}"', f"f{index}"
    )
