"""What every engine must do: one suite, run on each; and that none is asked for by its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import clickhouse_server
import mariadb_server
from postgres_server import Server, running
from smartcart.engines.duckdb import DuckDB
from smartcart.engines.protocol import Engine
from smartcart.engines.server_base import DatabaseServer
from smartcart.engines.servers import SERVERS
from smartcart.sources import Opened, open_on_spark, open_source
from spark_runs import IN_PROCESS

PACKAGE = Path(__file__).parents[1] / "src" / "smartcart"
ROWS = 1_000
TRUTH = pa.table(
    {
        "id": list(range(1, ROWS + 1)),
        "shop": [None if i % 10 == 0 else f"s{i % 3}" for i in range(1, ROWS + 1)],
        "spend": [None if i % 7 == 0 else i / 4 for i in range(1, ROWS + 1)],
    }
)


@dataclass(frozen=True)
class Case:
    """An open source of ``TRUTH``; ``same`` opens one of its rows in another order."""

    opened: Opened
    same: Opened

    @property
    def engine(self) -> Engine:
        return self.opened.engine

    @property
    def table(self) -> Any:
        return self.opened.table


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("engines")
    paths = folder / "rows.parquet", folder / "reversed.parquet"
    pq.write_table(TRUTH, paths[0])
    pq.write_table(TRUTH.take(list(range(ROWS - 1, -1, -1))), paths[1])
    return paths


@pytest.fixture(scope="module")
def in_duckdb(files: tuple[Path, Path]) -> Iterator[Case]:
    with open_source(files[0]) as one, open_source(files[1]) as other:
        yield Case(one, other)


@pytest.fixture(scope="module")
def in_spark(spark: None, files: tuple[Path, Path]) -> Iterator[Case]:
    with open_on_spark(files[0]) as one, open_on_spark(files[1]) as other:
        yield Case(one, other)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    select = """SELECT i AS id, CASE WHEN i % 10 > 0 THEN 's' || i % 3 END AS shop,
        CASE WHEN i % 7 > 0 THEN i / 4.0::float8 END AS spend FROM generate_series(1, 1000) i"""
    with running() as found:
        found.run(
            f"CREATE TABLE rows AS {select}",
            f"CREATE TABLE reversed AS {select} ORDER BY i DESC",
            "CREATE TABLE other AS SELECT * FROM rows WHERE id > 1",
        )
        yield found


@pytest.fixture(scope="module")
def in_postgres(server: Server) -> Iterator[Case]:
    with open_source(f"{server.url}::rows") as one, open_source(f"{server.url}::reversed") as other:
        yield Case(one, other)


@pytest.fixture(scope="module")
def in_mariadb(mariadb: mariadb_server.Server) -> Iterator[Case]:
    select = """SELECT seq AS id, CASE WHEN seq % 10 > 0 THEN CONCAT('s', seq % 3) END AS shop,
        CASE WHEN seq % 7 > 0 THEN CAST(seq AS DOUBLE) / 4 END AS spend FROM seq_1_to_1000"""
    mariadb.run(
        f"CREATE OR REPLACE TABLE `rows` AS {select}",
        f"CREATE OR REPLACE TABLE reversed AS {select} ORDER BY seq DESC",
    )
    url = mariadb.url
    with open_source(f"{url}::rows") as one, open_source(f"{url}::reversed") as other:
        yield Case(one, other)


@pytest.fixture(scope="module")
def in_clickhouse(clickhouse: clickhouse_server.Server) -> Iterator[Case]:
    select = """SELECT toInt64(number) AS id, if(id % 10 > 0, concat('s', id % 3), NULL) AS shop,
        if(id % 7 > 0, id / 4, NULL) AS spend FROM numbers(1, 1000)"""
    make = "CREATE TABLE {} ENGINE = MergeTree ORDER BY {} AS {}"
    clickhouse.empty()
    clickhouse.run(make.format("rows", "id", select), make.format("reversed", "-id", select))
    url = clickhouse.url
    with open_source(f"{url}::rows") as one, open_source(f"{url}::reversed") as other:
        yield Case(one, other)


ENGINES = [
    pytest.param("in_clickhouse", id="clickhouse"),
    pytest.param("in_duckdb", id="duckdb"),
    pytest.param("in_mariadb", id="mariadb"),
    pytest.param("in_postgres", id="postgres"),
    pytest.param("in_spark", id="spark", marks=[m for m in IN_PROCESS if m.name != "usefixtures"]),
]


@pytest.fixture
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


on_every_engine = pytest.mark.parametrize("case", ENGINES, indirect=True)


def _sorted(table: pa.Table) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = table.select(TRUTH.schema.names).sort_by("id").to_pydict()
    return found


@on_every_engine
def test_rows_come_whole_and_small_results_as_values(case: Case) -> None:
    engine, table = case.engine, case.table
    schema = engine.stream_schema(table.schema())
    streamed = [batch.cast(schema) for batch in engine.batches(table)]
    assert _sorted(pa.Table.from_batches(streamed, schema)) == TRUTH.to_pydict()
    assert _sorted(engine.arrow(table)) == TRUTH.to_pydict()
    assert _sorted(engine.listed(table)) == TRUTH.to_pydict()
    told = engine.record(table.aggregate(n=table.count(), most=table["spend"].max()))
    assert told == {"n": ROWS, "most": 250.0}
    known = table.filter(table["shop"].notnull())
    shops = known.group_by("shop").aggregate(n=known.count())
    assert engine.records(shops.order_by("shop")) == _counted()


def _counted() -> list[dict[str, Any]]:
    shops = [one for one in TRUTH["shop"].to_pylist() if one is not None]
    return [{"shop": one, "n": shops.count(one)} for one in sorted(set(shops))]


@on_every_engine
def test_work_is_done_on_each_batch_once(case: Case) -> None:
    def total(batch: pa.RecordBatch) -> tuple[int, int]:
        return batch.num_rows, sum(batch["id"].to_pylist())

    for small in (False, True):
        done = list(case.engine.each(case.table, total, chunk_rows=300, small=small))
        assert sum(rows for rows, _ in done) == ROWS
        assert sum(ids for _, ids in done) == ROWS * (ROWS + 1) // 2


@on_every_engine
def test_the_sample_is_that_of_the_embedded_engine(case: Case, in_duckdb: Case) -> None:
    def chosen(table: Any) -> Any:
        return (table["id"].cast("int64").cast("string").hash() & 1023) < 100

    found = case.engine.arrow_where(case.table, chosen)
    expected = in_duckdb.engine.arrow(in_duckdb.table.filter(chosen(in_duckdb.table)))
    assert 50 < found.num_rows < 200
    assert _sorted(found) == _sorted(expected)
    own = case.engine.can.sample
    assert own == isinstance(case.engine, DuckDB)


@on_every_engine
def test_a_result_is_kept_where_it_can_be(case: Case) -> None:
    opened = case.opened
    table = opened.keep(case.table.filter(case.table["id"] <= 20))
    assert opened.keeper is (case.engine if case.engine.can.keep else opened.here)
    assert _sorted(opened.keeper.arrow(table)) == TRUTH.slice(0, 20).to_pydict()
    if not case.engine.can.keep:
        with pytest.raises(NotImplementedError, match="keeps nothing"):
            case.engine.keep(case.table)


@on_every_engine
def test_a_fingerprint_tells_rows_and_not_their_order(case: Case) -> None:
    names = TRUTH.schema.names
    some = case.table.filter(case.table["id"] > 1)
    count, told = case.engine.fingerprint(case.table.select(*names), names)
    assert (count, len(told)) == (ROWS, 16)
    assert case.same.engine.fingerprint(case.same.table.select(*names), names) == (count, told)
    assert case.engine.fingerprint(some.select(*names), names)[1] != told


@on_every_engine
def test_what_an_engine_says_it_can_do_is_so(case: Case) -> None:
    engine, table, can = case.engine, case.table, case.engine.can
    assert can.typed == ("__row__" in table.columns)
    if can.hash:
        hashed = table["shop"].fill_null("").hash()
        assert engine.record(table.aggregate(n=hashed.nunique()))["n"] == 4
    if can.remainder:
        odd = (table["spend"] % 1 != 0).sum()
        assert engine.record(table.aggregate(n=odd))["n"] == sum(
            x is not None and x % 1 != 0 for x in TRUTH["spend"].to_pylist()
        )
    if can.first_rows:
        assert engine.arrow(table.limit(5))["id"].to_pylist() == [1, 2, 3, 4, 5]
    assert (can.place == "cluster") == (case.opened.head is not None)
    assert engine.distinct_whole(table, "id", 1, ROWS) in {None, ROWS}


def _nodes(folder: str) -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield path, node


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.title)
def test_each_kind_of_server_has_its_engine(server) -> None:
    module, name = server.engine
    assert issubclass(getattr(import_module(f"smartcart.engines.{module}"), name), DatabaseServer)


@pytest.mark.parametrize("folder", ["workflows", "inspection"])
def test_abilities_are_asked_for_and_never_an_engine(folder: str) -> None:
    """No workflow imports an engine but the embedded one, or asks which one it has."""
    modules = ("clickhouse", "mysql", "postgres", "spark", "servers", "warehouses")
    elsewhere = {f"smartcart.engines.{name}" for name in modules}
    names = {"ClickHouse", "DuckDB", "MySQL", "Postgres", "Spark", "BigQuery", "Snowflake"}
    for path, node in _nodes(folder):
        if isinstance(node, ast.ImportFrom):
            assert node.module not in elsewhere, f"{path.name} imports {node.module}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
            asked = {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}
            assert not asked & names, f"{path.name}: {ast.unparse(node)}"
