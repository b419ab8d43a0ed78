"""A warning, which any record may carry."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Notice"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning: something a careful reader should know. ``count`` is in the unit named."""

    code: str
    message: str
    count: int | None = None
