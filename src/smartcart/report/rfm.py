"""What is shown of RFM: cut points in words, the segments, and how they meet those of K-Means.

Nothing is computed here but the shares that a count is shown as.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from smartcart.records import Rfm, RfmSegment, Run
from smartcart.report import words
from smartcart.report.withheld import SMALL_GROUP

__all__ = [
    "STEPS",
    "Crossed",
    "Cuts",
    "about",
    "agreement",
    "crossing",
    "cuts",
    "few",
    "labels",
    "ties",
]

STEPS = (0.05, 0.25, 0.5, 0.75)  # shares at which the shade of a crossing grows darker
_TOLD = 3  # pairs of segments that are told to agree
_FEW = 0.05  # an RFM segment with a smaller share of customers is not told
_LETTERS = ("R", "F", "M")


@dataclass(frozen=True, slots=True)
class Cuts:
    """One of R, F and M: what it measures, and who gets which digit, best digit first."""

    letter: str
    label: str
    digits: tuple[int, ...]
    texts: tuple[str, ...]
    empty: tuple[int, ...]  # digits that nobody gets, for their cuts coincide


@dataclass(frozen=True, slots=True)
class Crossed:
    """Customers of one RFM segment that are in one K-Means segment.

    One to nine customers are not shown, only that they are ``few``: fewer than that share of the
    RFM segment. Then no ``told`` count of the row is shown either: together they would give the few
    away.
    """

    count: int
    share: float
    few: float = 0.0
    told: bool = True
    beside: bool = False  # not shown, as what is left of the row would tell the few

    @property
    def text(self) -> str:
        """The share in whole per cent: there is little room in a cell."""
        if self.beside:
            return "–"
        if self.few:
            return f"<{math.ceil(self.few * 100)}%" if self.few < 0.1 else "few"
        if 0 < self.share < 0.005:
            return "<1%"
        if 0.995 <= self.share < 1:
            return ">99%"
        return f"{self.share:.0%}"

    @property
    def step(self) -> int:
        """The shade, 0 to 4."""
        return 0 if self.few or self.beside else sum(self.share >= floor for floor in STEPS)


def labels(run: Run) -> tuple[str, str, str]:
    """Return what R, F and M measure, in words; nothing where the run has no RFM."""
    if run.rfm is None:
        return ("", "", "")
    made = {f.name: f.label for f in (*run.model.recipe.features, *run.model.describing)}
    known = made | run.profile.labels
    r, f, m = (known.get(name) or words.label(name) for name in run.rfm.columns)
    return r, f, m


def about(run: Run) -> str:
    """Return what RFM is, in a sentence."""
    bins = run.rfm.bins if run.rfm else 5
    return (
        f"RFM gives every customer three digits from 1 to {bins} (best): how recently (R), how "
        "often (F) and for how much (M) they bought."
    )


def cuts(run: Run) -> tuple[Cuts, ...]:
    """Return the cut points of R, F and M in words, in the unit of the column."""
    rfm = run.rfm
    if rfm is None:
        return ()
    features = (*run.model.recipe.features, *run.model.describing)
    units = {f.name: f.unit for f in features} | run.profile.units
    found = []
    for letter, label, column, points in zip(
        _LETTERS,
        labels(run),
        rfm.columns,
        (rfm.recency_cuts, rfm.frequency_cuts, rfm.monetary_cuts),
        strict=True,
    ):
        spans = list(zip((None, *points), (*points, None), strict=True))
        shown = _points(points, units.get(column, ""), run.currency)
        texts = [_span(low, high, shown, units.get(column, "")) for low, high in spans]
        digits = list(range(1, rfm.bins + 1))
        if letter == "R":
            digits.reverse()
        best = sorted(zip(digits, texts, spans, strict=True), key=lambda row: -row[0])
        empty = [d for d, _, (low, high) in best if low is not None and low == high]
        found.append(
            Cuts(
                letter,
                label,
                tuple(d for d, *_ in best),
                tuple(t for _, t, _ in best),
                tuple(sorted(empty)),
            )
        )
    return tuple(found)


def _points(points: tuple[float, ...], unit: str, currency: str) -> dict[float, str]:
    """Return the text of every cut: different cuts never look alike."""

    def show(x: float) -> str:
        return words.number(x) if unit == "days" else words.value(x, unit, currency)

    shown = {x: show(x) for x in points}
    if len(set(shown.values())) < len(shown):
        return {x: f"{x:,.7g}" for x in points}
    return shown


def _span(low: float | None, high: float | None, shown: dict[float, str], unit: str) -> str:
    """Return an interval of a column in words; its upper end belongs to it."""
    if low is not None and low == high:
        return "nobody"
    parts = []
    if low is not None:
        parts.append(f"{'more than' if high is None else 'over'} {shown[low]}")
    if high is not None:
        parts.append(f"up to {shown[high]}")
    text = ", ".join(parts)
    if unit == "days" and text:
        text += " day" if text.endswith(" 1") else " days"
    return text or "everybody"


def ties(run: Run) -> str:
    """Return which digits nobody gets because many customers are equal, or nothing."""
    told = [
        f"many customers are equal in {c.label}, so nobody gets "
        + " or ".join(f"{c.letter} {digit}" for digit in c.empty)
        for c in cuts(run)
        if c.empty
    ]
    return f"Cuts coincide: {'; '.join(told)}." if told else ""


def crossing(rfm: Rfm) -> tuple[tuple[Crossed, ...], ...]:
    """Return, per RFM segment, the part of its customers that is in each K-Means segment."""
    found = []
    for s in rfm.segments:
        few = [n for n in s.by_segment if 0 < n < SMALL_GROUP]
        others = [n for n in s.by_segment if n >= SMALL_GROUP]
        # the smallest of the others, where the few are so few together that the rest tells them
        beside = min(others, default=0) if 0 < sum(few) < SMALL_GROUP else 0
        told = not few
        found.append(
            tuple(
                Crossed(
                    n,
                    n / s.size if s.size else 0.0,
                    min(SMALL_GROUP / s.size, 1.0) if 0 < n < SMALL_GROUP else 0.0,
                    told,
                    beside=n == beside > 0,
                )
                for n in s.by_segment
            )
        )
    return tuple(found)


def few(segment: RfmSegment) -> bool:
    """Has an RFM segment too few customers to show how many, and what they are worth?"""
    return 0 < segment.size < SMALL_GROUP


def agreement(run: Run) -> str:
    """Return where the two divisions agree most, in a sentence or two.

    RFM segments with less than 5% of the customers are left out.
    """
    rfm = run.rfm
    if rfm is None or len(run.segments) < 2:
        return ""
    pairs = []
    for found, cells in zip(rfm.segments, crossing(rfm), strict=True):
        place = max(range(len(cells)), key=lambda j: cells[j].count)
        if not cells[place].beside:
            pairs.append((found, run.segments[place].segment, cells[place]))
    if not pairs:
        return ""
    telling = sorted(
        (p for p in pairs if p[0].share >= _FEW and p[2].share > 0.5), key=lambda p: -p[2].share
    )[:_TOLD]
    told = [f"{cell.text} of {found.segment} are {name}" for found, name, cell in telling]
    text = ""
    if told:
        text = f"Of RFM segments with at least 5% of the customers, {words.listing(told)}."
    best, name, cell = pairs[0]
    if (best, name, cell) not in telling and cell.count and not cell.few:
        text += f" Of {best.segment}, {cell.text} are {name}."
    first = run.segments[0]
    counts = [s.by_segment[0] for s in rfm.segments]
    most = max(range(len(counts)), key=counts.__getitem__)
    if first.size and counts[most] >= SMALL_GROUP:
        share = Crossed(counts[most], counts[most] / first.size)
        text += (
            f" The other way round, {share.text} of {first.segment} are "
            f"{rfm.segments[most].segment}."
        )
    return text.strip()
