"""Frozen bins of a column, and counts of later rows in them.

The bins are made once, when a model is fitted. Later rows are only counted: counts add up over the
parts of a table, and never move a bin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartcart.records import ReferenceBins

__all__ = [
    "ColumnCount",
    "category_bins",
    "count_categories",
    "count_numbers",
    "number_bins",
    "psi",
    "with_counts",
]

Floats = NDArray[np.float64]

BINS = 10
CATEGORIES = 20  # with a bin of their own, the largest; all others are the rest
ROUNDING = 1e-12  # of the mean then: a mean that is smaller now is 0
FLOOR = 1e-4  # a share of 0 counts as half a row, and as no less than this


def psi(
    expected: ArrayLike, actual: ArrayLike, *, rows: tuple[float, float] | None = None
) -> float:
    """Return the population stability index ``sum (a - e) ln(a / e)`` of two sets of shares.

    It is the symmetric Kullback-Leibler divergence (Jeffreys 1946) in nats; 0.1 and 0.25 are in
    common use as "some" and "much" change (Siddiqi 2006, Credit Risk Scorecards). A share of 0
    would make it infinite: it counts as half of one row (``rows``: then, now), at least 0.0001.

    Parameters
    ----------
    expected, actual : (bins,) shares or counts; each is divided by its sum.

    >>> round(psi([0.5, 0.5], [0.6, 0.4]), 4)
    0.0405
    >>> psi([1, 2], [10, 20])
    0.0
    """
    e, a = np.asarray(expected, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    if e.shape != a.shape or e.sum() <= 0 or a.sum() <= 0:
        raise ValueError(f"Got shares of shapes {e.shape} and {a.shape}, but expected equal ones.")
    then, now = (max(0.5 / n, FLOOR) for n in rows) if rows else (FLOOR, FLOOR)
    both = (e > 0) | (a > 0)
    e, a = np.maximum(e[both] / e.sum(), then), np.maximum(a[both] / a.sum(), now)
    return float(((a - e) * np.log(a / e)).sum())


@dataclass(frozen=True, slots=True)
class ColumnCount:
    """Rows per bin, and of numbers the sums that give mean and standard deviation.

    ``counts`` (bins + 2,): the bins, the rest, missing. ``total`` and ``squares`` are of the
    differences from the mean of the reference, over ``finite`` rows; ``log_total`` and
    ``log_squares`` are of the logarithms of the ``positive`` rows, from the mean of these.
    """

    counts: Floats
    finite: float = 0.0
    total: float = 0.0
    squares: float = 0.0
    positive: float = 0.0
    log_total: float = 0.0
    log_squares: float = 0.0

    def merge(self, other: Self) -> Self:
        """Return the counts over the rows of both."""
        return type(self)(
            self.counts + other.counts,
            self.finite + other.finite,
            self.total + other.total,
            self.squares + other.squares,
            self.positive + other.positive,
            self.log_total + other.log_total,
            self.log_squares + other.log_squares,
        )

    @property
    def rows(self) -> int:
        """The number of rows counted."""
        return int(self.counts.sum())

    def moments(self, reference: ReferenceBins) -> tuple[float, float] | None:
        """Return mean and standard deviation; ``None`` of categories and of no numbers."""
        if reference.mean is None or self.finite == 0:
            return None
        off = self.total / self.finite
        mean = reference.mean + off
        mean = 0.0 if abs(mean) < ROUNDING * abs(reference.mean) else mean
        return mean, float(np.sqrt(max(self.squares / self.finite - off**2, 0.0)))

    def log_moments(self, reference: ReferenceBins) -> tuple[float, float] | None:
        """Return the same of the logarithms of positive values, where the reference has them."""
        if reference.log_mean is None or self.positive == 0:
            return None
        off = self.log_total / self.positive
        spread = float(np.sqrt(max(self.log_squares / self.positive - off**2, 0.0)))
        return reference.log_mean + off, spread


def number_bins(
    column: str,
    values: ArrayLike,
    *,
    bins: int = BINS,
    forms: bool = True,
    label: str = "",
    logs: bool = False,
    tells: bool = False,
) -> ReferenceBins:
    """Make bins that hold about equally many rows, from a column of numbers.

    With ``logs`` the logarithms of positive values are watched, too, where no value is negative:
    of amounts with a heavy tail they tell a rise that the mean is too uncertain to tell.

    Ties never fall into two bins: a value that many rows share may make a bin of its own, and there
    are then fewer bins. A constant column has one. NaN is missing. Without any number there is no
    bin, and every later number is in the rest.

    >>> made = number_bins("visits", [0, 0, 0, 0, 1, 2, 3, float("nan")], bins=4)
    >>> made.edges, made.shares, made.missing
    ((0.0, 0.0, 2.0, 3.0), (0.5, 0.25, 0.125), 0.125)
    """
    x = np.asarray(values, dtype=np.float64).ravel()
    known = x[np.isfinite(x)]
    edges: tuple[float, ...] = ()
    if known.size:
        uppers = np.quantile(known, np.arange(1, bins + 1) / bins, method="inverted_cdf")
        edges = (float(known.min()), *(float(u) for u in np.unique(uppers)))
    positive = known[known > 0] if logs and known.size and known.min() >= 0 else known[:0]
    empty = ReferenceBins(
        column=column,
        kind="number",
        edges=edges,
        categories=(),
        shares=(0.0,) * max(len(edges) - 1, 0),
        rest=0.0,
        missing=0.0,
        rows=0,
        mean=float(known.mean()) if known.size else None,
        std=0.0 if known.size else None,
        log_mean=float(np.log(positive).mean()) if positive.size else None,
        log_std=0.0 if positive.size else None,
        forms=forms,
        label=label or column,
        tells=tells,
    )
    return with_counts(empty, count_numbers(empty, x))


def category_bins(
    column: str,
    values: Mapping[str | None, int] | Iterable[object],
    *,
    most: int = CATEGORIES,
    forms: bool = True,
    label: str = "",
) -> ReferenceBins:
    """Make a bin of each of the ``most`` largest categories, from counts or from values.

    ``None`` and NaN are missing.

    >>> made = category_bins("country", {"FR": 6, "DE": 3, None: 1}, most=1)
    >>> made.categories, made.shares, made.rest, made.missing
    (('FR',), (0.6,), 0.3, 0.1)
    """
    counts = _counted(values)
    ranked = sorted((name for name in counts if name is not None), key=lambda c: (-counts[c], c))
    names = tuple(ranked[:most])
    empty = ReferenceBins(
        column=column,
        kind="category",
        edges=(),
        categories=names,
        shares=(0.0,) * len(names),
        rest=0.0,
        missing=0.0,
        rows=0,
        forms=forms,
        label=label or column,
    )
    return with_counts(empty, count_categories(empty, counts))


def with_counts(reference: ReferenceBins, counted: ColumnCount) -> ReferenceBins:
    """Return the same bins with the shares of other rows: of all, where a sample made the bins."""
    rows = counted.rows
    shares = counted.counts / max(rows, 1)
    mean_std, logs = counted.moments(reference), counted.log_moments(reference)
    return replace(
        reference,
        shares=tuple(float(s) for s in shares[:-2]),
        rest=float(shares[-2]),
        missing=float(shares[-1]),
        rows=rows,
        mean=mean_std[0] if mean_std else reference.mean,
        std=mean_std[1] if mean_std else reference.std,
        log_mean=logs[0] if logs else reference.log_mean,
        log_std=logs[1] if logs else reference.log_std,
    )


def count_numbers(reference: ReferenceBins, values: ArrayLike) -> ColumnCount:
    """Count numbers in the bins of the reference; NaN is missing, infinite is in the rest."""
    x = np.asarray(values, dtype=np.float64).ravel()
    width = len(reference.shares)
    counts = np.zeros(width + 2)
    counts[-1] = missing = np.count_nonzero(np.isnan(x))
    if width:  # counting up to each edge takes a tenth of the time of finding each row's bin
        upto = [np.count_nonzero(x <= edge) for edge in reference.edges[1:]]
        below = np.count_nonzero(x < reference.edges[0])
        counts[:width] = np.diff([below, *upto])
        counts[-2] = x.size - missing - (upto[-1] - below)
    else:
        counts[-2] = x.size - missing
    off = x - (reference.mean or 0.0)
    with np.errstate(invalid="ignore"):
        total = float(off.sum())
    if not np.isfinite(total):
        finite = np.isfinite(off)
        x, off = x[finite], off[finite]
        total = float(off.sum())
    squares = float(off @ off)
    if reference.log_mean is None:
        return ColumnCount(counts, float(off.size), total, squares)
    # what a difference of sums leaves is no value
    least = ROUNDING * max(reference.mean or 0.0, 0.0)
    some = x > least
    logs = np.log(x if some.all() else x[some]) - reference.log_mean
    return ColumnCount(
        counts,
        float(off.size),
        total,
        squares,
        float(logs.size),
        float(logs.sum()),
        float(logs @ logs),
    )


def count_categories(
    reference: ReferenceBins, values: Mapping[str | None, int] | Iterable[object]
) -> ColumnCount:
    """Count categories in the bins of the reference, from counts or from values."""
    counts = _counted(values)
    mine = [float(counts.get(name, 0)) for name in reference.categories]
    missing = float(counts.get(None, 0))
    rest = float(sum(counts.values())) - sum(mine) - missing
    return ColumnCount(np.array([*mine, rest, missing]))


def _counted(values: Mapping[str | None, int] | Iterable[object]) -> dict[str | None, int]:
    """Return how often each category occurs; missing ones under ``None``."""
    pairs = values if isinstance(values, Mapping) else Counter(values)
    counts: dict[str | None, int] = {}
    for value, count in pairs.items():
        missing = value is None or (isinstance(value, float) and np.isnan(value))
        name = None if missing else str(value)
        counts[name] = counts.get(name, 0) + int(count)
    return counts
