"""What people say of segments: names of their own and notes, apart from what the model says.

Nothing is overwritten: the latest name counts, and the earlier ones stay with who and when.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from smartcart import store
from smartcart.errors import UsageError
from smartcart.records import GivenName
from smartcart.web import tables
from smartcart.web.database import Database, now
from smartcart.workflows.renaming import rename

__all__ = ["Annotations", "GivenName", "Note"]

LONGEST_NAME, LONGEST_NOTE = 80, 4_000


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote of a segment, or of the run (``segment_id`` is None)."""

    id: int
    segment_id: int | None
    text: str
    user: str
    at: str


def clean_text(text: str, longest: int, what: str) -> str:
    """Return a text without what cannot be shown. Raises ``UsageError`` where it is too long."""
    kept = "".join(c for c in text if c.isprintable() or c in "\n\t").strip()
    if len(kept) > longest:
        raise UsageError.of(
            f"{what} has {len(kept):,} characters", f"at most {longest:,}", "shorten it"
        )
    return kept


class Annotations:
    """Names and notes: who said what, and when, is in the app's database.

    The names in force are a record of the run and stand in its folder below ``runs``, too.
    """

    def __init__(self, database: Database, runs: Path | None = None) -> None:
        self._database = database
        self._runs = runs
        self._lock = threading.Lock()

    def settle(self) -> None:
        """Write the names in force into run folders that have none: an earlier version did not."""
        n = tables.names.c
        with self._database.read() as connection:
            known = connection.execute(select(n.run).distinct()).scalars().all()
        for run in known:
            folder = self._folder(run)
            if folder is not None and not store.has_names(folder):
                given = self._latest(run)
                if given:
                    store.write_names(folder, list(given.values()))

    def _folder(self, run: str) -> Path | None:
        folder = None if self._runs is None else self._runs / run
        return folder if folder is not None and store.is_run(folder) else None

    def rename(self, run: str, segment_id: int, name: str, user: str) -> GivenName:
        """Give a segment a name of one's own; an empty one takes it back."""
        name = " ".join(clean_text(name, LONGEST_NAME, "the name").split())
        given = GivenName(segment_id, name, user, now())
        folder = self._folder(run)
        with self._lock:
            with self._database.change() as connection:
                connection.execute(
                    tables.names.insert().values(
                        run=run, segment_id=segment_id, name=name, user=user, at=given.at
                    )
                )
            if folder is not None:
                rename(folder, [*(self.names(run) | {segment_id: given}).values()])
        return given

    def names(self, run: str) -> dict[int, GivenName]:
        """Return the names in force by segment id; segments without one are not in it."""
        folder = self._folder(run)
        return self._latest(run) if folder is None else store.given_names(folder)

    def _latest(self, run: str) -> dict[int, GivenName]:
        latest = {one.segment_id: one for one in self.history(run)}
        return {number: one for number, one in latest.items() if one.name}

    def history(self, run: str, segment_id: int | None = None) -> list[GivenName]:
        """Return all names ever given, the earliest first."""
        n = tables.names.c
        query = select(n.segment_id, n.name, n.user, n.at).where(n.run == run).order_by(n.id)
        if segment_id is not None:
            query = query.where(n.segment_id == segment_id)
        with self._database.read() as connection:
            return [GivenName(*row) for row in connection.execute(query)]

    def note(self, run: str, segment_id: int | None, text: str, user: str) -> Note:
        """Keep a note. Raises ``UsageError`` where it is empty or too long."""
        text = clean_text(text, LONGEST_NOTE, "the note")
        if not text:
            raise UsageError.of("the note is empty", "some words", "write them")
        at = now()
        with self._database.change() as connection:
            done = connection.execute(
                tables.notes.insert().values(
                    run=run, segment_id=segment_id, text=text, user=user, at=at
                )
            )
        key = done.inserted_primary_key
        return Note(int(key[0]) if key else 0, segment_id, text, user, at)

    def notes(self, run: str) -> list[Note]:
        """Return the notes on a run and its segments, the earliest first."""
        n = tables.notes.c
        query = select(n.id, n.segment_id, n.text, n.user, n.at).where(n.run == run).order_by(n.id)
        with self._database.read() as connection:
            return [Note(*row) for row in connection.execute(query)]

    def remove_note(self, run: str, number: int) -> bool:
        """Delete a note; return whether there was one."""
        n = tables.notes
        with self._database.change() as connection:
            done = connection.execute(n.delete().where(n.c.run == run, n.c.id == number))
            return bool(done.rowcount)
