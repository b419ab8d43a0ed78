"""Why a customer is in its segment, computed from the source that the run was made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from smartcart.audiences.segment_lookup import segments_of
from smartcart.audiences.selection import chosen_names
from smartcart.core import prepare
from smartcart.core.explain import explain as explain_rows
from smartcart.core.explain import why
from smartcart.engines.customer_key import id_key, key_text, key_value
from smartcart.engines.duckdb import DuckDB, literal
from smartcart.errors import DataError
from smartcart.records import Explanation, Model, RunFile
from smartcart.store import StoredRun
from smartcart.tables import features
from smartcart.workflows.customer_arrays import matrix
from smartcart.workflows.score import ready_source

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["explain", "explain_kept", "lead_frame", "moved_since"]


def explain(
    source: object,
    model: Model,
    ids: Sequence[object],
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
    wanted = list(dict.fromkeys(key_text(i) or "" for i in ids))
    against = _place(other, model)
    with ready_source(source, model, as_of or model.contract.as_of) as ready:
        table = features.feature_table(ready.usable, ready.contract, model.recipe.features)
        rows = table.filter(key_value(table["customer_id"]).isin(wanted))
        batch = ready.engine.arrow(rows)
        found = [key_text(i) for i in batch["customer_id"].to_pylist()]
        missing = [i for i in wanted if i not in found]
        if missing:
            rejected = (row for part in ready.rejected for row in part.to_pylist())
            raise _nowhere(missing[0], rejected, repr(ready.label))
    return _told(batch, wanted, model, against)


def explain_kept(
    kept: Path,
    rejected: Iterable[Mapping[str, object]],
    model: Model,
    ids: Sequence[object],
    *,
    other: str | None = None,
) -> tuple[Explanation, ...]:
    """Explain customers by the features of a file that ``write_features`` wrote.

    ``rejected`` are the rows of ``rejected.csv`` of the same run. Raises as :func:`explain`.
    """
    wanted = list(dict.fromkeys(key_text(i) or "" for i in ids))
    against = _place(other, model)
    with DuckDB() as here:
        asked = ", ".join(literal(one) for one in wanted)
        batch = here.arrow(
            here.query(
                f"SELECT * FROM read_parquet({literal(str(kept))}) "
                f"WHERE {id_key('customer_id')} IN ({asked})"
            )
        )
    there = {key_text(i) for i in batch["customer_id"].to_pylist()}
    for one in wanted:
        if one not in there:
            raise _nowhere(one, rejected, "what was segmented")
    return _told(batch, wanted, model, against)


def lead_frame(kept: Path, model: Model, *, other: str | None = None) -> pd.DataFrame:
    """Return what each feature adds to each customer's lead over another segment.

    ``customer_id, segment_id, segment, other_id, other, lead``, then a column per forming feature:
    the features of a row add up to ``lead``, a difference of squared standardized distances.

    Raises ``DataError`` where there is one segment only, ``UsageError`` for an unknown ``other``.
    """
    import pandas as pd
    from pyarrow import parquet as pq

    against, parts = _place(other, model), []
    centers, width = np.array(model.centroids), len(model.recipe.features)
    ids, names = np.array(model.ids), np.array(model.names, dtype=object)
    with pq.ParquetFile(kept) as file:
        for batch in file.iter_batches():
            Z = prepare.apply_recipe(matrix(batch, width), model.recipe)
            found = why(Z, centers, None if against is None else against - 1)
            frame = pd.DataFrame(
                {
                    "customer_id": batch["customer_id"].to_pandas(),
                    "segment_id": ids[found.labels],
                    "segment": names[found.labels],
                    "other_id": ids[found.others],
                    "other": names[found.others],
                    "lead": found.d2 - found.d1,
                }
            )
            for i, feature in enumerate(model.recipe.features):
                frame[feature.name] = found.parts[:, i]
            parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _place(other: str | None, model: Model) -> int | None:
    """Return the place from 1 of a segment by its name."""
    if other is None:
        return None
    return model.names.index(chosen_names([other], model.names)[0]) + 1


def _told(
    batch: pa.RecordBatch, wanted: Sequence[str], model: Model, against: int | None
) -> tuple[Explanation, ...]:
    """Explain rows of features, in the order of the ids."""
    X = matrix(batch, len(model.recipe.features))
    found = [key_text(i) for i in batch["customer_id"].to_pylist()]
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


def moved_since(saved: StoredRun, found: Sequence[Explanation]) -> dict[str, str]:
    """Return the segment in the run, by id, of those whom the source now puts into another one.

    Nothing where the run folder holds no table of customers.
    """
    table = saved.folder / RunFile.SEGMENTS
    if not table.is_file() or not found:
        return {}
    there = segments_of(table, [one.customer_id for one in found])
    return {
        one.customer_id: there[one.customer_id]
        for one in found
        if there.get(one.customer_id, one.segment) != one.segment
    }


def _nowhere(customer: str, rejected: Iterable[Mapping[str, object]], where: str) -> DataError:
    why = next(
        (row["reason"] for row in rejected if key_text(row["customer_id"]) == customer), None
    )
    end = f"has no segment: {why}" if why else f"is not in {where}"
    return DataError.of(
        f"customer {customer!r} {end}",
        "the id of a customer with a segment",
        "see segments.csv and rejected.csv of the run",
    )
