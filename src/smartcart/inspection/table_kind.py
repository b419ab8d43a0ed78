"""Is a table a log of orders or a table of customers, and which reading of it is believed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from smartcart.errors import DataError, ReadingQuestion
from smartcart.inspection import table_warnings
from smartcart.inspection.desk import FEW_BUYERS, OF_LINE, Settled
from smartcart.inspection.journal import refuse_journal
from smartcart.inspection.order_reading import settle
from smartcart.inspection.questions import refuse_unnamed
from smartcart.layouts import Layout, find_layout, present
from smartcart.records import ColumnRole, ColumnWish, Notice, OrderLog
from smartcart.sources import Opened
from smartcart.tables import column_overrides, order_roles, order_unnamed, vocabulary
from smartcart.tables.order_candidates import SEVERAL_VALUES
from smartcart.tables.order_names import part_of
from smartcart.tables.person_names import halves_of_a_name
from smartcart.tables.summary import ColumnSummary

if TYPE_CHECKING:
    import ibis.expr.types as ir


__all__ = ["find_reading", "layout_of", "layout_roles", "parts_said", "says_rows"]

ALONE = 0.95  # of the rows of one column have no day: headings of the lines below
HEADINGS = 0.6  # of all rows at the most are headings

Wanted = Mapping[str, ColumnRole | ColumnWish]


def layout_of(figures: Sequence[ColumnSummary], kind: str | None) -> Layout | None:
    """Return the known export that a table is, if its kind is not said to be another."""
    layout = find_layout([f.name for f in figures])
    if layout is None or kind is None or layout.kind == kind:
        return layout
    return None


def layout_roles(layout: Layout, figures: Sequence[ColumnSummary]) -> dict[str, ColumnWish]:
    """Return what a layout says of the columns of a table of customers, where it says so.

    A column that identifies must be full, and a number must hold numbers.
    """
    there = {f.name: f for f in figures}
    found: dict[str, ColumnWish] = {}
    for wanted, said in layout.roles.items():
        role, _, meaning = said.partition(":")
        for name in present((wanted,), there):
            column = there[name]
            if (role == "id" and not column.unique) or (role == "forms" and not column.present):
                continue
            if role == "id" and any(w.role == "id" for w in found.values()):
                continue
            found[name] = ColumnWish(cast(ColumnRole, role), meaning or None)
    return found


def parts_said(wanted: Wanted) -> dict[str, str]:
    """Return the parts of an order that the user gives to columns; ``""`` for none."""
    wishes = {n: w if isinstance(w, ColumnWish) else ColumnWish(w) for n, w in wanted.items()}
    return {
        name: ""
        if wish.role == "dropped"
        else "amount"
        if wish.meaning == OF_LINE
        else wish.meaning or ("customer" if wish.role == "id" else "")
        for name, wish in wishes.items()
        if wish.meaning or wish.role != "forms"
    }


def says_rows(wanted: Wanted) -> bool:
    """Return whether the user's own words are of a table with a row per customer.

    That is: something of a row is to form segments, or says who the customer is.
    """
    wishes = [w if isinstance(w, ColumnWish) else ColumnWish(w) for w in wanted.values()]
    return any(
        wish.role in {"forms", "sensitive", "id"}
        or (wish.meaning is not None and wish.meaning.partition(":")[0] not in order_roles.MEANINGS)
        for wish in wishes
    )


def find_reading(
    opened: Opened, figures: Sequence[ColumnSummary], kind: str | None, wanted: Wanted
) -> Settled | None:
    """Return how a table is read as a log of orders, or ``None`` where it is none.

    Raises ``DataError`` where a log was asked for that is none, and for lines of nobody.
    """
    if kind == "customers":
        return None
    known = order_roles.MEANINGS
    said = column_overrides.checked_wishes(
        [f.name for f in figures], wanted, vocabulary.MEANINGS | known, parts=known
    )
    parts = parts_said(said)
    meant = {(w.meaning or "").partition(":")[0] for w in said.values()}
    of_lines = frozenset(n for n, w in said.items() if w.meaning == OF_LINE)
    own = meant & (known.keys() - vocabulary.MEANINGS.keys())
    layout = layout_of(figures, kind)
    if layout is not None and layout.kind == "customers":
        return None
    told = "customer" in parts.values()
    if layout is not None and layout.kind == "nobody":
        if not told and kind is None and not any(map(_names_buyers, figures)):
            raise _of_nobody(opened, layout)
        layout = None
    notices: list[Notice] = []
    if layout is not None:
        try:
            log = _by_layout(figures, layout, parts)
            if log is not None:
                return settle(opened, figures, log, parts, layout, of_lines=of_lines)
        except ReadingQuestion:
            raise
        except DataError as error:  # a column is not what the layout says
            log = None
            notices.append(
                Notice(
                    "layout",
                    f"Looks like the {layout.platform} {layout.export} export, but {error}",
                )
            )
    if layout is None:
        refuse_journal(opened, figures, parts)
    log = order_roles.find_log(figures, parts, asked=kind == "orders", said=bool(own))
    if not told and (log is None or _a_handful(figures, log)):
        log = _under_headings(opened, figures, parts) or log
    if log is None and not told:
        log = _by_families(figures, parts)
    if log is None and kind == "orders":
        raise DataError.of(
            f"--kind is 'orders', but no column says whose order a line is (the columns are "
            f"{', '.join(f.name for f in figures[:12])})",
            "a column such as customer_id",
            f"add one, or name it in the configuration: {table_warnings.NAME_IT}",
        )
    if log is None:
        nobody = order_unnamed.lines_of_nobody(figures, parts)
        if kind is None and not says_rows(wanted) and not (nobody and nobody[1]):  # told later
            maybe = [n for n in order_unnamed.unnamed_log(figures) if n not in parts]
            refuse_unnamed(opened, maybe)
        return None
    found = settle(opened, figures, log, parts, of_lines=of_lines)
    return replace(found, notices=(*notices, *found.notices))


def _names_buyers(column: ColumnSummary) -> bool:
    """Return whether a column that an export lacks as a rule tells buyers apart after all."""
    part = part_of(column, {})
    told = part is not None and part.name == "customer"
    return told and 2 * column.present >= column.rows and column.distinct >= SEVERAL_VALUES


def _by_layout(
    figures: Sequence[ColumnSummary], layout: Layout, parts: Mapping[str, str]
) -> OrderLog | None:
    """Return the proposal of a layout: its columns are what it says, but for the user's words."""
    there = {f.name: f for f in figures if f.present}
    mine = dict(parts)
    taken = set(parts.values())
    for part, wanted in (
        ("customer", layout.customer),
        ("order", layout.order),
        ("date", layout.day),
        ("amount", layout.paid),
    ):
        for name in present(wanted, there):
            types = next(p.types for p in order_roles.PARTS if p.name == part)
            if part not in taken and name not in mine and there[name].type in types:
                mine[name] = part
                taken.add(part)
    if layout.grouped and "customer" not in taken and figures:
        mine[figures[0].name] = "customer"
    log = order_roles.find_log(figures, mine, asked=True)
    if log is not None and layout.grouped:
        log = replace(log, fill="group", filled=(log.customer,))
    return log


