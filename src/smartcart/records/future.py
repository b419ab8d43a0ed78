"""What comes next, and how well that was told before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from smartcart.records.brief import Brief

__all__ = [
    "Future",
    "FutureSegment",
    "KeptForecast",
    "LateCustomer",
    "Tenth",
    "Track",
    "TrackRow",
    "TrackWeek",
]


@dataclass(frozen=True, slots=True)
class TrackRow:
    """How one way of forecasting did on the stretch that was held back.

    ``error`` is the mean absolute error of orders per customer; ``auc`` how well it tells who
    orders again (0.5 is chance, ``None`` where all or nobody did). ``simple`` rules need no model.
    """

    name: str
    simple: bool
    total: float  # orders expected of all customers
    miss: float  # (total - actual) / actual
    error: float
    auc: float | None


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the customers, by what was expected of them: orders per customer, both ways."""

    customers: float
    expected: float
    actual: float


@dataclass(frozen=True, slots=True)
class TrackWeek:
    """Orders of the known customers in the days up to ``last``, expected and actual."""

    last: dt.date
    expected: float
    actual: float


@dataclass(frozen=True, slots=True, repr=False)
class Track(Brief):
    """The track record: what was held back, how each way did, and which is used.

    ``beaten`` is false where no model beats the simple rules; ``chosen`` is then a rule.
    ``spend_miss`` is that of the money of all customers, ``None`` without money.
    """

    split: dt.date  # the last day that the fit saw
    days: int  # held back after it
    customers: int  # known on that day
    actual: float  # repeat orders in the days held back
    rows: tuple[TrackRow, ...]
    chosen: str
    beaten: bool
    tenths: tuple[Tenth, ...]  # of the chosen one
    weeks: tuple[TrackWeek, ...]
    spend_expected: float | None
    spend_actual: float | None
    season: float | None  # factor that was tried, None: no two years to learn one from
    season_used: bool
    sentence: str

    @property
    def row(self) -> TrackRow:
        """The row of what is used."""
        return next(row for row in self.rows if row.name == self.chosen)

    @property
    def spend_miss(self) -> float | None:
        """By how much the money of all customers was missed, as a share."""
        if not self.spend_actual or self.spend_expected is None:
            return None
        return self.spend_expected / self.spend_actual - 1.0


@dataclass(frozen=True, slots=True, repr=False)
class KeptForecast(Brief):
    """A fitted forecast as ``model.json`` carries it: it tells customers of later lines, too.

    ``alive`` are r, alpha, a, b, k of the model that tells who is still a customer, with the
    ``covariance`` (4, 4) of the logarithms of the first four. What expects orders is ``model``
    (r, alpha, a, b, k and 1 where customers may leave after their first order; or r, alpha, s, beta
    of Pareto/NBD; nothing of a simple rule), the simple ``rule``, or the mean of both; times
    ``factor``. ``spend`` are p, q, gamma and the mean order of the model of money.
    """

    name: str
    horizon: int  # days
    longest: float  # days that a customer was observed when it was fitted, at most
    alive: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    model: tuple[float, ...] = ()
    rule: str = ""
    factor: float = 1.0
    spend: tuple[float, ...] = ()  # (): no money is told
    spread: float = 0.0  # by how much totals were missed beyond chance, as a share


@dataclass(frozen=True, slots=True)
class FutureSegment:
    """What one segment brings within the horizon; intervals hold 90%. Money may be ``None``.

    ``at_risk`` is the money that those who have probably left would bring if they had not: the sum
    of ``(1 - p_alive)`` times what a customer brings if still there.
    """

    segment_id: int
    segment: str
    customers: int
    alive: float  # customers expected to be still there
    orders: float
    orders_low: float
    orders_high: float
    spend: float | None
    spend_low: float | None
    spend_high: float | None
    spend_share: float | None
    at_risk: float | None
    late: int


@dataclass(frozen=True, slots=True)
class LateCustomer:
    """A customer whose silence is longer than its own rhythm explains."""

    customer_id: str
    segment: str
    p_alive: float
    next_order_by: dt.date
    at_stake: float  # money (without money: orders) within the horizon if still there


@dataclass(frozen=True, slots=True, repr=False)
class Future(Brief):
    """The forecast of a run, or the sentence why there is none (``refused``).

    ``alive_model`` tells who is still a customer, ``model`` how many orders come: the best by the
    track record, maybe a simple rule. ``parameters`` are those of both, and of the money.
    """

    horizon: int  # days
    as_of: dt.date | None
    refused: str = ""
    model: str = ""
    simple: bool = False  # the answer is a simple rule's
    alive_model: str = ""
    parameters: dict[str, dict[str, float]] = field(default_factory=dict)
    track: Track | None = None
    segments: tuple[FutureSegment, ...] = ()
    late: tuple[LateCustomer, ...] = ()  # those with most at stake
    late_count: int = 0
    currency: str = ""
    sentence: str = ""
    spend_refused: str = ""  # why there is no money in the forecast
    margin: float = 1.0
    discount_rate: float = 0.0
    value: float | None = None  # margin times money, discounted
