"""What an order log says, read by how its cells hang together: each kind of fault, by made-up data.

Every test makes a small shop and writes it as exports write it; the truth is what it was made of.
"""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import smartcart
from smartcart.cli.main import app
from smartcart.errors import DataError, ReadingQuestion, UsageError
from smartcart.inspection.questions import check_expected
from smartcart.records import OtherReading, ReadingReceipt

ORDERS, PEOPLE = 120, 16


def orders() -> pd.DataFrame:
    """Orders: number, who, mail, day, total; the total is 10, 11, ... 16."""
    n = np.arange(ORDERS)
    return pd.DataFrame(
        {
            "number": n + 1000,
            "who": [f"c{i % PEOPLE:02d}" for i in n],
            "mail": [f"c{i % PEOPLE:02d}@example.com" for i in n],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(n * 3, "D"),
            "total": 10.0 + n % 7,
        }
    )


def two_lines(**of_order) -> pd.DataFrame:
    """Two lines for each order: 3 and 2 pieces, at 6 and 4 tenths of the total."""
    t = orders().assign(**of_order)
    lines = t.loc[t.index.repeat(2)].reset_index(drop=True)
    first = lines.index % 2 == 0
    share = np.where(first, 0.6, 0.4)
    return lines.assign(
        first=first,
        pieces=np.where(first, 3, 2),
        sku=np.where(first, "S1", "S2"),
        line=(lines["total"] * share).round(2),
    )


def told(table: pd.DataFrame, **options) -> tuple[int | None, int, float | None]:
    """Orders, customers and money that are read."""
    receipt = smartcart.check(table, **options).receipt
    return receipt.orders, receipt.customers, round(receipt.revenue, 2)


TRUTH = (ORDERS, PEOPLE, orders()["total"].sum())


@pytest.mark.parametrize("number", ["Order", "Order #", "my-order-id", "Bestellnr", "Invoice No"])
def test_an_order_number_is_one_whatever_stands_before_it(number) -> None:
    t = orders()
    table = pd.DataFrame(
        {number: t["number"], "Date": t["day"], "Email": t["mail"], "Total": t["total"]}
    )
    assert told(table) == TRUTH


def test_a_name_that_holds_numbers_is_the_number_of_the_order() -> None:
    t = orders().assign(day=lambda t: t["day"].dt.to_period("Q").dt.start_time)
    table = pd.DataFrame(
        {
            "Name": "#" + t["number"].astype(str),
            "Email": t["mail"],
            "Created at": t["day"],
            "Total": t["total"],
        }
    )
    assert told(table) == TRUTH  # several of one customer on one day


@pytest.mark.parametrize("other", ["Refunded date (UTC)", "Shipped at", "Updated at", "Due date"])
def test_a_day_that_is_mostly_empty_or_of_something_else_is_not_the_day(other) -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "id": "ch_" + t["number"].astype(str),
            "Created date (UTC)": t["day"],
            "Amount": t["total"],
            other: t["day"].where(t.index % 10 == 0),
            "Customer ID": t["who"],
        }
    )
    seen = smartcart.check(table[["id", other, "Created date (UTC)", "Amount", "Customer ID"]])
    assert seen.contract.log.date == "Created date (UTC)"
    assert (seen.receipt.orders, seen.receipt.customers) == TRUTH[:2]


@pytest.mark.parametrize("nobody", [0, -1])
def test_an_id_of_nobody_is_known_by_the_address(nobody) -> None:
    t = orders().assign(account=lambda t: t.index % PEOPLE + 500)
    guests = t.index % 4 == 1
    t.loc[guests, "account"] = nobody
    t.loc[guests, "mail"] = [f" G{i}@Example.com" for i in range(guests.sum())]
    table = t[["number", "day", "account", "mail", "total"]].set_axis(
        ["order_id", "order_date", "customer_id", "billing_email", "total"], axis=1
    )
    seen = smartcart.check(table)
    assert seen.receipt.customers == t["account"].nunique() - 1 + guests.sum()
    assert seen.receipt.revenue == pytest.approx(TRUTH[2])
    notice = next(n for n in seen.notices if n.code == "nobody")
    assert "billing_email" in notice.message
    assert notice.count == guests.sum()


