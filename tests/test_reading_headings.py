"""Sheets made by hand: headings between dated lines, and columns called as people talk."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import smartcart
from smartcart.errors import DataError
from smartcart.records import Inspection

LINES = 240
MONTHS = "January February March April May June July August September October November December"


def sheet(path: Path, names: str, headings: int = 12, *, beside: str = "") -> tuple[Path, float]:
    """Lines of a year, with a heading above each part of it; the file and what was paid."""
    rows, paid = [], 0.0
    for i in range(LINES):
        if i * headings // LINES > (i - 1) * headings // LINES or i == 0:
            rows += [f"{MONTHS.split()[i * 12 // LINES]},{beside},,", ",,,"]
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(i * 364 // LINES, "D")
        paid += 3.25 + i % 40
        rows.append(f"{day:%d.%m.%Y},Ada Birch{chr(97 + i % 23)},thing {i % 7},{3.25 + i % 40}")
    path.write_text("\n".join([names, *rows]) + "\n", encoding="utf-8")
    return path, paid


def check(path: Path) -> Inspection:
    return smartcart.check(str(path))


@pytest.mark.parametrize("headings", [12, 60])
def test_headings_between_days_are_no_days_and_are_told(tmp_path: Path, headings: int) -> None:
    path, paid = sheet(tmp_path / "t.csv", "Datum,Kunde,Artikel,Betrag", headings)
    found = check(path)
    receipt = found.receipt
    assert receipt is not None
    assert (receipt.orders, receipt.customers) == (LINES, 23)
    assert receipt.revenue == pytest.approx(paid)
    assert receipt.columns["day"] == "Datum"
    (told,) = [n for n in found.notices if n.code == "headings"]
    assert told.count == headings
    assert "'January' in row 1" in told.message
    assert sum(part.lines for part in receipt.left_out) == 2 * headings  # with the blank ones


@pytest.mark.parametrize("what", ["words beside", "too many"])
def test_words_in_place_of_days_of_lines_are_no_headings(tmp_path: Path, what: str) -> None:
    many = what == "too many"
    path, _ = sheet(
        tmp_path / "t.csv",
        "Datum,Kunde,Artikel,Betrag",
        120 if many else 12,
        beside="" if many else "x",
    )
    with pytest.raises(DataError):
        check(path)


SHEETS = (
    "When,Who,What,How much",
    "Date,Party,Stuff,Amount",
    "Date,Qui,Quoi,Payé",
    "Wann,Wer,Artikel,Geld",
    "Cuándo,Quién,Qué,Cuánto",
    "Quando,Chi,Cosa,Quanto",
    "När,Vem,Vad,Hur mycket",
    "日付,誰,何,いくら",
)


@pytest.mark.parametrize("names", SHEETS)
def test_columns_that_are_called_as_people_talk(tmp_path: Path, names: str) -> None:
    path, paid = sheet(tmp_path / "t.csv", names, 1)
    receipt = check(path).receipt
    assert receipt is not None
    day, who, what, money = names.split(",")
    named = {"day": day, "customer": who, "product": what, "money": money}
    assert receipt.columns == named
    assert receipt.revenue == pytest.approx(paid)


@pytest.mark.parametrize("names", ["Wann,Wer,Artikel,Wieviel", "Quand,Qui,Quoi,Combien"])
def test_a_word_that_may_count_pieces_is_asked_about(tmp_path: Path, names: str) -> None:
    with pytest.raises(DataError, match="no name says what was paid"):
        check(sheet(tmp_path / "t.csv", names, 1)[0])


def test_who_may_have_sold_where_another_column_names_buyers(tmp_path: Path) -> None:
    path, paid = sheet(tmp_path / "t.csv", "Date,Customer,Stuff,Amount", 1)
    frame = pd.read_csv(path)
    frame.insert(0, "Who", [f"Seller {i % 12}" for i in range(len(frame))])
    receipt = smartcart.check(frame).receipt
    assert receipt is not None
    assert receipt.columns["customer"] == "Customer"
    assert receipt.revenue == pytest.approx(paid)
