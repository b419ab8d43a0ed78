"""Numbers, ids and the types of tables in memory: each cell is what it is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smartcart.sources import open_source

IDS = [7_210_448_300_000, 2**53 + 1, 2**53 + 3, 2**63 - 1]
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
HUGE = [2**63, 2**63 + 1, 2**64 - 1]


def column(source: Any, name: str) -> list[Any]:
    with open_source(source) as opened:
        return list(opened.engine.arrow(opened.table)[name].to_pylist())


@pytest.mark.parametrize("kind", ["arrow", "parquet", "csv", "pandas", "nullable", "object"])
@pytest.mark.parametrize("ids", [IDS, HUGE], ids=["int64", "uint64"])
@pytest.mark.parametrize("name", ["customer_id", "order key"])
def test_ids_are_whole_to_64_bits(tmp_path: Path, kind: str, ids: list[int], name: str) -> None:
    exact = pa.int64() if max(ids) < 2**63 else pa.uint64()
    table = pa.table({name: pa.array(ids, exact), "x": pa.array(range(len(ids)))})
    source: Any = table
    if kind == "parquet":
        source = tmp_path / "t.parquet"
        pq.write_table(table, source)
    if kind == "csv":
        source = tmp_path / "t.csv"
        lines = [f"{one},{i}" for i, one in enumerate(ids)]
        source.write_text("\n".join([f"{name},x", *lines]))
    if kind == "pandas":
        source = pd.DataFrame({name: np.array(ids, dtype=str(exact)), "x": range(len(ids))})
    if kind == "nullable":
        source = pd.DataFrame(
            {
                name: pd.array(ids, dtype=str(exact).replace("i", "I").replace("u", "U")),
                "x": range(len(ids)),
            }
        )
    if kind == "object":
        source = pd.DataFrame({name: pd.Series(ids, dtype=object), "x": range(len(ids))})
    assert [str(one) for one in column(source, name)] == [str(one) for one in ids]


def test_a_workbook_keeps_the_digits_that_it_has(tmp_path: Path) -> None:
    from smartcart.sources.excel import _cell

    assert _cell(float(2**53 - 1)) == str(2**53 - 1)


def test_ids_with_an_apostrophe_are_found_again_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Customer ID,Zip,Total\n'7210448300000,'01067,1\n'7210448300001,'99084,2\n")
    assert column(path, "Customer ID") == ["'7210448300000", "'7210448300001"]
    assert column(path, "Zip") == ["'01067", "'99084"]


MONEY = {
    "$58.00": 58.0,
    "-$4.00": -4.0,
    "($4.50)": -4.5,
    "$-4.25": -4.25,
    "$(4.00)": -4.0,
    "\u22124.50": -4.5,
    "US $12.00": 12.0,
    "AU $1,200.50": 1200.5,
    "$12.50 USD": 12.5,
    "CHF 1'234.50": 1234.5,
    "RM 12.50": 12.5,
    "₹1,23,456.00": 123456.0,
    "1500円": 1500.0,
}
COMMA = {
    "R$ 1.234,56": 1234.56,
    "€ -4,50": -4.5,
    "1.234,56 €": 1234.56,
    "12,50 zł": 12.5,
    "-R$ 4,00": -4.0,
    "1 234,56 руб.": 1234.56,
    "S/ 12,50": 12.5,
    "(4,50 €)": -4.5,
}


@pytest.mark.parametrize("cells", [MONEY, COMMA], ids=["point", "comma"])
def test_money_is_a_number_in_any_dress(tmp_path: Path, cells: dict[str, float]) -> None:
    for cell, number in cells.items():
        path = tmp_path / "t.csv"
        other = "7.25" if cells is MONEY else "7,25"
        path.write_text(f'k;amount\na;"{cell}"\nb;"{other}"\n', encoding="utf-8")
        assert column(path, "amount") == [number, 7.25], cell


OTHER_DIGITS = {
    "١٬٢٣٤٫٥٠": 1234.5,
    "١٢٫٥٠٠": 12.5,  # three decimals, as in Kuwait: the sign says so
    "٩٩٫٥٠ ر.س": 99.5,
    "-٤٫٥": -4.5,
    "۱۲۳۴۵۶٫۷ تومان": 123456.7,
    "\u200f۱۲": 12.0,
    "१२,३४,५६७.५०": 1234567.5,
    "₹१२.५०": 12.5,
    "￥１，２３４": 1234.0,
    "１２．５": 12.5,
    "๑๒.๕": 12.5,
}


@pytest.mark.parametrize("other", ["7.25", "٧٫٢٥"])
def test_money_in_digits_of_other_scripts(tmp_path: Path, other: str) -> None:
    for cell, number in OTHER_DIGITS.items():
        path = tmp_path / "t.csv"
        path.write_text(f'k;amount\na;"{cell}"\nb;"{other}"\n', encoding="utf-8")
        with open_source(path) as opened:
            assert opened.engine.arrow(opened.table)["amount"].to_pylist() == [number, 7.25], cell
            assert not opened.reading.notices


def test_words_between_numbers_of_other_scripts_are_told_and_codes_stay(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    cells = "".join(f"C{i},{str(i).translate(EASTERN)},٠٠{i % 7}\n" for i in range(100, 350))
    path.write_text(f"customer_id,pieces,postcode\n{cells}C9,كثير,١\n", encoding="utf-8")
    with open_source(path) as opened:
        found = opened.engine.arrow(opened.table)
        assert found["pieces"].to_pylist() == [*range(100, 350), None]
        assert found["postcode"][0].as_py() == "٠٠2"  # with a zero before it: a code
        assert [n.code for n in opened.reading.notices] == ["bad_cells"]


def test_days_in_digits_of_other_scripts_stay_days(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("k,order_date\na,٢٠٢٤٠١١٨\nb,٢٠٢٤٠١١٩\n", encoding="utf-8")
    assert column(path, "order_date") == [dt.date(2024, 1, 18), dt.date(2024, 1, 19)]
    path.write_text(
        "k,order_date\na,２０２４年１月１８日\nb,２０２４年１月１９日\n", encoding="utf-8"
    )
    assert column(path, "order_date") == [dt.date(2024, 1, 18), dt.date(2024, 1, 19)]


def test_a_point_before_three_digits_of_money_parts_thousands(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("k,amount\na,1.000 Ft\nb,12.500 Ft\n")
    with open_source(path) as opened:
        assert opened.engine.arrow(opened.table)["amount"].to_pylist() == [1000, 12500]
        (notice,) = [n for n in opened.reading.notices if n.code == "ambiguous_numbers"]
    assert "a point always stands before three digits" in notice.message
    path.write_text("k,amount\na,1.000 Ft\nb,12.50 Ft\n")
    assert column(path, "amount") == [1.0, 12.5]


NO_CENTS = {
    "comma": ("12,50", ["€ 25,-", "25,--", "25,—", "25,- €", "kr 25,-", "25:-", "25.-", "25,–"]),
    "point": ("12.50", ["25.-", "CHF 25.–", "25.-- CHF", "25,-"]),
}


@pytest.mark.parametrize("mark", NO_CENTS)
def test_a_dash_for_no_cents_is_no_minus(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "t.csv"
    beside, cells = NO_CENTS[mark]
    for cell in cells:
        minus = ["-" + cell if cell[0].isdigit() else cell.replace("25", "-25")]
        lines = "".join(f'x;"{one}"\n' for one in (cell, beside, *minus))
        path.write_text(f"k;amount\n{lines}", encoding="utf-8")
        assert column(path, "amount") == [25.0, 12.5, -25.0], cell


def test_a_minus_behind_digits_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for cells in ("25-;12,50-;1.250,00-;25,-", "25 -;12,50 €-;1.250,00-;25,-- €"):
        path.write_text("k;amount\n" + "".join(f"x;{c}\n" for c in cells.split(";")), "utf-8")
        assert column(path, "amount") == [-25.0, -12.5, -1250.0, 25.0], cells


@pytest.mark.parametrize(
    ("cells", "read"),
    [("25,-;48,-", [25, 48]), ("1.250,-;25,-", [1250, 25]), ("1.250;25,-", [1250, 25])],
)
def test_what_stands_before_a_dash_for_no_cents_is_the_decimal_sign(
    tmp_path: Path, cells: str, read: list[int]
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("k;amount\n" + "".join(f"x;{cell}\n" for cell in cells.split(";")))
    with open_source(path) as opened:
        assert opened.engine.arrow(opened.table)["amount"].to_pylist() == read
        assert not opened.reading.notices


AMOUNTS = ["12.500", "22.000", "9.000"]


def amounts(tmp_path: Path, **columns: list[str]) -> tuple[dict[str, list[Any]], list[str]]:
    """Write columns of text; return what they are read as, and the codes of the notices."""
    path = tmp_path / "t.csv"
    pd.DataFrame(columns).to_csv(path, index=False, sep=";")
    with open_source(path) as opened:
        found = opened.engine.arrow(opened.table).to_pydict()
        return found, [notice.code for notice in opened.reading.notices]


@pytest.mark.parametrize(
    "beside",
    [
        {"currency": ["IDR"] * 3},
        {"Ongkir (Rp)": ["9.000", "500", "0"]},
        {"fee": ["Rp 9.000", "Rp 500", "Rp 1.500"]},
        {"moneda": ["CLP", "COP", "CLP"]},
        {"No. Pesanan": list("abc"), "Nama Produk": list("xyz"), "Metode": list("pqr")},
        {"mã đơn hàng": list("abc"), "khách hàng": list("xyz"), "số tiền": ["5.000", "7.500", ""]},
    ],
)
def test_points_part_thousands_of_a_currency_without_cents(
    tmp_path: Path, beside: dict[str, list[str]]
) -> None:
    names = {"Nama Pembeli": list("uvw")} if "Metode" in beside else {}
    found, told = amounts(
        tmp_path,
        total=AMOUNTS,
        ship=["0", "12.000", "12.000"],
        weight=["0.250", "1.500", "2.000"],
        **beside,
        **names,
    )
    assert found["total"] == [12500, 22000, 9000]
    assert found["ship"] == [0, 12000, 12000]  # one amount only, as the others
    assert found["weight"] == [0.25, 1.5, 2.0]
    assert "ambiguous_numbers" not in told


@pytest.mark.parametrize(
    ("beside", "doubt"),
    [
        ({"currency": ["USD"] * 3}, True),
        ({"currency": ["IDR", "USD", "IDR"]}, True),
        ({"currency": ["IDR"] * 3, "price": ["12.50", "22.00", "9.00"]}, True),
        ({"currency": ["KWD"] * 3}, False),
        ({"total_tnd": ["1.000", "2.500", "3.500"], "price": AMOUNTS, "tax": AMOUNTS}, False),
        ({"No. Pesanan": list("abc"), "Nama Produk": list("xyz")}, True),  # two names only
    ],
)
def test_points_stay_decimal_where_cents_or_thousandths_are_in_use(
    tmp_path: Path, beside: dict[str, list[str]], doubt: bool
) -> None:
    found, told = amounts(tmp_path, total=AMOUNTS, **beside)
    assert found["total"] == [12.5, 22.0, 9.0]
    assert ("ambiguous_numbers" in told) == doubt


def test_dinars_have_thousandths(tmp_path: Path) -> None:
    found, told = amounts(tmp_path, k=list("abc"), total=["KWD 12.500", "KWD 22.000", "KWD 9.000"])
    assert (found["total"], told) == ([12.5, 22.0, 9.0], [])


MANY = [f"{10 + i}.{i % 10}00" for i in range(12)]
REDUCED = [f"{1 + i}.500" for i in range(11)] + ["0"]


@pytest.mark.parametrize(
    ("beside", "parted"),
    [
        ({"discount": REDUCED}, True),
        ({"discount": REDUCED, "weight": ["0.250", "1.5", "2.000"] * 4}, True),
        ({}, False),  # two columns of money
        ({"discount": ["1.500", "2.500", "3.500"] * 4}, False),  # few different cells
        ({"discount": ["0.500", *REDUCED[1:]]}, False),
        ({"discount": REDUCED, "score": ["1.5", "2", "3"] * 4}, False),
        ({"discount": REDUCED, "quantity": ["1.000", "2.000", "3.000"] * 4}, False),
    ],
)
def test_many_amounts_with_points_before_three_digits_are_thousands(
    tmp_path: Path, beside: dict[str, list[str]], parted: bool
) -> None:
    found, told = amounts(tmp_path, total=MANY, price=MANY[::-1], **beside)
    assert found["total"][:2] == ([10_000, 11_100] if parted else [10.0, 11.1])
    assert "ambiguous_numbers" in told
    assert found.get("weight", [0.25])[0] == 0.25


def test_what_pandas_holds_is_what_it_is() -> None:
    n = 4
    frame = pd.DataFrame(
        {
            "month": pd.period_range("2024-01", periods=n, freq="M"),
            "quarter": pd.PeriodIndex(["2024Q1", None, "2024Q3", "2024Q4"], freq="Q"),
            "stay": pd.to_timedelta([1.5, 2, None, 4], unit="D"),
            "half": np.array([0.5, 1, 2, 3], dtype="float16"),
            "exact": [Decimal("1.25"), Decimal("2.50"), None, Decimal("3.75")],
            "kind": pd.Categorical(["a", "b", "a", None]),
            "level": pd.Categorical([1, 2, 1, 2], ordered=True),
            "rare": pd.arrays.SparseArray([0, 0, 1, 0]),
        }
    )
    with open_source(frame) as opened:
        rows = opened.engine.arrow(opened.table).to_pydict()
    assert rows["month"] == [dt.date(2024, m, 1) for m in (1, 2, 3, 4)]
    assert rows["quarter"] == [dt.date(2024, 1, 1), None, dt.date(2024, 7, 1), dt.date(2024, 10, 1)]
    assert rows["stay"] == [1.5, 2.0, None, 4.0]
    assert rows["half"] == [0.5, 1.0, 2.0, 3.0]
    assert rows["exact"] == [1.25, 2.5, None, 3.75]
    assert rows["kind"] == ["a", "b", "a", None]
    assert rows["level"] == [1, 2, 1, 2]
    assert rows["rare"] == [0, 0, 1, 0]


def test_what_arrow_holds_is_what_it_is() -> None:
    table = pa.table(
        {
            "half": pa.array(np.array([0.5, 1.5], dtype="float16")),
            "wide": pa.array([Decimal("1.5"), Decimal("2.5")], pa.decimal256(50, 2)),
            "stay": pa.array([86_400, 129_600], pa.duration("s")),
            "kind": pa.array(["a", "b"]).dictionary_encode(),
        }
    )
    with open_source(table) as opened:
        rows = opened.engine.arrow(opened.table.drop("__row__")).to_pydict()
    assert rows == {"half": [0.5, 1.5], "wide": [1.5, 2.5], "stay": [1.0, 1.5], "kind": ["a", "b"]}
