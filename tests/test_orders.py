"""Order logs: known figures of real data, ledgers that add up, RFM against an independent one."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import smartcart
from conftest import shared_file
from frames import as_frame
from smartcart.core import rfm
from smartcart.errors import DataError, UsageError
from smartcart.inspection.customer_table import look
from smartcart.inspection.order_log import OrderOptions
from smartcart.sources import open_source

AS_OF = dt.date(2024, 6, 30)


def customers_of(source, **options) -> pd.DataFrame:
    """The table of customers that a log makes, by customer."""
    with open_source(source) as opened:
        seen = look(opened, kind="orders", **options)
        return as_frame(seen.engine, seen.clean).set_index("customer_id").sort_index()


def log(**changes) -> pd.DataFrame:
    """A small log with one of everything."""
    rows = pd.DataFrame(
        [
            ("1001", "2024-01-10", "a", "p1", 2, 10.0),
            ("1001", "2024-01-10", "a", "p2", 1, 5.0),
            ("1002", "2024-03-10", "a", "p1", 1, 10.0),
            ("1003", "2024-06-08", "a", "p3", 4, 2.5),
            ("1004", "2024-06-30", "b", "p1", 1, 40.0),
            ("1005", "2024-02-01", "c", "p1", 3, 10.0),
            ("C1005", "2024-02-09", "c", "p1", -1, 10.0),
            ("C1006", "2024-02-09", "d", "p1", -1, 10.0),
            ("1007", "2024-02-10", None, "p1", 1, 10.0),
            ("A1008", "2024-02-11", "a", "bad debt", 1, 99.0),
            ("1009", "2024-02-12", "b", "p4", 1, 0.0),
            ("1010", None, "b", "p4", 1, 3.0),
            ("1011", "2024-05-01", "e", "p2", 2, 7.0),
            ("1011", "2024-05-01", "e", "p2", 2, 7.0),
        ],
        columns=["InvoiceNo", "InvoiceDate", "CustomerID", "StockCode", "Quantity", "UnitPrice"],
    )
    rows["InvoiceDate"] = pd.to_datetime(rows["InvoiceDate"])
    return rows.assign(**changes)


def test_measures_of_a_customer_by_hand():
    a = customers_of(log()).loc["a"]
    assert (a.frequency, a.purchase_days) == (3, 3)
    assert a.monetary_total == pytest.approx(45.0)
    assert a.monetary_mean == pytest.approx(15.0)
    assert (a.recency_days, a.tenure_days) == (22, 172)
    assert a.gap_days_mean == pytest.approx((60 + 90) / 2)
    assert a.gap_variation == pytest.approx(15 / 75)
    assert a.items_per_order == pytest.approx(8 / 3)
    assert a.products_per_order == pytest.approx(4 / 3)
    assert a.return_rate == 0
    # 86 days are half of the log: 10 of recent spend against 10 of earlier
    assert a.trend == pytest.approx(0.0)
    assert a.wednesday_share == pytest.approx(1 / 3)


def test_returns_are_counted_and_on_request_netted():
    plain = customers_of(log()).loc["c"]
    assert plain.monetary_total == pytest.approx(30.0)
    assert plain.return_rate == pytest.approx(1 / 3)
    netted = customers_of(log(), options=OrderOptions(net_returns=True)).loc["c"]
    assert netted.monetary_total == pytest.approx(20.0)


def test_the_ledger_adds_up_to_the_line():
    seen = smartcart.check(log(), kind="orders")
    ledger = seen.ledger
    taken = {e.rule: (e.count, e.taken) for e in ledger.entries if e.unit == "lines"}
    assert taken == {
        "duplicate lines": (1, 0),
        "missing customer": (1, 1),
        "adjustments": (1, 1),
        "cancelled": (2, 2),
        "returned": (2, 0),
        "undated": (1, 1),
        "no price": (1, 1),
    }
    assert ledger.rows_read == 14 == ledger.lines_used + sum(t for _, t in taken.values())
    assert (ledger.orders, ledger.segmented, ledger.rejected) == (6, 4, 1)
    assert ledger.revenue == pytest.approx(45 + 40 + 30 + 28)
    assert seen.contract.as_of == AS_OF
    assert seen.contract.as_of_source == "latest InvoiceDate"


def test_duplicates_are_dropped_on_request():
    seen = smartcart.check(log(), kind="orders", drop_duplicates=True)
    entry = next(e for e in seen.ledger.entries if e.rule == "duplicate lines")
    assert (entry.count, entry.taken, entry.effect) == (1, 1, "dropped")
    assert seen.ledger.rows_read == 14
    assert seen.ledger.revenue == pytest.approx(45 + 40 + 30 + 14)


def test_as_of_leaves_out_what_came_later():
    seen = smartcart.check(log(), kind="orders", as_of=dt.date(2024, 5, 31))
    later = next(e for e in seen.ledger.entries if e.rule == "after as-of")
    assert later.taken == 2
    found = customers_of(log(), as_of=dt.date(2024, 5, 31))
    assert "b" not in found.index
    assert found.loc["a", "recency_days"] == 82


def test_a_letter_is_a_cancellation_only_where_it_is_the_exception():
    rows = log()
    rows["InvoiceNo"] = ["C" + str(i) for i in (1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 12)]
    rows["Quantity"] = rows["Quantity"].abs()
    seen = smartcart.check(rows, kind="orders")
    assert "cancelled" not in {e.rule for e in seen.ledger.entries}


@pytest.mark.parametrize(
    ("word", "rule"),
    [
        ("Cancelled", "cancelled"),
        ("storniert", "cancelled"),
        ("Refunded", "returned"),
        ("devuelto", "returned"),
        ("not returned", None),
        ("complete", None),
        ("shipped", None),
    ],
)
def test_words_of_a_status_column(word, rule):
    rows = log(status=["complete"] * 3 + [word] + ["complete"] * 10)
    rules = {e.rule: e.count for e in smartcart.check(rows, kind="orders").ledger.entries}
    before = {"cancelled": 2, "returned": 2}
    for name, count in before.items():
        assert rules[name] == count + (name == rule)


def test_discounts_channels_and_categories():
    rows = log(
        discount=[0.1, 0, 0, 0.2] + [0.0] * 10,
        channel=["web", "web", "app", "app"] + ["web"] * 10,
        category=["tea", "pots", "tea", "tea"] + ["tea"] * 10,
    )
    a = customers_of(rows).loc["a"]
    assert a.discount_share == pytest.approx(30 / 45)
    assert {round(a.channel_share_0, 3), round(a.channel_share_1, 3)} == {0.556, 0.444}
    assert a.category_share_0 == pytest.approx(40 / 45)


@pytest.mark.parametrize(
    "names",
    [
        ("order_id", "order_date", "customer_id", "product_id", "qty", "price"),
        ("Bestellnummer", "Bestelldatum", "Kundennummer", "Artikelnummer", "Menge", "Einzelpreis"),
        ("pedido", "fecha", "cliente", "producto", "cantidad", "precio"),
        ("commande", "date", "client", "produit", "quantité", "prix"),
        ("pedido", "data", "cliente", "produto", "quantidade", "preço"),
        ("Invoice", "InvoiceDate", "Customer ID", "StockCode", "Quantity", "Price"),
    ],
)
def test_logs_are_recognised_by_themselves(names):
    rows = log()
    rows.columns = list(names)
    seen = smartcart.check(rows)
    assert seen.contract.kind == "orders"
    assert seen.ledger.revenue == pytest.approx(45 + 40 + 30 + 28)


def test_an_amount_per_line_without_order_numbers_or_prices():
    rows = log()
    rows = rows.assign(amount=rows["Quantity"] * rows["UnitPrice"])
    rows = rows[["CustomerID", "InvoiceDate", "amount"]]
    seen = smartcart.check(rows)
    assert seen.contract.kind == "orders"
    assert "returned" in {e.rule for e in seen.ledger.entries}
    assert customers_of(rows).loc["a", "frequency"] == 4  # the day is the order


def test_a_log_without_money_or_dates_says_so():
    rows = log()[["CustomerID", "InvoiceNo", "StockCode"]]
    codes = {n.code for n in smartcart.check(rows, kind="orders").notices}
    assert {"no dates", "no money"} <= codes


def test_warnings_that_marketing_tools_give():
    rows = log(currency=["EUR"] * 7 + ["USD"] * 7)
    rows["CustomerID"] = [f"k{i}" for i in range(14)]
    notices = smartcart.check(rows, kind="orders", as_of=dt.date(2024, 12, 31)).notices
    found = {n.code: n for n in notices}
    assert found["few customers"].count == 9
    assert found["short history"].count == 173
    assert found["stale orders"].count == 184
    assert found["no repeat buyers"].count == 0
    assert "EUR, USD" in found["mixed currencies"].message


def test_bad_logs_end_in_one_sentence():
    with pytest.raises(UsageError, match=r"kind is 'lines'.*'customers' or 'orders'"):
        smartcart.check(log(), kind="lines")
    with pytest.raises(DataError, match="no column says whose order a line is"):
        smartcart.check(log().drop(columns="CustomerID"), kind="orders")
    with pytest.raises(DataError, match=r"no line of .* is a completed sale"):
        smartcart.check(log(Quantity=-1), kind="orders")
    lone = log()[lambda t: t["CustomerID"] == "a"]
    with pytest.raises(DataError, match="holds 1 customer with an order"):
        smartcart.check(lone, kind="orders")


def many(**columns) -> pd.DataFrame:
    """Sixty orders of twenty customers on different days, with more columns."""
    n = 60
    days = pd.date_range("2024-01-01", periods=n, freq="3D")
    base = {
        "order_id": range(1, n + 1),
        "customer_id": [f"k{i % 20}" for i in range(n)],
        "order_date": days,
        "amount": [10.0 + i % 7 for i in range(n)],
    }
    return pd.DataFrame(base | columns)


def test_nothing_after_the_as_of_day_counts_not_even_returns():
    rows = pd.DataFrame(
        {
            "order_id": [1, 2, 3, 4],
            "customer_id": ["a", "a", "a", "b"],
            "order_date": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-07-01", "2024-01-05"]),
            "amount": [10.0, 20.0, -20.0, 5.0],
        }
    )
    found = customers_of(rows, as_of=dt.date(2024, 3, 1), options=OrderOptions(net_returns=True))
    assert found.loc["a", "return_rate"] == 0
    assert found.loc["a", "monetary_total"] == pytest.approx(30.0)


def test_an_amount_takes_the_sign_of_its_quantity():
    rows = many(quantity=[1] * 59 + [-1])
    last = rows["customer_id"].iloc[-1]
    spent = rows[rows["customer_id"] == last]["amount"]
    found = customers_of(rows, options=OrderOptions(net_returns=True)).loc[last]
    assert found.monetary_total == pytest.approx(spent.iloc[:-1].sum() - spent.iloc[-1])


def test_a_total_repeated_on_the_lines_of_its_order_is_found_out():
    lines = many().loc[np.repeat(np.arange(60), 3)].reset_index(drop=True)
    seen = smartcart.check(lines, kind="orders")
    assert seen.ledger.revenue == pytest.approx(many()["amount"].sum())
    assert any("counts once" in check for check in seen.receipt.checks)
    priced = lines.assign(quantity=1, price=lines["amount"] / 3)
    seen = smartcart.check(priced, kind="orders")
    assert seen.ledger.revenue == pytest.approx(many()["amount"].sum())


def test_a_trait_that_varies_from_order_to_order_is_none_of_the_customer():
    rows = many(
        region=["East", "North", "South", "West"] * 15,
        country=[f"C{i % 20 // 10}" for i in range(60)],
    )
    rows["region"] = np.roll(rows["region"], np.arange(60) // 20)[:60]
    rows["region"] = [["East", "North", "South", "West"][(i + i // 20) % 4] for i in range(60)]
    labels = {f.label.split(":")[0] for f in smartcart.check(rows).describing}
    assert "country" in labels
    assert "region" not in labels


def test_orders_without_a_number_do_not_merge_with_numbered_ones():
    rows = pd.DataFrame(
        {
            "order_id": [19724, None, 7],
            "customer_id": ["a", "a", "b"],
            "order_date": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
            "amount": [1.0, 2.0, 3.0],
        }
    )
    rows["order_id"] = rows["order_id"].astype("Int64")
    assert customers_of(rows).loc["a", "frequency"] == 2


@pytest.mark.parametrize(
    ("values", "share"),
    [
        ([-2.5, 0.0], 0.5),
        (["5.00 off", "0.00"], 0.5),
        (["yes", "no promo"], 0.5),
        ([True, False], 0.5),
        (["SPRING", None], 0.5),
    ],
)
def test_what_counts_as_a_discount(values, share):
    rows = many(amount=10.0, discount=values * 30)
    rows["customer_id"] = [f"k{i // 4}" for i in range(60)]
    assert customers_of(rows)["discount_share"].tolist() == pytest.approx([share] * 15)


def test_a_flag_of_numbers_tells_returned_lines():
    seen = smartcart.check(many(is_returned=[0, 0, 1] * 20), kind="orders")
    assert {e.rule: e.count for e in seen.ledger.entries}["returned"] == 20


def test_amounts_beyond_reason_are_left_out():
    rows = many()
    rows.loc[0, "amount"] = 1e300
    seen = smartcart.check(rows, kind="orders")
    assert {e.rule: e.taken for e in seen.ledger.entries}["impossible amount"] == 1
    assert seen.ledger.revenue == pytest.approx(rows["amount"].iloc[1:].sum())


def test_small_amounts_are_not_lost():
    seen = smartcart.check(many(amount=0.0169), kind="orders")
    assert seen.ledger.revenue == pytest.approx(60 * 0.0169)


def test_money_called_purchase_is_money():
    rows = many().rename(columns={"amount": "Purchase"}).drop(columns="order_id")
    log = smartcart.check(rows).contract.log
    assert (log.amount, log.order) == ("Purchase", None)


@pytest.mark.parametrize(
    "more", [{"recency": range(60), "visits": range(60)}, {"total_spend": 5.0, "orders": range(60)}]
)
def test_measures_of_customers_are_no_orders(more):
    rows = many(**{k: list(v) if not isinstance(v, float) else v for k, v in more.items()})
    rows["customer_id"] = [f"k{i}" for i in range(60)]
    if "total_spend" in rows:
        rows["total_spend"] = np.arange(60.0)
    assert smartcart.check(rows).contract.kind == "customers"


def test_the_id_of_a_customer_never_forms():
    rows = many().drop(columns=["order_id", "order_date"])
    rows["customer_id"] = np.arange(60) % 20
    with pytest.raises(DataError, match=r"occur more than once.*kind='orders'"):
        smartcart.check(rows)


def test_a_column_with_hardly_any_values_is_not_the_customer():
    rows = many(account=["web", "shop"] * 30).rename(columns={"customer_id": "email"})
    assert smartcart.check(rows).contract.log.customer == "email"
    assert smartcart.check(many(customer=1)).contract.log.customer == "customer_id"


def test_the_configuration_of_a_log_comes_back(tmp_path):
    from smartcart.settings import read_settings, settings_text

    rows = many(country=["A", "B"] * 30, channel=["web", "app"] * 30, note=["x", "y"] * 30)
    seen = smartcart.check(rows, net_returns=True)
    path = tmp_path / "smartcart.yaml"
    path.write_text(settings_text(seen))
    given = read_settings(path)
    assert given.net_returns
    again = smartcart.check(rows, roles=given.columns, net_returns=True)
    assert again.ledger == seen.ledger
    assert again.forming == seen.forming
    assert {c.name for c in again.contract.log.columns if c.role != "dropped"} == {
        c.name for c in seen.contract.log.columns if c.role != "dropped"
    }


def test_what_the_user_says_of_a_column_wins():
    rows = many(profit=1.0, country=["A", "B"] * 30)
    seen = smartcart.check(rows, roles={"profit": {"meaning": "amount"}, "country": "dropped"})
    assert seen.contract.log.amount == "profit"
    assert seen.contract.log.traits == ()
    with pytest.raises(DataError, match="'country' is given the meaning 'amount', but holds text"):
        smartcart.check(rows, roles={"country": {"meaning": "amount"}})


def test_options_of_orders_are_refused_on_customers():
    rows = pd.DataFrame({"customer_id": range(40), "spend": range(40)})
    with pytest.raises(UsageError, match="row per customer"):
        smartcart.check(rows, drop_duplicates=True)


# RFM -------------------------------------------------------------------------------------------


def digits_by_pandas(values: pd.Series, *, low_is_best: bool = False) -> pd.Series:
    """Quintiles by pandas' own interval logic: independent of the module under test."""
    cuts = [values.quantile(q) for q in (0.2, 0.4, 0.6, 0.8)]
    digit = 1 + sum((values > cut).astype(int) for cut in cuts)
    return 6 - digit if low_is_best else digit


