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

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future.cells import Cells
from smartcart.core.future.rising import rising

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
LEAST_LOG = -600.0  # exp of less has lost digits
DENSE_REPEATS = 1_000
BLOCK = 8_192  # cells at once: in the cache, and added up on one thread, in one order
DENSE = 0.7  # of the arrays: as long as more are summed, none is left out


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
    few, place = different(cells.x)
    held = np.bincount(place, cells.weight, len(few))
    chances = few + 1.0 if leaves_at_once else few
    some = float(cells.weight.sum())
    constant = (k - 1) * cells.gap_logs - float(held @ few) * math.lgamma(k)
    blocks = [
        (
            place[i : i + BLOCK],
            cells.t[i : i + BLOCK],
            cells.T[i : i + BLOCK],
            cells.weight[i : i + BLOCK],
        )
        for i in range(0, len(place), BLOCK)
    ]

    def value(at: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = (float(v) for v in at)
        before = b + chances - 1.0
        with np.errstate(divide="ignore"):
            left = np.log(np.where(chances > 0, a / np.where(chances > 0, before, 1.0), 0.0))
        log_r, by_log_r = rising(r, k * few)
        log_b, by_log_b = rising(b, chances)
        log_ab, by_log_ab = rising(a + b, chances)
        log_alpha = float(np.log(alpha))
        total = held @ (log_b - log_ab + log_r) + some * r * log_alpha + constant
        by_r = held @ by_log_r + some * log_alpha
        by_alpha = some * r / alpha
        lost_few = np.zeros(len(few))
        for where, t, T, weight in blocks:
            found = _block(k, alpha, (r + k * few)[where], left[where], t, T, weight)
            total, by_r, by_alpha = total + found[0], by_r + found[1], by_alpha + found[2]
            lost_few += np.bincount(where, found[3], len(few))
        by_a = lost_few.sum() / a - held @ by_log_ab
        by_b = held @ (by_log_b - by_log_ab)
        by_b -= np.sum(lost_few / np.where(chances > 0, before, np.inf))
        return float(total), np.array([by_r, by_alpha, by_a, by_b])

    return value


def _block(
    k: int, alpha: float, R: Floats, left: Floats, t: Floats, T: Floats, weight: Floats
) -> tuple[float, float, float, Floats]:
    """Return what customers (n,) add to the value and to its slopes by r and alpha, and who left.

    The last (n,) is the weight times the probability to have left.
    """
    whole, until = alpha + T, alpha + t
    log_whole = np.log(whole)
    log_ratio = log_whole - np.log(until)
    odds = left + R * log_ratio  # of having left, as a logarithm
    if k > 1:
        S, S_r, S_u = _phases(R, (T - t) / whole, k)
        log_S = np.log(S)
        odds -= log_S
    small = np.exp(-np.abs(odds))
    lost = weight * np.where(odds > 0, 1.0, small) / (1.0 + small)
    total = weight @ (np.maximum(odds, 0.0) + np.log1p(small) - R * log_whole)
    by_r = lost @ log_ratio - weight @ log_whole
    by_alpha = -(((weight - lost) * R) @ (1.0 / whole)) - lost @ (R / until)
    if k > 1:
        here = (weight - lost) / S
        total += weight @ log_S
        by_r += here @ S_r
        by_alpha -= here @ (S_u / whole)
    return float(total), float(by_r), float(by_alpha), lost


def different(x: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return the different numbers of repeats, in order, and the place of each customer's (n,).

    Where they are small whole numbers, all up to the largest: nothing is sorted.
    """
    if len(x) and x.max() <= DENSE_REPEATS and x.min() >= 0:
        place = x.astype(np.intp)
        if (place == x).all():
            return np.arange(float(place.max()) + 1.0), place
    found, where = np.unique(x, return_inverse=True)
    return found, where


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
    array([1.   , 0.727])
    """
    whole, few = model.alpha + T, model.chances(x)
    odds = model.r + model.k * x
    S = 1.0 if model.k == 1 else _phases(odds, (T - t) / whole, model.k)[0]
    odds = odds * np.log(whole / (model.alpha + t))
    odds = np.exp(np.minimum(odds, 700.0, out=odds), out=odds)
    few = few + (model.b - 1.0)
    if not model.leaves_at_once:  # nobody leaves before the first repeat
        few = np.where(x > 0, few, np.inf)
    return np.asarray(S / (S + odds * (model.a / few)))


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
    tails = _Tails(R, q)
    for m in range(1, MOST_TERMS):
        tail = stays * tails.at(m * model.k - phase)
        mean[left] += tail
        square[left] += (2 * m - 1) * tail
        if m == 1:
            any_order[:] = tail
        more = tail * (2 * m - 1) > LEAST
        if not more.any():
            break
        if np.count_nonzero(more) < DENSE * len(more):
            left, stays = left[more], stays[more]
            tails.keep(more)
        stays = stays * (b[left] + m - 1) / (a + b[left] + m - 1)
    return mean, square, any_order


class _Tails:
    """Probabilities that at least n phases end within a horizon, for growing n.

    Their number is negative binomial: ``P(N = n) = Gamma(R+n) / (Gamma(R) n!) q^n (1-q)^R``, and
    ``P(N >= n) = I_q(n, R)``, which is read from the library where ``(1-q)^R`` is no number.
    """

    def __init__(self, R: Floats, q: Floats) -> None:
        log_none = R * np.log1p(-q)
        self._R, self._q, self._n = R, q, 1
        self._mass, self._tail = np.exp(log_none), -np.expm1(log_none)
        self._far = bool((log_none < LEAST_LOG).any())

    def at(self, n: int) -> Floats:
        """Return the probabilities (m,) of ``n`` phases or more; ``n`` may not fall."""
        if self._far:
            from scipy.special import betainc

            return np.asarray(betainc(n, self._R, self._q))
        while self._n < n:
            self._mass = self._mass * self._q * (self._R + self._n - 1) / self._n
            self._tail = np.maximum(self._tail - self._mass, 0.0)
            self._n += 1
        return self._tail

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Go on with some."""
        self._R, self._q = self._R[which], self._q[which]
        self._mass, self._tail = self._mass[which], self._tail[which]


def order_chance(model: Nbd, x: Floats, t: Floats, T: Floats, horizon: float) -> Floats:
    """Return the probability (n,) of at least one order within ``horizon``."""
    from scipy.special import betainc

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
    from scipy.special import betainc

    silence = T - t
    q = silence / (model.alpha + T)
    return np.asarray(1.0 - betainc(model.k, model.r + model.k * x, q))


def due(model: Nbd, x: Floats, t: Floats, share: float) -> Floats:
    """Return within how long after the last order (n,) ``share`` of those who stay order again."""
    from scipy.special import betaincinv

    q = betaincinv(model.k, model.r + model.k * x, share)
    with np.errstate(divide="ignore"):
        return np.asarray((model.alpha + t) * q / (1.0 - q))
