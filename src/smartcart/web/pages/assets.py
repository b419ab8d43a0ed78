"""The files that pages are made with: a style sheet, a script, an icon, each under its own hash."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from smartcart.report import palette
from smartcart.report.parts import TEMPLATES
from smartcart.web.access import access
from smartcart.web.errors import missing

__all__ = ["address", "packed_response", "router"]

STATIC = Path(__file__).parents[1] / "static"
SMALL = 1_000  # bytes that are not worth packing
LEVEL = 11  # of brotli: each file is packed once
FOREVER = "public, max-age=31536000, immutable"
SCRIPTS = (
    STATIC / "sketch.js",
    STATIC / "solid.js",
    TEMPLATES / "charts.js",
    STATIC / "app.js",
)
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Asset:
    digest: str
    content: bytes


@cache
def _assets() -> dict[str, _Asset]:
    """Return every file by its name; read once."""
    made = {
        "app.css": _style(),
        "app.js": b"".join(path.read_bytes() for path in SCRIPTS),
        "icon.svg": _icon(),
    }
    return {name: _Asset(_digest(content), content) for name, content in made.items()}


def _style() -> bytes:
    """Return the style of the report and that of the app, in the colours of the palette."""
    light, dark = palette.css(dark=False), palette.css(dark=True)
    head = (
        f":root{{color-scheme:light dark;--on:#fff;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{--on:#14161b;{dark}}}}}\n"
    )
    report = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    own = (STATIC / "app.css").read_text(encoding="utf-8")
    return "\n".join([head, report, own]).encode()


def _icon() -> bytes:
    """Return the four dots of the brand in the colours of the first segments."""
    places = ((5, 5), (15, 5), (5, 15), (15, 15))
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="4.3" fill="{palette.colour(i)}"/>'
        for i, (x, y) in enumerate(places, start=1)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">{dots}</svg>'.encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def address(name: str) -> str:
    """Return the address of a file; it changes when the file does."""
    return f"/static/{_assets()[name].digest}/{name}"


@router.get("/static/{digest}/{name}")
@access("anyone")
def asset(request: Request, digest: str, name: str) -> Response:
    """Return a file, to be kept for good; packed for whoever takes it so."""
    found = _assets().get(name)
    if found is None or found.digest != digest:
        raise missing("file", name)
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    way = _way(request.headers.get("accept-encoding", ""))
    if way:
        headers["Content-Encoding"] = "br" if way == "brotli" else way
    return Response(_packed(name, way), media_type=KINDS[Path(name).suffix], headers=headers)


def packed_response(request: Request, content: bytes, **headers: str) -> Response:
    """Return JSON that holds no secret, packed for whoever takes it so."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if len(content) > SMALL and _way(request.headers.get("accept-encoding", "")):
        content = gzip.compress(content, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type="application/json", headers=headers)


def _way(accepted: str) -> str:
    """Return how an answer is packed: brotli where it is taken, gzip, or not at all.

    >>> _way("gzip, deflate, br"), _way("gzip;q=0, identity"), _way("gzip")
    ('brotli', '', 'gzip')
    """
    taken = {
        part.partition(";")[0].strip().lower()
        for part in accepted.split(",")
        if not re.search(r";\s*q=0(\.0*)?\s*$", part)
    }
    return "brotli" if "br" in taken else "gzip" if "gzip" in taken else ""


@cache
def _packed(name: str, way: str) -> bytes:
    """Return a file packed; each is packed once, and as tightly as can be."""
    content = _assets()[name].content
    if way == "gzip":
        return gzip.compress(content, 9, mtime=0)
    if way == "brotli":
        import pyarrow as pa

        packed: bytes = pa.Codec("brotli", compression_level=LEVEL).compress(content, asbytes=True)
        return packed
    return content
