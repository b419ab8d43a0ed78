"""What is shown of outcomes: rates per segment, which are withheld, and the test in plain words.

A rate that rests on one to nine customers is not shown, nor what would give it away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from smartcart.records import Outcome, OutcomeRate, Run
from smartcart.report import withheld, words
from smartcart.report.withheld import SMALL_GROUP

__all__ = [
    "PICTURES",
    "Rated",
    "chance",
    "figure_name",
    "label",
    "lead",
    "overall",
    "overview",
    "pictured",
    "ranking",
    "rated",
    "sure",
    "verdict",
]

PICTURES = 6  # outcomes that get a picture; the others are in the table
_SURE = 0.05  # a smaller p-value is told as a difference
_CLEAR = 0.6  # an AUC from which the difference is told as clear
_ROUGH = 5  # a smaller expected count makes the test rough


@dataclass(frozen=True, slots=True)
class Rated:
    """One segment of an outcome, ready to show; figures are ``None`` where they are withheld."""

    segment_id: int
    segment: str
    customers: str
    positives: str
    rate: float | None
    low: float | None
    high: float | None
    rate_text: str
    interval: str
    lift: str
    hidden: bool


def label(run: Run, outcome: Outcome) -> str:
    """Return the outcome's name in words."""
    return run.profile.labels.get(outcome.column) or words.label(outcome.column)


def pictured(run: Run) -> tuple[Outcome, ...]:
    """Return the outcomes that get a picture; none where there is one segment only."""
    return run.outcomes[:PICTURES] if len(run.segments) > 1 else ()


def figure_name(place: int) -> str:
    """Return the name of the interactive figure of the outcome at ``place``, from 0."""
    return f"outcome-{place + 1}"


def overall(outcome: Outcome) -> str:
    """Return the rate of all customers in words."""
    return "fewer than 10" if withheld.total(outcome) else words.share(outcome.rate)


def rated(outcome: Outcome) -> tuple[Rated, ...]:
    """Return the rates of an outcome as they are shown, in the record's order."""
    hidden = withheld.rates(outcome)
    return tuple(_rated(rate, i in hidden) for i, rate in enumerate(outcome.rates))


def _rated(rate: OutcomeRate, hidden: bool) -> Rated:
    people = words.count(rate.customers)
    if hidden:
        few = "fewer than 10" if rate.positives < SMALL_GROUP else "not shown"
        dash = words.MISSING
        return Rated(
            rate.segment_id,
            rate.segment,
            people,
            few,
            None,
            None,
            None,
            "not shown",
            dash,
            dash,
            True,
        )
    lift = words.MISSING if rate.lift is None else f"{rate.lift:.2f}×"
    return Rated(
        rate.segment_id,
        rate.segment,
        people,
        words.count(rate.positives),
        rate.rate,
        rate.low,
        rate.high,
        words.share(rate.rate),
        words.span(rate.low, rate.high),
        lift,
        False,
    )


def _ends(outcome: Outcome) -> tuple[OutcomeRate, OutcomeRate] | None:
    """Return the segments with the highest and the lowest rate that is shown, if they differ."""
    hidden = withheld.rates(outcome)
    known = [r for i, r in enumerate(outcome.rates) if i not in hidden and r.rate is not None]
    if len(known) < 2:
        return None
    top = max(known, key=lambda r: r.rate or 0.0)
    least = min(known, key=lambda r: r.rate or 0.0)
    return (top, least) if (top.rate or 0.0) > (least.rate or 0.0) else None


def lead(outcome: Outcome) -> str:
    """Return how common the outcome is, and where most and least if that is more than chance."""
    if withheld.total(outcome):
        return "Fewer than ten customers have it: too few to show."
    text = (
        f"{words.share(outcome.rate)} of the customers have it "
        f"({words.count(outcome.positives)} of {words.count(outcome.customers)})."
    )
    if outcome.missing:
        text += f" It is not known of {words.people(outcome.missing)}."
    ends = _ends(outcome)
    if ends is None or not sure(outcome):
        return text
    top, least = ends
    times = f", {words.number(top.lift)} times the average" if top.lift is not None else ""
    shown = " of those shown" if withheld.rates(outcome) else ""
    return (
        f"{text} It is highest{shown} in {top.segment} ({words.share(top.rate)}{times}), lowest "
        f"in {least.segment} ({words.share(least.rate)})."
    )


def sure(outcome: Outcome) -> bool | None:
    """Do segments differ by more than chance? ``None`` where nothing could be tested."""
    return None if outcome.p_holm is None else outcome.p_holm < _SURE


def verdict(outcome: Outcome) -> str:
    """Return in a few words whether segments tell the outcome apart."""
    if sure(outcome) is None:
        return "Nothing to compare"
    if not sure(outcome):
        return "No difference beyond chance"
    clear = outcome.auc is not None and outcome.auc >= _CLEAR
    return "Segments differ clearly" if clear else "Segments differ, but little"


def chance(outcome: Outcome, tested: int) -> str:
    """Return what the test says, in a sentence; ``tested`` outcomes shared it."""
    p = outcome.p_holm
    if p is None:
        return "All segments have the same rate, or only one is known: there is nothing to test."
    holm = f", Holm-adjusted for {words.count(tested)} outcomes" if tested > 1 else ""
    figure = f"({'p < 0.001' if p < 0.001 else f'p = {p:.2g}'}{holm})"
    often = "fewer than 1 case in 1,000" if p < 0.001 else f"about {words.share(p)} of cases"
    text = f"Chance alone would make differences this large in {often} {figure}"
    text += "." if p < _SURE else ": take them as noise."
    if outcome.expected_least is not None and outcome.expected_least < _ROUGH:
        text += " Some groups are small, so the test is rough."
    return text


def ranking(outcome: Outcome) -> str:
    """Return what the AUC says, in a sentence, or nothing."""
    if outcome.auc is None or not math.isfinite(outcome.auc):
        return ""
    figure = f"(AUC {outcome.auc:.2f} on customers left out; 50% is guessing)"
    if outcome.auc <= 0.5:
        return f"Knowing the segment helps no more than guessing {figure}."
    return (
        "Of two customers, one with it and one without, the segment alone picks the right one "
        f"{outcome.auc:.0%} of the time {figure}."
    )


def overview(run: Run) -> list[tuple[str, list[str]]]:
    """Return a row per outcome: all customers, highest, lowest, AUC, adjusted p-value."""
    rows = []
    for outcome in run.outcomes:
        ends = _ends(outcome) if not withheld.total(outcome) else None
        told = [f"{r.segment} {words.share(r.rate)}" for r in ends or ()] or [words.MISSING] * 2
        auc = f"{outcome.auc:.2f}" if outcome.auc is not None else words.MISSING
        p = outcome.p_holm
        shown = words.MISSING if p is None else "< 0.001" if p < 0.001 else f"{p:.2g}"
        rows.append((label(run, outcome), [overall(outcome), *told, auc, shown]))
    return rows
