"""The figures of the evidence against scikit-learn and against their definitions."""

from __future__ import annotations

import dataclasses
import itertools
import re

import numpy as np
import pytest
from sklearn import metrics
from sklearn.cluster import KMeans

from smartcart.core import (
    k_groups,
    k_indices,
    k_lloyd,
    kmeans,
    reference_clouds,
    stability,
    structure,
    valleys,
)
from smartcart.core.choose_k import SAMPLE_ROWS, choose_k
from smartcart.core.k_picks import elbow, pick_all
from smartcart.core.k_verdict import STABLE_ARI, STEADY, Findings, decide
from smartcart.errors import DataError
from smartcart.records import KRow


@pytest.fixture(autouse=True)
def one_thread():
    """scikit-learn's threads wait for one another on small data."""
    with kmeans.single_thread():
        yield


def three(n=120, p=3, seed=0):
    rng = np.random.default_rng(seed)
    Z = np.concatenate([rng.normal(c, 1, (n, p)) for c in (0, 5, 10)])
    return (Z - Z.mean(axis=0)) / Z.std(axis=0)


@pytest.fixture(scope="module")
def found():
    return choose_k(three(), k_max=6)


def test_indices_equal_scikit_learns(found):
    Z = three()
    for row in found.evidence.rows[1:]:
        labels = found.fits[row.k].labels
        assert row.wcss == pytest.approx(found.fits[row.k].inertia)
        assert row.silhouette == pytest.approx(metrics.silhouette_score(Z, labels), abs=1e-8)
        expected = metrics.calinski_harabasz_score(Z, labels)
        assert row.calinski_harabasz == pytest.approx(expected, rel=1e-8)
        expected = metrics.davies_bouldin_score(Z, labels)
        assert row.davies_bouldin == pytest.approx(expected, rel=1e-8)
        assert row.smallest_share == pytest.approx(np.bincount(labels).min() / len(Z))


def test_indices_with_lonely_and_missing_labels():
    Z = three(10)
    labels = np.r_[np.full(15, 4), np.full(14, 1), 7].astype(np.int32)
    coarse = (labels == 4).astype(np.int32)
    both = k_indices.silhouettes(Z, [labels, coarse])
    assert both[1] == pytest.approx(metrics.silhouette_score(Z, coarse))
    assert both[0] == pytest.approx(metrics.silhouette_score(Z, labels))
    expected = metrics.davies_bouldin_score(Z, labels)
    assert k_indices.davies_bouldin(Z, labels) == pytest.approx(expected)
    one = np.zeros(30, dtype=np.int32)
    assert k_indices.silhouettes(Z, [one]) == [None]
    assert k_indices.calinski_harabasz(Z, one) is None
    assert k_indices.davies_bouldin(Z, one) is None


def test_one_segment_has_no_index(found):
    first = found.evidence.rows[0]
    assert (first.k, first.smallest_share) == (1, 1.0)
    undefined = (first.silhouette, first.calinski_harabasz, first.davies_bouldin)
    assert undefined == (None, None, None)
    assert (first.stability_ari, first.jaccard_min) == (None, None)


def test_gap_by_its_definition(found):
    """An independent gap: scikit-learn's K-Means on boxes along the axes of an SVD."""
    Z = three()
    rng = np.random.default_rng(5)
    middle = Z - Z.mean(axis=0)
    _, _, axes = np.linalg.svd(middle, full_matrices=False)
    turned = middle @ axes.T
    logs = []
    for _ in range(20):
        box = rng.uniform(turned.min(axis=0), turned.max(axis=0), size=turned.shape) @ axes
        logs.append(
            [np.log(KMeans(k, n_init=3, random_state=0).fit(box).inertia_) for k in range(1, 7)]
        )
    gap = np.mean(logs, axis=0) - np.log([row.wcss for row in found.evidence.rows])
    error = np.std(logs, axis=0)
    for row, value, sd in zip(found.evidence.rows, gap, error, strict=True):
        assert row.gap == pytest.approx(value, abs=0.015 + 4 * sd / np.sqrt(10))
        assert 0.3 * sd < row.gap_se < 3 * sd * np.sqrt(1.1)
    assert found.evidence.picks["gap"] == 3


