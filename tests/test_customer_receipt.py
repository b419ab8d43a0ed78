"""The receipt of a table of customers: who of them bought, and the latest day of a purchase."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.report import receipt as in_words

ROWS = 120
N = np.arange(ROWS)
BOUGHT = N % 4 > 0
ORDERS = np.where(BOUGHT, N % 5 + 1, 0)
SPEND = np.where(BOUGHT, (ORDERS * (20 + N * 1.37)).round(2), 0.0)
JOINED = pd.Timestamp("2023-01-01") + pd.to_timedelta(N * 3 % 700, "D")
LAST = pd.Timestamp("2024-05-01") + pd.to_timedelta(N * 7 % 200, "D")


def customers(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"Email": [f"p{i}@example.com" for i in N]} | columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"Number of Orders": ORDERS, "Total spent": SPEND},
        {"Number of Orders": ORDERS, "Sessions": N % 9},
        {"Total spent": np.where(BOUGHT, SPEND, np.nan), "Sessions": N % 9},
        {"Web orders": ORDERS // 2, "Store orders": ORDERS - ORDERS // 2, "Total spent": SPEND},
        {"Wine spend": SPEND // 2, "Fish spend": SPEND - SPEND // 2, "Sessions": N % 9},
    ],
)
def test_who_bought_is_told_by_orders_or_else_by_spend(columns: dict[str, object]) -> None:
    seen = smartcart.check(customers(**columns))
    assert (seen.receipt.customers, seen.receipt.buyers) == (ROWS, BOUGHT.sum())
    assert f"{ROWS} customers ({BOUGHT.sum()} of them bought)" in in_words.headline(seen.receipt)


def test_who_bought_is_not_told_where_all_did_or_nothing_tells() -> None:
    seen = smartcart.check(customers(**{"Number of Orders": N % 5 + 1, "Sessions": N % 9}))
    assert seen.receipt.buyers == ROWS
    assert "bought" not in in_words.headline(seen.receipt)
    assert smartcart.check(customers(Sessions=N % 9, Clicks=N % 7)).receipt.buyers is None


def test_purchases_through_channels_add_up_to_orders() -> None:
    seen = smartcart.check(customers(**{"Web orders": ORDERS, "Store orders": N % 3}))
    assert seen.receipt.orders == ORDERS.sum() + (N % 3).sum()
    assert seen.receipt.columns["orders"] == "Web orders + Store orders"


def test_the_last_day_is_one_of_a_purchase() -> None:
    known = {"Total spent": SPEND, "Sessions": N % 9, "Sign up date": JOINED}
    seen = smartcart.check(customers(**known, **{"Last order": LAST}))
    assert seen.receipt.last_day == LAST.max().date()
    late = JOINED + pd.Timedelta(900, "D")  # who joined after the last purchase
    seen = smartcart.check(customers(**{**known, "Sign up date": late, "Last order": LAST}))
    assert seen.receipt.last_day == LAST.max().date()
    assert seen.contract.as_of == late.max().date()  # the data's own latest day
    seen = smartcart.check(customers(**known, **{"Last seen": LAST}))
    assert seen.receipt.last_day == LAST.max().date()
    early = smartcart.check(
        customers(**known, **{"Last order": LAST}), as_of=pd.Timestamp("2024-06-01").date()
    )
    assert early.receipt.last_day == LAST[pd.Timestamp("2024-06-01") >= LAST].max().date()


@pytest.mark.parametrize("dated", [True, False])
def test_a_sign_up_is_no_last_day_and_is_told_where_days_are_counted_to_it(dated: bool) -> None:
    table = customers(**{"Total spent": SPEND, "Sessions": N % 9, "Sign up date": JOINED})
    seen = smartcart.check(table.assign(**{"Last order": LAST}) if dated else table)
    told = [n.message for n in seen.notices if n.code == "as of a sign-up"]
    assert bool(told) is not dated
    if not dated:
        assert seen.receipt.last_day is None
        assert str(JOINED.max().date()) in told[0]
        said = smartcart.check(table, as_of=pd.Timestamp("2025-01-01").date())
        assert not [n for n in said.notices if n.code == "as of a sign-up"]
