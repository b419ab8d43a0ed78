"""Segments that live: monitor, refit with ids that last, who moved, and the runs kept."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import smartcart
from smartcart import store, workflows
from smartcart.cli.main import _guarded, app
from smartcart.core import choose_k, migration
from smartcart.datasets import write_customers
from smartcart.errors import DataError, UsageError
from smartcart.store import read_run
from smartcart.store.model import checksum
from smartcart.workflows import customer_arrays
from smartcart.workflows.explain import explain
from smartcart.workflows.lineage import follows
from smartcart.workflows.migrate import migrate
from smartcart.workflows.monitor import monitor
from smartcart.workflows.plan import make_plan
from smartcart.workflows.runs import runs

ENV = {**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "120"}
BEHAVIOUR = ("Mnt", "Num", "Recency", "Dt_Customer")


def command(
    *args: object, cwd: Path | None = None, apart: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command line: in this process, or in one of its own."""
    words = ["smartcart", *map(str, args)]
    if apart:
        return subprocess.run(
            [sys.executable, "-m", *words],
            capture_output=True,
            text=True,
            env=ENV,
            check=False,
            timeout=120,
            cwd=cwd,
        )
    out, err = io.StringIO(), io.StringIO()
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        chdir(cwd or Path.cwd()),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(sys, "argv", words)
        code = _guarded(app, "--json" in words)
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def fitted(source: Path, folder: Path, **options: object) -> Path:
    """Write what the tests need of a run folder: the pictures are left out."""
    folder.mkdir()
    store.write_run(folder, workflows.segment(source, folder, **{"k_max": 4} | options))
    return folder


def resampled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    again = frame.sample(len(frame), replace=True, random_state=seed).reset_index(drop=True)
    again["ID"] = np.arange(1, len(again) + 1)
    return again


def dearer(frame: pd.DataFrame) -> pd.DataFrame:
    spend = [name for name in frame if name.startswith("Mnt")]
    return frame.assign(**{name: (frame[name] * 1.3).round() for name in spend})


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("life") / "shop.csv"
    write_customers(path, 2000, seed=3)
    return path


@pytest.fixture(scope="module")
def run(shop) -> Path:
    return fitted(shop, shop.parent / "run", k=4)


@pytest.fixture(scope="module")
def model(run):
    return workflows.load(run)


@pytest.fixture(scope="module")
def frame(shop) -> pd.DataFrame:
    return pd.read_csv(shop)


# The reference ---------------------------------------------------------------------------------


def test_reference_is_in_model_json_and_counts_everybody(frame, model):
    reference = model.reference
    assert sum(reference.sizes) == len(frame)
    spend = frame.filter(like="Mnt").sum(axis=1)
    bins = next(one for one in reference.columns if one.column == "spend")
    assert bins.forms
    assert bins.rows == len(frame)
    assert bins.mean == pytest.approx(spend.mean())
    assert bins.std == pytest.approx(spend.std(ddof=0))
    found, _ = np.histogram(spend, bins=[-1, *bins.edges[1:]])  # whole numbers: no ties are lost
    inside = np.searchsorted(bins.edges[1:], spend, side="left")
    assert np.bincount(inside) / len(frame) == pytest.approx(bins.shares)
    assert sum(found) == len(frame)
    answer = next(one for one in reference.outcomes if one.column == "Response")
    assert (answer.yes, answer.rows) == (frame["Response"].sum(), frame["Response"].count())
    assert dict(reference.schema)["MntWines"] == "number"
    assert "Dt_Customer" not in [one.column for one in reference.columns]


