"""Reasons why an order was called off, numbers of transactions, and the day a log is of."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.tables.state_names import why_it_was_lost
from test_reading import ORDERS, PEOPLE, TRUTH, orders, told

N = np.arange(ORDERS)
NAMES = {"number": "Order ID", "who": "Customer ID", "day": "Order date", "total": "Total"}
WHY = np.array(["Z1 too late", "Z2 wrong price", "Z3"])[N % 3]
LOST = N % 8 == 3


def log(**columns: object) -> pd.DataFrame:
    return orders()[list(NAMES)].rename(columns=NAMES).assign(**columns)


# Reasons ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("ABGRU", "Reason for rejection", "Absagegrund", "Storno-Grund", "cancel reason"),
        *("Cancellation Reason", "Motif d'annulation", "Motivo de cancelación", "Lost reason"),
        *("Motivo annullamento", "Reden annulering", "Powód anulowania", "Причина отмены"),
        *("İptal nedeni", "キャンセル理由", "取消原因", "Grund der Stornierung"),
    ],
)
def test_a_line_with_a_reason_why_it_was_called_off_is_no_sale(name: str) -> None:
    seen = smartcart.check(log(**{name: np.where(LOST, WHY, None)}))
    assert seen.receipt.orders == ORDERS - LOST.sum()
    assert seen.receipt.revenue == orders()["total"][~LOST].sum()
    assert {"cancelled": int(LOST.sum())} == {
        e.rule: e.count for e in seen.ledger.entries if e.rule == "cancelled"
    }
    assert "status_words" not in {n.code for n in seen.notices}


@pytest.mark.parametrize(
    "name",
    ["Return reason", "Rückgabegrund", "Discount reason", "Reason", "Refund reason", "Grund"],
)
def test_other_reasons_call_nothing_off(name: str) -> None:
    assert told(log(**{name: np.where(LOST, WHY, None)})) == TRUTH
    assert not why_it_was_lost(name)


def test_codes_of_reasons_are_reasons_and_dropping_the_column_keeps_the_lines() -> None:
    table = log(ABGRU=pd.Series(61 + N % 2).where(LOST))
    assert told(table)[0] == ORDERS - LOST.sum()
    assert told(table, roles={"ABGRU": {"role": "dropped"}}) == TRUTH


@pytest.mark.parametrize(("filled", "sold"), [(60, 60), (61, 120)])  # of 120 lines: half, and more
def test_a_reason_is_seldom_given(filled: int, sold: int) -> None:
    assert told(log(**{"Cancel reason": np.where(filled > N, WHY, None)}))[0] == sold


def test_where_a_status_tells_what_was_cancelled_a_reason_beside_it_does_not() -> None:
    status = np.where(N % 8 == 3, "Cancelled", "Completed")
    reasons = np.where(N % 4 == 3, WHY, None)  # given for some that went through, too
    table = log(Status=status, **{"Cancel reason": reasons})
    assert told(table)[0] == ORDERS - LOST.sum()
    assert told(table.drop(columns="Status"))[0] == ORDERS - (N % 4 == 3).sum()


# Numbers of transactions -----------------------------------------------------------------------


def _same_days(number: str, **columns: object) -> pd.DataFrame:
    """Lines of which two of a buyer are always of one day."""
    t = pd.DataFrame({number: N + 90_001, "Data": pd.Timestamp("2024-01-01"), "Cliente": "x"})
    pair = N // 2
    t["Data"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(pair * 2, "D")
    t["Cliente"] = [f"c{i % PEOPLE:02d}" for i in pair]
    return t.assign(**columns, Valor=10.0 + N % 7)


GOODS = {"Produto": [f"P{i % 9}" for i in N], "Qtd": 1 + N % 3}


@pytest.mark.parametrize(
    "number",
    [
        *("Transação", "Nº da transação", "Transaction", "Transaction no", "Transacción"),
        *("Transaktion", "Transakcja", "Transazione", "Vorgang", "Operación", "Транзакция"),
    ],
)
@pytest.mark.parametrize("goods", [{}, GOODS], ids=["alone", "goods"])
def test_a_number_of_each_line_that_is_named_a_transaction_is_an_order(number, goods) -> None:
    assert told(_same_days(number, **goods))[0] == ORDERS


@pytest.mark.parametrize("number", ["id", "line id", "Nr", "Row ID", "Line no"])
def test_a_number_of_rows_is_no_order_number(number: str) -> None:
    assert told(_same_days(number, **GOODS))[0] == ORDERS // 2


def test_a_kind_of_transaction_is_no_number() -> None:
    kinds = np.array(["Venda", "Troca"])[N // 2 % 2]
    for name in ("Tipo de transação", "Transação", "Transaction"):
        table = _same_days("line id", **GOODS).assign(**{name: kinds})
        assert told(table)[0] == ORDERS // 2


# The day that a log is of ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "days", "counts"),
    [
        *(("Cancelled", 31, False), ("Cancelled", 30, True), ("Quotation", 1, False)),
        *(("Quotation", 400, False), ("Completed", 400, True)),
    ],
)
def test_a_quotation_and_what_was_cancelled_far_ahead_are_not_the_last_day(
    state: str, days: int, counts: bool
) -> None:
    later = log()["Order date"].max() + pd.Timedelta(days, "D")
    more = log().tail(3).assign(**{"Order date": later, "Order ID": [9001, 9002, 9003]})
    table = pd.concat([log(Status="Completed"), more.assign(Status=state)], ignore_index=True)
    last = later if counts else log()["Order date"].max()
    assert smartcart.check(table).contract.as_of == last.date()


def test_guests_and_returns_are_of_a_day_of_the_log() -> None:
    later = pd.Timestamp("2026-06-01")
    guest = log().tail(1).assign(**{"Order date": later, "Customer ID": None, "Order ID": 9001})
    seen = smartcart.check(pd.concat([log(), guest], ignore_index=True))
    assert seen.contract.as_of == dt.date(2026, 6, 1)
