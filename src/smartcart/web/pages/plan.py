"""A campaign: costs, revenue and budget in; whom to contact, what it earns, whom to leave alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from smartcart.errors import SmartCartError
from smartcart.records import Campaign, Learnt
from smartcart.report import campaign_section, outcomes, words
from smartcart.web.access import access
from smartcart.web.amounts import read_amount, shown_amount
from smartcart.web.errors import WebError, missing
from smartcart.web.exports import PlanWishes
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.opened import OpenedRun, open_run
from smartcart.web.pages.render import go, page, remember
from smartcart.web.services import Context, Here
from smartcart.web.views.over_time import chain
from smartcart.workflows.kept_campaigns import learnable, learnt
from smartcart.workflows.plan_value import has_expected_revenue

__all__ = ["router", "understood"]

router = APIRouter(include_in_schema=False)
FIELDS = ("outcome", "rate", "cost", "revenue", "budget", "baseline")
SHARES = ("rate", "baseline")  # typed in per cent
AMOUNTS = ("cost", "revenue", "budget", "rate", "baseline")
RESULTS = "results:"  # before the id of a campaign, in the field of the outcome
WAY = " under “Respond without contact” above"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan was asked with, as it was typed."""

    outcome: str = ""
    rate: str = ""
    cost: str = ""
    revenue: str = ""
    budget: str = ""
    baseline: str = ""

    def whole(self, *, foretold: bool) -> bool:
        """Is there enough to plan with? ``foretold``: the run says what a response brings."""
        return bool(self.cost and (self.revenue or foretold))

    @property
    def query(self) -> str:
        """The same as part of an address."""
        return urlencode({name: getattr(self, name) for name in FIELDS if getattr(self, name)})


def _asked(given: Mapping[str, object]) -> Asked:
    return Asked(**{name: str(given.get(name) or "").strip()[:60] for name in FIELDS})


def _lessons(here: Context, opened: OpenedRun) -> dict[str, tuple[str, Learnt]]:
    """Return what the plan can learn from measured campaigns: label and counts, by form value.

    Campaigns to the segments of this run, and of those whose segments live on in it.
    """
    entries = here.services.workspace.entries()
    line = {one.name for one in chain(entries, opened.entry.name, None)}
    found = {}
    for kept in here.services.campaigns.lessons(line):
        assert kept.effects is not None
        for i, (outcome, arm) in enumerate(learnable(kept.effects)):
            told = f"{kept.title}: {outcome} after {arm}, beyond {kept.effects.control}"
            value = f"{RESULTS}{kept.id}:{i}"
            found[value] = (told, learnt(kept.effects, f"“{kept.title}”", outcome, arm))
    return found


def _wishes(
    opened: OpenedRun, asked: Asked, lessons: Mapping[str, tuple[str, Learnt]]
) -> PlanWishes:
    """Return what was typed as numbers. Raises ``WebError`` where something typed is wrong."""
    cost = read_amount(asked.cost, "The cost of a contact", least=0)
    revenue = None
    if asked.revenue or not has_expected_revenue(opened.run.future):
        revenue = read_amount(asked.revenue, "What a response brings", least=0)
    budget = read_amount(asked.budget, "The budget", least=0) if asked.budget else None
    outcome = asked.outcome or next((o.column for o in opened.run.outcomes), "")
    rate = None
    if asked.rate and not asked.outcome:
        outcome = "assumed"
    if outcome in ("", "assumed"):
        if not asked.rate:
            raise WebError.because(
                400,
                "invalid",
                "Nothing says how many will respond.",
                "Choose a past outcome, or type the response rate that you expect in per cent.",
            )
        rate = read_amount(asked.rate, "The response rate", least=0) / 100
    lesson = lessons.get(outcome)
    if lesson is None and outcome.startswith(RESULTS):
        raise missing("campaign with results", outcome.removeprefix(RESULTS).partition(":")[0])
    baseline = None
    if asked.baseline:
        baseline = read_amount(asked.baseline, "The rate without contact", least=0) / 100
    return PlanWishes(
        cost,
        revenue,
        outcome if rate is None and lesson is None else None,
        rate,
        budget,
        baseline,
        lesson[1] if lesson is not None else None,
        seed=opened.run.seed,
    )


