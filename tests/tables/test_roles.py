"""Roles from names and values, with reasons."""

from __future__ import annotations

import pytest

from smartcart.errors import DataError, UsageError
from smartcart.tables import roles, summary
from smartcart.tables.summary import ColumnSummary
from smartcart.tables.vocabulary import label_of, tokens


def column(name: str, kind: str = "number", **changes) -> ColumnSummary:
    base = {"rows": 1000, "present": 1000, "distinct": 400, "low": 0.0, "high": 99.0, "whole": True}
    return ColumnSummary(name=name, type=kind, **(base | changes))


def role_of(*args, **changes):
    return roles.infer_roles([column(*args, **changes)])[0]


@pytest.mark.parametrize(
    ("name", "kind", "role", "meaning"),
    [
        ("ID", "number", "id", "id"),
        ("CustomerID", "text", "id", "id"),
        ("Year_Birth", "number", "sensitive", "birth"),
        ("Education", "text", "sensitive", "demographic"),
        ("Marital_Status", "text", "sensitive", "demographic"),
        ("Country", "text", "sensitive", "demographic"),
        ("Income", "number", "forms", "income"),
        ("Kidhome", "number", "describes", "household"),
        ("Teenhome", "number", "describes", "household"),
        ("Dt_Customer", "date", "forms", "first_date"),
        ("Recency", "number", "forms", "recency"),
        ("MntWines", "number", "forms", "spend:wines"),
        ("MntMeatProducts", "number", "forms", "spend:meat"),
        ("AmtLiq", "number", "forms", "spend:liq"),
        ("NumDealsPurchases", "number", "forms", "deals"),
        ("NumDeals", "number", "forms", "deals"),
        ("NumWebPurchases", "number", "forms", "channel:web"),
        ("NumWebBuy", "number", "forms", "channel:web"),
        ("NumWalkinPur", "number", "forms", "channel:store"),
        ("NumCatalogPurchases", "number", "forms", "channel:catalog"),
        ("NumWebVisitsMonth", "number", "forms", "visits"),
        ("NumVisits", "number", "forms", "visits"),
        ("AcceptedCmp3", "number", "outcome", "outcome"),
        ("Response", "number", "outcome", "outcome"),
        ("Count_success", "number", "outcome", "outcome"),
        ("churned", "boolean", "outcome", "outcome"),
        ("Complain", "number", "describes", "complaint"),
        ("total_spent", "number", "forms", "spend_total"),
        ("order_count", "number", "forms", "frequency"),
        ("e-mail", "text", "dropped", "contact"),
        ("Unnamed: 0", "number", "dropped", "index"),
    ],
)
def test_names_are_recognised(name: str, kind: str, role: str, meaning: str) -> None:
    distinct = 1000 if role == "id" else 400
    found = role_of(name, kind, distinct=distinct)
    assert (found.role, found.meaning) == (role, meaning)
    assert found.reason


@pytest.mark.parametrize(
    ("changes", "role", "reason"),
    [
        ({"present": 0, "distinct": 0}, "dropped", "every value is missing"),
        ({"distinct": 1}, "dropped", "the same value in every row"),
        ({"present": 90}, "dropped", "91% of the values are missing"),
        ({"distinct": 2}, "describes", "a yes/no column"),
        ({}, "forms", "unknown meaning"),
    ],
)
def test_values_decide_where_names_say_nothing(changes, role, reason) -> None:
    found = role_of("wobble", **changes)
    assert found.role == role
    assert reason in found.reason


def test_a_code_in_digits_describes() -> None:
    assert role_of("store type", distinct=5).role == "describes"


def test_constants_are_dropped_whatever_their_name() -> None:
    assert role_of("Z_Revenue", distinct=1).role == "dropped"
    assert role_of("MntWines", distinct=1).role == "dropped"


def test_only_one_column_is_the_id() -> None:
    found = roles.infer_roles([column("order id", distinct=600), column("ID", distinct=1000)])
    assert [c.role for c in found].count("id") <= 1
    assert found[1].role == "id"


def test_income_describes_where_spend_is_known() -> None:
    alone = roles.infer_roles([column("Income")])
    beside = roles.infer_roles([column("Income"), column("MntWines")])
    assert (alone[0].role, beside[0].role) == ("forms", "describes")


def test_the_user_overrides() -> None:
    columns = roles.infer_roles([column("ID", distinct=1000), column("Age"), column("Income")])
    changed = roles.override_roles(columns, {"Age": "forms", "Income": "id"})
    assert [c.role for c in changed] == ["dropped", "forms", "id"]
    assert columns[1].role == "sensitive"


def test_an_unknown_column_or_role_is_refused() -> None:
    columns = roles.infer_roles([column("Income")])
    with pytest.raises(DataError, match=r"'Icome'.*Did you mean 'Income'\?"):
        roles.override_roles(columns, {"Icome": "forms"})
    with pytest.raises(UsageError, match="the role 'form'"):
        roles.override_roles(columns, {"Income": "form"})


def test_summaries_equal_the_table(engine, table) -> None:
    t = table(
        "SELECT * FROM (VALUES (1, 1.5, 'a', DATE '2024-01-01', true), "
        "(2, NULL, 'b', NULL, false), "
        "(2, 3.0, 'b', DATE '2024-01-03', NULL)) r(i, x, s, d, b)"
    )
    row = engine.frame(summary.summary_expression(t)).iloc[0].to_dict()
    found = {c.name: c for c in summary.summaries(t, row)}
    assert set(found) == {"i", "x", "s", "d", "b"}
    assert (found["i"].whole, found["x"].whole) == (True, False)
    assert (found["x"].low, found["x"].high, found["x"].present) == (1.5, 3.0, 2)
    assert [found[n].type for n in "ixsdb"] == ["number", "number", "text", "date", "boolean"]
    assert found["s"].distinct == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [("NumWebVisitsMonth", "num web visits month"), ("AcceptedCmp3", "accepted cmp 3"),
     ("total_spent (EUR)", "total spent eur"), ("CustomerID", "customer id")],
)  # fmt: skip
def test_names_fall_into_words(name: str, words: str) -> None:
    assert tokens(name) == words


def test_labels_are_words() -> None:
    assert label_of("MntWines", "spend:wines") == "Wines spend"
    assert label_of("日本", "measure") == "日本"
