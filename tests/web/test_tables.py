"""Uploads that are listed, kept for a time and deleted; a customer erased from the whole app."""

from __future__ import annotations

import datetime as dt
import html
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from test_erase import holders
from web.serving import RUN

PAGE = {"Accept": "text/html"}
WHO, OTHER = "C-77341", "C-77342"


def add(client: Any, name: str = "shop.csv", rows: int = 3) -> str:
    text = "customer_id,email,spend\n" + "".join(
        f"C-7734{i},c{i}@example.com,{i}\n" for i in range(rows)
    )
    answer = client.post("/api/v1/uploads", files={"file": (name, text.encode())})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def form(client: Any, path: str, at: str, **fields: str) -> Any:
    """Send a form as a browser does, with the token of the page that it stands on."""
    import re

    token = re.search(r'name="csrf" content="([^"]+)"', client.get(at, headers=PAGE).text)
    assert token is not None
    return client.post(path, data={"csrf_token": token[1], **fields}, headers=PAGE)


def test_tables_are_listed_with_their_end_and_can_be_deleted(client: Any, workspace: Path) -> None:
    number = add(client, "Spring <b>.csv")
    page = client.get("/uploads", headers=PAGE)
    assert page.status_code == 200
    assert "Spring &lt;b&gt;.csv" in page.text
    assert "deleted 90 days after" in page.text
    assert "Kept until" in page.text
    done = form(client, f"/uploads/{number}/delete", "/uploads")
    assert (done.status_code, done.headers["location"]) == (303, "/uploads?done=upload-deleted")
    assert not (workspace / "uploads" / number).exists()
    assert "No table is kept here" in client.get("/uploads", headers=PAGE).text
    assert form(client, f"/uploads/{number}/delete", "/uploads").status_code == 404


@pytest.mark.parametrize(("age", "kept"), [(6.99, True), (7.01, False)])
def test_a_table_is_kept_for_the_stated_time_and_not_longer(
    make_client: Any, workspace: Path, age: float, kept: bool
) -> None:
    client = make_client(keep_days=7)
    number = add(client)
    from smartcart.web import tables

    made = (dt.datetime.now(dt.UTC) - dt.timedelta(days=age)).isoformat(timespec="microseconds")
    with client.app.state.services.database.change() as connection:
        connection.execute(tables.uploads.update().values(made=made))
    page = client.get("/uploads", headers=PAGE).text
    assert ("shop.csv" in page) is kept
    assert (workspace / "uploads" / number).exists() is kept
    log = [one["action"] for one in client.get("/api/v1/audit").json()["items"]]
    assert ("upload.expired" in log) is not kept


def test_an_erased_customer_is_in_no_byte_of_workspace_and_database(
    client: Any, workspace: Path
) -> None:
    add(client)
    lists = workspace / "sources"
    lists.mkdir()
    pd.DataFrame({"customer_id": [WHO, OTHER]}).to_parquet(lists / "more.parquet")
    post = client.post
    at = f"/api/v1/runs/{RUN}"
    assert post(f"{at}/notes", json={"text": f"Call {WHO} back"}).status_code == 201
    assert client.patch(at, json={"title": f"Shop of {WHO}"}).status_code == 200
    assert client.put(f"{at}/segments/1/name", json={"name": f"Like {WHO}"}).status_code == 200
    assert post(f"{at}/audiences", json={"segment_ids": [1]}).status_code == 201
    assert holders(workspace, WHO)
    answer = form(client, "/erase", "/uploads", customer=WHO)
    assert answer.status_code == 200
    said = html.unescape(answer.text)
    assert "The customer is erased" in said
    assert "database: notes" in said
    assert holders(workspace, WHO) == []
    assert holders(workspace, OTHER)
    notes = client.get(f"{at}/notes").json()
    assert [one["text"] for one in notes] == ["Call (erased) back"]
    assert not list((workspace / "exports").iterdir())
    log = client.get("/api/v1/audit").json()["items"]
    assert log[0]["action"] == "customer.erase"
    assert WHO not in json.dumps(log)
    again = client.post("/api/v1/erasures", json={"customer_id": WHO}).json()
    assert [one["place"] for one in again["places"]] in ([], ["exports"])


def test_nobody_is_erased_while_runs_could_write_the_customer_anew(client: Any) -> None:
    from smartcart.web import tables

    with client.app.state.services.database.change() as connection:
        connection.execute(
            tables.jobs.insert().values(
                id="0" * 24,
                kind="run",
                state="running",
                title="x",
                asked="{}",
                result="x",
                message="",
                step="",
                user="you",
                made="2026-01-01T00:00:00.000000+00:00",
            )
        )
    answer = client.post("/api/v1/erasures", json={"customer_id": WHO})
    assert answer.status_code == 409
    assert "under way" in answer.json()["error"]["message"]


def test_an_id_that_is_a_word_leaves_the_log_whole(client: Any) -> None:
    add(client)
    for who in ("name", "bytes", "shop.csv", "true", '"', "0"):
        answer = client.post("/api/v1/erasures", json={"customer_id": who})
        assert answer.status_code == 200, who
    log = client.get("/api/v1/audit")
    assert log.status_code == 200
    assert {"name", "bytes"} <= set(log.json()["items"][-1]["details"])
