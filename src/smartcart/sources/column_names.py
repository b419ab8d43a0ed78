"""Column names as found, made unique and non-empty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from smartcart.records import Notice

__all__ = ["ROW", "clean_names", "source_names"]

ROW = "__row__"
"""The column with the row number in the source, from 1."""


def clean_names(found: Sequence[str]) -> tuple[tuple[str, ...], list[Notice]]:
    """Strip names, name the nameless ``column_3``, and tell duplicates apart as ``Income_2``.

    Upper and lower case count as the same name, as they do in SQL.

    >>> clean_names([" ID ", "Spend", "", "spend"])[0]
    ('ID', 'Spend', 'column_3', 'spend_2')
    """
    found = [name.replace("\x00", "") for name in found]  # no engine takes a NUL in a name
    taken = {ROW} | {name.strip().casefold() for name in found}
    seen = {ROW}
    names: list[str] = []
    doubled: list[str] = []
    nameless: list[str] = []
    for position, raw in enumerate(found, start=1):
        name = raw.strip()
        if not name:
            name = _free(f"column_{position}", taken | seen)
            nameless.append(name)
        elif name.casefold() in seen:
            doubled.append(name)
            number = 2
            while f"{name}_{number}".casefold() in taken | seen:
                number += 1
            name = f"{name}_{number}"
        seen.add(name.casefold())
        names.append(name)
    notices = []
    if doubled:
        listed = ", ".join(map(repr, doubled[:3])) + (", ..." if len(doubled) > 3 else "")
        notices.append(
            Notice(
                "duplicate_names",
                f"{_columns(len(doubled))} bear a name that is already taken ({listed}): "
                "numbered as NAME_2",
                len(doubled),
            )
        )
    if nameless:
        notices.append(
            Notice(
                "unnamed_columns",
                f"{_columns(len(nameless))} without a name: named by position, as "
                + ", ".join(nameless[:3])
                + (", ..." if len(nameless) > 3 else ""),
                len(nameless),
            )
        )
    return tuple(names), notices


def source_names(found: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return by clean name how the source spells it, where it spells it otherwise.

    Columns without a name, and those whose name another has too, can only be told by their number.

    >>> source_names([" ID ", "Spend", "", "spend"], ("ID", "Spend", "column_3", "spend_2"))
    {'ID': ' ID ', 'spend_2': 'spend'}
    """
    times = Counter(found)
    return {
        name: raw
        for raw, name in zip(found, names, strict=True)
        if raw != name and raw.strip() and times[raw] == 1 and "\x00" not in raw
    }


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def _free(name: str, taken: set[str]) -> str:
    while name.casefold() in taken:
        name += "_"
    return name
