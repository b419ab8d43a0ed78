"""How far a job is, in words that tell what is being done."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from smartcart.report import words

if TYPE_CHECKING:
    from smartcart.web.jobs import Job

__all__ = ["TASKS", "is_open", "seconds", "state", "tasks", "value", "where"]


# what is said while a run is under way, and the steps it stands for, in their order
TASKS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "run": (
        ("Reading the table", ("start", "read")),
        ("Finding out what each column is", ("look",)),
        ("Measuring what each customer does", ("add up orders", "sample")),
        ("Trying different numbers of segments", ("choose K",)),
        ("Giving every customer a segment", ("refine", "assign and profile", "judge")),
        ("Writing the report", ("report",)),
        ("Putting customers in order, to find each one", ("index customers",)),
    ),
    "migration": (
        ("Reading both segmentations", ("start", "read", "look")),
        ("Finding every customer in both", ("assign with the old model",)),
        ("Comparing", ("compare", "write")),
    ),
    "index": (
        ("Reading the table", ("start", "read", "look", "add up orders")),
        ("Putting customers in order", ("index customers",)),
    ),
    "monitoring": (
        ("Reading the new table", ("start", "read", "look", "add up orders")),
        ("Comparing it with the model", ("compare", "write")),
    ),
}
STATES = {
    "waiting": "Waiting for its turn",
    "done": "Done",
    "failed": "It could not be done",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted: the server was stopped meanwhile. It can be started again.",
}


def is_open(job: Job) -> bool:
    """Is a job waiting or running, and nobody has cancelled it?"""
    return job.state in {"waiting", "running"} and not job.ending


def tasks(job: Job) -> list[str]:
    """Return what is done for a job, in order."""
    return [name for name, _ in TASKS.get(job.kind, TASKS["run"])]


def where(job: Job) -> int:
    """Return the place of the task that is being done; -1 before the first."""
    if job.state == "waiting":
        return -1
    known = TASKS.get(job.kind, TASKS["run"])
    if job.state == "done":
        return len(known)
    for place, (_, steps) in enumerate(known):
        if job.step in steps:
            return place
    return 0


def state(job: Job) -> str:
    """Return in a line how far a job is."""
    if job.ending:
        return "Cancelled: what it had begun is being removed"
    if job.state != "running":
        return STATES.get(job.state, job.state)
    name = tasks(job)[max(where(job), 0)]
    if job.total and job.done:
        return f"{name}: {words.count(job.done)} of {words.count(job.total)} rows"
    return f"{name} …"


def value(job: Job) -> float | None:
    """Return how much is done, 0 to 1; None where it cannot be told."""
    if job.state == "done":
        return 1.0
    if job.state != "running":
        return None
    known = len(tasks(job))
    part = min(job.done / job.total, 1.0) if job.total and job.done else 0.35
    return (max(where(job), 0) + part) / known


def seconds(job: Job, now: dt.datetime) -> int:
    """Return how long a job has been running, or ran."""
    if job.began is None:
        return 0
    end = dt.datetime.fromisoformat(job.ended) if job.ended else now
    return max(int((end - dt.datetime.fromisoformat(job.began)).total_seconds()), 0)
