"""What goes wrong with disks and files in mid-run: one sentence, and nothing half-written."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from command_line import ENV, Done, smartcart
from smartcart import workflows
from smartcart.datasets import write_customers
from smartcart.errors import DataError


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults") / "shop.parquet"
    write_customers(path, 3_000, seed=3)
    return path


def run(source: Path, out: Path, **options: Any) -> Done:
    return smartcart("run", source, "-o", out, "--k-max", 3, **options)


def assert_refused(done: Done, out: Path, words: str) -> None:
    """The exit code is that of data or of usage, one line says why, and nothing is left behind."""
    assert done.returncode in {2, 3}, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("smartcart: ")]
    assert len(said) == 1, done.stderr
    assert words in said[0]
    assert "Traceback" not in done.stderr
    assert not out.exists()
    left = [p.name for p in out.parent.iterdir() if p.name not in {"shop", "tmp"}]
    assert left == []


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a file system of so many megabytes in memory; skip where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_full_in_mid_write(shop: Path, tmp_path: Path) -> None:
    """The tables fit, the pictures and the report do not."""
    with small_disk(tmp_path / "disk", 1) as disk:
        assert_refused(run(shop, disk / "out"), disk / "out", "No space left")


def test_a_limit_on_the_size_of_files(shop: Path, tmp_path: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    folder = tmp_path / "there"
    folder.mkdir()
    words = ["run", str(shop), "-o", str(folder / "out"), "--k-max", "3"]
    done = subprocess.run(
        [sys.executable, "-m", "smartcart", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        preexec_fn=limited,
    )
    assert_refused(done, folder / "out", "File too large")


def test_a_temporary_disk_that_is_full(tmp_path: Path) -> None:
    source = tmp_path / "shop.csv"
    write_customers(source, 120_000, seed=3)
    there = tmp_path / "there"
    there.mkdir()
    with small_disk(tmp_path / "disk", 1) as disk:
        done = run(source, there / "out", env=ENV | {"TMPDIR": str(disk)})
        assert_refused(done, there / "out", "space")
        assert list(disk.iterdir()) == []


@pytest.fixture
def parts(shop: Path, tmp_path: Path) -> Path:
    """A folder of three files of one table."""
    folder = tmp_path / "shop"
    folder.mkdir()
    table = pq.read_table(shop)
    for i in range(3):
        pq.write_table(table.slice(i * 1_000, 1_000), folder / f"part{i}.parquet")
    return folder


def test_a_part_that_ends_too_early(parts: Path, tmp_path: Path) -> None:
    part = parts / "part1.parquet"
    part.write_bytes(part.read_bytes()[:-100])
    assert_refused(run(parts, tmp_path / "out"), tmp_path / "out", "'part1.parquet'")


def test_a_part_that_is_damaged_within(parts: Path, tmp_path: Path) -> None:
    part = parts / "part1.parquet"
    content = bytearray(part.read_bytes())
    content[200:4_000] = os.urandom(3_800)
    part.write_bytes(content)
    with pytest.raises(DataError, match=r"part1|could not be read"):
        workflows.inspect(str(parts))


@pytest.mark.parametrize("change", ["dropped", "text"])
def test_a_part_whose_columns_differ_from_its_neighbours(
    parts: Path, tmp_path: Path, change: str
) -> None:
    part = parts / "part2.parquet"
    frame = pq.read_table(part).to_pandas()
    if change == "dropped":
        frame = frame.drop(columns="MntWines")
    else:
        frame["MntWines"] = "plenty"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), part)
    assert_refused(run(parts, tmp_path / "out"), tmp_path / "out", "MntWines")


def test_a_small_segment_far_from_the_rest_survives_sampling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One customer in 200 is far off, and the fit sees one row in six."""
    monkeypatch.setattr("smartcart.workflows.customer_arrays.SAMPLE_ROWS", 10_000)
    monkeypatch.setattr("smartcart.workflows.customer_arrays.WIDE_ROWS", 20_000)
    rng = np.random.default_rng(5)
    n = 60_000
    kind = np.where(rng.random(n) < 0.005, 2, rng.integers(0, 2, n))
    frame = pd.DataFrame(
        {
            "customer_id": np.arange(n),
            "total_spend": rng.lognormal(np.array([4.0, 6.0, 9.5])[kind], 0.2).round(2),
            "orders": rng.normal(np.array([4, 16, 90])[kind], np.array([1, 3, 8])[kind]).round(),
            "visits": rng.normal(np.array([9, 4, 40])[kind], np.array([1.5, 1, 4])[kind]).round(),
        }
    ).clip(lower=0)
    path, out = tmp_path / "shop.parquet", tmp_path / "out"
    frame.to_parquet(path)
    out.mkdir()
    workflows.segment(path, out, k=3, k_max=3)
    segment = pd.read_parquet(out / "segments.parquet").set_index("customer_id")["segment_id"]
    small = segment.loc[np.flatnonzero(kind == 2)]
    assert small.nunique() == 1
    assert (segment == small.iloc[0]).sum() == pytest.approx((kind == 2).sum(), rel=0.01)
