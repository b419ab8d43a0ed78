"""Bills that were issued count, paid or not; a visit is on its day, not on that of its booking."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError, ReadingQuestion
from smartcart.records import Inspection
from smartcart.tables.order_states import drafts, line_state

N = np.arange(160)
DAYS = pd.Timestamp("2024-01-01") + pd.to_timedelta(N, "D")


def papers(number: str, **columns: object) -> pd.DataFrame:
    """Papers of 30 buyers, each under a number of its own."""
    table = {number: N + 4000, "Date": DAYS, "Client": [f"c{i % 30}" for i in N]}
    return pd.DataFrame(table | columns | {"Total": 20.0 + N % 9})


def orders(seen: Inspection) -> int | None:
    assert seen.receipt is not None
    return seen.receipt.orders


def codes(seen: Inspection) -> set[str]:
    return {notice.code for notice in seen.notices}


STATES = [
    *(("Paid", "Awaiting payment", "Draft"), ("Bezahlt", "Überfällig", "Entwurf")),
    *(("Payée", "En attente de paiement", "Brouillon"), ("Paid", "Overdue", "Draft")),
]


@pytest.mark.parametrize(("paid", "owed", "draft"), STATES)
@pytest.mark.parametrize(
    "number", ["Invoice No", "Rechnungsnummer", "N° facture", "Nr faktury", "Счет №"]
)
def test_bills_that_are_not_paid_yet_count(number: str, paid: str, owed: str, draft: str) -> None:
    state = np.where(N % 8 == 0, draft, np.where(N % 4 == 1, owed, paid))
    seen = smartcart.check(papers(number, Status=state))
    assert orders(seen) == 160 - 20
    assert "unpaid_bills" in codes(seen)


@pytest.mark.parametrize(("paid", "owed", "draft"), STATES)
def test_orders_that_are_not_paid_do_not(paid: str, owed: str, draft: str) -> None:
    state = np.where(N % 8 == 0, draft, np.where(N % 4 == 1, owed, paid))
    seen = smartcart.check(papers("Order ID", Status=state))
    assert orders(seen) == 160 - 20 - 40
    assert "unpaid_bills" not in codes(seen)


def test_kinds_of_papers_tell_bills_too() -> None:
    kind = np.where(N % 8 == 0, "Devis", "Facture")
    state = np.where(N % 4 == 1, "En attente", "Réglée")
    seen = smartcart.check(papers("N° pièce", **{"Type pièce": kind, "État": state}))
    assert orders(seen) == 160 - 20
    assert codes(seen) & {"unpaid_bills", "status_words"} == {"unpaid_bills"}


def test_a_quotation_among_states_makes_no_bills() -> None:
    state = np.where(N % 8 == 0, "Quote", np.where(N % 4 == 1, "Pending payment", "Completed"))
    assert orders(smartcart.check(papers("Order ID", Status=state))) == 160 - 20 - 40


def test_only_what_was_not_issued_is_a_draft() -> None:
    assert drafts(["Entwurf", "Offen", "Черновик", "Drafted beer"]) == ("Entwurf", "Черновик")


@pytest.mark.parametrize("ahead", [9, 1])
@pytest.mark.parametrize("day", ["Scheduled date", "Appointment date"])
def test_a_visit_is_on_its_day(day: str, ahead: int) -> None:
    made = DAYS - pd.to_timedelta(N % 3 + ahead, "D")
    table = papers("Appt. ref.", **{"Created date": made, day: DAYS, "Duration": "45min"})
    found = smartcart.check(table.drop(columns="Date"))
    assert found.receipt is not None
    assert found.receipt.columns["day"] == (day if ahead > 2 else "Created date")


def test_a_scheduled_parcel_is_not_the_day_of_its_order() -> None:
    table = papers(
        "Order ID", **{"Created date": DAYS, "Scheduled date": DAYS + pd.Timedelta(9, "D")}
    )
    found = smartcart.check(table.drop(columns="Date"))
    assert found.receipt is not None
    assert found.receipt.columns["day"] == "Created date"


@pytest.mark.parametrize("word", ["Nicht erschienen", "Absent", "Δεν ήρθε", "Nie stawił się"])
def test_who_did_not_come_bought_nothing(word: str) -> None:
    assert line_state("Status", ["Done", word]).cancelled == (word,)


@pytest.mark.parametrize("name", ["Payment", "Zahlung", "Płatność", "Πληρωμή", "Оплата"])
def test_a_number_called_payment_is_money(name: str) -> None:
    found = smartcart.check(papers("Order ID").rename(columns={"Total": name})).receipt
    assert found is not None
    assert found.columns["money"] == name


def test_pieces_are_not_offered_as_money() -> None:
    table = papers("Order ID", **{"수량": N % 3 + 1, "정산예정금액": 9000 + N % 50})
    with pytest.raises(ReadingQuestion, match=r"\('정산예정금액' could\)"):
        smartcart.check(table.drop(columns="Total"))


# Kinds of papers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sale", "quote"),
    [
        ("Belegart", "Rechnung", "Kostenvoranschlag"),
        ("Document type", "Invoice", "Quotation"),
        ("Tipo doc.", "Factura", "Presupuesto"),
    ],
)
def test_quotations_beside_papers_that_cancel_are_no_sales(
    name: str, sale: str, quote: str
) -> None:
    kind = np.where(N % 8 == 0, quote, np.where(N % 16 == 5, "Storno", sale))
    seen = smartcart.check(papers("Beleg", **{name: kind}))
    assert orders(seen) == 160 - 20 - 10


def test_a_paper_that_cancels_another_takes_back_what_was_sold() -> None:
    back = N % 16 == 5
    kind = np.where(back, "Stornorechnung", "Rechnung")
    table = papers("Beleg", Belegart=kind)
    table["Total"] = np.where(back, -table["Total"], table["Total"])
    told = smartcart.check(table).receipt
    assert told is not None
    assert any("return" in left.reason and left.lines == 10 for left in told.left_out)
    void = table.assign(Beleg=np.where(back, table["Beleg"] - 1, table["Beleg"]))
    void.loc[back, "Client"] = table["Client"].shift(1)[back]
    void.loc[back, "Total"] = -table["Total"].shift(1)[back]
    assert orders(smartcart.check(void)) == 160 - 10 - 10


@pytest.mark.parametrize("posted", [True, False])
def test_returns_with_positive_sums_are_known_by_their_kind(posted: bool) -> None:
    kind = np.where(N % 8 == 3, "Возврат товаров от покупателя", "Реализация товаров и услуг")
    table = papers("Номер", Документ=kind).rename(
        columns={"Client": "Контрагент", "Date": "Дата", "Total": "Сумма документа"}
    )
    if posted:
        table["Проведен"] = np.where(N % 10 == 9, "Нет", "Да")
    lost = (N % 8 == 3) | ((N % 10 == 9) & posted)
    assert orders(smartcart.check(table)) == 160 - lost.sum()


# Entries in books, and things that are sold -----------------------------------------------------


@pytest.mark.parametrize(("entries", "what"), [(1, "each row"), (2, "entries in books")])
def test_entries_in_books_are_no_customers(entries: int, what: str) -> None:
    table = pd.DataFrame(
        {
            "Umsatz": 30.0 + N % 13,
            "Konto": 10_000 + N % 40,
            "Gegenkonto": 8400 + N % 2,
            "Belegdatum": 101 + N % 28,
            "Belegfeld 1": [f"RE{i}" for i in N // entries],
        }
    )
    with pytest.raises(DataError, match=f"'Belegfeld 1' numbers {what}"):
        smartcart.check(table)


def test_names_of_several_words_of_items_make_a_table_of_products() -> None:
    table = pd.DataFrame(
        {
            "Item name": [f"Soap no {i}" for i in N],
            "Items viewed": N * 7 % 50,
            "Items purchased": N % 9,
            "Item revenue": 9.5 * (N % 9),
        }
    )
    with pytest.raises(DataError, match="table of products"):
        smartcart.check(table)
    people = table.rename(columns={"Item name": "Name"})
    assert smartcart.check(people).ledger.segmented == 160
