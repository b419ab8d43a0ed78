"""The REST API under ``/api/v1``: what the pages show, for programs."""

from __future__ import annotations

from fastapi import APIRouter

from smartcart.web.api import service

__all__ = ["router"]

router = APIRouter(prefix="/api/v1")
router.include_router(service.router)
