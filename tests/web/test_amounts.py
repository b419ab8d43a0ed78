"""Amounts as people type them: read for certain, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartcart.web.amounts import read_amount, shown_amount
from smartcart.web.errors import WebError

READ = {
    "3": 3,
    "0": 0,
    "2.50": 2.5,
    "2,50": 2.5,
    "2,5": 2.5,
    ".5": 0.5,
    ",5": 0.5,
    "1000": 1000,
    "1.000,50": 1000.5,
    "1,000.50": 1000.5,
    "1.234.567": 1234567,
    "1,234,567": 1234567,
    "1.234.567,8": 1234567.8,
    "1,00,000": 100000,
    "1 000,50": 1000.5,
    "1 000": 1000,
    "1\u202f000,5": 1000.5,
    "1'000.50": 1000.5,
    "1\u2019000": 1000,
    "0,125": 0.125,
    "0.125": 0.125,
    "1234,567": 1234.567,
    "1.0000": 1.0,
    "1 000,125": 1000.125,
    "10k": 10_000,
    "10 k": 10_000,
    "10K": 10_000,
    "1.5k": 1500,
    "1,5k": 1500,
    "2m": 2e6,
    "2 Mio": 2e6,
    "1e3": 1000,
    "1.5e3": 1500,
    "2E-2": 0.02,
    "1.125e3": 1125,
    "$5": 5,
    "5 $": 5,
    "€ 1.000,50": 1000.5,
    "1.000,50 €": 1000.5,
    "EUR 3": 3,
    "3 EUR": 3,
    "3eur": 3,
    "US$ 5": 5,
    "Fr. 5": 5,
    "5 zł": 5,
    "5 kr": 5,
    "£10k": 10_000,
    "10k€": 10_000,
    "-5": -5,
    "\u22125": -5,
    "-$5": -5,
    "$-5": -5,
    "+5": 5,
    "５": 5,
    "  7 ": 7,
}
REFUSED = (
    "",
    "x",
    "1,000",
    "1.000",
    "12.345",
    "999,999",
    "€1,000",
    "1.000.50",
    "1,0,0",
    "1.00.000",
    "1..5",
    "5%",
    "1-5",
    "5 x",
    "ten",
    "1 00",
    "--5",
    "nan",
    "inf",
    "1e",
    "1e999",
    "10kk",
    "k",
    "1 000 00",
    "1,000,00",
    "5 apples",
    "1/2",
    "0x10",
    "1.125k",
)


@pytest.mark.parametrize("typed", READ)
def test_an_amount_is_read_as_it_is_meant(typed: str) -> None:
    assert read_amount(typed, "The cost") == pytest.approx(READ[typed], rel=1e-12)


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_amount_or_two_is_refused(typed: str) -> None:
    with pytest.raises(WebError, match=r"^The cost is ") as told:
        read_amount(typed, "The cost")
    assert told.value.status == 400
    assert told.value.way_out.startswith("Type ")


def test_two_readings_are_told_with_how_to_type_each() -> None:
    with pytest.raises(WebError) as told:
        read_amount("1.000", "The budget")
    assert str(told.value) == "The budget is '1.000', which can be 1 or 1,000."
    assert told.value.way_out == "Type 1 or 1000, whichever is meant."
    with pytest.raises(WebError) as told:
        read_amount("2,125", "The budget")
    assert told.value.way_out == "Type 2.1250 or 2125, whichever is meant."
    assert read_amount("2.1250", "x") == 2.125


def test_the_least_is_in_and_what_is_below_is_not() -> None:
    assert read_amount("0", "The cost", least=0) == 0
    with pytest.raises(WebError, match=r"is '-0\.01'"):
        read_amount("-0.01", "The cost", least=0)


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_every_usual_way_to_write_an_amount_is_the_same(whole: int, cents: int) -> None:
    value = whole + cents / 100
    english = f"{whole:,}.{cents:02d}"
    for text in (
        english,
        english.translate(str.maketrans(",.", ".,")),
        english.replace(",", " "),
        english.replace(",", "'"),
        f"{whole}.{cents:02d}",
        f"{whole},{cents:02d}",
        f"$ {english}",
    ):
        assert read_amount(text, "x") == pytest.approx(value)


@given(st.floats(0, 1e9).map(lambda x: round(x, 2)))
def test_what_is_shown_as_understood_is_what_was_read(value: float) -> None:
    assert float(shown_amount(value).replace(",", "")) == value
