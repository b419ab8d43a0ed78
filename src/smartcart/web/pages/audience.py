"""A list for a platform: segments, contacts, who must not be contacted, who joined and who left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from smartcart.errors import SmartCartError
from smartcart.records import JsonObject
from smartcart.web.access import access
from smartcart.web.amounts import read_amount
from smartcart.web.errors import WebError
from smartcart.web.pages.forms import Form, text, upload
from smartcart.web.pages.opened import open_run
from smartcart.web.pages.render import go, page
from smartcart.web.services import Context, Here
from smartcart.workflows.audience import DESTINATIONS

if TYPE_CHECKING:
    from starlette.datastructures import FormData

__all__ = ["keep_file", "router"]

router = APIRouter(include_in_schema=False)
OFFERED = 30
FIELDS = ("destination", "country", "confidence", "contacts", "suppress", "since", "format", "late")


@router.get("/runs/{name}/audience")
@access("analyst", gives="customers")
def audience(here: Here, request: Request, name: str) -> HTMLResponse:
    """Show the form of a list."""
    asked = {field: request.query_params.get(field, "") for field in FIELDS}
    chosen = [one for one in request.query_params.getlist("segment") if one.isdigit()]
    return _page(here, request, name, asked, chosen)


def _page(
    here: Context,
    request: Request,
    name: str,
    asked: dict[str, str],
    chosen: list[str],
    error: SmartCartError | None = None,
) -> HTMLResponse:
    opened = open_run(here, name)
    services = here.services
    tables = services.uploads.entries(limit=OFFERED)
    own = next((one for one in tables if one.id == opened.entry.upload_id), None)
    earlier = [
        one
        for one in services.workspace.entries(limit=OFFERED)
        if one.name != name and not one.problem
    ]
    return page(
        here,
        request,
        "audience.html.j2",
        error=error,
        entry=opened.entry,
        tab="segments",
        run=opened.run,
        asked=asked,
        chosen=chosen,
        own=own,
        tables=[one for one in tables if one is not own],
        earlier=earlier,
        destinations=DESTINATIONS,
        least={one.key: one.least for one in DESTINATIONS},
    )


@router.post("/runs/{name}/audience")
@access("analyst", gives="customers")
def make(here: Here, request: Request, name: str, form: Form) -> Response:
    """Make the list."""
    asked = {field: text(form, field)[:200] for field in FIELDS}
    chosen = [one for one in form.getlist("segment") if isinstance(one, str) and one.isdigit()]
    open_run(here, name)
    try:
        for field in ("contacts", "suppress"):
            asked[field] = keep_file(here, form, f"{field}_file") or asked[field]
        if not chosen:
            raise WebError.because(400, "invalid", "No segment is chosen.", "Tick at least one.")
        least = asked["confidence"]
        made = here.services.exports.audience(
            name,
            [int(one) for one in chosen],
            kind=asked["format"] or "csv",
            min_confidence=read_amount(least, "The least confidence", least=0) if least else 0.0,
            contacts=asked["contacts"] or None,
            suppress=asked["suppress"] or None,
            country=asked["country"] or None,
            destination=asked["destination"] or None,
            changes_since=asked["since"] or None,
            late=bool(asked["late"]),
        )
    except SmartCartError as error:
        return _page(here, request, name, asked, chosen, error)
    told: JsonObject = {"rows": made.rows, "for": asked["destination"] or "ids"}
    if asked["late"]:
        told["late"] = True
    here.log("audience.export", f"{name}/{','.join(chosen)}", export=made.id, **told)
    return go(f"/runs/{name}/exports/{made.id}")


def keep_file(here: Context, form: FormData, field: str) -> str | None:
    """Keep the file of a field as an upload; None where none was chosen."""
    file = upload(form, field)
    if file is None:
        return None
    taken = here.services.uploads.take(file.file, file.filename or "", here.who)
    here.log("upload", taken.id, name=taken.name, bytes=taken.bytes)
    return taken.id
