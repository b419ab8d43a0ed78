"""Look at a source: roles, as-of day, bounds, ledger and warnings, before anything is fitted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from smartcart.engines.protocol import Engine
from smartcart.errors import DataError, UsageError
from smartcart.inspection import (
    derived_columns,
    estimated_figures,
    table_warnings,
    value_checks,
)
from smartcart.inspection.exact_counts import counted
from smartcart.inspection.flagged_tests import TEST_REASON, without_test_accounts
from smartcart.inspection.group_rows import refuse_group_rows
from smartcart.inspection.money_notices import of_used_money
from smartcart.inspection.nobody_rows import (
    NOBODY_REASON,
    RowAside,
    nobody_notices,
    outsized_row,
    without_nobody,
)
from smartcart.inspection.order_log import OrderOptions, look_at_orders
from smartcart.inspection.purchase_days import with_last_purchase
from smartcart.inspection.questions import check_expected, telling_columns
from smartcart.inspection.receipt import receipt_of_customers
from smartcart.inspection.result import Look, Progress
from smartcart.inspection.row_subject import refuse_other_rows
from smartcart.inspection.table_kind import (
    find_reading,
    layout_of,
    layout_roles,
    parts_said,
    says_rows,
)
from smartcart.layouts import Layout
from smartcart.records import (
    Column,
    ColumnRole,
    ColumnWish,
    Contract,
    Inspection,
    Ledger,
    ResultRow,
)
from smartcart.sources import Opened, open_source
from smartcart.sources.excel import hinted
from smartcart.sources.type_checks import shown_cell
from smartcart.tables import (
    column_overrides,
    features,
    few_passes,
    never_bought,
    no_behaviour,
    order_unnamed,
    quality,
    roles,
    summary,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["inspect", "look", "refuse_duplicates"]

FEW_ROWS = 50_000  # up to here copied rows do not weigh
ADULT = 18  # years: of the youngest customers, where nothing says which day it is
YOUNGEST = "the youngest taken as 18, by"  # the source of a day for ages
FLAGS_TRIED = 12  # columns of two values that may say which row of a customer is the last
CATEGORIES = 12  # values of a category that are told, the most frequent first


def inspect(source: object, *, options: OrderOptions | None = None, **asked: Any) -> Inspection:
    """Return what SmartCart sees in ``source``; fits nothing. Options as for :func:`look`."""
    seen = replace(options or OrderOptions(), horizon=0)  # nothing is forecast of what is seen
    with open_source(source) as opened:
        return look(opened, options=seen, **asked).inspection


def look(
    opened: Opened,
    *,
    kind: str | None = None,
    as_of: dt.date | None = None,
    wanted: Mapping[str, ColumnRole | ColumnWish] | None = None,
    options: OrderOptions | None = None,
    progress: Progress | None = None,
    aside: Sequence[RowAside] = (),
) -> Look:
    """Give every column a role, count what is wrong, and refuse what cannot be segmented.

    ``wanted`` holds the user's own roles by column name; ``aside`` names the rows left out of
    ``opened`` already, since they hold the sums of all others, or are nobody. Raises ``DataError``
    where the table cannot be segmented and says why.
    """
    if kind not in {None, "customers", "orders"}:
        raise UsageError.of(
            f"--kind is {kind!r}",
            "'customers' or 'orders'",
            "leave it out: it is recognised from the columns",
        )
    with hinted(opened.reading.notices):
        return _look(opened, kind, as_of, wanted, options, progress, aside)


def _look(
    opened: Opened,
    kind: str | None,
    as_of: dt.date | None,
    wanted: Mapping[str, ColumnRole | ColumnWish] | None,
    options: OrderOptions | None,
    progress: Progress | None,
    aside: Sequence[RowAside],
) -> Look:
    engine = opened.engine
    table = opened.table
    large = estimated_figures.is_large(opened)
    row = estimated_figures.figures(opened) if large else _figures(opened)
    figures = summary.summaries(table, row)
    if row["rows"] < 2:
        raise _too_few(opened, int(row["rows"]))
    layout = layout_of(figures, kind)
    with telling_columns(figures):
        settled = find_reading(opened, figures, kind, wanted or {})
    if settled is not None and not engine.can.typed and order_unnamed.told_in_text(figures):
        return look(  # dates or money stored as text are read here
            opened.local(),
            kind="orders",
            as_of=as_of,
            wanted=wanted,
            options=options,
            progress=progress,
        )
    if settled is not None:
        settled = replace(settled, log=counted(opened, settled.log))
        with telling_columns(figures, settled.log.columns):
            return look_at_orders(
                opened,
                settled,
                as_of=as_of,
                options=options or OrderOptions(),
                parts=parts_said(wanted or {}),
                progress=progress,
            )
    parts = parts_said(wanted or {})
    nobody = order_unnamed.lines_of_nobody(figures, parts)
    if nobody is not None and nobody[1] and kind is None and not says_rows(wanted or {}):
        maybe = [n for n in order_unnamed.unnamed_log(figures) if n not in parts]
        with telling_columns(figures):
            raise table_warnings.whose_lines(
                opened, nobody[0], order_unnamed.empty_customer(figures), maybe
            )
    if options is not None and options.of_orders:
        raise UsageError.of(
            "--drop-duplicates or --net-returns is given, but the table has a row per customer",
            "an order log",
            "leave the option out",
        )
    if not engine.can.typed:
        return look(opened.local(), kind="customers", as_of=as_of, wanted=wanted, options=options)
    columns = _roles(figures, wanted or {}, layout)
    if kind is None and not says_rows(wanted or {}):
        if not large:
            refuse_group_rows(opened, figures)
        refuse_other_rows(opened, figures, columns, {*(wanted or {})})
    if not aside:
        kept, sums = table, list[str]()
        if not large:
            kept, sums = value_checks.without_sum_rows(engine, table, columns, figures)
        words = layout.nobody if layout is not None else ()
        kept, nobody_rows = without_nobody(engine, kept, columns, figures, words, large)
        tests = list[RowAside]()
        if not large:
            kept, tests = without_test_accounts(engine, kept, columns, figures, {*(wanted or {})})
        sum_rows = [RowAside(name, value_checks.SUM_REASON) for name in sums]
        aside = [*sum_rows, *nobody_rows, *tests]
        if aside:
            return look(
                replace(opened, table=kept),
                kind="customers",
                as_of=as_of,
                wanted=wanted,
                options=options,
                progress=progress,
                aside=aside,
            )
    people = {f.name for f in figures if 2 * max(f.mails, f.phones) > f.head}
    _refuse_text_for_numbers(opened, columns, {*(wanted or {}), *people})
    columns = value_checks.without_copies(engine, table, columns, figures, wanted or {})
    columns = value_checks.with_real_parts(engine, table, columns, wanted or {})
    columns = value_checks.with_months(engine, table, columns, wanted or {})
    cells = derived_columns.cells_of(engine, table, columns, wanted or {})
    columns = derived_columns.with_money_and_returns(columns, cells, wanted or {})
    columns = derived_columns.with_sums(columns, cells, wanted or {})
    columns = value_checks.with_visits_bought(engine, table, columns, figures, wanted or {})
    columns = derived_columns.with_average_orders(columns, cells, wanted or {})
    columns = value_checks.without_averages(engine, table, columns, wanted or {})
    columns = derived_columns.without_derived(columns, cells, wanted or {})
    columns = no_behaviour.with_no_behaviour_described(columns, wanted or {})
    columns = with_last_purchase(engine, table, columns, wanted or {})
    contract = features.without_unused(_contract(opened, columns, as_of))
    contract = never_bought.with_zeros(contract, figures)
    columns = contract.columns
    _refuse_no_behaviour(contract)
    exact = row["rows"] <= estimated_figures.EXACT_ROWS
    fences = {}
    for column in contract.columns:
        if column.meaning == "income" and column.type == "number":
            bins = engine.records(quality.log_histogram(table, column.name))
            fence = quality.upper_fence([b["bin"] for b in bins], [b["count"] for b in bins])
            if fence is not None:
                fences[column.name] = fence
    contract = quality.bounded(contract, fences)
    if not estimated_figures.no_id_twice(opened, contract, row):
        refuse_duplicates(opened, contract)
    clean = features.cleaned(table, contract, sound=few_passes.sound_columns(contract, figures))
    copies = quality.copies_are_copies(figures, contract.id_column)
    spent = _spent(engine, clean, contract, once=copies and row["rows"] <= FEW_ROWS)
    forming = features.forming_features(contract, spent)
    told = (
        estimated_figures.categories(opened, clean, contract, CATEGORIES)
        if large
        else _categories(engine, clean, contract)
    )
    describing = features.describing_features(contract, told)
    every = (*forming, *describing)
    both = engine.can.distinct_beside  # in one pass
    key = few_passes.key_columns(contract, figures) if copies else ()
    if large:
        counts = estimated_figures.counts(opened, contract, every, figures, key)
    else:
        counts = engine.record(
            quality.count_expression(table, contract, every, exact, contents=both)
        )
    if (zeros := never_bought.zeros_expression(table, contract)) is not None:
        counts |= engine.record(zeros)
    if (never := never_bought.never_expression(table, contract, counts)) is not None:
        counts |= engine.record(never)
    forming, counts = never_bought.with_longest(forming, contract, counts)
    if not both:
        counts |= engine.record(quality.contents_expression(table, contract, exact))
    if few_passes.nobody_rejected(contract, counts):
        schema = quality.rejected_rows(clean, contract).schema().to_pyarrow()
        rejected = pa.Table.from_batches([], schema)  # an empty table by Arrow itself loads pandas
    else:
        rejected = engine.listed(quality.rejected_rows(clean, contract))
    all_usable = rejected.num_rows == 0
    counts["no_behaviour"] = rejected.num_rows - int(counts.get("missing_id") or 0)
    if opened.rejected is not None:
        lines = engine.arrow(quality.unreadable_lines(opened.rejected, table, contract))
        counts["unreadable"] = lines.num_rows
        rejected = pa.concat_tables([rejected, lines.cast(rejected.schema)])
    if aside:
        reasons = Counter(row.reason for row in aside)
        counts["nobody_rows"] = reasons[NOBODY_REASON]
        counts["test_rows"] = reasons[TEST_REASON]
        counts["sum_rows"] = reasons[value_checks.SUM_REASON]
        no_one = {
            "customer_id": [r.customer_id for r in aside],
            "reason": [r.reason for r in aside],
        }
        rejected = pa.concat_tables([rejected, pa.table(no_one).cast(rejected.schema)])
    rows = int(counts["rows"]) + int(counts.get("unreadable") or 0) + len(aside)
    customers = rows - rejected.num_rows
    if customers < 2:
        raise _too_few(opened, customers)
    ledger = Ledger(
        rows_read=rows,
        segmented=customers,
        rejected=rejected.num_rows,
        entries=quality.ledger_entries(contract, counts, copies=copies, exact=exact),
    )
    used = (c.name for c in columns if c.role not in {"dropped", "id"})
    reading = of_used_money(opened.reading, used)
    notices = (
        *reading.notices,
        *nobody_notices(aside),
        *outsized_row(engine, clean, columns),
        *table_warnings.warnings(contract, forming, customers),
        *table_warnings.doubtful(engine, clean, contract, ledger),
        *table_warnings.receipts(order_unnamed.lines_of_nobody(figures)),
        *table_warnings.repeating_ids(figures, columns),
    )
    inspection = Inspection(reading, contract, ledger, forming, describing, notices)
    receipt = receipt_of_customers(engine, clean, inspection, layout)
    check_expected(receipt, dict(options.expect if options else ()), tuple)
    inspection = replace(inspection, receipt=receipt)
    return Look(inspection, engine, clean, copies, rejected, key, all_usable)


def _figures(opened: Opened) -> ResultRow:
    """Return the figures of all columns; those of the first rows by the embedded engine."""
    row: ResultRow = {}
    can = opened.engine.can
    for part in summary.summary_expressions(
        opened.table, head=can.first_rows, remainder=can.remainder
    ):
        row |= opened.engine.record(part)
    if opened.head is not None:
        row |= opened.here.record(summary.head_expression(opened.head))
    return row


def _contract(opened: Opened, columns: tuple[Column, ...], as_of: dt.date | None) -> Contract:
    """Return the contract: the id column and the day that ages refer to."""
    ids = [column.name for column in columns if column.role == "id"]
    day, where = as_of, "--as-of"
    if day is None:
        found = quality.as_of_expression(opened.table, columns)
        if found is None:
            day, where = _day_for_ages(opened, columns)
        else:
            names, latest = found
            day = quality.as_of_day(opened.engine.record(latest))
            where = f"latest {names}"
    if day is None:  # nothing to count days or ages from
        columns = tuple(
            replace(c, role="dropped", reason="a date, but no day to count from")
            if c.type == "date" and c.role == "forms"
            else c
            for c in columns
        )
    return Contract(
        "customers",
        ids[0] if ids else None,
        columns,
        day,
        where,
        source_names=dict(opened.reading.source_names),
    )


def _roles(
    figures: Sequence[summary.ColumnSummary],
    wanted: Mapping[str, ColumnRole | ColumnWish],
    layout: Layout | None,
) -> tuple[Column, ...]:
    """Return the columns with roles: the user's words, then a layout's, then guesses."""
    columns = roles.infer_roles(figures)
    listed = layout_roles(layout, figures) if layout is not None else {}
    listed = {name: wish for name, wish in listed.items() if name not in wanted}
    try:
        columns = column_overrides.override_roles(columns, listed)
    except DataError:  # a column holds something else than in the known export
        listed = {}
    assert layout is not None or not listed
    told = f"as known of the {layout.platform} {layout.export} export" if layout else ""
    columns = tuple(replace(c, reason=told) if c.name in listed else c for c in columns)
    return column_overrides.override_roles(columns, wanted)


def _day_for_ages(opened: Opened, columns: tuple[Column, ...]) -> tuple[dt.date | None, str]:
    """Return a day from which ages are counted, where no day of behaviour is known, and its source.

    It is the latest other day in the table; else the youngest customers are taken for adults.
    """
    births = [c for c in columns if c.meaning == "birth" and c.type in {"date", "number"}]
    if not any(c.role not in {"dropped", "id"} for c in births):
        return None, "no dates"
    others = [c for c in columns if c.type == "date" and c.meaning != "birth"]
    others = [replace(c, role="forms") for c in others]
    if found := quality.as_of_expression(opened.table, others):
        names, latest = found
        if day := quality.as_of_day(opened.engine.record(latest)):
            return day, f"latest {names}"
    name = births[0].name
    value = opened.table.limit(value_checks.SOME_ROWS)[name]
    year = value.year() if births[0].type == "date" else value
    row = opened.engine.record(year.quantile(0.99).name("year").as_table())
    if row["year"] is None or not quality.YEARS[0] <= row["year"] <= quality.YEARS[1]:
        return None, "no dates"
    return dt.date(int(row["year"]) + ADULT, 12, 31), f"{YOUNGEST} {name}"


def _spent(engine: Engine, clean: ir.Table, contract: Contract, *, once: bool) -> dict[str, float]:
    """Return the money per category column, of copied rows only ``once``."""
    names = [c.name for c in contract.columns if c.meaning.startswith("spend:")]
    names = [n for n in names if n in clean.columns]
    if not names:
        return {}
    rows = clean.select(*(clean[n].cast("float64").name(n) for n in names))
    if once:
        content = quality.content_hash(clean, quality.content_columns(contract))
        hashed = clean.select(content.name("__content__"), *rows.columns)
        rows = hashed.group_by("__content__").aggregate(
            [hashed[n].cast("float64").max().name(n) for n in names]
        )
    sums = rows.aggregate([rows[n].sum().name(n) for n in names])
    return {name: float(total or 0.0) for name, total in engine.record(sums).items()}


def _categories(engine: Engine, clean: ir.Table, contract: Contract) -> dict[str, list[str]]:
    """Return the values worth telling of each text column that describes."""
    found: dict[str, list[str]] = {}
    for column in contract.columns:
        if column.type != "text" or column.role in {"id", "dropped"}:
            continue
        value = clean[column.name]
        counted = (
            clean.filter(value.notnull()).group_by(value=value).aggregate(count=lambda t: t.count())
        )
        top = counted.order_by([counted["count"].desc(), counted["value"]]).limit(CATEGORIES)
        found[column.name] = [str(row["value"]) for row in engine.records(top)]
    return found


def _too_few(opened: Opened, customers: int) -> DataError:
    return DataError.of(
        f"{opened.reading.source!r} holds {customers} customer{'' if customers == 1 else 's'} that "
        "can be segmented",
        "at least two",
        "check the export, or the rows that were rejected",
    )


def _refuse_no_behaviour(contract: Contract) -> None:
    if any(column.role == "forms" for column in contract.columns):
        return
    seen = "; ".join(f"{c.name}: {c.reason}" for c in contract.columns[:8])
    raise DataError.of(
        f"no column says what customers do ({seen})",
        "at least one column of numbers such as spend, orders or visits",
        "add one, or give a column the role 'forms' in the configuration",
    )


def _refuse_text_for_numbers(
    opened: Opened, columns: tuple[Column, ...], settled: Collection[str]
) -> None:
    """Refuse text in a column whose name promises a number, with an example.

    Columns of ``settled`` are known to be something else: by the user, or by what they hold.
    """
    for column in columns:
        if column.type != "text" or column.name in settled:
            continue
        meaning = roles.promised_number(column.name)
        if meaning is None or column.meaning == "empty":
            continue
        value = opened.table[column.name]
        example = opened.engine.records(
            opened.table.filter(value.notnull() & ~value.re_search(r"^[\s\d.,+-]*$"))
            .select(value=value, row=opened.table[summary.ROW_COLUMN])
            .limit(1)
        )
        first = example[0] if example else None
        shown = "text"
        if first is not None:
            shown = f"{shown_cell(str(first['value']), column.name)} in row {first['row']}"
        raise DataError.of(
            f"column {column.name!r} holds text ({shown})",
            f"numbers ({meaning})",
            "correct the cells, or give the column the role 'describes' in the configuration",
        )


def refuse_duplicates(opened: Opened, contract: Contract) -> None:
    """Raise ``DataError`` where a customer id occurs more than once."""
    if contract.id_column is None:
        return
    twice = opened.engine.records(quality.duplicate_ids(opened.table, contract.id_column))
    if not twice:
        return
    shown = ", ".join(f"{row['id']} ({row['count']} times)" for row in twice)
    raise DataError.of(
        f"customer ids in {contract.id_column!r} occur more than once: {shown}",
        "one row per customer",
        f"{_one_row_each(opened, contract) or 'remove the repeated rows'}, or say --kind orders "
        "if it is a log of orders",
    )


def _one_row_each(opened: Opened, contract: Contract) -> str | None:
    """Return how one row of each customer is kept, where a column of two values says which."""
    assert contract.id_column is not None
    who = opened.table[contract.id_column]
    every = opened.engine.record(who.nunique().name("n").as_table())["n"]
    for name in [c.name for c in contract.columns if c.distinct == 2][:FLAGS_TRIED]:
        table = opened.table
        counted = table.group_by(value=table[name]).aggregate(
            rows=table.count(), customers=table[contract.id_column].nunique()
        )
        for row in opened.engine.records(counted):
            if row["value"] is not None and row["rows"] == row["customers"] == every:
                return f"keep the rows on which {name!r} is {str(row['value'])!r}"
    return None
