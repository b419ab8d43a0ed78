"""ClickHouse behind its HTTP interface for the tests: the engine of chdb, the front of this file.

No package brings a ClickHouse server; chdb brings its whole engine (parser, types, MergeTree,
EXCHANGE TABLES, settings), without the part that listens. That part is here, for what a client of
the interface does: a connection of the engine for each request, the settings of the address, the
errors with their numbers, streams that break off. Users are the front's own: ann may do all, bob
may log in and is refused every table.

Run as a script it listens on a port until it is killed: ``clickhouse_server.py PORT FOLDER``.
"""

from __future__ import annotations

import base64
import contextlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DATABASE = "shop"
USERS = {"ann": "s3cret", "bob": "bobs"}
SECONDS = 60
OWN = {"query", "query_id", "session_id", "database", "default_format", "wait_end_of_query"}


class _Front(BaseHTTPRequestHandler):
    """One request: a connection of the engine, which holds its settings."""

    protocol_version = "HTTP/1.1"
    home = ""

    def do_POST(self) -> None:  # the name that the library looks for
        import chdb

        words = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        sql = f"{words['query']}\n{body}" if "query" in words else body
        user = self._user()
        if user is None:
            self._refuse(
                "Code: 516. DB::Exception: Authentication failed: password is incorrect, "
                "or there is no user with such name. (AUTHENTICATION_FAILED)"
            )
            return
        if user == "bob" and "system." not in sql and "currentDatabase()" not in sql:
            self._refuse(
                "Code: 497. DB::Exception: bob: Not enough privileges. To execute this "
                "query, it's necessary to have the grant for it on shop. (ACCESS_DENIED)"
            )
            return
        con = chdb.connect(self.home)
        try:
            con.query(f"USE {words.get('database') or 'default'}")
            for name in words.keys() - OWN:
                con.query(f"SET {name} = '{words[name]}'")
            self._answer(con, sql, words.get("default_format", "TabSeparated"))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        except Exception as error:  # of the engine
            self._refuse(str(error).removeprefix("Streaming query failed: "))
        finally:
            con.close()

    def _answer(self, con: Any, sql: str, form: str) -> None:
        if not sql.lstrip().upper().startswith(("SELECT", "WITH", "SHOW")):
            self._whole(con, sql, form)
            return
        begun = False
        try:
            for piece in con.send_query(sql, form):
                if not begun:
                    self._head()
                    begun = True
                out = piece.bytes()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(out), out))
        except Exception as error:
            if not begun or isinstance(error, OSError):
                raise
            said = b"\r\n" + str(error).encode()  # as the interface does, without the last chunk
            self.wfile.write(b"%x\r\n%s\r\n" % (len(said), said))
            self.close_connection = True
            return
        if not begun:  # of no rows the engine's stream has nothing, not even a schema
            self._whole(con, sql, form)
            return
        self.wfile.write(b"0\r\n\r\n")

    def _whole(self, con: Any, sql: str, form: str) -> None:
        out = con.query(sql, form).bytes()
        self._head()
        self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(out), out) if out else b"0\r\n\r\n")

    def _user(self) -> str | None:
        name = self.headers.get("X-ClickHouse-User", "default")
        word = self.headers.get("X-ClickHouse-Key", "")
        if (basic := self.headers.get("Authorization", "")).startswith("Basic "):
            name, _, word = base64.b64decode(basic[6:]).decode().partition(":")
        return name if USERS.get(name) == word else None

    def _head(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _refuse(self, said: str) -> None:
        out = said.encode()
        number = said.removeprefix("Code: ").partition(".")[0]
        self.send_response(403 if number == "516" else 500)
        self.send_header("X-ClickHouse-Exception-Code", number)
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Server:
    """A running server on loopback; ``process`` may be killed."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"clickhouse://ann:s3cret@127.0.0.1:{self.port}/{DATABASE}"

    def run(self, *statements: str) -> list[Any]:
        """Run statements as the owner; return the rows of the last."""
        out = b""
        for statement in statements:
            out = self._post(statement)
        return [tuple(json.loads(line)) for line in out.decode().splitlines()]

    def empty(self) -> None:
        """Make the database anew."""
        self.run("DROP DATABASE IF EXISTS shop", "CREATE DATABASE shop ENGINE = Atomic")

    def _post(self, sql: str) -> bytes:
        place = "" if "DATABASE" in sql else f"&database={DATABASE}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/?default_format=JSONCompactEachRow"
            f"&output_format_json_quote_64bit_integers=0{place}",
            sql.encode(),
            {"X-ClickHouse-User": "ann", "X-ClickHouse-Key": "s3cret"},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                told: bytes = answer.read()
                return told
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from None


@contextlib.contextmanager
def running(kept: Path | None = None) -> Iterator[Server]:
    """Start a server and stop it again; skip by name where there is none to start.

    ``kept`` is a folder whose data outlive it.
    """
    import pytest

    from postgres_server import free_port

    if importlib.util.find_spec("chdb") is None:
        pytest.skip("chdb, ClickHouse in a Python package, is not installed")
    home = kept or Path(tempfile.mkdtemp(prefix="chdb-"))
    port = free_port()
    words = [sys.executable, __file__, str(port), str(home / "data")]
    process = None
    try:
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        here = Server(port, process)
        for _ in range(SECONDS * 10):
            with contextlib.suppress(OSError):
                here.run("CREATE DATABASE IF NOT EXISTS shop ENGINE = Atomic")
                break
            assert process.poll() is None, (home / "log").read_text()
            time.sleep(0.1)
        else:
            pytest.fail((home / "log").read_text())
        yield here
    finally:
        if process is not None:
            process.kill()
            process.wait(20)
        if kept is None:
            shutil.rmtree(home, ignore_errors=True)


def main(port: int, folder: str) -> None:
    import chdb

    chdb.connect(folder).query("SELECT 1")
    _Front.home = folder
    ThreadingHTTPServer(("127.0.0.1", port), _Front).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
