"""One way of forecasting, applied: models, simple rules, and the mean of one of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future import nbd
from smartcart.core.future.moments import FEW_REPEATS, MOST_DAYS, Moments
from smartcart.core.future.nbd import Nbd
from smartcart.core.future.pareto import Pareto, alive_pareto, orders_pareto

__all__ = [
    "RATE",
    "RULES",
    "SILENCE",
    "Expected",
    "Way",
    "expected",
    "expected_orders",
    "rate_rule",
    "silence_rule",
]

Floats = NDArray[np.float64]
RATE = "a rate that goes on"
SILENCE = "silence of twice the usual gap"
RULES = (RATE, SILENCE)
MANY = 20_000  # cells from which moments are read off a grid ...
MOST_EXPONENT = 300.0  # of each of two factors
BLOCK = 8_192  # ... so many at once: their arrays are given back without a word to the kernel


@dataclass(frozen=True, slots=True)
class Way:
    """A way to forecast orders: a model, a simple rule, or the mean of both; times ``factor``."""

    name: str
    model: Nbd | Pareto | None = None
    rule: str = ""
    factor: float = 1.0

    @property
    def simple(self) -> bool:
        """Whether it needs no model."""
        return self.model is None


@dataclass(frozen=True, slots=True)
class Expected:
    """Orders (n,) expected of each customer, and the chance of any."""

    orders: Floats
    any_order: Floats


def rate_rule(x: Floats, T: Floats, horizon: float) -> Floats:
    """Return orders within ``horizon`` if a customer goes on as since its first order."""
    return np.asarray(x / np.where(T > 0, T, 1.0) * horizon)


def silence_rule(x: Floats, t: Floats, T: Floats, horizon: float) -> Floats:
    """Return the rate that goes on, or nothing of who was silent for twice its own mean gap."""
    stays = (x > 0) & ((T - t) * x <= 2.0 * t)
    return np.where(stays, rate_rule(x, T, horizon), 0.0)


def expected(way: Way, x: Floats, t: Floats, T: Floats, horizon: float) -> Expected:
    """Return what a way expects of customers (n,) within ``horizon``.

    Of a simple rule the chance of an order is that of a Poisson variable with its mean, which
    keeps its order of customers.
    """
    orders, chance = np.zeros_like(x), np.zeros_like(x)
    parts = 0
    if way.model is not None:
        orders, chance, parts = *_of_model(way.model, x, t, T, horizon), 1
    if way.rule:
        rule = rate_rule(x, T, horizon)
        if way.rule == SILENCE:
            rule = silence_rule(x, t, T, horizon)
        orders, chance, parts = orders + rule, chance - np.expm1(-rule), parts + 1
    return Expected(orders / parts * way.factor, chance / parts)


def expected_orders(way: Way, x: Floats, t: Floats, T: Floats, horizon: float) -> Floats:
    """Return the orders (n,) of :func:`expected`; of many customers in whole days in half the time.

    What depends on days only is then computed once per day.
    """
    model, longest = way.model, float(T.max(initial=0.0))
    plain = isinstance(model, Nbd) and model.k == 1 and not way.rule
    if not plain or len(x) <= MANY or longest > MOST_DAYS:
        return expected(way, x, t, T, horizon).orders
    assert isinstance(model, Nbd)
    every, repeats = np.arange(longest + 1.0), np.arange(FEW_REPEATS + 1.0)
    logs = np.log(model.alpha + every)
    logs -= (logs[0] + logs[-1]) / 2  # so that powers of both signs stay far from the bounds
    powers = np.outer(logs, model.r + repeats)
    if powers.max() > MOST_EXPONENT:
        return expected(way, x, t, T, horizon).orders
    with np.errstate(divide="ignore"):
        left = model.a / np.maximum(model.b + model.chances(repeats) - 1.0, 0.0)
    left = np.minimum(left, np.exp(MOST_EXPONENT))
    if not model.leaves_at_once:  # nobody leaves before the first repeat
        left[0] = 0.0
    watched, silent = np.exp(powers).ravel(), (left * np.exp(-powers)).ravel()
    few = len(repeats)
    pairs = np.meshgrid(repeats, every)
    moments = Moments(model, horizon, longest)
    stays = moments.orders(pairs[0].ravel(), pairs[1].ravel(), 0)[0] * way.factor
    found = np.empty(len(x))
    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        n, last, days = (v[part].astype(np.intp) for v in (x, t, T))
        if (last != t[part]).any() or (days != T[part]).any():
            return expected(way, x, t, T, horizon).orders
        np.minimum(n, FEW_REPEATS, out=n)
        days *= few
        days += n
        last *= few
        last += n
        gone = watched[days]
        gone *= silent[last]
        gone += 1.0
        np.divide(stays[days], gone, out=found[part])
    many = np.flatnonzero(x > FEW_REPEATS)
    if many.size:
        here, whole = nbd.alive(model, x[many], t[many], T[many]), (x[many], T[many])
        found[many] = here * moments.orders(*whole, 0)[0] * way.factor
    return found


def _of_model(
    model: Nbd | Pareto, x: Floats, t: Floats, T: Floats, horizon: float
) -> tuple[Floats, Floats]:
    """Return orders and the chance of any; what depends on x and T only is computed once each."""
    if isinstance(model, Nbd) and len(x) > MANY:
        return _by_grid(model, x, t, T, horizon)
    pairs, place = unique_pairs(x, T)
    if isinstance(model, Pareto):
        here = alive_pareto(model, x, t, T)
        mean, chance = orders_pareto(model, *pairs, horizon)
        return here * mean[place], here * chance[place]
    here = nbd.alive(model, x, t, T)
    weights = nbd.phase_weights(model, x, t, T)
    orders, chance = np.zeros_like(x), np.zeros_like(x)
    for j in range(model.k):
        mean, _, any_order = nbd.orders_if_alive(model, *pairs, horizon, j)
        orders += weights[j] * mean[place]
        chance += weights[j] * any_order[place]
    return here * orders, here * chance


def _by_grid(model: Nbd, x: Floats, t: Floats, T: Floats, horizon: float) -> tuple[Floats, Floats]:
    moments = Moments(model, horizon, float(T.max()))
    orders, chance = np.zeros_like(x), np.zeros_like(x)

    def told(few: tuple[Floats, Floats, Floats]) -> tuple[Floats, Floats]:
        here = nbd.alive(model, *few)
        mean, any_order = np.zeros_like(here), np.zeros_like(here)
        weights = nbd.phase_weights(model, *few) if model.k > 1 else (1.0,)
        for j in range(model.k):
            one, other = moments.orders(few[0], few[2], j)
            mean, any_order = mean + weights[j] * one, any_order + weights[j] * other
        return here * mean, here * any_order

    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        orders[part], chance[part] = told((np.minimum(x[part], FEW_REPEATS), t[part], T[part]))
    many = np.flatnonzero(x > FEW_REPEATS)
    if many.size:
        orders[many], chance[many] = told((x[many], t[many], T[many]))
    return orders, chance


def unique_pairs(x: Floats, T: Floats) -> tuple[tuple[Floats, Floats], NDArray[np.intp]]:
    """Return the different pairs of both, and the place of each customer's pair (n,)."""
    found, place = np.unique(x + 1j * T, return_inverse=True)
    return (found.real, found.imag), place
