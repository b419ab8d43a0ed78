"""Delimited text: separator, header, and the lines that do not fit.

DuckDB parses; its guesses are not asked for. What is needed to read a file right is found here from
its bytes, and handed over explicitly. Lines that DuckDB's strict reader refuses (ragged, stray
quotes, mixed line ends) are put right by one streaming rewrite, which counts what it had to do.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from smartcart.errors import DataError

__all__ = ["Dialect", "Rewritten", "rewrite", "sniff"]

HEAD = 1 << 20
LONGEST_HEAD = 1 << 26
SAMPLE_RECORDS = 500
SEPARATORS = (",", ";", "\t", "|")
MOST_TITLES = 20  # records above a header at most
TABLE_SHARE = 0.9  # of the records from a header on have its width, where titles are passed over

_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*%?")
_DECIMAL_COMMA = re.compile(
    r"[-+]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),(?:[0-9]{1,2}|[0-9]{4,})|[-+]?0,[0-9]+"
)
_POINT_AFTER_COMMA = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+")
_DATE = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}.*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the text is cut into cells.

    ``skip`` is the number of physical lines up to and including the header; ``simple`` is False
    where only :func:`rewrite` reads it right. ``titles`` counts lines above the header.
    """

    separator: str
    names: tuple[str, ...]
    skip: int
    escape: str = '"'
    simple: bool = True
    header: bool = True
    titles: int = 0
    decimal_comma: bool = False


@dataclass(slots=True)
class Rewritten:
    """What :func:`rewrite` did. Lines are physical lines of the source, from 1."""

    rows: int = 0
    short: int = 0
    first_short: int = 0
    skipped: int = 0
    first_skipped: int = 0
    quotes: int = 0  # lines with stray quotes that could be read one by one
    first_quotes: int = 0
    broken: int = 0  # lines with stray quotes that could not
    first_broken: int = 0


# From text to a dialect ------------------------------------------------------------------------


def sniff(path: Path, source: str) -> Dialect:
    """Return the dialect of a plain UTF-8 file, judged from its first records.

    Raises:
        DataError: there is no record, or one column whose separator is not known.
    """
    lines = _head_lines(path)
    if not any(line.strip() for line in lines):
        raise DataError.of(
            f"{source!r} holds only blank lines", "a header and rows", "export the table again"
        )
    told, first = None, 0
    if match := re.fullmatch(r'"?sep=(.)"?\s*', lines[0]):
        told, first = match[1], 1
    body = lines[first:]
    escapes = ('"', "\\") if any('\\"' in line for line in body) else ('"',)
    separators = (told,) if told else SEPARATORS
    read = [_read(body, separator, escapes) for separator in separators]
    best = max(read, key=lambda reading: _score(reading.records))
    separator, escape, records, ends = next(
        (other for other in read if _begins_below(other, best)), best
    )
    simple = escape == '"'  # the other way to escape is read by rewrite, which checks it
    if _score(records)[2] < 2:
        spaced, spaced_ends = _records(
            [re.sub(r"[ \t]+", " ", line.strip(" \t")) for line in body], " ", escape
        )
        if _by_spaces(spaced):
            separator, records, ends, simple = " ", spaced, spaced_ends, False
        else:
            _refuse_unknown(records, source)
    dialect = _with_header(separator, escape, records, ends, simple)
    cells = [cell.strip() for record in records[1:] for cell in record if "," in cell]
    decimal = any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells) and not any(
        _POINT_AFTER_COMMA.fullmatch(cell) for cell in cells
    )
    return replace(dialect, skip=dialect.skip + first, decimal_comma=decimal)


class _Read(NamedTuple):
    """The first records by one separator, and the physical line on which each ends (from 1)."""

    separator: str
    escape: str
    records: list[list[str]]
    ends: list[int]


def _read(body: list[str], separator: str, escapes: Sequence[str]) -> _Read:
    """Read the first records by a separator, with the escape that leaves fewest lines misread."""
    readings = [_Read(separator, sign, *_records(body, separator, sign)) for sign in escapes]
    return min(readings, key=lambda r: _lines_misread(body, r.records, r.ends, separator, r.escape))


