"""What names say of a table of customers is checked on its values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.records import Inspection
from smartcart.tables import never_bought
from smartcart.tables.labels import label_of

N = 400


def shop(seed: int = 0, rows: int = N) -> pd.DataFrame:
    """Customers with orders, spend and days; three kinds of them."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(3, size=rows)
    orders = 1 + rng.poisson(np.array([1, 4, 12])[kind])
    spent = (orders * np.array([60.0, 20.0, 35.0])[kind] * rng.lognormal(0, 0.2, rows)).round(2)
    return pd.DataFrame(
        {
            "customer_id": [f"K{i:05d}" for i in range(rows)],
            "orders_count": orders,
            "total_spent": spent,
            "days_since_last_order": rng.integers(1, 600, rows),
        }
    )


def seen(frame: pd.DataFrame, **options: object) -> Inspection:
    return smartcart.check(frame, **options)  # type: ignore[arg-type]


def spend(found: Inspection) -> tuple[str, ...]:
    return next((f.columns for f in found.forming if f.name == "spend"), ())


def role(found: Inspection, name: str) -> tuple[str, str]:
    column = next(c for c in found.contract.columns if c.name == name)
    return column.role, column.meaning


def entry(found: Inspection, rule: str) -> int:
    return sum(e.count for e in found.ledger.entries if e.rule == rule)


# Parts and totals ------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "parts"), [(1.009, True), (1.02, False)])
def test_parts_are_parts_only_where_they_add_up(factor: float, parts: bool) -> None:
    frame = shop()
    wine = (frame["total_spent"] * 0.4).round(2)
    frame["wine_spend"] = wine * factor
    frame["fish_spend"] = (frame["total_spent"] - wine) * factor
    found = seen(frame)
    assert spend(found) == (("wine_spend", "fish_spend") if parts else ("total_spent",))
    assert role(found, "wine_spend")[0] == ("forms" if parts else "describes")


def test_orders_of_channels_are_parts_only_where_they_add_up() -> None:
    frame = shop()
    frame["web_orders"] = frame["orders_count"] // 3
    frame["store_orders"] = frame["orders_count"] - frame["web_orders"]
    assert role(seen(frame), "orders_count")[0] == "describes"
    frame["store_orders"] += 2
    found = seen(frame)
    assert role(found, "orders_count")[0] == "forms"
    assert role(found, "store_orders")[0] == "describes"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("first_order_amount", "last_order_amount"),
        ("Largest Order Amount", "Average Order Amount"),
        ("loan_amount", "credit_limit_amount"),
        ("Total Claim Amount", "Deposit Amount"),
        ("Predicted Spend", "Expected Revenue"),
        ("Amount of last purchase", "amount of first purchase"),
        ("importe primera compra", "importe ultima compra"),
        ("montant derniere commande", "montant pret"),
        ("valor ultima compra", "limite credito"),
        ("Betrag letzte Bestellung", "Kreditlimit"),
    ],
)
@pytest.mark.parametrize("total", [True, False])
def test_what_is_no_spend_is_never_added_up(first: str, second: str, total: bool) -> None:
    frame = shop()
    frame[first], frame[second] = frame["total_spent"] / 3, frame["total_spent"] * 1.7 + 5
    if not total:
        frame = frame.drop(columns="total_spent")
    found = seen(frame[sorted(frame)])
    assert spend(found) == (("total_spent",) if total else ())
    assert role(found, first)[1] not in {"spend_total"}


def test_a_copy_of_a_column_counts_once() -> None:
    frame = shop().assign(pages_seen=lambda f: f["total_spent"] * 3 % 101)
    frame["pages_again"] = frame["pages_seen"]
    frame["pages_but_one"] = frame["pages_seen"]
    found = seen(frame.assign(pages_but_one=lambda f: f["pages_but_one"].where(f.index > 0, 7)))
    columns = {c.name: c for c in found.contract.columns}
    assert columns["pages_again"].role == "dropped"
    assert columns["pages_again"].reason == "from its values: the same as pages_seen in every row"
    assert columns["pages_but_one"].role == columns["pages_seen"].role == "forms"
    kept = seen(frame, roles={"pages_again": "forms"})
    assert role(kept, "pages_again")[0] == "forms"


