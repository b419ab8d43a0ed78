"""The frozen reference of a model: bins from the sample, counted over all customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from smartcart.core.drift_bins import ColumnCount, count_numbers, number_bins, with_counts
from smartcart.records import (
    DriftReference,
    Feature,
    Model,
    Outcome,
    OutcomeReference,
    ReferenceBins,
)
from smartcart.tables import assignment
from smartcart.workflows.score import read_parts

__all__ = ["BinCount", "bin_count", "needed_types", "reference_of"]

Floats = NDArray[np.float64]

AMOUNTS = {"money", "count"}  # units in which a rise is a factor


@dataclass(slots=True)
class BinCount:
    """Rows per bin, batch by batch: ``places`` are the columns of X that ``bins`` belong to."""

    places: tuple[int, ...]
    bins: tuple[ReferenceBins, ...]
    counts: list[ColumnCount] = field(default_factory=list)

    def part(self, X: Floats) -> list[ColumnCount]:
        """Return what a batch (n, q) adds; changes nothing, so it may run on any thread."""
        return [
            count_numbers(one, X[:, place])
            for place, one in zip(self.places, self.bins, strict=True)
        ]

    def add(self, part: list[ColumnCount]) -> None:
        """Add what a batch counted."""
        if self.counts:
            part = [a.merge(b) for a, b in zip(self.counts, part, strict=True)]
        self.counts = part

    def named(self) -> dict[str, ColumnCount]:
        """Return the counts by column."""
        names = (one.column for one in self.bins)
        return dict(zip(names, self.counts, strict=True))


def bin_count(features: Sequence[Feature], sample: Floats, *, orders: bool = False) -> BinCount:
    """Return an empty count with bins from the sample (n, q) of ``features``.

    ``orders``: of an order log, where all but traits of the customers is made of the same orders.

    Features are watched as they are computed: a date as days to the as-of day. Outcomes are not:
    their rates are compared.
    """
    places: list[int] = []
    bins: list[ReferenceBins] = []
    for place, feature in enumerate(features):
        if feature.role == "outcome" or feature.name in [one.column for one in bins]:
            continue
        places.append(place)
        bins.append(
            number_bins(
                feature.name,
                sample[:, place],
                forms=feature.role == "forms",
                label=feature.label,
                logs=feature.unit in AMOUNTS,
                tells=orders and feature.role == "describes" and feature.op != "is",
            )
        )
    return BinCount(tuple(places), tuple(bins))


def reference_of(
    model: Model,
    count: BinCount,
    sizes: NDArray[np.generic],
    far: Sequence[float],
    outcomes: Sequence[Outcome],
    *,
    farthest: Sequence[float] = (),
    stability: Sequence[float] = (),
) -> DriftReference:
    """Return the reference of all customers counted."""
    return DriftReference(
        columns=tuple(with_counts(b, c) for b, c in zip(count.bins, count.counts, strict=True)),
        sizes=tuple(int(n) for n in sizes),
        far=tuple(far),
        outcomes=tuple(
            OutcomeReference(
                column=one.column,
                yes=sum(rate.positives for rate in one.rates),
                rows=sum(rate.customers for rate in one.rates),
            )
            for one in outcomes
        ),
        schema=needed_types(model),
        farthest=tuple(farthest),
        stability=tuple(stability),
    )


def needed_types(model: Model) -> tuple[tuple[str, str], ...]:
    """Return the columns of a source that the model needs, with their types."""
    log = model.contract.log
    if log is None:
        types = {column.name: column.type for column in model.contract.columns}
        return tuple((name, types[name]) for name in assignment.needed_columns(model))
    types = {column.name: column.type for column in log.columns}
    log = read_parts(log, [f.name for f in model.recipe.features])
    return tuple((name, types[name]) for name in log.parts)
