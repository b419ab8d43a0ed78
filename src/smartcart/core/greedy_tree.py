"""The greedy decision tree (CART: Breiman et al. 1984) that scikit-learn grows, in NumPy.

Loading scikit-learn takes longer than growing all trees of a run. The tree is the one of
``DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=least, random_state=0)``, node for
node: values in single precision, Gini impurity, columns in the order that its generator draws
(which decides between equal ones), the node that improves most split first. Where two nodes
improve by the same, the order in its heap would decide, and the tree is left to scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["GreedyTree", "grow_greedy"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Labels = NDArray[np.int64]
Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]

SAME = np.float32(1e-7)  # values that differ by no more are not parted
PURE = float(np.finfo(np.float64).eps)
DRAWN_FROM = 209652396  # what RandomState(0) gives its columns' generator to start from
LEAF = -1


@dataclass(slots=True)
class GreedyTree:
    """Nodes in the order in which they came: both of a split follow one another.

    ``hits`` : rows of the most frequent label in the node; ``left`` : the place of its left branch
    (the right one follows), or ``LEAF``; rows with ``x[column] <= threshold`` go left.
    """

    hits: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    def add(self, hits: int) -> int:
        """Add a leaf; return its place."""
        self.hits.append(hits)
        self.column.append(LEAF)
        self.threshold.append(0.0)
        self.left.append(LEAF)
        return len(self.hits) - 1


@dataclass(slots=True)
class _Waiting:
    """A node that may be split: its place, its rows in the order of each column, and how."""

    place: int
    order: Rows
    improvement: float
    column: int
    threshold: float
    impurities: tuple[float, float]


class _Columns:
    """The order in which columns are looked at, from the same generator as scikit-learn's."""

    def __init__(self, count: int) -> None:
        self._state = DRAWN_FROM
        self._columns = list(range(count))

    def visit(self, constant: list[bool]) -> list[int]:
        """Return the columns that are not ``constant`` in this node, in the order of the draw."""
        columns, found, end, visited = self._columns, 0, len(self._columns), []
        while end > found:
            at = found + self._draw(end - found)
            if constant[columns[at]]:
                columns[at], columns[found] = columns[found], columns[at]
                found += 1
                continue
            end -= 1
            columns[end], columns[at] = columns[at], columns[end]
            visited.append(columns[end])
        return visited

    def _draw(self, below: int) -> int:
        """Draw a number by xorshift (Marsaglia 2003, J. Stat. Software 8)."""
        state = self._state
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        self._state = state
        return (state & 0x7FFFFFFF) % below


def grow_greedy(X: Floats, y: Labels, order: Rows, leaves: int, least: int) -> GreedyTree | None:
    """Return the tree of at most ``leaves`` leaves of at least ``least`` rows each.

    Parameters
    ----------
    X : (n, p) finite numbers; y : (n,) labels from 0; order : (p, n) that sorts each column of X.

    Returns
    -------
    The tree; ``None`` where it takes scikit-learn itself: two nodes improve by the same, or a
    number is too large for single precision.

    >>> X = np.array([[1.0], [2.0], [7.0], [8.0]])
    >>> found = grow_greedy(X, np.array([0, 0, 1, 1]), np.arange(4)[None], 2, 1)
    >>> found.threshold[0], found.left, found.hits
    (4.5, [1, -1, -1], [2, 2, 2])
    """
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(X.T, dtype=np.float32)
    if not np.isfinite(values).all():
        return None
    tree, columns, labels = GreedyTree(), _Columns(len(values)), int(y.max()) + 1
    small = y.astype(np.uint8 if labels <= 256 else np.int64)
    n = len(y)

    def added(order: Rows, impurity: float | None) -> _Waiting | None:
        counts = np.bincount(y[order[0]], minlength=labels).astype(np.float64)
        place, m = tree.add(int(counts.max())), order.shape[1]
        if impurity is None:
            impurity = 1.0 - float(counts @ counts) / (float(m) * m)
        if m < 2 * least or m < 2 or impurity <= PURE:
            return None
        split = _best_split(values, small, order, counts, least, columns)
        if split is None:
            return None
        column, at, low, high, impurities = split
        a, b = at / m * impurities[0], (m - at) / m * impurities[1]
        improvement = m / n * (impurity - b - a)
        return _Waiting(place, order, improvement, column, low / 2.0 + high / 2.0, impurities)

    waiting = [one for one in [added(order, None)] if one is not None]
    for _ in range(leaves - 1):
        if not waiting:
            break
        node = max(waiting, key=lambda one: one.improvement)
        waiting.remove(node)
        if any(one.improvement == node.improvement for one in waiting):
            return None
        here = (values[node.column] <= node.threshold)[node.order]
        tree.column[node.place], tree.threshold[node.place] = node.column, node.threshold
        tree.left[node.place] = len(tree.hits)
        for mine, impurity in zip((here, ~here), node.impurities, strict=True):
            some = added(node.order[mine].reshape(len(values), -1), impurity)
            if some is not None:
                waiting.append(some)
    return tree


def _best_split(
    values: Singles,
    y: NDArray[np.generic],
    order: Rows,
    counts: Floats,
    least: int,
    columns: _Columns,
) -> tuple[int, int, float, float, tuple[float, float]] | None:
    """Return column, rows that go left, the values on both sides, and the branches' impurities."""
    m = order.shape[1]
    sorted_values = np.take_along_axis(values, order, axis=1)
    constant = sorted_values[:, -1] <= sorted_values[:, 0] + SAME
    visited = columns.visit(constant.tolist())
    if not visited:
        return None
    here = slice(least - 1, m - least)  # the last row on the left
    low, high = sorted_values[:, here], sorted_values[:, least : m - least + 1]
    n_left = np.arange(least, m - least + 1, dtype=np.float64)
    n_right = m - n_left
    squares_left = np.zeros(low.shape)
    squares_right = np.zeros(low.shape)
    sorted_labels = y[order]
    for label in np.flatnonzero(counts):
        on_left = (sorted_labels == label).cumsum(axis=1, dtype=np.float64)[:, here]
        squares_left += on_left * on_left
        on_right = counts[label] - on_left
        squares_right += on_right * on_right
    gini_left = 1.0 - squares_left / (n_left * n_left)
    gini_right = 1.0 - squares_right / (n_right * n_right)
    gain = -n_right * gini_right - n_left * gini_left
    gain[high <= low + SAME] = -np.inf
    at = gain.argmax(axis=1)
    best, most = -1, -np.inf
    for column in visited:
        if gain[column, at[column]] > most:
            best, most = column, gain[column, at[column]]
    if best < 0:
        return None
    i = int(at[best])
    impurities = float(gini_left[best, i]), float(gini_right[best, i])
    return best, i + least, float(low[best, i]), float(high[best, i]), impurities
