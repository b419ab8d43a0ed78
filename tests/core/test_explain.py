"""Why a customer is in a segment: the contributions are exact, and the words say what was done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trust_tables

from smartcart.core import kmeans, prepare
from smartcart.core.explain import explain, reasons, why
from smartcart.errors import DataError


@pytest.fixture(
    params=[pytest.param("smartcart_table", marks=pytest.mark.shared_data), "synthetic_shop"]
)
def table(request):
    return getattr(trust_tables, request.param)()


@pytest.fixture(scope="module")
def shop():
    return trust_tables.synthetic_shop()


def squared_distances(table):
    """Return the two smallest squared distances of every row, straight from the definition."""
    centers = np.array(table.model.centroids)
    every = ((table.Z[:, None, :] - centers) ** 2).sum(axis=2)
    return np.sort(every, axis=1)[:, :2].T


def test_contributions_add_up_on_every_customer(table):
    d1, d2 = squared_distances(table)
    told = explain(table.X, table.ids, table.model)
    assert len(told) == len(table.X) > 1_000
    for one, near, far in zip(told, d1, d2, strict=True):
        total = sum(c.contribution for c in one.contributions)
        assert total == pytest.approx(far - near, abs=1e-9)
        assert one.other_distance**2 - one.distance**2 == pytest.approx(total, abs=1e-9)


def test_segments_and_confidence_are_those_of_the_model(table):
    labels, d1, d2 = kmeans.assign(table.Z, np.array(table.model.centroids))
    trust = kmeans.confidence(np.sqrt(d1), np.sqrt(d2))
    told = explain(table.X, table.ids, table.model)
    assert [one.segment_id - 1 for one in told] == labels.tolist()
    assert [one.segment for one in told] == [table.model.names[i] for i in labels]
    np.testing.assert_allclose([one.confidence for one in told], trust, atol=1e-9)
    assert [one.customer_id for one in told] == [str(i) for i in table.ids]
    assert all(one.other_id != one.segment_id for one in told)


def test_strongest_first_with_shares_of_one(shop):
    for one in explain(shop.X[:50], shop.ids[:50], shop.model):
        sizes = [abs(c.contribution) for c in one.contributions]
        assert sizes == sorted(sizes, reverse=True)
        assert sum(abs(c.share) for c in one.contributions) == pytest.approx(1)
        assert all(c.share * c.contribution >= 0 for c in one.contributions)
        assert {c.feature for c in one.contributions} == {
            f.name for f in shop.model.recipe.features
        }


def test_a_known_row_by_hand():
    found = why([[1.0, 1.0]], [[0.0, 1.0], [4.0, 0.0], [-3.0, -3.0]])
    assert (int(found.labels[0]), int(found.others[0])) == (0, 1)
    assert found.parts.tolist() == [[9.0 - 1.0, 1.0 - 0.0]]
    assert (float(found.d1[0]), float(found.d2[0])) == (1.0, 10.0)


def test_the_user_may_ask_about_another_segment(shop):
    row, name = shop.X[:1], shop.ids[:1]
    own = explain(row, name, shop.model)[0]
    third = next(i for i in range(1, 5) if i not in {own.segment_id, own.other_id})
    asked = explain(row, name, shop.model, other=third)[0]
    assert (asked.other_id, asked.segment_id) == (third, own.segment_id)
    assert asked.other_distance > own.other_distance
    about_itself = explain(row, name, shop.model, other=own.segment_id)[0]
    assert about_itself == own


def test_missing_and_extreme_values_are_told(shop):
    names = [f.name for f in shop.model.recipe.features]
    row = shop.X[:1].copy()
    row[0, names.index("spend")] = np.nan
    row[0, names.index("basket_value")] = 1e7
    parts = {c.feature: c for c in explain(row, ["a"], shop.model)[0].contributions}
    fill, high = (
        getattr(shop.model.recipe, what)[names.index(name)]
        for what, name in (("fill", "spend"), ("high", "basket_value"))
    )
    assert (parts["spend"].handled, parts["spend"].value) == ("filled", None)
    assert parts["spend"].counted == fill
    assert f"Spend not known, so {fill:,.0f} was assumed" in parts["spend"].sentence
    assert (parts["basket_value"].handled, parts["basket_value"].counted) == ("capped", high)
    assert "10,000,000, counted as" in parts["basket_value"].sentence
    assert [c.handled for n, c in parts.items() if n not in {"spend", "basket_value"}].count(
        ""
    ) >= 8


def test_the_sentence_says_both_sides_with_the_means(shop):
    told = explain(shop.X, shop.ids, shop.model)
    both = next(one for one in told if "Speaking for" in one.sentence)
    first = both.contributions[0]
    assert both.sentence.startswith(f"Nearer to {both.segment} than to {both.other}: ")
    top = next(c for c in both.contributions if c.contribution > 0)
    assert top.sentence in both.sentence
    assert f"{both.segment} has" in top.sentence
    means = dict(
        zip(
            [f.name for f in shop.model.recipe.features],
            shop.model.centroids_original[both.segment_id - 1],
            strict=True,
        )
    )
    assert first.own_mean == means[first.feature]


def test_one_segment_has_nothing_to_compare_with(shop):
    alone = replace(
        shop.model,
        centroids=shop.model.centroids[:1],
        names=("All customers",),
        centroids_original=shop.model.centroids_original[:1],
    )
    told = explain(shop.X[:1], shop.ids[:1], alone)[0]
    assert (told.other_id, told.contributions) == (None, ())
    assert "one segment only" in told.sentence
    with pytest.raises(DataError, match="one segment only"):
        why(shop.Z[:1], shop.model.centroids[:1])


def test_wrong_questions_are_refused(shop):
    with pytest.raises(DataError, match="there is no segment 9; expected a number from 1 to 4"):
        explain(shop.X[:1], shop.ids[:1], shop.model, other=9)
    with pytest.raises(DataError, match="1 rows of 12 features"):
        explain(shop.X[:1, :3], shop.ids[:1], shop.model)


def test_input_is_left_alone(shop):
    X = shop.X[:20].copy()
    explain(X, shop.ids[:20], shop.model)
    np.testing.assert_array_equal(X, shop.X[:20])
    assert np.array_equal(prepare.apply_recipe(X, shop.model.recipe), shop.Z[:20])


def test_reasons_are_the_means_of_the_exact_parts(shop):
    recipe, names = shop.model.recipe, shop.model.names
    found = reasons(shop.Z, np.array(shop.model.centroids), recipe.features, names, shop.weight)
    assert [one.segment for one in found] == list(names)
    heavy = shop.weight > 0
    told = why(shop.Z[heavy], np.array(shop.model.centroids))
    for one in found:
        here = told.labels == one.segment_id - 1
        assert one.customers == here.sum()
        mean = told.parts[here].mean(axis=0)
        want = mean / np.abs(mean).sum()
        assert [part.share for part in one.parts] == pytest.approx(want.tolist())
        assert [part.feature for part in one.parts] == [f.name for f in recipe.features]
        met = [names[i] for i in told.others[here]]
        assert one.runner_up_share == pytest.approx(met.count(one.runner_up) / len(met))
        assert one.runner_up == max(set(met), key=met.count)
        assert one.runner_up in one.sentence
        top = max(one.parts, key=lambda part: part.share)
        assert one.sentence.startswith(f"Mostly {top.label} (")


def test_one_segment_and_an_empty_one_have_no_reason(shop):
    features = shop.model.recipe.features
    centers = np.array(shop.model.centroids)
    assert reasons(shop.Z, centers[:1], features, ["all"]) == ()
    far = np.vstack([centers, np.full(centers.shape[1], 1e6)])
    found = reasons(shop.Z, far, features, [*shop.model.names, "nobody"])
    assert "nobody" not in [one.segment for one in found]
