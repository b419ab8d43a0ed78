"""Users, passwords, sessions, tokens, throttled logins."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from smartcart.errors import UsageError
from smartcart.web import accounts as module
from smartcart.web import tables
from smartcart.web.accounts import PER_NAME_AND_ADDRESS, Accounts
from smartcart.web.database import Database, open_database
from smartcart.web.errors import WebError
from web.serving import PASSWORDS, Team

GOOD = "correct horse battery"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(None, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def accounts(database: Database) -> Accounts:
    found = Accounts(database)
    found.add("ann", GOOD, "admin")
    return found


def test_a_password_costs_whoever_guesses_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PasswordHasher", PasswordHasher)  # as users have it, not tests
    Accounts(database).add("ann", GOOD, "admin")
    with database.read() as connection:
        kept = connection.execute(select(tables.users)).mappings().one()["password"]
    cost = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),", kept)
    assert cost is not None
    assert int(cost[1]) >= 64 * 1024  # KiB
    assert int(cost[2]) >= 3


def test_a_password_is_kept_as_argon2_and_a_token_as_its_hash(
    accounts: Accounts, database: Database
) -> None:
    user = accounts.of_session(accounts.login("ann", GOOD, "here"))
    assert user is not None
    entry, secret = accounts.make_token(user, "nightly")
    with database.read() as connection:
        row = connection.execute(select(tables.users)).mappings().one()
        token = connection.execute(select(tables.tokens)).mappings().one()
        session = connection.execute(select(tables.sessions)).mappings().one()
    assert row["password"].startswith("$argon2id$")
    assert GOOD not in str(dict(row))
    assert secret.startswith("sct_")
    assert secret[10:] not in str(dict(token)) + str(dict(session))
    assert entry.start == secret[:8]
    assert accounts.of_token(secret) is not None
    assert accounts.of_token(secret[:-1] + ("A" if secret[-1] != "A" else "B")) is None
    assert accounts.of_token("") is None
    accounts.revoke(user, entry.id)
    assert accounts.of_token(secret) is None


def test_logins_are_throttled_and_free_again_later(accounts: Accounts, database: Database) -> None:
    for _ in range(PER_NAME_AND_ADDRESS):
        with pytest.raises(WebError, match="name or the password is wrong") as wrong:
            accounts.login("ann", "not it at all", "10.0.0.1")
        assert wrong.value.status == 401
    with pytest.raises(WebError, match="too many wrong logins") as refused:
        accounts.login("ann", GOOD, "10.0.0.1")
    assert refused.value.status == 429
    assert 0 < (refused.value.retry_after or 0) <= 15 * 60 + 1
    assert accounts.login("ann", GOOD, "10.0.0.2")  # nobody else is shut out
    earlier = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16)).isoformat()
    with database.change() as connection:
        connection.execute(tables.attempts.update().values(at=earlier))
    assert accounts.login("ann", GOOD, "10.0.0.1")


def test_an_unknown_name_is_told_like_a_wrong_password(accounts: Accounts) -> None:
    told = []
    for name in ("ann", "nobody"):
        with pytest.raises(WebError) as error:
            accounts.login(name, "not it at all", "x")
        told.append((error.value.status, str(error.value), error.value.code))
    assert told[0] == told[1]


def test_a_session_ends(accounts: Accounts, database: Database) -> None:
    cookie = accounts.login("ann", GOOD, "x")
    assert accounts.of_session(cookie) is not None
    accounts.logout(cookie)
    assert accounts.of_session(cookie) is None
    cookie = accounts.login("ann", GOOD, "x")
    with database.change() as connection:
        connection.execute(tables.sessions.update().values(ends="2000-01-01T00:00:00"))
    assert accounts.of_session(cookie) is None


def test_a_new_password_ends_sessions_and_a_role_counts_at_once(accounts: Accounts) -> None:
    accounts.add("bob", GOOD, "viewer")
    cookie = accounts.login("bob", GOOD, "x")
    accounts.alter("bob", role="analyst")
    found = accounts.of_session(cookie)
    assert found is not None
    assert found.role == "analyst"
    accounts.alter("bob", password="another long secret")
    assert accounts.of_session(cookie) is None
    with pytest.raises(WebError):
        accounts.login("bob", GOOD, "x")


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"disabled": True}])
def test_one_admin_always_stays(accounts: Accounts, change: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="'ann' is the only admin"):
        accounts.alter("ann", **change)
    assert accounts.login("ann", GOOD, "x")
    accounts.add("bob", GOOD, "admin")
    accounts.alter("ann", **change)


@pytest.mark.parametrize(
    ("name", "password", "role", "said"),
    [
        ("", GOOD, "viewer", "name"),
        ("<script>", GOOD, "viewer", "name"),
        ("a" * 81, GOOD, "viewer", "name"),
        ("bob", "short", "viewer", "5 characters"),
        ("bob", "a" * 30, "viewer", "different"),
        ("bob", "ab" * 200, "viewer", "400 characters"),
        ("bob", GOOD, "root", "role"),
        ("ann", GOOD, "viewer", "already"),
    ],
)
def test_what_cannot_be_a_user(
    accounts: Accounts, name: str, password: str, role: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as error:
        accounts.add(name, password, role)
    assert password not in str(error.value) or not password
    assert accounts.count() == 1


def test_neither_passwords_nor_tokens_are_logged(
    team: Team, caplog: pytest.LogCaptureFixture, workspace: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    ann, nobody = team["ann"], team["nobody"]
    made = ann.post("/api/v1/tokens", json={"name": "nightly"}).json()
    secret = made["token"]
    assert ann.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    new = "a brand new password"
    ann.post("/api/v1/users", json={"name": "new", "password": new, "role": "viewer"})
    ann.patch("/api/v1/users/new", json={"password": new + "2"})
    ann.post("/api/v1/users", json={"name": "x", "password": {"nested": new}})
    ann.post("/api/v1/users", json={"name": "x", "password": new * 20})
    for page in ("/login", "/api/v1/me"):
        nobody.get(page, headers={"Authorization": f"Bearer {secret}x"})
        nobody.post(page, data={"name": "ann", "password": new})
    services = team.app.state.services
    with pytest.raises(WebError):
        services.accounts.login("ann", new, "x")
    services.metrics.text({})
    log = caplog.text + str(services.audit.entries(limit=1000))
    log += services.metrics.text({}).decode()
    stored = b"".join(p.read_bytes() for p in workspace.glob("app.sqlite*"))
    for word in (secret[9:], new, *PASSWORDS.values()):
        assert word not in log, word
        assert word.encode() not in stored, word
    assert "user.add" in log


def test_hashing_is_bounded(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hash needs 64 MB: many logins at once must not add up."""
    now, most = [0], [0]

    class Counting:
        def __enter__(self) -> None:
            now[0] += 1
            most[0] = max(most[0], now[0])

        def __exit__(self, *_: object) -> None:
            now[0] -= 1

    monkeypatch.setattr(module, "_HASHING", Counting())
    accounts.login("ann", GOOD, "x")
    assert most[0] == 1
