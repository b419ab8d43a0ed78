"""Exports of Magento and OpenCart, lists of people, and lines of nobody."""

from __future__ import annotations

import pandas as pd

from layouts.form import Export, at, fill, people, told, two, where
from layouts.shop import Shop, customers_of, money


def magento_orders(name: str, header: list[str], made: Shop) -> Export:
    t = made.orders
    state = told(
        t,
        completed="Complete",
        processing="Processing",
        part_refunded="Complete",
        refunded="Closed",
        cancelled="Canceled",
        unpaid="Pending Payment",
    )
    coded = name.endswith("2.3")
    if coded:
        state = state.str.lower().str.replace(" ", "_")
    form = {
        "magento_orders": "%b %-d, %Y %H:%M:%S %p",
        "magento_orders 2.3": "%Y-%m-%d %H:%M:%S",
    }.get(name, "%b %-d, %Y %I:%M:%S %p")
    guest = t["account"] == 0
    cells = {
        "ID": t["number"].map("{:09d}".format),
        "Order #": t["number"].map("{:09d}".format),
        "Purchase Point": "Main Website\n  Main Website Store\n    Default Store View",
        "Purchased From (Store)": "Main Website",
        "Purchase Date": at(t, form),
        "Purchased On": at(t, form),
        "Bill-to Name": t["name"],
        "Bill to Name": t["name"],
        "Ship-to Name": t["name"],
        "Ship to Name": t["name"],
        "Grand Total (Base)": t["total"].map("{:.4f}".format),
        "Grand Total (Purchased)": t["total"].map("{:.4f}".format),
        "G.T. (Base)": money(t["total"], "$"),
        "G.T. (Purchased)": money(t["total"], "$"),
        "Status": state,
        "Billing Address": "1 Any St," + t["city"] + ",," + t["zip"],
        "Shipping Information": "Flat Rate - Fixed",
        "Customer Email": t["email"],
        "Customer Group": guest.map({True: "NOT LOGGED IN", False: "General"}),
        "Subtotal": t["goods0"].map("{:.4f}".format),
        "Shipping and Handling": t["shipping"].map("{:.4f}".format),
        "Customer Name": where(t["name"], ~guest),
        "Payment Method": "checkmo",
        "Total Refunded": where(t["refunded"].map("{:.4f}".format), t["refunded"] > 0),
    }
    return Export(fill(header, cells, len(t)), made.truth("total"))


def people_only(name: str, header: list[str], made: Shop) -> Export:
    """A table of customers that says nothing of orders; without a day of joining it is refused."""
    c = customers_of(made)
    joined = c["buyer"].map(lambda i: pd.Timestamp("2022-01-05") + pd.Timedelta(days=int(i) * 11))
    c = c.assign(at=joined)
    group = c["buyer"].map(lambda i: ("General", "Wholesale", "VIP")[i % 3])
    names = {
        "first": ("First Name", "firstname", "Billing Firstname", "billing_firstname"),
        "last": ("Last Name", "lastname", "Billing Lastname", "billing_lastname"),
        "mail": ("Email", "email", "Email 1"),
        "phone": ("Phone", "phone", "Phone 1", "Address Phone - 1"),
        "zip": ("ZIP", "billing_zipcode", "Address Zip - 1", "Address 1 - Zip"),
        "city": ("City", "billing_city", "Address City - 1", "Address 1 - City"),
        "id": ("ID", "Customer ID", "customernumber"),
        "group": ("Group", "group_id", "Customer Group", "customergroup"),
    }
    values = {
        "first": c["first_name"],
        "last": c["last_name"],
        "mail": c["email"],
        "phone": c["phone"],
        "zip": c["zip"],
        "city": c["city"],
        "id": c["buyer"] + 101,
        "group": group,
    }
    day = {"magento_customers": "%b %-d, %Y %I:%M:%S %p", "bigcommerce_customers": "%m/%d/%Y"}
    when = at(c, day.get(name, "%Y-%m-%d %H:%M:%S"))
    cells: dict[str, object] = {n: values[what] for what, ns in names.items() for n in ns}
    cells |= {
        **dict.fromkeys(("Customer Since", "created_at", "Date Joined"), when),
        "Created At (UTC+0)": when,
        "Last Activity Date (UTC+0)": when,
        "Name": c["name"],
        "Web Site": "Main Website",
        "_website": "base",
        "_store": "default",
        "store_id": 1,
        "website_id": 1,
        "Country": c["country"],
        "State/Province": "",
        "Gender": "",
        "Store Credit": "0.00",
        "Labels": "Contacts",
        "Source": "Wix Stores",
        "Language": "en",
        "Email subscriber status": "Subscribed",
        "accountmode": c["buyer"] % 2,
        "subshopID": 1,
        "active": 1,
        "Addresses": "Address ID: 1, Address First Name: "
        + c["first_name"]
        + ", Address Zip: "
        + c["zip"],
        "Account Lock": "Unlocked",
        "newsletter": c["buyer"] % 2,
    }
    separator = ";" if name.startswith("shopware") else ","
    days = {"Customer Since", "created_at", "Date Joined", "Created At (UTC+0)"} & set(header)
    return Export(fill(header, cells, len(c)), people(c) if days else None, separator=separator)


