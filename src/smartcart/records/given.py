"""What people say of segments."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GivenName"]


@dataclass(frozen=True, slots=True)
class GivenName:
    """A name that somebody gave a segment; "" takes an earlier one back."""

    segment_id: int
    name: str
    user: str
    at: str  # UTC, ISO 8601
