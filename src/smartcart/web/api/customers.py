"""Customers of a run: found, explained, scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from smartcart.web.access import access
from smartcart.web.api.shapes import After, Customer, Limit, Page, Run, Strict, as_json, page
from smartcart.web.customers import Found, Past, Scored
from smartcart.web.services import Here
from smartcart.workflows.what_if import WhatIf

__all__ = ["router"]

router = APIRouter(prefix="/runs/{run}", tags=["customers"])

Cell = str | int | float | bool | None
Against = Annotated[int | None, Query(description="Id of the segment to compare with.")]


class Rows(Strict):
    """Customers, each by the columns of the run's source."""

    customers: list[dict[Annotated[str, Field(max_length=200)], Cell]] = Field(
        min_length=1, max_length=1_000
    )


class Values(Strict):
    """Values of forming features; the rest is the customer's own, or the segment's mean."""

    values: dict[Annotated[str, Field(max_length=200)], float | None] = Field(max_length=2_500)
    customer_id: str | None = Field(None, min_length=1, max_length=200)
    segment_id: int | None = None
    against: int | None = None


@router.get("/customers", response_model=Page[Found])
@access("analyst", gives="customers")
def customers(
    here: Here,
    run: Run,
    after: After = None,
    limit: Limit = 100,
    segment_id: Annotated[int | None, Query(description="Of one segment alone.")] = None,
) -> Response:
    """List customers in the order of their ids as text."""
    found = here.services.customers.page(run, after, limit, segment_id)
    here.hand_out("customers", run, len(found), after=after, segment=segment_id)
    return page(found, limit, "customer_id")


@router.get("/customers/{customer_id}", response_model=Found)
@access("viewer", gives="one customer")
def customer(here: Here, run: Run, customer_id: Customer) -> Response:
    """Find one customer by id."""
    return as_json(here.services.customers.find(run, customer_id))


@router.get("/customers/{customer_id}/explanation", response_model=WhatIf)
@access("viewer", gives="one customer")
def explain(here: Here, run: Run, customer_id: Customer, against: Against = None) -> Response:
    """Say why a customer is in its segment: what each feature adds, exactly."""
    return as_json(here.services.customers.why(run, customer_id, against))


@router.get("/customers/{customer_id}/history", response_model=list[Past])
@access("viewer", gives="one customer")
def history(here: Here, run: Run, customer_id: Customer) -> Response:
    """Return where a customer was in the runs of the workspace, the latest first."""
    here.services.workspace.path(run)
    return as_json(here.services.customers.history(customer_id))


@router.post("/score", response_model=list[Scored])
@access("viewer")
def score(here: Here, run: Run, body: Rows) -> Response:
    """Assign one or many customers, which need not be in the run, with its saved model."""
    rows: list[Mapping[str, object]] = list(body.customers)
    return as_json(here.services.customers.score(run, rows))


@router.post("/what-if", response_model=WhatIf)
@access("viewer")
def what_if(here: Here, run: Run, body: Values) -> Response:
    """Return the segment that other values would give."""
    return as_json(
        here.services.customers.what_if(
            run,
            body.values,
            customer_id=body.customer_id,
            segment_id=body.segment_id,
            against=body.against,
        )
    )
