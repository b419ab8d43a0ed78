"""Look at a source: roles, as-of day, bounds, ledger and warnings, before anything is fitted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from smartcart.errors import DataError, UsageError
from smartcart.inspection import large_tables, table_warnings
from smartcart.inspection.order_log import OrderOptions, look_at_orders
from smartcart.inspection.result import Look, Progress
from smartcart.records import (
    Column,
    ColumnRole,
    ColumnWish,
    Contract,
    Inspection,
    Ledger,
    OrderLog,
)
from smartcart.sources import Opened, open_source
from smartcart.tables import (
    column_overrides,
    features,
    few_passes,
    order_roles,
    quality,
    roles,
    summary,
    vocabulary,
)

__all__ = ["inspect", "look", "refuse_duplicates"]

FEW_ROWS = 50_000  # up to here copied rows do not weigh
CATEGORIES = 12  # values of a category that are told, the most frequent first


def inspect(source: Any, **options: Any) -> Inspection:
    """Return what SmartCart sees in ``source``; fits nothing. Options as for :func:`look`."""
    with open_source(source) as opened:
        return look(opened, **options).inspection


def look(
    opened: Opened,
    *,
    kind: str | None = None,
    as_of: dt.date | None = None,
    wanted: Mapping[str, ColumnRole | ColumnWish] | None = None,
    options: OrderOptions | None = None,
    progress: Progress | None = None,
) -> Look:
    """Give every column a role, count what is wrong, and refuse what cannot be segmented.

    ``wanted`` holds the user's own roles by column name. Raises ``DataError`` where the table
    cannot be segmented and says why.
    """
    if kind not in {None, "customers", "orders"}:
        raise UsageError.of(
            f"--kind is {kind!r}", "'customers' or 'orders'",
            "leave it out: it is recognised from the columns",
        )  # fmt: skip
    engine: Any = opened.engine
    table = opened.table
    large = large_tables.is_large(opened)
    row = large_tables.figures(opened) if large else _figures(opened)
    figures = summary.summaries(table, row)
    if row["rows"] < 2:
        raise _too_few(opened, int(row["rows"]))
    log = None if kind == "customers" else _log(figures, kind, wanted or {})
    if log is not None and opened.remote and order_roles.told_in_text(figures):
        return look(  # dates or money stored as text are read here
            opened.local(), kind="orders", as_of=as_of, wanted=wanted, options=options,
            progress=progress,
        )  # fmt: skip
    if log is not None:
        return look_at_orders(
            opened, log, as_of=as_of, options=options or OrderOptions(), progress=progress
        )
    nobody = order_roles.lines_of_nobody(figures)
    if nobody is not None and nobody[1] and kind is None and not wanted:
        raise table_warnings.whose_lines(opened, nobody[0], order_roles.empty_customer(figures))
    if options is not None and options != OrderOptions():
        raise UsageError.of(
            "--drop-duplicates or --net-returns is given, but the table has a row per customer",
            "an order log", "leave the option out",
        )  # fmt: skip
    if opened.remote:
        return look(opened.local(), kind="customers", as_of=as_of, wanted=wanted, options=options)
    columns = column_overrides.override_roles(roles.infer_roles(figures), wanted or {})
    _refuse_text_for_numbers(opened, columns, wanted or {})
    contract = _contract(opened, columns, as_of)
    _refuse_no_behaviour(contract)
    exact = row["rows"] <= large_tables.EXACT_ROWS
    fences = {}
    for column in contract.columns:
        if column.meaning == "income" and column.type == "number":
            bins = engine.records(quality.log_histogram(table, column.name))
            fence = quality.upper_fence([b["bin"] for b in bins], [b["count"] for b in bins])
            if fence is not None:
                fences[column.name] = fence
    contract = quality.bounded(contract, fences)
    if not large_tables.no_id_twice(opened, contract, row):
        refuse_duplicates(opened, contract)
    clean = features.cleaned(table, contract, sound=few_passes.sound_columns(contract, figures))
    copies = quality.copies_are_copies(figures, contract.id_column)
    spent = _spent(engine, clean, contract, once=copies and row["rows"] <= FEW_ROWS)
    forming = features.forming_features(contract, spent)
    told = (
        large_tables.categories(opened, clean, contract, CATEGORIES)
        if large
        else _categories(engine, clean, contract)
    )
    describing = features.describing_features(contract, told)
    every = (*forming, *describing)
    both = not opened.spread  # in one pass
    key = few_passes.key_columns(contract, figures) if copies else ()
    if large:
        counts = large_tables.counts(opened, contract, every, figures, key)
    else:
        counts = engine.record(
            quality.count_expression(table, contract, every, exact, contents=both)
        )
    if not both:
        counts |= engine.record(quality.contents_expression(table, contract, exact))
    if few_passes.nobody_rejected(contract, counts):
        rejected = quality.rejected_rows(clean, contract).schema().to_pyarrow().empty_table()
    else:
        listed = engine.listed if opened.spread else engine.arrow
        rejected = listed(quality.rejected_rows(clean, contract))
    all_usable = rejected.num_rows == 0
    counts["no_behaviour"] = rejected.num_rows - int(counts.get("missing_id") or 0)
    if opened.rejected is not None:
        lines = engine.arrow(quality.unreadable_lines(opened.rejected, table, contract))
        counts["unreadable"] = lines.num_rows
        rejected = pa.concat_tables([rejected, lines.cast(rejected.schema)])
    rows = int(counts["rows"]) + int(counts.get("unreadable") or 0)
    customers = rows - rejected.num_rows
    if customers < 2:
        raise _too_few(opened, customers)
    ledger = Ledger(
        rows_read=rows,
        segmented=customers,
        rejected=rejected.num_rows,
        entries=quality.ledger_entries(contract, counts, copies=copies, exact=exact),
    )
    notices = (
        *opened.reading.notices,
        *table_warnings.warnings(contract, forming, customers),
        *table_warnings.doubtful(engine, clean, contract, ledger),
        *table_warnings.receipts(nobody),
        *table_warnings.repeating_ids(figures, columns),
    )
    inspection = Inspection(opened.reading, contract, ledger, forming, describing, notices)
    return Look(inspection, engine, clean, copies, rejected, key, all_usable)


def _figures(opened: Opened) -> dict[str, Any]:
    """Return the figures of all columns; those of the first rows by the embedded engine."""
    row: dict[str, Any] = {}
    away = opened.remote or opened.spread
    for part in summary.summary_expressions(
        opened.table, head=not away, remainder=not opened.remote
    ):
        row |= opened.engine.record(part)
    if opened.spread:
        row |= opened.here.record(summary.head_expression(opened.head))
    return row


def _log(
    figures: tuple[summary.ColumnSummary, ...],
    kind: str | None,
    wanted: Mapping[str, ColumnRole | ColumnWish],
) -> OrderLog | None:
    """Return the order log that the columns make, if they do; refuse one that was asked for."""
    known = order_roles.MEANINGS
    said = column_overrides.checked_wishes(
        [f.name for f in figures], wanted, vocabulary.MEANINGS | known, parts=known
    )
    parts = {
        name: ""
        if wish.role == "dropped"
        else wish.meaning or ("customer" if wish.role == "id" else "")
        for name, wish in said.items()
        if wish.meaning or wish.role != "forms"
    }
    own = {w.meaning for w in said.values()} & (known.keys() - vocabulary.MEANINGS.keys())
    log = order_roles.find_log(figures, parts, asked=kind == "orders", said=bool(own))
    if log is None and kind == "orders":
        raise DataError.of(
            f"--kind is 'orders', but no column says whose order a line is (the columns are "
            f"{', '.join(f.name for f in figures[:12])})",
            "a column such as customer_id",
            f"add one, or name it in the configuration: {table_warnings.NAME_IT}",
        )
    return log


def _contract(opened: Opened, columns: tuple[Column, ...], as_of: dt.date | None) -> Contract:
    """Return the contract: the id column and the day that ages refer to."""
    ids = [column.name for column in columns if column.role == "id"]
    day, where = as_of, "--as-of"
    if day is None:
        found = quality.as_of_expression(opened.table, columns)
        if found is None:
            where = "no dates"
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
    return Contract("customers", ids[0] if ids else None, columns, day, where)


def _spent(engine: Any, clean: Any, contract: Contract, *, once: bool) -> dict[str, float]:
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


def _categories(engine: Any, clean: Any, contract: Contract) -> dict[str, list[str]]:
    """Return the values worth telling of each text column that describes."""
    found: dict[str, list[str]] = {}
    for column in contract.columns:
        if column.type != "text" or column.role in {"id", "dropped"}:
            continue
        value = clean[column.name]
        counted = clean.filter(value.notnull()).group_by(value=value).aggregate(
            count=lambda t: t.count()
        )  # fmt: skip
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
    opened: Opened, columns: tuple[Column, ...], wanted: Mapping[str, ColumnRole | ColumnWish]
) -> None:
    """Refuse text in a column whose name promises a number, with an example."""
    for column in columns:
        if column.type != "text" or column.name in wanted:
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
        shown = f"{example[0]['value']!r} in row {example[0]['row']}" if example else "text"
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
        "remove the repeated rows, or say --kind orders if it is a log of orders",
    )
