"""The runs kept in a folder."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartcart import store
from smartcart.errors import DataError, UsageError

__all__ = ["RunEntry", "runs"]


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run folder; what its ``run.json`` does not say is ``None``."""

    folder: str
    made: str  # time of its run.json, UTC, ISO 8601
    source: str | None
    customers: int | None
    k: int | None
    verdict: str | None
    problem: str = ""  # why its run.json cannot be read


def runs(workspace: Path) -> tuple[RunEntry, ...]:
    """Return the run folders in ``workspace`` (or itself, where it is one), newest first.

    A folder counts where it holds a ``run.json``; of a workspace of the web app those in its folder
    ``runs``. Raises ``UsageError`` where there is no such
    folder.
    """
    if not workspace.is_dir():
        raise UsageError.of(
            f"there is no folder {str(workspace)!r}", "a folder that holds run folders",
            "name the folder in which your runs are",
        )  # fmt: skip
    folders = [workspace] if (workspace / "run.json").is_file() else []
    try:
        inside = sorted(workspace.iterdir())
        if (workspace / "runs").is_dir():
            inside += sorted((workspace / "runs").iterdir())
        folders += [f for f in inside if not f.name.startswith(".") and (f / "run.json").is_file()]
        found = [(_time(folder), folder) for folder in folders]
    except OSError as error:
        raise UsageError.of(
            f"{str(workspace)!r} cannot be read ({error.strerror or error})",
            "a folder that you may read", "name another folder",
        ) from error  # fmt: skip
    found.sort(key=lambda pair: (-pair[0], pair[1].name))
    return tuple(_entry(folder, made) for made, folder in found)


def _time(folder: Path) -> float:
    return (folder / "run.json").stat().st_mtime


def _entry(folder: Path, made: float) -> RunEntry:
    when = dt.datetime.fromtimestamp(made, dt.UTC).isoformat(timespec="seconds")
    try:
        told = store.read_summary(folder)
    except DataError as error:
        return RunEntry(str(folder), when, None, None, None, None, str(error))
    return RunEntry(
        str(folder), when, _text(told.get("source")), _whole(told.get("customers")),
        _whole(told.get("k")), _text(told.get("verdict")),
    )  # fmt: skip


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
