"""From a source to a typed table: types, missing values, notices, order, fingerprint."""

from __future__ import annotations

import datetime as dt
import gzip
import math
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conftest import shared_file
from frames import as_frame
from smartcart.errors import DataError
from smartcart.sources import Opened, open_source
from smartcart.sources.excel import swapped_dates
from smartcart.tables.guess import code_like, guess

CAMPAIGN = (
    "marketing_campaign.csv",
    "variants/mc_comma_bom_ddmmyyyy.csv",
    "variants/mc_tab_crlf_ddmmyyyy.csv",
    "variants/mc_real.xlsx",
)


def read(source: Any) -> tuple[dict[str, list[Any]], dict[str, str], Opened]:
    """Return the columns, their types, and the opened source (closed)."""
    with open_source(source) as opened:
        columns = opened.engine.arrow(opened.table).to_pydict()
        types = {name: str(kind) for name, kind in opened.table.schema().items()}
    return columns, types, opened


def column(tmp_path: Path, name: str, cells: list[str]) -> tuple[list[Any], str, list[Any]]:
    """Write one column beside an id as CSV; return its values, type and notices."""
    path = tmp_path / "one.csv"
    lines = [f"key;{name}", *(f"k{i};{cell}" for i, cell in enumerate(cells))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns, types, opened = read(path)
    assert columns["__row__"] == list(range(1, len(cells) + 1))
    return columns[name], types[name], list(opened.reading.notices)


def codes(notices: Any) -> list[str]:
    return [notice.code for notice in notices]


# The real tables -------------------------------------------------------------------------------


@pytest.mark.shared_data
def test_four_exports_of_one_table_are_one_typed_table() -> None:
    tables, prints = [], []
    for name in CAMPAIGN:
        with open_source(shared_file(name)) as opened:
            tables.append(opened.engine.arrow(opened.table))
            prints.append(opened.reading.fingerprint)
            assert opened.reading.notices == ()
    assert all(table.schema == tables[0].schema for table in tables)
    assert all(table.equals(tables[0]) for table in tables)
    assert len(set(prints)) == 1
    assert tables[0].num_rows == 2240
    assert tables[0].schema.field("Dt_Customer").type == pa.date32()
    assert max(tables[0]["Dt_Customer"].to_pylist()) == dt.date(2014, 6, 29)
    assert tables[0]["Income"].null_count == 24


@pytest.mark.shared_data
def test_the_short_table_equals_its_columns_of_the_long_one() -> None:
    with open_source(shared_file("smartcart_customers.csv")) as short:
        own = short.engine.arrow(short.table)
    with open_source(shared_file("marketing_campaign.csv")) as long:
        assert own.equals(long.engine.arrow(long.table.select(own.schema.names)))


@pytest.mark.shared_data
def test_dates_swapped_by_excel_are_swapped_back() -> None:
    with open_source(shared_file("smartcart_customers.csv")) as right:
        truth = as_frame(right.engine, right.table).set_index("ID")["Dt_Customer"].to_dict()
    with open_source(shared_file("variants/mc_xlsx_named_csv.csv")) as opened:
        found = as_frame(opened.engine, opened.table).set_index("ID")["Dt_Customer"].to_dict()
        notices = {notice.code: notice for notice in opened.reading.notices}
    assert opened.reading.format == "excel"
    assert "name_and_content_differ" in notices
    assert notices["swapped_dates"].count == 842
    assert "1321 are text" in notices["swapped_dates"].message
    blank = {key for key, day in found.items() if pd.isna(day)}
    assert len(blank) == 3  # empty in the file itself
    assert all(found[key] == truth[key] for key in truth if key not in blank)


@pytest.mark.shared_data
def test_dollar_strings_are_numbers() -> None:
    columns, types, opened = read(shared_file("variants/mc_2market_currency_strings.csv"))
    assert types["Income"] == "int64"
    assert columns["Income"][:2] == [84835, 57091]
    assert opened.reading.currency == "$"


@pytest.mark.shared_data
def test_order_lines_as_parquet_and_as_csv_agree() -> None:
    with open_source(shared_file("online_retail.parquet")) as whole:
        first = whole.engine.arrow(whole.table.limit(19_999))
    with open_source(shared_file("online_retail_head.csv")) as head:
        own = head.engine.arrow(head.table)
    assert own.equals(first)
    assert str(own.schema.field("InvoiceNo").type) == "string"  # C536379 cancels
    assert str(own.schema.field("CustomerID").type) == "int64"  # 17850.0
    assert str(own.schema.field("InvoiceDate").type) == "timestamp[us]"


# Numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "2", ""], "int64", [1, 2, None]),
        (["1.0", "2", "+3"], "int64", [1, 2, 3]),
        ([" 58138 ", "46344"], "int64", [58138, 46344]),
        (["1.5", "2"], "float64", [1.5, 2.0]),
        (["1e3", "-2.5E-1"], "float64", [1000.0, -0.25]),
        (["$84,835.00", "$950.50", "(1,000.25)"], "float64", [84835.0, 950.5, -1000.25]),
        (["1.234,56", "12,5", "-3"], "float64", [1234.56, 12.5, -3.0]),
        (["1 234,56 €", "12,50 €"], "float64", [1234.56, 12.5]),
        (["1\u202f234.5", "7"], "float64", [1234.5, 7.0]),
        (["USD 1,000.50", "USD 3"], "float64", [1000.5, 3.0]),
        (["R$ 1.000,50", "R$ 3,00"], "float64", [1000.5, 3.0]),
        (["12.5%", "7%"], "float64", [12.5, 7.0]),
        (["100.50-", "3"], "float64", [-100.5, 3.0]),
        (["1,23,456.50", "99"], "float64", [123456.5, 99.0]),
        (["9007199254740993", "1"], "int64", [9007199254740993, 1]),
        (["0", "1", "0"], "int64", [0, 1, 0]),
        (["0.5", "0.25"], "float64", [0.5, 0.25]),
    ],
)
def test_numbers(tmp_path: Path, cells: list[str], kind: str, values: list[Any]) -> None:
    found, type_, _ = column(tmp_path, "amount", cells)
    assert (type_, found) == (kind, values)


