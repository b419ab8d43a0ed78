"""Do segments come from the customers, or from how the table was made?

Five things that make K-Means cut where no customers differ, each with the number that earns the
warning. All are read off the array that was clustered, so they hold for any clustering.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core import structure
from smartcart.core.k_indices import silhouettes
from smartcart.errors import DataError
from smartcart.records import Artefact

__all__ = ["find_artefacts"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

NEARLY_CONSTANT = 0.9  # one value holds this share of the rows
FEW_VALUES = 10  # more values than that are told as the most frequent one and the others
DECIDES = 0.8  # total variation distance from which a column tells two segments apart
ALONE = 0.8  # share of the squared distance between two centroids
SAME = 0.95  # |r| from which two columns say the same
LOOKS_APART = 0.15  # silhouette in the picture
ONLY_THERE = 0.4  # silhouette in all columns over that in the picture
PICTURE_ROWS = 3_000
TINY = 10  # customers ...
TINY_SHARE = 0.01  # ... and share of all
FEW = 3  # customers that may drive a centroid
DRIVEN = 0.5  # share of the distance to the next centroid that is gone without them
COPIES = 0.5


def find_artefacts(
    Z: ArrayLike,
    labels: ArrayLike,
    names: Sequence[str],
    *,
    kinds: Sequence[str] | None = None,
    sample_weight: ArrayLike | None = None,
    segments: Sequence[str] | None = None,
    seed: int = 0,
) -> tuple[Artefact, ...]:
    """Return what speaks against the segments, in a fixed order; nothing where all is well.

    ================ ===========================================================================
    ``dummy``        a two-valued or nearly constant column tells segments apart almost alone
    ``same twice``   two forming columns correlate above 0.95: what they say counts twice
    ``picture only`` segments look apart on three principal components, and are not in all columns
    ``outlier``      a segment is tiny, or at most three customers make its centroid
    ``copies``       most rows of a segment are copies of others
    ================ ===========================================================================

    Parameters
    ----------
    Z : (n, p) finite numbers as they were clustered; labels : (n,) from 0.
    names : p columns, in words.
    kinds : p; a column of kind ``"category"`` holds codes, however many.
    sample_weight : (n,); rows of weight 0 are copies of other rows.
    segments : what each segment is called; else "segment 1", ...

    Raises
    ------
    DataError : where the lengths differ, or no row weighs.
    """
    rows, y = np.asarray(Z, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
    codes = ["number"] * len(names) if kinds is None else list(kinds)
    if rows.shape != (len(y), len(names)) or len(codes) != len(names) or len(weight) != len(y):
        raise DataError.of(
            f"an array of shape {rows.shape}, {len(y)} labels, {len(weight)} weights, "
            f"{len(names)} names and {len(codes)} kinds",
            "a label and a weight per row, a name and a kind per column",
            "give arrays of one table",
        )
    heavy = weight > 0
    if not heavy.any():
        raise DataError.of("no row has a weight", "at least one", "give rows that weigh")
    k = int(y.max()) + 1
    called = list(segments) if segments is not None else [f"segment {i + 1}" for i in range(k)]
    some, own = rows[heavy], y[heavy]
    return (
        *_dummies(some, own, names, codes, called),
        *_same(some, names),
        *_picture_only(some, own, np.random.default_rng(seed)),
        *_outliers(some, own, called),
        *_copies(y, heavy, called),
    )


def _centers(Z: Floats, y: Labels) -> dict[int, Floats]:
    return {int(i): Z[y == i].mean(axis=0) for i in np.unique(y)}


def _correlations(Z: Floats) -> Floats:
    """Return the (p, p) correlations, 0 with a constant."""
    centred = Z - Z.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    safe = np.where(length > 1e-9 * max(float(length.max()), 1e-300), length, np.inf)
    return np.asarray((centred / safe).T @ (centred / safe))


def _dummies(
    Z: Floats, y: Labels, names: Sequence[str], kinds: Sequence[str], called: Sequence[str]
) -> list[Artefact]:
    """Find pairs of segments that a column of few values tells apart almost alone.

    Dummies of one category (never on together) and columns that say the same count as one.
    """
    discrete = {j: codes for j in range(Z.shape[1]) if (codes := _codes(Z[:, j], kinds[j])).size}
    centers = _centers(Z, y)
    related = np.abs(_correlations(Z)) > SAME
    on = {j: codes == 1 for j, codes in discrete.items() if codes.max() == 1}
    found: dict[tuple[int, ...], list[tuple[int, int, float]]] = {}
    for a, b in combinations(centers, 2):
        apart = (centers[a] - centers[b]) ** 2
        total = float(apart.sum())
        if not discrete or total <= 0:
            continue
        top = max(discrete, key=lambda j: float(apart[j]))
        if _difference(discrete[top][y == a], discrete[top][y == b]) < DECIDES:
            continue
        family = [
            j
            for j in discrete
            if j == top
            or related[j, top]
            or (j in on and top in on and not (on[j] & on[top]).any())
        ]
        share = float(apart[family].sum()) / total
        if share >= ALONE:
            telling = tuple(j for j in family if apart[j] >= 0.1 * total)
            found.setdefault(telling, []).append((a, b, share))
    return [_dummy(columns, pairs, names, called) for columns, pairs in found.items()]


def _dummy(
    columns: tuple[int, ...],
    pairs: list[tuple[int, int, float]],
    names: Sequence[str],
    called: Sequence[str],
) -> Artefact:
    told = " and ".join(repr(names[j]) for j in columns)
    which = ", and ".join(f"{called[a]} from {called[b]}" for a, b, _ in pairs)
    most = max(share for _, _, share in pairs)
    message = (
        f"{told} alone {'tells' if len(columns) == 1 else 'tell'} {which} ({most:.0%} of the "
        "distance between them): one yes-or-no property cuts customers who are else alike. "
        "Let it describe segments, not form them."
    )
    members = tuple(sorted({s + 1 for a, b, _ in pairs for s in (a, b)}))
    return Artefact("dummy", message, tuple(names[j] for j in columns), members, most)


def _codes(x: Floats, kind: str) -> Labels:
    """Return the values of a column of few as numbers from 0, nothing of any other column.

    Of two values the higher is 1; of a nearly constant column everything but its value is.
    """
    values, codes, counts = np.unique(x, return_inverse=True, return_counts=True)
    if len(values) < 2:
        return np.empty(0, dtype=np.int64)
    if len(values) == 2 or (kind == "category" and len(values) <= FEW_VALUES):
        return np.asarray(codes, dtype=np.int64)
    if counts.max() >= NEARLY_CONSTANT * len(x) or kind == "category":
        return np.asarray(codes != counts.argmax(), dtype=np.int64)
    return np.empty(0, dtype=np.int64)


def _difference(a: Labels, b: Labels) -> float:
    """Return the total variation distance between two samples of codes, 0 to 1.

    >>> _difference(np.array([0, 0, 1, 1]), np.array([1, 1, 1, 1]))
    0.5
    """
    width = int(max(a.max(), b.max())) + 1
    p, q = (np.bincount(x, minlength=width) / len(x) for x in (a, b))
    return float(np.abs(p - q).sum() / 2)


def _same(Z: Floats, names: Sequence[str]) -> list[Artefact]:
    r = _correlations(Z)
    return [
        Artefact(
            "same twice",
            f"{names[i]!r} and {names[j]!r} say the same (correlation {r[i, j]:.2f}), so it counts "
            "twice. Keep one of them, or give both the weight of one.",
            (names[i], names[j]),
            (),
            float(r[i, j]),
        )
        for i, j in combinations(range(len(names)), 2)
        if abs(r[i, j]) > SAME
    ]


def _picture_only(Z: Floats, y: Labels, rng: np.random.Generator) -> list[Artefact]:
    """Compare how far segments look apart in the 3-D picture and are in all columns.

    Segments with thin borders between all of them (valleys of the density) are real, however low
    the silhouette that many columns leave.
    """
    k, p = len(np.unique(y)), Z.shape[1]
    if p <= 3 or k < 2 or len(y) <= 2 * k:
        return []
    if len(y) > PICTURE_ROWS:
        chosen = np.sort(rng.choice(len(y), PICTURE_ROWS, replace=False))
        Z, y = Z[chosen], y[chosen]
    labels = np.unique(y, return_inverse=True)[1].astype(np.int32)
    if labels.max() < 1:
        return []
    centred = Z - Z.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    seen, real = (
        silhouettes(np.ascontiguousarray(view), [labels])[0] for view in (centred @ axes[:, -3:], Z)
    )
    if seen is None or real is None or seen < LOOKS_APART or real > ONLY_THERE * seen:
        return []
    groups = structure.joined_groups(Z, labels, rng)
    if groups >= k:
        return []
    message = (
        f"On three principal components the segments look apart (silhouette {seen:.2f}); in all "
        f"{p} columns they hardly are ({real:.2f}), and thin borders show "
        f"{'one group' if groups == 1 else f'{groups} groups'}, not {k}. Judge them in all columns."
    )
    return [Artefact("picture only", message, (), tuple(range(1, k + 1)), float(real))]


def _outliers(Z: Floats, y: Labels, called: Sequence[str]) -> list[Artefact]:
    """Find segments of a handful, and those whose centroid at most three customers make."""
    centers = _centers(Z, y)
    found = []
    for a, center in centers.items():
        members = Z[y == a]
        others = [c for b, c in centers.items() if b != a]
        if not others:
            continue
        size, share = len(members), len(members) / len(y)
        if size <= FEW or (size <= TINY and share <= TINY_SHARE):
            found.append(
                Artefact(
                    "outlier",
                    f"{_capital(called[a])} is {size} customer{'s' if size > 1 else ''} of "
                    f"{len(y):,}: outliers, not a group. Check them, or ask for a smaller K.",
                    (),
                    (a + 1,),
                    share,
                )
            )
            continue
        near = min(others, key=lambda c: float(((c - center) ** 2).sum()))
        lost = _driven(members, center, near)
        if lost >= DRIVEN:
            found.append(
                Artefact(
                    "outlier",
                    f"{_capital(called[a])} has {size:,} customers, but {FEW} of them make "
                    f"{lost:.0%} of its distance to the next segment. Check these {FEW}.",
                    (),
                    (a + 1,),
                    lost,
                )
            )
    return found


def _driven(members: Floats, center: Floats, near: Floats) -> float:
    """Return how much of the way from the next centroid is gone without the farthest three."""
    way = center - near
    length = float(np.sqrt(way @ way))
    if length <= 0:
        return 0.0
    along = (members - near) @ way / length
    return 1 - max(float(np.sort(along)[:-FEW].mean()), 0.0) / length


def _copies(y: Labels, heavy: NDArray[np.bool_], called: Sequence[str]) -> list[Artefact]:
    found = []
    for a in np.unique(y).tolist():
        share = float((~heavy[y == a]).mean())
        if share > COPIES:
            found.append(
                Artefact(
                    "copies",
                    f"{share:.0%} of the {int((y == a).sum()):,} rows of {called[a]} are copies of "
                    "other rows. Find out why before acting on its size.",
                    (),
                    (a + 1,),
                    share,
                )
            )
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
