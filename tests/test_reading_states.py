"""What became of an order: states on few lines, told once, of one order's lines, and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.tables.order_states import line_state, unexplained
from test_reading import ORDERS, PEOPLE, TRUTH, orders, told, two_lines

N = np.arange(ORDERS)
LOST = N % 6 == 0
SOLD = (~LOST).sum()


def _log(**columns: object) -> pd.DataFrame:
    t = orders().rename(
        columns={"number": "order_id", "who": "customer_id", "day": "order_date", "total": "total"}
    )
    return t[["order_id", "customer_id", "order_date", "total"]].assign(**columns)


def _messages(table: pd.DataFrame) -> list[str]:
    codes = {
        "status_words",
        "cancelled_by_note",
        "status_codes",
        "blank_states",
        "no_day_of_payment",
    }
    return [n.message for n in smartcart.check(table).notices if n.code in codes]


def _where(mask: np.ndarray, word: object) -> pd.Series:
    return pd.Series(np.where(mask, word, None))


# Filled for the bad lines only ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Status", "Cancelled"),
        ("order_status", "Anulowane"),
        ("Cancel type", "cancelled by buyer"),
        ("취소구분", "취소"),
        ("Storno", "storniert"),
        ("Cancelled", 1),
        ("Refunded", "yes"),
        ("취소여부", "Y"),
    ],
)
def test_a_state_that_only_lines_have_that_were_not_sold(name, word) -> None:
    assert told(_log(**{name: _where(LOST, word)}))[0] == SOLD


def test_the_words_of_such_a_state_may_be_several() -> None:
    state = pd.Series(np.select([N % 6 == 0, N % 6 == 1], ["Anulowane", "Zwrot"], None))
    assert told(_log(Status=state))[0] == (N % 6 > 1).sum()


def test_a_state_that_most_lines_have_is_no_such_state_and_is_told() -> None:
    half = _log(Status=_where(N % 10 < 5, "Cancelled"))
    assert told(half)[0] == (N % 10 >= 5).sum()
    most = _log(Status=_where(N % 10 < 6, "Cancelled"))
    assert told(most) == TRUTH
    assert any("'Cancelled' only, on 72 of 120" in m for m in _messages(most))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Return reason", "changed my mind, cancelled"),
        ("Return policy", "returns within 14 days"),
        ("Coupon", "CANCEL10"),
        ("Customer type", "Returning"),
        ("Note", "please no return label"),
    ],
)
def test_notes_coupons_and_words_of_the_buyer_are_no_states(name, word) -> None:
    assert told(_log(**{name: _where(LOST, word)})) == TRUTH


def test_a_returning_customer_brought_nothing_back() -> None:
    assert told(_log(**{"Customer type": np.where(LOST, "Returning", "New")})) == TRUTH
    assert told(_log(**{"Order type": np.where(LOST, "Returned", "New")}))[0] == SOLD


def test_words_that_nobody_knows_are_named_where_few_lines_have_them() -> None:
    for name in ("Status", "Cancel type"):
        table = _log(**{name: _where(LOST, "Wycofane")})
        assert told(table) == TRUTH
        assert any(f"{name} holds 'Wycofane'" in m for m in _messages(table)), name
    assert not _messages(_log(**{"Gift wrap": _where(LOST, "Wycofane")}))


def test_words_of_a_cancellation_under_any_other_name_are_told() -> None:
    """A word of its own is believed, a remark of several words is not: both are told."""
    remark = _log(Info=_where(LOST, "cancelled by phone"))
    assert told(remark) == TRUTH
    assert any("Info holds 'cancelled by phone' on 20 of 120" in m for m in _messages(remark))
    table = _log(Info=_where(LOST, "cancelled"))
    assert told(table) == told(table[~table["Info"].notna()])
    assert any("Info holds 'cancelled' on 20 of 120" in m for m in _messages(table))
    assert told(table, roles={"Info": "dropped"}) == TRUTH
    beside = table.assign(Status=np.where(N % 6 == 1, "Cancelled", "Completed"))
    assert not any("Info" in m for m in _messages(beside))


# Which line bears the money of an order ---------------------------------------------------------


def _attempts(first: str, second: str) -> pd.DataFrame:
    """Orders that were paid at once, and every fourth with an attempt before or after that."""
    t = _log(total=10.0 + N % 50, status="captured")
    again = t[N % 4 == 0]
    table = pd.concat([again.assign(status=first), t.assign(status=second)])
    table = table.assign(id=np.arange(len(table)))
    return table.sort_values(["order_id", "id"], kind="stable").drop(columns="id")


@pytest.mark.parametrize("turned", [False, True])
def test_an_attempt_that_failed_takes_no_money_from_its_order(turned) -> None:
    table = _attempts("failed", "captured")
    if turned:
        table = table[::-1].reset_index(drop=True)
    want = (ORDERS, PEOPLE, pytest.approx((10.0 + N % 50).sum()))
    assert told(table) == want


def test_an_order_of_attempts_in_vain_was_not_sold() -> None:
    table = _attempts("failed", "captured")
    never = table["order_id"] % 8 == 0
    table.loc[never, "status"] = "failed"
    sold = (N + 1000) % 8 != 0
    assert told(table)[::2] == (sold.sum(), pytest.approx((10.0 + N % 50)[sold].sum()))


def test_the_amount_is_that_of_the_attempt_that_was_paid() -> None:
    table = _attempts("failed", "captured")
    more = table["order_id"] == 1000
    table.loc[more & (table["status"] == "failed"), "total"] = 999.0
    assert told(table)[2] == pytest.approx((10.0 + N % 50).sum())


# Told once for an order -------------------------------------------------------------------------


def _first_lines(**columns: object) -> pd.DataFrame:
    """Two lines an order; cells of the order, and ``columns``, on the first of them only."""
    lines = two_lines(**columns)
    once = ["who", "day", *columns]
    lines.loc[~lines["first"], once] = None
    names = {"number": "order_id", "who": "customer_id", "day": "order_date", "line": "amount"}
    return lines[["number", "who", "day", *columns, "sku", "pieces", "line"]].rename(columns=names)


@pytest.mark.parametrize(
    ("name", "words"),
    [("bezahlt", ("nein", "ja")), ("Status", ("Cancelled", None)), ("Storno", ("x", None))],
)
def test_a_state_on_the_first_line_reaches_the_others(name, words) -> None:
    table = _first_lines(**{name: np.where(LOST, *words)})
    want = (SOLD, pytest.approx(orders()["total"][~LOST].sum()))
    assert told(table)[::2] == want
    blank = table.assign(order_id=table["order_id"].where(table["customer_id"].notna()))
    assert told(blank)[::2] == want


def test_a_state_on_any_line_of_an_order_is_of_that_line() -> None:
    table = _first_lines()
    second = (table.index % 2 == 1) & (table.index % 12 == 1)
    table["Cancel type"] = _where(second, "cancelled")
    assert told(table)[::2] == (ORDERS, pytest.approx(table["amount"][~second].sum()))


# Words ------------------------------------------------------------------------------------------


def test_words_of_more_platforms() -> None:
    state = line_state("Type", ["Authorised", "Refused", "Cancelled"])
    assert (state.cancelled, state.unpaid) == (("Refused", "Cancelled"), ())
    assert line_state("Estado del pago", ["Recibido", "Reintegrado"]).returned == ("Reintegrado",)
    assert line_state("status", ["authorized", "captured"]).unpaid == ("authorized",)
    known = ["Authorised", "Nowe", "Faturado", "Archivada", "purchase", "Vollständig"]
    assert unexplained(known) == ()
    assert unexplained(["Unvollständig", "Wycofane"]) == ("Unvollständig", "Wycofane")


@pytest.mark.parametrize("name", ["Card CVC Status", "Fraud status", "Address check status"])
def test_checks_of_a_card_are_no_states(name) -> None:
    table = _log(Status="Paid", **{name: np.where(LOST, "fail", "pass")})
    assert told(table) == TRUTH
    assert not _messages(table)
    assert _messages(_log(Status=np.where(LOST, "fall", "Paid")))


def test_what_came_back_in_part_was_sold() -> None:
    flags = {"Refunded?": (N % 6 < 2).astype(int), "Fully Refunded?": LOST.astype(int)}
    table = _log(**flags)
    assert told(table)[0] == SOLD
    assert not _messages(table)
    alone = _log(**{"Refunded?": (N % 6 < 2).astype(int)})
    assert told(alone)[0] == (N % 6 >= 2).sum()


# What is told -----------------------------------------------------------------------------------


def test_only_lines_that_count_as_sold_are_told() -> None:
    table = _log(
        Status=np.where(LOST, "Cancelled", "Completed"),
        **{"Invoice status": np.where(LOST, "Wycofane", "Invoiced")},
    )
    assert not _messages(table)
    table.loc[1, "Invoice status"] = "Wycofane"
    assert [m for m in _messages(table) if "Wycofane" in m]


def test_codes_of_a_state_in_words_need_none() -> None:
    words = np.select([N % 6 == 0, N % 6 == 1], ["Cancelled", "Shipped"], "Completed")
    codes = np.select([N % 6 == 0, N % 6 == 1], ["7", "2"], "1")
    table = _log(order_status=words, status_id=codes)
    assert not _messages(table)
    table.loc[2, "status_id"] = "2"  # of two states
    assert [m for m in _messages(table) if m.startswith("status_id holds codes")]


def test_a_state_finer_than_the_one_that_is_read_is_told() -> None:
    paid = np.where(LOST, "Refunded", "Paid")
    table = _log(Status=np.select([LOST, N % 6 == 1], ["Zwrot", "Wycofane"], "Complete"))
    table = table.assign(**{"Payment status": paid})
    assert [m for m in _messages(table) if "Status holds 'Wycofane'" in m]


def test_the_receipt_names_the_state_in_use() -> None:
    table = _log(**{"Order Type": "online", "Status": _where(LOST, "Awaiting payment")})
    receipt = smartcart.check(table).receipt
    assert (receipt.columns["status"], receipt.orders) == ("Status", SOLD)
    plain = smartcart.check(_log(**{"Order Type": np.where(LOST, "online", "in store")}))
    assert plain.receipt.columns["status"] == "Order Type"


def _voided(back: float) -> pd.DataFrame:
    """Receipts, and of every sixth a copy under its number that takes ``back`` of it back."""
    t = _log(kind="SALE", total=10.0 + N % 50)
    copy = t[LOST].assign(kind="VOID", total=lambda t: -back * t["total"])
    return pd.concat([t, copy]).sort_values(["order_id", "kind"], kind="stable")


def test_a_receipt_that_a_negative_copy_cancels_is_void() -> None:
    table = _voided(1.0)
    assert told(table)[::2] == (SOLD, pytest.approx((10.0 + N % 50)[~LOST].sum()))
    seen = smartcart.check(table)
    assert "voided_orders" not in {n.code for n in seen.notices}
    assert not any("stand on one line" in check for check in seen.receipt.checks)


def test_what_a_copy_takes_back_in_part_is_told() -> None:
    table = _voided(0.5)
    assert told(table)[::2] == (ORDERS, pytest.approx((10.0 + N % 50).sum()))
    notices = [n for n in smartcart.check(table).notices if n.code == "voided_orders"]
    assert [n.count for n in notices] == [20]


def test_voided_copies_of_no_receipt_are_not_told() -> None:
    t = _voided(1.0)
    alone = t[~(t["order_id"].isin(t["order_id"][t["kind"] == "VOID"]) & (t["kind"] == "SALE"))]
    assert "voided_orders" not in {n.code for n in smartcart.check(alone).notices}


# The day of payment that a platform writes ------------------------------------------------------


def _ebay(paid: pd.Series) -> pd.DataFrame:
    t = orders()
    return pd.DataFrame(
        {
            "Sales Record Number": t["number"],
            "Order Number": "02-" + t["number"].astype(str),
            "Buyer Username": t["who"],
            "Item Title": "Pot",
            "Quantity": 1,
            "Sold For": t["total"],
            "Total Price": t["total"],
            "Sale Date": t["day"],
            "Paid On Date": paid,
        }
    )


EBAY = {
    "ebay_orders": {},
    "ebay_selling_manager": {
        "Buyer Username": "User Id",
        "Sold For": "Sale Price",
        "Order Number": "Buyer Fullname",
    },
    "ebay_verkaufsmanager": {
        "Sales Record Number": "Verkaufsprotokollnummer",
        "Buyer Username": "Mitgliedsname",
        "Item Title": "Artikelbezeichnung",
        "Sold For": "Verkaufspreis",
        "Total Price": "Gesamtpreis",
        "Sale Date": "Verkaufsdatum",
        "Quantity": "Stückzahl",
        "Paid On Date": "Bezahldatum",
    },
    "ebay_ventes_fr": {
        "Order Number": "Numéro de commande",
        "Buyer Username": "Pseudo de l'acheteur",
        "Item Title": "Titre de l'objet",
        "Sold For": "Vendu pour",
        "Total Price": "Prix total",
        "Sale Date": "Date de vente",
        "Paid On Date": "Date de paiement",
    },
}


@pytest.mark.parametrize("layout", EBAY)
def test_an_order_of_ebay_without_a_day_of_payment_was_not_paid(layout: str) -> None:
    table = _ebay(orders()["day"].where(~LOST)).rename(columns=EBAY[layout])
    seen = smartcart.check(table)
    assert (seen.receipt.layout, seen.receipt.orders) == (layout, SOLD)
    assert any("not paid" in left.reason and left.lines == 20 for left in seen.receipt.left_out)
    assert not _messages(table)


def test_where_most_orders_lack_the_day_of_payment_nothing_says_unpaid() -> None:
    assert told(_ebay(orders()["day"].where(N % 10 < 4)))[0] == ORDERS
    assert told(_ebay(orders()["day"].where(N % 10 < 6)))[0] == (N % 10 < 6).sum()


# What was paid, beside what became of the order ---------------------------------------------------


def _paid(name: str, *words: str, **columns: object) -> pd.DataFrame:
    """Orders with a state of their own, of which every sixth was cancelled, and one of payment."""
    done = np.where(LOST, "Storniert", "Komplett abgeschlossen")
    state = np.select([N % 6 == 1, N % 12 == 2], words[1:], words[0])
    return _log(statusDescription=done, **{name: state}, **columns)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("clearedDescription", ("Komplett bezahlt", "Offen", "Wiedergutschrift")),
        ("cleared", ("Completely paid", "Open", "Re-crediting")),
        ("Оплата", ("Оплачен", "Не оплачен", "Возврат")),
        ("xq", ("paid", "unpaid", "refunded")),
    ],
)
def test_a_second_state_that_speaks_of_payment_is_a_state(
    name: str, words: tuple[str, ...]
) -> None:
    table = _paid(name, *words)
    assert told(table)[0] == ((N % 6 > 1) & (N % 12 != 2)).sum()
    column = next(c for c in smartcart.check(table).contract.log.columns if c.name == name)
    assert column.meaning == "status"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Payout", ("paid", "pending", "returned")),  # what the shop gets
        ("Lieferung", ("geliefert", "offen", "retour")),  # no word of payment
        ("paidBy", ("Karte", "Rechnung", "Gutschrift")),
    ],
)
def test_other_second_states_are_none_of_payment(name: str, words: tuple[str, ...]) -> None:
    assert told(_paid(name, *words))[0] == SOLD


def test_a_payment_state_that_most_lines_would_be_lost_by_is_none() -> None:
    table = _log(
        statusDescription=np.where(LOST, "Storniert", "Komplett abgeschlossen"),
        xq=np.where(N % 10 < 6, "open", "paid"),
    )
    assert told(table)[0] == SOLD
    half = table.assign(xq=np.where(N % 10 < 5, "open", "paid"))
    assert told(half)[0] == (~LOST & (N % 10 >= 5)).sum()


def test_paid_yes_or_open_in_a_book_of_orders() -> None:
    table = _log(**{"bezahlt?": np.select([LOST, N % 6 == 1], ["storniert", "offen"], "ja")})
    assert told(table)[0] == (N % 6 > 1).sum()


@pytest.mark.parametrize(("no", "said"), [("0", False), ("2", True)])
def test_a_plain_no_needs_no_word(no: str, said: bool) -> None:
    t = orders()
    back = np.where(N % 12 == 0, "1", no)
    table = pd.DataFrame(
        {
            "Purchase ID": [f"k{n}c=" for n in t["number"]],
            "Item Name": "Lamp",
            "Purchase Email": t["mail"],
            "Purchase Date": t["day"],
            "Sale Price ($)": t["total"],
            "Fees ($)": 0.5,
            "Net Total ($)": t["total"] - 0.5,
            "Refunded?": back,
            "Partial Refund ($)": 0,
            "Fully Refunded?": back,
            "Quantity": 1,
        }
    )
    assert told(table)[0] == ORDERS * 11 // 12
    assert any("which no word explains" in m for m in _messages(table)) is said


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ([None] * 30, "is empty"),
        (["WALKIN"] * 30, "names nobody"),
        (["WALKIN"] * 29 + [None], "is empty or names nobody"),
        (["guest"] + [" "] * 29, "is empty or names nobody"),
    ],
)
@pytest.mark.parametrize("number", [False, True])
def test_lines_of_nobody_are_told_by_what_their_customer_says(who, said, number) -> None:
    table = _log()
    if number:
        table["customer_id"] = 1_000 + table["customer_id"].astype("string").str.extract(
            r"(\d+)", expand=False
        ).astype("Int64")
        who = [-1 if w in ("WALKIN", "guest") else None for w in who]
    more = table.iloc[:30].assign(order_id=range(9000, 9030))
    more["customer_id"] = pd.array(who, dtype=table["customer_id"].dtype)
    seen = smartcart.check(pd.concat([table, more], ignore_index=True))
    (left,) = seen.receipt.left_out
    assert left.lines == 30
    assert left.reason.endswith(f"(customer_id {said}): they cannot be segmented")


def test_lines_without_a_buyer_and_money_are_told_as_such() -> None:
    table = _log()
    below = table.iloc[::4].assign(customer_id=None, total=np.nan, order_id=range(9000, 9030))
    (left,) = smartcart.check(pd.concat([table, below])).receipt.left_out
    assert (left.lines, "and without money" in left.reason) == (30, True)
    (left,) = smartcart.check(pd.concat([table, below.assign(total=5.0)])).receipt.left_out
    assert left.reason.endswith("(customer_id is empty): they cannot be segmented")


# States of a country ----------------------------------------------------------------------------

REGIONS = ("SP", "RJ", "MG", "RS"), ("Jalisco", "Nuevo León", "Puebla", "Sonora")


def _with_regions(name: str, values: tuple[str, ...], address: bool = True) -> pd.DataFrame:
    t = orders()
    t[name] = np.array(values)[N % PEOPLE % len(values)]  # of the buyer, who lives there
    if address:
        t["City"] = "Rio"
        t["Zip"] = 10_000 + N % PEOPLE
    return t


BARE = "Estado", "State", "Stato", "Bundesland", "Provincia"
OF_AN_ADDRESS = "bill-state", "State (Billing)", "Delivery state", "Shipping State", "ship_to_state"
ABROAD = "Estado de envío", "Estado do cliente"


@pytest.mark.parametrize("name", [*BARE, *OF_AN_ADDRESS, *ABROAD])
@pytest.mark.parametrize("values", REGIONS)
def test_a_state_of_an_address_is_no_state_of_an_order(name: str, values: tuple[str, ...]) -> None:
    table = _with_regions(name, values)
    seen = smartcart.check(table)
    assert seen.contract.log is not None
    assert (seen.contract.log.status, told(table)) == (None, TRUTH)
    assert not _messages(table)


def test_a_state_of_an_address_beside_the_status_leaves_it_alone() -> None:
    table = _with_regions("bill-state", ("CA", "ME", "OR", "NY"))
    table["State"] = np.where(LOST, "Cancelled", "Complete")
    seen = smartcart.check(table)
    assert seen.contract.log is not None
    assert (seen.contract.log.status, seen.receipt.orders) == ("State", SOLD)
    assert not _messages(table)


@pytest.mark.parametrize("name", ["Delivery state", "Estado de envío", "bill-state"])
def test_a_state_of_the_delivery_is_one_of_the_order(name: str) -> None:
    """Its words speak of the order, though an address stands beside it."""
    table = _with_regions("Region", REGIONS[1])
    table[name] = np.where(LOST, "Cancelled", "Complete")
    seen = smartcart.check(table)
    assert seen.contract.log is not None
    assert (seen.contract.log.status, seen.receipt.orders) == (name, SOLD)
    told_so = smartcart.check(
        _with_regions("bill-state", REGIONS[0]), roles={"bill-state": {"meaning": "status"}}
    )
    assert told_so.contract.log is not None
    assert told_so.contract.log.status == "bill-state"  # who says so is not overruled


@pytest.mark.parametrize("what", ["no address", "changes", "a word of orders", "another name"])
def test_other_states_that_no_word_explains_are_told(what: str) -> None:
    name = "Order Status" if what == "another name" else "State"
    values = ("complete", "frobbed") if what == "a word of orders" else REGIONS[0]
    table = _with_regions(name, values, address=what != "no address")
    if what == "changes":
        table["State"] = np.array(values)[N // PEOPLE % 4]
    assert told(table) == TRUTH
    assert _messages(table)


# Papers, and visits to come ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bill", "credit"),
    [
        ("Fattura", "Nota di credito"),
        ("Factura", "Factura rectificativa"),
        ("Factura", "Nota de abono"),
        ("Nota fiscal", "Nota de devolução"),
        ("Faktura", "Kreditnota"),
        ("Factuur", "Creditnota"),
        ("Faktura", "Dobropis"),
        ("Faktura", "Faktura korygująca"),
        ("Lasku", "Hyvityslasku"),
        ("Számla", "Jóváíró számla"),
        ("Τιμολόγιο", "Πιστωτικό τιμολόγιο"),
        ("TD01", "TD04"),
    ],
)
def test_a_note_of_credit_is_a_return_in_any_language(bill: str, credit: str) -> None:
    kind = np.where(LOST, credit, bill)
    receipt = smartcart.check(_log(Tipo=kind)).receipt
    assert receipt.orders == SOLD
    assert receipt.revenue == pytest.approx(orders()["total"][~LOST].sum())
    assert told(_log(Tipo=np.where(LOST, bill + " B", bill))) == TRUTH


@pytest.mark.parametrize(("word", "beside"), [("Bokad", "Behandlare"), ("Booked", "Stylist")])
@pytest.mark.parametrize(("late", "kept"), [(True, 110), (False, ORDERS)])
def test_a_visit_that_is_booked_and_to_come_is_not_sold_yet(word, beside, late, kept) -> None:
    table = _log(**{beside: np.where(N % 2 == 0, "Maja", "Klara")})
    days = table["order_date"].rank(method="first").to_numpy()
    some = days > ORDERS - 10 if late else (days % 12 == 0)
    table["Status"] = np.where(some, word, "Completed")
    assert told(table)[0] == kept
    assert told(table.drop(columns=beside))[0] == ORDERS  # a shop's last orders are sold


# Numbers of each line ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Cupom", "Recibo", "Comprobante", "Документ"])
def test_more_names_of_a_receipt(name: str) -> None:
    lines = two_lines()
    table = pd.DataFrame(
        {name: 45_000 + lines["number"], "Data": lines["day"], "Cliente": lines["who"]}
    )
    table["Valor pago"] = lines["line"]
    found = smartcart.check(table).receipt
    assert (found.orders, found.columns["order"]) == (ORDERS, name)


def test_a_code_that_takes_something_off_is_no_receipt() -> None:
    code = np.where(N % 4 == 0, "VERAO10", None)
    table = _log(Cupom=code)
    found = smartcart.check(table)
    assert told(table) == TRUTH
    part = {c.name: c.meaning for c in found.contract.log.columns}
    assert part["Cupom"] == "discount"


def test_numbers_of_bills_that_look_like_phones_number_orders() -> None:
    t = _log().rename(columns={"order_id": "Numero"})
    t["Numero"] = [f"{i}/2024" for i in 100 + N]
    t["order_date"] = t["order_date"].to_numpy()[np.arange(ORDERS) // 2 * 2]  # two on a day
    t["customer_id"] = t["customer_id"].to_numpy()[np.arange(ORDERS) // 2 * 2]
    assert smartcart.check(t).receipt.orders == ORDERS


@pytest.mark.parametrize("name", ["Payer Status", "Counterparty Status", "Customer status"])
def test_a_state_of_the_buyer_needs_no_word(name: str) -> None:
    table = _log(**{name: np.where(N % 2 == 0, "verified", "Kyc2")})
    assert _messages(table) == []
    assert told(table) == TRUTH


@pytest.mark.parametrize(("name", "offered"), [("id", True), ("line_id", False)])
def test_an_id_of_each_line_is_another_reading_of_the_orders(name: str, offered: bool) -> None:
    lines = two_lines().rename(columns={"who": "customer_id", "day": "date", "line": "amount"})
    table = lines.drop(columns=["number", "total"]).assign(product=np.arange(len(lines)) % 5)
    table[name] = [f"PM{i:05d}" for i in range(len(table))]
    receipt = smartcart.check(table).receipt
    orders_of = [one.orders for one in receipt.alternatives if one.differs_in.startswith("order")]
    assert receipt.orders == ORDERS
    assert orders_of == ([len(table)] if offered else [])
