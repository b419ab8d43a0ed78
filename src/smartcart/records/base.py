"""A run: what was read, what was found about it, K with its evidence, segments, the model."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from smartcart.records.brief import Brief
from smartcart.records.future import KeptForecast
from smartcart.records.notice import Notice
from smartcart.records.over_time import DriftReference, Identity

if TYPE_CHECKING:
    from smartcart.records.campaign import Campaign, Outcome
    from smartcart.records.future import Future
    from smartcart.records.trust import Artefact, Explanation, Fairness, Reason, Rulebook

__all__ = [
    "MODEL_VERSION",
    "RULES",
    "Column",
    "ColumnRole",
    "ColumnType",
    "ColumnWish",
    "Contract",
    "Effect",
    "Fact",
    "Feature",
    "GoldenRow",
    "Inspection",
    "KEvidence",
    "KRow",
    "Kind",
    "Ledger",
    "LedgerEntry",
    "Model",
    "OrderLog",
    "Picture",
    "Profile",
    "ProfileRow",
    "Reading",
    "Recipe",
    "Rfm",
    "RfmSegment",
    "Run",
    "Segment",
    "Transform",
    "Verdict",
]

MODEL_VERSION = 2  # of model.json; older ones are upgraded where they are read

Kind = Literal["customers", "orders"]
ColumnType = Literal["number", "text", "date", "boolean"]
ColumnRole = Literal["id", "forms", "describes", "sensitive", "outcome", "dropped"]
Verdict = Literal["natural clusters", "useful partition", "no structure"]
Transform = Literal["identity", "log1p", "sqrt", "asinh"]
Effect = Literal["info", "kept", "filled", "capped", "no weight", "dropped", "rejected"]


@dataclass(frozen=True, slots=True, repr=False)
class Reading(Brief):
    """How the source was read: what was recognised in the file, column by column where needed."""

    source: str  # as the user named it
    format: str  # "csv", "parquet", "excel", "table"
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    rows: int = 0
    date_formats: dict[str, str] = field(default_factory=dict)  # column -> strptime format
    currency: str | None = None  # the symbol or code found in front of numbers
    fingerprint: str = ""  # of the data as read
    source_names: dict[str, str] = field(
        default_factory=dict
    )  # column -> its name there, if another
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One source column: its type, its role in the segmentation and the reason in words."""

    name: str
    type: ColumnType
    role: ColumnRole
    meaning: str  # "income", "spend:wines", "channel:web", "measure", "category", ...
    reason: str
    label: str = ""  # in words, for people: "Income", "Wine spend"
    missing: int = 0
    distinct: int = 0
    estimated: bool = False  # distinct is an estimate
    low: float | None = None  # values below are impossible and count as missing
    high: float | None = None  # values above are impossible and count as missing
    zero_if: tuple[str, ...] = ()  # a blank is 0 where all of these are 0 or blank, and ...
    zero_if_blank: bool = False  # ... even where all are blank; else one of them must be 0


Certainty = Literal["known layout", "as configured", "by names and values", "guessed"]

Fill = Literal["none", "order", "down", "group"]
"""How columns that are told once reach the other lines.

``order``: to the lines of the same order; ``down``: to the lines below, up to the next line that
tells them; ``group``: the same, from rows that hold nothing else.
"""


@dataclass(frozen=True, slots=True)
class LineState:
    """What the values of one column say of a line; those of no list say that it was sold."""

    column: str
    cancelled: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    browsed: tuple[str, ...] = ()  # nothing was bought: a view, a cart
    unpaid: tuple[str, ...] = ()  # not paid, or not yet
    other: tuple[str, ...] = ()  # no sale at all: fees, transfers, sums