def test_adjusted_rand_equals_scikit_learns():
    rng = np.random.default_rng(0)
    for _ in range(5):
        a, b = rng.integers(0, 4, 50), rng.integers(0, 3, 50)
        table = stability.crosstab(a.astype(np.int32), b.astype(np.int32), 4, 3)
        np.testing.assert_array_equal(table, metrics.cluster.contingency_matrix(a, b))
        expected = metrics.adjusted_rand_score(a, b)
        assert stability.adjusted_rand(table) == pytest.approx(expected)


def test_stability_by_its_definition():
    """Bootstrap with scikit-learn only; Jaccard from sets of row numbers."""
    Z = three(60, p=2)
    fit = KMeans(4, n_init=10, random_state=0).fit(Z)
    labels = fit.labels_.astype(np.int32)
    ours = stability.bootstrap_stability(
        Z, {4: (fit.cluster_centers_, labels)}, resamples=60, rng=np.random.default_rng(0)
    )[4]
    rng = np.random.default_rng(1)
    aris, jaccards = [], []
    for b in range(60):
        rows = rng.integers(0, len(Z), len(Z))
        again = KMeans(4, n_init=10, random_state=b).fit(Z[rows]).predict(Z)
        aris.append(metrics.adjusted_rand_score(labels, again))
        drawn = set(rows.tolist())
        old = [set(np.flatnonzero(labels == j)) & drawn for j in range(4)]
        new = [set(np.flatnonzero(again == j)) & drawn for j in range(4)]
        jaccards.append([max(len(a & c) / len(a | c) for c in new) for a in old])
    assert ours.ari == pytest.approx(np.mean(aris), abs=0.08)
    np.testing.assert_allclose(ours.jaccard, np.mean(jaccards, axis=0), atol=0.12)


def test_prediction_strength_tells_real_from_surplus_clusters():
    Z = three()
    strength = stability.prediction_strength(Z, range(2, 7), splits=5, rng=np.random.default_rng(0))
    assert strength[3] > 0.95
    assert max(strength[k] for k in (4, 5, 6)) < 0.8


def test_batched_lloyd_is_lloyd():
    Z = three()
    start = Z[[0, 150, 300, 20]]
    theirs = KMeans(4, init=start, n_init=1, tol=0).fit(Z)
    centers, labels, wcss = k_lloyd.lloyd(
        Z, np.ones((1, len(Z))), start[None], max_iter=100, tol=0.0
    )
    np.testing.assert_allclose(centers[0], theirs.cluster_centers_, atol=1e-5)
    assert (labels[0] == theirs.labels_).mean() > 0.99
    assert wcss[0] == pytest.approx(theirs.inertia_, rel=1e-5)


def test_uniform_box_lies_along_the_principal_axes():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 1))
    Z = np.concatenate([x, x + 0.01 * rng.normal(size=(500, 1))], axis=1)
    box = reference_clouds.uniform_box(Z, 400, rng)
    assert np.corrcoef(box.T)[0, 1] > 0.99
    assert np.abs(box[:, 0]).max() <= np.abs(Z).max() + 0.1


def test_shuffled_columns_keep_each_column():
    Z = three()
    shuffled = reference_clouds.shuffled_columns(Z, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), np.sort(Z, axis=0))
    assert abs(np.corrcoef(shuffled.T)[0, 1]) < 0.15 < np.corrcoef(Z.T)[0, 1]


def test_a_valley_needs_two_hills():
    rng = np.random.default_rng(0)
    skewed = rng.exponential(size=(4000, 1))
    cut = (skewed[:, 0] > 2).astype(np.int32)
    (border,) = valleys.borders(skewed, cut, rng)
    assert border.z < 0
    two = np.concatenate([rng.normal(0, 1, 800), rng.normal(5, 1, 300)])[:, None]
    (border,) = valleys.borders(two, (two[:, 0] > 2.5).astype(np.int32), rng)
    assert border.depth > 0.5
    assert border.z > structure.SURE_Z


def test_a_border_drawn_by_chance_is_no_valley():
    """In ten columns a cut through thirty rows always parts them; along lines found without a row
    it does not."""
    seen = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        Z = rng.normal(size=(30, 10))
        cut = KMeans(2, n_init=5, random_state=0).fit(Z).labels_.astype(np.int32)
        (border,) = valleys.borders(Z, cut, rng)
        seen += border.z >= structure.SEEN_Z and border.depth >= structure.SEEN_DEPTH
    assert seen <= 2


