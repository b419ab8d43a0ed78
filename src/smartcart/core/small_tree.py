"""A small decision tree, made as right as it can be with few leaves.

A tree is first grown greedily (CART: Breiman et al. 1984, by scikit-learn). Then every split in
turn is chosen again so that the tree as a whole errs least while all other splits stay as they are,
until none improves: alternating optimization (Carreira-Perpinan & Tavallali, NeurIPS 2018).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.tree._tree import Tree


__all__ = ["Node", "boxes", "grow", "predict", "round_thresholds"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]

PASSES = 20
SMALLEST_LEAF = 20  # rows
LARGER = 4  # a tree that is pruned has so many times the leaves
DIGITS = (1, 2, 3, 4, 5)  # significant ones that a threshold may have


@dataclass(slots=True)
class Node:
    """A leaf with a ``label``, or a split: rows with ``x[column] <= threshold`` go ``left``.

    ``hits`` is how many rows a tree that was just grown would get right with a leaf in this place.
    """

    label: int = 0
    column: int = -1
    threshold: float = 0.0
    left: Node | None = None
    right: Node | None = None
    hits: int = 0

    @property
    def branches(self) -> tuple[Node, Node] | None:
        """Left and right, or ``None`` of a leaf."""
        return None if self.left is None or self.right is None else (self.left, self.right)


def grow(X: Floats, y: Labels, leaves: int) -> Node:
    """Return a tree of at most ``leaves`` leaves for labels ``y`` (n,) of ``X`` (n, p).

    The better of two starts: the greedy tree of that size, and a larger one pruned to it.

    >>> X = np.arange(80.0)[:, None]
    >>> tree = grow(X, (X[:, 0] > 24).astype(int), 4)
    >>> tree.threshold, tree.left.label, tree.right.label
    (24.5, 0, 1)
    """
    from sklearn.tree import DecisionTreeClassifier

    best, most = Node(int(np.bincount(y).argmax())), -1
    if leaves < 2 or y.min() == y.max():
        return best
    least = min(SMALLEST_LEAF, max(1, len(y) // (4 * leaves)))
    found = DecisionTreeClassifier(
        max_leaf_nodes=LARGER * leaves, min_samples_leaf=least, random_state=0
    ).fit(X, y)
    order = np.argsort(X.T, axis=1, kind="stable")
    larger = _node(found.tree_, LARGER * leaves)
    for tree in (_node(found.tree_, leaves), _pruned(larger, leaves)):
        right = _improved(tree, X, y, order, least)
        if right > most:
            best, most = tree, right
    return _joined(best)


def _node(tree: Tree, leaves: int, place: int = 0) -> Node:
    """Return scikit-learn's tree, from ``place`` on, as it was when it had so many ``leaves``.

    The best leaf is split first and nodes are numbered as they come, so that the first 2m - 1 are
    the tree of m leaves. Leaves have no label yet.
    """
    most = tree.value[place].max() * tree.weighted_n_node_samples[place]
    node, left = Node(hits=round(float(most))), int(tree.children_left[place])
    if 0 < left < 2 * leaves - 1:
        node.column, node.threshold = int(tree.feature[place]), float(tree.threshold[place])
        node.left = _node(tree, leaves, left)
        node.right = _node(tree, leaves, int(tree.children_right[place]))
    return node


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


def _pruned(tree: Node, leaves: int) -> Node:
    """Make leaves, in place, of the splits that save fewest errors per leaf (weakest links)."""
    links: list[tuple[float, Node]] = []
    while _weigh(tree, links)[0] > leaves:
        weakest = min(links, key=lambda link: link[0])[1]
        weakest.left, weakest.right = None, None
        links.clear()
    return tree


def _weigh(node: Node, links: list[tuple[float, Node]]) -> tuple[int, int]:
    """Return a subtree's leaves and hits; add to ``links`` what each split saves per leaf."""
    if (branches := node.branches) is None:
        return 1, node.hits
    (a, hits_left), (b, hits_right) = (_weigh(branch, links) for branch in branches)
    hits = hits_left + hits_right
    links.append(((hits - node.hits) / (a + b - 1), node))
    return a + b, hits


def _improved(tree: Node, X: Floats, y: Labels, order: Rows, least: int) -> int:
    """Choose every split again, in place, until none does better; return the rows that are right.

    ``order`` (p, n) sorts each column of X.
    """
    every = np.arange(len(y))
    right = _relabel(tree, X, y, every)
    for _ in range(PASSES):
        _choose(tree, X, y, order, least)
        before, right = right, _relabel(tree, X, y, every)
        if right <= before:
            break
    return right


def _relabel(node: Node, X: Floats, y: Labels, rows: Rows) -> int:
    """Give every leaf the label that most of its rows have; return how many rows have it."""
    if (branches := node.branches) is None:
        if not rows.size:
            return 0
        counts = np.bincount(y[rows])
        node.label = int(counts.argmax())
        return int(counts[node.label])
    left = X[rows, node.column] <= node.threshold
    right = _relabel(branches[0], X, y, rows[left])
    return right + _relabel(branches[1], X, y, rows[~left])


def _choose(node: Node, X: Floats, y: Labels, order: Rows, least: int) -> Bools:
    """Choose the split of each node, lower ones first, given the others.

    ``order`` (p, m) sorts the rows that reach the node, by each column. Returns which of all rows
    (n,) this part of the tree would get right, if they came to it.
    """
    if (branches := node.branches) is None:
        correct: Bools = y == node.label
        return correct
    left = X[:, node.column] <= node.threshold
    here = left[order]
    by_left = _choose(branches[0], X, y, _kept(order, here), least)
    by_right = _choose(branches[1], X, y, _kept(order, ~here), least)
    if order.shape[1] >= 2 * least:
        gain = _gain(by_left, by_right)
        gains = gain[order].cumsum(axis=1, dtype=np.int64)[:, least - 1 : -least]
        now = gain[order[0]][here[0]].sum()
        columns, places = np.nonzero(gains > now)
        low, high = (X[order[columns, places + least - 1 + i], columns] for i in (0, 1))
        parted = np.flatnonzero(low < high)  # no threshold parts rows of one value
        if parted.size:
            at = parted[gains[columns, places][parted].argmax()]
            node.column = int(columns[at])
            node.threshold = _between(float(low[at]), float(high[at]))
            left = X[:, node.column] <= node.threshold
    return np.where(left, by_left, by_right)


def _kept(order: Rows, here: Bools) -> Rows:
    """Return sorted rows (p, m) without those that are not ``here``, as many in each column."""
    return order[here].reshape(len(order), -1)


def _gain(by_left: Bools, by_right: Bools) -> NDArray[np.int8]:
    """Return what going left gains a row: 1, or -1 where only right is right, or 0."""
    return by_left.view(np.int8) - by_right.view(np.int8)


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
    if (branches := tree.branches) is None:
        return
    by_left, by_right = (predict(branch, X) == y for branch in branches)
    gain, x = _gain(by_left, by_right), X[:, tree.column]
    right = gain[x <= tree.threshold].sum()
    for readable in _readable(tree.threshold):
        if gain[x <= readable].sum() >= right:
            tree.threshold = readable
            break
    left = x <= tree.threshold
    round_thresholds(branches[0], X[left], y[left])
    round_thresholds(branches[1], X[~left], y[~left])


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
