"""Look at an order log: parts, rules, and the table of customers that it makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import ibis

from smartcart.engines.protocol import Engine
from smartcart.errors import DataError
from smartcart.inspection.copied_lines import (
    COPIED,
    copied_lines,
    copies_notice,
    overlap_notice,
    put_together,
)
from smartcart.inspection.desk import Settled
from smartcart.inspection.money_notices import of_used_money
from smartcart.inspection.questions import (
    check_expected,
    refuse_few_buyers,
    refuse_no_money,
    refuse_one_each,
    refuse_rivals,
    refuse_small_part,
)
from smartcart.inspection.receipt import other_readings, receipt_of_orders
from smartcart.inspection.result import Look, Progress
from smartcart.inspection.states import values_of
from smartcart.records import (
    Certainty,
    Contract,
    Inspection,
    Ledger,
    LedgerEntry,
    Notice,
    OrderLog,
    ResultRow,
)
from smartcart.sources import Opened
from smartcart.tables import held_back, order_features, orders, quality
from smartcart.tables.money_ranks import converted
from smartcart.tables.order_lines import distinct_lines

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from smartcart.settings import Settings

__all__ = ["NO_SALE", "OrderOptions", "add_up", "kept_lines", "look_at_orders", "order_options"]

DASHES = " -\u2013\u2014"  # what an empty cell may hold
LARGEST = {"category": 8, "channel": 5}  # so many of the largest have a share of their own
TRAIT_VALUES = 6
SETTLED = 0.9  # share of customers with one value of a trait: else it is of orders
LETTERED = 0.5  # of the order numbers are plain digits where a letter means something
PART_CUSTOMERS = 1_000_000  # added up at once; more would not fit in the memory of the engine
SHORT_LOG = 200_000  # lines up to which expressions cost more than their rows
HORIZON = 90
LONGEST_GAP = 30  # days without a sale at the end of a log
LEAST_DAYS = 28  # a shorter history has no trend
NO_SALE = (
    "no completed order: every line was cancelled, returned, undated, after the as-of day or "
    "without a price"
)


@dataclass(frozen=True, slots=True)
class OrderOptions:
    """What the user may ask of the reading: of an order log, and what its totals must be.

    ``expect`` holds the shop's own ``orders``, ``customers`` and ``revenue``, as far as given.
    """

    drop_duplicates: bool = False
    net_returns: bool = False
    horizon: int = HORIZON  # days that are forecast, and held back to try it on; 0 for no forecast
    expect: tuple[tuple[str, float], ...] = ()

    @property
    def of_orders(self) -> bool:
        """Whether something is asked that only an order log has."""
        return self.drop_duplicates or self.net_returns


def order_options(settings: Settings) -> OrderOptions:
    """Return what the settings ask of an order log."""
    expect = tuple(sorted(settings.expect.items()))
    return OrderOptions(settings.drop_duplicates, settings.net_returns, expect=expect)


def look_at_orders(
    opened: Opened,
    settled: Settled,
    *,
    as_of: dt.date | None,
    options: OrderOptions,
    parts: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Look:
    """Count what the rules take, add up orders and customers, and describe what came of it.

    The sums are computed where the lines are; of a server's lines only the table of customers is
    brought here, and on Spark that table stays there, too.
    """
    engine, table, parts = opened.engine, opened.table, parts or {}
    overlap = not options.drop_duplicates and put_together(opened, settled.log)
    log = replace(
        settled.log,
        drop_duplicates=options.drop_duplicates or overlap,
        net_returns=options.net_returns,
    )
    duplicates, exact = copied_lines(opened, log)
    if overlap and duplicates:
        settled = replace(settled, notices=(*settled.notices, overlap_notice(duplicates)))
    if log.drop_duplicates:
        table = distinct_lines(table, log)
    if log.order is not None and opened.table[log.order].type().is_string():
        log = replace(
            log, lettered=_lettered(engine.record(orders.letter_expression(opened.table, log)))
        )
    settled = replace(settled, log=log)
    lines = kept_lines(opened, orders.lines(table, log, as_of))
    marked = lines.table
    counts = engine.record(orders.count_expression(marked))
    first, last = _day(counts["first"]), _day(counts["last"])
    used = int(counts["used"] or 0)
    if not used:
        raise _no_sales(opened, counts)
    unnamed = refuse_small_part(opened, log, counts, said=bool(parts))
    refuse_no_money(opened, log, settled.figures, said=bool(parts))
    day, where = as_of, "--as-of"
    if day is None:
        day = _latest(counts)
        where = f"latest {log.date}" if day else "no dates"
    largest = _largest(engine, marked, log)
    log = replace(
        log,
        categories=largest["category"],
        channels=largest["channel"],
        recent_days=_recent_days(first, day),
    )
    split = split_day(first, day, options.horizon)
    say = progress or (lambda step, done, total: None)
    season = held_back.season_windows(first, split, day, options.horizon)
    found = add_up(opened, lines, log, day, say, split, season)
    lines.forget()
    days = (first, last, day, where)
    seen = _described(
        opened, found, log, counts, days, duplicates, exact, (*unnamed, *settled.notices)
    )
    seen = _with_receipt(opened, seen, settled, as_of, days, parts, dict(options.expect))
    return replace(seen, split=split)


def split_day(first: dt.date | None, as_of: dt.date | None, horizon: int) -> dt.date | None:
    """Return the last day before the stretch that is held back: of the horizon's length.

    At most half of the log is held back. None where there are no days, or no horizon.

    >>> split_day(dt.date(2023, 1, 1), dt.date(2023, 12, 31), 90)
    datetime.date(2023, 10, 2)
    """
    if first is None or as_of is None or first >= as_of or horizon == 0:
        return None
    return as_of - dt.timedelta(days=min(horizon, ((as_of - first).days + 1) // 2))


def _with_receipt(
    opened: Opened,
    seen: Look,
    settled: Settled,
    as_of: dt.date | None,
    days: tuple[dt.date | None, dt.date | None, dt.date | None, str],
    parts: Mapping[str, str],
    expect: Mapping[str, float],
) -> Look:
    """Return the look with its receipt; ask where another reading is as good or was expected."""
    inspection = seen.inspection
    log, ledger = settled.log, inspection.ledger
    others = other_readings(opened, settled, as_of)
    certainty: Certainty = "by names and values"
    if log.layout is not None:
        certainty = "known layout"
    elif {"customer", "amount"} <= set(parts.values()):
        certainty = "as configured"
    elif any(
        c.reason.endswith("(as it seems)") and c.name in (log.customer, log.amount)
        for c in log.columns
    ):
        certainty = "guessed"
    told = receipt_of_orders(
        log, ledger, days[0], days[1], settled, [o for _, o in others], certainty
    )
    refuse_few_buyers(opened, told, said=bool(parts) or log.layout is not None)
    refuse_rivals(opened, told, others)
    refuse_one_each(opened, told, said="customer" in parts.values() or log.layout is not None)
    check_expected(
        told,
        expect,
        lambda: [other for _, other in other_readings(opened, settled, as_of, always=True)],
    )
    return replace(seen, inspection=replace(inspection, receipt=told))


@dataclass(frozen=True, slots=True)
class KeptLines:
    """Lines with their parts and rules, the files that hold them, if any, and how they add up."""

    table: ir.Table
    files: tuple[Path, ...] = ()
    parts: int = 1  # in so many parts of their customers

    def forget(self) -> None:
        """Remove the files."""
        for file in self.files:
            file.unlink()


def kept_lines(opened: Opened, marked: ir.Table) -> KeptLines:
    """Return the lines with their parts and rules, kept where they are read from there sooner.

    They are read several times. Where that costs more than to write them, of short logs and of
    those added up in parts, the embedded engine keeps the few columns that the rules need.
    """
    engine, lines = opened.engine, opened.reading.rows
    if not engine.can.in_parts:
        return KeptLines(marked)
    parts = _parts(engine, marked) if lines > PART_CUSTOMERS else 1
    if parts == 1 and lines > SHORT_LOG:
        return KeptLines(marked)
    here = opened.here
    file = here.spool(here.compile(marked))
    return KeptLines(here.kept([file]), (file,), parts)


def _parts(engine: Engine, marked: ir.Table) -> int:
    """Return in how many parts of its customers a log is added up."""
    number = engine.record(marked.aggregate(n=marked["customer"].approx_nunique()))["n"]
    return max(1, -(-int(number) // PART_CUSTOMERS))


def add_up(
    opened: Opened,
    lines: KeptLines,
    log: OrderLog,
    day: dt.date | None,
    say: Progress,
    split: dt.date | None = None,
    season: Mapping[str, tuple[int, int]] = MappingProxyType({}),
) -> ir.Table:
    """Add up orders and customers, and return the table of customers, kept by ``opened.keeper``.

    The embedded engine takes so many customers at a time as fit in its memory, and keeps what it
    added up between the steps; a server or a cluster does all at once. With ``split`` customers
    also get sums until that day, on which a forecast is tried, and in the windows of ``season``.
    """
    here, marked, parts = opened.here, lines.table, lines.parts
    held = (day - split).days if day is not None and split is not None else 0
    if not opened.engine.can.in_parts:
        when = orders.rhythm(orders.orders(marked, log), log, split, held, season)
        spent = orders.spending(marked, log, day, split)
        return opened.keep(orders.customers(when, spent, log, day))
    files = []
    for part in range(parts):
        say("add up orders", opened.reading.rows * part // parts, opened.reading.rows)
        some = orders.part_of(marked, part, parts)
        steps = [here.spool(here.compile(orders.orders(some, log)))]
        steps.append(
            here.spool(here.compile(orders.rhythm(here.kept(steps[:1]), log, split, held, season)))
        )
        steps.append(here.spool(here.compile(orders.spending(some, log, day, split))))
        found = orders.customers(here.kept(steps[1:2]), here.kept(steps[2:3]), log, day)
        files.append(here.spool(here.compile(found)))
        for step in steps:
            step.unlink()
    return here.kept(files)


def _described(
    opened: Opened,
    found: ir.Table,
    log: OrderLog,
    counts: ResultRow,
    days: tuple[dt.date | None, dt.date | None, dt.date | None, str],
    duplicates: int,
    exact: bool,
    notices: Sequence[Notice],
) -> Look:
    """Return what the table of customers and the counts of its lines say."""
    here = opened.keeper
    first, last, as_of, where = days
    sold = found["frequency"] > 0
    told = {
        "customers": sold.sum(),
        "lost": (~sold).sum(),
        "orders": found["frequency"].sum(),
        "thrice": (found["frequency"] >= 3).sum(),
    }
    if "monetary_total" in found.columns:
        told["revenue"] = (found["monetary_total"] * orders.UNIT).round().cast("int64").sum()
    traits = [name for name in found.columns if name.startswith("trait_")]
    told |= {name: found[name].count() for name in traits}
    row = here.record(found.aggregate(**told))
    rows = int(row["customers"] or 0) + int(row["lost"] or 0)
    names = [n for n in found.columns if n not in traits or row[n] >= SETTLED * rows]
    customers = int(row["customers"])
    if customers < 2:
        raise DataError.of(
            f"{opened.reading.source!r} holds {customers} customer{'' if customers == 1 else 's'} "
            "with an order",
            "at least two",
            "check the export, or the lines that were left out (smartcart check)",
        )
    columns = order_features.customer_columns(log, names)
    contract = Contract(
        "orders", "customer_id", columns, as_of, where, log, dict(opened.reading.source_names)
    )
    contract = quality.bounded(contract, {})
    clean = found.filter(sold)
    values = {
        c.name: values_of(here, clean, c.name, TRAIT_VALUES) for c in columns if c.name in traits
    }
    forming, describing = order_features.order_features(log, names, values)
    entries = order_features.ledger_entries(contract, counts, duplicates=duplicates, exact=exact)
    lost = int(row["lost"] or 0)
    unsold = found.filter(~sold)
    rejected = here.listed(
        unsold.order_by("customer_id").select(
            customer_id=unsold["customer_id"].cast("string"), reason=ibis.literal(NO_SALE)
        )
    )
    taken = sum(e.taken or 0 for e in entries)
    lines = int(counts["lines"]) + (duplicates if log.drop_duplicates else 0)
    unreadable = _unreadable(opened)
    if unreadable:
        entries = (_unreadable_entry(unreadable), *entries)
        taken += unreadable
    ledger = Ledger(
        rows_read=lines + unreadable,
        segmented=customers,
        rejected=lost,
        entries=entries,
        lines_used=lines + unreadable - taken,
        orders=int(row["orders"] or 0),
        revenue=float(row["revenue"] or 0) / orders.UNIT if "revenue" in row else None,
    )
    copies: tuple[Notice, ...] = ()
    counted = log.order is not None and not log.drop_duplicates
    if counted and duplicates >= COPIED * lines:
        copies = (copies_notice(log, duplicates, lines),)
    reading = of_used_money(opened.reading, (log.amount, log.unit_price, log.refunded))
    told_too = (
        *reading.notices,
        *notices,
        *copies,
        *order_features.warnings(
            log,
            customers=customers,
            thrice=int(row["thrice"] or 0),
            first=first,
            last=last,
            as_of=as_of,
            currencies=_currencies(opened, log),
        ),
    )
    inspection = Inspection(reading, contract, ledger, forming, describing, told_too)
    return Look(inspection, here, clean, copies=False, rejected=rejected)


def _lettered(row: ResultRow) -> bool:
    """Return whether a letter before an order number says something: few have one."""
    plain, letter = int(row["plain"] or 0), int(row["letter"] or 0)
    return letter > 0 and plain >= LETTERED * int(row["lines"]) and plain > letter


def _day(number: float | None) -> dt.date | None:
    return None if number is None else orders.EPOCH + dt.timedelta(days=int(number))


def _latest(counts: ResultRow) -> dt.date | None:
    """Return the last day of a log: of any line, unless those kept end long before it.

    What was cancelled may have been for a day far ahead.
    """
    latest, kept = _day(counts["latest"]), _day(counts["latest_kept"])
    if latest is None or kept is None or (latest - kept).days <= LONGEST_GAP:
        return latest
    return kept


def _recent_days(first: dt.date | None, last: dt.date | None) -> int:
    if first is None or last is None:
        return 0
    days = (last - first).days + 1
    return min(orders.TREND_DAYS, days // 2) if days >= LEAST_DAYS else 0


def _largest(engine: Engine, marked: ir.Table, log: OrderLog) -> dict[str, tuple[str, ...]]:
    """Return the categories and channels with most money; a single value has no share."""
    columns = [part for part in LARGEST if getattr(log, part) is not None]
    values: dict[str, list[str]] = {part: [] for part in LARGEST}
    if columns:
        most = max(LARGEST.values())
        for row in engine.records(orders.largest_expression(marked, columns, most)):
            values[row["part"]].append(str(row["value"]))
    return {
        part: tuple(found[: LARGEST[part]]) if len(found) > 1 else ()
        for part, found in values.items()
    }


def _currencies(opened: Opened, log: OrderLog) -> list[str]:
    """Return the first currencies of the lines, without the dashes of empty cells."""
    if log.currency is None or (log.amount is not None and converted(log.amount)):
        return []
    values = values_of(opened.engine, opened.table, log.currency, 7)
    return [value for value in values if value.strip(DASHES)]


def _unreadable(opened: Opened) -> int:
    if opened.rejected is None:
        return 0
    return int(opened.engine.arrow(opened.rejected.count().as_table()).column(0)[0].as_py())


def _unreadable_entry(count: int) -> LedgerEntry:
    return LedgerEntry(
        "unreadable lines",
        "lines that could not be cut into the cells of the header",
        count,
        "lines",
        "rejected",
        count,
    )


def _no_sales(opened: Opened, counts: ResultRow) -> DataError:
    """Return an error that names the rule that took most lines."""
    taken = [
        (int(counts[f"takes_{i}"] or 0), rule.sentence)
        for i, rule in enumerate(orders.RULES, start=1)
    ]
    count, sentence = max(taken)
    return DataError.of(
        f"no line of {opened.reading.source!r} is a completed sale ({count:,} {sentence})",
        "lines with a customer, a day and a positive price",
        "check the columns with 'smartcart check', and correct them in the configuration",
    )
