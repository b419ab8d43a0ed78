"""Days as people and programs write them: each form is read as the day that it says."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from smartcart.sources import open_source
from smartcart.tables.date_words import BUDDHIST, REWRITES, says_date, says_time
from smartcart.tables.dates import dates_in_numbers, dates_in_words

DAYS = [dt.date(2024, 1, 3) + dt.timedelta(days=17 * i) for i in range(30)]
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "de": "Jan. Feb. Mrz. Apr. Mai Jun. Jul. Aug. Sep. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "pt": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "nl": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
}
WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
ZONES = (
    "PST",
    "CET",
    "(PST)",
    "+0200",
    "GMT+1",
    "UTC",
    "Z",
    "Eastern Time",
    "Pacific Standard Time",
    "America/New_York",
    "GMT+0100 (Central European Standard Time)",
    "heure normale d’Europe centrale",
)


ABROAD = {
    "Arabic": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "Greek": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου "
    "Οκτωβρίου Νοεμβρίου Δεκεμβρίου",
    "Ukrainian": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада "
    "грудня",
    "Bulgarian": "януари февруари март април май юни юли август септември октомври ноември "
    "декември",
    "Hebrew": "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    "Slovak": "januára februára marca apríla mája júna júla augusta septembra októbra novembra "
    "decembra",
    "Thai": "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม "
    "พฤศจิกายน ธันวาคม",
    "Estonian": "jaanuar veebruar märts aprill mai juuni juuli august september oktoober november "
    "detsember",
    "Hungarian": "január február március április május június július augusztus szeptember október "
    "november december",
}
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def ordinal(day: int) -> str:
    return f"{day}{'th' if 10 < day < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def epoch(day: dt.date, parts: int = 1) -> str:
    return str(int(dt.datetime(*day.timetuple()[:3], 10, tzinfo=dt.UTC).timestamp()) * parts)


def excel(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


Writer = Callable[[dt.date], str]
WRITTEN: dict[str, tuple[str, Writer]] = {  # what is meant, the name of the column, a cell
    "Jan-05-24": ("Sale Date", lambda d: f"{d:%b-%d-%y}"),
    "05JAN2024": ("x", lambda d: f"{d:%d%b%Y}".upper()),
    "2024-Jan-05": ("x", lambda d: f"{d:%Y-%b-%d}"),
    "1/5/2024, 4:22:00 AM": ("x", lambda d: f"{d.month}/{d.day}/{d.year}, 4:22:00 AM"),
    "narrow blank before PM": ("x", lambda d: f"{d.month}/{d.day}/{d.year}, 4:22:00\u202fPM"),
    "Jan 3, 2024 02:33:00 AM": ("x", lambda d: f"{d:%b %d, %Y} 02:33:00 AM"),
    "24 hours and PM": ("x", lambda d: f"{d} " + ("14:33:00 PM", "02:33:00 AM")[d.day % 2]),
    "midnight as 00 AM": ("x", lambda d: f"{d} 00:33:00 AM"),
    "3rd January 2024": ("x", lambda d: f"{ordinal(d.day)} {d:%B %Y}"),
    "January 3rd, 2024": ("x", lambda d: f"{d:%B} {ordinal(d.day)}, {d.year}"),
    "Wednesday, January 3, 2024": ("x", lambda d: f"{d:%A, %B} {d.day}, {d.year}"),
    "RFC 2822": ("x", lambda d: f"{d:%a, %d %b %Y} 10:00:00 +0000"),
    "JavaScript": ("x", lambda d: f"{d:%a %b %d %Y} 10:00:00 GMT+0100 (Central European Time)"),
    "at": ("x", lambda d: f"{d:%B %d, %Y} at 10:33 AM"),
    "Uhr": ("x", lambda d: f"{d:%d.%m.%Y} um 10:22 Uhr"),
    "10h22": ("x", lambda d: f"{d:%d/%m/%Y} à 10h22"),
    "p. m.": ("x", lambda d: f"{d:%d/%m/%Y} 10:22:00 p. m."),
    "10.22.33": ("x", lambda d: f"{d:%d/%m/%Y} 10.22.33"),
    "weekday before signs": ("x", lambda d: f"{WEEKDAYS[d.weekday()]}, {d:%d.%m.%Y}"),
    "3. 1. 2024": ("x", lambda d: f"{d.day}. {d.month}. {d.year}"),
    "Japanese": ("x", lambda d: f"{d.year}年{d.month}月{d.day}日"),
    "Japanese with a time": ("x", lambda d: f"{d:%Y年%m月%d日}(水) 14時33分20秒"),
    "Korean": ("x", lambda d: f"{d.year}년 {d.month}월 {d.day}일"),
    "Korean with points": ("x", lambda d: f"{d.year}. {d.month}. {d.day}."),
    "Korean afternoon": ("x", lambda d: f"{d.year}. {d.month}. {d.day}. 오후 2:33:00"),
    "Chinese": ("x", lambda d: f"{d:%Y/%m/%d} 上午10:22"),
    "yy-mm-dd": ("x", lambda d: f"{d:%y-%m-%d}"),
    "dd-mm-yy": ("x", lambda d: f"{d:%d-%m-%y}"),
    "time before the day": ("x", lambda d: f"08:10:00 {d.day}/{d.month}/{d.year}"),
    "time, comma, day": ("x", lambda d: f"08:10, {d:%d.%m.%Y}"),
    "time before the month": ("x", lambda d: f"8:10 PM {d:%m/%d/%Y}"),
    "time before ISO": ("x", lambda d: f"18:05 {d}"),
    "time before words": ("x", lambda d: f"18:05 Uhr, {d.day}. {d:%B %Y}"),
    "Vietnamese afternoon": ("x", lambda d: f"2:05:00 CH {d.day}/{d.month}/{d.year}"),
    "Vietnamese months": ("x", lambda d: f"{d.day} tháng {d.month}, {d.year}"),
    "Arabic digits and marks": (
        "x",
        lambda d: f"{d.day}\u200f/{d.month}\u200f/{d.year} 2:10:00 م".translate(EASTERN),
    ),
    "Persian digits": ("x", lambda d: f"{d:%Y/%m/%d}".translate(PERSIAN)),
    "Buddhist years": ("x", lambda d: f"{d.day}/{d.month}/{d.year + 543} 10:00:00"),
    "Buddhist years first": ("x", lambda d: f"{d.year + 543}-{d:%m-%d}"),
    "Hungarian": ("x", lambda d: f"{d.year}. {ABROAD['Hungarian'].split()[d.month - 1]} {d.day}."),
    "ISO with Z": ("x", lambda d: f"{d}T10:00:00.000Z"),
    "Excel": ("Order Date", lambda d: str(excel(d))),
    "Excel with a time": ("Bestelldatum", lambda d: f"{excel(d)}.4375"),
    "seconds": ("created_at", epoch),
    "milliseconds": ("timestamp", lambda d: epoch(d, 10**3)),
    "microseconds": ("event time", lambda d: epoch(d, 10**6)),
    "nanoseconds": ("updated_at", lambda d: epoch(d, 10**9)),
}
for language, names in MONTHS.items():
    full, short = names.split(), SHORT[language].split()
    WRITTEN |= {
        f"{language} 3 de January de 2024": (
            "x",
            lambda d, m=full: f"{d.day} de {m[d.month - 1]} de {d.year}",  # type: ignore[misc]
        ),
        f"{language} 3. January 2024": (
            "x",
            lambda d, m=full: f"{d.day}. {m[d.month - 1]} {d.year}",  # type: ignore[misc]
        ),
        f"{language} JANUARY 3, 2024": (
            "x",
            lambda d, m=full: f"{m[d.month - 1].upper()} {d.day}, {d.year} 9:05",  # type: ignore[misc]
        ),
        f"{language} 03-jan-24": (
            "x",
            lambda d, m=short: f"{d.day:02}-{m[d.month - 1]}-{d:%y}",  # type: ignore[misc]
        ),
    }
WRITTEN |= {
    f"{language} months": (
        "x",
        lambda d, m=names: f"{d.day} {m.split()[d.month - 1]} {d.year}",  # type: ignore[misc]
    )
    for language, names in ABROAD.items()
}
WRITTEN |= {
    f"zone {zone}": ("x", lambda d, z=zone: f"{d} 10:00:00 {z}")  # type: ignore[misc]
    for zone in ZONES
}
WRITTEN |= {
    f"{zone} after PM": ("x", lambda d, z=zone: f"{d:%b %d, %Y} 10:00 PM {z}")  # type: ignore[misc]
    for zone in ZONES
}


def read(path: Path, columns: dict[str, Sequence[str]]) -> tuple[dict[str, list[Any]], list[str]]:
    """Write columns as CSV and return what is read of them, and the notices."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    with open_source(path) as opened:
        rows = opened.engine.arrow(opened.table)
        return {n: rows[n].to_pylist() for n in columns}, [
            n.message for n in opened.reading.notices
        ]


