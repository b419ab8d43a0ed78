"""Tokens of the API: each acts for its user, with a scope and an end, and is kept as its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import or_, select

from smartcart.errors import UsageError
from smartcart.web import tables
from smartcart.web.database import Database, now
from smartcart.web.errors import missing
from smartcart.web.users import Role, User, known_role, lesser, rank

__all__ = ["DAYS", "LONGEST_DAYS", "TokenEntry", "Tokens", "mark"]

TOKEN = "sct_"
DAYS, LONGEST_DAYS = 90, 366  # how long a token works: as a rule, and at most


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A token as its owner sees it: only its start, never the rest."""

    id: int
    name: str
    start: str
    made: str
    used: str | None
    scope: Role | None = None  # the most it may; None: as much as its owner (of older versions)
    ends: str | None = None  # None: never (of older versions)
    over: bool = False  # it has ended


def mark(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Tokens:
    """The tokens of users, in the app's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make_token(
        self, user: User, name: str, *, scope: str | None = None, days: int = DAYS
    ) -> tuple[TokenEntry, str]:
        """Return a new token of a user, and its secret, which is shown this once.

        ``scope`` is the most that it may do: a role, at most the user's own, which is taken where
        none is given. It works for so many ``days``.

        Raises
        ------
        UsageError
            Where name, scope or days cannot be.
        """
        name = name.strip()
        if not 1 <= len(name) <= 80:
            raise UsageError.of(
                "the token has no name of up to 80 characters",
                "a name to tell it by",
                "say what it is for",
            )
        may = known_role(scope) if scope else user.role
        if rank(may) > rank(user.role):
            raise UsageError.of(
                f"the token would be {may!r}, and you are {user.role!r}",
                "at most what you may do yourself",
                "choose less",
            )
        if not 1 <= days <= LONGEST_DAYS:
            raise UsageError.of(
                f"the token would work for {days:,} days",
                f"1 to {LONGEST_DAYS}",
                "choose another end",
            )
        secret = TOKEN + secrets.token_urlsafe(32)
        ends = (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).isoformat(
            timespec="microseconds"
        )
        row = {
            "user_id": user.id,
            "name": name,
            "hash": mark(secret),
            "start": secret[:8],
            "made": now(),
            "scope": may,
            "ends": ends,
        }
        with self._database.change() as connection:
            done = connection.execute(tables.tokens.insert().values(row))
        number = int(cast(Any, done.inserted_primary_key)[0])
        entry = TokenEntry(number, name, secret[:8], cast(str, row["made"]), None, may, ends)
        return entry, secret

    def tokens(self, user: User) -> list[TokenEntry]:
        """Return the tokens of a user, those that have ended, too."""
        t = tables.tokens.c
        query = (
            select(t.id, t.name, t.start, t.made, t.used, t.scope, t.ends)
            .where(t.user_id == user.id)
            .order_by(t.id)
        )
        at = now()
        with self._database.read() as connection:
            return [
                TokenEntry(*row, over=row.ends is not None and row.ends <= at)
                for row in connection.execute(query)
            ]

    def revoke(self, user: User, number: int) -> None:
        """Delete a token of a user. Raises ``WebError`` where there is none of that number."""
        t = tables.tokens
        with self._database.change() as connection:
            done = connection.execute(t.delete().where(t.c.id == number, t.c.user_id == user.id))
            if not done.rowcount:
                raise missing("token", number)

    def of_token(self, secret: str) -> User | None:
        """Return whose token it is, with no more than its scope; None where it is nobody's."""
        if not secret.startswith(TOKEN):
            return None
        t, u = tables.tokens, tables.users
        query = (
            select(t.c.id.label("token"), t.c.used, t.c.scope, u.c.id, u.c.name, u.c.role)
            .join(u, t.c.user_id == u.c.id)
            .where(
                t.c.hash == mark(secret),
                u.c.disabled.is_(False),
                or_(t.c.ends.is_(None), t.c.ends > now()),
            )
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if row.used is None or row.used < _minute_ago():  # once a minute is enough
            with self._database.change() as connection:
                connection.execute(t.update().where(t.c.id == row.token).values(used=now()))
        role = lesser(cast(Role, row.role), cast("Role | None", row.scope))
        return User(row.name, role, row.id, "token")


def _minute_ago() -> str:
    ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    return ago.isoformat(timespec="microseconds")
