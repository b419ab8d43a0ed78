"""How a page is made: a template, what it shows, and what every page has."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment
from markupsafe import Markup

from smartcart.errors import SmartCartError
from smartcart.report import parts, words
from smartcart.web.errors import WebError
from smartcart.web.pages.assets import address
from smartcart.web.services import Context
from smartcart.web.views.glossary import TERMS

T = TypeVar("T")

__all__ = ["SAID", "error_page", "go", "moment", "page", "remember", "template", "told"]

TEMPLATES = Path(__file__).parents[1] / "templates"
KEPT = 48  # views that are remembered

# what a page says after something was done, by the code in its address
SAID = {
    "renamed": "The segment has its new name. SmartCart's own name is kept beside it.",
    "own-name": "The segment has SmartCart's own name again.",
    "noted": "Your note is kept.",
    "note-gone": "The note is removed.",
    "retitled": "The segmentation has its new title.",
    "deleted": "The segmentation is deleted.",
    "cancelled": "The run is cancelled. Nothing of it is left.",
    "user-added": "The user can log in now.",
    "user-altered": "The user is changed.",
    "revoked": "The token no longer works.",
    "campaign-deleted": "The campaign and its results are deleted.",
    "upload-deleted": "The table is deleted. Segmentations made of it stay.",
    "password": "Your password is changed.",
}


@cache
def _environment() -> Environment:
    env = parts.environment([TEMPLATES])
    env.globals |= {
        "app": True,
        "address": address,
        "said": SAID,
        "moment": _time,
        "meanings": TERMS,
    }
    return env


def template(file: str, /, **shown: object) -> str:
    """Return a template filled in."""
    return _environment().get_template(file).render(**shown)


def page(
    here: Context,
    request: Request,
    file: str,
    /,
    *,
    error: SmartCartError | None = None,
    **shown: Any,
) -> HTMLResponse:
    """Return a page: the template ``file`` with what it shows, for who asks.

    An ``error`` stands above it, and its status is the page's.
    """
    given = {
        "user": here.user,
        "team": here.services.config.team,
        "may": lambda role: here.user is not None and here.user.may(role),
        "csrf": here.csrf,
        "done": SAID.get(request.query_params.get("done", ""), ""),
        "path": request.url.path,
        "error": told(error) if error is not None else None,
        "figures": "",
        "entry": None,
        "tab": "",
    }
    status = 200
    if error is not None:
        status = error.status if isinstance(error, WebError) else 422
    return HTMLResponse(template(file, **(given | shown)), status)


def error_page(request: Request, status: int, message: str, way_out: str) -> HTMLResponse:
    """Return the page that tells of an error, for whoever asks."""
    user = getattr(request.state, "user", None)
    team = request.app.state.services.config.team
    text = template(
        "error.html.j2",
        user=user,
        team=team,
        may=lambda role: bool(user and user.may(role)),
        csrf="",
        done="",
        path=request.url.path,
        error=None,
        figures="",
        entry=None,
        tab="",
        status=status,
        message=message,
        way_out=way_out,
    )
    return HTMLResponse(text, status)


def told(error: SmartCartError) -> dict[str, str]:
    """Return an error as a page shows it: what is wrong, and the way out."""
    way_out = error.way_out
    message = str(error).removesuffix(f": {way_out}") if way_out else str(error)
    if not message.endswith((".", "?", "!")):
        message += "."
    return {
        "message": message[:1].upper() + message[1:],
        "way_out": way_out[:1].upper() + way_out[1:],
    }


def go(path: str) -> RedirectResponse:
    """Send the browser to another page after something was done."""
    return RedirectResponse(path, 303)


def moment(text: str | None) -> str:
    """Return a time of the database as people read it.

    >>> moment("2026-11-26T07:33:21.000000+00:00")
    '26 November 2026, 07:33 UTC'
    """
    if not text:
        return words.MISSING
    when = dt.datetime.fromisoformat(text)
    return f"{words.date(when.date())}, {when:%H:%M} UTC"


def _time(text: str | None) -> Markup | str:
    """Return a time as a page holds it: its script tells it in the reader's zone."""
    if not text:
        return moment(text)
    return Markup('<time datetime="{}">{}</time>').format(text, moment(text))


_kept: OrderedDict[tuple[object, ...], Any] = OrderedDict()
_lock = Lock()


def remember(key: tuple[object, ...], make: Callable[[], T]) -> T:
    """Return what ``make`` gave for ``key``; made once, and the latest are kept."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            kept: T = _kept[key]
            return kept
    made = make()
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made