def day(cell: Any) -> Any:
    return cell.date() if isinstance(cell, dt.datetime) else cell


@pytest.fixture(scope="module")
def as_read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """All forms in one file; the columns are told apart by a number behind their names."""
    columns = {
        f"{name} {i}": [write(d) for d in DAYS] for i, (name, write) in enumerate(WRITTEN.values())
    }
    found, _ = read(tmp_path_factory.mktemp("dates") / "all.csv", columns)
    return dict(zip(WRITTEN, found.values(), strict=True))


@pytest.mark.parametrize("form", WRITTEN)
def test_a_day_is_the_day_that_it_says(as_read: dict[str, list[Any]], form: str) -> None:
    assert [day(cell) for cell in as_read[form]] == DAYS


def test_afternoon_is_told_from_morning(as_read: dict[str, list[Any]]) -> None:
    assert as_read["24 hours and PM"][0].hour == 2
    assert as_read["24 hours and PM"][1].hour == 14
    assert {cell.hour for cell in as_read["midnight as 00 AM"]} == {0}
    assert {cell.hour for cell in as_read["Korean afternoon"]} == {14}
    assert {cell.hour for cell in as_read["Excel with a time"]} == {10}
    assert {cell.hour for cell in as_read["time before the day"]} == {8}
    assert {cell.hour for cell in as_read["time before the month"]} == {20}
    for form in ("Vietnamese afternoon", "Arabic digits and marks"):
        assert {cell.hour for cell in as_read[form]} == {14}, form


