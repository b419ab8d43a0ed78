"""The runs kept in a folder."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from smartcart import store
from smartcart.errors import DataError, UsageError

__all__ = ["RunEntry", "runs"]


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run folder; what its ``run.json`` does not say is ``None``."""

    folder: str
    made: str  # UTC, ISO 8601; where the run does not say, the time of its run.json
    source: str | None
    customers: int | None
    k: int | None
    verdict: str | None
    problem: str = ""  # why its run.json cannot be read
    as_of: str | None = None
    previous: str | None = None  # the run that it continues, as it was named


def runs(workspace: Path) -> tuple[RunEntry, ...]:
    """Return the run folders in ``workspace`` (or itself, where it is one), newest first.

    A folder counts where it holds a ``run.json``; of a workspace of the web app those in its folder
    ``runs``. Raises ``UsageError`` where there is no such
    folder.
    """
    if not workspace.is_dir():
        raise UsageError.of(
            f"there is no folder {str(workspace)!r}",
            "a folder that holds run folders",
            "name the folder in which your runs are",
        )
    folders = [workspace] if store.is_run(workspace) else []
    try:
        inside = sorted(workspace.iterdir())
        if (workspace / "runs").is_dir():
            inside += sorted((workspace / "runs").iterdir())
        folders += [f for f in inside if not f.name.startswith(".") and store.is_run(f)]
        times = [(store.made_at(folder), folder) for folder in folders]
    except OSError as error:
        raise UsageError.of(
            f"{str(workspace)!r} cannot be read ({error.strerror or error})",
            "a folder that you may read",
            "name another folder",
        ) from error
    entries = [(_entry(folder, made), made, folder.name) for made, folder in times]
    entries.sort(key=lambda one: one[2])
    entries.sort(key=lambda one: (one[0].made, one[1]), reverse=True)
    return tuple(entry for entry, _, _ in entries)


def _entry(folder: Path, made: int) -> RunEntry:
    when = dt.datetime.fromtimestamp(made / 1e9, dt.UTC).isoformat(timespec="seconds")
    try:
        stored = store.read_run(folder)
    except DataError as error:
        return RunEntry(str(folder), when, None, None, None, None, str(error))
    return RunEntry(
        folder=str(folder),
        made=stored.made or when,
        source=stored.source or None,
        customers=stored.customers,
        k=stored.k,
        verdict=stored.verdict,
        as_of=stored.as_of,
        previous=stored.previous,
    )
