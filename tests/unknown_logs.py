"""Order logs as shops of many kinds export them: the same lines under other names, with dirt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

CUSTOMERS = 60


def plain(seed: int = 0) -> pd.DataFrame:
    """Lines of orders: ``who, order, day, pieces, price, amount`` and words for the rest."""
    rng = np.random.default_rng(seed)
    orders = np.repeat(np.arange(CUSTOMERS), rng.poisson(6, CUSTOMERS) + 1)
    rng.shuffle(orders)
    lines = rng.integers(1, 4, orders.size)
    number = np.repeat(np.arange(orders.size), lines)
    day = np.sort(rng.integers(0, 600, orders.size))[number]
    n = number.size
    pieces = rng.integers(1, 6, n)
    price = rng.lognormal(2.5, 0.6, n).round(2)
    return pd.DataFrame(
        {
            "who": orders[number] + 20_001,
            "order": number + 5_000,
            "day": pd.Timestamp("2022-01-03") + pd.to_timedelta(day, "D"),
            "pieces": pieces,
            "price": price,
            "amount": (pieces * price).round(2),
            "product": rng.choice(["A-100", "B-200", "C-300", "D-400"], n),
            "group": rng.choice(["tools", "garden"], n),
            "discount": rng.choice([0, 0, 10], n),
            "state": rng.choice(["ok", "gone", "back"], n, p=[0.9, 0.05, 0.05]),
        }
    )


def _comma(values: pd.Series, before: str = "") -> list[str]:
    texts = [f"{v:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".") for v in values]
    return [before + text for text in texts]


def german(t: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Bestellnummer": "B" + t["order"].astype(str),
            "Bestelldatum": t["day"].dt.strftime("%d.%m.%Y"),
            "Kundennr.": t["who"],
            "Artikelbezeichnung": t["product"],
            "Menge": t["pieces"],
            "Einzelpreis netto": _comma(t["price"]),
            "Rabatt %": _comma(t["discount"]),
            "Gesamtpreis netto": _comma(t["amount"]),
            "Warengruppe": t["group"],
            "Status": t["state"].map(
                {"ok": "versendet", "gone": "storniert", "back": "retourniert"}
            ),
            "Vertriebsweg": np.where(t["order"] % 2, "Filiale", "Onlineshop"),
        }
    )


def till(t: pd.DataFrame) -> pd.DataFrame:
    """Receipts of a German till with a customer card, which some do not show."""
    return pd.DataFrame(
        {
            "Kassenbon-Nr": t["order"],
            "Zeitpunkt": t["day"].dt.strftime("%d.%m.%Y 10:31"),
            "Kundenkarte": t["who"].where(t["who"] % 6 > 0),
            "EAN": t["product"],
            "Stück": t["pieces"],
            "VK brutto": _comma(t["price"]),
        }
    )


def french(t: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "N° commande": t["order"],
            "Date de commande": t["day"].dt.strftime("%d/%m/%Y"),
            "Code client": "CL" + t["who"].astype(str),
            "Réf. article": t["product"],
            "Qté": t["pieces"],
            "Prix unitaire HT": _comma(t["price"]),
            "Montant HT": _comma(t["amount"]),
            "Remise": t["discount"].map({0: "", 10: "10 %"}),
            "Statut": t["state"].map({"ok": "livrée", "gone": "annulée", "back": "remboursée"}),
            "Famille": t["group"],
        }
    )


def spanish(t: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Nº Pedido": t["order"],
            "Fecha Pedido": t["day"].dt.strftime("%d/%m/%Y"),
            "Cód. Cliente": t["who"],
            "Descripción Artículo": t["product"],
            "Cantidad": t["pieces"],
            "Precio": _comma(t["price"]),
            "Dto. %": t["discount"],
            "Importe": _comma(t["amount"]),
            "Estado": t["state"].map({"ok": "Entregado", "gone": "Cancelado", "back": "Devuelto"}),
        }
    )


def portuguese(t: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Número do Pedido": t["order"],
            "Data da Compra": t["day"].dt.strftime("%d/%m/%Y %H:%M"),
            "CPF": [f"{who // 1000:03d}.456.{who % 1000:03d}-09" for who in t["who"]],
            "Nome do Cliente": "João " + t["who"].astype(str),
            "Produto": t["product"],
            "Quantidade": t["pieces"],
            "Valor Total": _comma(t["amount"], "R$ "),
            "Situação": t["state"].map(
                {"ok": "Entregue", "gone": "Cancelado", "back": "Devolvido"}
            ),
        }
    )


def shouting(t: pd.DataFrame) -> pd.DataFrame:
    """Names in capitals without a gap."""
    return pd.DataFrame(
        {
            "ORDERNUMBER": t["order"],
            "QUANTITYORDERED": t["pieces"],
            "PRICEEACH": t["price"],
            "ORDERLINENUMBER": t.groupby("order").cumcount() + 1,
            "SALES": t["amount"],
            "ORDERDATE": t["day"].dt.strftime("%-m/%-d/%Y 0:00"),
            "STATUS": t["state"].map({"ok": "Shipped", "gone": "Cancelled", "back": "Returned"}),
            "YEAR_ID": t["day"].dt.year,
            "PRODUCTCODE": t["product"],
            "PRODUCTLINE": t["group"],
            "CUSTOMERNAME": "Toys " + t["who"].astype(str),
        }
    )


def two_ids(t: pd.DataFrame) -> pd.DataFrame:
    """A marketplace: a customer id per order, and one that stays; totals beside item prices."""
    total = t.groupby("order")["amount"].transform("sum")
    return pd.DataFrame(
        {
            "order_id": t["order"],
            "customer_id": "k" + (t["order"] * 7).astype(str),
            "order_status": t["state"].map(
                {"ok": "delivered", "gone": "canceled", "back": "returned"}
            ),
            "order_purchase_timestamp": t["day"].dt.strftime("%Y-%m-%d 10:56:33"),
            "order_estimated_delivery_date": (t["day"] + pd.Timedelta("9D")).dt.strftime(
                "%Y-%m-%d"
            ),
            "price": t["amount"],
            "payment_value": total,
            "seller_id": t["order"] % 5,
            "customer_unique_id": "u" + t["who"].astype(str),
        }
    )


def gifts(t: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Donor ID": t["who"],
            "Gift Date": t["day"],
            "Gift Amount": t["amount"],
            "Appeal": t["group"],
        }
    )


def nights(t: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "guest_id": t["who"],
            "booking_id": t["order"],
            "check_in": t["day"],
            "check_out": t["day"] + pd.Timedelta("2D"),
            "room_revenue": t["amount"],
            "booking_state": t["state"].map(
                {"ok": "stayed", "gone": "cancelled", "back": "refunded"}
            ),
        }
    )


def charges(t: pd.DataFrame) -> pd.DataFrame:
    """Payments: no word of orders, cents, zones, and a state under a name that says nothing."""
    return pd.DataFrame(
        {
            "uuid": [f"{i:08x}-77aa" for i in range(len(t))],
            "subscriber": "s" + t["who"].astype(str),
            "charged_on": t["day"].dt.strftime("%Y-%m-%d 09:00:00 -0500"),
            "gross_cents": (t["amount"] * 100).round().astype(int),
            "state": t["state"].map({"ok": "succeeded", "gone": "failed", "back": "refunded"}),
        }
    )


def cards(t: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trans_date_trans_time": t["day"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "cc_num": 4_000_000_000_000_000 + t["who"],
            "merchant": "fraud_" + t["product"],
            "amt": t["amount"],
            "lat": 40 + t["who"] / 1000,
            "dob": "1970-03-0" + (t["who"] % 9 + 1).astype(str),
            "trans_num": [f"{i:09x}f" for i in range(len(t))],
        }
    )


def clicks(t: pd.DataFrame) -> pd.DataFrame:
    """Events of a web shop: most are no purchase."""
    kinds = np.array(["view", "cart", "remove_from_cart", "purchase"])
    return pd.DataFrame(
        {
            "event_time": t["day"].dt.strftime("%Y-%m-%d %H:%M:%S UTC"),
            "event_type": kinds[np.arange(len(t)) % 4],
            "product_id": t["product"],
            "price": t["price"],
            "user_id": t["who"],
            "user_session": "x" + t["order"].astype(str),
        }
    )


def bare(t: pd.DataFrame) -> pd.DataFrame:
    """As the log of a record shop is known: id, date, pieces, money, behind blanks."""
    return pd.DataFrame(
        {
            "id": [f"{who:06d}" for who in t["who"]],
            "date": t["day"].dt.strftime("%Y%m%d"),
            "cds": t["pieces"],
            "dollars": t["amount"],
        }
    )


MAKERS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    f.__name__: f
    for f in (
        german,
        till,
        french,
        spanish,
        portuguese,
        shouting,
        two_ids,
        gifts,
        nights,
        charges,
        cards,
        clicks,
        bare,
    )
}


def write(name: str, folder: Path) -> Path:
    """Write the log called ``name``; return the file."""
    path = folder / f"{name}.csv"
    table = MAKERS[name](plain())
    foreign = name in {"german", "till", "french", "spanish", "portuguese"}
    table.to_csv(
        path, index=False, sep=";" if foreign else ",", encoding="cp1252" if foreign else "utf-8"
    )
    if name == "bare":
        path.write_text(table.to_string(index=False) + "\n", encoding="utf-8")
    return path
