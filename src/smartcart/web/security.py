"""The guard before every route: host, origin, size, who it is; headers on every answer."""

from __future__ import annotations

import secrets
import time
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smartcart.web import errors
from smartcart.web.errors import WebError
from smartcart.web.kept_form import kept_form
from smartcart.web.users import LOCAL, User

if TYPE_CHECKING:
    from smartcart.web.config import Config
    from smartcart.web.services import Services

__all__ = ["CSP", "SESSION", "VISIT", "Guard", "HeadAsGet", "clear_session", "set_session"]

SESSION, VISIT = "smartcart_session", "smartcart_visit"
SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN = {"/login", "/api/v1/health"}  # what a stranger may reach
FILES = ("/audience", "/results", "/score")  # forms of a run that may hold a file
SMALL = 1_000_000  # bytes of a body that is no upload
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; "
    "manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)  # Plotly writes style attributes
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Cache-Control": "no-store",
}
SECURE = {"Strict-Transport-Security": "max-age=31536000"}


def cookies_of(headers: Headers) -> dict[str, str]:
    """Return the cookies of a request; none where they cannot be read."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", "")[:8192])
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


class Guard:
    """Wraps the app: nothing reaches a route unchecked, nothing leaves without its headers."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._secure = services.config.secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        headers = Headers(scope=scope)
        request = Request(scope, receive)
        state = scope.setdefault("state", {})
        cookies = cookies_of(headers)
        visit = cookies.get(VISIT, "")
        fresh = not 20 <= len(visit) <= 100
        state["visit"] = secrets.token_urlsafe(24) if fresh else visit
        state["cookie"] = cookies.get(SESSION, "")
        state["user"] = None
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(MutableHeaders(scope=message), state["visit"] if fresh else "")
            await send(message)

        try:
            self._refuse_strange(scope, headers)
            state["user"] = await self._who(headers, state["cookie"])
            limited = self._limited(scope, headers, receive, state["user"])
            await self._app(scope, limited, sending)
        except Exception as error:
            found = errors.as_web_error(error)
            kept = await kept_form(request, SMALL) if found.code == "login" else None
            if kept is None:
                response = errors.answer(request, found)
            else:
                response = request.app.state.login_again(request, kept)
            await response(scope, receive, sending)
        finally:
            self._services.metrics.count(
                scope["method"], _pattern(scope), status, time.perf_counter() - start
            )

    def _dress(self, headers: MutableHeaders, visit: str) -> None:
        for name, value in {**HEADERS, **(SECURE if self._secure else {})}.items():
            headers.setdefault(name, value)
        if "server" in headers:
            del headers["server"]
        if visit and headers.get("content-type", "").startswith("text/html"):
            headers.append("Set-Cookie", self.cookie(VISIT, visit))

    def cookie(self, name: str, value: str) -> str:
        """Return a ``Set-Cookie`` header that neither scripts nor other sites can use."""
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if self._secure else ''}"

    def _refuse_strange(self, scope: Scope, headers: Headers) -> None:
        """Raise ``WebError`` for another host's name, or a change that another site asks for."""
        host = headers.get("host", "")
        known = self._services.config.hosts
        if known is not None and _name(host) not in known:
            raise WebError.because(
                400,
                "unknown_host",
                "This server does not answer to that host name.",
                "Use the address that it printed, or start it with --public-url.",
            )
        if scope["method"] in SAFE:
            return
        site = headers.get("sec-fetch-site", "none")
        origin = headers.get("origin")
        own = {f"http://{host}", f"https://{host}"}
        if self._services.config.public_url:
            own.add(self._services.config.public_url.rstrip("/"))
        if site not in {"none", "same-origin"} or (origin is not None and origin not in own):
            raise WebError.because(
                403,
                "cross_site",
                "Another site asked for this change.",
                "Open the app itself and do it there.",
            )

    async def _who(self, headers: Headers, cookie: str) -> User | None:
        if not self._services.config.team:
            return LOCAL
        given = headers.get("authorization", "")
        accounts = self._services.accounts
        if given[:7].lower() == "bearer ":
            return await run_sync(accounts.of_token, given[7:].strip()[:200])
        if cookie:
            return await run_sync(accounts.of_session, cookie[:200])
        return None

    def _limited(
        self, scope: Scope, headers: Headers, receive: Receive, user: User | None
    ) -> Receive:
        """Return ``receive`` with the size of the body limited, at once where it is announced."""
        if scope["method"] in SAFE:
            return receive
        if user is None and scope["path"] not in OPEN:
            raise WebError.because(401, "login", "Nobody is logged in.", "Log in, or send a token.")
        uploads = scope["path"].rstrip("/") in {"/api/v1/uploads", "/upload", "/uploads"} or (
            scope["path"].startswith("/runs/") and scope["path"].endswith(FILES)
        )
        most = self._services.config.upload_bytes + SMALL if uploads else SMALL
        if user is not None and not user.may("analyst"):
            most = SMALL
        told = headers.get("content-length", "0")
        if not told.isdigit() or int(told) > most:
            raise _too_large(most)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413)  # FastAPI would tell others as a fault of the body
            return message

        return counted


def _pattern(scope: Scope) -> str:
    """Return the address of the route as it was declared; "other" where no route was found.

    The route of an included router knows its own part alone: ``/runs`` would stand for the page and
    for ``/api/v1/runs``. The app knows the whole by the function that answers.
    """
    app = scope.get("app")
    known = {} if app is None else getattr(app.state, "patterns", {})
    return str(known.get(scope.get("endpoint"), "other"))


def _too_large(most: int) -> WebError:
    return WebError.because(
        413,
        "too_large",
        f"The request holds more than {most:,} bytes.",
        "Send less; a larger file can be put into the sources folder of the server.",
    )


def _name(host: str) -> str:
    """Return the host's name without its port.

    >>> _name("localhost:8000"), _name("[::1]:8000"), _name("Shop.example.com")
    ('localhost', '::1', 'shop.example.com')
    """
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def set_session(response: Response, cookie: str, config: Config) -> None:
    """Give a browser its session; it ends with the session itself."""
    response.set_cookie(
        SESSION,
        cookie,
        max_age=int(config.session_hours * 3600),
        httponly=True,
        samesite="lax",
        secure=config.secure,
        path="/",
    )


def clear_session(response: Response) -> None:
    """Take the session from a browser."""
    response.delete_cookie(SESSION, path="/", httponly=True, samesite="lax")


class HeadAsGet:
    """Answers HEAD with what GET would say, less the body: FastAPI's routes know GET only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, head)
