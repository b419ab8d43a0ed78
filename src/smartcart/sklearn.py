"""A scikit-learn clusterer that chooses K with evidence, or says that there is nothing to find."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClusterMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from smartcart.core import kmeans
from smartcart.core.choose_k import choose_k
from smartcart.errors import UsageError
from smartcart.records import KRow

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CustomerSegmenter"]

COLUMNS = tuple(field.name for field in fields(KRow))


class CustomerSegmenter(TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-Means on standardized columns, with K chosen by evidence.

    Columns are standardized (mean 0, standard deviation 1), K is chosen by
    :func:`smartcart.core.choose_k.choose_k`, and rows get the nearest center. Clusters are numbered
    from 0 by size, largest first. The result depends neither on the order of the rows nor on the
    number of threads.

    Parameters
    ----------
    n_clusters : ``"auto"`` or the number of clusters. The evidence is gathered either way.
    k_max : largest K tried.
    random_state : seed, ``RandomState`` or None, of starts, resamples and reference clouds.

    Attributes
    ----------
    n_clusters_ : the number of clusters; 1 where the verdict is ``"no structure"`` and
        ``n_clusters="auto"``.
    recommended_ : the number that the evidence recommends, whatever ``n_clusters`` is.
    verdict_ : ``"natural clusters"``, ``"useful partition"`` or ``"no structure"``.
    reason_ : the verdict in words.
    evidence_ : DataFrame, a row per K: within-cluster sum of squares (``wcss``), silhouette, ...
    picks_ : the K that each rule in common use would pick.
    jaccard_ : bootstrap stability of each cluster, 0 to 1 (Hennig 2007).
    labels_ : cluster of each row.
    cluster_centers_ : (n_clusters_, n_features) in the units of X.
    cluster_centers_scaled_ : the same in standard deviations from the mean.
    inertia_ : within-cluster sum of squares in standardized units, as in ``evidence_``.
    mean_, scale_ : what standardizes a column.
    n_iter_ : Lloyd passes of the final fit.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(c, 1, (100, 2)) for c in (0, 8, 16)])
    >>> found = CustomerSegmenter(k_max=5, random_state=0).fit(X)
    >>> found.n_clusters_, found.verdict_
    (3, 'natural clusters')
    >>> bool((found.predict(X) == found.labels_).all())
    True
    """

    def __init__(
        self, n_clusters: int | str = "auto", *, k_max: int = 10, random_state: object = None
    ) -> None:
        self.n_clusters = n_clusters
        self.k_max = k_max
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Choose K and fit; ``X`` (n_samples, n_features) numbers without gaps, ``y`` is unused."""
        asked = _asked(self.n_clusters)
        if not isinstance(self.k_max, int | np.integer) or self.k_max < 1:
            raise UsageError.of(
                f"k_max is {self.k_max!r}", "a whole number of at least 1", "give k_max=10"
            )
        rows = validate_data(self, X, dtype=np.float64, ensure_min_samples=max(2, asked or 1))
        seed = self.random_state
        if not isinstance(seed, int | np.integer):
            seed = check_random_state(seed).randint(2**31 - 1)
        self.mean_, self.scale_ = _scaling(rows)
        Z = self._scale(rows)
        choice = choose_k(Z, k_max=int(self.k_max), seed=int(seed), k=asked)
        evidence = choice.evidence
        found = choice.fits[evidence.k]
        self.n_clusters_ = evidence.k
        self.recommended_ = evidence.recommended
        self.verdict_, self.reason_ = evidence.verdict, evidence.reason
        self.picks_ = dict(evidence.picks)
        self._evidence = _columns(evidence.rows)
        self.jaccard_ = np.array(choice.jaccard)
        self.labels_ = found.labels
        self.inertia_ = found.inertia
        self.n_iter_ = found.n_iter
        self.cluster_centers_scaled_ = found.centers
        self.cluster_centers_ = found.centers * self.scale_ + self.mean_
        return self

    @property
    def evidence_(self) -> pd.DataFrame:
        """A row per K; made of arrays when asked for, which every way of storing a model knows."""
        import pandas as pd

        check_is_fitted(self)
        return pd.DataFrame(self._evidence).astype({"k": int})

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the nearest cluster of each row, (n_samples,)."""
        labels, _, _ = kmeans.assign(self._checked(X), self.cluster_centers_scaled_)
        return labels

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return distances to the centers in standardized units, (n_samples, n_clusters_)."""
        Z = self._checked(X)
        apart = [
            np.sqrt(((Z - center) ** 2).sum(axis=1)) for center in self.cluster_centers_scaled_
        ]
        return np.stack(apart, axis=1)

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return names of the columns of :meth:`transform`."""
        check_is_fitted(self)
        return np.array([f"customersegmenter{i}" for i in range(self.n_clusters_)], dtype=object)

    def _checked(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        return self._scale(validate_data(self, X, dtype=np.float64, reset=False))

    def _scale(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((X - self.mean_) / self.scale_, dtype=np.float64)


def _asked(n_clusters: int | str) -> int | None:
    """Return the K asked for, None for ``"auto"``."""
    if isinstance(n_clusters, str) and n_clusters == "auto":
        return None
    whole = isinstance(n_clusters, int | np.integer) and not isinstance(n_clusters, bool)
    if not whole or int(n_clusters) < 1:
        raise UsageError.of(
            f"n_clusters is {n_clusters!r}",
            "'auto' or a whole number of at least 1",
            "give n_clusters='auto' to let the evidence choose",
        )
    return int(n_clusters)


def _scaling(X: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation per column; constant columns have scale 1."""
    from sklearn.preprocessing import StandardScaler

    order = kmeans.canonical_order(X)  # sums in one order, so that shuffled rows give equal digits
    scaler = StandardScaler().fit(X[order])
    return scaler.mean_, scaler.scale_


def _columns(rows: tuple[object, ...]) -> dict[str, NDArray[np.float64]]:
    return {name: np.array([getattr(row, name) for row in rows], dtype=float) for name in COLUMNS}
