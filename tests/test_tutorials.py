"""The tutorials of the data scientist and the data engineer, executed block by block."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
TUTORIALS = ROOT / "docs" / "tutorials"


def blocks(name: str, language: str) -> list[str]:
    text = (TUTORIALS / name).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_data_scientist_reaches_the_end() -> None:
    space: dict[str, object] = {}
    for block in blocks("data-scientist.md", "python"):
        exec(compile(block, "data-scientist.md", "exec"), space)
    assert space["s"].verdict in {"natural clusters", "useful partition"}  # type: ignore[attr-defined]
    assert len(space["every"]) == len(space["s"].customers)  # type: ignore[arg-type, attr-defined]


def test_the_notebook_holds_the_cells_of_the_page() -> None:
    notebook = json.loads((TUTORIALS / "data-scientist.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    assert cells == [block.rstrip() for block in blocks("data-scientist.md", "python")]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the job ran."""
    folder = tmp_path_factory.mktemp("night")
    program = folder / "bin" / "smartcart"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m smartcart "$@"\n')
    program.chmod(0o755)
    job = "set -eu\n" + "\n".join(blocks("data-engineer.md", "sh"))
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", job],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_night_leaves_segments_and_says_keep_or_refit(night: Path) -> None:
    scored = pd.read_parquet(night / "segments.parquet")
    assert list(scored.columns) == [
        "customer_id",
        "segment_id",
        "segment",
        "distance",
        "confidence",
        "outside",
    ]
    assert json.loads((night / "check.json").read_text())["receipt"]["kind"] == "customers"
    verdict = json.loads((night / "drift.json").read_text())["verdict"]
    assert (night / "runs" / "july").exists() == (verdict == "refit")


def test_the_dbt_model_gives_every_customer_its_segment(night: Path) -> None:
    query = (night / "segments.sql").read_text().replace("{{ ref('customers') }}", "customers")
    run = pd.read_parquet(night / "runs" / "june" / "segments.parquet")
    with duckdb.connect() as db:
        source = str(night / "june.csv")
        db.execute("CREATE TABLE customers AS SELECT * FROM read_csv(?)", [source])
        found = db.execute(query).df()
    both = found.merge(run, on="customer_id", suffixes=("_there", ""))
    assert len(both) == len(run)
    assert (both["segment_id_there"] == both["segment_id"]).all()


def test_the_airflow_job_is_python_and_its_commands_are_ours() -> None:
    (job,) = blocks("data-engineer.md", "python")
    tree = ast.parse(job)
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    said = " ".join(str(text) for text in texts)
    from smartcart.cli.main import app

    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    used = set(re.findall(r"smartcart (\w+) /", said)) | {"monitor"}
    assert used == {"score", "run", "monitor"}
    assert used <= known
