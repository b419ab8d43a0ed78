"""Order logs under names that SmartCart was not made for: customers, money and days come out right.

The figures that each must give are counted from the plain lines by pandas.
"""

from __future__ import annotations

import pandas as pd
import pytest

import smartcart
import unknown_logs as unknown
from smartcart.errors import DataError
from smartcart.tables.order_roles import find_log
from smartcart.tables.order_states import browsing_words
from smartcart.tables.summary import ColumnSummary


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    return unknown.plain()


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    return {name: smartcart.check(str(unknown.write(name, folder))) for name in unknown.MAKERS}


def expected(lines: pd.DataFrame, name: str) -> tuple[int, int, int, float | None]:
    """Customers, lines, orders and money that the log called ``name`` must give."""
    sold = lines
    with_state = {
        "german",
        "french",
        "spanish",
        "portuguese",
        "shouting",
        "two_ids",
        "nights",
        "charges",
    }
    if name in with_state:
        sold = sold[sold["state"] == "ok"]
    if name == "till":
        sold = sold[sold["who"] % 6 > 0]
    if name == "clicks":
        sold = sold[lines.index % 4 == 3]
    by_day = {"gifts", "charges", "bare", "clicks"}  # without a number, a day is an order
    key = ["who", "day"] if name in by_day else ["who", "order"]
    orders = len(sold) if name == "cards" else len(sold[key].drop_duplicates())
    money = {"clicks": "price", "till": "price"}.get(name, "amount")
    revenue = sold[money].sum() * (100 if name == "charges" else 1)
    return sold["who"].nunique(), len(sold), orders, revenue


@pytest.mark.parametrize("name", unknown.MAKERS)
def test_the_log_gives_its_customers_orders_and_money(seen, lines, name) -> None:
    found = seen[name]
    customers, sold, orders, revenue = expected(lines, name)
    assert found.contract.kind == "orders"
    assert found.contract.as_of == lines["day"].max().date()
    assert (found.ledger.segmented, found.ledger.lines_used) == (customers, sold)
    assert found.ledger.orders == orders
    assert found.ledger.revenue == pytest.approx(revenue, abs=0.01)


PLAYED = {
    "german": {"discount": "Rabatt %", "channel": "Vertriebsweg", "category": "Warengruppe"},
    "till": {
        "customer": "Kundenkarte",
        "order": "Kassenbon-Nr",
        "product": "EAN",
        "quantity": "Stück",
    },
    "french": {"product": "Réf. article", "discount": "Remise", "category": "Famille"},
    "spanish": {"customer": "Cód. Cliente", "discount": "Dto. %", "status": "Estado"},
    "portuguese": {"customer": "CPF", "status": "Situação"},
    "shouting": {"customer": "CUSTOMERNAME", "category": "PRODUCTLINE"},
    "two_ids": {"customer": "customer_unique_id", "date": "order_purchase_timestamp"},
    "nights": {"date": "check_in", "status": "booking_state"},
    "cards": {"customer": "cc_num", "order": "trans_num", "status": None},
    "clicks": {"status": "event_type"},
    "bare": {"customer": "id"},
}


@pytest.mark.parametrize("name", PLAYED)
def test_columns_play_their_parts(seen, name) -> None:
    log = seen[name].contract.log
    assert {part: getattr(log, part) for part in PLAYED[name]} == PLAYED[name]


def test_what_is_guessed_says_so(seen) -> None:
    reasons = {c.name: c.reason for c in seen["bare"].contract.log.columns}
    assert reasons["id"] == "says whose order it is (as it seems)"
    assert reasons["dollars"] == "the money of the line"


def test_views_and_carts_are_no_purchases(seen, lines) -> None:
    entry = next(e for e in seen["clicks"].ledger.entries if e.rule == "no purchase")
    assert entry.count == entry.taken == len(lines) - len(lines[lines.index % 4 == 3])
    assert browsing_words(["product view", "Add_to_cart", "sale", "cartridge"]) == (
        "product view",
        "Add_to_cart",
    )


def test_a_log_without_a_header_is_read_by_its_values(tmp_path, lines) -> None:
    path = tmp_path / "master.txt"
    rows = unknown.bare(lines).to_string(index=False, header=False)
    path.write_text(rows + "\n", encoding="utf-8")
    log = smartcart.check(str(path)).contract.log
    assert (log.customer, log.date, log.amount) == ("column_1", "column_2", "column_4")


@pytest.mark.parametrize("receipt", ["Receipt No", "Invoice ID", "Transaction", "Beleg-Nr"])
def test_lines_of_nobody_are_refused_with_the_way_out(tmp_path, lines, receipt) -> None:
    path = tmp_path / "t.csv"
    made = lines.rename(columns={"order": receipt, "day": "Date", "pieces": "Quantity"})
    made[[receipt, "Date", "Quantity", "price"]].to_csv(path, index=False)
    with pytest.raises(DataError, match="no column says whose they are; expected a customer id"):
        smartcart.check(str(path))
    found = smartcart.check(str(path), kind="customers")
    assert found.ledger.segmented == len(lines)


def test_receipts_of_nobody_are_segmented_with_a_warning(tmp_path, lines) -> None:
    path = tmp_path / "t.csv"
    first = lines.drop_duplicates("order")
    made = first.rename(columns={"order": "Invoice ID", "day": "Date", "pieces": "Quantity"})
    made[["Invoice ID", "Date", "Quantity", "price"]].to_csv(path, index=False)
    found = smartcart.check(str(path))
    notice = next(n for n in found.notices if n.code == "receipts, not customers")
    assert "Invoice ID, Date, Quantity" in notice.message
    assert "meaning: customer" in notice.message


def test_an_empty_column_of_customers_is_named(tmp_path, lines) -> None:
    path = tmp_path / "t.csv"
    made = lines[["order", "day", "pieces"]].assign(customer_id="")
    made.columns = ["order_id", "order_date", "quantity", "customer_id"]
    made.to_csv(path, index=False)
    with pytest.raises(DataError, match=r"no column says whose they are \(customer_id is empty\)"):
        smartcart.check(str(path))


@pytest.mark.parametrize(("days", "held"), [("yesterday", "text"), (45_000, "numbers")])
def test_a_date_that_is_none_is_told(tmp_path, lines, days, held) -> None:
    path = tmp_path / "t.csv"
    made = lines[["who", "order", "amount"]].assign(day=days)
    made.columns = ["customer_id", "order_id", "amount", "order_date"]
    made.to_csv(path, index=False)
    notice = next(n for n in smartcart.check(str(path)).notices if n.code == "no dates")
    assert f"(order_date is named like the date of an order, but holds {held})" in notice.message


def column(name: str, kind: str, distinct: int, **more) -> ColumnSummary:
    return ColumnSummary(name, kind, 100, 100, distinct, head=100, **more)


def test_customers_with_a_date_and_money_stay_customers() -> None:
    table = [
        column("id", "number", 100, whole=True),
        column("date", "date", 90),
        column("amount", "number", 95),
    ]
    assert find_log(table) is None
    repeated = [column("id", "number", 40, whole=True), *table[1:]]
    assert find_log(repeated).customer == "id"


@pytest.mark.parametrize("name", ["store_id", "Product No", "employee id", "zip code", "line no"])
def test_what_identifies_something_else_is_no_customer(name) -> None:
    table = [
        column(name, "number", 20, whole=True),
        column("date", "date", 90),
        column("amount", "number", 95),
    ]
    assert find_log(table) is None