@dataclass(frozen=True, slots=True, repr=False)
class OrderLog(Brief):
    """Which column of an order log says what (``None``: it has no such column), and how it is read.

    ``columns`` are all columns of the log, each with its part as ``meaning``.
    """

    columns: tuple[Column, ...]
    customer: str
    order: str | None = None  # without one, an order is all that a customer bought on a day
    date: str | None = None
    quantity: str | None = None
    unit_price: str | None = None
    amount: str | None = None  # of the line; else quantity times unit price
    discount: str | None = None
    product: str | None = None
    category: str | None = None
    channel: str | None = None
    status: str | None = None
    currency: str | None = None
    lettered: bool = False  # order numbers are digits, with a letter on cancelled ones ("C536379")
    cancelled: tuple[str, ...] = ()  # values of the status that say so
    returned: tuple[str, ...] = ()
    browsed: tuple[str, ...] = ()  # values that say that nothing was bought
    categories: tuple[str, ...] = ()  # the largest, each with a share of its own
    channels: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()  # columns that say who the customer is: describe
    recent_days: int = 0  # the trend compares these last days with as many before
    drop_duplicates: bool = False
    net_returns: bool = False
    layout: str | None = None  # the known export that it is
    given: str | None = None  # given names: before those of the family they say who bought
    mail: str | None = None  # tells buyers whose customer is nobody
    unnamed_by_mail: bool = False  # ... and those without a customer, too
    joined: bool = False  # ... these are whoever bears the same name on other lines, if one does
    folded: bool = False  # customers are e-mail addresses: compared without case and blanks
    bare_letters: tuple[tuple[str, str], ...] = ()  # of names, compared without their accents
    phone_digits: int = 0  # customers are phones: of each these last digits are compared
    nobody: tuple[str, ...] = ()  # customers that stand for nobody, in lower case
    states: tuple[LineState, ...] = ()  # further columns that say what became of a line
    cancelled_on: tuple[str, ...] = ()  # dates that are filled where the order was cancelled
    paid_on: tuple[str, ...] = ()  # days without which an order was not paid
    voided: bool = False  # a cancelled line with negative money voids the order that it cancels out
    refunded: str | None = None  # the money given back of an order, in a column of its own
    daily: bool = False  # numbers begin anew every day: number and day make an order
    shop: str | None = None  # numbers its orders by itself: number and shop make an order
    whole_orders: tuple[str, ...] = ()  # columns of money that stand for the order, not its lines
    filled: tuple[str, ...] = ()  # columns that are told once for several lines
    fill: Fill = "none"
    row_type: str | None = None  # tells rows of orders, of their lines and others apart
    order_rows: tuple[str, ...] = ()  # values of it: rows that hold the money
    line_rows: tuple[str, ...] = ()  # values of it: rows that hold products and pieces
    alive: tuple[float, ...] = ()  # r, alpha, a, b, k of MBG/CNBD-k: who is still a customer
    usual_discount: float | None = None  # share on a deal of all customers, where few orders tell

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that are read, without repeats, in a fixed order."""
        named = (
            self.customer,
            self.order,
            self.date,
            self.quantity,
            self.unit_price,
            self.amount,
            self.discount,
            self.product,
            self.category,
            self.channel,
            self.status,
            self.currency,
            self.given,
            self.mail,
            self.refunded,
            self.row_type,
            self.shop,
            *(s.column for s in self.states),
            *self.cancelled_on,
            *self.paid_on,
            *self.traits,
        )
        return tuple(dict.fromkeys(name for name in named if name is not None))


@dataclass(frozen=True, slots=True)
class ColumnWish:
    """What a user says of a column; ``None`` leaves it to SmartCart."""

    role: ColumnRole | None = None
    meaning: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Contract(Brief):
    """What the segmentation reads: kind, columns with roles, and the day that ages refer to.

    Of an order log, ``columns`` are those of the table of customers made from it by ``log``.
    """

    kind: Kind
    id_column: str | None  # None: rows are numbered from 1
    columns: tuple[Column, ...]
    as_of: dt.date | None
    as_of_source: str  # "latest Dt_Customer", "--as-of", "no dates"
    log: OrderLog | None = None
    source_names: dict[str, str] = field(default_factory=dict)  # where they differ: " Income "


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One rule and what it did, to ``count`` of its unit.

    ``taken`` is how many lines of an order log left here: those that no earlier rule had taken.
    """

    rule: str
    sentence: str
    count: int
    unit: Literal["rows", "cells", "columns", "lines", "customers"]
    effect: Effect
    taken: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Ledger(Brief):
    """From rows read to customers segmented.

    Of a table of customers, ``rows_read == segmented + rejected``. Of an order log, ``rows_read ==
    lines_used + the sum of what the entries have taken``, and ``orders`` and ``revenue`` are those
    of the lines used.
    """

    rows_read: int
    segmented: int
    rejected: int
    entries: tuple[LedgerEntry, ...]
    lines_used: int | None = None
    orders: int | None = None
    revenue: float | None = None


@dataclass(frozen=True, slots=True)
class Feature:
    """One number per customer that forms segments, in original units.

    ``op``, ``columns``, ``denominator`` and ``value`` say how it is computed: see
    ``tables.features``. ``theme`` is the side of behaviour it belongs to; all themes weigh alike.
    """

    name: str
    label: str
    unit: str  # "money", "count", "days", "share", "" for a number of unknown unit
    op: str
    columns: tuple[str, ...]
    sentence: str  # how it is made, in words
    denominator: tuple[str, ...] = ()
    value: str = ""  # the category that op "is" compares with
    theme: str = ""  # "value", "frequency", "deals", "channels", "basket", "tenure", ...
    role: ColumnRole = "forms"
    transform: Transform | None = None  # where it is known beforehand; else its skewness decides
    blank: Literal["median", "longest"] = "median"  # what stands for it where it is missing


