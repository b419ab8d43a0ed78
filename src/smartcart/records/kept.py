"""Campaigns as a workspace keeps them, and what the next plan learns from one."""

from __future__ import annotations

from dataclasses import dataclass

from smartcart.records.dynamic import JsonObject
from smartcart.records.effects import Effects

__all__ = ["KeptCampaign", "Learnt", "ResultWishes"]


@dataclass(frozen=True, slots=True)
class ResultWishes:
    """How results are read, and what is made of them in money."""

    arm: str | None = None
    control: str | None = None
    outcomes: tuple[str, ...] = ()
    cost: float = 0.0  # per contact
    revenue: float | None = None  # per response, where no outcome is money
    margin: float = 1.0  # of money, what is kept


@dataclass(frozen=True, slots=True)
class KeptCampaign:
    """A campaign: planned (``effects`` is None), or with its results."""

    id: str
    run: str
    title: str
    made: str
    user: str
    contacts: int = 0
    upload_id: str | None = None
    asked: JsonObject | None = None
    wishes: ResultWishes | None = None
    effects: Effects | None = None


@dataclass(frozen=True, slots=True)
class Learnt:
    """How many responded in an arm of an earlier campaign, and of those left alone, by segment.

    The tuples are alike: a segment's id, its customers who were contacted and how many of them
    responded, its customers who were left alone and how many of them did.
    """

    name: str  # of the campaign
    outcome: str
    arm: str
    segment_ids: tuple[int, ...]
    trials: tuple[int, ...]
    positives: tuple[int, ...]
    alone: tuple[int, ...]
    alone_positives: tuple[int, ...]
