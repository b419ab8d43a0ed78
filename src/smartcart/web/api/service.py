"""Health, metrics and the description of the API itself."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text

from smartcart.web.access import access
from smartcart.web.services import Here

__all__ = ["router"]

router = APIRouter()


class Health(BaseModel):
    """The server answers and reaches its database."""

    status: str


@router.get("/health", tags=["service"])
@access("anyone")
def health(here: Here) -> Health:
    """Say that the server is ready."""
    with here.services.database.read() as connection:
        connection.execute(text("SELECT 1"))
    return Health(status="ok")


@router.get("/metrics", tags=["service"], response_class=Response)
@access("viewer")
def metrics(here: Here) -> Response:
    """Return figures in the text format of Prometheus."""
    body = here.services.metrics.text(here.services.jobs.counts())
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/openapi.json", include_in_schema=False)
@access("viewer")
def openapi(request: Request) -> Any:
    """Return the description of the API."""
    return request.app.openapi()
