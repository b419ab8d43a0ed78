"""Validation by outcomes: do segments that were formed without an outcome tell it apart?

Everything follows from two counts per segment, so customers stream by and are only counted:
:func:`count_outcome` per batch, sums added up, then :func:`outcome_of` and :func:`with_p_values`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.proportions import wilson
from smartcart.errors import DataError, UsageError
from smartcart.records import Outcome, OutcomeRate

__all__ = ["count_outcome", "holm", "membership_auc", "outcome_of", "validate", "with_p_values"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

FOLDS = 5
REPEATS = 20  # of the folds, over which the AUC is averaged


def count_outcome(
    y: ArrayLike, labels: NDArray[np.integer], k: int, column: str = "outcome"
) -> Counts:
    """Count a 0/1 outcome per segment.

    Parameters
    ----------
    y : (n,) zeros, ones (or truth values) and NaN where it is not known.
    labels : (n,) segments from 0.
    k : number of segments.

    Returns
    -------
    (3, k) negatives, positives and missing; those of several batches may be added.

    Raises
    ------
    DataError
        Where ``y`` holds anything else.

    >>> count_outcome([1, 0, np.nan, 0], np.array([0, 0, 1, 1]), 2).tolist()
    [[1, 1], [1, 0], [0, 1]]
    """
    values = np.asarray(y, dtype=np.float64)
    missing = np.isnan(values)
    strange = values[~missing & (values != 0) & (values != 1)]
    if strange.size:
        raise DataError.of(
            f"column {column!r} holds {strange[0]:g}",
            "0, 1 or nothing in an outcome",
            "name a column of yes and no, or make one (such as spend > 0)",
        )
    kind = np.where(missing, 2, values).astype(np.int64)
    place = kind * k + np.asarray(labels, dtype=np.int64)
    return np.bincount(place, minlength=3 * k).reshape(3, k)


def outcome_of(
    column: str, counts: ArrayLike, names: Sequence[str], *, level: float = 0.95, seed: int = 0
) -> Outcome:
    """Return rates, lifts, AUC and statistic from the (3, k) counts of :func:`count_outcome`.

    ``names`` are of the k segments. There are no p-values yet: those of several outcomes are
    told together, :func:`with_p_values`. Raises ``DataError`` where the outcome is known of nobody.
    """
    negatives, positives, missing = (np.asarray(c, dtype=np.int64) for c in np.asarray(counts))
    known = negatives + positives
    n, x = int(known.sum()), int(positives.sum())
    if not n:
        raise DataError.of(
            f"column {column!r} is empty for every segmented customer",
            "0 and 1 in an outcome",
            "name another column",
        )
    overall = x / n
    low, high = wilson(positives, known, level)
    all_low, all_high = wilson([x], [n], level)
    chi2, dof, least = _chi_squared(negatives, positives)
    auc, folds = membership_auc(negatives, positives, seed=seed)
    rates = []
    for i, name in enumerate(names):
        some = bool(known[i])
        rate = float(positives[i] / known[i]) if some else None
        rates.append(
            OutcomeRate(
                segment_id=i + 1,
                segment=name,
                customers=int(known[i]),
                positives=int(positives[i]),
                rate=rate,
                low=float(low[i]) if some else None,
                high=float(high[i]) if some else None,
                lift=rate / overall if rate is not None and x else None,
            )
        )
    return Outcome(
        column=column,
        customers=n,
        missing=int(missing.sum()),
        positives=x,
        rate=overall,
        low=float(all_low[0]),
        high=float(all_high[0]),
        level=level,
        rates=tuple(rates),
        auc=auc,
        folds=folds,
        chi2=chi2,
        dof=dof,
        p_value=None,
        p_holm=None,
        expected_least=least,
        seed=seed,
    )


def validate(
    columns: dict[str, ArrayLike],
    labels: NDArray[np.integer],
    names: Sequence[str],
    *,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[Outcome, ...]:
    """Return every outcome of customers in memory, tested together.

    ``columns`` holds (n,) zeros, ones and NaN by name; ``labels`` (n,) segments from 0.
    """
    found = [
        outcome_of(
            column, count_outcome(y, labels, len(names), column), names, level=level, seed=seed
        )
        for column, y in columns.items()
    ]
    return with_p_values(found)


def with_p_values(
    outcomes: Sequence[Outcome], tell: Callable[[str], None] = lambda _: None
) -> tuple[Outcome, ...]:
    """Return the outcomes with p-values, alone and adjusted (Holm) for as many as were tested.

    ``tell`` is called with the name of each step, of which there is none.
    """
    from scipy.special import chdtrc

    p = [None if one.chi2 is None else float(chdtrc(one.dof, one.chi2)) for one in outcomes]
    return tuple(
        replace(one, p_value=alone, p_holm=together)
        for one, alone, together in zip(outcomes, p, holm(p), strict=True)
    )


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return the p-values adjusted so that any false alarm at all stays below the level.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6 (1979). ``None`` (nothing was tested) stays ``None`` and does not count.

    >>> [round(p, 10) for p in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    tested = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    found: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for place, (p, i) in enumerate(tested):
        highest = max(highest, min(1.0, p * (len(tested) - place)))
        found[i] = highest
    return found


def membership_auc(
    negatives: ArrayLike,
    positives: ArrayLike,
    *,
    folds: int = FOLDS,
    repeats: int = REPEATS,
    seed: int = 0,
) -> tuple[float | None, int]:
    """Return the out-of-fold AUC of segment membership alone, and the number of folds.

    The score of a customer is the rate of his segment among the customers of the other folds; the
    AUC of each fold is averaged over folds and over repeated random deals. Folds are stratified:
    both classes are dealt out evenly. A random deal of customers is, in counts per segment, a draw
    from the multivariate hypergeometric distribution, so counts are all that is needed.

    Parameters
    ----------
    negatives, positives : (k,) counts per segment.
    folds : at most; fewer where a class has fewer customers. ``None, 0`` where that leaves none.
    """
    if folds < 2:
        raise UsageError.of(f"folds is {folds}", "2 or more", "choose more folds")
    classes = [np.asarray(c, dtype=np.int64) for c in (negatives, positives)]
    folds = min(folds, *(int(c.sum()) for c in classes))
    if folds < 2:
        return None, 0
    rng = np.random.default_rng(seed)
    total = sum(float(_fold_aucs(classes, folds, rng).mean()) for _ in range(repeats))
    return total / repeats, folds


def _fold_aucs(classes: Sequence[Counts], folds: int, rng: np.random.Generator) -> Floats:
    """Deal both classes to the folds once and return the AUC of each fold."""
    negative, positive = (_deal(c, folds, rng) for c in classes)
    left_negative = classes[0] - negative
    left_positive = classes[1] - positive
    known = left_negative + left_positive
    overall = left_positive.sum(axis=1, keepdims=True) / known.sum(axis=1, keepdims=True)
    scores = np.where(known > 0, left_positive / np.maximum(known, 1), overall)
    return np.array(
        [
            _auc(score, minus, plus)
            for score, minus, plus in zip(scores, negative, positive, strict=True)
        ]
    )


def _deal(counts: Counts, folds: int, rng: np.random.Generator) -> Counts:
    """Deal customers at random to folds of even size; return (folds, k) counts."""
    n = int(counts.sum())
    left, dealt = counts.copy(), []
    for fold in range(folds):
        size = n // folds + (fold < n % folds)
        hand = rng.multivariate_hypergeometric(left, size, method="marginals")
        dealt.append(hand)
        left = left - hand
    return np.array(dealt)


def _auc(scores: Floats, negative: Counts, positive: Counts) -> float:
    """Return the chance that a positive scores above a negative, ties counted half."""
    above = (scores[:, None] > scores) + 0.5 * (scores[:, None] == scores)
    return float(positive @ above @ negative / (positive.sum() * negative.sum()))


def _chi_squared(negatives: Counts, positives: Counts) -> tuple[float | None, int, float | None]:
    """Return Pearson's statistic, degrees of freedom and the least expected count."""
    table = np.array([negatives, positives], dtype=np.float64)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return None, 0, None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    dof = table.shape[1] - 1
    return statistic, dof, float(expected.min())
