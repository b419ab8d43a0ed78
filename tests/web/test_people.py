"""The people of a segment page by page, all customers as a file, and who was left out."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from typing import Any

import pandas as pd

from web.serving import RUN, Team
from web.test_platform_lists import token

PAGE = {"Accept": "text/html"}


def ids_on(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'customers\?id=([^"&]+)">', page)]


def test_people_of_a_segment_are_paged_to_the_last(client: Any, workspace: Path) -> None:
    table = pd.read_parquet(workspace / "runs" / RUN / "segments.parquet")
    want = sorted(str(i) for i in table[table["segment_id"] == 1]["customer_id"])
    met: list[str] = []
    at = f"/runs/{RUN}/people?segment=1"
    for _ in range(20):
        page = client.get(at, headers=PAGE)
        assert page.status_code == 200
        met += ids_on(page.text)
        more = re.search(r'href="([^"]+)">Next page', page.text)
        if more is None:
            break
        at = html.unescape(more[1])
    assert met == want
    assert client.get(f"/runs/{RUN}/people?segment=99", headers=PAGE).status_code == 404


def test_all_customers_and_the_left_out_are_files_as_the_run_wrote_them(
    client: Any, workspace: Path
) -> None:
    folder = workspace / "runs" / RUN
    for name in ("segments.csv", "segments.parquet", "rejected.csv"):
        answer = client.get(f"/runs/{RUN}/files/{name}")
        assert answer.status_code == 200
        assert answer.content == (folder / name).read_bytes()
    for name in ("model.json", "..%2Frun.json", "lookup.parquet", "run.json"):
        assert client.get(f"/runs/{RUN}/files/{name}").status_code == 404
    (folder / "rejected.csv").write_text("customer_id,reason\nX-1,<b>no age\n", encoding="utf-8")
    page = client.get(f"/runs/{RUN}/people", headers=PAGE)
    assert "X-1" in page.text
    assert "&lt;b&gt;no age" in page.text


def test_a_viewer_does_not_and_the_log_says_who_did(team: Team) -> None:
    for path in ("people", "files/segments.csv"):
        assert team["eve"].get(f"/runs/{RUN}/{path}").status_code == 403
        assert team["bob"].get(f"/runs/{RUN}/{path}").status_code == 200
    log = team["ann"].get("/api/v1/audit").json()["items"][:2]
    assert [(e["user"], e["action"], e["details"]["customers"]) for e in log] == [
        ("bob", "customers.read", 400),
        ("bob", "customers.read", 50),
    ]


def test_the_file_of_all_customers_bears_given_names(client: Any, workspace: Path) -> None:
    table = pd.read_parquet(workspace / "runs" / RUN / "segments.parquet")
    old = table[table["segment_id"] == 1]["segment"].iloc[0]
    client.put(f"/api/v1/runs/{RUN}/segments/1/name", json={"name": "Best friends"})
    for name in ("segments.csv", "segments.parquet"):
        answer = client.get(f"/runs/{RUN}/files/{name}")
        assert answer.status_code == 200
        assert b"Best friends" in answer.content
        read = pd.read_csv if name.endswith("csv") else pd.read_parquet
        found = read(io.BytesIO(answer.content))
        assert list(found.columns) == list(table.columns)
        assert (found["segment"] == "Best friends").sum() == (table["segment_id"] == 1).sum()
        assert old not in set(found["segment"])
    assert not list((workspace / "tmp").iterdir())


def test_another_table_is_assigned_as_the_run_would(client: Any, workspace: Path) -> None:
    at = f"/runs/{RUN}/people"
    shop = workspace / "uploads" / ("0" * 32) / "shop.csv"
    answer = client.post(
        f"/runs/{RUN}/score",
        data={"csrf_token": token(client, at)},
        files={"file": ("new.csv", shop.read_bytes())},
        headers=PAGE,
    )
    assert answer.status_code == 303, html.unescape(answer.text)[-600:]
    number = answer.headers["location"].rsplit("/", 1)[1]
    page = client.get(answer.headers["location"], headers=PAGE)
    assert page.status_code == 200
    assert "400 customers have their segment" in page.text
    found = pd.read_csv(io.BytesIO(client.get(f"/api/v1/exports/{number}").content))
    want = pd.read_parquet(workspace / "runs" / RUN / "segments.parquet")
    known = dict(zip(want["customer_id"].astype(str), want["segment"], strict=True))
    got = dict(zip(found["customer_id"].astype(str), found["segment"], strict=True))
    assert got == known
    wrong = client.post(f"/runs/{RUN}/score", data={"csrf_token": token(client, at)}, headers=PAGE)
    assert wrong.status_code == 400
    assert "No table was chosen" in wrong.text
