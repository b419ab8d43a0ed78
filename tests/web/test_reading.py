"""What makes the pages read well and quickly: packing, one class with one meaning, own password."""

from __future__ import annotations

import ast
import datetime as dt
import gzip
import html
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from smartcart.errors import UsageError
from smartcart.report.parts import TEMPLATES
from smartcart.web import database as database_module
from smartcart.web import tables
from smartcart.web.accounts import Accounts
from smartcart.web.database import open_database
from smartcart.web.errors import WebError
from smartcart.web.kept_form import read_kept
from smartcart.web.pages import assets
from smartcart.web.tokens import mark
from web.serving import LOCAL, PASSWORDS, RUN, Team

PAGE = {"Accept": "text/html"}


def plain(client: Any, path: str, way: str) -> tuple[Any, bytes]:
    with client.stream("GET", path, headers={"Accept-Encoding": way}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("name", ["app.js", "app.css"])
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


def test_a_name_lets_in_however_it_is_written_and_is_throttled_as_one(team: Team) -> None:
    accounts = team.app.state.services.accounts
    assert accounts.of_session(accounts.login("BOB", PASSWORDS["bob"], "test")).name == "bob"
    for name in ("bob", "BOB", "Bob", "bOb", "boB"):
        with pytest.raises(WebError, match="name or the password is wrong"):
            accounts.login(name, "wrong", "elsewhere")
    with pytest.raises(WebError, match="too many wrong logins"):
        accounts.login("bOB", PASSWORDS["bob"], "elsewhere")


def bearer(team: Team, secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_token_may_no_more_than_its_scope_and_its_owner(team: Team) -> None:
    made = team["bob"].post("/api/v1/tokens", json={"name": "reader", "scope": "viewer"})
    assert made.status_code == 201
    head = bearer(team, made.json()["token"])
    nobody = team["nobody"]
    assert nobody.get("/api/v1/me", headers=head).json() == {"name": "bob", "role": "viewer"}
    path, body = f"/api/v1/runs/{RUN}/notes", {"text": "x"}
    assert nobody.post(path, json=body, headers=head).status_code == 403
    assert team["bob"].post(path, json=body).status_code == 201
    more = team["bob"].post("/api/v1/tokens", json={"name": "x", "scope": "admin"})
    assert more.status_code == 400
    assert "you are 'analyst'" in more.json()["error"]["message"]
    whole = team["bob"].post("/api/v1/tokens", json={"name": "y", "scope": "analyst"}).json()
    team["ann"].patch("/api/v1/users/bob", json={"role": "viewer"})  # the owner counts, too
    told = nobody.get("/api/v1/me", headers=bearer(team, whole["token"])).json()
    assert told["role"] == "viewer"


@pytest.mark.parametrize(("days", "status"), [(0, 422), (1, 201), (366, 201), (367, 422)])
def test_a_token_has_an_end_within_limits(team: Team, days: int, status: int) -> None:
    made = team["bob"].post("/api/v1/tokens", json={"name": "x", "days": days})
    assert made.status_code == status


def test_a_token_ends(team: Team) -> None:
    made = team["bob"].post("/api/v1/tokens", json={"name": "short", "days": 1}).json()
    head = bearer(team, made["token"])
    assert team["nobody"].get("/api/v1/me", headers=head).status_code == 200
    database = team.app.state.services.database
    for ends, status in ((1, 200), (-1, 401)):
        at = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=ends)).isoformat(
            timespec="microseconds"
        )
        with database.change() as connection:
            t = tables.tokens
            connection.execute(t.update().where(t.c.id == made["id"]).values(ends=at))
        assert team["nobody"].get("/api/v1/me", headers=head).status_code == status
    (told,) = [one for one in team["bob"].get("/api/v1/tokens").json() if one["name"] == "short"]
    assert told["over"] is True
    assert made["token"] not in str(told)


def test_tokens_of_older_versions_go_on(tmp_path: Path) -> None:
    """A database of the first version: its token has neither scope nor end."""
    from alembic import command
    from alembic.config import Config as Alembic
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{tmp_path / 'app.sqlite'}")
    setup = Alembic()
    setup.set_main_option(
        "script_location", str(Path(database_module.__file__).parent / "migrations")
    )
    with engine.begin() as connection:
        setup.attributes["connection"] = connection
        command.upgrade(setup, "0001")
        connection.execute(
            text(
                "INSERT INTO users VALUES "
                "(1, 'zoe', 'x', 'analyst', 0, '2026-01-01T00:00:00.000000')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO tokens (user_id, name, hash, start, made) "
                "VALUES (1, 'old', :hash, 'sct_old', '2026-01-01T00:00:00.000000')"
            ),
            {"hash": mark("sct_old")},
        )
    engine.dispose()
    database = open_database(None, tmp_path)
    found = Accounts(database).of_token("sct_old")
    assert found is not None
    assert (found.name, found.role) == ("zoe", "analyst")
    database.close()


