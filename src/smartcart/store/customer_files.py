"""Tables with a row per customer, written batch by batch while the next is made."""

from __future__ import annotations

import csv as csv_module
import fnmatch
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike, NDArray

from smartcart.errors import UsageError
from smartcart.records import CustomerColumns, RunFile
from smartcart.store.atomic import cannot_write, part_beside

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

__all__ = [
    "CSV_ROWS",
    "assignments",
    "forecast_columns",
    "future_table",
    "refuse_scored",
    "rejected_beside",
    "rfm_table",
    "scored",
    "write_reasons",
    "write_rejected",
]

CSV_ROWS = 1_000_000  # segments.csv beside segments.parquet up to so many customers


@contextmanager
def assignments(
    folder: Path,
    names: Sequence[str],
    *,
    ids: Sequence[int] | None = None,
    csv: bool = True,
    parquet: bool = True,
) -> Iterator[Callable[..., None]]:
    """Give a function that writes a batch of customers to ``segments.parquet`` and ``.csv``.

    The function takes customer ids, places of segments from 1, distances, confidences and further
    columns by name (NumPy or Arrow), each of length n. A place is written as its id of ``ids``, or
    as it is.
    """
    import numpy as np
    import pyarrow as pa

    from smartcart.store import arrow

    values = arrow.words(names)
    known = np.array(range(1, len(names) + 1) if ids is None else ids, dtype=np.int32)
    stem, wished = folder / "segments", {"parquet": parquet, "csv": csv}
    kinds = [kind for kind, wanted in wished.items() if wanted]
    with _table(stem, kinds, ["segment_id", "segment"]) as write_batch:

        def write(
            customers: pa.Array,
            places: ArrayLike,
            distance: NDArray[np.generic],
            confidence: NDArray[np.generic],
            **more: NDArray[np.generic],
        ) -> None:
            numbers = np.asarray(places, dtype=np.int32) - 1
            words = pa.DictionaryArray.from_arrays(arrow.numbers(numbers), values)
            write_batch(
                {
                    "customer_id": customers,
                    "segment_id": arrow.numbers(known[numbers]),
                    "segment": words,
                    "distance": arrow.numbers(distance),
                    "confidence": arrow.numbers(confidence),
                    **{
                        name: column if isinstance(column, pa.Array) else arrow.numbers(column)
                        for name, column in more.items()
                    },
                }
            )

        yield write


@contextmanager
def rfm_table(folder: Path, *, csv: bool = True) -> Iterator[Callable[[CustomerColumns], None]]:
    """Give a function that writes a batch of columns to ``rfm.csv`` or ``.parquet``."""
    kinds = ("csv",) if csv else ("parquet",)
    repeated = [
        "recency_days",
        "frequency",
        "monetary_total",
        "r",
        "f",
        "m",
        "rfm_score",
        "rfm_segment",
    ]
    with _table(folder / "rfm", kinds, repeated) as write_batch:
        yield write_batch


@contextmanager
def future_table(folder: Path) -> Iterator[Callable[[CustomerColumns], None]]:
    """Give a function that writes a batch of forecasts to ``future.parquet``.

    ``next_order_by`` is given as days since 1970 and whether they are known, both (n,); money that
    is not a number is written as nothing. Those who are late are written to ``late.parquet`` as
    well, with their ``segment_id`` and what is at stake.
    """
    import numpy as np

    from smartcart.store import arrow

    with (
        _table(folder / "future", ("parquet",), ["late"]) as write_batch,
        _table(folder / "late", ("parquet",), ["segment_id"]) as write_late,
    ):

        def write(columns: CustomerColumns) -> None:
            told = {"customer_id": columns["customer_id"], **forecast_columns(columns)}
            write_batch(told)
            rows = arrow.numbers(np.flatnonzero(columns["late"]))
            more = {
                "segment_id": arrow.numbers(np.asarray(columns["segment_id"], dtype=np.int32)),
                "at_stake": arrow.numbers(columns["at_stake"]),
            }
            who = {n: told[n] for n in ("customer_id", "p_alive", "next_order_by")} | more
            write_late({name: one.take(rows) for name, one in who.items()})

        yield write


def forecast_columns(columns: CustomerColumns) -> dict[str, object]:
    """Return the forecasts of customers as Arrow columns; see :func:`future_table`."""
    from smartcart.store import arrow

    return {
        "p_alive": arrow.numbers(columns["p_alive"]),
        "expected_orders": arrow.numbers(columns["expected_orders"]),
        "expected_spend": arrow.known(columns["expected_spend"]),
        "next_order_by": arrow.days(*columns["next_order_by"]),
        "late": arrow.numbers(columns["late"]),
    }


