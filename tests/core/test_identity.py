"""Segments keep their ids over refits; what is new, split, merged or gone is said to be so."""

from __future__ import annotations

import importlib
from functools import cache

import numpy as np
import pytest
from life_shops import shop

import smartcart
from conftest import shared_file
from smartcart.core import kmeans, prepare
from smartcart.core.identity import identify, overlap_counts
from smartcart.datasets import customer_tables

REFITS = 20
MIDDLES = np.array([[0.0, 0, 0], [6, 0, 0], [0, 6, 0], [0, 0, 6], [6, 6, 6]])


def refits(Z, k, times=REFITS):
    """Yield the old centroids, and new ones with their Identity, of refits on resamples."""
    old = kmeans.fit(Z, k, seed=0)
    ids = tuple(range(1, k + 1))
    for seed in range(times):
        pick = np.random.default_rng(seed).integers(0, len(Z), len(Z))
        new = kmeans.fit(Z[pick], k, seed=seed + 1)
        there = np.unique(pick)
        labels, _, _ = kmeans.assign(Z[there], new.centers)
        overlap = overlap_counts(old.labels[there] + 1, labels, ids, k)
        yield old.centers, new.centers, identify(ids, old.centers, new.centers, overlap)


def share_kept(Z, k):
    """Return the share of segments that keep their id; no id may change its meaning."""
    kept = 0
    for old, new, found in refits(Z, k):
        for place, one in enumerate(found.ids):
            if one <= k:
                kept += 1
                assert np.linalg.norm(old - new[place], axis=1).argmin() == one - 1
        assert sorted({*found.ids, *found.retired} & set(range(1, k + 1))) == list(range(1, k + 1))
    return kept / (REFITS * k)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_segments_of_synthetic_shops_keep_their_ids(seed):
    assert share_kept(shop(seed), 4) >= 0.95


@pytest.mark.shared_data
def test_segments_of_the_real_table_keep_their_ids(monkeypatch):
    source = shared_file("smartcart_customers.csv")
    module = importlib.import_module("smartcart.workflows.segment")
    seen = []

    def watch(*args):
        seen.append(args)
        return gather(*args)

    gather = module.gather
    monkeypatch.setattr(module, "gather", watch)
    model = smartcart.segment(source, k_max=5).record.model
    X, weight = seen[0][0], seen[0][2]
    Z = prepare.apply_recipe(X, model.recipe)[weight > 0]
    assert share_kept(Z, len(model.centroids)) >= 0.95


def blobs(sizes, seed, middles=MIDDLES):
    rng = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(sizes)), sizes)
    return middles[truth] + rng.normal(size=(len(truth), 3)), truth


def fate(found, kind):
    return [match for match in found.matches if match.kind == kind]


def test_a_planted_new_segment_is_new():
    right = 0
    for seed in range(20):
        before, _ = blobs([150, 120, 90, 60], seed)
        joined, _ = blobs([0, 0, 0, 0, 80], seed + 100)
        old = kmeans.fit(before, 4, seed=0)
        Z = np.vstack([before, joined])
        new = kmeans.fit(Z, 5, seed=1)
        known = overlap_counts(old.labels + 1, new.labels[: len(before)], (1, 2, 3, 4), 5)
        found = identify((1, 2, 3, 4), old.centers, new.centers, known, used=range(1, 8))
        carried, _, _ = kmeans.assign(Z, old.centers)  # the old model has to put them somewhere
        both = overlap_counts(carried + 1, new.labels, (1, 2, 3, 4), 5)
        same = identify((1, 2, 3, 4), old.centers, new.centers, both, used=range(1, 8))
        alone = identify((1, 2, 3, 4), old.centers, new.centers, used=range(1, 8))
        place = int(np.linalg.norm(new.centers - MIDDLES[4], axis=1).argmin())
        right += all(
            len(fate(one, "kept")) == 4
            and [match.new_ids for match in fate(one, "new")] == [(8,)]
            and one.ids[place] == 8
            and not one.retired
            for one in (found, same, alone)
        )
    assert right >= 18


