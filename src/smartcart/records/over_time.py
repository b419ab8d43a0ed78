"""Segments that live: what each became after a refit, who moved, whether the data drifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from smartcart.records.brief import Brief

__all__ = [
    "Chain",
    "ColumnDrift",
    "Drift",
    "DriftReason",
    "DriftReference",
    "Fate",
    "Flow",
    "ForecastDrift",
    "History",
    "Identity",
    "KChange",
    "Link",
    "Match",
    "Migration",
    "OutcomeDrift",
    "OutcomeReference",
    "ReferenceBins",
    "RunPoint",
    "SegmentDrift",
    "SegmentPoint",
    "Turnover",
]

Fate = Literal["kept", "split", "merged", "new", "retired"]


@dataclass(frozen=True, slots=True)
class Link:
    """What ties an old segment to a new one.

    The shares and Jaccard are of the customers that both runs know, ``None`` where there are none.
    ``relative`` is the distance between the two centroids over the distance from either of them to
    the nearest other segment of the other run: below 1, each is the nearest to the other.
    """

    old_id: int
    new_id: int
    customers: int | None
    outgoing: float | None  # of the old segment's customers, those that are in the new one
    incoming: float | None  # of the new segment's customers, those that were in the old one
    jaccard: float | None
    distance: float  # in standardized units
    relative: float


@dataclass(frozen=True, slots=True)
class Match:
    """What became of a segment; ``links`` are the evidence.

    ``new`` has no old ids and ``retired`` no new ones; their links, if any, name the nearest
    segment and where most customers came from or went to.
    """

    kind: Fate
    old_ids: tuple[int, ...]
    new_ids: tuple[int, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class KChange:
    """The number of segments before and now, and what the evidence picks now.

    Where the evidence picks another K than is used, ``fates`` tells what would become of the
    earlier segments with it; ids of segments that would arise are only of this tale.
    """

    before: int
    now: int
    recommended: int
    verdict_before: str  # "" where it is not known
    verdict: str
    decided_by: Literal["evidence", "user", "previous"]
    sentence: str
    fates: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Identity(Brief):
    """Which new segment is which old one: ``ids`` of the new segments, in their order."""

    matches: tuple[Match, ...]
    ids: tuple[int, ...]
    retired: tuple[int, ...]  # ids that ended with this refit; they are never used again
    k: KChange | None = None  # of a refit; None where two runs are only compared
    previous: str = ""  # the earlier run, as it was named
    names_before: tuple[tuple[int, str], ...] = ()  # of the earlier segments


@dataclass(frozen=True, slots=True)
class Flow:
    """Customers that went from one segment to another, or stayed (``from_id == to_id``).

    ``customers == by_customers + by_refit``.
    """

    from_id: int
    to_id: int
    customers: int
    share: float  # of the customers of ``from_id`` that are still there
    value: float | None  # what these customers are worth
    by_customers: int  # the old model says so too: they behave differently
    by_refit: int  # the old model would not have put them there
    noise: float  # customers that a refit on unchanged data would move on average
    limit: float  # the most that chance explains, and the least that matters; see core.migration
    change: bool  # customers > limit


@dataclass(frozen=True, slots=True)
class Turnover:
    """Customers who joined a segment from outside, or left the shop from it."""

    segment_id: int
    customers: int
    share: float  # of the segment: after for joiners, before for leavers
    value: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Migration(Brief):
    """Who moved where between two runs; ``flows`` are all pairs that met, stayers among them."""

    customers: int  # that both runs know
    moved: int
    by_customers: int
    by_refit: int
    flows: tuple[Flow, ...]
    joiners: tuple[Turnover, ...]
    leavers: tuple[Turnover, ...]
    resamples: int  # refits that measured the noise


@dataclass(frozen=True, slots=True)
class ReferenceBins:
    """The distribution of a column when the model was fitted, as bins that never move.

    Numbers: bin 1 is ``[edges[0], edges[1]]``, bin i is ``(edges[i-1], edges[i]]``; what lies below
    the first or above the last edge is the rest. Categories: one bin each, and the rest. ``shares``
    of the bins, ``rest`` and ``missing`` add up to 1.
    """

    column: str
    kind: Literal["number", "category"]
    edges: tuple[float, ...]  # () for categories
    categories: tuple[str, ...]  # () for numbers
    shares: tuple[float, ...]
    rest: float
    missing: float
    rows: int
    mean: float | None = None  # of a number, over the rows that have one
    std: float | None = None
    log_mean: float | None = None  # of the logarithms of amounts and counts above 0
    log_std: float | None = None
    forms: bool = True  # the column forms segments; else it only describes them
    label: str = ""
    tells: bool = False  # it only describes, but is made of the orders that form: see core.drift


@dataclass(frozen=True, slots=True)
class OutcomeReference:
    """How many of the customers had an outcome when the model was fitted."""

    column: str
    yes: int
    rows: int
    label: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class DriftReference(Brief):
    """All that later data are compared with; frozen in the model.

    Per segment, ``far`` is the distance to the centroid that 99% of its customers keep within,
    ``farthest`` that which all keep within, and ``stability`` how well refits on resamples, started
    from the segments, find it again (Jaccard).
    """

    columns: tuple[ReferenceBins, ...]
    sizes: tuple[int, ...]  # customers per segment
    far: tuple[float, ...]
    outcomes: tuple[OutcomeReference, ...] = ()
    schema: tuple[tuple[str, str], ...] = ()  # source columns that the model needs, with types
    farthest: tuple[float, ...] = ()  # () where an earlier SmartCart made the model
    stability: tuple[float, ...] = ()  # alike, and where there is one segment only


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column then and now.

    ``psi`` is the population stability index; ``distance`` (Jensen-Shannon, 0 to 1), ``shift``
    (difference of means over the standard deviation then) and ``ratio`` do not grow with the number
    of rows.
    """

    column: str
    label: str
    forms: bool
    psi: float
    noise: float  # PSI to be expected without any change
    limit: float  # PSI that chance would hardly exceed
    distance: float
    mean: float | None
    mean_before: float | None
    shift: float | None
    ratio: float | None  # of the geometric means of values above 0, now over then; of amounts
    rest: float  # share outside the range or in unknown categories
    missing: float
    missing_before: float
    rows: int
    changed: bool  # beyond chance, and large enough to matter
    strength: float  # how many times the least change that matters; 0 within chance
    sentence: str
    noticeable: float | None = None  # least rise of amounts that is noticed at so many rows: 0.15


