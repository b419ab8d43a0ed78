"""Who is nobody: guests and walk-ins that many buyers share, told by word and by what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from smartcart.layouts import Layout
from smartcart.records import Notice, OrderLog, ResultRow
from smartcart.sources import Opened
from smartcart.tables.nobody import NOBODY_NUMBERS, NOBODY_WORDS, is_nobody
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_ranks import customer_rank

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["one_for_all", "with_nobody"]

TOP = 30  # the customers with most orders that are looked at
SHARED_BY = 10  # different e-mail addresses under one id: nobody
SHARED = 0.3  # of its orders have another address
IMPOSSIBLE = 0.2  # of all orders, and so many times the next one's:
TIMES_NEXT = 10
ENOUGH = 30  # customers from which a share can be impossible
ALL = 0.9  # of the lines under one value: not who bought
MAILS = 0.5  # of the values are e-mail addresses, or names of several words


def one_for_all(opened: Opened, sample: ir.Table, name: str) -> bool:
    """Return whether nearly all lines bear one value: the shop's own, not the buyer's."""
    known = sample.filter(sample[name].notnull())
    counted = known.group_by(value=known[name]).aggregate(n=lambda t: t.count())
    told = counted.aggregate(most=counted["n"].max(), all=counted["n"].sum())
    row = opened.engine.record(told)
    return int(row["most"] or 0) >= ALL * max(1, int(row["all"] or 0))


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
    called = next((c.name for c in found.names if c.name not in {log.customer, log.order}), None)
    rows = opened.engine.records(_largest(sample, log, mail, called))
    rows = sorted(rows, key=lambda r: -int(r["orders"] or 0))
    nobody = list(layout.nobody) if layout is not None else []
    counting = row.get("low") == 0 and float(row.get("high") or 0) < 3 * customers
    if not counting:  # of ids 0, 1, 2, ... the first is a customer like the next
        nobody += NOBODY_NUMBERS
    nobody += _by_share(rows, customers)
    nobody += _by_name(rows)
    if mail is not None:
        nobody += _by_addresses(rows)
    log = replace(log, nobody=tuple(dict.fromkeys(nobody)), mail=mail)
    there = [r for r in rows if _plain(r["who"]) in {*nobody, *NOBODY_WORDS}]
    if value.type().is_numeric():
        there = [r for r in there if _plain(r["who"]) in nobody]
    if there:
        notices.append(_notice(log, there, int(row["rows"] or 0)))
    return log


def _figures(value: ir.Value, sample: ir.Table) -> ir.Value:
    told = {"rows": sample.count(), "known": value.count(), "different": value.nunique()}
    if value.type().is_string():
        told |= {"mails": value.contains("@").sum(), "spaced": value.contains(" ").sum()}
    elif value.type().is_numeric():
        told |= {"low": value.min().cast("float64"), "high": value.max().cast("float64")}
    return sample.aggregate(**told)


def _largest(sample: ir.Table, log: OrderLog, mail: str | None, called: str | None) -> ir.Table:
    """Return the unnamed and those with most orders: ``who, lines, orders, mails, unnamed``.

    ``called`` is a column of names: ``unnamed`` counts the lines on which it says nobody.
    """
    chosen = {"who": sample[log.customer]}
    if log.order is not None:
        chosen["number"] = sample[log.order]
    if mail is not None:
        chosen["mail"] = sample[mail].lower()
    unnamed = ibis.literal(False)
    if called is not None:
        unnamed = is_nobody(sample[called], ()) & sample[called].notnull()
    lines = sample.select(**chosen, unnamed=unnamed)
    lines = lines.filter(lines["who"].notnull())
    told = {"lines": lines.count(), "unnamed": lines["unnamed"].sum()}
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


def _by_addresses(rows: Sequence[ResultRow]) -> list[str]:
    shared = [
        r for r in rows if int(r["mails"] or 0) >= max(SHARED_BY, SHARED * int(r["orders"] or 0))
    ]
    # where most customers have many, the addresses are not the buyers'
    return [_plain(r["who"]) for r in shared] if len(shared) <= max(1, len(rows) // 4) else []


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
