"""Exports of BigCommerce, Wix, Volusion, Ecwid and Big Cartel."""

from __future__ import annotations

from smartcart.layouts.layout import Layout
from smartcart.layouts.rows import contact, told

__all__ = ["BIGCARTEL", "BIGCOMMERCE", "ECWID", "VOLUSION", "WIX"]

SEVERAL = range(1, 11)  # addresses, phones and further e-mails of one customer
ADDRESSES = contact(
    " | ".join(
        f"Address {part} - {i}"
        for part in ("ID", "First Name", "Last Name", "Company", "City", "Zip", "Phone")
        for i in SEVERAL
    )
) | contact(" | ".join(f"Address Line {line} - {i}" for line in (1, 2) for i in SEVERAL))

BIGCOMMERCE: tuple[Layout, ...] = (
    Layout(
        name="bigcommerce_orders",
        platform="BigCommerce",
        export="Orders (any template with the total, a row per order or product)",
        kind="orders",
        signature=(
            "Order ID",
            "Customer ID",
            "Order Date",
            "Order Status",
            "Order Total (inc tax)",
        ),
        customer=("Customer ID", "Customer Email", "Billing Email", "Customer Name"),
        mail=("Customer Email", "Billing Email"),
        order=("Order ID",),
        day=("Order Date",),
        paid=("Order Total (inc tax)", "Order Total (ex tax)"),
        quantity=("Product Qty", "Total Quantity"),
        unit_price=("Product Unit Price",),
        product=("Product SKU", "Product ID", "Product Name"),
        channel=("Channel Name",),
        currency=("Order Currency Code",),
        discount=("Coupon Details",),
        refunded=("Refund Amount",),
        states={
            "Order Status": told(
                sold="completed | shipped | awaiting fulfillment | awaiting shipment | "
                "awaiting pickup | partially shipped | partially refunded",
                cancelled="cancelled | declined",
                returned="refunded",
                unpaid="pending | awaiting payment | incomplete | "
                "manual verification required | disputed",
            )
        },
        nobody=("0",),
        days=("01/03/2024", "03/01/2024", "2024-01-03"),
        structure="a row per order with its products in one cell, or a line per product with the "
        "order cells on each",
        source="public code on GitHub, index ids 35031696211, 52912425644 and 15566730795",
        confirmed=True,
    ),
    Layout(
        name="bigcommerce_customers",
        platform="BigCommerce",
        export="Customers (default and bulk edit)",
        kind="customers",
        signature=("Customer ID", "First Name", "Email", "Store Credit", "Customer Group"),
        customer=("Customer ID",),
        mail=("Email",),
        roles={
            "Customer ID": "id:id",
            "Customer Group": "describes:category",
            "Store Credit": "describes:measure",
            "Date Joined": "forms:first_date",
            **contact("First Name | Last Name | Company | Email | Phone | Notes | Addresses"),
            **ADDRESSES,
        },
        days=("01/03/2024",),
        structure="a row per customer; no orders, no money",
        source="public code on GitHub, index id 18352794671",
        confirmed=True,
    ),
)

WIX_STATES = told(
    sold="paid | partially paid | partially refunded",
    cancelled="canceled | voided | declined",
    returned="refunded | fully refunded",
    unpaid="unpaid | not paid | pending | authorized",
)
WIX_SENT = told(
    sold="fulfilled | unfulfilled | not fulfilled | partially fulfilled", cancelled="canceled"
)
REPEATED = {
    **contact(" | ".join(f"Phone {i}" for i in SEVERAL)),
    **contact(" | ".join(f"Email {i}" for i in SEVERAL[1:])),
    **contact(
        " | ".join(
            f"Address {i} - {part}"
            for part in ("Type", "Street", "Street Line 2", "City", "Zip")
            for i in SEVERAL
        )
    ),
}
WIX: tuple[Layout, ...] = (
    Layout(
        name="wix_orders",
        platform="Wix",
        export="Orders (since 2023; a row per order or item)",
        kind="orders",
        signature=("Order number", "Date created", "Contact email", "Total", "Payment status"),
        customer=("Contact email", "Billing name", "Recipient name"),
        order=("Order number",),
        day=("Date created",),
        paid=("Total", "Net amount"),
        quantity=("Qty", "Total order quantity"),
        unit_price=("Price",),
        product=("SKU", "Item"),
        currency=("Currency",),
        discount=("Coupon code", "Global coupon code", "Global discount amount"),
        refunded=("Refunded amount",),
        states={"Payment status": WIX_STATES, "Fulfillment status": WIX_SENT},
        days=("Jan 3, 2024",),
        structure="a line per item with the order cells on each, or a row per order; the time in a "
        "column of its own",
        source="public code on GitHub, index ids 27351283398, 27432166569, 70595403427",
        confirmed=True,
    ),
    Layout(
        name="wix_orders_old",
        platform="Wix",
        export="Stores orders (2016 to 2022)",
        kind="orders",
        signature=("Order #", "Date", "Buyer's Email", "Item's Name", "Qty", "Total"),
        customer=("Buyer's Email", "Billing Customer"),
        order=("Order #",),
        day=("Date",),
        paid=("Total", "Total after refund"),
        quantity=("Qty",),
        unit_price=("Item's Price",),
        product=("SKU", "Item's Name"),
        currency=("Currency",),
        discount=("Coupon",),
        refunded=("Refund",),
        states={"Payment": WIX_STATES, "Fulfillment": WIX_SENT},
        days=("Nov 24, 2018",),
        structure="a line per item with the order cells on each; the time in a column of its own",
        source="public code on GitHub, index ids 15472406472, 42345885858, 30512947984",
        confirmed=True,
    ),
    Layout(
        name="wix_contacts",
        platform="Wix",
        export="Contacts",
        kind="customers",
        signature=("First Name", "Last Name", "Email 1", "Labels", "Created At (UTC+0)"),
        customer=("Email 1",),
        roles={
            "Email 1": "id:id",
            "Created At (UTC+0)": "forms:first_date",
            "Last Activity Date (UTC+0)": "dropped",
            "Source": "describes:category",
            "Language": "describes:category",
            **contact(
                "First Name | Last Name | Company | Position | Birthdate | Message | Subject"
            ),
            **REPEATED,
        },
        structure="a row per contact; no orders, no money",
        source="public code on GitHub, index ids 44775182333, 62222319934, 55317218881",
        confirmed=True,
    ),
)

