"""The pipeline that most notebooks run on this table, as a peer to measure against.

pandas and scikit-learn, step by step as it is usually written: median income, age in 2014, total
spend, children, tenure, education in three groups and living arrangement one-hot encoded, a
StandardScaler over everything (17 columns), PCA to 3, elbow and silhouettes, KMeans with K = 4.
`Response` is left out of the columns, so that predicting it from the segments is a fair test.

    python benchmarks/reference_pipeline.py customers.csv -o out/
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

N_CLUSTERS = 4
SEED = 42
PLOTTED = 50_000  # points in the scatter plot; a kindness to the peer on large tables

EDUCATION = {
    "Basic": "Undergraduate",
    "2n Cycle": "Undergraduate",
    "Graduation": "Graduate",
    "Master": "Postgraduate",
    "PhD": "Postgraduate",
}
PARTNER = ["Married", "Together"]
USED = ["Income", "Recency", "NumDealsPurchases", "NumWebPurchases", "NumCatalogPurchases"]
USED += ["NumStorePurchases", "NumWebVisitsMonth", "Complain", "Age", "Tenure_Days"]
USED += ["Total_Spend", "Children"]

Points = NDArray[np.float64]


def load(source: Path) -> pd.DataFrame:
    """Read the table; day-first dates, comma or semicolon."""
    if source.suffix == ".parquet":
        return pd.read_parquet(source)
    with source.open(encoding="utf-8-sig") as file:
        header = file.readline()
    separator = ";" if header.count(";") > header.count(",") else ","
    return pd.read_csv(source, sep=separator, encoding="utf-8-sig")


def clean(df: pd.DataFrame) -> pd.DataFrame:
    """Fill income, derive columns, drop ages of 90 and more and incomes of 600,000 and more."""
    df = df.copy()
    df["Income"] = df["Income"].fillna(df["Income"].median())
    df["Age"] = 2014 - df["Year_Birth"]
    dates = df["Dt_Customer"]
    if pd.api.types.is_string_dtype(dates) and len(df) and str(dates.iloc[0])[2:3] == "-":
        dates = pd.to_datetime(dates, format="%d-%m-%Y")
    dates = pd.to_datetime(dates)
    df["Tenure_Days"] = (dates.max() - dates).dt.days
    df["Total_Spend"] = df[[name for name in df.columns if name.startswith("Mnt")]].sum(axis=1)
    df["Children"] = df["Kidhome"] + df["Teenhome"]
    df["Education"] = df["Education"].astype(str).map(EDUCATION)
    partner = df["Marital_Status"].isin(PARTNER)
    df["Living_With"] = np.where(partner, "Partner", "Alone")
    return df[(df["Age"] < 90) & (df["Income"] < 600_000)]


def encode(cleaned: pd.DataFrame) -> pd.DataFrame:
    """Return the 17 columns that are clustered: numbers and dummies alike."""
    dummies = pd.get_dummies(cleaned[["Education", "Living_With"]], dtype=float)
    return pd.concat([cleaned[USED].astype(float), dummies], axis=1)


def embed(columns: Points) -> tuple[Points, Callable[[Points], Points]]:
    """Standardize, project on 3 principal components; also return the fitted projection."""
    scaler = StandardScaler().fit(columns)
    scaled = scaler.transform(columns)
    pca = PCA(n_components=3, random_state=SEED)
    return pca.fit_transform(scaled), lambda new: pca.transform(scaler.transform(new))


def cluster(points: Points, k: int = N_CLUSTERS, seed: int = SEED) -> KMeans:
    """Fit KMeans as everybody does."""
    return KMeans(n_clusters=k, n_init=10, random_state=seed).fit(points)


def reference_segments(df: pd.DataFrame) -> pd.Series:
    """Return the pipeline's segment (0 to 3) of each row it keeps, indexed as ``df``."""
    cleaned = clean(df)
    points, _ = embed(encode(cleaned).to_numpy())
    return pd.Series(cluster(points).labels_, index=cleaned.index, name="segment")


def reference_refit(columns: Points) -> Callable[[NDArray[np.int64]], NDArray[np.int64]]:
    """Return a function that fits scaler, PCA and KMeans on some rows and assigns all rows."""

    def refit(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        points, project = embed(columns[rows])
        return cluster(points, seed=0).predict(project(columns)).astype(np.int64)

    return refit


def elbow(points: Points) -> tuple[list[float], int | None]:
    """Return the WCSS for K = 1 to 10 and the knee that kneed sees."""
    from kneed import KneeLocator

    wcss = [float(cluster(points, k).inertia_) for k in range(1, 11)]
    knee = KneeLocator(range(1, 11), wcss, curve="convex", direction="decreasing").knee
    return wcss, None if knee is None else int(knee)


def silhouettes(points: Points) -> list[float]:
    """Return the silhouette of all points for K = 2 to 10."""
    return [float(silhouette_score(points, cluster(points, k).labels_)) for k in range(2, 11)]


def figures(
    folder: Path, cleaned: pd.DataFrame, points: Points, wcss: list[float], scores: list[float]
) -> None:
    """Save the usual pictures."""
    import matplotlib

    matplotlib.use("Agg")
    import seaborn as sns
    from matplotlib import pyplot as plt

    def save(name: str) -> None:
        plt.savefig(folder / name, dpi=100, bbox_inches="tight")
        plt.close("all")

    plt.figure(figsize=(8, 5))
    plt.plot(range(1, len(wcss) + 1), wcss, marker="o")
    plt.xlabel("K")
    plt.ylabel("WCSS")
    save("elbow.png")
    if scores:
        plt.figure(figsize=(8, 5))
        plt.plot(range(2, len(scores) + 2), scores, marker="o")
        plt.xlabel("K")
        plt.ylabel("silhouette")
        save("silhouette.png")
    shown = np.random.default_rng(SEED).permutation(len(points))[:PLOTTED]
    axes = plt.figure(figsize=(8, 6)).add_subplot(projection="3d")
    axes.scatter(*points[shown].T, c=cleaned["segment"].to_numpy()[shown], cmap="viridis")
    save("clusters_3d.png")
    sns.countplot(x=cleaned["segment"])
    save("segment_sizes.png")
    part = cleaned.iloc[shown]
    sns.scatterplot(x=part["Total_Spend"], y=part["Income"], hue=part["segment"])
    save("income_spend.png")
    plt.figure(figsize=(10, 8))
    sns.heatmap(cleaned[USED].corr(), cmap="coolwarm", annot=True, fmt=".2f")
    save("correlations.png")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--no-silhouette", action="store_true", help="silhouettes take n² time")
    parser.add_argument("--no-plots", action="store_true")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)

    df = load(options.source)
    cleaned = clean(df)
    points, _ = embed(encode(cleaned).to_numpy())
    wcss, knee = elbow(points)
    scores = [] if options.no_silhouette else silhouettes(points)
    cleaned = cleaned.assign(segment=cluster(points).labels_)
    cleaned[["ID", "segment"]].to_csv(options.output / "segments.csv", index=False)
    means = cleaned.groupby("segment")[USED].mean()
    means.to_csv(options.output / "profile.csv")
    if not options.no_plots:
        figures(options.output, cleaned, points, wcss, scores)
    summary = {"rows": len(df), "kept": len(cleaned), "knee": knee, "wcss": wcss}
    summary["silhouettes"] = scores
    (options.output / "summary.json").write_text(json.dumps(summary, indent=2))
    print(means.round(1).to_string())
    return 0


if __name__ == "__main__":
    sys.exit(main())
