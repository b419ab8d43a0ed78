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


# What was paid ----------------------------------------------------------------------------------


def bills(**columns: object) -> pd.DataFrame:
    """Orders with number, customer and day, and the columns of money given."""
    names = {"number": "Order ID", "who": "Customer", "day": "Order date"}
    return orders()[list(names)].rename(columns=names).assign(**columns)


TOTALS = orders()["total"]
UNPAID = np.where(np.arange(len(TOTALS)) % 20 == 3, TOTALS, 0.0)


@pytest.mark.parametrize(
    ("net", "gross", "paid", "owed"),
    [
        ("HT", "TTC", "Réglé", "Reste dû"),
        ("Netto", "Brutto", "Bezahlt", "Offen"),
        ("Base", "IVA incl.", "Pagado", "Pendiente"),
        ("Netto bedrag", "Incl. btw", "Betaald", "Openstaand"),
        ("Netto", "Brutto", "Opłacono", "Pozostało"),
        ("Imponibile", "IVA inclusa", "Pagato", "Residuo"),
        ("Net", "Gross", "Paid", "Balance due"),
    ],
)
def test_amounts_with_and_without_taxes_are_known_by_bare_words(net, gross, paid, owed) -> None:
    columns = {owed: UNPAID, net: (TOTALS / 1.2).round(2), gross: TOTALS, paid: TOTALS - UNPAID}
    assert told(bills(**columns)) == TRUTH
    assert told(bills(**{owed: UNPAID, gross: TOTALS})) == TRUTH


@pytest.mark.parametrize(
    "name",
    ["Reste dû", "Offen", "Saldo", "Pendiente", "Openstaand", "Outstanding", "Balance due", "残額"],
)
def test_what_is_still_owed_is_never_offered_as_what_was_paid(name) -> None:
    with pytest.raises(ReadingQuestion) as raised:
        smartcart.check(bills(**{name: UNPAID, "x": TOTALS, "Product": "Mug"}))
    assert repr(name) not in str(raised.value)
    assert "'x'" in str(raised.value)


@pytest.mark.parametrize(
    ("due", "actual"),
    [
        ("买家应付货款", "买家实际支付金额"),
        ("应付金额", "实付金额"),
        ("支払予定金額", "実支払額"),
        ("결제예정금액", "실결제금액"),
        ("Amount payable", "Amount actually paid"),
        ("Zu zahlen", "Tatsächlich gezahlt"),
        ("À payer", "Réellement payé"),
        ("A pagar", "Realmente pagado"),
    ],
)
def test_what_was_paid_indeed_goes_before_what_was_to_be_paid(due, actual) -> None:
    gap = np.where(np.arange(len(TOTALS)) % 3 == 0, 2.5, 0.0)
    for names in ((due, actual), (actual, due)):
        assert told(bills(**{n: TOTALS if n == actual else TOTALS + gap for n in names})) == TRUTH


@pytest.mark.parametrize("name", ["%", "№", "Wt"])
def test_a_sign_alone_is_no_amount(name) -> None:
    seen = smartcart.check(bills(**{name: 1.5 + np.arange(len(TOTALS)) % 5, "TTC": TOTALS}))
    assert seen.contract.log.amount == "TTC"
    assert not [r for r in seen.receipt.alternatives if name in r.differs_in]


def test_two_amounts_of_which_none_says_it_was_paid_indeed_are_asked_about() -> None:
    gap = np.where(np.arange(len(TOTALS)) % 3 == 0, 2.5, 0.0)
    with pytest.raises(ReadingQuestion, match="2 ways"):
        smartcart.check(bills(**{"Order total": TOTALS + gap, "Amount paid": TOTALS}))


# Months beside a total --------------------------------------------------------------------------

MONTHS = ("Nov 2025", "Dez 2025", "2026-01", "févr. 2026", "Mar 2026", "Kwiecień 26")


def accounts(months: tuple[str, ...] = MONTHS) -> pd.DataFrame:
    """A row per account: names that come again, months that are mostly blank, and their total."""
    random = np.random.default_rng(8)
    bought = random.gamma(2, 90, (120, len(months))).round(2)
    sold = random.random(bought.shape) < 0.5
    sold[:, 0] |= ~sold.any(axis=1)
    cells = pd.DataFrame(np.where(sold, bought, np.nan), columns=list(months))
    last = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(120) % 90, "D")
    head = {
        "Account no": [f"A{i}" for i in range(120)],
        "Customer": [f"N{i % 30}" for i in range(120)],
    }
    table = pd.DataFrame(head).join(cells).assign(Total=cells.sum(axis=1).round(2), Seen=last)
    foot = {"Customer": "Total"} | table[[*months, "Total"]].sum().round(2).to_dict()
    return pd.concat([table, pd.DataFrame([foot])], ignore_index=True)


def test_a_row_per_account_with_a_column_per_month_is_a_table_of_customers() -> None:
    table = accounts()
    found = smartcart.check(table)
    assert (found.receipt.customers, found.receipt.orders) == (120, None)
    assert found.receipt.revenue == pytest.approx(table["Total"][:-1].sum())
    by_name = {c.name: c for c in found.contract.columns}
    assert {by_name[m].role for m in MONTHS} == {"describes"}
    sentences = [e.sentence for e in found.ledger.entries]
    assert f"{MONTHS[1]} missing: nothing bought in it, counts as 0" in sentences
    assert not [s for s in sentences if "median" in s]


def test_months_that_do_not_add_up_to_the_total_are_figures_of_their_own() -> None:
    table = accounts()
    table["Total"] = table["Total"] + np.arange(len(table)) * 7
    by_name = {c.name: c for c in smartcart.check(table, kind="customers").contract.columns}
    assert {by_name[m].role for m in MONTHS} == {"forms"}
    two = accounts(("Nov 2025", "Dec 2025"))
    with pytest.raises(ReadingQuestion, match="looks like a log of orders"):
        smartcart.check(two)


@pytest.mark.parametrize("longest", [3, 40, 499])
def test_groups_are_found_wherever_they_begin_and_as_long_as_they_may_be(longest: int) -> None:
    random = np.random.default_rng(longest)
    rows, heads = list[list[float]](), list[int]()
    for size in [*random.integers(2, longest, 12).tolist(), longest]:
        parts = (random.gamma(2, 50, (size, 2)) + 1).round(2)
        heads.append(len(rows))
        rows += [parts.sum(axis=0).tolist(), *parts.tolist()]
    assert groups_of(np.array(rows)) == (heads, [0, 1])
