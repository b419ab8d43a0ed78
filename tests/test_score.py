"""Assigning with a saved model: the same segments as the run, and nobody lost."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smartcart
from command_line import ENV
from command_line import smartcart as command
from smartcart import store, workflows
from smartcart.datasets import write_customers, write_orders
from smartcart.errors import DataError, UsageError

COLUMNS = ["customer_id", "segment_id", "segment", "distance", "confidence", "outside"]
FORECAST = ["p_alive", "expected_orders", "expected_spend", "next_order_by", "late"]


def fitted(source: object, folder: Path, **options: object) -> Path:
    """Write what assigning needs of a run folder: the pictures are left out."""
    folder.mkdir()
    store.write_run(folder, workflows.segment(source, folder, k=4, k_max=4, **options))
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    write_customers(path, 1500, seed=3)
    return path


@pytest.fixture(scope="module")
def run(shop) -> Path:
    return fitted(shop, shop.parent / "run")


@pytest.fixture(scope="module")
def order_run(tmp_path_factory) -> tuple[Path, Path]:
    """Return a log of orders and the folder of its run."""
    path = tmp_path_factory.mktemp("orders") / "orders.csv"
    write_orders(path, 8_000, seed=5)
    return path, fitted(path, path.parent / "run")


@pytest.fixture
def frame(shop) -> pd.DataFrame:
    return pd.read_csv(shop)


def assert_as_in_run(found: pd.DataFrame, run: Path) -> None:
    ahead = FORECAST if (run / "future.parquet").exists() else []
    assert list(found) == COLUMNS + ahead
    there = pd.read_parquet(run / "segments.parquet").set_index("customer_id").sort_index()
    mine = found.set_index("customer_id").sort_index()
    assert len(there) == len(mine) > 0
    assert (there.index == mine.index).all()
    assert (there["segment_id"] == mine["segment_id"]).all()
    assert (there["segment"] == mine["segment"]).all()
    for name in ("distance", "confidence"):
        np.testing.assert_allclose(mine[name], there[name], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["new.parquet", "new.csv"])
def test_the_table_of_the_run_gets_its_segments(shop, run, tmp_path, name) -> None:
    out = tmp_path / name
    found = workflows.score(shop, workflows.load(run), out)
    assert_as_in_run(pd.read_parquet(out) if out.suffix == ".parquet" else pd.read_csv(out), run)
    assert found.as_of_source == "the model's"
    assert sum(found.sizes) == found.customers
    rejected = pd.read_csv(run / "rejected.csv")
    assert found.rejected == len(rejected)
    assert {p.name for p in tmp_path.iterdir()} == {name} | (
        {"new.rejected.csv"} if len(rejected) else set()
    )


def test_also_where_the_run_was_fitted_on_a_sample(shop, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("smartcart.workflows.customer_arrays.SAMPLE_ROWS", 600)
    run = fitted(shop, tmp_path / "run")
    workflows.score(shop, workflows.load(run), tmp_path / "new.parquet")
    assert_as_in_run(pd.read_parquet(tmp_path / "new.parquet"), run)


@pytest.mark.parametrize("options", [{}, {"drop_duplicates": True, "net_returns": True}])
def test_an_order_log_is_added_up_as_the_models_was(tmp_path, options) -> None:
    path = tmp_path / "orders.csv"
    write_orders(path, 12_000, seed=4)
    run = fitted(path, tmp_path / "run", options=workflows_options(**options))
    model = workflows.load(run)
    found = workflows.score(path, model, tmp_path / "new.parquet")
    assert_as_in_run(pd.read_parquet(tmp_path / "new.parquet"), run)
    assert found.rejected == len(pd.read_csv(run / "rejected.csv"))
    if found.rejected:
        mine = pd.read_csv(tmp_path / "new.rejected.csv", dtype=str)
        there = pd.read_csv(run / "rejected.csv", dtype=str)
        assert set(mine["customer_id"]) == set(there["customer_id"])
    # parts that only describe may be absent; a customers table is refused
    log = model.contract.log
    assert log is not None
    lines = pd.read_csv(path)
    less = lines.drop(columns=[c for c in (log.category, log.channel, *log.traits) if c])
    assert_as_in_run(smartcart.load(run).assign(less), run)
    with pytest.raises(DataError, match="which the model of an order log needs"):
        smartcart.load(run).assign(pd.DataFrame({"customer_id": [1, 2], "spend": [3.0, 4.0]}))


def workflows_options(**options: bool) -> object:
    from smartcart.inspection.order_log import OrderOptions

    return OrderOptions(**options)


def test_an_earlier_history_differs_so_the_model_is_read(order_run) -> None:
    """Half of the lines is another history: the as-of day stays the model's."""
    path, run = order_run
    model = smartcart.load(run)
    log, day = model.record.contract.log, model.record.contract.as_of
    lines = pd.read_csv(path)
    when = pd.to_datetime(lines[log.date], errors="coerce")
    early = model.assign(lines[when < when.quantile(0.8)])
    assert early.attrs["as_of"] == day.isoformat()


