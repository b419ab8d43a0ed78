"""Exports of BigCommerce, Wix, Odoo, Volusion, Ecwid and Big Cartel."""

from __future__ import annotations

import pandas as pd

from layouts.form import Export, at, fill, newest_first, told, two, where
from layouts.shop import Shop, Truth, on_first_lines


def bigcommerce_orders(name: str, header: list[str], made: Shop) -> Export:
    lines = name.endswith("items")
    t = made.joined if lines else made.orders
    state = told(
        t,
        completed="Completed",
        processing="Awaiting Fulfillment",
        part_refunded="Partially Refunded",
        refunded="Refunded",
        cancelled="Cancelled",
        failed="Declined",
        unpaid="Awaiting Payment",
    )
    untaxed = (t["total"] - t["tax"]).round(2)
    pieces = t["order_pieces"] if lines else t["pieces"]
    cells = {
        "Order ID": t["number"],
        "Customer ID": t["account"],
        "Customer Name": t["name"],
        "Customer Email": t["email"],
        "Customer Phone": t["phone"],
        "Order Date": at(t, "%m/%d/%Y"),
        "Order Time": at(t, "%H:%M:%S"),
        "Order Status": state,
        "Subtotal (inc tax)": two(t["goods0"] * 1.08),
        "Subtotal (ex tax)": two(t["goods0"]),
        "Tax Total": two(t["tax"]),
        "Shipping Cost (inc tax)": two(t["shipping"]),
        "Shipping Cost (ex tax)": two(t["shipping"]),
        "Handling Cost (inc tax)": "0.00",
        "Store Credit Redeemed": "0.00",
        "Gift Certificate Amount Redeemed": "0.00",
        "Coupon Details": t["code"],
        "Order Total (inc tax)": two(t["total"]),
        "Order Total (ex tax)": two(untaxed),
        "Payment Method": "Card",
        "Total Quantity": pieces,
        "Total Shipped": pieces,
        "Date Shipped": where(at(t, "%m/%d/%Y"), t["sold"]),
        "Order Currency Code": "USD",
        "Exchange Rate": "1.0000000000",
        "Billing First Name": t["first_name"],
        "Billing Last Name": t["last_name"],
        "Billing Suburb": t["city"],
        "Billing Zip": t["zip"],
        "Billing Country": t["country"],
        "Billing Email": t["email"],
        "Refund Amount": two(t["refunded"]),
        "Channel ID": 1,
        "Channel Name": "Storefront",
        "Todays Date": "11/29/2026",
        "Product Details": "Product ID: 110, Product Qty: 3, Product Unit Price: 8.32",
    }
    if lines:
        cells |= {
            "Product ID": t["sku"].str[-3:].astype(int),
            "Product Qty": t["pieces"],
            "Product SKU": t["sku"],
            "Product Name": t["product"],
            "Product Unit Price": two(t["price"]),
            "Product Total Price": two(t["gross"]),
        }
    truth = made.truth("total")
    sums = {**truth.revenue, "untaxed": round(float((untaxed[t["sold"]]).sum()), 2)}
    if lines:
        sums.pop("untaxed")
    return Export(fill(header, cells, len(t)), Truth(truth.customers, truth.orders, sums))


