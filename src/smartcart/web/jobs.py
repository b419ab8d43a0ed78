"""Long work: queued, done by processes of their own, watched, cancelled, started again.

What is asked and how it ended is in the database; a run's folder appears when it is whole. So a
kill at any time leaves a job that is waiting (and goes on), done, or marked as interrupted.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import RowMapping, func, select
from sqlalchemy.exc import SQLAlchemyError

from smartcart.errors import SmartCartError, UsageError
from smartcart.web import capacity, tables, tasks
from smartcart.web.config import Config
from smartcart.web.database import Database, now
from smartcart.web.errors import WebError, missing
from smartcart.web.uploads import Uploads, Wishes, checked_wishes, refuse_gone, without_ending
from smartcart.web.workspace import Workspace
from smartcart.workflows.customer_lookup import has_lookup

__all__ = ["Job", "Jobs", "State"]

log = logging.getLogger("smartcart.web")

State = Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
ACTIVE = ("waiting", "running")
CANCELLING = "cancelling"  # the step of a job that was told to end and has not yet
LATER = 5.0  # seconds until a database that is away is asked again
INTERRUPTED = "The server ended while this was under way. Start it again."


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work and how far it is; ``result`` is the run or comparison that it makes."""

    id: str
    kind: str  # "run", "migration", "monitoring" or "index"
    state: State
    title: str
    result: str
    message: str
    user: str
    made: str
    began: str | None
    ended: str | None
    step: str = ""
    done: int = 0
    total: int | None = None

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE

    @property
    def ending(self) -> bool:
        """Whether it was cancelled, and what it had begun is being removed."""
        return self.state == "running" and self.step == CANCELLING


