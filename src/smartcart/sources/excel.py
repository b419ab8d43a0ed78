"""Excel sheets as text cells, and the accident that swaps day and month.

A sheet opened under a month-first locale while its text is day-first turns "04-09-2012" into the
date 9 April 2012 and leaves "21-08-2013" alone, for there is no month 21. What remains is a column
in which every real date has a day of at most 12 and every text a day above 12: the fingerprint
that :func:`swapped_dates` looks for.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartcart.errors import DataError
from smartcart.records import Notice

__all__ = ["Sheet", "Swapped", "hinted", "read_sheet", "swapped_dates"]

CHUNK_ROWS = 20_000
TABLE_COLUMNS = 2  # a sheet of fewer columns holds notes
TABLE_ROWS = 1  # and so does one of a single row
_TEXT_DATE = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Swapped:
    """Evidence in one column. ``chance`` bounds how likely it is without the accident."""

    dates: int  # cells that are real dates, all with a day up to 12
    same: int  # of these, day equal to month: a swap changes nothing
    texts: int  # cells that are text, all with a first part above 12 (or all with a second)
    separator: str
    day_first: bool
    chance: float

    @property
    def conclusive(self) -> bool:
        """Less than one in a thousand columns of ordinary dates would look like this."""
        return self.chance < 0.001


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: header, columns of text cells (missing: None), and what was noticed."""

    name: str
    header: tuple[str, ...]
    columns: tuple[list[str | None], ...]
    rows: int
    titles: int
    notices: tuple[Notice, ...]


@contextlib.contextmanager
def hinted(notices: Sequence[Notice]) -> Iterator[None]:
    """Let an error of a workbook's sheet say that the book has others."""
    try:
        yield
    except DataError as error:
        more = next((n.message for n in notices if n.code == "other_sheets"), None)
        if more is None or more in str(error):
            raise
        raise _with(error, more) from error


def _with(error: DataError, more: str) -> DataError:
    told = DataError(f"{error} Of the workbook {more}.")
    told.way_out = f"{error.way_out} Of the workbook {more}."
    return told


def swapped_dates(cells: Sequence[Any]) -> Swapped | None:
    """Look for the fingerprint in one column of cells; None where it is absent.

    >>> found = swapped_dates([dt.date(2012, 4, 9)] * 20 + ["21-08-2013"] * 20)
    >>> found.conclusive, found.dates, found.same
    (True, 20, 0)
    >>> swapped_dates([dt.date(2012, 4, 19), "21-08-2013"]) is None
    True
    """
    dates = texts = same = first = second = 0
    separator = ""
    for cell in cells:
        if isinstance(cell, dt.date):
            if cell.day > 12:
                return None
            dates += 1
            same += cell.day == cell.month
        elif isinstance(cell, str) and cell.strip():
            match = _TEXT_DATE.fullmatch(cell.strip())
            if match is None:
                continue
            a, b = int(match[1]), int(match[3])
            first += a > 12 >= b
            second += b > 12 >= a
            texts += 1
            separator = match[2]
    if not dates or not texts or texts not in (first, second):
        return None
    chance = (12 / 30.4) ** dates + (18.4 / 30.4) ** texts
    return Swapped(dates, same, texts, separator, first == texts, chance)


