"""Groups and their sums are no customers; which names of the buyer, and of money, are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError, ReadingQuestion
from smartcart.inspection.group_rows import groups_of
from test_reading import TRUTH, orders, told

BUYERS = 24


def report(*, below: bool = True, foot: bool = True, wrong: int = 0) -> list[list[object]]:
    """Rows of a report: label, pieces, amount, tax, price of a piece; ``wrong`` sums are off."""
    random = np.random.default_rng(3)
    rows: list[list[object]] = []
    every = np.zeros(3)
    for i in range(BUYERS):
        parts = []
        for j in range(1 + i % 4):
            pieces = int(random.integers(1, 9))
            amount = round(float(pieces * random.integers(300, 4000)) / 100, 2)
            label = f"Sale {100 * i + j} of {1 + j}.0{1 + i % 9}.2026"
            parts.append([label, pieces, amount, round(amount / 6, 2), amount / pieces])
        sums = [round(sum(p[k] for p in parts), 2) for k in (1, 2, 3)]
        every += sums
        off = 7.77 if i < wrong else 0.0
        head = [f"Buyer {i}", *(v + off for v in sums), sums[1] / sums[0]]
        rows += [head, *parts] if below else [*parts, head]
    total = ["Grand", *(round(float(v), 2) for v in every), every[1] / every[0]]
    return [*rows, total] if foot else rows


def table(rows: list[list[object]], names: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(names))


NAMES = [
    ("Контрагент / Документ продажи", "Количество", "Сумма продажи, руб.", "НДС", "Цена"),
    ("Kunde", "Menge", "Umsatz", "Steuer", "Preis"),
    ("qqq", "w1", "w2", "w3", "w4"),
]


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("foot", [True, False])
def test_sums_of_groups_are_no_customers(names, below, foot) -> None:
    with pytest.raises(ReadingQuestion, match="group rows") as raised:
        smartcart.check(table(report(below=below, foot=foot), names))
    told = str(raised.value)
    assert f"{BUYERS:,} of its rows" in told
    assert ("below" if below else "above") in told
    assert "Buyer" not in told  # names of customers are not printed


def test_who_says_that_each_row_is_a_customer_is_believed() -> None:
    rows = report()
    found = smartcart.check(table(rows, NAMES[1]), kind="customers")
    assert found.ledger.rows_read == len(rows)


def test_a_few_sums_that_are_off_leave_it_a_report_and_many_do_not() -> None:
    def cells(wrong: int) -> np.ndarray:
        return np.array([row[1:4] for row in report(wrong=wrong)], dtype=float)

    assert groups_of(cells(0)) is not None
    assert groups_of(cells(1)) is not None
    assert groups_of(cells(12)) is None


def test_customers_whose_figures_add_up_by_chance_are_customers() -> None:
    random = np.random.default_rng(5)
    few = random.integers(0, 3, (400, 1)).astype(float)
    flags = random.integers(0, 2, (400, 3)).astype(float)
    flat = np.ones((400, 2))
    amounts = random.gamma(2, 50, (400, 2)).round(2)
    for cells in (few, flags, flat, amounts, np.hstack([few, amounts]), np.zeros((50, 2))):
        assert groups_of(cells) is None
        assert groups_of(cells[::-1]) is None


def test_two_customers_in_turn_with_the_same_figures_make_no_report() -> None:
    """Each row twice: a household's figures on both of its members."""
    amounts = np.random.default_rng(6).gamma(2, 50, (100, 2)).round(2)
    assert groups_of(np.repeat(amounts, 2, axis=0)) is None


@pytest.mark.parametrize(
    "name",
    [
        *("Effective user ID", "CRM customer no", "Hashed customer ID", "Our Client", "Main buyer"),
        *("external_customer_id", "Anonymised user id", "shop_customer_number", "Internal client"),
    ],
)
def test_a_word_before_a_name_of_the_buyer_leaves_it_the_buyers(name) -> None:
    names = {"number": "Transaction ID", "day": "Date", "total": "Purchase revenue", "who": name}
    log = orders()[list(names)].rename(columns=names).assign(**{"Ecommerce purchases": 1})
    assert told(log) == TRUTH  # of a report that names no buyers as a rule


@pytest.mark.parametrize("name", ["Shop ID", "Internal user", "Main store", "External reference"])
def test_such_a_word_alone_makes_no_buyer(name) -> None:
    names = {"number": "Transaction ID", "day": "Date", "total": "Purchase revenue", "who": name}
    log = orders()[list(names)].rename(columns=names).assign(**{"Ecommerce purchases": 1})
    with pytest.raises(DataError, match="nothing of the buyer"):
        smartcart.check(log)
