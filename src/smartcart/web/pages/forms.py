"""What a browser sent in a form, read before the page's function runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

__all__ = ["Form", "text", "upload"]


async def _form(request: Request) -> AsyncIterator[FormData]:
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()  # the files that came with it


Form = Annotated[FormData, Depends(_form)]


def text(form: FormData, name: str) -> str:
    """Return what was typed into a field, "" where there is none."""
    found = form.get(name)
    return found.strip() if isinstance(found, str) else ""


def upload(form: FormData, name: str) -> UploadFile | None:
    """Return the file of a field; None where none was chosen."""
    found = form.get(name)
    return found if isinstance(found, UploadFile) and found.filename else None
