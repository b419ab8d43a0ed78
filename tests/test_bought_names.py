"""Names of columns made of words for a purchase: how many, the first, the last, in all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.tables.bought_words import ROWS as LANGUAGES
from smartcart.tables.vocabulary import readings

ROWS = 80
N = np.arange(ROWS)
DAY = pd.Timestamp("2024-05-01") + pd.to_timedelta(N * 3, "D")

ORDERS = [
    *("Atendimentos", "Nb passages", "Nombre total de commandes", "ANZ_BELEGE_GES", "Anzahl Käufe"),
    *("Cantidad de compras", "Numero scontrini", "N. acquisti", "Aantal aankopen", "Liczba faktur"),
    *("Nákupů celkem", "Počet účtenek", "Foglalások száma", "Număr achiziții", "Antal köp"),
    *("Antal køb", "Antall kjøp", "Ostosten lukumäärä", "Πλήθος αγορών", "Alışveriş adedi"),
    *("Количество чеков", "Кількість чеків", "Gesamtbestellungen"),
]
LAST = [
    *("Último atendimento", "Date dernier passage en caisse", "LETZTER_BELEG", "Letztkauf"),
    *("Fecha última reserva", "Data ultimo scontrino", "Laatste aankoopdatum", "Ostatnia faktura"),
    *("Datum poslední faktury", "Legutóbbi vásárlás napja", "Data ultimei comenzi", "Sista köpet"),
    *("Sidste købsdato", "Siste kjøp", "Viimeisin ostos pvm", "Τελευταία αγορά", "Son alışveriş"),
    *("Дата последнего чека", "Остання покупка"),
]
FIRST = [
    *("Date 1er achat", "Erstkauf", "Primeiro atendimento", "Data primo scontrino", "Eerste order"),
    *("Pierwszy zakup", "První nákup", "Első foglalás", "Data primei comenzi", "Första köpet"),
    *("Første kjøp", "Ensimmäinen ostos", "Πρώτη αγορά", "İlk alışveriş", "Первый чек"),
    *("ANLAGE_DATUM", "Data di iscrizione", "Aanmelddatum", "Datum vstupu", "Liittymispäivä"),
]


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        *((name, "frequency") for name in ORDERS),
        *((name, "last_date") for name in LAST),
        *((name, "first_date") for name in FIRST),
        *((name, "spend_total") for name in ("Bestedingen totaal", "Spesa totale", "Δαπάνη")),
    ],
)
def test_what_names_of_many_languages_say(name: str, meaning: str) -> None:
    assert meaning in [word.meaning for word, _ in readings(name)[:2]]


@pytest.mark.parametrize(
    "name",
    [
        *("Número do pedido", "Order number", "Nr zamówienia", "Sipariş no", "Номер заказа"),
        *("Rendelés száma", "Bestellung", "Köp", "Data zakupu", "Kaufdatum", "Date de commande"),
        *("Letzter Versand", "Pierwsza wizyta", "Nb enfants", "Último pet", "Køb af Anna"),
    ],
)
def test_numbers_and_days_of_one_order_count_no_orders(name: str) -> None:
    found = {word.meaning for word, _ in readings(name) if word.language == ""}
    assert not found & {"frequency", "last_date", "first_date", "spend_total"}


def test_all_languages_have_words_of_each_kind() -> None:
    for row in LANGUAGES.values():
        assert all((row.one, row.many, row.count, row.last, row.first, row.day, row.joined))


@pytest.mark.parametrize(("cents", "meaning"), [(0.0, "frequency"), (0.35, "spend_total")])
def test_purchases_with_cents_are_money(cents: float, meaning: str) -> None:
    table = pd.DataFrame({"E-mail": [f"p{i}@example.com" for i in N], "Nákupů celkem": N % 7})
    table["Nákupů celkem"] = table["Nákupů celkem"] + cents * (N % 3)
    seen = smartcart.check(table.assign(**{"Poslední nákup": DAY, "Klikl": N % 5}))
    assert {c.name: c.meaning for c in seen.contract.columns}["Nákupů celkem"] == meaning


def test_a_table_of_words_of_one_language_is_read_whole() -> None:
    orders = N % 9 + 1
    table = pd.DataFrame({"Código": N + 3000, "Atendimentos": orders, "Gasto total": orders * 19.9})
    table["Cadastro"], table["Último atendimento"] = DAY - pd.Timedelta(800, "D"), DAY
    seen = smartcart.check(table)
    assert (seen.receipt.orders, seen.receipt.last_day) == (orders.sum(), DAY.max().date())
    assert {f.name for f in seen.forming} == {
        *("spend", "basket_value"),
        *("tenure_days", "recency_days"),
    }


def test_parts_of_the_spend_may_be_shortened() -> None:
    table = pd.DataFrame({"ID": N + 3000, "Dep_Vin": N * 7 % 41, "Dep_Fruits": N * 3 % 17})
    seen = smartcart.check(table.assign(Revenu=20_000 + N * 13, Dep_Or=N % 5))
    roles = {c.name: (c.role, c.meaning) for c in seen.contract.columns}
    assert roles["Dep_Vin"] == ("forms", "spend:vin")
    assert roles["Revenu"] == ("describes", "income")