def _begins_below(other: _Read, best: _Read) -> bool:
    """Whether ``best`` won by titles alone: by ``other`` a table begins with a line that it cannot.

    Above that line of names all lines are titles of one cell, below it nearly all have its width,
    and by ``best`` it is too short for a line of a table.
    """
    records = other.records
    width = _width(records) if records else 0
    top = next((i for i, r in enumerate(records[:MOST_TITLES]) if len(r) >= width), 0)
    if other is best or width < 2 or not 0 < top < len(records) - 1:
        return False
    table = records[top:]
    at = bisect_left(best.ends, other.ends[top])
    below = best.records[min(at, len(best.records) - 1)]
    return (
        all(_filled(title) == 1 for title in records[:top])
        and len(table[0]) == width
        and _named(table[0])
        and sum(len(record) == width for record in table) >= TABLE_SHARE * len(table)
        and len(below) < max(2, _width(best.records) - 1)
    )


def _head_lines(path: Path) -> list[str]:
    """The complete physical lines at the start of the file, without the byte order mark."""
    size = HEAD
    while True:
        with path.open("rb") as file:
            head = file.read(size)
            whole = not file.read(1)
        if whole or size >= LONGEST_HEAD or head.count(b"\n") + head.count(b"\r") > 20:
            break
        size *= 8
    text = head.decode("utf-8", "ignore").removeprefix("\ufeff")
    lines = re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", text)
    if not whole and len(lines) > 1:
        lines.pop()
    return lines[: 4 * SAMPLE_RECORDS]


def _reader(lines: Iterable[str], separator: str, escape: str) -> Any:
    csv.field_size_limit(
        1 << 30
    )  # a process-wide setting of the standard library; only ever raised
    if escape == "\\":
        return csv.reader(lines, delimiter=separator, doublequote=False, escapechar="\\")
    return csv.reader(lines, delimiter=separator, skipinitialspace=separator == " ")


def _records(lines: list[str], separator: str, escape: str) -> tuple[list[list[str]], list[int]]:
    """The first records that are not blank, and the physical line on which each ends (from 1)."""
    reader = _reader(lines, separator, escape)
    records: list[list[str]] = []
    ends: list[int] = []
    for record in reader:
        if record and (len(record) > 1 or record[0].strip()):
            records.append(record)
            ends.append(reader.line_num)
        if len(records) >= SAMPLE_RECORDS:
            break
    return records, ends


def _lines_misread(
    lines: list[str], records: list[list[str]], ends: list[int], separator: str, escape: str
) -> int:
    """Physical lines whose record has not the header's width, or breaks the rules of quotes."""
    if not records:
        return 0
    pattern = _clean(separator, escape)
    bad = start = 0
    for record, end in zip(records, ends, strict=True):
        text = "".join(lines[start:end])
        if len(record) != len(records[0]) or ('"' in text and not pattern.fullmatch(text)):
            bad += end - start
        start = end
    return bad


@cache
def _clean(separator: str, escape: str) -> re.Pattern[str]:
    """A record (or several blank lines before one) whose quotes all have their partner."""
    quoted = r'"(?:[^"\\]|\\.)*+"' if escape == "\\" else r'"(?:[^"]|"")*+"'
    sign = re.escape(separator)
    cell = rf'(?:{quoted}|(?!")[^{sign}\r\n]*+)'
    return re.compile(rf"\s*{cell}(?:{sign}{cell})*+[\r\n]*", re.DOTALL)


def _width(records: list[list[str]]) -> int:
    """The usual number of cells below the header; where two are as usual, the header's."""
    widths = Counter(len(record) for record in records[1:] or records)
    head = len(records[0])
    return max(widths.items(), key=lambda item: (item[1], item[0] == head, item[0]))[0]


def _score(records: list[list[str]]) -> tuple[bool, float, int]:
    """How well a separator explains the records: header agrees, share that agrees, width."""
    if not records:
        return False, 0.0, 0
    width = _width(records)
    if width < 2:
        return False, 0.0, max(len(records[0]), width) if len(records) == 1 else width
    share = sum(len(record) == width for record in records) / len(records)
    agrees = len(records[0]) >= max(2, width - 1)
    if not agrees and share < 0.5:
        return False, 0.0, 1
    return agrees, round(share, 1), width


