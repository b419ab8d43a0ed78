"""What a forecast needs of customers, as Ibis expressions: counted cells, sums until a day, alive.

A forecast is tried on the last stretch of a log, so customers get, beside their measures, how
often and when they ordered until the day before it (``early_...``). What the models read of them
is then brought here as cells: equal customers once, with their number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from smartcart.records import OrderLog

__all__ = [
    "COUNTS",
    "NAMES",
    "SEASON",
    "alive_expression",
    "cells_expression",
    "held_expression",
    "money_expression",
    "rhythm_sums",
    "season_expression",
    "season_windows",
    "stretches",
    "weeks_expression",
    "with_alive",
]

EPOCH = dt.date(1970, 1, 1)
UNIT = 1_000_000  # sums of whole numbers do not depend on the order of the rows
STRETCHES = 13  # the days held back are told in so many parts at most
SEASON = ("season_then", "year_then", "season_next", "year_next")
COUNTS = "season_counts"  # the four of a customer, in one number
NAMES = (
    *(f"stretches_{i}" for i in range(STRETCHES)),
    "gap_logs",
    "early_gaps",
    "early_gap_logs",
    "early_last",
    "early_amount",
    COUNTS,
)
YEAR = 364  # days: whole weeks, so that weekdays meet weekdays
YEAR_BITS = 9
EXACT_BITS = 52  # whole numbers of so many bits are exact in double precision
NEW_DAYS = 90.0
USUAL_ORDERS = 2.0
LARGEST_EXPONENT = 700.0  # exp of more is no number


def stretches(days: int) -> list[int]:
    """Return the ends of the stretches that the days held back are told in: weeks, or longer.

    >>> stretches(30), len(stretches(90)), stretches(364)[:3]
    ([7, 14, 21, 28, 30], 13, [28, 56, 84])
    """
    step = 7 * max(1, -(-days // (7 * STRETCHES)))
    return [min(end, days) for end in range(step, days + step, step)]


def season_windows(
    first: dt.date | None, split: dt.date | None, as_of: dt.date | None, horizon: int
) -> dict[str, tuple[int, int]]:
    """Return the days after and until which orders are counted to learn the season, maybe none.

    ``season_then`` is a year before the days held back, ``season_next`` a year before those to
    come; ``year_...`` is the year around each, which trends do not move. Days count from 1970. All
    end before what they are to tell, and nothing is returned of a log that does not hold them.

    >>> day, split, last = dt.date(1970, 1, 1), dt.date(1971, 10, 3), dt.date(1972, 1, 1)
    >>> season_windows(day, split, last, 90)["season_then"]
    (276, 366)
    >>> season_windows(dt.date(1970, 4, 1), split, last, 90)
    {}
    """
    if first is None or split is None or as_of is None:
        return {}
    found = {}
    there, cut, last = ((one - EPOCH).days for one in (first, split, as_of))
    for name, start, ahead in (("then", cut, last - cut), ("next", last, horizon)):
        days = min(ahead, YEAR)
        low = start - YEAR
        middle = low + days // 2
        found[f"season_{name}"] = (low, low + days)
        found[f"year_{name}"] = (middle - YEAR // 2, middle + YEAR // 2)
    held = last - there >= 2 * YEAR and found["year_then"][0] >= there - 1
    return found if held else {}


def season_expression(sold: ir.Table) -> ir.Table:
    """Return one row: orders in the windows of :func:`season_windows`, where they were counted."""
    counts = {name: _count(sold[COUNTS], i, YEAR_BITS) for i, name in enumerate(SEASON)}
    return sold.aggregate(**{name: one.sum() for name, one in counts.items()})


def _count(packed: ir.Value, place: int, bits: int) -> ir.Value:
    """Return the count at a place of a number that holds several, of so many bits each."""
    return (packed / 2 ** (bits * place)).floor() % 2**bits


def _stretch_bits(days: int) -> tuple[list[int], int, int]:
    """Return the ends of stretches, the bits of a count in one, and how many one number holds.

    A customer has at most one order a day.

    >>> _stretch_bits(90)[1:], _stretch_bits(364)[1:]
    ((3, 17), (5, 10))
    """
    ends = stretches(days)
    bits = max((ends or [1])[0].bit_length(), 1)
    return ends, bits, max(EXACT_BITS // bits, 1)


def rhythm_sums(
    found: ir.Table, split: int, days: int, season: Mapping[str, tuple[int, int]]
) -> dict[str, ir.Value]:
    """Return sums per customer over orders with their ``gap``: logarithms, and until ``split``.

    ``split`` counts days since 1970; orders in each stretch of the ``days`` after it are counted in
    ``stretches_0`` and on, several counts in one number, because a sum for each would cost as much
    as all else. ``season`` are the windows of :func:`season_windows`.
    """
    early = found["day"] <= split
    known = found["gap"].fill_null(
        1.0
    )  # its logarithm is 0; of nothing, some engines take one, too
    logs = (known.ln() * UNIT).round().cast("float64")  # whole numbers, so sums are exact
    day, repeat = found["day"], found["gap"].notnull()
    more = {}
    ends, bits, some = _stretch_bits(days)
    for place, first in enumerate(range(0, len(ends), some)):
        before = split + ends[first - 1] if first else split
        mine = enumerate(ends[first : first + some])
        count = ibis.cases(
            (day <= before, 0), *((day <= split + end, 2 ** (bits * i)) for i, end in mine), else_=0
        )
        more[f"stretches_{place}"] = count.cast("float64").sum(where=repeat)
    if season:
        each = [
            ((day > low) & (day <= high)).ifelse(2 ** (YEAR_BITS * i), 0)
            for i, (low, high) in enumerate(season[name] for name in SEASON)
        ]
        more[COUNTS] = reduce(add, each).cast("float64").sum(where=repeat)
    return {
        **more,
        "gap_logs": logs.sum(),
        "early_gaps": found["gap"].count(where=early),
        "early_gap_logs": logs.sum(where=early),
        "early_last": found["day"].max(where=early),
    }


def with_alive(table: ir.Table, log: OrderLog) -> ir.Table:
    """Return customers with what the forecast of their log tells of each, where it has one.

    ``p_alive``; ``repeats``; ``newness``, ``exp(-tenure / 90)``; and ``discount_lean``, the
    share bought on a deal as if two more orders had been usual ones: one makes no deal-seeker.
    """
    if not log.alive:
        return table
    more = {
        "p_alive": alive_expression(table, log.alive),
        "repeats": table["purchase_days"] - 1,
        "newness": (table["tenure_days"].cast("float64") * (-1.0 / NEW_DAYS)).exp(),
    }
    if log.usual_discount is not None and "discount_share" in table.columns:
        n = table["frequency"].cast("float64")
        share = table["discount_share"].fill_null(log.usual_discount)
        more["discount_lean"] = (share * n + USUAL_ORDERS * log.usual_discount) / (n + USUAL_ORDERS)
    return table.mutate(**more)


def _zero(value: ir.Value) -> ir.Value:
    return value.fill_null(0).cast("float64")


def cells_expression(sold: ir.Table, width: int) -> ir.Table:
    """Return customers on the as-of day as cells: ``x, last, watched``, ``weight``, ``logs``.

    Times, which are averages, are cut into steps of ``width`` days: of one day they are exact.
    """
    T, silence = sold["tenure_days"], sold["recency_days"]
    x = sold["purchase_days"] - 1
    named = sold.select(x=x, watched=T, last=T - silence, logs=_zero(sold["gap_logs"]))
    return _counted(named, ["x"], _steps(named, width), ["watched", "last"], ["logs"])


def held_expression(sold: ir.Table, width: int, split: int, as_of: int) -> ir.Table:
    """Return customers known on the day ``split`` as cells, and what they did after it.

    ``x, last, watched`` on that day, ``y`` orders after it (days with one), ``weight``, ``logs``,
    and where there is money that until the split, ``before``, and that ``after`` it. Days count
    from 1970. Money and logarithms are in millionths.
    """
    known = sold.filter(sold["early_last"].notnull())
    first = as_of - known["tenure_days"]
    parts = {
        "x": known["early_gaps"],
        "watched": split - first,
        "last": known["early_last"] - first,
        "y": known["purchase_days"] - 1 - known["early_gaps"],
        "logs": _zero(known["early_gap_logs"]),
    }
    sums = ["logs"]
    if "early_amount" in sold.columns:
        before = known["early_amount"].cast("float64")
        whole = (known["monetary_total"] * UNIT).round().cast("float64")
        parts |= {"before": before, "after": whole - before}
        sums += ["before", "after"]
    named = known.select(**parts)
    steps = _steps(named, width)
    if "before" in parts:  # customers of one cell buy for about as much, on average
        mean = ibis.greatest(named["before"] / (named["x"] + 1) / UNIT, 1e-6)
        steps["c"] = (mean.log2() * (8 if width == 1 else 2)).floor()
    return _counted(named, ["x", "y"], steps, ["watched", "last"], sums)


def _steps(named: ir.Table, width: int) -> dict[str, ir.Value]:
    return {"a": named["watched"] // width, "b": (named["watched"] - named["last"]) // width}


def weeks_expression(sold: ir.Table, days: int) -> ir.Table:
    """Return one row: orders of the known customers in each stretch of the ``days`` held back.

    ``w0`` and on, in order.
    """
    known = sold["early_last"].notnull()
    ends, bits, some = _stretch_bits(days)
    counts = (_count(sold[f"stretches_{i // some}"], i % some, bits) for i in range(len(ends)))
    return sold.aggregate(**{f"w{i}": one.sum(where=known) for i, one in enumerate(counts)})


def money_expression(sold: ir.Table) -> ir.Table:
    """Return ``n`` days with an order, ``weight`` customers and their ``money``, in cells.

    Customers of one cell spend the same per day but for a twelfth.
    """
    money = (sold["monetary_total"] * UNIT).round().cast("float64")
    named = sold.select(n=sold["purchase_days"], money=money)
    mean = ibis.greatest(named["money"] / named["n"] / UNIT, 1e-6)
    return _counted(named, ["n"], {"c": (mean.log2() * 8).floor()}, [], ["money"])


def _counted(
    named: ir.Table,
    same: Sequence[str],
    steps: dict[str, ir.Value],
    means: Sequence[str],
    sums: Sequence[str],
) -> ir.Table:
    cut = named.mutate(**steps)
    keys = [*same, *steps]
    found = cut.group_by(keys).aggregate(
        weight=cut.count(),
        **{f"{name}_": cut[name].mean() for name in means},
        **{f"{name}_": cut[name].sum() for name in sums},
    )
    out = {name: found[name].cast("float64") for name in (*same, "weight")}
    out |= {name: found[f"{name}_"].cast("float64") for name in (*means, *sums)}
    return found.order_by(keys).select(**out)


def alive_expression(table: ir.Table, parameters: Sequence[float]) -> ir.Value:
    """Return the probability to be a customer still, by MBG/CNBD-k: it is algebra.

    ``parameters`` are r, alpha, a, b and k; see :mod:`smartcart.core.future.nbd`.
    """
    r, alpha, a, b, k = parameters
    T = table["tenure_days"].cast("float64")
    silence = table["recency_days"].cast("float64")
    x = table["purchase_days"].cast("float64") - 1.0
    R, u = x * k + r, silence / (T + alpha)
    term: ir.Value = ibis.literal(1.0)
    here = term
    for j in range(1, round(k)):
        term = term * (R + (j - 1.0)) * u / float(j)
        here = here + term
    ratio = ((T + alpha) / (T - silence + alpha)).ln() * R + (a / (x + b)).ln()
    gone = ibis.least(ratio, LARGEST_EXPONENT).exp()
    return here / (here + gone)
