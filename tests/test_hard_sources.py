"""Sources that are nearly right: no row may vanish, no value may change its meaning."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import smartcart
from smartcart.errors import UsageError
from smartcart.records import Reading
from smartcart.sources import open_source


def read(source: Any) -> tuple[dict[str, list[Any]], Reading]:
    """Return the columns without ``__row__``, which must count the rows."""
    with open_source(source) as opened:
        columns = opened.engine.arrow(opened.table).to_pydict()
    assert columns.pop("__row__") == list(range(1, opened.reading.rows + 1))
    return columns, opened.reading


def text(path: Path, data: str) -> tuple[dict[str, list[Any]], Reading]:
    path.write_text(data, encoding="utf-8")
    return read(path)


def rejected(path: Path) -> list[int]:
    with open_source(path) as opened:
        if opened.rejected is None:
            return []
        lines: list[int] = opened.engine.arrow(opened.rejected).to_pydict()["__line__"]
        return lines


def codes(reading: Reading) -> list[str]:
    return [notice.code for notice in reading.notices]


# Quotes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [1, 20, 99])
def test_a_path_that_ends_in_a_backslash_costs_no_row(tmp_path: Path, at: int) -> None:
    lines = [f'{i},"town {i}",{i * 2}' for i in range(100)]
    lines[at] = f'{at},"C:\\dir\\",{at * 2}'
    columns, reading = text(tmp_path / "t.csv", "\n".join(["id,note,x", *lines]) + "\n")
    assert columns["id"] == list(range(100))
    assert columns["note"][at] == "C:\\dir\\"
    assert reading.notices == ()


def test_such_a_path_among_backslash_escapes(tmp_path: Path) -> None:
    lines = [f'{i},"say \\"hi\\", {i}",{i * 2}' for i in range(50)]
    lines[7] = '7,"C:\\dir\\",14'
    columns, reading = text(tmp_path / "t.csv", "\n".join(["id,note,x", *lines]) + "\n")
    assert columns["id"] == list(range(50))
    assert columns["note"][6:8] == ['say "hi", 6', "C:\\dir\\"]
    assert codes(reading) == ["stray_quotes"]


def test_backslash_escapes_and_empty_quoted_cells(tmp_path: Path) -> None:
    columns, _ = text(tmp_path / "t.csv", 'id,a,b\n1,"say \\"hi\\" you",""\n2,"",x\n')
    assert columns == {"id": [1, 2], "a": ['say "hi" you', None], "b": [None, "x"]}


def test_an_escape_beyond_the_sample(tmp_path: Path) -> None:
    lines = [f'{i},"town {i}",{i * 2}' for i in range(5_000)]
    lines[4_000] = '4000,"say \\"hi\\", you",8000'
    columns, _ = text(tmp_path / "t.csv", "\n".join(["id,note,x", *lines]) + "\n")
    assert columns["id"] == list(range(5_000))
    assert columns["note"][4_000] == 'say "hi", you'


def test_two_stray_quotes_on_adjacent_lines_merge_nothing(tmp_path: Path) -> None:
    rows = [f"{i},PhD,{i * 50},{i},{i % 5}" for i in range(1, 20)]
    rows[9] = '10,"PhD,559,19,3'
    rows[10] = '11,"PhD,696,50,4'
    columns, reading = text(tmp_path / "t.csv", "\n".join(["id,edu,a,b,c", *rows]) + "\n")
    assert columns["id"] == list(range(1, 20))
    assert set(columns["edu"]) == {"PhD"}
    assert columns["a"][9:11] == [559, 696]
    assert [(n.code, n.count) for n in reading.notices] == [("stray_quotes", 2)]
    assert "line 11" in reading.notices[0].message


def test_rows_and_rejected_lines_are_all_lines(tmp_path: Path) -> None:
    rows = [f"{i},PhD,{i}" for i in range(1, 40)]
    rows[4] = '5,"PhD, old,5'
    rows[8] = '9,"PhD,9'
    rows[20] = '21,"PhD\nof two lines",21'
    path = tmp_path / "t.csv"
    columns, reading = text(path, "\n".join(["id,edu,x", *rows]) + "\n")
    assert rejected(path) == [6]
    assert columns["id"] == [i for i in range(1, 40) if i != 5]
    assert columns["edu"][19] == "PhD\nof two lines"
    assert codes(reading) == ["stray_quotes", "broken_quotes"]


def test_two_stray_quotes_in_one_line(tmp_path: Path) -> None:
    columns, _ = text(tmp_path / "t.csv", 'id,a,b,c\n1,x,2,y\n2,"x,2,"y\n3,x,2,y\n')
    assert columns["id"] == [1, 2, 3]
    assert columns["c"] == ["y", "y", "y"]


# Headers ---------------------------------------------------------------------------------------


def test_a_title_padded_with_separators(tmp_path: Path) -> None:
    data = "Report,,,,\n,,,,\nid,a,b,c,d\n1,2,3,4,5\n6,7,8,9,10\n"
    columns, reading = text(tmp_path / "t.csv", data)
    assert columns == {"id": [1, 6], "a": [2, 7], "b": [3, 8], "c": [4, 9], "d": [5, 10]}
    assert codes(reading) == ["title_lines"]


def test_a_header_with_few_names_over_numbers_stays(tmp_path: Path) -> None:
    columns, _ = text(tmp_path / "t.csv", "id,,,\n1,2,3,4\n5,6,7,8\n")
    assert list(columns) == ["id", "column_2", "column_3", "column_4"]


# Numbers ---------------------------------------------------------------------------------------


def test_thousands_points_beside_decimal_commas(tmp_path: Path) -> None:
    data = "nr;einkommen;preis\n1;58.138;9,50\n2;46.344;12,00\n3;950;1.234,5\n"
    columns, reading = text(tmp_path / "t.csv", data)
    assert columns["einkommen"] == [58138, 46344, 950]
    assert columns["preis"] == [9.5, 12.0, 1234.5]
    assert reading.notices == ()


def test_thousands_points_in_two_groups(tmp_path: Path) -> None:
    columns, _ = text(tmp_path / "t.csv", "a;sum\nx;58.138\ny;1.234.567\n")
    assert columns["sum"] == [58138, 1234567]


@pytest.mark.parametrize("sign", [",", "."])
def test_the_same_doubt_of_several_columns_is_said_once(tmp_path: Path, sign: str) -> None:
    rows = [";".join(f"{n + more}{sign}450" for n in (3, 7, 12, 36, 41)) for more in (0, 1)]
    content = f"a;net;tax;sum;due;paid\nx;{rows[0]}\ny;{rows[1]}\n"
    columns, reading = text(tmp_path / "t.csv", content)
    assert columns["paid"][0] == (41450 if sign == "," else 41.45)
    (notice,) = reading.notices
    assert notice.code == "ambiguous_numbers"
    assert "columns 'net', 'tax', 'sum', 'due' and 1 more: a" in notice.message


@pytest.mark.parametrize("name", ["合計金額", "합계", "Total JPY", "Total (¥)"])
def test_a_comma_of_yen_parts_thousands_without_a_doubt(tmp_path: Path, name: str) -> None:
    columns, reading = text(tmp_path / "t.csv", f"a;{name}\nx;3,053\ny;36,946\nz;490\n")
    assert columns[name] == [3053, 36946, 490]
    assert reading.notices == ()
    codes_ = codes(text(tmp_path / "t.csv", f"a;{name}\nx;3.053\ny;36.946\n")[1])
    assert codes_ == ["ambiguous_numbers"]  # a point before decimals is one there


def test_points_that_may_be_thousands_are_said(tmp_path: Path) -> None:
    columns, reading = text(tmp_path / "t.csv", "a;sum\nx;58.138\ny;46.344\nz;7\n")
    assert columns["sum"] == [58.138, 46.344, 7.0]
    assert codes(reading) == ["ambiguous_numbers"]
    assert "point" in reading.notices[0].message
    assert text(tmp_path / "t.csv", "a;w\nx;58.138\ny;46.34\n")[1].notices == ()


def test_thousands_commas_are_no_decimal_commas(tmp_path: Path) -> None:
    columns, _ = text(tmp_path / "t.csv", "a;sum;w\nx;58,138;1.250\ny;46,344;2.375\n")
    assert columns == {"a": ["x", "y"], "sum": [58138, 46344], "w": [1.25, 2.375]}


@pytest.mark.parametrize("price", ["226,80", "1.234,5"])
def test_the_decimal_mark_of_one_file_is_one(tmp_path: Path, price: str) -> None:
    data = f"a\tpieces\tprice\nx\t3,000\t70,20\ny\t1,000\t{price}\n"
    columns, reading = text(tmp_path / "t.txt", data)
    assert columns["pieces"] == [3, 1]
    assert reading.notices == ()


@pytest.mark.parametrize("price", ["226.80", "1,226.80"])
def test_commas_beside_decimal_points_part_thousands(tmp_path: Path, price: str) -> None:
    columns, _ = text(tmp_path / "t.txt", f"a\tsum\tprice\nx\t3,000\t70.20\ny\t1,000\t{price}\n")
    assert columns["sum"] == [3000, 1000]


def test_a_text_with_a_comma_says_nothing_of_numbers(tmp_path: Path) -> None:
    data = "a\tsum\tnote\nx\t3,000\t2,5\ny\t1,000\ttoo late\nz\t7,500\tlost\n"
    columns, reading = text(tmp_path / "t.txt", data)
    assert columns["sum"] == [3000, 1000, 7500]
    assert codes(reading) == ["ambiguous_numbers"]


@pytest.mark.parametrize("name", ["Customer", "Client", "CustomerKey", "ID"])
@pytest.mark.parametrize(
    "cells",
    [
        ["1e5", "2e5", "3"],
        ["1,234", "5,678", "9"],
        ["12%", "5%", "3"],
        ["2012-01-02"] * 3,
        ["1", "2", "unknown"],
        ["17", "18", "guest"],
        ["007", "8", "9"],
        ["1.5", "2", "3"],
        ["$5", "$6", "$7"],
        ["yes", "no", "yes"],
        ["17.0", "17", "18"],
        ["12345678901234567890", "1", "2"],
    ],
)
def test_ids_are_kept_as_written(tmp_path: Path, name: str, cells: list[str]) -> None:
    rows = "".join(f"{cell};x\n" for cell in cells)
    assert text(tmp_path / "t.csv", f"{name};y\n{rows}")[0][name] == cells


def test_plain_whole_ids_are_numbers(tmp_path: Path) -> None:
    data = "ID;CustomerKey\n12;17850.0\n0;\n9007199254740993;13047.0\n"
    columns, _ = text(tmp_path / "t.csv", data)
    assert columns == {"ID": [12, 0, 9007199254740993], "CustomerKey": [17850, None, 13047]}


@pytest.mark.parametrize("odd", ["guest", "1e5", "12%"])
def test_one_odd_id_far_below_is_not_lost(tmp_path: Path, odd: str) -> None:
    rows = "".join(f"{i},1\n" for i in range(30_000))
    columns, _ = text(tmp_path / "t.csv", f"Customer,x\n{rows}{odd},2\n")
    assert columns["Customer"][-1] == odd
    assert columns["Customer"][7] == "7"


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("id,x,", "1 column without a name: named by position, as column_3"),
        (",id,x", "1 column without a name: named by position, as column_1"),
        (",id,", "2 columns without a name: named by position, as column_1, column_3"),
        ("id,,,,", "as column_2, column_3, column_4, ..."),
        ("id,column_2,,", "as column_3, column_4"),
    ],
)
def test_columns_without_a_name_are_told_by_the_one_they_get(tmp_path, header, named) -> None:
    cells = "".join(
        f"{','.join(str(i + k) for k in range(header.count(',') + 1))}\n" for i in (1, 2)
    )
    columns, reading = text(tmp_path / "t.csv", f"{header}\n{cells}")
    (notice,) = [n for n in reading.notices if n.code == "unnamed_columns"]
    assert notice.message.endswith(named)
    given = notice.message.split(", as ")[1].removesuffix(", ...").split(", ")
    assert set(given) <= set(columns)


def test_mixed_currencies_are_said(tmp_path: Path) -> None:
    columns, reading = text(tmp_path / "t.csv", "a;price\nx;$5\ny;€6\nz;$7\n")
    assert columns["price"] == [5, 6, 7]
    assert codes(reading) == ["mixed_currencies"]
    assert all(word in reading.notices[0].message for word in ("price", "$", "€"))
    assert text(tmp_path / "t.csv", "a;price\nx;$5\ny;6 USD\n")[1].notices == ()


@pytest.mark.parametrize("cells", [["1", "1e300"], ["1.5", "-1e300"], ["1e300", "1e300"]])
def test_huge_numbers_are_numbers(tmp_path: Path, cells: list[str]) -> None:
    rows = "".join(f"a;{cell}\n" for cell in cells)
    assert text(tmp_path / "t.csv", f"a;x\n{rows}")[0]["x"] == [float(cell) for cell in cells]
    pq.write_table(pa.table({"x": [float(c) for c in cells]}), tmp_path / "t.parquet")
    assert read(tmp_path / "t.parquet")[0]["x"] == [float(cell) for cell in cells]


@pytest.mark.parametrize("column", ["ID", "Income", "NumWebPurchases"])
def test_huge_numbers_break_no_check(tmp_path: Path, column: str) -> None:
    frame = pd.DataFrame({name: range(1, 61) for name in ("ID", "Income", "NumWebPurchases")})
    frame[column] = frame[column].astype(float)
    frame.loc[3, column] = 1e300
    frame.to_parquet(tmp_path / "t.parquet")
    assert smartcart.check(tmp_path / "t.parquet").reading.rows == 60


def test_ids_that_are_not_whole_stay_apart() -> None:
    assert read(pd.DataFrame({"ID": [1.5, 2.0, 1e300]}))[0] == {"ID": ["1.5", "2.0", "1e+300"]}
    assert read(pd.DataFrame({"ID": [1.0, None, 3.0]}))[0] == {"ID": [1, None, 3]}


# Typed sources ---------------------------------------------------------------------------------


def test_whole_decimals_are_exact(tmp_path: Path) -> None:
    big = [2**53 + 1, 2**53 + 3, None]
    huge = [10**25 + 1, 7, None]
    table = pa.table(
        {
            "id": pa.array([x and Decimal(x) for x in big], pa.decimal128(18, 0)),
            "wide": pa.array([x and Decimal(x) for x in big], pa.decimal128(38, 0)),
            "huge": pa.array([x and Decimal(x) for x in huge], pa.decimal128(38, 0)),
            "u": pa.array([2**53 + 1, 5, None], pa.uint64()),
            "uu": pa.array([2**64 - 1, 5, None], pa.uint64()),
            "money": pa.array([Decimal("1.5"), None, None], pa.decimal128(10, 2)),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    for source in (table, tmp_path / "t.parquet"):
        columns, _ = read(source)
        assert columns == {
            "id": big,
            "wide": big,
            "huge": [str(10**25 + 1), "7", None],
            "u": [2**53 + 1, 5, None],
            "uu": [str(2**64 - 1), "5", None],
            "money": [1.5, None, None],
        }


@pytest.mark.parametrize("name", ["file_row_number", "File_Row_Number", "file_index", "filename"])
def test_columns_named_like_the_readers_own(tmp_path: Path, name: str) -> None:
    parts = []
    for i in range(2):
        parts.append(tmp_path / f"{i}.parquet")
        pq.write_table(pa.table({name: [70 + i, 5, 5], "x": [i, i, i]}), parts[-1])
    assert read(parts[0])[0] == {name: [70, 5, 5], "x": [0, 0, 0]}
    assert read(parts)[0] == {name: [70, 5, 5, 71, 5, 5], "x": [0, 0, 0, 1, 1, 1]}


def test_an_index_named_like_a_column() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=pd.Index([1, 2], name="a"))
    assert read(frame)[0] == {"a": [1, 2], "b": [3, 4]}
    frame.index = pd.Index([8, 9], name="a")
    assert read(frame)[0] == {"index a": [8, 9], "a": [1, 2], "b": [3, 4]}


def test_an_index_without_a_name_is_said() -> None:
    columns, reading = read(pd.DataFrame({"b": [3, 4]}, index=["u", "v"]))
    assert columns == {"b": [3, 4]}
    assert codes(reading) == ["index_left_out"]
    assert read(pd.DataFrame({"b": [3, 4]}))[1].notices == ()


def test_a_subclass_of_a_frame() -> None:
    class Customers(pd.DataFrame):
        pass

    assert read(Customers({"b": [3, 4]}))[0] == {"b": [3, 4]}


def test_names_that_hold_nul() -> None:
    columns, _ = read(pd.DataFrame({"a\x00b": [3, 4], "\x00": [1, 2]}))
    assert list(columns.values()) == [[3, 4], [1, 2]]
    assert "\x00" not in "".join(columns)


# Paths -----------------------------------------------------------------------------------------


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for source in (pipe, "/dev/zero"):
        with pytest.raises(UsageError, match="device, pipe or socket"):
            open_source(source)


@pytest.mark.parametrize("name", ["~nouser-at-all/x", "x" * 5_000, "y/" * 5_000, "[" * 3_000])
def test_impossible_names(name: str) -> None:
    with pytest.raises(UsageError):
        open_source(name)