def test_nobody_without_an_address_is_without_a_customer_and_ids_from_0_are_customers() -> None:
    t = orders()
    walk_in = t.assign(who=t["who"].where(t.index % 3 > 0, "WALKIN"))
    table = walk_in[["number", "day", "who", "total"]].set_axis(
        ["Receipt", "Date", "Customer Code", "Total"], axis=1
    )
    seen = smartcart.check(table)
    assert seen.receipt.orders == (t.index % 3 > 0).sum()
    assert [(x.reason[:23], x.lines) for x in seen.receipt.left_out] == [
        ("lines without a custome", (t.index % 3 == 0).sum())
    ]
    counted = t.assign(who=t.index % PEOPLE)
    table = counted[["number", "day", "who", "total"]].set_axis(
        ["order_id", "date", "customer_id", "total"], axis=1
    )
    assert told(table) == TRUTH


def test_an_id_with_many_addresses_or_an_impossible_share_is_nobody() -> None:
    n = np.arange(400)
    table = pd.DataFrame(
        {
            "order_id": n,
            "order_date": pd.Timestamp("2024-01-01") + pd.to_timedelta(n, "D"),
            "customer_id": np.where(n % 2 == 0, 777_777, 1000 + n % 80),
            "email": [f"p{i}@example.com" if i % 2 == 0 else f"k{i % 80}@example.com" for i in n],
            "total": 10.0,
        }
    )
    assert smartcart.check(table).receipt.customers == 40 + 200
    assert smartcart.check(table.drop(columns="email")).receipt.customers == 40
    few = table.assign(customer_id=1000 + n % 40)  # nobody has a share that no buyer has
    assert smartcart.check(few.drop(columns="email")).receipt.customers == 40


EXPORTED = ("Order ID", "Email", "Created at", "Total", "Lineitem quantity", "Lineitem sku")


def export(lines: pd.DataFrame, blank: tuple[str, ...]) -> pd.DataFrame:
    """Lines whose cells ``blank`` are told on the first line of an order only."""
    for name in blank:
        lines[name] = lines[name].astype(object).where(lines["first"], None)
    return lines.rename(
        columns={
            "number": "Order ID",
            "mail": "Email",
            "day": "Created at",
            "total": "Total",
            "pieces": "Lineitem quantity",
            "sku": "Lineitem sku",
        }
    )[list(EXPORTED)]


@pytest.mark.parametrize(
    "blank",
    [("total",), ("mail", "day", "total"), ("number", "mail", "day", "total"), ()],
    ids=["totals once", "order cells once", "the number, too", "totals on every line"],
)
def test_cells_of_an_order_reach_its_lines_and_totals_count_once(tmp_path, blank) -> None:
    path = tmp_path / "log.csv"
    export(two_lines(), blank).to_csv(path, index=False)
    seen = smartcart.check(str(path))
    assert (seen.receipt.orders, seen.receipt.customers, seen.receipt.revenue) == TRUTH
    assert not seen.receipt.left_out
    found = customers_of(path)
    assert set(found["items_per_order"]) == {5.0}
    assert set(found["products_per_order"]) == {2.0}


def customers_of(path) -> pd.DataFrame:
    from smartcart.inspection.customer_table import look
    from smartcart.sources import open_source

    with open_source(str(path)) as opened:
        seen = look(opened)
        return seen.engine.arrow(seen.clean).to_pandas()


