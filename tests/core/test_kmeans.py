"""K-Means: as good as scikit-learn's, exact distances, sums that add up over parts."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from smartcart.core import k_lloyd, kmeans, lloyd
from smartcart.errors import DataError


def cloud(n=600, p=4, seed=0):
    rng = np.random.default_rng(seed)
    centers = rng.normal(0, 3, (5, p))
    return centers[rng.integers(0, 5, n)] + rng.normal(size=(n, p))


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_wcss_is_as_small_as_scikit_learns(k):
    Z = cloud()
    theirs = KMeans(k, n_init=10, random_state=0).fit(Z)
    ours = kmeans.fit(Z, k, seed=0)
    assert ours.inertia <= theirs.inertia_ * 1.005
    exact = ((Z - ours.centers[ours.labels]) ** 2).sum()
    assert ours.inertia == pytest.approx(exact, rel=1e-12)


def test_centers_are_the_means_of_their_rows():
    Z = cloud()
    found = kmeans.fit(Z, 5, seed=1)
    for label, center in enumerate(found.centers):
        np.testing.assert_allclose(center, Z[found.labels == label].mean(axis=0), atol=1e-9)


def test_order_of_rows_does_not_matter():
    Z = cloud(p=6)
    order = np.random.default_rng(1).permutation(len(Z))
    plain, shuffled = kmeans.fit(Z, 7, seed=0), kmeans.fit(Z[order], 7, seed=0)
    np.testing.assert_array_equal(plain.centers, shuffled.centers)
    np.testing.assert_array_equal(plain.labels[order], shuffled.labels)


def test_rows_without_weight_get_labels_but_no_say():
    Z = cloud()
    copies = np.concatenate([Z, Z[:200], [[50.0] * 4]])
    weight = np.concatenate([np.ones(600), np.zeros(201)])
    plain, weighted = kmeans.fit(Z, 4, seed=0), kmeans.fit(copies, 4, seed=0, sample_weight=weight)
    np.testing.assert_array_equal(plain.centers, weighted.centers)
    np.testing.assert_array_equal(weighted.labels[600:800], plain.labels[:200])
    assert weighted.inertia == plain.inertia
    assert weighted.labels.shape == (801,)


def test_whole_weights_count_like_repeated_rows():
    Z = cloud(200)
    weight = np.random.default_rng(0).integers(1, 4, 200).astype(float)
    start = Z[:3]
    weighted = kmeans.fit(Z, 3, seed=0, n_init=0, init=start, sample_weight=weight)
    repeated = kmeans.fit(np.repeat(Z, weight.astype(int), axis=0), 3, seed=0, n_init=0, init=start)
    np.testing.assert_allclose(weighted.centers, repeated.centers, atol=1e-9)
    assert weighted.inertia == pytest.approx(repeated.inertia)


def test_a_given_start_is_kept_where_it_is_best():
    Z = cloud(300)
    best = kmeans.fit(Z, 6, seed=0)
    again = kmeans.fit(Z, 6, seed=5, n_init=1, init=best.centers)
    assert again.inertia <= best.inertia * (1 + 1e-9)


def test_large_tables_start_on_a_sample_and_end_on_all_rows():
    Z = cloud(12_000)
    found = kmeans.fit(Z, 5, seed=0)
    theirs = KMeans(5, n_init=5, random_state=0).fit(Z)
    assert found.inertia <= theirs.inertia_ * 1.001
    assert adjusted_rand_score(found.labels, theirs.labels_) > 0.99


def test_too_many_clusters_are_refused():
    with pytest.raises(DataError, match="2 distinct customers cannot make 3 segments"):
        kmeans.fit([[0.0], [0.0], [1.0]], 3, seed=0)
    with pytest.raises(ValueError, match="expected a whole number of at least 1"):
        kmeans.fit([[0.0]], 0, seed=0)
    with pytest.raises(DataError, match="no row has a weight"):
        kmeans.fit([[0.0]], 1, seed=0, sample_weight=[0.0])


@pytest.mark.parametrize(("n", "k"), [(1, 2), (20_000, 2), (20_000, 3), (9_000, 11)])
def test_assign_finds_the_two_nearest_exactly(n, k):
    rng = np.random.default_rng(k)
    Z = rng.normal(size=(n, 7)) + 100.0
    centers = rng.normal(size=(k, 7)) + 100.0
    away = ((Z[:, None] - centers) ** 2).sum(axis=2)
    labels, d1, d2 = kmeans.assign(Z, centers)
    np.testing.assert_array_equal(labels, away.argmin(axis=1))
    assert labels.dtype == np.int32
    ordered = np.sort(away, axis=1)
    np.testing.assert_allclose(d1, ordered[:, 0], rtol=1e-9)
    np.testing.assert_allclose(d2, ordered[:, 1], rtol=1e-9)


def test_ties_go_to_the_lower_label():
    labels, d1, d2 = kmeans.assign([[0.0], [1.0]], [[1.0], [-1.0], [1.0]])
    assert labels.tolist() == [0, 0]
    assert d1.tolist() == [1.0, 0.0]
    assert d2.tolist() == [1.0, 0.0]


def test_a_single_center_is_certain():
    labels, d1, d2 = kmeans.assign([[3.0], [4.0]], [[0.0]])
    assert labels.tolist() == [0, 0]
    assert d1.tolist() == [9.0, 16.0]
    assert kmeans.confidence(d1, d2).tolist() == [1.0, 1.0]


def test_sums_over_parts_are_a_lloyd_pass():
    Z = cloud(5_000)
    centers = Z[:6].copy()
    whole = lloyd.LloydSums.zeros(6, 4)
    for part in np.array_split(Z, 7):
        labels, d1, _ = kmeans.assign(part, centers)
        whole = whole.merge(lloyd.LloydSums.zeros(6, 4).add(part, labels, d1))
    step = KMeans(6, init=centers, n_init=1, max_iter=1).fit(Z)
    labels, d1, _ = kmeans.assign(Z, centers)
    expected = np.stack([Z[labels == j].mean(axis=0) for j in range(6)])
    np.testing.assert_allclose(whole.centers(centers), expected, rtol=1e-12)
    np.testing.assert_allclose(step.cluster_centers_, expected, rtol=1e-9)
    assert whole.wcss == pytest.approx(d1.sum())
    assert whole.counts.sum() == 5_000


def test_an_empty_cluster_keeps_its_center():
    sums = lloyd.LloydSums.zeros(2, 1).add(np.array([[1.0]]), np.array([0]), np.array([0.0]))
    assert sums.centers(np.array([[5.0], [7.0]])).tolist() == [[1.0], [7.0]]


def test_inputs_are_left_alone():
    Z = cloud(100)
    before = Z.copy()
    found = kmeans.fit(Z, 3, seed=0)
    kmeans.assign(Z, found.centers)
    np.testing.assert_array_equal(Z, before)


def test_a_lloyd_pass_adds_up_what_assign_finds() -> None:
    rng = np.random.default_rng(2)
    Z = np.asfortranarray(rng.normal(size=(10_000, 5)))
    Z[::7] = np.round(Z[::7])  # some rows as near to one center as to another
    centers = np.round(rng.normal(size=(6, 5)))
    centers[5] = centers[2]  # twice the same: the lower label takes all
    labels, d1, _ = kmeans.assign(Z, centers)
    expected = lloyd.LloydSums.zeros(6, 5).add(Z, labels, d1)
    for rows in (Z, lloyd.packed(Z)):
        found = lloyd.lloyd_sums(rows, centers)
        assert found.counts[5] == 0
        assert found.counts.tolist() == expected.counts.tolist()
        np.testing.assert_allclose(found.centers(centers), expected.centers(centers), atol=1e-6)
        assert found.wcss == pytest.approx(expected.wcss, rel=1e-6)


def test_a_lloyd_pass_gives_the_same_digits_on_any_number_of_threads(monkeypatch) -> None:
    monkeypatch.setattr(lloyd, "PASS_ROWS", 100)
    rng = np.random.default_rng(5)
    Z, centers = rng.normal(size=(2_345, 4)), rng.normal(size=(3, 4))
    found, used = [], []

    def seen(task, items):
        used.append(len(items))
        return k_lloyd.for_each(task, items)

    monkeypatch.setattr(lloyd, "for_each", seen)
    for threads in (1, 2, 8):
        monkeypatch.setattr("os.cpu_count", lambda n=threads: n)
        found.append(lloyd.lloyd_sums(Z, centers))
    one, *others = found
    assert one.counts.sum() == len(Z)
    assert used == [8, 8, 8]  # stretches of rows, whoever takes them
    for other in others:
        np.testing.assert_array_equal(other.sums, one.sums)
        np.testing.assert_array_equal(other.counts, one.counts)
        assert other.wcss == one.wcss


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_nearest_gives_the_labels_of_assign_even_on_the_border(k: int) -> None:
    rng = np.random.default_rng(k)
    whole = rng.integers(0, 3, (2_000, 3)).astype(float)  # of which many are as near to two centers
    centers = rng.integers(0, 3, (k, 3)).astype(float)
    for Z in (whole, whole + 1e6, whole + rng.normal(0, 1e-12, whole.shape), cloud(p=3)):
        for points in (centers, centers + Z[0]):
            np.testing.assert_array_equal(kmeans.nearest(Z, points), kmeans.assign(Z, points)[0])


@pytest.mark.parametrize("most", [10_000, 200])
def test_fits_that_share_rows_and_starts_are_those_of_each_k_alone(monkeypatch, most: int) -> None:
    monkeypatch.setattr(kmeans, "START_ROWS", most)
    Z, weight = cloud(), np.r_[np.zeros(50), np.ones(550)]
    held = kmeans.sorted_rows(Z, weight)
    starts = kmeans.draw_starts(held, range(2, 10), 3, 5)
    for k in range(1, 10):
        alone = kmeans.fit(Z, k, seed=3, n_init=5, sample_weight=weight)
        shared = kmeans.fit(held, k, seed=3, n_init=5, starts=starts.get(k))
        np.testing.assert_array_equal(shared.centers, alone.centers)
        np.testing.assert_array_equal(shared.labels, alone.labels)
        assert shared.inertia == alone.inertia


def test_settled_starts_that_are_beaten_are_given_up(monkeypatch) -> None:
    groups = np.repeat([[0.0, 0.0], [0.0, 4.0], [9.0, 0.0], [9.0, 4.0]], 50, axis=0)
    Z = groups + np.random.default_rng(0).normal(0, 0.1, groups.shape)
    tall = np.array([[0.0, 2.0], [9.0, 2.0]])
    flat = np.array([[4.5, 0.0], [4.5, 4.0]])  # a rest of its own, with much more WCSS
    more = lloyd.lloyd_sums(Z, flat).wcss / lloyd.lloyd_sums(Z, tall).wcss - 1
    for beaten, left in ((more * 0.99, 1), (more * 1.01, 2)):
        monkeypatch.setattr(kmeans, "BEATEN", beaten)
        assert len(kmeans._nearly_settled(Z, [flat, tall])) == left
    monkeypatch.undo()
    found = kmeans._nearly_settled(Z, [flat, tall])
    np.testing.assert_allclose(found, [tall], atol=0.1)
