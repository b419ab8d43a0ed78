"""Rules that imitate the segments, artefacts and sensitive columns: one look at a sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from smartcart.core import kmeans, prepare
from smartcart.core.artefacts import find_artefacts
from smartcart.core.explain import reasons
from smartcart.core.fairness import find_fairness
from smartcart.core.rulebook import fit_rulebook
from smartcart.records import Artefact, Fairness, Feature, Reason, Recipe, Rulebook

__all__ = ["Trust", "judge", "sensitive_columns"]

Floats = NDArray[np.float64]


class Trust(NamedTuple):
    """What a sample says of segments; ``rulebook`` is ``None`` where there is one only."""

    rulebook: Rulebook | None
    artefacts: tuple[Artefact, ...]
    fairness: Fairness
    reasons: tuple[Reason, ...] = ()


@kmeans.single_thread()  # threads of the matrix products would wait for each other
def judge(
    X: Floats,
    features: Sequence[Feature],
    weight: Floats,
    recipe: Recipe,
    centers: Floats,
    names: Sequence[str],
    seed: int,
    tell: Callable[[str], None] = lambda _: None,
) -> Trust:
    """Judge the segments of a sample.

    Parameters
    ----------
    X : (n, q) in original units, NaN where missing; its first columns are those of ``recipe``.
    features : q, those that form and those that describe.
    weight : (n,); rows of weight 0 are copies of others.
    centers : (k, p) standardized; names : what the k segments are called.
    tell : is called with the name of each step.
    """
    forming = X[:, : len(recipe.features)]
    Z = prepare.apply_recipe(forming, recipe)
    labels = kmeans.nearest(Z, centers)
    book: Rulebook | None = None
    found: tuple[Artefact, ...] = ()
    if len(centers) > 1:
        tell("rules")
        book = fit_rulebook(forming, labels, recipe, names, sample_weight=weight, seed=seed)
        tell("artefacts")
        found = find_artefacts(
            Z,
            labels,
            [f.label for f in recipe.features],
            sample_weight=weight,
            segments=names,
            seed=seed,
        )
    tell("sensitive columns")
    values, words = sensitive_columns(X, features)
    fairness = find_fairness(labels, names, forming, recipe.features, values, column_labels=words)
    tell("reasons")
    told = reasons(Z, centers, recipe.features, names, weight)
    return Trust(book, found, fairness, told)


def sensitive_columns(
    X: Floats, features: Sequence[Feature]
) -> tuple[dict[str, NDArray[np.generic]], Mapping[str, str]]:
    """Return the sensitive columns (n,), categories put together again, and their words.

    >>> yes = Feature("s: yes", "Single: yes", "", "is", ("s",), "", value="yes", role="sensitive")
    >>> values, words = sensitive_columns(np.array([[1.0], [0.0]]), [yes])
    >>> values["s"].tolist(), words["s"]
    (['yes', 'another'], 'Single')
    """
    found: dict[str, NDArray[np.generic]] = {}
    words: dict[str, str] = {}
    for place, feature in enumerate(features):
        if feature.role != "sensitive":
            continue
        column = feature.columns[0]
        if feature.op != "is":
            found[feature.name], words[feature.name] = X[:, place], feature.label
            continue
        if column not in found:
            known = ~np.isnan(X[:, place])
            found[column] = np.where(known, "another", "").astype(object)
            words[column] = feature.label.removesuffix(f": {feature.value}")
        found[column][X[:, place] == 1] = feature.value
    return found, words
