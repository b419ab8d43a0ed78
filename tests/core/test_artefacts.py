"""Artefacts are seen where they are planted, and nowhere else."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
import trust_tables

from conftest import shared_file
from smartcart.core import kmeans
from smartcart.core.artefacts import find_artefacts
from smartcart.datasets import customer_tables
from smartcart.errors import DataError

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
pipeline = importlib.import_module("reference_pipeline")
planted = importlib.import_module("planted").planted
single_cloud = importlib.import_module("planted").single_cloud


@pytest.fixture(autouse=True)
def one_thread():
    with kmeans.single_thread():
        yield


def standard(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def names_of(Z):
    return [f"c{j}" for j in range(Z.shape[1])]


def codes(Z, labels, **how):
    return [a.code for a in find_artefacts(Z, labels, names_of(Z), **how)]


def notebook(frame):
    cleaned = pipeline.clean(frame)
    columns = pipeline.encode(cleaned)
    labels = pipeline.cluster(pipeline.embed(columns.to_numpy())[0]).labels_
    return standard(columns.to_numpy()), labels, list(columns)


def assert_partner_is_named(frame):
    Z, labels, names = notebook(frame)
    dummies = [a for a in find_artefacts(Z, labels, names) if a.code == "dummy"]
    assert len(dummies) == 1
    assert set(dummies[0].columns) == {"Living_With_Alone", "Living_With_Partner"}
    assert dummies[0].segments == (1, 2, 3, 4)
    assert dummies[0].figure > 0.9
    assert "'Living_With_Partner' alone tell segment" in dummies[0].message


@pytest.mark.shared_data
def test_the_notebooks_segments_are_cut_by_the_partner():
    assert_partner_is_named(pipeline.load(shared_file("smartcart_customers.csv")))


def test_the_notebooks_segments_of_a_synthetic_shop_are_too():
    assert_partner_is_named(customer_tables(2_240, seed=0)[0].to_pandas())


@pytest.mark.shared_data
def test_smartcarts_own_segments_are_not_flagged():
    table = trust_tables.smartcart_table()
    labels = [f.label for f in table.model.recipe.features]
    found = find_artefacts(
        table.Z, table.labels, labels, sample_weight=table.weight, segments=table.model.names
    )
    assert found == ()


def test_those_of_a_synthetic_shop_are_not_either():
    table = trust_tables.synthetic_shop()
    assert codes(table.Z, table.labels, sample_weight=table.weight) == []


@pytest.mark.parametrize("faint", [False, True])
def test_silent_on_planted_clusters(faint):
    """Also where a yes-or-no column is there, but too faint to cut anything."""
    silent = 0
    for seed in range(20):
        X, truth = planted(seed, n=1_500)
        Z = standard(X)
        if faint:
            coin = np.random.default_rng(seed).integers(0, 2, len(Z))
            Z = np.column_stack([Z, 0.3 * standard(coin.astype(float))])
        labels = kmeans.fit(Z, truth.max() + 1, seed=0).labels
        silent += codes(Z, labels) == []
    assert silent >= 18


def test_speaks_of_a_planted_dummy():
    """Two planted groups and a coin, one-hot encoded: {group} x {heads, tails}."""
    spoken = 0
    for seed in range(20):
        X, _ = planted(seed, n=1_500, k=2)
        coin = np.random.default_rng(seed).integers(0, 2, len(X)).astype(float)
        Z = standard(np.column_stack([X, coin, 1 - coin]))
        labels = kmeans.fit(Z, 4, seed=0).labels
        found = find_artefacts(Z, labels, [*names_of(X), "heads", "tails"])
        spoken += ("dummy", ("heads", "tails")) in [(a.code, a.columns) for a in found]
    assert spoken >= 18


def test_speaks_of_a_single_coin_exactly_where_it_cuts():
    """A coin in one column cuts in some of the tables only."""
    cuts = 0
    for seed in range(20):
        X, _ = planted(seed, n=1_500, k=2)
        coin = np.random.default_rng(seed).integers(0, 2, len(X)).astype(float)
        Z = standard(np.column_stack([X, coin]))
        labels = kmeans.fit(Z, 4, seed=0).labels
        heads = [coin[labels == i].mean() for i in range(4)]
        cut = max(heads) > 0.95 and min(heads) < 0.05
        cuts += cut
        assert ("dummy" in codes(Z, labels)) == cut
    assert 5 <= cuts <= 19


def test_a_rare_flag_that_makes_a_segment_of_its_own():
    X, truth = planted(3, n=2_000, k=3)
    flag = np.zeros(len(X))
    flag[np.random.default_rng(0).choice(len(X), 60, replace=False)] = 1
    Z = standard(np.column_stack([X, flag]))
    labels = np.where(flag == 1, 3, truth)
    found = find_artefacts(Z, labels, [*names_of(X), "complained"], segments=["a", "b", "c", "d"])
    dummy = next(a for a in found if a.code == "dummy")
    assert dummy.columns == ("complained",)
    assert 4 in dummy.segments
    assert "d" in dummy.message


def test_dummies_of_one_category_count_as_one():
    rng = np.random.default_rng(1)
    level = rng.integers(0, 3, 1_500)
    Z = standard(np.column_stack([rng.normal(size=(1_500, 3)), *(level == i for i in range(3))]))
    found = [a for a in find_artefacts(Z, level, names_of(Z)) if a.code == "dummy"]
    assert {frozenset(a.columns) for a in found} == {
        frozenset(p) for p in [("c3", "c4"), ("c3", "c5"), ("c4", "c5")]
    }


def test_codes_of_a_category_are_told_by_their_kind():
    rng = np.random.default_rng(2)
    level = rng.integers(0, 4, 1_000)
    Z = np.column_stack([rng.normal(size=(1_000, 2)) * 0.3, level * 3.0])
    assert "dummy" not in codes(Z, level)
    assert "dummy" in codes(Z, level, kinds=["number", "number", "category"])


def test_a_yes_or_no_that_goes_with_real_groups_is_no_artefact():
    X, truth = planted(5, n=1_500, k=2, separation=(8.0, 9.0))
    Z = standard(np.column_stack([X, truth == 1]))
    assert "dummy" not in codes(Z, truth)


def test_two_columns_that_say_the_same():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(500, 3))
    Z = standard(np.column_stack([X, -X[:, 0] + 0.1 * rng.normal(size=500)]))
    labels = (X[:, 1] > 0).astype(int)
    found = find_artefacts(Z, labels, names_of(Z))
    assert [(a.code, a.columns) for a in found] == [("same twice", ("c0", "c3"))]
    assert found[0].figure == pytest.approx(np.corrcoef(Z[:, 0], Z[:, 3])[0, 1])
    almost = standard(np.column_stack([X, X[:, 0] + 0.5 * rng.normal(size=500)]))
    assert codes(almost, labels) == []
    constant = np.column_stack([X, np.ones(500), np.ones(500)])
    assert codes(constant, labels) == []


def test_clusters_that_exist_only_in_the_picture():
    spoken = 0
    for seed in range(5):
        Z = standard(single_cloud(seed, n=1_500))
        Z = np.column_stack([Z, np.random.default_rng(seed).normal(size=(1_500, 25))])
        axes = np.linalg.svd(Z, full_matrices=False)[2][:3].T
        spoken += "picture only" in codes(Z, kmeans.fit(Z @ axes, 4, seed=0).labels)
        whole = kmeans.fit(Z[:, :-25], 4, seed=0).labels  # fitted in all columns, and few
        assert "picture only" not in codes(Z[:, :-25], whole)
    assert spoken == 5


def test_real_groups_among_much_noise_are_no_picture():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 1_500)
    Z = rng.normal(size=(1_500, 30))
    Z[:, 0] += 7.0 * (truth == 1)
    Z[:, 1] += 7.0 * (truth == 2)
    assert codes(Z, truth) == []


def test_a_segment_of_one_customer():
    rng = np.random.default_rng(4)
    Z = np.vstack([rng.normal(size=(400, 3)), [[60.0, 0, 0]]])
    labels = kmeans.fit(Z, 2, seed=0).labels
    found = find_artefacts(Z, labels, names_of(Z))
    assert [(a.code, a.segments) for a in found] == [("outlier", (2,))]
    assert "Segment 2 is 1 customer of 401" in found[0].message


def test_a_centroid_that_three_customers_make():
    rng = np.random.default_rng(5)
    Z = rng.normal(size=(600, 3))
    labels = np.r_[np.zeros(500, dtype=int), np.ones(100, dtype=int)]
    Z[-3:] += [80.0, 0, 0]
    found = [a for a in find_artefacts(Z, labels, names_of(Z)) if a.code == "outlier"]
    assert [a.segments for a in found] == [(2,)]
    Z[500:] += [4.0, 0, 0]  # now the whole segment is elsewhere
    assert "outlier" not in codes(Z, labels)


def test_a_segment_of_copies():
    rng = np.random.default_rng(6)
    Z = rng.normal(size=(300, 3)) + np.repeat([0.0, 6.0], [200, 100])[:, None]
    labels = np.repeat([0, 1], [200, 100])
    weight = np.ones(300)
    weight[-60:] = 0
    found = find_artefacts(Z, labels, names_of(Z), sample_weight=weight)
    assert [(a.code, a.segments, a.figure) for a in found] == [("copies", (2,), 0.6)]
    weight[-60:-10] = 1
    assert codes(Z, labels, sample_weight=weight) == []
    weight[-100:] = 0  # nothing but copies
    assert "copies" in codes(Z, labels, sample_weight=weight)


def test_one_segment_and_wrong_lengths():
    Z = np.random.default_rng(7).normal(size=(50, 5))
    assert codes(Z, np.zeros(50, dtype=int)) == []
    with pytest.raises(DataError, match="4 names"):
        find_artefacts(Z, np.zeros(50, dtype=int), list("abcd"))
    with pytest.raises(DataError, match="no row has a weight"):
        codes(Z, np.zeros(50, dtype=int), sample_weight=np.zeros(50))
