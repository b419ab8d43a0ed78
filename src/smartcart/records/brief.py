"""A record on one line: what is short is shown, of the rest how much there is."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

__all__ = ["Brief"]

TEXT = 40  # signs of a text that are shown
FIELDS = 10  # fields that are shown


class Brief:
    """A short ``repr`` for large records; declare them with ``repr=False``."""

    __slots__ = ()

    def __repr__(self) -> str:
        told = [
            f"{one.name}={said}"
            for one in fields(self)  # type: ignore[arg-type]
            if (said := _said(getattr(self, one.name)))
        ]
        more = ["..."] if len(told) > FIELDS else []
        return f"{type(self).__name__}({', '.join([*told[:FIELDS], *more])})"


def _said(value: object) -> str:
    """Return a value in brief; nothing where there is none.

    >>> _said("x" * 60), _said((1, 2)), _said(None)
    ("'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'", '<2>', '')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return repr(value if len(value) <= TEXT else value[: TEXT - 1] + "…") if value else ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if hasattr(value, "__len__"):
        return f"<{len(value)}>" if len(value) else ""
    return type(value).__name__
