"""One self-contained page from one record: no request leaves it, and it opens from a disk.

A content security policy allows only the two scripts that are in the page, by their hashes.
Everything from the data is escaped, in the page and in the embedded figures.
"""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.util
import json
import math
import re
from pathlib import Path

from markupsafe import Markup

from smartcart.records import Run
from smartcart.report import interactive, palette
from smartcart.report.parts import TEMPLATES, context, environment

__all__ = ["embed", "environment", "plotly_file", "policy_of", "render", "stylesheet"]

_HEAD = 4000  # characters of a page in which its policy stands
_POLICY = re.compile(r"""http-equiv="Content-Security-Policy" content="([^"]*)\"""")
_ALLOWED = re.compile(
    r"""default-src 'none'; script-src(?: 'sha256-[A-Za-z0-9+/=]+')+; """
    r"""style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; """
    r"""form-action 'none'"""
)
_TEMPLATE = environment().get_template("report.html.j2")


def render(run: Run, still_3d: bytes | None = None) -> str:
    """Return the page as one HTML text; the same run gives the same bytes.

    ``still_3d`` is the 3-D view as PNG, for paper and for browsers without WebGL; where it is not
    handed over it is drawn.
    """
    if still_3d is None and run.picture.xyz:
        from smartcart.report import figures

        still_3d = figures.png(figures.clusters_3d(run), dpi=110)
    ahead = None
    if run.future is not None and not run.future.refused:
        from smartcart.report import figure_future, figures

        ahead = figures.png(figure_future.draw(run), dpi=110)
    plotly = plotly_file().read_text(encoding="utf-8")
    script = "".join((TEMPLATES / name).read_text("utf-8") for name in ("charts.js", "report.js"))
    return _TEMPLATE.render(
        css=Markup(stylesheet()),
        light=Markup(palette.css(dark=False)),
        dark=Markup(palette.css(dark=True)),
        plotly=Markup(plotly),
        script=Markup(script),
        policy=_policy(plotly, script),
        data=Markup(embed({"figures": interactive.figures(run), "theme": palette.theme()})),
        future_picture=_inline(ahead),
        still=f"data:image/png;base64,{base64.b64encode(still_3d).decode()}" if still_3d else "",
        **context(run),
    )


def _inline(png: bytes | None) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


def stylesheet() -> str:
    """Return the style of all pages."""
    return (TEMPLATES / "report.css").read_text(encoding="utf-8")


def embed(value: object) -> str:
    r"""Return JSON that is safe inside a ``<script>`` element; what is not finite is null.

    >>> print(embed({"name": "</script>", "x": float("nan")}))
    {"name":"\u003c/script\u003e","x":null}
    """
    text = json.dumps(_finite(value), separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def plotly_file() -> Path:
    """Return the script that draws, of the package ``plotly``: 4.8 MB, and 1.5 MB packed.

    Raises ``ModuleNotFoundError`` where the package is not installed.
    """
    spec = importlib.util.find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly is not installed: pip install plotly")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


def policy_of(page: str) -> str | None:
    """Return the policy that :func:`render` wrote into a page; ``None`` where it is another's.

    It is read here, where it is written, so that whoever serves a page need not know how it stands
    there. The first characters of the page suffice.
    """
    found = _POLICY.search(page[:_HEAD])
    policy = html.unescape(found[1]) if found else ""
    return policy if _ALLOWED.fullmatch(policy) else None


def _policy(*scripts: str) -> str:
    sums = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in sums)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
