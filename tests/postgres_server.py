"""A real PostgreSQL server for the tests: on loopback, in a temporary folder, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

USER, PASSWORD, DATABASE = "ann", "s3cret/w@rd", "shop"
QUOTED = "s3cret%2Fw%40rd"


@dataclass(frozen=True)
class Server:
    """A running server: its port, and connections for tests to fill it."""

    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{QUOTED}@127.0.0.1:{self.port}/{DATABASE}"

    def run(self, *statements: str) -> list[Any]:
        """Run statements as the owner; return the rows of the last."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as con:
            for statement in statements:
                cursor = con.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def connections(self) -> int:
        """Count the connections that are open now, but for this one."""
        return int(
            self.run(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
                "AND pid <> pg_backend_pid()"
            )[0][0]
        )


def binaries() -> Path | None:
    """Return the folder of the newest initdb, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parts[4]) if path.parts[4][0].isdigit() else 0,
    )
    if found:
        return found[-1].parent
    onpath = shutil.which("initdb")
    return Path(onpath).resolve().parent if onpath else None


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server and stop it again; skip by name where there is none to start."""
    pytest.importorskip("psycopg", reason="psycopg, the driver for PostgreSQL, is not installed")
    folder = binaries()
    if folder is None:
        pytest.skip("the PostgreSQL server (initdb) is not installed")
    as_owner: dict[str, Any] = {}
    if os.getuid() == 0:  # initdb refuses root
        import pwd

        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL refuses root, and there is no user 'postgres' to run it as")
        as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    home = Path(tempfile.mkdtemp(prefix="pg-"))  # short: the path of a socket has a limit
    try:
        if as_owner:
            os.chown(home, as_owner["user"], as_owner["group"])
        data, log = home / "data", home / "log"

        def call(name: str, *words: str, check: bool = True) -> None:
            done = subprocess.run(
                [folder / name, *words],
                cwd=home,
                check=False,
                timeout=60,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                **as_owner,
            )
            told = log.read_text() if log.exists() else done.stderr.decode()
            assert done.returncode == 0 or not check, told

        (home / "pw").write_text(PASSWORD)
        (home / "pw").chmod(0o644)
        call(
            "initdb",
            "-D",
            str(data),
            "-U",
            USER,
            "--pwfile",
            str(home / "pw"),
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        port = free_port()
        settings = f"-h 127.0.0.1 -p {port} -c unix_socket_directories='' -c fsync=off"
        try:
            call(
                "pg_ctl", "-D", str(data), "-l", str(log), "-w", "-t", "50", "-o", settings, "start"
            )
            import psycopg

            url = f"postgresql://{USER}:{QUOTED}@127.0.0.1:{port}/postgres"
            with psycopg.connect(url, autocommit=True) as con:
                con.execute(f"CREATE DATABASE {DATABASE}".encode())
            yield Server(port)
        finally:
            call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop", check=False)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