def test_rows_of_a_sale_its_lines_and_its_payment_are_one_sale(tmp_path) -> None:
    lines = two_lines()
    total = orders().rename(columns={"total": "line"}).assign(kind="Verkauf", pieces=5, sku=None)
    pay = orders().assign(kind="Zahlung", pieces=np.nan, sku=None, line=np.nan)
    log = pd.concat([total, lines.assign(kind="Verkaufsposition"), pay]).sort_values(
        ["number", "kind"], kind="stable"
    )
    path = tmp_path / "till.csv"
    log[["day", "number", "kind", "who", "pieces", "line", "sku"]].set_axis(
        ["Date", "Receipt Number", "Line Type", "Customer Code", "Quantity", "Total", "Sku"], axis=1
    ).to_csv(path, index=False)
    seen = smartcart.check(str(path))
    assert (seen.receipt.orders, seen.receipt.customers, seen.receipt.revenue) == TRUTH
    assert seen.contract.log.row_type == "Line Type"
    assert set(customers_of(path)["items_per_order"]) == {5.0}


def test_customers_on_rows_above_their_lines(tmp_path) -> None:
    rows = []
    for who, lines in orders().groupby("who"):
        rows.append([f"Name {who}", None, None, None])
        rows += [
            [None, d, n, t]
            for d, n, t in zip(lines["day"], lines["number"], lines["total"], strict=True)
        ]
        rows.append([f"Total for Name {who}", None, None, lines["total"].sum()])
    path = tmp_path / "report.csv"
    pd.DataFrame(rows, columns=["", "Date", "Num", "Amount"]).to_csv(path, index=False)
    seen = smartcart.check(str(path))
    assert (seen.receipt.orders, seen.receipt.customers, seen.receipt.revenue) == TRUTH


MONEY = ("Refund Amount", "Commission", "Fee", "Shipping", "Tax", "Balance")


@pytest.mark.parametrize("other", MONEY)
def test_what_was_paid_is_neither_a_refund_nor_a_fee(other) -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Order ID": t["number"],
            "Customer ID": t["who"],
            "Order Date": t["day"],
            other: 3.5,
            "Order Total (inc tax)": t["total"],
            "Order Total (ex tax)": (t["total"] / 1.08).round(2),
        }
    )
    assert told(table) == TRUTH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Subtotal", "Grand Total"),
        ("Gross Sales", "Net Sales"),
        ("Zwischensumme", "Gesamtbetrag"),
    ],
)
def test_an_amount_before_discounts_was_not_paid(before, after) -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Order ID": t["number"],
            "Email": t["mail"],
            "Created at": t["day"],
            before: t["total"] + 5,
            "Discount Amount": 5.0,
            after: t["total"],
        }
    )
    seen = smartcart.check(table)
    assert seen.receipt.revenue == pytest.approx(TRUTH[2])
    assert seen.receipt.alternatives[0].revenue == pytest.approx(TRUTH[2] + 5 * ORDERS)


def test_an_amount_in_one_currency_goes_before_what_was_paid_in_several() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "id": "ch_" + t["number"].astype(str),
            "Created": t["day"],
            "Amount": t["total"] * (1 + t.index % 2),
            "Currency": np.where(t.index % 2, "eur", "usd"),
            "Converted Amount": t["total"],
            "Customer ID": t["who"],
        }
    )
    assert told(table) == TRUTH
    only = table.drop(columns="Converted Amount")
    assert "mixed currencies" in {n.code for n in smartcart.check(only).notices}


@pytest.mark.parametrize("used", [False, True])
def test_mixed_currencies_are_told_of_money_that_is_used(used: bool) -> None:
    t = orders()
    each = np.where(t.index % 2, "€", "CHF ") + t["total"].map("{:.2f}".format).astype(object)
    table = pd.DataFrame({"Order ID": t["number"], "Email": t["mail"], "Created at": t["day"]})
    table["Grand Total (Purchased)"] = each
    if not used:
        table["Grand Total (Base)"] = "€" + t["total"].map("{:.2f}".format)
    seen = smartcart.check(table)
    assert told(table) == TRUTH
    for notices in (seen.notices, seen.reading.notices):
        assert ("mixed_currencies" in {n.code for n in notices}) is used


