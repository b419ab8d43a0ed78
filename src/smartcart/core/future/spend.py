"""The money of an order: customers have means of their own, told by few orders.

Gamma-Gamma: Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary Value"; Colombo & Jiang 1999.
An order of a customer is Gamma(p, nu), nu over customers Gamma(q, gamma). With ``n`` orders of mean
``m`` the likelihood of a customer is

``Gamma(p n + q) / (Gamma(p n) Gamma(q)) gamma^q m^(p n - 1) n^(p n) / (gamma + n m)^(p n + q)``

and the mean of its orders to come ``p (gamma + n m) / (p n + q - 1)``, which lies between its own
mean and that of all customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Spend", "fit_spend", "money_of_an_order", "spend_likelihood"]

Floats = NDArray[np.float64]
LEAST_CUSTOMERS = 20


@dataclass(frozen=True, slots=True)
class Spend:
    """Parameters; ``gamma`` is in money. ``fallback`` is the mean of orders above nothing."""

    p: float
    q: float
    gamma: float
    fallback: float

    @property
    def mean(self) -> float:
        """The mean order of a customer of whom nothing is known."""
        return self.p * self.gamma / (self.q - 1.0) if self.q > 1.0 else self.fallback


def spend_likelihood(at: Floats, n: Floats, mean: Floats, weight: Floats) -> tuple[float, Floats]:
    """Return the log-likelihood of customers and its gradient (3,) by p, q, gamma.

    ``n`` orders each, of mean ``mean`` above 0; all arrays (n,).
    """
    from scipy.special import gammaln, psi

    p, q, gamma = (float(v) for v in at)
    pn, all_money = p * n, gamma + n * mean
    log_all, log_sum = np.log(all_money), np.log(n * mean)
    each = gammaln(pn + q) - gammaln(pn) - gammaln(q) + q * np.log(gamma) - np.log(mean)
    each += pn * log_sum - (pn + q) * log_all
    common = psi(pn + q) - log_all
    by_p = weight @ (n * (common - psi(pn) + log_sum))
    by_q = weight @ (common - psi(q) + np.log(gamma))
    by_gamma = weight @ (q / gamma - (pn + q) / all_money)
    return float(weight @ each), np.array([by_p, by_q, by_gamma])


def fit_spend(n: Floats, mean: Floats, weight: Floats | None = None) -> Spend | None:
    """Fit the model to customers with a positive mean; None where there are too few.

    Customers with nothing or less do not count: they tell nothing of an order's money.
    """
    from smartcart.core.future.fit import maximum

    weight = np.ones(len(n)) if weight is None else weight
    sound = (n > 0) & (mean > 0) & np.isfinite(mean) & (weight > 0)
    n, mean, weight = n[sound], mean[sound], weight[sound]
    some = float(weight.sum())
    if some < LEAST_CUSTOMERS or np.ptp(mean) == 0:
        return None
    fallback = float((weight * n) @ mean / (weight @ n))
    scaled = mean / fallback  # money has no unit: cents or pounds give the same
    at, _, _ = maximum(
        lambda v: spend_likelihood(v, n, scaled, weight), np.array([2.0, 3.0, 2.0]), some
    )
    return Spend(float(at[0]), float(at[1]), float(at[2]) * fallback, fallback)


def money_of_an_order(model: Spend, n: Floats, mean: Floats) -> Floats:
    """Return the expected money (n,) of an order to come, never below 0.

    A customer whose orders come to nothing or less is taken for one of whom nothing is known.
    """
    known = (n > 0) & (mean > 0) & np.isfinite(mean)
    n, mean = np.where(known, n, 0.0), np.where(known, mean, 0.0)
    below = model.p * n + model.q - 1.0
    found = model.p * (model.gamma + n * mean) / np.where(below > 0, below, 1.0)
    return np.where(below > 0, found, model.fallback)


def variance_of_an_order(model: Spend, n: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """Return the variance (n,) of an order around the customer's mean, and of that mean itself.

    ``nu`` given the orders is Gamma(p n + q, gamma + n m): the mean ``p / nu`` has the variance
    ``p^2 B^2 / ((A-1)^2 (A-2))``, an order around it ``p / nu^2`` on average. Where ``A`` is 2 or
    less they are not finite, and the square of the expected order stands in.
    """
    known = (n > 0) & (mean > 0) & np.isfinite(mean)
    n, mean = np.where(known, n, 0.0), np.where(known, mean, 0.0)
    A, B = model.p * n + model.q, model.gamma + n * mean
    finite = A > 2.05
    safe = np.where(finite, A, 3.0)
    square = B**2 / ((safe - 1.0) * (safe - 2.0))
    of_mean = model.p**2 * B**2 / ((safe - 1.0) ** 2 * (safe - 2.0))
    stand_in = money_of_an_order(model, n, mean) ** 2
    return np.where(finite, model.p * square, stand_in), np.where(finite, of_mean, stand_in)
