"""What a response brings in each segment, where the forecast of the run says it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartcart.core.future.predict import NORMAL_90
from smartcart.errors import UsageError
from smartcart.records import Future
from smartcart.store import StoredRun

__all__ = ["ExpectedRevenue", "expected_revenue", "has_expected_revenue"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ExpectedRevenue:
    """Money per customer (k,) within ``horizon`` days, and its standard deviations as shares."""

    revenue: Floats
    error: Floats
    horizon: int


def has_expected_revenue(future: Future | None) -> bool:
    """Return whether a forecast says what customers will spend."""
    return future is not None and sum(one.spend or 0.0 for one in future.segments) > 0


def expected_revenue(saved: StoredRun) -> ExpectedRevenue:
    """Return what a customer of each segment is expected to spend, in the order of ``saved``.

    It is the money of the segment's forecast over its customers, with the interval of that.

    Raises
    ------
    UsageError
        Where the run has no forecast of money, with the reason.
    """
    future = saved.future
    if future is None or not has_expected_revenue(future):
        why = ""
        if future is not None:
            why = future.refused or future.spend_refused or "Nobody is expected to spend anything."
        raise UsageError.of(
            "--revenue is not given"
            + (f", and the run does not foretell it ({why[:-1]})" * bool(why)),
            "what a contact costs and what a response brings",
            "give both, as in --cost 3 --revenue 11",
        )
    told = {one.segment_id: one for one in future.segments}
    revenue, error = np.zeros(len(saved.ids)), np.zeros(len(saved.ids))
    for place, number in enumerate(saved.ids):
        one = told.get(number)
        if one is None or not one.spend or not one.customers:
            continue
        revenue[place] = one.spend / one.customers
        if one.spend_low is not None and one.spend_high is not None:
            error[place] = (one.spend_high - one.spend_low) / (2 * NORMAL_90 * one.spend)
    return ExpectedRevenue(revenue, error, future.horizon)
