"""What was paid: a total before the money of lines, both before what is not discounted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import permutations

from smartcart.inspection.amounts import Amounts, amounts_of, pieces_among
from smartcart.inspection.desk import HALF, MONEYS, OF_LINE, Desk, Rival, choose_line, listed
from smartcart.inspection.money_notices import beside_discounts, undiscounted
from smartcart.inspection.piece_prices import as_line, as_piece, of_unknown_name
from smartcart.inspection.states import counts_as_sold
from smartcart.layouts import Layout
from smartcart.records import OrderLog
from smartcart.tables.money_ranks import (
    BEFORE_DISCOUNT,
    PAID,
    actually_paid,
    converted,
    is_discount,
    is_fee,
    is_refund,
    money_rank,
    payable,
)
from smartcart.tables.order_candidates import SEVERAL_VALUES, Candidates
from smartcart.tables.order_names import prices_a_piece
from smartcart.tables.order_structure import SEVERAL, Structure
from smartcart.tables.sum_names import of_a_line, to_pay
from smartcart.tables.summary import content_hash
from smartcart.tables.tax_words import tax_rank, taxes_aside
from smartcart.tables.tokens import tokens

__all__ = ["counted_once", "money_of", "refunds_of"]

NUMBERS = 24  # columns of numbers that are compared
COUNTED = 8  # of them among which pieces, price and money are looked for without any name
ENOUGH = 20  # orders of one line, and of several, by which their amounts are compared
GROWS = 1.15  # times: so much larger is the total of orders of several lines at least
SHOPS_CURRENCY = ("base", "basis", "converted", "local", "eur", "usd", "gbp", "chf")
BUYERS_CURRENCY = (
    "purchased",
    "presentment",
    "achete",
    "gekauft",
    "comprado",
    "acquistato",
    "gekocht",
)
ASIDE = 10  # of them that may part two amounts


def money_of(
    desk: Desk,
    log: OrderLog,
    structure: Structure | None,
    found: Candidates,
    layout: Layout | None = None,
) -> OrderLog:
    """Choose what was paid: a total before the money of lines, both before what is undiscounted."""
    pieces = log.unit_price is not None and log.quantity is not None
    if "amount" in desk.said and log.layout is None and log.amount is not None:
        return counted_once(desk, log, structure)
    if "unit_price" in desk.said and log.layout is None and pieces:
        return replace(log, amount=None)
    several = _currencies(desk, log)

    @cache
    def amounts() -> Amounts:
        return amounts_of(desk.opened, desk.sample, log, _numbers(desk, log))

    moneys = [c.name for c in found.moneys[:MONEYS]]
    counts = [] if "amount" in desk.said else [*moneys, log.amount]
    played = {log.customer, log.order, *pieces_among(counts, desk.figures, amounts)}
    moneys = [n for n in moneys if n not in played]  # "Sale #" is no money
    log = replace(log, amount=None) if log.amount in played else log
    names = list(moneys)
    before_paying = set[str]()  # what was to be paid, beside what was paid indeed
    if log.layout is not None and "amount" in desk.said:
        order = names
    else:
        if log.amount is not None and log.amount not in names:
            names.append(log.amount)
        if any(map(actually_paid, names)):
            before_paying = {n for n in names if payable(n) and not actually_paid(n)}
        order = sorted(
            names,
            key=lambda n: (
                _least_filled(desk, structure, n),
                n in before_paying,
                prices_a_piece(n),
                _money_order(n, several),
                money_rank(n) == PAID and not _of_order(structure, n),
                tax_rank(n),
                -desk.beside.get(n, 0) if several else 0,
                not converted(n),
            ),
        )
        if pieces:
            order = [n for n in order if (money_rank(n) or 0) < 2] or order
            before = [n for n in order if money_rank(n) == 2]
            if before and len(before) == len(order):
                order = []  # pieces times price is nearer to what was paid than a subtotal
    if not order:
        if not pieces and log.unit_price is not None and log.amount is None:
            return replace(log, amount=log.unit_price, unit_price=None)
        if not pieces:
            return _priced_by_values(desk, log, amounts())
        log = as_line(desk, counted_once(desk, replace(log, amount=None), structure))
        if log.amount is not None:
            return log
        _reduced(desk, log, amounts())
        desk.notices += undiscounted(desk, log, amounts())
        return log
    if order[0] not in before_paying:
        order = [n for n in order if n not in before_paying]
    log, order = _without_prices(desk, log, order, amounts())
    chosen = _by_values(desk, order[0], order, several, amounts())
    if chosen == log.unit_price:  # the money of the line: no price of one of its pieces
        log, pieces = replace(log, unit_price=None), False
    log = counted_once(desk, replace(log, amount=chosen), structure)
    if log.amount in log.whole_orders and _line_by_line(log, structure):
        # a total does not say what is left of an order of which some lines were cancelled
        lines = [n for n in order if not _of_order(structure, n)]
        if lines:
            chosen = lines[0]
            log = counted_once(desk, replace(log, amount=chosen), structure)
    rest = [name for name in moneys if name not in {*order, log.unit_price}]
    for name in [n for n in order if n != chosen] + rest:
        if is_refund(name) or _with_sums(amounts(), name, log.quantity):
            continue
        other = counted_once(desk, replace(log, amount=name), structure, quiet=True)
        competes = (
            "amount" not in desk.said
            and not (name in before_paying and actually_paid(chosen))
            and _money_order(name, several) == _money_order(chosen, several)
            and not _same_but_tax(name, chosen)
            and not prices_a_piece(name)
            and not _least_filled(desk, structure, name)
            and not _explained(desk, log, structure, name, amounts())
        )
        desk.rivals.append(
            Rival(f"money: {name} for {chosen}", other, log, choose_line(name, "amount"), competes)
        )
    if pieces and "amount" not in desk.said:
        other = replace(
            log, amount=None, whole_orders=tuple(n for n in log.whole_orders if n != chosen)
        )
        desk.rivals.append(
            Rival(
                f"money: {log.quantity} x {log.unit_price} for {chosen}",
                other,
                log,
                choose_line(chosen, "", "dropped"),
            )
        )
    if (by_piece := as_piece(desk, log, [*moneys, *order])) is not log:
        return by_piece
    desk.notices += beside_discounts(log, amounts())
    known = amounts().columns
    lines = [n for n in names if n in known and not _of_order(structure, n)]
    added_up = chosen in known and any(amounts().covers(chosen, n, log.quantity) for n in lines)
    settled = "amount" in desk.said and (layout is None or layout.whose_amount)
    if not added_up and not settled:
        _each_line_alike(desk, log, structure)
    return log


def _without_prices(
    desk: Desk, log: OrderLog, order: list[str], amounts: Amounts
) -> tuple[OrderLog, list[str]]:
    """Return the amounts without one that, times the pieces, is another: a piece costs it."""
    pieces = log.quantity
    if pieces is None or pieces not in amounts.columns or {"amount", "unit_price"} & desk.said:
        return log, order
    for price, money in permutations([n for n in order if n in amounts.columns], 2):
        if amounts.is_product(pieces, price, money):
            log = replace(log, unit_price=log.unit_price or price)
            return log, [n for n in order if n != price]
    return log, order


def _each_line_alike(desk: Desk, log: OrderLog, structure: Structure | None) -> None:
    """Keep, as good, the reading of an amount as each line's own, where it does not add them up.

    A total repeated on the lines of its order grows with them. Where orders of several lines have
    no larger amount on each than orders of one, lines may just cost the same: tickets, say.
    """
    name = log.amount
    if name is None or name not in log.whole_orders or structure is None or log.order is None:
        return
    told = structure.cell(name).told_once or log.order_rows
    if told or not desk.opened.engine.can.hash:
        return
    sold = desk.sample.filter(counts_as_sold(desk.sample, log))  # not what was tried in vain
    every = content_hash(sold, list(desk.figures))
    lines = sold.select(o=sold[log.order], m=sold[name].cast("float64"), c=every)
    lines = lines.filter(lines["o"].notnull() & (lines["m"] > 0))
    found = lines.group_by("o").aggregate(n=lines["c"].nunique(), m=lines["m"].max())  # no copies
    one = found["n"] == 1
    row = desk.opened.engine.record(
        found.aggregate(
            one=one.sum(),
            several=(~one).sum(),
            small=found["m"].mean(where=one),
            large=found["m"].mean(where=~one),
        )
    )
    if min(int(row["one"] or 0), int(row["several"] or 0)) < ENOUGH:
        return
    if float(row["large"]) >= GROWS * float(row["small"]):
        return
    other = replace(log, whole_orders=tuple(n for n in log.whole_orders if n != name))
    desk.rivals.append(
        Rival(
            f"money: {name} of each line for {name} of the order",
            other,
            log,
            choose_line(name, repr(OF_LINE)),
            competes=True,
        )
    )


def _numbers(desk: Desk, log: OrderLog) -> list[str]:
    """Return the columns of numbers that may say something of what was paid."""
    played = {log.customer, log.order}
    return [
        c.name
        for c in desk.figures.values()
        if c.type == "number" and c.present and c.name not in played | desk.dropped
    ][:NUMBERS]


def _aside(names: Sequence[str]) -> list[str]:
    """Return the columns that part two amounts: taxes, shipping, fees and discounts."""
    return [n for n in names if money_rank(n) is None or is_discount(n)][:ASIDE]


def _by_values(
    desk: Desk, chosen: str, order: Sequence[str], several: bool, amounts: Amounts
) -> str:
    """Return the amount that was paid, of those whose names say it as well.

    Of two that differ by a discount it is the smaller, by a tax, shipping or a fee the larger.
    """
    if "amount" in desk.said:
        return chosen
    for name in order:
        alike = _money_order(name, several) == _money_order(chosen, several)
        known = {chosen, name} <= set(amounts.columns)
        if name == chosen or not known or prices_a_piece(name):
            continue
        parts = amounts.parted_by(chosen, name, _aside(list(amounts.columns)))
        if not parts:
            continue
        off = any(sign > 0 and is_discount(part) for part, sign in parts)
        fees = all(sign < 0 and is_fee(part) for part, sign in parts)
        if not (alike or off or fees):
            continue
        # what was paid is after discounts, with taxes and shipping, before fees
        if all((sign > 0) == is_discount(part) for part, sign in parts):
            desk.checks.append(f"{chosen} and {name} differ by {listed([n for n, _ in parts])}")
            chosen = name
    less = chosen in amounts.columns and not to_pay(chosen)
    if less and (found := amounts.without_discount(chosen, _free(amounts))):
        desk.checks.append(f"{found[0]} is {chosen} less {found[1]}")
        chosen = found[0]
    return _before_fees(desk, chosen, amounts)


def _before_fees(desk: Desk, chosen: str, amounts: Amounts) -> str:
    """Return what was paid before a fee, tax or cost was taken off, where every line has one.

    In any language: ``gross = net + fee``. What is taken off some lines only is a discount.
    """
    if chosen not in amounts.columns:
        return chosen
    some = [n for n in amounts.columns if not is_refund(n)]
    whole = [n for n in some if money_rank(n) != BEFORE_DISCOUNT]
    parts = [n for n in some if not is_discount(n) and not prices_a_piece(n)]
    if found := amounts.with_fee(chosen, whole, parts):
        desk.checks.append(f"{found[0]} is {chosen} and {found[1]}, on every line: it was paid")
        return found[0]
    return chosen


def _free(amounts: Amounts) -> list[str]:
    """Return the columns that may be an amount, or what was taken off one."""
    names = [n for n in amounts.columns if money_rank(n) is not None or is_discount(n)]
    return [n for n in names if not prices_a_piece(n)]


def _with_sums(amounts: Amounts, name: str, pieces: str | None) -> bool:
    """Return whether rows of orders hold the sum of their other rows: added up it counts twice."""
    if name not in amounts.columns:
        return False
    return amounts.sums_itself(name, pieces if pieces in amounts.columns else None)


def _explained(
    desk: Desk, log: OrderLog, structure: Structure | None, name: str, amounts: Amounts
) -> bool:
    """Return whether an amount tells the same money as the chosen one: it needs no question."""
    chosen = log.amount
    if chosen is None or not {chosen, name} <= set(amounts.columns):
        return False
    if _of_order(structure, name) != _of_order(structure, chosen):
        total, line = (name, chosen) if _of_order(structure, name) else (chosen, name)
        return amounts.covers(total, line, log.quantity)
    parts = amounts.parted_by(chosen, name, _aside(list(amounts.columns)))
    if parts is None:
        less = amounts.without_discount(name, _free(amounts))
        return less is not None and less[0] == chosen
    if parts:
        desk.checks.append(f"{chosen} and {name} differ by {listed([n for n, _ in parts])}")
    return True


def _priced_by_values(desk: Desk, log: OrderLog, amounts: Amounts) -> OrderLog:
    """Find the price of a piece and the money of a line where no name says either."""
    if log.amount or log.unit_price:
        return log
    if log.quantity is None:
        return _counted_by_values(desk, log, amounts)
    free = [n for n in amounts.columns if n != log.quantity and money_rank(n) is not None]
    for price, money in permutations(free, 2):
        whole = amounts.is_product(log.quantity, price, money)
        if whole or amounts.is_reduced(log.quantity, price, money):
            less = "" if whole else ", less something on some lines"
            desk.checks.append(f"{money} is {log.quantity} times {price}{less}")
            return replace(log, unit_price=price, amount=money)
    return of_unknown_name(desk, log, free)


def _counted_by_values(desk: Desk, log: OrderLog, amounts: Amounts) -> OrderLog:
    """Find pieces, price and money where no name says any: whole numbers times one make another."""
    free = [n for n in amounts.columns if money_rank(n) is not None][:COUNTED]
    whole = [n for n in free if desk.figures[n].whole]
    for pieces in whole:
        for price, money in permutations([n for n in free if n != pieces], 2):
            if amounts.is_product(pieces, price, money):
                desk.checks.append(f"{money} is {pieces} times {price}")
                return replace(log, quantity=pieces, unit_price=price, amount=money)
    return log


def _reduced(desk: Desk, log: OrderLog, amounts: Amounts) -> None:
    """Keep an amount that no name explains, and that is pieces times price less something."""
    if log.quantity is None or log.unit_price is None or "unit_price" in desk.said:
        return
    for name in amounts.columns:
        if name in {log.quantity, log.unit_price} or money_rank(name) is None:
            continue
        if prices_a_piece(name):
            continue
        if amounts.is_reduced(log.quantity, log.unit_price, name):
            desk.rivals.append(
                Rival(
                    f"money: {name} for {log.quantity} x {log.unit_price}",
                    replace(log, amount=name),
                    log,
                    choose_line(name, "amount"),
                    competes=True,
                )
            )


def _line_by_line(log: OrderLog, structure: Structure | None) -> bool:
    """Return whether lines of one order differ in whether they were sold.

    What differs in most orders says what kind of row each is: an item, its discount, a payment.
    """
    if structure is None or log.row_type is not None:
        return False
    names = [*([log.status] if log.status else []), *(s.column for s in log.states)]
    cells = [structure.cell(n) for n in names]
    return any(c.many >= SEVERAL and not c.constant and 2 * c.same >= c.many for c in cells)


def _of_order(structure: Structure | None, name: str) -> bool:
    return structure is not None and structure.cell(name).of_order


def _money_order(name: str, several: bool) -> tuple[bool, int]:
    rank = money_rank(name)
    return several and not converted(name), 9 if rank is None else rank


def _least_filled(desk: Desk, structure: Structure | None, name: str) -> bool:
    """Return whether an amount is missing on most lines, and on most orders."""
    if structure is not None and structure.orders:
        cell = structure.cell(name)
        having = cell.some + max(0, cell.known - cell.some)
        return having < HALF * structure.orders
    return desk.beside.get(name, 0) < HALF * desk.money


def _same_but_tax(one: str, other: str) -> bool:
    """Return whether two names differ in what they say of taxes, or in a currency, only."""
    aside = {*SHOPS_CURRENCY, *BUYERS_CURRENCY}
    words = [
        [w for w in taxes_aside(tokens(name)).split() if w not in aside] for name in (one, other)
    ]
    if words[0] == words[1] or [] in words:  # "Netto" beside any total
        return True
    taxed = any(taxes_aside(tokens(n)) != tokens(n) for n in (one, other))
    return taxed and bool(set(words[0]) & set(words[1]))


def counted_once(
    desk: Desk, log: OrderLog, structure: Structure | None, *, quiet: bool = False
) -> OrderLog:
    """Say of the amount whether it stands for the whole order, and so counts once."""
    rest = tuple(n for n in log.whole_orders if n != log.amount)
    log = replace(log, whole_orders=rest)
    if log.amount is None or structure is None:
        return log
    cell = structure.cell(log.amount)
    if log.amount in desk.of_lines:
        return log
    if not cell.of_order and not log.order_rows:
        return log
    figures = desk.figures[log.amount]
    if of_a_line(log.amount) and figures.low == figures.high and not cell.told_once:
        return log  # equal on the lines of an order, as on all: that does not make it a total
    if not quiet and cell.of_order:
        where = "one line" if cell.told_once else "every line"
        desk.checks.append(f"{log.amount} stands for the order, on {where} of it: it counts once")
    return replace(log, whole_orders=(*rest, log.amount))


def _currencies(desk: Desk, log: OrderLog) -> bool:
    """Return whether the log has amounts in several currencies."""
    return log.currency is not None and desk.figures[log.currency].distinct > 1


def refunds_of(log: OrderLog, structure: Structure | None, found: Candidates) -> OrderLog:
    """Name the column of money given back, and the days that say that an order was cancelled."""
    refunds = [c for c in found.refunds if c.name != log.amount and (c.high or 0) != (c.low or 0)]
    if log.amount is not None:
        refunds.sort(key=lambda c: converted(c.name) != converted(log.amount or ""))
    told = log.cancelled or any(state.cancelled for state in log.states)
    dates = tuple(
        c.name
        for c in found.cancelled_on
        if c.name != log.date and not (told and c.type != "date" and c.distinct <= SEVERAL_VALUES)
    )
    log = replace(log, cancelled_on=dates)
    if not refunds:
        return log
    name = refunds[0].name
    log = replace(log, refunded=name)
    whole = structure is not None and (
        structure.cell(name).of_order or log.amount in log.whole_orders
    )
    return replace(log, whole_orders=(*log.whole_orders, name)) if whole else log