def test_order_of_columns_and_rows_and_other_columns_do_not_matter(frame, run) -> None:
    model = smartcart.load(run)
    there = model.assign(frame)
    assert_as_in_run(there, run)
    changed = frame.sample(frac=1.0, random_state=0)[list(frame)[::-1]]
    changed.insert(0, "Shoe size", "large")
    assert_as_in_run(model.assign(changed), run)
    some = model.assign(frame.head(1))
    assert len(some) == 1
    assert (
        some["segment_id"].iloc[0]
        == there.set_index("customer_id")["segment_id"].loc[frame["ID"].iloc[0]]
    )


def test_the_handle_tells_names_and_segments(run) -> None:
    model = smartcart.load(run)
    assert model.names == model.record.names
    assert list(model.segments["segment"]) == list(model.names)
    assert list(model.segments["segment_id"]) == [1, 2, 3, 4]
    assert set(model.segments.columns[2:]) == {f.name for f in model.record.recipe.features}


def test_nobody_is_lost(frame, run, tmp_path) -> None:
    model = workflows.load(run)
    behaviour = [c.name for c in model.contract.columns if c.role == "forms"]
    frame["ID"] = frame["ID"].astype("Int64")
    frame.loc[3, "ID"] = pd.NA
    frame[behaviour] = frame[behaviour].astype(object)
    frame.loc[7, behaviour] = None
    frame.to_csv(tmp_path / "new.csv", index=False)
    out = tmp_path / "scored.parquet"
    done = command("score", tmp_path / "new.csv", "--model", run, "-o", out)
    assert done.returncode == 0, done.stderr
    assert "scored.rejected.csv" in done.stdout
    rejected = pd.read_csv(tmp_path / "scored.rejected.csv", dtype=str)
    assert set(rejected["customer_id"]) >= {"row 4", str(frame["ID"][7])}
    assert set(rejected["reason"]) >= {
        "the customer id is missing",
        "every column about behaviour is missing",
    }
    known = set(pd.read_parquet(out)["customer_id"].astype(str))
    assert not known & set(rejected["customer_id"])
    assert len(known) + len(rejected) == len(frame)
    attrs = smartcart.load(run).assign(frame).attrs
    assert [row["customer_id"] for row in attrs["rejected"]] == list(rejected["customer_id"])
    # a later score without rejected customers takes the stale list away
    again = workflows.score(frame.drop([3, 7]), model, out, overwrite=True)
    assert (again.rejected > 0) == (tmp_path / "scored.rejected.csv").exists()


def test_impossible_and_extreme_values_count_as_in_the_run(frame, run) -> None:
    """What the run would treat as missing or cap is treated so, one customer at a time."""
    model = smartcart.load(run)
    one = frame.iloc[[10]].copy()
    spend = next(f for f in model.record.recipe.features if f.name == "spend").columns
    missing, negative = one.copy(), one.copy()
    missing[list(spend)] = np.nan
    negative[list(spend)] = -5
    far, farther = one.copy(), one.copy()
    far[list(spend)], farther[list(spend)] = 1e8, 2e8

    def told(table: pd.DataFrame) -> list[float]:
        return model.assign(table)[["segment_id", "distance", "confidence"]].iloc[0].tolist()

    assert told(missing) == told(negative) != told(one)
    assert told(far) == pytest.approx(told(farther), abs=1e-9)


def test_a_renamed_column_is_named_with_its_likely_new_name(frame, run, tmp_path) -> None:
    model = workflows.load(run)
    new = frame.rename(columns={"MntWines": "MNTWINE"})
    with pytest.raises(DataError, match=r"no column 'MntWines'.*Did you mean 'MNTWINE'\?$"):
        workflows.score(new, model, tmp_path / "new.parquet")
    with pytest.raises(DataError, match="'MntWines', 'MntFruits'"):
        workflows.score(frame.drop(columns=["MntWines", "MntFruits"]), model, tmp_path / "n.csv")
    assert not list(tmp_path.iterdir())