@dataclass(frozen=True, slots=True, repr=False)
class Recipe(Brief):
    """How features become standardized numbers, per feature in order.

    ``z = weight * (transform(clip(fill(x), low, high) / unit) - mean) / scale``. The weight makes
    every theme count as one: ``1 / sqrt(features in the theme)``. The unit makes the logarithm of
    money the same in cents and in euros; models of old have none, which is 1.
    """

    features: tuple[Feature, ...]
    transform: tuple[Transform, ...]
    fill: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]
    unit: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines (of a table of customers: rows) that a rule left out."""

    reason: str
    lines: int


@dataclass(frozen=True, slots=True)
class OtherReading:
    """Another way to read the same file, and the totals that it gives."""

    differs_in: str  # "money: Subtotal for Total"
    orders: int | None
    customers: int
    revenue: float | None
    choose: str = ""  # the line of a configuration that picks it


@dataclass(frozen=True, slots=True, repr=False)
class ReadingReceipt(Brief):
    """What was read, in figures that a shop can hold against its own dashboard.

    ``columns`` names the column of each part (``customer, order, day, money, ...``); money is in
    the currency of the data. ``checks`` say in words what was found in the values.
    """

    kind: Kind
    layout: str | None
    certainty: Certainty
    lines: int
    orders: int | None
    customers: int
    revenue: float | None
    first_day: dt.date | None
    last_day: dt.date | None
    columns: dict[str, str]
    left_out: tuple[LeftOut, ...] = ()
    alternatives: tuple[OtherReading, ...] = ()
    checks: tuple[str, ...] = ()
    money_means: str = ""  # "after discounts, with tax and shipping"
    buyers: int | None = None  # of the customers of a table, those who bought


@dataclass(frozen=True, slots=True, repr=False)
class Inspection(Brief):
    """What SmartCart sees in a source before it fits anything: what ``smartcart check`` shows."""

    reading: Reading
    contract: Contract
    ledger: Ledger
    forming: tuple[Feature, ...]
    describing: tuple[Feature, ...]
    notices: tuple[Notice, ...]
    receipt: ReadingReceipt | None = None


@dataclass(frozen=True, slots=True)
class KRow:
    """Evidence for one K; ``None`` where a figure is not defined (silhouette of K = 1)."""

    k: int
    wcss: float
    silhouette: float | None
    calinski_harabasz: float | None
    davies_bouldin: float | None
    gap: float
    gap_se: float
    stability_ari: float | None
    jaccard_min: float | None
    smallest_share: float
    k_stability: float | None = None  # share of halves and 80% samples on which this K is picked


RULES = {  # that pick a K: in a sentence, and as a heading
    "elbow": ("elbow", "Elbow of WCSS"),
    "silhouette": ("silhouette", "Silhouette"),
    "calinski_harabasz": ("Calinski-Harabasz", "Calinski-Harabasz"),
    "davies_bouldin": ("Davies-Bouldin", "Davies-Bouldin"),
    "gap": ("gap", "Gap statistic"),
    "stability": ("stability", "Bootstrap stability"),
    "prediction_strength": ("prediction strength", "Prediction strength"),
}


@dataclass(frozen=True, slots=True)
class PartPicks:
    """How often ``parts`` random parts of the customers pick which K.

    ``part`` says what they are ("halves"), ``share`` how large each is.
    """

    part: str
    share: float
    parts: int
    picks: dict[int, int]


@dataclass(frozen=True, slots=True, repr=False)
class KEvidence(Brief):
    """One row per K, what each rule in common use would pick, and the verdict in words.

    ``recommended`` is what the evidence says; ``k`` is what was used (they differ where the user
    asked for a K). ``extras`` holds further figures per K by name, such as the clustering of the
    structureless reference clouds, each as long as ``rows``.
    """

    rows: tuple[KRow, ...]
    k: int
    recommended: int
    verdict: Verdict
    reason: str
    picks: dict[str, int]  # rule -> the K it would pick
    extras: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    chosen_by: Literal["evidence", "user", "previous"] = "evidence"
    k_stability: tuple[PartPicks, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that sets a segment apart, in original units and in words."""

    column: str
    label: str
    value: float
    overall: float
    effect: float  # (value - overall) / standard deviation over all customers
    sentence: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: who it is, how large, what it is worth, what to do."""

    segment_id: int  # 1 is the most valuable, but where segments continue those of a run before
    segment: str
    size: int
    share: float
    value_total: float | None  # sum of the value column (spend), None where there is none
    value_share: float | None
    facts: tuple[Fact, ...]
    archetype: str  # "premium", ..., "" for a descriptive name
    sentence: str  # what these customers are, in words
    action: str  # what marketing does with them
    watch: str  # the figure to watch
    confidence: float  # mean over its customers
    jaccard: float | None  # bootstrap stability of this segment


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One column in one segment; ``mean`` of a category ("Education: PhD") is its share."""

    segment_id: int
    segment: str
    column: str
    role: str
    mean: float
    median: float
    overall_mean: float
    effect: float


