"""One customer: found by id, why here, how sure, what would move them, earlier runs; what if."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from smartcart.errors import SmartCartError
from smartcart.records import Model
from smartcart.web.access import access
from smartcart.web.amounts import read_amount
from smartcart.web.customers import Found
from smartcart.web.errors import WebError
from smartcart.web.pages.opened import OpenedRun, open_run
from smartcart.web.pages.render import go, page, template, told
from smartcart.web.services import Context, Here
from smartcart.web.views import customer as views
from smartcart.web.views import future as future_views
from smartcart.workflows.counterfactuals import moves
from smartcart.workflows.customer_lookup import has_lookup
from smartcart.workflows.foretold import foretold
from smartcart.workflows.what_if import WhatIf

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
EXAMPLES = 6
PREFIX = "v."  # of the what-if fields


@router.get("/runs/{name}/customers")
@access("viewer")
def customers(here: Here, request: Request, name: str, id: str = "") -> HTMLResponse:
    """Show the customer with an id, or how to find one."""
    opened = open_run(here, name)
    folder = here.services.workspace.path(name)
    key, error, found = id.strip()[:200], None, None
    shown: dict[str, object] = {
        "key": key,
        "ready": has_lookup(folder),
        "found": None,
        "examples": (),
        "ids": opened.run.contract.id_column or "row number",
        "late_count": opened.run.future.late_count if opened.run.future is not None else 0,
    }
    if shown["ready"]:
        known = here.services.customers
        shown["examples"] = [one.customer_id for one in known.page(name, None, EXAMPLES)]
        if key:
            try:
                found = known.find(name, key)
            except WebError as nobody:
                error = nobody
    if found is not None:
        shown |= _shown(here, opened, found)
    return page(
        here,
        request,
        "customers.html.j2",
        error=error,
        entry=opened.entry,
        tab="customers",
        run=opened.run,
        **shown,
    )


@router.post("/runs/{name}/customers/prepare")
@access("analyst")
def prepare(here: Here, name: str) -> Response:
    """Make what finds single customers, for runs that were brought from elsewhere."""
    job = here.services.jobs.index(name, here.who)
    here.log("run.index", name)
    return go(f"/jobs/{job.id}" if job is not None else f"/runs/{name}/customers")


def _names(opened: OpenedRun) -> dict[int, str]:
    return {s.segment_id: s.segment for s in opened.run.segments}


def _shown(here: Context, opened: OpenedRun, found: Found) -> dict[str, object]:
    model, names, currency = opened.run.model, _names(opened), opened.run.currency
    why = here.services.customers.why(opened.entry.name, found.customer_id)
    values = tuple(found.values.values())
    return {
        "found": found,
        "segment": names.get(found.segment_id, found.segment),
        "sure": views.sure(found.confidence),
        "other": names.get(why.explanation.other_id or 0, why.explanation.other),
        "reasons": views.reasons(why.explanation, names, currency),
        "near": views.near(why.distances, names),
        "moves": views.moved(moves(values, model), model, values, names, currency),
        "history": _history(here, found.customer_id),
        "ahead": _ahead(here, opened, found.customer_id),
    }


def _ahead(here: Context, opened: OpenedRun, customer_id: str) -> dict[str, object] | None:
    """Return what is foretold of a customer."""
    workspace = here.services.workspace
    found = foretold(workspace.path(opened.entry.name), customer_id, workspace.temporary)
    return future_views.customer_lines(opened.run, found)


def _history(here: Context, customer_id: str) -> list[dict[str, object]]:
    """Return the segments of a customer in the latest runs, the latest first."""
    return [
        {
            "run": past.run,
            "title": past.title,
            "made": past.made,
            "segment": past.segment,
            "sure": views.sure(past.confidence),
        }
        for past in here.services.customers.history(customer_id)
    ]


# What if ---------------------------------------------------------------------------------------


def _values(request: Request, model: Model) -> dict[str, float | None]:
    """Return what was typed into the form, by feature; shares as shares."""
    given: dict[str, float | None] = {}
    labels = {f.name: f.label or f.name for f in model.recipe.features}
    for key, typed in request.query_params.items():
        name = key.removeprefix(PREFIX)
        if key.startswith(PREFIX) and name in labels:
            given[name] = read_amount(typed, labels[name]) if typed.strip() else None
    return views.typed(model, given)


def _result(opened: OpenedRun, found: WhatIf, was: int | None) -> dict[str, object]:
    names = _names(opened)
    one = found.explanation
    return {
        "result": one,
        "segment": names.get(one.segment_id, one.segment),
        "other": names.get(one.other_id or 0, one.other),
        "sure": views.sure(one.confidence),
        "near": views.near(found.distances, names),
        "was": names.get(was) if was is not None and was != one.segment_id else None,
        "reasons": views.reasons(one, names, opened.run.currency)[:3],
    }


def _asked(
    here: Context,
    request: Request,
    opened: OpenedRun,
    key: str,
    segment: int,
    *,
    plain: bool = False,
) -> WhatIf:
    """Return the segment of what was typed, or (``plain``) of the values to start from."""
    model = opened.run.model
    return here.services.customers.what_if(
        opened.entry.name,
        {} if plain else _values(request, model),
        customer_id=key.strip()[:200] or None,
        segment_id=segment if segment in model.ids and not key.strip() else None,
    )


@router.get("/runs/{name}/what-if")
@access("viewer")
def what_if_page(
    here: Here,
    request: Request,
    name: str,
    id: str = "",
    segment: int = 0,
) -> HTMLResponse:
    """Change the values of a customer, or of a typical one, and see the segment."""
    opened = open_run(here, name)
    model, error = opened.run.model, None
    start = _asked(here, request, opened, id, segment, plain=True)
    try:
        found = _asked(here, request, opened, id, segment)
    except SmartCartError as wrong:
        error, found = wrong, start
    fields = views.fields(model, found.values, opened.run.currency)
    if error is not None:  # what was typed stays
        query = request.query_params
        fields = [
            replace(one, value=query.get(f"{PREFIX}{one.name}", one.value)[:60]) for one in fields
        ]
    return page(
        here,
        request,
        "what_if.html.j2",
        error=error,
        entry=opened.entry,
        tab="customers",
        run=opened.run,
        key=id.strip()[:200],
        start_segment=segment,
        fields=fields,
        prefix=PREFIX,
        **_result(opened, found, start.explanation.segment_id),
    )


@router.get("/runs/{name}/what-if/answer")
@access("viewer")
def what_if_answer(
    here: Here,
    request: Request,
    name: str,
    id: str = "",
    segment: int = 0,
) -> HTMLResponse:
    """Return the part of the page that changes with the values."""
    opened = open_run(here, name)
    try:
        start = _asked(here, request, opened, id, segment, plain=True)
        found = _asked(here, request, opened, id, segment)
    except SmartCartError as wrong:
        return HTMLResponse(template("what_if_error.html.j2", **told(wrong)))
    shown = _result(opened, found, start.explanation.segment_id)
    return HTMLResponse(template("what_if_answer.html.j2", **shown))
