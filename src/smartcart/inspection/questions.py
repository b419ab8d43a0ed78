"""Where a reading is not sure: refuse, ask, or hold it against what the shop knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING

from smartcart.errors import DataError, ReadingQuestion
from smartcart.inspection.buyers import OWN, SEEN_ORDERS
from smartcart.inspection.desk import FEW_BUYERS, Rival, choose_line
from smartcart.inspection.receipt import NEAR, differ
from smartcart.inspection.states import values_of
from smartcart.records import Column, Notice, OrderLog, OtherReading, ReadingReceipt, ResultRow
from smartcart.sources import Opened
from smartcart.tables import order_roles, order_states, orders
from smartcart.tables.buyer_ranks import customer_rank
from smartcart.tables.money_ranks import is_price, money_rank
from smartcart.tables.order_names import no_money
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "EXPECTED",
    "check_expected",
    "refuse_few_buyers",
    "refuse_no_money",
    "refuse_one_each",
    "refuse_rivals",
    "refuse_several_documents",
    "refuse_small_part",
    "refuse_unnamed",
    "telling_columns",
]

UNIQUE = 0.9  # different values of whole numbers that are ids, not money
SMALL = 0.5  # of the lines: fewer are a small part, unless another rule than these took the rest
UNNAMED = 0.1  # of the lines of a known export: most are of buyers whom a till does not know
ORDERS_EACH = 40  # orders of each of few buyers, from which these are a handful
MOST_KINDS = 12  # different kinds of documents
SAME_SALE = 0.6  # of the lines stand there again under another kind of document
KIND = lazy_pattern(
    r"^(?!.*\b(payment|product|customer|client|item|shipping|card|discount|account|user|price)\b)"
    r".*\b(type|typ|kind|art|tipo|event|metric|document|belegart|vorgangsart|dokumentart|record|"
    r"soort|rodzaj|action|aktion|activity)\b"
)
LARGEST_COUNT = 150  # whole numbers up to it are rather pieces
SETTLED = lazy_pattern(r"settle|payout|auszahlung|정산|入金予定|結算|结算")
LOSING = ("missing customer", "undated", "no price")
EXPECTED = ("orders", "customers", "revenue")


@contextmanager
def telling_columns(
    figures: Sequence[ColumnSummary], columns: Sequence[Column] = ()
) -> Iterator[None]:
    """Let a ``DataError`` within tell the columns of the table, so that they can be kept."""
    try:
        yield
    except DataError as error:
        if not error.columns:
            parts = {c.name: c for c in (columns or order_roles.proposed(figures))}
            error.columns = tuple(parts[f.name] for f in figures if f.name in parts)
            error.kind = "orders"
        raise


def refuse_small_part(
    opened: Opened, log: OrderLog, counts: ResultRow, *, said: bool
) -> tuple[Notice, ...]:
    """Raise where a reading leaves most lines out for want of a buyer, a day or a price.

    What the user ``said`` of the columns is not doubted. Of a known export, such as a till's,
    most lines may be of nobody: that is told.
    """
    if said:
        return ()
    numbers = {rule.code: i for i, rule in enumerate(orders.RULES, start=1)}
    taken = {code: int(counts[f"takes_{numbers[code]}"] or 0) for code in LOSING}
    taken["missing customer"] -= int(counts["parts"] or 0)
    used = int(counts["used"] or 0)
    lost, left = max(taken.values()), used + sum(taken.values())
    code = max(taken, key=lambda c: taken[c])
    if used >= SMALL * left or (log.whole_orders and lost == taken["no price"]):
        return ()
    if log.layout is not None and code == "missing customer" and used >= UNNAMED * left:
        return (
            Notice(
                "most_unnamed",
                f"{lost:,} of {left:,} lines are without a buyer ({log.customer} names none): all "
                "that follows speaks of the others.",
                lost,
            ),
        )
    column = {
        "missing customer": log.customer,
        "undated": log.date,
        "no price": log.amount or log.unit_price,
    }[code]
    what = {
        "missing customer": "without a buyer",
        "undated": "without a day",
        "no price": "without a price",
    }[code]
    meaning = {"missing customer": "customer", "undated": "date", "no price": "amount"}[code]
    raise ReadingQuestion.of(
        f"{opened.reading.source!r} looks like a log of orders, but with {column!r} "
        f"{lost:,} of {left:,} lines are {what}, and only {used:,} would be read",
        "a reading of most of the lines",
        f"name the right column in the configuration: columns: {{NAME: {{meaning: {meaning}}}}}; "
        f"columns: {{{column!r}: {{meaning: {meaning}}}}} reads it as it is",
    )


def refuse_few_buyers(opened: Opened, told: ReadingReceipt, *, said: bool) -> None:
    """Raise where a handful of values buys everything: more likely the shop's own accounts."""
    count = told.orders or 0
    if said or told.customers >= FEW_BUYERS or count < ORDERS_EACH * told.customers:
        return
    column = told.columns.get("customer", "")
    raise ReadingQuestion.of(
        f"{opened.reading.source!r} looks like a log of orders, but {column!r} has "
        f"{told.customers:,} different values for {count:,} orders: the shop's own accounts "
        "rather than buyers",
        "a column that tells buyers apart",
        "name it in the configuration: columns: {NAME: {meaning: customer}}; "
        f"columns: {{{column!r}: {{meaning: customer}}}} reads it as it is",
    )


