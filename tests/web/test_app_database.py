"""The app's own database: migrations give the tables, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import postgres_server
from smartcart.errors import DataError, UsageError
from smartcart.web import tables
from smartcart.web.accounts import Accounts
from smartcart.web.annotations import Annotations
from smartcart.web.audit import Audit
from smartcart.web.database import open_database
from smartcart.web.workspace import Workspace


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server.running() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("postgres") if request.param == "postgres" else None


def test_migrations_make_what_the_tables_say(url: str | None, tmp_path: Path) -> None:
    open_database(url, tmp_path).close()
    database = open_database(url, tmp_path)  # a second time, nothing is left to do
    with database.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    database.close()
    assert found == []


def test_everything_is_kept(url: str | None, tmp_path: Path) -> None:
    database = open_database(url, tmp_path)
    accounts, audit, said = Accounts(database), Audit(database), Annotations(database)
    accounts.add("zoe", "correct horse battery", "analyst")
    cookie = accounts.login("zoe", "correct horse battery", "here")
    user = accounts.of_session(cookie)
    assert user is not None
    secret = accounts.make_token(user, "nightly")[1]
    audit.write("zoe", "segment.rename", "run/1", name="Bést ☕")
    said.rename("run", 1, " Our  best ", "zoe")
    said.rename("run", 1, "The best", "zoe")
    said.rename("run", 2, "Second", "zoe")
    said.rename("run", 2, "", "zoe")
    kept = said.note("run", 1, "<b>call</b> them\x00", "zoe")
    Workspace(tmp_path, database).register("run", "Title", "zoe", parent="other")
    database.close()

    database = open_database(url, tmp_path)
    assert Accounts(database).of_token(secret) is not None
    said = Annotations(database)
    assert {k: v.name for k, v in said.names("run").items()} == {1: "The best"}
    assert [one.name for one in said.history("run", 1)] == ["Our best", "The best"]
    assert [(n.text, n.segment_id) for n in said.notes("run")] == [("<b>call</b> them", 1)]
    assert said.remove_note("run", kept.id)
    assert not said.remove_note("run", kept.id)
    assert Audit(database).entries()[0].details == {"name": "Bést ☕"}
    database.close()


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    with database.change() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(DataError, match="not one of this SmartCart"):
        open_database(None, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:s3cret@host/db",
        "nonsense s3cret",
        "postgresql://ann:s3cret@[::1/db",
        "://s3cret",
    ],
)
def test_an_address_that_cannot_be_is_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--database is no address") as error:
        open_database(url, tmp_path)
    assert "s3cret" not in str(error.value)


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be used") as error:
        open_database("postgresql://ann:s3cret@127.0.0.1:1/db", tmp_path)
    assert "s3cret" not in str(error.value)
