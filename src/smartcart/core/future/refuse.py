"""When no forecast is made: rules that say so, each in one sentence."""

from __future__ import annotations

from smartcart.core.future.cells import Cells

__all__ = ["refusal", "refusal_to_try"]

LEAST_DAYS = 56
LEAST_CUSTOMERS = 50
LEAST_REPEATS = 30
SILENT_SHARE = 0.99  # of the customers ordered last before ...
SILENT_HORIZONS = 2  # ... so many horizons: a date is wrong, or the export is old


def refusal(cells: Cells, horizon: float) -> str:
    """Return why nothing can be told of customers, or nothing where it can be tried.

    >>> import numpy as np
    >>> ones = np.ones(80)
    >>> refusal(Cells(ones * 0, ones * 0, ones * 300, ones), 90)[:38]
    'No customer ordered on two days: nothi'
    """
    if not cells.repeats:
        return (
            "No customer ordered on two days: nothing tells when the next order comes, so no "
            "forecast is made."
        )
    span = float(cells.T.max())
    usual = float(cells.weight @ cells.t) / cells.repeats
    if span < max(2 * usual, LEAST_DAYS):
        least = max(2 * usual, LEAST_DAYS)
        return (
            f"The orders span {span:,.0f} days, and {usual:,.0f} lie between two orders on average:"
            f" at least {least:,.0f} are needed to tell who comes back, so no forecast is made."
        )
    silence = cells.T - cells.t
    limit = SILENT_HORIZONS * horizon
    silent = float(cells.weight[silence > limit].sum()) / cells.customers
    if silent >= SILENT_SHARE:
        return (
            f"{silent:.1%} of the customers ordered last more than {limit:,.0f} days before the "
            "as-of day: a date in the future, or an old export. No forecast is made; correct the "
            "date, or give --as-of."
        )
    return ""


def refusal_to_try(customers: float, repeats: float, actual: float, days: float) -> str:
    """Return why a forecast cannot be tried on the days held back, or nothing where it can."""
    if customers < LEAST_CUSTOMERS or repeats < LEAST_REPEATS:
        return (
            f"Before the last {days:,.0f} days only {customers:,.0f} customers ordered, and "
            f"{repeats:,.0f} times again: at least {LEAST_CUSTOMERS} and {LEAST_REPEATS} are "
            "needed to try a forecast, so none is made."
        )
    if not actual:
        return (
            f"Nobody known before the last {days:,.0f} days ordered in them: there is nothing to "
            "try a forecast on, so none is made."
        )
    return ""
