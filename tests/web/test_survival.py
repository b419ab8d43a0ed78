"""Killed while runs are under way: nothing half there, nothing lost, all can start again."""

from __future__ import annotations

import json
import os
import random
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from web.serving import RUN, Server

KILLS = int(os.environ.get("SMARTCART_KILLS", "3"))  # more in the long run


def call(server: Server, path: str, body: Any = None, method: str | None = None) -> Any:
    request = urllib.request.Request(
        f"{server.url}/api/v1{path}",
        None if body is None else json.dumps(body).encode(),
        {"content-type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def alive(folder: Path) -> list[str]:
    """Return the processes that still work in a workspace."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if "smartcart" in told and str(folder) in told + os.readlink(process / "cwd"):
                found.append(told)
        except OSError:
            continue
    return found


def test_nothing_is_lost_to_a_kill(start: Callable[..., Server], workspace: Path) -> None:
    rng = random.Random(0)
    names: dict[int, str] = {}
    notes: list[str] = []
    interrupted = 0
    server = start(workspace)
    upload = call(server, "/synthetic", {"rows": 600, "seed": 3})["id"]
    for turn in range(KILLS):
        jobs = [call(server, "/runs", {"upload_id": upload})["id"] for _ in range(2)]
        segment = rng.randint(1, 2)
        names[segment] = f"Name {turn}"
        call(server, f"/runs/{RUN}/segments/{segment}/name", {"name": names[segment]}, "PUT")
        notes.append(f"Note {turn}")
        call(server, f"/runs/{RUN}/notes", {"text": notes[-1]})
        time.sleep(rng.uniform(0.0, 6.0))
        server.kill()
        for _ in range(100):
            if not alive(workspace):
                break
            time.sleep(0.1)
        assert alive(workspace) == []  # the runs have ended with it

        server = start(workspace)
        assert not list((workspace / "runs").glob(".*"))
        for folder in (workspace / "runs").iterdir():
            for file in ("run.json", "model.json", "segments.parquet", "report.html"):
                assert (folder / file).is_file(), folder
        told = {
            one["segment"]["segment_id"]: one["given_name"]
            for one in call(server, f"/runs/{RUN}/segments")
        }
        assert {k: v["name"] for k, v in told.items() if v} == names
        assert [one["text"] for one in call(server, f"/runs/{RUN}/notes")] == notes
        for job in jobs:
            found = call(server, f"/jobs/{job}")
            assert found["state"] in {"waiting", "running", "done", "interrupted"}, found
            if found["state"] == "interrupted":
                interrupted += 1
                assert "Start it again" in found["message"]
                again = call(server, f"/jobs/{job}/again", {})
                assert again["state"] == "waiting"
                call(server, f"/jobs/{again['id']}/cancel", {})
            elif found["state"] != "done":  # it had waited, and goes on
                call(server, f"/jobs/{job}/cancel", {})
    assert interrupted >= 1
    last = call(server, "/runs", {"upload_id": upload, "settings": {"k_max": 3}})
    for _ in range(1_200):
        found = call(server, f"/jobs/{last['id']}")
        if found["state"] not in {"waiting", "running"}:
            break
        time.sleep(0.1)
    assert found["state"] == "done", found
    print(f"{KILLS} kills, {interrupted} jobs interrupted, {len(notes)} notes and names kept")
