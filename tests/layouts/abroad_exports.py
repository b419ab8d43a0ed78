"""Made-up exports of the marketplaces of Asia and Latin America."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from layouts.market_cases import (
    PORTUGUESE,
    SPANISH,
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
from layouts.shop import SOLD, Shop

__all__ = ["ABROAD_CASES"]


SHOPEE = {
    "number": "Order ID",
    "status": "Order Status",
    "day": "Order Creation Date",
    "product": "Product Name",
    "sku": "SKU Reference No.",
    "before": "Original Price",
    "price": "Deal Price",
    "pieces": "Quantity",
    "paid": "Product Subtotal",
    "total": "Grand Total",
    "login": "Username (Buyer)",
    "name": "Receiver Name",
    "phone": "Phone Number",
}
SHOPEE_ID = {
    "number": "No. Pesanan",
    "status": "Status Pesanan",
    "day": "Waktu Pesanan Dibuat",
    "product": "Nama Produk",
    "sku": "Nomor Referensi SKU",
    "before": "Harga Awal",
    "price": "Harga Setelah Diskon",
    "pieces": "Jumlah",
    "paid": "Total Harga Produk",
    "total": "Total Pembayaran",
    "login": "Username (Pembeli)",
    "name": "Nama Penerima",
    "phone": "No. Telepon",
}
SHOPEE_TH = {
    "number": "หมายเลขคำสั่งซื้อ",
    "status": "สถานะการสั่งซื้อ",
    "day": "วันที่ทำการสั่งซื้อ",
    "product": "ชื่อสินค้า",
    "sku": "เลขอ้างอิง SKU (SKU Reference No.)",
    "before": "ราคาตั้งต้น",
    "price": "ราคาขาย",
    "pieces": "จำนวน",
    "paid": "ราคาขายสุทธิ",
    "total": "จำนวนเงินทั้งหมด",
    "login": "ชื่อผู้ใช้ (ผู้ซื้อ)",
    "name": "ชื่อผู้รับ",
    "phone": "หมายเลขโทรศัพท์",
}
SHOPEE_BR = {
    "number": "ID do pedido",
    "status": "Status do pedido",
    "day": "Data de criação do pedido",
    "product": "Nome do Produto",
    "sku": "Número de referência SKU",
    "before": "Preço original",
    "price": "Preço acordado",
    "pieces": "Quantidade",
    "paid": "Subtotal do produto",
    "total": "Total global",
    "login": "Nome de usuário (comprador)",
    "name": "Nome do destinatário",
    "phone": "Telefone",
}


def _shopee(words: dict[str, str], states: dict[str, str]) -> object:
    def cells(t: pd.DataFrame) -> Cells:
        return {
            words["number"]: [f"2401{n}ABCDE" for n in t["number"]],
            words["status"]: said(t, states),
            words["day"]: t["at"].dt.strftime("%Y-%m-%d %H:%M"),
            words["product"]: t["product"],
            words["sku"]: t["sku"],
            words["before"]: t["price"],
            words["pieces"]: t["pieces"],
            words["price"]: (t["paid"] / t["pieces"]).round(2),
            words["paid"]: t["paid"],
            words["total"]: t["total"],
            words["login"]: login(t),
            words["name"]: t["name"],
            words["phone"]: t["phone"],
        }

    return per_line(cells, (*SOLD, "cancelled", "unpaid"))


def _rupiah(made: Shop) -> Sequence[tuple[Cells, int]]:
    """Return an Indonesian export: whole rupiah with points, so that 125.000 is 125000."""
    [(cells, rows)] = _shopee(
        SHOPEE_ID, {"cancelled": "Batal", "unpaid": "Belum Bayar", "": "Selesai"}
    )(made)  # type: ignore[operator]
    money_ = [SHOPEE_ID[name] for name in ("before", "price", "paid", "total")]
    whole = {
        name: [f"{round(value * 1000):,}".replace(",", ".") for value in cells[name]]
        for name in money_
    }
    return [({**cells, **whole}, rows)]


def _in_rupiah(made: Shop) -> object:
    truth = made.truth("total")
    return type(truth)(truth.customers, truth.orders, {"total": truth.revenue["total"] * 1000})


def _lazada(made: Shop) -> Sequence[tuple[Cells, int]]:
    t = only(made, (*SOLD, "cancelled", "refunded")).joined
    t = t.loc[t.index.repeat(t["pieces"])].reset_index(drop=True)
    piece = t.groupby(["number", "line"]).cumcount()
    each = (t["paid"] / t["pieces"]).round(2)
    last = (t["paid"] - each * (t["pieces"] - 1)).round(2)
    return [
        (
            {
                "orderItemId": t["number"] * 1000 + t["line"] * 10 + piece,
                "lazadaId": "SG-1",
                "sellerSku": t["sku"],
                "createTime": t["at"].dt.strftime("%d %b %Y %H:%M"),
                "orderNumber": t["number"] + 70_000_000,
                "customerName": t["name"],
                "shippingName": t["name"],
                "shippingPhone": t["phone"],
                "shippingCity": t["city"],
                "paidPrice": each.where(piece < t["pieces"] - 1, last),
                "unitPrice": t["price"],
                "sellerDiscountTotal": -t["discount"],
                "itemName": t["product"],
                "status": said(
                    t, {"cancelled": "canceled", "refunded": "returned", "": "delivered"}
                ),
            },
            len(t),
        )
    ]


def _tiktok(t: pd.DataFrame) -> Cells:
    def tab(values: object) -> list[str]:
        return [f"{value}\t" for value in values]  # type: ignore[attr-defined]

    return {
        "Order ID": tab(t["number"] + 583_870_900_000_000_000),
        "SKU ID": tab(t["sku"]),
        "Order Status": said(
            t,
            {"cancelled": "Canceled", "unpaid": "Unpaid", "processing": "To ship", "": "Completed"},
        ),
        "Order Substatus": "Delivered",
        "Seller SKU": t["sku"],
        "Product Name": t["product"],
        "Cancelation/Return Type": said(t, {"cancelled": "Cancel", "": ""}),
        "Quantity": t["pieces"],
        "SKU Unit Original Price": t["price"],
        "SKU Subtotal Before Discount": t["gross"],
        "SKU Seller Discount": t["discount"],
        "SKU Subtotal After Discount": t["paid"],
        "Order Amount": t["total"],
        "Created Time": tab(t["at"].dt.strftime("%d/%m/%Y %H:%M:%S")),
        "Buyer Username": login(t),
        "Recipient": t["name"],
        "Phone #": t["phone"],
        "Product Category": t["category"],
    }


def _tiktok_settlement(t: pd.DataFrame) -> Cells:
    return {
        "Order/adjustment ID": t["number"] + 583_870_900_000_000_000,
        "Type": "Order",
        "Order created time": t["at"].dt.strftime("%Y/%m/%d"),
        "Currency": "USD",
        "Total settlement amount": (t["goods"] * 0.9).round(2),
        "Total revenue": t["goods"],
        "Subtotal after seller discounts": t["goods"],
        "Total fees": -t["tax"],
    }


def _mercado(words: dict[str, str], states: dict[str, str], months: Sequence[str]) -> object:
    """Return sales; of a cart a row with its money and buyer, then rows of products without."""

    def parts(made: Shop) -> Sequence[tuple[Cells, int]]:
        made = only(made, (*SOLD, "cancelled"))
        head, lines = made.orders, made.joined
        single, items = lines[lines["count"] == 1], lines[lines["count"] > 1]
        carts = head[head["count"] > 1]

        def order(t: pd.DataFrame) -> dict[str, object]:
            return {
                words["order"]: t["number"] + 2_000_005_000_000_000,
                words["buyer"]: t["name"],
                words["day"]: named_day(t, months, "{d} de {month} de {year} {time} hs."),
                words["paid"]: t["goods"],
                words["total"]: (t["goods"] * 0.8).round(2),
                words["id"]: [f"7{n * 37 + 1_000_000}" for n in t["buyer"]],
            }

        def item(t: pd.DataFrame) -> dict[str, object]:
            return {
                words["pieces"]: t["pieces"],
                "SKU": t["sku"],
                words["title"]: t["product"],
                words["price"]: t["price"],
            }

        cart = [
            states["cart"].format(n) if state != "cancelled" else states["cancelled"]
            for n, state in zip(carts["count"], carts["state"], strict=True)
        ]
        numbers = items["number"] * 10 + items["line"] + 2_000_009_000_000_000
        return [
            ({**order(single), **item(single), "Estado": said(single, states)}, len(single)),
            ({**order(carts), "Estado": cart}, len(carts)),
            (
                {
                    **item(items),
                    words["order"]: numbers,
                    "Estado": said(items, states),
                    words["cart"]: states["in cart"],
                },
                len(items),
            ),
        ]

    return parts


VENTAS = {
    "order": "# de venta",
    "buyer": "Comprador",
    "day": "Fecha de venta",
    "id": "Cédula",
    "paid": "Ingresos por productos (CLP)",
    "total": "Total (CLP)",
    "pieces": "Unidades",
    "title": "Título de la publicación",
    "cart": "Paquete de varios productos",
    "price": "Precio unitario de venta de la publicación (CLP)",
}
VENDAS = {
    "order": "N.º de venda",
    "buyer": "Comprador",
    "day": "Data da venda",
    "id": "CPF",
    "paid": "Receita por produtos (BRL)",
    "total": "Total (BRL)",
    "pieces": "Unidades",
    "title": "Título do anúncio",
    "cart": "Pacote de diversos produtos",
    "price": "Preço unitário de venda do anúncio (BRL)",
}


ABROAD_CASES: tuple[Case, ...] = (
    Case(
        "shopee_orders",
        _shopee(
            SHOPEE,
            {
                "cancelled": "Cancelled",
                "unpaid": "Unpaid",
                "processing": "To ship",
                "": "Completed",
            },
        ),
        sold("total"),
    ),
    Case(
        "shopee_orders/2",
        _shopee(SHOPEE, {"cancelled": "Cancelled", "unpaid": "Unpaid", "": "Completed"}),
        sold("total"),
    ),
    Case("shopee_orders_id", _rupiah, _in_rupiah),
    Case(
        "shopee_orders_th",
        _shopee(SHOPEE_TH, {"cancelled": "ยกเลิกแล้ว", "unpaid": "ยังไม่ชำระ", "": "สำเร็จแล้ว"}),
        sold("total"),
    ),
    Case(
        "shopee_orders_br",
        _shopee(SHOPEE_BR, {"cancelled": "Cancelado", "unpaid": "Não pago", "": "Concluído"}),
        sold("total"),
    ),
    Case("lazada_orders", _lazada, sold("goods")),
    Case("tiktok_shop_orders", per_line(_tiktok, (*SOLD, "cancelled", "unpaid")), sold("goods")),
    Case("tiktok_shop_settlement", per_order(_tiktok_settlement, SOLD), None),
    Case(
        "mercado_libre_ventas",
        _mercado(
            VENTAS,
            {
                "cancelled": "Cancelada por el comprador",
                "cart": "Paquete de {} productos",
                "in cart": "Sí",
                "": "Entregado",
            },
            SPANISH,
        ),
        sold("goods"),
        by="# de venta",
        before="Ventas al 30 de junio\n\n",
    ),
    Case(
        "mercado_livre_vendas",
        _mercado(
            VENDAS,
            {
                "cancelled": "Cancelada pelo comprador",
                "cart": "Pacote de {} produtos",
                "in cart": "Sim",
                "": "Entregue",
            },
            PORTUGUESE,
        ),
        sold("goods"),
        by="N.º de venda",
    ),
)
