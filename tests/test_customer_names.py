"""Names in tables of customers: what was spent, numbers of houses, limits, periods, averages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError
from smartcart.tables.vocabulary import readings

ROWS = 60
N = np.arange(ROWS)
PEOPLE = [f"p{i}@example.com" for i in N]


def _customers(**columns: object) -> pd.DataFrame:
    orders = N % 5 + 1
    table = pd.DataFrame({"Email": PEOPLE, "Number of Orders": orders})
    table["Total spent"] = (orders * (20 + N * 1.37)).round(2)
    table["Last order"] = pd.Timestamp("2024-05-01") + pd.to_timedelta(N * 3, "D")
    return table.assign(**columns)


def _roles(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    return {c.name: (c.role, c.meaning) for c in smartcart.check(table).contract.columns}


# What was spent ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Total Consumido (BRL)", "Total Invoiced", "Invoiced Total", "Total Billed", "Facturado"),
        *("Umsatz gesamt", "Fakturiert gesamt", "Bisher ausgegeben", "Total facturé", "Fatturato"),
        *("Faturado", "Totale speso", "Totaal gefactureerd", "Wydano łącznie", "Zafakturowano"),
        *("Totalt spenderat", "Faktureret i alt", "Kulutus yhteensä", "Összes költés"),
        *("Total cheltuit", "Toplam harcama", "Всего израсходовано", "Celkem utraceno"),
        *("Ukupno potrošeno", "Общо похарчено", "Всього витрачено", "Total spent (PLN)"),
    ],
)
def test_what_was_spent_in_all_is_known_in_every_language(name: str) -> None:
    assert readings(name)[0][0].meaning == "spend_total"


@pytest.mark.parametrize("name", ["Last invoiced", "Invoiced items", "Billed by", "Total"])
def test_what_else_was_invoiced_is_not_what_was_spent(name: str) -> None:
    assert not [w for w, _ in readings(name)[:1] if w.language == ""]


@pytest.mark.parametrize("first", [True, False])
def test_a_period_is_not_the_total_wherever_it_stands(first: bool) -> None:
    table = _customers()
    whole = table["Total spent"]
    table["Total Invoiced"], table["Invoiced YTD"] = whole, whole * np.where(N % 3 == 0, 0.4, 0.2)
    last = ["Invoiced YTD", "Total Invoiced"] if first else ["Total Invoiced", "Invoiced YTD"]
    seen = smartcart.check(table[["Email", "Number of Orders", *last]])
    assert seen.receipt.revenue == pytest.approx(whole.sum())
    found = {c.name: c.role for c in seen.contract.columns}
    assert (found["Total Invoiced"], found["Invoiced YTD"]) == ("forms", "describes")


def test_a_period_alone_is_what_was_spent() -> None:
    table = _customers().rename(columns={"Total spent": "Invoiced YTD"})
    assert _roles(table)["Invoiced YTD"] == ("forms", "spend_total")


# Limits and balances ----------------------------------------------------------------------------

LIMITS = [
    *("Credit Limit", "Outstanding Balance", "Kreditlimit", "Offene Posten", "Límite de crédito"),
    *("Plafond", "Fido", "Saldo", "Limit kredytowy", "Кредитный лимит", "信用额度"),
]


@pytest.mark.parametrize("name", LIMITS)
def test_limits_and_balances_only_describe_what_a_shop_sold(name: str) -> None:
    limit = 1000.5 + N % 7 * 250
    assert _roles(_customers(**{name: limit}))[name][0] == "describes"


@pytest.mark.parametrize("name", ["Credit Limit", "BALANCE"])
def test_they_form_where_nothing_tells_of_orders(name: str) -> None:
    bank = pd.DataFrame({"CUST_ID": [f"C{i}" for i in N], name: 1000.5 + N % 7 * 250})
    bank["PURCHASES"], bank["PURCHASES_TRX"] = N * 3.3, N % 6
    assert _roles(bank)[name][0] == "forms"


# Numbers of houses ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Número", "Number", "Nr", "No.", "Numero", "Номер"])
@pytest.mark.parametrize("place", ["Endereço", "Street", "PLZ"])
def test_a_bare_number_beside_an_address_is_that_of_a_house(name: str, place: str) -> None:
    house = 100 + N % 41 * 7
    table = _customers()
    table.insert(0, name, house)
    table.insert(0, place, [f"Main Street {'ABCDE'[i % 5]}" for i in N])
    found = _roles(table)
    assert found[name] == ("dropped", "contact")
    assert found["Email"][0] == "id"


def test_a_bare_number_each_once_is_the_id_unless_it_stands_behind_the_address() -> None:
    table = _customers().drop(columns="Email")
    table.insert(0, "Nr", 5000 + N)
    table["Street"] = [f"Main Street {'ABCDE'[i % 5]}" for i in N]
    assert _roles(table)["Nr"] == ("id", "id")
    behind = _customers()
    behind["Street"], behind["Nr"] = table["Street"], 100 + N * 3
    found = _roles(behind)
    assert (found["Nr"][0], found["Email"][0]) == ("dropped", "id")


def test_without_an_address_a_number_that_repeats_is_refused_as_before() -> None:
    table = _customers().drop(columns="Email")
    table.insert(0, "Number", np.where(N < 2, 5000, 5000 + N))
    with pytest.raises(smartcart.errors.DataError, match="occur more than once"):
        smartcart.check(table, kind="customers")


@pytest.mark.parametrize(
    "name", ["Hausnummer", "Huisnummer", "Numer domu", "Номер дома", "Kapı no", "Číslo popisné"]
)
def test_numbers_of_houses_are_personal_in_every_language(name: str) -> None:
    assert readings(name)[0][0].meaning == "contact"


# Days and averages ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Última actividad", "Letzte Aktivität", "Dernière activité", "Último acesso"),
        *(
            "Laatste activiteit",
            "Ostatnia aktywność",
            "Последний вход",
            "Son giriş",
            "最終ログイン",
        ),
    ],
)
def test_a_last_sign_of_life_is_no_purchase_where_the_day_of_one_is_known(name: str) -> None:
    table = _customers()
    table.insert(0, name, pd.Timestamp("2025-01-01") + pd.to_timedelta(N % 20, "D"))
    seen = smartcart.check(table)
    last = [c.name for c in seen.contract.columns if c.meaning == "last_date" and c.role == "forms"]
    assert last == ["Last order"]
    alone = smartcart.check(table.drop(columns="Last order")).contract
    told = {c.name: c.reason for c in alone.columns}
    assert "purchase: gives" not in told[name]


@pytest.mark.parametrize("name", ["VMP", "AOV", "x7"])
def test_what_is_spend_by_purchases_does_not_form_again(name: str) -> None:
    table = _customers()
    each = (table["Total spent"] / table["Number of Orders"]).round(2)
    assert _roles(table.assign(**{name: each}))[name][0] == "describes"
    other = each * np.where(N % 10 == 0, 2, 1)  # of one in ten it is not
    assert _roles(table.assign(**{name: other}))[name][0] == "forms"


@pytest.mark.parametrize("key", ["customer_sk", "CUSTOMER_WID", "sk"])
def test_versions_of_a_customer_are_told_by_the_id_that_comes_again(key: str) -> None:
    n = np.arange(90)
    table = pd.DataFrame(
        {
            key: 7_000 + n,
            "customer_id": [f"C{i:04d}" for i in n % 60],
            "orders": n % 5 + 1,
            "lifetime_value": 20.0 + n,
            "is_current": n >= 30,
        }
    )
    with pytest.raises(DataError, match=r"'customer_id'.*60|customer_id.* more than once"):
        smartcart.check(table)
    current = table[table["is_current"]].drop(columns="is_current")
    seen = smartcart.check(current)
    assert [c.name for c in seen.contract.columns if c.role == "id"] == ["customer_id"]


# A total among its parts ------------------------------------------------------------------------


def by_year(total: str, **columns: object) -> pd.DataFrame:
    """Customers with what they spent in each of three years, and in all."""
    years = {f"CA {2024 + i}": ((N * (7 + i)) % 11 * 13.5 + 5 * i).round(2) for i in range(3)}
    every = sum(years.values())
    table = pd.DataFrame({"Code client": [f"C{i:05d}" for i in N], **years, total: every})
    return table.assign(**{"Nb commandes": N % 5 + 1}, **columns)


@pytest.mark.parametrize("total", ["CA total HT", "CA total", "CA global", "CA 2024-2026"])
def test_the_sum_of_all_years_is_no_further_year(total: str) -> None:
    table = by_year(total)
    seen = smartcart.check(table)
    roles = {c.name: (c.role, c.meaning) for c in seen.contract.columns}
    assert roles[total] == ("describes", "spend_total")
    assert seen.receipt.revenue == pytest.approx(table[total].sum())


def test_a_fourth_year_is_no_sum_of_the_others() -> None:
    table = by_year("CA 2027")
    table["CA 2027"] = (N * 5 % 13 * 40.0) + 3
    seen = smartcart.check(table)
    years = [name for name in table.columns if name.startswith("CA ")]
    assert {c.name for c in seen.contract.columns if c.role == "forms"} >= set(years)
    assert seen.receipt.revenue == pytest.approx(table[years].sum().sum())


def test_years_of_which_each_customer_has_one_are_no_sums_of_each_other() -> None:
    years = {f"CA {2024 + i}": np.where(i == N % 3, 20.0 + N, 0.0) for i in range(3)}
    table = pd.DataFrame({"Code client": [f"C{i:05d}" for i in N], **years})
    assert smartcart.check(table).receipt.revenue == pytest.approx(sum(years.values()).sum())


@pytest.mark.parametrize("name", ["Remise %", "Discount rate", "Taux de remise", "Rabattsatz %"])
def test_a_rate_of_discount_counts_no_purchases(name: str) -> None:
    meanings = _roles(_customers(**{name: N % 3 * 5}))
    assert meanings[name][1] not in {"deals", "frequency"}
    assert _roles(_customers(Discounts=N % 3))["Discounts"][1] == "deals"
