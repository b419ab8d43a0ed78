"""Who moved where between two runs, and how much of it is more than chance.

A customer's way has two steps: the old model on the new data says what the customer did, the new
model on the same data says what the refit did. A refit moves some customers near a border even when
nothing has changed; how many is measured by refits on bootstrap resamples of the same customers
(Efron 1979, Ann. Statist. 7), and flows below that are not called changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.k_lloyd import lloyd
from smartcart.core.kmeans import assign
from smartcart.records import Flow, Migration, Turnover

__all__ = ["Noise", "migrate", "noise_of_refits", "refits_on_resamples"]

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

CHANCE = 0.002  # probability that any flow of an unchanged shop is called a change
LEAST = 0.005  # share of all customers below which no flow matters
MARGIN = 1.25  # a border may move so many times as far as any resample has shown
AT_ONCE = 20_000_000  # numbers that the refits hold at once


@dataclass(frozen=True, slots=True)
class Noise:
    """Flows between segments that refits cause without any change, as shares of all customers.

    ``ids`` (k,), ``expected`` (k, k) means over ``resamples`` refits; of the net movement of each
    border, ``spread`` (k, k) is the standard deviation and ``largest`` (k, k) the largest seen.
    """

    ids: tuple[int, ...]
    expected: Floats
    spread: Floats
    largest: Floats
    resamples: int
    customers: int


def refits_on_resamples(
    Z: ArrayLike, centroids: ArrayLike, *, resamples: int, seed: int
) -> NDArray[np.int32]:
    """Return the labels of K-Means refits on bootstrap resamples, started from the centroids.

    Parameters
    ----------
    Z : (n, p) standardized; of many rows, a sample serves.
    centroids : (k, p) of the model.

    Returns
    -------
    (resamples, n): label i is the refit centroid that started at centroid i.
    """
    rows = np.asarray(Z, dtype=np.float64)
    centers = np.asarray(centroids, dtype=np.float64)
    n, k = rows.shape[0], centers.shape[0]
    rng = np.random.default_rng(seed)
    labels = np.empty((resamples, n), dtype=np.int32)
    step = max(1, AT_ONCE // (n * (k + 2)))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        weights = rng.multinomial(n, np.full(n, 1 / n), size=count).astype(np.float64)
        begin = np.repeat(centers[None], count, axis=0)
        found, _, _ = lloyd(rows, weights, begin, max_iter=50, tol=1e-6)
        for b in range(count):
            labels[start + b] = assign(rows, found[b])[0]
    return labels


def noise_of_refits(
    labels: ArrayLike, resampled: ArrayLike, ids: Sequence[int] | None = None
) -> Noise:
    """Measure how many customers refits move although nothing has changed.

    Parameters
    ----------
    labels : (n,) ids of the segments, by a fit on these customers.
    resampled : (resamples, n) ids by refits on resamples of the same customers.
    ids : all segments; those met in ``labels`` and ``resampled`` without it.

    Notes
    -----
    Borders move less the more customers a fit has: the noise of a sample is too large, never too
    small, for all of them.

    >>> noise = noise_of_refits([1, 1, 2, 2], [[1, 2, 2, 2], [1, 1, 2, 2]])
    >>> noise.expected.tolist()
    [[0.375, 0.125], [0.0, 0.5]]
    """
    base = np.asarray(labels, dtype=np.int64)
    again = np.atleast_2d(np.asarray(resampled, dtype=np.int64))
    if again.shape[1:] != base.shape:
        raise ValueError(
            f"Got labels of shape {base.shape} and resampled labels of shape {again.shape}, "
            "but expected a row of as many customers for each resample."
        )
    met = np.union1d(base, again) if ids is None else np.asarray(ids)
    known = tuple(int(i) for i in met)
    tables = np.array([_table(base, one, known) for one in again]) / max(len(base), 1)
    net = tables - tables.transpose(0, 2, 1)  # what a border gives to one side it takes from other
    spread = np.sqrt((net**2).mean(axis=0))
    largest = np.abs(net).max(axis=0)
    return Noise(known, tables.mean(axis=0), spread, largest, len(again), len(base))


def migrate(
    old: ArrayLike,
    carried: ArrayLike,
    new: ArrayLike,
    noise: Noise | None = None,
    *,
    worth: ArrayLike | None = None,
    customers: ArrayLike | None = None,
) -> Migration:
    """Return the flows between the segments of two runs.

    All arrays are aligned by customer; 0 is a customer who is not in that run.

    Parameters
    ----------
    old : (n,) ids by the old model on the old data.
    carried : (n,) ids by the old model on the new data.
    new : (n,) ids by the new model on the new data, matched (see ``core.identity``).
    noise : without it (no refit), only flows too small to matter are not called changes.
    worth : (n,) what each customer is worth, NaN counts as nothing.
    customers : (n,) where an entry stands for several, who went the same way: how many; ``worth``
        is then their sum.

    Notes
    -----
    A border that moves gives customers to one side only, so the net movement of a border over
    resamples is about normal around 0. A flow is a change where it exceeds the t quantile of that
    movement (at 0.2% over all pairs together), 1.25 times the largest movement of any resample,
    because a refit now and then settles elsewhere, and 0.5% of all customers. 100 resamples serve.

    What customers did is told by one and the same model, so no refit can have caused it: where that
    part alone is more than 0.5% of all customers, the flow is a change whatever a border may do.

    >>> found = migrate([1, 1, 1, 2, 0], [1, 2, 1, 2, 2], [1, 2, 2, 2, 2])
    >>> [(f.from_id, f.to_id, f.customers, f.by_customers, f.by_refit) for f in found.flows]
    [(1, 1, 1, 1, 0), (1, 2, 2, 1, 1), (2, 2, 1, 1, 0)]
    """
    before, between, after = (np.asarray(a, dtype=np.int64) for a in (old, carried, new))
    if not before.shape == between.shape == after.shape:
        raise ValueError(
            f"Got labels of shapes {before.shape}, {between.shape} and {after.shape}, "
            "but expected one of each per customer."
        )
    value = None if worth is None else np.nan_to_num(np.asarray(worth, dtype=np.float64))
    stay = (before != 0) & (after != 0)
    count = np.ones(before.shape) if customers is None else np.asarray(customers, dtype=np.float64)
    ids = tuple(int(i) for i in np.unique(np.concatenate([before, after])) if i != 0)
    k, n = len(ids), int(count[stay].sum())
    met = _table(before[stay], after[stay], ids, count[stay])
    own = stay & (between == after)
    did = _table(before[own], after[own], ids, count[own])
    money = None if value is None else _table(before[stay], after[stay], ids, value[stay])
    sizes = met.sum(axis=1)
    expected, limit = _limits(noise, ids, n)
    limit = np.where(did > LEAST * n, LEAST * n, limit)
    flows = tuple(
        Flow(
            from_id=ids[i],
            to_id=ids[j],
            customers=int(met[i, j]),
            share=float(met[i, j] / sizes[i]),
            value=None if money is None else float(money[i, j]),
            by_customers=int(did[i, j]),
            by_refit=int(met[i, j] - did[i, j]),
            noise=float(expected[i, j]),
            limit=float(limit[i, j]),
            change=bool(i != j and met[i, j] > limit[i, j]),
        )
        for i in range(k)
        for j in range(k)
        if met[i, j] > 0
    )
    moved = [f for f in flows if f.from_id != f.to_id]
    return Migration(
        customers=n,
        moved=sum(f.customers for f in moved),
        by_customers=sum(f.by_customers for f in moved),
        by_refit=sum(f.by_refit for f in moved),
        flows=flows,
        joiners=_turnover(after, (before == 0) & (after != 0), value, count),
        leavers=_turnover(before, (before != 0) & (after == 0), value, count),
        resamples=0 if noise is None else noise.resamples,
    )


def _limits(noise: Noise | None, ids: tuple[int, ...], n: int) -> tuple[Floats, Floats]:
    """Return the (k, k) customers that refits move on average, and at most by chance."""
    k = len(ids)
    expected, limit = np.zeros((k, k)), np.full((k, k), LEAST * n)
    if noise is None or noise.resamples == 0 or k < 2:
        return expected, limit
    from scipy.special import stdtrit

    quantile = float(stdtrit(noise.resamples, 1 - CHANCE / (k * (k - 1))))
    one = 1 / noise.customers  # a border that no resample crossed may still be crossed
    width = np.maximum(quantile * np.sqrt(noise.spread**2 + one**2), MARGIN * noise.largest)
    place = {name: i for i, name in enumerate(noise.ids)}
    for a, i in ((a, place[name]) for a, name in enumerate(ids) if name in place):
        for b, j in ((b, place[name]) for b, name in enumerate(ids) if name in place):
            expected[a, b] = noise.expected[i, j] * n
            limit[a, b] = max(LEAST * n, width[i, j] * n)
    return expected, limit


def _table(a: Ids, b: Ids, ids: tuple[int, ...], weight: Floats | None = None) -> Floats:
    """Return the (k, k) sums of customers (or weights) by both ids."""
    k = len(ids)
    if k == 0:
        return np.zeros((0, 0))
    order = np.argsort(ids)
    ranked = np.asarray(ids)[order]
    flat = order[np.searchsorted(ranked, a)] * k + order[np.searchsorted(ranked, b)]
    return np.bincount(flat, weights=weight, minlength=k * k).reshape(k, k).astype(np.float64)


def _turnover(
    ids: Ids, who: NDArray[np.bool_], value: Floats | None, count: Floats
) -> tuple[Turnover, ...]:
    """Return the customers who came or went, per segment."""
    found = []
    for one in np.unique(ids[who]):
        mine = who & (ids == one)
        found.append(
            Turnover(
                segment_id=int(one),
                customers=int(count[mine].sum()),
                share=float(count[mine].sum() / count[ids == one].sum()),
                value=None if value is None else float(value[mine].sum()),
            )
        )
    return tuple(found)