@pytest.mark.parametrize("role", ["forms", "dropped"])
def test_of_customers_too_only_money_that_is_used_mixes_currencies(role: str) -> None:
    n = np.arange(80)
    table = pd.DataFrame({"customer_id": n, "total_spend": 20.5 + n * 7 % 90, "orders": 1 + n % 9})
    table["old_spend"] = [f"{'$' if i % 2 else '€'}{5 + i * 3 % 70}.25" for i in n]
    seen = smartcart.check(table, roles={"old_spend": role})
    codes = {notice.code for notice in seen.notices}
    assert ("mixed_currencies" in codes) is (role == "forms")


STATES = {
    "cancelled": ("cancelled", "Storniert", "voided", "annulée", "anulowane", "отменён", "취소"),
    "partly": (
        "partially_refunded",
        "Teilweise erstattet",
        "Partially Refunded",
        "gedeeltelijk terugbetaald",
        "częściowo zwrócone",
        "частичный возврат",
    ),
    "unpaid": ("checkout-draft", "Awaiting Payment", "Quotation", "Pending payment"),
    "sold": ("processing", "Versendet", "not returned", "complete", "unfulfilled"),
}


@pytest.mark.parametrize(("state", "word"), [(s, w) for s, words in STATES.items() for w in words])
def test_words_of_a_state(state, word) -> None:
    t = orders()
    status = np.where(t.index % 6 == 0, word, "paid")
    table = pd.DataFrame(
        {
            "order_id": t["number"],
            "order_date": t["day"],
            "customer_id": t["who"],
            "total": t["total"],
            "status": status,
        }
    )
    lost = 0 if state in {"partly", "sold"} else (t.index % 6 == 0).sum()
    assert smartcart.check(table).receipt.orders == ORDERS - lost


def test_several_states_and_a_day_of_cancelling() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Order ID": t["number"],
            "Email": t["mail"],
            "Financial Status": np.where(t.index % 10 == 1, "refunded", "paid"),
            "Fulfillment Status": np.where(t.index % 10 == 2, "CANCELED", "pending"),
            "Created at": t["day"],
            "Cancelled at": t["day"].where(t.index % 10 == 3),
            "Total": t["total"],
        }
    )
    seen = smartcart.check(table)
    assert seen.receipt.orders == ORDERS * 7 // 10
    assert seen.contract.log.cancelled_on == ("Cancelled at",)


def test_money_given_back_in_full_takes_the_order_and_in_part_leaves_it() -> None:
    t = orders()
    back = np.select([t.index % 10 == 0, t.index % 10 == 1], [t["total"], 4.0], 0.0)
    table = pd.DataFrame(
        {
            "Order ID": t["number"],
            "Email": t["mail"],
            "Order Date": t["day"],
            "Total": t["total"],
            "Refunded Amount": back,
        }
    )
    seen = smartcart.check(table)
    assert seen.receipt.orders == ORDERS * 9 // 10
    net = smartcart.check(table, net_returns=True).receipt.revenue
    assert net == pytest.approx(t["total"][t.index % 10 > 0].sum() - 4.0 * ORDERS / 10)


def test_a_return_that_is_told_twice_is_taken_off_once() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "order_id": t["number"],
            "status": "completed",
            "customer_id": t["who"],
            "date_created": t["day"],
            "total": t["total"],
        }
    )
    day = t["day"].max()
    more = pd.DataFrame(
        [
            (9001, "completed", "A", day, 50.0),
            (9002, "refunded", "A", day, 80.0),
            (9003, "completed", "A", day, -80.0),
            (9004, "completed", "B", day, 70.0),
            (9005, "completed", "B", day, -20.0),
        ],
        columns=table.columns,
    )
    receipt = smartcart.check(pd.concat([table, more]), net_returns=True).receipt
    assert receipt.revenue == pytest.approx(t["total"].sum() + 50 + 70 - 20)


