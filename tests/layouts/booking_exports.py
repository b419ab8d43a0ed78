"""Made-up exports of books, bookings, pledges and analytics, in their platforms' headers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from layouts.market_cases import (
    HEADERS,
    Case,
    Cells,
    only,
    per_line,
    per_order,
    said,
    sold,
)
from layouts.shop import SOLD, Shop, Truth, money

__all__ = ["BOOKING_CASES"]


def _grouped(header: str, words: dict[str, str], payments: bool) -> object:
    """Return a report of books: the customer on a row of its own, the total below the lines."""

    def parts(made: Shop) -> Sequence[tuple[Cells, int]]:
        made = only(made)
        lines = made.joined.sort_values(["name", "number", "line"])
        rows: list[dict[str, object]] = []
        first = HEADERS[header][0]
        for name, told in lines.groupby("name", sort=True):
            rows.append({first: name})
            sums = 0.0
            for _, line in told.iterrows():
                sums += float(line["paid"])
                row = {
                    words["day"]: f"{line['at']:%m/%d/%Y}",
                    words["kind"]: "Invoice",
                    "Num": line["number"],
                    "Amount": f"{line['paid']:,.2f}",
                }
                if "product" in words:
                    row |= {
                        words["product"]: line["product"],
                        words["pieces"]: line["pieces"],
                        words["price"]: f"{line['paid'] / line['pieces']:.2f}",
                        "Balance": f"{sums:,.2f}",
                    }
                rows.append(row)
            if payments:
                last = told.iloc[-1]
                rows.append(
                    {
                        words["day"]: f"{last['at']:%m/%d/%Y}",
                        words["kind"]: "Payment",
                        "Num": last["number"],
                        "Amount": f"{-sums:,.2f}",
                    }
                )
            rows.append({first: f"Total for {name}", "Amount": f"${sums:,.2f}"})
        rows.append({first: "TOTAL", "Amount": f"${lines['paid'].sum():,.2f}"})
        names = {name for row in rows for name in row}
        return [({n: [row.get(n, "") for row in rows] for n in names}, len(rows))]

    return parts


BOOKS = {
    "day": "Date",
    "kind": "Transaction Type",
    "product": "Product/Service",
    "pieces": "Qty",
    "price": "Sales Price",
}
BOOKS_NEW = {
    "day": "Transaction date",
    "kind": "Transaction type",
    "product": "Product/Service full name",
    "pieces": "Quantity",
    "price": "Sales price",
}
BOOKS_LIST = {"day": "Date", "kind": "Transaction Type"}
BOOKS_HEAD = 'Made-up Goods LLC,,,,,,,\n{},,,,,,,\n"January 1, 2024 - June 30, 2025",,,,,,,\n\n'
BOOKS_FOOT = '\n\n"Tuesday, Jul 01, 2025 10:12:03 AM GMT-7 - Accrual Basis",,,,,,,\n'


def _desktop(t: pd.DataFrame) -> Cells:
    return {
        "Type": "Invoice",
        "Date": t["at"].dt.strftime("%m/%d/%Y"),
        "Num": t["number"],
        "Name": t["name"],
        "Item": t["product"],
        "Qty": t["pieces"],
        "Sales Price": (t["paid"] / t["pieces"]).round(2),
        "Amount": t["paid"],
        "Balance": t["paid"].cumsum().round(2),
    }


def _xero(star: str, total: bool) -> object:
    def cells(t: pd.DataFrame) -> Cells:
        told: dict[str, object] = {
            f"{star}ContactName": t["name"],
            "EmailAddress": t["email"],
            f"{star}InvoiceNumber": [f"INV-{n}" for n in t["number"]],
            "Currency": "GBP",
            f"{star}InvoiceDate": t["at"].dt.strftime("%d/%m/%Y"),
            f"{star}DueDate": (t["at"] + pd.Timedelta(days=14)).dt.strftime("%d/%m/%Y"),
            "InventoryItemCode": t["sku"],
            f"{star}Description": t["product"],
            f"{star}Quantity": [f"{n:.4f}" for n in t["pieces"]],
            f"{star}AccountCode": 200,
            f"{star}UnitAmount": t["price"],
            "TaxAmount": 0.0,
        }
        if total:
            told |= {
                "UnitAmount": (t["paid"] / t["pieces"]).round(4),
                "LineAmount": t["paid"],
                "Total": t["total"],
                "TaxTotal": t["tax"],
                "InvoiceAmountPaid": t["total"],
                "InvoiceAmountDue": 0.0,
                "Type": "Sales invoice",
                "Status": said(t, {"cancelled": "Voided", "unpaid": "Draft", "": "Paid"}),
            }
        return told

    return per_line(cells, (*SOLD, "cancelled", "unpaid") if total else SOLD)


def _booking(t: pd.DataFrame) -> Cells:
    return {
        "Book Number": t["number"] + 3_000_000_000,
        "Booked by": t["name"],
        "Guest Name(s)": t["name"],
        "Check-in": (t["at"] + pd.Timedelta(days=30)).dt.date,
        "Check-out": (t["at"] + pd.Timedelta(days=33)).dt.date,
        "Booked on": t["at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
        "Rooms": 1,
        "People": 2,
        "Status": said(t, {"cancelled": "cancelled_by_guest", "failed": "no_show", "": "ok"}),
        "Price": [f"{value:.2f} EUR" for value in t["total"]],
        "Commission %": 15,
        "Commission Amount": [f"{value * 0.15:.2f} EUR" for value in t["total"]],
        "Booker country": t["country"].str.lower(),
        "Duration (nights)": 3,
        "Unit type": "Double room",
        "Device": "Mobile",
        "Phone number": t["phone"],
    }


def _booking_payouts(t: pd.DataFrame) -> Cells:
    return {
        "Type": "Reservation",
        "Reservation number": t["number"] + 3_000_000_000,
        "Check-in": t["at"].dt.date,
        "Checkout": (t["at"] + pd.Timedelta(days=3)).dt.date,
        "Guest name": t["name"],
        "Currency": "EUR",
        "Amount": t["total"],
        "Reservation status": said(t, {"cancelled": "Cancelled", "": "OK"}),
        "Commission": (-t["total"] * 0.15).round(2),
        "Net": (t["total"] * 0.85).round(2),
    }


def _airbnb(made: Shop) -> Sequence[tuple[Cells, int]]:
    head = only(made).orders

    def common(t: pd.DataFrame) -> dict[str, object]:
        return {
            "Date": (t["at"] + pd.Timedelta(days=40)).dt.strftime("%m/%d/%Y"),
            "Currency": "USD",
        }

    some = head.iloc[::2]
    return [
        (
            {
                **common(some),
                "Type": "Payout",
                "Details": "Transfer to bank",
                "Paid out": (some["total"] * 0.97).round(2),
            },
            len(some),
        ),
        (
            {
                **common(head),
                "Type": "Reservation",
                "Guest": head["name"],
                "Nights": head["pieces"],
                "Confirmation code": [f"HM{n}XYZ" for n in head["number"]],
                "Listing": "Loft",
                "Booking date": head["at"].dt.strftime("%m/%d/%Y"),
                "Start date": (head["at"] + pd.Timedelta(days=30)).dt.strftime("%m/%d/%Y"),
                "Amount": (head["total"] * 0.97).round(2),
                "Cleaning fee": 25,
                "Service fee": (head["total"] * 0.03).round(2),
                "Gross earnings": head["total"],
            },
            len(head),
        ),
    ]


def _airbnb_list(t: pd.DataFrame) -> Cells:
    return {
        "Confirmation code": [f"HM{n}XYZ" for n in t["number"]],
        "Guest name": t["name"],
        "Status": said(t, {"cancelled": "Canceled by guest", "": "Past guest"}),
        "Contact": t["phone"],
        "# of adults": 2,
        "# of nights": 3,
        "Listing": "Loft",
        "Start date": (t["at"] + pd.Timedelta(days=30)).dt.strftime("%m/%d/%Y"),
        "Booked": t["at"].dt.strftime("%Y-%m-%d"),
        "Earnings": money(t["total"], "$"),
    }


def _ga4(made: Shop) -> Sequence[tuple[Cells, int]]:
    made = only(made)
    head = made.orders
    twice = head.iloc[::9]

    def event(t: pd.DataFrame, name: str, later: int) -> dict[str, object]:
        told = t["at"] + pd.Timedelta(seconds=later)
        known = t["buyer"] % 5 == 0
        return {
            "event_date": told.dt.strftime("%Y%m%d"),
            "event_name": name,
            "platform": "WEB",
            "event_timestamp": told.astype("int64") // (1000 if told.dt.unit == "ns" else 1),
            "user_id": t["account"].where(known & (t["account"] > 0), "").astype(str),
            "user_pseudo_id": [f"{n + 1_000_000}.{n + 1_690_000_000}" for n in t["buyer"]],
            "device_category": "mobile",
            "geo_country": t["country"],
        }

    def bought(t: pd.DataFrame) -> dict[str, object]:
        return {
            "ecommerce_transaction_id": [f"T{n}" for n in t["number"]],
            "ecommerce_purchase_revenue": t["total"],
            "ecommerce_total_item_quantity": t["pieces"],
        }

    looked = [
        (event(head, name, s), len(head))
        for s, name in enumerate(
            ("session_start", "page_view", "view_item", "add_to_cart", "begin_checkout")
        )
    ]
    return [
        *looked,
        ({**event(head, "purchase", 60), **bought(head)}, len(head)),
        ({**event(twice, "purchase", 61), **bought(twice)}, len(twice)),
    ]


def _ga4_truth(made: Shop) -> Truth:
    return made.truth("total", key=lambda orders: orders["buyer"])


def _ga4_report(t: pd.DataFrame) -> Cells:
    return {
        "Transaction ID": [f"T{n}" for n in t["number"]],
        "Ecommerce purchases": 1,
        "Purchase revenue": t["total"],
    }


def _deals(t: pd.DataFrame) -> Cells:
    return {
        "Record ID": t["number"] + 9_000_000,
        "Deal Name": "Order",
        "Amount": t["total"],
        "Deal Stage": said(
            t,
            {
                "cancelled": "Closed Lost",
                "unpaid": "contractsent",
                "failed": "Third call",
                "": "Closed Won",
            },
        ),
        "Close Date": t["at"].dt.strftime("%Y-%m-%d %H:%M"),
        "Pipeline": "Sales Pipeline",
        "Create Date": (t["at"] - pd.Timedelta(days=20)).dt.strftime("%Y-%m-%d %H:%M"),
        "Associated Contact": t["name"],
        "Associated Company": "",
        "Associated Contact IDs": [
            f"{n + 501}" if m else "" for n, m in zip(t["buyer"], t["name"], strict=True)
        ],
    }


def _gumroad(t: pd.DataFrame) -> Cells:
    full = (t["state"] == "refunded").astype(int)
    back = t["state"].isin(["refunded", "part_refunded"]).astype(int)
    return {
        "Purchase ID": [f"{n}==" for n in t["number"]],
        "Item Name": "Course",
        "Buyer Name": t["name"],
        "Purchase Email": t["email"],
        "Purchase Date": t["at"].dt.strftime("%Y-%m-%d"),
        "Subtotal ($)": t["goods"],
        "Taxes ($)": t["tax"],
        "Sale Price ($)": t["total"],
        "Refunded?": back,
        "Partial Refund ($)": t["refunded"].where(full == 0, 0.0),
        "Fully Refunded?": full,
        "Fees ($)": (t["total"] * 0.1).round(2),
        "Net Total ($)": (t["total"] * 0.9).round(2),
        "Free trial purchase?": (t["state"] == "unpaid").astype(int),
        "Quantity": 1,
        "Disputed?": 0,
        "Discount Code": t["code"],
        "Recurring Charge?": 0,
    }


def _attendees(t: pd.DataFrame) -> Cells:
    return {
        "Order #": t["number"] + 700_000_000,
        "Order Date": t["at"].dt.strftime("%m/%d/%y %H:%M"),
        "First Name": t["first_name"],
        "Last Name": t["last_name"],
        "Email": t["email"],
        "Quantity": 1,
        "Ticket Type": t["product"],
        "Attendee #": t["number"] * 10 + t["line"],
        "Order Type": "Eventbrite Completed",
        "Currency": "USD",
        "Total Paid": t["paid"],
        "Eventbrite Fees": 1.5,
        "Home City": t["city"],
        "Attendee Status": said(
            t, {"cancelled": "Not Attending", "refunded": "Refunded", "": "Attending"}
        ),
    }


def _tickets(t: pd.DataFrame) -> Cells:
    return {
        "Order #": t["number"] + 700_000_000,
        "Email": t["email"],
        "Quantity": t["pieces"],
        "Order Date": t["at"].dt.strftime("%Y-%m-%d %H:%M:%S+00:00"),
        "Total Paid": t["total"],
        "First Name": t["first_name"],
        "Last Name": t["last_name"],
        "Currency": "USD",
        "Order Status": said(
            t,
            {
                "cancelled": "Cancelled",
                "refunded": "Refunded",
                "part_refunded": "Partially Refunded",
                "": "Completed",
            },
        ),
        "Event Name": "Fair",
        "Event Date": "2025-07-01 10:00:00+00:00",
        "Eventbrite Fees": 2.5,
    }


def _backers(t: pd.DataFrame) -> Cells:
    return {
        "Backer Number": t["number"],
        "Backer UID": t["buyer"] + 88_001,
        "Backer Name": t["name"],
        "Email": t["email"],
        "Shipping Country": t["country"],
        "Shipping Amount": [f"${v:,.2f} USD" for v in t["shipping"]],
        "Reward ID": 5,
        "Reward Minimum": "$10.00 USD",
        "Pledge Amount": [f"${v:,.2f} USD" for v in t["total"]],
        "Pledged At": t["at"].dt.strftime("%Y/%m/%d, %H:%M"),
        "Pledged Status": said(
            t,
            {"cancelled": "dropped", "failed": "errored", "refunded": "refunded", "": "collected"},
        ),
    }


BOOKING_CASES: tuple[Case, ...] = (
    Case(
        "quickbooks_sales_by_customer",
        _grouped("quickbooks_sales_by_customer", BOOKS, False),
        sold("goods"),
        before=BOOKS_HEAD.format("Sales by Customer Detail"),
        after=BOOKS_FOOT,
    ),
    Case(
        "quickbooks_sales_by_customer_new",
        _grouped("quickbooks_sales_by_customer_new", BOOKS_NEW, False),
        sold("goods"),
        before=BOOKS_HEAD.format("Sales by Customer Detail"),
        after=BOOKS_FOOT,
    ),
    Case(
        "quickbooks_transaction_list",
        _grouped("quickbooks_transaction_list", BOOKS_LIST, True),
        sold("goods"),
        before=BOOKS_HEAD.format("Transaction List by Customer"),
        after=BOOKS_FOOT,
    ),
    Case("quickbooks_desktop_sales", per_line(_desktop, SOLD), sold("goods")),
    Case("xero_invoices", _xero("", True), sold("goods", "total")),
    Case("xero_invoices/2", _xero("*", False), sold("goods0")),
    Case(
        "booking_reservations", per_order(_booking, (*SOLD, "cancelled", "failed")), sold("total")
    ),
    Case("booking_payouts", per_order(_booking_payouts, (*SOLD, "cancelled")), sold("total")),
    Case("airbnb_history", _airbnb, sold("total"), by="Date"),
    Case("airbnb_reservations", per_order(_airbnb_list, (*SOLD, "cancelled")), sold("total")),
    Case("ga4_events", _ga4, _ga4_truth, by="event_timestamp"),
    Case("ga4_transactions", per_order(_ga4_report, SOLD), None),
    Case(
        "hubspot_deals", per_order(_deals, (*SOLD, "cancelled", "unpaid", "failed")), sold("total")
    ),
    Case(
        "gumroad_sales",
        per_order(_gumroad, (*SOLD, "refunded", "unpaid")),
        sold("total"),
        after="Totals" + "," * 7 + "999999.99\n",
    ),
    Case(
        "eventbrite_attendees",
        per_line(_attendees, (*SOLD, "cancelled", "refunded")),
        sold("goods"),
    ),
    Case("eventbrite_orders", per_order(_tickets, (*SOLD, "cancelled", "refunded")), sold("total")),
    Case(
        "kickstarter_backers",
        per_order(_backers, (*SOLD, "cancelled", "failed", "refunded")),
        sold("total"),
    ),
)
