"""Who may come in: users with roles, passwords (argon2), sessions, tokens and throttled logins."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import threading
from dataclasses import dataclass
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from smartcart.errors import UsageError
from smartcart.web import tables
from smartcart.web.database import Database, now
from smartcart.web.errors import WebError, missing
from smartcart.web.tokens import TokenEntry, Tokens, mark
from smartcart.web.users import LOCAL, ROLES, Role, User, known_role, rank

__all__ = ["LOCAL", "ROLES", "Accounts", "Person", "Role", "TokenEntry", "User", "rank"]

SHORTEST, LONGEST = 10, 200  # characters of a password
WINDOW = 15  # minutes in which failed logins count
PER_NAME_AND_ADDRESS, PER_NAME, PER_ADDRESS = 5, 20, 30  # failed logins in that time
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,79}")
_HASHING = threading.Semaphore(2)  # each needs 64 MB


@dataclass(frozen=True, slots=True)
class Person:
    """A user as an admin sees one."""

    name: str
    role: Role
    disabled: bool
    made: str


def _ago(minutes: float) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)).isoformat(
        timespec="microseconds"
    )


class Accounts(Tokens):
    """Users, their sessions and tokens, in the app's database."""

    def __init__(self, database: Database, *, session_hours: float = 12.0) -> None:
        super().__init__(database)
        self._hours = session_hours
        self._hasher = PasswordHasher()
        self._nobody = ""  # a hash that no password has: an unknown name costs as much time

    # People ------------------------------------------------------------------------------------

    def count(self) -> int:
        """Return how many users can log in."""
        users = tables.users
        query = select(func.count()).select_from(users).where(users.c.disabled.is_(False))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def people(self) -> list[Person]:
        """Return all users by name."""
        u = tables.users.c
        with self._database.read() as connection:
            rows = connection.execute(
                select(u.name, u.role, u.disabled, u.made).order_by(u.name)
            ).all()
        return [Person(r.name, cast(Role, r.role), bool(r.disabled), r.made) for r in rows]

    def add(self, name: str, password: str, role: str) -> Person:
        """Add a user. Raises ``UsageError`` where name, password or role cannot be."""
        known = known_role(role)
        if not _NAME.fullmatch(name):
            raise UsageError.of(
                "the user's name holds something else",
                "letters, digits, '.', '_', '@' and '-'",
                "choose another name of up to 80 characters",
            )
        _refuse_password(password)
        u = tables.users.c
        row = {
            "name": name,
            "password": self._hash(password),
            "role": known,
            "disabled": False,
            "made": now(),
        }
        try:
            with self._database.change() as connection:
                twin = select(u.name).where(func.lower(u.name) == name.lower())
                there = connection.execute(twin).scalar()
                if there is not None:
                    raise UsageError.of(
                        f"there is a user {there!r} already", "a new name", "choose another"
                    )
                connection.execute(tables.users.insert().values(row))
        except IntegrityError:
            raise UsageError.of(
                f"there is a user {name!r} already", "a new name", "choose another"
            ) from None
        return Person(name, known, False, cast(str, row["made"]))

    def alter(
        self,
        name: str,
        *,
        role: str | None = None,
        disabled: bool | None = None,
        password: str | None = None,
    ) -> Person:
        """Change a user; whoever gets another password or is disabled is logged out.

        Raises ``WebError`` where there is no such user, and ``UsageError`` where no admin would be
        left.
        """
        users = tables.users
        values: dict[str, object] = {}
        if role is not None:
            values["role"] = known_role(role)
        if disabled is not None:
            values["disabled"] = disabled
        if password is not None:
            _refuse_password(password)
            values["password"] = self._hash(password)
        with self._database.change() as connection:
            found = connection.execute(select(users).where(users.c.name == name)).mappings().first()
            if found is None:
                raise missing("user", name)
            if values:
                connection.execute(users.update().where(users.c.id == found["id"]).values(values))
            admins = (
                select(func.count())
                .select_from(users)
                .where(users.c.disabled.is_(False), users.c.role == "admin")
            )
            if not connection.execute(admins).scalar_one():
                raise UsageError.of(
                    f"{name!r} is the only admin", "another admin beside", "add one first"
                )
            if disabled or password is not None:
                connection.execute(
                    tables.sessions.delete().where(tables.sessions.c.user_id == found["id"])
                )
            if disabled:
                connection.execute(
                    tables.tokens.delete().where(tables.tokens.c.user_id == found["id"])
                )
        new = {**found, **values}
        return Person(name, cast(Role, new["role"]), bool(new["disabled"]), new["made"])

    def change_password(self, user: User, old: str, new: str) -> None:
        """Give a user a password of their own choice; other sessions of theirs end.

        Raises ``WebError`` 403 where the old one is wrong, ``UsageError`` where the new one cannot
        be.
        """
        users = tables.users
        with self._database.read() as connection:
            known = connection.execute(
                select(users.c.password).where(users.c.id == user.id)
            ).scalar()
        if not self._matches(known, old):
            raise WebError.because(
                403, "wrong_password", "Your present password is another one.", "Type it again."
            )
        self.alter(user.name, password=new)

    # Sessions ----------------------------------------------------------------------------------

    def login(self, name: str, password: str, address: str) -> str:
        """Return the cookie of a new session.

        Raises ``WebError`` 401 where name or password is wrong, and 429 after too many attempts.
        """
        name, address = name[:80].lower(), address[:64]
        self._throttle(name, address)  # however the name is written
        users = tables.users
        with self._database.read() as connection:
            found = (
                connection.execute(
                    select(users).where(func.lower(users.c.name) == name).order_by(users.c.id)
                )
                .mappings()
                .first()
            )
        if not self._matches(found["password"] if found else None, password) or (
            found is None or found["disabled"]
        ):
            with self._database.change() as connection:
                connection.execute(
                    tables.attempts.insert().values(name=name, address=address, at=now())
                )
            raise WebError.because(
                401,
                "wrong_login",
                "The name or the password is wrong.",
                "Try again, or ask an admin for a new password.",
            )
        cookie = secrets.token_urlsafe(32)
        ends = dt.datetime.now(dt.UTC) + dt.timedelta(hours=self._hours)
        with self._database.change() as connection:
            connection.execute(tables.sessions.delete().where(tables.sessions.c.ends < now()))
            connection.execute(tables.attempts.delete().where(tables.attempts.c.at < _ago(1440)))
            connection.execute(
                tables.sessions.insert().values(
                    hash=mark(cookie),
                    user_id=found["id"],
                    made=now(),
                    ends=ends.isoformat(timespec="microseconds"),
                )
            )
        return cookie

    def logout(self, cookie: str) -> None:
        """End a session."""
        with self._database.change() as connection:
            connection.execute(
                tables.sessions.delete().where(tables.sessions.c.hash == mark(cookie))
            )

    def of_session(self, cookie: str) -> User | None:
        """Return whose session a cookie is; None where it has ended."""
        s, u = tables.sessions, tables.users
        query = (
            select(u.c.id, u.c.name, u.c.role)
            .join(s, s.c.user_id == u.c.id)
            .where(s.c.hash == mark(cookie), s.c.ends > now(), u.c.disabled.is_(False))
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else User(row.name, cast(Role, row.role), row.id, "session")

    def _throttle(self, name: str, address: str) -> None:
        a = tables.attempts.c
        recent = select(func.count(), func.min(a.at)).where(a.at > _ago(WINDOW))
        limits = (
            (recent.where(a.name == name, a.address == address), PER_NAME_AND_ADDRESS),
            (recent.where(a.name == name), PER_NAME),
            (recent.where(a.address == address), PER_ADDRESS),
        )
        with self._database.read() as connection:
            for query, most in limits:
                count, first = connection.execute(query).one()
                if count >= most:
                    ends = dt.datetime.fromisoformat(first) + dt.timedelta(minutes=WINDOW)
                    wait = max(1, int((ends - dt.datetime.now(dt.UTC)).total_seconds()) + 1)
                    raise WebError.because(
                        429,
                        "too_many_attempts",
                        "There were too many wrong logins.",
                        f"Wait {-(-wait // 60)} minutes and try again.",
                        wait,
                    )

    # Passwords ---------------------------------------------------------------------------------

    def _hash(self, password: str) -> str:
        with _HASHING:
            return self._hasher.hash(password)

    def _matches(self, known: str | None, password: str) -> bool:
        if not self._nobody:
            self._nobody = self._hash(secrets.token_urlsafe(16))
        try:
            with _HASHING:
                self._hasher.verify(known or self._nobody, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return known is not None


def _refuse_password(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < 4:
        raise UsageError.of(
            f"the password has {len(password)} characters or repeats a few",
            f"{SHORTEST} to {LONGEST} characters, at least four different ones",
            "choose a longer one",
        )
