"""The model as SQL: run by three engines against the assignment in NumPy, read in all dialects."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import sqlglot

import postgres_server
import smartcart
from command_line import Done
from command_line import smartcart as command_line
from smartcart import store, workflows
from smartcart.api import SavedModel
from smartcart.datasets import write_customers
from smartcart.engines.dialects import DIALECTS, NEEDS
from smartcart.errors import DataError, UsageError

COLUMNS = ["customer_id", "segment_id", "segment", "distance", "confidence"]
ODD = {
    "MntWines": 'Wine "spend" in €',
    "MntFruits": "select",
    "NumWebPurchases": "Num Web Purchases",
    "Recency": "Recency ünd `so`",
}
WISHES = {
    ODD["MntWines"]: {"role": "forms", "meaning": "spend:wines"},
    ODD["MntFruits"]: {"role": "forms", "meaning": "spend:fruits"},
    ODD["NumWebPurchases"]: {"role": "forms", "meaning": "channel:web"},
    ODD["Recency"]: {"role": "forms", "meaning": "recency"},
}


def fitted(source: object, folder: Path, k: int = 4, **options: object) -> Path:
    folder.mkdir()
    store.write_run(folder, workflows.segment(source, folder, k=k, k_max=4, **options))
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    write_customers(path, 20_000, seed=6)
    return path


@pytest.fixture(scope="module")
def model(shop) -> SavedModel:
    return smartcart.load(fitted(shop, shop.parent / "run"))


@pytest.fixture(scope="module")
def table(shop) -> pd.DataFrame:
    """The shop as a database would hold it: dates are dates, an unknown number is missing."""
    frame = pd.read_csv(shop)
    frame["Dt_Customer"] = pd.to_datetime(frame["Dt_Customer"], format="%d-%m-%Y")
    frame.loc[5, "MntWines":"MntGoldProds"] = -3.0  # impossible
    frame.loc[6, "MntWines":"MntGoldProds"] = np.nan
    frame.loc[8, ["MntWines", "Recency", "Dt_Customer"]] = [1e9, 1e6, pd.Timestamp("1800-01-01")]
    gone = ["Dt_Customer", "Recency", *frame.loc[:, "MntWines":"NumWebVisitsMonth"]]
    frame.loc[9, gone] = np.nan
    return frame


@pytest.fixture(scope="module")
def truth(model, table) -> pd.DataFrame:
    return model.assign(table, as_of=model.record.contract.as_of)


def in_duckdb(frame: pd.DataFrame, query: str) -> pd.DataFrame:
    with duckdb.connect() as con:
        con.register("shop", frame)
        return con.execute(query).df()


def in_sqlite(frame: pd.DataFrame, query: str) -> pd.DataFrame:
    with sqlite3.connect(":memory:") as con:
        if con.execute("SELECT sqlite_compileoption_used('ENABLE_MATH_FUNCTIONS')") != (1,):
            try:
                con.execute("SELECT ln(2.0), sqrt(2.0)")
            except sqlite3.OperationalError:
                pytest.skip("this SQLite has no mathematical functions")
        days = frame.select_dtypes("datetime").columns
        plain = frame.assign(**{name: frame[name].dt.strftime("%Y-%m-%d") for name in days})
        plain.to_sql("shop", con, index=False)
        return pd.read_sql_query(query, con)


def assert_same(found: pd.DataFrame, truth: pd.DataFrame) -> None:
    assert list(found) == COLUMNS
    mine, there = (t.set_index("customer_id").sort_index() for t in (found, truth))
    assert len(mine) == len(there) > 0
    assert (mine.index.astype(str) == there.index.astype(str)).all()
    tied = there["confidence"].to_numpy() < 1e-9
    assert tied.mean() < 1e-3
    same = mine["segment_id"].to_numpy() == there["segment_id"].to_numpy()
    assert (same | tied).all()
    assert (mine["segment"].to_numpy() == there["segment"].to_numpy())[~tied].all()
    for name in ("distance", "confidence"):
        np.testing.assert_allclose(
            mine[name].astype(float), there[name].astype(float), rtol=0, atol=1e-6
        )


@pytest.mark.parametrize("run", [in_duckdb, in_sqlite])
def test_an_engine_gives_every_customer_the_segment_of_the_assignment(
    model, table, truth, run: Callable[[pd.DataFrame, str], pd.DataFrame]
) -> None:
    query = model.sql(run.__name__.removeprefix("in_"))
    found = run(table, query)
    assert_same(found, truth)
    assert len(found) == len(table) - 1  # one has no behaviour


def test_postgresql_gives_every_customer_the_segment_of_the_assignment(
    model, table, truth, odd
) -> None:
    with postgres_server.running() as server:
        assert_same(in_postgres(server, table, model.sql("postgres")), truth)
        named, renamed = odd
        found = in_postgres(server, renamed, named.sql("postgres", table="shop"))
        assert_same(found, named.assign(renamed, as_of=named.record.contract.as_of))


def in_postgres(server, frame: pd.DataFrame, query: str) -> pd.DataFrame:
    """Load a table whose columns have the types that a shop would give them, and ask."""
    import psycopg

    def kind(values: pd.Series) -> str:
        if pd.api.types.is_datetime64_any_dtype(values):
            return "date"
        if pd.api.types.is_integer_dtype(values):
            return "integer"
        return "double precision" if pd.api.types.is_numeric_dtype(values) else "text"

    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    columns = ", ".join(f"{quoted(name)} {kind(frame[name])}" for name in frame)
    with psycopg.connect(server.url) as con, con.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS shop; CREATE TABLE shop ({columns})".encode())
        with cursor.copy("COPY shop FROM STDIN (FORMAT csv)") as copy:
            copy.write(frame.to_csv(index=False, header=False))
        cursor.execute("SET statement_timeout = '20s'")
        cursor.execute(query.encode())
        return pd.DataFrame(cursor.fetchall(), columns=[c.name for c in cursor.description])


@pytest.fixture(scope="module")
def odd(table, tmp_path_factory) -> tuple[SavedModel, pd.DataFrame]:
    """A model of a table with odd names, and that table."""
    renamed = table.head(1500).rename(columns=ODD)
    folder = tmp_path_factory.mktemp("odd") / "run"
    return smartcart.load(fitted(renamed, folder, wanted=wishes())), renamed


def wishes() -> dict[str, object]:
    from smartcart.records import ColumnWish

    return {name: ColumnWish(**wish) for name, wish in WISHES.items()}  # type: ignore[arg-type]


def test_odd_names_are_quoted(odd) -> None:
    model, renamed = odd
    truth = model.assign(renamed, as_of=model.record.contract.as_of)
    assert_same(in_duckdb(renamed, model.sql("duckdb", table="shop")), truth)
    assert_same(in_sqlite(renamed, model.sql("sqlite", table="shop")), truth)
    for name in ("mssql", "mysql", "snowflake"):
        read = DIALECTS[name]
        tree = sqlglot.parse_one(model.sql(name, table="my shop"), read=read)
        used = {column.name for column in tree.find_all(sqlglot.exp.Column)}
        assert set(ODD.values()) <= used, name
        assert "my shop" in {t.name for t in tree.find_all(sqlglot.exp.Table)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_query_reads_in_its_dialect_and_repeats_nothing(model, dialect: str) -> None:
    query = model.sql(dialect)
    tree = sqlglot.parse_one(query, read=DIALECTS[dialect])
    assert [one.alias_or_name for one in tree.expressions] == COLUMNS
    steps = [cte.alias for cte in tree.find_all(sqlglot.exp.CTE)]
    assert steps[0] == "typed"
    assert steps[-6:] == ["features", "scores", "distances", "nearest", "picked", "margins"]
    for name in model.names:
        assert name in query.split("WITH typed")[0]
    assert ("-- Needs " in query) == (dialect in NEEDS)
    assert query.endswith("= 1\n") == (dialect == "clickhouse")
    # a logarithm or root per feature and two for distances, whatever the number of segments
    curved = sum(t != "identity" for t in model.record.recipe.transform)
    roots = list(tree.find_all(sqlglot.exp.Sqrt, sqlglot.exp.Ln, sqlglot.exp.Log))
    assert len(roots) == curved + 2
    # each score is computed once, and meets each centre as one square
    body = query.split("distances AS")[1].split("nearest AS")[0]
    assert body.count("\n      + ") == (len(model.record.recipe.features) - 1) * len(model.names)


def test_one_segment_and_two(table, tmp_path) -> None:
    for k in (1, 2):
        model = smartcart.load(fitted(table.head(800), tmp_path / f"run{k}", k=k))
        truth = model.assign(table.head(800), as_of=model.record.contract.as_of)
        assert_same(in_duckdb(table.head(800), model.sql("duckdb", table="shop")), truth)


def test_negative_numbers_and_truth_values(tmp_path) -> None:
    """Balances (an inverse hyperbolic sine), truth values and a feature named like a step."""
    rng = np.random.default_rng(1)
    n = 1200
    side = rng.integers(0, 2, n)
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "distance": rng.lognormal(2, 1, n) * np.where(side, 1, -1),
            "segment": rng.lognormal(side, 1.0),
            "subscribed": rng.random(n) < 0.3 + 0.4 * side,
            "d_1": rng.normal(size=n),
        }
    )
    from smartcart.records import ColumnWish

    wanted = {
        c: ColumnWish(role="forms", meaning="measure") for c in ("distance", "segment", "d_1")
    }
    wanted["subscribed"] = ColumnWish(role="forms", meaning="flag")
    model = smartcart.load(fitted(frame, tmp_path / "run", k=3, wanted=wanted))
    assert {"distance", "segment", "subscribed", "d_1"} == {
        f.name for f in model.record.recipe.features
    }
    recipe = replace(model.record.recipe, transform=("asinh", "sqrt", "identity", "asinh"))
    model = SavedModel(replace(model.record, recipe=recipe), "typed")  # the name of a step
    truth = model.assign(frame)
    with duckdb.connect() as con:
        con.register("typed", frame)
        assert_same(con.execute(model.sql("duckdb")).df(), truth)
    for name in ("mssql", "bigquery"):
        sqlglot.parse_one(model.sql(name), read=DIALECTS[name])


def test_names_of_segments_are_inert(model, table) -> None:
    names = ("it's", "a */ b -- c\nDROP TABLE shop;", "Ω", '"q"')
    named = SavedModel(replace(model.record, names=names), "shop")
    found = in_duckdb(table, named.sql("duckdb"))
    assert set(found["segment"]) == set(names)
    for name in ("mysql", "bigquery"):
        read = DIALECTS[name]
        assert len(sqlglot.parse(named.sql(name), read=read)) == 1


def test_what_cannot_be_written_ends_in_one_sentence(model, table, tmp_path) -> None:
    with pytest.raises(UsageError, match=r"no dialect 'postgre'.*trino.*Did you mean 'postgres'"):
        model.sql("postgre")
    nameless = SavedModel(
        replace(model.record, contract=replace(model.record.contract, id_column=None))
    )
    with pytest.raises(DataError, match="a table with a customer id"):
        nameless.sql("duckdb")


def test_the_command_prints_the_query(model, shop) -> None:
    def command(*args: object) -> Done:
        return command_line("sql", "--model", shop.parent / "run", *args)

    assert command("--dialect", "duckdb").stdout == model.sql("duckdb")
    found = json.loads(command("--dialect", "bigquery", "--table", "a.b.c", "--json").stdout)
    assert found["table"] == "a.b.c"
    assert "FROM a.b.c" in found["sql"]
    wrong = command("--dialect", "cobol")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("smartcart: there is no dialect 'cobol'")