# Sum rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["Total", "SUMME", "Gesamt", "Total général", "合计", None])
@pytest.mark.parametrize("first", [True, False])
def test_a_row_of_sums_is_no_customer(word: str | None, first: bool) -> None:
    frame = shop()
    sums = frame[["orders_count", "total_spent"]].sum().to_dict() | {"customer_id": word}
    parts = [pd.DataFrame([sums]), frame] if first else [frame, pd.DataFrame([sums])]
    found = seen(pd.concat(parts, ignore_index=True))
    assert found.ledger.segmented == N
    assert found.ledger.rows_read == N + 1
    assert found.ledger.rejected == entry(found, "sum rows") == 1


def test_a_row_of_sums_is_listed_by_its_name_or_place(tmp_path: Path) -> None:
    frame = shop(rows=120)
    sums = frame[["orders_count", "total_spent"]].sum().to_dict() | {"customer_id": "Total"}
    s = smartcart.segment(pd.concat([frame, pd.DataFrame([sums])], ignore_index=True), k_max=4)
    assert s.rejected.to_dict("records") == [
        {"customer_id": "Total", "reason": "the row holds the sums of all others: no customer"}
    ]
    assert "Total" not in set(s.customers["customer_id"])
    assert len(s.customers) == 120


@pytest.mark.parametrize(("off", "sums"), [(1.004, True), (1.02, False)])
def test_a_customer_called_total_stays_one(off: float, sums: bool) -> None:
    frame = shop()
    row = (frame[["orders_count", "total_spent"]].sum() * off).round(2).to_dict()
    found = seen(pd.concat([frame, pd.DataFrame([row | {"customer_id": "Total"}])]))
    assert found.ledger.segmented == (N if sums else N + 1)


# Never bought ----------------------------------------------------------------------------------


@pytest.mark.parametrize("orders", ["orders_count", "Number of Deals", "web_purchases"])
@pytest.mark.parametrize("count", [0.0, np.nan])
def test_blank_money_of_who_never_bought_is_zero(orders: str, count: float) -> None:
    frame = shop().rename(columns={"orders_count": orders})
    frame[orders] = frame[orders].astype(float)
    frame.loc[:99, [orders, "total_spent"]] = [count, np.nan]
    frame.loc[100:104, "total_spent"] = np.nan  # they bought: unknown
    found = seen(frame)
    told = [e for e in found.ledger.entries if e.sentence.startswith("total_spent")]
    assert [(e.rule, e.count) for e in told] == [("never bought", 100), ("missing value", 5)]
    column = next(c for c in found.contract.columns if c.name == "total_spent")
    assert column.zero_if == (orders,)


def test_a_blank_count_is_unknown_where_others_are_written_as_zero() -> None:
    frame = shop().astype({"orders_count": float})
    frame.loc[:9, ["orders_count", "total_spent"]] = [0.0, np.nan]
    frame.loc[10:14, ["orders_count", "total_spent"]] = np.nan
    assert entry(seen(frame), "never bought") == 10
    frame.loc[10:14, "days_since_last_order"] = np.nan
    assert seen(frame).ledger.rejected == 5


