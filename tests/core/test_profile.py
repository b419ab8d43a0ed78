"""Profiles from sums that merge, against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from smartcart.core.profile import ProfileSums, medians, profile_rows, with_effects_of
from smartcart.records import Feature

FEATURES = [
    Feature("spend", "Spend", "money", "column", ("spend",), "", theme="value"),
    Feature("age", "Age", "years", "column", ("age",), "", role="sensitive"),
]


@pytest.fixture
def table() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.lognormal(10, 1, 500), rng.normal(45, 10, 500)])
    X[rng.random(X.shape) < 0.1] = np.nan
    return X, rng.integers(0, 3, 500)


def summed(X: np.ndarray, labels: np.ndarray, parts: int = 1) -> ProfileSums:
    sums = ProfileSums.empty(3, np.nanmean(X[:50], axis=0))
    for rows in np.array_split(np.arange(len(X)), parts):
        ones = np.ones(len(rows))
        sums.add(X[rows], labels[rows], ones, 0.5 * ones)
    return sums


def test_profile_equals_pandas(table) -> None:
    X, labels = table
    frame = pd.DataFrame(X, columns=["spend", "age"])
    profile = profile_rows(summed(X, labels, 7), medians(X, labels, 3), FEATURES, ["a", "b", "c"])
    for row in profile.rows:
        inside = frame.loc[labels == row.segment_id - 1, row.column]
        overall = frame[row.column]
        assert row.mean == pytest.approx(inside.mean())
        assert row.median == pytest.approx(inside.median())
        assert row.overall_mean == pytest.approx(overall.mean())
        effect = (inside.mean() - overall.mean()) / overall.std(ddof=0)
        assert row.effect == pytest.approx(effect)
    assert {row.role for row in profile.rows} == {"forms", "sensitive"}


def test_parts_do_not_matter(table) -> None:
    one, many = summed(*table), summed(*table, parts=13)
    np.testing.assert_allclose(one.means(), many.means(), rtol=1e-12)
    np.testing.assert_allclose(one.overall(), many.overall(), rtol=1e-12)
    assert many.size.sum() == 500
    assert many.confidence.sum() == pytest.approx(250)


def test_a_constant_far_from_zero_has_no_effect() -> None:
    X = np.full((10, 1), 1e9 + 1)
    sums = ProfileSums.empty(2, np.array([1e9 + 1]))
    sums.add(X, np.arange(10) % 2, np.ones(10), np.ones(10))
    rows = profile_rows(sums, medians(X, np.arange(10) % 2, 2), FEATURES[:1], ["a", "b"]).rows
    assert [row.effect for row in rows] == [0.0, 0.0]


def test_a_segment_without_a_value_has_no_row() -> None:
    X = np.array([[1.0], [np.nan]])
    sums = ProfileSums.empty(2, np.array([1.0]))
    sums.add(X, np.array([0, 1]), np.ones(2), np.ones(2))
    rows = profile_rows(sums, medians(X, np.array([0, 1]), 2), FEATURES[:1], ["a", "b"]).rows
    assert [row.segment_id for row in rows] == [1]


def test_effects_of_other_scores_equal_pandas(table) -> None:
    X, labels = table
    X[labels == 2, 1] = np.nan  # a segment of which one column says nothing
    profile = profile_rows(summed(X, labels), medians(X, labels, 3), FEATURES, ["a", "b", "c"])
    scores = np.log(X)
    frame = pd.DataFrame(scores, columns=["spend", "age"])
    told = with_effects_of(profile, scores, labels, FEATURES)
    assert len(told.rows) == 5
    for row in told.rows:
        column = frame[row.column]
        away = column[labels == row.segment_id - 1].mean() - column.mean()
        assert row.effect == pytest.approx(away / column.std(ddof=0), rel=1e-9)
