"""Fit and forecast of BG/NBD against lifetimes and pymc-marketing, whole processes, in turn.

    python -m venv peer
    peer/bin/pip install lifetimes==0.11.3 "pandas<2" "numpy<1.25" "scipy<1.12" "autograd<1.7"
    python -m venv bayes
    bayes/bin/pip install pymc-marketing==0.19.2 pymc==5.28.5
    python benchmarks/future.py --peer peer/bin/python --bayes bayes/bin/python

All read the same NumPy file (repeats, last, observed), fit BG/NBD (pymc-marketing by its MAP fit,
with its own priors) and forecast the orders of every customer within 90 days. Printed: seconds by
the clock and of processors of the whole process, with the interpreter and its imports, processor
seconds of the fit and the forecast alone, the peak of memory, and the parameters of each. NumPy
starts a thread for matrices that spins for a moment: it costs a processor, but no time. PyTensor,
which pymc-marketing is made of, compiles in the first turn and keeps what it compiled for those
after it: of several turns the first is told by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

OURS = """
import json, sys, time, numpy as np
from smartcart.core.future.fit import fit_customers
from smartcart.core.future.forecast import Way, expected_orders
x, t, T = np.load(sys.argv[1])
start = time.process_time()
found = fit_customers(x, t, T, leaves_at_once=False).model
orders = expected_orders(Way("BG/NBD", found), x, t, T, 90.0)
spent = time.process_time() - start
total = float(orders.sum())
print(json.dumps({"parameters": found.values.tolist(), "total": total, "inside": spent}))
"""
PEER = """
import json, sys, time, numpy as np
from lifetimes import BetaGeoFitter
x, t, T = np.load(sys.argv[1])
start = time.process_time()
model = BetaGeoFitter()
model.fit(x, t, T)
orders = model.conditional_expected_number_of_purchases_up_to_time(90.0, x, t, T)
spent = time.process_time() - start
values = [float(model.params_[name]) for name in ("r", "alpha", "a", "b")]
print(json.dumps({"parameters": values, "total": float(np.sum(orders)), "inside": spent}))
"""
BAYES = """
import json, sys, time, numpy as np, pandas as pd
from pymc_marketing.clv import BetaGeoModel
x, t, T = np.load(sys.argv[1])
who = np.arange(len(x))
data = pd.DataFrame({"customer_id": who, "frequency": x, "recency": t, "T": T})
start = time.process_time()
model = BetaGeoModel(data=data)
model.fit(method="map", progressbar=False)
orders = model.expected_purchases(future_t=90.0)
spent = time.process_time() - start
values = [float(model.fit_result[name].values.ravel()[0]) for name in ("r", "alpha", "a", "b")]
print(json.dumps({"parameters": values, "total": float(orders.sum()), "inside": spent}))
"""


def simulated(customers: int, seed: int = 0) -> np.ndarray:
    """Return repeats, last and observed (3, n) in whole days of customers by BG/NBD."""
    rng = np.random.default_rng(seed)
    T = rng.integers(100, 731, customers).astype(float)
    rate, leave = rng.gamma(0.6, 1 / 40, customers), rng.beta(0.8, 2.5, customers)
    x, t, at, there = (np.zeros(customers) for _ in range(4))
    there = np.ones(customers, bool)
    while there.any():
        at = at + np.maximum(1.0, np.ceil(rng.exponential(1 / rate)))
        there &= at <= T
        x, t = x + there, np.where(there, at, t)
        there &= rng.random(customers) >= leave
    return np.stack([x, t, T])


def timed(python: str, code: str, path: Path) -> tuple[float, float, dict]:
    """Run the code in a process of its own; return its seconds by the clock and of processors,
    and what it printed."""
    kept = {"PYTENSOR_FLAGS": f"base_compiledir={path.parent / 'compiled'}"}
    with tempfile.TemporaryFile("w+") as told:
        command = [python, "-W", "ignore", "-c", code, str(path)]
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=told, env={**os.environ, **kept})
        _, failed, used = os.wait4(child.pid, 0)
        clock = time.perf_counter() - began
        if failed:
            sys.exit(f"{python} ended with {failed}")
        told.seek(0)
        found = json.loads(told.read().splitlines()[-1])
    found |= {"peak_mb": round(used.ru_maxrss / 1024)}
    return clock, used.ru_utime + used.ru_stime, found


def main() -> None:
    """Run all in turn and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="Python of an environment with lifetimes 0.11.3")
    parser.add_argument("--bayes", help="Python of an environment with pymc-marketing 0.19.2")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=1)
    asked = parser.parse_args()
    peers = {
        name: (python, code)
        for name, python, code in (
            ("lifetimes", asked.peer, PEER),
            ("pymc-marketing", asked.bayes, BAYES),
        )
        if python
    }
    ratios: dict[str, list[tuple[float, float, float]]] = {name: [] for name in peers}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.npy"
        np.save(path, simulated(asked.customers))
        for turn in range(asked.turns):
            clock, mine, ours = timed(sys.executable, OURS, path)
            print(f"turn {turn + 1}: smartcart {clock:.2f} s, {mine:.2f} {ours}", flush=True)
            for name, (python, code) in peers.items():
                took, spent, theirs = timed(python, code, path)
                print(f"turn {turn + 1}: {name} {took:.2f} s, {spent:.2f} {theirs}", flush=True)
                inside = theirs["inside"] / ours["inside"]
                ratios[name].append((took / clock, spent / mine, inside))
    for name, found in ratios.items():
        for turns, some in (("first turn", found[:1]), ("median of the others", found[1:])):
            if not some:
                continue
            whole, busy, inside = np.median(some, axis=0)
            print(
                f"{asked.customers:,} customers against {name}, {turns}: {whole:.0f} times as "
                f"fast by the clock, {busy:.0f} times of processors, whole processes; {inside:.0f} "
                "times, fit and forecast alone"
            )


if __name__ == "__main__":
    main()
