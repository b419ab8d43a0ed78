"""The main job, from Python: real and synthetic tables to named segments."""

from __future__ import annotations

import json
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import adjusted_rand_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

import smartcart
from conftest import shared_file
from frames import as_frame
from smartcart import store
from smartcart.datasets import write_customers
from smartcart.errors import DataError, UsageError

FOUR = {
    "Premium",
    "Discount-sensitive",
    "Moderate engagement",
    "Low engagement / potential churn",
}
SAME_VALUES = [
    "marketing_campaign.csv",
    "variants/mc_comma_bom_ddmmyyyy.csv",
    "variants/mc_tab_crlf_ddmmyyyy.csv",
    "variants/mc_real.xlsx",
]


@pytest.fixture(scope="module")
def shop() -> smartcart.Segmentation:
    return smartcart.segment(shared_file("smartcart_customers.csv"))


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    frame = pd.read_csv(shared_file("marketing_campaign.csv"), sep=";", encoding="utf-8-sig")
    frame["spend"] = frame.filter(like="Mnt").sum(axis=1)
    frame["any"] = frame[[f"AcceptedCmp{i}" for i in range(1, 6)]].max(axis=1)
    return frame.set_index("ID")


def synthetic(folder: Path, rows: int = 1500, **options) -> Path:
    path = folder / "shop.csv"
    write_customers(path, rows, **options)
    return path


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, smartcart.Segmentation]:
    """Return a synthetic shop and its run, with every setting as it comes."""
    path = synthetic(tmp_path_factory.mktemp("made_up"))
    return path, smartcart.segment(path)


@pytest.fixture(scope="module")
def saved(made_up: tuple[Path, smartcart.Segmentation]) -> Path:
    path, s = made_up
    return s.save(path.parent / "run")


def membership_auc(segments: pd.Series, outcome: pd.Series) -> float:
    """Out-of-fold AUC of an outcome from segment membership alone."""
    scores = np.zeros(len(outcome))
    y, s = outcome.to_numpy(), segments.to_numpy()
    for train, test in StratifiedKFold(10, shuffle=True, random_state=0).split(s, y):
        rate = pd.Series(y[train]).groupby(s[train]).mean()
        scores[test] = pd.Series(s[test]).map(rate).to_numpy()
    return float(roc_auc_score(y, scores))


def test_the_first_shop_gets_its_four_segments(shop) -> None:
    assert shop.k in {4, 5}
    assert set(shop.segments["segment"]) >= FOUR
    assert shop.verdict in {"natural clusters", "useful partition"}
    assert all(len(facts) >= 3 for facts in shop.segments["facts"])
    by_name = {s.segment: s for s in shop.record.segments}
    facts = {f.column: f for f in by_name["Premium"].facts}
    assert facts["spend"].value > 1.5 * facts["spend"].overall
    assert facts["Income"].value > facts["Income"].overall
    assert by_name["Premium"].segment_id == 1


def test_the_first_shop_is_stable(shop) -> None:
    row = shop.evidence.set_index("k").loc[shop.k]
    assert row["stability_ari"] >= 0.88
    assert all(s.jaccard >= 0.75 for s in shop.record.segments)


def test_segments_are_useful_for_outcomes_they_have_not_seen(shop, truth) -> None:
    segment = shop.customers.set_index("customer_id")["segment_id"].loc[truth.index]
    assert membership_auc(segment, truth["Response"]) >= 0.66
    assert membership_auc(segment, truth["any"]) >= 0.70
    within = truth.groupby(segment.to_numpy())["spend"].var(ddof=0)
    sizes = segment.value_counts()
    explained = 1 - (within * sizes).sum() / len(truth) / truth["spend"].var(ddof=0)
    assert explained >= 0.69


def test_seeds_agree(shop) -> None:
    path = shared_file("smartcart_customers.csv")
    labels = [
        smartcart.segment(path, seed=seed).customers.sort_values("customer_id")["segment_id"]
        for seed in range(1, 4)
    ]
    labels.append(shop.customers.sort_values("customer_id")["segment_id"])
    assert {len(set(one)) for one in labels} == {shop.k}
    assert min(adjusted_rand_score(a, b) for a, b in combinations(labels, 2)) >= 0.95


