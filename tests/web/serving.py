"""Servers of a workspace for tests: in this process, and in one of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

RUN = "shop-000001"
LATER = "shop-000002"
LOCAL = "http://127.0.0.1:8000"
PASSWORDS = {"ann": "correct horse 1", "bob": "battery staple 2", "eve": "another secret 3"}
ROLES = {"ann": "admin", "bob": "analyst", "eve": "viewer"}


@dataclass
class Team:
    """A client for everybody: by name, and "nobody"."""

    app: Any
    clients: dict[str, TestClient]

    def __getitem__(self, name: str) -> TestClient:
        return self.clients[name]


def add_later(workspace: Path) -> None:
    """Put a second run into a workspace, made a minute after the first."""
    shutil.copytree(workspace / "runs" / RUN, workspace / "runs" / LATER)
    made = (workspace / "runs" / RUN / "run.json").stat().st_mtime + 60
    os.utime(workspace / "runs" / LATER / "run.json", (made, made))


@contextlib.contextmanager
def client_of(app: Any, **headers: str) -> Iterator[TestClient]:
    with TestClient(
        app, base_url=LOCAL, headers=headers, raise_server_exceptions=False, follow_redirects=False
    ) as client:
        yield client


class Server:
    """A server in a process of its own, on a free port of loopback."""

    def __init__(self, workspace: Path, *options: str, log: Path | None = None) -> None:
        self.log = (log or workspace.with_suffix(".log")).open("ab")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "smartcart",
                "serve",
                str(workspace),
                "--port",
                "0",
                "--json",
                *options,
            ],
            stdout=subprocess.PIPE,
            stderr=self.log,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        text = ""
        for line in self.process.stdout:
            text += line.decode()
            if line.startswith(b"}"):
                break
        self.url = str(json.loads(text or "{}").get("url", ""))
        if not self.url:
            self.close()
            raise AssertionError(text + Path(self.log.name).read_text(encoding="utf-8"))

    def kill(self) -> None:
        """End it as a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Make sure that it has ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()
