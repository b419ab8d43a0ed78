"""What is in each segment: sums that stream and merge, and the profile read off them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smartcart.core.membership import members
from smartcart.core.ranks import average_ranks
from smartcart.records import Feature, Profile, ProfileRow

__all__ = [
    "ProfileSums",
    "column_means",
    "medians",
    "profile_rows",
    "with_effects_of",
    "with_rank_effects",
]

Floats = NDArray[np.float64]

ROUNDING = 1e-12  # a mean below this share of the overall mean is a zero that was rounded


@dataclass(slots=True)
class ProfileSums:
    """Mergeable sums per segment and column; missing values (NaN) are left out.

    ``count``, ``total`` and ``square`` are (K, q); ``size``, ``confidence`` and ``distance`` (K,).
    ``square`` sums squares around ``shift`` (q,), fixed from the sample, so nothing cancels.
    """

    shift: Floats
    count: Floats
    total: Floats
    square: Floats
    size: Floats
    confidence: Floats
    distance: Floats

    @classmethod
    def empty(cls, k: int, shift: Floats) -> ProfileSums:
        """Start from nothing for ``k`` segments."""
        q = shift.shape[0]
        per_column = [np.zeros((k, q)) for _ in range(3)]
        per_segment = [np.zeros(k) for _ in range(3)]
        return cls(np.nan_to_num(shift), *per_column, *per_segment)

    def add(
        self, X: Floats, labels: NDArray[np.integer], distance: Floats, confidence: Floats
    ) -> None:
        """Add (n, q) values of customers in segments ``labels`` (n,), counted from 0.

        A few rows at a time, so that what is worked on stays in the processor's cache; who belongs
        where is a matrix of 0 and 1, with which the sums are products.
        """
        k = self.size.shape[0]
        size = np.bincount(labels, minlength=k).astype(np.float64)
        self.count += size[:, None]
        for part, member in members(labels, k):
            centred = X[part].T - self.shift[:, None]
            missing = np.isnan(centred)
            some = np.flatnonzero(missing.any(axis=1))
            if some.size:
                self.count[:, some] -= member @ missing[some].T
                centred[missing] = 0.0
            self.total += member @ centred.T
            self.square += member @ np.square(centred, out=centred).T
        self.size += size
        self.confidence += np.bincount(labels, confidence, k)
        self.distance += np.bincount(labels, distance, k)

    def merge(self, other: ProfileSums) -> None:
        """Add the sums of other customers, made around the same shift."""
        self.count += other.count
        self.total += other.total
        self.square += other.square
        self.size += other.size
        self.confidence += other.confidence
        self.distance += other.distance

    def means(self) -> Floats:
        """Return the (K, q) means, NaN where a segment has no value."""
        with np.errstate(invalid="ignore", divide="ignore"):
            means = self.shift + self.total / np.where(self.count > 0, self.count, np.nan)
        means[np.abs(means) < ROUNDING * np.abs(self.shift)] = 0.0  # nobody, not 1e-17 of them
        return np.asarray(means)

    def overall(self) -> tuple[Floats, Floats]:
        """Return mean and standard deviation (q,) over all customers."""
        n = np.maximum(self.count.sum(axis=0), 1.0)
        offset = self.total.sum(axis=0) / n
        variance = np.maximum(self.square.sum(axis=0) / n - offset**2, 0.0)
        return self.shift + offset, np.sqrt(variance)

    def totals(self) -> Floats:
        """Return the (K, q) sums in original units."""
        return self.total + self.count * self.shift


def column_means(X: Floats) -> Floats:
    """Return the means (q,) of the columns of (n, q) values, 0 where there is none."""
    present = ~np.isnan(X)
    total = np.where(present, X, 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(present.sum(axis=0), 1))


def medians(X: Floats, labels: NDArray[np.integer], k: int) -> Floats:
    """Return (k, q) medians per segment of (n, q) values, NaN where there is none."""
    out = np.full((k, X.shape[1]), np.nan)
    for j in range(k):
        rows = X[labels == j]
        for c in range(X.shape[1]):
            present = rows[~np.isnan(rows[:, c]), c]
            if present.size:
                out[j, c] = np.median(present)
    return out


def profile_rows(
    sums: ProfileSums, middle: Floats, features: Sequence[Feature], names: Sequence[str]
) -> Profile:
    """Return the long profile: per segment and column mean, median, overall mean and effect.

    The effect is the difference of the segment's mean from the overall mean in standard deviations
    over all customers (0 for a constant).
    """
    means = sums.means()
    overall, spread = sums.overall()
    rows = []
    for k, name in enumerate(names):
        for j, feature in enumerate(features):
            if sums.count[k, j] == 0:
                continue
            effect = (means[k, j] - overall[j]) / spread[j] if spread[j] > 0 else 0.0
            rows.append(
                ProfileRow(
                    segment_id=k + 1,
                    segment=name,
                    column=feature.name,
                    role=feature.role,
                    mean=float(means[k, j]),
                    median=float(middle[k, j]) if np.isfinite(middle[k, j]) else float(means[k, j]),
                    overall_mean=float(overall[j]),
                    effect=float(effect),
                )
            )
    return Profile(
        rows=tuple(rows),
        labels={f.name: f.label for f in features},
        units={f.name: f.unit for f in features},
    )


def with_rank_effects(
    profile: Profile, X: Floats, labels: NDArray[np.integer], features: Sequence[Feature]
) -> Profile:
    """Return the profile with effects of ranks, which a few very large values do not hide.

    Every column of ``X`` (n, q) is replaced by its standardized ranks (ties share theirs); the
    effect is the mean of these in a segment.
    """
    scores = np.full_like(X, np.nan)
    for j in range(X.shape[1]):
        known = ~np.isnan(X[:, j])
        if known.any():
            scores[known, j] = average_ranks(X[known, j])
    return with_effects_of(profile, scores, labels, features)


def with_effects_of(
    profile: Profile, scores: Floats, labels: NDArray[np.integer], features: Sequence[Feature]
) -> Profile:
    """Return the profile with effects of other scores (n, q) of the same columns.

    The effect is the mean of a segment less that of all, in standard deviations over all; NaN is
    left out.
    """
    place = {feature.name: j for j, feature in enumerate(features)}
    order = np.argsort(labels, kind="stable")  # once, so that a segment's rows stand together
    k = max((row.segment_id for row in profile.rows), default=0)
    ends = np.cumsum(np.bincount(labels, minlength=k))
    effects = [_effects(column, order, ends) for column in scores.T]

    def effect(row: ProfileRow) -> float:
        return effects[place[row.column]][row.segment_id - 1]

    return replace(profile, rows=tuple(replace(row, effect=effect(row)) for row in profile.rows))


def _effects(x: Floats, order: NDArray[np.intp], ends: NDArray[np.integer]) -> list[float]:
    """Return the effect of each segment on a column (n,); in ``order`` segment follows segment."""
    missing = np.isnan(x)
    some = bool(missing.any())
    known = x[~missing] if some else x
    if not known.size:
        return [0.0] * len(ends)
    middle, spread = known.mean(), known.std() or 1.0
    parts = np.split(x[order], ends[:-1])
    if some:
        parts = [part[~np.isnan(part)] for part in parts]
    return [float((part.mean() - middle) / spread) if part.size else 0.0 for part in parts]
