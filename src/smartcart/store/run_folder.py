"""What is in a run folder: whether it is one, when it was made, and its rows as streams."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from smartcart.errors import DataError
from smartcart.records import RunFile

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["WITHOUT_CUSTOMERS", "changed", "customer_batches", "is_run", "made_at", "rejected_rows"]

WITHOUT_CUSTOMERS = frozenset({RunFile.MODEL, RunFile.ERASED})  # JSON that names nobody


def is_run(folder: Path) -> bool:
    """Return whether a run was written to the folder, whole."""
    return (folder / RunFile.RUN).is_file()


def made_at(folder: Path) -> int:
    """Return when a run was written, in nanoseconds since 1970. Raises ``OSError`` of no run."""
    return (folder / RunFile.RUN).stat().st_mtime_ns


def changed(folder: Path) -> tuple[int, int]:
    """Return a stamp that is another one once a run, or the names that people gave, are others."""
    return _time(folder / RunFile.RUN), _time(folder / RunFile.NAMES)


def _time(path: Path) -> int:
    """Return when a file was changed; 0 where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def customer_batches(folder: Path) -> Iterator[pa.RecordBatch]:
    """Stream the rows of ``segments.parquet`` as Arrow batches.

    Raises ``DataError`` where it cannot be read.
    """
    import pyarrow as pa
    from pyarrow import parquet as pq

    path = folder / RunFile.SEGMENTS
    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches()
    except (OSError, pa.ArrowException) as error:
        raise DataError.of(
            f"{str(path)!r} cannot be read ({type(error).__name__})",
            "the customers of the run",
            "run again, or restore the file",
        ) from error


def rejected_rows(folder: Path) -> Iterator[dict[str, str]]:
    """Stream who has no segment: ``customer_id`` and ``reason``; nobody without the file."""
    path = folder / RunFile.REJECTED
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)
