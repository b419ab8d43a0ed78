"""The valley between two groups, seen by rows that had no part in drawing the border.

Every row is looked at along the line through two centers that were found, with the covariance
within groups, without its own tenth of the rows: a border that only chance drew shows no valley.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.membership import least

__all__ = [
    "Border",
    "FoldedRows",
    "borders",
    "made_by_one_column",
    "metric",
    "rows_of",
    "valleys",
]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

FOLDS = 10
WINDOW = 0.4  # half width of what counts as border and as center; the centers are 2 apart
NARROWEST = 0.25  # share of the way between two centers that the narrower group has at least
NEAREST = 4  # neighbours of a group to which its borders are looked at
ONE_COLUMN = 0.8  # a split that one lumpy column makes to this share is an artefact of counting
RIDGE = 0.01  # added to the within-group covariance, in units of its mean variance


@dataclass(frozen=True, slots=True)
class Border:
    """The valley between groups ``a`` and ``b``: ``z`` standard errors, ``depth`` up to 1."""

    a: int
    b: int
    z: float
    depth: float


@dataclass(frozen=True, slots=True)
class FoldedRows:
    """Rows (n, p), also in single precision, and by folds.

    ``folded`` (F, m, p): the rows of each fold, then rows of zeros; ``at`` (F, m): which rows they
    are, n for none. ``square`` (p, p) and ``without`` (F, p, p): products of the columns, of all
    rows and without each fold.
    """

    Z: Floats
    light: NDArray[np.float32]
    folded: Floats
    at: NDArray[np.intp]
    square: Floats
    without: Floats
    lumpy: tuple[int, ...]


def borders(Z: Floats, labels: Labels, rng: np.random.Generator) -> list[Border]:
    """Return the border between any two groups of a partition of rows ``Z`` (n, p).

    ``depth`` is the share by which the density at the border is lower than at the lower center;
    ``z`` is the difference of the counts there over its standard error.
    """
    return valleys(rows_of(Z, (), rng), labels)


def rows_of(Z: Floats, lumpy: tuple[int, ...], rng: np.random.Generator) -> FoldedRows:
    """Return Z (n, p) ready for :func:`valleys`; ``lumpy``: columns of much repeated values."""
    centred = Z - Z.mean(axis=0)
    n = len(Z)
    fold = rng.permutation(n) % FOLDS  # so that the first folds may have one row more
    at = np.full((FOLDS, -(-n // FOLDS)), n)
    place = np.arange(at.size).reshape(at.shape[::-1]).T  # the first n are taken, fold by fold
    there = place < n
    at[there] = np.argsort(fold, kind="stable")
    folded = np.concatenate([centred, np.zeros((1, Z.shape[1]))])[at]
    square = centred.T @ centred
    without = square - folded.swapaxes(1, 2) @ folded
    return FoldedRows(centred, centred.astype(np.float32), folded, at, square, without, lumpy)


def metric(within: Floats, n: int) -> Floats:
    """Return a within-group covariance (..., p, p) drawn to a round one where rows are few."""
    p = within.shape[-1]
    drawn = p / (n + p) + RIDGE
    level = np.trace(within, axis1=-2, axis2=-1) / p
    return np.asarray((1 - drawn) * within + (drawn * level + 1e-9)[..., None, None] * np.eye(p))


def valleys(rows: FoldedRows, labels: Labels) -> list[Border]:
    """Return the borders between neighbouring groups, labels (n,) from 0."""
    n = rows.Z.shape[0]
    k = int(labels.max()) + 1
    places = np.append(labels, np.int32(-1))[rows.at]  # (F, m)
    each = np.arange(k, dtype=np.int32)
    member = (places[:, None] == each[:, None]).astype(np.float64)  # (F, k, m)
    sums, counts = member @ rows.folded, member.sum(axis=2)
    kept = np.maximum(counts.sum(axis=0) - counts, 1.0)  # (F, k) rows outside the fold
    means = (sums.sum(axis=0) - sums) / kept[..., None]
    spread = rows.without - (means * kept[..., None]).swapaxes(1, 2) @ means
    within = metric(spread / kept.sum(axis=1)[:, None, None], n)
    toward = np.linalg.solve(within, means.swapaxes(1, 2))  # (F, p, k)
    products = means @ toward  # (F, k, k)
    norms = np.einsum("fkk->fk", products)
    m = rows.at.shape[1]
    along = np.empty((k, FOLDS, m))
    np.matmul(toward.swapaxes(1, 2), rows.folded.swapaxes(1, 2), out=along.swapaxes(0, 1))
    label = least((norms.T[..., None] - 2 * along).reshape(k, -1))
    label[places.ravel() < 0] = -1
    scores = along.reshape(k, -1)
    inside = [np.flatnonzero(label == group) for group in range(k)]
    lumpy = made_by_one_column(means.mean(axis=0), within.mean(axis=0), rows.lumpy)
    apart = np.maximum((norms[:, :, None] + norms[:, None]) / 2 - products, 1e-12)
    found = []
    for a, b in _neighbours(apart.mean(axis=0)):
        if lumpy[a, b]:
            found.append(Border(a, b, 0.0, 0.0))
            continue
        both = np.concatenate([inside[a], inside[b]])
        f = both // m
        middle, half = (norms[:, b] - norms[:, a]) / 2, apart[:, a, b]
        t = (scores[b, both] - scores[a, both] - middle[f]) / half[f]
        found.append(Border(a, b, *_valley(t, inside[a].size)))
    return found


def _neighbours(apart: Floats) -> list[tuple[int, int]]:
    """Return the pairs of groups of which one is among the nearest of the other."""
    near = np.argsort(apart + np.diag(np.full(len(apart), -np.inf)), axis=1)[:, 1 : NEAREST + 1]
    return sorted({(min(a, b), max(a, b)) for a, row in enumerate(near.tolist()) for b in row})


def made_by_one_column(
    means: Floats, within: Floats, lumpy: tuple[int, ...], share: float = ONE_COLUMN
) -> NDArray[np.bool_]:
    """Return which pairs (k, k) of groups differ in hardly more than one lumpy column.

    A dummy, or "none or some" of a count, is a property of the column, not a group of customers.
    """
    apart = (means[:, None] - means) ** 2 / np.maximum(np.diag(within), 1e-9)
    total = np.maximum(apart.sum(axis=2), 1e-12)
    return np.asarray((apart[..., list(lumpy)] >= share * total[..., None]).any(axis=2))


def _valley(t: Floats, first: int) -> tuple[float, float]:
    """Return standard errors and depth of the valley between two groups.

    ``t`` (m,): positions along the line of their centers, which are at -1 and 1; the ``first``
    rows belong to the group at -1. The border lies where both groups are equally many of their own
    standard deviations away, and each side is measured in its own units.
    """
    if first < 2 or t.size - first < 2:
        return -1.0, 0.0
    left, right = _spread(t[:first]), _spread(t[first:])
    share = left / (left + right) if left + right > 0 else 0.5
    share = min(max(share, NARROWEST), 1 - NARROWEST)
    below, above = 2 * share, 2 - 2 * share  # the units of the sides; the border is below - 1
    edges = (
        -1 - WINDOW * below,
        -1 + WINDOW * below,
        below - 1 - WINDOW * below,
        below - 1 + WINDOW * above,
        1 - WINDOW * above,
        1 + WINDOW * above,
    )
    under = [np.count_nonzero(t < edge) for edge in edges]
    hill, border = min(under[1] - under[0], under[5] - under[4]), under[3] - under[2]
    z = (hill - border) / (hill + border + 1) ** 0.5
    return z, 1 - (border + 0.5) / (hill + 0.5)


def _spread(t: Floats) -> float:
    middle = float(t.sum()) / t.size
    return float(np.sqrt(max(float(t @ t) / t.size - middle * middle, 0.0)))
