"""Choose K with evidence, and with the right to refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core import k_indices, kmeans
from smartcart.core.k_picks import pick_all
from smartcart.core.reference_clouds import gap_statistic, log_wcss, shuffled_columns
from smartcart.core.stability import Stability, bootstrap_stability, prediction_strength
from smartcart.core.structure import Groups, natural_groups
from smartcart.errors import DataError
from smartcart.records import KEvidence, KRow, Verdict

__all__ = ["Choice", "choose_k"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

SAMPLE_ROWS = 5_000  # rows on which pairs, resamples and reference clouds are computed
REFERENCE_ROWS = 1_000
REFERENCES = 10
RESAMPLES = 20
SPLITS = 5
CELLS = 15  # small pieces that are joined to natural groups
STABLE_ARI = 0.85  # a useful partition comes back this well on resamples ...
STABLE_JACCARD = 0.75  # ... and each of its segments this well (Hennig 2007)
HANDFUL = 6  # marketing can serve this many segments
SMALLEST_SHARE = 0.03  # a segment with fewer customers is not worth a campaign
JOINT = 0.02  # slices explain this share of variance more than slices of shuffled columns


@dataclass(frozen=True, slots=True)
class Choice:
    """The evidence, the fit of every K, and per-segment bootstrap Jaccard of the chosen K."""

    evidence: KEvidence
    fits: dict[int, kmeans.KMeansFit]
    jaccard: tuple[float, ...]


def choose_k(
    Z: ArrayLike,
    *,
    k_max: int = 10,
    seed: int = 0,
    k: int | None = None,
    sample_weight: ArrayLike | None = None,
    progress: Callable[[str], None] | None = None,
) -> Choice:
    """Fit K = 1 to ``k_max``, gather the evidence, recommend a K and say why.

    Parameters
    ----------
    Z : (n, p) standardized.
    k_max : largest K tried; lowered to the number of distinct rows.
    k : the user's own K; evidence and verdict are still given.
    sample_weight : (n,); rows of weight 0 get labels but are not evidence.

    Notes
    -----
    WCSS, Calinski-Harabasz, Davies-Bouldin and the smallest share use all rows. Silhouette,
    stability, natural groups and shuffled columns use a random sample of ``SAMPLE_ROWS`` rows where
    there are more; reference clouds of the gap statistic have ``REFERENCE_ROWS`` rows.
    """
    say = progress or (lambda _: None)
    rows = np.ascontiguousarray(Z, dtype=np.float64)
    weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    heavy = rows if weight is None else rows[weight > 0]
    if heavy.shape[0] == 0:
        raise DataError.of("no row has a weight", "at least one row", "keep some rows")
    heavy = heavy[kmeans.canonical_order(heavy)]
    n = heavy.shape[0]
    distinct = 1 + int((heavy[1:] != heavy[:-1]).any(axis=1).sum())
    top = max(1, min(max(k_max, k or 1), distinct, max(1, n - 1)))
    if k is not None and k > top:
        top = k
    with kmeans.single_thread():
        return _choose(rows, weight, heavy, top, seed, k, say)


def _choose(
    rows: Floats,
    weight: Floats | None,
    heavy: Floats,
    top: int,
    seed: int,
    asked: int | None,
    say: Callable[[str], None],
) -> Choice:
    rng = np.random.default_rng(seed)
    n = heavy.shape[0]
    ks = range(2, top + 1)
    say("fitting K-Means")
    fits = {k: kmeans.fit(rows, k, seed=seed, sample_weight=weight) for k in range(1, top + 1)}
    labels = {k: kmeans.assign(heavy, one.centers)[0] for k, one in fits.items()}
    wcss = np.array([one.inertia for one in fits.values()])
    some = np.arange(n)
    if n > SAMPLE_ROWS:
        some = np.sort(rng.choice(n, SAMPLE_ROWS, replace=False))
    sample = heavy[some]
    parts = {k: one[some] for k, one in labels.items()}
    say("comparing with reference clouds")
    gap, gap_se = gap_statistic(
        heavy, wcss, references=REFERENCES, n=min(n, REFERENCE_ROWS), rng=rng
    )
    say("measuring separation")
    away = k_indices.distances(sample)
    widths = {k: k_indices.silhouette(away, parts[k]) for k in ks}
    del away
    say("resampling")
    stable: dict[int, Stability] = {}
    strength: dict[int, float] = {}
    if top >= 2:
        stable = bootstrap_stability(
            sample, {k: (fits[k].centers, parts[k]) for k in ks}, resamples=RESAMPLES, rng=rng
        )
        if n >= 4 * top:
            strength = prediction_strength(sample, ks, splits=SPLITS, rng=rng)
    table = tuple(
        KRow(
            k=k,
            wcss=float(wcss[k - 1]),
            silhouette=widths.get(k),
            calinski_harabasz=k_indices.calinski_harabasz(heavy, labels[k]),
            davies_bouldin=k_indices.davies_bouldin(heavy, labels[k]),
            gap=float(gap[k - 1]),
            gap_se=float(gap_se[k - 1]),
            stability_ari=stable[k].ari if k in stable else None,
            jaccard_min=min(stable[k].jaccard) if k in stable else None,
            smallest_share=float(np.bincount(labels[k], minlength=k).min() / n),
        )
        for k in fits
    )
    say("looking for valleys")
    groups = _groups(sample, seed)
    joint = _joint(sample, top, rng)
    picks = pick_all(table, strength)
    verdict, recommended, reason = _decide(table, groups, joint)
    chosen = recommended if asked is None else asked
    extras: dict[str, tuple[float | None, ...]] = {
        "prediction_strength": tuple(strength.get(k) for k in fits),
        "joint": tuple(joint),
    }
    evidence = KEvidence(
        rows=table,
        k=chosen,
        recommended=recommended,
        verdict=verdict,
        reason=reason,
        picks=picks,
        extras=extras,
        chosen_by="evidence" if asked is None else "user",
    )
    jaccard = stable[chosen].jaccard if chosen in stable else (1.0,) * chosen
    return Choice(evidence, fits, jaccard)


def _groups(sample: Floats, seed: int) -> Groups:
    n = sample.shape[0]
    cells = max(1, min(CELLS, n // 25))
    distinct = 1 + int((sample[1:] != sample[:-1]).any(axis=1).sum())
    cells = min(cells, distinct)
    found = kmeans.fit(sample, cells, seed=seed, n_init=3)
    return natural_groups(sample, found.labels)


def _joint(sample: Floats, top: int, rng: np.random.Generator) -> Floats:
    """Return per K how much more variance slices explain than slices of shuffled columns."""
    real = log_wcss(sample, top, rng)
    null = np.mean([log_wcss(shuffled_columns(sample, rng), top, rng) for _ in range(3)], axis=0)
    total = np.exp(real[0])
    return np.asarray((np.exp(null) - np.exp(real)) / total)


def _decide(table: tuple[KRow, ...], groups: Groups, joint: Floats) -> tuple[Verdict, int, str]:
    if 2 <= groups.count <= len(table):
        return (
            "natural clusters",
            groups.count,
            f"The customers form {groups.count} dense groups with thin valleys between them; the "
            f"shallowest valley has {groups.depth:.0%} fewer customers than the hills beside it.",
        )
    good = [
        row.k
        for row in table
        if row.stability_ari is not None
        and row.jaccard_min is not None
        and row.stability_ari >= STABLE_ARI
        and row.jaccard_min >= STABLE_JACCARD
        and row.smallest_share >= SMALLEST_SHARE
    ]
    if not good or joint.max() < JOINT:
        return "no structure", 1, "Slices of these customers are no better than chance."
    handful = [k for k in good if k <= HANDFUL]
    k = max(handful) if handful else min(good)
    return (
        "useful partition",
        k,
        f"The customers are a continuum without gaps; cut into {k} slices they come back on other "
        "samples of the same customers, so how many slices to use is a business choice.",
    )
