"""What came of campaigns: a table of results measured, kept with its plan, and the ledger."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from smartcart.errors import SmartCartError
from smartcart.records import JsonObject
from smartcart.report import results as told
from smartcart.web.access import access
from smartcart.web.amounts import read_amount
from smartcart.web.campaigns import KeptCampaign, ResultWishes, chosen
from smartcart.web.errors import WebError
from smartcart.web.pages.audience import keep_file
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.opened import open_run
from smartcart.web.pages.render import go, page
from smartcart.web.services import Context, Here

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
OFFERED = 30
FIELDS = ("title", "campaign", "table", "arm", "control", "outcomes", "cost", "revenue", "margin")


@router.get("/runs/{name}/results")
@access("viewer")
def results(here: Here, request: Request, name: str) -> HTMLResponse:
    """Show the form, and the campaigns of this run."""
    asked = {field: request.query_params.get(field, "")[:200] for field in FIELDS}
    return _page(here, request, name, asked)


def _page(
    here: Context,
    request: Request,
    name: str,
    asked: dict[str, str],
    error: SmartCartError | None = None,
) -> HTMLResponse:
    opened = open_run(here, name)
    kept = here.services.campaigns.entries(name)
    return page(
        here,
        request,
        "results.html.j2",
        error=error,
        entry=opened.entry,
        tab="plan",
        run=opened.run,
        asked=asked,
        kept=list(reversed(kept)),
        planned=[one for one in kept if one.effects is None],
        tables=here.services.uploads.entries(limit=OFFERED),
        currency=opened.run.currency,
        read={},
    )


@router.post("/runs/{name}/results")
@access("analyst")
def measure(here: Here, request: Request, name: str, form: Form) -> Response:
    """Measure a table of results."""
    asked = {field: text(form, field)[:200] for field in FIELDS}
    open_run(here, name)
    try:
        asked["table"] = keep_file(here, form, "file") or asked["table"]
        if not asked["table"]:
            raise WebError.because(
                400, "no_file", "No table of results was chosen.", "Choose one, or add a file."
            )
        kept = here.services.campaigns.measure(
            name,
            asked["table"],
            _wishes(asked),
            here.who,
            campaign=asked["campaign"] or None,
            title=asked["title"],
        )
    except SmartCartError as error:
        return _page(here, request, name, asked, error)
    here.log("results.measure", kept.id, run=name, upload=asked["table"])
    return go(f"/campaigns/{kept.id}")


def _wishes(asked: dict[str, str]) -> ResultWishes:
    """Return what was typed. Raises ``WebError`` where an amount cannot be read."""

    def amount(field: str, label: str) -> float | None:
        return read_amount(asked[field], label, least=0) if asked[field] else None

    margin = amount("margin", "The margin")
    return ResultWishes(
        arm=asked["arm"] or None,
        control=asked["control"] or None,
        outcomes=chosen(asked["outcomes"].split(",")),
        cost=amount("cost", "The cost of a contact") or 0.0,
        revenue=amount("revenue", "What a response brings"),
        margin=1.0 if margin is None else margin / 100,
    )


@router.get("/campaigns")
@access("viewer")
def campaigns(here: Here, request: Request) -> HTMLResponse:
    """Show the ledger over all campaigns."""
    service = here.services.campaigns
    kept = service.entries()
    currency = next((_currency(here, one) for one in kept), "")
    return page(
        here,
        request,
        "campaigns.html.j2",
        kept=list(reversed(kept)),
        rows=told.ledger_rows(service.ledger(), currency),
    )


@router.get("/campaigns/{number}")
@access("viewer")
def campaign(here: Here, request: Request, number: str) -> HTMLResponse:
    """Show what one campaign changed."""
    kept = here.services.campaigns.one(number)
    currency = _currency(here, kept)
    shown: JsonObject = {"outcomes": [], "notes": []}
    if kept.effects is not None:
        shown = {
            "outcomes": told.results_shown(kept.effects, currency),
            "notes": told.notes(kept.effects),
        }
    entry = None
    try:
        entry = here.services.workspace.entry(kept.run)
    except WebError:  # the run was deleted; its campaigns stay
        entry = None
    return page(
        here, request, "campaign_results.html.j2", entry=entry, tab="plan", kept=kept, **shown
    )


@router.post("/campaigns/{number}/delete")
@access("analyst")
def delete(here: Here, number: str) -> Response:
    """Delete a campaign and its results."""
    here.services.campaigns.delete(number)
    here.log("campaign.delete", number)
    return go("/campaigns?done=campaign-deleted")


def _currency(here: Context, kept: KeptCampaign) -> str:
    try:
        return here.services.workspace.run(kept.run).currency
    except SmartCartError:
        return ""