def test_an_order_told_twice_under_one_number_counts_once() -> None:
    t = pd.concat([orders(), orders()[::5]])
    table = pd.DataFrame(
        {
            "event_name": "purchase",
            "event_date": t["day"],
            "user_pseudo_id": t["who"],
            "transaction_id": t["number"],
            "purchase_revenue": t["total"],
        }
    )
    views = table.assign(event_name="page_view", transaction_id=None, purchase_revenue=None)
    assert told(pd.concat([views, table])) == TRUTH


@pytest.mark.parametrize("lost", ["Email", "mail"])
def test_without_a_buyer_a_log_is_refused(lost, tmp_path) -> None:
    path = tmp_path / "log.csv"
    export(two_lines(), ()).drop(columns="Email").to_csv(path, index=False)
    with pytest.raises(DataError, match="no column says whose they are"):
        smartcart.check(str(path))
    with pytest.raises(DataError, match="no column says whose"):
        smartcart.check(
            orders()[["number", "day", "total"]].set_axis(
                ["order_id", "order_date", "total"], axis=1
            )
        )


def test_two_amounts_that_may_both_have_been_paid_are_asked_about() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "order_id": t["number"],
            "order_date": t["day"],
            "customer_id": t["who"],
            "Amount Paid": t["total"],
            "Amount Charged": t["total"] * 2,
        }
    )
    with pytest.raises(ReadingQuestion, match="2 ways that give other totals") as asked:
        smartcart.check(table)
    assert {round(r.revenue) for r in asked.value.readings} == {
        round(TRUTH[2]),
        round(2 * TRUTH[2]),
    }
    chosen = {"Amount Charged": {"meaning": "amount"}}
    assert told(table, roles=chosen)[2] == pytest.approx(2 * TRUTH[2])
    equal = table.assign(**{"Amount Charged": t["total"] * 1.004})
    assert told(equal)[2] == pytest.approx(TRUTH[2])  # within half a percent there is no question


def test_a_reading_of_a_small_part_of_the_lines_is_not_made() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "order_id": t["number"],
            "order_date": t["day"],
            "total": t["total"],
            "customer_id": t["who"].where(t.index % 3 == 0),
        }
    )
    with pytest.raises(ReadingQuestion, match="80 of 120 lines are without a buyer"):
        smartcart.check(table)
    half = table.assign(customer_id=t["who"].where(t.index % 2 == 0))
    assert smartcart.check(half).receipt.orders == ORDERS // 2
    said = {"customer_id": {"role": "id", "meaning": "customer"}}
    assert smartcart.check(table, roles=said).receipt.orders == ORDERS // 3


@given(
    names=st.lists(
        st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8),
        min_size=5,
        max_size=5,
        unique=True,
    ),
    renamed=st.sets(st.integers(0, 4), min_size=1),
    lines=st.booleans(),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_renamed_columns_give_the_same_reading_or_a_question(names, renamed, lines) -> None:
    known = ["order_id", "customer_id", "order_date", "sku", "amount"]
    made = two_lines()[["number", "who", "day", "sku", "line"]]
    if not lines:
        made = orders().assign(sku="S")[["number", "who", "day", "sku", "total"]]
    used = [names[i] + "_x" if i in renamed else name for i, name in enumerate(known)]
    table = made.set_axis(used, axis=1)
    try:
        seen = smartcart.check(table)
    except DataError:
        return
    assert seen.contract.kind == "orders"
    receipt = seen.receipt
    assert (receipt.orders, receipt.customers) == TRUTH[:2]
    assert receipt.revenue == pytest.approx(TRUTH[2])


