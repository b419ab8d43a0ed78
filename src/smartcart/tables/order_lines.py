"""The lines of an order log brought into one form: every line tells all of its cells.

Exports differ in where they say a thing: order totals on every line of an order, on the first only
or on a row of their own; the buyer on the first line, or on a heading above a block of lines. What
was found of that is in the :class:`~smartcart.records.OrderLog`; here it is undone.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from smartcart.records import OrderLog
from smartcart.tables.nobody import is_nobody
from smartcart.tables.phones import bare_number
from smartcart.tables.summary import ROW_COLUMN
from smartcart.tables.tax_numbers import is_tax_number

__all__ = [
    "NOTHING",
    "LineColumns",
    "cells",
    "distinct_lines",
    "filled",
    "identity",
    "numbered",
    "one_form",
    "reached",
    "read_columns",
    "text",
    "told_apart",
    "told_lost",
]

FROM_ABOVE = ("down", "group")  # fills of cells that reach the lines below them
HEADING, ALONE, BLOCK = "__heading__", "__alone__", "__block__"
WRITTEN = "__written_"  # cells as the source has them, before they were filled

NOTHING = 0.005  # of the currency: a sum that is smaller is none
FULL_REFUND = 0.995  # of what was paid: less is a part of the order that came back


@dataclass(frozen=True, slots=True)
class LineColumns:
    """The columns of each line, in one form; all are Ibis expressions on ``table``.

    ``amount`` and ``refund`` count once where they are of the order; ``paid`` is what the line or
    its order cost, on every line. ``other`` says that a row is no line of an order at all.
    """

    table: ir.Table
    customer: ir.Value
    order: ir.Value  # as it is stored; None where there is no such column
    quantity: ir.Value
    product: ir.Value
    amount: ir.Value
    paid: ir.Value
    refund: ir.Value
    returned: ir.Value  # given back in full
    other: ir.Value


def cells(table: ir.Table, log: OrderLog) -> LineColumns:
    """Return the cells of every line.

    Needs ``__row__`` (the order of the lines in the source) where cells are told once and reach
    the lines below them.
    """
    never = ibis.literal(False)
    table = reached(table, log)
    other, alone = table[HEADING], table[ALONE]
    if log.row_type is not None and log.order_rows:
        kept = text(table[log.row_type]).isin([*log.order_rows, *log.line_rows])
        other = other | ~kept.fill_null(False)
    other = other | alone
    for state in log.states:
        if state.other:
            other = other | table[state.column].isin(state.other).fill_null(False)
    table = table.mutate(__other__=other)
    customer = _customer(table, log)
    order = None if log.order is None else table[log.order]
    quantity = _number(table, log.quantity)
    product = ibis.literal(None, "string") if log.product is None else text(table[log.product])
    if log.line_rows:
        told = text(table[log.row_type]).isin(log.line_rows)
        quantity = told.ifelse(quantity, ibis.literal(None, "float64"))
        product = told.ifelse(product, ibis.literal(None, "string"))
    table = table.mutate(__customer__=customer, __quantity__=quantity, __product__=product)
    table = table.mutate(__amount__=_amount(table, log), __refund__=_number(table, log.refunded))
    if log.row_type is not None and log.order_rows:
        holds = text(table[log.row_type]).isin(log.order_rows)
        table = table.mutate(
            __amount__=holds.ifelse(table["__amount__"], ibis.literal(None, "float64"))
        )
    amount = paid = table["__amount__"]
    if order is not None and log.voided:
        table = table.mutate(__void__=_void(table, log))
    paid_back = None  # the money of the whole order, where that which came back is of it
    refund = given = table["__refund__"]
    if order is not None and log.whole_orders:
        table = _carried(table, log)
        if log.amount in log.whole_orders:
            paid = table["__paid__"]
            amount = table["__carrier__"].ifelse(paid, 0.0)
        if log.refunded in log.whole_orders:
            given = table["__given__"]
            refund = table["__carrier__"].ifelse(given, 0.0)
            if log.amount not in log.whole_orders:
                paid_back = table["__ordered__"]
    returned = never
    if log.refunded is not None:
        all_of_it = paid if paid_back is None else paid_back
        returned = ((all_of_it > 0) & (given.abs() >= FULL_REFUND * all_of_it)).fill_null(False)
    return LineColumns(
        table,
        table["__customer__"],
        None if log.order is None else table[log.order],
        table["__quantity__"],
        table["__product__"],
        amount,
        paid,
        refund.abs().fill_null(0.0),
        returned,
        table["__other__"],
    )


def read_columns(table: ir.Table, log: OrderLog) -> ir.Table:
    """Return the table with the columns that a reading uses, and the numbers of its rows.

    An export has scores of columns; every step of a query over all of them is compiled for each.
    """
    names = {*log.parts, ROW_COLUMN, HEADING, ALONE}
    return table.select([name for name in table.columns if name in names])


def reached(table: ir.Table, log: OrderLog) -> ir.Table:
    """Return the table whose cells reach all lines that they speak of, and the kind of each row.

    ``__heading__`` says that a row names the buyer of the lines below, ``__alone__`` that it is a
    sum. A table that has these is one already: lines may be gone from it that others lean on.
    """
    if HEADING in table.columns:
        return table
    table = numbered(table, log)
    heading = table[log.customer].notnull() if log.fill == "group" else ibis.literal(False)
    return filled(table.mutate(**{HEADING: heading, ALONE: _only_money(table, log)}), log)


def distinct_lines(table: ir.Table, log: OrderLog) -> ir.Table:
    """Return the lines that equal no earlier one in every column, each in its place.

    Lines whose buyer, day or number stands above them are equal only where that is, too.
    """
    if log.fill not in FROM_ABOVE:
        bare = table.drop(ROW_COLUMN) if ROW_COLUMN in table.columns else table
        return bare.distinct()
    table, _ = told_apart(table, log)
    keys = [name for name in table.columns if name not in (ROW_COLUMN, BLOCK)]
    first = table.group_by(keys).aggregate(**{ROW_COLUMN: table[ROW_COLUMN].min()})
    return first.drop([name for name in keys if name.startswith(WRITTEN)])


def told_apart(table: ir.Table, log: OrderLog) -> tuple[ir.Table, tuple[str, ...]]:
    """Return the table with the cells from above on each line, and what else tells lines apart.

    That is, beside the table's own columns, what was written in the cells that were filled.
    """
    if log.fill not in FROM_ABOVE:
        return table, ()
    names = [name for name in log.filled if name in table.columns]
    written = {f"{WRITTEN}{i}": table[name] for i, name in enumerate(names)}
    return reached(table.mutate(**written), log), tuple(written)


def _only_money(table: ir.Table, log: OrderLog) -> ir.Value:
    """Return whether a row below an order holds money, but nothing that was bought: a sum."""
    bought = [n for n in (log.product, log.quantity, log.unit_price) if n is not None]
    if log.fill != "down" or not bought:
        return ibis.literal(False)
    nothing = table[log.order or log.customer].isnull()
    for name in bought:
        nothing = nothing & table[name].isnull()
    return nothing


def numbered(table: ir.Table, log: OrderLog) -> ir.Table:
    """Return the table with numbers of orders that differ from day to day, or shop to shop."""
    if log.order is None:
        return table
    apart = [] if log.shop is None else [text(table[log.shop]).fill_null("")]
    if log.daily and log.date is not None:
        apart.append(table[log.date].cast("date").cast("string"))
    if not apart:
        return table
    number = text(table[log.order])
    for value in apart:
        number = number + "/" + value
    return table.mutate(**{log.order: number})


def filled(table: ir.Table, log: OrderLog) -> ir.Table:
    """Return the table with cells that are told once on every line that they speak of."""
    names = [name for name in log.filled if name in table.columns]
    if log.fill == "none" or not names:
        return table
    if log.fill == "order":
        assert log.order is not None
        here = ibis.window(group_by=log.order)
        known = table[log.order].notnull()
        return table.mutate(**{n: known.ifelse(_most(table[n], here), table[n]) for n in names})
    anchor = log.customer if log.fill == "group" or log.order is None else log.order
    if log.date is not None and log.filled[0] == log.date:  # once for all lines of the day
        anchor = log.date
    before = ibis.cumulative_window(order_by=ROW_COLUMN)
    block = table[anchor].notnull().cast("int64").sum().over(before)
    table = table.mutate(**{BLOCK: block})
    here = ibis.window(group_by=BLOCK)
    return table.mutate(**{n: _most(table[n], here) for n in names})


def _most(value: ir.Value, here: ibis.expr.builders.LegacyWindowBuilder) -> ir.Value:
    """Return the largest value of a window; of yes and no by numbers: not every engine has it."""
    if value.type().is_boolean():
        return value.cast("int64").max().over(here) == 1
    return value.max().over(here)


def _carried(table: ir.Table, log: OrderLog) -> ir.Table:
    """Return the table with the money of whole orders, and the one line of each that carries it."""
    assert log.order is not None
    keys = ["__customer__", log.order]
    live = ~table["__other__"]
    nothing = ibis.literal(None, "float64")
    amount = live.ifelse(table["__amount__"], nothing)
    refund = live.ifelse(table["__refund__"], nothing)
    back = (table["__quantity__"] < 0).fill_null(False)
    first = [~live, back, amount.isnull(), table["__product__"].isnull()]
    here = ibis.window(group_by=keys)
    paid = amount.max().over(here)
    if log.status is not None or log.states or log.cancelled_on or log.paid_on:
        # a line that was not sold bears the money only where no line of its order was
        lost = ibis.literal(False)
        for condition in told_lost(table, log).values():
            lost = lost | condition
        lost = lost.fill_null(False)
        first.insert(1, lost)
        sold = lost.ifelse(nothing, amount)
        paid = ibis.coalesce(sold.max().over(here), paid)
    if ROW_COLUMN in table.columns:
        first.append(table[ROW_COLUMN])
    ranked = ibis.window(group_by=keys, order_by=first)
    place = ibis.row_number().over(ranked)
    pieces = table["__quantity__"]
    if log.product is not None and log.quantity is not None and not log.line_rows:
        # a sum above the lines of its order repeats their pieces
        several = table["__product__"].count().over(here) > 0
        pieces = (several & table["__product__"].isnull()).ifelse(nothing, pieces)
    return table.mutate(
        __paid__=paid,
        __given__=refund.abs().max().over(here),
        __ordered__=amount.sum().over(here),
        __carrier__=live & (place == 0),
        __quantity__=pieces,
    )


def _void(table: ir.Table, log: OrderLog) -> ir.Value:
    """Return whether the lines of an order add up to nothing, one of them taking back."""
    assert log.order is not None
    here = ibis.window(group_by=["__customer__", log.order])
    nothing = ibis.literal(None, "float64")
    amount = table["__other__"].ifelse(nothing, table["__amount__"])
    copy = told_lost(table, log)["cancelled"] & (amount < 0)
    copies = copy.fill_null(False).cast("int64").sum().over(here)
    void = (copies > 0) & (amount.sum().over(here).abs() <= NOTHING)
    return (void & table[log.order].notnull()).fill_null(False)


def told_lost(table: ir.Table, log: OrderLog) -> dict[str, ir.Value]:
    """Return, per word for it, whether the states of a line say that it was not sold.

    ``cancelled``, ``returned``, ``browsed`` and ``unpaid``; blank states say nothing.
    """
    found = dict.fromkeys(("cancelled", "returned", "browsed", "unpaid"), ibis.literal(False))
    if log.status is not None:
        value = table[log.status]
        if value.type().is_numeric() and not (log.cancelled or log.returned):
            value = value != 0
        if value.type().is_boolean() and not (log.cancelled or log.returned):
            named = "cancelled" if "cancel" in log.status.lower() else "returned"
            found[named] = found[named] | value
        else:
            value = text(value)
            for state in ("cancelled", "returned", "browsed"):
                values = getattr(log, state)
                found[state] = found[state] | value.isin(values) if values else found[state]
    for told in log.states:
        value = text(table[told.column])
        for state in found:
            values = getattr(told, state)
            found[state] = found[state] | value.isin(values) if values else found[state]
    for name in log.cancelled_on:
        found["cancelled"] = found["cancelled"] | table[name].notnull()
    for name in log.paid_on:
        found["unpaid"] = found["unpaid"] | table[name].isnull()
    return found


def _customer(table: ir.Table, log: OrderLog) -> ir.Value:
    """Return who bought: the customer, of nobody the e-mail address, else nothing."""
    value = one_form(identity(table[log.customer]), log.customer)
    if log.phone_digits and value.type().is_string():
        value = bare_number(value, log.phone_digits)
    if log.given is not None:
        value = full_name(text(table[log.given]), text(table[log.customer]))
    if log.folded and value.type().is_string():
        value = value.lower().replace("  ", " ").replace("  ", " ")
        for letter, bare in log.bare_letters:
            value = value.replace(letter, bare)
    nobody = is_nobody(value, log.nobody)
    if log.mail is not None and log.mail != log.customer:
        mail = text(table[log.mail]).strip().lower().nullif("")
        mail = is_nobody(mail, ()).ifelse(ibis.null("string"), mail)
        named = value if value.type().is_string() else value.cast("string")
        unknown = nobody | named.isnull() if log.unnamed_by_mail else nobody
        if log.joined:
            mail = _joined(mail, unknown.ifelse(ibis.null("string"), named))
        return unknown.ifelse(mail, named)
    if not log.nobody and not value.type().is_string():
        return value
    return nobody.ifelse(ibis.null(value.type()), value)


def _joined(name: ir.Value, known: ir.Value) -> ir.Value:
    """Return the one customer that bears the name on other lines; the name where several do."""
    name = name.replace("  ", " ").replace("  ", " ")
    here = ibis.window(group_by=name)
    first, last = known.min().over(here), known.max().over(here)
    one = (name.notnull() & (first == last)).fill_null(False)
    return one.ifelse(first, name)


def full_name(given: ir.Value, family: ir.Value) -> ir.Value:
    """Return the whole name of a buyer; one half where the other is blank."""
    halves = [half.strip().nullif("") for half in (given, family)]
    return ibis.coalesce(halves[0] + " " + halves[1], halves[1], halves[0])


def identity(value: ir.Value) -> ir.Value:
    """Return an id: whole numbers without ``.0``, text without blanks, nothing for nothing."""
    if value.type().is_floating():
        return value.try_cast("int64")
    return value.strip().nullif("") if value.type().is_string() else value


def one_form(value: ir.Value, name: str) -> ir.Value:
    """Return who a column called so names: a tax number without its points."""
    if not value.type().is_string() or not is_tax_number(name):
        return value
    return value.re_replace(r"[-./\s]", "").nullif("")


def text(value: ir.Value) -> ir.Value:
    """Return a code as text: a whole number without ``.0``."""
    if value.type().is_floating():
        whole = (value == value.floor()).ifelse(
            value.try_cast("int64"), ibis.literal(None, type="int64")
        )
        return ibis.coalesce(whole.cast("string"), value.cast("string"))
    return value if value.type().is_string() else value.cast("string")


def _number(table: ir.Table, name: str | None) -> ir.Value:
    if name is None:
        return ibis.literal(None, type="float64")
    return table[name].cast("float64")


def _amount(table: ir.Table, log: OrderLog) -> ir.Value:
    """Return the money of a line; the amount takes the sign of a negative quantity."""
    quantity = _number(table, log.quantity)
    if log.amount is not None:
        amount = table[log.amount].cast("float64")
        if log.quantity is None:
            return amount
        back = (quantity < 0) & (amount > 0)
        return back.fill_null(False).ifelse(-amount, amount)
    if log.unit_price is not None and log.quantity is not None:
        return quantity * table[log.unit_price].cast("float64")
    return ibis.literal(None, type="float64")
