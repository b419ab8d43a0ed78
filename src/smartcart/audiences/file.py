"""The file of an audience: CSV, Parquet or one customer a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from smartcart.audiences.identifiers import FIRST_PLAIN, harmless
from smartcart.engines.closeable import Closeable
from smartcart.errors import DataError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KINDS", "AudienceFile", "refuse_kind"]

KINDS = (".csv", ".parquet", ".txt")


def refuse_kind(path: Path) -> None:
    """Raise ``UsageError`` where the name does not say how to write the file."""
    if path.suffix.lower() not in KINDS:
        raise UsageError.of(
            f"-o is {str(path)!r}",
            "a name that ends in .csv, .parquet or .txt",
            "choose another -o",
        )


class AudienceFile(Closeable):
    """Writes record batches, all of one schema; the file is made with the first.

    Cells of a CSV that a spreadsheet would run are made harmless (and counted in ``escaped``);
    Parquet and text keep every cell as it is. A text file has no header and a column only.
    """

    def __init__(self, path: Path) -> None:
        self.written = self.escaped = 0
        self._path, self._kind = path, path.suffix.lower()
        self._file: Any = None  # a writer of Parquet or CSV, or a text file

    def write(self, batch: pa.RecordBatch) -> None:
        """Write an Arrow record batch."""
        import pyarrow as pa

        self.written += batch.num_rows
        if self._file is None:
            self._file = self._open(batch.schema)
        if self._kind == ".parquet":
            self._file.write_batch(batch)
        elif self._kind == ".csv":
            columns = [self._harmless(column) for column in batch.columns]
            self._file.write_batch(pa.record_batch(columns, schema=batch.schema))
        else:
            self._file.writelines(f"{_one_line(cell)}\n" for cell in batch.column(0).to_pylist())

    def _open(self, schema: pa.Schema) -> Any:
        if self._kind == ".parquet":
            from pyarrow import parquet

            return parquet.ParquetWriter(self._path, schema, compression="zstd")
        if self._kind == ".csv":
            from pyarrow import csv

            return csv.CSVWriter(self._path, schema)
        return self._path.open("w", encoding="utf-8", newline="\n")

    def _harmless(self, column: pa.Array) -> pa.Array:
        """Return a column of text with cells that are no formulas."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            return column
        if pc.all(pc.match_substring_regex(column, FIRST_PLAIN), min_count=0).as_py():
            return column  # of missing cells nothing is asked
        cells = column.to_pylist()
        safe = [None if cell is None else harmless(cell) for cell in cells]
        self.escaped += sum(a != b for a, b in zip(cells, safe, strict=True))
        return pa.array(safe, column.type)

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._file is not None:
            self._file.close()


def _one_line(cell: object) -> str:
    text = str(cell)
    if text.splitlines() != [text]:
        raise DataError.of(
            f"the id {text[:40]!r} has a line break in it" if text else "an id is empty",
            "one customer a line in a text file",
            "write .csv or .parquet",
        )
    return text