@pytest.mark.parametrize(
    "cells",
    [
        ["08:10:00 38/1/2023"],  # no day
        ["08:10:00 18/13/2023"],  # neither is a month
        ["10:00 12345", "14:30 Room 5"],
        ["10:00 - 12:00 18/1/2023"],  # two times
    ],
)
def test_what_is_no_day_is_not_taken_for_one(cells: list[str]) -> None:
    assert dates_in_words("date", dict.fromkeys(cells, 1)) is None


@pytest.mark.parametrize(("first", "order"), [("18/1", "%d/%m"), ("1/18", "%m/%d")])
def test_behind_a_time_the_order_of_day_and_month_is_that_of_the_column(
    first: str, order: str
) -> None:
    found = dates_in_words("x", {f"08:10 {first}/2023": 1, "09:00 2/3/2023": 1})
    assert found is not None
    assert (found.formats, found.ambiguous) == ((f"{order}/%Y %H:%M",), False)
    told = dates_in_words("x", {"09:00 2/3/2023": 1})
    assert told is not None
    assert told.ambiguous


@pytest.mark.parametrize(("other", "thai"), [("2540", True), ("2539", False), ("2581", False)])
def test_years_are_of_thailand_where_all_of_a_column_are(other: str, thai: bool) -> None:
    found = dates_in_words("x", {"18/1/2566": 1, "29/2/2567": 1, f"3/1/{other}": 1})
    assert found is not None
    assert (BUDDHIST in found.rewrites) == thai


def test_never_is_missing_in_a_column_of_dates(tmp_path: Path) -> None:
    cells = [str(d) for d in DAYS]
    words = ("Never", "nie", "jamais", "nunca", "0000-00-00 00:00:00", "nooit")
    found, notices = read(
        tmp_path / "never.csv",
        {"customer": [str(i) for i in range(60)]}
        | {word: [*cells, *[word] * 30] for word in words}
        | {"created_at": [*map(epoch, DAYS), *["0"] * 30]},
    )
    for name in (*words, "created_at"):
        assert [day(cell) for cell in found[name]] == [*DAYS, *[None] * 30], name
    assert not [text for text in notices if "text" in text]


