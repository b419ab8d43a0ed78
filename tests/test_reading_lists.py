"""Lists of customers and documents as shops keep them: sums, years, numbers of cards, bookings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError
from smartcart.tables.dates import dates_in_words
from smartcart.tables.money_ranks import PAID, converted, money_rank
from smartcart.tables.nobody import NOBODY_WORDS
from smartcart.tables.state_flags import flag_state
from smartcart.tables.vocabulary import readings

N = np.arange(120)


def customers(**columns: object) -> pd.DataFrame:
    """Customers with an id, orders, spend and the day of the last order."""
    table = pd.DataFrame(
        {
            "Code": [f"V{10_000 + 7 * i}" for i in N],
            "orders": N % 6 + 1,
            "spend": ((N * 37) % 101 * 9.5 + 20).round(2),
            "last_order": pd.Timestamp("2024-01-01") + pd.to_timedelta(N * 2, "D"),
        }
    )
    return table.assign(**columns)


def role(table: pd.DataFrame, name: str) -> tuple[str, str]:
    column = next(c for c in smartcart.check(table).contract.columns if c.name == name)
    return column.role, column.meaning


# Rows of sums -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["Összesen:", "Celkem", "Yhteensä", "Σύνολο", "Zzz", "V99999"])
@pytest.mark.parametrize("points", [True, False])
def test_the_last_row_of_sums_is_no_customer_whatever_it_is_called(word: str, points: bool) -> None:
    table = customers(points=N % 50 if points else None)
    sums = {"Code": word, "orders": table["orders"].sum(), "spend": table["spend"].sum()}
    found = smartcart.check(pd.concat([table, pd.DataFrame([sums])], ignore_index=True)).receipt
    assert (found.customers, round(found.revenue, 2)) == (len(N), round(table["spend"].sum(), 2))


@pytest.mark.parametrize("orders", [True, False])
def test_a_large_last_customer_is_one(orders: bool) -> None:
    """One number that is the sum of the others by chance does not make a row of sums."""
    table = customers()
    last = {"Code": "V99999", "orders": 7, "spend": table["spend"].sum()}
    if not orders:
        last |= {"orders": table["orders"].sum(), "spend": 40.0}
    found = smartcart.check(pd.concat([table, pd.DataFrame([last])], ignore_index=True)).receipt
    assert found.customers == len(N) + 1


# Years ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", ["Omsättning", "Obrat", "Ciro", "Liikevaihto", "Forgalom"])
@pytest.mark.parametrize("total", ["Totalt", "Total", "Celkem", "X"])
def test_years_and_their_total_count_once(years: str, total: str) -> None:
    parts = {f"{years} {y}": ((N * (y % 100)) % 17 * 11.5 + y % 7) for y in (2023, 2024, 2025)}
    table = customers().drop(columns="spend").assign(**parts, **{total: sum(parts.values())})
    assert role(table, total)[1] == "spend_total"
    assert smartcart.check(table).receipt.revenue == pytest.approx(sum(parts.values()).sum())


def test_a_measure_that_is_no_sum_of_the_years_is_one() -> None:
    parts = {f"Omsättning {y}": ((N * (y % 100)) % 17 * 11.5 + y % 7) for y in (2023, 2024)}
    table = customers().drop(columns="spend").assign(**parts, X=sum(parts.values()) * 1.5 + N)
    assert role(table, "X") == ("forms", "measure")


@pytest.mark.parametrize(("returned", "describes"), [(0.3, True), (0.0, False)])
def test_net_and_returned_make_up_the_spend(returned: float, describes: bool) -> None:
    table = customers()
    back = np.where(N % 4 == 0, (table["spend"] * returned).round(2), 0.0)
    net = table["spend"] - back if returned else table["spend"] * 0.7 + N
    table = table.assign(Trom=net, Sked=back + 0 * N)
    assert (role(table, "Trom")[0] == "describes") == describes
    assert role(table, "spend") == ("forms", "spend_total")


# Counts, cards, documents -----------------------------------------------------------------------


@pytest.mark.parametrize("count", ["Antal order", "Zamówienia"])
def test_a_count_of_orders_makes_a_table_no_log(count: str) -> None:
    table = customers(Kundnr=N + 1_000).rename(columns={"orders": count}).drop(columns="Code")
    found = smartcart.check(table).receipt
    assert (found.kind, found.customers, found.orders) == ("customers", 120, (N % 6 + 1).sum())


def test_orders_under_the_name_of_their_count_are_told_apart_by_their_numbers() -> None:
    n = np.arange(240)
    log = pd.DataFrame(
        {
            "Klient": [f"k{i // 2 % 40}" for i in n],
            "Zamówienia": n // 2 + 500,
            "Data": pd.Timestamp("2024-01-01") + pd.to_timedelta(n // 2, "D"),
            "Kwota": 5.0 + n % 9,
        }
    )
    found = smartcart.check(log).receipt
    assert (found.kind, found.orders, found.customers) == ("orders", 120, 40)


@pytest.mark.parametrize("name", ["N° carte", "Karte Nr.", "Tarjeta", "Kortti"])
def test_the_number_of_a_card_forms_nothing(name: str) -> None:
    cards = 600_000 + (N * 823) % 99_991
    table = customers(**{name: cards}, Email=[f"p{i}@example.com" for i in N])
    assert role(table.drop(columns="Code"), name)[0] in {"id", "dropped"}


@pytest.mark.parametrize(("name", "low"), [("Klicks", 600_000), ("Karte Nr.", 1)])
def test_what_may_be_counted_forms(name: str, low: int) -> None:
    assert role(customers(**{name: low + (N * 823) % 99_991}), name)[0] == "forms"


@pytest.mark.parametrize("name", ["Belegfeld 1", "Voucher No", "Buchungsnr"])
def test_a_list_of_documents_is_no_table_of_customers(name: str) -> None:
    accounts = customers(Konto=10_000 + N % 30).drop(columns=["orders", "last_order"])
    with pytest.raises(DataError, match="numbers each row"):
        smartcart.check(accounts.rename(columns={"Code": name}))
    assert smartcart.check(accounts.rename(columns={"Code": "ID"})).receipt.customers == 120
    said = smartcart.check(accounts.rename(columns={"Code": name}), kind="customers")
    assert said.receipt.customers == 120


def test_rows_of_days_or_papers_without_any_id_are_no_customers() -> None:
    closings = customers().drop(columns=["Code", "last_order"])
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(N, "D")
    with pytest.raises(DataError, match="a day on each row"):
        smartcart.check(closings.assign(Data=days))
    assert smartcart.check(closings.assign(Data=days), kind="customers").receipt.customers == 120
    assert smartcart.check(closings.assign(Birthday=days)).receipt.customers == 120
    papers = [f"RE {2024 + i % 2}/{i // 2}" for i in N]
    with pytest.raises(DataError, match="'Belegfeld 1' numbers each row"):
        smartcart.check(closings.assign(**{"Belegfeld 1": papers}))


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [("is_test_account", True, False), ("Testkonto", "ja", "nein"), ("is_test", 1, 0)],
)
def test_accounts_that_are_flagged_as_tests_are_no_customers(name, yes, no) -> None:
    flagged = N % 20 == 3
    table = customers(**{name: np.where(flagged, yes, no)})
    found = smartcart.check(table)
    assert found.receipt.customers == (~flagged).sum()
    assert [e.count for e in found.ledger.entries if e.rule == "test accounts"] == [flagged.sum()]
    assert found.receipt.revenue == pytest.approx(table["spend"][~flagged].sum())


@pytest.mark.parametrize(("name", "share"), [("is_test_account", 2), ("test_group", 20)])
def test_a_flag_of_many_or_of_an_experiment_leaves_all_in(name: str, share: int) -> None:
    table = customers(**{name: N % share == 1})
    assert smartcart.check(table).receipt.customers == len(N)


# Names, flags, days -----------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["Розничный покупатель", "散客", "Kassenkunde", "Clients divers"])
def test_a_till_calls_its_nobodies_so(word: str) -> None:
    assert word.lower() in NOBODY_WORDS


def test_sums_of_what_is_never_paid_are_not_paid() -> None:
    assert money_rank("Total Biaya Pengiriman (IDR)") is None
    assert money_rank("Total Penjualan (IDR)") is not None


@pytest.mark.parametrize(
    ("never", "paid"),
    [
        ("Total Released Amount (RM)", "Amount Paid By Buyer"),
        ("Còn lại", "Tổng tiền"),
        ("Đã cọc", "Tổng tiền"),
    ],
)
def test_what_the_seller_gets_or_is_still_owed_is_not_paid(never: str, paid: str) -> None:
    assert money_rank(never) is None
    assert money_rank(paid) is not None


def test_a_converted_total_is_a_total() -> None:
    assert money_rank("Preço Total Convertido") == money_rank("Preço Total") == PAID
    assert converted("Preço Total Convertido")
    assert not converted("Preço Total")


def test_dongs_stand_behind_their_number(tmp_path: Path) -> None:
    cells = [f"{1 + i % 9}.{i % 10}50.000đ" for i in N]
    rows = [f"KH{i},{cells[i]},{i % 5 + 1}" for i in N]
    (tmp_path / "c.csv").write_text("\n".join(["Mã khách hàng,Tổng mua,Số đơn hàng", *rows]))
    assert smartcart.check(tmp_path / "c.csv").receipt.revenue == pytest.approx(
        sum(float(c[:-1].replace(".", "")) for c in cells)
    )


def test_a_paper_that_was_not_posted_is_no_sale() -> None:
    state = flag_state("Проведен", ["Да", "Нет"])
    assert state is not None
    assert state.unpaid == ("Нет",)


def test_a_dump_says_true_with_one_letter() -> None:
    state = flag_state("is_test", ["f", "t"])
    assert state is not None
    assert state.other == ("t",)
    assert flag_state("is_test", ["f", "q"]) is None


def days(order: str, swapped: int = 0) -> dict[str, int]:
    """Days of a year, none above 12, in their order but for some; as they are first seen."""
    told = [(2024, m, d) for m in range(1, 13) for d in range(1, 13, 2)]
    for i in range(swapped):
        told[5 * i], told[5 * i + 40] = told[5 * i + 40], told[5 * i]
    return dict.fromkeys((order.format(y=y, m=m, d=d) for y, m, d in told), 1)


@pytest.mark.parametrize(
    ("order", "form"), [("{d:02}/{m:02}/{y}", "%d/%m/%Y"), ("{m:02}/{d:02}/{y}", "%m/%d/%Y")]
)
def test_the_order_of_the_lines_tells_day_from_month(order: str, form: str) -> None:
    for cells in (days(order), dict(reversed(days(order).items()))):
        found = dates_in_words("x", cells)
        assert found is not None
        assert (found.formats, found.ambiguous, found.in_order) == ((form,), True, True)


def test_lines_in_no_order_do_not() -> None:
    found = dates_in_words("x", days("{d:02}/{m:02}/{y}", swapped=6))
    assert found is not None
    assert (found.formats, found.in_order) == (("%m/%d/%Y",), False)


def test_the_order_that_told_is_said(tmp_path: Path) -> None:
    cells = list(days("{d:02}/{m:02}/{y}"))
    log = pd.DataFrame(
        {
            "order_date": cells,
            "customer": [f"c{i % 9}" for i in range(len(cells))],
            "total": [5.0 + i % 7 for i in range(len(cells))],
        }
    )
    log.to_csv(tmp_path / "log.csv", index=False)
    seen = smartcart.check(tmp_path / "log.csv")
    assert str(seen.receipt.last_day) == "2024-12-11"
    said = next(n.message for n in seen.notices if n.code == "ambiguous_dates")
    assert "day first" in said
    assert "in the order of their days" in said


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("last_order_ts", "last_date"),
        ("Last Won Date", "last_date"),
        ("signup_ts", "first_date"),
        ("Won Opportunities", "frequency"),
        ("Útrata celkem", "spend_total"),
        ("Totale besteding", "spend_total"),
        ("Frequenza", "frequency"),
        ("ANZ_BELEGE_GES", "frequency"),
        ("LETZTER_BELEG", "last_date"),
        ("ANLAGE_DATUM", "first_date"),
    ],
)
def test_more_names_of_tables_of_customers(name: str, meaning: str) -> None:
    assert readings(name)[0][0].meaning == meaning


def test_november_is_a_month_in_polish() -> None:
    found = dates_in_words("Data", {"3 lis 2024": 1, "12 gru 2024": 1, "1 lut 2025": 1})
    assert found is not None
    assert found.share == 1.0
