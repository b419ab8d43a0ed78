"""A small decision tree, made as right as it can be with few leaves.

A tree is first grown greedily (CART: Breiman et al. 1984, by scikit-learn). Then every split in
turn is chosen again so that the tree as a whole errs least while all other splits stay as they are,
until none improves: alternating optimization (Carreira-Perpinan & Tavallali, NeurIPS 2018).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Node", "boxes", "grow", "predict", "round_thresholds"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Rows = NDArray[np.intp]

PASSES = 20
SMALLEST_LEAF = 20  # rows
LARGER = 4  # a tree that is pruned has so many times the leaves
DIGITS = (1, 2, 3, 4, 5)  # significant ones that a threshold may have


@dataclass(slots=True)
class Node:
    """A leaf with a ``label``, or a split: rows with ``x[column] <= threshold`` go ``left``."""

    label: int = 0
    column: int = -1
    threshold: float = 0.0
    left: Node | None = None
    right: Node | None = None

    @property
    def branches(self) -> tuple[Node, Node] | None:
        """Left and right, or ``None`` of a leaf."""
        return None if self.left is None or self.right is None else (self.left, self.right)


def grow(X: Floats, y: Labels, leaves: int) -> Node:
    """Return a tree of at most ``leaves`` leaves for labels ``y`` (n,) of ``X`` (n, p).

    The best of several starts: trees of that size, and larger ones pruned to it.

    >>> X = np.arange(80.0)[:, None]
    >>> tree = grow(X, (X[:, 0] > 24).astype(int), 4)
    >>> tree.threshold, tree.left.label, tree.right.label
    (24.5, 0, 1)
    """
    from sklearn.tree import DecisionTreeClassifier

    best, most = Node(int(np.bincount(y).argmax())), -1
    if leaves < 2 or len(np.unique(y)) < 2:
        return best
    least = min(SMALLEST_LEAF, max(1, len(y) // (4 * leaves)))
    order = np.argsort(X, axis=0, kind="stable").T
    for criterion in ("gini", "entropy"):
        for size in (leaves, LARGER * leaves):
            found = DecisionTreeClassifier(
                criterion=criterion, max_leaf_nodes=size, min_samples_leaf=least, random_state=0
            ).fit(X, y)
            tree = _pruned(_node(found.tree_, 0), X, y, leaves)
            right = _improved(tree, X, y, order, least)
            if right > most:
                best, most = tree, right
    return _joined(best)


def _node(tree: Any, place: int) -> Node:
    """Return scikit-learn's tree from ``place`` on."""
    left, right = int(tree.children_left[place]), int(tree.children_right[place])
    if left < 0:
        return Node(int(tree.value[place][0].argmax()))
    return Node(
        column=int(tree.feature[place]), threshold=float(tree.threshold[place]),
        left=_node(tree, left), right=_node(tree, right),
    )  # fmt: skip


def predict(tree: Node, X: Floats) -> Labels:
    """Return the label (n,) that the tree gives each row of X (n, p)."""
    out = np.empty(len(X), dtype=np.int64)
    waiting: list[tuple[Node, Rows]] = [(tree, np.arange(len(X)))]
    while waiting:
        node, rows = waiting.pop()
        if (branches := node.branches) is None:
            out[rows] = node.label
            continue
        left = X[rows, node.column] <= node.threshold
        waiting += [(branches[0], rows[left]), (branches[1], rows[~left])]
    return out


def _pruned(tree: Node, X: Floats, y: Labels, leaves: int) -> Node:
    """Make leaves, in place, of the splits that save fewest errors per leaf (weakest links)."""
    while _leaves(tree) > leaves:
        _, node, label = min(_links(tree, X, y, np.arange(len(y))), key=lambda link: link[0])
        node.left, node.right, node.label = None, None, label
    return tree


def _leaves(node: Node) -> int:
    return 1 if (branches := node.branches) is None else sum(map(_leaves, branches))


def _links(node: Node, X: Floats, y: Labels, rows: Rows) -> Iterator[tuple[float, Node, int]]:
    """Yield what each split saves per leaf, and the label that it would have without."""
    if (branches := node.branches) is None:
        return
    counts = np.bincount(y[rows])
    saved = int((predict(node, X[rows]) == y[rows]).sum()) - int(counts.max())
    yield saved / (_leaves(node) - 1), node, int(counts.argmax())
    left = X[rows, node.column] <= node.threshold
    yield from _links(branches[0], X, y, rows[left])
    yield from _links(branches[1], X, y, rows[~left])


def _improved(tree: Node, X: Floats, y: Labels, order: Rows, least: int) -> int:
    """Choose every split again, in place, until none does better; return the rows that are right.

    ``order`` (p, n) sorts each column of X.
    """
    every = np.arange(len(y))
    _relabel(tree, X, y, every)
    right = int((predict(tree, X) == y).sum())
    for _ in range(PASSES):
        _choose(tree, X, y, every, order, least)
        _relabel(tree, X, y, every)
        now = int((predict(tree, X) == y).sum())
        if now <= right:
            break
        right = now
    return right


