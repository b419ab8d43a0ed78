"""SmartCart on a standalone Spark cluster of this machine: time, and memory of every part.

A master and two workers of one core each start on loopback from the installed PySpark; each worker
gives its executor so much memory as `--worker-memory` says, less what its Python needs. The memory
of the driver and of each worker (with its executor and the Python beneath it) is added up once a
second from the resident sizes of their processes. With `--compare` the embedded engine runs on the
same file, and its centroids and verdict are held against Spark's.

    python benchmarks/spark.py [--rows 10000000] [--source FILE.parquet] [--compare]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil

from bench import SYNTH, machine, smartcart_command

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from spark_cluster import Cluster, missing

DEFAULTS = """
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 1g
spark.executor.memory {heap}m
spark.sql.shuffle.partitions 8
spark.ui.enabled false
"""


def megabytes(pid: int) -> float:
    """Return the resident size of a process and all beneath it."""
    total = 0
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            with suppress(psutil.Error):
                total += process.memory_info().rss
    return total / 1e6


@contextmanager
def peaks(named: dict[str, int]) -> Iterator[dict[str, float]]:
    """Watch processes by name; the largest sizes are there at the end."""
    found = dict.fromkeys(named, 0.0)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(1.0):
            for name, pid in named.items():
                found[name] = max(found[name], megabytes(pid))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def differ(here: Path, there: Path) -> tuple[float, bool]:
    """Return how far the centroids differ, as a share of the shorter; and if verdicts agree."""
    models = [json.loads((folder / "model.json").read_text()) for folder in (here, there)]
    a, b = (np.array(model["centroids"]) for model in models)
    runs = [json.loads((folder / "run.json").read_text()) for folder in (here, there)]
    apart = np.linalg.norm(a - b, axis=1) / np.linalg.norm(a, axis=1)
    return float(apart.max()), runs[0]["verdict"] == runs[1]["verdict"]


def run(command: Sequence[str], env: dict[str, str] | None, named: dict[str, int]) -> float:
    """Run a command to its end and show the peaks; return the seconds it took."""
    start = time.perf_counter()
    with (
        subprocess.Popen(command, env=env) as process,
        peaks(named | {"driver": process.pid}) as at,
    ):
        code = process.wait()
    seconds = time.perf_counter() - start
    if code:
        sys.exit(f"exit code {code}")
    told = ", ".join(f"{name} {size:,.0f} MB" for name, size in sorted(at.items()))
    print(f"{seconds:,.0f} s; largest resident sizes: {told}", flush=True)
    return seconds


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--source", type=Path, help="Parquet to read; else it is made")
    parser.add_argument("--worker-memory", type=int, default=2048, help="MB per worker")
    parser.add_argument("--compare", action="store_true", help="run the embedded engine, too")
    options = parser.parse_args(arguments)
    if missing():
        sys.exit(missing())
    heap = options.worker_memory // 2  # the other half is for Java's own needs and for Python
    with tempfile.TemporaryDirectory(prefix="smartcart-bench-") as temporary:
        folder = Path(temporary)
        source = options.source or folder / "customers.parquet"
        if options.source is None:
            subprocess.run(
                [sys.executable, "-c", SYNTH, str(source), str(options.rows)], check=True
            )
        cluster = Cluster(folder, f"{heap}m", DEFAULTS.format(heap=heap))
        try:
            workers = {f"worker {i}": one.pid for i, one in enumerate(cluster.workers, 1)}
            there = smartcart_command(
                "run",
                str(source),
                "-o",
                str(folder / "there"),
                "--engine",
                "spark",
                "--spark-master",
                cluster.url,
            )
            print("Spark:", end=" ", flush=True)
            run(there, cluster.env, workers)
        finally:
            cluster.stop()
        print(json.dumps(json.loads((folder / "there" / "run.json").read_text())["seconds"]))
        if options.compare:
            print("here:", end=" ", flush=True)
            run(
                smartcart_command("run", str(source), "-o", str(folder / "here"), "--quiet"),
                None,
                {},
            )
            apart, same = differ(folder / "here", folder / "there")
            print(
                f"centroids differ by {apart:.2e} at most; verdicts {'agree' if same else 'DIFFER'}"
            )
    print(machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
