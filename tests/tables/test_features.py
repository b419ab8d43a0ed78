"""Features as expressions, against hand-computed values."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace

import pytest

from frames import as_frame
from smartcart.records import Column, Contract
from smartcart.tables import features, quality, roles, summary

SQL = """SELECT * FROM (VALUES
  (1, 10.0, 30.0, 1, 3, 1, DATE '2024-01-01', 1980, 'x'),
  (2, NULL, 20.0, 0, 0, 0, DATE '2024-01-31', 1893, 'y'),
  (3, NULL, NULL, 5, 5, 30, NULL, NULL, NULL),
  (4, -5.0, 40.0, 2, 2, 1, DATE '2023-12-31', 2000, 'x')
) r(ID, MntWines, MntMeat, NumWebPurchases, NumStorePurchases, NumDealsPurchases, Dt_Customer,
    Year_Birth, Education)"""


@pytest.fixture
def shop(engine, table):
    t = table(SQL)
    row = {}
    for part in summary.summary_expressions(t):
        row |= as_frame(engine, part).iloc[0].to_dict()
    columns = roles.infer_roles(summary.summaries(t, row))
    contract = Contract("customers", "ID", columns, dt.date(2024, 1, 31), "latest Dt_Customer")
    contract = quality.bounded(contract, {})
    return t, contract


def values(engine, t, contract, wanted):
    clean = features.cleaned(t, contract)
    frame = as_frame(
        engine, features.feature_table(clean, contract, wanted).order_by("customer_id")
    )
    return {
        f.name: [None if math.isnan(v) else v for v in frame[f"f{i}"].astype(float)]
        for i, f in enumerate(wanted)
    }


def test_forming_features(engine, shop) -> None:
    t, contract = shop
    wanted = features.forming_features(contract, {"MntWines": 10.0, "MntMeat": 90.0})
    found = values(engine, t, contract, wanted)
    assert found["spend"] == [40.0, 20.0, None, 40.0]  # a negative amount is impossible
    assert found["basket_value"] == [10.0, None, 0.0, 10.0]
    assert found["deals_share"] == [0.25, None, 1.0, 0.25]  # never above one
    assert found["web_share"] == [0.25, None, 0.5, 0.5]
    assert found["meat_share"] == [0.75, 1.0, None, 1.0]
    assert "wines_share" not in found  # meat alone makes 80% of the spend
    assert found["tenure_days"] == [30.0, 0.0, None, 31.0]


def test_themes_group_what_says_the_same(shop) -> None:
    wanted = features.forming_features(shop[1])
    assert {f.theme for f in wanted} == {
        "value",
        "basket",
        "deals",
        "channels",
        "categories",
        "time",
    }


def test_describing_features(engine, shop) -> None:
    t, contract = shop
    wanted = features.describing_features(contract, {"Education": ["x", "y"]})
    found = values(engine, t, contract, wanted)
    assert found["age"] == [44.0, None, None, 24.0]  # born in 1893 is impossible
    # of one customer it is not known: missing, not "no"
    assert found["Education: x"] == [1.0, 0.0, None, 1.0]
    assert found["purchases"] == [4.0, 0.0, 10.0, 4.0]
    assert found["MntWines"] == [10.0, None, None, None]
    roles_of = {f.name: f.role for f in wanted}
    assert roles_of["Education: x"] == roles_of["age"] == "sensitive"


def test_a_hostile_category_is_a_value_not_code(engine, table) -> None:
    t = table("SELECT * FROM (VALUES (1, 'a'' OR 1=1 --', 5.0), (2, 'b', 6.0)) r(ID, kind, x)")
    columns = (
        Column("ID", "number", "id", "id", ""),
        Column("kind", "text", "describes", "category", "", label="Kind"),
        Column("x", "number", "forms", "measure", "", label="X"),
    )
    contract = Contract("customers", "ID", columns, None, "no dates")
    wanted = features.describing_features(contract, {"kind": ["a' OR 1=1 --"]})
    assert values(engine, t, contract, wanted)["kind: a' OR 1=1 --"] == [1.0, 0.0]


def test_rows_are_numbered_without_an_id(engine, table) -> None:
    t = table("SELECT * FROM (VALUES (5.0), (6.0)) r(x)")
    contract = Contract(
        "customers", None, (Column("x", "number", "forms", "measure", ""),), None, "no dates"
    )
    frame = as_frame(
        engine, features.feature_table(t, contract, features.forming_features(contract))
    )
    assert frame["customer_id"].tolist() == [1, 2]


def test_whole_ids_in_floats_are_whole(engine, table) -> None:
    t = table("SELECT 17850.0::DOUBLE AS CustomerID, 5.0 AS x")
    columns = (
        Column("CustomerID", "number", "id", "id", ""),
        Column("x", "number", "forms", "measure", ""),
    )
    contract = Contract("customers", "CustomerID", columns, None, "no dates")
    frame = as_frame(
        engine, features.feature_table(t, contract, features.forming_features(contract))
    )
    assert frame["customer_id"].tolist() == [17850]
    assert str(frame["customer_id"].dtype).startswith("int")


def test_one_category_or_channel_has_no_share(engine, table) -> None:
    t = table("SELECT 1 AS ID, 5.0 AS MntWines, 2 AS NumWebPurchases")
    row = {}
    for part in summary.summary_expressions(t):
        row |= as_frame(engine, part).iloc[0].to_dict()
    wide = [replace(c, distinct=9) for c in summary.summaries(t, row)]
    contract = Contract("customers", "ID", roles.infer_roles(wide), None, "no dates")
    assert [f.name for f in features.forming_features(contract)] == ["spend", "basket_value"]
