"""Who may do what: every route, for every role and for strangers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from smartcart.web.access import access
from smartcart.web.accounts import ROLES
from smartcart.web.app import create_app, routes_of
from smartcart.web.config import Config
from web.serving import RUN, Team

API = {
    "GET /api/v1/health": "anyone",
    "GET /api/v1/metrics": "viewer",
    "GET /api/v1/openapi.json": "viewer",
    "GET /api/v1/settings": "viewer",
    "GET /api/v1/me": "viewer",
    "GET /api/v1/runs": "viewer",
    "POST /api/v1/runs": "analyst",
    "GET /api/v1/runs/{run}": "viewer",
    "PATCH /api/v1/runs/{run}": "analyst",
    "DELETE /api/v1/runs/{run}": "admin",
    "GET /api/v1/runs/{run}/summary": "viewer",
    "GET /api/v1/runs/{run}/segments": "viewer",
    "GET /api/v1/runs/{run}/segments/{segment_id}": "viewer",
    "PUT /api/v1/runs/{run}/segments/{segment_id}/name": "analyst",
    "GET /api/v1/runs/{run}/notes": "viewer",
    "POST /api/v1/runs/{run}/notes": "analyst",
    "DELETE /api/v1/runs/{run}/notes/{number}": "analyst",
    "GET /api/v1/runs/{run}/profile": "viewer",
    "GET /api/v1/runs/{run}/evidence": "viewer",
    "GET /api/v1/runs/{run}/alternatives": "viewer",
    "GET /api/v1/runs/{run}/alternatives/{k}": "viewer",
    "GET /api/v1/runs/{run}/outcomes": "viewer",
    "GET /api/v1/runs/{run}/rulebook": "viewer",
    "GET /api/v1/runs/{run}/customers": "analyst",
    "GET /api/v1/runs/{run}/customers/{customer_id}": "viewer",
    "GET /api/v1/runs/{run}/customers/{customer_id}/explanation": "viewer",
    "GET /api/v1/runs/{run}/customers/{customer_id}/history": "viewer",
    "POST /api/v1/runs/{run}/score": "viewer",
    "POST /api/v1/runs/{run}/what-if": "viewer",
    "POST /api/v1/runs/{run}/plan": "viewer",
    "POST /api/v1/runs/{run}/plan/lists": "analyst",
    "POST /api/v1/runs/{run}/audiences": "analyst",
    "POST /api/v1/runs/{run}/monitoring": "analyst",
    "GET /api/v1/runs/{run}/monitoring": "viewer",
    "GET /api/v1/exports/{number}": "analyst",
    "GET /api/v1/exports/{number}/receipt": "analyst",
    "GET /api/v1/exports/{number}/files/{file}": "analyst",
    "GET /api/v1/uploads": "analyst",
    "POST /api/v1/uploads": "analyst",
    "GET /api/v1/uploads/{number}": "analyst",
    "DELETE /api/v1/uploads/{number}": "analyst",
    "POST /api/v1/uploads/{number}/inspection": "analyst",
    "POST /api/v1/erasures": "admin",
    "POST /api/v1/runs/{run}/results": "analyst",
    "GET /api/v1/campaigns": "viewer",
    "GET /api/v1/campaigns/ledger": "viewer",
    "GET /api/v1/sources": "analyst",
    "POST /api/v1/sources": "analyst",
    "POST /api/v1/synthetic": "analyst",
    "GET /api/v1/jobs": "viewer",
    "GET /api/v1/jobs/{number}": "viewer",
    "POST /api/v1/jobs/{number}/cancel": "analyst",
    "POST /api/v1/jobs/{number}/again": "analyst",
    "POST /api/v1/migrations": "analyst",
    "POST /api/v1/migrations/list": "analyst",
    "GET /api/v1/migrations": "viewer",
    "GET /api/v1/users": "admin",
    "POST /api/v1/users": "admin",
    "PATCH /api/v1/users/{name}": "admin",
    "GET /api/v1/tokens": "viewer",
    "POST /api/v1/tokens": "viewer",
    "DELETE /api/v1/tokens/{number}": "viewer",
    "GET /api/v1/audit": "admin",
}
PAGES = {
    "GET /static/{digest}/{name}": "anyone",
    "GET /": "viewer",
    "POST /upload": "analyst",
    "POST /pick": "analyst",
    "POST /synthetic": "analyst",
    "GET /new/{upload_id}": "analyst",
    "POST /new/{upload_id}": "analyst",
    "GET /new/{upload_id}/rows": "analyst",
    "GET /jobs/{job_id}": "viewer",
    "GET /jobs/{job_id}/state": "viewer",
    "POST /jobs/{job_id}/cancel": "analyst",
    "POST /jobs/{job_id}/again": "analyst",
    "GET /runs/{name}": "viewer",
    "GET /runs/{name}/figures.json": "viewer",
    "GET /runs/{name}/data": "viewer",
    "GET /runs/{name}/report": "viewer",
    "GET /runs/{name}/plots/clusters_3d.png": "viewer",
    "POST /runs/{name}/again": "analyst",
    "POST /runs/{name}/title": "analyst",
    "POST /runs/{name}/delete": "admin",
    "POST /runs/{name}/notes": "analyst",
    "POST /runs/{name}/notes/{note_id}/remove": "analyst",
    "GET /runs/{name}/segments/{segment_id}": "viewer",
    "GET /runs/{name}/segments/{segment_id}/figures.json": "viewer",
    "POST /runs/{name}/segments/{segment_id}/name": "analyst",
    "POST /runs/{name}/segments/{segment_id}/notes": "analyst",
    "POST /runs/{name}/segments/{segment_id}/audience": "analyst",
    "GET /runs/{name}/exports/{number}": "analyst",
    "GET /runs/{name}/choices/{k}": "viewer",
    "GET /runs/{name}/customers": "viewer",
    "POST /runs/{name}/customers/prepare": "analyst",
    "GET /runs/{name}/what-if": "viewer",
    "GET /runs/{name}/what-if/answer": "viewer",
    "GET /runs/{name}/plan": "viewer",
    "GET /amount": "viewer",
    "POST /runs/{name}/plan/lists": "analyst",
    "GET /over-time": "viewer",
    "POST /over-time": "analyst",
    "POST /over-time/list": "analyst",
    "POST /runs/{name}/check": "analyst",
    "GET /login": "anyone",
    "POST /login": "anyone",
    "POST /logout": "viewer",
    "GET /account": "viewer",
    "POST /account/password": "viewer",
    "POST /account/tokens": "viewer",
    "POST /account/tokens/{number}/revoke": "viewer",
    "GET /admin": "admin",
    "POST /admin/users": "admin",
    "GET /uploads": "analyst",
    "GET /runs/{name}/people": "analyst",
    "GET /runs/{name}/late": "analyst",
    "POST /runs/{name}/score": "analyst",
    "GET /runs/{name}/files/{file}": "analyst",
    "GET /runs/{name}/results": "viewer",
    "POST /runs/{name}/results": "analyst",
    "GET /campaigns": "viewer",
    "GET /campaigns/{number}": "viewer",
    "POST /campaigns/{number}/delete": "analyst",
    "GET /runs/{name}/audience": "analyst",
    "POST /runs/{name}/audience": "analyst",
    "POST /uploads/{upload_id}/delete": "analyst",
    "POST /erase": "admin",
    "POST /admin/users/{name}": "admin",
}
NEEDED = API | PAGES
VALUES = {
    "run": RUN,
    "segment_id": "1",
    "k": "3",
    "customer_id": "1",
    "number": "0" * 32,
    "name": "nobody-there",
    "digest": "none",
    "job_id": "0" * 24,
    "upload_id": "0" * 32,
    "note_id": "1",
    "file": "contact.csv",
}
WHO = {"nobody": -1, "eve": 0, "bob": 1, "ann": 2}


def _routes(app: Any) -> set[str]:
    return {f"{method} {route.path}" for route in routes_of(app) for method in route.methods}


def test_the_table_holds_every_route(team: Team) -> None:
    """A new route has to be entered above with the role that it needs."""
    there = {name for name in _routes(team.app) if not name.startswith("HEAD")}
    assert there == set(NEEDED)


def _filled(path: str) -> str:
    if path.startswith("/runs/{name}"):
        path = path.replace("{name}", "{run}", 1)
    for name, value in VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, path
    return path


@pytest.mark.parametrize("who", WHO)
def test_every_route_lets_in_whom_it_should(team: Team, who: str) -> None:
    client, rank = team[who], WHO[who]
    for name, need in NEEDED.items():
        method, path = name.split(" ", 1)
        least = -1 if need == "anyone" else ROLES.index(need)
        address = _filled(path)
        if "delete" in name.lower():  # the run is needed once more
            address = address.replace(RUN, "no-such-run")
        answer = client.request(method, address)
        told = f"{who}: {name} gave {answer.status_code}"
        if rank >= least:
            if name == "POST /login":  # the form is answered: wrong name or password
                assert "password is wrong" in answer.text or answer.status_code == 403, told
                continue
            assert answer.status_code not in {401, 403}, told
            assert answer.status_code < 500 or answer.status_code == 503, told
        elif rank < 0:
            assert answer.status_code == 401, told
        else:
            assert answer.status_code == 403, told


HANDFUL = 20  # ids that one answer to a viewer may hold


def test_no_answer_to_a_viewer_holds_many_customers(team: Team, workspace: Path) -> None:
    """Rights go by data: whichever way is tried, a viewer meets single customers only."""
    ids = pq.read_table(workspace / "runs" / RUN / "segments.parquet")["customer_id"]
    known = {str(one) for one in ids.to_pylist()}
    assert len(known) == 400
    for name, need in NEEDED.items():
        method, path = name.split(" ", 1)
        if method != "GET" or need not in ("viewer", "anyone"):
            continue
        answer = team["eve"].get(f"{_filled(path)}?limit=1000", headers={"Accept": "*/*"})
        met = known & set(re.findall(r"[0-9]{5,}", answer.text))
        assert len(met) <= HANDFUL, f"{name}: {len(met)} ids"
    path = f"/api/v1/runs/{RUN}/customers?limit=1000"
    assert team["eve"].get(path).status_code == 403
    met = {one["customer_id"] for one in team["bob"].get(path).json()["items"]}
    assert met == known  # so the test would see them


def test_reading_many_customers_is_in_the_audit_log(team: Team) -> None:
    for segment in (1, 2):
        team["bob"].get(f"/api/v1/runs/{RUN}/customers?limit=7&segment_id={segment}")
    log = [
        e
        for e in team["ann"].get("/api/v1/audit").json()["items"]
        if e["action"] == "customers.read"
    ]
    assert [
        (e["user"], e["subject"], e["details"]["customers"], e["details"]["segment"]) for e in log
    ] == [("bob", RUN, 7, 2), ("bob", RUN, 7, 1)]


def test_data_that_needs_more_than_a_route_asks_stops_the_start() -> None:
    with pytest.raises(TypeError, match="customers need the role 'analyst', not 'viewer'"):
        access("viewer", gives="customers")
    with pytest.raises(TypeError, match="accounts need the role 'admin', not 'analyst'"):
        access("analyst", gives="accounts")


def test_a_route_without_a_role_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, workspace: Any
) -> None:
    from smartcart.web.api import service

    monkeypatch.delattr(service.health, "__access__")
    with pytest.raises(TypeError, match=r"/health' lacks @access"):
        create_app(Config(workspace))


def test_whoever_is_shut_out_is_out_at_once(team: Team) -> None:
    assert team["eve"].get("/api/v1/me").json() == {"name": "eve", "role": "viewer"}
    assert team["ann"].patch("/api/v1/users/eve", json={"disabled": True}).status_code == 200
    assert team["eve"].get("/api/v1/me").status_code == 401
    log = team["ann"].get("/api/v1/audit").json()["items"]
    assert [(e["user"], e["action"], e["subject"]) for e in log[:1]] == [
        ("ann", "user.change", "eve")
    ]


def test_a_session_changes_nothing_without_its_csrf_token(team: Team) -> None:
    from smartcart.web.csrf import csrf_token
    from smartcart.web.security import SESSION, VISIT

    services = team.app.state.services
    cookie = services.accounts.login("bob", "battery staple 2", "test")
    visit = "v" * 32
    headers = {"Cookie": f"{SESSION}={cookie}; {VISIT}={visit}"}
    path, body = f"/api/v1/runs/{RUN}/notes", {"text": "hello"}
    nobody = team["nobody"]
    assert nobody.get("/api/v1/me", headers=headers).json()["name"] == "bob"
    refused = nobody.post(path, json=body, headers=headers)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "csrf"
    right = csrf_token(services.secret, visit, cookie)
    for wrong in ("", "0" * 64, csrf_token(services.secret, "other", cookie), "é"):
        head = {**headers, "X-CSRF-Token": wrong.encode()}
        assert nobody.post(path, json=body, headers=head).status_code == 403
    assert nobody.get(f"/api/v1/runs/{RUN}/notes", headers=headers).json() == []
    head = {**headers, "X-CSRF-Token": right}
    assert nobody.post(path, json=body, headers=head).status_code == 201
    services.accounts.logout(cookie)
    assert nobody.post(path, json=body, headers=head).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_changes_nothing(client: Any, headers: dict[str, str]) -> None:
    path = f"/api/v1/runs/{RUN}/notes"
    refused = client.post(path, json={"text": "hello"}, headers=headers)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "cross_site"
    assert client.get(path).json() == []
    own = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
    assert client.post(path, json={"text": "hello"}, headers=own).status_code == 201


def test_another_host_name_is_not_answered(client: Any) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example:8000", "", "[::1", "localhost@evil"):
        answer = client.get("/api/v1/runs", headers={"Host": host})
        assert answer.status_code == 400, host
    for host in ("localhost:8000", "127.0.0.1", "[::1]:80", "LOCALHOST"):
        assert client.get("/api/v1/runs", headers={"Host": host}).status_code == 200, host


def test_without_a_login_there_are_no_tokens(client: Any) -> None:
    answer = client.post("/api/v1/tokens", json={"name": "x"})
    assert answer.status_code == 409
    assert client.get("/api/v1/me").json() == {"name": "you", "role": "admin"}
