"""Names are earned: archetypes by rules, else a descriptive name from what parts the segment most.

Effects are on the scale on which segments were formed; no name says of a segment what its means
contradict, and no two segments share one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from smartcart.core.archetypes import ARCHETYPES, Archetype, EffectRange
from smartcart.core.matching import cheapest_pairs
from smartcart.records import Contract, Fact, Feature, ProfileRow

__all__ = ["EarnedName", "facts_of", "name_segments", "say", "signal_columns"]

TELLING = 0.25  # standard deviations from the average below which a fact says little
FACTS = 5
NO_PLAY = "No standard play fits: start from the facts, and test one offer against a holdout."
WATCH = "Orders and spend per customer"
MIDDLE = 0.6  # a median below this share of the mean is told beside it
MOST_WORDS = 6  # columns among which a descriptive name is looked for
SHOWN = frozenset({"forms", "describes"})


@dataclass(frozen=True, slots=True)
class EarnedName:
    """What a segment is called.

    ``earned_by`` are the profile columns whose rules it met, ``parting`` those in which it differs
    most from the segment nearest to it, the most telling first.
    """

    name: str
    archetype: str
    sentence: str
    action: str
    watch: str
    earned_by: tuple[str, ...]
    parting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What rules read of one signal: the effect, the mean, and the mean of all customers."""

    effect: float
    mean: float
    overall: float


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
    sizes: Sequence[float] | None = None,
) -> tuple[EarnedName, ...]:
    """Name K segments, each given by its profile rows; no name is used twice.

    Archetypes are assigned so that the sum of the scores is largest (Hungarian method); a segment
    that earns none gets a name from the facts that part it most from the segment nearest to it.

    Parameters
    ----------
    profile : per segment its rows, with effects on the scale on which segments were formed.
    signals : of :func:`signal_columns`; labels : of columns, in words.
    sizes : customers per segment; where not given, all are alike.
    """
    if len(profile) == 1:
        return (
            EarnedName(
                "All customers",
                "",
                "All customers together, in one group.",
                "Treat them as one audience.",
                "Overall revenue",
                (),
            ),
        )
    seen = _signals(profile, signals, sizes or [1.0] * len(profile))
    parting = [_parting(profile, i) for i in range(len(profile))]
    earned = _assign(seen)
    named: list[EarnedName] = []
    taken = {archetype.name for archetype in earned if archetype}
    for i, archetype in enumerate(earned):
        if archetype:
            earning = tuple(signals[r.signal] for r in archetype.rules if r.signal in signals)
            told = _told(archetype, seen[i])
            named.append(
                EarnedName(
                    archetype.name,
                    archetype.code,
                    told,
                    archetype.action,
                    archetype.watch,
                    earning,
                    parting[i],
                )
            )
            continue
        name, sentence, columns = _describe(profile, i, parting[i], labels, taken)
        taken.add(name)
        named.append(EarnedName(name, "", sentence, NO_PLAY, WATCH, columns, parting[i]))
    return tuple(named)


def _signals(
    profile: Sequence[Sequence[ProfileRow]], signals: Mapping[str, str], sizes: Sequence[float]
) -> list[dict[str, _Seen]]:
    """Return what is known of each segment by signal, with its shares of customers and value."""
    found = []
    for rows in profile:
        by_column = {row.column: row for row in rows}
        found.append(
            {
                signal: _Seen(row.effect, row.mean, row.overall_mean)
                for signal, column in signals.items()
                if (row := by_column.get(column)) is not None
            }
        )
    means = [seen["value"].mean if "value" in seen else 0.0 for seen in found]
    worth = [n * mean for n, mean in zip(sizes, means, strict=True)]
    for n, w, seen in zip(sizes, worth, found, strict=True):
        seen["customers"] = _Seen(0.0, n / sum(sizes), 1.0)
        if sum(worth) > 0:
            seen["value_share"] = _Seen(0.0, w / sum(worth), 1.0)
    return found


def _parting(profile: Sequence[Sequence[ProfileRow]], place: int) -> tuple[str, ...]:
    """Return the columns in which a segment differs most from the nearest other one."""
    effects = [{r.column: r.effect for r in rows if r.role in SHOWN} for rows in profile]
    forming = {r.column for r in profile[place] if r.role == "forms"}
    own = effects[place]

    def apart(other: int) -> float:
        both = forming & effects[other].keys()
        return sum((own[name] - effects[other][name]) ** 2 for name in both)

    near = effects[min((i for i in range(len(profile)) if i != place), key=apart)]
    away = {name: abs(own[name] - near.get(name, 0.0)) for name in own}
    told = [name for name in own if away[name] >= TELLING]
    return tuple(sorted(told, key=lambda name: (name not in forming, -away[name])))


def _assign(seen: Sequence[Mapping[str, _Seen]]) -> list[Archetype | None]:
    """Give each archetype to at most one segment that earns it, so that the scores add up most."""
    # earning a name outweighs any score, so as many segments as possible get one
    scores = np.zeros((len(seen), len(ARCHETYPES)))
    for i, signals in enumerate(seen):
        for j, archetype in enumerate(ARCHETYPES):
            if _holds(signals, archetype.rules):
                weight = sum(w * signals[s].effect for s, w in archetype.score if s in signals)
                scores[i, j] = 100.0 - j + np.tanh(weight / 4.0) * 10
    found: list[Archetype | None] = [None] * len(seen)
    for i, j in cheapest_pairs(-scores):
        if scores[i, j] > 0:
            found[i] = ARCHETYPES[j]
    return found


