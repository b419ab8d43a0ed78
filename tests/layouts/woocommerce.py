"""Exports of WooCommerce and its plug-ins."""

from __future__ import annotations

import pandas as pd

from layouts.form import Export, at, fill, people, two, where
from layouts.shop import Shop, customers_of, money, on_first_lines

WOO = {
    "completed": "completed",
    "processing": "processing",
    "part_refunded": "completed",
    "refunded": "refunded",
    "cancelled": "cancelled",
    "failed": "failed",
    "unpaid": "on-hold",
}


def woo_analytics_orders(name: str, header: list[str], made: Shop) -> Export:
    t = made.orders
    back = t[t["refunded"] > 0]
    back = back.assign(at=back["at"] + pd.Timedelta(days=9), goods=-back["refunded"], pieces=0)
    t = pd.concat([t, back]).sort_values("at", ascending=False, ignore_index=True)
    by_id = name.endswith("2019")
    cells = {
        "Date": at(t, "%Y-%m-%d %H:%M:%S"),
        "Order #": t["number"],
        "Status": t["state"].map(WOO),
        "Customer": t["account"] if by_id else t["name"],
        "Customer type": "returning",
        "Product(s)": "1× Tea, 2× Salt",
        "Items sold": t["pieces"],
        "Items Sold": t["pieces"],
        "Coupon(s)": t["code"],
        "Net Sales": two(t["goods"]),
        "Net sales": two(t["goods"]),
        "N. Revenue": two(t["goods"]),
        "N. Revenue (formatted)": money(t["goods"], "$"),
        "Attribution": "Direct",
        "Payment method": "Card",
    }

    def account(frame: pd.DataFrame) -> pd.Series:
        return frame["account"].where(frame["account"] > 0)

    truth = made.truth("goods", key=account if by_id else None)
    return Export(fill(header, cells, len(t)), truth, mark=not by_id)


def woo_analytics_customers(name: str, header: list[str], made: Shop) -> Export:
    c = customers_of(made)
    guest = c["buyer"] % 3 == 2
    joined = where(at(c.assign(at=pd.Timestamp("2023-12-01")), "%Y-%m-%d %H:%M:%S"), ~guest)
    mean = (c["total"] / c["orders"].clip(lower=1)).round(2)
    cells = {
        "Name": c["name"],
        "Username": where(c["first_name"].str.lower(), ~guest),
        "Role": where(pd.Series("customer", c.index), ~guest),
        "Sign Up": joined,
        "Date registered": joined,
        "Email": c["email"],
        "Orders": c["orders"],
        "AOV": two(mean),
        "Country / Region": c["country"],
        "City": c["city"],
        "Postal code": c["zip"],
        "Postal Code": c["zip"],
        **dict.fromkeys(("Last Active", "Last active"), "2025-11-20 10:00:00"),
        **dict.fromkeys(("Total Spend", "Total spend"), two(c["total"])),
    }
    return Export(fill(header, cells, len(c)), people(c, "total"), mark=True)


def woo_webtoffee(name: str, header: list[str], made: Shop) -> Export:
    t = made.orders
    guest = t["account"] == 0
    mail = t["email"].mask(guest & (t["number"] % 2 == 0), t["email"].str.upper() + " ")
    items = [
        " ".join(
            f"name:{p}|quantity:{n}|total:{v:.2f}"
            for p, n, v in zip(lines["product"], lines["pieces"], lines["paid"], strict=True)
        )
        for _, lines in made.lines.groupby("number")
    ]
    cells = {
        "order_id": t["number"],
        "order_number": t["number"],
        "order_date": at(t, "%Y-%m-%d %H:%M:%S"),
        "paid_date": where(at(t, "%Y-%m-%d %H:%M:%S"), t["sold"]),
        "status": t["state"].map(WOO),
        "shipping_total": two(t["shipping"]),
        "tax_total": two(t["tax"]),
        "fee_total": "0",
        "cart_discount": two(t["discount"]),
        "order_discount": two(t["discount"]),
        "discount_total": two(t["discount"]),
        "order_total": two(t["total"]),
        "order_subtotal": two(t["goods0"]),
        "order_key": "wc_order_" + t["number"].astype(str),
        "order_currency": "USD",
        "payment_method": "stripe",
        "customer_ip_address": "203.0.113.9",
        "customer_user_agent": "Mozilla/5.0",
        "shipping_method": "Flat rate",
        "customer_id": t["account"],
        "customer_user": t["account"],
        "customer_email": where(t["email"], ~guest),
        "billing_first_name": t["first_name"],
        "billing_last_name": t["last_name"],
        "billing_email": mail,
        "billing_phone": t["phone"],
        "billing_city": t["city"],
        "billing_postcode": t["zip"],
        "billing_country": t["country"],
        "wt_import_key": t["number"],
        "coupon_items": where(
            "code:" + t["code"] + "|amount:" + t["discount"].astype(str), t["code"] != ""
        ),
        "refund_items": where("amount:" + t["refunded"].astype(str), t["refunded"] > 0),
        "line_item_1": items,
    }
    return Export(fill(header, cells, len(t)), made.truth("total"), mark=True)


