"""The order of segments and their names, from the sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smartcart.core import kmeans, naming
from smartcart.core.profile import (
    ProfileSums,
    profile_rows,
    with_effects_of,
    with_rank_effects,
)
from smartcart.records import Recipe
from smartcart.workflows.customer_arrays import CustomerArrays

__all__ = ["by_value", "names_of", "names_of_sums", "sample_sums"]

Floats = NDArray[np.float64]


def by_value(table: CustomerArrays, recipe: Recipe, centers: Floats) -> list[int]:
    """Return the order of segments: by what a customer is worth, else by size, descending."""
    labels = kmeans.nearest(table.on_formed_scale(recipe).Z, centers)
    sizes = np.bincount(labels, minlength=len(centers))
    signals = naming.signal_columns(table.inspection.contract, table.all_features)
    rank = -sizes.astype(np.float64)
    if "value" in signals:
        column = [f.name for f in table.all_features].index(signals["value"])
        values = np.nan_to_num(table.sample[:, column])
        rank = -np.bincount(labels, values, len(centers)) / np.maximum(sizes, 1)
    return sorted(range(len(centers)), key=lambda i: (rank[i], tuple(centers[i])))


def names_of(
    table: CustomerArrays, recipe: Recipe, centers: Floats
) -> tuple[naming.EarnedName, ...]:
    """Name the segments of centroids from the profile of the sample."""
    labels = kmeans.nearest(table.on_formed_scale(recipe).Z, centers)
    return names_of_sums(table, recipe, labels, sample_sums(table, recipe, labels, len(centers)))


def sample_sums(
    table: CustomerArrays, recipe: Recipe, labels: NDArray[np.int32], k: int
) -> ProfileSums:
    """Return the sums of the sample, whose rows are in segments ``labels`` (n,), from 0."""
    sums = ProfileSums.empty(k, table.on_formed_scale(recipe).means)
    nothing = np.zeros(len(labels))
    sums.add(table.sample, labels, nothing, nothing)
    return sums


def names_of_sums(
    table: CustomerArrays, recipe: Recipe, labels: NDArray[np.int32], sums: ProfileSums
) -> tuple[naming.EarnedName, ...]:
    """Name the segments of :func:`sample_sums`."""
    k, every = len(sums.size), table.all_features
    profile = profile_rows(sums, sums.means(), every, [str(i + 1) for i in range(k)])
    if table.inspection.contract.kind == "orders":  # spend and orders of a log are heavy-tailed
        profile = with_rank_effects(profile, table.sample, labels, every)
    else:
        scores = table.on_formed_scale(recipe).scores
        profile = with_effects_of(profile, scores, labels, every)
    signals = naming.signal_columns(table.inspection.contract, every)
    by_segment = [[r for r in profile.rows if r.segment_id == i + 1] for i in range(k)]
    sizes = sums.size.tolist()
    return naming.name_segments(by_segment, signals, profile.labels, sizes)
