"""One amount beside pieces: the price of one, or the money of the line? The products tell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError, ReadingQuestion

ORDERS, PEOPLE = 240, 30


def till(name: str, *, of: str = "piece", spread: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """Lines of receipts: pieces, and an amount under a name; prices of a product vary by spread."""
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(ORDERS), rng.integers(1, 4, ORDERS))
    n = number.size
    product = rng.integers(0, 12, n)
    pieces = rng.choice([1, 1, 2, 3, 6], n)
    price = rng.lognormal(2.5, 0.8, 12)[product] * np.exp(rng.normal(0, spread, n))
    amount = price if of == "piece" else price * pieces
    return pd.DataFrame(
        {
            "Belegnr": 5_000 + number,
            "Datum": pd.Timestamp("2024-01-01") + pd.to_timedelta(number, "D"),
            "Kundennr": 100 + number % PEOPLE,
            "Artikel": "A" + pd.Series(product).astype(str),
            "Menge": pieces,
            name: amount.round(2),
        }
    )


def revenue(frame: pd.DataFrame) -> float:
    receipt = smartcart.check(frame).receipt
    assert receipt is not None
    assert receipt.revenue is not None
    return receipt.revenue


def totals(frame: pd.DataFrame) -> tuple[float, float]:
    """Pieces times the amount, and the amount alone, both added up."""
    amount = frame[frame.columns[-1]]
    return (frame["Menge"] * amount).sum(), amount.sum()


@pytest.mark.parametrize("name", ["VK Brutto", "Á-pris", "Pris", "P.V.P.", "prezzo ivato", "w"])
@pytest.mark.parametrize("spread", [0.0, 0.15])
def test_the_same_for_one_and_for_several_is_the_price_of_one(name: str, spread: float) -> None:
    frame = till(name, spread=spread)
    assert revenue(frame) == pytest.approx(totals(frame)[0])


@pytest.mark.parametrize("name", ["VK Brutto", "Pris", "price", "P.V.P.", "w"])
def test_what_grows_with_the_pieces_is_the_money_of_the_line(name: str) -> None:
    frame = till(name, of="line")
    assert revenue(frame) == pytest.approx(totals(frame)[1])


@pytest.mark.parametrize(("name", "of"), [("Betrag", "piece"), ("Unit price", "line")])
def test_names_that_say_the_opposite_are_a_question(name: str, of: str) -> None:
    frame = till(name, of=of)
    with pytest.raises(ReadingQuestion) as raised:
        smartcart.check(frame)
    asked = sorted(float(r.revenue or 0) for r in raised.value.readings)
    assert asked == pytest.approx(sorted(totals(frame)))
    for meaning, total in zip(("unit_price", "amount"), totals(frame), strict=True):
        assert f"{{'{name}': {{meaning: {meaning}}}}}" in str(raised.value)
        told = smartcart.check(frame, roles={name: {"meaning": meaning}}).receipt
        assert told is not None
        assert told.revenue == pytest.approx(total)


@pytest.mark.parametrize(("name", "of"), [("Betrag", "line"), ("Unit price", "piece")])
def test_names_that_say_the_same_are_no_question(name: str, of: str) -> None:
    frame = till(name, of=of)
    assert revenue(frame) == pytest.approx(totals(frame)[of == "line"])


@pytest.mark.parametrize("what", ["other prices each time", "no product", "always one piece"])
def test_without_products_that_tell_the_name_stands(what: str) -> None:
    frame = till("Betrag", spread=0.9 if what.startswith("other") else 0.0)
    if what == "no product":
        frame = frame.drop(columns="Artikel")
    if what == "always one piece":
        frame["Menge"] = 1
    assert revenue(frame) == pytest.approx(totals(frame)[1])


def test_a_number_that_no_product_explains_is_asked_about() -> None:
    with pytest.raises(DataError, match="no name says what was paid"):
        smartcart.check(till("w", spread=0.9))
