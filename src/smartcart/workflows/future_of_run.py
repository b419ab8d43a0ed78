"""The forecast of a run folder, as it was made or over another horizon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from smartcart import store
from smartcart.core import kmeans, prepare
from smartcart.core.kmeans import Floats, Labels
from smartcart.errors import DataError
from smartcart.inspection.order_log import OrderOptions
from smartcart.inspection.result import Progress
from smartcart.records import Future
from smartcart.store import StoredRun
from smartcart.workflows.future import ForecastBatch, discounted

__all__ = ["future_of_run"]


def future_of_run(
    folder: Path,
    *,
    horizon: int | None = None,
    margin: float = 1.0,
    discount_rate: float = 0.0,
    source: str | None = None,
    progress: Progress | None = None,
) -> Future:
    """Return what comes next of a run's segments, within ``horizon`` days.

    Over the run's own horizon it is read; over another one the run's order log is read again,
    forecast and tried anew, and its customers are put in the run's segments.

    Parameters
    ----------
    margin : part of the money that is earned, 0 to 1.
    discount_rate : by which money is worth less in a year, 0 to 1.
    source : where the order log is, if not where it was.

    Raises
    ------
    DataError
        Where the run has no forecast, with the reason.
    """
    stored = store.read_run(folder)
    if stored.kind != "orders":
        raise DataError.of(
            f"{str(folder)!r} is of a table of customers, which tells no order's day",
            "the run of an order log",
            "run smartcart on the log of orders",
        )
    found = stored.future
    if horizon is not None and (found is None or horizon != found.horizon):
        found = _again(stored, horizon, source, progress)
    if found is None:
        raise DataError.of(
            f"the run in {str(folder)!r} is of an earlier SmartCart, without a forecast",
            "a run with 'future' in its run.json",
            "run again, or ask for a --horizon",
        )
    if found.refused:
        raise DataError.of(
            found.refused.rstrip("."),
            "a log that a forecast can be tried on",
            "bring more months of orders",
        )
    spend = [one.spend for one in found.segments if one.spend is not None]
    value = discounted(sum(spend), found.horizon, margin, discount_rate) if spend else None
    return replace(found, margin=margin, discount_rate=discount_rate, value=value)


def _again(
    stored: StoredRun, horizon: int, source: str | None, progress: Progress | None
) -> Future:
    """Read the order log again, and forecast it over another horizon."""
    from smartcart.inspection.customer_table import look
    from smartcart.sources import open_on
    from smartcart.workflows.customer_arrays import CustomerArrays
    from smartcart.workflows.foresee import foresee, with_alive
    from smartcart.workflows.future import future_count
    from smartcart.workflows.models import load

    model = load(stored.folder)
    log = model.contract.log
    assert log is not None
    options = OrderOptions(log.drop_duplicates, log.net_returns, horizon)
    with open_on("duckdb", stored.find_source(source), None, None) as opened:
        seen = look(
            opened,
            kind="orders",
            as_of=model.contract.as_of,
            wanted=None,
            options=options,
            progress=progress,
        )
        foreseen = foresee(seen, horizon)
        assert foreseen is not None
        if foreseen.forecast is None:
            return Future(horizon, foreseen.as_of, foreseen.refused)
        if model.contract.log is not None and model.contract.log.alive:
            kept = replace(foreseen, log_as=model.contract.log)
            seen = with_alive(seen, kept)
        else:
            seen = with_alive(seen, foreseen)
        table = CustomerArrays(seen)
        table.draw_sample()
        centers = np.array(model.centroids)
        every = table.all_features
        places = [[f.name for f in every].index(f.name) for f in model.recipe.features]
        count = future_count(foreseen, every, model.ids)
        assert count is not None

        def labelled(X: Floats) -> Labels:
            return kmeans.assign(prepare.apply_recipe(X[:, places], model.recipe), centers)[0]

        def part(ids: pa.Array, X: Floats) -> ForecastBatch:
            return count.part(ids, X, labelled(X))

        parts: Iterator[ForecastBatch] = table.each(part)
        for one in parts:
            count.add(one)
        currency = seen.inspection.reading.currency or ""
        return count.record(table.sample, labelled(table.sample), model.names, currency)
