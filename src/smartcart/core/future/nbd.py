"""Orders that come at a rate of one's own until the customer leaves after one of them.

The family of beta-geometric models, with orders that are regular or not:

* BG/NBD: Fader, Hardie & Lee 2005, "Counting your customers" the easy way. Marketing Science 24.
* MBG/NBD, where a customer may leave after the first order, too: Batislam, Denizel & Filiztekin
  2007, International Journal of Research in Marketing 24.
* (M)BG/CNBD-k, where days between orders are Erlang-k: Platzer & Reutterer 2016, Marketing
  Science 35; 2017 for the closed form.

While alive, days between orders are Erlang with ``k`` phases of rate ``lambda``; after an order the
customer leaves with probability ``p``. Over customers ``lambda`` is Gamma(r, alpha) and ``p`` is
Beta(a, b). Rates are per day if times are in days: any unit serves, ``alpha`` has the same one.

With ``y`` chances to have left (``x + 1`` of MBG, ``x`` of BG), ``R = r + k x`` and
``u = (T - t) / (alpha + T)``, the likelihood of a customer is

``L = B(a, b+y)/B(a, b) Gamma(R)/Gamma(r) alpha^r (alpha+T)^-R (S + D) C`` with
``S = sum over j < k of Gamma(R+j)/Gamma(R) u^j / j!`` (alive, ``j`` phases into the next wait) and
``D = a/(b+y-1) ((alpha+T)/(alpha+t))^R`` (left after the last order; 0 where ``y`` is 0);
``C`` holds the gaps, ``prod gap^(k-1) / (k-1)!^x``, and no parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaln, psi

from smartcart.core.future.cells import Cells

__all__ = [
    "Nbd",
    "alive",
    "due",
    "log_likelihood",
    "order_chance",
    "orders_if_alive",
    "silence_chance",
]

Floats = NDArray[np.float64]
LEAST = 1e-10  # terms of a series below it are left out
MOST_TERMS = 4_000


@dataclass(frozen=True, slots=True)
class Nbd:
    """Parameters of the family; ``leaves_at_once``: MBG, a customer may leave after order one."""

    r: float
    alpha: float
    a: float
    b: float
    k: int = 1
    leaves_at_once: bool = True

    @property
    def values(self) -> Floats:
        """The four parameters (4,)."""
        return np.array([self.r, self.alpha, self.a, self.b])

    def chances(self, x: Floats) -> Floats:
        """How often a customer with ``x`` repeats may have left."""
        return x + 1.0 if self.leaves_at_once else x


def log_likelihood(model: Nbd, cells: Cells) -> tuple[float, Floats]:
    """Return the log-likelihood of all customers, and its gradient (4,) by r, alpha, a, b."""
    return prepared(cells, model.k, leaves_at_once=model.leaves_at_once)(model.values)


def prepared(
    cells: Cells, k: int, *, leaves_at_once: bool
) -> Callable[[Floats], tuple[float, Floats]]:
    """Return the log-likelihood and its gradient as a function of (r, alpha, a, b).

    What depends on the repeats only is computed once per number of repeats.
    """
    few, place = np.unique(cells.x, return_inverse=True)
    held = np.bincount(place, cells.weight, len(few))
    chances = few + 1.0 if leaves_at_once else few
    weight, t, T = cells.weight, cells.t, cells.T
    silence = T - t
    some = float(weight.sum())
    constant = (k - 1) * cells.gap_logs - float(weight @ cells.x) * float(gammaln(k))

    def value(at: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = (float(v) for v in at)
        R_few = r + k * few
        R = R_few[place]
        whole, until = alpha + T, alpha + t
        log_whole, log_ratio = np.log(whole), np.log(whole / until)
        S, S_r, S_u = _phases(R, silence / whole, k)
        with np.errstate(divide="ignore"):
            left = np.where(chances > 0, np.log(a) - np.log(np.maximum(b + chances - 1, 1e-300)),
                            -np.inf)[place]  # fmt: skip
        log_S, log_D = np.log(S), left + R * log_ratio
        both = np.logaddexp(log_S, log_D)
        here, gone = np.exp(log_S - both), np.exp(log_D - both)
        beta = gammaln(b + chances) - gammaln(a + b + chances) - gammaln(b) + gammaln(a + b)
        total = held @ (beta + gammaln(R_few)) + some * (r * np.log(alpha) - gammaln(r))
        total += weight @ (both - R * log_whole) + constant
        by_r = held @ psi(R_few) + some * (np.log(alpha) - psi(r))
        by_r += weight @ (gone * log_ratio + here * S_r / S - log_whole)
        by_alpha = some * r / alpha - weight @ (
            R / whole + (here * S_u / S) / whole - gone * R * (1 / whole - 1 / until)
        )
        lost = weight @ gone
        by_a = held @ (psi(a + b) - psi(a + b + chances)) + lost / a
        by_b = held @ (psi(b + chances) - psi(a + b + chances) - psi(b) + psi(a + b))
        gone_few = np.bincount(place, weight * gone, len(few))
        by_b -= np.sum(np.where(chances > 0, gone_few / np.maximum(b + chances - 1, 1e-300), 0.0))
        return float(total), np.array([by_r, by_alpha, by_a, by_b])

    return value


def _phases(R: Floats, u: Floats, k: int) -> tuple[Floats, Floats, Floats]:
    """Return ``S``, its derivative by R, and ``u`` times that by u, all (n,)."""
    term, slope = np.ones_like(R), np.zeros_like(R)
    S, by_R, by_u = term, slope, np.zeros_like(R)
    for j in range(1, k):
        slope = slope + 1.0 / (R + j - 1)
        term = term * (R + j - 1) * u / j
        S, by_R, by_u = S + term, by_R + term * slope, by_u + j * term
    return S, by_R, by_u


def alive(model: Nbd, x: Floats, t: Floats, T: Floats) -> Floats:
    """Return the probability (n,) to be a customer still: ``S / (S + D)``.

    >>> model = Nbd(0.243, 4.414, 0.793, 2.426, leaves_at_once=False)
    >>> alive(model, np.array([0.0, 2.0]), np.array([0, 30.43]), np.array([38.86] * 2)).round(3)
    array([1.   , 0.726])
    """
    R, chances = model.r + model.k * x, model.chances(x)
    S, _, _ = _phases(R, (T - t) / (model.alpha + T), model.k)
    ratio = np.log((model.alpha + T) / (model.alpha + t))
    with np.errstate(divide="ignore", over="ignore"):
        D = np.where(
            chances > 0, model.a / np.maximum(model.b + chances - 1, 1e-300), 0.0
        ) * np.exp(np.minimum(R * ratio, 700.0))  # fmt: skip
        return np.asarray(S / (S + D))


def phase_weights(model: Nbd, x: Floats, t: Floats, T: Floats) -> Floats:
    """Return the probability (k, n) to be ``j`` phases into the wait for the next order."""
    R, u = model.r + model.k * x, (T - t) / (model.alpha + T)
    terms = [np.ones_like(R)]
    for j in range(1, model.k):
        terms.append(terms[-1] * (R + j - 1) * u / j)
    found = np.stack(terms)
    return np.asarray(found / found.sum(axis=0))


def orders_if_alive(
    model: Nbd, x: Floats, T: Floats, horizon: float, phase: int = 0
) -> tuple[Floats, Floats, Floats]:
    """Return moments of the orders within ``horizon`` of customers who are still there.

    Three arrays (n,): the mean, the mean of the square, and the probability of any order. With
    ``phase`` phases of the wait behind it, order number m comes in time with probability
    ``I_q(m k - phase, r + k x + phase)``, ``q = horizon / (alpha + T + horizon)``, if the customer
    has not left before, which has the probability ``B(a, b+y+m-1) / B(a, b+y)``. The mean is
    the sum of ``P(Y >= m)``, that of the square the sum of ``(2 m - 1) P(Y >= m)``.
    """
    R = model.r + model.k * x + phase
    q = horizon / (model.alpha + T + horizon)
    a, b = model.a, model.b + model.chances(x)
    mean, square, any_order = np.zeros_like(R), np.zeros_like(R), np.zeros_like(R)
    stays = np.ones_like(R)
    left = np.arange(len(R))  # whose terms still count
    for m in range(1, MOST_TERMS):
        tail = stays * betainc(m * model.k - phase, R[left], q[left])
        mean[left] += tail
        square[left] += (2 * m - 1) * tail
        if m == 1:
            any_order[:] = tail
        more = tail * (2 * m - 1) > LEAST
        if not more.any():
            break
        left, stays = left[more], stays[more]
        stays = stays * (b[left] + m - 1) / (a + b[left] + m - 1)
    return mean, square, any_order


def order_chance(model: Nbd, x: Floats, t: Floats, T: Floats, horizon: float) -> Floats:
    """Return the probability (n,) of at least one order within ``horizon``."""
    weights = phase_weights(model, x, t, T)
    q = horizon / (model.alpha + T + horizon)
    found = np.zeros_like(x, dtype=np.float64)
    for j in range(model.k):
        found += weights[j] * betainc(model.k - j, model.r + model.k * x + j, q)
    return np.asarray(alive(model, x, t, T) * found)


def silence_chance(model: Nbd, x: Floats, t: Floats, T: Floats) -> Floats:
    """Return the probability (n,) that a customer who has not left is silent for so long.

    It is that of a wait of ``T - t`` or more at the rate that the orders until ``t`` told.
    """
    silence = T - t
    q = silence / (model.alpha + T)
    return np.asarray(1.0 - betainc(model.k, model.r + model.k * x, q))


def due(model: Nbd, x: Floats, t: Floats, share: float) -> Floats:
    """Return within how long after the last order (n,) ``share`` of those who stay order again."""
    q = betaincinv(model.k, model.r + model.k * x, share)
    with np.errstate(divide="ignore"):
        return np.asarray((model.alpha + t) * q / (1.0 - q))
