"""The season of the days ahead, learnt from the same days a year before, if the record helps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from smartcart.core.future.track import Held, Tried, try_way

__all__ = ["by_season", "season_of"]

YEAR = 364.0  # days
LEAST_ORDERS = 100  # of those days: fewer tell no season from chance
LEAST = 0.05  # a season of less is none


def season_of(row: Mapping[str, float], name: str, days: float) -> float | None:
    """Return how many times the usual orders came in those days a year before.

    Usual are those of the year around them, so that a shop that grows has no season by that. None
    where too few orders tell.

    >>> season_of({"season_next": 273.0, "year_next": 728.0}, "next", 91)
    1.5
    """
    here, year = (float(row.get(f"{what}_{name}") or 0.0) for what in ("season", "year"))
    days = min(days, YEAR)
    if here < LEAST_ORDERS or year < here:
        return None
    return (here / days) / (year / YEAR)


def by_season(used: Tried, factor: float | None, held: Held) -> Tried | None:
    """Return what is used times the season of the days held back, where that did better.

    Both the error per customer and the miss of the total must be smaller.
    """
    if factor is None or abs(factor - 1.0) < LEAST:
        return None
    way = replace(used.way, name=f"{used.way.name}, by season", factor=used.way.factor * factor)
    found = try_way(way, held)
    better = found.row.error < used.row.error and abs(found.row.miss) < abs(used.row.miss)
    return found if better else None
