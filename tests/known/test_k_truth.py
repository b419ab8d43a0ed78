"""K on data with a known answer: planted clusters, single clouds, noise, published scenarios."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.metrics import adjusted_rand_score

from smartcart.core.choose_k import choose_k
from smartcart.core.k_picks import pick_all
from smartcart.core.reference_clouds import gap_statistic, log_wcss
from smartcart.records import KRow
from smartcart.sklearn import CustomerSegmenter

SOURCE = Path(__file__).parents[2] / "benchmarks" / "planted.py"
spec = importlib.util.spec_from_file_location("planted", SOURCE)
data = importlib.util.module_from_spec(spec)
spec.loader.exec_module(data)


def fitted(X):
    return CustomerSegmenter(random_state=0).fit(X)


def test_planted_clusters_are_counted_and_found():
    right, agreement = 0, []
    for seed in range(9100, 9108):
        X, truth = data.planted(seed)
        found = CustomerSegmenter(k_max=8, random_state=0).fit(X)
        k = int(truth.max()) + 1
        if found.n_clusters_ == k and found.verdict_ == "natural clusters":
            right += 1
            agreement.append(adjusted_rand_score(truth, found.labels_))
    assert right >= 7
    assert min(agreement) > 0.8


@pytest.mark.parametrize("kind", data.CLOUDS)
def test_a_single_cloud_has_no_natural_clusters(kind):
    found = fitted(data.single_cloud(9200, n=1500, kind=kind))
    assert found.verdict_ != "natural clusters"


@pytest.mark.parametrize("kind", data.NOISES)
def test_noise_is_one_segment(kind):
    found = fitted(data.independent_noise(9300, n=1500, kind=kind))
    assert (found.verdict_, found.n_clusters_) == ("no structure", 1)


def test_a_continuum_is_cut_into_a_handful():
    """A value gradient: one strong factor behind all columns, no gap anywhere."""
    rng = np.random.default_rng(0)
    value = rng.normal(size=(2000, 1))
    X = np.exp(0.5 * (value * [1.0, 0.9, 0.8, 0.9, 1.0] + 0.4 * rng.normal(size=(2000, 5))))
    found = fitted(X)
    assert found.verdict_ == "useful partition"
    assert 2 <= found.n_clusters_ <= 6


def test_few_rows_and_many_columns():
    rng = np.random.default_rng(0)
    centers = rng.normal(0, 2, (3, 20))
    X = centers[np.repeat([0, 1, 2], 60)] + rng.normal(size=(180, 20))
    found = fitted(X)
    assert (found.n_clusters_, found.verdict_) == (3, "natural clusters")
    assert fitted(rng.normal(size=(180, 20))).n_clusters_ == 1


def test_iris_has_the_two_groups_that_its_measurements_show():
    """Setosa stands apart; versicolor and virginica overlap without a gap."""
    X, species = load_iris(return_X_y=True)
    found = fitted(X)
    assert (found.n_clusters_, found.verdict_) == (2, "natural clusters")
    assert adjusted_rand_score(species == 0, found.labels_) == 1.0


def test_wine_cultivars():
    X, cultivar = load_wine(return_X_y=True)
    found = CustomerSegmenter(n_clusters=3, random_state=0).fit(X)
    assert adjusted_rand_score(cultivar, found.labels_) > 0.85


def gap_picks(Z, seed):
    rng = np.random.default_rng(seed)
    wcss = np.exp(log_wcss(Z[None], 6, rng, starts=5))[0]
    gap, se = gap_statistic(Z, wcss, references=20, rng=rng)
    rows = tuple(
        KRow(k, wcss[k - 1], None, None, None, gap[k - 1], se[k - 1], None, None, 0.1)
        for k in range(1, 7)
    )
    return pick_all(rows, {})["gap"]


def test_gap_refuses_the_null_scenario_of_tibshirani():
    """Tibshirani, Walther & Hastie (2001), section 5, scenario (a): 200 uniform points in 10-d."""
    picks = [gap_picks(np.random.default_rng(s).uniform(size=(200, 10)), s) for s in range(10)]
    assert picks.count(1) >= 9


def test_gap_counts_the_three_clusters_of_tibshirani():
    """Scenario (b): 25, 25 and 50 standard normal points about (0, 0), (0, 5) and (5, -3)."""
    picks = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        parts = zip((25, 25, 50), ((0, 0), (0, 5), (5, -3)), strict=True)
        Z = np.concatenate([rng.normal(size=(n, 2)) + center for n, center in parts])
        picks.append(gap_picks(Z, seed))
    assert picks.count(3) >= 9


def test_the_same_segments_from_other_seeds():
    X, truth = data.planted(9400, n=1500)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    first, second = choose_k(Z, seed=1), choose_k(Z, seed=2)
    k = first.evidence.k
    assert second.evidence.k == k == truth.max() + 1
    assert adjusted_rand_score(first.fits[k].labels, second.fits[k].labels) > 0.99