def refuse_one_each(opened: Opened, told: ReadingReceipt, *, said: bool) -> None:
    """Raise where nobody bought twice: the addresses of buyers rather tell orders apart.

    A column that is named as the id of customers is believed.
    """
    count, column = told.orders or 0, told.columns.get("customer", "")
    if said or count < SEEN_ORDERS or told.customers < OWN * count or customer_rank(column) == 0:
        return
    raise ReadingQuestion.of(
        f"{opened.reading.source!r} looks like a log of orders, but {column!r} has "
        f"{told.customers:,} different values for {count:,} orders: each order has one of its own, "
        "as marketplaces make addresses, so it does not tell who came again",
        "a column that tells buyers apart",
        "make one column of first and last name, or name another in the configuration: columns: "
        f"{{NAME: {{meaning: customer}}}}; {choose_line(column, 'customer')} reads it as it is",
    )


def refuse_unnamed(opened: Opened, names: Sequence[str]) -> None:
    """Raise where a table may be a log of orders, but no name says whose they are."""
    if not names:
        return
    shown = ", ".join(map(repr, names[:4]))
    lines = "; ".join(f"columns: {{{name!r}: {{meaning: customer}}}}" for name in names[:3])
    raise ReadingQuestion.of(
        f"{opened.reading.source!r} looks like a log of orders (days, amounts, and values that "
        f"come "
        f"again in {shown}), but no name says who bought",
        "a column named as the customer's, or a table with a row per customer",
        f"if one of these says who bought, write in the configuration {lines}; if each row is a "
        "customer, say --kind customers",
    )


def refuse_no_money(
    opened: Opened, log: OrderLog, columns: Sequence[ColumnSummary], *, said: bool
) -> None:
    """Raise where no name says what was paid, but there are amounts that could be it."""
    if said or log.amount is not None or (log.unit_price is not None and log.quantity is not None):
        return
    numbers = [
        c
        for c in columns
        if c.type == "number"
        and 2 * c.present >= c.rows
        and (c.low or 0) >= 0
        and (not c.whole or c.distinct < UNIQUE * c.present)
        and (c.name not in log.parts or c.name == log.quantity)
        and 2 * c.phones <= max(1, c.head)
    ]
    paid = [c for c in numbers if money_rank(c.name) is not None and not no_money(c.name)]
    counts = {c.name for c in paid if c.whole and (c.high or 0) <= LARGEST_COUNT}
    names = [c.name for c in paid if c.name not in counts]
    if not names:  # what the shop gets is nearest to it
        names = [c.name for c in numbers if c.name not in counts and SETTLED.search(c.name.lower())]
    names = names or [c.name for c in paid]
    if not names and (log.product or log.quantity):  # things were sold: under a name like "cost"
        names = [c.name for c in numbers if not c.whole and is_price(c.name)]
    if not names and (log.product or log.order) and len(numbers) == 1:
        names = [numbers[0].name]  # the only number there is, whatever it is called
    if not names:
        return
    lines = "; ".join(f"columns: {{{name!r}: {{meaning: amount}}}}" for name in names[:3])
    without = "give each of them the role 'dropped' to go without money"
    if names == [log.quantity]:
        without = f"{choose_line(names[0], 'quantity')} to go without money"
    raise ReadingQuestion.of(
        f"{opened.reading.source!r} looks like a log of orders, but no name says what was paid "
        f"({', '.join(map(repr, names[:4]))} could)",
        "a column named as the money of the order or the line",
        f"write in the configuration {lines}; or {without}",
    )


