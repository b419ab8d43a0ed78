"""How sure is K itself: which K does the evidence pick on parts of the same customers?

Random halves and samples of 80%, each on its own: natural groups where their borders are valleys
among the rows of the part, else the finest steady cut into a handful, by the rules of
:mod:`smartcart.core.k_verdict`. (That columns move together at all is asked of all rows only.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from smartcart.core import kmeans
from smartcart.core.k_groups import borne_out
from smartcart.core.k_lloyd import best_of_each, for_each, plus_plus
from smartcart.core.k_verdict import HANDFUL, SMALLEST_SHARE, STABLE_ARI, STABLE_JACCARD, STEADY
from smartcart.core.stability import BEHIND, FINE, agreement, resampled
from smartcart.core.structure import find_groups
from smartcart.records import PartPicks

__all__ = ["PARTS", "picks_on_parts", "say_picks"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]
R = TypeVar("R")

PARTS = (("halves", 0.5, 12), ("80% samples", 0.8, 8))
LEAST_ROWS = 40  # a part of fewer rows says nothing
NEARLY = 0.02  # by which all rows may miss the least agreement where parts are asked all the same
FIRST, SECOND = 3, 3  # resamples of a part: a few, and as many again where these leave it open
HOPELESS = 0.1  # an agreement that is lower by this after the first is given up


@dataclass(frozen=True, slots=True)
class _Refit:
    """Fits that a question needs: :func:`~smartcart.core.k_lloyd.best_of` of these."""

    Z: Floats
    weights: Floats
    starts: Floats
    behind: float = 1.005
    tol: float = 3e-4

    @property
    def kind(self) -> object:
        """What fits must share to be done at once."""
        return self.Z.shape, self.starts.shape, self.behind, self.tol


_Found = tuple[Floats, Labels]  # centers (B, k, p), labels (B, n)


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
    asked: list[tuple[str, float, list[Generator[_Refit, _Found, int]]]] = []
    for place, (name, share, parts) in enumerate(PARTS):
        size = round(share * n)
        if size < LEAST_ROWS:
            continue
        rng = np.random.default_rng([seed, 20 + place])
        picks = []
        for part in range(parts):
            rows = np.sort(rng.choice(n, size, replace=False))
            own = np.random.default_rng([seed, 30 + place, part])
            tried = slices if together else ()
            picks.append(_pick(Z[rows], [labels[rows] for labels in cuts], fits, tried, own))
        asked.append((name, share, picks))
    picked = for_each(lambda i: _side_by_side(asked[i][2]), range(len(asked)))
    return tuple(
        PartPicks(name, share, len(picks), dict(sorted(Counter(picks).items())))
        for (name, share, _), picks in zip(asked, picked, strict=True)
    )


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


def _side_by_side(asked: Sequence[Generator[_Refit, _Found, R]]) -> list[R]:
    """Return what each of several questions ends with: fits of one kind are done at once."""
    found: dict[int, R] = {}
    told: dict[int, _Found | None] = dict.fromkeys(range(len(asked)))
    while told:
        waiting: dict[object, dict[int, _Refit]] = {}
        for i, fit in told.items():
            try:
                refit = next(asked[i]) if fit is None else asked[i].send(fit)
                waiting.setdefault(refit.kind, {})[i] = refit
            except StopIteration as end:
                found[i] = end.value
        told = {}
        for refits in waiting.values():
            each = list(refits.values())
            centers, labels, _ = best_of_each(
                np.stack([one.Z for one in each]),
                np.stack([one.weights for one in each]),
                np.stack([one.starts for one in each]),
                behind=each[0].behind,
                tol=each[0].tol,
            )
            told |= dict(zip(refits, zip(centers, labels, strict=True), strict=True))
    return [found[i] for i in range(len(asked))]


def _pick(
    Z: Floats,
    cuts: Sequence[Labels],
    fits: Mapping[int, Floats],
    slices: Sequence[int],
    rng: np.random.Generator,
) -> Generator[_Refit, _Found, int]:
    """Return the K that a part picks; ``cuts``: labels among which natural groups may be."""
    if cuts:
        natural = borne_out(Z, find_groups(Z, cuts, rng, join=False), rng)
        if natural.count >= 2:
            return min(natural.count, max(fits))
    open_to: dict[int, float] = {}
    for k in sorted((k for k in slices if k in HANDFUL), reverse=True):
        ari = yield from _stable(Z, fits[k], rng)
        if ari is not None and ari >= STEADY:
            return k
        if ari is not None:
            open_to[k] = ari
    if open_to:
        return max(open_to, key=lambda k: (open_to[k], k))
    others = sorted((k for k in slices if k not in HANDFUL), key=lambda k: (abs(k - HANDFUL[0]), k))
    for k in others:
        if (yield from _stable(Z, fits[k], rng)) is not None:
            return k
    return 1


def _stable(
    Z: Floats, start: Floats, rng: np.random.Generator
) -> Generator[_Refit, _Found, float | None]:
    """Return the agreement of the part's own cut on resamples, None where it is not stable."""
    k, n = start.shape[0], Z.shape[0]
    one = np.ones((1, n))
    starts = np.stack([start[None], plus_plus(Z, one, k, rng)])
    _, (labels,) = yield _Refit(Z, one, starts)
    if np.bincount(labels, minlength=k).min() < SMALLEST_SHARE * n:
        return None
    tried = []
    for resamples in (FIRST, SECOND):
        weights, fresh = resampled(Z, k, resamples, rng, starts=2)
        _, again = yield _Refit(Z, weights, fresh, BEHIND, FINE)
        tried.append(agreement(labels, again, weights, k))
        if tried[0].ari < STABLE_ARI - HOPELESS:
            return None
    first, second = tried
    ari = (FIRST * first.ari + SECOND * second.ari) / (FIRST + SECOND)
    jaccard = (FIRST * np.array(first.jaccard) + SECOND * np.array(second.jaccard)).min()
    weakest = float(jaccard) / (FIRST + SECOND)
    return ari if ari >= STABLE_ARI and weakest >= STABLE_JACCARD else None
