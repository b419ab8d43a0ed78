"""Seconds per Lloyd pass over rows in memory: SmartCart, scikit-learn, scikit-learn-intelex, faiss.

All start from the same centers and run so many passes, each in turn, several times; what a library
does once before and after its passes is part of it, and made small by their number. A pass gives
every row its nearest center and adds up the rows of each.

    python benchmarks/lloyd.py [--rows 1000000] [--columns 11] [--k 4 5 8 10] [--passes 20]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench import machine, spread
from smartcart.core.kmeans import single_thread
from smartcart.core.lloyd import lloyd_sums, packed

Floats = NDArray[np.float64]


def ours(Z: Floats, centers: Floats, passes: int) -> int:
    """Passes as in `workflows.segment`, one thread for each product as there."""
    rows = packed(Z)
    with single_thread():
        for _ in range(passes):
            centers = lloyd_sums(rows, centers).centers(centers)
    return passes


def sklearn(Z: Floats, centers: Floats, passes: int) -> int:
    from sklearn.cluster import KMeans

    model = KMeans(len(centers), init=centers, n_init=1, max_iter=passes, tol=0, algorithm="lloyd")
    return int(model.fit(Z).n_iter_)  # fewer, once no row moves


def intelex(Z: Floats, centers: Floats, passes: int) -> int:
    from sklearnex.cluster import KMeans

    model = KMeans(len(centers), init=centers, n_init=1, max_iter=passes, tol=0, algorithm="lloyd")
    return int(model.fit(Z).n_iter_)  # fewer, once no row moves


def faiss(Z: Floats, centers: Floats, passes: int) -> int:
    from faiss import Kmeans

    narrow = np.ascontiguousarray(Z, dtype=np.float32)
    model = Kmeans(Z.shape[1], len(centers), niter=passes, max_points_per_centroid=10**9)
    model.train(narrow, init_centroids=centers.astype(np.float32))
    return passes


WHO: dict[str, Callable[[Floats, Floats, int], int]] = {
    "SmartCart": ours,
    "scikit-learn": sklearn,
    "scikit-learn-intelex": intelex,
    "faiss": faiss,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=11)
    parser.add_argument("--k", nargs="+", type=int, default=[4, 5, 8, 10])
    parser.add_argument("--passes", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", message="Number of distinct clusters")
    rng = np.random.default_rng(0)
    print("| K | who | ms per pass | ÷ SmartCart |\n|---|---|---|---|")
    for k in options.k:
        middles = rng.normal(0, 1.2, (k, options.columns))
        Z = middles[rng.integers(0, k, options.rows)] + rng.normal(
            size=(options.rows, options.columns)
        )
        start = Z[rng.choice(len(Z), k, replace=False)]
        taken: dict[str, list[float]] = {who: [] for who in WHO}
        for run in range(options.runs + 1):
            for who, call in WHO.items():
                begun = time.perf_counter()
                passes = call(Z, start, options.passes)
                if run:
                    taken[who].append((time.perf_counter() - begun) / passes * 1000)
        mine = statistics.median(taken["SmartCart"])
        for who, told in taken.items():
            ratio = statistics.median(told) / mine
            print(f"| {k} | {who} | {spread(told, 1)} | {ratio:.2f} |", flush=True)
    print(f"\n{options.rows:,} rows, {options.columns} columns. {machine()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
