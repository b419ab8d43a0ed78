"""The people of a segment, page by page; all customers and the rejected rows as files."""

from __future__ import annotations

import itertools
import secrets
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.background import BackgroundTask

from smartcart import store
from smartcart.errors import SmartCartError
from smartcart.records import RunFile
from smartcart.report import words
from smartcart.web.access import access
from smartcart.web.errors import WebError, missing
from smartcart.web.pages.audience import keep_file
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.opened import open_run
from smartcart.web.pages.render import go, page
from smartcart.web.services import Context, Here
from smartcart.workflows.customer_lookup import has_lookup
from smartcart.workflows.renaming import write_named

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
ROWS = 50
OFFERED = 30  # latest tables
MOST_REJECTED = 200  # rows on the page; the file holds all
FILES: dict[str, str] = {
    RunFile.SEGMENTS_CSV: "text/csv; charset=utf-8",
    RunFile.SEGMENTS: "application/vnd.apache.parquet",
    RunFile.REJECTED: "text/csv; charset=utf-8",
    RunFile.RFM_CSV: "text/csv; charset=utf-8",
    RunFile.RFM: "application/vnd.apache.parquet",
}


@router.get("/runs/{name}/people")
@access("analyst", gives="customers")
def people(
    here: Here, request: Request, name: str, segment: int = 0, after: str = ""
) -> HTMLResponse:
    """Show customers in the order of their ids: of one segment, or all."""
    return _people(here, request, name, segment, after)


def _people(
    here: Context,
    request: Request,
    name: str,
    segment: int,
    after: str,
    error: SmartCartError | None = None,
) -> HTMLResponse:
    opened = open_run(here, name)
    folder = here.services.workspace.path(name)
    model = opened.run.model
    if segment:
        opened.segment(segment)
    rows: list[dict[str, object]] = []
    more = ""
    ready = has_lookup(folder)
    names = {one.segment_id: one.segment for one in opened.run.segments}
    features = model.recipe.features
    if ready:
        found = here.services.customers.page(name, after[:200] or None, ROWS + 1, segment or None)
        more = found[ROWS - 1].customer_id if len(found) > ROWS else ""
        for one in found[:ROWS]:
            values = [
                words.value(value, feature.unit, opened.run.currency)
                for feature, value in zip(features, one.values.values(), strict=True)
            ]
            rows.append(
                {
                    "id": one.customer_id,
                    "segment_id": one.segment_id,
                    "segment": names.get(one.segment_id, one.segment),
                    "confidence": f"{one.confidence:.2f}",
                    "distance": f"{one.distance:.2f}",
                    "values": values,
                }
            )
        here.hand_out("customers", name, len(rows), after=after[:200], segment=segment or None)
    return page(
        here,
        request,
        "people.html.j2",
        error=error,
        tables=here.services.uploads.entries(limit=OFFERED),
        entry=opened.entry,
        tab="customers",
        run=opened.run,
        rows=rows,
        more=more,
        chosen=segment,
        ready=ready,
        labels=[one.label or words.label(one.name) for one in features],
        files=_files(folder),
        rejected=_rejected(folder),
        first=not after,
    )


def _files(folder: Path) -> list[tuple[str, str]]:
    told = {
        RunFile.SEGMENTS_CSV: "All customers with segment, distance and confidence (CSV)",
        RunFile.SEGMENTS: "All customers with segment, distance and confidence (Parquet)",
        RunFile.RFM_CSV: "RFM of every customer (CSV)",
        RunFile.RFM: "RFM of every customer (Parquet)",
    }
    return [(name, text) for name, text in told.items() if (folder / name).is_file()]


def _rejected(folder: Path) -> list[dict[str, str]]:
    """Return the first rejected rows."""
    return list(itertools.islice(store.rejected_rows(folder), MOST_REJECTED))


@router.post("/runs/{name}/score")
@access("analyst", gives="customers")
def score(here: Here, request: Request, name: str, form: Form) -> Response:
    """Assign the customers of another table with this run's model."""
    open_run(here, name)
    try:
        number = keep_file(here, form, "file") or text(form, "table")
        if not number:
            raise WebError.because(
                400, "no_file", "No table was chosen.", "Choose one, or add a file."
            )
        made = here.services.exports.score(name, number)
    except SmartCartError as error:
        return _people(here, request, name, 0, "", error)
    here.hand_out("customers", name, made.rows, scored=number)
    return go(f"/runs/{name}/exports/{made.id}")


@router.get("/runs/{name}/files/{file}")
@access("analyst", gives="customers")
def download(here: Here, name: str, file: str) -> Response:
    """Download all customers of a run, their RFM, or the rejected rows."""
    path = here.services.workspace.path(name) / file
    if file not in FILES or not path.is_file():
        raise missing("file", file)
    rows = here.services.workspace.entry(name).customers
    here.hand_out("customers", name, rows, file=file)
    gone = None
    if file.startswith("segments.") and here.services.annotations.names(name):
        named = here.services.workspace.temporary / f"{secrets.token_hex(8)}{path.suffix}"
        write_named(path.parent, named)
        path, gone = named, BackgroundTask(named.unlink, True)
    return FileResponse(path, media_type=FILES[file], filename=f"{name}-{file}", background=gone)
