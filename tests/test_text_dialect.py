"""Delimited text as it is found: encodings, separators, headers, ragged lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartcart.errors import DataError
from smartcart.records import Reading
from smartcart.sources import open_source
from smartcart.sources.csv_dialect import sniff
from smartcart.sources.encoding import plain_text


def read(path: Path, data: bytes | str) -> tuple[dict[str, list[Any]], Reading]:
    """Write bytes, read them back as columns without ``__row__``."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with open_source(path) as opened:
        columns = opened.engine.arrow(opened.table).to_pydict()
    assert columns.pop("__row__") == list(range(1, opened.reading.rows + 1))
    return columns, opened.reading


def codes(reading: Reading) -> list[str]:
    return [notice.code for notice in reading.notices]


TEXT = "id;stadt;x\n1;Köln;2\n2;Łódź;3\n"
PEOPLE = {"id": [1, 2], "stadt": ["Köln", "Łódź"], "x": [2, 3]}


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_unicode(tmp_path: Path, encoding: str, named: str) -> None:
    columns, reading = read(tmp_path / "t.csv", TEXT.encode(encoding))
    assert columns == PEOPLE
    assert (reading.encoding, reading.delimiter) == (named, ";")
    assert reading.notices == ()


def test_windows_1252_is_said(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.csv", "id,name\n1,Café – 5 €\n2,x\n".encode("cp1252"))
    assert columns["name"][0] == "Café – 5 €"
    assert reading.encoding == "windows-1252"
    assert [(n.code, n.count) for n in reading.notices] == [("encoding", 3)]


def test_a_damaged_byte_in_utf_8_spares_the_rest(tmp_path: Path) -> None:
    data = "id,name\n1,Köln\n2,Łódź\n3,Caf".encode() + b"\xe9\n"
    columns, reading = read(tmp_path / "t.csv", data)
    assert columns["name"] == ["Köln", "Łódź", "Café"]
    assert reading.encoding == "utf-8"
    assert [(n.code, n.count) for n in reading.notices] == [("encoding", 1)]


def test_encoding_is_judged_from_the_whole_file(tmp_path: Path) -> None:
    lines = ["id,name", *(f"{i},plain" for i in range(200_000)), "200000,Café"]
    columns, reading = read(tmp_path / "t.csv", "\n".join(lines).encode("cp1252"))
    assert columns["name"][-1] == "Café"
    assert reading.encoding == "windows-1252"


def test_characters_on_the_edge_of_a_chunk(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    text = "é" * (1 << 20)
    path.write_text("a" + text, encoding="utf-8")
    plain, survey = plain_text(path, None, tmp_path / "out", "t")
    assert plain == path
    assert (survey.damaged, survey.foreign) == (0, 1 << 20)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path: Path, separator: str, end: str) -> None:
    rows = [["id", "a name", "x"], ["1", '"x, ; | y"', "2"], ["2", '"say ""hi"""', "3"]]
    columns, reading = read(tmp_path / "t.txt", end.join(separator.join(row) for row in rows) + end)
    assert columns == {"id": [1, 2], "a name": ["x, ; | y", 'say "hi"'], "x": [2, 3]}
    assert reading.delimiter == separator
    assert reading.notices == ()


def test_spaces(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.txt", 'id   name   x\n1    "A B"  2.5\n 2   C\t3\n')
    assert columns == {"id": [1, 2], "name": ["A B", "C"], "x": [2.5, 3.0]}
    assert reading.delimiter == " "


def test_decimal_commas_do_not_look_like_separators(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.csv", "id;a;b\n1;2,5;3,5\n2;4,25;1.000,5\n")
    assert columns == {"id": [1, 2], "a": [2.5, 4.25], "b": [3.5, 1000.5]}
    assert reading.delimiter == ";"


def test_separator_told_by_excel(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.csv", "sep=|\nid|x\n1|2\n")
    assert columns == {"id": [1], "x": [2]}
    assert reading.delimiter == "|"


def test_line_breaks_in_cells(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.csv", 'id,"no\nte",x\n1,"a\nb",2\n2,c,3\n')
    assert columns == {"id": [1, 2], "no\nte": ["a\nb", "c"], "x": [2, 3]}
    assert reading.notices == ()


def test_backslash_escapes(tmp_path: Path) -> None:
    columns, _ = read(tmp_path / "t.csv", 'id,note\n1,"say \\"hi\\", you"\n2,x\n')
    assert columns["note"] == ['say "hi", you', "x"]


def test_stray_quotes_and_mixed_line_ends(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.csv", b'id,note\r\n1,5" pipe\n2,"Bob" Smith\r\n3,x\n')
    assert columns == {"id": [1, 2, 3], "note": ['5" pipe', "Bob Smith", "x"]}
    assert reading.notices == ()


def test_blank_lines_and_a_last_line_without_end(tmp_path: Path) -> None:
    columns, _ = read(tmp_path / "t.csv", "\n\nid,x\n1,2\n\n  \n3,4\n\n5,6")
    assert columns == {"id": [1, 3, 5], "x": [2, 4, 6]}


def test_titles_above_the_header(tmp_path: Path) -> None:
    data = "Customers\nexported 2024-01-01\n\nid,x,y\n1,2,3\n4,5,6\n"
    columns, reading = read(tmp_path / "t.csv", data)
    assert columns == {"id": [1, 4], "x": [2, 5], "y": [3, 6]}
    assert [(n.code, n.count) for n in reading.notices] == [("title_lines", 2)]


CARDS = "card;name;bought;spend\n7001;Ada;3;180,36\n7002;Bo;1;45,09\n7003;Cy;2;12,50\n"
READ = {
    "card": [7001, 7002, 7003],
    "name": ["Ada", "Bo", "Cy"],
    "bought": [3, 1, 2],
    "spend": [180.36, 45.09, 12.5],
}


@pytest.mark.parametrize(
    "titles",
    ["Cards, as of 4 December\n", "Cards, as of\n\nshop 1, Ulm\n", "All cards\nof Ulm, Bonn\n"],
)
def test_a_comma_in_a_title_does_not_outvote_the_table(tmp_path: Path, titles: str) -> None:
    columns, reading = read(tmp_path / "t.csv", titles + CARDS)
    assert columns == READ
    assert (reading.delimiter, codes(reading)) == (";", ["title_lines"])


def test_a_comma_in_a_title_of_two_columns(tmp_path: Path) -> None:
    two = "card;spend\n71;1,5\n72;2,5\n73;4,5\n"
    columns, reading = read(tmp_path / "t.csv", f"Cards, 2025\n{two}")
    assert columns == {"card": [71, 72, 73], "spend": [1.5, 2.5, 4.5]}
    assert (reading.delimiter, codes(reading)) == (";", ["title_lines"])


def test_a_semicolon_in_a_short_line_or_a_cell_is_no_header(tmp_path: Path) -> None:
    data = "card,note\nx;y\n71,a;b;c\n72,d;e;f\n73,g;h;i\n"
    assert read(tmp_path / "t.csv", data)[1].delimiter == ","
    data = "card,name,note\n71,Ada,a;b\n72,Bo,c;d\n73,Cy,e;f\n"
    assert read(tmp_path / "t.csv", data)[1].delimiter == ","


def test_one_name_above_two_columns_is_a_title_only_over_names(tmp_path: Path) -> None:
    columns, _ = read(tmp_path / "t.csv", "a\nr1,1\nr2,3\n")
    assert columns == {"column_1": ["r1", "r2"], "a": [1, 3]}
    columns, _ = read(tmp_path / "t.csv", "All cards\ncard,spend\nr1,1\nr2,3\n")
    assert columns == {"card": ["r1", "r2"], "spend": [1, 3]}


def test_no_header(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.csv", "5524,1957,Single\n2174,1954,Single\n")
    assert columns["column_1"] == [5524, 2174]
    assert codes(reading) == ["no_header"]


def test_a_header_of_words_over_words_is_a_header(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.csv", "city,land\nUlm,DE\nLyon,FR\n")
    assert columns == {"city": ["Ulm", "Lyon"], "land": ["DE", "FR"]}
    assert reading.notices == ()


def test_a_row_name_without_header(tmp_path: Path) -> None:
    columns, _ = read(tmp_path / "t.csv", "a,b\nr1,1,2\nr2,3,4\n")
    assert columns == {"column_1": ["r1", "r2"], "a": [1, 3], "b": [2, 4]}


def test_separators_at_the_end_of_rows(tmp_path: Path) -> None:
    columns, _ = read(tmp_path / "t.csv", "a,b\n1,2,\n3,4,\n")
    assert columns == {"a": [1, 3], "b": [2, 4], "column_3": [None, None]}


def test_short_lines_are_filled_and_counted(tmp_path: Path) -> None:
    columns, reading = read(tmp_path / "t.csv", "id,a,b\n1,2,3\n2\n3,4\n4,5,6\n")
    assert columns == {"id": [1, 2, 3, 4], "a": [2, None, 4, 5], "b": [3, None, None, 6]}
    assert [(n.code, n.count) for n in reading.notices] == [("ragged_lines", 2)]
    assert "line 3" in reading.notices[0].message


def test_long_lines_are_left_out_counted_and_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,a,b\n1,2,3\n2,Ulm, DE,9\n3,4,5,\n4,5,6\n")
    with open_source(path) as opened:
        kept = opened.engine.arrow(opened.table).to_pydict()
        rejected = opened.engine.arrow(opened.rejected).to_pydict()
    assert kept["id"] == [1, 3, 4]  # a surplus cell that is empty does no harm
    assert rejected == {"__line__": [3], "id": ["2"], "a": ["Ulm"], "b": [" DE"]}
    assert [(n.code, n.count) for n in opened.reading.notices] == [("skipped_lines", 1)]
    assert "line 3" in opened.reading.notices[0].message


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    for end in ("", "\n"):
        with pytest.raises(DataError, match="opens a quote in line 3 that is never closed"):
            read(tmp_path / "t.csv", 'id,a\n1,x\n2,"abc\n3,y\n4,z' + end)


def test_an_unknown_separator(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has one column, 'id\^x', and '\^' in every line"):
        read(tmp_path / "t.csv", "id^x\n1^2\n3^4\n")


def test_one_column_is_allowed(tmp_path: Path) -> None:
    assert read(tmp_path / "t.csv", "spend\n1\n2\n")[0] == {"spend": [1, 2]}


def test_a_cell_of_a_megabyte_and_more(tmp_path: Path) -> None:
    columns, _ = read(tmp_path / "t.csv", f"id,note\n1,{'x' * 1_000_000}\n2,{'y' * 5_000_000}\n")
    assert [len(cell) for cell in columns["note"]] == [1_000_000, 5_000_000]


def test_thousands_of_columns(tmp_path: Path) -> None:
    names = [f"m{i}" for i in range(2500)]  # more than are converted at a time
    rows = [[str(i) for i in range(2500)], ["x", *["2.5"] * 2499]]
    columns, reading = read(tmp_path / "t.csv", "\n".join(map(",".join, [names, *rows])))
    assert list(columns) == names
    assert columns["m0"] == ["0", "x"]
    assert columns["m2499"] == [2499.0, 2.5]
    assert codes(reading) == ["mixed_column"]


def test_sniff_says_which_lines_come_before_the_data(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\ufeff\nTitle\nid;x;y\n1;2;3\n2;3;4\n", encoding="utf-8")
    dialect = sniff(path, "t.csv")
    assert (dialect.separator, dialect.skip, dialect.titles) == (";", 3, 1)
    assert dialect.names == ("id", "x", "y")


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=8).map(
    lambda text: "w" + text.strip() + "w"
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6),
    separator=st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str, str]], separator: str
) -> None:
    import csv

    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerows([("one", "two", "three"), *rows])
    with open_source(path) as opened:
        found = opened.engine.arrow(opened.table.drop("__row__"))
    assert [tuple(row.values()) for row in found.to_pylist()] == rows
