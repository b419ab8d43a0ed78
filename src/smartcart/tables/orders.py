"""From order lines to customers, as Ibis expressions: written once for every engine.

Three tables, each made from the one before: :func:`lines` gives every line its parts and the rule
that took it out (if any), :func:`orders` adds up the lines of an order, :func:`customers` the
orders of a customer. Money is added up in millionths, rounded to whole numbers: sums of these
are exact up to 2^53, so they do not depend on the order of the rows, the threads or the engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from smartcart.records import OrderLog
from smartcart.tables import held_back
from smartcart.tables.order_lines import LineColumns, cells, identity, read_columns, text, told_lost
from smartcart.tables.quality import YEARS

__all__ = [
    "RULES",
    "SALE",
    "TREND_DAYS",
    "LineRule",
    "count_expression",
    "customers",
    "has_money",
    "largest_expression",
    "letter_expression",
    "lines",
    "marked_lines",
    "orders",
    "part_of",
    "rhythm",
    "ruled",
    "spending",
]

UNIT = 1_000_000  # parts of the currency in which money is added up
LARGEST = 1e12  # an amount of a line beyond it is an error in the data
TREND_DAYS = 90  # recent spend is that of so many days
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EPOCH = dt.date(1970, 1, 1)
DAYS = tuple((day - EPOCH).days for day in (dt.date(YEARS[0], 1, 1), dt.date(YEARS[1], 12, 31)))
UNNUMBERED = 10**15  # far from any order number: orders without one are numbered by their day

_NO_DISCOUNT = ("", "0", "no", "none", "false", "n", "nein", "non", "nao", "não", "na")
_NO_WORD = r"^(no|not|none|non|nein|kein|keine|sin|sans|sem)[ _-]"
_NOTHING = r"^[-+]?[0-9][0-9.,]*"  # an amount, of nothing where no digit is above 0


@dataclass(frozen=True, slots=True)
class LineRule:
    """Why a line is no sale. The first rule that holds takes the line."""

    code: str
    sentence: str


SALE = 0
RULES: tuple[LineRule, ...] = (
    LineRule("other rows", "rows that are no sale: payments, fees, transfers, headings and sums"),
    LineRule("missing customer", "lines without a customer"),
    LineRule(
        "adjustments", "lines that adjust the books: the order number begins with another letter"
    ),
    LineRule("undated", "lines without a possible date"),
    LineRule("after as-of", "lines after the as-of day"),
    LineRule("cancelled", "lines of cancelled orders"),
    LineRule("no purchase", "lines that are no purchase: viewed, put in a cart or on a list"),
    LineRule("unpaid", "lines of orders that were not paid: drafts, quotations, pending payments"),
    LineRule("returned", "returned lines: negative quantity or amount, or so by their status"),
    LineRule("no quantity", "lines without a quantity"),
    LineRule("no price", "lines without a positive price"),
    LineRule("impossible amount", f"lines beyond {LARGEST:,.0f} of the currency"),
)
_NUMBER = {rule.code: i for i, rule in enumerate(RULES, start=1)}


def letter_expression(table: ir.Table, log: OrderLog) -> ir.Table:
    """Return one row: order numbers of digits only, and of a letter before digits."""
    code = text(table[log.order])
    plain, letter = code.re_search(r"^\d+$"), code.re_search(r"^[A-Za-z]\d+$")
    return table.aggregate(plain=plain.sum(), letter=letter.sum(), lines=table.count())


def lines(table: ir.Table, log: OrderLog, as_of: dt.date | None = None) -> ir.Table:
    """Return the lines with their parts under common names.

    ``customer, order, day`` (whole days since 1970), ``quantity, amount`` (millionths),
    ``product, category, channel, discounted``, the traits as ``t0, t1, ...``, a truth value per
    rule ``is_1, is_2, ...``, and ``rule``, the number of the first that holds, 0 for a sale; also
    ``blank``, whether the customer's cell is, where it may be nobody's without being so.
    """
    told = cells(read_columns(table, log), log)
    blank = None
    if log.nobody or told.customer.type().is_string():  # no customer need not be a blank cell
        blank = identity(told.table[log.customer]).isnull()
    return ruled(marked_lines(told, log, as_of, blank))


def marked_lines(
    told: LineColumns,
    log: OrderLog,
    as_of: dt.date | None = None,
    blank: ir.Value | None = None,
) -> ir.Table:
    """Return the table of :func:`lines` without ``rule``."""
    table = told.table
    day = ibis.literal(None, type="int64")
    if log.date is not None:
        date = table[log.date].cast("date")
        number = date.delta(ibis.literal(EPOCH), unit="day").cast("int64")
        day = number.between(*DAYS).ifelse(number, ibis.literal(None, type="int64"))
    rules = _rules(table, log, as_of, told, day)
    # lines without an order number are one order per day
    order = day if log.date is not None else ibis.literal(0, type="int64")
    if told.order is not None:
        code = _code(told.order)
        unnumbered = -UNNUMBERED - order
        order = ibis.coalesce(
            code, unnumbered if code.type().is_integer() else unnumbered.cast("string")
        )
    return table.select(
        customer=told.customer,
        order=order,
        day=day,
        quantity=told.quantity,
        amount=_millionths(told.amount),
        refund=ibis.literal(0.0) if log.refunded is None else _millionths(told.refund),
        product=told.product,
        category=text(table[log.category]) if log.category else ibis.literal(None, type="string"),
        channel=text(table[log.channel]) if log.channel else ibis.literal(None, type="string"),
        discounted=_discounted(table, log),
        **{f"t{i}": text(table[name]) for i, name in enumerate(log.traits)},
        **({} if blank is None else {"blank": blank}),
        **{f"is_{_NUMBER[code]}": flag.fill_null(False) for code, flag in rules.items()},
    )


def ruled(named: ir.Table) -> ir.Table:
    """Return lines with ``rule``, the number of the first ``is_1, is_2, ...`` that holds."""
    there = [i for i in range(1, len(RULES) + 1) if f"is_{i}" in named.columns]
    first = ibis.cases(*((named[f"is_{i}"], i) for i in there), else_=SALE)
    return named.mutate(rule=first.cast("int8"))


def _millionths(amount: ir.Value) -> ir.Value:
    """Return money in whole millionths, 0 where there is none or too much of it."""
    fits = amount.between(-LARGEST, LARGEST)
    limited = ibis.greatest(ibis.least(amount, LARGEST), -LARGEST)  # what fits can be rounded
    money = fits.ifelse(
        (limited * UNIT).round().cast("float64"), ibis.literal(None, type="float64")
    )
    return money.fill_null(0.0).cast("float64")


def _rules(
    table: ir.Table, log: OrderLog, as_of: dt.date | None, told: LineColumns, day: ir.Value
) -> dict[str, ir.Value]:
    """Return the condition of every rule."""
    never = ibis.literal(False)
    quantity, paid = told.quantity, told.paid
    adjusted = never
    lost = told_lost(table, log)
    cancelled = lost["cancelled"]
    if log.lettered and log.order is not None:
        code = text(table[log.order])
        by_letter = code.re_search(r"^[Cc]\d+$")
        adjusted = code.re_search(r"^[A-Za-z]\d+$") & ~by_letter
        cancelled = cancelled | by_letter
    if log.voided:
        cancelled = cancelled | table["__void__"]
    after = never
    if as_of is not None and log.date is not None:
        after = day > (as_of - EPOCH).days
    priced = log.amount or log.unit_price
    by_piece = log.quantity and log.amount is None  # a line with money of its own needs no pieces
    return {
        "other rows": told.other,
        "missing customer": told.customer.isnull(),
        "adjustments": adjusted,
        "cancelled": cancelled,
        "no purchase": lost["browsed"],
        "unpaid": lost["unpaid"],
        "returned": (quantity < 0) | (paid < 0) | told.returned | lost["returned"],
        "undated": day.isnull() if log.date is not None else never,
        "after as-of": after,
        "no quantity": (quantity.isnull() | (quantity == 0)) if by_piece else never,
        "no price": _unpriced(table, log, paid) if priced else never,
        "impossible amount": paid.abs() > LARGEST,
    }


def _unpriced(table: ir.Table, log: OrderLog, paid: ir.Value) -> ir.Value:
    if log.amount:
        return paid.isnull() | (paid == 0)
    price = table[log.unit_price].cast("float64")
    return price.isnull() | (price <= 0)


def _code(value: ir.Value) -> ir.Value:
    """Return an order number as it is stored: whole numbers are compared faster than text."""
    return value if value.type().is_integer() else text(value)


def _discounted(table: ir.Table, log: OrderLog) -> ir.Value:
    if log.discount is None:
        return ibis.literal(False)
    value = table[log.discount]
    if value.type().is_boolean():
        return value.fill_null(False)
    if value.type().is_numeric():
        return (value.cast("float64") != 0).fill_null(False)
    word = value.strip().lower()
    nothing = word.re_search(_NOTHING) & ~word.re_search("[1-9]")
    return (~(word.isin(_NO_DISCOUNT) | word.re_search(_NO_WORD) | nothing)).fill_null(False)


def count_expression(marked: ir.Table) -> ir.Table:
    """Return one row on the table of :func:`lines`: how many each rule holds for and takes.

    ``parts`` are lines without a customer that have no money either: what was in a parcel, say.
    ``blank`` are those whose customer is blank, where others name somebody who is nobody.
    """
    counts: dict[str, ir.Value] = {"lines": marked.count()}
    for i in range(1, len(RULES) + 1):
        counts[f"holds_{i}"] = marked[f"is_{i}"].sum()
        counts[f"takes_{i}"] = (marked["rule"] == i).sum()
    nobody = marked["rule"] == _NUMBER["missing customer"]
    counts["parts"] = (nobody & marked[f"is_{_NUMBER['no price']}"]).sum()
    if "blank" in marked.columns:
        counts["blank"] = (marked["blank"] & marked[f"is_{_NUMBER['missing customer']}"]).sum()
    sale = marked["rule"] == SALE
    counts["used"] = sale.sum()
    meant = marked[f"is_{_NUMBER['other rows']}"] | marked[f"is_{_NUMBER['unpaid']}"]
    lost = marked[f"is_{_NUMBER['cancelled']}"] | marked[f"is_{_NUMBER['no purchase']}"]
    counts["latest"] = marked["day"].max(where=~meant)  # a quotation may be of a later day
    counts["latest_kept"] = marked["day"].max(where=~(meant | lost))
    counts["first"] = marked["day"].min(where=sale)
    counts["last"] = marked["day"].max(where=sale)
    return marked.aggregate(**counts)


def largest_expression(marked: ir.Table, columns: Sequence[str], at_most: int) -> ir.Table:
    """Return the values of each column with most money: ``part``, the column, ``value, amount``.

    ``columns`` are of ``category`` and ``channel``; their lines are added up once for both.
    """
    sold = marked.filter(marked["rule"] == SALE)
    both = sold.group_by(list(columns)).aggregate(
        amount=lambda t: t["amount"].sum(), lines=lambda t: t.count()
    )
    found = []
    for column in columns:
        known = both.filter(both[column].notnull())
        each = known.group_by(value=known[column]).aggregate(
            amount=lambda t: t["amount"].sum(), lines=lambda t: t["lines"].sum()
        )
        order = [ibis.desc("amount"), ibis.desc("lines"), "value"]
        found.append(each.order_by(order).limit(at_most).mutate(part=ibis.literal(column)))
    every = ibis.union(*found) if len(found) > 1 else found[0]
    return every.order_by(["part", ibis.desc("amount"), ibis.desc("lines"), "value"])


def part_of(marked: ir.Table, part: int, parts: int) -> ir.Table:
    """Return the lines of about one in ``parts`` customers, each with all of its lines."""
    if parts == 1:
        return marked
    return marked.filter(marked["customer"].hash().abs() % parts == part)


def orders(marked: ir.Table, log: OrderLog) -> ir.Table:
    """Return a row per customer and order with a sale: when, and how many ``products``."""
    sold = marked.filter((marked["rule"] == SALE) & marked["customer"].notnull())
    sums: dict[str, ir.Value] = {"day": sold["day"].min()}
    if log.product is not None:
        sums["products"] = sold["product"].nunique()
    return sold.group_by(["customer", "order"]).aggregate(**sums)


def rhythm(
    found: ir.Table,
    log: OrderLog,
    split: dt.date | None = None,
    days: int = 0,
    season: Mapping[str, tuple[int, int]] = MappingProxyType({}),
) -> ir.Table:
    """Return a row per customer of :func:`orders`: how many orders, when, and how far apart.

    With ``split`` also how often and when they ordered until that day, on which a forecast of the
    ``days`` after it is tried, and in the windows of ``season``, from which one is learnt.
    """
    sums: dict[str, ir.Value] = {"orders": found.count()}
    if log.product is not None:
        sums["products"] = found["products"].sum()
    if log.date is not None:
        before = found["day"].lag().over(ibis.window(group_by="customer", order_by="day"))
        gap = (found["day"] - before).cast("float64")
        weekday = ((found["day"] + 3) % 7).cast("int64")  # 1970-01-01 was a Thursday
        found = found.mutate(gap=(gap > 0).ifelse(gap, ibis.literal(None, "float64")), on=weekday)
        sums = {name: found.count() if name == "orders" else found[name].sum() for name in sums} | {
            "first": found["day"].min(),
            "last": found["day"].max(),
            "gaps": found["gap"].count(),
            "gap_sum": found["gap"].sum(),
            "gap_squares": (found["gap"] * found["gap"]).sum(),
        }
        if split is not None:
            sums |= held_back.rhythm_sums(found, (split - EPOCH).days, days, season)
        sums |= {f"on_{i}": (found["on"] == i).sum() for i in range(7)}
    return found.group_by(when="customer").aggregate(**sums)


def spending(
    marked: ir.Table, log: OrderLog, as_of: dt.date | None, split: dt.date | None = None
) -> ir.Table:
    """Return a row per customer of :func:`lines`: sums over the lines and over what came back."""
    sale = marked["rule"] == SALE
    back = marked["rule"].isin([_NUMBER["cancelled"], _NUMBER["returned"]])
    returned = marked["rule"] == _NUMBER["returned"]
    amount = marked["amount"]
    sums: dict[str, ir.Value] = {"lines": sale.sum()}
    if has_money(log):
        sums["amount"] = amount.sum(where=sale)
        sums["refunded"] = (-amount).sum(where=back & (amount < 0))
        sums["sent_back"] = amount.sum(where=returned & (amount > 0))
        if log.refunded is not None:
            sums["given_back"] = marked["refund"].sum(where=sale)
        if split is not None:
            early = marked["day"] <= (split - EPOCH).days
            sums["early_amount"] = amount.sum(where=sale & early)
            if log.net_returns:
                sums["early_refunded"] = (-amount).sum(where=back & early & (amount < 0))
    if log.quantity is not None:
        sums["quantity"] = marked["quantity"].sum(where=sale)
    if log.discount is not None:
        sums["discounted"] = amount.sum(where=sale & marked["discounted"])
    if log.recent_days and as_of is not None and has_money(log):
        last = (as_of - EPOCH).days
        recent = marked["day"] > last - log.recent_days
        earlier = (marked["day"] > last - 2 * log.recent_days) & ~recent
        sums["recent"] = amount.sum(where=sale & recent)
        sums["earlier"] = amount.sum(where=sale & earlier)
    for prefix, values in (("category", log.categories), ("channel", log.channels)):
        for i, value in enumerate(values):
            here = sale & (marked[prefix] == value)
            sums[f"{prefix}_{i}"] = amount.sum(where=here) if has_money(log) else here.sum()
    plain = tuple(sums)
    for i in range(len(log.traits)):
        sums[f"t{i}"], sums[f"u{i}"] = marked[f"t{i}"].max(), marked[f"t{i}"].min()
    known = marked.filter(marked["customer"].notnull())
    added = known.group_by("customer").aggregate(**sums)
    numbers = {name: added[name].fill_null(0).cast("float64") for name in plain}
    if "early_refunded" in numbers:
        numbers["early_amount"] = numbers["early_amount"] - numbers.pop("early_refunded")
    return added.mutate(**numbers)


def has_money(log: OrderLog) -> bool:
    """Return whether the log says what was paid."""
    return log.amount is not None or (log.unit_price is not None and log.quantity is not None)


def customers(when: ir.Table, spent: ir.Table, log: OrderLog, as_of: dt.date | None) -> ir.Table:
    """Return a row per customer: ``customer_id`` and its measures.

    ``when`` is from :func:`rhythm`, ``spent`` from :func:`spending`. A customer without any sale
    has frequency 0.
    """
    both = spent.left_join(when, spent["customer"] == when["when"])
    held = {name: both[name] for name in held_back.NAMES if name in both.columns}
    return both.select(customer_id=both["customer"], **_measures(both, log, as_of), **held)


def _measures(added: ir.Table, log: OrderLog, as_of: dt.date | None) -> dict[str, ir.Value]:
    """Return the measures of a customer from its sums, missing where there is nothing to divide."""
    frequency = added["orders"].fill_null(0)
    out: dict[str, ir.Value] = {"frequency": frequency}
    if log.date is not None and as_of is not None:
        last = (as_of - EPOCH).days
        gaps = added["gaps"].fill_null(0)
        out["recency_days"] = last - added["last"]
        out["tenure_days"] = last - added["first"]
        out["purchase_days"] = gaps + (frequency > 0).ifelse(1, 0)
        mean = _over(added["gap_sum"], gaps)
        out["gap_days_mean"] = mean
        out["overdue"] = _over(out["recency_days"], mean)
        spread = ibis.greatest(_over(added["gap_squares"], gaps) - mean * mean, 0.0).sqrt()
        out["gap_variation"] = (gaps >= 2).ifelse(
            _over(spread, mean), ibis.literal(None, type="float64")
        )
        for i, name in enumerate(WEEKDAYS):
            out[f"{name.lower()}_share"] = _over(added[f"on_{i}"], frequency)
    if has_money(log):
        amount, sent_back = added["amount"] / UNIT, added["sent_back"] / UNIT
        # a return may be told by a status, in a column and on a row of its own: it counts once
        rows = ibis.greatest(added["refunded"] / UNIT - sent_back, 0.0)
        refunded = rows
        if log.refunded is not None:
            refunded = ibis.greatest(rows, added["given_back"] / UNIT)
        total = amount - refunded if log.net_returns else amount
        out["monetary_total"] = total
        out["monetary_mean"] = _over(total, frequency)
        rate = _over(refunded + sent_back, amount + sent_back)
        out["return_rate"] = rate.notnull().ifelse(ibis.least(rate, 1.0), rate)
        if log.discount is not None:
            out["discount_share"] = _over(added["discounted"], added["amount"])
    if log.quantity is not None:
        out["items_per_order"] = _over(added["quantity"], frequency)
    if log.product is not None:
        out["products_per_order"] = _over(added["products"], frequency)
    else:
        out["lines_per_order"] = _over(added["lines"], frequency)
    if log.recent_days and has_money(log):
        change = _over(added["recent"] - added["earlier"], added["recent"] + added["earlier"])
        out["trend"] = change.fill_null(0.0)
    whole = added["amount"] if has_money(log) else added["lines"]
    for prefix, values in (("category", log.categories), ("channel", log.channels)):
        for i in range(len(values)):
            out[f"{prefix}_share_{i}"] = _over(added[f"{prefix}_{i}"], whole)
    for i in range(len(log.traits)):
        same = added[f"t{i}"] == added[f"u{i}"]  # else it is of the order, not of the customer
        out[f"trait_{i}"] = same.ifelse(added[f"t{i}"], ibis.literal(None, type="string"))
    return out


def _over(part: ir.Value, whole: ir.Value) -> ir.Value:
    """Return the quotient of two columns, missing where the whole is not positive."""
    quotient = part.cast("float64") / whole.cast("float64").nullif(0.0)
    return (whole > 0).ifelse(quotient, ibis.literal(None, type="float64"))
