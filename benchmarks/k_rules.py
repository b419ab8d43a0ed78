"""Common rules for K, and SmartCart, on data with a known answer.

    python benchmarks/k_rules.py [--datasets 40] [--seed 9000] [--rows 3000]

Prints, per rule: on how many of the planted data sets it picks the planted K, and how many single
clouds and noises it refuses to divide. The seeds of this table were not used to set any threshold.
Then the public labelled sets beside the checkout, where there are any: those on which K-Means at a
reference K reaches an adjusted Rand index of 0.9, so that there is a right answer to be had.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from kneed import KneeLocator
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

from planted import CLOUDS, NOISES, independent_noise, planted, single_cloud
from smartcart.core import kmeans
from smartcart.core.stability import bootstrap_stability
from smartcart.sklearn import CustomerSegmenter

Floats = NDArray[np.float64]

PUBLIC = Path(__file__).parents[1].parent / "shared" / "data" / "clustering"
WITHIN_REACH = 0.9  # adjusted Rand index of K-Means at a reference K
SHAPES = ("full", "tied", "diag", "spherical")


def kneed_elbow(wcss: list[float]) -> int:
    """Return kneed's elbow, 1 where it sees none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = KneeLocator(
            range(1, len(wcss) + 1), wcss, curve="convex", direction="decreasing"
        ).elbow
    return 1 if found is None else int(found)


def stable_095(X: Floats, found: CustomerSegmenter, seed: int) -> int:
    """Return the largest K with bootstrap ARI of at least 0.95, of K-Means with the least WCSS."""
    Z = (X - found.mean_) / found.scale_
    fits = {k: kmeans.fit(Z, k, seed=seed) for k in range(2, 11)}
    pairs = {k: (one.centers, one.labels) for k, one in fits.items()}
    stable = bootstrap_stability(Z, pairs, resamples=20, rng=np.random.default_rng(seed))
    return max((k for k, one in stable.items() if one.ari >= 0.95), default=1)


def picks(X: Floats) -> tuple[dict[str, int], CustomerSegmenter]:
    """Return the K of every rule, and the fitted segmenter."""
    found = CustomerSegmenter(random_state=0).fit(X)
    rules = {"elbow (kneed)": kneed_elbow(found.evidence_["wcss"].tolist())}
    for name in ("silhouette", "calinski_harabasz", "davies_bouldin", "gap", "prediction_strength"):
        rules[name] = found.picks_[name]
    rules["bootstrap ARI 0.95"] = stable_095(X, found, 0)
    rules["SmartCart"] = found.n_clusters_
    return rules, found


def mixture(X: Floats) -> int:
    """Return the K of the Gaussian mixture, of any shape of covariance, with the least BIC."""
    Z = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    tried = [
        (GaussianMixture(k, covariance_type=shape, n_init=2, random_state=0).fit(Z).bic(Z), k)
        for shape in SHAPES
        for k in range(1, min(10, len(Z) // 10) + 1)
    ]
    return min(tried)[1]


def references(path: Path, X: Floats) -> list[int]:
    """Return each reference K at which K-Means follows the reference; 0 labels noise."""
    Z = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)
    found = []
    for labels in sorted(path.parent.glob(path.name.replace(".data.gz", ".labels*.gz"))):
        truth = np.loadtxt(labels).astype(int)
        k, known = len(set(truth[truth > 0].tolist())), truth > 0
        if known.all() and 2 <= k <= 10:
            got = kmeans.fit(Z, k, seed=0).labels
            if adjusted_rand_score(truth, got) >= WITHIN_REACH:
                found.append(k)
    return found


def public() -> None:
    """Print the table of the public sets."""
    right: dict[str, int] = {}
    sets = 0
    for path in sorted(PUBLIC.glob("*/*.data.gz")):
        X = np.loadtxt(path, ndmin=2)
        wanted = references(path, X)
        if not wanted:
            continue
        sets += 1
        rules, found = picks(X)
        rules["Gaussian mixture, BIC"] = mixture(X)
        print(f"{path.parent.name}/{path.name[:-8]}: K {wanted}, {found.verdict_}, {rules}")
        for rule, pick in rules.items():
            right[rule] = right.get(rule, 0) + (pick in wanted)
    for rule, hits in right.items():
        print(f"{rule:<24}{hits} of {sets}")


def main() -> None:
    """Run the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", type=int, default=40, help="planted data sets")
    parser.add_argument("--seed", type=int, default=9000, help="first seed")
    parser.add_argument("--rows", type=int, default=3000, help="rows of each")
    parser.add_argument("--separation", type=float, nargs=2, default=(4.0, 7.0))
    args = parser.parse_args()
    right: dict[str, list[bool]] = {}
    clouds: dict[str, list[bool]] = {}
    noises: dict[str, list[bool]] = {}
    misses = []
    began = time.perf_counter()
    for i in range(args.datasets):
        X, truth = planted(args.seed + i, n=args.rows, separation=tuple(args.separation))
        rules, found = picks(X)
        k = int(truth.max()) + 1
        natural = found.verdict_ == "natural clusters"
        for rule, pick in rules.items():
            right.setdefault(rule, []).append(pick == k)
        right["SmartCart"][-1] &= natural
        if not right["SmartCart"][-1]:
            misses.append(f"planted {i}: K {k}, found {found.n_clusters_}, {found.verdict_}")
    for i in range(args.datasets // 2):
        rules, found = picks(single_cloud(args.seed + i, n=args.rows))
        for rule, pick in rules.items():
            clouds.setdefault(rule, []).append(pick == 1)
        clouds["SmartCart"][-1] = found.verdict_ != "natural clusters"
        if not clouds["SmartCart"][-1]:
            misses.append(f"cloud {i} ({CLOUDS[(args.seed + i) % len(CLOUDS)]}): {rules}")
    for i in range(args.datasets // 4):
        rules, found = picks(independent_noise(args.seed + i, n=args.rows))
        for rule, pick in rules.items():
            noises.setdefault(rule, []).append(pick == 1)
        noises["SmartCart"][-1] &= found.verdict_ == "no structure"
        if not noises["SmartCart"][-1]:
            misses.append(f"noise {i} ({NOISES[(args.seed + i) % len(NOISES)]}): {rules}")
    print(f"{'rule':<22}{'planted K':>11}{'cloud refused':>15}{'noise refused':>15}")
    for rule in right:
        cells = [np.mean(one[rule]) for one in (right, clouds, noises)]
        print(f"{rule:<22}{cells[0]:>11.2f}{cells[1]:>15.2f}{cells[2]:>15.2f}")
    print(
        f"{args.datasets} planted, {args.datasets // 2} clouds, {args.datasets // 4} noises;"
        f" {time.perf_counter() - began:.0f} s"
    )
    print("\n".join(misses))
    if PUBLIC.exists():
        public()


if __name__ == "__main__":
    main()
