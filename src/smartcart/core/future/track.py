"""The track record: fit on what came before, forecast what was held back, compare, choose.

A model is used only where it did better than the simple rules on orders that it had not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future.cells import Cells, counted
from smartcart.core.future.fit import Fitted, fit_nbd, fit_pareto
from smartcart.core.future.forecast import RULES, Way, expected
from smartcart.core.future.nbd import Nbd
from smartcart.core.future.pareto import Pareto
from smartcart.records import Tenth, TrackRow

__all__ = [
    "Held",
    "Tried",
    "choose",
    "fit_alive",
    "fit_models",
    "model_name",
    "tenths_of",
    "try_all",
    "try_way",
]

Floats = NDArray[np.float64]
MOST_PHASES = 4
TOTAL_SLACK = 0.10  # of the actual orders: totals missed by so much more are no candidates


@dataclass(frozen=True, slots=True)
class Held:
    """Customers on the day of the split, and what they did in the ``days`` after it.

    Arrays (n,): repeats ``x``, last ``t``, observed ``T``, orders ``y`` after it, ``weight``.
    """

    x: Floats
    t: Floats
    T: Floats
    y: Floats
    weight: Floats
    gap_logs: float
    days: float

    @property
    def cells(self) -> Cells:
        """What a fit reads."""
        return counted(self.x, self.t, self.T, self.weight, self.gap_logs)

    @property
    def actual(self) -> float:
        """Orders in the days held back."""
        return float(self.weight @ self.y)


@dataclass(frozen=True, slots=True)
class Tried:
    """A way with its row of the record, and the orders (n,) that it expected."""

    way: Way
    row: TrackRow
    orders: Floats


def model_name(model: Nbd | Pareto) -> str:
    """Return what the literature calls a model.

    >>> model_name(Nbd(1, 1, 1, 1)), model_name(Nbd(1, 1, 1, 1, 2)), model_name(Pareto(1, 1, 1, 1))
    ('MBG/NBD', 'MBG/CNBD-2', 'Pareto/NBD')
    """
    if isinstance(model, Pareto):
        return "Pareto/NBD"
    head = "MBG" if model.leaves_at_once else "BG"
    return f"{head}/NBD" if model.k == 1 else f"{head}/CNBD-{model.k}"


def fit_alive(cells: Cells) -> tuple[Fitted[Nbd], Fitted[Nbd]]:
    """Return the model that tells who is alive, and MBG/NBD, which it may be.

    Alive is told by MBG/CNBD-k with the ``k`` from 1 to 4 of the largest likelihood.
    """
    plain = fit_nbd(cells)
    best = plain
    for k in range(2, MOST_PHASES + 1):
        regular = fit_nbd(cells, k)
        if regular.log_likelihood <= best.log_likelihood:
            break
        best = regular
    return best, plain


def fit_models(cells: Cells) -> tuple[Fitted[Nbd] | Fitted[Pareto], ...]:
    """Return all models that may forecast orders, fitted."""
    best, plain = fit_alive(cells)
    every: list[Fitted[Nbd] | Fitted[Pareto]] = [fit_nbd(cells, leaves_at_once=False), plain]
    if best is not plain:
        every.append(best)
    every.append(fit_pareto(cells))
    return tuple(every)


def try_all(held: Held, models: Sequence[Nbd | Pareto]) -> tuple[Tried, ...]:
    """Return how models and simple rules did, and the best model's mean with each of the rules."""
    singles = [try_way(Way(model_name(m), m), held) for m in models]
    rules = [try_way(Way(rule, rule=rule), held) for rule in RULES]
    best = _best(singles)
    blends = []
    for rule in RULES:
        name = f"{best.way.name} and {rule}, half each"
        blends.append(try_way(replace(best.way, name=name, rule=rule), held))
    return (*singles, *blends, *rules)


def choose(tried: Sequence[Tried]) -> tuple[Tried, bool]:
    """Return what is used, and whether it is better than the simple rules.

    Of the models (and their means with a rule) whose total is missed by at most ``TOTAL_SLACK``
    more than by the best of them, the one with the smallest error per customer; a simple rule
    where its error is smaller.
    """
    best = _best([one for one in tried if not one.way.simple])
    rule = min((one for one in tried if one.way.simple), key=lambda one: one.row.error)
    beaten = best.row.error <= rule.row.error
    return (best if beaten else rule), beaten


def _best(tried: Sequence[Tried]) -> Tried:
    least = min(abs(one.row.miss) for one in tried)
    near = [one for one in tried if abs(one.row.miss) <= least + TOTAL_SLACK]
    return min(near, key=lambda one: one.row.error)


def try_way(way: Way, held: Held) -> Tried:
    """Return how a way of forecasting did on what was held back."""
    found = expected(way, held.x, held.t, held.T, held.days)
    total = float(held.weight @ found.orders)
    off = np.abs(found.orders - held.y)
    row = TrackRow(
        name=way.name,
        simple=way.simple,
        total=total,
        miss=total / held.actual - 1.0,
        error=float(held.weight @ off / held.weight.sum()),
        auc=weighted_auc(found.any_order, held.y > 0, held.weight),
    )
    return Tried(way, row, found.orders)


def weighted_auc(score: Floats, happened: NDArray[np.bool_], weight: Floats) -> float | None:
    """Return the chance that one to whom it happened scores above one to whom not; ties half."""
    order = np.argsort(score, kind="stable")
    score, happened, weight = score[order], happened[order], weight[order]
    if not len(score):
        return None
    starts = np.flatnonzero(np.r_[True, np.diff(score) > 0])
    yes = np.add.reduceat(np.where(happened, weight, 0.0), starts)
    no = np.add.reduceat(np.where(happened, 0.0, weight), starts)
    if not yes.sum() or not no.sum():
        return None
    below = np.cumsum(no) - no
    return float(yes @ (below + no / 2) / (yes.sum() * no.sum()))


def tenths_of(score: Floats, actual: Floats, weight: Floats, groups: int = 10) -> tuple[Tenth, ...]:
    """Return customers in ten groups, by what was expected: per customer, expected and actual.

    Customers of whom equally much is expected are not parted, so there may be fewer groups.
    """
    order = np.argsort(score, kind="stable")
    score, actual, weight = score[order], actual[order], weight[order]
    starts = np.flatnonzero(np.r_[True, np.diff(score) > 0])
    before = (np.cumsum(weight) - weight)[starts]
    sums = [np.add.reduceat(v, starts) for v in (weight, weight * score, weight * actual)]
    group = np.minimum((before + sums[0] / 2) / weight.sum() * groups, groups - 1).astype(int)
    rows = [np.bincount(group, v, groups) for v in sums]
    return tuple(
        Tenth(float(n), float(e / n), float(a / n)) for n, e, a in zip(*rows, strict=True) if n
    )
