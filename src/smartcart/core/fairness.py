"""How far segments stand for sensitive columns, and which forming features carry them.

A segment formed by behaviour alone may still be "the old" or "the married". This is measured, not
prevented: what to do about it is for people to decide. Groups of fewer than ten customers are never
shown, nor what would let a reader work them out by subtraction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import isnan
from numbers import Real
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.core.proportions import wilson
from smartcart.core.ranks import average_ranks
from smartcart.errors import DataError
from smartcart.records import Fairness, Feature, Overrepresentation, Proxy, SensitiveColumn

__all__ = [
    "correlation_ratio",
    "cramers_v",
    "eta_squared",
    "find_fairness",
    "hidden_cells",
    "rank_correlation",
]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Strength = Literal["none", "weak", "moderate", "strong"]

SMALLEST = 10  # customers of a group that is shown
BANDS = 4  # of a number: about quarters of the customers
SHOWN = 30  # categories that are shown
MANY = 12  # a number of more values than that is shown in bands
LEVELS: tuple[tuple[float, Strength], ...] = ((0.1, "none"), (0.3, "weak"), (0.5, "moderate"))
TELLING = 0.3  # a feature that tells so much of a sensitive column is a proxy of it


def cramers_v(table: ArrayLike) -> float:
    """Return Cramér's V of a table of counts without its bias, 0 (unrelated) to 1.

    The correction is that of W. Bergsma, A bias-correction for Cramér's V and Tschuprow's T,
    J. Korean Stat. Soc. 42 (2013). Empty rows and columns are left out.

    >>> cramers_v([[50, 0], [0, 50]]), cramers_v([[25, 25], [25, 25]])
    (1.0, 0.0)
    """
    counts = np.asarray(table, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n, (r, c) = float(counts.sum()), counts.shape
    if min(r, c) < 2 or n < 2:
        return 0.0
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / n
    phi2 = float(((counts - expected) ** 2 / expected).sum()) / n
    phi2 = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    smaller = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(min(1.0, np.sqrt(phi2 / smaller))) if smaller > 0 else 0.0


def eta_squared(groups: ArrayLike, values: ArrayLike) -> float:
    """Return the share of the variance of ``values`` (n,) that lies between ``groups`` (n,).

    >>> eta_squared([0, 0, 1, 1], [1.0, 1.0, 5.0, 5.0])
    1.0
    """
    place = np.unique(np.asarray(groups), return_inverse=True)[1]
    x = np.asarray(values, dtype=np.float64)
    total = float(((x - x.mean()) ** 2).sum()) if x.size else 0.0
    if total <= 0:
        return 0.0
    sizes = np.bincount(place)
    means = np.bincount(place, weights=x) / sizes
    return float((sizes * (means - x.mean()) ** 2).sum() / total)


def correlation_ratio(groups: ArrayLike, values: ArrayLike) -> float:
    """Return the root of eta squared: how much a category tells of a number, 0 to 1."""
    return float(np.sqrt(eta_squared(groups, values)))


def rank_correlation(a: ArrayLike, b: ArrayLike) -> float:
    """Return the absolute value of Spearman's rank correlation; 0 with a constant.

    >>> rank_correlation([1, 2, 3], [9.0, 4.0, 1.0])
    1.0
    """
    first, second = (average_ranks(x) for x in (a, b))
    first, second = first - first.mean(), second - second.mean()
    length = float(np.sqrt((first @ first) * (second @ second)))
    return min(1.0, abs(float(first @ second)) / length) if length > 0 else 0.0


def find_fairness(
    labels: ArrayLike,
    segments: Sequence[str],
    X: ArrayLike,
    features: Sequence[Feature],
    sensitive: Mapping[str, ArrayLike],
    *,
    column_labels: Mapping[str, str] | None = None,
    smallest: int = SMALLEST,
) -> Fairness:
    """Measure how far segments stand for each sensitive column.

    Parameters
    ----------
    labels : (n,) from 0; segments : what each is called.
    X : (n, p) forming ``features`` in original units, NaN where missing.
    sensitive : by column (n,) numbers or text; NaN, ``None`` and empty text are missing, and such
        customers are left out of that column's figures.
    column_labels : columns in words.
    smallest : groups of fewer customers are not shown.

    Raises
    ------
    DataError : where an array has another length.
    """
    y, rows = np.asarray(labels, dtype=np.int64), np.asarray(X, dtype=np.float64)
    for name, values in {"X": rows, **sensitive}.items():
        if len(np.asarray(values)) != len(y):
            raise DataError.of(
                f"{name!r} has {len(np.asarray(values))} rows",
                f"{len(y)}, one per label",
                "give arrays of one table",
            )
    if rows.ndim != 2 or rows.shape[1] != len(features):
        raise DataError.of(
            f"X has the shape {rows.shape}", f"{len(features)} columns", "give one per feature"
        )
    words = column_labels or {}
    columns = tuple(
        _column(name, words.get(name, name), v, y, segments, rows, features, smallest)
        for name, v in sensitive.items()
    )
    return Fairness(columns, smallest, _summary(columns))


def _column(
    name: str,
    label: str,
    values: ArrayLike,
    y: Counts,
    segments: Sequence[str],
    X: Floats,
    features: Sequence[Feature],
    smallest: int,
) -> SensitiveColumn:
    values, known = _read(values)
    values, y, X = values[known], y[known], X[known]
    number = values.dtype.kind == "f"
    texts, places = _bands(values) if number else _texts(values)
    table = np.zeros((len(texts), len(segments)), dtype=np.int64)
    np.add.at(table, (places, y), 1)
    if number:
        association = eta_squared(y, values)
        strength = _level(float(np.sqrt(association)))
    else:
        association = cramers_v(table)
        strength = _level(association)
    groups = tuple(_groups(*_pooled(table, texts), segments, smallest))
    proxies = _proxies(values, places, number, X, features) if len(y) else ()
    return SensitiveColumn(
        name,
        label,
        "eta squared" if number else "Cramér's V",
        association,
        strength,
        int(known.sum()),
        groups,
        sum(group.suppressed for group in groups),
        proxies,
        _sentence(label, number, association, strength, groups, proxies),
    )


def _read(values: ArrayLike) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return a column as numbers or as objects, and which of its values are known."""
    array = np.asarray(values)
    if array.dtype.kind in "iuf":
        numbers = array.astype(np.float64)
        return numbers, ~np.isnan(numbers)
    listed = array.tolist()
    known = np.array([not _empty(v) for v in listed], dtype=np.bool_)
    some = [v for v, there in zip(listed, known, strict=True) if there]
    if some and all(isinstance(v, Real) and not isinstance(v, bool) for v in some):
        pairs = zip(listed, known, strict=True)
        return np.array([float(v) if there else np.nan for v, there in pairs]), known
    return array.astype(object), known


