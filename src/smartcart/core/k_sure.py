"""How sure is K itself: which K does the evidence pick on parts of the same customers?

Random halves and samples of 80%, each on its own: natural groups where their borders are valleys
among the rows of the part, else the finest steady cut into a handful, by the rules of
:mod:`smartcart.core.k_verdict`. (That columns move together at all is asked of all rows only.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from smartcart.core import kmeans
from smartcart.core.k_groups import borne_out
from smartcart.core.k_lloyd import best_of, for_each, plus_plus
from smartcart.core.k_verdict import HANDFUL, SMALLEST_SHARE, STABLE_ARI, STABLE_JACCARD, STEADY
from smartcart.core.stability import bootstrap_stability
from smartcart.core.structure import find_groups
from smartcart.records import PartPicks

__all__ = ["PARTS", "picks_on_parts", "say_picks"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

PARTS = (("halves", 0.5, 12), ("80% samples", 0.8, 8))
LEAST_ROWS = 40  # a part of fewer rows says nothing
NEARLY = 0.02  # by which all rows may miss the least agreement where parts are asked all the same
FIRST, SECOND = 3, 3  # resamples of a part: a few, and as many again where these leave it open
HOPELESS = 0.1  # an agreement that is lower by this after the first is given up


def picks_on_parts(
    Z: Floats,
    fits: Mapping[int, Floats],
    steady: Mapping[int, float],
    seed: int,
    *,
    groups: bool,
    together: bool,
) -> tuple[PartPicks, ...]:
    """Return how often halves and 80% samples of ``Z`` (n, p) pick which K.

    Parameters
    ----------
    fits : K -> centers (K, p) of all rows, from which each part's fit may start, too.
    steady : K -> agreement of its cut on resamples of all rows. A cut that is not stable among all
        is not tried among parts, where it would be less so.
    groups : look for natural groups: where all rows show no valley at all, parts of them are not
        asked again.
    together : the columns move together, so slices can be a useful partition.
    """
    n = Z.shape[0]
    cuts = [kmeans.nearest(Z, centers) for centers in fits.values()] if groups else []
    slices = [k for k in fits if steady.get(k, 0.0) >= STABLE_ARI - NEARLY]
    found = []
    for place, (name, share, parts) in enumerate(PARTS):
        size = round(share * n)
        if size < LEAST_ROWS:
            continue
        rng = np.random.default_rng([seed, 20 + place])
        drawn = [np.sort(rng.choice(n, size, replace=False)) for _ in range(parts)]

        def pick(part: int, drawn: list[NDArray[np.intp]] = drawn, place: int = place) -> int:
            rows = drawn[part]
            own = np.random.default_rng([seed, 30 + place, part])
            tried = slices if together else ()
            return _pick(Z[rows], [labels[rows] for labels in cuts], fits, tried, own)

        counted = Counter(for_each(pick, range(parts)))
        found.append(PartPicks(name, share, parts, dict(sorted(counted.items()))))
    return tuple(found)


def say_picks(found: Sequence[PartPicks], these: str = "these customers") -> str:
    """Return the picks in words.

    >>> say_picks([PartPicks("halves", 0.5, 12, {3: 8, 4: 4})])
    'On halves of these customers the evidence picks 3 in 8 of 12, and 4 in 4.'
    """
    told = []
    for one in found:
        ranked = sorted(one.picks.items(), key=lambda item: (-item[1], item[0]))
        first, *others = [
            f"{k} in {times}{f' of {one.parts}' if i == 0 else ''}"
            for i, (k, times) in enumerate(ranked)
        ]
        rest = f", and {', '.join(others)}" if others else ""
        told.append(f"{one.part} {{}}the evidence picks {first}{rest}")
    if not told:
        return ""
    head = told[0].format(f"of {these} ")
    return f"On {'; on '.join([head, *(one.format('') for one in told[1:])])}."


def _pick(
    Z: Floats,
    cuts: Sequence[Labels],
    fits: Mapping[int, Floats],
    slices: Sequence[int],
    rng: np.random.Generator,
) -> int:
    """Return the K that a part picks; ``cuts``: labels among which natural groups may be."""
    if cuts:
        natural = borne_out(Z, find_groups(Z, cuts, rng, join=False), rng)
        if natural.count >= 2:
            return min(natural.count, max(fits))
    open_to: dict[int, float] = {}
    for k in sorted((k for k in slices if k in HANDFUL), reverse=True):
        ari = _stable(Z, fits[k], rng)
        if ari is not None and ari >= STEADY:
            return k
        if ari is not None:
            open_to[k] = ari
    if open_to:
        return max(open_to, key=lambda k: (open_to[k], k))
    others = sorted((k for k in slices if k not in HANDFUL), key=lambda k: (abs(k - HANDFUL[0]), k))
    return next((k for k in others if _stable(Z, fits[k], rng) is not None), 1)


def _stable(Z: Floats, start: Floats, rng: np.random.Generator) -> float | None:
    """Return the agreement of the part's own cut on resamples, None where it is not stable."""
    k, n = start.shape[0], Z.shape[0]
    one = np.ones((1, n))
    starts = np.stack([start[None], plus_plus(Z, one, k, rng)])
    centers, labels, _ = best_of(Z, one, starts)
    if np.bincount(labels[0], minlength=k).min() < SMALLEST_SHARE * n:
        return None
    pair = {k: (centers[0], labels[0])}
    first = bootstrap_stability(Z, pair, resamples=FIRST, rng=rng, starts=2)[k]
    if first.ari < STABLE_ARI - HOPELESS:
        return None
    again = bootstrap_stability(Z, pair, resamples=SECOND, rng=rng, starts=2)[k]
    ari = (FIRST * first.ari + SECOND * again.ari) / (FIRST + SECOND)
    jaccard = (FIRST * np.array(first.jaccard) + SECOND * np.array(again.jaccard)).min()
    weakest = float(jaccard) / (FIRST + SECOND)
    return ari if ari >= STABLE_ARI and weakest >= STABLE_JACCARD else None
