"""What follows from segments: outcomes that validate them, a campaign, its holdout, an audience."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from smartcart.records.brief import Brief
from smartcart.records.notice import Notice

__all__ = [
    "Backtest",
    "Campaign",
    "Holdout",
    "Outcome",
    "OutcomeRate",
    "Outlook",
    "Plan",
    "Receipt",
    "SegmentPlan",
    "Uplift",
]


@dataclass(frozen=True, slots=True)
class OutcomeRate:
    """The rate of an outcome in one segment, with its Wilson interval; ``None``: nobody known.

    ``lift`` is the rate over that of all customers: 2 is twice as often.
    """

    segment_id: int
    segment: str
    customers: int  # whose outcome is known
    positives: int
    rate: float | None
    low: float | None
    high: float | None
    lift: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Outcome(Brief):
    """How well segments, formed without it, tell a 0/1 outcome apart.

    ``auc`` is out of fold, of membership alone: 0.5 is no better than chance. ``p_value`` is of
    Pearson's chi-squared test that all segments have one rate; ``p_holm`` is adjusted for all the
    outcomes that were tested together. ``expected_least`` is the smallest expected count behind the
    test; below 5 the test is rough. ``None`` where a figure is not defined.
    """

    column: str
    customers: int  # whose outcome is known
    missing: int
    positives: int
    rate: float
    low: float
    high: float
    level: float  # of the intervals
    rates: tuple[OutcomeRate, ...]
    auc: float | None
    folds: int
    chi2: float | None
    dof: int
    p_value: float | None
    p_holm: float | None
    expected_least: float | None
    seed: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What contacting so many customers brings, and how sure that is.

    The intervals are predictive: they hold what the campaign itself will bring, both because the
    rate is uncertain and because customers answer by chance. ``shortfall`` is the stated risk: what
    is lost on average in the worst 5% of futures (0 where even those earn). ``None`` where the rate
    was assumed: an assumption has no interval.
    """

    contacts: int
    cost: float
    responses: float
    responses_low: float | None
    responses_high: float | None
    revenue: float
    profit: float
    profit_low: float | None
    profit_high: float | None
    loss_chance: float | None  # probability of a profit below 0
    shortfall: float | None


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """One segment in a plan. ``outlook`` is of contacting all of it, whether chosen or not."""

    segment_id: int
    segment: str
    customers: int
    trials: int  # customers who were contacted before; 0 where the rate was assumed
    past_responses: int
    rate: float  # expected response rate
    rate_low: float | None
    rate_high: float | None
    outlook: Outlook
    contacts: int  # how many of them the plan contacts
    revenue: float = 0.0  # per response of this segment


@dataclass(frozen=True, slots=True)
class Holdout:
    """Customers of the chosen segments to leave alone, so that the effect can be measured.

    ``baseline`` is the rate without contact that the size was computed for. ``per_arm`` is the size
    of two equal arms; ``size`` the holdout (and ``share`` its part of the chosen customers) that
    reaches ``power`` when all others are contacted. Where ``reached`` is false even two halves
    fall short, and ``power`` is theirs.
    """

    baseline: float
    baseline_assumed: bool  # the break-even uplift below the expected rate, for want of a figure
    expected: float  # rate with contact
    alpha: float
    power: float
    per_arm: int
    size: int
    share: float
    reached: bool


@dataclass(frozen=True, slots=True, repr=False)
class Plan(Brief):
    """Whom to contact, against contacting everybody and nobody (a profit of 0)."""

    column: str | None  # the outcome behind the rates
    assumed: bool  # the rates are the user's, not the data's
    cost: float  # per contact
    revenue: float  # per response; where segments differ, that of all customers on average
    budget: float | None
    break_even: float  # response rate at which a contact pays for itself
    level: float  # of the intervals
    partial: bool  # the last segment may be contacted in part
    segments: tuple[SegmentPlan, ...]
    chosen: Outlook
    everybody: Outlook
    holdout: Holdout | None
    seed: int
    draws: int
    measured: bool = False  # rates and responses are beyond those of customers left alone
    revenue_horizon: int | None = (
        None  # days of the forecast that tells revenue; None: it was given
    )


@dataclass(frozen=True, slots=True, repr=False)
class Backtest(Brief):
    """Plans made on one random half of the customers and tried on the other.

    Gains are in money per 1,000 customers of the tried half: the plan's profit there less that of
    contacting all of them (or nobody). ``low`` and ``high`` hold the middle ``level`` of the
    repeats.
    """

    repeats: int
    level: float
    over_everybody: float
    over_everybody_low: float
    over_everybody_high: float
    over_everybody_share: float  # of the repeats in which the plan was better
    over_nobody: float
    over_nobody_low: float
    over_nobody_high: float
    contacted_share: float
    seed: int


@dataclass(frozen=True, slots=True, repr=False)
class Campaign(Brief):
    """A plan, how such plans did on halves of the customers, and outcomes it could use instead.

    ``backtest`` is ``None`` where the rate was assumed: there is nothing to try it on.
    """

    plan: Plan
    backtest: Backtest | None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Uplift:
    """What a campaign changed: treated customers against the holdout.

    ``segment_id`` is 0 for all segments together. ``None`` where an arm is empty.
    """

    segment_id: int
    segment: str
    treated: int
    treated_responses: int
    holdout: int
    holdout_responses: int
    uplift: float | None  # difference of the response rates
    low: float | None
    high: float | None
    incremental: float | None  # responses that the campaign made
    incremental_low: float | None
    incremental_high: float | None
    profit: float | None  # of the incremental responses, less the cost of the contacts
    profit_low: float | None
    profit_high: float | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What went into an audience file. ``customers == written + the sum of left_out``."""

    output: str
    segments: tuple[str, ...]
    columns: tuple[str, ...]
    customers: int  # read from the run folder (and, with changes, from the earlier one)
    written: int
    left_out: dict[str, int]  # reason -> customers
    by_segment: dict[str, int]  # written
    by_change: dict[str, int]  # written, "joined" and "left", where changes were asked for
    min_confidence: float
    hashed: Literal["google", "meta"] | None
    sha256: str  # of the file
    notices: tuple[Notice, ...] = ()
    escaped_cells: int = 0  # cells with an apostrophe before them, so that no spreadsheet runs them
    inputs: dict[str, str] = field(default_factory=dict)