def test_the_ledger_of_the_first_shop(shop) -> None:
    ledger = shop.record.ledger
    assert (ledger.rows_read, ledger.segmented, ledger.rejected) == (2240, 2240, 0)
    counts = {(e.rule, e.sentence.split()[0]): e.count for e in ledger.entries}
    assert counts["copied rows", "rows"] == 182
    assert counts["impossible value", "Year_Birth"] == 3
    assert counts["impossible value", "Income"] == 1
    assert counts["missing value", "Income"] == 24
    assert str(shop.record.contract.as_of) == "2014-06-29"


def test_outcomes_and_sensitive_columns_never_form(shop) -> None:
    forming = {name for f in shop.record.model.recipe.features for name in f.columns}
    assert not forming & {
        "Response",
        "Year_Birth",
        "Education",
        "Marital_Status",
        "Kidhome",
        "Teenhome",
        "ID",
    }


@pytest.mark.parametrize("name", SAME_VALUES)
def test_the_same_values_in_another_dress_give_the_same_segments(shop, name) -> None:
    other = smartcart.segment(shared_file(name))
    columns = ["segment_id", "segment", "distance", "confidence"]
    mine = shop.customers.set_index("customer_id").sort_index()
    theirs = other.customers.set_index("customer_id").sort_index()
    assert mine.index.equals(theirs.index)
    assert (mine["segment_id"] == theirs["segment_id"]).all()
    pd.testing.assert_frame_equal(mine[columns], theirs[columns], atol=1e-9)


def test_the_excel_file_named_csv_warns_of_swapped_dates() -> None:
    found = smartcart.check(shared_file("variants/mc_xlsx_named_csv.csv"))
    swapped = [n for n in found.notices if n.code == "swapped_dates"]
    assert len(swapped) == 1
    assert swapped[0].count
    assert swapped[0].count > 500


def test_currency_strings_and_other_names(shop) -> None:
    other = smartcart.segment(shared_file("variants/mc_2market_currency_strings.csv"))
    assert other.record.ledger.segmented == 2216
    meanings = {c.name: c.meaning for c in other.record.contract.columns}
    assert meanings["Income"] == "income"
    assert meanings["NumWalkinPur"] == "channel:store"
    assert other.record.currency == "$"
    assert len(set(other.segments["segment"])) == other.k


def test_planted_segments_are_found(tmp_path) -> None:
    path, planted = tmp_path / "shop.parquet", tmp_path / "truth.csv"
    write_customers(path, 4000, seed=3, truth=planted)
    s = smartcart.segment(path)
    truth = pd.read_csv(planted).set_index("ID").iloc[:, 0]
    found = s.customers.set_index("customer_id")["segment_id"].loc[truth.index]
    assert adjusted_rand_score(truth, found) >= 0.5
    assert {"Premium", "Low engagement / potential churn"} <= set(s.segments["segment"])


def test_frames_files_and_engines_give_the_same(made_up) -> None:
    import polars

    path, s = made_up
    frame = s.customers.set_index("customer_id").sort_index()
    table = pd.read_csv(path)
    for source in (table, polars.from_pandas(table), table.sample(frac=1, random_state=1)):
        other = smartcart.segment(source).customers.set_index("customer_id").sort_index()
        assert (other["segment_id"] == frame["segment_id"]).all()


def test_input_is_left_alone(tmp_path) -> None:
    table = pd.read_csv(synthetic(tmp_path, 300))
    before = table.copy()
    smartcart.segment(table, k_max=4)
    pd.testing.assert_frame_equal(table, before)


def test_k_overrides_and_the_evidence_is_kept(tmp_path) -> None:
    s = smartcart.segment(synthetic(tmp_path), k=6)
    assert (s.k, len(s.segments), s.record.evidence.chosen_by) == (6, 6, "user")
    assert s.record.evidence.recommended != 6
    assert s.evidence["k"].tolist() == list(range(1, 11))


