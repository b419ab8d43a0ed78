"""The campaigns of a workspace: planned lists, what came of them, and the ledger over all."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from smartcart import store
from smartcart.records import Effects, JsonObject, KeptCampaign, Ledgered, ResultWishes
from smartcart.web import worker_processes
from smartcart.web.database import now
from smartcart.web.errors import missing
from smartcart.web.exports import CONTACT, HELD_OUT
from smartcart.web.uploads import Uploads, refuse_gone
from smartcart.web.worker_processes import Slots
from smartcart.web.workspace import Workspace
from smartcart.workflows.kept_campaigns import (
    FILE,
    FOLDER,
    ledger_of,
    read_campaign,
    read_campaigns,
)
from smartcart.workflows.results import keep_arms

__all__ = ["Campaigns", "KeptCampaign", "ResultWishes"]

ARMS = "arms.parquet"
SECONDS = 600.0


class Campaigns:
    """Campaigns in the folder of a workspace, each in one of its own."""

    def __init__(self, workspace: Workspace, uploads: Uploads) -> None:
        self._workspace = workspace
        self._uploads = uploads
        self._slots = Slots(2, "Others are measuring")
        self.folder = workspace.folder / FOLDER

    def plan(
        self, run: str, title: str, lists: Path, asked: JsonObject, user: str, contacts: int
    ) -> KeptCampaign:
        """Keep a plan whose lists were made in a folder, with who is in which arm."""
        made = KeptCampaign(
            secrets.token_hex(8), run, title[:200], now(), user, contacts, asked=dict(asked)
        )
        place = self.folder / made.id
        place.mkdir(parents=True, mode=0o700)
        try:
            keep_arms([lists / CONTACT, lists / HELD_OUT], place / ARMS)
            self._write(made)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return made

    def measure(
        self,
        run: str,
        upload_id: str,
        wishes: ResultWishes,
        user: str,
        *,
        campaign: str | None = None,
        title: str = "",
    ) -> KeptCampaign:
        """Measure what came of a campaign, of a plan that was kept or of another one.

        Raises
        ------
        UsageError, DataError
            As ``smartcart results``.
        WebError
            404 where run, upload or campaign is not there, 503 where others measure.
        """
        from pydantic import TypeAdapter

        folder = self._workspace.path(run)
        upload = self._uploads.one(upload_id)
        source = self._uploads.source(upload)
        refuse_gone(upload, source)
        kept = self.one(campaign) if campaign else None
        arms = None if kept is None else self.folder / kept.id / ARMS
        content = {
            "run": str(folder),
            "table": source,
            "arm": wishes.arm,
            "control": wishes.control,
            "outcomes": list(wishes.outcomes),
            "arms": str(arms) if arms is not None and arms.is_file() else None,
        }
        with self._slots:
            told = worker_processes.call("results", content, self._workspace, seconds=SECONDS)
        effects = TypeAdapter(Effects).validate_python(told)
        contacts = sum(
            one.customers for one in effects.pooled if one.outcome == effects.outcomes[0]
        )
        if kept is None:
            name = " ".join(title.split())[:200] or upload.name
            kept = KeptCampaign(secrets.token_hex(8), run, name, now(), user)
        kept = replace(kept, contacts=contacts, upload_id=upload_id, wishes=wishes, effects=effects)
        (self.folder / kept.id).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write(kept)
        return kept

    def one(self, number: str) -> KeptCampaign:
        """Return a campaign. Raises ``WebError`` 404 where there is none."""
        path = self.folder / number / FILE
        if not re.fullmatch("[0-9a-f]{16}", number) or not path.is_file():
            raise missing("campaign", number)
        return read_campaign(path)

    def entries(self, run: str | None = None) -> list[KeptCampaign]:
        """Return the campaigns, of one run or all, the oldest first."""
        found = read_campaigns(self._workspace.folder)
        return [one for one in found if run is None or one.run == run]

    def delete(self, number: str) -> None:
        """Delete a campaign and its results."""
        self.one(number)
        shutil.rmtree(self.folder / number)

    def ledger(self) -> tuple[Ledgered, ...]:
        """Return what the campaigns with results earned, each and so far."""
        return ledger_of(self.entries())

    def lessons(self, runs: Collection[str]) -> list[KeptCampaign]:
        """Return the campaigns with results to segments of these runs, the latest first."""
        return [one for one in reversed(self.entries()) if one.effects and one.run in runs]

    def _write(self, kept: KeptCampaign) -> None:
        place = self.folder / kept.id
        with store.new_files([place / FILE], overwrite=True) as part:
            store.write_json(part / FILE, store.plain(kept))


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """Return names without blanks, each once."""
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
