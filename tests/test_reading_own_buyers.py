"""Addresses made for each order, rows that are no customers, kinds of rows, two currencies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError, ReadingQuestion
from test_reading import ORDERS, PEOPLE, TRUTH, orders, told, two_lines

N = np.arange(ORDERS)
PERSON = N % PEOPLE
NAMES = {"number": "Order ID", "mail": "Email", "day": "Order Date", "total": "Total"}
FULL = [f"Ada Birch{chr(97 + i)}" for i in range(PEOPLE)]


def relayed(many: int) -> pd.DataFrame:
    """A log of a marketplace: the first ``many`` orders have an address of their own."""
    t = orders().drop(columns="who").rename(columns=NAMES)
    own = [f"x{i:05d}@relay.example" for i in N]
    t["Email"] = np.where(many > N, own, t["Email"])
    return t


# Addresses made for each order -----------------------------------------------------------------


def test_addresses_of_one_order_each_are_asked_about_beside_names_that_come_again() -> None:
    table = relayed(ORDERS).assign(**{"Buyer Name": [FULL[i] for i in PERSON]})
    with pytest.raises(ReadingQuestion, match=r"from Email .* or from Buyer Name"):
        smartcart.check(table)
    assert told(table, roles={"Buyer Name": {"meaning": "customer"}}) == TRUTH
    mine = told(table, roles={"Email": {"meaning": "customer"}})
    assert mine == (ORDERS, ORDERS, TRUTH[2])


def test_addresses_of_one_order_each_are_asked_about_where_no_name_comes_again() -> None:
    with pytest.raises(ReadingQuestion, match="each order has one of its own"):
        smartcart.check(relayed(ORDERS))
    kept = told(relayed(ORDERS), roles={"Email": {"meaning": "customer"}})
    assert kept == (ORDERS, ORDERS, TRUTH[2])


@pytest.mark.parametrize("names", [True, False])
def test_addresses_that_come_again_tell_who_bought(names: bool) -> None:
    table = relayed(ORDERS // 2)
    if names:
        table["Buyer Name"] = [FULL[i] for i in PERSON]
    receipt = smartcart.check(table).receipt
    assert receipt.columns["customer"] == "Email"


def test_names_that_come_again_no_more_than_namesakes_do_are_no_question() -> None:
    table = relayed(ORDERS).assign(**{"Buyer Name": [f"Ada Birch{i - i % 7}" for i in N]})
    few = table.assign(**{"Buyer Name": [f"Ada Birch{i - (i % 9 == 1)}" for i in N]})
    with pytest.raises(ReadingQuestion, match="Buyer Name"):
        smartcart.check(table)
    with pytest.raises(ReadingQuestion, match="each order has one of its own"):
        smartcart.check(few)


def test_accounts_made_for_each_order_are_joined_by_addresses() -> None:
    table = orders().rename(columns=NAMES).drop(columns="who")
    table["Customer ID"] = N + 70_000
    joined = smartcart.check(table)
    assert joined.receipt.customers == PEOPLE
    assert "several ids" in {n.code for n in joined.notices}
    blank = table.assign(Email=table["Email"].where(N % 12 > 0))
    assert smartcart.check(blank).receipt.customers == PEOPLE + ORDERS // 12
    alone = smartcart.check(table.drop(columns="Email"))
    assert alone.receipt.customers == ORDERS  # its name is believed, and what it means is told
    assert "no repeat buyers" in {n.code for n in alone.notices}


# Rows of a customer ----------------------------------------------------------------------------


def by_customer(twice: bool) -> pd.DataFrame:
    """The Shopify report of sales by customer; ``twice``: some have a row for their first order."""
    t = pd.DataFrame(
        {
            "Customer name": FULL,
            "Customer email": [f"c{i:02d}@example.com" for i in range(PEOPLE)],
            "New or returning customer": "Returning",
            "Orders": np.arange(PEOPLE) % 5 + 1,
            "Gross sales": np.arange(PEOPLE) * 3.5 + 20,
            "Discounts": 0.0,
            "Returns": 0.0,
            "Net sales": np.arange(PEOPLE) * 3.5 + 20,
            "Shipping charges": 4.9,
            "Taxes": 2.0,
            "Total sales": np.arange(PEOPLE) * 3.5 + 26.9,
        }
    )
    first = t.assign(**{"New or returning customer": "First-time", "Orders": 1})
    return pd.concat([t, first.head(PEOPLE // 2)], ignore_index=True) if twice else t


def test_rows_of_the_same_customers_are_asked_about_in_a_known_layout_too() -> None:
    seen = smartcart.check(by_customer(twice=False))
    assert (seen.receipt.layout, seen.receipt.customers) == ("shopify_sales_by_customer", PEOPLE)
    with pytest.raises(ReadingQuestion, match="several rows per customer"):
        smartcart.check(by_customer(twice=True))


# Kinds of rows within an order -----------------------------------------------------------------


def kinds(row: str, states: str) -> pd.DataFrame:
    """Orders of an item, its discount and a payment; the total is on every row."""
    lines = two_lines().drop(columns=["first", "line", "who", "sku"]).rename(columns=NAMES)
    item = (lines.index % 2 == 0).astype(bool)
    lines[row] = np.where(item, "Line Item", "Transaction")
    lines.loc[lines.index % 26 == 1, row] = "Refund Line"
    lines["Line: Total"] = np.where(item, lines["Total"] + 1, np.nan)
    lines[states] = np.where(item, "paid", None)
    return lines


def test_the_total_of_an_order_is_paid_whatever_kinds_of_rows_it_has() -> None:
    receipt = smartcart.check(kinds("Line: Type", "Transaction: Status")).receipt
    assert receipt.columns["money"] == "Total"
    assert (receipt.orders, round(receipt.revenue, 2)) == (TRUTH[0], TRUTH[2])


def test_lines_of_which_some_were_cancelled_are_added_up_by_themselves() -> None:
    lines = two_lines().drop(columns=["first", "who", "sku"]).rename(columns=NAMES)
    lines = lines.rename(columns={"line": "Line Total"})
    lines["Line Status"] = np.where(lines.index % 10 == 1, "cancelled", "shipped")
    receipt = smartcart.check(lines).receipt
    assert receipt.columns["money"] == "Line Total"
    kept = lines.loc[lines["Line Status"] == "shipped", "Line Total"].sum()
    assert round(receipt.revenue, 2) == round(kept, 2)


# One amount in two currencies ------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("Grand Total (Base)", "Grand Total (Purchased)"),
        ("Total général (base)", "Total général (acheté)"),
        ("Gesamtbetrag (Basis)", "Gesamtbetrag (Gekauft)"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_amount_in_the_currency_of_the_shop_is_what_was_paid(names, turned: bool) -> None:
    t = orders().drop(columns="who").rename(columns=NAMES | {"total": names[0]})
    t[names[1]] = np.where(N % 3 == 0, t[names[0]] * 0.9, t[names[0]])
    if turned:
        t = t[["Order ID", "Email", "Order Date", names[1], names[0]]]
    receipt = smartcart.check(t).receipt
    assert receipt.columns["money"] == names[0]
    assert told(t) == TRUTH


def test_two_totals_that_no_currency_parts_are_asked_about() -> None:
    t = orders().drop(columns="who").rename(columns=NAMES | {"total": "Order Total"})
    t["Invoice Total"] = np.where(N % 3 == 0, t["Order Total"] * 0.9, t["Order Total"])
    with pytest.raises(DataError, match="Order Total"):
        smartcart.check(t)
