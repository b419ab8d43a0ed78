"""What a fit found, put into the record of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smartcart import store
from smartcart.core import kmeans, naming, outcomes, prepare
from smartcart.core.drift import far_distances
from smartcart.core.lloyd import LloydSums
from smartcart.core.profile import ProfileSums, medians, profile_rows
from smartcart.core.projection import principal_view
from smartcart.core.stability import found_again
from smartcart.records import (
    MODEL_VERSION,
    Feature,
    Future,
    GoldenRow,
    KeptForecast,
    KEvidence,
    Model,
    Notice,
    Outcome,
    Profile,
    Recipe,
    Rfm,
    Run,
    Segment,
)
from smartcart.workflows.customer_arrays import CustomerArrays
from smartcart.workflows.reference import BinCount, reference_of

__all__ = ["CountedSegments", "FittedSegments", "run_of"]

Floats = NDArray[np.float64]
GOLDEN_PER_SEGMENT = 3
CLEAR = 1e-6  # of the squared distance: a customer this much nearer to one than to the next


@dataclass(frozen=True, slots=True)
class FittedSegments:
    """The segments before everybody is in one.

    ``centers`` (k, p) are standardized; ``jaccard`` and ``named`` (k) go with them.
    """

    recipe: Recipe
    evidence: KEvidence
    centers: Floats
    jaccard: Sequence[float]
    named: Sequence[naming.EarnedName]

    @property
    def names(self) -> tuple[str, ...]:
        """What the segments are called."""
        return tuple(one.name for one in self.named)


@dataclass(frozen=True, slots=True)
class CountedSegments:
    """What the pass that assigned all customers added up."""

    sums: ProfileSums
    lloyd: LloydSums
    watch: BinCount
    rfm: Rfm | None
    future: Future | None = None
    forecast: KeptForecast | None = None

    @property
    def wcss(self) -> float:
        """Of all customers, to the centroids that they were assigned to."""
        return self.lloyd.wcss


def run_of(
    table: CustomerArrays,
    fitted: FittedSegments,
    counted: CountedSegments,
    *,
    seconds: Mapping[str, float],
    seed: int,
) -> Run:
    """Return the record of a run whose segments are not judged, and outcomes not tested, yet."""
    inspection, every = table.inspection, table.all_features
    recipe, evidence, centers = fitted.recipe, fitted.evidence, fitted.centers
    k, width = len(centers), len(recipe.features)
    sums = counted.sums
    Z = prepare.apply_recipe(table.sample[:, :width], recipe)
    labels, d1, d2 = kmeans.assign(Z, centers)
    profile = profile_rows(sums, medians(table.sample, labels, k), every, fitted.names)
    signals = naming.signal_columns(inspection.contract, every)
    row = evidence.rows[evidence.k - 1]
    metrics = {
        "wcss": counted.wcss,
        "silhouette": row.silhouette,
        "calinski_harabasz": row.calinski_harabasz,
        "davies_bouldin": row.davies_bouldin,
        "stability_ari": row.stability_ari,
        "jaccard_min": row.jaccard_min,
    }
    model = Model(
        version=MODEL_VERSION,
        contract=inspection.contract,
        recipe=recipe,
        describing=inspection.describing,
        centroids=_rows(centers),
        centroids_original=_rows(sums.means()[:, :width]),
        names=fitted.names,
        golden=_golden(table.sample[:, :width], labels, d1, d2, k),
        fingerprint=inspection.reading.fingerprint,
        figures={
            "k": evidence.k,
            "recommended": evidence.recommended,
            "verdict": evidence.verdict,
            "customers": table.rows,
            **metrics,
        },
        forecast=counted.forecast,
    )
    told = _outcomes(table, sums, fitted.names, seed)
    far = far_distances(np.sqrt(d1), labels, k)
    farthest = [float(np.sqrt(d1[labels == i].max(initial=0.0))) for i in range(k)]
    heavy = Z[table.weight > 0]
    steady = found_again(heavy[kmeans.canonical_order(heavy)], centers) if k > 1 else ()
    reference = reference_of(
        model, counted.watch, sums.size, far, told, farthest=farthest, stability=steady
    )
    model = replace(model, reference=reference)
    value = signals.get("value")
    return Run(
        source=inspection.reading.source,
        reading=inspection.reading,
        contract=inspection.contract,
        ledger=inspection.ledger,
        receipt=inspection.receipt,
        evidence=evidence,
        model=model,
        segments=_segments(fitted, profile, sums, every, signals),
        profile=profile,
        picture=principal_view(Z, labels, [f.label for f in recipe.features], table.rows),
        notices=(*inspection.notices, *_untested(table.all_features, told)),
        metrics=metrics,
        seconds=dict(seconds),
        versions=store.versions(),
        seed=seed,
        rfm=counted.rfm,
        future=counted.future,
        value_label=profile.labels[value].lower() if value else "",
        currency=inspection.reading.currency or "",
        outcomes=told,
    )


def _outcomes(
    table: CustomerArrays, sums: ProfileSums, names: Sequence[str], seed: int
) -> tuple[Outcome, ...]:
    """Return what the segments, formed without them, say of 0/1 outcomes: of all, not tested."""
    found = []
    for place, feature in enumerate(table.all_features):
        values = table.sample[:, place]
        known = values[~np.isnan(values)]
        if feature.role != "outcome" or not known.size or not np.isin(known, (0.0, 1.0)).all():
            continue
        positives = np.rint(sums.totals()[:, place])
        counts = np.stack(
            [sums.count[:, place] - positives, positives, sums.size - sums.count[:, place]]
        )
        found.append(outcomes.outcome_of(feature.name, counts, names, seed=seed))
    return tuple(found)


def _untested(features: Sequence[Feature], tested: Sequence[Outcome]) -> Iterator[Notice]:
    """Yield a notice of outcomes that are no rates: only their averages are told."""
    names = {one.column for one in tested}
    left = [f.label for f in features if f.role == "outcome" and f.name not in names]
    if left:
        yield Notice(
            "outcomes not tested",
            f"Not only 0 and 1 in {', '.join(left)}: averages are in the profile, but an outcome "
            "is tested, and a campaign planned, by yes and no only.",
            len(left),
        )


def _rows(array: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(v) for v in row) for row in array)


def _segments(
    fitted: FittedSegments,
    profile: Profile,
    sums: ProfileSums,
    every: Sequence[Feature],
    signals: Mapping[str, str],
) -> tuple[Segment, ...]:
    """Return the segments with size, worth and reliability."""
    total = sums.size.sum()
    worth: Floats | None = None
    if "value" in signals:
        worth = sums.totals()[:, [f.name for f in every].index(signals["value"])]
    return tuple(
        Segment(
            segment_id=i + 1,
            segment=one.name,
            size=int(sums.size[i]),
            share=float(sums.size[i] / total),
            value_total=None if worth is None else float(worth[i]),
            value_share=None
            if worth is None or worth.sum() <= 0
            else float(worth[i] / worth.sum()),
            facts=naming.facts_of(
                [r for r in profile.rows if r.segment_id == i + 1],
                one.earned_by,
                profile.labels,
                profile.units,
                one.parting,
            ),
            archetype=one.archetype,
            sentence=one.sentence,
            action=one.action,
            watch=one.watch,
            confidence=float(sums.confidence[i] / max(sums.size[i], 1)),
            jaccard=float(fitted.jaccard[i]) if len(fitted.named) > 1 else None,
        )
        for i, one in enumerate(fitted.named)
    )


def _golden(
    X: Floats, labels: NDArray[np.integer], d1: Floats, d2: Floats, k: int
) -> tuple[GoldenRow, ...]:
    """Pick rows from the middle to the rim of each segment, by distance from the centroid.

    Rows as near to two centroids are left out: the last digit, which differs between processors,
    decides where they go.
    """
    rows = []
    clear = ~np.isfinite(d2) | (d2 - d1 > CLEAR * d2)
    for i in range(k):
        members = np.flatnonzero((labels == i) & clear)
        if not members.size:
            continue
        members = members[np.argsort(d1[members], kind="stable")]
        for place in np.unique(np.linspace(0, len(members) - 1, GOLDEN_PER_SEGMENT).astype(int)):
            values = tuple(None if np.isnan(v) else float(v) for v in X[members[place]])
            rows.append(GoldenRow(values, i + 1))
    return tuple(rows)
