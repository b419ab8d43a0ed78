"""``smartcart serve`` and ``user``: what starts, what is refused and why."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from command_line import smartcart
from smartcart.errors import UsageError
from smartcart.web.config import Config, is_loopback, refuse_unsafe
from smartcart.web.server import _listen
from web.serving import RUN, Server


def test_it_answers_and_lists_the_runs(start: Callable[..., Server], workspace: Path) -> None:
    server = start(workspace)
    assert server.url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{server.url}/api/v1/health", timeout=30) as answer:
        assert json.load(answer) == {"status": "ok"}
    with urllib.request.urlopen(f"{server.url}/api/v1/runs", timeout=30) as answer:
        assert [one["name"] for one in json.load(answer)["items"]] == [RUN]
    listed = smartcart("runs", str(workspace), "--json")
    assert [Path(r["folder"]).name for r in json.loads(listed.stdout)["runs"]] == [RUN]
    second = smartcart("serve", str(workspace), "--port", "0")
    assert second.returncode == 2
    assert "another server uses the workspace" in second.stderr


def test_beyond_loopback_it_needs_users(tmp_path: Path) -> None:
    refused = smartcart("serve", str(tmp_path / "w"), "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 2
    assert "other machines can reach, and nobody has to log in" in refused.stderr
    assert "--team" in refused.stderr
    refused = smartcart("serve", str(tmp_path / "w"), "--host", "0.0.0.0", "--port", "0", "--team")
    assert refused.returncode == 2
    assert "there is no user yet" in refused.stderr
    assert "smartcart user" in refused.stderr


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.5", "shop.example.com", "::ffff:8.8.8.8"]
)
def test_what_others_can_reach(host: str, tmp_path: Path) -> None:
    assert not is_loopback(host)
    with pytest.raises(UsageError, match="nobody has to log in"):
        refuse_unsafe(Config(tmp_path, host=host), users=3)
    with pytest.raises(UsageError, match="no user yet"):
        refuse_unsafe(Config(tmp_path, host=host, team=True), users=0)
    refuse_unsafe(Config(tmp_path, host=host, team=True), users=1)
    refuse_unsafe(Config(tmp_path), users=0)
    behind = Config(tmp_path, public_url=f"https://[{host}]" if ":" in host else f"https://{host}")
    with pytest.raises(UsageError, match=r"--public-url is .* nobody has to log in"):
        refuse_unsafe(behind, users=1)
    refuse_unsafe(replace(behind, team=True), users=1)


def test_with_a_team_strangers_see_nothing(start: Callable[..., Server], workspace: Path) -> None:
    made = smartcart(
        "user", "ann", "--role", "admin", "--workspace", str(workspace), given="correct horse 1\n"
    )
    assert made.returncode == 0, made.stderr
    assert made.stdout == "ann may log in as admin.\n"
    again = smartcart("user", "ann", "--workspace", str(workspace), given="correct horse 1\n")
    assert again.returncode == 2
    assert "there is a user 'ann' already" in again.stderr
    assert "correct horse" not in again.stderr
    server = start(workspace, "--team")
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{server.url}/api/v1/runs", timeout=30)
    assert error.value.code == 401
    error.value.close()


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused = smartcart("serve", str(tmp_path / "w"), "--port", port)
    assert refused.returncode == 2
    assert f"port {port}" in refused.stderr


def test_small_answers_are_sent_at_once(tmp_path: Path) -> None:
    """asyncio turns Nagle's algorithm off only where a socket says that it is of TCP."""
    with _listen(Config(tmp_path, port=0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_without_the_packages_the_install_line_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import importlib.util

    from smartcart.cli.serve import serve

    known = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "fastapi" else known(name)
    )
    with pytest.raises(UsageError, match=r"needs fastapi.*pip install 'smartcart\[web\]'"):
        serve(tmp_path)


@pytest.mark.parametrize("url", ["ftp://x", "shop.example.com", "https://ann:pw@shop.example.com"])
def test_a_public_url_must_be_one(url: str, tmp_path: Path) -> None:
    refused = smartcart("serve", str(tmp_path / "w"), "--public-url", url)
    assert refused.returncode == 2
    assert "--public-url is no address" in refused.stderr
    assert "pw" not in refused.stderr
