"""What the page, the pictures, the notebook and the summary all show: one selection of a record.

Nothing is computed here but what display needs: order, words, and which figures are withheld.
A share that rests on one to nine customers is not shown, and neither is what would give it away:
what the parts on outcomes and fairness withhold is withheld here too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from smartcart.records import Fact, Run, Segment
from smartcart.report import withheld, words
from smartcart.report.withheld import SMALL_GROUP

__all__ = [
    "ROLES",
    "SMALL_GROUP",
    "Apart",
    "ProfileCell",
    "ProfileLine",
    "another_k",
    "apart",
    "best_value",
    "choice",
    "disagreeing",
    "facts",
    "forming",
    "headline",
    "lines",
    "pick_rows",
    "spot",
    "strongest",
    "verdict_words",
]

ROLES = {
    "id": "Identifies",
    "forms": "Forms segments",
    "describes": "Describes them",
    "sensitive": "Personal, describes only",
    "outcome": "Outcome, checks them",
    "dropped": "Left out",
}
_NUMBERS = (
    "No",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
)


@dataclass(frozen=True, slots=True)
class ProfileCell:
    """One column in one segment, ready to show; ``hidden`` where too few customers stand behind."""

    segment_id: int
    mean: float
    median: float
    effect: float
    text: str
    median_text: str
    effect_text: str
    hidden: bool

    @property
    def step(self) -> int:
        """The colour step of a heatmap, -4 to 4, half a standard deviation each."""
        if self.hidden or not math.isfinite(self.effect):
            return 0
        return max(-4, min(4, round(self.effect * 2)))


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """One column over all segments, in the order of ``run.segments``."""

    column: str
    label: str
    role: str
    unit: str
    overall: float
    overall_text: str
    cells: tuple[ProfileCell | None, ...]


def _counts_people(run: Run, column: str, role: str, unit: str) -> bool:
    """Is the mean of this column a share of customers (a category, a yes or no)?"""
    features = (*run.model.recipe.features, *run.model.describing)
    if any(f.name == column and f.op == "is" for f in features):
        return True
    if run.contract.kind == "orders":
        return False  # every other share is one of a customer's orders or spend
    head, _, tail = column.partition(": ")
    known = {c.name: c.type for c in run.contract.columns}
    if (tail and head in known) or known.get(column) == "boolean":
        return True
    return unit == "share" and role != "forms"


def _small(size: int, mean: float) -> bool:
    return math.isfinite(mean) and 0 < round(size * mean) < SMALL_GROUP


def _withheld(run: Run) -> set[tuple[str, int]]:
    """Return columns with a segment that other parts of the report withhold: here they go too."""
    return withheld.groups(run) | {
        (outcome.column, outcome.rates[i].segment_id)
        for outcome in run.outcomes
        for i in withheld.rates(outcome)
    }


def lines(run: Run, *, forming_only: bool = False) -> tuple[ProfileLine, ...]:
    """Return the profile, a line per column: forming columns first, then the record's order."""
    sizes = {s.segment_id: s.size for s in run.segments}
    place = {s.segment_id: i for i, s in enumerate(run.segments)}
    order = {f.name: i for i, f in enumerate(run.model.recipe.features)}
    made = (*run.model.recipe.features, *run.model.describing)
    units = {f.name: f.unit for f in made} | run.profile.units
    unshown = _withheld(run)
    judged = {column for column, _ in withheld.groups(run)}
    untold = {outcome.column for outcome in run.outcomes if withheld.total(outcome)}
    found: dict[str, list[ProfileCell | None]] = {}
    heads: dict[str, tuple[str, str, float]] = {}
    for row in run.profile.rows:
        if row.segment_id not in place or (forming_only and row.role != "forms"):
            continue
        unit = units.get(row.column, "")
        people = _counts_people(run, row.column, row.role, unit)
        unit = "share" if people else unit
        few = people and _small(sizes[row.segment_id], row.mean)
        hidden = few or (row.column, row.segment_id) in unshown
        shown = words.value(row.mean, unit, run.currency)
        if hidden:
            shown = "fewer than 10" if few and row.column not in judged else "not shown"
        median = words.MISSING if people else words.value(row.median, unit, run.currency)
        effect = words.MISSING if hidden else words.effect(row.effect)
        heads.setdefault(row.column, (row.role, unit, row.overall_mean))
        cells = found.setdefault(row.column, [None] * len(run.segments))
        cells[place[row.segment_id]] = ProfileCell(
            row.segment_id, row.mean, row.median, row.effect, shown, median, effect, hidden
        )
    labels = {f.name: f.label for f in made} | run.profile.labels
    result = []
    for column, cells in found.items():
        role, unit, overall = heads[column]
        alone = sum(c.hidden for c in cells if c) == 1  # the total would give it away
        hidden = alone or column in untold
        shown = words.MISSING if hidden else words.value(overall, unit, run.currency)
        label = labels.get(column) or words.label(column)
        result.append(ProfileLine(column, label, role, unit, overall, shown, tuple(cells)))
    roles = list(ROLES)
    result.sort(
        key=lambda x: (
            roles.index(x.role) if x.role in roles else len(roles),
            order.get(x.column, len(order)),
        )
    )
    return tuple(result)


