"""Records as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["plain", "write_json"]

_PLAIN = frozenset({str, int, bool, type(None)})


def plain(value: object) -> Any:
    """Return records as dictionaries and lists that JSON can hold; NaN becomes null."""
    if type(value) in _PLAIN:  # most of what a run holds
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def write_json(path: Path, content: object) -> None:
    """Write content as JSON that a person can read."""
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
