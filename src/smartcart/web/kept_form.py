"""A form that was sent after the session had ended: kept while its user logs in again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from smartcart.web.errors import wants_page

__all__ = ["KeptForm", "inside", "kept_form", "read_kept"]

MOST = 200_000  # characters of a form that is kept
NOT_KEPT = {"csrf_token", "password", "old", "new"}


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What was typed: where it was to go, from which page, its fields, whether files were lost."""

    action: str
    back: str
    fields: tuple[tuple[str, str], ...]
    files: bool = False

    @property
    def text(self) -> str:
        """The same as a form carries it."""
        return json.dumps([self.action, self.back, self.fields, self.files])

    @property
    def shown(self) -> list[str]:
        """What was typed or chosen, without what is empty."""
        return [value for _, value in self.fields if value.strip()]


def inside(target: str) -> str:
    """Return where to go after the login: a page of this app, never another site.

    >>> inside("/runs/shop?k=3"), inside("//evil.example"), inside("https://evil.example")
    ('/runs/shop?k=3', '/', '/')
    """
    plain = target.startswith("/") and not target.startswith("//")
    return target if plain and "\\" not in target and target.isprintable() else "/"


async def kept_form(request: Request, most: int) -> KeptForm | None:
    """Return what a browser sent; None where it is no form of a page, or too much of one."""
    headers = Headers(scope=request.scope)
    length = headers.get("content-length", "")
    if request.method != "POST" or not wants_page(request) or not length.isdigit():
        return None
    if int(length) > most or "form" not in headers.get("content-type", ""):
        return None
    try:
        async with request.form(max_files=20, max_fields=500) as form:
            given = list(form.multi_items())
    except HTTPException:
        return None
    fields = tuple(
        (name, value) for name, value in given if isinstance(value, str) and name not in NOT_KEPT
    )
    files = any(not isinstance(value, str) and value.filename for _, value in given)
    back = urlsplit(headers.get("referer", ""))
    page = inside(back.path + (f"?{back.query}" if back.query else ""))
    found = KeptForm(inside(request.url.path), page, fields, files)
    return found if len(found.text) <= MOST else None


def read_kept(text: str) -> KeptForm | None:
    """Return a form that a login carried along; None where it is none."""
    if not text or len(text) > MOST:
        return None
    try:
        found: Any = json.loads(text)
        action, back, fields, files = found
        pairs = tuple((str(name), str(value)) for name, value in fields)
    except (ValueError, TypeError, RecursionError):
        return None
    action, back = inside(str(action)), inside(str(back))
    return KeptForm(action, back, pairs, bool(files)) if action != "/" else None