def woo_algol(name: str, header: list[str], made: Shop) -> Export:
    t = made.joined
    words = {key: word.capitalize().replace("-", " ") for key, word in WOO.items()}
    cells = {
        "Order Number": t["number"],
        "Order Status": t["state"].map(words),
        "Order Date": at(t, "%Y-%m-%d %H:%M"),
        "First Name (Billing)": t["first_name"],
        "Last Name (Billing)": t["last_name"],
        "City (Billing)": t["city"],
        "Postcode (Billing)": t["zip"],
        "Country Code (Billing)": t["country"],
        "Email (Billing)": t["email"],
        "Phone (Billing)": t["phone"],
        "Payment Method Title": "Credit Card",
        "Shipping Method Title": "Flat rate",
        "Cart Discount Amount": t["order_discount"],
        "Order Subtotal Amount": t["goods0"],
        "Order Shipping Amount": t["shipping"],
        "Order Refund Amount": t["refunded"],
        "Order Total Amount": t["total"],
        "Order Total Tax Amount": t["tax"],
        "SKU": t["sku"],
        "Item #": t["line"],
        "Item Name": t["product"],
        "Quantity": t["pieces"],
        "Quantity (- Refund)": t["pieces"],
        "Item Cost": t["price"],
        "Coupon Code": t["code"],
    }
    table = fill(header, cells, len(t))
    if "later" not in name:
        lines = ("Item #", "SKU", "Item Name", "Quantity", "Item Cost")
        table = on_first_lines(table, t["first"], ("Order Number", *lines))
    return Export(table, made.truth("total"))


def woo_skyverge(name: str, header: list[str], made: Shop) -> Export:
    t = made.joined if "items" in name else made.orders
    lines = "items" in name
    discount = t["order_discount"] if lines else t["discount"]
    when, status, total = at(t, "%Y-%m-%d %H:%M:%S"), t["state"].map(WOO), two(t["total"])
    people = {
        "billing_first_name": t["first_name"],
        "billing_last_name": t["last_name"],
        "billing_email": t["email"],
        "billing_phone": t["phone"],
        "billing_city": t["city"],
        "billing_postcode": t["zip"],
        "billing_country": t["country"],
        "Billing First Name": t["first_name"],
        "Billing Last Name": t["last_name"],
        "Billing Email": t["email"],
        "Billing Phone": t["phone"],
        "Billing City": t["city"],
        "Billing Post code": t["zip"],
    }
    cells = {
        "order_id": t["number"],
        "id": t["number"],
        "Order ID": t["number"],
        "date": when,
        "created_at": when,
        "Date": when,
        "status": status,
        "Order Status": status,
        "shipping_total": two(t["shipping"]),
        "order_shipping": two(t["shipping"]),
        "total_shipping": two(t["shipping"]),
        "Shipping": two(t["shipping"]),
        "tax_total": two(t["tax"]),
        "order_tax": two(t["tax"]),
        "cart_tax": two(t["tax"]),
        "Tax": two(t["tax"]),
        "fee_total": "0.00",
        "Fees": "0.00",
        "order_fees": "0.00",
        "discount_total": two(discount),
        "cart_discount": two(discount),
        "order_discount": "0.00",
        "total_discount": two(discount),
        "Discount Total": two(discount),
        "order_total": total,
        "total": total,
        "Order Total": total,
        "refunded_total": two(t["refunded"]),
        "total_refunded": two(t["refunded"]),
        "order_currency": "USD",
        "currency": "USD",
        "payment_method": "stripe",
        "customer_id": t["account"],
        "customer_user": t["account"],
        "line_items": "id:1|name:Tea|quantity:1|total:9.00",
        "order_item_1": "product_id:49|1|30|",
        "order_item_2": "product_id:50|2|10|",
        "Order Items": "Tea x 1",
        **people,
    }
    if lines:
        cells |= {
            "item_id": t.index + 1,
            "item_name": t["product"],
            "item_sku": t["sku"],
            "item_quantity": t["pieces"],
            "item_subtotal": two(t["gross"]),
            "item_total": two(t["paid"]),
            "item_refunded": "0.00",
            "Item SKU": t["sku"],
            "Item Name": t["product"],
            "Item Amount": t["pieces"],
            "Row Price": two(t["paid"]),
        }
    return Export(fill(header, cells, len(t)), made.truth("total"))