def signed_in(team: Team, name: str) -> tuple[Any, str]:
    """Return a browser with a session, and its cookie."""
    browser = TestClient(team.app, base_url=LOCAL, follow_redirects=False)
    login = browser.get("/login", headers=PAGE)
    csrf = re.search(r'name="csrf_token" value="([0-9a-f]+)"', login.text)
    assert csrf is not None
    form = {"csrf_token": csrf[1], "name": name, "password": PASSWORDS[name], "next": "/"}
    assert browser.post("/login", data=form, headers=PAGE).status_code == 303
    return browser, browser.cookies["smartcart_session"]


def test_a_note_survives_the_end_of_its_session(team: Team) -> None:
    browser, cookie = signed_in(team, "bob")
    at = f"/runs/{RUN}"
    page = browser.get(at, headers=PAGE)
    assert page.status_code == 200
    team.app.state.services.accounts.logout(cookie)  # it ended meanwhile
    note = "Call them <b>on Monday</b>\nand “ask”"
    sent = browser.post(
        f"{at}/notes",
        data={"csrf_token": "old", "text": note, "password": "never kept"},
        headers={**PAGE, "Referer": f"{LOCAL}{at}?k=3"},
    )
    assert sent.status_code == 401
    assert "Your session has ended" in sent.text
    assert "never kept" not in sent.text

    def field(name: str, text: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', text)
        assert found is not None, name
        return html.unescape(found[1])

    form = {
        "name": "bob",
        "next": field("next", sent.text),
        "kept": field("kept", sent.text),
        "csrf_token": field("csrf_token", sent.text),
    }
    wrong = browser.post("/login", data={**form, "password": "no"}, headers=PAGE)
    assert wrong.status_code == 401
    assert field("kept", wrong.text) == form["kept"]  # a slip does not lose it, either
    again = browser.post("/login", data={**form, "password": PASSWORDS["bob"]}, headers=PAGE)
    assert again.status_code == 200
    assert "Call them &lt;b&gt;on Monday" in again.text
    assert f'href="{at}?k=3"' in again.text
    assert team["ann"].get(f"/api/v1/runs/{RUN}/notes").json() == []  # only once it is sent
    done = browser.post(
        f"{at}/notes",
        data={"csrf_token": field("csrf_token", again.text), "text": field("text", again.text)},
        headers=PAGE,
    )
    assert done.status_code == 303
    (kept,) = team["ann"].get(f"/api/v1/runs/{RUN}/notes").json()
    assert (kept["text"], kept["user"]) == (note.replace("\r\n", "\n"), "bob")


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "no json",
        "[]",
        "[1, 2]",
        '["https://evil.example/x", "/", [], false]',
        '["//evil.example", "/", [["a", "b"]], false]',
        '["/", "/", [["a"]], false]',
        '["/x", "/", 5, false]',
        "[" * 5000,
    ],
)
def test_what_is_no_kept_form_is_left_out(team: Team, kept: str) -> None:
    assert read_kept(kept) is None
    browser = TestClient(team.app, base_url=LOCAL, follow_redirects=False)
    csrf = re.search(r'name="csrf_token" value="(\w+)"', browser.get("/login", headers=PAGE).text)
    assert csrf is not None
    form = {"csrf_token": csrf[1], "name": "bob", "password": PASSWORDS["bob"], "kept": kept}
    answer = browser.post("/login", data=form, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_another_site_and_programs_get_no_kept_form(team: Team) -> None:
    at, data = f"/runs/{RUN}/notes", {"text": "x"}
    nobody = team["nobody"]
    cross = nobody.post(at, data=data, headers={**PAGE, "Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403
    assert "kept" not in cross.text
    program = nobody.post(at, data=data)
    assert program.status_code == 401
    assert program.json()["error"]["code"] == "login"
    large = nobody.post(at, data={"text": "x" * 300_000}, headers=PAGE)
    assert large.status_code == 401
    assert "x" * 100 not in large.text


def test_figures_of_requests_tell_the_api_from_the_pages(client: Any) -> None:
    for path in ("/api/v1/runs", f"/api/v1/runs/{RUN}", f"/runs/{RUN}", "/", "/api/v1/runs/runs"):
        client.get(path, headers=PAGE)
    client.get("/nothing/at/all")
    told = client.get("/api/v1/metrics").text
    labels = set(re.findall(r'smartcart_requests_total\{[^}]*route="([^"]*)"', told))
    assert labels == {"/api/v1/runs", "/api/v1/runs/{run}", "/runs/{name}", "/", "other"}


def test_no_modules_of_the_app_import_each_other_in_a_circle() -> None:
    """Imports for types count, too: whoever reads one module need not know the other."""
    root = Path(database_module.__file__).parents[2]
    imports: dict[str, set[str]] = {}
    for file in (root / "smartcart" / "web").rglob("*.py"):
        name = ".".join(file.with_suffix("").relative_to(root).parts).removesuffix(".__init__")
        found: set[str] = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("smartcart.web"):
                found.add(node.module or "")
                found |= {f"{node.module}.{one.name}" for one in node.names}
        packages = {name.rpartition(".")[0]}  # whose own parts import one another by it
        imports[name] = found - packages - {name}
    circles = []
    for start in imports:
        met, todo = set(), [start]
        while todo:
            for one in imports.get(todo.pop(), set()) - met:
                met.add(one)
                todo.append(one)
        if start in met:
            circles.append(start)
    assert len(imports) > 60
    assert not circles
