"""Lines of an export that are no orders: headers, descriptions, takings of a day, notes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.records import Inspection

N = np.arange(120)
DAYS = pd.Timestamp("2024-01-01") + pd.to_timedelta(N // 4, "D")
TOTAL = (N * 37 % 101 * 1.5 + 3).round(2)


def receipts(**columns: object) -> pd.DataFrame:
    """Receipts of a till, four a day, of 25 buyers."""
    table = {
        "Bonnr": [f"B{i:05}" for i in N],
        "Datum": DAYS.strftime("%d.%m.%Y"),
        "Klant": [f"k{i}" for i in N * 7 % 25],
        "Aantal": N % 4 + 1,
        "Totaal": TOTAL,
    }
    return pd.DataFrame(table | columns)


def read(tmp_path: Path, lines: list[str]) -> Inspection:
    path = tmp_path / "till.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return smartcart.check(path)


def totals(seen: Inspection) -> tuple[int | None, int, float]:
    assert seen.receipt is not None
    return seen.receipt.orders, seen.receipt.customers, round(seen.receipt.revenue or 0.0, 2)


def codes(seen: Inspection) -> set[str]:
    return {notice.code for notice in seen.notices}


WHOLE = (120, 25, round(float(TOTAL.sum()), 2))


# Headers and descriptions -----------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 3])
def test_a_header_within_the_rows_is_no_row(tmp_path: Path, times: int) -> None:
    header, *lines = receipts().to_csv(index=False).splitlines()
    for i in range(times):
        lines.insert(20 * i + 17, header)
    seen = read(tmp_path, [header, *lines])
    assert totals(seen) == WHOLE
    assert codes(seen) & {"repeated_header", "bad_cells", "mixed_column"} == {"repeated_header"}
    assert [n.count for n in seen.notices if n.code == "repeated_header"] == [times]


def test_a_row_that_has_some_cells_of_the_header_is_a_row(tmp_path: Path) -> None:
    table = receipts()
    table.loc[5, "Klant"] = "Klant"
    seen = read(tmp_path, table.to_csv(index=False).splitlines())
    assert totals(seen) == (120, 26, WHOLE[2])
    assert "repeated_header" not in codes(seen)


def test_a_header_in_a_table_of_customers_is_no_customer(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": [f"c{i}" for i in N], "orders": N % 5 + 1, "spend": TOTAL})
    header, *lines = table.to_csv(index=False).splitlines()
    seen = read(tmp_path, [header, *lines[:60], header, *lines[60:]])
    assert seen.receipt is not None
    assert seen.receipt.customers == len(N)


def test_a_line_that_describes_the_columns_is_no_row(tmp_path: Path) -> None:
    header, *lines = receipts().to_csv(index=False).splitlines()
    told = "Number of the receipt,Day of the sale,Who bought,Pieces sold,Money paid"
    seen = read(tmp_path, [header, told, *lines])
    assert totals(seen) == WHOLE
    assert codes(seen) & {"description_line", "bad_cells"} == {"description_line"}


@pytest.mark.parametrize("first", ["none,none,none,none,none", "B00000,unknown,k0,some,?"])
def test_a_first_row_without_values_is_a_row(tmp_path: Path, first: str) -> None:
    header, *lines = receipts().to_csv(index=False).splitlines()
    assert "description_line" not in codes(read(tmp_path, [header, first, *lines]))


# Takings of a day -------------------------------------------------------------------------------


def with_takings(table: pd.DataFrame, word: str) -> list[str]:
    lines = [",".join(table.columns)]
    for day, rows in table.groupby("Datum", sort=False):
        lines += rows.to_csv(index=False, header=False).splitlines()
        lines.append(f",{word} {day},,,{rows['Totaal'].sum():.2f}")
    return lines


@pytest.mark.parametrize("word", ["Summe", "Takings of", "Dagtotaal"])
def test_takings_between_receipts_belong_to_nobody(tmp_path: Path, word: str) -> None:
    seen = read(tmp_path, with_takings(receipts(), word))
    assert totals(seen) == WHOLE


def test_lines_below_a_receipt_belong_to_it(tmp_path: Path) -> None:
    table = receipts()
    below = N % 4 > 1  # the second and third thing on a receipt
    table.loc[below, ["Bonnr", "Datum", "Klant"]] = ""
    seen = read(tmp_path, table.to_csv(index=False).splitlines())
    assert seen.receipt is not None
    assert (seen.receipt.orders, round(seen.receipt.revenue or 0, 2)) == (60, WHOLE[2])


# Notes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["STORNO", "Cancelled", "Annullato", "Sztornózva: B-12"])
def test_a_note_of_one_word_cancels(tmp_path: Path, word: str) -> None:
    seen = smartcart.check(receipts(Remark=np.where(N % 20 == 3, word, None)))
    assert totals(seen)[0] == 120 - 6


@pytest.mark.parametrize("note", ["Customer cancelled the other one", "Please void the bag"])
def test_a_longer_note_is_told(note: str) -> None:
    seen = smartcart.check(receipts(Remark=np.where(N % 20 == 3, note, None)))
    assert totals(seen) == WHOLE
    assert "status_words" in codes(seen)


def test_counter_entries_alone_are_returns() -> None:
    lost = N % 20 == 3
    total = np.where(lost, -TOTAL, TOTAL)
    seen = smartcart.check(receipts(Remark=np.where(lost, "Storno", None), Totaal=total))
    assert "status_words" in codes(seen)
    assert totals(seen)[0] == 120 - 6


# Lines of an order ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Item Total", "Summe je Position", "Importe línea", "Line sum"])
def test_lines_of_one_price_are_lines(name: str) -> None:
    """That two lines of an order cost the same, as all do, does not make it the order's total."""
    table = pd.DataFrame(
        {
            "Order ID": 1000 + N // 2,
            "Sale Date": pd.Timestamp("2024-01-01") + pd.to_timedelta(N // 2, "D"),
            "Buyer": [f"c{i}" for i in N // 2 % 13],
            "SKU": [f"S{i % 5}" for i in N],
            name: 5.0,
        }
    )
    assert totals(smartcart.check(table)) == (60, 13, 600.0)
    assert totals(smartcart.check(table.rename(columns={name: "Order Total"}))) == (60, 13, 300.0)
    repeated = table.assign(**{name: 5.0 + table["Order ID"] % 7})
    assert totals(smartcart.check(repeated))[2] == round(repeated[name].sum() / 2, 2)


@pytest.mark.parametrize("repeated", [True, False])
def test_copies_of_orders_that_count_once_are_told_so(repeated: bool) -> None:
    order = N // 2
    table = receipts(Bonnr=[f"B{i}" for i in order], Klant=[f"k{i}" for i in order % 25])
    table["Datum"] = (pd.Timestamp("2024-01-01") + pd.to_timedelta(order, "D")).astype(str)
    table["Totaal"] = 10.0 + (order if repeated else N) % 9
    table["Artikel"] = [f"a{i}" for i in N]
    seen = smartcart.check(pd.concat([table, table.iloc[:40]], ignore_index=True))
    copies = next(n.message for n in seen.notices if n.code == "copied lines")
    assert ("count once" in copies) == repeated
    assert totals(seen)[2] == (table["Totaal"].sum() / 2 if repeated else totals(seen)[2])
