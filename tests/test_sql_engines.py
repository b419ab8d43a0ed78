"""The query of a model on real engines: the segments of ``score``, whatever names and cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import smartcart
from smartcart import store, workflows
from smartcart.api import SavedModel
from smartcart.errors import DataError
from smartcart.records import ColumnWish
from smartcart.workflows.saved import open_run
from sql_engines import ENGINES, Ask

ROWS = 1500
DAY = dt.date(2014, 6, 29)
SPEND, WEB, RECENCY, ID = 'Wine "spend" in €', "Num\nWeb `Purchases`\\", "Recency ", " Kunden Nr"
NAMES = ("Premium \\", "it's", "-- no\nremark", 'the "rest" `\\')
WISHES = {
    "Kunden Nr": ColumnWish(role="id"),
    SPEND: ColumnWish(role="forms", meaning="spend:wine"),
    "select": ColumnWish(role="forms", meaning="spend:fruit"),
    WEB: ColumnWish(role="forms", meaning="channel:web"),
    "d_1": ColumnWish(role="forms", meaning="channel:store"),
    "Recency": ColumnWish(role="forms", meaning="recency"),
    "Since": ColumnWish(role="forms", meaning="first_date"),
    "Born": ColumnWish(role="forms", meaning="birth"),
    "balance": ColumnWish(role="forms", meaning="measure"),
    "subscribed": ColumnWish(role="forms", meaning="flag"),
    "opted in": ColumnWish(role="forms", meaning="flag"),
}


def shop() -> pa.Table:
    """A table of odd names and hard cells, whose numbers are numbers and days are days."""
    rng = np.random.default_rng(5)
    side = rng.integers(0, 3, ROWS)
    spend = np.round(rng.lognormal(3 + side, 0.5), 2)
    spend[:6] = [np.nan, np.inf, -np.inf, -4.0, 1e12, 0.0]
    balance = rng.lognormal(2, 1, ROWS) * np.where(side == 1, -1, 1)
    balance[6:9] = [np.inf, np.nan, -np.inf]
    since = [DAY - dt.timedelta(int(d)) for d in rng.integers(0, 20_000, ROWS)]  # from 1959 on
    since[11] = dt.date(1899, 12, 31)  # impossible, and beyond what ClickHouse's Date32 holds
    since[0] = DAY
    ids: list[Any] = [f"c{i}" for i in range(ROWS)]
    ids[20:25] = [" c20", "c21 ", "\tc22\n", "  ", "NA"]
    ids[25] = None
    table = {
        ID: pa.array(ids),
        SPEND: pa.array(list(spend)),
        "select": pa.array(np.round(rng.lognormal(2, 1, ROWS), 2)),
        WEB: pa.array(rng.poisson(2 + 2 * side)),
        "d_1": pa.array([None if i % 50 == 3 else int(n) for i, n in
                         enumerate(rng.poisson(6 - 2 * side))], pa.int64()),
        RECENCY: pa.array([None if i == 40 else int(n) for i, n in
                           enumerate(rng.integers(0, 100, ROWS))], pa.int64()),
        "Since": pa.array([None if i == 41 else d for i, d in enumerate(since)], pa.date32()),
        "Born": pa.array(rng.integers(1925, 1996, ROWS)),
        "balance": pa.array(list(balance)),
        "subscribed": pa.array([None if i == 42 else bool(b) for i, b in
                                enumerate(rng.random(ROWS) < 0.2 + 0.3 * side)]),
        "opted in": pa.array([None if i == 43 else ("Yes" if b else "No") for i, b in
                              enumerate(rng.random(ROWS) < 0.8 - 0.3 * side)]),
    }  # fmt: skip
    return pa.table(table)


def as_texts(table: pa.Table) -> pa.Table:
    """The same with numbers as texts, as a loader leaves them that knows no types."""
    words = {3: "", 7: "n/a", 9: " ", 15: "NULL", 30: "-", 31: "unknown"}

    def text(i: int, cell: Any) -> Any:
        if i in words:
            return words[i]
        if cell is None or (isinstance(cell, float) and np.isnan(cell)):
            return None
        if isinstance(cell, float) and np.isinf(cell):
            return "Infinity" if cell > 0 else "-inf"
        return f" {cell} " if i % 3 == 0 else str(cell)

    for name in (SPEND, "select", WEB, "d_1", RECENCY, "balance"):
        cells = [text(i, cell) for i, cell in enumerate(table[name].to_pylist())]
        table = table.set_column(table.column_names.index(name), name, pa.array(cells))
    days = [None if d is None else d.isoformat() for d in table["Since"].to_pylist()]
    return table.set_column(table.column_names.index("Since"), "Since", pa.array(days))


TABLES = {"typed": shop(), "texts": as_texts(shop())}


def fitted(source: Any, folder: Path, **options: Any) -> SavedModel:
    folder.mkdir()
    store.write_run(folder, workflows.segment(source, folder, **options))
    return smartcart.load(folder)


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> SavedModel:
    folder = tmp_path_factory.mktemp("hard") / "run"
    made = fitted(TABLES["typed"], folder, k=4, k_max=4, wanted=WISHES, as_of=DAY)
    assert len(made.record.recipe.features) >= 9
    return SavedModel(replace(made.record, names=NAMES), "shop")


@pytest.fixture(scope="module", params=ENGINES)
def engine(request) -> Iterator[tuple[str, Ask]]:
    with ENGINES[request.param]() as ask:
        yield request.param, ask


def borne(model: SavedModel, table: pa.Table, engine: str) -> tuple[SavedModel, pa.Table]:
    """The model and its table with names that the engine can bear."""
    if engine != "mysql":
        return model, table
    contract = model.record.contract
    names = {n: s.strip() for n, s in contract.source_names.items()}
    changed = replace(model.record, contract=replace(contract, source_names=names))
    return SavedModel(changed, "shop"), table.rename_columns(
        [n.strip() for n in table.column_names]
    )


def assert_same(found: pd.DataFrame, truth: pd.DataFrame, scored: bool = True) -> None:
    mine, there = (t.assign(customer_id=t["customer_id"].astype(str)).set_index("customer_id")
                   for t in (found, truth))  # fmt: skip
    assert set(mine.index) == set(there.index)
    assert len(mine) == len(there) > 0
    mine = mine.loc[there.index]
    assert (mine["segment_id"].astype(int) == there["segment_id"]).all()
    assert (mine["segment"] == there["segment"]).all()
    for name in ("distance", "confidence") if scored else ():
        np.testing.assert_allclose(mine[name].astype(float), there[name], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("cells", TABLES)
def test_odd_names_and_hard_cells_give_the_segments_of_score(engine, model, cells: str) -> None:
    name, ask = engine
    truth = model.assign(TABLES[cells], as_of=DAY)
    assert len(truth) == ROWS - 3  # without an id
    mine, table = borne(model, TABLES[cells], name)
    assert_same(ask(table, mine.sql(name)), truth)
