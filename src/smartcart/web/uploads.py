"""What people hand in, never trusted: a name of our own, a size, a content that was looked at.

The user's file name is kept in the database only and is never part of a path. A file appears in
its folder once it is whole and was found to hold a table.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import select

from smartcart import store
from smartcart.datasets import write_customers
from smartcart.errors import DataError, UsageError
from smartcart.records import Inspection, JsonObject
from smartcart.settings import read_settings
from smartcart.web import tables, worker_processes
from smartcart.web.config import Config
from smartcart.web.database import Database, now
from smartcart.web.errors import WebError, missing
from smartcart.web.upload_format import look_inside
from smartcart.web.workspace import Workspace, read_json, slug
from smartcart.workflows.erase import SOURCE_ENDS

__all__ = ["SourceFile", "Upload", "Uploads", "Wishes"]

Wishes = Mapping[str, object]  # of smartcart.settings.Settings
CHUNK = 1 << 20
MOST_SYNTHETIC = 1_000_000
MOST_SOURCES = 1_000
LOOK_SECONDS = 120.0
WISHES = {
    "kind",
    "k",
    "k_max",
    "as_of",
    "seed",
    "columns",
    "drop_duplicates",
    "net_returns",
    "rfm_bins",
    "expect",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A table that a run can be made of; ``file`` is where it is, as a source of SmartCart's."""

    id: str
    name: str  # as the user named it: shown, never used
    file: str
    kind: str  # "upload", "source" or "synthetic"
    bytes: int
    made: str
    user: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file in the sources folder of the server."""

    name: str
    bytes: int


class Uploads:
    """The tables of a workspace."""

    def __init__(self, workspace: Workspace, database: Database, config: Config) -> None:
        self._workspace = workspace
        self._database = database
        self._config = config
        self._slots = worker_processes.Slots(2, "Others are being looked at")

    # Taking ------------------------------------------------------------------------------------

    def take(self, file: IO[bytes], name: str, user: str) -> Upload:
        """Keep an uploaded file.

        Raises
        ------
        WebError
            413 where it is larger than is taken.
        DataError
            Where it is empty, or holds no table.
        """
        number = secrets.token_hex(16)
        part = self._workspace.uploads / f".{number}.part"
        part.mkdir(mode=0o700)
        try:
            path = part / "data"
            size = self._copy(file, path)
            ending = look_inside(path, shown_name(name), self._config.upload_bytes)
            path.rename(part / f"{_stem(name)}{ending}")
            final = part / f"{_stem(name)}{ending}"
            os.rename(part, self._workspace.uploads / number)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        return self._add(
            number, shown_name(name), f"uploads/{number}/{final.name}", "upload", size, user
        )

    def synthetic(self, rows: int, seed: int, user: str) -> Upload:
        """Make a synthetic shop of so many customers."""
        if not 100 <= rows <= MOST_SYNTHETIC or not 0 <= seed < 2**32:
            raise UsageError.of(
                f"{rows:,} customers and the seed {seed} are asked for",
                f"100 to {MOST_SYNTHETIC:,} customers and a seed from 0",
                "choose others",
            )
        number = secrets.token_hex(16)
        part = self._workspace.uploads / f".{number}.part"
        part.mkdir(mode=0o700)
        try:
            write_customers(part / "synthetic-shop.csv", rows, seed=seed)
            size = (part / "synthetic-shop.csv").stat().st_size
            os.rename(part, self._workspace.uploads / number)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        file, name = f"uploads/{number}/synthetic-shop.csv", f"Synthetic shop of {rows:,} customers"
        return self._add(number, name, file, "synthetic", size, user)

    def sources(self) -> list[SourceFile]:
        """Return the files that an admin has put into the sources folder."""
        folder = self._config.sources_folder
        try:
            inside = sorted(folder.iterdir())[:MOST_SOURCES]
        except OSError:
            return []
        return [
            SourceFile(path.name, path.stat().st_size)
            for path in inside
            if path.is_file()
            and path.name.lower().endswith(SOURCE_ENDS)
            and not path.name.startswith(".")
        ]

    def pick(self, name: str, user: str, part: str = "") -> Upload:
        """Use a file of the sources folder; ``part`` is a table or a sheet in it.

        Raises ``WebError`` 404 where there is none of that name.
        """
        known = {one.name: one for one in self.sources()}
        if name not in known:
            raise missing("source", name)
        if any(c in part for c in "\0\n") or len(part) > 200:
            raise UsageError.of("the table's name cannot be one", "its name", "correct it")
        path = os.path.abspath(self._config.sources_folder / name)
        if any(c in name for c in "*?["):  # it would be read as a pattern
            raise UsageError.of(
                f"{name!r} holds a sign of patterns", "a name without * ? [", "rename the file"
            )
        file = f"{path}::{part}" if part else path
        return self._add(secrets.token_hex(16), name, file, "source", known[name].bytes, user)

    def _copy(self, file: IO[bytes], path: Path) -> int:
        size = 0
        with path.open("xb") as target:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                if size > self._config.upload_bytes:
                    raise WebError.because(
                        413,
                        "too_large",
                        f"The file is larger than {self._config.upload_bytes:,} bytes.",
                        "Send less, or have it put into the sources folder of the server.",
                    )
                target.write(chunk)
        return size

    def _add(self, number: str, name: str, file: str, kind: str, size: int, user: str) -> Upload:
        upload = Upload(number, name, file, kind, size, now(), user)
        row = {f: getattr(upload, f) for f in Upload.__dataclass_fields__}
        with self._database.change() as connection:
            connection.execute(tables.uploads.insert().values(row))
        return upload

    # Keeping -----------------------------------------------------------------------------------

    def kept_until(self, upload: Upload) -> str | None:
        """Return when an upload will be deleted; None for a file of the sources folder."""
        if upload.kind == "source":
            return None
        ends = dt.datetime.fromisoformat(upload.made) + dt.timedelta(days=self._config.keep_days)
        return ends.isoformat(timespec="microseconds")

    def sweep(self) -> list[Upload]:
        """Delete the uploads whose time is over; return them. What waits to be run stays."""
        ends = dt.datetime.now(dt.UTC) - dt.timedelta(days=self._config.keep_days)
        u = tables.uploads.c
        query = select(tables.uploads).where(
            u.made < ends.isoformat(timespec="microseconds"), u.kind != "source"
        )
        with self._database.read() as connection:
            old = [Upload(**row) for row in connection.execute(query).mappings()]
        gone = [one for one in old if not self._in_use(one.id)]
        for one in gone:
            self.delete(one.id)
        return gone

    def _in_use(self, number: str) -> bool:
        """Whether a job that waits or runs reads an upload."""
        j = tables.jobs.c
        query = select(j.asked).where(j.state.in_(("waiting", "running")))
        with self._database.read() as connection:
            return any(number in asked for asked in connection.execute(query).scalars())

    # Using -------------------------------------------------------------------------------------

    def entries(self, before: str | None = None, limit: int = 100) -> list[Upload]:
        """Return the latest uploads, those before the one with the id ``before``."""
        u = tables.uploads.c
        query = select(tables.uploads).order_by(u.made.desc(), u.id).limit(limit)
        if before is not None:
            query = query.where(u.made < self.one(before).made)
        with self._database.read() as connection:
            return [Upload(**row) for row in connection.execute(query).mappings()]

    def one(self, number: str) -> Upload:
        """Return an upload. Raises ``WebError`` 404 where there is none."""
        query = select(tables.uploads).where(tables.uploads.c.id == number)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise missing("upload", number)
        return Upload(**row)

    def source(self, upload: Upload) -> str:
        """Return where an upload is, as a source for SmartCart."""
        if upload.kind == "source":
            return upload.file
        return str(self._workspace.folder / upload.file)

    def delete(self, number: str) -> None:
        """Delete an upload; a file of the sources folder stays.

        Raises ``WebError`` 404 where there is none, 409 while a run of it is under way.
        """
        upload = self.one(number)
        if self._in_use(number):
            raise WebError.because(
                409,
                "in_use",
                f"A run of {upload.name!r} is under way.",
                "Wait until it has ended, or cancel it.",
            )
        with self._database.change() as connection:
            connection.execute(tables.uploads.delete().where(tables.uploads.c.id == number))
        if upload.kind != "source":
            shutil.rmtree(self._workspace.uploads / upload.id, ignore_errors=True)

    def inspect(self, number: str, wishes: Wishes | None = None) -> Inspection:
        """Return what SmartCart sees in an upload; looked at in a process of its own.

        Raises
        ------
        UsageError, DataError
            As ``smartcart check``.
        WebError
            503 where others are being looked at.
        """
        from pydantic import TypeAdapter

        upload = self.one(number)
        asked = checked_wishes(wishes or {})
        settings = {n: v for n, v in asked.items() if n not in {"k", "k_max", "rfm_bins"}}
        told = json.dumps([settings, upload.file], sort_keys=True)
        name = f"seen-{hashlib.sha256(told.encode()).hexdigest()[:20]}.json"
        folder = self._workspace.uploads / upload.id
        kept = folder / name
        if upload.kind != "source" and kept.is_file():
            return TypeAdapter(Inspection).validate_python(read_json(kept))
        with self._slots:
            content = worker_processes.call(
                "inspect",
                {"source": upload.file, "settings": settings},
                self._workspace,
                seconds=LOOK_SECONDS,
            )
        if upload.kind != "source" and folder.is_dir():
            with store.new_files([kept], overwrite=True) as part:
                store.write_json(part / name, content)
        return TypeAdapter(Inspection).validate_python(content)

    def rows(self, number: str, count: int = 10) -> tuple[list[str], list[list[str | None]]]:
        """Return the names of an upload's columns and its first rows; nothing of them is kept.

        Raises as :meth:`inspect`.
        """
        upload = self.one(number)
        refuse_gone(upload, self.source(upload))
        with self._slots:
            found = worker_processes.call(
                "rows",
                {"source": upload.file, "rows": count},
                self._workspace,
                seconds=LOOK_SECONDS,
            )
        return found["names"], found["rows"]


def checked_wishes(wishes: Wishes) -> dict[str, object]:
    """Return the wishes as JSON holds them, once they can be settings.

    Raises ``UsageError`` where they cannot.
    """
    strange = sorted(set(wishes) - WISHES)
    if strange:
        raise UsageError.of(
            f"{strange[0][:80]!r} is no setting",
            f"one of {', '.join(sorted(WISHES))}",
            "leave it out",
        )
    given = {name: value for name, value in wishes.items() if value is not None}
    settings = read_settings(None, **given)
    content: JsonObject = store.plain(settings.model_dump(exclude_unset=True))
    if "columns" in content:
        content["columns"] = {
            name: {part: said for part, said in store.plain(wish).items() if said is not None}
            for name, wish in settings.columns.items()
        }
    return content


def shown_name(name: str) -> str:
    r"""Return the last part of a user's file name, as far as it can be shown.

    >>> shown_name("C:\\tables\\shop.csv"), shown_name("../../etc/passwd"), shown_name("")
    ('shop.csv', 'passwd', 'table')
    """
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(c for c in last if c.isprintable()).strip()[:120]
    return kept or "table"


def _stem(name: str) -> str:
    """Return a file name of our own that reminds of the user's.

    >>> _stem("Márketing campaign (1).csv"), _stem("../../.bashrc"), _stem("%00")
    ('marketing-campaign-1', 'bashrc', '00')
    """
    return slug(without_ending(shown_name(name))) or "table"


def without_ending(name: str) -> str:
    """Return a file name without what says its kind.

    >>> without_ending("Shop.csv.gz")
    'Shop'
    """
    for ending in (".gz", ".zst", *SOURCE_ENDS):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name


def refuse_gone(upload: Upload, source: str) -> None:
    """Raise ``DataError`` where the file of an upload is not there any more."""
    if not Path(source.partition("::")[0]).is_file():
        raise DataError.of(
            f"the file of {upload.name!r} is not there any more", "a table", "upload it again"
        )
