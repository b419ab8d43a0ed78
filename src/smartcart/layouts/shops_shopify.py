"""Exports of Shopify and Squarespace, whose order files are of one kind."""

from __future__ import annotations

from smartcart.layouts.layout import Layout
from smartcart.layouts.rows import contact, told

__all__ = ["SHOPIFY", "SQUARESPACE"]

PERSON = {
    **contact(
        "First Name | Last Name | Phone | Company | Address1 | Address2 | Note | "
        "Default Address Company | Default Address Address1 | Default Address Address2 | "
        "Default Address Phone"
    ),
    **dict.fromkeys(
        (
            "Default Address City",
            "Default Address Province Code",
            "Default Address Country Code",
            "Default Address Zip",
        ),
        "sensitive:demographic",
    ),
}
SPENT = {"Total Spent": "forms:spend_total", "Total Orders": "forms:frequency"}

SHOPIFY: tuple[Layout, ...] = (
    Layout(
        name="shopify_orders",
        platform="Shopify",
        export="Orders",
        kind="orders",
        signature=("Name", "Email", "Financial Status", "Lineitem quantity", "Lineitem name"),
        customer=("Email", "Phone", "Billing Name"),
        order=("Name",),
        day=("Created at", "Paid at"),
        paid=("Total", "Subtotal"),
        quantity=("Lineitem quantity",),
        unit_price=("Lineitem price",),
        product=("Lineitem sku", "Lineitem name"),
        channel=("Source",),
        currency=("Currency",),
        discount=("Discount Code", "Discount Amount"),
        refunded=("Refunded Amount",),
        cancelled_on=("Cancelled at",),
        states={
            "Financial Status": told(
                sold="paid | partially_refunded | partially_paid",
                cancelled="voided | expired",
                returned="refunded",
                unpaid="pending | authorized | unpaid",
            )
        },
        days=("2024-01-03 04:22:00 -0500",),
        structure="a line per product; order cells only on the first line of an order",
        source="https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders",
        confirmed=True,
    ),
    Layout(
        name="shopify_customers",
        platform="Shopify",
        export="Customers (since 2023, with ids)",
        kind="customers",
        signature=("Customer ID", "First Name", "Email", "Total Spent", "Total Orders"),
        customer=("Customer ID",),
        mail=("Email",),
        roles={"Customer ID": "id:id", "Email": "dropped:contact", **SPENT, **PERSON},
        structure="a row per customer; never bought: Total Orders 0",
        source="public code on GitHub, index ids 20662839707 and 70334433202",
        confirmed=True,
    ),
    Layout(
        name="shopify_customers_email",
        platform="Shopify",
        export="Customers (until 2022, without ids)",
        kind="customers",
        signature=("First Name", "Last Name", "Email", "Total Spent", "Total Orders", "Tax Exempt"),
        absent=("Customer ID",),
        customer=("Email",),
        roles={"Email": "id:id", **SPENT, **PERSON},
        structure="a row per customer; never bought: Total Orders 0",
        source="github.com/tramyardg/magento2ShopifyCSV src/customers/header.js",
        confirmed=True,
    ),
    Layout(
        name="shopify_sales_by_customer",
        platform="Shopify",
        export="Analytics: sales by customer",
        kind="customers",
        signature=("customer_email", "orders", "gross_sales", "net_sales", "total_sales"),
        absent=("order_name", "day", "order_id"),
        customer=("customer_id", "customer_email"),
        roles={
            "customer_id": "id:id",
            "customer_name": "dropped:contact",
            "orders": "forms:frequency",
            "total_sales": "forms:spend_total",
            "gross_sales": "dropped",
            "discounts": "dropped",
            "returns": "dropped",
            "net_sales": "dropped",
            "shipping": "dropped",
            "taxes": "dropped",
        },
        structure="a row per customer",
        source="from memory",
    ),
    Layout(
        name="shopify_order_report",
        platform="Shopify",
        export="Analytics: sales by order and product (columns by choice)",
        kind="orders",
        signature=("Day", "Order name", "Net sales", "Total sales"),
        customer=("Customer ID", "Customer email", "Customer name"),
        mail=("Customer email",),
        order=("Order name", "Order ID"),
        day=("Day",),
        paid=("Total sales", "Net sales"),
        quantity=("Net items sold",),
        product=("Product variant SKU", "Product title"),
        states={
            "Order payment status": told(cancelled="voided", returned="refunded"),
            "Is canceled order": told(sold="false", cancelled="true"),
        },
        days=("2024-01-03",),
        structure="a line per product; money is of the line",
        source="column names in public code on GitHub, index id 20828351032",
    ),
    Layout(
        name="shopify_product_report",
        platform="Shopify",
        export="Analytics: sales by product and day",
        kind="nobody",
        signature=("Day", "Product title", "Gross sales", "Net sales"),
        absent=("Order name", "Customer ID", "Customer email", "Customer name"),
        day=("Day",),
        paid=("Total sales", "Net sales"),
        days=("2024-01-03",),
        structure="a row per day and product; says nothing of who bought",
        source="column names in public code on GitHub, index id 55203046323",
    ),
)

SQUARESPACE: tuple[Layout, ...] = (
    Layout(
        name="squarespace_orders",
        platform="Squarespace",
        export="Orders",
        kind="orders",
        signature=("Order ID", "Email", "Financial Status", "Lineitem quantity", "Lineitem name"),
        absent=("Name",),
        customer=("Email", "Billing Name"),
        order=("Order ID",),
        day=("Created at", "Paid at"),
        paid=("Total",),
        quantity=("Lineitem quantity",),
        unit_price=("Lineitem price",),
        product=("Lineitem sku", "Lineitem name"),
        channel=("Channel Name",),
        currency=("Currency",),
        discount=("Discount Code", "Discount Amount"),
        refunded=("Amount Refunded",),
        cancelled_on=("Cancelled at",),
        states={
            "Financial Status": told(
                sold="paid | partially_refunded",
                cancelled="voided",
                returned="refunded",
                unpaid="pending | not_paid",
            ),
            "Fulfillment Status": told(sold="fulfilled | pending", cancelled="canceled"),
        },
        days=("2024-01-03 02:33:00 -0500", "7/25/2018 21:06"),
        structure="a line per product; further lines of an order hold only its number and line "
        "cells; Subtotal is before discounts",
        source="public code on GitHub, index id 16423202072",
        confirmed=True,
    ),
)
