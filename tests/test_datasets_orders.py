"""The synthetic order log: planted behaviours, dirt, order of time, memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from command_line import smartcart
from smartcart.datasets import (
    BEHAVIOURS,
    ORDER_COLUMNS,
    order_tables,
    order_truth,
    orders,
    write_orders,
)
from smartcart.datasets.schedule import orders_between, schedule
from smartcart.errors import UsageError

ROWS = 240_000
END = pd.Timestamp("2025-01-01")
SAME_LINE = ["order_id", "product_id", "quantity"]


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return order_tables(ROWS, seed=3)[0].to_pandas()


@pytest.fixture(scope="module")
def behaviour() -> pd.Series:
    return order_tables(ROWS, seed=3)[1].to_pandas().set_index("customer_id")["segment"].astype(str)


@pytest.fixture(scope="module")
def people(log, behaviour) -> pd.DataFrame:
    """A row per customer, from completed lines only."""
    bought = log[log["status"] == "completed"]
    found = bought.groupby("customer_id").agg(
        orders=("order_id", "nunique"),
        first=("order_date", "min"),
        last=("order_date", "max"),
        discounted=("discount", lambda rate: (rate > 0).mean()),
    )
    found["segment"] = behaviour
    found["idle"] = (END - found["last"]).dt.days
    found["tenure"] = (END - found["first"]).dt.days
    return found


def test_columns_and_ranges(log) -> None:
    assert tuple(log.columns) == ORDER_COLUMNS
    assert " ".join(ORDER_COLUMNS) == (
        "order_id order_date customer_id product_id category quantity unit_price discount "
        "channel status country"
    )
    assert len(log) == ROWS
    assert log["discount"].between(0, 0.5).all()
    assert set(log["channel"]) == {"web", "app", "store"}
    assert set(log["status"]) == {"completed", "cancelled", "returned"}
    dates = log["order_date"].dropna()
    assert dates.min() >= pd.Timestamp("2023-01-01")
    assert pd.Timestamp("2024-12-31") <= dates.max() < END
    bought = log[log["status"] != "returned"]
    assert (bought["quantity"] > 0).all()
    lines = bought.groupby("order_id").size()
    assert (lines.min(), lines.max()) == (1, 10)
    assert log.groupby("product_id", observed=True)["category"].nunique().max() == 1
    assert log.drop_duplicates(["customer_id", "order_id"])["order_id"].is_unique


def test_lines_come_in_order_of_date_and_customers_are_spread(log) -> None:
    assert log["order_date"].dropna().is_monotonic_increasing
    orders_of_lines = log[log["status"] != "returned"]["order_id"]
    assert orders_of_lines.is_monotonic_increasing
    place = pd.Series(np.arange(len(log))).groupby(log["customer_id"])
    spread = (place.max() - place.min())[place.size() > 12]
    assert spread.median() > 0.5 * ROWS


def test_every_customer_is_planted_in_the_known_shares(log, behaviour) -> None:
    assert behaviour.index.is_unique
    assert set(behaviour.index) == set(log["customer_id"].dropna())
    assert len(log) / len(behaviour) == pytest.approx(12, rel=0.02)
    shares = behaviour.value_counts(normalize=True)
    assert set(shares.index) == {"loyal", "at risk", "new", "deal-seeking", "one-off"}
    for planted in BEHAVIOURS:
        assert shares[planted.name] == pytest.approx(planted.share, abs=0.005)
    assert sum(planted.share for planted in BEHAVIOURS) == pytest.approx(1)
    assert sum(rhythm.share for planted in BEHAVIOURS for rhythm in planted.rhythms) == (
        pytest.approx(len(BEHAVIOURS))
    )


def test_behaviours_are_as_planted(people) -> None:
    by = dict(list(people.groupby("segment")))
    loyal, risk, new, deals, once = (by[planted.name] for planted in BEHAVIOURS)
    assert loyal["orders"].quantile(0.02) >= 6
    assert loyal["idle"].quantile(0.98) < 45
    assert risk["orders"].quantile(0.02) >= 6
    assert risk["idle"].min() >= 150
    assert new["tenure"].max() <= 75
    assert new["orders"].max() == 3
    assert (once["orders"] == 1).all()
    assert once["idle"].std() > 180
    assert deals["discounted"].mean() == pytest.approx(0.85, abs=0.02)
    for other in (loyal, risk, new, once):
        assert other["discounted"].mean() < 0.18


def test_rules_on_an_aggregation_recover_the_shares(people) -> None:
    guess = np.select(
        [
            people["orders"] == 1,
            people["tenure"] <= 75,
            people["discounted"] > 0.5,
            people["idle"] > 120,
        ],
        ["one-off", "new", "deal-seeking", "at risk"],
        "loyal",
    )
    guess[(people["orders"] == 1) & (people["tenure"] <= 30)] = "new"  # nobody could tell
    agree = pd.Series(guess == people["segment"]).groupby(people["segment"].to_numpy()).mean()
    assert agree.min() > 0.5  # a new customer with one order looks like a one-off
    assert agree[["loyal", "at risk", "deal-seeking"]].min() > 0.97
    assert (guess == people["segment"]).mean() > 0.87


def test_spend_is_heavy_tailed_and_time_has_a_rhythm(log) -> None:
    spend = (log["quantity"] * log["unit_price"] * (1 - log["discount"])).groupby(
        log["customer_id"]
    )
    total = spend.sum().sort_values(ascending=False)
    assert total.head(len(total) // 5).sum() > 0.65 * total.sum()
    assert total.skew() > 5
    date = log["order_date"].dropna()
    by_month = date.dt.strftime("%Y-%m").value_counts()
    assert by_month["2024-12"] > 1.8 * by_month["2024-10"]
    assert by_month.idxmax() == "2024-12"
    by_day = date.dt.strftime("%A").value_counts()
    assert by_day["Sunday"] > 1.3 * by_day["Tuesday"]
    by_hour = date.dt.strftime("%H").value_counts()
    assert by_hour["20"] > 10 * by_hour["03"]


def test_returns_follow_a_purchase(log) -> None:
    returned = log[log["status"] == "returned"]
    assert len(returned) / len(log) == pytest.approx(0.02, abs=0.004)
    assert (returned["quantity"] < 0).all()
    bought = log[log["status"] == "completed"].drop_duplicates(SAME_LINE)
    pairs = returned.assign(quantity=-returned["quantity"]).merge(
        bought, on=SAME_LINE, how="left", suffixes=("", "_bought"), indicator=True
    )
    assert (pairs["_merge"] == "both").all()
    assert len(pairs) == len(returned)
    known = pairs.dropna(subset=["order_date", "order_date_bought"])
    days = (known["order_date"] - known["order_date_bought"]).dt.days
    assert days.min() >= 1
    assert days.quantile(0.99) <= 30
    assert (known["customer_id"].fillna(0) == known["customer_id_bought"].fillna(0)).all()


def test_cancelled_orders_and_guests(log) -> None:
    cancelled = (log["status"] == "cancelled").groupby(log["order_id"]).agg(["any", "all"])
    assert cancelled["any"].mean() == pytest.approx(0.02, abs=0.003)
    assert cancelled["any"].equals(cancelled["all"])  # whole orders
    assert log["customer_id"].isna().mean() == pytest.approx(0.05, abs=0.005)
    guests = log["customer_id"].isna().groupby(log["order_id"]).agg(["any", "all"])
    assert guests["any"].equals(guests["all"])


@pytest.mark.parametrize("seed", [3, 4])
def test_dirt_is_planted_in_known_amounts(seed: int) -> None:
    log = order_tables(100_000, seed=seed)[0].to_pandas()
    clean = order_tables(100_000, seed=seed, dirt=False)[0].to_pandas()
    keys = [name for name in ORDER_COLUMNS if name != "order_date"]
    copies = log.duplicated(keys).mean() - clean.duplicated(keys).mean()
    assert 0.004 < copies < 0.008
    assert (log["unit_price"] == 0).mean() == pytest.approx(0.002, abs=0.0008)
    assert log["order_date"].isna().mean() == pytest.approx(0.001, abs=0.0006)
    assert clean["order_date"].notna().all()
    assert (clean["unit_price"] > 0).all()
    assert clean.duplicated().mean() < 0.003
    assert {"cancelled", "returned"} < set(clean["status"])
    assert clean["customer_id"].isna().any()


def test_same_seed_same_rows_whatever_the_chunk() -> None:
    whole, truth = order_tables(30_000, seed=11)
    for chunk in (997, 8_192):
        pieces = list(orders(30_000, seed=11, chunk=chunk))
        assert [p.num_rows for p in pieces[:-1]] == [chunk] * (len(pieces) - 1)
        assert 0 < pieces[-1].num_rows <= chunk
        assert pa.Table.from_batches(pieces).combine_chunks().equals(whole.combine_chunks())
        labels = list(order_truth(30_000, seed=11, chunk=chunk))
        assert max(piece.num_rows for piece in labels) <= chunk
        assert pa.Table.from_batches(labels).combine_chunks().equals(truth.combine_chunks())
    other, _ = order_tables(30_000, seed=12)
    assert not other["unit_price"].equals(whole["unit_price"])


@pytest.mark.parametrize("rows", [1, 2, 7, 23, 100, 400, 3_001])
def test_a_log_of_any_size_is_exact_and_whole(rows: int) -> None:
    table, truth = order_tables(rows, seed=1)
    log = table.to_pandas()
    assert len(log) == rows
    assert log["order_date"].dropna().is_monotonic_increasing
    assert set(log["customer_id"].dropna()) == set(truth["customer_id"].to_pylist())
    assert log.groupby("order_id").size().max() <= 12  # 10 and perhaps returns


def test_a_block_of_a_long_log_is_as_small_as_of_a_short_one() -> None:
    for rows in (10_000_000, 1_000_000_000):
        plan = schedule(rows, seed=0)
        assert plan.customers == rows // 12
        assert plan.orders * 1.8 < rows < plan.orders * 3
        for block in (0, plan.blocks // 3, plan.blocks - 1):
            begin, end = block / plan.blocks, (block + 1) / plan.blocks
            second, number, _ = orders_between(plan, begin, end)
            assert 2_000 < second.size < 60_000
            assert (np.diff(second) >= 0).all()
            assert np.unique(number).size > 0.95 * number.size


def test_csv_and_parquet_hold_the_same_lines(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    write_orders(
        tmp_path / "log.csv",
        5_000,
        seed=2,
        truth=tmp_path / "truth.csv",
        progress=lambda done, total: calls.append((done, total)),
    )
    write_orders(tmp_path / "log.parquet", 5_000, seed=2, truth=tmp_path / "truth.parquet")
    text = (tmp_path / "log.csv").read_text()
    assert text.splitlines()[0] == ",".join(ORDER_COLUMNS)
    assert '"' not in text
    read = pd.read_csv(tmp_path / "log.csv", parse_dates=["order_date"])
    stored = pd.read_parquet(tmp_path / "log.parquet")
    assert stored["order_date"].isna().any()
    read["order_date"] = read["order_date"].astype(stored["order_date"].dtype)
    pd.testing.assert_frame_equal(read, stored, check_dtype=False)
    truth = pd.read_csv(tmp_path / "truth.csv")
    pd.testing.assert_frame_equal(
        truth, pd.read_parquet(tmp_path / "truth.parquet"), check_dtype=False
    )
    assert calls == [(5_000, 5_000)]
    assert len(list(tmp_path.iterdir())) == 4


def test_same_seed_same_file(tmp_path: Path) -> None:
    for name in ("a.parquet", "a.csv"):
        files = [tmp_path / f"{turn}{name}" for turn in range(2)]
        for file in files:
            write_orders(file, 2_000, seed=5)
        assert files[0].read_bytes() == files[1].read_bytes()
    assert pq.read_schema(tmp_path / "0a.parquet").names == list(ORDER_COLUMNS)


def test_a_stopped_write_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_orders(tmp_path / "a.csv", 100, truth=tmp_path / "t.parquet", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ends in '\.xml'; expected .*\.csv or \.parquet"):
        write_orders(tmp_path / "a.xml", 10)
    with pytest.raises(UsageError, match="rows is 0; expected 1 or more"):
        orders(0)
    with pytest.raises(UsageError, match="chunk is 0"):
        order_truth(5, chunk=0)
    with pytest.raises(UsageError, match="seed is -1"):
        orders(1, seed=-1)
    with pytest.raises(UsageError, match="expected two files"):
        write_orders(tmp_path / "a.csv", 10, truth=tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_orders_and_truth(tmp_path: Path) -> None:
    command = ["synth", "orders", "--rows", "500", "--clean"]
    command += ["-o", str(tmp_path / "log.csv"), "--truth", str(tmp_path / "t.csv"), "--json"]
    done = smartcart(*command)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == len(pd.read_csv(tmp_path / "log.csv")) == 500
    assert "segment" in pd.read_csv(tmp_path / "t.csv")
    again = smartcart(*command)
    assert again.returncode == 2
    assert "exists already" in again.stderr


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from smartcart.datasets import write_orders\n"
        "write_orders(sys.argv[1], int(sys.argv[2]))\n"
        "status = open('/proc/self/status').read()\n"
        "print(status.split('VmHWM:')[1].split()[0])\n"
    )
    peaks = []
    for rows in (600_000, 2_400_000):
        command = [sys.executable, "-c", script, str(tmp_path / "log.parquet"), str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))  # kB
    assert peaks[1] - peaks[0] < 60_000  # 1,800,000 more lines are 110 MB in memory
