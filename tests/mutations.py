"""Small tables broken in every way that files of real shops are, and some more: a case per seed.

``python tests/mutations.py 17 folder`` writes the file of case 17 and says what was done to it.
"""

from __future__ import annotations

import gzip
import io
import random
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from smartcart.datasets import customer_tables, order_tables

RUN_SHARE = 0.2  # of the cases; the others only check
Random = random.Random


@dataclass
class Draft:
    """A table on its way to a file. ``ids`` are the ids it holds, None once nobody can say."""

    seed: int
    base: str
    header: list[str]
    rows: list[list[str]]
    id_column: str
    ids_known: bool = True
    separator: str = ","
    line_end: str = "\n"
    encoding: str = "utf-8"
    bom: bytes = b""
    has_header: bool = True
    text: list[Callable[[Random, str], str]] = field(default_factory=list)
    raw: list[Callable[[Random, bytes], bytes]] = field(default_factory=list)
    ending: str = ".csv"

    def ids(self) -> set[str] | None:
        if not self.ids_known or self.id_column not in self.header or not self.has_header:
            return None
        place = self.header.index(self.id_column)
        return {row[place] for row in self.rows if row[place]}


@dataclass(frozen=True)
class Case:
    """One file and what is done with it."""

    seed: int
    base: str
    command: str  # "check" or "run"
    mode: str  # "", "--quiet" or "--json"
    mutations: tuple[str, ...]
    name: str
    content: bytes
    ids: frozenset[str] | None  # that the file holds, where that can be said

    def __str__(self) -> str:
        done = ", ".join(self.mutations)
        return f"case {self.seed}: {self.command} {self.mode} of {self.base} as {self.name}; {done}"


@cache
def _base(name: str) -> tuple[list[str], list[list[str]]]:
    table = (customer_tables(120, seed=1) if name == "customers" else order_tables(400, seed=1))[0]
    columns = [[_word(value) for value in column.to_pylist()] for column in table.columns]
    return list(table.column_names), [list(row) for row in zip(*columns, strict=True)]


def _word(value: object) -> str:
    return "" if value is None else str(value)


def case(seed: int) -> Case:
    """Make the case of a seed: the first mutation goes round, up to three more are drawn."""
    rng = Random(seed)
    base = "orders" if rng.random() < 0.4 else "customers"
    header, rows = _base(base)
    id_column = "customer_id" if base == "orders" else "ID"
    draft = Draft(seed, base, list(header), [list(row) for row in rows], id_column)
    names = [name for name in MUTATIONS if name not in RARE]
    chosen = [list(MUTATIONS)[seed % len(MUTATIONS)]]
    chosen += rng.sample(names, rng.choice([0, 1, 1, 2, 2, 3]))
    chosen = list(dict.fromkeys(chosen))
    for name in chosen:
        MUTATIONS[name](rng, draft)
    command = "run" if rng.random() < RUN_SHARE else "check"
    mode = rng.choice(["", "--quiet", "--json"])
    content = _content(rng, draft)
    ids = draft.ids()
    return Case(
        seed,
        base,
        command,
        mode,
        tuple(chosen),
        f"shop{draft.ending}",
        content,
        None if ids is None else frozenset(ids),
    )


# From the draft to bytes -------------------------------------------------------------------------


def _content(rng: Random, draft: Draft) -> bytes:
    kind = draft.ending.split(".")[1]
    if kind == "parquet" and not draft.text:
        content = _parquet(draft)
    elif kind == "xlsx" and not draft.text:
        content = _xlsx(draft)
    else:
        content = _text(rng, draft)
    if draft.ending.endswith(".gz"):
        content = gzip.compress(content, mtime=0)
    for change in draft.raw:
        content = change(rng, content)
    return content


def _text(rng: Random, draft: Draft) -> bytes:
    rows = [draft.header, *draft.rows] if draft.has_header else draft.rows
    lines = [draft.separator.join(_quoted(cell, draft.separator) for cell in row) for row in rows]
    text = "\n".join(lines) + "\n"
    for change in draft.text:
        text = change(rng, text)
    if draft.line_end == "mixed":
        text = "".join(rng.choice(["\n", "\r\n", "\r"]) if c == "\n" else c for c in text)
    else:
        text = text.replace("\n", draft.line_end)
    errors = "surrogateescape" if draft.encoding == "utf-8" else "replace"
    return draft.bom + text.encode(draft.encoding, errors)


