"""Associations against SciPy and by hand, intervals, and what must never be shown."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.stats.contingency import association

from smartcart.core import fairness
from smartcart.core.fairness import find_fairness
from smartcart.errors import DataError
from smartcart.records import Feature

NAMES = ["Premium", "Others"]


def feature(name):
    return Feature(name, name.capitalize(), "", "column", (name,), "")


def measured(labels, column, X=None, names=NAMES, **how):
    X = np.zeros((len(labels), 1)) if X is None else X
    forming = [feature(f"f{j}") for j in range(X.shape[1])]
    return find_fairness(labels, names, X, forming, {"status": column}, **how).columns[0]


def table_rows(table):
    """Return category texts and labels that make a table of counts."""
    texts, labels = [], []
    for i, row in enumerate(table):
        for j, count in enumerate(row):
            texts += [f"c{i}"] * count
            labels += [j] * count
    return np.array(texts), np.array(labels)


@pytest.mark.parametrize("seed", range(5))
def test_cramers_v_is_scipys_less_its_bias(seed):
    table = np.random.default_rng(seed).integers(5, 80, size=(4, 3))
    n, (r, c) = table.sum(), table.shape
    plain = association(table, method="cramer")
    phi2 = max(0.0, plain**2 * (min(r, c) - 1) - (r - 1) * (c - 1) / (n - 1))
    smaller = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    assert fairness.cramers_v(table) == pytest.approx(np.sqrt(phi2 / smaller))
    assert fairness.cramers_v(table) < plain
    assert fairness.cramers_v(1_000_000 * table) == pytest.approx(plain, abs=1e-6)


def test_the_bias_is_gone_where_nothing_is_related():
    rng = np.random.default_rng(0)
    plain, ours = [], []
    for _ in range(100):
        table = np.zeros((6, 4), dtype=int)
        np.add.at(table, (rng.integers(0, 6, 150), rng.integers(0, 4, 150)), 1)
        plain.append(association(table))
        ours.append(fairness.cramers_v(table))
    assert np.mean(plain) > 0.15
    assert np.mean(ours) < 0.07


def test_empty_rows_and_columns_say_nothing():
    assert fairness.cramers_v([[30, 0, 5], [0, 0, 0], [4, 0, 40]]) == pytest.approx(
        fairness.cramers_v([[30, 5], [4, 40]])
    )
    assert fairness.cramers_v([[30, 5]]) == fairness.cramers_v(np.zeros((2, 2))) == 0


def test_eta_squared_is_that_of_the_analysis_of_variance():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 300)
    ages = 40 + 5 * labels + rng.normal(0, 10, 300)
    f = stats.f_oneway(*(ages[labels == i] for i in range(3))).statistic
    assert fairness.eta_squared(labels, ages) == pytest.approx(f * 2 / (f * 2 + 297))
    assert fairness.eta_squared(labels, np.ones(300)) == 0


def test_rank_correlation_is_spearmans():
    rng = np.random.default_rng(2)
    a = rng.integers(0, 9, 200)
    b = -a + rng.normal(0, 4, 200)
    expected = abs(stats.spearmanr(a, b).statistic)
    assert fairness.rank_correlation(a, b) == pytest.approx(expected)
    assert fairness.rank_correlation(a, np.ones(200)) == 0


def test_a_column_that_segments_stand_for():
    texts, labels = table_rows([[90, 30], [10, 170]])
    found = measured(labels, texts)
    groups = {(g.category, g.segment): g for g in found.groups}
    premium = groups["c0", "Premium"]
    assert (premium.count, premium.share, premium.overall) == (90, 0.9, 0.4)
    assert premium.ratio == pytest.approx(2.25)
    for group in found.groups:
        size = {"Premium": 100, "Others": 200}[group.segment]
        theirs = stats.binomtest(group.count, size).proportion_ci(method="wilson")
        assert (group.low, group.high) == pytest.approx((theirs.low, theirs.high))
    assert (premium.finding, groups["c0", "Others"].finding) == ("more", "fewer")
    assert (found.measure, found.strength) == ("Cramér's V", "strong")
    assert "status c0 is 90% of Premium, 40% of all" in found.sentence


def test_a_column_that_has_nothing_to_do_with_segments():
    rng = np.random.default_rng(3)
    found = measured(rng.integers(0, 2, 2_000), rng.choice(["a", "b", "c"], 2_000))
    assert (found.strength, found.suppressed) == ("none", 0)
    assert "hardly tell status apart" in found.sentence
    assert found.association < 0.1


def test_small_groups_are_not_shown():
    texts, labels = table_rows([[200, 300], [4, 60], [50, 90]])
    found = measured(labels, texts)
    shown = {(g.category, g.segment_id): g for g in found.groups}
    small = shown["c1", 1]
    assert small.suppressed
    assert {small.count, small.share, small.low, small.high, small.overall, small.ratio} == {None}
    assert small.finding == ""
    assert not shown["c0", 1].suppressed
    assert found.suppressed == sum(g.suppressed for g in found.groups) == 4
    assert "4 small groups not shown" in found.sentence
    assert measured(labels, texts, smallest=3).suppressed == 0


@pytest.mark.parametrize("seed", range(20))
def test_what_is_hidden_cannot_be_worked_out(seed):
    """With all sums known, no hidden cell is alone, nor does a line hide fewer than ten people."""
    rng = np.random.default_rng(seed)
    table = rng.poisson(rng.choice([4, 15, 60], size=(5, 1)) * rng.uniform(0.3, 2, (5, 4)))
    hidden = fairness.hidden_cells(table)
    assert hidden[table < 10].all()
    for lines, marks in ((table, hidden), (table.T, hidden.T)):
        for line, mark in zip(lines, marks, strict=True):
            if mark.any() and not mark.all():
                assert mark.sum() >= 2
                assert line[mark].sum() >= 10
    if not (table < 10).any():
        assert not hidden.any()


def test_numbers_are_told_in_bands_without_anybodys_own_value():
    rng = np.random.default_rng(4)
    ages = rng.integers(20, 80, 1_000).astype(float)
    ages[0] = 121
    labels = (ages > 60).astype(int)
    found = measured(labels, ages)
    assert found.measure == "eta squared"
    assert found.association == pytest.approx(fairness.eta_squared(labels, ages))
    bands = list(dict.fromkeys(g.category for g in found.groups))
    assert len(bands) == 4
    assert bands[0].startswith("up to ")
    assert not any("121" in band or "20" in band.split() for band in bands)
    shown = [g for g in found.groups if not g.suppressed]
    assert any(g.finding == "more" for g in shown)


def test_few_numbers_are_told_one_by_one():
    children = np.repeat([0, 1, 2], 100)
    found = measured(np.tile([0, 1], 150), children)
    assert list(dict.fromkeys(g.category for g in found.groups)) == ["0", "1", "2"]


def test_proxies_are_the_features_that_tell_of_the_column():
    rng = np.random.default_rng(5)
    status = rng.choice(["single", "married"], 800)
    tells = (status == "married") * 2.0 + rng.normal(size=800)
    X = np.column_stack([rng.normal(size=800), tells])
    X[:40, 1] = np.nan
    found = measured(rng.integers(0, 2, 800), status, X)
    assert [(p.feature, p.telling) for p in found.proxies] == [("f1", True), ("f0", False)]
    known = ~np.isnan(X[:, 1])
    expected = stats.pointbiserialr(status[known] == "married", X[known, 1]).statistic
    assert found.proxies[0].strength == pytest.approx(expected)
    assert found.proxies[0].measure == "correlation ratio"
    assert "Forming features that tell of it: F1" in found.sentence
    ages = rng.normal(40, 10, 800)
    of_age = measured(rng.integers(0, 2, 800), ages, np.column_stack([ages**3, X[:, 0]]))
    assert of_age.proxies[0].measure == "rank correlation"
    assert of_age.proxies[0].strength == pytest.approx(1)


def test_missing_values_are_left_out():
    texts, labels = table_rows([[90, 30], [30, 90]])
    holed = np.r_[texts.astype(object), [None, float("nan"), "", "  "]]
    more = np.r_[labels, [0, 0, 1, 1]]
    found, whole = measured(more, holed), measured(labels, texts)
    assert found.known == 240
    assert (found.association, found.groups) == (whole.association, whole.groups)
    ages = measured(labels, np.where(labels == 0, np.nan, np.arange(240.0)))
    assert ages.known == 120
    as_objects = measured(labels, np.array([None, *range(239)], dtype=object))
    assert (as_objects.measure, as_objects.known) == ("eta squared", 239)
    nothing = measured(labels, np.full(240, None, dtype=object))
    assert (nothing.known, nothing.groups, nothing.strength) == (0, (), "none")


def test_very_many_categories_are_pooled_for_showing_only():
    rng = np.random.default_rng(6)
    cities = np.array([f"city {i}" for i in rng.zipf(1.5, 5_000) % 400])
    labels = rng.integers(0, 2, 5_000)
    found = measured(labels, cities)
    shown = list(dict.fromkeys(g.category for g in found.groups))
    assert len(shown) == 30
    assert shown[0] == "city 1"
    assert shown[-1].startswith("any of ")
    assert sum(g.count or 0 for g in found.groups if not g.suppressed) <= 5_000


def test_the_summary_names_what_matters():
    texts, labels = table_rows([[90, 30], [10, 170]])
    X = np.zeros((300, 1))
    rng = np.random.default_rng(7)
    both = {"status": texts, "country": rng.choice(["A", "B"], 300)}
    found = find_fairness(
        labels, NAMES, X, [feature("f")], both, column_labels={"status": "Marital status"}
    )
    assert "stand for Marital status to a degree that matters" in found.sentence
    assert [c.label for c in found.columns] == ["Marital status", "country"]
    none = find_fairness(labels, NAMES, X, [feature("f")], {})
    assert none.columns == ()
    assert "No sensitive column" in none.sentence


def test_arrays_of_other_lengths_are_refused():
    with pytest.raises(DataError, match="'status' has 3 rows; expected 2, one per label"):
        measured(np.array([0, 1]), np.array(["a", "b", "c"]))
    with pytest.raises(DataError, match="one per feature"):
        find_fairness([0, 1], NAMES, np.zeros((2, 2)), [feature("f")], {})
