"""A name that somebody gave a segment is a record of the run: everywhere, and in the next run."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import smartcart
from command_line import smartcart as command
from smartcart import store
from smartcart.datasets import write_customers
from smartcart.errors import DataError
from smartcart.records import RunFile
from smartcart.store import read_run
from smartcart.workflows.lineage import follows
from smartcart.workflows.models import load
from web.serving import RUN

PAGE = {"Accept": "text/html"}
NEW = "Best friends & co"


def smartcart_cli(*arguments: object) -> str:
    done = command(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def renamed(client: Any, workspace: Path) -> tuple[Any, Path, str]:
    """Return a client, the run's folder and the name of before."""
    folder = workspace / "runs" / RUN
    old = store.read_run(folder).told["segments"][0]["segment"]
    answer = client.put(f"/api/v1/runs/{RUN}/segments/1/name", json={"name": NEW})
    assert answer.status_code == 200
    return client, folder, old


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/runs/{RUN}",
        f"/runs/{RUN}/segments/2?against=1",
        f"/runs/{RUN}/data",
        f"/runs/{RUN}/report",
        f"/runs/{RUN}/plan?cost=1&revenue=50",
        f"/over-time?to={RUN}",
    ],
)
def test_every_page_says_the_new_name_and_none_the_old(
    renamed: tuple[Any, Path, str], path: str
) -> None:
    client, _, old = renamed
    said = html.unescape(client.get(path, headers=PAGE).text)
    assert NEW in said or path == f"/over-time?to={RUN}"
    kept = f"SmartCart calls it {old}"
    said = re.sub(r'<article class="card sketch".*?</article>', "", said, flags=re.DOTALL)
    assert f">{old}<" not in said.replace(kept, "")


def test_lists_bear_the_new_name(renamed: tuple[Any, Path, str], tmp_path: Path) -> None:
    client, folder, old = renamed
    made = client.post(f"/api/v1/runs/{RUN}/audiences", json={"segment_ids": [1]}).json()
    text = client.get(f"/api/v1/exports/{made['id']}").text
    assert NEW in text
    assert old not in text
    assert made["receipt"]["by_segment"] == {NEW: made["rows"]}
    lists = client.post(f"/api/v1/runs/{RUN}/plan/lists", json={"cost": 1, "revenue": 50}).json()
    assert old not in client.get(f"/api/v1/exports/{lists['id']}").text
    found = json.loads(
        smartcart_cli(
            "audience", folder, "--segment", NEW.upper(), "-o", tmp_path / "a.csv", "--json"
        )
    )
    assert found["written"] == made["rows"]
    assert NEW in (tmp_path / "a.csv").read_text(encoding="utf-8")


def test_python_the_command_line_and_sql_say_it_too(
    renamed: tuple[Any, Path, str], tmp_path: Path
) -> None:
    _, folder, old = renamed
    model = smartcart.load(folder)
    assert NEW in model.sql("duckdb")
    assert old not in model.sql("duckdb")
    told = smartcart_cli("plan", folder, "--cost", 1, "--revenue", 50)
    assert NEW in told
    assert old not in told
    shop = folder.parents[1] / "uploads" / ("0" * 32) / "shop.csv"
    smartcart_cli("score", shop, "--model", folder, "-o", tmp_path / "s.parquet", "--quiet")
    names = set(pq.read_table(tmp_path / "s.parquet")["segment"].to_pylist())
    assert NEW in names
    assert old not in names


def test_the_next_run_carries_the_name_on_and_still_continues(
    renamed: tuple[Any, Path, str], tmp_path: Path
) -> None:
    client, folder, old = renamed
    later = tmp_path / "later.csv"
    write_customers(later, 420, seed=1)
    smartcart_cli("run", later, "-o", tmp_path / "next", "--previous", folder, "--quiet")
    first, then = load(folder, own=True), load(tmp_path / "next")
    names = dict(zip(then.ids, then.names, strict=True))
    assert names[1] == NEW
    assert old not in then.names
    assert follows(then, first)
    # another name for the earlier one afterwards makes no other run of it
    assert client.put(f"/api/v1/runs/{RUN}/segments/1/name", json={"name": "X"}).status_code == 200
    assert follows(load(tmp_path / "next", own=True), load(folder, own=True))
    moved = json.loads(smartcart_cli("migrate", folder, tmp_path / "next", "--json"))
    assert moved.get("identity") is None


def test_taking_a_name_back_brings_the_own_one_back_everywhere(
    renamed: tuple[Any, Path, str],
) -> None:
    client, folder, old = renamed
    answer = client.put(f"/api/v1/runs/{RUN}/segments/1/name", json={"name": ""})
    assert answer.json()["given_name"] is None
    assert read_run(folder).segments[0].segment == old
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert html.escape(NEW) not in report
    assert old in report


def test_names_of_an_earlier_version_are_settled_in_the_folder(
    renamed: tuple[Any, Path, str], make_client: Any
) -> None:
    _, folder, _ = renamed
    (folder / RunFile.NAMES).unlink()
    client = make_client()
    assert NEW in html.unescape(client.get("/", headers=PAGE).text)
    assert store.names_of(folder) == {1: NEW}


def test_a_damaged_file_of_names_is_told_in_a_sentence(
    renamed: tuple[Any, Path, str], tmp_path: Path
) -> None:
    _, folder, _ = renamed
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / RunFile.NAMES).write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"names\.json' cannot be read"):
        load(copy)


def test_names_that_change_places_are_told_right() -> None:
    import report_example

    run = report_example.four()
    a, b = run.segments[0].segment, run.segments[1].segment
    shown = store.with_names(run, {1: b, 2: a})
    assert [s.segment for s in shown.segments[:2]] == [b, a]
    assert run.segments[0].segment == a
    for rule, own in zip(
        shown.rulebook.rules if shown.rulebook else (),
        run.rulebook.rules if run.rulebook else (),
        strict=True,
    ):
        if own.segment == a:
            assert (rule.segment, a in rule.sentence) == (b, False)
