"""Lists of customers made for download, each with its receipt, kept under names of our own."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartcart.records import Plan, Receipt
from smartcart.web.errors import missing
from smartcart.workflows.audience import receipt_beside, write_audience
from smartcart.workflows.plan import write_arms
from smartcart.workflows.saved import open_run

__all__ = ["Export", "arms", "audience", "file_stem", "one"]

TOKEN = re.compile(r"[0-9a-f]{32}")
KEPT_SECONDS = 24 * 3600.0
FORMATS = ("csv", "txt", "parquet")
ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class Export:
    """A file to download: where it is, and what its receipt says."""

    token: str
    run: str
    path: Path
    receipt: dict[str, Any]
    kind: str  # "audience" or "plan"


def file_stem(name: str) -> str:
    """Return a file name made of a segment's name.

    >>> file_stem("Low engagement / potential churn"), file_stem("../../x"), file_stem("日本")
    ('low-engagement-potential-churn', 'x', 'customers')
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "customers"


def audience(
    folder: Path, run: str, run_folder: Path, segments: Sequence[str], *, stem: str,
    ending: str = "csv", **options: Any,
) -> Export:  # fmt: skip
    """Write an audience of a run below ``folder``; ``options`` are those of ``write_audience``.

    Raises ``UsageError`` and ``DataError`` as that does.
    """
    place, token = _place(folder)
    try:
        path = place / f"{stem}.{ending if ending in FORMATS else 'csv'}"
        receipt = write_audience(run_folder, path, segments=segments, **options)
        _keep(place, run, path, "audience")
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return Export(token, run, path, _read(receipt_beside(path), receipt), "audience")


def arms(folder: Path, run: str, run_folder: Path, plan: Plan, *, seed: int = 0) -> Export:
    """Write whom a plan contacts and whom it leaves alone. Raises as ``write_arms`` does."""
    place, token = _place(folder)
    try:
        path = place / f"campaign-{run}.csv"
        counts = write_arms(open_run(run_folder), plan, path, seed=seed)
        receipt = {"output": path.name, "written": counts["contact"] + counts["hold out"],
                   "by_arm": counts}  # fmt: skip
        receipt_beside(path).write_text(json.dumps(receipt), encoding="utf-8")
        _keep(place, run, path, "plan")
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return Export(token, run, path, receipt, "plan")


def one(folder: Path, token: str) -> Export:
    """Return an export that was made. Raises ``WebError`` 404 where it is not there any more."""
    place = folder / token
    try:
        if not TOKEN.fullmatch(token):
            raise ValueError
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        path = place / Path(about["file"]).name
        receipt = json.loads(receipt_beside(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise missing("list", token) from error
    return Export(token, about["run"], path, receipt, about["kind"])


def _place(folder: Path) -> tuple[Path, str]:
    """Make a folder for an export, and remove those of before yesterday."""
    folder.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - KEPT_SECONDS
    for old in folder.iterdir():
        if TOKEN.fullmatch(old.name) and old.stat().st_mtime < oldest:
            shutil.rmtree(old, ignore_errors=True)
    token = secrets.token_hex(16)
    place = folder / token
    place.mkdir(mode=0o700)
    return place, token


def _keep(place: Path, run: str, path: Path, kind: str) -> None:
    about = {"run": run, "file": path.name, "kind": kind}
    (place / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def _read(path: Path, receipt: Receipt) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {"written": receipt.written}
