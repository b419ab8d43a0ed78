"""Which columns are sums, quotients or multiples of others, on nearly all of their rows.

Columns are arrays of one length, NaN where a cell is empty. A relation holds where it does so on
``MOST`` of the rows that tell it, up to the rounding of the figures, on ``ENOUGH`` rows of
``VALUES`` different figures (``FEW_VALUES`` of a sum). Where it would be trivial (a sum of which
one part is 0, a quotient by 1) it tells nothing: it must hold on ``SEVERAL`` rows of a sum and on
``ENOUGH`` of a quotient where it is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Multiple", "Quotient", "Sum", "multiples", "quotients", "sums", "unit"]

Floats = NDArray[np.float64]

MOST = 0.95  # of the rows
ENOUGH = 30
VALUES = 12
FEW_VALUES = 6  # of a sum, which may be of counts
SEVERAL = 12
SHARE = 0.1  # of the rows: so many divide by more than 1
PART = 0.02  # of the rows have something in each part of a sum
PROBE = 64  # rows on which all combinations are tried first
MOST_COLUMNS = 60
UNITS = (1.0, 0.1, 0.01, 0.001, 0.0001)
ROUNDED = 0.51  # of its unit a figure may be off
FINE = 0.05  # so near 1 is a quotient of quotients that is looked at closely
COARSE = 0.5  # of the spread of an average, at the most, is rounding: else anything is near
CUT = 0.15  # of the spread of a multiple, which may be cut off to whole numbers
NOISE = 1e-9
EXACT = 1e-6  # of a figure without a unit


@dataclass(frozen=True, slots=True)
class Sum:
    """``whole`` is the sum of ``parts``."""

    whole: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    """``each`` is ``whole`` by ``count``, perhaps in percent."""

    whole: str
    count: str
    each: str


@dataclass(frozen=True, slots=True)
class Multiple:
    """``again`` is ``times`` times ``of``."""

    again: str
    of: str
    times: float


def unit(values: Floats) -> float:
    """Return the unit in which figures are written (1, 0.1, ... 0.0001), 0 where there is none.

    >>> unit(np.array([2.0, 3.0])), unit(np.array([2.25, 3.5])), unit(np.array([1 / 3, np.nan]))
    (1.0, 0.01, 0.0)
    """
    told = values[np.isfinite(values)]
    for one in UNITS:
        scaled = told / one
        if np.all(np.abs(scaled - np.round(scaled)) <= EXACT * np.maximum(1, np.abs(scaled))):
            return one
    return 0.0


def _off(values: Floats, size: float) -> Floats:
    """Return how far each figure may be off by its rounding."""
    return ROUNDED * size + (NOISE if size else EXACT) * (1 + np.abs(values))


def _probe(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    return rows[:: max(1, rows.size // PROBE)][:PROBE]


def sums(columns: Mapping[str, Floats]) -> tuple[Sum, ...]:
    """Return the columns that are sums of two or more others.

    Tried are all pairs, and all runs of columns that stand beside each other but for the sum
    itself. Of sums within each other the one with the most parts is returned; blanks are 0.
    """
    names = list(columns)[:MOST_COLUMNS]
    if len(names) < 3:
        return ()
    cells = np.column_stack([np.nan_to_num(columns[n]) for n in names])
    units = [unit(columns[n]) for n in names]
    found = []
    for i, name in enumerate(names):
        told = np.flatnonzero(np.isfinite(columns[name]))
        whole = cells[:, i]
        if np.unique(whole[told]).size < FEW_VALUES:
            continue
        others = np.array([j for j in range(len(names)) if j != i])
        kept: list[tuple[int, ...]] = []
        for tried in _candidates(cells, whole, told[whole[told] != 0], others, units):
            parts = [*others[list(tried)]]
            nested = any(set(parts) <= set(one) for one in kept)
            if not nested and _adds_up(cells[told], whole[told], parts, units, units[i]):
                kept.append(tuple(parts))
        found += [Sum(name, tuple(names[j] for j in parts)) for parts in kept]
    return tuple(found)


def _candidates(
    cells: Floats,
    whole: Floats,
    rows: NDArray[np.intp],
    others: NDArray[np.intp],
    units: Sequence[float],
) -> list[tuple[int, ...]]:
    """Return places among ``others`` that add up on most of a few rows, the longest first."""
    rows = _probe(rows)
    if rows.size < ENOUGH:
        return []
    some, target = cells[np.ix_(rows, others)], whole[rows][:, None, None]
    near = _off(target, max(min(u, 0.1) for u in units)) * (len(others) + 1)
    upto = np.concatenate([np.zeros((rows.size, 1)), np.cumsum(some, axis=1)], axis=1)
    runs = np.mean(np.abs(upto[:, None, :] - upto[:, :, None] - target) <= near, axis=0) > 0.5
    pairs = np.mean(np.abs(some[:, None, :] + some[:, :, None] - target) <= near, axis=0) > 0.5
    found = {tuple(range(a, b)) for a, b in np.argwhere(runs) if b - a >= 2}
    found |= {(int(a), int(b)) for a, b in np.argwhere(pairs) if a < b}
    return sorted(found, key=lambda one: (-len(one), one))


def _adds_up(
    cells: Floats, whole: Floats, parts: Sequence[int], units: Sequence[float], own: float
) -> bool:
    mine = cells[:, parts]
    size = max(own, *(units[j] for j in parts))
    size = 0.0 if size == 1 else size  # whole numbers are not rounded
    close = np.abs(mine.sum(axis=1) - whole) <= _off(whole, size) * (len(parts) + 1)
    several = close & (np.count_nonzero(mine, axis=1) >= 2)
    filled = np.count_nonzero(mine, axis=0)
    return bool(
        close.mean() >= MOST
        and close.sum() >= ENOUGH
        and several.sum() >= SEVERAL
        and np.unique(whole[several]).size >= FEW_VALUES
        and filled.min() >= PART * len(whole)
    )


def quotients(columns: Mapping[str, Floats], each: Sequence[str]) -> tuple[Quotient, ...]:
    """Return which of the columns ``each`` are quotients of two others, perhaps in percent."""
    names = list(columns)[:MOST_COLUMNS]
    if len(names) < 3:
        return ()
    cells = {name: columns[name] for name in names}
    units = {name: unit(values) for name, values in cells.items()}
    found = []
    for one in each:
        if one not in cells:
            continue
        mine = cells[one]
        rows = _probe(np.flatnonzero(np.isfinite(mine) & (mine != 0)))
        if rows.size < ENOUGH:
            continue
        others = [name for name in names if name != one]
        some = np.column_stack([cells[name][rows] for name in others])
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = some[:, :, None] / some[:, None, :] / mine[rows][:, None, None]
        middle = np.abs(_median(ratio))
        for a, b in np.argwhere((np.abs(middle - 1) < FINE) | (np.abs(middle - 0.01) < FINE / 100)):
            whole, count = others[a], others[b]
            times = 1.0 if middle[a, b] > 0.1 else 100.0
            if a != b and _divides(cells, units, (whole, count, one), times):
                found.append(Quotient(whole, count, one))
    return tuple(found)


def _median(ratio: Floats) -> Floats:
    ratio = np.where(np.isfinite(ratio), ratio, np.inf)
    return np.asarray(np.median(ratio, axis=0), dtype=np.float64)


def _divides(
    cells: Mapping[str, Floats], units: Mapping[str, float], names: Sequence[str], times: float
) -> bool:
    whole, count, each = (cells[name] for name in names)
    there = np.isfinite(whole) & np.isfinite(count) & np.isfinite(each) & (count != 0)
    if there.sum() < ENOUGH:
        return False
    whole, count, each = whole[there], count[there], each[there]
    inexact = units[names[0]] if units[names[0]] < 1 else 0.0
    near = _off(each, units[names[2]]) + times * ROUNDED * inexact / np.abs(count)
    close = np.abs(times * whole / count - each) <= near
    telling = close & (np.abs(count) != 1) & (whole != 0)
    spread = float(np.std(each[telling])) if telling.any() else 0.0
    return bool(
        close.mean() >= MOST
        and telling.sum() >= max(ENOUGH, SHARE * close.size)
        and np.unique(each[telling]).size >= VALUES
        and np.median(near) <= COARSE * spread
    )


def multiples(columns: Mapping[str, Floats], again: Sequence[str]) -> tuple[Multiple, ...]:
    """Return which of the columns ``again`` are a multiple of another, rounded or cut off."""
    some = {name: columns[name] for name in list(columns)[:MOST_COLUMNS]}
    found = []
    for one in again:
        for of, values in some.items():
            if of == one or one not in some:
                continue
            mine = some[one]
            there = np.isfinite(mine) & np.isfinite(values) & (values != 0)
            if there.sum() < ENOUGH or np.unique(mine[there]).size < VALUES:
                continue
            times = _times(mine[there], values[there])
            if times is not None:
                found.append(Multiple(one, of, times))
                break
    return tuple(found)


def _times(mine: Floats, of: Floats) -> float | None:
    largest = np.abs(of) >= np.quantile(np.abs(of), 0.9)  # of which rounding hides the least
    measured = float(np.median(mine[largest] / of[largest]))
    if not np.isfinite(measured) or measured <= 0:
        return None
    size, written = unit(mine), unit(of)
    spread = float(np.std(mine))
    for times in dict.fromkeys((float(f"{measured:.2g}"), float(f"{measured:.3g}"), measured)):
        near = 2 * _off(mine, size) + times * ROUNDED * (written if written < 1 else 0.0)
        close = np.abs(mine - times * of) <= near
        if close.mean() >= MOST and np.median(near) <= CUT * spread:
            return times
    return None
