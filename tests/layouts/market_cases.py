"""What a made-up export of a market is: a header, cells, and what it must come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from layouts.shop import SOLD, Shop, Truth, filled, money

HEADERS = {
    name: tuple(header.split("|"))
    for name, _, header in (
        line.partition("\t")
        for line in (Path(__file__).parent / "market_headers.txt")
        .read_text(encoding="utf-8")
        .splitlines()
    )
}
"""Columns of each export in their order; of several headers of one layout, ``name/2`` and so on."""

Cells = Mapping[str, object]
GERMAN = (
    "Jan",
    "Feb",
    "Mär",
    "Apr",
    "Mai",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Okt",
    "Nov",
    "Dez",
)
FRENCH = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)
SPANISH = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
PORTUGUESE = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)
BACK = ("refunded", "part_refunded")


@dataclass(frozen=True)
class Case:
    """An export: ``parts`` are blocks of rows; ``truth`` is None where it must be refused."""

    header: str
    parts: Callable[[Shop], Sequence[tuple[Cells, int]]]
    truth: Callable[[Shop], Truth] | None
    separator: str = ","
    before: str = ""
    after: str = ""
    by: str = ""  # the column by which rows of several blocks are put in order
    quoted: bool = False

    @property
    def layout(self) -> str:
        """The layout that it is."""
        return self.header.partition("/")[0]

    def table(self, made: Shop) -> pd.DataFrame:
        """Return its rows, under the columns of its header."""
        header = HEADERS[self.header]
        blocks = [filled(header, cells, rows) for cells, rows in self.parts(made)]
        if len(blocks) == 1:
            return blocks[0]
        keys = [_key(cells, self.by, rows) for cells, rows in self.parts(made)]
        whole = pd.concat(blocks, ignore_index=True)
        return whole.iloc[pd.concat(keys, ignore_index=True).argsort(kind="stable")]

    def write(self, table: pd.DataFrame, folder: Path) -> Path:
        """Write the file with what stands above and below the table."""
        path = folder / f"{self.layout}.csv"
        text = table.to_csv(
            index=False, sep=self.separator, lineterminator="\n", quoting=1 if self.quoted else 0
        )
        path.write_text(self.before + text + self.after, encoding="utf-8")
        return path


def _key(cells: Cells, by: str, rows: int) -> pd.Series:
    values = pd.Series(list(cells[by]) if by else range(rows))  # type: ignore[call-overload]
    return values.astype(str)


def only(made: Shop, states: Sequence[str] = SOLD) -> Shop:
    """Return the shop as an export that leaves out orders in other states tells it."""
    told = made.orders[made.orders["state"].isin(states)]
    return Shop(told, made.lines[made.lines["number"].isin(told["number"])])


def sold(*amounts: str, walk_ins: bool = True, **how: object) -> Callable[[Shop], Truth]:
    """Return the truth in these amounts (see ``Shop.truth``)."""
    return lambda made: made.truth(*amounts, **how)  # type: ignore[arg-type]


def kept(truth: Truth, **more: float) -> Truth:
    """Return a truth with further amounts that are right, too."""
    return replace(truth, revenue={**truth.revenue, **more})


def per_line(
    cells: Callable[[pd.DataFrame], Cells], states: Sequence[str] | None = None
) -> Callable[[Shop], Sequence[tuple[Cells, int]]]:
    """Return an export with a row per line."""

    def parts(made: Shop) -> Sequence[tuple[Cells, int]]:
        table = (made if states is None else only(made, states)).joined
        return [(cells(table), len(table))]

    return parts


def per_order(
    cells: Callable[[pd.DataFrame], Cells], states: Sequence[str] | None = None
) -> Callable[[Shop], Sequence[tuple[Cells, int]]]:
    """Return an export with a row per order."""

    def parts(made: Shop) -> Sequence[tuple[Cells, int]]:
        table = (made if states is None else only(made, states)).orders
        return [(cells(table), len(table))]

    return parts


def said(table: pd.DataFrame, words: Mapping[str, str]) -> list[str]:
    """Return the state of each row in the words of a platform; ``""`` names what is not listed."""
    return [words.get(state, words.get("", state)) for state in table["state"]]


def login(table: pd.DataFrame) -> pd.Series:
    """Return the name under which the buyer is known to a market; blank of a walk-in."""
    return table["name"].str.lower().str.replace(" ", "_")


def named_day(table: pd.DataFrame, months: Sequence[str], form: str) -> list[str]:
    """Return days with the month in words: ``form`` gets d, month, y (two digits) and year."""
    return [
        form.format(
            d=at.day, month=months[at.month - 1], y=at.year % 100, year=at.year, time=f"{at:%H:%M}"
        )
        for at in table["at"]
    ]


def back_sign(values: pd.Series) -> list[str]:
    """Return amounts that were given back, in dollars: ``-$12.50``."""
    return [f"-{text}" for text in money(values, "$")]
