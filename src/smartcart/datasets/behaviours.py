"""The behaviours planted in a synthetic order log: who orders when, and who waits for discounts.

Each behaviour is a handful of rhythms. A rhythm is a window of days and a number of orders: the
window is cut into as many slots, and a customer orders once in each, on a day of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BEHAVIOURS", "DAYS", "GUEST", "Behaviour", "Rhythm"]

DAYS = 731  # 2023-01-01 to 2024-12-31


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``orders`` orders of a customer between the days ``start`` and ``end``; at least one."""

    share: float  # of the customers of the behaviour, 0 to 1
    start: int  # day, 0 is 2023-01-01
    end: int  # day, exclusive, at most DAYS
    orders: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One planted behaviour."""

    name: str
    share: float  # of the customers, 0 to 1
    discounted: float  # share of its lines with a discount
    rhythms: tuple[Rhythm, ...]


def _rhythms(
    windows: tuple[tuple[int, int], ...], yearly: tuple[tuple[float, float], ...]
) -> tuple[Rhythm, ...]:
    """Combine windows, all alike in share, with pairs of share and orders a year."""
    return tuple(
        Rhythm(share / len(windows), start, end, max(1, round(orders * (end - start) / 365)))
        for start, end in windows
        for share, orders in yearly
    )


BEHAVIOURS = (
    Behaviour(
        name="loyal",
        share=0.10,
        discounted=0.10,
        rhythms=_rhythms(
            tuple((start, DAYS) for start in (0, 90, 180, 270, 365)),
            ((0.45, 8), (0.30, 12), (0.17, 18), (0.08, 30)),
        ),
    ),
    Behaviour(
        name="at risk",
        share=0.10,
        discounted=0.10,
        rhythms=_rhythms(
            tuple((start, DAYS - ago) for start in (0, 60, 120) for ago in (150, 200, 260, 330)),
            ((0.6, 10), (0.3, 15), (0.1, 24)),
        ),
    ),
    Behaviour(
        name="new",
        share=0.15,
        discounted=0.15,
        rhythms=tuple(
            Rhythm(share / 3, DAYS - ago, DAYS, orders)
            for ago in (75, 50, 30)
            for share, orders in ((0.50, 1), (0.35, 2), (0.15, 3))
        ),
    ),
    Behaviour(
        name="deal-seeking",
        share=0.15,
        discounted=0.85,
        rhythms=_rhythms(
            tuple((start, DAYS) for start in (0, 120, 240)), ((0.5, 3), (0.3, 5), (0.2, 8))
        ),
    ),
    Behaviour(name="one-off", share=0.50, discounted=0.15, rhythms=(Rhythm(1.0, 0, DAYS, 1),)),
)
GUEST = Behaviour(name="guest", share=0.0, discounted=0.15, rhythms=BEHAVIOURS[-1].rhythms)
