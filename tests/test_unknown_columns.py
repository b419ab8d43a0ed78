"""Columns of customer tables under names of many trades: what each means, and what it does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError

N = 400


def whole(low: int, high: int):
    return lambda r: r.integers(low, high, N)


def money(r):
    return r.lognormal(4, 0.8, N).round(2)


def yes_no(r):
    return r.integers(2, size=N)


def words(*values: str):
    return lambda r: r.choice(list(values), N)


def unique(r):
    return r.choice(10**7, N, replace=False)


def days(start: str):
    return lambda r: pd.Timestamp(start) + pd.to_timedelta(r.integers(0, 300, N), "D")


def seen(tmp_path, **columns):
    """Check a table of the columns beside an id, a measure and another."""
    rng = np.random.default_rng(3)
    made = {name: make(rng) for name, make in columns.items()}
    table = pd.DataFrame({"zork": rng.gamma(2, 50, N).round(2), "blip": rng.poisson(9, N), **made})
    path = tmp_path / "t.csv"
    table.to_csv(path, index=False)
    return smartcart.check(str(path))


def column_of(found, name: str):
    return next(c for c in found.contract.columns if c.name == name)


@pytest.mark.parametrize(
    ("name", "values", "role", "meaning"),
    [
        ("Loyalty Number", unique, "id", "id"),
        ("Party_ID", unique, "id", "id"),
        ("Household No", unique, "id", "id"),
        ("Policyholder Number", unique, "id", "id"),
        ("device_id", whole(1, 50), "dropped", "other_id"),
        ("NameHash", lambda r: [f"0x{v:x}z" for v in r.integers(0, 90, N)], "dropped", "other_id"),
        # remarks in brackets and periods do not change what a column means
        ("Recency (months)", whole(0, 40), "forms", "recency"),
        ("Frequency (times)", whole(1, 40), "forms", "frequency"),
        ("Monetary (c.c.)", money, "forms", "spend_total"),
        ("Sales YTD", money, "forms", "spend_total"),
        ("Rev_L12M", money, "forms", "spend_total"),
        ("Txn_Cnt_L12M", whole(0, 90), "forms", "frequency"),
        ("Visits YTD", whole(0, 60), "forms", "visits"),
        ("Coupons Redeemed", whole(0, 9), "forms", "deals"),
        ("Lodging Revenue", money, "forms", "spend:lodging"),
        ("mrr", money, "forms", "spend_total"),
        # how long, how long ago
        ("DaysSinceCreation", whole(0, 900), "forms", "tenure"),
        ("DaysSinceLastStay", whole(0, 900), "forms", "recency"),
        ("Subscription Length", whole(3, 40), "forms", "tenure"),
        ("last_login_at", days("2024-01-01"), "forms", "last_date"),
        ("last_txn_date", days("2024-01-01"), "forms", "last_date"),
        # yes and no is neither a count nor money
        ("visit", yes_no, "describes", "flag"),
        ("Revenue", words("TRUE", "FALSE"), "describes", "flag"),
        ("discount_used", yes_no, "describes", "flag"),
        # who and where people are
        ("Geography", words("France", "Spain"), "sensitive", "demographic"),
        ("Settlement size", whole(0, 3), "sensitive", "demographic"),
        ("BMI", money, "sensitive", "demographic"),
        ("Weight (kg)", whole(40, 130), "sensitive", "demographic"),
        ("merch_lat", lambda r: r.normal(40, 1, N), "sensitive", "demographic"),
        ("Area code", whole(400, 520), "sensitive", "demographic"),
        # neither behaviour nor the customer's
        ("emp.var.rate", lambda r: r.choice([-1.8, 1.1, 1.4], N), "describes", "economy"),
        ("euribor3m", lambda r: r.uniform(0.6, 5, N).round(3), "describes", "economy"),
        ("arrival_date_day_of_month", whole(1, 32), "describes", "code"),
        ("arrival_date_week_number", whole(1, 54), "describes", "code"),
        ("QTR_ID", whole(1, 5), "describes", "code"),
        ("Browser", whole(1, 14), "describes", "code"),
        ("Sales Channel", words("Agent", "Web", "Branch"), "describes", "category"),
        ("is_fraud", yes_no, "outcome", "outcome"),
        ("previous_bookings_not_canceled", whole(0, 9), "forms", "measure"),
    ],
)
def test_a_name_and_its_values_say_what_a_column_is(tmp_path, name, values, role, meaning) -> None:
    column = column_of(seen(tmp_path, **{name: values}), name)
    assert (column.role, column.meaning) == (role, meaning), column.reason


def test_revenue_of_two_kinds_is_spend_by_kind(tmp_path) -> None:
    found = seen(tmp_path, LodgingRevenue=money, OtherRevenue=money)
    assert column_of(found, "LodgingRevenue").meaning == "spend:lodging"
    assert column_of(found, "OtherRevenue").meaning == "spend:other"


def test_figures_in_words_are_still_refused(tmp_path) -> None:
    with pytest.raises(DataError, match=r"column 'Sales wine' holds text .*expected numbers"):
        seen(tmp_path, **{"Sales wine": words("some", "many", "few")})


def test_contacts_form_only_where_nothing_else_does(tmp_path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "t.csv"
    table = pd.DataFrame(
        {
            "age": rng.integers(18, 90, N),
            "job": words("a", "b", "c")(rng),
            "campaign": rng.geometric(0.4, N),
            "previous": rng.poisson(1, N),
            "euribor3m": rng.uniform(1, 5, N),
        }
    )
    table.to_csv(path, index=False)
    found = smartcart.check(str(path))
    assert {f.name for f in found.forming} == {"campaign", "previous"}
    assert "contacts; form only because" in column_of(found, "campaign").reason
    found = seen(tmp_path, campaign=lambda r: r.geometric(0.4, N), previous=whole(0, 5))
    assert column_of(found, "campaign").role == "describes"


def test_a_few_repeats_of_an_id_give_way_to_a_column_without(tmp_path) -> None:
    def doubled(r):
        key = unique(r)
        key[:2] = key[2:4]
        return key

    found = seen(tmp_path, Sl_No=lambda r: np.arange(1, N + 1), **{"Customer Key": doubled})
    assert found.contract.id_column == "Sl_No"
    notice = next(n for n in found.notices if n.code == "repeating id")
    assert notice.message.startswith("Customer Key names customers, but 2 of its values")
    with pytest.raises(DataError, match="'Customer Key' occur more than once"):
        seen(tmp_path, **{"Customer Key": doubled})
    with pytest.raises(DataError, match="'Customer Key' occur more than once"):
        path = tmp_path / "t.csv"
        smartcart.check(str(path), roles={"Customer Key": "id"})
