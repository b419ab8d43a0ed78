"""Users, tokens and the audit log; of a server with ``--team``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field, SecretStr

from smartcart.web.access import access
from smartcart.web.accounts import Person, Role, TokenEntry, User
from smartcart.web.api.shapes import Limit, Message, Page, Strict, as_json, page
from smartcart.web.audit import AuditEntry
from smartcart.web.errors import WebError
from smartcart.web.services import Context, Here
from smartcart.web.tokens import DAYS, LONGEST_DAYS

__all__ = ["router"]

router = APIRouter(tags=["people"])

UserName = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$")]


class Me(BaseModel):
    """Whoever asks."""

    name: str
    role: Role


class NewUser(Strict):
    """A user to add."""

    name: str = Field(max_length=80)
    password: SecretStr = Field(max_length=200)
    role: Role = "viewer"


class ChangedUser(Strict):
    """What becomes of a user."""

    role: Role | None = None
    disabled: bool | None = None
    password: SecretStr | None = Field(None, max_length=200)


class NewToken(Strict):
    """A token to make."""

    name: str = Field(min_length=1, max_length=80)
    scope: Role | None = Field(None, description="The most it may do; else as much as you.")
    days: int = Field(DAYS, ge=1, le=LONGEST_DAYS, description="How long it works.")


class MadeToken(BaseModel):
    """A token and its secret, which is never shown again."""

    id: int
    name: str
    token: str
    scope: Role | None
    ends: str | None


@router.get("/me")
@access("viewer")
def me(here: Here) -> Me:
    """Say who asks."""
    user = _user(here)
    return Me(name=user.name, role=user.role)


@router.get("/users", response_model=list[Person])
@access("admin", gives="accounts")
def users(here: Here) -> Response:
    """List the users."""
    return as_json(here.services.accounts.people())


@router.post("/users", response_model=Person, status_code=201)
@access("admin", gives="accounts")
def add_user(here: Here, body: NewUser) -> Response:
    """Add a user."""
    made = here.services.accounts.add(body.name, body.password.get_secret_value(), body.role)
    here.log("user.add", made.name, role=made.role)
    return as_json(made, 201)


@router.patch("/users/{name}", response_model=Person)
@access("admin", gives="accounts")
def change_user(here: Here, name: UserName, body: ChangedUser) -> Response:
    """Give a user another role or password, or shut one out."""
    secret = None if body.password is None else body.password.get_secret_value()
    found = here.services.accounts.alter(
        name, role=body.role, disabled=body.disabled, password=secret
    )
    here.log(
        "user.change",
        name,
        role=found.role,
        disabled=found.disabled,
        password="changed" if secret is not None else "kept",
    )
    return as_json(found)


@router.get("/tokens", response_model=list[TokenEntry])
@access("viewer")
def tokens(here: Here) -> Response:
    """List one's own tokens, by their first letters."""
    return as_json(here.services.accounts.tokens(_user(here)))


@router.post("/tokens", status_code=201)
@access("viewer")
def make_token(here: Here, body: NewToken) -> MadeToken:
    """Make a token; its secret is shown this once."""
    user = _user(here)
    if user.via == "local":
        raise WebError.because(
            409, "no_login", "Without --team there is no login, and no token is needed."
        )
    entry, secret = here.services.accounts.make_token(
        user, body.name, scope=body.scope, days=body.days
    )
    here.log("token.add", entry.start, name=entry.name, scope=entry.scope, ends=entry.ends)
    return MadeToken(id=entry.id, name=entry.name, token=secret, scope=entry.scope, ends=entry.ends)


@router.delete("/tokens/{number}")
@access("viewer")
def revoke(here: Here, number: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Message:
    """Delete one of one's own tokens."""
    here.services.accounts.revoke(_user(here), number)
    here.log("token.delete", str(number))
    return Message(done="deleted")


@router.get("/audit", response_model=Page[AuditEntry])
@access("admin", gives="accounts")
def audit(
    here: Here,
    after: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Limit = 100,
) -> Response:
    """Return who changed or took away what, the latest first."""
    return page(here.services.audit.entries(after, limit), limit, "id")


def _user(here: Context) -> User:
    assert here.user is not None  # the route needs one
    return here.user