def _a_handful(figures: Sequence[ColumnSummary], log: OrderLog) -> bool:
    """Return whether the customers of a log are so few that they are more likely accounts."""
    return any(f.name == log.customer and f.distinct < FEW_BUYERS for f in figures)


def _by_families(figures: Sequence[ColumnSummary], parts: Mapping[str, str]) -> OrderLog | None:
    """Return a log of orders whose buyers are named by given and families' names alone."""
    nobody = order_unnamed.lines_of_nobody(figures, parts)
    there = {f.name: f for f in figures if f.type == "text" and 2 * f.present > f.rows}
    halves = halves_of_a_name(n for n in there if n not in parts)
    if nobody is None or not nobody[1] or halves is None:
        return None
    if there[halves[1]].distinct < FEW_BUYERS:
        return None
    return order_roles.find_log(figures, {**parts, halves[1]: "customer"}, asked=True)


def _under_headings(
    opened: Opened, figures: Sequence[ColumnSummary], parts: Mapping[str, str]
) -> OrderLog | None:
    """Return a log whose customers stand on rows of their own above their lines, if it is one."""
    days = [f for f in figures if f.type == "date" and f.present]
    texts = [f for f in figures if f.type == "text" and f.present and f.distinct > 1]
    if opened.engine.can.place != "here" or len(days) != 1:
        return None
    table, day = opened.table, days[0].name
    for column in texts:
        if not 2 <= column.present <= HEADINGS * column.rows:
            continue
        here = table[column.name].notnull()
        told: dict[str, ir.Value] = {
            "alone": (here & table[day].isnull()).sum(),
            "lines": (table[day].notnull() & ~here).sum(),
            "days": table[day].count(),
        }
        row = opened.engine.record(table.aggregate(**told))
        alone, lines = int(row["alone"] or 0), int(row["lines"] or 0)
        if alone < ALONE * column.present or lines < ALONE * int(row["days"] or 1):
            continue
        log = order_roles.find_log(figures, {**parts, column.name: "customer"}, asked=True)
        if log is not None and log.date is not None:
            return replace(log, fill="group", filled=(column.name,))
    return None


def _of_nobody(opened: Opened, layout: Layout) -> DataError:
    return DataError.of(
        f"{opened.reading.source!r} is the {layout.platform} {layout.export} export: lines of "
        "orders that say nothing of the buyer",
        "an export with a customer id or an e-mail address in every line",
        f"export one that names buyers, or name a column in the configuration "
        f"({table_warnings.NAME_IT}); --kind customers segments the lines themselves, as if each "
        "were a customer",
    )