@pytest.mark.parametrize(
    "cells",
    [
        ["01067", "99084"],  # postcodes
        ["A12", "B7"],
        ["1.2.3", "1.2.4"],
        ["12,34,5", "1"],
        ["58k", "61k"],
        ["2012_01", "2012_02", "1", "2"],
        ["Ⅲ", "Ⅳ"],
    ],
)
def test_not_numbers(tmp_path: Path, cells: list[str]) -> None:
    found, type_, _ = column(tmp_path, "amount", cells)
    assert (type_, found) == ("string", cells)


def test_all_words_for_missing(tmp_path: Path) -> None:
    words = ["", "NA", "N/A", "null", "NULL", "nan", "None", "-", "?", "#N/A"]
    for cells, kind in ([["7", "8"], "int64"], [["red", "blue"], "string"]):
        found, type_, notices = column(tmp_path, "x", [*words, *cells])
        assert type_ == kind
        assert found[:10] == [None] * 10
        assert [str(x) for x in found[10:]] == cells
        assert notices == []


def test_few_misfits_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    cells = [str(i) for i in range(1000)]
    cells[7], cells[400] = "abc", "about 3"
    found, kind, notices = column(tmp_path, "income", cells)
    assert kind == "int64"
    assert found[7] is found[400] is None
    assert found[8] == 8
    assert codes(notices) == ["bad_cells"]
    assert notices[0].count == 2
    assert "'income'" in notices[0].message
    assert "'abc' in row 8" in notices[0].message


def test_many_misfits_make_it_text_and_say_so(tmp_path: Path) -> None:
    cells = [str(i) for i in range(100)]
    cells[7] = cells[8] = "abc"
    found, kind, notices = column(tmp_path, "income", cells)
    assert kind == "string"
    assert found == cells
    assert codes(notices) == ["mixed_column"]


