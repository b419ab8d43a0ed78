"""A few rules in original units that imitate the segments, and how well they do.

A small decision tree learns what the model says of each customer (a surrogate: Craven & Shavlik,
NeurIPS 1996). It is an imitation: who the segments are is decided by distances in all features.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.k_lloyd import for_each
from smartcart.core.small_tree import Box, Node, boxes, grow, predict, round_thresholds
from smartcart.errors import DataError
from smartcart.records import Condition, Feature, Recipe, Rule, Rulebook

__all__ = ["apply_rules", "fit_rulebook"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MAX_RULES = 8
FOLDS = 10
FIT_ROWS = 10_000  # of more rows, the rest (at least a fifth) is held out


def fit_rulebook(
    X: ArrayLike,
    labels: ArrayLike,
    recipe: Recipe,
    names: Sequence[str],
    *,
    sample_weight: ArrayLike | None = None,
    max_rules: int = MAX_RULES,
    seed: int = 0,
) -> Rulebook:
    """Return at most ``max_rules`` rules that imitate ``labels``, with their measured fidelity.

    Fidelity is that of the whole procedure, rounding included, on rows that it did not see: in
    10-fold cross-validation, or on the rows held out where there are more than 10,000.

    Parameters
    ----------
    X : (n, p) features of ``recipe`` in original units, NaN where missing: filled as in the recipe.
        Caps, transforms and scales play no part, so thresholds are in original units.
    labels : (n,) segments from 0; names : what each is called.
    sample_weight : (n,); rows of weight 0 (copies) are left out, or they would be met again.
    seed : of the division into folds.

    Raises
    ------
    DataError : where no row weighs, or shapes do not fit.
    """
    rows, y = np.atleast_2d(np.asarray(X, dtype=np.float64)), np.asarray(labels, dtype=np.int64)
    if rows.shape != (len(y), len(recipe.features)):
        raise DataError.of(
            f"the array has the shape {rows.shape}",
            f"{len(y)} rows of {len(recipe.features)} features",
            "give the features of the recipe, in order",
        )
    F = np.where(np.isnan(rows), np.array(recipe.fill), rows)
    if sample_weight is not None:
        heavy = np.asarray(sample_weight) > 0
        F, y = F[heavy], y[heavy]
    if not len(y):
        raise DataError.of("no row has a weight", "at least one", "give rows that weigh")
    order = np.random.default_rng(seed).permutation(len(y))
    if len(y) > FIT_ROWS:
        size = min(FIT_ROWS, len(y) * 4 // 5)
        seen, unseen = order[:size], order[size:]
        tree = _fit(F[seen], y[seen], max_rules)
        fidelity, method = _right(tree, F[unseen], y[unseen]), "customers held out"
        measured, fit = len(unseen), _right(tree, F[seen], y[seen])
    else:
        tree = _fit(F, y, max_rules)
        measured, fit = len(y), _right(tree, F, y)
        folds = min(FOLDS, len(y))
        hits = for_each(lambda fold: _unseen(F, y, order, fold, folds, max_rules), range(folds))
        fidelity = sum(hits) / len(y) if folds > 1 else fit
        method = f"{folds}-fold cross-validation"
    rules = tuple(_rules(tree, F, y, recipe.features, names))
    told = {rule.segment_id for rule in rules}
    unruled = tuple(name for i, name in enumerate(names) if i + 1 not in told)
    return Rulebook(
        rules,
        fidelity,
        fit,
        method,
        measured,
        tuple(f.name for f in recipe.features),
        recipe.fill,
        unruled,
        _sentence(len(rules), fidelity, unruled),
    )


def _fit(F: Floats, y: Labels, leaves: int) -> Node:
    tree = grow(F, y, leaves)
    round_thresholds(tree, F, y)
    return tree


def _right(tree: Node, F: Floats, y: Labels) -> float:
    return float((predict(tree, F) == y).mean())


def _unseen(
    F: Floats, y: Labels, order: NDArray[np.intp], fold: int, folds: int, leaves: int
) -> int:
    """Return how many rows of a fold get their segment from rules made without it."""
    if folds < 2:
        return 0
    test = order[fold::folds]
    train = np.ones(len(y), dtype=np.bool_)
    train[test] = False
    tree = _fit(F[train], y[train], leaves)
    return int((predict(tree, F[test]) == y[test]).sum())


def _rules(
    tree: Node, F: Floats, y: Labels, features: Sequence[Feature], names: Sequence[str]
) -> Iterator[Rule]:
    """Yield the rules in the order of segments, those that cover most first."""
    found = []
    for label, box in boxes(tree):
        inside = _inside(F, box)
        covered = int(inside.sum())
        purity = float((y[inside] == label).mean()) if covered else 0.0
        found.append((label, -covered / len(y), purity, box))
    for label, less, purity, box in sorted(found, key=lambda one: one[:2]):
        conditions = tuple(
            _condition(features[j], *box[j]) for j in sorted(box) if np.isfinite(box[j]).any()
        )
        yield Rule(
            conditions,
            label + 1,
            names[label],
            -less,
            purity,
            _told(conditions, names[label], -less, purity),
        )


def _inside(F: Floats, box: Box) -> NDArray[np.bool_]:
    inside = np.ones(len(F), dtype=np.bool_)
    for j, (low, high) in box.items():
        inside &= (F[:, j] > low) & (F[:, j] <= high)
    return inside


def apply_rules(X: ArrayLike, book: Rulebook) -> Labels:
    """Return the segment id (n,), from 1, that the rules give each row of X (n, p).

    ``X`` holds the features of ``book.features`` in original units; NaN gets the book's fill.
    """
    rows = np.atleast_2d(np.asarray(X, dtype=np.float64))
    F = np.where(np.isnan(rows), np.array(book.fills), rows)
    place = {name: j for j, name in enumerate(book.features)}
    out = np.zeros(len(F), dtype=np.int64)
    for rule in book.rules:
        box = {
            place[c.feature]: (
                -np.inf if c.low is None else c.low,
                np.inf if c.high is None else c.high,
            )
            for c in rule.conditions
        }
        out[_inside(F, box)] = rule.segment_id
    return out


def _condition(feature: Feature, low: float, high: float) -> Condition:
    label = feature.label if feature.label[:2].isupper() else _lower(feature.label)
    # not "days as a customer above 41 days"
    unit = "" if feature.label.startswith("Days") else feature.unit
    if np.isinf(low):
        text = f"{label} at most {_number(high, unit)}"
    elif np.isinf(high):
        text = f"{label} above {_number(low, unit)}"
    else:
        text = f"{label} above {_number(low, unit)} and at most {_number(high, unit)}"
    return Condition(
        feature.name,
        feature.label,
        feature.unit,
        None if np.isinf(low) else float(low),
        None if np.isinf(high) else float(high),
        text,
    )


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _number(value: float, unit: str) -> str:
    """Return a threshold with all digits that count.

    >>> _number(1400.0, "money"), _number(0.155, "share"), _number(7.0, "days")
    ('1,400', '15.5%', '7 days')
    """
    if unit == "share":
        return f"{value * 100:.6g}%"
    text = f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) >= 1e-3 else f"{value:.3g}"
    return f"{text} {unit}" if unit in {"days", "years"} else text


def _told(conditions: Sequence[Condition], name: str, coverage: float, purity: float) -> str:
    """Return a rule in words, as what it is: an imitation.

    >>> _told((), "Premium", 0.25, 0.9)
    'Any customer: looks like Premium (25% of customers; 90% of them are in it).'
    """
    text = ", ".join(c.sentence for c in conditions) or "any customer"
    return (
        f"{text[:1].upper()}{text[1:]}: looks like {name} "
        f"({coverage:.0%} of customers; {purity:.0%} of them are in it)."
    )


def _sentence(rules: int, fidelity: float, unruled: Sequence[str]) -> str:
    what = "This rule imitates" if rules == 1 else f"These {rules} rules imitate"
    text = (
        f"{what} the segments and {'does' if rules == 1 else 'do'} not define them: for "
        f"{fidelity:.1%} of customers not seen before, the answer is the model's."
    )
    if unruled:
        text += f" No rule says {', '.join(unruled)}."
    return text
