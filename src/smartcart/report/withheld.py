"""What is not shown because too few customers stand behind it, the same in every part of a report.

A share that rests on one to nine customers is withheld, and what would give it away: totals are
known, so other figures go with it.
"""

from __future__ import annotations

from smartcart.records import Outcome, Run

__all__ = ["SMALL_GROUP", "groups", "rates", "total"]

SMALL_GROUP = 10  # a share of customers that rests on fewer is not shown


def rates(outcome: Outcome) -> set[int]:
    """Return the places of rates that are withheld.

    What is withheld adds up to ten or more in at least two segments, where that can be.
    """
    hidden = {i for i, r in enumerate(outcome.rates) if 0 < r.positives < SMALL_GROUP}
    others = sorted(
        (r.positives, i) for i, r in enumerate(outcome.rates) if r.positives >= SMALL_GROUP
    )
    while hidden and others and _telling(outcome, hidden):
        hidden.add(others.pop(0)[1])
    return hidden


def total(outcome: Outcome) -> bool:
    """Is the rate of all customers withheld as well, because it would give a small one away?"""
    hidden = rates(outcome)
    return bool(hidden) and _telling(outcome, hidden)


def _telling(outcome: Outcome, hidden: set[int]) -> bool:
    """Does the total tell the figures that are hidden, or that all of them are small?"""
    return len(hidden) < 2 or sum(outcome.rates[i].positives for i in hidden) < SMALL_GROUP


def groups(run: Run) -> set[tuple[str, int]]:
    """Return profile columns with a segment: the groups that fairness suppresses."""
    if run.fairness is None:
        return set()
    suppressed = {
        (column.column, group.category, group.segment_id)
        for column in run.fairness.columns
        for group in column.groups
        if group.suppressed
    }
    return {
        (feature.name, segment.segment_id)
        for feature in run.model.describing
        if feature.op == "is"
        for segment in run.segments
        if (feature.columns[0], feature.value, segment.segment_id) in suppressed
    }