VOLUSION: tuple[Layout, ...] = (
    Layout(
        name="volusion_orders",
        platform="Volusion",
        export="Orders (columns by choice)",
        kind="orders",
        signature=("orderid", "customerid", "orderdate", "orderstatus", "paymentamount"),
        customer=("customerid",),
        order=("orderid",),
        day=("orderdate",),
        paid=("paymentamount",),
        cancelled_on=("canceldate",),
        states={
            "orderstatus": told(
                sold="new | processing | ready to ship | pending shipment | "
                "partially shipped | shipped | partially backordered | backordered | "
                "see line items | partially returned",
                cancelled="payment declined | cancel order | cancelled",
                returned="returned",
                unpaid="pending | awaiting payment | see order notes",
            )
        },
        nobody=("0",),
        days=("9/5/2025 11:28:19 AM", "9/5/2025 11:28"),
        structure="a row per order; paymentamount is the order's total",
        source="column names in public code on GitHub, index ids 24110108656 and 32362649928",
    ),
    Layout(
        name="volusion_order_details",
        platform="Volusion",
        export="OrderDetails",
        kind="nobody",
        signature=("orderdetailid", "orderid", "productcode", "quantity", "totalprice"),
        absent=("customerid", "emailaddress"),
        order=("orderid",),
        paid=("totalprice",),
        quantity=("quantity",),
        product=("productcode", "productname"),
        structure="a line per product; neither buyer nor day",
        source="column names in public code on GitHub, index ids 24110108656 and 29696570923",
    ),
)

ECWID: tuple[Layout, ...] = (
    Layout(
        name="ecwid_orders",
        platform="Ecwid",
        export="Orders (a row per item)",
        kind="orders",
        signature=("order_number", "email", "timestamp", "payment_status", "order_total"),
        customer=("email", "bill_person_name", "shipto_person_name"),
        order=("order_number",),
        day=("timestamp",),
        paid=("order_total",),
        quantity=("quantity",),
        unit_price=("price",),
        product=("sku", "name"),
        discount=("discount",),
        states={
            "payment_status": told(
                sold="paid | partially_refunded | partially refunded",
                cancelled="cancelled",
                returned="refunded",
                unpaid="awaiting_payment | awaiting payment | incomplete",
            ),
            "fulfillment_status": told(cancelled="will_not_deliver", returned="returned"),
        },
        days=("2026-04-20 9:41 AM", "Jun 17, 2026 11:49 AM"),
        structure="a line per item with the order cells on each",
        source="column names in public code on GitHub, index ids 38461591096 and 42840310824",
    ),
)

BIGCARTEL: tuple[Layout, ...] = (
    Layout(
        name="bigcartel_orders",
        platform="Big Cartel",
        export="Orders",
        kind="orders",
        signature=("Number", "Buyer email", "Status", "Item total", "Total price"),
        customer=("Buyer email",),
        order=("Number",),
        day=("Date", "Created at"),
        paid=("Total price",),
        quantity=("Item count",),
        currency=("Currency",),
        discount=("Discount code", "Total discount"),
        states={
            "Status": told(cancelled="cancelled", returned="refunded"),
            "Payment status": told(
                sold="completed | partially_refunded", returned="refunded", unpaid="pending"
            ),
        },
        days=("2024-01-03",),
        structure="a row per order; Item total is before discounts",
        source="from memory",
    ),
)
