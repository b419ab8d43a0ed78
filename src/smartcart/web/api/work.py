"""Uploads and jobs: from a file to a run; comparisons of runs and of later data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response, UploadFile
from pydantic import Field

from smartcart.records import Erasure, Inspection
from smartcart.settings import Settings
from smartcart.web.access import access
from smartcart.web.api.shapes import After, Limit, Message, Page, Run, Strict, as_json, page
from smartcart.web.errors import WebError
from smartcart.web.exports import Export
from smartcart.web.jobs import Job
from smartcart.web.services import Here
from smartcart.web.tasks import Compared, Watch
from smartcart.web.uploads import SourceFile, Upload

__all__ = ["router"]

router = APIRouter()

Number = Annotated[str, Path(pattern="^[0-9a-f]{24,32}$")]
Figure = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Column = Annotated[str, Field(max_length=400)]
KNOWN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$"


class Wish(Strict):
    """What is said of a column."""

    role: str | None = Field(None, max_length=20)
    meaning: str | None = Field(None, max_length=200)


class Wishes(Strict):
    """Settings of a run; what is left out is SmartCart's to find out."""

    kind: Literal["customers", "orders"] | None = None
    k: int | None = Field(default=None, ge=1, le=100)
    k_max: int | None = Field(default=None, ge=2, le=100)
    as_of: dt.date | None = None
    seed: int | None = Field(default=None, ge=0, le=2**32 - 1)
    columns: dict[Column, Wish] | None = Field(default=None, max_length=2_500)
    drop_duplicates: bool | None = None
    net_returns: bool | None = None
    rfm_bins: int | None = Field(default=None, ge=2, le=9)
    expect: dict[Literal["orders", "customers", "revenue"], Figure] | None = None

    def given(self) -> dict[str, object]:
        """Return what was given, as settings."""
        told = self.model_dump(exclude_none=True)
        if "columns" in told:
            told["columns"] = {name: wish for name, wish in told["columns"].items() if wish}
        return told


class Source(Strict):
    """A file in the sources folder of the server."""

    name: str = Field(min_length=1, max_length=255)
    part: str = Field("", max_length=200, description="A table or sheet in it.")


class Shop(Strict):
    """A synthetic shop."""

    rows: int = Field(2_240, ge=100, le=1_000_000)
    seed: int = Field(0, ge=0, le=2**32 - 1)


class NewRun(Strict):
    """A run that is wanted."""

    upload_id: str = Field(pattern="^[0-9a-f]{32}$")
    title: str | None = Field(None, max_length=200)
    parent: str | None = Field(None, pattern=KNOWN)
    settings: Wishes = Wishes()


class Pair(Strict):
    """Two runs."""

    before: str = Field(pattern=KNOWN)
    after: str = Field(pattern=KNOWN)


