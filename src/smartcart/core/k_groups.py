"""Which of the counts of natural groups does all the evidence bear out?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core import k_indices, kmeans
from smartcart.core.stability import bootstrap_stability
from smartcart.core.structure import Groups

__all__ = ["borne_out"]

Floats = NDArray[np.float64]

CLEAR_Z = 3.0  # a count whose least clear border is as clear as this needs no other evidence
WIDER = 0.03  # by how much more the silhouette of a coarser cut speaks for it
COMES_BACK = 0.9  # Jaccard similarity of the weakest group, on resamples, of a cut that holds ...
GONE = 0.6  # ... and of one that does not
RESAMPLES = 12
ROWS = 2_000


@dataclass(frozen=True, slots=True)
class _Columns:
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    jaccard: float


def borne_out(Z: Floats, counts: Sequence[Groups], rng: np.random.Generator) -> Groups:
    """Return the finest count that no coarser one outdoes in every column of the evidence.

    Among few customers a chance cut through a real group can look like a valley. Then the cut does
    not come back on resamples, and silhouette, Calinski-Harabasz and Davies-Bouldin are all worse
    than without it.

    Parameters
    ----------
    Z : (n, p); counts : of :func:`~smartcart.core.structure.find_groups`, the finest first.
    """
    left = list(counts)
    while len(left) > 1 and left[0].z < CLEAR_Z:
        some = slice(None, None, -(-len(Z) // ROWS))
        fine, coarse = (_columns(Z[some], one.labels[some], one.count, rng) for one in left[:2])
        if not _outdone(fine, coarse):
            break
        left.pop(0)
    return left[0]


def _outdone(fine: _Columns, coarse: _Columns) -> bool:
    return (
        coarse.silhouette >= fine.silhouette + WIDER
        and coarse.calinski_harabasz >= fine.calinski_harabasz
        and coarse.davies_bouldin <= fine.davies_bouldin
        and coarse.jaccard >= COMES_BACK
        and fine.jaccard <= GONE
    )


def _columns(Z: Floats, labels: NDArray[np.int32], k: int, rng: np.random.Generator) -> _Columns:
    """Return the evidence for K-Means started from the groups."""
    means = np.stack([Z[labels == group].mean(axis=0) for group in range(k)])
    fit = kmeans.fit(Z, k, seed=0, n_init=0, init=means)
    stable = bootstrap_stability(Z, {k: (fit.centers, fit.labels)}, resamples=RESAMPLES, rng=rng)
    return _Columns(
        k_indices.silhouettes(Z, [fit.labels])[0] or 0.0,
        k_indices.calinski_harabasz(Z, fit.labels) or 0.0,
        k_indices.davies_bouldin(Z, fit.labels) or 0.0,
        min(stable[k].jaccard),
    )
