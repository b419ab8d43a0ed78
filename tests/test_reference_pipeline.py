"""The notebook pipeline that SmartCart is measured against, and the measures themselves."""

from __future__ import annotations

import importlib
import json
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats.contingency import association
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score

from smartcart.datasets import customer_tables, write_customers

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "benchmarks"))
pipeline = importlib.import_module("reference_pipeline")
measures = importlib.import_module("measures")


def test_it_runs_on_a_synthetic_shop(tmp_path: Path) -> None:
    pytest.importorskip("kneed")
    write_customers(tmp_path / "shop.csv", 2_000, seed=1)
    script = ROOT / "benchmarks" / "reference_pipeline.py"
    command = [sys.executable, str(script), str(tmp_path / "shop.csv"), "-o", str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True)
    labels = pd.read_csv(tmp_path / "out" / "segments.csv")
    shop = pd.read_csv(tmp_path / "shop.csv")
    kept = shop[(2014 - shop["Year_Birth"] < 90) & ~(shop["Income"] >= 600_000)]
    assert list(labels["ID"]) == list(kept["ID"])
    assert set(labels["segment"]) == {0, 1, 2, 3}
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert len(summary["wcss"]) == 10
    assert len(summary["silhouettes"]) == 9
    assert summary["wcss"] == sorted(summary["wcss"], reverse=True)
    for name in ("elbow", "silhouette", "clusters_3d", "segment_sizes"):
        assert (tmp_path / "out" / f"{name}.png").stat().st_size > 5_000


def test_parquet_and_csv_give_the_same_segments(tmp_path: Path) -> None:
    for name in ("shop.csv", "shop.parquet"):
        write_customers(tmp_path / name, 1_000, seed=4)
    first, second = (
        pipeline.reference_segments(pipeline.load(tmp_path / name))
        for name in ("shop.csv", "shop.parquet")
    )
    assert first.equals(second)


def test_its_segments_are_cut_by_the_living_with_dummy() -> None:
    shop = customer_tables(2_240, seed=0)[0].to_pandas()
    segments = pipeline.reference_segments(shop)
    alone = ~shop.loc[segments.index, "Marital_Status"].isin(["Married", "Together"])
    # Marital status was drawn apart from the planted segments: it is noise, and it wins.
    assert measures.cramers_v(segments, alone) > 0.7


@pytest.mark.shared_data
def test_on_the_real_table_it_lands_on_the_known_figures() -> None:
    source = SHARED / "marketing_campaign.csv"
    if not source.exists():
        pytest.skip("marketing_campaign.csv is not here")
    cleaned = pipeline.clean(pipeline.load(source))
    columns = pipeline.encode(cleaned).to_numpy()
    assert columns.shape == (2_236, 17)
    labels = pipeline.cluster(pipeline.embed(columns)[0]).labels_
    assert measures.cramers_v(labels, cleaned["Living_With"]) > 0.95
    assert measures.eta_squared(labels, cleaned["Total_Spend"]) == pytest.approx(0.684, abs=0.02)
    assert measures.membership_auc(labels, cleaned["Response"]) == pytest.approx(0.624, abs=0.02)
    accepted = cleaned[[f"AcceptedCmp{i}" for i in range(1, 6)]].max(axis=1)
    assert measures.membership_auc(labels, accepted) == pytest.approx(0.646, abs=0.02)
    stability = measures.bootstrap_ari(labels, pipeline.reference_refit(columns), resamples=20)
    assert stability.ari == pytest.approx(0.93, abs=0.04)


def test_eta_squared_is_r_squared_of_the_dummies() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 300)
    values = labels**2 + rng.normal(size=300)
    dummies = np.eye(3)[labels]
    expected = LinearRegression().fit(dummies, values).score(dummies, values)
    assert measures.eta_squared(labels, values) == pytest.approx(expected)
    assert measures.eta_squared(labels, np.ones(300)) == 0


def test_cramers_v_agrees_with_scipy() -> None:
    rng = np.random.default_rng(1)
    first = rng.integers(0, 4, 500)
    second = (first + rng.integers(0, 2, 500)) % 3
    table = pd.crosstab(first, second).to_numpy()
    assert measures.cramers_v(first, second) == pytest.approx(association(table))
    assert measures.cramers_v(first, first + 7) == pytest.approx(1)


def test_membership_auc_sees_signal_and_does_not_cheat() -> None:
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 4, 4_000)
    rates = np.array([0.05, 0.1, 0.2, 0.5])
    outcome = rng.random(4_000) < rates[labels]
    assert measures.membership_auc(labels, outcome) == pytest.approx(
        roc_auc_score(outcome, rates[labels]), abs=0.02
    )
    # A segment per customer would predict itself perfectly if it were allowed to.
    assert measures.membership_auc(np.arange(4_000), outcome) == pytest.approx(0.5, abs=0.02)


