"""Made-up exports of marketplaces, each in the header of its platform."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from layouts.market_cases import (
    FRENCH,
    GERMAN,
    Case,
    Cells,
    login,
    named_day,
    only,
    per_line,
    per_order,
    said,
    sold,
)
from layouts.shop import SOLD, Shop, money

__all__ = ["MARKET_CASES"]


def _etsy_items(t: pd.DataFrame) -> Cells:
    return {
        "Sale Date": t["at"].dt.strftime("%m/%d/%y"),
        "Item Name": t["product"],
        "Buyer": [f"{n} ({w})" for n, w in zip(t["name"], login(t), strict=True)],
        "Quantity": t["pieces"],
        "Price": money(t["price"], "$"),
        "Coupon Code": t["code"],
        "Discount Amount": money(t["discount"], "$"),
        "Order Shipping": t["shipping"],
        "Item Total": money(t["gross"], "$"),
        "Currency": "USD",
        "SKU": t["sku"],
        "Transaction ID": t["number"] * 10 + t["line"] + 4_100_000_000,
        "Listing ID": 1_500_007,
        "Order ID": t["number"] + 3_100_000_000,
        "Date Paid": t["at"].dt.strftime("%m/%d/%Y"),
        "Ship Name": t["name"],
        "Ship City": t["city"],
        "Ship Zipcode": t["zip"],
        "Order Type": "online",
    }


def _etsy_orders(day: str, total: str) -> object:
    def cells(t: pd.DataFrame) -> Cells:
        return {
            "Sale Date": t["at"].dt.strftime(day),
            "Order ID": t["number"] + 3_100_000_000,
            "Buyer User ID": login(t),
            "Full Name": t["name"],
            "First Name": t["first_name"],
            "Last Name": t["last_name"],
            "Number of Items": t["pieces"],
            "Currency": "USD",
            "Order Value": t["goods0"],
            "Coupon Code": t["code"],
            total: t["total"],
            "Discount Amount": t["discount"],
            "Order Net": (t["total"] * 0.9).round(2),
            "Adjusted Order Total": t["net"].where(t["state"] == "part_refunded", 0.0),
            "Card Processing Fees": (t["total"] * 0.05).round(2),
            "SKU": "SKU-001,SKU-002",
            "Status": said(
                t,
                {
                    "cancelled": "Canceled",
                    "refunded": "Fully Refunded",
                    "part_refunded": "Partially Refunded",
                    "processing": "Paid",
                    "completed": "Completed",
                },
            ),
        }

    return per_order(cells, (*SOLD, "cancelled", "refunded"))


def _etsy_payments(t: pd.DataFrame) -> Cells:
    return {
        "Payment ID": t["number"] + 88_000_000,
        "Buyer Username": login(t),
        "Buyer Name": t["name"],
        "Order ID": t["number"] + 3_100_000_000,
        "Gross Amount": t["total"],
        "Fees": (t["total"] * 0.04).round(2),
        "Net Amount": (t["total"] * 0.96).round(2),
        "Currency": "USD",
        "Buyer": login(t),
        "Status": said(t, {"cancelled": "Canceled", "": "SETTLED"}),
        "Order Date": t["at"].dt.strftime("%m/%d/%Y"),
        "Refund Amount": t["refunded"],
    }


def _ebay(words: dict[str, str], sums: object, days: object) -> object:
    """Return an eBay report: a row of an order of several items holds sums, its items no total.

    ``words`` gives the columns of a country; ``sums`` writes money, ``days`` the day.
    """

    def parts(made: Shop) -> Sequence[tuple[Cells, int]]:
        made = only(made)
        head, lines = made.orders, made.joined
        single = lines[lines["count"] == 1]
        several, items = head[head["count"] > 1], lines[lines["count"] > 1]

        def order(t: pd.DataFrame) -> dict[str, object]:
            return {
                words["record"]: t["number"],
                words["login"]: login(t),
                words["order"]: [f"02-{n}-{n + 7}" for n in t["number"]],
                words["day"]: days(t),
            }

        def buyer(t: pd.DataFrame) -> dict[str, object]:
            return {
                words["name"]: t["name"],
                words["mail"]: t["email"],
                words["total"]: sums(t["total"]),
                words["post"]: sums(t["shipping"]),
            }

        def item(t: pd.DataFrame) -> dict[str, object]:
            return {
                words["title"]: t["product"],
                words["label"]: t["sku"],
                words["pieces"]: t["pieces"],
                words["sold"]: sums(t["paid"]),
            }

        whole = {words["pieces"]: several["pieces"], words["sold"]: sums(several["goods"])}
        return [
            ({**order(single), **buyer(single), **item(single)}, len(single)),
            ({**order(several), **buyer(several), **whole}, len(several)),
            ({**order(items), **item(items)}, len(items)),
        ]

    return parts


EBAY_US = {
    "record": "Sales Record Number",
    "order": "Order Number",
    "login": "Buyer Username",
    "name": "Buyer Name",
    "mail": "Buyer Email",
    "day": "Sale Date",
    "total": "Total Price",
    "post": "Shipping And Handling",
    "title": "Item Title",
    "label": "Custom Label",
    "pieces": "Quantity",
    "sold": "Sold For",
}
EBAY_UK = {
    "record": "Sales record number",
    "order": "Order number",
    "login": "Buyer username",
    "name": "Buyer name",
    "mail": "Buyer email",
    "day": "Sale date",
    "total": "Total price",
    "post": "Postage and packaging",
    "title": "Item title",
    "label": "Custom label",
    "pieces": "Quantity",
    "sold": "Sold for",
}
EBAY_DE = {
    "record": "Verkaufsprotokollnummer",
    "order": "Bestellnummer",
    "login": "Nutzername des Käufers",
    "name": "Name des Käufers",
    "mail": "E-Mail des Käufers",
    "day": "Verkauft am",
    "total": "Gesamtbetrag",
    "post": "Verpackung und Versand",
    "title": "Angebotstitel",
    "label": "Bestandseinheit",
    "pieces": "Anzahl",
    "sold": "Verkauft für",
}
EBAY_OLD = {
    **EBAY_DE,
    "login": "Mitgliedsname",
    "name": "Vollständiger Name des Käufers",
    "day": "Verkaufsdatum",
    "total": "Gesamtpreis",
    "title": "Artikelbezeichnung",
    "pieces": "Stückzahl",
    "sold": "Verkaufspreis",
}
EBAY_FR = {
    "record": "Numéro d'enregistrement de la vente",
    "order": "Numéro de commande",
    "login": "Pseudo de l'acheteur",
    "name": "Nom de l'acheteur",
    "mail": "E-mail de l'acheteur",
    "day": "Date de la vente",
    "total": "Prix total",
    "post": "Frais de livraison",
    "title": "Titre de l'objet",
    "label": "Libellé personnalisé",
    "pieces": "Quantité",
    "sold": "Prix de vente",
}
EBAY_VENTES = EBAY_FR | {"sold": "Vendu pour", "day": "Date de vente"}
EBAY_FOOT = '\n"240,record(s) downloaded,","from Jan-01-24 to Jun-30-25"\nSeller ID : madeup\n'


def _ebay_transactions(german: bool) -> object:
    def parts(made: Shop) -> Sequence[tuple[Cells, int]]:
        made = only(made, (*SOLD, "refunded"))
        head = made.orders
        back = head[head["refunded"] > 0]
        day, kind, order, who, name, gross, net, code = (
            (
                "Datum der Transaktionserstellung",
                "Typ",
                "Bestellnummer",
                "Nutzername des Käufers",
                "Name des Käufers",
                "Transaktionsbetrag (inkl. Kosten)",
                "Betrag abzügl. Kosten",
                "Transaktionswährung",
            )
            if german
            else (
                "Transaction creation date",
                "Type",
                "Order number",
                "Buyer username",
                "Buyer name",
                "Gross transaction amount",
                "Net amount",
                "Transaction currency",
            )
        )

        def cells(t: pd.DataFrame, word: str, amount: pd.Series) -> Cells:
            fees = (amount * 0.87).round(2)
            return {
                day: t["at"].dt.strftime("%d.%m.%Y" if german else "%d %b %Y"),
                kind: word,
                order: [f"02-{n}-{n + 7}" for n in t["number"]],
                who: login(t),
                name: t["name"],
                gross: money(amount, comma=german),
                net: money(fees, comma=german),
                code: "EUR",
            }

        paid = head.iloc[:20]
        nobody = {order: "--", who: "--", name: "--"}
        return [
            (cells(head, "Bestellung" if german else "Order", head["total"]), len(head)),
            (cells(back, "Rückerstattung" if german else "Refund", -back["refunded"]), len(back)),
            (
                {**cells(paid, "Auszahlung" if german else "Payout", -paid["total"] * 9), **nobody},
                20,
            ),
            (
                {**cells(paid, "Andere Gebühr" if german else "Other fee", -paid["tax"]), **nobody},
                20,
            ),
        ]

    return parts


def _amazon_orders(t: pd.DataFrame) -> Cells:
    return {
        "amazon-order-id": [f"101-{n:07d}-2003003" for n in t["number"]],
        "purchase-date": t["at"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "order-status": said(t, {"cancelled": "Cancelled", "": "Shipped"}),
        "sku": t["sku"],
        "asin": "B0TEST007",
        "product-name": t["product"],
        "item-status": "Shipped",
        "quantity": t["pieces"],
        "currency": "USD",
        "item-price": t["gross"],
        "ship-city": t["city"],
        "ship-postal-code": t["zip"],
        "ship-country": t["country"],
    }


def _amazon_india(t: pd.DataFrame) -> Cells:
    return {
        "index": range(len(t)),
        "Order ID": [f"405-{n:07d}-2003003" for n in t["number"]],
        "Date": t["at"].dt.strftime("%m-%d-%y"),
        "Fulfilment": "Merchant",
        "SKU": t["sku"],
        "Status": said(t, {"cancelled": "Cancelled", "": "Shipped"}),
        "Category": t["category"],
        "ASIN": "B0TEST007",
        "Courier Status": "Shipped",
        "Qty": t["pieces"],
        "currency": "INR",
        "Amount": t["paid"],
        "ship-city": t["city"],
        "ship-postal-code": t["zip"],
        "B2B": "False",
    }


def _amazon_buyers(number: str, pieces: str) -> object:
    def cells(t: pd.DataFrame) -> Cells:
        line = "shipment-item-id" if pieces == "quantity-shipped" else "order-item-id"
        return {
            number: [f"101-{n:07d}-2003003" for n in t["number"]],
            "buyer-name": t["name"],
            line: t["number"] * 10 + t["line"],
            "currency": "USD",
            "purchase-date": t["at"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "payments-date": t["at"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "buyer-email": login(t) + "@marketplace.amazon.example",
            "buyer-phone-number": t["phone"],
            "sku": t["sku"],
            "product-name": t["product"],
            pieces: t["pieces"],
            "item-price": t["paid"],
            "item-tax": 0.0,
            "shipping-price": t["shipping"].where(t["first"], 0.0),
            "recipient-name": t["name"],
            "ship-city": t["city"],
            "ship-postal-code": t["zip"],
        }

    return per_line(cells, SOLD)


def _settlement(made: Shop) -> Sequence[tuple[Cells, int]]:
    head = only(made).orders
    common = {
        "settlement-id": 99_001,
        "currency": "USD",
        "transaction-type": "Order",
        "order-id": [f"101-{n:07d}-2003003" for n in head["number"]],
        "sku": "SKU-001",
        "posted-date": head["at"].dt.strftime("%Y-%m-%d"),
        "posted-date-time": head["at"].dt.strftime("%Y-%m-%d %H:%M:%S UTC"),
    }
    price = {"amount-type": "ItemPrice", "amount-description": "Principal"}
    fee = {"amount-type": "ItemFees", "amount-description": "Commission"}
    return [
        ({**common, **price, "amount": head["goods"]}, len(head)),
        ({**common, **fee, "amount": -head["tax"]}, len(head)),
    ]


def _settlement_v1(t: pd.DataFrame) -> Cells:
    return {
        "settlement-id": 99_001,
        "currency": "USD",
        "transaction-type": "Order",
        "order-id": [f"101-{n:07d}-2003003" for n in t["number"]],
        "sku": t["sku"],
        "posted-date": t["at"].dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        "price-type": "Principal",
        "price-amount": t["paid"],
        "quantity-purchased": t["pieces"],
        "item-related-fee-type": "Commission",
        "item-related-fee-amount": -t["price"],
    }


def _ebay_old(made: Shop) -> Sequence[tuple[Cells, int]]:
    """Return the old report, whose price is of a piece and whose record number is the order."""
    words = {
        **EBAY_US,
        "login": "User Id",
        "name": "Buyer Fullname",
        "sold": "Sale Price",
        "post": "Shipping and Handling",
        "order": "Notes to yourself",
    }
    blocks = _ebay(words, _dollars, lambda t: t["at"].dt.strftime("%b-%d-%y"))(made)  # type: ignore[operator]
    lines = only(made).joined
    single, items = lines[lines["count"] == 1], lines[lines["count"] > 1]
    prices = [(t["paid"] / t["pieces"]).round(2) for t in (single, items)]
    (one, ones), (whole, wholes), (item, items_) = blocks
    return [
        ({**one, "Sale Price": _dollars(prices[0]), "Notes to yourself": ""}, ones),
        ({**whole, "Sale Price": "", "Notes to yourself": ""}, wholes),
        ({**item, "Sale Price": _dollars(prices[1]), "Notes to yourself": ""}, items_),
    ]


def _amazon_movements(t: pd.DataFrame) -> Cells:
    return {
        "date/time": t["at"].dt.strftime("%b %d, %Y %I:%M:%S %p PST"),
        "settlement id": 99_001,
        "type": "Order",
        "order id": [f"101-{n:07d}-2003003" for n in t["number"]],
        "sku": "SKU-001",
        "quantity": t["pieces"],
        "product sales": t["goods"],
        "order city": t["city"],
        "order postal": t["zip"],
        "selling fees": -t["tax"],
        "total": (t["goods"] * 0.9).round(2),
    }


def _dollars(values: pd.Series) -> list[str]:
    return money(values, "$")


def _pounds(values: pd.Series) -> list[str]:
    return money(values, "£")


def _australian(values: pd.Series) -> list[str]:
    return money(values, "AU $")


def _euros(values: pd.Series) -> list[str]:
    return money(values, comma=True, after=" €")


def _euro_words(values: pd.Series) -> list[str]:
    return money(values, comma=True, after=" EUR")


MARKET_CASES: tuple[Case, ...] = (
    Case("etsy_items", per_line(_etsy_items, SOLD), sold("goods0", "goods")),
    Case("etsy_orders", _etsy_orders("%m/%d/%y", "Order Total"), sold("total")),
    Case("etsy_orders/2", _etsy_orders("%d/%m/%Y", "Order total"), sold("total")),
    Case(
        "etsy_payments", per_order(_etsy_payments, (*SOLD, "cancelled", "refunded")), sold("total")
    ),
    Case(
        "ebay_orders",
        _ebay(EBAY_US, _dollars, lambda t: t["at"].dt.strftime("%b-%d-%y")),
        sold("total", "goods"),
        before="\n",
        after=EBAY_FOOT,
        by="Order Number",
        quoted=True,
    ),
    Case(
        "ebay_orders/2",
        _ebay(EBAY_UK, _pounds, lambda t: t["at"].dt.strftime("%d-%b-%y")),
        sold("total", "goods"),
        before="\n",
        after=EBAY_FOOT,
        by="Order number",
        quoted=True,
    ),
    Case(
        "ebay_orders/3",
        _ebay(
            EBAY_US | {"post": "Postage And Handling"},
            _australian,
            lambda t: t["at"].dt.strftime("%d-%b-%y"),
        ),
        sold("total", "goods"),
        before="\n",
        after=EBAY_FOOT,
        by="Order Number",
        quoted=True,
    ),
    Case(
        "ebay_orders_de",
        _ebay(EBAY_DE, _euros, lambda t: named_day(t, GERMAN, "{d:02d}-{month}-{y}")),
        sold("total", "goods"),
        separator=";",
        before=";;;\n",
        by="Bestellnummer",
    ),
    Case(
        "ebay_verkaufsmanager",
        _ebay(EBAY_OLD, _euros, lambda t: t["at"].dt.strftime("%d.%m.%Y")),
        sold("total"),
        separator=";",
        by="Bestellnummer",
    ),
    Case("ebay_selling_manager", _ebay_old, sold("total"), by="Sales Record Number"),
    Case(
        "ebay_orders_fr",
        _ebay(EBAY_FR, _euro_words, lambda t: named_day(t, FRENCH, "{d:02d}-{month}-{y}")),
        sold("total", "goods"),
        separator=";",
        by="Numéro de commande",
    ),
    Case(
        "ebay_ventes_fr",
        _ebay(EBAY_VENTES, _euro_words, lambda t: named_day(t, FRENCH, "{d:02d}-{month}-{y}")),
        sold("total", "goods"),
        separator=";",
        by="Numéro de commande",
    ),
    Case(
        "ebay_transactions",
        _ebay_transactions(False),
        sold("total", sold=(*SOLD, "refunded")),
        by="Order number",
    ),
    Case(
        "ebay_transactions_de",
        _ebay_transactions(True),
        sold("total", sold=(*SOLD, "refunded")),
        separator=";",
        by="Bestellnummer",
    ),
    Case("amazon_all_orders", per_line(_amazon_orders), None, separator="\t"),
    Case("amazon_sale_report", per_line(_amazon_india), None),
    Case(
        "amazon_fba_shipments",
        _amazon_buyers("amazon-order-id", "quantity-shipped"),
        sold("goods"),
        separator="\t",
    ),
    Case(
        "amazon_seller_orders",
        _amazon_buyers("order-id", "quantity-purchased"),
        sold("goods"),
        separator="\t",
    ),
    Case("amazon_transactions", per_order(_amazon_movements, SOLD), None),
    Case("amazon_settlement", _settlement, None, separator="\t", by="order-id"),
    Case("amazon_settlement_v1", per_line(_settlement_v1, SOLD), None, separator="\t"),
)
