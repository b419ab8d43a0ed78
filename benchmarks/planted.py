"""Data with a known answer: planted clusters, single clouds, independent noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def random_covariance(p: int, rng: np.random.Generator, *, spread: float = 1.0) -> Floats:
    """Return a random covariance: unequal axes, randomly turned, mean variance 1."""
    axes, _ = np.linalg.qr(rng.normal(size=(p, p)))
    variances = np.exp(rng.normal(0, spread, p))
    variances *= p / variances.sum()
    return (axes * variances) @ axes.T


def planted(
    seed: int,
    *,
    n: int = 3000,
    separation: tuple[float, float] = (4.0, 7.0),
    spread: float = 1.0,
    smallest: float = 0.06,
    shared: bool | None = None,
    df: float | None = None,
    k: int | None = None,
) -> tuple[Floats, NDArray[np.int64]]:
    """Return rows and true labels: 3 to 7 clusters, 5 to 8 columns, 0 to 2 noise columns.

    ``separation`` bounds the smallest distance between two centers in units of the (mean)
    within-cluster standard deviation per column; ``df`` gives heavy (Student t) tails.
    """
    rng = np.random.default_rng(seed)
    k = int(rng.integers(3, 8)) if k is None else k
    p = int(rng.integers(5, 9))
    noise = int(rng.integers(0, 3))
    while True:
        shares = rng.dirichlet(np.full(k, 2.0))
        if shares.min() >= smallest:
            break
    sizes = np.floor(shares * n).astype(int)
    sizes[0] += n - sizes.sum()
    floor = rng.uniform(*separation)
    centers = rng.normal(size=(k, p))
    apart = np.sqrt(((centers[:, None] - centers) ** 2).sum(-1))[np.triu_indices(k, 1)].min()
    centers *= floor / apart
    one = random_covariance(p, rng, spread=spread)
    same = bool(rng.integers(0, 2)) if shared is None else shared
    parts = []
    for j in range(k):
        cov = one if same else random_covariance(p, rng, spread=spread)
        cloud = rng.multivariate_normal(np.zeros(p), cov, size=sizes[j])
        if df is not None:
            cloud /= np.sqrt(rng.chisquare(df, size=(sizes[j], 1)) / df)
        parts.append(cloud + centers[j])
    X = np.concatenate(parts)
    X = np.concatenate([X, rng.normal(size=(n, noise))], axis=1)
    labels = np.repeat(np.arange(k), sizes)
    order = rng.permutation(n)
    return X[order], labels[order]


CLOUDS = ("gaussian", "lognormal", "gamma", "skewed", "student", "box")


def single_cloud(seed: int, *, n: int = 3000, kind: str | None = None) -> Floats:
    """Return one structureless cloud with correlated, mostly skewed columns."""
    from scipy import stats

    rng = np.random.default_rng(seed)
    p = int(rng.integers(4, 10))
    kind = CLOUDS[seed % len(CLOUDS)] if kind is None else kind
    loadings = rng.normal(size=(p, int(rng.integers(1, 4))))
    cov = loadings @ loadings.T + np.diag(rng.uniform(0.3, 1.5, p))
    sd = np.sqrt(np.diag(cov))
    g = rng.multivariate_normal(np.zeros(p), cov / np.outer(sd, sd), size=n)
    if kind == "lognormal":
        return np.exp(g * rng.uniform(0.3, 1.0, p))
    if kind == "gamma":
        return stats.gamma.ppf(stats.norm.cdf(g), rng.uniform(0.8, 4.0, p))
    if kind == "skewed":
        return stats.skewnorm.ppf(np.clip(stats.norm.cdf(g), 1e-9, 1 - 1e-9), rng.uniform(2, 8, p))
    if kind == "student":
        return g / np.sqrt(rng.chisquare(4, size=(n, 1)) / 4)
    if kind == "box":
        return rng.uniform(size=(n, p)) @ rng.normal(size=(p, p))
    return g


NOISES = ("normal", "uniform", "exponential", "lognormal")


def independent_noise(seed: int, *, n: int = 3000, kind: str | None = None) -> Floats:
    """Return columns that have nothing in common."""
    rng = np.random.default_rng(seed)
    p = int(rng.integers(4, 10))
    kind = NOISES[seed % len(NOISES)] if kind is None else kind
    if kind == "uniform":
        return rng.uniform(size=(n, p))
    if kind == "exponential":
        return rng.exponential(size=(n, p))
    if kind == "lognormal":
        return np.exp(0.7 * rng.normal(size=(n, p)))
    return rng.normal(size=(n, p))
