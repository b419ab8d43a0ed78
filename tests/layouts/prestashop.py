"""Exports of PrestaShop and Shopware."""

from __future__ import annotations

import pandas as pd

from layouts.form import Export, at, fill, layout_of, newest_first, told, where
from layouts.shop import STATES, Shop, Truth, customers_of, money

PRESTA = {
    "prestashop_orders": (
        "Payment accepted",
        "Shipped",
        "Partial refund",
        "Refunded",
        "Canceled",
        "Payment error",
        "Awaiting bank wire payment",
    ),
    "prestashop_orders_french": (
        "Paiement accepté",
        "Expédié",
        "Remboursement partiel",
        "Remboursé",
        "Annulé",
        "Erreur de paiement",
        "En attente de virement bancaire",
    ),
    "prestashop_orders_spanish": (
        "Pago aceptado",
        "Enviado",
        "Reembolso parcial",
        "Reembolsado",
        "Cancelado",
        "Error en pago",
        "En espera de pago por transferencia bancaria",
    ),
    "prestashop_orders_italian": (
        "Pagamento accettato",
        "Spedito",
        "Consegnato",
        "Rimborsato",
        "Annullato",
        "Errore di pagamento",
        "In attesa di pagamento con bonifico bancario",
    ),
}


def prestashop_orders(name: str, header: list[str], made: Shop) -> Export:
    t = newest_first(made.orders)
    kind = layout_of(name)
    english = kind == "prestashop_orders"
    state = t["state"].map(dict(zip(tuple(STATES), PRESTA[kind], strict=True)))
    sums = money(t["total"], "$") if english else money(t["total"], comma=True, after="\u00a0€")
    reference = [f"{'ABCDEFGHJ'[i % 9]}KXW{i:05d}" for i in t["number"] // 2]
    form = "%m/%d/%Y %H:%M:%S" if english else "%d/%m/%Y %H:%M:%S"
    cells = dict(
        zip(
            header[:9],
            (
                t["number"],
                reference,
                t["number"] % 2,
                t["country"],
                t["first_name"].str[0] + ". " + t["last_name"],
                sums,
                "Card",
                state,
                at(t, form),
            ),
            strict=True,
        )
    ) | {"Company": "--", "PDF": t["number"]}
    return Export(fill(header, cells, len(t)), made.truth("total"), separator=";")


def prestashop_customers(name: str, header: list[str], made: Shop) -> Export:
    c = customers_of(made)
    spent = pd.Series(money(c["total"], "€")).where(c["total"] > 0, "--")
    cells = {
        "ID": c["buyer"] + 1,
        "Social title": "Mrs.",
        "First name": c["first_name"],
        "Last name": c["last_name"],
        "Email address": c["email"],
        "Group": "Customer",
        "Sales": spent,
        "Enabled": 1,
        "Newsletter": c["buyer"] % 2,
        "Partner offers": 0,
        "Registration": "01/05/2023 10:00:00",
        "Last visit": "--",
    }
    truth = Truth(len(c), 0, {"total": round(float(c["total"].sum()), 2)})
    return Export(fill(header, cells, len(c)), truth, separator=";")


def prestashop_database(name: str, header: list[str], made: Shop) -> Export:
    t = made.orders
    state = told(
        t,
        completed="5",
        processing="3",
        part_refunded="5",
        refunded="7",
        cancelled="6",
        failed="8",
        unpaid="10",
    )
    received = where(pd.Series(t["total"].map("{:.6f}".format)), t["sold"]).replace("", "0.000000")
    six = "{:.6f}".format
    cells = {
        "id_order": t["number"],
        "reference": [f"ABCDEF{i:03d}" for i in t["number"] // 2],
        "id_shop_group": 1,
        "id_shop": 1,
        "id_carrier": 2,
        "id_lang": 1,
        "id_customer": t["buyer"] + 11,
        "id_cart": t["number"] + 7000,
        "id_currency": 1,
        "id_address_delivery": t["buyer"] + 500,
        "id_address_invoice": t["buyer"] + 500,
        "current_state": state,
        "payment": "Card",
        "conversion_rate": "1.000000",
        "module": "ps_wirepayment",
        "total_discounts": t["discount"].map(six),
        "total_discounts_tax_incl": t["discount"].map(six),
        "total_paid": t["total"].map(six),
        "total_paid_tax_incl": t["total"].map(six),
        "total_paid_tax_excl": (t["total"] - t["tax"]).map(six),
        "total_paid_real": received,
        "total_products": t["goods0"].map(six),
        "total_products_wt": t["goods0"].map(six),
        "total_shipping": t["shipping"].map(six),
        "invoice_number": t["number"],
        "invoice_date": "0000-00-00 00:00:00",
        "delivery_date": "0000-00-00 00:00:00",
        "valid": t["sold"].astype(int),
        "date_add": at(t, "%Y-%m-%d %H:%M:%S"),
        "date_upd": at(t, "%Y-%m-%d 23:59:59"),
    }
    return Export(fill(header, cells, len(t)), made.truth("total"), separator=";")


def shopware5_orders(name: str, header: list[str], made: Shop) -> Export:
    lines = name.endswith("lines")
    t = made.joined if lines else made.orders
    state = told(
        t,
        completed="2",
        processing="0",
        part_refunded="2",
        refunded="2",
        cancelled="4",
        failed="-1",
        unpaid="1",
    )
    paid = told(t, completed="12", part_refunded="12", refunded="20", cancelled="17", unpaid="17")
    cells = {
        "orderId": t["number"] - 1000,
        "number": t["number"].where(state != "-1", 0) + 19000,
        "customerId": t["buyer"] + 11,
        "orderStatusID": state,
        "cleared": paid,
        "paymentID": 5,
        "dispatchId": 9,
        "shopId": 1,
        "invoiceAmount": t["total"],
        "invoiceAmountNet": (t["total"] - t["tax"]).round(2),
        "invoiceShipping": t["shipping"],
        "invoiceShippingNet": t["shipping"],
        "orderTime": at(t, "%Y-%m-%d %H:%M:%S"),
        "net": 0,
        "taxFree": 0,
        "languageIso": 1,
        "currency": "EUR",
        "currencyFactor": 1,
    }
    if lines:
        cells |= {
            "orderDetailId": t.index + 1,
            "articleId": t["sku"].str[-3:].astype(int),
            "taxId": 1,
            "taxRate": 8,
            "statusId": 0,
            "articleNumber": t["sku"],
            "price": t["price"],
            "quantity": t["pieces"],
            "articleName": t["product"],
            "shipped": 0,
            "mode": 0,
        }
    return Export(fill(header, cells, len(t)), made.truth("total"), separator=";")


def shopware6_orders(name: str, header: list[str], made: Shop) -> Export:
    t = made.orders
    cells = {
        "id": [f"{i:032x}" for i in t["number"]],
        "order_number": t["number"] + 9000,
        "sales_channel_id": "98432def39fc4624b33213a56b8c944d",
        "customer_email": t["email"],
        "customer_firstname": t["first_name"],
        "customer_lastname": t["last_name"],
        "billing_address_city": t["city"],
        "billing_address_zipcode": t["zip"],
        "amount_total": t["total"],
        "order_state_id": "0a2b4c6d8e0f4a6b8c0d2e4f6a8b0c2d",
        "line_items": "1x Tea",
        "order_date_time": at(t, "%Y-%m-%d %H:%M:%S.000"),
    }
    return Export(
        fill(header, cells, len(t)), made.truth("total", sold=tuple(STATES)), separator=";"
    )