def test_few_codes_make_it_text(tmp_path: Path) -> None:
    cells = [str(536000 + i) for i in range(1000)]
    cells[5] = "C536379"
    found, kind, notices = column(tmp_path, "document", cells)
    assert kind == "string"
    assert found == cells
    assert notices == []
    assert code_like("customer_id", {"none of these": 1})


def test_misfits_beyond_the_sample_overturn_the_guess(tmp_path: Path) -> None:
    lines = ["id;late;float;day;blank;code"]
    for i in range(25_000):
        end = i >= 24_000
        lines.append(
            f"{i};{'x' if end else i};{i + 0.5 if end else i};"
            f"{'25/02/2020' if end else '01/02/2020'};{i if end else ''};"
            f"{'007' if end else i}"
        )
    path = tmp_path / "late.csv"
    path.write_text("\n".join(lines))
    columns, types, opened = read(path)
    assert list(types.values()) == [
        "int64",
        "int64",
        "string",
        "float64",
        "date",
        "int64",
        "string",
    ]
    assert columns["late"][0] == "0"
    assert columns["float"][-1] == 24_999.5
    assert columns["day"][0] == dt.date(2020, 2, 1)  # the last rows show: day first
    assert columns["day"][-1] == dt.date(2020, 2, 25)
    assert columns["blank"][-1] == 24_999
    assert columns["code"][-1] == "007"
    assert codes(opened.reading.notices) == ["mixed_column"]


def test_infinities_are_missing_and_counted(tmp_path: Path) -> None:
    found, kind, notices = column(tmp_path, "x", ["1.5", "inf", "-Infinity", "2"])
    assert (kind, found) == ("float64", [1.5, None, None, 2.0])
    assert [(n.code, n.count) for n in notices] == [("infinite", 2)]
    frame = pd.DataFrame({"id": ["a", "b", "c"], "x": [1.5, math.inf, math.nan]})
    path = tmp_path / "t.parquet"
    frame.to_parquet(path)
    for source in (frame, path):
        columns, _, opened = read(source)
        assert columns["x"] == [1.5, None, None]
        assert [(n.code, n.count) for n in opened.reading.notices] == [("infinite", 1)]


# Dates and booleans ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "form", "day"),
    [
        (["2012-09-04", "2012-12-31"], "%Y-%m-%d", dt.date(2012, 9, 4)),
        (["2012/9/4", "2012/12/31"], "%Y/%m/%d", dt.date(2012, 9, 4)),
        (["04-09-2012", "31-12-2012"], "%d-%m-%Y", dt.date(2012, 9, 4)),
        (["4.9.2012", "31.12.2012"], "%d.%m.%Y", dt.date(2012, 9, 4)),
        (["9/4/2012", "12/31/2012"], "%m/%d/%Y", dt.date(2012, 9, 4)),
        (["04/09/12", "31/12/12"], "%d/%m/%y", dt.date(2012, 9, 4)),
        (["4 Sep 2012", "31 Dec 2012"], "%d %b %Y", dt.date(2012, 9, 4)),
        (["September 4, 2012", "December 31, 2012"], "%B %d, %Y", dt.date(2012, 9, 4)),
    ],
)
def test_days(tmp_path: Path, cells: list[str], form: str, day: dt.date) -> None:
    path = tmp_path / "d.csv"
    path.write_text("id;when\n" + "".join(f'{i};"{c}"\n' for i, c in enumerate(cells)))
    columns, types, opened = read(path)
    assert types["when"] == "date"
    assert columns["when"] == [day, dt.date(2012, 12, 31)]
    assert opened.reading.date_formats == {"when": form}
    assert opened.reading.notices == ()


@pytest.mark.parametrize(
    "cells",
    [
        ["2012-09-04 08:26", "2012-12-31 23:59:30"],
        ["2012-09-04T08:26:00Z", "2012-12-31T23:59:30.000Z"],
        ["04/09/2012 08:26:00", "31/12/2012 23:59:30"],
        ["9/4/2012 8:26:00 AM", "12/31/2012 11:59:30 PM"],
    ],
)
def test_times_of_day(tmp_path: Path, cells: list[str]) -> None:
    found, kind, _ = column(tmp_path, "when", cells)
    assert kind == "timestamp(6)"
    assert found == [dt.datetime(2012, 9, 4, 8, 26), dt.datetime(2012, 12, 31, 23, 59, 30)]


