"""What comes next of every customer and segment: written, summed up, told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from smartcart import store
from smartcart.core import kmeans, prepare
from smartcart.core.future.kept import kept
from smartcart.core.future.predict import (
    Forecast,
    Sums,
    intervals,
    predict,
    relative_gradient,
)
from smartcart.core.future.predict import (
    Predictions as Told,
)
from smartcart.core.future.track import model_name
from smartcart.records import (
    CustomerColumns,
    Feature,
    Future,
    FutureSegment,
    KeptForecast,
    LateCustomer,
)
from smartcart.workflows.customer_arrays import CustomerArrays as Arrays
from smartcart.workflows.foresee import Foreseen
from smartcart.workflows.record import FittedSegments
from smartcart.workflows.score_future import NEEDED, read_features, told_columns

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "FutureCount",
    "discounted",
    "future_count",
    "future_record",
    "future_writer",
    "kept_forecast",
]

Floats = NDArray[np.float64]
EPOCH = dt.date(1970, 1, 1)
MOST_LATE = 50  # late customers told by name; all are in future.parquet


@dataclass(frozen=True, slots=True)
class ForecastBatch:
    """A batch: its rows for the file, its sums, and its late customers with most at stake."""

    columns: CustomerColumns
    sums: Sums
    late: tuple[tuple[float, str, int, float, int], ...]


@dataclass(slots=True)
class FutureCount:
    """Forecasts batches of customers and adds them up; ``places`` are those of its columns."""

    forecast: Forecast
    foreseen: Foreseen
    places: dict[str, int]
    as_of: int  # days since 1970
    ids: tuple[int, ...]  # of the segments, in order
    sums: Sums | None = None
    late: list[tuple[float, str, int, float, int]] = field(default_factory=list)

    @property
    def k(self) -> int:
        """How many segments there are."""
        return len(self.ids)

    def part(self, ids: pa.Array, X: Floats, labels: NDArray[np.integer]) -> ForecastBatch:
        """Forecast a batch; may run on another thread than :meth:`add`."""
        told = predict(self.forecast, *read_features(X, self.places))
        columns = told_columns(told, X, self.places, self.as_of) | {
            "customer_id": ids,
            "segment_id": np.array(self.ids)[labels],
            "at_stake": told.at_risk,
        }
        days = columns["next_order_by"][0]
        return ForecastBatch(
            columns, Sums.of(told, labels, self.k), self._late(ids, told, labels, days)
        )

    def _late(
        self, ids: pa.Array, told: Told, labels: NDArray[np.integer], days: NDArray[np.int32]
    ) -> tuple[tuple[float, str, int, float, int], ...]:
        rows = np.flatnonzero(told.late)
        at_stake = told.at_risk[rows]
        rows = rows[np.lexsort((rows, -at_stake))[:MOST_LATE]]
        return tuple(
            (
                float(told.at_risk[i]),
                str(ids[int(i)]),
                int(labels[i]),
                float(told.p_alive[i]),
                int(days[i]),
            )
            for i in rows
        )

    def add(self, part: ForecastBatch) -> None:
        """Add up a batch."""
        self.sums = part.sums if self.sums is None else self.sums.merge(part.sums)
        both = [*self.late, *part.late]
        self.late = sorted(both, key=lambda one: (-one[0], one[1]))[:MOST_LATE]

    def record(
        self, X: Floats, labels: NDArray[np.integer], names: Sequence[str], currency: str
    ) -> Future:
        """Return the record; X (n, q) and labels (n,) are of a sample of the customers."""
        assert self.sums is not None
        assert self.foreseen.alive is not None
        x, t, T, _ = read_features(X, self.places)
        slope = relative_gradient(
            self.foreseen.alive.model, self.forecast.horizon, x, t, T, labels, self.k
        )
        covariance, spread = self.foreseen.alive.covariance, self.forecast.spread
        sums = self.sums
        low, high = intervals(sums.orders, sums.orders_variance, slope, covariance, spread)
        money = self.forecast.spend is not None
        if money:
            bounds = intervals(sums.spend, sums.spend_variance, slope, covariance, spread)
        whole = float(sums.spend.sum()) if money else 0.0
        segments = tuple(
            FutureSegment(
                segment_id=self.ids[i],
                segment=name,
                customers=int(sums.customers[i]),
                alive=float(sums.alive[i]),
                orders=float(sums.orders[i]),
                orders_low=float(low[i]),
                orders_high=float(high[i]),
                spend=float(sums.spend[i]) if money else None,
                spend_low=float(bounds[0][i]) if money else None,
                spend_high=float(bounds[1][i]) if money else None,
                spend_share=float(sums.spend[i]) / whole if money and whole > 0 else None,
                at_risk=float(sums.at_risk[i]) if money else None,
                late=int(sums.late[i]),
            )
            for i, name in enumerate(names)
        )
        track = self.foreseen.track
        assert track is not None
        return Future(
            horizon=self.foreseen.horizon,
            as_of=self.foreseen.as_of,
            model=track.chosen,
            simple=self.forecast.way.simple,
            alive_model=model_name(self.forecast.alive),
            parameters=self.foreseen.parameters,
            track=track,
            segments=segments,
            late=()
            if any(names_a_person(one) for _, one, *_ in self.late)  # stay in late.parquet
            else tuple(
                LateCustomer(one, names[place], here, EPOCH + dt.timedelta(days), stake)
                for stake, one, place, here, days in self.late
            ),
            late_count=int(sums.late.sum()),
            currency=currency,
            sentence=track.sentence,
            spend_refused=self.foreseen.spend_refused,
        )


def names_a_person(customer_id: str) -> bool:
    """Return whether an id is an e-mail address, a name or a phone number: no record repeats it.

    >>> [names_a_person(x) for x in ("a@example.com", "Ada Birch", "+44 1632 960", "C-1042", "77")]
    [True, True, True, False, False]
    """
    return re.search(r"@|\s|^\+", customer_id.strip()) is not None


def future_count(
    foreseen: Foreseen | None, features: Sequence[Feature], ids: Sequence[int]
) -> FutureCount | None:
    """Return what forecasts the customers of segments; None where there is no forecast."""
    if foreseen is None or foreseen.forecast is None or foreseen.as_of is None:
        return None
    places = {feature.name: i for i, feature in enumerate(features)}
    if not set(NEEDED) <= set(places):
        return None
    day = (foreseen.as_of - EPOCH).days
    return FutureCount(foreseen.forecast, foreseen, places, day, tuple(ids))


def future_record(
    foreseen: Foreseen | None, count: FutureCount | None, table: Arrays, fitted: FittedSegments
) -> Future | None:
    """Return the forecast of the segments, or why there is none; None of a table of customers."""
    if foreseen is None:
        return None
    if count is None:
        return Future(foreseen.horizon, foreseen.as_of, foreseen.refused)
    width = len(fitted.recipe.features)
    Z = prepare.apply_recipe(table.sample[:, :width], fitted.recipe)
    labels, _, _ = kmeans.assign(Z, fitted.centers)
    currency = table.inspection.reading.currency or ""
    return count.record(table.sample, labels, fitted.names, currency)


def kept_forecast(foreseen: Foreseen | None) -> KeptForecast | None:
    """Return a fitted forecast as the model carries it; None where there is none."""
    if foreseen is None or foreseen.forecast is None or foreseen.alive is None:
        return None
    return kept(foreseen.forecast, foreseen.alive)


@contextmanager
def future_writer(
    folder: Path, count: FutureCount | None
) -> Iterator[Callable[[CustomerColumns], None]]:
    """Give what writes a batch to the files of forecasts; nothing where there is no forecast."""
    if count is None:
        yield lambda columns: None
        return
    with store.future_table(folder) as write:
        yield write


def discounted(spend: float, horizon: int, margin: float, discount_rate: float) -> float:
    """Return what money within a horizon is worth today: its margin, discounted by the year.

    Orders are taken to come evenly, so the factor is ``(1 - exp(-d)) / d`` with
    ``d = log(1 + discount_rate) * horizon / 365``.

    >>> discounted(1000.0, 365, 0.5, 0.0), round(discounted(1000.0, 365, 0.5, 0.1), 1)
    (500.0, 476.9)
    """
    d = float(np.log1p(discount_rate)) * horizon / 365.0
    factor = 1.0 if d == 0 else float(-np.expm1(-d)) / d
    return spend * margin * factor