def test_jaccard_of_known_sets() -> None:
    first = [0, 0, 0, 1, 1, 2]
    second = [5, 5, 9, 9, 9, 9]
    assert measures.jaccard_best(first, second) == pytest.approx([2 / 3, 2 / 4, 1 / 4])


def test_bootstrap_ari_of_a_perfect_and_of_a_random_refit() -> None:
    labels = np.repeat([0, 1, 2], 100)
    perfect = measures.bootstrap_ari(labels, lambda rows: (labels + 1) % 3, resamples=5)
    assert perfect.ari == 1
    assert perfect.jaccard == {0: 1.0, 1: 1.0, 2: 1.0}
    rng = np.random.default_rng(0)
    noise = measures.bootstrap_ari(labels, lambda rows: rng.integers(0, 3, 300), resamples=20)
    assert abs(noise.ari) < 0.03


def test_bench_measures_the_memory_of_a_child_and_notices_failure() -> None:
    bench = importlib.import_module("bench")
    hungry = bench.measure([sys.executable, "-c", "x = bytearray(300_000_000)"])
    modest = bench.measure([sys.executable, "-c", "x = 1"])
    assert hungry.megabytes - modest.megabytes > 100
    with pytest.raises(bench.BenchError, match="exit code 3: no bread"):
        bench.measure(
            [sys.executable, "-c", "import sys; print('no bread', file=sys.stderr); sys.exit(3)"]
        )


def test_bench_tells_median_range_and_ratios_turn_by_turn() -> None:
    bench = importlib.import_module("bench")
    case = bench.Case("x", "a case", 10, 3, {})
    ours = [bench.Sample(s, 100, 2 * s) for s in (1.0, 2.0, 4.0)]
    peer = [bench.Sample(s, 250, s) for s in (3.0, 4.0, 4.0)]
    text = bench.table([bench.Result(case, {"SmartCart": ours, "notebook": peer})])
    assert (
        "| a case | SmartCart | 3 | 2.00 (1.00–4.00) | 4.00 (2.00–8.00) | 100 (100–100) |" in text
    )
    assert "| | notebook ÷ SmartCart, turn by turn | | **2.00 (1.00–3.00)**" in text
    assert "**1.00 (0.50–1.50)** | **2.50 (2.50–2.50)** |" in text
    described = bench.machine()
    assert platform.node() not in described
    assert "/" not in described.replace("/ ", "")


def test_the_older_build_takes_turns_with_todays(tmp_path: Path) -> None:
    bench = importlib.import_module("bench")
    if not (ROOT / ".git").exists():
        pytest.skip("no history: this is no checkout")
    older = bench.older_build("HEAD", tmp_path)
    assert older is not None
    assert (older / "smartcart" / "__init__.py").exists()
    assert bench.older_build("none", tmp_path) is None
    case = bench.cases(quick=True, large_rows=10, runs=1, older=older)[0]
    assert list(case.commands) == [bench.OURS, bench.OLDER, "lean notebook", "notebook"]
    command = case.commands[bench.OLDER](tmp_path / "data.csv", tmp_path / "out")
    assert f"PYTHONPATH={older}" in command
    alone = bench.cases(quick=True, large_rows=10, runs=1)[0]
    assert list(alone.commands) == [bench.OURS, "lean notebook", "notebook"]


@pytest.mark.shared_data
def test_quality_tells_the_figures_of_the_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    source = SHARED / "marketing_campaign.csv"
    if not source.exists():
        pytest.skip("marketing_campaign.csv is not here")
    quality = importlib.import_module("quality")
    assert quality.main([str(source), "--only", "notebook", "--resamples", "3"]) == 0
    told = capsys.readouterr().out
    for figure in ("K ", "bootstrap ARI", "AUC, Response", "AUC, AcceptedCmp1-5", "eta² of spend"):
        assert figure in told


def test_the_lean_notebook_writes_three_pictures_and_two_tables(tmp_path: Path) -> None:
    write_customers(tmp_path / "shop.csv", 500, seed=1)
    script = ROOT / "benchmarks" / "lean_notebook.py"
    command = [sys.executable, str(script), str(tmp_path / "shop.csv"), "-o", str(tmp_path / "out")]
    subprocess.run(command, check=True, capture_output=True)
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    pictures, tables = ["clusters_3d", "elbow", "segment_sizes"], ["profile", "segments"]
    assert made == sorted([f"{name}.png" for name in pictures] + [f"{name}.csv" for name in tables])
    labels = pd.read_csv(tmp_path / "out" / "segments.csv")
    assert set(labels["segment"]) == {0, 1, 2, 3}
    assert len(pd.read_csv(tmp_path / "out" / "profile.csv")) == 4
