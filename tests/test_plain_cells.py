"""Plain columns are read with less ado, and give the table and the notices of the long way."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from smartcart.engines.duckdb import DuckDB
from smartcart.sources.open import Opened, open_source
from smartcart.sources.plain_cells import FEW, known_texts, plain_numbers
from smartcart.tables.guess import Conversion

type_columns = importlib.import_module("smartcart.sources.type_columns")

SAMPLE = 60
ROWS = 400
ODD = (
    *("007", "+5", " 12", "12 ", "1e5", "1e2", "17850.0", "1.5", "1_000", "0x1F", "-0", "00", "-7"),
    *("9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808"),
    *("NA", "n/a", "-", "unknown", "None", "?", "nan", "NaN", "inf", "-Infinity", '""', '" 3"'),
    *("abc", "C536379", "$5.00", '"1,234"', "1;2", "2021-02-03", "31.12.2020", "true", "3.", ".5"),
    *("", " ", "Ωmega", '"say ""hi"""', '"a\nb"', " Basic", "PhD ", "basic"),
)
KINDS: tuple[tuple[str, Callable[[random.Random], str]], ...] = (
    ("customer_id", lambda r: str(r.randrange(10**9))),
    ("visits", lambda r: str(r.randrange(-3, 40))),
    ("income", lambda r: r.choice(["", str(r.randrange(90_000))])),
    ("spend", lambda r: f"{r.uniform(-5, 900):.2f}"),
    ("score", lambda r: r.choice(["0.5", "12", "1000.125", ""])),
    ("education", lambda r: r.choice(["PhD", "Master", "Basic", '"2n, Cycle"', ""])),
    ("joined", lambda r: f"20{r.randrange(10, 24)}-0{r.randrange(1, 10)}-{r.randrange(10, 29)}"),
    ("remark", lambda r: f"text {r.randrange(10**6)}"),
)


def shop(seed: int) -> str:
    """A table as CSV; what comes after the first rows holds no, one, some or many odd cells."""
    dice = random.Random(seed)
    many = dice.choice([0, 0, 1, 3, 40])
    spoiled = dice.sample([name for name, _ in KINDS], k=dice.randrange(1, len(KINDS)))
    rows = [[make(dice) for _, make in KINDS] for _ in range(ROWS)]
    for column, (name, _) in enumerate(KINDS):
        if name in spoiled:
            cells = dice.sample(ODD, k=dice.choice([1, 2, len(ODD)]))
            for row in dice.sample(range(SAMPLE, ROWS), k=many):
                rows[row][column] = dice.choice(cells)
    if dice.random() < 0.2:
        rows[dice.randrange(SAMPLE, ROWS)].pop()  # a ragged line
    lines = [",".join(name for name, _ in KINDS), *(",".join(row) for row in rows)]
    return "\n".join(lines) + "\n"


def seen(opened: Opened) -> tuple[object, ...]:
    """All that a source gives: types, cells in their order, lines left out, what is said of it."""
    rejected = None if opened.rejected is None else opened.engine.arrow(opened.rejected)
    return (
        opened.table.schema(),
        opened.engine.arrow(opened.table).to_pylist(),
        None if rejected is None else rejected.to_pylist(),
        opened.reading,
    )


@pytest.fixture(autouse=True)
def _short_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type_columns, "SAMPLE_ROWS", SAMPLE)


def both_ways(monkeypatch: pytest.MonkeyPatch, source: object) -> list[tuple[object, ...]]:
    with open_source(source) as opened:
        short = seen(opened)
    with monkeypatch.context() as patch:
        patch.setattr(type_columns, "plain_numbers", lambda *_: False)
        patch.setattr(type_columns, "known_texts", lambda *_: ())
        with open_source(source) as opened:
            return [short, seen(opened)]


