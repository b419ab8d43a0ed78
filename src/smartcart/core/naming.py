"""Names are earned: archetypes by rules, else a descriptive name from the two strongest facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from smartcart.core.archetypes import ARCHETYPES, Archetype
from smartcart.records import Contract, Fact, Feature, ProfileRow

__all__ = ["Named", "facts_of", "name_segments", "say", "signal_columns"]

TELLING = 0.25  # standard deviations from the average below which a fact says little
FACTS = 5


@dataclass(frozen=True, slots=True)
class Named:
    """What a segment is called; ``earned_by`` are the profile columns whose rules it met."""

    name: str
    archetype: str
    sentence: str
    action: str
    watch: str
    earned_by: tuple[str, ...]


def signal_columns(contract: Contract, features: Sequence[Feature]) -> dict[str, str]:
    """Return which profile column carries each signal that archetypes read."""
    have = {f.name for f in features}
    candidates = {
        "value": ["spend", "monetary_total"],
        "frequency": ["purchases", "frequency"],
        "basket": ["basket_value", "monetary_mean"],
        "deals": ["deals_share", "discount_share", "deals"],
        "visits": ["visits"],
        "recency": ["recency_days", "recency"],
        "tenure": ["tenure_days", "tenure"],
        "alive": ["p_alive"],
        "income": ["income", *(c.name for c in contract.columns if c.meaning == "income")],
    }
    return {
        signal: next(name for name in names if name in have)
        for signal, names in candidates.items()
        if have.intersection(names)
    }


def say(value: float, unit: str) -> str:
    """Return a number as people write it.

    >>> say(1355.4, "money"), say(0.234, "share"), say(3.14159, ""), say(41.2, "days")
    ('1,355', '23%', '3.1', '41 days')
    """
    if unit == "share":
        return f"{value:.0%}" if abs(value) >= 0.1 or value == 0 else f"{value:.1%}"
    number = f"{value:,.0f}" if abs(value) >= 20 else f"{value:.1f}".removesuffix(".0")
    return f"{number} {unit}" if unit in {"days", "years"} else number


def name_segments(
    profile: Sequence[Sequence[ProfileRow]],
    signals: Mapping[str, str],
    labels: Mapping[str, str],
) -> tuple[Named, ...]:
    """Name K segments, each given by its profile rows; no name is used twice.

    Archetypes are assigned so that the sum of the scores is largest (Hungarian method); a segment
    that earns none gets a name from its two strongest facts.
    """
    if len(profile) == 1:
        return (
            Named(
                "All customers", "", "All customers together, in one group.",
                "Treat them as one audience.", "Overall revenue", (),
            ),
        )  # fmt: skip
    effects = [{row.column: row.effect for row in rows} for rows in profile]
    seen = [{s: e[c] for s, c in signals.items() if c in e} for e in effects]
    earned = _assign(seen)
    named: list[Named] = []
    taken: set[str] = set()
    for rows, archetype in zip(profile, earned, strict=True):
        wanted = (
            [signals[r.signal] for r in archetype.rules if r.signal in signals] if archetype else []
        )
        if archetype:
            missing, other = archetype.without
            name = archetype.name
            sentence = other if missing and missing not in signals else archetype.sentence
            action, watch = archetype.action, archetype.watch
        else:
            name, sentence = _describe(rows, labels)
            action = (
                "No standard play fits: start from the facts, and test one offer against a holdout."
            )
            watch = "Orders and spend per customer"
        name = _unique(name, taken)
        taken.add(name)
        code = archetype.code if archetype else ""
        named.append(Named(name, code, sentence, action, watch, tuple(wanted)))
    return tuple(named)


def _assign(seen: Sequence[Mapping[str, float]]) -> list[Archetype | None]:
    """Give each archetype to at most one segment that earns it, so that the scores add up most."""
    from scipy.optimize import linear_sum_assignment

    # earning a name outweighs any score, so as many segments as possible get one
    scores = np.zeros((len(seen), len(ARCHETYPES)))
    for i, signals in enumerate(seen):
        for j, archetype in enumerate(ARCHETYPES):
            if _earns(signals, archetype):
                weight = sum(w * signals.get(s, 0.0) for s, w in archetype.score)
                scores[i, j] = 100.0 - j + np.tanh(weight / 4.0) * 10
    found: list[Archetype | None] = [None] * len(seen)
    for i, j in zip(*linear_sum_assignment(scores, maximize=True), strict=True):
        if scores[i, j] > 0:
            found[i] = ARCHETYPES[j]
    return found


def _earns(signals: Mapping[str, float], archetype: Archetype) -> bool:
    return all(
        rule.optional
        if rule.signal not in signals
        else rule.low <= signals[rule.signal] <= rule.high
        for rule in archetype.rules
    )


def facts_of(
    rows: Sequence[ProfileRow],
    first: Sequence[str],
    labels: Mapping[str, str],
    units: Mapping[str, str],
) -> tuple[Fact, ...]:
    """Return the facts that earned the name, then the strongest others, no outcome among them."""
    usable = [row for row in rows if row.role in {"forms", "describes"}]
    earned = [row for name in first for row in usable if row.column == name]
    others = sorted(usable, key=lambda row: -abs(row.effect))
    others = [r for r in others if r.column not in first and abs(r.effect) >= TELLING]
    facts = []
    for row in (*earned, *others)[:FACTS]:
        unit = units.get(row.column, "")
        label = labels.get(row.column, row.column)
        # not "Days as a customer 41 days"
        spoken = "" if unit == "days" and label.startswith("Days") else unit
        here, average = say(row.mean, spoken), say(row.overall_mean, spoken)
        text = f"{label} {here}, against {average} on average"
        facts.append(Fact(row.column, label, row.mean, row.overall_mean, row.effect, text, unit))
    return tuple(facts)


def _describe(rows: Sequence[ProfileRow], labels: Mapping[str, str]) -> tuple[str, str]:
    """Return a name and a sentence from the two strongest forming facts."""
    forming = sorted((r for r in rows if r.role == "forms"), key=lambda r: -abs(r.effect))[:2]
    words = [
        f"{'high' if row.effect > 0 else 'low'} {_lower(labels.get(row.column, row.column))}"
        for row in forming
        if abs(row.effect) >= TELLING
    ]
    if not words:
        return "Average customers", "Close to the average customer in everything that was measured."
    text = " and ".join(words)
    return ", ".join(words).capitalize(), f"What sets them apart: {text}."


def _lower(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _unique(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
