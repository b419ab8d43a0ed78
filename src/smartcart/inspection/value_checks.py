"""What names say of a table of customers, checked on its values.

Parts are parts of a total only if they add up to it, a copy of a column counts once, and a row that
holds the sums of all others is no customer. Each check is one query, asked only where names or
figures give reason for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from smartcart.records import Column, ResultRow
from smartcart.tables import features
from smartcart.tables.customer_names import counts_pieces
from smartcart.tables.date_words import names_a_month
from smartcart.tables.labels import label_of
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.sum_words import SUM_START, starts_with_sum
from smartcart.tables.summary import ROW_COLUMN, ColumnSummary, column_type
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.engines.protocol import Engine

__all__ = [
    "SOME_ROWS",
    "SUM_REASON",
    "with_months",
    "with_real_parts",
    "with_visits_bought",
    "without_averages",
    "without_copies",
    "without_sum_rows",
]

SOME_ROWS = 200_000  # of a large table, on which columns are compared
FIRST_ROWS = 20_000  # on which a total among parts is looked for, of every table of parts
CLOSE = 0.01  # how far parts may be from their total, as a share of it
MOST_ROWS = 0.95  # share of rows in which parts must add up
AGAIN = 0.1  # share of customers who bought more than once, by whom an average shows
MONTHS = 3  # at least, of which a total is made
MOST_PAIRS = 50  # columns of the same figures that are compared
MOST_SUMS = 100  # rows named like a sum that are looked at: some are names of firms
FEW_ROWS = 8  # of fewer, one may be the sum of the others by chance
SURE_SUMS = 2  # of a row without a word for it
SUM_CLOSE = 0.005  # how far a sum row may be from the sum of the others
SUM_REASON = "the row holds the sums of all others: no customer"
COUNTS_TRIED = 4  # columns that may be purchases, and such that may be their average
HALF_UNIT = 0.51  # of an average in whole units of the currency
_VISIT = lazy_pattern(
    r"\b(visit\w*|besuch\w*|bezoek\w*|wizyt\w*|besok\w*|besog\w*|визит\w*|ziyaret\w*)"
)
_WHOLES = (("spend:", "spend_total"), ("channel:", "frequency"))


def without_copies(
    engine: Engine,
    table: ir.Table,
    columns: Sequence[Column],
    figures: Sequence[ColumnSummary],
    said: Mapping[str, object],
) -> tuple[Column, ...]:
    """Return the columns; of forming numbers that are equal in every row only the first counts.

    Of a large table the first rows are compared, where all figures of two columns are equal.
    """
    seen = {
        f.name: (f.present, f.low, f.high, f.distinct if f.exact else 0, f.rows) for f in figures
    }
    groups: dict[object, list[Column]] = {}
    for column in columns:
        usable = column.type == "number" and column.role == "forms"
        if usable and column.name not in said and column.missing < seen[column.name][4]:
            groups.setdefault(seen[column.name], []).append(column)
    pairs = [
        (kept, copy)
        for group in groups.values()
        for ordered in [sorted(group, key=lambda c: c.meaning == "measure")]
        for i, copy in enumerate(ordered)
        for kept in ordered[:i]
    ][:MOST_PAIRS]
    if not pairs:
        return tuple(columns)
    some = table.limit(SOME_ROWS)
    equal = [
        some[a.name].cast("float64").identical_to(some[b.name].cast("float64")).all().name(f"p{i}")
        for i, (a, b) in enumerate(pairs)
    ]
    found = engine.record(some.aggregate(equal))
    dropped: dict[str, str] = {}
    for i, (kept, copy) in enumerate(pairs):
        if found[f"p{i}"] and kept.name not in dropped:
            dropped.setdefault(copy.name, kept.name)
    return tuple(
        replace(
            c, role="dropped", reason=f"from its values: the same as {dropped[c.name]} in every row"
        )
        if c.name in dropped
        else c
        for c in columns
    )


def with_real_parts(
    engine: Engine, table: ir.Table, columns: Sequence[Column], said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; parts that do not add up to the total beside them only describe.

    They must do so within 1%, in nearly all rows that hold the total. A part that is the sum of all
    others is their total, whatever it is called. What the user ``said`` stays.
    """
    columns = _with_found_total(engine, table, tuple(columns), said)
    for part, whole in _WHOLES:
        parts = [c for c in columns if c.role == "forms" and c.meaning.startswith(part)]
        totals = [c for c in columns if c.meaning == whole and c.role == "describes"]
        if len(parts) < 2 or not totals or any(c.name in said for c in (*parts, *totals)):
            continue
        if _add_up(engine, table, [c.name for c in parts], totals[0].name):
            continue
        names, total = {c.name for c in parts}, totals[0].name
        columns = tuple(
            replace(
                c,
                role="describes",
                reason=f"from its values: does not add up to {total} with the others",
            )
            if c.name in names
            else replace(
                c, role="forms", reason="from its values: a total, which its parts do not add up to"
            )
            if c.name == total
            else c
            for c in columns
        )
    return columns


