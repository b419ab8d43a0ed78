"""A new segmentation: what SmartCart sees in the table or asks about it, and the start."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from smartcart.errors import SmartCartError
from smartcart.records import Inspection, JsonObject
from smartcart.report import receipt, words
from smartcart.web.access import access
from smartcart.web.amounts import read_amount, shown_amount
from smartcart.web.errors import WebError
from smartcart.web.pages.forms import Form, text
from smartcart.web.pages.render import go, page, template, told
from smartcart.web.services import Context, Here
from smartcart.web.views import inspection, questions

if TYPE_CHECKING:
    from starlette.datastructures import FormData

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
FIRST = 10  # rows that are shown
SWITCHES = ("drop_duplicates", "net_returns")


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look: what is seen, what is wrong, and what was said that still counts."""

    seen: Inspection | None
    error: SmartCartError | None
    wishes: JsonObject


@router.get("/new/{upload_id}")
@access("analyst")
def new(here: Here, request: Request, upload_id: str) -> HTMLResponse:
    """Show what is in an uploaded table."""
    return _page(here, request, upload_id, {})


@router.get("/new/{upload_id}/rows")
@access("analyst", gives="customers")
def rows(here: Here, request: Request, upload_id: str, part: bool = False) -> HTMLResponse:
    """Show the first rows as they are read: as a page, or the part that a page opens."""
    upload = here.services.uploads.one(upload_id)
    try:
        names, found = here.services.uploads.rows(upload_id, FIRST)
    except SmartCartError as error:
        if part:
            return HTMLResponse(template("what_if_error.html.j2", **told(error)))
        return page(here, request, "rows.html.j2", error=error, upload=upload, names=[], rows=[])
    here.hand_out("rows", upload_id, len(found), name=upload.name)
    if part:
        return HTMLResponse(template("rows_part.html.j2", names=names, rows=found))
    return page(here, request, "rows.html.j2", upload=upload, names=names, rows=found)


@router.post("/new/{upload_id}")
@access("analyst")
def change(here: Here, request: Request, upload_id: str, form: Form) -> Response:
    """Look again with what was changed, or start the run."""
    try:
        wishes = _wishes(form)
        looked = None
        if "expect" in wishes or text(form, "do") != "run":
            looked = _look(here, upload_id, wishes)
        if text(form, "do") != "run" or (looked is not None and looked.error is not None):
            return _page(here, request, upload_id, wishes, form=form, looked=looked)
        title = text(form, "title")[:200] or None
        parent = text(form, "parent") or None
        job = here.services.jobs.run(upload_id, wishes, here.who, title=title, parent=parent)
    except SmartCartError as error:
        if isinstance(error, WebError) and error.status == 404:
            raise
        return _page(here, request, upload_id, _said(form), error, form)
    here.log("run.start", job.id, upload=upload_id, wishes=wishes)
    return go(f"/jobs/{job.id}")