def opencart_orders(name: str, header: list[str], made: Shop) -> Export:
    t = made.orders
    code = told(
        t,
        completed="5",
        processing="2",
        part_refunded="5",
        refunded="11",
        cancelled="7",
        failed="10",
        unpaid="0",
    )
    words = told(
        t,
        completed="Complete",
        processing="Processing",
        part_refunded="Complete",
        refunded="Refunded",
        cancelled="Canceled",
        failed="Denied",
        unpaid="Pending",
    )
    cells = {
        "order_id": t["number"],
        "invoice_no": 0,
        "invoice_prefix": "INV-2024-00",
        "store_id": 0,
        "store_name": "Made-up Goods",
        "customer_id": t["account"],
        "customer_group_id": 1,
        "firstname": t["first_name"],
        "lastname": t["last_name"],
        "email": t["email"],
        "telephone": t["phone"],
        "payment_city": t["city"],
        "payment_postcode": t["zip"],
        "payment_country": t["country"],
        "payment_method": "Card",
        "total": t["total"].map("{:.4f}".format),
        "order_status_id": code,
        "affiliate_id": 0,
        "commission": "0.0000",
        "currency_id": 2,
        "currency_code": "USD",
        "currency_value": "1.00000000",
        "date_added": at(t, "%Y-%m-%d %H:%M:%S"),
        "date_modified": at(t, "%Y-%m-%d 23:59:59"),
        "Order ID": t["number"],
        "Customer": t["name"],
        "Status": words,
        "Total": money(t["total"], "$"),
        "Date Added": at(t, "%d/%m/%Y"),
        "Date Modified": at(t, "%d/%m/%Y"),
    }
    return Export(fill(header, cells, len(t)), made.truth("total"))


def lines_of_nobody(name: str, header: list[str], made: Shop) -> Export:
    t = made.joined
    cells = {
        **dict.fromkeys(("order_product_id", "id_order_detail", "orderdetailid"), t.index + 1),
        **dict.fromkeys(("order_id", "id_order", "orderid"), t["number"]),
        **dict.fromkeys(("product_id",), t["sku"].str[-3:].astype(int)),
        **dict.fromkeys(("model", "product_reference", "productcode"), t["sku"]),
        **dict.fromkeys(("name", "product_name", "productname"), t["product"]),
        **dict.fromkeys(("quantity", "product_quantity"), t["pieces"]),
        **dict.fromkeys(("price", "unit_price_tax_incl", "productprice"), two(t["price"])),
        **dict.fromkeys(("total", "total_price_tax_incl", "totalprice"), two(t["paid"])),
        "tax": "0.80",
        "reward": 0,
        "id_shop": 1,
        "tax_rate": "8.000",
    }
    separator = ";" if name.startswith("prestashop") else ","
    return Export(fill(header, cells, len(t)), None, separator=separator)
