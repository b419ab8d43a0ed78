"""Who may use a route: each one says so, and one place decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar
from urllib.parse import quote

from fastapi import Request

from smartcart.web.csrf import csrf_token, same_token
from smartcart.web.errors import WebError, wants_page
from smartcart.web.security import SAFE
from smartcart.web.users import Role, rank

__all__ = ["access", "authorize", "needed"]

F = TypeVar("F", bound=Callable[..., object])
Need = Role | Literal["anyone"]
Gives = Literal["figures", "one customer", "customers", "accounts"]
LEAST: dict[Gives, Role | None] = {
    "figures": None,
    "one customer": "viewer",
    "customers": "analyst",
    "accounts": "admin",
}


def access(need: Need, *, gives: Gives = "figures") -> Callable[[F], F]:
    """Say who may use a route: put it between the route's decorator and its function.

    ``anyone`` means strangers as well; such a route changes nothing without a login. ``gives`` says
    what data the route hands out: many customers at once are an analyst's, by whichever way, and
    every such answer is to be written to the audit log (:meth:`Context.hand_out`).

    Raises ``TypeError`` where the role is less than the data need.
    """
    least = LEAST[gives]
    if least is not None and (need == "anyone" or rank(need) < rank(least)):
        raise TypeError(f"{gives} need the role {least!r}, not {need!r}")

    def mark(function: F) -> F:
        function.__access__ = need  # type: ignore[attr-defined]
        function.__gives__ = gives  # type: ignore[attr-defined]
        return function

    return mark


def needed(route: object) -> Need | None:
    """Return what a route says; None where it says nothing."""
    found: Need | None = getattr(getattr(route, "endpoint", None), "__access__", None)
    return found


async def authorize(request: Request) -> None:
    """Let a request pass to its route, or raise ``WebError``: the app's first dependency."""
    need = needed(request.scope.get("route"))
    if need is None:
        raise WebError.because(403, "forbidden", "Nobody may use this address.")
    user = request.state.user
    if need != "anyone":
        if user is None:
            raise _login(request)
        if not user.may(need):
            raise WebError.because(
                403,
                "forbidden",
                f"This needs the role {need!r}; yours is {user.role!r}.",
                "Ask an admin for that role.",
            )
    if request.method in SAFE or (user is not None and user.via == "token"):
        return
    if user is not None and user.via == "local" and request.url.path.startswith("/api/"):
        return  # the guard has made sure that no other site asks
    known = csrf_token(request.app.state.services.secret, request.state.visit, request.state.cookie)
    given: object = request.headers.get("x-csrf-token")
    if given is None and "form" in request.headers.get("content-type", ""):
        given = (await request.form()).get("csrf_token")
    if not isinstance(given, str) or not same_token(known, given):
        raise WebError.because(
            403,
            "csrf",
            "The form is too old, or did not come from this app.",
            "Load the page again and repeat it.",
        )


def _login(request: Request) -> WebError:
    error = WebError.because(401, "login", "Nobody is logged in.", "Log in, or send a token.")
    if wants_page(request) and request.method in SAFE:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        error = WebError.because(303, "login", "Nobody is logged in.")
        error.location = f"/login?next={quote(target, safe='')}"
    return error
