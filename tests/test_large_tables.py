"""What is done otherwise where a table is large: the same answers, from fewer passes."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from smartcart import workflows
from smartcart.core.lloyd import LloydSums
from smartcart.datasets import write_customers
from smartcart.errors import DataError
from smartcart.inspection import estimated_figures
from smartcart.inspection.customer_table import look
from smartcart.sources import open_source

customers = importlib.import_module("smartcart.workflows.customer_arrays")
segmenting = importlib.import_module("smartcart.workflows.segment")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "shop.parquet"
    write_customers(path, 12_000, seed=3)
    return path


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimated_figures, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(estimated_figures, "SLICE_ROWS", 2_000)
    monkeypatch.setattr(estimated_figures, "SOME_ROWS", 3_000)
    monkeypatch.setattr(estimated_figures, "PARTS", 4)


def test_a_large_table_is_seen_as_a_small_one(shop: Path, request: pytest.FixtureRequest) -> None:
    small = workflows.inspect(shop)
    request.getfixturevalue("large")
    seen = workflows.inspect(shop)
    assert [(c.name, c.role, c.meaning, c.low, c.high) for c in seen.contract.columns] == [
        (c.name, c.role, c.meaning, c.low, c.high) for c in small.contract.columns
    ]
    assert seen.forming == small.forming
    assert seen.describing == small.describing
    exact = {(e.rule, e.sentence): e.count for e in small.ledger.entries if e.rule != "copied rows"}
    assert {
        (e.rule, e.sentence): e.count for e in seen.ledger.entries if e.rule != "copied rows"
    } == exact
    copies, about = (
        next(e.count for e in one.ledger.entries if e.rule == "copied rows")
        for one in (small, seen)
    )
    assert copies > 500
    assert about == pytest.approx(copies, rel=0.25)


def test_an_id_that_occurs_twice_is_found_in_a_large_table(tmp_path: Path, large: None) -> None:
    n = 3_000
    rng = np.random.default_rng(0)
    ids = np.arange(n) + 10
    table = pd.DataFrame(
        {
            "customer_id": ids,
            "total_spend": rng.gamma(2, 50, n).round(2),
            "orders": rng.poisson(5, n),
        }
    )
    path = tmp_path / "t.parquet"
    table.to_parquet(path)
    assert workflows.inspect(path).ledger.segmented == n
    table.loc[2_500, "customer_id"] = ids[17]
    table.to_parquet(path)
    with pytest.raises(DataError, match=r"27 \(2 times\)"):
        workflows.inspect(path)


def test_rows_that_cannot_be_segmented_are_found_in_a_large_table(
    tmp_path: Path, large: None
) -> None:
    n = 3_000
    rng = np.random.default_rng(0)
    spend = rng.gamma(2, 50, n).round(2)
    orders = rng.poisson(5, n).astype(float)
    spend[5], orders[5] = np.nan, np.nan
    path = tmp_path / "t.parquet"
    pd.DataFrame({"customer_id": np.arange(n), "total_spend": spend, "orders": orders}).to_parquet(
        path
    )
    seen = workflows.inspect(path)
    assert seen.ledger.rejected == 1
    assert seen.ledger.segmented == n - 1


def test_all_are_usable_only_where_that_is_known(shop: Path) -> None:
    with open_source(shop) as opened:
        seen = look(opened)
        assert seen.all_usable
        assert seen.usable is seen.clean


def test_centroids_that_still_move_on_all_rows_are_refined(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a small sample the first pass over all rows is not enough, and all is done again."""
    monkeypatch.setattr(customers, "SAMPLE_ROWS", 400)
    monkeypatch.setattr(customers, "WIDE_ROWS", 500)
    monkeypatch.setattr(customers, "BATCH_ROWS", 4_096)
    s = smartcart.segment(shop, k=4, k_max=4)
    assert "refine on all rows" in s.record.seconds
    frame = s.customers
    assert len(frame) == s.record.ledger.segmented
    assert frame["customer_id"].is_unique
    again = smartcart.segment(shop, k=4, k_max=4)
    pd.testing.assert_frame_equal(frame, again.customers)
    monkeypatch.setattr(segmenting, "PASSES", 30)
    monkeypatch.setattr(segmenting, "SETTLED", 1e-9)
    best = smartcart.segment(shop, k=4, k_max=4).record.metrics["wcss"]
    assert best is not None
    assert s.record.metrics["wcss"] <= best * 1.002