def read_sheet(path: Path, sheet: str | None, source: str) -> Sheet:
    """Read one sheet: the one named, else the first that holds a table, else the first with cells.

    Raises:
        DataError: the file is protected or damaged, or the sheet is absent or empty.
    """
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        visible = [
            s.name
            for s in book.sheets_metadata
            if s.visible == calamine.SheetVisibleEnum.Visible
            and s.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        names = visible or book.sheet_names
        if sheet is not None and sheet not in book.sheet_names:
            raise DataError.of(
                f"{source!r} has no sheet {sheet!r}",
                f"one of {', '.join(map(repr, book.sheet_names))}",
                "name one of these after '::'",
            )
        wanted = [sheet] if sheet is not None else names
        others: list[str] = []
        found: tuple[str, list[list[Any]], int, int] | None = None
        table = False  # whether what was found looks like one, not like notes
        for name in wanted:
            opened = book.get_sheet_by_name(name)
            if table:
                others += [name] if opened.height > 1 else []
                continue
            cells, top, width = _table(opened.iter_rows())
            table = width >= TABLE_COLUMNS and len(cells) - top > TABLE_ROWS
            if width and (found is None or table):
                others += [found[0]] if found is not None else []
                found = name, cells, top, width
            elif width:
                others.append(name)
    except calamine.PasswordError as error:
        raise DataError.of(
            f"{source!r} is protected by a password", "an open workbook", "save it without one"
        ) from error
    except (calamine.CalamineError, OSError) as error:
        raise DataError.of(
            f"{source!r} could not be read as Excel ({str(error).splitlines()[0].rstrip('.')})",
            "a whole workbook",
            "copy it again, or save it as CSV",
        ) from error
    if found is None:
        what = f"sheet {sheet!r} of {source!r}" if sheet else repr(source)
        raise DataError.of(f"{what} is empty", "a header and rows", "name the right sheet")
    name, rows, top, width = found
    notices = []
    if others:
        notices.append(
            Notice(
                "other_sheets",
                f"sheet {name!r} was read; {len(others)} more hold cells "
                f"({', '.join(map(repr, others[:5]))}): name one as '{source}::SHEET' to read it",
                len(others),
            )
        )
    return _as_text(name, rows, top, width, notices)


def _table(rows: Iterator[list[Any]]) -> tuple[list[list[Any]], int, int]:
    """All rows that are not blank, the index of the header and the number of columns."""
    kept = [row for row in rows if any(cell not in ("", None) for cell in row)]
    if not kept:
        return [], 0, 0
    filled = [sum(cell not in ("", None) for cell in row) for row in kept[:20]]
    most = max(filled)
    top = next(i for i, count in enumerate(filled) if count * 2 > most)
    width = 1 + max(i for row in kept[top:] for i in _last(row))
    return kept, top, width


def _last(row: list[Any]) -> Iterator[int]:
    for index in range(len(row) - 1, -1, -1):
        if row[index] not in ("", None):
            yield index
            return


def _as_text(
    name: str, rows: list[list[Any]], top: int, width: int, notices: list[Notice]
) -> Sheet:
    header = tuple(_cell(rows[top][i]) or "" if i < len(rows[top]) else "" for i in range(width))
    body = rows[top + 1 :]
    columns: list[list[str | None]] = []
    for index in range(width):
        cells = [row[index] if index < len(row) else None for row in body]
        columns.append(_column(header[index], cells, notices))
    return Sheet(name, header, tuple(columns), len(body), top, tuple(notices))


def _column(name: str, cells: list[Any], notices: list[Notice]) -> list[str | None]:
    """One column as text, its swapped dates put right where the evidence is conclusive."""
    swapped = swapped_dates(cells)
    form = None
    if swapped is not None:
        order = ["%d", "%m"] if swapped.day_first else ["%m", "%d"]
        if swapped.conclusive:
            order.reverse()  # as the text was before Excel read its parts the wrong way round
        form = swapped.separator.join([*order, "%Y"])
        notices.append(_swap_notice(name, swapped))
    return [
        cell.strftime(form) if form and isinstance(cell, dt.date) else _cell(cell) for cell in cells
    ]


def _swap_notice(name: str, swapped: Swapped) -> Notice:
    order = "day first" if swapped.day_first else "month first"
    count = swapped.dates - swapped.same
    facts = (
        f"column {name!r}: {swapped.dates} cells are Excel dates, all with a day up to 12, and "
        f"{swapped.texts} are text, {order}, all with a day above 12: Excel took day for month"
    )
    if swapped.conclusive:
        message = (
            f"{facts}; {count} dates were swapped back ({swapped.same} more have day equal to "
            "month); check them, or export the table again without opening it in Excel"
        )
        return Notice("swapped_dates", message, count)
    message = (
        f"{facts}, perhaps; too few cells to be sure, so {count} dates were left as they are: "
        "check them"
    )
    return Notice("perhaps_swapped_dates", message, count)


def _cell(cell: Any) -> str | None:
    """One cell as the text a CSV export would hold."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.strftime("%Y-%m-%d") if midnight else cell.isoformat(" ")
    return str(cell)
