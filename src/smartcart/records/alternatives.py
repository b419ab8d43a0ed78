"""What each K would give, on the sample that K was chosen on; and how features are spread."""

from __future__ import annotations

from dataclasses import dataclass

from smartcart.records.base import Fact
from smartcart.records.brief import Brief

__all__ = ["Alternative", "AlternativeSegment", "Alternatives", "Distribution"]


@dataclass(frozen=True, slots=True)
class AlternativeSegment:
    """A segment that some K would give; ``size`` counts customers of the sample.

    ``means`` (original units) and ``effects`` (standard deviations over all customers of the
    sample) stand in the order of the features that form; runs of earlier versions have none.
    """

    segment_id: int  # 1 is the most valuable
    segment: str
    size: int
    share: float
    value_share: float | None
    facts: tuple[Fact, ...]
    archetype: str
    sentence: str
    means: tuple[float | None, ...] = ()
    effects: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """The segments of one K; ``points`` are the segment ids of the points in the run's picture."""

    k: int
    segments: tuple[AlternativeSegment, ...]
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """How one feature is spread: the shares of customers per bin, of all and of each segment.

    ``edges`` are in original units, one more than bins; the outer bins hold what lies beyond.
    ``by_segment`` is in the order of the run's segments.
    """

    column: str
    label: str
    unit: str
    edges: tuple[float, ...]
    overall: tuple[float, ...]
    by_segment: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, repr=False)
class Alternatives(Brief):
    """What ``alternatives.json`` of a run folder holds; all of the sample of ``rows`` customers."""

    k: int
    recommended: int
    rows: int
    alternatives: tuple[Alternative, ...]
    distributions: tuple[Distribution, ...]