@pytest.mark.parametrize("word", ["nr", "id", "qty", "age", "tax", "fee", "zip", "year", "points"])
def test_the_only_number_of_a_log_is_asked_about_whatever_it_is_called(word) -> None:
    table = orders().assign(sku="S")[["number", "who", "day", "sku", "total"]]
    table.columns = ["order_id", "customer_id", "order_date", "sku", f"{word}_x"]
    with pytest.raises(ReadingQuestion, match="no name says what was paid"):
        smartcart.check(table)
    meaning = {"meaning": "quantity"} if word == "qty" else "dropped"
    said = smartcart.check(table, roles={f"{word}_x": meaning}).receipt
    assert (said.orders, said.customers, said.revenue) == (ORDERS, PEOPLE, None)


def test_a_number_under_the_name_of_an_address_is_read_as_a_number() -> None:
    table = two_lines()[["number", "who", "day", "sku", "line"]]
    table.columns = ["email_x", "customer_id", "order_date", "sku", "amount"]
    receipt = smartcart.check(table).receipt
    assert (receipt.orders, receipt.customers) == TRUTH[:2]
    assert "customer: email_x for customer_id" in {one.differs_in for one in receipt.alternatives}


def test_the_receipt_tells_what_was_read(tmp_path) -> None:
    path = tmp_path / "log.csv"
    lines = export(two_lines(), ("total",))
    lines["Status"] = np.where(lines["Order ID"] % 10 == 0, "cancelled", "paid")
    lines.to_csv(path, index=False)
    receipt = smartcart.check(str(path)).receipt
    sold = orders()[orders()["number"] % 10 > 0]
    assert (receipt.orders, receipt.customers) == (len(sold), PEOPLE)
    assert receipt.revenue == pytest.approx(sold["total"].sum())
    assert (receipt.first_day, receipt.last_day) == (
        sold["day"].min().date(),
        sold["day"].max().date(),
    )
    assert receipt.columns["money"] == "Total"
    assert [(x.reason, x.lines) for x in receipt.left_out] == [("lines of cancelled orders", 24)]
    assert "Total stands for the order, on one line of it: it counts once" in receipt.checks


def run(capsys, *words: str) -> tuple[int, str]:
    import sys

    from smartcart.cli.main import _guarded

    old = sys.argv
    sys.argv = ["smartcart", *words]
    try:
        code = _guarded(app, "--json" in words)
    finally:
        sys.argv = old
    captured = capsys.readouterr()
    return code, captured.out + captured.err


@pytest.fixture
def shop(tmp_path):
    t = orders()
    path = tmp_path / "shop.csv"
    pd.DataFrame(
        {
            "Order ID": t["number"],
            "Email": t["mail"],
            "Created at": t["day"],
            "Subtotal": t["total"] + 5,
            "Grand Total": t["total"],
        }
    ).to_csv(path, index=False)
    return path


def test_the_receipt_as_json_and_in_the_run(shop, tmp_path, capsys) -> None:
    code, out = run(capsys, "check", str(shop), "--json")
    receipt = json.loads(out)["receipt"]
    assert code == 0
    assert {
        "kind",
        "layout",
        "certainty",
        "lines",
        "orders",
        "customers",
        "revenue",
        "first_day",
        "last_day",
        "columns",
        "left_out",
        "alternatives",
    } <= receipt.keys()
    assert (receipt["orders"], receipt["customers"], receipt["revenue"]) == TRUTH
    assert receipt["alternatives"][0]["differs_in"] == "money: Subtotal for Grand Total"
    code, out = run(capsys, "run", str(shop), "-o", str(tmp_path / "out"), "--k", "2", "--quiet")
    assert code == 0
    summary = json.loads((tmp_path / "out" / "run.json").read_text())
    assert summary["receipt"] == receipt
    page = (tmp_path / "out" / "report.html").read_text()
    assert "What was read" in page
    assert "120 orders of 16 customers" in page


