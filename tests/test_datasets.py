"""The synthetic customer shop: its columns, its planted truth, its dirt, its memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from smartcart.datasets import COLUMNS, SEGMENTS, customer_tables, customers, write_customers
from smartcart.errors import UsageError

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
SPENDS = [name for name in COLUMNS if name.startswith("Mnt")]
COUNTS = [name for name in COLUMNS if name.startswith("Num")]


@pytest.fixture(scope="module")
def shop() -> tuple[pd.DataFrame, pd.Series]:
    """40,000 customers with dirt, and their planted segments."""
    table, truth = customer_tables(40_000, seed=3)
    return table.to_pandas(), truth.to_pandas()["segment"].astype(str)


def test_columns_are_those_of_the_smartcart_table() -> None:
    assert " ".join(COLUMNS) == (
        "ID Year_Birth Education Marital_Status Income Kidhome Teenhome Dt_Customer Recency "
        "MntWines MntFruits MntMeatProducts MntFishProducts MntSweetProducts MntGoldProds "
        "NumDealsPurchases NumWebPurchases NumCatalogPurchases NumStorePurchases "
        "NumWebVisitsMonth Complain Response"
    )


@pytest.mark.shared_data
def test_columns_and_categories_match_the_real_file(shop) -> None:
    source = SHARED / "smartcart_customers.csv"
    if not source.exists():
        pytest.skip("smartcart_customers.csv is not here")
    real, made = pd.read_csv(source), shop[0]
    assert tuple(real.columns) == COLUMNS
    for column in ("Education", "Marital_Status"):
        assert set(made[column].astype(str)) == set(real[column])


@pytest.mark.shared_data
def test_marginals_are_near_those_of_the_real_file(shop) -> None:
    source = SHARED / "smartcart_customers.csv"
    if not source.exists():
        pytest.skip("smartcart_customers.csv is not here")
    real, made = pd.read_csv(source), shop[0]
    for column in ["Income", "Kidhome", "Teenhome", "Recency", *SPENDS, *COUNTS]:
        assert made[column].mean() == pytest.approx(real[column].mean(), rel=0.15), column
        assert made[column].std() == pytest.approx(real[column].std(), rel=0.25), column


def test_marginals_are_plausible(shop) -> None:
    made = shop[0]
    spend = made[SPENDS].sum(axis=1)
    income = made["Income"].where(made["Income"] < 600_000)
    assert made["Income"].mean() == pytest.approx(52_247, rel=0.03)
    assert spend.mean() == pytest.approx(606, rel=0.06)
    assert spend.median() == pytest.approx(396, rel=0.15)
    assert spend.skew() > 0.8
    assert income.corr(spend) > 0.6
    assert made["NumWebVisitsMonth"].corr(spend) < -0.4
    assert made["Recency"].between(0, 99).all()
    assert abs(made["Recency"].corr(spend)) < 0.03
    days = pd.to_datetime(made["Dt_Customer"])
    assert (days.min(), days.max()) == (pd.Timestamp("2012-07-30"), pd.Timestamp("2014-06-29"))


def test_truth_aligns_with_customers_and_has_the_planted_shares(shop) -> None:
    made, segment = shop
    table, truth = customer_tables(5_000, seed=3)
    assert table["ID"].equals(truth["ID"])
    assert made["ID"].is_unique
    shares = segment.value_counts(normalize=True)
    for planted in SEGMENTS:
        rows = made[segment == planted.name]
        assert shares[planted.name] == pytest.approx(planted.share, abs=0.01)
        assert rows["Response"].mean() == pytest.approx(planted.response_rate, abs=0.015)
        income = rows["Income"][rows["Income"] < 600_000]
        assert income.mean() == pytest.approx(planted.income[0], rel=0.02)
        for column, mean in (
            ("NumDealsPurchases", planted.deals),
            ("NumWebPurchases", planted.web),
            ("NumCatalogPurchases", planted.catalog),
            ("NumStorePurchases", planted.store),
            ("NumWebVisitsMonth", planted.visits),
        ):
            assert rows[column].mean() == pytest.approx(mean, rel=0.05, abs=0.03), column
    assert sum(planted.share for planted in SEGMENTS) == pytest.approx(1)


def test_recent_customers_respond_more(shop) -> None:
    made = shop[0]
    recent = made["Recency"] < 50
    assert made["Response"][recent].mean() > 1.3 * made["Response"][~recent].mean()


@pytest.mark.parametrize("rows", [2_240, 20_000])
def test_kmeans_recovers_the_planted_segments(rows: int) -> None:
    table, truth = customer_tables(rows, seed=5)
    made = table.to_pandas()
    income = made["Income"].fillna(made["Income"].median()).clip(upper=200_000)
    features = np.column_stack(
        [np.log1p(made[SPENDS].sum(axis=1)), np.log(income), np.sqrt(made[COUNTS])]
    )
    scaled = StandardScaler().fit_transform(features)
    labels = KMeans(4, n_init=10, random_state=0).fit_predict(scaled)
    recovered = adjusted_rand_score(truth["segment"].to_pandas().astype(str), labels)
    assert 0.68 < recovered < 0.92  # there to be found, yet overlapping as people do


def test_same_seed_same_rows_whatever_the_chunk() -> None:
    whole, truth = customer_tables(70_000, seed=11)
    for chunk in (999, 32_768, 50_001):
        pieces = list(customers(70_000, seed=11, chunk=chunk))
        assert [p.customers.num_rows for p in pieces[:-1]] == [chunk] * (len(pieces) - 1)
        again = pa.Table.from_batches([piece.customers for piece in pieces])
        assert again.combine_chunks().equals(whole.combine_chunks())
        labels = pa.Table.from_batches([piece.truth for piece in pieces])
        assert labels.combine_chunks().equals(truth.combine_chunks())
    short, _ = customer_tables(2_240, seed=11)
    assert short.equals(whole.slice(0, 2_240))
    other, _ = customer_tables(2_240, seed=12)
    assert not other["Income"].equals(short["Income"])


@pytest.mark.parametrize("rows", [2_240, 40_000])
def test_dirt_is_planted_in_known_amounts(rows: int) -> None:
    table, truth = customer_tables(rows, seed=3)
    made = table.to_pandas()
    copies = made.drop(columns="ID").duplicated()
    assert abs(copies.sum() - rows / 14) <= 2 + rows // 32_768
    assert made["Income"].isna().mean() == pytest.approx(1 / 95, rel=0.25)
    assert (made["Year_Birth"] < 1901).mean() == pytest.approx(1 / 750, rel=0.5)
    assert (made["Income"] == 666_666).sum() >= rows // 2_000
    segment = truth.to_pandas()["segment"].astype(str)
    pairs = made.drop(columns="ID").astype(str).assign(segment=segment)
    keys = [c for c in pairs.columns if c != "segment"]
    assert (pairs.groupby(keys, observed=True)["segment"].nunique() == 1).all()
    odd = made["Marital_Status"].isin(["Alone", "Absurd", "YOLO"]).mean()
    assert 0 < odd < 0.01


def test_without_dirt_there_is_none() -> None:
    made = customer_tables(20_000, seed=3, dirt=False)[0].to_pandas()
    assert not made.isna().any().any()
    assert not made.drop(columns="ID").duplicated().any()
    assert made["Year_Birth"].between(1940, 1996).all()
    assert made["Income"].max() < 250_000
    assert not made["Marital_Status"].isin(["Alone", "Absurd", "YOLO"]).any()


def test_csv_and_parquet_hold_the_same_customers(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    write_customers(
        tmp_path / "shop.csv",
        3_000,
        seed=2,
        truth=tmp_path / "truth.csv",
        progress=lambda done, total: calls.append((done, total)),
    )
    write_customers(tmp_path / "shop.parquet", 3_000, seed=2)
    text = (tmp_path / "shop.csv").read_text()
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert '"' not in text
    read = pd.read_csv(tmp_path / "shop.csv")
    read["Dt_Customer"] = pd.to_datetime(read["Dt_Customer"], format="%d-%m-%Y").dt.date
    stored = pq.read_table(tmp_path / "shop.parquet")
    assert stored.schema.field("Dt_Customer").type == pa.date32()
    pd.testing.assert_frame_equal(read, stored.to_pandas(), check_dtype=False)
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert list(truth.columns) == ["ID", "segment"]
    assert (truth["ID"] == read["ID"]).all()
    assert set(truth["segment"]) == {planted.name for planted in SEGMENTS}
    assert calls == [(3_000, 3_000)]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["shop.csv", "shop.parquet", "truth.csv"]


def test_a_stopped_write_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_customers(tmp_path / "a.csv", 100, truth=tmp_path / "t.parquet", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ends in '\.xml'; expected .*\.csv or \.parquet"):
        write_customers(tmp_path / "a.xml", 10)
    with pytest.raises(UsageError, match="rows is 0; expected 1 or more"):
        customers(0)
    with pytest.raises(UsageError, match="seed is -1"):
        customers(1, seed=-1)
    with pytest.raises(UsageError, match=r"folder .* does not exist"):
        write_customers(tmp_path / "none" / "a.csv", 10)
    with pytest.raises(UsageError, match="expected two files"):
        write_customers(tmp_path / "a.csv", 10, truth=tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from smartcart.datasets import write_customers\n"
        "write_customers(sys.argv[1], int(sys.argv[2]))\n"
        "heavy = {'sklearn', 'scipy', 'matplotlib', 'duckdb', 'ibis'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "status = open('/proc/self/status').read()\n"
        "print(status.split('VmHWM:')[1].split()[0])\n"
    )
    peaks = []
    for rows in (600_000, 2_000_000):
        command = [sys.executable, "-c", script, str(tmp_path / "shop.parquet"), str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))  # kB
    # 1,400,000 more customers are 125 MB in memory.
    assert peaks[1] - peaks[0] < 40_000