def spools(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries whose rows are kept in a file, as they come."""
    spooled: list[str] = []
    keep = DuckDB.spool

    def spool(engine: DuckDB, sql: str) -> Path:
        spooled.append(sql)
        return keep(engine, sql)

    monkeypatch.setattr(DuckDB, "spool", spool)
    return spooled


@pytest.mark.parametrize("seed", range(10))
def test_a_csv_is_read_the_same_both_ways(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(shop(seed), encoding="utf-8")
    short, long = both_ways(monkeypatch, path)
    assert short == long


def test_one_odd_cell_far_down_is_read_the_same_both_ways(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In columns of ids, of counts and of amounts, each with one odd cell."""
    rows: list[list[str]] = [[] for _ in range(SAMPLE + len(ODD))]
    names: list[str] = []
    for at, cell in enumerate(ODD):
        names += [f"k{at}_id", f"visits{at}", f"spend{at}"]
        for i, row in enumerate(rows):
            plain = [str(1000 + i), str(i % 7), f"{i}.25"]
            row.extend([cell] * 3 if i == SAMPLE + at else plain)
    path = tmp_path / "one.csv"
    lines = [",".join(names), *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    short, long = both_ways(monkeypatch, path)
    assert short == long


def test_text_of_a_frame_is_read_the_same_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [str(i) for i in range(SAMPLE)] + ["007", "1e2", None, "", "12"]
    frame = pd.DataFrame({"n": rows, "grade": ["a", None, "b", "", "c\x00d"] * (len(rows) // 5)})
    short, long = both_ways(monkeypatch, frame)
    assert short == long


def test_cells_that_do_not_fit_are_counted_where_the_first_rows_were_plain(tmp_path: Path) -> None:
    lines = ["customer_id,visits,spend", *(f"{i},{i % 9},{i}.5" for i in range(5_000))]
    lines += ["5001,few,1.5", "5002,some,about 3", "5003,NA,inf", "5004,12,"]
    path = tmp_path / "shop.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with open_source(path) as opened:
        told = {(notice.code, notice.message) for notice in opened.reading.notices}
        last = opened.engine.arrow(opened.table).to_pylist()[-4:]
    assert [row["visits"] for row in last] == [None, None, None, 12]
    assert [row["spend"] for row in last] == [1.5, None, None, None]
    assert told == {
        (
            "bad_cells",
            "column 'visits' has 2 cells that do not hold a number (first: 'few' in row 5,001): "
            "read as missing",
        ),
        (
            "bad_cells",
            "column 'spend' has 1 cell that do not hold a number (first: 'about 3' in row 5,002): "
            "read as missing",
        ),
        ("infinite", "column 'spend' has an infinite value in 1 cell: read as missing"),
    }


def test_a_clean_file_is_converted_in_one_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one with an odd row in two, of which the second does not read the text again."""
    spooled = spools(monkeypatch)
    path = tmp_path / "shop.csv"
    for rows, passes in ((["1,2"] * 99, 1), (["1,2"] * 99 + ["1,+5"], 2)):
        path.write_text("\n".join(["id,n", *rows]) + "\n", encoding="utf-8")
        spooled.clear()
        with open_source(path):
            pass
        assert ["read_csv" in sql for sql in spooled] == [True, False][:passes]


@pytest.mark.parametrize(("more", "passes"), [(0, 2), (1, 1)])
def test_wide_tables_keep_a_column_of_lost_cells_for_each(
    more: int, passes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of so many texts would take more memory than there is."""
    spooled = spools(monkeypatch)
    cells = [*(str(i) for i in range(SAMPLE)), "+5"]
    width = type_columns.MOST_TOGETHER + more
    with open_source(pa.table({f"n{i}": pa.array(cells) for i in range(width)})) as opened:
        last = opened.engine.arrow(opened.table)[f"n{width - 1}"].to_pylist()[-2:]
    assert last == [SAMPLE - 1, 5]
    assert len(spooled) == passes


def test_numbers_are_plain_as_programs_write_them() -> None:
    whole, number = Conversion("integer"), Conversion("number")
    assert plain_numbers(whole, {"0": 1, "-3": 1, "999999999999999999": 1, "": 9})
    for text in ("1000000000000000000", "007", "-0", "+1", " 1", "1.0", "1e3", "NA"):
        assert not plain_numbers(whole, {"1": 5, text: 1})
    assert plain_numbers(number, {"0.5": 1, "-12": 1, "": 1})
    for text in (".5", "1e3", "+1", "NA", "inf"):
        assert not plain_numbers(number, {"0.5": 5, text: 1})
    assert not plain_numbers(Conversion("text"), {"1": 1})
    assert not plain_numbers(None, {})


def test_texts_are_known_where_they_are_few() -> None:
    few = {f"word {i}": i + 1 for i in range(FEW)}
    assert known_texts(Conversion("text"), few)[0] == f"word {FEW - 1}"
    assert known_texts(Conversion("text"), few | {"one more": 1}) == ()
    assert known_texts(Conversion("boolean", truth="yes"), {"yes": 1}) == ()
    for text in (" a", "a ", "", "NULL", "a\nb", "a\x00", "\u00a0a", "x" * 65):
        assert known_texts(Conversion("text"), {text: 1}) == ()