def _by_spaces(records: list[list[str]]) -> bool:
    if len(records) < 2 or len(records[0]) < 2:
        return False
    same = all(len(record) == len(records[0]) for record in records)
    return same and any(_NUMBER.fullmatch(cell) for cell in records[1])


def _refuse_unknown(records: list[list[str]], source: str) -> None:
    """One column: refuse if a sign in every line looks like a separator that is not known."""
    lines = [record[0] for record in records if record]
    signs = Counter(sign for sign in lines[0] if not (sign.isalnum() or sign in " _-.()'\"/%$€£#"))
    for sign, count in signs.items():
        if len(lines) > 1 and all(line.count(sign) == count for line in lines):
            raise DataError.of(
                f"{source!r} has one column, {lines[0][:80]!r}, and {sign!r} in every line",
                "cells separated by comma, semicolon, tab, pipe or spaces",
                "export it with one of these separators",
            )


def _with_header(
    separator: str, escape: str, records: list[list[str]], ends: list[int], simple: bool
) -> Dialect:
    width = _width(records)
    top = 0
    if len(records) > 2 and (len(records[0]) < width - 1 or _titled(records, width)):
        top = next(
            (
                i
                for i, r in enumerate(records[:MOST_TITLES])
                if len(r) >= width and _filled(r) * 2 >= width
            ),
            0,
        )
    elif len(records) > 2 and width > 2 and _filled(records[0]) * 2 <= width:
        top = next(
            (
                i
                for i, r in enumerate(records[:MOST_TITLES])
                if _filled(r) >= width - 1 and _worded(r)
            ),
            0,
        )
    elif len(records) > 2 and len(records[0]) > width:  # a line about the export, then the names
        top = int(len(records[1]) == width and _named(records[1]) and not _named(records[0]))
    header = [cell.strip() for cell in records[top]]
    filled = [cell for cell in header if cell]
    data = sum(bool(_NUMBER.fullmatch(c) or _DATE.fullmatch(c)) for c in filled)
    if filled and data * 2 >= len(filled) and len(records) > 1 and top == 0:
        names = tuple(f"column_{i + 1}" for i in range(max(width, len(header))))
        return Dialect(separator, names, 0, escape, simple, header=False)
    if len(header) == width - 1 and len(records) > 1:
        surplus = all(not r[-1].strip() for r in records[top + 1 :] if len(r) == width)
        header = [*header, ""] if surplus else ["", *header]
    one_line = ends[top] == top + 1 or (top == 0 and '"' not in "".join(records[0]))
    one_line = one_line and not any("\n" in cell or "\r" in cell for cell in records[top])
    simple = simple and one_line and not any('"' in c for r in records[: top + 1] for c in r)
    return Dialect(separator, tuple(header), ends[top], escape, simple, titles=top)


def _titled(records: list[list[str]], width: int) -> bool:
    """Whether lines of one cell stand above a header: one alone may be short of a name.

    It is a title where the line below it is of names, and those below that are none.
    """
    alone = next((i for i, r in enumerate(records[:MOST_TITLES]) if len(r) > 1), 0)
    if len(records[alone]) < width or not _worded(records[alone]):
        return False
    rows = records[2:MOST_TITLES]
    return alone > 1 or (alone == 1 and _named(records[1]) and not any(map(_worded, rows)))


def _named(record: list[str]) -> bool:
    """Whether all cells are names: none is a number or a date, hardly one is blank or stands twice.

    >>> _named(["Name", "Amount"]), _named(["EXTF", "700"]), _named(["x", "x"])
    (True, False, False)
    """
    told = [cell.strip() for cell in record if cell.strip()]
    return _worded(record) and len(set(told)) == len(told) and len(told) >= 0.9 * len(record)


def _filled(record: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in record)


def _worded(record: list[str]) -> bool:
    return not any(_NUMBER.fullmatch(c.strip()) or _DATE.fullmatch(c.strip()) for c in record)


# Lines that do not fit -------------------------------------------------------------------------


