"""The features that formed segments, a row per customer, kept in a file beside the customers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from smartcart.core.assign import assign
from smartcart.errors import DataError
from smartcart.records import Model, Run
from smartcart.sources import open_on
from smartcart.tables import features
from smartcart.workflows.customer_arrays import BATCH_ROWS, matrix
from smartcart.workflows.score import ready_opened

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["feature_frame", "write_features"]


def write_features(
    source: object, run: Run, path: Path, engine: str = "duckdb", spark_master: str | None = None
) -> None:
    """Read the source of a run again and write ``customer_id, segment_id, f0, f1, ...``.

    ``f0`` and so on are the forming features in the order of the recipe, in original units. The
    file is Parquet.

    Raises
    ------
    DataError
        Where there is no source any more, or its fingerprint is not that of the run.
    """
    from pyarrow import parquet as pq

    if source is None:
        raise DataError.of(
            "the source of this run is not at hand",
            "the table that was segmented",
            "segment it again, or ask for the features before the handle travels",
        )
    model = run.model
    wanted, centers = model.recipe.features, np.array(model.centroids)
    ids = np.array(model.ids, dtype=np.int32)

    def part(batch: pa.RecordBatch) -> pa.RecordBatch:
        X = matrix(batch, len(wanted))
        labels = assign(X, model.recipe, centers).labels
        columns = [pa.array(X[:, i], from_pandas=True) for i in range(len(wanted))]
        names = ["customer_id", "segment_id", *(f"f{i}" for i in range(len(wanted)))]
        return pa.record_batch([batch["customer_id"], pa.array(ids[labels]), *columns], names=names)

    with open_on(engine, source, spark_master) as opened:
        if opened.reading.fingerprint != run.reading.fingerprint:
            raise DataError.of(
                f"{run.source!r} is not what was segmented: it has changed since",
                "the same rows",
                "segment it again",
            )
        ready = ready_opened(opened, model, model.contract.as_of)
        table = features.feature_table(ready.usable, ready.contract, wanted)
        batches = ready.engine.each(table, part, chunk_rows=BATCH_ROWS)
        whole = path.with_suffix(".part")
        _write(batches, whole, pq)
        whole.replace(path)


def _write(batches: Iterator[pa.RecordBatch], path: Path, pq: ModuleType) -> None:
    first = next(batches)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as out:
        out.write_batch(first)
        for batch in batches:
            out.write_batch(batch)


def feature_frame(path: Path, model: Model) -> pd.DataFrame:
    """Return the file as a pandas DataFrame: id, segment, and features by their names."""
    import pandas as pd

    frame = pd.read_parquet(path)
    named = dict(zip(model.ids, model.names, strict=True))
    frame.insert(2, "segment", frame["segment_id"].map(named))
    return frame.rename(columns={f"f{i}": f.name for i, f in enumerate(model.recipe.features)})
