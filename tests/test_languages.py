"""Words of shops in languages beyond the first five: columns, states, and whole exports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError
from smartcart.tables.buyer_ranks import customer_rank, is_mail
from smartcart.tables.languages import LANGUAGES, customers_meaning
from smartcart.tables.money_ranks import PAID, is_discount, money_rank
from smartcart.tables.order_names import parts_named
from smartcart.tables.order_ranks import day_rank
from smartcart.tables.order_states import line_state, unexplained

COLUMNS = {  # order, day, buyer, status, total, shipping, another day
    "ar": "رقم الطلب|تاريخ الطلب|اسم العميل|حالة الطلب|إجمالي الطلب|تكلفة الشحن|تاريخ التوصيل",
    "vi": "Mã đơn hàng|Ngày đặt|Tên khách hàng|Trạng thái|Tổng tiền|Phí vận chuyển|Ngày giao hàng",
    "th": "หมายเลขคำสั่งซื้อ|วันที่ทำการสั่งซื้อ|ชื่อผู้ซื้อ|สถานะการสั่งซื้อ|ยอดรวมสุทธิ|ค่าจัดส่ง|วันที่จัดส่ง",
    "el": "Αριθμός παραγγελίας|Ημερομηνία|Όνομα πελάτη|Κατάσταση|Σύνολο|Μεταφορικά|"
    "Ημερομηνία αποστολής",
    "uk": "Номер замовлення|Дата замовлення|Ім'я клієнта|Статус|Сума замовлення|Вартість доставки|"
    "Дата доставки",
    "bg": "Номер на поръчка|Дата|Име на клиента|Статус на поръчката|Обща сума|Доставка|"
    "Дата на доставка",
    "he": 'מספר הזמנה|תאריך הזמנה|שם לקוח|סטטוס|סה"כ|דמי משלוח|תאריך משלוח',
    "hr": "Broj narudžbe|Datum narudžbe|Ime kupca|Status narudžbe|Ukupno|Dostava|Datum isporuke",
    "sl": "Številka naročila|Datum naročila|Naziv kupca|Status naročila|Skupaj|Poštnina|"
    "Datum rojstva",
    "sk": "Číslo objednávky|Dátum objednávky|Zákazník|Stav objednávky|Spolu|Doprava|"
    "Dátum doručenia",
    "lt": "Užsakymo numeris|Užsakymo data|Kliento vardas|Būsena|Iš viso|Pristatymo kaina|"
    "Pristatymo data",
    "lv": "Pasūtījuma numurs|Pasūtījuma datums|Klienta vārds|Statuss|Kopā|Piegāde|Piegādes datums",
    "et": "Tellimuse number|Tellimuse kuupäev|Kliendi nimi|Olek|Kokku|Tarne|Tarne kuupäev",
    "no": "Ordrenummer|Ordredato|Kundenavn|Status|Sum|Frakt|Leveringsdato",
    "ms": "No. pesanan|Tarikh pesanan|Nama pelanggan|Status pesanan|Jumlah bayaran|"
    "Kos penghantaran|Tarikh penghantaran",
    "it": "Scontrino|Data e ora|Carta fedeltà|Tipo|Totale scontrino|Spedizione|Data consegna",
}
STATES = {  # done, cancelled, returned, not paid
    "ar": ("تم التنفيذ", "ملغي", "مسترجع", "بإنتظار الدفع"),
    "vi": ("Hoàn thành", "Đã hủy", "Đã hoàn tiền", "Chưa thanh toán"),
    "th": ("สำเร็จแล้ว", "ยกเลิกแล้ว", "คืนเงินแล้ว", "รอการชำระเงิน"),
    "el": ("Ολοκληρωμένη", "Ακυρωμένη", "Επιστροφή χρημάτων", "Αναμονή πληρωμής"),
    "uk": ("Виконано", "Скасовано", "Повернено", "Очікує оплати"),
    "bg": ("Завършена", "Отказана", "Върната", "Чака плащане"),
    "he": ("הושלם", "בוטל", "הוחזר", "ממתין לתשלום"),
    "hr": ("Završeno", "Otkazano", "Vraćeno", "Čeka na plaćanje"),
    "sl": ("Zaključeno", "Preklicano", "Vrnjeno", "Čaka na plačilo"),
    "sk": ("Vybavená", "Stornovaná", "Vrátená", "Čaká na úhradu"),
    "lt": ("Įvykdytas", "Atšauktas", "Grąžintas", "Laukiama apmokėjimo"),
    "lv": ("Izpildīts", "Atcelts", "Atgriezts", "Gaida apmaksu"),
    "et": ("Lõpetatud", "Tühistatud", "Tagastatud", "Ootab maksmist"),
    "no": ("Fullført", "Kansellert", "Refundert", "Venter på betaling"),
    "ms": ("Selesai", "Dibatalkan", "Dikembalikan", "Menunggu bayaran"),
    "it": ("Vendita", "Annullato", "Reso", "In attesa di pagamento"),
}
PARTS = ("order", "date", "customer", "status", "amount")


@pytest.mark.parametrize("code", COLUMNS)
def test_columns_of_an_export_are_known(code: str) -> None:
    *known, shipping, another_day = COLUMNS[code].split("|")
    for part, name in zip(PARTS, known, strict=True):
        assert part in {found.name for found in parts_named(name)}, name
    assert money_rank(known[-1]) is not None
    assert money_rank(shipping) is None
    assert day_rank(another_day) is None
    assert day_rank(known[1]) is not None


@pytest.mark.parametrize("code", STATES)
def test_states_of_an_export_are_known(code: str) -> None:
    done, cancelled, returned, unpaid = STATES[code]
    told = line_state("status", STATES[code])
    assert told.cancelled == (cancelled,)
    assert told.returned == (returned,)
    assert told.unpaid == (unpaid,)
    assert unexplained([done, cancelled, returned, unpaid]) == ()


def test_words_that_hold_another_word_are_not_taken_for_it() -> None:
    for done in ("Đã hoàn thành", "Preso in carico", "Espresso", "Hoàn tất", "Fresco"):
        told = line_state("status", [done, "x"])
        assert (told.cancelled, told.returned, told.unpaid) == ((), (), ()), done
    assert money_rank("Transporter Sales") is not None
    assert customers_meaning("Gradient") is None


def test_whole_orders_are_paid_and_names_are_names() -> None:
    assert money_rank("إجمالي الطلب") == money_rank("Tổng tiền") == PAID
    assert customer_rank("اسم العميل") == 4
    assert is_mail("البريد الإلكتروني")
    assert not is_mail("اسم العميل")


@pytest.mark.parametrize(
    "name",
    [
        *("Carta fedeltà", "Kundenkarte", "Kundenkarten-Nr.", "Carte de fidélité", "Carte client"),
        *("Tarjeta cliente", "Tarjeta de cliente", "Cartão fidelidade", "Numéro carte fidélité"),
        *("Klantenkaart", "Karta klienta", "Zákaznická karta", "Loyalty card", "Карта лояльности"),
    ],
)
def test_a_card_of_loyalty_says_who_bought(name: str) -> None:
    assert parts_named(name)[0].name == "customer"


@pytest.mark.parametrize("name", ["Carta di credito", "Carte bancaire", "Tarjeta", "Karta"])
def test_a_card_that_pays_does_not(name: str) -> None:
    assert "customer" not in {part.name for part in parts_named(name)}


def test_each_language_names_what_an_order_needs() -> None:
    from importlib import import_module

    for code in set(LANGUAGES) - {"it", "sap", "sheets"}:
        module = import_module(f"smartcart.tables.languages.{code}")
        assert {"customer", "order", "date", "amount", "status"} <= set(module.PARTS), code
        assert {"cancelled", "returned", "unpaid"} <= set(module.STATES), code


def _export(code: str, time_first: bool) -> pd.DataFrame:
    """60 orders of 20 buyers in turn, 10.00 each: every tenth of the states but done."""
    order, day, who, status, total, shipping, _ = COLUMNS[code].split("|")
    done, *others = STATES[code]
    days = [dt.date(2023, 1, 3) + dt.timedelta(days=9 * i) for i in range(60)]
    written = [f"08:10:00 {d.day}/{d.month}/{d.year}" if time_first else f"{d}" for d in days]
    return pd.DataFrame(
        {
            order: [f"A-{1000 + i}" for i in range(60)],
            day: written,
            who: [f"Buyer {i % 20:02} Q." for i in range(60)],
            status: [others[i // 10 % 3] if i % 10 == 7 else done for i in range(60)],
            total: ["10.00" if i % 2 else "12.50" for i in range(60)],
            shipping: ["2.50" for _ in range(60)],
        }
    )


@pytest.mark.parametrize(
    ("code", "time_first"),
    [("ar", False), ("vi", True), ("th", False), ("el", True), ("lt", False)],
)
def test_cancelled_orders_of_an_export_are_left_out(
    code: str, time_first: bool, tmp_path: Path
) -> None:
    table = _export(code, time_first)
    path = tmp_path / "export.csv"
    table.to_csv(path, index=False)
    told = smartcart.check(path).receipt
    assert told is not None
    status, total = table.columns[3:5]
    sold = table[table[status] == STATES[code][0]]
    assert (told.kind, told.orders) == ("orders", len(sold))
    assert told.revenue == pytest.approx(sold[total].astype(float).sum())
    assert str(told.first_day) == "2023-01-03"


@pytest.mark.parametrize("digits", ["0123456789", "۰۱۲۳۴۵۶۷۸۹"])
def test_years_of_other_calendars_are_refused(digits: str, tmp_path: Path) -> None:
    table = _export("ar", False)
    persian = [f"140{1 + i // 30}/{1 + i % 12:02}/{1 + i % 28:02}" for i in range(60)]
    table[table.columns[1]] = [d.translate(str.maketrans("0123456789", digits)) for d in persian]
    path = tmp_path / "export.csv"
    table.to_csv(path, index=False)
    with pytest.raises(DataError, match="possible date"):
        smartcart.check(path)


def test_a_till_counts_returns_and_sums_receipts_not_prices(tmp_path: Path) -> None:
    lines = [
        (
            f"C{i % 15:03}",
            f"{1 + i % 27:02}/0{1 + i % 3}/2023 10:{i:02}",
            f"S{i:04}",
            q,
            4,
            4 * q,
            i,
        )
        for i in range(50)
        for q in (1, 3)
    ]
    table = pd.DataFrame(
        {
            "Carta fedeltà": [c for c, *_ in lines],
            "Data e ora": [d for _, d, *_ in lines],
            "Scontrino": [s for _, _, s, *_ in lines],
            "Descrizione": [f"Item {q}" for *_, q, _, _, _ in lines],
            "Q.tà": [-q if i % 10 == 4 else q for *_, q, _, _, i in lines],
            "Prezzo unitario": [f"€ {p},50" for *_, p, _, _ in lines],
            "Totale riga": [
                f"€ {'-' * (i % 10 == 4)}{q * 4.5:.2f}".replace(".", ",")
                for *_, q, _, _, i in lines
            ],
            "Tipo": ["Reso" if i % 10 == 4 else "Vendita" for *_, i in lines],
        }
    )
    path = tmp_path / "till.csv"
    table.to_csv(path, index=False, sep=";")
    told = smartcart.check(path).receipt
    assert told is not None
    assert (told.orders, told.revenue) == (45, pytest.approx(45 * 4 * 4.5))


CUSTOMER_COLUMNS = {  # id, spend, orders, last order, contact
    "ar": "رقم العميل|إجمالي المشتريات|عدد الطلبات|تاريخ آخر طلب|رقم الجوال",
    "vi": "Mã khách hàng|Tổng chi tiêu|Số đơn hàng|Lần mua cuối|Số điện thoại",
    "el": "Κωδικός πελάτη|Συνολικές αγορές|Αριθμός παραγγελιών|Τελευταία παραγγελία|Τηλέφωνο",
    "id": "ID pelanggan|Total belanja|Jumlah pesanan|Pesanan terakhir|Nomor telepon",
    "sk": "Číslo zákazníka|Celková útrata|Počet objednávok|Posledná objednávka|Telefón",
}


@pytest.mark.parametrize("code", CUSTOMER_COLUMNS)
def test_a_table_of_customers_is_known_by_its_columns(code: str, tmp_path: Path) -> None:
    who, spend, orders, last, phone = CUSTOMER_COLUMNS[code].split("|")
    table = pd.DataFrame(
        {
            who: [f"K{i:04}" for i in range(60)],
            spend: [round(20 + i * 7.37, 2) for i in range(60)],
            orders: [1 + i % 9 for i in range(60)],
            last: [f"{dt.date(2024, 1, 1) + dt.timedelta(days=3 * i)}" for i in range(60)],
            phone: [f"+30 2{i:08}" for i in range(60)],
        }
    )
    path = tmp_path / "customers.csv"
    table.to_csv(path, index=False)
    seen = smartcart.check(path)
    roles = {column.name: (column.role, column.meaning) for column in seen.contract.columns}
    assert seen.receipt is not None
    assert seen.receipt.kind == "customers"
    assert seen.contract.id_column == who
    assert roles[spend] == ("forms", "spend_total")
    assert roles[orders] == ("forms", "frequency")
    assert roles[phone][0] == "dropped"


DISCOUNTS = {  # what was taken off, and what is left
    "pl": ("Kwota rabatu", "Wartość po rabacie"),
    "cs": ("Sleva", "Cena po slevě"),
    "hu": ("Kedvezmény", "Kedvezményes ár"),
    "fi": ("Alennus", "Summa"),
    "el": ("Έκπτωση", "Σύνολο"),
    "ro": ("Reducere", "Suma"),
    "ru": ("Сумма скидки", "Сумма со скидкой"),
    "de": ("Nachlass", "Betrag nach Rabatt"),
    "es": ("Descuentos", "Importe con descuento"),
    "ja": ("値引額", "割引後金額"),
    "zh": ("优惠金额", "优惠后金额"),
    "ko": ("할인금액", "할인 후 금액"),
    "th": ("ส่วนลด", "ยอดรวมสุทธิ"),
    "he": ("הנחה", 'סה"כ'),
}


@pytest.mark.parametrize("language", DISCOUNTS)
def test_what_was_taken_off_was_not_paid_and_what_is_left_was(language: str) -> None:
    off, left = DISCOUNTS[language]
    assert is_discount(off)
    assert money_rank(off) is None
    assert not is_discount(left)
    assert money_rank(left) is not None


@pytest.mark.parametrize("off", ["Rabat", "Sleva", "Kedvezmény", "Alennus", "Έκπτωση", "Zniżka"])
def test_an_amount_before_a_discount_is_no_rival_of_what_was_paid(off: str) -> None:
    n = np.arange(120)
    gross = 40.0 + n % 9
    taken = (n % 4 == 0) * 4.0
    table = pd.DataFrame(
        {
            "Nr zamówienia": n + 1000,
            "Data": pd.Timestamp("2024-01-01") + pd.to_timedelta(n, "D"),
            "Klient": [f"K{i % 30:03d}" for i in n],
            "Wartość brutto": gross,
            off: taken,
            "Do zapłaty": gross - taken,
        }
    )
    receipt = smartcart.check(table).receipt
    assert receipt.columns["money"] == "Do zapłaty"
    assert receipt.revenue == pytest.approx((gross - taken).sum())
