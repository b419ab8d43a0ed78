"""Why a customer is in its segment, computed from the source that the run was made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from smartcart.audiences.segment_lookup import segments_of
from smartcart.audiences.selection import chosen_names
from smartcart.core.explain import explain as explain_rows
from smartcart.errors import DataError
from smartcart.records import Explanation, Model
from smartcart.tables import features
from smartcart.workflows.customer_arrays import matrix
from smartcart.workflows.saved import Saved
from smartcart.workflows.score import Ready, ready_source

__all__ = ["explain", "moved_since"]


def explain(
    source: Any,
    model: Model,
    ids: Sequence[Any],
    *,
    other: str | None = None,
    as_of: dt.date | None = None,
) -> tuple[Explanation, ...]:
    """Explain the segment of the customers ``ids`` (as text or number) of ``source``.

    ``other`` names the segment to compare with, in place of the runner-up.

    Raises
    ------
    DataError
        Where a customer is not in the source or cannot be assigned.
    UsageError
        Where there is no segment ``other``.
    """
    wanted = list(dict.fromkeys(str(i) for i in ids))
    against = None
    if other is not None:
        against = model.names.index(chosen_names([other], model.names)[0]) + 1
    with ready_source(source, model, as_of or model.contract.as_of) as ready:
        table = features.feature_table(ready.usable, ready.contract, model.recipe.features)
        rows = table.filter(table["customer_id"].cast("string").isin(wanted))
        batch = ready.engine.arrow(rows)
        found = [str(i) for i in batch["customer_id"].to_pylist()]
        missing = [i for i in wanted if i not in found]
        if missing:
            raise _nowhere(missing[0], ready)
    X = matrix(batch, len(model.recipe.features))
    order = np.array([found.index(i) for i in wanted])
    told = explain_rows(X[order], wanted, model, against)
    return tuple(
        replace(
            one,
            segment_id=model.ids[one.segment_id - 1],
            other_id=None if one.other_id is None else model.ids[one.other_id - 1],
        )
        for one in told
    )


def moved_since(saved: Saved, found: Sequence[Explanation]) -> dict[str, str]:
    """Return the segment in the run, by id, of those whom the source now puts into another one.

    Nothing where the run folder holds no table of customers.
    """
    table = saved.folder / "segments.parquet"
    if not table.is_file() or not found:
        return {}
    there = segments_of(table, [one.customer_id for one in found])
    return {
        one.customer_id: there[one.customer_id]
        for one in found
        if there.get(one.customer_id, one.segment) != one.segment
    }


def _nowhere(customer: str, ready: Ready) -> DataError:
    rejected = (row for part in ready.rejected for row in part.to_pylist())
    why = next((row["reason"] for row in rejected if str(row["customer_id"]) == customer), None)
    end = f"has no segment: {why}" if why else f"is not in {ready.label!r}"
    return DataError.of(
        f"customer {customer!r} {end}", "the id of a customer with a segment",
        "see segments.csv and rejected.csv of the run",
    )  # fmt: skip