def refuse_several_documents(
    opened: Opened,
    sample: ir.Table,
    log: OrderLog,
    columns: Sequence[ColumnSummary],
    dropped: Set[str],
    notices: list[Notice],
) -> None:
    """Raise where lines of several kinds tell the same sale: an offer, an invoice, its delivery.

    That is: most of what customers bought stands there again with the same amount and as often,
    under another value of a column that is named as a kind of document or event. Of one that the
    user ``dropped`` it is told in ``notices``.
    """
    money = log.amount
    if money is None or log.row_type is not None or money in log.whole_orders:  # told once
        return
    played = set(log.parts) - {log.status, log.channel, log.category, *log.traits}
    told = {v for s in log.states for v in (*s.unpaid, *s.other, *s.cancelled, *s.returned)}
    told |= {*log.cancelled, *log.returned, *log.browsed}
    for column in columns:
        if column.type != "text" or not 2 <= column.distinct <= MOST_KINDS:
            continue
        if column.name in played or KIND.search(tokens(column.name)) is None:
            continue
        lines = sample.select(
            who=sample[log.customer], money=sample[money].cast("float64"), kind=sample[column.name]
        )
        lines = lines.filter((lines["money"] > 0) & ~lines["kind"].isin(sorted(told)))
        each = lines.group_by(["who", "money", "kind"]).aggregate(n=lines.count())
        found = each.group_by(["who", "money"]).aggregate(
            n=each["n"].sum(), kinds=each.count(), low=each["n"].min(), high=each["n"].max()
        )
        alike = (found["kinds"] > 1) & (found["low"] == found["high"])
        row = opened.engine.record(
            found.aggregate(n=found["n"].sum(), again=found["n"].sum(where=alike))
        )
        again, every = int(row["again"] or 0), int(row["n"] or 0)
        if not every or again < SAME_SALE * every:
            continue
        if column.name in dropped:
            notices.append(_told_several_times(column.name, money, again / every))
            continue
        kinds = _sales_first(values_of(opened.engine, opened.table, column.name, MOST_KINDS))
        ways = "; ".join(choose_line(column.name, repr(f"row_type:{kind}")) for kind in kinds[:3])
        raise ReadingQuestion.of(
            f"{opened.reading.source!r} tells most sales several times: {again / every:.0%} of "
            f"its lines stand there again for the same customer and the same {money}, under "
            f"another {column.name} ({', '.join(map(repr, kinds[:6]))})",
            "each sale once",
            f"say in the configuration which rows are the sales: {ways}; or, if all of them are, "
            f"that {column.name!r} parts no sales: {choose_line(column.name, '', 'dropped')}",
        )


def _sales_first(kinds: Sequence[str]) -> list[str]:
    """Return kinds of rows, those that are named sales first.

    >>> _sales_first(["TOTAL", "REGLEMENT", "VENTE"])
    ['VENTE', 'TOTAL', 'REGLEMENT']
    """
    return sorted(kinds, key=lambda kind: not order_states.says_sale(kind))


def _told_several_times(name: str, money: str, share: float) -> Notice:
    return Notice(
        "several documents",
        f"{share:.0%} of the lines stand there again for the same customer and the same {money}, "
        f"under another {name}, and count each time, since the configuration drops {name}. If only "
        f"some kinds of rows are sales, write {choose_line(name, repr('row_type:KIND'))} instead.",
    )


