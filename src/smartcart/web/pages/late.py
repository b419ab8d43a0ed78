"""Who is late, those with most at stake first, page by page; the list is made as an audience."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from smartcart.web.access import access
from smartcart.web.pages.opened import open_run
from smartcart.web.pages.render import page
from smartcart.web.services import Here
from smartcart.web.views import future as views
from smartcart.workflows.foretold import late_page

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
ROWS = 50


@router.get("/runs/{name}/late")
@access("analyst", gives="customers")
def late(
    here: Here,
    request: Request,
    name: str,
    segment: int = 0,
    number: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> HTMLResponse:
    """Show who is late: of one segment, or all."""
    opened = open_run(here, name)
    if segment:
        opened.segment(segment)
    folder = here.services.workspace.path(name)
    future = opened.run.future
    known = future is not None and not future.refused
    rows, count = [], 0
    if known:
        found, count = late_page(
            folder,
            segment_id=segment or None,
            skip=(number - 1) * ROWS,
            limit=ROWS,
            temp_dir=here.services.workspace.temporary,
        )
        rows = views.late_rows(opened.run, found)
        here.hand_out("customers", name, len(rows), late=number, segment=segment or None)
    return page(
        here,
        request,
        "late.html.j2",
        entry=opened.entry,
        tab="customers",
        run=opened.run,
        known=known,
        refused=future.refused if future is not None else "",
        simple=future is not None and future.simple,
        rows=rows,
        late_count=count,
        chosen=segment,
        number=number,
        more=number * ROWS < count,
    )
