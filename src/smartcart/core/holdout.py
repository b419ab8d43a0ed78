"""Who is left alone so that the effect can be measured, and what the campaign changed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.proportions import arm_size, holdout_power, newcombe, weighted_newcombe
from smartcart.errors import DataError, UsageError
from smartcart.records import Holdout, Uplift

__all__ = ["holdout_of", "lowest", "measure", "unit"]

BINS = 1 << 16


def holdout_of(
    customers: int,
    expected: float,
    baseline: float | None = None,
    *,
    break_even: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Holdout:
    """Return the smallest holdout of ``customers`` that can show the effect of contact.

    Parameters
    ----------
    expected : response rate of those contacted.
    baseline : rate of those left alone. Without it, the rate at which the campaign just pays:
        ``expected - break_even``, so the holdout can show the least uplift worth having.

    Raises
    ------
    UsageError
        Where the baseline is not below the expected rate.

    >>> found = holdout_of(5000, 0.20, 0.15)
    >>> found.per_arm, found.size, found.reached
    (906, 522, True)
    """
    base = max(0.0, expected - break_even) if baseline is None else baseline
    if not 0 <= base < expected:
        raise UsageError.of(
            f"the rate without contact is {base:g}",
            f"0 or more, and less than the rate expected with contact ({expected:.3g})",
            "give the rate of customers who were left alone",
        )
    least, most = 1, customers // 2

    def reach(size: int) -> float:
        return holdout_power(expected, base, customers - size, size, alpha=alpha)

    reached = most >= 1 and reach(most) >= power
    size = most
    if reached:
        while least < most:
            middle = (least + most) // 2
            least, most = (least, middle) if reach(middle) >= power else (middle + 1, most)
        size = least
    return Holdout(
        baseline=base,
        baseline_assumed=baseline is None,
        expected=expected,
        alpha=alpha,
        power=power if reached else reach(size),
        per_arm=math.ceil(arm_size(expected, base, alpha=alpha, power=power)),
        size=size,
        share=size / customers if customers else 0.0,
        reached=reached,
    )


def unit(ids: Iterable[object], seed: int = 0, purpose: str = "holdout") -> NDArray[np.float64]:
    """Return a number in [0, 1) for each customer id, as if drawn at random.

    It is a hash (BLAKE2b) of seed, purpose and the id as text, and so the same for a customer
    whoever else is there, on every machine. ``purpose`` (at most 16 bytes) keeps draws for
    different ends apart.

    >>> unit([17, "17"]).round(4).tolist()
    [0.1484, 0.1484]
    """
    key, person = str(seed).encode(), purpose.encode()
    hashed = b"".join(
        hashlib.blake2b(str(i).encode(), digest_size=8, key=key, person=person).digest()
        for i in ids
    )
    return (np.frombuffer(hashed, dtype=">u8") >> np.uint64(11)) / np.float64(2**53)


def lowest(units: Callable[[], Iterable[NDArray[np.float64]]], count: int) -> float:
    """Return the limit below which exactly ``count`` numbers of :func:`unit` lie.

    ``units`` begins a stream of arrays of them. It is asked twice: once for the bin in which the
    limit is, once for the numbers in that bin, so what is held does not grow with the customers.
    Where there are not more than ``count``, the limit is 1, below which all of them lie.

    >>> found = lowest(lambda: [unit(range(60)), unit(range(60, 100))], 30)
    >>> bool(found == np.sort(unit(range(100)))[30])
    True
    """
    if count <= 0:
        return 0.0
    total = np.zeros(BINS, dtype=np.int64)
    for some in units():
        total += np.bincount((some * BINS).astype(np.int64), minlength=BINS)
    upto = np.cumsum(total)
    if count >= upto[-1]:
        return 1.0
    place = int(np.searchsorted(upto, count, side="right"))
    left = count - (int(upto[place - 1]) if place else 0)
    inside = [some[(some * BINS).astype(np.int64) == place] for some in units()]
    return float(np.partition(np.concatenate(inside), left)[left])


def measure(
    results: ArrayLike,
    names: Sequence[str],
    *,
    cost: float | None = None,
    revenue: float | None = None,
    level: float = 0.9,
) -> tuple[Uplift, ...]:
    """Return what a campaign changed, per segment and (last, ``segment_id`` 0) in all.

    Parameters
    ----------
    results : (4, k) counts: treated customers, their responses, customers held out, theirs.
    cost, revenue : money per contact and per response; without them profit is ``None``.

    Returns
    -------
    Uplifts with Newcombe's interval of the difference of two rates. That of all segments weighs
    each by its treated customers, so arms may be split differently in each; segments without
    one of the arms are not part of it. Incremental responses are the uplift times the treated
    customers; profit is theirs, less the cost of every contact, against having contacted nobody.
    """
    counts = np.asarray(results, dtype=np.int64)
    if counts.shape != (4, len(names)):
        raise DataError.of(
            f"the results have shape {counts.shape}",
            f"(4, {len(names)})",
            "give treated, responses, held out and responses per segment",
        )
    n, x, m, y = counts
    if (counts < 0).any() or (x > n).any() or (y > m).any():
        raise DataError.of(
            "an arm has more responses than customers",
            "at most one response per customer",
            "count customers, not answers",
        )
    found = []
    for i, name in enumerate(names):
        arms = (int(x[i]), int(n[i]), int(y[i]), int(m[i]))
        ends = newcombe(*arms, level) if n[i] and m[i] else None
        middle = x[i] / n[i] - y[i] / m[i] if ends else None
        found.append(_uplift(i + 1, name, arms, middle, ends, cost, revenue))
    both = (n > 0) & (m > 0)
    a, b, c, d = (values[both] for values in (x, n, y, m))
    ends = middle = None
    if both.any():
        weight = b / b.sum()
        middle = float((weight * (a / b - c / d)).sum())
        ends = weighted_newcombe(a, b, c, d, weight, level)
    arms = (int(a.sum()), int(b.sum()), int(c.sum()), int(d.sum()))
    return (*found, _uplift(0, "all segments", arms, middle, ends, cost, revenue))


def _uplift(
    number: int,
    name: str,
    arms: tuple[int, int, int, int],
    middle: float | None,
    ends: tuple[float, float] | None,
    cost: float | None,
    revenue: float | None,
) -> Uplift:
    x, n, y, m = arms
    if middle is None or ends is None:
        return Uplift(number, name, n, x, m, y, *[None] * 9)
    rates = (float(middle), *ends)
    more = [rate * n for rate in rates]
    profit: list[float | None] = [None] * 3
    if cost is not None and revenue is not None:
        profit = [responses * revenue - cost * n for responses in more]
    return Uplift(number, name, n, x, m, y, *rates, *more, *profit)
