"""Which K the evidence picks on parts of the same rows."""

from __future__ import annotations

import numpy as np
import pytest

from smartcart.core import kmeans
from smartcart.core.choose_k import choose_k
from smartcart.core.k_sure import LEAST_ROWS, PARTS, picks_on_parts, say_picks
from smartcart.core.k_verdict import STABLE_ARI
from smartcart.records import PartPicks


@pytest.fixture(autouse=True)
def one_thread():
    with kmeans.single_thread():
        yield


def balls(rows=60, seed=0):
    rng = np.random.default_rng(seed)
    Z = np.concatenate([rng.normal(c, 1, (rows, 3)) for c in (0, 6, 12)])
    return (Z - Z.mean(axis=0)) / Z.std(axis=0)


def test_plain_groups_are_picked_on_every_part():
    evidence = choose_k(balls(), k_max=5).evidence
    assert [one.part for one in evidence.k_stability] == ["halves", "80% samples"]
    for one, (_, share, parts) in zip(evidence.k_stability, PARTS, strict=True):
        assert one.picks == {3: parts}
        assert (one.parts, one.share) == (parts, share)
    assert [row.k_stability for row in evidence.rows] == [0.0, 0.0, 1.0, 0.0, 0.0]
    assert "On halves of these customers the evidence picks 3 in 12 of 12" in evidence.reason


def test_noise_picks_one_segment():
    Z = np.random.default_rng(0).normal(size=(200, 4))
    evidence = choose_k(Z, k_max=4).evidence
    assert evidence.rows[0].k_stability == 1.0


def test_a_cut_that_is_not_stable_among_all_is_not_tried_among_parts():
    Z = np.random.default_rng(0).normal(size=(300, 2)) * [4, 1]
    centers = {k: kmeans.fit(Z, k, seed=0).centers for k in (2, 3, 4)}

    def picked(ari):
        steady = dict.fromkeys(centers, ari)
        found = picks_on_parts(Z, centers, steady, 0, groups=False, together=True)
        return {k for one in found for k in one.picks}

    assert picked(STABLE_ARI - 0.05) == {1}
    assert picked(STABLE_ARI) != {1}


def test_parts_too_small_to_ask():
    Z = balls(LEAST_ROWS // 3)
    centers = {3: kmeans.fit(Z, 3, seed=0).centers}
    found = picks_on_parts(Z, centers, {3: 1.0}, 0, groups=True, together=True)
    assert found == ()
    assert say_picks(found) == ""
    few = balls(LEAST_ROWS)
    assert len(picks_on_parts(few, centers, {3: 1.0}, 0, groups=True, together=True)) == 2


def test_in_words():
    found = (PartPicks("halves", 0.5, 12, {3: 8, 4: 4}), PartPicks("80% samples", 0.8, 8, {4: 8}))
    assert say_picks(found, "5,000 of these customers") == (
        "On halves of 5,000 of these customers the evidence picks 3 in 8 of 12, and 4 in 4; "
        "on 80% samples the evidence picks 4 in 8 of 8."
    )
