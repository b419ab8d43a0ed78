"""Rows that are no customers or no orders, nobody by other words, what was never bought by whom."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

import smartcart
from smartcart.errors import DataError, ReadingQuestion, UsageError
from smartcart.settings import settings_text
from test_reading import ORDERS, PEOPLE, TRUTH, orders, told, two_lines

N = np.arange(ORDERS)
LINE = {
    "number": "Order ID",
    "who": "Customer",
    "day": "Order Date",
    "sku": "SKU",
    "pieces": "Qty",
    "line": "Total",
}


def _lines() -> pd.DataFrame:
    return two_lines()[list(LINE)].rename(columns=LINE)


def _log() -> pd.DataFrame:
    names = {"number": "Order ID", "who": "Customer", "day": "Order Date", "total": "Total"}
    return orders().drop(columns="mail").rename(columns=names)


# Rows that are no lines ------------------------------------------------------------------------


def test_headings_and_sums_of_a_report_by_product_are_no_lines(tmp_path) -> None:
    lines = _lines()
    rows = []
    for sku, part in lines.groupby("SKU"):
        total = {
            "Group": f"Total for {sku}",
            "Qty": part["Qty"].sum(),
            "Total": part["Total"].sum(),
        }
        rows += [pd.DataFrame([{"Group": sku}]), part, pd.DataFrame([total])]
    table = pd.concat(rows, ignore_index=True)
    # a few more groups, as a report has them: one row in ten
    heads = pd.DataFrame([{"Group": f"Empty {i}", "Qty": 0, "Total": 7.0} for i in range(24)])
    path = tmp_path / "report.csv"
    pd.concat([table, heads], ignore_index=True)[["Group", *LINE.values()]].to_csv(
        path, index=False
    )
    assert told(str(path)) == TRUTH


def test_a_sum_below_a_log_filled_downwards_is_no_line_of_the_last_order(tmp_path) -> None:
    lines = _lines()
    below = lines.index % 2 == 1
    for name in ("Order ID", "Customer", "Order Date"):
        lines[name] = lines[name].astype(object).where(~below)
    foot = pd.DataFrame([{"Order Date": "Gesamt", "Total": lines["Total"].sum()}])
    path = tmp_path / "log.csv"
    pd.concat([lines, foot], ignore_index=True).to_csv(path, index=False)
    receipt = smartcart.check(str(path)).receipt
    assert (receipt.orders, receipt.customers) == (ORDERS, PEOPLE)
    assert receipt.revenue == pytest.approx(TRUTH[2])
    bought = lines.assign(Qty=lines["Qty"].where(~below))  # a line needs one of the two only
    bought.to_csv(path, index=False)
    assert smartcart.check(str(path)).receipt.revenue == pytest.approx(TRUTH[2])


@pytest.mark.parametrize("heading", ["Sí", "No"])
def test_the_row_of_a_parcel_holds_its_money_whatever_it_says_of_parcels(heading) -> None:
    t = orders()
    sale = pd.DataFrame(
        {
            "# de venta": t["number"] * 10,
            "Fecha de venta": t["day"],
            "Estado": np.where(N % 2 == 0, "Paquete de 2 productos", "Entregado"),
            "Paquete de varios productos": np.where(N % 2 == 0, heading, "No"),
            "Unidades": np.where(N % 2 == 0, np.nan, 1.0),
            "Ingresos por productos (ARS)": t["total"],
            "# de publicación": None,
            "Título de la publicación": None,
            "Comprador": t["who"],
        }
    )
    rows = []
    for i, row in sale.iterrows():
        rows.append(row.to_dict())
        if i % 2 == 0:
            rows += [
                {
                    "# de venta": row["# de venta"] + k,
                    "Fecha de venta": row["Fecha de venta"],
                    "Estado": "Entregado",
                    "Paquete de varios productos": "Sí",
                    "Unidades": 1.0,
                    "# de publicación": f"MLA{k}",
                    "Título de la publicación": "Tea Towel",
                }
                for k in (1, 2)
            ]
    found = smartcart.check(pd.DataFrame(rows))
    assert found.receipt.layout == "mercado_libre_ventas"
    assert (found.receipt.orders, found.receipt.customers) == (ORDERS, PEOPLE)
    assert found.receipt.revenue == pytest.approx(TRUTH[2])


def test_kinds_of_a_line_are_no_events() -> None:
    table = _lines()
    table.insert(4, "Type", np.where(table.index % 9 == 0, "Comment", "Item"))
    assert told(table) == TRUTH
    events = table.assign(Type=np.where(table.index % 2 == 0, "view_item", "purchase"))
    assert smartcart.check(events).receipt.revenue < TRUTH[2]


# Rows that are no customers --------------------------------------------------------------------


def _customers(rows: int = 60) -> pd.DataFrame:
    n = np.arange(rows)
    return pd.DataFrame(
        {
            "ID": 6_000_001 + 7 * n,
            "Email": [f"c{i}@example.com" for i in n],
            "Orders Count": 1 + n % 6,
            "Total Spent": (20.0 + 3 * n).round(2),
        }
    )


@pytest.mark.parametrize(("twice", "asked"), [(0, False), (2, False), (30, True)])
def test_a_row_for_each_address_is_no_row_for_each_customer(twice, asked) -> None:
    table = _customers()
    table = pd.concat([table, table.head(twice)], ignore_index=True)
    table["Address ID"] = 900_001 + np.arange(len(table))
    table = table.drop(columns="ID") if not asked else table
    if not asked:
        assert smartcart.check(table).receipt.customers == len(table)
        return
    with pytest.raises(ReadingQuestion, match=r"several rows per customer: 'Email' has 60"):
        smartcart.check(table)
    assert smartcart.check(table, kind="customers").receipt.customers == len(table)


@pytest.mark.parametrize("name", ["Customer", "Kunde", "Cliente"])
def test_a_row_for_each_month_is_no_customer_and_names_stay_private(name) -> None:
    n = np.arange(180)
    table = pd.DataFrame(
        {
            "Interval": [f"{i // 30 + 1}/2024" for i in n],
            name: [f"Ada Birch{i % 30}" for i in n],
            "Orders": 1 + n % 3,
            "Total": 10.0 + n % 7,
        }
    )
    with pytest.raises(ReadingQuestion, match=f"{name!r} has 30 different values on 180 rows"):
        smartcart.check(table)
    seen = smartcart.check(table, kind="customers")
    assert {c.name: c.role for c in seen.contract.columns}[name] == "dropped"
    assert "Birch" not in repr(seen.contract) + repr(seen.describing)


@pytest.mark.parametrize("number", ["(Child) ASIN", "SKU", "Artikelnummer", "Product ID"])
def test_a_table_of_products_is_refused(number) -> None:
    n = np.arange(80)
    table = pd.DataFrame(
        {
            number: [f"B0C{i:05d}" for i in n],
            "Sessions": 100 + n * 3 % 70,
            "Units Ordered": 1 + n % 20,
            "Ordered Product Sales": (50 + n * 1.5).round(2),
        }
    )
    with pytest.raises(DataError, match="a table of products"):
        smartcart.check(table)
    named = table.rename(columns={number: "Customer ID"})
    assert smartcart.check(named).receipt.customers == 80


@pytest.mark.parametrize(("beside", "refused"), [({}, True), ({"Age": 1}, False)])
def test_products_that_are_called_alike_are_no_customers(beside: dict, refused: bool) -> None:
    n = np.arange(160)
    table = pd.DataFrame({"Item name": [f"Apron {i % 58}" for i in n], "Items viewed": 40 + n % 97})
    table = table.assign(**{"Item revenue": 50.0 + n % 37}, **dict.fromkeys(beside, 20 + n % 40))
    if refused:
        with pytest.raises(DataError, match="a table of products: each row is of 'Item name'"):
            smartcart.check(table)
    else:
        assert smartcart.check(table).receipt.customers == 160


@pytest.mark.parametrize("number", ["Z-Nr.", "Report", "Kassenbericht Nr"])
def test_a_report_of_days_is_refused_and_customers_of_days_are_not(number: str) -> None:
    days = pd.Timestamp("2024-01-02") + pd.to_timedelta(np.arange(200), "D")
    turnover = 400 + (np.arange(200) * 137 % 911) / 4
    report = {"Datum": days, number: [f"Z{800 + i:04d}" for i in range(200)]}
    report |= {"Umsatz brutto": turnover, "Anzahl Bons": 20 + np.arange(200) % 60}
    with pytest.raises(DataError, match="has a day on each row"):
        smartcart.check(pd.DataFrame(report))
    twice = pd.DataFrame(report | {"Datum": days[np.arange(200) * 96 // 100]})
    assert smartcart.check(twice).receipt.customers == 200
    own = pd.DataFrame(report).rename(columns={number: "Customer ID"})
    assert smartcart.check(own, kind="customers").receipt.customers == 200


def test_numbers_of_orders_are_no_counts_of_them() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Order": 5_000_000_000 + t["number"] * 17,
            "Name": "#" + t["number"].astype(str),
            "Created At": t["day"],
            "Status": "success",
            "Amount": t["total"],
        }
    )
    with pytest.raises(DataError, match="no column says"):
        smartcart.check(table)
    counted = _customers().rename(columns={"Orders Count": "Orders"})
    assert smartcart.check(counted).receipt.orders == counted["Orders"].sum()


@pytest.mark.parametrize(
    ("mail", "extra"), [("Adresse e-mail", "Dernière visite"), ("Correo electrónico", "Creado el")]
)
def test_an_address_each_once_makes_a_row_a_customer(mail, extra) -> None:
    n = np.arange(90)
    table = pd.DataFrame(
        {
            "Prénom": [f"N{i % 20}" for i in n],
            "Ciudad": [f"Town {i % 9}" for i in n],
            mail: [f"c{i}@example.com" for i in n],
            "Total facturado": (30 + n * 2.5).round(2),
            extra: pd.Timestamp("2024-01-01") + pd.to_timedelta(n % 60, "D"),
        }
    )
    assert smartcart.check(table).receipt.customers == 90
    again = table.assign(**{mail: [f"c{i % 30}@example.com" for i in n]})
    found = smartcart.check(again).receipt  # addresses that come again: rows are of a log
    assert (found.kind, found.customers) == ("orders", 30)


# Who bought ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["(not set)", "Not Set", "--", "nicht angegeben"])
def test_more_words_for_nobody(word) -> None:
    table = _log().assign(Customer=lambda t: t["Customer"].where(N % 4 > 0, word))
    found = smartcart.check(table).receipt
    assert found.orders == (N % 4 > 0).sum()


@pytest.mark.parametrize(("first", "nobody"), [(100, True), (40, True), (1, False)])
def test_a_zero_far_from_the_other_ids_is_nobody(first, nobody) -> None:
    n = np.arange(400)
    who = np.where(n % 61 == 0, 0, first + n % 61 - 1)
    table = pd.DataFrame(
        {
            "Sale ID": n + 1000,
            "Date": pd.Timestamp("2024-01-01") + pd.to_timedelta(n, "D"),
            "Customer ID": who,
            "Total": 9.5,
        }
    )
    customers = len(set(who)) - nobody
    assert smartcart.check(table).receipt.customers == customers


def test_a_number_that_goes_with_the_product_is_no_buyer() -> None:
    lines = two_lines()
    n = np.arange(len(lines))
    table = pd.DataFrame(
        {
            "date": lines["day"],
            "supplierArticle": [f"SKU-{i % 20:03d}" for i in n],
            "totalPrice": lines["line"],
            "nmId": 30_000_000 + n % 20,
            "srid": [f"x{i}" for i in n],
        }
    )
    with pytest.raises(ReadingQuestion, match="'nmId' goes with 'supplierArticle', one to one"):
        smartcart.check(table)
    other = table.assign(nmId=30_000_000 + n % 23)  # goes its own way: it may say who bought
    assert smartcart.check(other).receipt.customers == 23
    said = smartcart.check(table, roles={"nmId": {"meaning": "customer"}})
    assert said.receipt.customers == 20


def test_an_export_that_names_no_buyer_as_a_rule_may_do_so() -> None:
    table = pd.DataFrame(
        {
            "Payment Date": orders()["day"],
            "Payment ID": [f"P{i}" for i in N],
            "Card Number": [f"XXXXXXXX{i % 40:04d}" for i in N],
            "Order ID": [f"O{i}" for i in N],
            "Tender": "Credit Card",
            "Customer Name": [f"Ada Birch{i % PEOPLE}" for i in N],
            "Amount": orders()["total"],
        }
    )
    found = smartcart.check(table).receipt
    assert (found.columns["customer"], found.customers) == ("Customer Name", PEOPLE)
    cards = table.drop(columns="Customer Name")
    assert smartcart.check(cards).receipt.columns["customer"] == "Card Number"


@pytest.mark.parametrize(
    "name", ["Nom d'affichage du partenaire de la facture", "Invoice Partner Display Name"]
)
def test_partners_of_an_invoice_are_its_buyers(name) -> None:
    table = pd.DataFrame(
        {
            name: [f"Ada Birch{i % PEOPLE}" for i in N],
            "Date de facturation": orders()["day"],
            "Montant HT signé": (orders()["total"] / 1.2).round(2),
            "Total signé": orders()["total"],
        }
    )
    receipt = smartcart.check(table).receipt
    assert (receipt.customers, receipt.columns["money"]) == (PEOPLE, "Total signé")


def test_headings_name_the_buyers_beside_a_handful_of_accounts(tmp_path) -> None:
    t = orders().sort_values("who")
    rows = []
    for who, part in t.groupby("who"):
        rows.append({"Group": f"Ada {who}"})
        rows += [
            {"Date": d.strftime("%Y-%m-%d"), "Num": n, "Account": "Bank", "Amount": x}
            for d, n, x in part[["day", "number", "total"]].itertuples(index=False)
        ]
        rows[-1]["Account"] = "Till"
    path = tmp_path / "list.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    assert told(str(path)) == TRUTH


# What was paid, and when -----------------------------------------------------------------------


@pytest.mark.parametrize(("every", "told_so"), [(80, False), (4, True)])
def test_pieces_times_price_beside_a_discount_is_told(every, told_so) -> None:
    lines = two_lines()
    table = pd.DataFrame(
        {
            "order_id": lines["number"],
            "customer_id": lines["who"],
            "purchased_at": lines["day"],
            "sku": lines["sku"],
            "qty": lines["pieces"],
            "unit_price": (lines["line"] / lines["pieces"]).round(2),
            "discount_pct": np.where(np.arange(len(lines)) % every == 0, 10.0, 0.0),
        }
    )
    found = smartcart.check(table)
    assert found.receipt.orders == ORDERS
    assert ("before_discounts" in {n.code for n in found.notices}) == told_so
    said = smartcart.check(table, roles={"discount_pct": {"meaning": "discount"}})
    assert "before_discounts" not in {n.code for n in said.notices}


@pytest.mark.parametrize(
    ("tax", "net", "gross"),
    [("USt-Betrag", "Nettobetrag", "Bruttobetrag"), ("Moms", "Netto", "Brutto")],
)
def test_a_tax_is_never_what_was_paid(tax, net, gross) -> None:
    t = _log().rename(columns={"Total": gross})
    t.insert(3, net, (t[gross] / 1.25).round(2))
    t.insert(4, tax, (t[gross] - t[net]).round(2))
    found = smartcart.check(t).receipt
    assert found.columns["money"] == gross
    assert tax not in str(found.alternatives)


@pytest.mark.parametrize(
    ("right", "other"),
    [
        ("주문일", "주문시 출고예정일"),
        ("결제일", "발송일"),
        ("注文日", "発送日"),
        ("下单时间", "发货时间"),
    ],
)
def test_the_day_of_the_order_before_that_of_the_parcel(right, other) -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "주문번호": t["number"],
            other: t["day"] + pd.Timedelta(2, "D"),
            right: t["day"],
            "구매자": [f"임하준{i % PEOPLE}" for i in N],
            "결제액": t["total"],
        }
    )
    assert smartcart.check(table).receipt.columns["day"] == right


@pytest.mark.parametrize("cells", ["{:.2f} р.", "{:.2f} руб.", "€ {:.2f}"])
def test_money_with_its_sign_in_letters(cells, tmp_path) -> None:
    t = _log().rename(columns={"Total": "Итого"})
    t["Итого"] = [cells.format(x).replace(".", ",", 1) for x in t["Итого"]]
    t["Телефон"] = [f"+4432824{i:05d}" for i in N]
    path = tmp_path / "log.csv"
    t.to_csv(path, index=False, sep=";")
    assert told(str(path)) == TRUTH


def test_a_column_headed_by_its_currency_is_money() -> None:
    assert told(_log().rename(columns={"Total": "€"})) == TRUTH


# Tables of customers ---------------------------------------------------------------------------

MEMBERS = {
    "en": ("Constituent ID", "Number of Gifts", "Lifetime Giving", "Last Gift Date"),
    "count": ("Client ID", "# Sales", "Lifetime Sales", "Last Purchase"),
    "crm": ("Record ID", "Number of Closed Won Deals", "Total Revenue", "Recent Deal Close Date"),
    "de": ("Gast-ID", "Anzahl Aufenthalte", "Gesamtumsatz", "Letzte Abreise"),
    "nl": ("Debiteurnr.", "Aantal facturen", "Omzet totaal", "Laatste factuur"),
    "it": ("Codice cliente", "Numero ordini", "Totale speso", "Ultimo ordine"),
    "ja": ("会員ID", "購入回数", "累計購入金額", "最終購入日"),
    "ko": ("회원번호", "총주문건수", "총구매금액", "최근구매일"),
    "zh": ("会员编号", "购买次数", "累计消费金额", "最近购买时间"),
    "ru": ("Код клиента", "Количество заказов", "Сумма покупок", "Дата последнего заказа"),
}


@pytest.mark.parametrize("language", MEMBERS)
def test_members_of_many_languages(language) -> None:
    n = np.arange(70)
    member, count, spent, last = MEMBERS[language]
    table = pd.DataFrame(
        {
            member: 100_200 + 7 * n,
            count: 1 + n % 9,
            "Annual Revenue": 1_000_000.0 + 50_000 * (n % 13),
            "First Gift Amount": 5.0 + n % 4,
            spent: (40 + 3 * n % 97 + 0.5).round(2),
            last: pd.Timestamp("2024-01-01") + pd.to_timedelta(n * 5 % 200, "D"),
            "Town": [f"Town {i % 9}" for i in n],
        }
    )
    seen = smartcart.check(table)
    roles = {c.name: (c.role, c.meaning) for c in seen.contract.columns}
    assert seen.receipt.customers == 70
    assert seen.receipt.orders == table[count].sum()
    assert seen.receipt.revenue == pytest.approx(table[spent].sum())
    assert roles[member] == ("id", "id")
    assert roles[last] == ("forms", "last_date")
    assert roles["Annual Revenue"][0] == "describes"
    assert roles["First Gift Amount"][0] == "describes"


def test_a_login_is_no_purchase_and_a_dumps_null_is_nothing(tmp_path) -> None:
    n = np.arange(80)
    ordered = (pd.Timestamp("2024-01-01") + pd.to_timedelta(n * 3 % 150, "D")).strftime("%Y-%m-%d")
    table = pd.DataFrame(
        {
            "id": n + 500,
            "last_login_at": pd.Timestamp("2024-07-01") + pd.to_timedelta(n % 9, "D"),
            "orders_count": n % 5,
            "lifetime_value": (n % 5) * 12.25,
            "last_order_at": np.where(n % 5 == 0, "\\N", ordered),
        }
    )
    path = tmp_path / "users.tsv"
    table.to_csv(path, index=False, sep="\t")
    seen = smartcart.check(str(path))
    roles = {c.name: (c.role, c.meaning, c.missing) for c in seen.contract.columns}
    assert roles["last_order_at"] == ("forms", "last_date", 16)
    assert roles["last_login_at"][0] == "dropped"


def test_a_code_of_a_place_forms_nothing() -> None:
    table = _customers().assign(**{"Postal / Zip Code": 10_000 + np.arange(60) * 31 % 977})
    roles = {c.name: c.role for c in smartcart.check(table).contract.columns}
    assert roles["Postal / Zip Code"] == "dropped"


# What is said of states ------------------------------------------------------------------------


def test_means_of_payment_and_kinds_of_tickets_are_no_states() -> None:
    table = _log().assign(
        **{
            "Payment Type": np.where(N % 2 == 0, "Card", "cc"),
            "Ticket Type": np.where(N % 3 == 0, "Bowl green", "Scarf blue"),
        }
    )
    codes = {n.code for n in smartcart.check(table).notices}
    assert "status_words" not in codes
    told_so = smartcart.check(_log().assign(Status=np.where(N % 2 == 0, "Wstrz", "Shipped")))
    assert "status_words" in {n.code for n in told_so.notices}


def test_blank_days_of_payment_of_cancelled_lines_are_not_told() -> None:
    state = np.where(N % 4 == 0, "Cancelled", "Completed")
    paid = orders()["day"].where(N % 4 > 0)
    table = _log().assign(Status=state, **{"Paid at": paid})
    assert "no_day_of_payment" not in {n.code for n in smartcart.check(table).notices}
    table["Paid at"] = orders()["day"].where(N % 3 > 0)
    notice = next(n for n in smartcart.check(table).notices if n.code == "no_day_of_payment")
    assert notice.count == ((N % 3 == 0) & (N % 4 > 0)).sum()


@pytest.mark.parametrize(
    ("name", "said"), [("total_cents", True), ("Total (pence)", True), ("total", False)]
)
def test_money_in_cents_is_told(name, said) -> None:
    t = _log().rename(columns={"Total": name})
    t[name] = (t[name] * 100).astype(int)
    found = smartcart.check(t)
    assert ("minor_units" in {n.code for n in found.notices}) == said
    assert found.receipt.revenue == t[name].sum()


def _tickets(grows: bool) -> pd.DataFrame:
    """Orders of one ticket and of three; each line says 20, or what the order came to."""
    n = np.repeat(np.arange(80), np.where(np.arange(80) % 2 == 0, 1, 3))
    paid = np.where(n % 2 == 0, 20.0, 60.0) if grows else np.full(len(n), 20.0)
    return pd.DataFrame(
        {
            "Order No": n + 5000,
            "Order Date": pd.Timestamp("2024-01-01") + pd.to_timedelta(n * 2, "D"),
            "Email": [f"c{i % 20}@example.com" for i in n],
            "Attendee #": np.arange(len(n)) + 90_000,
            "Total Paid": paid,
        }
    )


def test_an_amount_that_does_not_grow_with_its_order_is_asked_about() -> None:
    total = _tickets(grows=True)
    assert told(total) == (80, 20, 40 * 20.0 + 40 * 60.0)
    with pytest.raises(ReadingQuestion, match="Total Paid of each line") as found:
        smartcart.check(_tickets(grows=False))
    assert [r.revenue for r in found.value.readings] == [80 * 20.0, 160 * 20.0]
    lines = [str(getattr(r, "choose", "")) for r in found.value.readings]
    assert "'Total Paid': {meaning: 'amount:line'}" in lines[1]
    for meaning, worth in (("amount:line", 160 * 20.0), ("amount", 80 * 20.0)):
        each = smartcart.check(_tickets(grows=False), roles={"Total Paid": {"meaning": meaning}})
        assert (each.receipt.orders, each.receipt.revenue) == (80, worth)
        again = yaml.safe_load(settings_text(each))["columns"]  # a written configuration keeps it
        assert smartcart.check(_tickets(grows=False), roles=again).receipt.revenue == worth
    with pytest.raises(UsageError, match="'amount' or 'amount:line'"):
        smartcart.check(_tickets(grows=False), roles={"Total Paid": {"meaning": "amount:each"}})


@pytest.mark.parametrize(("blank", "rescued"), [(2, False), (30, True)])
def test_a_buyer_without_an_id_is_known_by_another_column(blank, rescued) -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Order ID": t["number"],
            "Sale Date": t["day"],
            "Buyer User ID": t["who"].where(blank <= N),
            "Buyer": [f"Ada Birch{i if i < blank else i % PEOPLE - 99}" for i in N],
            "Order Total": t["total"],
        }
    )
    found = smartcart.check(table)
    assert found.receipt.orders == (ORDERS if rescued else ORDERS - blank)
    assert ("customer_by_another" in {n.code for n in found.notices}) == rescued
    unnamed = table.assign(Buyer=table["Buyer"].where(blank <= N))
    assert smartcart.check(unnamed).receipt.orders == ORDERS - blank


@pytest.mark.parametrize(("mark", "cancelled"), [("X", 30), ("Hello", 0)])
def test_a_mark_under_the_name_of_a_cancellation_cancels(mark, cancelled) -> None:
    table = _log().assign(FKSTO=pd.Series([mark] * ORDERS).where(N % 4 == 0))
    assert smartcart.check(table).receipt.orders == ORDERS - cancelled


def test_what_the_buyer_paid_stands_beside_what_the_seller_got() -> None:
    t = _log().rename(columns={"Total": "transaction_amount"})
    t["buyer_paid"] = (t["transaction_amount"] * 1.2 + np.where(N % 3 == 0, 1.5, 0.4)).round(2)
    with pytest.raises(ReadingQuestion, match="buyer_paid"):
        smartcart.check(t)


@pytest.mark.parametrize(("other", "zero"), [("Last visit", True), ("Last order date", False)])
def test_who_has_no_total_where_nothing_else_tells_spent_nothing(other, zero, tmp_path) -> None:
    table = _customers(80).drop(columns="Orders Count")
    table["Total Spent"] = (
        table["Total Spent"].map("{:.2f}".format).where(np.arange(80) % 4 > 0, "--")
    )
    table[other] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(80) * 7 % 300, "D")
    path = tmp_path / "customers.csv"
    table.to_csv(path, index=False)
    rules = {e.rule for e in smartcart.check(str(path)).ledger.entries}
    assert ("never bought" in rules) == zero, rules


def test_a_cell_that_may_name_a_person_is_not_quoted(tmp_path) -> None:
    table = _log().assign(Qty=[str(1 + i % 4) for i in N])
    for cell, quoted in (("Ada Birch", False), ("n.v.x", True)):
        table.loc[50, "Qty"] = cell
        path = tmp_path / "log.csv"
        table.to_csv(path, index=False)
        said = " ".join(n.message for n in smartcart.check(str(path)).notices)
        assert "do not hold a number" in said
        assert (cell in said) == quoted


def test_a_footer_without_a_total_is_nobody_who_spent_nothing(tmp_path) -> None:
    path = tmp_path / "summary.csv"
    rows = "".join(f"Ada Birch{i},{20 + i}.50\n" for i in range(40))
    path.write_text(f',Total\n{rows}\n"Made on Saturday, at noon",\n')
    assert smartcart.check(str(path)).receipt.customers == 40


def test_what_an_article_was_sold_for_is_of_the_line() -> None:
    lines = two_lines()
    table = pd.DataFrame(
        {
            "Numéro de commande": lines["number"],
            "Pseudo de l’acheteur": lines["who"],
            "Date de vente": lines["day"],
            "Vendu pour": lines["line"],
            "Prix total": lines["total"],
        }
    )
    receipt = smartcart.check(table).receipt
    assert (receipt.customers, receipt.columns["money"]) == (PEOPLE, "Prix total")
    assert receipt.revenue == pytest.approx(TRUTH[2])
    alone = smartcart.check(table.drop(columns="Prix total")).receipt
    assert alone.columns["money"] == "Vendu pour"


def test_a_number_of_a_parcel_is_no_customer() -> None:
    table = pd.DataFrame(
        {
            "Sub Order No": [f"15001{i:04d}_1" for i in N],
            "Order Date": orders()["day"],
            "Customer State": [f"State {i % 3}" for i in N],
            "SKU": [f"S{i % 9}" for i in N],
            "Quantity": 1 + N % 2,
            "Supplier Price": orders()["total"],
            "Packet Id": [f"P{10_000 + i}" for i in N],
        }
    )
    with pytest.raises(DataError, match="'Packet Id', each once, says nothing of the buyer"):
        smartcart.check(table)
    named = table.rename(columns={"Packet Id": "Customer ID"})
    assert smartcart.check(named).receipt.customers == ORDERS


@pytest.mark.parametrize(("twice", "refused"), [(2, False), (20, True)])
def test_members_of_one_name_are_not_one_member(twice: int, refused: bool) -> None:
    names = [f"Ada Birch{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(100)]
    names[:twice] = names[50 : 50 + twice]
    visits = 1 + np.arange(100) % 7
    table = pd.DataFrame({"Member": names, "Visits": visits, "Total Spend": visits * 9.5})
    if refused:
        with pytest.raises(DataError, match=r"more than once|several rows per customer"):
            smartcart.check(table)
        return
    found = smartcart.check(table)
    assert found.receipt.customers == 100
    told = {n.code: n for n in found.notices}
    assert "no id" in told
    assert told["repeating id"].count == twice
    ids = smartcart.check(table.assign(Member=[f"M{i:03d}" for i in range(100)]))
    assert ids.contract.id_column == "Member"
