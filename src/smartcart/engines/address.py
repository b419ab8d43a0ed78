"""The address of a database server, as a source names it."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Address"]


@dataclass(frozen=True, slots=True)
class Address:
    """A database server; ``label`` and ``str`` show neither password nor options."""

    url: str = field(repr=False)
    label: str
    part: str | None = None
