"""What only describes beside purchases: points, guesses, scores, carts, debts, rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.tables.no_behaviour import no_behaviour

ROWS = 80
N = np.arange(ROWS)
ORDERS = N % 5 + 1
OTHER = 3.5 + N * 37 % 61

NAMES = [
    *("Points", "Treuepunkte Punkte", "Puntos canjeados", "Pontos", "Punti", "Punten", "Body"),
    *("Puncte", "Poäng", "Баллы", "Stamps", "Expected spend EUR", "lifetime_value_pred"),
    *("Verwachte besteding", "Umsatz Prognose", "Previsión", "Ожидаемая выручка", "Codice RFM"),
    *("Punteggio", "Score", "cartValue", "Open Pipeline", "Opportunities", "Offener Warenkorb"),
    *("Carrinho", "Fiado em aberto", "Unpaid", "Impayés", "Store credit", "Wallet balance"),
    *("Dług", "Open rate", "Openratio", "Taux d'ouverture", "Click Rate", "max_order_amount"),
    *("Largest order", "Größte Bestellung"),
]


def roles(**columns: object) -> dict[str, str]:
    table = pd.DataFrame({"Email": [f"p{i}@example.com" for i in N]} | columns)
    return {c.name: c.role for c in smartcart.check(table, kind="customers").contract.columns}


def shop(**columns: object) -> dict[str, str]:
    known = {"Number of Orders": ORDERS, "Total spent": (ORDERS * (20 + N * 1.37)).round(2)}
    return roles(**known, **columns)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_behaviour_describes_beside_purchases(name: str) -> None:
    assert shop(**{name: OTHER})[name] != "forms"


@pytest.mark.parametrize(
    "name",
    [
        *("Opens", "Geklikt", "Sessions", "Returns", "Support calls", "Banhos", "Punto vendita x"),
        *("Discount rate", "Minutes", "Bridge", "Fresh", "Body lotion"),
    ],
)
def test_what_customers_do_forms(name: str) -> None:
    assert no_behaviour(name) is None
    assert shop(**{name: OTHER})[name] == "forms"


@pytest.mark.parametrize("name", ["Points", "Spending Score", "Open rate", "cartValue", "Debt"])
def test_it_forms_where_nothing_tells_of_purchases(name: str) -> None:
    assert roles(**{name: OTHER, "Sessions": N % 11})[name] == "forms"


def test_many_points_are_no_id() -> None:
    assert shop(Punkte=600_000 + N * 823 % 99_991)["Punkte"] == "describes"


@pytest.mark.parametrize("name", ["Average order", "Panier moyen", "Average basket"])
def test_an_average_forms_where_it_is_not_made_of_what_is_known(name: str) -> None:
    assert shop(**{name: OTHER})[name] == "forms"


def test_what_the_user_says_stays() -> None:
    table = pd.DataFrame({"Email": [f"p{i}@example.com" for i in N], "Points": OTHER})
    table["Number of Orders"], table["Total spent"] = ORDERS, ORDERS * 12.5 + N
    seen = smartcart.check(table, roles={"Points": "forms"})
    assert {c.name: c.role for c in seen.contract.columns}["Points"] == "forms"
    guessed = smartcart.check(table).contract.columns
    said = {c.name: c.role for c in guessed if c.role != "id"}
    assert smartcart.check(table, roles=said).contract.columns == guessed


@pytest.mark.parametrize("name", ["orders_cnt_12m", "Orders last 90 days"])
def test_a_period_of_the_orders_is_not_all_of_them(name: str) -> None:
    table = pd.DataFrame({"Email": [f"p{i}@example.com" for i in N], name: ORDERS // 2})
    seen = smartcart.check(table.assign(orders_cnt=ORDERS, **{"Total spent": ORDERS * 12.5 + N}))
    found = {c.name: c.role for c in seen.contract.columns}
    assert (found["orders_cnt"], found[name]) == ("forms", "describes")
    assert seen.receipt.orders == ORDERS.sum()
