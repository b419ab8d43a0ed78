"""What a file really is, by its first bytes; its name is only compared."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, Literal

from smartcart.errors import DataError

__all__ = ["Content", "content_of", "name_says"]

Content = Literal["text", "gzip", "zstd", "parquet", "excel", "duckdb", "sqlite"]

_OTHER = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"ARROW1", "an Arrow file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x80\x04\x95", "a Python pickle"),
)
_EXPECTED = "a table as CSV, TSV, Parquet or Excel"
_NAMES: dict[str, Content] = {
    ".csv": "text",
    ".tsv": "text",
    ".tab": "text",
    ".txt": "text",
    ".dat": "text",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".gz": "gzip",
    ".zst": "zstd",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".duckdb": "duckdb",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
}


def name_says(path: Path) -> Content | None:
    """Return what the file's name promises; None where it promises nothing."""
    return _NAMES.get(path.suffix.lower())


def open_binary(path: Path) -> IO[bytes]:
    """Open a file for reading; one place, so that a refusal can be rehearsed."""
    return path.open("rb")


def content_of(path: Path, source: str) -> Content:
    """Return what the file is.

    Raises:
        DataError: it is empty, unreadable, or something that holds no table.
    """
    try:
        with open_binary(path) as file:
            head = file.read(4096)
            file.seek(0, 2)
            size = file.tell()
            file.seek(max(0, size - 4))
            tail = file.read()
    except OSError as error:
        raise DataError.of(
            f"{source!r} could not be opened ({error.strerror or error})",
            "a file that may be read",
            "check its permissions",
        ) from error
    if not size:
        raise DataError.of(f"{source!r} is empty (0 bytes)", _EXPECTED, "export the table again")
    if head.startswith(b"PAR1"):
        if tail != b"PAR1" or size < 12:
            raise DataError.of(
                f"{source!r} is a Parquet file that ends too early",
                "a whole file",
                "copy or export it again",
            )
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return _zip(path, source)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return "zstd"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "excel"
    if head.startswith(b"SQLite format 3\x00"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    refuse_other(head, source)
    return "text"


def refuse_other(head: bytes, source: str) -> None:
    """Raise a DataError if ``head`` starts something that is known and is no table."""
    for magic, what in _OTHER:
        if head.startswith(magic) and (len(magic) > 3 or b"\x00" in head or magic == b"BZh"):
            raise DataError.of(
                f"{source!r} is {what}, not a table", _EXPECTED, "export the data as one of these"
            )
    start = head[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for magic, what in ((b"<!doctype", "a web page"), (b"<html", "a web page"), (b"<?xml", "XML")):
        if start.startswith(magic):
            raise DataError.of(
                f"{source!r} is {what}, not a table", _EXPECTED, "export the data as one of these"
            )
    if start[:1] in (b"{", b"[") and b'":' in head.replace(b" ", b""):
        raise DataError.of(
            f"{source!r} is JSON, not a table", _EXPECTED, "export the data as one of these"
        )


def _zip(path: Path, source: str) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise DataError.of(
            f"{source!r} starts as an Excel or zip file but is damaged or cut off",
            "a whole file",
            "copy or export it again",
        ) from error
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return "excel"
    raise DataError.of(
        f"{source!r} is a zip archive of {len(names)} files", _EXPECTED, "unpack it first"
    )
