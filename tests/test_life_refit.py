"""K over refits: it stays on samples of the same customers, and follows segments that come or go.

The full figures (20 of each) are those of ``benchmarks/life.py``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smartcart import store, workflows
from smartcart.core import prepare
from smartcart.datasets import customer_tables, write_orders
from smartcart.records import Run
from smartcart.report import page
from smartcart.workflows.monitor import monitor

NEW = "Discount-sensitive"
PAIR = ("Moderate engagement", "Discount-sensitive")


def shop(seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    table, truth = (one.to_pandas() for one in customer_tables(2_000, seed=seed))
    return table, truth["segment"].astype(str).to_numpy()


def fitted(source: object, folder: Path, **options: object) -> tuple[Run, Path]:
    folder.mkdir()
    run = workflows.segment(source, folder, **{"k_max": 6} | options)
    store.write_run(folder, run)
    return run, folder


def resampled(table: pd.DataFrame, seed: int, rows: int | None = None) -> pd.DataFrame:
    again = table.sample(rows or len(table), replace=True, random_state=seed).reset_index(drop=True)
    return again.assign(ID=np.arange(1, len(again) + 1))


def kinds(run: Run) -> list[str]:
    return sorted(one.kind for one in run.identity.matches)


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> tuple[Run, Path, pd.DataFrame]:
    table = shop(1)[0]
    return (*fitted(table, tmp_path_factory.mktemp("refit") / "base"), table)


def test_resamples_keep_k_ids_and_meaning_though_a_valley_is_missed(base, tmp_path) -> None:
    """On the small one of these resamples the evidence finds two groups instead of four."""
    first, folder, table = base
    assert first.evidence.verdict == "natural clusters"
    missed = [
        k_stays(first, folder, resampled(table, 1, rows), tmp_path / f"{rows}")
        for rows in (300, 2_000)
    ]
    assert missed == [True, False]


def k_stays(first: Run, folder: Path, table: pd.DataFrame, target: Path) -> bool:
    """Check a refit on a resample; return whether the evidence picks another K."""
    run, _ = fitted(table, target, previous=folder)
    assert run.model.ids == first.model.ids
    assert run.model.names == first.model.names
    then = np.array(first.model.centroids)
    now = prepare.apply_recipe(np.array(run.model.centroids_original), first.model.recipe)
    nearest = np.linalg.norm(then[:, None] - now[None], axis=2).argmin(axis=0)
    assert nearest.tolist() == [0, 1, 2, 3]
    about = run.identity.k
    assert (about.before, about.now, about.decided_by) == (4, 4, "previous")
    if about.recommended == 4:
        return False
    assert f"the evidence now picks {about.recommended}" in about.sentence
    assert f"--k {about.recommended}" in about.sentence
    assert about.fates
    assert [n.message for n in run.notices if n.code == "other K"] == [about.sentence]
    return True


def test_a_segment_that_a_shop_gains_is_new_and_k_follows(tmp_path) -> None:
    table, truth = shop(0)
    first, folder = fitted(table[truth != NEW], tmp_path / "base")
    run, _ = fitted(table, tmp_path / "next", previous=folder)
    assert kinds(run) == ["kept", "kept", "kept", "new"]
    assert set(first.model.ids) < set(run.model.ids)
    about = run.identity.k
    assert (about.before, about.now, about.decided_by) == (3, 4, "evidence")
    assert "K is now 4, was 3" in about.sentence
    (arisen,) = set(run.model.ids) - set(first.model.ids)
    name = dict(zip(run.model.ids, run.model.names, strict=True))[arisen]
    html = page.render(run, b"")
    assert "Since the last run" in html
    assert "Is new" in html
    assert name in html
    assert about.sentence in html
    # K can be kept all the same, and a fresh fit finds the same
    asked, _ = fitted(table, tmp_path / "asked", previous=folder, k=3)
    assert (asked.identity.k.now, asked.identity.k.decided_by) == (3, "user")
    fresh, _ = fitted(table, tmp_path / "fresh", previous=folder, fresh=True)
    assert kinds(fresh) == ["kept", "kept", "kept", "new"]


def test_two_segments_that_become_alike_are_merged_and_k_follows(tmp_path) -> None:
    table, truth = shop(0)
    first, folder = fitted(table, tmp_path / "base")
    mine = pd.read_csv(folder / "segments.csv").set_index("customer_id")["segment_id"]
    mine = mine.reindex(table["ID"]).to_numpy()
    gone = {int(np.bincount(mine[truth == one]).argmax()) for one in PAIR}
    later = table.copy()
    for name in [c for c in table if c.startswith(("Mnt", "Num"))]:
        x = np.log1p(table[name].to_numpy(float))
        means = [x[truth == one].mean() for one in PAIR]
        for one, mean in zip(PAIR, means, strict=True):
            x[truth == one] += np.mean(means) - mean
        later[name] = np.maximum(np.rint(np.expm1(x)), 0)
    run, _ = fitted(later, tmp_path / "next", previous=folder)
    merged = [one for one in run.identity.matches if one.kind == "merged"]
    assert [set(one.old_ids) for one in merged] == [gone]
    assert len(run.model.ids) == len(first.model.ids) - 1
    assert all(link.outgoing > 0.5 for link in merged[0].links)
    assert len(set(run.model.used) & gone) >= 1


# What monitoring says of order logs ------------------------------------------------------------


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> tuple[Run, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("log")
    write_orders(folder / "orders.csv", 20_000, seed=1)
    write_orders(folder / "later.csv", 20_000, seed=101)
    run, _ = fitted(folder / "orders.csv", folder / "run", k=4)
    return run, pd.read_csv(folder / "later.csv")


def test_other_orders_of_the_same_shop_keep_the_model(log) -> None:
    found = monitor(log[1], log[0].model).drift
    assert found.verdict == "keep"
    assert all(s.stability is not None and s.stability_before is not None for s in found.segments)
    spend = next(c for c in found.columns if c.column == "monetary_mean")
    assert spend.noticeable > 0.15  # 1,543 customers with a heavy tail do not tell less


def test_a_lost_channel_and_exchanged_dates_call_for_a_refit(log) -> None:
    run, lines = log
    parts = run.model.contract.log
    largest = lines[parts.channel].value_counts().index[0]
    lost = monitor(lines[lines[parts.channel] != largest], run.model).drift
    assert lost.verdict == "refit"
    assert f"{largest} share of spend" in lost.reasons[0].sentence
    days = pd.to_datetime(lines[parts.date])
    wrong = [d.replace(month=d.day, day=d.month) if d.day < 13 else d for d in days]
    assert monitor(lines.assign(**{parts.date: wrong}), run.model).drift.verdict == "refit"
    cents = monitor(lines.assign(unit_price=lines["unit_price"] * 100), run.model).drift
    assert cents.verdict == "refit"


def test_a_rise_that_the_mean_of_a_heavy_tail_does_not_tell_is_told_by_typical_values() -> None:
    """A lognormal spend: the mean of 2,000 is unsure by 9%, that of the logarithms by 3%."""
    from smartcart.core.drift import column_drift
    from smartcart.core.drift_bins import count_numbers, number_bins

    rng = np.random.default_rng(0)
    then, now = rng.lognormal(4, 1.4, (2, 20_000)).reshape(2, 10, 2_000)
    for a, b in zip(then, now, strict=True):
        bins = number_bins("spend", a, logs=True)
        assert not column_drift(bins, count_numbers(bins, b)).changed
        found = column_drift(bins, count_numbers(bins, b * 1.25))
        assert found.changed
        assert found.ratio == pytest.approx(1.25 * np.exp(np.log(b).mean() - np.log(a).mean()))
        assert found.noticeable == pytest.approx(0.16, abs=0.03)
        assert "a typical value above 0 is +" in found.sentence
