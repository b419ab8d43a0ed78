"""What cannot be read ends in one sentence, never in a stranger's traceback."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smartcart.engines.duckdb import DuckDB
from smartcart.errors import DataError, UsageError
from smartcart.sources import open_source

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def sentence(source: Any, kind: type[Exception] = DataError, **options: Any) -> str:
    """Return the sentence that opening ``source`` ends in."""
    with pytest.raises(kind) as caught:
        open_source(source, **options)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert "Traceback" not in text
    assert caught.value.exit_code == (3 if kind is DataError else 2)  # type: ignore[attr-defined]
    return text


def put(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def table(rows: int = 1000) -> pa.Table:
    return pa.table({"id": np.arange(rows), "x": np.random.default_rng(0).random(rows)})


# Paths -----------------------------------------------------------------------------------------


def test_no_such_file_and_its_neighbour(tmp_path: Path) -> None:
    put(tmp_path / "customers.csv", "id,x\n1,2\n")
    text = sentence(tmp_path / "costumers.csv", UsageError)
    assert "Did you mean 'customers.csv'?" in text
    assert "there is no folder" in sentence(tmp_path / "no" / "x.csv", UsageError)
    assert "no file matches" in sentence(str(tmp_path / "*.parquet"), UsageError)


@pytest.mark.parametrize("source", ["", "  ", 5, None, [], b"x", [1, 2], {"a": [1]}])
def test_not_a_source(source: Any) -> None:
    assert "expected a path" in sentence(source, UsageError)


def test_an_address_is_not_read() -> None:
    assert "'https' addresses" in sentence("https://example.org/x.csv", UsageError)


def test_a_folder_without_tables(tmp_path: Path) -> None:
    assert "holds no tables" in sentence(tmp_path)
    put(tmp_path / "note.md", "# hi")
    assert "holds no tables" in sentence(tmp_path)


def test_a_folder_of_mixed_formats(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "id,x\n1,2\n")
    pq.write_table(table(), tmp_path / "b.parquet")
    text = sentence(tmp_path)
    assert "'a.csv' is text but 'b.parquet' is Parquet" in text


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_files_of_different_columns(tmp_path: Path, kind: str) -> None:
    for name, columns in (("a", {"id": [1], "x": [2]}), ("b", {"id": [1], "y": [2]})):
        frame = pd.DataFrame(columns)
        path = tmp_path / f"{name}.{kind}"
        frame.to_csv(path, index=False) if kind == "csv" else frame.to_parquet(path)
    text = sentence(tmp_path)
    assert f"'b.{kind}' lacks 'x' and has 'y', unlike 'a.{kind}'" in text


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "a.csv", "id,x\n1,2\n")

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("smartcart.sources.file_format.open_binary", refuse)
    assert "could not be opened (Permission denied)" in sentence(path)


# Content ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"\n\n  \n", "holds only blank lines"),
        (b"id,x\n", "has a header but no rows"),
        (b"id", "has a header but no rows"),
        (PNG, "is a PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(64), "is a JPEG picture"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is a PDF document"),
        (b"<!DOCTYPE html><html></html>", "is a web page"),
        (b'{"id": 1, "x": 2}', "is JSON"),
        (b"SQLite format 3\x00" + bytes(100), "is an SQLite database"),
        (b"id,x\n1,2\n3,\x004\n", "holds a NUL byte in line 3"),
        (b"PAR1" + bytes(100), "is a Parquet file that ends too early"),
        (b"PAR1" + bytes(100) + b"PAR1", "could not be read as Parquet"),
        (b"PK\x03\x04" + bytes(100), "is damaged or cut off"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "could not be read as Excel"),
        (b"\x1f\x8b" + bytes(30), "could not be read to its end"),
        (b"\x28\xb5\x2f\xfd" + bytes(30), "could not be read to its end"),
    ],
)
def test_bytes(tmp_path: Path, data: bytes, words: str) -> None:
    text = sentence(put(tmp_path / "shop.csv", data))
    assert words in text
    assert "shop.csv" in text


def test_a_picture_in_an_archive(tmp_path: Path) -> None:
    assert "is a PNG picture" in sentence(put(tmp_path / "t.csv.gz", gzip.compress(PNG)))


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("t.csv", "id,x\n1,2\n")
    assert "is a zip archive of 1 files" in sentence(tmp_path / "t.zip")


def test_truncated_files(tmp_path: Path) -> None:
    whole = gzip.compress(b"id,x\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(20_000)))
    for cut in (12, len(whole) // 2, len(whole) - 1):
        assert "to its end" in sentence(put(tmp_path / "t.csv.gz", whole[:cut]))
    pq.write_table(table(), tmp_path / "t.parquet")
    data = (tmp_path / "t.parquet").read_bytes()
    assert "ends too early" in sentence(put(tmp_path / "cut.parquet", data[: len(data) // 2]))


def test_damaged_parquet_pages(tmp_path: Path) -> None:
    pq.write_table(table(50_000), tmp_path / "t.parquet")
    data = bytearray((tmp_path / "t.parquet").read_bytes())
    data[1000:60_000] = bytes(59_000)
    assert "could not be read" in sentence(put(tmp_path / "t.parquet", bytes(data)))


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    book.close()
    return path


def test_workbooks(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", [["id", "x"], [1, 2]])
    text = sentence(f"{path}::Shet")
    assert "has no sheet 'Shet'" in text
    assert "'Sheet'" in text
    assert "is empty" in sentence(workbook(tmp_path / "e.xlsx", []))
    assert "no rows" in sentence(workbook(tmp_path / "h.xlsx", [["id", "x"]]))
    data = path.read_bytes()
    assert "damaged or cut off" in sentence(put(tmp_path / "c.xlsx", data[: len(data) // 2]))
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<nonsense")
    assert "could not be read as Excel" in sentence(tmp_path / "b.xlsx")


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    text = sentence(put(tmp_path / "t.xlsx", protected()))
    assert "is protected by a password" in text


def protected() -> bytes:
    """The smallest compound file with a stream "EncryptedPackage", as Excel saves a password."""
    free, end, fat_sector = b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff", b"\xfd\xff\xff\xff"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00" + bytes(6) + bytes(4)
    header += (1).to_bytes(4, "little")  # one FAT sector
    header += (1).to_bytes(4, "little") + bytes(4) + (4096).to_bytes(4, "little")
    header += end + bytes(4) + end + bytes(4)
    header += bytes(4) + free * 108
    fat = fat_sector + end + free * 126

    def entry(name: str, kind: int, child: bytes) -> bytes:
        raw = (name + "\x00").encode("utf-16-le")
        size = len(raw).to_bytes(2, "little")
        return (
            raw.ljust(64, b"\x00")
            + size
            + bytes([kind, 1])
            + free
            + free
            + child
            + bytes(36)
            + end
            + bytes(8)
        )

    root = entry("Root Entry", 5, (1).to_bytes(4, "little"))
    stream = entry("EncryptedPackage", 2, free)
    return header + fat + root + stream + bytes(256)


# Tables in memory and settings -----------------------------------------------------------------


def test_empty_frames() -> None:
    assert "has no rows" in sentence(pd.DataFrame({"id": [], "x": []}))
    assert "has no columns" in sentence(pd.DataFrame())


def test_settings_that_duckdb_refuses(tmp_path: Path) -> None:
    path = put(tmp_path / "t.csv", "id,x\n1,2\n")
    assert "memory_limit='lots'" in sentence(path, memory_limit="lots")
    assert "threads=-1" in sentence(path, threads=-1)
    assert "no temporary folder" in sentence(path, UsageError, temp_dir=tmp_path / "no")


def test_too_little_memory(tmp_path: Path) -> None:
    with DuckDB(memory_limit="20MB", threads=1, temp_dir=tmp_path) as engine:
        wide = engine.query("select list(range) as x from range(50_000_000)")
        with pytest.raises(DataError, match="memory"):
            engine.arrow(wide)


def test_part_of_a_file_without_parts(tmp_path: Path) -> None:
    path = put(tmp_path / "t.csv", "id,x\n1,2\n")
    assert "has no part 'Sheet'" in sentence(f"{path}::Sheet")


def test_too_many_columns_are_refused_and_many_are_not(tmp_path) -> None:
    import smartcart

    for count, fine in ((1_200, True), (2_501, False)):
        path = tmp_path / f"{count}.csv"
        names = ",".join(f"c{i}" for i in range(count))
        rows = [",".join(str((r * 7919 + i * 31) % 997) for i in range(count)) for r in range(30)]
        path.write_text("\n".join([names, *rows]))
        if fine:
            assert smartcart.check(path).ledger.segmented == 30
        else:
            with pytest.raises(DataError, match=r"has 2,501 columns; expected at most 2,500"):
                smartcart.check(path)
