"""Exports of Shopify and Squarespace."""

from __future__ import annotations

import pandas as pd

from layouts.form import Export, at, fill, newest_first, people, told, two, where
from layouts.shop import Shop, Truth, customers_of, on_first_lines


def shopify_orders(name: str, header: list[str], made: Shop) -> Export:
    t = newest_first(made.joined)
    state = told(
        t,
        completed="paid",
        part_refunded="partially_refunded",
        refunded="refunded",
        cancelled="voided",
        unpaid="pending",
    )
    when = at(t, "%Y-%m-%d %H:%M:%S -0500")
    cells = {
        "Name": "#" + t["number"].astype(str),
        "Email": t["email"],
        "Financial Status": state,
        "Paid at": where(when, t["sold"]),
        "Fulfillment Status": where(pd.Series("fulfilled", t.index), t["sold"]).replace(
            "", "unfulfilled"
        ),
        "Fulfilled at": where(at(t, "%Y-%m-%d 23:59:00 -0500"), t["sold"]),
        "Accepts Marketing": "no",
        "Currency": "USD",
        "Subtotal": two(t["goods"]),
        "Shipping": two(t["shipping"]),
        "Taxes": two(t["tax"]),
        "Total": two(t["total"]),
        "Discount Code": t["code"],
        "Discount Amount": two(t["order_discount"]),
        "Shipping Method": "Standard",
        "Created at": when,
        "Lineitem quantity": t["pieces"],
        "Lineitem name": t["product"],
        "Lineitem price": two(t["price"]),
        "Lineitem sku": t["sku"],
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "fulfilled",
        "Lineitem discount": "0.00",
        "Billing Name": t["name"],
        "Billing City": t["city"],
        "Billing Zip": "'" + t["zip"],
        "Billing Country": t["country"],
        "Billing Phone": "'" + t["phone"],
        "Shipping Name": t["name"],
        "Cancelled at": where(when, t["state"].isin(["cancelled", "failed"])),
        "Payment Method": "Shopify Payments",
        "Refunded Amount": two(t["refunded"]),
        "Vendor": "Made-up Goods",
        "Outstanding Balance": "0.00",
        "Id": "53000000" + t["number"].astype(str),
        "Risk Level": "Low",
        "Source": "web",
        "Tax 1 Name": "State Tax 8%",
        "Tax 1 Value": two(t["tax"]),
    }
    table = fill(header, cells, len(t))
    keep = [c for c in header if c.startswith("Lineitem")]
    table = on_first_lines(table, t["first"], ("Name", "Email", "Created at", "Vendor", *keep))
    return Export(table, made.truth("total", "goods"))


def squarespace_orders(name: str, header: list[str], made: Shop) -> Export:
    t = newest_first(made.joined)
    state = told(
        t,
        completed="PAID",
        part_refunded="PARTIALLY_REFUNDED",
        refunded="REFUNDED",
        cancelled="PAID",
        unpaid="PENDING",
    )
    gone = t["state"].isin(["cancelled", "failed"])
    when = at(t, "%Y-%m-%d %H:%M:%S -0500")
    sent = (
        pd.Series("FULFILLED", t.index)
        .mask(gone, "CANCELED")
        .mask(t["state"] == "processing", "PENDING")
    )
    cells = {
        "Order ID": t["number"].map("{:05d}".format),
        "Email": t["email"],
        "Financial Status": state,
        "Paid at": where(when, t["sold"]),
        "Fulfillment Status": sent,
        "Fulfilled at": where(when, sent == "FULFILLED"),
        "Currency": "USD",
        "Subtotal": two(t["goods0"]),
        "Shipping": two(t["shipping"]),
        "Taxes": two(t["tax"]),
        "Amount Refunded": two(t["refunded"]),
        "Total": two(t["total"]),
        "Discount Code": t["code"],
        "Discount Amount": two(t["order_discount"]),
        "Shipping Method": "Flat rate",
        "Created at": when,
        "Lineitem quantity": t["pieces"],
        "Lineitem name": t["product"],
        "Lineitem price": two(t["price"]),
        "Lineitem sku": t["sku"],
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": "fulfilled",
        "Billing Name": t["name"],
        "Billing City": t["city"],
        "Billing Zip": t["zip"],
        "Billing Country": t["country"],
        "Cancelled at": where(when, gone),
        "Payment Method": "Stripe",
    }
    table = fill(header, cells, len(t))
    keep = [c for c in header if c.startswith("Lineitem")]
    table = on_first_lines(table, t["first"], ("Order ID", *keep))
    return Export(table, made.truth("total"))


