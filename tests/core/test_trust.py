"""One look at a sample: rules, artefacts and sensitive columns of a synthetic shop."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart.core.trust import judge, sensitive_columns
from smartcart.datasets import write_customers
from smartcart.records import Feature


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    write_customers(path, 1500, seed=3)
    return path


@pytest.fixture(scope="module")
def found(shop):
    return smartcart.segment(shop, k=4, k_max=4)


def test_a_run_holds_rules_and_sensitive_columns(found, shop):
    run = found.record
    assert run.rulebook is not None
    assert 0.7 < run.rulebook.fidelity < 1
    assert sum(rule.coverage for rule in run.rulebook.rules) == pytest.approx(1)
    columns = {one.column: one for one in run.fairness.columns}
    assert {"Education", "Marital_Status", "age"} <= set(columns)
    truth = pd.read_csv(shop).merge(found.customers, left_on="ID", right_on="customer_id")
    shown = [g for g in columns["Education"].groups if not g.suppressed]
    assert shown
    for group in shown:
        own = truth[truth["segment"] == group.segment]
        assert group.count == (own["Education"] == group.category).sum()


def test_one_segment_has_no_rules():
    feature = Feature("spend", "Spend", "money", "sum", ("spend",), "")
    X = np.random.default_rng(0).normal(5, 1, (200, 1))
    from smartcart.core.prepare import fit_recipe

    recipe = fit_recipe(X, [feature])
    trust = judge(X, [feature], np.ones(200), recipe, np.zeros((1, 1)), ["all"], 0)
    assert trust.rulebook is None
    assert trust.artefacts == ()
    assert trust.fairness.columns == ()


def test_missing_categories_stay_missing():
    yes = Feature("s: yes", "Single: yes", "", "is", ("s",), "", value="yes", role="sensitive")
    values, words = sensitive_columns(np.array([[1.0], [0.0], [np.nan]]), [yes])
    assert values["s"].tolist() == ["yes", "another", ""]
    assert words == {"s": "Single"}
