"""One customer taken out of a table, whatever its form; all other rows stay as they are.

A file is rewritten beside itself and put in its place once it is whole.
"""

from __future__ import annotations

import csv
import gzip
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from smartcart.audiences.contacts import id_columns
from smartcart.engines.customer_key import BLANK, key_text
from smartcart.errors import DataError
from smartcart.sources.csv_dialect import Dialect, sniff
from smartcart.sources.encoding import plain_text
from smartcart.sources.file_format import Content, content_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Wanted", "erase_rows"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be taken out: ``columns`` may hold ids, ``orders`` the numbers of orders.

    An order goes with all of its lines, for some exports name the customer in the first one only.
    """

    customer: str
    columns: frozenset[str] = frozenset()
    orders: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The id as it is compared."""
        return key(self.customer)

    @property
    def telling(self) -> bool:
        """Whether the id can be nothing else: letters with digits, an address, or a long number.

        A word alone can be the value of any column, and a short number any figure.
        """
        text = self.customer.strip()
        digits = bool(re.search(r"\d", text))
        letters = bool(re.search(r"[^\W\d_]", text))
        return "@" in text or (digits and (letters or len(text) >= 8))

    def places(self, names: Sequence[str]) -> list[int]:
        """Return the columns that may hold the id: by what runs know, else by their names."""
        known = [i for i, name in enumerate(names) if name in self.columns]
        return sorted({*known, *id_columns(names)})

    def meets(self, cells: Sequence[object], places: Sequence[int]) -> bool:
        """Return whether a row is of the customer."""
        if any(i < len(cells) and key(cells[i]) == self.key for i in places):
            return True
        return self.telling and any(key(cell) == self.key for cell in cells)


def key(cell: object) -> str:
    """Return an id as it is compared: without blanks around it, 17.0 as 17, whatever its case.

    >>> key(" 17.0 "), key("Ann@Example.com"), key(None)
    ('17', 'ann@example.com', '')
    """
    plain = cell.strip(f"{BLANK}'\"") if isinstance(cell, str) else cell
    return (key_text(plain) or "").casefold()


def erase_rows(path: Path, wanted: Wanted) -> int | None:
    """Take the rows of a customer out of a table; return how many, ``None`` where it cannot be.

    It cannot be done in workbooks of old forms and in database files, and the file is as it was.

    Raises ``DataError`` where the file is no table.
    """
    content = content_of(path, path.name)
    if content == "parquet":
        return _parquet(path, wanted)
    if content == "excel" and path.read_bytes()[:2] == b"PK":
        from smartcart.audiences.erasing_workbook import erase_from_workbook

        return erase_from_workbook(path, wanted)
    if content in {"text", "gzip", "zstd"}:
        return _text(path, content, wanted)
    return None


# Parquet ---------------------------------------------------------------------------------------


def _parquet(path: Path, wanted: Wanted) -> int:
    import pyarrow as pa
    from pyarrow import parquet as pq

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        names = list(schema.names)
        places, orders = (
            wanted.places(names),
            [i for i, n in enumerate(names) if n in wanted.orders],
        )
        gone_orders = _orders(
            lambda: (row for batch in file.iter_batches() for row in _rows(batch)),
            wanted,
            places,
            orders,
        )
        gone = 0
        part = path.with_name(f".{path.name}.part")
        with pq.ParquetWriter(part, schema, compression="zstd") as out:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                keep = [
                    not _of(row, wanted, places, orders, gone_orders)
                    for batch in table.to_batches()
                    for row in _rows(batch)
                ]
                gone += len(keep) - sum(keep)
                kept = table.filter(pa.array(keep, pa.bool_()))
                if kept.num_rows:
                    out.write_table(kept, row_group_size=max(kept.num_rows, 1))
    if gone:
        os.replace(part, path)
    else:
        part.unlink()
    return gone


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[object, ...]]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _orders(
    rows: Callable[[], Iterator[Sequence[object]]],
    wanted: Wanted,
    places: Sequence[int],
    orders: Sequence[int],
) -> set[str]:
    """Return the numbers of the customer's orders."""
    if not orders:
        return set()
    return {
        found
        for row in rows()
        if wanted.meets(row, places)
        for i in orders
        if i < len(row) and (found := key(row[i]))
    }


def _of(
    row: Sequence[object],
    wanted: Wanted,
    places: Sequence[int],
    orders: Sequence[int],
    gone: set[str],
) -> bool:
    return wanted.meets(row, places) or any(i < len(row) and key(row[i]) in gone for i in orders)


# Text ------------------------------------------------------------------------------------------


def _text(path: Path, content: Content, wanted: Wanted) -> int:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".", suffix=".part") as folder:
        packed = None if content == "text" else content
        plain, _ = plain_text(path, packed, Path(folder) / "plain", path.name)
        try:
            dialect = sniff(plain, path.name)
        except DataError:  # a list of one column
            dialect = Dialect("\0", (), 0, header=False)
        names = dialect.names if dialect.header else ()
        places = wanted.places(names) if names else [0]
        orders = [i for i, name in enumerate(names) if name in wanted.orders]
        gone_orders = _orders(
            lambda: (cells for _, cells in _records(plain, dialect)), wanted, places, orders
        )
        target, gone = Path(folder) / "kept", 0
        with _writer(target, content) as out:
            for place, (raw, cells) in enumerate(_records(plain, dialect)):
                head = bool(names) and place < 1 + dialect.titles
                if not head and _of(cells, wanted, places, orders, gone_orders):
                    gone += 1
                else:
                    out.write(raw.encode("utf-8", "surrogateescape"))
        if gone:
            os.replace(target, path)
    return gone


def _records(path: Path, dialect: Dialect) -> Iterator[tuple[str, list[str]]]:
    """Yield each record as it stands in the file, and its cells; a quoted cell may have lines."""
    options: dict[str, Any] = {"delimiter": dialect.separator}
    if dialect.escape == "\\":
        options |= {"doublequote": False, "escapechar": "\\"}
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        raw = ""
        for line in file:
            raw += line
            if raw.replace('\\"', "").count('"') % 2 and len(raw) < 1 << 20:
                continue
            yield raw, _cells(raw, options)
            raw = ""
        if raw:
            yield raw, _cells(raw, options)


def _cells(raw: str, options: dict[str, Any]) -> list[str]:
    text = raw.removeprefix("\ufeff").rstrip("\r\n")
    if options["delimiter"] == "\0":
        return [text]
    try:
        return next(csv.reader([text], **options), [])
    except csv.Error:
        return text.split(options["delimiter"])


def _writer(path: Path, content: Content) -> IO[bytes]:
    if content == "gzip":
        return gzip.open(path, "wb")  # type: ignore[return-value]
    if content == "zstd":
        import pyarrow as pa

        out: IO[bytes] = pa.CompressedOutputStream(str(path), "zstd")
        return out
    return path.open("wb")
