"""Plans of campaigns, audiences, and the lists that come of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse
from pydantic import Field

from smartcart.records import Campaign, Ledgered
from smartcart.web.access import access
from smartcart.web.api.shapes import Run, Strict, as_json
from smartcart.web.campaigns import KeptCampaign, ResultWishes
from smartcart.web.errors import missing
from smartcart.web.exports import MEDIA, Export, PlanWishes
from smartcart.web.services import Context, Here
from smartcart.workflows.kept_campaigns import learnt

__all__ = ["router"]

router = APIRouter(tags=["campaigns"])

Money = Annotated[float, Field(ge=0, le=1e12)]
Rate = Annotated[float, Field(ge=0, le=1)]
Number = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of the export.")]
KNOWN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$"
Upload = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
File = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$", description="Name of the list.")]


class PlanRequest(Strict):
    """What a campaign costs and earns."""

    cost: Money
    revenue: Money | None = Field(
        None, description="Of a response; else what its segment is expected to spend."
    )
    outcome: str | None = Field(None, max_length=200)
    rate: Rate | None = None
    budget: Money | None = None
    baseline: Rate | None = None
    partial: bool = True
    seed: int = Field(0, ge=0, le=2**32 - 1)
    campaign: str | None = Field(
        None,
        pattern="^[0-9a-f]{16}$",
        description="A campaign with results to learn from, in place of a rate; outcome names one "
        "of its outcomes.",
    )
    arm: str | None = Field(None, max_length=200, description="Of that campaign; else the first.")

    def wishes(self, here: Context) -> PlanWishes:
        """Return the same for the services. Raises ``WebError`` 404 without the campaign."""
        wishes = PlanWishes(**self.model_dump(exclude={"campaign", "arm"}))
        if self.campaign is None:
            return wishes
        kept = here.services.campaigns.one(self.campaign)
        if kept.effects is None:
            raise missing("campaign with results", self.campaign)
        found = learnt(kept.effects, f"“{kept.title}”", self.outcome or "", self.arm or "")
        return replace(wishes, outcome=None, learnt=found)


class Audience(Strict):
    """Whose ids are wanted."""

    segment_ids: list[int] = Field(min_length=1, max_length=100)
    min_confidence: Rate = 0.0
    kind: Literal["csv", "parquet", "txt"] = "csv"
    contacts: Upload | None = Field(None, description="Upload with ids and e-mail or phone.")
    suppress: Upload | None = Field(None, description="Upload of who must not be contacted.")
    country: str | None = Field(None, max_length=6, description="Calling code, or two letters.")
    destination: Literal["google", "meta", "tiktok", "linkedin", "klaviyo", "mailchimp"] | None = (
        None
    )
    changes_since: str | None = Field(None, pattern=KNOWN, description="An earlier run.")
    late: bool = Field(False, description="Only who is late by the forecast of the run.")


@router.post("/runs/{run}/plan", response_model=Campaign)
@access("viewer")
def plan(here: Here, run: Run, body: PlanRequest) -> Response:
    """Plan a campaign: whom to contact, what it earns, with intervals and a holdout."""
    return as_json(here.services.exports.plan(run, body.wishes(here)))


@router.post("/runs/{run}/plan/lists", response_model=Export, status_code=201)
@access("analyst", gives="customers")
def plan_lists(here: Here, run: Run, body: PlanRequest) -> Response:
    """Write who is contacted and who is held out; download it as an export."""
    made = here.services.exports.plan_lists(run, body.wishes(here))
    here.log("plan.export", run, export=made.id, customers=made.rows)
    return as_json(made, 201)


@router.post("/runs/{run}/audiences", response_model=Export, status_code=201)
@access("analyst", gives="customers")
def audience(here: Here, run: Run, body: Audience) -> Response:
    """Write the customers of segments to a file, with a receipt; download it as an export."""
    made = here.services.exports.audience(
        run,
        body.segment_ids,
        min_confidence=body.min_confidence,
        kind=body.kind,
        contacts=body.contacts,
        suppress=body.suppress,
        country=body.country,
        destination=body.destination,
        changes_since=body.changes_since,
        late=body.late,
    )
    here.log("audience.export", run, export=made.id, segments=body.segment_ids, customers=made.rows)
    return as_json(made, 201)


class Results(Strict):
    """How a table of results is read; what is left out is found by its name."""

    upload_id: Upload
    title: str = Field("", max_length=200)
    campaign: str | None = Field(None, pattern="^[0-9a-f]{16}$")
    arm: str | None = Field(None, max_length=200)
    control: str | None = Field(None, max_length=200)
    outcomes: list[Annotated[str, Field(max_length=200)]] = Field([], max_length=20)
    cost: Money = 0.0
    revenue: Money | None = None
    margin: Annotated[float, Field(ge=0, le=10)] = 1.0


@router.post("/runs/{run}/results", response_model=KeptCampaign, status_code=201)
@access("analyst")
def results(here: Here, run: Run, body: Results) -> Response:
    """Measure a campaign of one or several arms: rates and money against who was left alone."""
    wishes = ResultWishes(
        body.arm, body.control, tuple(body.outcomes), body.cost, body.revenue, body.margin
    )
    kept = here.services.campaigns.measure(
        run, body.upload_id, wishes, here.who, campaign=body.campaign, title=body.title
    )
    here.log("results.measure", kept.id, run=run, upload=body.upload_id)
    return as_json(kept, 201)


@router.get("/campaigns", response_model=list[KeptCampaign])
@access("viewer")
def campaigns(here: Here) -> Response:
    """List the campaigns, the oldest first, with their results."""
    return as_json(here.services.campaigns.entries())


@router.get("/campaigns/ledger", response_model=list[Ledgered])
@access("viewer")
def ledger(here: Here) -> Response:
    """Return what each campaign earned against those left alone, and all so far."""
    return as_json(here.services.campaigns.ledger())


@router.get("/exports/{number}", response_class=FileResponse)
@access("analyst", gives="customers")
def export(here: Here, number: Number) -> Response:
    """Download a list; of a plan that of whom to contact."""
    path = here.services.exports.path(number)
    here.log("export.download", number, file=path.name)
    return FileResponse(path, media_type=MEDIA[path.suffix], filename=path.name)


@router.get("/exports/{number}/files/{file}", response_class=FileResponse)
@access("analyst", gives="customers")
def export_file(here: Here, number: Number, file: File) -> Response:
    """Download one of the lists of an export: of a plan contact.csv or held-out.csv."""
    path = here.services.exports.path(number, file)
    here.log("export.download", number, file=path.name)
    return FileResponse(path, media_type=MEDIA[path.suffix], filename=path.name)


@router.get("/exports/{number}/receipt", response_class=FileResponse)
@access("analyst")
def receipt(here: Here, number: Number) -> Response:
    """Download the receipt of a list."""
    path = here.services.exports.path(number, receipt=True)
    return FileResponse(path, media_type=MEDIA[path.suffix], filename=path.name)
