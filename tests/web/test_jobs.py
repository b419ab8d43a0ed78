"""Runs as jobs: done, cancelled, refused, queued; the pages answer meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from smartcart.web import capacity
from smartcart.web.database import open_database
from smartcart.web.uploads import Upload
from web.serving import RUN


@pytest.fixture
def forked_work() -> None:
    """Here the app begins its worker as it does everywhere: tests of ending it are among these."""


def upload(client: Any, rows: int = 300) -> str:
    made = client.post("/api/v1/synthetic", json={"rows": rows, "seed": 2})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def wait(client: Any, job: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for _ in range(2_000):
        found: dict[str, Any] = client.get(f"/api/v1/jobs/{job}").json()
        if until(found) or found["state"] not in {"waiting", "running"}:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def ended(job: dict[str, Any]) -> bool:
    return job["state"] not in {"waiting", "running"}


def test_from_a_file_to_customers(client: TestClient, workspace: Path) -> None:
    shop = workspace / "uploads" / ("0" * 32) / "shop.csv"
    with shop.open("rb") as file:
        made = client.post("/api/v1/uploads", files={"file": ("../../My shop.csv", file)})
    assert made.status_code == 201
    assert made.json()["name"] == "My shop.csv"
    number = made.json()["id"]
    seen = client.post(f"/api/v1/uploads/{number}/inspection", json={}).json()
    assert seen["contract"]["kind"] == "customers"
    assert str(workspace) not in str(seen)
    roles = {column["name"]: column["role"] for column in seen["contract"]["columns"]}
    assert roles["Income"] == "describes"
    wish = {"columns": {"Income": {"role": "forms"}}}
    again = client.post(f"/api/v1/uploads/{number}/inspection", json=wish).json()
    assert {c["name"]: c["role"] for c in again["contract"]["columns"]}["Income"] == "forms"
    job = client.post(
        "/api/v1/runs",
        json={"upload_id": number, "title": "June", "settings": {"k": 3, "k_max": 4, **wish}},
    ).json()
    steps = set()

    def seen_to_end(found: dict[str, Any]) -> bool:
        steps.add(found["step"])
        return ended(found)

    done = wait(client, job["id"], seen_to_end)
    assert (done["state"], done["message"]) == ("done", "")
    assert len(steps) > 2  # it told what it was doing
    run = done["result"]
    entry = client.get(f"/api/v1/runs/{run}").json()
    assert (entry["title"], entry["k"], entry["upload_id"]) == ("June", 3, number)
    found = client.get(f"/api/v1/runs/{run}/customers?limit=5").json()["items"]
    assert len(found) == 5
    assert found[0]["values"]["income"] is not None  # it forms
    assert client.app.state.services.jobs.wishes_of(run)["k"] == 3
    assert not list((workspace / "tmp").iterdir())

    migration = client.post("/api/v1/migrations", json={"before": RUN, "after": run}).json()
    assert wait(client, migration["id"], ended)["state"] == "done"
    moved = client.get(f"/api/v1/migrations?before={RUN}&after={run}").json()
    assert moved["migration"]["customers"] == entry["customers"]
    later = upload(client)
    watch = client.post(f"/api/v1/runs/{run}/monitoring", json={"upload_id": later}).json()
    assert wait(client, watch["id"], ended)["state"] == "done"
    told = client.get(f"/api/v1/runs/{run}/monitoring").json()
    assert told[0]["upload_id"] == later
    assert told[0]["found"]["drift"]["verdict"] in {"keep", "refit"}


def test_a_cancelled_run_leaves_nothing_and_starts_again(
    client: TestClient, workspace: Path
) -> None:
    number = upload(client)
    job = client.post("/api/v1/runs", json={"upload_id": number}).json()
    wait(client, job["id"], lambda found: bool(found["step"]))
    client.post(f"/api/v1/jobs/{job['id']}/cancel")
    found = wait(client, job["id"], ended)
    assert found["state"] == "cancelled"
    assert [f.name for f in (workspace / "runs").iterdir()] == [RUN]
    refused = client.post(f"/api/v1/jobs/{job['id']}/again")
    assert refused.status_code == 202
    assert wait(client, refused.json()["id"], ended)["state"] == "done"


def test_what_cannot_be_used_says_why(client: TestClient, workspace: Path) -> None:
    made = client.post("/api/v1/uploads", files={"file": ("t.csv", b"a,b\nx,y\nz,w\n")}).json()
    job = client.post("/api/v1/runs", json={"upload_id": made["id"]}).json()
    found = wait(client, job["id"], ended)
    assert found["state"] == "failed"
    assert "o column says what customers do" in found["message"]
    assert str(workspace) not in found["message"]


def test_a_run_that_needs_too_much_is_refused(
    make_client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(memory_bytes=200_000_000)
    number = upload(client)
    refused = client.post("/api/v1/runs", json={"upload_id": number})
    assert refused.status_code == 422
    assert "of memory and 191 MiB are free" in refused.json()["error"]["message"]
    assert client.get("/api/v1/jobs").json()["items"] == []
    monkeypatch.setattr(capacity, "needed", lambda size, file: (1, 10**18))
    refused = client.post("/api/v1/runs", json={"upload_id": number})
    assert refused.status_code == 422
    assert "on disk" in refused.json()["error"]["message"]


def test_a_run_that_grows_too_large_is_ended_with_a_reason(
    make_client: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    client = make_client(memory_bytes=20_000_000)
    monkeypatch.setattr(capacity, "needed", lambda size, file: (1, 1))  # it was thought to fit
    number = upload(client)
    job = client.post("/api/v1/runs", json={"upload_id": number}).json()
    found = wait(client, job["id"], ended)
    assert found["state"] == "failed"
    assert "needed more memory than there is" in found["message"]
    assert [f.name for f in (workspace / "runs").iterdir()] == [RUN]


def test_a_workbook_needs_more_than_a_text() -> None:
    assert capacity.needed(10**8, "a.xlsx")[0] > capacity.needed(10**8, "a.csv")[0]
    assert capacity.needed(10**12, "a.csv")[0] == capacity.needed(10**11, "a.csv")[0]  # it streams
    assert capacity.needed(10**6, "a.csv.gz")[1] > capacity.needed(10**6, "a.csv")[1]
    assert capacity.used_by_group(-1) == 0


def test_who_comes_too_late_is_told_when_to_come_again(
    make_client: Callable[..., TestClient], workspace: Path
) -> None:
    client = make_client(jobs=1, waiting=1)
    number = upload(client)
    asked = {"upload_id": number}
    first = client.post("/api/v1/runs", json=asked).json()
    wait(client, first["id"], lambda found: found["state"] == "running")
    second = client.post("/api/v1/runs", json=asked)
    assert second.status_code == 202
    third = client.post("/api/v1/runs", json=asked)
    assert third.status_code == 503
    assert int(third.headers["Retry-After"]) > 0
    assert third.json()["error"]["code"] == "busy"
    for job in (second.json()["id"], first["id"]):
        client.post(f"/api/v1/jobs/{job}/cancel")
    assert wait(client, second.json()["id"], ended)["state"] == "cancelled"


def test_pages_answer_while_two_runs_are_under_way(
    make_client: Callable[..., TestClient],
) -> None:
    client = make_client(jobs=2)
    asked = {"upload_id": upload(client, 1_000), "settings": {"k_max": 4}}
    jobs = [client.post("/api/v1/runs", json=asked).json() for _ in range(2)]
    for job in jobs:
        wait(client, job["id"], lambda found: found["state"] == "running")
    answered = 0
    while answered < 40:
        assert client.get(f"/api/v1/runs/{RUN}/segments").status_code == 200
        assert client.get(f"/api/v1/runs/{RUN}/alternatives/3").status_code == 200
        answered += 1
        if not any(
            client.get(f"/api/v1/jobs/{j['id']}").json()["state"] == "running" for j in jobs
        ):
            break
    assert answered >= 10  # pages were served while both ran
    states = {wait(client, job["id"], ended)["state"] for job in jobs}
    assert states == {"done"}


def test_a_run_of_another_tool_gets_its_index(client: TestClient, workspace: Path) -> None:
    (workspace / "runs" / RUN / "lookup.parquet").unlink()
    answer = client.get(f"/api/v1/runs/{RUN}/customers/1")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    job = client.get("/api/v1/jobs").json()["items"][0]
    assert job["kind"] == "index"
    assert wait(client, job["id"], ended)["state"] == "done"
    assert client.get(f"/api/v1/runs/{RUN}/customers?limit=1").status_code == 200


def test_a_source_of_the_server_is_picked_and_never_deleted(
    client: TestClient, workspace: Path, tmp_path: Path
) -> None:
    folder = workspace / "sources"
    folder.mkdir()
    (folder / "shop.csv").write_text("id,spend\n1,2\n", encoding="utf-8")
    (folder / ".hidden.csv").write_text("x", encoding="utf-8")
    (folder / "program.exe").write_text("x", encoding="utf-8")
    (tmp_path / "outside.csv").write_text("x", encoding="utf-8")
    assert client.get("/api/v1/sources").json() == [{"name": "shop.csv", "bytes": 13}]
    for name in ("../../outside.csv", "/etc/passwd", ".hidden.csv", "program.exe", "shop.csv/"):
        assert client.post("/api/v1/sources", json={"name": name}).status_code == 404, name
    picked = client.post("/api/v1/sources", json={"name": "shop.csv"}).json()
    assert client.delete(f"/api/v1/uploads/{picked['id']}").status_code == 200
    assert (folder / "shop.csv").exists()


def test_uploads_page_by_key(client: TestClient, workspace: Path) -> None:
    made = [upload(client, 100) for _ in range(5)]
    first = client.get("/api/v1/uploads?limit=2").json()
    second = client.get(f"/api/v1/uploads?limit=2&after={first['next']}").json()
    last = client.get(f"/api/v1/uploads?limit=2&after={second['next']}").json()
    found = [u["id"] for page in (first, second, last) for u in page["items"]]
    assert found == made[::-1]
    assert last["next"] is None
    database = open_database(None, workspace)
    database.close()
    assert Upload.__dataclass_fields__.keys() == first["items"][0].keys()
