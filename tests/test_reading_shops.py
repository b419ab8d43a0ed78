"""Titles above a header, numbers of several shops, sums between days, large buyers, encodings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError
from test_reading import ORDERS, PEOPLE, TRUTH, orders, told, two_lines

N = np.arange(ORDERS)


def _written(table: pd.DataFrame, path, above: str = "", **options) -> str:
    path.write_bytes((above + table.to_csv(index=False, **options)).encode())
    return str(path)


def _log() -> pd.DataFrame:
    names = {"number": "Order ID", "who": "Customer", "day": "Order Date", "total": "Total"}
    return orders().drop(columns="mail").rename(columns=names)


# Above and between the lines -------------------------------------------------------------------


@pytest.mark.parametrize(
    "above",
    ["Made-up Goods\nSales by order\n", '"EXTF",700,21,"Sales",7,2024,"x"\n', "Sales\n\n"],
)
def test_lines_above_the_header_are_titles(above, tmp_path) -> None:
    path = _written(_log(), tmp_path / "log.csv", above)
    assert told(path) == TRUTH
    assert "title_lines" in {n.code for n in smartcart.check(path).notices}


def test_one_cell_above_two_columns_may_be_a_header(tmp_path) -> None:
    rows = "".join(f"p{i},{10 + i}.5\n" for i in range(40))
    two = tmp_path / "two.csv"
    two.write_text("Made-up Goods\nby customer\n,Spend\n" + rows)
    assert smartcart.check(str(two)).receipt.customers == 40
    assert [c.label for c in smartcart.check(str(two)).contract.columns][1] == "Spend"
    one = tmp_path / "one.csv"  # as R writes a table with names of rows
    one.write_text("Spend\n" + rows)
    assert smartcart.check(str(one)).receipt.customers == 40


def test_a_row_of_sums_is_no_customer_where_no_column_is_an_id() -> None:
    names = [f"Firm {i} Ltd" for i in range(30)]
    table = pd.DataFrame({"Firm": names, "Spend": np.arange(30) * 1.5 + 10})
    whole = pd.concat([table, pd.DataFrame({"Firm": ["TOTAL"], "Spend": [table["Spend"].sum()]})])
    assert smartcart.check(table).receipt.customers == 30
    assert smartcart.check(whole.reset_index(drop=True)).receipt.customers == 30
    other = whole.assign(Spend=lambda t: t["Spend"].where(t["Firm"] != "TOTAL", 77.0))
    assert smartcart.check(other.reset_index(drop=True)).receipt.customers == 31  # a firm's name


def _with_sums_of_months(every: int) -> pd.DataFrame:
    t = _log().assign(**{"Order Date": lambda t: t["Order Date"].dt.strftime("%Y-%m-%d")})
    rows = []
    for start in range(0, ORDERS, every):
        part = t.iloc[start : start + every]
        rows += [part, pd.DataFrame({"Order Date": ["Total"], "Total": [part["Total"].sum()]})]
    return pd.concat(rows, ignore_index=True).drop(columns="Order ID")


def test_sums_between_the_days_of_a_log_leave_it_a_log(tmp_path) -> None:
    path = _written(_with_sums_of_months(10), tmp_path / "log.csv")
    assert told(path) == TRUTH
    many = _written(_with_sums_of_months(1), tmp_path / "many.csv")  # half of the cells: no days
    assert smartcart.check(many, kind="orders").receipt.first_day is None


# Which lines are one order ---------------------------------------------------------------------


def _two_shops(name: str) -> pd.DataFrame:
    """Each of two shops numbers its orders from 1; their lines stand among each other."""
    lines = two_lines()
    shop = lines["number"] % 2
    return pd.DataFrame(
        {
            name: np.where(shop == 0, "North", "South"),
            "Order No": (lines["number"] - 1000) // 2,
            "Date": lines["day"].dt.normalize(),
            "Customer": lines["who"],
            "SKU": lines["sku"],
            "Qty": lines["pieces"],
            "Line Total": lines["line"],
        }
    )


@pytest.mark.parametrize("name", ["Store", "Filiale", "Tienda", "store_id"])
def test_a_number_and_its_shop_make_an_order(name) -> None:
    receipt = smartcart.check(_two_shops(name)).receipt
    assert (receipt.orders, receipt.customers) == (ORDERS, PEOPLE)
    assert receipt.revenue == pytest.approx(TRUTH[2])
    assert receipt.columns["order"] == "Order No"


def test_a_number_that_has_several_buyers_is_told() -> None:
    table = _two_shops("Colour")
    found = {n.code: n for n in smartcart.check(table).notices}
    assert "Order No" in found["order_number"].message
    said = smartcart.check(table, roles={"Colour": {"meaning": "shop"}})
    assert (said.receipt.orders, said.receipt.columns["order"]) == (ORDERS, "Order No")


def test_a_code_of_its_own_on_every_line_makes_each_an_order() -> None:
    t = orders().assign(day=lambda t: t["day"].where(t.index % 2 == 0, t["day"].shift()))
    t["who"] = t["who"].where(t.index % 2 == 0, t["who"].shift())  # two orders of a day
    table = pd.DataFrame(
        {
            "Zeichen": [f"V-{i}" for i in t["number"]],
            "Datum": t["day"],
            "Kunde": t["who"],
            "Gesamt": t["total"],
        }
    )
    assert smartcart.check(table).receipt.orders == ORDERS
    sold = table.assign(Artikel=[f"A{i % 5}" for i in N])  # a line may be one of several
    assert smartcart.check(sold).receipt.orders == ORDERS // 2


def test_the_buyer_of_tickets_is_not_who_came() -> None:
    lines = two_lines()
    table = pd.DataFrame(
        {
            "Order no.": lines["number"],
            "Order date": lines["day"],
            "Email": np.where(lines["first"], lines["mail"], "guest" + lines["mail"]),
            "Buyer email": lines["mail"],
            "Total paid": lines["line"],
        }
    )
    receipt = smartcart.check(table).receipt
    assert (receipt.orders, receipt.customers) == (ORDERS, PEOPLE)
    assert receipt.columns["customer"] == "Buyer email"


def test_beside_a_handful_of_accounts_the_names_are_the_buyers() -> None:
    first = [f"Ada B{i:02d}" for i in range(PEOPLE * 7)]
    table = pd.DataFrame(
        {
            "Date": np.repeat(orders()["day"].to_numpy(), 2),
            "Num": np.arange(2 * ORDERS) + 1,
            "Name": [first[i % len(first)] for i in range(2 * ORDERS)],
            "Account": np.where(np.arange(2 * ORDERS) % 2 == 0, "Till", "Bank"),
            "Amount": 5.5,
        }
    )
    receipt = smartcart.check(table).receipt
    assert (receipt.columns["customer"], receipt.customers) == ("Name", len(first))
    with pytest.raises(DataError, match="2 different values"):
        smartcart.check(table.drop(columns="Name"))


@pytest.mark.parametrize("closed", ["Close Date", "Abschlussdatum", "Fecha de cierre"])
def test_the_day_of_a_deal_is_the_one_on_which_it_was_closed(closed) -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Account Name": t["who"],
            "Created Date": t["day"] - pd.Timedelta(40, "D"),
            closed: t["day"],
            "Amount": t["total"],
            "Stage": np.where(N % 3 == 0, "Closed Lost", "Closed Won"),
        }
    )
    assert smartcart.check(table).receipt.columns["day"] == closed


# Who bought ------------------------------------------------------------------------------------


def _with_a_large_buyer(who: str) -> pd.DataFrame:
    few = pd.DataFrame({"Customer": [f"b{i}@example.com" for i in range(60)] * 2})
    many = pd.DataFrame({"Customer": [who] * 100})
    t = pd.concat([few, many], ignore_index=True)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(len(t)), "D")
    return t.assign(**{"Order ID": np.arange(len(t)), "Order Date": days, "Total": 12.5})


@pytest.mark.parametrize(
    ("who", "customers"), [("large@example.com", 61), ("Ada Birch", 61), ("kasse1", 60)]
)
def test_a_person_with_many_orders_is_somebody(who, customers) -> None:
    found = smartcart.check(_with_a_large_buyer(who))
    assert found.receipt.customers == customers
    told_so = " ".join(n.message for n in found.notices)
    assert ("nobody" in told_so) == (customers == 60)
    assert "@" not in told_so


def test_guests_are_told_apart_by_their_addresses_whatever_they_are_called() -> None:
    t = orders()
    called = np.where(N % PEOPLE < 5, "Guest", [f"Ada B{i % PEOPLE}" for i in N])
    table = pd.DataFrame(
        {
            "Order ID": t["number"],
            "Order Date": t["day"],
            "Email": t["mail"],
            "Customer Name": called,
            "Total": t["total"],
        }
    )
    found = smartcart.check(table)
    assert (found.receipt.customers, found.receipt.orders) == (PEOPLE, ORDERS)
    assert "nobody" not in {n.code for n in found.notices}
    shop = table.assign(Email=table["Email"].where(called != "Guest", "till@example.com"))
    assert smartcart.check(shop).receipt.customers == PEOPLE - 5  # the shop's own address


def test_what_was_in_a_parcel_has_no_buyer_and_no_money() -> None:
    t = orders()
    sums = pd.DataFrame(
        {"Sale": t["number"], "Day": t["day"], "Buyer": t["who"], "Total": t["total"]}
    )
    parts = pd.DataFrame({"Sale": np.repeat(t["number"], 3) + 5000, "SKU": "S1"})
    parts["Day"] = np.repeat(t["day"].to_numpy(), 3)
    table = pd.concat([sums, parts], ignore_index=True)
    assert told(table) == TRUTH
    with pytest.raises(DataError, match="without a buyer"):  # they cost something: whose are they?
        smartcart.check(table.fillna({"Total": 3.0}))


def test_a_product_is_never_offered_as_the_buyer() -> None:
    lines = two_lines()
    table = pd.DataFrame(
        {
            "Receipt": lines["number"],
            "Date": lines["day"],
            "Product": [f"P{i % 30}" for i in range(len(lines))],
            "Amount": lines["line"],
        }
    )
    with pytest.raises(DataError) as found:
        smartcart.check(table)
    assert "'Product': {meaning" not in str(found.value)


def test_lines_of_payments_that_name_nobody_are_refused() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Psp Reference": t["number"] + 880_000,
            "Creation Date": t["day"],
            "Gross Credit (GC)": t["total"] + 0.25,
            "Net Credit (NC)": t["total"],
        }
    )
    with pytest.raises(DataError, match="no column says whose they are"):
        smartcart.check(table)


@pytest.mark.parametrize(("every", "said"), [(4, True), (50, False)])
def test_discounts_beside_pieces_times_price_are_told(every, said) -> None:
    lines = two_lines()
    lines["price"] = (lines["line"] / lines["pieces"]).round(2)
    table = pd.DataFrame(
        {
            "Order ID": lines["number"],
            "Date": lines["day"],
            "Customer": lines["who"],
            "Qty": lines["pieces"],
            "Unit Price": lines["price"],
            "Discount Amount": np.where(np.arange(len(lines)) % every == 0, 1.25, 0.0),
            "Amount": (lines["pieces"] * lines["price"]).round(2),
        }
    )
    found = {n.code for n in smartcart.check(table).notices}
    assert ("beside_discounts" in found) == said
    net = table.assign(Amount=table["Amount"] - table["Discount Amount"])
    assert "beside_discounts" not in {n.code for n in smartcart.check(net).notices}


# What a state and a day say --------------------------------------------------------------------


def test_open_beside_no_word_of_payment_is_told() -> None:
    table = _log().assign(Status=np.where(N % 4 == 0, "Open", "Shipped"))
    found = smartcart.check(table)
    assert any(n.code == "status_words" and "'Open'" in n.message for n in found.notices)
    paid = smartcart.check(_log().assign(Status=np.where(N % 4 == 0, "Open", "Paid")))
    assert paid.receipt.orders < ORDERS  # open beside paid is unpaid


@pytest.mark.parametrize(("blank", "said"), [(0, False), (2, False), (3, True), (80, False)])
def test_lines_without_a_state_are_told(blank, said) -> None:
    state = np.where(N % 4 == 0, "Cancelled", "Shipped").astype(object)
    state[:blank] = None
    found = smartcart.check(_log().assign(Status=state))
    assert ("blank_states" in {n.code for n in found.notices}) == said


@pytest.mark.parametrize(
    "day",
    [
        "4 de febrero de 2024 07:16 hs.",
        "4 февраля 2024 г., 07:16",
        "4 Şub 2024 07:16",
        "4 lutego 2024",
        "4. února 2024",
        "4 Februari 2024 kl. 07.16",
    ],
)
def test_days_in_more_languages(day) -> None:
    days = [day.replace("4", str(i % 27 + 1), 1) for i in N]
    receipt = smartcart.check(_log().assign(**{"Order Date": days})).receipt
    assert (str(receipt.first_day), receipt.orders) == ("2024-02-01", ORDERS)


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        ("Ľubica;kráľ;Paťo;Ďurič", "cp1250", "cp1250"),
        ("Jiří;Němec;Kateřina;Řehoř;Šindelář;Přemyšl", "cp1250", "cp1250"),
        ("Šarčević;Kovačić;Žužić;Jurišić-Đurđa", "cp1250", "cp1250"),
        ("Michał;Władysława;Paweł", "cp1250", "cp1250"),
        ("Michał;Paweł;Łukasz", "cp1250", "cp1250"),
        ("Michał;Paweł", "cp1250", None),  # too few
        ("Crème brûlée;où;m³ cm³;¼ l;5¼in;naïve;œuf;£12;¥100;Name¹;¿Qué?;¡sí!", "cp1252", None),
        ("København;Søren;Žižek Sørensen;Ærø;più;lunedì;così;è;Šakki;garaaž", "cp1252", None),
    ],
)
def test_letters_of_central_europe_tell_their_encoding(text, written, found) -> None:
    from smartcart.sources.encoding import _by_letters, _by_words

    assert (_by_words(text.encode(written)) or _by_letters(text.encode(written))) == found


LATIN = {
    "cp1250": ("Numer zamówienia;Data;Klient;Wartość zamówienia;Cena;Ilość", "Zażółć"),
    "cp1254": ("Sipariş No;Sipariş Tarihi;Müşteri;Toplam Tutar;Birim Fiyatı;Adet", "Şeker"),
}


@pytest.mark.parametrize("encoding", LATIN)
def test_latin_letters_of_other_countries_are_known_by_their_words(encoding, tmp_path) -> None:
    header, thing = LATIN[encoding]
    rows = [
        f"{a};{b:%Y-%m-%d};{c};{d};3.5;2;{thing}"
        for a, b, c, d in orders()[["number", "day", "who", "total"]].itertuples(index=False)
    ]
    path = tmp_path / "log.csv"
    path.write_bytes("\n".join([f"{header};Info", *rows, ""]).encode(encoding))
    assert told(str(path)) == TRUTH
    assert smartcart.check(str(path)).receipt.columns["order"] == header.partition(";")[0]
