"""Exports of Odoo: columns by the user's choice, as labels or as names of fields."""

from __future__ import annotations

from smartcart.layouts.layout import Layout
from smartcart.layouts.rows import told

__all__ = ["ODOO"]

STATES = told(
    sold="sales order | locked | done | sale",
    cancelled="cancelled | cancel",
    unpaid="quotation | quotation sent | draft | sent",
)
DAYS = ("2024-01-03 02:33:00", "2024-01-03")

ODOO: tuple[Layout, ...] = (
    Layout(
        name="odoo_orders",
        platform="Odoo",
        export="Sales orders, labels",
        kind="orders",
        signature=("Order Reference", "Customer", "Salesperson", "Total"),
        absent=("Order Lines/Quantity",),
        customer=("Customer",),
        order=("Order Reference",),
        day=("Order Date", "Creation Date"),
        paid=("Total", "Untaxed Amount"),
        states={"Status": STATES},
        days=DAYS,
        structure="a row per order",
        source="from memory",
    ),
    Layout(
        name="odoo_order_lines",
        platform="Odoo",
        export="Sales orders with their lines, labels",
        kind="orders",
        signature=("Order Reference", "Customer", "Order Lines/Quantity"),
        customer=("Customer",),
        order=("Order Reference",),
        day=("Order Date", "Creation Date"),
        paid=("Total", "Untaxed Amount", "Order Lines/Subtotal"),
        quantity=("Order Lines/Quantity",),
        unit_price=("Order Lines/Unit Price",),
        product=(
            "Order Lines/Product",
            "Order Lines/Product/Internal Reference",
            "Order Lines/Product/Name",
        ),
        states={"Status": STATES},
        days=DAYS,
        structure="a line per product; order cells, the reference too, only on the first of each",
        source="labels in public code on GitHub, index ids 71128601705 and 17269243832",
    ),
    Layout(
        name="odoo_quotations",
        platform="Odoo",
        export="Quotations, labels",
        kind="orders",
        signature=("Number", "Creation Date", "Customer", "Salesperson", "Total", "Status"),
        customer=("Customer",),
        order=("Number",),
        day=("Creation Date",),
        paid=("Total",),
        states={"Status": STATES},
        days=DAYS,
        structure="a row per order; those that are quotations only are no sale",
        source="from memory",
    ),
    Layout(
        name="odoo_fields",
        platform="Odoo",
        export="Sales orders, names of fields (with or without lines)",
        kind="orders",
        signature=("name", "partner_id", "amount_total"),
        customer=("partner_id", "partner_id/id"),
        order=("name",),
        day=("date_order", "create_date"),
        paid=("amount_total", "amount_untaxed"),
        quantity=("order_line/product_uom_qty",),
        unit_price=("order_line/price_unit",),
        product=("order_line/product_id", "order_line/name"),
        states={"state": STATES},
        days=DAYS,
        structure="a row per order, or a line per product with order cells only on the first",
        source="names in public code on GitHub, index ids 69161523230 and 71128601705",
    ),
    Layout(
        name="odoo_pos",
        platform="Odoo",
        export="Point of Sale orders, labels",
        kind="orders",
        signature=("Order Ref", "Session", "Receipt Number", "Customer", "Total"),
        customer=("Customer",),
        order=("Order Ref", "Receipt Number"),
        day=("Date",),
        paid=("Total",),
        states={
            "Status": told(sold="paid | posted | invoiced", cancelled="cancelled", unpaid="new")
        },
        nobody=("anonymous",),
        days=DAYS,
        structure="a row per order, refunds as negative rows; mostly without a customer",
        source="from memory",
    ),
)
