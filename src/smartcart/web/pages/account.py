"""Logging in and out, one's own password and tokens, and for admins the users and the log."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from smartcart.errors import SmartCartError, UsageError
from smartcart.web.access import access
from smartcart.web.csrf import csrf_token
from smartcart.web.errors import WebError, missing
from smartcart.web.kept_form import KeptForm, inside, read_kept
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.render import go, page
from smartcart.web.security import clear_session, set_session
from smartcart.web.services import Context, Here, context
from smartcart.web.tokens import DAYS
from smartcart.web.users import Role

__all__ = ["login_again", "router"]

router = APIRouter(include_in_schema=False)
ROLES = {
    "viewer": "Viewer: looks",
    "analyst": "Analyst: runs, names, exports",
    "admin": "Admin: also users and deleting",
}
SCOPES: dict[Role, str] = {
    "viewer": "Look, make no lists",
    "analyst": "Work: runs and lists",
    "admin": "All, also users",
}
TOKEN_DAYS = {30: "30 days", 90: "90 days", 366: "a year"}
LOGGED = 100  # entries of the audit log on a page


@router.get("/login")
@access("anyone")
def login_page(here: Here, request: Request, next: str = "/") -> Response:
    """Show the login."""
    if here.user is not None:
        return go(inside(next))
    return page(here, request, "login.html.j2", next=inside(next), name="", kept=None)


def login_again(request: Request, kept: KeptForm) -> HTMLResponse:
    """Return the login for somebody whose session ended over a form: what was typed is kept."""
    shown = page(context(request), request, "login.html.j2", next=kept.back, name="", kept=kept)
    shown.status_code = 401
    return shown


@router.post("/login")
@access("anyone")
def login(here: Here, request: Request, form: Form) -> Response:
    """Log in."""
    name, target = text(form, "name")[:80], inside(text(form, "next"))
    kept = read_kept(text(form, "kept"))
    password = form.get("password")
    accounts = here.services.accounts
    try:
        cookie = accounts.login(name, password if isinstance(password, str) else "", here.address)
    except WebError as error:
        here.log("login.failed", name)
        answer = page(
            here,
            request,
            "login.html.j2",
            error=error,
            next=target,
            name=name,
            kept=kept,
        )
        if error.retry_after is not None:
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    here.log("login", name)
    entered: Response = RedirectResponse(target, 303)
    if kept is not None:
        services = here.services
        now_in = replace(
            here,
            user=services.accounts.of_session(cookie),
            csrf=csrf_token(services.secret, request.state.visit, cookie),
        )
        entered = page(now_in, request, "kept.html.j2", kept=kept)
    set_session(entered, cookie, here.services.config)
    return entered


@router.post("/logout")
@access("viewer")
def logout(here: Here, request: Request) -> Response:
    """Log out."""
    here.services.accounts.logout(request.state.cookie)
    here.log("logout")
    answer = RedirectResponse("/login", 303)
    clear_session(answer)
    return answer


@router.get("/account")
@access("viewer")
def account(here: Here, request: Request) -> HTMLResponse:
    """Show one's own account."""
    return _account(here, request)


def _account(
    here: Context, request: Request, error: SmartCartError | None = None, **shown: object
) -> HTMLResponse:
    user = here.user
    if user is None or not here.services.config.team:
        raise missing("page", "account: nobody logs in here")
    return page(
        here,
        request,
        "account.html.j2",
        error=error,
        tokens=here.services.accounts.tokens(user),
        roles=ROLES,
        days=TOKEN_DAYS,
        scopes={role: label for role, label in SCOPES.items() if user.may(role)},
        **({"secret": "", "secret_name": ""} | shown),
    )


@router.post("/account/password")
@access("viewer")
def password(here: Here, request: Request, form: Form) -> Response:
    """Change one's own password; the session goes on under a new cookie."""
    user = here.user
    if user is None or not here.services.config.team:
        raise missing("page", "account: nobody logs in here")
    old, new = form.get("old"), form.get("new")
    accounts = here.services.accounts
    try:
        if not isinstance(old, str) or not isinstance(new, str):
            raise WebError.because(400, "invalid", "The form is not whole.", "Fill in both fields.")
        accounts.change_password(user, old, new)
    except SmartCartError as error:
        here.log("password.refused", user.name)
        return _account(here, request, error)
    here.log("password.change", user.name)
    entered = go("/account?done=password")
    set_session(entered, accounts.login(user.name, new, here.address), here.services.config)
    return entered


@router.post("/account/tokens")
@access("viewer")
def make_token(here: Here, request: Request, form: Form) -> HTMLResponse:
    """Make a token, and show it this once."""
    if here.user is None or not here.services.config.team:
        raise missing("page", "account: nobody logs in here")
    try:
        days = text(form, "days")
        entry, secret = here.services.accounts.make_token(
            here.user,
            text(form, "name"),
            scope=text(form, "scope") or None,
            days=int(days) if days.isdigit() else DAYS,
        )
    except SmartCartError as error:
        return _account(here, request, error)
    here.log("token.make", entry.name, scope=entry.scope, ends=entry.ends)
    return _account(here, request, secret=secret, secret_name=entry.name)


@router.post("/account/tokens/{number}/revoke")
@access("viewer")
def revoke(here: Here, number: int) -> Response:
    """Make a token useless."""
    if here.user is None:
        raise missing("token", number)
    here.services.accounts.revoke(here.user, number)
    here.log("token.revoke", str(number))
    return go("/account?done=revoked")


# Admins ----------------------------------------------------------------------------------------


@router.get("/admin")
@access("admin", gives="accounts")
def admin(here: Here, request: Request, before: int | None = None) -> HTMLResponse:
    """Show users and the log."""
    return _admin(here, request, before)


def _admin(
    here: Context, request: Request, before: int | None = None, error: SmartCartError | None = None
) -> HTMLResponse:
    entries = here.services.audit.entries(before=before, limit=LOGGED + 1)
    return page(
        here,
        request,
        "admin.html.j2",
        error=error,
        people=here.services.accounts.people(),
        roles=ROLES,
        entries=entries[:LOGGED],
        more=entries[LOGGED - 1].id if len(entries) > LOGGED else None,
    )


@router.post("/admin/users")
@access("admin", gives="accounts")
def add(here: Here, request: Request, form: Form) -> Response:
    """Add a user."""
    password = form.get("password")
    try:
        person = here.services.accounts.add(
            text(form, "name"), password if isinstance(password, str) else "", text(form, "role")
        )
    except SmartCartError as error:
        return _admin(here, request, error=error)
    here.log("user.add", person.name, role=person.role)
    return go("/admin?done=user-added")


@router.post("/admin/users/{name}")
@access("admin", gives="accounts")
def alter(here: Here, request: Request, name: str, form: Form) -> Response:
    """Change a user's role, password, or whether they may log in."""
    password = form.get("password")
    role = text(form, "role") or None
    disabled = text(form, "disabled") == "yes"
    fresh = password if isinstance(password, str) and password else None
    try:
        if here.user is not None and name == here.user.name and disabled:
            raise UsageError.of(
                "you would lock yourself out", "another user", "let another admin do it"
            )
        here.services.accounts.alter(name, role=role, disabled=disabled, password=fresh)
    except UsageError as error:
        return _admin(here, request, error=error)
    here.log("user.alter", name, role=role, disabled=disabled, password=fresh is not None)
    return go("/admin?done=user-altered")
