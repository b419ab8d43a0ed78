"""Known exports of shop platforms, as data: a row each, which wins over guesses.

A new platform is one row in the file of its kind (:mod:`~smartcart.layouts.shops`,
:mod:`~smartcart.layouts.marketplaces`, :mod:`~smartcart.layouts.payments`,
:mod:`~smartcart.layouts.tills`, :mod:`~smartcart.layouts.bookings`,
:mod:`~smartcart.layouts.marketing`) and one test.
"""

from __future__ import annotations

from collections.abc import Sequence

from smartcart.layouts.bookings import BOOKINGS
from smartcart.layouts.layout import Layout, column_key, present
from smartcart.layouts.marketing import MARKETING
from smartcart.layouts.marketplaces import MARKETPLACES
from smartcart.layouts.payments import PAYMENTS
from smartcart.layouts.shops import SHOPS
from smartcart.layouts.tills import TILLS

__all__ = ["LAYOUTS", "Layout", "column_key", "find_layout", "present"]

LAYOUTS: tuple[Layout, ...] = (*SHOPS, *MARKETPLACES, *PAYMENTS, *TILLS, *BOOKINGS, *MARKETING)


def find_layout(columns: Sequence[str]) -> Layout | None:
    """Return the layout of a table with these columns; of several, the one that asks for most.

    >>> find_layout(["a", "b"]) is None
    True
    """
    found = [layout for layout in LAYOUTS if layout.matches(columns)]
    return max(found, key=lambda one: len(one.signature) + len(one.absent), default=None)
