"""Where names do not tell, the values do: amounts, numbers of orders, nobody, states, thousands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError, ReadingQuestion
from test_reading import ORDERS, PEOPLE, TRUTH, orders, told, two_lines

N = np.arange(ORDERS)


def log(**columns) -> pd.DataFrame:
    """Orders of 16 customers with the columns given behind them."""
    t = orders()
    kept = {"order_id": t["number"], "order_date": t["day"], "customer_id": t["who"]}
    return pd.DataFrame(kept | columns)


PAID = orders()["total"]
SOME = np.where(N % 3 == 0, 2.5, 0.0)


@pytest.mark.parametrize(
    ("columns", "paid"),
    [
        ({"Paid Amount": PAID, "Order Amount": PAID + SOME, "Discount": SOME}, PAID),
        ({"Order Amount": PAID + SOME, "Paid Amount": PAID, "Coupon": -SOME}, PAID),
        ({"Paid Amount": PAID - 0.3, "Order Amount": PAID, "Fee": PAID * 0 + 0.3}, PAID),
        (
            {"Paid Amount": PAID, "Order Amount": PAID + 2 + N % 4, "Tax": 2, "Freight": N % 4},
            PAID + 2 + N % 4,
        ),
    ],
)
def test_what_parts_two_amounts_says_which_was_paid(columns, paid) -> None:
    table = log(**columns)
    assert told(table)[2] == pytest.approx(paid.sum())
    kept = [n for n in table if n not in {"Discount", "Coupon", "Fee", "Tax", "Freight"}]
    with pytest.raises(ReadingQuestion):
        smartcart.check(table[kept])


def test_an_amount_that_a_rate_parts_on_some_lines_is_asked_about() -> None:
    """What a column explains on nine lines of ten, it does not explain."""
    fee = np.where(N % 10 == 0, 5.0, 1.0 + N % 3)
    table = log(**{"Paid Amount": PAID, "Order Amount": PAID + fee, "Fee": 1.0 + N % 3})
    with pytest.raises(ReadingQuestion):
        smartcart.check(table)
    fee = np.where(N % 30 == 0, 5.0, 1.0 + N % 3)
    table = log(**{"Paid Amount": PAID, "Order Amount": PAID + fee, "Fee": 1.0 + N % 3})
    assert told(table)[2] == pytest.approx((PAID + fee).sum())


@pytest.mark.parametrize(("net", "gross"), [("Netto", "Brutto"), ("Net", "Gross")])
def test_net_and_gross_are_the_same_money(net, gross) -> None:
    found = told(log(**{net: (PAID / 1.19).round(2), gross: PAID}))
    assert found == TRUTH


@pytest.mark.parametrize("discount", [0.0, 1.5])
def test_the_price_of_a_piece_is_known_by_the_money_of_the_line(discount) -> None:
    pieces = 1 + N % 4
    each = 4.0 + N % 7
    line = each * pieces - np.where(N % 4 == 2, discount, 0)
    table = log(Description="x", Qty=pieces, Each=each, Line=line)
    assert told(table)[2] == pytest.approx(line.sum())
    swapped = log(Description="x", Qty=pieces, Line=line, Each=each)
    assert told(swapped)[2] == pytest.approx(line.sum())
    with pytest.raises(ReadingQuestion, match="no name says what was paid"):
        smartcart.check(log(Description="x", Qty=pieces, Each=each, Line=each + 20 + N % 5))


def test_money_less_than_pieces_times_price_is_asked_about() -> None:
    pieces = 1 + N % 4
    each = 4.0 + N % 7
    reduced = each * pieces * np.where(N % 5 == 2, 0.8, 1.0)
    table = log(sku="S", quantity=pieces, unit_price=each, xyz=reduced)
    with pytest.raises(ReadingQuestion) as asked:
        smartcart.check(table)
    sums = sorted(r.revenue for r in asked.value.readings)
    assert sums == pytest.approx([reduced.sum(), (each * pieces).sum()])
    for reading in asked.value.readings:  # each line of configuration picks its reading
        name, said = reading.choose.removeprefix("columns: {").removesuffix("}").split(": ", 1)
        what, _, value = said.strip("{}").partition(": ")
        got = told(table, roles={name.strip("'"): {what: value}})
        assert got[2] == pytest.approx(reading.revenue)
    unlike = table.assign(xyz=3.0 + N % 11)
    assert told(unlike)[2] == pytest.approx((each * pieces).sum())


def test_a_bare_id_numbers_orders_where_rows_are_orders() -> None:
    twice = pd.concat([orders(), orders()], ignore_index=True)  # two orders of one day each
    table = pd.DataFrame(
        {
            "id": range(len(twice)),
            "customer_id": twice["who"],
            "date": twice["day"],
            "total": twice["total"],
        }
    )
    assert told(table)[0] == 2 * ORDERS
    total = table["total"] + (table["id"] >= ORDERS)
    lines = table.assign(sku="S", quantity=1, total=total)  # an id of lines is no number of orders
    assert told(lines)[0] == ORDERS


def test_a_total_that_repeats_without_a_number_of_orders_is_asked_about() -> None:
    lines = two_lines().drop(columns=["number", "line"])
    with pytest.raises(ReadingQuestion, match="total of the order, repeated"):
        smartcart.check(lines)
    again = smartcart.check(lines, roles={"total": {"meaning": "amount"}}).receipt
    assert again.revenue == pytest.approx(2 * TRUTH[2])
    own = lines.assign(total=lines["total"] * np.where(lines["first"], 0.6, 0.4))
    assert told(own)[2] == pytest.approx(TRUTH[2])


def test_numbers_of_orders_that_are_all_one_are_no_numbers() -> None:
    """As a spreadsheet cuts long numbers: the days must not make orders of them."""
    lines = two_lines().drop(columns=["line"])
    with pytest.raises(ReadingQuestion, match="total of the order, repeated"):
        smartcart.check(lines.assign(number=2.00012e14 + 10 * (lines["number"] % 2)))
    anew = lines.assign(number=lines["number"] % 5)  # several orders a day, numbered anew
    busy = anew.assign(day=pd.Timestamp("2024-01-01") + pd.to_timedelta(lines.index // 10, "D"))
    assert told(busy)[0] == ORDERS


@pytest.mark.parametrize("state", ["Recusado", "payment_failed", "PaymentFailed", "Błąd płatności"])
def test_what_was_refused_by_the_bank_was_not_sold(state) -> None:
    assert told(log(status=np.where(N % 6 == 0, state, "Complete"), total=PAID))[0] == 100


@pytest.mark.parametrize("state", ["WAITING_PAYMENT", "Zahlung offen", "Non payée", "Devis"])
def test_what_is_not_paid_yet_was_not_sold(state) -> None:
    assert told(log(status=np.where(N % 6 == 0, state, "Complete"), total=PAID))[0] == 100


def test_open_is_unpaid_beside_paid_only() -> None:
    assert told(log(status=np.where(N % 6 == 0, "Offen", "Bezahlt"), total=PAID))[0] == 100
    assert told(log(status=np.where(N % 6 == 0, "Offen", "Versandt"), total=PAID))[0] == ORDERS


def test_stages_before_a_deal_is_won_are_no_sales() -> None:
    stages = np.select([N % 6 == 0, N % 6 == 1], ["Closed Lost", "Negotiation"], "Closed Won")
    assert told(log(Stage=stages, total=PAID, **{"deal status": stages}))[0] == 80


def test_a_state_that_no_word_explains_is_told() -> None:
    found = smartcart.check(log(status=np.where(N % 6 == 0, "Wstrzymane", "Complete"), total=PAID))
    assert [n.code for n in found.notices if "Wstrzymane" in n.message] == ["status_words"]
    plain = smartcart.check(log(status=np.where(N % 6 == 0, "Shipped", "Complete"), total=PAID))
    assert not [n for n in plain.notices if n.code == "status_words"]


@pytest.mark.parametrize(("name", "yes"), [("test_mode", True), ("livemode", False)])
def test_orders_of_a_test_are_no_sales(name, yes) -> None:
    assert told(log(**{name: (N % 6 == 0) == yes, "total": PAID}))[0] == 100


def test_what_was_paid_is_before_a_fee_in_any_language() -> None:
    fee = 0.3 + (N % 5) / 10
    table = log(**{"Avant commission": PAID, "Commission": -fee, "Net": PAID - fee})
    assert told(table)[2] == pytest.approx(PAID.sum())
    off = np.where(N % 3 == 0, 2.5, 0.0)  # taken off some orders only: a discount
    table = log(**{"Avant": PAID + off, "Remise": off, "Total": PAID})
    assert told(table)[2] == pytest.approx(PAID.sum())


@pytest.mark.parametrize("name", ["Batch Number", "Payout ID", "Packet Id", "Offer Id"])
def test_the_number_of_a_payout_is_no_buyer(name) -> None:
    t = orders()
    table = pd.DataFrame(
        {name: N % 12, "Order ID": t["number"], "Date": t["day"], "Amount": t["total"]}
    )
    with pytest.raises(DataError):
        smartcart.check(table)


def test_lines_of_nobody_are_no_customers_whatever_they_earn() -> None:
    t = two_lines()
    table = pd.DataFrame(
        {
            "Order ID": t["number"],
            "Created At": t["day"],
            "Product": t["sku"],
            "Quantity": t["pieces"],
            "Total": t["total"],
            "Your Earnings": t["line"],
        }
    )
    with pytest.raises(DataError, match="no column says whose"):
        smartcart.check(table)


def test_a_number_of_lines_named_after_that_of_orders_is_not_it() -> None:
    lines = two_lines().reset_index(drop=True)
    table = pd.DataFrame(
        {
            "상품주문번호": lines.index + 5_000_000,
            "주문번호": lines["number"],
            "구매자ID": lines["who"],
            "결제일": lines["day"],
            "상품명": lines["sku"],
            "수량": lines["pieces"],
            "결제금액": lines["line"],
        }
    )
    assert smartcart.check(table).receipt.columns["order"] == "주문번호"


def test_names_are_compared_without_case_and_blanks() -> None:
    t = orders()
    names = t["who"].map(lambda who: f"Mae {who.upper()}")
    typed = np.select(
        [N % 3 == 0, N % 3 == 1], [names.str.upper(), names.str.replace(" ", "  ")], names
    )
    table = pd.DataFrame(
        {"Order": t["number"], "Customer Name": typed, "Date": t["day"], "Total": t["total"]}
    )
    assert told(table) == TRUTH


def test_a_refund_row_of_a_later_day_takes_no_day_from_the_others() -> None:
    back = orders().iloc[::8].assign(day=lambda t: t["day"] + pd.Timedelta(20, "D"))
    back["total"] = -back["total"]
    table = pd.concat([orders(), back], ignore_index=True)
    table = table.rename(columns={"number": "order_id", "day": "order_date"})
    receipt = smartcart.check(table).receipt
    assert (receipt.orders, receipt.columns["day"]) == (ORDERS, "order_date")


def test_a_refund_of_the_order_is_held_against_the_order() -> None:
    back = np.where(orders().index % 4 == 0, 0.7, 0.0) * orders()["total"]
    lines = two_lines(Refund=back)[["number", "who", "day", "sku", "pieces", "line", "Refund"]]
    lines = lines.rename(columns={"number": "order_id", "line": "line total", "who": "customer_id"})
    assert told(lines)[2] == pytest.approx(TRUTH[2])
    whole = two_lines(Refund=np.where(orders().index % 4 == 0, 1.0, 0.0) * orders()["total"])
    whole = whole.drop(columns=["total", "first"]).rename(
        columns={"number": "order_id", "line": "line total"}
    )
    assert told(whole)[0] == ORDERS * 3 // 4


def test_an_order_total_comes_before_the_total_of_a_line() -> None:
    """Vouchers stand on lines of their own: only the total of the order has them all."""
    lines = two_lines().assign(**{"Gesamtpreis brutto": lambda t: t["line"] * 1.1})
    lines = lines.rename(columns={"total": "Gesamtbetrag brutto", "number": "Auftragsnummer"})
    assert told(lines.drop(columns="line"))[2] == pytest.approx(TRUTH[2])


@pytest.mark.parametrize(
    "name",
    ["orders_id", "Número de orden", "Bestellname", "Transactiereferentie", "N° de commande"],
)
def test_more_names_of_the_number_of_an_order(name) -> None:
    t = orders().assign(day=lambda t: t["day"].dt.to_period("Q").dt.start_time)
    table = pd.DataFrame(
        {name: t["number"], "customers_id": t["who"], "Date": t["day"], "Total": t["total"]}
    )
    assert told(table)[:2] == TRUTH[:2]


def test_a_bare_id_that_repeats_numbers_orders() -> None:
    lines = two_lines()
    table = pd.DataFrame(
        {
            "id": lines["number"],
            "customer_id": lines["who"],
            "date": lines["day"],
            "sku": lines["sku"],
            "amount": lines["total"],
        }
    )
    assert told(table) == TRUTH


def test_a_second_number_of_the_orders_is_not_the_buyer() -> None:
    lines = two_lines()
    table = pd.DataFrame(
        {
            "Document Number": lines["number"],
            "Internal ID": lines["number"] * 3,
            "Date": lines["day"],
            "Item": lines["sku"],
            "Amount": lines["line"],
        }
    )
    with pytest.raises(DataError, match="no column says whose") as refused:
        smartcart.check(table)
    assert "Internal ID" not in refused.value.way_out


def test_an_id_whose_name_says_nobody_is_nobody() -> None:
    table = log(Name="Ada Moss", total=PAID)
    few = table.index % 40 == 0
    table.loc[few, "customer_id"] = "99999"
    assert told(table)[0] == ORDERS
    table.loc[few, "Name"] = "Laufkunde"
    assert told(table)[:2] == (ORDERS - few.sum(), table.loc[~few, "customer_id"].nunique())


@pytest.mark.parametrize("nobody", ["0,0", "0.00", "-1.0"])
def test_nobody_is_a_number_in_any_form(nobody) -> None:
    mails = orders()["mail"]
    ids = pd.Series([f"{20_000 + i % 16},0" for i in N])
    table = log(Email=mails, total=PAID).assign(customer_id=ids.where(N % 4 > 0, nobody))
    assert told(table)[0] == ORDERS
    assert smartcart.check(table).receipt.columns["buyer of nobody"] == "Email"


def test_numbers_of_a_state_that_nothing_explains_take_no_line() -> None:
    assert told(log(order_status=N % 5 + 3, total=PAID)) == TRUTH
    returned = told(log(is_returned=(N % 5 == 0).astype(int), total=PAID))
    assert returned[0] == ORDERS - (N % 5 == 0).sum()
    valid = told(log(valid=(N % 5 > 0).astype(int), total=PAID))
    assert valid[0] == ORDERS - (N % 5 == 0).sum()


def test_open_says_unpaid_of_a_payment_only() -> None:
    state = np.where(N % 5 == 0, "open", "paid")
    assert told(log(payment_status=state, total=PAID))[0] == ORDERS - (N % 5 == 0).sum()
    done = np.where(N % 5 == 0, "open", "completed")
    assert told(log(order_status=done, total=PAID))[0] == ORDERS


def test_points_part_thousands_where_another_column_says_so(tmp_path) -> None:
    whole = 1000 * (10 + N % 7)
    table = log(total=[f"{v:,}".replace(",", ".") for v in whole])
    path = tmp_path / "log.csv"
    comma = [f"1.{v:03},5" for v in N]
    table.assign(weight=comma).to_csv(path, index=False, sep=";")
    assert smartcart.check(str(path)).receipt.revenue == whole.sum()
    table.assign(weight=[f"{1.5 + v:.1f}" for v in N]).to_csv(path, index=False)
    seen = smartcart.check(str(path))
    assert seen.receipt.revenue == whole.sum() / 1000
    assert "ambiguous_numbers" in {n.code for n in seen.notices}


def test_a_handful_of_buyers_of_everything_is_asked_about() -> None:
    table = log(total=PAID).assign(customer_id=[f"staff{i % 3}" for i in N])
    with pytest.raises(ReadingQuestion, match="3 different values for 120 orders"):
        smartcart.check(table)
    said = {"customer_id": {"meaning": "customer"}}
    assert told(table, roles=said)[:2] == (ORDERS, 3)
    fewer = table.assign(customer_id=[f"c{i % 4}" for i in N])  # 30 orders each
    assert told(fewer)[:2] == (ORDERS, 4)


@pytest.mark.parametrize("taken", ["captured", "shipped"])
def test_a_payment_that_was_begun_is_none_where_others_were_taken(taken) -> None:
    begun = N % 5 == 0
    table = log(status=np.where(begun, "created", taken), total=PAID)
    assert told(table)[0] == ORDERS - (begun.sum() if taken == "captured" else 0)


@pytest.mark.parametrize("word", ["abgelaufen", "past_due", "Expirada", "scaduto"])
def test_an_order_that_ran_out_was_not_sold(word) -> None:
    table = log(status=np.where(N % 5 == 0, word, "completed"), total=PAID)
    assert told(table)[0] == ORDERS - (N % 5 == 0).sum()


def test_the_number_of_an_order_is_no_money_whatever_its_name_says() -> None:
    table = log(**{"Gross sales": PAID + 2, "Net sales": PAID, "Total sales": PAID * 1.19})
    table = table.rename(columns={"order_id": "Sale #", "order_date": "Sale date"})
    assert told(table)[2] == pytest.approx((PAID * 1.19).sum())


def test_codes_of_a_state_are_told() -> None:
    table = log(order_status=np.where(N % 5 == 0, "X", "C"), total=PAID)
    seen = smartcart.check(table)
    assert seen.receipt.orders == ORDERS
    assert "status_codes" in {n.code for n in seen.notices}
    words = smartcart.check(log(order_status=np.where(N % 5 == 0, "sent", "packed"), total=PAID))
    assert "status_codes" not in {n.code for n in words.notices}


@pytest.mark.parametrize("word", ["Entwurf", "Not Completed", "parked", "bozza"])
def test_a_draft_was_not_sold(word) -> None:
    table = log(SellerStatus=np.where(N % 5 == 0, word, "SENT"), total=PAID)
    assert told(table)[0] == ORDERS - (N % 5 == 0).sum()


def test_credits_beside_sales_are_returns() -> None:
    back = N % 5 == 0
    kind = np.where(back, "credit", "sale")
    assert told(log(**{"Transaction Type": kind}, total=PAID))[0] == ORDERS - back.sum()
    kind = np.where(back, "credit", "cash")  # a way to pay
    assert told(log(**{"Payment Type": kind}, total=PAID))[0] == ORDERS


def test_the_shops_own_account_is_not_the_buyer() -> None:
    table = log(total=PAID).rename(columns={"customer_id": "Shopper Reference"})
    table.insert(0, "Company Account", "MyShop")
    assert told(table) == TRUTH


def test_the_day_is_that_of_the_order_whatever_else_was_sent() -> None:
    t = orders()
    table = log(total=PAID).rename(columns={"order_date": "dateOrdered"})
    table["Receipt Sent"] = t["day"] + pd.Timedelta("400D")
    table["dateUpdated"] = t["day"] + pd.Timedelta("800D")
    found = smartcart.check(table).receipt
    assert (found.orders, found.columns["day"]) == (ORDERS, "dateOrdered")


def test_a_count_of_sales_is_of_customers() -> None:
    n = np.arange(200)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(n, "D")
    table = pd.DataFrame({"customer_code": n, "total_spent": n * 3.5})
    table = table.assign(number_of_sales=n % 9, created_at=day)
    assert smartcart.check(table).contract.kind == "customers"


SCRIPTS = {
    "cp1251": ("Номер заказа;Дата заказа;Покупатель;Сумма заказа;Статус", "Выполнен", "Отменён"),
    "cp932": ("注文番号;注文日;注文者メールアドレス;合計金額;注文状況", "発送済み", "キャンセル"),
    "cp949": ("주문번호;주문일;구매자;총 결제금액;주문상태", "배송완료", "취소"),
    "gb18030": ("订单编号;下单时间;买家昵称;实付金额;订单状态", "交易成功", "已取消"),
    "cp1252": ("Bestellnummer;Bestelldatum;Käufer;Gesamtbetrag;Status", "erfüllt", "storniert"),
}


@pytest.mark.parametrize("encoding", SCRIPTS)
def test_a_file_in_the_encoding_of_its_country_is_read(encoding, tmp_path) -> None:
    header, sold, cancelled = SCRIPTS[encoding]
    t = orders()
    state = np.where(N % 5 == 0, cancelled, sold)
    days = t["day"].dt.strftime("%Y-%m-%d")
    rows = [
        f"{a};{b};{c};{d};{e}"
        for a, b, c, d, e in zip(t["number"], days, t["mail"], t["total"], state, strict=True)
    ]
    path = tmp_path / "log.csv"
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    assert told(str(path))[:2] == (ORDERS - (N % 5 == 0).sum(), PEOPLE)


def test_a_list_price_was_not_paid_where_another_is_there() -> None:
    pieces = 1 + N % 3
    table = log(SKU="S", Quantity=pieces, **{"Retail Price": PAID * 2, "Wholesale Price": PAID})
    assert told(table)[2] == pytest.approx((PAID * pieces).sum())


def test_a_column_of_values_may_say_that_an_order_was_not_paid() -> None:
    found = told(log(Contribution=np.where(N % 5 == 0, "Pending", "Completed"), total=PAID))
    assert found[0] == ORDERS - (N % 5 == 0).sum()


def test_a_tax_in_one_word_was_not_paid() -> None:
    assert told(log(Betrag=PAID, Steuerbetrag=(PAID * 0.19).round(2))) == TRUTH


@pytest.mark.parametrize("share", [3, 1])
def test_what_is_taken_off_some_amounts_is_a_discount_whatever_its_name(share) -> None:
    """On every line it may be a fee or a tax: then the amount is what its name says."""
    off = np.where(N % share == 0, 2.5, 0.0)
    table = log(Betrag=PAID + off, abc=off, xyz=PAID)
    paid = PAID if share > 1 else PAID + off
    assert told(table)[2] == pytest.approx(paid.sum())


def test_short_names_and_names_in_brackets() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Auftr.-Nr. (alt)": t["number"],
            "Auftr.-Dat.": t["day"],
            "Kd.-Nr.": t["who"],
            "Wert netto": t["total"],
        }
    )
    found = smartcart.check(table).receipt
    assert (found.orders, found.columns["order"]) == (ORDERS, "Auftr.-Nr. (alt)")


def test_a_total_is_the_goods_less_a_discount_and_with_shipping() -> None:
    off, sent = np.where(N % 3 == 0, 2.0, 0.0), np.where(N % 4 == 0, 0.0, 4.9)
    table = log(
        **{"Order Amount": PAID, "Paid Amount": PAID - off + sent, "Coupon": off, "Shipping": sent}
    )
    assert told(table)[2] == pytest.approx((PAID - off + sent).sum())
    assert told(table[[*reversed(table.columns)]])[2] == pytest.approx((PAID - off + sent).sum())


@pytest.mark.parametrize("mixed", [False, True])
def test_of_equal_names_the_one_with_tax_is_read_whatever_its_place(mixed) -> None:
    table = log(**{"Amount": (PAID / 1.19).round(2), "Amount Including VAT": PAID})
    assert told(table[[*reversed(table.columns)]] if mixed else table) == TRUTH


def test_deals_that_were_lost_or_are_open_were_not_sold() -> None:
    state = np.select([N % 5 == 0, N % 5 == 1], ["Lost", "Open"], "Won")
    assert told(log(**{"Deal Status": state}, total=PAID))[0] == (N % 5 > 1).sum()


def test_lines_without_a_day_of_payment_are_told() -> None:
    t = orders()
    table = log(Bezahldatum=t["day"].where(N % 5 > 0), total=PAID)
    assert "no_day_of_payment" in {n.code for n in smartcart.check(table).notices}
    table["Bezahldatum"] = t["day"]
    assert "no_day_of_payment" not in {n.code for n in smartcart.check(table).notices}


@pytest.mark.parametrize(
    ("names", "lost"),
    [
        (("Ordrenr", "Ordredato", "Kundenr", "I alt", "Status"), "Annulleret"),
        (("Ordernr", "Orderdatum", "Kundnr", "Totalsumma", "Orderstatus"), "Makulerad"),
        (("Nomor Pesanan", "Tanggal", "Nama Pembeli", "Total Pembayaran", "Status"), "Dibatalkan"),
    ],
)
def test_orders_in_more_languages(names, lost) -> None:
    t = orders()
    state = np.where(N % 5 == 0, lost, "OK")
    cells = [t["number"], t["day"], t["who"], PAID, state]
    table = pd.DataFrame(dict(zip(names, cells, strict=True)))
    assert told(table)[0] == ORDERS - (N % 5 == 0).sum()


def test_one_account_of_all_lines_is_no_buyer() -> None:
    table = log(total=PAID).rename(columns={"customer_id": "Name"}).assign(Account="Sales")
    with pytest.raises(DataError, match=r"no (column says whose|name says who bought)") as refused:
        smartcart.check(table)
    assert "'Name'" in refused.value.way_out
    with pytest.raises(DataError, match="1 customer"):
        smartcart.check(table.drop(columns="Name"), kind="orders")


def test_net_beside_a_total_is_no_question() -> None:
    assert told(log(Netto=(PAID / 1.25).round(2), Totalt=PAID)) == TRUTH


def _sent_back(share: float) -> pd.DataFrame:
    """Orders of two lines; of a share of them one line was sent back some days later."""
    table = two_lines().reset_index(drop=True)
    later = table["number"].map({n: i for i, n in enumerate(table["number"].unique())})
    back = (later % 20 < 20 * share) & table.duplicated("number")
    return table.assign(
        day=pd.to_datetime(table["day"]) + pd.to_timedelta(np.where(back, 9, 0), unit="D")
    ).rename(columns={"number": "order_id"})


def test_an_order_of_which_a_part_was_dated_later_is_one_order() -> None:
    receipt = smartcart.check(_sent_back(0.15)).receipt
    assert receipt.columns["order"] == "order_id"
    assert (receipt.orders, receipt.customers) == TRUTH[:2]


def test_an_order_number_of_which_many_have_several_days_is_asked_about() -> None:
    with pytest.raises(ReadingQuestion, match="order_id"):
        smartcart.check(_sent_back(0.3))


def test_events_of_one_payment_on_several_days_are_asked_about() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Psp Reference": t["number"] + 880_000,
            "Booking Date": t["day"],
            "Shopper Reference": t["who"],
            "Main Amount": t["total"],
        }
    )
    later = table.assign(**{"Booking Date": t["day"] + pd.Timedelta("2D")})
    events = pd.concat([table.assign(Event="Authorised"), later.assign(Event="SettledBulk")])
    with pytest.raises(ReadingQuestion) as asked:
        smartcart.check(events.reset_index(drop=True))
    assert any(r.revenue == pytest.approx(TRUTH[2]) for r in asked.value.readings)
    assert told(table) == TRUTH


@pytest.mark.parametrize(
    ("name", "yes"), [("Makulerad", "Ja"), ("Annulleret", "ja"), ("Foo", "ja")]
)
def test_a_yes_or_no_of_cancelling_in_more_languages(name, yes) -> None:
    gone = N % 5 == 0
    found = told(log(**{name: np.where(gone, yes, "Nej"), "total": PAID}))
    assert found[0] == ORDERS - (gone.sum() if name != "Foo" else 0)


@pytest.mark.parametrize(("other", "mixed"), [("--", False), ("-", False), ("USD", True)])
def test_dashes_are_no_currency(other: str, mixed: bool) -> None:
    table = log(total=PAID).assign(currency=np.where(N % 9 == 0, other, "EUR"))
    told = {notice.code for notice in smartcart.check(table).notices}
    assert ("mixed currencies" in told) == mixed


@pytest.mark.parametrize("price", ["EP", "EP brutto", "Stk", "Tarif"])
@pytest.mark.parametrize("copies", [0, 20])
def test_what_pieces_multiply_to_another_amount_is_no_rival_of_it(price: str, copies: int) -> None:
    t = two_lines()
    pieces = 1 + np.arange(len(t)) % 3
    each = t["line"].to_numpy()
    table = pd.DataFrame(
        {"Belegnr": t["number"], "Belegdatum": t["day"], "Kundennr": t["who"], "Menge": pieces}
    )
    table[price], table["Pos-Betrag"] = each, each * pieces
    table["Belegsumme"] = table.groupby("Belegnr")["Pos-Betrag"].transform("sum") + 4.9
    twice = pd.concat([table, table.tail(copies)])  # exports that overlap
    receipt = smartcart.check(twice).receipt
    assert receipt.columns["money"] == "Belegsumme"
    assert receipt.revenue == pytest.approx(table.groupby("Belegnr")["Belegsumme"].first().sum())
    alone = smartcart.check(table.drop(columns="Belegsumme")).receipt
    assert alone.columns["money"] == "Pos-Betrag"
    assert alone.revenue == pytest.approx((each * pieces).sum())


@pytest.mark.parametrize(
    ("taken", "paid"),
    [
        ({"Service fee": 0.06, "Processing fee": 0.03}, "Gross sales"),
        ({"Commission": 0.1}, "Gross sales"),
        ({"Discount": 0.1}, "Net sales"),
    ],
)
def test_what_was_paid_is_before_fees_and_after_discounts(taken: dict, paid: str) -> None:
    gross = PAID + N % 11
    off = {name: (gross * share * (N % 5 > 0)).round(2) for name, share in taken.items()}
    table = log(**{"Gross sales": gross}, **off, **{"Net sales": gross - sum(off.values())})
    assert smartcart.check(table).receipt.columns["money"] == paid


@pytest.mark.parametrize("name", ["Sale Count", "Sales count", "Booking count", "Receipts num"])
def test_a_count_of_sales_in_a_table_of_customers_counts_orders(name: str) -> None:
    count = 1 + N % 6
    table = pd.DataFrame({"Customer Code": [f"C{i:03d}" for i in N], "Revenue": count * 9.5})
    receipt = smartcart.check(table.assign(**{name: count})).receipt
    assert (receipt.orders, receipt.customers) == (count.sum(), ORDERS)
