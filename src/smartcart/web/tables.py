"""What the app itself must remember: one table per kind of thing, for SQLite and PostgreSQL.

Times are UTC, as text in ISO 8601 with microseconds, so that they sort alike on both. The files of
a run stay in its folder; nothing here is needed to read one.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

__all__ = [
    "attempts",
    "audit",
    "jobs",
    "metadata",
    "names",
    "notes",
    "runs",
    "secrets",
    "sessions",
    "tokens",
    "uploads",
    "users",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
TIME = String(32)
Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up whole numbers only

users = Table(
    "users",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("password", String(200), nullable=False),  # an argon2 hash
    Column("role", String(16), nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("made", TIME, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("made", TIME, nullable=False),
    Column("ends", TIME, nullable=False),
)
tokens = Table(
    "tokens",
    metadata,
    Column("id", Number, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),  # SHA-256 of the token
    Column("start", String(16), nullable=False),  # its first letters, to tell it by
    Column("made", TIME, nullable=False),
    Column("used", TIME),
    Column("scope", String(16)),  # the most it may; None: as much as its user
    Column("ends", TIME),  # None: never
)
attempts = Table(
    "attempts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", TIME, nullable=False, index=True),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", TIME, nullable=False),
    Column("user", String(80), nullable=False),
    Column("address", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("details", Text, nullable=False, default="{}"),  # JSON
)
uploads = Table(
    "uploads",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(255), nullable=False),  # the user's own; never a path of ours
    Column("file", String(400), nullable=False),  # below uploads/ID, or of the sources folder
    Column("kind", String(16), nullable=False),  # "upload", "source" or "synthetic"
    Column("bytes", Number, nullable=False),
    Column("made", TIME, nullable=False),
    Column("user", String(80), nullable=False),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),  # "run", "migration" or "monitoring"
    Column("state", String(16), nullable=False, index=True),
    Column("title", String(255), nullable=False),
    Column("asked", Text, nullable=False),  # JSON: what it was asked to do
    Column("result", String(255), nullable=False),  # the run, or the file, that it makes
    Column("message", Text, nullable=False, default=""),
    Column("step", String(255), nullable=False, default=""),
    Column("user", String(80), nullable=False),
    Column("made", TIME, nullable=False, index=True),
    Column("began", TIME),
    Column("ended", TIME),
)
runs = Table(
    "runs",
    metadata,
    Column("name", String(80), primary_key=True),  # its folder
    Column("title", String(255), nullable=False),
    Column("upload_id", String(32)),
    Column("parent", String(80)),  # the run whose segments live on in it
    Column("user", String(80), nullable=False),
    Column("made", TIME, nullable=False),
)
names = Table(
    "names",
    metadata,
    Column("id", Number, primary_key=True),
    Column("run", String(80), nullable=False),
    Column("segment_id", Integer, nullable=False),
    Column("name", String(120), nullable=False),  # "": the model's own again
    Column("user", String(80), nullable=False),
    Column("at", TIME, nullable=False),
    Index("ix_names_run", "run", "segment_id"),
)
notes = Table(
    "notes",
    metadata,
    Column("id", Number, primary_key=True),
    Column("run", String(80), nullable=False),
    Column("segment_id", Integer),  # None: of the run as a whole
    Column("text", Text, nullable=False),
    Column("user", String(80), nullable=False),
    Column("at", TIME, nullable=False),
    Index("ix_notes_run", "run", "segment_id"),
)
secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(128), nullable=False),
)
