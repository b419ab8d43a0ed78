"""What every other K would have given, kept with the run so that a page can show it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartcart import store
from smartcart.core import kmeans, naming
from smartcart.core.profile import profile_rows
from smartcart.core.projection import picture_rows
from smartcart.records import (
    Alternative,
    Alternatives,
    AlternativeSegment,
    Distribution,
    ProfileRow,
    Recipe,
    Run,
)
from smartcart.workflows.customer_arrays import CustomerArrays
from smartcart.workflows.segment_names import by_value, names_of_sums, sample_sums

__all__ = ["alternatives_of", "distributions", "write_alternatives"]

Floats = NDArray[np.float64]
FACTS = 3
BINS = 12


def write_alternatives(
    folder: Path, run: Run, table: CustomerArrays, fits: Mapping[int, kmeans.KMeansFit]
) -> None:
    """Write ``alternatives.json`` of a run: what each of the ``fits`` would have given."""
    centers = {k: fit.centers for k, fit in fits.items()}
    store.write_alternatives(folder, alternatives_of(run, table, centers))


def alternatives_of(run: Run, table: CustomerArrays, fits: Mapping[int, Floats]) -> Alternatives:
    """Return the segments of every K on the sample, in the order and by the names of a run.

    ``fits`` are standardized centroids (K, p) per K; for the run's own K those of the run count.
    """
    recipe, model = run.model.recipe, run.model
    Z = table.on_formed_scale(recipe).Z
    chosen = np.array(model.centroids)
    own = kmeans.nearest(Z, chosen)
    told = []
    for k, centers in sorted(fits.items()):
        if k == len(chosen):
            names = {s.segment_id: s.segment for s in run.segments}
            told.append(_alternative(table, own, model.ids, names, run))
            continue
        ranked = centers[by_value(table, recipe, centers)]
        told.append(_alternative(table, kmeans.nearest(Z, ranked), range(1, k + 1), None, run))
    return Alternatives(
        k=len(chosen),
        recommended=run.evidence.recommended,
        rows=len(Z),
        alternatives=tuple(told),
        distributions=distributions(table.sample, own, len(chosen), recipe),
    )


def _alternative(
    table: CustomerArrays,
    labels: NDArray[np.int32],
    ids: Sequence[int],
    named: Mapping[int, str] | None,
    run: Run,
) -> Alternative:
    """Return the segments of labels from 0; of the run's own K ``named`` are names by id."""
    recipe, every, k = run.model.recipe, table.all_features, len(ids)
    sums = sample_sums(table, recipe, labels, k)
    earned = names_of_sums(table, recipe, labels, sums) if named is None else ()
    profile = profile_rows(sums, sums.means(), every, [str(i) for i in ids])
    worth = naming.signal_columns(table.inspection.contract, every).get("value")
    total = None
    if worth is not None:
        total = sums.totals()[:, [f.name for f in every].index(worth)]
    by_place: list[list[ProfileRow]] = [[] for _ in ids]
    for row in profile.rows:
        by_place[row.segment_id - 1].append(row)
    own = {s.segment_id: s for s in run.segments}
    found = []
    for place, one in enumerate(ids):
        if named is not None:
            segment = own[one]
            facts, name = segment.facts[:FACTS], segment.segment
            archetype, sentence = segment.archetype, segment.sentence
        else:
            it = earned[place]
            facts = naming.facts_of(
                by_place[place],
                it.earned_by,
                profile.labels,
                profile.units,
                it.parting,
            )[:FACTS]
            name, archetype, sentence = it.name, it.archetype, it.sentence
        share = None
        if total is not None and total.sum() > 0:
            share = float(total[place] / total.sum())
        size = int(sums.size[place])
        forms = {row.column: row for row in by_place[place]}
        rows = [forms.get(f.name) for f in run.model.recipe.features]
        found.append(
            AlternativeSegment(
                one,
                name,
                size,
                size / max(len(labels), 1),
                share,
                facts,
                archetype,
                sentence,
                tuple(None if row is None else row.mean for row in rows),
                tuple(None if row is None else row.effect for row in rows),
            )
        )
    points = tuple(int(ids[label]) for label in labels[picture_rows(len(labels))])
    return Alternative(k, tuple(found), points)


def distributions(
    sample: Floats, labels: NDArray[np.int32], k: int, recipe: Recipe
) -> tuple[Distribution, ...]:
    """Return how each forming feature is spread, of all and per segment of labels from 0.

    Bins are of equal width between the 1st and the 99th percentile; the outer two also hold what
    lies beyond. A feature with few different values has a bin for each.
    """
    found = []
    for place, feature in enumerate(recipe.features):
        x = sample[:, place]
        known = ~np.isnan(x)
        edges = _edges(x[known])
        if len(edges) < 2:
            continue
        bins = np.clip(np.searchsorted(edges, x[known], side="right") - 1, 0, len(edges) - 2)
        counts = np.zeros((k, len(edges) - 1))
        np.add.at(counts, (labels[known], bins), 1.0)
        per = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
        overall = counts.sum(axis=0) / max(counts.sum(), 1.0)
        found.append(
            Distribution(
                feature.name,
                feature.label,
                feature.unit,
                _floats(edges),
                _floats(overall),
                tuple(_floats(row) for row in per),
            )
        )
    return tuple(found)


def _edges(x: Floats) -> Floats:
    if not x.size:
        return x
    different = np.unique(x)
    if len(different) == 1:
        return np.array([different[0] - 0.5, different[0] + 0.5])
    if len(different) <= BINS:
        middle = (different[1:] + different[:-1]) / 2
        first, last = different[0] - (middle[0] - different[0]), 2 * different[-1] - middle[-1]
        return np.array([first, *middle, last])
    low, high = np.quantile(x, [0.01, 0.99])
    if low == high:
        low, high = different[0], different[-1]
    return np.linspace(low, high, BINS + 1)


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(v), 6) for v in values)