def refuse_rivals(
    opened: Opened, told: ReadingReceipt, others: Sequence[tuple[Rival, OtherReading]]
) -> None:
    """Raise where another reading explains the file as well, and gives other totals."""
    rivals = [
        other
        for rival, other in others
        if rival.competes and differ(other, told.orders, told.customers, told.revenue)
    ]
    if not rivals:
        return
    part = rivals[0].differs_in.partition(":")[0]
    column = told.columns.get(part, "all of a day")
    meaning = {"money": "amount", "customer": "customer", "order": "order"}.get(part, part)
    real = column in opened.table.columns
    first = rivals[0].differs_in.partition(": ")[2].partition(" for ")[0]
    choose = choose_line(column, meaning) if real else choose_line(first, "", "dropped")
    if column.endswith(f" x {first}"):  # it is not left out: its price is what is chosen
        choose = choose_line(first, "unit_price")
    mine = f"{column} ({_figures(told.orders, told.customers, told.revenue)})"
    theirs = " or ".join(
        f"{r.differs_in.partition(': ')[2].split(' for ')[0]} "
        f"({_figures(r.orders, r.customers, r.revenue)})"
        for r in rivals[:3]
    )
    lines = "; ".join([choose, *(r.choose for r in rivals[:3])])
    error = ReadingQuestion.of(
        f"{opened.reading.source!r} can be read in {1 + len(rivals[:3])} ways that give other "
        f"totals: {part} from {mine} or from {theirs}",
        "one of them",
        f"say which in the configuration: {lines}",
    )
    error.readings = (_reading(told, column, meaning, choose), *rivals)
    raise error


def _reading(told: ReadingReceipt, column: str, meaning: str, choose: str) -> OtherReading:
    return OtherReading(f"{meaning}: {column}", told.orders, told.customers, told.revenue, choose)


def _figures(count: int | None, customers: int, revenue: float | None) -> str:
    found = [] if count is None else [f"{count:,} orders"]
    found.append(f"{customers:,} customers")
    if revenue is not None:
        found.append(f"{revenue:,.2f} in all")
    return ", ".join(found)


def check_expected(
    told: ReadingReceipt,
    expect: Mapping[str, float],
    others: Callable[[], Sequence[OtherReading]],
) -> None:
    """Raise ``DataError`` where what was read is not what the shop's own dashboard says.

    ``expect`` holds ``orders``, ``customers`` or ``revenue``; ``others`` adds up other readings.
    More than half a percent (:data:`~smartcart.inspection.receipt.NEAR`) is off.
    """
    wrong = [
        name for name in EXPECTED if name in expect and _off(getattr(told, name), expect[name])
    ]
    if not wrong:
        return
    name = wrong[0]
    got = getattr(told, name)
    read = "no such figure" if got is None else _shown(name, got)
    hints = [
        o
        for o in others()
        if all(not _off(getattr(o, n), expect[n]) for n in EXPECTED if n in expect)
    ]
    if hints:
        best = hints[0]
        what = best.differs_in.partition(": ")[2] or best.differs_in
        way = (
            f"with {what}: {_shown(name, getattr(best, name))}; to read it so, write "
            f"{best.choose} in the configuration"
        )
    else:
        near = [o for o in others() if getattr(o, name) is not None]
        near.sort(key=lambda o: abs(getattr(o, name) - expect[name]))
        tried = "; ".join(
            f"with {o.differs_in.partition(': ')[2]}: {_shown(name, getattr(o, name))}"
            for o in near[:2]
        )
        way = (
            "no other reading gives it"
            + (f" ({tried})" if tried else "")
            + (
                "; compare the period and the statuses that both count ('smartcart check' tells "
                "what "
                "was left out)"
            )
        )
    raise DataError.of(
        f"{name} read: {read}", f"{_shown(name, expect[name])} (as --expect says), within 0.5%", way
    )


def _off(got: float | None, wanted: float) -> bool:
    return got is None or abs(got - wanted) > NEAR * abs(wanted)


def _shown(name: str, value: float) -> str:
    return f"{value:,.2f}" if name == "revenue" else f"{value:,.0f}"