@contextmanager
def _table(
    stem: Path, kinds: Sequence[str], repeated: Sequence[str]
) -> Iterator[Callable[[CustomerColumns], None]]:
    """Give a function that writes batches to the files ``stem.parquet`` and ``stem.csv``.

    Columns of words may be given as dictionaries; in the files they are text.
    """
    import pyarrow as pa
    from pyarrow import csv as pa_csv
    from pyarrow import parquet as pq

    from smartcart.store import arrow

    writers: list[pq.ParquetWriter | pa_csv.CSVWriter] = []
    under_way: list[Future[None]] = []

    def write(columns: CustomerColumns) -> None:
        while under_way:  # one batch is written while the next is made
            under_way.pop().result()
        batch = pa.record_batch(list(columns.values()), names=list(columns))
        under_way.append(behind.submit(put, batch))

    def put(batch: pa.RecordBatch) -> None:
        if not writers and "parquet" in kinds:
            writers.append(
                pq.ParquetWriter(
                    stem.with_suffix(".parquet"),
                    batch.schema,
                    compression="snappy",
                    use_dictionary=list(repeated),
                    store_schema=False,
                )
            )
        plain = arrow.plain(batch) if "csv" in kinds else batch
        if "csv" in kinds and len(writers) < len(kinds):
            writers.append(pa_csv.CSVWriter(stem.with_suffix(".csv"), plain.schema))
        for writer in writers:
            writer.write_batch(batch if isinstance(writer, pq.ParquetWriter) else plain)

    with ThreadPoolExecutor(1) as behind:
        try:
            yield write
            while under_way:
                under_way.pop().result()
        finally:
            behind.shutdown()
            for writer in writers:
                writer.close()


def write_rejected(folder: Path, rejected: pa.Table) -> None:
    """Write ``rejected.csv`` from an Arrow table of ``customer_id`` and ``reason``."""
    write_reasons(folder / RunFile.REJECTED, rejected.to_batches())


def write_reasons(path: Path, batches: Iterable[pa.RecordBatch]) -> int:
    """Write ``customer_id`` and ``reason`` of Arrow batches as CSV; return how many there are."""
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv_module.writer(file, lineterminator="\n")
        writer.writerow(["customer_id", "reason"])
        for batch in batches:
            for row in batch.to_pylist():
                writer.writerow([row["customer_id"], row["reason"]])
            count += batch.num_rows
    return count


def rejected_beside(target: Path) -> Path:
    """Return the file beside a scored one that holds who was rejected, and why.

    >>> rejected_beside(Path("new.parquet")).name
    'new.rejected.csv'
    """
    return target.with_name(f"{target.stem}.rejected.csv")


def refuse_scored(target: Path, sources: Sequence[str], *, overwrite: bool) -> None:
    """Raise ``UsageError`` where a file of scores cannot be written or should not be."""
    if target.suffix not in {".parquet", ".csv"}:
        raise UsageError.of(
            f"-o is {str(target)!r}", "a name that ends in .parquet or .csv", "choose another -o"
        )
    if target.is_dir():
        raise UsageError.of(f"{str(target)!r} is a folder", "a file", "choose another -o")
    whole = target.resolve()
    for source in sources:
        if "://" in source:  # on a server; and it may hold a password
            continue
        path = Path(source.partition("::")[0]).resolve()
        inside = path in whole.parents and path.is_dir()
        if path == whole or inside or fnmatch.fnmatch(str(whole), str(path)):
            raise UsageError.of(
                f"{str(target)!r} is part of the source {source!r}",
                "another file",
                "choose another -o",
            )
    for file in (target, rejected_beside(target)):
        if os.path.lexists(file) and not overwrite:
            raise UsageError.of(
                f"{str(file)!r} exists already",
                "a new file",
                "choose another -o, or replace it with --overwrite",
            )


@contextmanager
def scored(
    target: Path, names: Sequence[str], *, ids: Sequence[int] | None = None, overwrite: bool = False
) -> Iterator[tuple[Callable[..., None], Callable[[Iterable[pa.RecordBatch]], int]]]:
    """Give what writes a batch of customers and what writes the rejected ones.

    ``target`` (and the file beside it, if anybody is rejected) appears once the block ends well.
    """
    refuse_scored(target, (), overwrite=overwrite)
    count = 0
    part = part_beside(Path(os.path.abspath(target)), parents=False)
    rejected = part / RunFile.REJECTED

    def reject(batches: Iterable[pa.RecordBatch]) -> int:
        nonlocal count
        count = write_reasons(rejected, batches)
        return count

    csv = target.suffix == ".csv"
    try:
        with assignments(part, names, ids=ids, csv=csv, parquet=not csv) as write:
            yield write, reject
        refuse_scored(target, (), overwrite=overwrite)  # somebody may have made it meanwhile
        beside = rejected_beside(target)
        if count:
            os.replace(rejected, beside)
        else:
            beside.unlink(missing_ok=True)
        os.replace(part / f"segments{target.suffix}", target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
