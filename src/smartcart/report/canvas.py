"""The sheet that pictures are drawn on: size, margins, heading, calm axes, text that is safe.

Only Matplotlib's own objects: no global state, no window.
"""

from __future__ import annotations

import io
import textwrap
from functools import cache
from typing import TYPE_CHECKING, Literal

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from smartcart.report import words
from smartcart.report.palette import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MplFigure

__all__ = [
    "ACCENT",
    "INK",
    "LINE",
    "QUIET",
    "SOFT",
    "Canvas",
    "blank",
    "blend",
    "calm",
    "heading",
    "place",
    "plain",
    "png",
]

DPI = 140
ACCENT, INK, SOFT, LINE, QUIET = (
    LIGHT[name] for name in ("accent", "ink", "soft", "line", "quiet")
)


class Canvas(Figure):
    """A figure that a notebook shows without any plotting backend."""

    def _repr_png_(self) -> bytes:
        return png(self)


def png(figure: MplFigure, dpi: int = DPI) -> bytes:
    """Return the figure as PNG; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(
        buffer, format="png", dpi=dpi, facecolor="white", pil_kwargs={"compress_level": 1}
    )
    return buffer.getvalue()


def blank(width: float, height: float) -> Canvas:
    """Return an empty white sheet, in inches."""
    figure = Canvas(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def blend(*colours: str) -> LinearSegmentedColormap:
    """Return the colours that lead evenly from the first of a few to the last."""
    return LinearSegmentedColormap.from_list("blend", colours)


@cache
def _glyphs() -> frozenset[int]:
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    return frozenset(font.get_charmap())


def plain(text: str, width: int | None = None, rows: int = 2) -> str:
    """Return a text that Matplotlib draws as it is: no mathtext, no missing glyph, in rows."""
    text = "".join(c if ord(c) in _glyphs() else "□" for c in text).replace("$", r"\$")
    if width is None:
        return text
    parts = textwrap.wrap(text, width) or [text]
    if len(parts) > rows:
        parts = [*parts[: rows - 1], words.shorten(" ".join(parts[rows - 1 :]), width)]
    return "\n".join(parts)


def heading(figure: MplFigure, title: str, caption: str = "") -> None:
    """Write title and caption at the upper left, at a fixed distance from the top."""
    inches = figure.get_figheight()
    left = 0.3 / figure.get_figwidth()
    width = int(figure.get_figwidth() * 13.5)
    figure.text(left, 1 - 0.22 / inches, title, va="top", size=14, weight="bold", color=INK)
    if caption:
        figure.text(
            left,
            1 - 0.54 / inches,
            plain(caption, width, 3),
            va="top",
            size=9.5,
            color=SOFT,
            linespacing=1.35,
        )


def place(
    figure: MplFigure, left: float, right: float, top: float, bottom: float, **more: float
) -> None:
    """Set the margins of the panels, in inches."""
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=left / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
        **more,
    )


def calm(axes: Axes, grid: Literal["", "both", "x", "y"] = "y") -> None:
    """Take away frames and ticks, and keep a light grid."""
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0, labelsize=9, colors=SOFT, pad=6)
    if grid:
        axes.grid(axis=grid, color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
