"""Reports with group rows: a row that holds the sums of the rows beside it is no customer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from smartcart.engines.arrow_numbers import numbers_of
from smartcart.errors import ReadingQuestion
from smartcart.inspection.desk import listed
from smartcart.sources import Opened
from smartcart.tables.summary import ROW_COLUMN, ColumnSummary

__all__ = ["groups_of", "refuse_group_rows"]

Floats = NDArray[np.float64]

FIRST_ROWS = 2_000  # that are looked at: a report shows its groups from the start
FEWEST_ROWS = 8  # fewer may add up by chance
COVERED = 0.9  # of the rows belong to a group: the others are sums of several groups
SEVERAL = 3  # groups of at least two rows that are not zero, with different sums
ALIKE = 0.95  # of the groups: a column's sums are in its group rows
HALF = 0.5  # of the other columns of numbers: prices and shares are not summed
TRIED = 8  # columns of numbers of which one may show the groups
LONGEST = 500  # rows of one group
HEADS = 32  # rows that are looked at together
CENTS = 0.011  # each amount is rounded
EXAMPLES = 3  # group rows that are named


def refuse_group_rows(opened: Opened, figures: Sequence[ColumnSummary]) -> None:
    """Raise ``ReadingQuestion`` where rows of a table hold the sums of the rows beside them.

    Told by the amounts alone, in any language: a report with a row per customer and one per
    document of his would count each amount twice, and take documents for customers.
    """
    labels = any(f.type == "text" and f.present for f in figures)
    numbers = [f.name for f in figures if f.type == "number" and f.present and f.distinct > SEVERAL]
    if not labels or not numbers or figures[0].rows < FEWEST_ROWS:
        return
    if opened.engine.can.place != "here":
        return
    table = opened.table
    first = table.order_by(ROW_COLUMN).limit(FIRST_ROWS)
    # filled by the engine: Arrow loads pandas to fill with a number of Python
    cells = {f"v{i}": first[name].cast("float64").fill_null(0.0) for i, name in enumerate(numbers)}
    found = opened.engine.arrow(first.select(__at__=first[ROW_COLUMN], **cells))
    values = np.column_stack([numbers_of(found[f"v{i}"]) for i in range(len(numbers))])
    for below in (True, False):
        groups = groups_of(np.nan_to_num(values if below else values[::-1]))
        if groups is None:
            continue
        heads, summed = groups
        at = numbers_of(found["__at__"])
        rows = sorted(int((at if below else at[::-1])[head]) for head in heads)
        where = "below" if below else "above"
        shown = ", ".join(map(str, rows[:EXAMPLES]))
        raise ReadingQuestion.of(
            f"{opened.reading.source!r} looks like a report with group rows: {len(rows):,} of its "
            f"rows (such as {shown}) hold the sums of the rows {where} them in "
            f"{listed([numbers[i] for i in summed])}, so that each amount would count twice",
            "a row per customer, or a row per order with the buyer, the day and the amount in "
            "columns of their own",
            "export the list of orders or invoices itself, or the report without groups; or write "
            "the name of each group row beside its rows and delete the group rows; --kind "
            "customers segments all rows as they are, as if each were a customer",
        )


def groups_of(values: Floats) -> tuple[list[int], list[int]] | None:
    """Return the rows that hold the sums of the rows after them, and in which columns.

    Parameters
    ----------
    values : (rows, columns), blanks as 0.

    Returns ``None`` where rows do not make up groups so, nearly everywhere and in most columns.

    >>> sums = np.array(
    ...     [[3.5, 7], [1, 4], [2.5, 3], [9, 2], [4, 1], [5, 1], [6, 3], [1, 1], [5, 2]]
    ... )
    >>> groups_of(sums)
    ([0, 3, 6], [0, 1])
    >>> groups_of(sums[::-1]) is None
    True
    """
    count, width = values.shape
    if count < FEWEST_ROWS:
        return None
    for column in range(min(width, TRIED)):
        groups = _groups(values[:, column])
        if groups is None:
            continue
        agree = [i for i in range(width) if _alike(values[:, i], groups)]
        if len(agree) - 1 < HALF * (width - 1):
            continue
        parts = values[:, agree]
        several = {
            tuple(np.round(parts[head], 2))
            for head, end in groups
            if int((parts[head + 1 : end] != 0).any(axis=1).sum()) > 1
        }
        if len(several) >= SEVERAL:
            return [head for head, _ in groups], agree
    return None


def _groups(values: Floats) -> list[tuple[int, int]] | None:
    """Return first row and end of the groups whose first row is the sum of the others.

    ``None`` as soon as too many rows belong to no group.
    """
    groups: list[tuple[int, int]] = []
    at, left = 0, values.size - COVERED * values.size  # rows that may belong to none
    ends: list[int] = []
    while at < values.size - 1 and left >= 0:
        if at % HEADS == 0 or not ends:
            ends = _ends(values, at - at % HEADS)
        end = ends[at % HEADS]
        if not end:
            at, left = at + 1, left - 1
            continue
        groups.append((at, end))
        ends = ends if end // HEADS == at // HEADS else []
        at = end
    return groups if left - (values.size - at) >= 0 else None


def _ends(values: Floats, first: int) -> list[int]:
    """Return the end of the shortest group that adds up to its head, 0 where there is none.

    Of each of ``HEADS`` rows from the ``first`` on.
    """
    heads = values[first : first + HEADS]
    padded = np.concatenate([values[first + 1 : first + HEADS + LONGEST], np.full(LONGEST, np.nan)])
    sums = np.cumsum(sliding_window_view(padded, LONGEST)[: heads.size], axis=1)
    near = np.array([_near(head) for head in heads.tolist()])
    close = np.abs(sums - heads[:, None]) <= near[:, None]
    found = close.any(axis=1) & (heads != 0)
    ends = np.where(found, first + np.arange(heads.size) + 2 + close.argmax(axis=1), 0)
    return [int(end) for end in ends]


def _alike(values: Floats, groups: Sequence[tuple[int, int]]) -> bool:
    right = [
        abs(float(values[head + 1 : end].sum()) - values[head]) <= _near(float(values[head]))
        for head, end in groups
    ]
    return bool(np.mean(right) >= ALIKE) and bool(np.any(values))


def _near(value: float) -> float:
    return CENTS + 1e-6 * abs(value)