def _planned(here: Context, opened: OpenedRun, asked: Asked) -> Campaign:
    """Return the plan; the latest are remembered."""
    wishes, name = _wishes(opened, asked, _lessons(here, opened)), opened.entry.name
    key = ("plan", str(here.services.workspace.folder), name, opened.entry.made, wishes)
    found: Campaign = remember(key, lambda: here.services.exports.plan(name, wishes))
    return found


@router.get("/runs/{name}/plan")
@access("viewer")
def plan(here: Here, request: Request, name: str) -> HTMLResponse:
    """Show the form, and the plan once it is filled in."""
    return _page(here, request, name, _asked(request.query_params))


def _page(
    here: Context, request: Request, name: str, asked: Asked, error: SmartCartError | None = None
) -> HTMLResponse:
    opened = open_run(here, name)
    run = opened.run
    found, read = None, {}
    for field in AMOUNTS:
        if typed := getattr(asked, field):
            try:
                read[field] = understood(typed, run.currency if field not in SHARES else "%")
            except SmartCartError as wrong:
                read[field] = str(wrong)
    foretold = has_expected_revenue(run.future)
    if asked.whole(foretold=foretold) and error is None:
        try:
            found = _planned(here, opened, asked)
        except SmartCartError as wrong:
            error = wrong
    shown = campaign_section.campaign(found, run.currency, WAY)
    return page(
        here,
        request,
        "plan.html.j2",
        error=error,
        entry=opened.entry,
        tab="plan",
        run=run,
        asked=asked,
        offers=_offers(here, opened),
        currency=run.currency,
        read=read,
        fields=FIELDS,
        campaign=shown,
        foretold=words.count(run.future.horizon) if foretold and run.future else "",
        plan=found.plan if found is not None else None,
    )


def _offers(here: Context, opened: OpenedRun) -> list[tuple[str, str]]:
    """Return what a plan can learn rates from, as (form value, words): outcomes, then results."""
    run = opened.run
    past = [
        (one.column, f"{outcomes.label(run, one)} ({words.share(one.rate)} of all)")
        for one in run.outcomes
    ]
    return past + [(value, told) for value, (told, _) in _lessons(here, opened).items()]


@router.get("/amount")
@access("viewer")
def amount(here: Here, typed: str = "", unit: str = "", whole: bool = False) -> PlainTextResponse:
    """Say how an amount is understood, while it is typed."""
    try:
        if not typed.strip():
            return PlainTextResponse("")
        return PlainTextResponse(understood(typed[:60], unit[:8], whole=whole))
    except SmartCartError as wrong:
        return PlainTextResponse(str(wrong))


def understood(typed: str, unit: str, *, whole: bool = False) -> str:
    """Return in words how an amount is read. Raises ``WebError`` where it is not."""
    value = shown_amount(read_amount(typed, "This", whole=whole))
    behind = unit == "%" or unit.isalpha()
    return (
        f"Read as {value}{' ' if unit.isalpha() else ''}{unit}."
        if behind
        else (f"Read as {unit}{value}.")
    )


@router.post("/runs/{name}/plan/lists")
@access("analyst")
def lists(here: Here, request: Request, name: str, form: Form) -> Response:
    """Make two lists: whom to contact, and whom to leave alone."""
    opened = open_run(here, name)
    asked = _asked({field: text(form, field) for field in FIELDS})
    try:
        made = here.services.exports.plan_lists(
            name, _wishes(opened, asked, _lessons(here, opened))
        )
    except SmartCartError as error:
        return _page(here, request, name, asked, error)
    here.log("plan.export", name, export=made.id, rows=made.rows, asked=asked.query)
    told = {field: getattr(asked, field) for field in FIELDS if getattr(asked, field)}
    here.services.campaigns.plan(
        name,
        f"Plan: {opened.entry.title}",
        here.services.exports.path(made.id).parent,
        told,
        here.who,
        made.rows,
    )
    return go(f"/runs/{name}/exports/{made.id}")
