"""Values with their intervals as bars of a page, drawn by its style alone: places in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Bar", "BarRow", "Chart", "chart"]

ROOM = 0.04  # of the width, left free on both sides


@dataclass(frozen=True, slots=True)
class BarRow:
    """What a bar shows: a value, the interval around it if there is one, and both in words."""

    label: str
    value: float
    low: float | None
    high: float | None
    text: str
    segment_id: int = 0  # gives the colour; 0 is none
    strong: bool = False
    first: bool = False  # of a new group


@dataclass(frozen=True, slots=True)
class Bar:
    """A row with its places: per cent of the width from the left."""

    row: BarRow
    at: float
    left: float
    width: float
    slot: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on one scale; ``zero`` is the place of 0."""

    zero: float
    bars: tuple[Bar, ...]
    words: str  # for who cannot see it


def chart(rows: Sequence[BarRow]) -> Chart:
    """Return rows on a scale that holds all intervals and 0.

    >>> found = chart([BarRow("a", 50.0, 0.0, 100.0, "50 (0 to 100)")])
    >>> round(found.zero), round(found.bars[0].at), round(found.bars[0].width)
    (4, 50, 92)
    """
    ends = [0.0]
    for row in rows:
        ends += [x for x in (row.value, row.low, row.high) if x is not None]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def place(x: float) -> float:
        return 100 * (ROOM + (1 - 2 * ROOM) * (x - low) / span)

    bars = []
    for row in rows:
        left = place(row.value if row.low is None else row.low)
        right = place(row.value if row.high is None else row.high)
        slot = (row.segment_id - 1) % 10 + 1 if row.segment_id else 0
        bars.append(Bar(row, place(row.value), left, right - left, slot))
    told = "; ".join(f"{row.label} {row.text}" for row in rows)
    return Chart(place(0.0), tuple(bars), told)
