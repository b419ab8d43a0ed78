"""Runs on Spark and here, and what is the same between them; marks of tests that need Spark."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from smartcart import store, workflows
from spark_cluster import missing

needs_spark = pytest.mark.skipif(bool(missing()), reason=missing() or "Spark is there")
SECONDS = 240
IN_PROCESS = [
    needs_spark,
    pytest.mark.usefixtures("spark"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # PySpark leaves sockets open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def on_spark(test: Any) -> Any:
    """Mark a test that joins the Spark session of this process."""
    for mark in IN_PROCESS:
        test = mark(test)
    return test


class Run:
    """What a run folder holds, as the tests compare it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.summary = json.loads((folder / "run.json").read_text())
        self.model = json.loads((folder / "model.json").read_text())
        self.segments = pd.read_parquet(folder / "segments.parquet").set_index("customer_id")
        self.rejected = (folder / "rejected.csv").read_text()


def run_cli(source: Path, out: Path, *options: str, env: dict[str, str]) -> Run:
    done = subprocess.run(
        command(source, out, *options),
        capture_output=True,
        text=True,
        env=env,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARN" not in done.stderr, done.stderr  # Spark is quiet
    return Run(out)


def run_here(source: Path, out: Path, **options: Any) -> Run:
    out.mkdir()
    store.write_run(out, workflows.segment(source, out, k_max=5, **options))
    return Run(out)


def command(source: Path, out: Path, *options: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "smartcart",
        "run",
        str(source),
        "-o",
        str(out),
        "--k-max",
        "5",
        *options,
    ]


def _rounded(value: Any) -> Any:
    """Return a value of JSON with its numbers to 12 digits."""
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return float(f"{value:.12g}") if isinstance(value, float) else value


def assert_same(here: Run, there: Run) -> None:
    """Both runs say the same of the same customers, rounding aside."""
    for what in ("k", "verdict", "ledger", "notices", "customers", "as_of"):
        assert there.summary[what] == here.summary[what], what
    for a, b in zip(here.summary["columns"], there.summary["columns"], strict=True):
        different = {key for key in a if a[key] != b[key]}
        assert different <= ({"distinct"} if a["estimated"] else set()), a["name"]
    assert [s["segment"] for s in there.summary["segments"]] == [
        s["segment"] for s in here.summary["segments"]
    ]
    a, b = (np.array(run.model["centroids"]) for run in (here, there))
    assert np.linalg.norm(a - b, axis=1).max() <= 0.01 * np.linalg.norm(a, axis=1).min()
    np.testing.assert_allclose(
        there.model["centroids_original"], here.model["centroids_original"], rtol=0.01
    )
    # fitted on the very same sample; the last bit of an exponential is the engine's own
    assert _rounded(there.model["recipe"]) == _rounded(here.model["recipe"])
    assert there.segments.index.is_unique
    assert set(there.segments.index) == set(here.segments.index)
    assert there.rejected == here.rejected
    same = there.segments["segment_id"] == here.segments.loc[there.segments.index, "segment_id"]
    assert same.mean() >= 0.99
    csv = pd.read_csv(there.folder / "segments.csv")
    assert len(csv) == len(there.segments)
    rfm = pd.read_csv(there.folder / "rfm.csv").set_index("customer_id").sort_index()
    pd.testing.assert_frame_equal(
        rfm, pd.read_csv(here.folder / "rfm.csv").set_index("customer_id").sort_index()
    )