def _empty(value: object) -> bool:
    if isinstance(value, float):
        return isnan(value)
    return value is None or str(value).strip() in {"", "<NA>", "NaT"}


def _texts(values: NDArray[np.generic]) -> tuple[list[str], Counts]:
    """Return the categories, most frequent first, and the place of each row among them."""
    if not len(values):
        return [], np.empty(0, dtype=np.int64)
    found, places, counts = np.unique(
        np.array([str(v) for v in values.tolist()], dtype=str),
        return_inverse=True,
        return_counts=True,
    )
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return [str(found[i]) for i in order], rank[places]


def _pooled(table: Counts, texts: list[str]) -> tuple[Counts, list[str]]:
    """Return the table with its smallest categories as one, where there are very many."""
    if len(texts) <= SHOWN:
        return table, texts
    rest = table[SHOWN - 1 :].sum(axis=0, keepdims=True)
    others = f"any of {len(texts) - SHOWN + 1} others"
    return np.concatenate([table[: SHOWN - 1], rest]), [*texts[: SHOWN - 1], others]


def _bands(values: Floats) -> tuple[list[str], Counts]:
    """Return a number's few values, or bands of about a quarter of the customers each.

    The ends of the outer bands are left open: they would be some one person's values.

    >>> _bands(np.arange(100.0))[0]
    ['up to 24', 'above 24 to 49', 'above 49 to 74', 'above 74']
    """
    found, places = np.unique(values, return_inverse=True)
    if len(found) <= MANY:
        return [f"{v:g}" for v in found], np.asarray(places, dtype=np.int64)
    shares = np.arange(1, BANDS) / BANDS
    cuts = np.unique(np.quantile(values, shares, method="inverted_cdf"))
    cuts = cuts[cuts < found[-1]]
    if not cuts.size:
        return ["any"], np.zeros(len(values), dtype=np.int64)
    inner = [f"above {a:g} to {b:g}" for a, b in pairwise(cuts.tolist())]
    texts = [f"up to {cuts[0]:g}", *inner, f"above {cuts[-1]:g}"]
    return texts, np.searchsorted(cuts, values, side="left").astype(np.int64)


