"""CustomerSegmenter keeps scikit-learn's manners, and its own promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from smartcart.errors import DataError, UsageError
from smartcart.sklearn import COLUMNS, CustomerSegmenter


@parametrize_with_checks([CustomerSegmenter(k_max=4)])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def blobs(seed=0, n=150):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(c, 1, (n, 3)) * [1, 10, 100] for c in (0, 7, 14)])


def test_attributes_in_the_units_of_x():
    X = blobs()
    found = CustomerSegmenter(k_max=5, random_state=0).fit(X)
    assert found.n_clusters_ == 3
    assert found.verdict_ == "natural clusters"
    for label, center in enumerate(found.cluster_centers_):
        np.testing.assert_allclose(center, X[found.labels_ == label].mean(axis=0), rtol=1e-9)
    Z = StandardScaler().fit_transform(X)
    scaled = found.cluster_centers_scaled_[found.labels_]
    assert found.inertia_ == pytest.approx(((Z - scaled) ** 2).sum(), rel=1e-9)
    assert found.evidence_.loc[2, "wcss"] == pytest.approx(found.inertia_)
    assert tuple(found.evidence_.columns) == COLUMNS
    assert found.evidence_["k"].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(found.transform(X).argmin(axis=1), found.labels_)


def test_labels_are_ordered_by_size():
    rng = np.random.default_rng(1)
    X = np.concatenate([rng.normal(c, 1, (n, 2)) for c, n in ((0, 60), (9, 200), (18, 120))])
    found = CustomerSegmenter(n_clusters=3, random_state=0).fit(X)
    assert np.bincount(found.labels_).tolist() == [200, 120, 60]


def test_data_frame_and_new_rows():
    X = pd.DataFrame(blobs(), columns=["a", "b", "c"])
    found = CustomerSegmenter(random_state=0, k_max=4).fit(X)
    assert found.feature_names_in_.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(found.predict(X.iloc[::-1]), found.labels_[::-1])


def test_the_users_k_is_used_and_the_verdict_kept():
    found = CustomerSegmenter(n_clusters=2, random_state=0).fit(blobs())
    assert found.n_clusters_ == 2
    assert found.cluster_centers_.shape == (2, 3)
    assert found.verdict_ == "natural clusters"


@pytest.mark.parametrize("wrong", ["many", 0, 2.5, True])
def test_wrong_n_clusters(wrong):
    with pytest.raises(UsageError, match=r"n_clusters is .*expected 'auto' or a whole number"):
        CustomerSegmenter(n_clusters=wrong).fit(blobs())


def test_more_clusters_than_distinct_rows():
    X = np.repeat([[0.0, 1.0], [1.0, 0.0]], 10, axis=0)
    with pytest.raises(DataError, match="2 distinct customers cannot make 3 segments"):
        CustomerSegmenter(n_clusters=3).fit(X)


def test_the_recommendation_is_there_when_a_number_was_asked_for():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(c, 1, (60, 2)) for c in (0, 8, 16)])
    asked = CustomerSegmenter(n_clusters=2, k_max=5, random_state=0).fit(X)
    assert (asked.n_clusters_, asked.recommended_) == (2, 3)
    assert CustomerSegmenter(k_max=5, random_state=0).fit(X).recommended_ == 3