def _with_found_total(
    engine: Engine, table: ir.Table, columns: tuple[Column, ...], said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; what is the sum of all (other) parts of the spend is its total.

    It may be called a part, or nothing that is known (``Totalt`` beside years).
    """
    parts = [c.name for c in columns if c.role == "forms" and c.meaning.startswith("spend:")]
    others = [c.name for c in columns if c.role == "forms" and c.meaning == "measure"]
    totals = any(c.meaning == "spend_total" for c in columns)
    if len(parts) < (2 if others else 3) or totals or said.keys() & {*parts}:
        return columns
    names = [*(parts if len(parts) > 2 else ()), *others]
    first = table.limit(FIRST_ROWS)
    place = {name: f"v{i}" for i, name in enumerate((*parts, *others))}
    cells = {at: first[name].cast("float64").fill_null(0.0) for name, at in place.items()}
    some = first.select(every=features.total(first, parts).fill_null(0.0), **cells)

    def gap(name: str) -> tuple[ir.Value, ir.BooleanValue]:
        """Return what a column would be the sum of, and whether it is."""
        mine = some[place[name]]
        rest = some["every"] - mine if name in parts else some["every"]
        return rest, (rest - mine).abs() <= mine.abs() * CLOSE + CLOSE

    sums = {place[name]: gap(name)[1].sum() for name in names}
    row = engine.record(some.aggregate(rows=some.count(), **sums))
    rows = int(row["rows"] or 0)
    found = [n for n in names if rows and int(row[place[n]] or 0) >= MOST_ROWS * rows]
    if found:  # and in enough rows of several parts
        several = {}
        for name in found:
            rest, close = gap(name)
            largest = ibis.greatest(*(some[place[n]] for n in parts if n != name))
            several[place[name]] = (close & (rest > largest + CLOSE)).sum()
        row = engine.record(some.aggregate(**several))
        found = [name for name in found if int(row[place[name]] or 0) >= AGAIN * rows]
    if len(found) != 1:
        return columns
    reason = "from its values: the sum of the others, which form"
    return tuple(
        replace(c, role="describes", meaning="spend_total", reason=reason)
        if c.name == found[0]
        else c
        for c in columns
    )


def with_months(
    engine: Engine, table: ir.Table, columns: Sequence[Column], said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; months that add up to the total beside them only describe.

    The total tells the same money once. A blank month is one without any.
    """
    columns = tuple(columns)
    totals = [c.name for c in columns if c.role == "forms" and c.meaning == "spend_total"]
    months = [
        c.name
        for c in columns
        if c.type == "number" and c.meaning in {"", "measure"} and names_a_month(c.name)
    ]
    if len(totals) != 1 or len(months) < MONTHS or set(months) & said.keys():
        return columns
    if not _add_up(engine, table, months, totals[0]):
        return columns
    reason = f"from its values: a month, and part of {totals[0]}, which forms"
    return tuple(
        replace(c, role="describes", reason=reason, zero_if=(c.name,), zero_if_blank=True)
        if c.name in months
        else c
        for c in columns
    )


def with_visits_bought(
    engine: Engine,
    table: ir.Table,
    columns: Sequence[Column],
    figures: Sequence[ColumnSummary],
    said: Mapping[str, object],
) -> tuple[Column, ...]:
    """Return the columns; visits by which spend makes the average beside it are purchases.

    Whatever they are called, but pieces and stretches of time: these have an average, too. It must
    be so in nearly all rows with visits, as far as the average is rounded.
    """
    columns = tuple(columns)
    forming = [c for c in columns if c.type == "number" and c.role == "forms"]
    whole = {f.name for f in figures if f.whole}
    free = [c for c in forming if c.meaning in {"visits", "measure"} and c.name not in said]
    measures = [c.name for c in free if c.meaning == "measure"][:COUNTS_TRIED]
    spent = [c.name for c in forming if c.meaning == "spend_total"][:1]
    counts = [
        c.name
        for c in free
        if c.name in whole and (c.meaning == "visits" or (spent and not counts_pieces(c.name)))
    ][:COUNTS_TRIED]
    tried = [(s, n, m) for s in spent or measures for n in counts for m in measures]
    tried = [names for names in tried if len(set(names)) == len(names)]
    if not tried or any(c.meaning == "frequency" for c in columns):
        return columns
    some = table.limit(SOME_ROWS)
    told: dict[str, ir.Value] = {}
    for i, (spend, count, mean) in enumerate(tried):
        number = some[count].cast("float64").nullif(0.0)
        each = some[spend].cast("float64") / number
        rounded = HALF_UNIT if mean in whole else CLOSE
        close = (some[mean].cast("float64") - each).abs() <= each.abs() * CLOSE + rounded
        told |= {f"c{i}": close.sum(), f"n{i}": each.count(), f"a{i}": (number > 1).sum()}
    row = {k: int(v or 0) for k, v in engine.record(some.aggregate(**told)).items()}
    for i, names in enumerate(tried):
        rows = row[f"n{i}"]
        if not rows or row[f"c{i}"] < MOST_ROWS * rows or row[f"a{i}"] < AGAIN * rows:
            continue
        dated = any(c.meaning == "last_date" for c in columns)
        return tuple(_bought_then(c, names, dated) for c in columns)
    return columns


def _bought_then(column: Column, names: tuple[str, str, str], dated: bool) -> Column:
    """Return the column as one of purchases, where ``names`` are spend, visits and their average.

    The day of the last visit is then that of the last purchase, unless this is known (``dated``).
    """
    spend, count, mean = names
    if column.name == count:
        label = label_of(count, "frequency")
        why = f"from its values: {spend} by {count} is {mean}: how often the customer bought"
        return replace(column, meaning="frequency", reason=why, label=label)
    if column.name == spend and column.meaning != "spend_total":
        why = f"from its values: {count} times {mean}: what the customer spent in all"
        label = label_of(spend, "spend_total")
        return replace(column, meaning="spend_total", reason=why, label=label)
    visited = column.meaning == "last_seen" and _VISIT.search(tokens(column.name)) is not None
    if visited and not dated:
        why = f"from its name: the day of the last visit; visits ({count}) are purchases here"
        return replace(column, meaning="last_date", reason=why)
    return column


def without_averages(
    engine: Engine, table: ir.Table, columns: Sequence[Column], said: Mapping[str, object]
) -> tuple[Column, ...]:
    """Return the columns; what is spend by purchases in nearly all rows only describes.

    Whatever it is called: both form already. It must be so within 1% where somebody bought.
    """
    columns = tuple(columns)
    known = {c.meaning: c.name for c in columns if c.type == "number" and c.role == "forms"}
    spend, count = known.get("spend_total"), known.get("frequency")
    tried = [
        c.name
        for c in columns
        if c.type == "number" and c.role == "forms" and c.meaning == "measure"
        if c.name not in said
    ]
    if spend is None or count is None or not tried:
        return columns
    some = table.filter(table[count] > 0).limit(SOME_ROWS)
    each = some[spend].cast("float64") / some[count].cast("float64")
    told: dict[str, ir.Value] = {"rows": some.count(), "again": (some[count] > 1).sum()}
    for i, name in enumerate(tried):
        gap = (some[name].cast("float64") - each).abs()
        told[f"c{i}"] = (gap <= each.abs() * CLOSE + CLOSE).sum()
    row = engine.record(some.aggregate(**told))
    rows = int(row["rows"] or 0)
    if int(row["again"] or 0) < AGAIN * rows:
        return columns  # of those who bought once it is the spend itself
    found = {
        name for i, name in enumerate(tried) if rows and int(row[f"c{i}"] or 0) >= MOST_ROWS * rows
    }
    reason = f"from its values: {spend} by {count}, which form already"
    return tuple(
        replace(c, role="describes", reason=reason) if c.name in found else c for c in columns
    )


def _add_up(engine: Engine, table: ir.Table, parts: Sequence[str], total: str) -> bool:
    some = table.filter(table[total].notnull()).limit(SOME_ROWS)
    whole = some[total].cast("float64")
    sums = features.total(some, parts).fill_null(0.0)
    close = (sums - whole).abs() <= whole.abs() * CLOSE + CLOSE
    row = engine.record(some.aggregate(rows=some.count(), close=close.sum()))
    return int(row["close"] or 0) >= MOST_ROWS * int(row["rows"])


def without_sum_rows(
    engine: Engine, table: ir.Table, columns: Sequence[Column], figures: Sequence[ColumnSummary]
) -> tuple[ir.Table, list[str]]:
    """Return the table without rows that hold the sums of all others, and what these are called.

    Such a row has a word for a sum, or nothing, in place of the id, and in most of the amounts and
    counts that it holds the sum of all other rows (within half a percent). In a table without an
    id the word may stand in any column of text. The last row needs no word for it if all of its
    numbers, two at least, are the sums of the others.
    """
    ids = [c.name for c in columns if c.role == "id"] or [
        c.name for c in columns if c.type == "text"
    ]
    if not ids or table.schema()[ids[0]].is_floating():
        return table, []
    value = table[ids[0]]
    named = value.isnull()
    if column_type(value.type()) == "text":
        for name in ids:
            named = named | table[name].lower().strip().re_search(SUM_START).fill_null(False)
        if figures and figures[0].rows >= FEW_ROWS:
            named = named | (table[ROW_COLUMN] == table[ROW_COLUMN].max())
    elif all(f.present == f.rows for f in figures if f.name == ids[0]):
        return table, []
    summed = [
        c.name
        for c in columns
        if c.type == "number" and c.role in {"forms", "describes", "dropped"} and c.name not in ids
    ]
    if not summed:
        return table, []
    chosen = table.filter(named)
    numbers = {f"s{i}": chosen[n].cast("float64") for i, n in enumerate(summed)}
    at = chosen[ROW_COLUMN]
    rows = engine.records(
        chosen.select(__id__=chosen[ids[0]], __at__=at, **numbers).limit(MOST_SUMS)
    )
    if not rows:
        return table, []
    totals = engine.record(
        table.aggregate(
            [table[n].cast("float64").sum().name(f"s{i}") for i, n in enumerate(summed)]
        )
    )
    wrong = ibis.literal(False)
    names = []
    for row in rows:
        empty = all(row[f"s{i}"] is None for i in range(len(summed)))
        told = row["__id__"] is not None and starts_with_sum(str(row["__id__"]))
        held, sums = _sums_held(row, totals, len(summed))
        most = held > 0 and sums > held / 2
        whole = held == sums >= SURE_SUMS
        if not ((most if told or row["__id__"] is None else whole) or (empty and told)):
            continue
        names.append(f"row {row['__at__']}" if row["__id__"] is None else str(row["__id__"]))
        wrong = wrong | (table[ROW_COLUMN] == row["__at__"])
    return (table.filter(~wrong), names) if names else (table, [])


def _sums_held(row: ResultRow, totals: ResultRow, columns: int) -> tuple[int, int]:
    """Return how many numbers a row holds, and how many are what all other rows add up to."""
    held = sums = 0
    for i in range(columns):
        own, total = row[f"s{i}"], totals[f"s{i}"]
        if own is None or own == 0:
            continue
        held += 1
        sums += abs(own - (total - own)) <= SUM_CLOSE * abs(own)
    return held, sums
