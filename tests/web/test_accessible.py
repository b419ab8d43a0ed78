"""axe-core finds no violation of WCAG 2.1 AA on any page, light and dark."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from web.browsing import DESKTOP, PHONE, Visit, visit
from web.serving import LATER, PASSWORDS, RUN, Server, add_later

pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python")
LEVELS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
COLOURS = {**LEVELS, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
PAGES = {
    "/": 200,
    f"/runs/{RUN}": 200,
    f"/runs/{RUN}?k=3": 200,
    f"/runs/{RUN}/segments/1": 200,
    f"/runs/{RUN}/segments/1?against=2": 200,
    f"/runs/{RUN}/people?segment=1": 200,
    f"/runs/{RUN}/audience?segment=1&destination=google": 200,
    f"/runs/{RUN}/customers": 200,
    f"/runs/{RUN}/customers?id=NO": 404,
    f"/runs/{RUN}/what-if": 200,
    f"/runs/{RUN}/plan": 200,
    f"/runs/{RUN}/plan?cost=1&revenue=50": 200,
    f"/runs/{RUN}/plan?cost=x&revenue=50": 400,
    f"/runs/{RUN}/results": 200,
    "/campaigns": 200,
    f"/over-time?from={RUN}&to={LATER}": 200,
    f"/runs/{RUN}/data": 200,
    f"/runs/{RUN}/report": 200,
    "/uploads": 200,
    "/nothing": 404,
    "/account": 200,
    "/admin": 200,
}


@pytest.fixture(scope="module")
def server(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a team's server, with two runs and a comparison of them."""
    from smartcart.web.accounts import Accounts
    from smartcart.web.database import open_database

    workspace = tmp_path_factory.mktemp("accessible") / "workspace"
    shutil.copytree(finished, workspace)
    add_later(workspace)
    database = open_database(None, workspace)
    Accounts(database).add("ann", PASSWORDS["ann"], "admin")
    database.close()
    found = Server(workspace, "--team")
    yield found.url
    found.close()


@pytest.fixture(scope="module")
def session(browser: Any, server: str) -> Any:
    """Log in once, by the form; compare two runs; return the cookies."""
    seen = visit(browser, server)
    seen.go("/")
    assert seen.path() == "/login"
    assert not _violations(seen)
    seen.page.get_by_label("Name").fill("ann")
    seen.page.get_by_label("Password").fill("wrong")
    seen.page.get_by_role("button", name="Log in").click()
    seen.page.wait_for_selector("[role=alert]")
    assert not _violations(seen)
    seen.page.get_by_label("Password").fill(PASSWORDS["ann"])
    seen.page.get_by_role("button", name="Log in").click()
    seen.page.wait_for_url(f"{server}/")
    seen.go(f"/over-time?from={RUN}&to={LATER}")
    seen.page.get_by_role("button", name="Work it out").click()
    seen.page.wait_for_url("**/jobs/*")
    assert not _violations(seen)
    seen.page.wait_for_url("**/over-time?*", timeout=180_000)
    seen.go("/account")  # and make a token, so that the page lists one
    seen.page.get_by_label("What is it for?").fill("nightly")
    seen.page.get_by_role("button", name="Make a token").click()
    seen.page.wait_for_selector(".secret")
    assert not _violations(seen)
    kept = seen.page.context.storage_state()
    seen.page.context.close()
    return kept


def _violations(seen: Visit, rules: dict[str, Any] = LEVELS) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    page = seen.page
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found = Axe().run(page, options=rules).response["violations"]
    return [
        f"{seen.path()}: {one['id']}: {one['help']}: {node['target']} {node['html'][:160]}"
        for one in found
        for node in one["nodes"][:3]
    ]


@pytest.mark.parametrize(
    ("scheme", "size", "rules"),
    [("light", DESKTOP, LEVELS), ("dark", DESKTOP, COLOURS), ("light", PHONE, LEVELS)],
    ids=["light", "dark", "phone"],  # in the dark the page is the same but for its colours
)
def test_no_page_violates_wcag(
    scheme: str,
    size: dict[str, int],
    rules: dict[str, Any],
    browser: Any,
    server: str,
    session: Any,
) -> None:
    seen = visit(browser, server, size=size, color_scheme=scheme, storage_state=session)
    found = []
    for path, status in PAGES.items():
        assert seen.go(path).status == status, path
        seen.fits()
        found += _violations(seen, rules)
    seen.go("/")
    seen.page.get_by_role("button", name="Try it with a made-up shop").click()
    seen.page.wait_for_url("**/new/*")
    found += _violations(seen, rules)
    seen.go(f"/runs/{RUN}/segments/1")
    seen.page.get_by_role("button", name="Make the list").click()
    seen.page.wait_for_url("**/exports/*")
    found += _violations(seen, rules)
    assert not found, "\n".join(found)
    seen.faults = [one for one in seen.faults if "Failed to load resource" not in one]  # errors
    seen.check()
    seen.page.context.close()
