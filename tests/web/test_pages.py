"""Every page: its status and what it must say. A page that answers something else fails here."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest

import report_example
from smartcart.report import page
from web.serving import RUN

PAGE = {"Accept": "text/html"}
PAGES = {
    "/": (200, "Your segmentations"),
    f"/runs/{RUN}": (200, "How many segments?"),
    f"/runs/{RUN}?k=3": (200, "3 segments"),
    f"/runs/{RUN}/segments/1": (200, "What to do"),
    f"/runs/{RUN}/segments/1?against=2": (200, "What to do"),
    f"/runs/{RUN}/segments/99": (404, "There is no segment"),
    f"/runs/{RUN}/customers": (200, "Customer id"),
    f"/runs/{RUN}/customers?id=NOBODY": (404, "There is no customer"),
    f"/runs/{RUN}/what-if": (200, "What if"),
    f"/runs/{RUN}/plan": (200, "Plan a campaign"),
    f"/runs/{RUN}/plan?cost=1&revenue=50": (200, "Whom to contact"),
    f"/runs/{RUN}/plan?cost=x&revenue=50": (400, "no amount"),
    f"/runs/{RUN}/data": (200, "Open the report"),
    f"/runs/{RUN}/report": (200, "SmartCart"),
    f"/over-time?to={RUN}": (200, "Over time"),
    "/nothing": (404, "There is nothing at this address"),
}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_status_and_its_content(client: Any, path: str) -> None:
    status, says = PAGES[path]
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == status, answer.text[-600:]
    assert answer.headers["content-type"].startswith("text/html")
    assert says in html.unescape(answer.text)


def test_the_report_opens_with_its_own_policy_and_downloads(client: Any, workspace: Path) -> None:
    written = (workspace / "runs" / RUN / "report.html").read_text(encoding="utf-8")
    opened = client.get(f"/runs/{RUN}/report", headers=PAGE)
    assert opened.status_code == 200
    assert opened.text == written
    policy = opened.headers["content-security-policy"]
    assert policy == f"{page.policy_of(written)}; frame-ancestors 'none'"
    assert policy.count("sha256-") == 2
    taken = client.get(f"/runs/{RUN}/report?download=true", headers=PAGE)
    assert taken.status_code == 200
    assert taken.headers["content-disposition"] == f'attachment; filename="{RUN}.html"'
    assert taken.text == written


def test_a_policy_is_read_as_it_was_written_and_no_other_is() -> None:
    made = page.render(report_example.four(), b"")
    policy = page.policy_of(made)
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert page.policy_of(made.replace("script-src ", "script-src *; ")) is None
    assert page.policy_of(made.replace("form-action &#39;none&#39;", "form-action *")) is None
    assert page.policy_of("<html>no policy at all") is None
