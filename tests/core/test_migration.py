"""Who moved: planted flows are found, and chance is not called a change."""

from __future__ import annotations

import numpy as np
import pytest
from life_shops import shop

from smartcart.core import kmeans
from smartcart.core.identity import identify, overlap_counts
from smartcart.core.migration import migrate, noise_of_refits, refits_on_resamples

K = 4
IDS = (1, 2, 3, 4)


@pytest.fixture(scope="module", params=[0, 1, 2])
def model(request):
    """A synthetic shop, its fit, and the noise of refits on it."""
    Z = shop(request.param, rows=2_000)
    fit = kmeans.fit(Z, K, seed=0)
    again = refits_on_resamples(Z, fit.centers, resamples=100, seed=1)
    return Z, fit, noise_of_refits(fit.labels + 1, again + 1, IDS)


def refit(old, now, fitted_on, noise, seed):
    """Fit again, match the ids, and compare: the whole way of a later run."""
    new = kmeans.fit(fitted_on, K, seed=seed, init=old.centers)
    carried = kmeans.assign(now, old.centers)[0]
    labels = kmeans.assign(now, new.centers)[0]
    overlap = overlap_counts(carried + 1, labels, IDS, K)
    ids = np.array(identify(IDS, old.centers, new.centers, overlap).ids)
    return migrate(old.labels + 1, carried + 1, ids[labels], noise)


def test_nothing_is_called_a_change_on_unchanged_data(model):
    Z, old, noise = model
    quiet = 0
    for seed in range(20):
        pick = np.random.default_rng(seed).integers(0, len(Z), len(Z))
        found = refit(old, Z, Z[pick], noise, seed + 1)
        assert found.by_customers == 0
        quiet += not any(flow.change for flow in found.flows)
    assert quiet >= 19


@pytest.mark.parametrize("resampled", [False, True])
def test_a_planted_flow_of_five_percent_is_found_and_no_other(model, resampled):
    Z, old, noise = model
    right = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        a, b = rng.choice(K, 2, replace=False)
        there = np.flatnonzero(old.labels == a)
        movers = rng.choice(there, round(0.05 * len(there)), replace=False)
        now = Z.copy()
        now[movers] = Z[rng.choice(np.flatnonzero(old.labels == b), len(movers))]
        pick = rng.integers(0, len(Z), len(Z)) if resampled else np.arange(len(Z))
        found = refit(old, now, now[pick], noise, seed + 1)
        flow = [f for f in found.flows if (f.from_id, f.to_id) == (a + 1, b + 1)]
        changes = [f for f in found.flows if f.change]
        right += changes == flow and abs(flow[0].share - 0.05) <= 0.015
    assert right >= 18


def test_the_noise_is_that_of_a_refit_made_another_way(model):
    """Expected flows agree with those of scikit-learn's K-Means on resamples."""
    from sklearn.cluster import KMeans

    Z, old, noise = model
    tables = []
    for seed in range(30):
        pick = np.random.default_rng(seed + 50).integers(0, len(Z), len(Z))
        other = KMeans(K, init=old.centers, n_init=1).fit(Z[pick]).predict(Z)
        tables.append(overlap_counts(old.labels + 1, other, IDS, K) / len(Z))
    np.testing.assert_allclose(noise.expected, np.mean(tables, axis=0), atol=0.004)


def test_no_refit_is_no_movement():
    Z = shop(5, rows=600)
    fit = kmeans.fit(Z, K, seed=0)
    found = migrate(fit.labels + 1, fit.labels + 1, fit.labels + 1)
    assert found.moved == found.by_customers == found.by_refit == 0
    assert {(f.from_id, f.to_id) for f in found.flows} == {(i, i) for i in IDS}
    assert all(f.share == 1 for f in found.flows)


def test_what_customers_did_and_what_the_refit_did():
    old = [1] * 10 + [2] * 10
    carried = [1] * 6 + [2] * 4 + [2] * 10
    new = [1] * 4 + [2] * 2 + [2] * 4 + [2] * 9 + [1]
    worth = np.arange(20.0)
    found = migrate(old, carried, new, worth=worth)
    flows = {(f.from_id, f.to_id): f for f in found.flows}
    there = flows[1, 2]
    assert (there.customers, there.by_customers, there.by_refit) == (6, 4, 2)
    assert there.share == 0.6
    assert there.value == worth[4:10].sum()
    back = flows[2, 1]
    assert (back.customers, back.by_customers, back.by_refit) == (1, 0, 1)
    assert (found.moved, found.by_customers, found.by_refit) == (7, 4, 3)
    assert all(f.customers == f.by_customers + f.by_refit for f in found.flows)
    assert sum(f.value for f in found.flows) == worth.sum()


def test_joiners_and_leavers():
    old = [1, 1, 2, 0, 0, 2]
    carried = [1, 1, 2, 1, 2, 0]
    new = [1, 1, 2, 1, 2, 0]
    found = migrate(old, carried, new, worth=[1, 2, 3, 4, 5, np.nan])
    assert found.customers == 3
    came = [(t.segment_id, t.customers, t.share, t.value) for t in found.joiners]
    assert came == [(1, 1, pytest.approx(1 / 3), 4.0), (2, 1, 0.5, 5.0)]
    assert [(t.segment_id, t.customers, t.share, t.value) for t in found.leavers] == [
        (2, 1, 0.5, 0.0)
    ]


def test_a_flow_below_the_noise_is_no_change():
    old = np.repeat([1, 2], 500)
    new = old.copy()
    new[:30] = 2
    moving = np.tile(old, (40, 1))
    for row, count in zip(moving, np.random.default_rng(0).integers(0, 35, 40), strict=True):
        row[:count] = 2
    assert not any(f.change for f in migrate(old, old, new, noise_of_refits(old, moving)).flows)
    still = noise_of_refits(old, np.tile(old, (40, 1)))
    assert [f.to_id for f in migrate(old, old, new, still).flows if f.change] == [2]


def test_a_new_id_has_a_noise_of_its_own():
    """A segment that the noise was not measured for is held to the least flow that matters."""
    old = np.repeat([1, 2], 100)
    new = np.where(np.arange(200) < 20, 9, old)
    found = migrate(old, old, new, noise_of_refits(old, [old, old]))
    assert [(f.from_id, f.to_id, f.limit) for f in found.flows if f.change] == [(1, 9, 1.0)]


def test_same_seed_same_refits_and_input_left_alone():
    Z = shop(6, rows=300)
    before = Z.copy()
    centers = kmeans.fit(Z, 3, seed=0).centers
    one = refits_on_resamples(Z, centers, resamples=5, seed=3)
    assert one.shape == (5, 300)
    np.testing.assert_array_equal(one, refits_on_resamples(Z, centers, resamples=5, seed=3))
    np.testing.assert_array_equal(Z, before)


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="expected one of each per customer"):
        migrate([1, 2], [1], [1, 2])
    with pytest.raises(ValueError, match="a row of as many customers"):
        noise_of_refits([1, 2], [[1, 2, 1]])
