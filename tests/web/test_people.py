"""The people of a segment page by page, all customers as a file, and who was left out."""

from __future__ import annotations

import html
import io
import re
import shutil
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from smartcart.errors import DataError
from smartcart.workflows.moved_list import write_moved
from web.serving import RUN, Team
from web.test_platform_lists import token

PAGE = {"Accept": "text/html"}
LATER = "shop-000002"


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


# Who moved -------------------------------------------------------------------------------------


def compared(client: Any, workspace: Path) -> pd.DataFrame:
    """Put a later run beside the first in which some moved, joined and left; compare them."""
    before = workspace / "runs" / RUN
    after = workspace / "runs" / LATER
    shutil.copytree(before, after)
    table = pd.read_parquet(after / "segments.parquet")
    names = table.drop_duplicates("segment_id").set_index("segment_id")["segment"]
    first = table.index[table["segment_id"] == 1][:7]
    table.loc[first, "segment_id"], table.loc[first, "segment"] = 2, names[2]
    table = table.drop(index=table.index[-3:])
    new = table.iloc[:2].assign(customer_id=["990001", "990002"])
    if table["customer_id"].dtype.kind == "i":
        new["customer_id"] = new["customer_id"].astype("int64")
    table = pd.concat([table, new])
    schema = pq.read_schema(after / "segments.parquet")
    pq.write_table(
        pa.Table.from_pandas(table, schema, preserve_index=False), after / "segments.parquet"
    )
    job = client.post("/api/v1/migrations", json={"before": RUN, "after": LATER}).json()
    for _ in range(600):
        told = client.get(f"/api/v1/jobs/{job['id']}").json()
        if told["state"] not in ("waiting", "running"):
            break
        time.sleep(0.1)
    assert told["state"] == "done", told
    return table


def test_who_moved_joined_and_left_is_a_file(client: Any, workspace: Path) -> None:
    at = f"/over-time?from={RUN}&to={LATER}"
    asked = {"before": RUN, "after": LATER}
    assert client.post("/api/v1/migrations/list", json=asked).status_code == 404
    compared(client, workspace)
    was = pd.read_parquet(workspace / "runs" / RUN / "segments.parquet").astype(str)
    now = pd.read_parquet(workspace / "runs" / LATER / "segments.parquet").astype(str)
    name = client.get(f"/api/v1/runs/{LATER}").json()["segments"][1]["segment"]
    client.put(f"/api/v1/runs/{LATER}/segments/2/name", json={"name": "Second best"})
    page = client.get(at, headers=PAGE)
    assert page.status_code == 200
    assert "List who moved, joined or left" in page.text
    form = {"csrf_token": token(client, at), "from": RUN, "to": LATER}
    answer = client.post("/over-time/list", data=form, headers=PAGE)
    assert answer.status_code == 303
    receipt = client.get(answer.headers["location"], headers=PAGE)
    assert receipt.status_code == 200
    assert "12 customers moved, joined or left" in receipt.text
    assert "stayed where they were" in receipt.text
    export = answer.headers["location"].rsplit("/", 1)[1]
    got = pd.read_csv(io.BytesIO(client.get(f"/api/v1/exports/{export}").content), dtype=str)
    assert got.columns.tolist() == ["customer_id", "from", "to", "change"]
    assert got["change"].value_counts().to_dict() == {"moved": 7, "left": 3, "joined": 2}
    then = was.set_index("customer_id")["segment"]
    later = now.set_index("customer_id")["segment"].replace(name, "Second best")
    for one in got.to_dict("records"):
        key = one["customer_id"]
        assert one["from"] == then.get(key) or (one["change"] == "joined" and pd.isna(one["from"]))
        assert one["to"] == later.get(key) or (one["change"] == "left" and pd.isna(one["to"]))
    told = client.post("/api/v1/migrations/list", json=asked)
    assert told.status_code == 201
    assert told.json()["files"] == {"moved.csv": 12}
    log = client.get("/api/v1/audit").json()["items"]
    made = [e for e in log if e["action"] == "customers.read" and "export" in e["details"]]
    assert [e["details"]["customers"] for e in made] == [12, 12]


def test_nobody_who_moved_is_told(client: Any, workspace: Path) -> None:
    folder = workspace / "runs" / RUN
    shutil.copytree(folder, workspace / "runs" / LATER)
    with pytest.raises(DataError, match="nobody moved, joined or left"):
        write_moved(folder, workspace / "runs" / LATER, workspace / "moved.csv")
    assert not (workspace / "moved.csv").exists()


# The first rows --------------------------------------------------------------------------------


def test_the_first_rows_are_shown_before_a_run_to_those_who_may(team: Team) -> None:
    content = "ID;Joined;Spend;Mail\n" + "".join(
        f"{i};0{i % 9 + 1}.05.2024;{i},50;<b>{i}@shop.example\n" for i in range(1, 40)
    )
    content = content.replace("3,50;", ";").replace("5@shop", f"{'x' * 80}@shop")
    files = {"file": ("buyers.csv", content.encode(), "text/csv")}
    upload = team["bob"].post("/api/v1/uploads", files=files).json()["id"]
    at = f"/new/{upload}/rows"
    assert team["eve"].get(at, headers=PAGE).status_code == 403
    page = team["bob"].get(at, headers=PAGE)
    assert page.status_code == 200
    rows = re.findall(r"<tr>(.*?)</tr>", page.text, re.S)
    assert len(rows) == 11
    cells = re.findall(r"<td>(.*?)</td>", rows[1])
    assert cells == ["1", "2024-05-02", "1.5", "&lt;b&gt;1@shop.example"]
    assert '<span class="soft">empty</span>' in rows[3]
    assert "x…" in rows[5]
    assert "x" * 61 not in page.text
    part = team["bob"].get(f"{at}?part=true")
    assert part.text.startswith('<div class="scroll"')
    look = team["bob"].get(f"/new/{upload}", headers=PAGE)
    assert f'data-part="{at}?part=true"' in look.text
    log = team["ann"].get("/api/v1/audit").json()["items"]
    read = [e for e in log if e["action"] == "rows.read"]
    assert [(e["user"], e["details"]["customers"]) for e in read] == [("bob", 10), ("bob", 10)]
    bad = team["bob"].post("/api/v1/uploads", files={"file": ("x.csv", b"a,b\n", "text/csv")})
    refused = team["bob"].get(f"/new/{bad.json()['id']}/rows", headers=PAGE)
    assert refused.status_code == 422
    assert "no rows" in refused.text
