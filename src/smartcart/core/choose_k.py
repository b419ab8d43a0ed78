"""Choose K with evidence, and with the right to refuse.

Three questions, in this order:

1. Are there dense groups with thin valleys between them? Then there are *natural clusters*, as many
   as there are groups (:mod:`smartcart.core.structure`). A single cloud with the same marginals and
   correlations, however skewed or long, has no valley.
2. If not, do the columns move together, and do slices of the cloud come back on resamples? Then
   slicing is a *useful partition*, and K the finest stable one that marketing can serve.
3. If not, there is *no structure*, and one segment is all that the data support.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core import k_indices, kmeans
from smartcart.core.k_groups import borne_out
from smartcart.core.k_lloyd import for_each
from smartcart.core.k_picks import pick_all
from smartcart.core.k_sure import picks_on_parts, say_picks
from smartcart.core.k_verdict import Findings, decide, moves_together
from smartcart.core.reference_clouds import gap_statistic, log_wcss, shared_gain
from smartcart.core.stability import (
    Stability,
    adjusted_rand,
    bootstrap_stability,
    crosstab,
    prediction_strength,
)
from smartcart.core.structure import FINEST, Groups, find_groups, tied_columns
from smartcart.records import KEvidence, KRow, PartPicks

__all__ = ["KChoice", "choose_k", "settle_from"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

MANY_STARTS = 40  # of K-Means on a large table: ten end too often above scikit-learn on all rows
SAMPLE_ROWS = 5_000  # rows on which silhouette and resamples are computed
VALLEY_ROWS = 8_000  # rows among which valleys are looked for: a group of 0.5% has 40 of them
GAP_ROWS = 2_500  # rows of the gap statistic, and of its reference clouds
REFERENCES = 10  # reference clouds
RESAMPLES = 16  # bootstrap resamples
SPLITS = 2  # halvings for the prediction strength
SHUFFLES = 5  # clouds of shuffled columns
DOUBTFUL = 0.7  # where no cut came as near to being sure, parts are not searched for groups
LEAST_MAX = 10  # the largest K tried where more were allowed than there are rows
NATURAL_SLACK = 0.10  # K-Means from the natural groups may have this much more WCSS than the best


@dataclass(frozen=True, slots=True)
class KChoice:
    """The evidence, the fit of every K, and bootstrap Jaccard per segment of the K in use.

    ``every_jaccard``: of all K of which it is known.
    """

    evidence: KEvidence
    fits: dict[int, kmeans.KMeansFit]
    jaccard: tuple[float, ...]
    every_jaccard: dict[int, tuple[float, ...]] = field(default_factory=dict)


def choose_k(
    Z: ArrayLike,
    *,
    k_max: int = 10,
    seed: int = 0,
    k: int | None = None,
    sample_weight: ArrayLike | None = None,
    progress: Callable[[str], None] | None = None,
) -> KChoice:
    """Fit K = 1 to ``k_max``, gather the evidence, recommend a K and say why.

    The result depends on the rows, not on their order or the number of threads.

    Parameters
    ----------
    Z : (n, p) standardized, finite.
    k_max : largest K tried; fewer where there are fewer distinct rows. Raised to ``k``.
    seed : of starts, resamples and reference clouds.
    k : the user's own K. Evidence, recommendation and verdict are given all the same.
    sample_weight : (n,). Rows of weight 0 (copies) get labels but are no evidence; other weights
        count in the fits only.
    progress : is called with the name of each step.

    Raises
    ------
    DataError : where no row weighs, or there are fewer than ``k`` distinct rows.

    Notes
    -----
    WCSS, Calinski-Harabasz, Davies-Bouldin and the smallest share are of all rows. Silhouette,
    resamples and shuffled columns are of a random sample of ``SAMPLE_ROWS`` rows, valleys of
    ``VALLEY_ROWS`` and the gap statistic of ``GAP_ROWS`` rows, where there are more.

    Where there are natural groups, K-Means for their number starts from their means: the smallest
    WCSS of all may cut a long cluster in two and join two small ones. That fit is kept if its WCSS
    is at most 10% above the smallest; the gap always refers to the smallest.

    >>> rng = np.random.default_rng(0)
    >>> Z = np.concatenate([rng.normal(c, 1, (150, 2)) for c in (0, 6, 12)])
    >>> found = choose_k((Z - Z.mean(axis=0)) / Z.std(axis=0), k_max=5)
    >>> found.evidence.k, found.evidence.verdict
    (3, 'natural clusters')
    """
    held = kmeans.sorted_rows(Z, sample_weight)
    n = held.heavy.shape[0]
    if k_max >= n:  # more than there can be was meant as "any": fits of hundreds tell nothing
        k_max = max(LEAST_MAX, int(n**0.5))
    top = max(min(k_max, held.different, n - 1), k or 1, 1)
    with kmeans.single_thread():
        return _choose(held, top, seed, k, progress or (lambda _: None))


def settle_from(
    choice: KChoice,
    Z: ArrayLike,
    start: ArrayLike,
    *,
    seed: int = 0,
    sample_weight: ArrayLike | None = None,
) -> KChoice:
    """Return the choice with K-Means for its K started from known centroids, and nowhere else.

    Segments that live on must not jump to another solution that is about as good. The row of
    evidence for K then speaks of this fit; its gap stays that of the smallest WCSS found.

    Parameters
    ----------
    choice : of :func:`choose_k` on the same rows and weights.
    Z : (n, p) standardized; start : (k, p) where k is the K of the choice, at least 2.
    """
    held = kmeans.sorted_rows(Z, sample_weight)
    k, heavy = choice.evidence.k, held.heavy
    fit = kmeans.fit(held, k, seed=seed, n_init=0, init=start)
    sample = heavy[_some(len(heavy), SAMPLE_ROWS, seed)]
    with kmeans.single_thread():
        part = kmeans.nearest(sample, fit.centers)
        whole = kmeans.nearest(heavy, fit.centers)
        stable = bootstrap_stability(
            sample, {k: (fit.centers, part)}, resamples=RESAMPLES, rng=_rng(seed, 2)
        )[k]
        row = replace(
            choice.evidence.rows[k - 1],
            wcss=fit.inertia,
            silhouette=k_indices.silhouettes(sample, [part])[0],
            stability_ari=stable.ari,
            jaccard_min=min(stable.jaccard),
            smallest_share=float(np.bincount(whole, minlength=k).min() / len(heavy)),
            **k_indices.separations(heavy, whole),  # type: ignore[arg-type]
        )
    table = tuple(row if one.k == k else one for one in choice.evidence.rows)
    evidence = replace(choice.evidence, rows=table)
    every = {**choice.every_jaccard, k: stable.jaccard}
    return KChoice(evidence, {**choice.fits, k: fit}, stable.jaccard, every)


def _choose(
    held: kmeans.SortedRows,
    top: int,
    seed: int,
    asked: int | None,
    say: Callable[[str], None],
) -> KChoice:
    heavy = held.heavy
    n = heavy.shape[0]
    ks = range(2, top + 1)
    say("fitting")
    every = range(top, 0, -1)  # the longest first
    many = 10 if n <= kmeans.START_ROWS else MANY_STARTS
    starts = kmeans.draw_starts(held, ks, seed, many)

    def fit(k: int) -> kmeans.KMeansFit:
        return kmeans.fit(held, k, seed=seed, n_init=many, starts=starts.get(k))

    fits = dict(sorted(zip(every, for_each(fit, every), strict=True)))
    smallest = dict(fits)
    wide = heavy[_some(n, VALLEY_ROWS, seed)]

    say("looking for valleys, and comparing with reference clouds")
    cuts = {k: kmeans.nearest(wide, fits[k].centers) for k in ks}
    sample = heavy[_some(n, SAMPLE_ROWS, seed)]
    strength: dict[int, float] = {}
    with ThreadPoolExecutor(1) as beside:  # many small steps, beside a few long ones
        natural = beside.submit(_natural, wide, cuts.values(), seed, top)
        gap, gap_se = _gap(heavy, smallest, seed)
        gain, gain_sd = _gain(sample, top, seed)
        if top >= 2 and n >= 4 * top:
            strength = prediction_strength(sample, ks, splits=SPLITS, rng=_rng(seed, 3))
        groups = natural.result()
    settled = _settle(held, wide, groups, fits, seed)
    parts = {k: kmeans.nearest(sample, fits[k].centers) for k in ks}
    say("resampling")
    stable: dict[int, Stability] = {}
    if top >= 2:
        pairs = {k: (fits[k].centers, parts[k]) for k in ks}
        stable = bootstrap_stability(
            sample, pairs, resamples=RESAMPLES, rng=_rng(seed, 2), settled=settled
        )

    say("measuring separation")
    widths = dict(zip(parts, k_indices.silhouettes(sample, list(parts.values())), strict=True))

    def separation(k: int) -> tuple[dict[str, float | None], float]:
        whole = kmeans.nearest(heavy, fits[k].centers)
        smallest = float(np.bincount(whole, minlength=k).min() / n)
        return k_indices.separations(heavy, whole), smallest

    apart = dict(zip(fits, for_each(separation, fits), strict=True))
    table = tuple(
        KRow(
            k=k,
            wcss=fit.inertia,
            silhouette=widths.get(k),
            gap=float(gap[k - 1]),
            gap_se=float(gap_se[k - 1]),
            stability_ari=stable[k].ari if k in stable else None,
            jaccard_min=min(stable[k].jaccard) if k in stable else None,
            smallest_share=apart[k][1],
            **apart[k][0],
        )
        for k, fit in fits.items()
    )
    followed = 1.0
    if groups.count in parts:
        cut = kmeans.nearest(wide, fits[groups.count].centers)
        followed = adjusted_rand(crosstab(groups.labels, cut, groups.count, groups.count))
    picks = pick_all(table, strength)
    found = Findings(
        table,
        picks,
        groups.count,
        groups.depth,
        followed,
        gain,
        gain_sd,
        int((heavy.std(axis=0) > 0).sum()),
        groups.apart,
    )
    verdict, recommended, reason = decide(found)
    say("asking parts of the customers")
    sure: tuple[PartPicks, ...] = ()
    if top >= 2:
        sure = picks_on_parts(
            sample,
            {k: fits[k].centers for k in ks},
            {k: one.ari for k, one in stable.items()},
            seed,
            groups=groups.nearly >= DOUBTFUL,
            together=moves_together(found),
        )
    asked_parts = sum(one.parts for one in sure)
    table = tuple(
        replace(
            row,
            k_stability=sum(one.picks.get(row.k, 0) for one in sure) / asked_parts
            if sure
            else None,
        )
        for row in table
    )
    these = "these" if n == len(sample) else f"{len(sample):,} of these"
    reason = f"{reason} {say_picks(sure, f'{these} customers')}".rstrip()
    chosen = recommended if asked is None else asked
    evidence = KEvidence(
        rows=table,
        k=chosen,
        recommended=recommended,
        verdict=verdict,
        reason=reason,
        picks=picks,
        extras={"prediction_strength": tuple(strength.get(k) for k in fits)},
        chosen_by="evidence" if asked is None else "user",
        k_stability=sure,
    )
    jaccard = stable[chosen].jaccard if chosen in stable else (1.0,) * chosen
    return KChoice(evidence, fits, jaccard, {one: stable[one].jaccard for one in stable})


def _natural(sample: Floats, parts: Iterable[Labels], seed: int, top: int) -> Groups:
    """Return natural groups; where ties are broken at random, those that show twice."""
    parts, finest = list(parts), max(FINEST, top + 2)

    def look(step: int) -> Groups:
        counts = find_groups(sample, parts, _rng(seed, step), finest=finest)
        return borne_out(sample, counts, _rng(seed, 12))

    groups = look(1)
    if groups.count >= 2 and tied_columns(sample):
        other = look(11)
        groups = other if other.count < groups.count else groups
    return groups


def _settle(
    held: kmeans.SortedRows,
    sample: Floats,
    groups: Groups,
    fits: dict[int, kmeans.KMeansFit],
    seed: int,
) -> int | None:
    """Start K-Means from the natural groups; keep that fit, and return its K, if it is good.

    The smallest WCSS of all may cut a long cluster in two and join two small ones.
    """
    k = groups.count
    if k < 2 or k not in fits:
        return None
    means = np.stack([sample[groups.labels == g].mean(axis=0) for g in range(k)])
    found = kmeans.fit(held, k, seed=seed, n_init=0, init=means)
    limit = min(fits[k].inertia * (1 + NATURAL_SLACK), fits[k - 1].inertia)
    if found.inertia > limit:
        return None
    fits[k] = found
    return k


def _gap(heavy: Floats, fits: dict[int, kmeans.KMeansFit], seed: int) -> tuple[Floats, Floats]:
    rng = _rng(seed, 4)
    some = _some(heavy.shape[0], GAP_ROWS, seed)
    sample = heavy[some]
    if sample.shape[0] == heavy.shape[0]:
        squares = [
            ((sample - one.centers[kmeans.nearest(sample, one.centers)]) ** 2).sum()
            for one in fits.values()
        ]
        wcss = np.array(squares, dtype=np.float64)
    else:
        wcss = np.exp(log_wcss(sample[None], len(fits), rng, starts=10))[0]
    return gap_statistic(sample, wcss, references=REFERENCES, rng=rng)


def _gain(sample: Floats, top: int, seed: int) -> tuple[float, float]:
    some = sample[_some(len(sample), GAP_ROWS, seed)]
    return shared_gain(some, min(top, 3), shuffles=SHUFFLES, rng=_rng(seed, 5))


def _some(n: int, most: int, seed: int) -> NDArray[np.intp]:
    """Return all row numbers, or a sorted random sample of ``most``."""
    if n <= most:
        return np.arange(n)
    return np.sort(_rng(seed, 0).choice(n, most, replace=False))


def _rng(seed: int, step: int) -> np.random.Generator:
    """Return a stream of its own for each step, so that steps do not shift one another."""
    return np.random.default_rng([seed, step])
