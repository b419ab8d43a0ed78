"""Which segment of a refit is which of the segments before.

Two segments are the same where their centroids are each other's nearest and most of their customers
are the same. Communities that are followed over time are matched alike (Greene, Doyle & Cunningham
2010, ASONAM; Spiliopoulou et al. 2006, MONIC, KDD); Jaccard 0.5 is where a cluster counts as
dissolved (Hennig 2007, Comput. Stat. Data Anal. 52).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.matching import cheapest_pairs
from smartcart.records import Identity, Link, Match

__all__ = ["identify", "overlap_counts"]

Floats = NDArray[np.float64]

SAME = 0.5  # Jaccard of the customers from which two segments are the same
IN_PLACE = 0.5  # a centroid that moved less, relative to the next segment, is where it was
MOST = 0.5  # share of a segment's customers that decides where it went, or came from
TINY = 1e-12
PART = 0.2  # share that makes a part of a split or a merger


def overlap_counts(
    old: ArrayLike, new: ArrayLike, old_ids: Sequence[int], k_new: int
) -> NDArray[np.int64]:
    """Return the (k_old, k_new) counts of customers by old id and new number.

    Parameters
    ----------
    old : (n,) old segment ids; other numbers (0: not there) do not count.
    new : (n,) numbers of the new segments from 0; negative: not there.

    >>> overlap_counts([3, 3, 5, 0], [0, 1, 1, 1], old_ids=(3, 5), k_new=2).tolist()
    [[1, 1], [0, 1]]
    """
    before, after = np.asarray(old), np.asarray(new)
    table = np.zeros((len(old_ids), k_new), dtype=np.int64)
    for i, one in enumerate(old_ids):
        mine = after[(before == one) & (after >= 0)].astype(np.int64)
        table[i] = np.bincount(mine, minlength=k_new)
    return table


def identify(
    old_ids: Sequence[int],
    old_centroids: ArrayLike,
    new_centroids: ArrayLike,
    overlap: ArrayLike | None = None,
    *,
    used: Iterable[int] = (),
) -> Identity:
    """Match the segments of a refit with those before, and number them.

    A segment keeps its id where the centroids are each other's nearest and either the new one has
    moved by at most half of the way to the next segment or the Jaccard similarity of the customers
    is at least 0.5. Where two or more old segments went mostly into the same new one, they are
    *merged*; where one old segment went mostly into two or more new ones and none of them is in its
    place, it is *split*. What comes of a merger keeps an id only where it is in that segment's
    place; all else gets an id never used before. Without shared customers, centroids alone decide,
    and segments are kept, new or retired only.

    Parameters
    ----------
    old_ids : the k_old ids.
    old_centroids : (k_old, p); new_centroids : (k_new, p), both standardized by one recipe (bring
        the new ones, in original units, into the scale of the old recipe).
    overlap : (k_old, k_new) counts of shared customers; best of both models on the same data, so
        that customers who moved are not taken for segments that did.
    used : all ids ever used, retired ones too.

    Raises
    ------
    ValueError : where the shapes do not fit together.

    >>> found = identify((1, 2), [[0.0], [9.0]], [[9.1], [0.2], [40.0]], used=(1, 2, 3))
    >>> found.ids, [match.kind for match in found.matches]
    ((2, 1, 4), ['kept', 'kept', 'new'])
    """
    old = np.asarray(old_centroids, dtype=np.float64)
    new = np.asarray(new_centroids, dtype=np.float64)
    k_old, k_new = len(old_ids), len(new)
    if old.shape != (k_old, new.shape[1] if new.ndim == 2 else -1):
        raise ValueError(
            f"Got centroids of shapes {old.shape} and {new.shape} for {k_old} old segments, "
            "but expected one row per segment and the same columns."
        )
    table = None if overlap is None else np.asarray(overlap, dtype=np.float64)
    if table is not None and table.shape != (k_old, k_new):
        raise ValueError(f"Got overlap of shape {table.shape}, but expected {(k_old, k_new)}.")
    evidence = _Evidence(old, new, table)
    merged = _mergers(evidence)
    split = _splits(evidence, merged)
    gone = {i for olds in merged.values() for i in olds} | set(split)
    taken = set(merged) | {j for news in split.values() for j in news}
    kept = _kept(evidence, gone, taken)

    place: dict[int, int] = {j: i for i, j in kept.items()}  # new -> the old one whose id it has
    for j, olds in merged.items():
        here = min(olds, key=lambda i: evidence.relative[i, j])
        if evidence.relative[here, j] <= IN_PLACE:
            place[j] = here
    fresh = max([0, *old_ids, *used]) + 1
    ids = []
    for j in range(k_new):
        ids.append(old_ids[place[j]] if j in place else fresh)
        fresh += j not in place

    def match(kind: str, olds: Sequence[int], news: Sequence[int], pairs: list[Pair]) -> Match:
        links = tuple(evidence.link(i, j, old_ids[i], ids[j]) for i, j in pairs)
        of_old, of_new = tuple(old_ids[i] for i in olds), tuple(ids[j] for j in news)
        return Match(kind, of_old, of_new, links)  # type: ignore[arg-type]

    matches = [match("kept", [i], [j], [(i, j)]) for i, j in kept.items()]
    for j, olds in merged.items():
        matches.append(match("merged", olds, [j], [(i, j) for i in olds]))
    for i, news in split.items():
        matches.append(match("split", [i], news, [(i, j) for j in news]))
    arisen = sorted(set(range(k_new)) - set(kept.values()) - taken)
    ended = sorted(set(range(k_old)) - set(kept) - gone)
    matches += [match("new", [], [j], [(i, j) for i in evidence.origins(j)]) for j in arisen]
    matches += [match("retired", [i], [], [(i, j) for j in evidence.ends(i)]) for i in ended]
    still = set(ids)
    return Identity(tuple(matches), tuple(ids), tuple(i for i in old_ids if i not in still))


Pair = tuple[int, int]


class _Evidence:
    """Shares and distances between all old and new segments, computed once."""

    def __init__(self, old: Floats, new: Floats, table: Floats | None) -> None:
        self.k_old, self.k_new = len(old), len(new)
        self.distance = np.sqrt(((old[:, None, :] - new[None, :, :]) ** 2).sum(axis=2))
        self.relative = np.array(
            [[self._relative(i, j) for j in range(self.k_new)] for i in range(self.k_old)]
        ).reshape(self.k_old, self.k_new)
        self.table = table
        counts = np.zeros_like(self.distance) if table is None else table
        rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
        self.outgoing = counts / np.maximum(rows, 1.0)
        self.incoming = counts / np.maximum(columns, 1.0)
        self.jaccard = counts / np.maximum(rows + columns - counts, 1.0)

    def _relative(self, i: int, j: int) -> float:
        """Return the distance over that to the nearest other; 0 where there is no other.

        Next to a centroid in the very same place every distance is as good as endless.
        """
        others = np.concatenate(
            [np.delete(self.distance[i], j), np.delete(self.distance[:, j], i), [np.inf]]
        )
        nearest = float(others.min())
        return float(self.distance[i, j] / max(nearest, TINY))

    def link(self, i: int, j: int, old_id: int, new_id: int) -> Link:
        """Return the record of one pair."""
        known = self.table is not None and self.table.sum() > 0
        return Link(
            old_id=old_id,
            new_id=new_id,
            customers=int(self.table[i, j]) if known and self.table is not None else None,
            outgoing=float(self.outgoing[i, j]) if known else None,
            incoming=float(self.incoming[i, j]) if known else None,
            jaccard=float(self.jaccard[i, j]) if known else None,
            distance=float(self.distance[i, j]),
            relative=float(self.relative[i, j]),
        )

    def origins(self, j: int) -> list[int]:
        """Return the old segment nearest to a new one, and the one most customers came from."""
        if self.k_old == 0:
            return []
        found = {int(self.distance[:, j].argmin())}
        if self.incoming[:, j].any():
            found.add(int(self.incoming[:, j].argmax()))
        return sorted(found)

    def ends(self, i: int) -> list[int]:
        """Return the new segment nearest to an old one, and the one most customers went to."""
        found = {int(self.distance[i].argmin())}
        if self.outgoing[i].any():
            found.add(int(self.outgoing[i].argmax()))
        return sorted(found)


def _mergers(evidence: _Evidence) -> dict[int, list[int]]:
    """Return new -> the old ones that mostly went there and each make a part of it.

    An old segment in whose place there is another new one has lost customers, not its place.
    """
    found = {}
    in_place = evidence.relative <= IN_PLACE
    for j in range(evidence.k_new):
        elsewhere = np.delete(in_place, j, axis=1).any(axis=1)
        into = (evidence.outgoing[:, j] > MOST) & (evidence.incoming[:, j] >= PART) & ~elsewhere
        if into.sum() >= 2:
            found[j] = [int(i) for i in np.flatnonzero(into)]
    return found


def _splits(evidence: _Evidence, merged: dict[int, list[int]]) -> dict[int, list[int]]:
    """Return old -> the new ones that mostly came from it, none of them in its place."""
    found = {}
    gone = {i for olds in merged.values() for i in olds}
    for i in set(range(evidence.k_old)) - gone:
        out = (evidence.incoming[i] > MOST) & (evidence.outgoing[i] >= PART)
        out[list(merged)] = False
        if out.sum() >= 2 and not (evidence.relative[i][out] <= IN_PLACE).any():
            found[i] = [int(j) for j in np.flatnonzero(out)]
    return found


def _kept(evidence: _Evidence, gone: set[int], taken: set[int]) -> dict[int, int]:
    """Return old -> new for the pairs that are the same segment: the optimal assignment."""
    same = (evidence.relative < 1) & ((evidence.relative <= IN_PLACE) | (evidence.jaccard >= SAME))
    same[list(gone), :] = False
    same[:, list(taken)] = False
    never = 1e6
    cost = np.where(same, np.minimum(evidence.relative, 1.0) + 1.0 - evidence.jaccard, never)
    return {i: j for i, j in cheapest_pairs(cost) if same[i, j]}