def test_eight_digits_are_a_date_only_by_name_and_only_if_all_are(tmp_path: Path) -> None:
    assert column(tmp_path, "order_date", ["20120904", "20121231"])[1] == "date"
    assert column(tmp_path, "amount", ["20120904", "20121231"])[1] == "int64"
    assert column(tmp_path, "order_date", ["20120904", "20129931"])[1] == "int64"


@pytest.mark.parametrize(("sign", "day"), [("-", 4), (".", 4), ("/", 9)])
def test_an_open_order_of_day_and_month_is_said(tmp_path: Path, sign: str, day: int) -> None:
    found, kind, notices = column(tmp_path, "when", [f"04{sign}09{sign}2012"] * 3)
    assert kind == "date"
    assert found[0].day == day
    assert codes(notices) == ["ambiguous_dates"]
    assert ("day first" if day == 4 else "month first") in notices[0].message


def test_impossible_days_are_counted(tmp_path: Path) -> None:
    cells = [f"{1 + i % 28:02}-01-2012" for i in range(300)]
    cells[3] = "31-02-2012"
    found, kind, notices = column(tmp_path, "when", cells)
    assert (kind, found[3]) == ("date", None)
    assert [(n.code, n.count) for n in notices] == [("bad_cells", 1)]


def test_both_orders_in_one_column_are_not_guessed(tmp_path: Path) -> None:
    cells = ["25-01-2012", "01-25-2012"] * 10
    found, kind, notices = column(tmp_path, "when", cells)
    assert (kind, found) == ("string", cells)
    assert codes(notices) == ["mixed_column"]
    assert "both orders" in notices[0].message


@pytest.mark.parametrize("words", [("true", "false"), ("Yes", "No"), ("TRUE", "FALSE")])
def test_booleans_only_if_the_whole_column_is(tmp_path: Path, words: tuple[str, str]) -> None:
    found, kind, _ = column(tmp_path, "flag", [*words, "", words[0]])
    assert (kind, found) == ("boolean", [True, False, None, True])
    cells = [*words, "maybe"]
    assert column(tmp_path, "flag", cells)[:2] == (cells, "string")


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("x", ["", "NA"], "empty"),
        ("x", ["unknown"], "text"),
        ("x", ["1,234", "5,678"], "point number"),
        ("x", ["yes"], "text"),
        ("x", ["12:30", "13:00"], "text"),
        ("x", ["Smith, John", "Doe, Jane"], "text"),
    ],
)
def test_guess(name: str, cells: list[str], kind: str) -> None:
    assert guess(name, dict.fromkeys(cells, 1)).kind == kind


# Excel -----------------------------------------------------------------------------------------


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    book.close()
    return path


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "b.xlsx",
        {"Empty": [], "One": [["id", "x"], [1, 2.5]], "Two": [["id", "y"], [3, True], [4, False]]},
    )
    columns, _, opened = read(path)
    assert opened.reading.sheet == "One"
    assert codes(opened.reading.notices) == ["other_sheets"]
    assert columns["x"] == [2.5]
    columns, types, opened = read(f"{path}::Two")
    assert (opened.reading.sheet, columns["y"], types["y"]) == ("Two", [True, False], "boolean")


def test_a_sheet_with_titles_blank_rows_and_dates(tmp_path: Path) -> None:
    rows = [
        ["Customers of 2012"],
        [],
        ["id", "joined", "seen"],
        [1, dt.date(2012, 9, 4), dt.datetime(2012, 9, 4, 8, 26)],
        [],
        [2, dt.date(2012, 9, 30), None],
    ]
    columns, types, opened = read(workbook(tmp_path / "t.xlsx", {"S": rows}))
    assert codes(opened.reading.notices) == ["title_lines"]
    assert columns["joined"] == [dt.date(2012, 9, 4), dt.date(2012, 9, 30)]
    assert (types["joined"], types["seen"]) == ("date", "timestamp(6)")


