"""The tables of the workspace: what is kept and for how long; deleting, and erasing a customer."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from smartcart.errors import SmartCartError
from smartcart.records import Erasure
from smartcart.web.access import access
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.home import size
from smartcart.web.pages.render import go, page
from smartcart.web.services import Context, Here
from smartcart.web.uploads import Upload

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
SHOWN = 50
KINDS = {
    "upload": "Uploaded",
    "source": "On the server: the file itself stays there",
    "synthetic": "Made up: no real person is in it",
}


@dataclass(frozen=True, slots=True)
class UploadLine:
    """One table in the list."""

    upload: Upload
    size: str
    kind: str
    until: str | None
    runs: list[tuple[str, str]]  # address and title of what was made of it


@router.get("/uploads")
@access("analyst")
def uploads(here: Here, request: Request, before: str | None = None) -> HTMLResponse:
    """Show the tables."""
    return _page(here, request, before)


def _page(
    here: Context,
    request: Request,
    before: str | None = None,
    error: SmartCartError | None = None,
    erased: Erasure | None = None,
) -> HTMLResponse:
    services = here.services
    for gone in services.uploads.sweep():
        here.log("upload.expired", gone.id, name=gone.name)
    found = services.uploads.entries(before, SHOWN + 1)
    made: dict[str, list[tuple[str, str]]] = {}
    for entry in services.workspace.entries():
        if entry.upload_id:
            made.setdefault(entry.upload_id, []).append((f"/runs/{entry.name}", entry.title))
    lines = [
        UploadLine(
            one,
            size(one.bytes),
            KINDS.get(one.kind, one.kind),
            services.uploads.kept_until(one),
            made.get(one.id, []),
        )
        for one in found[:SHOWN]
    ]
    return page(
        here,
        request,
        "uploads.html.j2",
        error=error,
        lines=lines,
        more=found[SHOWN - 1].id if len(found) > SHOWN else "",
        days=services.config.keep_days,
        erased=erased,
    )


@router.post("/uploads/{upload_id}/delete")
@access("analyst")
def delete(here: Here, request: Request, upload_id: str) -> Response:
    """Delete a table; segmentations that were made of it stay."""
    try:
        here.services.uploads.delete(upload_id)
    except SmartCartError as error:
        return _page(here, request, error=error)
    here.log("upload.delete", upload_id)
    return go("/uploads?done=upload-deleted")


@router.post("/erase")
@access("admin", gives="accounts")
def erase(here: Here, request: Request, form: Form) -> Response:
    """Remove one customer from everything, and show the receipt."""
    try:
        found = here.services.forgetting.erase(text(form, "customer")[:200])
    except SmartCartError as error:
        return _page(here, request, error=error)
    here.log("customer.erase", found.number, places=len(found.places))
    return _page(here, request, erased=found)