def test_two_segments_that_become_one_are_merged():
    right = 0
    near = MIDDLES.copy()
    for seed in range(20):
        before, truth = blobs([150, 120, 90, 60], seed)
        together = near.copy()
        together[[0, 1]] = near[:2].mean(axis=0)
        after = together[truth] + np.random.default_rng(seed + 100).normal(size=before.shape)
        old = kmeans.fit(before, 4, seed=0)
        new = kmeans.fit(after, 3, seed=1)
        table = overlap_counts(old.labels + 1, new.labels, (1, 2, 3, 4), 3)
        found = identify((1, 2, 3, 4), old.centers, new.centers, table)
        gone = {int(np.linalg.norm(old.centers - near[i], axis=1).argmin()) + 1 for i in (0, 1)}
        merged = fate(found, "merged")
        right += (
            len(merged) == 1
            and set(merged[0].old_ids) == gone
            and merged[0].new_ids == (5,)
            and set(found.retired) == gone
            and len(fate(found, "kept")) == 2
        )
        assert not merged or min(link.outgoing for link in merged[0].links) > 0.5
    assert right >= 18


@cache
def planted_shop(seed):
    """Return a synthetic shop and the number of the segment each customer was planted in."""
    truth = customer_tables(1_500, seed=seed)[1].to_pandas()["segment"]
    return shop(seed), truth.cat.codes.to_numpy()


@pytest.mark.parametrize("missing", range(4))
def test_a_segment_that_a_synthetic_shop_gains_is_new(missing):
    right = 0
    for seed in range(20):
        Z, truth = planted_shop(seed)
        known = np.flatnonzero(truth != missing)
        old, new = kmeans.fit(Z[known], 3, seed=0), kmeans.fit(Z, 4, seed=1)
        table = overlap_counts(old.labels + 1, new.labels[known], (1, 2, 3), 4)
        found = identify((1, 2, 3), old.centers, new.centers, table)
        right += sorted(match.kind for match in found.matches) == ["kept"] * 3 + ["new"]
        right -= 4 not in found.ids
    assert right >= 18


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (2, 3)])
def test_segments_of_a_synthetic_shop_that_become_alike_are_merged(pair):
    right = 0
    for seed in range(20):
        Z, truth = planted_shop(seed)
        old = kmeans.fit(Z, 4, seed=0)
        middles = [Z[truth == i].mean(axis=0) for i in pair]
        now = Z.copy()
        for i, middle in zip(pair, middles, strict=True):
            now[truth == i] += np.mean(middles, axis=0) - middle
        new = kmeans.fit(now, 3, seed=1)
        table = overlap_counts(old.labels + 1, new.labels, (1, 2, 3, 4), 3)
        found = identify((1, 2, 3, 4), old.centers, new.centers, table)
        right += sorted(match.kind for match in found.matches) == ["kept", "kept", "merged"]
    assert right >= 18


def test_one_segment_that_falls_apart_is_split():
    right = 0
    for seed in range(20):
        before, truth = blobs([200, 120, 90], seed)
        after = before.copy()
        half = np.flatnonzero(truth == 0)
        after[half[::2], 2] += 4
        after[half[1::2], 2] -= 4
        old = kmeans.fit(before, 3, seed=0)
        new = kmeans.fit(after, 4, seed=1)
        table = overlap_counts(old.labels + 1, new.labels, (1, 2, 3), 4)
        found = identify((1, 2, 3), old.centers, new.centers, table)
        split = fate(found, "split")
        right += (
            len(split) == 1
            and split[0].old_ids == (1,)
            and split[0].new_ids == (4, 5)
            and found.retired == (1,)
        )
    assert right >= 18


def test_a_small_segment_swallowed_in_place_leaves_the_id_of_the_large_one():
    found = identify((1, 2), [[0.0], [4.0]], [[0.5], [40.0]], [[90, 0], [30, 0]])
    merged = fate(found, "merged")[0]
    assert merged.old_ids == (1, 2)
    assert merged.new_ids == (1,)
    assert found.ids == (1, 3)
    assert found.retired == (2,)
    assert merged.links[1].outgoing == 1
    assert merged.links[1].incoming == 0.25