def swapped_sheet(path: Path, days: list[dt.date], day_first: bool) -> Path:
    """A sheet as Excel leaves it when it reads text dates the wrong way round."""
    rows: list[list[Any]] = [["id", "joined"]]
    for i, day in enumerate(days):
        wrong = dt.date(day.year, day.day, day.month) if day.day <= 12 else None
        text = day.strftime("%d-%m-%Y" if day_first else "%m-%d-%Y")
        rows.append([i, wrong or text])
    return workbook(path, {"S": rows})


@pytest.mark.parametrize("day_first", [True, False])
def test_planted_swaps_are_undone(tmp_path: Path, day_first: bool) -> None:
    days = [dt.date(2013, 1, 1) + dt.timedelta(days=3 * i) for i in range(120)]
    columns, _, opened = read(swapped_sheet(tmp_path / "s.xlsx", days, day_first))
    assert columns["joined"] == days
    moved = sum(day.day <= 12 and day.day != day.month for day in days)
    assert [(n.code, n.count) for n in opened.reading.notices] == [("swapped_dates", moved)]


def test_too_few_swaps_are_left_alone_and_said(tmp_path: Path) -> None:
    days = [dt.date(2013, 5, 4), dt.date(2013, 5, 20)]
    columns, _, opened = read(swapped_sheet(tmp_path / "s.xlsx", days, True))
    assert columns["joined"] == [dt.date(2013, 4, 5), dt.date(2013, 5, 20)]
    assert codes(opened.reading.notices) == ["perhaps_swapped_dates"]


def test_ordinary_mixtures_of_dates_and_text_are_no_accident() -> None:
    days = [dt.date(2013, 1, i + 1) for i in range(28)]
    assert swapped_dates([*days, "21-08-2013"]) is None
    assert swapped_dates([dt.date(2013, 1, 2), "03-08-2013"]) is None
    assert swapped_dates(days) is None


# Tables in memory ------------------------------------------------------------------------------

FRAME = {
    "id": [3, 1, 2],
    "spend": [1.5, None, 2.0],
    "joined": [dt.date(2012, 9, 4), dt.date(2013, 1, 1), None],
    "city": ["Köln", None, "Ost; 'West'"],
    "news": [True, False, True],
}


def sources(tmp_path: Path) -> dict[str, Any]:
    arrow = pa.table(FRAME)
    pq.write_table(arrow, tmp_path / "t.parquet")
    path = tmp_path / "t.csv"
    pd.DataFrame(FRAME).to_csv(path, index=False)
    backend = ibis.duckdb.connect()
    backend.create_table("t", arrow)
    return {
        "csv": path,
        "parquet": tmp_path / "t.parquet",
        "arrow": arrow,
        "pandas": pd.DataFrame(FRAME),
        "pandas arrow": arrow.to_pandas(types_mapper=pd.ArrowDtype),
        "polars": pl.DataFrame(FRAME),
        "lazy": pl.DataFrame(FRAME).lazy(),
        "ibis memtable": ibis.memtable(arrow),
        "ibis table": backend.table("t"),
    }


def test_every_kind_of_source_gives_the_same_table(tmp_path: Path) -> None:
    seen = {}
    for name, source in sources(tmp_path).items():
        columns, types, opened = read(source)
        seen[name] = columns, types, opened.reading.fingerprint
        assert opened.reading.notices == (), name
        assert opened.reading.rows == 3
    for name, found in seen.items():
        assert found == seen["csv"], name
    columns, types, _ = seen["csv"]
    assert columns == {"__row__": [1, 2, 3], **FRAME}
    assert list(types.values()) == ["int64", "int64", "float64", "date", "string", "boolean"]