def wix_orders(name: str, header: list[str], made: Shop) -> Export:
    lines = name != "wix_orders 2026"
    t = newest_first(made.joined if lines else made.orders)
    state = told(
        t,
        completed="Paid",
        part_refunded="Partially refunded",
        refunded="Refunded",
        cancelled="Canceled",
        failed="Declined",
        unpaid="Unpaid",
    )
    sent = t["sold"].map({True: "Fulfilled", False: "Unfulfilled"})
    pieces = t["order_pieces"] if lines else t["pieces"]
    day, hour = at(t, "%b %-d, %Y"), at(t, "%-I:%M:%S %p")
    back = two(t["refunded"])
    cells = {
        "Order number": t["number"],
        "Order #": t["number"],
        "Date created": day,
        "Date": day,
        "Time": hour,
        "Total order quantity": pieces,
        "Contact email": t["email"],
        "Buyer's Email": t["email"],
        "Billing Customer": t["name"],
        "Billing name": t["name"],
        "Recipient name": t["name"],
        "Recipient phone": t["phone"],
        "Delivery country": "USA",
        "Delivery city": t["city"],
        "Delivery zip/postal code": t["zip"],
        "Buyer's Phone #": t["phone"],
        "Payment status": state,
        "Payment": state,
        "Payment method": "Card",
        "Payment Method": "Card",
        "Coupon code": t["code"],
        "Coupon": t["code"],
        "Gift card amount": "0.00",
        "Shipping rate": two(t["shipping"]),
        "Shipping": two(t["shipping"]),
        "Total tax": two(t["tax"]),
        "Tax": two(t["tax"]),
        "Total": two(t["total"]),
        "Currency": "USD",
        "Refunded amount": back,
        "Refund": back,
        "Net amount": two(t["net"]),
        "Total after refund": two(t["net"]),
        "Amount paid": two(t["total"].where(t["sold"], 0.0)),
        "Fulfillment status": sent,
        "Fulfillment": sent,
        "Order ID": [f"{i:08x}-0000-4000-8000-00000000" for i in t["number"]],
    }
    if lines:
        cells |= {
            "Item": t["product"],
            "Item's Name": t["product"],
            "SKU": t["sku"],
            "Qty": t["pieces"],
            "Quantity refunded": 0,
            "Price": two(t["price"]),
            "Item's Price": two(t["price"]),
            "Weight": 1,
            "Item's Weight": 1,
        }
    return Export(fill(header, cells, len(t)), made.truth("total", "net"), mark=True)


def odoo_orders(name: str, header: list[str], made: Shop) -> Export:
    lines = any("/" in column for column in header)
    t = made.joined if lines else made.orders
    technical = "partner_id" in header
    words = ("Sales Order", "Locked", "Cancelled", "Quotation Sent")
    if technical:
        words = ("sale", "done", "cancel", "draft")
    elif name == "odoo_pos":
        words = ("Posted", "Paid", "Cancelled", "New")
    sold, locked, gone, unpaid = words
    if "state" not in header and "Status" not in header:  # the list holds what was confirmed
        t = t[t["sold"]].reset_index(drop=True)
    state = told(
        t, completed=sold, part_refunded=locked, refunded=gone, cancelled=gone, unpaid=unpaid
    )
    when = at(t, "%Y-%m-%d %H:%M:%S")
    number = "S0" + t["number"].astype(str)
    cells = {
        "Order Reference": number,
        "Number": number,
        "name": number,
        "Order Ref": number,
        "id": "__export__.sale_order_" + t["number"].astype(str),
        "Order Date": when,
        "Creation Date": when,
        "date_order": when,
        "create_date": when,
        "Date": when,
        "Customer": t["name"],
        "partner_id": t["name"],
        "Salesperson": "Lin",
        "user_id": "Lin",
        "Employee": "Lin",
        "Session": "POS/0001",
        "Receipt Number": "R-" + number,
        "Company": "Made-up Goods",
        "Untaxed Amount": t["goods"],
        "amount_untaxed": t["goods"],
        "Taxes": (t["total"] - t["goods"]).round(2),
        "amount_tax": t["tax"],
        "Total": t["total"],
        "amount_total": t["total"],
        "Status": state,
        "state": state,
        "Invoice Status": "Fully Invoiced",
        "invoice_status": "invoiced",
    }
    if lines:
        off = where(pd.Series(10, t.index), t["discount"] > 0).replace("", 0)
        order = [c for c in cells if c in header]
        cells |= {
            "Order Lines/Product": "[" + t["sku"] + "] " + t["product"],
            "Order Lines/Quantity": t["pieces"],
            "Order Lines/Unit Price": t["price"],
            "Order Lines/Discount (%)": off,
            "Order Lines/Subtotal": t["paid"],
            "order_line/product_id": "[" + t["sku"] + "] " + t["product"],
            "order_line/name": t["product"],
            "order_line/product_uom_qty": t["pieces"],
            "order_line/price_unit": t["price"],
            "order_line/discount": off,
            "order_line/price_subtotal": t["paid"],
        }
        table = fill(header, cells, len(t))
        table = on_first_lines(table, t["first"], [c for c in header if c not in order])
    else:
        table = fill(header, cells, len(t))
    return Export(table, made.truth("total"))


