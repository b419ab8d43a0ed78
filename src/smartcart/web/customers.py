"""One customer as pages and API show it: found, explained, through all runs, and what if."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smartcart.errors import DataError, UsageError
from smartcart.web.errors import WebError, missing
from smartcart.web.jobs import Jobs
from smartcart.web.worker_processes import Slots
from smartcart.web.workspace import Workspace
from smartcart.workflows import customer_lookup
from smartcart.workflows.score import assign
from smartcart.workflows.what_if import WhatIf, explain_values, start_values, what_if

if TYPE_CHECKING:
    pass

__all__ = ["Customers", "Found", "Past", "Scored"]

MOST_SCORED = 1_000  # customers in one request
MOST_RUNS = 50  # of a history


@dataclass(frozen=True, slots=True)
class Found:
    """A customer of a run, with why it is there; ``values`` are by feature, in original units."""

    customer_id: str
    segment_id: int
    segment: str
    distance: float
    confidence: float
    values: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Past:
    """Where a customer was in one run."""

    run: str
    title: str
    made: str
    segment_id: int
    segment: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A customer assigned by a saved model; ``reason`` where that was not possible."""

    customer_id: str
    segment_id: int | None
    segment: str | None
    distance: float | None
    confidence: float | None
    reason: str = ""


class Customers:
    """The customers of the runs in a workspace."""

    def __init__(self, workspace: Workspace, jobs: Jobs) -> None:
        self._workspace = workspace
        self._jobs = jobs
        self._slots = Slots(2, "Others are being assigned")

    def find(self, run: str, customer_id: str) -> Found:
        """Return a customer.

        Raises ``WebError`` 404 where there is none of that id, and 503 while the index is made.
        """
        folder = self._indexed(run)
        found = customer_lookup.find(folder, customer_id.strip())
        if found is None:
            raise WebError.because(
                404,
                "not_found",
                f"There is no customer {customer_id[:80]!r} in this run.",
                "Check the id; customers without a segment are in rejected.csv.",
            )
        return self._found(run, found)

    def page(
        self, run: str, after: str | None, limit: int, segment_id: int | None = None
    ) -> list[Found]:
        """Return customers in the order of their ids as text."""
        folder = self._indexed(run)
        return [
            self._found(run, one) for one in customer_lookup.page(folder, after, limit, segment_id)
        ]

    def why(self, run: str, customer_id: str, against: int | None = None) -> WhatIf:
        """Say why a customer is in its segment, and how far all segments are."""
        found = self.find(run, customer_id)
        model = self._workspace.run(run).model
        return explain_values(
            model, found.customer_id, list(found.values.values()), other=self._name(run, against)
        )

    def what_if(
        self,
        run: str,
        values: Mapping[str, float | None],
        *,
        customer_id: str | None = None,
        segment_id: int | None = None,
        against: int | None = None,
    ) -> WhatIf:
        """Return the segment of other values: of a customer's own, or of a segment's, changed."""
        model = self._workspace.run(run).model
        start: Sequence[float | None]
        if customer_id is not None:
            start = list(self.find(run, customer_id).values.values())
        else:
            self._name(run, segment_id)
            start = start_values(model, segment_id)
        return what_if(model, values, start=start, other=self._name(run, against))

    def history(self, customer_id: str) -> list[Past]:
        """Return where a customer was in the runs that are indexed, the latest first."""
        found = []
        for entry in self._workspace.entries(limit=MOST_RUNS):
            if entry.problem:
                continue
            folder = self._workspace.path(entry.name)
            if not customer_lookup.has_lookup(folder):
                continue
            one = customer_lookup.find(folder, customer_id.strip())
            if one is not None:
                found.append(
                    Past(
                        entry.name,
                        entry.title,
                        entry.made,
                        one.segment_id,
                        one.segment,
                        one.confidence,
                    )
                )
        return found

    def score(self, run: str, rows: Sequence[Mapping[str, object]]) -> list[Scored]:
        """Assign customers, given by the columns of the run's source, with its saved model."""
        import pyarrow as pa

        if not 1 <= len(rows) <= MOST_SCORED:
            raise UsageError.of(
                f"{len(rows):,} customers are given",
                f"1 to {MOST_SCORED:,}",
                "send fewer at a time, or use 'smartcart score'",
            )
        model = self._workspace.run(run).model
        names = list(dict.fromkeys(name for row in rows for name in row))
        try:
            table = pa.table({name: [row.get(name) for row in rows] for name in names})
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise DataError.of(
                "a column holds values of several kinds",
                "numbers, texts or dates alone",
                "correct the values",
            ) from error
        with self._slots:
            frame = assign(table, model)
        found = [
            Scored(
                str(row["customer_id"]),
                int(row["segment_id"]),
                str(row["segment"]),
                float(row["distance"]),
                float(row["confidence"]),
            )
            for row in frame.to_dict("records")
        ]
        return found + [
            Scored(str(row["customer_id"]), None, None, None, None, str(row["reason"]))
            for row in frame.attrs["rejected"]
        ]

    def _name(self, run: str, segment_id: int | None) -> str | None:
        if segment_id is None:
            return None
        model = self._workspace.run(run).model
        if segment_id not in model.ids:
            raise missing("segment", segment_id)
        return model.names[model.ids.index(segment_id)]

    def _found(self, run: str, one: customer_lookup.Customer) -> Found:
        names = [f.name for f in self._workspace.run(run).model.recipe.features]
        return Found(
            one.customer_id,
            one.segment_id,
            one.segment,
            one.distance,
            one.confidence,
            dict(zip(names, one.values, strict=True)),
        )

    def _indexed(self, run: str) -> Path:
        """Return the run's folder once its customers can be found; else begin to see to it."""
        folder = self._workspace.path(run)
        if not customer_lookup.has_lookup(folder):
            self._jobs.index(run)
            raise WebError.because(
                503,
                "busy",
                "The customers of this run are being indexed.",
                "Try again in a few seconds.",
                5,
            )
        return folder
