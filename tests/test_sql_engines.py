"""The query of a model on real engines: the segments of ``score``, whatever names and cells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import smartcart
from smartcart import store, workflows
from smartcart.api import SavedModel
from smartcart.core.rulebook import apply_rules
from smartcart.engines.distances import LISTED
from smartcart.errors import DataError
from smartcart.records import Column, ColumnWish, Contract, Feature, Model, Recipe
from smartcart.store import read_run
from smartcart.tables import features
from smartcart.workflows.score import ready_source
from sql_engines import BEGIN, DOCS, END, ENGINES, MATRIX, Ask, matrix

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # PySpark leaves sockets open
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
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
        "d_1": pa.array(
            [None if i % 50 == 3 else int(n) for i, n in enumerate(rng.poisson(6 - 2 * side))],
            pa.int64(),
        ),
        RECENCY: pa.array(
            [None if i == 40 else int(n) for i, n in enumerate(rng.integers(0, 100, ROWS))],
            pa.int64(),
        ),
        "Since": pa.array([None if i == 41 else d for i, d in enumerate(since)], pa.date32()),
        "Born": pa.array(rng.integers(1925, 1996, ROWS)),
        "balance": pa.array(list(balance)),
        "subscribed": pa.array(
            [
                None if i == 42 else bool(b)
                for i, b in enumerate(rng.random(ROWS) < 0.2 + 0.3 * side)
            ]
        ),
        "opted in": pa.array(
            [
                None if i == 43 else ("Yes" if b else "No")
                for i, b in enumerate(rng.random(ROWS) < 0.8 - 0.3 * side)
            ]
        ),
    }
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
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("hard") / "run"


@pytest.fixture(scope="module")
def model(folder) -> SavedModel:
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
    mine, there = (
        t.assign(customer_id=t["customer_id"].astype(str)).set_index("customer_id")
        for t in (found, truth)
    )
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


@pytest.mark.parametrize("cells", TABLES)
def test_rules_give_the_segments_of_the_rules_in_python(engine, model, folder, cells: str) -> None:
    name, ask = engine
    book = read_run(folder).rulebook
    assert book is not None
    table = TABLES[cells]
    with ready_source(table, model.record, DAY) as ready:
        wanted = features.feature_table(ready.usable, ready.contract, model.record.recipe.features)
        read = ready.engine.arrow(wanted).combine_chunks().to_batches()[0]
        X = np.column_stack([c.to_numpy(zero_copy_only=False) for c in read.columns[1:]])
    ids = pd.Series(apply_rules(X, book))
    truth = pd.DataFrame({"customer_id": read["customer_id"].to_pandas(), "segment_id": ids})
    truth["segment"] = ids.map({rule.segment_id: rule.segment for rule in book.rules})
    mine, table = borne(model, table, name)
    found = ask(table, workflows.sql(mine.record, name, "shop", book))
    assert_same(found, truth, scored=False)


def test_one_segment(engine, model) -> None:
    name, ask = engine
    record = model.record
    alone = replace(record, names=NAMES[:1], ids=(1,), centroids=record.centroids[:1])
    one = SavedModel(alone, "shop")
    mine, table = borne(one, TABLES["typed"], name)
    assert_same(ask(table, mine.sql(name)), one.assign(table, as_of=DAY))


LOUD = "(?i)no number or day|no day|out of range|convert|invalid|cannot be cast|parse"


@pytest.mark.parametrize(
    ("column", "cell"),
    [("select", "$16.34"), ("select", "1,234.50"), ("Since", "04-09-2012"), ("d_1", "12 or so")],
)
def test_a_text_that_is_no_number_is_never_one(engine, model, column: str, cell: str) -> None:
    name, ask = engine
    mine, table = borne(model, TABLES["texts"], name)
    at = table.column_names.index(column)
    cells = table[column].to_pylist()
    cells[100] = cell
    wrong = table.set_column(at, column, pa.array(cells))
    ask(table, mine.sql(name))  # so that it fails for the cell
    with pytest.raises(Exception, match=LOUD):
        ask(wrong, mine.sql(name))


ABSENT = "(?i)no such column|not found|does not exist|unknown|missing columns|resolved|referenced"


def test_a_column_that_is_not_there_is_an_error(engine, model) -> None:
    name, ask = engine
    mine, table = borne(model, TABLES["typed"], name)
    query = mine.sql(name)
    with pytest.raises(Exception, match=ABSENT):
        ask(table.drop_columns(["balance"]), query)


IDS = {
    "floats": pa.array([float(i) for i in range(ROWS)]),
    "texts of digits": pa.array([f" {i} " for i in range(ROWS)]),
}


@pytest.mark.parametrize("kind", IDS)
def test_ids_compare_without_blanks_and_without_a_decimal_point(engine, model, kind: str) -> None:
    name, ask = engine
    contract = model.record.contract
    columns = tuple(replace(c, type="number") if c.role == "id" else c for c in contract.columns)
    numbered = SavedModel(
        replace(model.record, contract=replace(contract, columns=columns)), "shop"
    )
    mine, table = borne(numbered, TABLES["typed"], name)
    at = table.column_names.index(mine.record.contract.source_names.get("Kunden Nr", ID))
    table = table.set_column(at, table.column_names[at], IDS[kind])
    found = ask(table, mine.sql(name))
    assert sorted(found["customer_id"].astype(str), key=int) == [str(i) for i in range(ROWS)]


def wide(p: int, k: int, rows: int) -> tuple[SavedModel, pa.Table]:
    """A model of p columns and K segments, drawn and not fitted, and a table for it."""
    rng = np.random.default_rng(1)
    names = [f"Column {i}" for i in range(p)]
    used = tuple(Feature(n, n, "", "column", (n,), f"as in {n}", theme=n) for n in names)
    columns = (
        Column("ID", "number", "id", "id", ""),
        *(Column(n, "number", "forms", "measure", "") for n in names),
    )
    same = (1.0,) * p
    recipe = Recipe(
        used,
        ("identity",) * p,
        (0.1,) * p,
        (-2.0,) * p,
        (3.0,) * p,
        tuple(rng.normal(size=p).tolist()),
        tuple(rng.uniform(0.5, 2, p).tolist()),
        same,
    )
    centers = tuple(map(tuple, rng.normal(size=(k, p)).tolist()))
    contract = Contract("customers", "ID", columns, None, "no dates")
    called = tuple(f"Segment {j + 1}" for j in range(k))
    model = Model(2, contract, recipe, (), centers, centers, called, (), "", {})
    X = rng.normal(size=(rows, p))
    X[rng.random(X.shape) < 0.02] = np.nan
    cells = {n: pa.array(X[:, i], from_pandas=True) for i, n in enumerate(names)}
    return SavedModel(model, "shop"), pa.table({"ID": pa.array(np.arange(rows) + 1), **cells})


def test_many_columns_and_segments(engine) -> None:
    """From so many squares on, engines with lists compare lists."""
    name, ask = engine
    for k in (LISTED // 150 - 1, LISTED // 150 + 4):
        model, table = wide(150, k, 60)
        query = model.sql(name)
        lists = {
            "duckdb": "LIST_DISTANCE",
            "clickhouse": "L2SquaredDistance",
            "postgres": "UNNEST",
            "spark": "ZIP_WITH",
        }
        assert (lists.get(name, "no lists") in query) == (name in lists and 150 * k >= LISTED)
        assert_same(ask(table, query), model.assign(table))


def test_names_that_an_engine_cannot_bear_are_refused(model) -> None:
    with pytest.raises(DataError, match=r"no column of a table in 'mysql'.*'Recency '.*blank"):
        model.sql("mysql")
    with pytest.raises(DataError, match=r"no column of a table in 'bigquery'.*at most 300"):
        model.sql("bigquery")


@pytest.mark.parametrize(("dialect", "longest"), [("mysql", 64), ("mssql", 128), ("bigquery", 300)])
def test_the_longest_name(dialect: str, longest: int) -> None:
    from smartcart.engines.cells import quoted

    assert "a" * longest in quoted("a" * longest, dialect)
    with pytest.raises(DataError, match=f"at most {longest} letters"):
        quoted("a" * (longest + 1), dialect)


def test_no_step_takes_a_plain_name_that_is_another_column_of_the_source() -> None:
    """DuckDB and others would read the step's name where that column is not in the table."""
    model, table = wide(3, 2, 50)
    renamed = {"Column 0": "A.", "Column 1": "a", "Column 2": "a_no_1"}
    names = ["ID", *renamed.values()]
    contract = replace(model.record.contract, source_names=renamed)
    changed = SavedModel(replace(model.record, contract=contract), "shop")
    query = changed.sql("duckdb")
    aliases = [
        line.rpartition(' AS "')[2].rstrip('",')
        for line in query.splitlines()
        if line.startswith("    CASE") and ' AS "' in line
    ]
    assert len(set(aliases)) == len(aliases)
    with duckdb.connect() as con:
        con.register("shop", table.rename_columns(names))
        assert_same(con.execute(query).df(), model.assign(table))
        for name in names:
            con.register("shop", table.rename_columns(names).drop_columns([name]))
            with pytest.raises(duckdb.Error):
                con.execute(query)


def test_the_model_keeps_the_names_of_the_source(model) -> None:
    names = model.record.contract.source_names
    assert (names["Kunden Nr"], names["Recency"]) == (ID, RECENCY)
    assert WEB not in names  # it is as it was


def test_the_table_in_the_docs_is_what_is_tested() -> None:
    text = (Path(__file__).parents[1] / "docs" / "sql.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("| `") and "tested" in line]
    rows = [line.split("|")[1].strip().strip("`") for line in lines]
    assert [row for row in rows if row in ENGINES] == list(ENGINES)
    from smartcart.engines.dialects import DIALECTS

    for name in DIALECTS:
        assert f"| `{name}` |" in text, name


def test_the_matrix_in_the_docs_is_that_of_the_tests() -> None:
    """Where it fails: ``python tests/sql_engines.py`` writes it."""
    text = DOCS.read_text(encoding="utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == matrix()
    told = "".join(p.read_text() for p in Path(__file__).parent.glob("test_sql_*.py"))
    for _, _, *tests in MATRIX:
        for test in filter(None, tests):
            assert len(re.findall(rf"def {test}\(\s*engine\b", told)) == 1, test
