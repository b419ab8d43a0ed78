"""The folder of a workspace: its runs, read once and remembered; nothing outside is touched."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
import secrets
import shutil
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import RowMapping, select

from smartcart import store
from smartcart.errors import DataError, UsageError
from smartcart.records import Alternatives, JsonObject, Run
from smartcart.store import StoredRun
from smartcart.web import tables
from smartcart.web.database import Database, now
from smartcart.web.errors import missing

__all__ = ["Entry", "EntrySegment", "Workspace", "lock_workspace", "read_json", "slug"]

KEPT_RUNS = 12  # parsed runs that are remembered
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EntrySegment:
    """A segment in the list of runs."""

    segment_id: int
    segment: str
    size: int
    share: float
    value_share: float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A run in the list of runs; ``problem`` says why its run.json cannot be read."""

    name: str  # of its folder, and in addresses
    title: str
    made: str  # UTC, ISO 8601
    source: str = ""
    kind: str = ""
    customers: int = 0
    k: int = 0
    recommended: int = 0
    verdict: str = ""
    segments: tuple[EntrySegment, ...] = ()
    parent: str | None = None
    upload_id: str | None = None
    user: str = ""
    problem: str = ""


class Workspace:
    """The runs of a workspace: their folders, and what the app knows of them."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = Path(os.path.abspath(folder))
        self.runs = self.folder / "runs"
        self.uploads = self.folder / "uploads"
        self.exports = self.folder / "exports"
        self.comparisons = self.folder / "comparisons"
        self.temporary = self.folder / "tmp"
        self._database = database
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[object, StoredRun]] = OrderedDict()
        self._summaries: dict[str, tuple[object, Entry]] = {}

    def prepare(self) -> None:
        """Make the folders, and remove what killed runs left; to be called by the only server."""
        for folder in (self.runs, self.uploads, self.exports, self.comparisons, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.runs, self.comparisons, self.uploads, self.exports):
            for left in folder.glob(".*.part"):
                shutil.rmtree(left, ignore_errors=True)
        for left in self.temporary.iterdir():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)

    # Runs --------------------------------------------------------------------------------------

    def path(self, name: str) -> Path:
        """Return the folder of a run. Raises ``WebError`` 404 where there is none."""
        folder = self.runs / name
        if not NAME.fullmatch(name) or not store.is_run(folder):
            raise missing("run", name)
        return folder

    def entries(self, before: str | None = None, limit: int | None = None) -> list[Entry]:
        """Return the runs, newest first (then by name).

        ``before`` is the name of the last one of an earlier page, ``limit`` how many at most.
        """
        known = self._registered()
        found = sorted(
            ((self._made(folder), folder) for folder in self._folders()),
            key=lambda pair: (-pair[0], pair[1].name),
        )
        names = [folder.name for _, folder in found]
        start = 0
        if before is not None:
            if before not in names:
                raise missing("run", before)
            start = names.index(before) + 1
        end = None if limit is None else start + limit
        return [self._entry(folder, made, known) for made, folder in found[start:end]]

    def entry(self, name: str) -> Entry:
        """Return one run as it is listed. Raises ``WebError`` 404 where there is none."""
        folder = self.path(name)
        return self._entry(folder, self._made(folder), self._registered(name))

    def stored(self, name: str) -> StoredRun:
        """Return a run as it was read back, and is kept until its files change.

        Raises ``WebError`` 404 where there is none, ``DataError`` where it cannot be read.
        """
        folder = self.path(name)
        stamp = store.changed(folder)
        with self._lock:
            held = self._kept.get(name)
            if held is not None and held[0] == stamp:
                self._kept.move_to_end(name)
                return held[1]
        found = store.read_run(folder)
        with self._lock:
            self._kept[name] = (stamp, found)
            while len(self._kept) > KEPT_RUNS:
                self._kept.popitem(last=False)
        return found

    def run(self, name: str) -> Run:
        """Return the record of a run, the same that its report was made of.

        Segments bear the names that people gave them. Raises ``WebError`` 404 where there is none,
        ``DataError`` where it cannot be read.
        """
        return self.stored(name).run

    def own_run(self, name: str) -> Run:
        """Return the same with the names that the run gave itself. Raises as :meth:`run`."""
        return self.stored(name).own_run

    def alternatives(self, name: str) -> Alternatives | None:
        """Return what each K would give; None for a run that does not know."""
        return self.stored(name).alternatives

    def new_name(self, wish: str) -> str:
        """Return a name for a new run's folder that is not taken: words and a random end."""
        return f"{slug(wish) or 'run'}-{secrets.token_hex(3)}"

    def register(
        self,
        name: str,
        title: str,
        user: str,
        *,
        upload_id: str | None = None,
        parent: str | None = None,
    ) -> None:
        """Remember what a run's own folder does not say. Called before the run is made."""
        row = {
            "name": name,
            "title": title[:255],
            "upload_id": upload_id,
            "parent": parent,
            "user": user,
            "made": now(),
        }
        with self._database.change() as connection:
            connection.execute(tables.runs.delete().where(tables.runs.c.name == name))
            connection.execute(tables.runs.insert().values(row))

    def retitle(self, name: str, title: str, user: str) -> None:
        """Give a run another title."""
        self.path(name)
        runs = tables.runs
        with self._database.change() as connection:
            done = connection.execute(
                runs.update().where(runs.c.name == name).values(title=title[:255])
            )
            if not done.rowcount:
                connection.execute(
                    runs.insert().values(name=name, title=title[:255], user=user, made=now())
                )

    def delete(self, name: str) -> None:
        """Delete a run; its notes and names stay in the database."""
        folder = self.path(name)
        gone = folder.with_name(f".{name}.{os.getpid()}-gone.part")
        os.rename(folder, gone)
        shutil.rmtree(gone, ignore_errors=True)
        with self._database.change() as connection:
            connection.execute(tables.runs.delete().where(tables.runs.c.name == name))

    def _folders(self) -> list[Path]:
        try:
            inside = list(self.runs.iterdir())
        except OSError as error:
            raise DataError.of(
                f"the runs cannot be read ({error.strerror})",
                "a workspace that may be read",
                "check its permissions",
            ) from error
        return [f for f in inside if NAME.fullmatch(f.name) and store.is_run(f)]

    def _registered(self, name: str | None = None) -> dict[str, RowMapping]:
        query = select(tables.runs)
        if name is not None:
            query = query.where(tables.runs.c.name == name)
        with self._database.read() as connection:
            return {row["name"]: row for row in connection.execute(query).mappings()}

    def _made(self, folder: Path) -> int:
        try:
            return store.made_at(folder)
        except OSError:  # it has just been deleted
            return 0

    def _entry(self, folder: Path, made: int, known: Mapping[str, RowMapping]) -> Entry:
        name = folder.name
        cached = self._summaries.get(name)
        stamp = store.changed(folder)
        if cached is None or cached[0] != stamp:
            cached = (stamp, _summary(folder, made))
            self._summaries[name] = cached
        entry = cached[1]
        row = known.get(name)
        if row is None:
            return entry
        fields = {f: getattr(entry, f) for f in Entry.__dataclass_fields__}
        fields |= {f: row[f] for f in ("title", "parent", "upload_id", "user")}
        return Entry(**fields)


