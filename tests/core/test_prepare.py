"""The recipe: fills, caps, transforms and scales."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.preprocessing import StandardScaler

from smartcart.core import prepare
from smartcart.errors import DataError
from smartcart.records import Feature


def features(*themes: str) -> list[Feature]:
    return [
        Feature(f"f{i}", f"F{i}", "", "column", (f"c{i}",), "", theme=theme)
        for i, theme in enumerate(themes)
    ]


def test_plain_columns_are_scaled_as_by_standard_scaler() -> None:
    X = np.random.default_rng(0).normal(5, 3, size=(500, 2))
    recipe = prepare.fit_recipe(X, features("a", "b"))
    capped = np.clip(X, *np.quantile(X, [prepare.TAIL, 1 - prepare.TAIL], axis=0))
    expected = StandardScaler().fit_transform(capped)
    np.testing.assert_allclose(prepare.apply_recipe(X, recipe), expected, atol=1e-12)
    assert recipe.transform == ("identity", "identity")


def test_every_theme_has_the_same_variance() -> None:
    X = np.random.default_rng(1).normal(size=(2000, 5))
    recipe = prepare.fit_recipe(X, features("a", "b", "b", "b", "c"))
    variance = prepare.apply_recipe(X, recipe).var(axis=0)
    np.testing.assert_allclose(
        [variance[0], variance[1:4].sum(), variance[4]], [1.0, 1.0, 1.0], atol=1e-9
    )


def test_missing_values_get_the_median_and_do_not_move_the_fit() -> None:
    X = np.random.default_rng(2).normal(size=(400, 1))
    holed = np.vstack([X, np.full((3, 1), np.nan)])
    recipe = prepare.fit_recipe(holed, features("a"))
    assert recipe.fill[0] == pytest.approx(np.median(X))
    z = prepare.apply_recipe(np.array([[np.nan]]), recipe)
    assert z[0, 0] == pytest.approx(
        prepare.apply_recipe(np.array([[recipe.fill[0]]]), recipe)[0, 0]
    )


def test_rows_without_weight_do_not_count() -> None:
    X = np.random.default_rng(3).normal(size=(300, 2))
    copied = np.vstack([X, np.full((100, 2), 50.0)])
    weight = np.r_[np.ones(300), np.zeros(100)]
    assert prepare.fit_recipe(copied, features("a", "b"), weight) == prepare.fit_recipe(
        X, features("a", "b")
    )


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (lambda rng: rng.normal(size=4000), "identity"),
        (lambda rng: rng.lognormal(3, 1.2, size=4000), "log1p"),
        (lambda rng: rng.normal(10, 4, size=4000).clip(0) ** 2.5, "sqrt"),
        (lambda rng: rng.standard_normal(4000) + 3 * rng.exponential(5, 4000) - 2, "asinh"),
    ],
)
def test_highly_skewed_columns_are_made_close_to_symmetric(draw, expected) -> None:
    x = draw(np.random.default_rng(4))
    chosen = prepare.choose_transform(x)
    assert chosen == expected
    after = abs(stats.skew(prepare.transform_values(x, chosen)))
    assert after <= max(abs(stats.skew(x)), prepare.SKEWED)


def test_skewness_is_that_of_scipy() -> None:
    x = np.random.default_rng(5).exponential(size=300)
    assert prepare.skewness(x) == pytest.approx(stats.skew(x), rel=1e-12)


def test_a_rare_column_keeps_its_content() -> None:
    x = np.zeros((1000, 1))
    x[:3] = 7.0
    recipe = prepare.fit_recipe(x, features("a"))
    assert (recipe.low[0], recipe.high[0]) == (0.0, 7.0)


def test_an_empty_feature_is_refused_by_name() -> None:
    with pytest.raises(DataError, match="'f0' has no value"):
        prepare.fit_recipe(np.full((5, 1), np.nan), features("a"))


def test_input_is_left_alone() -> None:
    X = np.random.default_rng(6).normal(size=(50, 2))
    X[0, 0] = np.nan
    before = X.copy()
    prepare.apply_recipe(X, prepare.fit_recipe(X, features("a", "b")))
    np.testing.assert_array_equal(X, before)


def money(values, unit="money", theme="a"):
    feature = Feature("x", "X", unit, "column", ("x",), "", theme=theme)
    return values.reshape(-1, 1), (feature,)


@pytest.mark.parametrize("factor", [100.0, 0.001, 7.3])
@pytest.mark.parametrize("unit", ["money", ""])
def test_units_of_money_do_not_matter(factor, unit):
    x = np.random.default_rng(0).lognormal(4, 1.5, 800) * np.r_[np.zeros(80), np.ones(720)]
    X, features = money(np.round(x, 2), unit)
    plain = prepare.fit_recipe(X, features)
    other = prepare.fit_recipe(X * factor, features)
    assert plain.transform == ("log1p",)
    np.testing.assert_allclose(
        prepare.apply_recipe(X * factor, other), prepare.apply_recipe(X, plain), atol=1e-9
    )


def test_counts_keep_their_unit():
    x = np.random.default_rng(0).poisson(3, 500).astype(float) ** 2
    assert prepare.unit_of(x, "count") == prepare.unit_of(x, "") == 1.0
    assert prepare.unit_of(x * 0.5, "") != 1.0
    assert prepare.unit_of(x * 0.0, "money") == 1.0


@pytest.mark.parametrize(
    ("others", "by", "light"),
    [(0.19, 0.1, True), (0.21, 0.1, False), (0.19, 1.0, False)],
)
def test_a_column_that_is_constant_but_for_chance_weighs_next_to_nothing(others, by, light):
    x = np.ones(1000)
    x[: int(others * 1000)] += by
    X = np.column_stack([x, np.random.default_rng(0).normal(50, 10, 1000)])
    features = [
        Feature(name, name, "", "column", (name,), "", theme="basket") for name in ("lines", "mean")
    ]
    weight = prepare.fit_recipe(X, features).weight
    if light:
        assert weight[0] < 0.1
        assert weight[1] > 0.99
    else:
        assert weight == pytest.approx((0.5**0.5, 0.5**0.5))


def test_the_formed_scale_is_that_of_the_recipe():
    x = np.random.default_rng(0).lognormal(4, 1.5, 300)
    X, features = money(x)
    recipe = prepare.fit_recipe(X, features)
    formed = prepare.on_formed_scale(np.column_stack([X, X]), (*features, *features), recipe)
    z = prepare.apply_recipe(X, recipe)[:, 0]
    assert np.corrcoef(formed[:, 0], z)[0, 1] == pytest.approx(1.0)
    assert np.corrcoef(formed[:, 1], z)[0, 1] == pytest.approx(1.0)