def _said(form: FormData) -> dict[str, object]:
    """Return what earlier forms said, carried along; nothing where it cannot be read."""
    try:
        found = json.loads(text(form, "said") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wishes(form: FormData) -> dict[str, object]:
    wishes = _said(form)
    before = wishes.get("columns")
    names = [n for n in form.getlist("column") if isinstance(n, str)]
    roles = [n for n in form.getlist("role") if isinstance(n, str)]
    was = [n for n in form.getlist("was") if isinstance(n, str)]
    if len({len(names), len(roles), len(was)}) > 1:
        raise WebError.because(400, "invalid", "The form is not whole.", "Load the page again.")
    columns = inspection.wishes(
        list(zip(names, roles, was, strict=True)),
        text(form, "orders") == "yes",
        before if isinstance(before, dict) else {},
    )
    wishes["columns"] = columns
    _settings(form, wishes)
    if choice := text(form, "choose"):
        try:
            wishes = questions.chosen(wishes, choice)
        except (ValueError, RecursionError):
            raise WebError.because(
                400, "invalid", "The choice is none of those on the page.", "Load the page again."
            ) from None
    return {name: value for name, value in wishes.items() if value not in ({}, None)}


def _settings(form: FormData, wishes: JsonObject) -> None:
    """Take over the fields that were on the page; an empty one takes back what was said."""
    for name in ("k", "k_max"):
        if typed := text(form, name):
            if not typed.isdigit():
                raise WebError.because(
                    400,
                    "invalid",
                    f"The number of segments is {typed[:20]!r}.",
                    "Type a whole number, or leave the field empty.",
                )
            wishes[name] = int(typed)
        elif name in form:
            wishes.pop(name, None)
    for name in ("as_of", "kind"):
        if typed := text(form, name):
            wishes[name] = typed
        elif name in form:
            wishes.pop(name, None)
    for name in SWITCHES:
        if text(form, name):
            wishes[name] = True
        elif "switches" in form:
            wishes.pop(name, None)
    before = wishes.get("expect")
    expect = dict(before) if isinstance(before, dict) else {}
    for name, (_, label) in questions.EXPECTED.items():
        if typed := text(form, f"expect_{name}"):
            expect[name] = read_amount(typed, label, least=0, whole=name != "revenue")
        elif f"expect_{name}" in form:
            expect.pop(name, None)
    wishes["expect"] = expect


def _expected(wishes: JsonObject, form: FormData | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the shop's own figures as they were typed, and how they are understood."""
    said = wishes.get("expect")
    said = said if isinstance(said, dict) else {}
    asked, read = {}, {}
    for name, (_, label) in questions.EXPECTED.items():
        field = f"expect_{name}"
        known = isinstance(said.get(name), int | float)
        asked[field] = questions.shown_figure(said[name]) if known else ""
        if form is not None and field in form:
            asked[field] = text(form, field)[:60]
        if asked[field]:
            try:
                value = read_amount(asked[field], label, least=0, whole=name != "revenue")
                read[field] = f"Read as {shown_amount(value)}."
            except SmartCartError as wrong:
                read[field] = str(wrong)
    return asked, read


def _look(here: Context, upload_id: str, wishes: JsonObject) -> Looked:
    """Look at a table as was wished; where that fails, so that what is wrong can be changed.

    Without the figures that were expected, then with the columns alone; where the columns of a
    refused table are known, they are asked about; else with no wish at all.
    """

    def look(some: JsonObject) -> Inspection | SmartCartError:
        try:
            return here.services.uploads.inspect(upload_id, some)
        except SmartCartError as found:
            if isinstance(found, WebError) and found.status not in (400, 422):
                raise
            return found

    first = look({k: v for k, v in wishes.items() if k != "k"})
    if isinstance(first, Inspection):
        return Looked(first, None, wishes)
    tried = [wishes]
    for left in (set(wishes) - {"expect"}, {"columns", "kind"}):
        some = {name: value for name, value in wishes.items() if name in left}
        if some in tried:
            continue
        tried.append(some)
        found = look(some)
        if isinstance(found, Inspection):
            return Looked(found, first, wishes)
    if questions.columns_of(first) or questions.offers(first) or {} in tried:
        return Looked(None, first, wishes)
    found = look({})
    kept = {name: value for name, value in wishes.items() if name not in ("columns", "kind")}
    return Looked(found if isinstance(found, Inspection) else None, first, kept)


def _page(
    here: Context,
    request: Request,
    upload_id: str,
    wishes: JsonObject,
    error: SmartCartError | None = None,
    form: FormData | None = None,
    looked: Looked | None = None,
) -> HTMLResponse:
    upload = here.services.uploads.one(upload_id)
    looked = looked or _look(here, upload_id, wishes)
    seen, wishes = looked.seen, looked.wishes
    choices = questions.offers(looked.error) if seen is None else []
    asked, read = _expected(wishes, form)
    shown: JsonObject = {
        "upload": upload,
        "seen": seen,
        "told": None,
        "others": [],
        "notices": [],
        "wishes": wishes,
        "said_json": json.dumps(wishes),
        "parent": text(form, "parent") if form is not None else "",
        "title": text(form, "title") if form is not None and "title" in form else upload.name,
        "asked": asked,
        "read": read,
        "expected": questions.EXPECTED,
        "choices": choices,
        "earlier": [one for one in here.services.workspace.entries(limit=20) if not one.problem],
    }
    fits = False
    if seen is not None:
        told, currency = seen.receipt, seen.reading.currency or ""
        expect = wishes.get("expect")
        others = questions.others(told, expect if isinstance(expect, dict) else {}, currency)
        fits = any(one.fits for one in others)
        shown |= {
            "headline": inspection.headline(seen),
            "lead": inspection.lead(seen),
            "told": told,
            "told_headline": receipt.headline(told, currency) if told is not None else "",
            "others": others,
            "lines": inspection.lines(seen),
            "orders": seen.contract.log is not None,
            "ledger": seen.ledger,
            "currency": currency,
            "notices": list(
                dict.fromkeys(n.message for n in (*seen.notices, *seen.reading.notices))
            ),
        }
    elif choices or questions.columns_of(looked.error):
        orders = getattr(looked.error, "kind", "") == "orders"
        said = wishes.get("columns")
        count = len(getattr(looked.error, "readings", ()))
        shown |= {
            "headline": f"This file can be read in {words.count(count)} ways"
            if count
            else "This file needs an answer first",
            "lines": inspection.lines_of(
                questions.columns_of(looked.error), orders, said if isinstance(said, dict) else {}
            ),
            "orders": orders,
            "many": count,
        }
    if "orders" in shown:
        shown["parts"] = inspection.choices(shown["orders"])
    if error is None and looked.error is not None:
        error = questions.sentence(looked.error, choices, fits, (upload.file, upload.name))
    return page(here, request, "new.html.j2", error=error, **shown)
