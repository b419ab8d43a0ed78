"""``smartcart serve`` and ``user``: the web app, and who may log in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from smartcart.cli.common import Json, Quiet, Seed, app, print_json
from smartcart.errors import UsageError

__all__ = ["serve", "user"]

Workspace = Annotated[
    Path, typer.Argument(metavar="[WORKSPACE]", help="Folder of runs, uploads and notes.")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        envvar="SMARTCART_DATABASE",
        help="PostgreSQL for what the app remembers; else SQLite in the workspace.",
    ),
]


@app.command(epilog="Example: smartcart serve shop/ --port 8000")
def serve(
    workspace: Workspace = Path("workspace"),
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8000,
    team: Annotated[bool, typer.Option("--team", help="Users with roles have to log in.")] = False,
    database: Database = None,
    sources: Annotated[
        Path | None,
        typer.Option("--sources", help="Folder of tables to pick; else WORKSPACE/sources."),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="Address that browsers use (proxy)."),
    ] = None,
    upload_mb: Annotated[
        int, typer.Option("--upload-mb", min=1, help="Largest upload, in MB.")
    ] = 2_048,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Runs at once.")] = 2,
    memory_mb: Annotated[
        int | None, typer.Option("--memory-mb", min=1, help="Most memory of one run, in MB.")
    ] = None,
    keep_days: Annotated[
        int, typer.Option("--keep-days", min=1, help="Uploaded tables are kept for so many days.")
    ] = 90,
    seed: Seed = None,  # each run has its own
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Open a workspace in the browser; it ends with Ctrl-C."""
    _refuse_missing()
    from smartcart.web.config import Config
    from smartcart.web.server import serve as run

    config = Config(
        workspace=workspace,
        host=host,
        port=port,
        team=team,
        database=database,
        sources=sources,
        public_url=_address(public_url),
        upload_bytes=upload_mb * 1_000_000,
        jobs=jobs,
        keep_days=keep_days,
        memory_bytes=None if memory_mb is None else memory_mb * 1_000_000,
    )

    def tell(line: str) -> None:
        if as_json and line.startswith("http"):
            print_json({"url": line, "workspace": str(workspace)})
            sys.stdout.flush()
        elif not quiet:
            typer.echo(f"SmartCart: {line}", err=not line.startswith("http"))

    run(config, tell)


@app.command(epilog="Example: smartcart user ann --role admin --workspace shop/")
def user(
    name: Annotated[str, typer.Argument(help="Letters, digits and . _ @ -")],
    role: Annotated[str, typer.Option("--role", help="viewer, analyst or admin.")] = "viewer",
    workspace: Annotated[Path, typer.Option("--workspace", help="Folder that is served.")] = Path(
        "workspace"
    ),
    database: Database = None,
    change: Annotated[
        bool, typer.Option("--change", help="Give a user that is there a new password and role.")
    ] = False,
    seed: Seed = None,  # nothing here is random but salts
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Add a user of the web app; the password is asked for, or read from standard input."""
    _refuse_missing()
    from smartcart.web.accounts import Accounts
    from smartcart.web.database import open_database

    password = _password()
    workspace.mkdir(parents=True, exist_ok=True)
    opened = open_database(database, workspace)
    try:
        accounts = Accounts(opened)
        if change:
            found = accounts.alter(name, role=role, password=password, disabled=False)
        else:
            found = accounts.add(name, password, role)
    finally:
        opened.close()
    if as_json:
        print_json({"name": found.name, "role": found.role})
    elif not quiet:
        typer.echo(f"{found.name} may log in as {found.role}.")


@app.command(epilog="Example: smartcart erase shop/ --customer 5524")
def erase(
    workspace: Annotated[
        Path, typer.Argument(metavar="WORKSPACE", help="Folder that is served, or of runs.")
    ],
    customer: Annotated[str, typer.Option("--customer", help="Id of whom to forget.")],
    database: Database = None,
    seed: Seed = None,  # nothing here is random
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Remove one customer from everything kept in a workspace, with a receipt."""
    from smartcart import store

    if (workspace / "app.sqlite").is_file() or database is not None:
        _refuse_missing()
        from smartcart.web.erasure import erase_workspace

        found = erase_workspace(workspace, customer, database)
    else:
        from smartcart.workflows.erase import erase_files

        found = erase_files(workspace, customer)
    if as_json:
        print_json(store.plain(found))
    elif not quiet:
        from smartcart.report.campaign import erasure_lines

        typer.echo("\n".join(erasure_lines(found)))


def _password() -> str:
    """Return the password: asked for twice on a terminal, else one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return first


def _address(url: str | None) -> str | None:
    """Return the public address without a path. Raises ``UsageError`` where it is none."""
    if url is None:
        return None
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise UsageError.of(
            "--public-url is no address of a web site",
            "such as https://shop.example.com",
            "correct it",
        )
    return f"{parts.scheme}://{parts.netloc}"


def _refuse_missing() -> None:
    """Raise ``UsageError`` with the install line where the web packages are absent."""
    from importlib.util import find_spec

    missing = [
        name
        for name in (
            "fastapi",
            "uvicorn",
            "sqlalchemy",
            "alembic",
            "argon2",
            "prometheus_client",
            "python_multipart",
        )
        if find_spec(name) is None
    ]
    if missing:
        raise UsageError.of(
            f"the web app needs {', '.join(missing)}, which is not installed",
            "the packages of the extra 'web'",
            "pip install 'smartcart[web]'",
        )