def test_months_are_their_first_day(tmp_path: Path) -> None:
    firsts = [d.replace(day=1) for d in DAYS]
    found, notices = read(
        tmp_path / "months.csv",
        {
            "first_purchase_ym": [f"{d:%Y%m}" for d in DAYS],
            "order date": [f"{d:%Y-%m}" for d in DAYS],
            "Monat": [f"{d:%b} {d.year}" for d in DAYS],
            "cohort": [f"{d.year}年{d.month}月" for d in DAYS],
        },
    )
    for name, cells in found.items():
        assert cells == firsts, name
    assert [text for text in notices if "months" in text and "first_purchase_ym" in text]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("visits", ["45292", "45293"]),  # no date's name
        ("order_date_count", ["45292", "45293"]),  # a count
        ("order date", ["45292", "12"]),  # not nearly all are days
        ("order date", ["19999", "19998"]),  # days of 1954
        ("time on site", ["1704276", "1704277"]),  # no seconds since 1970 of our time
        ("sessions", ["1704276000", "1704276001"]),
        ("amount", ["202301", "202302"]),  # few, and the name says nothing
        ("points", ["202301", "202302", "202303", "202304", "202399"]),  # no month 99
        ("data_usage", ["45292", "45293"]),
    ],
)
def test_numbers_that_are_no_days_stay_numbers(tmp_path: Path, name: str, cells: list[str]) -> None:
    found, _ = read(tmp_path / "n.csv", {name: cells, "k": ["a"] * len(cells)})
    assert found[name] == [int(cell) for cell in cells]


@pytest.mark.parametrize(("low", "dates"), [(19_999, False), (20_000, True)])
def test_excel_days_begin_where_shops_do(low: int, dates: bool) -> None:
    found = dates_in_numbers("order_date", {str(low): 1, "45000": 9})
    assert (found is not None) == dates


@pytest.mark.parametrize(("wrong", "dates"), [(2, True), (3, False)])
def test_nearly_all_numbers_must_be_days(wrong: int, dates: bool) -> None:
    cells = {str(45_000 + i): 1 for i in range(198)} | {str(7 + i): 1 for i in range(wrong)}
    assert (dates_in_numbers("order_date", cells) is not None) == dates


@pytest.mark.parametrize(("days", "year_first"), [(5, True), (4, False)])
def test_two_digits_before_month_and_day_are_years_where_many_days_say_so(
    days: int, year_first: bool
) -> None:
    cells = {f"24-01-{i + 1:02}": 1 for i in range(days)}
    found = dates_in_words("x", cells)
    assert found is not None
    assert found.formats == (("%y-%m-%d",) if year_first else ("%d-%m-%y",))


def test_typed_numbers_are_days_as_those_of_a_text_file_are() -> None:
    n = len(DAYS)
    table = pa.table(
        {
            "order_date": pa.array([excel(d) for d in DAYS]),
            "signup": pa.array([int(f"{d:%Y%m%d}") for d in DAYS], pa.int32()),
            "month": pa.array([float(f"{d:%Y%m}") for d in DAYS]),
            "created_at": pa.array([float(epoch(d)) for d in DAYS]),
            "visits": pa.array(list(range(45_000, 45_000 + n))),
        }
    )
    with open_source(table) as opened:
        rows = opened.engine.arrow(opened.table)
        told = {n.code for n in opened.reading.notices}
    for name in ("order_date", "signup", "created_at"):
        assert [day(cell) for cell in rows[name].to_pylist()] == DAYS, name
    assert rows["month"].to_pylist() == [d.replace(day=1) for d in DAYS]
    assert rows["visits"].to_pylist() == list(range(45_000, 45_000 + n))
    assert told == {"guessed_dates"}


def test_typed_numbers_that_turn_out_to_be_none_stay_numbers() -> None:
    cells = [45_292] * 20_000 + [3] * 2_000  # the first rows, which are looked at, mislead
    with open_source(pa.table({"order_date": pa.array(cells)})) as opened:
        rows = opened.engine.arrow(opened.table)
        notices = opened.reading.notices
    assert rows["order_date"].to_pylist() == cells
    assert not notices


def test_a_name_says_date_in_many_languages() -> None:
    dated = (
        "Date",
        "order_date",
        "Kaufdatum",
        "Fecha de alta",
        "data_cadastro",
        "注文日",
        "주문일",
    )
    assert all(says_date(name) for name in dated)
    assert not any(says_date(n) for n in ("update_count", "days_since_date", "database", "mandate"))
    assert says_time("event time")
    assert not says_time("sometimes")


def test_rules_are_understood_alike_by_python_and_the_engine(tmp_path: Path) -> None:
    import ibis

    from smartcart.tables.date_words import rewritten
    from smartcart.tables.typing import in_our_signs

    cells = [write(d) for _, write in WRITTEN.values() for d in DAYS[:3]]
    table = ibis.memtable(pa.table({"cell": cells}))
    for rule in REWRITES:
        found = ibis.duckdb.connect().to_pyarrow(in_our_signs(table.cell, rule)).to_pylist()
        assert found == [rewritten(cell, (rule,))[0] for cell in cells], rule
