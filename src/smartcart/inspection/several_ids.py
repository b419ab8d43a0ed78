"""A buyer under several ids: a shop that makes one at each checkout of a guest, say."""

from __future__ import annotations

from dataclasses import replace

from smartcart.inspection.buyers import masked, one_for_all, who_come_again
from smartcart.inspection.desk import Desk, choose_line
from smartcart.inspection.namesakes import filled, holds_names, pairs_of
from smartcart.records import Notice, OrderLog
from smartcart.tables.buyer_ranks import is_mail
from smartcart.tables.order_candidates import Candidates
from smartcart.tables.order_structure import Structure

__all__ = ["of_one_address"]

FULL = 0.9  # of the lines have an address
SEVERAL = 0.1  # of the addresses stand beside several ids: fewer people registered again
SHARED = 0.01  # of the ids, at most, stand beside several addresses


def of_one_address(
    desk: Desk, log: OrderLog, structure: Structure | None, found: Candidates
) -> OrderLog:
    """Return the log by the e-mail address where many addresses have several ids each.

    An id stands beside one address then, so that the address joins what the ids part.
    """
    customer = desk.figures[log.customer]
    told = "customer" in desk.said and log.layout is None
    if told or log.fill == "group" or holds_names(customer) or is_mail(log.customer):
        return log
    for column in found.mails:
        name = column.name
        if name == log.customer or name in desk.dropped or column.distinct >= customer.distinct:
            continue
        if filled(desk, structure, column) < FULL:
            continue
        pairs = pairs_of(desk, name, log.customer)
        split = pairs.several_keys >= SEVERAL * pairs.names
        if not split or pairs.several_names > SHARED * pairs.keys:
            continue
        if masked(desk.opened, desk.sample, name) or one_for_all(desk.opened, desk.sample, name):
            continue
        if who_come_again(desk, replace(log, customer=name), [log.customer]):
            continue
        desk.notices.append(
            Notice(
                "several ids",
                f"{pairs.several_keys:,} of {pairs.names:,} {name} have several {log.customer} "
                f"(in the lines looked at), as where an id is made at each checkout: {name} tells "
                f"buyers apart. {choose_line(log.customer, 'customer')} reads by {log.customer}.",
                pairs.several_keys,
            )
        )
        return replace(log, customer=name, mail=log.customer, unnamed_by_mail=True, joined=True)
    return log
