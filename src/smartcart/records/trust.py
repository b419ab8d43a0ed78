"""Why a segmentation can be believed: reasons per customer, rules, artefacts, fairness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smartcart.records.brief import Brief

__all__ = [
    "Artefact",
    "Condition",
    "Contribution",
    "Explanation",
    "Fairness",
    "FeatureShare",
    "Overrepresentation",
    "Proxy",
    "Reason",
    "Rule",
    "Rulebook",
    "SensitiveColumn",
]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature adds to a customer being nearer to the own segment than to another.

    ``contribution`` is ``(z - other)^2 - (z - own)^2`` in standardized units: above 0 it speaks for
    the own segment. ``share`` is its part of the sum of all absolute contributions, with its sign.
    """

    feature: str
    label: str
    unit: str
    value: float | None  # as read, original units; None where it was missing
    counted: float  # the value that the distance was computed with: filled and capped
    handled: Literal["", "filled", "capped"]
    own_mean: float
    other_mean: float
    contribution: float
    share: float
    sentence: str


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Brief):
    """Why a customer is in this segment and not in another; strongest contribution first.

    The contributions add up to ``other_distance ** 2 - distance ** 2``. Where there is one segment
    only, there is no other one and nothing contributes.
    """

    customer_id: str
    segment_id: int
    segment: str
    other_id: int | None  # the runner-up, or the segment that was asked about
    other: str
    distance: float
    other_distance: float | None
    confidence: float
    contributions: tuple[Contribution, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class FeatureShare:
    """What one feature adds, on average, to customers being nearer to their own segment.

    ``share`` is its part of the sum of all absolute averages, with its sign; below 0 it speaks for
    the runner-up.
    """

    feature: str
    label: str
    share: float


@dataclass(frozen=True, slots=True)
class Reason:
    """What puts the customers of a segment there, on average over all of them.

    ``runner_up`` is the segment that is second nearest for most of them: for ``runner_up_share``.
    ``parts`` are in the order of the recipe's features.
    """

    segment_id: int
    segment: str
    customers: int  # of the sample that was looked at
    runner_up: str
    runner_up_share: float
    parts: tuple[FeatureShare, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Condition:
    """``low < value <= high`` of one feature in original units; ``None``: no bound there."""

    feature: str
    label: str
    unit: str
    low: float | None
    high: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a rulebook: all conditions hold, so it says this segment.

    ``coverage`` is the share of customers that the rule speaks of, ``purity`` the share of these
    that are in the segment.
    """

    conditions: tuple[Condition, ...]
    segment_id: int
    segment: str
    coverage: float
    purity: float
    sentence: str


@dataclass(frozen=True, slots=True, repr=False)
class Rulebook(Brief):
    """A few rules that imitate the segments. Every customer meets exactly one.

    ``fidelity`` is the share of customers not seen while the rules were made (by the ``method``)
    for whom they say what the model says; ``fit`` is that share among the customers seen.
    ``fills`` are the values that stand for missing ones, by feature.
    """

    rules: tuple[Rule, ...]
    fidelity: float
    fit: float
    method: str  # "10-fold cross-validation", "customers held out"
    rows: int  # customers on which fidelity was measured
    features: tuple[str, ...]
    fills: tuple[float, ...]
    unruled: tuple[str, ...]  # segments that no rule says
    sentence: str


@dataclass(frozen=True, slots=True)
class Artefact:
    """A warning that segments may come from how the table is made, not from the customers.

    ``code`` is ``dummy``, ``same twice``, ``picture only``, ``outlier`` or ``copies``; ``figure``
    is the number that earned the warning.
    """

    code: str
    message: str
    columns: tuple[str, ...]
    segments: tuple[int, ...]
    figure: float


@dataclass(frozen=True, slots=True)
class Overrepresentation:
    """One group of a sensitive column in one segment; figures are ``None`` where suppressed.

    ``share`` is that of the group in the segment, with its 95% interval of Wilson, and ``overall``
    its share among all customers.
    """

    category: str
    segment_id: int
    segment: str
    suppressed: bool
    count: int | None
    share: float | None
    low: float | None
    high: float | None
    overall: float | None
    ratio: float | None  # share over overall
    finding: Literal["", "more", "fewer"]  # than overall, beyond the interval


@dataclass(frozen=True, slots=True)
class Proxy:
    """How much a forming feature tells of a sensitive column, 0 to 1."""

    feature: str
    label: str
    measure: Literal["correlation ratio", "rank correlation"]
    strength: float
    telling: bool


@dataclass(frozen=True, slots=True)
class SensitiveColumn:
    """How far the segments stand for one sensitive column.

    ``association`` is Cramér's V without its bias, or eta squared for a number.
    """

    column: str
    label: str
    measure: Literal["Cramér's V", "eta squared"]
    association: float
    strength: Literal["none", "weak", "moderate", "strong"]
    known: int  # customers whose value is known
    groups: tuple[Overrepresentation, ...]
    suppressed: int  # groups not shown
    proxies: tuple[Proxy, ...]  # strongest first
    sentence: str


@dataclass(frozen=True, slots=True, repr=False)
class Fairness(Brief):
    """How far segments stand for sensitive columns; groups under ``smallest`` are not shown."""

    columns: tuple[SensitiveColumn, ...]
    smallest: int
    sentence: str
