"""A real MariaDB server for the tests: on a socket in a temporary folder, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from postgres_server import free_port

DATABASE = "shop"
SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server on loopback."""

    port: int

    @property
    def url(self) -> str:
        return f"mysql://ann:s3cret@127.0.0.1:{self.port}/{DATABASE}"

    def run(self, *statements: str) -> list[Any]:
        """Run statements as the owner; return the rows of the last."""
        with contextlib.closing(self.connect()) as con, con.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def connections(self) -> int:
        """Count the connections that are open now, but for this one."""
        found = self.run("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'ann'")
        return int(found[0][0]) - 1

    def connect(self) -> Any:
        import pymysql

        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="ann",
            password="s3cret",
            database=DATABASE,
            charset="utf8mb4",
            autocommit=True,
        )


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server and stop it again; skip by name where there is none to start."""
    pytest.importorskip("pymysql", reason="PyMySQL, the driver for MariaDB, is not installed")
    if shutil.which("mariadbd") is None or shutil.which("mariadb-install-db") is None:
        pytest.skip("the MariaDB server (mariadbd) is not installed")
    home = Path(tempfile.mkdtemp(prefix="maria-"))  # short: the path of a socket has a limit
    port = free_port()
    user = ["--user=root"] if os.getuid() == 0 else []
    # of its own: a server that starts deletes what looks left over in its folder
    (home / "tmp").mkdir()
    common = ["--no-defaults", f"--datadir={home / 'data'}", f"--tmpdir={home / 'tmp'}", *user]
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    server = None
    try:
        with (home / "log").open("wb") as log:
            subprocess.run(
                [
                    "mariadb-install-db",
                    *common,
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                ],
                check=True,
                timeout=SECONDS,
                stderr=log,
                **quiet,
            )
            first = home / "first.sql"
            first.write_text(
                f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;\n"  # a statement per line
                "CREATE USER ann@'127.0.0.1' IDENTIFIED BY 's3cret';\n"
                "GRANT ALL ON *.* TO ann@'127.0.0.1' WITH GRANT OPTION;\n"
            )
            server = subprocess.Popen(
                [
                    "mariadbd",
                    *common,
                    f"--port={port}",
                    "--bind-address=127.0.0.1",
                    f"--socket={home / 's'}",
                    f"--pid-file={home / 'pid'}",
                    f"--init-file={first}",
                    "--skip-name-resolve",
                    "--innodb-flush-log-at-trx-commit=0",
                ],
                stderr=log,
                **quiet,
            )
        here = Server(port)
        for _ in range(SECONDS * 10):
            with contextlib.suppress(Exception):
                here.connect().close()
                break
            assert server.poll() is None, (home / "log").read_text()
            time.sleep(0.1)
        else:
            pytest.fail((home / "log").read_text())
        yield here
    finally:
        if server is not None:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
        shutil.rmtree(home, ignore_errors=True)
