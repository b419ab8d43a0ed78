"""A job: how far it is, cancelling it, starting it again."""

from __future__ import annotations

import datetime as dt
import json

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from smartcart.records import JsonObject
from smartcart.web.access import access
from smartcart.web.errors import WebError
from smartcart.web.jobs import Job
from smartcart.web.pages.render import go, page
from smartcart.web.services import Context, Here
from smartcart.web.views import progress

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


def _target(job: Job) -> str:
    """Return the page of what a job made; "" while there is none."""
    if job.state != "done":
        return ""
    parts = job.result.split(".")
    if job.kind == "migration":
        return f"/over-time?from={parts[1]}&to={parts[2]}"
    if job.kind == "monitoring":
        return f"/over-time?to={parts[1]}#h-checks"
    if job.kind == "index":
        return f"/runs/{job.result.removeprefix('index:')}/customers"
    return f"/runs/{job.result}"


def _upload_there(here: Context, asked: JsonObject) -> str:
    """Return the upload that a run was to be made of; "" where there is none any more."""
    try:
        return here.services.uploads.one(str(asked.get("upload", ""))).id
    except WebError:
        return ""


@router.get("/jobs/{job_id}")
@access("viewer")
def job(here: Here, request: Request, job_id: str) -> Response:
    """Show how far a job is; go to its result when it is done."""
    found = here.services.jobs.one(job_id)
    if target := _target(found):
        return go(target)
    failed = found.kind == "run" and not progress.is_open(found)
    asked = here.services.jobs.asked(job_id) if failed else {}
    return page(
        here,
        request,
        "job.html.j2",
        look_at=_upload_there(here, asked),
        job=found,
        said_json=json.dumps(asked.get("wishes", {})),
        parent=asked.get("parent") or "",
        words_now=progress.state(found),
        tasks=progress.tasks(found),
        place=progress.where(found),
        value=progress.value(found),
        open=progress.is_open(found),
        seconds=progress.seconds(found, dt.datetime.now(dt.UTC)),
    )


@router.get("/jobs/{job_id}/state")
@access("viewer")
def state(here: Here, job_id: str) -> JSONResponse:
    """Return how far a job is, for the page that shows it."""
    found = here.services.jobs.one(job_id)
    target = _target(found)
    if not target and not progress.is_open(found):
        target = f"/jobs/{job_id}"
    return JSONResponse(
        {
            "words": progress.state(found),
            "place": progress.where(found),
            "value": progress.value(found),
            "location": target,
        }
    )


@router.post("/jobs/{job_id}/cancel")
@access("analyst")
def cancel(here: Here, job_id: str) -> Response:
    """Stop a job."""
    here.services.jobs.cancel(job_id, here.who)
    here.log("job.cancel", job_id)
    return go("/?done=cancelled")


@router.post("/jobs/{job_id}/again")
@access("analyst")
def again(here: Here, job_id: str) -> Response:
    """Start a job again."""
    new = here.services.jobs.again(job_id, here.who)
    here.log("job.again", new.id, earlier=job_id)
    return go(f"/jobs/{new.id}")
