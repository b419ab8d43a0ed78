"""The Python door: a handle that does all, travels, and speaks of arguments."""

from __future__ import annotations

import copy
import os
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.figure import Figure

import smartcart
from smartcart.api import Plots
from smartcart.api.arguments import as_arguments
from smartcart.errors import DataError, UsageError
from smartcart.report import figures


def shop(rows: int = 240, seed: int = 0) -> pd.DataFrame:
    """Return two plain groups: those who spend much and often, and the others."""
    rng = np.random.default_rng(seed)
    rich = np.arange(rows) % 2 == 0
    return pd.DataFrame(
        {
            "customer_id": np.arange(1000, 1000 + rows),
            "orders": rng.poisson(np.where(rich, 20, 3)) + 1,
            "total_spent": (rng.lognormal(0, 0.2, rows) * np.where(rich, 900, 60)).round(2),
            "days_since_last_order": rng.integers(1, 60, rows) + np.where(rich, 0, 200),
        }
    )


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return shop()


@pytest.fixture(scope="module")
def found(frame: pd.DataFrame) -> smartcart.Segmentation:
    return smartcart.segment(frame, k=2, k_max=3)


def same(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    return a.sort_values("customer_id", ignore_index=True).equals(
        b.sort_values("customer_id", ignore_index=True)
    )


def test_the_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert smartcart.__version__ == version("smartcart")
    assert "__version__" in dir(smartcart)


def test_the_handle_assigns_watches_and_writes_sql_without_a_folder(found, frame) -> None:
    assigned = found.assign(frame)
    assert same(
        assigned[["customer_id", "segment_id", "segment"]],
        found.customers[["customer_id", "segment_id", "segment"]],
    )
    assert found.monitor(frame).verdict == "keep"
    assert "FROM shop" in found.sql("duckdb", table="shop").replace('"', "")
    with pytest.raises(UsageError, match="dialect"):
        found.sql("klingon")


def test_the_handle_does_as_the_saved_model_does(found, frame, tmp_path) -> None:
    saved = smartcart.load(found.save(tmp_path / "run"))
    assert saved.sql("bigquery") == found.sql("bigquery")
    assert same(saved.assign(frame), found.assign(frame))
    assert not (tmp_path / "run" / "features.parquet").exists()


def test_features_are_what_formed_the_segments_in_original_units(found, frame) -> None:
    features = found.features.set_index("customer_id").loc[frame["customer_id"]]
    names = [f.name for f in found.model.recipe.features]
    assert list(features.columns) == ["segment_id", "segment", *names]
    column = next(f for f in found.model.recipe.features if f.columns == ("total_spent",))
    assert features[column.name].tolist() == frame["total_spent"].tolist()
    customers = found.customers.set_index("customer_id").loc[frame["customer_id"]]
    assert features["segment_id"].tolist() == customers["segment_id"].tolist()


def test_what_features_add_is_the_whole_lead(found) -> None:
    every = found.explain_all()
    names = [f.name for f in found.model.recipe.features]
    np.testing.assert_allclose(every[names].sum(axis=1), every["lead"])
    assert (every["lead"] > 0).all()
    assert (every["segment_id"] != every["other_id"]).all()
    one = every.iloc[7]
    told = found.explain(one["customer_id"])
    assert (told.segment, told.other) == (one["segment"], one["other"])
    assert {c.feature: c.contribution for c in told.contributions} == pytest.approx(
        {name: one[name] for name in names}
    )


def test_explain_reads_what_was_segmented_whatever_becomes_of_the_frame() -> None:
    mine = shop()
    s = smartcart.segment(mine, k=2, k_max=3)
    before = copy.deepcopy(s).explain(1000)
    mine["total_spent"] = 1.0
    mine.loc[:, "orders"] = 1
    assert s.explain(1000) == before


def test_a_file_that_changed_since_is_refused(tmp_path) -> None:
    path = tmp_path / "shop.csv"
    mine = shop()
    mine.to_csv(path, index=False)
    s = smartcart.segment(path, k=2, k_max=3)
    mine.assign(total_spent=1.0).to_csv(path, index=False)
    with pytest.raises(DataError, match="is not what was segmented"):
        s.explain(1000)


def test_who_is_not_there_is_told(found) -> None:
    with pytest.raises(DataError, match="customer '7' is not in what was segmented"):
        found.explain(7)
    with pytest.raises(UsageError, match="Nobody"):
        found.explain(1000, against="Nobody")


@pytest.mark.parametrize("way", [lambda s: pickle.loads(pickle.dumps(s)), copy.deepcopy])
def test_a_handle_outlives_the_one_that_it_was_copied_from(way) -> None:
    s = smartcart.segment(shop(), k=2, k_max=3)
    customers, told = s.customers, s.explain(1001).sentence
    other = way(s)
    folder = s._folder
    del s
    assert not folder.exists()
    assert other.customers.equals(customers)
    assert other.explain(1001).sentence == told
    assert other.plan(cost=1, revenue=9, rate=0.2).chosen


def test_a_pickle_holds_no_rows_of_a_frame_and_no_password(found, frame) -> None:
    state = found.__getstate__()
    assert state["source"] is None
    assert "features.parquet" in state["files"]
    server = copy.copy(found)
    server._source = "postgresql://me:secret@host/shop::orders"
    assert b"secret" not in pickle.dumps(server)


def test_a_worker_of_joblib_gets_a_whole_handle(found) -> None:
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    try:
        counts = Parallel(n_jobs=2)(delayed(count_customers)(found, i) for i in range(2))
    finally:
        get_reusable_executor().shutdown(wait=True)
    assert counts == [(240, 0), (240, 1)]
    assert len(found.customers) == 240


def count_customers(s: smartcart.Segmentation, i: int) -> tuple[int, int]:
    return len(s.customers), i


def test_the_end_of_a_forked_process_does_not_take_the_folder() -> None:
    from smartcart.api.handle import _forget

    s = smartcart.segment(shop(), k=2, k_max=3)
    _forget(s._folder, os.getpid() + 1)
    assert len(s.customers) == 240


def test_migration_between_two_handles_and_a_folder(found, frame, tmp_path) -> None:
    later = frame.copy()
    later.loc[:20, ["orders", "total_spent"]] = [1, 20.0]
    s = smartcart.segment(later, k=2, k_max=3)
    moved = s.migrate(found)
    assert moved.split
    assert moved.migration.customers == 240
    again = s.migrate(found.save(tmp_path / "before"))
    assert again.migration == moved.migration
    assert sum(f.customers for f in moved.migration.flows) == 240


def test_an_engine_that_there_is_not_is_an_error(frame) -> None:
    with pytest.raises(UsageError, match=re.escape("engine is 'dask'; expected 'duckdb' or")):
        smartcart.segment(frame, engine="dask")
    with pytest.raises(UsageError, match=re.escape("add engine='spark', or leave spark_master")):
        smartcart.segment(frame, spark_master="local[1]")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"k": 0}, "k is 0; expected a whole number from 1 to 100: correct k."),
        ({"k_max": 1}, "k_max is 1"),
        ({"kind": "people"}, "kind is 'people'"),
        ({"net_returns": True}, "net_returns=True is given"),
        ({"roles": {"orderz": "forms"}}, "roles names a column 'orderz'"),
        ({"expect": ["orders"]}, "such as expect={'orders': 1083, 'revenue': 147311.64}"),
    ],
)
def test_errors_speak_of_arguments(frame, arguments, words) -> None:
    with pytest.raises((UsageError, DataError)) as told:
        smartcart.segment(frame, **arguments)
    message = str(told.value)
    assert words in message
    assert "--" not in message
    assert "configuration" not in message