def forming(run: Run) -> tuple[ProfileLine, ...]:
    """Return the lines of the features, in their order (or of all columns that form segments)."""
    found = lines(run, forming_only=True)
    names = {f.name for f in run.model.recipe.features}
    return tuple(line for line in found if line.column in names) or found


def strongest(run: Run, index: int, limit: int = 10) -> list[tuple[ProfileLine, ProfileCell]]:
    """Return what sets the segment at ``index`` apart most, strongest first."""
    pairs = [
        (line, cell)
        for line in lines(run)
        if (cell := line.cells[index]) and not cell.hidden and math.isfinite(cell.effect)
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[1].effect))[:limit]


@dataclass(frozen=True, slots=True)
class Apart:
    """One column in a segment beside that of all customers, or of another segment."""

    line: ProfileLine
    cell: ProfileCell
    other_text: str
    gap: float  # in standard deviations over all customers


def apart(run: Run, index: int, other: int | None = None, limit: int = 10) -> list[Apart]:
    """Return what sets the segment at ``index`` apart from all, or from the one at ``other``."""
    if other is None:
        return [
            Apart(line, cell, line.overall_text, cell.effect)
            for line, cell in strongest(run, index, limit)
        ]
    found = [
        Apart(line, cell, its.text, cell.effect - its.effect)
        for line in lines(run)
        if (cell := line.cells[index]) and (its := line.cells[other])
        if not (cell.hidden or its.hidden) and math.isfinite(cell.effect - its.effect)
    ]
    return sorted(found, key=lambda one: -abs(one.gap))[:limit]


def facts(run: Run, segment: Segment, limit: int | None = None) -> list[Fact]:
    """Return the facts of a segment that may be shown, in the record's order."""
    roles = {row.column: row.role for row in run.profile.rows}
    unshown = _withheld(run)
    shown = [
        f
        for f in segment.facts
        if (f.column, segment.segment_id) not in unshown
        and not (
            _counts_people(run, f.column, roles.get(f.column, "describes"), f.unit)
            and _small(segment.size, f.value)
        )
    ]
    return shown[:limit]


def _number(n: int) -> str:
    return _NUMBERS[n] if n < len(_NUMBERS) else words.count(n)


def headline(run: Run) -> str:
    """Return the verdict of the run in one sentence, for people who do not cluster.

    The words follow ``evidence.verdict`` and say so where the user asked for another K.
    """
    evidence, k = run.evidence, len(run.segments)
    groups = f"{_number(k)} segment{'' if k == 1 else 's'}"
    if k == 1 and evidence.verdict != "no structure":
        return "All customers stand as one segment, as you asked."
    if k == 1:
        return "No separate groups were found: treat these customers as one audience."
    if evidence.chosen_by == "user" and evidence.verdict == "no structure":
        return f"{groups}, as you asked, though the evidence found no groups."
    if another_k(run):
        better = _number(evidence.recommended).lower()
        if evidence.chosen_by == "previous":
            return f"{groups}, kept from the earlier run; the evidence now points to {better}."
        return f"{groups}, as you asked; the evidence points to {better}."
    if evidence.verdict == "natural clusters":
        return f"Your customers fall into {_number(k).lower()} natural groups."
    return f"{groups} worth acting on; where one ends and the next begins is a choice."


