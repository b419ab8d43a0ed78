"""One customer among millions: a side file of a run, ordered by customer id.

``lookup.parquet`` holds for every customer the segment and the features that form it, ordered by
the id as text, in row groups of :data:`GROUP_ROWS`. Whoever asks for an id reads the footer and one
row group, however many customers there are.
"""

from __future__ import annotations

import bisect
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from smartcart import store
from smartcart.core.assign import assign
from smartcart.engines.customer_key import BLANK, key_text
from smartcart.engines.duckdb import DuckDB, literal
from smartcart.errors import DataError
from smartcart.inspection.result import Progress
from smartcart.records import Model, RunFile
from smartcart.tables import features
from smartcart.workflows.customer_arrays import BATCH_ROWS, matrix
from smartcart.workflows.erase import erased_before
from smartcart.workflows.models import load
from smartcart.workflows.score import ready_source

if TYPE_CHECKING:
    from smartcart.workflows.score import Ready


__all__ = ["Customer", "find", "has_lookup", "page", "write_lookup"]

GROUP_ROWS = 8_192
KEPT = 16  # files whose footers are remembered


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of a run; ``values`` are the forming features in original units."""

    customer_id: str
    segment_id: int
    segment: str
    distance: float
    confidence: float
    values: tuple[float | None, ...]


def write_lookup(
    run: Path,
    source: str | None = None,
    *,
    progress: Progress | None = None,
    temp_dir: Path | None = None,
) -> int:
    """Write the lookup file of a run from the source that it was made of; return its customers.

    Raises
    ------
    DataError
        Where the source is not there any more, or does not hold the run's customers.
    """
    say = progress or (lambda step, done, total: None)
    model, saved = load(run), store.read_run(run)
    place = saved.find_source(source)
    wanted, centers = model.recipe.features, np.array(model.centroids)
    ids = np.array(model.ids, dtype=np.int32)
    schema = pa.schema(
        [
            ("customer_id", pa.string()),
            ("segment_id", pa.int32()),
            ("distance", pa.float64()),
            ("confidence", pa.float64()),
            *((f"f{i}", pa.float64()) for i in range(len(wanted))),
        ]
    )
    done = 0

    def part(batch: pa.RecordBatch) -> pa.RecordBatch:
        X = matrix(batch, len(wanted))
        found = assign(X, model.recipe, centers)
        columns = [
            batch["customer_id"].cast(pa.string()),
            pa.array(ids[found.labels]),
            pa.array(found.distance),
            pa.array(found.confidence),
            *(pa.array(X[:, i], from_pandas=True) for i in range(len(wanted))),
        ]
        return pa.record_batch(columns, schema=schema)

    def batches(ready: Ready) -> Iterator[pa.RecordBatch]:
        nonlocal done
        table = features.feature_table(ready.usable, ready.contract, wanted)
        for batch in ready.engine.each(table, part, chunk_rows=BATCH_ROWS):
            done += batch.num_rows
            say("index customers", done, sum(saved.sizes))
            yield batch

    target = run / RunFile.LOOKUP
    with (
        store.new_files([target], overwrite=True) as folder,
        DuckDB(temp_dir=temp_dir) as engine,
        ready_source(place, model, model.contract.as_of, say, temp_dir) as ready,
    ):
        spooled = engine.spool_batches(batches(ready), schema)
        if done not in {sum(saved.sizes), sum(saved.sizes) - erased_before(run)}:
            raise DataError.of(
                f"the source now holds {done:,} customers, the run {sum(saved.sizes):,}",
                "the table that the run was made of",
                "run again",
            )
        say("index customers", done, done)
        engine.rows("SET enable_progress_bar = false")  # it would go to standard output
        engine.rows(
            f"COPY (SELECT * FROM read_parquet({literal(str(spooled))}) ORDER BY customer_id) "
            f"TO {literal(str(folder / RunFile.LOOKUP))} (FORMAT parquet, COMPRESSION zstd, "
            f"ROW_GROUP_SIZE {GROUP_ROWS})"
        )
    return done


def has_lookup(run: Path) -> bool:
    """Return whether the run has its lookup file."""
    return (run / RunFile.LOOKUP).is_file()


@dataclass(frozen=True, slots=True)
class _Index:
    """The footer of a lookup file, and the last id of each row group, in order."""

    path: Path
    footer: pq.FileMetaData
    last: list[str]
    names: dict[int, str]

    def rows(self, group: int) -> pa.Table:
        """Read one row group; by a reader of its own, for a reader serves one thread at a time."""
        with pq.ParquetFile(self.path, metadata=self.footer, memory_map=True) as file:
            return file.read_row_group(group, use_threads=False)


_kept: OrderedDict[str, tuple[tuple[int, ...], _Index]] = OrderedDict()
_lock = threading.Lock()


def find(run: Path, customer_id: str) -> Customer | None:
    """Return a customer of a run, None where there is none of that id."""
    index = _index(run)
    for told in dict.fromkeys((customer_id.strip(BLANK), key_text(customer_id) or "")):
        group = bisect.bisect_left(index.last, told)
        if group >= len(index.last):
            continue
        rows = index.rows(group)
        place = pc.index(rows["customer_id"], told).as_py()
        if place >= 0:
            return _customers(rows.slice(place, 1), index)[0]
    return None


def page(
    run: Path, after: str | None = None, limit: int = 100, segment_id: int | None = None
) -> list[Customer]:
    """Return customers in the order of their ids as text, those after ``after``."""
    index = _index(run)
    group = 0 if after is None else bisect.bisect_right(index.last, after)
    found: list[Customer] = []
    while group < len(index.last) and len(found) < limit:
        if segment_id is None or _may_hold(index, group, segment_id):
            rows = index.rows(group)
            if after is not None:
                rows = rows.filter(pc.greater(rows["customer_id"], after))
            if segment_id is not None:
                rows = rows.filter(pc.equal(rows["segment_id"], segment_id))
            found += _customers(rows.slice(0, limit - len(found)), index)
        group += 1
    return found


def _may_hold(index: _Index, group: int, segment_id: int) -> bool:
    told = index.footer.row_group(group).column(1).statistics
    return told is None or not told.has_min_max or told.min <= segment_id <= told.max


def _index(run: Path) -> _Index:
    path = run / RunFile.LOOKUP
    try:
        stamp = path.stat().st_mtime_ns, *store.changed(run)
    except OSError:
        raise DataError.of(
            f"the customers of {run.name!r} are not indexed yet",
            f"the file {RunFile.LOOKUP} in its folder",
            "wait until it is made",
        ) from None
    key = str(path)
    with _lock:
        held = _kept.get(key)
        if held is not None and held[0] == stamp:
            _kept.move_to_end(key)
            return held[1]
    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            footer, last = file.metadata, _last(file)
        model = load(run)
    except (OSError, pa.ArrowException) as error:
        raise DataError.of(
            f"{RunFile.LOOKUP} of {run.name!r} cannot be read ({type(error).__name__})",
            "a whole file",
            "delete it: it is made again",
        ) from error
    index = _Index(path, footer, last, _names(model))
    with _lock:
        _kept[key] = (stamp, index)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return index


def _names(model: Model) -> dict[int, str]:
    return dict(zip(model.ids, model.names, strict=True))


def _last(file: pq.ParquetFile) -> list[str]:
    """Return the last id of each row group: by its statistics, where there are any.

    DuckDB writes them whole, or (of long ids) not at all.
    """
    found = []
    for group in range(file.metadata.num_row_groups):
        told = file.metadata.row_group(group).column(0).statistics
        if told is not None and told.has_min_max:
            found.append(str(told.max))
        else:
            rows = file.read_row_group(group, columns=["customer_id"])
            found.append(str(rows["customer_id"][-1].as_py()))
    return found


def _customers(rows: pa.Table, index: _Index) -> list[Customer]:
    width = rows.num_columns - 4
    found = []
    for row in rows.to_pylist():
        number = int(row["segment_id"])
        values = tuple(row[f"f{i}"] for i in range(width))
        found.append(
            Customer(
                row["customer_id"],
                number,
                index.names[number],
                row["distance"],
                row["confidence"],
                values,
            )
        )
    return found
