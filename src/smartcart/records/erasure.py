"""What was removed of a customer who must be forgotten."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Erased", "Erasure"]


@dataclass(frozen=True, slots=True)
class Erased:
    """One place that held something of the customer.

    ``rows`` are rows, entries or passages that were removed; ``how`` says it in words.
    """

    place: str  # below the workspace
    rows: int
    how: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """The receipt of an erasure: it counts, and does not repeat who was erased."""

    number: str  # of the receipt
    at: str  # UTC, ISO 8601
    searched: int  # files that were looked through
    places: tuple[Erased, ...]
    left: tuple[str, ...] = ()  # what a person has to look at: sentences
