"""Names of sums, currencies, payments and keys in many languages: words propose, values decide."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.tables.money_ranks import LINE_MONEY, PAID, money_rank
from smartcart.tables.order_names import parts_named
from smartcart.tables.order_states import line_state, pays, unexplained
from smartcart.tables.sum_names import summed
from test_reading import ORDERS, TRUTH, orders, told, two_lines

N = np.arange(ORDERS)


def _log(**columns: object) -> pd.DataFrame:
    names = {"number": "Nr X", "who": "Customer", "day": "Order date", "total": "Total"}
    return orders()[list(names)].rename(columns=names | {"number": "Order ID"}).assign(**columns)


def _codes(table: pd.DataFrame) -> dict[str, str]:
    return {n.code: n.message for n in smartcart.check(table).notices}


# Currencies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Waluta", "Valuta", "Валюта", "Para birimi", "통화", "通貨", "币种", "Měna", "Pénznem"),
        *("Monedă", "Valuutta", "Moneda", "Devise", "Moeda", "Währung", "Mata uang", "Νόμισμα"),
    ],
)
def test_a_column_of_currencies_is_known_in_every_language(name: str) -> None:
    assert "currency" in {part.name for part in parts_named(name)}


@pytest.mark.parametrize("name", ["Waluta", "Cur.", "Ccy of the sale", "col_7"])
@pytest.mark.parametrize("several", [("PLN", "EUR", "CZK"), ("zł", "€", "zł")])
def test_several_currencies_are_told_whatever_their_column_is_called(name, several) -> None:
    mixed = _codes(_log(**{name: np.array(several)[N % 3]}))
    assert "mixed currencies" in mixed
    assert several[1] in mixed["mixed currencies"]
    assert "mixed currencies" not in _codes(_log(**{name: several[0]}))


@pytest.mark.parametrize("column", [{"Land": ["POL", "DEU"]}, {"Payout currency": ["PLN", "EUR"]}])
def test_codes_of_countries_and_of_payouts_are_no_currencies_of_the_sales(column) -> None:
    (name, values), *_ = column.items()
    assert "mixed currencies" not in _codes(_log(**{name: np.array(values)[N % 2]}))


# Sums -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Итого по заказу", "Total del pedido", "Total por pedido", "Suma zamówienia"),
        *("Summe je Auftrag", "Montant de la commande", "Valor do pedido", "Importo ordine"),
        *("Totaal per bestelling", "Sipariş toplamı", "Celkem za objednávku", "Orderns summa"),
        *("Rendelés végösszege", "Total comandă", "Ordrens beløb", "Tilauksen summa"),
        *("Сума замовлення", "Обща сума на поръчката", "Iznos narudžbe", "Mokėtina suma"),
        *("Kwota do zapłaty", "Montant à payer", "Te betalen bedrag", "Částka k úhradě"),
        *("Belopp att betala", "Beløb at betale", "Fizetendő összeg", "Ποσό παραγγελίας"),
    ],
)
def test_a_sum_of_the_order_was_paid(name: str) -> None:
    assert money_rank(name) == PAID
    assert "amount" in {part.name for part in parts_named(name)}


@pytest.mark.parametrize(
    "name",
    [
        *("Сумма по позиции", "Betrag je Position", "Total de la ligne", "Importo della riga"),
        *("Bedrag per regel", "Satır tutarı", "Kwota za pozycję", "Radens summa", "Rivin summa"),
    ],
)
def test_a_sum_of_the_line_is_its_money(name: str) -> None:
    assert money_rank(name) == LINE_MONEY
    assert "amount" in {part.name for part in parts_named(name)}


@pytest.mark.parametrize(
    "name",
    [
        *("Скидка по заказу", "Precio de compra", "Prix d'achat", "Order status", "Total orders"),
        *("Kaufpreis", "Número del pedido", "Suma zamówień", "Total d'articles", "Subtotal"),
    ],
)
def test_what_else_stands_in_a_name_makes_it_another(name: str) -> None:
    assert summed(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *("Koszt wysyłki", "Bezorgkosten", "Szállítási költség", "Taxă livrare", "Fragt"),
        *("Toimituskulut", "Frais de port", "Portes", "Commissione", "Jutalék", "Avgift"),
    ],
)
def test_shipping_and_fees_are_not_what_was_paid(name: str) -> None:
    assert money_rank(name) is None


def test_what_is_to_be_paid_is_not_the_goods_without_their_shipping() -> None:
    goods = orders()["total"]
    ship = pd.Series(np.where(N % 4 == 0, 0.0, 4.5))
    table = _log(**{"Wartość produktów": goods, "Koszt wysyłki": ship})
    table["Kwota do zapłaty"] = goods + ship
    assert told(table.drop(columns="Total"))[2] == round((goods + ship).sum(), 2)
    other = table.rename(columns={"Koszt wysyłki": "KW", "Wartość produktów": "WP"})
    assert told(other.drop(columns="Total"))[2] == round((goods + ship).sum(), 2)


def test_total_of_the_order_and_of_its_line_in_another_language() -> None:
    t = two_lines()
    table = pd.DataFrame(
        {
            "№ заказа": t["number"],
            "Дата": t["day"],
            "Покупатель": t["who"],
            "Кол-во": t["pieces"],
            "Цена": (t["line"] / t["pieces"] * 1.25).round(2),
            "Сумма по позиции": t["line"],
            "Итого по заказу": t["total"],
        }
    )
    assert told(table) == TRUTH
    assert told(table.drop(columns="Итого по заказу")) == TRUTH


# States -----------------------------------------------------------------------------------------

DONE = {  # sent, delivered, completed, being worked on
    "nl": "Verzonden|Bezorgd|Voltooid|Onderweg",
    "it": "Inviato|Consegnato|Completato|In transito",
    "pl": "Wysłane|Doręczone|Zrealizowane|W realizacji|Odebrane|Przyjęte",
    "cs": "Odesláno|Doručeno|Dokončeno|Vyzvednuto|Předáno dopravci",
    "hu": "Elküldve|Kézbesítve|Teljesítve|Feldolgozás alatt|Új",
    "ro": "Trimisă|Livrată|Finalizată|În curs de livrare|Plătită",
    "sv": "Skickad|Levererad|Slutförd|Behandlas|Ny",
    "da": "Afsendt|Leveret|Afsluttet|Behandles|Udført",
    "fi": "Lähetetty|Toimitettu|Valmis|Käsittelyssä|Maksettu",
    "ru": "Отгружен|Доставлен|Исполнен|В обработке|Получен",
    "tr": "Gönderildi|Ulaştı|Tamamlandı|Hazırlanıyor|Ödendi",
    "id": "Terkirim|Sampai|Selesai|Diproses",
    "ko": "발송완료|배송완료|수취확인|상품준비중",
    "ja": "出荷済|お届け済み|完了|処理中|受注",
    "zh": "已发货|已送达|交易成功|处理中|待收货",
    "ar": "تم الشحن|تم التسليم|مكتمل|تم الإرسال",
    "vi": "Đã gửi|Đã giao|Hoàn thành|Đang vận chuyển",
    "th": "ส่งแล้ว|ได้รับแล้ว|เสร็จสมบูรณ์",
    "el": "Απεστάλη|Παραλήφθηκε|Ολοκληρώθηκε|Σε μεταφορά",
    "uk": "Надіслано|Доставлено|Завершено|В дорозі",
    "he": "נשלח|נמסר|הושלם|בדרך",
    "bg": "Изпратена|Получена|Приключена|Нова",
    "hr": "Otpremljeno|Isporučeno|Završeno|Preuzeto|Послато",
    "lt": "Išsiųsta|Gauta|Įvykdyta|Väljastatud|Jauns",
    "de": "Versandt|Zugestellt|Abgeschlossen|Unterwegs",
    "es": "Despachado|Entregado|Realizado|En camino",
    "fr": "Expédié|Livré|Clôturé|Remis au transporteur",
    "pt": "Postado|Entregue|Realizado|Em separação",
}


@pytest.mark.parametrize("code", DONE)
def test_what_was_sent_or_done_needs_no_explanation(code: str) -> None:
    values = DONE[code].split("|")
    state = line_state("status", values)
    assert not any((state.cancelled, state.returned, state.unpaid, state.browsed))
    assert unexplained(values) == ()
    assert unexplained([*values, "Wstrzymane"]) == ("Wstrzymane",)


@pytest.mark.parametrize(
    ("paid", "unpaid"),
    [
        *(("Оплачен", "Не оплачен"), ("Opłacone", "Nieopłacone"), ("Betald", "Obetald")),
        *(("Zaplaceno", "Nezaplaceno"), ("Ödendi", "Ödenmedi"), ("Fizetve", "Fizetetlen")),
        *(("bezahlt", "offen"), ("Pagato", "Non pagato"), ("入金済", "未入金"), ("Paid", "Unpaid")),
    ],
)
def test_values_tell_of_payments_in_every_language(paid, unpaid) -> None:
    assert pays([paid, unpaid])
    assert not pays([paid])


@pytest.mark.parametrize("name", ["Оплата", "col_9"])
def test_orders_that_were_not_paid_are_no_sales_whatever_tells_it(name) -> None:
    late = N % 8 == 3
    table = _log(Status=np.where(N % 10 == 9, "Cancelled", "New"))
    table[name] = np.where(late, "Не оплачен", "Оплачен")
    assert told(table)[0] == (~late & (N % 10 != 9)).sum()
    assert told(table.assign(**{name: "Оплачен"}))[0] == (N % 10 != 9).sum()


def test_only_values_that_all_tell_of_payments_are_such_a_state() -> None:
    assert pays(["Paid", "Partially paid", "Unpaid", "Refunded"])
    assert not pays(["Paid", "Unpaid", "Express"])
    assert not pays(["Paid", "Refunded"])
    assert not pays(["Unpaid"])


def test_a_payment_told_on_the_first_line_is_that_of_the_order() -> None:
    t = two_lines()
    late = t["number"] % 8 == 3
    table = pd.DataFrame(
        {
            "Order ID": t["number"],
            "Order date": t["day"].where(t["first"]),
            "Customer": t["who"].where(t["first"]),
            "State": pd.Series("New", t.index).where(t["first"]),
            "Оплата": pd.Series(np.where(late, "Не оплачен", "Оплачен")).where(t["first"]),
            "Line total": t["line"],
        }
    )
    sold = t[~late]
    assert told(table)[::2] == (sold["number"].nunique(), round(sold["line"].sum(), 2))


# Money that no name explains --------------------------------------------------------------------


def _priced(**columns: object) -> pd.DataFrame:
    t = two_lines()
    price = (t["line"] / t["pieces"]).round(2) * 1.5 + 0.01
    off = pd.Series(np.where(t["number"] % 4 == 0, 1.0, 0.0))
    table = pd.DataFrame({"Order ID": t["number"], "Order date": t["day"], "Customer": t["who"]})
    return table.assign(Quantity=t["pieces"], **{"Unit price": price}, Discount=off, **columns)


def test_columns_that_may_be_what_was_paid_are_offered_where_a_discount_is_not_taken_off() -> None:
    without = _codes(_priced())["before_discounts"]
    assert "No column tells the amount" in without
    assert "add a column of what was paid" in without
    t = two_lines()
    beside = _priced(Zx=(t["line"] * 1.2 + 0.03).round(2), Shipping=4.95, Rows=t["pieces"] * 7)
    offered = _codes(beside)["before_discounts"]
    assert "'Zx'" in offered
    assert "add a column" not in offered
    assert "Shipping" not in offered
    assert "Rows" not in offered


# Keys of a warehouse ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "customer", "day"),
    [
        ("order_nk", "customer_sk", "order_date_sk"),
        ("ORDER_SK", "CUSTOMER_NK", "ORDER_DATE"),
        ("invoice_bk", "dim_customer_key", "date_sk"),
        ("transaction_sk", "fk_member_id", "transaction_date"),
    ],
)
def test_keys_of_a_warehouse_are_orders_and_customers(order, customer, day) -> None:
    t = two_lines()
    table = pd.DataFrame(
        {
            "order_line_sk": 9000 + np.arange(len(t)),
            order: "W" + t["number"].astype(str),
            day: t["day"].dt.strftime("%Y%m%d").astype(int),
            customer: 500 + t["who"].str[1:].astype(int),
            "product_sk": t["sku"].str[1:].astype(int) + 100,
            "qty": t["pieces"],
            "net_amt": t["line"],
        }
    )
    assert told(table) == TRUTH


def test_a_natural_key_comes_before_the_surrogate_keys_of_its_versions() -> None:
    t = orders()
    sk = 100 + N % (2 * len(set(t["who"])))  # two versions of every customer
    table = pd.DataFrame({"order_nk": t["number"], "order_date": t["day"], "customer_sk": sk})
    assert told(table.assign(customer_nk=t["who"], amount=t["total"])) == TRUTH
    assert told(table.assign(amount=t["total"]))[1] == len(set(sk))


@pytest.mark.parametrize(
    ("gross", "net"),
    [
        ("Bruttobetrag Auftrag", "Nettobetrag Auftrag"),
        ("Auftrag Bruttosumme", "Auftrag Nettosumme"),
        ("Bruttowert Rechnung", "Nettowert Rechnung"),
    ],
)
def test_an_amount_of_an_order_is_no_number_of_one(gross: str, net: str) -> None:
    t = two_lines()
    table = pd.DataFrame(
        {
            "Auftragsnummer": t["number"],
            "Auftragsdatum": t["day"],
            "Kundennummer": t["who"],
            net: (t["total"] / 1.19).round(2),
            gross: t["total"],
            "Artikelnummer": t["sku"],
            "Anzahl": t["pieces"],
            "VK brutto": (t["line"] / t["pieces"]).round(2),
        }
    )
    receipt = smartcart.check(table).receipt
    assert (receipt.orders, receipt.customers, receipt.revenue) == TRUTH
    assert receipt.columns["money"] == gross


@pytest.mark.parametrize("slash", ["/", " / "])
def test_a_path_of_fields_names_no_order(slash: str) -> None:
    t = two_lines()
    table = pd.DataFrame(
        {
            "Order Reference": t["number"],
            "Order Date": t["day"],
            "Customer": t["who"],
            "Total": t["total"],
            "Orders/Product": t["sku"],
            f"Orders{slash}Quantity": t["pieces"],
        }
    )
    below = ~t["first"]
    for name in table.columns[:4]:
        table[name] = table[name].astype(object).where(~below)
    receipt = smartcart.check(table).receipt
    assert receipt.columns["order"] == "Order Reference"
    assert (receipt.orders, receipt.customers, receipt.revenue) == TRUTH