def slug(text: str) -> str:
    """Return what is left of a text in letters and digits that any file system takes.

    >>> slug("../Márketing campaign")
    'marketing-campaign'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-")


def _summary(folder: Path, made: int) -> Entry:
    when = dt.datetime.fromtimestamp(made / 1e9, dt.UTC).isoformat(timespec="seconds")
    try:
        stored = store.read_run(folder)
        return Entry(
            name=folder.name,
            title=folder.name,
            made=when,
            source=stored.source,
            kind=stored.said(stored.kind),
            customers=stored.said(stored.customers),
            k=stored.said(stored.k),
            recommended=stored.said(stored.recommended_k),
            verdict=stored.said(stored.verdict),
            segments=tuple(
                EntrySegment(
                    one.segment_id, one.segment, one.size, stored.said(one.share), one.value_share
                )
                for one in stored.segments
            ),
        )
    except DataError as error:
        return Entry(folder.name, folder.name, when, problem=str(error))


@contextlib.contextmanager
def lock_workspace(folder: Path) -> Iterator[None]:
    """Hold a workspace for one server. Raises ``UsageError`` where another one has it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".lock"
    file = path.open("a+", encoding="utf-8")
    try:
        _lock_file(file)
    except OSError:
        file.close()
        raise UsageError.of(
            f"another server uses the workspace {str(folder)!r}",
            "one server for a workspace",
            "stop that one, or name another workspace",
        ) from None
    try:
        yield
    finally:
        file.close()


def _lock_file(file: IO[str]) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def read_json(path: Path) -> JsonObject:
    """Return the content of a JSON file that the app itself wrote."""
    content: JsonObject = json.loads(path.read_text(encoding="utf-8"))
    return content