@dataclass(frozen=True, slots=True)
class SegmentDrift:
    """One segment then and now."""

    segment_id: int
    share: float
    share_before: float
    far: float | None  # share beyond the reference's 99% of distances; None: nobody is there
    strength: float  # of ``far``
    sentence: str
    stability: float | None = None  # Jaccard of refits on resamples of the new data; None: unknown
    stability_before: float | None = None
    unstable: float = 0.0  # strength of the loss of stability


@dataclass(frozen=True, slots=True)
class OutcomeDrift:
    """The rate of an outcome then and now."""

    column: str
    label: str
    rate: float
    rate_before: float
    strength: float
    sentence: str


@dataclass(frozen=True, slots=True)
class ForecastDrift:
    """Orders of the customers known when the forecast was made, expected since then and come.

    ``low`` and ``high`` hold what chance would give but once in 500 times. From a ``strength`` of 1
    the forecast has drifted: beyond them, and by a tenth of what was expected or more.
    """

    days: int  # since the as-of day of the model
    customers: int
    expected: float
    low: float
    high: float
    actual: float
    strength: float
    sentence: str


@dataclass(frozen=True, slots=True)
class DriftReason:
    """One thing that changed; only some call for a refit."""

    kind: Literal[
        "schema", "column", "segment shares", "distance", "stability", "outcome", "forecast"
    ]
    name: str
    strength: float
    refit: bool
    sentence: str


@dataclass(frozen=True, slots=True, repr=False)
class Drift(Brief):
    """Keep the model or fit it again, with the reasons, strongest first."""

    verdict: Literal["keep", "refit"]
    reasons: tuple[DriftReason, ...]
    columns: tuple[ColumnDrift, ...]
    segments: tuple[SegmentDrift, ...]
    segments_psi: float
    segments_limit: float
    outcomes: tuple[OutcomeDrift, ...]
    rows: int
    rows_before: int
    forecast: ForecastDrift | None = None  # of later lines of an order log with a forecast


@dataclass(frozen=True, slots=True)
class SegmentPoint:
    """One segment in one run."""

    segment_id: int
    segment: str
    size: int
    share: float
    value: float | None  # sum over its customers, in the currency of the run
    value_mean: float | None  # per customer
    rates: tuple[tuple[str, float | None], ...] = ()  # of the outcomes, by column


@dataclass(frozen=True, slots=True)
class RunPoint:
    """One run in the history of a shop."""

    folder: str
    made: str  # UTC, ISO 8601
    as_of: str | None
    customers: int
    verdict: str
    segments: tuple[SegmentPoint, ...]
    matches: tuple[Match, ...] = ()  # what became of the segments of the run before


@dataclass(frozen=True, slots=True)
class Chain:
    """Runs that continue one another, oldest first: an id means the same segment in all."""

    runs: tuple[RunPoint, ...]
    value_label: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class History(Brief):
    """The runs of a folder; the chain with the latest run first."""

    workspace: str
    chains: tuple[Chain, ...]
    problems: tuple[tuple[str, str], ...] = ()  # folder, why it cannot be read
