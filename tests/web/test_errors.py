"""One shape for every error, and the same headers on every answer."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from smartcart.web.security import HEADERS
from web.serving import RUN, Team
from web.test_access import API, VALUES

NOWHERE = VALUES | {"run": "no-such-run", "segment_id": "99", "k": "99", "customer_id": "nobody"}


def assert_shape(answer: Any, told: str) -> None:
    assert answer.headers["content-type"] == "application/json", told
    content = answer.json()
    assert set(content) == {"error"}, told
    assert set(content["error"]) == {"code", "message", "way_out"}, told
    assert content["error"]["code"], told
    assert content["error"]["message"], told
    assert "Traceback" not in answer.text, told


def assert_headers(answer: Any, told: str) -> None:
    for name in HEADERS:
        assert name in answer.headers, f"{told}: {name}"
    policy = answer.headers["Content-Security-Policy"]
    scripts = next(p for p in policy.split("; ") if p.startswith("script-src"))
    assert scripts == "script-src 'self'", told
    assert "default-src 'none'" in policy, told
    assert "frame-ancestors 'none'" in policy, told
    assert "server" not in answer.headers, told


def _filled(path: str) -> str:
    for name, value in NOWHERE.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def test_every_route_tells_an_error_in_the_one_shape(client: Any) -> None:
    seen: set[int] = set()
    for name in API:
        method, path = name.split(" ", 1)
        for answer in (
            client.request(method, _filled(path)),
            client.request(method, _filled(path), json={"strange": 1}),
            client.request(
                method,
                _filled(path),
                content=b"\x00{",
                headers={"content-type": "application/json"},
            ),
            client.request(method, f"{_filled(path)}?limit=nan&after=%00"),
            client.request("TRACE", _filled(path)),
        ):
            told = f"{name} gave {answer.status_code}"
            assert answer.status_code < 500, told
            assert_headers(answer, told)
            if answer.status_code >= 400:
                assert_shape(answer, told)
                seen.add(answer.status_code)
    assert seen >= {404, 405, 422}


@pytest.mark.parametrize("path", ["/api/v1/nope", "/nope", "/api/v1/runs/../../etc/passwd", "/%00"])
def test_nothing_is_told_of_what_is_not_there(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert_shape(answer, path)
    assert_headers(answer, path)


def test_a_fault_is_told_by_a_number_and_logged(
    client: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    services = client.app.state.services

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("secret details")

    monkeypatch.setattr(type(services.workspace), "entries", broken)
    with caplog.at_level(logging.ERROR, "smartcart.web"):
        answer = client.get("/api/v1/runs")
    assert answer.status_code == 500
    assert_shape(answer, "fault")
    assert_headers(answer, "fault")
    assert "secret details" not in answer.text
    number = answer.json()["error"]["message"].split("number ")[1][:8]
    assert number in caplog.text
    assert "secret details" in caplog.text


def test_refusals_before_a_route_have_the_shape(client: Any, team: Team) -> None:
    for answer in (
        client.get("/api/v1/runs", headers={"Host": "evil.example"}),
        client.post(f"/api/v1/runs/{RUN}/notes", headers={"Origin": "https://evil.example"}),
        client.post("/api/v1/runs", content=b"x" * 1_100_000),
        client.post("/api/v1/runs", headers={"Content-Length": "nonsense"}),
        team["nobody"].get("/api/v1/runs"),
        team["nobody"].post("/api/v1/uploads", files={"file": b"x" * 2_000_000}),
    ):
        assert answer.status_code in {400, 401, 403, 413}
        assert_shape(answer, str(answer.url))
        assert_headers(answer, str(answer.url))
    assert team["nobody"].get("/api/v1/runs").headers["WWW-Authenticate"] == "Bearer"


def test_a_streamed_body_without_a_length_is_limited(client: Any) -> None:
    def endless() -> Any:
        for _ in range(100):
            yield b"x" * 100_000

    answer = client.post("/api/v1/runs", content=endless())
    assert answer.status_code == 413
    assert_shape(answer, "streamed")


@pytest.mark.parametrize("path", ["/", f"/runs/{RUN}", "/api/v1/runs", "/api/v1/runs/none"])
def test_head_is_get_without_the_body(client: Any, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert head.status_code == whole.status_code
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert whole.content
    assert not head.content


def test_behind_https_cookies_and_headers_say_so(make_client: Any) -> None:
    client = make_client(public_url="https://shop.example.com", team=True)
    answer = client.get("/api/v1/health", headers={"Host": "shop.example.com"})
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    origin = {"Host": "shop.example.com", "Origin": "https://shop.example.com"}
    refused = client.post("/api/v1/runs", headers=origin)
    assert refused.json()["error"]["code"] == "login"