class Later(Strict):
    """Later data of the same shop."""

    upload_id: str = Field(pattern="^[0-9a-f]{32}$")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting and what it means."""

    name: str
    description: str


@router.get("/settings", response_model=list[Setting], tags=["runs"])
@access("viewer")
def settings() -> Response:
    """Return the settings of a run."""
    fields = Settings.model_fields.items()
    return as_json([Setting(name, field.description or "") for name, field in fields])


@router.get("/uploads", response_model=Page[Upload], tags=["uploads"])
@access("analyst")
def uploads(here: Here, after: After = None, limit: Limit = 50) -> Response:
    """List the uploads, latest first."""
    return page(here.services.uploads.entries(after, limit), limit, "id")


@router.post("/uploads", response_model=Upload, status_code=201, tags=["uploads"])
@access("analyst")
def upload(here: Here, file: UploadFile) -> Response:
    """Hand in a table as CSV, TSV, Parquet or Excel."""
    kept = here.services.uploads.take(file.file, file.filename or "", here.who)
    here.log("upload.add", kept.id, name=kept.name, bytes=kept.bytes)
    return as_json(kept, 201)


@router.get("/uploads/{number}", response_model=Upload, tags=["uploads"])
@access("analyst")
def upload_of(here: Here, number: Number) -> Response:
    """Return one upload."""
    return as_json(here.services.uploads.one(number))


@router.delete("/uploads/{number}", tags=["uploads"])
@access("analyst")
def delete_upload(here: Here, number: Number) -> Message:
    """Delete an upload; runs that were made of it stay."""
    here.services.uploads.delete(number)
    here.log("upload.delete", number)
    return Message(done="deleted")


class Forgotten(Strict):
    """Who is to be erased."""

    customer_id: str = Field(min_length=1, max_length=200)


@router.post("/erasures", response_model=Erasure, tags=["customers"])
@access("admin", gives="accounts")
def erase(here: Here, body: Forgotten) -> Response:
    """Remove one customer from everything the workspace holds; the answer is the receipt."""
    found = here.services.forgetting.erase(body.customer_id)
    here.log("customer.erase", found.number, places=len(found.places))
    return as_json(found)


@router.post("/uploads/{number}/inspection", response_model=Inspection, tags=["uploads"])
@access("analyst")
def inspect(here: Here, number: Number, body: Wishes) -> Response:
    """Say what SmartCart sees in a table: kind, roles with reasons, ledger, warnings."""
    return as_json(here.services.uploads.inspect(number, body.given()))


@router.get("/sources", response_model=list[SourceFile], tags=["uploads"])
@access("analyst")
def sources(here: Here) -> Response:
    """List the files in the sources folder of the server."""
    return as_json(here.services.uploads.sources())


@router.post("/sources", response_model=Upload, status_code=201, tags=["uploads"])
@access("analyst")
def pick(here: Here, body: Source) -> Response:
    """Use a file of the sources folder as an upload."""
    picked = here.services.uploads.pick(body.name, here.who, body.part)
    here.log("source.pick", picked.id, name=picked.name)
    return as_json(picked, 201)


@router.post("/synthetic", response_model=Upload, status_code=201, tags=["uploads"])
@access("analyst")
def synthetic(here: Here, body: Shop) -> Response:
    """Make a synthetic shop to try things on."""
    made = here.services.uploads.synthetic(body.rows, body.seed, here.who)
    here.log("synthetic.add", made.id, rows=body.rows)
    return as_json(made, 201)


@router.get("/jobs", response_model=Page[Job], tags=["jobs"])
@access("viewer")
def jobs(here: Here, after: After = None, limit: Limit = 50) -> Response:
    """List the jobs, latest first."""
    return page(here.services.jobs.entries(after, limit), limit, "id")


@router.post("/runs", response_model=Job, status_code=202, tags=["jobs"])
@access("analyst")
def start(here: Here, body: NewRun) -> Response:
    """Queue a run; `result` of the job is the name that it will have."""
    job = here.services.jobs.run(
        body.upload_id, body.settings.given(), here.who, title=body.title, parent=body.parent
    )
    here.log("run.start", job.result, job=job.id, upload=body.upload_id)
    return as_json(job, 202)


@router.get("/jobs/{number}", response_model=Job, tags=["jobs"])
@access("viewer")
def job_of(here: Here, number: Number) -> Response:
    """Return a job and how far it is."""
    return as_json(here.services.jobs.one(number))


@router.post("/jobs/{number}/cancel", response_model=Job, tags=["jobs"])
@access("analyst")
def cancel(here: Here, number: Number) -> Response:
    """End a job."""
    job = here.services.jobs.cancel(number, here.who)
    here.log("job.cancel", number)
    return as_json(job)


@router.post("/jobs/{number}/again", response_model=Job, status_code=202, tags=["jobs"])
@access("analyst")
def again(here: Here, number: Number) -> Response:
    """Queue again what has failed, was cancelled or interrupted."""
    job = here.services.jobs.again(number, here.who)
    here.log("job.again", number, job=job.id)
    return as_json(job, 202)


@router.post("/migrations", response_model=Job, status_code=202, tags=["over time"])
@access("analyst")
def migrate(here: Here, body: Pair) -> Response:
    """Queue the comparison of two runs, customer by customer."""
    job = here.services.jobs.migrate(body.before, body.after, here.who)
    here.log("migration.start", f"{body.before} {body.after}", job=job.id)
    return as_json(job, 202)


@router.get("/migrations", response_model=Compared, tags=["over time"])
@access("viewer")
def migration(
    here: Here,
    before: Annotated[str, Query(pattern=KNOWN)],
    after: Annotated[str, Query(pattern=KNOWN)],
) -> Response:
    """Return who moved between two runs, once they were compared."""
    found = here.services.jobs.migration(before, after)
    if found is None:
        raise WebError.because(
            404, "not_found", "These runs were not compared yet.", "Queue their comparison first."
        )
    return as_json(found)


@router.post("/migrations/list", response_model=Export, status_code=201, tags=["over time"])
@access("analyst", gives="customers")
def moved_list(here: Here, body: Pair) -> Response:
    """Write who changed segment, joined or left between two compared runs; download the export."""
    compared = here.services.jobs.migration(body.before, body.after)
    made = here.services.exports.moved(body.before, body.after, compared)
    here.hand_out("customers", f"{body.before} {body.after}", made.rows, export=made.id)
    return as_json(made, 201)


@router.post("/runs/{run}/monitoring", response_model=Job, status_code=202, tags=["over time"])
@access("analyst")
def monitor(here: Here, run: Run, body: Later) -> Response:
    """Queue the comparison of later data with what a run was made of."""
    job = here.services.jobs.monitor(run, body.upload_id, here.who)
    here.log("monitoring.start", run, job=job.id, upload=body.upload_id)
    return as_json(job, 202)


@router.get("/runs/{run}/monitoring", response_model=list[Watch], tags=["over time"])
@access("viewer")
def monitorings(here: Here, run: Run) -> Response:
    """Return what later data said of a run's model, the latest first."""
    return as_json(here.services.jobs.monitorings(run))
