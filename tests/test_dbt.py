"""A saved model as a dbt package: its files parse, its query runs, and ``dbt build`` passes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

import postgres_server
from smartcart import store, workflows
from smartcart.cli.main import app
from smartcart.datasets import write_customers, write_orders
from smartcart.errors import DataError, UsageError
from smartcart.store import read_run
from smartcart.workflows.dbt_package import COLUMNS, DIGITS, dbt_package, share_bounds, write_dbt

DBT = os.environ.get("SMARTCART_DBT") or shutil.which("dbt")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module", params=["customers", "orders"])
def made(request: pytest.FixtureRequest, home: Path) -> tuple[Path, Path]:
    """A source and a run of it."""
    folder = home / request.param
    folder.mkdir()
    source, run = folder / "shop.parquet", folder / "run"
    write = write_customers if request.param == "customers" else write_orders
    write(source, 900 if request.param == "customers" else 6000, seed=3)
    run.mkdir()
    store.write_run(run, workflows.segment(source, run, k=3, k_max=3))
    return source, run


def rendered(files: dict[str, str], adapter: str, relation: str) -> str:
    """The query of a macro, as dbt would write it: all but the relation is raw."""
    text = files[f"macros/{adapter}.sql"]
    assert text.startswith(f"{{% macro {adapter}__segments_of(relation) %}}\n{{% raw %}}")
    body = text.partition("\n")[2].rpartition("{% endmacro %}")[0]
    assert body.count("{{ relation }}") == 1
    return re.sub(r"\{% (end)?raw %\}", "", body.replace("{{ relation }}", relation))


def test_the_package_parses_and_its_query_gives_the_segments(made: tuple[Path, Path]) -> None:
    source, run = made
    model, rfm = workflows.load(run), read_run(run).rfm
    files, engines = dbt_package(model, "shop", rfm)
    assert {"duckdb", "postgres", "spark", "databricks"} <= set(engines)
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE shop AS FROM read_parquet('{source}')")
        found = con.execute(rendered(files, "duckdb", '"memory"."main"."shop"')).df()
        con.register("segments", found)
        test = files["tests/segment_shares.sql"].replace("{{ ref('segments') }}", "segments")
        assert con.execute(test).fetchall() == []
        con.execute("CREATE TABLE one AS SELECT * FROM segments WHERE segment_id = 1")
        assert len(con.execute(test.replace("segments G", "one G")).fetchall()) == len(model.ids)
    truth = pd.read_parquet(run / "segments.parquet")
    same = found.astype({"customer_id": str}).set_index("customer_id")["segment_id"].to_dict()
    there = truth.astype({"customer_id": str}).set_index("customer_id")["segment_id"].to_dict()
    assert same == there
    known = yaml.safe_load(files["models/schema.yml"])
    (told,) = known["models"]
    assert [c["name"] for c in told["columns"]] == list(found.columns)
    assert all(c["description"] for c in told["columns"])
    read = known["sources"][0]["tables"][0]["columns"]
    assert {c["name"] for c in read} <= set(pd.read_parquet(source).columns)
    by_name = {c["name"]: c for c in told["columns"]}
    assert by_name["customer_id"]["data_tests"] == ["unique", "not_null"]
    values = by_name["segment_id"]["data_tests"][1]["accepted_values"]["arguments"]["values"]
    assert values == list(model.ids)
    assert (DIGITS.keys() <= by_name.keys()) == (model.contract.kind == "orders")
    assert list(by_name)[: len(COLUMNS)] == list(COLUMNS)
    project = yaml.safe_load(files["dbt_project.yml"])
    assert project["vars"] == {"smartcart_schema": None, "smartcart_table": "shop"}


def test_bounds_of_a_share_are_where_its_psi_reaches_a_tenth() -> None:
    import math

    for share in (0.02, 0.25, 0.9):
        low, high = share_bounds(share)
        for p in (low, high):
            psi = (p - share) * math.log(p / share)
            assert psi == pytest.approx(0.1, abs=1e-9) or (p == 1.0 and psi < 0.1)
        assert low < share < high
    assert share_bounds(0.9)[1] == 1.0


def test_names_that_are_jinja_stand_as_they_are(made: tuple[Path, Path]) -> None:
    _, run = made
    model = workflows.load(run)
    names = ("{{ 1 / 0 }}", "{% if %}", "{# no", *model.names[3:])
    files, _ = dbt_package(replace(model, names=names), "shop")
    query = rendered(files, "duckdb", "shop")
    assert all(name in query for name in names)
    spoiled = replace(model, names=("{% endraw %}", *model.names[1:]))
    with pytest.raises(DataError, match="cannot stand in a dbt macro"):
        dbt_package(spoiled, "shop")


def test_the_command(made: tuple[Path, Path], tmp_path: Path) -> None:
    _, run = made
    out = tmp_path / "package"
    words = ["dbt", "--model", str(run), "-o", str(out), "--table", "raw.kunden", "--json"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "duckdb" in json.loads(result.output)["engines"]
    project = yaml.safe_load((out / "dbt_project.yml").read_text())
    assert project["vars"] == {"smartcart_schema": "raw", "smartcart_table": "kunden"}
    with pytest.raises(UsageError, match="exists already"):
        write_dbt(workflows.load(run), "shop", out)


# dbt itself ------------------------------------------------------------------------------------


@pytest.fixture(params=["duckdb", "postgres"])
def profile(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[dict[str, Any], Any]:
    """A target of dbt, and what loads a frame as the table ``shop`` there."""
    if DBT is None:
        pytest.skip("dbt is not installed (name it in SMARTCART_DBT)")
    if request.param == "duckdb":
        path = tmp_path / "shop.duckdb"

        def load(frame: pd.DataFrame) -> None:
            with duckdb.connect(str(path)) as con:
                con.execute("CREATE TABLE shop AS FROM frame")

        return {"type": "duckdb", "path": str(path), "schema": "main", "threads": 1}, load
    server = request.getfixturevalue("shop_server")

    def load_there(frame: pd.DataFrame) -> None:
        import psycopg

        with psycopg.connect(server.url) as con, con.cursor() as cursor:
            columns = ", ".join(f'"{name}" text' for name in frame)
            cursor.execute(f"DROP TABLE IF EXISTS shop CASCADE; CREATE TABLE shop ({columns})")
            with cursor.copy("COPY shop FROM STDIN") as copy:
                for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
                    copy.write_row([None if cell is None else str(cell) for cell in row])

    return {
        "type": "postgres",
        "host": "127.0.0.1",
        "port": server.port,
        "schema": "public",
        "user": postgres_server.USER,
        "password": postgres_server.PASSWORD,
        "dbname": "shop",
        "threads": 1,
    }, load_there


@pytest.fixture(scope="module")
def shop_server() -> Any:
    with postgres_server.running() as server:
        yield server


def test_dbt_builds_the_package(made: tuple[Path, Path], profile: Any, tmp_path: Path) -> None:
    source, run = made
    target, load = profile
    load(pd.read_parquet(source))
    package = tmp_path / "package"
    write_dbt(workflows.load(run), "shop", package, read_run(run).rfm)
    (package / "profiles.yml").write_text(
        yaml.safe_dump({"smartcart_segments": {"target": "t", "outputs": {"t": target}}})
    )
    done = subprocess.run(
        [str(DBT), "build", "--project-dir", str(package), "--profiles-dir", str(package)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=tmp_path,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONPATH": ""},
    )
    assert done.returncode == 0, done.stdout[-3000:]
    results = json.loads((package / "target" / "run_results.json").read_text())["results"]
    told = Counter(one["status"] for one in results)
    assert told == {"success": 1, "pass": 9}