def test_the_rule_for_zeros_goes_with_the_model(tmp_path: Path) -> None:
    frame = shop()
    frame["total_spent"] = frame["total_spent"].where(frame.index >= 100)
    frame["orders_count"] = frame["orders_count"].where(frame.index >= 100, 0)
    s = smartcart.segment(frame, k=3, k_max=3)
    s.save(tmp_path / "run")
    spent = s.profile[s.profile["column"] == "spend"]["overall_mean"].iloc[0]
    assert spent == pytest.approx(frame["total_spent"].sum() / N)  # not of those who bought
    given = smartcart.load(tmp_path / "run").assign(frame).set_index("customer_id")["segment_id"]
    mine = s.customers.set_index("customer_id")["segment_id"]
    assert (given.loc[mine.index] == mine).all()
    import duckdb

    con = duckdb.connect()
    con.register("customers", frame)
    rows = con.execute(smartcart.load(tmp_path / "run").sql("duckdb", "customers")).fetch_df()
    assert (rows.set_index("customer_id")["segment_id"].loc[mine.index] == mine).all()


def test_blank_money_without_a_count_needs_other_blank_money() -> None:
    frame = shop().drop(columns="orders_count")
    frame["Average Order Value"] = frame["total_spent"] / 2
    frame.loc[:49, ["total_spent", "Average Order Value"]] = np.nan
    frame.loc[50:59, "total_spent"] = np.nan
    assert entry(seen(frame), "never bought") == 50
    assert entry(seen(frame.drop(columns="Average Order Value")), "never bought") == 0


@pytest.mark.parametrize(
    ("bought", "longest", "dated"), [(0, True, False), (5, True, True), (6, False, True)]
)
def test_who_never_bought_has_the_longest_time_since(
    tmp_path: Path, bought: int, longest: bool, dated: bool
) -> None:
    frame = shop()
    frame.loc[:99, ["orders_count", "total_spent"]] = 0
    frame["days_since_last_order"] = frame["days_since_last_order"].where(frame.index > 99)
    frame.loc[: bought - 1, ["orders_count", "total_spent"]] = 2, 30.0  # and no day, by a fault
    if dated:
        days = pd.to_timedelta(frame.pop("days_since_last_order"), "D")
        frame["last_order_date"] = pd.Timestamp("2025-06-30") - days
    s = smartcart.segment(frame, k=3, seed=0)
    (told,) = [
        e.sentence for e in s.ledger.entries if e.rule == "missing value" and "last" in e.sentence
    ]
    assert ("the longest time" if longest else "the median") in told
    s.save(tmp_path / "run")
    recipe = json.loads((tmp_path / "run" / "model.json").read_text(encoding="utf-8"))["recipe"]
    at = [f["name"] for f in recipe["features"]].index("recency_days")
    fill = recipe["fill"][at]
    assert fill == (recipe["high"][at] if longest else pytest.approx(fill))
    assert (fill > 550) == longest  # of 1 to 600 days
    again = smartcart.load(tmp_path / "run").assign(frame).set_index("customer_id")["segment_id"]
    kept = pd.read_parquet(tmp_path / "run" / "segments.parquet")
    assert again.to_dict() == kept.set_index("customer_id")["segment_id"].to_dict()


def test_a_table_without_blanks_has_no_rule_for_zeros() -> None:
    found = seen(shop())
    assert not any(c.zero_if for c in found.contract.columns)
    assert never_bought.zeros_expression(None, found.contract) is None  # type: ignore[arg-type]


# Roles that are shown are used -----------------------------------------------------------------


def test_every_column_that_forms_is_in_a_feature_or_told() -> None:
    frame = shop()
    frame["registration_date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        np.arange(N) % 300, unit="D"
    )
    frame["subscription_length"] = 30 * (1 + np.arange(N) % 12)
    found = seen(frame)
    used = {n for f in found.forming for n in (*f.columns, *f.denominator)}
    assert {c.name for c in found.contract.columns if c.role == "forms"} <= used
    told = next(c for c in found.contract.columns if c.name == "subscription_length")
    assert (told.role, told.reason) == (
        "describes",
        "registration_date gives the tenure: describes",
    )
    assert [f.name for f in found.describing if f.columns == ("subscription_length",)]