def test_sources_are_not_changed() -> None:
    frame = pd.DataFrame({"id": [1, 2], " x": ["1", "b"]})
    before = frame.copy()
    read(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_odd_frames() -> None:
    frame = pd.DataFrame(
        {
            0: pd.Categorical(["a", "b", "a"]),
            "mixed": [1, "x", None],
            "big": np.array([1, 2, 2**63 + 1], dtype=np.uint64),
            "small": np.array([1, 2, 3], dtype=np.int8),
            "nested": [[1], [2, 3], None],
            "zoned": pd.to_datetime(["2012-09-04 08:26+02:00"] * 3, utc=True),
        }
    )
    columns, types, _ = read(frame)
    assert list(types) == ["__row__", "0", "mixed", "big", "small", "nested", "zoned"]
    assert columns["0"] == ["a", "b", "a"]
    assert columns["mixed"] == ["1", "x", None]
    assert columns["big"] == ["1", "2", str(2**63 + 1)]
    assert types["small"] == "int64"
    assert types["nested"] == "string"
    assert columns["zoned"] == [dt.datetime(2012, 9, 4, 6, 26)] * 3


def test_a_missing_stamp_is_not_infinite() -> None:
    stamps = [dt.datetime(2011, 1, 5, 8, 26), None, dt.datetime(2012, 1, 5, 8, 26, 1)]
    columns, _, opened = read(pa.table({"id": [1, 2, 3], "seen": stamps}))
    assert columns["seen"] == stamps
    assert opened.reading.notices == ()


def test_streams_of_batches() -> None:
    rows = pa.table(
        {"id": range(5), "city": pa.array(["a", "b", None, "a", "b"]).dictionary_encode()}
    )
    rows = rows.append_column("none", pa.nulls(5))
    for source in (rows.to_reader(max_chunksize=2), rows):
        columns, types, _ = read(source)
        assert columns["id"] == [0, 1, 2, 3, 4]
        assert columns["city"] == ["a", "b", None, "a", "b"]
        assert types["none"] == "string"

    def broken() -> Any:
        yield from rows.to_batches()
        raise OSError("the line went dead")

    with pytest.raises(DataError, match=r"Arrow stream could not be read \(the line went dead\)"):
        open_source(pa.RecordBatchReader.from_batches(rows.schema, broken()))


def test_a_lazy_query_that_fails(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the Polars query could not be read"):
        open_source(pl.scan_csv(tmp_path / "gone.csv"))
    with pytest.raises(DataError, match="the Polars query could not be read"):
        open_source(pl.DataFrame({"id": [1]}).lazy().select("nothing"))


def test_a_named_index_is_a_column() -> None:
    frame = pd.DataFrame({"x": [5, 6]}, index=pd.Index([11, 12], name="customer"))
    assert read(frame)[0]["customer"] == [11, 12]
    assert list(read(pd.DataFrame({"x": [5, 6]}))[0]) == ["__row__", "x"]


def test_text_in_parquet_is_typed_too(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"id": ["7", "8"], "when": ["21-08-2013", "01-09-2013"]}), path)
    columns, types, _ = read(path)
    assert columns["id"] == [7, 8]
    assert types["when"] == "date"


# Several files, names, streaming, fingerprint --------------------------------------------------


def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "a.csv").write_text("id,x\n1,10\n2,20\n")
    (folder / "b.csv").write_text("x;id\n30;3\n40;4\n")
    (folder / "_SUCCESS").write_text("")
    return folder


def test_folder_glob_and_list_are_the_same(tmp_path: Path) -> None:
    folder = parts(tmp_path)
    wanted = {"__row__": [1, 2, 3, 4], "id": [1, 2, 3, 4], "x": [10, 20, 30, 40]}
    for source in (folder, str(folder / "*.csv"), [folder / "a.csv", str(folder / "b.csv")]):
        assert read(source)[0] == wanted


def test_parquet_parts_are_numbered_on(tmp_path: Path) -> None:
    for i in range(3):
        pq.write_table(pa.table({"id": [10 * i, 10 * i + 1]}), tmp_path / f"{i}.parquet")
    columns, _, _ = read(tmp_path)
    assert columns == {"__row__": [1, 2, 3, 4, 5, 6], "id": [0, 1, 10, 11, 20, 21]}


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_compressed_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.csv.{suffix}"
    data = "id,städte\n1,Köln\n2,Ulm\n".encode()
    if suffix == "gz":
        path.write_bytes(gzip.compress(data))
    else:
        with pa.CompressedOutputStream(str(path), "zstd") as out:
            out.write(data)
    columns, _, opened = read(path)
    assert columns["städte"] == ["Köln", "Ulm"]
    assert opened.reading.notices == ()


