"""What fitting on a sample and refining on all rows loses against scikit-learn on all rows.

Within-cluster sum of squares over all customers of a synthetic shop, SmartCart's as a multiple of
that of `KMeans` with 10 starts and with one, for several K, and of `MiniBatchKMeans`.

    python benchmarks/wcss.py [--rows 1000000] [--k 4 5 8 10]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans, MiniBatchKMeans

from smartcart import workflows
from smartcart.core import kmeans, prepare
from smartcart.datasets import write_customers
from smartcart.inspection.customer_table import look
from smartcart.records import Model
from smartcart.sources import open_source
from smartcart.workflows.customer_arrays import CustomerArrays


def standardized(source: Path, model: Model) -> NDArray[np.float64]:
    """Return all customers in the model's standardized features (n, p)."""
    with open_source(str(source)) as opened:
        table = CustomerArrays(look(opened, kind="customers", as_of=model.contract.as_of))
        table.draw_sample()
        parts = table.each(lambda ids, X: prepare.apply_recipe(X, model.recipe), forming_only=True)
        return np.concatenate(list(parts))


def wcss(Z: NDArray[np.float64], centers: NDArray[np.float64]) -> float:
    """Return the sum of squared distances to the nearest center."""
    return float(kmeans.assign(Z, centers)[1].sum())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--k", nargs="+", type=int, default=[4, 5, 8, 10])
    options = parser.parse_args(arguments)
    print(
        "| K | SmartCart ÷ KMeans(n_init=10) | ÷ KMeans(n_init=1) | ÷ MiniBatchKMeans | seconds |"
    )
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="smartcart-bench-") as folder:
        source = Path(folder) / "shop.parquet"
        write_customers(source, options.rows)
        for k in options.k:
            out = Path(folder) / f"out{k}"
            out.mkdir()
            model = workflows.segment(str(source), out, k=k, k_max=k).model
            Z = standardized(source, model)
            ours = wcss(Z, np.array(model.centroids))
            peers = {
                "ten": KMeans(k, n_init=10, random_state=0),
                "one": KMeans(k, n_init=1, random_state=0),
                "mini": MiniBatchKMeans(k, n_init=3, random_state=0),
            }
            ratios, seconds = [], []
            for peer in peers.values():
                start = time.perf_counter()
                peer.fit(Z)
                seconds.append(time.perf_counter() - start)
                ratios.append(ours / wcss(Z, peer.cluster_centers_))
            told = " | ".join(f"{ratio:.5f}" for ratio in ratios)
            print(f"| {k} | {told} | {', '.join(f'{s:.0f}' for s in seconds)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