@dataclass(frozen=True, slots=True, repr=False)
class Profile(Brief):
    """The long table of ``profile.csv``, and labels and units of its columns for people."""

    rows: tuple[ProfileRow, ...]
    labels: dict[str, str]
    units: dict[str, str]


@dataclass(frozen=True, slots=True)
class RfmSegment:
    """One RFM segment: the digits that make it, its size, and how it meets the K-Means segments."""

    segment: str
    rule: str  # "R 4 to 5, FM 4 to 5"
    sentence: str
    size: int
    share: float
    monetary_total: float
    monetary_share: float | None
    by_segment: tuple[int, ...]  # customers in K-Means segment 1, 2, ...


@dataclass(frozen=True, slots=True, repr=False)
class Rfm(Brief):
    """Recency, frequency and monetary value as digits from 1 to ``bins`` (best), and their names.

    The cuts are quantiles, ``bins - 1`` of each: the digit counts the cuts below the value (of
    recency, from the other end), so equal values always get equal digits.
    """

    bins: int
    recency_cuts: tuple[float, ...]
    frequency_cuts: tuple[float, ...]
    monetary_cuts: tuple[float, ...]
    exact: bool  # cuts of all customers; else of the sample
    columns: tuple[str, str, str]  # the profile columns that are R, F and M
    segments: tuple[RfmSegment, ...]


@dataclass(frozen=True, slots=True)
class GoldenRow:
    """A customer of the fit, as feature values in original units, and the segment it must get."""

    values: tuple[float | None, ...]
    segment_id: int


@dataclass(frozen=True, slots=True, repr=False)
class Model(Brief):
    """Everything that is needed to assign a customer; what ``model.json`` holds."""

    version: int
    contract: Contract
    recipe: Recipe
    describing: tuple[Feature, ...]  # computed alike, profiled, never part of the distance
    centroids: tuple[tuple[float, ...], ...]  # K x features, standardized
    centroids_original: tuple[tuple[float, ...], ...]  # K x features, original units
    names: tuple[str, ...]  # in the order of the centroids
    golden: tuple[GoldenRow, ...]
    fingerprint: str
    figures: dict[str, object]  # wcss, silhouette, verdict, ... of the fit
    reference: DriftReference | None = None  # what later data are compared with
    ids: tuple[int, ...] = ()  # segment ids in the order of the centroids; 1 to K if not given
    used: tuple[int, ...] = ()  # ids of segments that ended: they are never used again
    lineage: tuple[str, ...] = ()  # the models whose segments these continue, latest first
    forecast: KeptForecast | None = None  # of an order log that is long enough

    def __post_init__(self) -> None:
        """Number the segments from 1 where they have no ids."""
        if not self.ids:
            object.__setattr__(self, "ids", tuple(range(1, len(self.centroids) + 1)))


@dataclass(frozen=True, slots=True, repr=False)
class Picture(Brief):
    """Points of the 3-D view: a fixed sample of customers on the first principal components."""

    xyz: tuple[tuple[float, float, float], ...]
    segment_ids: tuple[int, ...]
    explained: tuple[float, ...]  # share of variance of each axis
    axes: tuple[str, ...]  # what each axis mostly is, in words
    rows: int  # customers in all, of which these are a sample


@dataclass(frozen=True, slots=True, repr=False)
class Run(Brief):
    """All that one run found, except the table of customers, which stays on disk."""

    source: str
    reading: Reading
    contract: Contract
    ledger: Ledger
    evidence: KEvidence
    model: Model
    segments: tuple[Segment, ...]
    profile: Profile
    picture: Picture
    notices: tuple[Notice, ...]
    metrics: dict[str, float | None]
    seconds: dict[str, float]
    versions: dict[str, str]
    seed: int
    rfm: Rfm | None = None
    value_label: str = ""  # what value_share is a share of: "spend", "revenue", ...
    currency: str = ""
    outcomes: tuple[Outcome, ...] = ()
    rulebook: Rulebook | None = None
    artefacts: tuple[Artefact, ...] = ()
    fairness: Fairness | None = None
    future: Future | None = None  # of an order log
    identity: Identity | None = None  # what became of the segments of the earlier run
    reasons: tuple[Reason, ...] = ()
    campaign: Campaign | None = None  # where cost and revenue were given
    explained: tuple[Explanation, ...] = ()  # customers that were asked about, by their ids
    made: str = ""  # when, UTC, ISO 8601
    receipt: ReadingReceipt | None = None
