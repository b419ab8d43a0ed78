"""What all Plotly figures share: escaped text, a clear layout, quiet axes."""

from __future__ import annotations

import html
import textwrap

from smartcart.records import JsonObject
from smartcart.report import words
from smartcart.report.palette import LIGHT

__all__ = ["Figure", "axis", "layout", "text"]

Figure = JsonObject  # of Plotly's JSON

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_CLEAR = "rgba(0,0,0,0)"


def text(text: str, width: int | None = None, rows: int = 3) -> str:
    """Escape a text from the data, and break it into rows of ``width`` characters."""
    if width is None:
        return html.escape(text, quote=False)
    parts = textwrap.wrap(text, width) or [text]
    if len(parts) > rows:
        parts = [*parts[: rows - 1], words.shorten(" ".join(parts[rows - 1 :]), width)]
    return "<br>".join(html.escape(part, quote=False) for part in parts)


def layout(height: int, **more: object) -> Figure:
    """Return a layout on a clear ground that does not take the page's scrolling."""
    return {
        "height": height,
        "font": {"family": _FONT, "size": 13, "color": LIGHT["ink"]},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": LIGHT["paper"],
            "bordercolor": LIGHT["quiet"],
            "font": {"family": _FONT, "size": 13, "color": LIGHT["ink"]},
            "align": "left",
        },
        **more,
    }


def axis(title: str = "", **more: object) -> Figure:
    """Return an axis with a light grid, fixed in its range."""
    return {
        "title": {"text": title, "font": {"size": 12, "color": LIGHT["soft"]}, "standoff": 10},
        "gridcolor": LIGHT["line"],
        "linecolor": LIGHT["quiet"],
        "tickfont": {"size": 12, "color": LIGHT["soft"]},
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        **more,
    }
