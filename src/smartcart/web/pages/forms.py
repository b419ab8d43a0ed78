"""What a browser sent in a form, read before the page's function runs."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from smartcart.web.errors import WebError

__all__ = ["Form", "number", "text", "upload"]


async def _form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_form)]


def text(form: FormData, name: str) -> str:
    """Return what was typed into a field, "" where there is none."""
    found = form.get(name)
    return found.strip() if isinstance(found, str) else ""


def upload(form: FormData, name: str) -> UploadFile | None:
    """Return the file of a field; None where none was chosen."""
    found = form.get(name)
    return found if isinstance(found, UploadFile) and found.filename else None


def number(typed: str, label: str, *, least: float | None = None) -> float:
    """Return a number as people type it ("1,200", "0,5", "€ 3").

    >>> number("1,200.50", "budget"), number("0,5", "cost"), number(" € 3 ", "cost")
    (1200.5, 0.5, 3.0)

    Raises ``WebError`` where it is none, or too small.
    """
    bare = "".join(c for c in typed if c.isdigit() or c in ".,-")
    if bare.count(",") == 1 and "." not in bare and len(bare.partition(",")[2]) != 3:
        bare = bare.replace(",", ".")
    try:
        value = float(bare.replace(",", ""))
    except ValueError:
        value = math.nan
    if math.isnan(value) or (least is not None and value < least):
        expected = "a number" if least is None else f"a number from {least:g} up"
        raise WebError.because(
            400, "invalid", f"{label} is {typed[:40]!r}.", f"Type {expected}, such as 2.50."
        )
    return value
