"""Exports of Magento, Adobe Commerce and OpenCart."""

from __future__ import annotations

from smartcart.layouts.layout import Layout
from smartcart.layouts.rows import contact, told

__all__ = ["MAGENTO", "OPENCART"]

STATES = told(
    sold="complete | processing",
    cancelled="canceled",
    returned="closed | paypal reversed | paypal_reversed",
    unpaid="pending | pending payment | pending_payment | payment review | "
    "payment_review | on hold | holded | suspected fraud | fraud | "
    "pending paypal | pending_paypal | paypal canceled reversal | "
    "paypal_canceled_reversal",
)
DAYS = ("Jan 3, 2024 02:33:00 PM", "Jan 3, 2024 14:33:00 PM", "2024-01-03 14:33:00")
CORE = "github.com/magento/magento2 app/code/Magento/"

MAGENTO: tuple[Layout, ...] = (
    Layout(
        name="magento_orders",
        platform="Magento 2, Adobe Commerce",
        export="Sales > Orders",
        kind="orders",
        signature=("ID", "Purchase Point", "Purchase Date", "Grand Total (Base)", "Status"),
        customer=("Customer Email", "Customer Name", "Bill-to Name"),
        order=("ID",),
        day=("Purchase Date",),
        paid=("Grand Total (Base)", "Grand Total (Purchased)"),
        refunded=("Total Refunded",),
        states={"Status": STATES},
        days=DAYS,
        structure="a row per order; ID is its number; Subtotal is before discounts",
        source=CORE + "Sales/view/adminhtml/ui_component/sales_order_grid.xml",
        confirmed=True,
    ),
    Layout(
        name="magento1_orders",
        platform="Magento 1",
        export="Sales > Orders",
        kind="orders",
        signature=("Order #", "Purchased On", "Bill to Name", "G.T. (Base)", "Status"),
        customer=("Bill to Name",),
        order=("Order #",),
        day=("Purchased On",),
        paid=("G.T. (Base)", "G.T. (Purchased)"),
        states={"Status": STATES},
        days=(*DAYS, "1/3/2024"),
        structure="a row per order; a name is all that is told of the buyer",
        source="labels in public code on GitHub, index id 49139687734",
    ),
    Layout(
        name="magento_customers",
        platform="Magento 2, Adobe Commerce",
        export="Customers > All Customers",
        kind="customers",
        signature=("ID", "Name", "Email", "Group", "Customer Since", "Web Site"),
        customer=("ID",),
        mail=("Email",),
        roles={
            "ID": "id:id",
            "Customer Since": "forms:first_date",
            "Group": "describes:category",
            **contact(
                "Name | Email | Phone | Billing Address | Shipping Address | "
                "Street Address | Fax | VAT Number | Tax VAT Number | Company | "
                "Billing Firstname | Billing Lastname"
            ),
        },
        days=DAYS,
        structure="a row per customer; no orders, no money",
        source=CORE + "Customer/view/adminhtml/ui_component/customer_listing.xml",
        confirmed=True,
    ),
    Layout(
        name="magento_customers_file",
        platform="Magento 2, Adobe Commerce",
        export="System > Export: Customers Main File",
        kind="customers",
        signature=("email", "_website", "_store", "created_at", "group_id", "website_id"),
        customer=("email",),
        roles={
            "email": "id:id",
            "created_at": "forms:first_date",
            "group_id": "describes:category",
            **contact(
                "firstname | lastname | middlename | prefix | suffix | taxvat | "
                "password_hash | password | rp_token | rp_token_created_at"
            ),
            **dict.fromkeys(("updated_at", "confirmation", "store_id", "website_id"), "dropped"),
        },
        structure="a row per customer; no orders, no money",
        source="https://experienceleague.adobe.com (customer.csv of a patch page)",
        confirmed=True,
    ),
)

OPENCART_STATES = told(
    sold="2 | 3 | 5 | 9 | 15",
    cancelled="7 | 8 | 10 | 14 | 16",
    returned="11 | 12 | 13",
    unpaid="1",
    other="0",
)
OPENCART: tuple[Layout, ...] = (
    Layout(
        name="opencart_orders",
        platform="OpenCart",
        export="table oc_order",
        kind="orders",
        signature=("order_id", "customer_id", "email", "order_status_id", "total", "date_added"),
        customer=("customer_id", "email"),
        mail=("email",),
        order=("order_id",),
        day=("date_added",),
        paid=("total",),
        states={"order_status_id": OPENCART_STATES},
        nobody=("0",),
        days=("2024-01-03 04:22:00",),
        structure="a row per order, in the shop's own currency; status 0 is an abandoned cart",
        source="github.com/opencart/opencart upload/install/opencart.sql",
        confirmed=True,
    ),
    Layout(
        name="opencart_order_products",
        platform="OpenCart",
        export="table oc_order_product",
        kind="nobody",
        signature=("order_product_id", "order_id", "product_id", "quantity", "price", "total"),
        absent=("customer_id", "email"),
        order=("order_id",),
        paid=("total",),
        quantity=("quantity",),
        product=("model", "product_id", "name"),
        structure="a line per product; neither buyer nor day",
        source="github.com/opencart/opencart upload/install/opencart.sql",
        confirmed=True,
    ),
    Layout(
        name="opencart_admin",
        platform="OpenCart",
        export="Sales > Orders list",
        kind="orders",
        signature=("Order ID", "Customer", "Status", "Total", "Date Added", "Date Modified"),
        customer=("Customer",),
        order=("Order ID",),
        day=("Date Added",),
        paid=("Total",),
        states={
            "Status": told(
                sold="complete | shipped | processing | processed | canceled reversal",
                cancelled="canceled | voided | expired | denied | failed",
                returned="refunded | reversed | chargeback",
                unpaid="pending",
                other="missing orders",
            )
        },
        days=("03/01/2024", "2024-01-03"),
        structure="a row per order; a name is all that is told of the buyer",
        source="from memory",
    ),
)
