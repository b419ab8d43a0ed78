"""Exports of PrestaShop, in the languages of its back office, and of Shopware."""

from __future__ import annotations

from collections.abc import Mapping

from smartcart.layouts.layout import Layout
from smartcart.layouts.rows import contact, told

__all__ = ["PRESTASHOP", "SHOPWARE"]

CODE = "github.com/PrestaShop/PrestaShop "
GRID = CODE + "src/PrestaShopBundle/Controller/Admin/Sell/Order/OrderController.php"
TABLES = CODE + "install-dev/data/db_structure.sql"


def _grid(
    language: str,
    names: tuple[str, str, str, str, str, str, str],
    states: Mapping[str, str],
    *,
    confirmed: bool = False,
) -> Layout:
    """Return the list of orders in a language.

    ``names``: reference, new client, customer, total, payment, status, date.
    """
    reference, new, customer, total, payment, status, day = names
    return Layout(
        name="prestashop_orders" + ("" if language == "English" else f"_{language.lower()}"),
        platform="PrestaShop",
        export=f"Orders list, {language} back office",
        kind="orders",
        signature=(reference, new, customer, total, payment, status, day),
        customer=(customer,),
        order=("ID",),
        day=(day,),
        paid=(total,),
        states={status: states},
        days=("2024-01-03 14:33:00", "01/03/2024 14:33:00", "03/01/2024 14:33:00"),
        structure="a row per order; amounts with a sign, as text; an initial and a surname are all "
        "that is told of the buyer",
        source=GRID if confirmed else f"translation of {GRID} from memory",
        confirmed=confirmed,
    )


PRESTASHOP: tuple[Layout, ...] = (
    _grid(
        "English",
        ("Reference", "New client", "Customer", "Total", "Payment", "Status", "Date"),
        told(
            sold="payment accepted | processing in progress | preparation in progress | "
            "shipped | delivered | remote payment accepted | on backorder (paid) | "
            "partial refund",
            cancelled="canceled | payment error",
            returned="refunded",
            unpaid="awaiting check payment | awaiting bank wire payment | "
            "awaiting paypal payment | awaiting cash on delivery validation | "
            "on backorder (not paid) | waiting for payment",
        ),
        confirmed=True,
    ),
    _grid(
        "French",
        ("Référence", "Nouveau client", "Client", "Total", "Paiement", "État", "Date"),
        told(
            sold="paiement accepté | en cours de préparation | expédié | livré | "
            "paiement à distance accepté | "
            "en attente de réapprovisionnement (payé) | remboursement partiel",
            cancelled="annulé | erreur de paiement",
            returned="remboursé",
            unpaid="en attente du paiement par chèque | en attente de virement bancaire | "
            "en attente de réapprovisionnement (non payé)",
        ),
    ),
    _grid(
        "Spanish",
        ("Referencia", "Nuevo cliente", "Cliente", "Total", "Pago", "Estado", "Fecha"),
        told(
            sold="pago aceptado | preparación en curso | enviado | entregado | "
            "pago remoto aceptado | reembolso parcial",
            cancelled="cancelado | error en pago",
            returned="reembolsado",
            unpaid="en espera de pago por cheque | en espera de pago por transferencia bancaria",
        ),
    ),
    _grid(
        "Italian",
        ("Riferimento", "Nuovo cliente", "Cliente", "Totale", "Pagamento", "Stato", "Data"),
        told(
            sold="pagamento accettato | preparazione in corso | spedito | consegnato | "
            "pagamento remoto accettato",
            cancelled="annullato | errore di pagamento",
            returned="rimborsato",
            unpaid="in attesa di pagamento con assegno | "
            "in attesa di pagamento con bonifico bancario",
        ),
    ),
    Layout(
        name="prestashop_customers",
        platform="PrestaShop",
        export="Customers list",
        kind="customers",
        signature=("ID", "Social title", "Email address", "Sales", "Registration", "Last visit"),
        customer=("ID",),
        mail=("Email address",),
        roles={
            "ID": "id:id",
            "Sales": "forms:spend_total",
            "Registration": "forms:first_date",
            "Last visit": "dropped",
            "First name": "dropped:contact",
            "Last name": "dropped:contact",
            "Email address": "dropped:contact",
            "Company": "dropped:contact",
        },
        days=("2024-01-03 14:33:00", "01/03/2024 14:33:00"),
        structure="a row per customer; Sales with a sign, as text, -- where nothing was bought",
        source=CODE + "src/PrestaShopBundle/Controller/Admin/Sell/Customer/CustomerController.php",
        confirmed=True,
    ),
    Layout(
        name="prestashop_database",
        platform="PrestaShop",
        export="table ps_orders (SQL manager)",
        kind="orders",
        signature=("id_order", "id_customer", "current_state", "date_add"),
        customer=("id_customer",),
        order=("id_order",),
        day=("date_add",),
        paid=("total_paid_tax_incl", "total_paid", "total_paid_tax_excl"),
        currency=("id_currency",),
        discount=("total_discounts_tax_incl", "total_discounts"),
        states={
            "current_state": told(
                sold="2 | 3 | 4 | 5 | 9 | 11",
                cancelled="6 | 8",
                returned="7",
                unpaid="1 | 10 | 12 | 13",
            ),
            "valid": told(sold="1", unpaid="0"),
        },
        nobody=("0",),
        days=("2024-01-03 14:33:00",),
        structure="a row per order; total_paid_real is what was received, not what was ordered",
        source=TABLES,
        confirmed=True,
    ),
    Layout(
        name="prestashop_order_details",
        platform="PrestaShop",
        export="table ps_order_detail (SQL manager)",
        kind="nobody",
        signature=("id_order_detail", "id_order", "product_id", "product_quantity"),
        absent=("id_customer", "email", "customer"),
        order=("id_order",),
        paid=("total_price_tax_incl", "total_price_tax_excl"),
        quantity=("product_quantity",),
        product=("product_reference", "product_id", "product_name"),
        structure="a line per product; neither buyer nor day",
        source="from memory",
    ),
)