@pytest.mark.parametrize("name", ["DOB", "birth_date", "Geburtsdatum", "Year_Birth"])
def test_an_age_needs_no_day_given_by_hand(name: str) -> None:
    frame = shop()
    years = 1950 + np.arange(N) % 53
    years[0] = 1843
    frame[name] = years if name == "Year_Birth" else [f"{y}-06-15" for y in years]
    found = seen(frame)
    assert [f.label for f in found.describing if f.columns == (name,)] == ["Age"]
    assert found.contract.as_of is not None
    assert found.contract.as_of.year in {2019, 2020}
    assert entry(found, "impossible value") == 1
    assert [n for n in found.notices if n.code == "ages guessed"]
    dated = seen(frame.assign(note_written=["2024-03-01", "2024-05-02"] * (N // 2)))
    assert str(dated.contract.as_of) == "2024-05-02"
    assert not [n for n in dated.notices if n.code == "ages guessed"]


@pytest.mark.parametrize("bought", [[], ["orders_count"], ["days_since_last_order"]])
def test_a_table_that_says_nothing_of_purchases_is_told(bought: list[str]) -> None:
    rng = np.random.default_rng(4)
    frame = shop()[["customer_id", *bought]]
    frame["member_rating"] = rng.integers(1, 6, N)
    frame["joined"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.arange(N) % 300, unit="D")
    told = [n.message for n in seen(frame).notices if n.code == "nothing bought"]
    assert len(told) == (0 if bought else 1)
    assert not told or "Member rating" in told[0]


@pytest.mark.parametrize("name", ["Last Active", "Last Open", "last_seen", "Last Click"])
def test_a_sign_of_life_is_no_purchase(name: str) -> None:
    frame = shop().drop(columns="days_since_last_order")
    frame[name] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N) % 300, unit="D")
    found = seen(frame)
    assert role(found, name) == ("forms", "last_seen")
    made = next(f for f in found.forming if f.columns == (name,))
    assert made.name == "last_seen_days"
    assert "purchase" not in made.label
    frame["last_order_date"] = frame[name] - pd.Timedelta(days=7)
    made = next(f for f in seen(frame).forming if f.columns == ("last_order_date",))
    assert (made.name, made.label) == ("recency_days", "Days since the last purchase")


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("order_num_total_ever_online", "channel:web"),
        ("order_num_total_ever_offline", "channel:store"),
        ("num_orders_total", "frequency"),
        ("total number of orders", "frequency"),
        ("Historic Number Of Orders", "frequency"),
        ("Total Customer Lifetime Value", "spend_total"),
    ],
)
def test_totals_that_are_counts_are_counts(name: str, meaning: str) -> None:
    frame = shop().drop(columns=["orders_count", "total_spent"])
    frame[name] = shop()["orders_count"] * (1 if meaning != "spend_total" else 7.5)
    found = seen(frame)
    assert role(found, name) == ("forms", meaning)
    unit = next(f.unit for f in found.forming if name in f.columns)
    assert unit == ("money" if meaning == "spend_total" else "count")


