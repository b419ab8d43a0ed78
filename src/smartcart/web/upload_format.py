"""What an uploaded file really is, found out before anything reads it as a table."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from smartcart.errors import DataError

if TYPE_CHECKING:
    pass

__all__ = ["look_inside"]

EXPECTED = "a table as CSV, TSV, Parquet or Excel, also as .gz or .zst"
MOST_IN_ZIP = 2 * 1024**3  # bytes of a workbook once unpacked ...
MOST_PARTS = 5_000  # ... in so many parts
BLOWN_UP = 250  # a part of a workbook unpacks to at most so many times its size, beyond
SMALL = 10 * 1024**2  # which is looked at only in larger ones
UNPACKED = 10  # a packed text may be so many times as large as what is taken at all
CHUNK = 1 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def look_inside(path: Path, name: str, limit: int) -> str:
    """Return the ending that a file's content deserves.

    ``name`` is what the user calls it, ``limit`` the size of the largest file that is taken.

    Raises ``DataError`` where it holds no table, or would not fit once unpacked.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise _refused(name, "is empty (0 bytes)")
    if head.startswith(b"PAR1"):
        return ".parquet"
    if head.startswith(b"PK\x03\x04") or zipfile.is_zipfile(path):
        return _workbook(path, name)
    if head.startswith(OLE):
        return ".xls"
    if head.startswith(b"\x1f\x8b"):
        _refuse_bomb(path, name, limit * UNPACKED, _gunzipped)
        return ".csv.gz"
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        _refuse_bomb(path, name, limit * UNPACKED, _unzstd)
        return ".csv.zst"
    if head.startswith(b"SQLite format 3\0") or head[8:12] == b"DUCK":
        raise DataError.of(
            f"{name!r} is a database file",
            EXPECTED,
            "export its table, or have it put into the sources folder of the server",
        )
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")) and not _wide(head):
        raise _refused(name, "holds no text")
    return ".csv"


def _wide(head: bytes) -> bool:
    """Return whether bytes look like UTF-16 without a mark: every second one is nothing."""
    even, odd = head[0::2], head[1::2]
    return max(even.count(0), odd.count(0)) > 0.6 * len(even) and min(
        even.count(0), odd.count(0)
    ) < 0.1 * len(even)


def _refused(name: str, why: str) -> DataError:
    return DataError.of(f"{name!r} {why}", EXPECTED, "export the table again")


def _workbook(path: Path, name: str) -> str:
    """Unpack a workbook once, in bounded memory, to see that it is what it says."""
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS:
                raise _refused(name, f"has {len(parts):,} parts, more than any workbook")
            if sum(part.file_size for part in parts) > MOST_IN_ZIP:
                raise _refused(name, f"would unpack to more than {MOST_IN_ZIP:,} bytes")
            for part in parts:
                if part.flag_bits & 1:
                    raise _refused(name, "is locked with a password")
                _refuse_part(book, part, name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
        RuntimeError,
    ) as error:
        if isinstance(error, DataError):
            raise
        raise _refused(name, "is a damaged archive or workbook") from error
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return ".xlsb" if "xl/workbook.bin" in names else ".xlsx"
    if "content.xml" in names and "mimetype" in names:
        return ".ods"
    raise _refused(name, "is an archive, and no workbook")


def _refuse_part(book: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    if part.file_size > SMALL and part.file_size > BLOWN_UP * max(part.compress_size, 1):
        raise _refused(name, "would unpack to many times its size")
    seen = 0
    with book.open(part) as file:  # checks size and checksum
        while chunk := file.read(CHUNK):
            seen += len(chunk)
            if seen > part.file_size:
                raise _refused(name, "unpacks to more than it says")


def _refuse_bomb(
    path: Path, name: str, most: int, opened: Callable[[IO[bytes]], IO[bytes] | gzip.GzipFile]
) -> None:
    seen = 0
    try:
        with path.open("rb") as raw, opened(raw) as file:
            while chunk := file.read(CHUNK):
                seen += len(chunk)
                if seen > most:
                    raise _refused(name, f"would unpack to more than {most:,} bytes")
    except (OSError, EOFError, zlib.error, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise _refused(name, "is packed, and damaged") from error


def _gunzipped(raw: IO[bytes]) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=raw)


def _unzstd(raw: IO[bytes]) -> IO[bytes]:
    import pyarrow as pa

    unpacked: IO[bytes] = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
    return unpacked
