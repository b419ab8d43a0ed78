"""A model from a run folder, as a handle: it assigns, watches, and writes itself as SQL."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from smartcart import workflows
from smartcart.api.arguments import speaking_python
from smartcart.records import Drift, Model, Rfm
from smartcart.settings import read_settings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SavedModel"]


class SavedModel:
    """A model from a run folder: assigns customers, and writes itself as SQL.

    ``record`` is the frozen :class:`smartcart.records.Model`.
    """

    def __init__(self, model: Model, table: str = "customers", rfm: Rfm | None = None) -> None:
        self.record = model
        self._table = table
        self._rfm = rfm

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the segments, in order."""
        return self.record.names

    @property
    def segments(self) -> pd.DataFrame:
        """One row per segment: id, name, and its middle in each feature, in original units."""
        import pandas as pd

        middles = pd.DataFrame(
            self.record.centroids_original,
            columns=[feature.name for feature in self.record.recipe.features],
        )
        middles.insert(0, "segment", list(self.names))
        middles.insert(0, "segment_id", list(self.record.ids))
        return middles

    @speaking_python()
    def assign(self, source: object, as_of: dt.date | str | None = None) -> pd.DataFrame:
        """Return ``customer_id, segment_id, segment, distance, confidence, outside``.

        ``outside`` marks customers far outside what the model was fitted on. ``p_alive,
        expected_orders, expected_spend, next_order_by, late`` follow where the model is of an order
        log whose run had a forecast.

        ``source`` is what :func:`segment` takes. Ages and recencies are measured from ``as_of``;
        without it from the model's day, or from the latest day in the data where that is later.
        Customers without an id or without behaviour are in ``attrs["rejected"]`` of the frame.

        Raises
        ------
        smartcart.errors.DataError
            Where a column that the model needs is missing or holds something else.
        """
        day = read_settings(None, as_of=as_of).as_of
        return workflows.assign(source, self.record, as_of=day)

    @speaking_python()
    def monitor(self, source: object, as_of: dt.date | str | None = None) -> Drift:
        """Compare new data with those that the model was fitted on: keep it, or fit it again.

        ``source`` is what :func:`segment` takes. The ``verdict`` of what comes back is ``"keep"``
        or ``"refit"``; its ``reasons`` are in words, strongest first.

        Raises
        ------
        smartcart.errors.DataError
            Where the model has no reference (an earlier SmartCart made it), or the source cannot
            be assigned.
        """
        from smartcart.workflows.monitor import monitor

        day = read_settings(None, as_of=as_of).as_of
        return monitor(source, self.record, as_of=day).drift

    @speaking_python()
    def sql(self, dialect: str, table: str | None = None) -> str:
        """Return the model as one query in ``dialect`` ("duckdb", "bigquery", ...) over ``table``.

        Raises
        ------
        smartcart.errors.UsageError
            Where the dialect is unknown; the message lists those that there are.
        smartcart.errors.DataError
            Where the model cannot be written as SQL.
        """
        return workflows.sql(self.record, dialect, table or self._table, rfm=self._rfm)

    def __repr__(self) -> str:
        return f"<SavedModel of {len(self.names)} segments: {', '.join(self.names)}>"
