"""One shape for every error: ``{"error": {"code", "message", "way_out"}}``, or a page."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from smartcart.errors import DataError, SmartCartError, UsageError

__all__ = ["ErrorAnswer", "WebError", "answer", "install", "missing", "wants_page"]

log = logging.getLogger("smartcart.web")

Page = Callable[[Request, int, str, str], Response]  # status, message, way out


class WebError(SmartCartError):
    """Something the app refuses, with the HTTP status and code that say so."""

    status = 400
    code = "refused"
    retry_after: int | None = None  # seconds
    location: str | None = None  # where a browser is sent instead

    @classmethod
    def because(
        cls, status: int, code: str, message: str, way_out: str = "", retry_after: int | None = None
    ) -> WebError:
        """Return the error that is answered with ``status``."""
        error = cls(message)
        error.status, error.code, error.way_out = status, code, way_out
        error.retry_after = retry_after
        return error


def missing(what: str, name: object) -> WebError:
    """Return the error that something is not there."""
    return WebError.because(404, "not_found", f"There is no {what} {str(name)[:80]!r}.")


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str
    message: str
    way_out: str = ""


class ErrorAnswer(BaseModel):
    """The one shape of an error."""

    error: ErrorBody


def wants_page(request: Request) -> bool:
    """Return whether whoever asks is a browser that shows a page."""
    path = request.scope.get("path", "")
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def answer(request: Request, error: WebError) -> Response:
    """Return the answer to an error: JSON, or a page for a browser."""
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if error.location is not None:
        return RedirectResponse(error.location, error.status)
    if error.status == 401 and not wants_page(request):
        headers["WWW-Authenticate"] = "Bearer"
    page: Page | None = getattr(request.app.state, "error_page", None)
    if wants_page(request) and page is not None:
        response = page(request, error.status, str(error), error.way_out)
    elif request.method == "HEAD":
        response = PlainTextResponse("", error.status)
    else:
        body = {"code": error.code, "message": str(error), "way_out": error.way_out}
        response = JSONResponse({"error": body}, error.status)
    for name, value in headers.items():
        response.headers[name] = value
    return response


def as_web_error(error: Exception) -> WebError:
    """Return what a client is told about an exception."""
    if isinstance(error, WebError):
        return error
    if isinstance(error, UsageError | DataError):
        status, code = (400, "usage") if isinstance(error, UsageError) else (422, "data")
        return WebError.because(status, code, _capital(str(error)), _capital(error.way_out))
    if isinstance(error, RequestValidationError):
        return _validation(error)
    if isinstance(error, HTTPException):
        return _http(error)
    mark = secrets.token_hex(4)
    log.error("fault %s", mark, exc_info=error)
    return WebError.because(
        500,
        "fault",
        f"This is a fault of SmartCart's own (number {mark}).",
        "Please report it with what the server's log says under this number.",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _validation(error: RequestValidationError) -> WebError:
    """Return the first thing that is wrong with a request; what was sent is not repeated."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "the request"
    return WebError.because(
        422,
        "invalid",
        f"{where[:120]}: {first['msg']}.",
        "See /api/v1/openapi.json for what is expected.",
    )


def _http(error: HTTPException) -> WebError:
    known = {
        404: ("not_found", "There is nothing at this address."),
        405: ("method_not_allowed", "This address does not take that method."),
        400: ("invalid", "The request cannot be read."),
        413: ("too_large", "The request is too large."),
    }
    code, message = known.get(error.status_code, ("refused", str(error.detail)))
    found = WebError.because(error.status_code, code, message)
    if error.headers and "Retry-After" in error.headers:
        found.retry_after = int(error.headers["Retry-After"])
    return found


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` in the one shape."""

    async def handle(request: Request, error: Exception) -> Response:
        response = answer(request, as_web_error(error))
        allow: Mapping[str, str] = getattr(error, "headers", None) or {}
        if "Allow" in allow:
            response.headers["Allow"] = allow["Allow"]
        return response

    for kind in (SmartCartError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)