def test_a_k_of_more_than_there_are_is_told_in_arguments() -> None:
    with pytest.raises(DataError, match=r"^k is 30 but there are only 20 .* choose a smaller k\."):
        smartcart.segment(shop(20), k=30)


def test_no_message_in_the_package_keeps_an_option_in_python() -> None:
    """Every text of the package that names an option, as Python would say it."""
    package = Path(smartcart.__file__).parent
    for path in package.rglob("*.py"):
        if {"cli", "web", "api"} & set(path.relative_to(package).parts):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if "--" in line and re.search(r"(?<!smartcart run )(?<!\w)--[a-z]", line):
                rest = re.sub(r"smartcart \w+ --[a-z-]+|var\(--|`--|--[a-z]+[:>({]", "", line)
                assert not re.search(r"(?<![\w-])--[a-z]", as_arguments(rest)), line


def test_pictures_complete() -> None:
    public = {n for n in vars(Plots) if not n.startswith("_")}
    assert public == set(figures.FIGURES)
    assert all(getattr(Plots, name).__doc__ for name in public)


def test_pictures_are_listed_where_they_can_be_drawn(found) -> None:
    assert "elbow" in dir(found.plot)
    assert "rfm" not in repr(found.plot) or found.record.rfm is not None
    assert isinstance(found.plot.elbow(), Figure)
    with pytest.raises(DataError, match="nothing to draw 'future'"):
        found.plot.future()


def test_reprs_fit_a_screen(found, frame) -> None:
    for thing in (
        found,
        found.record,
        found.model,
        found.plot,
        found.record.profile,
        found.record.evidence,
        found.monitor(frame),
        found.record.picture,
        found.explain(1000),
        smartcart.check(frame),
        found.ledger,
        found.migrate(found),
    ):
        assert len(repr(thing)) < 400, repr(thing)
    assert "segments=<2>" in repr(found.record)


def test_arrow_and_lists_of_paths_are_kept_as_they_are(tmp_path, frame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    s = smartcart.segment(table, k=2, k_max=3)
    assert len(s.features) == 240
    halves = [tmp_path / "a.csv", tmp_path / "b.csv"]
    frame[:120].to_csv(halves[0], index=False)
    frame[120:].to_csv(halves[1], index=False)
    s = smartcart.segment(halves, k=2, k_max=3)
    halves.clear()
    assert len(s.features) == 240
