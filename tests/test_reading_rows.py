"""Rows that tell the same money twice: sums, documents of one sale, copies; money by values."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import smartcart
from smartcart.errors import DataError, ReadingQuestion
from smartcart.settings import settings_text
from test_reading import ORDERS, PEOPLE, TRUTH, orders, told, two_lines

N = np.arange(ORDERS)


def _lines() -> pd.DataFrame:
    lines = two_lines().rename(columns={"number": "order_id", "who": "customer_id"})
    return lines[["order_id", "customer_id", "day", "sku", "pieces", "line"]].assign(
        line=lambda t: t["line"].round(2)
    )


def _with_sums(share: float = 1.0) -> pd.DataFrame:
    """Lines, and below those of a share of the orders a row with their sum."""
    lines = _lines()
    sums = lines.groupby("order_id", as_index=False).agg(
        customer_id=("customer_id", "first"), day=("day", "first"), line=("line", "sum")
    )
    sums = sums[sums["order_id"] % 20 < 20 * share]
    table = pd.concat([lines, sums], ignore_index=True)
    return table.sort_values("order_id", kind="stable").rename(columns={"line": "Amount"})


def test_rows_without_a_product_that_are_sums_are_asked_about() -> None:
    with pytest.raises(ReadingQuestion, match="sum of the other rows"):
        smartcart.check(_with_sums())
    few = smartcart.check(_with_sums(0.5))  # not the rows of sums of a report
    assert few.receipt.columns["product"] == "sku"
    plain = told(_lines().rename(columns={"line": "Amount"}))
    assert plain == (ORDERS, 16, pytest.approx(TRUTH[2]))


def test_of_rows_of_an_order_the_one_named_a_total_counts() -> None:
    t = orders()
    rows = [
        t.assign(title="Sub-Total:", value=t["total"] - 2, sort=1),
        t.assign(title="VAT:", value=1.5, sort=2),
        t.assign(title="Flat rate:", value=2.0, sort=3),
        t.assign(title="Total:", value=t["total"], sort=4),
    ]
    table = pd.concat(rows, ignore_index=True).drop(columns="total")
    table = table.rename(columns={"number": "orders_id", "who": "customers_id"})
    assert told(table.sort_values(["orders_id", "sort"]).drop(columns="sort")) == TRUTH


def _documents(kinds: tuple[str, ...], again: int = 1) -> pd.DataFrame:
    t = orders().assign(total=lambda t: t["total"] + N / 100)
    told_so = [
        t.assign(Belegart=kind, Belegnummer=f"{kind[:2]}" + t["number"].astype(str))
        for kind in kinds
    ]
    table = pd.concat([told_so[0][::again], *told_so[1:]], ignore_index=True)
    return table[["Belegnummer", "Belegart", "who", "day", "total"]].rename(
        columns={"who": "Kundennummer", "day": "Belegdatum", "total": "Brutto"}
    )


def test_several_documents_of_one_sale_are_asked_about() -> None:
    with pytest.raises(ReadingQuestion, match="under another Belegart"):
        smartcart.check(_documents(("Lieferschein", "Rechnung")))
    assert told(_documents(("Rechnung",)))[0] == ORDERS
    # half of the sales have a delivery note: fewer of the lines than speak of a second document
    assert told(_documents(("Lieferschein", "Rechnung"), again=4))[0] == ORDERS + ORDERS // 4


def _till(kind: str = "TYPE LIGNE") -> pd.DataFrame:
    """A till's journal: each sale's lines, and below them its sum and its payment."""
    lines = two_lines().assign(row="VENTE")
    total = orders().assign(row="TOTAL").rename(columns={"total": "line"})
    paid = orders().assign(row="REGLEMENT").rename(columns={"total": "line"})
    one = lines[lines["number"] % 3 > 0].groupby("number").head(1)  # most buy one thing
    one = one.assign(line=one["total"])
    table = pd.concat([lines[lines["number"] % 3 == 0], one, total, paid], ignore_index=True)
    table = table.sort_values("number", kind="stable")
    table = table[["number", "row", "who", "day", "line"]]
    return table.set_axis(["TICKET", kind, "CODE CLIENT", "DATE", "MONTANT TTC"], axis=1)


def test_the_configuration_says_which_kinds_of_rows_are_sales(tmp_path: Path) -> None:
    with pytest.raises(ReadingQuestion, match=r"row_type:VENTE'.*row_type:REGLEMENT") as asked:
        smartcart.check(_till())
    first = re.search(r"roles=(\{.*?\}\})", str(asked.value))
    wanted = yaml.safe_load(first[1]) if first else {}
    assert told(_till(), roles=wanted) == (ORDERS, PEOPLE, pytest.approx(TRUTH[2]))
    both = {"TYPE LIGNE": {"meaning": "row_type:TOTAL|REGLEMENT"}}
    assert told(_till(), roles=both)[2] == pytest.approx(TRUTH[2])  # the same on both: once
    # a configuration that is written says it again, and kinds may be numbers
    file = tmp_path / "till.csv"
    _till().replace({"VENTE": 1, "TOTAL": 2, "REGLEMENT": 3}).to_csv(file, index=False)
    numbers = {"TYPE LIGNE": {"meaning": "row_type:1"}}
    seen = smartcart.check(str(file), roles=numbers)
    assert seen.receipt.revenue == pytest.approx(TRUTH[2])
    again = yaml.safe_load(settings_text(seen))["columns"]
    read = smartcart.check(str(file), roles=again).receipt
    assert replace(read, certainty=seen.receipt.certainty) == seen.receipt
    with pytest.raises(DataError, match=r"no 'Vente'.*one of '1', '2', '3'"):
        smartcart.check(str(file), roles={"TYPE LIGNE": {"meaning": "row_type:Vente"}})


def test_a_doubling_is_told_although_its_column_is_dropped() -> None:
    seen = smartcart.check(_till(), roles={"TYPE LIGNE": "dropped"})
    assert [n.code for n in seen.notices].count("several documents") == 1
    one = _till()[lambda t: t["TYPE LIGNE"] != "REGLEMENT"].iloc[::2]
    seen = smartcart.check(one, roles={"TYPE LIGNE": "dropped"})
    assert "several documents" not in {n.code for n in seen.notices}


def test_stages_of_a_shops_own_in_a_known_export_are_asked_about() -> None:
    t = orders()
    table = pd.DataFrame(
        {
            "Record ID": t["number"],
            "Deal Name": [f"Deal {n}" for n in t["number"]],
            "Deal Stage": np.where(N % 5 == 0, "Lost", "Contract signed"),
            "Close Date": t["day"],
            "Amount": t["total"],
            "Associated Contact": t["who"],
        }
    )
    with pytest.raises(ReadingQuestion, match="words of your own"):
        smartcart.check(table)
    won = table.assign(**{"Deal Stage": np.where(N % 5 == 0, "Closed Lost", "Closed Won")})
    assert told(won)[0] == ORDERS * 4 // 5


def test_many_copies_of_lines_are_told() -> None:
    lines = _lines().rename(columns={"line": "Amount"})
    twice = pd.concat([lines, lines.iloc[:24]], ignore_index=True)
    codes = {n.code for n in smartcart.check(twice).notices}
    assert "copied lines" in codes
    few = pd.concat([lines, lines.iloc[:6]], ignore_index=True)
    assert "copied lines" not in {n.code for n in smartcart.check(few).notices}
    once = smartcart.check(twice, drop_duplicates=True)
    assert "copied lines" not in {n.code for n in once.notices}


def test_a_price_that_is_named_a_cost_is_asked_about() -> None:
    t = _lines().rename(columns={"line": "Item Cost", "pieces": "Qty"})
    with pytest.raises(ReadingQuestion, match="Item Cost"):
        smartcart.check(t)
    weight = t.rename(columns={"Item Cost": "Weight"})
    assert "no money" in {n.code for n in smartcart.check(weight).notices}


def test_pieces_price_and_money_are_found_by_their_values() -> None:
    price = 2.5 + N % 5
    pieces = 1 + N % 4
    t = orders()
    table = pd.DataFrame(
        {
            "Rechnungsnummer": t["number"],
            "Rechnungsdatum": t["day"],
            "Kundennummer": t["who"],
            "Pos A": pieces,
            "Pos B": price,
            "Pos C": pieces * price,
        }
    )
    assert told(table)[2] == pytest.approx((pieces * price).sum())


def _book(blank: np.ndarray, each: int = 2, **changed) -> pd.DataFrame:
    """A book of orders in the order of its days; those of ``blank`` lines are left blank."""
    n = np.arange(ORDERS)
    table = pd.DataFrame(
        {
            "Datum": pd.Timestamp("2024-01-01") + pd.to_timedelta(n // each * 4, "D"),
            "Kunde": [f"c{i % 17:02d}" for i in n],
            "Was": [f"thing {i % 5}" for i in n],
            "Betrag": 10.0 + n % 7,
        }
    ).assign(**changed)
    return table.assign(Datum=table["Datum"].where(~blank))


def _codes(table: pd.DataFrame) -> set[str]:
    return {n.code for n in smartcart.check(table).notices}


def test_a_day_that_is_written_once_holds_for_the_lines_below() -> None:
    table = _book(N % 2 > 0)
    whole, read = smartcart.check(_book(N < 0)).receipt, smartcart.check(table).receipt
    assert (read.orders, read.revenue, read.last_day) == (
        whole.orders,
        whole.revenue,
        whole.last_day,
    )
    assert "days_below" in _codes(table)
    assert "days_below" not in _codes(_book(N < 0))
    paid = np.where(N % 10 == 4, "offen", np.where(N % 10 == 8, "storniert", "ja"))
    told_so = told(table.assign(**{"bezahlt?": paid}))
    assert told_so[0] == ORDERS * 8 // 10  # what one line says is not said of its day
    assert told(_book(N % 4 > 0, each=4)) == told(_book(N < 0, each=4))  # most lines lack it
    # the newest first, and sums of months between the days
    newest = table.iloc[::-1].assign(Datum=_book(N % 2 < 1)["Datum"].iloc[::-1])
    assert told(newest)[0] == whole.orders


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (_book(N % 5 == 4), "days are written on several lines"),
        (
            _book(N % 2 > 0, Datum=lambda t: t["Datum"].sample(frac=1, random_state=1).values),
            "order",
        ),
        (
            _book(N % 2 > 0, Datum=lambda t: t["Datum"] + pd.to_timedelta(N * 7 % 600, "min")),
            "hours",
        ),
    ],
)
def test_lines_without_a_day_are_told_where_it_is_not_certain(
    table: pd.DataFrame, why: str
) -> None:
    seen = smartcart.check(table)
    blank = int(table["Datum"].isna().sum())
    assert sum(left.lines for left in seen.receipt.left_out) == blank
    (notice,) = [n for n in seen.notices if n.code == "undated_lines"]
    assert f"blank on {blank:,} of {ORDERS}" in notice.message
    assert why in notice.message


def test_a_few_lines_without_a_day_are_left_out_as_ever() -> None:
    assert {"undated_lines", "days_below"}.isdisjoint(_codes(_book((N == 10) | (N == 20))))


def test_a_day_is_not_carried_over_a_heading() -> None:
    table = _book(N % 2 > 0)
    heads = table.iloc[::2].assign(Kunde=None, Datum=pd.NaT, Betrag=None)
    mixed = pd.concat([table, heads]).sort_index(kind="stable")  # one below each first line
    assert "days_below" not in _codes(mixed)
    assert "undated_lines" in _codes(mixed)


def _journal(debit: str = "Debit", credit: str = "Credit") -> pd.DataFrame:
    """Each sale on three accounts; half of them are paid on a later day, by an entry of its own."""
    t = orders().assign(total=lambda t: t["total"].round(2))
    net = (t["total"] / 1.2).round(2)
    paid = t[::2].assign(number=t["number"] + 5000, day=t["day"] + pd.Timedelta(days=9))
    rows = [
        t.assign(account=411, d=t["total"], c=0.0),
        t.assign(account=707, d=0.0, c=net, who=None),
        t.assign(account=4457, d=0.0, c=(t["total"] - net).round(2), who=None),
        paid.assign(account=512, d=paid["total"], c=0.0, who=None),
        paid.assign(account=411, d=0.0, c=paid["total"]),
    ]
    table = pd.concat(rows, ignore_index=True).sort_values(["day", "number"], kind="stable")
    table = table[["number", "day", "account", "who", "d", "c"]]
    return table.set_axis(["Ecriture", "Date", "Compte", "CompAux", debit, credit], axis=1)


@pytest.mark.parametrize(
    "names", [("Debit", "Credit"), ("Soll", "Haben"), ("Wn (PLN)", "Ma (PLN)")]
)
def test_a_journal_of_double_entries_is_no_log_of_orders(names: tuple[str, str]) -> None:
    table = _journal(*names)
    with pytest.raises(ReadingQuestion, match=r"journal of double entries.*within each Ecriture"):
        smartcart.check(table)
    wanted = {"CompAux": {"meaning": "customer"}, names[0]: {"meaning": "amount"}}
    with pytest.raises(ReadingQuestion, match="journal"):  # it counts what others paid
        smartcart.check(table, roles=wanted)
    wanted["Compte"] = {"meaning": "row_type:411"}
    assert told(table, roles=wanted) == (ORDERS, PEOPLE, pytest.approx(TRUTH[2]))
    with pytest.raises(ReadingQuestion, match="equal in all"):
        smartcart.check(table.drop(columns="Ecriture"))


def test_debit_and_credit_of_one_side_are_no_journal() -> None:
    mine = _journal()[lambda t: t["Compte"] == 411]  # what customers owe and paid
    wanted = {"CompAux": {"meaning": "customer"}, "Debit": {"meaning": "amount"}}
    assert told(mine, roles=wanted)[1:] == (PEOPLE, pytest.approx(TRUTH[2]))
    uneven = _journal().assign(Debit=lambda t: t["Debit"] * 1.001)
    assert told(uneven, roles=wanted)[1] == PEOPLE
    both = _journal().assign(Credit=lambda t: t["Debit"])  # a limit, say
    assert told(both, roles=wanted)[1] == PEOPLE


@pytest.mark.parametrize("pieces", [3, 7])
def test_an_amount_that_counts_pieces_is_no_money(pieces: int) -> None:
    lines = two_lines()
    table = pd.DataFrame(
        {
            "code": lines["number"],
            "email": lines["mail"],
            "date": lines["day"],
            "totalPriceWithVat": lines["total"],
            "itemAmount": np.where(lines["first"], pieces, 1),
            "itemUnitPriceWithVat": (lines["line"] / np.where(lines["first"], 3, 1)).round(4),
            "itemTotalPriceWithVat": lines["line"],
        }
    )
    found = smartcart.check(table).receipt
    assert (found.orders, found.customers, found.revenue) == TRUTH
    # what times a price is nothing that is told stays a reading
    other = {a.differs_in for a in found.alternatives}
    assert any("itemAmount" in one for one in other) == (pieces == 7)