def test_reference_of_a_sample_counts_all_rows(frame, shop, tmp_path, monkeypatch):
    monkeypatch.setattr(customer_arrays, "SAMPLE_ROWS", 600)
    monkeypatch.setattr(customer_arrays, "BATCH_ROWS", 300)
    reference = workflows.segment(shop, tmp_path, k=3, k_max=3).model.reference
    bins = next(one for one in reference.columns if one.column == "spend")
    spend = frame.filter(like="Mnt").sum(axis=1)
    assert bins.rows == len(frame)
    assert bins.mean == pytest.approx(spend.mean())
    beyond = ((spend < bins.edges[0]) | (spend > bins.edges[-1])).mean()
    assert bins.rest == pytest.approx(beyond)
    assert sum(reference.sizes) == len(frame)


def test_older_models_load_and_say_what_they_lack(run, shop, tmp_path):
    content = json.loads((run / "model.json").read_text(encoding="utf-8"))
    for name in ("ids", "used", "lineage", "checksum"):
        del content[name]
    content |= {"version": 1, "reference": {}}
    (tmp_path / "model.json").write_text(json.dumps(content), encoding="utf-8")
    old = workflows.load(tmp_path)
    assert old.reference is None
    assert old.ids == (1, 2, 3, 4)
    done = command("monitor", shop, "--model", tmp_path)
    assert done.returncode == 3
    assert "no reference" in done.stderr
    assert "smartcart run" in done.stderr


# Monitor ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_resample_of_the_shop_keeps_the_model(frame, model, seed):
    found = monitor(resampled(frame, seed), model).drift
    assert found.verdict == "keep"
    assert [one for one in found.reasons if one.refit] == []
    assert found.rows == found.rows_before == len(frame)


