"""Segments over time: who moved between two runs, sizes, and whether a model still holds."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from smartcart.errors import SmartCartError
from smartcart.records import JsonObject
from smartcart.report import svg, words
from smartcart.report.drift_page import drift_part
from smartcart.report.migration_page import migration_part
from smartcart.web.access import access
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.render import go, page
from smartcart.web.services import Context, Here
from smartcart.web.tasks import Compared
from smartcart.web.views import over_time as views
from smartcart.web.workspace import Entry

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
OFFERED = 60  # latest runs that can be compared
UPLOADS = 30
CHECKS = 5
SIZES = "Share of customers of each segment over the segmentations; the numbers are in the table."


@router.get("/over-time")
@access("viewer")
def over_time(
    here: Here, request: Request, before: str = Query("", alias="from"), to: str = ""
) -> HTMLResponse:
    """Show what changed between two runs."""
    return _page(here, request, before, to)


def _page(
    here: Context, request: Request, before: str, to: str, error: SmartCartError | None = None
) -> HTMLResponse:
    services = here.services
    entries = [one for one in services.workspace.entries(limit=OFFERED) if not one.problem]
    known = {one.name: one for one in entries}
    for wanted in (before, to):
        if wanted and wanted not in known:
            known[wanted] = services.workspace.entry(wanted)
    last = known.get(to) or (entries[0] if entries else None)
    if before and not to:
        last = _later(entries, known[before]) or last
    first = known.get(before) or _earlier(entries, last)
    if first is None and last is not None and not before:  # the oldest: what came after it
        later = _later(entries, last)
        first, last = (last, later) if later is not None else (None, last)
    shown: JsonObject = {"entries": entries, "first": first, "last": last, "moved": None}
    about = known.get(to) or last  # what a newer table is checked against
    shown["about"] = about
    if last is not None and about is not None:
        line = views.chain(entries, last.name, first.name if first else None, whole=not before)
        joined = first is None or _continues(entries, last, first)
        shown["series"] = views.series(line, _given(here, [one.name for one in line]), joined)
        names = {s.segment_id: s.segment for s in about.segments}
        names |= _given(here, [about.name])[about.name]
        shown["checks"] = [
            {
                "made": watch.made,
                **drift_part(watch.found.drift, names),
                "upload": _upload_name(here, watch.upload_id),
            }
            for watch in services.jobs.monitorings(about.name)[:CHECKS]
        ]
        shown["uploads"] = [
            one for one in services.uploads.entries(limit=UPLOADS) if one.id != about.upload_id
        ]
    else:
        shown |= {"series": None, "checks": [], "uploads": []}
    if first is not None and last is not None:
        shown |= _moved(here, first.name, last.name)
    if shown["series"] is not None:
        shown["sizes"] = _sizes(shown["series"])
    return page(
        here,
        request,
        "over_time.html.j2",
        error=error,
        entry=known.get(to),
        tab="time",
        **shown,
    )


def _sizes(series: views.Series) -> Markup:
    """Return the shares of segments as lines over the runs."""
    lines = [
        svg.SvgLine(i, series.names.get(i, ""), tuple(shares))
        for i, shares in series.shares.items()
    ]
    return svg.timeline(
        lines, [words.shorten(name, 22) for name in series.runs], words.share, SIZES
    )


def _earlier(entries: list[Entry], last: Entry | None) -> Entry | None:
    """Return the run that ``last`` continues, else the latest one before it."""
    if last is None:
        return None
    before = [one for one in entries if one.made < last.made]
    return next((one for one in before if one.name == last.parent), before[0] if before else None)


def _later(entries: list[Entry], first: Entry) -> Entry | None:
    """Return the run that continues ``first``, else the first one after it."""
    after = sorted((one for one in entries if one.made > first.made), key=lambda one: one.made)
    return next((one for one in after if one.parent == first.name), after[0] if after else None)


def _continues(entries: list[Entry], last: Entry, first: Entry) -> bool:
    return first.name in {one.name for one in views.chain(entries, last.name, None)}


def _given(here: Context, runs: list[str]) -> dict[str, dict[int, str]]:
    """Return the names of the segments of runs as they are now, by run and id."""
    entry = here.services.workspace.entry
    return {run: {s.segment_id: s.segment for s in entry(run).segments} for run in runs}


def _upload_name(here: Context, upload_id: str) -> str:
    try:
        return here.services.uploads.one(upload_id).name
    except SmartCartError:
        return "a table that is not here any more"


def _names(
    here: Context,
    before: str,
    after: str,
    then: Mapping[int, str],
    now: Mapping[int, str],
    ids: tuple[int, ...],
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the names of segments then and now; those of the comparison may be older."""
    given = _given(here, [before, after])
    mine = given[after]
    if ids:  # segments now bear the numbers of those that they were matched with
        segments = here.services.workspace.entry(after).segments
        number = {s.segment_id: i for s, i in zip(segments, ids, strict=True)}
        mine = {number[i]: name for i, name in mine.items() if i in number}
    return {**then, **given[before]}, {**now, **mine}


def _ids(found: Compared) -> tuple[int, ...]:
    return found.identity.ids if found.identity is not None else ()


def _moved(here: Context, before: str, after: str) -> dict[str, object]:
    """Return who moved, where that has been worked out."""
    found = here.services.jobs.migration(before, after)
    if found is None:
        return {}
    then, now = _names(here, before, after, found.names, found.names_now, _ids(found))
    return {
        "moved": found.migration,
        **migration_part(
            found.migration,
            then,
            now,
            split=found.split,
            currency=here.services.workspace.run(after).currency,
            identity=found.identity,
            notices=found.notices,
        ),
    }


@router.post("/over-time")
@access("analyst")
def compare(here: Here, request: Request, form: Form) -> Response:
    """Work out who moved between two runs."""
    before, after = text(form, "from"), text(form, "to")
    try:
        job = here.services.jobs.migrate(before, after, here.who)
    except SmartCartError as error:
        return _page(here, request, "", "", error)
    here.log("migration.start", job.id, before=before, after=after)
    return go(f"/jobs/{job.id}")


@router.post("/over-time/list")
@access("analyst", gives="customers")
def moved_list(here: Here, request: Request, form: Form) -> Response:
    """Make the list of who moved between two runs."""
    before, after = text(form, "from"), text(form, "to")
    try:
        compared = here.services.jobs.migration(before, after)
        made = here.services.exports.moved(before, after, compared)
    except SmartCartError as error:
        return _page(here, request, before, after, error)
    here.hand_out("customers", f"{before} {after}", made.rows, export=made.id)
    return go(f"/runs/{after}/exports/{made.id}")


@router.post("/runs/{name}/check")
@access("analyst")
def check(here: Here, request: Request, name: str, form: Form) -> Response:
    """Check whether the segments still hold for a new table."""
    try:
        job = here.services.jobs.monitor(name, text(form, "upload"), here.who)
    except SmartCartError as error:
        return _page(here, request, "", name, error)
    here.log("monitoring.start", job.id, run=name)
    return go(f"/jobs/{job.id}")
