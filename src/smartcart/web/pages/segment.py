"""One segment: beside all or another one, its spreads, rules, outcomes; its list to download."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from smartcart.errors import SmartCartError, UsageError
from smartcart.records import JsonObject
from smartcart.report import interactive, view, words
from smartcart.web.access import access
from smartcart.web.amounts import read_amount
from smartcart.web.pages.assets import packed_response
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.opened import OpenedRun, open_run
from smartcart.web.pages.render import go, page, remember
from smartcart.web.pages.run import KEEP, figures_response
from smartcart.web.services import Context, Here
from smartcart.web.views import future as future_views
from smartcart.web.views import segment as views

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/runs/{name}/segments/{segment_id}")
@access("viewer")
def segment(
    here: Here, request: Request, name: str, segment_id: int, against: int = 0
) -> HTMLResponse:
    """Show one segment, beside all customers or (``against``) another segment."""
    return _page(here, request, name, segment_id, against)


def _page(
    here: Context,
    request: Request,
    name: str,
    segment_id: int,
    against: int = 0,
    error: SmartCartError | None = None,
) -> HTMLResponse:
    opened = open_run(here, name)
    place, one = opened.segment(segment_id)
    other = _other(opened, segment_id, against)
    run = opened.run
    given = opened.given.get(segment_id)
    query = f"against={against}&v={opened.version}"
    return page(
        here,
        request,
        "segment.html.j2",
        error=error,
        entry=opened.entry,
        tab="segments",
        run=run,
        s=one,
        several=len(run.segments) > 1,
        card=opened.shown["cards"][place],
        given=given if given and given.name else None,
        own_name=opened.own_name(segment_id),
        against=against if other is not None else 0,
        other=run.segments[other] if other is not None else None,
        pairs=view.apart(run, place, other),
        outcomes=views.outcome_lines(run, segment_id),
        rules=views.rules(run, segment_id),
        spreads=views.spreads(run, opened.alternatives, place),
        ahead=future_views.segment_lines(run, segment_id),
        history=here.services.annotations.history(name, segment_id),
        notes=[n for n in here.services.annotations.notes(name) if n.segment_id == segment_id],
        figures=f"/runs/{name}/segments/{segment_id}/figures.json?{query}",
    )


def _other(opened: OpenedRun, segment_id: int, against: int) -> int | None:
    if against in (0, segment_id):
        return None
    return opened.segment(against)[0]


@router.get("/runs/{name}/segments/{segment_id}/figures.json")
@access("viewer")
def figures(here: Here, request: Request, name: str, segment_id: int, against: int = 0) -> Response:
    """Return the figures of one segment."""
    opened = open_run(here, name)
    place, _ = opened.segment(segment_id)
    other = _other(opened, segment_id, against)

    def make() -> bytes:
        run = opened.run
        found: dict[str, object] = {}
        if len(run.segments) > 1:
            found["against"] = interactive.against(run, place, other)
        found |= {
            str(s["name"]): s["figure"] for s in views.spreads(run, opened.alternatives, place)
        }
        return figures_response(found)

    folder = str(here.services.workspace.folder)
    key = ("segment", folder, name, segment_id, against, opened.version)
    return packed_response(request, remember(key, make), **{"Cache-Control": KEEP})


@router.post("/runs/{name}/segments/{segment_id}/name")
@access("analyst")
def rename(here: Here, request: Request, name: str, segment_id: int, form: Form) -> Response:
    """Give a segment a name of one's own; an empty one brings the model's back."""
    opened = open_run(here, name)
    opened.segment(segment_id)
    wanted = text(form, "name")
    others = [s.segment for s in opened.run.segments if s.segment_id != segment_id]
    try:
        if wanted and wanted.casefold() in {other.casefold() for other in others}:
            raise UsageError.of(
                f"another segment is called {wanted[:80]!r}",
                "a name of its own",
                "choose another name",
            )
        here.services.annotations.rename(name, segment_id, wanted, here.who)
    except SmartCartError as error:
        return _page(here, request, name, segment_id, error=error)
    here.log("segment.rename", f"{name}/{segment_id}", name=wanted[:120])
    done = "renamed" if wanted else "own-name"
    return go(f"/runs/{name}/segments/{segment_id}?done={done}")


@router.post("/runs/{name}/segments/{segment_id}/notes")
@access("analyst")
def note(here: Here, request: Request, name: str, segment_id: int, form: Form) -> Response:
    """Keep a note on a segment."""
    open_run(here, name).segment(segment_id)
    try:
        here.services.annotations.note(name, segment_id, text(form, "text"), here.who)
    except SmartCartError as error:
        return _page(here, request, name, segment_id, error=error)
    here.log("note", f"{name}/{segment_id}")
    return go(f"/runs/{name}/segments/{segment_id}?done=noted#notes")


@router.post("/runs/{name}/segments/{segment_id}/audience")
@access("analyst")
def audience(here: Here, request: Request, name: str, segment_id: int, form: Form) -> Response:
    """Make the list of a segment's customers."""
    open_run(here, name).segment(segment_id)
    try:
        least = text(form, "confidence")
        made = here.services.exports.audience(
            name,
            [segment_id],
            kind=text(form, "format") or "csv",
            min_confidence=read_amount(least, "The least confidence", least=0) if least else 0.0,
        )
    except SmartCartError as error:
        return _page(here, request, name, segment_id, error=error)
    here.log("audience.export", f"{name}/{segment_id}", export=made.id, rows=made.rows)
    return go(f"/runs/{name}/exports/{made.id}")


@router.get("/runs/{name}/exports/{number}")
@access("analyst")
def export(here: Here, request: Request, name: str, number: str) -> HTMLResponse:
    """Show the receipt of a list, and where to download it."""
    exports = here.services.exports
    receipt = exports.receipt(number)
    return page(
        here,
        request,
        "export.html.j2",
        entry=here.services.workspace.entry(name),
        number=number,
        files=_files(receipt, exports.path(number).name),
        tab="plan" if "arms" in receipt else "segments",
        written=views.written(receipt),
        rows=views.receipt_rows(receipt),
        notices=[n["message"] for n in receipt.get("notices") or []],
    )


def _files(receipt: JsonObject, only: str) -> list[tuple[str, str, str]]:
    """Return the lists of a receipt: file, its name on the page, and what it is for."""
    told = {
        "contact.csv": "Whom to contact. Upload this one.",
        "customers.csv": "The customers of the table, each with its segment.",
        "customers.rejected.csv": "Who could not be given a segment, and why.",
        "moved.csv": "Who changed segment, joined or left, each with where from and where to.",
        "held-out.csv": "Whom to leave alone. Upload it nowhere: it is what the campaign is "
        "measured against.",
    }
    files = receipt.get("files") or {only: receipt.get("written", 0)}
    return [(name, f"{words.people(rows)}", told.get(name, "")) for name, rows in files.items()]