def test_monitor_says_keep_with_exit_code_0(frame, run, tmp_path):
    resampled(frame, 1).to_csv(tmp_path / "again.csv", index=False)
    done = command("monitor", tmp_path / "again.csv", "--model", run, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"] == "keep"
    assert [row["segment_id"] for row in told["segments"]] == [1, 2, 3, 4]
    assert sum(row["share"] for row in told["segments"]) == pytest.approx(1)


def test_monitor_says_refit_with_exit_code_4_and_why(frame, run, tmp_path):
    dearer(resampled(frame, 1)).to_csv(tmp_path / "dear.csv", index=False)
    page = tmp_path / "drift.html"
    done = command("monitor", tmp_path / "dear.csv", "--model", run, "-o", page, apart=True)
    assert done.returncode == 4, done.stderr
    assert "Refit" in done.stdout
    assert "Spend" in done.stdout
    html = page.read_text(encoding="utf-8")
    assert "Spend per purchase" in html
    assert "http:" not in html  # it opens offline
    assert "https:" not in html
    assert "<script" not in html
    assert f"--previous {run}" in html
    assert "Fit again" in done.stdout
    again = command("monitor", tmp_path / "dear.csv", "--model", run, "-o", page)
    assert again.returncode == 2
    assert "--overwrite" in again.stderr


def test_reasons_come_strongest_first_and_name_what_rose(frame, model):
    reasons = monitor(dearer(resampled(frame, 1)), model).drift.reasons
    refit = [one for one in reasons if one.refit]
    assert {one.name for one in refit} >= {"spend", "basket_value"}
    assert [one.strength for one in refit] == sorted((one.strength for one in refit), reverse=True)


def test_counts_do_not_depend_on_the_batches(frame, model, monkeypatch):
    one = monitor(dearer(frame), model).drift
    monkeypatch.setattr("smartcart.workflows.monitor.BATCH_ROWS", 333)
    other = monitor(dearer(frame), model).drift
    assert [r.name for r in one.reasons] == [r.name for r in other.reasons]
    for a, b in zip(one.columns, other.columns, strict=True):
        assert a.psi == pytest.approx(b.psi)
        assert a.mean == pytest.approx(b.mean)
    assert one.segments == other.segments


def test_a_change_of_columns_is_told(frame, model):
    found = monitor(frame.drop(columns="MntWines"), model)
    assert found.missing == ("MntWines",)
    assert found.drift.verdict == "refit"
    assert "MntWines" in found.drift.reasons[0].sentence
    found = monitor(frame.drop(columns="Income").assign(Loyalty=1), model).drift
    assert found.verdict == "keep"
    assert {(one.name, one.refit) for one in found.reasons} == {
        ("Income", False),
        ("Loyalty", False),
    }


def test_an_outcome_that_changed_is_told_but_is_no_reason(frame, model):
    found = monitor(frame.assign(Response=1), model).drift
    assert found.verdict == "keep"
    assert [(one.kind, one.name) for one in found.reasons] == [("outcome", "Response")]


def test_monitor_refuses_what_is_no_later_data(frame, run, tmp_path):
    with pytest.raises(DataError, match="has no column 'ID'"):
        smartcart.load(run).monitor(pd.DataFrame({"a": [1, 2], "b": [3, 4]}))
    done = command("monitor", tmp_path / "no.csv", "--model", tmp_path)
    assert done.returncode == 2
    assert "model" in done.stderr
    assert smartcart.load(run).monitor(frame).verdict == "keep"


# A refit that continues a run ------------------------------------------------------------------


@pytest.fixture(scope="module")
def next_month(frame, shop, run) -> Path:
    """Return a run that continues ``run``: 5% of all customers took to behaving like Premium.

    Fifty customers left and fifty joined.
    """
    told = pd.read_csv(run / "segments.csv").set_index("customer_id")["segment_id"]
    later = frame.set_index("ID")
    behaviour = [name for name in later if name.startswith(BEHAVIOUR)]
    rng = np.random.default_rng(0)
    movers = rng.choice(told.index[told == 4], 100, replace=False)
    models = rng.choice(told.index[told == 1], 100, replace=False)
    later.loc[movers, behaviour] = later.loc[models, behaviour].to_numpy()
    stay = later.index.difference(movers)
    gone = rng.choice(stay, 50, replace=False)
    came = later.loc[rng.choice(stay, 50, replace=False)].copy()
    came.index = pd.Index(range(900_001, 900_051), name="ID")
    later = pd.concat([later.drop(gone), came])
    path = shop.parent / "next.csv"
    later.reset_index().to_csv(path, index=False)
    np.save(shop.parent / "movers.npy", movers)
    return fitted(path, shop.parent / "next", previous=run)


def test_a_refit_keeps_k_ids_and_names(model, run, next_month):
    later = workflows.load(next_month)
    assert later.ids == model.ids
    assert later.names == model.names
    assert follows(later, model)
    assert not follows(model, later)
    summary = store.read_run(next_month).told
    assert summary["chosen_by"] == "previous"
    assert [one["kind"] for one in summary["identity"]["matches"]] == ["kept"] * 4


@pytest.fixture(scope="module")
def line(shop, run) -> tuple[Path, Path]:
    """Return a run with three segments that continues ``run``, and one with four after it."""
    three = fitted(shop, shop.parent / "three", k=3, previous=run)
    return three, fitted(shop, shop.parent / "four", k=4, previous=three)


def test_ids_of_segments_that_ended_are_never_used_again(model, line):
    three, four = (workflows.load(folder) for folder in line)
    assert set(model.ids) - set(three.ids) == set(three.used)
    arisen = set(three.ids) - set(model.ids)
    assert all(one > max(model.ids) for one in arisen)
    assert not set(four.ids) & set(three.used)
    assert set(four.used) >= set(three.used)
    assert follows(four, model)
    every = [
        *zip(model.ids, model.names, strict=True),
        *zip(three.ids, three.names, strict=True),
        *zip(four.ids, four.names, strict=True),
    ]
    assert len({i for i, _ in every}) == len(set(every))  # one name per id, in all runs
    for later in (three, four):
        assert len(set(later.names)) == len(later.names)


def test_the_same_ids_everywhere(shop, line):
    folder = line[0]
    model, known = workflows.load(folder), read_run(folder)
    ids = set(model.ids)
    assert ids != {1, 2, 3}  # else this test shows nothing
    names = dict(zip(model.ids, model.names, strict=True))
    table = pd.read_parquet(folder / "segments.parquet")
    sizes = table["segment_id"].value_counts().to_dict()
    assert table["segment"].tolist() == [names[i] for i in table["segment_id"]]
    summary = known.told
    assert {s["segment_id"]: s["size"] for s in summary["segments"]} == sizes
    assert {s["segment_id"]: s["segment"] for s in summary["segments"]} == names
    profile = pd.read_csv(folder / "profile.csv")
    assert {i: names[i] for i in profile["segment_id"].unique()} == names
    assert set(profile[["segment_id", "segment"]].itertuples(index=False, name=None)) == set(
        names.items()
    )
    assert set(summary["picture"]["segment_ids"]) == ids
    assert {r["segment_id"] for one in summary["outcomes"] for r in one["rates"]} == ids
    assert {(r["segment_id"], r["segment"]) for r in summary["rulebook"]["rules"]} <= set(
        names.items()
    )
    scored = workflows.assign(shop, model)
    both = scored.merge(table, on="customer_id")
    assert (both["segment_id_x"] == both["segment_id_y"]).all()
    assert (both["segment_x"] == both["segment_y"]).all()
    someone = table.iloc[0]
    told = explain(shop, model, [someone["customer_id"]])[0]
    assert (told.segment_id, told.segment) == (someone["segment_id"], someone["segment"])
    assert names[told.other_id] == told.other
    planned = make_plan(known, cost=1, revenue=10, rate=0.1).plan
    assert {s.segment_id: s.customers for s in planned.segments} == sizes
    assert {s.segment_id: s.segment for s in planned.segments} == names
    found = monitor(shop, model).drift
    assert {s.segment_id for s in found.segments} == ids
    assert list(smartcart.load(folder).segments["segment_id"]) == list(model.ids)


def test_sql_gives_the_ids_of_the_model(shop, line):
    import duckdb

    model = workflows.load(line[0])
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE shop AS FROM read_csv('{shop}')")
        rows = con.execute(workflows.sql(model, "duckdb", "shop")).fetchall()
    mine = {row[0]: row[1] for row in rows}
    truth = pd.read_csv(line[0] / "segments.csv").set_index("customer_id")["segment_id"]
    assert mine == truth.to_dict()


def test_settling_from_the_own_centroids_changes_nothing():
    rng = np.random.default_rng(0)
    Z = np.concatenate([rng.normal(c, 1, (80, 2)) for c in (0, 5, 10)])
    found = choose_k.choose_k(Z, k=3, k_max=3)
    start = found.fits[3].centers
    again = choose_k.settle_from(found, Z, start[::-1])
    assert (again.fits[3].labels == found.fits[3].labels).all()
    assert again.evidence.rows[2].silhouette == pytest.approx(found.evidence.rows[2].silhouette)
    assert again.evidence.rows[:2] == found.evidence.rows[:2]


def test_bad_earlier_runs_are_refused(frame, shop, run, tmp_path):
    done = command("run", shop, "-o", tmp_path / "out", "--fresh")
    assert done.returncode == 2
    assert "--previous" in done.stderr
    done = command("run", shop, "-o", tmp_path / "out", "--previous", tmp_path)
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()
    with pytest.raises(DataError, match="--fresh"):
        workflows.segment(frame.drop(columns=["MntWines"]), tmp_path, k_max=2, previous=run)


# Who moved -------------------------------------------------------------------------------------


def test_a_planted_flow_is_found_and_nothing_else(shop, run, next_month, tmp_path):
    movers = np.load(shop.parent / "movers.npy")
    target = tmp_path / "migration.csv"
    found = migrate(run, next_month, target=target)
    assert found.split
    assert found.worth
    assert found.identity is None  # the ids mean the same: nothing has to be matched
    told = found.migration
    assert told.customers == 1950
    assert told.resamples == 100
    flow = next(f for f in told.flows if (f.from_id, f.to_id) == (4, 1))
    assert flow.change
    assert flow.customers == pytest.approx(len(movers), abs=5)
    assert flow.by_customers >= 0.95 * flow.customers
    assert told.by_customers == flow.by_customers  # nobody else behaves differently
    rest = [f for f in told.flows if f.from_id != f.to_id and f is not flow]
    assert sum(f.customers for f in rest) < 0.04 * told.customers  # what a refit moves
    assert flow.value > 0
    assert sum(one.customers for one in told.joiners) == 50
    assert sum(one.customers for one in told.leavers) == 50

    rows = pd.read_csv(target).set_index("customer_id")
    before = pd.read_csv(run / "segments.csv").set_index("customer_id")["segment"]
    after = pd.read_csv(next_month / "segments.csv").set_index("customer_id")["segment"]
    assert len(rows) == len(before.index.union(after.index)) == found.written
    assert rows["from"].dropna().to_dict() == before.to_dict()
    assert rows["to"].dropna().to_dict() == after.to_dict()
    both = rows.dropna()
    assert (both["change"] == np.where(both["from"] == both["to"], "stayed", "moved")).all()
    assert (rows["change"] == "joined").sum() == (rows["change"] == "left").sum() == 50
    assert (both["change"] == "moved").sum() == told.moved
    with pytest.raises(UsageError, match="exists already"):
        migrate(run, next_month, target=target, resamples=0)
    assert [p.name for p in tmp_path.iterdir()] == ["migration.csv"]


def test_migrate_on_the_command_line(run, next_month, tmp_path):
    done = command("migrate", run, next_month, "-o", tmp_path / "m.csv")
    assert done.returncode == 0, done.stderr
    assert "1,950 customers are in both runs" in done.stdout
    assert "by their behaviour" in done.stdout
    assert "Joined the shop" in done.stdout
    done = command("migrate", run, next_month, "--json")
    told = json.loads(done.stdout)
    assert sum(flow["customers"] for flow in told["flows"]) == told["customers"] == 1950


def test_without_the_source_only_the_split_is_missing(run, next_month, tmp_path, monkeypatch):
    content = json.loads((next_month / "run.json").read_text(encoding="utf-8"))
    away = tmp_path / "away"
    shutil.copytree(next_month, away)
    content["source"] = str(tmp_path / "gone.csv")
    (away / "run.json").write_text(json.dumps(content), encoding="utf-8")
    found = migrate(run, away)
    assert not found.split
    assert "--source" in found.notices[0].message
    assert found.migration.customers == 1950
    assert migrate(run, away, source=str(next_month.parent / "next.csv"), resamples=0).split
    with pytest.raises(UsageError, match=r"gone\.csv"):
        migrate(run, away, source=str(tmp_path / "gone.csv"))


def test_a_source_of_other_customers_is_refused(frame, run, next_month, tmp_path):
    frame.assign(ID=range(10_000_000, 10_000_000 + len(frame))).to_csv(
        tmp_path / "other.csv", index=False
    )
    with pytest.raises(DataError, match="few of the customers"):
        migrate(run, next_month, source=str(tmp_path / "other.csv"))


def test_runs_that_number_segments_otherwise_are_matched(run, tmp_path):
    """A run in which every segment has another id, and that knows nothing of the first."""
    other = tmp_path / "other"
    shutil.copytree(run, other)
    new = {1: 3, 2: 1, 3: 4, 4: 2}
    content = json.loads((other / "model.json").read_text(encoding="utf-8"))
    content["ids"] = [new[i] for i in content["ids"]]
    for row in content["golden"]:
        row["segment_id"] = new[row["segment_id"]]
    content["checksum"] = checksum(content)
    (other / "model.json").write_text(json.dumps(content), encoding="utf-8")
    summary = json.loads((other / "run.json").read_text(encoding="utf-8"))
    for row in summary["segments"]:
        row["segment_id"] = new[row["segment_id"]]
    (other / "run.json").write_text(json.dumps(summary), encoding="utf-8")
    table = pq.read_table(other / "segments.parquet").to_pandas()
    table["segment_id"] = table["segment_id"].map(new).astype("int32")
    table.to_parquet(other / "segments.parquet", index=False)
    found = migrate(run, other, resamples=5)
    assert found.identity is not None
    assert found.identity.ids == (1, 2, 3, 4)
    assert found.migration.moved == 0
    assert found.migration.customers == 2000


def test_entries_that_stand_for_several_customers_count_as_so_many():
    rng = np.random.default_rng(0)
    old, between, new = rng.integers(0, 4, (3, 400))
    worth = rng.uniform(0, 10, 400)
    one = migration.migrate(old, between, new, worth=worth)
    ways = pd.DataFrame({"old": old, "between": between, "new": new, "worth": worth})
    sums = ways.groupby(["old", "between", "new"])["worth"].agg(["sum", "size"]).reset_index()
    other = migration.migrate(
        sums["old"], sums["between"], sums["new"], worth=sums["sum"], customers=sums["size"]
    )
    assert (one.customers, one.moved, one.by_refit) == (
        other.customers,
        other.moved,
        other.by_refit,
    )
    for a, b in zip(one.flows, other.flows, strict=True):
        assert (a.customers, a.by_customers) == (b.customers, b.by_customers)
        assert a.value == pytest.approx(b.value)
    for a, b in zip(one.joiners + one.leavers, other.joiners + other.leavers, strict=True):
        assert (a.segment_id, a.customers, a.share) == (b.segment_id, b.customers, b.share)


def test_wrong_folders_are_refused(shop, run, next_month, tmp_path):
    for wrong in (tmp_path, tmp_path / "nowhere", shop):
        done = command("migrate", run, wrong)
        assert done.returncode in {2, 3}
        assert "run" in done.stderr
        assert "Traceback" not in done.stderr
    bare = tmp_path / "bare"
    shutil.copytree(run, bare)
    (bare / "segments.parquet").unlink()
    with pytest.raises(DataError, match=r"no segments\.parquet"):
        migrate(bare, next_month)
    with pytest.raises(UsageError, match=r"ends in \.csv"):
        migrate(run, next_month, target=tmp_path / "m.txt")


# The runs kept ---------------------------------------------------------------------------------


def test_runs_lists_what_is_there_newest_first(run, next_month, tmp_path):
    for place, (folder, made) in enumerate(((next_month, 1), (run, 1_000_000_000))):
        target = tmp_path / f"{'ba'[place]}"
        target.mkdir()
        told = store.read_run(folder).told
        told["made"] = "2005-03-18T01:58:31+00:00" if place == 0 else ""
        (target / "run.json").write_text(json.dumps(told), encoding="utf-8")
        os.utime(target / "run.json", (made, made))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{", encoding="utf-8")
    os.utime(tmp_path / "broken" / "run.json", (1, 1))
    (tmp_path / "no run").mkdir()
    found = runs(tmp_path)
    assert [Path(one.folder).name for one in found] == ["b", "a", "broken"]
    assert found[1].made == "2001-09-09T01:46:40+00:00"  # it says "", so the file's time counts
    assert found[0].made == "2005-03-18T01:58:31+00:00"  # a copied folder keeps its place
    assert found[0].as_of == "2014-06-29"
    assert (found[1].k, found[1].customers) == (4, 2000)
    assert found[1].verdict in {"natural clusters", "useful partition", "no structure"}
    assert found[2].problem
    done = command("runs", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["runs"]) == 3
    done = command("runs", tmp_path)
    assert "cannot be read" in done.stdout
    assert command("runs", tmp_path / "nowhere").returncode == 2
    assert "no run" in command("runs", tmp_path / "no run").stdout
