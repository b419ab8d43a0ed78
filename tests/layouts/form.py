"""What writing an export has in common: its header, its states, its forms of dates and money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from layouts.shop import Truth, filled


@dataclass(frozen=True)
class Export:
    """A table as the platform writes it, and what it comes to (``None``: it is refused)."""

    table: pd.DataFrame
    truth: Truth | None
    separator: str = ","
    mark: bool = False


def layout_of(name: str) -> str:
    """Return the layout of an export; what follows the name of it tells its generation."""
    return name.partition(" ")[0]


def told(frame: pd.DataFrame, **words: str) -> pd.Series:
    """Return the state of each order in the words of a platform."""
    return frame["state"].map(
        {"processing": words["completed"], "failed": words["cancelled"], **words}
    )


def at(frame: pd.DataFrame, form: str, column: str = "at") -> pd.Series:
    return frame[column].dt.strftime(form)


def two(values: pd.Series) -> list[str]:
    return [f"{value:.2f}" for value in values]


def where(values: pd.Series, condition: pd.Series) -> pd.Series:
    """Return values where the condition holds, and nothing elsewhere."""
    return values.where(condition, "")


def fill(header: list[str], cells: Mapping[str, object], rows: int) -> pd.DataFrame:
    return filled(header, {name: cell for name, cell in cells.items() if name in header}, rows)


def newest_first(frame: pd.DataFrame) -> pd.DataFrame:
    order = ["number", "line"] if "line" in frame else ["number"]
    return frame.sort_values(order, ascending=[False, True][: len(order)], ignore_index=True)


def people(c: pd.DataFrame, *amounts: str) -> Truth:
    sums = {name: round(float(c[name].sum()), 2) for name in amounts}
    return Truth(len(c), int(c["orders"].sum()) if amounts else 0, sums)
