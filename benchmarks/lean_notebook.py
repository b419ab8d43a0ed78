"""The notebook that a hurried analyst would write: the peer that SmartCart has to beat.

The columns of `reference_pipeline.py` (median income, age, sums, tenure, dummies), StandardScaler,
PCA to 3, an elbow of K-Means with scikit-learn's own number of starts (one), one final fit with
ten, three pictures and two CSV. No silhouettes, no seaborn, no knee finder: nothing that is slow
and could be left out.

    python benchmarks/lean_notebook.py customers.csv -o out/
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from reference_pipeline import N_CLUSTERS, PLOTTED, SEED, USED, clean, embed, encode, load

mpl.use("Agg")
from matplotlib import pyplot as plt  # after the choice of backend, as in every notebook

Points = NDArray[np.float64]


def elbow(points: Points, k_max: int = 10) -> list[float]:
    """Return the WCSS for K = 1 to ``k_max``, one start each."""
    fits = (KMeans(k, random_state=SEED).fit(points) for k in range(1, k_max + 1))
    return [float(fit.inertia_) for fit in fits]


def pictures(folder: Path, points: Points, labels: NDArray[np.int32], wcss: list[float]) -> None:
    """Save the elbow, the segments in three dimensions, and their sizes."""
    plt.figure(figsize=(8, 5))
    plt.plot(range(1, len(wcss) + 1), wcss, marker="o")
    plt.savefig(folder / "elbow.png", dpi=100)
    shown = np.random.default_rng(SEED).permutation(len(points))[:PLOTTED]
    axes = plt.figure(figsize=(8, 6)).add_subplot(projection="3d")
    axes.scatter(*points[shown].T, c=labels[shown], cmap="viridis")
    plt.savefig(folder / "clusters_3d.png", dpi=100)
    plt.figure(figsize=(6, 4))
    plt.bar(range(N_CLUSTERS), np.bincount(labels, minlength=N_CLUSTERS))
    plt.savefig(folder / "segment_sizes.png", dpi=100)
    plt.close("all")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    cleaned = clean(load(options.source))
    points, _ = embed(encode(cleaned).to_numpy())
    wcss = elbow(points)
    labels = KMeans(N_CLUSTERS, n_init=10, random_state=SEED).fit(points).labels_
    cleaned["segment"] = labels
    cleaned[["ID", "segment"]].to_csv(options.output / "segments.csv", index=False)
    cleaned.groupby("segment")[USED].mean().to_csv(options.output / "profile.csv")
    pictures(options.output, points, labels, wcss)
    return 0


if __name__ == "__main__":
    sys.exit(main())
