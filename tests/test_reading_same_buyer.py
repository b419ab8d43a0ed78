"""One buyer under several ids, spellings and forms of a number; and papers of suppliers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.tables.tax_numbers import is_tax_number
from test_reading import ORDERS, PEOPLE, TRUTH, orders, told, two_lines

N = np.arange(ORDERS)


def log(**columns: object) -> pd.DataFrame:
    names = {"number": "Order ID", "mail": "Email", "day": "Order date", "total": "Total"}
    return orders()[list(names)].rename(columns=names).assign(**columns)


def codes(table: pd.DataFrame) -> dict[str, str]:
    return {n.code: n.message for n in smartcart.check(table).notices}


# Ids made at each checkout ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Customer ID", "Kundennummer", "ID cliente"])
def test_an_address_joins_the_ids_that_a_shop_makes_at_each_checkout(name: str) -> None:
    table = log(**{name: [f"cus_{i * 7919 % 10_007:05d}" for i in N // 2 * 2 + N % 2]})
    assert told(table) == TRUTH
    assert name in codes(table)["several ids"]
    said = smartcart.check(table, roles={name: {"meaning": "customer"}}).receipt
    assert said.customers == ORDERS


@pytest.mark.parametrize(("again", "joined"), [(2, True), (1, False)])
def test_a_few_who_registered_again_are_left_as_they_are(again: int, joined: bool) -> None:
    """Two of sixteen addresses are a tenth and more, one is not."""
    ids = np.array([f"K{i % PEOPLE:03d}" for i in N])
    for person in range(again):
        ids[(person == N % PEOPLE) & (N < ORDERS // 2)] = f"K9{person:02d}"
    found = smartcart.check(log(**{"Customer ID": ids})).receipt
    assert found.customers == (PEOPLE if joined else PEOPLE + again)


def test_an_id_of_several_addresses_stays_the_buyer() -> None:
    table = log(**{"Customer ID": [f"K{i % 8:03d}" for i in N]})
    assert smartcart.check(table).receipt.customers == 8


# Spellings --------------------------------------------------------------------------------------


def test_an_address_in_other_letters_within_an_order_is_the_same_buyer() -> None:
    lines = two_lines()
    mail = np.where(lines["first"], lines["mail"], lines["mail"].str.upper())
    table = pd.DataFrame(
        {
            "Order Number": lines["number"],
            "Date": lines["day"],
            "Email": mail,
            "Item": lines["sku"],
            "Order Total": lines["total"],
        }
    )
    assert told(table) == TRUTH


@pytest.mark.parametrize(("name", "joined"), [("CPF", True), ("CNPJ/CPF", True), ("Code X", False)])
def test_a_tax_number_is_the_same_with_points_and_without(name: str, joined: bool) -> None:
    bare = np.array([f"{(i % PEOPLE) * 7_654_321 + 10**10:011d}" for i in N])
    dotted = np.array([f"{b[:3]}.{b[3:6]}.{b[6:9]}-{b[9:]}" for b in bare])
    table = log(**{name: np.where(N % 3 == 0, dotted, bare)}).drop(columns="Email")
    wanted = {name: {"meaning": "customer"}}
    found = smartcart.check(table, roles=wanted).receipt
    assert found.customers == (PEOPLE if joined else 2 * PEOPLE)
    if joined:
        assert told(table.assign(Cliente="Ana Lima")) == TRUTH


def test_a_word_that_begins_like_a_tax_number_is_none() -> None:
    assert not is_tax_number("Nippon")
    assert not is_tax_number("ICO rate")
    assert is_tax_number("Org.nr")


# Papers of suppliers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sale", "bought"),
    [
        ("Invoice", ("Bill", "Expense", "Check")),
        ("Sales Receipt", ("Vendor Credit", "Bill Payment (Check)", "Purchase Order")),
        ("Rechnung", ("Eingangsrechnung", "Ausgabe", "Wareneingang")),
        ("Facture", ("Facture d'achat", "Dépense", "Achat")),
    ],
)
def test_what_the_shop_bought_itself_is_no_sale(sale: str, bought: tuple[str, ...]) -> None:
    kind = np.where(N % 5 == 0, np.array(bought)[N // 5 % 3], sale)
    table = log(**{"Transaction Type": kind})
    kept = table[kind == sale]
    assert told(table) == (len(kept), PEOPLE, round(kept["Total"].sum(), 2))


@pytest.mark.parametrize(
    ("heading", "bill", "offer"),
    [
        ("Type pièce", "Facture", "Devis"),
        ("Art", "Rechnung", "Angebot"),
        ("X", "Invoice", "Quotation"),
    ],
)
def test_quotations_among_bills_are_no_sales(heading: str, bill: str, offer: str) -> None:
    kind = np.where(N % 7 == 0, offer, bill)
    state = np.where(N % 5 == 0, "Annulée", "Réglée")
    table = log(**{heading: kind, "Statut": state})
    kept = table[(kind == bill) & (state == "Réglée")]
    assert told(table) == (len(kept), PEOPLE, round(kept["Total"].sum(), 2))


def test_an_offer_among_other_words_is_no_quotation() -> None:
    table = log(Campaign=np.where(N % 7 == 0, "Offert", "Newsletter"))
    assert told(table) == TRUTH


def test_a_purchase_is_a_sale_where_nothing_else_is_one() -> None:
    table = log(**{"Type": np.where(N % 9 == 0, "Refund", "Purchase")})
    assert smartcart.check(table).receipt.orders == (N % 9 > 0).sum()


# A buyer without measure ------------------------------------------------------------------------


@pytest.mark.parametrize(("share", "is_told"), [(0.2, True), (0.05, False)])
def test_one_with_far_more_orders_than_anybody_else_is_told(share: float, is_told: bool) -> None:
    n = np.arange(300)
    who = np.array([f"Ada Birch{i % 60:02d}" for i in n], dtype=object)
    who[n % 100 < 100 * share] = "Einzelverkauf Theke"
    table = pd.DataFrame(
        {
            "Order ID": n + 1000,
            "Customer name": who,
            "Order date": pd.Timestamp("2024-01-01") + pd.to_timedelta(n, "D"),
            "Total": 10.0 + n % 7,
        }
    )
    told_so = codes(table).get("outsized buyer", "")
    assert bool(told_so) == is_told
    assert "Theke" not in told_so  # it may be a person's name