def test_segments_are_ordered_by_value(made_up) -> None:
    _, s = made_up
    spend = s.profile.query("column == 'spend'").sort_values("segment_id")["mean"]
    assert spend.is_monotonic_decreasing
    assert s.segments["size"].sum() == 1500


def test_saved_runs_hold_the_contract(made_up, saved) -> None:
    (_, s), out = made_up, saved
    names = {p.name for p in out.iterdir()}
    assert names == {
        "run.json",
        "segments.parquet",
        "segments.csv",
        "evidence.csv",
        "rejected.csv",
        "profile.csv",
        "rfm.csv",
        "model.json",
        "report.html",
        "plots",
        "alternatives.json",
    }
    assert {"elbow.png", "clusters_3d.png", "segment_sizes.png"} <= {
        p.name for p in (out / "plots").iterdir()
    }
    table = pq.read_table(out / "segments.parquet")
    assert table.column_names == ["customer_id", "segment_id", "segment", "distance", "confidence"]
    frame = table.to_pandas()
    assert frame["confidence"].between(0, 1).all()
    assert (frame["distance"] >= 0).all()
    assert frame["customer_id"].is_unique
    pd.testing.assert_frame_equal(
        pd.read_csv(out / "segments.csv"), frame, check_dtype=False, rtol=1e-12
    )
    evidence = pd.read_csv(out / "evidence.csv")
    assert list(evidence.columns) == list(store.EVIDENCE_COLUMNS)
    assert evidence["wcss"].is_monotonic_decreasing
    profile = pd.read_csv(out / "profile.csv")
    assert list(profile.columns) == list(store.PROFILE_COLUMNS)
    summary = json.loads((out / "run.json").read_text())
    assert [x["size"] for x in summary["segments"]] == s.segments["size"].tolist()
    assert pd.read_csv(out / "rejected.csv").columns.tolist() == ["customer_id", "reason"]


