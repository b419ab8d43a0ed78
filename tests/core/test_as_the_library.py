"""Trees, K-Means and scales that need no scikit-learn are those it finds, digit for digit."""

import warnings

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from smartcart.core import kmeans, prepare, small_tree
from smartcart.core.greedy_tree import grow_greedy
from smartcart.core.lloyd_passes import settle

Floats = NDArray[np.float64]


def table(seed: int) -> Floats:
    """Return rows of one of six kinds: smooth, whole, copied, tiny, mostly zero, in groups."""
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(int(draw.integers(60, 700)), int(draw.integers(2, 9))))
    kind = seed % 6
    if kind == 1:
        X = np.round(X * 2)
    elif kind == 2:
        X = np.round(X, 1)
        X[:, 0] = X[:, -1]
    elif kind == 3:
        X *= 2e-7
        X[:, 0] = 1.0
    elif kind == 4:
        X = np.exp(X) * 1000
        X[draw.random(X.shape) < 0.4] = 0.0
    elif kind == 5:
        X += 4.0 * draw.integers(0, 3, (len(X), 1))
    return X


def sklearn_tree(X: Floats, y: NDArray[np.int64], leaves: int, least: int):
    model = DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=least, random_state=0)
    return model.fit(X, y).tree_


@pytest.mark.parametrize("seed", range(48))
def test_a_tree_is_that_of_scikit_learn_node_for_node(seed: int) -> None:
    X, draw = table(seed), np.random.default_rng(seed)
    k = int(draw.integers(2, 6))
    noise = draw.normal(size=(len(X), k)) * X.std() * draw.random()
    y = (X @ draw.normal(size=(X.shape[1], k)) + noise).argmax(axis=1)
    y[:2] = 0, 1
    leaves, least = int(draw.integers(2, 33)), int(draw.integers(1, 22))
    order = np.argsort(X.T, axis=1, kind="stable")
    found, tree = grow_greedy(X, y, order, leaves, least), sklearn_tree(X, y, leaves, least)
    assert found is not None
    split = tree.children_left != -1
    assert found.left == tree.children_left.tolist()
    assert (tree.children_right[split] == tree.children_left[split] + 1).all()
    assert np.array(found.column)[split].tolist() == tree.feature[split].tolist()
    assert np.array(found.threshold)[split].tolist() == tree.threshold[split].tolist()
    assert found.hits == np.round(tree.value[:, 0].max(axis=1) * tree.n_node_samples).tolist()


def test_of_equal_columns_the_one_that_scikit_learn_draws_first_is_split() -> None:
    X = np.repeat(np.random.default_rng(3).normal(size=(200, 1)), 7, axis=1)
    y = (X[:, 0] > 0.2).astype(np.int64) + (X[:, 0] > 1.0)
    found = grow_greedy(X, y, np.argsort(X.T, axis=1, kind="stable"), 3, 1)
    assert found is not None
    tree = sklearn_tree(X, y, 3, 1)
    assert found.column[0] == tree.feature[0]


def test_nodes_that_improve_by_the_same_are_left_to_scikit_learn() -> None:
    X = np.repeat([[0.0, 0.0], [0.0, 1.0], [9.0, 0.0], [9.0, 1.0]], 40, axis=0)
    y = np.repeat([0, 1, 2, 3], 40)
    assert grow_greedy(X, y, np.argsort(X.T, axis=1, kind="stable"), 4, 1) is None
    tree = small_tree.grow(X, y, 4)
    assert (small_tree.predict(tree, X) == y).all()


def test_numbers_beyond_single_precision_are_left_to_scikit_learn() -> None:
    X = np.array([[1.0], [1e300]])
    assert grow_greedy(X, np.array([0, 1]), np.array([[0, 1]]), 2, 1) is None


@pytest.mark.parametrize("seed", range(48))
def test_centers_and_labels_are_those_of_scikit_learn(seed: int) -> None:
    X, draw = np.ascontiguousarray(table(seed)), np.random.default_rng(seed)
    X = X / X.std()
    k = int(draw.integers(1, 9))
    weight = np.ones(len(X)) if seed % 2 else draw.integers(1, 4, len(X)).astype(np.float64)
    start = np.unique(X, axis=0)
    start = start[draw.permutation(len(start))[:k]]
    found = settle(X, weight, start, most_passes=500, tolerance=1e-8)
    model = KMeans(len(start), init=start, n_init=1, max_iter=500, tol=1e-8)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        model.fit(X, sample_weight=weight)
    if found is None:
        assert seed % 6 in {1, 2, 4}  # ties, or a cluster that lost its rows
        return
    assert (found.centers == model.cluster_centers_).all()
    assert (found.labels == model.labels_).all()
    assert found.n_iter == model.n_iter_
    assert found.inertia == pytest.approx(model.inertia_, rel=1e-12)


@pytest.mark.parametrize(("most", "tolerance"), [(3, 1e-8), (100, 1e-2)])
def test_passes_that_end_early_end_where_scikit_learn_does(most: int, tolerance: float) -> None:
    X = np.random.default_rng(2).normal(size=(500, 5))
    found = settle(X, np.ones(500), X[:6], most_passes=most, tolerance=tolerance)
    model = KMeans(6, init=X[:6], n_init=1, max_iter=most, tol=tolerance)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        model.fit(X)
    assert found is not None
    assert (found.centers == model.cluster_centers_).all()
    assert (found.labels == model.labels_).all()
    assert found.n_iter == model.n_iter_


def test_a_cluster_that_loses_its_rows_is_left_to_scikit_learn() -> None:
    X = np.array([[0.0], [1.0], [2.0], [10.0]])
    start = np.array([[0.0], [1.0], [500.0]])
    assert settle(X, np.ones(4), start, most_passes=9, tolerance=1e-8) is None
    found = kmeans.fit(X, 3, seed=0, n_init=0, init=start)
    assert sorted(np.bincount(found.labels).tolist()) == [1, 1, 2]


def test_a_row_between_two_centers_is_left_to_scikit_learn() -> None:
    X = np.array([[0.0], [1.0], [2.0]])
    start = np.array([[0.0], [2.0]])
    assert settle(X, np.ones(3), start, most_passes=9, tolerance=1e-8) is None
    nearly = np.array([[0.0], [1.0 + 1e-6], [2.0]])
    assert settle(nearly, np.ones(3), start, most_passes=9, tolerance=1e-8) is not None


@pytest.mark.parametrize("seed", range(12))
def test_scales_are_those_of_scikit_learn(seed: int) -> None:
    Z = table(seed)
    Z[:, -1] = 1.0 + Z[:, -1] * 1e-16 if seed % 2 else Z[:, -1]
    Z = np.asfortranarray(Z) if seed % 3 else Z
    scaler = StandardScaler().fit(Z)
    mean, scale = prepare._standard(Z)
    assert (mean == scaler.mean_).all()
    assert (scale == scaler.scale_).all()