def test_text_in_place_of_numbers_is_refused_with_an_example(frame, run, tmp_path) -> None:
    new = frame.astype({"MntWines": object})
    new["MntWines"] = "plenty"
    with pytest.raises(DataError, match=r"'MntWines'.*holds text.*'plenty'.*expected numbers"):
        workflows.score(new, workflows.load(run), tmp_path / "new.parquet")
    new["MntWines"] = None  # nothing at all is no text
    with pytest.raises(DataError, match=r"'MntWines' held values .* not in any of the"):
        workflows.score(new, workflows.load(run), tmp_path / "new.parquet")


def test_repeated_ids_end_in_the_sentence_of_the_look(frame, run, tmp_path) -> None:
    twice = pd.concat([frame, frame.head(2)])
    with pytest.raises(DataError) as score:
        workflows.score(twice, workflows.load(run), tmp_path / "new.parquet")
    with pytest.raises(DataError) as look:
        workflows.inspect(twice)
    assert str(score.value) == str(look.value)
    assert not list(tmp_path.iterdir())


def test_the_as_of_day_is_given_the_models_or_a_later_one(frame, run) -> None:
    model = smartcart.load(run)
    day = model.record.contract.as_of
    assert day is not None
    assert model.assign(frame.head(50)).attrs["as_of"] == day.isoformat()
    assert model.assign(frame, as_of=dt.date(2015, 1, 1)).attrs["as_of"] == "2015-01-01"
    later = frame.copy()
    later["Dt_Customer"] = pd.to_datetime(later["Dt_Customer"], format="%d-%m-%Y")
    newest = pd.Timestamp(day) + pd.Timedelta(days=40)
    later.loc[0, "Dt_Customer"] = newest
    moved = model.assign(later)
    assert moved.attrs["as_of"] == newest.date().isoformat()
    assert not np.allclose(moved["distance"], model.assign(frame)["distance"])
    with pytest.raises(UsageError, match="as_of is 'soon'"):
        model.assign(frame, as_of="soon")


def test_files_are_refused_before_anything_is_read(shop, run, tmp_path) -> None:
    model = workflows.load(run)
    taken = tmp_path / "new.parquet"
    taken.write_text("mine")
    for target, words in (
        (taken, "exists already"),
        (tmp_path / "new.xlsx", r"\.parquet or \.csv"),
        (tmp_path, r"\.parquet or \.csv"),
        (shop, "part of the source"),
        (tmp_path / "no" / "where.csv", "cannot be written"),
    ):
        with pytest.raises(UsageError, match=words):
            workflows.score(shop, model, target)
    with pytest.raises(UsageError, match="part of the source"):
        workflows.score(str(shop.parent), model, shop.parent / "new.csv", overwrite=True)
    assert taken.read_text() == "mine"
    workflows.score(shop, model, taken, overwrite=True)
    assert len(pd.read_parquet(taken)) > 1000


