"""The address of a database server, as a source names it."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Address"]


@dataclass(frozen=True, slots=True)
class Address:
    """A database server; ``label`` and ``str`` show neither password nor options.

    ``scheme`` names the kind of server, as in :mod:`smartcart.engines.servers`.
    """

    url: str = field(repr=False)
    label: str
    part: str | None = None
    scheme: str = field(default="postgresql", repr=False)
