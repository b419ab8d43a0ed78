"""What arms of a campaign changed: differences of rates and of means, with intervals.

A rate (0/1) has Newcombe's interval; the mean of an amount has Welch's, from sums and sums of
squares, so that customers stream. All segments together are post-stratified: each weighs by its
treated customers, so that arms may be split differently in each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from smartcart.core.proportions import newcombe, weighted_newcombe
from smartcart.errors import UsageError
from smartcart.records import ArmEffect, ArmOutcome, Effects, Ledgered
from smartcart.records.effects import OutcomeKind, Said

__all__ = ["FEW_CUSTOMERS", "FEW_HITS", "compare_arms", "ledger", "welch"]

FEW_CUSTOMERS = 30  # in an arm: from here a difference is told
FEW_HITS = 10  # who responded or bought, in both arms together
TOGETHER = "all arms"
Cell = tuple[int, float, float, int]  # customers, total, squares, hits


NOBODY: Cell = (0, 0.0, 0.0, 0)


def welch(a: Cell, b: Cell, level: float = 0.9) -> tuple[float, float]:
    """Return the interval of the difference of two means, arms of unequal variance.

    B. L. Welch, "The generalization of 'Student's' problem when several different population
    variances are involved", Biometrika 34 (1947). ``a`` and ``b`` hold customers, sum and sum of
    squares. Infinite where an arm has fewer than two customers.

    >>> low, high = welch((4, 10.0, 30.0, 4), (4, 18.0, 86.0, 4), 0.95)
    >>> round(low, 3), round(high, 3)
    (-4.234, 0.234)
    """
    if a[0] < 2 or b[0] < 2:
        return -math.inf, math.inf
    (u, m), (v, n) = (_variance(a) / a[0], a[0]), (_variance(b) / b[0], b[0])
    middle = a[1] / m - b[1] / n
    if u + v == 0:
        return middle, middle
    freedom = (u + v) ** 2 / (u**2 / (m - 1) + v**2 / (n - 1))
    half = float(stats.t.ppf((1 + level) / 2, freedom)) * math.sqrt(u + v)
    return middle - half, middle + half


def _variance(cell: Cell) -> float:
    n, total, squares, _ = cell
    return max(0.0, (squares - total * total / n) / (n - 1))


def compare_arms(
    counted: Sequence[ArmOutcome],
    names: Mapping[int, str],
    control: str,
    kinds: Mapping[str, OutcomeKind],
    *,
    level: float = 0.9,
    strangers: int = 0,
    armless: int = 0,
) -> Effects:
    """Return what every other arm changed against ``control``, for each outcome.

    Parameters
    ----------
    counted : what was counted per outcome, segment and arm.
    names : the segments by id; empty where there are none, and all customers are one.
    kinds : the outcomes, and whether each is a rate or an amount.

    Raises
    ------
    UsageError
        Where no arm is called so, or it is the only one.
    """
    met = list(dict.fromkeys(one.arm for one in counted))
    if control not in met or len(met) < 2:
        raise UsageError.of(
            f"no arm is {control!r}" if control not in met else f"{control!r} is the only arm",
            f"one of {', '.join(map(repr, met[:12]))}, and another one to compare with",
            "name the arm of those who were left alone",
        )
    cells = {
        (one.outcome, one.segment_id, one.arm): (one.customers, one.total, one.squares, one.hits)
        for one in counted
    }
    arms = tuple(sorted(arm for arm in met if arm != control))
    found: list[ArmEffect] = []
    for outcome, kind in kinds.items():
        for arm in arms:
            pairs = {
                i: (
                    cells.get((outcome, i, arm), NOBODY),
                    cells.get((outcome, i, control), NOBODY),
                )
                for i in (names or {0: ""})
            }
            if names:
                found += [
                    _effect(outcome, kind, i, names[i], arm, a, b, level)
                    for i, (a, b) in pairs.items()
                    if a[0] or b[0]
                ]
            found.append(_whole(outcome, kind, arm, list(pairs.values()), level))
    pooled = tuple(
        _whole(
            outcome,
            kind,
            TOGETHER,
            [
                (
                    _sum([cells.get((outcome, i, arm), NOBODY) for arm in arms]),
                    cells.get((outcome, i, control), NOBODY),
                )
                for i in (names or {0: ""})
            ],
            level,
        )
        for outcome, kind in kinds.items()
    )
    first = next(iter(kinds))
    customers = sum(one.customers for one in counted if one.outcome == first)
    return Effects(
        control,
        arms,
        tuple(kinds),
        tuple(kinds.values()),
        level,
        tuple(found),
        pooled,
        customers,
        strangers,
        armless,
        bool(names),
    )


def _ends(kind: OutcomeKind, a: Cell, b: Cell, level: float) -> tuple[float, float]:
    if kind == "rate":
        return newcombe(a[3], a[0], b[3], b[0], level)
    return welch(a, b, level)


def _effect(
    outcome: str,
    kind: OutcomeKind,
    number: int,
    name: str,
    arm: str,
    a: Cell,
    b: Cell,
    level: float,
) -> ArmEffect:
    if not a[0] or not b[0]:
        return _told(outcome, kind, number, name, arm, a, b, None, None, None)
    low, high = _ends(kind, a, b, level)
    return _told(outcome, kind, number, name, arm, a, b, a[1] / a[0] - b[1] / b[0], low, high)


def _whole(
    outcome: str, kind: OutcomeKind, arm: str, pairs: list[tuple[Cell, Cell]], level: float
) -> ArmEffect:
    """Return the effect in all segments together."""
    both = [(a, b) for a, b in pairs if a[0] and b[0]]
    a, b = (_sum([pair[side] for pair in both]) for side in (0, 1))
    name = "all customers" if len(pairs) == 1 else "all segments"
    if not both:
        return _told(outcome, kind, 0, name, arm, a, b, None, None, None)
    if len(both) == 1:
        low, high = _ends(kind, a, b, level)
        return _told(outcome, kind, 0, name, arm, a, b, a[1] / a[0] - b[1] / b[0], low, high)
    weight = np.array([x[0] for x, _ in both], dtype=np.float64)
    weight /= weight.sum()
    gaps = np.array([x[1] / x[0] - y[1] / y[0] for x, y in both])
    middle = float((weight * gaps).sum())
    if kind == "rate":
        counts = np.array([(x[3], x[0], y[3], y[0]) for x, y in both], dtype=np.float64).T
        low, high = weighted_newcombe(counts[0], counts[1], counts[2], counts[3], weight, level)
    elif any(x[0] < 2 or y[0] < 2 for x, y in both):
        low, high = -math.inf, math.inf
    else:
        spread = np.array([_variance(x) / x[0] + _variance(y) / y[0] for x, y in both])
        half = float(stats.norm.ppf((1 + level) / 2)) * math.sqrt(float((weight**2 * spread).sum()))
        low, high = middle - half, middle + half
    return _told(outcome, kind, 0, name, arm, a, b, middle, low, high)


def _sum(cells: Sequence[Cell]) -> Cell:
    return (
        sum(c[0] for c in cells),
        math.fsum(c[1] for c in cells),
        math.fsum(c[2] for c in cells),
        sum(c[3] for c in cells),
    )


def _told(
    outcome: str,
    kind: OutcomeKind,
    number: int,
    name: str,
    arm: str,
    a: Cell,
    b: Cell,
    middle: float | None,
    low: float | None,
    high: float | None,
) -> ArmEffect:
    said: Said = "too small"
    if middle is not None and low is not None and high is not None:
        enough = min(a[0], b[0]) >= FEW_CUSTOMERS and a[3] + b[3] >= FEW_HITS
        if not math.isfinite(low) or not math.isfinite(high):
            low = high = None
        elif enough:
            said = "more" if low > 0 else "less" if high < 0 else "unsure"
    total, total_low, total_high = (None if x is None else x * a[0] for x in (middle, low, high))
    return ArmEffect(
        outcome=outcome,
        kind=kind,
        segment_id=number,
        segment=name,
        arm=arm,
        customers=a[0],
        mean=a[1] / a[0] if a[0] else None,
        control_customers=b[0],
        control_mean=b[1] / b[0] if b[0] else None,
        difference=middle,
        low=low,
        high=high,
        total=total,
        total_low=total_low,
        total_high=total_high,
        said=said,
    )


def ledger(
    campaigns: Sequence[tuple[str, str, float | None, float | None, float | None, float]],
) -> tuple[Ledgered, ...]:
    """Return campaigns with what they earned so far, the oldest first.

    Each is its name, when it was, what it earned beyond those held out with the ends of the
    interval (``None`` where that is not known), and what its contacts cost. Earned is after the
    cost. Campaigns are independent, so the squares of the distances to the ends add.

    >>> [round(one.so_far) for one in ledger([("a", "1", 10, 0, 20, 4), ("b", "2", 5, 2, 8, 1)])]
    [6, 10]
    """
    middle = down = up = 0.0
    rows = []
    for name, made, earned, low, high, cost in campaigns:
        net, least, most = (None if x is None else x - cost for x in (earned, low, high))
        if net is not None:
            middle += net
            down += (net - (net if least is None else least)) ** 2
            up += ((net if most is None else most) - net) ** 2
        ends = (middle - math.sqrt(down), middle + math.sqrt(up))
        rows.append(Ledgered(name, made, net, least, most, cost, middle, *ends))
    return tuple(rows)
