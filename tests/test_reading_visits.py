"""Visits of a table of customers: purchases where spend by them is the average, else none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.records import Column

ROWS = 200
N = np.arange(ROWS)
VISITS = 1 + (N * 7) % 23
SPEND = np.round(VISITS * (9.0 + (N * 31) % 57 / 1.7), 2)
LAST = pd.Timestamp("2024-06-30") - pd.to_timedelta((N * 13) % 400, "D")


def card(visits: str, spend: str, mean: str, wrong: int = 0, digits: int = 2) -> pd.DataFrame:
    """A table of loyalty cards; ``wrong`` of the averages are others."""
    average = np.round(SPEND / VISITS, digits)
    table = {"Card no": N + 5000, visits: VISITS, spend: SPEND, mean: average}
    table[mean] = np.where(wrong > N, average * 1.5 + 3, average)
    if not digits:
        table[mean] = table[mean].astype(int)
    return pd.DataFrame(table | {"Joined": LAST - pd.Timedelta(900, "D")})


def columns(table: pd.DataFrame) -> dict[str, Column]:
    return {c.name: c for c in smartcart.check(table).contract.columns}


@pytest.mark.parametrize(
    ("visits", "spend", "mean"),
    [
        ("Visits", "Total spend", "Average spend"),
        ("Besuche", "Umsatz gesamt", "Durchschnittsbon"),
        ("Visites", "Dépenses totales", "Panier moyen"),
        ("Visitas", "Gasto total", "Gasto medio"),
        ("Wizyty", "Wydatki razem", "Średnia"),
        ("Trips", "Lifetime spend", "Avg. per trip"),
        ("Column V", "Total spend", "Column A"),
    ],
)
def test_visits_by_which_spend_is_the_average_are_purchases(visits, spend, mean) -> None:
    seen = smartcart.check(card(visits, spend, mean))
    found = {c.name: c for c in seen.contract.columns}
    assert (found[visits].role, found[visits].meaning) == ("forms", "frequency")
    assert (found[spend].role, found[spend].meaning) == ("forms", "spend_total")
    assert found[mean].role == "describes"
    assert (seen.receipt.orders, seen.receipt.revenue) == (VISITS.sum(), pytest.approx(SPEND.sum()))


@pytest.mark.parametrize(("wrong", "meaning"), [(10, "frequency"), (11, "visits")])  # 5%, and more
def test_the_average_must_be_so_in_nearly_all_rows(wrong: int, meaning: str) -> None:
    found = columns(card("Visits", "Total spend", "Average spend", wrong))
    assert found["Visits"].meaning == meaning


def test_an_average_in_whole_units_is_one() -> None:
    found = columns(card("Visits", "Total spend", "Average spend", digits=0))
    assert found["Visits"].meaning == "frequency"


@pytest.mark.parametrize("count", ["Items", "Articles", "Artikel", "Nights", "Months", "Unidades"])
def test_pieces_and_months_have_averages_and_are_no_purchases(count: str) -> None:
    assert columns(card(count, "Total spend", "Average spend"))[count].meaning != "frequency"


def test_what_is_known_or_was_said_stays() -> None:
    table = card("Visits", "Total spend", "Average spend")
    assert columns(table.assign(Orders=VISITS // 2))["Visits"].meaning == "visits"
    seen = smartcart.check(table, roles={"Visits": {"role": "forms", "meaning": "visits"}})
    assert {c.name: c.meaning for c in seen.contract.columns}["Visits"] == "visits"


@pytest.mark.parametrize(
    "name",
    [
        *("Last visit", "Letzter Besuch", "Última visita", "Dernière visite", "Ultima visita"),
        *("Laatste bezoek", "Ostatnia wizyta", "Senaste besök", "Последний визит"),
    ],
)
def test_a_last_visit_is_a_purchase_only_where_visits_are(name: str) -> None:
    table = card("Visits", "Total spend", "Average spend").assign(**{name: LAST})
    assert columns(table)[name].meaning == "last_date"
    other = card("Visits", "Total spend", "Average spend", wrong=ROWS).assign(**{name: LAST})
    assert columns(other)[name].meaning == "last_seen"
    bought = columns(table.assign(**{"Last purchase": LAST}))
    assert (bought[name].meaning, bought["Last purchase"].meaning) == ("last_seen", "last_date")
