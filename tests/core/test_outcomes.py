"""Outcomes per segment: intervals from published tables, AUC and test against other libraries."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, chi2_contingency
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from smartcart.core import outcomes
from smartcart.core.proportions import newcombe, weighted_newcombe, wilson
from smartcart.errors import DataError


def shop(rates: list[float], size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(rates)), size)
    return (rng.random(labels.size) < np.array(rates)[labels]).astype(float), labels


# Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_as_published(x: int, n: int, low: float, high: float) -> None:
    found = wilson([x], [n])
    assert np.ravel(found) == pytest.approx([low, high], abs=5e-5)


@pytest.mark.parametrize(
    ("x", "n"), [(0, 1), (1, 1), (3, 7), (0, 12), (20, 40), (499, 500), (50, 50), (334, 2240)]
)
@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
def test_wilson_is_that_of_scipy(x: int, n: int, level: float) -> None:
    low, high = wilson([x], [n], level)
    theirs = binomtest(x, n).proportion_ci(level, method="wilson")
    assert (low[0], high[0]) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_wilson_of_a_table_is_that_of_its_cells() -> None:
    table, sizes = np.array([[3, 40, 0], [7, 60, 0]]), np.array([10, 100, 0])
    low, high = wilson(table, sizes)
    assert low.shape == high.shape == (2, 3)
    assert (low[1, 0], high[0, 1]) == (wilson(7, 10)[0], wilson(40, 100)[1])
    assert np.isnan(low[:, 2]).all()


def test_no_trials_no_interval() -> None:
    assert np.isnan(wilson([0], [0])).all()


# Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10.
@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_differences_are_as_published(counts: tuple, low: float, high: float) -> None:
    assert newcombe(*counts) == pytest.approx((low, high), abs=5e-5)


def test_strata_are_covered_together() -> None:
    rng = np.random.default_rng(3)
    p, q = np.array([0.3, 0.1, 0.02]), np.array([0.2, 0.1, 0.01])
    n, m = np.array([300, 500, 800]), np.array([100, 60, 200])
    w = n / n.sum()
    inside = 0
    for _ in range(1000):
        low, high = weighted_newcombe(rng.binomial(n, p), n, rng.binomial(m, q), m, w, 0.9)
        inside += low <= float((w * (p - q)).sum()) <= high
    assert 870 <= inside <= 950


def test_rates_and_lifts_are_those_of_the_customers() -> None:
    y, labels = shop([0.3, 0.05, 0.1], 400, 0)
    y[5] = np.nan
    (found,) = outcomes.validate({"Response": y}, labels, ["A", "B", "C"])
    known = ~np.isnan(y)
    assert (found.customers, found.missing) == (1199, 1)
    assert found.rate == pytest.approx(y[known].mean())
    for i, rate in enumerate(found.rates):
        mine = y[known & (labels == i)]
        assert (rate.segment_id, rate.segment) == (i + 1, "ABC"[i])
        assert (rate.customers, rate.positives) == (mine.size, mine.sum())
        assert rate.rate == pytest.approx(mine.mean())
        assert rate.lift == pytest.approx(mine.mean() / y[known].mean())
        assert rate.low < rate.rate < rate.high


@pytest.mark.parametrize("seed", range(4))
def test_auc_of_membership_is_that_of_scikit_learn(seed: int) -> None:
    y, labels = shop([0.35, 0.05, 0.15, 0.22], 300, seed)
    order = np.random.default_rng(seed).permutation(y.size)
    y, labels = y[order], labels[order]
    theirs = []
    for repeat in range(40):
        folds = StratifiedKFold(5, shuffle=True, random_state=repeat)
        for train, test in folds.split(labels, y):
            rate = [y[train][labels[train] == i].mean() for i in range(4)]
            theirs.append(roc_auc_score(y[test], np.array(rate)[labels[test]]))
    (found,) = outcomes.validate({"y": y}, labels, list("abcd"))
    assert found.folds == 5
    assert found.auc == pytest.approx(np.mean(theirs), abs=0.003)


def test_auc_of_one_deal_is_exact() -> None:
    rng = np.random.default_rng(0)
    scores = np.array([0.1, 0.4, 0.4, 0.2])
    minus, plus = rng.integers(1, 9, 4), rng.integers(1, 9, 4)
    rows = np.concatenate([np.repeat(scores, minus), np.repeat(scores, plus)])
    y = np.repeat([0, 1], [minus.sum(), plus.sum()])
    assert outcomes._auc(scores, minus, plus) == pytest.approx(roc_auc_score(y, rows))


def test_a_deal_gives_everybody_one_even_fold() -> None:
    counts = np.array([7, 0, 23, 4])
    dealt = outcomes._deal(counts, 5, np.random.default_rng(0))
    assert dealt.sum(axis=0).tolist() == counts.tolist()
    assert sorted(dealt.sum(axis=1).tolist()) == [6, 7, 7, 7, 7]


def test_chance_has_no_auc_and_no_small_p() -> None:
    found = [
        outcomes.validate({"y": shop([0.2] * 4, 500, s)[0]}, shop([0.2] * 4, 500, s)[1], "abcd")[0]
        for s in range(40)
    ]
    assert np.mean([one.auc for one in found]) == pytest.approx(0.5, abs=0.01)
    assert sum(one.p_value < 0.05 for one in found) <= 6


def test_the_chi_squared_test_is_that_of_scipy() -> None:
    y, labels = shop([0.2, 0.25, 0.3], 100, 1)
    (found,) = outcomes.validate({"y": y}, labels, list("abc"))
    negatives, positives, _ = outcomes.count_outcome(y, labels, 3)
    theirs = chi2_contingency([negatives, positives], correction=False)
    assert (found.chi2, found.dof) == (pytest.approx(theirs.statistic), theirs.dof)
    assert found.p_value == pytest.approx(theirs.pvalue)
    assert found.expected_least == pytest.approx(theirs.expected_freq.min())


def test_several_outcomes_are_adjusted_together() -> None:
    y, labels = shop([0.2, 0.28], 300, 2)
    z, _ = shop([0.5, 0.5], 300, 3)
    one, two = outcomes.validate({"y": y, "z": z}, labels, list("ab"))
    assert (one.p_holm, two.p_holm) == tuple(outcomes.holm([one.p_value, two.p_value]))
    assert one.p_holm > one.p_value
    assert outcomes.holm([None, 0.02, None]) == [None, 0.02, None]


def test_counts_of_batches_add_up_and_order_does_not_matter() -> None:
    y, labels = shop([0.2, 0.1], 500, 0)
    whole = outcomes.count_outcome(y, labels, 2)
    halves = sum(outcomes.count_outcome(y[i::2], labels[i::2], 2) for i in (0, 1))
    assert (whole == halves).all()
    order = np.random.default_rng(0).permutation(y.size)
    assert outcomes.validate({"y": y}, labels, "ab") == outcomes.validate(
        {"y": y[order]}, labels[order], "ab"
    )


def test_what_cannot_be_said_is_not_said() -> None:
    labels = np.array([0, 0, 2, 2])
    (none,) = outcomes.validate({"y": [0, 0, 0, 0]}, labels, "abc")
    assert (none.auc, none.chi2, none.p_value, none.p_holm) == (None, None, None, None)
    assert (none.rates[1].rate, none.rates[1].low) == (None, None)
    assert none.rates[0].lift is None
    (alone,) = outcomes.validate({"y": [0, 1, 0, 1]}, np.zeros(4, dtype=int), "a")
    assert alone.p_value is None
    with pytest.raises(DataError, match="'age' holds 37"):
        outcomes.validate({"age": [0, 1, 37, 1]}, labels, "abc")
    with pytest.raises(DataError, match="is empty for every segmented customer"):
        outcomes.validate({"y": [np.nan] * 4}, labels, "abc")
