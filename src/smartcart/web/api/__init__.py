"""The REST API under ``/api/v1``: what the pages show, for programs."""

from __future__ import annotations

from fastapi import APIRouter

from smartcart.web.api import campaigns, customers, people, runs, service, work
from smartcart.web.errors import ErrorAnswer

__all__ = ["router"]

ERRORS: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorAnswer, "description": words}
    for status, words in {
        400: "The request cannot be fulfilled as it was made.",
        401: "Nobody is logged in.",
        403: "The role does not suffice.",
        404: "There is no such thing.",
        409: "Not while things are as they are.",
        413: "Too large.",
        422: "A value or the data cannot be used.",
        429: "Too many attempts; `Retry-After` says when.",
        503: "Busy; `Retry-After` says when to try again.",
    }.items()
}

router = APIRouter(prefix="/api/v1", responses=ERRORS)
for _part in (service, runs, customers, campaigns, work, people):
    router.include_router(_part.router)
