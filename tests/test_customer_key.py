"""Who is who between systems: one rule for ids, whatever type they have in which table."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from smartcart import store, workflows
from smartcart.audiences.erasing import key
from smartcart.datasets import write_customers
from smartcart.engines.customer_key import id_key, key_text, key_value
from smartcart.engines.duckdb import DuckDB
from smartcart.errors import DataError
from smartcart.workflows.audience import write_audience
from smartcart.workflows.customer_lookup import find, write_lookup
from smartcart.workflows.explain import explain
from smartcart.workflows.migrate import migrate
from smartcart.workflows.score_into import score_into

ROWS = 600
CELLS = {
    "int64": pa.array([17, 0, -3, None, 2**53 + 1], pa.int64()),
    "float": pa.array([17.0, 0.5, -3.0, None, float("nan")], pa.float64()),
    "large": pa.array([2.0**52, 2.0**53, float("inf"), 1e300, -0.0], pa.float64()),
    "text": pa.array([" 17.0 ", "A17.0", "017", "", "\u200b17.00\u00a0"], pa.string()),
    "signs": pa.array(["-3.0", "+4.0", "1e3", "17.50", " \t\n"], pa.string()),
    "decimal": pa.array([Decimal(x) for x in ("17", "0.5", "-3", "10", "0")], pa.decimal128(9, 2)),
    "day": pa.array([dt.date(2020, 1, 2), None, None, None, None], pa.date32()),
}
KEYS = {
    "int64": ["17", "0", "-3", None, "9007199254740993"],
    "float": ["17", "0.5", "-3", None, None],
    "large": ["4503599627370496", "9007199254740992", "inf", "1e+300", "0"],
    "text": ["17", "A17.0", "017", None, "17"],
    "signs": ["-3", "+4", "1e3", "17.50", None],
    "decimal": ["17", "0.50", "-3", "10", "0"],
    "day": ["2020-01-02", None, None, None, None],
}


@pytest.mark.parametrize("name", CELLS)
def test_the_rule_is_one_in_python_ibis_and_sql(name: str) -> None:
    with DuckDB() as engine:
        engine.backend.con.register("cells", pa.table({name: CELLS[name]}))
        engine.rows("CREATE TABLE kept AS SELECT * FROM cells")
        table = engine.query("SELECT * FROM kept")
        by_ibis = engine.arrow(table.select(k=key_value(table[name])))["k"].to_pylist()
        by_sql = [row[0] for row in engine.rows(f"SELECT {id_key(name)} FROM kept")]
    by_python = [key_text(value) for value in CELLS[name].to_pylist()]
    assert by_python == by_ibis == by_sql == KEYS[name]


def test_who_is_erased_is_told_by_the_same_rule_whatever_the_case() -> None:
    for cell in (17, 17.0, "17", " 17.00 ", "'17'", Decimal("17.00")):
        assert key(cell) == "17"
    assert key("Ann@Example.com") == "ann@example.com"


def _as(ids: pa.Array, kind: str) -> pa.Array:
    """The same ids as another system may keep them."""
    if kind == "decimal":
        return ids.cast(pa.decimal128(21, 2))
    if kind == "text":  # of which one is no number: the column stays text
        return pa.array([f" {i}.0\t" for i in ids.to_pylist()])
    return ids.cast({"int64": pa.int64(), "float": pa.float64()}[kind])


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same customers with ids of each type, and a run of those with whole numbers."""
    folder = tmp_path_factory.mktemp("ids")
    write_customers(folder / "whole.parquet", ROWS, seed=5)
    table = pq.read_table(folder / "whole.parquet")
    found: dict[str, Path] = {}
    for kind in ("int64", "float", "decimal", "text"):
        found[kind] = folder / f"{kind}.parquet"
        pq.write_table(
            table.set_column(0, "ID", _as(table["ID"].combine_chunks(), kind)), found[kind]
        )
    for name, kind in (("run", "int64"), ("texts", "text")):
        found[name] = folder / name
        found[name].mkdir()
        run = workflows.segment(found[kind], found[name], k=4, k_max=4)
        store.write_run(found[name], run)
    return found


@pytest.mark.parametrize("kind", ["int64", "float", "decimal", "text"])
def test_scores_of_every_type_of_id_are_of_the_same_customers(
    shops: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    into = f"{tmp_path / 'out.duckdb'}::segments"
    model = workflows.load(shops["run"])
    _, first = score_into(shops["int64"], model, into)
    _, again = score_into(shops[kind], model, into)
    assert (again.rows, again.added, again.moved, again.removed) == (first.rows, 0, 0, 0)
    with duckdb.connect(str(tmp_path / "out.duckdb")) as con:
        ids = [row[0] for row in con.execute("SELECT customer_id FROM segments").fetchall()]
    assert all(one.isdigit() for one in ids)


def test_a_customer_of_two_ids_is_not_written(shops: dict[str, Path], tmp_path: Path) -> None:
    table = pq.read_table(shops["int64"])
    ids = [f"{i}" for i in table["ID"].to_pylist()]
    ids[:3] = ["X", "70001", "70001.0"]
    odd = table.set_column(0, "ID", pa.array(ids))
    with pytest.raises(DataError, match=r"1 ids .*stand twice.*'70001'"):
        score_into(odd, workflows.load(shops["run"]), f"{tmp_path / 'out.db'}::segments")


def test_runs_of_numbers_and_of_texts_are_of_the_same_customers(shops: dict[str, Path]) -> None:
    found = migrate(shops["run"], shops["texts"], resamples=2)
    customers = pq.read_metadata(shops["run"] / "segments.parquet").num_rows
    assert found.migration.customers == customers
    assert sum(one.customers for one in (*found.migration.joiners, *found.migration.leavers)) == 0


def test_a_customer_is_looked_up_by_any_way_to_write_the_id(shops: dict[str, Path]) -> None:
    run = shops["run"]
    write_lookup(run, str(shops["int64"]))
    one = str(pq.read_table(run / "segments.parquet")["customer_id"][0].as_py())
    found = find(run, one)
    assert found is not None
    for told in (f" {one} ", f"{one}.0", f"{one}.00"):
        assert find(run, told) == found
    assert find(run, f"{one}.5") is None
    [why] = explain(shops["int64"], workflows.load(run), [f"{one}.0"])
    assert why.customer_id == one


@pytest.mark.parametrize("kind", ["int64", "float", "decimal", "text"])
def test_the_suppressed_are_told_by_ids_of_every_type(
    shops: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    people = pq.read_table(shops["run"] / "segments.parquet")
    name = people["segment"][0].as_py()
    ids = people.filter(pc.equal(people["segment"], name))["customer_id"].combine_chunks()
    stop = tmp_path / "stop.parquet"
    pq.write_table(pa.table({"ID": _as(ids.slice(0, 5), kind)}), stop)
    told: dict[str, Any] = {"segments": [name]}
    write_audience(shops["run"], tmp_path / "all.csv", **told)
    write_audience(shops["run"], tmp_path / "some.csv", suppress=str(stop), **told)
    rows = [len((tmp_path / f).read_text().splitlines()) for f in ("all.csv", "some.csv")]
    assert rows[0] - rows[1] == 5
