"""What the forecast costs a run of an order log: whole processes with it and without, in turn.

    python benchmarks/future_cost.py [--rows 10000000] [--turns 3] [--source orders.parquet]

`smartcart run` of synthetic lines (`smartcart synth orders`), once as it is and once with nothing
forecast (no sums until the day of the split, no fit, no `future.parquet`, being alive forms no
segments). Printed per turn: processor seconds (user and system), those of the clock, the peak of
memory, and the seconds of each step; at the end the median of the ratios. With `--k` both are asked
for as many segments, so that another number of them is no part of the difference.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RUN = """
import sys
from dataclasses import replace
from smartcart.cli.main import main
words = sys.argv[2:]
if sys.argv[1] == "without":
    from smartcart import workflows
    from smartcart.workflows import request
    plain = workflows.order_options
    nothing = lambda settings: replace(plain(settings), horizon=0)
    workflows.order_options = request.order_options = nothing
sys.argv = ["smartcart", *words]
main()
"""


def timed(how: str, source: Path, folder: Path, k: int | None) -> dict[str, Any]:
    """Run once; return processor seconds, those of the clock, the peak in MB, seconds per step."""
    out = folder / how
    words = ["run", str(source), "-o", str(out), "--quiet", "--overwrite"]
    words += [] if k is None else ["--k", str(k)]
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", RUN, how, *words], stdout=subprocess.DEVNULL
    )
    _, code, used = os.wait4(child.pid, 0)
    if code:
        sys.exit(f"{how}: the run ended with {code}")
    told = json.loads((out / "run.json").read_text())
    assert (out / "future.parquet").exists() == (how == "with")
    return {
        "cpu": used.ru_utime + used.ru_stime,
        "wall": time.perf_counter() - began,
        "peak_mb": used.ru_maxrss / 1024,
        "k": told["k"],
        "steps": {name: round(took, 2) for name, took in told["seconds"].items()},
    }


def main() -> None:
    """Run both in turn and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--source", type=Path, help="a log that is there already")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--k", type=int)
    asked = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = asked.source or folder / "orders.parquet"
        if asked.source is None:
            make = ["-m", "smartcart", "synth", "orders", "--rows", str(asked.rows), "--quiet"]
            subprocess.run([sys.executable, *make, "-o", str(source)], check=True)
        for turn in range(asked.turns):
            found = {how: timed(how, source, folder, asked.k) for how in ("with", "without")}
            for how, one in found.items():
                print(
                    f"turn {turn + 1}, {how}: {one['cpu']:.1f} s of processors, "
                    f"{one['wall']:.1f} s, {one['peak_mb']:,.0f} MB, K {one['k']}, {one['steps']}",
                    flush=True,
                )
            ratios.append([found["with"][n] / found["without"][n] for n in ("cpu", "wall")])
    cpu, wall = (statistics.median(one) for one in zip(*ratios, strict=True))
    print(f"with the forecast: {cpu - 1:+.1%} of processor time, {wall - 1:+.1%} by the clock")


if __name__ == "__main__":
    main()
