"""A workspace with a finished run, and servers of it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from command_line import FORKS, forking, smartcart
from smartcart.datasets import write_customers
from smartcart.web import accounts, worker_processes
from smartcart.web.app import create_app
from smartcart.web.config import Config
from smartcart.web.database import open_database
from smartcart.workflows.customer_lookup import write_lookup
from web.browsing import DESKTOP, Visit, launched, visit
from web.serving import LOCAL, PASSWORDS, ROLES, RUN, Server, Team, add_later, client_of

QUICK = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def forked_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork what an app of this process begins of its worker: half of a short work is loading."""
    if FORKS:
        monkeypatch.setattr(worker_processes, "subprocess", forking)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords of users in this process with little work."""
    monkeypatch.setattr(accounts, "PasswordHasher", QUICK)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with one run of a synthetic shop; copy it before changing anything."""
    folder = tmp_path_factory.mktemp("workspace")
    shop = folder / "uploads" / ("0" * 32) / "shop.csv"
    shop.parent.mkdir(parents=True)
    write_customers(shop, 400, seed=1)
    run = folder / "runs" / RUN
    smartcart("run", shop, "-o", run, "--quiet").check_returncode()
    write_lookup(run, str(shop))
    open_database(None, folder).close()  # its tables are made once
    return folder


@pytest.fixture(scope="session")
def unused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace that nobody has used; copy it before changing anything."""
    folder = tmp_path_factory.mktemp("unused")
    open_database(None, folder).close()
    return folder


@pytest.fixture
def workspace(finished: Path, tmp_path: Path) -> Path:
    """Return a workspace of one's own with a finished run."""
    return Path(shutil.copytree(finished, tmp_path / "workspace"))


@pytest.fixture
def client(workspace: Path) -> Iterator[TestClient]:
    """Return a client of a server without a login."""
    with client_of(create_app(Config(workspace))) as found:
        yield found


@pytest.fixture
def make_client(workspace: Path) -> Iterator[Callable[..., TestClient]]:
    """Return a function that gives a client of a server with other settings."""
    with contextlib.ExitStack() as stack:

        def make(**settings: Any) -> TestClient:
            config = replace(Config(workspace), **settings)
            return stack.enter_context(client_of(create_app(config)))

        yield make


@pytest.fixture
def team(workspace: Path) -> Iterator[Team]:
    """Return clients of a server with a login: each user by token, and a stranger."""
    app = create_app(Config(workspace, team=True))
    with client_of(app) as nobody:
        accounts = app.state.services.accounts
        clients = {"nobody": nobody}
        for name, password in PASSWORDS.items():
            accounts.add(name, password, ROLES[name])
            user = accounts.of_session(accounts.login(name, password, "test"))
            secret = accounts.make_token(user, "tests")[1]
            clients[name] = TestClient(
                app,
                base_url=LOCAL,
                headers={"Authorization": f"Bearer {secret}"},
                raise_server_exceptions=False,
                follow_redirects=False,
            )
        yield Team(app, clients)


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Return a function that starts a server; all are stopped in the end."""
    servers: list[Server] = []

    def begin(workspace: Path, *options: str) -> Server:
        servers.append(Server(workspace, *options))
        return servers[-1]

    yield begin
    for server in servers:
        server.close()


# A real browser --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a browser; the test is skipped by its name where there is none."""
    pytest.importorskip("playwright.sync_api")
    with launched() as found:
        yield found


@pytest.fixture(scope="session")
def base(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server whose workspace has two runs, the second a minute later."""
    workspace = tmp_path_factory.mktemp("browsed") / "workspace"
    shutil.copytree(finished, workspace)
    add_later(workspace)
    server = Server(workspace)
    yield server.url
    server.close()


@pytest.fixture
def open_page(browser: Any, base: str) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens a watched page; what it watched is judged in the end."""
    opened: list[Visit] = []

    def begin(size: dict[str, int] = DESKTOP, **options: Any) -> Visit:
        opened.append(visit(browser, base, size=size, **options))
        return opened[-1]

    yield begin
    for one in opened:
        one.check()
        one.page.context.close()
