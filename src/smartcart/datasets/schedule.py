"""Who orders when in a synthetic order log, block by block in order of time.

Time is bent so that every stretch of it holds equally much business: evenings, Sundays and
Decembers are long, nights are short. A customer's orders in bent time are fixed by the seed and the
customer's number; the inverse, which customers order in a stretch of time, is as cheap, so that a
log of any size comes in order of date without sorting or remembering customers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from smartcart.datasets.behaviours import BEHAVIOURS, DAYS

__all__ = ["FIRST_SECOND", "Schedule", "coprime", "mix", "orders_between", "schedule", "second_of"]

FIRST_SECOND = 1_672_531_200  # 2023-01-01, a Sunday
LINES_PER_CUSTOMER = 12
LINES_PER_ORDER = 2.3
GUEST_SHARE = 0.05  # of the orders
ORDERS_PER_BLOCK = 24_000
LEAST_BLOCKS = 128

WEEK = (1.30, 1.00, 0.90, 0.90, 0.95, 0.95, 1.10)  # from Sunday
MONTHS = (0.80, 0.82, 0.90, 0.92, 0.97, 0.95, 0.90, 0.88, 0.97, 1.05, 1.40, 1.90)
DAY = (2, 1, 1, 1, 1, 2, 5, 12, 20, 28, 34, 36, 38, 36, 34, 34, 36, 40, 46, 52, 54, 42, 22, 8)

Int = NDArray[np.int64]
Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Schedule:
    """All orders of a log in closed form; arrays have an entry per rhythm, but for the last two."""

    rows: int
    customers: int  # numbered from 0; guests come after them
    orders: int
    blocks: int  # of equal length in bent time
    behaviour: NDArray[np.uint8]  # index into BEHAVIOURS; the last is the guests'
    first: Int  # number of the first customer
    size: Int  # customers
    start: Float  # bent time, 0 to 1
    slot: Float  # bent time between a customer's orders
    turns: Int  # orders of each customer
    key: NDArray[np.uint64]
    steps: Int  # of the first turn: index into factor and shift
    factor: Int  # per turn: customer = (factor * place + shift) % size
    shift: Int


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 64 well-mixed bits per value: the finalizer of SplitMix64 (Steele et al. 2014)."""
    x = values * np.uint64(0x9E3779B97F4A7C15)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


@cache
def _business() -> Float:
    """Return the share of all business done before each hour; DAYS * 24 + 1 values from 0 to 1."""
    days = np.arange(DAYS)
    dates = np.datetime64("2023-01-01") + days
    month = dates.astype("datetime64[M]").astype(int) % 12
    daily = np.array(WEEK)[days % 7] * np.array(MONTHS)[month]
    hourly = np.outer(daily, np.array(DAY) / sum(DAY)).ravel()
    done = np.concatenate([[0.0], np.cumsum(hourly)])
    return np.asarray(done / done[-1])


def second_of(time: Float) -> Int:
    """Return seconds since 1970-01-01 for bent times from 0 to 1."""
    business = _business()
    hours = np.interp(time, business, np.arange(business.size))
    seconds: Int = (hours * 3_600).astype(np.int64) + FIRST_SECOND
    return seconds.clip(max=FIRST_SECOND + DAYS * 86_400 - 1)


