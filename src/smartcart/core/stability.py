"""Does a partition come back on other samples of the same customers?

Rows are drawn again with replacement, K-Means is fitted again, all rows are assigned, and the new
partition is compared with the original one: as a whole by the adjusted Rand index (Hubert & Arabie
1985), segment by segment by Jaccard similarity (Hennig 2007, Comput. Stat. Data Anal. 52).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.k_lloyd import best_of, drawn_starts, for_each
from smartcart.core.kmeans import nearest

__all__ = [
    "BEHIND",
    "FINE",
    "Stability",
    "adjusted_rand",
    "agreement",
    "bootstrap_stability",
    "crosstab",
    "found_again",
    "prediction_strength",
    "resampled",
]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

FRESH = 3  # k-means++ starts per refit
BEHIND = 1.01  # a start with this many times the WCSS of the best is given up early
FINE = 1e-4  # a refit ends when a pass improves WCSS by a smaller share


@dataclass(frozen=True, slots=True)
class Stability:
    """``ari``: mean over the resamples; ``jaccard`` (k,): mean per segment, in label order."""

    ari: float
    jaccard: tuple[float, ...]


def bootstrap_stability(
    Z: Floats,
    fits: dict[int, tuple[Floats, Labels]],
    *,
    resamples: int,
    rng: np.random.Generator,
    settled: int | None = None,
    starts: int = FRESH,
) -> dict[int, Stability]:
    """Refit every partition on the same resamples and compare.

    Each refit starts ``starts`` times from k-means++, never from the original centers, and the
    smallest WCSS counts: a partition that is only one of several about equally good ones is found
    out. (Started from the original centers, refits stay near them: on a continuum of customers the
    index is then too high by about 0.1.)

    Parameters
    ----------
    Z : (n, p); fits : K -> (centers (K, p), labels (n,)), K >= 2.
    settled : a K whose fit was started from groups known beforehand; its refits start there only.

    Returns
    -------
    K -> :class:`Stability`.
    """
    weights, fresh = resampled(Z, max(fits), resamples, rng, starts)

    def compare(k: int) -> Stability:
        centers, labels = fits[k]
        tries = fresh[:, :, :k]
        if k == settled:
            tries = np.broadcast_to(centers, (1, resamples, *centers.shape))
        _, again, _ = best_of(Z, weights, tries, behind=BEHIND, tol=FINE)
        return agreement(labels, again, weights, k)

    ks = sorted(fits, reverse=True)  # the longest first
    return dict(zip(ks, for_each(compare, ks), strict=True))


def resampled(
    Z: Floats, k: int, resamples: int, rng: np.random.Generator, starts: int = FRESH
) -> tuple[Floats, Floats]:
    """Return how often each row (n,) is in each of B resamples, and starts (S, B, k, p) on them."""
    n = Z.shape[0]
    weights = rng.multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)
    return weights, np.stack(drawn_starts([Z] * starts, weights, k, rng))


def agreement(labels: Labels, again: Labels, weights: Floats, k: int) -> Stability:
    """Return how labels (n,) agree with those (B, n) of refits on resamples ``weights`` (B, n)."""
    drawn = (weights > 0).astype(np.float64)
    ari, jaccard = [], []
    for other, there in zip(again, drawn, strict=True):
        ari.append(adjusted_rand(crosstab(labels, other, k, k)))
        table = crosstab(labels, other, k, k, there)
        union = table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table
        jaccard.append((table / np.maximum(union, 1.0)).max(axis=1))
    mean = np.mean(jaccard, axis=0)
    return Stability(float(np.mean(ari)), tuple(float(one) for one in mean))


def found_again(
    Z: Floats, centers: Floats, *, resamples: int = 10, rows: int = 5_000, seed: int = 0
) -> tuple[float, ...]:
    """Return how well refits on resamples, started from the centers, find each segment again.

    Mean Jaccard similarity per segment, on at most ``rows`` rows. A segment that lives on in other
    data is found near its place; one without customers of its own, or between two crowds, is not.
    (Refits started anywhere would also ask whether another solution is as good: see
    :func:`bootstrap_stability`.)

    Parameters
    ----------
    Z : (n, p) standardized; centers : (k, p).
    """
    from threadpoolctl import threadpool_limits

    k = len(centers)
    if len(Z) > rows:
        Z = Z[np.sort(np.random.default_rng([seed, 0]).choice(len(Z), rows, replace=False))]
    labels = nearest(Z, centers)
    pairs: dict[int, tuple[Floats, Labels]] = {k: (centers, labels)}
    rng = np.random.default_rng([seed, 1])
    with threadpool_limits(1, "blas"):  # so that the digits do not depend on the threads
        return bootstrap_stability(Z, pairs, resamples=resamples, rng=rng, settled=k)[k].jaccard


def prediction_strength(
    Z: Floats, ks: range, *, splits: int, rng: np.random.Generator
) -> dict[int, float]:
    """Return the prediction strength of each K (Tibshirani & Walther 2005).

    The rows are split in two halves, each is clustered, and the pairs of rows that share a cluster
    of one half should also share a cluster when the centers of the other half divide them; the
    worst cluster counts. Mean over ``splits`` random splits and both directions.
    """
    n = Z.shape[0]
    top = max(ks)
    weights = np.zeros((2 * splits, n))
    for s in range(splits):
        order = rng.permutation(n)
        weights[2 * s, order[: n // 2]] = 1.0
        weights[2 * s + 1, order[n // 2 :]] = 1.0
    starts = np.stack(drawn_starts([Z] * 2, weights, top, rng))

    def weakest(k: int) -> float:
        _, labels, _ = best_of(Z, weights, starts[:, :, :k])
        worst = []
        for half in range(2 * splits):
            test = weights[half] > 0
            table = crosstab(labels[half][test], labels[half ^ 1][test], k, k)
            sizes = table.sum(axis=1)
            pairs = (table * (table - 1)).sum(axis=1)
            shares = np.where(sizes > 1, pairs / np.maximum(sizes * (sizes - 1), 1.0), 1.0)
            worst.append(float(shares.min()))
        return float(np.mean(worst))

    return dict(zip(ks, for_each(weakest, ks), strict=True))


def crosstab(
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    rows: int,
    columns: int,
    weight: Floats | None = None,
) -> Floats:
    """Return the (rows, columns) table of how often label ``a`` meets label ``b``."""
    flat = np.bincount(a * np.int32(columns) + b, weights=weight, minlength=rows * columns)
    return flat.reshape(rows, columns).astype(np.float64)


def adjusted_rand(table: Floats) -> float:
    """Return the adjusted Rand index of a contingency table: 1 equal, about 0 by chance.

    >>> import numpy as np
    >>> adjusted_rand(np.array([[3.0, 0.0], [0.0, 2.0]]))
    1.0
    """
    n = table.sum()
    together = float((table * (table - 1)).sum()) / 2
    a, b = table.sum(axis=1), table.sum(axis=0)
    first, second = float((a * (a - 1)).sum()) / 2, float((b * (b - 1)).sum()) / 2
    pairs = n * (n - 1) / 2
    expected = first * second / pairs if pairs else 0.0
    largest = (first + second) / 2
    return 1.0 if largest == expected else float((together - expected) / (largest - expected))