def test_evidence_is_what_it_says():
    table = [[80, 20], [10, 90]]
    found = identify((7, 9), [[0.0, 0], [10, 0]], [[0, 1.0], [10, 0]], table)
    link = fate(found, "kept")[0].links[0]
    assert (link.old_id, link.new_id, link.customers) == (7, 7, 80)
    assert link.outgoing == pytest.approx(0.8)
    assert link.incoming == pytest.approx(80 / 90)
    assert link.jaccard == pytest.approx(80 / 110)
    assert link.distance == 1
    assert link.relative == pytest.approx(1 / 10)


def test_a_segment_whose_customers_are_all_new_is_kept_where_it_is_in_place():
    """Last month's newcomers have moved on; this month's are the same kind of customers."""
    found = identify((1, 2), [[0.0], [10.0]], [[0.1], [10.0]], [[0, 50], [0, 100]])
    assert found.ids == (1, 2)


def test_a_segment_in_another_place_is_not_the_same_whatever_its_customers():
    found = identify((1, 2), [[0.0], [10.0]], [[10.2], [0.1]], [[50, 0], [0, 60]])
    assert found.ids == (2, 1)  # the customers have changed places, the segments have not
    far = identify((1, 2), [[0.0], [10.0]], [[10.0], [30.0]], [[0, 50], [60, 0]])
    assert far.ids == (2, 3)
    assert far.retired == (1,)


def test_retired_ids_are_never_used_again():
    used = {1, 2, 3, 4, 5, 6}
    found = identify((2, 6), [[0.0], [5.0]], [[0.0], [50.0], [90.0]], used=used)
    assert found.ids == (2, 7, 8)
    assert found.retired == (6,)


def test_ids_do_not_depend_on_the_order_of_the_new_segments():
    rng = np.random.default_rng(0)
    old = rng.normal(size=(6, 4)) * 5
    new = old + rng.normal(size=old.shape) * 0.3
    order = rng.permutation(6)
    found = identify(range(1, 7), old, new[order])
    assert found.ids == tuple(order + 1)


def test_a_segment_that_loses_customers_to_a_new_one_but_stays_in_place_is_not_split():
    found = identify((1, 2), [[0.0], [10.0]], [[0.2], [4.0], [10.0]], [[55, 45, 0], [0, 0, 80]])
    assert found.ids == (1, 3, 2)
    assert [match.kind for match in found.matches] == ["kept", "kept", "new"]
    assert found.matches[-1].links[0].outgoing == 0.45  # where it came from is told


def test_every_segment_has_one_fate_whatever_comes():
    rng = np.random.default_rng(0)
    kinds = set()
    for _ in range(500):
        k_old, k_new = rng.integers(1, 7, 2)
        olds = tuple(int(i) for i in rng.choice(np.arange(1, 12), k_old, replace=False))
        old, new = rng.normal(size=(k_old, 2)), rng.normal(size=(k_new, 2))
        table = rng.integers(0, 50, (k_old, k_new)) * rng.integers(0, 2, (k_old, k_new))
        found = identify(olds, old, new, table if rng.random() < 0.8 else None, used=range(14))
        assert sorted(i for match in found.matches for i in match.old_ids) == sorted(olds)
        assert sorted(j for match in found.matches for j in match.new_ids) == sorted(found.ids)
        assert len(set(found.ids)) == k_new
        assert all(one in olds or one >= 14 for one in found.ids)
        assert set(found.retired) == set(olds) - set(found.ids)
        kinds |= {match.kind for match in found.matches}
    assert kinds == {"kept", "split", "merged", "new", "retired"}


def test_one_segment_stays_itself():
    assert identify((1,), [[0.0]], [[3.0]]).ids == (1,)


def test_input_is_checked_and_left_alone():
    with pytest.raises(ValueError, match="expected one row per segment"):
        identify((1,), [[0.0], [1.0]], [[0.0]])
    with pytest.raises(ValueError, match="overlap of shape"):
        identify((1,), [[0.0]], [[0.0]], [[1, 2]])
    table = np.array([[5.0, 0], [0, 5]])
    before = table.copy()
    identify((1, 2), [[0.0], [1.0]], [[0.0], [1.0]], table)
    np.testing.assert_array_equal(table, before)