def test_a_folder_of_plain_and_compressed_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,10\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"id;x\n2;20\n"))
    with pa.CompressedOutputStream(str(tmp_path / "c.tsv.zst"), "zstd") as out:
        out.write(b"x\tid\n30\t3\n")
    wanted = {"__row__": [1, 2, 3], "id": [1, 2, 3], "x": [10, 20, 30]}
    for source in (tmp_path, str(tmp_path / "*"), str(tmp_path / "?.*sv*")):
        columns, _, opened = read(source)
        assert columns == wanted
        assert opened.reading.notices == ()


def test_names_are_cleaned_and_harmless(tmp_path: Path) -> None:
    names = ['"; DROP TABLE x; --', "😀", "a\nb", " ID ", "id", "", "it's", "Unnamed: 0", "__row__"]
    path = tmp_path / 'it\'s; "quoted" [x] *.csv'
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    path.write_text(header + "\n" + ",".join("123456789") + "\n", encoding="utf-8")
    columns, _, opened = read(path)
    assert list(columns) == [
        "__row__",
        '"; DROP TABLE x; --',
        "😀",
        "a\nb",
        "ID",
        "id_2",
        "column_6",
        "it's",
        "Unnamed: 0",
        "__row___2",
    ]
    assert [columns[name][0] for name in list(columns)[1:]] == list(range(1, 10))
    assert codes(opened.reading.notices) == ["duplicate_names", "unnamed_columns"]


def test_batches_keep_order_and_other_queries_may_run(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"id": np.arange(300_000)[::-1]}), path, row_group_size=10_000)
    with open_source(path, threads=4) as opened:
        rows, ids = [], []
        for batch in opened.engine.batches(opened.table, chunk_rows=10_000):
            assert batch.num_rows <= 10_240
            assert as_frame(opened.engine, opened.table.count().as_table()).iloc[0, 0] == 300_000
            rows += batch["__row__"].to_pylist()
            ids += batch["id"].to_pylist()
    assert rows == list(range(1, 300_001))
    assert ids == list(range(299_999, -1, -1))


def test_the_order_of_a_csv_is_kept_by_many_threads(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    n = 200_000
    path.write_text("id,text\n" + "".join(f"{n - i},{'x' * (i % 50)}\n" for i in range(n)))
    with open_source(path, threads=4) as opened:
        found = opened.engine.arrow(opened.table.select("__row__", "id")).to_pydict()
    assert found["__row__"] == list(range(1, n + 1))
    assert found["id"] == list(range(n, 0, -1))


def test_fingerprint_knows_rows_and_names_not_their_order() -> None:
    def mark(**columns: list[Any]) -> str:
        return read(pd.DataFrame(columns))[2].reading.fingerprint

    base = mark(id=[1, 2, 3], x=["a", "b", "c"])
    assert base == mark(id=[3, 1, 2], x=["c", "a", "b"])
    assert base != mark(id=[1, 2, 3], x=["b", "a", "c"])
    assert base != mark(id=[1, 2, 3], y=["a", "b", "c"])
    assert base != mark(id=[1, 2, 3, 3], x=["a", "b", "c", "c"])


def test_closing_leaves_nothing_behind(tmp_path: Path) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    (tmp_path / "t.csv").write_text("id,x\n1,2\n")
    with open_source(tmp_path / "t.csv", temp_dir=temp) as opened:
        assert len(list(temp.iterdir())) == 1
    opened.close()
    assert list(temp.iterdir()) == []
    (tmp_path / "t.csv").write_text("id,x\n")
    with pytest.raises(ValueError, match="no rows"):
        open_source(tmp_path / "t.csv", temp_dir=temp)
    assert list(temp.iterdir()) == []
