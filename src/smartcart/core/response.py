"""Response rates of segments from a past campaign: what is known of each, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.errors import DataError

__all__ = ["RatePosterior", "rate_posterior"]

Floats = NDArray[np.float64]

MEANS, STRENGTHS = 41, 40  # points of the grid


@dataclass(frozen=True, slots=True)
class RatePosterior:
    """The posterior of k response rates: a mixture of Beta distributions.

    ``weight`` (g,) are the weights of the mixture; ``alpha`` and ``beta`` (g, k) its parameters.
    """

    weight: Floats
    alpha: Floats
    beta: Floats

    def mean(self) -> Floats:
        """Return the (k,) expected rates."""
        return np.asarray(self.weight @ (self.alpha / (self.alpha + self.beta)))

    def draw(self, draws: int, rng: np.random.Generator) -> Floats:
        """Return (draws, k) rates."""
        picked = rng.choice(self.weight.size, size=draws, p=self.weight)
        return np.asarray(rng.beta(self.alpha[picked], self.beta[picked]))


def rate_posterior(positives: ArrayLike, trials: ArrayLike) -> RatePosterior:
    """Return what past trials say about the rate of each segment.

    The rate of a segment comes from a Beta distribution around a common mean m with the strength of
    s customers, and so is drawn towards that mean: a large segment hardly, a small one much, and
    all of them more the less they differ. Neither m nor s is guessed: both are averaged over, by
    their likelihood, from the weak prior that is uniform on (m, 1/sqrt(s)) with s at least 1 (A.
    Gelman and others, "Bayesian Data Analysis", 3rd edition, section 5.3). m is looked for around
    the pooled rate.

    Parameters
    ----------
    positives, trials : (k,) customers who answered, and who were contacted; a segment without
        trials gets what the others say.

    Raises
    ------
    DataError
        Where nobody was contacted.

    >>> rate_posterior([40, 38, 41, 1], [200, 200, 200, 2]).mean().round(2).tolist()  # not 50%
    [0.2, 0.2, 0.2, 0.22]
    """
    from scipy.special import betaln

    x, n = np.asarray(positives, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if n.sum() <= 0:
        raise DataError.of(
            "the outcome is known of no customer",
            "customers who were contacted before",
            "name another outcome, or assume a rate",
        )
    mean, density = _means(x, n)
    strength = ((np.arange(STRENGTHS) + 0.5) / STRENGTHS) ** -2.0
    a = (mean[:, None] * strength).reshape(-1, 1)
    b = ((1 - mean[:, None]) * strength).reshape(-1, 1)
    log = (betaln(a + x, b + n - x) - betaln(a, b)).sum(axis=1)
    log += np.repeat(np.log(density), STRENGTHS)
    weight = np.exp(log - log.max())
    return RatePosterior(weight / weight.sum(), a + x, b + n - x)


def _means(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return common means to try, evenly spaced in log odds, and the weight of a uniform prior."""
    pooled = (x.sum() + 0.5) / (n.sum() + 1)
    each = (x + 0.5) / (n + 1)
    spread = float(np.std(np.log(each / (1 - each))))
    half = 4 / np.sqrt((n.sum() + 1) * pooled * (1 - pooled)) + 2 * spread
    centre = np.log(pooled / (1 - pooled))
    mean = 1 / (1 + np.exp(-np.linspace(centre - half, centre + half, MEANS)))
    mean = np.clip(mean, 1e-9, 1 - 1e-9)
    return mean, mean * (1 - mean)