def another_k(run: Run) -> bool:
    """Return whether the K of the run is not the one that the evidence recommends."""
    evidence = run.evidence
    return evidence.chosen_by != "evidence" and evidence.recommended != evidence.k


def verdict_words(run: Run) -> str:
    """Return what the verdict means, in plain words."""
    return {
        "natural clusters": "The groups are really there: customers crowd together and leave gaps "
        "between them.",
        "useful partition": "No gaps tell where these segments end, but the same slices come "
        "back when the data is drawn again. How many to use is a business choice.",
        "no structure": "Customers do not fall into groups, and slices of them do not come back "
        "when the data is drawn again.",
    }[run.evidence.verdict]


def best_value(run: Run) -> Segment | None:
    """Return the segment with the largest share of value, where value is known."""
    valued = [s for s in run.segments if s.value_share is not None and math.isfinite(s.value_share)]
    if len(run.segments) < 2 or not valued:
        return None
    return max(valued, key=lambda s: (s.value_share or 0.0, -s.segment_id))


def choice(run: Run) -> str:
    """Return who chose K, in a sentence."""
    evidence = run.evidence
    if evidence.chosen_by == "evidence":
        return f"K = {evidence.k} was chosen by the evidence."
    who = f"You asked for K = {evidence.k}"
    if evidence.chosen_by == "previous":
        who = f"K = {evidence.k} is that of the earlier run"
    if evidence.recommended == evidence.k:
        return f"{who}; the evidence would have picked the same."
    return f"{who}; the evidence would have picked K = {evidence.recommended}."


def pick_rows(run: Run) -> list[tuple[str, int, bool]]:
    """Return rule, its pick, and whether it agrees with the K that was used."""
    used = run.evidence.k
    return [(words.rule_name(rule), k, k == used) for rule, k in run.evidence.picks.items()]


def disagreeing(run: Run, *, named: bool = True) -> str:
    """Return, in a sentence, how many rules would pick another K, and which where ``named``."""
    rows = pick_rows(run)
    others = [f"{rule} {k}" for rule, k, agrees in rows if not agrees]
    if not rows:
        return ""
    if not others:
        return "All rules agree."
    told = f"; the others differ: {words.listing(others)}" if named else ""
    agree = len(rows) - len(others) or "None"
    return f"{agree} of {len(rows)} rules in common use would pick K = {run.evidence.k}{told}."


def spot(ys: Sequence[float], i: int, other: int | None = None) -> tuple[int, int]:
    """Return where a label stands free of a line: (1 right, -1 left, 0 centred), (1 above, -1).

    ``other`` is the place of a second label; where it is near, the two lean away from each other.

    >>> spot([3, 2, 1], 1), spot([1, 2, 3], 1), spot([1, 2, 1], 1), spot([1, 2, 3], 2)
    ((1, 1), (1, -1), (1, 1), (-1, 1))
    >>> spot([9, 4, 2, 1], 1, 2), spot([9, 4, 2, 1], 2, 1)
    ((-1, -1), (1, 1))
    """
    inner = 0 < i < len(ys) - 1
    if other is not None and inner and 0 < abs(other - i) <= 3:
        side = 1 if i > other else -1
        falls = ys[min(i, other)] > ys[max(i, other)]
        return side, side if falls else -side
    before = ys[i - 1] if i > 0 else None
    after = ys[i + 1] if i + 1 < len(ys) else None
    up_in = before is not None and before < ys[i]
    up_out = after is not None and after > ys[i]
    if before is None:
        return 1, -1 if up_out else 1
    if after is None:
        return -1, 1 if up_in else -1
    if not up_in and up_out:
        return 0, -1
    return 1, -1 if up_in and up_out else 1
