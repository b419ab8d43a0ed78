"""Exports of shop systems."""

from __future__ import annotations

from smartcart.layouts.layout import Layout

__all__ = ["SHOPS"]

SHOPS: tuple[Layout, ...] = (
    Layout(
        name="shopify_orders", platform="Shopify", export="orders", kind="orders",
        signature=("Name", "Email", "Financial Status", "Lineitem quantity", "Lineitem name"),
        order=("Name",), customer=("Email",), day=("Created at", "Paid at"), paid=("Total",),
        quantity=("Lineitem quantity",), product=("Lineitem sku", "Lineitem name"),
        unit_price=("Lineitem price",), currency=("Currency",), channel=("Source",),
        discount=("Discount Code", "Discount Amount"), refunded=("Refunded Amount",),
        cancelled_on=("Cancelled at",),
        states={"Financial Status": {"voided": "cancelled", "refunded": "returned",
                                     "pending": "unpaid", "expired": "cancelled"}},
        days=("2024-01-03 04:22:00 -0500",),
        structure="a line per product; order cells only on the first line of an order",
        source="https://help.shopify.com/en/manual/fulfillment/managing-orders/exporting-orders",
        confirmed=True,
    ),
)  # fmt: skip
