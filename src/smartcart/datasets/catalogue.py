"""What the synthetic shop of the order log sells, and the words of its columns."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CATEGORIES",
    "CHANNELS",
    "COUNTRIES",
    "COUNTRY_SHARES",
    "DISCOUNTS",
    "DISCOUNT_SHARES",
    "PER_CATEGORY",
    "QUANTITIES",
    "QUANTITY_SHARES",
    "STATUSES",
    "prices",
    "product_codes",
]

PER_CATEGORY = 96
CATEGORIES = ("Beauty", "Books", "Electronics", "Fashion", "Garden", "Home", "Kitchen", "Toys")
MIDDLE_PRICES = (14, 12, 70, 34, 22, 26, 19, 16)
CHANNELS = ("web", "app", "store")
STATUSES = ("completed", "cancelled", "returned")
COUNTRIES = ("Germany", "France", "Netherlands", "Austria", "Spain", "Italy", "Poland", "Sweden")
COUNTRY_SHARES = (0.46, 0.16, 0.10, 0.09, 0.07, 0.06, 0.04, 0.02)
DISCOUNTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
DISCOUNT_SHARES = (0.0, 0.08, 0.24, 0.16, 0.22, 0.10, 0.11, 0.06, 0.03)  # of discounted lines
QUANTITIES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 24)
QUANTITY_SHARES = (0.70, 0.15, 0.05, 0.03, 0.015, 0.025, 0.006, 0.012, 0.008, 0.004)


@cache
def prices() -> NDArray[np.float64]:
    """Return the price of each product: 96 per category, ascending, from a fifth to five times.

    >>> len(prices()) == 8 * 96, float(prices().min()) > 1
    (True, True)
    """
    spread = np.exp(np.linspace(-1.6, 1.6, PER_CATEGORY))
    raw = np.outer(MIDDLE_PRICES, spread).ravel()
    whole = np.where(raw < 20, np.ceil(raw * 10) / 10, np.ceil(raw))
    return np.asarray(np.round(whole - 0.01, 2))


@cache
def product_codes() -> tuple[str, ...]:
    """Return a code for each product that tells nothing of its price.

    >>> product_codes()[0], len(set(product_codes())) == len(prices())
    ('P1217', True)
    """
    count = prices().size
    return tuple(f"P{1_000 + (i * 305 + 217) % count}" for i in range(count))
