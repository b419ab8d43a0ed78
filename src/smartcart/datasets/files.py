"""Write streams of Arrow batches to CSV or Parquet, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from smartcart.errors import UsageError

__all__ = ["TableFile", "check_table_path", "written_whole"]

ENDINGS = (".csv", ".parquet")


def check_table_path(path: str | Path) -> Path:
    """Return the path; raise ``UsageError`` for an unknown ending or a missing folder."""
    target = Path(path)
    if target.suffix not in ENDINGS:
        raise UsageError.of(
            f"{str(path)!r} ends in {target.suffix or 'nothing'!r}",
            "a name that ends in .csv or .parquet",
            "rename the output",
        )
    if not target.absolute().parent.is_dir():
        raise UsageError.of(
            f"the folder of {str(path)!r} does not exist", "a folder to write to", "make it first"
        )
    return target


@contextmanager
def written_whole(targets: Sequence[Path]) -> Iterator[list[Path]]:
    """Give a temporary sibling for each target; rename all on success, remove all on failure."""
    parts = [target.with_name(f".{target.name}.{os.getpid()}.part") for target in targets]
    try:
        yield parts
        for part, target in zip(parts, targets, strict=True):
            part.replace(target)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


class TableFile:
    """An open CSV or Parquet file that takes Arrow batches of one schema.

    Text may come as dictionaries and is stored as text; dates become dd-mm-yyyy in CSV.
    """

    def __init__(
        self,
        path: Path,
        ending: str,
        schema: pa.Schema,
        *,
        plain: Sequence[str] = (),
        quote: bool = False,
        compression: str = "none",
    ) -> None:
        """Open ``path`` for writing; ``ending`` is ``.csv`` or ``.parquet``.

        ``plain`` names columns of so many different values that Parquet should not collect them.
        ``quote`` is for text that may hold commas; without it such text is an error.
        ``compression`` is Parquet's; small integers need none, the dictionaries do the work.
        """
        self._writer: object
        if ending == ".csv":
            from pyarrow import csv

            self._dates = [i for i, f in enumerate(schema) if pa.types.is_date32(f.type)]
            for i in self._dates:
                schema = schema.set(i, pa.field(schema.field(i).name, pa.string()))
            options = csv.WriteOptions(
                quoting_style="needed" if quote else "none",
                quoting_header="none",
                batch_size=8_192,
            )
            self._writer = csv.CSVWriter(path, schema, write_options=options)
        else:
            import pyarrow.parquet as pq

            self._dates = []
            self._writer = pq.ParquetWriter(
                path,
                schema,
                store_schema=False,
                use_dictionary=[name for name in schema.names if name not in plain],
                compression=compression,
            )

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        for i in self._dates:
            days = batch.column(i).dictionary_encode()  # few days, many rows
            words = pc.strftime(days.dictionary.cast(pa.timestamp("s")), format="%d-%m-%Y")
            batch = batch.set_column(i, batch.schema.field(i).name, words.take(days.indices))
        self._writer.write_batch(batch)  # type: ignore[attr-defined]

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()  # type: ignore[attr-defined]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