def test_a_wide_sample_spares_the_passes_over_all_rows(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "SAMPLE_ROWS", 2_000)
    monkeypatch.setattr(customers, "WIDE_ROWS", 11_999)
    s = smartcart.segment(shop, k=4, k_max=4)
    assert "refine on all rows" not in s.record.seconds


def test_the_gain_of_a_pass_is_what_the_next_one_saves_at_least() -> None:
    rng = np.random.default_rng(1)
    Z = rng.normal(size=(500, 3))
    centers = Z[:4].copy()

    def passed(at: np.ndarray) -> LloydSums:
        d = ((Z[:, None] - at[None]) ** 2).sum(axis=2)
        return LloydSums.zeros(4, 3).add(Z, d.argmin(axis=1), d.min(axis=1))

    first = passed(centers)
    second = passed(first.centers(centers))
    assert second.wcss <= first.wcss * (1 - first.gain(centers)) * (1 + 1e-12)


def test_a_source_that_changes_while_it_is_read_is_refused(shop: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "shop.parquet", tmp_path / "out"
    path.write_bytes(shop.read_bytes())
    out.mkdir()

    def meddle(step: str, done: int, total: int | None) -> None:
        if step == "refine":
            os.utime(path, ns=(1, 1))

    with pytest.raises(DataError, match="changed while it was read"):
        workflows.segment(path, out, progress=meddle)


@pytest.mark.parametrize("last", ["red", " red", "NULL"])
def test_tidy_texts_are_passed_on_and_others_are_cleaned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    columns = importlib.import_module("smartcart.sources.type_columns")
    path = tmp_path / "shop.parquet"
    colours = ["red", "blue"] * 50 + [last]
    pd.DataFrame({"id": range(101), "colour": colours}).to_parquet(path)

    def read() -> tuple[list[str | None], str]:
        with open_source(path) as opened:
            view = opened.engine.rows("SELECT sql FROM duckdb_views() WHERE view_name = 'source'")
            return opened.engine.arrow(opened.table)["colour"].to_pylist(), view[0][0]

    cleaned, long = read()
    monkeypatch.setattr(columns, "TIDY_ROWS", 10)
    found, short = read()
    assert found == cleaned == [*colours[:100], None if last == "NULL" else "red"]
    assert (len(short) < len(long)) == (last == "red")


def test_held_rows_give_the_quantiles_that_the_engine_gives(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "SAMPLE_ROWS", 1_000)
    shares = (0.2, 0.4, 0.6, 0.8)
    with open_source(shop) as opened:
        whole = customers.CustomerArrays(look(opened))
        whole.draw_sample()
        assert whole.wide is not None
        assert len(whole.wide) == whole.rows
        some = [whole.wide.shape[1] + 1, *range(whole.wide.shape[1])]  # the first is not held
        held, exact = whole.quantiles(some, shares)
        whole.wide = None
        asked = whole.quantiles(some, shares)
        assert exact
        assert asked[1]
        np.testing.assert_allclose(held, asked[0], rtol=1e-12)
        monkeypatch.setattr(customers, "WIDE_ROWS", whole.rows - 1)  # now some are not held
        part = customers.CustomerArrays(whole.seen)
        part.draw_sample()
        assert part.wide is not None
        assert len(part.wide) < part.rows
        assert part.quantiles(some, shares) == asked