def _told(archetype: Archetype, seen: Mapping[str, _Seen]) -> str:
    """Return the sentence: of each group of clauses the first whose rules hold."""
    holding = (
        next((one.sentence for one in group if _holds(seen, one.rules)), "")
        for group in archetype.clauses
    )
    return " ".join(filter(None, holding))


def _holds(signals: Mapping[str, _Seen], rules: Sequence[EffectRange]) -> bool:
    return all(
        rule.optional if rule.signal not in signals else _rule_holds(signals[rule.signal], rule)
        for rule in rules
    )


def _rule_holds(seen: _Seen, rule: EffectRange) -> bool:
    if not rule.low <= seen.effect <= rule.high or not rule.least <= seen.mean <= rule.most:
        return False
    if (rule.low >= 0 and seen.mean < seen.overall) or (rule.high < 0 and seen.mean > seen.overall):
        return False  # the tail tells another story
    if rule.times < np.inf and seen.overall > 0:
        return seen.overall / rule.times <= seen.mean <= seen.overall * rule.times
    return True


def facts_of(
    rows: Sequence[ProfileRow],
    first: Sequence[str],
    labels: Mapping[str, str],
    units: Mapping[str, str],
    parting: Sequence[str] = (),
) -> tuple[Fact, ...]:
    """Return the facts that earned the name, then those that part the segment from its nearest.

    Then the strongest others. No outcome is among them, and nothing twice: two columns of the same
    means say the same. Where a few large values make the mean, the median is told, too.
    """
    usable = {row.column: row for row in rows if row.role in SHOWN}
    others = sorted(usable.values(), key=lambda row: -abs(row.effect))
    strong = [row.column for row in others if abs(row.effect) >= TELLING]
    facts: list[Fact] = []
    said: set[tuple[float, float]] = set()
    for name in dict.fromkeys((*first, *parting, *strong)):
        row = usable.get(name)
        if row is None or (row.mean, row.overall_mean) in said or len(facts) == FACTS:
            continue
        said.add((row.mean, row.overall_mean))
        unit, label = units.get(name, ""), labels.get(name, name)
        # not "Days as a customer 41 days"
        spoken = "" if unit == "days" and label.startswith("Days") else unit
        here, average = say(row.mean, spoken), say(row.overall_mean, spoken)
        if unit != "share" and row.mean > 0 and row.median < MIDDLE * row.mean:
            here += f" (half of them at most {say(row.median, spoken)})"
        text = f"{label} {here}, against {average} on average"
        facts.append(Fact(name, label, row.mean, row.overall_mean, row.effect, text, unit))
    return tuple(facts)


def _describe(
    profile: Sequence[Sequence[ProfileRow]],
    place: int,
    parting: Sequence[str],
    labels: Mapping[str, str],
    taken: set[str],
) -> tuple[str, str, tuple[str, ...]]:
    """Return a name that nobody has, its sentence, and the columns that it speaks of."""
    rows = {row.column: row for row in profile[place] if row.role == "forms"}
    strong = sorted(rows, key=lambda name: -abs(rows[name].effect))
    wanted = [name for name in dict.fromkeys((*parting, *strong)) if name in rows][:MOST_WORDS]
    for columns in _few_of(wanted):
        words = [_word(profile, place, name, labels) for name in columns]
        known = [word for word in words if word]
        name = ", ".join(known).capitalize() if known else ""
        if len(known) == len(words) and name not in taken:
            text = " and ".join(known)
            return name, f"What sets them apart: {text}.", tuple(columns)
    if "Average customers" not in taken and all(
        abs(row.effect) < TELLING for row in profile[place] if row.role == "forms"
    ):
        text = "Close to the average customer in everything that formed the segments."
        return "Average customers", text, ()
    return f"Segment {place + 1}", "No short name parts them from the others: see the facts.", ()


def _few_of(columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield two columns, then one, then three: the most telling first."""
    for count in (2, 1, 3):
        yield from combinations(columns, count)


def _word(
    profile: Sequence[Sequence[ProfileRow]], place: int, column: str, labels: Mapping[str, str]
) -> str:
    """Return "high spend", or the highest of all segments, or nothing where it is in between."""
    rows = [next((r for r in one if r.column == column), None) for one in profile]
    own = rows[place]
    if own is None:
        return ""
    others = [row for i, row in enumerate(rows) if row is not None and i != place]
    label = _lower(labels.get(column, column))
    high = own.effect >= TELLING and own.mean > own.overall_mean
    low = own.effect <= -TELLING and own.mean < own.overall_mean
    rivals = [row for row in others if (row.effect >= TELLING if high else row.effect <= -TELLING)]
    if high:
        top = rivals and all(own.effect > row.effect and own.mean > row.mean for row in others)
        return f"highest {label}" if top else f"high {label}"
    if low:
        end = rivals and all(own.effect < row.effect and own.mean < row.mean for row in others)
        return f"lowest {label}" if end else f"low {label}"
    return ""


def _lower(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