def test_expected_totals_hold_or_name_the_reading_that_gives_them(shop, capsys) -> None:
    right = ("--expect", "orders=120", "--expect", f"revenue={TRUTH[2]}")
    assert run(capsys, "check", str(shop), *right)[0] == 0
    code, out = run(capsys, "check", str(shop), "--expect", f"revenue={TRUTH[2] + 5 * ORDERS}")
    assert code == 3
    assert "with Subtotal for Grand Total: 2,1" in out
    assert "columns: {'Subtotal': {meaning: amount}}" in out
    code, out = run(capsys, "check", str(shop), "--expect", "customers=400")
    assert code == 3
    assert "customers read: 16; expected 400" in " ".join(out.split())
    code, out = run(capsys, "check", str(shop), "--expect", "sales=4")
    assert code == 2
    assert "expected orders=N, customers=N or revenue=X" in " ".join(out.split())


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [(1000.0, True), (995.03, True), (994.9, False), (1005.02, True), (1005.1, False)],
)
def test_half_a_percent_is_the_limit(wanted, fits) -> None:
    receipt = ReadingReceipt("orders", None, "known layout", 9, 9, 3, 1000.0, None, None, {})

    def others() -> list[OtherReading]:
        return []

    if fits:
        check_expected(receipt, {"revenue": wanted}, others)
    else:
        with pytest.raises(DataError, match="no other reading gives it"):
            check_expected(receipt, {"revenue": wanted}, others)


def test_expected_totals_in_python_and_in_the_configuration(shop, tmp_path, capsys) -> None:
    with pytest.raises(DataError, match=r"orders read: 120; expected 99 "):
        smartcart.check(str(shop), expect={"orders": 99})
    with pytest.raises(UsageError, match="expect"):
        smartcart.check(str(shop), expect={"visits": 99})
    config = tmp_path / "smartcart.yaml"
    config.write_text("expect: {customers: 15}\n")
    assert run(capsys, "check", str(shop), "--config", str(config))[0] == 3


def test_the_columns_of_a_refused_file_can_be_written_down(tmp_path, capsys) -> None:
    t = orders()
    path, config = tmp_path / "log.csv", tmp_path / "smartcart.yaml"
    pd.DataFrame(
        {
            "order_id": t["number"],
            "order_date": t["day"],
            "customer_id": t["who"],
            "Amount Paid": t["total"],
            "Amount Charged": t["total"] * 2,
        }
    ).to_csv(path, index=False)
    code, out = run(capsys, "check", str(path), "--write-config", str(config))
    assert code == 3
    assert "to edit" in out
    text = config.read_text()
    assert "customer_id: {role: id, meaning: customer}" in text
    lines = [line for line in text.splitlines() if "Amount" not in line or line.startswith("#")]
    lines += ['  "Amount Paid": {meaning: amount}', '  "Amount Charged": dropped']
    config.write_text("\n".join(lines) + "\n")
    code, out = run(capsys, "check", str(path), "--config", str(config), "--json")
    assert code == 0, out
    assert json.loads(out)["receipt"]["revenue"] == TRUTH[2]


def test_a_written_configuration_gives_the_same_reading(tmp_path, capsys) -> None:
    path, config = tmp_path / "log.csv", tmp_path / "smartcart.yaml"
    lines = export(two_lines(), ("mail", "day", "total"))
    lines["Payment Status"] = np.where(lines["Order ID"] % 10 == 0, "voided", "paid")
    lines.to_csv(path, index=False)
    assert run(capsys, "check", str(path), "--write-config", str(config), "--quiet")[0] == 0
    before = smartcart.check(str(path)).receipt
    code, out = run(capsys, "check", str(path), "--config", str(config), "--json")
    assert code == 0, out
    after = json.loads(out)["receipt"]
    assert (after["orders"], after["customers"], after["revenue"]) == (
        before.orders,
        before.customers,
        before.revenue,
    )
    assert after["certainty"] == "as configured"


def test_days_are_told_as_days() -> None:
    receipt = smartcart.check(
        orders().set_axis(["order_id", "customer_id", "email", "order_date", "total"], axis=1)
    ).receipt
    assert receipt.first_day == dt.date(2024, 1, 1)