def shopify_customers(name: str, header: list[str], made: Shop) -> Export:
    c = customers_of(made)
    cells = {
        "Customer ID": [f"'7210448{i:06d}" for i in c["buyer"]],
        "First Name": c["first_name"],
        "Last Name": c["last_name"],
        "Email": c["email"],
        "Accepts Email Marketing": "no",
        "Accepts Marketing": "yes",
        "City": c["city"],
        "Country Code": c["country"],
        "Zip": "'" + c["zip"],
        "Phone": "'" + c["phone"],
        "Default Address Phone": "'" + c["phone"],
        "Default Address City": c["city"],
        "Default Address Country Code": c["country"],
        "Default Address Zip": "'" + c["zip"],
        "Default Address Address1": "1 Any St",
        "Address1": "1 Any St",
        "Accepts SMS Marketing": "no",
        "Total Spent": two(c["total"]),
        "Total Orders": c["orders"],
        "Tax Exempt": "no",
    }
    return Export(fill(header, cells, len(c)), people(c, "total"))


def shopify_sales_by_customer(name: str, header: list[str], made: Shop) -> Export:
    c = customers_of(made)
    c = c[c["orders"] > 0].reset_index(drop=True)
    cells = {
        "customer_id": [f"7210448{i:06d}" for i in c["buyer"]],
        "customer_name": c["name"],
        "customer_email": c["email"],
        "customer_type": "Returning",
        "orders": c["orders"],
        "gross_sales": two(c["goods"] * 1.1),
        "discounts": two(-c["goods"] * 0.1),
        "returns": "0.00",
        "net_sales": two(c["goods"]),
        "shipping": two(c["total"] - c["goods"] * 1.08),
        "taxes": two(c["goods"] * 0.08),
        "total_sales": two(c["total"]),
    }
    return Export(fill(header, cells, len(c)), people(c, "total"))


def shopify_product_report(name: str, header: list[str], made: Shop) -> Export:
    t = made.joined.assign(day=made.joined["at"].dt.date)
    t = t.groupby(["day", "sku", "product"], as_index=False).agg(
        pieces=("pieces", "sum"),
        gross=("gross", "sum"),
        paid=("paid", "sum"),
        count=("number", "nunique"),
    )
    cells = {
        "Day": t["day"],
        "Product title": t["product"],
        "Product variant SKU": t["sku"],
        "Net items sold": t["pieces"],
        "Gross sales": two(t["gross"]),
        "Discounts": two(t["paid"] - t["gross"]),
        "Returns": "0.00",
        "Net sales": two(t["paid"]),
        "Taxes": two(t["paid"] * 0.08),
        "Total sales": two(t["paid"] * 1.08),
        "Orders": t["count"],
    }
    return Export(fill(header, cells, len(t)), None)


def shopify_order_report(name: str, header: list[str], made: Shop) -> Export:
    t = made.joined
    state = told(
        t,
        completed="paid",
        part_refunded="partially_refunded",
        refunded="refunded",
        cancelled="paid",
        unpaid="pending",
    )
    gone = t["state"].isin(["cancelled", "failed"])
    taxed = (t["paid"] * 1.08).round(2)
    cells = {
        "Day": at(t, "%Y-%m-%d"),
        "Order name": "#" + t["number"].astype(str),
        "Order ID": "53000000" + t["number"].astype(str),
        "Customer ID": [f"7210448{i:06d}" for i in t["buyer"]],
        "Customer email": t["email"],
        "Customer name": t["name"],
        "Order payment status": state,
        "Is canceled order": gone.map({True: "true", False: "false"}),
        "Product title": t["product"],
        "Product variant SKU": t["sku"],
        "Net items sold": t["pieces"],
        "Gross sales": two(t["gross"]),
        "Discounts": two(-t["discount"]),
        "Returns": "0.00",
        "Net sales": two(t["paid"]),
        "Taxes": two(taxed - t["paid"]),
        "Total sales": two(taxed),
    }
    truth = made.truth("goods")
    sums = {**truth.revenue, "taxed": round(float(taxed[t["sold"]].sum()), 2)}
    return Export(fill(header, cells, len(t)), Truth(truth.customers, truth.orders, sums))
