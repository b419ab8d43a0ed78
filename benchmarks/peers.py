"""What one would use instead: read the table, prepare it, fit K-Means once, write a segment each.

A whole process per peer, on the columns of `reference_pipeline.py` (17, scaled, without PCA), with
K = 4. Each does much less than SmartCart: K is given, and there is no evidence, name or report.

    python benchmarks/peers.py PEER customers.csv -o out/
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

K, SEED, STARTS = 4, 42, 10
Points = NDArray[np.float64]
Labels = NDArray[Any]


def sklearn_one(points: Points) -> Labels:
    from sklearn.cluster import KMeans

    return KMeans(K, n_init=1, random_state=SEED).fit(points).labels_


def sklearn_ten(points: Points) -> Labels:
    from sklearn.cluster import KMeans

    return KMeans(K, n_init=STARTS, random_state=SEED).fit(points).labels_


def mini_batch(points: Points) -> Labels:
    from sklearn.cluster import MiniBatchKMeans

    return MiniBatchKMeans(K, random_state=SEED).fit(points).labels_


def intelex(points: Points) -> Labels:
    from sklearnex.cluster import KMeans

    return KMeans(K, n_init=STARTS, random_state=SEED).fit(points).labels_


def faiss(points: Points) -> Labels:
    from faiss import Kmeans

    narrow = np.ascontiguousarray(points, dtype=np.float32)
    found = Kmeans(
        narrow.shape[1], K, niter=25, nredo=STARTS, seed=SEED, max_points_per_centroid=10**9
    )
    found.train(narrow)
    return found.index.search(narrow, 1)[1].ravel()


def in_memory(fit: Callable[[Points], Labels]) -> Callable[[Path, Path], None]:
    """Return the peer that holds the table in pandas, around one fit."""

    def run(source: Path, target: Path) -> None:
        from sklearn.preprocessing import StandardScaler

        from reference_pipeline import clean, encode, load

        cleaned = clean(load(source))
        points = StandardScaler().fit_transform(encode(cleaned).to_numpy())
        ids = cleaned["ID"]
        del cleaned
        segment = fit(points)
        ids.to_frame().assign(segment=segment).to_parquet(target / "segments.parquet", index=False)

    return run


def mllib(source: Path, target: Path) -> None:
    """Spark MLlib on all cores of this machine, from reading to writing."""
    from pyspark.ml import Pipeline
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.feature import StandardScaler, VectorAssembler
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as sf

    from reference_pipeline import EDUCATION, PARTNER, USED

    session = (
        SparkSession.builder.master("local[*]")
        .config("spark.driver.memory", "8g")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    if source.suffix == ".parquet":
        table = session.read.parquet(str(source))
    else:
        table = session.read.csv(str(source), header=True, inferSchema=True)
        if dict(table.dtypes)["Dt_Customer"] == "string":
            table = table.withColumn("Dt_Customer", sf.to_date("Dt_Customer", "dd-MM-yyyy"))
    middle = table.approxQuantile("Income", [0.5], 0.001)[0]
    last = table.agg(sf.max("Dt_Customer")).first()[0]
    spend = sum((sf.col(name) for name in table.columns if name.startswith("Mnt")), sf.lit(0))
    group = sf.create_map(*[sf.lit(word) for pair in EDUCATION.items() for word in pair])
    table = table.fillna({"Income": middle}).withColumns(
        {
            "Age": 2014 - sf.col("Year_Birth"),
            "Tenure_Days": sf.date_diff(sf.lit(last), "Dt_Customer"),
            "Total_Spend": spend,
            "Children": sf.col("Kidhome") + sf.col("Teenhome"),
            "group": group[sf.col("Education")],
            "partner": sf.col("Marital_Status").isin(PARTNER).cast("double"),
        }
    )
    table = table.filter((sf.col("Age") < 90) & (sf.col("Income") < 600_000))
    dummies = {f"is_{g}": (sf.col("group") == g).cast("double") for g in set(EDUCATION.values())}
    table = table.withColumns(dummies | {"alone": 1 - sf.col("partner")}).fillna(0.0)
    columns = [*USED, *sorted(dummies), "partner", "alone"]
    steps = [
        VectorAssembler(inputCols=columns, outputCol="raw", handleInvalid="skip"),
        StandardScaler(inputCol="raw", outputCol="features", withMean=True),
        KMeans(k=K, seed=SEED, maxIter=100, predictionCol="segment"),
    ]
    found = Pipeline(stages=steps).fit(table).transform(table)
    found.select("ID", "segment").write.mode("overwrite").parquet(str(target / "segments"))
    session.stop()


PEERS: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "sklearn-1": ("scikit-learn KMeans(n_init=1)", in_memory(sklearn_one)),
    "sklearn-10": ("scikit-learn KMeans(n_init=10)", in_memory(sklearn_ten)),
    "minibatch": ("scikit-learn MiniBatchKMeans", in_memory(mini_batch)),
    "intelex": ("scikit-learn-intelex KMeans(n_init=10)", in_memory(intelex)),
    "faiss": ("faiss Kmeans(nredo=10)", in_memory(faiss)),
    "mllib": ("Spark MLlib KMeans, local[*] (memory without Java)", mllib),
}
"""What a peer is called on the command line and in tables, and what it runs."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("source", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    PEERS[options.peer][1](options.source, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
