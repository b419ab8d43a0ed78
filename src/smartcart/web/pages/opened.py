"""One run as its pages show it: the record with the names people gave, read once."""

from __future__ import annotations

from dataclasses import dataclass

from smartcart.records import Alternatives, GivenName, JsonObject, Run, Segment
from smartcart.report import parts
from smartcart.web.errors import missing
from smartcart.web.pages.render import remember
from smartcart.web.services import Context
from smartcart.web.workspace import Entry

__all__ = ["OpenedRun", "open_run"]


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """A run: its entry in the workspace, the record, and what the parts of a page show of it."""

    entry: Entry
    own: Run  # with the model's own names
    run: Run  # with the names that people gave
    given: dict[int, GivenName]  # segment id to the name given, with who and when
    shown: JsonObject
    alternatives: Alternatives | None
    version: str  # changes with the run and with every name

    def segment(self, segment_id: int) -> tuple[int, Segment]:
        """Return the place of a segment and the segment. Raises ``WebError`` 404."""
        for place, one in enumerate(self.run.segments):
            if one.segment_id == segment_id:
                return place, one
        raise missing("segment", segment_id)

    def own_name(self, segment_id: int) -> str:
        """Return the model's own name of a segment."""
        return next(s.segment for s in self.own.segments if s.segment_id == segment_id)


def open_run(here: Context, name: str) -> OpenedRun:
    """Return a run of the workspace. Raises ``WebError`` 404 where there is none."""
    services = here.services
    entry = services.workspace.entry(name)
    own, run = services.workspace.own_run(name), services.workspace.run(name)
    given = services.annotations.names(name)
    marks = "-".join(f"{i}.{one.at}" for i, one in sorted(given.items()))
    key = ("run", str(services.workspace.folder), name, entry.made, marks)

    shown = remember(key, lambda: parts.context(run))
    version = "".join(c for c in f"{entry.made}{marks}" if c.isalnum())
    found = services.workspace.alternatives(name)
    return OpenedRun(entry, own, run, dict(given), shown, found, version)