def _quoted(cell: str, separator: str) -> str:
    if separator in cell or '"' in cell or "\n" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _typed(cells: list[str]) -> list[object]:
    for kind in (int, float):
        try:
            values = [kind(cell) if cell else None for cell in cells]
        except (ValueError, OverflowError):
            continue
        if kind is float or all(v is None or abs(v) < 2**63 for v in values):
            return list(values)
        break  # whole numbers beyond 64 bits stay text
    return [cell.encode("utf-8", "replace").decode() or None for cell in cells]


def _parquet(draft: Draft) -> bytes:
    columns = [_typed([row[i] for row in draft.rows]) for i in range(len(draft.header))]
    names = [name.encode("utf-8", "replace").decode() for name in draft.header]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(c) for c in columns], names=names), file)
    return file.getvalue()


def _xlsx(draft: Draft) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("shop")
    columns = [_typed([row[i] for row in draft.rows]) for i in range(len(draft.header))]
    for row in [draft.header, *zip(*columns, strict=True)]:
        cells = [c.encode("utf-8", "replace").decode() if isinstance(c, str) else c for c in row]
        sheet.append(
            [ILLEGAL_CHARACTERS_RE.sub("", c)[:32_000] if isinstance(c, str) else c for c in cells]
        )
    file = io.BytesIO()
    book.save(file)
    fixed = io.BytesIO()  # without the time of day
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(fixed, "w") as archive:
        for name in made.namelist():
            if name != "docProps/core.xml":
                info = zipfile.ZipInfo(name)
                archive.writestr(info, made.read(name), zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


# Mutations of the table --------------------------------------------------------------------------


def _column(rng: Random, draft: Draft) -> int:
    """Pick a column that is not the id."""
    others = [i for i, name in enumerate(draft.header) if name != draft.id_column]
    return rng.choice(others or [0])


def _fill(rng: Random, draft: Draft, words: list[str], share: float | None = None) -> None:
    place = _column(rng, draft)
    share = rng.choice([0.02, 0.3, 1.0]) if share is None else share
    for row in draft.rows:
        if rng.random() < share:
            row[place] = rng.choice(words)


def _append(draft: Draft, name: str, cells: list[str]) -> None:
    draft.header.append(name)
    for row, cell in zip(draft.rows, cells, strict=True):
        row.append(cell)


def shuffled_columns(rng: Random, draft: Draft) -> None:
    order = list(range(len(draft.header)))
    rng.shuffle(order)
    draft.header = [draft.header[i] for i in order]
    draft.rows = [[row[i] for i in order] for row in draft.rows]


def duplicated_names(rng: Random, draft: Draft) -> None:
    for _ in range(rng.choice([1, 3])):
        draft.header[rng.randrange(len(draft.header))] = rng.choice(draft.header)
    draft.ids_known = False


def names_alike_but_for_case(rng: Random, draft: Draft) -> None:
    place = _column(rng, draft)
    other = draft.header[place].swapcase() + rng.choice(["", " "])
    _append(draft, other, [row[place] for row in draft.rows])
    draft.ids_known = False


def mixed_types(rng: Random, draft: Draft) -> None:
    _fill(rng, draft, ["yes", "3", "2020-01-01", "4,5", "1.234,5", "$9", "true", "n/a", "0x1F"])


def emoji_names(rng: Random, draft: Draft) -> None:
    names = [
        "💰 spend",
        "👩‍👩‍👧",
        "الدخل",
        "שם הלקוח",
        "\u202eevil",
        "é",
        "数量",
        "Größe",
        "a\u200bb",
    ]
    for _ in range(3):
        draft.header[_column(rng, draft)] = rng.choice(names) + str(rng.randrange(99))
    _fill(rng, draft, ["🛒", "مرحبا", "שלום", "ﷺ"], 0.1)


def odd_names(rng: Random, draft: Draft) -> None:
    names = ["", " ", "a\nb", "x' OR 1=1 --", 'say "hi"', "a,b;c", "__row__", "select", "{x}", "%s"]
    for _ in range(3):
        draft.header[_column(rng, draft)] = rng.choice(names)
    draft.ids_known = False


def many_columns(rng: Random, draft: Draft) -> None:
    count = 10_000 if draft.seed // len(MUTATIONS) % 4 == 3 else 120  # so many take long
    draft.rows = draft.rows[:40]
    for row in draft.rows:
        row.extend(str(rng.randrange(5)) for _ in range(count))
    draft.header.extend(f"extra_{i}" for i in range(count))


def one_megabyte_cell(rng: Random, draft: Draft) -> None:
    word = rng.choice(["x", "9", "ab ", "1,"])
    for row in rng.sample(draft.rows, min(1, len(draft.rows))):
        row[_column(rng, draft)] = word * (1_000_000 // len(word))


def formulas(rng: Random, draft: Draft) -> None:
    words = ["=1+1", "@SUM(A1:A9)", "+1", "-2+3", "=cmd|' /C calc'!A0", '=HYPERLINK("x")', "#REF!"]
    _fill(rng, draft, words)


def formulas_for_ids(rng: Random, draft: Draft) -> None:
    place = draft.header.index(draft.id_column) if draft.id_column in draft.header else 0
    for row in draft.rows:
        row[place] = f"=1+{row[place]}"
    draft.ids_known = False


def extreme_dates(rng: Random, draft: Draft) -> None:
    words = ["9999-12-31", "0001-01-01", "10000-01-01", "2024-02-30", "31-12-9999", "1900-01-00"]
    dated = [i for i, name in enumerate(draft.header) if name in {"order_date", "Dt_Customer"}]
    share = rng.choice([0.02, 0.5, 1.0])
    for row in draft.rows:
        for place in dated:
            if rng.random() < share:
                row[place] = rng.choice(words)


def two_date_orders(rng: Random, draft: Draft) -> None:
    words = ["2024-01-05", "05.01.2024", "01/05/2024", "Jan 5, 2024", "20240105", "45296"]
    _append(draft, "visited_at", [rng.choice(words) for _ in draft.rows])


def empty_columns(rng: Random, draft: Draft) -> None:
    for _ in range(rng.choice([1, 2, len(draft.header)])):
        place = _column(rng, draft)
        word = rng.choice(["", "", "NULL", "NaN", "  "])
        for row in draft.rows:
            row[place] = word


def ids_as_floats(rng: Random, draft: Draft) -> None:
    _change_ids(draft, lambda word: f"{word}.0")


def ids_in_scientific_notation(rng: Random, draft: Draft) -> None:
    digits = rng.choice([3, 8])
    _change_ids(draft, lambda word: f"{float(word):.{digits}E}")
    draft.ids_known = False


def ids_of_many_kinds(rng: Random, draft: Draft) -> None:
    def change(word: str) -> str:
        form = rng.choice(["{}", " {} ", "00{}", "C-{}", "{}.0", "{}é", "'{}"])
        return form.format(word)

    _change_ids(draft, change)
    draft.ids_known = False


def ids_longer_than_numbers(rng: Random, draft: Draft) -> None:
    _change_ids(draft, lambda word: f"99999999999999{word}")


def missing_ids(rng: Random, draft: Draft) -> None:
    _change_ids(draft, lambda word: rng.choice([word, word, "", "NULL"]))
    draft.ids_known = False


def _change_ids(draft: Draft, change: Callable[[str], str]) -> None:
    if draft.id_column in draft.header:
        place = draft.header.index(draft.id_column)
        for row in draft.rows:
            row[place] = change(row[place]) if row[place].isdigit() else row[place]


def negative_zero(rng: Random, draft: Draft) -> None:
    _fill(rng, draft, ["-0", "-0.0", "0", "-0,0"])


def infinities(rng: Random, draft: Draft) -> None:
    _fill(rng, draft, ["inf", "-inf", "nan", "Infinity", "1e308", "-1e308", "1e-320", "1e400"])


def numbers_of_400_digits(rng: Random, draft: Draft) -> None:
    _fill(rng, draft, ["9" * 400, "-" + "1" * 400, "0." + "3" * 400, "1" * 39, "1" * 20])


def duplicated_rows(rng: Random, draft: Draft) -> None:
    most = min(len(draft.rows), rng.choice([1, 400]))
    copies = [list(row) for row in rng.sample(draft.rows, most)]
    draft.rows += copies
    rng.shuffle(draft.rows)


def duplicated_ids(rng: Random, draft: Draft) -> None:
    if draft.id_column in draft.header:
        place = draft.header.index(draft.id_column)
        for row in rng.sample(draft.rows, min(len(draft.rows), rng.choice([1, 60]))):
            row[place] = draft.rows[0][place]


def constant_columns(rng: Random, draft: Draft) -> None:
    for _ in range(rng.choice([1, 5, 60])):
        place = _column(rng, draft)
        for row in draft.rows:
            row[place] = draft.rows[0][place]


def one_row(rng: Random, draft: Draft) -> None:
    draft.rows = draft.rows[:1]


def two_rows(rng: Random, draft: Draft) -> None:
    draft.rows = draft.rows[:2]


def header_only(rng: Random, draft: Draft) -> None:
    draft.rows = []


def no_header(rng: Random, draft: Draft) -> None:
    draft.has_header = False


def one_column(rng: Random, draft: Draft) -> None:
    place = rng.randrange(len(draft.header))
    draft.header = [draft.header[place]]
    draft.rows = [[row[place]] for row in draft.rows]
    draft.ids_known = False


def column_of_random_bytes(rng: Random, draft: Draft) -> None:
    cells = [
        rng.randbytes(rng.randrange(1, 12)).decode("utf-8", "surrogateescape") for _ in draft.rows
    ]
    cells = [cell.replace("\n", "").replace("\r", "").replace('"', "") for cell in cells]
    _append(draft, "noise", cells)
    draft.ids_known = False  # NUL bytes and separators among them


def very_long_name(rng: Random, draft: Draft) -> None:
    draft.header[_column(rng, draft)] = rng.choice(["long ", "ü", "x"]) * rng.choice([300, 50_000])


def line_feeds_in_cells(rng: Random, draft: Draft) -> None:
    _fill(rng, draft, ["first\nsecond", "a\n\nb", '5" screen\n', "x"])


# Mutations of the text ---------------------------------------------------------------------------


def other_separator(rng: Random, draft: Draft) -> None:
    draft.separator = rng.choice([";", "\t", "|", ":", " ", "^"])
    if draft.separator in ": ^":
        draft.ids_known = False


def _on_text(change: Callable[[Random, str], str]) -> Callable[[Random, Draft], None]:
    def mutate(rng: Random, draft: Draft) -> None:
        draft.text.append(change)
        draft.ids_known = False

    return mutate


def _on_lines(change: Callable[[Random, list[str]], list[str]]) -> Callable[[Random, Draft], None]:
    return _on_text(lambda rng, text: "\n".join(change(rng, text.split("\n"))))


def _header_again(rng: Random, lines: list[str]) -> list[str]:
    for _ in range(rng.choice([1, 4])):
        lines.insert(rng.randrange(1, len(lines) + 1), lines[0])
    return lines


def _mixed_separators(rng: Random, lines: list[str]) -> list[str]:
    return [line.replace(",", rng.choice([",", ";", "\t"])) for line in lines]


def _trailing_separators(rng: Random, lines: list[str]) -> list[str]:
    share = rng.choice([0.1, 1.0])
    return [line + "," * rng.choice([1, 3]) if rng.random() < share else line for line in lines]


def _blank_lines(rng: Random, lines: list[str]) -> list[str]:
    for _ in range(rng.choice([1, 30])):
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(["", "", "   ", ",,,,"]))
    return lines


def _preamble(rng: Random, lines: list[str]) -> list[str]:
    return [*rng.choice([["Report of 2024", ""], ["sep=,"], ["# made by a shop", "# v2"]]), *lines]


def _ragged(rng: Random, lines: list[str]) -> list[str]:
    for _ in range(rng.choice([1, 20])):
        place = rng.randrange(len(lines))
        cut = lines[place].rfind(",")
        lines[place] = lines[place][:cut] if rng.random() < 0.5 else lines[place] + ",7,8"
    return lines


def _stray_quotes(rng: Random, text: str) -> str:
    for _ in range(rng.choice([1, 2, 20])):
        place = rng.randrange(len(text) + 1)
        text = text[:place] + rng.choice(['"', '""', "'", "\\"]) + text[place:]
    return text


def _unbalanced_quote(rng: Random, text: str) -> str:
    place = text.find(",", rng.randrange(len(text)))
    return text[: place + 1] + '"' + text[place + 1 :]


def _bom_in_the_middle(rng: Random, text: str) -> str:
    for _ in range(rng.choice([1, 5])):
        place = rng.randrange(len(text) + 1)
        text = text[:place] + "\ufeff" + text[place:]
    return text


def line_ends_cr(rng: Random, draft: Draft) -> None:
    draft.line_end = "\r"


def line_ends_crlf(rng: Random, draft: Draft) -> None:
    draft.line_end = "\r\n"


def line_ends_mixed(rng: Random, draft: Draft) -> None:
    draft.line_end = "mixed"


def utf_16(rng: Random, draft: Draft) -> None:
    draft.encoding = rng.choice(["utf-16", "utf-16-le", "utf-16-be"])
    if draft.encoding != "utf-16" and rng.random() < 0.5:
        draft.bom = "\ufeff".encode(draft.encoding)


def utf_8_with_bom(rng: Random, draft: Draft) -> None:
    draft.bom = b"\xef\xbb\xbf"


def windows_1252(rng: Random, draft: Draft) -> None:
    _fill(rng, draft, ["Zürich", "Genève", "5 €", "naïve"], 0.3)
    draft.encoding = "cp1252"


# Mutations of the bytes --------------------------------------------------------------------------


def _on_bytes(change: Callable[[Random, bytes], bytes]) -> Callable[[Random, Draft], None]:
    def mutate(rng: Random, draft: Draft) -> None:
        draft.raw.append(change)
        draft.ids_known = False

    return mutate


def _cut(rng: Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _insert(words: list[bytes]) -> Callable[[Random, bytes], bytes]:
    def change(rng: Random, content: bytes) -> bytes:
        for _ in range(rng.choice([1, 3, 50])):
            place = rng.randrange(len(content) + 1)
            content = content[:place] + rng.choice(words) + content[place:]
        return content

    return change


def _flip(rng: Random, content: bytes) -> bytes:
    flipped = bytearray(content)
    for _ in range(rng.choice([1, 1, 5, 50])):
        if flipped:
            flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def gz_truncated(rng: Random, draft: Draft) -> None:
    draft.ending = ".csv.gz"
    draft.raw.append(_cut)
    draft.ids_known = False


def gz(rng: Random, draft: Draft) -> None:
    draft.ending = ".csv.gz"


def parquet(rng: Random, draft: Draft) -> None:
    draft.ending = ".parquet"


def xlsx(rng: Random, draft: Draft) -> None:
    draft.ending = ".xlsx"
    draft.ids_known = False


def parquet_with_bytes_flipped(rng: Random, draft: Draft) -> None:
    parquet(rng, draft)
    draft.raw.append(_flip)
    draft.ids_known = False


def xlsx_with_bytes_flipped(rng: Random, draft: Draft) -> None:
    xlsx(rng, draft)
    draft.raw.append(_flip)


def another_ending(rng: Random, draft: Draft) -> None:
    """Text under a name that promises something else."""
    draft.text.append(lambda rng, text: text)
    draft.ending = rng.choice([".tsv", ".txt", ".parquet", ".xlsx", ".xls", ".gz", ".csv.zst"])
    draft.ids_known = False


_FUNCTIONS = (
    shuffled_columns,
    duplicated_names,
    names_alike_but_for_case,
    mixed_types,
    emoji_names,
    odd_names,
    many_columns,
    one_megabyte_cell,
    formulas,
    formulas_for_ids,
    extreme_dates,
    two_date_orders,
    empty_columns,
    ids_as_floats,
    ids_in_scientific_notation,
    ids_of_many_kinds,
    ids_longer_than_numbers,
    missing_ids,
    negative_zero,
    infinities,
    numbers_of_400_digits,
    duplicated_rows,
    duplicated_ids,
    constant_columns,
    one_row,
    two_rows,
    header_only,
    no_header,
    one_column,
    column_of_random_bytes,
    very_long_name,
    line_feeds_in_cells,
    other_separator,
    line_ends_cr,
    line_ends_crlf,
    line_ends_mixed,
    utf_16,
    utf_8_with_bom,
    windows_1252,
    gz_truncated,
    gz,
    parquet,
    xlsx,
    parquet_with_bytes_flipped,
    xlsx_with_bytes_flipped,
    another_ending,
)
MUTATIONS: dict[str, Callable[[Random, Draft], None]] = {
    **{function.__name__: function for function in _FUNCTIONS},
    "header_again": _on_lines(_header_again),
    "mixed_separators": _on_lines(_mixed_separators),
    "trailing_separators": _on_lines(_trailing_separators),
    "blank_lines": _on_lines(_blank_lines),
    "preamble": _on_lines(_preamble),
    "ragged_lines": _on_lines(_ragged),
    "stray_quotes": _on_text(_stray_quotes),
    "unbalanced_quote": _on_text(_unbalanced_quote),
    "bom_in_the_middle": _on_text(_bom_in_the_middle),
    "truncated": _on_bytes(_cut),
    "nul_bytes": _on_bytes(_insert([b"\0", b"\0\0\0"])),
    "broken_utf_8": _on_bytes(_insert([b"\xff", b"\xc3(", b"\xe2\x82", b"\xed\xa0\x80"])),
    "bytes_flipped": _on_bytes(_flip),
}
RARE = {"many_columns", "header_only", "one_row", "two_rows", "one_column"}


if __name__ == "__main__":
    made = case(int(sys.argv[1]))
    target = Path(sys.argv[2]) / made.name
    target.write_bytes(made.content)
    print(f"{made}\n{target}")
