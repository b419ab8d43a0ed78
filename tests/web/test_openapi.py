"""The API is what its description says, and nothing that fits the description breaks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from smartcart.web.app import create_app
from smartcart.web.config import Config
from web.serving import RUN
from web.test_access import API

EXAMPLES = 8


def test_the_description_holds_every_route(client: TestClient) -> None:
    told = client.get("/api/v1/openapi.json").json()
    there = {f"{m.upper()} {path}" for path, ways in told["paths"].items() for m in ways}
    assert there == set(API) - {"GET /api/v1/openapi.json"}
    for path, ways in told["paths"].items():
        for way in ways.values():
            assert way["summary"], path
            assert way["description"], path
            shapes = [
                r["content"]["application/json"]["schema"]["$ref"]
                for code, r in way["responses"].items()
                if code >= "400"
            ]
            assert set(shapes) == {"#/components/schemas/ErrorAnswer"}, path


@pytest.fixture(scope="module")
def api(finished: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    import shutil

    folder = tmp_path_factory.mktemp("api") / "workspace"
    shutil.copytree(finished, folder)
    app = create_app(Config(folder, jobs=1))
    with TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False) as client:
        for number in range(1, 3):
            client.post(f"/api/v1/runs/{RUN}/notes", json={"text": f"note {number}"})
        app.openapi_schema = None
        yield client


def ask(api: TestClient, seen: Counter[str], name: str, case: Any) -> None:
    """Send a made request; a fault, or an error of another shape, fails the test."""
    if "run" in (case.path_parameters or {}):
        case.path_parameters["run"] = RUN
    body = case.body if isinstance(case.body, dict | list | str | int | float) else None
    answer = api.request(
        case.method,
        case.formatted_path,
        params=case.query,
        json=body if "json" in (case.media_type or "") else None,
    )
    told = f"{name} gave {answer.status_code} for {case.formatted_path} {case.query} {case.body}"
    assert answer.status_code < 500 or answer.status_code == 503, told
    if answer.status_code >= 400:
        assert set(answer.json()) == {"error"}, told
    seen[name] += 1


def asking(api: TestClient, seen: Counter[str], name: str) -> Callable[[Any], None]:
    """Return a function of a made request alone, as Hypothesis wants one."""

    def asked(case: Any) -> None:
        ask(api, seen, name, case)

    return asked


def test_no_request_that_fits_the_description_breaks_it(api: TestClient) -> None:
    """Requests made from the description, to every route: none is answered by a fault."""
    described = api.get("/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    seen: Counter[str] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        name = f"{operation.method.upper()} {operation.path}"
        if name == "DELETE /api/v1/runs/{run}":
            continue  # the run is needed
        check = settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )(given(case=operation.as_strategy())(asking(api, seen, name)))
        check()
    missing = set(API) - set(seen) - {"GET /api/v1/openapi.json", "DELETE /api/v1/runs/{run}"}
    assert missing == set()
