"""Made-up exports of tills and payments, each in the header of its platform."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from layouts.market_cases import (
    BACK,
    Case,
    Cells,
    back_sign,
    only,
    per_line,
    per_order,
    said,
    sold,
)
from layouts.shop import SOLD, Shop, Truth, money

__all__ = ["TILL_CASES"]

WITH_BACK = (*SOLD, "refunded")


def _account(t: pd.DataFrame, form: str = "CUS{}") -> list[str]:
    """Return the id of an account, blank of guests."""
    return [form.format(number) if number else "" for number in t["account"]]


def _accounts(made: Shop, *amounts: str, states: Sequence[str] = SOLD) -> Truth:
    return made.truth(*amounts, sold=states, key=lambda o: o["account"].where(o["account"] > 0))


def _square_day(t: pd.DataFrame) -> dict[str, object]:
    return {
        "Date": t["at"].dt.strftime("%m/%d/%Y"),
        "Time": t["at"].dt.strftime("%I:%M:%S %p"),
        "Time Zone": "Eastern Time (US & Canada)",
        "Customer ID": _account(t, "SQ{}"),
        "Customer Name": t["name"],
        "Location": "Main",
    }


def _square_transactions(made: Shop) -> Sequence[tuple[Cells, int]]:
    made = only(made, WITH_BACK)
    head = made.orders
    back = head[head["refunded"] > 0]
    return [
        (
            {
                **_square_day(head),
                "Event Type": "Payment",
                "Transaction Status": "Complete",
                "Transaction ID": [f"TX{n}" for n in head["number"]],
                "Payment ID": [f"PM{n}" for n in head["number"]],
                "Gross Sales": money(head["goods0"], "$"),
                "Discounts": back_sign(head["discount"]),
                "Net Sales": money(head["goods"], "$"),
                "Tax": money(head["tax"], "$"),
                "Tip": "$0.00",
                "Partial Refunds": "$0.00",
                "Cash": "$0.00",
                "Total Collected": money(head["total"], "$"),
                "Card": money(head["total"], "$"),
                "Net Total": money((head["total"] * 0.97).round(2), "$"),
                "Fees": back_sign((head["total"] * 0.03).round(2)),
            },
            len(head),
        ),
        (
            {
                **_square_day(back),
                "Event Type": "Refund",
                "Transaction Status": "Complete",
                "Transaction ID": [f"RX{n}" for n in back["number"]],
                "Payment ID": [f"RP{n}" for n in back["number"]],
                "Refund Reason": "Returned",
                "Gross Sales": back_sign(back["refunded"]),
                "Discounts": "$0.00",
                "Net Sales": back_sign(back["refunded"]),
                "Tax": "$0.00",
                "Total Collected": back_sign(back["refunded"]),
                "Card": back_sign(back["refunded"]),
                "Net Total": back_sign(back["refunded"]),
            },
            len(back),
        ),
    ]


def _square_items(made: Shop) -> Sequence[tuple[Cells, int]]:
    made = only(made, WITH_BACK)
    lines = made.joined
    back = made.orders[made.orders["refunded"] > 0]
    return [
        (
            {
                **_square_day(lines),
                "Event Type": "Payment",
                "Item": lines["product"],
                "Qty": [f"{n:.1f}" for n in lines["pieces"]],
                "SKU": lines["sku"],
                "Transaction ID": [f"TX{n}" for n in lines["number"]],
                "Category": lines["category"],
                "Payment ID": [f"PM{n}" for n in lines["number"]],
                "Price Point Name": "Regular",
                "Gross Sales": money(lines["gross"], "$"),
                "Discounts": back_sign(lines["discount"]),
                "Net Sales": money(lines["paid"], "$"),
                "Count": lines["pieces"],
                "Tax": money(lines["paid"] * 0.08, "$"),
                "Unit": "ea",
            },
            len(lines),
        ),
        (
            {
                **_square_day(back),
                "Event Type": "Refund",
                "Item": "Custom Amount",
                "Qty": "-1.0",
                "Transaction ID": [f"RX{n}" for n in back["number"]],
                "Payment ID": [f"RP{n}" for n in back["number"]],
                "Gross Sales": back_sign(back["refunded"]),
                "Discounts": "$0.00",
                "Net Sales": back_sign(back["refunded"]),
                "Tax": "$0.00",
            },
            len(back),
        ),
    ]


def _stripe(created: str) -> object:
    def cells(t: pd.DataFrame) -> Cells:
        rate = np.array([(1.0, 1.08, 1.25)[n % 3] for n in t["number"]])
        failed = t["state"] == "failed"
        return {
            "id": [f"ch_{n:06d}" for n in t["number"]],
            created: t["at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Amount": (t["total"] / rate).round(2),
            "Converted Amount": t["total"],
            "Amount Refunded": (t["refunded"] / rate).round(2),
            "Converted Amount Refunded": t["refunded"],
            "Converted Currency": "usd",
            "Currency": [("usd", "eur", "gbp")[n % 3] for n in t["number"]],
            "Captured": ["false" if f else "true" for f in failed],
            "Card ID": "card_1",
            "Fee": (t["total"] * 0.03).round(2),
            "Description": "Order",
            "Status": said(t, {"failed": "Failed", "refunded": "Refunded", "": "Paid"}),
            "Customer ID": _account(t, "cus_{}Qx"),
            "Customer Email": t["email"],
        } | (
            {}
            if created == "Created (UTC)"
            else {
                "Refunded date (UTC)": [
                    f"{at:%Y-%m-%d %H:%M:%S}" if r > 0 else ""
                    for at, r in zip(t["at"] + pd.Timedelta(days=3), t["refunded"], strict=True)
                ],
            }
        )

    return per_order(cells, (*WITH_BACK, "failed"))


def _stripe_balance(t: pd.DataFrame) -> Cells:
    return {
        "id": [f"txn_{n}" for n in t["number"]],
        "Type": "charge",
        "Currency": "usd",
        "Source": [f"ch_{n}" for n in t["number"]],
        "Amount": t["total"],
        "Fee": t["tax"],
        "Net": (t["total"] - t["tax"]).round(2),
        "Created (UTC)": t["at"].dt.strftime("%Y-%m-%d %H:%M"),
        "Available On (UTC)": t["at"].dt.strftime("%Y-%m-%d"),
        "Description": "Order",
    }


PAYPAL = {
    "day": "Date",
    "kind": "Type",
    "gross": "Gross",
    "net": "Net",
    "fee": "Fee",
    "name": "Name",
    "mail": "From Email Address",
    "number": "Transaction ID",
    "code": "Currency",
    "balance": "Balance",
    "status": "Status",
    "to": "To Email Address",
    "side": "Balance Impact",
    "paid": "Express Checkout Payment",
    "back": "Payment Refund",
    "out": "General Withdrawal",
    "cost": "Payment Fee",
    "done": "Completed",
    "in": "Credit",
    "off": "Debit",
    "denied": "Denied",
}
PAYPAL_DE = {
    "day": "Datum",
    "kind": "Typ",
    "gross": "Brutto",
    "net": "Netto",
    "fee": "Gebühr",
    "name": "Name",
    "mail": "Absender E-Mail-Adresse",
    "number": "Transaktionscode",
    "code": "Währung",
    "balance": "Guthaben",
    "status": "Status",
    "to": "Empfänger E-Mail-Adresse",
    "side": "Auswirkung auf Guthaben",
    "paid": "PayPal Express-Zahlung",
    "back": "Rückzahlung",
    "out": "Allgemeine Abbuchung",
    "cost": "Allgemeine Währungsumrechnung",
    "done": "Abgeschlossen",
    "in": "Haben",
    "off": "Soll",
    "denied": "Abgelehnt",
}


def _paypal(words: dict[str, str], day: str, comma: bool) -> object:
    def parts(made: Shop) -> Sequence[tuple[Cells, int]]:
        status = "status" in words
        made = only(made, (*WITH_BACK, "failed") if status else WITH_BACK)
        head = made.orders
        back, some = head[head["refunded"] > 0], head.iloc[:15]

        def cells(t: pd.DataFrame, kind: str, amount: pd.Series, number: str) -> Cells:
            told: dict[str, object] = {
                words["day"]: t["at"].dt.strftime(day),
                words["kind"]: words[kind],
                words["gross"]: money(amount, comma=comma),
                words["name"]: t["name"],
                words["fee"]: money((amount * -0.03).round(2), comma=comma),
                words["net"]: money((amount * 0.97).round(2), comma=comma),
                words["mail"]: t["email"] if kind == "paid" else "shop@madeup.example",
                words["number"]: [f"{n}{number}1B" for n in t["number"]],
                words["code"]: "USD",
                words["balance"]: money(amount.cumsum().round(2), comma=comma),
            }
            if status:
                told[words["status"]] = said(t, {"failed": words["denied"], "": words["done"]})
                told[words["to"]] = "shop@madeup.example"
                told[words["side"]] = words["in" if kind == "paid" else "off"]
            return told

        return [
            (cells(head, "paid", head["total"], "PAY"), len(head)),
            (cells(back, "back", -back["refunded"], "REF"), len(back)),
            (
                {
                    **cells(some, "out", -some["total"] * 3, "WDR"),
                    words["mail"]: "",
                    words["name"]: "",
                },
                15,
            ),
            (
                {**cells(some, "cost", -some["tax"], "FEE"), words["mail"]: "", words["name"]: ""},
                15,
            ),
        ]

    return parts


def _statement(words: dict[str, str], kind: str, fee: str) -> dict[str, str]:
    told = {k: v for k, v in words.items() if k not in ("status", "to", "side")}
    return {**told, "kind": kind, "fee": fee}


def _loyverse(line: bool) -> object:
    def parts(made: Shop) -> Sequence[tuple[Cells, int]]:
        made = only(made, (*WITH_BACK, "cancelled"))
        head = made.orders
        t = made.joined if line else head
        back = head[head["refunded"] > 0]

        def common(t: pd.DataFrame, sale: bool) -> dict[str, object]:
            return {
                "Date": t["at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
                "Receipt number": [f"{1 if sale else 2}-{n}" for n in t["number"]],
                "Receipt type": "Sale" if sale else "Refund",
                "Store": "Main",
                "POS": "Till 1",
                "Cashier name": "Lin",
                "Customer name": t["name"],
                "Customer contacts": t["email"],
                "Status": said(t, {"cancelled": "Cancelled", "": "Closed"}),
            }

        if line:
            sums = {
                "Gross sales": t["gross"],
                "Discounts": t["discount"],
                "Net sales": t["paid"],
                "Quantity": t["pieces"],
                "Item": t["product"],
                "SKU": t["sku"],
                "Category": t["category"],
                "Taxes": (t["paid"] * 0.08).round(2),
                "Cost of goods": (t["paid"] * 0.5).round(2),
                "Gross profit": (t["paid"] * 0.5).round(2),
            }
            minus = {
                "Net sales": -back["refunded"],
                "Gross sales": -back["refunded"],
                "Quantity": -1,
                "Item": "Tea, loose",
                "SKU": "SKU-001",
            }
        else:
            sums = {
                "Gross sales": t["goods0"],
                "Discounts": t["discount"],
                "Net sales": t["goods"],
                "Total collected": t["total"],
                "Taxes": t["tax"],
                "Cost of goods": (t["goods"] * 0.5).round(2),
                "Gross profit": (t["goods"] * 0.5).round(2),
            }
            minus = {
                "Net sales": -back["refunded"],
                "Total collected": -back["refunded"],
                "Gross sales": back["refunded"],
            }
        return [
            ({**common(t, True), **sums}, len(t)),
            ({**common(back, False), **minus}, len(back)),
        ]

    return parts


def _lightspeed(made: Shop) -> Sequence[tuple[Cells, int]]:
    made = only(made, (*SOLD, "cancelled", "unpaid"))
    head, lines = made.orders, made.joined

    def common(t: pd.DataFrame, kind: str) -> dict[str, object]:
        code = [f"{n}-{b}" if n else "WALKIN" for n, b in zip(t["name"], t["buyer"], strict=True)]
        return {
            "Date": t["at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "Receipt Number": t["number"],
            "Line Type": kind,
            "Customer Code": code,
            "Customer Name": t["name"],
            "Register": "Main",
            "User": "Lin",
            "Status": said(t, {"cancelled": "Voided", "unpaid": "Layby", "": "Closed"}),
        }

    total = (head["goods"] + head["tax"]).round(2)
    return [
        (
            {
                **common(head, "Sale"),
                "Quantity": head["pieces"],
                "Subtotal": head["goods"],
                "Sales Tax": head["tax"],
                "Discount": head["discount"],
                "Loyalty": "0.00",
                "Total": total,
                "Paid": total,
                "Details": "1 X Soap + 1 X Tea",
            },
            len(head),
        ),
        (
            {
                **common(lines, "Sale Line"),
                "Quantity": lines["pieces"],
                "Subtotal": lines["paid"],
                "Discount": lines["discount"],
                "Total": (lines["paid"] * 1.08).round(2),
                "Details": lines["product"],
                "Sku": lines["sku"],
            },
            len(lines),
        ),
        ({**common(head, "Payment"), "Paid": total, "Details": "Credit Card"}, len(head)),
    ]


def _goods_and_tax(made: Shop) -> Truth:
    told = made.truth("goods", "tax")
    whole = round(told.revenue["goods"] + told.revenue["tax"], 2)
    return Truth(told.customers, told.orders, {"with tax": whole, "goods": told.revenue["goods"]})


def _toast_orders(t: pd.DataFrame) -> Cells:
    return {
        "Location": "Main",
        "Order Id": t["number"] + 5_000_000,
        "Order #": t["number"] % 40 + 1,
        "Checks": 1,
        "Opened": t["at"].dt.strftime("%m/%d/%y %I:%M %p"),
        "# of Guests": 2,
        "Tab Names": t["first_name"],
        "Server": "Lin",
        "Revenue Center": "Bar",
        "Discount Amount": t["discount"],
        "Amount": t["goods"],
        "Tax": t["tax"],
        "Total": t["total"],
        "Voided": "false",
        "Order Source": "In store",
        "Paid": t["at"].dt.strftime("%m/%d/%y %I:%M %p"),
    }


def _toast_items(t: pd.DataFrame) -> Cells:
    return {
        "Location": "Main",
        "Order Id": t["number"] + 5_000_000,
        "Order #": t["number"] % 40 + 1,
        "Order Date": t["at"].dt.strftime("%m/%d/%y %I:%M %p"),
        "Menu Item": t["product"],
        "Item Selection Id": t["number"] * 10 + t["line"],
        "Gross Price": t["gross"],
        "Discount": t["discount"],
        "Net Price": t["paid"],
        "Qty": t["pieces"],
        "Void?": "false",
        "Server": "Lin",
        "Sales Category": t["category"],
        "SKU": t["sku"],
    }


def _toast_payments(t: pd.DataFrame) -> Cells:
    return {
        "Location": "Main",
        "Payment Id": t["number"] + 9_000_000,
        "Check Id": t["number"],
        "Order Id": t["number"] + 5_000_000,
        "Order #": t["number"] % 40 + 1,
        "Paid Date": t["at"].dt.strftime("%m/%d/%y %I:%M %p"),
        "Amount": t["total"],
        "Order Date": t["at"].dt.strftime("%m/%d/%y %I:%M %p"),
        "Tip": 0,
        "Total": t["total"],
        "Refund Amount": t["refunded"],
        "Email": t["email"],
        "Phone": t["phone"],
        "Refunded": said(t, {"refunded": "FULL", "part_refunded": "PARTIAL", "": "NONE"}),
        "Status": said(t, {"cancelled": "VOIDED", "failed": "DENIED", "": "CAPTURED"}),
        "Type": "Credit",
        "Server": "Lin",
    }


def _toast_checks(t: pd.DataFrame) -> Cells:
    return {
        "Customer Id": _account(t, "c-{}"),
        "Customer": t["name"],
        "Customer Email": t["email"],
        "Customer Phone": t["phone"],
        "Location Code": "Main",
        "Total": t["total"],
        "Opened Date": t["at"].dt.strftime("%m/%d/%Y"),
        "Item Description": "Tea, Soap",
        "Opened Time": t["at"].dt.strftime("%I:%M %p"),
        "Server": "Lin",
        "Tax": t["tax"],
        "Discount": t["discount"],
        "Tender": "Card",
        "Check Id": t["number"] + 4_000_000,
        "Table Size": 2,
    }


def _clover_payments(t: pd.DataFrame) -> Cells:
    return {
        "Payment Date": t["at"].dt.strftime("%d-%b-%Y %I:%M %p EST"),
        "Tender": "Credit Card",
        "Payment ID": [f"P{n}" for n in t["number"]],
        "Currency": "USD",
        "Amount": t["total"],
        "Tax Amount": t["tax"],
        "Tip Amount": 0,
        "Order ID": [f"O{n}" for n in t["number"]],
        "Payment Employee ID": "E1",
        "Payment Employee Name": "Lin",
        "Result": "SUCCESS",
    }


def _clover_orders(t: pd.DataFrame) -> Cells:
    return {
        "Order Date": t["at"].dt.strftime("%d-%b-%Y %I:%M %p EST"),
        "Currency": "USD",
        "Order ID": [f"O{n}" for n in t["number"]],
        "Order Employee ID": "E1",
        "Order Employee Name": "Lin",
        "Tax Amount": t["tax"],
        "Order Total": t["total"],
        "Payments Total": t["total"],
        "Order Payment State": "Paid",
    }


def _clover_items(t: pd.DataFrame) -> Cells:
    return {
        "Line Item Date": t["at"].dt.strftime("%d-%b-%Y %I:%M %p EST"),
        "Currency": "USD",
        "Order Employee ID": "E1",
        "Order Employee Name": "Lin",
        "Item Name": t["product"],
        "Order ID": [f"O{n}" for n in t["number"]],
        "Item Revenue": t["gross"],
        "Total Revenue": t["gross"],
        "Item Total": t["paid"],
        "Refunded": "No",
        "Order Payment State": "Paid",
    }


def _cents(made: Shop) -> Truth:
    """Return the truth of checks: guests are told apart by their address."""
    return made.truth("total")


TILL_CASES: tuple[Case, ...] = (
    Case(
        "square_transactions",
        _square_transactions,
        lambda made: _accounts(made, "total", "goods", states=WITH_BACK),
        by="Date",
    ),
    Case(
        "square_items",
        _square_items,
        lambda made: _accounts(made, "goods", states=WITH_BACK),
        by="Date",
    ),
    Case("stripe_payments", _stripe("Created date (UTC)"), lambda made: made.truth("total")),
    Case("stripe_payments/2", _stripe("Created date (UTC)"), lambda made: made.truth("total")),
    Case("stripe_charges", _stripe("Created (UTC)"), lambda made: made.truth("total")),
    Case("stripe_balance", per_order(_stripe_balance, SOLD), None),
    Case(
        "paypal",
        _paypal(PAYPAL, "%m/%d/%Y", False),
        sold("total", sold=WITH_BACK),
        by="Date",
        quoted=True,
    ),
    Case(
        "paypal_de",
        _paypal(PAYPAL_DE, "%d.%m.%Y", True),
        sold("total", sold=WITH_BACK),
        by="Datum",
        quoted=True,
    ),
    Case(
        "paypal_statement",
        _paypal(_statement(PAYPAL, "Description", "Fee"), "%m/%d/%Y", False),
        sold("total", sold=WITH_BACK),
        by="Date",
        quoted=True,
    ),
    Case(
        "paypal_statement_de",
        _paypal(_statement(PAYPAL_DE, "Beschreibung", "Entgelt"), "%d.%m.%Y", True),
        sold("total", sold=WITH_BACK),
        by="Datum",
        quoted=True,
    ),
    Case("loyverse_receipts", _loyverse(False), sold("total", "goods", sold=WITH_BACK), by="Date"),
    Case("loyverse_items", _loyverse(True), sold("goods", sold=WITH_BACK), by="Date"),
    Case("lightspeed_sales", _lightspeed, _goods_and_tax, by="Receipt Number"),
    Case("toast_orders", per_order(_toast_orders, SOLD), None),
    Case("toast_items", per_line(_toast_items, SOLD), None),
    Case(
        "toast_payments",
        per_order(_toast_payments, (*SOLD, *BACK[:1], "cancelled", "failed")),
        sold("total"),
    ),
    Case("toast_checks", per_order(_toast_checks, SOLD), _cents),
    Case("clover_payments", per_order(_clover_payments, SOLD), None),
    Case("clover_orders", per_order(_clover_orders, SOLD), None),
    Case("clover_items", per_line(_clover_items, SOLD), None),
)
