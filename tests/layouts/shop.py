"""A small made-up shop, and what its export in any layout must come to.

``shop()`` gives orders and their lines in plain columns; an export picks from them, renames them
and writes them in its own structure. ``Shop.truth`` says what must be read from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

STATES = {
    "completed": 0.70,
    "processing": 0.08,
    "part_refunded": 0.06,
    "refunded": 0.05,
    "cancelled": 0.05,
    "failed": 0.03,
    "unpaid": 0.03,
}
SOLD = ("completed", "processing", "part_refunded")
PRODUCTS = (
    ("SKU-001", "Tea, loose", "pantry", 10.14),
    ("SKU-002", "Wool throw", "home", 79.0),
    ("SKU-003", "Bread knife", "kitchen", 24.9),
    ("SKU-004", "Paper lamp", "home", 44.0),
    ("SKU-005", "Beeswax candle", "home", 12.35),
    ("SKU-006", "Garden twine", "garden", 5.46),
    ("SKU-007", "Enamel pot", "kitchen", 58.0),
    ("SKU-008", "Oil, 500 ml", "pantry", 20.8),
    ("SKU-009", "Salt cellar", "kitchen", 18.3),
    ("SKU-010", "Brass hook", "home", 8.32),
)
FIRST = ("Ada", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Jo", "Kim", "Lou")
LAST = ("Ash", "Birch", "Cobble", "Elm", "Fern", "Hollow", "Ivers", "Larch", "Moss", "Reed")
ENDS = ("by", "ford", "ley", "man", "son", "well")


@dataclass(frozen=True)
class Truth:
    """What an export comes to: buyers and orders that count, and each acceptable sum."""

    customers: int
    orders: int
    revenue: Mapping[str, float]


@dataclass(frozen=True)
class Shop:
    """Orders (a row each) and their lines.

    ``orders``: number, at, buyer (0, 1, ...), account (0 of guests), email, first_name, last_name,
    name, phone, city, zip, country, state, sold, code, goods0 (before discounts), discount, goods,
    shipping, tax, total, refunded, net (total less refunded), pieces, count (of lines).

    ``lines``: number, line (1, 2, ...), first, sku, product, category, pieces, price, gross (pieces
    x price), discount, paid (gross less discount, which adds up to the goods of the order).
    """

    orders: pd.DataFrame
    lines: pd.DataFrame

    @property
    def joined(self) -> pd.DataFrame:
        """Lines with the columns of their order, whose discount and pieces are ``order_...``."""
        orders = self.orders.rename(
            columns={"discount": "order_discount", "pieces": "order_pieces"}
        )
        return self.lines.merge(orders, on="number", validate="m:1")

    def truth(
        self,
        *amounts: str,
        key: Callable[[pd.DataFrame], pd.Series] | None = None,
        sold: Sequence[str] = SOLD,
    ) -> Truth:
        """Return what counts; ``key`` gives the buyer of each order (missing: nobody)."""
        told = self.orders[self.orders["state"].isin(sold)]
        who = told["buyer"].where(~told["walk_in"]) if key is None else key(told)
        told, who = told[who.notna()], who[who.notna()]
        sums = {name: round(float(told[name].sum()), 2) for name in amounts}
        return Truth(int(who.nunique()), len(told), sums)


def shop(seed: int = 0, *, customers: int = 60, orders: int = 250, walk_ins: float = 0.0) -> Shop:
    """Make a shop; a third of its buyers are guests, who come again under the same e-mail address.

    ``walk_ins`` is the share of orders of somebody who gave no name at all.
    """
    rng = np.random.default_rng(seed)
    buyers = _buyers(customers)
    weight = rng.lognormal(0, 0.8, customers)
    buyer = np.concatenate(
        [np.arange(customers), rng.choice(customers, orders - customers, p=weight / weight.sum())]
    )
    rng.shuffle(buyer)
    seconds = np.sort(rng.integers(0, 500 * 86_400, orders))
    head = pd.DataFrame(
        {
            "number": np.arange(orders) + 1001,
            "at": pd.Timestamp("2024-01-03 04:22:07") + pd.to_timedelta(seconds, "s"),
            "buyer": buyer,
            "state": rng.choice(list(STATES), orders, p=list(STATES.values())),
            "code": np.where(rng.random(orders) < 0.25, "SPRING", ""),
            "walk_in": rng.random(orders) < walk_ins,
        }
    )
    head = head.merge(buyers, on="buyer", validate="m:1")
    lines = _lines(head, rng)
    sums = lines.groupby("number").agg(
        goods0=("gross", "sum"),
        discount=("discount", "sum"),
        pieces=("pieces", "sum"),
        count=("line", "count"),
        cheapest=("paid", "min"),
    )
    head = head.merge(sums.round(2), on="number", validate="1:1")
    head["goods"] = (head["goods0"] - head["discount"]).round(2)
    head["shipping"] = np.where(head["goods"] > 100, 0.0, 4.95)
    head["tax"] = (head["goods"] * 0.08).round(2)
    head["total"] = (head["goods"] + head["shipping"] + head["tax"]).round(2)
    part = (head["cheapest"] * 0.5).round(2).clip(lower=0.5)
    back = {"refunded": head["total"], "part_refunded": part}
    head["refunded"] = 0.0
    for state, money in back.items():
        head["refunded"] = head["refunded"].where(head["state"] != state, money)
    head["net"] = (head["total"] - head["refunded"]).round(2)
    head["sold"] = head["state"].isin(SOLD)
    nameless = head["walk_in"]
    head.loc[nameless, ["email", "first_name", "last_name", "name", "phone"]] = ""
    head.loc[nameless, "account"] = 0
    return Shop(head.drop(columns="cheapest"), lines)


def _buyers(count: int) -> pd.DataFrame:
    """Return buyers, each with a surname of its own; every third is a guest."""
    number = np.arange(count)
    last = [
        LAST[i % 10] + ENDS[i // 10 % 6] + ("" if i < 60 else "ade"[i // 60 % 3]) for i in number
    ]
    first = [FIRST[i * 7 % 12] for i in number]
    mails = [f"{f}.{s}@example.com".lower() for f, s in zip(first, last, strict=True)]
    return pd.DataFrame(
        {
            "buyer": number,
            "account": np.where(number % 3 == 2, 0, 7_000_000 + number * 37),
            "email": mails,
            "first_name": first,
            "last_name": last,
            "name": [f"{f} {s}" for f, s in zip(first, last, strict=True)],
            "phone": [f"+1555{number_:07d}" for number_ in 100_000 + number * 971],
            "city": [("Springton", "Oakham", "Milford")[i % 3] for i in number],
            "zip": [f"{(i * 1381) % 99_999:05d}" for i in number],
            "country": [("US", "GB", "DE")[i % 3] for i in number],
        }
    )


def _lines(head: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    rows = []
    for number, code in zip(head["number"], head["code"], strict=True):
        chosen = rng.choice(len(PRODUCTS), rng.integers(1, 5), replace=False)
        for line, place in enumerate(chosen, start=1):
            sku, product, category, price = PRODUCTS[place]
            pieces = int(rng.integers(1, 4))
            gross = round(pieces * price, 2)
            off = round(gross * 0.1, 2) if code else 0.0
            rows.append(
                {
                    "number": number,
                    "line": line,
                    "first": line == 1,
                    "sku": sku,
                    "product": product,
                    "category": category,
                    "pieces": pieces,
                    "price": price,
                    "gross": gross,
                    "discount": off,
                    "paid": round(gross - off, 2),
                }
            )
    return pd.DataFrame(rows)


def customers_of(made: Shop) -> pd.DataFrame:
    """Return a row per buyer that the shop knows: orders and money that counted, 0 where none did.

    Columns of the buyer, then orders, total, goods, first_at, last_at. A few never bought at all.
    """
    sold = made.orders[made.orders["sold"]]
    sums = sold.groupby("buyer").agg(
        orders=("number", "count"),
        total=("total", "sum"),
        goods=("goods", "sum"),
        first_at=("at", "min"),
        last_at=("at", "max"),
    )
    sums[["total", "goods"]] = sums[["total", "goods"]].round(2)
    everybody = _buyers(made.orders["buyer"].max() + 1 + 8)
    everybody["account"] = 7_000_000 + everybody["buyer"] * 37
    out = everybody.merge(sums, on="buyer", how="left", validate="1:1")
    return out.fillna({"orders": 0, "total": 0.0, "goods": 0.0}).astype({"orders": int})


def filled(header: Sequence[str], cells: Mapping[str, object], rows: int) -> pd.DataFrame:
    """Return a table with exactly these columns, in this order; what has no cells stays blank.

    Of columns of one name, the first is filled.
    """
    unknown = set(cells) - set(header)
    assert not unknown, f"not in the header: {sorted(unknown)}"
    columns, seen = [], set()
    for name in header:
        values = cells.get(name, "") if name not in seen else ""
        seen.add(name)
        if isinstance(values, str | int | float):
            values = [values] * rows
        columns.append(pd.Series(list(values), dtype=object))
    out = pd.concat(columns, axis=1)
    out.columns = list(header)
    return out


def on_first_lines(table: pd.DataFrame, first: pd.Series, keep: Sequence[str] = ()) -> pd.DataFrame:
    """Blank the cells of every line but the first of its order, but for the columns ``keep``."""
    out = table.copy()
    later = ~first.to_numpy()
    for place, name in enumerate(out.columns):
        if name not in keep:
            out.isetitem(place, out.iloc[:, place].where(~later, ""))
    return out


def shuffled(table: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """Return the columns in another order, with three more that no layout knows."""
    more = table.copy()
    more["Warehouse bay"] = [f"B{i % 9}" for i in range(len(table))]
    more["Internal remark"] = ""
    more["Basket colour"] = [("red", "blue")[i % 2] for i in range(len(table))]
    order = np.random.default_rng(seed).permutation(more.shape[1])
    return more.iloc[:, order]


def save(table: pd.DataFrame, path: Path, *, separator: str = ",", mark: bool = False) -> Path:
    """Write a table as text; ``mark`` puts a byte order mark before it."""
    encoding = "utf-8-sig" if mark else "utf-8"
    table.to_csv(path, index=False, sep=separator, encoding=encoding, lineterminator="\n")
    return path


def money(values: pd.Series, sign: str = "", *, comma: bool = False, after: str = "") -> list[str]:
    """Return amounts as texts: ``$1,234.50`` or ``1.234,50 €``."""
    texts = [f"{value:,.2f}" for value in values]
    if comma:
        texts = [t.replace(",", "_").replace(".", ",").replace("_", ".") for t in texts]
    return [f"{sign}{text}{after}" for text in texts]