def rfm_by_pandas(table: pd.DataFrame) -> pd.DataFrame:
    out = pd.DataFrame(
        {
            "r": digits_by_pandas(table["recency_days"], low_is_best=True),
            "f": digits_by_pandas(table["frequency"]),
            "m": digits_by_pandas(table["monetary_total"]),
        }
    )
    return out.assign(rfm_score=out["r"].astype(str) + out["f"].astype(str) + out["m"].astype(str))


def test_every_cell_of_the_grid_has_a_name_and_every_name_a_rule():
    r, f, m = (a.ravel() for a in np.meshgrid(*[np.arange(1, 6)] * 3))
    assert set(rfm.segment_codes(r, f, m)) == set(range(len(rfm.SEGMENTS)))
    for name in rfm.SENTENCES:
        assert rfm.rule_of(name).startswith("R ")


@pytest.mark.parametrize("bins", [2, 3, 4, 7, 9])
def test_other_numbers_of_bins_reach_both_ends_of_the_grid(bins):
    values = np.arange(1000.0)
    cuts = np.quantile(values, rfm.shares_of(bins))
    found = rfm.digits(values, cuts)
    assert (found.min(), found.max()) == (1, bins)
    assert set(np.bincount(found)[1:] // (1000 // bins)) <= {1}
    codes = rfm.segment_codes(found, found, found, bins)
    assert rfm.SEGMENTS[codes[-1]] == "Champions"
    assert rfm.SEGMENTS[codes[0]] == "Lost"


def test_ties_share_their_digit_whatever_the_order_of_rows():
    rng = np.random.default_rng(0)
    values = rng.integers(1, 4, 500).astype(float)
    cuts = np.quantile(values, rfm.shares_of())
    shuffled = rng.permutation(500)
    assert (rfm.digits(values, cuts)[shuffled] == rfm.digits(values[shuffled], cuts)).all()
    for value in (1.0, 2.0, 3.0):
        assert len(set(rfm.digits(values, cuts)[values == value])) == 1


# Published purchases of four customers of CDNOW and their summary at 30 September 1997, in weeks
# (Fader, Hardie & Lee 2005; the data behind their tables).
PURCHASES = {
    1: ["1997-01-01", "1997-01-18", "1997-08-02", "1997-12-12"],
    2: ["1997-01-01", "1997-01-13"],
    3: ["1997-01-01"],
    26: ["1997-01-02", "1997-01-13", "1997-01-13"],
}
SUMMARY = {1: (2, 30.43, 38.86), 2: (1, 1.71, 38.86), 3: (0, 0.0, 38.86), 26: (1, 1.57, 38.71)}


def test_the_published_summary_of_known_customers():
    rows = pd.DataFrame(
        [(i, day, 10.0) for i, days in PURCHASES.items() for day in days],
        columns=["customer", "date", "amount"],
    )
    found = customers_of(rows.assign(date=pd.to_datetime(rows["date"])), as_of=dt.date(1997, 9, 30))
    clv = rfm.clv_summary(
        found["purchase_days"], found["recency_days"], found["tenure_days"], days_per_unit=7
    )
    for i, row in enumerate(zip(clv.frequency, clv.recency, clv.T, strict=True)):
        assert tuple(np.round(row, 2)) == SUMMARY[found.index[i]]


# Real data -------------------------------------------------------------------------------------


@pytest.mark.shared_data
def test_known_figures_of_online_retail():
    seen = smartcart.check(shared_file("online_retail.parquet"))
    ledger = seen.ledger
    counts = {e.rule: e.count for e in ledger.entries}
    assert ledger.rows_read == 541_909
    assert counts["missing customer"] == 135_080
    assert counts["cancelled"] == 9_288
    assert counts["adjustments"] == 3
    assert counts["duplicate lines"] == 5_268
    assert (ledger.lines_used, ledger.orders, ledger.segmented) == (397_884, 18_532, 4_338)
    assert ledger.revenue == pytest.approx(8_911_407.90, abs=0.01)
    assert ledger.rows_read == ledger.lines_used + sum(e.taken or 0 for e in ledger.entries)
    assert seen.contract.as_of == dt.date(2011, 12, 9)


@pytest.mark.shared_data
def test_online_retail_is_segmented_named_and_scored(tmp_path):
    path = shared_file("online_retail.parquet")
    lines = pd.read_parquet(path)
    s = smartcart.segment(path)
    assert 3 <= s.k <= 6
    assert s.verdict in {"useful partition", "natural clusters"}
    assert "Premium" in set(s.segments["segment"])
    assert all(len(x.facts) >= 3 for x in s.record.segments)
    assert len(s.customers) == 4_338
    assert len(s.rejected) == 34
    s.save(tmp_path / "run")
    written = pd.read_csv(tmp_path / "run" / "rfm.csv").set_index("customer_id").sort_index()

    sold = lines[
        lines["CustomerID"].notna()
        & ~lines["InvoiceNo"].str.startswith("C")
        & (lines["Quantity"] > 0)
        & (lines["UnitPrice"] > 0)
    ]
    sold = sold.assign(
        spent=sold["Quantity"] * sold["UnitPrice"], day=sold["InvoiceDate"].dt.normalize()
    )
    by_customer = sold.groupby(sold["CustomerID"].astype(int)).agg(
        last=("day", "max"), frequency=("InvoiceNo", "nunique"), monetary_total=("spent", "sum")
    )
    by_customer["recency_days"] = (pd.Timestamp("2011-12-09") - by_customer["last"]).dt.days
    assert (written["frequency"] == by_customer["frequency"]).all()
    assert (written["recency_days"] == by_customer["recency_days"]).all()
    np.testing.assert_allclose(written["monetary_total"], by_customer["monetary_total"], atol=1e-6)
    expected = rfm_by_pandas(by_customer.sort_index())
    for column in ("r", "f", "m"):
        assert (written[column] == expected[column]).all()
    assert (written["rfm_score"].astype(str) == expected["rfm_score"]).all()
    assert written["rfm_segment"].isin(rfm.SENTENCES).all()
    crossed = sum(sum(x.by_segment) for x in s.record.rfm.segments)
    assert crossed == 4_338


@pytest.mark.shared_data
def test_the_csv_head_gives_the_customers_of_the_same_lines():
    path = shared_file("online_retail_head.csv")
    head = customers_of(path)
    lines = pd.read_parquet(shared_file("online_retail.parquet")).iloc[: len(pd.read_csv(path))]
    whole = customers_of(lines)
    assert list(head.index) == list(whole.index)
    pd.testing.assert_frame_equal(head, whole, check_dtype=False)
