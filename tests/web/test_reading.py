"""What makes the pages read well and quickly: packing, one class with one meaning, own password."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from smartcart.errors import UsageError
from smartcart.report.parts import TEMPLATES
from smartcart.web.errors import WebError
from smartcart.web.pages import assets
from web.serving import PASSWORDS, RUN, Team

PAGE = {"Accept": "text/html"}


def plain(client: Any, path: str, way: str) -> tuple[Any, bytes]:
    with client.stream("GET", path, headers={"Accept-Encoding": way}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("name", ["plotly.js", "app.js", "app.css"])
def test_files_are_packed_for_whoever_takes_it_so(client: Any, name: str) -> None:
    at = assets.address(name)
    whole, content = plain(client, at, "identity")
    assert "content-encoding" not in whole.headers
    packed, small = plain(client, at, "gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(small) == content
    assert len(small) < 0.35 * len(content)
    tight, least = plain(client, at, "gzip, br")
    assert tight.headers["content-encoding"] == "br"
    raw = pa.Codec("brotli").decompress(least, len(content), asbytes=True)
    assert raw == content
    assert len(least) < len(small)


def test_figures_are_packed_too_and_pages_with_tokens_are_not(client: Any) -> None:
    packed, small = plain(client, f"/runs/{RUN}/figures.json", "gzip")
    assert packed.headers["content-encoding"] == "gzip"
    whole, content = plain(client, f"/runs/{RUN}/figures.json", "identity")
    assert gzip.decompress(small) == content
    assert "content-encoding" not in whole.headers
    page, _ = plain(client, f"/runs/{RUN}", "gzip, br")
    assert "content-encoding" not in page.headers  # it holds a token, and what was typed


def test_no_class_of_the_app_changes_one_of_the_report() -> None:
    """Two style sheets shared ``.meter``: the bars of rules were empty."""
    own = (assets.STATIC / "app.css").read_text(encoding="utf-8")
    report = (TEMPLATES / "report.css").read_text(encoding="utf-8")

    def sizes(css: str) -> set[str]:
        return {
            name
            for name, body in re.findall(r"(?m)^\.([a-z][\w-]*)\{([^}]*)\}", css)
            if "height" in body and "background" in body
        }

    assert "gauge" in sizes(own)
    assert "meter" in sizes(report)
    assert not sizes(own) & sizes(report)


def test_times_are_told_to_the_script_as_times(client: Any) -> None:
    page = client.get("/", headers=PAGE).text
    assert re.search(r'<time datetime="[0-9T:.+-]+">[^<]* UTC</time>', page)


def test_a_user_changes_the_own_password_and_others_sessions_end(team: Team) -> None:
    accounts = team.app.state.services.accounts
    bob = accounts.of_session(accounts.login("bob", PASSWORDS["bob"], "test"))
    other = accounts.login("bob", PASSWORDS["bob"], "test")
    with pytest.raises(WebError, match="present password is another"):
        accounts.change_password(bob, "wrong", "a whole new one 9")
    with pytest.raises(UsageError, match="characters"):
        accounts.change_password(bob, PASSWORDS["bob"], "short")
    accounts.change_password(bob, PASSWORDS["bob"], "a whole new one 9")
    assert accounts.of_session(other) is None
    assert accounts.login("bob", "a whole new one 9", "test")


def test_names_are_unique_whatever_their_case(team: Team) -> None:
    accounts = team.app.state.services.accounts
    with pytest.raises(UsageError, match="there is a user 'bob' already"):
        accounts.add("BOB", "correct horse 12", "viewer")


def test_the_log_shows_from_where(team: Team, workspace: Path) -> None:
    team["bob"].post(f"/api/v1/runs/{RUN}/notes", json={"text": "x"})
    page = team["ann"].get("/admin", headers=PAGE)
    assert page.status_code == 200
    assert ">From</th>" in page.text
    assert "<td>testclient</td>" in page.text