def test_the_command_prints_one_object_or_nothing(shop, run, tmp_path) -> None:
    out = tmp_path / "new.csv"
    done = command("score", shop, "--model", run, "-o", out, "--json", "--as-of", "2014-07-01")
    found = json.loads(done.stdout)
    assert found["as_of"] == "2014-07-01"
    assert found["as_of_source"] == "--as-of"
    assert found["customers"] == sum(s["size"] for s in found["segments"]) == len(pd.read_csv(out))
    assert found["output"] == str(out)
    done = command("score", shop, "--model", run, "-o", out, "--overwrite", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = command("score", shop, "--model", tmp_path, "-o", tmp_path / "other.csv")
    assert done.returncode == 2
    assert "there is no model" in done.stderr


def test_score_loads_neither_matplotlib_nor_scikit_learn(shop, run, tmp_path) -> None:
    code = (
        "import sys; from smartcart.core import kmeans; "
        "assert not {'sklearn', 'scipy', 'matplotlib'} & set(sys.modules); "
        "from smartcart.cli.main import app; "
        f"app(['score', {str(shop)!r}, '--model', {str(run)!r}, '-o', "
        f"{str(tmp_path / 'new.parquet')!r}], standalone_mode=False); "
        "print(sorted({'sklearn', 'scipy', 'matplotlib', 'plotly', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=ENV, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


# What is marked and counted --------------------------------------------------------------------


def test_customers_far_outside_are_marked_not_hidden(shop, frame, run, tmp_path) -> None:
    model = workflows.load(run)
    there = workflows.assign(frame, model)
    assert not there["outside"].any()  # nobody of the fit lies outside of the fit
    new = frame.head(40).astype({"MntWines": float})
    new.loc[3, "MntWines"] = 9e6
    new.loc[5, "NumWebPurchases"] = 4000
    out = tmp_path / "new.csv"
    done = command("score", new_file(new, tmp_path), "--model", run, "-o", out, "--json")
    told = json.loads(done.stdout)
    assert told["outside"] == 2
    found = pd.read_csv(out)
    assert list(found["customer_id"][found["outside"]]) == [frame["ID"][3], frame["ID"][5]]
    assert len(found) == 40
    done = command("score", new_file(new, tmp_path), "--model", run, "-o", out, "--overwrite")
    assert "2 customers lie far outside what the model was fitted on" in done.stdout


def new_file(table: pd.DataFrame, folder: Path) -> Path:
    path = folder / "source.csv"
    table.to_csv(path, index=False)
    return path


def test_a_strange_combination_of_ordinary_values_is_outside() -> None:
    from smartcart.core.out_of_range import Bounds, outside

    bounds = Bounds(np.array([0.0, 0.0]), np.array([10.0, 10.0]), np.array([2.0, 5.0]))
    X = np.array([[1.0, 1], [1, 1], [11, 1], [np.nan, -1], [np.nan, 1]])
    far = outside(X, np.array([0, 1, 0, 0, 0]), np.array([3.0, 3, 1, 1, 1]), bounds)
    assert far.tolist() == [True, False, True, True, False]


def test_a_missing_value_is_filled_as_at_the_fit_and_counted(frame, run, tmp_path) -> None:
    model = workflows.load(run)
    new = frame.head(30).astype({"NumWebVisitsMonth": float})
    new.loc[[2, 4], "NumWebVisitsMonth"] = None
    found = workflows.score(new, model, tmp_path / "new.csv")
    features = model.recipe.features
    place = next(i for i, f in enumerate(features) if f.columns == ("NumWebVisitsMonth",))
    assert found.filled[features[place].name] == 2
    by_hand = new.fillna({"NumWebVisitsMonth": model.recipe.fill[place]})
    mine, theirs = pd.read_csv(tmp_path / "new.csv"), workflows.assign(by_hand, model)
    np.testing.assert_allclose(mine["distance"], theirs["distance"])
    assert theirs.attrs["filled"].get(features[place].name, 0) == 0
    done = command("score", new_file(new, tmp_path), "--model", run, "-o", tmp_path / "a.csv")
    assert f"filled as at the fit: {features[place].label} 2" in done.stdout


def test_categories_never_seen_before_do_no_harm(frame, run) -> None:
    model = smartcart.load(run)
    new = frame.assign(Education="Astronaut", Marital_Status=None)
    pd.testing.assert_frame_equal(model.assign(new), model.assign(frame))


def test_order_logs_with_new_categories_and_channels(order_run) -> None:
    path, run = order_run
    model = smartcart.load(run)
    log = model.record.contract.log
    lines = pd.read_csv(path)
    for name in (log.category, log.channel):
        if name:
            lines.loc[: len(lines) // 2, name] = "Never seen"
    assert len(model.assign(lines)) == len(model.assign(path))


def test_a_column_that_turned_out_empty_is_refused(frame, run, tmp_path) -> None:
    path, out = tmp_path / "empty.csv", tmp_path / "scored.csv"
    emptied = frame.assign(MntWines=None)
    emptied.to_csv(path, index=False)
    done = command("score", path, "--model", run, "-o", out)
    assert done.returncode == 3
    assert "'MntWines' held values when the model was fitted" in done.stderr
    assert not out.exists()
    with pytest.raises(DataError, match="MntWines"):
        smartcart.load(run).assign(path)
    emptied.head(3).to_csv(path, index=False)  # of three customers that says nothing
    assert command("score", path, "--model", run, "-o", out).returncode == 0
    assert len(pd.read_csv(out)) == 3
