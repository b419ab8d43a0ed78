"""The campaign planner: whom to contact, what it will bring, and how sure that is.

All contacts cost the same; a response earns the same everywhere, or what one of its segment does. A
segment is worth contacting where its response rate is above the break-even rate, cost / revenue.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.holdout import holdout_of
from smartcart.core.outlook import ends, middle, outlook_of
from smartcart.core.response import rate_posterior
from smartcart.errors import DataError, UsageError
from smartcart.records import Backtest, Outlook, Plan, SegmentPlan

__all__ = ["MOST_WHOLE", "allocate", "backtest", "check_money", "make_plan"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

DRAWS = 20_000
MOST_WHOLE = 15  # segments among which the best whole ones are found by trying all


def make_plan(
    names: Sequence[str],
    customers: ArrayLike,
    *,
    cost: float,
    revenue: float | ArrayLike,
    revenue_error: ArrayLike | None = None,
    positives: ArrayLike | None = None,
    trials: ArrayLike | None = None,
    alone: tuple[ArrayLike, ArrayLike] | None = None,
    assumed: float | Sequence[float] | None = None,
    budget: float | None = None,
    partial: bool = True,
    baseline: float | None = None,
    column: str | None = None,
    level: float = 0.9,
    alpha: float = 0.05,
    power: float = 0.8,
    draws: int = DRAWS,
    seed: int = 0,
) -> Plan:
    """Plan a campaign: the best set of segments, against contacting everybody and nobody.

    Rates are what the past says (:func:`smartcart.core.response.rate_posterior`); the intervals are
    predictive, from seeded draws of a rate and then of as many answers. They hold what a campaign
    to the same customers brings if these answer as they did; they know nothing of a change in the
    offer, the season or the customers.

    Parameters
    ----------
    names, customers : of the k segments, and how many can be contacted in each.
    cost, revenue : money per contact and per response; the latter maybe (k,), one per segment.
    revenue_error : (k,) standard deviations of such a revenue, as shares of it. What a segment
        brings is then drawn as well, all segments high or low together, as a shop's year is.
    positives, trials : (k,) responses and customers of a past campaign; or else
    alone : the same of customers of that campaign who were left alone. A contact is then worth what
        it adds: rates of the plan are the rate of those contacted less that of those left alone,
        each with its own posterior, and responses are those beyond what comes by itself.
    assumed : the response rate the user assumes, one for all or one per segment; the plan is then
        marked, and no interval and no risk is given.
    budget : the most that may be spent; no limit without it.
    partial : fill the budget with a part of the best segment left, drawn at random by
        :func:`smartcart.core.holdout.unit`. Otherwise segments are contacted whole or not at all,
        and the best set is found by trying all of at most 15 that pay.
    baseline : the rate of customers who are left alone, if known; sizes the holdout.
    level : of the intervals.
    alpha, power : of the test that the holdout is made for.

    Raises
    ------
    DataError
        Where nobody was contacted before, or counts do not fit.
    UsageError
        Where an amount is impossible, or neither counts nor an assumed rate are given.
    """
    size = np.asarray(customers, dtype=np.int64)
    k = len(names)
    money = _revenues(revenue, k)
    usual = float(money @ size / size.sum()) if np.ndim(revenue) and size.sum() else float(money[0])
    check_money(cost, usual, budget)
    rng = np.random.default_rng(seed)
    x, n = np.zeros(k, dtype=np.int64), np.zeros(k, dtype=np.int64)
    rates: Floats | None = None
    base: Floats | None = None  # draws of the rates without contact
    by_itself: Floats = np.zeros(k)
    if assumed is None:
        x, n = _past(positives, trials, k)
        posterior = rate_posterior(x, n)
        rate, rates = posterior.mean(), posterior.draw(draws, rng)
        if alone is not None:
            left = rate_posterior(*_past(*alone, k))
            by_itself, base = left.mean(), left.draw(draws, rng)
            rate = rate - by_itself
    elif positives is not None or trials is not None:
        raise UsageError.of(
            "both an outcome and an assumed rate are given", "one of them", "leave one out"
        )
    else:
        rate = _assumed(assumed, k)
    contacts = allocate(rate, size, cost=cost, revenue=money, budget=budget, partial=partial)

    def answered(number: Counts | np.int64, place: slice | np.intp) -> Counts:
        assert rates is not None
        drawn = rng.binomial(number, rates[:, place])
        return drawn if base is None else drawn - rng.binomial(number, base[:, place])

    answers = None if rates is None else answered(size, slice(None))
    chosen_answers = None
    if rates is not None and answers is not None:
        chosen_answers = np.where(contacts == size, answers, 0)
        for j in np.flatnonzero((contacts > 0) & (contacts < size)):
            chosen_answers[:, j] = answered(contacts[j], j)
    known = rates if rates is None or base is None else rates - base
    earns: Floats = money[None, :]
    if rates is not None and revenue_error is not None:
        off = np.asarray(revenue_error, dtype=np.float64)
        earns = money * np.maximum(1.0 + rng.standard_normal((draws, 1)) * off, 0.0)

    def outlook(which: slice, number: Counts, drawn: Counts | None) -> Outlook:
        brings = None if drawn is None else (drawn[:, which], earns[:, which])
        return outlook_of(number[which], rate[which], money[which], brings, cost=cost, level=level)

    segments = []
    for i, name in enumerate(names):
        one = slice(i, i + 1)
        low, high = (None, None) if known is None else middle(known[:, i], level)
        segments.append(
            SegmentPlan(
                segment_id=i + 1,
                segment=name,
                customers=int(size[i]),
                trials=int(n[i]),
                past_responses=int(x[i]),
                rate=float(rate[i]),
                rate_low=low,
                rate_high=high,
                outlook=outlook(one, size, answers),
                contacts=int(contacts[i]),
                revenue=float(money[i]),
            )
        )
    holdout = None
    if baseline is None and base is not None and contacts.sum():
        baseline = float(contacts @ by_itself / contacts.sum())
    if contacts.sum() and (baseline is not None or cost > 0):
        expected = float(contacts @ (rate + by_itself) / contacts.sum())
        holdout = holdout_of(
            int(contacts.sum()),
            expected,
            baseline,
            break_even=cost * float(contacts.sum()) / float(contacts @ money),
            alpha=alpha,
            power=power,
        )
    return Plan(
        column=column,
        assumed=assumed is not None,
        cost=cost,
        revenue=usual,
        budget=budget,
        break_even=cost / usual,
        level=level,
        partial=partial,
        segments=tuple(segments),
        chosen=outlook(slice(None), contacts, chosen_answers),
        everybody=outlook(slice(None), size, answers),
        holdout=holdout,
        seed=seed,
        draws=draws if rates is not None else 0,
        measured=base is not None,
    )


def allocate(
    rate: ArrayLike,
    customers: ArrayLike,
    *,
    cost: float,
    revenue: float | ArrayLike,
    budget: float | None = None,
    partial: bool = True,
) -> Counts:
    """Return how many customers of each segment to contact for the highest expected profit.

    Segments below the break-even rate are never contacted. Since every contact costs the same, the
    budget is best filled from the highest rate (with a ``revenue`` per segment, rate times that)
    down; of equal ones the earlier segment goes first.
    Without ``partial``, segments go whole or not at all: a knapsack, solved exactly.

    >>> allocate([0.4, 0.5, 0.1], [100, 50, 900], cost=1, revenue=4, budget=120).tolist()
    [70, 50, 0]
    >>> allocate([0.4, 0.5, 0.1], [100, 50, 900], cost=1, revenue=4, budget=120,
    ...          partial=False).tolist()
    [100, 0, 0]
    """
    p, size = np.asarray(rate, dtype=np.float64), np.asarray(customers, dtype=np.int64)
    money = _revenues(revenue, len(p))
    pays = (p * money > cost) & (size > 0)
    wanted = np.where(pays, size, 0)
    if budget is None or cost == 0 or cost * wanted.sum() <= budget:
        return wanted
    room = math.floor(budget / cost * (1 + 1e-12))
    if not partial:
        return _best_whole(wanted, p * money - cost, room)
    contacts = np.zeros_like(size)
    for i in np.argsort(-p * money, kind="stable"):
        contacts[i] = min(wanted[i], room)
        room -= int(contacts[i])
    return contacts


def _best_whole(wanted: Counts, profit: Floats, room: int) -> Counts:
    """Return the whole segments of highest expected profit that fit in, by trying every set."""
    places = np.flatnonzero(wanted)
    if places.size > MOST_WHOLE:
        raise UsageError.of(
            f"{places.size} segments pay for themselves",
            f"at most {MOST_WHOLE} to try all sets",
            "allow a part of a segment to be contacted",
        )
    sets = (np.arange(1 << places.size)[:, None] >> np.arange(places.size)) & 1
    number = wanted[places]
    gain = np.where(sets @ number <= room, sets @ (number * profit[places]), -1.0)
    best = np.zeros_like(wanted)
    best[places] = sets[int(np.argmax(gain))] * number
    return best


def backtest(
    positives: ArrayLike,
    customers: ArrayLike,
    *,
    cost: float,
    revenue: float | ArrayLike,
    budget: float | None = None,
    partial: bool = True,
    repeats: int = 50,
    level: float = 0.9,
    seed: int = 0,
) -> Backtest:
    """Plan on one random half of the customers, try the plan on the other half, and repeat.

    Only rates are learnt from the first half; the second has its own customers and half the budget.
    A random half of customers is, in counts per segment and outcome, a draw from the multivariate
    hypergeometric distribution, so (k,) counts are all that is needed.

    Raises
    ------
    DataError
        Where there are too few customers to halve.
    """
    x, n = np.asarray(positives, dtype=np.int64), np.asarray(customers, dtype=np.int64)
    _check_counts(x, n)
    money = _revenues(revenue, x.size)
    check_money(cost, float(money.max(initial=0.0)), budget)
    if n.sum() < 2:
        raise DataError.of(
            f"there are {int(n.sum())} customers", "two or more to halve", "name a larger table"
        )
    rng = np.random.default_rng(seed)
    cells = np.concatenate([x, n - x])
    half_budget = None if budget is None else budget / 2
    gains, contacted = [], []
    for _ in range(repeats):
        first = rng.multivariate_hypergeometric(cells, int(n.sum()) // 2, method="marginals")
        learnt_x, learnt_n = first[: x.size], first[: x.size] + first[x.size :]
        left_x, left_n = x - learnt_x, n - learnt_n
        contacts = allocate(
            rate_posterior(learnt_x, learnt_n).mean(),
            left_n,
            cost=cost,
            revenue=money,
            budget=half_budget,
            partial=partial,
        )
        answered = contacts * left_x / np.maximum(left_n, 1)
        profit = float((answered * money - contacts * cost).sum())
        everybody = float((left_x * money - left_n * cost).sum())
        per = 1000 / left_n.sum()
        gains.append(((profit - everybody) * per, profit * per))
        contacted.append(contacts.sum() / left_n.sum())
    gain = np.array(gains)
    (low, none_low), (high, none_high) = ends(gain, level)
    return Backtest(
        repeats=repeats,
        level=level,
        over_everybody=float(gain[:, 0].mean()),
        over_everybody_low=float(low),
        over_everybody_high=float(high),
        over_everybody_share=float((gain[:, 0] > 0).mean()),
        over_nobody=float(gain[:, 1].mean()),
        over_nobody_low=float(none_low),
        over_nobody_high=float(none_high),
        contacted_share=float(np.mean(contacted)),
        seed=seed,
    )


def _past(positives: ArrayLike | None, trials: ArrayLike | None, k: int) -> tuple[Counts, Counts]:
    if positives is None or trials is None:
        raise UsageError.of(
            "the plan has no response rates",
            "an outcome of a past campaign or an assumed rate",
            "name the column of an outcome, or assume a rate",
        )
    x, n = np.asarray(positives, dtype=np.int64), np.asarray(trials, dtype=np.int64)
    if x.shape != (k,) or n.shape != (k,):
        raise DataError.of(
            f"there are {x.size} and {n.size} counts", f"one per segment ({k})", "count again"
        )
    _check_counts(x, n)
    return x, n


def _check_counts(x: Counts, n: Counts) -> None:
    if (x < 0).any() or (x > n).any():
        i = int(np.flatnonzero((x < 0) | (x > n))[0])
        raise DataError.of(
            f"segment {i + 1} has {x[i]} responses of {n[i]} customers",
            "at most one response per customer",
            "count customers, not answers",
        )


def _assumed(assumed: float | Sequence[float], k: int) -> Floats:
    rate = np.asarray(assumed, dtype=np.float64)
    rate = np.full(k, rate) if rate.ndim == 0 else rate
    if rate.shape != (k,):
        raise UsageError.of(
            f"{rate.size} rates are assumed for {k} segments",
            "one for all or one for each",
            "give as many as there are segments",
        )
    if not ((rate >= 0) & (rate <= 1)).all():
        raise UsageError.of(
            f"the assumed rate is {rate[~((rate >= 0) & (rate <= 1))][0]:g}",
            "0 to 1",
            "write 5% as 0.05",
        )
    return rate


def _revenues(revenue: float | ArrayLike, k: int) -> Floats:
    """Return what a response brings in each segment, (k,). Raises ``UsageError``."""
    found = np.asarray(revenue, dtype=np.float64)
    found = np.full(k, found) if found.ndim == 0 else found
    wrong = ~np.isfinite(found) | ((found < 0) if np.ndim(revenue) else (found <= 0))
    if found.shape != (k,) or wrong.any():
        said = f"{found[wrong][0]:g}" if wrong.any() else f"{found.size} figures"
        raise UsageError.of(f"--revenue is {said}", "an amount above 0", "choose another --revenue")
    return found


def check_money(cost: float, revenue: float, budget: float | None) -> None:
    """Raise ``UsageError`` where an amount is impossible."""
    checks = [("cost", cost, cost >= 0), ("revenue", revenue, revenue > 0)]
    if budget is not None:
        checks.append(("budget", budget, budget >= 0))
    for name, value, fine in checks:
        if not (fine and math.isfinite(value)):
            raise UsageError.of(
                f"--{name} is {value:g}",
                "an amount above 0" if name == "revenue" else "0 or more",
                f"choose another --{name}",
            )
