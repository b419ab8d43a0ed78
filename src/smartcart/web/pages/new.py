"""A new segmentation: what SmartCart sees in the table, what to change, and the start."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from smartcart.errors import SmartCartError
from smartcart.web.access import access
from smartcart.web.errors import WebError
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.render import go, page
from smartcart.web.services import Context, Here
from smartcart.web.views import inspection

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
SWITCHES = ("drop_duplicates", "net_returns")


@router.get("/new/{upload_id}")
@access("analyst")
def new(here: Here, request: Request, upload_id: str) -> HTMLResponse:
    """Show what is in an uploaded table."""
    return _page(here, request, upload_id, {})


@router.post("/new/{upload_id}")
@access("analyst")
def change(here: Here, request: Request, upload_id: str, form: Form) -> Response:
    """Look again with what was changed, or start the run."""
    try:
        wishes = _wishes(form)
        if text(form, "do") != "run":
            return _page(here, request, upload_id, wishes, parent=text(form, "parent"))
        title = text(form, "title")[:200] or None
        parent = text(form, "parent") or None
        job = here.services.jobs.run(upload_id, wishes, here.who, title=title, parent=parent)
    except SmartCartError as error:
        if isinstance(error, WebError) and error.status == 404:
            raise
        return _page(here, request, upload_id, _said(form), error, text(form, "parent"))
    here.log("run.start", job.id, upload=upload_id, wishes=wishes)
    return go(f"/jobs/{job.id}")


def _said(form: Any) -> dict[str, Any]:
    """Return what earlier forms said, carried along; nothing where it cannot be read."""
    try:
        found = json.loads(text(form, "said") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wishes(form: Any) -> dict[str, Any]:
    wishes = _said(form)
    before = wishes.get("columns")
    names = [n for n in form.getlist("column") if isinstance(n, str)]
    roles = [n for n in form.getlist("role") if isinstance(n, str)]
    was = [n for n in form.getlist("was") if isinstance(n, str)]
    if len({len(names), len(roles), len(was)}) > 1:
        raise WebError.because(400, "invalid", "The form is not whole.", "Load the page again.")
    columns = inspection.wishes(
        list(zip(names, roles, was, strict=True)), text(form, "orders") == "yes",
        before if isinstance(before, dict) else {},
    )  # fmt: skip
    wishes["columns"] = columns
    for name in ("k", "k_max"):
        if typed := text(form, name):
            if not typed.isdigit():
                raise WebError.because(
                    400, "invalid", f"The number of segments is {typed[:20]!r}.",
                    "Type a whole number, or leave the field empty.",
                )  # fmt: skip
            wishes[name] = int(typed)
        else:
            wishes.pop(name, None)
    for name in ("as_of", "kind"):
        if typed := text(form, name):
            wishes[name] = typed
        else:
            wishes.pop(name, None)
    for name in SWITCHES:
        if text(form, name):
            wishes[name] = True
        else:
            wishes.pop(name, None)
    return {name: value for name, value in wishes.items() if value not in ({}, None)}


def _page(
    here: Context, request: Request, upload_id: str, wishes: dict[str, Any],
    error: SmartCartError | None = None, parent: str = "",
) -> HTMLResponse:  # fmt: skip
    upload = here.services.uploads.one(upload_id)
    seen = None
    try:
        seen = here.services.uploads.inspect(
            upload_id, {k: v for k, v in wishes.items() if k != "k"}
        )
    except SmartCartError as found:
        if isinstance(found, WebError) and found.status not in (400, 422):
            raise
        error = error or found
        if wishes:
            try:
                seen = here.services.uploads.inspect(upload_id, {})
            except SmartCartError:
                seen = None
    shown: dict[str, Any] = {"upload": upload, "seen": seen, "wishes": wishes}
    if seen is not None:
        shown |= {
            "headline": inspection.headline(seen),
            "lead": inspection.lead(seen),
            "lines": inspection.lines(seen),
            "choices": inspection.choices(seen),
            "orders": seen.contract.log is not None,
            "said_json": json.dumps(wishes),
            "parent": parent,
            "earlier": [
                one for one in here.services.workspace.entries(limit=20) if not one.problem
            ],
            "ledger": seen.ledger,
            "currency": seen.reading.currency or "",
            "notices": list(
                dict.fromkeys(n.message for n in (*seen.notices, *seen.reading.notices))
            ),
        }
    return page(here, request, "new.html.j2", error=error, **shown)