def hidden_cells(table: ArrayLike, smallest: int = SMALLEST) -> NDArray[np.bool_]:
    """Return which cells of a table of counts (r, c) must not be shown.

    A cell under ``smallest`` is hidden, empty or not. Row and column sums are known, so a row or
    column with one hidden cell would give it away: its next smallest cell is hidden as well. And
    where the hidden cells of one add up to less than ``smallest``, another joins them.

    >>> hidden_cells([[3, 40, 50], [60, 70, 80], [90, 91, 92]]).tolist()
    [[True, True, False], [True, True, False], [False, False, False]]
    """
    counts = np.asarray(table, dtype=np.int64)
    hidden = counts < smallest
    changed = True
    while changed:
        changed = False
        for lines, marks in ((counts, hidden), (counts.T, hidden.T)):
            for line, mark in zip(lines, marks, strict=True):
                some = mark.any() and not mark.all()
                if some and (mark.sum() == 1 or line[mark].sum() < smallest):
                    shown = np.flatnonzero(~mark)
                    mark[shown[line[shown].argmin()]] = True  # a view: hides in the table
                    changed = True
    return hidden


def _groups(
    table: Counts, texts: Sequence[str], segments: Sequence[str], smallest: int
) -> list[Overrepresentation]:
    """Return a group per category and segment, by category, then by segment."""
    hidden = hidden_cells(table, smallest)
    sizes, total = table.sum(axis=0), int(table.sum())
    lows, highs = wilson(table, sizes)
    groups = []
    for i, text in enumerate(texts):
        overall = int(table[i].sum()) / total
        for s, segment in enumerate(segments):
            if hidden[i, s]:
                nothing = (None,) * 6
                groups.append(Overrepresentation(text, s + 1, segment, True, *nothing, ""))
                continue
            count, size = int(table[i, s]), int(sizes[s])
            low, high = float(lows[i, s]), float(highs[i, s])
            finding: Literal["", "more", "fewer"] = ""
            if low > overall:
                finding = "more"
            elif high < overall:
                finding = "fewer"
            share = count / size
            groups.append(
                Overrepresentation(
                    text,
                    s + 1,
                    segment,
                    False,
                    count,
                    share,
                    low,
                    high,
                    overall,
                    share / overall,
                    finding,
                )
            )
    return groups


def _proxies(
    values: NDArray[np.generic],
    places: Counts,
    number: bool,
    X: Floats,
    features: Sequence[Feature],
) -> tuple[Proxy, ...]:
    """Return how much each forming feature tells of the column, strongest first."""
    found = []
    for j, feature in enumerate(features):
        there = ~np.isnan(X[:, j])
        strength = 0.0
        if there.sum() > 2:
            strength = (
                rank_correlation(values[there], X[there, j])
                if number
                else correlation_ratio(places[there], X[there, j])
            )
        found.append(
            Proxy(
                feature.name,
                feature.label,
                "rank correlation" if number else "correlation ratio",
                strength,
                strength >= TELLING,
            )
        )
    return tuple(sorted(found, key=lambda proxy: -proxy.strength))


def _level(effect: float) -> Strength:
    """Return the word for an association, after J. Cohen, Statistical Power Analysis, 1988."""
    return next((word for limit, word in LEVELS if effect < limit), "strong")


_WORDS = {
    "none": "hardly tell",
    "weak": "tell a little of",
    "moderate": "tell clearly of",
    "strong": "largely stand for",
}


def _sentence(
    label: str,
    number: bool,
    association: float,
    strength: Strength,
    groups: Sequence[Overrepresentation],
    proxies: Sequence[Proxy],
) -> str:
    """Return what was found of one column, in words."""
    measure = "eta squared" if number else "Cramér's V"
    text = f"Segments {_WORDS[strength]} {label} ({measure} {association:.2f})."
    if strength == "none":
        text = f"Segments hardly tell {label} apart ({measure} {association:.2f})."
    more = [g for g in groups if g.finding == "more" and g.share is not None and g.ratio]
    if more and strength != "none":
        top = max(more, key=lambda g: g.ratio or 0.0)
        text += (
            f" Most of all: {label} {top.category} is {top.share:.0%} of {top.segment}, "
            f"{top.overall:.0%} of all."
        )
    if telling := [proxy.label for proxy in proxies if proxy.telling][:3]:
        text += f" Forming features that tell of it: {', '.join(telling)}."
    if hidden := sum(group.suppressed for group in groups):
        text += f" {hidden} small group{'s' if hidden > 1 else ''} not shown."
    return text


def _summary(columns: Sequence[SensitiveColumn]) -> str:
    if not columns:
        return "No sensitive column was declared, so nothing was measured."
    strong = [c.label for c in columns if c.strength in {"moderate", "strong"}]
    if strong:
        return (
            f"Segments stand for {', '.join(strong)} to a degree that matters: "
            "treating segments differently treats these groups differently."
        )
    return "Segments stand for no sensitive column to more than a weak degree."
