"""Who is nobody: guests and walk-ins that many buyers share, told by word and by what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from smartcart.errors import ReadingQuestion
from smartcart.inspection.desk import FEW, NAMES_TRIED, Desk, choose_line
from smartcart.layouts import Layout
from smartcart.records import Notice, OrderLog, ResultRow
from smartcart.sources import Opened
from smartcart.tables.buyer_ranks import customer_rank
from smartcart.tables.nobody import NOBODY_NUMBERS, NOBODY_WORDS, is_nobody, says_nobody
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_lines import text
from smartcart.tables.order_names import part_of, parts_named
from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "begins_at_zero",
    "masked",
    "of_goods",
    "one_for_all",
    "refuse_articles",
    "who_come_again",
    "with_nobody",
]

APART = 2  # times as many different values: two columns cannot go together one to one
ONE_TO_ONE = 1.05  # pairs of values for each value of the column with more of them
GOODS_TRIED = 4
GOODS = lazy_pattern(
    r"\b(asin|sku|ean|gtin|upc|isbn|barcode|product|artikel|article|articulo|artigo|item|listing|"
    r"producto|produit|produto|prodotto|variant|merchandise|brand|marke|model)\b"
)
CARD = lazy_pattern(
    r"\b(card|karten?\w*|carte|tarjeta|cartao|carta|pan|karty|karta|kort\w*|kaart\w*|kartya\w*)\b"
)
TOP = 30  # the customers with most orders that are looked at
SHARED_BY = 10  # different e-mail addresses under one id: nobody
SEVERAL_PEOPLE = 3  # addresses or names under 0, where each other id has one: nobody
SHARED = 0.3  # of its orders have another address
IMPOSSIBLE = 0.2  # of all orders, and so many times the next one's:
TIMES_NEXT = 10
OUTSIZED = 0.1  # of all orders, and so many times the next one's: it is told
TIMES_OUTSIZED = 5
ENOUGH = 30  # customers from which a share can be impossible
SEEN_ORDERS = 30  # orders from which it can be told whether anybody came again
OWN = 0.98  # different customers for each order: each has one of its own
AGAIN = 0.8  # different names for each order at most: they come again
BY_LOGIN = 1  # rank of the names of columns that hold ids and logins
GAP = 5  # times the usual step from one id to the next, from which 0 stands apart
ALL = 0.9  # of the lines under one value: not who bought
MAILS = 0.5  # of the values are e-mail addresses, or names of several words


def one_for_all(opened: Opened, sample: ir.Table, name: str) -> bool:
    """Return whether nearly all lines bear one value: the shop's own, not the buyer's."""
    alone = sample.select(value=sample[name])
    known = alone.filter(alone["value"].notnull())
    counted = known.group_by("value").aggregate(n=lambda t: t.count())
    told = counted.aggregate(most=counted["n"].max(), all=counted["n"].sum())
    row = opened.engine.record(told)
    return int(row["most"] or 0) >= ALL * max(1, int(row["all"] or 0))


def masked(opened: Opened, sample: ir.Table, name: str) -> bool:
    """Return whether most values are numbers of cards with all but a few digits hidden."""
    value = sample[name]
    if not value.type().is_string() or CARD.search(tokens(name)) is None:
        return False
    hidden = value.re_search(r"[Xx*#•.]{4,}").sum()
    row = opened.engine.record(sample.aggregate(hidden=hidden, known=value.count()))
    return 2 * int(row["hidden"] or 0) > int(row["known"] or 0)


def refuse_articles(desk: Desk, log: OrderLog) -> None:
    """Raise where a column that no word names as the buyer's numbers what was bought.

    It then goes with the product, one to one: its article number, its category. Raises
    ``ReadingQuestion``.
    """
    column = desk.figures[log.customer]
    part = part_of(column, {})
    if "customer" in desk.said or (part is not None and part.name == "customer"):
        return
    goods = [
        c.name
        for c in desk.figures.values()
        if c.name != log.customer
        and 2 * c.present >= c.rows
        and column.distinct <= APART * c.distinct
        and c.distinct <= APART * column.distinct
        and of_goods(c.name)
    ][:GOODS_TRIED]
    if not goods:
        return
    sample = desk.sample
    value = text(sample[log.customer])
    told = {f"b{i}": (value + "/" + text(sample[n])).nunique() for i, n in enumerate(goods)}
    told |= {f"g{i}": text(sample[n]).nunique() for i, n in enumerate(goods)}
    row = desk.opened.engine.record(sample.aggregate(own=value.nunique(), **told))
    own = int(row["own"] or 0)
    for i, name in enumerate(goods):
        both, other = int(row[f"b{i}"] or 0), int(row[f"g{i}"] or 0)
        if both <= ONE_TO_ONE * max(own, other):
            raise ReadingQuestion.of(
                f"{desk.opened.reading.source!r} looks like a log of orders, but no column says "
                f"who bought: {log.customer!r} goes with {name!r}, one to one, and numbers what "
                "was bought",
                "a customer id or an e-mail address on every line",
                "export one that names buyers; if it does say who bought, write "
                f"{choose_line(log.customer, 'customer')}",
            )


def who_come_again(desk: Desk, log: OrderLog, others: Sequence[str]) -> list[str]:
    """Return the columns whose buyers come again where each order has a customer of its own.

    Marketplaces make an address for each order, and shops an account for each order of a guest.
    Then a name that comes again tells more of who bought.
    """
    if log.order is None or not others:
        return []
    sample = desk.sample
    lines = sample.filter(sample[log.order].notnull() & sample[log.customer].notnull())
    told = {f"d{i}": lines[name].nunique() for i, name in enumerate((log.customer, *others))}
    row = desk.opened.engine.record(lines.aggregate(orders=lines[log.order].nunique(), **told))
    orders = int(row["orders"] or 0)
    if orders < SEEN_ORDERS or int(row["d0"] or 0) < OWN * orders:
        return []
    return [n for i, n in enumerate(others, start=1) if int(row[f"d{i}"] or 0) <= AGAIN * orders]


def of_goods(name: str) -> bool:
    """Return whether a name is of what was bought: a product, its number or its kind.

    >>> [of_goods(n) for n in ("supplierArticle", "barcode", "Category", "City")]
    [True, True, True, False]
    """
    named = {p.name for p in parts_named(name)}
    return bool({"product", "category"} & named) or GOODS.search(tokens(name)) is not None


def with_nobody(
    opened: Opened,
    sample: ir.Table,
    log: OrderLog,
    found: Candidates,
    layout: Layout | None,
    notices: list[Notice],
) -> OrderLog:
    """Return the log with the customers that are nobody, and what else tells their buyers apart.

    An id is nobody by word, where the name beside it is one of nobody, where its orders bear many
    e-mail addresses, or where it has a share of the orders that no buyer has.
    """
    value = sample[log.customer]
    row = opened.engine.record(_figures(value, sample))
    if value.type().is_string():
        mails = int(row["mails"] or 0)
        known = max(1, int(row["known"] or 0))
        named = customer_rank(log.customer) == 4 or int(row["spaced"] or 0) >= MAILS * known
        written = mails >= MAILS * known or named
        log = replace(log, folded=written)  # addresses and names are typed by hand
    customers = int(row["different"] or 0)
    mail = next((c.name for c in found.mails if c.name != log.customer), None)
    joined = log.joined or any(c.name == mail and c.spaced >= MAILS * c.head for c in found.mails)
    mail = log.mail if log.joined else mail
    rescue = mail if joined else None  # names, which a configuration may say, too
    if log.fill == "none" and rescue is None:
        rescue = _known_otherwise(opened, sample, log, found, mail, notices)
        mail = mail or rescue
    called = next((c.name for c in found.names if c.name not in {log.customer, log.order}), None)
    rows = opened.engine.records(_largest(sample, log, mail, called))
    rows = sorted(rows, key=lambda r: -int(r["orders"] or 0))
    nobody = list(layout.nobody) if layout is not None else []
    shared = _by_addresses(rows) if mail is not None and not _own(row, found, mail) else []
    # of ids 0, 1, 2, ... the first is a customer like the next, unless several people share it
    if not _counting(row, customers) or _several_people(rows):
        nobody += NOBODY_NUMBERS
    nobody += _by_share(rows, customers)
    nobody += _by_name(rows)
    nobody += [who for r in rows if says_nobody(who := _plain(r["who"]))]
    nobody += shared
    log = replace(
        log,
        nobody=tuple(dict.fromkeys(nobody)),
        mail=mail,
        unnamed_by_mail=rescue is not None,
        joined=joined,
    )
    there = [r for r in rows if _plain(r["who"]) in {*nobody, *NOBODY_WORDS}]
    if value.type().is_numeric():
        there = [r for r in there if _plain(r["who"]) in nobody]
    if there:
        notices.append(_notice(log, there, int(row["rows"] or 0)))
    notices += _outsized(log, [r for r in rows if r not in there], customers)
    if there and mail is not None and not joined:
        notices += _guests_with_an_id(opened, sample, log, mail)
    return log


def _guests_with_an_id(opened: Opened, sample: ir.Table, log: OrderLog, mail: str) -> list[Notice]:
    """Tell of addresses of guests that stand beside an id on other lines: two customers each."""
    guest = is_nobody(sample[log.customer], log.nobody) | sample[log.customer].isnull()
    lines = sample.select(mail=text(sample[mail]).strip().lower(), guest=guest.cast("int64"))
    lines = lines.filter(lines["mail"].notnull() & ~is_nobody(lines["mail"], ()))
    each = lines.group_by("mail").aggregate(some=lines["guest"].max(), every=lines["guest"].min())
    told = {
        "guests": each["some"].sum(),
        "both": ((each["some"] == 1) & (each["every"] == 0)).sum(),
    }
    row = opened.engine.record(each.aggregate(**told))
    both, guests = int(row["both"] or 0), int(row["guests"] or 0)
    if both < FEW * guests or not both:
        return []
    return [
        Notice(
            "guests with an id",
            f"{both:,} of {guests:,} guests have the {mail} of a customer with an id (in the lines "
            f"looked at): each counts as two. {choose_line(mail, 'customer')} counts by address.",
            both,
        )
    ]


def _own(row: ResultRow, found: Candidates, other: str) -> bool:
    """Return whether customers are addresses, beside which others than names prove nothing.

    One address has several ids where a shop makes one at each checkout, and those of guests where
    a ticket is bought for each. Several names under it are several people.
    """
    if int(row.get("mails") or 0) < MAILS * max(1, int(row["known"] or 0)):
        return False
    beside = next((c for c in (*found.names, *found.customers) if c.name == other), None)
    return beside is None or beside.spaced < MAILS * beside.head


def _known_otherwise(
    opened: Opened,
    sample: ir.Table,
    log: OrderLog,
    found: Candidates,
    mail: str | None,
    notices: list[Notice],
) -> str | None:
    """Return the column that names the buyers of the lines without a customer, if one does.

    That is their address, a login or an id of text, unless it names those who have an id on other
    lines. Names alone do not tell people apart well enough.
    """
    others = (
        [mail]
        if mail is not None
        else [
            c.name
            for c in found.customers
            if c.name not in {log.customer, log.order}
            and c.type == "text"
            and customer_rank(c.name) <= BY_LOGIN
        ][:NAMES_TRIED]
    )
    if not others:
        return None
    blank = sample[log.customer].isnull()
    told = {f"k{i}": sample[n].count(where=blank) for i, n in enumerate(others)}
    row = opened.engine.record(sample.aggregate(blank=blank.sum(), rows=sample.count(), **told))
    lines = int(row["blank"] or 0)
    if lines < FEW * int(row["rows"] or 0) or not lines:
        return None
    for i, name in enumerate(others):
        enough = int(row[f"k{i}"] or 0) >= ALL * lines
        if enough and _seldom_known(opened, sample, log.customer, name):
            notices.append(
                Notice(
                    "customer_by_another",
                    f"{log.customer} is blank on {lines:,} of {int(row['rows']):,} lines looked "
                    f"at: their buyers are told apart by {name}.",
                    lines,
                )
            )
            return name
    return None


def _seldom_known(opened: Opened, sample: ir.Table, customer: str, name: str) -> bool:
    """Return whether who is named on lines without a customer is seldom a customer of others.

    Else the same people would be told apart twice: by their ids, and by this column.
    """
    named = sample.select(who=sample[customer].notnull(), name=sample[name].strip().lower())
    named = named.filter(named["name"].notnull())
    with_id = named.filter(named["who"]).select("name").distinct()
    without = named.filter(~named["who"])
    both = without.semi_join(with_id, "name").aggregate(n=lambda t: t.count())
    row = opened.engine.record(both), opened.engine.record(without.aggregate(n=without.count()))
    return 2 * int(row[0]["n"] or 0) < int(row[1]["n"] or 0)


def _figures(value: ir.Value, sample: ir.Table) -> ir.Value:
    told = {"rows": sample.count(), "known": value.count(), "different": value.nunique()}
    if value.type().is_string():
        told |= {"mails": value.contains("@").sum(), "spaced": value.contains(" ").sum()}
    elif value.type().is_numeric():
        told |= {"low": value.min().cast("float64"), "high": value.max().cast("float64")}
        told["next"] = value.min(where=value > 0).cast("float64")
    return sample.aggregate(**told)


def _counting(row: ResultRow, customers: int) -> bool:
    """Return whether numbers of ``customers`` count from 0 without a gap behind it.

    >>> _counting({"low": 0, "next": 1, "high": 120}, 100)
    True
    >>> _counting({"low": 0, "next": 100, "high": 220}, 100)
    False
    """
    return begins_at_zero(row, customers) and float(row.get("high") or 0) < 3 * customers


def begins_at_zero(row: ResultRow, customers: int) -> bool:
    """Return whether the step from 0 to the next number is no longer than others are.

    >>> begins_at_zero({"low": 0, "next": 1, "high": 11_191}, 2_240)
    True
    >>> begins_at_zero({"low": 0, "next": 1_001, "high": 1_400}, 400)
    False
    """
    if row.get("low") != 0:
        return False
    usual = max(1.0, float(row.get("high") or 0) / max(1, customers))
    return float(row.get("next") or 0) <= GAP * usual


def _largest(sample: ir.Table, log: OrderLog, mail: str | None, called: str | None) -> ir.Table:
    """Return the unnamed and those with most orders: ``who, lines, orders, mails, names, unnamed``.

    ``called`` is a column of names: ``unnamed`` counts the lines on which it says nobody.
    """
    chosen = {"who": sample[log.customer]}
    if log.order is not None:
        chosen["number"] = sample[log.order]
    if mail is not None:
        chosen["mail"] = text(sample[mail]).lower()
    unnamed, name = ibis.literal(False), ibis.null("string")
    if called is not None:
        unnamed = is_nobody(sample[called], ()) & sample[called].notnull()
        name = text(sample[called]).strip().lower()
    lines = sample.select(**chosen, unnamed=unnamed, name=name)
    lines = lines.filter(lines["who"].notnull())
    told = {"lines": lines.count(), "unnamed": lines["unnamed"].sum()}
    told["names"] = lines["name"].nunique()
    told["orders"] = lines["number"].nunique() if log.order is not None else lines.count()
    if mail is not None:
        told["mails"] = lines["mail"].nunique()
    found = lines.group_by("who").aggregate(**told)
    found = found.mutate(total=found["orders"].sum().over(ibis.window()))
    first = (found["unnamed"] > 0).ifelse(0, 1)
    return found.order_by([first, ibis.desc("orders"), "who"]).limit(TOP)


def _by_name(rows: Sequence[ResultRow]) -> list[str]:
    """Return the customers whose name is one of nobody; a guest's own address is somebody's.

    An address is nobody's where it has a share of the orders that no buyer has: the shop's own.
    """
    unnamed = [r for r in rows if int(r["unnamed"] or 0) >= ALL * int(r["lines"])]
    return [
        _plain(r["who"])
        for r in unnamed
        if "@" not in str(r["who"]) or int(r["orders"]) >= IMPOSSIBLE * int(r["total"])
    ]


def _by_share(rows: Sequence[ResultRow], customers: int) -> list[str]:
    if len(rows) < 2 or customers < ENOUGH:
        return []
    first, second = int(rows[0]["orders"]), int(rows[1]["orders"])
    large = first >= IMPOSSIBLE * int(rows[0]["total"]) and first >= TIMES_NEXT * second
    who = _plain(rows[0]["who"])
    person = "@" in who or " " in who  # an address or a name with so many orders is a large buyer
    return [who] if large and not person else []


def _outsized(log: OrderLog, rows: Sequence[ResultRow], customers: int) -> list[Notice]:
    """Return a notice of one with far more orders than anybody else: a large buyer, or nobody."""
    if len(rows) < 2 or customers < ENOUGH:
        return []
    first, second, total = int(rows[0]["orders"]), int(rows[1]["orders"]), int(rows[0]["total"])
    if first < OUTSIZED * total or first < TIMES_OUTSIZED * second:
        return []
    return [
        Notice(
            "outsized buyer",
            f"One {log.customer} has {first:,} of {total:,} orders looked at "
            f"({first / total:.0%}), the next one {second:,}: if that is not one buyer but "
            "stands for guests or walk-ins, clear these cells, or leave the lines out of the file.",
            first,
        )
    ]


def _by_addresses(rows: Sequence[ResultRow]) -> list[str]:
    several = [r for r in rows if int(r["orders"] or 0) > 1]
    own = sum(int(r["mails"] or 0) >= ALL * int(r["orders"]) for r in several)
    if 2 * own > len(several) > 1:  # each order has an address of its own
        return []
    shared = [
        r for r in rows if int(r["mails"] or 0) >= max(SHARED_BY, SHARED * int(r["orders"] or 0))
    ]
    # where most customers have many, the addresses are not the buyers'
    return [_plain(r["who"]) for r in shared] if len(shared) <= max(1, len(rows) // 4) else []


def _several_people(rows: Sequence[ResultRow]) -> bool:
    """Return whether several addresses or names stand under 0, and one under most other ids."""
    under: list[int] = []
    others: list[int] = []
    for row in rows:
        people = max(int(row.get("mails") or 0), int(row["names"] or 0))
        (under if _plain(row["who"]) in NOBODY_NUMBERS else others).append(people)
    alone = sum(people <= 1 for people in others)
    return max(under, default=0) >= SEVERAL_PEOPLE and 2 * alone > len(others)


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lower()


def _notice(log: OrderLog, there: Sequence[ResultRow], rows: int) -> Notice:
    lines = sum(int(r["lines"]) for r in there)
    # an address is nobody's only by the name beside it, and is not repeated in a report
    told = ["an e-mail address" if "@" in str(r["who"]) else repr(str(r["who"])) for r in there]
    shown = ", ".join(told[:3])
    way = (
        f"their buyers are told apart by {log.mail}"
        if log.mail is not None
        else "their orders count as without a customer"
    )
    return Notice(
        "nobody",
        f"{log.customer} {shown} is nobody (guests, walk-ins): {lines:,} lines "
        f"({lines / max(1, rows):.0%} of those looked at); {way}.",
        lines,
    )