SHOPWARE_EXPORTS = "github.com/shopware5/SwagImportExport Tests/Helper/ExportFiles/"
SHOPWARE: tuple[Layout, ...] = (
    Layout(
        name="shopware5_orders",
        platform="Shopware 5",
        export="Import/Export: orders, with or without their products",
        kind="orders",
        signature=("orderId", "customerId", "orderStatusID", "invoiceAmount", "orderTime"),
        customer=("customerId",),
        order=("orderId",),
        day=("orderTime",),
        paid=("invoiceAmount", "invoiceAmountNet"),
        quantity=("quantity",),
        unit_price=("price",),
        product=("articleNumber", "articleName"),
        currency=("currency",),
        states={
            "orderStatusID": told(
                sold="0 | 1 | 2 | 3 | 5 | 6 | 7", cancelled="4", unpaid="8", other="-1"
            ),
            "cleared": told(
                sold="10 | 11 | 12",
                cancelled="30 | 35",
                returned="20",
                unpaid="13 | 14 | 15 | 16 | 17 | 18",
            ),
        },
        days=("2024-01-03 04:22:00",),
        structure="a row per order, or a line per product with the order cells on each; state -1 "
        "is an abandoned cart; vouchers and surcharges are lines",
        source=SHOPWARE_EXPORTS + "export_orders.csv",
        confirmed=True,
    ),
    Layout(
        name="shopware5_customers",
        platform="Shopware 5",
        export="Import/Export: customers",
        kind="customers",
        signature=("customernumber", "email", "accountmode", "customergroup", "subshopID"),
        customer=("customernumber",),
        mail=("email",),
        roles={
            "customernumber": "id:id",
            "customergroup": "describes:category",
            **contact(
                "email | password | encoder | phone | ustid | billing_company | "
                "billing_firstname | billing_lastname | billing_street | "
                "billing_zipcode | shipping_company | shipping_firstname | "
                "shipping_lastname | shipping_street | shipping_zipcode"
            ),
        },
        structure="a row per customer; no orders, no money",
        source=SHOPWARE_EXPORTS + "export_customers.csv",
        confirmed=True,
    ),
    Layout(
        name="shopware6_orders",
        platform="Shopware 6",
        export="Import/Export: default orders",
        kind="orders",
        signature=("order_number", "customer_email", "amount_total", "order_date_time"),
        customer=("customer_email",),
        order=("order_number",),
        day=("order_date_time",),
        paid=("amount_total",),
        days=("2024-01-03 04:22:00.000", "2024-01-03T04:22:00.000+00:00"),
        structure="a row per order; its state is an id that tells nothing, so cancelled orders "
        "count unless the profile leaves them out",
        source="github.com/shopware/shopware Migration1627983652AddOrderExportProfile",
        confirmed=True,
    ),
)
