"""Orders that come at a rate of one's own until the customer leaves, at any time: Pareto/NBD.

Schmittlein, Morrison & Colombo 1987, "Counting your customers: who are they and what will they do
next?", Management Science 33. The rate of orders is Gamma(r, alpha) over customers, that of leaving
Gamma(s, beta). The likelihood is kept as an integral over the time of leaving, which is smooth and
has a gradient of the same form, instead of Gauss's hypergeometric function:

``L = Gamma(r+x)/Gamma(r) alpha^r beta^s [(alpha+T)^-(r+x) (beta+T)^-s
+ s * integral from t to T of (alpha+y)^-(r+x) (beta+y)^-(s+1) dy]``
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future.cells import Cells
from smartcart.core.future.rising import rising

__all__ = ["Pareto", "alive_pareto", "log_likelihood_pareto", "orders_pareto"]

Floats = NDArray[np.float64]
NODES = 40
BLOCK = 2_048  # customers whose integrals are taken at once
DECAYED = 45.0  # exp(-45) is below the last digit


@dataclass(frozen=True, slots=True)
class Pareto:
    """Parameters; ``alpha`` and ``beta`` are in the unit of time."""

    r: float
    alpha: float
    s: float
    beta: float

    @property
    def values(self) -> Floats:
        """The four parameters (4,)."""
        return np.array([self.r, self.alpha, self.s, self.beta])


def log_likelihood_pareto(model: Pareto, cells: Cells) -> tuple[float, Floats]:
    """Return the log-likelihood of all customers, and its gradient (4,) by r, alpha, s, beta."""
    return prepared_pareto(cells)(model.values)


def prepared_pareto(cells: Cells) -> Callable[[Floats], tuple[float, Floats]]:
    """Return the log-likelihood and its gradient as a function of (r, alpha, s, beta)."""
    few, place = np.unique(cells.x, return_inverse=True)
    held = np.bincount(place, cells.weight, len(few))
    weight, some = cells.weight, float(cells.weight.sum())

    def value(at: Floats) -> tuple[float, Floats]:
        r, alpha, s, beta = (float(v) for v in at)
        log_alive, log_dead, parts = _both(r, alpha, s, beta, cells)
        both = np.logaddexp(log_alive, log_dead)
        here, gone = weight * np.exp(log_alive - both), weight * np.exp(log_dead - both)
        log_a, log_b, over_a, over_b = parts
        R = r + cells.x
        log_r, by_log_r = rising(r, few)
        total = held @ log_r + weight @ both
        total += some * (r * np.log(alpha) + s * np.log(beta))
        whole_a, whole_b = alpha + cells.T, beta + cells.T
        by_r = held @ by_log_r + some * np.log(alpha)
        by_r -= here @ np.log(whole_a) + gone @ log_a
        by_alpha = some * r / alpha - here @ (R / whole_a) - gone @ (R * over_a)
        by_s = some * np.log(beta) - here @ np.log(whole_b) + gone @ (1 / s - log_b)
        by_beta = some * s / beta - here @ (s / whole_b) - gone @ ((s + 1) * over_b)
        return float(total), np.array([by_r, by_alpha, by_s, by_beta])

    return value


def _both(
    r: float, alpha: float, s: float, beta: float, cells: Cells
) -> tuple[Floats, Floats, tuple[Floats, Floats, Floats, Floats]]:
    """Return the logarithms of both parts of the likelihood, and means over the time of leaving.

    The means, weighted by the integrand, are of ``log(alpha+y)``, ``log(beta+y)``,
    ``1/(alpha+y)``, ``1/(beta+y)``. The integral is over ``v = log(low + y)``, ``low`` the smaller
    of both, and ends where the integrand has vanished.
    """
    low = min(alpha, beta)
    R = r + cells.x
    log_alive = -R * np.log(alpha + cells.T) - s * np.log(beta + cells.T)
    start, end = np.log(low + cells.t), np.log(low + cells.T)
    end = np.minimum(end, start + _reach(R + s, low, max(alpha, beta), cells.t))
    nodes, shares = np.polynomial.legendre.leggauss(NODES)
    width = (end - start) / 2.0
    v = start + width * (nodes[:, None] + 1.0)  # (NODES, n)
    y = np.exp(v) - low
    log_a, log_b = np.log(alpha + y), np.log(beta + y)
    exponent = -R * log_a - (s + 1) * log_b + v
    top = exponent.max(axis=0)
    mass = np.exp(exponent - top) * shares[:, None]
    added = mass.sum(axis=0)
    with np.errstate(divide="ignore"):
        log_dead = np.log(s) + top + np.log(added) + np.log(width)
    mean = [
        (mass * one).sum(axis=0) / added for one in (log_a, log_b, 1 / (alpha + y), 1 / (beta + y))
    ]
    return log_alive, log_dead, (mean[0], mean[1], mean[2], mean[3])


def _reach(R: Floats, low: float, high: float, t: Floats) -> Floats:
    """Return over how much of ``v`` the integrand may not have vanished."""
    slow = (high + t) / (low + t)  # the other factor falls so much slower in v
    return DECAYED / R * slow + 2.0 * np.log(slow)


def alive_pareto(model: Pareto, x: Floats, t: Floats, T: Floats) -> Floats:
    """Return the probability (n,) to be a customer still."""
    found = np.empty(len(x))
    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        cells = Cells(x[part], t[part], T[part], np.ones_like(x[part]))
        log_alive, log_dead, _ = _both(model.r, model.alpha, model.s, model.beta, cells)
        found[part] = np.exp(log_alive - np.logaddexp(log_alive, log_dead))
    return found


def orders_pareto(model: Pareto, x: Floats, T: Floats, horizon: float) -> tuple[Floats, Floats]:
    """Return the mean orders within ``horizon`` of those still there, and the chance of any.

    The mean is ``(r+x)/(alpha+T) * integral from 0 to horizon of ((beta+T)/(beta+T+u))^s du``; the
    chance is an integral over the time of leaving, by the rule of Gauss and Legendre.
    """
    rest = model.beta + T
    long = np.log1p(horizon / rest)
    stays = rest * long * _expm1_over((1.0 - model.s) * long)
    mean = (model.r + x) / (model.alpha + T) * stays
    nodes, shares = np.polynomial.legendre.leggauss(NODES)
    u = horizon * (nodes[:, None] + 1.0) / 2.0
    chance = np.empty(len(x))
    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        R, whole, later = model.r + x[part], model.alpha + T[part], rest[part]
        # P(order before u, not left before it): density of the first order times survival
        density = R / whole * (whole / (whole + u)) ** (R + 1) * (later / (later + u)) ** model.s
        chance[part] = (density * shares[:, None]).sum(axis=0) * horizon / 2.0
    return np.asarray(mean), np.minimum(chance, 1.0)


def _expm1_over(z: Floats) -> Floats:
    """Return ``(exp(z) - 1) / z``, 1 at 0."""
    near = np.abs(z) < 1e-9
    return np.where(near, 1.0 + z / 2, np.expm1(z) / np.where(near, 1.0, z))
