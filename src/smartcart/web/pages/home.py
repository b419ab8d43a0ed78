"""The start page: the segmentations of the workspace, and four ways to a new one."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from smartcart.records import JsonObject
from smartcart.web.access import access
from smartcart.web.errors import WebError, wants_page
from smartcart.web.pages.forms import Form, text, upload
from smartcart.web.pages.render import go, page
from smartcart.web.services import Context, Here
from smartcart.web.views import progress

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
RUNS = 20  # on a page
JOBS = 30  # latest jobs, of which the open ones are shown
SHOP = 2240  # customers of the made-up shop
UNITS = ((1024**3, "GB"), (1024**2, "MB"), (1024, "KB"))


def size(number: int) -> str:
    """Return a number of bytes for people.

    >>> size(2 * 1024**3), size(300)
    ('2 GB', '300 bytes')
    """
    for unit, name in UNITS:
        if number >= unit:
            return f"{number / unit:.2g} {name}"
    return f"{number} bytes"


def _shown(here: Context, before: str | None) -> JsonObject:
    services = here.services
    runs = services.workspace.entries(before=before, limit=RUNS + 1)
    jobs = [
        {**asdict(job), "words": progress.state(job), "open": progress.is_open(job)}
        for job in services.jobs.entries(limit=JOBS)
        if progress.is_open(job) or job.state == "interrupted"
    ]
    return {
        "runs": runs[:RUNS],
        "more": runs[RUNS - 1].name if len(runs) > RUNS else "",
        "jobs": jobs,
        "sources": services.uploads.sources(),
        "limit": size(services.config.upload_bytes),
    }


@router.get("/")
@access("viewer")
def home(here: Here, request: Request, before: str | None = None) -> HTMLResponse:
    """Show the workspace."""
    return page(here, request, "home.html.j2", **_shown(here, before))


@router.post("/upload")
@access("analyst")
def take(here: Here, request: Request, form: Form) -> Response:
    """Take a file, and show what is in it."""
    file = upload(form, "file")
    if file is None:
        error = WebError.because(
            400, "no_file", "No file was chosen.", "Choose one and send again."
        )
        if not wants_page(request):
            raise error
        return page(here, request, "home.html.j2", error=error, **_shown(here, None))
    taken = here.services.uploads.take(file.file, file.filename or "", here.who)
    here.log("upload", taken.id, name=taken.name, bytes=taken.bytes)
    target = f"/new/{taken.id}"
    if wants_page(request):
        return go(target)
    return JSONResponse({"location": target}, 201)


@router.post("/pick")
@access("analyst")
def pick(here: Here, form: Form) -> Response:
    """Take a file that is on the server."""
    taken = here.services.uploads.pick(text(form, "name"), here.who)
    here.log("upload.pick", taken.id, name=taken.name)
    return go(f"/new/{taken.id}")


@router.post("/synthetic")
@access("analyst")
def synthetic(here: Here) -> Response:
    """Make a shop."""
    made = here.services.uploads.synthetic(SHOP, 0, here.who)
    here.log("upload.synthetic", made.id, rows=SHOP)
    return go(f"/new/{made.id}")
