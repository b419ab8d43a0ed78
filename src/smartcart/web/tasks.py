"""What each kind of job does, and where its result is."""

from __future__ import annotations

import datetime as dt
import json
import threading
from dataclasses import dataclass
from pathlib import Path

from smartcart import store
from smartcart.errors import SmartCartError
from smartcart.records import Identity, JsonObject, Migration, Notice, RunFile
from smartcart.web import capacity, worker_processes
from smartcart.web.workspace import Workspace, read_json
from smartcart.workflows.monitor import Monitored

__all__ = [
    "CancelledError",
    "Compared",
    "Task",
    "Watch",
    "do",
    "is_there",
    "migration_file",
    "monitoring_file",
    "read_migration",
    "read_monitorings",
]


class CancelledError(Exception):
    """Somebody ended the job."""


@dataclass(frozen=True, slots=True)
class Task:
    """A job as the thread that does it sees it."""

    kind: str
    asked: JsonObject
    result: str
    workspace: Workspace
    memory: int | None
    heard: worker_processes.Heard
    stop: threading.Event


@dataclass(frozen=True, slots=True)
class Compared:
    """A migration between two runs, with the names of segments by id then and now."""

    migration: Migration
    names: dict[int, str]
    names_now: dict[int, str]
    split: bool  # whether customers and refit are told apart
    worth: bool  # whether the values of the flows are known
    identity: Identity | None
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """What an upload said of a run's model."""

    upload_id: str
    made: str
    found: Monitored


def migration_file(before: str, after: str) -> str:
    """Return the name of the file of a migration."""
    return f"migration.{before}.{after}.json"


def monitoring_file(run: str, upload_id: str) -> str:
    """Return the name of the file of a monitoring."""
    return f"monitoring.{run}.{upload_id}.json"


def is_there(kind: str, result: str, workspace: Workspace) -> bool:
    """Return whether the result of a job is there, whole."""
    if kind == "run":
        return store.is_run(workspace.runs / result)
    if kind == "index":
        return (workspace.runs / result.removeprefix("index:") / RunFile.LOOKUP).is_file()
    return (workspace.comparisons / result).is_file()


def do(task: Task) -> str:
    """Do a job; return what is to be said of it.

    Raises ``SmartCartError`` with the reason where it cannot be done, ``CancelledError`` where
    somebody ended it.
    """
    folder = task.workspace.folder
    if task.kind == "run":
        return _segment(task)
    if task.kind == "index":
        run = str(folder / "runs" / task.asked["run"])
        _child(task, "lookup", {"run": run, "source": task.asked["source"]})
    elif task.kind == "migration":
        runs = {side: str(folder / "runs" / task.asked[side]) for side in ("before", "after")}
        target = str(task.workspace.comparisons / task.result)
        _child(task, "migrate", {**runs, "source": task.asked["source"], "target": target})
    else:
        target = str(task.workspace.comparisons / task.result)
        run = str(folder / "runs" / task.asked["run"])
        _child(task, "monitor", {"run": run, "source": task.asked["source"], "target": target})
    return ""


def _segment(task: Task) -> str:
    """Make a run, and then what finds its customers."""
    asked, place = task.asked, task.workspace
    capacity.refuse_too_large(asked["bytes"], asked["file"], place.folder, task.memory)
    settings = place.temporary / f"{task.result}.yaml"
    settings.write_text(json.dumps(asked["wishes"], ensure_ascii=False), encoding="utf-8")
    arguments = [
        "cli",
        "run",
        asked["file"],
        "-o",
        str(place.runs / task.result),
        "--config",
        str(settings),
        "--json",
    ]
    if asked["parent"]:
        arguments += ["--previous", str(place.runs / asked["parent"])]
    try:
        _end(
            worker_processes.run(
                arguments, place, heard=task.heard, stop=task.stop, memory=task.memory
            ),
        )
    finally:
        settings.unlink(missing_ok=True)
    try:
        run = str(place.runs / task.result)
        _child(task, "lookup", {"run": run, "source": asked["file"]})
    except (SmartCartError, CancelledError) as error:  # the run is there all the same
        return f"Customers cannot be looked up by id yet: {error or 'cancelled'}"
    return ""


def _child(task: Task, name: str, asked: JsonObject) -> None:
    _end(
        worker_processes.run(
            [name, json.dumps(asked)],
            task.workspace,
            heard=task.heard,
            stop=task.stop,
            memory=task.memory,
        ),
    )


def _end(ended: worker_processes.Ended) -> None:
    if ended.why == "cancelled":
        raise CancelledError
    worker_processes.refuse_failed(ended)


def read_migration(workspace: Workspace, before: str, after: str) -> Compared | None:
    """Return the migration between two runs; None where nobody asked for it yet."""
    from pydantic import TypeAdapter

    runs = [workspace.path(before), workspace.path(after)]
    path = workspace.comparisons / migration_file(before, after)
    if not path.is_file() or any(store.made_at(run) > _time(path) for run in runs):
        return None
    return TypeAdapter(Compared).validate_python(read_json(path))


def read_monitorings(workspace: Workspace, run: str) -> list[Watch]:
    """Return what uploads said of a run's model, the latest first."""
    from pydantic import TypeAdapter

    workspace.path(run)
    start = f"monitoring.{run}."
    files = sorted(workspace.comparisons.glob(f"{start}*.json"), key=_time, reverse=True)
    return [
        Watch(
            path.name.removeprefix(start).removesuffix(".json"),
            dt.datetime.fromtimestamp(_time(path) / 1e9, dt.UTC).isoformat(timespec="seconds"),
            TypeAdapter(Monitored).validate_python(read_json(path)),
        )
        for path in files
    ]


def _time(path: Path) -> int:
    return path.stat().st_mtime_ns
