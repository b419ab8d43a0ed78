"""Lists that leave the house: written on asking, downloaded, gone after a day."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smartcart import store
from smartcart.errors import UsageError
from smartcart.records import Campaign, JsonObject, Learnt, Receipt
from smartcart.web import worker_processes
from smartcart.web.errors import WebError, missing
from smartcart.web.tasks import Compared
from smartcart.web.uploads import Uploads, refuse_gone
from smartcart.web.worker_processes import Slots
from smartcart.web.workspace import Workspace, read_json
from smartcart.workflows.audience import receipt_beside, sha256, write_audience
from smartcart.workflows.moved_list import write_moved
from smartcart.workflows.plan import held_out_beside, make_plan, write_arms

__all__ = ["KINDS", "Export", "Exports", "PlanWishes"]

KINDS = ("csv", "parquet", "txt")
CONTACT, HELD_OUT = "contact.csv", "held-out.csv"  # the two lists of a plan
SCORED = "customers.csv"  # of a table that was assigned
MOVED = "moved.csv"  # who changed segment, joined or left
SECONDS = 600.0
KEPT_SECONDS = 24 * 3600
MEDIA = {
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True)
class PlanWishes:
    """What a campaign costs and earns; see ``smartcart plan``."""

    cost: float
    revenue: float | None  # None: what the forecast of the run expects
    outcome: str | None = None
    rate: float | None = None
    budget: float | None = None
    baseline: float | None = None
    learnt: Learnt | None = None  # from an earlier campaign, in place of outcome and rate
    partial: bool = True
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Export:
    """Lists that can be downloaded; ``receipt`` of an audience, ``arms`` (counts) of a plan.

    ``file`` is the first one, and ``rows`` are its customers; of a plan it holds whom to contact.
    """

    id: str
    file: str
    rows: int
    receipt: Receipt | None = None
    arms: dict[str, int] | None = None
    files: dict[str, int] = field(default_factory=dict)  # every list with its rows


class Exports:
    """The lists of a workspace."""

    def __init__(self, workspace: Workspace, uploads: Uploads) -> None:
        self._workspace = workspace
        self._uploads = uploads
        self._slots = Slots(2, "Others are writing lists")

    def audience(
        self,
        run: str,
        segments: Sequence[int],
        *,
        min_confidence: float = 0.0,
        kind: str = "csv",
        contacts: str | None = None,
        suppress: str | None = None,
        country: str | None = None,
        destination: str | None = None,
        changes_since: str | None = None,
        late: bool = False,
    ) -> Export:
        """Write the customers of segments (by id) to a file, with its receipt.

        ``contacts`` and ``suppress`` are uploads; ``changes_since`` is an earlier run. The rest is
        as for :func:`smartcart.workflows.audience.write_audience`.

        Raises
        ------
        UsageError
            Where a segment or kind is unknown.
        DataError
            Where nobody is left.
        WebError
            404 where there is no such run, 503 where others are writing.
        """
        folder = self._workspace.path(run)
        saved = store.read_run(folder)
        known = dict(zip(saved.ids, saved.names, strict=True))
        strange = [one for one in segments if one not in known]
        if strange or not segments:
            raise UsageError.of(
                f"segment {strange[0] if strange else 'none'} is asked for",
                f"one of {', '.join(map(str, known))}",
                "choose at least one of them",
            )
        if kind not in KINDS:
            raise UsageError.of(
                f"the kind is {kind[:20]!r}", f"one of {', '.join(KINDS)}", "choose one of them"
            )
        names = [known[one] for one in dict.fromkeys(segments)]
        number, place = self._place()
        target = place / f"{'late-' if late else ''}{_slug('-'.join(names))}.{kind}"
        try:
            with self._slots:
                receipt = write_audience(
                    folder,
                    target,
                    segments=names,
                    min_confidence=min_confidence,
                    temp_dir=self._workspace.temporary,
                    contacts=self._file(contacts),
                    suppress=self._file(suppress),
                    country=country or None,
                    destination=destination or None,
                    late=late,
                    changes_since=None
                    if changes_since is None
                    else self._workspace.path(changes_since),
                )
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return Export(
            number, target.name, receipt.written, receipt, files={target.name: receipt.written}
        )

    def score(self, run: str, upload_id: str) -> Export:
        """Assign the customers of an upload with the model of a run; who was left out is beside.

        Raises
        ------
        UsageError, DataError
            As ``smartcart score``.
        WebError
            404 where there is no such run or upload, 503 where others are writing.
        """
        folder, source = self._workspace.path(run), self._file(upload_id)
        number, place = self._place()
        target = place / SCORED
        try:
            asked = {"run": str(folder), "source": str(source), "target": str(target)}
            with self._slots:
                told = worker_processes.call("score", asked, self._workspace, seconds=SECONDS)
            files = {SCORED: int(told["customers"])}
            if (place / told["rejected_file"]).is_file():
                files[told["rejected_file"]] = int(told["rejected"])
            sums = {name: sha256(place / name) for name in files}
            content = {"written": files[SCORED], "files": files, "sha256": sums}
            store.write_json(receipt_beside(target), content)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return Export(number, SCORED, files[SCORED], files=files)

    def moved(self, before: str, after: str, compared: Compared | None) -> Export:
        """Write who changed segment, joined or left between two runs that were ``compared``.

        Raises ``DataError`` where nobody did, ``WebError`` 404 where they were not compared or one
        is not there, 503 where others are writing.
        """
        if compared is None:
            raise WebError.because(
                404,
                "not_found",
                "These runs were not compared yet.",
                "Queue their comparison first.",
            )
        ids = None
        if compared.identity is not None:
            own = [one.segment_id for one in self._workspace.entry(after).segments]
            ids = dict(zip(own, compared.identity.ids, strict=True))
        then, now = self._workspace.path(before), self._workspace.path(after)
        number, place = self._place()
        target = place / MOVED
        try:
            with self._slots:
                found = write_moved(then, now, target, ids=ids, temp_dir=self._workspace.temporary)
            files = {MOVED: found.written}
            content = {
                "left_out": {"stayed where they were": found.counts["stayed"]},
                "changes": {name: n for name, n in found.counts.items() if name != "stayed"},
                "written": found.written,
                "files": files,
                "sha256": {MOVED: sha256(target)},
            }
            store.write_json(receipt_beside(target), content)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return Export(number, MOVED, found.written, files=files)

    def _file(self, number: str | None) -> Path | None:
        """Return the file of an upload. Raises ``WebError`` 404 without it."""
        if number is None:
            return None
        upload = self._uploads.one(number)
        source = self._uploads.source(upload)
        refuse_gone(upload, source)
        return Path(source.partition("::")[0])

    def plan(self, run: str, wishes: PlanWishes) -> Campaign:
        """Return the plan of a campaign. Raises as ``smartcart plan``, and 404 without the run."""
        saved = store.read_run(self._workspace.path(run))
        return make_plan(saved, **_arguments(wishes))

    def plan_lists(self, run: str, wishes: PlanWishes) -> Export:
        """Write who is contacted and, to a file of its own, who is held out.

        Raises as :meth:`plan`.
        """
        saved = store.read_run(self._workspace.path(run))
        planned = make_plan(saved, **_arguments(wishes)).plan
        number, place = self._place()
        target = place / CONTACT
        try:
            with self._slots:
                arms = write_arms(saved, planned, target, seed=wishes.seed)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        os.rename(held_out_beside(target), place / HELD_OUT)
        files = {CONTACT: arms["contact"], HELD_OUT: arms["hold out"]}
        sums = {name: sha256(place / name) for name in files}
        told = {"arms": arms, "files": files, "sha256": sums}
        store.write_json(receipt_beside(target), told)
        return Export(number, CONTACT, arms["contact"], None, arms, files)

    def path(self, number: str, name: str = "", *, receipt: bool = False) -> Path:
        """Return a list of an export (its first one), or the receipt.

        Raises ``WebError`` 404 where there is none of that name.
        """
        folder = self._workspace.exports / number
        if not re.fullmatch(r"[0-9a-f]{32}", number) or not folder.is_dir():
            raise missing("export", number)
        files = [f for f in folder.iterdir() if not f.name.startswith(".")]
        lists = sorted(f for f in files if not f.name.endswith(".receipt.json"))
        if name:
            lists = [f for f in lists if f.name == name]
        if not lists:
            raise missing("list" if name else "export", name or number)
        return receipt_beside(lists[0]) if receipt else lists[0]

    def receipt(self, number: str) -> JsonObject:
        """Return what the receipt of an export says."""
        return read_json(self.path(number, receipt=True))

    def _place(self) -> tuple[str, Path]:
        """Make a folder for a new export, and remove those of yesterday."""
        ends = time.time() - KEPT_SECONDS
        for old in self._workspace.exports.iterdir():
            try:
                if old.stat().st_mtime < ends:
                    shutil.rmtree(old, ignore_errors=True)
            except OSError:  # another request removes it
                continue
        number = secrets.token_hex(16)
        place = self._workspace.exports / number
        place.mkdir(mode=0o700)
        return number, place


def _arguments(wishes: PlanWishes) -> JsonObject:
    return {name: getattr(wishes, name) for name in PlanWishes.__dataclass_fields__}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:60].strip("-") or "audience"