class Jobs:
    """The queue of a workspace and the threads that work it off."""

    def __init__(
        self, workspace: Workspace, database: Database, uploads: Uploads, config: Config
    ) -> None:
        self._workspace = workspace
        self._database = database
        self._uploads = uploads
        self._config = config
        self._turn = threading.Condition()
        self._stops: dict[str, threading.Event] = {}
        self._progress: dict[str, tuple[str, int, int | None]] = {}
        self._closing = False
        self._threads: list[threading.Thread] = []

    # The life of the queue ---------------------------------------------------------------------

    def start(self) -> None:
        """Mark what an earlier server left unfinished, and begin to work."""
        jobs = tables.jobs
        with self._database.change() as connection:
            left = connection.execute(select(jobs).where(jobs.c.state == "running")).mappings()
            for row in left.all():
                whole = tasks.is_there(row["kind"], row["result"], self._workspace)
                values = {
                    "state": "done" if whole else "interrupted",
                    "ended": now(),
                    "message": "" if whole else INTERRUPTED,
                }
                connection.execute(jobs.update().where(jobs.c.id == row["id"]).values(values))
        for number in range(self._config.jobs):
            thread = threading.Thread(target=self._work, name=f"jobs-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """End what is running; it is marked as interrupted."""
        self._closing = True
        with self._turn:
            self._turn.notify_all()
        for stop in list(self._stops.values()):
            stop.set()
        for thread in self._threads:
            thread.join(timeout=15)

    def _work(self) -> None:
        while not self._closing:
            try:
                row = self._next()
                if row is not None:
                    self._guarded(row)
            except SQLAlchemyError:  # the database is away; it may come back
                log.exception("the queue of jobs")
                time.sleep(LATER)

    def _guarded(self, row: RowMapping) -> None:
        try:
            self._do(row)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("job %s", row["id"])
            self._end(row["id"], "failed", "This is a fault of SmartCart's own; see its log.")

    def _next(self) -> RowMapping | None:
        """Wait for a job and claim it."""
        jobs = tables.jobs
        query = (
            select(jobs).where(jobs.c.state == "waiting").order_by(jobs.c.made, jobs.c.id).limit(1)
        )
        with self._turn:
            with self._database.change() as connection:
                row = connection.execute(query).mappings().first()
                if row is not None:
                    connection.execute(
                        jobs.update()
                        .where(jobs.c.id == row["id"], jobs.c.state == "waiting")
                        .values(state="running", began=now())
                    )
                    self._stops[row["id"]] = threading.Event()
            if row is None and not self._closing:
                self._turn.wait(timeout=5)
        return row

    def _do(self, row: RowMapping) -> None:
        number = row["id"]
        stop = self._stops[number]

        def heard(step: str, done: int, total: int | None) -> None:
            self._progress[number] = (step, done, total)

        task = tasks.Task(
            row["kind"],
            json.loads(row["asked"]),
            row["result"],
            self._workspace,
            self._config.memory_bytes,
            heard,
            stop,
        )
        state: State = "done"
        try:
            message = tasks.do(task)
        except tasks.CancelledError:
            state, message = "cancelled", "Cancelled."
            if self._closing:
                state, message = "interrupted", INTERRUPTED
        except SmartCartError as error:
            state, message = "failed", str(error)[:1].upper() + str(error)[1:]
        self._end(number, state, message)

    def _end(self, number: str, state: State, message: str) -> None:
        step = self._progress.pop(number, ("", 0, None))[0]
        self._stops.pop(number, None)
        with self._database.change() as connection:
            connection.execute(
                tables.jobs.update()
                .where(tables.jobs.c.id == number)
                .values(state=state, message=message, ended=now(), step=step[:255])
            )

    # Asking ------------------------------------------------------------------------------------

    def run(
        self,
        upload_id: str,
        wishes: Wishes,
        user: str,
        *,
        title: str | None = None,
        parent: str | None = None,
    ) -> Job:
        """Queue a run of an upload; ``parent`` is the run whose segments live on in it.

        Raises
        ------
        UsageError
            Where a wish cannot be a setting.
        DataError
            Where the run would need more memory or disk than there is.
        WebError
            404 where there is no such upload or parent; 503 where too many wait already.
        """
        upload = self._uploads.one(upload_id)
        asked = checked_wishes(wishes)
        if parent is not None:
            self._workspace.path(parent)
        source = self._uploads.source(upload)
        refuse_gone(upload, source)
        most = self._config.memory_bytes
        capacity.refuse_too_large(upload.bytes, upload.file, self._workspace.folder, most)
        self._refuse_busy()
        title = " ".join((title or without_ending(upload.name)).split())[:200] or "Run"
        name = self._workspace.new_name(title)
        self._workspace.register(name, title, user, upload_id=upload_id, parent=parent)
        content = {
            "upload": upload_id,
            "file": upload.file,
            "bytes": upload.bytes,
            "wishes": asked,
            "title": title,
            "parent": parent,
        }
        return self._add("run", title, content, name, user)

    def migrate(self, before: str, after: str, user: str) -> Job:
        """Queue the comparison of two runs, customer by customer."""
        titles = [self._workspace.entry(name).title for name in (before, after)]
        if before == after:
            raise UsageError.of(
                "the two runs are the same", "an earlier and a later run", "choose another"
            )
        result = tasks.migration_file(before, after)
        running = self._active(result)
        if running is not None:
            return running
        self._refuse_busy()
        content = {"before": before, "after": after, "source": self._source_of(after)}
        return self._add("migration", f"{titles[0]} → {titles[1]}", content, result, user)

    def monitor(self, run: str, upload_id: str, user: str) -> Job:
        """Queue the comparison of an upload with the data that a run was made of."""
        entry, upload = self._workspace.entry(run), self._uploads.one(upload_id)
        result = tasks.monitoring_file(run, upload_id)
        running = self._active(result)
        if running is not None:
            return running
        self._refuse_busy()
        content = {"run": run, "upload": upload_id, "source": upload.file}
        return self._add("monitoring", f"{entry.title}: {upload.name}", content, result, user)

    def index(self, run: str, user: str = "") -> Job | None:
        """Queue what finds customers of a run that has none of it yet; None where it has."""
        if has_lookup(self._workspace.path(run)):
            return None
        running = self._active(f"index:{run}")
        if running is not None:
            return running
        content = {"run": run, "source": self._source_of(run)}
        title = self._workspace.entry(run).title
        return self._add("index", title, content, f"index:{run}", user)

    def again(self, number: str, user: str) -> Job:
        """Queue again what has ended; of a run under a new name, unless it never came to be."""
        row = self._row(number)
        if row["state"] in ACTIVE:
            raise WebError.because(
                409, "active", "This is still under way.", "Cancel it first, or wait."
            )
        asked = json.loads(row["asked"])
        if row["kind"] == "run":
            return self.run(
                asked["upload"],
                asked["wishes"],
                user,
                title=asked["title"],
                parent=asked["parent"],
            )
        if row["kind"] == "migration":
            return self.migrate(asked["before"], asked["after"], user)
        if row["kind"] == "monitoring":
            return self.monitor(asked["run"], asked["upload"], user)
        queued = self.index(asked["run"], user)
        return queued if queued is not None else self.one(number)

    def cancel(self, number: str, user: str) -> Job:
        """End a job that waits or runs; what it had begun to write is removed."""
        jobs = tables.jobs
        self._row(number)
        with self._turn, self._database.change() as connection:
            connection.execute(
                jobs.update()
                .where(jobs.c.id == number, jobs.c.state == "waiting")
                .values(state="cancelled", ended=now(), message=f"Cancelled by {user}.")
            )
        stop = self._stops.get(number)
        if stop is not None:
            stop.set()
        return self.one(number)

    # Looking -----------------------------------------------------------------------------------

    def one(self, number: str) -> Job:
        """Return a job. Raises ``WebError`` 404 where there is none."""
        return self._job(self._row(number))

    def entries(self, before: str | None = None, limit: int = 50) -> list[Job]:
        """Return the latest jobs, those before the one with the id ``before``."""
        j = tables.jobs.c
        query = select(tables.jobs).order_by(j.made.desc(), j.id).limit(limit)
        if before is not None:
            query = query.where(j.made < self._row(before)["made"])
        with self._database.read() as connection:
            return [self._job(row) for row in connection.execute(query).mappings()]

    def counts(self) -> dict[str, int]:
        """Return how many jobs there are in each state."""
        j = tables.jobs.c
        with self._database.read() as connection:
            rows = connection.execute(select(j.state, func.count()).group_by(j.state)).all()
        return dict.fromkeys(State.__args__, 0) | {str(s): int(n) for s, n in rows}  # type: ignore[attr-defined]

    def wishes_of(self, run: str) -> dict[str, object]:
        """Return what a run was asked to be; nothing where the app did not make it."""
        j = tables.jobs.c
        query = select(j.asked).where(j.kind == "run", j.result == run)
        with self._database.read() as connection:
            found = connection.execute(query).scalar()
        return dict(json.loads(found)["wishes"]) if found else {}

    def asked(self, number: str) -> dict[str, object]:
        """Return what a job was asked to do. Raises ``WebError`` 404 where there is none."""
        return dict(json.loads(self._row(number)["asked"]))

    def migration(self, before: str, after: str) -> tasks.Compared | None:
        """Return a comparison that was made; None where it was not, or a run is newer."""
        return tasks.read_migration(self._workspace, before, after)

    def monitorings(self, run: str) -> list[tasks.Watch]:
        """Return what uploads said of a run's model, the latest first."""
        return tasks.read_monitorings(self._workspace, run)

    # Keeping -----------------------------------------------------------------------------------

    def _add(self, kind: str, title: str, asked: object, result: str, user: str) -> Job:
        number = secrets.token_hex(12)
        row = {
            "id": number,
            "kind": kind,
            "state": "waiting",
            "title": title[:255],
            "asked": json.dumps(asked),
            "result": result,
            "message": "",
            "step": "",
            "user": user,
            "made": now(),
        }
        with self._turn:
            with self._database.change() as connection:
                connection.execute(tables.jobs.insert().values(row))
            self._turn.notify()
        return self.one(number)

    def _refuse_busy(self) -> None:
        if self.counts()["waiting"] >= self._config.waiting:
            raise WebError.because(
                503,
                "busy",
                f"{self._config.waiting} runs wait already.",
                "Try again when some have ended.",
                30,
            )

    def _source_of(self, run: str) -> str | None:
        """Return where the table of a run is, relative to the workspace; None: as the run knows."""
        upload_id = self._workspace.entry(run).upload_id
        if upload_id is None:
            return None
        try:
            return self._uploads.one(upload_id).file
        except WebError:  # it was deleted
            return None

    def _active(self, result: str) -> Job | None:
        j = tables.jobs.c
        query = select(tables.jobs).where(j.result == result, j.state.in_(ACTIVE)).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else self._job(row)

    def _row(self, number: str) -> RowMapping:
        query = select(tables.jobs).where(tables.jobs.c.id == number)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise missing("job", number)
        return row

    def _job(self, row: RowMapping) -> Job:
        job = Job(**{f: row[f] for f in Job.__dataclass_fields__ if f not in {"done", "total"}})
        stop = self._stops.get(job.id)
        if job.state == "running" and stop is not None and stop.is_set():
            return replace(job, step=CANCELLING)
        told = self._progress.get(job.id)
        return job if told is None else replace(job, step=told[0], done=told[1], total=told[2])
