"""What is known of one export of one platform: a row of the table of layouts."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Layout", "column_key", "present"]

LayoutKind = Literal["orders", "customers", "nobody"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One export: how it is recognised, and which column is what.

    Names of columns are compared without case, accents, blanks and signs. Where several columns
    are named for a part, the first that is there is taken (of ``customer``: the first that is
    mostly filled). What the layout does not name is found by words and structure as in any file,
    and what it names must pass the same checks.

    Attributes
    ----------
    name : a word for configuration and receipts: ``shopify_orders``.
    platform, export : in words, for people.
    kind : ``orders``, ``customers``, or ``nobody``: lines of orders that say nothing of the buyer,
        which are refused.
    signature : columns that must all be there; ``absent`` those that must not.
    customer_if_full : says who bought instead of ``customer``, where nearly all sold lines have it.
    paid : money of the order or the line after discounts, by preference.
    states : per column its values, without regard to case, that say sold, cancelled, returned (in
        full), unpaid or other (no sale); values that are not listed are read by their words.
    paid_on : days of payment that the platform itself writes: an order without one was not paid,
        where most have it.
    row_type : tells rows of orders (``order_rows``), of their lines (``line_rows``) and others
        apart.
    nobody : customers that stand for nobody, in lower case.
    roles : of a table of customers: per column its role and meaning.
    days : forms of the day, as examples.
    thousands : the sign that parts thousands, where a number alone would not tell: ``"."``.
    source : where the header was seen; ``confirmed`` says that it was seen there whole.
    """

    name: str
    platform: str
    export: str
    kind: LayoutKind
    signature: tuple[str, ...]
    absent: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    customer_if_full: str = ""
    mail: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    day: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()
    quantity: tuple[str, ...] = ()
    unit_price: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    discount: tuple[str, ...] = ()
    refunded: tuple[str, ...] = ()
    cancelled_on: tuple[str, ...] = ()
    paid_on: tuple[str, ...] = ()
    states: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    row_type: str = ""
    order_rows: tuple[str, ...] = ()
    line_rows: tuple[str, ...] = ()
    whose_amount: bool = True  # False: nobody says whether the amount is the order's or the line's
    grouped: bool = False  # the customer stands on a row above its lines
    nobody: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)  # column -> role, or role:meaning
    days: tuple[str, ...] = ()
    thousands: str = ""
    structure: str = ""  # in words, for people
    source: str = ""
    confirmed: bool = False

    def matches(self, columns: Iterable[str]) -> bool:
        """Return whether a table with these columns is this export."""
        keys = {column_key(name) for name in columns}
        return all(column_key(n) in keys for n in self.signature) and not any(
            column_key(n) in keys for n in self.absent
        )


@functools.lru_cache(maxsize=65_536)  # each table is compared with the columns of every layout
def column_key(name: str) -> str:
    """Return what is compared of a column's name.

    >>> column_key("Order Total (inc. tax)") == column_key("order total inc tax")
    True
    """
    text = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in text if not unicodedata.combining(c)))


def present(wanted: Sequence[str], columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of a table that are named in ``wanted``, in its order.

    >>> present(("Total", "Grand Total"), ["grand_total", "Id"])
    ('grand_total',)
    """
    there: dict[str, str] = {}
    for name in columns:
        there.setdefault(column_key(name), name)
    found = (there.get(column_key(name)) for name in wanted)
    return tuple(dict.fromkeys(name for name in found if name is not None))
