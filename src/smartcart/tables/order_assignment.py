"""A saved model of an order log as a chain of named tables: from the shop's lines to a segment.

The steps are the expressions by which the log itself was added up (:mod:`smartcart.tables.orders`),
over columns that are read as every engine's own cells; the rules that take a line are written out,
one column each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from smartcart.errors import DataError
from smartcart.records import Model, OrderLog, Rfm
from smartcart.tables import held_back, orders
from smartcart.tables.assignment import (
    SOURCE,
    TYPES,
    Cell,
    Step,
    StepChain,
    numbers_to_pick,
    plain_names,
    reading_contract,
)
from smartcart.tables.order_lines import LineColumns
from smartcart.tables.order_lines import cells as cells_of

__all__ = ["order_steps"]

Kind = Literal["number", "boolean", "date", "text", "id number", "id text"]
PARTS = {
    "customer": "who",
    "order": "which_order",
    "quantity": "pieces",
    "product": "article",
    "amount": "money",
    "paid": "paid",
    "refund": "given_back",
    "returned": "sent_back",
    "other": "no_line",
}
"""What the parts of a line are called in the step that has them side by side."""


def order_steps(
    model: Model, log: OrderLog, taken: Collection[str] = (), rfm: Rfm | None = None
) -> tuple[Step, ...]:
    """Return the steps from order lines to ``customer_id, segment_id, segment, distance,
    confidence``, with RFM digits after them where ``rfm`` holds their cuts.

    Parameters
    ----------
    log : that of the model with the parts that its features need.
    taken : names that no step may have, such as that of the user's table.

    Raises
    ------
    DataError
        Where the log is read by something that a query does not have; see :func:`_refuse`.
    """
    _refuse(log)
    as_of = model.contract.as_of
    names = log.parts
    kinds = {c.name: c.type for c in log.columns}
    given = [_kind(log, name, kinds.get(name, "text")) for name in names]
    sources = [model.contract.source_names.get(name, name) for name in names]
    plain = plain_names(names, ["customer_id", *PARTS.values()], sources)
    read = tuple(map(Cell, sources, plain, given))
    chain = StepChain({name.casefold() for name in taken})
    table = chain.add(
        "typed",
        ibis.table({cell.name: TYPES[cell.kind] for cell in read}, name=SOURCE),
        "the columns that the model reads, as numbers, days and texts",
        cells=read,
    )
    log = _renamed(log, dict(zip(names, plain, strict=True)))
    truths = {
        cell.name: _truth(table[cell.name], log, cell.name)
        for cell in read
        if cell.kind == "boolean"
    }
    told = cells_of(table.mutate(**truths) if truths else table, log)
    table = chain.add(
        "cells",
        _columns(told, log),
        "who bought what and for how much, on every line",
        whole=True,
    )
    told = replace(
        told,
        table=table,
        **{part: table[name] for part, name in PARTS.items() if name in table.columns},
    )
    table = chain.add(
        "order_lines",
        _lean(orders.marked_lines(told, log, as_of), log),
        "money in millionths, so that sums are exact, and the rules that hold",
        {f"is_{i}": rule.sentence for i, rule in enumerate(orders.RULES, 1)},
        whole=True,
    )
    marked = chain.add(
        "ruled_lines",
        orders.ruled(table),
        "the first rule that holds takes the line; 0 is a sale",
        whole=True,
    )
    table = chain.add(
        "sold_orders", orders.orders(marked, log), "a row per customer and order", whole=True
    )
    when = chain.add(
        "rhythms",
        orders.rhythm(table, log),
        "a row per customer: how often, when, how far apart",
        whole=True,
    )
    spent = chain.add(
        "spending",
        orders.spending(marked, log, as_of),
        "a row per customer: its lines added up",
        whole=True,
    )
    added = chain.add(
        "added_up",
        orders.customers(when, spent, log, as_of),
        "measures of every customer",
        whole=True,
    )
    sold = held_back.with_alive(added, log)
    customers = chain.add(
        "buyers",
        sold.filter(sold["frequency"] > 0),
        "customers with a completed order",
        whole=True,
    )
    contract = reading_contract(model, customers.columns)
    steps = numbers_to_pick(chain, customers, contract, model.recipe.features, model, ())
    if rfm is None or not set(rfm.columns) <= set(customers.columns):
        return tuple(steps)
    return (*steps[:-1], *_with_digits(steps[-1], customers, rfm, chain))


def _refuse(log: OrderLog) -> None:
    """Refuse a log whose reading needs what a table in a database does not have.

    Raises
    ------
    DataError
        Lines in an order, duplicates of whole lines, or the one line that carries an order's money.
    """
    why = ""
    if log.fill in {"down", "group"}:
        why = "fills cells from the line above, and lines of a table in SQL have no order"
    elif log.drop_duplicates:
        why = "drops duplicate lines, which are told by how a file is read"
    elif log.whole_orders and (log.category or log.channel or log.discount):
        why = (
            "has money of whole orders and shares of it by line, and which line carries it is told "
            "by their order"
        )
    if why:
        raise DataError.of(
            f"the reading of this order log {why}: it cannot be written as SQL",
            "a log that tells every line of an order by itself",
            "assign with 'smartcart score', which also reads databases",
        )


def _kind(log: OrderLog, name: str, told: str) -> Kind:
    """Return how a column is read: by its part, then by the type that it had."""
    if name == log.customer:
        return "id number" if told == "number" else "id text"
    if name in {log.quantity, log.unit_price, log.amount, log.refunded}:
        return "boolean" if told == "boolean" else "number"
    if told in {"boolean", "date"}:
        return told  # type: ignore[return-value]
    as_number = name == log.discount or (name == log.status and not (log.cancelled or log.returned))
    if told == "number":  # a code is compared as text
        return "number" if as_number else "id text"
    return "text"


def _truth(value: ir.Value, log: OrderLog, name: str) -> ir.Value:
    """Return a column of 1 and 0 as truth values, or as their words where they are compared."""
    if name in {log.quantity, log.unit_price, log.amount, log.refunded}:
        return value
    if name == log.discount or (name == log.status and not (log.cancelled or log.returned)):
        return value != 0
    return (value != 0).ifelse("true", "false")


def _renamed(log: OrderLog, plain: Mapping[str, str]) -> OrderLog:
    """Return the log with the names of the first step."""

    def one(name: str | None) -> str | None:
        return None if name is None else plain[name]

    def each(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(plain[name] for name in names if name in plain)

    return replace(
        log,
        customer=plain[log.customer],
        order=one(log.order),
        date=one(log.date),
        quantity=one(log.quantity),
        unit_price=one(log.unit_price),
        amount=one(log.amount),
        discount=one(log.discount),
        product=one(log.product),
        category=one(log.category),
        channel=one(log.channel),
        status=one(log.status),
        given=one(log.given),
        mail=one(log.mail),
        refunded=one(log.refunded),
        row_type=one(log.row_type),
        columns=(),
        states=tuple(replace(s, column=plain[s.column]) for s in log.states),
        cancelled_on=each(log.cancelled_on),
        paid_on=each(log.paid_on),
        whole_orders=each(log.whole_orders),
        filled=each(log.filled),
    )


def _columns(told: LineColumns, log: OrderLog) -> ir.Table:
    """Return the parts of every line, and the columns that the rules read."""
    read = [
        log.date,
        log.unit_price,
        log.discount,
        log.category,
        log.channel,
        log.status,
        *(state.column for state in log.states),
        *log.cancelled_on,
        *log.paid_on,
    ]
    found = {PARTS[part]: getattr(told, part) for part in PARTS}
    if told.order is None:
        del found[PARTS["order"]]
    beside = dict.fromkeys(name for name in read if name is not None)
    if log.lettered and log.order is not None:
        beside[log.order] = None
    if log.voided:
        beside["__void__"] = None
    return told.table.select(**found, **{name: told.table[name] for name in beside})


def _lean(told: ir.Table, log: OrderLog) -> ir.Table:
    """Return the lines without columns that nothing reads, and rules that never hold."""
    parts = {
        "product": log.product,
        "category": log.category,
        "channel": log.channel,
        "discounted": log.discount,
        "quantity": log.quantity,
        "refund": orders.has_money(log) or None,
    }
    unread = {name for name, part in parts.items() if part is None}
    values = told.op().values
    never = {
        name
        for name, value in values.items()
        if name.startswith("is_") and not value.find(ops.Field)
    }
    read = [name for name in told.columns if name not in unread | never]
    rules = sorted((name for name in read if name.startswith("is_")), key=lambda n: int(n[3:]))
    return told.select(*(name for name in read if name not in rules), *rules)


def _with_digits(last: Step, customers: ir.Table, rfm: Rfm, chain: StepChain) -> tuple[Step, ...]:
    """Return the last step under a name, and one that puts the digits beside it."""
    found = chain.add(
        "segmented",
        last.table,
        "the segment of every customer",
        reads=last.reads,
        makes=last.makes,
    )
    named = chain.steps[-1]
    who = customers.select(
        buyer=customers["customer_id"],
        recency_days=customers[rfm.columns[0]],
        frequency=customers[rfm.columns[1]],
        monetary_total=customers[rfm.columns[2]],
    )
    both = found.join(who, found["customer_id"] == who["buyer"]).drop("buyer")
    r = rfm.bins + 1 - _digit(both["recency_days"], rfm.recency_cuts, missing=rfm.bins)
    f = _digit(both["frequency"], rfm.frequency_cuts)
    m = _digit(both["monetary_total"], rfm.monetary_cuts)
    table = both.mutate(r=r, f=f, m=m)
    table = table.mutate(rfm_score=table["r"] * 100 + table["f"] * 10 + table["m"])
    return named, Step("", table, "", whole=True)


def _digit(value: ir.Value, cuts: Sequence[float], missing: int = 1) -> ir.Value:
    """Return 1 plus the number of cuts below a value."""
    number = value.cast("float64")
    highest = sorted(cuts, reverse=True)
    return ibis.cases(
        (number.isnull(), missing),
        *((number > cut, len(cuts) + 1 - i) for i, cut in enumerate(highest)),
        else_=1,
    )
