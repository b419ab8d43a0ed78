"""Who changed or took away what, and when: written with the change, never altered."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from smartcart.records import JsonObject
from smartcart.web import tables
from smartcart.web.database import Database, now

__all__ = ["Audit", "AuditEntry"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did."""

    id: int
    at: str
    user: str
    address: str
    action: str  # "run.start", "segment.rename", "audience.export", ...
    subject: str
    details: JsonObject


class Audit:
    """The log of every change and every export."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(
        self, user: str, action: str, subject: str = "", *, address: str = "", **details: object
    ) -> None:
        """Add an entry. ``details`` must hold no password and no token."""
        row = {
            "at": now(),
            "user": user[:80],
            "address": address[:64],
            "action": action,
            "subject": subject[:400],
            "details": json.dumps(details, ensure_ascii=False),
        }
        with self._database.change() as connection:
            connection.execute(tables.audit.insert().values(row))

    def entries(self, before: int | None = None, limit: int = 100) -> list[AuditEntry]:
        """Return the latest entries, those with an id below ``before`` where it is given."""
        query = select(tables.audit).order_by(tables.audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(tables.audit.c.id < before)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [AuditEntry(**{**row, "details": json.loads(row["details"])}) for row in rows]
