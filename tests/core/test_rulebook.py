"""The rules imitate the segments: faithfully, readably, and alike in Python and SQL."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
import trust_tables

from smartcart.core import kmeans, prepare, small_tree
from smartcart.core.rulebook import apply_rules, fit_rulebook
from smartcart.core.small_tree import Node, boxes, grow, predict, round_thresholds
from smartcart.datasets import write_customers
from smartcart.engines.dialects import DIALECTS, query_text
from smartcart.errors import DataError
from smartcart.records import Feature, Recipe
from smartcart.tables.rules import rulebook_steps


def book_of(table, **how):
    model = table.model
    return fit_rulebook(
        table.X, table.labels, model.recipe, model.names, sample_weight=table.weight, **how
    )


@pytest.fixture(scope="module")
def shop():
    return trust_tables.synthetic_shop()


@pytest.fixture(scope="module")
def book(shop):
    return book_of(shop)


def recipe_of(p: int, fill: float = 0.0) -> Recipe:
    features = tuple(Feature(f"f{j}", f"F{j}", "", "column", (f"c{j}",), "") for j in range(p))
    return Recipe(
        features,
        ("identity",) * p,
        (fill,) * p,
        (-9e9,) * p,
        (9e9,) * p,
        (0.0,) * p,
        (1.0,) * p,
        (1.0,) * p,
    )


@pytest.mark.shared_data
@pytest.mark.parametrize("seed", [0, 1])
def test_fidelity_on_customers_not_seen_of_smartcarts_table(seed):
    table = trust_tables.smartcart_table()
    found = book_of(table, seed=seed)
    assert found.fidelity >= 0.85
    assert len(found.rules) <= 8
    assert found.method == "10-fold cross-validation"
    assert found.rows == int((table.weight > 0).sum())
    assert not found.unruled


def test_fidelity_is_what_the_rules_reach_on_new_customers(book):
    """Another shop of the same kind: what was promised for unseen customers holds there."""
    shop = trust_tables.synthetic_shop()
    other = trust_tables.synthetic_shop(1_500, 9)
    Z = prepare.apply_recipe(other.X, shop.model.recipe)
    truth = kmeans.assign(Z, np.array(shop.model.centroids))[0] + 1
    assert (apply_rules(other.X, book) == truth).mean() == pytest.approx(book.fidelity, abs=0.03)
    assert book.fidelity < book.fit


def test_every_customer_meets_exactly_one_rule(shop, book):
    met = np.zeros(len(shop.X), dtype=int)
    for rule in book.rules:
        one = replace(book, rules=(rule,))
        met += apply_rules(shop.X, one) > 0
    assert (met == 1).all()
    wild = np.random.default_rng(0).normal(0, 1e4, (500, shop.X.shape[1]))
    assert (apply_rules(wild, book) > 0).all()


def test_coverage_and_purity_are_counts(shop, book):
    heavy = shop.weight > 0
    assert sum(rule.coverage for rule in book.rules) == pytest.approx(1)
    right = sum(rule.coverage * rule.purity for rule in book.rules)
    assert right == pytest.approx(book.fit)
    told = apply_rules(shop.X[heavy], book)
    assert book.fit == pytest.approx((told == shop.labels[heavy] + 1).mean())


def test_sentences_say_that_it_is_an_imitation(book):
    assert "imitate the segments and do not define them" in book.sentence
    assert f"{book.fidelity:.1%}" in book.sentence
    for rule in book.rules:
        assert f"looks like {rule.segment}" in rule.sentence
        assert all(c.sentence.lower() in rule.sentence.lower() for c in rule.conditions)
        assert f"{rule.purity:.0%} of them" in rule.sentence


def test_sql_gives_the_answer_of_python(tmp_path, shop, book):
    write_customers(tmp_path / "shop.parquet", 1_500, seed=3)
    frame = pd.read_parquet(tmp_path / "shop.parquet")
    spends = [name for name in frame if name.startswith("Mnt")]
    X = shop.X.copy()
    names = [f.name for f in shop.model.recipe.features]
    for name in ("spend", "basket_value", "wines_share", "meat_share", "gold_share"):
        X[5, names.index(name)] = 0.0 if name == "basket_value" else np.nan
    frame = frame.astype(dict.fromkeys(spends, "float64"))
    frame.loc[5, spends] = np.nan
    query = query_text(rulebook_steps(shop.model, book, ["shop"]), "shop", "duckdb")
    with duckdb.connect() as con:
        con.register("shop", frame)
        found = con.sql(query).df().set_index("customer_id")
    truth = pd.Series(apply_rules(X, book), index=shop.ids)
    assert list(found) == ["segment_id", "segment"]
    assert (found["segment_id"].sort_index() == truth.sort_index()).all()
    told = {rule.segment_id: rule.segment for rule in book.rules}
    assert (found["segment"] == found["segment_id"].map(told)).all()
    assert found["segment_id"].nunique() == 4


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_every_dialect_has_words_for_it(shop, book, dialect):
    text = query_text(rulebook_steps(shop.model, book), "shop", dialect)
    assert text.count("THEN 1") >= 1
    assert "imitation" in text


def test_names_in_sql_are_quoted_and_clash_with_nothing(shop, book):
    steps = rulebook_steps(shop.model, book, ["known", "ruled", "features"])
    names = [step.name for step in steps]
    assert not {"known", "ruled", "features"} & set(names)
    assert len(set(names)) == len(names)
    nasty = tuple(replace(rule, segment="O'Brien\"; --") for rule in book.rules)
    query = query_text(rulebook_steps(shop.model, replace(book, rules=nasty)), "t", "duckdb")
    assert "'O''Brien\"; --'" in query


def test_a_rulebook_of_another_model_is_refused(shop, book):
    with pytest.raises(DataError, match="of other features than the model"):
        rulebook_steps(shop.model, replace(book, features=book.features[::-1]))


def test_missing_values_are_filled_as_in_the_recipe():
    X = np.r_[np.zeros(50), np.full(50, 10.0)][:, None]
    book = fit_rulebook(X, (X[:, 0] > 5).astype(int), recipe_of(1, fill=10.0), ["low", "high"])
    assert apply_rules([[np.nan], [0.0]], book).tolist() == [2, 1]
    assert book.fidelity == book.fit == 1


def test_noise_has_no_fidelity():
    rng = np.random.default_rng(0)
    book = fit_rulebook(
        rng.normal(size=(600, 4)), rng.integers(0, 4, 600), recipe_of(4), list("abcd")
    )
    assert book.fidelity < 0.32
    assert book.fit > book.fidelity + 0.05


def test_many_customers_are_held_out_instead():
    X = np.random.default_rng(0).normal(size=(12_000, 2))
    book = fit_rulebook(X, (X[:, 0] > 0.2).astype(int), recipe_of(2), ["a", "b"])
    assert (book.method, book.rows) == ("customers held out", 2_400)
    assert book.fidelity > 0.99
    assert len(book.rules) == 2


def test_one_segment_is_one_rule_without_conditions():
    book = fit_rulebook(np.ones((30, 2)), np.zeros(30, dtype=int), recipe_of(2), ["All"])
    assert [rule.conditions for rule in book.rules] == [()]
    assert book.sentence.startswith("This rule imitates")
    assert apply_rules([[5.0, np.nan]], book).tolist() == [1]


def test_a_segment_without_a_rule_is_named():
    X = np.arange(400.0)[:, None]
    y = np.zeros(400, dtype=int)
    y[[7, 250]] = 1
    book = fit_rulebook(X, y, recipe_of(1), ["all", "few"])
    assert book.unruled == ("few",)
    assert "No rule says few" in book.sentence


def test_shapes_and_weights_are_checked():
    with pytest.raises(DataError, match="30 rows of 3 features"):
        fit_rulebook(np.ones((30, 2)), np.zeros(30, dtype=int), recipe_of(3), ["All"])
    with pytest.raises(DataError, match="no row has a weight"):
        fit_rulebook(np.ones((3, 1)), [0, 0, 0], recipe_of(1), ["All"], sample_weight=[0, 0, 0])


def test_the_tree_errs_less_than_the_greedy_one():
    """Two crossed columns: no first split helps by itself, and the greedy one guesses."""
    from sklearn.tree import DecisionTreeClassifier

    rng = np.random.default_rng(1)
    X = rng.uniform(-1, 1, size=(2_000, 4))
    y = ((X[:, 0] > 0) ^ (X[:, 1] > 0)).astype(np.int64)
    greedy = DecisionTreeClassifier(max_leaf_nodes=4, random_state=0).fit(X, y)
    ours = (predict(grow(X, y, 4), X) == y).mean()
    assert ours > greedy.score(X, y) + 0.1


def leaves_of(node: Node) -> list[Node]:
    """Return the leaves of a tree."""
    if node.branches is None:
        return [node]
    return [leaf for branch in node.branches for leaf in leaves_of(branch)]


@pytest.mark.parametrize("leaves", [2, 5, 8])
def test_the_first_nodes_are_the_smaller_greedy_tree(leaves):
    """Rests on how scikit-learn numbers nodes, which it does not promise."""
    from sklearn.tree import DecisionTreeClassifier

    rng = np.random.default_rng(3)
    X = rng.normal(size=(500, 3))
    y = (X[:, 0] > 0.3) + (X[:, 1] * X[:, 2] > 0).astype(np.int64)
    large, small = (
        DecisionTreeClassifier(max_leaf_nodes=n, random_state=0).fit(X, y) for n in (32, leaves)
    )
    tree = small_tree._node(large.tree_, leaves)
    hits = small_tree._relabel(tree, X, y, np.arange(500))
    assert len(leaves_of(tree)) == leaves
    assert (predict(tree, X) == small.predict(X)).all()
    assert small_tree._weigh(tree, []) == (leaves, hits)
    assert hits == (small.predict(X) == y).sum()


def test_the_split_that_saves_least_per_leaf_is_pruned():
    """The left part saves 6 rows with one leaf more, the right part 7 with two (4 and 3)."""
    left = Node(left=Node(hits=8), right=Node(hits=8), hits=10)
    low = Node(left=Node(hits=5), right=Node(hits=6), hits=7)
    tree = Node(left=left, right=Node(left=low, right=Node(hits=4), hits=8), hits=12)
    found = small_tree._pruned(tree, 4)
    assert len(leaves_of(found)) == 3
    assert found.left.branches is not None
    assert found.right.branches is None


@pytest.mark.parametrize("seed", range(6))
def test_no_other_split_of_one_node_would_be_right_more_often(seed):
    """By trying every threshold of every column, on columns with and without ties."""
    rng = np.random.default_rng(seed)
    X = np.c_[rng.normal(size=90), rng.integers(0, 4, 90), rng.integers(0, 12, 90)]
    y = ((X[:, 0] > 0.2) ^ (X[:, 1] > 1)).astype(np.int64) + (X[:, 2] > 8)
    y = np.where(rng.random(90) < 0.15, rng.integers(0, 3, 90), y)
    splits = [Node(0, 2, 5.5, Node(0), Node(1)), Node(0, 0, 0.0, Node(1), Node(2))]
    tree, least = Node(0, 1, 1.5, *splits), 5
    start = (predict(tree, X) == y).sum()
    right = small_tree._improved(tree, X, y, X.argsort(axis=0).T, least)
    assert right == (predict(tree, X) == y).sum() > start

    def rows_of(node: Node, rows: np.ndarray) -> list[tuple[Node, np.ndarray]]:
        if node.branches is None:
            return []
        left = X[rows, node.column] <= node.threshold
        below = [rows_of(node.left, rows[left]), rows_of(node.right, rows[~left])]
        return [(node, rows), *below[0], *below[1]]

    for node, rows in rows_of(tree, np.arange(90)):
        kept = node.column, node.threshold
        for column in range(3):
            for threshold in X[rows, column]:
                if least <= (X[rows, column] <= threshold).sum() <= rows.size - least:
                    node.column, node.threshold = column, threshold
                    assert (predict(tree, X) == y).sum() <= right
        node.column, node.threshold = kept


def test_rounding_costs_no_customer():
    rng = np.random.default_rng(2)
    X = rng.lognormal(5, 1, size=(800, 3))
    y = (X[:, 0] > 123.4567).astype(np.int64) + (X[:, 1] > 77.123)
    tree = grow(X, y, 6)
    before = (predict(tree, X) == y).sum()
    round_thresholds(tree, X, y)
    assert (predict(tree, X) == y).sum() >= before
    shown = [b for _, box in boxes(tree) for pair in box.values() for b in pair if np.isfinite(b)]
    assert shown
    assert all(float(f"{b:.4g}") == b for b in shown)


def test_neighbours_of_one_segment_become_one_box():
    """x <= 1 gives a below y = 2, and so does x > 1: together they are y <= 2."""
    inner = [Node(0, 1, 2.0, Node(0), Node(1)) for _ in range(2)]
    inner[1].right = Node(2)
    tree = Node(0, 0, 1.0, *inner)
    found = dict(boxes(tree))
    assert len(boxes(tree)) == 3
    assert found[0] == {1: (-np.inf, 2.0)}
    assert found[2] == {0: (1.0, np.inf), 1: (2.0, np.inf)}


def test_what_lies_between_keeps_leaves_of():
    """Low and high x are one segment, the middle is another: no box holds all three."""
    tree = Node(0, 0, 1.0, Node(0), Node(0, 0, 2.0, Node(1), Node(0)))
    found = boxes(tree)
    assert sorted((label, box[0]) for label, box in found) == [
        (0, (-np.inf, 1.0)),
        (0, (2.0, np.inf)),
        (1, (1.0, 2.0)),
    ]
