"""One customer taken out of all that a workspace holds: its files, and the app's own database."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from smartcart.records import Erased, Erasure, JsonObject
from smartcart.web import tables, worker_processes
from smartcart.web.database import Database, open_database
from smartcart.web.errors import WebError
from smartcart.web.jobs import Jobs
from smartcart.web.workspace import Workspace, lock_workspace
from smartcart.workflows.erase import Wanted, cleaned_json, erase_files, without

if TYPE_CHECKING:
    from sqlalchemy import Table

__all__ = ["Forgetting", "erase_from_database", "erase_workspace"]

LONGEST = 3600.0  # seconds

JSON = {"details", "asked"}  # columns
TEXTS: tuple[tuple[Table, str, tuple[str, ...]], ...] = (
    (tables.notes, "id", ("text",)),
    (tables.names, "id", ("name",)),
    (tables.audit, "id", ("subject", "details")),
    (tables.jobs, "id", ("title", "asked", "message", "step")),
    (tables.runs, "name", ("title",)),
    (tables.uploads, "id", ("name",)),
)


def erase_workspace(workspace: Path, customer: str, database: str | None = None) -> Erasure:
    """Take a customer out of a workspace that no server uses.

    Raises
    ------
    UsageError
        Where there is no such folder, no id, or a server uses the workspace.
    """
    served = (workspace / "app.sqlite").is_file() or database is not None
    if not served:
        return erase_files(workspace, customer)
    with lock_workspace(workspace):
        found = erase_files(workspace, customer)
        opened = open_database(database, workspace)
        try:
            return erase_from_database(opened, customer, found)
        finally:
            opened.close()


def erase_from_database(database: Database, customer: str, found: Erasure) -> Erasure:
    """Take the id out of every text that the app remembers; return the receipt with them."""
    wanted = Wanted(customer.strip())
    places = list(found.places)
    for table, key, columns in TEXTS:
        count = 0
        with database.change() as connection:
            rows = connection.execute(select(table)).mappings().all()
            for row in rows:
                changed: JsonObject = {}
                for name in columns:
                    told, times = _without(row[name] or "", wanted, as_json=name in JSON)
                    if times:
                        changed[name] = told
                        count += times
                if changed:
                    connection.execute(
                        table.update().where(table.c[key] == row[key]).values(changed)
                    )
        if count:
            places.append(Erased(f"database: {table.name}", count, "passages"))
    _forget_pages(database)
    return replace(found, places=tuple(places))


def _without(text: str, wanted: Wanted, *, as_json: bool) -> tuple[str, int]:
    """Return a text without the id; of JSON its values alone are changed."""
    if not as_json:
        return without(text, wanted)
    try:
        content, times = cleaned_json(json.loads(text), wanted)
    except ValueError:
        return without(text, wanted)
    return json.dumps(content, ensure_ascii=False), times


def _forget_pages(database: Database) -> None:
    """Write SQLite anew: what was overwritten would stay in free pages and in the log."""
    if database.engine.dialect.name != "sqlite":
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


class Forgetting:
    """Erasing in the app: refused while jobs could write the customer anew."""

    def __init__(self, workspace: Workspace, database: Database, jobs: Jobs) -> None:
        self._workspace = workspace
        self._database = database
        self._jobs = jobs

    def erase(self, customer: str) -> Erasure:
        """Take a customer out of the workspace.

        Raises
        ------
        UsageError
            Where no id is given.
        WebError
            409 while runs wait or are under way.
        """
        from pydantic import TypeAdapter

        counts = self._jobs.counts()
        if counts["waiting"] or counts["running"]:
            raise WebError.because(
                409,
                "busy",
                "Runs are under way, which may hold this customer.",
                "Wait until they have ended, then erase.",
                30,
            )
        content = worker_processes.call(
            "erase",
            {"workspace": str(self._workspace.folder), "customer": customer.strip()},
            self._workspace,
            seconds=LONGEST,
        )
        found = TypeAdapter(Erasure).validate_python(content)
        return erase_from_database(self._database, customer, found)