def volusion_orders(name: str, header: list[str], made: Shop) -> Export:
    t = made.orders
    state = told(
        t,
        completed="Shipped",
        processing="Ready to Ship",
        part_refunded="Partially Returned",
        refunded="Returned",
        cancelled="Cancelled",
        failed="Payment Declined",
        unpaid="Awaiting Payment",
    )
    when = at(t, "%-m/%-d/%Y %-I:%M:%S %p")
    cells = {
        "orderid": t["number"],
        "customerid": t["buyer"] + 11,
        "accountnumber": "",
        "affiliate_commissionable_value": t["goods"],
        "locked": "N",
        "canceldate": where(when, t["state"] == "cancelled"),
        "lastmodified": "11/20/2026 10:00:00 AM",
        "orderdate": when,
        "orderdateutc": when,
        "orderstatus": state,
        "paymentamount": t["total"],
        "total_payment_authorized": 0,
        "total_payment_received": t["total"].where(t["sold"], 0.0),
        "totalshippingcost": t["shipping"],
        "salestax1": t["tax"],
        "salestaxrate1": 0.08,
        "billingfirstname": t["first_name"],
        "billinglastname": t["last_name"],
        "billingphonenumber": t["phone"],
        "billingpostalcode": t["zip"],
        "billingcity": t["city"],
        "shipdate": where(when, t["sold"]),
        "shipped": t["sold"].map({True: "Y", False: "N"}),
    }
    return Export(fill(header, cells, len(t)), made.truth("total"))


def ecwid_orders(name: str, header: list[str], made: Shop) -> Export:
    t = made.joined
    state = told(
        t,
        completed="PAID",
        part_refunded="PARTIALLY_REFUNDED",
        refunded="REFUNDED",
        cancelled="CANCELLED",
        failed="INCOMPLETE",
        unpaid="AWAITING_PAYMENT",
    )
    cells = {
        "order_number": t["number"],
        "email": t["email"],
        "timestamp": at(t, "%Y-%m-%d %-I:%M %p"),
        "payment_status": state,
        "fulfillment_status": t["sold"].map({True: "SHIPPED", False: "AWAITING_PROCESSING"}),
        "name": t["product"],
        "sku": t["sku"],
        "quantity": t["pieces"],
        "price": t["price"],
        "order_subtotal": t["goods0"],
        "discount": t["order_discount"],
        "order_tax": t["tax"],
        "order_shipping": t["shipping"],
        "order_total": t["total"],
        "shipto_person_name": t["name"],
        "bill_person_name": t["name"],
        "shipto_person_phone": t["phone"],
    }
    return Export(fill(header, cells, len(t)), made.truth("total"), separator=";")


def bigcartel_orders(name: str, header: list[str], made: Shop) -> Export:
    t = made.orders
    state = told(
        t,
        completed="completed",
        part_refunded="completed",
        refunded="refunded",
        cancelled="cancelled",
        unpaid="unshipped",
    )
    paid = told(
        t,
        completed="completed",
        part_refunded="partially_refunded",
        refunded="refunded",
        cancelled="pending",
        unpaid="pending",
    )
    cells = {
        "Number": [f"{'ABCDEFGH'[i % 8]}KXW-{i:06d}" for i in t["number"]],
        "Buyer first name": t["first_name"],
        "Buyer last name": t["last_name"],
        "Buyer email": t["email"],
        "Buyer phone number": t["phone"],
        "Date": at(t, "%Y-%m-%d"),
        "Time": at(t, "%H:%M"),
        "Status": state,
        "Item count": t["pieces"],
        "Item total": two(t["goods0"]),
        "Total price": two(t["total"]),
        "Total shipping": two(t["shipping"]),
        "Total tax": two(t["tax"]),
        "Total discount": two(t["discount"]),
        "Discount code": t["code"],
        "Currency": "USD",
        "Items": "product_name:Tee|quantity:1|price:20.0",
        "Shipping city": t["city"],
        "Payment status": paid,
        "Shipping status": "shipped",
        "Created at": at(t, "%Y-%m-%d %H:%M:%S"),
        "Completed at": at(t, "%Y-%m-%d %H:%M:%S"),
    }
    return Export(fill(header, cells, len(t)), made.truth("total"))