def test_natural_groups_do_not_follow_cuts_through_a_long_cloud():
    rng = np.random.default_rng(0)
    long = rng.normal(size=(2000, 2)) * [10, 1]
    cut = np.digitize(long[:, 0], [-8, -3, 3, 8]).astype(np.int32)
    assert structure.joined_groups(long, cut, rng) == 1
    pair = np.concatenate([long, long + np.array([0, 9])])
    cuts = np.concatenate([cut, cut + 5])
    assert structure.find_groups(long, [cut], rng)[0].count == 1
    found = structure.find_groups(pair, [cuts], rng)[0]
    assert found.count == 2
    truth = np.repeat([0, 1], 2000)
    assert metrics.adjusted_rand_score(truth, found.labels) > 0.99


def test_seven_balls_of_thirty_are_seven():
    """Few rows, plain groups: a chance cut through one ball looks like a valley, and is outdone."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        centers = np.concatenate([np.zeros((1, 3)), 3 * np.eye(3), -3 * np.eye(3)])
        Z = centers[np.repeat(np.arange(7), 30)] + rng.normal(0, 0.45, (210, 3))
        evidence = choose_k((Z - Z.mean(axis=0)) / Z.std(axis=0)).evidence
        assert (evidence.verdict, evidence.k) == ("natural clusters", 7)


def test_a_count_yields_to_one_that_is_better_in_every_column():
    rng = np.random.default_rng(0)
    Z = np.concatenate([rng.normal(0, 1, (150, 3)), rng.normal(9, 1, (150, 3))])
    two = np.repeat([0, 1], 150).astype(np.int32)
    three = np.where((two == 1) & (Z[:, 0] > 9), 2, two).astype(np.int32)

    def groups(labels, z):
        return structure.Groups(labels, int(labels.max()) + 1, 0.5, z)

    doubted = [groups(three, k_groups.CLEAR_Z - 0.01), groups(two, 9.0)]
    assert k_groups.borne_out(Z, doubted, rng).count == 2
    clear = [groups(three, k_groups.CLEAR_Z), groups(two, 9.0)]
    assert k_groups.borne_out(Z, clear, rng).count == 3
    assert k_groups.borne_out(Z, [groups(two, 1.6), groups(three, 9.0)], rng).count == 2


def test_gaps_between_counts_are_no_valleys():
    rng = np.random.default_rng(0)
    g = rng.multivariate_normal([0, 0, 0], np.full((3, 3), 0.5) + 0.5 * np.eye(3), size=1500)
    flags = np.column_stack([g[:, 0], np.floor(np.exp(g[:, 1])), g[:, 2] > 0.5])
    found = choose_k((flags - flags.mean(axis=0)) / flags.std(axis=0), k_max=5)
    assert found.evidence.verdict != "natural clusters"


def row(k, ari=None, jaccard=None, **more):
    values = {
        "wcss": 10.0 / k,
        "silhouette": None,
        "calinski_harabasz": None,
        "davies_bouldin": None,
        "gap": 0.0,
        "gap_se": 0.1,
        "smallest_share": 0.1,
    }
    return KRow(k=k, stability_ari=ari, jaccard_min=jaccard, **(values | more))


def findings(rows, **more):
    values = {
        "picks": {"elbow": 3},
        "groups": 1,
        "depth": 0.0,
        "followed": 1.0,
        "gain": 0.3,
        "gain_sd": 0.01,
    }
    return Findings(tuple(rows), **(values | more))


def _island(rng, clouds: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return clouds in six columns, standardized, with one row in 200 far from all of them."""
    p = 6
    kind = rng.integers(0, clouds, rows)
    Z = np.eye(p)[kind] * 6 + rng.normal(size=(rows, p))
    Z[: rows // 200] = 12 + rng.normal(size=(rows // 200, p))
    kind[: rows // 200] = clouds
    return (Z - Z.mean(axis=0)) / Z.std(axis=0), kind


@pytest.mark.parametrize("clouds", [2, 3])
def test_one_customer_in_two_hundred_far_from_all_others_is_found(clouds):
    Z, kind = _island(np.random.default_rng(clouds), clouds, 20_000)
    found = choose_k(Z, seed=0)
    assert (found.evidence.verdict, found.evidence.k) == ("natural clusters", clouds + 1)
    small = found.fits[clouds + 1].labels[kind == clouds]
    assert len(set(small)) == 1
    assert (found.fits[clouds + 1].labels == small[0]).sum() == (kind == clouds).sum()


def test_a_handful_beside_one_cloud_is_no_second_cluster():
    Z, _ = _island(np.random.default_rng(1), 1, 20_000)
    evidence = choose_k(Z, k_max=5, seed=0).evidence
    assert evidence.verdict != "natural clusters"
    assert re.search(r"but for about 0\.[4-6]% of them who stand far apart", evidence.reason)


def test_the_finest_steady_cut_of_a_handful_is_recommended():
    agreement = [0.99, 0.96, STEADY + 0.01, STEADY - 0.01, STABLE_ARI]
    rows = [row(1)] + [row(k, a, 0.9) for k, a in enumerate(agreement, start=2)]
    verdict, k, reason = decide(findings(rows))
    assert (verdict, k) == ("useful partition", 4)
    assert "finest cut that reliably comes back" in reason
    assert "3 (elbow)" in reason


def test_the_steadiest_where_no_handful_is_steady():
    rows = [row(1), row(2, 0.95, 0.9), row(3, STEADY - 0.001, 0.8), row(4, STABLE_ARI, 0.8)]
    verdict, k, reason = decide(findings(rows))
    assert (verdict, k) == ("useful partition", 3)
    assert "comes back best" in reason


@pytest.mark.parametrize(
    ("change", "k"),
    [({"jaccard_min": 0.7}, 3), ({"smallest_share": 0.02}, 3), ({"stability_ari": 0.8}, 3)],
)
def test_a_weak_slice_is_passed_over(change, k):
    rows = [row(1), row(2, 0.9, 0.9), row(3, 0.9, 0.9), row(4, 0.9, 0.9)]
    assert decide(findings(rows))[1] == 4
    rows[3] = dataclasses.replace(rows[3], **change)
    assert decide(findings(rows))[1] == k


def test_two_slices_where_no_handful_is_stable():
    rows = [row(1), row(2, 0.95, 0.9), row(3, 0.6, 0.5)]
    verdict, k, reason = decide(findings(rows))
    assert (verdict, k) == ("useful partition", 2)
    assert "no cut into 3 to 6" in reason


def test_no_structure_has_two_reasons():
    rows = [row(1), row(2, 0.9, 0.9)]
    verdict, k, reason = decide(findings(rows, gain=0.001))
    assert (verdict, k) == ("no structure", 1)
    assert "nothing in common" in reason
    verdict, k, reason = decide(findings([row(1), row(2, 0.5, 0.6)]))
    assert (verdict, k) == ("no structure", 1)
    assert "do not come back" in reason


def test_natural_clusters_beyond_k_max_are_said():
    rows = [row(1), row(2, 0.9, 0.9)]
    verdict, k, reason = decide(findings(rows, groups=4, depth=0.5))
    assert (verdict, k) == ("natural clusters", 2)
    assert "raise the largest K" in reason


def test_groups_that_k_means_does_not_follow_are_not_its_clusters():
    rows = [row(1), row(2, 0.9, 0.9), row(3, 0.9, 0.9)]
    verdict, k, reason = decide(findings(rows, groups=2, depth=0.5, followed=0.04))
    assert (verdict, k) == ("useful partition", 3)
    assert "2 dense groups, but segments of K-Means do not follow them (agreement 0.04" in reason


def test_picks_by_their_rules():
    rows = tuple(
        row(k, ari=a, silhouette=s, calinski_harabasz=c, davies_bouldin=d, gap=g, wcss=w)
        for k, a, s, c, d, g, w in (
            (1, None, None, None, None, 0.0, 100.0),
            (2, 0.99, 0.5, 10.0, 0.9, 0.5, 30.0),
            (3, 0.95, 0.4, 30.0, 0.7, 1.0, 12.0),
            (4, 0.50, 0.3, 20.0, 0.3, 0.9, 10.0),
        )
    )
    assert pick_all(rows, {2: 0.9, 3: 0.7, 4: 0.85}) == {
        "elbow": 2,
        "silhouette": 2,
        "calinski_harabasz": 3,
        "davies_bouldin": 4,
        "gap": 3,
        "stability": 3,
        "prediction_strength": 4,
    }
    assert elbow([3.0, 3.0, 3.0]) == 1


def test_same_answer_for_any_order_of_rows():
    Z = three()
    order = np.random.default_rng(3).permutation(len(Z))
    plain, shuffled = choose_k(Z, k_max=4), choose_k(Z[order], k_max=4)
    assert plain.evidence == shuffled.evidence
    assert plain.jaccard == shuffled.jaccard
    np.testing.assert_array_equal(plain.fits[3].labels[order], shuffled.fits[3].labels)


def test_other_seeds_find_the_same():
    Z = three()
    for seed in (1, 2):
        other = choose_k(Z, k_max=4, seed=seed)
        assert other.evidence.k == 3
        same = metrics.adjusted_rand_score(
            choose_k(Z, k_max=4).fits[3].labels, other.fits[3].labels
        )
        assert same > 0.99


def test_copies_are_no_evidence():
    Z = three()
    weight = np.r_[np.ones(len(Z)), np.zeros(100)]
    plain, copied = (
        choose_k(Z, k_max=4),
        choose_k(np.concatenate([Z, Z[:100]]), k_max=4, sample_weight=weight),
    )
    assert plain.evidence == copied.evidence
    assert copied.fits[3].labels.shape == (len(Z) + 100,)


def test_the_users_k_wins_and_the_recommendation_stays(found):
    asked = choose_k(three(), k_max=3, k=5)
    assert (asked.evidence.k, asked.evidence.recommended) == (5, 3)
    assert asked.evidence.chosen_by == "user"
    assert len(asked.jaccard) == 5
    assert found.evidence.chosen_by == "evidence"


def test_extras_are_as_long_as_the_rows(found):
    for name, values in found.evidence.extras.items():
        assert len(values) == len(found.evidence.rows), name


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_a_few_rows(n):
    Z = np.arange(2.0 * n).reshape(n, 2)
    found = choose_k(Z)
    assert found.evidence.k in found.fits
    assert len(found.jaccard) == found.evidence.k


def test_equal_rows_make_one_segment():
    found = choose_k(np.ones((20, 3)))
    assert (found.evidence.k, found.evidence.verdict) == (1, "no structure")
    with pytest.raises(DataError, match="1 distinct customers cannot make 2 segments"):
        choose_k(np.ones((20, 3)), k=2)


def test_large_tables_are_sampled_for_pairs_but_not_for_sums():
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(SAMPLE_ROWS + 1000, 2))
    Z[: len(Z) // 3] += 8
    found = choose_k(Z, k_max=3)
    assert found.evidence.k == 2
    labels = found.fits[2].labels
    assert labels.shape == (len(Z),)
    second = found.evidence.rows[1]
    expected = metrics.calinski_harabasz_score(Z, labels)
    assert second.calinski_harabasz == pytest.approx(expected, rel=1e-8)
    assert second.silhouette == pytest.approx(metrics.silhouette_score(Z, labels), abs=0.02)


def test_progress_names_the_steps():
    steps = []
    choose_k(three(20), k_max=3, progress=steps.append)
    assert steps[0] == "fitting"
    assert len(steps) == len(set(steps)) >= 4


def test_evidence_rows_run_from_one(found):
    assert [r.k for r in found.evidence.rows] == [1, 2, 3, 4, 5, 6]
    falling = [r.wcss for r in found.evidence.rows]
    assert all(a > b for a, b in itertools.pairwise(falling))


def test_one_column_can_be_a_useful_partition():
    Z = np.random.default_rng(0).normal(size=(600, 1))
    evidence = choose_k((Z - Z.mean()) / Z.std(), k_max=5).evidence
    assert evidence.verdict == "useful partition"
    assert evidence.rows[evidence.k - 1].stability_ari >= STABLE_ARI


def test_more_k_than_rows_are_not_tried():
    evidence = choose_k(three(20), k_max=10_000).evidence
    assert len(evidence.rows) == 10
    assert len(choose_k(three(20), k_max=12).evidence.rows) == 12


def test_one_segment_alone_is_no_natural_cluster():
    evidence = choose_k(three(), k_max=1).evidence
    assert (evidence.verdict, evidence.k) == ("no structure", 1)
    assert "Only one segment was tried" in evidence.reason