def rewrite(path: Path, dialect: Dialect, out: Path, rejected: Path, source: str) -> Rewritten:
    """Rewrite the rows so that each has as many cells as the header; return what was done.

    Missing cells at the end of a line stay missing. Surplus cells at the end are cut where they
    are empty; a line with more (an unquoted separator in a cell) is not guessed at: it goes to
    ``rejected`` as its line number and its first cells. Where a record breaks the rules of quotes
    and runs over several lines (or has not the width), its first line is read alone, or rejected,
    and the next lines are read anew: none is lost in a merged cell.

    Raises:
        DataError: a quote is opened and never closed.
    """
    width = len(dialect.names)
    done = Rewritten()
    clean = _clean(dialect.separator, dialect.escape)
    with (
        path.open(encoding="utf-8-sig", newline="") as file,
        out.open("w", encoding="utf-8", newline="") as good,
        rejected.open("w", encoding="utf-8", newline="") as bad,
    ):
        lines = _Lines(file, dialect.separator == " ")
        for _ in range(dialect.skip):
            next(lines, None)
        lines.taken.clear()
        write_good = csv.writer(good, lineterminator="\n").writerow
        write_bad = csv.writer(bad, lineterminator="\n").writerow
        start, end = dialect.skip, dialect.skip
        for found in _reader(lines, dialect.separator, dialect.escape):
            record: list[str] = found
            taken = lines.taken.copy()
            lines.taken.clear()
            start, end = end + 1, end + len(taken)
            if not record or (len(record) == 1 and not record[0].strip()):
                continue
            if len(taken) > 1 or lines.over or len(record) != width:
                text = "".join(taken)
                if '"' in text and not clean.fullmatch(text):
                    if lines.over and len(taken) > 1 and not done.quotes + done.broken:
                        _refuse_open_quote(start, source)
                    lines.over = False
                    lines.back.extendleft(reversed(taken[1:]))
                    end = start
                    repaired = _one_line(taken[0], dialect.separator, width)
                    if repaired is None:
                        done.broken += 1
                        done.first_broken = done.first_broken or start
                        cells = taken[0].rstrip("\r\n").split(dialect.separator)
                        write_bad([start, *(cells + [""] * width)[:width]])
                        continue
                    done.quotes += 1
                    done.first_quotes = done.first_quotes or start
                    record = repaired
            if len(record) < width:
                done.short += 1
                done.first_short = done.first_short or start
                record.extend([""] * (width - len(record)))
            elif len(record) > width:
                if any(cell.strip() for cell in record[width:]):
                    done.skipped += 1
                    done.first_skipped = done.first_skipped or start
                    write_bad([start, *record[:width]])
                    continue
                del record[width:]
            write_good(record)
            done.rows += 1
    return done


class _Lines:
    """Physical lines, remembered until a record is settled; ``back`` is read again first."""

    def __init__(self, file: Iterable[str], spaces: bool) -> None:
        self.file = iter(file)
        self.spaces = spaces
        self.back: deque[str] = deque()
        self.taken: list[str] = []
        self.over = False  # the end was reached inside a record

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.back:
            line = self.back.popleft()
        else:
            try:
                line = next(self.file)
            except StopIteration:
                self.over = True
                raise
            if self.spaces:
                line = re.sub(r"[ \t]+", " ", line.strip(" \t"))
        self.taken.append(line)
        return line


def _one_line(line: str, separator: str, width: int) -> list[str] | None:
    """Read one physical line whose quotes are out of order; None if no reading has the width."""
    line = line.rstrip("\r\n")
    for escape in ('"', "\\"):
        if _clean(separator, escape).fullmatch(line):
            record: list[str] = next(_reader([line], separator, escape))
            if len(record) == width:
                return record
    sign = re.escape(separator)
    cells = re.findall(rf'(?:^|{sign})("(?:.*?)"(?={sign}|$)|[^{sign}]*)', line)
    if len(cells) == width and any(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in cells):
        return [_bare(cell) for cell in cells]
    cells = line.split(separator)
    return [cell.removeprefix('"') for cell in cells] if len(cells) == width else None


def _bare(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"').replace('\\"', '"')
    return cell.removeprefix('"')


def _refuse_open_quote(line: int, source: str) -> None:
    raise DataError.of(
        f"{source!r} opens a quote in line {line} that is never closed",
        'each " to have its partner',
        "correct that line, or export the table again",
    )
