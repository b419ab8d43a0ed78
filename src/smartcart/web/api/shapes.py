"""What the API answers with, where it is no record of SmartCart's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from smartcart import store

__all__ = ["After", "Customer", "Limit", "Message", "Page", "Run", "Strict", "as_json", "page"]

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=1_000, description="At most so many.")]
After = Annotated[
    str | None, Query(max_length=200, description="`next` of the page before; else the first page.")
]
Run = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$", description="Name of the run's folder."),
]
Customer = Annotated[str, Path(min_length=1, max_length=200, description="Id of the customer.")]


class Page(BaseModel, Generic[T]):
    """Some of many, in a fixed order; ``next`` goes into ``after`` for the next ones."""

    items: list[T]
    next: str | None = None


class Strict(BaseModel):
    """A body that holds nothing unknown, and finite numbers only."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_max_length=5_000)


class Message(BaseModel):
    """What was done."""

    done: str = Field(description="In a word.")


def as_json(content: object, status: int = 200) -> JSONResponse:
    """Return records as JSON, what is no number as null."""
    return JSONResponse(store.plain(content), status)


def page(items: Sequence[object], limit: int, key: str) -> JSONResponse:
    """Return a page; ``key`` is the field that the next one starts after."""
    end = getattr(items[-1], key) if len(items) == limit and items else None
    return as_json({"items": items, "next": None if end is None else str(end)})