def schedule(rows: int, seed: int) -> Schedule:
    """Return the schedule of a log of ``rows`` lines: about 12 lines a customer, 2.3 an order."""
    rhythms = [(i, b.share * r.share, r) for i, b in enumerate(BEHAVIOURS) for r in b.rhythms]
    edges = np.cumsum([share for _, share, _ in rhythms])
    turns = np.array([r.orders for _, _, r in rhythms])
    size = _sizes(rows, edges, turns)
    guests = round(int(size @ turns) * GUEST_SHARE / (1 - GUEST_SHARE))
    customers = int(size.sum())
    size = np.append(size, guests)
    turns = np.append(turns, 1)
    windows = [(r.start, r.end) for *_, r in rhythms] + [(0, DAYS)]
    start, end = _business()[np.array(windows).T * 24]
    rng = np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(2**32 - 1,)))
    pace = np.repeat(size, turns)
    orders = int(size @ turns)
    return Schedule(
        rows=rows,
        customers=customers,
        orders=orders,
        blocks=max(LEAST_BLOCKS, math.ceil(orders / ORDERS_PER_BLOCK)),
        behaviour=np.array([i for i, *_ in rhythms] + [len(BEHAVIOURS)], dtype=np.uint8),
        first=np.cumsum(size) - size,
        size=size,
        start=start,
        slot=(end - start) / turns,
        turns=turns,
        key=rng.integers(0, 2**64, size.size, dtype=np.uint64),
        steps=np.cumsum(turns) - turns,
        factor=np.array([coprime(rng, int(n)) for n in pace], dtype=np.int64),
        shift=rng.integers(0, np.maximum(pace, 1)),
    )


def _sizes(rows: int, edges: Float, turns: Int) -> Int:
    """Return the customers of each rhythm, so that orders and lines come out even."""
    if rows > 50_000:
        candidates = np.array([rows // LINES_PER_CUSTOMER])
    else:
        candidates = np.arange(max(1, rows // 20 - 4), rows // 6 + 2)
    upto = np.floor(np.outer(candidates, edges) + 1e-6).astype(np.int64)
    upto[:, -1] = candidates
    sizes = np.diff(upto, axis=1, prepend=0)
    orders = sizes @ turns / (1 - GUEST_SHARE)
    miss = np.abs(np.log(orders * LINES_PER_ORDER / rows))
    miss += 0.3 * np.abs(np.log(candidates * LINES_PER_CUSTOMER / rows))
    miss[orders * 1.1 + 1 > rows] += 100  # every order needs a line
    return np.asarray(sizes[np.argmin(miss)])


def coprime(rng: np.random.Generator, size: int) -> int:
    """Return a random factor that shares no divisor with ``size``: it permutes 0 to size - 1.

    >>> factor = coprime(np.random.default_rng(0), 10)
    >>> sorted(factor * i % 10 for i in range(10))
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    if size < 3:
        return 1
    while True:
        factor = int(rng.integers(1, size))
        if math.gcd(factor, size) == 1:
            return factor


def orders_between(plan: Schedule, begin: float, end: float) -> tuple[Int, Int, NDArray[np.uint8]]:
    """Return the orders from ``begin`` to ``end`` in bent time, in order of time.

    Three arrays with an entry per order: its second, the customer's number, the behaviour.
    """
    all_orders = plan.size * plan.turns
    low = np.floor((begin - plan.start) / plan.slot * plan.size).astype(np.int64) - 1
    high = np.ceil((end - plan.start) / plan.slot * plan.size).astype(np.int64) + 1
    low = low.clip(0, all_orders)
    counts = high.clip(0, all_orders) - low
    rhythm = np.repeat(np.arange(counts.size), counts)
    order = np.arange(rhythm.size) - np.repeat(np.cumsum(counts) - counts - low, counts)

    jitter = mix(order.astype(np.uint64) ^ plan.key[rhythm]) >> np.uint64(11)
    size = plan.size[rhythm]
    time = (order + jitter * 2.0**-53) / size * plan.slot[rhythm] + plan.start[rhythm]
    inside = np.flatnonzero((time >= begin) & (time < end))
    inside = inside[np.argsort(time[inside])]
    rhythm, order, size = rhythm[inside], order[inside], size[inside]
    turn = order // size
    step = plan.steps[rhythm] + turn
    place = order - turn * size
    number = (plan.factor[step] * place + plan.shift[step]) % size + plan.first[rhythm]
    return second_of(time[inside]), number, plan.behaviour[rhythm]