def test_confidence_is_the_margin_between_the_two_nearest(tmp_path) -> None:
    from smartcart.core import prepare

    path = synthetic(tmp_path, 400, dirt=False)
    s = smartcart.segment(path)
    raw = pd.read_csv(path)
    centers = np.array(s.model.centroids)
    frame = s.customers.set_index("customer_id")
    mnt = raw.filter(like="Mnt").sum(axis=1)
    bought = raw[["NumWebPurchases", "NumCatalogPurchases", "NumStorePurchases"]].sum(axis=1)
    day = pd.to_datetime(raw["Dt_Customer"], format="%d-%m-%Y")
    by_name = {
        "spend": mnt,
        "basket_value": mnt / bought.where(bought > 0),
        "deals_share": (raw["NumDealsPurchases"] / bought.where(bought > 0)).clip(upper=1),
        "web_share": raw["NumWebPurchases"] / bought.where(bought > 0),
        "catalog_share": raw["NumCatalogPurchases"] / bought.where(bought > 0),
        "store_share": raw["NumStorePurchases"] / bought.where(bought > 0),
        "visits": raw["NumWebVisitsMonth"],
        "tenure_days": (day.max() - day).dt.days,
        "recency_days": raw["Recency"],
    }
    for f in s.model.recipe.features:
        if f.theme == "categories":
            by_name[f.name] = raw[f.columns[0]] / mnt.where(mnt > 0)
    X = np.column_stack([by_name[f.name] for f in s.model.recipe.features]).astype(float)
    Z = prepare.apply_recipe(X, s.model.recipe)
    d = np.sort(np.linalg.norm(Z[:, None] - centers[None], axis=2), axis=1)
    mine = frame.loc[raw["ID"]]
    np.testing.assert_allclose(mine["distance"], d[:, 0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        mine["confidence"], (d[:, 1] - d[:, 0]) / (d[:, 1] + d[:, 0]), rtol=1e-7, atol=1e-9
    )


def test_a_saved_model_loads_and_a_changed_one_is_refused(saved, tmp_path) -> None:
    out = shutil.copytree(saved, tmp_path / "run")
    model = smartcart.load(out)
    assert model.names
    content = json.loads((out / "model.json").read_text())
    content["centroids"] = content["centroids"][::-1]
    (out / "model.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match="does not fit its checksum"):
        smartcart.load(out)
    (out / "model.json").write_text("{")
    with pytest.raises(DataError, match="not whole JSON"):
        smartcart.load(out)
    with pytest.raises(UsageError, match="there is no model"):
        smartcart.load(tmp_path / "nowhere")


def test_every_customer_is_segmented_or_rejected(tmp_path) -> None:
    table = pd.read_csv(synthetic(tmp_path, 500))
    table["ID"] = table["ID"].astype("Int64")
    table.loc[3, "ID"] = pd.NA
    behaviour = [c for c in table if c.startswith(("Mnt", "Num", "Dt_", "Recency"))]
    table.loc[7, behaviour] = np.nan
    lost = table.loc[7, "ID"]
    s = smartcart.segment(table)
    out = s.save(tmp_path / "run")
    rejected = pd.read_csv(out / "rejected.csv", dtype=str)
    assert rejected["customer_id"].tolist() == ["row 4", str(lost)]
    assert set(s.customers["customer_id"]) == set(table["ID"].dropna()) - {lost}
    ledger = s.record.ledger
    assert (ledger.rows_read, ledger.segmented, ledger.rejected) == (500, 498, 2)


def test_copies_get_a_segment_but_do_not_weigh(tmp_path) -> None:
    table = pd.read_csv(synthetic(tmp_path, 800, dirt=False))
    copies = pd.concat([table.head(60)] * 5, ignore_index=True)
    copies["ID"] = np.arange(300) + table["ID"].max() + 1
    plain, copied = smartcart.segment(table), smartcart.segment(pd.concat([table, copies]))
    entry = next(e for e in copied.record.ledger.entries if e.rule == "copied rows")
    assert entry.count == 300
    np.testing.assert_allclose(plain.model.centroids, copied.model.centroids, atol=1e-9)
    assert len(copied.customers) == 1100


def test_large_tables_are_refined_on_all_rows(tmp_path, monkeypatch) -> None:
    """The streaming path gives nearly the WCSS of scikit-learn on all rows."""
    import sys

    from sklearn.cluster import KMeans

    from smartcart.core import prepare

    workflow = sys.modules["smartcart.workflows.customer_arrays"]
    monkeypatch.setattr(workflow, "SAMPLE_ROWS", 2000)
    monkeypatch.setattr(workflow, "BATCH_ROWS", 4096)
    path = tmp_path / "shop.parquet"
    write_customers(path, 20_000, seed=1, dirt=False)
    s = smartcart.segment(path, k=4, k_max=4)
    whole = smartcart.check(path)
    assert len(s.customers) == whole.ledger.segmented == 20_000
    assert s.customers["customer_id"].is_unique
    X = _features(path, s)
    Z = prepare.apply_recipe(X, s.model.recipe)
    best = KMeans(4, n_init=10, random_state=0).fit(Z).inertia_
    assert s.record.metrics["wcss"] <= 1.001 * best


def _features(path: Path, s: smartcart.Segmentation) -> np.ndarray:
    from smartcart.sources import open_source
    from smartcart.tables import features

    with open_source(path) as opened:
        contract = s.record.contract
        table = features.feature_table(
            features.cleaned(opened.table, contract), contract, s.model.recipe.features
        )
        frame = as_frame(opened.engine, table)
    return frame[[f"f{i}" for i in range(len(s.model.recipe.features))]].to_numpy(dtype=float)


def test_the_notebook_display(shop) -> None:
    html = shop._repr_html_()
    assert "Premium" in html
    assert "Premium" in repr(shop)
    assert shop.plot.elbow().axes
    with pytest.raises(AttributeError, match="there are"):
        _ = shop.plot.nonsense