def _relabel(node: Node, X: Floats, y: Labels, rows: Rows) -> None:
    """Give every leaf the label that most of its rows have."""
    if (branches := node.branches) is None:
        if rows.size:
            node.label = int(np.bincount(y[rows]).argmax())
        return
    left = X[rows, node.column] <= node.threshold
    _relabel(branches[0], X, y, rows[left])
    _relabel(branches[1], X, y, rows[~left])


def _choose(node: Node, X: Floats, y: Labels, rows: Rows, order: Rows, least: int) -> None:
    """Choose the split of each node, lower ones first, given the others.

    Only rows that one branch gets right and the other wrong have a say.
    """
    if (branches := node.branches) is None:
        return
    left = X[rows, node.column] <= node.threshold
    _choose(branches[0], X, y, rows[left], order, least)
    _choose(branches[1], X, y, rows[~left], order, least)
    if rows.size < 2 * least:
        return
    by_left, by_right = (predict(branch, X[rows]) == y[rows] for branch in branches)
    best = int(np.where(left, by_left, by_right).sum())
    gain = np.zeros(len(y), dtype=np.int64)
    gain[rows] = by_left.astype(np.int64) - by_right
    here = np.zeros(len(y), dtype=np.bool_)
    here[rows] = True
    for j, whole in enumerate(order):
        sorted_rows = whole[here[whole]]
        x = X[sorted_rows, j]
        right = np.cumsum(gain[sorted_rows])[least - 1 : -least] + int(by_right.sum())
        right[x[least - 1 : -least] >= x[least : x.size - least + 1]] = -1
        at = int(right.argmax())
        if right[at] > best:
            best, at = int(right[at]), at + least - 1
            node.column, node.threshold = j, _between(float(x[at]), float(x[at + 1]))


def _between(low: float, high: float) -> float:
    middle = low + (high - low) / 2
    return middle if low <= middle < high else low


def _joined(node: Node) -> Node:
    """Return the tree with two leaves of one label made one."""
    if (branches := node.branches) is None:
        return node
    left, right = (_joined(branch) for branch in branches)
    if left.branches is None and right.branches is None and left.label == right.label:
        return Node(left.label)
    return Node(0, node.column, node.threshold, left, right)


def round_thresholds(tree: Node, X: Floats, y: Labels) -> None:
    """Round thresholds, in place, to as few digits as cost no row its right label.

    >>> X = np.array([[2.0]] * 20 + [[7.13]] * 20)
    >>> tree = grow(X, np.repeat([0, 1], 20), 2)
    >>> round_thresholds(tree, X, np.repeat([0, 1], 20))
    >>> tree.threshold
    5.0
    """
    for node in _splits(tree):
        exact, right = node.threshold, int((predict(tree, X) == y).sum())
        for readable in _readable(exact):
            node.threshold = readable
            if int((predict(tree, X) == y).sum()) >= right:
                break
        else:
            node.threshold = exact


def _readable(value: float) -> Iterator[float]:
    """Yield ever less rounded values: to the nearest, down and up.

    >>> list(_readable(297.5))[:6]
    [300.0, 200.0, 300.0, 300.0, 290.0, 300.0]
    """
    if value == 0 or not math.isfinite(value):
        return
    for digits in DIGITS:
        step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
        for whole in (round(value / step), math.floor(value / step), math.ceil(value / step)):
            yield float(f"{whole * step:.{digits + 1}g}")


def _splits(node: Node) -> Iterator[Node]:
    if (branches := node.branches) is not None:
        yield node
        for branch in branches:
            yield from _splits(branch)


Box = dict[int, tuple[float, float]]


def boxes(tree: Node) -> list[tuple[int, Box]]:
    """Return label and bounds ``low < x <= high`` by column of each leaf that rows can reach.

    Two boxes of one label that are one box together are given as one.
    """
    found: list[tuple[int, Box]] = []

    def walk(node: Node, box: Box) -> None:
        if (branches := node.branches) is None:
            found.append((node.label, box))
            return
        low, high = box.get(node.column, (-np.inf, np.inf))
        if low < node.threshold:
            walk(branches[0], {**box, node.column: (low, min(high, node.threshold))})
        if node.threshold < high:
            walk(branches[1], {**box, node.column: (max(low, node.threshold), high)})

    walk(tree, {})
    while True:
        for i, (label, box) in enumerate(found):
            for k in range(i + 1, len(found)):
                if found[k][0] == label and (whole := _union(box, found[k][1])) is not None:
                    found[i] = (label, whole)
                    del found[k]
                    break
            else:
                continue
            break
        else:
            return found


def _union(a: Box, b: Box) -> Box | None:
    """Return both boxes as one, or ``None`` where their union is no box."""
    everything = (-np.inf, np.inf)
    differ = [j for j in {*a, *b} if a.get(j, everything) != b.get(j, everything)]
    if len(differ) != 1:
        return None
    j = differ[0]
    one, two = sorted([a.get(j, everything), b.get(j, everything)])
    if one[1] < two[0]:
        return None
    whole = {**a, j: (one[0], max(one[1], two[1]))}
    return {c: bounds for c, bounds in whole.items() if bounds != everything}