def test_a_count_beside_another_does_not_read_as_money() -> None:
    frame = shop().assign(order_num_total_ever_online=lambda f: f["orders_count"] // 2)
    column = next(c for c in seen(frame).contract.columns if c.name.startswith("order_num"))
    assert column.label == "Number of order total ever online"
    made = next(f for f in seen(frame).forming if f.columns == (column.name,))
    assert made.unit == "count"
    assert label_of("total_number_of_orders", "measure") == "Total number of orders"


# People ----------------------------------------------------------------------------------------

PLANTED = {
    "Default Address Phone": "'+1555{i:07d}",
    "Billing Address 1": "{i} Secret Street",
    "Shipping Zip": "Z{i:05d}Q",
    "Contact Phone": "+44 20 {i:04d} 7788",
    "Customer E-Mail": "who{i}@hidden.example",
    "Recipient Name": "Firstly Lastson{i}",
    "Nachname": "Nachson{i}",
    "Strasse": "Geheimweg {i}",
    "PLZ": "D-9{i:04d}",
    "Telefonnummer": "0049 30 55{i:05d}",
    "Correo electrónico": "quien{i}@hidden.example",
    "Dirección": "Calle Oculta {i}",
    "Adresse de livraison": "{i} rue Cachée",
    "Prénom": "Prenomme{i}",
    "Telemóvel": "+351 91{i:07d}",
    "Endereço": "Rua Escondida {i}",
    "WhatsApp": "+55 11 9{i:04d}-{i:04d}",
    "Note": "+1 (555) 01{i:02d}-{i:04d}",
    "Extra 1": "mail{i}@hidden.example",
    "Default Address Company": "Hidden Holdings {i}",
}


@pytest.mark.parametrize("few", [False, True], ids=["each once", "some twice"])
def test_nothing_that_tells_who_people_are_leaves_the_table(tmp_path: Path, few: bool) -> None:
    frame = shop(rows=150)
    numbers = [i % 40 if few else i for i in range(150)]
    planted = {name: [form.format(i=i + 123) for i in numbers] for name, form in PLANTED.items()}
    frame = frame.assign(**planted)[[*PLANTED, *frame.columns]]
    path = tmp_path / "people.csv"
    frame.to_csv(path, index=False)
    out = smartcart.segment(path, k=3, k_max=3).save(tmp_path / "run")
    text = {
        file.name: file.read_text(errors="ignore")
        for file in out.rglob("*")
        if file.suffix in {".json", ".html", ".csv", ".md"} and file.stem != "segments"
    }
    assert {"run.json", "model.json", "report.html", "profile.csv"} <= set(text)
    assert json.loads(text["run.json"])["customers"] == 150
    for name, cells in planted.items():
        for cell in set(cells):
            leaks = [file for file, words in text.items() if cell.strip("'") in words]
            assert not leaks, (name, cell)


# Names without case ----------------------------------------------------------------------------


@pytest.mark.parametrize("fold", [str.lower, str.upper])
def test_names_without_case_are_the_same_names(fold) -> None:
    rng = np.random.default_rng(1)
    kind = rng.integers(3, size=300)
    frame = pd.DataFrame(
        {
            "ID": range(1000, 1300),
            "Year_Birth": rng.integers(1950, 2000, 300),
            "Marital_Status": rng.choice(["Single", "Married"], 300),
            "Income": (rng.lognormal(10, 0.2, 300) * (1 + kind)).round(),
            "Kidhome": rng.integers(2, size=300),
            "Dt_Customer": ["2013-05-04", "2014-06-29"] * 150,
            "Recency": rng.integers(0, 99, 300),
            **{
                f"Mnt{what}": rng.poisson(np.array([20, 90, 400])[kind])
                for what in ("Wines", "Fruits", "MeatProducts", "GoldProds")
            },
            **{
                f"Num{what}": rng.poisson(np.array([2, 4, 8])[kind])
                for what in (
                    "DealsPurchases",
                    "WebPurchases",
                    "CatalogPurchases",
                    "StorePurchases",
                    "WebVisitsMonth",
                )
            },
            "AcceptedCmp3": rng.integers(2, size=300),
            "Response": rng.integers(2, size=300),
        }
    )
    a, b = smartcart.segment(frame), smartcart.segment(frame.rename(columns=fold))
    mine, theirs = a.model.contract.columns, b.model.contract.columns
    assert [(c.role, c.meaning, c.label) for c in mine] == [
        (c.role, c.meaning, c.label) for c in theirs
    ]
    assert [(f.op, f.label) for f in a.model.recipe.features] == [
        (f.op, f.label) for f in b.model.recipe.features
    ]
    assert (a.verdict, a.k) == (b.verdict, b.k)
    assert list(a.segments["segment"]) == list(b.segments["segment"])
    assert (a.customers["segment_id"] == b.customers["segment_id"]).all()
